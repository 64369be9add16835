import { assert } from '../base'
import {
  apiVersionOf, instantOf, keyOf, milliValue, quantityValue, resources, type ApiObject, type Lease, type Node, type Pod, type VirtualMs,
} from '../api'
import type { Cluster } from '../engine'
import { nodeFlags, podStates, type NodeColumns, type NodeDetail, type PodColumns } from '../protocol'
import { zoneOf } from './names'
import { isActive, podRequests, stateOf } from './pod-view'
import type { Change } from './run'
import { Workloads } from './workloads'

interface NodeRow {
  readonly slot: number
  readonly name: string
  node: Node
  zone: number
  cpuMilliAllocatable: number
  cpuMilliRequested: number
  memoryBytesAllocatable: number
  memoryBytesRequested: number
  podsAllocatable: number
  podCount: number
  flags: number
  /** When its Lease was last renewed; part of the detail. */
  leaseRenewedAt: VirtualMs | undefined
}

interface PodRow {
  readonly slot: number
  readonly key: string
  pod: Pod
  /** The node it is bound to, assumed on or nominated to; '' without one. */
  nodeName: string
  /** Whether the node's sums count it. */
  counted: boolean
  cpuMilli: number
  memoryBytes: number
  state: number
  workload: number
}

/** Sums over the cluster, kept as rows change. */
export interface Totals {
  cpuMilliRequested: number
  cpuMilliAllocatable: number
  memoryBytesRequested: number
  memoryBytesAllocatable: number
  podsRunning: number
  podsPending: number
}

/** A Pod that the scheduler has decided on while its binding is still on its way. */
export interface Assumption {
  readonly key: string
  readonly node: string
}

const none = ''

/**
 * The cluster as the map draws it: rows with fixed slots, kept up to date from what was stored. A change costs what it changes;
 * only a fresh start, or a past that was compacted away, looks at everything.
 */
export class Projection {
  readonly workloads = new Workloads()
  readonly totals: Totals = {
    cpuMilliRequested: 0, cpuMilliAllocatable: 0, memoryBytesRequested: 0, memoryBytesAllocatable: 0, podsRunning: 0, podsPending: 0,
  }
  readonly #nodes = new Map<string, NodeRow>()
  readonly #pods = new Map<string, PodRow>()
  readonly #podsByNode = new Map<string, Set<PodRow>>()
  readonly #zones: string[] = []
  readonly #freeNodeSlots: number[] = []
  readonly #freePodSlots: number[] = []
  #nodeSlots = 0
  #podSlots = 0
  #dirtyNodes = new Set<NodeRow>()
  #dirtyPods = new Set<PodRow>()
  #removedNodes: number[] = []
  #removedPods: number[] = []
  #dirtyDetails = new Set<string>()
  #zonesChanged = true
  #reset = true
  #subscribed: readonly string[] = []
  #assumption: Assumption | undefined
  /** How a node's kube-proxy works, as it is now. */
  readonly #proxyModeOf: ((node: string) => string) | undefined
  #proxyModes = ''

  constructor(proxyModeOf?: (node: string) => string) {
    this.#proxyModeOf = proxyModeOf
  }

  get nodeCount(): number {
    return this.#nodes.size
  }

  get podCount(): number {
    return this.#pods.size
  }

  pod(key: string): Pod | undefined {
    return this.#pods.get(key)?.pod
  }

  node(name: string): Node | undefined {
    return this.#nodes.get(name)?.node
  }

  zoneOf(name: string): string {
    const row = this.#nodes.get(name)
    return row === undefined ? '' : this.#zones[row.zone] ?? ''
  }

  workloadOf(key: string): number {
    return this.#pods.get(key)?.workload ?? -1
  }

