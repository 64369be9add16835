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
  /** Characters that were read for it, roughly: what was taken as it is of `live` does not count. Undefined where nobody counted. */
  readonly size?: number
}

/**
 * What Go's decoder makes of a JSON tree: unknown fields go, null is absence, optional scalars with their zero value go,
 * fields without omitempty come. Throws `DecodeError` for a value of the wrong type.
 * What `live`, an object of the same kind that was decoded once, has at the same place (identity) is taken as it is, neither read nor copied.
 * The object is put into `into`, whose members come first.
 */
export function decodeObject(body: unknown, node: StructNode, live?: unknown, into: Fields = {}): Decoded {
  const reader = new Reader(node.goName)
  return { object: reader.struct(body, node, 0, live, into), unknown: reader.unknown, size: reader.size }
}

/** Like `decodeObject`, for a part of an object. */
export function decodePart(value: unknown, node: SchemaNode): unknown {
  return new Reader('').value(value, node, 0, undefined)
}

/** Where a reader is, for Go's type errors: the innermost struct's type, and the fields that lead there from the outermost. */
interface Place {
  readonly owner: string
  readonly goPath: string
}

class Reader implements Place {
  readonly unknown: string[] = []
  /** Characters so far; an object, a list and a member count four, a text what it is long. */
  size = 0
  owner: string
  /** Field names, indexes and keys that lead to where we are; put together only when there is something to say. */
  readonly #path: (string | number)[] = []
  readonly #fields: string[] = []

  constructor(owner: string) {
    this.owner = owner
  }

  get goPath(): string {
    return this.#fields.join('.')
  }

  struct(value: unknown, node: StructNode, depth: number, live: unknown, out: Fields = {}): Fields {
    if (!isFields(value)) throw mismatch(value, this, goType(node))
    if (depth > maxDepth) throw new DecodeError('exceeded max depth')
    const outer = this.owner
    this.owner = node.goName
    const before = isFields(live) ? live : undefined
    for (const key in value) {
      const field = node.fields.get(key)
      const member = value[key]
      if (field === undefined) {
        if (node.open) {
          setKey(out, key, anything(member, depth))
          this.size += key.length + roughSize(member)
        }
        else if (member !== undefined) this.unknown.push(this.#pathTo(key))
        continue
      }
      if (member === null || member === undefined) continue
      if (typeof member === 'object' && before !== undefined && before[key] === member) {
        out[key] = member
        continue
      }
      let read: unknown
      this.size += key.length + 4
      if (field.node.type === 'scalar' && typeof member === 'string' && field.node.scalar === 'string') {
        read = member
        this.size += member.length
      } else {
        this.#path.push(key)
        this.#fields.push(key)
        read = this.value(member, field.node, depth + 1, before?.[key])
        this.#path.pop()
        this.#fields.pop()
      }
      if (field.preset === undefined && !field.pointer && isZero(read, field.node)) continue
      if (field.writtenNull && Array.isArray(read) && read.length === 0) {
        // Stored by way of protobuf, an empty list comes back as none.
        out[key] = null
        continue
      }
      out[key] = read
    }
    this.owner = outer
    for (const field of presetFields(node)) {
      if (out[field.name] !== undefined) continue
      if (field.preset !== undefined) out[field.name] = field.node.type === 'struct' ? new Reader('').struct(field.preset, field.node, depth + 1, undefined) : field.preset
      else out[field.name] = null
    }
    return out
  }

  value(value: unknown, node: SchemaNode, depth: number, live: unknown): unknown {
    switch (node.type) {
      case 'struct': return this.struct(value, node, depth, live)
      case 'list': return this.#list(value, node, depth, live)
      case 'map': {
        if (!isFields(value)) throw mismatch(value, this, goType(node))
        const out: Fields = {}
        for (const key in value) {
          const member = value[key]
          if (member === undefined) continue
          this.size += key.length + 4
          if (typeof member === 'string' && node.values.type === 'scalar' && node.values.scalar === 'string') {
            setKey(out, key, member)
            this.size += member.length
            continue
          }
          this.#path.push(key)
          setKey(out, key, member === null ? zeroOf(node.values) : this.value(member, node.values, depth + 1, undefined))
          this.#path.pop()
        }
        return out
      }
      case 'scalar':
        if (typeof value === 'string') this.size += value.length
        else if (typeof value === 'object' && value !== null && !knownFields.has(value)) this.size += roughSize(value)
        return scalar(value, node, this, depth)
    }
  }

