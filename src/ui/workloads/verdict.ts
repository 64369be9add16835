import type { OwnershipView, RolloutNumbers, RootView } from '../../protocol'

export interface Verdict {
  readonly id: string
  readonly args: Readonly<Record<string, string | number>>
}

/** One sentence on what may happen next, and why nothing else. */
export function verdictOf(view: OwnershipView): Verdict {
  const { root } = view
  switch (root.is) {
    case 'Deployment': return rolloutVerdict(root, view.conditions.some((condition) => condition.reason === 'ProgressDeadlineExceeded'), view.groups.some((group) => group.role === 'new'))
    case 'StatefulSet': return { id: 'verdict.StatefulSet', args: { updated: root.updated, replicas: root.replicas, available: root.available } }
    case 'DaemonSet': return { id: 'verdict.DaemonSet', args: { available: root.available, wanted: root.wanted, updated: root.updated } }
    case 'ReplicaSet': return { id: 'verdict.ReplicaSet', args: { available: root.available, replicas: root.replicas } }
    case 'Job': return { id: 'verdict.Job', args: { succeeded: root.succeeded, active: root.active, failed: root.failed } }
    case 'CronJob': return { id: 'verdict.CronJob', args: { active: root.active } }
    case 'Pod': return { id: 'verdict.Pod', args: {} }
  }
}

function rolloutVerdict(root: Extract<RootView, { readonly is: 'Deployment' }>, stuck: boolean, hasNew: boolean): Verdict {
  const { rollout } = root
  const { mode, goes: go, mayCome: come, ceiling, wanted, available, replicas } = rollout
  if (mode === 'paused') return { id: 'verdict.paused', args: {} }
  if (!hasNew) return { id: 'verdict.noSet', args: {} }
  if (stuck) return { id: 'verdict.stuck', args: { seconds: root.deadlineSeconds ?? 0 } }
  if (rollout.done) return { id: 'verdict.settled', args: { replicas } }
  if (mode === 'Recreate') return go > 0 ? { id: 'verdict.recreateGo', args: { go } } : come > 0 ? { id: 'verdict.recreateWait', args: {} } : { id: 'verdict.rest', args: { available, replicas } }
  if (come > 0 && go > 0) return { id: 'verdict.both', args: { come, go } }
  if (come > 0) return { id: 'verdict.come', args: { come, wanted, ceiling } }
  if (go > 0) return { id: 'verdict.go', args: { available, go, ceiling } }
  if (rollout.newUnavailable > 0) return hasOld(rollout) ? { id: 'verdict.wait', args: { count: rollout.newUnavailable, ceiling } } : { id: 'verdict.fill', args: { count: rollout.newUnavailable, replicas, available } }
  return { id: 'verdict.rest', args: { available, replicas } }
}

/** Some Pods are wanted by a set with an earlier template. */
export function hasOld(rollout: RolloutNumbers): boolean {
  return rollout.wanted > rollout.newWants
}

/** A line of a sum: what it is called, how it is worked out, what it comes to. */
export interface SumLine {
  readonly id: string
  readonly sum: string
  readonly result: number
  /** The line under the stroke. */
  readonly total: boolean
}

/** 'May an old Pod go?' in the Deployment controller's own numbers; empty before there is a new set, and where there is no old one. */
export function goLines(rollout: RolloutNumbers): readonly SumLine[] {
  if (rollout.mayGo === undefined || !hasOld(rollout)) return []
  const minAvailable = rollout.replicas - rollout.unavailable
  const lines: SumLine[] = [
    { id: 'go.wanted', sum: rollout.wants.length > 1 ? rollout.wants.join(' + ') : String(rollout.wanted), result: rollout.wanted, total: false },
    { id: 'go.minAvailable', sum: `${rollout.replicas} − ${rollout.unavailable}`, result: minAvailable, total: false },
    { id: 'go.unavailable', sum: `${rollout.newWants} − ${rollout.newAvailable}`, result: rollout.newUnavailable, total: false },
    { id: 'go.may', sum: `${rollout.wanted} − ${minAvailable} − ${rollout.newUnavailable}`, result: rollout.mayGo, total: true },
  ]
  // Of those, healthy ones only as far as others are available in their place.
  if (Math.max(0, rollout.mayGo) !== rollout.goes) {
    lines.push({ id: 'go.spare', sum: `${rollout.reported} − ${minAvailable}`, result: rollout.reported - minAvailable, total: false }, { id: 'go.taken', sum: '', result: rollout.goes, total: true })
  }
  return lines
}

/** 'May a new Pod come?' */
export function comeLines(rollout: RolloutNumbers): readonly SumLine[] {
  const lines: SumLine[] = [{ id: 'come.room', sum: `(${rollout.replicas} + ${rollout.surge}) − ${rollout.wanted}`, result: rollout.room, total: false }]
  if (rollout.mayCome !== rollout.room) lines.push({ id: 'come.left', sum: `${rollout.replicas} − ${rollout.newWants}`, result: rollout.replicas - rollout.newWants, total: false }, { id: 'come.may', sum: '', result: rollout.mayCome, total: true })
  return lines
}
