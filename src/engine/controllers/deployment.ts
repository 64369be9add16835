import { deepEqual } from '../../base'
import {
  ApiError, failure, keyOf, matches, resources, selectorOf, virtualOf, type Deployment, type DeploymentCondition, type DeploymentStatus, type LabelSelector, type Pod,
  type ReplicaSet,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import {
  activeSets, actualReplicas, availableReplicas, bySizeNewer, bySizeOlder, conditionOf, desiredReplicasAnnotation, findActiveOrLatest, findNewReplicaSet,
  hasProgressDeadline, intAnnotation, isComplete, isProgressing, isRollingUpdate, isSaturated, maxRevision, maxSurge, maxUnavailable, newReplicaSetSize,
  proportionOf, replicasOf, revisionAnnotation, revisionOf, templateHashLabel, templateText, totalReplicas, withCondition, withNewReplicaSetAnnotations,
  withoutCondition, withReplicasAnnotations,
} from './deployment-util'
import { byAge, byName, byNamespace, claim, controllerOf, newControllerRef } from './owners'
import { isNamespaceTerminating, nowText, podInformer } from './pods'
import { planShrink } from './rollout'
import { templateHash } from './template-hash'

const resource = resources.deployments

/** A failing key is given up after so many tries, until something changes. Upstream: maxRetries. */
const retriesMax = 15

/** The sets of a Deployment: the one with its present template, and the others. */
interface Sets {
  readonly newSet: ReplicaSet | undefined
  readonly oldSets: readonly ReplicaSet[]
}

/** Rolls a Deployment's template out over ReplicaSets. Upstream: pkg/controller/deployment. */
export class DeploymentController extends Controller {
  readonly #deployments: Informer<Deployment>
  readonly #sets: Informer<ReplicaSet>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'deployment' })
    this.#queue = this.addQueue((key) => { this.#syncOrGiveUp(key) })
    this.#deployments = this.watches(environment.informers.for<Deployment>(resource)).addIndex('namespace', byNamespace)
    this.#sets = this.watches(environment.informers.for<ReplicaSet>(resources.replicasets))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#deployments.addHandler({
      onAdd: (deployment) => { this.#queue.addObject(deployment) },
      onUpdate: (_old, deployment) => { this.#queue.addObject(deployment) },
      onDelete: (deployment) => { this.#queue.addObject(deployment) },
    })
    this.#sets.addHandler({
      onAdd: (set) => { this.#setAdded(set) },
      onUpdate: (old, set) => { this.#setUpdated(old, set) },
      onDelete: (set) => { this.#enqueueOwner(set) },
    })
    this.#pods.addHandler({ onDelete: (pod) => { this.#podDeleted(pod) } })
  }

  #ownerOf(set: ReplicaSet): Deployment | undefined {
    const reference = controllerOf(set)
    if (reference?.kind !== resource.kind) return undefined
    const deployment = this.#deployments.get(`${set.metadata.namespace ?? ''}/${reference.name}`)
    return deployment?.metadata.uid === reference.uid ? deployment : undefined
  }

  #enqueueOwner(set: ReplicaSet): void {
    const deployment = this.#ownerOf(set)
    if (deployment !== undefined) this.#queue.addObject(deployment)
  }

  #setAdded(set: ReplicaSet): void {
    if (set.metadata.deletionTimestamp !== undefined || controllerOf(set) !== undefined) this.#enqueueOwner(set)
    else this.#enqueueMatching(set)
  }

  #setUpdated(old: ReplicaSet, set: ReplicaSet): void {
    const [before, after] = [controllerOf(old), controllerOf(set)]
    if (before !== undefined && before.uid !== after?.uid) this.#enqueueOwner(old)
    if (after !== undefined) this.#enqueueOwner(set)
    else if (before !== undefined || !deepEqual(old.metadata.labels, set.metadata.labels)) this.#enqueueMatching(set)
  }

  #enqueueMatching(orphan: ReplicaSet): void {
    for (const deployment of this.#deployments.byIndex('namespace', orphan.metadata.namespace ?? '')) {
      if (matches(selectorOf(deployment.spec.selector), orphan.metadata.labels)) this.#queue.addObject(deployment)
    }
  }

  /** A Recreate rollout waits for the last old Pod to be gone. */
  #podDeleted(pod: Pod): void {
    const reference = controllerOf(pod)
    if (reference?.kind !== 'ReplicaSet') return
    const set = this.#sets.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
    const deployment = set === undefined ? undefined : this.#ownerOf(set)
    if (deployment?.spec.strategy?.type === 'Recreate') this.#queue.addObject(deployment)
  }

  #syncOrGiveUp(key: string): void {
    try {
      this.#sync(key)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // In a namespace that is going away nothing can be made any more: not worth another try.
      if (isNamespaceTerminating(error) || this.#queue.retries(key) >= retriesMax) return
      throw error
    }
  }

  #sync(key: string): void {
    const deployment = this.#deployments.get(key)
    if (deployment === undefined) return
    const { selector } = deployment.spec
    if (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0) {
      this.recorder.event(deployment, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')
      if ((deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0)) {
        this.#updateStatus(deployment, { ...deployment.status, observedGeneration: deployment.metadata.generation ?? 0 })
      }
      return
    }
    const owned = this.#claim(deployment)
    if (deployment.metadata.deletionTimestamp !== undefined) {
      const [sets, current] = this.#sort(deployment, owned, false)
      this.#writeStatus(current, sets, false)
      return
    }
    const current = this.#checkPaused(deployment)
    if (current.spec.paused === true) {
      this.#scaleOnly(current, owned)
      return
    }
    if (isScaling(current, owned)) {
      this.#scaleOnly(current, owned)
      return
    }
    if (isRollingUpdate(current)) this.#rolloutRolling(current, owned)
    else this.#rolloutRecreate(current, owned)
  }

  #claim(deployment: Deployment): readonly ReplicaSet[] {
    const selector = selectorOf(deployment.spec.selector)
    const candidates = this.#sets.byIndex('namespace', deployment.metadata.namespace ?? '').filter((set) => {
      const reference = controllerOf(set)
      return reference === undefined ? matches(selector, set.metadata.labels) : reference.uid === deployment.metadata.uid
    })
    return claim([...candidates].sort(byName), {
      client: this.client, owner: deployment, ownerResource: resource, resource: resources.replicasets,
      matches: (set) => matches(selector, set.metadata.labels),
    })
  }

  /** Upstream: checkPausedConditions. */
  #checkPaused(deployment: Deployment): Deployment {
    if (!hasProgressDeadline(deployment)) return deployment
    const condition = conditionOf(deployment.status, 'Progressing')
    if (condition?.reason === 'ProgressDeadlineExceeded') return deployment
    const known = condition?.reason === 'DeploymentPaused'
    const paused = deployment.spec.paused === true
    if (paused === known) return deployment
    return this.#updateStatus(deployment, withCondition(deployment.status ?? {}, paused
      ? this.#condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused')
      : this.#condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed')))
  }

  /** Sizes only: the Deployment is paused, or somebody changed its replicas. Upstream: sync. */
  #scaleOnly(deployment: Deployment, owned: readonly ReplicaSet[]): void {
    const [sets, current] = this.#sort(deployment, owned, false)
    const scaled = this.#scale(current, sets)
    if (current.spec.paused === true) this.#cleanUp(current, scaled.oldSets)
    this.#writeStatus(current, scaled, false)
  }

  /** Finds the new set, brings its annotations and the Deployment's revision up to date, and makes it if asked to. Upstream: getAllReplicaSetsAndSyncRevision. */
  #sort(deployment: Deployment, owned: readonly ReplicaSet[], create: boolean): [Sets, Deployment] {
    const existing = findNewReplicaSet(deployment, owned)
    const oldSets = owned.filter((set) => set.metadata.uid !== existing?.metadata.uid)
    const revision = maxRevision(oldSets) + 1
    if (existing !== undefined) {
      const changed = withNewReplicaSetAnnotations(deployment, existing, revision, true)
      const minReadySeconds = deployment.spec.minReadySeconds ?? 0
      if (changed !== existing || (existing.spec.minReadySeconds ?? 0) !== minReadySeconds) {
        const newSet = this.client.update(resources.replicasets, { ...changed, spec: { ...changed.spec, minReadySeconds } })
        return [{ newSet, oldSets }, deployment]
      }
      let current = withRevision(deployment, existing.metadata.annotations?.[revisionAnnotation] ?? '')
      if (hasProgressDeadline(deployment) && conditionOf(deployment.status, 'Progressing') === undefined) {
        const found = this.#condition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${existing.metadata.name ?? ''}"`)
        current = { ...current, status: withCondition(current.status ?? {}, found) }
      }
      if (current !== deployment) current = this.client.update(resource, current, 'status')
      return [{ newSet: existing, oldSets }, current]
    }
    if (!create) return [{ newSet: undefined, oldSets }, deployment]
    return this.#createNewSet(deployment, oldSets, revision)
  }

  #createNewSet(deployment: Deployment, oldSets: readonly ReplicaSet[], revision: number): [Sets, Deployment] {
    const { template } = deployment.spec
    const hash = templateHash(template, deployment.status?.collisionCount)
    const labels = { ...template.metadata?.labels, [templateHashLabel]: hash }
    const selector: LabelSelector = { ...deployment.spec.selector, matchLabels: { ...deployment.spec.selector.matchLabels, [templateHashLabel]: hash } }
    const bare: ReplicaSet = {
      apiVersion: 'apps/v1', kind: 'ReplicaSet',
      metadata: { name: `${deployment.metadata.name ?? ''}-${hash}`, namespace: deployment.metadata.namespace ?? '', labels, ownerReferences: [newControllerRef(deployment, resource)] },
      spec: {
        replicas: 0, selector, template: { ...template, metadata: { ...template.metadata, labels } },
        ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      },
    }
    const replicas = newReplicaSetSize(deployment, [...oldSets, bare], bare)
    const wanted = withNewReplicaSetAnnotations(deployment, { ...bare, spec: { ...bare.spec, replicas } }, revision, false)
    let made: ReplicaSet
    let existed = false
    try {
      made = this.client.create(resources.replicasets, wanted)
    } catch (error) {
      if (!(error instanceof ApiError) || isNamespaceTerminating(error)) throw error
      if (error.reason === 'AlreadyExists') {
        const found = this.#sets.get(keyOf(wanted))
        if (found === undefined) throw error
        if (controllerOf(found)?.uid !== deployment.metadata.uid || found.spec.template === undefined || templateText(found.spec.template) !== templateText(template)) {
          // Another template has the same hash: count it in, and the next try gets another name.
          this.#updateStatus(deployment, { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 })
          throw error
        }
        made = found
        existed = true
      } else {
        const message = `Failed to create new replica set "${wanted.metadata.name ?? ''}": ${error.message}`
        if (hasProgressDeadline(deployment)) {
          try {
            this.#updateStatus(deployment, withCondition(deployment.status ?? {}, this.#condition('Progressing', 'False', 'ReplicaSetCreateError', message)))
          } catch (second) {
            if (!(second instanceof ApiError)) throw second
          }
        }
        this.recorder.event(deployment, 'Warning', 'ReplicaSetCreateError', message)
        throw error
      }
    }
    if (!existed && replicas > 0) {
      this.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${made.metadata.name ?? ''} from 0 to ${replicas}`)
    }
    let current = withRevision(deployment, String(revision))
    if (!existed && hasProgressDeadline(deployment)) {
      const created = this.#condition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${made.metadata.name ?? ''}"`)
      current = { ...current, status: withCondition(current.status ?? {}, created) }
    }
    if (current !== deployment) current = this.client.update(resource, current, 'status')
    return [{ newSet: made, oldSets }, current]
  }

  #rolloutRolling(deployment: Deployment, owned: readonly ReplicaSet[]): void {
    const [sets, current] = this.#sort(deployment, owned, true)
    const grown = this.#reconcileNew(current, sets)
    if (grown !== undefined) {
      this.#writeStatus(current, grown, true)
      return
    }
    const shrunk = this.#reconcileOld(current, sets)
    if (shrunk !== undefined) {
      this.#writeStatus(current, shrunk, true)
      return
    }
    if (isComplete(current, current.status ?? {})) this.#cleanUp(current, sets.oldSets)
    this.#writeStatus(current, sets, true)
  }

  /** Returns the sets as they are now when the new one was resized. Upstream: reconcileNewReplicaSet. */
  #reconcileNew(deployment: Deployment, sets: Sets): Sets | undefined {
    const { newSet } = sets
    if (newSet === undefined || replicasOf(newSet) === replicasOf(deployment)) return undefined
    const size = replicasOf(newSet) > replicasOf(deployment) ? replicasOf(deployment) : newReplicaSetSize(deployment, allOf(sets), newSet)
    if (size === replicasOf(newSet)) return undefined
    return { ...sets, newSet: this.#resize(newSet, size, deployment) }
  }

  /** Upstream: reconcileOldReplicaSets. */
  #reconcileOld(deployment: Deployment, sets: Sets): Sets | undefined {
    if (sets.newSet === undefined || activeSets(sets.oldSets).length === 0) return undefined
    const { steps, stale } = planShrink(deployment, sets.newSet, sets.oldSets)
    const byUid = new Map(sets.oldSets.map((set) => [set.metadata.uid ?? '', set]))
    for (const { uid, to } of steps) byUid.set(uid, this.#resize(byUid.get(uid) as ReplicaSet, to, deployment))
    if (stale !== undefined) {
      throw new ApiError(failure(500, 'InternalError', `when cleaning up unhealthy replicas, got invalid request to scale down ${keyOf(stale.set)} ${replicasOf(stale.set)} -> ${stale.size}`))
    }
    if (steps.length === 0) return undefined
    return { newSet: sets.newSet, oldSets: sets.oldSets.map((set) => byUid.get(set.metadata.uid ?? '') ?? set) }
  }

  #rolloutRecreate(deployment: Deployment, owned: readonly ReplicaSet[]): void {
    const [sets, afterSort] = this.#sort(deployment, owned, false)
    const shrunk = sets.oldSets.map((set) => (replicasOf(set) > 0 ? this.#resize(set, 0, afterSort) : set))
    if (activeSets(sets.oldSets).length > 0) {
      this.#writeStatus(afterSort, { ...sets, oldSets: shrunk }, true)
      return
    }
    if (this.#oldPodsRunning(sets, owned)) {
      this.#writeStatus(afterSort, sets, true)
      return
    }
    const [made, current] = sets.newSet === undefined ? this.#sort(afterSort, owned, true) : [sets, afterSort]
    let grown = made
    if (made.newSet !== undefined && replicasOf(made.newSet) !== replicasOf(current)) {
      grown = { ...made, newSet: this.#resize(made.newSet, replicasOf(current), current) }
    }
    if (isComplete(current, current.status ?? {})) this.#cleanUp(current, grown.oldSets)
    this.#writeStatus(current, grown, true)
  }

  /** Upstream: oldPodsRunning. */
  #oldPodsRunning(sets: Sets, owned: readonly ReplicaSet[]): boolean {
    if (actualReplicas(sets.oldSets) > 0) return true
    return owned.some((set) => set.metadata.uid !== sets.newSet?.metadata.uid
      && this.#pods.byIndex('controller', set.metadata.uid ?? '').some((pod) => pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded'))
  }

  /** Upstream: scale. */
  #scale(deployment: Deployment, sets: Sets): Sets {
    const resized = new Map<string | undefined, ReplicaSet>()
    const result = (): Sets => ({
      newSet: sets.newSet === undefined ? undefined : resized.get(sets.newSet.metadata.uid) ?? sets.newSet,
      oldSets: sets.oldSets.map((set) => resized.get(set.metadata.uid) ?? set),
    })
    const only = findActiveOrLatest(sets.newSet, sets.oldSets)
    if (only !== undefined) {
      // Upstream (v1.37) leaves a set of the right size alone even when its annotation is stale, and then takes every sync for a change of
      // size for ever: kubernetes/kubernetes#138036 is the fix. Here the annotation is brought up to date.
      if (replicasOf(only) !== replicasOf(deployment) || isScaling(deployment, [only])) resized.set(only.metadata.uid, this.#resize(only, replicasOf(deployment), deployment))
      return result()
    }
    if (isSaturated(deployment, sets.newSet)) {
      for (const set of activeSets(sets.oldSets)) resized.set(set.metadata.uid, this.#resize(set, 0, deployment))
      return result()
    }
    if (!isRollingUpdate(deployment)) return result()
    // Several sets run Pods in the middle of a rollout: each gets its share, the largest what is left over.
    const active = activeSets(allOf(sets))
    const allowed = replicasOf(deployment) > 0 ? replicasOf(deployment) + maxSurge(deployment) : 0
    const toAdd = allowed - totalReplicas(active)
    if (toAdd > 0) active.sort(bySizeNewer)
    else if (toAdd < 0) active.sort(bySizeOlder)
    let added = 0
    const sizes = active.map((set) => {
      const proportion = toAdd === 0 ? 0 : proportionOf(set, deployment, toAdd, added)
      added += proportion
      return replicasOf(set) + proportion
    })
    active.forEach((set, index) => {
      let size = sizes[index] as number
      if (index === 0 && toAdd !== 0) size = Math.max(0, size + toAdd - added)
      resized.set(set.metadata.uid, this.#resize(set, size, deployment))
    })
    return result()
  }

  /** Upstream: scaleReplicaSet. */
  #resize(set: ReplicaSet, size: number, deployment: Deployment): ReplicaSet {
    const old = replicasOf(set)
    const annotated = withReplicasAnnotations(set, replicasOf(deployment), replicasOf(deployment) + maxSurge(deployment))
    if (old === size && annotated === set) return set
    const updated = this.client.update(resources.replicasets, { ...annotated, spec: { ...annotated.spec, replicas: size } })
    if (old !== size) {
      this.recorder.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${old < size ? 'up' : 'down'} replica set ${set.metadata.name ?? ''} from ${old} to ${size}`)
    }
    return updated
  }

  /** Forgets the oldest revisions beyond revisionHistoryLimit. Upstream: cleanupDeployment. */
  #cleanUp(deployment: Deployment, oldSets: readonly ReplicaSet[]): void {
    const limit = deployment.spec.revisionHistoryLimit
    if (limit === undefined || limit === 2 ** 31 - 1) return
    const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined)
    const surplus = alive.length - limit
    if (surplus <= 0) return
    const oldestFirst = [...alive].sort((a, b) => revisionOf(a) - revisionOf(b) || byAge(a, b))
    for (const set of oldestFirst.slice(0, surplus)) {
      const busy = (set.status?.replicas ?? 0) !== 0 || replicasOf(set) !== 0 || (set.metadata.generation ?? 0) > (set.status?.observedGeneration ?? 0)
      if (busy) continue
      try {
        this.client.delete({ resource: resources.replicasets, namespace: set.metadata.namespace, name: set.metadata.name ?? '' })
      } catch (error) {
        if (!ApiError.is(error, 'NotFound')) throw error
      }
    }
  }

  /** Upstream: syncRolloutStatus (with a rollout under way) and syncDeploymentStatus. */
  #writeStatus(deployment: Deployment, sets: Sets, rollout: boolean): void {
    let status = this.#statusOf(deployment, sets)
    const deadline = hasProgressDeadline(deployment)
    if (rollout && !deadline) status = withoutCondition(status, 'Progressing')
    const progressing = conditionOf(deployment.status, 'Progressing')
    const finished = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && progressing?.reason === 'NewReplicaSetAvailable'
    if (rollout && deadline && !finished) {
      const what = sets.newSet === undefined ? `Deployment "${deployment.metadata.name ?? ''}"` : `ReplicaSet "${sets.newSet.metadata.name ?? ''}"`
      if (isComplete(deployment, status)) {
        status = withCondition(status, this.#condition('Progressing', 'True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`))
      } else if (isProgressing(deployment, status)) {
        const condition = this.#condition('Progressing', 'True', 'ReplicaSetUpdated', `${what} is progressing.`)
        const since = progressing?.status === 'True' ? progressing.lastTransitionTime : undefined
        // Removed first, so that the time of the last progress moves on even when status and reason stay.
        status = withCondition(withoutCondition(status, 'Progressing'), since === undefined ? condition : { ...condition, lastTransitionTime: since })
      } else if (this.#timedOut(deployment, status)) {
        status = withCondition(status, this.#condition('Progressing', 'False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`))
      }
    }
    if (rollout) {
      const failure = replicaFailure(sets)
      status = failure === undefined ? withoutCondition(status, 'ReplicaFailure') : withCondition(status, failure)
    }
    if (!sameStatus(deployment.status ?? {}, status)) {
      this.#updateStatus(deployment, status)
      return
    }
    if (rollout) this.#requeueStuck(deployment, status)
  }

  #timedOut(deployment: Deployment, status: DeploymentStatus): boolean {
    const condition = conditionOf(status, 'Progressing')
    if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false
    if (condition.reason === 'ProgressDeadlineExceeded') return true
    return virtualOf(condition.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 < this.context.now()
  }

  /** Nothing will tell of time going by. Upstream: requeueStuckDeployment. */
  #requeueStuck(deployment: Deployment, status: DeploymentStatus): void {
    const condition = conditionOf(deployment.status, 'Progressing')
    if (!hasProgressDeadline(deployment) || condition === undefined) return
    if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return
    const left = virtualOf(condition.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000 - this.context.now()
    this.#queue.addAfter(keyOf(deployment), Math.max(left, 0) + 1000)
  }

  #statusOf(deployment: Deployment, sets: Sets): DeploymentStatus {
    const all = allOf(sets)
    const available = availableReplicas(all)
    const ready = all.reduce((sum, set) => sum + (set.status?.readyReplicas ?? 0), 0)
    const terminating = all.reduce((sum, set) => sum + (set.status?.terminatingReplicas ?? 0), 0)
    const old = deployment.status
    const status: DeploymentStatus = {
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: actualReplicas(all),
      updatedReplicas: sets.newSet === undefined ? 0 : actualReplicas([sets.newSet]),
      readyReplicas: ready,
      availableReplicas: available,
      unavailableReplicas: Math.max(0, totalReplicas(all) - available),
      terminatingReplicas: terminating,
      ...(old?.collisionCount === undefined ? {} : { collisionCount: old.collisionCount }),
      ...(old?.conditions === undefined ? {} : { conditions: old.conditions }),
    }
    return withCondition(status, available >= replicasOf(deployment) - maxUnavailable(deployment)
      ? this.#condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : this.#condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'))
  }

  #condition(type: string, status: string, reason: string, message: string): DeploymentCondition {
    const now = nowText(this.context.now())
    return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now }
  }

  #updateStatus(deployment: Deployment, status: DeploymentStatus): Deployment {
    return this.client.update(resource, { ...deployment, status }, 'status')
  }
}

