import { resources, type Node, type Taint, type Toleration } from '../../api'
import type { Client } from '../client'

export const notReadyTaintKey = 'node.kubernetes.io/not-ready'
export const unreachableTaintKey = 'node.kubernetes.io/unreachable'
export const unschedulableTaintKey = 'node.kubernetes.io/unschedulable'

/** Same key and effect: one of the two replaces the other. Upstream: Taint.MatchTaint. */
export function sameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect
}

/** Upstream: Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false
  switch (toleration.operator ?? 'Equal') {
    case '': case 'Equal': return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists': return true
    case 'Lt': case 'Gt': {
      const [wanted, have] = [Number(toleration.value), Number(taint.value)]
      if (!Number.isInteger(wanted) || !Number.isInteger(have)) return false
      return toleration.operator === 'Lt' ? have < wanted : have > wanted
    }
    default: return false
  }
}

/**
 * Adds and removes taints of a Node at once; does nothing when nothing changes. Throws `ApiError` (Conflict when the cache
 * was stale). Upstream: controllerutil.SwapNodeControllerTaint.
 */
export function swapTaints(client: Client, node: Node, add: readonly Taint[], remove: readonly Taint[]): boolean {
  const old = node.spec?.taints ?? []
  const kept = old.filter((taint) => !remove.some((other) => sameTaint(taint, other)))
  const added = add.filter((taint) => !kept.some((other) => sameTaint(taint, other)))
  if (kept.length === old.length && added.length === 0) return false
  const taints = [...kept, ...added]
  client.patch<Node>({ resource: resources.nodes, name: node.metadata.name ?? '' }, 'application/strategic-merge-patch+json', {
    metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints: taints.length > 0 ? taints : null },
  })
  return true
}
