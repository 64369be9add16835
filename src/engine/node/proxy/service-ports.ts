import { compareText } from '../../../base'
import { keyOf, type EndpointSlice, type Service } from '../../../api'

export type Protocol = 'tcp' | 'udp' | 'sctp'

/** An address behind a service port. */
export interface Backend {
  /** "10.244.3.9:8080" */
  readonly key: string
  readonly ip: string
  readonly port: number
  /** "namespace/name" of its Pod, where the slice says so. */
  readonly pod: string | undefined
  readonly node: string | undefined
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly zones: readonly string[]
  readonly nodes: readonly string[]
}

/** One port of a Service as kube-proxy sees it: what it is reached by, and who may answer. Upstream: pkg/proxy, ServicePort. */
export interface ServicePortInfo {
  /** "namespace/name:port", or "namespace/name" when the port has no name. Upstream: ServicePortName.String. */
  readonly name: string
  /** "namespace/name" */
  readonly service: string
  readonly portName: string
  readonly protocol: Protocol
  readonly clusterIP: string
  readonly port: number
  /** 0: none. */
  readonly nodePort: number
  readonly externalIPs: readonly string[]
  readonly loadBalancerIPs: readonly string[]
  readonly sourceRanges: readonly string[]
  readonly externalLocal: boolean
  readonly internalLocal: boolean
  /** 0: no affinity. */
  readonly affinitySeconds: number
  /** 0: none. */
  readonly healthCheckNodePort: number
  /** By address, so that a table made twice is the same. */
  readonly backends: readonly Backend[]
}

const affinitySecondsDefault = 10_800
/** Names a slice's Service. */
export const serviceLabel = 'kubernetes.io/service-name'

/** Services without a cluster address (headless, ExternalName) get no rules. Upstream: pkg/proxy/util, ShouldSkipService. */
function hasClusterIP(service: Service): boolean {
  const { clusterIP, type } = service.spec ?? {}
  return clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None' && type !== 'ExternalName'
}

/** The slices of IPv4 by the Service they name. */
export function slicesByService(slices: Iterable<EndpointSlice>): ReadonlyMap<string, readonly EndpointSlice[]> {
  const byService = new Map<string, EndpointSlice[]>()
  for (const slice of slices) {
    const name = slice.metadata.labels?.[serviceLabel]
    if (name === undefined || slice.addressType !== 'IPv4') continue
    const key = `${slice.metadata.namespace ?? ''}/${name}`
    const known = byService.get(key)
    if (known === undefined) byService.set(key, [slice])
    else known.push(slice)
  }
  return byService
}

/** All service ports, by name. The order in which rules stand: iptables-restore is given them in the order of a Go map, so none is promised upstream. */
export function servicePorts(services: Iterable<Service>, slices: ReadonlyMap<string, readonly EndpointSlice[]>): readonly ServicePortInfo[] {
  const ports: ServicePortInfo[] = []
  for (const service of services) {
    if (!hasClusterIP(service)) continue
    const { spec = {} } = service
    const key = keyOf(service)
    const accessible = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
    for (const port of spec.ports ?? []) {
      const portName = port.name ?? ''
      ports.push({
        name: portName === '' ? key : `${key}:${portName}`, service: key, portName, protocol: (port.protocol ?? 'TCP').toLowerCase() as Protocol,
        clusterIP: spec.clusterIP ?? '', port: port.port, nodePort: accessible ? port.nodePort ?? 0 : 0,
        externalIPs: spec.externalIPs ?? [],
        loadBalancerIPs: spec.type === 'LoadBalancer' ? (service.status?.loadBalancer?.ingress ?? []).flatMap((ingress) => (ingress.ip === undefined ? [] : [ingress.ip])) : [],
        sourceRanges: spec.loadBalancerSourceRanges ?? [],
        externalLocal: spec.externalTrafficPolicy === 'Local' && (accessible || (spec.externalIPs ?? []).length > 0),
        internalLocal: spec.internalTrafficPolicy === 'Local',
        affinitySeconds: spec.sessionAffinity === 'ClientIP' ? spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? affinitySecondsDefault : 0,
        healthCheckNodePort: spec.healthCheckNodePort ?? 0,
        backends: backendsOf(slices.get(key) ?? [], portName),
      })
    }
  }
  return ports.sort((a, b) => compareText(a.name, b.name) || compareText(a.protocol, b.protocol))
}

