import type { ApiList, ApiObject, ApiRequest, ApiResponse, Deployment, Endpoints, EndpointSlice, Job, Node, Pod, ResourceQuota, StatefulSet, DaemonSet } from '../../../api'
import { Random } from '../../../base'
import { Cluster } from '../..'
import { Kubelet } from '../../node'
import { Scheduler } from '../../scheduler'
import { ControllerManager } from '..'

/** How long faults go on, and how long the cluster then has to heal. */
const faultsMs = 240_000
const healingMs = 900_000

/** What `Apiserver.save` shows of its watches. */
interface SavedWatches {
  readonly watches: readonly { readonly id: number; readonly receiver: string }[]
}

/**
 * A cluster with a random workload in which random things go wrong: components crash and lose their memory, watches break,
 * machines die and come back, Nodes are deleted, people change their minds. Equal seeds give equal stories.
 */
export class Chaos {
  readonly cluster: Cluster
  readonly #random: Random
  readonly #nodes: string[] = []
  readonly #deployments: string[] = []
  readonly #dead = new Map<string, number>()
  readonly #story: string[] = []

  constructor(seed: number) {
    this.#random = Random.seeded(seed, 'chaos')
    this.cluster = new Cluster({ seed, settings: { cycleMs: 20 } })
  }

  /** What went wrong, in order: for whoever looks into a failure. */
  get story(): readonly string[] {
    return this.#story
  }

