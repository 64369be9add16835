import type { ChainNames } from './names'
import { isExternallyAccessible, reachable, usesClusterEndpoints, usesLocalEndpoints, type Backend, type ServicePortInfo } from './service-ports'
import { chanceOf, makeTable, type Rule, type Table } from './tables'

/** What a proxy has to know of its own node. */
export interface ProxyNode {
  readonly name: string
  readonly zone: string | undefined
  /** Its own addresses, the first is the one it answers from. */
  readonly addresses: readonly string[]
}

export const jump = (chain: string): Rule['then'] => ({ is: 'jump', chain })

/** Masquerading at the end of a packet's way. The same in every mode. */
export const postroutingRules: readonly Rule[] = [
  { marked: false, then: { is: 'return' } },
  { then: { is: 'mark', set: false } },
  { comment: 'kubernetes service traffic requiring SNAT', then: { is: 'masquerade' } },
]
export const markMasqRules: readonly Rule[] = [{ then: { is: 'mark', set: true } }]

/**
 * The rules of a node in iptables mode: for each service port one rule in KUBE-SERVICES and a chain of its own, for each endpoint a
 * chain, so that a packet walks as many rules as there are services before its own. Upstream: pkg/proxy/iptables/proxier.go,
 * syncProxyRules.
 */
export function iptablesRules(ports: readonly ServicePortInfo[], node: ProxyNode, clusterCIDR: string, names: ChainNames): { readonly nat: Table; readonly filter: Table } {
  const nat = new Map<string, Rule[]>([
    ['KUBE-MARK-MASQ', [...markMasqRules]], ['KUBE-NODEPORTS', []], ['KUBE-POSTROUTING', [...postroutingRules]], ['KUBE-PROXY-CANARY', []], ['KUBE-SERVICES', []],
  ])
  const filter = new Map<string, Rule[]>([
    ['KUBE-EXTERNAL-SERVICES', []], ['KUBE-FORWARD', forwardRules], ['KUBE-NODEPORTS', []], ['KUBE-PROXY-CANARY', []], ['KUBE-PROXY-FIREWALL', []], ['KUBE-SERVICES', []],
  ])
  const add = (table: Map<string, Rule[]>, chain: string, rule: Rule): void => {
    const rules = table.get(chain)
    if (rules === undefined) table.set(chain, [rule])
    else rules.push(rule)
  }
  const nodePortRules: Rule[] = []
  for (const port of ports) {
    const { name, protocol } = port
    const { cluster, local, all, any } = reachable(port, node.name, node.zone)
    const clusterChain = names.service('KUBE-SVC-', name, protocol)
    const localChain = names.service('KUBE-SVL-', name, protocol)
    const externalChain = names.service('KUBE-EXT-', name, protocol)
    const accessible = isExternallyAccessible(port)
    const internalBackends = port.internalLocal ? local : cluster
    const externalBackends = port.externalLocal ? local : cluster
    const refusal = (policyLocal: boolean): Rule['then'] => (any && policyLocal ? { is: 'drop' } : { is: 'reject' })
    const why = any ? `${name} has no local endpoints` : `${name} has no endpoints`
    const at = { destination: port.clusterIP, protocol, port: port.port }
    if (internalBackends.length > 0) add(nat, 'KUBE-SERVICES', { ...at, comment: `${name} cluster IP`, then: jump(port.internalLocal ? localChain : clusterChain) })
    else add(filter, 'KUBE-SERVICES', { ...at, comment: why, then: refusal(port.internalLocal) })
    for (const [ips, kind] of [[port.externalIPs, 'external IP'], [port.loadBalancerIPs, 'loadbalancer IP']] as const) {
      for (const ip of ips) {
        const here = { destination: ip, protocol, port: port.port }
        const walled = kind === 'loadbalancer IP' && port.sourceRanges.length > 0
        if (any) add(nat, 'KUBE-SERVICES', { ...here, comment: `${name} ${kind}`, then: jump(walled ? names.service('KUBE-FW-', name, protocol) : externalChain) })
        if (walled) add(filter, 'KUBE-PROXY-FIREWALL', { ...here, comment: `${name} traffic not accepted by ${names.service('KUBE-FW-', name, protocol)}`, then: { is: 'drop' } })
        if (externalBackends.length === 0) add(filter, 'KUBE-EXTERNAL-SERVICES', { ...here, comment: why, then: refusal(port.externalLocal) })
      }
    }
    if (port.nodePort !== 0) {
      if (any) nodePortRules.push({ protocol, port: port.nodePort, comment: name, then: jump(externalChain) })
      if (externalBackends.length === 0) add(filter, 'KUBE-EXTERNAL-SERVICES', { protocol, port: port.nodePort, destinationLocal: true, comment: why, then: refusal(port.externalLocal) })
    }
    if (port.healthCheckNodePort !== 0) add(filter, 'KUBE-NODEPORTS', { protocol: 'tcp', port: port.healthCheckNodePort, comment: `${name} health check node port`, then: { is: 'accept' } })
    if (!any) continue
    if (port.sourceRanges.length > 0 && port.loadBalancerIPs.length > 0) {
      for (const range of port.sourceRanges) add(nat, names.service('KUBE-FW-', name, protocol), { source: range, comment: `${name} loadbalancer IP`, then: jump(externalChain) })
    }
    if (accessible) {
      if (!port.externalLocal) add(nat, externalChain, { comment: `masquerade traffic for ${name} external destinations`, then: jump('KUBE-MARK-MASQ') })
      else {
        add(nat, externalChain, { source: clusterCIDR, comment: `pod traffic for ${name} external destinations`, then: jump(clusterChain) })
        add(nat, externalChain, { sourceLocal: true, comment: `masquerade LOCAL traffic for ${name} external destinations`, then: jump('KUBE-MARK-MASQ') })
        add(nat, externalChain, { sourceLocal: true, comment: `route LOCAL traffic for ${name} external destinations`, then: jump(clusterChain) })
      }
      if (externalBackends.length > 0) add(nat, externalChain, { then: jump(port.externalLocal ? localChain : clusterChain) })
    }
    if (usesClusterEndpoints(port) && cluster.length > 0) {
      add(nat, clusterChain, { notSource: clusterCIDR, ...at, comment: `${name} cluster IP`, then: jump('KUBE-MARK-MASQ') })
      for (const rule of balance(port, cluster, names)) add(nat, clusterChain, rule)
    }
    if (usesLocalEndpoints(port) && local.length > 0) for (const rule of balance(port, local, names)) add(nat, localChain, rule)
    for (const backend of all) {
      const chain = names.endpoint(name, protocol, backend.key)
      // A Pod that reaches itself through its Service must see another address than its own.
      add(nat, chain, { source: backend.ip, comment: name, then: jump('KUBE-MARK-MASQ') })
      add(nat, chain, { protocol, comment: name, ...(port.affinitySeconds > 0 ? { recentSet: chain } : {}), then: { is: 'dnat', ip: backend.ip, port: backend.port } })
    }
  }
  nat.set('KUBE-NODEPORTS', nodePortRules)
  add(nat, 'KUBE-SERVICES', { destinationLocal: true, comment: 'kubernetes service nodeports; NOTE: this must be the last rule in this chain', then: jump('KUBE-NODEPORTS') })
  return { nat: makeTable('nat', natBuiltIn('KUBE-SERVICES'), nat), filter: makeTable('filter', filterBuiltIn, filter) }
}

