import { ApiError, type ApiRequest, type ApiResponse, type Status } from '../../../api'
import { Random } from '../../../base'
import { TestServer } from './server'

/** What came of a run: how many requests were answered by each status code. */
export interface FuzzResult {
  readonly codes: Readonly<Record<string, number>>
  readonly stateHash: string
}

const resourcePaths = [
  '/api/v1/namespaces', '/api/v1/nodes', '/api/v1/namespaces/default/pods', '/api/v1/namespaces/default/configmaps', '/api/v1/namespaces/default/secrets',
  '/api/v1/namespaces/default/services', '/api/v1/namespaces/default/events', '/api/v1/namespaces/default/serviceaccounts', '/api/v1/namespaces/default/persistentvolumeclaims',
  '/api/v1/namespaces/default/resourcequotas', '/api/v1/namespaces/default/limitranges', '/api/v1/persistentvolumes', '/api/v1/namespaces/default/endpoints',
  '/apis/apps/v1/namespaces/default/deployments', '/apis/apps/v1/namespaces/default/replicasets', '/apis/apps/v1/namespaces/default/statefulsets', '/apis/apps/v1/namespaces/default/daemonsets',
  '/apis/batch/v1/namespaces/default/jobs', '/apis/batch/v1/namespaces/default/cronjobs', '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers', '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
  '/apis/storage.k8s.io/v1/storageclasses', '/apis/scheduling.k8s.io/v1/priorityclasses', '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  '/apis/events.k8s.io/v1/namespaces/default/events', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/authentication.k8s.io/v1/tokenreviews', '/api/v1/namespaces/default/bindings',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', '/apis/storage.k8s.io/v1/csinodes', '/apis/storage.k8s.io/v1/csidrivers', '/apis/storage.k8s.io/v1/volumeattachments',
  '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', '/apis/networking.k8s.io/v1/ingressclasses', '/apis/node.k8s.io/v1/runtimeclasses', '/apis/apps/v1/namespaces/default/controllerrevisions',
  '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims', '/apis/resource.k8s.io/v1/resourceslices', '/apis/fuzz.io/v1/namespaces/default/gadgets',
]
const kindNames: readonly (readonly [string, string])[] = [
  ['v1', 'Namespace'], ['v1', 'Node'], ['v1', 'Pod'], ['v1', 'ConfigMap'], ['v1', 'Secret'], ['v1', 'Service'], ['v1', 'Event'], ['v1', 'ServiceAccount'], ['v1', 'PersistentVolumeClaim'],
  ['v1', 'ResourceQuota'], ['v1', 'LimitRange'], ['v1', 'PersistentVolume'], ['v1', 'Endpoints'],
  ['apps/v1', 'Deployment'], ['apps/v1', 'ReplicaSet'], ['apps/v1', 'StatefulSet'], ['apps/v1', 'DaemonSet'], ['batch/v1', 'Job'], ['batch/v1', 'CronJob'], ['policy/v1', 'PodDisruptionBudget'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'], ['autoscaling/v1', 'HorizontalPodAutoscaler'], ['networking.k8s.io/v1', 'Ingress'],
  ['storage.k8s.io/v1', 'StorageClass'], ['scheduling.k8s.io/v1', 'PriorityClass'], ['coordination.k8s.io/v1', 'Lease'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'], ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'], ['discovery.k8s.io/v1', 'EndpointSlice'],
  ['events.k8s.io/v1', 'Event'], ['authorization.k8s.io/v1', 'SelfSubjectAccessReview'], ['authentication.k8s.io/v1', 'TokenReview'], ['v1', 'Binding'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'], ['storage.k8s.io/v1', 'CSINode'], ['storage.k8s.io/v1', 'CSIDriver'], ['storage.k8s.io/v1', 'VolumeAttachment'],
  ['networking.k8s.io/v1', 'NetworkPolicy'], ['networking.k8s.io/v1', 'IngressClass'], ['node.k8s.io/v1', 'RuntimeClass'], ['apps/v1', 'ControllerRevision'],
  ['resource.k8s.io/v1', 'ResourceClaim'], ['resource.k8s.io/v1', 'ResourceSlice'], ['fuzz.io/v1', 'Gadget'],
]

/** A kind that is defined before the first request, so that custom objects are among the targets. */
const gadgets = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'gadgets.fuzz.io' },
  spec: {
    group: 'fuzz.io', scope: 'Namespaced', names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{
      name: 'v1', served: true, storage: true, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
      additionalPrinterColumns: [{ name: 'Image', type: 'string', jsonPath: '.spec.containers[0].image' }, { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' }],
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object', required: ['replicas'], oneOf: [{ required: ['selector'] }, { required: ['template'] }],
              properties: {
                replicas: { type: 'integer', minimum: 0, default: 1 }, selector: { type: 'object', additionalProperties: { type: 'string' } }, template: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                containers: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, image: { type: 'string', nullable: true }, port: { 'x-kubernetes-int-or-string': true } } } },
                values: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
              },
            },
            status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    }],
  },
}
const words = [
  '', 'a', 'b', 'c', 'web', 'Bad_Name', '.', '..', '-x', '__proto__', 'constructor', 'toString', 'true', '0', '-1', '1e9', '%', '%zz', '%2f', 'ä', '\u0000', 'a/b', 'a b', 'x'.repeat(300),
  'kubernetes', 'default', '10Gi', '100m', '5x', '2026-01-01T00:00:00Z', 'Always', 'Recreate', 'ClusterIP', 'nginx:1.27', 'f:spec', 'k:{"name":"a"}',
]
const fields = [
  'metadata', 'spec', 'status', 'name', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields', 'resourceVersion', 'uid', 'generateName', 'deletionTimestamp',
  'creationTimestamp', 'generation', 'containers', 'image', 'resources', 'requests', 'limits', 'cpu', 'memory', 'template', 'selector', 'matchLabels', 'matchExpressions', 'key', 'operator', 'values',
  'replicas', 'ports', 'port', 'containerPort', 'protocol', 'targetPort', 'type', 'data', 'stringData', 'immutable', 'taints', 'tolerations', 'effect', 'value', 'affinity', 'nodeAffinity', 'podAffinity',
  'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms', 'topologyKey', 'volumes', 'volumeMounts', 'mountPath', 'schedule', 'jobTemplate', 'hard', 'rules', 'capacity', 'allocatable',
  'conditions', 'strategy', 'rollingUpdate', 'maxSurge', 'maxUnavailable', 'minAvailable', 'group', 'names', 'plural', 'kind', 'scope', 'versions', 'schema', 'openAPIV3Schema', 'served', 'storage', '$patch',
  '$setElementOrder/containers', '$retainKeys', '$deleteFromPrimitiveList/finalizers', '__proto__', 'constructor', 'manager', 'operation', 'fieldsV1', 'fieldsType', 'target', 'subsets', 'addresses', 'metrics',
]

