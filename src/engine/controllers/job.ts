import { deepEqual } from '../../base'
import { ApiError, keyOf, matches, resources, selectorOf, virtualOf, type Job, type JobCondition, type JobStatus, type Pod, type PodTemplateSpec } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { Expectations } from './expectations'
import { Indexes } from './job-indexes'
import {
  completionIndex, finishedAt, hasBackoffPerIndex, hasTracking, indexFailureCountKey, indexIgnoredFailureCountKey, indexKey, isFailed, isFinished, isIndexed, isSucceeded,
  isSuspended, matchFailurePolicy, matchSuccessPolicy, replacesOnlyFailed, restartsOf, trackingFinalizer, trueCondition,
} from './job-util'
import { byName, byNamespace, claim, controllerOf, newControllerRef } from './owners'
import { deletionOrder, isNamespaceTerminating, isPodActive, isPodReady, isPodTerminating, nowText, podFromTemplate, podInformer, PodControl, slowStartBatch } from './pods'

const resource = resources.jobs
/** Pods that change together are looked at together. Upstream: SyncJobBatchPeriod. */
const batchMs = 1_000
/** Upstream: DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff. */
const backoffMsInitial = 10_000
const backoffMsMax = 600_000
/** Upstream: MaxPodCreateDeletePerSync, MaxUncountedPods. */
const podsPerSync = 500
const uncountedMax = 500

interface Backoff {
  readonly failures: number
  readonly lastFailureAt: number
}

/** One sync's picture of a Job. Upstream: syncJobCtx. */
interface Picture {
  job: Job
  readonly key: string
  readonly pods: readonly Pod[]
  readonly active: readonly Pod[]
  /** Uids that the status counts provisionally, as they were when the sync began. */
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> }
  readonly removing: ReadonlySet<string>
  succeeded: number
  failed: number
  ready: number
  terminating: number
  finished: JobCondition | undefined
  previousIndexes: Indexes
  indexes: Indexes
  failedIndexes: Indexes | undefined
  /** Failed Pods whose removal waits for their replacement, by index. */
  delayed: ReadonlyMap<number, Pod>
  backoff: Backoff
}

/** Runs Pods to completion and counts them, each exactly once. Upstream: pkg/controller/job. */
export class JobController extends Controller {
  readonly #jobs: Informer<Job>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue
  readonly #orphans: SyncQueue
  readonly #expectations = new Expectations(() => this.context.now())
  readonly #podControl: PodControl
  /** Pods whose finalizer was taken off and which the cache still shows with it. Upstream: uidTrackingExpectations. */
  #removing = new Map<string, Set<string>>()
  #backoff = new Map<string, Backoff>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'job' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#orphans = this.addQueue((key) => { this.#syncOrphan(key) }, 'orphans')
    this.#podControl = new PodControl(this.client, this.recorder)
    this.#jobs = this.watches(environment.informers.for<Job>(resource)).addIndex('namespace', byNamespace)
    this.#pods = this.watches(podInformer(environment.informers))
    this.#jobs.addHandler({
      onAdd: (job) => { this.#queue.addObject(job) },
      onUpdate: (old, job) => {
        if (old.metadata.generation === job.metadata.generation) this.#queue.addAfter(keyOf(job), batchMs)
        else this.#queue.addObject(job)
      },
      onDelete: (job) => {
        this.#forget(keyOf(job))
        // What it leaves behind must not be held by a finalizer nobody takes off.
        for (const pod of this.#pods.byIndex('controller', job.metadata.uid ?? '')) if (hasTracking(pod)) this.#orphans.addObject(pod)
      },
    })
    this.#pods.addHandler({
      onAdd: (pod) => { this.#podAdded(pod) },
      onUpdate: (old, pod) => { this.#podUpdated(old, pod) },
      onDelete: (pod) => { this.#podDeleted(pod) },
    })
  }

  protected override saveOwn(): unknown {
    return { expectations: this.#expectations.save(), removing: [...this.#removing].map(([key, uids]) => [key, [...uids]]), backoff: [...this.#backoff] }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as { readonly expectations: unknown; readonly removing: [string, string[]][]; readonly backoff: [string, Backoff][] }
    this.#expectations.load(saved.expectations)
    this.#removing = new Map(saved.removing.map(([key, uids]) => [key, new Set(uids)]))
    this.#backoff = new Map(saved.backoff)
  }

  #forget(key: string): void {
    this.#expectations.forget(key)
    this.#removing.delete(key)
    this.#backoff.delete(key)
  }

