import {
  amountOf, keyOf, podRequests, resources, type ApiObject, type DaemonSet, type Deployment, type Endpoints, type EndpointSlice, type Job, type Node, type Pod, type ReplicaSet, type Resource, type ResourceQuota,
  type Service, type StatefulSet,
} from '../../../src/api'
import type { Cluster } from '../../../src/engine'

/** Whoever may own Pods. */
const ownerKinds: readonly Resource[] = [resources.replicasets, resources.statefulsets, resources.daemonsets, resources.jobs]

export const listOf = <T>(cluster: Cluster, resource: Resource): readonly T[] => cluster.listAt(resource) as unknown as readonly T[]
export const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

/**
 * Follows the store and keeps what must never happen at any moment, whatever is broken: a Pod that goes from one node to another,
 * a Pod made by nobody's order under a name that is taken. Must be made before anything happens.
 */
export class Vigil {
  readonly problems: string[] = []
  #commits = 0

  constructor(cluster: Cluster) {
    cluster.etcd.onCommit((commit) => {
      this.#commits++
      for (const { type, kv, prevKv } of commit.events) {
        if (type !== 'PUT' || !kv.key.startsWith('/registry/pods/') || prevKv?.value === undefined) continue
        const [before, after] = [prevKv.value, kv.value] as unknown as [Pod, Pod]
        if (before.metadata.uid !== after.metadata.uid) this.problems.push(`${keyOf(after)} became another Pod without having been deleted`)
        const [from, to] = [before.spec?.nodeName ?? '', after.spec?.nodeName ?? '']
        if (from !== '' && from !== to) this.problems.push(`${keyOf(after)} was bound to ${from} and then to ${to}`)
        if (before.metadata.deletionTimestamp !== undefined && after.metadata.deletionTimestamp === undefined) this.problems.push(`${keyOf(after)} is no longer being deleted`)
        if (isOver(before) && !isOver(after)) this.problems.push(`${keyOf(after)} was ${before.status?.phase ?? ''} and is ${after.status?.phase ?? ''}`)
      }
    })
  }

  get commits(): number {
    return this.#commits
  }
}

/** What holds at every moment in which nothing is broken, in motion or at rest. */
export function alwaysProblems(cluster: Cluster): string[] {
  const problems: string[] = []
  const pods = listOf<Pod>(cluster, resources.pods)
  const owners = new Set(ownerKinds.flatMap((resource) => cluster.listAt(resource)).map((owner) => owner.metadata.uid))
  const used = new Map<string, { cpu: number; memory: number; pods: number }>()
  const addresses = new Map<string, string>()
  for (const pod of pods) {
    const key = keyOf(pod)
    // An owner that is gone takes its Pods along: those that stay behind must be on their way.
    if (pod.metadata.deletionTimestamp === undefined && (pod.metadata.ownerReferences ?? []).some((owner) => owner.controller === true && !owners.has(owner.uid)) && ageMs(cluster, pod) > 120_000) {
      problems.push(`${key} has lost its owner`)
    }
    if (isOver(pod)) continue
    const node = pod.spec?.nodeName ?? ''
    if (node !== '') {
      const sum = used.get(node) ?? { cpu: 0, memory: 0, pods: 0 }
      const requests = podRequests(pod)
      used.set(node, { cpu: sum.cpu + (requests.get('cpu') ?? 0), memory: sum.memory + (requests.get('memory') ?? 0), pods: sum.pods + 1 })
    }
    const ip = pod.status?.podIP ?? ''
    if (ip === '' || pod.spec?.hostNetwork === true || pod.metadata.deletionTimestamp !== undefined) continue
    const holder = addresses.get(ip)
    if (holder !== undefined) problems.push(`${key} and ${holder} share the address ${ip}`)
    addresses.set(ip, key)
  }
  for (const node of listOf<Node>(cluster, resources.nodes)) {
    const sum = used.get(node.metadata.name ?? '')
    const { cpu, memory, pods: room } = node.status?.allocatable ?? {}
    if (sum === undefined) continue
    if (sum.cpu > amountOf('cpu', cpu) || sum.memory > amountOf('memory', memory) || sum.pods > Number(room)) problems.push(`${node.metadata.name ?? ''} is overcommitted: ${JSON.stringify(sum)}`)
  }
  const blocks = new Map<string, string>()
  for (const { metadata, spec } of listOf<Node>(cluster, resources.nodes)) {
    if (spec?.podCIDR === undefined) continue
    const holder = blocks.get(spec.podCIDR)
    if (holder !== undefined) problems.push(`${metadata.name ?? ''} and ${holder} share the block ${spec.podCIDR}`)
    blocks.set(spec.podCIDR, metadata.name ?? '')
  }
  return problems
}

