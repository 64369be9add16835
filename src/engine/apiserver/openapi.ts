import { hashOf } from '../../base'
import { schemaTypes, type SchemaField, type SchemaNode, type StructNode } from '../../api'
import type { Server } from './call'
import { groupVersions } from './discovery'
import type { Fields } from './draft'
import { allVerbs, type Kind } from './kinds/kind'

// The server's types and roads as OpenAPI. Upstream: kube-openapi; descriptions are left out.

const families: readonly (readonly [string, string])[] = [
  ['meta.v1.', 'io.k8s.apimachinery.pkg.apis.meta.v1.'], ['apiextensions.v1.', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.'],
]

/** The name a type has in OpenAPI documents: io.k8s.api.core.v1.Pod. */
export function openApiName(name: string): string {
  for (const [short, long] of families) if (name.startsWith(short)) return long + name.slice(short.length)
  return name.startsWith('custom:') ? name.slice('custom:'.length) : `io.k8s.api.${name}`
}

type Version = 2 | 3
const refPrefix: Record<Version, string> = { 2: '#/definitions/', 3: '#/components/schemas/' }

const scalarNames: Record<string, string> = {
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time', microTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString', fields: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', rawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
}

function scalarSchemas(version: Version): Fields {
  return {
    [scalarNames['time'] as string]: { type: 'string', format: 'date-time' },
    [scalarNames['microTime'] as string]: { type: 'string', format: 'date-time' },
    [scalarNames['quantity'] as string]: version === 3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' },
    [scalarNames['intOrString'] as string]: version === 3 ? { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] } : { type: 'string', format: 'int-or-string' },
    [scalarNames['fields'] as string]: { type: 'object' },
    [scalarNames['rawExtension'] as string]: { type: 'object' },
  }
}

function schemaOf(node: SchemaNode, version: Version, used: Set<StructNode>, scalars: Set<string>): Fields {
  switch (node.type) {
    case 'struct':
      used.add(node)
      return { $ref: refPrefix[version] + openApiName(node.name) }
    case 'list': return {
      type: 'array', items: schemaOf(node.items, version, used, scalars), ...(node.listType === 'atomic' ? { 'x-kubernetes-list-type': 'atomic' } : { 'x-kubernetes-list-type': node.listType }),
      ...(node.keys.length > 0 ? { 'x-kubernetes-list-map-keys': node.keys } : {}),
    }
    case 'map': return { type: 'object', additionalProperties: schemaOf(node.values, version, used, scalars), ...(node.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}) }
    case 'scalar': {
      const named = scalarNames[node.scalar]
      if (named !== undefined) {
        scalars.add(named)
        return { $ref: refPrefix[version] + named }
      }
      switch (node.scalar) {
        case 'string': return { type: 'string' }
        case 'boolean': return { type: 'boolean' }
        case 'bytes': return { type: 'string', format: 'byte' }
        case 'int32': case 'int64': return { type: 'integer', format: node.scalar }
        case 'double': return { type: 'number', format: 'double' }
        default: return {}
      }
    }
  }
}

