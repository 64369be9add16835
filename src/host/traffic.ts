import { compareText } from '../base'
import { ApiError, failure, keyOf, pathOf, resources, type ApiRequest, type ConfigMap, type EndpointSlice, type IpvsSchedulerName, type Node, type ProxyModeName, type Service, type TrafficClient, type TrafficRequest } from '../api'
import { readProxyConfiguration, writeConfiguration, type Cluster } from '../engine'
import type { EndpointView, ProxyView, RulesView, ServiceList, ServicePortView, ServiceView, TrafficView } from '../protocol'
import { person, stored } from './apply'

const recordsDefault = 50
const recordsMax = 200
const serviceLabel = 'kubernetes.io/service-name'
const modeAnnotation = 'berth.dev/proxy-mode'
const configMap = { namespace: 'kube-system', name: 'kube-proxy', key: 'config.conf' }

/** All Services, by namespace and name, with their endpoints. */
export function serviceList(cluster: Cluster): ServiceList {
  const slices = slicesByService(cluster)
  const services = servicesOf(cluster).map((service) => serviceView(service, slices.get(keyOf(service)) ?? []))
  return { services: services.sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name)), proxy: proxyView(cluster) }
}

/** One Service's traffic. Throws `ApiError` 404 when there is no such Service. */
export function trafficView(cluster: Cluster, take: { readonly service: string; readonly port?: string; readonly node?: string; readonly limit?: number }): TrafficView {
  const found = servicesOf(cluster).find((service) => keyOf(service) === take.service)
  if (found === undefined) {
    const name = take.service.split('/').at(-1) ?? take.service
    throw new ApiError(failure(404, 'NotFound', `services "${name}" not found`, { kind: 'services', name }))
  }
  const slices = slicesByService(cluster).get(take.service) ?? []
  const service = serviceView(found, slices)
  const node = take.node ?? firstNode(cluster)
  const port = service.ports.find((each) => each.name === (take.port ?? each.name))
  const { proxies } = cluster
  const revision = proxies.revisionOf(node)
  const newest = Math.max(...[found, ...slices].map((object) => Number(object.metadata.resourceVersion ?? 0)))
  // Without a cluster address (headless) requests are counted under the Service's own name.
  const tally = proxies.tally(port?.servicePort ?? service.key) ?? proxies.tally(service.key)
  return {
    service, proxy: proxyView(cluster), mode: proxies.modeOf(node), revision, behind: newest > revision, ...(tally === undefined ? {} : { tally }),
    records: proxies.records(Math.max(0, Math.min(recordsMax, take.limit ?? recordsDefault)), service.key),
    preview: port === undefined ? { chains: [] } : proxies.preview(node, port.servicePort),
    reachable: port === undefined ? [] : service.type === 'Headless' ? port.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.key) : proxies.reachableFrom(node, port.servicePort),
  }
}

/** A node's tables as its tools print them. */
export function rulesView(cluster: Cluster, node: string, mode?: ProxyModeName): RulesView {
  const { proxies } = cluster
  const rules = proxies.rulesOf(node, mode)
  const ipvsadm = proxies.ipvsText(node, mode)
  const count = [rules.nat, rules.filter].reduce((sum, table) => sum + [...table.chains.values()].reduce((all, chain) => all + chain.rules.length, 0), 0)
  return {
    node, mode: rules.mode, revision: proxies.revisionOf(node), iptables: proxies.iptablesText(node, mode), ...(ipvsadm === undefined ? {} : { ipvsadm }),
    rules: count, connections: proxies.connectionCount(node),
  }
}

/** The write that puts another mode (or IPVS scheduler) in force: of kube-proxy's ConfigMap, or of one node's annotation. */
export function proxyModeRequest(cluster: Cluster, take: { readonly mode: ProxyModeName | null; readonly node?: string; readonly scheduler?: IpvsSchedulerName }): ApiRequest {
  if (take.node !== undefined) {
    return {
      method: 'PATCH', path: pathOf(resources.nodes, undefined, take.node), headers: { 'content-type': 'application/merge-patch+json' }, query: { fieldManager: person },
      body: { metadata: { annotations: { [modeAnnotation]: take.mode } } }, userAgent: person,
    }
  }
  const { namespace, name, key } = configMap
  const path = pathOf(resources.configmaps, namespace, name)
  const before = stored<ConfigMap>(cluster, path)
  const text = writeConfiguration(before?.data?.[key], { ...(take.mode === null ? {} : { mode: take.mode }), ...(take.scheduler === undefined ? {} : { scheduler: take.scheduler }) })
  return before !== undefined
    ? { method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, query: { fieldManager: person }, body: { data: { [key]: text } }, userAgent: person }
    : { method: 'POST', path: pathOf(resources.configmaps, namespace), query: { fieldManager: person }, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: 'kube-proxy' } }, data: { [key]: text } }, userAgent: person }
}

/** Why a command's client is none; undefined when it is one. What the client is about is the engine's to say. */
export function wrongClient(from: unknown): string | undefined {
  const client = from as Partial<Record<'pod' | 'node' | 'outside', unknown>> | null
  if (typeof client !== 'object' || client === null) return 'a client is {pod}, {node} or {outside}'
  const given = [client.pod, client.node, client.outside].filter((each) => each !== undefined)
  return given.length === 1 && typeof given[0] === 'string' ? undefined : 'a client is {pod}, {node} or {outside}, each a text'
}

