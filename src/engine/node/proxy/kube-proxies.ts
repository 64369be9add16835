import {
  keyOf, resources, type ApiObject, type ConfigMap, type EndpointSlice, type Resource, type Service, type TrafficAnswer, type TrafficClient, type TrafficFlow, type TrafficOutcome,
  type TrafficRecord, type TrafficRequest, type TrafficTally, type TrafficWalk,
} from '../../../api'
import { Client, Informers, type Informer, type Transport } from '../../client'
import type { Actor, ActorContext, EventBody } from '../../kernel'
import { defaultConfiguration, modeOf, readConfiguration, type ProxyConfiguration, type ProxyMode } from './config'
import { lookUp, type DnsAnswer, type DnsZone } from './dns'
import { isHeard, overlaid, zoneOf, type Heard, type Revisions } from './heard'
import type { ProxyNode } from './iptables'
import { ipvsadmText, noConnections } from './ipvs'
import { MadeRules } from './made-rules'
import { NodeState, type SavedNodeState } from './node-state'
import type { NodeRules } from './node-rules'
import { preview, retrace } from './retrace'
import { Sender, type Drawn } from './sender'
import { reachable, serviceLabel, type ServicePortInfo } from './service-ports'
import { saveText } from './tables'
import { isAddress, parseTarget } from './target'
import { Traffic, type Remembered, type Replay, type SavedTraffic } from './traffic'
import { addressesOf, clientName, type ProxyWorld } from './world'

export interface KubeProxiesOptions {
  readonly context: ActorContext
  readonly transport: Transport
  readonly world: ProxyWorld
}

interface Saved {
  readonly informers: unknown
  readonly revisions: Revisions
  readonly configuration: ProxyConfiguration
  readonly behindServices: readonly (readonly [string, Service | null])[]
  readonly behindSlices: readonly (readonly [string, EndpointSlice | null])[]
  readonly stopped: readonly string[]
  readonly pinned: readonly (readonly [string, number])[]
  readonly pins: readonly Heard[]
  readonly nodes: readonly (readonly [string, SavedNodeState])[]
  readonly traffic: SavedTraffic
  readonly sourcePorts: readonly (readonly [string, number])[]
  readonly kept: readonly (readonly [string, number])[]
  readonly flows: readonly (readonly [string, Flow])[]
  readonly flowsBegun: number
  readonly lastSyncAt: number
  readonly syncDue: boolean
}

/** Requests that go out every second. `life` tells its timer from that of an earlier one. */
interface Flow {
  readonly request: TrafficRequest
  readonly life: number
}

/** Upstream: iptables.minSyncPeriod. */
const syncPeriodMs = 1_000
const ephemeralFirst = 32_768
const ephemeralCount = 28_232
const countMax = 10_000
const recordsAnswered = 50
const flowMs = 1_000
const nothingSent: TrafficAnswer = { first: 0, count: 0, outcomes: {}, records: [] }
const configMapName = 'kube-proxy'

/**
 * kube-proxy on every node, and the requests that go through it. The proxies of a cluster all hear the same Services and EndpointSlices,
 * so they share one watch and one clock: what differs between them is who has stopped listening, and what each kernel remembers.
 * Rules are made from what was heard when somebody looks or sends; a node that no packet meets costs nothing.
 */
export class KubeProxies implements Actor {
  readonly name = 'kube-proxy'
  readonly #context: ActorContext
  readonly #world: ProxyWorld
  readonly #informers: Informers
  readonly #services: Informer<Service>
  readonly #slices: Informer<EndpointSlice>
  readonly #configMaps: Informer<ConfigMap>
  /** As it was at the last sync, where it has changed since; null: was not there. */
  #behindServices = new Map<string, Service | null>()
  #behindSlices = new Map<string, EndpointSlice | null>()
  #revisions: Revisions = { services: 0, slices: 0 }
  #configuration: ProxyConfiguration = defaultConfiguration
  /** Nodes whose proxy was stopped. */
  #stopped = new Set<string>()
  /** What nodes that heard nothing since go by. */
  #pinned = new Map<string, Heard>()
  #nodes = new Map<string, NodeState>()
  #traffic = new Traffic()
  /** Connections that a client has opened, by its address. */
  #sourcePorts = new Map<string, number>()
  /** Source port of the connection that a client keeps to a target. */
  #kept = new Map<string, number>()
  #flows = new Map<string, Flow>()
  #flowsBegun = 0
  #lastSyncAt = -syncPeriodMs
  #syncDue = false
  #answer = nothingSent
  // What can be made again.
  #heard: Heard | undefined
  readonly #made = new MadeRules()
  /** Of a request that was looked at last, made of the store's history. */
  #past: Heard | undefined

