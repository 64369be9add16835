import { canonicalQuantity, parseQuantity, timeText, virtualMs, virtualOf, type ListNode, type ScalarNode, type SchemaField, type SchemaNode, type StructNode } from '../../api'
import { isFields, maxDepth, setKey, type Fields } from './draft'

/** The body is not what its kind allows; the message is the decoder's, as Go says it. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

export interface Decoded {
  /** A tree of our own: known fields only, zero values dropped, amounts and times in canonical form, schema defaults filled in. */
  readonly object: Fields
  /** Paths of fields that the kind does not have: "spec.extra", "spec.containers[0].nope". */
  readonly unknown: readonly string[]
}

/**
 * What Go's decoder makes of a JSON tree: unknown fields go, null is absence, optional scalars with their zero value go,
 * fields without omitempty come. Throws `DecodeError` for a value of the wrong type.
 * `fill` false leaves out what was not given (patches, server-side apply configurations).
 */
export function decodeObject(body: unknown, node: StructNode): Decoded {
  const reader = new Reader()
  return { object: reader.struct(body, node, '', node.goName, '', 0), unknown: reader.unknown }
}

/** Like `decodeObject`, for a part of an object. */
export function decodePart(value: unknown, node: SchemaNode): unknown {
  return new Reader().value(value, node, '', '', '', 0)
}

class Reader {
  readonly unknown: string[] = []

  /** `path` is where we are for people (with indexes), `owner` and `goPath` for Go's type errors. */
  struct(value: unknown, node: StructNode, path: string, owner: string, goPath: string, depth: number): Fields {
    if (!isFields(value)) throw mismatch(value, owner, goPath, goType(node))
    if (depth > maxDepth) throw new DecodeError('exceeded max depth')
    const out: Fields = {}
    for (const key of Object.keys(value)) {
      const field = node.fields.get(key)
      const member = value[key]
      const fieldPath = path === '' ? key : `${path}.${key}`
      if (field === undefined) {
        if (node.open) setKey(out, key, anything(member, depth))
        else if (member !== undefined) this.unknown.push(fieldPath)
        continue
      }
      if (member === null || member === undefined) continue
      const read = this.value(member, field.node, fieldPath, node.goName, goPath === '' ? key : `${goPath}.${key}`, depth + 1)
      if (field.preset === undefined && !field.pointer && isZero(read, field.node)) continue
      if (field.writtenNull && Array.isArray(read) && read.length === 0) {
        // Stored by way of protobuf, an empty list comes back as none.
        out[key] = null
        continue
      }
      out[key] = read
    }
    for (const field of presetFields(node)) {
      if (out[field.name] !== undefined) continue
      if (field.preset !== undefined) out[field.name] = field.node.type === 'struct' ? this.struct(field.preset, field.node, '', '', '', depth + 1) : field.preset
      else out[field.name] = null
    }
    return out
  }

  value(value: unknown, node: SchemaNode, path: string, owner: string, goPath: string, depth: number): unknown {
    switch (node.type) {
      case 'struct': return this.struct(value, node, path, owner, goPath, depth)
      case 'list': return this.#list(value, node, path, owner, goPath, depth)
      case 'map': {
        if (!isFields(value)) throw mismatch(value, owner, goPath, goType(node))
        const out: Fields = {}
        for (const key of Object.keys(value)) {
          const member = value[key]
          if (member === undefined) continue
          setKey(out, key, member === null ? zeroOf(node.values) : this.value(member, node.values, `${path}.${key}`, owner, goPath, depth + 1))
        }
        return out
      }
      case 'scalar': return scalar(value, node, owner, goPath, depth)
    }
  }

  #list(value: unknown, node: ListNode, path: string, owner: string, goPath: string, depth: number): unknown {
    if (!Array.isArray(value)) throw mismatch(value, owner, goPath, goType(node))
    const out: unknown[] = []
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i]
      if (item === null || item === undefined) out.push(node.items.type === 'struct' ? this.struct({}, node.items, '', '', '', depth + 1) : zeroOf(node.items))
      else out.push(this.value(item, node.items, `${path}[${i}]`, owner, goPath, depth + 1))
    }
    return out
  }
}

