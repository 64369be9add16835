import { memo, type ReactNode } from 'react'
import type { TimelineMark } from '../../protocol'
import type { Placed, PlacedBeat } from './layout'

/** One lane's marks: the shape says what, yellow says now, dashed and faint says that it has not happened yet. */
export const Lane = memo(function Lane({ placed, y, onGo }: { readonly placed: readonly Placed[]; readonly y: number; readonly onGo: (mark: TimelineMark) => void }): ReactNode {
  return (
    <g>
      {placed.map((one) => {
        const state = `${one.future ? ' is-future' : ''}${one.now ? ' is-now' : ''}`
        switch (one.is) {
          case 'span':
            return (
              <g key={`s${one.mark.seq}`} className={`mark${state}`} data-goes="" onClick={() => { onGo(one.mark) }}>
                <title>{one.mark.label}</title>
                <rect x={one.x} y={y - 9} width={one.width} height={18} rx={3} className={`mark-span${one.open && !one.future ? ' is-open' : ''}`} />
                {one.label !== '' && <text x={one.x + 6} y={y + 4} className="mark-span-label">{one.label}</text>}
              </g>
            )
          case 'cluster':
            return (
              <g key={`c${one.first.seq}`} className={`mark${state}`} data-goes="" onClick={() => { onGo(one.first) }}>
                <title>{`${one.count}: ${one.first.label} …`}</title>
                <rect x={one.x} y={y - 5} width={one.width} height={10} rx={5} className="mark-cluster" />
                <text x={one.x + one.width / 2} y={y - 9} textAnchor="middle" className="mark-count">{one.count}</text>
              </g>
            )
          case 'mark':
            return (
              <g key={`m${one.mark.seq}`} className={`mark${state}`} data-goes="" onClick={() => { onGo(one.mark) }}>
                <title>{one.mark.label}</title>
                <rect x={one.x - 8} y={y - 14} width={16} height={28} fill="transparent" />
                <Shape shape={one.mark.shape} x={one.x} y={y} />
                {one.label !== '' && <text x={one.x + 8} y={y + 4} className="mark-label">{one.label}</text>}
              </g>
            )
        }
      })}
    </g>
  )
})

function Shape({ shape, x, y }: { readonly shape: TimelineMark['shape']; readonly x: number; readonly y: number }): ReactNode {
  switch (shape) {
    case 'create': return <circle cx={x} cy={y} r={4.6} className="mark-fill" />
    case 'update': return <circle cx={x} cy={y} r={4} className="mark-ring" />
    case 'bind': return <rect x={x - 4.5} y={y - 4.5} width={9} height={9} transform={`rotate(45 ${x} ${y})`} className="mark-fill" />
    case 'delete': return <path d={`M${x - 4} ${y - 4}l8 8M${x + 4} ${y - 4}l-8 8`} className="mark-cross" />
    case 'fail': return <path d={`M${x - 4} ${y - 4}l8 8M${x + 4} ${y - 4}l-8 8`} className="mark-cross is-fail" />
    case 'tick': case 'span': return <line x1={x} x2={x} y1={y - 5} y2={y + 5} className="mark-tick" />
  }
}

/** The decision on show: a box a beat. */
export const BeatLane = memo(function BeatLane({ beats, y, left, right, onGo }: {
  readonly beats: readonly PlacedBeat[]
  readonly y: number
  readonly left: number
  readonly right: number
  readonly onGo: (beat: number) => void
}): ReactNode {
  return (
    <g>
      {beats.filter((beat) => beat.x + beat.width > left && beat.x < right).map((beat) => (
        <g key={beat.index} className={`mark${beat.state === 'future' ? ' is-future' : beat.state === 'now' ? ' is-now' : ''}`} data-goes="" onClick={() => { onGo(beat.index) }}>
          <rect x={beat.x} y={y - 9} width={beat.width} height={18} rx={3} className="mark-span" />
          {beat.label !== '' && <text x={beat.x + 5} y={y + 4} className="mark-span-label mark-beat">{beat.label}</text>}
        </g>
      ))}
    </g>
  )
})
