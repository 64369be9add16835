import type { CycleSummary } from '../api'
import type { Cluster } from '../engine'
import type { ControlPlaneView, QueuedPod } from '../protocol'
import { modeOf } from './scheduler-configuration'

/** The cycle that has begun and not ended. */
export interface RunningCycle {
  /** As decided: outcome, node and counts are known from its first instant. */
  readonly summary: CycleSummary
}

type Scheduler = Cluster['scheduler']
type QueuedPodView = ReturnType<Scheduler['queueView']>['active'][number]

/** How many Pods of a queue are shown. */
const queueShown = 50

export function runningCycle(cluster: Cluster): RunningCycle | undefined {
  if (!cluster.scheduler.busy) return undefined
  const [summary] = cluster.scheduler.cycles(1)
  return summary === undefined ? undefined : { summary }
}

/** Cycles so far, of one Pod or of all, oldest first. */
export function cyclesOf(cluster: Cluster, pod?: string): readonly CycleSummary[] {
  return [...cluster.scheduler.cycles(Number.MAX_SAFE_INTEGER, pod)].reverse()
}

/** The newest cycles, the newest first. */
export function newestCycles(cluster: Cluster, limit: number, pod?: string): readonly CycleSummary[] {
  return cluster.scheduler.cycles(limit, pod)
}

/** The number of the next cycle, and the Pod it will take as things stand. */
export function nextCycle(cluster: Cluster): { readonly cycle: number; readonly pod: string | undefined } {
  const { cycles, active } = cluster.scheduler.queueView(1)
  return { cycle: cycles + 1, pod: active[0]?.key }
}

export function schedulerView(cluster: Cluster, workloadOf: (key: string) => number): ControlPlaneView['scheduler'] {
  const view = cluster.scheduler.queueView(queueShown)
  const pod = ({ key, attempts, until, plugins, message }: QueuedPodView): QueuedPod => ({
    key, attempts, workload: workloadOf(key), ...(until === undefined ? {} : { until }), ...(plugins === undefined ? {} : { plugins }), ...(message === undefined ? {} : { message }),
  })
  return {
    profile: view.profile, mode: modeOf(cluster.scheduler.configuration), cycles: view.cycles, lengths: view.lengths,
    active: view.active.map(pod), backoff: view.backoff.map(pod), unschedulable: view.unschedulable.map(pod), gated: view.gated.map(pod),
  }
}
