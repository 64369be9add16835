import { canonicalJson, deepEqual } from '../../base'
import { ApiError, resources, splitKey, type EndpointAddress, type EndpointPort, type Endpoints, type EndpointSubset, type Pod, type Service } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { isPodReady, podInformer } from './pods'
import { belongsToEndpoints, endpointsDiffer, findPort, hostnameUnder, isHeadless, labelsDiffer, podsOf, publishesNotReady, serviceInformer, servicesOf } from './services'

const managedByLabel = 'endpoints.kubernetes.io/managed-by'
const managedBy = 'endpoint-controller'
const headlessLabel = 'service.kubernetes.io/headless'
const overCapacity = 'endpoints.kubernetes.io/over-capacity'
/** Upstream: maxCapacity. */
const addressesMax = 1000

/** The older list of a Service's addresses, one object a Service. Upstream: pkg/controller/endpoint. */
export class EndpointsController extends Controller {
  readonly #services: Informer<Service>
  readonly #pods: Informer<Pod>
  readonly #endpoints: Informer<Endpoints>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'endpoints', component: 'endpoint-controller' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#services = this.watches(serviceInformer(environment.informers))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#endpoints = this.watches(environment.informers.for<Endpoints>(resources.endpoints))
    this.#services.addHandler({
      onAdd: (service) => { this.#queue.addObject(service) },
      onUpdate: (_old, service) => { this.#queue.addObject(service) },
      onDelete: (service) => { this.#queue.addObject(service) },
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
    this.#endpoints.addHandler({
      onAdd: (endpoints) => { this.#queue.addObject(endpoints) }, // a leftover of a Service that is gone
      onDelete: (endpoints) => { this.#queue.addObject(endpoints) },
    })
  }

  #sync(key: string): void {
    const { namespace, name } = splitKey(key)
    const service = this.#services.get(key)
    const current = this.#endpoints.get(key)
    if (service === undefined) {
      if (current === undefined || current.metadata.labels?.[managedByLabel] !== managedBy) return
      try {
        this.client.delete({ resource: resources.endpoints, namespace, name })
      } catch (error) {
        if (!ApiError.is(error, 'NotFound')) throw error
      }
      return
    }
    if (Object.keys(service.spec?.selector ?? {}).length === 0 || service.spec?.type === 'ExternalName') return
    const [subsets, cut] = truncate(repack(subsetsOf(service, podsOf(this.#pods, service))))
    const { [managedByLabel]: _managed, [headlessLabel]: _headless, ...own } = service.metadata.labels ?? {}
    const labels = { ...own, [managedByLabel]: managedBy, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}) }
    const { [overCapacity]: _over, ...kept } = current?.metadata.annotations ?? {}
    const annotations = cut ? { ...kept, [overCapacity]: 'truncated' } : kept
    if (current !== undefined && deepEqual(current.subsets ?? [], subsets) && deepEqual(current.metadata.labels, labels) && deepEqual(current.metadata.annotations ?? {}, annotations)) return
    const wanted: Endpoints = {
      apiVersion: 'v1', kind: 'Endpoints',
      metadata: { ...(current?.metadata ?? { name, namespace }), labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
      ...(subsets.length > 0 ? { subsets } : {}),
    }
    try {
      if (current === undefined) this.client.create<Endpoints>(resources.endpoints, wanted)
      else this.client.update<Endpoints>(resources.endpoints, wanted)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const doing = current === undefined ? 'create' : 'update'
      // In a namespace that goes away nothing is made any more.
      if (current === undefined && error.reason === 'Forbidden') return
      this.recorder.event(service, 'Warning', current === undefined ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint', `Failed to ${doing} endpoint ${key}: ${error.message}`)
      throw error
    }
  }
}

function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const subsets: EndpointSubset[] = []
  const tolerant = publishesNotReady(service)
  for (const pod of pods) {
    if (!belongsToEndpoints(pod, tolerant)) continue
    const address = addressOf(pod, service)
    const place = (ports: readonly EndpointPort[]): void => {
      subsets.push({ ...(tolerant || isPodReady(pod) ? { addresses: [address] } : { notReadyAddresses: [address] }), ...(ports.length > 0 ? { ports } : {}) })
    }
    const servicePorts = service.spec?.ports ?? []
    if (servicePorts.length === 0) {
      if (service.spec?.clusterIP === 'None') place([])
      continue
    }
    for (const port of servicePorts) {
      const number = findPort(pod, port)
      if (number === undefined) continue
      place([{
        ...((port.name ?? '') === '' ? {} : { name: port.name as string }), port: number, protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      }])
    }
  }
  return subsets
}

function addressOf(pod: Pod, service: Service): EndpointAddress {
  const hostname = hostnameUnder(pod, service)
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' },
  }
}

/** Addresses with the same ports come together. Upstream: endpoints.RepackSubsets. */
export function repack(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const ports = new Map<string, { readonly address: EndpointAddress; readonly ready: boolean; readonly ports: EndpointPort[] }>()
  for (const subset of subsets) {
    for (const [addresses, ready] of [[subset.addresses, true], [subset.notReadyAddresses, false]] as const) {
      for (const address of addresses ?? []) {
        const key = `${address.ip} ${address.targetRef?.uid ?? ''} ${ready}`
        let entry = ports.get(key)
        if (entry === undefined) ports.set(key, entry = { address, ready, ports: [] })
        entry.ports.push(...(subset.ports ?? []))
      }
    }
  }
  const groups = new Map<string, { readonly ports: readonly EndpointPort[]; readonly addresses: EndpointAddress[]; readonly notReady: EndpointAddress[] }>()
  for (const entry of ports.values()) {
    const sorted = entry.ports.sort((a, b) => (portKey(a) < portKey(b) ? -1 : 1))
    const key = canonicalJson(sorted)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, group = { ports: sorted, addresses: [], notReady: [] })
    ;(entry.ready ? group.addresses : group.notReady).push(entry.address)
  }
  const byAddress = (a: EndpointAddress, b: EndpointAddress): number => (a.ip === b.ip ? ((a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1) : a.ip < b.ip ? -1 : 1)
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => ({
    ...(group.addresses.length > 0 ? { addresses: group.addresses.sort(byAddress) } : {}),
    ...(group.notReady.length > 0 ? { notReadyAddresses: group.notReady.sort(byAddress) } : {}),
    ...(group.ports.length > 0 ? { ports: group.ports } : {}),
  }))
}

function portKey(port: EndpointPort): string {
  return `${port.name ?? ''} ${String(port.port).padStart(5, '0')} ${port.protocol ?? ''}`
}

/** At most a thousand addresses, ready ones first. Upstream: truncateEndpoints. */
function truncate(subsets: EndpointSubset[]): [EndpointSubset[], boolean] {
  const total = subsets.reduce((sum, subset) => sum + (subset.addresses?.length ?? 0) + (subset.notReadyAddresses?.length ?? 0), 0)
  if (total <= addressesMax) return [subsets, false]
  let room = addressesMax
  const take = (addresses: readonly EndpointAddress[] | undefined): readonly EndpointAddress[] => {
    const taken = (addresses ?? []).slice(0, room)
    room -= taken.length
    return taken
  }
  const ready = subsets.map((subset) => take(subset.addresses))
  const cut = subsets.map((subset, index) => {
    const notReady = take(subset.notReadyAddresses)
    const { addresses: _addresses, notReadyAddresses: _notReady, ...rest } = subset
    const kept = ready[index] as readonly EndpointAddress[]
    return { ...(kept.length > 0 ? { addresses: kept } : {}), ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}), ...rest }
  })
  return [cut.filter((subset) => (subset.addresses?.length ?? 0) + (subset.notReadyAddresses?.length ?? 0) > 0), true]
}