/** Who may answer at a port of that name. An address in two slices (it moves from one to the other) counts once. Upstream: EndpointSliceCache. */
export function backendsOf(slices: readonly EndpointSlice[], portName: string): readonly Backend[] {
  const byAddress = new Map<string, Backend>()
  for (const slice of slices) {
    const port = (slice.ports ?? []).find((each) => (each.name ?? '') === portName)?.port
    if (port === undefined) continue
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses[0]
      if (ip === undefined) continue
      const { ready = true, terminating = false } = endpoint.conditions ?? {}
      const target = endpoint.targetRef
      const backend: Backend = {
        key: `${ip}:${port}`, ip, port, pod: target?.kind === 'Pod' ? `${target.namespace ?? ''}/${target.name ?? ''}` : undefined, node: endpoint.nodeName,
        ready, serving: endpoint.conditions?.serving ?? ready, terminating,
        zones: (endpoint.hints?.forZones ?? []).map((zone) => zone.name), nodes: (endpoint.hints?.forNodes ?? []).map((node) => node.name),
      }
      const known = byAddress.get(backend.key)
      if (known === undefined || (!known.ready && ready)) byAddress.set(backend.key, backend)
    }
  }
  return [...byAddress.values()].sort((a, b) => compareText(a.key, b.key))
}

export interface Reachable {
  /** Those of the whole cluster that traffic goes to. */
  readonly cluster: readonly Backend[]
  /** Those of this node, where a policy is Local. */
  readonly local: readonly Backend[]
  /** All that have a chain on this node. */
  readonly all: readonly Backend[]
  /** Whether anybody anywhere could answer: without one, traffic is rejected, not only dropped here. */
  readonly any: boolean
}

/** Somebody from outside of the cluster can reach it. */
export function isExternallyAccessible(port: ServicePortInfo): boolean {
  return port.nodePort !== 0 || port.loadBalancerIPs.length > 0 || port.externalIPs.length > 0
}

/** Pods always reach the whole cluster through an external address, whatever its policy. Upstream: UsesClusterEndpoints. */
export function usesClusterEndpoints(port: ServicePortInfo): boolean {
  return !port.internalLocal || isExternallyAccessible(port)
}

export function usesLocalEndpoints(port: ServicePortInfo): boolean {
  return port.internalLocal || (port.externalLocal && isExternallyAccessible(port))
}

/**
 * Who of a service port's endpoints a node sends traffic to: the ready ones; when there is none, those that still serve while they
 * terminate. Hints (trafficDistribution) narrow the cluster's to the node, or the zone, when every ready endpoint has one and some are
 * for here. Upstream: pkg/proxy/topology.go, CategorizeEndpoints.
 */
export function reachable(port: ServicePortInfo, node: string, zone: string | undefined): Reachable {
  const { backends } = port
  const fallback = (list: readonly Backend[]): readonly Backend[] => {
    const ready = list.filter((backend) => backend.ready)
    return ready.length > 0 ? ready : list.filter((backend) => backend.serving && backend.terminating)
  }
  const everywhere = fallback(backends)
  const any = everywhere.length > 0
  const cluster = usesClusterEndpoints(port) ? hinted(everywhere, node, zone) : []
  if (!usesLocalEndpoints(port)) return { cluster, local: [], all: cluster, any }
  const local = fallback(backends.filter((backend) => backend.node === node))
  const known = new Set(cluster)
  const all = [...cluster, ...local.filter((backend) => !known.has(backend))].sort((a, b) => compareText(a.key, b.key))
  return { cluster, local, all, any }
}

function hinted(backends: readonly Backend[], node: string, zone: string | undefined): readonly Backend[] {
  if (backends.length === 0 || !backends.every((backend) => backend.ready)) return backends
  if (backends.every((backend) => backend.nodes.length > 0)) {
    const near = backends.filter((backend) => backend.nodes.includes(node))
    if (near.length > 0) return near
  }
  if (zone !== undefined && backends.every((backend) => backend.zones.length > 0)) {
    const near = backends.filter((backend) => backend.zones.includes(zone))
    if (near.length > 0) return near
  }
  return backends
}
