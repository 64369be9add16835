import { ApiError, keyOf, resources, timeText, virtualMs, virtualOf, type ObjectMeta, type OwnerReference, type Pod, type PodCondition, type PodTemplateSpec, type VirtualMs } from '../../api'
import type { Client, Informer, Informers } from '../client'
import type { CorrelatedRecorder } from './correlated-recorder'
import { byController, byName, byNamespace, orphansByNamespace } from './owners'

type Owner = { readonly apiVersion: string; readonly kind: string; readonly metadata: ObjectMeta }

/** All Pods, findable by controller ("controller": uid), without one ("orphans": namespace), by node ("node") and by namespace ("namespace"). */
export function podInformer(informers: Informers): Informer<Pod> {
  return informers.for<Pod>(resources.pods)
}

/** Called once by the manager: the indexes that the controllers share. */
export function addPodIndexes(informers: Informers): void {
  podInformer(informers)
    .addIndex('controller', byController)
    .addIndex('orphans', orphansByNamespace)
    .addIndex('namespace', byNamespace)
    .addIndex('node', (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []))
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** When an available Pod counts: ready for `minReadySeconds`. Upstream: podutil.IsPodAvailable. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = virtualOf(ready.lastTransitionTime)
  return !Number.isNaN(since) && since + minReadySeconds * 1000 <= now
}

/** Milliseconds until it becomes available; undefined when it is not ready, or is available already. */
export function availableInMs(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True' || minReadySeconds === 0) return undefined
  const left = virtualOf(ready.lastTransitionTime) + minReadySeconds * 1000 - now
  return left > 0 ? left : undefined
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Neither finished nor on its way out. Upstream: controller.IsPodActive. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined
}

/** On its way out and not finished. Upstream: controller.IsPodTerminating. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined
}

/** Upstream: controller.GetPodFromTemplate. `name` for those that name their Pods themselves. */
export function podFromTemplate(template: PodTemplateSpec, namespace: string, owner: OwnerReference, name: { readonly name: string } | { readonly generateName: string }): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      ...name, namespace,
      ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }), ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [owner],
    },
    ...(template.spec === undefined ? {} : { spec: template.spec }),
  }
}

/** Creates and deletes Pods for an owner, and says so in its events. Upstream: controller.RealPodControl. */
export class PodControl {
  readonly #client: Client
  readonly #recorder: CorrelatedRecorder

  constructor(client: Client, recorder: CorrelatedRecorder) {
    this.#client = client
    this.#recorder = recorder
  }

  /** Throws `ApiError` when refused; in a namespace that is being deleted without an event. */
  create(pod: Pod, owner: Owner): Pod {
    try {
      const created = this.#client.create<Pod>(resources.pods, pod)
      this.#recorder.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name ?? ''}`)
      return created
    } catch (error) {
      if (error instanceof ApiError && !isNamespaceTerminating(error)) {
        this.#recorder.event(owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`)
      }
      throw error
    }
  }

  /** A Pod that is gone already is no error. */
  delete(pod: Pod, owner: Owner): void {
    const name = pod.metadata.name ?? ''
    try {
      this.#client.delete({ resource: resources.pods, namespace: pod.metadata.namespace, name }, { preconditions: { uid: pod.metadata.uid ?? '' } })
      this.#recorder.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`)
    } catch (error) {
      if (ApiError.is(error, 'NotFound') || ApiError.is(error, 'Conflict')) return
      if (error instanceof ApiError) this.#recorder.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`)
      throw error
    }
  }
}

/** The request was refused because its namespace is on its way out. Upstream: errors.HasStatusCause(err, NamespaceTerminatingCause). */
export function isNamespaceTerminating(error: ApiError): boolean {
  return error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false
}

/**
 * Does `count` times `work`, first once, then 2, 4, 8 … at a time, and stops after the first batch with a failure.
 * Returns how many did well and the first failure. Upstream: slowStartBatch.
 */
