import type { ProxyConfiguration, ProxyMode } from './config'
import { iptablesRules, type ProxyNode } from './iptables'
import { ipvsRules, virtualKey, type IpvsRules, type VirtualServer } from './ipvs'
import type { ChainNames } from './names'
import type { ServicePortInfo } from './service-ports'
import type { Table } from './tables'
import { userspaceRules, type Portal, type UserspaceRules } from './userspace'
import { walkChain, type Packet, type Visit, type WalkEnvironment } from './walk'

/** All that a node's kernel (and, in userspace mode, its proxy process) goes by. */
export interface NodeRules {
  readonly mode: ProxyMode
  readonly node: ProxyNode
  readonly nat: Table
  readonly filter: Table
  readonly ipvs?: IpvsRules
  readonly userspace?: UserspaceRules
}

export function makeRules(mode: ProxyMode, ports: readonly ServicePortInfo[], node: ProxyNode, configuration: ProxyConfiguration, names: ChainNames): NodeRules {
  switch (mode) {
    case 'iptables': return { mode, node, ...iptablesRules(ports, node, configuration.clusterCIDR, names) }
    case 'ipvs': {
      const ipvs = ipvsRules(ports, node, configuration.clusterCIDR, configuration.scheduler)
      return { mode, node, nat: ipvs.nat, filter: ipvs.filter, ipvs }
    }
    case 'userspace': {
      const userspace = userspaceRules(ports, node)
      return { mode, node, nat: userspace.nat, filter: userspace.filter, userspace }
    }
  }
}

/** Who takes a connection where no rule says so. */
export interface Chooser {
  /** Index of a real server. */
  readonly server: (server: VirtualServer) => number | undefined
  /** Indexes of endpoints that were tried; the last one took it, unless `taken` is false. */
  readonly portal: (portal: Portal) => { readonly tried: readonly number[]; readonly taken: boolean }
}

export interface Route {
  readonly visits: readonly Visit[]
  readonly end: 'forward' | 'rejected' | 'dropped' | 'closed'
  /** Somebody stood for the address: the packet goes elsewhere than it was sent. */
  readonly translated: boolean
  readonly masqueraded: boolean
  readonly lookups: number
  readonly server?: { readonly server: VirtualServer; readonly chosen: number }
  readonly process?: { readonly portal: Portal; readonly tried: readonly number[] }
}

/**
 * The way of a connection's first packet through a node, in the order of netfilter's hooks: nat PREROUTING (OUTPUT, when a process of
 * the node sends), IPVS, filter FORWARD (INPUT, OUTPUT), nat POSTROUTING. Changes the packet as rules do.
 */
export function routePacket(rules: NodeRules, packet: Packet, environment: WalkEnvironment, chooser: Chooser): Route {
  const visits: Visit[] = []
  const local = packet.sourceLocal
  const sent = { destination: packet.destination, port: packet.port }
  const over = (end: Route['end'], more: Partial<Route> = {}): Route => ({ visits, end, translated: false, masqueraded: false, lookups: 0, ...more })
  const prerouting = walkChain(rules.nat, local ? 'OUTPUT' : 'PREROUTING', packet, environment, visits)
  if (prerouting === 'drop') return over('dropped')
  const portal = rules.userspace !== undefined && (prerouting === 'redirect' || prerouting === 'dnat') ? rules.userspace.portals.get(packet.port) : undefined
  if (portal !== undefined) {
    const { tried, taken } = chooser.portal(portal)
    const backend = portal.backends[tried.at(-1) ?? -1]
    const process = { portal, tried }
    if (!taken || backend === undefined) return over('closed', { process })
    packet.destination = backend.ip
    packet.port = backend.port
    // The process opens a connection of its own: the Pod sees the node.
    return over('forward', { process, translated: true, masqueraded: true })
  }
  const server = rules.ipvs?.servers.get(virtualKey(packet.protocol, packet.destination, packet.port))
  let found: Route['server']
  if (server !== undefined) {
    const chosen = chooser.server(server)
    const real = chosen === undefined ? undefined : server.real[chosen]
    if (chosen === undefined || real === undefined) return over('rejected', { lookups: 1, server: { server, chosen: -1 } })
    packet.destination = real.ip
    packet.port = real.port
    found = { server, chosen }
  }
  const lookups = rules.ipvs === undefined ? 0 : 1
  const hook = environment.isLocal(packet.destination) ? (local ? 'OUTPUT' : 'INPUT') : local ? 'OUTPUT' : 'FORWARD'
  const filtered = walkChain(rules.filter, hook, packet, environment, visits)
  const more: Partial<Route> = { lookups, ...(found === undefined ? {} : { server: found }) }
  if (filtered === 'reject') return over('rejected', more)
  if (filtered === 'drop') return over('dropped', more)
  const masqueraded = walkChain(rules.nat, 'POSTROUTING', packet, environment, visits) === 'masquerade'
  return over('forward', { ...more, translated: packet.destination !== sent.destination || packet.port !== sent.port, masqueraded })
}

/** What a walk through a node's rules asks of the node itself, and `parts` of whoever walks. */
export function environmentOf(rules: NodeRules, parts: Pick<WalkEnvironment, 'draw' | 'recent' | 'remember'>): WalkEnvironment {
  const { node: { addresses }, ipvs } = rules
  return {
    ...parts,
    isLocal: (ip) => addresses.includes(ip) || ip.startsWith('127.'),
    inSet: (set, member) => ipvs?.sets.get(set)?.has(member) === true,
  }
}

export function rulesTried(visits: readonly Visit[]): number {
  return visits.reduce((sum, visit) => sum + visit.tried, 0)
}