function ageMs(cluster: Cluster, object: { readonly metadata: ApiObject['metadata'] }): number {
  return cluster.simulation.now + Date.parse('2026-01-01T00:00:00Z') - Date.parse(object.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z')
}

/** What is not as it must be once nothing is broken and there was time to make everything good. */
export function restProblems(cluster: Cluster): string[] {
  const problems = alwaysProblems(cluster)
  const check = (holds: boolean, problem: () => string): void => { if (!holds) problems.push(problem()) }
  const pods = listOf<Pod>(cluster, resources.pods)
  const nodes = listOf<Node>(cluster, resources.nodes)
  const alive = pods.filter((pod) => !isOver(pod))
  const byOwner = new Map<string, Pod[]>()
  for (const pod of alive) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid ?? ''
    byOwner.set(owner, [...byOwner.get(owner) ?? [], pod])
  }
  const has = (uid: string | undefined, count: number, what: string): void => {
    const found = byOwner.get(uid ?? '?') ?? []
    check(found.length === count && found.every(isReady), () => `${what} has ${found.length} Pods, ${found.filter(isReady).length} ready, of ${count}`)
  }
  for (const { metadata, spec, status = {} } of listOf<Deployment>(cluster, resources.deployments)) {
    const whole = [status.availableReplicas ?? 0, status.updatedReplicas ?? 0, status.replicas ?? 0].every((count) => count === spec.replicas) && status.observedGeneration === metadata.generation
    check(whole, () => `Deployment ${metadata.name ?? ''} wants ${spec.replicas ?? 1}: ${JSON.stringify(status)}`)
  }
  for (const { metadata, spec } of listOf<ReplicaSet>(cluster, resources.replicasets)) has(metadata.uid, spec?.replicas ?? 1, `ReplicaSet ${metadata.name ?? ''}`)
  for (const { metadata, spec, status } of listOf<StatefulSet>(cluster, resources.statefulsets)) {
    has(metadata.uid, spec.replicas ?? 1, `StatefulSet ${metadata.name ?? ''}`)
    check(status?.readyReplicas === spec.replicas || spec.replicas === 0, () => `StatefulSet ${metadata.name ?? ''} wants ${spec.replicas ?? 1}: ${JSON.stringify(status)}`)
  }
  for (const { metadata, status } of listOf<DaemonSet>(cluster, resources.daemonsets)) {
    has(metadata.uid, nodes.length, `DaemonSet ${metadata.name ?? ''}`)
    check(status?.numberAvailable === nodes.length && status.numberMisscheduled === 0, () => `DaemonSet on ${nodes.length} Nodes: ${JSON.stringify(status)}`)
  }
  for (const { metadata, spec, status } of listOf<Job>(cluster, resources.jobs)) {
    const done = status?.succeeded === (spec?.completions ?? 1) && (status.conditions ?? []).some((condition) => condition.type === 'Complete')
    check(done, () => `Job ${metadata.name ?? ''}: ${JSON.stringify(status)}`)
  }
  for (const pod of pods) {
    check(pod.metadata.deletionTimestamp === undefined, () => `${keyOf(pod)} is still being deleted`)
    check(['Running', 'Succeeded', 'Failed'].includes(pod.status?.phase ?? ''), () => `${keyOf(pod)} is ${pod.status?.phase ?? ''}: ${JSON.stringify(pod.status?.containerStatuses?.map(({ state }) => state) ?? pod.status?.conditions)}`)
  }
  for (const { metadata, status } of listOf<ResourceQuota>(cluster, resources.resourcequotas)) {
    const own = alive.filter((pod) => pod.metadata.namespace === metadata.namespace)
    check(Number(status?.used?.['pods'] ?? own.length) === own.length, () => `the quota counts ${String(status?.used?.['pods'])} of ${own.length} Pods`)
    const cpu = own.reduce((sum, pod) => sum + (podRequests(pod).get('cpu') ?? 0), 0)
    check(status?.used?.['requests.cpu'] === undefined || amountOf('cpu', status.used['requests.cpu']) === cpu, () => `the quota counts ${String(status?.used?.['requests.cpu'])} of ${cpu}m CPU`)
  }
  for (const service of listOf<Service>(cluster, resources.services)) {
    const { selector } = service.spec ?? {}
    const { name, namespace } = service.metadata
    if (selector === undefined) continue
    const serving = alive.filter((pod) => pod.metadata.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value)).map((pod) => pod.status?.podIP ?? '').sort().join()
    const endpoints = listOf<Endpoints>(cluster, resources.endpoints).filter(({ metadata }) => metadata.name === name && metadata.namespace === namespace)
      .flatMap(({ subsets }) => (subsets ?? []).flatMap((subset) => (subset.addresses ?? []).map(({ ip }) => ip))).sort().join()
    check(endpoints === serving, () => `Endpoints of ${name ?? ''} are ${endpoints}, not ${serving}`)
    const slices = listOf<EndpointSlice>(cluster, resources.endpointslices).filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name && metadata.namespace === namespace)
      .flatMap((slice) => (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready === true).map((endpoint) => endpoint.addresses[0] ?? '')).sort().join()
    check(slices === serving, () => `EndpointSlices of ${name ?? ''} are ${slices}, not ${serving}`)
  }
  for (const { metadata, spec, status } of nodes) {
    const wrong = (status?.conditions ?? []).filter(({ type, status: is }) => is !== (type === 'Ready' ? 'True' : 'False'))
    check(wrong.length === 0 && (spec?.taints ?? []).length === 0, () => `${metadata.name ?? ''}: ${JSON.stringify([wrong, spec?.taints])}`)
    check(spec?.podCIDR !== undefined, () => `${metadata.name ?? ''} has no addresses`)
  }
  // What runs on the machines is what the store says runs there: no container without its Pod, no Pod without its containers.
  const metrics = cluster.read({ method: 'GET', path: '/apis/metrics.k8s.io/v1beta1/pods', userAgent: 'test' }).body as { readonly items: readonly { readonly metadata: ApiObject['metadata'] }[] }
  const runs = metrics.items.map(keyOf).sort().join()
  const shouldRun = alive.filter((pod) => pod.status?.phase === 'Running').map(keyOf).sort().join()
  check(runs === shouldRun, () => `on the machines run ${runs}, not ${shouldRun}`)
  return problems
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
}
