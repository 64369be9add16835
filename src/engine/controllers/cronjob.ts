import { deepEqual } from '../../base'
import { ApiError, epochUnixMs, keyOf, resources, timeText, virtualMs, virtualOf, type CronJob, type CronJobStatus, type Job, type ObjectReference } from '../../api'
import type { Informer } from '../client'
import { calendarOf } from './calendar'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { nextTime, parseSchedule, zoneOffset, type Schedule, type ZoneOffset } from './cron-schedule'
import { byName, controllerOf, isControlledBy, newControllerRef } from './owners'

const resource = resources.cronjobs
/** A little late on purpose, so that the minute has surely turned. Upstream: nextScheduleDelta. */
const deltaMs = 100

/** Starts Jobs by the clock. Upstream: pkg/controller/cronjob, ControllerV2. */
export class CronJobController extends Controller {
  readonly #crons: Informer<CronJob>
  readonly #jobs: Informer<Job>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'cronjob' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#crons = this.watches(environment.informers.for<CronJob>(resource))
    this.#jobs = this.watches(environment.informers.for<Job>(resources.jobs)).addIndex('controller', (job) => {
      const owner = controllerOf(job)
      return owner === undefined ? [] : [owner.uid]
    })
    this.#crons.addHandler({
      onAdd: (cron) => { this.#queue.addObject(cron) },
      onUpdate: (old, cron) => {
        if (!deepEqual(old.spec, cron.spec)) this.#queue.addObject(cron)
        else this.#queue.addAfter(keyOf(cron), 1_000)
      },
    })
    const jobChanged = (job: Job): void => {
      const owner = controllerOf(job)
      if (owner?.kind !== resource.kind) return
      const cron = this.#crons.get(`${job.metadata.namespace ?? ''}/${owner.name}`)
      if (cron !== undefined && cron.metadata.uid === owner.uid) this.#queue.addObject(cron)
    }
    this.#jobs.addHandler({ onAdd: jobChanged, onUpdate: (_old, job) => { jobChanged(job) }, onDelete: jobChanged })
  }

  #sync(key: string): void {
    const cron = this.#crons.get(key)
    if (cron === undefined) return
    const jobs = [...this.#jobs.byIndex('controller', cron.metadata.uid ?? '')].sort(byName)
    let status: CronJobStatus = this.#cleanUp(cron, cron.status ?? {}, jobs)
    status = this.#followJobs(cron, status, jobs)
    try {
      status = this.#start(key, cron, status, jobs)
    } finally {
      const plain = (value: CronJobStatus): unknown => ({ active: value.active ?? [], last: value.lastScheduleTime, success: value.lastSuccessfulTime })
      if (!deepEqual(plain(cron.status ?? {}), plain(status))) this.client.update<CronJob>(resource, { ...cron, status }, 'status')
    }
  }

  /** What is active, and what has ended since. Upstream: the first half of syncCronJob. */
  #followJobs(cron: CronJob, before: CronJobStatus, jobs: readonly Job[]): CronJobStatus {
    let status = before
    const own = new Set<string>()
    for (const job of jobs) {
      const uid = job.metadata.uid ?? ''
      own.add(uid)
      const listed = (status.active ?? []).some((reference) => reference.uid === uid)
      const end = endOf(job)
      if (!listed && end === undefined) {
        status = { ...status, active: [...(status.active ?? []), referenceTo(job)] }
        this.recorder.event(cron, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name ?? ''}`)
      } else if (listed && end !== undefined) {
        status = { ...status, active: (status.active ?? []).filter((reference) => reference.uid !== uid) }
        this.recorder.event(cron, 'Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name ?? ''}, condition: ${end.type ?? ''}`)
      }
      if (end?.type === 'Complete' && job.status?.completionTime !== undefined) {
        const done = job.status.completionTime
        if (status.lastSuccessfulTime === undefined || virtualOf(done) > virtualOf(status.lastSuccessfulTime)) status = { ...status, lastSuccessfulTime: done }
      }
    }
    for (const reference of status.active ?? []) {
      if (own.has(reference.uid ?? '')) continue
      const live = this.client.find<Job>({ resource: resources.jobs, namespace: reference.namespace ?? cron.metadata.namespace, name: reference.name ?? '' })
      if (live !== undefined && live.metadata.uid === reference.uid && isControlledBy(live, cron)) continue // the cache lags behind
      this.recorder.event(cron, 'Normal', 'MissingJob', `Active job went missing: ${reference.name ?? ''}`)
      status = { ...status, active: (status.active ?? []).filter((other) => other.uid !== reference.uid) }
    }
    return status
  }

  #start(key: string, cron: CronJob, before: CronJobStatus, jobs: readonly Job[]): CronJobStatus {
    let status = before
    if (cron.metadata.deletionTimestamp !== undefined || cron.spec.suspend === true) return status
    const now = this.context.now()
    const offset = zoneOffset(cron.spec.timeZone)
    if (offset === undefined) {
      this.recorder.event(cron, 'Warning', 'UnknownTimeZone', `invalid timeZone: ${JSON.stringify(cron.spec.timeZone)}: unknown time zone ${cron.spec.timeZone ?? ''}`)
      return status
    }
    const schedule = parseSchedule(cron.spec.schedule)
    if (schedule === undefined) {
      this.recorder.event(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${JSON.stringify(cron.spec.schedule)}`)
      return status
    }
    const { last, missed } = this.#mostRecent(cron, status, schedule, offset, now)
    if (missed > 100) this.recorder.event(cron, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew')
    const again = (): void => {
      const next = nextTime(schedule, now, offset)
      if (next !== undefined) this.#queue.addAfter(key, next + deltaMs - now)
    }
    if (last === undefined) {
      again()
      return status
    }
    const deadline = cron.spec.startingDeadlineSeconds
    if (deadline !== undefined && last + deadline * 1000 < now) {
      this.recorder.event(cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${goTime(last)}`)
      again()
      return status
    }
    const name = `${cron.metadata.name ?? ''}-${Math.floor((last + epochUnixMs) / 60_000)}`
    if ((status.active ?? []).some((reference) => reference.name === name) || status.lastScheduleTime === timeText(virtualMs(last))) {
      again()
      return status
    }
    const policy = cron.spec.concurrencyPolicy ?? 'Allow'
    if (policy === 'Forbid' && (status.active ?? []).length > 0) {
      this.recorder.event(cron, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid')
      again()
      return status
    }
    if (policy === 'Replace') {
      for (const reference of status.active ?? []) {
        const job = jobs.find((other) => other.metadata.uid === reference.uid)
        if (job !== undefined) this.#delete(cron, job)
        status = { ...status, active: (status.active ?? []).filter((other) => other.uid !== reference.uid) }
      }
    }
    let made: Job
    try {
      made = this.client.create<Job>(resources.jobs, this.#jobOf(cron, name, last))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.reason === 'AlreadyExists') {
        const found = this.client.get<Job>({ resource: resources.jobs, namespace: cron.metadata.namespace, name })
        // Made by this controller before it lost its memory: it counts; anybody else's keeps the name.
        if (!isControlledBy(found, cron)) throw error
        made = found
      } else {
        if (error.reason !== 'Forbidden') this.recorder.event(cron, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`)
        throw error
      }
    }
    this.recorder.event(cron, 'Normal', 'SuccessfulCreate', `Created job ${made.metadata.name ?? ''}`)
    again()
    return { ...status, active: [...(status.active ?? []), referenceTo(made)], lastScheduleTime: timeText(virtualMs(last)) }
  }

  /** The last time it should have started, and how many lie between then and the last start. Upstream: mostRecentScheduleTime. */
  #mostRecent(cron: CronJob, status: CronJobStatus, schedule: Schedule, offset: ZoneOffset, now: number): { readonly last: number | undefined; readonly missed: number } {
    let earliest: number = virtualOf(status.lastScheduleTime ?? cron.metadata.creationTimestamp)
    const deadline = cron.spec.startingDeadlineSeconds
    if (deadline !== undefined) earliest = Math.max(earliest, now - deadline * 1000)
    let last: number | undefined
    let missed = 0
    // Years of missed minutes are not walked one by one: as many as a day has are enough to know that there were too many.
    let at = nextTime(schedule, earliest, offset)
    while (at !== undefined && at <= now) {
      last = at
      missed++
      if (missed > 1440) {
        at = nextTime(schedule, Math.max(at, now - 86_400_000), offset)
        if (at !== undefined && at > now) break
      } else at = nextTime(schedule, at, offset)
      if (missed > 4000) break
    }
    return { last, missed }
  }

  #jobOf(cron: CronJob, name: string, scheduledAt: number): Job {
    const { metadata, spec } = cron.spec.jobTemplate as { readonly metadata?: Job['metadata']; readonly spec?: Job['spec'] }
    return {
      apiVersion: 'batch/v1', kind: 'Job',
      metadata: {
        name, namespace: cron.metadata.namespace ?? '',
        ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
        annotations: { ...metadata?.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timeText(virtualMs(scheduledAt)) },
        ownerReferences: [newControllerRef(cron, resource)],
      },
      ...(spec === undefined ? {} : { spec }),
    }
  }

  /** Only so many finished Jobs are kept. Upstream: cleanupFinishedJobs. */
  #cleanUp(cron: CronJob, status: CronJobStatus, jobs: readonly Job[]): CronJobStatus {
    const finished = (type: string): Job[] => jobs.filter((job) => endOf(job)?.type === type)
    const oldestFirst = (a: Job, b: Job): number => (virtualOf(a.status?.startTime ?? a.metadata.creationTimestamp) - virtualOf(b.status?.startTime ?? b.metadata.creationTimestamp)) || byName(a, b)
    let left = status
    for (const [list, limit] of [[finished('Complete'), cron.spec.successfulJobsHistoryLimit ?? 3], [finished('Failed'), cron.spec.failedJobsHistoryLimit ?? 1]] as const) {
      for (const job of list.sort(oldestFirst).slice(0, Math.max(0, list.length - limit))) {
        if (job.metadata.deletionTimestamp !== undefined) continue
        this.#delete(cron, job)
        left = { ...left, active: (left.active ?? []).filter((reference) => reference.uid !== job.metadata.uid) }
      }
    }
    return left
  }

  #delete(cron: CronJob, job: Job): void {
    try {
      this.client.delete({ resource: resources.jobs, namespace: job.metadata.namespace, name: job.metadata.name ?? '' }, { propagationPolicy: 'Background' })
      this.recorder.event(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name ?? ''}`)
    } catch (error) {
      if (ApiError.is(error, 'NotFound')) return
      if (error instanceof ApiError) this.recorder.event(cron, 'Warning', 'FailedDelete', `Deleted job: ${error.message}`)
      throw error
    }
  }
}

function endOf(job: Job): NonNullable<NonNullable<Job['status']>['conditions']>[number] | undefined {
  return job.status?.conditions?.find((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True')
}

function referenceTo(job: Job): ObjectReference {
  return {
    apiVersion: 'batch/v1', kind: 'Job', namespace: job.metadata.namespace ?? '', name: job.metadata.name ?? '', uid: job.metadata.uid ?? '',
    ...(job.metadata.resourceVersion === undefined ? {} : { resourceVersion: job.metadata.resourceVersion }),
  }
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** As Go's time.RFC1123Z prints it: "Thu, 01 Jan 2026 00:05:00 +0000". */
function goTime(at: number): string {
  const { year, month, day, weekday, hour, minute, second } = calendarOf(epochUnixMs + at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${weekdays[weekday]}, ${two(day)} ${months[month - 1]} ${year} ${two(hour)}:${two(minute)}:${two(second)} +0000`
}
