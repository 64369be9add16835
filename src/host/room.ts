import { amountOf, compareQuantities, instantOf, keyOf, pathOf, podRequests, resources, virtualMs, type Lease, type MachineView, type Node, type Pod } from '../api'
import type { Cluster } from '../engine'
import type { AllocatableRow, RoomAbsence, RoomLease, RoomNetwork, RoomProxy, RoomView } from '../protocol'
import { stored } from './apply'
import { zoneOf } from './names'
import { isActive } from './pod-view'

/** The kubelet's own figures. Upstream: renewIntervalFraction of leaseDurationSeconds. */
const renewMs = 10_000
const routesMax = 40
/** Labels that every machine has say nothing about this one. */
const commonLabels = /^(beta\.)?kubernetes\.io\/|^topology\.kubernetes\.io\/|^failure-domain\.|^node-role\.kubernetes\.io\//

/**
 * A node from the inside, made of what its kubelet, its runtime, flannel and kube-proxy know at this moment. `picked`: key of a Pod
 * whose steps and cgroups are wanted. Undefined when there is no such Node.
 */
export function roomOf(cluster: Cluster, name: string, picked?: string): RoomView | undefined {
  const node = stored<Node>(cluster, pathOf(resources.nodes, undefined, name))
  if (node === undefined) return undefined
  const machine = cluster.machine(name, picked)
  const absent = machine === undefined ? absenceOf(cluster, name) : undefined
  const { labels = {} } = node.metadata
  const info = node.status?.nodeInfo
  const pods = (cluster.listAt(resources.pods) as readonly unknown[] as readonly Pod[]).filter((pod) => pod.spec?.nodeName === name)
  const lease = leaseOf(cluster, name)
  const network = networkOf(cluster, name, pods, machine)
  const proxy = machine === undefined ? undefined : proxyOf(cluster, name)
  return {
    node: name, at: virtualMs(cluster.simulation.now), zone: zoneOf(node),
    ready: node.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? '', unschedulable: node.spec?.unschedulable === true,
    internalIP: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    labels: Object.entries(labels).filter(([key]) => !commonLabels.test(key)).map(([key, value]) => (value === '' ? key : `${key}=${value}`)).slice(0, 4),
    arch: labels['kubernetes.io/arch'] ?? info?.architecture ?? '', kubeletVersion: info?.kubeletVersion ?? '', containerRuntimeVersion: info?.containerRuntimeVersion ?? '',
    ...(absent === undefined ? {} : { absent }), ...(machine === undefined ? {} : { machine }), runtimes: cluster.runtimes(info?.containerRuntimeVersion),
    podsMax: amountOf('pods', node.status?.allocatable?.['pods']) || 0,
    conditions: (node.status?.conditions ?? []).map(({ type, status, reason, message, lastTransitionTime }) => {
      const since = instantOf(lastTransitionTime)
      return { type, status, ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }), ...(since === undefined ? {} : { since }) }
    }),
    ...(lease === undefined ? {} : { lease }),
    allocatable: allocatableOf(node, pods, machine),
    ...(network === undefined ? {} : { network }), ...(proxy === undefined ? {} : { proxy }),
  }
}

function absenceOf(cluster: Cluster, name: string): RoomAbsence {
  if (cluster.faults.has('node', name)) return 'off'
  return cluster.faults.has('kubelet', name) ? 'kubelet-stopped' : 'silent'
}

function leaseOf(cluster: Cluster, name: string): RoomLease | undefined {
  const lease = stored<Lease>(cluster, pathOf(resources.leases, 'kube-node-lease', name))
  const renewedAt = instantOf(lease?.spec?.renewTime)
  if (lease === undefined || renewedAt === undefined) return undefined
  return { renewedAt, renewMs, durationMs: (lease.spec?.leaseDurationSeconds ?? 40) * 1000, graceMs: cluster.nodeMonitorGraceMs }
}

