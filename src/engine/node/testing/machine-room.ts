import type { ApiList, ApiObject, ApiRequest, Event, Node, Pod } from '../../../api'
import { Cluster } from '../..'

/** A whole cluster with a few Nodes, for tests that look at what kubelets do. */
export class MachineRoom {
  readonly cluster: Cluster

  constructor(nodes: readonly string[] = ['node-a'], capacity: Readonly<Record<string, string>> = { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' }) {
    this.cluster = new Cluster({ seed: 7 })
    this.run(1_000)
    for (const name of nodes) this.ask('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity } })
    this.run(1_000)
  }

  run(ms: number): this {
    this.cluster.simulation.run({ until: this.cluster.simulation.now + ms })
    return this
  }

  ask<T = ApiObject>(method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): T {
    const response = this.cluster.request({
      method, path, userAgent: 'kubectl', ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    })
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`)
    return response.body as T
  }

  /** A Pod of one container, or as the spec says. */
  pod(name: string, options: { readonly annotations?: Readonly<Record<string, string>>; readonly spec?: Readonly<Record<string, unknown>>; readonly container?: Readonly<Record<string, unknown>> } = {}): void {
    this.ask('POST', '/api/v1/namespaces/default/pods', {
      apiVersion: 'v1', kind: 'Pod', metadata: { name, ...(options.annotations === undefined ? {} : { annotations: options.annotations }) },
      spec: { containers: [{ name: 'c', image: 'app:1', ...options.container }], ...options.spec },
    })
  }

  get(name: string): Pod {
    return this.ask<Pod>('GET', `/api/v1/namespaces/default/pods/${name}`)
  }

  find(name: string): Pod | undefined {
    const response = this.cluster.read({ method: 'GET', path: `/api/v1/namespaces/default/pods/${name}`, userAgent: 'test' })
    return response.status === 200 ? response.body as Pod : undefined
  }

  node(name = 'node-a'): Node {
    return this.ask<Node>('GET', `/api/v1/nodes/${name}`)
  }

  patch(path: string, body: unknown): void {
    this.ask('PATCH', path, body, 'application/strategic-merge-patch+json')
  }

  /** "Reason: message" of the events about an object, oldest first; repeats with their count. */
  events(name: string): string[] {
    const list = this.cluster.read({ method: 'GET', path: '/api/v1/events', userAgent: 'test' }).body as ApiList<Event>
    return list.items.filter((event) => event.involvedObject.name === name)
      .sort((a, b) => Number(firstRevision(a)) - Number(firstRevision(b)))
      .map((event) => `${event.reason ?? ''}: ${event.message ?? ''}${(event.count ?? 1) > 1 ? ` x${event.count}` : ''}`)
  }

  /** "Ready=True ContainersReady=True": of the given types. */
  conditions(object: { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } }, ...types: string[]): string {
    return types.map((type) => `${type}=${object.status?.conditions?.find((condition) => condition.type === type)?.status ?? 'absent'}`).join(' ')
  }
}

/** Events are patched when they repeat: the order of first appearance is that of creation. */
function firstRevision(event: Event): string {
  return String(Date.parse(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')).padStart(16, '0')
}
