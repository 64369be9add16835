import { anyNode, schemaType, type JSONSchemaProps, type ListNode, type MapNode, type SchemaField, type SchemaNode, type StructNode } from '../../../api'
import { deepEqual } from '../../../base'
import { getKey, isFields } from '../draft'

// A structural schema seen as types, for owners of fields and for OpenAPI. Upstream: apiextensions-apiserver/pkg/apiserver/schema.

export type JsonSchema = JSONSchemaProps

/** The schema of list items; `undefined` when there is none (or a list of schemas, which no structural schema has). */
export function itemsOf(schema: JsonSchema): JsonSchema | undefined {
  return isFields(schema.items) ? (schema.items as JsonSchema) : undefined
}

/** The schema of a map's values; true when any are allowed. */
export function valuesOf(schema: JsonSchema): JsonSchema | true | undefined {
  const given: unknown = schema.additionalProperties
  return isFields(given) ? (given as JsonSchema) : given === true ? true : undefined
}

/** The schema of a member that is named. */
export function propertyOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
}

/** The schema of a member, named or one of a map's values; `undefined` where nothing is said of it. */
export function memberOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const named = propertyOf(schema, name)
  if (named !== undefined) return named
  const values = valuesOf(schema)
  return values === true ? undefined : values
}

/** ".spec" below a struct, "[a]" below a map. */
export function memberPath(path: string, name: string, schema: JsonSchema): string {
  if (propertyOf(schema, name) === undefined) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}

/** Whether two items of a list are the same one, by its keys. */
export const sameKeys = (a: unknown, b: unknown, keys: readonly string[]): boolean => isFields(a) && isFields(b) && keys.every((key) => deepEqual(getKey(a, key), getKey(b, key)))

export const isIntOrString = (schema: JsonSchema): boolean => schema['x-kubernetes-int-or-string'] === true
export const preservesUnknown = (schema: JsonSchema): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true
export const isEmbedded = (schema: JsonSchema): boolean => schema['x-kubernetes-embedded-resource'] === true

/** Whatever there is: its maps are taken apart, everything else is one value. Upstream: structured-merge-diff's deduced type. */
export const deducedNode: StructNode = { type: 'struct', name: 'deduced', goName: '', fields: new Map(), atomic: false, open: true, kinds: [] }

const field = (name: string, node: SchemaNode, required = false): SchemaField =>
  ({ name, node, required, pointer: true, writtenNull: false, patchStrategies: [] })

/** What every object has, whatever its schema says. */
function objectFields(): Map<string, SchemaField> {
  const text: SchemaNode = { type: 'scalar', scalar: 'string' }
  return new Map([field('apiVersion', text), field('kind', text), field('metadata', schemaType('meta.v1.ObjectMeta'))].map((one) => [one.name, one]))
}

/** The type of a whole custom object: what its schema says, and the members that every object has. */
export function nodeOfKind(schema: JsonSchema | undefined, gvk: { readonly group: string; readonly version: string; readonly kind: string }): StructNode {
  const name = `custom:${[...gvk.group.split('.').reverse(), gvk.version, gvk.kind].join('.')}`
  const fields = objectFields()
  for (const [key, below] of Object.entries(schema?.properties ?? {})) {
    if (!fields.has(key)) fields.set(key, field(key, nodeOf(below), schema?.required?.includes(key) === true))
  }
  return { type: 'struct', name, goName: gvk.kind, fields, atomic: false, open: schema === undefined || preservesUnknown(schema), kinds: [gvk] }
}

/** Lists are replaced as a whole unless they say otherwise, maps are taken apart. Upstream: kube-openapi's ToSchema. */
export function nodeOf(schema: JsonSchema): SchemaNode {
  if (isIntOrString(schema)) return { type: 'scalar', scalar: 'intOrString' }
  switch (schema.type) {
    case 'string': return { type: 'scalar', scalar: 'string' }
    case 'boolean': return { type: 'scalar', scalar: 'boolean' }
    case 'integer': return { type: 'scalar', scalar: 'int64' }
    case 'number': return { type: 'scalar', scalar: 'double' }
    case 'array': return listNode(schema)
    case 'object': return objectNode(schema)
    default: return preservesUnknown(schema) ? deducedNode : anyNode
  }
}

function listNode(schema: JsonSchema): ListNode {
  const items = itemsOf(schema)
  const type = schema['x-kubernetes-list-type']
  return {
    type: 'list', items: items === undefined ? anyNode : nodeOf(items), listType: type === 'set' || type === 'map' ? type : 'atomic',
    keys: type === 'map' ? schema['x-kubernetes-list-map-keys'] ?? [] : [],
  }
}

function objectNode(schema: JsonSchema): StructNode | MapNode {
  const atomic = schema['x-kubernetes-map-type'] === 'atomic'
  const values = valuesOf(schema)
  if (values !== undefined) return { type: 'map', values: values === true ? deducedNode : nodeOf(values), atomic }
  const fields = isEmbedded(schema) ? objectFields() : new Map<string, SchemaField>()
  for (const [key, below] of Object.entries(schema.properties ?? {})) {
    // A list item is told apart by a field that may have a default.
    if (!fields.has(key)) fields.set(key, { ...field(key, nodeOf(below), schema.required?.includes(key) === true), ...(below.default === undefined ? {} : { preset: below.default }) })
  }
  return { type: 'struct', name: 'custom', goName: '', fields, atomic, open: preservesUnknown(schema), kinds: [] }
}
