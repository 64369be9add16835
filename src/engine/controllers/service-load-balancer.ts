import { deepEqual } from '../../base'
import { keyOf, resources, type Node, type Service } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { serviceInformer } from './services'

const finalizer = 'service.kubernetes.io/load-balancer-cleanup'
/** Addresses for documentation (RFC 5737), 203.0.113.1 to .254, then 198.51.100.1 to .254. */
const blocks = ['203.0.113', '198.51.100'] as const

/**
 * Gives Services of type LoadBalancer an address, as a cloud would. Upstream: cloud-provider/controllers/service, whose cloud is
 * this controller itself: it has a few hundred addresses and needs no time.
 */
export class ServiceLoadBalancerController extends Controller {
  readonly #services: Informer<Service>
  readonly #nodes: Informer<Node>
  readonly #queue: SyncQueue
  /** Address to Service uid, also of Services the cache does not show with their address yet. */
  #given = new Map<string, string>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'service', component: 'service-controller' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#services = this.watches(serviceInformer(environment.informers))
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    const seen = (service: Service): void => {
      for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip !== undefined) this.#given.set(ingress.ip, service.metadata.uid ?? '')
      if (isWanted(service) || hasFinalizer(service)) this.#queue.addObject(service)
    }
    this.#services.addHandler({
      onAdd: seen,
      onUpdate: (_old, service) => { seen(service) },
      onDelete: (service) => { this.#release(service) },
    })
  }

  protected override saveOwn(): unknown {
    return [...this.#given]
  }

  protected override loadOwn(state: unknown): void {
    this.#given = new Map(state as [string, string][])
  }

  #sync(key: string): void {
    const service = this.#services.get(key)
    if (service === undefined) return
    if (!isWanted(service)) {
      if (hasFinalizer(service)) this.#takeBack(service)
      return
    }
    const current = service.status?.loadBalancer?.ingress ?? []
    if (current.length > 0 && hasFinalizer(service)) return
    this.recorder.event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer')
    if (this.#nodes.size === 0) this.recorder.event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer')
    let updated = service
    if (!hasFinalizer(service)) {
      updated = this.client.update<Service>(resources.services, { ...service, metadata: { ...service.metadata, finalizers: [...(service.metadata.finalizers ?? []), finalizer] } })
    }
    if (current.length > 0) return
    const ip = service.spec?.loadBalancerIP ?? this.#freeAddress(service.metadata.uid ?? '')
    if (ip === undefined) {
      this.recorder.event(service, 'Warning', 'SyncLoadBalancerFailed', 'Error syncing load balancer: failed to ensure load balancer: no addresses left')
      return
    }
    this.#given.set(ip, service.metadata.uid ?? '')
    const loadBalancer = { ingress: [{ ip, ipMode: 'VIP' }] }
    if (!deepEqual(updated.status?.loadBalancer, loadBalancer)) this.client.update<Service>(resources.services, { ...updated, status: { ...updated.status, loadBalancer } }, 'status')
    this.recorder.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer')
  }

  #takeBack(service: Service): void {
    this.recorder.event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer')
    this.#release(service)
    let updated = service
    if ((service.status?.loadBalancer?.ingress ?? []).length > 0) {
      updated = this.client.update<Service>(resources.services, { ...service, status: { ...service.status, loadBalancer: {} } }, 'status')
    }
    this.client.update<Service>(resources.services, { ...updated, metadata: { ...updated.metadata, finalizers: (updated.metadata.finalizers ?? []).filter((other) => other !== finalizer) } })
    this.recorder.event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer')
    this.context.trace({ type: 'note', from: this.context.name, what: 'load-balancer-gone', subject: keyOf(service) })
  }

  #release(service: Service): void {
    for (const [ip, uid] of this.#given) if (uid === service.metadata.uid) this.#given.delete(ip)
  }

  #freeAddress(uid: string): string | undefined {
    for (const block of blocks) {
      for (let last = 1; last < 255; last++) {
        const ip = `${block}.${last}`
        const holder = this.#given.get(ip)
        if (holder === undefined || holder === uid) return ip
      }
    }
    return undefined
  }
}

function isWanted(service: Service): boolean {
  return service.spec?.type === 'LoadBalancer' && service.spec.loadBalancerClass === undefined && service.metadata.deletionTimestamp === undefined
}

function hasFinalizer(service: Service): boolean {
  return service.metadata.finalizers?.includes(finalizer) ?? false
}
