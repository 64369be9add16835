import { amountOf, ApiError, keyOf, microTimeText, resources, timeText, virtualMs, type KubeletChannel, type Lease, type MachineView, type Node, type NodeCondition, type NodeStatus, type Pod } from '../../../api'
import { Client, EventRecorder, type Informer, Informers, type Transport } from '../../client'
import type { Actor, ActorContext, EventBody } from '../../kernel'
import type { Ailments } from '../ailments'
import { runtimeNameOf, runtimeOf, type Runtime } from '../runtime'
import { machineAddress, nextAddress } from './addresses'
import {
  evictionMessage, evictionOrder, filledBytes, imageGcHighShare, imageGcLowShare, isCritical, lowSignals, nodeUsage, pressureStaysMs, refusalUnder, sumUsage, type DiskState, type PodUsage,
  type PressureType, type Signal,
} from './eviction'
import { ImageManager, type PullProgress } from './image-manager'
import type { LogAnswer, LogQuery } from './logs'
import { lookInside, type Heard } from './look'
import { filledStatus, missingLabels, pressureText, readyText, withCondition } from './node-status'
import { isAlive, PodWorkers } from './pod-workers'

export interface KubeletOptions {
  readonly nodeName: string
  readonly context: ActorContext
  readonly transport: Transport
  /** Bandwidth of image pulls, bytes a millisecond; pulls under way at once share it. */
  readonly pullBytesPerMs: number
  /** From a container being created to its process running. */
  readonly containerStartMs: number
  /** What somebody did to the machine; absent: nothing. */
  readonly ailments?: Ailments
  /** Tells the flanneld of the machine its block of Pod addresses and its own address. */
  readonly joinNetwork?: (block: string, address: string) => void
  /** Requests a second that a Pod is being asked, by its key: what the model "follow" goes by. */
  readonly requestRate?: (pod: string) => number
}

/** Upstream: leaseDurationSeconds, and renewIntervalFraction of it. Node status goes along when it has changed. */
const leaseSeconds = 40
const leaseMs = 10_000
/** Upstream: nodeStatusReportFrequency. */
const reportMs = 300_000
const namespace = 'kube-node-lease'
const registerMsMin = 200
const registerMsMax = 60_000
/** An image that was used so recently is not removed. Upstream: ImageMinimumGCAge. */
const imageMinAgeMs = 120_000
/** A kubelet that cannot reach the api-server when it starts looks again after so long. */
const beginMs = 500

/** From a runtime being stopped until it answers again: its own restart, and a change to another one (with the kubelet's restart). */
const runtimeRestartMs = 2_000
const runtimeChangeMs = 5_000

/** The event that restarts a kubelet's container runtime. `downMs`: how long nobody answers. */
export function runtimeRestart(downMs = runtimeRestartMs): EventBody {
  return { type: 'runtime-restart', downMs }
}

/** What `kubectl top` and the metrics API show of a node. CPU in millicores, memory in bytes. */
export interface NodeStats {
  readonly node: string
  readonly at: number
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly pods: readonly {
    readonly namespace: string
    readonly name: string
    readonly containers: readonly { readonly name: string; readonly cpuMilli: number; readonly memoryBytes: number }[]
  }[]
}
const networkDown = 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'

interface KubeletState {
  readonly informers: unknown
  readonly workers: unknown
  readonly images: unknown
  readonly recorder: unknown
  readonly lease: Lease | null
  readonly life: number
  readonly silent: boolean
  readonly started?: boolean
  readonly bootedAt?: number | null
  readonly again?: boolean
  readonly keepsReady: boolean
  readonly kept: readonly NodeCondition[]
  readonly lastOffset: number
  readonly imagesDirty: boolean
  readonly registerMs: number
  readonly writtenVersion: number
  readonly reportedAt: number
  readonly pressedAt: { readonly [type: string]: number }
  readonly pressureDirty: boolean
  readonly runtime?: RuntimeState
  readonly heard?: { readonly [Name in KubeletChannel]?: Heard }
}

