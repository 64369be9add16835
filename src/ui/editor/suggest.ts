import { schemaOfKind, schemaTypes, type SchemaField, type SchemaNode, type StructNode } from '../../api/schema'
import { customFacts, customKind, customKinds } from './custom'
import { defaults, enumerations } from './known'
import { alike, pathText, placeAt, type Path, type Place } from './place'
import { schedulerConfigVersion, schedulerSchema } from './scheduler-schema'

export interface Suggestion {
  readonly label: string
  /** What kind of thing a field holds ("string", "[Container] by name"); empty for values. */
  readonly type: string
  readonly required: boolean
  /** What is written: for fields with the colon, and the line that follows where there is one. */
  readonly insert: string
  /** Values can be suggested at once for what was inserted. */
  readonly more: boolean
  readonly preset?: string
  readonly described?: Described
}

export interface Suggestions {
  readonly column: number
  readonly items: readonly Suggestion[]
}

/** What the schema knows of a field. */
export interface FieldFacts {
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly preset: string | undefined
  readonly keys: readonly string[]
  readonly values: readonly string[]
  readonly described: Described
}

/** Where a field is described: by its own schema, or by Kubernetes under its type's name. */
export type Described = { readonly text: string } | { readonly type: string; readonly field: string }

/** What can be written at a cursor (line and column from 1). Nothing where the document's kind is unknown, but for apiVersion and kind. */
export function suggestAt(text: string, line: number, column: number): Suggestions {
  const place = placeAt(text, line, column)
  const whole = text.split(/\r?\n/)[line - 1] ?? ''
  return { column: place.column, items: place.at === 'key' ? keysAt(place, whole, column) : valuesAt(place).map(valueSuggestion) }
}

function keysAt(place: Place, whole: string, column: number): readonly Suggestion[] {
  const node = nodeAt(place, place.path)
  if (node?.type === 'scalar') return typeof place.path.at(-1) === 'number' ? valuesAt(place).map(valueSuggestion) : []
  if (node?.type === 'list') {
    // Below the list's name, before the first marker.
    return /-/.test(place.word) ? [] : node.items.type === 'struct' ? fieldsOf(node.items).map((field) => suggestionOf(place, whole, column, field, '- ', node.items as StructNode)) : []
  }
  const prefix = place.path.length === 0 ? '' : `${pathText(place.path)}.`
  const fields = node?.type === 'struct' ? fieldsOf(node) : place.path.length === 0 ? rootFields : []
  return fields.filter((field) => field.name !== 'status' || place.path.length > 0 || node?.type === 'struct' && node.goName === 'Node')
    .filter(({ name }) => !place.values.has(`${prefix}${name}`)).map((field) => suggestionOf(place, whole, column, field, '', node?.type === 'struct' ? node : undefined))
}

const rootFields: readonly SchemaField[] = ['apiVersion', 'kind'].map((name) => ({
  name, node: { type: 'scalar', scalar: 'string' }, required: true, pointer: false, writtenNull: false, patchStrategies: [],
}))

/** What must be there first, the rest in the order of its schema: Kubernetes' own is by name, a definition's as it was written. */
function fieldsOf(node: StructNode): readonly SchemaField[] {
  const rank = (field: SchemaField): number => (field.required ? 0 : 1)
  return [...node.fields.values()].sort((a, b) => rank(a) - rank(b))
}

function suggestionOf(place: Place, whole: string, column: number, field: SchemaField, before: string, struct: StructNode | undefined): Suggestion {
  const { node } = field
  const follows = whole.slice(column - 1)
  // Nested lines are indented as from the line's beginning; what stands after markers needs more.
  const lead = ' '.repeat(Math.max(0, place.column - 1 - (whole.length - whole.trimStart().length)) + before.length)
  const nested = node.type === 'scalar' ? ' ' : place.flow ? ' ' : node.type === 'list' ? `\n${lead}- ` : `\n${lead}  `
  const custom = customFacts(field)
  const preset = custom ? custom.preset : struct && defaults[`${struct.goName}.${field.name}`]
  return { label: field.name, type: typeText(node), required: field.required, insert: `${before}${field.name}${/^\s*[\w-]*:/.test(follows) ? '' : `:${nested}`}`, more: true, ...(preset === undefined ? {} : { preset }), ...(struct ? { described: described(struct, field) } : {}) }
}

function valueSuggestion(label: string): Suggestion {
  return { label, type: '', required: false, insert: label, more: false }
}

function valuesAt(place: Place): readonly string[] {
  const [only] = place.path
  if (place.path.length === 1 && only === 'kind') return unique(kinds().filter(({ apiVersion }) => [undefined, '', apiVersion].includes(place.values.get('apiVersion'))).map(({ kind }) => kind))
  if (place.path.length === 1 && only === 'apiVersion') return unique(kinds().filter(({ kind }) => [undefined, '', kind].includes(place.values.get('kind'))).map(({ apiVersion }) => apiVersion))
  const node = nodeAt(place, place.path)
  if (node?.type === 'scalar' && node.scalar === 'boolean') return ['true', 'false']
  const item = typeof place.path.at(-1) === 'number'
  if (node?.type !== 'scalar') return []
  const owner = ownerOf(place, item ? place.path.slice(0, -1) : place.path)
  if (owner?.struct.goName === 'PluginConfig' && owner.field.name === 'name') return Object.keys(schedulerSchema().args)
  return owner ? valuesOf(owner.struct, owner.field) : []
}

