import { ApiError, keyOf } from '../../api'
import { Client, type Informer, type Informers, type Transport, WorkQueue } from '../client'
import type { ActorContext, EventBody } from '../kernel'
import { CorrelatedRecorder } from './correlated-recorder'
import type { ControllerSettings } from './settings'

/** What every controller is given. */
export interface ControllerEnvironment {
  readonly context: ActorContext
  readonly transport: Transport
  /** Shared by all controllers of the manager. */
  readonly informers: Informers
  /** Virtual time from a key being queued to its sync. */
  readonly syncMs: number
  readonly settings: ControllerSettings
}

export interface ControllerOptions {
  /** "deployment": names its queue and timers, and the sender of its requests. */
  readonly name: string
  /** source.component of its events. Default: "<name>-controller". */
  readonly component?: string
}

/** Only what a cache needs to be asked before work may begin. */
type Syncable = Pick<Informer<{ readonly metadata: { readonly name?: string } }>, 'synced'>

interface ControllerState {
  readonly epoch: number
  readonly queues: { readonly [name: string]: unknown }
  readonly recorder: unknown
  readonly own: unknown
}

/**
 * A controller: reads caches, works on keys, changes the world by requests only. Level-triggered: whatever it remembers
 * between syncs may be lost at any moment, and the next syncs still come to the same end.
 *
 * A subclass makes its queues with `addQueue` and its informers with `watches` in its constructor; what it remembers it
 * gives to `saveOwn` and takes back in `loadOwn`.
 */
export abstract class Controller {
  readonly name: string
  protected readonly context: ActorContext
  protected readonly client: Client
  protected readonly recorder: CorrelatedRecorder
  readonly #environment: ControllerEnvironment
  readonly #queues: SyncQueue[] = []
  readonly #caches: Syncable[] = []
  /** Timers of an earlier life carry another number and are nobody's. */
  #epoch = 0
  #ready = false

  protected constructor(environment: ControllerEnvironment, options: ControllerOptions) {
    this.name = options.name
    this.context = environment.context
    this.#environment = environment
    this.client = new Client(environment.transport, `kube-controller-manager/${options.name}-controller`)
    this.recorder = new CorrelatedRecorder(this.client, environment.context, { component: options.component ?? `${options.name}-controller` })
  }

  get queues(): readonly SyncQueue[] {
    return this.#queues
  }

