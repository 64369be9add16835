import { deepEqual } from '../../base'
import {
  ApiError, keyOf, matches, resources, selectorOf, type ControllerRevision, type PersistentVolumeClaim, type Pod, type StatefulSet, type StatefulSetStatus, type Volume,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byRevision, createRevision, podRevisionLabel, revisionHashLabel, revisionInformer, revisionOf, sameData, templateIn, templatePatch, type NewRevision } from './history'
import { scaledValue } from './int-or-percent'
import { byName, byNamespace, claim, controllerOf, newControllerRef } from './owners'
import { availableInMs, isPodAvailable, isPodReady, podFromTemplate, podInformer, slowStartBatch } from './pods'

const resource = resources.statefulsets
const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const podIndexLabel = 'apps.kubernetes.io/pod-index'

/** A place of the set: the Pod that has it, or the one that should. */
interface Place {
  readonly ordinal: number
  readonly pod: Pod
  readonly exists: boolean
}

/** Pods with names of their own, made and removed in order. Upstream: pkg/controller/statefulset. */
export class StatefulSetController extends Controller {
  readonly #sets: Informer<StatefulSet>
  readonly #pods: Informer<Pod>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #revisions: Informer<ControllerRevision>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'statefulset' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#sets = this.watches(environment.informers.for<StatefulSet>(resource)).addIndex('namespace', byNamespace)
    this.#pods = this.watches(podInformer(environment.informers))
    this.#claims = this.watches(environment.informers.for<PersistentVolumeClaim>(resources.persistentvolumeclaims))
    this.#revisions = this.watches(revisionInformer(environment.informers))
    this.#sets.addHandler({
      onAdd: (set) => { this.#queue.addObject(set) },
      onUpdate: (_old, set) => { this.#queue.addObject(set) },
      onDelete: (set) => { this.#queue.addObject(set) },
    })
    this.#pods.addHandler({
      onAdd: (pod) => { this.#podChanged(pod) },
      onUpdate: (old, pod) => {
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) this.#enqueueOwner(old)
        this.#podChanged(pod)
        const set = this.#ownerOf(pod)
        const minReadySeconds = set?.spec.minReadySeconds ?? 0
        if (set !== undefined && minReadySeconds > 0 && !isPodReady(old) && isPodReady(pod)) this.#queue.addAfter(keyOf(set), minReadySeconds * 1000 + 1000)
      },
      onDelete: (pod) => { this.#enqueueOwner(pod) },
    })
  }

  #ownerOf(pod: Pod): StatefulSet | undefined {
    const reference = controllerOf(pod)
    if (reference?.kind !== resource.kind) return undefined
    const set = this.#sets.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
    return set?.metadata.uid === reference.uid ? set : undefined
  }

  #enqueueOwner(pod: Pod): void {
    const set = this.#ownerOf(pod)
    if (set !== undefined) this.#queue.addObject(set)
  }

  #podChanged(pod: Pod): void {
    if (controllerOf(pod) !== undefined) {
      this.#enqueueOwner(pod)
      return
    }
    for (const set of this.#sets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      if (matches(selectorOf(set.spec.selector), pod.metadata.labels)) this.#queue.addObject(set)
    }
  }

  #sync(key: string): void {
    const set = this.#sets.get(key)
    if (set === undefined) return
    const selector = selectorOf(set.spec.selector)
    const isMember = (pod: Pod): boolean => parentOf(pod) === set.metadata.name
    const pods = claim(
      [...this.#pods.byIndex('controller', set.metadata.uid ?? ''), ...this.#pods.byIndex('orphans', set.metadata.namespace ?? '').filter((pod) => isMember(pod) && matches(selector, pod.metadata.labels)).sort(byName)],
      { client: this.client, owner: set, ownerResource: resource, resource: resources.pods, matches: (pod) => matches(selector, pod.metadata.labels) && isMember(pod) },
    )
    const revisions = this.#claimRevisions(set)
    const { current, update, collisionCount } = this.#findRevisions(set, revisions)
    const status = this.#update(set, current, update, collisionCount, pods)
    this.#writeStatus(set, status)
    this.#truncateHistory(set, pods, revisions, current, update)
    this.#resyncWhenAvailable(key, set, pods)
  }

  #claimRevisions(set: StatefulSet): ControllerRevision[] {
    const selector = selectorOf(set.spec.selector)
    return claim(
      this.#revisions.byIndex('namespace', set.metadata.namespace ?? '').filter((revision) => {
        const owner = controllerOf(revision)
        return owner === undefined ? matches(selector, revision.metadata.labels) : owner.uid === set.metadata.uid
      }).sort(byName),
      { client: this.client, owner: set, ownerResource: resource, resource: resources.controllerrevisions, matches: () => true },
    ).sort(byRevision)
  }

  /** The revision the set comes from and the one it goes to; makes the latter when it is new. Upstream: getStatefulSetRevisions. */
  #findRevisions(set: StatefulSet, revisions: readonly ControllerRevision[]): { readonly current: ControllerRevision; readonly update: ControllerRevision; readonly collisionCount: number } {
    const last = revisions.at(-1)
    const wanted: NewRevision = {
      client: this.client, owner: set, ownerResource: resource, labels: { ...set.spec.template.metadata?.labels, ...set.spec.selector.matchLabels },
      data: templatePatch(set.spec.template), revision: (last?.revision ?? 0) + 1, collisionCount: set.status?.collisionCount ?? 0, hashLabel: revisionHashLabel,
    }
    const equal = revisions.filter((revision) => sameData(revision, revisionOf(wanted))).at(-1)
    let update: ControllerRevision
    let { collisionCount } = wanted
    if (equal === undefined) ({ revision: update, collisionCount } = createRevision(wanted))
    else if (equal === last) update = equal
    // Back to an older template: its revision becomes the newest.
    else update = this.client.update<ControllerRevision>(resources.controllerrevisions, { ...equal, revision: wanted.revision })
    const current = revisions.find((revision) => revision.metadata.name === set.status?.currentRevision) ?? update
    return { current, update, collisionCount }
  }

  /** Upstream: defaultStatefulSetControl.updateStatefulSet. */
  #update(set: StatefulSet, current: ControllerRevision, update: ControllerRevision, collisionCount: number, pods: readonly Pod[]): StatefulSetStatus {
    const start = set.spec.ordinals?.start ?? 0
    const count = set.spec.replicas ?? 1
    const byOrdinal = new Map<number, Pod>()
    const condemned: Place[] = []
    for (const pod of pods) {
      const ordinal = ordinalOf(pod)
      if (ordinal < 0) continue
      if (ordinal >= start && ordinal < start + count) byOrdinal.set(ordinal, pod)
      else condemned.push({ ordinal, pod, exists: true })
    }
    condemned.sort((a, b) => b.ordinal - a.ordinal)
    const replicas: Place[] = []
    for (let ordinal = start; ordinal < start + count; ordinal++) {
      const pod = byOrdinal.get(ordinal)
      replicas.push(pod === undefined ? { ordinal, pod: this.#versioned(set, current, update, ordinal), exists: false } : { ordinal, pod, exists: true })
    }
    const firstUnhealthy = [...replicas, ...[...condemned].reverse()].find((place) => !isHealthy(place))
    const now = this.context.now()
    const minReady = set.spec.minReadySeconds ?? 0
    const made = new Set<Place>()
    const statusNow = (): StatefulSetStatus => statusOf(set, current, update, collisionCount, [...replicas, ...condemned], made, now)
    if (set.metadata.deletionTimestamp !== undefined) return statusNow()
    const monotonic = set.spec.podManagementPolicy !== 'Parallel'
    const available = (place: Place): boolean => place.exists && isRunningAndReady(place.pod) && isPodAvailable(place.pod, minReady, now)

    // First the living places. In order: whatever is not well yet holds up the others.
    const process = (place: Place): boolean => {
      const { pod } = place
      if (place.exists && (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded')) {
        if (pod.metadata.deletionTimestamp === undefined) {
          const failed = pod.status.phase === 'Failed'
          this.recorder.event(set, failed ? 'Warning' : 'Normal', failed ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod', `StatefulSet ${keyOf(set)} is recreating ${failed ? 'failed' : 'terminated'} Pod ${pod.metadata.name ?? ''}`)
          this.#deletePod(set, pod)
        }
        return true
      }
      if (!place.exists) {
        this.#createPod(set, pod, place.ordinal)
        made.add(place)
        return monotonic
      }
      if (pod.status?.phase === 'Pending' || pod.status?.phase === undefined) this.#createClaims(set, pod, place.ordinal)
      if (monotonic && (isTerminating(pod) || !isRunningAndReady(pod) || !available(place))) return true
      return false
    }
    if (this.#runAll(replicas, process, monotonic)) return statusNow()

    // Then those that are too many, the highest first, each when all before it is well.
    const condemn = (place: Place): boolean => {
      if (isTerminating(place.pod)) return monotonic
      if (monotonic && place !== firstUnhealthy && !available(place)) return true
      this.#deletePod(set, place.pod)
      return true
    }
    if (this.#runAll(condemned, condemn, monotonic)) return statusNow()

    const status = statusNow()
    if (set.spec.updateStrategy?.type === 'OnDelete') return status
    return this.#rollOn(set, update, replicas, status, available)
  }

  /** Gives up Pods of the old template, the highest first. Upstream: updateStatefulSetAfterInvariantEstablished. */
  #rollOn(set: StatefulSet, update: ControllerRevision, replicas: readonly Place[], status: StatefulSetStatus, available: (place: Place) => boolean): StatefulSetStatus {
    const { partition = 0, maxUnavailable } = set.spec.updateStrategy?.rollingUpdate ?? {}
    const isOld = (place: Place): boolean => place.pod.metadata.labels?.[podRevisionLabel] !== update.metadata.name && !isTerminating(place.pod)
    let room = 1
    if (maxUnavailable !== undefined) {
      const unavailable = replicas.filter((place) => !available(place) || isTerminating(place.pod)).length
      room = Math.max(1, scaledValue(maxUnavailable, set.spec.replicas ?? 1, true)) - unavailable
    }
    let currentReplicas = status.currentReplicas ?? 0
    for (let target = replicas.length - 1; target >= partition && room > 0; target--) {
      const place = replicas[target] as Place
      if (isOld(place)) {
        this.#deletePod(set, place.pod)
        currentReplicas--
        room--
      } else if (maxUnavailable === undefined && !isHealthy(place)) break
    }
    return { ...status, currentReplicas: Math.max(0, currentReplicas) }
  }

  /** True when the rest has to wait. In parallel mode everything is tried; a refused request is thrown in the end. */
  #runAll(places: readonly Place[], work: (place: Place) => boolean, monotonic: boolean): boolean {
    if (monotonic) return places.some(work)
    const { error } = slowStartBatch(places.length, (index) => { work(places[index] as Place) })
    if (error !== undefined) throw error
    return false
  }

  /** Upstream: newVersionedStatefulSetPod. */
  #versioned(set: StatefulSet, current: ControllerRevision, update: ControllerRevision, ordinal: number): Pod {
    const start = set.spec.ordinals?.start ?? 0
    const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {}
    const old = type === 'RollingUpdate' && ordinal < start + (rollingUpdate?.partition ?? (rollingUpdate === undefined ? set.status?.currentReplicas ?? 0 : 0))
    const revision = old ? current : update
    const name = `${set.metadata.name ?? ''}-${ordinal}`
    const pod = podFromTemplate(templateIn(revision), set.metadata.namespace ?? '', newControllerRef(set, resource), { name })
    const volumes = claimVolumes(set, ordinal)
    const kept = (pod.spec?.volumes ?? []).filter((volume) => !volumes.some((other) => other.name === volume.name))
    return {
      ...pod,
      metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [podNameLabel]: name, [podIndexLabel]: String(ordinal), [podRevisionLabel]: revision.metadata.name ?? '' } },
      spec: {
        ...(pod.spec ?? { containers: [] }), hostname: name, subdomain: set.spec.serviceName ?? '',
        ...(volumes.length + kept.length > 0 ? { volumes: [...volumes, ...kept] } : {}),
      },
    }
  }

  #createPod(set: StatefulSet, pod: Pod, ordinal: number): void {
    const name = pod.metadata.name ?? ''
    this.#createClaims(set, pod, ordinal)
    try {
      this.client.create<Pod>(resources.pods, pod)
      this.recorder.event(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name ?? ''} successful`)
    } catch (error) {
      if (error instanceof ApiError && error.reason !== 'AlreadyExists') {
        this.recorder.event(set, 'Warning', 'FailedCreate', `create Pod ${name} in StatefulSet ${set.metadata.name ?? ''} failed error: ${error.message}`)
      }
      throw error
    }
  }

  #createClaims(set: StatefulSet, pod: Pod, ordinal: number): void {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const name = claimName(set, template, ordinal)
      const namespace = set.metadata.namespace ?? ''
      if (this.#claims.get(`${namespace}/${name}`) !== undefined) continue
      const { whenDeleted = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
      const claimed: PersistentVolumeClaim = {
        apiVersion: 'v1', kind: 'PersistentVolumeClaim',
        metadata: {
          name, namespace, labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
          ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
          ...(whenDeleted === 'Delete' ? { ownerReferences: [{ ...newControllerRef(set, resource), controller: true, blockOwnerDeletion: true }] } : {}),
        },
        ...(template.spec === undefined ? {} : { spec: template.spec }),
      }
      const what = `create Claim ${name} Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`
      try {
        this.client.create<PersistentVolumeClaim>(resources.persistentvolumeclaims, claimed)
        this.recorder.event(set, 'Normal', 'SuccessfulCreate', `${what} success`)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.reason === 'AlreadyExists') continue
        this.recorder.event(set, 'Warning', 'FailedCreate', `${what} failed error: ${error.message}`)
        throw error
      }
    }
  }

  #deletePod(set: StatefulSet, pod: Pod): void {
    const name = pod.metadata.name ?? ''
    const what = `delete Pod ${name} in StatefulSet ${set.metadata.name ?? ''}`
    try {
      this.client.delete({ resource: resources.pods, namespace: pod.metadata.namespace, name }, { preconditions: { uid: pod.metadata.uid ?? '' } })
      this.recorder.event(set, 'Normal', 'SuccessfulDelete', `${what} successful`)
    } catch (error) {
      if (ApiError.is(error, 'NotFound') || ApiError.is(error, 'Conflict')) return
      if (error instanceof ApiError) this.recorder.event(set, 'Warning', 'FailedDelete', `${what} failed error: ${error.message}`)
      throw error
    }
  }

  #writeStatus(set: StatefulSet, wanted: StatefulSetStatus): void {
    let status = wanted
    const replicas = set.spec.replicas ?? 1
    // The rollout is over: from now on it comes from where it went. Upstream: completeRollingUpdate.
    if ((set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
      && status.updatedReplicas === status.replicas && status.readyReplicas === status.replicas && status.replicas === replicas && status.updateRevision !== undefined) {
      status = { ...status, currentReplicas: status.updatedReplicas ?? 0, currentRevision: status.updateRevision }
    }
    const plain = (value: Partial<StatefulSetStatus>): unknown => ({
      observedGeneration: value.observedGeneration ?? 0, replicas: value.replicas ?? 0, readyReplicas: value.readyReplicas ?? 0, availableReplicas: value.availableReplicas ?? 0,
      currentReplicas: value.currentReplicas ?? 0, updatedReplicas: value.updatedReplicas ?? 0, currentRevision: value.currentRevision ?? '', updateRevision: value.updateRevision ?? '',
      collisionCount: value.collisionCount ?? 0,
    })
    if (deepEqual(plain(set.status ?? {}), plain(status))) return
    this.client.update<StatefulSet>(resource, { ...set, status }, 'status')
  }

  /** Upstream: truncateHistory. */
  #truncateHistory(set: StatefulSet, pods: readonly Pod[], revisions: readonly ControllerRevision[], current: ControllerRevision, update: ControllerRevision): void {
    const live = new Set([current.metadata.name, update.metadata.name, ...pods.map((pod) => pod.metadata.labels?.[podRevisionLabel])])
    const history = revisions.filter((revision) => !live.has(revision.metadata.name))
    for (const revision of history.slice(0, Math.max(0, history.length - (set.spec.revisionHistoryLimit ?? 10)))) {
      try {
        this.client.delete({ resource: resources.controllerrevisions, namespace: revision.metadata.namespace, name: revision.metadata.name ?? '' })
      } catch (error) {
        if (!ApiError.is(error, 'NotFound')) throw error
      }
    }
  }

  #resyncWhenAvailable(key: string, set: StatefulSet, pods: readonly Pod[]): void {
    const minReadySeconds = set.spec.minReadySeconds ?? 0
    if (minReadySeconds === 0) return
    let next: number | undefined
    for (const pod of pods) {
      const left = availableInMs(pod, minReadySeconds, this.context.now())
      if (left !== undefined && (next === undefined || left < next)) next = left
    }
    if (next !== undefined) this.#queue.addAfter(key, next)
  }
}

/** "db-12" of the set "db" has place 12; -1 for names of another form. Upstream: getParentNameAndOrdinal. */
function ordinalOf(pod: Pod): number {
  const match = /^.*-([0-9]+)$/.exec(pod.metadata.name ?? '')
  return match === null ? -1 : Number(match[1])
}

function parentOf(pod: Pod): string | undefined {
  return /^(.*)-[0-9]+$/.exec(pod.metadata.name ?? '')?.[1]
}

function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name ?? ''}-${set.metadata.name ?? ''}-${ordinal}`
}

