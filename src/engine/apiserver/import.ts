import { ApiError, ownerNotImported, type ApiObject } from '../../api'
import type { Server } from './call'
import { DecodeError, decodeObject } from './decode'
import { copyOf, isFields, setKey, type Draft, type Fields } from './draft'
import { errorText, FieldErrors } from './field-errors'
import type { Kind } from './kinds/kind'
import { dnsSubdomain } from './names'
import { validateObjectMeta } from './object-meta'
import { checkTree } from './body'

/** What became of one object of an import. */
export interface ImportedObject {
  readonly kind: string
  readonly apiVersion: string
  readonly namespace?: string
  readonly name: string
  readonly stored: boolean
  /** Why it was left out, when it was. */
  readonly reason?: string
  /** What a strict server would have refused; the object is used all the same. */
  readonly problems: readonly string[]
}

export interface ImportResult {
  readonly objects: readonly ImportedObject[]
  /** Namespaces that were made because objects lie in them. */
  readonly namespacesCreated: readonly string[]
  readonly stored: number
  readonly leftOut: number
}

/** Old homes of kinds that are still understood. */
const movedKinds: Record<string, string> = {
  'extensions/v1beta1/Deployment': 'apps/v1', 'extensions/v1beta1/DaemonSet': 'apps/v1', 'extensions/v1beta1/ReplicaSet': 'apps/v1',
  'extensions/v1beta1/Ingress': 'networking.k8s.io/v1', 'extensions/v1beta1/NetworkPolicy': 'networking.k8s.io/v1', 'networking.k8s.io/v1beta1/Ingress': 'networking.k8s.io/v1',
  'apps/v1beta1/Deployment': 'apps/v1', 'apps/v1beta1/StatefulSet': 'apps/v1', 'apps/v1beta2/Deployment': 'apps/v1', 'apps/v1beta2/DaemonSet': 'apps/v1',
  'apps/v1beta2/ReplicaSet': 'apps/v1', 'apps/v1beta2/StatefulSet': 'apps/v1', 'apps/v1beta1/ControllerRevision': 'apps/v1', 'apps/v1beta2/ControllerRevision': 'apps/v1',
  'batch/v1beta1/CronJob': 'batch/v1', 'batch/v2alpha1/CronJob': 'batch/v1', 'policy/v1beta1/PodDisruptionBudget': 'policy/v1',
  'scheduling.k8s.io/v1beta1/PriorityClass': 'scheduling.k8s.io/v1', 'scheduling.k8s.io/v1alpha1/PriorityClass': 'scheduling.k8s.io/v1',
  'storage.k8s.io/v1beta1/StorageClass': 'storage.k8s.io/v1', 'storage.k8s.io/v1beta1/CSINode': 'storage.k8s.io/v1', 'storage.k8s.io/v1beta1/CSIDriver': 'storage.k8s.io/v1',
  'rbac.authorization.k8s.io/v1beta1/Role': 'rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1/RoleBinding': 'rbac.authorization.k8s.io/v1',
  'rbac.authorization.k8s.io/v1beta1/ClusterRole': 'rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1/ClusterRoleBinding': 'rbac.authorization.k8s.io/v1',
  'coordination.k8s.io/v1beta1/Lease': 'coordination.k8s.io/v1', 'discovery.k8s.io/v1beta1/EndpointSlice': 'discovery.k8s.io/v1',
  'autoscaling/v1/HorizontalPodAutoscaler': 'autoscaling/v2', 'autoscaling/v2beta1/HorizontalPodAutoscaler': 'autoscaling/v2', 'autoscaling/v2beta2/HorizontalPodAutoscaler': 'autoscaling/v2',
  'node.k8s.io/v1beta1/RuntimeClass': 'node.k8s.io/v1', 'apiextensions.k8s.io/v1beta1/CustomResourceDefinition': 'apiextensions.k8s.io/v1',
  'events.k8s.io/v1beta1/Event': 'events.k8s.io/v1',
}

/**
 * Puts objects of a real cluster into the store as they are: uid, times, status, owners of fields and what nobody knows stay.
 * Only the resourceVersion is new. Objects that cannot be used are left out with the reason; the others are stored even where a
 * strict server would refuse them, and that is said too. `settleDefinitions` is called once CustomResourceDefinitions are stored, so that
 * the objects they define find a home.
 */
