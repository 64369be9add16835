import { resources, type ApiRequest, type ApiResponse, type Deployment, type FaultRequest, type Node, type Pod } from '../../../src/api'
import { Random } from '../../../src/base'
import { Cluster } from '../../../src/engine'
import { alwaysProblems, isOver, listOf, restProblems, Vigil } from './invariants'

export interface SoakOptions {
  readonly seed: number
  readonly nodes: number
  readonly hours: number
  /** Revisions of history that are kept: what memory may hold of the past. */
  readonly historyRevisions: number
  /** Bytes of the heap after a garbage collection; absent: memory is not looked at. */
  readonly heapBytes?: () => number
  /** Hears of every look at the whole. */
  readonly onLook?: (look: Look) => void
}

/** The cluster at rest, once in a while. */
export interface Look {
  /** Virtual hours since the beginning. */
  readonly hours: number
  readonly events: number
  readonly revision: number
  readonly keys: number
  readonly versions: number
  readonly pods: number
  readonly heapBytes: number | undefined
  /** How long it took until everything was good, in virtual ms. */
  readonly healedMs: number
}

export interface SoakResult {
  readonly looks: readonly Look[]
  readonly problems: readonly string[]
  /** What was done, by name: a soak in which nothing happens proves nothing. */
  readonly done: Readonly<Record<string, number>>
  readonly cluster: Cluster
}

const minuteMs = 60_000
const healingMs = 40 * minuteMs
const deploymentsPerTenNodes = 2
const jobTtlSeconds = 900

/**
 * A cluster that lives for long: Deployments are scaled and rolled, Jobs come and go, Pods are deleted, machines are lost and come
 * back, processes begin anew. What must always hold is looked at every minute; every two hours (eight times in a short run) everything
 * is healed, must become good, and memory is measured.
 */