  /** Looks at everything there is, and keeps what is the same. */
  resync(cluster: Cluster): void {
    const owners = (['deployments', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'replicationcontrollers', 'replicasets'] as const)
      .flatMap((name) => cluster.listAt(resources[name])).sort((a, b) => Workloads.order(a, b))
    for (const owner of owners) this.workloads.owner(keyOf(owner), owner, undefined)
    const nodes = cluster.listAt(resources.nodes) as readonly ApiObject[]
    const nodeNames = new Set(nodes.map((node) => node.metadata.name ?? ''))
    for (const name of [...this.#nodes.keys()]) if (!nodeNames.has(name)) this.#removeNode(name)
    for (const node of nodes) this.#setNode(node as unknown as Node)
    const pods = [...cluster.listAt(resources.pods)].sort((a, b) => Workloads.order(a, b))
    const podKeys = new Set(pods.map(keyOf))
    for (const key of [...this.#pods.keys()]) if (!podKeys.has(key)) this.#removePod(key)
    for (const pod of pods) this.#setPod(pod as unknown as Pod)
    for (const lease of cluster.listAt(resources.leases)) this.#setLease(lease as unknown as Lease)
  }

  /** Takes in what was stored. */
  apply(changes: readonly Change[]): void {
    for (const { object, before } of changes) {
      const subject = object ?? before
      if (subject === undefined) continue
      const { apiVersion, kind } = subject
      if (kind === 'Pod' && apiVersion === 'v1') {
        if (object === undefined) this.#removePod(keyOf(subject))
        else this.#setPod(object as unknown as Pod)
      } else if (kind === 'Node' && apiVersion === 'v1') {
        if (object === undefined) this.#removeNode(keyOf(subject))
        else this.#setNode(object as unknown as Node)
      } else if (kind === 'Lease' && apiVersion === apiVersionOf(resources.leases)) {
        if (object !== undefined) this.#setLease(object as unknown as Lease)
      } else this.workloads.owner(keyOf(subject), object, before)
    }
  }

  /** Shows a Pod on the node that the scheduler has assumed it on; undefined: none. */
  assume(assumption: Assumption | undefined): void {
    const before = this.#assumption
    if (before?.key === assumption?.key && before?.node === assumption?.node) return
    this.#assumption = assumption
    for (const key of new Set([before?.key, assumption?.key])) {
      const row = key === undefined ? undefined : this.#pods.get(key)
      if (row !== undefined) this.#place(row)
    }
  }

  /** The nodes whose details are wanted. */
  subscribe(nodes: readonly string[]): void {
    const before = new Set(this.#subscribed)
    this.#subscribed = nodes
    for (const name of nodes) if (!before.has(name)) this.#dirtyDetails.add(name)
  }

  /** Everything is to be told anew, from an empty table. */
  reset(): void {
    this.#reset = true
    this.#zonesChanged = true
    this.#removedNodes = []
    this.#removedPods = []
    this.#dirtyNodes = new Set(this.#nodes.values())
    this.#dirtyPods = new Set(this.#pods.values())
    for (const name of this.#subscribed) this.#dirtyDetails.add(name)
  }

  /** The columns that changed since the last call, and their buffers. */
  take(buffers: ArrayBuffer[]): {
    readonly zones?: readonly string[]
    readonly nodes?: NodeColumns
    readonly pods?: PodColumns
    readonly details?: readonly NodeDetail[]
  } {
    const reset = this.#reset
    const nodes = reset || this.#dirtyNodes.size > 0 || this.#removedNodes.length > 0 ? this.#nodeColumns(reset, buffers) : undefined
    const pods = reset || this.#dirtyPods.size > 0 || this.#removedPods.length > 0 ? this.#podColumns(reset, buffers) : undefined
    const details = this.#details()
    const zones = this.#zonesChanged ? [...this.#zones] : undefined
    this.#reset = false
    this.#zonesChanged = false
    return { ...(zones ? { zones } : {}), ...(nodes ? { nodes } : {}), ...(pods ? { pods } : {}), ...(details.length > 0 ? { details } : {}) }
  }

  #setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    let row = this.#nodes.get(name)
    if (row?.node === node) return
    if (row === undefined) {
      row = {
        slot: this.#freeNodeSlots.pop() ?? this.#nodeSlots++, name, node, zone: -1, cpuMilliAllocatable: 0, cpuMilliRequested: 0,
        memoryBytesAllocatable: 0, memoryBytesRequested: 0, podsAllocatable: 0, podCount: 0, flags: 0, leaseRenewedAt: undefined,
      }
      this.#nodes.set(name, row)
      // Pods may be known before their node: their rows have to say its slot now.
      for (const pod of this.#podsByNode.get(name) ?? []) {
        this.#dirtyPods.add(pod)
        this.#sum(row, pod, 1)
      }
    } else this.#allocatable(row, -1)
    row.node = node
    row.zone = this.#zone(node)
    row.cpuMilliAllocatable = amount(milliValue(node.status?.allocatable?.['cpu']))
    row.memoryBytesAllocatable = amount(quantityValue(node.status?.allocatable?.['memory']))
    row.podsAllocatable = amount(quantityValue(node.status?.allocatable?.['pods']))
    row.flags = flagsOf(node)
    this.#allocatable(row, 1)
    this.#dirtyNodes.add(row)
    this.#dirtyDetails.add(name)
  }

  #removeNode(name: string): void {
    const row = this.#nodes.get(name)
    if (row === undefined) return
    this.#nodes.delete(name)
    this.#allocatable(row, -1)
    for (const pod of this.#podsByNode.get(name) ?? []) {
      this.#dirtyPods.add(pod)
      this.#sum(row, pod, -1)
    }
    this.#dirtyNodes.delete(row)
    this.#freeNodeSlots.push(row.slot)
    if (!this.#reset) this.#removedNodes.push(row.slot)
  }

  #setPod(pod: Pod): void {
    const key = keyOf(pod)
    let row = this.#pods.get(key)
    if (row?.pod === pod) return
    if (row !== undefined && row.pod.metadata.uid !== pod.metadata.uid) {
      this.#removePod(key)
      row = undefined
    }
    if (row === undefined) {
      row = { slot: this.#freePodSlots.pop() ?? this.#podSlots++, key, pod, nodeName: none, counted: false, cpuMilli: 0, memoryBytes: 0, state: -1, workload: -1 }
      this.#pods.set(key, row)
    } else if (this.#lookTheSame(row.pod, pod)) {
      row.pod = pod
      return
    }
    row.pod = pod
    this.#place(row)
  }

  /** Most writes to a Pod (conditions, managed fields) change nothing on the map. */
  #lookTheSame(before: Pod, pod: Pod): boolean {
    return before.spec === pod.spec && before.status === pod.status && before.metadata.labels === pod.metadata.labels &&
      before.metadata.deletionTimestamp === pod.metadata.deletionTimestamp
  }

  #place(row: PodRow): void {
    const { pod } = row
    this.#leave(row)
    const requests = podRequests(pod)
    row.cpuMilli = requests.cpuMilli
    row.memoryBytes = requests.memoryBytes
    row.state = stateOf(pod)
    row.nodeName = pod.spec?.nodeName || pod.status?.nominatedNodeName || none
    row.counted = isActive(pod) && (pod.spec?.nodeName ?? none) !== none
    if (this.#assumption?.key === row.key && !pod.spec?.nodeName) {
      row.nodeName = this.#assumption.node
      row.state = podStates.assumed
      row.counted = true
    }
    row.workload = this.workloads.of(pod)
    this.#enter(row)
    this.#dirtyPods.add(row)
  }

  #removePod(key: string): void {
    const row = this.#pods.get(key)
    if (row === undefined) return
    this.#leave(row)
    this.#pods.delete(key)
    this.#dirtyPods.delete(row)
    this.#freePodSlots.push(row.slot)
    if (!this.#reset) this.#removedPods.push(row.slot)
  }

  #enter(row: PodRow): void {
    this.workloads.count(row.workload, row.state, 1)
    this.#phases(row, 1)
    if (row.nodeName === none) return
    let pods = this.#podsByNode.get(row.nodeName)
    if (pods === undefined) this.#podsByNode.set(row.nodeName, pods = new Set())
    pods.add(row)
    const node = this.#nodes.get(row.nodeName)
    if (node !== undefined) this.#sum(node, row, 1)
  }

  #leave(row: PodRow): void {
    if (row.state < 0) return
    this.workloads.count(row.workload, row.state, -1)
    this.#phases(row, -1)
    if (row.nodeName === none) return
    const pods = this.#podsByNode.get(row.nodeName)
    pods?.delete(row)
    if (pods?.size === 0) this.#podsByNode.delete(row.nodeName)
    const node = this.#nodes.get(row.nodeName)
    if (node !== undefined) this.#sum(node, row, -1)
  }

  #sum(node: NodeRow, pod: PodRow, by: 1 | -1): void {
    if (!pod.counted) return
    node.cpuMilliRequested += by * pod.cpuMilli
    node.memoryBytesRequested += by * pod.memoryBytes
    node.podCount += by
    this.#dirtyNodes.add(node)
    // The sums are of what is stored, whoever looks: an assumption is not.
    if (pod.state === podStates.assumed) return
    this.totals.cpuMilliRequested += by * pod.cpuMilli
    this.totals.memoryBytesRequested += by * pod.memoryBytes
  }

