import { compareText, hashOf, RollingHash, canonicalJson } from '../base'
import { pathOf, resources, type ApiObject, type ApiRequest, type ApiResponse, type Explanation, type Node, type Pod, type Resource } from '../api'
import { Apiserver, labelRequirementsOf, type ImportResult, type Onlooker } from './apiserver'
import { ControllerManager } from './controllers'
import { Etcd } from './etcd'
import { Simulation, type Checkpoint, type EventBody, type TraceRecord } from './kernel'
import { Kubelet, metricsApi, MetricsServer, NodePool, type NodeStats } from './node'
import { Scheduler, type ExtenderRoad } from './scheduler'
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
  readonly scheduler: Scheduler
  readonly controllerManager: ControllerManager
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
      node: (name) => this.#find(pathOf(resources.nodes, undefined, name)) as Node | undefined,
      pod: (namespace, name) => this.#find(pathOf(resources.pods, namespace, name)) as Pod | undefined,
    })
    const transport = this.#metrics.behind(this.apiserver)
    this.apiserver.connectAggregated(metricsApi)
    this.apiserver.connectNodes({ logs: (query) => this.#kubelet(query.nodeName)?.logs(query) })
    this.scheduler = new Scheduler({
      context: simulation.context('kube-scheduler'), transport, cycleMs: settings.cycleMs, ...(options.extenderRoad === undefined ? {} : { extenderRoad: options.extenderRoad }),
      ...(settings.schedulerConfiguration === undefined ? {} : { configuration: settings.schedulerConfiguration }),
    })
    this.controllerManager = new ControllerManager({ context: simulation.context('kube-controller-manager'), transport, syncMs: settings.syncMs })
    const makeKubelet = (nodeName: string): Kubelet => new Kubelet({
      nodeName, context: simulation.context(`kubelet/${nodeName}`), transport,
      pullBytesPerMs: settings.pullBytesPerMs, containerStartMs: settings.containerStartMs,
    })
    const nodePool = new NodePool({
      context: simulation.context('node-pool'), transport,
      start: (nodeName) => {
        const kubelet = makeKubelet(nodeName)
        simulation.add(kubelet)
        kubelet.start()
      },
      stop: (nodeName) => { simulation.remove(`kubelet/${nodeName}`) },
    })
    simulation.setFactory((name) => (name.startsWith('kubelet/') ? makeKubelet(name.slice('kubelet/'.length)) : undefined))
    for (const actor of [this.etcd, this.apiserver, this.scheduler, this.controllerManager, nodePool]) simulation.add(actor)
    simulation.add({
      name: gateway,
      handle: (body: EventBody) => {
        this.#answer = body.type === 'request'
          ? transport.request(body['request'] as ApiRequest)
          : this.apiserver.importObjects(body['objects'] as readonly ApiObject[])
      },
      save: () => null,
      load: () => undefined,
    })
    // In the order in which a real control plane comes up.
    this.apiserver.start()
    this.controllerManager.start()
    this.scheduler.start()
    nodePool.start()
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
    this.simulation.restore(checkpoint.simulation)
  }

  /** Hash of everything stored: keys, values, revisions. */
  stateHash(): string {
    const hash = new RollingHash()
    const entries = [...this.etcd.entries()].sort((a, b) => compareText(a.key, b.key))
    for (const entry of entries) hash.add(entry.key).addNumber(entry.modRevision).add(canonicalJson(entry.value))
    return hash.digest()
  }

  #kubelet(nodeName: string): Kubelet | undefined {
    return this.simulation.actor(`kubelet/${nodeName}`) as unknown as Kubelet | undefined
  }

  #kubelets(): Kubelet[] {
    return this.simulation.actorNames().filter((name) => name.startsWith('kubelet/')).map((name) => this.simulation.actor(name) as unknown as Kubelet)
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
