import { assert } from '../../base'
import { orderOf, type Bounds } from './keys'
import type { KeyValue } from './types'

const chunkMax = 512

/** A key and all its versions that are kept, oldest first, tombstones included. Never empty while it is in the index. */
export interface KeyRecord<V> {
  readonly key: string
  readonly order: string
  readonly versions: KeyValue<V>[]
  chunk: KeyChunk<V>
}

/** A stretch of neighbouring keys. Keys that come out of order are put at the end; they are sorted in when somebody reads the stretch in order. */
interface KeyChunk<V> {
  orders: string[]
  records: KeyRecord<V>[]
  /** Smallest and greatest of the keys. */
  first: string
  last: string
  sorted: boolean
  /** Records whose newest version is no tombstone. */
  live: number
  /** Revision of the newest version in the stretch (or greater). At it and after it, `live` is the number of keys there are. */
  newest: number
}

/** The version of a key that a reader at `revision` sees. */
export function versionAt<V>(record: KeyRecord<V>, revision: number): KeyValue<V> | undefined {
  const { versions } = record
  let high = versions.length - 1
  const last = versions[high]
  if (last === undefined) return undefined
  if (last.modRevision <= revision) return last.version === 0 ? undefined : last
  // Invariant: versions before `low` are at most `revision`, those from `high` on are later.
  let low = 0
  while (low < high) {
    const middle = (low + high) >> 1
    if ((versions[middle] as KeyValue<V>).modRevision <= revision) low = middle + 1
    else high = middle
  }
  const found = versions[low - 1]
  return found === undefined || found.version === 0 ? undefined : found
}

/**
 * All keys in byte order, each with its versions. Stretches of at most 512 keys: finding a stretch is a binary search, adding a key
 * puts it at the end of one, and a stretch knows how many of its keys are live, so counting skips over it.
 */
export class KeyIndex<V> {
  readonly #byKey = new Map<string, KeyRecord<V>>()
  #chunks: KeyChunk<V>[] = []

  get size(): number {
    return this.#byKey.size
  }

