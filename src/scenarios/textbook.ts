import type { ApiObject } from '../api'
import { before, makeNamespace, makeNode, makePod, mib, podSpec, uidOf, type ImageSize, type Owner, type PodShape } from './builders'

const image = (name: string, mebibytes: number): ImageSize => ({ name, sizeBytes: mebibytes * mib })

/** What the chapter's scheduler goes by: its predicates and priorities, each priority with weight 1. */
export const textbookPolicyManifest = {
  kind: 'Policy', apiVersion: 'v1',
  predicates: ['MatchNodeSelector', 'PodFitsResources', 'HostName', 'PodFitsHostPorts', 'CheckNodeMemoryPressure', 'CheckNodeDiskPressure'].map((name) => ({ name })),
  priorities: ['SelectorSpreadPriority', 'LeastRequestedPriority', 'BalancedResourceAllocation'].map((name) => ({ name, weight: 1 })),
}

/** Wants an SSD, half a core and port 8080 of its host: each of these rules out one node. */
const chapter = {
  app: 'chapter', namespace: 'book', image: image('book/chapter:2', 160), cpuMilli: 500, memoryMi: 256, port: 8080, spec: { nodeSelector: { disktype: 'ssd' } },
} as const satisfies PodShape

const index: PodShape = { app: 'index', namespace: 'book', image: image('book/index:1', 200), cpuMilli: 1500, memoryMi: 1024 }
const plates: PodShape = { app: 'plates', namespace: 'book', image: image('book/plates:1', 320), cpuMilli: 3500, memoryMi: 2048 }
/** Listens on the port of its host that `chapter` would like to have. */
const press: PodShape = { app: 'press', namespace: 'book', image: image('book/press:1', 90), cpuMilli: 250, memoryMi: 256 }

interface Machine {
  readonly name: string
  readonly zone: string
  readonly disktype: 'ssd' | 'hdd'
  readonly runtime: string
  readonly pressure?: 'MemoryPressure' | 'DiskPressure'
}

/** One node a predicate: c is no SSD, d is full, e has the port taken, f fills its disk, g its memory. Only a and b take everything. */
const machines: readonly Machine[] = [
  { name: 'node-a', zone: 'zone-a', disktype: 'ssd', runtime: 'containerd://2.2.0' },
  { name: 'node-b', zone: 'zone-a', disktype: 'ssd', runtime: 'docker://20.10.24' },
  { name: 'node-c', zone: 'zone-b', disktype: 'hdd', runtime: 'rkt://1.30.0' },
  { name: 'node-d', zone: 'zone-b', disktype: 'ssd', runtime: 'rkt://1.30.0' },
  { name: 'node-e', zone: 'zone-c', disktype: 'ssd', runtime: 'containerd://2.2.0' },
  { name: 'node-f', zone: 'zone-c', disktype: 'ssd', runtime: 'containerd://2.2.0', pressure: 'DiskPressure' },
  { name: 'node-g', zone: 'zone-c', disktype: 'ssd', runtime: 'docker://20.10.24', pressure: 'MemoryPressure' },
]

