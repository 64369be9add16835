import type { ApiObject, ApiRequest, ApiResponse } from '../../../api'
import { RollingHash, canonicalJson } from '../../../base'
import { Etcd } from '../../etcd'
import { Simulation, type EventBody } from '../../kernel'
import { Apiserver } from '../apiserver'

/** A server with its store, alone in a simulation. For tests. */
export class TestServer {
  readonly simulation = new Simulation({ seed: 1 })
  readonly etcd = new Etcd<ApiObject>({ context: this.simulation.context('etcd') })
  readonly apiserver = new Apiserver({ context: this.simulation.context('kube-apiserver'), etcd: this.etcd, watchLatencyMs: 5 })
  /** What watches were told, in order. */
  readonly told: EventBody[] = []

  constructor() {
    this.simulation.add(this.etcd)
    this.simulation.add(this.apiserver)
    this.simulation.add({ name: 'watcher', handle: (body) => { this.told.push(body) }, save: () => null, load: () => undefined })
    this.apiserver.start()
  }

  ask(method: ApiRequest['method'], path: string, body?: unknown, type?: string): ApiResponse {
    return this.apiserver.request({
      method, path, userAgent: 'tester', ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    })
  }

  /** Hash of keys, revisions and values. */
  stateHash(): string {
    const hash = new RollingHash()
    for (const entry of this.etcd.entries()) hash.add(entry.key).addNumber(entry.modRevision).add(canonicalJson(entry.value))
    return hash.add(String(this.etcd.revision)).digest()
  }
}