  #list(value: unknown, node: ListNode, depth: number, live: unknown): unknown {
    if (!Array.isArray(value)) throw mismatch(value, this, goType(node))
    const before = Array.isArray(live) && node.items.type !== 'scalar' ? live as readonly unknown[] : undefined
    const out: unknown[] = []
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i]
      this.size += 4
      if (item === null || item === undefined) out.push(node.items.type === 'struct' ? new Reader('').struct({}, node.items, depth + 1, undefined) : zeroOf(node.items))
      else if (before !== undefined && typeof item === 'object' && (before[i] === item || (before.length <= 32 && before.includes(item)))) out.push(item)
      else {
        this.#path.push(i)
        out.push(this.value(item, node.items, depth + 1, undefined))
        this.#path.pop()
      }
    }
    return out
  }

  /** "spec.containers[0].nope" */
  #pathTo(key: string): string {
    let text = ''
    for (const step of [...this.#path, key]) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`
    return text
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
    case 'struct': return new Reader('').struct({}, node, 0, undefined)
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

function scalar(value: unknown, node: ScalarNode, place: Place, depth: number): unknown {
  switch (node.scalar) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, place, 'string')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, place, 'bool')
      return value
    case 'int32': case 'int64': {
      if (typeof value !== 'number') throw mismatch(value, place, node.scalar)
      const max = node.scalar === 'int32' ? int32Max : int64Max
      if (!Number.isInteger(value) || value > max || value < -max - 1) {
        throw new DecodeError(`json: cannot unmarshal number ${numberText(value)} into Go struct field ${place.owner}.${place.goPath} of type ${node.scalar}`)
      }
      return value === 0 ? 0 : value
    }
    case 'double':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw mismatch(value, place, 'float64')
      return value
    case 'bytes': {
      if (typeof value !== 'string') throw mismatch(value, place, '[]uint8')
      const at = base64Fault(value)
      if (at >= 0) throw new DecodeError(`illegal base64 data at input byte ${at}`)
      return value
    }
    case 'time': case 'microTime': return time(value, node.scalar, place)
    case 'quantity': return quantity(value)
    case 'intOrString':
      if (typeof value === 'string') return value
      if (typeof value !== 'number') throw mismatch(value, place, 'string')
      if (!Number.isInteger(value) || Math.abs(value) > int32Max) throw mismatch(value, place, 'int32')
      return value
    case 'fields': case 'rawExtension':
      if (!isFields(value)) throw mismatch(value, place, node.scalar === 'fields' ? 'v1.FieldsV1' : 'runtime.RawExtension')
      return knownFields.has(value) ? value : anything(value, depth)
    case 'any': return anything(value, depth)
  }
}

/** Characters a tree takes, roughly; stops counting beyond `enough`. */
export function roughSize(value: unknown, enough = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 4
  let size = 2
  if (Array.isArray(value)) {
    for (const item of value) {
      size += roughSize(item, enough) + 1
      if (size > enough) return size
    }
    return size
  }
  for (const key in value) {
    const member = (value as Fields)[key]
    size += key.length + 4 + (typeof member === 'string' ? member.length + 2 : roughSize(member, enough))
    if (size > enough) return size
  }
  return size
}

/** Trees of fields that the server itself made and froze, with what they were made of: decoding gives them as they are. */
export const knownFields = new WeakMap<object, unknown>()

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

const timeMemo = new Map<string, string>()

/** RFC 3339 in UTC, in whole seconds or with six decimals. */
function time(value: unknown, scalarType: 'time' | 'microTime', place: Place): string {
  if (typeof value !== 'string') throw mismatch(value, place, 'string')
  if (scalarType === 'microTime') return readTime(value, scalarType)
  let known = timeMemo.get(value)
  if (known === undefined) {
    known = readTime(value, scalarType)
    // A memo: it says nothing that the text does not say.
    if (timeMemo.size > 1_000) timeMemo.clear()
    timeMemo.set(value, known)
  }
  return known
}

function readTime(value: string, scalarType: 'time' | 'microTime'): string {
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

function mismatch(value: unknown, { owner, goPath }: Place, type: string): DecodeError {
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
