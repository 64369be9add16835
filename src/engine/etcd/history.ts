import type { KeyValue } from './types'

/** Entries in a sealed chunk. */
const chunkSize = 1024

/** History as a checkpoint holds it: sealed chunks are frozen and shared between checkpoints, the tail is a copy. */
export interface HistoryState<V> {
  readonly chunks: readonly (readonly KeyValue<V>[])[]
  readonly tail: readonly KeyValue<V>[]
}

/**
 * Every version that is kept, in the order in which it was made. Append-only but for compaction and for going back in time.
 * Full chunks are sealed: frozen, and shared by reference with every checkpoint that holds them.
 */
export class History<V> {
  #chunks: (readonly KeyValue<V>[])[] = []
  #tail: KeyValue<V>[] = []
  #sealedLength = 0

  get length(): number {
    return this.#sealedLength + this.#tail.length
  }

  append(entry: KeyValue<V>): void {
    this.#tail.push(entry)
    if (this.#tail.length === chunkSize) {
      this.#chunks.push(Object.freeze(this.#tail))
      this.#sealedLength += chunkSize
      this.#tail = []
    }
  }

  /** Visits the entries of `revision` and later, oldest first, until `visit` answers true. */
  from(revision: number, visit: (entry: KeyValue<V>) => boolean): void {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const last = (this.#chunks[middle] as readonly KeyValue<V>[]).at(-1) as KeyValue<V>
      if (last.modRevision < revision) low = middle + 1
      else high = middle
    }
    for (let c = low; c <= this.#chunks.length; c++) {
      const chunk = this.#chunks[c] ?? this.#tail
      for (let i = c === low ? firstFrom(chunk, revision) : 0; i < chunk.length; i++) if (visit(chunk[i] as KeyValue<V>)) return
    }
  }

  /**
   * Drops the entries up to and with `revision` that `keep` refuses; what was dropped is told to `dropped`.
   * Chunks in which nothing is dropped stay the same ones.
   */
  compact(revision: number, keep: (entry: KeyValue<V>) => boolean, dropped: (entry: KeyValue<V>) => void): void {
    const chunks: (readonly KeyValue<V>[])[] = []
    let pending: KeyValue<V>[] = []
    const flush = (): void => {
      if (pending.length > 0) chunks.push(Object.freeze(pending))
      pending = []
    }
    const sift = (chunk: readonly KeyValue<V>[]): KeyValue<V>[] => chunk.filter((entry) => {
      if (entry.modRevision > revision || keep(entry)) return true
      dropped(entry)
      return false
    })
    for (const chunk of this.#chunks) {
      const isLater = (chunk[0] as KeyValue<V>).modRevision > revision
      const kept = isLater ? chunk : sift(chunk)
      if (kept.length === chunk.length && chunk.length >= chunkSize / 2) {
        flush()
        chunks.push(chunk)
        continue
      }
      for (const entry of kept) {
        pending.push(entry)
        if (pending.length === chunkSize) flush()
      }
    }
    flush()
    this.#chunks = chunks
    this.#sealedLength = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    if (this.#tail.length > 0 && (this.#tail[0] as KeyValue<V>).modRevision <= revision) this.#tail = sift(this.#tail)
  }

  save(): HistoryState<V> {
    return { chunks: this.#chunks.slice(), tail: this.#tail.slice() }
  }

  /**
   * Puts a saved history in force. What the two have in common at the beginning is passed over; then `undo` is told the entries that go
   * and `redo` each that comes, both oldest first. So going back a little costs little.
   */
  load(state: HistoryState<V>, undo: (entries: readonly KeyValue<V>[]) => void, redo: (entry: KeyValue<V>) => void): void {
    let same = 0
    while (same < this.#chunks.length && same < state.chunks.length && this.#chunks[same] === state.chunks[same]) same++
    const mine = [...this.#chunks.slice(same).flat(), ...this.#tail]
    const theirs = [...state.chunks.slice(same).flat(), ...state.tail]
    let common = 0
    while (common < mine.length && common < theirs.length && mine[common] === theirs[common]) common++
    undo(mine.slice(common))
    for (let i = common; i < theirs.length; i++) redo(theirs[i] as KeyValue<V>)
    this.#chunks = state.chunks.map((chunk) => Object.freeze(chunk))
    this.#sealedLength = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    this.#tail = state.tail.slice()
  }
}

function firstFrom<V>(chunk: readonly KeyValue<V>[], revision: number): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((chunk[middle] as KeyValue<V>).modRevision < revision) low = middle + 1
    else high = middle
  }
  return low
}
