import { deepEqual } from '../../base'
import { ApiError, resources, type ConfigMap, type Namespace } from '../../api'
import type { Informer } from '../client'
import { rootCertificate } from './certificate'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'

const name = 'kube-root-ca.crt'

/** Every namespace has the ConfigMap kube-root-ca.crt, and nobody changes it for long. Upstream: pkg/controller/certificates/rootcacertpublisher. */
export class RootCaCertPublisher extends Controller {
  readonly #namespaces: Informer<Namespace>
  readonly #maps: Informer<ConfigMap>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'root-ca-cert-publisher', component: 'root-ca-cert-publisher' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#namespaces = this.watches(environment.informers.for<Namespace>(resources.namespaces))
    this.#maps = this.watches(environment.informers.for<ConfigMap>(resources.configmaps))
    this.#namespaces.addHandler({
      onAdd: (namespace) => { this.#queue.addObject(namespace) },
      onUpdate: (_old, namespace) => { this.#queue.addObject(namespace) },
    })
    const changed = (map: ConfigMap): void => { if (map.metadata.name === name) this.#queue.add(map.metadata.namespace ?? '') }
    this.#maps.addHandler({ onUpdate: (_old, map) => { changed(map) }, onDelete: changed })
  }

  #sync(key: string): void {
    const namespace = this.#namespaces.get(key)
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined || namespace.status?.phase === 'Terminating') return
    const data = { 'ca.crt': rootCertificate }
    const present = this.#maps.get(`${key}/${name}`)
    if (present === undefined) {
      const annotations = { 'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.' }
      try {
        this.client.create<ConfigMap>(resources.configmaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: key, annotations }, data })
      } catch (error) {
        if (!ApiError.is(error, 'AlreadyExists')) throw error
      }
    } else if (!deepEqual(present.data, data)) {
      this.client.update<ConfigMap>(resources.configmaps, { ...present, data })
    }
  }
}
