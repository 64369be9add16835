import { assert, Random, RollingHash } from '../../base'
import { EventQueue } from './event-queue'
import type { Actor, ActorContext, Breakpoint, Checkpoint, EventBody, Instant, KernelEvent, TraceInput, TraceRecord } from './types'

export interface SimulationOptions {
  readonly seed: number
  /** Hears every trace record as it is made. Not part of the state. */
  readonly onTrace?: (record: TraceRecord) => void
}

export type StopReason = 'idle' | 'time' | 'events' | 'breakpoint' | 'condition'

/** What `run` stops at; the first that comes. Without any of them it runs until nothing is left to happen. */
export interface RunLimits {
  /** Deliver nothing that is due later than this; the clock then stands at it. */
  readonly until?: Instant
  readonly maxEvents?: number
  readonly breakpoints?: readonly Breakpoint[]
  /** Asked after every event. */
  readonly stop?: () => boolean
}

/**
 * Virtual clock, event queue, seeded chance, actors. Delivers one event at a time; an actor's answer to an event
 * happens at one instant. The rules it keeps are in SPEC.md, K1 to K10.
 */
export class Simulation {
  readonly seed: number
  readonly #actors = new Map<string, Actor>()
  readonly #random = new Map<string, Random>()
  #factory: ((name: string) => Actor | undefined) | undefined
  #queue = new EventQueue()
  #cancelled = new Set<number>()
  #now: Instant = 0
  #seq = 0
  #delivered = 0
  #recorded = 0
  #hash = new RollingHash()
  #onTrace: ((record: TraceRecord) => void) | undefined
  #breakpoints: readonly Breakpoint[] = []
  #hit: Breakpoint | undefined

  constructor(options: SimulationOptions) {
    this.seed = options.seed
    this.#onTrace = options.onTrace
  }

  get now(): Instant {
    return this.#now
  }

  /** How many events have been delivered since the beginning. With the seed and the inputs it names a moment exactly. */
  get delivered(): number {
    return this.#delivered
  }

  /** Trace records made since the beginning. */
  get recorded(): number {
    return this.#recorded
  }

  /** Events waiting. */
  get pending(): number {
    return this.#queue.size - this.#cancelled.size
  }

  /** The breakpoint the last `run` stopped at. */
  get hit(): Breakpoint | undefined {
    return this.#hit
  }

  setTraceListener(listener: ((record: TraceRecord) => void) | undefined): void {
    this.#onTrace = listener
  }

  /** Makes actors that come and go (kubelets) when a checkpoint or an event names one that is not there. */
  setFactory(factory: (name: string) => Actor | undefined): void {
    this.#factory = factory
  }

