import { compareText } from '../base'
import {
  amountOf, ApiError, controllerOf, failure, instantOf, keyOf, matches, quantityValue, resources, selectorOf, selectorOfMap, virtualMs, virtualOf, type ApiObject, type ContainerStatus, type ControllerRevision, type CronJob,
  type DaemonSet, type Deployment, type EndpointSlice, type HorizontalPodAutoscaler, type IntOrString, type Job, type Labels, type MetricSpec, type MetricStatus, type MetricTarget, type Pod, type PodDisruptionBudget,
  type PodTemplateSpec, type Quantity, type ReplicaSet, type Resource, type Service, type StatefulSet,
} from '../api'
import {
  byAge, byRevision, findNewReplicaSet, isDeploymentComplete, isPodActive, isPodAvailable, isPodReady, isPodTerminating, isRollingUpdate, nextCronTime, podCondition, podRevisionLabel, podsToDelete, revisionOf, rolloutPlan,
  tolerancesOf, withinTolerance, type Cluster,
} from '../engine'
import type {
  AutoscalerMetric, ContainerPip, OwnedAutoscaler, OwnedBudget, OwnedCondition, OwnedGroup, OwnedPod, OwnedService, OwnershipView, PodWords, RevisionRow, RolloutNumbers, RootView, SizePoint, WorkloadList, WorkloadRef,
  WorkloadRow, WorkloadState, WorkloadView,
} from '../protocol'
import type { Happening } from './run'
import type { SizeLedger } from './size-ledger'
import { familyOf } from './workloads'

/** What ownership is read from: the store as it is at the moment on show, and what is known beside it. */
export interface OwnershipSource {
  readonly cluster: Cluster
  readonly now: number
  readonly event: number
  readonly revision: number
  /** What the last event did. */
  readonly happening: Happening | undefined
  /** When an object was made, as a number that grows; 0 for what was there before anybody looked. Settles the order within a second. */
  readonly born: (resource: string, key: string) => number
  readonly workloads: readonly WorkloadView[]
  readonly sizes: SizeLedger
}

/** Pods listed of one group; the others are counted. */
const podsPerGroup = 16
const endpointsPerSlice = 24
const slicesMax = 3
const rowsMax = 500
const sizesMax = 400

const rootResources: readonly Resource[] = [
  resources.deployments, resources.statefulsets, resources.daemonsets, resources.cronjobs, resources.jobs, resources.replicasets, resources.replicationcontrollers, resources.pods,
]

type Stored = { readonly metadata: ApiObject['metadata'] }

function list<T>(cluster: Cluster, resource: Resource, namespace?: string): readonly T[] {
  const all = cluster.listAt(resource)
  return (namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace)) as unknown as readonly T[]
}

// The list

/** All that own Pods and are owned by nobody, system workloads last; at most 500. */
export function workloadList(source: OwnershipSource): WorkloadList {
  const rows: WorkloadRow[] = []
  const signs = signsOf(source.workloads)
  for (const resource of rootResources) {
    for (const object of source.cluster.listAt(resource)) {
      if (controllerOf(object) !== undefined) continue
      const { namespace = '', name = '' } = object.metadata
      const counts = countsOf(object)
      rows.push({ kind: resource.kind, namespace, name, ...signs(resource.kind, namespace, name, object), state: stateOfRoot(object), ...counts, images: imagesOf(templateOf(object)) })
    }
  }
  const system = (row: WorkloadRow): number => Number(row.namespace.startsWith('kube-'))
  const order = new Map(rootResources.map((resource, index) => [resource.kind, index]))
  rows.sort((a, b) => system(a) - system(b) || compareText(a.namespace, b.namespace) || (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) || compareText(a.name, b.name))
  return { rows: rows.slice(0, rowsMax), more: Math.max(0, rows.length - rowsMax) }
}

function signsOf(workloads: readonly WorkloadView[]): (kind: string, namespace: string, name: string, object: Stored) => { readonly letter: string; readonly hue: number } {
  const known = new Map(workloads.map((workload) => [`${workload.kind} ${workload.namespace}/${workload.name}`, workload]))
  return (kind, namespace, name, object) => {
    const found = known.get(`${kind} ${namespace}/${name}`) ?? (kind === 'Pod' ? known.get(`Pod ${namespace}/${familyOf(object)}`) : undefined)
    return { letter: found?.letter ?? '·', hue: found?.hue ?? 0 }
  }
}

function countsOf(object: ApiObject): { readonly ready: number; readonly desired?: number } {
  switch (object.kind) {
    case 'DaemonSet': {
      const { status } = object as unknown as DaemonSet
      return { ready: status?.numberReady ?? 0, desired: status?.desiredNumberScheduled ?? 0 }
    }
    case 'Job': {
      const { spec, status } = object as unknown as Job
      const desired = spec?.completions ?? spec?.parallelism
      return { ready: status?.succeeded ?? 0, ...(desired === undefined ? {} : { desired }) }
    }
    case 'CronJob': return { ready: (object as unknown as CronJob).status?.active?.length ?? 0 }
    case 'Pod': return { ready: Number(isPodReady(object as unknown as Pod)), desired: 1 }
    default: {
      const { spec, status } = object as unknown as ReplicaSet
      return { ready: status?.readyReplicas ?? 0, desired: spec.replicas ?? 1 }
    }
  }
}

