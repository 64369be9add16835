import { compareText, ipNumber } from '../../../base'
import type { IpvsScheduler } from './config'
import { jump, markMasqRules, natBuiltIn, postroutingRules, forwardRules, type ProxyNode } from './iptables'
import { isExternallyAccessible, reachable, type Protocol, type ServicePortInfo } from './service-ports'
import { makeTable, type Rule, type Table } from './tables'

export interface RealServer {
  readonly key: string
  readonly ip: string
  readonly port: number
  readonly weight: number
  readonly pod: string | undefined
  readonly node: string | undefined
}

export interface VirtualServer {
  /** "TCP 10.96.12.80:80": what the kernel looks up in one step. */
  readonly key: string
  readonly protocol: Protocol
  readonly ip: string
  readonly port: number
  readonly scheduler: IpvsScheduler
  /** Seconds; 0: not persistent. */
  readonly persistent: number
  readonly servicePort: string
  readonly real: readonly RealServer[]
}

export interface IpvsRules {
  readonly servers: ReadonlyMap<string, VirtualServer>
  readonly nat: Table
  readonly filter: Table
  /** Members of the sets that the few rules look into. */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>
}

export function virtualKey(protocol: Protocol, ip: string, port: number): string {
  return `${protocol.toUpperCase()} ${ip}:${port}`
}

/**
 * A node in IPVS mode: a virtual server for every address a service port is reached by, found by hash, and a handful of iptables rules
 * that look into sets, however many services there are. Upstream: pkg/proxy/ipvs/proxier.go.
 */
