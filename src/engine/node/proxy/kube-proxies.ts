import { compareText, hashOf, Random } from '../../../base'
import {
  keyOf, resources, type ApiObject, type ConfigMap, type EndpointSlice, type Node, type Pod, type Resource, type Service, type TrafficAnswer, type TrafficClient, type TrafficFlow, type TrafficOutcome,
  type TrafficRecord, type TrafficRequest, type TrafficTally, type TrafficWalk,
} from '../../../api'
import { Client, Informers, type Informer, type Transport } from '../../client'
import type { Actor, ActorContext, EventBody } from '../../kernel'
import { defaultConfiguration, modeOf, readConfiguration, type ProxyConfiguration, type ProxyMode } from './config'
import { lookUp, type DnsAnswer, type DnsZone } from './dns'
import { chainViews } from './explain'
import type { ProxyNode } from './iptables'
import { freshScheduler, ipvsadmText, noConnections, schedule, virtualKey, type Connections, type VirtualServer } from './ipvs'
import { ChainNames } from './names'
import { connectionKey, NodeState, type SavedNodeState } from './node-state'
import { makeRules, routePacket, rulesTried, type Chooser, type NodeRules, type Route } from './node-rules'
import { reachable, servicePorts, slicesByService, type ServicePortInfo } from './service-ports'
import { saveText } from './tables'
import { isAddress, parseTarget } from './target'
import { Traffic, type SavedTraffic } from './traffic'
import { inBlock, type Packet, type Visit, type WalkEnvironment } from './walk'

/** The world as it is, for packets: what a proxy has heard of it is something else. */
export interface ProxyWorld {
  readonly node: (name: string) => Node | undefined
  readonly nodes: () => readonly Node[]
  readonly pod: (key: string) => Pod | undefined
  readonly pods: () => readonly Pod[]
  /** Nodes that are off or cut off: nothing reaches them, and their proxies hear nothing. */
  readonly unreachable: () => readonly string[]
  /** Objects as they stood at a revision; throws when its history was compacted. */
  readonly listAt: (resource: Resource, revision: number) => readonly ApiObject[]
}

export interface KubeProxiesOptions {
  readonly context: ActorContext
  readonly transport: Transport
  readonly world: ProxyWorld
}

/** What a proxy has heard. */
interface Heard {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly revisions: Revisions
  readonly configuration: ProxyConfiguration
}

interface Revisions {
  readonly services: number
  readonly slices: number
}

/** How a request was decided, beside what its record says: enough to walk its way again. */
export interface Replay {
  readonly revisions: Revisions
  readonly configuration: ProxyConfiguration
  readonly draws: readonly number[]
  /** The list of `recent` in which the client was found. */
  readonly recent?: string
  /** Real servers or endpoints tried, by index. */
  readonly tried?: readonly number[]
  /** The cloud's load balancer sent it to this node. */
  readonly enteredAt?: string
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
/** Of a cluster with thousands of Services a node's tables are some megabytes. */
const tablesKept = 6
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
  readonly #chains = new ChainNames()
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
  #portsMemo = new Map<Heard, readonly ServicePortInfo[]>()
  #rulesMemo = new Map<string, NodeRules>()
  #pastMemo: { readonly key: string; readonly heard: Heard } | undefined

  constructor({ context, transport, world }: KubeProxiesOptions) {
    this.#context = context
    this.#world = world
    this.#informers = new Informers(new Client(transport, 'kube-proxy'), context)
    this.#services = this.#informers.for<Service>(resources.services)
    this.#slices = this.#informers.for<EndpointSlice>(resources.endpointslices).addIndex('service', (slice) => {
      const name = slice.metadata.labels?.['kubernetes.io/service-name']
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
    this.#forgetMemos()
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
    return this.#portsOf(this.#heardBy(node))
  }

  /** The revision that a node's rules are made of. */
  revisionOf(node: string): number {
    const { services, slices } = this.#heardBy(node).revisions
    return Math.max(services, slices)
  }

