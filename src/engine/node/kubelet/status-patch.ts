import type { PodCondition, PodStatus } from '../../../api'
import { conditionOfType } from './pod-status'

type Known = PodStatus | undefined
type Addresses = NonNullable<PodStatus['podIPs']>

/**
 * The status as a patch that also takes out what is no longer so: reasons and messages that stand alone or with a condition, and
 * addresses, which are merged by themselves. `seen` and `said`: what was last heard and last written. Mostly nothing has to go; then
 * it is the status itself. Upstream: the patch is the difference to what was known.
 */
export function withoutStale(status: PodStatus, seen: Known, said: Known): PodStatus | Readonly<Record<string, unknown>> {
  const reason = isStale('reason', status, seen, said)
  const message = isStale('message', status, seen, said)
  const conditions = withoutStaleTexts(status.conditions, seen, said)
  const podIPs = withoutStaleAddresses(status.podIPs, seen?.podIPs, said?.podIPs)
  const hostIPs = withoutStaleAddresses(status.hostIPs, seen?.hostIPs, said?.hostIPs)
  if (!reason && !message && conditions === status.conditions && podIPs === status.podIPs && hostIPs === status.hostIPs) return status
  return {
    ...status, ...(reason ? { reason: null } : {}), ...(message ? { message: null } : {}),
    ...(conditions === undefined ? {} : { conditions }), ...(podIPs === undefined ? {} : { podIPs }), ...(hostIPs === undefined ? {} : { hostIPs }),
  }
}

type Texts = { readonly reason?: string; readonly message?: string } | undefined

/** Nothing is said now, and something was. */
function isStale(text: 'reason' | 'message', now: Texts, seen: Texts, said: Texts): boolean {
  return now?.[text] === undefined && (seen?.[text] !== undefined || said?.[text] !== undefined)
}

/** The same list when nothing is stale. */
function withoutStaleTexts(conditions: readonly PodCondition[] | undefined, seen: Known, said: Known): readonly object[] | undefined {
  let changed: object[] | undefined
  conditions?.forEach((condition, index) => {
    const { type } = condition
    const before = conditionOfType(seen?.conditions, type)
    const written = conditionOfType(said?.conditions, type)
    const reason = isStale('reason', condition, before, written)
    const message = isStale('message', condition, before, written)
    if (!reason && !message) return
    changed ??= [...conditions]
    changed[index] = { ...condition, ...(reason ? { reason: null } : {}), ...(message ? { message: null } : {}) }
  })
  return changed ?? conditions
}

/** The same list when nothing is stale. With none left they go with the list, not one by one. */
function withoutStaleAddresses(now: Addresses | undefined, seen: Addresses | undefined, said: Addresses | undefined): readonly object[] | undefined {
  if (now === undefined || now.length === 0) return now
  const gone: string[] = []
  for (const known of [seen, said]) {
    if (known === undefined || known === now) continue
    for (const { ip } of known) if (!gone.includes(ip) && !now.some((address) => address.ip === ip)) gone.push(ip)
  }
  return gone.length === 0 ? now : [...now, ...gone.map((ip) => ({ $patch: 'delete', ip }))]
}
