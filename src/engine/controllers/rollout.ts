import type { Deployment, ReplicaSet } from '../../api'
import { activeSets, availableReplicas, maxSurge, maxUnavailable, newReplicaSetSize, replicasOf, roomForNew, totalReplicas } from './deployment-util'
import { byAge } from './owners'

/** One ReplicaSet's way from a size to a smaller one. A set that gives up Pods that serve nobody and Pods that do has two. */
export interface ShrinkStep {
  readonly uid: string
  readonly from: number
  readonly to: number
  /** Why these may go: they are not available, or the new ones make up for them. */
  readonly because: 'unavailable' | 'spare'
}

/** How many old Pods may go, with the numbers the answer was made of. */
export interface ShrinkPlan {
  /** Pods wanted, over all sets. */
  readonly wanted: number
  /** Pods that must stay available: replicas less maxUnavailable. */
  readonly minAvailable: number
  /** Pods of the new set that are wanted and not available. */
  readonly newUnavailable: number
  /** wanted − minAvailable − newUnavailable; may be negative. */
  readonly removable: number
  /** Pods that are available, over all sets. */
  readonly available: number
  readonly steps: readonly ShrinkStep[]
  /** A set whose status is from before it was made smaller: what is available cannot be told, so nothing more is planned. */
  readonly stale: { readonly set: ReplicaSet; readonly size: number } | undefined
}

/**
 * Which old sets a rolling update makes smaller now, and by how much: first those that serve nobody, then as many as the new ones
 * make up for. Upstream: deployment.reconcileOldReplicaSets, cleanupUnhealthyReplicas, scaleDownOldReplicaSetsForRollingUpdate.
 */
export function planShrink(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): ShrinkPlan {
  const active = activeSets(oldSets)
  const wanted = totalReplicas([...oldSets, newSet])
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment)
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0)
  const removable = wanted - minAvailable - newUnavailable
  const available = availableReplicas([...active, newSet])
  const steps: ShrinkStep[] = []
  const sums = { wanted, minAvailable, newUnavailable, removable, available }
  if (active.length === 0 || removable <= 0) return { ...sums, steps, stale: undefined }
  const oldestFirst = [...active].sort(byAge)
  const sizes = new Map(oldestFirst.map((set) => [set.metadata.uid ?? '', replicasOf(set)]))
  const shrink = (set: ReplicaSet, count: number, because: ShrinkStep['because']): void => {
    const uid = set.metadata.uid ?? ''
    const from = sizes.get(uid) ?? 0
    sizes.set(uid, from - count)
    steps.push({ uid, from, to: from - count, because })
  }
  let removed = 0
  for (const set of oldestFirst) {
    if (removed >= removable) break
    const unhealthy = replicasOf(set) - (set.status?.availableReplicas ?? 0)
    if (unhealthy === 0) continue
    if (unhealthy < 0) return { ...sums, steps, stale: { set, size: replicasOf(set) - unhealthy } }
    const count = Math.min(removable - removed, unhealthy)
    shrink(set, count, 'unavailable')
    removed += count
  }
  let spare = available - minAvailable
  for (const set of oldestFirst) {
    if (spare <= 0) break
    const size = sizes.get(set.metadata.uid ?? '') ?? 0
    if (size === 0) continue
    const count = Math.min(size, spare)
    shrink(set, count, 'spare')
    spare -= count
  }
  return { ...sums, steps, stale: undefined }
}

/** The lines a rolling update keeps between, and what it would do next, with the sums. For people who look; the controller uses the parts. */
export interface RolloutPlan {
  readonly replicas: number
  /** maxSurge as a count: rounded up. */
  readonly surge: number
  /** maxUnavailable as a count: rounded down, unless both would be 0. */
  readonly unavailable: number
  /** Never more Pods wanted than this. */
  readonly ceiling: number
  /** Never fewer Pods available than this, as far as the rollout is concerned. */
  readonly floor: number
  /** Pods wanted, over all sets. */
  readonly wanted: number
  /** ceiling − wanted; may be negative after a Deployment was made smaller. */
  readonly room: number
  /** What the new set's size is to be, as far as the ceiling allows. */
  readonly newSize: number | undefined
  /** Absent without a new set: nothing may go before there is one. */
  readonly shrink: ShrinkPlan | undefined
}

/** Upstream: deployment.rolloutRolling, of which it is the arithmetic. */
export function rolloutPlan(deployment: Deployment, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): RolloutPlan {
  const all = newSet === undefined ? [...oldSets] : [...oldSets, newSet]
  const replicas = replicasOf(deployment)
  const [surge, unavailable] = [maxSurge(deployment), maxUnavailable(deployment)]
  return {
    replicas, surge, unavailable, ceiling: replicas + surge, floor: replicas - unavailable, wanted: totalReplicas(all), room: roomForNew(deployment, all),
    newSize: newSet === undefined ? undefined : replicasOf(newSet) > replicas ? replicas : newReplicaSetSize(deployment, all, newSet),
    shrink: newSet === undefined ? undefined : planShrink(deployment, newSet, oldSets),
  }
}