const pressures = {
  MemoryPressure: { reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available' },
  DiskPressure: { reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' },
}

interface Condition { readonly type: string }

function makeMachine({ name, zone, disktype, runtime, pressure }: Machine, number: number): ApiObject {
  const images = [image('registry.k8s.io/pause:3.10', 1), ...placed.filter((pod) => pod.node === name).map((pod) => pod.shape.image)]
  const node = makeNode({ name, index: number, zone, cpu: 4, memoryGi: 8, disktype, images })
  const status = node['status'] as { readonly conditions: readonly Condition[]; readonly nodeInfo: object }
  return {
    ...node,
    status: {
      ...status, nodeInfo: { ...status.nodeInfo, containerRuntimeVersion: runtime },
      conditions: status.conditions.map((condition) => (condition.type === pressure ? { ...condition, status: 'True', ...pressures[pressure] } : condition)),
    },
  }
}

/** Who runs where before anybody asks for anything. Two Pods of `chapter` come from before its template asked for a port. */
const placed: readonly { readonly shape: PodShape; readonly name: string; readonly node: string; readonly spec?: Readonly<Record<string, unknown>> }[] = [
  { shape: press, name: 'press-a', node: 'node-a' },
  { shape: chapter, name: 'chapter-7kd2v', node: 'node-b' }, { shape: press, name: 'press-b', node: 'node-b' },
  { shape: press, name: 'press-c', node: 'node-c' },
  { shape: plates, name: 'plates', node: 'node-d' }, { shape: chapter, name: 'chapter-p4mzx', node: 'node-d' },
  { shape: press, name: 'press-e', node: 'node-e', spec: { containers: withHostPort(press) } },
  { shape: press, name: 'press-f', node: 'node-f' }, { shape: index, name: 'index', node: 'node-g' },
]

function withHostPort(shape: PodShape): readonly object[] {
  const [container] = podSpec(shape)['containers'] as readonly object[]
  return [{ ...container, ports: [{ containerPort: 8080, hostPort: 8080, protocol: 'TCP' }] }]
}

/** The object a person would keep: three copies, each wanting the host's port. */
function chapterManifest(replicas: number): ApiObject {
  const { app, namespace, spec } = chapter
  return {
    apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: app, namespace, labels: { app } },
    spec: {
      replicas, selector: { app },
      template: {
        metadata: { labels: { app } },
        spec: {
          containers: [{ name: app, image: chapter.image.name, ports: [{ containerPort: 8080, hostPort: 8080, protocol: 'TCP' }], resources: { requests: { cpu: '500m', memory: '256Mi' } } }],
          ...spec,
        },
      },
    },
  }
}

function objects(): ApiObject[] {
  const { app, namespace } = chapter
  const owner: Owner = { apiVersion: 'v1', kind: 'ReplicationController', name: app }
  const addresses = new Map<string, number>()
  return [
    ...['default', 'kube-node-lease', 'kube-public', 'kube-system', namespace].map(makeNamespace),
    ...machines.map(makeMachine),
    {
      apiVersion: 'v1', kind: 'ReplicationController',
      metadata: { name: app, namespace, uid: uidOf('ReplicationController', namespace, app), creationTimestamp: before, generation: 1, labels: { app } },
      spec: { replicas: 2, selector: { app }, template: { metadata: { labels: { app } }, spec: { ...podSpec(chapter), containers: withHostPort(chapter) } } },
      status: { observedGeneration: 1, replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
    },
    ...placed.map(({ shape, name, node, spec }) => {
      const address = (addresses.get(node) ?? 1) + 1
      addresses.set(node, address)
      return makePod(shape, { name, node, address, ...(shape === chapter ? { owner } : {}), ...(spec ? { spec } : {}) }, machines.findIndex((machine) => machine.name === node))
    }),
  ]
}

/** A Pod without any request: BestEffort, which a node short of memory does not take. */
const note: ApiObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'note', namespace: 'book' }, spec: { containers: [{ name: 'note', image: 'book/press:1' }] } }

const service: ApiObject = {
  apiVersion: 'v1', kind: 'Service', metadata: { name: 'chapter', namespace: 'book' },
  spec: { selector: { app: 'chapter' }, ports: [{ port: 80, targetPort: 8080 }] },
}

/** The chapter's own words on one cluster: Classic, one node for each predicate, three container runtimes. */
export function textbookScenario(): { readonly objects: readonly ApiObject[]; readonly apply: readonly (readonly [at: number, command: string, objects: readonly ApiObject[]])[] } {
  return {
    objects: objects(),
    apply: [
      [12_000, 'apply -f note.yaml', [note]],
      [14_000, 'apply -f chapter.yaml', [service, chapterManifest(3)]],
    ],
  }
}
