import { assert, canonicalJson } from '../base'
import {
  ApiError, canonicalQuantity, failure, parseQuantity, pathOf, resources, virtualMs, virtualOf, type ApiObject, type ApiRequest, type ApiResponse, type Event, type Node, type Status, type WatchEvent,
} from '../api'
import type {
  AppliedObject, BreakpointSpec, Command, CommandName, Commands, EventRow, Frame, FromHost, NowFact, Position, StepUnit,
} from '../protocol'
import { scenarioOf, scenarios } from '../scenarios'
import { applyRequest, objectText, outcomeOf, person, stored } from './apply'
import { becauseOf } from './because'
import { hits } from './breakpoints'
import { etcdAnswer } from './etcd'
import { notableRank } from './facts'
import { faultsView, faultText, faultView, wrongFault } from './faults'
import { importDump, putDump } from './import'
import { journeyOf } from './journey'
import { ownershipOf, workloadList, type OwnershipSource } from './ownership'
import { checkConfiguration, schedulerConfigurationView, wantedConfiguration } from './scheduler-configuration'
import { roomOf } from './room'
import { newestCycles } from './scheduler-view'
import { proxyModeRequest, proxyModes, proxySchedulers, rulesView, serviceList, trafficText, trafficView, wrongClient, wrongTraffic } from './traffic'
import type { Happening, RunInput } from './run'
import { importedScenario, inputsOf, openCluster, readSaved, savedInput, type SavedSession } from './session'
import { writeShared } from './shared-json'
import { World } from './world'

export interface HostOptions {
  /** Sends a message to the UI. The buffers are given away with it. */
  readonly send: (message: FromHost, transfer: ArrayBuffer[]) => void
  /** Real milliseconds, from any beginning. */
  readonly now: () => number
  /** Calls back once: after what else waits (0), or after that many real milliseconds. */
  readonly defer: (run: () => void, delayMs: number) => void
}

type Give<Name extends CommandName> = Commands[Name]['give']

/** What can be refused without being anybody's mistake. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: 'refused' | 'bad-command'
  readonly status: Status | undefined

  constructor(code: 'refused' | 'bad-command', message: string, status?: Status) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** Long work in slices. */
interface Job {
  readonly id: number
  readonly what: 'import' | 'seek' | 'run'
  readonly work: Generator<Step, unknown, void>
  /** A newer command of its kind may take its place. */
  readonly replaceable: boolean
  startedAt: number
  progressAt: number
}

/** How far a job has come, when it can tell. */
type Step = { readonly done: number; readonly of: number } | undefined

/** The longest that commands have to wait for the engine. */
const sliceMs = 8
const frameMs = 16
/** Longer than this, and people are told how far it is. */
const progressAfterMs = 150
const progressEveryMs = 100
const speedMin = 0.1
const speedMax = 64
/** Real time that a beat of a decision is shown at least, at speed 1. */
const beatMs = 420
/** While a large cluster plays, its queues are looked at so often: to show the first fifty of thousands they have to be sorted. */
const controlPlaneEveryMs = 120
const largeCluster = 200
/** A fact worth reading is not pushed away by heartbeats for so long. */
const factHoldMs = 1_500
/** A session whose past cost more than this to run is saved with a checkpoint. */
const replayMsMax = 1_000
const marksSaved = 5_000
/** Further than this nobody means to go. */
const timeAheadMax = 7 * 24 * 3_600_000
const eventsAheadMax = 5_000_000

/**
 * A cluster made livable: takes commands, answers each exactly once, and sends at most a frame every 16 ms with what changed.
 * It has no timers of its own: the clock and the way to be called back are handed in.
 */
export class Host {
  readonly #options: HostOptions
  #world: World | undefined
  #queue: Command[] = []
  #job: Job | undefined
  #broken: string | undefined
  #playing = false
  #speed = 1
  #unit: StepUnit = 'event'
  #breakpoints: readonly BreakpointSpec[] = []
  /** Virtual and real time run together from here. */
  #anchor = { real: 0, virtual: 0 }
  /** Until then the beat on show stays. */
  #holdUntil = 0
  #pumping = false
  #wakeAt = Infinity
  #wakeNumber = 0
  #seq = 0
  #dirty = false
  #lastFrameAt = -Infinity
  #controlPlaneAt = -Infinity
  /** What was told last of the parts of a frame that are told only when they change, as JSON. */
  readonly #told = new Map<keyof Frame, string>()
  #shownFact: { readonly fact: NowFact; readonly rank: number; readonly at: number } | undefined
  /** The best fact since the last frame, while playing. */
  #heardFact: { readonly fact: NowFact; readonly rank: number } | undefined
  #answers: FromHost[] = []
  #subscribed: readonly string[] = []
  /** Watches that somebody outside follows, with the way to stop each. */
  readonly #followed = new Map<number, () => void>()
  #ranMs = 0
  /** Opened so far. */
  #sessions = 0
  readonly #inputTexts = new WeakMap<RunInput, string>()
  #originText: string | undefined
  #lastSave: { readonly key: string; readonly text: string } | undefined
  #checkpointText: { readonly event: number; readonly branches: number; readonly text: string; readonly messages: string; readonly costMs: number; readonly ranMs: number } | undefined

  constructor(options: HostOptions) {
    this.#options = options
  }

