import { assert, deepFreeze } from '../../base'
import type { ApiObject } from '../../api'
import { EtcdError, prefixEnd, type Commit, type Etcd, type Event, type KeyValue } from '../etcd'
import type { Draft, Fields } from './draft'
import { gone } from './errors'
import type { Kind } from './kinds/kind'

/** Where a kind's objects lie in the store. Groups of custom resources have a folder of their own. */
export function prefixOf(kind: Kind): string {
  return kind.custom === true ? `/registry/${kind.resource.group}/${kind.resource.plural}/` : `/registry/${kind.resource.plural}/`
}

export interface Page {
  readonly items: readonly ApiObject[]
  /** What is read is the state at this revision. */
  readonly revision: number
  /** Key to go on behind, when the limit cut something off. */
  readonly lastKey?: string
  readonly remaining?: number
}

/** Seconds an Event is kept. Upstream: --event-ttl. */
const eventTtlSeconds = 3_600
/** Events of one minute share a lease. Upstream: lease manager. */
const leaseReuseSeconds = 60

/**
 * Objects in etcd. An object carries the revision of its own write as its resourceVersion, and is frozen once stored, so that
 * everyone can share it.
 */
export class Storage {
  readonly #etcd: Etcd<ApiObject>
  #lastKey: { readonly kind: Kind | undefined; readonly namespace: string; readonly name: string; readonly key: string } = { kind: undefined, namespace: '', name: '', key: '' }
  readonly #now: () => number
  /** Lists of kinds of which there are few, by kind and namespace; forgotten when one of the kinds is written. */
  readonly #few = new Map<Kind, Map<string, readonly ApiObject[]>>()
  readonly #fewPrefixes = new Set<string>()
  #fewLoads = 0
  /** The lease new Events hang on, and until when it is used. */
  eventLease: { readonly id: number; readonly until: number } = { id: 0, until: -1 }

