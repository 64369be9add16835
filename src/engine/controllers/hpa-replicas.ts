import { amountOf, virtualOf, type Pod } from '../../api'

/** Upstream: defaultTestingTolerance, --horizontal-pod-autoscaler-* flags. */
export const defaultTolerance = 0.1
const cpuInitializationMs = 300_000
const initialReadinessMs = 30_000

/** What a Pod uses of a resource: CPU in millicores, everything else in its own unit. */
export interface PodMetric {
  readonly value: number
  readonly at: number
  readonly windowMs: number
}

export interface ReplicaQuestion {
  readonly currentReplicas: number
  readonly resource: string
  /** One container only; all of them without it. */
  readonly container: string | undefined
  /** Percent of the request, or an average value. */
  readonly target: { readonly utilization: number } | { readonly average: number }
  readonly pods: readonly Pod[]
  readonly metrics: ReadonlyMap<string, PodMetric>
  readonly now: number
  readonly tolerance: Tolerance
}

export interface ReplicaAnswer {
  readonly replicas: number
  /** Percent of the request. */
  readonly utilization?: number
  /** Average over the Pods. */
  readonly average: number
}

/** How many replicas bring the usage to its target; a text says why it cannot be told. Upstream: ReplicaCalculator. */
export function replicasFor(question: ReplicaQuestion): ReplicaAnswer | string {
  const { currentReplicas, resource, container, target, pods } = question
  const ready: Pod[] = []
  const unready: Pod[] = []
  const missing: Pod[] = []
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') continue
    const metric = question.metrics.get(pod.metadata.name ?? '')
    if (pod.status?.phase === 'Pending') unready.push(pod)
    else if (metric === undefined) missing.push(pod)
    else if (resource === 'cpu' && isWarmingUp(pod, metric, question.now)) unready.push(pod)
    else ready.push(pod)
  }
  if (pods.length === 0) return 'no pods returned by selector while calculating replica count'
  const usage = new Map<Pod, number>()
  for (const pod of ready) usage.set(pod, (question.metrics.get(pod.metadata.name ?? '') as PodMetric).value)
  if (usage.size === 0) return 'did not receive metrics for targeted pods (pods might be unready)'
  const requests = new Map<Pod, number>()
  if ('utilization' in target) {
    for (const pod of pods) {
      const request = requestOf(pod, resource, container)
      if (typeof request === 'string') return request
      requests.set(pod, request)
    }
  }
  const look = (): { readonly ratio: number; readonly utilization?: number; readonly average: number } => {
    let [used, requested] = [0, 0]
    for (const [pod, value] of usage) {
      used += value
      requested += requests.get(pod) ?? 0
    }
    const average = used / usage.size
    if ('average' in target) return { ratio: used / usage.size / target.average, average }
    const utilization = requested === 0 ? 0 : Math.floor((used * 100) / requested)
    return { ratio: utilization / target.utilization, utilization, average }
  }
  const first = look()
  const answer = (replicas: number, seen = first): ReplicaAnswer => ({ replicas, average: seen.average, ...(seen.utilization === undefined ? {} : { utilization: seen.utilization }) })
  const within = (ratio: number): boolean => withinTolerance(ratio, question.tolerance)
  const growsWithUnready = unready.length > 0 && first.ratio > 1
  if (!growsWithUnready && missing.length === 0) {
    return answer(within(first.ratio) ? currentReplicas : Math.ceil(first.ratio * ready.length - 1e-9))
  }
  // Those nobody has heard of count so that they cannot make it worse: as full when shrinking, as idle when growing.
  for (const pod of missing) {
    if (first.ratio < 1) usage.set(pod, 'utilization' in target ? ((requests.get(pod) ?? 0) * Math.max(100, target.utilization)) / 100 : target.average)
    else if (first.ratio > 1) usage.set(pod, 0)
  }
  if (growsWithUnready) for (const pod of unready) usage.set(pod, 0)
  const second = look()
  if (within(second.ratio) || (first.ratio < 1 && second.ratio > 1) || (first.ratio > 1 && second.ratio < 1)) return answer(currentReplicas)
  const replicas = Math.ceil(second.ratio * usage.size - 1e-9)
  if ((second.ratio < 1 && replicas > currentReplicas) || (second.ratio > 1 && replicas < currentReplicas)) return answer(currentReplicas)
  return answer(replicas)
}

export interface Tolerance {
  readonly up: number
  readonly down: number
}

/** Near enough to the target that nothing is done. Upstream: Tolerances.isWithin. */
export function withinTolerance(ratio: number, { up, down }: Tolerance): boolean {
  return ratio > 1 ? ratio - 1 <= up + 1e-9 : 1 - ratio <= down + 1e-9
}

/** CPU of a Pod that is still coming up says nothing. Upstream: groupPods. */
function isWarmingUp(pod: Pod, metric: PodMetric, now: number): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')
  const startedAt = virtualOf(pod.status?.startTime)
  if (ready === undefined || Number.isNaN(startedAt)) return true
  const since = virtualOf(ready.lastTransitionTime)
  if (startedAt + cpuInitializationMs > now) return ready.status === 'False' || metric.at < since + metric.windowMs
  return ready.status === 'False' && startedAt + initialReadinessMs > since
}

/** Upstream: calculateRequests. */
function requestOf(pod: Pod, resource: string, only: string | undefined): number | string {
  let sum = 0
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')]
  for (const container of containers) {
    if (only !== undefined && only !== container.name) continue
    const request = container.resources?.requests?.[resource]
    if (request === undefined) return `missing request for ${resource} in container ${container.name} of Pod ${pod.metadata.name ?? ''}`
    sum += amountOf(resource, request)
  }
  return sum
}
