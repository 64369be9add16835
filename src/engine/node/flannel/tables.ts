import { inCidr, ipText, parseCidr } from '../../../base'
import type { FlannelView } from './flannel'

/** A line of `ip route`. */
export interface Route {
  readonly to: string
  /** Absent: on the link itself. */
  readonly via?: string
  readonly dev: string
}

/** `ip neigh show dev flannel.1`: a subnet's first address is the other node's flannel.1. */
export interface Neighbour {
  readonly ip: string
  readonly mac: string
}

/** `bridge fdb show dev flannel.1`: behind which machine a hardware address lies. */
export interface Forwarding {
  readonly mac: string
  readonly dst: string
}

export interface FlannelTables {
  readonly routes: readonly Route[]
  /** Empty with host-gw. */
  readonly neighbours: readonly Neighbour[]
  readonly forwarding: readonly Forwarding[]
  /** How many routes there are in all, when only some were asked for. */
  readonly total: number
}

/**
 * What flannel put into a node's tables, as far as `limit` other nodes: its own subnet is on the bridge, each other's lies behind flannel.1
 * (vxlan) or behind the other node's own address (host-gw). Upstream: backend/vxlan/vxlan_network.go, backend/route_network.go.
 */
export function flannelTables(view: FlannelView, bridge: string, limit = Number.POSITIVE_INFINITY): FlannelTables {
  const others = view.others.slice(0, limit)
  const routes: Route[] = [{ to: view.subnet, dev: bridge }]
  const neighbours: Neighbour[] = []
  const forwarding: Forwarding[] = []
  for (const { subnet, attrs } of others) {
    if (view.backend === 'host-gw') {
      routes.push({ to: subnet, via: attrs.PublicIP, dev: 'eth0' })
      continue
    }
    const gateway = ipText(parseCidr(subnet)?.base ?? 0)
    routes.push({ to: subnet, via: gateway, dev: 'flannel.1' })
    const mac = attrs.BackendData?.VtepMAC
    if (mac === undefined) continue
    neighbours.push({ ip: gateway, mac })
    forwarding.push({ mac, dst: attrs.PublicIP })
  }
  return { routes, neighbours, forwarding, total: view.others.length + 1 }
}

/** A place a packet passes, and what it looks like there. */
export interface Hop {
  readonly at: 'pod' | 'veth' | 'bridge' | 'route' | 'flannel.1' | 'encapsulate' | 'eth0' | 'underlay' | 'decapsulate'
  /** The node it is on; absent on the wire between. */
  readonly node?: string
  /** Name of the device: "cni0", "flannel.1", "eth0". */
  readonly device?: string
  readonly from: string
  readonly to: string
  /** Around it, from node to node: a UDP datagram of vxlan. */
  readonly outer?: { readonly from: string; readonly to: string; readonly port: number; readonly vni: number; readonly bytes: number }
  /** The line of a table that decided: "10.244.0.0/24 via 10.244.0.0 dev flannel.1". */
  readonly by?: string
}

export interface PacketPath {
  readonly kind: 'same-node' | 'vxlan' | 'host-gw' | 'unreachable'
  /** Largest packet that goes through whole. */
  readonly mtu: number
  readonly hops: readonly Hop[]
}

export interface PacketEnd {
  readonly node: string
  readonly ip: string
  /** Bridge of the Pod's node. */
  readonly bridge: string
}

/** Bytes that vxlan puts around a frame: outer IP 20, UDP 8, vxlan 8, and the frame's own Ethernet header 14. */
const vxlanOverheadBytes = 50

/**
 * The way of a packet from one Pod to another, place by place, by the tables that both nodes have. A subnet that the sender's flanneld
 * knows no route to ends at its bridge: the packet leaves by the default route and nobody there knows it either.
 */
export function packetPath(from: PacketEnd, to: PacketEnd, view: FlannelView, bytes = 1_000): PacketPath {
  const packet = { from: from.ip, to: to.ip }
  const out: Hop[] = [{ at: 'pod', node: from.node, ...packet }, { at: 'veth', node: from.node, device: 'eth0', ...packet }, { at: 'bridge', node: from.node, device: from.bridge, ...packet }]
  const into: Hop[] = [{ at: 'bridge', node: to.node, device: to.bridge, ...packet }, { at: 'veth', node: to.node, device: 'eth0', ...packet }, { at: 'pod', node: to.node, ...packet }]
  if (from.node === to.node) return { kind: 'same-node', mtu: view.mtu, hops: [...out, ...into.slice(1)] }
  const other = view.others.find(({ subnet }) => holds(subnet, to.ip))
  if (other === undefined) return { kind: 'unreachable', mtu: view.mtu, hops: [...out, { at: 'route', node: from.node, ...packet }] }
  const nodeIp = other.attrs.PublicIP
  if (view.backend === 'host-gw') {
    // No header is put around it: the frame's next hop is the other node, so both have to be on one link.
    return {
      kind: 'host-gw', mtu: view.mtu, hops: [
        ...out, { at: 'route', node: from.node, by: `${other.subnet} via ${nodeIp} dev eth0`, ...packet }, { at: 'eth0', node: from.node, device: 'eth0', ...packet },
        { at: 'underlay', ...packet }, { at: 'eth0', node: to.node, device: 'eth0', ...packet }, ...into,
      ],
    }
  }
  const outer = { from: view.publicIp, to: nodeIp, port: view.port, vni: view.vni, bytes: bytes + vxlanOverheadBytes }
  const gateway = ipText(parseCidr(other.subnet)?.base ?? 0)
  return {
    kind: 'vxlan', mtu: view.mtu, hops: [
      ...out,
      { at: 'route', node: from.node, by: `${other.subnet} via ${gateway} dev flannel.1 onlink`, ...packet },
      { at: 'flannel.1', node: from.node, device: 'flannel.1', by: `${gateway} lladdr ${other.attrs.BackendData?.VtepMAC ?? ''}`, ...packet },
      { at: 'encapsulate', node: from.node, device: 'eth0', by: `${other.attrs.BackendData?.VtepMAC ?? ''} dst ${nodeIp}`, outer, ...packet },
      { at: 'underlay', outer, ...packet },
      { at: 'decapsulate', node: to.node, device: 'eth0', outer, ...packet },
      { at: 'flannel.1', node: to.node, device: 'flannel.1', ...packet },
      ...into,
    ],
  }
}

function holds(subnet: string, ip: string): boolean {
  const block = parseCidr(subnet)
  return block !== undefined && inCidr(ip, block)
}
