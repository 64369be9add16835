import { resources, type CycleSummary, type Pod } from '../api'
import type { Cluster } from '../engine'

/** Where a Pod landed, or why it did not. Times in virtual milliseconds. */
export interface Landing {
  readonly namespace: string
  readonly name: string
  /** As `kubectl get pods` shows it. */
  readonly status: string
  readonly node: string | null
  /** When its node was chosen; absent when it came with one. */
  readonly decidedAt?: number
  /** The scheduler's last cycle for it. */
  readonly cycle?: number
  readonly attempts?: number
  /** Why it waits: the scheduler's words, or a container's. */
  readonly reason?: string
  readonly message?: string
}

export function podsOf(cluster: Cluster): readonly Pod[] {
  return cluster.listAt(resources.pods) as unknown as readonly Pod[]
}

export function landingsOf(cluster: Cluster): Landing[] {
  const cycles = new Map<string, CycleSummary>()
  // Newest first: the first of a Pod is its last.
  for (const cycle of cluster.scheduler.cycles(Number.MAX_SAFE_INTEGER)) if (!cycles.has(cycle.pod.uid)) cycles.set(cycle.pod.uid, cycle)
  return podsOf(cluster).map((pod) => landingOf(pod, cycles.get(pod.metadata.uid ?? '')))
}

function landingOf(pod: Pod, cycle: CycleSummary | undefined): Landing {
  const node = pod.spec?.nodeName || null
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  const waiting = pod.status?.containerStatuses?.find((status) => status.state?.waiting !== undefined)?.state?.waiting
  const reason = node === null ? scheduled?.reason : waiting?.reason ?? pod.status?.reason
  const message = node === null ? scheduled?.message ?? cycle?.message : waiting?.message ?? pod.status?.message
  const decidedAt = cycle?.outcome === 'scheduled' ? cycle.endedAt : undefined
  return {
    namespace: pod.metadata.namespace ?? '', name: pod.metadata.name ?? '', status: statusOf(pod), node,
    ...(decidedAt === undefined ? {} : { decidedAt }), ...(cycle === undefined ? {} : { cycle: cycle.id, attempts: cycle.attempt }),
    ...(reason === undefined || reason === '' ? {} : { reason }), ...(message === undefined || message === '' ? {} : { message }),
  }
}

/** The STATUS column. Upstream: printers/internalversion, printPod, without its finer points about init containers. */
function statusOf(pod: Pod): string {
  const { status } = pod
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating'
  for (const { state } of status?.containerStatuses ?? []) {
    if (state?.waiting?.reason) return state.waiting.reason
    if (state?.terminated?.reason && status?.phase !== 'Running') return state.terminated.reason
  }
  const gated = status?.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated')
  return gated === true ? 'SchedulingGated' : status?.reason || status?.phase || 'Pending'
}
