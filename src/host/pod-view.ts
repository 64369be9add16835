import { milliValue, quantityValue, type Container, type Pod, type Quantity } from '../api'
import { podStates } from '../protocol'

export interface Amounts {
  readonly cpuMilli: number
  readonly memoryBytes: number
}

type Requests = { readonly [resource: string]: Quantity } | undefined

/**
 * What a Pod takes from its node: containers add up, of init containers the largest counts (those that go on running add to what
 * comes after them), overhead comes on top; Pod-level requests, where given, stand for the sum. CPU in millicores, memory in bytes.
 * Upstream: component-helpers/resource, PodRequests.
 */
export function podRequests(pod: Pod): Amounts {
  const spec = pod.spec
  const level = spec?.resources?.requests
  return { cpuMilli: total(pod, level, 'cpu', milliValue), memoryBytes: total(pod, level, 'memory', quantityValue) }
}

function total(pod: Pod, level: Requests, resource: string, amount: (quantity: Quantity | undefined) => number): number {
  const spec = pod.spec
  const of = (container: Container): number => amount(container.resources?.requests?.[resource])
  let sum = 0
  for (const container of spec?.containers ?? []) sum += of(container)
  let sidecars = 0
  let largest = 0
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      sidecars += of(container)
      largest = Math.max(largest, sidecars)
    } else largest = Math.max(largest, sidecars + of(container))
  }
  let requested = Math.max(sum + sidecars, largest)
  if (level?.[resource] !== undefined) requested = amount(level[resource])
  requested += amount(spec?.overhead?.[resource])
  return Number.isFinite(requested) ? requested : 0
}

/** True while the Pod counts on its node: not over yet. */
export function isActive(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
}

/** What a block on the map shows. `assumed` is not in the object: the scheduler alone knows it. */
export function stateOf(pod: Pod): number {
  const phase = pod.status?.phase
  if (phase === 'Succeeded') return podStates.succeeded
  if (phase === 'Failed') return podStates.failed
  if (pod.metadata.deletionTimestamp !== undefined) return podStates.terminating
  if (!pod.spec?.nodeName) return pod.status?.nominatedNodeName ? podStates.nominated : podStates.pending
  const statuses = pod.status?.containerStatuses ?? []
  for (const status of statuses) {
    if (status.state?.waiting?.reason === 'CrashLoopBackOff' || status.state?.terminated !== undefined) return podStates.restarting
  }
  if (phase !== 'Running') return podStates.starting
  return statuses.every((status) => status.state === undefined || status.state.running !== undefined) ? podStates.running : podStates.starting
}