function stateOfRoot(object: ApiObject): WorkloadState {
  switch (object.kind) {
    case 'Deployment': {
      const deployment = object as unknown as Deployment
      if (deployment.spec.paused === true) return 'paused'
      if (deployment.status?.conditions?.some((condition) => condition.reason === 'ProgressDeadlineExceeded') === true) return 'stuck'
      return isDeploymentComplete(deployment, deployment.status ?? {}) ? 'settled' : 'rolling'
    }
    case 'StatefulSet': {
      const { metadata, spec, status } = object as unknown as StatefulSet
      const settled = (status?.readyReplicas ?? 0) === (spec.replicas ?? 1) && status?.currentRevision === status?.updateRevision && (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
      return settled ? 'settled' : 'rolling'
    }
    case 'DaemonSet': {
      const { metadata, status } = object as unknown as DaemonSet
      const wanted = status?.desiredNumberScheduled ?? 0
      return (status?.numberReady ?? 0) === wanted && (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) ? 'settled' : 'rolling'
    }
    case 'Job': {
      const { spec, status } = object as unknown as Job
      const is = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
      return is('Complete') ? 'complete' : is('Failed') ? 'failed' : spec?.suspend === true ? 'suspended' : 'rolling'
    }
    case 'CronJob': return (object as unknown as CronJob).spec.suspend === true ? 'suspended' : 'settled'
    case 'Pod': {
      const pod = object as unknown as Pod
      return pod.status?.phase === 'Succeeded' ? 'complete' : pod.status?.phase === 'Failed' ? 'failed' : isPodReady(pod) ? 'settled' : 'rolling'
    }
    default: {
      const { spec, status } = object as unknown as ReplicaSet
      return (status?.readyReplicas ?? 0) === (spec.replicas ?? 1) ? 'settled' : 'rolling'
    }
  }
}

// One workload

/**
 * A workload with all it owns and all that looks at its Pods. Throws `ApiError` (404) when it is not there, or its kind owns no Pods.
 * Looks at the Pods of its namespace once; costs nothing while nobody asks.
 */
export function ownershipOf(source: OwnershipSource, ref: WorkloadRef): OwnershipView {
  const resource = rootResources.find((each) => each.kind === ref.kind)
  const root = resource === undefined ? undefined : source.cluster.listAt(resource).find((object) => object.metadata.name === ref.name && (object.metadata.namespace ?? '') === ref.namespace)
  if (resource === undefined || root === undefined) throw new ApiError(failure(404, 'NotFound', `${(resource?.plural ?? ref.kind).toLowerCase()} "${ref.name}" not found`))
  const owned = ownedBy(source, root)
  const template = templateOf(root)
  const rollout = ref.kind === 'Deployment' ? rolloutOf(source, root as unknown as Deployment, owned) : undefined
  const budgets = list<PodDisruptionBudget>(source.cluster, resources.poddisruptionbudgets, ref.namespace)
  const labels = ref.kind === 'Pod' ? root.metadata.labels ?? {} : template?.metadata?.labels ?? {}
  const victims = victimsOf(source, root, owned, rollout?.next ?? new Map())
  const groups = owned.groups.map((group) => groupView(source, group, victims, rollout?.next.get(group.uid))).filter((group) => group.wants !== 0 || group.exist > 0 || group.terminating > 0 || group.pods.length > 0 || group.role === 'new')
  const rank = new Map(groups.flatMap((group) => group.pods).map((pod, index) => [pod.key, index]))
  const conditions = (root['status'] as { readonly conditions?: readonly Partial<OwnedCondition & { readonly lastTransitionTime: string; readonly lastUpdateTime: string }>[] } | undefined)?.conditions ?? []
  return {
    ...ref, uid: root.metadata.uid ?? '', ...signsOf(source.workloads)(ref.kind, ref.namespace, ref.name, root), state: stateOfRoot(root), deleting: root.metadata.deletionTimestamp !== undefined,
    revision: source.revision, at: virtualMs(source.now), event: source.event,
    root: rootView(source, root, rollout?.numbers),
    templateContainers: (template?.spec?.containers ?? []).map(({ name, image = '' }) => ({ name, image })),
    groups, emptyGroups: owned.groups.length - groups.length,
    services: servicesOf(source, ref.namespace, labels, rank),
    autoscalers: list<HorizontalPodAutoscaler>(source.cluster, resources.horizontalpodautoscalers, ref.namespace)
      .filter(({ spec }) => spec.scaleTargetRef.kind === ref.kind && spec.scaleTargetRef.name === ref.name).map(autoscalerView),
    budgets: budgets.filter((budget) => matches(selectorOf(budget.spec?.selector), labels)).map(budgetView),
    conditions: conditions.map(conditionView),
    history: historyOf(owned),
    changed: (source.happening?.changes ?? []).flatMap(({ object, before }) => {
      const subject = object ?? before
      return subject === undefined || subject.metadata.namespace !== ref.namespace ? [] : [`${subject.kind} ${keyOf(subject)}`]
    }),
    sizes: sizesOf(source, root, owned),
  }
}

/** A set of Pods before it is told. */
interface Group {
  readonly uid: string
  readonly kind: string
  readonly name: string
  readonly short: string
  readonly role: OwnedGroup['role']
  readonly template: PodTemplateSpec | undefined
  readonly revision: number | undefined
  readonly wants: number | undefined
  readonly minReadySeconds: number
  readonly pods: readonly Pod[]
  readonly gone: readonly Pod[]
}

interface Owned {
  readonly kind: 'sets' | 'revisions' | 'jobs' | 'pods'
  readonly groups: readonly Group[]
  readonly newSet: ReplicaSet | undefined
  readonly oldSets: readonly ReplicaSet[]
  readonly revisions: readonly ControllerRevision[]
  /** Name of the revision that has the present template. */
  readonly newest: string | undefined
}

function ownedBy(source: OwnershipSource, root: ApiObject): Owned {
  const { cluster } = source
  const namespace = root.metadata.namespace ?? ''
  const uid = root.metadata.uid ?? ''
  const none = { newSet: undefined, oldSets: [], revisions: [], newest: undefined }
  if (root.kind === 'Pod') return { kind: 'pods', ...none, groups: [{ ...bareGroup, pods: [root as unknown as Pod] }] }
  const byOwner = new Map<string, Pod[]>()
  for (const pod of list<Pod>(cluster, resources.pods)) {
    if (pod.metadata.namespace !== namespace) continue
    const owner = controllerOf(pod)?.uid
    if (owner !== undefined) push(byOwner, owner, pod)
  }
  const goneBy = new Map<string, Pod[]>()
  for (const change of source.happening?.changes ?? []) {
    if (change.object !== undefined || change.before?.kind !== 'Pod' || change.before.metadata.namespace !== namespace) continue
    const owner = controllerOf(change.before)?.uid
    if (owner !== undefined) push(goneBy, owner, change.before as unknown as Pod)
  }
  const podsOf = (owner: string): Pick<Group, 'pods' | 'gone'> => ({ pods: inOrder(source, byOwner.get(owner) ?? []), gone: goneBy.get(owner) ?? [] })
  switch (root.kind) {
    case 'Deployment': {
      const deployment = root as unknown as Deployment
      const sets = list<ReplicaSet>(cluster, resources.replicasets, namespace).filter((set) => controllerOf(set)?.uid === uid).sort(byAge)
      const newSet = findNewReplicaSet(deployment, sets)
      const groups = sets.map((set): Group => ({
        uid: set.metadata.uid ?? '', kind: 'ReplicaSet', name: set.metadata.name ?? '', short: shortOf(set.metadata.name, root.metadata.name), role: set === newSet ? 'new' : 'old', template: set.spec.template,
        revision: revisionOf(set), wants: set.spec.replicas ?? 1, minReadySeconds: set.spec.minReadySeconds ?? 0, ...podsOf(set.metadata.uid ?? ''),
      }))
      return { ...none, kind: 'sets', groups, newSet, oldSets: sets.filter((set) => set !== newSet) }
    }
    case 'StatefulSet': case 'DaemonSet': {
      const { spec, status } = root as unknown as StatefulSet
      const revisions = list<ControllerRevision>(cluster, resources.controllerrevisions, namespace).filter((revision) => controllerOf(revision)?.uid === uid).sort(byRevision)
      const { pods, gone } = podsOf(uid)
      const newest = root.kind === 'StatefulSet' ? status?.updateRevision : revisions.at(-1)?.metadata.name
      const hashOf = (name: string | undefined): string => shortOf(name, root.metadata.name)
      const podHashOf = (pod: Pod): string => shortOf(pod.metadata.labels?.[podRevisionLabel], root.metadata.name)
      const known = new Set(revisions.map((revision) => hashOf(revision.metadata.name)))
      const strays = [...new Set([...pods, ...gone].map(podHashOf))].filter((hash) => !known.has(hash))
      const make = (hash: string, revision: ControllerRevision | undefined): Group => {
        const isNew = newest !== undefined && hash === hashOf(newest)
        const mine = (pod: Pod): boolean => podHashOf(pod) === hash
        return {
          uid: revision?.metadata.uid ?? `${uid} ${hash}`, kind: 'ControllerRevision', name: revision?.metadata.name ?? hash, short: hash, role: isNew ? 'new' : 'old',
          template: isNew ? spec.template : templateIn(revision), revision: revision?.revision,
          wants: undefined, minReadySeconds: spec.minReadySeconds ?? 0, pods: pods.filter(mine), gone: gone.filter(mine),
        }
      }
      const groups = [...strays.map((hash) => make(hash, undefined)), ...revisions.map((revision) => make(hashOf(revision.metadata.name), revision))]
        .map((group) => (root.kind === 'StatefulSet' ? { ...group, pods: [...group.pods].sort((a, b) => (ordinalOf(a) ?? 0) - (ordinalOf(b) ?? 0)) } : group))
        // A revision without Pods says nothing here unless it is the present one; the history has it.
        .filter((group) => group.pods.length > 0 || group.gone.length > 0 || group.role === 'new')
      return { ...none, kind: 'revisions', groups, revisions, newest }
    }
    case 'CronJob': {
      const jobs = list<Job>(cluster, resources.jobs, namespace).filter((job) => controllerOf(job)?.uid === uid).sort(byAge)
      const groups = jobs.map((job): Group => ({
        uid: job.metadata.uid ?? '', kind: 'Job', name: job.metadata.name ?? '', short: shortOf(job.metadata.name, root.metadata.name), role: 'only', template: job.spec?.template, revision: undefined,
        wants: job.spec?.completions ?? job.spec?.parallelism, minReadySeconds: 0, ...podsOf(job.metadata.uid ?? ''),
      }))
      return { kind: 'jobs', ...none, groups }
    }
    default: {
      const { spec } = root as unknown as ReplicaSet
      return { kind: 'pods', ...none, groups: [{ ...bareGroup, uid, template: spec.template, wants: root.kind === 'Job' ? undefined : spec.replicas ?? 1, minReadySeconds: spec.minReadySeconds ?? 0, ...podsOf(uid) }] }
    }
  }
}

const bareGroup: Group = { uid: '', kind: '', name: '', short: '', role: 'only', template: undefined, revision: undefined, wants: undefined, minReadySeconds: 0, pods: [], gone: [] }

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

/** Pods as they came to be. Timestamps count whole seconds; within one it is known which was made first, if anybody saw it. */
function inOrder(source: OwnershipSource, pods: readonly Pod[]): readonly Pod[] {
  return pods.map((pod) => ({ pod, at: pod.metadata.creationTimestamp ?? '', born: source.born('pods', keyOf(pod)), name: pod.metadata.name ?? '' }))
    .sort((a, b) => compareText(a.at, b.at) || a.born - b.born || compareText(a.name, b.name)).map(({ pod }) => pod)
}

/** What a revision keeps of its owner's template; whoever made it may have kept something else. */
function templateIn(revision: ControllerRevision | undefined): PodTemplateSpec | undefined {
  return (revision?.data as { readonly spec?: { readonly template?: PodTemplateSpec } } | undefined)?.spec?.template
}

function shortOf(name = '', owner = ''): string {
  return name.startsWith(`${owner}-`) ? name.slice(owner.length + 1) : name
}

// Rollouts

interface Rollout {
  readonly numbers: RolloutNumbers
  /** What the controller would make of each set's size now, by uid. */
  readonly next: ReadonlyMap<string, number>
}

const wantsOf = (set: ReplicaSet): number => set.spec.replicas ?? 1

function rolloutOf(source: OwnershipSource, deployment: Deployment, { groups, newSet, oldSets }: Owned): Rollout {
  const plan = rolloutPlan(deployment, newSet, oldSets)
  const { spec, status = {} } = deployment
  const rolling = isRollingUpdate(deployment)
  const mode = spec.paused === true ? 'paused' : rolling ? 'RollingUpdate' : 'Recreate'
  const active = oldSets.filter((set) => wantsOf(set) > 0)
  const next = new Map<string, number>()
  if (mode === 'RollingUpdate') {
    for (const step of plan.shrink?.steps ?? []) next.set(step.uid, step.to)
    if (newSet !== undefined && plan.newSize !== undefined) next.set(newSet.metadata.uid ?? '', plan.newSize)
  } else if (mode === 'Recreate') {
    for (const set of active) next.set(set.metadata.uid ?? '', 0)
    if (newSet !== undefined && active.length === 0) next.set(newSet.metadata.uid ?? '', plan.replicas)
  }
  const goes = active.reduce((sum, set) => sum + wantsOf(set) - (next.get(set.metadata.uid ?? '') ?? wantsOf(set)), 0)
  const pods = groups.flatMap((group) => group.pods)
  const isAvailable = (pod: Pod): boolean => isPodActive(pod) && isPodAvailable(pod, spec.minReadySeconds ?? 0, source.now)
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {}
  const newWants = newSet === undefined ? 0 : wantsOf(newSet)
  const newAvailable = newSet?.status?.availableReplicas ?? 0
  const numbers: RolloutNumbers = {
    mode, replicas: plan.replicas,
    maxSurge: String(maxSurge), surgeShare: shareOf(maxSurge, plan.replicas), surge: plan.surge,
    maxUnavailable: String(maxUnavailable), unavailableShare: shareOf(maxUnavailable, plan.replicas), unavailable: plan.unavailable,
    ceiling: plan.ceiling, floor: rolling ? plan.floor : 0,
    wants: [...active.map(wantsOf), ...newSet === undefined ? [] : [newWants]], wanted: plan.wanted, room: plan.room, newWants, newAvailable, newUnavailable: newWants - newAvailable,
    ...(plan.shrink === undefined ? {} : { mayGo: plan.shrink.removable }), goes,
    mayCome: newSet === undefined ? Math.max(0, Math.min(plan.room, plan.replicas)) : Math.max(0, (next.get(newSet.metadata.uid ?? '') ?? newWants) - newWants),
    reported: plan.shrink?.available ?? oldSets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0),
    exist: pods.filter(isPodActive).length, available: pods.filter(isAvailable).length, terminating: pods.filter(isPodTerminating).length,
    done: isDeploymentComplete(deployment, status),
  }
  return { numbers, next }
}