  add(actor: Actor): void {
    assert(!this.#actors.has(actor.name), `actor ${actor.name} is there already`)
    this.#actors.set(actor.name, actor)
  }

  /** What is still on its way to it is dropped when due. */
  remove(name: string): void {
    this.#actors.delete(name)
  }

  actor(name: string): Actor | undefined {
    return this.#actors.get(name)
  }

  actorNames(): string[] {
    return [...this.#actors.keys()]
  }

  context(name: string): ActorContext {
    const random = this.#stream(name)
    return {
      name,
      now: () => this.#now,
      schedule: (delayMs, body, to) => this.schedule(delayMs, to ?? name, body),
      cancel: (handle) => { this.cancel(handle) },
      random,
      trace: (record) => this.trace(record),
    }
  }

  schedule(delayMs: number, to: string, body: EventBody): number {
    if (!Number.isInteger(delayMs) || delayMs < 0) assert(false, `delay ${delayMs} is not a whole number of milliseconds from 0`)
    const seq = ++this.#seq
    this.#queue.push({ at: this.#now + delayMs, seq, to, body })
    return seq
  }

  /** Takes back a scheduled event. Must not be called for one that was delivered. */
  cancel(handle: number): void {
    this.#cancelled.add(handle)
  }

  trace(input: TraceInput): number {
    const seq = ++this.#recorded
    hashRecord(this.#hash, input)
    for (const breakpoint of this.#breakpoints) {
      if (this.#hit === undefined && matchesBreakpoint(breakpoint, input)) this.#hit = breakpoint
    }
    // Made only for somebody.
    this.#onTrace?.({ ...input, seq, at: this.#now, event: this.#delivered })
    return seq
  }

  /** The instant of the next event, or undefined when nothing is left to happen. */
  nextAt(): Instant | undefined {
    this.#skipCancelled()
    return this.#queue.peek()?.at
  }

  /** What comes next, for people ("Next: scheduler starts cycle 37"). */
  next(): KernelEvent | undefined {
    this.#skipCancelled()
    return this.#queue.peek()
  }

  /** Delivers the next event. False when there is none. */
  step(): boolean {
    this.#skipCancelled()
    const event = this.#queue.pop()
    if (event === undefined) return false
    assert(event.at >= this.#now, 'time went backwards')
    this.#now = event.at
    this.#deliver(event.to, event.body)
    return true
  }

  /**
   * Something from outside (a person's command) happens now, before anything that waits.
   * It counts as an event; whoever replays must give it again at the same `delivered`.
   */
  input(to: string, body: EventBody): void {
    this.#deliver(to, body)
  }

  /**
   * Runs something that must not count, such as a dry run: what it records, schedules, cancels or draws by chance is taken back
   * when it returns or throws. What it changes in an actor's own state is not: it must change none.
   */
  aside<T>(run: () => T): T {
    const listener = this.#onTrace
    const [breakpoints, hit] = [this.#breakpoints, this.#hit]
    const [seq, recorded, hash, cancelled] = [this.#seq, this.#recorded, this.#hash.state(), [...this.#cancelled]]
    const random = [...this.#random].map(([name, stream]) => [name, stream.state()] as const)
    this.#onTrace = undefined
    this.#breakpoints = []
    try {
      return run()
    } finally {
      this.#onTrace = listener
      this.#breakpoints = breakpoints
      this.#hit = hit
      if (this.#seq !== seq) this.#queue = new EventQueue(this.#queue.toArray().filter((event) => event.seq <= seq))
      this.#seq = seq
      this.#recorded = recorded
      this.#hash = new RollingHash(hash)
      this.#cancelled = new Set(cancelled)
      for (const [name, state] of random) this.#random.get(name)?.restore(state)
    }
  }

  run(limits: RunLimits = {}): StopReason {
    this.#breakpoints = limits.breakpoints ?? []
    this.#hit = undefined
    try {
      let left = limits.maxEvents ?? Number.POSITIVE_INFINITY
      for (;;) {
        const at = this.nextAt()
        if (limits.until !== undefined && (at === undefined || at > limits.until)) {
          if (limits.until > this.#now) this.#now = limits.until
          return 'time'
        }
        if (at === undefined) return 'idle'
        if (left <= 0) return 'events'
        left--
        this.step()
        if (this.#hit !== undefined) return 'breakpoint'
        if (limits.stop?.() === true) return 'condition'
      }
    } finally {
      this.#breakpoints = []
    }
  }

  /** Everything that happened so far, as 16 hexadecimal digits: equal histories, equal hashes. */
  historyHash(): string {
    return new RollingHash(this.#hash.state()).addNumber(this.#delivered).addNumber(this.#now).digest()
  }

  checkpoint(): Checkpoint {
    const random: Record<string, ReturnType<Random['state']>> = {}
    for (const [name, stream] of this.#random) random[name] = stream.state()
    const actors: Record<string, unknown> = {}
    for (const [name, actor] of this.#actors) actors[name] = actor.save()
    const queue = this.#queue.toArray().filter((event) => !this.#cancelled.has(event.seq)).sort((a, b) => (before(a, b) ? -1 : 1))
    return {
      seed: this.seed, now: this.#now, seq: this.#seq, delivered: this.#delivered, recorded: this.#recorded,
      hash: this.#hash.state(), random, queue, actors,
    }
  }

  /** Puts a checkpoint of the same cluster in force. Actors that are not in it go; actors the factory knows come. */
  restore(checkpoint: Checkpoint): void {
    assert(checkpoint.seed === this.seed, 'a checkpoint belongs to its seed')
    this.#now = checkpoint.now
    this.#seq = checkpoint.seq
    this.#delivered = checkpoint.delivered
    this.#recorded = checkpoint.recorded
    this.#hash = new RollingHash(checkpoint.hash)
    this.#cancelled.clear()
    this.#queue = new EventQueue(checkpoint.queue)
    for (const name of [...this.#random.keys()]) {
      if (!(name in checkpoint.random)) this.#random.get(name)?.restore(Random.seeded(this.seed, name).state())
    }
    for (const [name, state] of Object.entries(checkpoint.random)) this.#stream(name).restore(state)
    for (const name of [...this.#actors.keys()]) if (!(name in checkpoint.actors)) this.#actors.delete(name)
    // In the checkpoint's order, so that actors come in the same order as in the run it was taken from.
    const present = new Map(this.#actors)
    this.#actors.clear()
    for (const [name, state] of Object.entries(checkpoint.actors)) {
      const actor = present.get(name) ?? this.#factory?.(name)
      assert(actor !== undefined, `nobody can make the actor ${name}`)
      this.#actors.set(name, actor)
      actor.load(state)
    }
  }

  #stream(name: string): Random {
    let stream = this.#random.get(name)
    if (stream === undefined) {
      stream = Random.seeded(this.seed, name)
      this.#random.set(name, stream)
    }
    return stream
  }

  #deliver(to: string, body: EventBody): void {
    this.#delivered++
    this.#hash.addNumber(this.#now).add(to).add(body.type)
    this.#actors.get(to)?.handle(body)
  }

  #skipCancelled(): void {
    while (this.#cancelled.size > 0) {
      const top = this.#queue.peek()
      if (top === undefined || !this.#cancelled.delete(top.seq)) return
      this.#queue.pop()
    }
  }
}

function before(a: KernelEvent, b: KernelEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq)
}

function hashRecord(hash: RollingHash, record: TraceInput): void {
  hash.add(record.type).add(record.from)
  switch (record.type) {
    case 'request':
      hash.add(record.method).add(record.path).addNumber(record.code).addNumber(record.revision ?? 0)
      break
    case 'watch':
      hash.add(record.to).add(record.change).add(record.resource).add(record.objectName ?? '').addNumber(record.revision ?? 0)
      break
    default:
      hash.add(record.what).add(record.subject ?? '')
      if (record.facts !== undefined) for (const key of Object.keys(record.facts)) hash.add(key).add(String(record.facts[key]))
  }
}

function matchesBreakpoint(breakpoint: Breakpoint, record: TraceInput): boolean {
  if (breakpoint.type !== undefined && breakpoint.type !== record.type) return false
  if (breakpoint.from !== undefined && breakpoint.from !== record.from) return false
  const what = record.type === 'request' ? record.verb : record.type === 'watch' ? record.change : record.what
  if (breakpoint.what !== undefined && breakpoint.what !== what) return false
  if (breakpoint.resource !== undefined && !('resource' in record && record.resource === breakpoint.resource)) return false
  if (breakpoint.subject !== undefined) {
    const subject = 'objectName' in record && record.objectName !== undefined
      ? (record.namespace !== undefined && record.namespace !== '' ? `${record.namespace}/${record.objectName}` : record.objectName)
      : 'subject' in record ? record.subject : undefined
    if (subject !== breakpoint.subject) return false
  }
  return true
}
