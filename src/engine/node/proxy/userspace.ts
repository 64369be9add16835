import { fnv32a } from '../../../base'
import { jump, markMasqRules, postroutingRules, type ProxyNode } from './iptables'
import type { Backend, ServicePortInfo } from './service-ports'
import { makeTable, type Rule, type Table } from './tables'

/** What one listening port of the process stands for. */
export interface Portal {
  readonly listen: number
  readonly port: ServicePortInfo
  /** Ready endpoints: this mode never knew of others. */
  readonly backends: readonly Backend[]
}

export interface UserspaceRules {
  readonly nat: Table
  readonly filter: Table
  readonly portals: ReadonlyMap<number, Portal>
}

const listenFirst = 36_864
const listenCount = 20_000

/**
 * A node in userspace mode, as it was until Kubernetes 1.25: rules lead every service port to a port on which the process itself listens,
 * and the process opens a second connection to an endpoint, one after the other. Upstream: pkg/proxy/userspace/proxier.go and
 * roundrobin.go of 1.25.
 */
export function userspaceRules(ports: readonly ServicePortInfo[], node: ProxyNode): UserspaceRules {
  const portals = new Map<number, Portal>()
  const container: Rule[] = []
  const host: Rule[] = []
  const nodePortContainer: Rule[] = []
  const nodePortHost: Rule[] = []
  const [address = '127.0.0.1'] = node.addresses
  for (const port of ports) {
    const { name, protocol } = port
    // A free port, always the same for a service port as long as nobody else has it.
    let listen = listenFirst + (fnv32a(`${name}/${protocol}`) % listenCount)
    while (portals.has(listen)) listen = listenFirst + ((listen - listenFirst + 1) % listenCount)
    portals.set(listen, { listen, port, backends: port.backends.filter((backend) => backend.ready) })
    const redirect = (ip: string): void => {
      const match = { destination: ip, protocol, port: port.port, comment: name }
      container.push({ ...match, then: { is: 'redirect', port: listen } })
      host.push({ ...match, then: { is: 'dnat', ip: address, port: listen } })
    }
    redirect(port.clusterIP)
    for (const ip of [...port.externalIPs, ...port.loadBalancerIPs]) redirect(ip)
    if (port.nodePort === 0) continue
    const match = { protocol, port: port.nodePort, comment: name }
    nodePortContainer.push({ ...match, then: { is: 'redirect', port: listen } })
    nodePortHost.push({ ...match, then: { is: 'dnat', ip: address, port: listen } })
  }
  const own = new Map<string, readonly Rule[]>([
    ['KUBE-MARK-MASQ', markMasqRules], ['KUBE-NODEPORT-CONTAINER', nodePortContainer], ['KUBE-NODEPORT-HOST', nodePortHost], ['KUBE-PORTALS-CONTAINER', container],
    ['KUBE-PORTALS-HOST', host], ['KUBE-POSTROUTING', postroutingRules],
  ])
  const nodePorts = 'handle service NodePorts; NOTE: this must be the last rule in the chain'
  const portalsComment = 'handle ClusterIPs; NOTE: this must be before the NodePort rules'
  const nat = makeTable('nat', [
    ['PREROUTING', [{ comment: portalsComment, then: jump('KUBE-PORTALS-CONTAINER') }, { destinationLocal: true, comment: nodePorts, then: jump('KUBE-NODEPORT-CONTAINER') }]],
    ['INPUT', []],
    ['OUTPUT', [{ comment: portalsComment, then: jump('KUBE-PORTALS-HOST') }, { destinationLocal: true, comment: nodePorts, then: jump('KUBE-NODEPORT-HOST') }]],
    ['POSTROUTING', [{ comment: 'kubernetes postrouting rules', then: jump('KUBE-POSTROUTING') }]],
  ], own)
  return { nat, filter: makeTable('filter', [['INPUT', []], ['FORWARD', []], ['OUTPUT', []]], new Map()), portals }
}
