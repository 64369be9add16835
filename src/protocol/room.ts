import type { MachineView, RuntimeView, VirtualMs } from '../api'

/** Why there is nobody to look at: the machine is off, its kubelet was stopped, or it is only a Node that somebody brought along as unreachable. */
export type RoomAbsence = 'off' | 'kubelet-stopped' | 'silent'

/** What is kept of a resource for the machine itself. Amounts in the resource's own unit: millicores, bytes, Pods. */
export interface AllocatableRow {
  readonly resource: 'cpu' | 'memory' | 'ephemeral-storage' | 'pods'
  readonly capacity: number
  readonly allocatable: number
  /** The kubelet evicts before the last of it is used. 0: not of this resource. */
  readonly evictionHard: number
  /** The rest of the difference: kube-reserved and system-reserved. */
  readonly reserved: number
  /** By the requests of its Pods. */
  readonly requested: number
}

export interface RoomCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly since?: VirtualMs
}

export interface RoomLease {
  readonly renewedAt: VirtualMs
  readonly renewMs: number
  readonly durationMs: number
  /** From here on the node controller says Unknown. */
  readonly graceMs: number
}

export interface RoomRoute {
  readonly to: string
  readonly via?: string
  readonly dev: string
  /** The node that holds that subnet, when it is known. */
  readonly node?: string
}

/** flannel, as this node has it. */
export interface RoomNetwork {
  readonly backend: 'vxlan' | 'host-gw'
  readonly mtu: number
  readonly port: number
  readonly vni: number
  readonly bridge: string
  readonly subnet: string
  /** Key of its lease in etcd. */
  readonly key: string
  readonly publicIp: string
  readonly vtepMac?: string
  /** Of the lease; -1 when it has run out. */
  readonly secondsLeft: number
  readonly leaseSeconds: number
  readonly running: boolean
  /** Its tables are made of the leases as they stood at this revision. */
  readonly revision: number
  /** Its own first, then the others', at most 40. */
  readonly routes: readonly RoomRoute[]
  readonly routeCount: number
  /** Addresses that can be given, and who has which: `offset` from the subnet's first. */
  readonly addresses: { readonly size: number; readonly free: number; readonly used: readonly { readonly offset: number; readonly ip: string; readonly pod: string }[] }
}

/** kube-proxy's tables on this node, counted. */
export interface RoomProxy {
  readonly mode: 'userspace' | 'iptables' | 'ipvs'
  /** Rules of the nat table by what they belong to; in IPVS mode virtual and real servers besides. */
  readonly services: number
  readonly perService: number
  readonly perEndpoint: number
  readonly other: number
  readonly total: number
  readonly virtualServers?: number
  readonly realServers?: number
  readonly revision: number
}

/** A node from the inside. */
export interface RoomView {
  readonly node: string
  readonly at: VirtualMs
  readonly zone: string
  readonly ready: string
  readonly unschedulable: boolean
  readonly internalIP: string
  /** Labels that tell it from its siblings, "disktype=ssd"; and its architecture. */
  readonly labels: readonly string[]
  readonly arch: string
  readonly kubeletVersion: string
  readonly containerRuntimeVersion: string
  readonly absent?: RoomAbsence
  readonly machine?: MachineView
  /** What it could run instead, itself included: docker, rkt, containerd, and CRI-O where it is in use. */
  readonly runtimes: readonly RuntimeView[]
  readonly podsMax: number
  readonly conditions: readonly RoomCondition[]
  readonly lease?: RoomLease
  readonly allocatable: readonly AllocatableRow[]
  readonly network?: RoomNetwork
  readonly proxy?: RoomProxy
}
