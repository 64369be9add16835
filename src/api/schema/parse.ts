/** What a field may hold. Lists and maps describe their parts, structs their fields. */
export type SchemaNode = StructNode | MapNode | ListNode | ScalarNode

/** rawExtension and any are kept as they are; fields is the tree of a managedFields entry. */
export type ScalarType =
  | 'string' | 'boolean' | 'int32' | 'int64' | 'double' | 'bytes' | 'time' | 'microTime' | 'quantity' | 'intOrString' | 'fields' | 'rawExtension' | 'any'

export interface ScalarNode {
  readonly type: 'scalar'
  readonly scalar: ScalarType
}

export interface MapNode {
  readonly type: 'map'
  readonly values: SchemaNode
  /** Applied as a whole: one owner for all of it. */
  readonly atomic: boolean
}

export interface ListNode {
  readonly type: 'list'
  readonly items: SchemaNode
  readonly listType: 'atomic' | 'set' | 'map'
  /** Of a list of type map: the fields that tell its items apart. */
  readonly keys: readonly string[]
}

export interface StructNode {
  readonly type: 'struct'
  /** core.v1.Pod, meta.v1.ObjectMeta: OpenAPI's name without the prefix that all of a family share. */
  readonly name: string
  /** The Go type: Pod. Error messages name it. */
  readonly goName: string
  readonly fields: ReadonlyMap<string, SchemaField>
  readonly atomic: boolean
  /** Any JSON is allowed beside the fields (custom resources that preserve unknown fields). */
  readonly open: boolean
  readonly kinds: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
}

export interface SchemaField {
  readonly name: string
  readonly node: SchemaNode
  readonly required: boolean
  /** A pointer in Go: its zero value is written out, unlike that of other optional scalars. */
  readonly pointer: boolean
  /** Written as null when it is not given (Go's nil without omitempty). */
  readonly writtenNull: boolean
  /** Written even when it was not given; for structs `{}`. */
  readonly preset?: unknown
  readonly patchStrategies: readonly string[]
  readonly patchMergeKey?: string
}

const scalars: Record<string, ScalarType> = {
  s: 'string', b: 'boolean', i32: 'int32', i64: 'int64', f64: 'double', bytes: 'bytes', Time: 'time', MicroTime: 'microTime', Quantity: 'quantity',
  IntOrString: 'intOrString', FieldsV1: 'fields', RawExtension: 'rawExtension', object: 'any',
}
const scalarNodes = new Map<string, ScalarNode>(Object.entries(scalars).map(([sign, scalar]) => [sign, { type: 'scalar', scalar }]))
export const anyNode: ScalarNode = { type: 'scalar', scalar: 'any' }

/**
 * Reads the notation of kubernetes.ts. A line is `name [atomic] [any] [@group/version/Kind ...] [field ...]`; a field is
 * `name:type[!][?][^][~strategy[,strategy][(mergeKey)]][=default]` with ! required, ? pointer, ^ null when absent, ~ strategic merge patch;
 * a type is a scalar sign, another type's name (`.Name`: of the same package), `[items]atomic|set|map(keys)` or `{values}atomic`.
 */
export function parseSchema(text: string): ReadonlyMap<string, StructNode | ScalarNode> {
  const types = new Map<string, StructNode | ScalarNode>()
  const pending: (() => void)[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const words = line.split(' ')
    const name = words[0] as string
    const home = name.slice(0, name.lastIndexOf('.') + 1)
    const fieldTexts: string[] = []
    const kinds: { group: string; version: string; kind: string }[] = []
    let atomic = false
    let any = false
    for (const word of words.slice(1)) {
      if (word === 'atomic') atomic = true
      else if (word === 'any') any = true
      else if (word.startsWith('@')) {
        const [group = '', version = '', kind = ''] = word.slice(1).split('/')
        kinds.push({ group, version, kind })
      } else fieldTexts.push(word)
    }
    if (any) {
      types.set(name, anyNode)
      continue
    }
    const fields = new Map<string, SchemaField>()
    types.set(name, { type: 'struct', name, goName: name.slice(home.length), fields, atomic, open: false, kinds })
    pending.push(() => {
      for (const fieldText of fieldTexts) {
        const field = parseField(fieldText, home, types)
        fields.set(field.name, field)
      }
    })
  }
  for (const resolve of pending) resolve()
  return types
}

function parseField(text: string, home: string, types: ReadonlyMap<string, StructNode | ScalarNode>): SchemaField {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon)
  const reader = { text, at: colon + 1 }
  const node = parseType(reader, home, types)
  let required = false
  let pointer = false
  let writtenNull = false
  let patchStrategies: string[] = []
  let patchMergeKey: string | undefined
  let preset: unknown
  while (reader.at < text.length) {
    const sign = text.charAt(reader.at++)
    if (sign === '!') required = true
    else if (sign === '?') pointer = true
    else if (sign === '^') writtenNull = true
    else if (sign === '~') {
      const match = /^([a-zA-Z,]+)(?:\(([a-zA-Z]+)\))?/.exec(text.slice(reader.at))
      patchStrategies = (match?.[1] ?? '').split(',')
      patchMergeKey = match?.[2]
      reader.at += match?.[0].length ?? 0
    } else {
      preset = JSON.parse(text.slice(reader.at))
      break
    }
  }
  return {
    name, node, required, pointer, writtenNull, patchStrategies,
    ...(patchMergeKey === undefined ? {} : { patchMergeKey }), ...(preset === undefined ? {} : { preset }),
  }
}

function parseType(reader: { readonly text: string; at: number }, home: string, types: ReadonlyMap<string, StructNode | ScalarNode>): SchemaNode {
  const { text } = reader
  const open = text.charAt(reader.at)
  if (open === '[') {
    reader.at++
    const items = parseType(reader, home, types)
    reader.at++
    const match = /^(?:atomic|set|map\(([^)]*)\))/.exec(text.slice(reader.at))
    reader.at += match?.[0].length ?? 0
    const keys = match?.[1]?.split(',') ?? []
    return { type: 'list', items, listType: keys.length > 0 ? 'map' : match?.[0] === 'set' ? 'set' : 'atomic', keys }
  }
  if (open === '{') {
    reader.at++
    const values = parseType(reader, home, types)
    reader.at++
    const atomic = text.startsWith('atomic', reader.at)
    if (atomic) reader.at += 'atomic'.length
    return { type: 'map', values, atomic }
  }
  const match = /^[A-Za-z0-9.]+/.exec(text.slice(reader.at))
  const word = match?.[0] ?? ''
  reader.at += word.length
  const node = scalarNodes.get(word) ?? types.get(word.startsWith('.') ? home + word.slice(1) : word)
  if (node === undefined) throw new Error(`the schema names no type ${word}`)
  return node
}
