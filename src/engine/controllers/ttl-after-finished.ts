import { ApiError, resources, splitKey, virtualOf, type Job } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'

/** Removes Jobs ttlSecondsAfterFinished after their end. Upstream: pkg/controller/ttlafterfinished. */
export class TtlAfterFinishedController extends Controller {
  readonly #jobs: Informer<Job>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'ttl-after-finished' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#jobs = this.watches(environment.informers.for<Job>(resources.jobs))
    const seen = (job: Job): void => {
      if (job.metadata.deletionTimestamp === undefined && job.spec?.ttlSecondsAfterFinished !== undefined && finishedAt(job) !== undefined) this.#queue.addObject(job)
    }
    this.#jobs.addHandler({ onAdd: seen, onUpdate: (_old, job) => { seen(job) } })
  }

  #sync(key: string): void {
    const cached = this.#jobs.get(key)
    if (cached === undefined || this.#waits(key, cached)) return
    // Past the cache once more: somebody may have given it longer.
    const { namespace, name } = splitKey(key)
    const job = this.client.find<Job>({ resource: resources.jobs, namespace, name })
    if (job === undefined || job.metadata.uid !== cached.metadata.uid || this.#waits(key, job)) return
    try {
      this.client.delete({ resource: resources.jobs, namespace, name }, {
        propagationPolicy: 'Foreground', preconditions: { uid: job.metadata.uid ?? '', resourceVersion: job.metadata.resourceVersion ?? '' },
      })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound')) throw error
    }
  }

  /** True when it is not to be removed now; asks again when it is. */
  #waits(key: string, job: Job): boolean {
    const ttl = job.spec?.ttlSecondsAfterFinished
    const end = finishedAt(job)
    if (ttl === undefined || end === undefined || job.metadata.deletionTimestamp !== undefined) return true
    const left = end + ttl * 1000 - this.context.now()
    if (left <= 0) return false
    this.#queue.addAfter(key, left)
    return true
  }
}

function finishedAt(job: Job): number | undefined {
  const end = job.status?.conditions?.find((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True')
  return end === undefined ? undefined : virtualOf(end.lastTransitionTime)
}