/** The runtime as this kubelet found it last. Plain data. */
interface RuntimeState {
  /** As in containerRuntimeVersion; '' until the Node says. */
  readonly version: string
  /** It answers from then on. */
  readonly backAt: number
  /** How often it began anew. */
  readonly restarts: number
}

/**
 * The kubelet of one Node: registers what the Node object leaves open, renews its Lease, and runs the Pods bound to it.
 * A Node that came from a real cluster keeps what it says; one that came as unreachable stays a dead machine.
 */
export class Kubelet implements Actor {
  readonly name: string
  readonly #options: KubeletOptions
  readonly #context: ActorContext
  readonly #client: Client
  readonly #recorder: EventRecorder
  readonly #informers: Informers
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  readonly #images: ImageManager
  readonly #workers: PodWorkers
  #lease: Lease | null = null
  /** Timers of an earlier process carry another number. */
  #life = 0
  /** A dead machine: nothing is done and nothing said. */
  #silent = false
  /** When the machine was switched on, if it ever was off: nothing runs that began before. */
  #bootedAt: number | null = null
  /** Another process ran here before this one. */
  #again = false
  /** The Node came with a Ready condition of its own: it is kept as it is, and said again should the node controller doubt it. */
  #keepsReady = false
  #kept: readonly NodeCondition[] = []
  #lastOffset = 1
  #imagesDirty = false
  #registerMs = registerMsMin
  /** Revision of the Node as this kubelet wrote it last. */
  #writtenVersion = 0
  #reportedAt = 0
  #started = false
  /** When a pressure was last felt: it is reported for a while longer, so that it does not flutter. */
  #pressedAt = new Map<PressureType, number>()
  #pressureDirty = false
  #runtime: RuntimeState = { version: '', backAt: 0, restarts: 0 }
  /** What `runtimeOf` makes of the version that was asked for last. */
  #runtimeMade: Runtime | undefined
  #heard: { [Name in KubeletChannel]?: Heard } = {}