  /** Lives through it all and returns what is not as it would have been without faults; empty when all is well. */
  live(): string[] {
    const { simulation } = this.cluster
    simulation.run({ until: 500 })
    this.#build()
    while (simulation.now < faultsMs) {
      simulation.run({ maxEvents: 20 + this.#random.below(400), until: faultsMs })
      this.#fault()
      for (const [name, until] of this.#dead) if (simulation.now >= until) this.#revive(name)
    }
    for (const name of [...this.#dead.keys()]) this.#revive(name)
    simulation.run({ until: simulation.now + healingMs })
    return this.#problems()
  }

  #build(): void {
    const count = 4 + this.#random.below(3)
    for (let i = 0; i < count; i++) this.#addNode(`n${i}`)
    const template = (app: string, more: object = {}, annotations: object = {}): object => ({
      metadata: { labels: { app }, annotations }, spec: { containers: [{ name: 'c', image: `${app}:1`, resources: { requests: { cpu: '100m', memory: '64Mi' } } }], ...more },
    })
    const make = (path: string, kind: string, apiVersion: string, name: string, spec: object): void => { this.#must('POST', path, { apiVersion, kind, metadata: { name }, spec }) }
    make('/api/v1/namespaces/default/resourcequotas', 'ResourceQuota', 'v1', 'quota', { hard: { pods: '200', 'requests.cpu': '40' } })
    const apps = '/apis/apps/v1/namespaces/default'
    for (let i = 0; i <= this.#random.below(3); i++) {
      this.#deployments.push(`d${i}`)
      make(`${apps}/deployments`, 'Deployment', 'apps/v1', `d${i}`, { replicas: 1 + this.#random.below(8), selector: { matchLabels: { app: `d${i}` } }, template: template(`d${i}`) })
    }
    make(`${apps}/statefulsets`, 'StatefulSet', 'apps/v1', 's', { replicas: 1 + this.#random.below(4), serviceName: 's', selector: { matchLabels: { app: 's' } }, template: template('s') })
    make(`${apps}/daemonsets`, 'DaemonSet', 'apps/v1', 'ds', { selector: { matchLabels: { app: 'ds' } }, template: template('ds') })
    make('/apis/batch/v1/namespaces/default/jobs', 'Job', 'batch/v1', 'j', { completions: 4, parallelism: 2, backoffLimit: 100, template: template('j', { restartPolicy: 'Never' }, { 'berth.dev/run-seconds': '15' }) })
    make('/api/v1/namespaces/default/services', 'Service', 'v1', 'd0', { selector: { app: 'd0' }, ports: [{ port: 80 }] })
  }

  #addNode(name: string): void {
    if (!this.#nodes.includes(name)) this.#nodes.push(name)
    this.#must('POST', '/api/v1/nodes', {
      apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': `z${this.#nodes.indexOf(name) % 2}` } }, status: { capacity: { cpu: '8', memory: '16Gi', pods: '60' } },
    })
  }

  #fault(): void {
    const { simulation, apiserver, settings } = this.cluster
    const node = this.#nodes[this.#random.below(this.#nodes.length)] as string
    switch (this.#random.below(10)) {
      case 0:
        this.#note('controllers crash')
        this.#kill('kube-controller-manager')
        this.#start(new ControllerManager({ context: simulation.context('kube-controller-manager'), transport: apiserver, syncMs: settings.syncMs }))
        break
      case 1:
        this.#note('the scheduler crashes')
        this.#kill('kube-scheduler')
        simulation.run({ until: simulation.now + 200 })
        this.#start(new Scheduler({ context: simulation.context('kube-scheduler'), transport: apiserver, cycleMs: settings.cycleMs }))
        break
      case 2:
        if (this.#dead.has(node)) break
        this.#note(`the kubelet of ${node} crashes`)
        this.#kill(`kubelet/${node}`)
        this.#startKubelet(node)
        break
      case 3:
        if (this.#dead.size > 0) break
        this.#note(`${node} dies`)
        this.#kill(`kubelet/${node}`)
        this.#dead.set(node, simulation.now + 20_000 + this.#random.below(100_000))
        break
      case 4: this.#cut('kube-controller-manager'); break
      case 5: this.#cut('kube-scheduler'); break
      case 6: this.#cut(`kubelet/${node}`); break
      case 7: this.#change(); break
      case 8: this.#deleteSomePod(); break
      case 9:
        if (this.#dead.has(node)) break
        this.#note(`the Node ${node} is deleted and made again`)
        this.#ask('DELETE', `/api/v1/nodes/${node}`)
        simulation.run({ until: simulation.now + this.#random.below(2_000) })
        this.#addNode(node)
        break
    }
  }

  #note(text: string): void {
    this.#story.push(`${this.cluster.simulation.now}: ${text}`)
  }

  /** The process is gone with all it knew; its connections break. */
  #kill(name: string): void {
    const { simulation, apiserver } = this.cluster
    for (const watch of (apiserver.save() as SavedWatches).watches) if (watch.receiver === name) apiserver.stopWatch(watch.id)
    simulation.remove(name)
  }

  #start(actor: ControllerManager | Scheduler | Kubelet): void {
    this.cluster.simulation.add(actor)
    actor.start()
  }

  #startKubelet(nodeName: string): void {
    const { simulation, apiserver, settings } = this.cluster
    this.#start(new Kubelet({
      nodeName, context: simulation.context(`kubelet/${nodeName}`), transport: apiserver, pullBytesPerMs: settings.pullBytesPerMs, containerStartMs: settings.containerStartMs,
    }))
  }

  #revive(name: string): void {
    this.#note(`${name} comes back`)
    this.#dead.delete(name)
    if (this.cluster.simulation.actor(`kubelet/${name}`) === undefined) this.#startKubelet(name)
  }

  /** Half of the component's watches break; it has to open them anew. */
  #cut(receiver: string): void {
    const { simulation, apiserver } = this.cluster
    this.#note(`watches of ${receiver} break`)
    for (const watch of (apiserver.save() as SavedWatches).watches) {
      if (watch.receiver !== receiver || this.#random.below(2) === 0) continue
      apiserver.stopWatch(watch.id)
      simulation.schedule(1, receiver, { type: 'watch', watch: watch.id, events: [], closed: true })
    }
  }

  #change(): void {
    const name = this.#deployments[this.#random.below(this.#deployments.length)] as string
    const spec = this.#random.below(3) === 0 ? { replicas: 1 + this.#random.below(9) } : { template: { spec: { containers: [{ name: 'c', image: `app:${this.#random.below(3)}` }] } } }
    this.#note(`${name} is changed: ${JSON.stringify(spec)}`)
    this.#ask('PATCH', `/apis/apps/v1/namespaces/default/deployments/${name}`, { spec }, 'application/strategic-merge-patch+json')
  }

  /** Any but a Job's: a Job counts what is deleted as failed, and need not do the same work. */
  #deleteSomePod(): void {
    const pods = this.#list<Pod>('/api/v1/namespaces/default/pods').filter((pod) => pod.metadata.labels?.['app'] !== 'j')
    const pod = pods[this.#random.below(Math.max(1, pods.length))]
    if (pod === undefined) return
    this.#note(`${pod.metadata.name ?? ''} is deleted`)
    this.#ask('DELETE', `/api/v1/namespaces/default/pods/${pod.metadata.name ?? ''}`)
  }

  #ask(method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): ApiResponse {
    return this.cluster.request({
      method, path, userAgent: 'kubectl', ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    })
  }

  #must(method: ApiRequest['method'], path: string, body: unknown): void {
    const response = this.#ask(method, path, body)
    if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`)
  }

  #list<T extends { readonly metadata: ApiObject['metadata'] }>(path: string): readonly T[] {
    return (this.cluster.read({ method: 'GET', path, userAgent: 'test' }).body as ApiList<T>).items
  }

  #problems(): string[] {
    const problems: string[] = []
    const check = (holds: boolean, problem: string): void => { if (!holds) problems.push(problem) }
    const apps = '/apis/apps/v1/namespaces/default'
    const pods = this.#list<Pod>('/api/v1/namespaces/default/pods')
    const alive = pods.filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
    for (const { metadata, spec, status = {} } of this.#list<Deployment>(`${apps}/deployments`)) {
      const whole = [status.availableReplicas, status.updatedReplicas, status.replicas].every((count) => count === spec.replicas) && status.observedGeneration === metadata.generation
      check(whole, `Deployment ${metadata.name ?? ''} wants ${spec.replicas ?? 1}: ${JSON.stringify(status)}`)
    }
    for (const { spec, status } of this.#list<StatefulSet>(`${apps}/statefulsets`)) check(status?.readyReplicas === spec.replicas, `StatefulSet wants ${spec.replicas ?? 1}: ${JSON.stringify(status)}`)
    for (const { status } of this.#list<DaemonSet>(`${apps}/daemonsets`)) check(status?.numberAvailable === this.#nodes.length && status.numberMisscheduled === 0, `DaemonSet on ${this.#nodes.length} Nodes: ${JSON.stringify(status)}`)
    for (const { status } of this.#list<Job>('/apis/batch/v1/namespaces/default/jobs')) {
      check(status?.succeeded === 4 && (status.conditions ?? []).some((condition) => condition.type === 'Complete'), `Job: ${JSON.stringify(status)}`)
    }
    const owners = new Set(['replicasets', 'statefulsets', 'daemonsets'].flatMap((plural) => this.#list(`${apps}/${plural}`)).concat(this.#list('/apis/batch/v1/namespaces/default/jobs')).map((owner) => owner.metadata.uid))
    const addresses = new Map<string, string>()
    for (const pod of pods) {
      const name = pod.metadata.name ?? ''
      check(pod.metadata.deletionTimestamp === undefined, `${name} is still being deleted`)
      check(['Running', 'Succeeded', 'Failed'].includes(pod.status?.phase ?? ''), `${name} is ${pod.status?.phase ?? ''}`)
      check((pod.metadata.ownerReferences ?? []).every((owner) => owners.has(owner.uid)), `${name} has lost its owner`)
      if (pod.status?.phase !== 'Running') continue
      const holder = addresses.get(pod.status.podIP ?? '')
      check(holder === undefined, `${name} and ${holder ?? ''} share an address`)
      addresses.set(pod.status.podIP ?? '', name)
    }
    const [quota] = this.#list<ResourceQuota>('/api/v1/namespaces/default/resourcequotas')
    check(Number(quota?.status?.used?.['pods']) === alive.length, `the quota counts ${String(quota?.status?.used?.['pods'])} of ${alive.length} Pods`)
    const serving = alive.filter((pod) => pod.metadata.labels?.['app'] === 'd0').map((pod) => pod.status?.podIP ?? '').sort().join()
    const endpoints = this.#list<Endpoints>('/api/v1/namespaces/default/endpoints').filter(({ metadata }) => metadata.name === 'd0')
      .flatMap(({ subsets }) => (subsets ?? []).flatMap((subset) => (subset.addresses ?? []).map(({ ip }) => ip))).sort().join()
    check(endpoints === serving, `Endpoints are ${endpoints}, not ${serving}`)
    const slices = this.#list<EndpointSlice>('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices').filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'd0')
      .flatMap((slice) => (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready === true).map((endpoint) => endpoint.addresses[0] ?? '')).sort().join()
    check(slices === serving, `EndpointSlices are ${slices}, not ${serving}`)
    for (const { metadata, spec, status } of this.#list<Node>('/api/v1/nodes')) {
      const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
      check(ready?.status === 'True' && (spec?.taints ?? []).length === 0, `${metadata.name ?? ''}: ${JSON.stringify([ready, spec?.taints])}`)
    }
    const blocks = this.#list<Node>('/api/v1/nodes').map((node) => node.spec?.podCIDR)
    check(new Set(blocks).size === this.#nodes.length, `address blocks: ${blocks.join()}`)
    return problems
  }
}

