import { digestText } from '../kubelet/images'
import type { Actor, ActorContext, EventBody } from '../../kernel'
import { configKey, holdsSubnet, mtuOf, nextFreeSubnet, parseNetwork, subnetKey, subnetOfKey, subnetsPrefix, type BackendType, type Network, type NetworkConfig, type SubnetAttrs } from './network'

/** A key as the store holds it. */
export interface FlannelKey {
  readonly key: string
  readonly value: unknown
  readonly modRevision: number
  readonly lease: number
}

/** What flannel needs of etcd; handed in by the composition root. */
export interface FlannelStore {
  readonly revision: number
  get(key: string): FlannelKey | undefined
  /** All keys with a prefix in byte order, as they stood at a revision; undefined when that was compacted away. */
  list(prefix: string, revision?: number): readonly FlannelKey[] | undefined
  put(key: string, value: NetworkConfig | SubnetAttrs, lease: number): void
  /** Seconds. Gives the lease's id. */
  grant(ttlSeconds: number): number
  /** Renews it. False when there is no such lease any more. */
  keepAlive(lease: number): boolean
  /** Whole seconds left; -1 when there is no such lease. */
  secondsLeft(lease: number): number
}

export interface FlannelOptions {
  readonly context: ActorContext
  readonly store: FlannelStore
  readonly config: NetworkConfig
  /** Whether a node's flanneld reaches etcd now. */
  readonly reaches: (node: string) => boolean
}

/** Upstream: subnetTTL and the renewal margin (subnet-lease-renew-margin, 60 minutes). */
export const leaseSeconds = 24 * 3600
const renewMarginMs = 3_600_000
const renewMs = leaseSeconds * 1000 - renewMarginMs
/** Who could not reach etcd tries again after so long. */
const retryMs = 60_000

/** The flanneld of one node. Plain data. */
interface Flanneld {
  readonly publicIp: string
  readonly subnet: string
  lease: number
  renewAt: number
  /** The revision at which it stopped hearing of the others; null while it runs. */
  stoppedAt: number | null
}

interface FlannelState {
  readonly nodes: readonly (readonly [string, Flanneld])[]
  readonly plan: number
  readonly plannedFor: number | null
}

/** A lease of a subnet, as everybody in the network knows it. */
export interface SubnetLease {
  readonly subnet: string
  readonly attrs: SubnetAttrs
  readonly lease: number
  readonly modRevision: number
}

/** The network as one node sees it. */
export interface FlannelView {
  readonly config: NetworkConfig
  readonly backend: BackendType
  readonly vni: number
  readonly port: number
  readonly mtu: number
  readonly subnet: string
  readonly publicIp: string
  readonly vtepMac: string | undefined
  /** Of its own lease; -1 when that has run out. */
  readonly secondsLeft: number
  readonly leaseSeconds: number
  readonly running: boolean
  /** What it knows of the others is of this revision. */
  readonly revision: number
  /** All leases but its own, in byte order of the keys. */
  readonly others: readonly SubnetLease[]
}

/**
 * The flannelds of all nodes. Each takes the lease of a subnet in etcd (the block that the node IPAM controller gave the Node), renews
 * it an hour before its end, and routes to the subnets of the others. What each knows of the others is not kept: tables are made of
 * the leases as they stood at the revision it has seen, when somebody asks.
 * A dead machine renews nothing: after at most 24 hours its lease ends, etcd drops the key, and the others their routes.
 * Upstream: flannel, pkg/subnet/etcd/local_manager.go.
 */
export class Flannel implements Actor {
  readonly name = 'flannel'
  readonly #options: FlannelOptions
  #nodes = new Map<string, Flanneld>()
  /** Timers of an earlier plan carry another number. */
  #plan = 0
  #plannedFor = Number.POSITIVE_INFINITY

  constructor(options: FlannelOptions) {
    this.#options = options
  }

  /** Writes the network's configuration where there is none: what an administrator does with etcdctl before the first flanneld runs. */
  start(): void {
    const { store, config } = this.#options
    if (store.get(configKey) === undefined) store.put(configKey, config, 0)
  }

