import { compareText, hashOf, RollingHash, canonicalJson } from '../base'
import { pathOf, resources, splitKey, type ApiObject, type ApiRequest, type ApiResponse, type Explanation, type FaultRequest, type MachineView, type Node, type Pod, type Resource, type RuntimeView, type TrafficAnswer, type TrafficRequest } from '../api'
import { Apiserver, labelRequirementsOf, type ImportResult, type Onlooker } from './apiserver'
import { ControllerManager, defaultControllerSettings } from './controllers'
import { Etcd } from './etcd'
import { Faults, type FaultAnswer } from './faults'
import { Simulation, type Actor, type Checkpoint, type EventBody, type TraceRecord } from './kernel'
import {
  Flannel, flannelTables, KubeProxies, Kubelet, metricsApi, MetricsServer, NodePool, packetPath, runtimeNames, runtimeOf, runtimeRestart, runtimeView, subnetKey, versionDefault,
  type FlannelTables, type FlannelView, type NodeStats, type PacketPath,
} from './node'
import { Scheduler, type ExtenderRoad } from './scheduler'
import { flannelStore } from './flannel-store'
import { defaultSettings, type ClusterSettings } from './settings'

export interface ClusterOptions {
  readonly seed: number
  readonly settings?: Partial<ClusterSettings>
  /** The way to scheduler extenders that have a URL, in a host with a network. */
  readonly extenderRoad?: ExtenderRoad
  /** Hears every trace record as it is made. */
  readonly onTrace?: (record: TraceRecord) => void
}

/** A cluster as plain data. `JSON.parse(JSON.stringify(it))` restores as well as itself. */
export interface ClusterCheckpoint {
  readonly settings: ClusterSettings
  readonly simulation: Checkpoint
}

const gateway = 'gateway'

/**
 * The composition root: the only file that knows all the rooms. Several clusters can live side by side; nothing hangs on a module.
 */
export class Cluster {
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly etcd: Etcd<ApiObject>
  readonly apiserver: Apiserver
  readonly faults: Faults
  readonly proxies: KubeProxies
  readonly flannel: Flannel
  readonly #metrics: MetricsServer
  #answer: ApiResponse | ImportResult | undefined

