import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeProtobuf, ProtobufError } from './decode'

interface Sample { readonly json: Record<string, unknown> & { readonly kind: string }; readonly protobuf: string }

/** Recorded from kubectl's and the server's own encoder: the same object twice. */
const samples = JSON.parse(readFileSync(new URL('testing/samples.json', import.meta.url), 'utf8')) as readonly Sample[]

/** What JSON may or may not say: null times, and zero values of fields that are written although nobody gave them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== '' && member !== 0 && member !== false && !(Array.isArray(member) && member.length === 0)).map(([key, member]) => [key, plain(member)]))
}

describe('protobuf', () => {
  test.each(samples.map((sample, i) => ({ ...sample, name: `${sample.json.kind} #${i}` })))('$name reads as its JSON', ({ json, protobuf }) => {
    expect(plain(decodeProtobuf(Buffer.from(protobuf, 'base64')))).toEqual(plain(json))
  })

  test('zero values of pointers are kept: a Deployment of no replicas is one', () => {
    const zero = samples.map(({ json, protobuf }) => [json, decodeProtobuf(Buffer.from(protobuf, 'base64'))] as const)
      .filter(([json]) => (json['spec'] as { replicas?: unknown } | undefined)?.replicas === 0)
    for (const [, decoded] of zero) expect((decoded['spec'] as { replicas?: unknown }).replicas).toBe(0)
    const none = decodeProtobuf(Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 21, 0x0a, 7, ...Buffer.from('apps/v1'), 0x12, 10, ...Buffer.from('Deployment'), 0x12, 4, 0x12, 2, 0x08, 0]))
    expect(none).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0 } })
  })

  test('whatever is cut off, added or changed is an error or another object, never anything else', () => {
    for (const { protobuf } of samples.slice(0, 40)) {
      const bytes = Buffer.from(protobuf, 'base64')
      for (let i = 0; i < bytes.length; i += 7) {
        for (const mangled of [bytes.subarray(0, i), Buffer.concat([bytes.subarray(0, i), Buffer.from([0xff]), bytes.subarray(i + 1)]), Buffer.concat([bytes.subarray(0, i), Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f]), bytes.subarray(i)])]) {
          try {
            expect(typeof decodeProtobuf(mangled)).toBe('object')
          } catch (error) {
            expect(error).toBeInstanceOf(ProtobufError)
          }
        }
      }
    }
  })

  test('what is no protobuf, or of an unknown kind, says so', () => {
    expect(() => decodeProtobuf(Buffer.from('{}'))).toThrow('does not appear to be a protobuf message')
    expect(() => decodeProtobuf(Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 9, 0x0a, 2, 0x76, 0x31, 0x12, 3, 0x50, 0x6f, 0x74]))).toThrow('no kind "Pot" is registered for version "v1"')
  })
})