function allOf(sets: Sets): ReplicaSet[] {
  return sets.newSet === undefined ? [...sets.oldSets] : [...sets.oldSets, sets.newSet]
}

/** Somebody changed spec.replicas since the sets were last sized. Upstream: isScalingEvent. */
function isScaling(deployment: Deployment, owned: readonly ReplicaSet[]): boolean {
  return activeSets(owned).some((set) => {
    const desired = intAnnotation(set, desiredReplicasAnnotation)
    return desired !== undefined && desired !== replicasOf(deployment)
  })
}

function withRevision(deployment: Deployment, revision: string): Deployment {
  const { annotations } = deployment.metadata
  if (annotations?.[revisionAnnotation] === revision) return deployment
  return { ...deployment, metadata: { ...deployment.metadata, annotations: { ...annotations, [revisionAnnotation]: revision } } }
}

/** What keeps a set from making its Pods, as the Deployment's condition. Upstream: getReplicaFailures. */
function replicaFailure(sets: Sets): DeploymentCondition | undefined {
  for (const set of sets.newSet === undefined ? sets.oldSets : [sets.newSet, ...sets.oldSets]) {
    const failure = set.status?.conditions?.find((condition) => condition.type === 'ReplicaFailure')
    if (failure !== undefined) {
      return { ...failure, ...(failure.lastTransitionTime === undefined ? {} : { lastUpdateTime: failure.lastTransitionTime }) }
    }
  }
  return undefined
}

/** Zero and absent are the same number. */
function sameStatus(a: DeploymentStatus, b: DeploymentStatus): boolean {
  const counts = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount'] as const
  return counts.every((name) => (a[name] ?? 0) === (b[name] ?? 0)) && deepEqual(a.conditions ?? [], b.conditions ?? [])
}
