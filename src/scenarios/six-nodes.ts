import type { ApiObject } from '../api'
import {
  before, deploymentManifest, makeDeployment, makeNamespace, makeNode, makePod, mib, podSpec, uidOf, type ImageSize, type Owner, type PodShape,
} from './builders'

const zones = ['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c']
const nodeNames = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-f'] as const
type NodeName = (typeof nodeNames)[number]

const image = (name: string, mebibytes: number): ImageSize => ({ name, sizeBytes: mebibytes * mib })

const spread = (app: string): readonly object[] => [
  { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } },
  { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app } } },
]

const prefersSsd = {
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 1, preference: { matchExpressions: [{ key: 'disktype', operator: 'In', values: ['ssd'] }] } },
    ],
  },
}

/** The shop's workloads, in the order in which they get their letters. */
export const shapes = {
  web: {
    app: 'web', namespace: 'shop', image: image('shop/web:2.1', 240), cpuMilli: 500, memoryMi: 512, port: 8080,
    spec: { affinity: prefersSsd, topologySpreadConstraints: spread('web') },
  },
  api: { app: 'api', namespace: 'shop', image: image('shop/api:5.0', 180), cpuMilli: 500, memoryMi: 768, port: 8081 },
  checkout: { app: 'checkout', namespace: 'shop', image: image('shop/checkout:1.9', 150), cpuMilli: 250, memoryMi: 256, port: 8082 },
  redis: { app: 'redis', namespace: 'shop', image: image('redis:8.2', 110), cpuMilli: 250, memoryMi: 1280, port: 6379 },
  thumbs: { app: 'thumbs', namespace: 'shop', image: image('shop/thumbs:0.7', 320), cpuMilli: 850, memoryMi: 768 },
  // Its index lies on a disk of zone-b: the second Pod finds no room there.
  indexer: {
    app: 'indexer', namespace: 'shop', image: image('shop/indexer:3.3', 420), cpuMilli: 2500, memoryMi: 2048,
    spec: { nodeSelector: { 'topology.kubernetes.io/zone': 'zone-b' } },
  },
  report: {
    app: 'report', namespace: 'shop', image: image('shop/report:12', 200), cpuMilli: 1000, memoryMi: 1024,
    spec: { restartPolicy: 'OnFailure', tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' }], nodeSelector: { disktype: 'hdd' } },
  },
} as const satisfies Record<string, PodShape>

const nodeAgent: PodShape = {
  app: 'kube-proxy', namespace: 'kube-system', image: image('registry.k8s.io/kube-proxy:v1.37.0', 90), cpuMilli: 250, memoryMi: 512,
  spec: { hostNetwork: true, tolerations: [{ operator: 'Exists' }], priorityClassName: 'system-node-critical' },
}

type ShapeName = keyof typeof shapes

interface Placed {
  readonly shape: ShapeName
  readonly suffix: string
  readonly node: NodeName
}

/** Who runs where: 21 Pods of the shop; six of kube-system come on top. */
const placed: readonly Placed[] = [
  { shape: 'web', suffix: 't5hbd', node: 'node-a' }, { shape: 'web', suffix: 'h2v9c', node: 'node-c' },
  { shape: 'web', suffix: 'm8wzr', node: 'node-d' }, { shape: 'web', suffix: 'q4c7n', node: 'node-f' },
  { shape: 'api', suffix: 'bx6zl', node: 'node-a' }, { shape: 'api', suffix: 'k9fwt', node: 'node-b' },
  { shape: 'api', suffix: 'r7d2m', node: 'node-d' }, { shape: 'api', suffix: 'wq5vs', node: 'node-f' },
  { shape: 'checkout', suffix: '2hjkx', node: 'node-b' }, { shape: 'checkout', suffix: '6nzbc', node: 'node-d' },
  { shape: 'checkout', suffix: '8xw4g', node: 'node-d' }, { shape: 'checkout', suffix: 'c9rlm', node: 'node-f' },
  { shape: 'checkout', suffix: 'vd5tq', node: 'node-f' },
  { shape: 'redis', suffix: '4jt7w', node: 'node-a' }, { shape: 'redis', suffix: 'fz8kp', node: 'node-d' }, { shape: 'redis', suffix: 'n6mxd', node: 'node-f' },
  { shape: 'thumbs', suffix: '5cvqr', node: 'node-d' }, { shape: 'thumbs', suffix: '9wlhz', node: 'node-d' }, { shape: 'thumbs', suffix: 'tb2ng', node: 'node-f' },
  { shape: 'indexer', suffix: '0', node: 'node-c' },
  { shape: 'report', suffix: '7kq', node: 'node-e' },
]

const templateHashes: Partial<Record<ShapeName, string>> = { web: '6c4d9f7b8', api: '7f9b5d6c4', checkout: '5d8c7b9f6', redis: '8b6f4c9d7', thumbs: '9c7d5f8b6' }

const agentSuffixes: Record<NodeName, string> = { 'node-a': 'gl4vr', 'node-b': 'x7tzk', 'node-c': '9pdjn', 'node-d': 'm2wqh', 'node-e': 'b6fcs', 'node-f': 'z8xlt' }

/** What lies on a node's disk: the images of what runs there, and the ones every node has. */
function imagesOn(node: NodeName, withShop: boolean): ImageSize[] {
  const images = new Map<string, ImageSize>([[nodeAgent.image.name, nodeAgent.image]])
  images.set('registry.k8s.io/pause:3.10', { name: 'registry.k8s.io/pause:3.10', sizeBytes: 745_472 })
  if (withShop) for (const pod of placed) if (pod.node === node) images.set(shapes[pod.shape].image.name, shapes[pod.shape].image)
  return [...images.values()].sort((a, b) => b.sizeBytes - a.sizeBytes)
}

function makeNodes(withShop: boolean): ApiObject[] {
  return nodeNames.map((name, index) => makeNode({
    name, index, zone: zones[index] as string, cpu: name === 'node-f' ? 8 : 4, memoryGi: name === 'node-f' ? 16 : 8,
    arch: name === 'node-f' ? 'arm64' : 'amd64', disktype: ['node-b', 'node-d', 'node-e'].includes(name) ? 'hdd' : 'ssd',
    images: imagesOn(name, withShop),
    ...(name === 'node-e' ? { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' as const }] } : {}),
  }))
}

/** kube-system: one DaemonSet with a Pod on every node. */
function makeAgents(): ApiObject[] {
  const { app, namespace } = nodeAgent
  const hash = '6d9f8c7b5'
  const daemonSet: ApiObject = {
    apiVersion: 'apps/v1', kind: 'DaemonSet',
    metadata: {
      name: app, namespace, uid: uidOf('DaemonSet', namespace, app), creationTimestamp: before, generation: 1, labels: { app },
      annotations: { 'deprecated.daemonset.template.generation': '1' },
    },
    spec: {
      selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: podSpec(nodeAgent) },
      // Pods that were there before are left as they are, whatever hash their template is given.
      updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 10,
    },
    status: {
      observedGeneration: 1, currentNumberScheduled: 6, desiredNumberScheduled: 6, numberAvailable: 6, numberMisscheduled: 0, numberReady: 6, updatedNumberScheduled: 6,
    },
  }
  const owner: Owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: app }
  const labels = { 'controller-revision-hash': hash, 'pod-template-generation': '1' }
  return [daemonSet, ...nodeNames.map((node, index) => makePod(nodeAgent, { name: `${app}-${agentSuffixes[node]}`, node, owner, labels, address: 1 }, index))]
}

const namespaces = (): ApiObject[] => ['default', 'kube-node-lease', 'kube-public', 'kube-system'].map(makeNamespace)

/** Six Ready nodes in three zones and what every node runs; nothing else. */
export function emptySixNodes(): ApiObject[] {
  return [...namespaces(), ...makeNodes(false), ...makeAgents()]
}

/** The same six nodes with the shop on them: 27 running Pods. With owners: Deployments, a StatefulSet and a Job behind them, and two more Pods that wait. */
export function shop(options: { readonly owners: boolean }): ApiObject[] {
  const objects: ApiObject[] = [...namespaces(), makeNamespace('shop'), ...makeNodes(true)]
  const nextAddress = new Map<NodeName, number>()
  for (const [name, shape] of Object.entries(shapes) as [ShapeName, PodShape][]) {
    const pods = placed.filter((pod) => pod.shape === name)
    const hash = templateHashes[name]
    let owner: Owner | undefined
    let labels: Record<string, string> = {}
    if (options.owners && hash !== undefined) {
      objects.push(...makeDeployment(shape, pods.length, hash))
      owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}` }
      labels = { 'pod-template-hash': hash }
    } else if (options.owners && name === 'indexer') {
      objects.push(makeIndexerSet(shape))
      owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name }
    } else if (options.owners && name === 'report') {
      objects.push(makeReportJob(shape))
      owner = { apiVersion: 'batch/v1', kind: 'Job', name }
    }
    for (const pod of pods) {
      const address = (nextAddress.get(pod.node) ?? 1) + 1
      nextAddress.set(pod.node, address)
      objects.push(makePod(shape, {
        name: hash === undefined || !options.owners ? `${name}-${pod.suffix}` : `${name}-${hash}-${pod.suffix}`, node: pod.node, address,
        ...(owner ? { owner } : {}), labels: name === 'indexer' && options.owners ? indexerLabels(pod.suffix) : labels,
      }, nodeNames.indexOf(pod.node)))
    }
    if (options.owners && owner !== undefined && name === 'indexer') objects.push(makePod(shape, { name: 'indexer-1', owner, labels: indexerLabels('1') }))
    if (options.owners && owner !== undefined && name === 'report') {
      objects.push(makePod(shape, { name: 'report-28w', owner, spec: { schedulingGates: [{ name: 'berth.dev/quota' }] } }))
    }
  }
  objects.push(...makeAgents())
  return objects
}

const indexerLabels = (ordinal: string): Record<string, string> => ({
  'apps.kubernetes.io/pod-index': ordinal, 'controller-revision-hash': 'indexer-7b9d8f6c5', 'statefulset.kubernetes.io/pod-name': `indexer-${ordinal}`,
})

function makeIndexerSet(shape: PodShape): ApiObject {
  const { app, namespace } = shape
  return {
    apiVersion: 'apps/v1', kind: 'StatefulSet',
    metadata: { name: app, namespace, uid: uidOf('StatefulSet', namespace, app), creationTimestamp: before, generation: 1, labels: { app } },
    spec: {
      replicas: 2, serviceName: app, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: podSpec(shape) },
      podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
    status: {
      observedGeneration: 1, replicas: 2, readyReplicas: 1, availableReplicas: 1, currentReplicas: 2, updatedReplicas: 2, collisionCount: 0,
      currentRevision: 'indexer-7b9d8f6c5', updateRevision: 'indexer-7b9d8f6c5',
    },
  }
}

function makeReportJob(shape: PodShape): ApiObject {
  const { app, namespace } = shape
  return {
    apiVersion: 'batch/v1', kind: 'Job',
    metadata: { name: app, namespace, uid: uidOf('Job', namespace, app), creationTimestamp: before, generation: 1, labels: { app } },
    spec: {
      parallelism: 2, completions: 2, completionMode: 'NonIndexed', backoffLimit: 6, suspend: false, podReplacementPolicy: 'TerminatingOrFailed',
      manualSelector: true, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: podSpec(shape) },
    },
    status: { active: 2, ready: 1, terminating: 0, startTime: before, uncountedTerminatedPods: {} },
  }
}

/** What a person keeps as web.yaml. */
export const webManifest = (replicas: number): ApiObject => deploymentManifest(shapes.web, replicas)
