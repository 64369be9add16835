import { qosClassOf, type ApiObject, type PersistentVolumeClaim, type Pod, type ResourceQuota, type ScopedResourceSelectorRequirement, type Service } from '../../../api'
import { copyOf, type Fields } from '../draft'
import { forbidden } from '../errors'
import type { Kind } from '../kinds/kind'
import { podTotal } from '../kinds/pod/resources'
import { addAmount, compareAmounts, isZeroAmount, subtractAmounts, type Amounts } from '../quantities'
import type { AdmissionPlugin, Attributes } from './plugin'

/**
 * What an object takes of a namespace's quotas is checked against what is left, and noted at once, before the object is stored.
 * What the quota controller has not counted yet is not limited. Upstream: apiserver/pkg/admission/plugin/resourcequota.
 */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',

  validate(attributes, world) {
    const { kind, namespace, operation } = attributes
    if (namespace === '' || operation === 'DELETE' || attributes.subresource !== '' || kind.virtual === true) return
    const quotas = world.storage.few(world.kinds.ofPath('', 'v1', 'resourcequotas') as Kind, namespace) as unknown as readonly ResourceQuota[]
    if (quotas.length === 0) return
    const usage = usageOf(kind, attributes.object as unknown as ApiObject)
    const before = operation === 'UPDATE' && attributes.old !== undefined ? usageOf(kind, attributes.old) : {}
    const delta = positive(subtractAmounts(usage, before), operation === 'UPDATE')
    const writes: Fields[] = []
    for (const quota of quotas) {
      const hard = quota.status?.hard ?? {}
      const watched = Object.keys(hard).filter((name) => Object.hasOwn(usage, name) || mustBeNamed(kind, name))
      if (watched.length === 0 || !inScope(quota, kind, attributes.object as unknown as ApiObject)) continue
      if (operation === 'CREATE' && isPodKind(kind)) requireNamed(attributes, quota, watched)
      const touched = watched.filter((name) => delta[name] !== undefined && !isZeroAmount(delta[name])).sort()
      if (touched.length === 0) continue
      const used = quota.status?.used ?? {}
      // Only what was counted can be exceeded.
      const counted = touched.filter((name) => used[name] !== undefined || hard[name] !== undefined)
      const over = counted.filter((name) => compareAmounts(delta[name], '0') > 0 && compareAmounts(addAmount(used[name], delta[name]), hard[name]) > 0)
      if (over.length > 0) {
        const list = (amounts: Amounts): string => over.map((name) => `${name}=${String(amounts[name] ?? '0')}`).join(',')
        throw forbidden(kind.resource, attributes.name, `exceeded quota: ${quota.metadata.name ?? ''}, requested: ${list(delta)}, used: ${list(used)}, limited: ${list(hard)}`)
      }
      const nextUsed: Record<string, string | number> = { ...used }
      for (const name of counted) nextUsed[name] = addAmount(used[name], delta[name])
      const next = copyOf({ ...quota, status: { ...quota.status, used: nextUsed } }) as unknown as Fields
      writes.push(next)
    }
    if (!attributes.dryRun) for (const write of writes) world.writeQuota(write)
  },
}

const isPodKind = (kind: Kind): boolean => kind.resource.group === '' && kind.resource.plural === 'pods'

/** On update only a rise is charged at once; a fall is the controller's to notice. */
function positive(delta: Record<string, string>, updating: boolean): Record<string, string> {
  if (!updating) return delta
  return Object.fromEntries(Object.entries(delta).filter(([, amount]) => compareAmounts(amount, '0') > 0))
}