/** Why a `send` is none. */
export function wrongTraffic(take: Partial<TrafficRequest>): string | undefined {
  if (typeof take.to !== 'string') return 'a target is a text'
  if (typeof take.count !== 'number' || !Number.isInteger(take.count) || take.count < 1 || take.count > 10_000) return 'a count is a whole number from 1 to 10000'
  if (take.steady !== undefined && typeof take.steady !== 'boolean') return 'steady is true or false'
  if (take.keepAlive !== undefined && typeof take.keepAlive !== 'boolean') return 'keepAlive is true or false'
  return wrongClient(take.from)
}

export const proxyModes: ReadonlySet<unknown> = new Set<ProxyModeName>(['userspace', 'iptables', 'ipvs'])
export const proxySchedulers: ReadonlySet<unknown> = new Set(['rr', 'wrr', 'lc', 'wlc', 'sh'])

/** "exec checkout-1 -- curl web.shop:80": what a person would have typed. */
export function trafficText({ from, to, count, steady }: TrafficRequest): string {
  const asked = `curl ${to}${steady === false ? ' # no more' : steady === true ? ` # ${count} a second` : count === 1 ? '' : ` # ${count} times`}`
  return 'pod' in from ? `exec ${podText(from)} -- ${asked}` : asked
}

function podText(from: TrafficClient & { readonly pod: string }): string {
  const [namespace, name = ''] = from.pod.split('/')
  return namespace === 'default' ? name : `-n ${namespace ?? ''} ${name}`
}

function servicesOf(cluster: Cluster): Service[] {
  return cluster.listAt(resources.services) as readonly unknown[] as Service[]
}

function firstNode(cluster: Cluster): string {
  return cluster.listAt(resources.nodes)[0]?.metadata.name ?? ''
}

function slicesByService(cluster: Cluster): ReadonlyMap<string, readonly EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>()
  for (const slice of cluster.listAt(resources.endpointslices) as readonly unknown[] as readonly EndpointSlice[]) {
    const name = slice.metadata.labels?.[serviceLabel]
    if (name === undefined) continue
    const key = `${slice.metadata.namespace ?? ''}/${name}`
    const list = found.get(key)
    if (list === undefined) found.set(key, [slice])
    else list.push(slice)
  }
  return found
}

function serviceView(service: Service, slices: readonly EndpointSlice[]): ServiceView {
  const { spec = {}, metadata } = service
  const key = keyOf(service)
  const headless = spec.clusterIP === 'None'
  const ports = (spec.ports ?? []).map((port): ServicePortView => {
    const name = port.name ?? ''
    return {
      servicePort: name === '' ? key : `${key}:${name}`, name, protocol: port.protocol ?? 'TCP', port: port.port, targetPort: String(port.targetPort ?? port.port),
      ...(port.nodePort === undefined ? {} : { nodePort: port.nodePort }), endpoints: endpointsOf(slices, name),
    }
  })
  return {
    key, namespace: metadata.namespace ?? '', name: metadata.name ?? '', type: headless ? 'Headless' : spec.type ?? 'ClusterIP',
    ...(spec.clusterIP === undefined || spec.clusterIP === '' || headless ? {} : { clusterIP: spec.clusterIP }),
    ...(spec.externalName === undefined ? {} : { externalName: spec.externalName }),
    externalIPs: [...spec.externalIPs ?? [], ...(service.status?.loadBalancer?.ingress ?? []).flatMap((ingress) => (ingress.ip === undefined ? [] : [ingress.ip]))],
    selector: spec.selector ?? {}, affinitySeconds: spec.sessionAffinity === 'ClientIP' ? spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 : 0,
    internalLocal: spec.internalTrafficPolicy === 'Local', externalLocal: spec.externalTrafficPolicy === 'Local', ports,
    ready: (ports[0]?.endpoints ?? []).filter((endpoint) => endpoint.ready).length,
  }
}

function endpointsOf(slices: readonly EndpointSlice[], portName: string): readonly EndpointView[] {
  const views = new Map<string, EndpointView>()
  for (const slice of slices) {
    const port = (slice.ports ?? []).find((each) => (each.name ?? '') === portName)?.port
    if (port === undefined) continue
    for (const { addresses, conditions = {}, targetRef, nodeName, zone } of slice.endpoints ?? []) {
      const ready = conditions.ready !== false
      views.set(`${addresses[0] ?? ''}:${port}`, {
        key: `${addresses[0] ?? ''}:${port}`, ready, serving: conditions.serving ?? ready, terminating: conditions.terminating === true,
        ...(targetRef?.kind === 'Pod' ? { pod: `${targetRef.namespace ?? ''}/${targetRef.name ?? ''}` } : {}),
        ...(nodeName === undefined ? {} : { node: nodeName }), ...(zone === undefined ? {} : { zone }),
      })
    }
  }
  return [...views.values()].sort((a, b) => compareText(a.node ?? '', b.node ?? '') || compareText(a.key, b.key))
}

function proxyView(cluster: Cluster): ProxyView {
  const { proxies } = cluster
  const modes: Record<string, ProxyModeName> = {}
  for (const node of cluster.listAt(resources.nodes) as readonly unknown[] as readonly Node[]) {
    const name = node.metadata.name ?? ''
    if (node.metadata.annotations?.[modeAnnotation] !== undefined) modes[name] = proxies.modeOf(name)
  }
  const { mode, scheduler } = proxies.configuration
  const { namespace, name, key } = configMap
  const text = stored<ConfigMap>(cluster, pathOf(resources.configmaps, namespace, name))?.data?.[key]
  const wanted = text === undefined ? undefined : readProxyConfiguration(text)
  const differs = text !== undefined && (wanted?.mode !== mode || wanted.scheduler !== scheduler)
  return { mode, scheduler, modes, pending: differs || !proxies.settled, sent: proxies.sent, flows: proxies.flows }
}
