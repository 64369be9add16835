/** Small objects for tests, in as few words as they need. */
import type { Node, Pod, PodSpec } from '../../../api'

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly allocatable?: Readonly<Record<string, string>>
  readonly spec?: Node['spec']
  readonly images?: readonly string[]
  readonly status?: Node['status']
}

export function makeNode(name: string, { labels = {}, allocatable = {}, spec, images, status }: NodeOptions = {}): Node {
  return {
    apiVersion: 'v1', kind: 'Node', metadata: { name, uid: `node.${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } },
    ...(spec === undefined ? {} : { spec }),
    status: {
      allocatable: { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110', ...allocatable },
      ...(images === undefined ? {} : { images: images.map((image) => ({ names: [image], sizeBytes: 100_000_000 })) }), ...status,
    },
  }
}

export interface PodOptions {
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly requests?: Readonly<Record<string, string>>
  readonly node?: string
  readonly priority?: number
  readonly spec?: Partial<PodSpec>
  readonly status?: Pod['status']
  readonly metadata?: Partial<Pod['metadata']>
}

export function makePod(name: string, { namespace = 'default', labels, requests, node, priority, spec, status, metadata }: PodOptions = {}): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, uid: `${namespace}.${name}`, ...(labels === undefined ? {} : { labels }), ...metadata },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'c', image: 'registry.example/app:1', ...(requests === undefined ? {} : { resources: { requests } }) }],
      ...(node === undefined ? {} : { nodeName: node }), ...(priority === undefined ? {} : { priority }), ...spec,
    },
    ...(status === undefined ? {} : { status }),
  }
}
