import { compareText } from '../../../base'
import { keyOf, type EndpointSlice, type Service } from '../../../api'
import { backendsOf } from './service-ports'

/** The cluster as its DNS knows it: Services, and slices by Service. */
export interface DnsZone {
  readonly service: (key: string) => Service | undefined
  readonly slices: (key: string) => readonly EndpointSlice[]
}

export interface DnsQuery {
  readonly name: string
  readonly type: 'A' | 'SRV'
  readonly answer: 'addresses' | 'cname' | 'nxdomain'
  readonly records: readonly string[]
}

export interface DnsAnswer {
  readonly queries: readonly DnsQuery[]
  /** Addresses of the first name that there is; empty when there is none. */
  readonly addresses: readonly string[]
  /** The Service that the name led to. */
  readonly service?: string
  /** An ExternalName leads out of the cluster to this name. */
  readonly external?: string
  /** SRV: ports that belong to the addresses. */
  readonly port?: number
}

const clusterDomain = 'cluster.local'
/** What the kubelet writes into /etc/resolv.conf of a Pod with dnsPolicy ClusterFirst. */
const ndots = 5

/** The `search` line of a Pod's resolv.conf. */
function searchPath(namespace: string): readonly string[] {
  return [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
}

/**
 * Looks a name up as a Pod's resolver does: with fewer than five dots first with each domain of the search path behind it, then as it
 * stands. `namespace` undefined: a resolver outside of the cluster, which knows no name of it. Upstream: CoreDNS's kubernetes plugin,
 * DNS-based service discovery 1.1.0.
 */
export function lookUp(name: string, namespace: string | undefined, zone: DnsZone): DnsAnswer {
  const type = name.startsWith('_') ? 'SRV' : 'A'
  const absolute = name.endsWith('.')
  const bare = absolute ? name.slice(0, -1) : name
  const dots = bare.split('.').length - 1
  const searched = namespace === undefined || absolute ? [] : searchPath(namespace).map((domain) => `${bare}.${domain}`)
  const names = dots < ndots ? [...searched, bare] : [bare, ...searched]
  const queries: DnsQuery[] = []
  for (const candidate of names) {
    const found = namespace === undefined ? undefined : recordsOf(candidate, zone)
    if (found === undefined) {
      queries.push({ name: `${candidate}.`, type, answer: 'nxdomain', records: [] })
      continue
    }
    const records = found.external !== undefined ? [found.external] : type === 'SRV' ? found.addresses.map((address) => `${address}:${found.port ?? 0}`) : found.addresses
    queries.push({ name: `${candidate}.`, type, answer: found.external === undefined ? 'addresses' : 'cname', records })
    return { queries, ...found }
  }
  return { queries, addresses: [] }
}

type Found = Omit<DnsAnswer, 'queries'>

/** What the cluster's DNS says to a full name; undefined: no such name. */
function recordsOf(name: string, zone: DnsZone): Found | undefined {
  const suffix = `.${clusterDomain}`
  if (!name.endsWith(suffix)) return undefined
  const labels = name.slice(0, -suffix.length).split('.')
  const kind = labels.pop()
  const namespace = labels.pop()
  if (namespace === undefined || labels.length === 0) return undefined
  if (kind === 'pod') {
    const ip = (labels[0] ?? '').replaceAll('-', '.')
    return labels.length === 1 && /^\d+(\.\d+){3}$/.test(ip) ? { addresses: [ip] } : undefined
  }
  if (kind !== 'svc') return undefined
  const serviceName = labels.pop() as string
  const service = zone.service(`${namespace}/${serviceName}`)
  if (service === undefined) return undefined
  const key = keyOf(service)
  const { spec = {} } = service
  if (spec.type === 'ExternalName') return labels.length === 0 ? { addresses: [], service: key, external: spec.externalName ?? '' } : undefined
  const headless = spec.clusterIP === 'None'
  const [first, second] = labels
  if (first?.startsWith('_') === true) {
    // _port._protocol.service
    if (second === undefined || labels.length !== 2) return undefined
    const port = (spec.ports ?? []).find((each) => `_${each.name ?? ''}` === first && `_${(each.protocol ?? 'TCP').toLowerCase()}` === second)
    if (port === undefined) return undefined
    if (!headless) return { addresses: [spec.clusterIP ?? ''], service: key, port: port.port }
    const backends = backendsOf(zone.slices(key), port.name ?? '').filter((backend) => backend.ready)
    return backends.length === 0 ? undefined : { addresses: backends.map((backend) => backend.ip), service: key, port: backends[0]?.port ?? port.port }
  }
  if (!headless) return labels.length === 0 && spec.clusterIP ? { addresses: [spec.clusterIP], service: key } : undefined
  if (labels.length > 1) return undefined
  const addresses = new Set<string>()
  for (const slice of zone.slices(key)) {
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue
      if (first !== undefined && endpoint.hostname !== first) continue
      for (const address of endpoint.addresses) addresses.add(address)
    }
  }
  // CoreDNS has no record of a headless Service that nobody is behind.
  return addresses.size === 0 ? undefined : { addresses: [...addresses].sort(compareText), service: key }
}