  #ownerOf(pod: Pod): Job | undefined {
    const reference = controllerOf(pod)
    if (reference?.kind !== resource.kind) return undefined
    const job = this.#jobs.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
    return job?.metadata.uid === reference.uid ? job : undefined
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#podDeleted(pod)
      return
    }
    const reference = controllerOf(pod)
    if (reference !== undefined) {
      const job = this.#ownerOf(pod)
      if (job === undefined) {
        if (reference.kind === resource.kind && hasTracking(pod)) this.#orphans.addObject(pod)
        return
      }
      this.#expectations.creationObserved(keyOf(job))
      this.#queue.addAfter(keyOf(job), batchMs)
      return
    }
    if (hasTracking(pod)) this.#orphans.addObject(pod)
    this.#enqueueMatching(pod)
  }

  #podUpdated(old: Pod, pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) {
      this.#podDeleted(pod, false)
      return
    }
    const [before, after] = [controllerOf(old), controllerOf(pod)]
    const untracked = hasTracking(old) && !hasTracking(pod)
    if (before !== undefined && before.uid !== after?.uid) {
      const job = this.#ownerOf(old)
      if (job !== undefined) {
        if (untracked) this.#removing.get(keyOf(job))?.delete(pod.metadata.uid ?? '')
        this.#queue.addAfter(keyOf(job), batchMs)
      }
    }
    if (after !== undefined) {
      const job = this.#ownerOf(pod)
      if (job === undefined) {
        if (after.kind === resource.kind && hasTracking(pod)) this.#orphans.addObject(pod)
        return
      }
      if (untracked) this.#removing.get(keyOf(job))?.delete(pod.metadata.uid ?? '')
      this.#queue.addAfter(keyOf(job), batchMs)
      return
    }
    if (hasTracking(pod)) this.#orphans.addObject(pod)
    if (before !== undefined || !deepEqual(old.metadata.labels, pod.metadata.labels)) this.#enqueueMatching(pod)
  }

  /** `gone`: the object itself, not only its deletionTimestamp. */
  #podDeleted(pod: Pod, gone = true): void {
    const job = this.#ownerOf(pod)
    if (job === undefined) {
      if (!gone && hasTracking(pod)) this.#orphans.addObject(pod)
      return
    }
    const key = keyOf(job)
    this.#expectations.deletionObserved(key, keyOf(pod))
    if (gone || !hasTracking(pod)) this.#removing.get(key)?.delete(pod.metadata.uid ?? '')
    this.#queue.addAfter(key, batchMs)
  }

  #enqueueMatching(orphan: Pod): void {
    for (const job of this.#jobs.byIndex('namespace', orphan.metadata.namespace ?? '')) {
      if (matches(selectorOf(job.spec?.selector), orphan.metadata.labels)) this.#queue.addAfter(keyOf(job), batchMs)
    }
  }

  /** A Pod whose Job is gone or finished is let go of. Upstream: syncOrphanPod. */
  #syncOrphan(key: string): void {
    const pod = this.#pods.get(key)
    if (pod === undefined || !hasTracking(pod)) return
    if (controllerOf(pod) !== undefined) {
      const job = this.#ownerOf(pod)
      if (job !== undefined && !isFinished(job)) return
    }
    this.#removeFinalizer(pod)
  }

  #sync(key: string): void {
    const job = this.#jobs.get(key)
    if (job === undefined) {
      this.#forget(key)
      return
    }
    if (job.spec?.managedBy !== undefined && job.spec.managedBy !== 'kubernetes.io/job-controller') return
    if (isFinished(job)) {
      this.#forget(key)
      return
    }
    const satisfied = this.#expectations.satisfied(key)
    const picture = this.#look(key, job)
    let active = picture.active.length
    let changed = false
    let failed: ApiError | undefined
    if (job.status?.startTime === undefined && !isSuspended(job)) {
      picture.job = withStatus(picture.job, { startTime: nowText(this.context.now()) })
    }
    this.#judge(picture)
    if (picture.finished !== undefined) {
      const removed = this.#deletePods(picture, picture.active)
      active -= removed.count
      picture.terminating += removed.count
      picture.ready -= removed.ready
      failed = removed.error
    } else {
      let managed = false
      if (satisfied && job.metadata.deletionTimestamp === undefined) {
        const result = this.#manage(picture)
        active = result.active
        failed = result.error
        managed = true
      }
      const completions = job.spec?.completions
      const complete = completions === undefined ? picture.succeeded > 0 && active === 0 : picture.succeeded >= completions && active === 0
      if (complete) picture.finished = this.#condition('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods')
      else if (managed) changed = this.#noteSuspension(picture)
    }
    const old = job.status ?? {}
    changed ||= active !== (old.active ?? 0) || picture.ready !== (old.ready ?? 0) || picture.terminating !== (old.terminating ?? 0) || picture.job.status?.startTime !== old.startTime
    picture.job = withStatus(picture.job, { active, ready: picture.ready, terminating: picture.terminating })
    this.#track(picture, changed)
    this.#backoff.set(key, picture.backoff)
    if (failed !== undefined) throw failed
  }

  #look(key: string, job: Job): Picture {
    const selector = selectorOf(job.spec?.selector)
    const pods = claim(
      [...this.#pods.byIndex('controller', job.metadata.uid ?? ''), ...this.#pods.byIndex('orphans', job.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels)).sort(byName)],
      { client: this.client, owner: job, ownerResource: resource, resource: resources.pods, matches: (pod) => matches(selector, pod.metadata.labels) },
    ).sort(byName)
    const active = pods.filter(isPodActive)
    const uncounted = {
      succeeded: new Set(job.status?.uncountedTerminatedPods?.succeeded ?? []),
      failed: new Set(job.status?.uncountedTerminatedPods?.failed ?? []),
    }
    const removing = this.#removing.get(key) ?? new Set<string>()
    const fresh = (counted: ReadonlySet<string>, filter: (pod: Pod) => boolean): Pod[] => pods.filter((pod) => {
      const uid = pod.metadata.uid ?? ''
      if (!hasTracking(pod) || counted.has(uid) || removing.has(uid)) return false
      if (isIndexed(job)) {
        const index = completionIndex(pod)
        if (index < 0 || index >= (job.spec?.completions ?? 0)) return false
      }
      return filter(pod)
    })
    const newSucceeded = fresh(uncounted.succeeded, isSucceeded)
    const newFailed = fresh(uncounted.failed, (pod) => isFailed(pod, job))
    const counting = newFailed.filter((pod) => matchFailurePolicy(job.spec?.podFailurePolicy, pod, hasBackoffPerIndex(job)).counts)
    return {
      job: { ...job, status: { ...job.status, uncountedTerminatedPods: { ...job.status?.uncountedTerminatedPods } } },
      key, pods, active, uncounted, removing,
      succeeded: (job.status?.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.size,
      failed: (job.status?.failed ?? 0) + counting.length + uncounted.failed.size,
      ready: active.filter(isPodReady).length,
      terminating: pods.filter(isPodTerminating).length,
      finished: undefined, previousIndexes: new Indexes(), indexes: new Indexes(), failedIndexes: undefined, delayed: new Map(),
      backoff: this.#newBackoff(key, newSucceeded, newFailed),
    }
  }

  /** Whether the Job is over, one way or the other. */
  #judge(picture: Picture): void {
    const { job } = picture
    const spec = job.spec ?? { template: {} }
    const now = this.context.now()
    const success = trueCondition(job.status, 'SuccessCriteriaMet')
    const target = trueCondition(job.status, 'FailureTarget')
    if (success !== undefined) picture.finished = success
    else if (target !== undefined) picture.finished = this.#condition('Failed', target.reason ?? '', target.message ?? '')
    else {
      for (const pod of picture.pods) {
        if (spec.podFailurePolicy === undefined || !isFailed(pod, job)) continue
        const { message } = matchFailurePolicy(spec.podFailurePolicy, pod, hasBackoffPerIndex(job))
        if (message === undefined) continue
        picture.finished = this.#condition('FailureTarget', 'PodFailurePolicy', message)
        break
      }
    }
    if (picture.finished === undefined) {
      const limit = spec.backoffLimit ?? 6
      const restarts = spec.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(picture.pods) : 0
      if (picture.failed > limit || (restarts > 0 && restarts >= limit)) {
        picture.finished = this.#condition('FailureTarget', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')
      } else if (spec.activeDeadlineSeconds !== undefined && !isSuspended(job) && job.status?.startTime !== undefined) {
        const left = virtualOf(job.status.startTime) + spec.activeDeadlineSeconds * 1000 - now
        if (left <= 0) picture.finished = this.#condition('FailureTarget', 'DeadlineExceeded', 'Job was active longer than specified deadline')
        else this.#queue.addAfter(picture.key, left)
      }
    }
    if (!isIndexed(job)) return
    const completions = spec.completions ?? 0
    picture.previousIndexes = Indexes.parse(job.status?.completedIndexes, completions)
    picture.indexes = picture.previousIndexes.with(picture.pods.filter((pod) => isSucceeded(pod) && hasTracking(pod)).map(completionIndex).filter((index) => index >= 0 && index < completions))
    picture.succeeded = picture.indexes.size
    if (hasBackoffPerIndex(job)) {
      picture.failedIndexes = this.#failedIndexes(picture)
      if (picture.finished === undefined) {
        if (spec.maxFailedIndexes !== undefined && picture.failedIndexes.size > spec.maxFailedIndexes) {
          picture.finished = this.#condition('FailureTarget', 'MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
        } else if (picture.failedIndexes.size > 0 && picture.failedIndexes.size + picture.indexes.size >= completions) {
          picture.finished = this.#condition('FailureTarget', 'FailedIndexes', 'Job has failed indexes')
        }
      }
      picture.delayed = this.#delayedPods(picture)
    }
    if (picture.finished === undefined) {
      const message = matchSuccessPolicy(spec.successPolicy, completions, picture.indexes)
      if (message !== undefined) picture.finished = this.#condition('SuccessCriteriaMet', 'SuccessPolicy', message)
    }
  }

  /** Upstream: calculateFailedIndexes. */
  #failedIndexes(picture: Picture): Indexes {
    const { job } = picture
    const completions = job.spec?.completions ?? 0
    const failed = Indexes.parse(job.status?.failedIndexes, completions)
    const more: number[] = []
    for (const pod of picture.pods) {
      const index = completionIndex(pod)
      if (index < 0 || index >= completions || !hasTracking(pod) || !isFailed(pod, job)) continue
      const match = matchFailurePolicy(job.spec?.podFailurePolicy, pod, true)
      if (match.action === 'FailIndex' || (match.counts && failuresOf(pod) >= (job.spec?.backoffLimitPerIndex ?? 0))) more.push(index)
    }
    return failed.with(more)
  }

  /** Of each index the last failed Pod stays until its replacement is there: it holds the count. Upstream: getPodsWithDelayedDeletionPerIndex. */
  #delayedPods(picture: Picture): ReadonlyMap<number, Pod> {
    const delayed = new Map<number, Pod>()
    const running = new Set(picture.active.map(completionIndex))
    for (const pod of picture.pods) {
      const index = completionIndex(pod)
      if (index < 0 || !hasTracking(pod) || !isFailed(pod, picture.job) || picture.failedIndexes?.has(index) === true || picture.indexes.has(index) || running.has(index)) continue
      const other = delayed.get(index)
      const weight = (one: Pod): number => failuresOf(one) + Number(one.metadata.annotations?.[indexIgnoredFailureCountKey] ?? 0)
      if (other === undefined || weight(pod) > weight(other)) delayed.set(index, pod)
    }
    return delayed
  }

  /** Creates or deletes Pods. Upstream: manageJob. */
  #manage(picture: Picture): { readonly active: number; readonly error?: ApiError } {
    const { job, key } = picture
    const spec = job.spec ?? { template: {} }
    let active = picture.active.length
    const remove = (count: number): { readonly active: number; readonly error?: ApiError } => {
      const victims = this.#forRemoval(picture, count)
      // Given up, not failed: nobody is to count them. Upstream: deleteJobPods.
      for (const pod of victims) if (hasTracking(pod)) this.#removeFinalizer(pod)
      this.#expectations.expectDeletions(key, victims.map(keyOf))
      const removed = this.#deletePods(picture, victims)
      active -= removed.count
      picture.terminating += removed.count
      picture.ready -= removed.ready
      return { active, ...(removed.error === undefined ? {} : { error: removed.error }) }
    }
    if (isSuspended(job)) return remove(active)
    const parallelism = spec.parallelism ?? 1
    let wanted: number
    if (spec.completions === undefined) wanted = picture.succeeded > 0 ? active : parallelism
    else wanted = Math.max(0, Math.min(spec.completions - picture.succeeded, parallelism))
    const surplus = Math.min(Math.max(0, active - wanted), podsPerSync)
    const extra = this.#forRemoval(picture, surplus)
    if (extra.length > 0) return remove(surplus)
    const missing = wanted - (replacesOnlyFailed(job) ? picture.terminating : 0) - active
    if (missing <= 0) return { active }
    if (!hasBackoffPerIndex(job)) {
      const waitMs = remainingMs(picture.backoff, this.context.now())
      if (waitMs > 0) {
        this.#queue.addAfter(key, waitMs)
        return { active }
      }
    }
    let count = Math.min(missing, podsPerSync)
    let indexes: number[] = []
    if (isIndexed(job)) {
      indexes = this.#pendingIndexes(picture, count)
      if (hasBackoffPerIndex(job)) {
        const now = this.context.now()
        const waits = indexes.map((index) => this.#indexWait(picture.delayed.get(index), now))
        const due = indexes.filter((_index, at) => (waits[at] as number) <= 0)
        if (due.length === 0 && waits.length > 0) {
          this.#queue.addAfter(key, Math.min(...waits))
          return { active }
        }
        const later = waits.filter((wait) => wait > 0)
        if (later.length > 0) this.#queue.addAfter(key, Math.min(...later))
        indexes = due
      }
      count = indexes.length
    }
    this.#expectations.expectCreations(key, count)
    const template = withTracking(spec.template, isIndexed(job))
    const owner = newControllerRef(job, resource)
    const { done, error } = slowStartBatch(count, (at) => {
      const index = indexes[at]
      const name = job.metadata.name ?? ''
      let pod = podFromTemplate(template, job.metadata.namespace ?? '', owner, { generateName: index === undefined ? `${name}-` : `${name}-${index}-` })
      if (index !== undefined) pod = withIndex(pod, name, index, this.#nextCounts(picture, index))
      try {
        this.#podControl.create(pod, job)
      } catch (failure) {
        if (failure instanceof ApiError && isNamespaceTerminating(failure)) {
          this.#expectations.creationObserved(key)
          active--
        } else throw failure
      }
    })
    for (let skipped = count - done; skipped > 0; skipped--) this.#expectations.creationObserved(key)
    active += done
    return { active, ...(error === undefined ? {} : { error }) }
  }

  /** How often an index has failed, as the next Pod carries it on. Upstream: getNewIndexFailureCounts. */
  #nextCounts(picture: Picture, index: number): Readonly<Record<string, string>> {
    if (!hasBackoffPerIndex(picture.job)) return {}
    const last = picture.delayed.get(index)
    if (last === undefined) return { [indexFailureCountKey]: '0' }
    const ignored = Number(last.metadata.annotations?.[indexIgnoredFailureCountKey] ?? 0)
    const { counts } = matchFailurePolicy(picture.job.spec?.podFailurePolicy, last, true)
    return counts
      ? { [indexFailureCountKey]: String(failuresOf(last) + 1), ...(ignored > 0 ? { [indexIgnoredFailureCountKey]: String(ignored) } : {}) }
      : { [indexFailureCountKey]: String(failuresOf(last)), [indexIgnoredFailureCountKey]: String(ignored + 1) }
  }

  #indexWait(last: Pod | undefined, now: number): number {
    return last === undefined ? 0 : remainingMs({ failures: failuresOf(last) + Number(last.metadata.annotations?.[indexIgnoredFailureCountKey] ?? 0) + 1, lastFailureAt: finishedAt(last) }, now)
  }

  /** Upstream: firstPendingIndexes. */
  #pendingIndexes(picture: Picture, count: number): number[] {
    const taken = new Set(picture.active.map(completionIndex))
    if (replacesOnlyFailed(picture.job)) for (const pod of picture.pods) if (isPodTerminating(pod)) taken.add(completionIndex(pod))
    const indexes: number[] = []
    for (let index = 0; index < (picture.job.spec?.completions ?? 0) && indexes.length < count; index++) {
      if (!taken.has(index) && !picture.indexes.has(index) && picture.failedIndexes?.has(index) !== true) indexes.push(index)
    }
    return indexes
  }

  /** Upstream: activePodsForRemoval: repeated and superfluous indexes first, then as ReplicaSets do. */
  #forRemoval(picture: Picture, atLeast: number): Pod[] {
    const order = deletionOrder({ now: this.context.now(), rank: () => 0 })
    if (!isIndexed(picture.job)) return [...picture.active].sort(order).slice(0, atLeast)
    const sorted = [...picture.active].sort((a, b) => completionIndex(a) - completionIndex(b) || order(b, a))
    const victims: Pod[] = []
    const left: Pod[] = []
    let last = -1
    for (const pod of sorted) {
      const index = completionIndex(pod)
      if (index < 0 || index >= (picture.job.spec?.completions ?? 0) || index === last) victims.push(pod)
      else left.push(pod)
      last = index
    }
    if (victims.length < atLeast) victims.push(...left.sort(order).slice(0, atLeast - victims.length))
    return victims
  }

  #deletePods(picture: Picture, pods: readonly Pod[]): { readonly count: number; readonly ready: number; readonly error?: ApiError } {
    let [count, ready] = [0, 0]
    let failed: ApiError | undefined
    for (const pod of pods) {
      try {
        this.#podControl.delete(pod, picture.job)
        count++
        if (isPodReady(pod)) ready++
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        this.#expectations.deletionObserved(picture.key, keyOf(pod))
        failed ??= error
      }
    }
    return { count, ready, ...(failed === undefined ? {} : { error: failed }) }
  }

  /** True when the status has to be written. */
  #noteSuspension(picture: Picture): boolean {
    const { job } = picture
    const suspended = isSuspended(job)
    const current = job.status?.conditions?.find((condition) => condition.type === 'Suspended')
    const wanted = suspended ? 'True' : 'False'
    if (current === undefined ? !suspended : current.status === wanted) return false
    const condition = { ...this.#condition('Suspended', suspended ? 'JobSuspended' : 'JobResumed', suspended ? 'Job suspended' : 'Job resumed'), status: wanted }
    const conditions = (job.status?.conditions ?? []).filter((other) => other.type !== 'Suspended')
    picture.job = withStatus(job, { conditions: [...conditions, condition] })
    if (suspended) {
      const { startTime: _startTime, ...status } = picture.job.status ?? {}
      picture.job = { ...picture.job, status }
      this.recorder.event(job, 'Normal', 'Suspended', 'Job suspended')
    } else {
      // A Job that goes on starts its clock anew.
      picture.job = withStatus(picture.job, { startTime: nowText(this.context.now()) })
      this.recorder.event(job, 'Normal', 'Resumed', 'Job resumed')
    }
    return true
  }

  /**
   * Counts ended Pods so that each counts once whatever happens in between: first their uids go into the status, then their
   * finalizers come off, then the counters move. Upstream: trackJobStatusAndRemoveFinalizers.
   */
  #track(picture: Picture, changed: boolean): void {
    const indexed = isIndexed(picture.job)
    const completions = picture.job.spec?.completions ?? 0
    const withFinalizer = new Set(picture.pods.filter((pod) => hasTracking(pod) && !picture.removing.has(pod.metadata.uid ?? '')).map((pod) => pod.metadata.uid ?? ''))
    let flush = changed
    if (this.#cleanUncounted(picture, withFinalizer)) flush = true
    const succeeded = [...(picture.job.status?.uncountedTerminatedPods?.succeeded ?? [])]
    const failed = [...(picture.job.status?.uncountedTerminatedPods?.failed ?? [])]
    const newIndexes: number[] = []
    const release: Pod[] = []
    let full = false
    const pods = indexed ? [...picture.pods].sort((a, b) => completionIndex(a) - completionIndex(b)) : picture.pods
    for (const pod of pods) {
      const uid = pod.metadata.uid ?? ''
      if (!hasTracking(pod) || picture.removing.has(uid)) continue
      const isLost = isFailed(pod, picture.job)
      if (!this.#mayRelease(picture, pod, isLost)) continue
      release.push(pod)
      if (isSucceeded(pod) && !picture.uncounted.failed.has(uid)) {
        if (indexed) {
          const index = completionIndex(pod)
          if (index >= 0 && index < completions && !picture.previousIndexes.has(index)) {
            newIndexes.push(index)
            flush = true
          }
        } else if (!picture.uncounted.succeeded.has(uid)) {
          succeeded.push(uid)
          flush = true
        }
      } else if (isLost || (picture.finished !== undefined && !isSuccess(picture.finished))) {
        // When the Job is over, every Pod that has not ended is a failure.
        const index = completionIndex(pod)
        if (!picture.uncounted.failed.has(uid) && (!indexed || (index >= 0 && index < completions))) {
          if (matchFailurePolicy(picture.job.spec?.podFailurePolicy, pod, hasBackoffPerIndex(picture.job)).counts) {
            failed.push(uid)
            flush = true
          }
        }
      }
      if (newIndexes.length + succeeded.length + failed.length >= uncountedMax) {
        full = true
        break
      }
    }
    picture.job = withStatus(picture.job, { uncountedTerminatedPods: uncountedOf(succeeded, failed) })
    if (indexed) {
      const all = picture.previousIndexes.with([...picture.indexes, ...newIndexes])
      picture.indexes = all
      const text = all.toString()
      if (text !== (picture.job.status?.completedIndexes ?? '')) flush = true
      picture.job = withStatus(picture.job, { succeeded: all.size, ...(text === '' ? {} : { completedIndexes: text }) })
      if (picture.failedIndexes !== undefined) {
        const failedText = picture.failedIndexes.toString()
        if (failedText !== (picture.job.status?.failedIndexes ?? '') || picture.job.status?.failedIndexes === undefined) flush = true
        picture.job = withStatus(picture.job, { failedIndexes: failedText })
      }
    }
    if (picture.finished?.type === 'FailureTarget') {
      picture.job = withCondition(picture.job, picture.finished)
      flush = true
      picture.finished = this.#condition('Failed', picture.finished.reason ?? '', picture.finished.message ?? '')
    }
    if (isSuccess(picture.finished)) {
      const finished = picture.finished as JobCondition
      if (trueCondition(picture.job.status, 'SuccessCriteriaMet') === undefined) {
        picture.job = withCondition(picture.job, finished)
        flush = true
      }
      picture.finished = this.#condition('Complete', finished.reason ?? '', finished.message ?? '')
    }
    if (flush) {
      picture.job = this.client.update<Job>(resource, picture.job, 'status')
      flush = false
    }
    let error: ApiError | undefined
    const removing = new Set(picture.removing)
    for (const pod of release) {
      try {
        this.#removeFinalizer(pod)
        withFinalizer.delete(pod.metadata.uid ?? '')
        if (this.#pods.get(keyOf(pod)) !== undefined) removing.add(pod.metadata.uid ?? '')
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure
        error ??= failure
      }
    }
    this.#removing.set(picture.key, removing)
    if (this.#cleanUncounted(picture, withFinalizer)) flush = true
    const finished = error === undefined && !full && this.#enact(picture)
    if (finished) flush = true
    if (flush) picture.job = this.client.update<Job>(resource, picture.job, 'status')
    if (finished) this.#announce(picture)
    if (full) this.#queue.addAfter(picture.key, batchMs)
    if (error !== undefined) throw error
  }

  /** Upstream: canRemoveFinalizer. */
  #mayRelease(picture: Picture, pod: Pod, isLost: boolean): boolean {
    if (picture.job.metadata.deletionTimestamp !== undefined || picture.finished !== undefined || isSucceeded(pod)) return true
    if (!isLost) return false
    if (!hasBackoffPerIndex(picture.job)) return true
    const index = completionIndex(pod)
    if (index < 0 || index >= (picture.job.spec?.completions ?? 0) || picture.failedIndexes?.has(index) === true) return true
    return picture.delayed.get(index)?.metadata.uid !== pod.metadata.uid
  }

  /** Moves what has no finalizer any more from the provisional lists into the counters. Upstream: cleanUncountedPodsWithoutFinalizers. */
  #cleanUncounted(picture: Picture, withFinalizer: ReadonlySet<string>): boolean {
    const status = picture.job.status ?? {}
    const succeeded = (status.uncountedTerminatedPods?.succeeded ?? []).filter((uid) => withFinalizer.has(uid))
    const failed = (status.uncountedTerminatedPods?.failed ?? []).filter((uid) => withFinalizer.has(uid))
    const moreSucceeded = (status.uncountedTerminatedPods?.succeeded ?? []).length - succeeded.length
    const moreFailed = (status.uncountedTerminatedPods?.failed ?? []).length - failed.length
    if (moreSucceeded + moreFailed === 0) return false
    picture.job = withStatus(picture.job, {
      uncountedTerminatedPods: uncountedOf(succeeded, failed), succeeded: (status.succeeded ?? 0) + moreSucceeded, failed: (status.failed ?? 0) + moreFailed,
    })
    return true
  }

  /** Says that the Job is over, once nothing of it is left uncounted or running. Upstream: enactJobFinished. */
  #enact(picture: Picture): boolean {
    const { finished } = picture
    if (finished === undefined) return false
    const uncounted = picture.job.status?.uncountedTerminatedPods
    if ((uncounted?.succeeded ?? []).length + (uncounted?.failed ?? []).length > 0) return false
    if ((picture.job.status?.terminating ?? 0) > 0 || (picture.job.status?.active ?? 0) > 0) return false
    picture.job = withCondition(picture.job, finished)
    if (finished.type === 'Complete') picture.job = withStatus(picture.job, { completionTime: finished.lastTransitionTime ?? nowText(this.context.now()) })
    return true
  }

  #announce(picture: Picture): void {
    const { finished, job } = picture
    if (finished?.type === 'Complete') this.recorder.event(job, 'Normal', 'Completed', 'Job completed')
    else if (finished !== undefined) this.recorder.event(job, 'Warning', finished.reason ?? '', finished.message ?? '')
  }

  #removeFinalizer(pod: Pod): void {
    try {
      this.client.patch<Pod>(
        { resource: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }, 'application/strategic-merge-patch+json',
        { metadata: { uid: pod.metadata.uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } },
      )
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Conflict') && !ApiError.is(error, 'Invalid')) throw error
    }
  }

  #condition(type: string, reason: string, message: string): JobCondition {
    const now = nowText(this.context.now())
    return { type, status: 'True', reason, message, lastProbeTime: now, lastTransitionTime: now }
  }

  /** Failures since the last success. Upstream: backoffStore.newBackoffRecord. */
  #newBackoff(key: string, newSucceeded: readonly Pod[], newFailed: readonly Pod[]): Backoff {
    const before = this.#backoff.get(key) ?? { failures: 0, lastFailureAt: 0 }
    if (newSucceeded.length === 0 && newFailed.length === 0) return before
    const failures = newFailed.map(finishedAt).sort((a, b) => a - b)
    const last = failures.at(-1)
    if (newSucceeded.length === 0) return { failures: before.failures + failures.length, lastFailureAt: last ?? before.lastFailureAt }
    const lastSuccess = Math.max(...newSucceeded.map(finishedAt))
    const after = failures.filter((at) => at > lastSuccess)
    return { failures: after.length, lastFailureAt: after.at(-1) ?? 0 }
  }
}

