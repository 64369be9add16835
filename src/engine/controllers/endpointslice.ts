import { canonicalJson, deepEqual } from '../../base'
import { ApiError, keyOf, resources, type DiscoveryEndpointPort, type Endpoint, type EndpointHints, type EndpointSlice, type Node, type Pod, type Service } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byAge, newControllerRef } from './owners'
import { isNamespaceTerminating, isPodReady, podInformer } from './pods'
import { belongsToEndpoints, endpointsDiffer, findPort, hostnameUnder, isHeadless, labelsDiffer, podsOf, publishesNotReady, serviceInformer, servicesOf } from './services'

const serviceLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const managedBy = 'endpointslice-controller.k8s.io'
const headlessLabel = 'service.kubernetes.io/headless'
/** Upstream: --max-endpoints-per-slice. */
const endpointsMax = 100

/** Endpoints that share their ports, and the slices that hold such. */
interface PortGroup {
  readonly ports: readonly DiscoveryEndpointPort[]
  readonly wanted: Map<string, Endpoint>
}

/** The addresses of a Service's Pods in slices of at most a hundred. Upstream: pkg/controller/endpointslice and its reconciler. */
export class EndpointSliceController extends Controller {
  readonly #services: Informer<Service>
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  readonly #slices: Informer<EndpointSlice>
  readonly #queue: SyncQueue
  /** Revisions written and not seen yet, by slice: a stale cache must not be taken for the truth. Upstream: EndpointSliceTracker. */
  #written = new Map<string, { readonly version: number; readonly service: string }>()
  /** Services that wait for the cache to catch up. */
  #deferred = new Set<string>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'endpointslice', component: 'endpoint-slice-controller' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#services = this.watches(serviceInformer(environment.informers))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#slices = this.watches(environment.informers.for<EndpointSlice>(resources.endpointslices))
      .addIndex('service', (slice) => (slice.metadata.labels?.[managedByLabel] === managedBy ? [`${slice.metadata.namespace ?? ''}/${slice.metadata.labels[serviceLabel] ?? ''}`] : []))
    this.#services.addHandler({
      onAdd: (service) => { this.#queue.addObject(service) },
      onUpdate: (_old, service) => { this.#queue.addObject(service) },
    })
    const enqueue = (pod: Pod): void => { for (const service of servicesOf(this.#services, pod)) this.#queue.addObject(service) }
    this.#pods.addHandler({
      onAdd: enqueue,
      onUpdate: (old, pod) => {
        const moved = labelsDiffer(old, pod)
        if (moved) enqueue(old)
        if (moved || endpointsDiffer(old, pod)) enqueue(pod)
      },
      onDelete: enqueue,
    })
    const sliceChanged = (slice: EndpointSlice): void => {
      const key = keyOf(slice)
      const written = this.#written.get(key)
      const seen = Number(slice.metadata.resourceVersion ?? 0)
      if (written !== undefined && seen >= written.version) {
        this.#written.delete(key)
        if (this.#deferred.delete(written.service)) this.#queue.add(written.service)
      }
      // Somebody else had a hand in it.
      if (slice.metadata.labels?.[managedByLabel] === managedBy && (written === undefined || seen > written.version)) {
        const service = `${slice.metadata.namespace ?? ''}/${slice.metadata.labels[serviceLabel] ?? ''}`
        if (this.#services.get(service) !== undefined) this.#queue.add(service)
      }
    }
    this.#slices.addHandler({
      onAdd: sliceChanged,
      onUpdate: (_old, slice) => { sliceChanged(slice) },
      onDelete: (slice) => {
        this.#written.delete(keyOf(slice))
        const service = `${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[serviceLabel] ?? ''}`
        if (this.#services.get(service) !== undefined) this.#queue.add(service)
      },
    })
  }

  protected override saveOwn(): unknown {
    return { written: [...this.#written], deferred: [...this.#deferred] }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as { readonly written: [string, { readonly version: number; readonly service: string }][]; readonly deferred: string[] }
    this.#written = new Map(saved.written)
    this.#deferred = new Set(saved.deferred)
  }

  #sync(key: string): void {
    const service = this.#services.get(key)
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return // the garbage collector takes its slices
    if (Object.keys(service.spec?.selector ?? {}).length === 0 || service.spec?.type === 'ExternalName') return
    const existing = [...this.#slices.byIndex('service', key)].filter((slice) => slice.metadata.deletionTimestamp === undefined)
    if ([...this.#written.values()].some((written) => written.service === key)) {
      // What was written last is not in the cache yet: the watch will bring it. Should it not, a later look does without.
      if (this.#deferred.has(key)) for (const [slice, written] of this.#written) if (written.service === key) this.#written.delete(slice)
      this.#deferred.add(key)
      this.#queue.addAfter(key, 1_000)
      return
    }
    this.#deferred.delete(key)
    const pods = podsOf(this.#pods, service)
    for (const type of service.spec?.ipFamilies ?? ['IPv4']) this.#reconcile(service, pods, existing.filter((slice) => slice.addressType === type), type)
    for (const slice of existing) if (!(service.spec?.ipFamilies ?? ['IPv4']).includes(slice.addressType)) this.#delete(slice)
  }

  #reconcile(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], type: string): void {
    const groups = new Map<string, PortGroup>()
    for (const pod of pods) {
      if (!belongsToEndpoints(pod, true)) continue
      const address = addressOf(pod, type)
      if (address === undefined) continue
      const ports = portsOf(pod, service)
      const portsKey = canonicalJson(ports)
      let group = groups.get(portsKey)
      if (group === undefined) groups.set(portsKey, group = { ports, wanted: new Map() })
      group.wanted.set(`${address} ${pod.metadata.uid ?? ''}`, this.#endpointOf(pod, service, address))
    }
    const labels = this.#labelsOf(service)
    let kept = 0
    const sorted = [...existing].sort(byAge)
    // Slices of ports that nobody has any more: filled anew before others are made.
    const empty = sorted.filter((slice) => !groups.has(canonicalJson(slice.ports ?? [])))
    for (const [portsKey, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      kept += this.#pack(service, sorted.filter((slice) => canonicalJson(slice.ports ?? []) === portsKey), group, labels, type, empty)
    }
    // A Service without endpoints keeps one empty slice, so that one sees that it was looked at.
    if (kept === 0) {
      const [first, ...rest] = empty
      if (first === undefined) this.#create(service, type, labels, [], [])
      else if ((first.endpoints ?? []).length > 0 || (first.ports ?? []).length > 0 || !deepEqual(first.metadata.labels, labels)) this.#update(service, first, labels, [], [])
      for (const slice of rest) this.#delete(slice)
    } else {
      for (const slice of empty) this.#delete(slice)
    }
  }

  /** Puts a group's endpoints into its slices with as few writes as may be; returns how many slices hold some. */
  #pack(service: Service, slices: readonly EndpointSlice[], group: PortGroup, labels: Readonly<Record<string, string>>, type: string, empty: EndpointSlice[]): number {
    const left = new Map(group.wanted)
    const plans = slices.map((slice) => {
      let changed = !deepEqual(slice.metadata.labels, labels)
      const endpoints: Endpoint[] = []
      for (const endpoint of slice.endpoints ?? []) {
        const key = `${endpoint.addresses[0] ?? ''} ${endpoint.targetRef?.uid ?? ''}`
        const wanted = left.get(key)
        if (wanted === undefined) {
          changed = true
          continue
        }
        left.delete(key)
        if (!deepEqual(endpoint, wanted)) changed = true
        endpoints.push(wanted)
      }
      return { slice, endpoints, changed }
    })
    // Slices that are written anyway are filled first, then the fullest that has room for all.
    const rest = [...left.values()]
    for (const plan of plans) if (plan.changed) plan.endpoints.push(...rest.splice(0, endpointsMax - plan.endpoints.length))
    while (rest.length >= endpointsMax) this.#create(service, type, labels, group.ports, rest.splice(0, endpointsMax))
    if (rest.length > 0) {
      const fitting = plans.filter((plan) => plan.endpoints.length > 0 && plan.endpoints.length + rest.length <= endpointsMax).sort((a, b) => b.endpoints.length - a.endpoints.length)[0]
      const recycled = plans.find((plan) => plan.endpoints.length === 0) === undefined ? empty.shift() : undefined
      if (fitting !== undefined) {
        fitting.endpoints.push(...rest)
        fitting.changed = true
        if (recycled !== undefined) empty.unshift(recycled)
      } else if (recycled !== undefined) {
        this.#update(service, recycled, labels, group.ports, rest)
      } else {
        const vacant = plans.find((plan) => plan.endpoints.length === 0)
        if (vacant !== undefined) {
          vacant.endpoints.push(...rest)
          vacant.changed = true
        } else this.#create(service, type, labels, group.ports, rest)
      }
    }
    let kept = 0
    for (const plan of plans) {
      if (plan.endpoints.length === 0) empty.push(plan.slice)
      else {
        kept++
        if (plan.changed) this.#update(service, plan.slice, labels, group.ports, plan.endpoints)
      }
    }
    return Math.max(kept, group.wanted.size > 0 ? 1 : 0)
  }

  #endpointOf(pod: Pod, service: Service, address: string): Endpoint {
    const terminating = pod.metadata.deletionTimestamp !== undefined
    const serving = isPodReady(pod)
    const zone = this.#nodes.get(pod.spec?.nodeName ?? '')?.metadata.labels?.['topology.kubernetes.io/zone']
    const hostname = hostnameUnder(pod, service)
    const ready = publishesNotReady(service) || (serving && !terminating)
    const hints = ready ? hintsOf(service, pod.spec?.nodeName, zone) : undefined
    return {
      addresses: [address],
      conditions: { ready, serving, terminating },
      targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
      ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      ...(zone === undefined ? {} : { zone }),
      ...(hostname === undefined ? {} : { hostname }),
      ...(hints === undefined ? {} : { hints }),
    }
  }

  #labelsOf(service: Service): Record<string, string> {
    const { [serviceLabel]: _service, [managedByLabel]: _managed, [headlessLabel]: _headless, ...own } = service.metadata.labels ?? {}
    return { ...own, [serviceLabel]: service.metadata.name ?? '', [managedByLabel]: managedBy, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}) }
  }

  #create(service: Service, type: string, labels: Readonly<Record<string, string>>, ports: readonly DiscoveryEndpointPort[], endpoints: readonly Endpoint[]): void {
    try {
      const created = this.client.create<EndpointSlice>(resources.endpointslices, {
        apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
        metadata: { generateName: `${service.metadata.name ?? ''}-`, namespace: service.metadata.namespace ?? '', labels, ownerReferences: [newControllerRef(service, resources.services)] },
        addressType: type, endpoints, ports,
      })
      this.#remember(service, created)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (isNamespaceTerminating(error)) return
      this.#failed(service, 'create', error)
    }
  }

  #update(service: Service, slice: EndpointSlice, labels: Readonly<Record<string, string>>, ports: readonly DiscoveryEndpointPort[], endpoints: readonly Endpoint[]): void {
    try {
      this.#remember(service, this.client.update<EndpointSlice>(resources.endpointslices, { ...slice, metadata: { ...slice.metadata, labels }, ports, endpoints }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#failed(service, 'update', error)
    }
  }

