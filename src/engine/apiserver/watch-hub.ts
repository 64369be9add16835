import type { ApiObject, ApiRequest, WatchEvent, WatchEventType } from '../../api'
import type { ActorContext } from '../kernel'
import type { Commit, Event } from '../etcd'
import type { Kind } from './kinds/kind'
import { fieldValue } from './kinds/fields'
import { selects, type Selection } from './selectors'
import { prefixOf, withRevision } from './storage'

/** One open watch, as the hub needs it. */
export interface Watch {
  readonly id: number
  readonly receiver: string
  readonly kind: Kind
  readonly namespace: string
  readonly selection: Selection
  /** Only what is newer is sent: a watch may be opened ahead of history. */
  readonly after: number
  readonly bookmarks: boolean
  /** How it was asked for: what a checkpoint keeps. */
  readonly request: ApiRequest
  /** Turns a plain event into the form that was asked for (Tables, partial metadata). */
  readonly render?: (event: WatchEvent, state: { columnsSent: boolean }) => WatchEvent
  readonly state: { columnsSent: boolean; lastRevision: number; bookmarkDue: boolean }
  /** An onlooker outside the simulation: told at once, leaves no trace, and is in no checkpoint. */
  readonly onlooker?: Onlooker
}

/** Somebody outside the simulation who follows a watch: a kubectl over HTTP. */
export interface Onlooker {
  events(events: readonly WatchEvent[]): void
  /** The watch ended: by an error that was sent, or because the cluster went to another moment. */
  close(): void
}

/** Idle time after which a watch is told how far history has come. Upstream: bookmarkFrequency. */
const bookmarkMs = 60_000

interface Bucket {
  readonly all: Set<Watch>
  readonly byNamespace: Map<string, Set<Watch>>
  readonly byName: Map<string, Set<Watch>>
  readonly byNode: Map<string, Set<Watch>>
}

/**
 * Who watches what. A commit costs by the number of watches that want it: watches of one name, of the Pods of one Node and of one
 * namespace are found by index. Watches are visited in a fixed order, so that histories are equal.
 */
export class WatchHub {
  readonly #context: ActorContext
  readonly #latencyMs: number
  readonly #watches = new Map<number, Watch>()
  readonly #buckets = new Map<string, Bucket>()
  /** The store answers late: watch events wait so much longer. */
  slowMs = 0
  /** What was told late must not be overtaken by what is told in time. */
  notBefore = 0

  constructor(context: ActorContext, latencyMs: number) {
    this.#context = context
    this.#latencyMs = latencyMs
  }

  get size(): number {
    return this.#watches.size
  }

  get(id: number): Watch | undefined {
    return this.#watches.get(id)
  }

  /** All, by id. */
  all(): IterableIterator<Watch> {
    return this.#watches.values()
  }

  add(watch: Watch): void {
    this.#watches.set(watch.id, watch)
    this.#set(watch, true).add(watch)
  }

  remove(id: number): Watch | undefined {
    const watch = this.#watches.get(id)
    if (watch === undefined) return undefined
    this.#watches.delete(id)
    this.#set(watch, false).delete(watch)
    return watch
  }

  /** Onlookers followed another moment's history: they list and watch again. */
  clear(): void {
    for (const watch of this.#watches.values()) watch.onlooker?.close()
    this.#watches.clear()
    this.#buckets.clear()
  }

  #set(watch: Watch, create: boolean): Set<Watch> {
    const prefix = prefixOf(watch.kind)
    let bucket = this.#buckets.get(prefix)
    if (bucket === undefined) {
      bucket = { all: new Set(), byNamespace: new Map(), byName: new Map(), byNode: new Map() }
      this.#buckets.set(prefix, bucket)
    }
    const exact = (field: string): string | undefined => watch.selection.fields.find((term) => term.field === field && term.equal)?.value
    const name = exact('metadata.name')
    const node = watch.kind.resource.plural === 'pods' && watch.kind.resource.group === '' ? exact('spec.nodeName') : undefined
    const [map, key] = name !== undefined ? [bucket.byName, name] : node !== undefined ? [bucket.byNode, node]
      : watch.namespace !== '' ? [bucket.byNamespace, watch.namespace] : [undefined, '']
    if (map === undefined) return bucket.all
    let set = map.get(key)
    if (set === undefined) {
      set = new Set()
      if (create) map.set(key, set)
    }
    return set
  }

  /** Tells everyone concerned of a commit. */
  onCommit(commit: Commit<ApiObject>): void {
    if (this.#watches.size === 0) return
    for (const event of commit.events) this.#onEvent(event, commit.revision)
  }

  #onEvent(event: Event<ApiObject>, revision: number): void {
    const { key } = event.kv
    if (!key.startsWith('/registry/')) return
    const rest = key.slice('/registry/'.length)
    let slash = rest.indexOf('/')
    if (rest.slice(0, slash).includes('.')) slash = rest.indexOf('/', slash + 1)
    const bucket = this.#buckets.get(key.slice(0, '/registry/'.length + slash + 1))
    if (bucket === undefined) return
    const object = event.type === 'PUT' ? event.kv.value : undefined
    const old = event.prevKv?.value
    const shown = object ?? old
    if (shown === undefined) return
    const change: Change = { object, old, revision }
    for (const watch of bucket.all) this.#offer(watch, change)
    const namespace = shown.metadata.namespace
    if (namespace !== undefined && bucket.byNamespace.size > 0) this.#offerAll(bucket.byNamespace.get(namespace), change)
    if (bucket.byName.size > 0) this.#offerAll(bucket.byName.get(shown.metadata.name ?? ''), change)
    if (bucket.byNode.size > 0) {
      const before = old === undefined ? undefined : nodeOf(old)
      const after = object === undefined ? undefined : nodeOf(object)
      if (before !== undefined) this.#offerAll(bucket.byNode.get(before), change)
      if (after !== undefined && after !== before) this.#offerAll(bucket.byNode.get(after), change)
    }
  }

