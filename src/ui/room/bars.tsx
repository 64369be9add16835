import type { ReactNode } from 'react'
import type { ResourceUse } from '../../api'

/** Filled core: used; outline: requested; dashed lead to a tick: the limit. All rows of a column share `most`. */
export function UseBar({ use, most, width = 118 }: { readonly use: ResourceUse; readonly most: number; readonly width?: number }): ReactNode {
  const x = (amount: number): number => Math.max(0, Math.min(width - 1, (amount / Math.max(most, 1)) * (width - 2)))
  const { used, requested, limit } = use
  const box = requested === undefined ? undefined : Math.max(3, x(requested))
  return (
    <svg className="use-bar" width={width} height={14} aria-hidden="true">
      {limit !== undefined && <line className="use-lead" x1={box ?? 0} x2={x(limit)} y1={7} y2={7} />}
      {box !== undefined && <rect className="use-request" x={0.5} y={1.5} width={box} height={11} rx={1} />}
      <rect className="use-core" data-over={(requested !== undefined && used > requested) || undefined} x={box === undefined ? 0.5 : 2.5} y={4} width={Math.max(1, x(used) - (box === undefined ? 0 : 2))} height={6} />
      {limit !== undefined && <line className="use-limit" x1={x(limit) + 0.5} x2={x(limit) + 0.5} y1={0} y2={14} />}
    </svg>
  )
}

/** Use over the last minute, with the request as a dotted line. */
export function Spark({ series, requested, width = 50 }: { readonly series: readonly number[]; readonly requested: number | undefined; readonly width?: number }): ReactNode {
  const height = 20
  const most = Math.max(1, ...series, requested ?? 0) * 1.08
  const y = (value: number): number => height - 2 - (value / most) * (height - 4)
  const points = series.map((value, index) => `${((index / Math.max(1, series.length - 1)) * width).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  return (
    <svg className="spark" width={width} height={height} aria-hidden="true">
      {requested !== undefined && <line className="spark-request" x1={0} x2={width} y1={y(requested)} y2={y(requested)} />}
      <polyline className="spark-line" points={points} />
    </svg>
  )
}

/** What is left of something, with the hatched end where eviction begins. Shares from 0 to 1. */
export function ThresholdBar({ left, threshold }: { readonly left: number; readonly threshold: number }): ReactNode {
  const share = (value: number): string => `${Math.max(0, Math.min(100, value * 100))}%`
  return (
    <div className="threshold" data-low={left < threshold || undefined} aria-hidden="true">
      <span className="threshold-left" style={{ width: share(left) }} />
      <span className="threshold-end" style={{ width: share(threshold) }} />
      <span className="threshold-mark" style={{ left: share(threshold) }} />
    </div>
  )
}
