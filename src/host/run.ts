import { assert } from '../base'
import type { ApiObject, ApiRequest, ApiResponse, FaultRequest, TrafficAnswer, TrafficRequest } from '../api'
import type { Cluster, ClusterCheckpoint, ConfigureResult, FaultAnswer, TraceRecord } from '../engine'

/** Something from outside, and the exact moment at which it was given. Plain data: a replay gives it again. */
export interface RunInput {
  /** Events delivered before it. */
  readonly at: number
  /** Where the clock stood. */
  readonly now: number
  readonly request?: ApiRequest
  readonly objects?: readonly ApiObject[]
  /** A configuration for kube-scheduler, null for its defaults, and the text it was read from. */
  readonly scheduler?: { readonly configuration: unknown; readonly text?: string }
  /** Requests through kube-proxy's rules. */
  readonly traffic?: TrafficRequest
  /** Something that is broken on purpose, or made whole. */
  readonly fault?: FaultRequest
  /** What the person typed, on the first input of a command. */
  readonly command?: string
  /** One of many: no line of its own in the kubectl pane. */
  readonly quiet?: boolean
  /** Which of the scenario's own inputs this is; then a saved session need not hold it. */
  readonly source?: number
}

export type NewInput = Omit<RunInput, 'at' | 'now'>
export type InputAnswer = ApiResponse | FaultAnswer | TrafficAnswer | ReturnType<Cluster['importObjects']> | ConfigureResult

/** A change of the store. `before` and `object` are absent when there was none or is none any more. */
export interface Change {
  /** In the store: "/registry/pods/shop/web-1". */
  readonly key: string
  readonly revision: number
  readonly before: ApiObject | undefined
  readonly object: ApiObject | undefined
}

/** Everything one event did: what components said, and what was stored. */
export interface Happening {
  readonly event: number
  readonly at: number
  readonly to: string
  readonly type: string
  readonly input: RunInput | undefined
  /** What an input was told. */
  answer: InputAnswer | undefined
  readonly records: TraceRecord[]
  readonly changes: Change[]
}

/** A request or a watch event. */
export type Message = Extract<TraceRecord, { readonly type: 'request' | 'watch' }>

function configure(cluster: Cluster, configuration: unknown): ConfigureResult {
  cluster.simulation.input('kube-scheduler', { type: 'configure', configuration })
  const { configured } = cluster.scheduler
  assert(configured !== undefined, 'the scheduler answers a configuration at once')
  return configured
}

/** What a request wrote; undefined when it wrote nothing (reads, refusals, dry runs, changes that changed nothing). */
export function changeOf(record: Message, happening: Happening): Change | undefined {
  if (record.type !== 'request' || record.code >= 400) return undefined
  // The answer to a binding or a deletion is a Status, which names no revision.
  const isOf = ({ key, revision }: Change): boolean => (
    (record.revision === undefined || record.revision === revision) &&
    key.includes(`/${record.resource}/`) && key.endsWith(record.namespace ? `/${record.namespace}/${record.objectName ?? ''}` : `/${record.objectName ?? ''}`))
  return happening.changes.findLast(isOf)
}

export interface RunListener {
  /** After every event. `isNew`: it was never seen before in this history. */
  onEvent(happening: Happening, isNew: boolean): void
  /** Objects may differ from what they were: these, or all of them. */
  onChanges(changes: readonly Change[] | 'all'): void
  /** What comes after this event, or was recorded after this record, is no longer true. */
  onBranch(event: number, recorded: number): void
}

/** A moment from which the run can be replayed. */
interface Keyframe {
  readonly event: number
  readonly now: number
  readonly revision: number
  readonly lastEventAt: number
  readonly messages: readonly Message[]
  readonly checkpoint: ClusterCheckpoint
}

export interface RunEnd {
  readonly event: number
  readonly now: number
  readonly revision: number
}

/** Messages kept at every moment: what a "now" is traced back to, and what the api-server said last. */
const messagesKept = 24
/** Events between keyframes at least, and at most when no clock tells what they cost. */
const keyframeEventsMin = 200
const keyframeEventsMax = 20_000
/** Real time of running between keyframes, in units of what the last one cost: the share of time spent on keyframes. */
const keyframeCostShare = 15
const keyframeMsMin = 4

