/** What a recording keeps of an object: the table "Fields" in README.md. */
export type Json = { readonly [key: string]: unknown }

const of = (value: unknown, ...path: (string | number)[]): unknown => {
  let at = value
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined
  return at
}
const list = (value: unknown, ...path: (string | number)[]): readonly unknown[] => {
  const found = of(value, ...path)
  return Array.isArray(found) ? found : []
}
const pick = (value: unknown, keys: readonly string[]): Json => Object.fromEntries(keys.map((key) => [key, of(value, key)]))
const images = (template: unknown): unknown => list(template, 'containers').map((container) => of(container, 'image'))
const conditionsOf = (object: unknown, keys: readonly string[]): unknown => list(object, 'status', 'conditions').map((condition) => pick(condition, keys))
const withoutPrefix = (annotations: unknown, prefix: string): Json => Object.fromEntries(
  Object.entries((annotations ?? {}) as Json).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]))

const generatedLabels = new Set(['pod-template-hash', 'controller-revision-hash', 'controller-uid', 'batch.kubernetes.io/controller-uid'])

export function project(kind: string, object: unknown, podName: (ip: string) => string): Json {
  const metadata = of(object, 'metadata')
  const common: Json = {
    owners: list(metadata, 'ownerReferences').map((owner) => ({ kind: of(owner, 'kind'), name: of(owner, 'name'), controller: of(owner, 'controller'), block: of(owner, 'blockOwnerDeletion') })),
    deleting: of(metadata, 'deletionTimestamp') !== undefined,
    finalizers: of(metadata, 'finalizers'),
  }
  return { ...common, ...fields(kind, object, podName) }
}