  #offerAll(watches: Set<Watch> | undefined, change: Change): void {
    if (watches !== undefined) for (const watch of watches) this.#offer(watch, change)
  }

  #offer(watch: Watch, change: Change): void {
    if (change.revision <= watch.after) return
    const event = eventFor(watch, change)
    if (event !== undefined) this.send(watch, [event], change.revision)
    else if (watch.bookmarks) this.#scheduleBookmark(watch)
  }

  /** Sends events on their way. */
  send(watch: Watch, events: readonly WatchEvent[], revision: number, closed = false): void {
    watch.state.lastRevision = revision
    const shown = watch.render === undefined ? events : events.map((event) => (watch.render as NonNullable<Watch['render']>)(event, watch.state))
    if (watch.onlooker !== undefined) {
      if (shown.length > 0) watch.onlooker.events(shown)
      if (closed) watch.onlooker.close()
      return
    }
    this.#context.schedule(this.slowMs === 0 && this.notBefore === 0 ? this.#latencyMs : this.#delayMs(), { type: 'watch', watch: watch.id, events: shown, ...(closed ? { closed: true } : {}) }, watch.receiver)
  }

  #delayMs(): number {
    const now = this.#context.now()
    const at = Math.max(now + this.#latencyMs + this.slowMs, this.notBefore)
    this.notBefore = this.slowMs > 0 || at > now + this.#latencyMs ? at : 0
    return at - now
  }

  /** Something happened that this watch was not told of: after a while it learns how far history is. Only then, so that a quiet cluster falls silent. */
  #scheduleBookmark(watch: Watch): void {
    if (watch.state.bookmarkDue || watch.onlooker !== undefined) return
    watch.state.bookmarkDue = true
    this.#context.schedule(bookmarkMs, { type: 'bookmark', watch: watch.id })
  }

  onBookmarkDue(id: number, revision: number): void {
    const watch = this.#watches.get(id)
    if (watch === undefined) return
    watch.state.bookmarkDue = false
    if (watch.state.lastRevision < revision) this.send(watch, [bookmark(watch.kind, revision)], revision)
  }
}

interface Change {
  readonly object: ApiObject | undefined
  readonly old: ApiObject | undefined
  readonly revision: number
}

/** The event made last of each type: everyone hears of a change at once, one after the other. */
const lastEvents = new Map<WatchEventType, WatchEvent>()

/** One event object for all who see the same thing. */
function sharedEvent(type: WatchEventType, object: ApiObject): WatchEvent {
  let event = lastEvents.get(type)
  if (event?.object !== object) lastEvents.set(type, event = Object.freeze({ type, object }))
  return event
}

const removedMemo = new WeakMap<ApiObject, ApiObject>()

/** What went: as it was, under the revision at which it went. */
function removed(old: ApiObject, revision: number): ApiObject {
  const known = removedMemo.get(old)
  if (known !== undefined && known.metadata.resourceVersion === String(revision)) return known
  const made = withRevision(old, revision)
  removedMemo.set(old, made)
  return made
}

/** What a change is to a watch: its object comes into the selection, changes in it, goes out of it, or is none of its business. */
export function eventFor(watch: Pick<Watch, 'kind' | 'selection' | 'namespace'>, change: Change): WatchEvent | undefined {
  const fieldOf = (object: ApiObject, field: string): string | undefined => fieldValue(watch.kind, object, field)
  const inNamespace = (object: ApiObject): boolean => watch.namespace === '' || object.metadata.namespace === watch.namespace
  const has = change.object !== undefined && inNamespace(change.object) && selects(watch.selection, change.object, fieldOf)
  const had = change.old !== undefined && inNamespace(change.old) && selects(watch.selection, change.old, fieldOf)
  if (has) return sharedEvent(had ? 'MODIFIED' : 'ADDED', change.object as ApiObject)
  return had ? sharedEvent('DELETED', removed(change.old as ApiObject, change.revision)) : undefined
}

function nodeOf(object: ApiObject): string | undefined {
  const spec = object['spec'] as { readonly nodeName?: string } | undefined
  return spec?.nodeName ?? ''
}

/** Says how far history has come. */
export function bookmark(kind: Kind, revision: number, initialEventsEnd = false): WatchEvent {
  return {
    type: 'BOOKMARK',
    object: {
      kind: kind.resource.kind, apiVersion: kind.apiVersion,
      metadata: { resourceVersion: String(revision), ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}) },
    },
  }
}
