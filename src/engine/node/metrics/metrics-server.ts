import { ApiError, canonicalQuantity, failure, matches, timeText, virtualMs, type ApiRequest, type ApiResponse, type Labels, type Node, type Pod, type Requirement } from '../../../api'
import type { Transport, WatchOpened } from '../../client'
import type { NodeStats } from '../kubelet/kubelet'

const prefix = '/apis/metrics.k8s.io'

export interface MetricsServerOptions {
  readonly now: () => number
  /** What a request's label selector demands, as the api-server reads it. Throws `ApiError`. */
  readonly labelRequirements: (request: ApiRequest) => readonly Requirement[]
  /** What each kubelet says of its node, in a fixed order. Upstream: scraped from /metrics/resource. */
  readonly stats: () => Iterable<NodeStats>
  readonly node: (name: string) => Node | undefined
  readonly pod: (namespace: string, name: string) => Pod | undefined
}

/**
 * The metrics API: what nodes and Pods use now. `kubectl top` and the HorizontalPodAutoscaler ask it. It keeps nothing and changes
 * nothing: answers are made of what kubelets measure at that moment. Upstream: kubernetes-sigs/metrics-server.
 */
export class MetricsServer {
  readonly #options: MetricsServerOptions

  constructor(options: MetricsServerOptions) {
    this.#options = options
  }

  /** A road to the api-server on which questions about metrics are answered here, as an APIService would route them. */
  behind(transport: Transport): Transport {
    return {
      request: (request: ApiRequest): ApiResponse => this.answer(request) ?? transport.request(request),
      watch: (request: ApiRequest, receiver: string): WatchOpened => {
        if (request.path.startsWith(prefix)) throw new ApiError(failure(405, 'MethodNotAllowed', 'watch is not supported on resources of kind "metrics"'))
        return transport.watch(request, receiver)
      },
      stopWatch: (id: number): void => { transport.stopWatch(id) },
    }
  }

  /** The answer to a request about metrics; undefined when it is about something else. */
  answer(request: ApiRequest): ApiResponse | undefined {
    if (!request.path.startsWith(prefix)) return undefined
    const [path = ''] = request.path.split('?', 1)
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return undefined
    if (request.method !== 'GET') return this.#say(405, failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'))
    const version = `${prefix}/v1beta1`
    if (path === prefix) return this.#say(200, { kind: 'APIGroup', apiVersion: 'v1', name: 'metrics.k8s.io', versions: [groupVersion], preferredVersion: groupVersion })
    if (path === version) return this.#say(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion.groupVersion, resources: apiResources })
    const [kind, first, second, ...rest] = path.slice(version.length + 1).split('/')
    let requirements: readonly Requirement[]
    try {
      requirements = this.#options.labelRequirements(request)
    } catch (error) {
      if (error instanceof ApiError) return this.#say(error.code, error.status)
      throw error
    }
    const selected = (labels: Labels | undefined): boolean => matches(requirements, labels)
    if (kind === 'nodes' && second === undefined) {
      const items = this.#nodes().filter((item) => (first === undefined || item.metadata.name === first) && selected(item.metadata.labels))
      return first === undefined ? this.#list('NodeMetricsList', items) : this.#one(items, 'nodes', first)
    }
    if (kind === 'pods' && first === undefined) return this.#list('PodMetricsList', this.#pods(undefined).filter((item) => selected(item.metadata.labels)))
    if (kind === 'namespaces' && first !== undefined && second === 'pods' && rest.length <= 1) {
      const items = this.#pods(first).filter((item) => (rest[0] === undefined || item.metadata.name === rest[0]) && selected(item.metadata.labels))
      return rest[0] === undefined ? this.#list('PodMetricsList', items) : this.#one(items, 'pods', rest[0])
    }
    return this.#say(404, failure(404, 'NotFound', 'the server could not find the requested resource'))
  }

  #say(status: number, body: unknown): ApiResponse {
    return { status, headers: { 'content-type': 'application/json' }, body }
  }

  #list(kind: string, items: readonly unknown[]): ApiResponse {
    return this.#say(200, { kind, apiVersion: groupVersion.groupVersion, metadata: {}, items })
  }

  #one(items: readonly unknown[], plural: string, name: string): ApiResponse {
    const [item] = items
    return item === undefined
      ? this.#say(404, failure(404, 'NotFound', `${plural}.metrics.k8s.io "${name}" not found`, { group: 'metrics.k8s.io', kind: plural, name }))
      : this.#say(200, item)
  }

  #nodes(): NodeMetrics[] {
    return [...this.#options.stats()].map((stats) => ({
      kind: 'NodeMetrics', apiVersion: groupVersion.groupVersion, metadata: this.#metadata(stats.node, undefined, this.#options.node(stats.node)?.metadata.labels), ...this.#moment(stats.at),
      usage: usageOf(stats.cpuMilli, stats.memoryBytes),
    }))
  }

  #pods(namespace: string | undefined): PodMetrics[] {
    const items: PodMetrics[] = []
    for (const stats of this.#options.stats()) {
      for (const pod of stats.pods) {
        if (namespace !== undefined && pod.namespace !== namespace) continue
        items.push({
          kind: 'PodMetrics', apiVersion: groupVersion.groupVersion, metadata: this.#metadata(pod.name, pod.namespace, this.#options.pod(pod.namespace, pod.name)?.metadata.labels), ...this.#moment(stats.at),
          containers: pod.containers.map((container) => ({ name: container.name, usage: usageOf(container.cpuMilli, container.memoryBytes) })),
        })
      }
    }
    return items.sort((a, b) => (`${a.metadata.namespace ?? ''}/${a.metadata.name}` < `${b.metadata.namespace ?? ''}/${b.metadata.name}` ? -1 : 1))
  }

  #metadata(name: string, namespace: string | undefined, labels: Labels | undefined): Metadata {
    return { name, ...(namespace === undefined ? {} : { namespace }), creationTimestamp: timeText(virtualMs(this.#options.now())), ...(labels === undefined ? {} : { labels }) }
  }

  #moment(at: number): { readonly timestamp: string; readonly window: string } {
    return { timestamp: timeText(virtualMs(at)), window: '15s' }
  }
}

interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly creationTimestamp: string
  readonly labels?: Labels
}

interface NodeMetrics {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: Metadata
  readonly timestamp: string
  readonly window: string
  readonly usage: Readonly<Record<string, string>>
}

interface PodMetrics extends Omit<NodeMetrics, 'usage'> {
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[]
}

const groupVersion = { groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' } as const
const apiResources = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
]

/** What discovery says of the metrics API. */
export const metricsApi = { group: 'metrics.k8s.io', version: 'v1beta1', resources: apiResources } as const

function usageOf(cpuMilli: number, memoryBytes: number): Readonly<Record<string, string>> {
  return { cpu: `${cpuMilli}m`, memory: canonicalQuantity({ nanos: BigInt(Math.ceil(memoryBytes / 1024) * 1024) * 1_000_000_000n, format: 'BinarySI' }) }
}