export function ipvsRules(ports: readonly ServicePortInfo[], node: ProxyNode, clusterCIDR: string, scheduler: IpvsScheduler): IpvsRules {
  const servers = new Map<string, VirtualServer>()
  const sets = new Map<string, Set<string>>([
    ['KUBE-CLUSTER-IP', new Set()], ['KUBE-EXTERNAL-IP', new Set()], ['KUBE-LOAD-BALANCER', new Set()], ['KUBE-LOAD-BALANCER-LOCAL', new Set()], ['KUBE-LOOP-BACK', new Set()],
    ['KUBE-NODE-PORT-TCP', new Set()], ['KUBE-NODE-PORT-LOCAL-TCP', new Set()], ['KUBE-NODE-PORT-UDP', new Set()], ['KUBE-NODE-PORT-LOCAL-UDP', new Set()],
  ])
  const put = (set: string, member: string): void => { sets.get(set)?.add(member) }
  for (const port of ports) {
    const { protocol } = port
    const { cluster, local, all } = reachable(port, node.name, node.zone)
    const serve = (ip: string, number: number, policyLocal: boolean): void => {
      const key = virtualKey(protocol, ip, number)
      servers.set(key, {
        key, protocol, ip, port: number, scheduler, persistent: port.affinitySeconds, servicePort: port.name,
        real: (policyLocal ? local : cluster).map(({ key: address, ip: to, port: toPort, pod, node: on }) => ({ key: address, ip: to, port: toPort, weight: 1, pod, node: on })),
      })
    }
    serve(port.clusterIP, port.port, port.internalLocal)
    put('KUBE-CLUSTER-IP', `${port.clusterIP},${protocol}:${port.port}`)
    for (const backend of all) if (backend.node === node.name) put('KUBE-LOOP-BACK', `${backend.ip},${protocol}:${backend.port},${backend.ip}`)
    if (!isExternallyAccessible(port)) continue
    for (const ip of port.externalIPs) {
      serve(ip, port.port, port.externalLocal)
      put('KUBE-EXTERNAL-IP', `${ip},${protocol}:${port.port}`)
    }
    for (const ip of port.loadBalancerIPs) {
      serve(ip, port.port, port.externalLocal)
      put('KUBE-LOAD-BALANCER', `${ip},${protocol}:${port.port}`)
      if (port.externalLocal) put('KUBE-LOAD-BALANCER-LOCAL', `${ip},${protocol}:${port.port}`)
    }
    if (port.nodePort === 0) continue
    for (const ip of node.addresses) serve(ip, port.nodePort, port.externalLocal)
    const upper = protocol.toUpperCase()
    put(`KUBE-NODE-PORT-${upper}`, String(port.nodePort))
    if (port.externalLocal) put(`KUBE-NODE-PORT-LOCAL-${upper}`, String(port.nodePort))
  }
  const filled = (set: string): boolean => (sets.get(set)?.size ?? 0) > 0
  const services: Rule[] = []
  const nodePort: Rule[] = []
  if (filled('KUBE-CLUSTER-IP')) services.push({ notSource: clusterCIDR, comment: 'Kubernetes service cluster ip + port for masquerade purpose', set: { name: 'KUBE-CLUSTER-IP', parts: 'dst,dst' }, then: jump('KUBE-MARK-MASQ') })
  if (filled('KUBE-EXTERNAL-IP')) services.push({ comment: 'Kubernetes service external ip + port for masquerade and filter purpose', set: { name: 'KUBE-EXTERNAL-IP', parts: 'dst,dst' }, then: jump('KUBE-MARK-MASQ') })
  if (filled('KUBE-LOAD-BALANCER')) services.push({ comment: 'Kubernetes service lb portal', set: { name: 'KUBE-LOAD-BALANCER', parts: 'dst,dst' }, then: jump('KUBE-LOAD-BALANCER') })
  services.push({ destinationLocal: true, then: jump('KUBE-NODE-PORT') })
  if (filled('KUBE-CLUSTER-IP')) services.push({ set: { name: 'KUBE-CLUSTER-IP', parts: 'dst,dst' }, then: { is: 'accept' } })
  if (filled('KUBE-LOAD-BALANCER')) services.push({ set: { name: 'KUBE-LOAD-BALANCER', parts: 'dst,dst' }, then: { is: 'accept' } })
  for (const protocol of ['tcp', 'udp'] as const) {
    const upper = protocol.toUpperCase()
    if (filled(`KUBE-NODE-PORT-LOCAL-${upper}`)) nodePort.push({ protocol, comment: `Kubernetes nodeport ${upper} port with externalTrafficPolicy=local`, set: { name: `KUBE-NODE-PORT-LOCAL-${upper}`, parts: 'dst' }, then: { is: 'return' } })
    if (filled(`KUBE-NODE-PORT-${upper}`)) nodePort.push({ protocol, comment: `Kubernetes nodeport ${upper} port for masquerade purpose`, set: { name: `KUBE-NODE-PORT-${upper}`, parts: 'dst' }, then: jump('KUBE-MARK-MASQ') })
  }
  const loadBalancer: Rule[] = [
    ...(filled('KUBE-LOAD-BALANCER-LOCAL') ? [{ comment: 'Kubernetes service load balancer ip + port with externalTrafficPolicy=local', set: { name: 'KUBE-LOAD-BALANCER-LOCAL', parts: 'dst,dst' }, then: { is: 'return' } } as const] : []),
    { then: jump('KUBE-MARK-MASQ') },
  ]
  const nat = new Map<string, readonly Rule[]>([
    ['KUBE-SERVICES', services], ['KUBE-NODE-PORT', nodePort], ['KUBE-LOAD-BALANCER', loadBalancer], ['KUBE-MARK-MASQ', markMasqRules],
    ['KUBE-POSTROUTING', [
      ...(filled('KUBE-LOOP-BACK') ? [{ comment: 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose', set: { name: 'KUBE-LOOP-BACK', parts: 'dst,dst,src' }, then: { is: 'masquerade' } } as const] : []),
      ...postroutingRules,
    ]],
  ])
  const builtIn: readonly (readonly [string, readonly Rule[]])[] = [['INPUT', []], ['FORWARD', [{ comment: 'kubernetes forwarding rules', then: jump('KUBE-FORWARD') }]], ['OUTPUT', []]]
  return { servers, sets, nat: makeTable('nat', natBuiltIn('KUBE-SERVICES'), nat), filter: makeTable('filter', builtIn, new Map([['KUBE-FORWARD', forwardRules]])) }
}

/** Connections that a real server has: open ones, and those that are over and not forgotten yet. */
export interface Connections {
  readonly active: number
  readonly inactive: number
}

export const noConnections: Connections = { active: 0, inactive: 0 }

/** What `ipvsadm -Ln` prints. */
export function ipvsadmText(servers: Iterable<VirtualServer>, connections: (server: VirtualServer, real: RealServer) => Connections): string {
  const lines = ['IP Virtual Server version 1.2.1 (size=4096)', 'Prot LocalAddress:Port Scheduler Flags', '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn']
  for (const server of [...servers].sort((a, b) => compareText(a.key, b.key))) {
    lines.push(`${server.protocol.toUpperCase().padEnd(4)} ${server.ip}:${server.port} ${server.scheduler}${server.persistent > 0 ? ` persistent ${server.persistent}` : ''}`)
    for (const real of server.real) {
      const { active, inactive } = connections(server, real)
      lines.push(`  -> ${real.key.padEnd(28)} Masq    ${String(real.weight).padEnd(6)} ${String(active).padEnd(10)} ${String(inactive).padEnd(10)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Where a scheduler stands: the index of the last real server (-1 before the first), and the weight of the round (wrr). */
export interface SchedulerState {
  readonly last: number
  readonly weight: number
}

export const freshScheduler: SchedulerState = { last: -1, weight: 0 }

/**
 * The real server a new connection goes to; undefined when there is none. All as the kernel does it (net/netfilter/ipvs/ip_vs_rr.c,
 * ip_vs_wrr.c, ip_vs_lc.c, ip_vs_wlc.c, ip_vs_sh.c).
 */
export function schedule(server: VirtualServer, client: string, state: SchedulerState, connections: (real: RealServer) => Connections): { readonly index: number; readonly state: SchedulerState } | undefined {
  const { real, scheduler } = server
  if (real.length === 0) return undefined
  switch (scheduler) {
    case 'rr': {
      const index = (state.last + 1) % real.length
      return { index, state: { last: index, weight: 0 } }
    }
    case 'wrr': return weighted(real, state)
    case 'lc': case 'wlc': {
      let [best, least] = [0, Infinity]
      for (const [index, each] of real.entries()) {
        const { active, inactive } = connections(each)
        const load = active * 256 + inactive
        if (scheduler === 'lc' ? load < least : best === index || load * (real[best] as RealServer).weight < least * each.weight) [best, least] = [index, load]
      }
      return { index: best, state }
    }
    case 'sh': return { index: sourceHash(real, client), state }
  }
}

function weighted(real: readonly RealServer[], state: SchedulerState): { readonly index: number; readonly state: SchedulerState } {
  const most = Math.max(...real.map((each) => each.weight))
  const step = real.reduce((gcd, each) => greatestCommonDivisor(gcd, each.weight), 0) || 1
  let { last, weight } = state
  for (;;) {
    last = (last + 1) % real.length
    if (last === 0) {
      weight -= step
      if (weight <= 0) weight = most
    }
    if (weight === 0) weight = most
    if ((real[last] as RealServer).weight >= weight) return { index: last, state: { last, weight } }
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** 256 buckets dealt out to the real servers in turn, each as often as its weight; the client's address picks one. */
function sourceHash(real: readonly RealServer[], client: string): number {
  // hash_32 of the kernel: the golden ratio, and the top eight bits.
  const bucket = Math.imul(ipNumber(client) | 0, 0x61c88647) >>> 24
  const dealt = real.flatMap((each, index) => Array<number>(Math.max(1, each.weight)).fill(index))
  return dealt[bucket % dealt.length] as number
}