  /** Takes a command. Its answer, and any frames, come through `send`. */
  receive(command: Command): void {
    if (this.#job?.replaceable === true && (command.type === 'seek' || command.type === 'pause' || command.type === 'open')) this.#stopJob()
    this.#queue.push(command)
    this.#pump()
  }

  // The loop

  /** Does what can be done now, and arranges to be called again. */
  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    try {
      const deadline = this.#options.now() + sliceMs
      for (;;) {
        if (this.#job !== undefined) {
          if (!this.#workOn(this.#job, deadline)) break
          continue
        }
        const command = this.#queue.shift()
        if (command === undefined) break
        this.#handle(command)
      }
      if (this.#job === undefined && this.#playing) this.#play(deadline)
    } catch (error) {
      this.#break(error)
    } finally {
      this.#pumping = false
    }
    this.#flush()
  }

  /** Works on a job until it is done (true) or the slice is over. */
  #workOn(job: Job, deadline: number): boolean {
    for (;;) {
      let result: IteratorResult<Step, unknown>
      try {
        result = job.work.next()
      } catch (error) {
        if (!(error instanceof Refusal) && !(error instanceof ApiError)) throw error
        this.#job = undefined
        this.#refuse(job.id, error)
        return true
      }
      if (result.done === true) {
        this.#job = undefined
        const now = this.#options.now()
        this.#ranMs += now - job.startedAt
        if (job.progressAt > 0) this.#options.send({ type: 'progress', id: job.id, what: job.what, done: 1, of: 1 }, [])
        this.#answer(job.id, result.value)
        return true
      }
      const now = this.#options.now()
      if (result.value !== undefined && now - job.startedAt > progressAfterMs && now - job.progressAt > progressEveryMs) {
        job.progressAt = now
        this.#options.send({ type: 'progress', id: job.id, what: job.what, ...result.value }, [])
      }
      if (now >= deadline) return false
    }
  }

  #stopJob(): void {
    const job = this.#job
    if (job === undefined) return
    this.#job = undefined
    this.#world?.follow()
    this.#dirty = true
    this.#answers.push({ type: 'answer', id: job.id, ok: true, give: { position: this.#world?.position ?? { event: 0, beat: 0 } } })
  }