/** What is known of the field a cursor is on: its name or its value. Undefined off the schema. */
export function factsAt(text: string, line: number, column: number): (FieldFacts & { readonly from: number; readonly to: number }) | undefined {
  const whole = text.split(/\r?\n/)[line - 1] ?? ''
  const isWord = (sign: string): boolean => /[\w.$/-]/.test(sign)
  let [from, to] = [column - 1, column - 1]
  while (from > 0 && isWord(whole.charAt(from - 1))) from--
  while (to < whole.length && isWord(whole.charAt(to))) to++
  if (from === to) return undefined
  const place = placeAt(text, line, to + 1)
  const isKey = place.at === 'key' && /^["']?\s*:/.test(whole.slice(to))
  const path = isKey ? [...place.path, whole.slice(from, to)] : place.path
  const item = typeof path.at(-1) === 'number'
  const owner = ownerOf(place, item ? path.slice(0, -1) : path)
  if (!owner || (place.at === 'key' && !isKey && !item)) return undefined
  const { struct, field } = owner
  const known = `${struct.goName}.${field.name}`
  const custom = customFacts(field)
  const preset = custom ? custom.preset : defaults[known]
  return {
    from: from + 1, to: to + 1, path: pathText(path), type: typeText(field.node), required: field.required, preset,
    keys: field.node.type === 'list' ? field.node.keys : [], values: valuesOf(struct, field), described: described(struct, field),
  }
}

function valuesOf(struct: StructNode, field: SchemaField): readonly string[] {
  const custom = customFacts(field)
  return custom ? custom.values ?? [] : enumerations[`${struct.goName}.${field.name}`] ?? []
}

function described(struct: StructNode, field: SchemaField): Described {
  const custom = customFacts(field)
  return custom ? { text: custom.description ?? '' } : { type: struct.name, field: field.name }
}

/** For a field that its object does not have (spec.replcias): the names of the kind most like it. */
export function fieldFixes(apiVersion: string, kind: string, field: string, values: ReadonlyMap<string, string> = new Map()): readonly string[] {
  const path: Path = [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((match) => (match[1] === undefined ? match[2] ?? '' : Number(match[1])))
  const wrong = path.at(-1)
  const node = nodeAt({ values: new Map([...values, ['apiVersion', apiVersion], ['kind', kind]]) }, path.slice(0, -1))
  return node?.type === 'struct' && typeof wrong === 'string' ? alike(wrong, [...node.fields.keys()]) : []
}

function ownerOf(place: Place, path: Path): { readonly struct: StructNode; readonly field: SchemaField } | undefined {
  const name = path.at(-1)
  const struct = nodeAt(place, path.slice(0, -1))
  const field = struct?.type === 'struct' && typeof name === 'string' ? struct.fields.get(name) : undefined
  return struct?.type === 'struct' && field ? { struct, field } : undefined
}

function nodeAt({ values }: Pick<Place, 'values'>, path: Path): SchemaNode | undefined {
  const [apiVersion = '', kind = ''] = [values.get('apiVersion'), values.get('kind')]
  let node: SchemaNode | undefined = apiVersion === schedulerConfigVersion && kind === 'KubeSchedulerConfiguration' ? schedulerSchema().root : schemaOfKind(apiVersion, kind) ?? customKind(apiVersion, kind)
  for (const [index, part] of path.entries()) {
    if (typeof part === 'number') node = node?.type === 'list' ? node.items : undefined
    else if (node?.type === 'struct') {
      const name: string = node.goName
      node = name === 'PluginConfig' && part === 'args' ? schedulerSchema().args[values.get(`${pathText(path.slice(0, index))}.name`) ?? ''] : node.fields.get(part)?.node
    } else node = node?.type === 'map' ? node.values : undefined
  }
  return node
}

/** "string", "[Container]", "{string}", "PodSpec". */
export function typeText(node: SchemaNode): string {
  switch (node.type) {
    case 'scalar': return node.scalar
    case 'struct': return node.goName
    case 'map': return `{${typeText(node.values)}}`
    case 'list': return `[${typeText(node.items)}]`
  }
}

/** What a person writes: no lists, and nothing that is only a question or an option of a request. */
function kinds(): readonly { readonly apiVersion: string; readonly kind: string }[] {
  const found = [{ apiVersion: schedulerConfigVersion, kind: 'KubeSchedulerConfiguration' }, ...customKinds()]
  for (const node of schemaTypes().values()) {
    if (node.type !== 'struct' || node.name.startsWith('meta.') || !node.fields.has('metadata') || node.fields.has('items')) continue
    for (const { group, version, kind } of node.kinds) found.push({ apiVersion: group === '' ? version : `${group}/${version}`, kind })
  }
  return found
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}
