import { deepEqual } from '../../base'
import {
  ApiError, keyOf, matches, resources, selectorOf, timeText, virtualMs, virtualOf, type Condition, type Pod, type PodDisruptionBudget, type PodDisruptionBudgetStatus,
  type Resource,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { scaledValue } from './int-or-percent'
import { byNamespace, controllerOf, workloadResource } from './owners'
import { isPodReady, podInformer } from './pods'

/** An eviction that was allowed must have led to a deletion by then. Upstream: DeletionTimeout. */
const deletionTimeoutMs = 120_000

type Scaled = { readonly metadata: { readonly uid?: string; readonly ownerReferences?: unknown }; readonly spec?: { readonly replicas?: number } }

/** Says how many Pods of a budget may be disrupted now. Upstream: pkg/controller/disruption. */
export class DisruptionController extends Controller {
  readonly #budgets: Informer<PodDisruptionBudget>
  readonly #pods: Informer<Pod>
  readonly #scalable: ReadonlyMap<Resource, Informer<Scaled & { readonly metadata: Pod['metadata'] }>>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'disruption', component: 'controllermanager' })
    this.#queue = this.addQueue((key) => { this.#syncOrSayWhy(key) })
    this.#budgets = this.watches(environment.informers.for<PodDisruptionBudget>(resources.poddisruptionbudgets)).addIndex('namespace', byNamespace)
    this.#pods = this.watches(podInformer(environment.informers))
    this.#scalable = new Map([resources.replicationcontrollers, resources.replicasets, resources.deployments, resources.statefulsets].map((resource) => (
      [resource as Resource, this.watches(environment.informers.for<Scaled & { readonly metadata: Pod['metadata'] }>(resource))])))
    this.#budgets.addHandler({
      onAdd: (budget) => { this.#queue.addObject(budget) },
      onUpdate: (_old, budget) => { this.#queue.addObject(budget) },
    })
    this.#pods.addHandler({
      onAdd: (pod) => { this.#enqueueFor(pod) },
      onUpdate: (old, pod) => {
        if (!deepEqual(old.metadata.labels, pod.metadata.labels)) this.#enqueueFor(old)
        this.#enqueueFor(pod)
      },
      onDelete: (pod) => { this.#enqueueFor(pod) },
    })
  }

  #enqueueFor(pod: Pod): void {
    for (const budget of this.#budgets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      if (matches(selectorOf(budget.spec?.selector), pod.metadata.labels)) this.#queue.addObject(budget)
    }
  }

  #syncOrSayWhy(key: string): void {
    const budget = this.#budgets.get(key)
    if (budget === undefined) return
    try {
      this.#sync(key, budget)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.reason === 'Conflict' || error.reason === 'NotFound') throw error
      // Fail safe: nothing may be disrupted while nobody can count. Upstream: failSafe.
      this.#write(budget, { ...budget.status, disruptionsAllowed: 0, conditions: this.#conditions(budget, { status: 'False', reason: 'SyncFailed', message: error.message }) })
      throw error
    }
  }

  #sync(key: string, budget: PodDisruptionBudget): void {
    const selector = selectorOf(budget.spec?.selector)
    const pods = this.#pods.byIndex('namespace', budget.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels))
    if (pods.length === 0) this.recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found')
    const counted = this.#expected(budget, pods)
    if (typeof counted === 'string') {
      this.recorder.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${counted}`)
      this.#write(budget, {
        ...budget.status, disruptionsAllowed: 0, observedGeneration: budget.metadata.generation ?? 0,
        conditions: this.#conditions(budget, { status: 'False', reason: 'SyncFailed', message: counted }),
      })
      return
    }
    if (counted.unmanaged.length > 0) {
      this.recorder.event(budget, 'Warning', 'UnmanagedPods', `Pods selected by this PodDisruptionBudget (selector: ${selectorText(budget)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`)
    }
    const [disrupted, recheckMs] = this.#disrupted(budget, pods)
    let healthy = 0
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp !== undefined || disrupted[pod.metadata.name ?? ''] !== undefined) continue
      if (isPodReady(pod)) healthy++
    }
    const allowed = counted.expected <= 0 ? 0 : Math.max(0, healthy - counted.desired)
    const status: PodDisruptionBudgetStatus = {
      currentHealthy: healthy, desiredHealthy: counted.desired, expectedPods: counted.expected, disruptionsAllowed: allowed,
      ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
      observedGeneration: budget.metadata.generation ?? 0,
      conditions: this.#conditions(budget, allowed > 0 ? { status: 'True', reason: 'SufficientPods', message: '' } : { status: 'False', reason: 'InsufficientPods', message: '' }),
    }
    this.#write(budget, status)
    if (recheckMs !== undefined) this.#queue.addAfter(key, recheckMs)
  }

  /** How many Pods there should be and how many of them healthy; a text says why it cannot be told. Upstream: getExpectedPodCount. */
  #expected(budget: PodDisruptionBudget, pods: readonly Pod[]): { readonly expected: number; readonly desired: number; readonly unmanaged: readonly Pod[] } | string {
    const { minAvailable, maxUnavailable } = budget.spec ?? {}
    if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable, unmanaged: [] }
    if (maxUnavailable === undefined && minAvailable === undefined) return { expected: pods.length, desired: 0, unmanaged: [] }
    const scale = this.#expectedScale(pods)
    if (typeof scale === 'string') return scale
    if (maxUnavailable !== undefined) {
      return { expected: scale.sum, desired: Math.max(0, scale.sum - scaledValue(maxUnavailable, scale.sum, true)), unmanaged: scale.unmanaged }
    }
    return { expected: scale.sum, desired: scaledValue(minAvailable, scale.sum, true), unmanaged: scale.unmanaged }
  }

  /** Replicas asked for by all owners of the Pods. Upstream: getExpectedScale and its finders. */
  #expectedScale(pods: readonly Pod[]): { readonly sum: number; readonly unmanaged: readonly Pod[] } | string {
    const scales = new Map<string, number>()
    const unmanaged: Pod[] = []
    for (const pod of pods) {
      const reference = controllerOf(pod)
      if (reference === undefined) {
        unmanaged.push(pod)
        continue
      }
      if (scales.has(reference.uid)) continue
      const resource = workloadResource(reference)
      const owner = resource === undefined ? undefined : this.#scalable.get(resource)?.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
      if (resource === undefined || this.#scalable.get(resource) === undefined) {
        return `found no controllers for pod "${pod.metadata.name ?? ''}": ${reference.kind.toLowerCase()}s.${reference.apiVersion.split('/')[0] ?? ''} does not implement the scale subresource`
      }
      if (owner === undefined || owner.metadata.uid !== reference.uid) continue
      const above = controllerOf(owner)
      const deployment = above?.kind === 'Deployment' ? this.#scalable.get(resources.deployments)?.get(`${pod.metadata.namespace ?? ''}/${above.name}`) : undefined
      if (above !== undefined && deployment !== undefined && deployment.metadata.uid === above.uid) {
        // All ReplicaSets of a Deployment count once, together.
        scales.set(reference.uid, 0)
        scales.set(above.uid, deployment.spec?.replicas ?? 1)
      } else scales.set(reference.uid, owner.spec?.replicas ?? 1)
    }
    let sum = 0
    for (const replicas of scales.values()) sum += replicas
    return { sum, unmanaged }
  }

  /** Evictions under way that the cache does not show yet. Upstream: buildDisruptedPodMap. */
  #disrupted(budget: PodDisruptionBudget, pods: readonly Pod[]): [Record<string, string>, number | undefined] {
    const result: Record<string, string> = {}
    let recheckMs: number | undefined
    const now = this.context.now()
    for (const pod of pods) {
      const name = pod.metadata.name ?? ''
      const since = budget.status?.disruptedPods?.[name]
      if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue
      const left = virtualOf(since) + deletionTimeoutMs - now
      if (left <= 0) {
        this.recorder.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${keyOf(budget)} to be deleted but it wasn't`)
        continue
      }
      result[name] = since
      recheckMs = recheckMs === undefined ? left : Math.min(recheckMs, left)
    }
    return [result, recheckMs]
  }

  #conditions(budget: PodDisruptionBudget, wanted: Pick<Condition, 'status' | 'reason' | 'message'>): Condition[] {
    const others = (budget.status?.conditions ?? []).filter((condition) => condition.type !== 'DisruptionAllowed')
    const before = (budget.status?.conditions ?? []).find((condition) => condition.type === 'DisruptionAllowed')
    const since = before?.status === wanted.status ? before.lastTransitionTime : timeText(virtualMs(this.context.now()))
    return [...others, { type: 'DisruptionAllowed', ...wanted, observedGeneration: budget.metadata.generation ?? 0, lastTransitionTime: since }]
  }

  #write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): void {
    const plain = (value: PodDisruptionBudgetStatus): unknown => ({
      currentHealthy: value.currentHealthy ?? 0, desiredHealthy: value.desiredHealthy ?? 0, expectedPods: value.expectedPods ?? 0, disruptionsAllowed: value.disruptionsAllowed ?? 0,
      disruptedPods: value.disruptedPods ?? {}, observedGeneration: value.observedGeneration ?? 0, conditions: value.conditions ?? [],
    })
    if (deepEqual(plain(budget.status ?? {}), plain(status))) return
    this.client.update<PodDisruptionBudget>(resources.poddisruptionbudgets, { ...budget, status }, 'status')
  }
}

function selectorText(budget: PodDisruptionBudget): string {
  return Object.entries(budget.spec?.selector?.matchLabels ?? {}).map(([name, value]) => `${name}=${value}`).sort().join(',')
}
