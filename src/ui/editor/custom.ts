import type { ApiObject } from '../../api'
import { anyNode, schemaOfKind, type ScalarNode, type ScalarType, type SchemaField, type SchemaNode, type StructNode } from '../../api/schema'
import type { Session } from '../store'

/** What a custom resource's own schema says of a field beyond its type. */
export interface CustomFacts {
  readonly description?: string
  readonly values?: readonly string[]
  readonly preset?: string
}

/** The part of a JSON schema (OpenAPI v3) that is understood. */
export interface JsonSchema {
  readonly $ref?: string
  readonly allOf?: readonly JsonSchema[]
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

/** Reads the kinds of an OpenAPI v3 document into the editor's own notation. Refers to Kubernetes' own types become those. */
export function kindsOf(schemas: Readonly<Record<string, JsonSchema>>): ReadonlyMap<string, StructNode> {
  const found = new Map<string, StructNode>()
  for (const schema of Object.values(schemas)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      const apiVersion = group === '' ? version : `${group}/${version}`
      if (schema.properties?.['items'] === undefined && schemaOfKind(apiVersion, kind) === undefined) found.set(`${apiVersion}/${kind}`, structOf(schema, kind, schemas, [{ group, version, kind }]))
    }
  }
  return found
}

function structOf(schema: JsonSchema, goName: string, schemas: Readonly<Record<string, JsonSchema>>, own: StructNode['kinds'] = []): StructNode {
  const fields = Object.entries(schema.properties ?? {}).map(([name, property]): [string, SchemaField] => {
    const isMeta = own.length > 0 && name === 'metadata'
    const node = isMeta ? metaNode() : nodeOf(property, `${name.charAt(0).toUpperCase()}${name.slice(1)}`, schemas)
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

function nodeOf(schema: JsonSchema, goName: string, schemas: Readonly<Record<string, JsonSchema>>): SchemaNode {
  if (schema['x-kubernetes-int-or-string'] === true) return scalar('intOrString')
  if (schema.properties !== undefined) return structOf(schema, goName, schemas)
  switch (schema.type) {
    case 'array': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      const listType = schema['x-kubernetes-list-type']
      return { type: 'list', items: nodeOf(schema.items ?? {}, goName, schemas), listType: listType === 'map' || listType === 'set' ? listType : 'atomic', keys }
    }
    case 'object': return typeof schema.additionalProperties === 'object' ? { type: 'map', values: nodeOf(schema.additionalProperties, goName, schemas), atomic: false } : anyNode
    case 'string': return scalar(schema.format === 'date-time' ? 'time' : schema.format === 'byte' ? 'bytes' : 'string')
    case 'boolean': return scalar('boolean')
    case 'integer': return scalar(schema.format === 'int32' ? 'int32' : 'int64')
    case 'number': return scalar('double')
    default: return anyNode
  }
}

/** What was learnt of which cluster, and when: the same is not asked twice. */
let learnt: { readonly session: Session; readonly index: string; readonly unknown: string } | undefined

/** Learns the kinds that the cluster serves beyond Kubernetes' own: at first, and again when a text speaks of a kind that nobody knows. */
export async function learnCustomKinds(session: Session, objects: readonly ApiObject[]): Promise<void> {
  const unknown = objects.filter(({ apiVersion, kind }) => schemaOfKind(apiVersion ?? '', kind ?? '') === undefined && customKind(apiVersion ?? '', kind ?? '') === undefined).map(({ apiVersion, kind }) => `${apiVersion}/${kind}`).join(' ')
  if (learnt?.session === session && unknown === '') return
  const read = async <Body>(path: string): Promise<Body | undefined> => {
    const answer = await session.call('read', { path }).catch(() => undefined)
    return answer?.status === 200 ? answer.body as Body : undefined
  }
  const index = await read<{ readonly paths?: Readonly<Record<string, unknown>> }>('/openapi/v3')
  const paths = Object.entries(index?.paths ?? {})
  const now = JSON.stringify(paths)
  // Nothing new is served since: a kind that was unknown still is.
  if (learnt?.session === session && learnt.index === now && learnt.unknown === unknown) return
  learnt = { session, index: now, unknown }
  const found = new Map<string, StructNode>()
  for (const [path] of paths) {
    const [, group = ''] = /^apis\/([^/]+)\//.exec(path) ?? []
    // Kubernetes' own groups have one-word names or end in k8s.io; definitions may end so too, but only with a permit.
    if (group === '' || !group.includes('.') || builtIn.has(group)) continue
    const document = await read<{ readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> } }>(`/openapi/v3/${path}`)
    for (const [key, node] of kindsOf(document?.components?.schemas ?? {})) found.set(key, node)
  }
  kinds = found
}

/** Groups that are in Kubernetes' own schema: nothing is to be learnt of them. */
const builtIn = new Set([
  'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io',
  'events.k8s.io', 'flowcontrol.apiserver.k8s.io', 'internal.apiserver.k8s.io', 'metrics.k8s.io', 'networking.k8s.io', 'node.k8s.io', 'rbac.authorization.k8s.io', 'resource.k8s.io', 'scheduling.k8s.io', 'storage.k8s.io', 'storagemigration.k8s.io',
])
