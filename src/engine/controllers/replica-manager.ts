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
  availableInMs, deletionOrder, isNamespaceTerminating, isPodActive, isPodAvailable, isPodReady, isPodTerminating, nowText, podFromTemplate, podInformer,
  podKeys, PodControl, slowStartBatch,
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
        this.#expectations.forget(keyOf(set))
        this.#queue.addObject(set)
      },
    })
    this.#pods.addHandler({
      onAdd: (pod) => { this.#podAdded(pod) },
      onUpdate: (old, pod) => { this.#podUpdated(old, pod) },
      onDelete: (pod) => { this.#podDeleted(pod) },
    })
  }

  protected override saveOwn(): unknown {
    return this.#expectations.save()
  }

  protected override loadOwn(state: unknown): void {
    this.#expectations.load(state)
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
    const [before, after] = [controllerOf(old), controllerOf(pod)]
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
    const candidates = [
      ...this.#pods.byIndex('controller', set.metadata.uid ?? ''),
      ...this.#pods.byIndex('orphans', set.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels)).sort(byName),
    ].filter((pod) => isPodActive(pod) || isPodTerminating(pod))
    const claimed = claim(candidates, {
      client: this.client, owner: set, ownerResource: this.#options.resource, resource: resources.pods,
      matches: (pod) => matches(selector, pod.metadata.labels),
    })
    const active = claimed.filter(isPodActive)
    const terminating = claimed.length - active.length
    let failed: ApiError | undefined
    if (needsSync && set.metadata.deletionTimestamp === undefined) failed = this.#manage(key, set, active)
    const status = this.#statusOf(set, active, terminating, failed)
    const written = this.#writeStatus(set, status)
    if (failed !== undefined) throw failed
    const minReadySeconds = written.spec?.minReadySeconds ?? 0
    if (minReadySeconds > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0)) {
      let next: number | undefined
      for (const pod of active) {
        const left = availableInMs(pod, minReadySeconds, this.context.now())
        if (left !== undefined && (next === undefined || left < next)) next = left
      }
      if (next !== undefined) this.#queue.addAfter(key, next)
    }
  }

  /** Creates what is missing or deletes what is too much. Returns what went wrong. Upstream: manageReplicas. */
  #manage(key: string, set: T, active: readonly Pod[]): ApiError | undefined {
    const difference = active.length - (set.spec?.replicas ?? 1)
    if (difference < 0) {
      const count = Math.min(-difference, burstReplicas)
      this.#expectations.expectCreations(key, count)
      const template = podFromTemplate(
        set.spec?.template ?? {}, set.metadata.namespace ?? '', newControllerRef(set, this.#options.resource), { generateName: `${set.metadata.name ?? ''}-` },
      )
      const { done, error } = slowStartBatch(count, () => {
        try {
          this.#podControl.create(template, set)
        } catch (error) {
          // The namespace is on its way out: nothing will be created there, and waiting for it is of no use.
          if (error instanceof ApiError && isNamespaceTerminating(error)) this.#expectations.creationObserved(key)
          else throw error
        }
      })
      for (let skipped = count - done; skipped > 0; skipped--) this.#expectations.creationObserved(key)
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

  /** Upstream: getPodsToDelete, getPodsRankedByRelatedPodsOnSameNode. */
  #victims(set: T, active: readonly Pod[], count: number): readonly Pod[] {
    if (count >= active.length) return [...active].sort(byName)
    const perNode = new Map<string, number>()
    for (const sibling of this.#options.siblings(set)) {
      for (const pod of this.#pods.byIndex('controller', sibling.metadata.uid ?? '')) {
        if (!isPodActive(pod)) continue
        const node = pod.spec?.nodeName ?? ''
        perNode.set(node, (perNode.get(node) ?? 0) + 1)
      }
    }
    const rank = (pod: Pod): number => perNode.get(pod.spec?.nodeName ?? '') ?? 0
    return [...active].sort(deletionOrder({ now: this.context.now(), rank })).slice(0, count)
  }

  /** Upstream: calculateStatus. */
  #statusOf(set: T, active: readonly Pod[], terminating: number, failed: ApiError | undefined): ReplicaSetStatus {
    const templateLabels = Object.entries(set.spec?.template?.metadata?.labels ?? {})
    const minReadySeconds = set.spec?.minReadySeconds ?? 0
    const now = this.context.now()
    let [fullyLabeled, ready, available] = [0, 0, 0]
    for (const pod of active) {
      const labels = pod.metadata.labels ?? {}
      if (templateLabels.every(([name, value]) => labels[name] === value)) fullyLabeled++
      if (!isPodReady(pod)) continue
      ready++
      if (isPodAvailable(pod, minReadySeconds, now)) available++
    }
    const old = set.status?.conditions ?? []
    const failure = old.find((condition) => condition.type === 'ReplicaFailure')
    let conditions: readonly ReplicaSetCondition[] = old
    if (failed !== undefined && failure === undefined) {
      const reason = active.length - (set.spec?.replicas ?? 1) < 0 ? 'FailedCreate' : 'FailedDelete'
      conditions = [...old, { type: 'ReplicaFailure', status: 'True', reason, message: failed.message, lastTransitionTime: nowText(now) }]
    } else if (failed === undefined && failure !== undefined) {
      conditions = old.filter((condition) => condition.type !== 'ReplicaFailure')
    }
    return {
      replicas: active.length, fullyLabeledReplicas: fullyLabeled, readyReplicas: ready, availableReplicas: available,
      ...(this.#options.resource.kind === 'ReplicaSet' ? { terminatingReplicas: terminating } : {}),
      ...(conditions.length > 0 ? { conditions } : {}),
    }
  }

  /** Upstream: updateReplicaSetStatus. */
  #writeStatus(set: T, status: ReplicaSetStatus): T {
    const old: Partial<ReplicaSetStatus> = set.status ?? {}
    const same = (old.replicas ?? 0) === status.replicas
      && (old.fullyLabeledReplicas ?? 0) === status.fullyLabeledReplicas
      && (old.readyReplicas ?? 0) === status.readyReplicas
      && (old.availableReplicas ?? 0) === status.availableReplicas
      && (old.terminatingReplicas ?? 0) === (status.terminatingReplicas ?? 0)
      && (old.observedGeneration ?? 0) === (set.metadata.generation ?? 0)
      && deepEqual(old.conditions ?? [], status.conditions ?? [])
    if (same) return set
    return this.client.update(this.#options.resource, { ...set, status: { ...status, observedGeneration: set.metadata.generation ?? 0 } }, 'status')
  }
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