/** "25%" of 6 is 1.5; a plain count is itself. */
function shareOf(value: IntOrString, total: number): number {
  return typeof value === 'number' ? value : (Number.parseFloat(value) * total) / 100
}

/** The Pods that are to go: of sets that have more than they want, and of those that may be made smaller now. */
function victimsOf(source: OwnershipSource, root: ApiObject, { groups }: Owned, next: ReadonlyMap<string, number>): ReadonlySet<string> {
  const victims = new Set<string>()
  if (!replicated.has(root.kind)) return victims
  const related = root.kind === 'ReplicationController' ? [] : groups.flatMap((group) => group.pods)
  for (const group of groups) {
    const size = Math.min(group.wants ?? 0, next.get(group.uid) ?? Infinity)
    const active = group.pods.filter(isPodActive)
    if (active.length > size) for (const pod of podsToDelete(active, related, active.length - size, source.now)) victims.add(keyOf(pod))
  }
  return victims
}

const replicated: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'ReplicationController'])

// Pods

function groupView(source: OwnershipSource, group: Group, victims: ReadonlySet<string>, next: number | undefined): OwnedGroup {
  const { uid, kind, name, short, role, revision, wants } = group
  const all = group.gone.length === 0 ? group.pods : inOrder(source, [...group.pods, ...group.gone])
  const gone = new Set(group.gone.map((pod) => pod.metadata.uid))
  // Of very many those are listed that something is the matter with, then the newest; in their order all the same.
  const shown = all.length <= podsPerGroup ? all : all
    .map((pod, index) => ({ pod, index, weight: weightOf(pod, gone.has(pod.metadata.uid), victims) })).sort((a, b) => b.weight - a.weight || b.index - a.index).slice(0, podsPerGroup)
    .sort((a, b) => a.index - b.index).map(({ pod }) => pod)
  return {
    uid, kind, name, short, role, images: imagesOf(group.template), ...(revision === undefined ? {} : { revision }), ...(wants === undefined ? {} : { wants }), ...(next === undefined ? {} : { next }),
    exist: group.pods.filter(isPodActive).length, terminating: group.pods.filter(isPodTerminating).length,
    available: group.pods.filter((pod) => isPodActive(pod) && isPodAvailable(pod, group.minReadySeconds, source.now)).length,
    pods: shown.map((pod) => podView(source, pod, group, gone.has(pod.metadata.uid), victims)), more: all.length - shown.length,
  }
}

