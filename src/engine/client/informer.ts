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

/** An object as indexes hold it. `order` counts how long its key has been known, so that what `byIndex` gives does not depend on the past. */
interface Indexed<T> {
  object: T
  readonly order: number
  /** What each index says of it, in the order of the indexes. */
  readonly values: (readonly string[])[]
}

interface Index<T> {
  readonly name: string
  readonly valuesOf: (object: T) => readonly string[]
  /** By value. */
  readonly buckets: Map<string, Set<Indexed<T>>>
}

interface InformerState {
  readonly started: boolean
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
  readonly #indexes: Index<T>[] = []
  #items = new Map<string, T>()
  /** By key; empty while there is no index. */
  readonly #indexed = new Map<string, Indexed<T>>()
  #lastOrder = 0
  #started = false
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
    const at = this.#indexes.findIndex((index) => index.name === name)
    this.#indexes[at < 0 ? this.#indexes.length : at] = { name, valuesOf: values, buckets: new Map() }
    this.#reindex()
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

  /** The objects of which the index says `value`, in the order in which they came to be known. */
  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.find(({ name }) => name === index)?.buckets.get(value)
    // A checkpoint keeps the objects, not the indexes: the order must come from the objects alone.
    return found === undefined ? [] : [...found].sort((a, b) => a.order - b.order).map((entry) => entry.object)
  }

  /** Lists, reports, watches. */
  start(): void {
    this.#started = true
    this.#relist()
  }

  /** Ends the watch; the cache stays as it is. What was to be tried again later is not. */
  stop(): void {
    this.#started = false
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
    if (this.#started && this.#watch === null) this.#resourceVersion === '' ? this.#relist() : this.#rewatch()
    return true
  }

  save(): InformerState {
    return {
      started: this.#started, watch: this.#watch, resourceVersion: this.#resourceVersion, retries: this.#retries, synced: this.#synced,
      items: [...this.#items.values()] as unknown as ApiObject[],
    }
  }

  /** Puts a saved cache in force without calling handlers: their own state is restored by their owner. */
  load(state: unknown): void {
    const saved = state as InformerState
    this.#started = saved.started
    this.#watch = saved.watch
    this.#resourceVersion = saved.resourceVersion
    this.#retries = saved.retries
    this.#synced = saved.synced
    this.#items = new Map()
    for (const item of saved.items as unknown as T[]) this.#items.set(keyOf(item), item)
    this.#reindex()
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
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion) return
    this.#items.set(key, object)
    if (this.#indexes.length > 0) this.#index(key, object)
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
    this.#unindex(key)
    for (const handler of this.#handlers) handler.onDelete?.(last)
  }

  #reindex(): void {
    this.#indexed.clear()
    this.#lastOrder = 0
    for (const index of this.#indexes) index.buckets.clear()
    if (this.#indexes.length > 0) for (const [key, object] of this.#items) this.#index(key, object)
  }

  /** Puts an object where it belongs in every index. Most changes leave it where it is. */
  #index(key: string, object: T): void {
    let entry = this.#indexed.get(key)
    if (entry === undefined) this.#indexed.set(key, entry = { object, order: ++this.#lastOrder, values: [] })
    else entry.object = object
    for (let i = 0; i < this.#indexes.length; i++) {
      const { valuesOf, buckets } = this.#indexes[i] as Index<T>
      const values = valuesOf(object)
      const before = entry.values[i] ?? []
      if (sameTexts(values, before)) continue
      for (const value of before) if (!values.includes(value)) take(buckets, value, entry)
      for (const value of values) {
        let bucket = buckets.get(value)
        if (bucket === undefined) buckets.set(value, bucket = new Set())
        bucket.add(entry)
      }
      entry.values[i] = values
    }
  }

  #unindex(key: string): void {
    const entry = this.#indexed.get(key)
    if (entry === undefined) return
    this.#indexed.delete(key)
    this.#indexes.forEach(({ buckets }, i) => {
      for (const value of entry.values[i] ?? []) take(buckets, value, entry)
    })
  }
}

function take<T>(buckets: Map<string, Set<T>>, value: string, entry: T): void {
  const bucket = buckets.get(value)
  bucket?.delete(entry)
  if (bucket?.size === 0) buckets.delete(value)
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