export function soak(options: SoakOptions): SoakResult {
  const { seed, nodes: nodeCount, hours, historyRevisions } = options
  const random = Random.seeded(seed, 'soak')
  const cluster = new Cluster({ seed, settings: { cycleMs: 5, pullBytesPerMs: 1_000_000, historyRevisions } })
  const vigil = new Vigil(cluster)
  const { simulation, faults } = cluster
  const problems: string[] = []
  const looks: Look[] = []
  const done: Record<string, number> = {}
  const did = (what: string): void => { done[what] = (done[what] ?? 0) + 1 }
  const ask = (method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): ApiResponse => cluster.request({
    method, path, userAgent: 'kubectl', ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
  })
  const must = (method: ApiRequest['method'], path: string, body: unknown): void => {
    const response = ask(method, path, body)
    if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`)
  }
  const pick = <T>(list: readonly T[]): T | undefined => list[random.below(Math.max(1, list.length))]
  const nodeNames = Array.from({ length: nodeCount }, (_, index) => `n${index}`)
  const addNode = (name: string): ApiResponse => ask('POST', '/api/v1/nodes', {
    apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'topology.kubernetes.io/zone': `z${nodeNames.indexOf(name) % 3}` } }, status: { capacity: { cpu: '16', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' } },
  })
  const apps = '/apis/apps/v1/namespaces/default'
  const template = (app: string, more: object = {}, annotations: object = {}): object => ({
    metadata: { labels: { app }, annotations }, spec: { containers: [{ name: 'c', image: `${app}:1`, resources: { requests: { cpu: '100m', memory: '128Mi' } } }], ...more },
  })
  const deploymentCount = Math.max(2, Math.ceil((nodeCount * deploymentsPerTenNodes) / 10))
  const breakIt = (fault: Omit<FaultRequest, 'on'>): void => { if (cluster.fault({ ...fault, on: true }).ok) did(`break ${fault.kind}`) }

  simulation.run({ until: 500 })
  for (const name of nodeNames) addNode(name)
  must('POST', '/api/v1/namespaces/default/resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec: { hard: { pods: String(nodeCount * 100), 'requests.cpu': String(nodeCount * 16) } } })
  for (let i = 0; i < deploymentCount; i++) {
    must('POST', `${apps}/deployments`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `d${i}` }, spec: { replicas: 1 + random.below(20), revisionHistoryLimit: 2, selector: { matchLabels: { app: `d${i}` } }, template: template(`d${i}`) } })
    if (i < 3) must('POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: `d${i}` }, spec: { selector: { app: `d${i}` }, ports: [{ port: 80 }] } })
  }
  must('POST', `${apps}/statefulsets`, { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's' }, spec: { replicas: 3, serviceName: 's', selector: { matchLabels: { app: 's' } }, template: template('s') } })
  must('POST', `${apps}/daemonsets`, { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'ds' }, spec: { selector: { matchLabels: { app: 'ds' } }, template: template('ds') } })
  let jobs = 0

  const churn = (): void => {
    const deployment = `d${random.below(deploymentCount)}`
    switch (random.below(14)) {
      case 0: case 1: case 2: did('scale'); ask('PATCH', `${apps}/deployments/${deployment}`, { spec: { replicas: 1 + random.below(20) } }, 'application/merge-patch+json'); break
      case 3: case 4: did('roll'); ask('PATCH', `${apps}/deployments/${deployment}`, { spec: { template: { spec: { containers: [{ name: 'c', image: `${deployment}:${random.below(1_000)}` }] } } } }, 'application/strategic-merge-patch+json'); break
      case 5: case 6:
        did('job')
        ask('POST', '/apis/batch/v1/namespaces/default/jobs', {
          apiVersion: 'batch/v1', kind: 'Job', metadata: { name: `j${jobs++}` },
          spec: { completions: 1 + random.below(6), parallelism: 2, backoffLimit: 1_000, ttlSecondsAfterFinished: jobTtlSeconds, template: template('j', { restartPolicy: 'Never' }, { 'berth.dev/run-seconds': String(5 + random.below(60)) }) },
        })
        break
      case 7: case 8: {
        const pod = pick(listOf<Pod>(cluster, resources.pods).filter((one) => one.metadata.labels?.['app'] !== 'j' && !isOver(one)))
        if (pod !== undefined) {
          did('delete pod')
          ask('DELETE', `/api/v1/namespaces/default/pods/${pod.metadata.name ?? ''}`)
        }
        break
      }
      case 9: if (faults.active.filter(({ kind }) => kind === 'node').length < Math.max(1, nodeCount / 20)) breakIt({ kind: 'node', subject: pick(nodeNames) as string, forMs: minuteMs / 2 + random.below(20 * minuteMs) }); break
      case 10: breakIt({ kind: random.below(2) === 0 ? 'network' : 'kubelet', subject: pick(nodeNames) as string, forMs: 1_000 + random.below(10 * minuteMs) }); break
      case 11:
        if (random.below(4) > 0) break
        breakIt({ kind: (['scheduler', 'controller-manager', 'apiserver', 'etcd', 'registry', 'controller-manager'] as const)[random.below(6)] ?? 'scheduler', forMs: 1 + random.below(2 * minuteMs), delayMs: 200 + random.below(1_000) })
        break
      case 12:
        if (random.below(5) > 0) break
        did('remake node')
        {
          const name = pick(nodeNames) as string
          if (ask('DELETE', `/api/v1/nodes/${name}`).status === 200) simulation.run({ until: simulation.now + random.below(5_000) })
        }
        break
      case 13: if (random.below(6) === 0) breakIt({ kind: 'disk', subject: pick(nodeNames) as string, forMs: 2 * minuteMs, share: 0.93 }); break
    }
  }
  const remake = (): void => {
    if (faults.has('apiserver')) return
    const known = new Set(listOf<Node>(cluster, resources.nodes).map(({ metadata }) => metadata.name))
    for (const name of nodeNames) if (!known.has(name)) addNode(name)
  }

  const end = hours * 3_600_000
  const lookEvery = Math.min(2 * 3_600_000, end / 8)
  let lookAt = lookEvery
  let minute = 0
  while (simulation.now < end && problems.length === 0) {
    for (let times = random.below(1 + Math.ceil(nodeCount / 25)); times >= 0; times--) churn()
    simulation.run({ until: simulation.now + minuteMs })
    remake()
    if (++minute % 15 === 0 && faults.active.length === 0) problems.push(...alwaysProblems(cluster).map((problem) => `at ${simulation.now}: ${problem}`))
    if (simulation.now < lookAt) continue
    lookAt += lookEvery
    for (const { kind, subject } of faults.active) cluster.fault({ kind, on: false, ...(subject === undefined ? {} : { subject }) })
    remake()
    const since = simulation.now
    let left: string[] = ['']
    while (left.length > 0 && simulation.now - since < healingMs) {
      simulation.run({ until: simulation.now + 30_000 })
      left = restProblems(cluster)
    }
    problems.push(...left.map((problem) => `at ${simulation.now}, after ${simulation.now - since} ms of healing: ${problem}`))
    const { revision, keys, versions } = cluster.etcd.stats
    const look: Look = {
      hours: simulation.now / 3_600_000, events: simulation.delivered, revision, keys, versions, pods: cluster.listAt(resources.pods).length, heapBytes: options.heapBytes?.(), healedMs: simulation.now - since,
    }
    looks.push(look)
    options.onLook?.(look)
  }
  problems.push(...vigil.problems)
  // Not more of the past than is meant to be kept: compaction comes in strides.
  for (const { versions, keys, hours: at } of looks) if (versions > 2 * historyRevisions + 2 * keys) problems.push(`at ${at.toFixed(1)} h the store keeps ${versions} versions of ${keys} keys`)
  if (listOf<Deployment>(cluster, resources.deployments).length !== deploymentCount) problems.push('a Deployment is gone')
  return { looks, problems, done, cluster }
}

/** How much the heap grew between the second third and the last third of the looks, as bytes: medians, so that one odd look does not count. Undefined with fewer than six. */
export function heapGrowth(looks: readonly Look[]): { readonly before: number; readonly after: number } | undefined {
  const heaps = looks.flatMap(({ heapBytes }) => (heapBytes === undefined ? [] : [heapBytes]))
  if (heaps.length < 6) return undefined
  const third = Math.floor(heaps.length / 3)
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] as number
  return { before: median(heaps.slice(third, 2 * third)), after: median(heaps.slice(-third)) }
}
