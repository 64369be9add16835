import { maxNodeScore } from '../../framework/types'
import type { UtilizationShapePoint } from '../../framework/args'

export type RawScoring = (utilization: number) => number

/** The score of a shape point in a configuration goes from 0 to this. */
export const maxCustomPriorityScore = 10

/**
 * Piecewise linear function through the points of a shape, scores scaled from 0..10 to 0..100; flat before the first and after
 * the last. Integer arithmetic: the quotient is cut toward zero. Upstream: plugins/helper, BuildBrokenLinearFunction.
 */
export function brokenLinear(points: readonly UtilizationShapePoint[], scale = maxNodeScore / maxCustomPriorityScore): RawScoring {
  const shape = points.map((point) => ({ utilization: point.utilization, score: point.score * scale }))
  return (p) => {
    let previous = shape[0]
    if (previous === undefined) return 0
    for (const point of shape) {
      if (p <= point.utilization) {
        if (point === previous) return point.score
        return previous.score + Math.trunc(((point.score - previous.score) * (p - previous.utilization)) / (point.utilization - previous.utilization))
      }
      previous = point
    }
    return previous.score
  }
}