function weightOf(pod: Pod, gone: boolean, victims: ReadonlySet<string>): number {
  return gone ? 4 : pod.metadata.deletionTimestamp !== undefined ? 3 : !isPodReady(pod) ? 2 : victims.has(keyOf(pod)) ? 1 : 0
}

function podView(source: OwnershipSource, pod: Pod, group: Group, gone: boolean, victims: ReadonlySet<string>): OwnedPod {
  const key = keyOf(pod)
  const available = !gone && isPodActive(pod) && isPodAvailable(pod, group.minReadySeconds, source.now)
  const ordinal = ordinalOf(pod)
  return {
    key, uid: pod.metadata.uid ?? '', name: pod.metadata.name ?? '', ...(pod.spec?.nodeName ? { node: pod.spec.nodeName } : {}), ...(pod.status?.podIP ? { ip: pod.status.podIP } : {}),
    words: gone ? { id: 'gone', args: {} } : wordsOf(pod, available, group.minReadySeconds, source.now), available, nextToGo: victims.has(key), gone,
    ...(ordinal === undefined ? {} : { ordinal }), containers: pipsOf(pod),
  }
}

function ordinalOf(pod: Pod): number | undefined {
  const text = pod.metadata.labels?.['apps.kubernetes.io/pod-index'] ?? pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined
}