export function importObjects(server: Server, objects: readonly unknown[], settleDefinitions: () => void): ImportResult {
  const flat = objects.flatMap((object) => itemsOf(object, 0))
  const results: ImportedObject[] = []
  const namespacesCreated: string[] = []
  // Definitions first, then namespaces: others need them.
  const rank = (object: unknown): number => {
    const kind = isFields(object) ? object['kind'] : ''
    return kind === 'CustomResourceDefinition' ? 0 : kind === 'Namespace' ? 1 : 2
  }
  const order = flat.map((object, i) => ({ object, i })).sort((a, b) => rank(a.object) - rank(b.object) || a.i - b.i)
  const byIndex: ImportedObject[] = []
  let definitions = order.some(({ object }) => rank(object) === 0)
  for (const { object, i } of order) {
    if (definitions && rank(object) > 0) {
      settleDefinitions()
      definitions = false
    }
    byIndex[i] = importOne(server, object, namespacesCreated)
  }
  for (const result of byIndex) results.push(result)
  markWithoutOwner(server, results)
  const stored = results.filter((result) => result.stored).length
  return { objects: results, namespacesCreated, stored, leftOut: results.length - stored }
}

/** An owner that the dump leaves out (`kubectl get pods` alone) is unknown, not gone: what it owns must not be collected for that. */
function markWithoutOwner(server: Server, results: readonly ImportedObject[]): void {
  const present = new Set<string>()
  for (const { value } of server.storage.objects()) present.add(value.metadata.uid ?? '')
  for (const result of results) {
    const kind = result.stored ? (server.kinds.ofKind(movedKinds[`${result.apiVersion}/${result.kind}`] ?? result.apiVersion, result.kind)) : undefined
    if (kind === undefined) continue
    const live = server.storage.get(kind, result.namespace ?? '', result.name)
    const owners = live?.metadata.ownerReferences ?? []
    if (live === undefined || owners.length === 0 || owners.some((owner) => present.has(owner.uid))) continue
    server.storage.put(kind, { ...live, metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, [ownerNotImported]: 'true' } } } as unknown as Fields)
  }
}

function itemsOf(object: unknown, depth: number): unknown[] {
  if (isFields(object) && Array.isArray(object['items']) && typeof object['kind'] === 'string' && object['kind'].endsWith('List') && depth < 10) {
    const itemKind = object['kind'].slice(0, -'List'.length)
    return (object['items'] as unknown[]).flatMap((item) => itemsOf(
      isFields(item) && itemKind !== '' ? { apiVersion: object['apiVersion'], kind: itemKind, ...item } : item, depth + 1,
    ))
  }
  return [object]
}

