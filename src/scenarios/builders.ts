import { canonical, type ApiObject } from '../api'

/** When everything that was there before time 0 came to be. Virtual time 0 is 2026-01-01T00:00:00Z. */
export const before = '2025-12-31T23:00:00Z'
/** When the Pods that were there before time 0 started. */
const started = '2025-12-31T23:00:05Z'

export const mib = 1024 ** 2

/** Equal for equal (kind, namespace, name): scenarios are data, not chance. Version 4 in form. */
export function uidOf(kind: string, namespace: string, name: string): string {
  const text = `${kind}/${namespace}/${name}`
  const words: number[] = []
  for (let word = 0; word < 4; word++) {
    let hash = 0x811c9dc5 ^ (word * 0x9e3779b9)
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    words.push((hash ^ (hash >>> 13)) >>> 0)
  }
  const [w0, w1, w2, w3] = words.map((word) => word.toString(16).padStart(8, '0')) as [string, string, string, string]
  return `${w0}-${w1.slice(0, 4)}-4${w1.slice(5)}-a${w2.slice(1, 4)}-${w2.slice(4)}${w3}`
}

export interface ImageSize {
  readonly name: string
  readonly sizeBytes: number
}

export interface NodeSpecOf {
  readonly name: string
  readonly zone: string
  readonly cpu: number
  readonly memoryGi: number
  readonly arch?: 'amd64' | 'arm64'
  readonly disktype: 'ssd' | 'hdd'
  readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: 'NoSchedule' }[]
  readonly images?: readonly ImageSize[]
  /** Its number: part of addresses and of the Pod network. */
  readonly index: number
}

/** A Ready node as its kubelet would have registered it. */
export function makeNode(spec: NodeSpecOf): ApiObject {
  const resources = {
    cpu: String(spec.cpu), 'ephemeral-storage': '100Gi', memory: `${spec.memoryGi}Gi`, pods: '110',
  }
  const condition = (type: string, status: string, reason: string, message: string): object => (
    { type, status, reason, message, lastHeartbeatTime: '2025-12-31T23:59:55Z', lastTransitionTime: started })
  const podCIDR = `10.244.${spec.index}.0/24`
  const arch = spec.arch ?? 'amd64'
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: {
      name: spec.name, uid: uidOf('Node', '', spec.name), creationTimestamp: before,
      labels: {
        'kubernetes.io/arch': arch, 'kubernetes.io/hostname': spec.name, 'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'region-1', 'topology.kubernetes.io/zone': spec.zone, disktype: spec.disktype,
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR], ...(spec.taints ? { taints: spec.taints } : {}) },
    status: {
      capacity: resources, allocatable: resources,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      addresses: [{ type: 'InternalIP', address: `10.0.0.${10 + spec.index}` }, { type: 'Hostname', address: spec.name }],
      nodeInfo: {
        machineID: uidOf('machine', '', spec.name).replaceAll('-', ''), systemUUID: uidOf('system', '', spec.name), bootID: uidOf('boot', '', spec.name),
        kernelVersion: '6.12.0', osImage: 'Debian GNU/Linux 13 (trixie)', containerRuntimeVersion: 'containerd://2.2.0',
        kubeletVersion: 'v1.37.0', kubeProxyVersion: 'v1.37.0', operatingSystem: 'linux', architecture: arch,
      },
      images: (spec.images ?? []).map((image) => ({ names: [image.name], sizeBytes: image.sizeBytes })),
    },
  }
}