  constructor(etcd: Etcd<ApiObject>, now: () => number) {
    this.#etcd = etcd
    this.#now = now
    etcd.onCommit((commit) => {
      for (const { kv } of commit.events) for (const prefix of this.#fewPrefixes) if (kv.key.startsWith(prefix)) this.#few.clear()
    })
  }

  get revision(): number {
    return this.#etcd.revision
  }

  get compactRevision(): number {
    return this.#etcd.compactRevision
  }

  keyOf(kind: Kind, namespace: string, name: string): string {
    // What is read is mostly what is written next: one text serves both, and is hashed once.
    const last = this.#lastKey
    if (last.name === name && last.namespace === namespace && last.kind === kind) return last.key
    const key = kind.resource.namespaced ? `${prefixOf(kind)}${namespace}/${name}` : `${prefixOf(kind)}${name}`
    this.#lastKey = { kind, namespace, name, key }
    return key
  }

  get(kind: Kind, namespace: string, name: string): ApiObject | undefined {
    return this.#etcd.get(this.keyOf(kind, namespace, name))?.value
  }

  /** How many objects of a kind there are. */
  count(kind: Kind): number {
    const prefix = prefixOf(kind)
    return this.#etcd.list({ key: prefix, rangeEnd: prefixEnd(prefix) }, { limit: 1, count: true }).count ?? 0
  }

  /** All objects of a kind (of one namespace), in order of namespace and name. `limit` 0: all. Throws 410 for what was compacted. */
  list(kind: Kind, namespace = '', options: { readonly revision?: number; readonly after?: string; readonly limit?: number; readonly count?: boolean } = {}): Page {
    const prefix = kind.resource.namespaced && namespace !== '' ? `${prefixOf(kind)}${namespace}/` : prefixOf(kind)
    const rangeEnd = prefixEnd(prefix)
    const range = options.after === undefined ? { key: prefix, rangeEnd } : { key: `${options.after}\0`, rangeEnd }
    try {
      const result = this.#etcd.list(range, {
        ...(options.revision === undefined ? {} : { revision: options.revision }), ...(options.limit === undefined ? {} : { limit: options.limit }),
        ...(options.count === true ? { count: true } : {}),
      })
      const last = result.kvs[result.kvs.length - 1]
      return {
        items: result.kvs.map(valueOf), revision: result.revision,
        ...(result.more && last !== undefined ? { lastKey: last.key } : {}),
        ...(result.count === undefined ? {} : { remaining: result.count - result.kvs.length }),
      }
    } catch (error) {
      if (EtcdError.is(error, 'compacted')) throw gone('The resourceVersion for the provided list is too old.')
      throw error
    }
  }

  /** All objects of a kind (of one namespace) that every write asks for: remembered until there is another. */
  few(kind: Kind, namespace = ''): readonly ApiObject[] {
    if (this.#fewLoads !== this.#etcd.loads) {
      this.#few.clear()
      this.#fewLoads = this.#etcd.loads
    }
    let byNamespace = this.#few.get(kind)
    if (byNamespace === undefined) {
      this.#fewPrefixes.add(prefixOf(kind))
      this.#few.set(kind, byNamespace = new Map())
    }
    let items = byNamespace.get(namespace)
    if (items === undefined) {
      if (byNamespace.size > 1_000) byNamespace.clear()
      byNamespace.set(namespace, items = this.list(kind, namespace).items)
    }
    return items
  }

  /** Writes a draft, which becomes the stored object. The caller looked at what is there: nothing happens in between. */
  put(kind: Kind, draft: Fields): ApiObject {
    const object = draft as unknown as Draft<ApiObject>
    object.metadata.resourceVersion = String(this.#etcd.revision + 1)
    const stored = deepFreeze(object) as unknown as ApiObject
    const { namespace = '', name = '' } = stored.metadata
    const kv = this.#etcd.putIf(this.keyOf(kind, namespace, name), undefined, stored, kind.resource.plural === 'events' ? this.#lease() : 0)
    assert(kv !== undefined && String(kv.modRevision) === stored.metadata.resourceVersion, 'an object is stored under the revision it names')
    return stored
  }

  /** Deletes an object. Gives it as watchers see it last: with the revision of its deletion. */
  remove(kind: Kind, object: ApiObject): ApiObject {
    const { namespace = '', name = '' } = object.metadata
    this.#etcd.deleteIf(this.keyOf(kind, namespace, name))
    return withRevision(object, this.#etcd.revision)
  }

  /** What happened under a kind's prefix after a revision. Throws 410 when that history is gone. */
  eventsAfter(kind: Kind, revision: number): Event<ApiObject>[] {
    const prefix = prefixOf(kind)
    try {
      return this.#etcd.eventsFrom(revision + 1, { key: prefix, rangeEnd: prefixEnd(prefix) })
    } catch (error) {
      if (EtcdError.is(error, 'compacted')) throw gone(`too old resource version: ${revision} (${this.#etcd.compactRevision})`)
      throw error
    }
  }

  onCommit(listener: (commit: Commit<ApiObject>) => void): () => void {
    return this.#etcd.onCommit(listener)
  }

  /** Every stored object. */
  *objects(): IterableIterator<KeyValue<ApiObject>> {
    yield* this.#etcd.list({ key: '/registry/', rangeEnd: prefixEnd('/registry/') }).kvs
  }

  #lease(): number {
    if (this.eventLease.until < this.#now()) {
      const { id } = this.#etcd.leaseGrant({ ttl: eventTtlSeconds })
      this.eventLease = { id, until: this.#now() + leaseReuseSeconds * 1_000 }
    }
    return this.eventLease.id
  }
}

const valueOf = (kv: KeyValue<ApiObject>): ApiObject => kv.value

/** The same object under another revision. Shares everything else. */
export function withRevision(object: ApiObject, revision: number): ApiObject {
  return Object.freeze({ ...object, metadata: Object.freeze({ ...object.metadata, resourceVersion: String(revision) }) })
}
