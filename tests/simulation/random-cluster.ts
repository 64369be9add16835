import type { ApiObject, ApiRequest, FaultRequest } from '../../src/api'
import { faultKinds, faultSubjects } from '../../src/api'
import { Random } from '../../src/base'
import { Cluster } from '../../src/engine'

/** Something done to a cluster, then time. Plain data. */
export interface Operation {
  readonly request?: ApiRequest
  readonly imported?: readonly ApiObject[]
  readonly fault?: FaultRequest
  /** Events to deliver afterwards. */
  readonly events: number
}

const userAgent = 'kubectl'
/** More often what ends a process: that is where a restore has most to put back. */
const faultKindsTried: readonly FaultRequest['kind'][] = [...faultKinds, 'node', 'kubelet', 'scheduler', 'controller-manager', 'controller']
const zones = ['zone-a', 'zone-b', 'zone-c']

function node(name: string, zone: string, cpu: string, memory: string, taint: boolean): ApiObject {
  const amounts = { cpu, memory, pods: '30', 'ephemeral-storage': '20Gi' }
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone, disktype: name.length % 2 === 0 ? 'ssd' : 'hdd' } },
    spec: taint ? { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] } : {},
    status: { capacity: amounts, allocatable: amounts },
  }
}

function podSpec(random: Random): Record<string, unknown> {
  const spec: Record<string, unknown> = {
    containers: [{
      name: 'main', image: `shop/app:${random.below(3)}`,
      resources: { requests: { cpu: `${100 + 100 * random.below(12)}m`, memory: `${64 * (1 + random.below(20))}Mi` } },
      ...(random.below(5) === 0 ? { ports: [{ containerPort: 80, hostPort: 8000 + random.below(2) }] } : {}),
    }],
  }
  if (random.below(4) === 0) spec['tolerations'] = [{ key: 'dedicated', operator: 'Exists' }]
  if (random.below(4) === 0) spec['nodeSelector'] = { disktype: random.below(2) === 0 ? 'ssd' : 'hdd' }
  if (random.below(3) === 0) {
    spec['affinity'] = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1 + random.below(100), preference: { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zones[random.below(3)]] }] } },
    ] } }
  }
  return spec
}