export function slowStartBatch(count: number, work: (index: number) => void): { readonly done: number; readonly error?: ApiError } {
  let done = 0
  let index = 0
  let batch = Math.min(count, 1)
  while (batch > 0) {
    let first: ApiError | undefined
    for (let i = 0; i < batch; i++) {
      try {
        work(index++)
        done++
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        first ??= error
      }
    }
    if (first !== undefined) return { done, error: first }
    batch = Math.min(2 * batch, count - index)
  }
  return { done }
}

export interface RankOptions {
  readonly now: number
  /** How many related Pods share the Pod's node. Upstream: ActivePodsWithRanks.Rank. */
  readonly rank: (pod: Pod) => number
}

/** Order in which Pods are given up: the first ones go first. Upstream: controller.ActivePodsWithRanks. */
export function deletionOrder(options: RankOptions): (a: Pod, b: Pod) => number {
  return (a, b) => {
    const first = Number((a.spec?.nodeName ?? '') !== '') - Number((b.spec?.nodeName ?? '') !== '')
    if (first !== 0) return first
    const phase = phaseRank(a) - phaseRank(b)
    if (phase !== 0) return phase
    const [aReady, bReady] = [isPodReady(a), isPodReady(b)]
    if (aReady !== bReady) return Number(aReady) - Number(bReady)
    const cost = deletionCost(a) - deletionCost(b)
    if (cost !== 0) return cost
    const rank = options.rank(b) - options.rank(a)
    if (rank !== 0) return rank
    if (aReady && bReady) {
      const [x, y] = [podCondition(a, 'Ready')?.lastTransitionTime, podCondition(b, 'Ready')?.lastTransitionTime]
      if (x !== y) return byMagnitudeOfAge(x, y, a, b, options.now)
    }
    const restarts = maxRestarts(b) - maxRestarts(a)
    if (restarts !== 0) return restarts
    const [x, y] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
    if (x !== y) return byMagnitudeOfAge(x, y, a, b, options.now)
    return byUid(a, b)
  }
}

/**
 * The `count` Pods of a set that are given up. `related`: all Pods of the sets of the same owner; those that share a node with many of
 * them go first. Upstream: replicaset.getPodsToDelete, getPodsRankedByRelatedPodsOnSameNode.
 */
export function podsToDelete(active: readonly Pod[], related: Iterable<Pod>, count: number, now: number): readonly Pod[] {
  if (count >= active.length) return [...active].sort(byName)
  const perNode = new Map<string, number>()
  for (const pod of related) {
    if (!isPodActive(pod)) continue
    const node = pod.spec?.nodeName ?? ''
    perNode.set(node, (perNode.get(node) ?? 0) + 1)
  }
  return [...active].sort(deletionOrder({ now, rank: (pod) => perNode.get(pod.spec?.nodeName ?? '') ?? 0 })).slice(0, count)
}

function phaseRank(pod: Pod): number {
  switch (pod.status?.phase) {
    case 'Unknown': return 1
    case 'Running': return 2
    default: return 0
  }
}

/** Upstream: GetDeletionCostFromPodAnnotations; what is no int32 counts as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost']
  if (text === undefined || !/^(0|-?[1-9][0-9]*)$/.test(text)) return 0
  const cost = Number(text)
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0
}

function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount))
}

/** Younger goes first, but ages within the same power of two count as equal: then the uid decides, which is as good as chance. */
function byMagnitudeOfAge(x: string | undefined, y: string | undefined, a: Pod, b: Pod, now: number): number {
  if (x === undefined || y === undefined) return x === undefined ? 1 : -1
  const magnitude = (at: VirtualMs): number => (now - at > 0 ? Math.floor(Math.log2((now - at) * 1e6)) : -1)
  const difference = magnitude(virtualOf(x)) - magnitude(virtualOf(y))
  return difference !== 0 ? difference : byUid(a, b)
}

function byUid(a: Pod, b: Pod): number {
  const [x, y] = [a.metadata.uid ?? '', b.metadata.uid ?? '']
  return x < y ? -1 : x > y ? 1 : 0
}

export function podKeys(pods: readonly Pod[]): string[] {
  return pods.map(keyOf)
}

export function nowText(now: number): string {
  return timeText(virtualMs(now))
}
