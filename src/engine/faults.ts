import { ApiError, failure, faultDefaults, faultKey, faultKinds, faultSubjects, type ApiRequest, type ApiResponse, type FaultKind, type FaultRequest, type Status } from '../api'
import type { Transport } from './client'
import type { Actor, ActorContext, EventBody } from './kernel'
import type { Ailments, Leak } from './node'

/** Something that is broken now. Times in virtual ms. */
export interface Fault {
  readonly kind: FaultKind
  readonly subject?: string
  readonly since: number
  /** Heals by itself then. */
  readonly until?: number
  readonly delayMs?: number
  readonly share?: number
  readonly bytesPerSecond?: number
}

export type FaultAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** What the composition root lets faults do. Wiring, not state. */
export interface FaultHands {
  /** Whether there is a machine, a Pod, a controller of that name. */
  readonly isMachine: (name: string) => boolean
  /** The node of a Pod, by key; undefined when there is no such Pod. */
  readonly nodeOfPod: (key: string) => string | undefined
  readonly controllers: () => readonly string[]
  /** Ends everything that runs on a machine, its kubelet too. */
  readonly stopMachine: (node: string) => void
  readonly startKubelet: (node: string, options: { readonly bootedAt: number | undefined; readonly again: boolean }) => void
  readonly stopKubelet: (node: string) => void
  readonly restartRuntime: (node: string) => void
  readonly startScheduler: (life: number) => void
  readonly stopScheduler: () => void
  /** Ends the manager's process and, when `runs`, begins another without the controllers that are left out. */
  readonly renewControllerManager: (runs: boolean) => void
  /** Watches of these receivers break; `ended`: they are processes that have ended. */
  readonly breakWatches: (breaks: (receiver: string) => boolean, options: { readonly ended: boolean }) => void
  readonly apiserverRestarted: () => void
  readonly setSlow: (ms: number) => void
  /** Tells a Pod's kubelet that its containers behave in another way now. */
  readonly behaviourChanged: (pod: string) => void
}

interface FaultsState {
  readonly active: readonly Fault[]
  readonly lives: number
  readonly booted: readonly (readonly [node: string, at: number])[]
}

/** A write that takes longer has failed for whoever asked. Upstream: etcd's ReqTimeout, 5 s and twice the election timeout. */
const writeTimeoutMs = 7_000
/** How often a slow disk hangs, and how much longer than usual a write then takes. */
const hangOneIn = 8
const hangFactor = 8
const server = 'https://control-plane:6443'

/**
 * What has been broken on purpose. An actor, so that it is part of the history and of every checkpoint; it stands between each
 * component and the api-server as the network does, and starts and ends processes as an operator would. Whoever is stopped loses what
 * it had in memory: another instance is made. Nobody is told that something is broken: they find out as they do in reality.
 */
export class Faults implements Actor {
  readonly name = 'faults'
  readonly #context: ActorContext
  readonly #hands: FaultHands
  #active = new Map<string, Fault>()
  #answer: FaultAnswer = { ok: true }
  /** Processes of the scheduler that have begun. */
  #lives = 0
  /** Machines that were off, or are other ones than they were, and when they were last switched on: each of their kubelets can tell what began before. */
  #booted = new Map<string, number>()

  constructor(context: ActorContext, hands: FaultHands) {
    this.#context = context
    this.#hands = hands
  }

