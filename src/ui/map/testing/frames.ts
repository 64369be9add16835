/** Hand-made frames and explanations for tests of the map: the shop of the pictures, and clusters of any size. */
import type { Explanation, Fact, VirtualMs } from '../../../api'
import type { Beat, CommandName, Commands, ControlPlaneView, Frame, NodeDetail, NowFact, WorkloadView } from '../../../protocol'
import { nodeFlags, podStates } from '../../../protocol'
import type { HostClient } from '../../store'

const gib = 1024 ** 3
const mib = 1024 ** 2

interface TestPod {
  readonly key: string
  readonly node: string | undefined
  readonly cpu: number
  readonly memory: number
  readonly workload: number
  readonly state?: number
}

interface TestNode {
  readonly name: string
  readonly zone: string
  readonly cpu: number
  readonly memory: number
  readonly flags?: number
}

export const workloads: readonly WorkloadView[] = [
  { id: 1, namespace: 'shop', kind: 'Deployment', name: 'web', letter: 'W', hue: 1, pods: 6, running: 4, desired: 6 },
  { id: 2, namespace: 'shop', kind: 'Deployment', name: 'api', letter: 'A', hue: 2, pods: 4, running: 4, desired: 4 },
  { id: 3, namespace: 'shop', kind: 'Deployment', name: 'checkout', letter: 'C', hue: 3, pods: 5, running: 5, desired: 5 },
  { id: 4, namespace: 'shop', kind: 'Deployment', name: 'redis', letter: 'R', hue: 4, pods: 3, running: 3, desired: 3 },
  { id: 5, namespace: 'shop', kind: 'Deployment', name: 'thumbs', letter: 'T', hue: 5, pods: 3, running: 3, desired: 3 },
  { id: 6, namespace: 'shop', kind: 'StatefulSet', name: 'indexer', letter: 'I', hue: 6, pods: 2, running: 1, desired: 2 },
  { id: 7, namespace: 'shop', kind: 'Job', name: 'report', letter: 'B', hue: 7, pods: 1, running: 1 },
  { id: 8, namespace: 'kube-system', kind: 'DaemonSet', name: 'kube-proxy', letter: '·', hue: 0, pods: 6, running: 6, desired: 6 },
]

const sizes: Readonly<Record<number, readonly [number, number]>> = { 1: [500, 512], 2: [500, 768], 3: [250, 256], 4: [250, 1280], 5: [850, 768], 6: [2500, 2048], 7: [1000, 1024], 8: [250, 512] }
const placed: Readonly<Record<string, readonly number[]>> = {
  'node-a': [1, 2, 4, 8], 'node-b': [2, 3, 8], 'node-c': [6, 1, 8], 'node-d': [5, 5, 1, 2, 4, 3, 3, 8], 'node-e': [7, 8], 'node-f': [5, 1, 2, 4, 3, 3, 8],
}
export const inFlight = 'shop/web-6c4d9f7b8-x2lqp'

export const shopNodes: readonly TestNode[] = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-f'].map((name, index) => ({
  name, zone: ['zone-a', 'zone-b', 'zone-c'][Math.floor(index / 2)] as string, cpu: name === 'node-f' ? 8000 : 4000, memory: (name === 'node-f' ? 16 : 8) * gib,
}))

const shopPods: readonly TestPod[] = [
  ...Object.entries(placed).flatMap(([node, list]) => list.map((workload, index) => pod(`${workload === 8 ? 'kube-system' : 'shop'}/${workloads[workload - 1]?.name}-${node.slice(-1)}${index}`, node, workload))),
  pod(inFlight, undefined, 1), pod('shop/web-6c4d9f7b8-9dk4t', undefined, 1), pod('shop/indexer-1', undefined, 6), pod('shop/report-28w', undefined, 7),
]

function pod(key: string, node: string | undefined, workload: number, state?: number): TestPod {
  const [cpu, memory] = sizes[workload] as readonly [number, number]
  return { key, node, cpu, memory: memory * mib, workload, state: state ?? (node === undefined ? podStates.pending : podStates.running) }
}

