import { assert, unreachable } from '../../base'
import { boundsOf, inBounds, type Bounds } from './keys'
import type { Commit, EtcdContext, Event, WatchCreateRequest, WatchRequest, WatchResponse } from './types'

/** Upstream: the default of --watch-progress-notify-interval. */
const progressMs = 10 * 60 * 1000
/** An answer larger than this is cut, for watches that ask for it. Upstream: the default of --max-request-bytes. */
const fragmentBytes = 1.5 * 1024 * 1024

interface WatchState {
  readonly id: number
  readonly key: string
  readonly rangeEnd: string
  /** First revision it has not been told. */
  next: number
  readonly noPut: boolean
  readonly noDelete: boolean
  readonly prevKv: boolean
  readonly progressNotify: boolean
  readonly fragment: boolean
}

interface StreamState<V> {
  readonly id: number
  /** Actor that is told when there is something to read. */
  readonly receiver?: string
  nextWatchId: number
  /** Told, and not yet read since. */
  told: boolean
  watches: WatchState[]
  responses: WatchResponse<V>[]
}

export interface WatchesState<V> {
  readonly nextStreamId: number
  readonly progressTimer: boolean
  readonly streams: readonly StreamState<V>[]
}

/** What a stream needs of the store. */
export interface WatchSource<V> {
  readonly revision: number
  readonly compactRevision: number
  /** Events of `revision` and later, with `prevKv`, oldest first. */
  eventsFrom(revision: number, bounds: Bounds): Event<V>[]
  sizeOf(event: Event<V>): number
}

/**
 * One client's watches. Nothing is pushed: `read` gives what came down since the last read. What a watch has been told is a revision,
 * and the rest is in the store's history, so an idle watch costs a write nothing and a checkpoint a few numbers.
 */
export class WatchStream<V> {
  readonly id: number
  readonly #watches: Watches<V>

  constructor(id: number, watches: Watches<V>) {
    this.id = id
    this.#watches = watches
  }

  send(request: WatchRequest): void {
    this.#watches.send(this.id, request)
  }

  read(): WatchResponse<V>[] {
    return this.#watches.read(this.id)
  }

  close(): void {
    this.#watches.close(this.id)
  }
}

export class Watches<V> {
  readonly #source: WatchSource<V>
  readonly #context: EtcdContext
  #streams = new Map<number, StreamState<V>>()
  #nextStreamId = 1
  #progressTimer = false

  constructor(source: WatchSource<V>, context: EtcdContext) {
    this.#source = source
    this.#context = context
  }

