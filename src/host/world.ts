import { assert } from '../base'
import { resources, type Explanation } from '../api'
import type { Beat, DecisionView, NowFact, Position, StepUnit } from '../protocol'
import { beatsOf, beatsUntil } from './beats'
import { Chronicle, eventFlags } from './chronicle'
import { ControlPlaneProjection } from './control-plane'
import { beatFact, controllerOf, factOf, notableRank, replicasChanged, withWake, type RankedFact } from './facts'
import { nextFact } from './next-fact'
import { bareName, nowhere, scheduler } from './names'
import { Projection } from './projection'
import { Run, type Change, type Happening, type NewInput, type RunInput } from './run'
import { runningCycle, type RunningCycle } from './scheduler-view'
import type { ClusterCheckpoint } from '../engine'
import { answerLine, isMoment, type Opening, type SavedSession } from './session'
import { readShared } from './shared-json'
import { SizeLedger } from './size-ledger'

/** Above this many nodes a decision is shown by its phases: a beat a plugin would cost an explanation each time. */
const nodesWithPlugins = 200
/** A step by plugin or cycle that finds nothing to stop at gives up after so much virtual time, or so many events. */
const patienceMs = 30_000
const patienceEvents = 20_000
/** A saved session may want so many events to be gone through again: half a minute. Longer ones hold a checkpoint near their end. */
const replayEventsMax = 5_000_000

/** The cycle that runs now, and its beats. */
interface Decision {
  readonly cycle: RunningCycle
  readonly beats: readonly Beat[]
  readonly explanation: Explanation | undefined
  readonly byPlugin: boolean
}

/**
 * A session with a place in it: a run, what is known of its history, the projection of its present, and the beat of the running cycle
 * at which one stands. Positions are (events delivered, beats shown); of a beat and an event due at one instant the beat comes first.
 */
export class World {
  readonly opening: Opening
  readonly run: Run
  readonly chronicle = new Chronicle()
  readonly projection = new Projection((node) => this.opening.cluster.proxies.modeOf(node))
  readonly controlPlane = new ControlPlaneProjection()
  readonly sizes = new SizeLedger()
  /** A session opened at a checkpoint: its past before that, as far as it was replayed since. */
  #earlier: { readonly chronicle: Chronicle; readonly until: number; learned: number } | undefined
  /** Counts branches, so that what was worked out for another history is not taken for this one. */
  branches = 0
  #beat = 0
  #endBeat = 0
  #decision: { readonly key: string; readonly decision: Decision | undefined } | undefined
  #moment = false
  /** The fact of an event is asked for several times. */
  #told: { readonly happening: Happening; readonly fact: RankedFact } | undefined