  constructor({ context, transport, world }: KubeProxiesOptions) {
    this.#context = context
    this.#world = world
    this.#informers = new Informers(new Client(transport, 'kube-proxy'), context)
    this.#services = this.#informers.for<Service>(resources.services)
    this.#slices = this.#informers.for<EndpointSlice>(resources.endpointslices).addIndex('service', (slice) => {
      const name = slice.metadata.labels?.[serviceLabel]
      return name === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${name}`]
    })
    this.#configMaps = this.#informers.for<ConfigMap>(resources.configmaps, { namespace: 'kube-system', fieldSelector: `metadata.name=${configMapName}` })
    const changed = (): void => { this.#wantSync() }
    this.#services.addHandler({
      onAdd: (service) => { this.#behind(this.#behindServices, service, null) },
      onUpdate: (old, service) => { this.#behind(this.#behindServices, service, old) },
      onDelete: (service) => { this.#behind(this.#behindServices, service, service) },
    })
    this.#slices.addHandler({
      onAdd: (slice) => { this.#behind(this.#behindSlices, slice, null) },
      onUpdate: (old, slice) => { this.#behind(this.#behindSlices, slice, old) },
      onDelete: (slice) => { this.#behind(this.#behindSlices, slice, slice) },
    })
    this.#configMaps.addHandler({ onAdd: changed, onUpdate: changed, onDelete: changed })
  }

  start(): void {
    this.#informers.start()
  }

  /** What the last `send` came to. */
  get answer(): TrafficAnswer {
    return this.#answer
  }

  // Actor.

  handle(body: EventBody): void {
    switch (body.type) {
      case 'sync':
        if (this.#syncDue) this.#sync()
        return
      case 'send':
        this.#answer = this.#take(body['traffic'] as TrafficRequest)
        return
      case 'steady': {
        const flow = this.#flows.get(String(body['flow']))
        if (flow !== undefined && flow.life === body['life']) this.#flowOn(String(body['flow']), flow)
        return
      }
      case 'stop':
        this.#pin(String(body['node']))
        this.#stopped.add(String(body['node']))
        return
      case 'start':
        this.#stopped.delete(String(body['node']))
        return
      default: this.#informers.handle(body)
    }
  }

  save(): Saved {
    const pins = [...new Set(this.#pinned.values())]
    return {
      informers: this.#informers.save(), revisions: this.#revisions, configuration: this.#configuration,
      behindServices: [...this.#behindServices], behindSlices: [...this.#behindSlices], stopped: [...this.#stopped],
      pinned: [...this.#pinned].map(([node, heard]) => [node, pins.indexOf(heard)] as const), pins,
      nodes: [...this.#nodes].map(([node, state]) => [node, state.save()] as const), traffic: this.#traffic.save(),
      sourcePorts: [...this.#sourcePorts], kept: [...this.#kept], flows: [...this.#flows], flowsBegun: this.#flowsBegun, lastSyncAt: this.#lastSyncAt, syncDue: this.#syncDue,
    }
  }

  load(state: unknown): void {
    const saved = state as Saved
    this.#informers.load(saved.informers)
    this.#revisions = saved.revisions
    this.#configuration = saved.configuration
    this.#behindServices = new Map(saved.behindServices)
    this.#behindSlices = new Map(saved.behindSlices)
    this.#stopped = new Set(saved.stopped)
    this.#pinned = new Map(saved.pinned.map(([node, pin]) => [node, saved.pins[pin] as Heard]))
    this.#nodes = new Map(saved.nodes.map(([node, each]) => [node, NodeState.restored(each)]))
    this.#traffic = Traffic.restored(saved.traffic)
    this.#sourcePorts = new Map(saved.sourcePorts)
    this.#kept = new Map(saved.kept)
    this.#flows = new Map(saved.flows)
    this.#flowsBegun = saved.flowsBegun
    this.#lastSyncAt = saved.lastSyncAt
    this.#syncDue = saved.syncDue
    this.#heard = undefined
    this.#past = undefined
    this.#made.clear()
  }

  // Reading: nothing of this changes anything.

  /** The mode in which a node's proxy runs: an annotation of the Node goes before the cluster's configuration. */
  modeOf(node: string): ProxyMode {
    return modeOf(this.#world.node(node)?.metadata.annotations?.['berth.dev/proxy-mode'] || undefined) ?? this.#heardBy(node).configuration.mode
  }

  get configuration(): ProxyConfiguration {
    return this.#configuration
  }

  /** Service ports as a node's proxy knows them. */
  portsOf(node: string): readonly ServicePortInfo[] {
    return this.#made.ports(this.#heardBy(node))
  }

  /** The revision that a node's rules are made of. */
  revisionOf(node: string): number {
    const { services, slices } = this.#heardBy(node).revisions
    return Math.max(services, slices)
  }

  /** A node's rules, in its own mode or another. */
  rulesOf(node: string, mode: ProxyMode = this.modeOf(node)): NodeRules {
    return this.#made.rules(this.#heardBy(node), this.#proxyNode(node), mode)
  }

  iptablesText(node: string, mode?: ProxyMode): string {
    const { nat, filter } = this.rulesOf(node, mode)
    return saveText([nat, filter])
  }

  /** What `ipvsadm -Ln` prints on a node; undefined when it is not in IPVS mode. */
  ipvsText(node: string, mode?: ProxyMode): string | undefined {
    const { ipvs } = this.rulesOf(node, mode)
    if (ipvs === undefined) return undefined
    const state = this.#nodes.get(node)
    return ipvsadmText(ipvs.servers.values(), (server, real) => state?.connectionsOf(server.key).get(real.key) ?? noConnections)
  }

  connectionCount(node: string): number {
    return this.#nodes.get(node)?.connectionCount ?? 0
  }

  tally(servicePort: string): TrafficTally | undefined {
    return this.#traffic.tally(servicePort)
  }

  /** The newest requests, newest first: all, or those of a Service and those that led to none. */
  records(limit: number, service?: string): readonly TrafficRecord[] {
    return this.#traffic.records(limit, service)
  }

  get sent(): number {
    return this.#traffic.sent
  }

  /** What is sent steadily now. */
  get flows(): readonly TrafficFlow[] {
    return [...this.#flows.values()].map(({ request: { from, to, count } }) => ({ from, to, perSecond: count }))
  }

  /** Requests a second that a Pod got over the last minute. */
  requestsPerSecond(pod: string): number {
    return this.#traffic.requestsPerSecond(pod, this.#context.now())
  }

  /** What a name leads to, as a client's resolver finds it. */
  resolve(name: string, from: TrafficClient): DnsAnswer {
    return lookUp(name, this.#searchNamespace(from), this.#zone())
  }

  /** A request's way, walked again; undefined when it is not remembered. */
  walk(id: number): TrafficWalk | undefined {
    const known = this.#traffic.find(id)
    if (known === undefined) return undefined
    const { record, replay } = known
    const client = this.#clientOf(record)
    const heard = this.#heardAt(replay)
    const asked = parseTarget(record.to)
    const dns = asked === undefined || isAddress(asked.host) ? [] : lookUp(asked.host, this.#searchNamespace(client), heard === undefined ? this.#zone() : zoneOf(heard)).queries
    if (record.destination === undefined) return { record, dns, chains: [], inModes: [], complete: true }
    if (heard === undefined) return { record, dns, chains: [], inModes: [], complete: false }
    const sourceLocal = record.clientNode !== undefined && record.clientNode === record.nodes[0] && addressesOf(this.#world.node(record.clientNode)).includes(record.clientIP)
    return retrace(known, { rulesOf: (node, mode) => this.#made.rules(heard, this.#proxyNode(node), mode), sourceLocal, dns })
  }

  /** What a request to a service port's cluster address would meet on a node, before any number is drawn. */
  preview(node: string, servicePort: string): Pick<TrafficWalk, 'chains' | 'virtualServer' | 'process'> {
    const info = this.portsOf(node).find((port) => port.name === servicePort)
    return info === undefined ? { chains: [] } : preview(this.rulesOf(node), info)
  }

  /** Addresses that a node sends a service port's traffic to. */
  reachableFrom(node: string, servicePort: string): readonly string[] {
    const info = this.portsOf(node).find((port) => port.name === servicePort)
    if (info === undefined) return []
    const { cluster, local } = reachable(info, node, this.#proxyNode(node).zone)
    return (info.internalLocal ? local : cluster).map((backend) => backend.key)
  }

  /** The configuration that somebody wrote is the one in force. */
  get settled(): boolean {
    return !this.#syncDue
  }

  // What proxies have heard.

  #behind<T extends { readonly metadata: ApiObject['metadata'] }>(behind: Map<string, T | null>, object: T, old: T | null): void {
    const key = keyOf(object)
    if (!behind.has(key)) behind.set(key, old)
    this.#wantSync()
  }

  /** Soon, but not more often than once a period. Upstream: BoundedFrequencyRunner. */
  #wantSync(): void {
    if (this.#syncDue) return
    this.#syncDue = true
    this.#context.schedule(Math.max(0, this.#lastSyncAt + syncPeriodMs - this.#context.now()), { type: 'sync' })
  }

  #sync(): void {
    const deaf = new Set([...this.#world.unreachable(), ...this.#stopped])
    for (const node of deaf) this.#pin(node)
    for (const node of this.#pinned.keys()) if (!deaf.has(node)) this.#pinned.delete(node)
    this.#syncDue = false
    this.#lastSyncAt = this.#context.now()
    this.#behindServices.clear()
    this.#behindSlices.clear()
    this.#revisions = { services: Number(this.#services.resourceVersion) || 0, slices: Number(this.#slices.resourceVersion) || 0 }
    const text = this.#configMaps.get(`kube-system/${configMapName}`)?.data?.['config.conf']
    const wanted = text === undefined ? defaultConfiguration : readConfiguration(text)
    const before = this.#configuration
    // With one that it cannot read it would not start again; the rules stay as they are.
    this.#configuration = wanted ?? before
    this.#heard = undefined
    this.#context.trace({
      type: 'note', from: this.name, what: 'proxy-sync',
      facts: { revision: Math.max(this.#revisions.services, this.#revisions.slices), services: this.#services.size, mode: this.#configuration.mode, changed: before.mode !== this.#configuration.mode, refused: wanted === undefined },
    })
  }

  #pin(node: string): void {
    if (!this.#pinned.has(node)) this.#pinned.set(node, this.#inForce())
  }

  #heardBy(node: string): Heard {
    const pinned = this.#pinned.get(node)
    if (pinned === undefined) return this.#inForce()
    return this.#stopped.has(node) || this.#world.unreachable().includes(node) ? pinned : this.#inForce()
  }

  /** What everybody goes by who listens: as it was at the last sync. */
  #inForce(): Heard {
    return this.#heard ??= {
      services: overlaid(this.#services, this.#behindServices), slices: overlaid(this.#slices, this.#behindSlices), revisions: this.#revisions, configuration: this.#configuration,
    }
  }

  #heardAt({ revisions, configuration }: Replay): Heard | undefined {
    const known = [this.#inForce(), ...this.#pinned.values(), ...(this.#past === undefined ? [] : [this.#past])].find((heard) => isHeard(heard, { revisions, configuration }))
    if (known !== undefined) return known
    try {
      const list = <T>(resource: Resource, revision: number): readonly T[] => this.#world.listAt(resource, revision) as readonly unknown[] as readonly T[]
      return this.#past = { services: list<Service>(resources.services, revisions.services), slices: list<EndpointSlice>(resources.endpointslices, revisions.slices), revisions, configuration }
    } catch {
      return undefined // compacted: the rules of that moment are gone
    }
  }

  #proxyNode(name: string): ProxyNode {
    const node = this.#world.node(name)
    return { name, zone: node?.metadata.labels?.['topology.kubernetes.io/zone'], addresses: addressesOf(node) }
  }

  /** The cluster's DNS has a watch of its own and no period: it says what was heard last. */
  #zone(): DnsZone {
    return { service: (key) => this.#services.get(key), slices: (key) => this.#slices.byIndex('service', key) }
  }

  /** The namespace of a client's search path; undefined when its resolver is not the cluster's. */
  #searchNamespace(from: TrafficClient): string | undefined {
    if (!('pod' in from)) return undefined
    const pod = this.#world.pod(from.pod)
    const { dnsPolicy = 'ClusterFirst', hostNetwork = false } = pod?.spec ?? {}
    // A Pod in its node's network has its node's resolver, unless it says otherwise.
    if (dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)) return pod?.metadata.namespace ?? from.pod.split('/')[0]
    return undefined
  }

  #clientOf(record: TrafficRecord): TrafficClient {
    if (record.clientNode === undefined) return { outside: record.clientIP }
    return record.client.includes('/') ? { pod: record.client } : { node: record.client }
  }

  // Requests.

  /** Sends, or begins or ends to send every second. */
  #take(traffic: TrafficRequest): TrafficAnswer {
    // What is no address is only refused.
    if (traffic.steady === undefined || parseTarget(traffic.to) === undefined) return this.#send(traffic, 'request')
    const key = `${JSON.stringify(traffic.from)} ${traffic.to}`
    const before = this.#flows.get(key)
    if (traffic.steady || before !== undefined) this.#noteFlow(traffic, traffic.steady)
    if (!traffic.steady) {
      this.#flows.delete(key)
      return nothingSent
    }
    const { steady: _steady, ...request } = traffic
    const flow: Flow = { request, life: ++this.#flowsBegun }
    const answer = this.#send(request, 'steady')
    if (answer.refusal !== undefined) return answer
    this.#flows.set(key, flow)
    this.#context.schedule(flowMs, { type: 'steady', flow: key, life: flow.life })
    return answer
  }

  #flowOn(key: string, flow: Flow): void {
    this.#send(flow.request, 'steady')
    this.#context.schedule(flowMs, { type: 'steady', flow: key, life: flow.life })
  }

  #noteFlow({ from, to, count }: TrafficRequest, begins: boolean): void {
    this.#context.trace({ type: 'note', from: this.name, what: begins ? 'steady-begins' : 'steady-ends', subject: to, facts: { to, client: clientName(from), count } })
  }

  #send(traffic: TrafficRequest, what: 'request' | 'steady'): TrafficAnswer {
    const asked = parseTarget(traffic.to)
    if (asked === undefined) return { ...nothingSent, refusal: `${JSON.stringify(traffic.to)} is no address: a name or an IP, with a port from 1 to 65535` }
    const count = Math.max(1, Math.min(countMax, Math.floor(traffic.count)))
    const first = this.#traffic.sent + 1
    const outcomes: Partial<Record<TrafficOutcome, number>> = {}
    const sender = new Sender(this.#context, this.#world, this.#traffic, {
      rules: (node) => this.rulesOf(node),
      replay: (node) => {
        const { revisions, configuration } = this.#heardBy(node)
        return { revisions, configuration }
      },
      resolve: (name) => lookUp(name, this.#searchNamespace(traffic.from), this.#zone()),
      state: (node) => this.#stateOf(node), nextPort: (ip) => this.#nextPort(ip), kept: this.#kept, ports: (node) => this.portsOf(node),
    })
    let last: Remembered | undefined
    for (let index = 0; index < count; index++) {
      last = sender.send(traffic, asked)
      outcomes[last.record.outcome] = (outcomes[last.record.outcome] ?? 0) + 1
    }
    if (last !== undefined) this.#note(what, last.record, sender.drawn, count, outcomes.answered ?? 0)
    return { first, count, outcomes, records: this.#traffic.records(Math.min(count, recordsAnswered)) }
  }

  /** One note for all that were sent together: the last of them, and how many there were. */
  #note(what: 'request' | 'steady', record: TrafficRecord, drawn: Drawn, count: number, answered: number): void {
    const part = (chance: number): string => (chance / 2 ** 31).toFixed(2)
    this.#context.trace({
      type: 'note', from: this.name, what, subject: record.service ?? record.to,
      facts: {
        request: record.id, count, answered, client: record.client, to: record.to, mode: record.mode, means: record.means, outcome: record.outcome, rules: record.rules, affinity: record.affinity, missed: drawn.missed,
        ...(drawn.draw === undefined ? {} : { draw: part(drawn.draw), chance: part(drawn.chance ?? 0) }),
        ...(record.pod === undefined ? {} : { pod: record.pod }), ...(record.podNode === undefined ? {} : { node: record.podNode }), ...(record.endpoint === undefined ? {} : { endpoint: record.endpoint }),
        ...(record.service === undefined ? {} : { service: record.service }), ...(record.mode === 'ipvs' ? { scheduler: this.#configuration.scheduler } : {}),
      },
    })
  }

  #stateOf(node: string): NodeState {
    const mode = this.modeOf(node)
    let state = this.#nodes.get(node)
    if (state === undefined) this.#nodes.set(node, state = new NodeState(mode))
    state.changeMode(mode)
    return state
  }

  #nextPort(ip: string): number {
    const used = this.#sourcePorts.get(ip) ?? 0
    this.#sourcePorts.set(ip, used + 1)
    return ephemeralFirst + (used % ephemeralCount)
  }
}
