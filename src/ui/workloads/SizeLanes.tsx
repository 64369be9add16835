import { useMemo, type ReactNode } from 'react'
import type { OwnershipView, SizePoint } from '../../protocol'
import { clock, useText, workloadColor } from '../kit'
import { seek, useSession } from '../store'

const width = 396
const height = 118
const left = 78
const right = width - 8
const marginMs = 1_000
/** Nothing changed for so long: what comes then is another story. */
const calmMs = 20_000

interface Lane {
  readonly id: 'old' | 'new' | 'available' | 'all'
  readonly top: number
  readonly height: number
  readonly of: (point: SizePoint) => number
}

/** How many Pods of the old sets, of the new one, and available, over time; what is known of the future is dashed. */
export function SizeLanes({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  const session = useSession()
  const points = view.sizes
  const hasOld = useMemo(() => points.some((point) => point.old > 0), [points])
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 2) return null
  const { begin, end } = burstAround(points, view.at)
  const x = (at: number): number => Math.round((left + ((Math.max(begin, Math.min(end, at)) - begin) / Math.max(1, end - begin)) * (right - left)) * 10) / 10
  const most = Math.max(1, ...points.map((point) => Math.max(point.old, point.new, point.available)))
  const floor = view.root.is === 'Deployment' ? view.root.rollout.floor : undefined
  const lanes: readonly Lane[] = [
    ...hasOld ? [{ id: 'old' as const, top: 8, height: 22, of: (point: SizePoint) => point.old }] : [],
    { id: hasOld ? 'new' : 'all', top: 40, height: 22, of: (point) => point.new },
    { id: 'available', top: 76, height: 26, of: (point) => point.available },
  ]
  const steps = (lane: Lane, of: readonly SizePoint[], to: number): string => of.map((point, index) => {
    const y = lane.top + lane.height - (lane.of(point) / most) * lane.height
    const until = x(of[index + 1]?.at ?? to)
    return `${index === 0 ? 'M' : 'L'}${x(point.at)} ${y}H${until}`
  }).join('')
  const known = points.filter((point) => point.event <= view.event)
  const coming = points.filter((point) => point.event > view.event)
  const shown = known.at(-1) ?? first
  const ahead = coming.length === 0 ? [] : [{ ...shown, at: view.at }, ...coming]
  return (
    <div className="sec">
      <h4 className="sec-title">{text('lanes')}</h4>
      <svg
        className="wl-lanes" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text('lanes.summary', { old: shown.old, new: shown.new, available: shown.available, floor: floor ?? '–' })}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect()
          const at = begin + ((((event.clientX - box.left) / box.width) * width - left) / (right - left)) * (end - begin)
          if (at >= begin) void seek(session, { time: Math.max(0, Math.round(at)) })
        }}
      >
        {lanes.map((lane) => {
          const base = lane.top + lane.height
          const line = steps(lane, known, view.at)
          return (
            <g key={lane.id}>
              <text x={0} y={base - lane.height / 2 + 4}>{text(`lane.${lane.id}`)}</text>
              <line className="wl-lane-base" x1={left} x2={right} y1={base} y2={base} />
              {lane.id === 'available' ? null : <path className="wl-lane-area" d={`${line}V${base}H${x(known[0]?.at ?? view.at)}Z`} style={{ fill: lane.id === 'old' ? 'var(--wl-mute)' : workloadColor(view.hue) }} />}
              {lane.id === 'available' && floor !== undefined && <line className="wl-lane-floor" x1={left} x2={right} y1={base - (floor / most) * lane.height} y2={base - (floor / most) * lane.height} />}
              {lane.id === 'available' && <path className="wl-lane-line" d={line} />}
              {ahead.length > 0 && <path className="wl-lane-ahead" d={steps(lane, ahead, end)} />}
            </g>
          )
        })}
        {floor !== undefined && <text className="wl-lane-note" x={right} y={height - 4} textAnchor="end">{text('lanes.floor', { floor })}</text>}
        <line className="wl-lane-now" x1={x(view.at)} x2={x(view.at)} y1={2} y2={104} />
        <text className="wl-lane-note" x={left} y={height - 4}>{clock(Math.max(0, begin))}</text>
      </svg>
    </div>
  )
}

/** The changes around a moment that follow each other closely: what was so for long before and after them needs no room. */
export function burstAround(points: readonly SizePoint[], now: number): { readonly begin: number; readonly end: number } {
  const at = (index: number): number => points[index]?.at ?? now
  let from = Math.max(0, points.findLastIndex((point) => point.at <= now))
  let to = from
  while (from > 0 && at(from) - at(from - 1) <= calmMs) from--
  if (at(to + 1) - now <= calmMs || at(to + 1) - at(to) <= calmMs) to = Math.min(points.length - 1, to + 1)
  while (to < points.length - 1 && at(to + 1) - at(to) <= calmMs) to++
  return { begin: Math.min(at(from), now) - marginMs, end: Math.max(at(to), now) + marginMs }
}