function claimVolumes(set: StatefulSet, ordinal: number): Volume[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => (
    { name: template.metadata.name ?? '', persistentVolumeClaim: { claimName: claimName(set, template, ordinal), readOnly: false } }))
}

function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod)
}

function isHealthy(place: Place): boolean {
  return place.exists && isRunningAndReady(place.pod) && !isTerminating(place.pod)
}

/** Upstream: updateStatus. Places that were just filled count from the next look on. */
function statusOf(
  set: StatefulSet, current: ControllerRevision, update: ControllerRevision, collisionCount: number, places: readonly Place[], made: ReadonlySet<Place>, now: number,
): StatefulSetStatus {
  let [replicas, ready, available, currentReplicas, updated] = [0, 0, 0, 0, 0]
  for (const place of places) {
    if (!place.exists || made.has(place)) continue
    replicas++
    if (isRunningAndReady(place.pod)) {
      ready++
      if (isPodAvailable(place.pod, set.spec.minReadySeconds ?? 0, now)) available++
    }
    if (isTerminating(place.pod)) continue
    const revision = place.pod.metadata.labels?.[podRevisionLabel]
    if (revision === current.metadata.name) currentReplicas++
    if (revision === update.metadata.name) updated++
  }
  return {
    observedGeneration: set.metadata.generation ?? 0, replicas, readyReplicas: ready, availableReplicas: available, currentReplicas, updatedReplicas: updated,
    currentRevision: current.metadata.name ?? '', updateRevision: update.metadata.name ?? '', collisionCount,
  }
}
