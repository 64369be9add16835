import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuantity, quantityValue } from '../../api'
import { bytes, clock, cores, cpuQuantity, decimal, memoryQuantity, middleCut, percent, shortName, span, tickTime, whole } from './format'

const gi = 1024 ** 3

describe('numbers as people say them', () => {
  test.each([[2500, '2.5'], [2850, '2.85'], [500, '0.5'], [4000, '4'], [1, '0.001'], [125, '0.13']])('%d millicores are %s cores', (milli, said) => { expect(cores(milli)).toBe(said) })
  test.each([[500, '500m'], [2000, '2'], [2500, '2500m']])('%d millicores are written %s', (milli, written) => { expect(cpuQuantity(milli)).toBe(written) })
  test.each([[5 * gi, '5 Gi'], [gi / 2, '512 Mi'], [11.75 * gi, '11.75 Gi'], [0, '0'], [1000, '1000']])('%d bytes are %s', (amount, said) => { expect(bytes(amount)).toBe(said) })
  test.each([[0, '00:00.000'], [14_320, '00:14.320'], [312_004, '05:12.004'], [3_723_000, '1:02:03.000'], [-1500, '−00:01.500']])('%d ms read %s on the clock', (ms, said) => { expect(clock(ms)).toBe(said) })
  test.each([[0, '0 ms'], [420, '420 ms'], [4000, '4 s'], [1500, '1.5 s'], [192_000, '3 min 12 s'], [3_600_000, '1 h']])('%d ms last %s', (ms, said) => { expect(span(ms)).toBe(said) })
  test.each([[14_320, 20, '14.320'], [14_000, 1000, '14 s'], [150_000, 30_000, '02:30'], [3_900_000, 600_000, '1:05:00']])('a tick at %d with step %d is %s', (at, step, said) => { expect(tickTime(at, step)).toBe(said) })
  test.each([[48_210, '48,210'], [0, '0'], [999, '999'], [1_234_567, '1,234,567']])('%d is %s', (value, said) => { expect(whole(value)).toBe(said) })
  test('parts', () => {
    expect(percent(52, 100)).toBe('52 %')
    expect(percent(1, 0)).toBe('0 %')
    expect(decimal(Infinity)).toBe('∞')
    expect(decimal(-0.0001)).toBe('0')
  })
  test('a generated name is told from its siblings by its end', () => {
    expect(shortName('shop/web-6c4d9f7b8-x2lqp')).toBe('x2lqp')
    expect(shortName('kube-proxy')).toBe('kube-proxy')
    expect(middleCut('web-6c4d9f7b8-x2lqp', 14)).toBe('web-…-x2lqp')
    expect(middleCut('short')).toBe('short')
  })
  test('what is written as memory reads back as the same bytes', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 42 }), (amount) => {
      expect(parseQuantity(memoryQuantity(amount))).toBeDefined()
      expect(quantityValue(memoryQuantity(amount))).toBe(amount)
    }))
  })
})
