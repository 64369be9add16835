import type { Taint, Toleration } from '../../../../api'

const int64Text = /^[+-]?[0-9]{1,19}$/

/** Reads what Go's ParseInt(text, 10, 64) reads; undefined for anything else. */
export function parseInt64(text: string): bigint | undefined {
  if (!int64Text.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
}

/**
 * Whether one toleration covers a taint. An empty key covers every key, an empty effect every effect.
 * Gt and Lt compare integers and count only with the gate TaintTolerationComparisonOperators; Gt covers values above the toleration's.
 * Upstream: core/v1, Toleration.ToleratesTaint.
 */
export function toleratesTaint(toleration: Toleration, taint: Taint, comparisonOperators: boolean): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false
  switch (toleration.operator) {
    case undefined: case '': case 'Equal': return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists': return true
    case 'Gt': case 'Lt': {
      if (!comparisonOperators) return false
      const [bound, value] = [parseInt64(toleration.value ?? ''), parseInt64(taint.value ?? '')]
      if (bound === undefined || value === undefined) return false
      return toleration.operator === 'Gt' ? value > bound : value < bound
    }
    default: return false
  }
}

export function tolerationsTolerateTaint(tolerations: readonly Toleration[] | undefined, taint: Taint, comparisonOperators: boolean): boolean {
  if (tolerations === undefined) return false
  for (const toleration of tolerations) if (toleratesTaint(toleration, taint, comparisonOperators)) return true
  return false
}

/** Taints that keep a Pod away, as opposed to PreferNoSchedule. */
export function isDoNotScheduleTaint(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute'
}

/** First NoSchedule or NoExecute taint that is not tolerated. Upstream: core/v1/helper, FindMatchingUntoleratedTaint. */
export function findUntoleratedTaint(taints: readonly Taint[] | undefined, tolerations: readonly Toleration[] | undefined, comparisonOperators: boolean): Taint | undefined {
  return taints?.find((taint) => isDoNotScheduleTaint(taint) && !tolerationsTolerateTaint(tolerations, taint, comparisonOperators))
}

/** Tolerations that count against PreferNoSchedule taints: those of that effect, and those of any effect. */
export function preferNoScheduleTolerations(tolerations: readonly Toleration[] | undefined): readonly Toleration[] {
  return (tolerations ?? []).filter((toleration) => toleration.effect === undefined || toleration.effect === '' || toleration.effect === 'PreferNoSchedule')
}

/** Key of the gate behind Gt and Lt. */
export const comparisonOperatorsGate = 'TaintTolerationComparisonOperators'
