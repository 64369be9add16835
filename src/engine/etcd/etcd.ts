import { assert, canonicalJson, compareText, unreachable } from '../../base'
import type { Actor, EventBody } from '../kernel'
import { EtcdError } from './errors'
import { History, type HistoryState } from './history'
import { KeyIndex, versionAt } from './key-index'
import { boundsOf, inBounds, orderOf, type Bounds } from './keys'
import { Leases, type LeasesState } from './leases'
import { branchOf, checkPutRequest, checkTxnRequest, compareHolds, pathOfTxn, type TxnPath } from './transaction'
import type {
  Commit, Compare, DeleteRangeRequest, DeleteRangeResponse, EtcdOptions, EtcdStats, Event, KeyRange, KeyValue, LeaseGrantResponse,
  LeaseKeepAliveResponse, LeaseTimeToLiveResponse, PutRequest, PutResponse, RangeRequest, RangeResponse, RequestOp, ResponseOp,
  TxnRequest, TxnResponse,
} from './types'
import { Watches, type WatchesState, type WatchStream } from './watch'

/** A store as plain data. Sealed history is shared by reference, so a checkpoint costs history/1024 and the tail. */
export interface EtcdState<V> {
  readonly revision: number
  /** -1 until the first compaction. */
  readonly compactRevision: number
  readonly history: HistoryState<V>
  readonly leases: LeasesState
  readonly watches: WatchesState<V>
}

export interface ListOptions {
  /** 0 or absent: now. */
  readonly revision?: number
  /** 0 or absent: all. */
  readonly limit?: number
  /** Also count all keys of the range. Cheap at the newest revision, a visit to each key further back. */
  readonly count?: boolean
}

export interface ListResult<V> {
  readonly kvs: readonly KeyValue<V>[]
  readonly more: boolean
  /** Present when asked for. */
  readonly count?: number
  /** The revision that was read. */
  readonly revision: number
}

/** Where a transaction writes: all of it at one revision, visible to itself at once. */
interface Write<V> {
  readonly revision: number
  readonly events: Event<V>[]
}

/**
 * The v3 data model: one global revision, versions per key, ranges, transactions, watches, leases, compaction.
 *
 * Two ways in. `range`, `put`, `deleteRange`, `txn` and the rest are etcd's own calls, with its answers and errors. `get`, `list`,
 * `putIf`, `deleteIf` and `onCommit` are the short road for the api-server in the same process. All throw `EtcdError` for what
 * a caller can cause, and then nothing has changed.
 */
export class Etcd<V> implements Actor {
  readonly name = 'etcd'
  readonly #index = new KeyIndex<V>()
  readonly #history = new History<V>()
  readonly #leases: Leases
  readonly #watches: Watches<V>
  readonly #compareValues: (a: V, b: V) => number
  readonly #historyRevisions: number | undefined
  readonly #listeners = new Set<(commit: Commit<V>) => void>()
  #revision = 1
  #compactRevision = -1
  #loads = 0