function importOne(server: Server, given: unknown, namespacesCreated: string[]): ImportedObject {
  const fields = isFields(given) ? given : {}
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const meta = isFields(fields['metadata']) ? fields['metadata'] : {}
  const about = { kind: text(fields['kind']), apiVersion: text(fields['apiVersion']), name: text(meta['name']), ...(text(meta['namespace']) === '' ? {} : { namespace: text(meta['namespace']) }) }
  const leftOut = (reason: string): ImportedObject => ({ ...about, stored: false, reason, problems: [] })
  if (!isFields(given)) return leftOut('not an object')
  if (about.kind === '' || about.apiVersion === '') return leftOut('apiVersion and kind are missing')
  const moved = movedKinds[`${about.apiVersion}/${about.kind}`]
  const apiVersion = moved ?? about.apiVersion
  const kind = server.kinds.ofKind(apiVersion, about.kind)
  if (kind === undefined) return leftOut(`no kind ${JSON.stringify(about.kind)} is known in version ${JSON.stringify(about.apiVersion)}`)
  if (about.name === '') return leftOut('metadata.name is missing')
  try {
    checkTree(given)
    const problems: string[] = []
    const draft = draftOf(kind, given, apiVersion, moved === undefined ? undefined : about.apiVersion, problems)
    const draftMeta = draft['metadata'] as Draft<ApiObject['metadata']>
    const nameProblems = (kind.nameRule ?? dnsSubdomain)(about.name)
    if (nameProblems.length > 0) return leftOut(`metadata.name: ${nameProblems[0] ?? ''}`)
    if (kind.resource.namespaced) {
      draftMeta.namespace ??= 'default'
      ensureNamespace(server, draftMeta.namespace, namespacesCreated)
    } else delete draftMeta.namespace
    draftMeta.uid ??= server.context.random.uuid()
    draftMeta.creationTimestamp ??= server.strategyContext.now
    delete draftMeta.resourceVersion
    delete draftMeta.selfLink
    const errors = new FieldErrors()
    validateObjectMeta(draftMeta as ApiObject['metadata'], kind.resource.namespaced, kind.nameRule ?? dnsSubdomain, errors)
    kind.validate?.(draft as unknown as ApiObject, errors)
    problems.push(...errors.list.map(errorText))
    const live = server.storage.get(kind, draftMeta.namespace ?? '', about.name)
    if (live !== undefined && live.metadata.uid !== draftMeta.uid && !isBootstrap(live)) return leftOut('an object of this name is there already')
    server.storage.put(kind, draft)
    return { ...about, ...(draftMeta.namespace === undefined ? {} : { namespace: draftMeta.namespace }), stored: true, problems }
  } catch (error) {
    if (error instanceof DecodeError || error instanceof ApiError) return leftOut(error.message)
    throw error
  }
}

/** Objects every cluster begins with give way to those of the imported one. */
function isBootstrap(live: ApiObject): boolean {
  return live.metadata.annotations === undefined && (live.kind === 'Namespace' || live.kind === 'ServiceAccount' || live.kind === 'PriorityClass' || (live.kind === 'Service' && live.metadata.name === 'kubernetes'))
}

/** Known fields in canonical form with defaults, and every unknown one where it was. */
function draftOf(kind: Kind, given: Fields, apiVersion: string, oldVersion: string | undefined, problems: string[]): Fields {
  const { object, unknown } = kind.shape?.({ ...given, apiVersion }) ?? decodeObject({ ...given, apiVersion }, kind.schema)
  if (oldVersion !== undefined) problems.push(`apiVersion ${oldVersion} is read as ${apiVersion}`)
  problems.push(...unknown.map((path) => `unknown field ${JSON.stringify(path)}`))
  object['apiVersion'] = apiVersion
  object['kind'] = kind.resource.kind
  kind.setDefaults?.(object as unknown as Draft<ApiObject>)
  for (const key of Object.keys(given)) if (!Object.hasOwn(object, key) && given[key] !== null) keepUnknown(object, given, key)
  mergeUnknown(object, given, 0)
  return object
}

function keepUnknown(object: Fields, given: Fields, key: string): void {
  const value = given[key]
  if (value === undefined || value === null || value === '' || value === false || value === 0) return
  if (typeof value === 'object' && Object.keys(value).length === 0) return
  setKey(object, key, copyOf(value as Fields))
}

/** Adds what decoding dropped, in all depths. */
function mergeUnknown(object: Fields, given: Fields, depth: number): void {
  if (depth > 50) return
  for (const key of Object.keys(given)) {
    const [have, want] = [Object.hasOwn(object, key) ? object[key] : undefined, given[key]]
    if (have === undefined) keepUnknown(object, given, key)
    else if (isFields(have) && isFields(want)) mergeUnknown(have, want, depth + 1)
    else if (Array.isArray(have) && Array.isArray(want) && have.length === want.length) {
      have.forEach((item: unknown, i) => {
        const other: unknown = want[i]
        if (isFields(item) && isFields(other)) mergeUnknown(item, other, depth + 1)
      })
    }
  }
}

function ensureNamespace(server: Server, name: string, created: string[]): void {
  const { namespaces } = server.kinds
  if (server.storage.get(namespaces, '', name) !== undefined) return
  const draft: Fields = {
    apiVersion: 'v1', kind: 'Namespace',
    metadata: { name, uid: server.context.random.uuid(), creationTimestamp: server.strategyContext.now, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
  }
  server.storage.put(namespaces, draft)
  created.push(name)
}
