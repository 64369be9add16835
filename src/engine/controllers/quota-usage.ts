import { canonicalQuantity, parseQuantity, podLimits, podRequests, type ApiObject, type PersistentVolumeClaim, type Pod, type Quantity, type Resource, type ResourceQuotaSpec, type Service } from '../../api'

type Usage = Readonly<Record<string, Quantity>>

/** What one object takes from a quota, by the names quotas use. Upstream: pkg/quota/v1/evaluator/core. */
export function usageOf(resource: Resource, object: ApiObject): Usage {
  const count = { [`count/${resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`}`]: '1' }
  switch (resource.plural) {
    case 'pods': return { ...count, ...podUsage(object as unknown as Pod) }
    case 'services': return { ...count, ...serviceUsage(object as unknown as Service) }
    case 'persistentvolumeclaims': return { ...count, ...claimUsage(object as unknown as PersistentVolumeClaim) }
    case 'replicationcontrollers': case 'resourcequotas': case 'secrets': case 'configmaps': return { ...count, [resource.plural]: '1' }
    default: return count
  }
}

/** A finished Pod, and one that should be gone by now, takes no compute; it is still an object. Upstream: PodUsageFunc, QuotaV1Pod. */
function podUsage(pod: Pod): Usage {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return {}
  const usage: Record<string, Quantity> = { pods: '1' }
  const requests = podRequests(pod)
  const limits = podLimits(pod)
  for (const [name, amount] of requests) {
    const text = textOf(name, amount, formatOf(pod, name))
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage[name] = text
    usage[`requests.${name}`] = text
    if (name.startsWith('hugepages-')) usage[name] = text
  }
  for (const [name, amount] of limits) usage[`limits.${name}`] = textOf(name, amount, formatOf(pod, name))
  return usage
}

/** Amounts of the api room are plain numbers; quotas are written in the family the Pod used. */
function textOf(name: string, amount: number, format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent'): string {
  const nanos = BigInt(Math.round(amount)) * (name === 'cpu' ? 1_000_000n : 1_000_000_000n)
  return canonicalQuantity({ nanos, format })
}

function formatOf(pod: Pod, name: string): 'BinarySI' | 'DecimalSI' | 'DecimalExponent' {
  for (const container of pod.spec?.containers ?? []) {
    const text = container.resources?.requests?.[name] ?? container.resources?.limits?.[name]
    if (text !== undefined) return parseQuantity(text)?.format ?? 'DecimalSI'
  }
  return 'DecimalSI'
}

function serviceUsage(service: Service): Usage {
  const ports = service.spec?.ports ?? []
  const type = service.spec?.type ?? 'ClusterIP'
  const nodePorts = type === 'NodePort' || (type === 'LoadBalancer' && service.spec?.allocateLoadBalancerNodePorts !== false) ? ports.length : 0
  return { services: '1', 'services.nodeports': String(nodePorts), 'services.loadbalancers': type === 'LoadBalancer' ? '1' : '0' }
}

function claimUsage(claim: PersistentVolumeClaim): Usage {
  const storage = claim.spec?.resources?.requests?.['storage']
  const storageClass = claim.spec?.storageClassName
  const byClass = storageClass === undefined || storageClass === '' ? {} : {
    [`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`]: '1',
    ...(storage === undefined ? {} : { [`${storageClass}.storageclass.storage.k8s.io/requests.storage`]: storage }),
  }
  return { persistentvolumeclaims: '1', ...(storage === undefined ? {} : { 'requests.storage': storage }), ...byClass }
}

/** Whether a quota with scopes counts the object at all; only Pods are ever in a scope. Upstream: podMatchesScopeFunc. */
export function inScope(resource: Resource, object: ApiObject, spec: ResourceQuotaSpec): boolean {
  const scopes = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as readonly string[] })),
    ...(spec.scopeSelector?.matchExpressions ?? []).map((expression) => ({ ...expression, values: expression.values ?? [] })),
  ]
  if (scopes.length === 0) return true
  if (resource.plural !== 'pods') return false
  const pod = object as unknown as Pod
  return scopes.every(({ scopeName, operator, values }) => {
    switch (scopeName) {
      case 'Terminating': return pod.spec?.activeDeadlineSeconds !== undefined
      case 'NotTerminating': return pod.spec?.activeDeadlineSeconds === undefined
      case 'BestEffort': return isBestEffort(pod)
      case 'NotBestEffort': return !isBestEffort(pod)
      case 'CrossNamespacePodAffinity': return crossesNamespaces(pod)
      case 'PriorityClass': {
        const name = pod.spec?.priorityClassName ?? ''
        if (operator === 'Exists') return name !== ''
        if (operator === 'DoesNotExist') return name === ''
        return operator === 'In' ? values.includes(name) : operator === 'NotIn' ? !values.includes(name) : false
      }
      default: return false
    }
  })
}

function isBestEffort(pod: Pod): boolean {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].every((container) => (
    ['cpu', 'memory'].every((name) => container.resources?.requests?.[name] === undefined && container.resources?.limits?.[name] === undefined)))
}

function crossesNamespaces(pod: Pod): boolean {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  const terms = [
    ...(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []), ...(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((preferred) => preferred.podAffinityTerm),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((preferred) => preferred.podAffinityTerm),
  ]
  return terms.some((term) => (term?.namespaces ?? []).length > 0 || term?.namespaceSelector !== undefined)
}
