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
  const reason = reasonIsStale(status, seen, said)
  const message = messageIsStale(status, seen, said)
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

/** None is given now, and one was. */
function reasonIsStale(now: Texts, seen: Texts, said: Texts): boolean {
  return now?.reason === undefined && (seen?.reason !== undefined || said?.reason !== undefined)
}

function messageIsStale(now: Texts, seen: Texts, said: Texts): boolean {
  return now?.message === undefined && (seen?.message !== undefined || said?.message !== undefined)
}

/** The same list when nothing is stale. */
function withoutStaleTexts(conditions: readonly PodCondition[] | undefined, seen: Known, said: Known): readonly object[] | undefined {
  if (conditions === undefined) return undefined
  let changed: object[] | undefined
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i] as PodCondition
    const before = conditionOfType(seen?.conditions, condition.type)
    const written = conditionOfType(said?.conditions, condition.type)
    const reason = reasonIsStale(condition, before, written)
    const message = messageIsStale(condition, before, written)
    if (!reason && !message) continue
    changed ??= [...conditions]
    changed[i] = { ...condition, ...(reason ? { reason: null } : {}), ...(message ? { message: null } : {}) }
  }
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