/** First those who were here before, then one after the other with a chance that makes all equal: 1/n, 1/(n-1), … and the last takes the rest. */
function balance(port: ServicePortInfo, backends: readonly Backend[], names: ChainNames): Rule[] {
  const rules: Rule[] = []
  const chain = (backend: Backend): string => names.endpoint(port.name, port.protocol, backend.key)
  const comment = (backend: Backend): string => `${port.name} -> ${backend.key}`
  if (port.affinitySeconds > 0) for (const backend of backends) rules.push({ comment: comment(backend), recentCheck: { list: chain(backend), seconds: port.affinitySeconds }, then: jump(chain(backend)) })
  for (const [index, backend] of backends.entries()) {
    const left = backends.length - index
    rules.push({ comment: comment(backend), ...(left > 1 ? { chance: chanceOf(left) } : {}), then: jump(chain(backend)) })
  }
  return rules
}

export function natBuiltIn(services: string): readonly (readonly [string, readonly Rule[]])[] {
  return [
    ['PREROUTING', [{ comment: 'kubernetes service portals', then: jump(services) }]], ['INPUT', []],
    ['OUTPUT', [{ comment: 'kubernetes service portals', then: jump(services) }]], ['POSTROUTING', [{ comment: 'kubernetes postrouting rules', then: jump('KUBE-POSTROUTING') }]],
  ]
}

export const forwardRules: Rule[] = [
  { states: 'INVALID', then: { is: 'drop' } },
  { comment: 'kubernetes forwarding rules', marked: true, then: { is: 'accept' } },
  { comment: 'kubernetes forwarding conntrack rule', states: 'RELATED,ESTABLISHED', then: { is: 'accept' } },
]

const filterBuiltIn: readonly (readonly [string, readonly Rule[]])[] = [
  ['INPUT', [
    { states: 'NEW', comment: 'kubernetes load balancer firewall', then: jump('KUBE-PROXY-FIREWALL') },
    { comment: 'kubernetes health check service ports', then: jump('KUBE-NODEPORTS') },
    { states: 'NEW', comment: 'kubernetes externally-visible service portals', then: jump('KUBE-EXTERNAL-SERVICES') },
  ]],
  ['FORWARD', [
    { states: 'NEW', comment: 'kubernetes load balancer firewall', then: jump('KUBE-PROXY-FIREWALL') },
    { comment: 'kubernetes forwarding rules', then: jump('KUBE-FORWARD') },
    { states: 'NEW', comment: 'kubernetes service portals', then: jump('KUBE-SERVICES') },
    { states: 'NEW', comment: 'kubernetes externally-visible service portals', then: jump('KUBE-EXTERNAL-SERVICES') },
  ]],
  ['OUTPUT', [
    { states: 'NEW', comment: 'kubernetes load balancer firewall', then: jump('KUBE-PROXY-FIREWALL') },
    { states: 'NEW', comment: 'kubernetes service portals', then: jump('KUBE-SERVICES') },
  ]],
]
