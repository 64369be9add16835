import { assert } from '../../base'
import { ApiError, resources, virtualMs, type ApiObject, type CycleSummary, type Explanation, type Node, type Pod, type PodName, type Resource, type VirtualMs } from '../../api'
import { Client, EventRecorder, Informers, type Informer, type Transport } from '../client'
import type { Actor, ActorContext, EventBody } from '../kernel'
import { SchedulerCache, type CacheState } from './cache'
import type { ConfigurationIssue } from './config'
import type { SchedulerConfiguration } from './config/types'
import { issuesOf, readConfiguration, type ReadConfiguration } from './configuration'
import { addEventHandlers, isAssigned } from './event-handlers'
import { CycleLog, type AssumedPod, type CycleEnd } from './explain/cycle-log'
import { explainCycle } from './explain/explain'
import { MapCycleState } from './framework/cycle-state'
import { assignedPodDelete, clusterEvent } from './framework/events'
import { isEnabled, type FeatureGates } from './framework/feature-gates'
import { PodInfos } from './framework/pod-info'
import { ExtenderAnswers, type ExtenderRoad } from './framework/extender-road'
import { preemptionKey } from './framework/preemption'
import { isRejected, type Framework } from './framework/runtime'
import { action, type Listers, type PluginRegistry, type PodInfo, type Status } from './framework/types'
import { inTreePlugins } from './plugins/registry'
import { makeProfiles, type World } from './profiles'
import type { Nominating } from './queue/nominator'
import { SchedulingQueue, type QueuedPodInfo, type QueueOptions, type QueueState } from './queue/scheduling-queue'
import { Reporter } from './reporter'
import { decide, type Decision } from './schedule-one'
import { Assumed, informerListers, listedKinds, listedResources } from './world-listers'

export interface SchedulerOptions {
  readonly context: ActorContext
  readonly transport: Transport
  /** Virtual time from taking a Pod to asking for its binding; 0 is allowed. */
  readonly cycleMs: number
  /** A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) or a Policy, as an object; absent: the defaults. */
  readonly configuration?: unknown
  readonly featureGates?: FeatureGates
  /** The way to extenders that have a URL; absent: none can be reached. */
  readonly extenderRoad?: ExtenderRoad
  /** Plugins by name; absent: those of v1.37. */
  readonly registry?: PluginRegistry
}

export interface QueuedPodView {
  readonly key: string
  readonly uid: string
  readonly attempts: number
  readonly until?: VirtualMs
  readonly plugins?: readonly string[]
  /** What its last cycle said. */
  readonly message?: string
}

export interface QueueView {
  /** Name of the first profile. */
  readonly profile: string
  /** Cycles begun so far. */
  readonly cycles: number
  readonly active: readonly QueuedPodView[]
  readonly backoff: readonly QueuedPodView[]
  readonly unschedulable: readonly QueuedPodView[]
  readonly gated: readonly QueuedPodView[]
  /** True lengths; the lists may be cut. */
  readonly lengths: { readonly active: number; readonly backoff: number; readonly unschedulable: number; readonly gated: number }
}

export type ConfigureResult = { readonly ok: true } | { readonly ok: false; readonly issues: readonly ConfigurationIssue[] }
/** A configuration that could be put in force: as it would be, and what it should not do. Or why it could not. */
export type CheckedConfiguration =
  | { readonly ok: true; readonly configuration: SchedulerConfiguration; readonly notes: ReadConfiguration['notes'] }
  | { readonly ok: false; readonly issues: readonly ConfigurationIssue[] }

/** A Pod that was taken, until its binding is asked for or it goes back to the queue. */
interface Running {
  readonly cycle: number
  readonly entry: QueuedPodInfo
  readonly profile: string
  readonly state: MapCycleState
  readonly decision: Decision
  /** The Pod as assumed on its node. */
  readonly assumed: PodInfo | undefined
  /** Set when Reserve or Permit took the decision back. */
  readonly refused: Status | undefined
  /** Plugins that keep it waiting after Permit, with the instants at which they give up. */
  readonly waits: { readonly [plugin: string]: number }
  /** Where its binding stands: before PreBind, or asking PreBind again. */
  stage: 'cycle' | 'permit' | 'prebind'
}

/** What became of a decision before its cycle ends. */
type Assumption = Pick<Running, 'assumed' | 'refused' | 'waits'>
const nothingAssumed: Assumption = { assumed: undefined, refused: undefined, waits: {} }

interface SavedRunning extends Omit<Running, 'entry' | 'state' | 'assumed' | 'refused'> {
  readonly entry: unknown
  readonly state: Record<string, unknown>
  readonly assumed: Pod | null
  readonly refused: Status | null
}