  constructor(options: EtcdOptions<V>) {
    this.#historyRevisions = options.historyRevisions
    this.#compareValues = options.compareValues ?? compareByBytes
    this.#leases = new Leases(options.context)
    const sizeOf = options.sizeOf ?? ((value: V) => canonicalJson(value).length)
    const { revision, compactRevision } = { revision: () => this.#revision, compactRevision: () => this.#compactRevision }
    this.#watches = new Watches<V>({
      get revision() { return revision() },
      get compactRevision() { return compactRevision() },
      eventsFrom: (from, bounds) => this.#eventsFrom(from, bounds),
      sizeOf: ({ kv, prevKv }) => kv.key.length + (kv.version === 0 ? 0 : sizeOf(kv.value)) + (prevKv === undefined ? 0 : sizeOf(prevKv.value)),
    }, options.context)
  }

  /** Revision of the newest write; 1 while nothing was ever written. */
  get revision(): number {
    return this.#revision
  }

  /** Oldest revision that can be read; 0 while everything can. */
  get compactRevision(): number {
    return Math.max(0, this.#compactRevision)
  }

  /** How often another state was put in force: whoever remembers what he read has to forget it then. Not state. */
  get loads(): number {
    return this.#loads
  }

  get stats(): EtcdStats {
    return {
      revision: this.#revision, compactRevision: this.compactRevision, keys: this.#index.live, versions: this.#history.length,
      watches: this.#watches.count, leases: this.#leases.size,
    }
  }

  // The short road.

  /** The key as it stands, or stood at `revision`. Throws `compacted` or `futureRevision`. */
  get(key: string, revision = 0): KeyValue<V> | undefined {
    const record = this.#index.get(key)
    if (revision <= 0 && record !== undefined) {
      const newest = record.versions[record.versions.length - 1]
      return newest === undefined || newest.version === 0 ? undefined : newest
    }
    const at = this.#readable(revision)
    return record === undefined ? undefined : versionAt(record, at)
  }

  /** A stretch of keys in byte order, as it stands or stood. Throws `compacted` or `futureRevision`. */
  list(range: KeyRange, options: ListOptions = {}): ListResult<V> {
    const revision = this.#readable(options.revision ?? 0)
    const limit = options.limit ?? 0
    const bounds = boundsOf(range)
    const kvs: KeyValue<V>[] = []
    let more = false
    this.#index.scan(bounds, revision, (kv) => {
      if (limit > 0 && kvs.length === limit) return (more = true)
      kvs.push(kv)
      return false
    })
    return { kvs, more, revision, ...(options.count === true ? { count: this.#index.count(bounds, revision) } : {}) }
  }

  /** Every live key, in byte order. */
  *entries(): IterableIterator<KeyValue<V>> {
    yield* this.list({ key: '\0', rangeEnd: '\0' }).kvs
  }

  /**
   * Writes the key if its modRevision still is `ifModRevision`; 0: if the key is not there; undefined: in any case.
   * Gives the new version, or undefined when the condition did not hold and nothing was written.
   * The version's modRevision is `revision + 1` as it was before, so a caller can write it into the value.
   */
  putIf(key: string, ifModRevision: number | undefined, value: V, lease = 0): KeyValue<V> | undefined {
    if (key === '') throw new EtcdError('emptyKey')
    if (ifModRevision !== undefined && (this.get(key)?.modRevision ?? 0) !== ifModRevision) return undefined
    if (lease !== 0 && !this.#leases.has(lease)) throw new EtcdError('leaseNotFound')
    const write = this.#begin()
    const kv = this.#put(write, key, value, lease)
    this.#commit(write)
    return kv
  }

  /** Deletes the key under the same condition. Gives what it was, or undefined when nothing was deleted; the deletion has `revision`. */
  deleteIf(key: string, ifModRevision?: number): KeyValue<V> | undefined {
    const kv = this.get(key)
    if (kv === undefined || (ifModRevision !== undefined && kv.modRevision !== ifModRevision)) return undefined
    const write = this.#begin()
    this.#delete(write, kv)
    this.#commit(write)
    return kv
  }

  /** Hears of every write at once, in order. Wiring, not state: it stays through `load`. Gives back how to stop. */
  onCommit(listener: (commit: Commit<V>) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** What happened from `revision` on, with prevKv, oldest first. Throws `compacted` when history does not reach that far back. */
  eventsFrom(revision: number, range: KeyRange = { key: '\0', rangeEnd: '\0' }): Event<V>[] {
    if (revision < this.#compactRevision) throw new EtcdError('compacted')
    return this.#eventsFrom(revision, boundsOf(range))
  }

  // etcd's own calls.

  range(request: RangeRequest): RangeResponse<V> {
    if (request.key === '') throw new EtcdError('emptyKey')
    return this.#range(request, this.#revision)
  }

  put(request: PutRequest<V>): PutResponse<V> {
    checkPutRequest(request)
    this.#checkLease(request)
    this.#checkKept(request)
    const write = this.#begin()
    const response = this.#putRequest(write, request)
    this.#commit(write)
    return response
  }

  deleteRange(request: DeleteRangeRequest): DeleteRangeResponse<V> {
    if (request.key === '') throw new EtcdError('emptyKey')
    const write = this.#begin()
    const response = this.#deleteRange(write, request)
    this.#commit(write)
    return response
  }

  txn(request: TxnRequest<V>): TxnResponse<V> {
    checkTxnRequest(request)
    const path = pathOfTxn(request, (compare) => this.#holds(compare))
    // All that could fail is looked at first: what is begun goes through.
    this.#visitOps(request, path, (op) => {
      if (op.type !== 'put') return
      this.#checkKept(op.request)
      this.#checkLease(op.request)
    })
    this.#visitOps(request, path, (op) => {
      const revision = op.type === 'range' ? op.request.revision ?? 0 : 0
      if (revision === 0) return
      if (revision > this.#revision) throw new EtcdError('futureRevision')
      if (revision < this.#compactRevision) throw new EtcdError('compacted')
    })
    const write = this.#begin()
    const { succeeded, responses } = this.#applyTxn(write, request, path)
    const revision = this.#seen(write)
    this.#commit(write)
    return { revision, succeeded, responses }
  }

  /** Drops the history before `revision`. What stands at `revision` stays readable. */
  compact(revision: number): { readonly revision: number } {
    if (revision <= this.#compactRevision) throw new EtcdError('compacted')
    if (revision > this.#revision) throw new EtcdError('futureRevision')
    this.#watches.collectAll()
    this.#compactRevision = revision
    const dropped = new Set<string>()
    this.#history.compact(
      revision,
      (entry) => {
        const record = this.#index.get(entry.key)
        return record !== undefined && versionAt(record, revision) === entry
      },
      (entry) => { dropped.add(entry.key) },
    )
    for (const key of dropped) this.#index.compact(key, revision)
    return { revision: this.#revision }
  }

  /** A stream of watches. `receiver` is told with an event `{ type: "etcdWatch", stream }` when there is something to read. */
  openWatchStream(receiver?: string): WatchStream<V> {
    return this.#watches.open(receiver)
  }

  /** A stream by its id: streams outlive a checkpoint, handles do not. */
  watchStream(id: number): WatchStream<V> | undefined {
    return this.#watches.stream(id)
  }

  /** TTL in seconds, at least 1. An id of 0 or none: the store chooses. */
  leaseGrant(request: { readonly id?: number; readonly ttl?: number }): LeaseGrantResponse {
    return { revision: this.#revision, ...this.#leases.grant(request) }
  }

  /** Ends a lease and deletes its keys, all at one revision. */
  leaseRevoke(id: number): { readonly revision: number } {
    const keys = this.#leases.revoke(id)
    const write = this.#begin()
    for (const key of keys) {
      const kv = this.get(key)
      if (kv !== undefined) this.#delete(write, kv)
    }
    this.#commit(write)
    return { revision: this.#revision }
  }

  leaseKeepAlive(id: number): LeaseKeepAliveResponse {
    return { revision: this.#revision, ...this.#leases.keepAlive(id) }
  }

  leaseTimeToLive(id: number): LeaseTimeToLiveResponse {
    return { revision: this.#revision, ...this.#leases.timeToLive(id) }
  }

  leaseLeases(): { readonly revision: number; readonly ids: readonly number[] } {
    return { revision: this.#revision, ids: this.#leases.ids() }
  }

  // The actor.

  handle(body: EventBody): void {
    switch (body.type) {
      case 'leaseTimer': {
        const id = body['id'] as number
        if (this.#leases.isDue(id, body['grant'] as number)) this.leaseRevoke(id)
        return
      }
      case 'progressTimer':
        this.#watches.onProgressTimer()
        return
      default:
        assert(false, `etcd: unknown event ${body.type}`)
    }
  }

  save(): EtcdState<V> {
    return {
      revision: this.#revision, compactRevision: this.#compactRevision, history: this.#history.save(),
      leases: this.#leases.save(), watches: this.#watches.save(),
    }
  }

  load(state: unknown): void {
    const saved = state as EtcdState<V>
    this.#loads++
    this.#history.load(saved.history, (entries) => { this.#index.undo(entries) }, (entry) => { this.#index.append(entry) })
    this.#revision = saved.revision
    this.#compactRevision = saved.compactRevision
    this.#leases.load(saved.leases)
    this.#watches.load(saved.watches)
  }

  // Inside.

  /** The revision a read is made at. */
  #readable(wanted: number, newest = this.#revision): number {
    if (wanted > newest) throw new EtcdError('futureRevision')
    if (wanted <= 0) return newest
    if (wanted < this.#compactRevision) throw new EtcdError('compacted')
    return wanted
  }

  #begin(): Write<V> {
    return { revision: this.#revision + 1, events: [] }
  }

  /** The revision up to which a transaction sees: its own writes included, once there are any. */
  #seen(write: Write<V>): number {
    return write.events.length > 0 ? write.revision : write.revision - 1
  }

  #commit(write: Write<V>): void {
    if (write.events.length === 0) return
    this.#revision = write.revision
    for (const listener of this.#listeners) listener(write)
    if (this.#watches.size > 0) this.#watches.onCommit(write)
    const kept = this.#historyRevisions
    // A little late, so that the work is shared by many writes.
    if (kept !== undefined && this.#revision - this.compactRevision > kept + Math.max(64, kept >> 2)) this.compact(this.#revision - kept)
  }

  #put(write: Write<V>, key: string, value: V, lease: number): KeyValue<V> {
    const versions = this.#index.get(key)?.versions
    const newest = versions?.[versions.length - 1]
    const prevKv = newest === undefined || newest.version === 0 ? undefined : newest
    const kv: KeyValue<V> = {
      key, value, createRevision: prevKv?.createRevision ?? write.revision, modRevision: write.revision, version: (prevKv?.version ?? 0) + 1, lease,
    }
    this.#index.append(kv)
    this.#history.append(kv)
    if (this.#leases.size > 0) this.#leases.move(key, prevKv?.lease ?? 0, lease)
    write.events.push(prevKv === undefined ? { type: 'PUT', kv } : { type: 'PUT', kv, prevKv })
    return kv
  }

  #delete(write: Write<V>, doomed: KeyValue<V>): void {
    // What the key was before this revision: nothing, if the same transaction made it.
    const prevKv = doomed.modRevision < write.revision ? doomed : this.#visible(doomed.key, write.revision - 1)
    const kv = { key: doomed.key, createRevision: 0, modRevision: write.revision, version: 0, lease: 0 } as unknown as KeyValue<V>
    this.#index.append(kv)
    this.#history.append(kv)
    if (doomed.lease !== 0) this.#leases.move(doomed.key, doomed.lease, 0)
    write.events.push(prevKv === undefined ? { type: 'DELETE', kv } : { type: 'DELETE', kv, prevKv })
  }

  #checkLease(request: PutRequest<V>): void {
    const lease = request.lease ?? 0
    if (lease !== 0 && !this.#leases.has(lease)) throw new EtcdError('leaseNotFound')
  }

  #checkKept(request: PutRequest<V>): void {
    if ((request.ignoreValue === true || request.ignoreLease === true) && this.get(request.key) === undefined) throw new EtcdError('keyNotFound')
  }

  #putRequest(write: Write<V>, request: PutRequest<V>): PutResponse<V> {
    const prevKv = this.#visible(request.key, this.#seen(write))
    const value = request.ignoreValue === true ? prevKv?.value : request.value
    assert(value !== undefined, `etcd: a put of ${request.key} without a value`)
    this.#put(write, request.key, value, request.ignoreLease === true ? prevKv?.lease ?? 0 : request.lease ?? 0)
    return { revision: write.revision, ...(request.prevKv === true && prevKv !== undefined ? { prevKv } : {}) }
  }

  #deleteRange(write: Write<V>, request: DeleteRangeRequest): DeleteRangeResponse<V> {
    const doomed: KeyValue<V>[] = []
    this.#index.scan(boundsOf(request), this.#seen(write), (kv) => {
      doomed.push(kv)
      return false
    })
    for (const kv of doomed) this.#delete(write, kv)
    return { revision: this.#seen(write), deleted: doomed.length, prevKvs: request.prevKv === true ? doomed : [] }
  }

  /** `newest`: the revision of this reader's now. Upstream: apply.go, Range. */
  #range(request: RangeRequest, newest: number): RangeResponse<V> {
    const revision = this.#readable(request.revision ?? 0, newest)
    const bounds = boundsOf(request)
    const count = this.#index.count(bounds, revision)
    if (request.countOnly === true) return { revision: newest, kvs: [], more: false, count }
    const limit = Math.max(0, request.limit ?? 0)
    const {
      sortTarget = 'KEY', minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0,
    } = request
    let { sortOrder = 'NONE' } = request
    const needsAll = sortOrder !== 'NONE' || minModRevision !== 0 || maxModRevision !== 0 || minCreateRevision !== 0 || maxCreateRevision !== 0
    const fetched = needsAll || limit === 0 ? Number.POSITIVE_INFINITY : limit + 1
    let kvs: KeyValue<V>[] = []
    this.#index.scan(bounds, revision, (kv) => {
      kvs.push(kv)
      return kvs.length >= fetched
    })
    if (needsAll) {
      kvs = kvs.filter((kv) => (maxModRevision === 0 || kv.modRevision <= maxModRevision) && (minModRevision === 0 || kv.modRevision >= minModRevision)
        && (maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision) && (minCreateRevision === 0 || kv.createRevision >= minCreateRevision))
    }
    // As upstream, what is fetched is in key order, and a target without an order sorts only what the limit let through.
    if (sortTarget !== 'KEY' && sortOrder === 'NONE') sortOrder = 'ASCEND'
    if (sortOrder !== 'NONE') kvs.sort(this.#sorter(sortTarget, sortOrder))
    const more = limit > 0 && kvs.length > limit
    if (more) kvs.length = limit
    return { revision: newest, kvs: request.keysOnly === true ? kvs.map(withoutValue) : kvs, more, count }
  }

  #sorter(target: NonNullable<RangeRequest['sortTarget']>, order: 'ASCEND' | 'DESCEND'): (a: KeyValue<V>, b: KeyValue<V>) => number {
    const sign = order === 'ASCEND' ? 1 : -1
    switch (target) {
      case 'KEY': return (a, b) => sign * compareText(orderOf(a.key), orderOf(b.key))
      case 'VERSION': return (a, b) => sign * (a.version - b.version)
      case 'CREATE': return (a, b) => sign * (a.createRevision - b.createRevision)
      case 'MOD': return (a, b) => sign * (a.modRevision - b.modRevision)
      case 'VALUE': return (a, b) => sign * this.#compareValues(a.value, b.value)
      default: return unreachable(target)
    }
  }

  #holds(compare: Compare<V>): boolean {
    let isEmpty = true
    let holds = true
    this.#index.scan(boundsOf(compare), this.#revision, (kv) => {
      isEmpty = false
      holds = compareHolds(compare, kv, this.#compareValues)
      return !holds
    })
    return isEmpty ? compareHolds(compare, undefined, this.#compareValues) : holds
  }

  #visitOps(request: TxnRequest<V>, path: TxnPath, visit: (op: RequestOp<V>) => void): void {
    let inner = 0
    for (const op of branchOf(request, path.succeeded)) {
      if (op.type === 'txn') this.#visitOps(op.request, path.inner[inner++] as TxnPath, visit)
      else visit(op)
    }
  }

  #applyTxn(write: Write<V>, request: TxnRequest<V>, path: TxnPath): Omit<TxnResponse<V>, 'revision'> {
    let inner = 0
    const responses = branchOf(request, path.succeeded).map((op): ResponseOp<V> => {
      switch (op.type) {
        case 'range': return { type: 'range', response: this.#range(op.request, this.#seen(write)) }
        case 'put': return { type: 'put', response: this.#putRequest(write, op.request) }
        case 'deleteRange': return { type: 'deleteRange', response: this.#deleteRange(write, op.request) }
        case 'txn': return { type: 'txn', response: this.#applyTxn(write, op.request, path.inner[inner++] as TxnPath) }
        default: return unreachable(op)
      }
    })
    return { succeeded: path.succeeded, responses }
  }

  #visible(key: string, revision: number): KeyValue<V> | undefined {
    const record = this.#index.get(key)
    return record === undefined ? undefined : versionAt(record, revision)
  }

  #eventsFrom(revision: number, bounds: Bounds): Event<V>[] {
    const events: Event<V>[] = []
    this.#history.from(revision, (kv) => {
      if (!inBounds(orderOf(kv.key), bounds)) return false
      const before = kv.modRevision - 1
      // A key that is made has nothing before it, even if the same transaction deleted it first.
      const prevKv = kv.version === 1 || before < this.#compactRevision ? undefined : this.#visible(kv.key, before)
      const type = kv.version === 0 ? 'DELETE' : 'PUT'
      events.push(prevKv === undefined ? { type, kv } : { type, kv, prevKv })
      return false
    })
    return events
  }
}

/** Bytes of texts; anything else by its canonical JSON. */
function compareByBytes(a: unknown, b: unknown): number {
  const text = (value: unknown): string => orderOf(typeof value === 'string' ? value : canonicalJson(value))
  return a === b ? 0 : compareText(text(a), text(b))
}

function withoutValue<V>(kv: KeyValue<V>): Omit<KeyValue<V>, 'value'> {
  const { value: _, ...rest } = kv
  return rest
}
