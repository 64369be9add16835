import protobuf from 'protobufjs/minimal.js'
import { schemaTypes, type StructNode } from '../../api'
import { wireLayout } from './layout'

/** The body is not what it says it is. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

type Tree = Record<string, unknown>
type Reader = protobuf.Reader
type Shape = 'one' | 'list' | 'map'

interface Field {
  readonly name: string
  readonly shape: Shape
  readonly type: string
  /** Zero values of fields that are no pointers in Go mean "not given", and JSON leaves them out. */
  readonly keepsZero: boolean
}

type Message = ReadonlyMap<number, Field>

/** Deeper than any Kubernetes type nests (JSONSchemaProps may, but not in what kubectl sends). */
const depthMax = 100
const magic = [0x6b, 0x38, 0x73, 0x00]

let parsed: ReadonlyMap<string, Message> | undefined

/** All messages by name. Parsed once; a memo of constant text. */
function messages(): ReadonlyMap<string, Message> {
  if (parsed !== undefined) return parsed
  const result = new Map<string, Message>()
  for (const line of wireLayout.trim().split('\n')) {
    const [name = '', ...fields] = line.split(' ')
    const home = name.slice(0, name.lastIndexOf('.'))
    const schema = schemaTypes().get(name.replace('/', '.'))
    const struct = schema?.type === 'struct' ? schema : undefined
    result.set(name, new Map(fields.map((text) => fieldOf(text, home, struct))))
  }
  return parsed = result
}

function fieldOf(text: string, home: string, struct: StructNode | undefined): [number, Field] {
  const [, number = '', name = '', open = '', type = ''] = /^([0-9]+):([^:]+):([[{]?)([^\]}]+)[\]}]?$/.exec(text) ?? []
  const field = struct?.fields.get(name)
  return [Number(number), {
    name, shape: open === '[' ? 'list' : open === '{' ? 'map' : 'one', type: type.startsWith('.') ? home + type : type,
    keepsZero: field === undefined || field.pointer,
  }]
}

/**
 * The object in a body of kubectl's typed clients: "k8s\0", then the message Unknown with apiVersion, kind and the object's own message.
 * Throws `ProtobufError`. Upstream: apimachinery/pkg/runtime/serializer/protobuf.
 */
