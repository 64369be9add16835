import { deepEqual } from '../../base'
import {
  ApiError, keyOf, matches, resources, selectorOf, selectorOfMap, type LabelSelector, type ObjectMeta, type Pod, type PodTemplateSpec,
  type ReplicaSetCondition, type ReplicaSetStatus, type Resource, type Selector,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { Expectations } from './expectations'
import { byName, claim, controllerOf, newControllerRef } from './owners'
import {
  availableInMs, isNamespaceTerminating, isPodActive, isPodAvailable, isPodReady, isPodTerminating, nowText, podFromTemplate, podInformer,
  podKeys, podsToDelete, PodControl, slowStartBatch,
} from './pods'

/** What ReplicaSets and ReplicationControllers have in common. */
export interface Replicated {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly spec?: { readonly replicas?: number; readonly minReadySeconds?: number; readonly selector?: unknown; readonly template?: PodTemplateSpec }
  readonly status?: ReplicaSetStatus
}

export interface ReplicaManagerOptions<T> {
  readonly name: string
  readonly component?: string
  readonly resource: Resource
  /** Other sets of the same owner. */
  readonly siblings: (set: T) => readonly T[]
}

/** What a Pod adds to the counts of its set. */
const isActiveBit = 1
const isTerminatingBit = 2
const isReadyBit = 4
const isLabeledBit = 8
/** The selector does not take it any more: it has to be let go of. */
const isStrangerBit = 16

/** Counts of a set's Pods, kept as the cache changes, so that a sync need not look at ten thousand Pods to see that one is ready. */
interface Tally {
  readonly spec: unknown
  readonly bits: Map<string, number>
  readonly dirty: Set<string>
  active: number
  terminating: number
  ready: number
  labeled: number
  strangers: number
}

/** Creates and deletes at most so many Pods in one sync. Upstream: BurstReplicas. */
const burstReplicas = 500

/** Upstream: pkg/controller/replicaset, ReplicaSetController, which also drives ReplicationControllers. */
export abstract class ReplicaManager<T extends Replicated> extends Controller {
  protected readonly sets: Informer<T>
  readonly #options: ReplicaManagerOptions<T>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue
  readonly #expectations = new Expectations(() => this.context.now())
  readonly #podControl: PodControl
  /** By uid of the set. Made of the cache: not part of the state. */
  #tallies = new Map<string, Tally>()

  protected constructor(environment: ControllerEnvironment, options: ReplicaManagerOptions<T>) {
    super(environment, options)
    this.#options = options
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#podControl = new PodControl(this.client, this.recorder)
    this.sets = this.watches(environment.informers.for<T>(options.resource))
    this.#pods = this.watches(podInformer(environment.informers))
    this.sets.addHandler({
      onAdd: (set) => { this.#queue.addObject(set) },
      onUpdate: (old, set) => {
        if (old.metadata.uid !== set.metadata.uid) this.#expectations.forget(keyOf(old))
        this.#queue.addObject(set)
      },
      onDelete: (set) => {
        this.#tallies.delete(set.metadata.uid ?? '')
        this.#expectations.forget(keyOf(set))
        this.#queue.addObject(set)
      },
    })
    this.#pods.addHandler({
      onAdd: (pod) => {
        this.#mark(pod)
        this.#podAdded(pod)
      },
      onUpdate: (old, pod) => {
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) this.#mark(old)
        this.#mark(pod)
        this.#podUpdated(old, pod)
      },
      onDelete: (pod) => {
        this.#mark(pod)
        this.#podDeleted(pod)
      },
    })
  }

  protected override saveOwn(): unknown {
    return this.#expectations.save()
  }

  protected override loadOwn(state: unknown): void {
    this.#expectations.load(state)
    this.#tallies = new Map()
  }

  #mark(pod: Pod): void {
    if (this.#tallies.size === 0) return
    const owner = controllerOf(pod)
    if (owner !== undefined) this.#tallies.get(owner.uid)?.dirty.add(keyOf(pod))
  }

  /** Brings a set's counts up to date with the cache. */
  #tally(set: T): Tally {
    const uid = set.metadata.uid ?? ''
    const selector = selectorOfSet(set)
    const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {})
    let tally = this.#tallies.get(uid)
    if (tally === undefined || !deepEqual(tally.spec, [set.spec?.selector, set.spec?.template?.metadata?.labels])) {
      tally = { spec: [set.spec?.selector, set.spec?.template?.metadata?.labels], bits: new Map(), dirty: new Set(), active: 0, terminating: 0, ready: 0, labeled: 0, strangers: 0 }
      for (const pod of this.#pods.byIndex('controller', uid)) tally.dirty.add(keyOf(pod))
      this.#tallies.set(uid, tally)
    }
    for (const key of tally.dirty) {
      const before = tally.bits.get(key) ?? 0
      const pod = this.#pods.get(key)
      let after = 0
      if (pod !== undefined && controllerOf(pod)?.uid === uid) {
        if (isPodActive(pod)) after |= isActiveBit
        else if (isPodTerminating(pod)) after |= isTerminatingBit
        if (after !== 0) {
          const labels = pod.metadata.labels ?? {}
          if (isPodReady(pod)) after |= isReadyBit
          if (templateLabels.every(([name, value]) => labels[name] === value)) after |= isLabeledBit
          if (!matches(selector, labels)) after |= isStrangerBit
        }
      }
      count(tally, before, -1)
      count(tally, after, 1)
      if (after === 0) tally.bits.delete(key)
      else tally.bits.set(key, after)
    }
    tally.dirty.clear()
    return tally
  }

  /** The set a Pod belongs to; undefined when it is another kind's, or a set of an earlier life. */
  #ownerOf(pod: Pod): T | undefined {
    const reference = controllerOf(pod)
    if (reference === undefined || reference.kind !== this.#options.resource.kind) return undefined
    const set = this.sets.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
    return set?.metadata.uid === reference.uid ? set : undefined
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#podDeleted(pod)
      return
    }
    if (controllerOf(pod) !== undefined) {
      const set = this.#ownerOf(pod)
      if (set === undefined) return
      this.#expectations.creationObserved(keyOf(set))
      this.#queue.addObject(set)
      return
    }
    this.#enqueueMatching(pod)
  }

  #podUpdated(old: Pod, pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) {
      this.#podDeleted(pod)
      return
    }
    const before = controllerOf(old)
    const after = controllerOf(pod)
    if (before !== undefined && before.uid !== after?.uid) {
      const set = this.#ownerOf(old)
      if (set !== undefined) this.#queue.addObject(set)
    }
    if (after !== undefined) {
      const set = this.#ownerOf(pod)
      if (set === undefined) return
      this.#queue.addObject(set)
      const minReadySeconds = set.spec?.minReadySeconds ?? 0
      if (minReadySeconds > 0 && !isPodReady(old) && isPodReady(pod)) this.#queue.addAfter(keyOf(set), minReadySeconds * 1000 + 1000)
      return
    }
    if (before !== undefined || !deepEqual(old.metadata.labels, pod.metadata.labels)) this.#enqueueMatching(pod)
  }

  #podDeleted(pod: Pod): void {
    const set = this.#ownerOf(pod)
    if (set === undefined) return
    this.#expectations.deletionObserved(keyOf(set), keyOf(pod))
    this.#queue.addObject(set)
  }

  #enqueueMatching(orphan: Pod): void {
    for (const set of this.sets.byIndex('namespace', orphan.metadata.namespace ?? '')) {
      if (matches(selectorOfSet(set), orphan.metadata.labels)) this.#queue.addObject(set)
    }
  }

  #sync(key: string): void {
    const set = this.sets.get(key)
    if (set === undefined) {
      this.#expectations.forget(key)
      return
    }
    const needsSync = this.#expectations.satisfied(key)
    const selector = selectorOfSet(set)
    const minReadySeconds = set.spec?.minReadySeconds ?? 0
    const orphans = this.#pods.byIndex('orphans', set.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels)).sort(byName)
    const tally = this.#tally(set)
    // The counts are enough while nothing has to be adopted, let go of, deleted, or waited for.
    if (orphans.length === 0 && tally.strangers === 0 && minReadySeconds === 0 && tally.active <= (set.spec?.replicas ?? 1)) {
      let failed: ApiError | undefined
      if (needsSync && set.metadata.deletionTimestamp === undefined) failed = this.#manage(key, set, tally.active, [])
      this.#writeStatus(set, this.#statusOf(set, { active: tally.active, labeled: tally.labeled, ready: tally.ready, available: tally.ready }, tally.terminating, failed))
      if (failed !== undefined) throw failed
      return
    }
    const candidates = [...this.#pods.byIndex('controller', set.metadata.uid ?? ''), ...orphans].filter((pod) => isPodActive(pod) || isPodTerminating(pod))
    const claimed = claim(candidates, {
      client: this.client, owner: set, ownerResource: this.#options.resource, resource: resources.pods,
      matches: (pod) => matches(selector, pod.metadata.labels),
    })
    const active = claimed.filter(isPodActive)
    const terminating = claimed.length - active.length
    let failed: ApiError | undefined
    if (needsSync && set.metadata.deletionTimestamp === undefined) failed = this.#manage(key, set, active.length, active)
    const counts = countPods(set, active, this.context.now())
    this.#writeStatus(set, this.#statusOf(set, counts, terminating, failed))
    if (failed !== undefined) throw failed
    if (counts.ready !== counts.available) {
      let next: number | undefined
      for (const pod of active) {
        const left = availableInMs(pod, minReadySeconds, this.context.now())
        if (left !== undefined && (next === undefined || left < next)) next = left
      }
      if (next !== undefined) this.#queue.addAfter(key, next)
    }
  }

  /** Creates what is missing or deletes what is too much. Returns what went wrong. Upstream: manageReplicas. */
  #manage(key: string, set: T, count: number, active: readonly Pod[]): ApiError | undefined {
    const difference = count - (set.spec?.replicas ?? 1)
    if (difference < 0) {
      const missing = Math.min(-difference, burstReplicas)
      this.#expectations.expectCreations(key, missing)
      const template = podFromTemplate(
        set.spec?.template ?? {}, set.metadata.namespace ?? '', newControllerRef(set, this.#options.resource), { generateName: `${set.metadata.name ?? ''}-` },
      )
      const { done, error } = slowStartBatch(missing, () => {
        try {
          this.#podControl.create(template, set)
        } catch (error) {
          // The namespace is on its way out: nothing will be created there, and waiting for it is of no use.
          if (error instanceof ApiError && isNamespaceTerminating(error)) this.#expectations.creationObserved(key)
          else throw error
        }
      })
      for (let skipped = missing - done; skipped > 0; skipped--) this.#expectations.creationObserved(key)
      return error
    }
    if (difference > 0) {
      const victims = this.#victims(set, active, Math.min(difference, burstReplicas))
      this.#expectations.expectDeletions(key, podKeys(victims))
      let failed: ApiError | undefined
      for (const pod of victims) {
        try {
          this.#podControl.delete(pod, set)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          this.#expectations.deletionObserved(key, keyOf(pod))
          failed ??= error
        }
      }
      return failed
    }
    return undefined
  }

  #victims(set: T, active: readonly Pod[], count: number): readonly Pod[] {
    const related = this.#options.siblings(set).flatMap((sibling) => [...this.#pods.byIndex('controller', sibling.metadata.uid ?? '')])
    return podsToDelete(active, related, count, this.context.now())
  }

  /** Upstream: calculateStatus. */
  #statusOf(set: T, counts: Counts, terminating: number, failed: ApiError | undefined): ReplicaSetStatus {
    const old = set.status?.conditions ?? []
    const failure = old.find((condition) => condition.type === 'ReplicaFailure')
    let conditions: readonly ReplicaSetCondition[] = old
    if (failed !== undefined && failure === undefined) {
      const reason = counts.active - (set.spec?.replicas ?? 1) < 0 ? 'FailedCreate' : 'FailedDelete'
      conditions = [...old, { type: 'ReplicaFailure', status: 'True', reason, message: failed.message, lastTransitionTime: nowText(this.context.now()) }]
    } else if (failed === undefined && failure !== undefined) {
      conditions = old.filter((condition) => condition.type !== 'ReplicaFailure')
    }
    return {
      replicas: counts.active, fullyLabeledReplicas: counts.labeled, readyReplicas: counts.ready, availableReplicas: counts.available,
      ...(this.#options.resource.kind === 'ReplicaSet' ? { terminatingReplicas: terminating } : {}),
      ...(conditions.length > 0 ? { conditions } : {}),
    }
  }

  /** Upstream: updateReplicaSetStatus. */
  #writeStatus(set: T, status: ReplicaSetStatus): void {
    const old: Partial<ReplicaSetStatus> = set.status ?? {}
    const same = (old.replicas ?? 0) === status.replicas
      && (old.fullyLabeledReplicas ?? 0) === status.fullyLabeledReplicas
      && (old.readyReplicas ?? 0) === status.readyReplicas
      && (old.availableReplicas ?? 0) === status.availableReplicas
      && (old.terminatingReplicas ?? 0) === (status.terminatingReplicas ?? 0)
      && (old.observedGeneration ?? 0) === (set.metadata.generation ?? 0)
      && deepEqual(old.conditions ?? [], status.conditions ?? [])
    if (same) return
    this.client.update(this.#options.resource, { ...set, status: { ...status, observedGeneration: set.metadata.generation ?? 0 } }, 'status')
  }
}

