import { maxNodeScore } from '../../framework/types'

/**
 * Scales scores so that the largest becomes 100, in integers; with `reverse` the largest becomes 0 and a 0 becomes 100.
 * All zero: stays 0, or 100 with `reverse`. Upstream: plugins/helper, DefaultNormalizeScore.
 */
export function defaultNormalizeScore(scores: Float64Array, count: number, reverse: boolean): void {
  let max = 0
  for (let i = 0; i < count; i++) if ((scores[i] as number) > max) max = scores[i] as number
  if (max === 0) {
    if (reverse) for (let i = 0; i < count; i++) scores[i] = maxNodeScore
    return
  }
  for (let i = 0; i < count; i++) {
    const scaled = Math.trunc((maxNodeScore * (scores[i] as number)) / max)
    scores[i] = reverse ? maxNodeScore - scaled : scaled
  }
}