export function decodeProtobuf(bytes: Uint8Array): Tree {
  if (bytes.length < 4 || magic.some((byte, i) => bytes[i] !== byte)) throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  try {
    const reader = protobuf.Reader.create(bytes.subarray(4))
    let [apiVersion, kind, encoding] = ['', '', '']
    let raw: Uint8Array = new Uint8Array()
    while (reader.pos < reader.len) {
      const tag = reader.uint32()
      switch (tag >>> 3) {
        case 1: {
          const end = reader.uint32() + reader.pos
          while (reader.pos < end) {
            const inner = reader.uint32()
            if (inner >>> 3 === 1) apiVersion = reader.string()
            else if (inner >>> 3 === 2) kind = reader.string()
            else reader.skipType(inner & 7)
          }
          break
        }
        case 2:
          raw = reader.bytes()
          break
        case 3:
          encoding = reader.string()
          break
        default:
          reader.skipType(tag & 7)
      }
    }
    if (encoding !== '') throw new ProtobufError(`the content encoding ${JSON.stringify(encoding)} is not supported`)
    const name = messageOfKind(apiVersion, kind)
    if (name === undefined) throw new ProtobufError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
    return { apiVersion, kind, ...message(protobuf.Reader.create(raw), raw.length, name, 0) }
  } catch (error) {
    if (error instanceof ProtobufError) throw error
    throw new ProtobufError(`the message cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? 'core' : apiVersion.slice(0, slash).split('.')[0] ?? ''
  return [`${group}/${apiVersion.slice(slash + 1)}.${kind}`, `meta/v1.${kind}`].find((name) => messages().has(name))
}

function message(reader: Reader, end: number, name: string, depth: number): Tree {
  if (depth > depthMax) throw new ProtobufError('the message is nested too deeply')
  const fields = messages().get(name)
  if (fields === undefined) throw new ProtobufError(`the message ${name} is not known`)
  const tree: Tree = {}
  while (reader.pos < end) {
    const tag = reader.uint32()
    const wire = tag & 7
    const field = fields.get(tag >>> 3)
    if (field === undefined) {
      reader.skipType(wire)
      continue
    }
    const { shape, type } = field
    if (shape === 'map') {
      const stop = reader.uint32() + reader.pos
      let key = ''
      let value: unknown
      while (reader.pos < stop) {
        const inner = reader.uint32()
        if (inner >>> 3 === 1) key = reader.string()
        else if (inner >>> 3 === 2) value = single(reader, inner & 7, type, depth)
        else reader.skipType(inner & 7)
      }
      const map = (tree[field.name] ??= {}) as Tree
      // A key such as __proto__ becomes a member like any other.
      Object.defineProperty(map, key, { value: value ?? zeroOf(type), enumerable: true, configurable: true, writable: true })
    } else if (shape === 'list') {
      const list = (tree[field.name] ??= []) as unknown[]
      if (wire === 2 && (type === 'i' || type === 'l' || type === 'b')) {
        const stop = reader.uint32() + reader.pos
        while (reader.pos < stop) list.push(single(reader, 0, type, depth))
      } else list.push(single(reader, wire, type, depth))
    } else {
      const value = single(reader, wire, type, depth)
      if (field.name === '*') Object.assign(tree, value)
      else if (value !== undefined && (field.keepsZero || (value !== '' && value !== 0 && value !== false))) tree[field.name] = value
    }
  }
  if (reader.pos !== end) throw new ProtobufError('the message is cut off')
  return tree
}

function zeroOf(type: string): unknown {
  return type === 'i' || type === 'l' ? 0 : type === 'b' ? false : type.includes('.') ? {} : type === 'q' ? '0' : ''
}

function single(reader: Reader, wire: number, type: string, depth: number): unknown {
  switch (type) {
    case 's': return expectWire(wire, 2) && reader.string()
    case 'i': return expectWire(wire, 0) && reader.int32()
    case 'l': return expectWire(wire, 0) && integer(reader)
    case 'b': return expectWire(wire, 0) && reader.bool()
    case 'y': return expectWire(wire, 2) && Buffer.from(reader.bytes()).toString('base64')
  }
  expectWire(wire, 2)
  const end = reader.uint32() + reader.pos
  if (end > reader.len) throw new ProtobufError('the message is cut off')
  if (type.includes('.')) return message(reader, end, type, depth + 1)
  const parts = new Map<number, unknown>()
  while (reader.pos < end) {
    const tag = reader.uint32()
    switch (tag & 7) {
      case 0:
        parts.set(tag >>> 3, integer(reader))
        break
      case 2:
        parts.set(tag >>> 3, reader.bytes())
        break
      default:
        reader.skipType(tag & 7)
    }
  }
  const text = (number: number): string => Buffer.from((parts.get(number) as Uint8Array | undefined) ?? []).toString('utf8')
  const number = (at: number): number => (parts.get(at) as number | undefined) ?? 0
  switch (type) {
    case 'q': return text(1)
    case 'o': return number(1) === 1 ? text(3) : number(2)
    // The zero time stands for none.
    case 't': return parts.size === 0 ? undefined : `${new Date(number(1) * 1000).toISOString().slice(0, 19)}Z`
    case 'u': return parts.size === 0 ? undefined : `${new Date(number(1) * 1000).toISOString().slice(0, 19)}.${String(Math.floor(number(2) / 1000)).padStart(6, '0')}Z`
    case 'r':
    case 'f': return parts.has(1) ? JSON.parse(text(1)) as unknown : undefined
    default: throw new ProtobufError(`the type ${type} is not known`)
  }
}

function expectWire(wire: number, wanted: number): true {
  if (wire !== wanted) throw new ProtobufError(`wrong wire type ${wire}`)
  return true
}

/** int64 as a number. Values of Kubernetes' fields lie far below 2^53; what does not is refused rather than changed. */
function integer(reader: Reader): number {
  const value = Number(reader.int64().toString())
  if (!Number.isSafeInteger(value)) throw new ProtobufError('an integer beyond 2^53')
  return value
}
