import { faultKey, resources, type ApiRequest, type ApiResponse, type FaultRequest, type Node, type Pod } from '../../../src/api'
import { Random } from '../../../src/base'
import { Cluster, type ClusterCheckpoint } from '../../../src/engine'
import { alwaysProblems, isOver, listOf, restProblems, Vigil } from './invariants'

/** How long things go wrong, how long the cluster then has to make it good, and how often it is looked at meanwhile. */
const faultsMs = 180_000
const healingMs = 1_500_000
const lookMs = 15_000
/** Broken at once at most: more, and nothing is left to tell about. */
const brokenMax = 3

/**
 * A small cluster with a random workload in which random things go wrong, at random events: processes crash and lose what they had in
 * memory, connections break, again and again, machines go off and come back, networks are cut, the store is slow, people change their minds. Equal
 * seeds give equal stories.
 */
export class Chaos {
  readonly cluster: Cluster
  readonly #seed: number
  readonly #random: Random
  readonly #vigil: Vigil
  readonly #nodes: string[] = []
  readonly #deployments: string[] = []
  readonly #story: string[] = []
  #checkpointed = false

  constructor(seed: number) {
    this.#seed = seed
    this.#random = Random.seeded(seed, 'chaos')
    this.cluster = new Cluster({ seed, settings: { cycleMs: 20, pullBytesPerMs: 500_000 } })
    this.#vigil = new Vigil(this.cluster)
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
      simulation.run({ maxEvents: 10 + this.#random.below(160), until: Math.min(faultsMs, simulation.now + 20_000) })
      this.#happen()
    }
    for (const { kind, subject } of this.cluster.faults.active) this.#fault({ kind, ...(subject === undefined ? {} : { subject }), on: false })
    const until = simulation.now + healingMs
    let problems: string[]
    do {
      simulation.run({ until: simulation.now + lookMs })
      problems = restProblems(this.cluster)
    } while (problems.length > 0 && simulation.now < until)
    this.#note(problems.length === 0 ? 'all is well' : 'it does not become well')
    // Well, and it stays so.
    simulation.run({ until: simulation.now + 120_000 })
    return [...this.#vigil.problems, ...alwaysProblems(this.cluster), ...(problems.length > 0 ? problems : restProblems(this.cluster))]
  }

  #build(): void {
    const count = 3 + this.#random.below(3)
    for (let i = 0; i < count; i++) this.#addNode(`n${i}`)
    const template = (app: string, more: object = {}, annotations: object = {}): object => ({
      metadata: { labels: { app }, annotations },
      spec: { containers: [{ name: 'c', image: `${app}:1`, resources: { requests: { cpu: '100m', memory: '64Mi' }, ...(this.#random.below(2) === 0 ? { limits: { memory: '128Mi' } } : {}) } }], ...more },
    })
    const make = (path: string, kind: string, apiVersion: string, name: string, spec: object): void => { this.#must('POST', path, { apiVersion, kind, metadata: { name }, spec }) }
    make('/api/v1/namespaces/default/resourcequotas', 'ResourceQuota', 'v1', 'quota', { hard: { pods: '200', 'requests.cpu': '40' } })
    const apps = '/apis/apps/v1/namespaces/default'
    for (let i = 0; i <= this.#random.below(2); i++) {
      this.#deployments.push(`d${i}`)
      make(`${apps}/deployments`, 'Deployment', 'apps/v1', `d${i}`, { replicas: 1 + this.#random.below(5), selector: { matchLabels: { app: `d${i}` } }, template: template(`d${i}`) })
    }
    this.#must('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'rancher.io/local-path', volumeBindingMode: 'WaitForFirstConsumer',
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    })
    const claims = this.#random.below(3) === 0 ? { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }] } : {}
    make(`${apps}/statefulsets`, 'StatefulSet', 'apps/v1', 's', { replicas: 1 + this.#random.below(3), serviceName: 's', selector: { matchLabels: { app: 's' } }, template: template('s'), ...claims })
    make(`${apps}/daemonsets`, 'DaemonSet', 'apps/v1', 'ds', { selector: { matchLabels: { app: 'ds' } }, template: template('ds') })
    make('/apis/batch/v1/namespaces/default/jobs', 'Job', 'batch/v1', 'j', { completions: 3, parallelism: 2, backoffLimit: 100, template: template('j', { restartPolicy: this.#random.below(2) === 0 ? 'Never' : 'OnFailure' }, { 'berth.dev/run-seconds': '15' }) })
    make('/api/v1/namespaces/default/services', 'Service', 'v1', 'd0', { selector: { app: 'd0' }, ports: [{ port: 80 }] })
    if (this.#random.below(2) === 0) make('/apis/policy/v1/namespaces/default/poddisruptionbudgets', 'PodDisruptionBudget', 'policy/v1', 'd0', { minAvailable: 1, selector: { matchLabels: { app: 'd0' } } })
  }

  #addNode(name: string): void {
    if (!this.#nodes.includes(name)) this.#nodes.push(name)
    this.#ask('POST', '/api/v1/nodes', {
      apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': `z${this.#nodes.indexOf(name) % 2}` } }, status: {
        capacity: { cpu: '8', memory: '4Gi', pods: '60', 'ephemeral-storage': '100Gi' },
        // What a restart of the runtime does to containers depends on which it is.
        nodeInfo: { containerRuntimeVersion: ['containerd://2.2.1', 'docker://27.5.1', 'rkt://1.30.0'][(this.#seed + this.#nodes.indexOf(name)) % 3] },
      },
    })
  }

  #happen(): void {
    const { faults, simulation } = this.cluster
    const node = this.#nodes[this.#random.below(this.#nodes.length)] as string
    const long = 10_000 + this.#random.below(80_000)
    const short = 1 + this.#random.below(this.#random.below(2) === 0 ? 50 : 5_000)
    if (faults.active.length >= brokenMax) {
      this.#change()
      return
    }
    switch (this.#random.below(21)) {
      case 0: this.#fault({ kind: 'controller-manager', on: true, forMs: this.#random.below(3) === 0 ? long : short }); break
      case 1: this.#fault({ kind: 'scheduler', on: true, forMs: this.#random.below(3) === 0 ? long : short }); break
      case 2: this.#fault({ kind: 'kubelet', subject: node, on: true, forMs: this.#random.below(3) === 0 ? long : short }); break
      case 3: this.#fault({ kind: 'node', subject: node, on: true, forMs: this.#random.below(2) === 0 ? long : 1_000 + short }); break
      case 4: this.#fault({ kind: 'network', subject: node, on: true, forMs: this.#random.below(2) === 0 ? long : short }); break
      case 5: this.#fault({ kind: 'apiserver', on: true, forMs: this.#random.below(3) === 0 ? long : short }); break
      case 6: this.#fault({ kind: 'etcd', on: true, forMs: long / 2 | 0, delayMs: 50 + this.#random.below(3_000) }); break
      case 7: this.#fault({ kind: 'disk', subject: node, on: true, forMs: long, share: 0.92 }); break
      case 8: this.#leak(long); break
      case 9: this.#fault({ kind: 'registry', on: true, forMs: long }); break
      case 10: this.#fault({ kind: 'controller', subject: this.#anyController(), on: true, forMs: long }); break
      case 11: this.#cut('kube-controller-manager'); break
      case 12: this.#cut('kube-scheduler'); break
      case 13: this.#cut(`kubelet/${node}`); break
      case 14:
        // Again and again, in the middle of coming back.
        for (let times = 0; times < 4; times++) {
          this.#cut(`kubelet/${node}`)
          this.#cut('kube-controller-manager')
          simulation.run({ maxEvents: 1 + this.#random.below(20) })
        }
        break
      case 15: this.#deleteSomePod(); break
      case 16:
        this.#note(`the Node ${node} is deleted and made again`)
        this.#ask('DELETE', `/api/v1/nodes/${node}`)
        simulation.run({ until: simulation.now + this.#random.below(2_000) })
        this.#addNode(node)
        break
      case 17: this.#evictSomePod(); break
      case 18: this.#throughJson(); break
      case 19: this.#fault({ kind: 'runtime', subject: node, on: true }); break
      default: this.#change()
    }
    // A Node that could not be made again while nobody answered is made when somebody does.
    if (!faults.has('apiserver')) {
      const known = new Set(listOf<Node>(this.cluster, resources.nodes).map(({ metadata }) => metadata.name))
      for (const name of this.#nodes) if (!known.has(name)) this.#addNode(name)
    }
  }

  #note(text: string): void {
    this.#story.push(`${this.cluster.simulation.now}: ${text}`)
  }

  #fault(fault: FaultRequest): void {
    const answer = this.cluster.fault(fault)
    const { kind: _kind, subject: _subject, on, ...more } = fault
    this.#note(`${on ? 'break' : 'heal'} ${faultKey(fault)} ${JSON.stringify(more)}${answer.ok ? '' : `: ${answer.message}`}`)
  }

  #anyController(): string {
    const names = this.cluster.controllerManager.names
    return names[this.#random.below(names.length)] as string
  }

  #leak(forMs: number): void {
    const pods = listOf<Pod>(this.cluster, resources.pods).filter((pod) => pod.status?.phase === 'Running' && pod.metadata.labels?.['app'] !== 'j')
    const pod = pods[this.#random.below(Math.max(1, pods.length))]
    if (pod !== undefined) this.#fault({ kind: 'memory', subject: `default/${pod.metadata.name ?? ''}`, on: true, forMs, bytesPerSecond: 20 * 1024 * 1024 })
  }

  /** Half of the component's watches break; it has to open them anew. */
  #cut(receiver: string): void {
    this.#note(`watches of ${receiver} break`)
    this.cluster.apiserver.breakWatches((each) => each === receiver && this.#random.below(2) === 0)
  }

  /** The whole cluster goes through a checkpoint as text, at any moment: nothing may be lost on the way. */
  #throughJson(): void {
    if (this.#checkpointed) return
    this.#checkpointed = true
    const before = this.cluster.hash()
    this.cluster.restore(JSON.parse(JSON.stringify(this.cluster.checkpoint())) as ClusterCheckpoint)
    if (this.cluster.hash() !== before) this.#vigil.problems.push(`seed ${this.#seed}: another cluster after a checkpoint`)
    this.#note('through a checkpoint')
  }

  #change(): void {
    const name = this.#deployments[this.#random.below(this.#deployments.length)] as string
    const spec = this.#random.below(3) === 0 ? { replicas: 1 + this.#random.below(6) } : { template: { spec: { containers: [{ name: 'c', image: `app:${this.#random.below(3)}` }] } } }
    const { status } = this.#ask('PATCH', `/apis/apps/v1/namespaces/default/deployments/${name}`, { spec }, 'application/strategic-merge-patch+json')
    this.#note(`${name} is changed: ${JSON.stringify(spec)} ${status}`)
  }

  /** Any but a Job's: a Job counts what is deleted as failed, and need not do the same work. */
  #somePod(): string | undefined {
    const pods = listOf<Pod>(this.cluster, resources.pods).filter((pod) => pod.metadata.labels?.['app'] !== 'j' && !isOver(pod))
    return pods[this.#random.below(Math.max(1, pods.length))]?.metadata.name
  }

  #deleteSomePod(): void {
    const name = this.#somePod()
    if (name === undefined) return
    this.#note(`${name} is deleted`)
    this.#ask('DELETE', `/api/v1/namespaces/default/pods/${name}`)
  }

  #evictSomePod(): void {
    const name = this.#somePod()
    if (name === undefined) return
    const { status } = this.#ask('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } })
    this.#note(`${name} is evicted: ${status}`)
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
}