function fieldSchema(field: SchemaField, version: Version, used: Set<StructNode>, scalars: Set<string>): Fields {
  const plain = schemaOf(field.node, version, used, scalars)
  const schema: Fields = version === 3 && plain['$ref'] !== undefined ? { allOf: [plain] } : plain
  return {
    ...schema, ...(field.preset === undefined || version === 2 ? {} : { default: field.preset }),
    ...(field.patchStrategies.length > 0 ? { 'x-kubernetes-patch-strategy': field.patchStrategies.join(',') } : {}),
    ...(field.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': field.patchMergeKey }),
  }
}

function structSchema(node: StructNode, version: Version, used: Set<StructNode>, scalars: Set<string>): Fields {
  const properties: Fields = {}
  for (const field of node.fields.values()) properties[field.name] = fieldSchema(field, version, used, scalars)
  const required = [...node.fields.values()].filter((field) => field.required).map((field) => field.name)
  return {
    type: 'object', ...(required.length > 0 ? { required } : {}), ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(node.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(node.kinds.length > 0 ? { 'x-kubernetes-group-version-kind': node.kinds } : {}),
  }
}

/** The types of some kinds and all they are made of. */
function definitionsOf(roots: readonly SchemaNode[], version: Version): Fields {
  const used = new Set<StructNode>()
  const scalars = new Set<string>()
  const out: Fields = {}
  for (const root of roots) schemaOf(root, version, used, scalars)
  // The set grows while it is walked.
  for (const node of used) out[openApiName(node.name)] = structSchema(node, version, used, scalars)
  const named = scalarSchemas(version)
  for (const name of scalars) out[name] = named[name]
  return Object.fromEntries(Object.entries(out).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const listSchema = (kind: Kind, version: Version): Fields => ({
  type: 'object', required: ['items'],
  properties: {
    apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { $ref: `${refPrefix[version]}io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta` },
    items: { type: 'array', items: { $ref: refPrefix[version] + openApiName(kind.schema.name) } },
  },
  'x-kubernetes-group-version-kind': [{ group: kind.resource.group, kind: `${kind.resource.kind}List`, version: kind.resource.version }],
})

const queryParameter = (name: string, type: string, version: Version): Fields => (version === 3
  ? { name, in: 'query', schema: { type, uniqueItems: true } }
  : { name, in: 'query', type, uniqueItems: true })
const pathParameter = (name: string, version: Version): Fields => (version === 3
  ? { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }
  : { name, in: 'path', required: true, type: 'string', uniqueItems: true })

const listParameters = ['allowWatchBookmarks:boolean', 'continue:string', 'fieldSelector:string', 'labelSelector:string', 'limit:integer', 'resourceVersion:string', 'resourceVersionMatch:string', 'sendInitialEvents:boolean', 'timeoutSeconds:integer', 'watch:boolean']
const writeParameters = ['dryRun:string', 'fieldManager:string', 'fieldValidation:string']
const deleteParameters = ['dryRun:string', 'gracePeriodSeconds:integer', 'orphanDependents:boolean', 'propagationPolicy:string']

function operation(kind: Kind, action: string, parameters: readonly string[], version: Version, body: string | undefined): Fields {
  const { group, version: kindVersion, kind: name } = kind.resource
  const ref = { $ref: refPrefix[version] + openApiName(kind.schema.name) }
  const contents = (types: readonly string[], schema: Fields): Fields => Object.fromEntries(types.map((type) => [type, { schema }]))
  const bodySchema: Fields = body === 'patch' ? { type: 'object' } : ref
  const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', ...kind.custom === true ? [] : ['application/strategic-merge-patch+json']]
  const types = body === 'patch' ? patchTypes : ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
  const shown = parameters.map((parameter) => {
    const [parameterName = '', type = 'string'] = parameter.split(':')
    return queryParameter(parameterName, type, version)
  })
  return {
    tags: [group === '' ? 'core_v1' : `${group.split('.')[0] ?? ''}_${kindVersion}`],
    operationId: `${action}${group === '' ? 'Core' : group.split('.')[0] ?? ''}${kindVersion}${name}`,
    parameters: [...shown, ...body !== undefined && version === 2 ? [{ name: 'body', in: 'body', required: true, schema: bodySchema }] : []],
    ...(body !== undefined && version === 3 ? { requestBody: { content: contents(types, bodySchema), required: true } } : {}),
    ...(version === 2 ? { consumes: body === 'patch' ? patchTypes : ['*/*'], produces: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'], schemes: ['https'] } : {}),
    responses: { 200: version === 3 ? { description: 'OK', content: contents(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'], ref) } : { description: 'OK', schema: ref } },
    'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group, kind: name, version: kindVersion },
  }
}

function pathsOf(kinds: readonly Kind[], version: Version): Fields {
  const paths: Fields = {}
  for (const kind of kinds) {
    const { resource } = kind
    const base = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
    const verbs = new Set(kind.verbs ?? allVerbs)
    const scope = resource.namespaced ? [pathParameter('namespace', version)] : []
    const collection = resource.namespaced ? `${base}/namespaces/{namespace}/${resource.plural}` : `${base}/${resource.plural}`
    const pretty = queryParameter('pretty', 'string', version)
    const item: Fields = {}
    if (verbs.has('list')) item['get'] = operation(kind, 'list', listParameters, version, undefined)
    if (verbs.has('create')) item['post'] = operation(kind, 'post', writeParameters, version, 'object')
    if (verbs.has('deletecollection')) item['delete'] = operation(kind, 'deletecollection', [...listParameters, ...deleteParameters], version, undefined)
    paths[collection] = { ...item, parameters: [...scope, pretty] }
    if (resource.namespaced && verbs.has('list')) paths[`${base}/${resource.plural}`] = { get: operation(kind, 'list', listParameters, version, undefined), parameters: [pretty] }
    const one: Fields = {}
    if (verbs.has('get')) one['get'] = operation(kind, 'get', [], version, undefined)
    if (verbs.has('update')) one['put'] = operation(kind, 'put', writeParameters, version, 'object')
    if (verbs.has('delete')) one['delete'] = operation(kind, 'delete', deleteParameters, version, undefined)
    if (verbs.has('patch')) one['patch'] = operation(kind, 'patch', [...writeParameters, 'force:boolean'], version, 'patch')
    if (Object.keys(one).length > 0) paths[`${collection}/{name}`] = { ...one, parameters: [pathParameter('name', version), ...scope, pretty] }
    if (kind.status === true) {
      paths[`${collection}/{name}/status`] = {
        get: operation(kind, 'get', [], version, undefined), put: operation(kind, 'put', writeParameters, version, 'object'),
        patch: operation(kind, 'patch', [...writeParameters, 'force:boolean'], version, 'patch'), parameters: [pathParameter('name', version), ...scope, pretty],
      }
    }
  }
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const rootsOf = (kinds: readonly Kind[]): SchemaNode[] => {
  const types = schemaTypes()
  const extra = ['meta.v1.ListMeta', 'meta.v1.DeleteOptions', 'meta.v1.Status', 'meta.v1.WatchEvent'].map((name) => types.get(name)).filter((node): node is StructNode => node?.type === 'struct')
  return [...kinds.map((kind) => kind.schema), ...extra]
}

const notInV2 = new Set(['anyOf', 'oneOf', 'allOf', 'not', 'nullable', 'default'])

/** Of the schema of a definition what a version of OpenAPI can say. Upstream: schema.ToStructuralOpenAPIV2. */
function plainSchema(schema: unknown, version: Version): unknown {
  if (version === 3 || typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((item) => plainSchema(item, version))
  const out: Fields = {}
  for (const [key, value] of Object.entries(schema)) {
    if (notInV2.has(key)) continue
    out[key] = key === 'properties' ? Object.fromEntries(Object.entries(value as Fields).map(([name, below]) => [name, plainSchema(below, version)])) : key === 'enum' || key === 'example' ? value : plainSchema(value, version)
  }
  return out
}

/** With the members that every object has. Upstream: controller/openapi/builder, buildKubeNative. */
function customSchema(raw: Fields, version: Version): Fields {
  const plain = plainSchema(raw, version) as Fields
  const metadata = { $ref: `${refPrefix[version]}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` }
  return {
    ...plain,
    properties: {
      apiVersion: { type: 'string', description: apiVersionText }, kind: { type: 'string', description: kindText }, ...(plain['properties'] as Fields | undefined),
      metadata: version === 3 ? { allOf: [metadata], description: metadataText } : { ...metadata, description: metadataText },
    },
  }
}

const apiVersionText = 'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources'
const kindText = 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds'
const metadataText = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"

function withLists(kinds: readonly Kind[], version: Version): Fields {
  const definitions = definitionsOf(rootsOf(kinds), version)
  for (const kind of kinds) {
    const name = openApiName(kind.schema.name)
    const raw = kind.openApi
    if (raw !== undefined) {
      definitions[name] = { ...customSchema(raw, version), 'x-kubernetes-group-version-kind': [{ group: kind.resource.group, kind: kind.resource.kind, version: kind.resource.version }] }
    }
    if ((kind.verbs ?? allVerbs).includes('list')) definitions[`${name}List`] = listSchema(kind, version)
  }
  return definitions
}

const bearer = { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' }
const info = { title: 'Kubernetes', version: 'v1.37.2' }

/** The index of /openapi/v3. */
export function openApiIndex(server: Server): Fields {
  const paths: Fields = {}
  for (const { group, version } of groupVersions(server)) {
    if (server.aggregated.some((api) => api.group === group && api.version === version)) continue
    const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
    const custom = [...server.kinds.all()].filter((kind) => kind.custom === true && kind.resource.group === group).map((kind) => JSON.stringify(kind.openApi ?? null)).join()
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(`${info.version} ${path} ${custom}`).toUpperCase()}` }
  }
  return { paths }
}

/** The document of one group version; `undefined` when nothing is served there. */
export function openApiV3(server: Server, group: string, version: string): Fields | undefined {
  const kinds = [...server.kinds.all()].filter(({ resource }) => resource.group === group && resource.version === version)
  if (kinds.length === 0) return undefined
  return { openapi: '3.0.0', info, paths: pathsOf(kinds, 3), components: { schemas: withLists(kinds, 3), securitySchemes: { BearerToken: bearer } } }
}

/** The one document of old. */
export function openApiV2(server: Server): Fields {
  const kinds = [...server.kinds.all()]
  return {
    swagger: '2.0', info, paths: pathsOf(kinds, 2), definitions: withLists(kinds, 2), parameters: {},
    securityDefinitions: { BearerToken: bearer }, security: [{ BearerToken: [] }],
  }
}