const presetMemo = new WeakMap<StructNode, readonly SchemaField[]>()
function presetFields(node: StructNode): readonly SchemaField[] {
  let found = presetMemo.get(node)
  if (found === undefined) {
    found = [...node.fields.values()].filter((field) => field.preset !== undefined || field.writtenNull)
    presetMemo.set(node, found)
  }
  return found
}

function isZero(value: unknown, node: SchemaNode): boolean {
  switch (node.type) {
    case 'struct': return false
    case 'list': return Array.isArray(value) && value.length === 0
    case 'map': return isFields(value) && Object.keys(value).length === 0
    case 'scalar':
      return node.scalar === 'string' || node.scalar === 'bytes' ? value === '' : node.scalar === 'boolean' ? value === false
        : node.scalar === 'int32' || node.scalar === 'int64' || node.scalar === 'double' ? value === 0 : false
  }
}

function zeroOf(node: SchemaNode): unknown {
  switch (node.type) {
    case 'struct': return new Reader().struct({}, node, '', '', '', 0)
    case 'list': case 'map': return null
    case 'scalar':
      switch (node.scalar) {
        case 'string': case 'bytes': return ''
        case 'boolean': return false
        case 'quantity': return '0'
        case 'int32': case 'int64': case 'double': case 'intOrString': return 0
        default: return null
      }
  }
}

const int32Max = 2_147_483_647
// Numbers arrive as JavaScript's: beyond 2^53 they cannot be told apart, so int64 is checked with a margin.
const int64Max = 2 ** 63

function scalar(value: unknown, node: ScalarNode, owner: string, goPath: string, depth: number): unknown {
  switch (node.scalar) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, owner, goPath, 'string')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, owner, goPath, 'bool')
      return value
    case 'int32': case 'int64': {
      if (typeof value !== 'number') throw mismatch(value, owner, goPath, node.scalar)
      const max = node.scalar === 'int32' ? int32Max : int64Max
      if (!Number.isInteger(value) || value > max || value < -max - 1) {
        throw new DecodeError(`json: cannot unmarshal number ${numberText(value)} into Go struct field ${owner}.${goPath} of type ${node.scalar}`)
      }
      return value === 0 ? 0 : value
    }
    case 'double':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw mismatch(value, owner, goPath, 'float64')
      return value
    case 'bytes': {
      if (typeof value !== 'string') throw mismatch(value, owner, goPath, '[]uint8')
      const at = base64Fault(value)
      if (at >= 0) throw new DecodeError(`illegal base64 data at input byte ${at}`)
      return value
    }
    case 'time': case 'microTime': return time(value, node.scalar, owner, goPath)
    case 'quantity': return quantity(value)
    case 'intOrString':
      if (typeof value === 'string') return value
      if (typeof value !== 'number') throw mismatch(value, owner, goPath, 'string')
      if (!Number.isInteger(value) || Math.abs(value) > int32Max) throw mismatch(value, owner, goPath, 'int32')
      return value
    case 'fields': case 'rawExtension':
      if (!isFields(value)) throw mismatch(value, owner, goPath, node.scalar === 'fields' ? 'v1.FieldsV1' : 'runtime.RawExtension')
      return known.has(value) ? value : anything(value, depth)
    case 'any': return anything(value, depth)
  }
}

const known = new WeakSet<object>()

/** Marks a tree that the server itself made and froze: decoding gives it as it is. */
export function knownFields(fields: Fields): Fields {
  known.add(fields)
  return fields
}

/** A copy of any JSON. Throws `DecodeError` for what is nested too deep. */
export function anyValue(value: unknown): unknown {
  return anything(value, 0)
}