/** What a restless person does to a cluster: some of it is refused, and that is part of it. */
export function randomOperations(seed: number, count: number): Operation[] {
  const random = Random.seeded(seed, 'operations')
  const deployments: string[] = []
  const pods: string[] = []
  const nodes: string[] = []
  const classes: string[] = []
  let i = 0
  const operations: Operation[] = []
  const events = (): number => (random.below(6) === 0 ? 0 : random.below(120))
  const pick = (names: readonly string[]): string => names[random.below(Math.max(1, names.length))] ?? 'nobody'
  const request = (method: ApiRequest['method'], path: string, body?: unknown, type?: string): void => {
    operations.push({
      request: { method, path, userAgent, ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { headers: { 'content-type': type } }) }, events: events(),
    })
  }
  const addNode = (): void => {
    const name = `node-${nodes.length}`
    nodes.push(name)
    const made = node(name, zones[random.below(3)] as string, String(1 + random.below(8)), `${1 + random.below(16)}Gi`, random.below(5) === 0)
    if (random.below(2) === 0) operations.push({ imported: [made], events: events() })
    else request('POST', '/api/v1/nodes', made)
  }
  for (let made = 0; made < 3; made++) addNode()
  while (operations.length < count) {
    switch (random.below(24)) {
      case 0: addNode(); break
      case 1: case 2: case 3: {
        const name = `app-${deployments.length}`
        deployments.push(name)
        request('POST', '/apis/apps/v1/namespaces/default/deployments', {
          apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
          spec: { replicas: random.below(6), selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: podSpec(random) } },
        })
        break
      }
      case 4: case 5:
        request('PATCH', `/apis/apps/v1/namespaces/default/deployments/${pick(deployments)}`, { spec: { replicas: random.below(8) } }, 'application/merge-patch+json')
        break
      case 6: {
        const name = `pod-${pods.length}`
        pods.push(name)
        request('POST', '/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...podSpec(random), ...(classes.length > 0 ? { priorityClassName: pick(classes) } : {}) } })
        break
      }
      case 7: request('DELETE', `/api/v1/namespaces/default/pods/${pick(pods)}`); break
      case 8: request('DELETE', `/apis/apps/v1/namespaces/default/deployments/${pick(deployments)}`); break
      case 9: request('PATCH', `/api/v1/nodes/${pick(nodes)}`, { spec: { unschedulable: random.below(2) === 0 } }, 'application/merge-patch+json'); break
      case 10: {
        const cpu = String(1 + random.below(8))
        request('PATCH', `/api/v1/nodes/${pick(nodes)}/status`, { status: { capacity: { cpu }, allocatable: { cpu } } }, 'application/merge-patch+json')
        break
      }
      case 11: if (random.below(3) === 0) request('DELETE', `/api/v1/nodes/${pick(nodes)}`); break
      case 12: {
        // A new template: a rollout.
        request('PATCH', `/apis/apps/v1/namespaces/default/deployments/${pick(deployments)}`, { spec: { template: { spec: { containers: [{ name: 'main', image: `shop/app:${random.below(9)}` }] } } } }, 'application/strategic-merge-patch+json')
        break
      }
      case 14: {
        const name = `set-${i++}`
        request('POST', '/apis/apps/v1/namespaces/default/statefulsets', {
          apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name },
          spec: { replicas: random.below(4), serviceName: name, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: podSpec(random) } },
        })
        break
      }
      case 15: {
        const name = `agent-${i++}`
        request('POST', '/apis/apps/v1/namespaces/default/daemonsets', {
          apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name }, spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: podSpec(random) } },
        })
        break
      }
      case 16:
        request('POST', '/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
          apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: `budget-${i++}` }, spec: { minAvailable: random.below(3), selector: { matchLabels: { app: pick(deployments) } } },
        })
        break
      case 17:
        request('POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: `service-${i++}` }, spec: { selector: { app: pick(deployments) }, ports: [{ port: 80 }] } })
        break
      case 18:
        request('PATCH', `/api/v1/nodes/${pick(nodes)}`, { spec: { taints: random.below(2) === 0 ? [] : [{ key: 'broken', effect: 'NoExecute' }] } }, 'application/merge-patch+json')
        break
      case 19: request('PATCH', `/api/v1/namespaces/default/pods/${pick(pods)}`, { metadata: { labels: { colour: String(random.below(3)) } } }, 'application/merge-patch+json'); break
      case 20:
        request('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: `class-${classes.length}` }, value: 1000 * (1 + random.below(9)) })
        classes.push(`class-${classes.length}`)
        break
      case 21: case 22: case 23: {
        const kind = faultKindsTried[random.below(faultKindsTried.length)] as FaultRequest['kind']
        const subject = { node: pick(nodes), pod: `default/${pick(pods)}`, controller: 'replicaset' }[faultSubjects[kind] ?? 'node']
        operations.push({ fault: { kind, on: random.below(4) > 0, ...(faultSubjects[kind] === undefined ? {} : { subject }), ...(random.below(2) === 0 ? {} : { forMs: 1 + random.below(20_000) }) }, events: events() })
        break
      }
      case 13: request('POST', '/api/v1/namespaces/default/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'settings-' }, data: { n: String(random.below(100)) } }); break
    }
  }
  return operations
}

export function freshCluster(seed: number): Cluster {
  return new Cluster({ seed, settings: { cycleMs: 1 + (seed % 40), watchLatencyMs: 1 + (seed % 7) } })
}

export function perform(cluster: Cluster, operation: Operation): void {
  if (operation.request !== undefined) cluster.request(operation.request)
  if (operation.imported !== undefined) cluster.importObjects(operation.imported)
  if (operation.fault !== undefined) cluster.fault(operation.fault)
  cluster.simulation.run({ maxEvents: operation.events })
}

/** The hash of a whole life: what `tests` compare between runs, machines and browsers. */
export function hashOfLife(seed: number, count: number): string {
  const cluster = freshCluster(seed)
  for (const operation of randomOperations(seed, count)) perform(cluster, operation)
  cluster.simulation.run({ until: cluster.simulation.now + 20_000 })
  return cluster.hash()
}