export function makeNamespace(name: string): ApiObject {
  return {
    apiVersion: 'v1', kind: 'Namespace',
    metadata: { name, uid: uidOf('Namespace', '', name), creationTimestamp: before, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
  }
}

/** What a workload's Pods are like. CPU in millicores, memory in MiB. */
export interface PodShape {
  readonly app: string
  readonly namespace: string
  readonly image: ImageSize
  readonly cpuMilli: number
  readonly memoryMi: number
  readonly port?: number
  /** Merged into the Pod's spec: affinity, tolerations, nodeSelector, topologySpreadConstraints ... */
  readonly spec?: Readonly<Record<string, unknown>>
}

/** The Pod spec of a shape with every default that the server would have filled in. */
export function podSpec(shape: PodShape): Record<string, unknown> {
  return {
    containers: [{
      name: shape.app, image: shape.image.name, imagePullPolicy: 'IfNotPresent',
      ...(shape.port === undefined ? {} : { ports: [{ containerPort: shape.port, protocol: 'TCP' }] }),
      resources: { requests: requestsOf(shape) },
      terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File',
    }],
    dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler', securityContext: {}, terminationGracePeriodSeconds: 30,
    ...shape.spec,
  }
}

function requestsOf(shape: PodShape): Record<string, string> {
  return { cpu: canonical(`${shape.cpuMilli}m`), memory: canonical(`${shape.memoryMi}Mi`) }
}

export interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

export interface PodPlace {
  readonly name: string
  /** Absent: waits for a node. */
  readonly node?: string
  /** Last part of its address on the node. */
  readonly address?: number
  readonly owner?: Owner
  readonly labels?: Readonly<Record<string, string>>
  /** Merged into the spec of this Pod alone. */
  readonly spec?: Readonly<Record<string, unknown>>
}

/** Every Pod tolerates a node's short absence: what the DefaultTolerationSeconds admission adds. */
const defaultTolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => (
  { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))

/** A Pod that was there before time 0: running on its node, or waiting. `podNetwork` is the node's index. */
export function makePod(shape: PodShape, place: PodPlace, podNetwork = 0): ApiObject {
  const { namespace } = shape
  const spec = podSpec(shape)
  const tolerations = [...(spec['tolerations'] as readonly object[] | undefined ?? []), ...defaultTolerations]
  const condition = (type: string, at: string): object => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: at })
  const podIP = `10.244.${podNetwork}.${place.address ?? 2}`
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: place.name, namespace, uid: uidOf('Pod', namespace, place.name), creationTimestamp: before,
      labels: { app: shape.app, ...place.labels },
      ...(place.owner ? {
        ownerReferences: [{ ...place.owner, uid: uidOf(place.owner.kind, namespace, place.owner.name), controller: true, blockOwnerDeletion: true }],
      } : {}),
    },
    spec: {
      ...spec, ...place.spec, tolerations, priority: spec['priorityClassName'] === 'system-node-critical' ? 2_000_001_000 : 0, preemptionPolicy: 'PreemptLowerPriority', enableServiceLinks: true,
      ...(place.node === undefined ? {} : { nodeName: place.node }),
    },
    status: place.node === undefined
      ? { phase: 'Pending', qosClass: 'Burstable' }
      : {
        phase: 'Running', qosClass: 'Burstable', hostIP: `10.0.0.${10 + podNetwork}`, podIP, podIPs: [{ ip: podIP }], startTime: before,
        conditions: [
          condition('PodReadyToStartContainers', started), condition('Initialized', before), condition('Ready', started),
          condition('ContainersReady', started), condition('PodScheduled', before),
        ],
        containerStatuses: [{
          name: shape.app, ready: true, started: true, restartCount: 0, image: shape.image.name, imageID: imageId(shape.image.name), lastState: {},
          containerID: `containerd://${containerId(`${namespace}/${place.name}`)}`, state: { running: { startedAt: started } },
        }],
      },
  }
}

function imageId(name: string): string {
  return `${name}@sha256:${containerId(name)}`
}

function containerId(text: string): string {
  return (uidOf('a', '', text) + uidOf('b', '', text)).replaceAll('-', '')
}

/** A Deployment with its one ReplicaSet, settled, as the controllers would have left them. */
export function makeDeployment(shape: PodShape, replicas: number, hash: string): readonly [deployment: ApiObject, replicaSet: ApiObject] {
  const { app, namespace } = shape
  const name = `${app}-${hash}`
  const template = (labels: Record<string, string>): object => ({ metadata: { labels }, spec: podSpec(shape) })
  const surge = Math.ceil(replicas * 0.25)
  const deployment: ApiObject = {
    apiVersion: 'apps/v1', kind: 'Deployment',
    metadata: {
      name: app, namespace, uid: uidOf('Deployment', namespace, app), creationTimestamp: before, generation: 1,
      labels: { app }, annotations: { 'deployment.kubernetes.io/revision': '1' },
    },
    spec: {
      replicas, selector: { matchLabels: { app } }, template: template({ app }),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10, progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration: 1, replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas,
      conditions: [
        { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.', lastUpdateTime: started, lastTransitionTime: started },
        { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.`, lastUpdateTime: started, lastTransitionTime: before },
      ],
    },
  }
  const labels = { app, 'pod-template-hash': hash }
  const replicaSet: ApiObject = {
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: {
      name, namespace, uid: uidOf('ReplicaSet', namespace, name), creationTimestamp: before, generation: 1, labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas), 'deployment.kubernetes.io/max-replicas': String(replicas + surge),
        'deployment.kubernetes.io/revision': '1',
      },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: app, uid: uidOf('Deployment', namespace, app), controller: true, blockOwnerDeletion: true }],
    },
    spec: { replicas, selector: { matchLabels: labels }, template: template(labels) },
    status: { observedGeneration: 1, replicas, fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas },
  }
  return [deployment, replicaSet]
}

/** The manifest a person would keep of a Deployment: what `kubectl apply -f` sends. */
export function deploymentManifest(shape: PodShape, replicas: number): ApiObject {
  const { app, namespace } = shape
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: app, namespace, labels: { app } },
    spec: {
      replicas, selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          containers: [{
            name: app, image: shape.image.name, resources: { requests: requestsOf(shape) },
            ...(shape.port === undefined ? {} : { ports: [{ containerPort: shape.port }] }),
          }],
          ...shape.spec,
        },
      },
    },
  }
}