  #phases(row: PodRow, by: 1 | -1): void {
    if (row.state === podStates.running || row.state === podStates.restarting) this.totals.podsRunning += by
    else if (row.state !== podStates.succeeded && row.state !== podStates.failed && row.state !== podStates.terminating) this.totals.podsPending += by
  }

  #allocatable(row: NodeRow, by: 1 | -1): void {
    this.totals.cpuMilliAllocatable += by * row.cpuMilliAllocatable
    this.totals.memoryBytesAllocatable += by * row.memoryBytesAllocatable
  }

  #setLease(lease: Lease): void {
    if (lease.metadata.namespace !== 'kube-node-lease') return
    const row = this.#nodes.get(lease.metadata.name ?? '')
    if (row === undefined) return
    row.leaseRenewedAt = instantOf(lease.spec?.renewTime)
    this.#dirtyDetails.add(row.name)
  }

  #zone(node: Node): number {
    const zone = zoneOf(node)
    if (zone === '') return -1
    const index = this.#zones.indexOf(zone)
    if (index >= 0) return index
    this.#zonesChanged = true
    return this.#zones.push(zone) - 1
  }

  #nodeColumns(reset: boolean, buffers: ArrayBuffer[]): NodeColumns {
    const rows = [...this.#dirtyNodes].sort((a, b) => a.slot - b.slot)
    const removed = Int32Array.from(this.#removedNodes)
    this.#dirtyNodes = new Set()
    this.#removedNodes = []
    const columns = {
      reset, names: rows.map((row) => row.name), slot: int32(rows, (row) => row.slot), zone: int32(rows, (row) => row.zone),
      cpuMilliAllocatable: float64(rows, (row) => row.cpuMilliAllocatable), cpuMilliRequested: float64(rows, (row) => row.cpuMilliRequested),
      memoryBytesAllocatable: float64(rows, (row) => row.memoryBytesAllocatable), memoryBytesRequested: float64(rows, (row) => row.memoryBytesRequested),
      podsAllocatable: int32(rows, (row) => row.podsAllocatable), podCount: int32(rows, (row) => row.podCount),
      flags: Uint8Array.from(rows, (row) => row.flags), removed,
    }
    buffers.push(...buffersOf(columns))
    return columns
  }

  #podColumns(reset: boolean, buffers: ArrayBuffer[]): PodColumns {
    const rows = [...this.#dirtyPods].sort((a, b) => a.slot - b.slot)
    const removed = Int32Array.from(this.#removedPods)
    this.#dirtyPods = new Set()
    this.#removedPods = []
    const columns = {
      reset, keys: rows.map((row) => row.key), slot: int32(rows, (row) => row.slot),
      node: int32(rows, (row) => (row.nodeName === none ? -1 : this.#nodes.get(row.nodeName)?.slot ?? -1)),
      cpuMilli: float64(rows, (row) => row.cpuMilli), memoryBytes: float64(rows, (row) => row.memoryBytes),
      state: Uint8Array.from(rows, (row) => row.state), workload: int32(rows, (row) => row.workload), removed,
    }
    buffers.push(...buffersOf(columns))
    return columns
  }

  #details(): NodeDetail[] {
    // The mode is no part of a Node: it may change while all Nodes stay as they are.
    const modes = this.#proxyModeOf === undefined ? '' : this.#subscribed.map(this.#proxyModeOf).join()
    if (modes !== this.#proxyModes) for (const name of this.#subscribed) this.#dirtyDetails.add(name)
    this.#proxyModes = modes
    if (this.#dirtyDetails.size === 0) return []
    const details: NodeDetail[] = []
    for (const name of this.#subscribed) {
      if (!this.#dirtyDetails.has(name)) continue
      const row = this.#nodes.get(name)
      if (row !== undefined) details.push({ ...detailOf(row.node, this.#zones[row.zone] ?? '', row.leaseRenewedAt), ...(this.#proxyModeOf === undefined ? {} : { proxyMode: this.#proxyModeOf(name) }) })
    }
    this.#dirtyDetails.clear()
    return details
  }
}

function detailOf(node: Node, zone: string, leaseRenewedAt: VirtualMs | undefined): NodeDetail {
  const info = node.status?.nodeInfo
  const internalIP = node.status?.addresses?.find((address) => address.type === 'InternalIP')?.address
  assert(node.metadata.name !== undefined, 'a stored node has a name')
  return {
    name: node.metadata.name, zone, labels: node.metadata.labels ?? {},
    taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => ({ key, effect, ...(value === undefined ? {} : { value }) })),
    ...(node.spec?.podCIDR ? { podCIDR: node.spec.podCIDR } : {}),
    ...(internalIP === undefined ? {} : { internalIP }),
    runtime: info?.containerRuntimeVersion?.split('://')[0] ?? '', kubeletVersion: info?.kubeletVersion ?? '',
    ...(leaseRenewedAt === undefined ? {} : { leaseRenewedAt }),
    conditions: (node.status?.conditions ?? []).map(({ type, status, reason, message }) => (
      { type, status, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) })),
    unschedulable: node.spec?.unschedulable === true, images: node.status?.images?.length ?? 0, revision: node.metadata.resourceVersion ?? '',
  }
}

function flagsOf(node: Node): number {
  let flags = 0
  for (const condition of node.status?.conditions ?? []) {
    if (condition.type === 'Ready' && condition.status === 'True') flags |= nodeFlags.ready
    if (condition.type === 'Ready' && condition.status === 'Unknown') flags |= nodeFlags.unreachable
    if (condition.status !== 'True') continue
    if (condition.type === 'MemoryPressure') flags |= nodeFlags.memoryPressure
    if (condition.type === 'DiskPressure') flags |= nodeFlags.diskPressure
    if (condition.type === 'PIDPressure') flags |= nodeFlags.pidPressure
  }
  if (node.spec?.unschedulable === true) flags |= nodeFlags.unschedulable
  if ((node.spec?.taints ?? []).length > 0) flags |= nodeFlags.tainted
  return flags
}

const amount = (value: number): number => (Number.isFinite(value) ? value : 0)

function int32<T>(rows: readonly T[], of: (row: T) => number): Int32Array {
  return Int32Array.from(rows, of)
}

function float64<T>(rows: readonly T[], of: (row: T) => number): Float64Array {
  return Float64Array.from(rows, of)
}

function buffersOf(columns: object): ArrayBuffer[] {
  return Object.values(columns).filter(ArrayBuffer.isView).map((view) => view.buffer as ArrayBuffer)
}