  get config(): NetworkConfig {
    return (this.#options.store.get(configKey)?.value as NetworkConfig | undefined) ?? this.#options.config
  }

  get network(): Network | undefined {
    const network = parseNetwork(this.config)
    return typeof network === 'string' ? undefined : network
  }

  /**
   * A node's flanneld begins, or is told of the node's block. With a block (`podCIDR`) it takes that one, without it the next that is free.
   * Gives the subnet; undefined when it gets none: the block is not of this network, or there is none left. May be called again and again.
   */
  join(node: string, publicIp: string, podCIDR: string | undefined): string | undefined {
    const known = this.#nodes.get(node)
    if (known !== undefined && known.stoppedAt === null && known.publicIp === publicIp && (podCIDR === undefined || known.subnet === podCIDR)) return known.subnet
    const { network } = this
    if (network === undefined) return undefined
    const subnet = podCIDR ?? this.#ownSubnet(publicIp) ?? nextFreeSubnet(network, new Set(this.leases().map((lease) => lease.subnet)))
    if (subnet === undefined || !holdsSubnet(network, subnet)) return undefined
    const lease = this.#take(node, subnet, publicIp, network)
    this.#nodes.set(node, { publicIp, subnet, lease, renewAt: this.#options.context.now() + renewMs, stoppedAt: null })
    this.#planRenewal()
    return subnet
  }

  /** A node's flanneld is no more: its lease stays until it ends. What it put into its machine's tables stays as well. */
  leave(node: string): void {
    const flanneld = this.#nodes.get(node)
    if (flanneld !== undefined && flanneld.stoppedAt === null) flanneld.stoppedAt = this.#options.store.revision
  }

  /** The machine itself is gone for good. */
  forget(node: string): void {
    this.#nodes.delete(node)
  }

  subnetOf(node: string): string | undefined {
    return this.#nodes.get(node)?.subnet
  }

  /** The node whose flanneld speaks under this address. */
  nodeOf(publicIp: string): string | undefined {
    for (const [node, flanneld] of this.#nodes) if (flanneld.publicIp === publicIp) return node
    return undefined
  }

  /** All leases that are in force, in byte order of their keys, now or at a revision (undefined: compacted away). */
  leases(): readonly SubnetLease[]
  leases(revision: number): readonly SubnetLease[] | undefined
  leases(revision?: number): readonly SubnetLease[] | undefined {
    return this.#options.store.list(subnetsPrefix, revision)?.map(({ key, value, lease, modRevision }) => ({ subnet: subnetOfKey(key), attrs: value as SubnetAttrs, lease, modRevision }))
  }

  /** The network as a node sees it, made when asked; undefined where no flanneld ever ran. */
  view(node: string): FlannelView | undefined {
    const flanneld = this.#nodes.get(node)
    const { config, network } = this
    if (flanneld === undefined || network === undefined) return undefined
    const { store } = this.#options
    const revision = flanneld.stoppedAt ?? store.revision
    const leases = this.leases(revision) ?? this.leases()
    const own = leases.find((lease) => lease.subnet === flanneld.subnet && lease.attrs.PublicIP === flanneld.publicIp)
    return {
      config, backend: network.backend, vni: network.vni, port: network.port, mtu: mtuOf(network.backend), subnet: flanneld.subnet, publicIp: flanneld.publicIp,
      vtepMac: own?.attrs.BackendData?.VtepMAC, secondsLeft: store.secondsLeft(flanneld.lease), leaseSeconds, running: flanneld.stoppedAt === null, revision,
      others: leases.filter((lease) => lease !== own),
    }
  }

  handle(body: EventBody): void {
    if (body.type !== 'renew' || body['plan'] !== this.#plan) return
    this.#plannedFor = Number.POSITIVE_INFINITY
    const { context, store } = this.#options
    const { network } = this
    const now = context.now()
    for (const [node, flanneld] of this.#nodes) {
      if (flanneld.stoppedAt !== null || flanneld.renewAt > now) continue
      if (!this.#options.reaches(node)) {
        flanneld.renewAt = now + retryMs
        continue
      }
      if (!store.keepAlive(flanneld.lease) && network !== undefined) flanneld.lease = this.#take(node, flanneld.subnet, flanneld.publicIp, network)
      flanneld.renewAt = now + renewMs
    }
    this.#planRenewal()
  }

  save(): unknown {
    const state: FlannelState = { nodes: [...this.#nodes].map(([node, flanneld]) => [node, { ...flanneld }] as const), plan: this.#plan, plannedFor: Number.isFinite(this.#plannedFor) ? this.#plannedFor : null }
    return state
  }

  load(state: unknown): void {
    const saved = state as FlannelState
    this.#nodes = new Map(saved.nodes.map(([node, flanneld]) => [node, { ...flanneld }]))
    this.#plan = saved.plan
    this.#plannedFor = saved.plannedFor ?? Number.POSITIVE_INFINITY
  }

  /** The subnet this machine held before, if its lease still is in force. Upstream: tryAcquireLease asks for it first. */
  #ownSubnet(publicIp: string): string | undefined {
    return this.leases().find((lease) => lease.attrs.PublicIP === publicIp)?.subnet
  }

  /** Takes the subnet's key under a lease: the one there is when it is this machine's own, else a new one. Gives the lease. */
  #take(node: string, subnet: string, publicIp: string, network: Network): number {
    const { store } = this.#options
    const key = subnetKey(subnet)
    const found = store.get(key)
    const attrs = attrsOf(node, publicIp, network)
    if (found !== undefined && found.lease !== 0 && (found.value as SubnetAttrs).PublicIP === publicIp && (found.value as SubnetAttrs).BackendType === attrs.BackendType && store.keepAlive(found.lease)) return found.lease
    // The block is the node's whoever held it: a machine that is gone may hold the key for some hours more.
    const lease = store.grant(leaseSeconds)
    store.put(key, attrs, lease)
    return lease
  }

  #nextRenewal(): number {
    let next = Number.POSITIVE_INFINITY
    for (const { stoppedAt, renewAt } of this.#nodes.values()) if (stoppedAt === null && renewAt < next) next = renewAt
    return next
  }

  /** One timer for all: a thousand machines that began in one instant are renewed in one. */
  #planRenewal(): void {
    const { context } = this.#options
    // Whoever joins now is due after all that joined before.
    if (this.#plannedFor !== Number.POSITIVE_INFINITY) return
    const next = this.#nextRenewal()
    if (next === Number.POSITIVE_INFINITY) return
    this.#plannedFor = next
    context.schedule(Math.max(0, next - context.now()), { type: 'renew', plan: ++this.#plan })
  }
}

function attrsOf(node: string, publicIp: string, network: Network): SubnetAttrs {
  if (network.backend === 'host-gw') return { PublicIP: publicIp, BackendType: 'host-gw' }
  return { PublicIP: publicIp, BackendType: 'vxlan', BackendData: { VNI: network.vni, VtepMAC: macOf(node) } }
}

/** A hardware address that nobody bought (locally administered), always the same for the same node. */
function macOf(node: string): string {
  const digits = digestText(`vtep ${node}`)
  const first = (Number.parseInt(digits.slice(0, 2), 16) & 0xfc) | 0x02
  return [first.toString(16).padStart(2, '0'), ...[1, 2, 3, 4, 5].map((byte) => digits.slice(2 * byte, 2 * byte + 2))].join(':')
}