  /** What is broken now, in the order in which it broke. */
  get active(): readonly Fault[] {
    return [...this.#active.values()]
  }

  /** What the last event "fault" was answered. Not part of the state. */
  get answer(): FaultAnswer {
    return this.#answer
  }

  has(kind: FaultKind, subject?: string): boolean {
    return this.#active.size > 0 && this.#active.has(subject === undefined ? kind : `${kind} ${subject}`)
  }

  /** The machine is on and its kubelet runs. */
  runsKubelet(node: string): boolean {
    return !this.has('node', node) && !this.has('kubelet', node)
  }

  /** Nothing gets to the machine, nothing from it: it is off, or its network is cut. */
  isUnreachable(node: string): boolean {
    return this.has('node', node) || this.has('network', node)
  }

  /** All of those. */
  get unreachable(): readonly string[] {
    return [...this.#active.values()].filter(({ kind }) => kind === 'node' || kind === 'network').map(({ subject = '' }) => subject)
  }

  /**
   * A machine is plugged in for a Node: it may be one that is off. `fresh`: the Node came without a word about its health. `replaced`:
   * another machine was there before, so that nothing runs of what Pods' statuses say.
   */
  plugIn(node: string, { fresh, replaced }: { readonly fresh: boolean; readonly replaced: boolean }): void {
    if (this.has('node', node)) return
    if (replaced) this.#booted.set(node, this.#context.now())
    if (this.runsKubelet(node)) this.#hands.startKubelet(node, { bootedAt: this.#booted.get(node), again: fresh || replaced })
  }

  /** Controllers that are left out. */
  get disabledControllers(): readonly string[] {
    return this.#subjects('controller')
  }

  ailments(node: string): Ailments {
    return {
      diskFilled: () => (this.#active.size === 0 ? 0 : this.#active.get(`disk ${node}`)?.share ?? 0),
      registryDown: () => this.has('registry'),
      leak: (pod): Leak | undefined => {
        const fault = this.#active.size === 0 ? undefined : this.#active.get(`memory ${pod}`)
        return fault === undefined ? undefined : { since: fault.since, bytesPerSecond: fault.bytesPerSecond ?? faultDefaults.bytesPerSecond }
      },
    }
  }

  /** The way from one component to the api-server; `node`: the machine it runs on, absent for those of the control plane and for people. */
  road(inner: Transport, node?: string): Transport {
    return {
      request: (request) => (this.#active.size === 0 ? inner.request(request) : this.#request(inner, request, node)),
      watch: (request, receiver) => {
        const refusal = this.#active.size === 0 ? undefined : this.#refusal(request, node)
        if (refusal !== undefined) throw new ApiError(refusal)
        return inner.watch(request, receiver)
      },
      stopWatch: (id) => { inner.stopWatch(id) },
    }
  }

  /** Why something cannot be done; undefined when it can. Changes nothing. */
  check(fault: FaultRequest): string | undefined {
    const { kind, subject } = fault
    const wants = faultSubjects[kind]
    if (!faultKinds.includes(kind)) return `nothing is called ${JSON.stringify(kind)}`
    if (wants === undefined ? subject !== undefined : subject === undefined) return wants === undefined ? `there is only one ${kind}` : `${kind} needs the name of a ${wants}`
    const active = this.#active.has(faultKey(fault))
    if (!fault.on) return active ? undefined : `${faultKey(fault)} is not broken`
    if (active) return `${faultKey(fault)} is broken already`
    if (wants === 'node' && !this.#hands.isMachine(subject as string)) return `there is no node ${JSON.stringify(subject)}`
    if (wants === 'controller' && !this.#hands.controllers().includes(subject as string)) return `there is no controller ${JSON.stringify(subject)}: ${this.#hands.controllers().join(', ')}`
    if (wants === 'pod') {
      const node = this.#hands.nodeOfPod(subject as string)
      if (node === undefined) return `there is no Pod ${JSON.stringify(subject)}`
      if (node === '') return `Pod ${JSON.stringify(subject)} is on no node`
    }
    if ((kind === 'kubelet' || kind === 'runtime' || kind === 'network') && this.has('node', subject)) return `the machine ${subject as string} is off`
    if (kind === 'runtime' && !this.runsKubelet(subject as string)) return `the kubelet of ${subject as string} does not run`
    return undefined
  }

  handle(body: EventBody): void {
    switch (body.type) {
      case 'fault': {
        const fault = body['fault'] as FaultRequest
        const refusal = this.check(fault)
        this.#answer = refusal === undefined ? { ok: true } : { ok: false, message: refusal }
        if (refusal === undefined) fault.on ? this.#break(fault) : this.#heal(faultKey(fault))
        break
      }
      case 'heal': {
        const fault = this.#active.get(body['key'] as string)
        // Healed by hand before, and perhaps broken again since.
        if (fault !== undefined && fault.until === this.#context.now() && fault.since === body['since']) this.#heal(body['key'] as string)
        break
      }
    }
  }

  save(): unknown {
    const state: FaultsState = { active: this.active, lives: this.#lives, booted: [...this.#booted] }
    return state
  }

  load(state: unknown): void {
    const { active = [], lives = 0, booted = [] } = (state ?? {}) as Partial<FaultsState>
    this.#active = new Map(active.map((fault) => [faultKey(fault), fault]))
    this.#lives = lives
    this.#booted = new Map(booted)
  }

  #subjects(kind: FaultKind): readonly string[] {
    return [...this.#active.values()].filter((fault) => fault.kind === kind).map((fault) => fault.subject ?? '')
  }

  #note(what: string, fault: Pick<Fault, 'kind' | 'subject'>, facts: Readonly<Record<string, string | number>> = {}): void {
    this.#context.trace({ type: 'note', from: this.name, what, subject: faultKey(fault), facts: { kind: fault.kind, ...(fault.subject === undefined ? {} : { name: fault.subject }), ...facts } })
  }

  #break(request: FaultRequest): void {
    const { kind, subject, forMs } = request
    const now = this.#context.now()
    const fault: Fault = {
      kind, ...(subject === undefined ? {} : { subject }), since: now, ...(forMs === undefined ? {} : { until: now + forMs }),
      ...(kind === 'etcd' ? { delayMs: request.delayMs ?? faultDefaults.delayMs } : {}),
      ...(kind === 'disk' ? { share: request.share ?? faultDefaults.share } : {}),
      ...(kind === 'memory' ? { bytesPerSecond: request.bytesPerSecond ?? faultDefaults.bytesPerSecond } : {}),
    }
    this.#note('fault-begins', fault, { ...(fault.delayMs === undefined ? {} : { delayMs: fault.delayMs }), ...(fault.share === undefined ? {} : { share: fault.share }), ...(fault.bytesPerSecond === undefined ? {} : { bytesPerSecond: fault.bytesPerSecond }), ...(forMs === undefined ? {} : { forMs }) })
    if (kind === 'runtime') {
      this.#hands.restartRuntime(subject as string)
      return
    }
    this.#active.set(faultKey(fault), fault)
    if (forMs !== undefined) this.#context.schedule(forMs, { type: 'heal', key: faultKey(fault), since: now })
    const node = subject ?? ''
    switch (kind) {
      case 'node':
        this.#breakWatchesOf(`kubelet/${node}`, true)
        this.#hands.stopMachine(node)
        break
      case 'network': this.#breakWatchesOf(`kubelet/${node}`, false); break
      case 'kubelet':
        this.#breakWatchesOf(`kubelet/${node}`, true)
        this.#hands.stopKubelet(node)
        break
      case 'scheduler':
        this.#breakWatchesOf('kube-scheduler', true)
        this.#hands.stopScheduler()
        break
      case 'controller-manager': case 'controller': this.#renewManager(); break
      case 'apiserver': this.#hands.breakWatches((receiver) => receiver !== 'node-pool', { ended: false }); break
      case 'etcd': this.#hands.setSlow(fault.delayMs ?? 0); break
      case 'memory': this.#hands.behaviourChanged(subject as string); break
      case 'disk': case 'registry': break // found out by whoever looks
    }
  }

  #heal(key: string): void {
    const fault = this.#active.get(key) as Fault
    this.#active.delete(key)
    this.#note('fault-ends', fault, { lastedMs: this.#context.now() - fault.since })
    const node = fault.subject ?? ''
    switch (fault.kind) {
      case 'node':
        if (!this.#hands.isMachine(node)) break
        this.#booted.set(node, this.#context.now())
        // Its kubelet may be stopped for itself: then the machine comes up without one.
        if (this.runsKubelet(node)) this.#hands.startKubelet(node, { bootedAt: this.#booted.get(node), again: true })
        break
      case 'kubelet':
        if (!this.#hands.isMachine(node) || !this.runsKubelet(node)) break
        this.#hands.startKubelet(node, { bootedAt: this.#booted.get(node), again: true })
        break
      case 'scheduler': this.#hands.startScheduler(++this.#lives); break
      case 'controller-manager': case 'controller': this.#renewManager(); break
      case 'apiserver': this.#hands.apiserverRestarted(); break
      case 'etcd': this.#hands.setSlow(0); break
      case 'memory': this.#hands.behaviourChanged(node); break
      case 'network': case 'disk': case 'registry': case 'runtime': break // found out by whoever tries again
    }
  }

  /** `ended`: the process itself is no more. */
  #breakWatchesOf(process: string, ended: boolean): void {
    this.#hands.breakWatches((receiver) => receiver === process, { ended })
  }

  #renewManager(): void {
    this.#breakWatchesOf('kube-controller-manager', true)
    this.#hands.renewControllerManager(!this.has('controller-manager'))
  }

  #request(inner: Transport, request: ApiRequest, node: string | undefined): ApiResponse {
    const refusal = this.#refusal(request, node)
    if (refusal !== undefined) return { status: refusal.code ?? 503, headers: { 'content-type': 'application/json' }, body: refusal }
    const slow = request.method === 'GET' ? undefined : this.#active.get('etcd')
    if (slow === undefined) return inner.request(request)
    const { random } = this.#context
    const usual = (slow.delayMs ?? faultDefaults.delayMs) * (0.5 + random.below(1_000) / 1_000)
    const took = random.below(hangOneIn) === 0 ? usual * hangFactor : usual
    if (took < writeTimeoutMs) return inner.request(request)
    // Nobody knows whether a write that timed out was made: half of them were.
    const made = random.below(2) === 0
    if (made) inner.request(request)
    this.#context.trace({ type: 'note', from: 'etcd', what: 'etcd-timeout', subject: request.path, facts: { from: request.userAgent, tookMs: Math.round(took), made } })
    return { status: 500, headers: { 'content-type': 'application/json' }, body: failure(500, 'InternalError', 'etcdserver: request timed out') }
  }

  /** What a client sees that cannot reach the api-server. No answer of a server, but clients here know only those. */
  #refusal(request: ApiRequest, node: string | undefined): Status | undefined {
    const why = node !== undefined && this.has('network', node) ? 'connect: no route to host' : this.has('apiserver') ? 'connect: connection refused' : undefined
    if (why === undefined) return undefined
    this.#context.trace({ type: 'note', from: request.userAgent, what: 'unreachable', subject: request.path, facts: { method: request.method, why } })
    const verb = request.method[0] + request.method.slice(1).toLowerCase()
    return failure(503, 'ServiceUnavailable', `${verb} "${server}${request.path}": dial tcp control-plane:6443: ${why}`)
  }
}