function allocatableOf(node: Node, pods: readonly Pod[], machine: MachineView | undefined): AllocatableRow[] {
  const { capacity = {}, allocatable = {} } = node.status ?? {}
  const standing = pods.filter(isActive)
  return (['cpu', 'memory', 'ephemeral-storage', 'pods'] as const).flatMap((resource) => {
    if (capacity[resource] === undefined) return []
    const whole = amountOf(resource, capacity[resource])
    const given = allocatable[resource] === undefined || compareQuantities(allocatable[resource], capacity[resource]) === 0 ? whole : amountOf(resource, allocatable[resource])
    const pressure = machine?.pressures.find(({ type }) => type === (resource === 'memory' ? 'MemoryPressure' : 'DiskPressure'))
    const hard = resource === 'memory' || resource === 'ephemeral-storage' ? pressure?.threshold ?? 0 : 0
    const difference = Math.max(0, whole - given)
    // What somebody wrote into the Node need not be what a kubelet would come to: then all of the difference is theirs.
    const evictionHard = hard <= difference ? hard : 0
    return [{
      resource, capacity: whole, allocatable: given, evictionHard, reserved: difference - evictionHard,
      requested: resource === 'pods' ? standing.length : standing.reduce((sum, pod) => sum + (podRequests(pod).get(resource) ?? 0), 0),
    }]
  })
}

function networkOf(cluster: Cluster, name: string, pods: readonly Pod[], machine: MachineView | undefined): RoomNetwork | undefined {
  const seen = cluster.networkOf(name, routesMax - 1)
  if (seen === undefined) return undefined
  const { view, tables, bridge, key } = seen
  const { subnet } = view
  const [first = 0, size = 0] = blockOf(subnet)
  const used = pods.flatMap((pod) => {
    const ip = pod.status?.podIP ?? machine?.pods.find((other) => other.uid === pod.metadata.uid)?.ip ?? ''
    const offset = numberOf(ip) - first
    return pod.spec?.hostNetwork === true || !isActive(pod) || !(offset > 0 && offset < size) ? [] : [{ offset, ip, pod: keyOf(pod) }]
  }).sort((a, b) => a.offset - b.offset)
  const holders = new Map(view.others.slice(0, routesMax).map(({ subnet: other, attrs }) => [other, cluster.nodeOfAddress(attrs.PublicIP)]))
  return {
    backend: view.backend, mtu: view.mtu, port: view.port, vni: view.vni, bridge, subnet, key, publicIp: view.publicIp, ...(view.vtepMac === undefined ? {} : { vtepMac: view.vtepMac }),
    secondsLeft: view.secondsLeft, leaseSeconds: view.leaseSeconds, running: view.running, revision: view.revision,
    routes: tables.routes.map((route) => {
      const node = route.to === subnet ? name : holders.get(route.to)
      return { ...route, ...(node === undefined ? {} : { node }) }
    }),
    routeCount: tables.total,
    // Without the network's own, the bridge's and the broadcast address.
    addresses: { size: size - 3, free: size - 3 - used.length, used },
  }
}

function blockOf(subnet: string): readonly [number, number] {
  const [ip = '', bits = '32'] = subnet.split('/')
  return [numberOf(ip), 2 ** (32 - Number(bits))]
}

function numberOf(ip: string): number {
  const parts = ip.split('.')
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : Number.NaN
}

function proxyOf(cluster: Cluster, name: string): RoomProxy {
  const { mode, nat, ipvs } = cluster.proxies.rulesOf(name)
  const counts = { services: 0, perService: 0, perEndpoint: 0, other: 0 }
  for (const [chain, { rules }] of nat.chains) {
    if (chain === 'KUBE-SERVICES' || chain === 'KUBE-NODEPORTS' || chain === 'KUBE-PORTALS-CONTAINER' || chain === 'KUBE-PORTALS-HOST') counts.services += rules.length
    else if (chain.startsWith('KUBE-SEP-')) counts.perEndpoint += rules.length
    else if (/^KUBE-(SVC|SVL|EXT|FW)-/.test(chain)) counts.perService += rules.length
    else counts.other += rules.length
  }
  return {
    mode, ...counts, total: counts.services + counts.perService + counts.perEndpoint + counts.other, revision: cluster.proxies.revisionOf(name),
    ...(ipvs === undefined ? {} : { virtualServers: ipvs.servers.size, realServers: [...ipvs.servers.values()].reduce((sum, server) => sum + server.real.length, 0) }),
  }
}
