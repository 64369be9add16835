import type { Node, NodeCondition, NodeStatus, NodeSystemInfo } from '../../../api'
import { digestText } from './images'

/** A machine that nobody described. */
const capacityDefault = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '100Gi', pods: '110' } as const

export interface NodeStatusContext {
  readonly now: string
  /** Why the network is not up; undefined when it is. */
  readonly networkProblem: string | undefined
  readonly address: string | undefined
}

interface ConditionText {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

const healthy: readonly ConditionText[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
]

/** What the kubelet says of a pressure condition. Upstream: nodestatus.MemoryPressureCondition and its kin. */
export function pressureText(type: 'MemoryPressure' | 'DiskPressure' | 'PIDPressure', pressed: boolean): ConditionText {
  if (!pressed) return healthy.find((condition) => condition.type === type) as ConditionText
  switch (type) {
    case 'MemoryPressure': return { type, status: 'True', reason: 'KubeletHasInsufficientMemory', message: 'kubelet has insufficient memory available' }
    case 'DiskPressure': return { type, status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }
    case 'PIDPressure': return { type, status: 'True', reason: 'KubeletHasInsufficientPID', message: 'kubelet has insufficient PID available' }
  }
}

/** Upstream: nodestatus.ReadyCondition. */
export function readyText(networkProblem: string | undefined): ConditionText {
  return networkProblem === undefined
    ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
    : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: networkProblem }
}

/** The condition with what is said now: its times move as upstream's do. */
export function withCondition(conditions: readonly NodeCondition[], text: ConditionText, now: string): NodeCondition[] {
  const before = conditions.find((condition) => condition.type === text.type)
  const since = before?.status === text.status ? before.lastTransitionTime ?? now : now
  const condition: NodeCondition = { ...text, lastHeartbeatTime: now, lastTransitionTime: since }
  return before === undefined ? [...conditions, condition] : conditions.map((other) => (other.type === text.type ? condition : other))
}

/**
 * The Node's status with what a kubelet fills in where the Node says nothing. What it says stays: its capacity is the machine.
 * Ready is added only where it is missing; `undefined` when nothing was missing. Upstream: kubelet.setNodeStatus.
 */
export function filledStatus(node: Node, context: NodeStatusContext): NodeStatus | undefined {
  const old = node.status ?? {}
  const capacity = { ...capacityDefault, ...old.capacity }
  const wholeCapacity = old.capacity !== undefined && old.capacity['pods'] !== undefined && old.capacity['cpu'] !== undefined && old.capacity['memory'] !== undefined
  const usedCapacity = wholeCapacity ? old.capacity as NonNullable<NodeStatus['capacity']> : old.capacity === undefined ? capacity : { cpu: '4', memory: '8Gi', pods: '110', ...old.capacity }
  const allocatable = old.allocatable === undefined || Object.keys(old.allocatable).length === 0 ? usedCapacity : old.allocatable
  let conditions = [...(old.conditions ?? [])]
  for (const text of [...healthy, readyText(context.networkProblem)]) {
    if (!conditions.some((condition) => condition.type === text.type)) conditions = withCondition(conditions, text, context.now)
  }
  const addresses = [...(old.addresses ?? [])]
  if (context.address !== undefined && !addresses.some((address) => address.type === 'InternalIP')) addresses.unshift({ type: 'InternalIP', address: context.address })
  if (!addresses.some((address) => address.type === 'Hostname')) addresses.push({ type: 'Hostname', address: node.metadata.name ?? '' })
  const info = old.nodeInfo
  const nodeInfo = info === undefined || info.kubeletVersion === '' ? { ...defaultInfo(node), ...definedOf(info) } : info
  const daemonEndpoints = old.daemonEndpoints?.kubeletEndpoint === undefined ? { kubeletEndpoint: { Port: 10250 } } : old.daemonEndpoints
  const changed = usedCapacity !== old.capacity || allocatable !== old.allocatable || conditions.length !== (old.conditions ?? []).length
    || addresses.length !== (old.addresses ?? []).length || nodeInfo !== info || daemonEndpoints !== old.daemonEndpoints
  return changed ? { ...old, capacity: usedCapacity, allocatable, conditions, addresses, nodeInfo, daemonEndpoints } : undefined
}

function definedOf(info: NodeSystemInfo | undefined): Partial<NodeSystemInfo> {
  return Object.fromEntries(Object.entries(info ?? {}).filter(([, value]) => value !== '' && value !== undefined)) as Partial<NodeSystemInfo>
}

function defaultInfo(node: Node): NodeSystemInfo {
  const id = digestText(node.metadata.uid ?? node.metadata.name ?? '')
  const uuid = `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20, 32)}`
  return {
    machineID: id.slice(0, 32), systemUUID: uuid, bootID: `${id.slice(32, 40)}-${id.slice(40, 44)}-${id.slice(44, 48)}-${id.slice(48, 52)}-${id.slice(52, 64)}`,
    kernelVersion: '6.12.48', osImage: 'Debian GNU/Linux 13 (trixie)', containerRuntimeVersion: 'containerd://2.2.1', kubeletVersion: 'v1.37.0', kubeProxyVersion: '',
    operatingSystem: 'linux', architecture: node.metadata.labels?.['kubernetes.io/arch'] ?? 'amd64',
  }
}

/** Labels every kubelet puts on its Node; those missing. Upstream: kubelet.updateDefaultLabels. */
export function missingLabels(node: Node): Readonly<Record<string, string>> {
  const labels = node.metadata.labels ?? {}
  const arch = labels['kubernetes.io/arch'] ?? labels['beta.kubernetes.io/arch'] ?? 'amd64'
  const os = labels['kubernetes.io/os'] ?? labels['beta.kubernetes.io/os'] ?? 'linux'
  const wanted: Readonly<Record<string, string>> = {
    'kubernetes.io/hostname': node.metadata.name ?? '', 'kubernetes.io/os': os, 'kubernetes.io/arch': arch, 'beta.kubernetes.io/os': os, 'beta.kubernetes.io/arch': arch,
  }
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => labels[name] === undefined))
}