  get live(): number {
    let live = 0
    for (const chunk of this.#chunks) live += chunk.live
    return live
  }

  get(key: string): KeyRecord<V> | undefined {
    return this.#byKey.get(key)
  }

  /** Adds a version that is newer than all others. */
  append(entry: KeyValue<V>): KeyRecord<V> {
    let record = this.#byKey.get(entry.key)
    if (record === undefined) {
      record = this.#insert(entry.key)
      record.versions.push(entry)
      if (entry.version !== 0) record.chunk.live++
    } else {
      const { versions } = record
      const wasLive = versions.length > 0 && (versions[versions.length - 1] as KeyValue<V>).version !== 0
      versions.push(entry)
      if (wasLive) { if (entry.version === 0) record.chunk.live-- } else if (entry.version !== 0) record.chunk.live++
    }
    record.chunk.newest = entry.modRevision
    return record
  }

  /** Takes back versions, given oldest first; each must then be the newest of its key. They are all of whole revisions. */
  undo(entries: readonly KeyValue<V>[]): void {
    const newest = (entries[0]?.modRevision ?? 0) - 1
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i] as KeyValue<V>
      const record = this.#byKey.get(entry.key)
      assert(record !== undefined && record.versions.at(-1) === entry, `etcd: ${entry.key} is not at the version to undo`)
      record.versions.pop()
      const { chunk } = record
      const isLive = (record.versions.at(-1)?.version ?? 0) !== 0
      chunk.live += Number(isLive) - Number(entry.version !== 0)
      chunk.newest = Math.min(chunk.newest, newest)
      if (record.versions.length === 0) this.#remove(record)
    }
  }

  /** Forgets what nobody can read any more once history begins at `revision`. */
  compact(key: string, revision: number): void {
    const record = this.#byKey.get(key)
    if (record === undefined) return
    const { versions } = record
    let drop = 0
    while (drop < versions.length && (versions[drop] as KeyValue<V>).modRevision <= revision) drop++
    // The last of them is what a reader at `revision` sees; it goes only if it says that there is nothing.
    if (drop > 0 && (versions[drop - 1] as KeyValue<V>).version !== 0) drop--
    if (drop > 0) versions.splice(0, drop)
    if (versions.length === 0) this.#remove(record)
  }

  /** Visits the versions seen at `revision`, in byte order, until `visit` answers true. */
  scan(bounds: Bounds, revision: number, visit: (kv: KeyValue<V>) => boolean): void {
    if (bounds.single) {
      const record = this.#single(bounds.from)
      const kv = record === undefined ? undefined : versionAt(record, revision)
      if (kv !== undefined) visit(kv)
      return
    }
    const { to } = bounds
    for (let c = this.#chunkOf(bounds.from), first = true; c < this.#chunks.length; c++, first = false) {
      const chunk = this.#chunks[c] as KeyChunk<V>
      if (to !== undefined && chunk.first >= to) return
      if (chunk.live === 0 && chunk.newest <= revision) continue
      const { orders, records } = inOrder(chunk)
      const end = to === undefined || chunk.last < to ? orders.length : lowerBound(orders, to)
      for (let i = first ? lowerBound(orders, bounds.from) : 0; i < end; i++) {
        const kv = versionAt(records[i] as KeyRecord<V>, revision)
        if (kv !== undefined && visit(kv)) return
      }
    }
  }

  /** How many keys there are at `revision`. */
  count(bounds: Bounds, revision: number): number {
    if (bounds.single) {
      const record = this.#single(bounds.from)
      return record !== undefined && versionAt(record, revision) !== undefined ? 1 : 0
    }
    const { to } = bounds
    let count = 0
    for (let c = this.#chunkOf(bounds.from), first = true; c < this.#chunks.length; c++, first = false) {
      const chunk = this.#chunks[c] as KeyChunk<V>
      if (to !== undefined && chunk.first >= to) break
      if (chunk.first >= bounds.from && (to === undefined || chunk.last < to) && chunk.newest <= revision) {
        count += chunk.live
        continue
      }
      const { orders, records } = inOrder(chunk)
      const begin = first ? lowerBound(orders, bounds.from) : 0
      const end = to === undefined || chunk.last < to ? orders.length : lowerBound(orders, to)
      for (let i = begin; i < end; i++) if (versionAt(records[i] as KeyRecord<V>, revision) !== undefined) count++
    }
    return count
  }

  clear(): void {
    this.#byKey.clear()
    this.#chunks = []
  }

  #single(order: string): KeyRecord<V> | undefined {
    const direct = this.#byKey.get(order)
    if (direct !== undefined && direct.order === order) return direct
    const chunk = this.#chunks[this.#chunkOf(order)]
    if (chunk === undefined) return undefined
    const at = lowerBound(inOrder(chunk).orders, order)
    return chunk.orders[at] === order ? chunk.records[at] : undefined
  }

  /** Index of the chunk where `order` is or would be put. */
  #chunkOf(order: string): number {
    const chunks = this.#chunks
    let low = 0
    let high = chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((chunks[middle] as KeyChunk<V>).first <= order) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : low - 1
  }

  #insert(key: string): KeyRecord<V> {
    const order = orderOf(key)
    let at = this.#chunkOf(order)
    let chunk = this.#chunks[at]
    if (chunk === undefined) {
      chunk = { orders: [], records: [], first: order, last: order, sorted: true, live: 0, newest: 0 }
      this.#chunks.push(chunk)
      at = this.#chunks.length - 1
    }
    if (chunk.orders.length >= chunkMax) {
      // Keys that come in ascending order fill chunks to the brim; others split them in half.
      const isAppend = order > chunk.last
      const { orders, records } = inOrder(chunk)
      const cut = isAppend ? orders.length : orders.length >> 1
      const first = orders[cut] ?? order
      const right: KeyChunk<V> = {
        orders: orders.splice(cut), records: records.splice(cut), first, last: isAppend ? order : chunk.last, sorted: true, live: 0, newest: chunk.newest,
      }
      chunk.last = orders[orders.length - 1] as string
      for (const record of right.records) {
        record.chunk = right
        if (record.versions.at(-1)?.version !== 0) right.live++
      }
      chunk.live -= right.live
      this.#chunks.splice(at + 1, 0, right)
      if (isAppend || order > right.first) chunk = right
    }
    const record: KeyRecord<V> = { key, order, versions: [], chunk }
    if (order >= chunk.last) chunk.last = order
    else chunk.sorted = false
    if (order < chunk.first) chunk.first = order
    chunk.orders.push(order)
    chunk.records.push(record)
    this.#byKey.set(key, record)
    return record
  }

  #remove(record: KeyRecord<V>): void {
    this.#byKey.delete(record.key)
    const { chunk } = record
    const { orders, records } = inOrder(chunk)
    const at = lowerBound(orders, record.order)
    orders.splice(at, 1)
    records.splice(at, 1)
    if (orders.length === 0) {
      this.#chunks.splice(this.#chunks.indexOf(chunk), 1)
      return
    }
    chunk.first = orders[0] as string
    chunk.last = orders[orders.length - 1] as string
  }
}

/** The stretch, its keys sorted. */
function inOrder<V>(chunk: KeyChunk<V>): KeyChunk<V> {
  if (!chunk.sorted) {
    chunk.records.sort((a, b) => (a.order < b.order ? -1 : 1))
    chunk.orders = chunk.records.map(({ order }) => order)
    chunk.sorted = true
  }
  return chunk
}

function lowerBound(orders: readonly string[], order: string): number {
  let low = 0
  let high = orders.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((orders[middle] as string) < order) low = middle + 1
    else high = middle
  }
  return low
}