/** Requests of every bad sort, and some good ones among them, so that there is something to be bad to. */
class Generator {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = Random.seeded(seed)
  }

  chance(part: number): boolean {
    return this.#random.fraction() < part
  }

  #int(below: number): number {
    return Math.floor(this.#random.fraction() * below)
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#int(list.length)] as T
  }

  #scalar(): unknown {
    switch (this.#int(8)) {
      case 0: return null
      case 1: return this.chance(0.5)
      case 2: return this.#int(100) - 10
      case 3: return this.#pick([0.5, 1e300, -1e300, 2 ** 31, 2 ** 53, -0])
      default: return this.#pick(words)
    }
  }

  #tree(depth: number): unknown {
    if (depth <= 0 || this.chance(0.3)) return this.#scalar()
    if (this.chance(0.25)) return Array.from({ length: this.#int(4) }, () => this.#tree(depth - 1))
    const out: Record<string, unknown> = {}
    for (let i = this.#int(5); i > 0; i--) Object.defineProperty(out, this.chance(0.9) ? this.#pick(fields) : this.#pick(words), { value: this.#tree(depth - 1), enumerable: true, writable: true, configurable: true })
    return out
  }

  /** An object that would be taken, of the kind at `at`. */
  #good(at: number, name: string): Record<string, unknown> {
    const [apiVersion, kind] = kindNames[at] as readonly [string, string]
    const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } }] } }
    const selector = { matchLabels: { app: name } }
    const bodies: Record<string, Record<string, unknown>> = {
      Pod: { spec: template.spec }, ConfigMap: { data: { a: 'b' } }, Service: { spec: { selector: { app: name }, ports: [{ port: 80 }] } },
      Deployment: { spec: { selector, template } }, ReplicaSet: { spec: { selector, template } }, StatefulSet: { spec: { selector, template, serviceName: name } }, DaemonSet: { spec: { selector, template } },
      Job: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } }, CronJob: { spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } } } },
      PodDisruptionBudget: { spec: { selector, minAvailable: 1 } }, Node: { status: { capacity: { cpu: '4', pods: '110' } } },
      PersistentVolumeClaim: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }, StorageClass: { provisioner: 'a.b/c' }, PriorityClass: { value: 5 },
      RoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }, subjects: [{ kind: 'User', name: 'a' }] }, CSINode: { spec: { drivers: [{ name: 'a.b', nodeID: 'n', topologyKeys: ['k'] }] } },
      CSIDriver: { spec: {} }, VolumeAttachment: { spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'a' } } }, RuntimeClass: { handler: 'a', overhead: { podFixed: { cpu: '1' } } },
      NetworkPolicy: { spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80, endPort: 90 }] }] } }, IngressClass: { spec: { controller: 'a.b/c', parameters: { kind: 'A', name: 'b' } } },
      ControllerRevision: { revision: 1, data: { a: 1 } }, ResourceClaim: { spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'a.b' } }], constraints: [{ requests: ['a'], matchAttribute: 'a.b/c' }] } } },
      ResourceSlice: { spec: { driver: 'a.b', nodeName: 'n', pool: { name: 'p', resourceSliceCount: 1 }, devices: [{ name: 'd' }] } },
      Gadget: { spec: { replicas: 1, selector: { app: name }, containers: [{ name: 'c', image: 'x', port: 80 }, { name: 'd' }], values: ['a', 'b'] } },
      SelfSubjectAccessReview: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
      CustomResourceDefinition: {
        metadata: { name: 'widgets.fuzz.io' },
        spec: { group: 'fuzz.io', scope: 'Namespaced', names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }] },
      },
    }
    return { apiVersion, kind, metadata: { name }, ...bodies[kind] }
  }

  /** A good object with some of it replaced. */
  #spoiled(value: unknown, part: number): unknown {
    if (this.chance(part)) return this.#tree(3)
    if (Array.isArray(value)) return value.map((item) => this.#spoiled(item, part))
    if (typeof value !== 'object' || value === null) return value
    const out = Object.fromEntries(Object.entries(value).map(([key, member]) => [this.chance(part) ? this.#pick(fields) : key, this.#spoiled(member, part)]))
    if (this.chance(part * 2)) out[this.#pick(fields)] = this.#tree(3)
    return out
  }

  #path(at: number, name: string): string {
    let path = this.#pick([resourcePaths[at] as string, resourcePaths[at] as string, resourcePaths[at] as string, this.#pick(resourcePaths)])
    if (name !== '') path += `/${name}`
    if (this.chance(0.15)) path += `/${this.#pick(['status', 'scale', 'eviction', 'binding', 'log', 'exec', 'proxy', 'token', 'finalize', 'resize', 'ephemeralcontainers', 'nope', ''])}`
    if (this.chance(0.08)) path = this.#pick(['/', '', '/api', '/apis', '/apis/apps', '/apis/nope/v1', '/api/v9/pods', '/healthz', '/openapi/v3', '/openapi/v3/apis/x/v1', '/version', '/nope', '//', '/api//v1', `/apis/fuzz.io/v1/namespaces/default/widgets/${name}`, `/api/v1/watch/namespaces/default/pods/${name}`, `/api/v1/${this.#pick(words)}/${this.#pick(words)}`])
    return path
  }

  #query(): Record<string, string> {
    const query: Record<string, string> = {}
    for (let i = this.chance(0.6) ? 0 : 1 + this.#int(3); i > 0; i--) {
      const [key, values] = this.#pick<readonly [string, readonly string[]]>([
        ['labelSelector', ['app=web', 'app in (a,b)', 'app in (', '!app', 'a=b=c', ',', 'app notin ()', 'x>1', 'x>a', '\u0000']],
        ['fieldSelector', ['metadata.name=a', 'spec.nodeName!=', 'status.phase=Running', 'nope=1', '=', 'metadata.name', 'metadata.name=a,metadata.namespace=default', '\\']],
        ['resourceVersion', ['0', '1', '5', '999999', '-1', 'abc', '1e3', '']], ['resourceVersionMatch', ['Exact', 'NotOlderThan', 'Nope']], ['limit', ['0', '1', '2', '-1', 'x', '9999999999999999999']],
        ['continue', ['', 'x', 'e30=', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0=', '%']], ['dryRun', ['All', 'Some', '']], ['fieldManager', ['m', '\u0007', 'x'.repeat(200)]], ['force', ['true', 'x']],
        ['fieldValidation', ['Strict', 'Warn', 'Ignore', 'No']], ['gracePeriodSeconds', ['0', '-5', 'x', '30']], ['propagationPolicy', ['Orphan', 'Foreground', 'Nope']], ['orphanDependents', ['true', 'x']],
        ['sendInitialEvents', ['true', 'false', 'x']], ['allowWatchBookmarks', ['true', 'x']], ['watch', ['false', '0', '1']], ['timeoutSeconds', ['0', 'x', '10']], ['pretty', ['true']], ['includeObject', ['None', 'x']],
      ])
      query[key] = this.#pick(values)
    }
    return query
  }

  #patch(at: number, name: string): readonly [string, unknown] {
    const good = this.#good(at, name)
    switch (this.#int(5)) {
      case 0: return ['application/merge-patch+json', this.#spoiled({ metadata: { labels: { [this.#pick(['a', 'b'])]: 'x' } }, spec: good['spec'] }, 0.1)]
      case 1: return ['application/strategic-merge-patch+json', this.#spoiled({ metadata: { labels: { a: 'y' } }, spec: good['spec'] }, 0.1)]
      case 2: return ['application/json-patch+json', this.chance(0.2) ? this.#tree(3) : Array.from({ length: this.#int(4) }, () => ({
        op: this.#pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'nope']), path: `/${this.#pick(['metadata', 'spec', 'data'])}/${this.#pick(fields)}${this.chance(0.3) ? `/${this.#pick(['-', '0', '-1', '9', 'a', '~1', '~'])}` : ''}`,
        from: `/${this.#pick(fields)}`, ...(this.chance(0.8) ? { value: this.#tree(2) } : {}),
      }))]
      case 3: return ['application/apply-patch+yaml', this.#spoiled(good, 0.08)]
      default: return [this.#pick(['application/json', 'text/plain', '', 'application/merge-patch+json']), this.#tree(4)]
    }
  }

  next(): ApiRequest {
    const at = this.#int(resourcePaths.length)
    const name = this.#pick(['a', 'b', 'c', 'web', this.#pick(words)])
    const method = this.#pick(['GET', 'POST', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE'] as const)
    const headers: Record<string, string> = {}
    let body: unknown
    if (method === 'POST' || method === 'PUT') {
      body = this.#spoiled(this.#good(at, this.chance(0.9) ? name : this.#pick(words)), this.chance(0.4) ? 0 : 0.06)
      if (this.chance(0.05)) body = this.#tree(4)
    } else if (method === 'PATCH') [headers['content-type'], body] = this.#patch(at, name) as [string, unknown]
    else if (method === 'DELETE' && this.chance(0.3)) body = this.chance(0.7) ? { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: this.#int(3) - 1, preconditions: { uid: this.#pick(words) } } : this.#tree(3)
    if (body !== undefined && this.chance(0.15)) {
      body = JSON.stringify(body)
      if (this.chance(0.5)) body = (body as string).slice(0, this.#int((body as string).length + 1))
      if (this.chance(0.3)) headers['content-type'] = 'application/yaml'
    }
    if (this.chance(0.1)) headers['accept'] = this.#pick(['application/yaml', 'text/html', '*/*', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', ';;', 'application/vnd.kubernetes.protobuf'])
    if (this.chance(0.02)) headers['authorization'] = this.#pick(['Bearer x', 'Bearer ', 'Basic eDp4'])
    return {
      method, path: this.#path(at, method === 'POST' && this.chance(0.9) ? '' : this.chance(0.9) ? name : ''), userAgent: this.#pick(['kubectl/v1.37', 'fuzz', '', '\u0000/x']),
      ...(body === undefined ? {} : { body }), query: this.#query(), headers,
    }
  }
}

/** What is wrong with an answer; undefined when it is well-formed. */
function flaw(response: ApiResponse): string | undefined {
  const { status, body } = response
  if (!Number.isInteger(status) || status < 200 || status > 599) return `status ${status}`
  if (status < 400) return undefined
  if (typeof body === 'string') return status === 404 && body === '404 page not found\n' ? undefined : `a text: ${body}`
  const answer = body as Partial<Status>
  if (answer.kind !== 'Status' || answer.apiVersion !== 'v1' || answer.status !== 'Failure' || answer.code !== status || typeof answer.message !== 'string' || answer.message === '') return JSON.stringify(answer)
  return JSON.stringify(JSON.parse(JSON.stringify(answer))) === JSON.stringify(answer) ? undefined : 'no JSON'
}

/**
 * Sends generated requests. Throws at the first that is not answered with a well-formed Status when refused, that throws, or that
 * is refused and leaves a trace: in revisions and open watches each time, in all that is stored every `hashEvery` requests.
 */
export function fuzz(seed: number, count: number, hashEvery = 20): FuzzResult {
  const server = new TestServer()
  server.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', gadgets)
  server.simulation.run({ until: 1_000 })
  const generator = new Generator(seed)
  const codes: Record<string, number> = {}
  for (let i = 0; i < count; i++) {
    const request = generator.next()
    const fail = (text: string): never => { throw new Error(`request ${i} of seed ${seed}: ${text}\n${JSON.stringify(request)}`) }
    const { revision } = server.etcd
    const watches = server.apiserver.watchCount
    const hash = i % hashEvery === 0 ? server.stateHash() : undefined
    let code: number
    try {
      if (request.method === 'GET' && generator.chance(0.3)) {
        try {
          server.apiserver.stopWatch(server.apiserver.watch(request, 'watcher').id)
          code = 200
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
          const wrong = flaw({ status: error.code, headers: {}, body: error.status })
          if (wrong !== undefined) fail(wrong)
          code = error.code
        }
      } else {
        const response = server.apiserver.request(request)
        const wrong = flaw(response)
        if (wrong !== undefined) fail(wrong)
        code = response.status
      }
    } catch (error) {
      throw new Error(`request ${i} of seed ${seed} throws\n${JSON.stringify(request)}`, { cause: error })
    }
    codes[code] = (codes[code] ?? 0) + 1
    // A deletecollection stops at the first object it may not delete, as the real one does: those before it are gone.
    const halfDone = request.method === 'DELETE' && code === 403 && resourcePaths.includes(request.path.replace(/\/$/, ''))
    if ((code >= 400 && !halfDone) || request.method === 'GET') {
      if (server.etcd.revision !== revision) fail(`answered ${code}, and something was written`)
      if (hash !== undefined && server.stateHash() !== hash) fail(`answered ${code}, and what is stored changed`)
    }
    if (server.apiserver.watchCount !== watches) fail('a watch is left open')
    if (i % 50 === 0) server.simulation.run({ until: server.simulation.now + 1_000 })
  }
  return { codes, stateHash: server.stateHash() }
}