  constructor(options: ClusterOptions) {
    const settings: ClusterSettings = { ...defaultSettings, ...options.settings }
    this.settings = settings
    const simulation = new Simulation({ seed: options.seed, ...(options.onTrace ? { onTrace: options.onTrace } : {}) })
    this.simulation = simulation
    this.etcd = new Etcd<ApiObject>({ context: simulation.context('etcd'), ...(settings.historyRevisions === undefined ? {} : { historyRevisions: settings.historyRevisions }) })
    this.apiserver = new Apiserver({ context: simulation.context('kube-apiserver'), etcd: this.etcd, watchLatencyMs: settings.watchLatencyMs })
    // The metrics API stands in front, as an APIService would route it.
    this.#metrics = new MetricsServer({
      now: () => simulation.now,
      labelRequirements: labelRequirementsOf,
      stats: () => this.#kubelets().map((kubelet) => kubelet.stats()).filter((stats): stats is NodeStats => stats !== undefined),
      node: (name) => this.#node(name),
      pod: (namespace, name) => this.#find(pathOf(resources.pods, namespace, name)) as Pod | undefined,
    })
    const transport = this.#metrics.behind(this.apiserver)
    this.apiserver.connectAggregated(metricsApi)
    this.apiserver.connectNodes({ logs: (query) => (this.faults.isUnreachable(query.nodeName) ? undefined : this.#kubelet(query.nodeName)?.logs(query)) })
    const nodePool = new NodePool({
      context: simulation.context('node-pool'), transport: this.apiserver,
      // A Node that comes without a Ready condition is new here: whatever it says later was said in this cluster.
      start: (nodeName, node, replaced) => { this.faults.plugIn(nodeName, { fresh: node.status?.conditions?.some(({ type }) => type === 'Ready') !== true, replaced }) },
      stop: (nodeName) => {
        simulation.remove(`kubelet/${nodeName}`)
        this.flannel.forget(nodeName)
      },
    })
    this.flannel = new Flannel({
      context: simulation.context('flannel'), store: flannelStore(this.etcd), reaches: (node) => !this.faults.isUnreachable(node),
      config: { Network: '10.224.0.0/11', SubnetLen: 24, SubnetMin: '10.224.0.0', Backend: settings.networkBackend === 'vxlan' ? { Type: 'vxlan', VNI: 1, Port: 8472 } : { Type: 'host-gw' } },
    })
    const makeScheduler = (configuration: unknown): Scheduler => new Scheduler({
      context: simulation.context('kube-scheduler'), transport: this.faults.road(transport), cycleMs: settings.cycleMs, ...(options.extenderRoad === undefined ? {} : { extenderRoad: options.extenderRoad }),
      ...(configuration === undefined ? {} : { configuration }),
    })
    const makeControllerManager = (): ControllerManager => new ControllerManager({
      context: simulation.context('kube-controller-manager'), transport: this.faults.road(transport), syncMs: settings.syncMs, disabled: this.faults.disabledControllers,
    })
    const makeKubelet = (nodeName: string): Kubelet => new Kubelet({
      nodeName, context: simulation.context(`kubelet/${nodeName}`), transport: this.faults.road(transport, nodeName),
      pullBytesPerMs: settings.pullBytesPerMs, containerStartMs: settings.containerStartMs, ailments: this.faults.ailments(nodeName),
      joinNetwork: (block, address) => { this.flannel.join(nodeName, address, block) },
      requestRate: (pod) => this.proxies.requestsPerSecond(pod),
    })
    /** Another process in the place of the one that was there. */
    const replace = <T extends Actor>(actor: T): T => {
      simulation.remove(actor.name)
      simulation.add(actor)
      return actor
    }
    this.faults = new Faults(simulation.context('faults'), {
      isMachine: (name) => nodePool.has(name),
      nodeOfPod: (key) => {
        const pod = this.#pod(key)
        return pod === undefined ? undefined : pod.spec?.nodeName ?? ''
      },
      controllers: () => this.controllerManager.names,
      stopMachine: (node) => {
        simulation.remove(`kubelet/${node}`)
        this.flannel.leave(node)
      },
      startKubelet: (node, options) => { replace(makeKubelet(node)).start(options) },
      stopKubelet: (node) => { simulation.remove(`kubelet/${node}`) },
      restartRuntime: (node) => { simulation.schedule(0, `kubelet/${node}`, runtimeRestart()) },
      startScheduler: (life) => { this.scheduler.start(life) },
      stopScheduler: () => {
        const { configuration } = this.scheduler
        const past = this.scheduler.stop()
        replace(makeScheduler(configuration)).remember(past)
      },
      renewControllerManager: (runs) => {
        const manager = replace(makeControllerManager())
        if (runs) manager.start()
      },
      breakWatches: (breaks, options) => { this.apiserver.breakWatches(breaks, options) },
      apiserverRestarted: () => { this.apiserver.restarted() },
      setSlow: (ms) => { this.apiserver.slowMs = ms },
      behaviourChanged: (key) => {
        const pod = this.#pod(key)
        if (pod?.spec?.nodeName !== undefined) simulation.schedule(0, `kubelet/${pod.spec.nodeName}`, { type: 'pod', uid: pod.metadata.uid, what: 'usage' })
      },
    })
    this.proxies = new KubeProxies({
      context: simulation.context('kube-proxy'), transport: this.faults.road(transport),
      world: {
        node: (name) => this.#node(name),
        nodes: () => this.apiserver.listAt(resources.nodes) as readonly unknown[] as readonly Node[],
        pod: (key) => this.#pod(key),
        pods: () => this.apiserver.listAt(resources.pods) as readonly unknown[] as readonly Pod[],
        unreachable: () => this.faults.unreachable,
        listAt: (resource, revision) => this.apiserver.listAt(resource, revision),
      },
    })
    simulation.setFactory((name) => {
      switch (name) {
        case 'kube-scheduler': return makeScheduler(settings.schedulerConfiguration)
        case 'kube-controller-manager': return makeControllerManager()
        default: return name.startsWith('kubelet/') ? makeKubelet(name.slice('kubelet/'.length)) : undefined
      }
    })
    for (const actor of [this.etcd, this.apiserver, makeScheduler(settings.schedulerConfiguration), makeControllerManager(), nodePool, this.faults, this.flannel, this.proxies]) simulation.add(actor)
    const outside = this.faults.road(transport)
    simulation.add({
      name: gateway,
      handle: (body: EventBody) => {
        this.#answer = body.type === 'request'
          ? outside.request(body['request'] as ApiRequest)
          : this.apiserver.importObjects(body['objects'] as readonly ApiObject[])
      },
      save: () => null,
      load: () => undefined,
    })
    // In the order in which a real control plane comes up.
    this.flannel.start()
    this.apiserver.start()
    this.controllerManager.start()
    this.scheduler.start()
    nodePool.start()
    this.proxies.start()
  }

  /** The process that runs now, or the one that would be started next when somebody stopped it. */
  get scheduler(): Scheduler {
    return this.simulation.actor('kube-scheduler') as unknown as Scheduler
  }

  get controllerManager(): ControllerManager {
    return this.simulation.actor('kube-controller-manager') as unknown as ControllerManager
  }

  /** Breaks something on purpose, or (`on: false`) makes it whole again. Counts as an event of the history, refused or not. */
  fault(fault: Omit<FaultRequest, 'on'> & { readonly on?: boolean }): FaultAnswer {
    this.simulation.input(this.faults.name, { type: 'fault', fault: { on: true, ...fault } })
    return this.faults.answer
  }

  /** Requests to a Service, a node or a Pod, through kube-proxy's rules. Counts as an event of the history. */
  send(traffic: TrafficRequest): TrafficAnswer {
    this.simulation.input(this.proxies.name, { type: 'send', traffic })
    return this.proxies.answer
  }

  /** A request from outside (a person's kubectl): counts as an event of the history. */
  request(request: ApiRequest): ApiResponse {
    this.simulation.input(gateway, { type: 'request', request })
    return this.#answer as ApiResponse
  }

  /** Puts objects of a real cluster into the store as they are (uid, times, status kept). Counts as an event of the history. */
  importObjects(objects: readonly ApiObject[]): ImportResult {
    this.simulation.input(gateway, { type: 'import', objects })
    return this.#answer as ImportResult
  }

  /** Reads without leaving a trace: for people who look, never for components. GET only. */
  read(request: ApiRequest): ApiResponse {
    return this.#metrics.answer(request) ?? this.apiserver.read(request)
  }

  /** A watch of somebody outside: no part of the history. Throws `ApiError` when refused. Gives the way to stop it. */
  follow(request: ApiRequest, onlooker: Onlooker): () => void {
    return this.apiserver.follow(request, onlooker)
  }

  /** All objects of a kind as they stood at a revision (default now). */
  listAt(resource: Resource, revision?: number): readonly ApiObject[] {
    return this.apiserver.listAt(resource, revision)
  }

  /** The full record of a past cycle, made by running the same plugins again. `undefined`: unknown cycle, or its history was compacted. */
  explain(cycle: number): Explanation | undefined {
    return this.scheduler.explain(cycle, (resource, revision) => this.apiserver.listAt(resource, revision))
  }

  checkpoint(): ClusterCheckpoint {
    return { settings: this.settings, simulation: this.simulation.checkpoint() }
  }

  restore(checkpoint: ClusterCheckpoint): void {
    // Which controllers there are is decided when the manager is made.
    const before = this.faults.disabledControllers.join()
    this.faults.load(checkpoint.simulation.actors[this.faults.name])
    if (this.faults.disabledControllers.join() !== before) this.simulation.remove('kube-controller-manager')
    this.simulation.restore(checkpoint.simulation)
    if (this.simulation.actor(this.faults.name) === undefined) this.simulation.add(this.faults)
  }

  /** Hash of everything stored: keys, values, revisions. */
  stateHash(): string {
    const hash = new RollingHash()
    const entries = [...this.etcd.entries()].sort((a, b) => compareText(a.key, b.key))
    for (const entry of entries) hash.add(entry.key).addNumber(entry.modRevision).add(canonicalJson(entry.value))
    return hash.digest()
  }

  /** What is inside a machine now; undefined while nobody there could say. `picked`: key of a Pod to be told more about. */
  machine(node: string, picked?: string): MachineView | undefined {
    return this.#kubelet(node)?.look(picked)
  }

  /** How far the pull of a Pod (by uid) on a node has come; undefined while it has none. */
  pull(node: string, uid: string): ReturnType<Kubelet['pull']> {
    return this.#kubelet(node)?.pull(uid)
  }

  /** The container runtimes that a node may have, with what their steps take here; the one it has (`version`) in its own version. */
  runtimes(version?: string): readonly RuntimeView[] {
    const own = runtimeOf(version)
    return runtimeNames.filter((name) => name !== 'cri-o' || own.name === name).map((name) => runtimeView(own.name === name ? own : runtimeOf(versionDefault[name]), this.settings.containerStartMs))
  }

  /** flannel's tables on a node, as far as `limit` others; undefined where no flanneld ever ran. */
  networkOf(node: string, limit?: number): { readonly view: FlannelView; readonly tables: FlannelTables; readonly bridge: string; readonly key: string } | undefined {
    const view = this.flannel.view(node)
    if (view === undefined) return undefined
    const bridge = this.#bridgeOf(node)
    return { view, tables: flannelTables(view, bridge, limit), bridge, key: subnetKey(view.subnet) }
  }

  /** The way of a packet between two Pods, place by place; undefined when the sender's node has no network. */
  packetPath(from: { readonly node: string; readonly ip: string }, to: { readonly node: string; readonly ip: string }, bytes?: number): PacketPath | undefined {
    const view = this.flannel.view(from.node)
    return view === undefined ? undefined : packetPath({ ...from, bridge: this.#bridgeOf(from.node) }, { ...to, bridge: this.#bridgeOf(to.node) }, view, bytes)
  }

  /** The node with that InternalIP, among those with a flanneld. */
  nodeOfAddress(ip: string): string | undefined {
    return this.flannel.nodeOf(ip)
  }

  /** After so long without a renewed Lease a Node's conditions turn Unknown. */
  readonly nodeMonitorGraceMs = defaultControllerSettings.nodeMonitorGraceMs

  #bridgeOf(node: string): string {
    return runtimeOf(this.#node(node)?.status?.nodeInfo?.containerRuntimeVersion).address.bridge
  }

  #node(name: string): Node | undefined {
    return this.#find(pathOf(resources.nodes, undefined, name)) as Node | undefined
  }

  #pod(key: string): Pod | undefined {
    const { namespace, name } = splitKey(key)
    return this.#find(pathOf(resources.pods, namespace, name)) as Pod | undefined
  }

  #kubelet(nodeName: string): Kubelet | undefined {
    return this.simulation.actor(`kubelet/${nodeName}`) as unknown as Kubelet | undefined
  }

  #kubelets(): Kubelet[] {
    return this.simulation.actorNames().filter((name) => name.startsWith('kubelet/') && !this.faults.isUnreachable(name.slice('kubelet/'.length))).map((name) => this.simulation.actor(name) as unknown as Kubelet)
  }

  #find(path: string): unknown {
    const response = this.apiserver.read({ method: 'GET', path, userAgent: 'metrics-server' })
    return response.status === 200 ? response.body : undefined
  }

  /** Both: what happened and what it came to. */
  hash(): string {
    return hashOf(`${this.simulation.historyHash()} ${this.stateHash()}`)
  }
}
