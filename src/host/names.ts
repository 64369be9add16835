import { splitKey, type ApiObject, type Node } from '../api'
import type { TraceRecord } from '../engine'
import type { Target } from '../protocol'

type RequestRecord = Extract<TraceRecord, { readonly type: 'request' }>
type WatchRecord = Extract<TraceRecord, { readonly type: 'watch' }>

export const scheduler = 'kube-scheduler'
export const controllerManager = 'kube-controller-manager'
const kubeletPrefix = 'kubelet/'

/** "namespace/name", or the name alone. */
export function subjectOf(record: RequestRecord | WatchRecord): string {
  const name = record.objectName ?? ''
  return record.namespace ? `${record.namespace}/${name}` : name
}

/** "pods shop/web-1": what a mark or a change breakpoint is about. */
export function subjectWithResource(record: RequestRecord | WatchRecord): string {
  return `${record.resource} ${subjectOf(record)}`
}

export function bareName(key: string): string {
  return splitKey(key).name
}

/** "web-6c4d9f7b8-x2lqp" is "x2lqp": how a Pod is told from its siblings in little room. */
export function shortName(key: string): string {
  const name = bareName(key)
  const dash = name.lastIndexOf('-')
  return dash > 0 && name.length > 12 ? name.slice(dash + 1) : name
}

/** The node whose kubelet says so; undefined for every other component. */
export function nodeOf(from: string): string | undefined {
  return from.startsWith(kubeletPrefix) ? from.slice(kubeletPrefix.length) : undefined
}

/** Everyone who is no part of the cluster: kubectl, the page, a test. */
export function isPerson(from: string): boolean {
  return !from.startsWith('kube-') && !from.startsWith(kubeletPrefix) && from !== 'node-pool' && from !== 'etcd' && from !== 'gateway'
}

export function componentTarget(from: string): Target {
  const node = nodeOf(from)
  if (node !== undefined) return { kind: 'node', name: node }
  // A controller speaks as "kube-controller-manager" or with its own name behind it.
  return { kind: 'component', name: isPerson(from) ? 'kubectl' : (from.split('/')[0] as string) }
}

/** Who acts, without which of its controllers: "kube-controller-manager/replicaset-controller" is the controller manager. */
export function componentName(from: string): string {
  return nodeOf(from) === undefined ? (from.split('/')[0] as string) : from
}

const controllerWords: Readonly<Record<string, string>> = {
  deployment: 'Deployment', replicaset: 'ReplicaSet', statefulset: 'StatefulSet', daemonset: 'DaemonSet', job: 'Job', cronjob: 'CronJob',
  replicationcontroller: 'ReplicationController', replication: 'ReplicationController', endpointslice: 'EndpointSlice', endpoints: 'Endpoints', endpoint: 'Endpoints',
  serviceaccount: 'ServiceAccount', resourcequota: 'ResourceQuota', 'node-lifecycle': 'Node', 'node-ipam': 'NodeIPAM', 'pod-garbage-collector': 'PodGC',
  'horizontal-pod-autoscaler': 'HPA', horizontalpodautoscaling: 'HPA', 'ttl-after-finished': 'TTLAfterFinished', 'root-ca-cert-publisher': 'RootCA',
}

/** A controller as people call it: after its kind, "ReplicaSet", or in the same style. */
export function controllerWord(name: string): string {
  const bare = name.replace(/-controller$/, '')
  return controllerWords[bare] ?? bare.split('-').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('')
}

/** The zone that a Node's labels name; '' without one. */
export function zoneOf(node: Node | undefined): string {
  const labels = node?.metadata.labels
  return labels?.['topology.kubernetes.io/zone'] || labels?.['failure-domain.beta.kubernetes.io/zone'] || ''
}

export const nowhere: Target = { kind: 'none', name: '' }

/** Where an object is to be seen. */
export function objectTarget(resource: string, key: string): Target {
  switch (resource) {
    case 'pods': return { kind: 'pod', name: key }
    case 'nodes': return { kind: 'node', name: key }
    case 'deployments': case 'statefulsets': case 'daemonsets': case 'replicasets': case 'jobs': case 'replicationcontrollers': return { kind: 'workload', name: key }
    default: return nowhere
  }
}

export function replicasOf(object: ApiObject | undefined): number | undefined {
  const spec = object?.['spec'] as { readonly replicas?: unknown } | undefined
  return typeof spec?.replicas === 'number' ? spec.replicas : undefined
}
