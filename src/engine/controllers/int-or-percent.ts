import type { IntOrString } from '../../api'

/**
 * A count, or a share of `total` ("25%"), rounded up or down. Undefined and unreadable texts count as 0.
 * Upstream: intstr.GetScaledValueFromIntOrPercent.
 */
export function scaledValue(value: IntOrString | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  const percent = /^([0-9]+)%$/.exec(value)
  if (percent === null) return 0
  const share = (Number(percent[1]) * total) / 100
  return roundUp ? Math.ceil(share) : Math.floor(share)
}
