import { amountOf, canonicalQuantity, podRequests, type Node, type Pod } from '../../../api'
import type { Usage } from '../cadvisor'

/** A Pod with what its containers use now. */
export interface PodUsage {
  readonly pod: Pod
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[]
  readonly total: Usage
}

export type PressureType = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure'

/** A resource that runs out. Bytes, or processes. */
export interface Signal {
  readonly type: PressureType
  /** In messages: "memory", "ephemeral-storage", "pids". */
  readonly resource: string
  readonly available: number
  readonly threshold: number
}

/** What the system itself takes. */
const systemMemoryShare = 0.05
const systemMemoryBytesMax = 400 * 1024 * 1024
const systemProcesses = 150
const processesMax = 32_768
/** Upstream: DefaultEvictionHard. There is none for processes; one tenth is what distributions set. */
export const memoryThresholdBytes = 100 * 1024 * 1024
const diskThresholdShare = 0.1
const processesThresholdShare = 0.1
/** Upstream: ImageGCHighThresholdPercent, ImageGCLowThresholdPercent. */
export const imageGcHighShare = 0.85
export const imageGcLowShare = 0.8
/** Upstream: PressureTransitionPeriod. */
export const pressureStaysMs = 300_000
/** From here on up a Pod is critical to the system. Upstream: scheduling.SystemCriticalPriority. */
const criticalPriority = 2_000_000_000

export interface DiskState {
  readonly capacityBytes: number
  readonly imageBytes: number
  /** A person filled it up so far. */
  readonly filledBytes: number
}

export function sumUsage(usages: readonly Usage[]): Usage {
  return usages.reduce((sum, usage) => ({
    cpuMilli: sum.cpuMilli + usage.cpuMilli, memoryBytes: sum.memoryBytes + usage.memoryBytes, diskBytes: sum.diskBytes + usage.diskBytes, processes: sum.processes + usage.processes,
  }), { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, processes: 0 })
}

/** Working set of the whole node, the system included. */
export function nodeUsage(node: Node, total: Usage): Usage {
  const capacity = amountOf('memory', node.status?.capacity?.['memory'])
  return {
    ...total, memoryBytes: total.memoryBytes + Math.min(capacity * systemMemoryShare, systemMemoryBytesMax), processes: total.processes + systemProcesses,
  }
}

/** "berth.dev/disk-used": "95%" or "20Gi" of the node's disk, besides images and containers. */
export function filledBytes(node: Node, capacityBytes: number): number {
  const text = node.metadata.annotations?.['berth.dev/disk-used'] ?? ''
  const percent = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text)
  if (percent !== null) return (capacityBytes * Math.min(100, Number(percent[1]))) / 100
  const bytes = amountOf('ephemeral-storage', text === '' ? undefined : text)
  return Number.isNaN(bytes) ? 0 : bytes
}

/** A signal with how much there is of it in all. */
export interface MeasuredSignal extends Signal {
  readonly capacity: number
}

/** How much is left of what can run out, and where the kubelet begins to evict. */
export function signalsOf(node: Node, total: Usage, disk: DiskState): MeasuredSignal[] {
  const signals: MeasuredSignal[] = []
  const memory = amountOf('memory', node.status?.capacity?.['memory'])
  const used = nodeUsage(node, total)
  if (memory > 0) signals.push({ type: 'MemoryPressure', resource: 'memory', capacity: memory, available: Math.max(0, memory - used.memoryBytes), threshold: Math.min(memoryThresholdBytes, memory / 10) })
  if (disk.capacityBytes > 0) {
    const available = Math.max(0, disk.capacityBytes - disk.imageBytes - disk.filledBytes - total.diskBytes)
    signals.push({ type: 'DiskPressure', resource: 'ephemeral-storage', capacity: disk.capacityBytes, available, threshold: disk.capacityBytes * diskThresholdShare })
  }
  signals.push({ type: 'PIDPressure', resource: 'pids', capacity: processesMax, available: Math.max(0, processesMax - used.processes), threshold: processesMax * processesThresholdShare })
  return signals
}

/** Those resources that have run low. Upstream: thresholdsMet. */
export function lowSignals(node: Node, total: Usage, disk: DiskState): Signal[] {
  return signalsOf(node, total, disk).filter((signal) => signal.available < signal.threshold)
}

export function isCritical(pod: Pod): boolean {
  return (pod.spec?.priority ?? 0) >= criticalPriority || pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}

/** Who goes first: those above their request, then the less important, then those most above it. Upstream: rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure. */
export function evictionOrder(signal: Signal): (a: PodUsage, b: PodUsage) => number {
  const over = ({ pod, total }: PodUsage): number => usedOf(signal, total) - (signal.resource === 'pids' ? 0 : podRequests(pod).get(signal.resource) ?? 0)
  return (a, b) => {
    if (signal.resource !== 'pids') {
      const exceeds = Number(over(b) > 0) - Number(over(a) > 0)
      if (exceeds !== 0) return exceeds
    }
    const priority = (a.pod.spec?.priority ?? 0) - (b.pod.spec?.priority ?? 0)
    if (priority !== 0) return priority
    const excess = over(b) - over(a)
    if (excess !== 0) return excess
    return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1
  }
}

function usedOf(signal: Signal, usage: Usage): number {
  return signal.resource === 'memory' ? usage.memoryBytes : signal.resource === 'pids' ? usage.processes : usage.diskBytes
}

/** Upstream: evictionMessage. */
export function evictionMessage(signal: Signal, victim: PodUsage): string {
  const amount = (value: number): string => (signal.resource === 'pids' ? String(Math.floor(value)) : `${Math.floor(value / 1024)}Ki`)
  let message = `The node was low on resource: ${signal.resource}. Threshold quantity: ${signal.resource === 'pids' ? amount(signal.threshold) : binary(signal.threshold)}, available: ${amount(signal.available)}. `
  if (signal.resource === 'pids') return message
  for (const { name, usage } of victim.containers) {
    const container = victim.pod.spec?.containers.find((other) => other.name === name)
    const requested = amountOf(signal.resource, container?.resources?.requests?.[signal.resource])
    if (usedOf(signal, usage) > requested) message += `Container ${name} was using ${amount(usedOf(signal, usage))}, request is ${requested === 0 ? '0' : binary(requested)}, has larger consumption of ${signal.resource}. `
  }
  return message
}

function binary(bytes: number): string {
  return canonicalQuantity({ nanos: BigInt(Math.floor(bytes)) * 1_000_000_000n, format: 'BinarySI' })
}

/** Why a node in need does not take a Pod; undefined when it does. Upstream: managerImpl.Admit. */
export function refusalUnder(pressures: readonly PressureType[], pod: Pod): string | undefined {
  if (pressures.length === 0 || isCritical(pod)) return undefined
  if (pressures.length === 1 && pressures[0] === 'MemoryPressure') {
    const bestEffort = podRequests(pod).size === 0 && (pod.spec?.containers ?? []).every((container) => Object.keys(container.resources?.limits ?? {}).length === 0)
    const tolerates = (pod.spec?.tolerations ?? []).some((toleration) => (
      (toleration.key === 'node.kubernetes.io/memory-pressure' || (toleration.key === undefined && toleration.operator === 'Exists')) && (toleration.effect ?? 'NoSchedule') === 'NoSchedule'))
    if (!bestEffort || tolerates) return undefined
  }
  return `The node had condition: [${pressures.join(' ')}]. `
}