/** The columns of a frame for nodes and Pods; everything is told anew. */
export function columnsOf(nodes: readonly TestNode[], pods: readonly TestPod[]): Pick<Frame, 'zones' | 'nodes' | 'pods'> {
  const zones = [...new Set(nodes.map((node) => node.zone))].filter((zone) => zone !== '')
  const slots = new Map(nodes.map((node, index) => [node.name, index]))
  const on = (name: string): readonly TestPod[] => pods.filter((one) => one.node === name)
  const byNode = new Map(nodes.map((node) => [node.name, on(node.name)]))
  const sum = (list: readonly TestPod[] | undefined, of: (one: TestPod) => number): number => (list ?? []).reduce((total, one) => total + of(one), 0)
  return {
    zones,
    nodes: {
      reset: true, slot: Int32Array.from(nodes.keys()), names: nodes.map((node) => node.name), zone: Int32Array.from(nodes, (node) => zones.indexOf(node.zone)),
      cpuMilliAllocatable: Float64Array.from(nodes, (node) => node.cpu), cpuMilliRequested: Float64Array.from(nodes, (node) => sum(byNode.get(node.name), (one) => one.cpu)),
      memoryBytesAllocatable: Float64Array.from(nodes, (node) => node.memory), memoryBytesRequested: Float64Array.from(nodes, (node) => sum(byNode.get(node.name), (one) => one.memory)),
      podsAllocatable: Int32Array.from(nodes, () => 110), podCount: Int32Array.from(nodes, (node) => byNode.get(node.name)?.length ?? 0),
      flags: Uint8Array.from(nodes, (node) => node.flags ?? nodeFlags.ready), removed: new Int32Array(0),
    },
    pods: {
      reset: true, slot: Int32Array.from(pods.keys()), keys: pods.map((one) => one.key), node: Int32Array.from(pods, (one) => (one.node === undefined ? -1 : slots.get(one.node) ?? -1)),
      cpuMilli: Float64Array.from(pods, (one) => one.cpu), memoryBytes: Float64Array.from(pods, (one) => one.memory), state: Uint8Array.from(pods, (one) => one.state ?? podStates.running),
      workload: Int32Array.from(pods, (one) => one.workload), removed: new Int32Array(0),
    },
  }
}