function wordsOf(pod: Pod, available: boolean, minReadySeconds: number, now: number): PodWords {
  const { status, spec, metadata } = pod
  if (status?.phase === 'Succeeded') return { id: 'succeeded', args: {} }
  if (status?.phase === 'Failed') return { id: 'failed', args: { reason: status.reason ?? worstReason(status.containerStatuses) ?? '' } }
  if (metadata.deletionTimestamp !== undefined) return { id: 'terminating', args: { leftMs: Math.max(0, virtualOf(metadata.deletionTimestamp) - now) } }
  if (!spec?.nodeName) {
    const { reason } = podCondition(pod, 'PodScheduled') ?? {}
    return { id: reason === 'SchedulingGated' || (spec?.schedulingGates?.length ?? 0) > 0 ? 'gated' : reason === 'Unschedulable' ? 'unschedulable' : 'pending', args: {} }
  }
  const statuses = [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]
  const waiting = statuses.find((each) => each.state?.waiting?.reason !== undefined && !['ContainerCreating', 'PodInitializing'].includes(each.state.waiting.reason))?.state?.waiting?.reason
  if (waiting !== undefined) return { id: 'waiting', args: { reason: waiting } }
  if (isPodReady(pod)) {
    if (available) return { id: 'ready', args: {} }
    const since = virtualOf(podCondition(pod, 'Ready')?.lastTransitionTime)
    return { id: 'readyNotAvailable', args: { leftMs: Math.max(0, since + minReadySeconds * 1000 - now) } }
  }
  const inits = (spec.initContainers ?? []).filter((container) => container.restartPolicy !== 'Always')
  const done = inits.filter((container) => status?.initContainerStatuses?.find((each) => each.name === container.name)?.state?.terminated?.exitCode === 0).length
  if (status?.phase === 'Pending' && done < inits.length && (status.initContainerStatuses?.some((each) => each.state?.running !== undefined) ?? false)) return { id: 'init', args: { done: done + 1, of: inits.length } }
  if (status?.phase !== 'Running') return { id: 'starting', args: {} }
  const containers = status.containerStatuses ?? []
  return { id: 'notReady', args: { ready: containers.filter((each) => each.ready).length, of: containers.length } }
}

