import type { ActorContext, EventBody } from '../kernel'

export interface WorkQueueOptions {
  /** Unique in its component: timers name it. */
  readonly name: string
  /** Virtual time between a key being added and being worked on: what a sync costs. */
  readonly latencyMs?: number
  readonly retryMsInitial?: number
  readonly retryMsMax?: number
}

interface WorkQueueState {
  readonly queue: readonly (readonly [key: string, readyAt: number])[]
  readonly failures: { readonly [key: string]: number }
  readonly delayed: { readonly [key: string]: { readonly at: number; readonly handle: number } }
  readonly scheduled: boolean
}

/**
 * Keys to work on, each at most once at a time, with per-key back-off. Upstream: client-go workqueue, rate limited.
 * The owner passes its "work" and "work-later" events to `handle`, which calls `sync` with one key; a sync that failed
 * calls `addRateLimited`, one that did well `forget`.
 */
export class WorkQueue {
  readonly #context: ActorContext
  readonly #options: Required<WorkQueueOptions>
  /** Key to the instant from which it may be worked on; first come, first served. */
  #queue = new Map<string, number>()
  #failures = new Map<string, number>()
  #delayed = new Map<string, { at: number; handle: number }>()
  #scheduled = false

  constructor(context: ActorContext, options: WorkQueueOptions) {
    this.#context = context
    this.#options = { latencyMs: 5, retryMsInitial: 5, retryMsMax: 1_000_000, ...options }
  }

  get length(): number {
    return this.#queue.size
  }

  has(key: string): boolean {
    return this.#queue.has(key)
  }

  add(key: string): void {
    if (this.#queue.has(key)) return
    this.#queue.set(key, this.#context.now() + this.#options.latencyMs)
    this.#schedule()
  }

  /** Adds the key after a delay; an earlier one that is under way wins. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const at = this.#context.now() + Math.ceil(delayMs)
    const waiting = this.#delayed.get(key)
    if (waiting !== undefined) {
      if (waiting.at <= at) return
      this.#context.cancel(waiting.handle)
    }
    const handle = this.#context.schedule(Math.ceil(delayMs), { type: 'work-later', queue: this.#options.name, key })
    this.#delayed.set(key, { at, handle })
  }

  /** Adds the key after its back-off: initial × 2^failures. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(this.#options.retryMsInitial * 2 ** failures, this.#options.retryMsMax))
  }

  /** The key did well: its back-off starts anew. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  /** True when the event was this queue's. Works on one key with `sync`; others that are due follow at the same instant, an event each. */
  handle(body: EventBody, sync: (key: string) => void): boolean {
    if (body['queue'] !== this.#options.name) return false
    if (body.type === 'work-later') {
      const key = body['key'] as string
      this.#delayed.delete(key)
      this.add(key)
      return true
    }
    if (body.type !== 'work') return false
    this.#scheduled = false
    const [first] = this.#queue
    if (first !== undefined && first[1] <= this.#context.now()) {
      const [key] = first
      // Taken out before the sync, so that a change it causes puts the key in again.
      this.#queue.delete(key)
      sync(key)
    }
    this.#schedule()
    return true
  }

  save(): WorkQueueState {
    return {
      queue: [...this.#queue], failures: Object.fromEntries(this.#failures),
      delayed: Object.fromEntries([...this.#delayed].map(([key, value]) => [key, { ...value }])), scheduled: this.#scheduled,
    }
  }

  load(state: unknown): void {
    const saved = state as WorkQueueState
    this.#queue = new Map(saved.queue)
    this.#failures = new Map(Object.entries(saved.failures))
    this.#delayed = new Map(Object.entries(saved.delayed).map(([key, value]) => [key, { ...value }]))
    this.#scheduled = saved.scheduled
  }

  #schedule(): void {
    if (this.#scheduled) return
    const [first] = this.#queue.values()
    if (first === undefined) return
    this.#scheduled = true
    this.#context.schedule(Math.max(0, first - this.#context.now()), { type: 'work', queue: this.#options.name })
  }
}