interface Counts {
  readonly active: number
  readonly labeled: number
  readonly ready: number
  readonly available: number
}

function countPods(set: Replicated, active: readonly Pod[], now: number): Counts {
  const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {})
  let [labeled, ready, available] = [0, 0, 0]
  for (const pod of active) {
    const labels = pod.metadata.labels ?? {}
    if (templateLabels.every(([name, value]) => labels[name] === value)) labeled++
    if (!isPodReady(pod)) continue
    ready++
    if (isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now)) available++
  }
  return { active: active.length, labeled, ready, available }
}

function count(tally: Tally, bits: number, by: number): void {
  if ((bits & isTerminatingBit) !== 0) tally.terminating += by
  if ((bits & isStrangerBit) !== 0) tally.strangers += by
  if ((bits & isActiveBit) === 0) return
  tally.active += by
  if ((bits & isReadyBit) !== 0) tally.ready += by
  if ((bits & isLabeledBit) !== 0) tally.labeled += by
}

/** ReplicationControllers select by a plain map, ReplicaSets by a selector. */
function selectorOfSet(set: Replicated): Selector {
  const selector = set.spec?.selector
  if (set.kind === 'ReplicationController') {
    const map = selector as Readonly<Record<string, string>> | undefined
    return map === undefined || Object.keys(map).length === 0 ? 'nothing' : selectorOfMap(map)
  }
  return selectorOf(selector as LabelSelector | undefined)
}