function anything(value: unknown, depth: number): unknown {
  if (depth > maxDepth) throw new DecodeError('exceeded max depth')
  if (Array.isArray(value)) return value.map((item) => anything(item, depth + 1))
  if (isFields(value)) {
    const out: Fields = {}
    for (const key of Object.keys(value)) if (value[key] !== undefined) setKey(out, key, anything(value[key], depth + 1))
    return out
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new DecodeError('json: unsupported value')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

const quantityMemo = new Map<string, string>()

/** Canonical text of an amount. Upstream: Quantity.UnmarshalJSON. */
function quantity(value: unknown): string {
  const text = typeof value === 'number' ? numberText(value) : typeof value === 'string' ? value.trim() : undefined
  if (text === undefined) throw new DecodeError(quantityMessage)
  const known = quantityMemo.get(text)
  if (known !== undefined) return known
  const parsed = parseQuantity(text)
  if (parsed === undefined) throw new DecodeError(quantityProblem(text))
  const canonical = canonicalQuantity(parsed)
  // A memo: it says nothing that the text does not say.
  if (quantityMemo.size > 5_000) quantityMemo.clear()
  quantityMemo.set(text, canonical)
  return canonical
}

const quantityMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function quantityProblem(text: string): string {
  if (text === '') return quantityMessage
  // Digits first, then a suffix nobody knows: the suffix parser complains; all else is the expression's business.
  return /^[+-]?[0-9]*\.?[0-9]*[eEinumkKMGTP]+[-+]?[0-9]*$/.test(text) && /^[+-]?\.?[0-9]/.test(text) ? "unable to parse quantity's suffix" : quantityMessage
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toString() : String(value)
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** RFC 3339 in UTC, in whole seconds or with six decimals. */
function time(value: unknown, scalarType: 'time' | 'microTime', owner: string, goPath: string): string {
  if (typeof value !== 'string') throw mismatch(value, owner, goPath, 'string')
  const match = rfc3339.exec(value)
  const at = match === null ? Number.NaN : virtualOf(value)
  const layout = scalarType === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
  if (Number.isNaN(at) || match === null) throw new DecodeError(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`)
  if (scalarType === 'microTime' && match[7] === undefined) {
    throw new DecodeError(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(match[8])} as ".000000"`)
  }
  const seconds = timeText(virtualMs(Math.floor(at / 1000) * 1000))
  return scalarType === 'time' ? seconds : `${seconds.slice(0, -1)}.${(match[7] ?? '.').slice(1, 7).padEnd(6, '0')}Z`
}

/** Index of the first character that is no base64, or -1. */
function base64Fault(text: string): number {
  const clean = text.replace(/[\r\n]/g, '')
  for (let i = 0; i < clean.length; i++) {
    const character = clean.charAt(i)
    if (/[A-Za-z0-9+/]/.test(character)) continue
    if (character === '=') {
      const rest = clean.slice(i)
      if (i % 4 >= 2 && (i + rest.length) % 4 === 0 && /^={1,2}$/.test(rest)) return -1
      return i
    }
    return i
  }
  return clean.length % 4 === 0 ? -1 : clean.length - (clean.length % 4)
}

function mismatch(value: unknown, owner: string, goPath: string, type: string): DecodeError {
  const shown = Array.isArray(value) ? 'array' : typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value
  return goPath === ''
    ? new DecodeError(`json: cannot unmarshal ${shown} into Go value of type ${type}`)
    : new DecodeError(`json: cannot unmarshal ${shown} into Go struct field ${owner}.${goPath} of type ${type}`)
}

/** The Go type of a schema node, as error messages print it. */
function goType(node: SchemaNode): string {
  switch (node.type) {
    case 'struct': return `${packageOf(node.name)}.${node.goName}`
    case 'list': return `[]${goType(node.items)}`
    case 'map': return node.values.type === 'scalar' && node.values.scalar === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(node.values)}`
    case 'scalar':
      switch (node.scalar) {
        case 'boolean': return 'bool'
        case 'double': return 'float64'
        case 'bytes': return '[]uint8'
        case 'time': return 'v1.Time'
        case 'microTime': return 'v1.MicroTime'
        case 'quantity': return 'resource.Quantity'
        case 'intOrString': return 'intstr.IntOrString'
        case 'fields': return 'v1.FieldsV1'
        case 'rawExtension': return 'runtime.RawExtension'
        case 'any': return 'interface {}'
        default: return node.scalar
      }
  }
}

function packageOf(name: string): string {
  const parts = name.split('.')
  return parts[parts.length - 2] ?? 'v1'
}