function worstReason(statuses: readonly ContainerStatus[] | undefined): string | undefined {
  return statuses?.map((each) => each.state?.terminated?.reason).find((reason) => reason !== undefined && reason !== 'Completed')
}

function pipsOf(pod: Pod): readonly ContainerPip[] {
  const status = new Map([...pod.status?.initContainerStatuses ?? [], ...pod.status?.containerStatuses ?? []].map((each) => [each.name, each]))
  const pip = (name: string, role: ContainerPip['role']): ContainerPip => {
    const known = status.get(name)
    const reason = known?.state?.waiting?.reason ?? known?.state?.terminated?.reason
    const { running, terminated } = known?.state ?? {}
    return {
      name, role, restarts: known?.restartCount ?? 0, ...(reason === undefined ? {} : { reason }),
      state: running !== undefined ? (known?.ready === true ? 'ready' : 'running') : terminated === undefined ? 'waiting' : terminated.exitCode === 0 ? 'done' : 'failed',
    }
  }
  return [
    ...(pod.spec?.initContainers ?? []).map(({ name, restartPolicy }) => pip(name, restartPolicy === 'Always' ? 'sidecar' : 'init')),
    ...(pod.spec?.containers ?? []).map(({ name }) => pip(name, 'container')),
  ]
}

// What looks at the Pods

function servicesOf({ cluster }: OwnershipSource, namespace: string, labels: Labels, rank: ReadonlyMap<string, number>): readonly OwnedService[] {
  const services = list<Service>(cluster, resources.services, namespace).filter(({ spec }) => Object.keys(spec?.selector ?? {}).length > 0 && matches(selectorOfMap(spec?.selector ?? {}), labels))
  if (services.length === 0) return []
  const all = list<EndpointSlice>(cluster, resources.endpointslices, namespace)
  return services.map(({ metadata, spec }) => {
    const own = all.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
    const readyIn = (slice: EndpointSlice): number => (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false).length
    // A Service with many has hundreds of slices: those that list the Pods on show come first, and are what is shown of them.
    const place = (slice: EndpointSlice): number => Math.min(...(slice.endpoints ?? []).map((endpoint) => rank.get(`${endpoint.targetRef?.namespace ?? namespace}/${endpoint.targetRef?.name ?? ''}`) ?? Infinity))
    const first = own.length <= slicesMax ? own : own.map((slice) => ({ slice, at: place(slice) })).sort((a, b) => a.at - b.at || byAge(a.slice, b.slice)).slice(0, slicesMax).map(({ slice }) => slice)
    const slices = first.map((slice) => {
      const rows = (slice.endpoints ?? []).map((endpoint) => {
        const { ready, serving, terminating } = endpoint.conditions ?? {}
        const pod = endpoint.targetRef?.kind === 'Pod' ? `${endpoint.targetRef.namespace ?? namespace}/${endpoint.targetRef.name ?? ''}` : undefined
        return {
          address: endpoint.addresses[0] ?? '', ...(pod === undefined ? {} : { pod }), ...(endpoint.nodeName === undefined ? {} : { node: endpoint.nodeName }), zones: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
          state: ready !== false ? 'ready' as const : terminating === true ? (serving === true ? 'serving' as const : 'terminating' as const) : 'notReady' as const,
        }
      }).sort((a, b) => (rank.get(a.pod ?? '') ?? Infinity) - (rank.get(b.pod ?? '') ?? Infinity) || compareText(a.address, b.address))
      const listed = rows.length <= endpointsPerSlice ? rows.length : Math.min(endpointsPerSlice, Math.max(4, rows.filter(({ pod }) => rank.has(pod ?? '')).length))
      return { name: slice.metadata.name ?? '', ready: readyIn(slice), rows: rows.slice(0, listed), more: rows.length - listed }
    })
    return {
      name: metadata.name ?? '', type: spec?.type ?? 'ClusterIP', clusterIP: spec?.clusterIP ?? '', slices, moreSlices: own.length - first.length, ready: own.reduce((sum, slice) => sum + readyIn(slice), 0),
      ports: (spec?.ports ?? []).map((port) => (port.targetPort === undefined || port.targetPort === port.port ? String(port.port) : `${port.port} → ${port.targetPort}`)),
    }
  })
}