interface SchedulerState {
  readonly informers: unknown
  readonly recorder: unknown
  readonly queue: QueueState
  readonly cache: CacheState
  readonly assumed: unknown
  readonly log: unknown
  readonly running: SavedRunning | null
  readonly waiting: readonly SavedRunning[]
  readonly nextStartIndex: number
  readonly kicked: boolean
  readonly flushAt: number | null
  readonly leftoversAt: number | null
  readonly configuration: unknown
  readonly extenderAnswers?: unknown
  readonly life?: number
  readonly stopped?: true
}

const ownTimers: ReadonlySet<string> = new Set(['cycle', 'cycle-end', 'flush', 'flush-leftovers', 'permit-timeout'])
const flushMs = 1_000
const leftoversMs = 30_000
const defaultName = 'default-scheduler'

/**
 * kube-scheduler: one worker that takes Pods from the queue one after the other. A cycle decides at the instant it begins, on
 * what the watches have told by then, and takes `cycleMs` until the binding is asked for; events in between are remembered.
 * Upstream: pkg/scheduler.
 */
export class Scheduler implements Actor {
  readonly name = 'kube-scheduler'
  readonly #context: ActorContext
  readonly #cycleMs: number
  readonly #gates: FeatureGates
  readonly #extenderAnswers = new ExtenderAnswers()
  readonly #extenderRoad: ExtenderRoad | undefined
  readonly #registry: PluginRegistry
  readonly #client: Client
  readonly #recorder: EventRecorder
  readonly #informers: Informers
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  /** All that is watched. */
  readonly #watched: readonly { readonly resourceVersion: string }[]
  readonly #listers: Listers
  readonly #assumed = new Assumed()
  readonly #infos: PodInfos
  readonly #log: CycleLog
  #cache: SchedulerCache
  readonly #queue: SchedulingQueue
  readonly #reporter: Reporter
  #source: unknown
  #read: ReadConfiguration
  #profiles: ReadonlyMap<string, Framework>
  #running: Running | undefined
  #waiting: Running[] = []
  #nextStartIndex = 0
  #kicked = false
  #configured: ConfigureResult | undefined
  #flushAt: number | null = null
  #leftoversAt: number | null = null
  /** Which process this is: timers of an earlier one carry another number. */
  #life = 0
  #stopped = true