/**
 * A cluster with its past. Forward by delivering, back by restoring the nearest keyframe and replaying, with every input given again
 * at its moment. What is known of the future stays known after going back, until a new input begins a branch.
 */
export class Run {
  readonly cluster: Cluster
  readonly inputs: RunInput[]
  readonly #listener: RunListener
  readonly #clock: () => number
  #keyframes: Keyframe[] = []
  #inputIndex = 0
  #end: RunEnd
  #lastEventAt = 0
  #messages: readonly Message[] = []
  #happening: Happening | undefined
  #collecting: Happening | undefined
  #eventsSinceKeyframe = 0
  #msSinceKeyframe = 0
  #keyframeMs = 0
  #keyframesMax = 200

  /** `inputs`: those of a saved session; they will be given when their moment comes. `clock`: real milliseconds. */
  constructor(cluster: Cluster, clock: () => number, listener: RunListener, inputs: readonly RunInput[] = []) {
    this.cluster = cluster
    this.inputs = [...inputs]
    this.#clock = clock
    this.#listener = listener
    this.#end = { event: 0, now: 0, revision: cluster.etcd.revision }
    cluster.simulation.setTraceListener((record) => { this.#collecting?.records.push(record) })
    cluster.etcd.onCommit((commit) => {
      for (const event of commit.events) {
        if (!isObjectKey(event.kv.key)) continue
        this.#collecting?.changes.push({ key: event.kv.key, revision: commit.revision, before: event.prevKv?.value, object: event.type === 'PUT' ? event.kv.value : undefined })
      }
    })
    this.#keyframe()
  }

  /** Events delivered. */
  get event(): number {
    return this.cluster.simulation.delivered
  }

  get now(): number {
    return this.cluster.simulation.now
  }

  get revision(): number {
    return this.cluster.etcd.revision
  }

  get end(): RunEnd {
    return this.#end
  }

  /** When the last event was delivered; the clock may stand later. */
  get lastEventAt(): number {
    return this.#lastEventAt
  }

  /** What the last event did; undefined at the very beginning. */
  get happening(): Happening | undefined {
    return this.#happening
  }

  /** The last messages before now, oldest first. */
  get messages(): readonly Message[] {
    return this.#messages
  }

  /** Inputs given so far, the newest last. */
  get given(): readonly RunInput[] {
    return this.inputs.slice(0, this.#inputIndex)
  }

  /** The input that was given at this moment of the known future, if one was. */
  get nextInput(): RunInput | undefined {
    const input = this.inputs[this.#inputIndex]
    return input !== undefined && input.at === this.event ? input : undefined
  }

  /** When the next thing happens; undefined when nothing is left to. */
  get dueAt(): number | undefined {
    return this.nextInput?.now ?? this.cluster.simulation.nextAt()
  }

  /** Delivers the next event, or gives the next known input. False when nothing is left to happen. */
  advance(): boolean {
    const input = this.nextInput
    if (input !== undefined) {
      this.#give(input)
      return true
    }
    const next = this.cluster.simulation.next()
    if (next === undefined) return false
    const started = this.#clock()
    this.#begin(next.to, next.body.type, next.at, undefined)
    this.cluster.simulation.step()
    this.#finish(undefined)
    this.#msSinceKeyframe += this.#clock() - started
    this.#maybeKeyframe()
    return true
  }

  /** Moves the clock, never past something due. */
  setNow(now: number): void {
    if (now > this.now) this.cluster.simulation.run({ until: now, maxEvents: 0 })
    if (this.event === this.#end.event && this.now > this.#end.now) this.#end = { ...this.#end, now: this.now }
  }

  /** Something new from outside, now. If more of the future was known, a branch begins. */
  give(input: NewInput): InputAnswer {
    this.branch()
    const given: RunInput = { ...input, at: this.event, now: this.now }
    this.inputs.push(given)
    return this.#give(given)
  }

  /** Forgets the known future. */
  branch(): void {
    const known = this.#end.event > this.event
    this.inputs.length = this.#inputIndex
    this.#end = { event: this.event, now: this.now, revision: this.revision }
    if (!known) return
    this.#keyframes = this.#keyframes.filter((keyframe) => keyframe.event <= this.event)
    this.#listener.onBranch(this.event, this.cluster.simulation.recorded)
  }

  /**
   * Goes to just after an event of the known past or future, or on from there. Yields now and then, so that a long replay
   * can be sliced; must be run to its end before anything else is done. `latest`: stops before what happens later than that.
   */
  *seek(event: number, latest = Infinity): Generator<void, void, void> {
    // From before the event, so that what it did is told again.
    this.#restoreNearest((keyframe) => keyframe.event < event || keyframe.event === 0, event - 1)
    yield* this.#replay(() => this.event < event && (this.dueAt ?? 0) <= latest)
  }

  /** Goes to the last moment that is not after `now`, and puts the clock there. */
  *seekTime(now: number): Generator<void, void, void> {
    if (now < this.now || this.dueAt === undefined || this.dueAt <= now) {
      const before = this.event
      this.#restoreNearest((keyframe) => keyframe.now <= now || keyframe.event === 0, now >= this.now ? this.event : -1)
      const from = this.event
      yield* this.#replay(() => {
        const due = this.dueAt
        return due !== undefined && due <= now
      })
      // Landed on a keyframe itself: replay its last event, so that there is something to tell.
      if (this.event === from && from !== before && from > 0) yield* this.seek(from)
    }
    this.setNow(now)
  }

  /** Puts a checkpoint of this very history in force: the newest moment known. For opening a saved session without replaying all of it. `messages`: the last ones before it. */
  adopt(checkpoint: ClusterCheckpoint, messages: readonly Message[]): void {
    this.cluster.restore(checkpoint)
    this.#placed(this.now, messages)
    this.#end = { event: this.event, now: this.now, revision: this.revision }
    this.#keyframe()
    this.#listener.onChanges('all')
  }

  /** The newest keyframe before an event, for saving: from it that event can be replayed. */
  keyframeBefore(event: number): { readonly event: number; readonly messages: readonly Message[]; readonly checkpoint: ClusterCheckpoint } | undefined {
    return this.#keyframes.findLast((keyframe) => keyframe.event < event)
  }

  /** Keeps this moment to come back to, whatever it costs. */
  keep(): void {
    if (this.#keyframes.at(-1)?.event !== this.event) this.#keyframe()
  }

  #give(input: RunInput): InputAnswer {
    this.setNow(input.now)
    const { cluster } = this
    const started = this.#clock()
    this.#inputIndex++
    this.#begin('gateway', 'input', this.now, input)
    const answer = input.request !== undefined ? cluster.request(input.request)
      : input.fault !== undefined ? cluster.fault(input.fault)
      : input.traffic !== undefined ? cluster.send(input.traffic)
      : input.scheduler !== undefined ? configure(cluster, input.scheduler.configuration)
        : cluster.importObjects(input.objects ?? [])
    this.#finish(answer)
    this.#msSinceKeyframe += this.#clock() - started
    this.#maybeKeyframe()
    return answer
  }

  #begin(to: string, type: string, at: number, input: RunInput | undefined): void {
    this.#collecting = { event: this.event + 1, at, to, type, input, answer: undefined, records: [], changes: [] }
  }

  #finish(answer: InputAnswer | undefined): void {
    const happening = this.#collecting
    assert(happening !== undefined && happening.event === this.event, 'an event was delivered behind the back of the run')
    this.#collecting = undefined
    this.#happening = happening
    this.#lastEventAt = this.now
    happening.answer = answer
    const messages = happening.records.filter((record) => record.type === 'request' || record.type === 'watch')
    if (messages.length > 0) this.#messages = [...this.#messages, ...messages].slice(-messagesKept)
    const isNew = happening.event > this.#end.event
    if (isNew) this.#end = { event: this.event, now: this.now, revision: this.revision }
    if (happening.changes.length > 0) this.#listener.onChanges(happening.changes)
    this.#listener.onEvent(happening, isNew)
    this.#eventsSinceKeyframe++
  }

  *#replay(more: () => boolean): Generator<void, void, void> {
    let count = 0
    while (more()) {
      if (!this.advance()) return
      if (++count % 32 === 0) yield
    }
  }