function autoscalerView(autoscaler: HorizontalPodAutoscaler): OwnedAutoscaler {
  const { spec, status, metadata } = autoscaler
  const tolerance = tolerancesOf(autoscaler)
  const current = status?.currentReplicas ?? 0
  const lastScaledAt = instantOf(status?.lastScaleTime)
  return {
    name: metadata.name ?? '', min: spec.minReplicas ?? 1, max: spec.maxReplicas, current, desired: status?.desiredReplicas ?? 0, tolerance,
    metrics: (spec.metrics ?? []).map((metric): AutoscalerMetric => {
      const { name, targets, currents } = sidesOf(metric, status?.currentMetrics ?? [])
      const percent = targets?.averageUtilization !== undefined
      const target = targets?.averageUtilization ?? amount(name, targets?.averageValue ?? targets?.value)
      const now = percent ? currents?.averageUtilization : amount(name, currents?.averageValue ?? currents?.value)
      const ratio = now === undefined || target === undefined || target === 0 ? undefined : now / target
      return {
        name, type: metric.type, unit: percent ? 'percent' : 'quantity', target: String(percent ? targets.averageUtilization : targets?.averageValue ?? targets?.value ?? ''),
        ...(now === undefined ? {} : { current: String(percent ? now : currents?.averageValue ?? currents?.value ?? '') }),
        ...(ratio === undefined ? {} : { ratio, product: current * ratio, within: withinTolerance(ratio, tolerance) }),
      }
    }),
    conditions: (status?.conditions ?? []).map(conditionView), ...(lastScaledAt === undefined ? {} : { lastScaledAt }),
  }
}

type Value = Pick<MetricTarget, 'averageUtilization' | 'averageValue' | 'value'>

/** A metric's name, what it should be and what it was. */
function sidesOf(spec: MetricSpec, statuses: readonly MetricStatus[]): { readonly name: string; readonly targets: Value | undefined; readonly currents: Value | undefined } {
  if (spec.resource !== undefined) {
    const { name } = spec.resource
    return { name, targets: spec.resource.target, currents: statuses.find((status) => status.resource?.name === name)?.resource?.current }
  }
  if (spec.containerResource !== undefined) {
    const { name, container } = spec.containerResource
    return { name, targets: spec.containerResource.target, currents: statuses.find((status) => status.containerResource?.name === name && status.containerResource.container === container)?.containerResource?.current }
  }
  const [source, of] = spec.pods !== undefined ? [spec.pods, (status: MetricStatus) => status.pods] as const : spec.object !== undefined ? [spec.object, (status: MetricStatus) => status.object] as const
    : [spec.external, (status: MetricStatus) => status.external] as const
  const name = source?.metric.name ?? ''
  return { name, targets: source?.target, currents: statuses.map(of).find((status) => status?.metric.name === name)?.current }
}

function amount(name: string, quantity: Quantity | undefined): number | undefined {
  if (quantity === undefined) return undefined
  const value = name === 'cpu' ? amountOf(name, quantity) : quantityValue(quantity)
  return Number.isFinite(value) ? value : undefined
}

function budgetView({ metadata, spec, status }: PodDisruptionBudget): OwnedBudget {
  const { minAvailable, maxUnavailable } = spec ?? {}
  return {
    name: metadata.name ?? '', ...(minAvailable === undefined ? {} : { minAvailable: String(minAvailable) }), ...(maxUnavailable === undefined ? {} : { maxUnavailable: String(maxUnavailable) }),
    healthy: status?.currentHealthy ?? 0, desiredHealthy: status?.desiredHealthy ?? 0, expected: status?.expectedPods ?? 0, allowed: status?.disruptionsAllowed ?? 0, disrupted: Object.keys(status?.disruptedPods ?? {}).length,
  }
}

function conditionView(condition: { readonly type?: string; readonly status?: string; readonly reason?: string; readonly message?: string; readonly lastTransitionTime?: string; readonly lastUpdateTime?: string }): OwnedCondition {
  const [since, updatedAt] = [instantOf(condition.lastTransitionTime), instantOf(condition.lastUpdateTime)]
  return {
    type: condition.type ?? '', status: condition.status ?? '', reason: condition.reason ?? '', message: condition.message ?? '', ...(since === undefined ? {} : { since }), ...(updatedAt === undefined ? {} : { updatedAt }),
  }
}

// The workload itself

function templateOf(object: ApiObject): PodTemplateSpec | undefined {
  const spec = object['spec'] as { readonly template?: PodTemplateSpec; readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } } } | undefined
  if (object.kind === 'Pod') return { spec: object['spec'] as unknown as NonNullable<PodTemplateSpec['spec']> }
  return spec?.template ?? spec?.jobTemplate?.spec?.template
}

function imagesOf(template: PodTemplateSpec | undefined): readonly string[] {
  return (template?.spec?.containers ?? []).map((container) => container.image ?? '')
}