function isSuccess(condition: JobCondition | undefined): boolean {
  return condition?.type === 'SuccessCriteriaMet' || condition?.type === 'Complete'
}

function uncountedOf(succeeded: readonly string[], failed: readonly string[]): NonNullable<JobStatus['uncountedTerminatedPods']> {
  return { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) }
}

function withStatus(job: Job, change: Partial<JobStatus>): Job {
  return { ...job, status: { ...job.status, ...change } }
}

function withCondition(job: Job, condition: JobCondition): Job {
  const others = (job.status?.conditions ?? []).filter((other) => other.type !== condition.type)
  return withStatus(job, { conditions: [...others, condition] })
}

function failuresOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[indexFailureCountKey]
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : 0
}

/** Upstream: backoffRecord.getRemainingTime. */
function remainingMs(backoff: Backoff, now: number): number {
  if (backoff.failures === 0) return 0
  const waitMs = Math.min(backoffMsInitial * 2 ** (backoff.failures - 1), backoffMsMax)
  return Math.max(0, backoff.lastFailureAt + waitMs - now)
}

function withTracking(template: PodTemplateSpec, indexed: boolean): PodTemplateSpec {
  const finalizers = template.metadata?.finalizers ?? []
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } } }
  const add = <T extends { readonly env?: readonly { readonly name: string }[] }>(container: T): T => (
    (container.env ?? []).some((other) => other.name === variable.name) ? container : { ...container, env: [...(container.env ?? []), variable] })
  const { spec } = template
  return {
    ...template,
    metadata: { ...template.metadata, finalizers: finalizers.includes(trackingFinalizer) ? finalizers : [...finalizers, trackingFinalizer] },
    ...(indexed && spec !== undefined ? {
      spec: { ...spec, containers: spec.containers.map(add), ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(add) }) },
    } : {}),
  }
}

function withIndex(pod: Pod, job: string, index: number, counts: Readonly<Record<string, string>>): Pod {
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...pod.metadata.labels, [indexKey]: String(index) },
      annotations: { ...pod.metadata.annotations, [indexKey]: String(index), ...counts },
    },
    spec: { ...(pod.spec ?? { containers: [] }), hostname: `${job}-${index}` },
  }
}