  #delete(slice: EndpointSlice): void {
    try {
      this.client.delete({ resource: resources.endpointslices, namespace: slice.metadata.namespace, name: slice.metadata.name ?? '' })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound')) throw error
    }
  }

  #remember(service: Service, slice: EndpointSlice): void {
    const cached = Number(this.#slices.get(keyOf(slice))?.metadata.resourceVersion ?? 0)
    const written = Number(slice.metadata.resourceVersion ?? 0)
    if (written > cached) this.#written.set(keyOf(slice), { version: written, service: keyOf(service) })
  }

  #failed(service: Service, doing: string, error: ApiError): never {
    const reason = doing === 'create' ? 'FailedToCreateEndpointSlices' : 'FailedToUpdateEndpointSlices'
    this.recorder.event(service, 'Warning', reason, `Error updating Endpoint Slices for Service ${keyOf(service)}: failed to ${doing} EndpointSlice for Service ${keyOf(service)}: ${error.message}`)
    throw error
  }
}

/** Whom a ready endpoint is for, when its Service wants traffic to stay near. Upstream: trafficdist.ReconcileHints, preferCloseHeuristic. */
function hintsOf(service: Service, node: string | undefined, zone: string | undefined): EndpointHints | undefined {
  const distribution = service.spec?.trafficDistribution
  if (distribution !== 'PreferClose' && distribution !== 'PreferSameZone' && distribution !== 'PreferSameNode') return undefined
  const hints: EndpointHints = {
    ...(zone === undefined ? {} : { forZones: [{ name: zone }] }), ...(node === undefined || distribution !== 'PreferSameNode' ? {} : { forNodes: [{ name: node }] }),
  }
  return hints.forZones === undefined && hints.forNodes === undefined ? undefined : hints
}

function addressOf(pod: Pod, type: string): string | undefined {
  const addresses = pod.status?.podIPs?.map((address) => address.ip) ?? (pod.status?.podIP === undefined ? [] : [pod.status.podIP])
  return addresses.find((address) => address.includes(':') === (type === 'IPv6'))
}

/** By name, so that equal sets are equal texts. Upstream sorts by a hash of the port. */
function portsOf(pod: Pod, service: Service): DiscoveryEndpointPort[] {
  const ports: DiscoveryEndpointPort[] = []
  for (const port of service.spec?.ports ?? []) {
    const number = findPort(pod, port)
    if (number === undefined) continue
    ports.push({ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: number, ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) })
  }
  return ports.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1))
}
