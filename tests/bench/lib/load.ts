import type { ApiObject, Node, Pod, PodSpec } from '../../../src/api'
import { Random } from '../../../src/base'

/** A cluster and Pods to schedule onto it, in order. What `bench schedule --load` reads. */
export interface Load {
  readonly workload: string
  readonly seed: number
  /** Nodes, bound Pods and all else the scheduler looks at. */
  readonly objects: readonly ApiObject[]
  readonly pods: readonly Pod[]
}

/**
 * After upstream's scheduler_perf: what the Pods to be scheduled ask for. With preemption the existing Pods fill every node, so that each
 * new Pod has to make room first.
 */
export const workloads = ['basic', 'spread', 'podaffinity', 'antiaffinity', 'nodeaffinity', 'mixed', 'preemption'] as const
export type Workload = (typeof workloads)[number]

export interface LoadOptions {
  readonly nodes: number
  readonly existing: number
  readonly pods: number
  readonly workload: Workload
  readonly seed: number
}

const zones = 3
const apps = 10
const image = 'registry.example/pause:3.10'

export function makeLoad({ nodes, existing, pods, workload, seed }: LoadOptions): Load {
  const random = Random.seeded(seed, workload)
  const objects: ApiObject[] = []
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', uid: 'namespace-default', labels: { 'kubernetes.io/metadata.name': 'default' } } }
  objects.push(namespace)
  for (let i = 0; i < nodes; i++) objects.push(nodeOf(i) as unknown as ApiObject)
  for (let i = 0; i < existing; i++) {
    const kind = kindOf(workload, random)
    const node = nodes === 0 ? '' : nodeName(workload === 'preemption' ? i % nodes : random.below(nodes))
    const pod = podOf(`existing-${i}`, kind, random, workload === 'preemption' ? 0 : undefined, Math.ceil(existing / Math.max(nodes, 1)))
    objects.push({
      ...pod, spec: { ...pod.spec, nodeName: node }, status: { phase: 'Running', startTime: time(i) },
    } as unknown as ApiObject)
  }
  return { workload, seed, objects, pods: Array.from({ length: pods }, (_, i) => podOf(`pod-${i}`, kindOf(workload, random), random, workload === 'preemption' ? 10 : undefined)) }
}

/** In a mixed load each Pod is of another kind. */
function kindOf(workload: Workload, random: Random): Workload {
  if (workload !== 'mixed') return workload
  return (['basic', 'spread', 'podaffinity', 'antiaffinity', 'nodeaffinity'] as const)[random.below(5)] as Workload
}

function nodeOf(i: number): Node {
  const name = nodeName(i)
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: {
      name, uid: `node-${i}`,
      labels: {
        'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/region': 'region-1',
        'topology.kubernetes.io/zone': `zone-${i % zones}`, 'berth.example/pool': `pool-${i % 5}`,
      },
    },
    spec: i % 50 === 49 ? { taints: [{ key: 'berth.example/spot', value: 'true', effect: 'PreferNoSchedule' }] } : {},
    status: {
      allocatable: { cpu: '4', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
      images: [{ names: [image], sizeBytes: 700_000 }],
    },
  }
}

/** `perNode`: how many Pods fill a node when all are to be preempted. */
function podOf(name: string, kind: Workload, random: Random, priority: number | undefined, perNode = 1): Pod {
  const app = `app-${random.below(apps)}`
  const labels = { app, kind, color: ['green', 'blue'][random.below(2)] as string }
  const selector = { matchLabels: { app, kind } }
  const spec: { -readonly [K in keyof PodSpec]: PodSpec[K] } = {
    schedulerName: 'default-scheduler', terminationGracePeriodSeconds: 30, restartPolicy: 'Always',
    containers: [{ name: 'pause', image, resources: { requests: kind === 'preemption' ? { cpu: priority === 0 ? `${Math.floor(3_600 / perNode)}m` : '3', memory: '500Mi' } : { cpu: '100m', memory: '500Mi' } } }],
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    ...(priority === undefined ? {} : { priority }),
  }
  const term = (topologyKey: string): { readonly topologyKey: string; readonly labelSelector: typeof selector } => ({ topologyKey, labelSelector: selector })
  switch (kind) {
    case 'spread':
      spec.topologySpreadConstraints = [
        { maxSkew: 5, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: selector },
      ]
      break
    case 'podaffinity':
      spec.affinity = {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [term('topology.kubernetes.io/zone')],
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: term('kubernetes.io/hostname') }],
        },
      }
      break
    case 'antiaffinity':
      spec.affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('kubernetes.io/hostname')] } }
      break
    case 'nodeaffinity':
      spec.affinity = {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['zone-0', 'zone-1'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, preference: { matchExpressions: [{ key: 'berth.example/pool', operator: 'In', values: [`pool-${random.below(5)}`] }] } },
          ],
        },
      }
      break
    default: break
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: name, labels, creationTimestamp: time(0) }, spec, status: { phase: 'Pending' } }
}

function nodeName(i: number): string {
  return `node-${String(i).padStart(5, '0')}`
}

function time(minutes: number): string {
  return new Date(Date.UTC(2026, 0, 1) - (minutes % 10_000) * 60_000).toISOString().replace('.000Z', 'Z')
}
