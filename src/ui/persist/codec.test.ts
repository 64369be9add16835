import { deflateSync, gzipSync, strToU8 } from 'fflate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromFile, fromFragment, SavedTextError, toFile, toFragment } from './codec'

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

test('what goes into a link or a file comes out again', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (value) => {
    const saved = JSON.stringify({ ...value, inputs: [] })
    const fragment = toFragment(saved)
    if (fragment !== undefined) expect(fromFragment(fragment)).toBe(saved)
    expect(fromFile(toFile(saved))).toBe(saved)
    expect(fromFile(strToU8(saved))).toBe(saved)
  }))
})

test('a link takes no state of a cluster along, and takes none from a stranger', () => {
  const saved = { berth: 'session', format: 1, end: { event: 9 }, inputs: [] }
  const whole = JSON.stringify({ ...saved, checkpoint: { a: 'x'.repeat(100_000) }, known: {}, messages: [], workloads: [] })
  const fragment = toFragment(whole)
  expect(fragment).toBe(toFragment(JSON.stringify(saved)))
  expect(JSON.parse(fromFragment(fragment ?? ''))).toEqual(saved)
  expect(JSON.parse(fromFragment(base64Url(deflateSync(strToU8(whole)))))).toEqual(saved)
  expect(fromFile(toFile(whole))).toBe(whole)
})

test('a link does not keep anybody waiting: what takes long is no link, and is not opened as one', () => {
  const long = JSON.stringify({ end: { event: 1e15 } })
  expect(toFragment(long)).toBeUndefined()
  expect(() => fromFragment(base64Url(deflateSync(strToU8(long))))).toThrow(/events/)
})

test('what does not fit into a link is said not to', () => {
  const noise = Array.from({ length: 20_000 }, (_, i) => ((i * 2_654_435_761) >>> 0).toString(36)).join('')
  expect(toFragment(JSON.stringify({ noise }))).toBeUndefined()
})

test('anything else is an error of its own, whatever it is', () => {
  fc.assert(fc.property(fc.string(), (text) => { expect(() => fromFragment(text)).toThrow(SavedTextError) }))
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    try {
      expect(fromFile(bytes).startsWith('{')).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(SavedTextError)
    }
  }))
  expect(() => fromFragment(base64Url(deflateSync(strToU8('[1]'))))).toThrow(/no saved session/)
})

test('a bomb is noticed before it has gone off', () => {
  const bomb = deflateSync(new Uint8Array(12 * 1024 * 1024), { level: 9 })
  const text = base64Url(bomb)
  expect(text.length).toBeLessThan(20_000)
  expect(() => fromFragment(text)).toThrow(SavedTextError)
  expect(() => fromFile(gzipSync(new Uint8Array(1_000)))).toThrow(/no saved session/)
})
