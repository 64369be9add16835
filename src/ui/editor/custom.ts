import type { ApiObject } from '../../api'
import { anyNode, schemaOfKind, schemaTypes, type ScalarNode, type ScalarType, type SchemaField, type SchemaNode, type StructNode } from '../../api/schema'
import { readPath, type Session } from '../store'

/** What a custom resource's own schema says of a field beyond its type. */
export interface CustomFacts {
  readonly description?: string
  readonly values?: readonly string[]
  readonly preset?: string
}

/** The part of a JSON schema (OpenAPI v3) that is understood. */
export interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
}

const facts = new WeakMap<SchemaField, CustomFacts>()
/** The kinds that the open cluster's definitions brought, by "example.com/v1/Widget". One page has one cluster open. */
let kinds: ReadonlyMap<string, StructNode> = new Map()

/** What a definition says of a field; nothing for Kubernetes' own. */
export function customFacts(field: SchemaField): CustomFacts | undefined {
  return facts.get(field)
}

export function customKind(apiVersion: string, kind: string): StructNode | undefined {
  return kinds.get(`${apiVersion}/${kind}`)
}

export function customKinds(): readonly { readonly apiVersion: string; readonly kind: string }[] {
  return [...kinds.keys()].map((key) => ({ apiVersion: key.slice(0, key.lastIndexOf('/')), kind: key.slice(key.lastIndexOf('/') + 1) }))
}

/** Reads the kinds of an OpenAPI v3 document that Kubernetes does not have into the editor's own notation. Only their metadata refers to another type: it is Kubernetes' own. */
export function kindsOf(schemas: Readonly<Record<string, JsonSchema>>): ReadonlyMap<string, StructNode> {
  const found = new Map<string, StructNode>()
  for (const schema of Object.values(schemas)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      const apiVersion = group === '' ? version : `${group}/${version}`
      if (schema.properties?.['items'] === undefined && schemaOfKind(apiVersion, kind) === undefined) found.set(`${apiVersion}/${kind}`, structOf(schema, kind, [{ group, version, kind }]))
    }
  }
  return found
}

function structOf(schema: JsonSchema, goName: string, own: StructNode['kinds'] = []): StructNode {
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]): [string, SchemaField] => {
    const isMeta = own.length > 0 && name === 'metadata'
    const node = isMeta ? metaNode() : nodeOf(property, `${name.charAt(0).toUpperCase()}${name.slice(1)}`)
    const field: SchemaField = { name, node, required: schema.required?.includes(name) ?? false, pointer: false, writtenNull: false, patchStrategies: [] }
    const values = property.enum?.filter((value) => value !== null).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    facts.set(field, {
      ...(property.description === undefined ? {} : { description: property.description }), ...(values === undefined ? {} : { values }),
      ...(property.default === undefined ? {} : { preset: typeof property.default === 'string' ? property.default : JSON.stringify(property.default) }),
    })
    return [name, field]
  })
  return { type: 'struct', name: `custom.${goName}`, goName, fields: new Map(fields), atomic: false, open: schema['x-kubernetes-preserve-unknown-fields'] === true, kinds: own }
}

function metaNode(): SchemaNode {
  return schemaOfKind('v1', 'ConfigMap')?.fields.get('metadata')?.node ?? anyNode
}

const scalar = (of: ScalarType): ScalarNode => ({ type: 'scalar', scalar: of })

function nodeOf(schema: JsonSchema, goName: string): SchemaNode {
  if (schema['x-kubernetes-int-or-string'] === true) return scalar('intOrString')
  if (schema.properties !== undefined) return structOf(schema, goName)
  switch (schema.type) {
    case 'array': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      const listType = schema['x-kubernetes-list-type']
      return { type: 'list', items: nodeOf(schema.items ?? {}, goName), listType: listType === 'map' || listType === 'set' ? listType : 'atomic', keys }
    }
    case 'object': return typeof schema.additionalProperties === 'object' ? { type: 'map', values: nodeOf(schema.additionalProperties, goName), atomic: false } : anyNode
    case 'string': return scalar(schema.format === 'date-time' ? 'time' : schema.format === 'byte' ? 'bytes' : 'string')
    case 'boolean': return scalar('boolean')
    case 'integer': return scalar(schema.format === 'int32' ? 'int32' : 'int64')
    case 'number': return scalar('double')
    default: return anyNode
  }
}

/** Of which cluster the kinds were learnt, and from what index: the same is not read twice. */
let learnt: { readonly session: Session; readonly index: string } | undefined

/** Learns the kinds that the cluster serves beyond Kubernetes' own: at first, and again when a text speaks of a kind that nobody knows. */
export async function learnCustomKinds(session: Session, objects: readonly ApiObject[]): Promise<void> {
  const isKnown = ({ apiVersion = '', kind = '' }: ApiObject): boolean => schemaOfKind(apiVersion, kind) !== undefined || customKind(apiVersion, kind) !== undefined
  if (learnt?.session === session && objects.every(isKnown)) return
  const index = await readPath<{ readonly paths?: Readonly<Record<string, unknown>> }>(session, '/openapi/v3')
  if (index === undefined) return
  const paths = Object.entries(index.paths ?? {})
  const now = JSON.stringify(paths)
  // The index has a hash of what each group serves: nothing new is served since, and a kind that was unknown still is.
  if (learnt?.session === session && learnt.index === now) return
  learnt = { session, index: now }
  const own = ownGroups()
  const found = new Map<string, StructNode>()
  for (const [path] of paths) {
    const [, group = ''] = /^apis\/([^/]+)\//.exec(path) ?? []
    if (group === '' || own.has(group)) continue
    const document = await readPath<{ readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> } }>(session, `/openapi/v3/${path}`)
    for (const [key, node] of kindsOf(document?.components?.schemas ?? {})) found.set(key, node)
  }
  kinds = found
}

/** Groups that Kubernetes' own schema has kinds of: nothing is to be learnt of them. */
function ownGroups(): ReadonlySet<string> {
  return new Set([...schemaTypes().values()].flatMap((node) => (node.type === 'struct' ? node.kinds.map(({ group }) => group) : [])))
}