function rootView(source: OwnershipSource, root: ApiObject, rollout: RolloutNumbers | undefined): RootView {
  const images = imagesOf(templateOf(root))
  switch (root.kind) {
    case 'Deployment': {
      const deployment = root as unknown as Deployment
      const deadlineSeconds = deployment.spec.progressDeadlineSeconds
      return {
        is: 'Deployment', images, revision: revisionOf(deployment), rollout: rollout as RolloutNumbers, minReadySeconds: deployment.spec.minReadySeconds ?? 0,
        ...(deadlineSeconds === undefined || deadlineSeconds === 2 ** 31 - 1 ? {} : { deadlineSeconds }),
      }
    }
    case 'StatefulSet': {
      const { spec, status } = root as unknown as StatefulSet
      const maxUnavailable = spec.updateStrategy?.rollingUpdate?.maxUnavailable
      return {
        is: 'StatefulSet', images, replicas: spec.replicas ?? 1, start: spec.ordinals?.start ?? 0, partition: spec.updateStrategy?.rollingUpdate?.partition ?? 0, updated: status?.updatedReplicas ?? 0,
        available: status?.availableReplicas ?? 0, policy: spec.podManagementPolicy ?? 'OrderedReady', strategy: spec.updateStrategy?.type ?? 'RollingUpdate', service: spec.serviceName ?? '',
        ...(maxUnavailable === undefined ? {} : { maxUnavailable: String(maxUnavailable) }), rolling: status?.currentRevision !== status?.updateRevision,
      }
    }
    case 'DaemonSet': {
      const { spec, status } = root as unknown as DaemonSet
      return {
        is: 'DaemonSet', images, wanted: status?.desiredNumberScheduled ?? 0, scheduled: status?.currentNumberScheduled ?? 0, misscheduled: status?.numberMisscheduled ?? 0, updated: status?.updatedNumberScheduled ?? 0,
        available: status?.numberAvailable ?? 0, strategy: spec.updateStrategy?.type ?? 'RollingUpdate', maxUnavailable: String(spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1), maxSurge: String(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0),
      }
    }
    case 'Job': {
      const { spec, status } = root as unknown as Job
      const [startedAt, completedAt] = [instantOf(status?.startTime), instantOf(status?.completionTime)]
      return {
        is: 'Job', images, ...(spec?.completions === undefined ? {} : { completions: spec.completions }), parallelism: spec?.parallelism ?? 1, indexed: spec?.completionMode === 'Indexed', active: status?.active ?? 0,
        succeeded: status?.succeeded ?? 0, failed: status?.failed ?? 0, backoffLimit: spec?.backoffLimit ?? 6, completedIndexes: status?.completedIndexes ?? '', failedIndexes: status?.failedIndexes ?? '', suspended: spec?.suspend === true,
        ...(startedAt === undefined ? {} : { startedAt }), ...(completedAt === undefined ? {} : { completedAt }),
      }
    }
    case 'CronJob': {
      const { spec, status } = root as unknown as CronJob
      const lastAt = instantOf(status?.lastScheduleTime)
      const nextAt = spec.suspend === true ? undefined : nextCronTime(spec.schedule, spec.timeZone, source.now)
      return {
        is: 'CronJob', images, schedule: spec.schedule, ...(spec.timeZone === undefined ? {} : { timeZone: spec.timeZone }), policy: spec.concurrencyPolicy ?? 'Allow', suspended: spec.suspend === true, active: status?.active?.length ?? 0,
        ...(lastAt === undefined ? {} : { lastAt }), ...(nextAt === undefined ? {} : { nextAt: virtualMs(nextAt) }),
      }
    }
    case 'Pod': return { is: 'Pod', images }
    default: {
      const { spec, status } = root as unknown as ReplicaSet
      return { is: 'ReplicaSet', images, replicas: spec.replicas ?? 1, available: status?.availableReplicas ?? 0, minReadySeconds: spec.minReadySeconds ?? 0 }
    }
  }
}

const changeCause = 'kubernetes.io/change-cause'

function historyOf(owned: Owned): readonly RevisionRow[] {
  const row = (object: Stored, revision = 0, template: PodTemplateSpec | undefined, current: boolean, pods: number): RevisionRow => {
    const createdAt = instantOf(object.metadata.creationTimestamp)
    return { revision, name: object.metadata.name ?? '', images: imagesOf(template), cause: object.metadata.annotations?.[changeCause] ?? '', ...(createdAt === undefined ? {} : { createdAt }), current, pods }
  }
  const podsOf = new Map(owned.groups.map((group) => [group.uid, group.pods.length]))
  const rows = owned.kind === 'sets'
    ? [...owned.oldSets, ...owned.newSet === undefined ? [] : [owned.newSet]].map((set) => row(set, revisionOf(set), set.spec.template, set === owned.newSet, podsOf.get(set.metadata.uid ?? '') ?? 0))
    : owned.revisions.map((revision) => row(revision, revision.revision, templateIn(revision), revision.metadata.name === owned.newest, podsOf.get(revision.metadata.uid ?? '') ?? 0))
  return rows.sort((a, b) => b.revision - a.revision)
}

/** The sizes of all sets, laid over each other: a point whenever one of them changed. */
function sizesOf({ sizes }: OwnershipSource, root: ApiObject, { newSet }: Owned): readonly SizePoint[] {
  const all = sizes.of(root.metadata.uid ?? '').flat().sort((a, b) => a.event - b.event)
  const now = new Map<string, { readonly exist: number; readonly available: number }>()
  const points: SizePoint[] = []
  const newUid = newSet?.metadata.uid ?? root.metadata.uid
  for (const size of all) {
    now.set(size.uid, size)
    let [old, fresh, available] = [0, 0, 0]
    for (const [uid, each] of now) {
      if (uid === newUid) fresh += each.exist
      else old += each.exist
      available += each.available
    }
    const point: SizePoint = { at: virtualMs(size.at), event: size.event, old, new: fresh, available }
    if (points.at(-1)?.event === size.event) points[points.length - 1] = point
    else points.push(point)
  }
  // Long histories are drawn in less detail; the last point stays.
  const every = Math.ceil(points.length / sizesMax)
  return every <= 1 ? points : points.filter((_, index) => (points.length - 1 - index) % every === 0)
}