  /** Throws `ConfigurationError` when the configuration is none. */
  constructor(options: SchedulerOptions) {
    this.#context = options.context
    this.#cycleMs = options.cycleMs
    this.#gates = options.featureGates ?? {}
    this.#registry = options.registry ?? inTreePlugins
    this.#client = new Client(options.transport, this.name)
    this.#recorder = new EventRecorder(this.#client, this.#context, { component: 'default-scheduler', style: 'events' })
    this.#reporter = new Reporter(this.#client, this.#context, this.#recorder)
    this.#informers = new Informers(this.#client, this.#context)
    this.#infos = new PodInfos(this.#gates)
    this.#cache = new SchedulerCache(this.#infos)
    this.#log = new CycleLog()
    this.#nodes = this.#informers.for<Node>(resources.nodes)
    // Pods that have ended take nothing and wait for nothing.
    this.#pods = this.#informers.for<Pod>(resources.pods, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' })
    this.#listers = informerListers(this.#informers, this.#assumed)
    this.#watched = [this.#pods, this.#nodes, ...listedKinds.map((kind) => this.#informers.for<ApiObject>(listedResources[kind]))]
    this.#extenderRoad = options.extenderRoad
    this.#source = options.configuration
    this.#read = readConfiguration(options.configuration, this.#registry, this.#gates)
    this.#profiles = this.#makeProfiles(this.#read)
    this.#log.useConfiguration(options.configuration)
    this.#queue = new SchedulingQueue(this.#queueOptions())
    addEventHandlers(this.#informers, this.#nodes, this.#pods, {
      cache: () => this.#cache, queue: this.#queue, infos: this.#infos, assumed: this.#assumed, gates: this.#gates,
      isOurs: (pod) => this.#profiles.has(pod.spec?.schedulerName ?? defaultName), assumedDeleted: (uid) => { this.#assumedDeleted(uid) },
    })
  }

  /** `life`: another number for each process of this cluster's scheduler. */
  start(life = 0): void {
    this.#life = life
    this.#stopped = false
    this.#informers.start()
    this.#afterEvent()
  }

  /**
   * The process ends, and with it all it had under way: cycles, assumed Pods, Pods that Permit keeps waiting. What is kept of past
   * cycles for people to look at is no memory of the process; it is given to the next one by `remember`.
   */
  stop(): unknown {
    for (const { cycle } of [...this.#running === undefined ? [] : [this.#running], ...this.#waiting]) {
      this.#ended(cycle, { outcome: 'error', message: 'kube-scheduler was stopped before it had asked for the binding' })
    }
    this.#running = undefined
    this.#waiting = []
    this.#stopped = true
    return { log: this.#log.save(), extenderAnswers: this.#extenderAnswers.save() }
  }

  /** What an earlier process had decided, for people to look at. To be given before `start`. */
  remember(past: unknown): void {
    const { log, extenderAnswers } = past as { readonly log: unknown; readonly extenderAnswers: unknown }
    this.#log.load(log)
    this.#log.useConfiguration(this.#source)
    this.#extenderAnswers.load(extenderAnswers)
  }

  // Reading

  /** The KubeSchedulerConfiguration or Policy in force, as it was given; undefined: the defaults. */
  get configuration(): unknown {
    return this.#source
  }

  /** The same, parsed and with all defaults. */
  get effectiveConfiguration(): SchedulerConfiguration {
    return this.#read.configuration
  }

  /** What the configuration in force allows but should not be done: ids of sentences. */
  get configurationNotes(): ReadConfiguration['notes'] {
    return this.#read.notes
  }

  /** Cycles, the newest first. */
  cycles(limit: number, podKey?: string): readonly CycleSummary[] {
    return this.#log.list(limit, podKey)
  }

  cycle(id: number): CycleSummary | undefined {
    return this.#log.get(id)?.summary
  }

  queueView(limit = 50): QueueView {
    const view = (entry: QueuedPodInfo): QueuedPodView => {
      const message = this.#log.lastMessage(entry.key)
      return { key: entry.key, uid: entry.info.uid, attempts: entry.attempts, ...(message === undefined ? {} : { message }) }
    }
    return {
      profile: this.#read.configuration.profiles[0]?.schedulerName ?? '',
      cycles: this.#log.count,
      active: this.#queue.active(limit).map(view),
      backoff: this.#queue.backoff(limit).map(({ pod, until }) => ({ ...view(pod), until })),
      unschedulable: this.#queue.unschedulable().slice(0, limit).map((entry) => ({ ...view(entry), plugins: [...entry.unschedulablePlugins, ...entry.pendingPlugins].sort() })),
      gated: this.#queue.gated().slice(0, limit).map((entry) => ({ ...view(entry), plugins: [entry.gatingPlugin] })),
      lengths: this.#queue.lengths(),
    }
  }

  /** The queue itself, for tests and recordings: read only. */
  get queue(): SchedulingQueue {
    return this.#queue
  }

  /** True while the worker has taken a Pod and not finished with it. */
  get busy(): boolean {
    return this.#running !== undefined
  }

  /** Pods that Permit or PreBind keeps waiting. */
  waitingPods(): readonly PodName[] {
    return this.#waiting.map(({ entry }) => podName(entry.info))
  }

  /**
   * The full record of a cycle, made by running the same plugins over the cluster as it then was. `undefined`: unknown cycle,
   * or its history is gone. `listAt` gives all objects of a kind at a revision and may throw `ApiError` when it cannot.
   */
  explain(cycle: number, listAt: (resource: Resource, revision: number) => readonly ApiObject[]): Explanation | undefined {
    const record = this.#log.get(cycle)
    if (record === undefined) return undefined
    return explainCycle(record, this.#log, this.#registry, this.#gates, listAt, this.#infos, this.#extenderAnswers)
  }

  // Changing

  /** What `configure` would say. Changes nothing. */
  check(source: unknown): CheckedConfiguration {
    try {
      const read = readConfiguration(source, this.#registry, this.#gates)
      this.#makeProfiles(read)
      return { ok: true, configuration: read.configuration, notes: read.notes }
    } catch (error) {
      const issues = issuesOf(error)
      if (issues === undefined) throw error
      return { ok: false, issues }
    }
  }

  /** Puts another configuration in force, or refuses it and leaves the old one. Pods that wait go on waiting. */
  configure(source: unknown): ConfigureResult {
    try {
      const read = readConfiguration(source, this.#registry, this.#gates)
      // Made before anything is changed: what cannot be made is refused.
      const profiles = this.#makeProfiles(read)
      this.#source = source
      this.#read = read
      this.#profiles = profiles
    } catch (error) {
      const issues = issuesOf(error)
      if (issues === undefined) throw error
      return { ok: false, issues }
    }
    this.#queue.configure(this.#queueOptions())
    this.#log.useConfiguration(source)
    // A Pod that another configuration refused may fit now.
    this.#queue.moveAll(clusterEvent('*', action.All, 'ConfigurationChange'), undefined, undefined)
    this.#afterEvent()
    return { ok: true }
  }

  /** What the last event "configure" was answered. Not part of the state. */
  get configured(): ConfigureResult | undefined {
    return this.#configured
  }

  /** Lets a Pod that Permit keeps waiting go on, for one plugin's part. Upstream: WaitingPod.Allow. */
  allowWaitingPod(uid: string, plugin: string): boolean {
    const running = this.#waiting.find(({ entry, stage }) => stage === 'permit' && entry.info.uid === uid)
    if (running === undefined || running.waits[plugin] === undefined) return false
    const { [plugin]: _, ...waits } = running.waits
    this.#replaceWaiting(running, { ...running, waits })
    return true
  }

  handle(body: EventBody): void {
    // A configuration can be written while nobody runs; the next process reads it.
    if (this.#stopped && body.type !== 'configure') return
    if (ownTimers.has(body.type) && (body['life'] ?? 0) !== this.#life) return
    switch (body.type) {
      case 'cycle':
        this.#kicked = false
        if (this.#running === undefined) this.#begin()
        break
      case 'cycle-end': this.#end(); break
      case 'flush':
        this.#flushAt = null
        this.#queue.flushBackoff()
        break
      case 'flush-leftovers':
        this.#leftoversAt = null
        this.#queue.flushUnschedulable()
        break
      case 'permit-timeout': break
      // From outside (`simulation.input`), so that it is part of the history; what came of it is `configured`.
      case 'configure':
        this.#configured = this.configure(body['configuration'] ?? undefined)
        break
      default: this.#informers.handle(body)
    }
    this.#afterEvent()
  }

  save(): SchedulerState {
    return {
      informers: this.#informers.save(), recorder: this.#recorder.save(), queue: this.#queue.save(), cache: this.#cache.save(),
      assumed: this.#assumed.save(), log: this.#log.save(), running: this.#running === undefined ? null : this.#saveRunning(this.#running),
      waiting: this.#waiting.map((running) => this.#saveRunning(running)), nextStartIndex: this.#nextStartIndex, kicked: this.#kicked,
      flushAt: this.#flushAt, leftoversAt: this.#leftoversAt, configuration: this.#source ?? null, extenderAnswers: this.#extenderAnswers.save(),
      life: this.#life, ...(this.#stopped ? { stopped: true as const } : {}),
    }
  }

  load(state: unknown): void {
    const saved = state as SchedulerState
    this.#informers.load(saved.informers)
    this.#recorder.load(saved.recorder)
    this.#assumed.load(saved.assumed)
    this.#log.load(saved.log)
    this.#cache = new SchedulerCache(this.#infos)
    for (const node of this.#nodes.list()) this.#cache.setNode(node)
    for (const pod of this.#pods.list()) if (isAssigned(pod)) this.#cache.setPod(pod)
    this.#cache.load(saved.cache)
    this.#source = saved.configuration ?? undefined
    this.#read = readConfiguration(this.#source, this.#registry, this.#gates)
    this.#profiles = this.#makeProfiles(this.#read)
    this.#queue.configure(this.#queueOptions())
    this.#queue.load(saved.queue, (key) => this.#podByKey(key))
    this.#running = saved.running === null ? undefined : this.#loadRunning(saved.running)
    this.#waiting = saved.waiting.map((running) => this.#loadRunning(running))
    this.#nextStartIndex = saved.nextStartIndex
    this.#kicked = saved.kicked
    this.#flushAt = saved.flushAt
    this.#leftoversAt = saved.leftoversAt
    this.#extenderAnswers.load(saved.extenderAnswers)
    this.#life = saved.life ?? 0
    this.#stopped = saved.stopped ?? false
    this.#log.seenOrder(this.#cache.table)
  }

  // The cycle

  #begin(): void {
    const entry = this.#queue.pop()
    if (entry === undefined) return
    const pod = entry.info
    const framework = this.#frameworkOf(pod)
    if (framework === undefined || this.#skips(pod)) {
      this.#queue.done(pod.uid)
      return
    }
    const startedAt = this.#now()
    const state = framework.newState()
    const { table } = this.#cache
    table.refresh()
    const cycle = this.#log.begin({
      pod: podName(pod), key: pod.key, profile: framework.profileName, attempt: entry.attempts, startedAt, endedAt: virtualMs(startedAt + this.#cycleMs),
      revision: this.#revision(), podsRevision: Number(this.#pods.resourceVersion), nodesRevision: Number(this.#nodes.resourceVersion),
      startIndex: this.#nextStartIndex, random: this.#context.random.state(), table,
      assumed: this.#assumedPods(), nominations: this.#queue.nominator.save(), assumedObjects: this.#assumed.save(),
    })
    this.#context.trace({
      type: 'begin', from: this.name, what: 'cycle', span: `cycle/${cycle}`, subject: pod.key, facts: { cycle, attempt: entry.attempts, nodes: table.count },
    })
    const decision = decide(framework, state, pod, {
      startIndex: this.#nextStartIndex, percentageOfNodesToScore: this.#read.configuration.percentageOfNodesToScore, random: this.#context.random,
    })
    this.#nextStartIndex = decision.nextStartIndex
    const { assumed, refused, waits } = decision.outcome === 'scheduled' ? this.#assume(pod, framework, state, decision.node) : nothingAssumed
    this.#running = { cycle, entry, profile: framework.profileName, state, decision, assumed, refused, waits, stage: 'cycle' }
    this.#log.decided(cycle, decision, refused)
    this.#context.schedule(this.#cycleMs, { type: 'cycle-end', cycle, life: this.#life })
  }

  /** For the log of cycles. */
  #assumedPods(): AssumedPod[] {
    const pods: AssumedPod[] = []
    for (const { uid, key, spec } of this.#cache.assumed()) pods.push({ uid, key, node: spec.nodeName ?? '' })
    return pods
  }

  /** Counts the Pod on its node and asks Reserve and Permit. Upstream: prepareForBindingCycle. */
  #assume(pod: PodInfo, framework: Framework, state: MapCycleState, node: string): Assumption {
    const assumed = this.#cache.assume(pod, node)
    this.#queue.nominator.delete(assumed.uid)
    let refused: Status | undefined = framework.runReserve(state, assumed, node)
    if (refused.code === 'Success') {
      const { status: answer, waits } = framework.runPermit(state, assumed, node)
      if (answer.code === 'Success' || answer.code === 'Wait') {
        const until: Record<string, number> = {}
        for (const [plugin, ms] of waits) until[plugin] = this.#now() + this.#cycleMs + ms
        return { assumed, refused: undefined, waits: until }
      }
      refused = answer
    }
    framework.runUnreserve(state, assumed, node)
    this.#cache.forget(assumed.uid)
    return { assumed: undefined, refused, waits: {} }
  }

  #end(): void {
    const running = this.#running
    assert(running !== undefined, 'a cycle that ends has begun')
    this.#running = undefined
    const { decision, refused, entry, cycle } = running
    const framework = this.#profiles.get(running.profile) ?? this.#frameworkOf(entry.info)
    if (framework === undefined) {
      this.#queue.done(entry.info.uid)
      return
    }
    if (decision.outcome !== 'scheduled') {
      // Preemption belongs to the cycle's end: for a Pod that is gone by then nobody has to make room.
      const isGone = this.#pods.get(entry.key) === undefined
      const preempts = decision.outcome === 'unschedulable' && framework.postFilter.some(({ name }) => name === 'DefaultPreemption')
      const failed: Failure = {
        rejected: decision.outcome === 'unschedulable',
        message: isGone && preempts ? `${decision.filterMessage} preemption: pod "${entry.info.name}" not found` : decision.message,
        plugins: decision.plugins, pendingPlugins: decision.pendingPlugins, nominating: decision.nominating,
      }
      this.#fail(running, failed)
      const preemption = running.state.read(preemptionKey)
      if (preemption !== undefined && !isGone) this.#preempt(entry.info, framework, preemption.node, preemption.victims, cycle)
      return
    }
    if (refused !== undefined) {
      this.#fail(running, this.#refusalAfter(refused))
      return
    }
    running.stage = 'permit'
    this.#bindingCycle(running, framework)
  }

  /** What a refusal by Reserve, Permit or PreBind reads like: the one node did not take the Pod. */
  #refusalAfter(refused: Status): Failure {
    if (!isRejected(refused)) return { rejected: false, message: refused.reasons.join(', '), plugins: [], pendingPlugins: [], nominating: '' }
    const reasons = [...new Set(refused.reasons)].sort().map((reason) => `1 ${reason}`)
    const message = `0/1 nodes are available:${reasons.length > 0 ? ` ${reasons.join(', ')}.` : ''}`
    const plugin = refused.plugin === undefined ? [] : [refused.plugin]
    return { rejected: true, message, plugins: refused.code === 'Pending' ? [] : plugin, pendingPlugins: refused.code === 'Pending' ? plugin : [], nominating: '' }
  }

  /** From Permit to PostBind; stops where it must wait and is gone on with after later events. Upstream: bindingCycle. */
  #bindingCycle(start: Running, framework: Framework): void {
    let running = start
    const { decision, assumed, state, cycle } = running
    assert(decision.outcome === 'scheduled' && assumed !== undefined, 'a Pod that is bound was assumed')
    const { node } = decision
    if (running.stage === 'permit') {
      if (Object.keys(running.waits).length > 0) {
        this.#wait(running)
        return
      }
      const preFlight = framework.runPreBindPreFlight(state, assumed, node)
      if (preFlight.code === 'Error') {
        this.#bindingFailed(running, framework, preFlight)
        return
      }
      if (preFlight.code === 'Success' && isEnabled(this.#gates, 'NominatedNodeNameForExpectation')) this.#reporter.status(assumed, undefined, node)
      this.#queue.done(assumed.uid)
      running.stage = 'prebind'
    }
    const preBound = framework.runPreBind(state, assumed, node)
    if (preBound.code === 'Wait') {
      const { timeoutMs } = preBound
      const known = running.waits[preBound.plugin ?? '']
      if (known === undefined && timeoutMs !== undefined) running = { ...running, waits: { [preBound.plugin ?? '']: this.#now() + timeoutMs } }
      const until = running.waits[preBound.plugin ?? '']
      if (until === undefined || until > this.#now()) {
        this.#wait(running)
        return
      }
      this.#bindingFailed(running, framework, { code: 'Error', reasons: [`running PreBind plugin "${preBound.plugin ?? ''}": ${preBound.reasons.join(', ')}`] })
      return
    }
    if (preBound.code !== 'Success') {
      this.#bindingFailed(running, framework, preBound)
      return
    }
    const bound = framework.runBind(state, assumed, node)
    if (bound.code !== 'Success') {
      this.#bindingFailed(running, framework, bound)
      return
    }
    this.#reporter.scheduled(assumed, node)
    framework.runPostBind(state, assumed, node)
    this.#ended(cycle, { outcome: 'scheduled', node })
  }

  /** Upstream: handleBindingCycleError. */
  #bindingFailed(running: Running, framework: Framework, failed: Status): void {
    const { assumed, decision, state } = running
    assert(decision.outcome === 'scheduled' && assumed !== undefined, 'a Pod that is bound was assumed')
    framework.runUnreserve(state, assumed, decision.node)
    this.#cache.forget(assumed.uid)
    const rejected = isRejected(failed)
    const freed = assumed.pod as unknown as ApiObject
    if (!rejected) this.#queue.moveAll(assignedPodDelete, freed, undefined)
    this.#fail(running, this.#refusalAfter(failed))
    if (rejected) this.#queue.moveAll(assignedPodDelete, freed, undefined, ({ uid }) => uid !== assumed.uid)
  }

  /** The Pod goes back to the queue, its status and an Event say why. Upstream: handleSchedulingFailure. */
  #fail({ entry, cycle }: Running, failed: Failure): void {
    const before = entry.info
    entry.unschedulablePlugins = new Set(failed.plugins)
    entry.pendingPlugins = new Set(failed.pendingPlugins)
    const known = this.#pods.get(entry.key)
    const outcome = failed.rejected ? 'unschedulable' as const : 'error' as const
    let info = before
    let gone = true
    if (known === undefined || isAssigned(known)) this.#queue.done(before.uid)
    else if (known.metadata.uid !== undefined && known.metadata.uid !== before.uid) {
      // Made anew under the same name: this one is over, and the new one is in the queue by itself.
      this.#queue.done(before.uid)
      this.#ended(cycle, { outcome: 'gone', message: failed.message })
      return
    } else {
      info = this.#infos.of(known)
      entry.info = info
      entry.priority = info.priority
      gone = false
      this.#queue.addUnschedulable(entry)
    }
    this.#queue.nominator.add(info, failed.nominating)
    this.#reporter.failed(info, failed.message)
    this.#reporter.status(info, { reason: failed.rejected ? 'Unschedulable' : 'SchedulerError', message: failed.message }, failed.nominating)
    this.#ended(cycle, {
      outcome: gone ? 'gone' : outcome, message: failed.message,
      ...(failed.nominating === undefined || failed.nominating === '' ? {} : { nominatedNode: failed.nominating }),
    })
    if (!gone) {
      this.#context.trace({ type: 'note', from: this.name, what: outcome === 'error' ? 'scheduler-error' : 'unschedulable', subject: entry.key, facts: { cycle, message: failed.message } })
    }
  }

  #ended(cycle: number, end: CycleEnd): void {
    const { key, summary } = this.#log.ended(cycle, this.#now(), end)
    const { outcome, node, nominatedNode, nodesTotal, nodesFeasible } = summary
    this.#context.trace({
      type: 'end', from: this.name, what: 'cycle', span: `cycle/${cycle}`, subject: key,
      facts: {
        cycle, outcome, ...(node === undefined ? {} : { node }), ...(nominatedNode === undefined ? {} : { nominatedNode }), nodes: nodesTotal, feasible: nodesFeasible,
      },
    })
  }

  /** Asks the api-server to delete the victims. Upstream: preemption, Executor. */
  #preempt(preemptor: PodInfo, framework: Framework, node: string, victims: readonly PodName[], cycle: number): void {
    this.#context.trace({ type: 'note', from: this.name, what: 'preemption', subject: preemptor.key, facts: { cycle, node, victims: victims.length } })
    try {
      const going = victims.map(({ uid }) => this.#cache.pod(uid)).filter((victim) => victim !== undefined && !victim.terminating) as PodInfo[]
      if (going.length === 0) return
      // Less important Pods that wait for this node would wait in vain.
      for (const other of this.#queue.nominator.podsFor(node)) {
        if (other.priority < preemptor.priority && (other.pod.status?.nominatedNodeName ?? '') !== '') this.#reporter.status(other, undefined, '')
      }
      for (const victim of going) this.#evict(victim, preemptor, framework, node)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Nobody will tell that the victims are gone, so the Pod must not wait for it.
      this.#queue.activate([preemptor])
    }
  }

  #evict(victim: PodInfo, preemptor: PodInfo, framework: Framework, node: string): void {
    const waiting = this.#waiting.find(({ entry }) => entry.info.uid === victim.uid)
    if (waiting === undefined) {
      if (this.#reporter.evict(victim, framework.profileName)) this.#reporter.preempted(victim, preemptor, node, false)
      return
    }
    // Not bound yet: it goes back to the queue, and nothing has to be deleted.
    this.#waiting = this.#waiting.filter((running) => running !== waiting)
    this.#bindingFailed(waiting, this.#profiles.get(waiting.profile) ?? framework, { code: 'Unschedulable', reasons: ['preempted'], plugin: 'DefaultPreemption' })
    this.#reporter.preempted(victim, preemptor, node, true)
  }

  /** Being deleted, or decided already. Upstream: skipPodSchedule. */
  #skips(pod: PodInfo): boolean {
    if (pod.terminating) {
      this.#reporter.skipped(pod)
      return true
    }
    return this.#cache.isAssumed(pod.uid)
  }

  // Waiting for Permit and PreBind

  #wait(running: Running): void {
    this.#waiting = [...this.#waiting, running]
    for (const at of Object.values(running.waits)) {
      if (at > this.#now()) this.#context.schedule(at - this.#now(), { type: 'permit-timeout', cycle: running.cycle, life: this.#life })
    }
  }

  #replaceWaiting(before: Running, after: Running): void {
    this.#waiting = this.#waiting.map((running) => (running === before ? after : running))
  }

  /** After every event those that wait may go on, or have waited too long. */
  #continueWaiting(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const running of waiting) {
      const framework = this.#profiles.get(running.profile) ?? this.#frameworkOf(running.entry.info)
      if (framework === undefined) continue
      if (running.stage === 'prebind') {
        this.#bindingCycle(running, framework)
        continue
      }
      const late = Object.keys(running.waits).find((plugin) => (running.waits[plugin] as number) <= this.#now())
      if (late !== undefined) {
        const reason = `rejected due to timeout after waiting at plugin ${late}`
        this.#bindingFailed(running, framework, { code: 'Unschedulable', reasons: [reason], plugin: late })
      } else if (Object.keys(running.waits).length === 0) this.#bindingCycle(running, framework)
      else this.#waiting.push(running)
    }
  }

  /** A Pod goes between decision and binding: what it was to take is free again. Upstream: handleAssumedPodDeletion. */
  #assumedDeleted(uid: string): void {
    const waiting = this.#waiting.find(({ entry, stage }) => stage === 'permit' && entry.info.uid === uid)
    const framework = waiting === undefined ? undefined : this.#profiles.get(waiting.profile)
    if (waiting === undefined || framework === undefined) {
      this.#cache.forget(uid)
      return
    }
    this.#waiting = this.#waiting.filter((running) => running !== waiting)
    this.#bindingFailed(waiting, framework, { code: 'Unschedulable', reasons: ['removed'] })
  }

  // Odds and ends

  #afterEvent(): void {
    if (this.#stopped) return
    this.#continueWaiting()
    if (!this.#kicked && this.#running === undefined && this.#queue.hasNext) {
      this.#kicked = true
      this.#context.schedule(0, { type: 'cycle', life: this.#life })
    }
    if (this.#flushAt === null && this.#queue.hasBackoff) {
      const now = this.#now()
      this.#flushAt = nextMultiple(now, flushMs)
      this.#context.schedule(this.#flushAt - now, { type: 'flush', life: this.#life })
    }
    if (this.#leftoversAt === null && this.#queue.hasUnschedulable) {
      const now = this.#now()
      this.#leftoversAt = nextMultiple(now, leftoversMs)
      this.#context.schedule(this.#leftoversAt - now, { type: 'flush-leftovers', life: this.#life })
    }
  }

  #now(): VirtualMs {
    return virtualMs(this.#context.now())
  }

  /** The newest revision any watch has told of. */
  #revision(): number {
    let revision = 0
    for (const informer of this.#watched) revision = Math.max(revision, Number(informer.resourceVersion) || 0)
    return revision
  }

  #podByKey(key: string): PodInfo | undefined {
    const pod = this.#pods.get(key)
    return pod === undefined ? undefined : this.#infos.of(pod)
  }

  #frameworkOf(pod: PodInfo): Framework | undefined {
    return this.#profiles.get(pod.spec.schedulerName ?? defaultName)
  }

  #makeProfiles({ configuration, registry }: ReadConfiguration): ReadonlyMap<string, Framework> {
    const [table, nominator] = [(): World['table'] => this.#cache.table, (): World['nominator'] => this.#queue.nominator]
    const world: World = {
      get table() { return table() },
      listers: this.#listers,
      get nominator() { return nominator() },
      client: this.#client, random: this.#context.random, gates: this.#gates,
      now: () => this.#now(), podByKey: (key) => this.#podByKey(key),
      askExtender: (url, body, timeoutMs) => this.#extenderAnswers.ask(this.#extenderRoad, this.#now(), url, body, timeoutMs),
      assume: (kind, object) => { this.#assumed.assume(kind, object) }, forget: (kind, key) => { this.#assumed.forget(kind, key) },
    }
    return makeProfiles(configuration, registry, world)
  }

  /** For people to see: a waiting Pod is woken, must wait out its back-off, or is held at a gate. */
  #noteMove(entry: QueuedPodInfo, to: 'active' | 'backoff' | 'gated', because: string): void {
    const note = { type: 'note', from: this.name, subject: entry.key } as const
    if (to === 'gated') {
      this.#context.trace({ ...note, what: 'gated', facts: { plugin: entry.gatingPlugin } })
      return
    }
    if (because !== 'ScheduleAttemptFailure') this.#context.trace({ ...note, what: 'retry', facts: { event: because, queue: to } })
    const until = to === 'backoff' ? this.#queue.backoffEnd(entry) : undefined
    if (until !== undefined) this.#context.trace({ ...note, what: 'backoff', facts: { until } })
  }

  #queueOptions(): QueueOptions {
    const first = this.#profiles.values().next().value as Framework
    return {
      now: () => this.#now(), less: (a, b) => first.queueSort.less(a, b), profileOf: (name) => this.#profiles.get(name), profiles: () => this.#profiles.values(),
      infoOf: (pod) => this.#infos.of(pod), gates: this.#gates,
      isPending: (key) => {
        const pod = this.#pods.get(key)
        return pod !== undefined && !isAssigned(pod)
      },
      onMove: (entry, to, because) => { this.#noteMove(entry, to, because) },
      podInitialBackoffMs: this.#read.configuration.podInitialBackoffSeconds * 1_000, podMaxBackoffMs: this.#read.configuration.podMaxBackoffSeconds * 1_000,
    }
  }

  #saveRunning({ entry, state, assumed, refused, ...rest }: Running): SavedRunning {
    return { ...rest, entry: this.#queue.saveEntry(entry), state: state.save(), assumed: assumed?.pod ?? null, refused: refused ?? null }
  }

  #loadRunning({ entry, state, assumed, refused, ...rest }: SavedRunning): Running {
    return {
      ...rest, entry: this.#queue.restoreEntry(entry), state: new MapCycleState(state),
      assumed: assumed === null ? undefined : this.#infos.of(assumed), refused: refused ?? undefined,
    }
  }
}

interface Failure {
  /** Plugins said no; otherwise something went wrong. */
  readonly rejected: boolean
  readonly message: string
  readonly plugins: readonly string[]
  readonly pendingPlugins: readonly string[]
  readonly nominating: Nominating
}

function podName({ namespace, name, uid }: PodInfo): PodName {
  return { namespace, name, uid }
}

/** The first multiple of `step` after `now`. */
function nextMultiple(now: number, step: number): number {
  return (Math.floor(now / step) + 1) * step
}
