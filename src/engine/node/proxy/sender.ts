import { compareText, hashOf } from '../../../base'
import { keyOf, type Pod, type TrafficClient, type TrafficOutcome, type TrafficRecord, type TrafficRequest } from '../../../api'
import type { ActorContext } from '../../kernel'
import type { DnsAnswer } from './dns'
import { freshScheduler, noConnections, schedule, type Connections } from './ipvs'
import { connectionKey, type NodeState } from './node-state'
import { environmentOf, routePacket, rulesTried, type Chooser, type NodeRules, type Route } from './node-rules'
import { reachable, type ServicePortInfo } from './service-ports'
import { isAddress, type AskedFor } from './target'
import type { Remembered, Replay, Traffic } from './traffic'
import { inBlock, type Packet, type Visit } from './walk'
import { addressesOf, clientName, declaredPorts, hasRunningContainer, listensOn, serviceRange, type ProxyWorld } from './world'

/** What chance did to a request: rules that drew and missed, and the number that hit, if one did (31 bits). */
export interface Drawn {
  readonly missed: number
  readonly draw?: number
  readonly chance?: number
}

/** What a sender is lent of the proxies. */
export interface SenderTools {
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

/** Sends the requests of one command. What cannot change between them is looked up once. */
export class Sender {
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
  readonly #hostPods = new Map<string, Pod | undefined>()
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

  send(traffic: TrafficRequest, asked: AskedFor): Remembered {
    const client = this.#client ??= this.#placeOf(traffic.from)
    this.drawn = { missed: 0 }
    const base = { to: traffic.to, protocol: asked.protocol, nodes: [], mode: 'iptables' as const, means: 'none' as const, rules: 0, lookups: 0, masqueraded: false, affinity: false }
    if (typeof client === 'string') {
      return this.#done({ ...base, client: clientName(traffic.from), clientIP: '', sourcePort: 0, outcome: 'no-client' }, this.#noReplay(undefined))
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

  #connect(traffic: TrafficRequest, base: Omit<TrafficRecord, 'id' | 'at' | 'outcome' | 'sourcePort'>, client: ClientPlace, address: string, port: number, draw: () => number, draws: number[]): Remembered {
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

  #done(record: Omit<TrafficRecord, 'id' | 'at'>, replay: Replay, info?: ServicePortInfo): Remembered {
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
    if (this.#podsByIP === undefined) {
      const byIP = new Map<string, Pod>()
      for (const pod of this.#world.pods()) {
        const address = pod.status?.podIP
        if (address === undefined || pod.spec?.hostNetwork === true || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue
        byIP.set(address, pod)
      }
      this.#podsByIP = byIP
    }
    return this.#podsByIP.get(ip)
  }

  #hostPodAt(node: string, port: number): Pod | undefined {
    const key = `${node}:${port}`
    if (!this.#hostPods.has(key)) this.#hostPods.set(key, this.#world.pods().find((pod) => pod.spec?.nodeName === node && pod.spec.hostNetwork === true && hasRunningContainer(pod) && declaredPorts(pod).includes(port)))
    return this.#hostPods.get(key)
  }
}

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
