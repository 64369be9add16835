import { ApiError, resources, type Namespace, type ServiceAccount } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'

/** Every namespace has the ServiceAccount "default". Upstream: pkg/controller/serviceaccount, ServiceAccountsController. */
export class ServiceAccountController extends Controller {
  readonly #namespaces: Informer<Namespace>
  readonly #accounts: Informer<ServiceAccount>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'serviceaccount' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#namespaces = this.watches(environment.informers.for<Namespace>(resources.namespaces))
    this.#accounts = this.watches(environment.informers.for<ServiceAccount>(resources.serviceaccounts))
    this.#namespaces.addHandler({
      onAdd: (namespace) => { this.#queue.addObject(namespace) },
      onUpdate: (_old, namespace) => { this.#queue.addObject(namespace) },
    })
    this.#accounts.addHandler({ onDelete: (account) => { this.#queue.add(account.metadata.namespace ?? '') } })
  }

  #sync(name: string): void {
    const namespace = this.#namespaces.get(name)
    if (namespace === undefined || namespace.status?.phase === 'Terminating' || namespace.metadata.deletionTimestamp !== undefined) return
    if (this.#accounts.get(`${name}/default`) !== undefined) return
    try {
      this.client.create<ServiceAccount>(resources.serviceaccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })
    } catch (error) {
      if (!ApiError.is(error, 'AlreadyExists')) throw error
    }
  }
}
