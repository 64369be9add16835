import protobuf from 'protobufjs/minimal.js'
import { expect, test } from 'vitest'
import { encodeOpenApi } from './openapi'

/** A message as pairs of field number and value: texts and messages as bytes, numbers as they are. */
function fieldsOf(bytes: Uint8Array): (readonly [number, Uint8Array | number])[] {
  const reader = protobuf.Reader.create(bytes)
  const fields: (readonly [number, Uint8Array | number])[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    fields.push([tag >>> 3, (tag & 7) === 2 ? reader.bytes() : (tag & 7) === 1 ? reader.double() : Number(reader.int64())])
  }
  return fields
}
const of = (bytes: Uint8Array | number | undefined, field: number): (Uint8Array | number)[] => fieldsOf(bytes as Uint8Array).filter(([number]) => number === field).map(([, value]) => value)
const text = (bytes: Uint8Array | number | undefined): string => Buffer.from(bytes as Uint8Array).toString('utf8')

test('an OpenAPI document becomes the message that clients of old read', () => {
  const bytes = encodeOpenApi({
    swagger: '2.0', info: { title: 'Kubernetes', version: 'v1' }, paths: { '/api': {} },
    definitions: {
      'a.Thing': {
        type: 'object', description: 'A thing.', required: ['name'], 'x-kubernetes-group-version-kind': [{ group: 'a', version: 'v1', kind: 'Thing' }],
        properties: { name: { type: 'string', maxLength: 5 }, ratio: { type: 'number', minimum: 0.5 }, parts: { type: 'array', items: { $ref: '#/definitions/a.Part' } }, labels: { type: 'object', additionalProperties: { type: 'string' } } },
      },
    },
  })
  expect(text(of(bytes, 1)[0])).toBe('2.0')
  expect(text(of(of(bytes, 2)[0], 1)[0])).toBe('Kubernetes')
  const named = of(of(bytes, 9)[0], 1)[0]
  expect(text(of(named, 1)[0])).toBe('a.Thing')
  const schema = of(named, 2)[0]
  expect(text(of(schema, 4)[0])).toBe('A thing.')
  expect(of(schema, 19).map(text)).toEqual(['name'])
  expect(text(of(of(schema, 22)[0], 1)[0])).toBe('object')
  const extension = of(schema, 31)[0]
  expect(text(of(extension, 1)[0])).toBe('x-kubernetes-group-version-kind')
  expect(JSON.parse(text(of(of(extension, 2)[0], 2)[0]))).toEqual([{ group: 'a', version: 'v1', kind: 'Thing' }])
  const properties = new Map(of(of(schema, 25)[0], 1).map((one) => [text(of(one, 1)[0]), of(one, 2)[0]]))
  expect([...properties.keys()]).toEqual(['name', 'ratio', 'parts', 'labels'])
  expect(of(properties.get('name'), 11)).toEqual([5])
  expect(of(properties.get('ratio'), 9)).toEqual([0.5])
  expect(text(of(of(of(properties.get('parts'), 23)[0], 1)[0], 1)[0])).toBe('#/definitions/a.Part')
  expect(text(of(of(of(of(properties.get('labels'), 21)[0], 1)[0], 22)[0], 1)[0])).toBe('string')
})