  /** Restores the newest keyframe that `fits`, unless the present fits as well and is nearer. `presentMax`: the present fits up to this event. */
  #restoreNearest(fits: (keyframe: Keyframe) => boolean, presentMax: number): void {
    const keyframe = this.#keyframes.findLast(fits)
    assert(keyframe !== undefined, 'the first keyframe fits everything')
    if (this.event <= presentMax && this.event >= keyframe.event) return
    if (this.event === keyframe.event && this.now === keyframe.now && this.event === 0) return
    const [from, to] = [this.revision, keyframe.revision]
    const { cluster } = this
    // What differs between here and there is what was written in between: read it where the later history is.
    let keys = to < from ? keysWrittenSince(cluster, to) : undefined
    cluster.restore(keyframe.checkpoint)
    keys ??= keysWrittenSince(cluster, from)
    this.#placed(keyframe.lastEventAt, keyframe.messages)
    if (keys === 'all') this.#listener.onChanges('all')
    else if (keys.size > 0) {
      this.#listener.onChanges([...keys].map(([key, before]) => {
        const kv = cluster.etcd.get(key)
        return { key, revision: kv?.modRevision ?? to, before, object: kv?.value }
      }))
    }
  }

  #placed(lastEventAt: number, messages: readonly Message[]): void {
    this.#lastEventAt = lastEventAt
    this.#messages = messages
    this.#happening = undefined
    const index = this.inputs.findIndex((input) => input.at >= this.event)
    this.#inputIndex = index < 0 ? this.inputs.length : index
    this.#eventsSinceKeyframe = 0
    this.#msSinceKeyframe = 0
  }

  #maybeKeyframe(): void {
    if (this.#eventsSinceKeyframe < keyframeEventsMin) return
    if (this.#msSinceKeyframe < Math.max(keyframeMsMin, this.#keyframeMs * keyframeCostShare) && this.#eventsSinceKeyframe < keyframeEventsMax) return
    this.#keyframe()
  }

  #keyframe(): void {
    const { event } = this
    const index = this.#keyframes.findIndex((keyframe) => keyframe.event >= event)
    this.#eventsSinceKeyframe = 0
    this.#msSinceKeyframe = 0
    if (index >= 0 && this.#keyframes[index]?.event === event) return
    const started = this.#clock()
    const keyframe: Keyframe = {
      event, now: this.now, revision: this.revision, lastEventAt: this.#lastEventAt, messages: this.#messages, checkpoint: this.cluster.checkpoint(),
    }
    this.#keyframeMs = this.#clock() - started
    if (index < 0) this.#keyframes.push(keyframe)
    else this.#keyframes.splice(index, 0, keyframe)
    // A keyframe holds a list of references for every component that caches: large clusters keep fewer of them.
    this.#keyframesMax = Math.max(12, Math.min(200, Math.floor(1_000_000 / (1 + this.cluster.etcd.stats.keys))))
    if (this.#keyframes.length > this.#keyframesMax) this.#thin()
  }

  /** Every other keyframe of the older half goes; the first and the newest stay. */
  #thin(): void {
    const half = this.#keyframes.length >> 1
    this.#keyframes = this.#keyframes.filter((_, index) => index >= half || index % 2 === 0)
  }
}

/** The api-server's keys; flannel's stand beside them. */
export function isObjectKey(key: string): boolean {
  return key.startsWith('/registry/')
}

/** The keys written after a revision, each with an object it once held; 'all' when history does not reach that far back. */
function keysWrittenSince(cluster: Cluster, revision: number): ReadonlyMap<string, ApiObject | undefined> | 'all' {
  const keys = new Map<string, ApiObject | undefined>()
  if (revision >= cluster.etcd.revision) return keys
  if (cluster.etcd.compactRevision > revision) return 'all'
  for (const event of cluster.etcd.eventsFrom(revision + 1)) {
    if (!isObjectKey(event.kv.key)) continue
    const object = event.type === 'PUT' ? event.kv.value : event.prevKv?.value
    keys.set(event.kv.key, object ?? keys.get(event.kv.key))
  }
  return keys
}
