import { ApiError, failure, pathOf, resourceOfKind, splitApiVersion, type ApiList, type ApiObject, type ApiRequest, type ApiResponse, type Resource, type Status } from '../api'
import type { Cluster } from '../engine'

export const person = 'kubectl'

/** How one object of a manifest is sent, as `kubectl apply` would: server-side apply, or create when its name is still to be made. */
export function applyRequest(cluster: Cluster, object: ApiObject, options: { readonly dryRun: boolean; readonly namespace?: string | undefined; readonly force?: boolean }): ApiRequest {
  checkShape(object)
  const resource = resourceFor(cluster, object)
  const namespace = resource.namespaced ? object.metadata.namespace || options.namespace || 'default' : undefined
  const body = namespace === undefined || object.metadata.namespace === namespace ? object : { ...object, metadata: { ...object.metadata, namespace } }
  const dryRun: Record<string, string> = options.dryRun ? { dryRun: 'All' } : {}
  const { name, generateName } = object.metadata
  if (!name) {
    if (!generateName) throw new ApiError(failure(422, 'Invalid', `${resource.kind}${resource.group === '' ? '' : `.${resource.group}`} "" is invalid: metadata.name: Required value: name or generateName is required`))
    return { method: 'POST', path: pathOf(resource, namespace), query: { ...dryRun, fieldManager: person }, body, userAgent: person }
  }
  return {
    method: 'PATCH', path: pathOf(resource, namespace, name), query: { ...dryRun, fieldManager: person, ...(options.force === false ? {} : { force: 'true' }) },
    headers: { 'content-type': 'application/apply-patch+yaml' }, body, userAgent: person,
  }
}

/** What the server says of a body that is no object of any kind. Throws `ApiError`. */
function checkShape(object: unknown): void {
  const refuse = (message: string): never => { throw new ApiError(failure(400, 'BadRequest', message)) }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return refuse('the object provided is not an object')
  const { apiVersion, kind, metadata } = object as Record<string, unknown>
  if (typeof kind !== 'string' || kind === '') return refuse('Object \'Kind\' is missing in the object provided')
  if (typeof apiVersion !== 'string' || apiVersion === '') return refuse('Object \'apiVersion\' is missing in the object provided')
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return refuse('the object provided has no metadata')
}

/** What is stored at a path, if it is there. Leaves no trace. */
export function stored<T = ApiObject>(cluster: Cluster, path: string): T | undefined {
  const response = cluster.read({ method: 'GET', path, userAgent: person })
  return response.status === 200 ? response.body as T : undefined
}

/** "deployment.apps/web": how kubectl names what it did. */
export function objectText(object: ApiObject): string {
  if (typeof object !== 'object' || object === null || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') return 'object'
  const resource = resourceOfKind(object.apiVersion, object.kind)
  const group = resource?.group ?? splitApiVersion(object.apiVersion).group
  const singular = resource?.singular ?? object.kind.toLowerCase()
  return `${singular}${group === '' ? '' : `.${group}`}/${object.metadata?.name ?? object.metadata?.generateName ?? ''}`
}

export function outcomeOf(response: ApiResponse, before: ApiObject | undefined): 'created' | 'configured' | 'unchanged' | 'refused' {
  if (response.status >= 400) return 'refused'
  if (before === undefined) return 'created'
  return (response.body as ApiObject).metadata.resourceVersion === before.metadata.resourceVersion ? 'unchanged' : 'configured'
}

/** The resource of a manifest's kind: a built-in one, or one that a CustomResourceDefinition of the cluster defines. */
function resourceFor(cluster: Cluster, object: ApiObject): Resource {
  const known = resourceOfKind(object.apiVersion, object.kind)
  if (known !== undefined) return known
  const { group, version } = splitApiVersion(object.apiVersion)
  const definitions = stored<ApiList>(cluster, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  for (const item of definitions?.items ?? []) {
    const spec = item['spec'] as { readonly group?: string; readonly scope?: string; readonly names?: { readonly kind?: string; readonly plural?: string; readonly singular?: string } }
    if (spec.group !== group || spec.names?.kind !== object.kind || spec.names.plural === undefined) continue
    return {
      group, version, plural: spec.names.plural, singular: spec.names.singular ?? object.kind.toLowerCase(), kind: object.kind,
      namespaced: spec.scope !== 'Cluster', shortNames: [], categories: [],
    }
  }
  // The words of kubectl's own refusal.
  throw new ApiError(failure(404, 'NotFound', `no matches for kind "${object.kind}" in version "${object.apiVersion}"`))
}

export function statusOf(error: unknown): Status | undefined {
  return error instanceof ApiError ? error.status : undefined
}