  constructor(opening: Opening, clock: () => number, inputs: readonly RunInput[] = []) {
    this.opening = opening
    this.run = new Run(opening.cluster, clock, {
      onEvent: (happening, isNew) => { this.#onEvent(happening, isNew) },
      onChanges: (changes) => { this.#onChanges(changes) },
      onBranch: (event, recorded) => { this.#onBranch(event, recorded) },
    }, inputs)
    this.projection.resync(opening.cluster)
  }

  /** What is known of the history around this moment. */
  get known(): Chronicle {
    return this.#earlier !== undefined && this.run.event <= this.#earlier.until ? this.#earlier.chronicle : this.chronicle
  }

  get position(): Position {
    return { event: this.run.event, beat: this.#beat }
  }

  get end(): Position {
    return { event: this.run.end.event, beat: Math.max(this.#endBeat, this.run.event === this.run.end.event ? this.#beat : 0) }
  }

  get now(): number {
    return this.run.now
  }

  /** Brings a fresh cluster to its scenario's first view, and runs on ahead so that the timeline knows what comes. */
  *begin(): Generator<void, void, void> {
    const { scenario, sources } = this.opening
    const steps = [...sources]
    const initial = steps[0]?.objects === undefined ? undefined : steps.shift()
    if (initial !== undefined) this.give(initial)
    yield
    for (const step of scenario.steps) {
      yield* this.#runTo(step.at)
      for (const _ of step.apply) this.give(steps.shift() as NewInput)
    }
    this.#moment = scenario.start === undefined
    if (scenario.steps.length === 0) yield* this.#runTo(scenario.restMs)
    while (!this.#moment && this.run.now < (scenario.steps.at(-1)?.at ?? 0) + patienceMs) {
      if (!this.run.advance()) break
      yield
    }
    this.run.keep()
    const { event, now } = this.run
    yield* this.#runTo(now + scenario.aheadMs)
    yield* this.seek({ event, beat: 0 })
  }

  /** Puts a saved session back: by its checkpoint, or by going through all of it; then to where it was left. */
  *resume(saved: SavedSession): Generator<void, void, void> {
    if (saved.checkpoint !== undefined) this.#adopt(saved)
    // Whoever changed the text must not keep its reader waiting for ever.
    if (saved.end.event - this.run.event > replayEventsMax) throw new Error(`its end is ${saved.end.event - this.run.event} events away; at most ${replayEventsMax} are gone through again`)
    yield* this.run.seek(saved.end.event, saved.end.now)
    if (this.run.event !== saved.end.event) throw new Error(`its history ends at event ${this.run.event}, not at ${saved.end.event}`)
    this.run.setNow(saved.end.now)
    yield* this.seek(saved.position)
    this.run.setNow(saved.position.now)
    this.#noteEnd()
  }

  /** Gives something from outside, now. */
  give(input: NewInput): ReturnType<Run['give']> {
    const answer = this.run.give(input)
    this.follow()
    return answer
  }

  /** Goes exactly there. */
  *seek(position: Position): Generator<void, void, void> {
    if (position.event !== this.run.event || this.run.now !== this.run.lastEventAt || position.event === 0) yield* this.run.seek(position.event)
    this.#beat = 0
    const beats = this.decision(true)?.beats ?? []
    this.#beat = Math.min(position.beat, beats.length)
    if (this.#beat > 0) this.run.setNow((beats[this.#beat - 1] as Beat).at)
    this.#noteEnd()
  }

  /** To where the cycle that an event began has come to its choice, or to none. Beats of a cycle that is still to come are known only there. */
  *seekDecision(event: number): Generator<void, void, void> {
    yield* this.#seekBeat(event, 0)
    const choice = this.choiceBeat()
    if (choice !== undefined) yield* this.#seekBeat(event, choice + 1)
  }

  /** Index of the beat at which the running cycle chooses, or finds no node; undefined while none runs. */
  choiceBeat(): number | undefined {
    const beats = this.decision(true)?.beats
    const index = beats?.findIndex((beat) => beat.phase === 'select' || beat.phase === 'fail') ?? -1
    return index < 0 ? undefined : index
  }

  *seekTime(now: number): Generator<void, void, void> {
    yield* this.run.seekTime(now)
    this.follow()
  }

  *seekEnd(): Generator<void, void, void> {
    const { event, now } = this.run.end
    const beat = this.#endBeat
    yield* this.seek({ event, beat })
    this.run.setNow(now)
  }

  /** The running cycle, if one is. `byPlugin`: wanted with a beat a plugin, if the cluster is small enough for that. */
  decision(byPlugin: boolean): Decision | undefined {
    const cycle = runningCycle(this.opening.cluster)
    if (cycle === undefined) return undefined
    const wanted = byPlugin && this.projection.nodeCount <= nodesWithPlugins
    const key = `${this.branches} ${cycle.summary.id} ${cycle.summary.startedAt} ${String(wanted)}`
    if (this.#decision?.key === key) return this.#decision.decision
    const explanation = wanted ? this.opening.cluster.explain(cycle.summary.id) : undefined
    const decision: Decision = { cycle, explanation, byPlugin: explanation !== undefined, beats: beatsOf(cycle.summary, explanation) }
    this.#decision = { key, decision }
    return decision
  }

  view(byPlugin: boolean): DecisionView | null {
    const decision = this.decision(byPlugin)
    return decision === undefined ? null : { cycle: decision.cycle.summary, beats: decision.beats, beat: this.#beat - 1 }
  }

  /** Lets the beats follow the clock. */
  follow(byPlugin = this.projection.nodeCount <= nodesWithPlugins): void {
    const decision = this.decision(byPlugin)
    this.#beat = decision === undefined ? 0 : beatsUntil(decision.beats, this.run.now)
    this.#noteEnd()
  }

  /** What comes next, a beat or an event, and when; undefined when nothing is left to happen. */
  next(): { readonly is: 'beat' | 'event'; readonly at: number } | undefined {
    const beat = this.decision(true)?.beats[this.#beat]
    const due = this.run.dueAt
    if (beat !== undefined && (due === undefined || beat.at <= due)) return { is: 'beat', at: beat.at }
    return due === undefined ? undefined : { is: 'event', at: due }
  }

  /** Takes the next beat or event. Gives what it was. */
  advance(): 'beat' | 'event' | undefined {
    const next = this.next()
    if (next === undefined) return undefined
    if (next.is === 'beat') {
      this.run.setNow(next.at)
      this.#beat++
    } else {
      const before = this.decision(true)?.cycle.summary.id
      this.run.advance()
      if (this.decision(true)?.cycle.summary.id !== before) this.#beat = 0
    }
    this.#noteEnd()
    return next.is
  }

  /** One step forward by a unit. */
  *stepForward(unit: StepUnit): Generator<void, void, void> {
    const [fromEvent, fromNow] = [this.run.event, this.run.now]
    const impatient = (): boolean => this.run.event - fromEvent > patienceEvents || this.run.now - fromNow > patienceMs
    switch (unit) {
      case 'event':
        this.run.advance()
        this.follow()
        return
      case 'message':
        while (this.run.advance()) {
          if ((this.known.flags.get(this.run.event) & eventFlags.message) !== 0 || impatient()) break
          yield
        }
        this.follow()
        return
      case 'plugin':
        for (;;) {
          const within = this.decision(true) !== undefined
          const did = this.advance()
          if (did === undefined || did === 'beat') return
          const flags = this.known.flags.get(this.run.event)
          // What other components do meanwhile does not part two beats.
          const still = within && this.decision(true) !== undefined && (flags & eventFlags.cycleEnded) === 0
          if (!still && (flags & (eventFlags.notable | eventFlags.cycleBegan | eventFlags.rest)) !== 0) return
          if (!still && impatient()) {
            this.known.flags.set(this.run.event, flags | eventFlags.rest)
            return
          }
          yield
        }
      case 'cycle': {
        // To the last beat of the cycle that runs, or of the next one.
        const atLast = (): boolean => {
          const decision = this.decision(true)
          return decision !== undefined && this.#beat >= decision.beats.length
        }
        if (atLast()) this.run.advance()
        this.follow()
        while (!atLast()) {
          if (this.advance() === undefined || impatient()) return
          yield
        }
        return
      }
    }
  }

  /** One step back by a unit: to where the same step forward would have begun. */
  *stepBack(unit: StepUnit): Generator<void, void, void> {
    const { event } = this.run
    const past = this.run.now > this.run.lastEventAt
    switch (unit) {
      case 'event':
        yield* this.#seekEvent(past ? event : event - 1)
        return
      case 'message':
        yield* this.#seekEvent(Math.max(0, this.known.lastWith(eventFlags.message, past ? event : event - 1)))
        return
      case 'cycle': {
        const running = this.known.cycleAt(event)
        const cycle = this.known.cycles.findLast((each) => each !== running && each.endedEvent !== undefined && each.endedEvent <= event)
        if (cycle !== undefined) yield* this.#seekBeat(cycle.beganEvent, Infinity)
        else yield* this.#seekEvent(0)
        return
      }
      case 'plugin': {
        const running = this.decision(true) === undefined ? undefined : this.known.cycleAt(event)
        if (running !== undefined && event === running.beganEvent && this.#beat === 0 && !past) break
        if (running !== undefined) {
          yield* this.#seekBeat(running.beganEvent, Math.max(0, this.#beat - 1))
          return
        }
        break
      }
    }
    // By plugin, outside a cycle: the event before that is worth standing at; the one that ended a cycle leads back into it.
    const here = this.known.flags.get(event)
    if (!past && (here & eventFlags.cycleEnded) !== 0) {
      const cycle = this.known.cycles.findLast((each) => each.endedEvent === event)
      if (cycle !== undefined) {
        yield* this.#seekBeat(cycle.beganEvent, Infinity)
        return
      }
    }
    const stop = this.known.lastWith(eventFlags.notable | eventFlags.cycleBegan | eventFlags.cycleEnded | eventFlags.rest, past ? event : event - 1)
    const inside = stop < 0 ? undefined : this.known.cycleAt(stop)
    // Notable things that happen to others during a cycle are no stops: its last beat is.
    if (inside !== undefined && inside.beganEvent !== stop) yield* this.#seekBeat(inside.beganEvent, Infinity)
    else yield* this.#seekEvent(Math.max(0, stop), true)
  }

  /** Runs until a Pod's next decision stands at its first beat. False when none came. */
  *runToDecision(pod: string | undefined): Generator<void, boolean, void> {
    const origin = this.position
    const from = this.run.now
    for (;;) {
      const decision = this.decision(true)
      if (decision !== undefined && (pod === undefined || keyOfPod(decision) === pod) && this.#beat === 0) {
        yield* this.#seekBeat(this.run.event, 1)
        return true
      }
      const running = decision?.cycle.summary.id
      if (!this.run.advance() || this.run.now - from > 20 * patienceMs) break
      if (this.decision(true)?.cycle.summary.id !== running) this.#beat = 0
      else if (running !== undefined) this.#beat = Math.max(1, this.#beat)
      yield
    }
    yield* this.seek(origin)
    return false
  }

  /** What just happened, for people. */
  fact(): NowFact {
    const decision = this.decision(true)
    const beat = decision?.beats[this.#beat - 1]
    const { happening } = this.run
    const { cluster } = this.opening
    const isLast = beat !== undefined && (beat.at > this.run.lastEventAt || happening?.records.some((record) => record.type === 'begin' && record.from === scheduler && record.what === 'cycle') === true)
    if (decision !== undefined && beat !== undefined && isLast) {
      const { summary } = decision.cycle
      return withWake(beatFact(beat, { ...summary, pod: keyOfPod(decision) }, decision.explanation), this.run.event + 1, this.run.messages.filter((message) => message.from !== scheduler).slice(-2))
    }
    if (happening === undefined) {
      return { id: 'caption.opened', args: { scenario: this.opening.scenario.id, nodes: cluster.listAt(resources.nodes).length, pods: cluster.listAt(resources.pods).length }, target: nowhere, wake: [] }
    }
    return withWake(this.#factOf(happening), happening.event, this.run.messages)
  }

  /** How much what just happened matters: a beat above all, then by the event. */
  factRank(): number {
    const { happening } = this.run
    return happening === undefined ? 0 : this.#factOf(happening).rank
  }

  #factOf(happening: Happening): RankedFact {
    if (this.#told?.happening !== happening) this.#told = { happening, fact: factOf(happening, (key) => this.projection.pod(key)) }
    return this.#told.fact
  }

  nextFact(unit: StepUnit): NowFact | null {
    const next = this.next()
    if (next === undefined) return null
    const decision = this.decision(true)
    if (decision !== undefined && (next.is === 'beat' || unit === 'plugin') && unit !== 'event' && unit !== 'message') {
      const beat = decision.beats[this.#beat]
      const target = { kind: 'pod' as const, name: keyOfPod(decision) }
      if (beat !== undefined) return { id: 'next.beat', args: { phase: beat.phase, ...(beat.plugin === undefined ? {} : { plugin: beat.plugin }) }, target, wake: [] }
      return { id: 'next.cycleEnds', args: { cycle: decision.cycle.summary.id, podName: bareName(keyOfPod(decision)) }, target, wake: [] }
    }
    return nextFact(this.opening.cluster, this.run, this.known)
  }

  /** The Pod that the running cycle has decided on, once the beat says so. */
  assumption(): { readonly key: string; readonly node: string } | undefined {
    const decision = this.decision(true)
    const node = decision?.cycle.summary.node
    if (decision === undefined || node === undefined) return undefined
    const reserve = decision.beats.findIndex((beat) => beat.phase === 'reserve')
    return reserve >= 0 && this.#beat > reserve ? { key: keyOfPod(decision), node } : undefined
  }

  *#runTo(now: number): Generator<void, void, void> {
    let count = 0
    for (;;) {
      const due = this.run.dueAt
      if (due === undefined || due > now) break
      this.run.advance()
      if (++count % 32 === 0) yield
    }
    this.run.setNow(now)
    this.follow()
  }

  *#seekEvent(event: number, exact = false): Generator<void, void, void> {
    if (event >= 0) yield* this.run.seek(event)
    if (exact) this.#beat = 0
    else this.follow()
  }

  /** To a beat of the cycle that an event began; `Infinity`: its last. */
  *#seekBeat(beganEvent: number, beat: number): Generator<void, void, void> {
    yield* this.run.seek(beganEvent)
    this.#beat = 0
    const id = this.decision(true)?.cycle.summary.id
    while (this.#beat < beat) {
      const next = this.next()
      const decision = this.decision(true)
      if (next === undefined || decision === undefined || decision.cycle.summary.id !== id) break
      if (next.is === 'event' && this.#beat >= decision.beats.length) break
      this.advance()
      yield
    }
  }

  #noteEnd(): void {
    if (this.run.event === this.run.end.event && this.#beat > this.#endBeat) this.#endBeat = this.#beat
  }

  #onEvent(happening: Happening, isNew: boolean): void {
    this.sizes.add(happening)
    const earlier = this.#earlier
    if (isNew) {
      this.#endBeat = 0
      this.#learn(this.chronicle, happening)
    } else if (earlier !== undefined && happening.event === earlier.learned + 1) {
      earlier.learned++
      this.#learn(earlier.chronicle, happening)
      if (earlier.learned === earlier.until) {
        this.chronicle.prepend(earlier.chronicle, earlier.until)
        this.#earlier = undefined
      }
    }
  }

  #learn(chronicle: Chronicle, happening: Happening): void {
    chronicle.add(happening, this.#factOf(happening).rank >= notableRank, (record) => controllerOf(record, happening), replicasChanged)
    chronicle.sample(happening.at, this.projection.totals)
    const start = this.opening.scenario.start
    if (!this.#moment && start !== undefined && happening.input === undefined && happening.records.some((record) => isMoment(start, record))) this.#moment = true
    if (happening.input !== undefined) this.#commandLines(chronicle, happening)
  }

  #commandLines(chronicle: Chronicle, happening: Happening): void {
    const { input } = happening
    assert(input !== undefined, 'lines are of an input')
    if (input.command !== undefined) chronicle.command({ event: happening.event, text: input.command, ok: true })
    if (input.request === undefined || input.quiet === true) return
    const line = answerLine(input, happening)
    if (line !== undefined) chronicle.command({ event: happening.event, ...line })
  }

  #onChanges(changes: readonly Change[] | 'all'): void {
    if (changes === 'all') {
      this.projection.resync(this.opening.cluster)
      this.controlPlane.forget()
    } else this.projection.apply(changes)
  }

  /** Puts a saved checkpoint in force, with the marks that were saved beside it. */
  #adopt(saved: SavedSession): void {
    if (saved.checkpoint === undefined) return
    this.projection.workloads.adopt(saved.workloads ?? [])
    this.run.adopt(readShared(saved.checkpoint) as ClusterCheckpoint, saved.messages ?? [])
    if (this.run.event > 0) this.#earlier = { chronicle: new Chronicle(), until: this.run.event, learned: 0 }
    if (saved.known !== undefined) this.chronicle.adoptMarks(saved.known)
  }

  #onBranch(event: number, recorded: number): void {
    this.branches++
    this.sizes.cut(event)
    this.#endBeat = 0
    if (this.#earlier !== undefined && event < this.#earlier.until) {
      // What came after is gone; what came before is all there is.
      this.chronicle.cut(0, 0)
      this.chronicle.prepend(this.#earlier.chronicle, this.#earlier.learned)
      this.#earlier = undefined
    }
    this.chronicle.cut(event, recorded)
    this.chronicle.cutSeries(this.run.now)
  }
}

function keyOfPod(decision: { readonly cycle: RunningCycle }): string {
  const { namespace, name } = decision.cycle.summary.pod
  return `${namespace}/${name}`
}