  #start(id: number, what: Job['what'], work: Generator<Step, unknown, void>, replaceable = false): void {
    this.#job = { id, what, work, replaceable, startedAt: this.#options.now(), progressAt: 0 }
  }

  /** Lets time pass: as much as the speed says, or as much as fits into the slice. */
  #play(deadline: number): void {
    const world = this.#open()
    const started = this.#options.now()
    const byBeats = this.#unit === 'plugin'
    this.#dirty = true
    const target = this.#speed === Infinity ? Infinity : this.#anchor.virtual + (started - this.#anchor.real) * this.#speed
    for (;;) {
      const now = this.#options.now()
      if (now >= deadline) {
        // Could not keep up: time that was not played is not caught up on.
        this.#anchorHere()
        break
      }
      if (byBeats && now < this.#holdUntil) break
      const due = byBeats ? world.next() : world.run.dueAt === undefined ? undefined : { is: 'event' as const, at: world.run.dueAt }
      if (due === undefined) {
        if (Number.isFinite(target)) world.run.setNow(Math.floor(target))
        else this.#pause()
        break
      }
      if (due.at > target) {
        world.run.setNow(Math.floor(Math.max(target, world.now)))
        break
      }
      if (byBeats) {
        if (world.advance() === 'beat') {
          this.#holdUntil = now + beatMs / Math.min(this.#speed, speedMax)
          this.#anchor = { real: this.#holdUntil, virtual: world.now }
          this.#hear(world)
          break
        }
      } else world.run.advance()
      this.#hear(world)
      if (this.#breakpoints.length > 0 && this.#isHit(world.run.happening)) {
        this.#pause()
        break
      }
    }
    if (!byBeats) world.follow(this.#decisionsByPlugin())
    this.#ranMs += this.#options.now() - started
  }

  #isHit(happening: Happening | undefined): boolean {
    return happening?.records.some((record) => this.#breakpoints.some((breakpoint) => hits(breakpoint, record, happening))) === true
  }

  /** Of what happens between two frames, the most telling is told. */
  #hear(world: World): void {
    const rank = world.factRank()
    if (this.#heardFact !== undefined && rank < this.#heardFact.rank) return
    this.#heardFact = { fact: world.fact(), rank }
  }

  #anchorHere(): void {
    this.#anchor = { real: this.#options.now(), virtual: this.#world?.now ?? 0 }
  }

  #pause(): void {
    this.#playing = false
    this.#dirty = true
  }

  /** Slow enough, or small enough, to show a decision plugin by plugin while playing. */
  #decisionsByPlugin(): boolean {
    return this.#unit === 'plugin' || this.#speed <= 4
  }

  /** Sends what is due, and arranges to be called when the next thing is. */
  #flush(): void {
    const now = this.#options.now()
    if (this.#dirty && this.#world !== undefined && this.#job === undefined && now - this.#lastFrameAt >= frameMs) {
      try {
        this.#sendFrame(this.#world)
      } catch (error) {
        this.#break(error)
      }
    }
    // Whoever gets an answer has had the frame that shows what it says.
    if (!this.#dirty || this.#world === undefined || this.#job !== undefined) {
      for (const answer of this.#answers.splice(0)) this.#options.send(answer, [])
    }
    if (this.#job !== undefined || this.#queue.length > 0) this.#wake(0)
    else if (this.#dirty && this.#world !== undefined && this.#broken === undefined) this.#wake(Math.max(0, frameMs - (now - this.#lastFrameAt)))
    else if (this.#playing) this.#wake(this.#speed === Infinity ? 0 : Math.max(1, frameMs - (now - this.#lastFrameAt)))
  }

  #wake(delayMs: number): void {
    const at = this.#options.now() + delayMs
    if (this.#wakeAt <= at) return
    this.#wakeAt = at
    const number = ++this.#wakeNumber
    this.#options.defer(() => {
      // An earlier call took its place.
      if (number !== this.#wakeNumber) return
      this.#wakeAt = Infinity
      this.#pump()
    }, delayMs)
  }

  #break(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#broken = message
    this.#playing = false
    this.#dirty = false
    const waiting = [...this.#job === undefined ? [] : [this.#job.id], ...this.#queue.map((command) => command.id)]
    this.#job = undefined
    this.#queue = []
    for (const answer of this.#answers.splice(0)) this.#options.send(answer, [])
    for (const id of waiting) this.#options.send({ type: 'answer', id, ok: false, error: { code: 'bug', message } }, [])
    const stack = error instanceof Error ? error.stack : undefined
    this.#options.send({ type: 'broken', message, ...(stack === undefined ? {} : { stack }) }, [])
  }

  // Commands

  #open(): World {
    if (this.#world === undefined) throw new Refusal('bad-command', 'nothing is open')
    return this.#world
  }

  #handle(command: Command): void {
    if (this.#broken !== undefined && command.type !== 'open') {
      this.#answers.push({ type: 'answer', id: command.id, ok: false, error: { code: 'bug', message: this.#broken } })
      return
    }
    try {
      const give = this.#dispatch(command)
      if (give !== later) this.#answer(command.id, give)
    } catch (error) {
      if (error instanceof Refusal || error instanceof ApiError) this.#refuse(command.id, error)
      else {
        this.#answers.push({ type: 'answer', id: command.id, ok: false, error: { code: 'bug', message: error instanceof Error ? error.message : String(error) } })
        throw error
      }
    }
  }

  #answer(id: number, give: unknown): void {
    this.#answers.push({ type: 'answer', id, ok: true, give })
  }

  #refuse(id: number, error: Refusal | ApiError): void {
    const code = error instanceof Refusal ? error.code : 'refused'
    this.#answers.push({ type: 'answer', id, ok: false, error: { code, message: error.message, ...(error.status === undefined ? {} : { status: error.status }) } })
  }

  #dispatch(command: Command): unknown {
    checkCommand(command)
    switch (command.type) {
      case 'open': return this.#openSession(command.id, command.take)
      case 'scenarios': return scenarioList()
      case 'play': return this.#setPlaying(command.take.speed)
      case 'pause':
        this.#pause()
        return null
      case 'speed':
        this.#setSpeed(command.take.speed)
        return null
      case 'unit':
        this.#unit = command.take.unit
        this.#dirty = true
        return null
      case 'step': return this.#step(command.id, command.take.unit, command.take.direction)
      case 'seek': return this.#seek(command.id, command.take)
      case 'runToDecision': return this.#runToDecision(command.id, command.take.pod)
      case 'breakpoints':
        this.#breakpoints = command.take.breakpoints
        return null
      case 'request': return this.#request(command.take.request)
      case 'apply': return this.#apply(command.take)
      case 'read': return this.#open().opening.cluster.read({ method: 'GET', path: command.take.path, ...(command.take.query ? { query: command.take.query } : {}), ...(command.take.headers ? { headers: command.take.headers } : {}), userAgent: person })
      case 'etcd': return etcdAnswer(this.#open().opening.cluster, command.take) satisfies Give<'etcd'>
      case 'follow': return this.#follow(command.take.request, command.take.watch)
      case 'unfollow':
        this.#followed.get(command.take.watch)?.()
        this.#followed.delete(command.take.watch)
        return null
      case 'setCapacity': return this.#setCapacity(command.take)
      case 'configureScheduler': return this.#configureScheduler(command.take)
      case 'schedulerConfiguration': return schedulerConfigurationView(this.#open()) satisfies Give<'schedulerConfiguration'>
      case 'import': return this.#import(command.id, command.take)
      case 'explain': {
        const explanation = this.#open().opening.cluster.explain(command.take.cycle)
        if (explanation === undefined) throw new Refusal('refused', `cycle ${command.take.cycle} cannot be explained: it is not known, or its history was compacted`)
        return explanation satisfies Give<'explain'>
      }
      case 'cycles': return newestCycles(this.#open().opening.cluster, Math.max(0, command.take.limit), command.take.pod) satisfies Give<'cycles'>
      case 'fault': return this.#fault(command.take)
      case 'faults': return faultsView(this.#open().opening.cluster) satisfies Give<'faults'>
      case 'because': return this.#because(command.take)
      case 'events': return this.#events(command.take)
      case 'workloads': return workloadList(this.#ownershipSource()) satisfies Give<'workloads'>
      case 'ownership': return ownershipOf(this.#ownershipSource(), command.take) satisfies Give<'ownership'>
      case 'room': {
        const room = roomOf(this.#open().opening.cluster, command.take.node, command.take.pod)
        if (room === undefined) throw new Refusal('refused', `nodes "${command.take.node}" not found`)
        return room satisfies Give<'room'>
      }
      case 'journey': return (journeyOf(this.#open(), command.take.pod) ?? null) satisfies Give<'journey'>
      case 'services': return serviceList(this.#open().opening.cluster) satisfies Give<'services'>
      case 'traffic': return trafficView(this.#open().opening.cluster, command.take) satisfies Give<'traffic'>
      case 'rules': return rulesView(this.#open().opening.cluster, command.take.node, command.take.mode) satisfies Give<'rules'>
      case 'send': return this.#send(command.take)
      case 'requests': return this.#open().opening.cluster.proxies.records(Math.max(0, command.take.limit), command.take.service) satisfies Give<'requests'>
      case 'walk': return (this.#open().opening.cluster.proxies.walk(command.take.id) ?? null) satisfies Give<'walk'>
      case 'resolve': return this.#open().opening.cluster.proxies.resolve(command.take.name, command.take.from) satisfies Give<'resolve'>
      case 'proxyMode': return this.#proxyMode(command.take)
      case 'series': {
        const world = this.#open()
        return world.chronicle.series(command.take.points, world.run.end.now) satisfies Give<'series'>
      }
      case 'subscribe':
        this.#subscribed = command.take.nodes
        this.#world?.projection.subscribe(command.take.nodes)
        this.#dirty = true
        return null
      case 'hash': {
        const { cluster } = this.#open().opening
        return { history: cluster.simulation.historyHash(), state: cluster.stateHash() } satisfies Give<'hash'>
      }
      case 'save': {
        const { opening, run } = this.#open()
        const { scenario, seed } = opening.origin
        const own = run.inputs.reduce((sum, input) => sum + (input.source === undefined ? 1 : 0), 0)
        return { saved: this.#save(), scenario, seed, own, session: this.#sessions } satisfies Give<'save'>
      }
      default: throw new Refusal('bad-command', `no such command: ${String((command as { readonly type?: unknown }).type)}`)
    }
  }

  #openSession(id: number, take: Commands['open']['take']): typeof later {
    const saved = take.saved === undefined ? undefined : orRefuse(() => readSaved(take.saved as string))
    const opening = saved === undefined
      ? openCluster({ scenario: take.scenario, seed: take.seed, ...(take.objects === undefined ? {} : { objects: take.objects }) })
      : orRefuse(() => openCluster(saved.origin))
    if (opening === undefined) throw new Refusal('refused', `no scenario is called ${JSON.stringify(saved?.origin.scenario ?? take.scenario)}`)
    const inputs = saved === undefined ? [] : orRefuse(() => inputsOf(saved, opening.sources))
    const world = new World(opening, this.#options.now, inputs)
    this.#playing = false
    this.#start(id, 'run', this.#opening(world, saved, take.position))
    return later
  }

  *#opening(world: World, saved: SavedSession | undefined, position: Position | undefined): Generator<Step, Give<'open'>, void> {
    if (saved === undefined) yield* steps(world.begin(), () => undefined)
    else {
      try {
        yield* steps(world.resume(saved), () => ({ done: world.run.event, of: Math.max(1, saved.end.event) }))
      } catch (error) {
        // A text that somebody changed, or that another version wrote, is no failure of what is open.
        throw new Refusal('refused', `the saved session cannot be put back: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    if (position !== undefined) yield* steps(world.seek(position), () => ({ done: world.run.event, of: Math.max(1, position.event) }))
    this.#take(world)
    return { position: world.position }
  }

  /** Another world is on show from now on. */
  #take(world: World): void {
    this.#unfollowAll()
    this.#world = world
    this.#sessions++
    this.#broken = undefined
    this.#playing = false
    this.#dirty = true
    this.#told.clear()
    this.#shownFact = this.#heardFact = undefined
    this.#lastSave = this.#checkpointText = this.#originText = undefined
    this.#ranMs = 0
    world.projection.reset()
    world.projection.subscribe(this.#subscribed)
    world.chronicle.resetMarks()
  }

  #setPlaying(speed: number | undefined): null {
    this.#open()
    if (speed !== undefined) this.#setSpeed(speed)
    this.#playing = true
    this.#holdUntil = 0
    this.#anchorHere()
    this.#dirty = true
    return null
  }

  #setSpeed(speed: number): void {
    if (typeof speed !== 'number' || Number.isNaN(speed) || speed <= 0) throw new Refusal('bad-command', `a speed is a positive number, not ${String(speed)}`)
    this.#speed = speed === Infinity ? speed : Math.min(speedMax, Math.max(speedMin, speed))
    this.#holdUntil = Math.min(this.#holdUntil, this.#options.now() + beatMs / Math.min(this.#speed, speedMax))
    this.#anchorHere()
    this.#dirty = true
  }

  #step(id: number, unit: StepUnit, direction: 1 | -1): typeof later {
    const world = this.#open()
    this.#pause()
    this.#move(id, 'run', direction === 1 ? world.stepForward(unit) : world.stepBack(unit))
    return later
  }

  #seek(id: number, take: Commands['seek']['take']): typeof later {
    const world = this.#open()
    if ('to' in take) this.#move(id, 'seek', take.to === 'start' ? world.seek({ event: 0, beat: 0 }) : world.seekEnd(), take.to === 'start' ? 0 : world.end.event)
    else if ('time' in take) {
      const time = take.time
      if (!Number.isFinite(time)) throw new Refusal('bad-command', 'a time is a number of milliseconds')
      if (time > world.run.end.now + timeAheadMax) throw new Refusal('refused', 'that is more than a week beyond what is known')
      this.#move(id, 'seek', world.seekTime(Math.max(0, Math.floor(time))))
    } else if ('decision' in take) {
      if (!isCount(take.decision) || take.decision > world.run.end.event) throw new Refusal('refused', `no known event ${String(take.decision)} began a cycle`)
      this.#move(id, 'seek', world.seekDecision(take.decision), take.decision)
    } else {
      const { event, beat } = take.position
      if (!isCount(event) || !isCount(beat)) throw new Refusal('bad-command', 'a position is an event and a beat, whole numbers from 0')
      if (event > world.run.end.event + eventsAheadMax) throw new Refusal('refused', `event ${event} is far beyond what is known`)
      this.#move(id, 'seek', world.seek(take.position), event)
    }
    return later
  }

  /** Moves to another moment; the answer is where it came to stand. */
  #move(id: number, what: 'seek' | 'run', moving: Generator<void, unknown, void>, to?: number): void {
    this.#start(id, what, this.#moving(this.#open(), moving, to), what === 'seek')
  }

  *#moving(world: World, moving: Generator<void, unknown, void>, to: number | undefined): Generator<Step, { readonly position: Position }, void> {
    yield* steps(moving, () => (to === undefined || to === 0 ? undefined : { done: Math.min(to, world.run.event), of: to }))
    this.#moved()
    return { position: world.position }
  }

  #moved(): void {
    this.#dirty = true
    this.#shownFact = this.#heardFact = undefined
    this.#holdUntil = 0
    this.#anchorHere()
  }

  #runToDecision(id: number, pod: string | undefined): typeof later {
    const world = this.#open()
    this.#pause()
    this.#start(id, 'run', this.#runningToDecision(world, pod), true)
    return later
  }

  *#runningToDecision(world: World, pod: string | undefined): Generator<Step, { readonly position: Position }, void> {
    const found = yield* steps(world.runToDecision(pod), () => undefined)
    this.#moved()
    if (!found) throw new Refusal('refused', pod === undefined ? 'no Pod is decided on soon' : `no decision on ${pod} comes soon`)
    return { position: world.position }
  }

  /** What happens in the cluster is told at once; whoever asked over HTTP waits for it. */
  #follow(request: ApiRequest, watch: number): null {
    if (this.#followed.has(watch)) throw new Refusal('bad-command', `watch ${watch} is followed already`)
    const { cluster } = this.#open().opening
    const tell = (events: readonly WatchEvent[], closed: boolean): void => { this.#options.send({ type: 'followed', watch, events, closed }, []) }
    let ended = false
    const stop = cluster.follow(request, {
      events: (events) => { tell(events, false) },
      close: () => {
        ended = true
        this.#followed.delete(watch)
        tell([], true)
      },
    })
    if (!ended) this.#followed.set(watch, stop)
    return null
  }

  /** Another cluster: who followed the old one is told that it ended. */
  #unfollowAll(): void {
    for (const [watch, stop] of this.#followed) {
      stop()
      this.#options.send({ type: 'followed', watch, events: [], closed: true }, [])
    }
    this.#followed.clear()
  }

  #request(request: ApiRequest): ApiResponse {
    const answer = this.#open().give({ request, command: requestText(request) })
    this.#moved()
    return answer as ApiResponse
  }

  #apply(take: Commands['apply']['take']): readonly AppliedObject[] {
    const world = this.#open()
    const { cluster } = world.opening
    const applied: AppliedObject[] = []
    for (const [index, object] of take.objects.entries()) {
      const what = objectText(object)
      try {
        const request = applyRequest(cluster, object, { dryRun: take.dryRun, namespace: take.namespace, force: take.force !== false })
        const before = request.method === 'POST' ? undefined : stored(cluster, request.path)
        // A dry run is a question: it must not even count as an event, or typing in the editor would begin branches.
        const response = take.dryRun
          ? cluster.simulation.aside(() => cluster.apiserver.request(request))
          : world.give({ request, ...(index === 0 ? { command: `apply -f ${take.objects.length === 1 ? `${object.metadata.name ?? 'object'}.yaml` : '-'}` } : {}) }) as ApiResponse
        const outcome = outcomeOf(response, before)
        applied.push(outcome === 'refused' ? { what, outcome, status: response.body as Status } : { what, outcome, object: response.body as ApiObject })
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        applied.push({ what, outcome: 'refused', status: error.status })
      }
    }
    if (!take.dryRun) this.#moved()
    return applied
  }

  #setCapacity({ node, resource, value }: Commands['setCapacity']['take']): Give<'setCapacity'> {
    const world = this.#open()
    const ref = pathOf(resources.nodes, undefined, node)
    const found = world.opening.cluster.read({ method: 'GET', path: ref, userAgent: person })
    if (found.status >= 400) return { status: found.body as Status }
    const stored = (found.body as Node).status
    const wanted = parseQuantity(value)
    if (wanted === undefined || wanted.nanos < 0n) {
      return { status: failure(422, 'Invalid', `Node "${node}" is invalid: status.allocatable[${resource}]: Invalid value: ${JSON.stringify(value)}: must be a quantity from 0`, { kind: 'Node', name: node }) }
    }
    // What is kept for the system stays kept: the handle stands at what Pods may have.
    const [capacity, allocatable] = [parseQuantity(stored?.capacity?.[resource] ?? '0'), parseQuantity(stored?.allocatable?.[resource] ?? '0')]
    const kept = (capacity?.nanos ?? 0n) - (allocatable?.nanos ?? 0n)
    const whole = canonicalQuantity({ nanos: wanted.nanos + (kept > 0n ? kept : 0n), format: wanted.format })
    const request: ApiRequest = {
      method: 'PATCH', path: `${ref}/status`, headers: { 'content-type': 'application/merge-patch+json' }, query: { fieldManager: person },
      body: { status: { capacity: { [resource]: whole }, allocatable: { [resource]: canonicalQuantity(wanted) } } }, userAgent: person,
    }
    const answer = world.give({ request, command: `patch node ${node} --subresource=status -p ${canonicalJson(request.body)}` }) as ApiResponse
    this.#moved()
    return answer.status >= 400 ? { status: answer.body as Status } : {}
  }

  #send(take: Commands['send']['take']): Give<'send'> {
    const answer = this.#open().give({ traffic: take, command: trafficText(take) }) as Give<'send'>
    this.#moved()
    if (answer.refusal !== undefined) throw new Refusal('refused', answer.refusal)
    return answer
  }

  #proxyMode(take: Commands['proxyMode']['take']): Give<'proxyMode'> {
    const world = this.#open()
    const answer = world.give({ request: proxyModeRequest(world.opening.cluster, take), command: `${take.node === undefined ? 'edit -n kube-system configmap kube-proxy' : `annotate node ${take.node} berth.dev/proxy-mode`} # mode: ${take.mode ?? 'the default'}` }) as ApiResponse
    this.#moved()
    return answer.status >= 400 ? { status: answer.body as Status } : {}
  }

  #fault(take: Commands['fault']['take']): Give<'fault'> {
    const world = this.#open()
    const { cluster } = world.opening
    const fault = { on: true, ...take }
    // What is refused is told, and no part of the history.
    const refusal = cluster.faults.check(fault)
    if (refusal !== undefined) throw new Refusal('refused', refusal)
    world.give({ fault, command: faultText(fault) })
    this.#moved()
    return { active: cluster.faults.active.map(faultView) }
  }

  #configureScheduler(take: Commands['configureScheduler']['take']): Give<'configureScheduler'> {
    const world = this.#open()
    const wanted = wantedConfiguration(world, take)
    const { accepted, answer } = checkConfiguration(world.opening.cluster, wanted)
    // What is refused is told, and no part of the history.
    if (take.dryRun === true || !accepted) return answer
    world.give({ scheduler: { configuration: accepted.configuration ?? null, ...(accepted.text === undefined ? {} : { text: accepted.text }) } })
    this.#moved()
    return { accepted: true, configuration: schedulerConfigurationView(world) }
  }

  #import(id: number, { files, into }: Commands['import']['take']): typeof later {
    const current = into === 'current' ? this.#open() : undefined
    this.#pause()
    this.#start(id, 'import', this.#importing(id, files, current))
    return later
  }

  *#importing(id: number, files: Commands['import']['take']['files'], current: World | undefined): Generator<Step, Give<'import'>, void> {
    const total = Math.max(1, files.reduce((sum, file) => sum + file.text.length, 0))
    // Reading is one piece: its progress is told from within.
    let toldAt = this.#options.now()
    const dump = importDump(files, {
      onProgress: (done) => {
        const now = this.#options.now()
        if (now - toldAt < progressEveryMs) return
        toldAt = now
        this.#options.send({ type: 'progress', id, what: 'import', done: Math.floor(done / 2), of: total }, [])
      },
    })
    yield { done: total >> 1, of: total }
    let world = current
    if (world === undefined) {
      const opening = openCluster({ scenario: importedScenario, settings: settingsFor(dump.objects) })
      assert(opening !== undefined, 'the imported scenario is always there')
      world = new World(opening, this.#options.now)
    }
    const putting = putDump(world, dump, files.length === 1 ? files[0]?.name ?? 'file' : `${files.length} files`)
    for (;;) {
      const result = putting.next()
      if (result.done === true) {
        world.run.keep()
        if (current === undefined && result.value.stored > 0) this.#take(world)
        this.#moved()
        return result.value
      }
      yield { done: (total >> 1) + Math.floor((total / 2) * (result.value / Math.max(1, dump.objects.length))), of: total }
    }
  }

  #because({ resource, namespace, name }: Commands['because']['take']): Give<'because'> {
    const world = this.#open()
    const { cluster } = world.opening
    const look = (of: string, key: string): ApiObject | undefined => {
      if (of === 'pods') return world.projection.pod(key) as ApiObject | undefined
      const found = Object.values(resources).find((each) => each.plural === of)
      if (found === undefined) return undefined
      const slash = key.indexOf('/')
      return stored(cluster, found.namespaced && slash >= 0 ? pathOf(found, key.slice(0, slash), key.slice(slash + 1)) : pathOf(found, undefined, key))
    }
    return becauseOf(cluster, world.known, world.run.event, look, resource, namespace ? `${namespace}/${name}` : name)
  }

  #events({ about, limit }: Commands['events']['take']): Give<'events'> {
    const rows: (EventRow & { readonly order: number })[] = []
    for (const object of this.#open().opening.cluster.listAt(resources.events)) {
      const event = object as unknown as Event
      const { namespace, name = '', kind } = event.involvedObject
      const subject = namespace && kind !== 'Node' ? `${namespace}/${name}` : name
      if (about !== undefined && about !== subject && about !== name) continue
      const at = virtualOf(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)
      rows.push({
        at: virtualMs(Number.isNaN(at) ? 0 : at), type: event.type ?? '', reason: event.reason ?? '', about: subject, message: event.message ?? '',
        count: event.series?.count ?? event.count ?? 1, from: event.reportingComponent || event.source?.component || '', order: Number(object.metadata.resourceVersion ?? 0),
      })
    }
    rows.sort((a, b) => b.at - a.at || b.order - a.order)
    return rows.slice(0, Math.max(0, limit)).map(({ order: _order, ...row }) => row)
  }

  #ownershipSource(): OwnershipSource {
    const world = this.#open()
    const { run, known, projection, sizes } = world
    return {
      cluster: world.opening.cluster, now: run.now, event: run.event, revision: run.revision, happening: run.happening, workloads: projection.workloads.views(), sizes,
      born: (resource, key) => {
        const [first] = known.writes(resource, key)
        return first?.verb === 'create' ? first.seq : 0
      },
    }
  }

  /** The session as text. Cheap while nothing changed; long sessions carry the nearest checkpoint, so that opening is quick. */
  #save(): string {
    const world = this.#open()
    const { run } = world
    const key = `${world.branches} ${run.event} ${world.position.beat} ${run.now} ${run.end.event} ${run.end.now} ${run.inputs.length}`
    if (this.#lastSave?.key === key) return this.#lastSave.text
    // Inputs never change, and there may be thousands: each is written once.
    const inputs = run.inputs.map((input) => {
      let written = this.#inputTexts.get(input)
      if (written === undefined) this.#inputTexts.set(input, written = JSON.stringify(savedInput(input)))
      return written
    })
    const head: Pick<SavedSession, 'berth' | 'format' | 'position' | 'end'> = { berth: 'session', format: 1, position: { ...world.position, now: run.now }, end: run.end }
    this.#originText ??= JSON.stringify(world.opening.origin)
    let text = `${JSON.stringify(head).slice(0, -1)},"origin":${this.#originText},"inputs":[${inputs.join(',')}]}`
    const checkpoint = this.#savedCheckpoint(world)
    if (checkpoint !== undefined) {
      const known = JSON.stringify(world.chronicle.marksAt(checkpoint.event, marksSaved))
      const workloads = JSON.stringify(world.projection.workloads.names())
      text = `${text.slice(0, -1)},"checkpoint":${checkpoint.text},"messages":${checkpoint.messages},"known":${known},"workloads":${workloads}}`
    }
    this.#lastSave = { key, text }
    return text
  }

  /** A checkpoint from which the rest is replayed quickly; made anew only when it has become old for what it costs to make. */
  #savedCheckpoint(world: World): { readonly event: number; readonly text: string; readonly messages: string } | undefined {
    const known = this.#checkpointText
    const fits = known !== undefined && known.branches === world.branches && known.event < world.run.event
    const since = this.#ranMs - (fits ? known.ranMs : 0)
    if (since < Math.max(replayMsMax, 10 * (known?.costMs ?? 0))) return fits ? known : undefined
    const keyframe = world.run.keyframeBefore(world.run.event)
    if (keyframe === undefined || keyframe.event === 0 || keyframe.event === known?.event) return fits ? known : undefined
    const started = this.#options.now()
    const text = writeShared(keyframe.checkpoint)
    const costMs = this.#options.now() - started
    this.#checkpointText = { event: keyframe.event, branches: world.branches, text, messages: JSON.stringify(keyframe.messages), costMs, ranMs: this.#ranMs }
    return this.#checkpointText
  }

  // Frames

  #sendFrame(world: World): void {
    const now = this.#options.now()
    const buffers: ArrayBuffer[] = []
    const { run, projection, chronicle } = world
    const decision = world.view(!this.#playing || this.#decisionsByPlugin())
    projection.assume(decision === null ? undefined : world.assumption())
    const tables = projection.take(buffers)
    const workloads = projection.workloads.take()
    const looks = !this.#playing || projection.nodeCount <= largeCluster || now - this.#controlPlaneAt >= controlPlaneEveryMs
    if (looks) this.#controlPlaneAt = now
    const controlPlane = looks ? world.controlPlane.view(world.opening.cluster, run.messages, world.known.commands, run.event, (key) => projection.workloadOf(key)) : undefined
    const fact = this.#fact(world, now)
    const next = this.#playing ? undefined : world.nextFact(this.#unit)
    const frame: Frame = {
      type: 'frame', seq: ++this.#seq, scenario: world.opening.origin.scenario, seed: world.opening.origin.seed,
      position: world.position, end: world.end, now: virtualMs(run.now), revision: run.revision, lastRevision: Math.max(run.revision, run.end.revision),
      running: this.#playing, speed: this.#speed, unit: this.#unit,
      ...tables, ...chronicle.takeMarks(),
      ...(workloads === undefined ? {} : { workloads }),
      ...(controlPlane === undefined ? {} : this.#ifChanged({ controlPlane })),
      ...this.#ifChanged({ decision }, decision === null ? null : { beat: decision.beat, cycle: decision.cycle, beats: decision.beats }),
      ...this.#ifChanged({ fact }), ...this.#ifChanged({ faults: world.opening.cluster.faults.active.map(faultView) }),
      ...(next === undefined ? {} : this.#ifChanged({ next })),
    }
    this.#lastFrameAt = now
    this.#dirty = this.#playing
    this.#heardFact = undefined
    this.#options.send(frame, buffers)
    if (this.#playing) this.#dirty = false
  }

  /** One part of a frame, unless it was told already. `essence`: what of it has to differ to be told again. */
  #ifChanged<T extends Partial<Frame>>(part: T, essence: unknown = Object.values(part)[0]): T | Record<string, never> {
    const [name] = Object.keys(part) as [keyof Frame]
    const text = JSON.stringify(essence)
    if (text === this.#told.get(name)) return {}
    this.#told.set(name, text)
    return part
  }

  /** Standing still: what just happened. Playing: the most telling of late, so that heartbeats do not hide it. */
  #fact(world: World, now: number): NowFact {
    if (!this.#playing && this.#shownFact === undefined) return world.fact()
    const heard = this.#heardFact
    const shown = this.#shownFact
    if (heard !== undefined && (shown === undefined || heard.rank >= notableRank || shown.rank < notableRank || now - shown.at > factHoldMs)) {
      this.#shownFact = { ...heard, at: now }
    }
    return this.#shownFact?.fact ?? world.fact()
  }
}

/** The answer comes from a job. */
const later: unique symbol = Symbol('later')

/** A generator's steps, each with how far it has come. */
function *steps<R>(work: Generator<void, R, void>, progress: () => Step): Generator<Step, R, void> {
  for (;;) {
    const result = work.next()
    if (result.done === true) return result.value
    yield progress()
  }
}

const methods: ReadonlySet<unknown> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** A command that is none must not reach the engine: it would be taken for a bug of the engine's. */
function checkCommand(command: Command): void {
  const bad = (message: string): never => { throw new Refusal('bad-command', message) }
  const take: unknown = command.take
  if (typeof take !== 'object' || take === null) return bad(`${command.type} takes an object`)
  const isText = (value: unknown): boolean => typeof value === 'string'
  const isTexts = (value: unknown): boolean => value === undefined || (typeof value === 'object' && value !== null && Object.values(value).every(isText))
  switch (command.type) {
    case 'open': if (!isText(command.take.scenario)) return bad('a scenario is named by its id'); break
    case 'request': {
      const { request } = command.take
      if (typeof request !== 'object' || request === null || !methods.has(request.method) || !isText(request.path) || !request.path.startsWith('/') || !isText(request.userAgent) ||
        !isTexts(request.query) || !isTexts(request.headers)) return bad('a request has a method, a path and a userAgent, and texts for query and headers')
      break
    }
    case 'follow': {
      const { request, watch } = command.take
      if (!Number.isSafeInteger(watch) || typeof request !== 'object' || request === null || request.method !== 'GET' || !isText(request.path) || !isText(request.userAgent) ||
        !isTexts(request.query) || !isTexts(request.headers)) return bad('a watch has a number and a GET request')
      break
    }
    case 'unfollow': if (!Number.isSafeInteger(command.take.watch)) return bad('a watch has a number'); break
    case 'read': if (!isText(command.take.path) || !isTexts(command.take.query) || !isTexts(command.take.headers)) return bad('a path is a text'); break
    case 'etcd': {
      const { key, rangeEnd, prefix, keysOnly, countOnly, ...counts } = command.take
      if (!isText(key) || key === '' || (rangeEnd !== undefined && !isText(rangeEnd))) return bad('a key is a text, and not empty')
      if ([prefix, keysOnly, countOnly].some((flag) => flag !== undefined && typeof flag !== 'boolean')) return bad('prefix, keysOnly and countOnly are true or false')
      if ([counts.limit, counts.revision, counts.since].some((count) => count !== undefined && !isCount(count))) return bad('limit, revision and since are whole numbers from 0')
      break
    }
    case 'apply': if (!Array.isArray(command.take.objects)) return bad('objects are a list'); break
    case 'import': if (!Array.isArray(command.take.files) || !command.take.files.every((file) => isText(file?.name) && isText(file?.text))) return bad('files have a name and a text'); break
    case 'setCapacity': if (command.take.resource !== 'cpu' && command.take.resource !== 'memory') return bad('a handle changes cpu or memory'); if (!isText(command.take.node) || !isText(command.take.value)) return bad('a node and a value are texts'); break
    case 'configureScheduler': {
      const { text, object, mode, dryRun } = command.take as { readonly text?: unknown; readonly object?: unknown; readonly mode?: unknown; readonly dryRun?: unknown }
      if (dryRun !== undefined && typeof dryRun !== 'boolean') return bad('dryRun is true or false')
      if (text === undefined && object === undefined && mode !== 'modern' && mode !== 'classic') return bad('a configuration is a text, an object (null: the defaults), or a mode: modern or classic')
      if (text !== undefined && !isText(text)) return bad('the text of a configuration is a text')
      break
    }
    case 'ownership': if (!isText(command.take.kind) || !isText(command.take.namespace) || !isText(command.take.name)) return bad('a workload has a kind, a namespace and a name'); break
    case 'fault': {
      const wrong = wrongFault(command.take)
      if (wrong !== undefined) return bad(wrong)
      break
    }
    case 'because': if (!isText(command.take.resource) || !isText(command.take.name)) return bad('an object has a resource and a name'); break
    case 'room': if (!isText(command.take.node) || (command.take.pod !== undefined && !isText(command.take.pod))) return bad('a room is of a node, and of a Pod namespace/name'); break
    case 'journey': if (!isText(command.take.pod)) return bad('a Pod is named namespace/name'); break
    case 'traffic': if (!isText(command.take.service)) return bad('a Service is named namespace/name'); break
    case 'rules': if (!isText(command.take.node) || (command.take.mode !== undefined && !proxyModes.has(command.take.mode))) return bad('rules are of a node, in mode userspace, iptables or ipvs'); break
    case 'send': {
      const wrong = wrongTraffic(command.take)
      if (wrong !== undefined) return bad(wrong)
      break
    }
    case 'walk': if (!isCount(command.take.id)) return bad('a request has a number'); break
    case 'resolve': {
      const wrong = isText(command.take.name) ? wrongClient(command.take.from) : 'a name is a text'
      if (wrong !== undefined) return bad(wrong)
      break
    }
    case 'proxyMode': {
      const { mode, node, scheduler } = command.take
      if ((mode !== null || node === undefined) && !proxyModes.has(mode)) return bad('a mode is userspace, iptables or ipvs')
      if (scheduler !== undefined && !proxySchedulers.has(scheduler)) return bad('a scheduler is rr, wrr, lc, wlc or sh')
      break
    }
    case 'subscribe': if (!Array.isArray(command.take.nodes) || !command.take.nodes.every(isText)) return bad('nodes are a list of names'); break
    case 'breakpoints': if (!Array.isArray(command.take.breakpoints)) return bad('breakpoints are a list'); break
    case 'step': if (!units.has(command.take.unit) || (command.take.direction !== 1 && command.take.direction !== -1)) return bad('a step has a unit and a direction'); break
    case 'unit': if (!units.has(command.take.unit)) return bad('a unit is event, message, plugin or cycle'); break
    case 'seek': {
      if ('position' in command.take && (typeof command.take.position !== 'object' || command.take.position === null)) return bad('a position is an event and a beat')
      if (!('position' in command.take) && !('time' in command.take) && !('decision' in command.take) && command.take.to !== 'start' && command.take.to !== 'end') return bad('a seek goes to a position, a time, the start or the end')
      break
    }
  }
}

const units: ReadonlySet<unknown> = new Set(['event', 'message', 'plugin', 'cycle'])

function scenarioList(): Give<'scenarios'> {
  return scenarios.map((id) => {
    const objects = scenarioOf(id)?.objects ?? []
    const count = (kind: string): number => objects.filter((object) => object.kind === kind).length
    return { id, nodes: count('Node'), pods: count('Pod') }
  })
}

/** A text that somebody changed, or that another version wrote, is no failure of ours. */
function orRefuse<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Refusal('refused', error instanceof Error ? error.message : String(error))
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** What the kubectl pane shows of a request that came as such. */
function requestText({ method, path, headers }: ApiRequest): string {
  if (method === 'GET') return `get --raw ${path}`
  const verb = method === 'POST' ? 'create' : method === 'PUT' ? 'replace' : method === 'DELETE' ? 'delete' : headers?.['content-type']?.includes('apply') === true ? 'apply' : 'patch'
  return `${verb} ${path.split('/').slice(-2).join(' ')}`
}

/** A large cluster decides faster: nobody watches eight thousand decisions a tenth of a second each. */
function settingsFor(objects: readonly ApiObject[]): { readonly cycleMs?: number } {
  return objects.filter((object) => object.kind === 'Node').length > 200 ? { cycleMs: 5 } : {}
}
