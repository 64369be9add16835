import { useEffect, useRef, type ReactNode } from 'react'
import type { JourneyView } from '../../protocol'
import { Segmented, span, useSize, useText } from '../kit'
import { shownTime, useSession, useUi, useView } from '../store'
import { currentStep, followerOf, goToStep, shownState, stepJourney, useJourney, type Spacing } from './follow'
import { actors, asksNothing, layOutSequence, yOf, type SequenceSize } from './layout'
import { stepName } from './text'
import { whoOf } from './who'

const namesWidth = 178
const labelRoom = 168

/** The timeline's form for one Pod: lifelines along it, messages across. */
export function Sequence(): ReactNode {
  const text = useText('journey')
  const view = useJourney((journey) => journey.view)
  return (
    <section className="timeline jny-strip" data-open="" aria-label={view ? text('sequence', { pod: view.pod }) : text('journey')}>
      {view && <Drawing view={view} />}
    </section>
  )
}

function Drawing({ view }: { readonly view: JourneyView }): ReactNode {
  const text = useText('journey')
  const session = useSession()
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box)
  const position = useView((now) => now.position)
  const clockAt = useView((now) => shownTime(now))
  const held = useJourney((journey) => journey.held)
  const spacing = useJourney((journey) => journey.spacing)
  const language = useUi((ui) => ui.language)
  const current = currentStep({ view, held }, position)
  const size: SequenceSize = { width, height, left: namesWidth + 58, right: Math.max(namesWidth + 340, width - labelRoom), top: 46, bottom: height - 34 }
  const { steps, work, ticks, playhead } = layOutSequence(view.steps, size, spacing, clockAt, current)
  const inSight = playhead <= width
  usePlayheadAnchor(box, inSight ? playhead : undefined)
  const pill = span(clockAt - view.start)
  const early = clockAt < view.start
  return (
    <div className="jny-strip-box" ref={box}>
      <svg width={width} height={height} lang={language}>
        {actors.map((actor) => (
          <g key={actor}>
            <text x={18} y={yOf(actor, size) + 4} className="jny-lifeline">{whoOf(actor, view)}</text>
            <line x1={namesWidth} x2={width - 16} y1={yOf(actor, size)} y2={yOf(actor, size)} className="jny-line" />
          </g>
        ))}
        {ticks.map(({ x, at }) => (
          <g key={x}>
            <line x1={x} x2={x} y1={28} y2={height - 14} className="jny-column-line" />
            {Math.abs(x - playhead) > 52 && <text x={x} y={19} textAnchor="middle" className="jny-tick">{span(at - view.start)}</text>}
          </g>
        ))}
        {work.map(({ actor, from, to, y, begins }) => {
          const state = shownState(begins, current)
          const done = Math.min(to, Math.max(from, playhead))
          const open = begins.state === 'open' || state === 'known'
          const works = !open && done < to
          return (
            <g key={`${actor} ${begins.number}`}>
              {(open || works) && <rect x={from} y={y - 7} width={to - from} height={14} rx={3} className="jny-work is-known" />}
              {!open && done > from && <rect x={from} y={y - 7} width={done - from} height={14} rx={3} className={`jny-work${works && (begins.id === 'pulls' || begins.id === 'starts') ? ' is-now' : ''}`} />}
            </g>
          )
        })}
        {inSight && <line x1={playhead} x2={playhead} y1={0} y2={height} className="jny-playline" />}
        {steps.map(({ step, x, fromY, toY }) => {
          const state = shownState(step, current)
          const down = toY > fromY
          const words = step.id === 'decides' ? text('work.decides') : asksNothing(step) ? text('note.present') : step.label
          // Where messages stand close, only those with room for their words say them; the disc's name says them all.
          const crowded = steps.some((other) => other.x > x && other.x - x < words.length * 6.6 + 14 && other.fromY === fromY && other.step.state !== 'never')
          const label = crowded && state !== 'now' ? '' : words
          if (step.state === 'never') return null
          return (
            <g
              key={step.number} className="jny-message-mark" data-state={state} data-failed={step.failed || undefined} role="button" tabIndex={-1} aria-disabled={step.goal === undefined || undefined}
              aria-label={text(step.goal === undefined ? 'goNever' : 'go', { number: step.number, name: stepName(step, text) })} onClick={() => { void goToStep(session, step.number) }}
            >
              <rect x={x - 14} y={Math.min(fromY, toY) - 14} width={28} height={Math.abs(toY - fromY) + 28} fill="transparent" />
              {fromY !== toY && <path d={`M${x} ${fromY + (down ? 10 : -10)}V${toY + (down ? -9 : 9)}`} className="jny-arrow" />}
              {fromY !== toY && <path d={down ? `M${x - 4.5} ${toY - 13}L${x} ${toY - 6}L${x + 4.5} ${toY - 13}z` : `M${x - 4.5} ${toY + 13}L${x} ${toY + 6}L${x + 4.5} ${toY + 13}z`} className="jny-arrow-head" />}
              <circle cx={x} cy={fromY} r={9.5} className="jny-dot" />
              <text x={x} y={fromY + 4} textAnchor="middle" className="jny-dot-number">{step.number}</text>
              <text x={x + (fromY === toY ? 0 : 10)} y={fromY === toY ? fromY + 21 : down ? fromY + 22 : fromY - 17} className="jny-label">{label}</text>
            </g>
          )
        })}
        {inSight && (
          <g className="jny-playhead">
            <rect x={playhead - 34} y={5} width={68} height={19} rx={5} />
            <text x={playhead} y={19} textAnchor="middle">{early ? `−${pill}` : pill}</text>
          </g>
        )}
      </svg>
    </div>
  )
}

/** Where the playhead stands is told to the thread. */
function usePlayheadAnchor(box: React.RefObject<HTMLDivElement | null>, x: number | undefined): void {
  const session = useSession()
  useEffect(() => {
    const anchor = session.ui.getState().threadAnchor
    const playheadX = x === undefined ? undefined : x + (box.current?.getBoundingClientRect().left ?? 0)
    if (anchor && anchor.playheadX !== playheadX) session.ui.setState({ threadAnchor: { ...anchor, playheadX } })
  }, [session, box, x])
  useEffect(() => () => {
    const anchor = session.ui.getState().threadAnchor
    if (anchor) session.ui.setState({ threadAnchor: { ...anchor, playheadX: undefined } })
  }, [session])
}

/** At the caption's end: how the strip is spaced, and the Pod's next message. */
export function JourneyNext(): ReactNode {
  const text = useText('journey')
  const session = useSession()
  const view = useJourney((journey) => journey.view)
  const held = useJourney((journey) => journey.held)
  const spacing = useJourney((journey) => journey.spacing)
  const position = useView((now) => now.position)
  if (!view) return null
  const current = currentStep({ view, held }, position)
  const next = view.steps.find((step) => step.number > current && step.goal !== undefined)
  const over = next === undefined && view.steps.slice(current).every((step) => step.state === 'never')
  return (
    <>
      <Segmented<Spacing>
        label={text('spacing')} value={spacing} className="jny-spacing" onChange={(value) => { followerOf(session).store.setState({ spacing: value }) }}
        segments={[{ value: 'steps', label: text('spacing.steps') }, { value: 'time', label: text('spacing.time') }]}
      />
      <button type="button" className="caption-next" tabIndex={-1} disabled={over} onClick={() => { void stepJourney(session, 1) }}>
        <span>{over ? text('next.end') : next === undefined ? text('next.run') : text('next', { name: stepName(next, text) })}</span>{!over && <kbd aria-hidden="true">→</kbd>}
      </button>
    </>
  )
}