  constructor(options: KubeletOptions) {
    const { nodeName, context, transport } = options
    this.name = `kubelet/${nodeName}`
    this.#options = options
    this.#context = context
    this.#client = new Client(transport, this.name)
    this.#recorder = new EventRecorder(this.#client, context, { component: 'kubelet', host: nodeName })
    this.#informers = new Informers(this.#client, context)
    this.#nodes = this.#informers.for<Node>(resources.nodes, { fieldSelector: `metadata.name=${nodeName}` })
    this.#pods = this.#informers.for<Pod>(resources.pods, { fieldSelector: `spec.nodeName=${nodeName}` })
    this.#images = new ImageManager({ context, bytesPerMs: options.pullBytesPerMs, parallelMax: () => this.#parallelPulls() })
    this.#workers = new PodWorkers({
      nodeName, context, client: this.#client, recorder: this.#recorder, images: this.#images, containerStartMs: options.containerStartMs,
      runtime: () => this.#runtimeNow(),
      runtimeBackAt: () => this.#runtime.backAt,
      requestRate: options.requestRate,
      pod: (key) => this.#pods.get(key),
      node: () => this.#node,
      hostIp: () => this.#hostIp(),
      takeAddress: (used) => this.#takeAddress(used),
      imagesChanged: () => { this.#imagesDirty = true },
      refusal: (pod) => (this.#pressedAt.size === 0 ? undefined : refusalUnder([...this.#pressedAt.keys()], pod)),
      ailments: options.ailments,
      life: () => this.#life,
    })
    this.#nodes.addHandler({
      onAdd: () => { this.#nodeChanged() },
      onUpdate: () => { this.#nodeChanged() },
    })
    this.#pods.addHandler({
      onAdd: (pod) => {
        if (!this.#started || this.#silent) return
        this.#hear('configCh', 'ADD', keyOf(pod))
        this.#workers.added(pod)
      },
      onUpdate: (old, pod) => {
        if (this.#silent) return
        this.#hear('configCh', 'UPDATE', keyOf(pod))
        this.#workers.changed(pod, old)
      },
      onDelete: (pod) => {
        if (this.#silent) return
        this.#hear('configCh', 'REMOVE', keyOf(pod))
        this.#workers.removed(pod)
      },
    })
  }

  /**
   * `bootedAt`: when the machine was last switched on, if it ever was off: nothing runs that began before, whatever its Pods' statuses say.
   * `again`: there was a kubelet before, so that whatever the Node says was said in this cluster.
   */
  start({ bootedAt, again = false }: { readonly bootedAt?: number | undefined; readonly again?: boolean } = {}): void {
    this.#life = this.#context.random.uint32()
    this.#bootedAt = bootedAt ?? null
    this.#again = again
    this.#informers.start()
    this.#begin()
  }

  /** Begins once the api-server has said what there is: before that nothing can be told from nothing. Upstream: waits for its sources to be ready. */
  #begin(): void {
    let lease: Lease | null
    try {
      lease = this.#client.find<Lease>({ resource: resources.leases, namespace, name: this.#options.nodeName }) ?? null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#schedule('begin', beginMs)
      return
    }
    if (!this.#nodes.synced || !this.#pods.synced) {
      this.#schedule('begin', beginMs)
      return
    }
    const node = this.#node
    const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready')
    // No Lease yet: nobody in this cluster has spoken for the Node, so what it says it brought along.
    this.#lease = lease
    const imported = this.#lease === null && ready !== undefined && !this.#again
    this.#silent = imported && ready.status === 'Unknown'
    this.#keepsReady = imported
    this.#kept = imported ? (node?.status?.conditions ?? []).filter((condition) => kubeletConditions.has(condition.type)) : []
    if (this.#silent) return
    this.#images.adopt(node?.status?.images ?? [])
    this.#register()
    this.#lookAtRuntime()
    this.#renewLease()
    this.#started = true
    // A need that an earlier process reported is felt anew, or taken back. Upstream: the setters write every condition on every report.
    this.#pressureDirty = !this.#keepsReady && (node?.status?.conditions ?? []).some(({ type, status }) => status === 'True' && type.endsWith('Pressure'))
    this.#reportedAt = this.#context.now()
    // A thousand kubelets that start together must not stay in step.
    this.#schedule('tick', 1 + this.#context.random.below(leaseMs))
    // First what runs already: it holds addresses and room that nobody else may be given.
    const found = [...this.#pods.list()].sort(byStart)
    for (const pod of found) if (isAlive(pod)) this.#workers.added(pod, this.#bootedAt)
    for (const pod of found) if (!isAlive(pod)) this.#workers.added(pod)
  }

  handle(body: EventBody): void {
    switch (body.type) {
      case 'pod': {
        if (this.#silent) break
        const record = this.#workers.record(body['uid'] as string)
        if (record === undefined) break
        const channel = channelOf[body['what'] as string]
        if (channel !== undefined) this.#hear(channel, body['what'] as string, record.key)
        this.#workers.handle(body, record)
        break
      }
      case 'runtime-restart': if (!this.#silent && this.#started) this.#restartRuntime(Number(body['downMs'] ?? runtimeRestartMs)); break
      case 'pod-delete': if (!this.#silent) this.#workers.retryDelete(body); break
      case 'image-pull':
        for (const pull of this.#images.finished(body['generation'])) this.#workers.pulled(pull)
        break
      case 'kubelet': if (body['life'] === this.#life) this.#timer(body['what'] as string); break
      default: this.#informers.handle(body)
    }
  }

  save(): unknown {
    const state: KubeletState = {
      informers: this.#informers.save(), workers: this.#workers.save(), images: this.#images.save(), recorder: this.#recorder.save(), lease: this.#lease,
      life: this.#life, silent: this.#silent, started: this.#started, bootedAt: this.#bootedAt, again: this.#again, keepsReady: this.#keepsReady, kept: this.#kept, lastOffset: this.#lastOffset, imagesDirty: this.#imagesDirty, registerMs: this.#registerMs, writtenVersion: this.#writtenVersion, reportedAt: this.#reportedAt,
      pressedAt: Object.fromEntries(this.#pressedAt), pressureDirty: this.#pressureDirty, runtime: this.#runtime, heard: { ...this.#heard },
    }
    return state
  }

  load(state: unknown): void {
    const saved = state as KubeletState
    this.#informers.load(saved.informers)
    this.#workers.load(saved.workers)
    this.#images.load(saved.images)
    this.#recorder.load(saved.recorder)
    this.#lease = saved.lease
    this.#life = saved.life
    this.#silent = saved.silent
    this.#keepsReady = saved.keepsReady
    this.#kept = saved.kept
    this.#lastOffset = saved.lastOffset
    this.#imagesDirty = saved.imagesDirty
    this.#registerMs = saved.registerMs
    this.#writtenVersion = saved.writtenVersion
    this.#reportedAt = saved.reportedAt
    this.#pressedAt = new Map(Object.entries(saved.pressedAt) as [PressureType, number][])
    this.#pressureDirty = saved.pressureDirty
    this.#runtime = saved.runtime ?? { version: '', backAt: 0, restarts: 0 }
    this.#heard = { ...saved.heard }
    this.#started = saved.started ?? !saved.silent
    this.#bootedAt = saved.bootedAt ?? null
    this.#again = saved.again ?? false
  }

  get #node(): Node | undefined {
    return this.#nodes.get(this.#options.nodeName)
  }

  #schedule(what: string, delayMs: number): void {
    this.#context.schedule(delayMs, { type: 'kubelet', what, life: this.#life })
  }

  #timer(what: string): void {
    switch (what) {
      case 'tick':
        this.#hear('housekeepingCh', 'tick')
        this.#renewLease()
        this.#watchResources()
        this.#reportIfDue()
        this.#schedule('tick', leaseMs)
        break
      case 'register': this.#register(); break
      case 'begin': this.#begin(); break
    }
  }

  #nodeChanged(): void {
    if (!this.#started || this.#silent) return
    // An echo from before what was written last: the cache does not show that yet, and it would be written again.
    if (Number(this.#node?.metadata.resourceVersion ?? 0) < this.#writtenVersion) return
    // A block of addresses has come, or a person has changed the machine.
    this.#register()
    this.#lookAtRuntime()
    if (this.#block() !== undefined) this.#workers.networkReady()
  }

  #hear(channel: KubeletChannel, what: string, pod?: string): void {
    const at = this.#context.now()
    this.#heard[channel] = pod === undefined ? { at, what } : { at, what, pod }
  }

  /** The runtime that runs the containers now: the one it found last, until it has changed over. */
  #runtimeNow(): Runtime {
    const version = this.#runtime.version !== '' ? this.#runtime.version : this.#node?.status?.nodeInfo?.containerRuntimeVersion
    if (version === undefined) return runtimeOf(undefined)
    if (this.#runtimeMade?.version !== version) this.#runtimeMade = runtimeOf(version)
    return this.#runtimeMade
  }

  /** The Node names its runtime. Another name is another machine image: all containers of the old runtime go, and the kubelet begins with the new one. */
  #lookAtRuntime(): void {
    const version = this.#node?.status?.nodeInfo?.containerRuntimeVersion ?? ''
    const before = this.#runtime.version
    if (version === '' || version === before) return
    if (before === '') {
      this.#runtime = { ...this.#runtime, version }
      return
    }
    const other = runtimeNameOf(version) !== runtimeNameOf(before)
    const kill = other || runtimeOf(before).onRestart === 'kill'
    this.#beginRuntime(version, other ? runtimeChangeMs : runtimeRestartMs, kill)
  }

  /** Upstream: systemctl restart docker (or containerd); with rkt there is nothing that could be restarted. */
  #restartRuntime(downMs: number): void {
    const { version, onRestart } = this.#runtimeNow()
    if (onRestart !== 'no-daemon') this.#beginRuntime(version, downMs, onRestart === 'kill')
  }

  #beginRuntime(version: string, downMs: number, kill: boolean): void {
    this.#runtime = { version, backAt: this.#context.now() + downMs, restarts: this.#runtime.restarts + 1 }
    this.#context.trace({ type: 'note', from: this.name, what: 'runtime-restart', subject: this.#options.nodeName, facts: { runtime: version, downMs, kill } })
    this.#hear('plegCh', 'runtime-restart')
    this.#workers.runtimeRestarted(kill)
  }

  /** Says what the Node object leaves open. Upstream: registerWithAPIServer, updateDefaultLabels, tryUpdateNodeStatus. */
  #register(): void {
    const node = this.#node
    if (node === undefined) return
    const problem = this.#block() === undefined && !this.#keepsReady ? networkDown : undefined
    const block = this.#block()
    const address = this.#hostIp()
    if (block !== undefined && address !== '') this.#options.joinNetwork?.(block, address)
    const now = timeText(virtualMs(this.#context.now()))
    let status: NodeStatus | undefined = filledStatus(node, { now, networkProblem: problem, address: machineAddress(this.#block()) })
    const doubted = this.#undoubted((status ?? node.status)?.conditions ?? [], now)
    if (doubted !== undefined) status = { ...(status ?? node.status), conditions: doubted }
    if (!this.#keepsReady) {
      const conditions = (status ?? node.status)?.conditions ?? []
      const wanted = readyText(problem)
      const ready = conditions.find((condition) => condition.type === 'Ready')
      if (ready?.status !== wanted.status || ready.message !== wanted.message) {
        status = { ...(status ?? node.status), conditions: withCondition(conditions, wanted, now) }
        if (ready !== undefined && ready.status !== wanted.status) {
          const reason = wanted.status === 'True' ? 'NodeReady' : 'NodeNotReady'
          this.#recorder.event(node, 'Normal', reason, `Node ${this.#options.nodeName} status is now: ${reason}`)
        }
      }
    }
    try {
      // A Node of another cluster keeps the labels it has: what they are is part of what it says.
      const labels = this.#keepsReady ? {} : missingLabels(node)
      if (Object.keys(labels).length > 0) {
        this.#wrote(this.#client.patch<Node>({ resource: resources.nodes, name: this.#options.nodeName }, 'application/strategic-merge-patch+json', { metadata: { labels } }))
      }
      if (status !== undefined) this.#patchStatus(status)
      this.#registerMs = registerMsMin
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Refused for good or only now: tried again, ever more slowly. Upstream: initialNodeStatusUpdate… with back-off to 7 s.
      this.#registerMs = Math.min(2 * this.#registerMs, registerMsMax)
      this.#schedule('register', this.#registerMs)
    }
  }

  /** What the node and its Pods use now; undefined while the machine is off. Upstream: the kubelet's /stats/summary. */
  stats(): NodeStats | undefined {
    const node = this.#node
    if (node === undefined || this.#silent || !this.#started) return undefined
    const usages = this.#workers.usages()
    const total = nodeUsage(node, sumUsage(usages.map((usage) => usage.total)))
    return {
      node: this.#options.nodeName, at: this.#context.now(), cpuMilli: total.cpuMilli, memoryBytes: Math.round(total.memoryBytes),
      pods: usages.map(({ pod, containers }) => ({
        namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '',
        containers: containers.map(({ name, usage }) => ({ name, cpuMilli: usage.cpuMilli, memoryBytes: usage.memoryBytes })),
      })),
    }
  }

  /** All that is inside the machine now, made when somebody looks; undefined while it is off. `picked`: key of a Pod. */
  look(picked?: string): MachineView | undefined {
    const node = this.#node
    if (node === undefined || this.#silent || !this.#started) return undefined
    return lookInside({
      node, now: this.#context.now(), picked, life: this.#life, runtime: this.#runtimeNow(), runtimeBackAt: this.#runtime.backAt, runtimeRestarts: this.#runtime.restarts, heard: this.#heard,
      records: [...this.#workers.records], pod: (key) => this.#pods.get(key), images: this.#images, imagesInUse: this.#workers.imagesInUse(), disk: this.#disk(node), pressedAt: this.#pressedAt,
      containerStartMs: this.#options.containerStartMs, rate: (key) => this.#options.requestRate?.(key) ?? 0, ailments: this.#options.ailments, tickMs: leaseMs,
    })
  }

  /** How far the pull of a Pod (by uid) has come; undefined while it has none. */
  pull(uid: string): PullProgress | undefined {
    return this.#silent ? undefined : this.#images.progress(uid)
  }

  /** A container's log; undefined while nobody listens on this machine. */
  logs(query: LogQuery): LogAnswer | undefined {
    if (this.#silent || !this.#started) return undefined
    return this.#workers.log(query)
  }

  /** Looks whether memory, disk or processes run out, says so, and gives up what it must. Upstream: eviction manager, synchronize. */
  #watchResources(): void {
    const node = this.#node
    if (node === undefined) return
    // Where nobody has said anything about usage nothing can run out, and nothing is computed.
    if (this.#pressedAt.size === 0 && !this.#pressureDirty && node.metadata.annotations?.['berth.dev/disk-used'] === undefined
      && (this.#options.ailments?.diskFilled() ?? 0) === 0 && !this.#workers.anyModelled) return
    const now = this.#context.now()
    const usages = this.#workers.usages()
    const total = sumUsage(usages.map((usage) => usage.total))
    let signals = lowSignals(node, total, this.#disk(node))
    if (signals.some((signal) => signal.type === 'DiskPressure') && this.#removeImages(0) > 0) signals = lowSignals(node, total, this.#disk(node))
    const before = [...this.#pressedAt.keys()].sort().join()
    for (const signal of signals) this.#pressedAt.set(signal.type, now)
    for (const [type, at] of this.#pressedAt) if (now - at >= pressureStaysMs) this.#pressedAt.delete(type)
    if ([...this.#pressedAt.keys()].sort().join() !== before) this.#pressureDirty = true
    if (this.#pressureDirty) this.#reportPressure(node)
    const [signal] = signals
    if (signal !== undefined) this.#relieve(node, signal, usages)
  }

  #disk(node: Node): DiskState {
    const capacityBytes = amountOf('ephemeral-storage', node.status?.capacity?.['ephemeral-storage'])
    const filled = Math.max(filledBytes(node, capacityBytes), capacityBytes * (this.#options.ailments?.diskFilled() ?? 0))
    return { capacityBytes, imageBytes: this.#images.bytes, filledBytes: Number.isNaN(filled) ? 0 : filled }
  }

  /** One Pod a look: it may be enough. */
  #relieve(node: Node, signal: Signal, usages: readonly PodUsage[]): void {
    this.#recorder.event(node, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${signal.resource}`)
    const candidates = usages.filter(({ pod }) => !isCritical(pod) && pod.metadata.deletionTimestamp === undefined).sort(evictionOrder(signal))
    const [victim] = candidates
    if (victim === undefined) return
    const message = evictionMessage(signal, victim)
    this.#recorder.event(victim.pod, 'Warning', 'Evicted', message)
    this.#context.trace({ type: 'note', from: this.name, what: 'evicted', subject: `${victim.pod.metadata.namespace ?? ''}/${victim.pod.metadata.name ?? ''}`, facts: { resource: signal.resource, available: signal.available } })
    this.#workers.evict(victim.pod, 'Evicted', message, 0)
  }

  #reportPressure(node: Node): void {
    const now = timeText(virtualMs(this.#context.now()))
    let conditions = [...(node.status?.conditions ?? [])]
    for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const) {
      const text = pressureText(type, this.#pressedAt.has(type))
      const current = conditions.find((condition) => condition.type === type)
      if (current?.status === text.status) continue
      conditions = withCondition(conditions, text, now)
      if (current !== undefined) {
        const reason = `Node${text.status === 'True' ? 'Has' : 'HasNo'}${type}`
        const words = { MemoryPressure: ['NodeHasInsufficientMemory', 'NodeHasSufficientMemory'], DiskPressure: ['NodeHasDiskPressure', 'NodeHasNoDiskPressure'], PIDPressure: ['NodeHasInsufficientPID', 'NodeHasSufficientPID'] }[type]
        const word = words[text.status === 'True' ? 0 : 1] ?? reason
        this.#recorder.event(node, 'Normal', word, `Node ${this.#options.nodeName} status is now: ${word}`)
      }
    }
    try {
      this.#patchStatus({ conditions })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return // the next tick tries again
    }
    this.#pressureDirty = false
  }

  /** Removes images nobody uses, least recently used first, until so many bytes are free of them. Returns how many bytes went. Upstream: realImageGCManager.freeSpace. */
  #removeImages(untilBytes: number): number {
    const inUse = this.#workers.imagesInUse()
    const now = this.#context.now()
    let freed = 0
    for (const { name, bytes, usedAt } of this.#images.leastRecentlyUsed()) {
      if (this.#images.bytes <= untilBytes) break
      if (inUse.has(name) || now - usedAt < imageMinAgeMs) continue
      this.#images.remove(name)
      freed += bytes
      this.#imagesDirty = true
    }
    return freed
  }

  /** What the node controller set to Unknown while nobody heard of this machine, as it really is; undefined when nothing is. */
  #undoubted(conditions: readonly NodeCondition[], now: string): NodeCondition[] | undefined {
    let changed: NodeCondition[] | undefined
    for (const { type, status } of conditions) {
      if (status !== 'Unknown') continue
      const kept = this.#kept.find((condition) => condition.type === type)
      if (kept !== undefined) changed = (changed ?? [...conditions]).map((other) => (other.type === type ? { ...kept, lastHeartbeatTime: now, lastTransitionTime: now } : other))
      else if (type === 'MemoryPressure' || type === 'DiskPressure' || type === 'PIDPressure') changed = withCondition(changed ?? conditions, pressureText(type, this.#pressedAt.has(type)), now)
    }
    return changed
  }

  #patchStatus(status: NodeStatus): void {
    this.#wrote(this.#client.patch<Node>({ resource: resources.nodes, name: this.#options.nodeName }, 'application/strategic-merge-patch+json', { status }, 'status'))
  }

  #wrote(node: Node): void {
    this.#writtenVersion = Math.max(this.#writtenVersion, Number(node.metadata.resourceVersion ?? 0))
  }

  /** Every five minutes, and when something is new. Upstream: syncNodeStatus. */
  #reportIfDue(): void {
    const node = this.#node
    if (node === undefined) return
    const now = this.#context.now()
    const due = now - this.#reportedAt >= reportMs
    if (due) this.#collectImages(node)
    if (!due && !this.#imagesDirty) return
    const text = timeText(virtualMs(now))
    let conditions = (node.status?.conditions ?? [])
      .filter((condition) => kubeletConditions.has(condition.type))
      .map((condition) => ({ ...condition, lastHeartbeatTime: text }))
    // What the cache shows may be from before this very look at the machine.
    if (!this.#keepsReady) {
      for (const { type } of conditions) if (isPressure(type)) conditions = withCondition(conditions, pressureText(type, this.#pressedAt.has(type)), text) as typeof conditions
    }
    try {
      this.#patchStatus({ ...(due ? { conditions } : {}), ...(this.#imagesDirty ? { images: this.#images.report() } : {}) })
      if (due) this.#reportedAt = now
      this.#imagesDirty = false
    } catch (error) {
      if (!(error instanceof ApiError)) throw error // the next tick tries again
    }
  }

  /** Upstream: GarbageCollect, every five minutes. */
  #collectImages(node: Node): void {
    const { capacityBytes, imageBytes, filledBytes: filled } = this.#disk(node)
    if (!(capacityBytes > 0) || (imageBytes + filled) / capacityBytes < imageGcHighShare) return
    this.#removeImages(Math.max(0, capacityBytes * imageGcLowShare - filled))
  }

  #findLease(): Lease | null {
    try {
      return this.#client.find<Lease>({ resource: resources.leases, namespace, name: this.#options.nodeName }) ?? null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return null
    }
  }

  /** Upstream: component-helpers/apimachinery/lease, controller. */
  #renewLease(): void {
    const renewTime = microTimeText(virtualMs(this.#context.now()))
    const { nodeName } = this.#options
    const uid = this.#node?.metadata.uid
    // Owned by the Node as it is now: one that was deleted and made again is another, and the old one's Lease would be collected.
    const ownerReferences = uid === undefined ? [] : [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid }]
    const renewed = (lease: Lease): Lease => ({
      ...lease, metadata: lease.metadata.ownerReferences?.[0]?.uid === uid ? lease.metadata : { ...lease.metadata, ownerReferences }, spec: { ...lease.spec, renewTime },
    })
    try {
      if (this.#lease !== null) {
        try {
          this.#lease = this.#client.update<Lease>(resources.leases, renewed(this.#lease))
          return
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          this.#lease = this.#findLease()
          if (this.#lease !== null) {
            this.#lease = this.#client.update<Lease>(resources.leases, renewed(this.#lease))
            return
          }
        }
      }
      this.#lease = this.#client.create<Lease>(resources.leases, {
        apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: nodeName, namespace, ...(uid === undefined ? {} : { ownerReferences }) },
        spec: { holderIdentity: nodeName, leaseDurationSeconds: leaseSeconds, renewTime },
      })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // There is one already that could not be read before: the next tick renews it.
      this.#lease = error.reason === 'AlreadyExists' ? this.#findLease() : null
    }
  }

  #block(): string | undefined {
    const spec = this.#node?.spec
    if (spec?.podCIDR?.includes('.') === true) return spec.podCIDR
    return spec?.podCIDRs?.find((block) => block.includes('.'))
  }

  #hostIp(): string {
    const addresses = this.#node?.status?.addresses
    if (addresses !== undefined) for (const { type, address } of addresses) if (type === 'InternalIP') return address
    return machineAddress(this.#block()) ?? ''
  }

  #takeAddress(used: (ip: string) => boolean): string | undefined {
    const block = this.#block()
    const next = block === undefined ? undefined : nextAddress(block, this.#lastOffset, used)
    if (next === undefined) return undefined
    this.#lastOffset = next.offset
    return next.ip
  }

  /** Kubernetes pulls one image at a time unless told otherwise (serializeImagePulls, maxParallelImagePulls). */
  #parallelPulls(): number {
    const text = this.#node?.metadata.annotations?.['berth.dev/parallel-image-pulls'] ?? ''
    return /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 1
  }
}

/** Which channel an event of a Pod comes by. */
const channelOf: Readonly<Record<string, KubeletChannel>> = {
  sandboxed: 'plegCh', started: 'plegCh', exited: 'plegCh', oom: 'plegCh', probe: 'probes', wake: 'syncCh', status: 'syncCh', deadline: 'syncCh',
}

function isPressure(type: string): type is PressureType {
  return type === 'MemoryPressure' || type === 'DiskPressure' || type === 'PIDPressure'
}

const kubeletConditions = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'])

/** Oldest first, as the kubelet admits what it finds on its start. */
function byStart(a: Pod, b: Pod): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (x !== y) return x < y ? -1 : 1
  const [m, n] = [`${a.metadata.namespace ?? ''}/${a.metadata.name ?? ''}`, `${b.metadata.namespace ?? ''}/${b.metadata.name ?? ''}`]
  return m < n ? -1 : m > n ? 1 : 0
}
