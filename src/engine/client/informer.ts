import { ApiError, keyOf, type ApiObject, type Resource } from '../../api'
import type { ActorContext } from '../kernel'
import type { Client, ListOptions } from './client'
import type { WatchDelivery } from './transport'

type Stored = { readonly metadata: ApiObject['metadata'] }

/** Called at the instant a change reaches the component. `old` is what the cache held. */
export interface InformerHandler<T> {
  onAdd?(object: T): void
  onUpdate?(old: T, object: T): void
  onDelete?(object: T): void
}

interface InformerState {
  readonly watch: number | null
  readonly resourceVersion: string
  readonly retries: number
  readonly synced: boolean
  readonly items: readonly ApiObject[]
}

/** Time before a refused list or a broken watch is tried again; doubles up to 30 s. Upstream: reflector backoff. */
const retryMsInitial = 800
const retryMsMax = 30_000

/**
 * A component's local copy of a kind, kept by list and watch. Upstream: client-go reflector and shared informer.
 * Lists at once, then follows watch events; on 410 or a broken connection it lists again and reports only the differences.
 */
export class Informer<T extends Stored> {
  readonly resource: Resource
  readonly #client: Client
  readonly #context: ActorContext
  readonly #options: ListOptions
  readonly #id: string
  readonly #handlers: InformerHandler<T>[] = []
  readonly #indexers = new Map<string, (object: T) => readonly string[]>()
  readonly #indexes = new Map<string, Map<string, Map<string, T>>>()
  #items = new Map<string, T>()
  #watch: number | null = null
  #resourceVersion = ''
  #retries = 0
  #synced = false

  /** `id` is unique in its component: timers name it. */
  constructor(id: string, client: Client, context: ActorContext, resource: Resource, options: ListOptions = {}) {
    this.#id = id
    this.#client = client
    this.#context = context
    this.resource = resource
    this.#options = options
  }

  /** Must be called before `start` (and again on a fresh instance before `load`): handlers are code, not state. */
  addHandler(handler: InformerHandler<T>): this {
    this.#handlers.push(handler)
    return this
  }

  /** Keeps objects findable by what `values` says of each. Upstream: cache.Indexers. */
  addIndex(name: string, values: (object: T) => readonly string[]): this {
    this.#indexers.set(name, values)
    this.#indexes.set(name, new Map())
    return this
  }

  get synced(): boolean {
    return this.#synced
  }

  /** Revision of the last change this cache has seen. */
  get resourceVersion(): string {
    return this.#resourceVersion
  }

  get(key: string): T | undefined {
    return this.#items.get(key)
  }

  /** All objects, in the order in which they came to be known. */
  list(): IterableIterator<T> {
    return this.#items.values()
  }

  get size(): number {
    return this.#items.size
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index)?.get(value)
    return found === undefined ? [] : [...found.values()]
  }

  /** Lists, reports, watches. */
  start(): void {
    this.#relist()
  }

  /** Ends the watch; the cache stays as it is. */
  stop(): void {
    if (this.#watch !== null) this.#client.transport.stopWatch(this.#watch)
    this.#watch = null
  }

  owns(delivery: WatchDelivery): boolean {
    return delivery.watch === this.#watch
  }

  deliver(delivery: WatchDelivery): void {
    for (const event of delivery.events) {
      if (event.type === 'ERROR') {
        this.#watch = null
        this.#relist()
        return
      }
      const version = event.object.metadata.resourceVersion
      if (version !== undefined) this.#resourceVersion = version
      const object = event.object as unknown as T
      switch (event.type) {
        case 'ADDED':
        case 'MODIFIED': this.#set(object); break
        case 'DELETED': this.#delete(keyOf(object), object); break
        case 'BOOKMARK': break
      }
    }
    if (delivery.closed === true) {
      this.#watch = null
      this.#retryLater()
    }
  }

  /** The component passes on its timers of type "informer-retry" whose `informer` is this one's id. */
  retry(id: unknown): boolean {
    if (id !== this.#id) return false
    if (this.#watch === null) this.#resourceVersion === '' ? this.#relist() : this.#rewatch()
    return true
  }

  save(): InformerState {
    return {
      watch: this.#watch, resourceVersion: this.#resourceVersion, retries: this.#retries, synced: this.#synced,
      items: [...this.#items.values()] as unknown as ApiObject[],
    }
  }

  /** Puts a saved cache in force without calling handlers: their own state is restored by their owner. */
  load(state: unknown): void {
    const saved = state as InformerState
    this.#watch = saved.watch
    this.#resourceVersion = saved.resourceVersion
    this.#retries = saved.retries
    this.#synced = saved.synced
    this.#items = new Map()
    for (const index of this.#indexes.values()) index.clear()
    for (const item of saved.items as unknown as T[]) {
      this.#items.set(keyOf(item), item)
      this.#index(item, true)
    }
  }

  #relist(): void {
    try {
      const list = this.#client.list<T>(this.resource, this.#options)
      const seen = new Set<string>()
      for (const object of list.items) {
        seen.add(keyOf(object))
        this.#set(object)
      }
      for (const key of [...this.#items.keys()]) {
        if (!seen.has(key)) this.#delete(key, this.#items.get(key) as T)
      }
      this.#resourceVersion = list.metadata.resourceVersion ?? ''
      this.#synced = true
      this.#rewatch()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#resourceVersion = ''
      this.#retryLater()
    }
  }

  #rewatch(): void {
    try {
      this.#watch = this.#client.watch(this.resource, { ...this.#options, resourceVersion: this.#resourceVersion }, this.#context.name)
      this.#retries = 0
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Too old to go on from: the next attempt lists.
      if (error.code === 410) this.#resourceVersion = ''
      this.#retryLater()
    }
  }

  #retryLater(): void {
    const delay = Math.min(retryMsInitial * 2 ** this.#retries, retryMsMax)
    this.#retries++
    this.#context.schedule(delay, { type: 'informer-retry', informer: this.#id })
  }

  #set(object: T): void {
    const key = keyOf(object)
    const old = this.#items.get(key)
    if (old !== undefined) {
      if (old.metadata.resourceVersion === object.metadata.resourceVersion) return
      this.#index(old, false)
    }
    this.#items.set(key, object)
    this.#index(object, true)
    // Deleted and made again between two looks: the handlers must not take it for the same object.
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      for (const handler of this.#handlers) handler.onDelete?.(old)
      for (const handler of this.#handlers) handler.onAdd?.(object)
      return
    }
    for (const handler of this.#handlers) old === undefined ? handler.onAdd?.(object) : handler.onUpdate?.(old, object)
  }

  #delete(key: string, last: T): void {
    const old = this.#items.get(key)
    if (old === undefined) return
    this.#items.delete(key)
    this.#index(old, false)
    for (const handler of this.#handlers) handler.onDelete?.(last)
  }

  #index(object: T, add: boolean): void {
    for (const [name, valuesOf] of this.#indexers) {
      const index = this.#indexes.get(name) as Map<string, Map<string, T>>
      const key = keyOf(object)
      for (const value of valuesOf(object)) {
        let bucket = index.get(value)
        if (add) {
          if (bucket === undefined) index.set(value, bucket = new Map())
          bucket.set(key, object)
        } else if (bucket !== undefined) {
          bucket.delete(key)
          if (bucket.size === 0) index.delete(value)
        }
      }
    }
  }
}
