/**
 * What a Pod takes from its node. Upstream: component-helpers/resource, PodRequests, and framework, CalculateResource.
 *
 * Sums are exact: two containers of 0.5m take 1m, not 2m, so amounts stay in billionths until the end.
 */
import { parseQuantity, type Container, type ContainerStatus, type Pod, type Quantity } from '../../../api'
import { isEnabled, type FeatureGates } from './feature-gates'
import type { ResourceAmounts, ScalarAmount } from './types'

type QuantityMap = { readonly [name: string]: Quantity }
/** Resource name to billionths. */
type Sum = Map<string, bigint>

const defaultCpuNanos = 100n * 1_000_000n
const defaultMemoryNanos = 209_715_200n * 1_000_000_000n

const none: readonly never[] = []

export interface PodResource {
  readonly requests: ResourceAmounts
  readonly nonZeroCpuMilli: number
  readonly nonZeroMemoryBytes: number
}

export interface RequestsOptions {
  /** Counted for containers whose request of a resource is absent (zero is not absent). */
  readonly nonMissing?: ReadonlyMap<string, bigint>
  readonly skipPodLevel?: boolean
  readonly skipOverhead?: boolean
}

/** A Pod's requests as the cache counts them, with and without the defaults for unnamed CPU and memory. */
export function podResource(pod: Pod, gates: FeatureGates): PodResource {
  const requests = podRequests(pod, gates)
  const nonMissing = new Map<string, bigint>()
  const podLevel = isEnabled(gates, 'PodLevelResources') && hasPodLevelRequests(pod)
  if (!podLevel || !requests.has('cpu')) nonMissing.set('cpu', defaultCpuNanos)
  if (!podLevel || !requests.has('memory')) nonMissing.set('memory', defaultMemoryNanos)
  const nonZero = nonMissing.size > 0 ? podRequests(pod, gates, { nonMissing }) : requests
  return {
    requests: amountsOf(requests),
    nonZeroCpuMilli: inUnits(nonZero.get('cpu') ?? 0n, 1_000_000n),
    nonZeroMemoryBytes: inUnits(nonZero.get('memory') ?? 0n, 1_000_000_000n),
  }
}

/** Whether status may say something about resources that the spec does not. Upstream: PodResourcesOptions.UseStatusResources. */
export function mayBeResized({ status }: Pod): boolean {
  if (status === undefined || status === null) return false
  if (status.resources !== undefined || status.allocatedResources !== undefined) return true
  for (const { allocatedResources, resources } of status.containerStatuses ?? none) if (allocatedResources !== undefined || resources !== undefined) return true
  for (const { allocatedResources, resources } of status.initContainerStatuses ?? none) if (allocatedResources !== undefined || resources !== undefined) return true
  for (const { type } of status.conditions ?? none) if (type === 'PodResizePending') return true
  return false
}

/** Sums by resource name, in billionths. */
export function podRequests(pod: Pod, gates: FeatureGates, options: RequestsOptions = {}): Sum {
  const total = containerRequests(pod, gates, options.nonMissing)
  if (options.skipPodLevel !== true && isEnabled(gates, 'PodLevelResources') && hasPodLevelRequests(pod)) {
    for (const [name, nanos] of podLevelRequests(pod, gates)) if (isPodLevelResource(name)) total.set(name, nanos)
  }
  if (options.skipOverhead !== true) add(total, pod.spec?.overhead)
  return total
}

/** Billionths to the amounts plugins see: CPU in millicores, everything else in whole units, both rounded up. */
export function amountsOf(sum: ReadonlyMap<string, bigint>): ResourceAmounts {
  let cpuMilli = 0
  let memoryBytes = 0
  let ephemeralBytes = 0
  const scalars: ScalarAmount[] = []
  for (const [name, nanos] of sum) {
    if (name === 'cpu') cpuMilli = inUnits(nanos, 1_000_000n)
    else if (name === 'memory') memoryBytes = inUnits(nanos, 1_000_000_000n)
    else if (name === 'ephemeral-storage') ephemeralBytes = inUnits(nanos, 1_000_000_000n)
    else if (isScalarResource(name)) scalars.push({ name, amount: inUnits(nanos, 1_000_000_000n) })
  }
  return { cpuMilli, memoryBytes, ephemeralBytes, scalars }
}

/** Extended resources, hugepages and attachable volumes; other names are no concern of the scheduler. Upstream: helper.IsScalarResourceName. */
export function isScalarResource(name: string): boolean {
  return isExtendedResource(name) || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')
    || name.includes('kubernetes.io/')
}

/** Upstream: helper.IsExtendedResourceName. */
export function isExtendedResource(name: string): boolean {
  if (!name.includes('/') || name.includes('kubernetes.io/') || name.startsWith('requests.')) return false
  const slash = name.indexOf('/')
  const prefix = `requests.${name.slice(0, slash)}`
  const local = name.slice(slash + 1)
  return prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix)
    && local.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(local)
}