  get count(): number {
    let count = 0
    for (const stream of this.#streams.values()) count += stream.watches.length
    return count
  }

  get size(): number {
    return this.#streams.size
  }

  open(receiver?: string): WatchStream<V> {
    const id = this.#nextStreamId++
    this.#streams.set(id, { id, ...(receiver === undefined ? {} : { receiver }), nextWatchId: 0, told: false, watches: [], responses: [] })
    return new WatchStream(id, this)
  }

  /** The handle of a stream that a checkpoint brought back. */
  stream(id: number): WatchStream<V> | undefined {
    return this.#streams.has(id) ? new WatchStream(id, this) : undefined
  }

  send(streamId: number, request: WatchRequest): void {
    const stream = this.#streams.get(streamId)
    assert(stream !== undefined, `etcd: watch stream ${streamId} is closed`)
    this.#collect(stream)
    switch (request.type) {
      case 'create':
        this.#create(stream, request)
        break
      case 'cancel': {
        const at = stream.watches.findIndex((watch) => watch.id === request.watchId)
        if (at < 0) break
        stream.watches.splice(at, 1)
        stream.responses.push({ revision: this.#source.revision, watchId: request.watchId, canceled: true, events: [] })
        break
      }
      case 'progress':
        stream.responses.push({ revision: this.#source.revision, watchId: -1, events: [] })
        break
      default:
        unreachable(request)
    }
    this.#tell(stream)
  }

  read(streamId: number): WatchResponse<V>[] {
    const stream = this.#streams.get(streamId)
    assert(stream !== undefined, `etcd: watch stream ${streamId} is closed`)
    this.#collect(stream)
    stream.told = false
    const { responses } = stream
    stream.responses = []
    return responses
  }

  close(streamId: number): void {
    this.#streams.delete(streamId)
  }

  /** Before history is cut: what is still to be told comes out of it first. */
  collectAll(): void {
    for (const stream of this.#streams.values()) this.#collect(stream)
  }

  /** Wakes the receivers whom a commit concerns. */
  onCommit(commit: Commit<V>): void {
    for (const stream of this.#streams.values()) {
      if (stream.receiver === undefined || stream.told) continue
      const isConcerned = stream.watches.some((watch) => commit.revision >= watch.next
        && commit.events.some((event) => wants(watch, event)))
      if (isConcerned) this.#tell(stream, true)
    }
  }

  /** Every ten minutes: watches that asked for it hear of the revision. */
  onProgressTimer(): void {
    this.#progressTimer = false
    for (const stream of this.#streams.values()) {
      this.#collect(stream)
      for (const watch of stream.watches) {
        if (!watch.progressNotify) continue
        this.#scheduleProgress()
        if (!stream.responses.some((response) => response.watchId === watch.id)) {
          stream.responses.push({ revision: this.#source.revision, watchId: watch.id, events: [] })
        }
      }
      this.#tell(stream)
    }
  }

  save(): WatchesState<V> {
    return {
      nextStreamId: this.#nextStreamId, progressTimer: this.#progressTimer,
      streams: [...this.#streams.values()].map(copyStream),
    }
  }

  load(state: WatchesState<V>): void {
    this.#nextStreamId = state.nextStreamId
    this.#progressTimer = state.progressTimer
    this.#streams = new Map(state.streams.map((stream) => [stream.id, copyStream(stream)]))
  }

  #create(stream: StreamState<V>, request: WatchCreateRequest): void {
    const { revision } = this.#source
    const refuse = (cancelReason: string): void => {
      stream.responses.push({ revision, watchId: -1, created: true, canceled: true, cancelReason, events: [] })
    }
    // The zero byte is the smallest key there can be.
    const key = request.key === '' ? '\0' : request.key
    const bounds = boundsOf({ ...request, key })
    if (!bounds.single && bounds.to !== undefined && bounds.from >= bounds.to) return refuse('mvcc: watcher range is empty')
    let id = request.watchId ?? 0
    const isUsed = (candidate: number): boolean => stream.watches.some((watch) => watch.id === candidate)
    if (id === 0) {
      while (isUsed(stream.nextWatchId)) stream.nextWatchId++
      id = stream.nextWatchId++
    } else if (isUsed(id)) {
      return refuse('mvcc: duplicate watch ID provided on the WatchStream')
    }
    const start = request.startRevision ?? 0
    const watch: WatchState = {
      id, key, rangeEnd: request.rangeEnd ?? '', next: start === 0 ? revision + 1 : start,
      noPut: request.filters?.includes('NOPUT') ?? false, noDelete: request.filters?.includes('NODELETE') ?? false,
      prevKv: request.prevKv ?? false, progressNotify: request.progressNotify ?? false, fragment: request.fragment ?? false,
    }
    stream.responses.push({ revision, watchId: id, created: true, events: [] })
    const { compactRevision } = this.#source
    if (watch.next < compactRevision) {
      stream.responses.push({ revision: 0, watchId: id, canceled: true, compactRevision, events: [] })
      return
    }
    stream.watches.push(watch)
    if (watch.next <= revision) {
      // It catches up: all of it in one answer.
      this.#answer(stream, watch, revision, this.#eventsFor(watch))
      watch.next = revision + 1
    }
    if (watch.progressNotify) this.#scheduleProgress()
  }

  #collect(stream: StreamState<V>): void {
    const { revision } = this.#source
    for (const watch of stream.watches) {
      if (watch.next > revision) continue
      // It was up to date: one answer a revision.
      const events = this.#eventsFor(watch)
      watch.next = revision + 1
      for (let i = 0; i < events.length;) {
        const at = (events[i] as Event<V>).kv.modRevision
        let end = i + 1
        while (end < events.length && (events[end] as Event<V>).kv.modRevision === at) end++
        this.#answer(stream, watch, at, events.slice(i, end))
        i = end
      }
    }
  }

  #eventsFor(watch: WatchState): Event<V>[] {
    const events = this.#source.eventsFrom(watch.next, boundsOf(watch)).filter((event) => wants(watch, event))
    return watch.prevKv ? events : events.map(({ type, kv }) => ({ type, kv }))
  }

  #answer(stream: StreamState<V>, watch: WatchState, revision: number, events: Event<V>[]): void {
    if (events.length === 0) return
    if (watch.fragment) {
      let begin = 0
      let bytes = 0
      for (let i = 0; i < events.length; i++) {
        const size = this.#source.sizeOf(events[i] as Event<V>)
        if (i > begin && bytes + size > fragmentBytes) {
          stream.responses.push({ revision, watchId: watch.id, fragment: true, events: events.slice(begin, i) })
          begin = i
          bytes = 0
        }
        bytes += size
      }
      events = events.slice(begin)
    }
    stream.responses.push({ revision, watchId: watch.id, events })
  }

  #tell(stream: StreamState<V>, isSure = stream.responses.length > 0): void {
    if (stream.receiver === undefined || stream.told || !isSure) return
    stream.told = true
    this.#context.schedule(0, { type: 'etcdWatch', stream: stream.id }, stream.receiver)
  }

  #scheduleProgress(): void {
    if (this.#progressTimer) return
    this.#progressTimer = true
    this.#context.schedule(progressMs, { type: 'progressTimer' })
  }
}

function wants<V>(watch: WatchState, event: Event<V>): boolean {
  return !(event.type === 'PUT' ? watch.noPut : watch.noDelete) && inBounds(boundsOf({ key: event.kv.key }).from, boundsOf(watch))
}

function copyStream<V>(stream: StreamState<V>): StreamState<V> {
  return { ...stream, watches: stream.watches.map((watch) => ({ ...watch })), responses: stream.responses.slice() }
}