function fields(kind: string, object: unknown, podName: (ip: string) => string): Json {
  const metadata = of(object, 'metadata')
  const annotations = of(metadata, 'annotations')
  const spec = of(object, 'spec')
  const status = of(object, 'status')
  switch (kind) {
    case 'Deployment': return {
      generation: of(metadata, 'generation'), replicas: of(spec, 'replicas'), revision: of(annotations, 'deployment.kubernetes.io/revision'),
      conditions: conditionsOf(object, ['type', 'status', 'reason']),
      status: pick(status, ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount']),
    }
    case 'ReplicaSet': return {
      replicas: of(spec, 'replicas'), image: images(of(spec, 'template', 'spec')), annotations: withoutPrefix(annotations, 'deployment.kubernetes.io/'),
      conditions: conditionsOf(object, ['type', 'status', 'reason']), observed: of(status, 'observedGeneration') === of(metadata, 'generation'),
      status: pick(status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas']),
    }
    case 'ReplicationController': return { replicas: of(spec, 'replicas'), status: pick(status, ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']) }
    case 'StatefulSet': return {
      replicas: of(spec, 'replicas'),
      status: pick(status, ['replicas', 'readyReplicas', 'availableReplicas', 'currentReplicas', 'updatedReplicas', 'observedGeneration', 'currentRevision', 'updateRevision', 'collisionCount']),
    }
    case 'DaemonSet': return {
      status: pick(status, ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'observedGeneration']),
    }
    case 'ControllerRevision': return { revision: of(object, 'revision') }
    case 'Pod': return podFields(object)
    case 'Job': return {
      suspend: of(spec, 'suspend'), conditions: conditionsOf(object, ['type', 'status', 'reason', 'message']),
      times: { startTime: of(status, 'startTime') !== undefined, completionTime: of(status, 'completionTime') !== undefined },
      uncounted: { succeeded: list(status, 'uncountedTerminatedPods', 'succeeded').length, failed: list(status, 'uncountedTerminatedPods', 'failed').length },
      status: pick(status, ['active', 'ready', 'succeeded', 'failed', 'terminating', 'completedIndexes', 'failedIndexes']),
    }
    case 'CronJob': return { suspend: of(spec, 'suspend'), active: list(status, 'active').map((reference) => of(reference, 'name')) }
    case 'Endpoints': return {
      labels: of(metadata, 'labels'),
      subsets: list(object, 'subsets').map((subset) => ({
        addresses: list(subset, 'addresses').map((address) => addressName(address, podName)), notReady: list(subset, 'notReadyAddresses').map((address) => addressName(address, podName)),
        ports: of(subset, 'ports'),
      })),
    }
    case 'EndpointSlice': return {
      labels: of(metadata, 'labels'), addressType: of(object, 'addressType'), ports: of(object, 'ports'),
      endpoints: list(object, 'endpoints').map((endpoint) => ({
        pod: of(endpoint, 'targetRef', 'name'), conditions: of(endpoint, 'conditions'), node: of(endpoint, 'nodeName'), zone: of(endpoint, 'zone'), hostname: of(endpoint, 'hostname'),
      })),
    }
    case 'PodDisruptionBudget': return {
      ...pick(status, ['observedGeneration', 'disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']), conditions: conditionsOf(object, ['type', 'status', 'reason']),
    }
    case 'ResourceQuota': return pick(status, ['hard', 'used'])
    case 'PersistentVolumeClaim': return { phase: of(status, 'phase'), volume: of(spec, 'volumeName') }
    case 'ConfigMap': case 'Secret': return { keys: Object.keys((of(object, 'data') ?? {}) as Json).sort(), immutable: of(object, 'immutable') }
    case 'Node': return {
      taints: list(spec, 'taints').map((taint) => `${String(of(taint, 'key'))}=${String(of(taint, 'value') ?? '')}:${String(of(taint, 'effect'))}`).sort(),
      conditions: conditionsOf(object, ['type', 'status', 'reason']), unschedulable: of(spec, 'unschedulable'),
    }
    case 'Namespace': return { phase: of(status, 'phase'), specFinalizers: of(spec, 'finalizers'), conditions: conditionsOf(object, ['type', 'status', 'reason']) }
    default: return {}
  }
}

function podFields(object: unknown): Json {
  const metadata = of(object, 'metadata')
  const spec = of(object, 'spec')
  const owner = list(metadata, 'ownerReferences').find((reference) => of(reference, 'controller') === true)
  const conditions = list(object, 'status', 'conditions')
  const disruption = conditions.filter((condition) => of(condition, 'type') === 'DisruptionTarget').map((condition) => pick(condition, ['reason', 'message']))
  return {
    phase: of(object, 'status', 'phase'), ready: conditions.some((condition) => of(condition, 'type') === 'Ready' && of(condition, 'status') === 'True'),
    image: images(spec), node: of(spec, 'nodeName'),
    labels: Object.fromEntries(Object.entries((of(metadata, 'labels') ?? {}) as Json).filter(([key]) => !generatedLabels.has(key))),
    hostname: of(spec, 'hostname'), subdomain: of(spec, 'subdomain'), deletionCost: of(metadata, 'annotations', 'controller.kubernetes.io/pod-deletion-cost'),
    disruption,
    ...(of(owner, 'kind') === 'DaemonSet' ? {
      affinity: of(spec, 'affinity', 'nodeAffinity'),
      tolerations: list(spec, 'tolerations').map((toleration) => `${String(of(toleration, 'key') ?? '')}:${String(of(toleration, 'operator') ?? 'Equal')}:${String(of(toleration, 'effect') ?? '')}`),
    } : {}),
    ...(of(owner, 'kind') === 'Job' ? {
      index: of(metadata, 'annotations', 'batch.kubernetes.io/job-completion-index'),
      env: list(spec, 'containers').flatMap((container) => list(container, 'env').map((variable) => of(variable, 'name'))),
    } : {}),
  }
}

function addressName(address: unknown, podName: (ip: string) => string): unknown {
  return of(address, 'targetRef', 'name') ?? podName(String(of(address, 'ip')))
}

/** null, 0, false, "", [] and {} count as not there, at any depth. */
export function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune).filter((item) => item !== undefined)
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => [key, prune(member)] as const).filter(([, member]) => member !== undefined)
    return members.length === 0 ? undefined : Object.fromEntries(members)
  }
  return value === null || value === 0 || value === false || value === '' ? undefined : value
}

const free = new Set(['conditions', 'finalizers', 'owners', 'taints', 'endpoints', 'addresses', 'notReady', 'active'])
/** Which of these stays depends on whether a status was written in between. */
const progressing = new Set(['NewReplicaSetCreated', 'FoundNewReplicaSet', 'ReplicaSetUpdated'])

/** Lists whose order is free in a fixed order; reasons that count as one as one. Empty lists go. */
export function unordered(value: Json | undefined): Json {
  const walk = (at: unknown, key: string): unknown => {
    if (Array.isArray(at)) {
      const items = at.map((item) => walk(item, ''))
      if (items.length === 0) return undefined
      return free.has(key) ? items.sort((a, b) => (JSON.stringify(sorted(a)) < JSON.stringify(sorted(b)) ? -1 : 1)) : items
    }
    if (typeof at !== 'object' || at === null) return at
    const object = at as Json
    const same = object['type'] === 'Progressing' && object['status'] === 'True' && progressing.has(String(object['reason'])) ? { ...object, reason: 'progressing' } : object
    return Object.fromEntries(Object.entries(same).map(([name, member]) => [name, walk(member, name)]).filter(([, member]) => member !== undefined))
  }
  return walk(value ?? {}, '') as Json
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}