export function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec?.resources?.requests ?? {}).some(isPodLevelResource)
}

export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')
}

function containerRequests(pod: Pod, gates: FeatureGates, nonMissing: ReadonlyMap<string, bigint> | undefined): Sum {
  const spec = aggregate(pod, nonMissing, (container) => container.resources?.requests)
  const { status } = pod
  const reported = (status?.containerStatuses?.some(reportsResources) ?? false)
    || (status?.initContainerStatuses?.some(reportsResources) ?? false)
  const infeasible = status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible'
  const podLevelStatus = isEnabled(gates, 'InPlacePodLevelResourcesVerticalScaling') && status?.allocatedResources !== undefined
    && status.resources?.requests !== undefined
  // Almost every Pod: nothing was resized, so what is allocated is what was asked for.
  if (!isEnabled(gates, 'InPlacePodVerticalScaling') || (!reported && !infeasible && !podLevelStatus)) return spec
  let allocated: Sum
  let actuated: Sum
  if (podLevelStatus) {
    allocated = add(new Map(), status?.allocatedResources)
    actuated = add(new Map(), status?.resources?.requests)
  } else {
    const ofSpec = (container: Container): QuantityMap | undefined => (infeasible ? undefined : container.resources?.requests)
    allocated = aggregate(pod, nonMissing, (container, at) => at?.allocatedResources ?? ofSpec(container))
    actuated = aggregate(pod, nonMissing, (container, at) => at?.resources?.requests ?? at?.allocatedResources ?? ofSpec(container))
  }
  const result = max(new Map(actuated), allocated)
  return infeasible ? result : max(result, spec)
}

function reportsResources(container: ContainerStatus): boolean {
  return container.allocatedResources !== undefined || container.resources?.requests !== undefined
}

/** App containers and sidecars add up; an init container needs its own on top of the sidecars started before it. */
function aggregate(
  pod: Pod, nonMissing: ReadonlyMap<string, bigint> | undefined,
  requestsOf: (container: Container, status: ContainerStatus | undefined) => QuantityMap | undefined,
): Sum {
  const total: Sum = new Map()
  for (const container of pod.spec?.containers ?? []) addContainer(total, requestsOf(container, statusOf(pod, container.name)), nonMissing)
  const initContainers = pod.spec?.initContainers ?? []
  if (initContainers.length === 0) return total
  const sidecars: Sum = new Map()
  const peak: Sum = new Map()
  for (const container of initContainers) {
    const requests = requestsOf(container, statusOf(pod, container.name))
    if (container.restartPolicy === 'Always') {
      addContainer(total, requests, nonMissing)
      addContainer(sidecars, requests, nonMissing)
      max(peak, sidecars)
    } else {
      max(peak, addContainer(new Map(sidecars), requests, nonMissing))
    }
  }
  return max(total, peak)
}

function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find((status) => status.name === name)
    ?? pod.status?.initContainerStatuses?.find((status) => status.name === name)
}

function podLevelRequests(pod: Pod, gates: FeatureGates): Sum {
  const spec = add(new Map(), pod.spec?.resources?.requests)
  const { status } = pod
  if (!isEnabled(gates, 'InPlacePodLevelResourcesVerticalScaling') || status?.resources === undefined) return spec
  const infeasible = status.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible'
  const result = infeasible ? new Map<string, bigint>() : spec
  max(result, add(new Map(), status.resources.requests))
  return max(result, add(new Map(), status.allocatedResources))
}

function addContainer(sum: Sum, requests: QuantityMap | undefined, nonMissing: ReadonlyMap<string, bigint> | undefined): Sum {
  add(sum, requests)
  if (nonMissing !== undefined) {
    for (const [name, nanos] of nonMissing) {
      if (requests?.[name] === undefined) sum.set(name, (sum.get(name) ?? 0n) + nanos)
    }
  }
  return sum
}

function add(sum: Sum, requests: QuantityMap | undefined): Sum {
  if (requests === undefined || requests === null) return sum
  for (const name of Object.keys(requests)) {
    sum.set(name, (sum.get(name) ?? 0n) + (parseQuantity(requests[name] as Quantity)?.nanos ?? 0n))
  }
  return sum
}

/** The larger of each, into the first. */
function max(into: Sum, other: ReadonlyMap<string, bigint>): Sum {
  for (const [name, nanos] of other) {
    const have = into.get(name)
    if (have === undefined || nanos > have) into.set(name, nanos)
  }
  return into
}

function inUnits(nanos: bigint, unit: bigint): number {
  return Number(nanos >= 0n ? (nanos + unit - 1n) / unit : nanos / unit)
}