  /** A node's rules, in its own mode or another. */
  rulesOf(node: string, mode: ProxyMode = this.modeOf(node)): NodeRules {
    return this.#rules(this.#heardBy(node), node, mode)
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
    const again = (mode: ProxyMode, chance: 'recorded' | 'fresh'): { readonly rules: readonly NodeRules[]; readonly routes: readonly Route[] } => {
      const rules = record.nodes.map((node) => this.#rules(heard, node, mode))
      const draws = [...replay.draws]
      // Where another mode would have drawn, it draws from a stream of the request's own.
      const random = Random.seeded(record.id, 'walk')
      const packet = this.#packetOf(record)
      const routes = rules.map((each, index): Route => {
        const environment = environmentOf(each, {
          draw: () => (chance === 'recorded' ? draws.shift() ?? 0 : random.uint32() >>> 1), recent: (list) => chance === 'recorded' && list === replay.recent, remember: () => undefined,
        })
        const chooser: Chooser = {
          server: (server) => (chance === 'recorded' ? replay.tried?.at(-1) : server.real.length === 0 ? undefined : 0),
          portal: (portal) => (chance === 'recorded' ? { tried: replay.tried ?? [], taken: record.endpoint !== undefined } : { tried: [0], taken: portal.backends.length > 0 }),
        }
        return routePacket(each, { ...packet, sourceLocal: index === 0 && packet.sourceLocal, destination: packet.destination, marked: false }, environment, chooser)
      })
      return { rules, routes }
    }
    const { rules, routes } = record.means === 'conntrack' ? { rules: [], routes: [] } : again(record.mode, 'recorded')
    const last = routes.at(-1)
    const server = last?.server
    const process = last?.process
    return {
      record, dns, chains: routes.flatMap((route, index) => chainViews((rules[index] as NodeRules).node.name, rules[index] as NodeRules, route.visits)),
      ...(server === undefined ? {} : { virtualServer: serverView(server.server, server.chosen) }),
      ...(process === undefined ? {} : {
        process: { listen: process.portal.listen, endpoints: process.portal.backends.map((backend) => backend.key), tried: process.tried.map((index) => process.portal.backends[index]?.key ?? '') },
      }),
      inModes: record.nodes.length === 0 ? [] : (['userspace', 'iptables', 'ipvs'] as const).map((mode) => {
        const way = again(mode, mode === record.mode ? 'recorded' : 'fresh').routes
        return { mode, rules: way.reduce((sum, route) => sum + rulesTried(route.visits), 0), lookups: way.reduce((sum, route) => sum + route.lookups, 0) }
      }),
      complete: true,
    }
  }

  /** What a request to a service port's cluster address would meet on a node, before any number is drawn. */
  preview(node: string, servicePort: string): Pick<TrafficWalk, 'chains' | 'virtualServer' | 'process'> {
    const rules = this.rulesOf(node)
    const info = this.portsOf(node).find((port) => port.name === servicePort)
    if (info === undefined) return { chains: [] }
    const visits: Visit[] = []
    // Follows the jumps that the packet would be led along; of those that chance decides, none.
    const follow = (chainName: string): void => {
      const rulesHere = rules.nat.chains.get(chainName)?.rules ?? []
      const index = rulesHere.findIndex((rule) => rule.destination === info.clusterIP && rule.port === info.port && rule.protocol === info.protocol && rule.notSource === undefined)
      visits.push({ table: 'nat', chain: chainName, tried: 0, notes: index < 0 ? [] : [{ rule: index, matched: true }] })
      const then = rulesHere[index]?.then
      if (then?.is === 'jump') follow(then.chain)
    }
    follow(rules.mode === 'userspace' ? 'KUBE-PORTALS-CONTAINER' : 'KUBE-SERVICES')
    const chains = chainViews(node, rules, visits).map((chain) => ({ ...chain, rules: chain.rules.map((rule) => ({ ...rule, outcome: 'not-reached' as const })) }))
    const server = rules.ipvs?.servers.get(virtualKey(info.protocol, info.clusterIP, info.port))
    const portal = [...rules.userspace?.portals.values() ?? []].find((each) => each.port.name === servicePort)
    return {
      chains, ...(server === undefined ? {} : { virtualServer: serverView(server, -1) }),
      ...(portal === undefined ? {} : { process: { listen: portal.listen, endpoints: portal.backends.map((backend) => backend.key), tried: [] } }),
    }
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
    for (const node of [...this.#world.unreachable(), ...this.#stopped]) this.#pin(node)
    const deaf = new Set([...this.#world.unreachable(), ...this.#stopped])
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
    const same = (heard: Heard): boolean => heard.revisions.services === revisions.services && heard.revisions.slices === revisions.slices && sameConfiguration(heard.configuration, configuration)
    const known = [this.#inForce(), ...this.#pinned.values()].find(same)
    if (known !== undefined) return known
    const key = `${revisions.services} ${revisions.slices} ${configuration.mode} ${configuration.scheduler} ${configuration.clusterCIDR}`
    if (this.#pastMemo?.key === key) return this.#pastMemo.heard
    try {
      const list = <T>(resource: Resource, revision: number): readonly T[] => this.#world.listAt(resource, revision) as readonly unknown[] as readonly T[]
      const heard: Heard = { services: list<Service>(resources.services, revisions.services), slices: list<EndpointSlice>(resources.endpointslices, revisions.slices), revisions, configuration }
      this.#pastMemo = { key, heard }
      return heard
    } catch {
      return undefined // compacted: the rules of that moment are gone
    }
  }

  #portsOf(heard: Heard): readonly ServicePortInfo[] {
    let ports = this.#portsMemo.get(heard)
    if (ports === undefined) {
      if (this.#portsMemo.size >= tablesKept) this.#portsMemo.clear()
      this.#portsMemo.set(heard, ports = servicePorts(heard.services, slicesByService(heard.slices)))
    }
    return ports
  }

  #rules(heard: Heard, nodeName: string, mode: ProxyMode): NodeRules {
    const node = this.#proxyNode(nodeName)
    const { services, slices } = heard.revisions
    const key = [nodeName, node.zone, node.addresses.join(), mode, services, slices, heard.configuration.scheduler, heard.configuration.clusterCIDR].join(' ')
    let rules = this.#rulesMemo.get(key)
    if (rules === undefined) {
      if (this.#rulesMemo.size >= tablesKept) this.#rulesMemo.clear()
      this.#rulesMemo.set(key, rules = makeRules(mode, this.#portsOf(heard), node, heard.configuration, this.#chains))
    }
    return rules
  }

  #forgetMemos(): void {
    this.#heard = undefined
    this.#pastMemo = undefined
    this.#portsMemo.clear()
    this.#rulesMemo.clear()
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

  #packetOf(record: TrafficRecord): Packet {
    const [destination = '', port = '0'] = (record.destination ?? '').split(':')
    const sourceLocal = record.clientNode !== undefined && record.clientNode === record.nodes[0] && addressesOf(this.#world.node(record.clientNode)).includes(record.clientIP)
    return { protocol: record.protocol, source: record.clientIP, destination, port: Number(port), sourceLocal, marked: false }
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
    const client = 'pod' in from ? from.pod : 'node' in from ? from.node : from.outside
    this.#context.trace({ type: 'note', from: this.name, what: begins ? 'steady-begins' : 'steady-ends', subject: to, facts: { to, client, count } })
  }

  #send(traffic: TrafficRequest, what: 'request' | 'steady'): TrafficAnswer {
    const asked = parseTarget(traffic.to)
    if (asked === undefined) return { ...nothingSent, refusal: `${JSON.stringify(traffic.to)} is no address: a name or an IP, with a port from 1 to 65535` }
    const count = Math.max(1, Math.min(countMax, Math.floor(traffic.count)))
    const first = this.#traffic.sent + 1
    const outcomes: Partial<Record<TrafficOutcome, number>> = {}
    const sender = new Sender(this.#context, this.#world, this.#traffic, {
      rules: (node) => this.rulesOf(node), replay: (node) => ({ revisions: this.#heardBy(node).revisions, configuration: this.#heardBy(node).configuration }),
      resolve: (name) => lookUp(name, this.#searchNamespace(traffic.from), this.#zone()),
      state: (node) => this.#stateOf(node), nextPort: (ip) => this.#nextPort(ip), kept: this.#kept, ports: (node) => this.portsOf(node),
    })
    let last: { readonly record: TrafficRecord; readonly replay: Replay } | undefined
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

/** What chance did to a request: rules that drew and missed, and the number that hit, if one did (31 bits). */
interface Drawn {
  readonly missed: number
  readonly draw?: number
  readonly chance?: number
}

interface SenderTools {
  readonly rules: (node: string) => NodeRules
  readonly replay: (node: string) => Pick<Replay, 'revisions' | 'configuration'>
  readonly resolve: (name: string) => DnsAnswer
  readonly state: (node: string) => NodeState
  readonly nextPort: (ip: string) => number
  readonly kept: Map<string, number>
  readonly ports: (node: string) => readonly ServicePortInfo[]
}

interface ClientPlace {
  readonly name: string
  readonly ip: string
  readonly node: string | undefined
  /** A process in the node's own network. */
  readonly local: boolean
}

type Asked = NonNullable<ReturnType<typeof parseTarget>>

/** Sends the requests of one command. What cannot change between them is looked up once. */
class Sender {
  readonly #context: ActorContext
  readonly #world: ProxyWorld
  readonly #traffic: Traffic
  readonly #tools: SenderTools
  readonly #unreachable: ReadonlySet<string>
  #client: ClientPlace | string | undefined
  #dns: DnsAnswer | undefined
  #addresses: ReadonlyMap<string, string> | undefined
  #podsByIP: ReadonlyMap<string, Pod> | undefined
  readonly #rules = new Map<string, NodeRules>()
  readonly #states = new Map<string, NodeState>()
  readonly #counts = new Map<string, Map<string, Connections>>()
  readonly #portsByAddress = new Map<string, Map<string, ServicePortInfo>>()
  readonly #podOf = new Map<string, Pod | undefined>()
  readonly #signatures = new Map<string, string>()
  #names: readonly string[] | undefined
  /** Of the request that was sent last. */
  drawn: Drawn = { missed: 0 }
  readonly #healthy = new Map<string, readonly string[]>()

  constructor(context: ActorContext, world: ProxyWorld, traffic: Traffic, tools: SenderTools) {
    this.#context = context
    this.#world = world
    this.#traffic = traffic
    this.#tools = tools
    this.#unreachable = new Set(world.unreachable())
  }

  send(traffic: TrafficRequest, asked: Asked): { readonly record: TrafficRecord; readonly replay: Replay } {
    const client = this.#client ??= this.#placeOf(traffic.from)
    this.drawn = { missed: 0 }
    const base = { to: traffic.to, protocol: asked.protocol, nodes: [], mode: 'iptables' as const, means: 'none' as const, rules: 0, lookups: 0, masqueraded: false, affinity: false }
    if (typeof client === 'string') {
      const name = 'pod' in traffic.from ? traffic.from.pod : 'node' in traffic.from ? traffic.from.node : traffic.from.outside
      return this.#done({ ...base, client: name, clientIP: '', sourcePort: 0, outcome: 'no-client' }, this.#noReplay(undefined))
    }
    const from = { client: client.name, clientIP: client.ip, ...(client.node === undefined ? {} : { clientNode: client.node }), ...(client.node === undefined ? {} : { mode: this.#rulesOf(client.node).mode }) }
    const draws: number[] = []
    const draw = (): number => {
      const drawn = this.#context.random.uint32() >>> 1
      draws.push(drawn)
      return drawn
    }
    // A name.
    let address = asked.host
    let port = asked.port
    let service: string | undefined
    if (!isAddress(asked.host)) {
      const dns = this.#dns ??= this.#tools.resolve(asked.host)
      service = dns.service
      const known = service === undefined ? {} : { service }
      if (dns.external !== undefined) return this.#done({ ...base, ...from, ...known, sourcePort: 0, outcome: 'external' }, this.#noReplay(client.node))
      if (dns.addresses.length === 0) return this.#done({ ...base, ...from, ...known, sourcePort: 0, outcome: 'name-unknown' }, this.#noReplay(client.node))
      // A headless name has many addresses; the DNS server gives them in any order, and clients take the first.
      address = dns.addresses.length === 1 ? dns.addresses[0] as string : dns.addresses[this.#context.random.below(dns.addresses.length)] as string
      if (dns.port !== undefined && !asked.explicit) port = dns.port
    }
    return this.#connect(traffic, { ...base, ...from, destination: `${address}:${port}`, ...(service === undefined ? {} : { service }) }, client, address, port, draw, draws)
  }

  #connect(traffic: TrafficRequest, base: Omit<TrafficRecord, 'id' | 'at' | 'outcome' | 'sourcePort'>, client: ClientPlace, address: string, port: number, draw: () => number, draws: number[]): { readonly record: TrafficRecord; readonly replay: Replay } {
    const { protocol } = base
    const now = this.#context.now()
    const entry = this.#entryOf(client, address)
    const info = this.#portAt(client.node ?? entry ?? this.#anyNode(), address, port, protocol)
    const meant = info === undefined ? {} : { service: info.service, servicePort: info.name }
    const keptKey = `${client.ip} ${protocol} ${address}:${port}`
    const kept = traffic.keepAlive === true ? this.#tools.kept.get(keptKey) : undefined
    if (entry === undefined) {
      const sourcePort = this.#tools.nextPort(client.ip)
      // From outside nobody knows the way to the cluster's own addresses.
      return this.#done({ ...base, ...meant, sourcePort, outcome: 'no-route' }, this.#noReplay(client.node))
    }
    const state = this.#stateOf(entry)
    if (kept !== undefined) {
      const connection = state.connection(connectionKey(protocol, client.ip, kept, address, port))
      if (connection !== undefined) {
        const [ip = '', backendPort = '0'] = connection.endpoint.split(':')
        const { outcome, pod } = this.#deliver(client, ip, Number(backendPort))
        if (outcome === 'answered') state.track(now, { ...connection, open: true })
        else {
          state.forget(connectionKey(protocol, client.ip, kept, address, port))
          this.#tools.kept.delete(keptKey)
        }
        const place = this.#placed(connection.endpoint, pod)
        return this.#done({ ...base, ...meant, ...place, nodes: [entry], mode: this.#rulesOf(entry).mode, means: 'conntrack', sourcePort: kept, outcome, masqueraded: connection.masqueraded, follows: connection.request }, this.#noReplay(entry), info)
      }
      this.#tools.kept.delete(keptKey)
    }
    const sourcePort = this.#tools.nextPort(client.ip)
    let packet: Packet = { protocol, source: client.ip, destination: address, port, sourceLocal: client.local && client.node === entry, marked: false }
    const nodes: string[] = []
    let [rules, lookups] = [0, 0]
    let route: Route | undefined
    let tried: readonly number[] | undefined
    let recent: string | undefined
    let affinity = false
    let at: string | undefined = entry
    while (at !== undefined) {
      const here: string = at
      nodes.push(here)
      const nodeRules = this.#rulesOf(here)
      const nodeState = this.#stateOf(here)
      const environment = environmentOf(nodeRules, {
        draw,
        recent: (list, seconds) => {
          if (nodeState.affinity(`${list} ${client.ip}`, now, seconds) === undefined) return false
          recent = list
          affinity = true
          return true
        },
        remember: (list) => { nodeState.setAffinity(`${list} ${client.ip}`, now, list) },
      })
      const chooser: Chooser = {
        server: (server) => {
          const key = `${server.key} ${client.ip}`
          const known = server.persistent > 0 ? nodeState.affinity(key, now, server.persistent) : undefined
          const before = known === undefined ? -1 : server.real.findIndex((real) => real.key === known)
          let index: number | undefined = before
          if (before < 0) {
            const counts = this.#countsOf(here, server.key, nodeState)
            const choice = schedule(server, client.ip, nodeState.scheduler(server.key) ?? freshScheduler, (real) => counts.get(real.key) ?? noConnections)
            if (choice !== undefined) nodeState.setScheduler(server.key, choice.state)
            index = choice?.index
          } else affinity = true
          const real = index === undefined ? undefined : server.real[index]
          if (real !== undefined && server.persistent > 0) nodeState.setAffinity(key, now, real.key)
          tried = index === undefined ? [] : [index]
          return index
        },
        portal: (portal) => {
          const found = this.#throughProcess(here, portal.port.affinitySeconds, portal.port.name, portal.backends.map((backend) => backend.key), client, nodeState)
          tried = found.tried
          affinity = found.affinity
          return found
        },
      }
      route = routePacket(nodeRules, packet, environment, chooser)
      rules += rulesTried(route.visits)
      lookups += route.lookups
      // Not for anybody of this node's rules, but for another machine: its rules come next.
      const next: string | undefined = route.translated || route.end !== 'forward' ? undefined : this.#nodeAt(packet.destination)
      at = next !== undefined && !nodes.includes(next) && !this.#unreachable.has(next) ? next : undefined
      if (at !== undefined) packet = { ...packet, sourceLocal: false, marked: false }
    }
    const decided = nodes.at(-1) as string
    const nodeRules = this.#rulesOf(decided)
    this.drawn = drawnIn(nodeRules, route?.visits ?? [])
    const replay: Replay = { ...this.#tools.replay(decided), draws, ...(recent === undefined ? {} : { recent }), ...(tried === undefined ? {} : { tried }) }
    const means = route?.translated === true ? (nodeRules.mode === 'iptables' ? 'rules' : nodeRules.mode === 'ipvs' ? 'virtual-server' : 'process') : 'direct'
    const whole = { ...base, ...meant, nodes, mode: nodeRules.mode, sourcePort, rules, lookups, affinity, masqueraded: route?.masqueraded === true }
    if (route === undefined || route.end !== 'forward') return this.#done({ ...whole, means: 'rules', outcome: route?.end === 'rejected' ? 'rejected' : route?.end === 'closed' ? 'closed' : 'dropped' }, replay, info)
    const endpoint = `${packet.destination}:${packet.port}`
    const { outcome, pod } = this.#deliver(client, packet.destination, packet.port)
    const isEndpoint = route.translated || pod !== undefined
    const record = { ...whole, means, outcome, ...(isEndpoint ? this.#placed(endpoint, pod) : {}) } as const
    const answer = this.#done(record, replay, info)
    if (outcome === 'answered' && route.translated) {
      const open = traffic.keepAlive === true
      const server = route.server?.server.key
      this.#stateOf(decided).track(now, {
        protocol, source: client.ip, sourcePort, destination: address, port, endpoint, masqueraded: route.masqueraded, open, request: answer.record.id, ...(server === undefined ? {} : { server }),
      })
      if (open && decided === entry) this.#tools.kept.set(keptKey, sourcePort)
      if (server !== undefined) {
        const counts = this.#counts.get(`${decided} ${server}`)
        const { active, inactive } = counts?.get(endpoint) ?? noConnections
        counts?.set(endpoint, open ? { active: active + 1, inactive } : { active, inactive: inactive + 1 })
      }
    }
    return answer
  }

  /** The next endpoint in turn, and the next after it when that one does not take the connection. Upstream (1.25): TryConnectEndpoints. */
  #throughProcess(node: string, affinitySeconds: number, servicePort: string, endpoints: readonly string[], client: ClientPlace, state: NodeState): { readonly tried: readonly number[]; readonly taken: boolean; readonly affinity: boolean } {
    const now = this.#context.now()
    const key = `${servicePort} ${client.ip}`
    const known = affinitySeconds > 0 ? state.affinity(key, now, affinitySeconds) : undefined
    const before = known === undefined ? -1 : endpoints.indexOf(known)
    const tried: number[] = []
    for (let attempt = 0; attempt < 4 && endpoints.length > 0; attempt++) {
      const sticky = attempt === 0 && before >= 0
      const last = state.scheduler(servicePort)?.last ?? -1
      const index = sticky ? before : (last + 1) % endpoints.length
      if (!sticky) state.setScheduler(servicePort, { last: index, weight: 0 })
      tried.push(index)
      const [ip = '', port = '0'] = (endpoints[index] as string).split(':')
      if (this.#deliver({ ...client, node }, ip, Number(port)).outcome !== 'answered') continue
      if (affinitySeconds > 0) state.setAffinity(key, now, endpoints[index] as string)
      return { tried, taken: true, affinity: sticky }
    }
    return { tried, taken: false, affinity: false }
  }

  #done(record: Omit<TrafficRecord, 'id' | 'at'>, replay: Replay, info?: ServicePortInfo): { readonly record: TrafficRecord; readonly replay: Replay } {
    const made: TrafficRecord = { id: this.#traffic.sent + 1, at: this.#context.now(), ...record }
    const node = record.nodes.at(-1)
    const signature = info === undefined || node === undefined ? record.mode : this.#signature(info, node)
    this.#traffic.add(made, replay, signature)
    return { record: made, replay }
  }

  /** Who shares a service port's traffic at a node, and how: when it changes, old counts say nothing about the new shares. */
  #signature(info: ServicePortInfo, node: string): string {
    const key = `${node} ${info.name} ${info.protocol}`
    let signature = this.#signatures.get(key)
    if (signature === undefined) {
      const { mode, node: here } = this.#rulesOf(node)
      const scheduler = mode === 'ipvs' ? this.#tools.replay(node).configuration.scheduler : ''
      signature = hashOf(`${mode} ${scheduler} ${info.affinitySeconds} ${reachable(info, here.name, here.zone).all.map((backend) => backend.key).join()}`)
      this.#signatures.set(key, signature)
    }
    return signature
  }

  #noReplay(node: string | undefined): Replay {
    return { ...this.#tools.replay(node ?? this.#anyNode()), draws: [] }
  }

  #placed(endpoint: string, pod: Pod | undefined): { readonly endpoint: string; readonly pod?: string; readonly podNode?: string } {
    return { endpoint, ...(pod === undefined ? {} : { pod: keyOf(pod), ...(pod.spec?.nodeName === undefined ? {} : { podNode: pod.spec.nodeName }) }) }
  }

  #placeOf(from: TrafficClient): ClientPlace | string {
    if ('outside' in from) return isAddress(from.outside) ? { name: from.outside, ip: from.outside, node: undefined, local: false } : 'no address'
    if ('node' in from) {
      const [ip] = addressesOf(this.#world.node(from.node))
      return ip === undefined || this.#unreachable.has(from.node) ? 'no node' : { name: from.node, ip, node: from.node, local: true }
    }
    const pod = this.#world.pod(from.pod)
    const node = pod?.spec?.nodeName
    const ip = pod?.status?.podIP
    if (pod === undefined || node === undefined || ip === undefined || !hasRunningContainer(pod)) return 'no Pod'
    return { name: from.pod, ip, node, local: pod.spec?.hostNetwork === true }
  }

  /** The node whose rules a packet meets first; undefined when it never comes to one. */
  #entryOf(client: ClientPlace, address: string): string | undefined {
    if (client.node !== undefined) return client.node
    const own = this.#nodeAt(address)
    if (own !== undefined) return own
    // A load balancer of the cloud sends to any node that says it has somebody for it.
    let healthy = this.#healthy.get(address)
    if (healthy === undefined) {
      const nodes = this.#nodeNames().filter((name) => !this.#unreachable.has(name))
      const info = this.#tools.ports(nodes[0] ?? '').find((port) => port.loadBalancerIPs.includes(address) || port.externalIPs.includes(address))
      healthy = info === undefined ? [] : info.externalLocal ? nodes.filter((name) => reachable(info, name, undefined).local.length > 0) : nodes
      this.#healthy.set(address, healthy)
    }
    return healthy.length === 0 ? undefined : healthy[this.#context.random.below(healthy.length)]
  }

  #nodeNames(): readonly string[] {
    return this.#names ??= this.#world.nodes().map((node) => node.metadata.name ?? '').sort(compareText)
  }

  #anyNode(): string {
    return this.#nodeNames()[0] ?? ''
  }

  #nodeAt(ip: string): string | undefined {
    this.#addresses ??= new Map(this.#world.nodes().flatMap((node) => addressesOf(node).map((address) => [address, node.metadata.name ?? ''] as const)))
    return this.#addresses.get(ip)
  }

  /** The service port that is reached at an address, as a node knows it. */
  #portAt(node: string, address: string, port: number, protocol: string): ServicePortInfo | undefined {
    let byAddress = this.#portsByAddress.get(node)
    if (byAddress === undefined) {
      byAddress = new Map()
      for (const info of this.#tools.ports(node)) {
        for (const ip of [info.clusterIP, ...info.externalIPs, ...info.loadBalancerIPs]) byAddress.set(`${info.protocol} ${ip}:${info.port}`, info)
        if (info.nodePort !== 0) byAddress.set(`${info.protocol} :${info.nodePort}`, info)
      }
      this.#portsByAddress.set(node, byAddress)
    }
    return byAddress.get(`${protocol} ${address}:${port}`) ?? (this.#nodeAt(address) === undefined ? undefined : byAddress.get(`${protocol} :${port}`))
  }

  #rulesOf(node: string): NodeRules {
    let rules = this.#rules.get(node)
    if (rules === undefined) this.#rules.set(node, rules = this.#tools.rules(node))
    return rules
  }

  #stateOf(node: string): NodeState {
    let state = this.#states.get(node)
    if (state === undefined) {
      this.#states.set(node, state = this.#tools.state(node))
      state.expire(this.#context.now())
    }
    return state
  }

  #countsOf(node: string, server: string, state: NodeState): Map<string, Connections> {
    let counts = this.#counts.get(`${node} ${server}`)
    if (counts === undefined) this.#counts.set(`${node} ${server}`, counts = state.connectionsOf(server))
    return counts
  }

  /** What a packet finds at an address. */
  #deliver(client: Pick<ClientPlace, 'node'>, ip: string, port: number): { readonly outcome: TrafficOutcome; readonly pod?: Pod } {
    const pod = this.#podAt(ip)
    if (pod === undefined) {
      const node = this.#nodeAt(ip)
      if (node !== undefined) {
        if (this.#unreachable.has(node) && node !== client.node) return { outcome: 'no-reply' }
        const host = this.#hostPodAt(node, port)
        return host === undefined ? { outcome: 'refused' } : { outcome: 'answered', pod: host }
      }
      const { clusterCIDR } = this.#tools.replay(client.node ?? this.#anyNode()).configuration
      // An address of the Service range, or of a Pod that is no more: nobody answers. Any other is somebody's outside.
      return { outcome: inBlock(ip, clusterCIDR) ? 'no-reply' : inBlock(ip, serviceRange) ? 'no-route' : 'answered' }
    }
    const node = pod.spec?.nodeName
    if (node !== undefined && node !== client.node && (this.#unreachable.has(node) || (client.node !== undefined && this.#unreachable.has(client.node)))) return { outcome: 'no-reply', pod }
    if (!hasRunningContainer(pod)) return { outcome: 'refused', pod }
    return { outcome: listensOn(pod, port) ? 'answered' : 'refused', pod }
  }

  /** Whose address it is. Pods in their node's network have none of their own. */
  #podAt(ip: string): Pod | undefined {
    if (this.#podOf.has(ip)) return this.#podOf.get(ip)
    if (this.#podsByIP === undefined) {
      const byIP = new Map<string, Pod>()
      for (const pod of this.#world.pods()) {
        const address = pod.status?.podIP
        if (address === undefined || pod.spec?.hostNetwork === true || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue
        byIP.set(address, pod)
      }
      this.#podsByIP = byIP
    }
    const pod = this.#podsByIP.get(ip)
    this.#podOf.set(ip, pod)
    return pod
  }

  #hostPodAt(node: string, port: number): Pod | undefined {
    return this.#world.pods().find((pod) => pod.spec?.nodeName === node && pod.spec.hostNetwork === true && hasRunningContainer(pod) && declaresPort(pod, port))
  }
}

function serverView({ key, scheduler, persistent, real }: VirtualServer, chosen: number): NonNullable<TrafficWalk['virtualServer']> {
  return {
    key, scheduler, persistent, chosen,
    real: real.map(({ key: address, weight, pod, node }) => ({ key: address, weight, ...(pod === undefined ? {} : { pod }), ...(node === undefined ? {} : { node }) })),
  }
}

/** --service-cluster-ip-range of the api-server. */
const serviceRange = '10.96.0.0/16'

function drawnIn(rules: NodeRules, visits: readonly Visit[]): Drawn {
  let missed = 0
  for (const { chain, notes } of visits) {
    for (const { rule, matched, draw } of notes) {
      if (draw === undefined) continue
      if (matched) return { missed, draw, chance: rules.nat.chains.get(chain)?.rules[rule]?.chance ?? 0 }
      missed++
    }
  }
  return { missed }
}

function environmentOf(rules: NodeRules, parts: Pick<WalkEnvironment, 'draw' | 'recent' | 'remember'>): WalkEnvironment {
  const { node: { addresses }, ipvs } = rules
  return {
    ...parts,
    isLocal: (ip) => addresses.includes(ip) || ip.startsWith('127.'),
    inSet: (set, member) => ipvs?.sets.get(set)?.has(member) === true,
  }
}

function overlaid<T extends { readonly metadata: ApiObject['metadata'] }>(informer: Informer<T>, behind: ReadonlyMap<string, T | null>): readonly T[] {
  if (behind.size === 0) return [...informer.list()]
  const known: T[] = []
  for (const object of informer.list()) if (!behind.has(keyOf(object))) known.push(object)
  for (const object of behind.values()) if (object !== null) known.push(object)
  return known
}

function zoneOf(heard: Heard): DnsZone {
  const services = new Map(heard.services.map((service) => [keyOf(service), service]))
  const slices = slicesByService(heard.slices)
  return { service: (key) => services.get(key), slices: (key) => slices.get(key) ?? [] }
}

function sameConfiguration(a: ProxyConfiguration, b: ProxyConfiguration): boolean {
  return a.mode === b.mode && a.scheduler === b.scheduler && a.clusterCIDR === b.clusterCIDR
}

function addressesOf(node: Node | undefined): readonly string[] {
  return (node?.status?.addresses ?? []).filter((address) => (address.type === 'InternalIP' || address.type === 'ExternalIP') && isAddress(address.address)).map((address) => address.address)
}

function hasRunningContainer(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && (pod.status.containerStatuses ?? []).some((status) => status.state?.running !== undefined)
}

function declaredPorts(pod: Pod): readonly number[] {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].flatMap((container) => (container.ports ?? []).map((port) => port.containerPort))
}

function declaresPort(pod: Pod, port: number): boolean {
  return declaredPorts(pod).includes(port)
}

/** Containers here run no code: they listen on the ports they declare, or on any when they declare none. */
function listensOn(pod: Pod, port: number): boolean {
  const ports = declaredPorts(pod)
  return ports.length === 0 || ports.includes(port)
}