  /** Keys waiting for a sync. */
  get queued(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.length, 0)
  }

  /** All caches it works from have been filled once. Upstream: WaitForCacheSync. */
  get ready(): boolean {
    if (!this.#ready) this.#ready = this.#caches.every((cache) => cache.synced)
    return this.#ready
  }

  /** Called once, before the informers start. */
  start(): void {
    this.#epoch = this.context.random.uint32()
    this.onStart()
  }

  /** A timer set with `setTimer` is due. */
  timer(body: EventBody): void {
    if (body['epoch'] === this.#epoch) this.onTimer(body['timer'] as string, body)
  }

  save(): unknown {
    const state: ControllerState = {
      epoch: this.#epoch,
      queues: Object.fromEntries(this.#queues.map((queue) => [queue.name, queue.save()])),
      recorder: this.recorder.save(),
      own: this.saveOwn(),
    }
    return state
  }

  load(state: unknown): void {
    const saved = state as ControllerState
    this.#epoch = saved.epoch
    this.#ready = false
    for (const queue of this.#queues) queue.load(saved.queues[queue.name])
    this.recorder.load(saved.recorder)
    this.loadOwn(saved.own)
  }

  /** First timers. */
  protected onStart(): void {}

  protected onTimer(_timer: string, _body: EventBody): void {}

  protected saveOwn(): unknown {
    return null
  }

  protected loadOwn(_state: unknown): void {}

  protected setTimer(timer: string, delayMs: number, more: Readonly<Record<string, unknown>> = {}): void {
    this.context.schedule(Math.max(0, Math.ceil(delayMs)), { ...more, type: 'controller-timer', controller: this.name, timer, epoch: this.#epoch })
  }

  /** Declares a cache this controller works from. */
  protected watches<T>(informer: T & Syncable): T {
    this.#caches.push(informer)
    return informer
  }

  /** A queue of keys; `sync` may throw `ApiError`: the key is then tried again after its back-off. */
  protected addQueue(sync: (key: string) => void, suffix = '', latencyMs = this.#environment.syncMs): SyncQueue {
    const queue = new SyncQueue(this.context, {
      controller: this.name, name: suffix === '' ? this.name : `${this.name}/${suffix}`, latencyMs,
      ready: () => this.ready, sync,
    })
    this.#queues.push(queue)
    return queue
  }
}

interface SyncQueueOptions {
  readonly controller: string
  readonly name: string
  readonly latencyMs: number
  readonly ready: () => boolean
  readonly sync: (key: string) => void
}

/** How long a controller whose caches are not filled yet lets its keys wait. */
const notReadyMs = 100

/** A work queue that shows its work: a span from the first change that queues a key until it has been synced. */
export class SyncQueue {
  readonly name: string
  readonly #context: ActorContext
  readonly #options: SyncQueueOptions
  readonly #queue: WorkQueue
  #spans = new Map<string, string>()
  #spanCount = 0
  #syncing = false

  constructor(context: ActorContext, options: SyncQueueOptions) {
    this.name = options.name
    this.#context = context
    this.#options = options
    this.#queue = new WorkQueue(context, { name: options.name, latencyMs: options.latencyMs })
  }

  get length(): number {
    return this.#queue.length
  }

  /** True while a sync is at work: seen by those who are told of what it does. */
  get syncing(): boolean {
    return this.#syncing
  }

  add(key: string): void {
    if (this.#queue.has(key)) return
    this.#begin(key)
    this.#queue.add(key)
  }

  addObject(object: Parameters<typeof keyOf>[0]): void {
    this.add(keyOf(object))
  }

  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) this.add(key)
    else this.#queue.addAfter(key, delayMs)
  }

  addRateLimited(key: string): void {
    this.#queue.addRateLimited(key)
  }

  forget(key: string): void {
    this.#queue.forget(key)
  }

  retries(key: string): number {
    return this.#queue.retries(key)
  }

  handle(body: EventBody): void {
    if (body.type === 'work-later') {
      this.#queue.handle(body, () => undefined)
      const key = body['key'] as string
      if (this.#queue.has(key)) this.#begin(key)
      return
    }
    this.#queue.handle(body, (key) => { this.#sync(key) })
  }

  save(): unknown {
    return { queue: this.#queue.save(), spans: Object.fromEntries(this.#spans), spanCount: this.#spanCount }
  }

  load(state: unknown): void {
    const saved = state as { readonly queue: unknown; readonly spans: Record<string, string>; readonly spanCount: number }
    this.#queue.load(saved.queue)
    this.#spans = new Map(Object.entries(saved.spans))
    this.#spanCount = saved.spanCount
  }

  #sync(key: string): void {
    if (!this.#options.ready()) {
      this.#queue.addAfter(key, notReadyMs)
      return
    }
    let failed: ApiError | undefined
    this.#syncing = true
    try {
      this.#options.sync(key)
      this.#queue.forget(key)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      failed = error
      this.#queue.addRateLimited(key)
    } finally {
      this.#syncing = false
    }
    this.#end(key, failed)
  }

  #begin(key: string): void {
    if (this.#spans.has(key)) return
    const span = `${this.name}#${++this.#spanCount}`
    this.#spans.set(key, span)
    this.#context.trace({ type: 'begin', from: this.#context.name, span, what: 'sync', subject: key, facts: { controller: this.#options.controller } })
  }

  #end(key: string, failed: ApiError | undefined): void {
    const span = this.#spans.get(key)
    if (span === undefined) return
    this.#spans.delete(key)
    this.#context.trace({
      type: 'end', from: this.#context.name, span, what: 'sync', subject: key,
      facts: { controller: this.#options.controller, ...(failed === undefined ? {} : { error: failed.message }) },
    })
  }
}