/** What one object counts as. Upstream: pkg/quota/v1/evaluator. */
function usageOf(kind: Kind, object: ApiObject): Record<string, string> {
  const { group, plural } = kind.resource
  const usage: Record<string, string> = { [`count/${plural}${group === '' ? '' : `.${group}`}`]: '1' }
  if (group !== '') return usage
  switch (plural) {
    case 'pods': return { ...usage, ...podUsage(object as unknown as Pod) }
    case 'services': {
      const { spec } = object as unknown as Service
      usage['services'] = '1'
      const ports = String(spec?.ports?.length ?? 0)
      usage['services.nodeports'] = spec?.type === 'NodePort' ? ports : spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false ? ports
        : spec?.type === 'LoadBalancer' ? String((spec.ports ?? []).filter((port) => (port.nodePort ?? 0) !== 0).length) : '0'
      usage['services.loadbalancers'] = spec?.type === 'LoadBalancer' ? '1' : '0'
      return usage
    }
    case 'persistentvolumeclaims': {
      const { spec, metadata } = object as unknown as PersistentVolumeClaim
      const storage = String(spec?.resources?.requests?.['storage'] ?? '0')
      const className = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? ''
      usage['persistentvolumeclaims'] = '1'
      usage['requests.storage'] = storage
      if (className !== '') {
        usage[`${className}.storageclass.storage.k8s.io/persistentvolumeclaims`] = '1'
        usage[`${className}.storageclass.storage.k8s.io/requests.storage`] = storage
      }
      return usage
    }
    case 'configmaps': case 'secrets': case 'replicationcontrollers': case 'resourcequotas':
      usage[plural] = '1'
      return usage
    default: return usage
  }
}

function podUsage(pod: Pod): Record<string, string> {
  const usage: Record<string, string> = {}
  // Pods that are done count as objects only.
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return usage
  usage['pods'] = '1'
  const spec = pod.spec
  if (spec === undefined) return usage
  for (const [name, amount] of Object.entries(podTotal(spec, 'requests'))) {
    const text = String(amount)
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[name] = text
    usage[`requests.${name}`] = text
    if (name.startsWith('hugepages-')) usage[name] = text
  }
  for (const [name, amount] of Object.entries(podTotal(spec, 'limits'))) {
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[`limits.${name}`] = String(amount)
  }
  return usage
}

const computeNames = new Set(['cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage'])
const mustBeNamed = (kind: Kind, name: string): boolean => isPodKind(kind) && computeNames.has(name)

/** Under a quota for an amount every container must say its own. Upstream: podEvaluator.Constraints. */
function requireNamed(attributes: Attributes, quota: ResourceQuota, watched: readonly string[]): void {
  const spec = (attributes.object as unknown as Pod).spec
  if (spec === undefined) return
  const missing = new Map<string, Set<string>>()
  for (const container of [...spec.containers ?? [], ...spec.initContainers ?? []]) {
    const { requests = {}, limits = {} } = container.resources ?? {}
    for (const name of watched) {
      if (!computeNames.has(name)) continue
      const has = name.startsWith('limits.') ? limits[name.slice('limits.'.length)] !== undefined
        : requests[name.startsWith('requests.') ? name.slice('requests.'.length) : name] !== undefined
      if (has) continue
      const names = missing.get(name) ?? new Set<string>()
      names.add(container.name)
      missing.set(name, names)
    }
  }
  if (missing.size === 0) return
  const text = [...missing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, containers]) => `${name} for: ${[...containers].sort().join(',')}`).join('; ')
  throw forbidden(attributes.kind.resource, attributes.name, `failed quota: ${quota.metadata.name ?? ''}: must specify ${text}`)
}

/** Whether a quota's scopes cover the object. Scopes are about Pods (and claims' classes). */
function inScope(quota: ResourceQuota, kind: Kind, object: ApiObject): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(quota.spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...quota.spec?.scopeSelector?.matchExpressions ?? [],
  ]
  if (requirements.length === 0) return true
  if (!isPodKind(kind)) return false
  const pod = object as unknown as Pod
  return requirements.every(({ scopeName, operator, values = [] }) => {
    switch (scopeName) {
      case 'Terminating': return pod.spec?.activeDeadlineSeconds !== undefined && pod.spec.activeDeadlineSeconds >= 0
      case 'NotTerminating': return pod.spec?.activeDeadlineSeconds === undefined
      case 'BestEffort': return pod.spec !== undefined && qosClassOf(pod.spec) === 'BestEffort'
      case 'NotBestEffort': return pod.spec !== undefined && qosClassOf(pod.spec) !== 'BestEffort'
      case 'PriorityClass': {
        const name = pod.spec?.priorityClassName ?? ''
        return operator === 'Exists' ? name !== '' : operator === 'DoesNotExist' ? name === '' : operator === 'In' ? values.includes(name) : !values.includes(name)
      }
      case 'CrossNamespacePodAffinity': {
        const affinity = pod.spec?.affinity
        const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
          ...one?.requiredDuringSchedulingIgnoredDuringExecution ?? [], ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
        ])
        return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined)
      }
      default: return false
    }
  })
}