export const details: readonly NodeDetail[] = shopNodes.map(({ name, zone }, index) => ({
  name, zone, podCIDR: `10.244.${index}.0/24`, internalIP: `10.0.0.${index + 10}`, runtime: 'containerd', kubeletVersion: 'v1.37.0', proxyMode: 'iptables', leaseRenewedAt: 10_300 as VirtualMs,
  labels: { 'kubernetes.io/arch': name === 'node-f' ? 'arm64' : 'amd64', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': zone, disktype: 'bde'.includes(name.slice(-1)) ? 'hdd' : 'ssd' },
  taints: name === 'node-e' ? [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] : [],
  conditions: [], unschedulable: false, images: 12, revision: '100',
}))

export const plane: ControlPlaneView = {
  etcd: { revision: 148, keys: 214, watches: 31, recent: [{ revision: 141, kind: 'Deployment', verb: 'update' }, { revision: 143, kind: 'ReplicaSet', verb: 'update' }, { revision: 146, kind: 'Pod', verb: 'create' }, { revision: 147, kind: 'Pod', verb: 'create' }, { revision: 148, kind: 'Pod', verb: 'create' }] },
  apiserver: { method: 'POST', path: '/api/v1/namespaces/shop/pods', code: 201, from: 'kube-controller-manager' },
  controllers: ['Deployment', 'ReplicaSet', 'StatefulSet', 'Job', 'EndpointSlice', 'Node', 'HPA', 'DaemonSet', 'CronJob', 'Namespace', 'ServiceAccount', 'Token', 'Quota', 'Disruption', 'GC'].map((name) => ({ name, queued: name === 'Deployment' ? 1 : 0, active: name === 'ReplicaSet' })),
  scheduler: {
    profile: 'default-scheduler', cycles: 36,
    active: [{ key: inFlight, workload: 1, attempts: 0 }, { key: 'shop/web-6c4d9f7b8-9dk4t', workload: 1, attempts: 0 }], backoff: [],
    unschedulable: [{ key: 'shop/indexer-1', workload: 6, attempts: 1, plugins: ['NodeResourcesFit', 'NodeAffinity'], message: '0/6 nodes are available: 2 Insufficient cpu, 4 node(s) didn\'t match Pod\'s node affinity/selector.' }],
    gated: [{ key: 'shop/report-28w', workload: 7, attempts: 0, message: 'berth.dev/quota' }],
    lengths: { active: 2, backoff: 0, unschedulable: 1, gated: 1 },
  },
  kubectl: [{ text: 'apply -f web.yaml', ok: true }, { text: 'deployment.apps/web configured', ok: true }],
}

const start = { event: 0, beat: 0 }

function frameOf(part: Partial<Frame>): Frame {
  return {
    type: 'frame', seq: 1, scenario: 'shop-rollout', seed: 1, position: { event: 120, beat: 0 }, end: { event: 120, beat: 0 }, now: 14_320 as VirtualMs, revision: 148, lastRevision: 148,
    running: false, speed: 1, unit: 'event', ...part,
  }
}

/** Mock 01: at rest, a Pod was just created. */
export function restFrame(options: { readonly flags?: Readonly<Record<string, number>>; readonly pods?: readonly TestPod[] } = {}): Frame {
  const nodes = shopNodes.map((node) => ({ ...node, flags: options.flags?.[node.name] ?? nodeFlags.ready }))
  return frameOf({
    ...columnsOf(nodes, options.pods ?? shopPods), workloads, details, controlPlane: plane, decision: null, next: null,
    fact: { id: 'caption.podCreated', args: { pod: inFlight, podName: 'web-6c4d9f7b8-x2lqp', by: 'kube-controller-manager' }, target: { kind: 'pod', name: inFlight }, wake: [{ kind: 'component', name: 'kube-controller-manager' }, { kind: 'component', name: 'etcd' }] },
  })
}

/** The same with the Pod where it was put. */
export function boundFrame(state: number): Frame {
  return restFrame({ pods: shopPods.map((one) => (one.key === inFlight ? { ...one, node: 'node-f', state } : one)) })
}

const filters = ['NodeUnschedulable', 'TaintToleration', 'NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity'] as const
const names = shopNodes.map((node) => node.name)
const verdictsOf: Readonly<Record<string, { readonly node: string; readonly reason: string; readonly facts?: readonly Fact[] }>> = {
  TaintToleration: { node: 'node-e', reason: 'node(s) had untolerated taint {dedicated: batch}' },
  NodeResourcesFit: { node: 'node-d', reason: 'Insufficient cpu' },
  PodTopologySpread: { node: 'node-c', reason: "node(s) didn't match pod topology spread constraints", facts: [{ id: 'spread.skew', values: { skew: 2, maxSkew: 1 } }] },
}
const scores: readonly (readonly [string, number, Readonly<Record<string, number>>])[] = [
  ['TaintToleration', 3, { 'node-a': 100, 'node-b': 100, 'node-f': 100 }], ['NodeResourcesFit', 1, { 'node-a': 53, 'node-b': 68, 'node-f': 64 }],
  ['NodeResourcesBalancedAllocation', 1, { 'node-a': 96, 'node-b': 93, 'node-f': 93 }], ['NodeAffinity', 2, { 'node-a': 100, 'node-b': 0, 'node-f': 100 }],
  ['PodTopologySpread', 2, { 'node-a': 0, 'node-b': 100, 'node-f': 0 }], ['ImageLocality', 1, { 'node-a': 14, 'node-b': 0, 'node-f': 14 }],
]
const feasible = ['node-a', 'node-b', 'node-f']
const cycle = {
  id: 37, pod: { namespace: 'shop', name: 'web-6c4d9f7b8-x2lqp', uid: 'u' }, profile: 'default-scheduler', attempt: 1, startedAt: 14_340 as VirtualMs, endedAt: 14_443 as VirtualMs,
  outcome: 'scheduled' as const, node: 'node-f', nodesTotal: 6, nodesEvaluated: 6, nodesFeasible: 3, revision: 148,
}

export const explanation: Explanation = {
  cycle, nodes: names, visited: 6, startIndex: 0, feasible, preFilter: [],
  filters: filters.map((plugin) => ({
    plugin, skipped: false,
    verdicts: names.map((node) => {
      const no = verdictsOf[plugin]?.node === node ? verdictsOf[plugin] : undefined
      return { node, code: no ? 'Unschedulable' as const : 'Success' as const, reasons: no ? [no.reason] : [], facts: no?.facts ?? [], reported: no !== undefined }
    }),
  })),
  scoringRan: true,
  scores: scores.map(([plugin, weight, cells]) => ({ plugin, weight, skipped: false, cells: feasible.map((node) => ({ node, raw: cells[node] ?? 0, normalized: cells[node] ?? 0, weighted: (cells[node] ?? 0) * weight, facts: [] })) })),
  totals: feasible.map((node) => ({ node, total: scores.reduce((sum, [, weight, cells]) => sum + (cells[node] ?? 0) * weight, 0) })),
  ties: ['node-f'], winner: 'node-f',
}

export const beats: readonly Beat[] = [
  { phase: 'snapshot', at: 14_350 as VirtualMs }, { phase: 'prefilter', at: 14_360 as VirtualMs, plugin: '' },
  ...filters.map((plugin, index): Beat => ({ phase: 'filter', plugin, at: (14_365 + index * 7) as VirtualMs })),
  ...scores.map(([plugin], index): Beat => ({ phase: 'score', plugin, at: (14_400 + index * 5) as VirtualMs })),
  { phase: 'normalize', at: 14_440 as VirtualMs }, { phase: 'select', at: 14_443 as VirtualMs }, { phase: 'reserve', at: 14_446 as VirtualMs }, { phase: 'bind', at: 14_450 as VirtualMs },
]

/** Beats by name: "filter:PodTopologySpread", "score:ImageLocality", "select". */
export function beatIndex(name: string): number {
  const [phase, plugin] = name.split(':')
  return beats.findIndex((beat) => beat.phase === phase && (plugin === undefined || beat.plugin === plugin))
}

/** The decision of mocks 02 and 03 at a beat. */
export function decisionFrame(name: string, target: NowFact['target']): Frame {
  const beat = beatIndex(name)
  return frameOf({
    position: { event: 121, beat }, now: (beats[beat]?.at ?? 14_400) as VirtualMs, decision: { cycle, beats, beat },
    fact: { id: 'caption.filterRejects', args: {}, target, wake: [] },
  })
}

/** A large cluster: `zones` zones of `nodes` in all, `pods` Pods over them. Deterministic. */
export function largeFrame(nodeCount: number, podCount: number, zoneCount = 4): Frame {
  let seed = 7
  const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const nodes: TestNode[] = Array.from({ length: nodeCount }, (_, index) => ({
    name: `node-${String(index).padStart(4, '0')}`, zone: `eu-west-1${String.fromCharCode(97 + (index % zoneCount))}`, cpu: [4000, 8000, 16_000, 32_000][Math.floor(random() * 4)] as number, memory: 64 * gib,
    flags: random() < 0.01 ? 0 : random() < 0.02 ? nodeFlags.ready | nodeFlags.unschedulable : nodeFlags.ready,
  }))
  const pods: TestPod[] = Array.from({ length: podCount }, (_, index) => {
    const workload = 1 + Math.floor(random() * 8)
    const [cpu, memory] = sizes[workload] as readonly [number, number]
    return { key: `shop/pod-${index}`, node: nodes[Math.floor(random() * random() * nodeCount)]?.name, cpu, memory: memory * mib, workload }
  })
  // The quadratic sum of the small helper would take seconds here.
  const byNode = new Map<string, { cpu: number; memory: number; count: number }>()
  for (const one of pods) {
    const sums = byNode.get(one.node as string) ?? { cpu: 0, memory: 0, count: 0 }
    byNode.set(one.node as string, { cpu: sums.cpu + one.cpu, memory: sums.memory + one.memory, count: sums.count + 1 })
  }
  const columns = columnsOf(nodes, [])
  const podColumns = columnsOf(nodes.slice(0, 1), pods).pods
  const slots = new Map(nodes.map((node, index) => [node.name, index]))
  if (!columns.nodes || !podColumns) throw new Error('no columns')
  return frameOf({
    scenario: 'large', zones: columns.zones ?? [], workloads, details: [], controlPlane: plane, decision: null, next: null,
    nodes: {
      ...columns.nodes, cpuMilliRequested: Float64Array.from(nodes, (node) => Math.min(node.cpu, byNode.get(node.name)?.cpu ?? 0)),
      memoryBytesRequested: Float64Array.from(nodes, (node) => byNode.get(node.name)?.memory ?? 0), podCount: Int32Array.from(nodes, (node) => byNode.get(node.name)?.count ?? 0),
    },
    pods: { ...podColumns, node: Int32Array.from(pods, (one) => slots.get(one.node as string) ?? -1) },
    fact: { id: 'caption.opened', args: { scenario: 'large', nodes: nodeCount, pods: podCount }, target: { kind: 'none', name: '' }, wake: [] },
  })
}

/** A decision over the large cluster: sampling, rejections by three plugins, a tie. */
export function largeDecision(nodeCount: number): { readonly frame: Frame; readonly explanation: Explanation } {
  const all = Array.from({ length: nodeCount }, (_, index) => `node-${String(index).padStart(4, '0')}`)
  const startIndex = Math.floor(nodeCount * 0.337)
  const order = [...all.slice(startIndex), ...all.slice(0, startIndex)]
  const visited = Math.floor(nodeCount * 0.612)
  const plugins = ['TaintToleration', 'NodeAffinity', 'NodeResourcesFit'] as const
  const out = new Map<string, string>()
  for (const [index, node] of order.slice(0, visited).entries()) {
    if (index % 11 === 0) out.set(node, 'TaintToleration')
    else if (index % 23 === 0) out.set(node, 'NodeAffinity')
    else if (index % 7 === 0) out.set(node, 'NodeResourcesFit')
  }
  const passed = order.slice(0, visited).filter((node) => !out.has(node))
  const totals = passed.map((node, index) => ({ node, total: 413 + ((index * 37) % 151) }))
  const best = Math.max(...totals.map((one) => one.total))
  const ties = totals.filter((one) => one.total === best).map((one) => one.node)
  const summary = { ...cycle, id: 10_001, node: ties[0] as string, nodesTotal: nodeCount, nodesEvaluated: visited, nodesFeasible: passed.length, pod: { namespace: 'shop', name: 'pod-0', uid: 'u' } }
  const large: Explanation = {
    cycle: summary, nodes: order, visited, startIndex, feasible: passed, preFilter: [],
    filters: plugins.map((plugin) => ({ plugin, skipped: false, verdicts: order.slice(0, visited).map((node) => ({ node, code: out.get(node) === plugin ? 'Unschedulable' as const : 'Success' as const, reasons: [], facts: [], reported: out.get(node) === plugin })) })),
    scoringRan: true, scores: [{ plugin: 'NodeResourcesFit', weight: 1, skipped: false, cells: totals.map(({ node, total }) => ({ node, raw: total % 100, normalized: total % 100, weighted: total, facts: [] })) }],
    totals, ties, winner: ties[0] as string,
  }
  const steps: Beat[] = [{ phase: 'snapshot', at: 1 as VirtualMs }, { phase: 'filter', at: 2 as VirtualMs }, { phase: 'score', at: 3 as VirtualMs }, { phase: 'select', at: 4 as VirtualMs }, { phase: 'bind', at: 5 as VirtualMs }]
  return {
    explanation: large,
    frame: frameOf({ scenario: 'large', position: { event: 9, beat: 3 }, decision: { cycle: summary, beats: steps, beat: 3 }, fact: { id: 'caption.tie', args: { node: ties[0] as string, total: best, count: ties.length }, target: { kind: 'node', name: ties[0] as string }, wake: [] } }),
  }
}

/** A host that answers as it is told and shows the frames it is handed. */
export class FakeHost implements HostClient {
  onFrame: (frame: Frame) => void = () => undefined
  onProgress = (): void => undefined
  onBroken = (): void => undefined
  readonly calls: { readonly name: CommandName; readonly take: unknown }[] = []
  explanations = new Map<number, Explanation>([[37, explanation]])

  call<Name extends CommandName>(name: Name, take: Commands[Name]['take']): Promise<Commands[Name]['give']> {
    this.calls.push({ name, take })
    const give: unknown = name === 'explain' ? this.explanations.get((take as { cycle: number }).cycle) : name === 'setCapacity' ? {} : name === 'save' ? { saved: '' } : name === 'open' ? { position: start } : null
    return Promise.resolve(give as Commands[Name]['give'])
  }

  close(): void { /* nothing runs */ }
}
