import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { ChevronDown, ChevronUp, clock, defineCatalogue, IconButton, tickTime, useText, whole } from '../kit'
import { comparePositions, laneNames, seek, shownTime, trafficLaneNames, useSession, useSetUi, useUi, useView, type Session, type View } from '../store'
import { Lane, BeatLane } from './Lane'
import { beatName, layOutBeats, layOutLane, ticksOf, timeAt, xOf, type TimeScale } from './layout'
import { autoWidth, follow, zoomed, type TimeWindow } from './window'
import './timeline.css'

defineCatalogue('timeline', {
  en: {
    'timeline': 'Timeline', 'playhead': 'Playhead', 'at': '{{time}}, revision {{revision}}', 'lane.api': 'API writes', 'lane.scheduling': 'Scheduling', 'lane.controllers': 'Controllers', 'lane.kubelets': 'Kubelets', 'lane.requests': 'Requests', 'lane.proxy': 'kube-proxy',
    'cycle': 'Cycle {{cycle}}', 'fold': 'Fold the timeline', 'open': 'Open the timeline', 'help': 'Drag to scrub, wheel to zoom, double click to run to here.', 'wait': 'time begins here',
  },
  zh: {
    'timeline': '时间线', 'playhead': '播放头', 'at': '{{time}}，修订号 {{revision}}', 'lane.api': 'API 写入', 'lane.scheduling': '调度', 'lane.controllers': '控制器', 'lane.kubelets': 'kubelet', 'lane.requests': '请求', 'lane.proxy': 'kube-proxy',
    'cycle': '调度周期 {{cycle}}', 'fold': '收起时间线', 'open': '展开时间线', 'help': '拖动以回看，滚轮缩放，双击运行到此处。', 'wait': '时间从这里开始',
  },
})

const axisTop = 26
const laneTop = 48
const laneStep = 32
const namesRight = 142

export function Timeline(): ReactNode {
  const text = useText('timeline')
  const open = useUi((ui) => ui.timelineOpen)
  const setUi = useSetUi()
  return (
    <section className="timeline" aria-label={text('timeline')} data-open={open ? '' : undefined}>
      <TimelineDrawing open={open} />
      <IconButton className="timeline-fold" label={text(open ? 'fold' : 'open')} onClick={() => { setUi({ timelineOpen: !open }) }}>
        {open ? <ChevronDown size={14} /> : <ChevronUp size={14} />}
      </IconButton>
    </section>
  )
}

/** The mark the reader stands on: the newest one that is not in the future. */
function nowMark(view: View): number {
  let best = -1
  for (const name of [...laneNames, 'requests', 'proxy'] as const) {
    const marks = view.marks.between(name, view.now, view.now)
    for (const mark of marks) if (comparePositions(mark.position, view.position) === 0 && mark.seq > best) best = mark.seq
  }
  return best
}

function TimelineDrawing({ open }: { readonly open: boolean }): ReactNode {
  const text = useText('timeline')
  const session = useSession()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const now = useView((view) => view.now)
  const position = useView((view) => view.position)
  const end = useView((view) => view.end)
  const marks = useView((view) => view.marks)
  const marksVersion = useView((view) => view.marksVersion)
  const decision = useView((view) => view.decision)
  const running = useView((view) => view.running)
  const speed = useView((view) => view.speed)
  const revision = useView((view) => view.revision)
  const scenario = useView((view) => `${view.scenario} ${view.seed}`)
  const [window, setWindow] = useState<TimeWindow>({ from: 0, width: 1000 })
  const [chosen, setChosen] = useState<{ readonly scenario: string; readonly width: number }>()
  const [drag, setDrag] = useState<number>()

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const watch = new ResizeObserver(() => { setWidth(element.clientWidth) })
    watch.observe(element)
    setWidth(element.clientWidth)
    return () => { watch.disconnect() }
  }, [])

  // A width chosen by hand holds for the cluster it was chosen in.
  const chosenWidth = chosen?.scenario === scenario ? chosen.width : undefined
  const playhead = shownTime({ now, decision })
  const cycleStart = decision?.cycle.startedAt
  const cycleMs = decision ? Math.max(decision.cycle.endedAt, decision.beats.at(-1)?.at ?? 0) - decision.cycle.startedAt : undefined
  const shown = useMemo(() => follow(
    window, playhead, chosenWidth ?? autoWidth({
      running, speed, cycleMs, historyMs: marks.endAt, marksWithin: (span) => laneNames.some((name) => marks.between(name, playhead - span * 0.4, playhead + span * 0.4).length > 0),
    }),
    chosenWidth === undefined && !running ? cycleStart : undefined,
  ), [window, playhead, chosenWidth, running, speed, cycleMs, cycleStart, marks, marksVersion]) // eslint-disable-line react-hooks/exhaustive-deps -- the marks change in place, their version says so
  if (shown !== window && drag === undefined) setWindow(shown)

  const scale: TimeScale = useMemo(() => {
    const seen = drag === undefined ? shown : window
    return { from: seen.from, to: seen.from + seen.width, left: namesRight + 8, right: Math.max(namesRight + 60, width - 30) }
  }, [shown, window, drag, width])
  const playheadX = drag ?? xOf(scale, playhead)
  const inSight = playheadX >= scale.left - 1 && playheadX <= scale.right + 20

  usePlayheadAnchor(session, box, inSight ? playheadX : undefined, open)
  useWheel(box, scale, (factor, anchor) => {
    const next = zoomed(drag === undefined ? shown : window, factor, anchor)
    setWindow(next)
    setChosen({ scenario, width: next.width })
  })

  const xOfEvent = (event: PointerEvent): number => event.clientX - (box.current?.getBoundingClientRect().left ?? 0)
  const limit = (x: number): number => Math.max(xOf(scale, 0), Math.min(scale.right, x))
  const endAt = Math.max(marks.endAt, now)
  const scrubTo = (x: number): void => { void seek(session, { time: Math.max(0, Math.min(endAt, Math.round(timeAt(scale, x)))) }) }
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const x = xOfEvent(event)
    if (event.button !== 0 || x < scale.left - 10 || (event.target as Element).closest('[data-goes]')) return
    event.currentTarget.setPointerCapture(event.pointerId)
    setWindow(shown)
    setDrag(limit(x))
    scrubTo(x)
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag === undefined) return
    const x = limit(xOfEvent(event))
    setDrag(x)
    scrubTo(x)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== '+' && event.key !== '=' && event.key !== '-') return
    event.preventDefault()
    event.stopPropagation()
    const next = zoomed(shown, event.key === '-' ? 1.5 : 1 / 1.5, playhead)
    setWindow(next)
    setChosen({ scenario, width: next.width })
  }

  const current = session.view.getState()
  const nowSeq = useMemo(() => nowMark(current), [current, marksVersion]) // eslint-disable-line react-hooks/exhaustive-deps -- the marks change in place, their version says so
  const laneList = useUi((ui) => (ui.view === 'traffic' ? trafficLaneNames : laneNames))
  const lanes = useMemo(() => laneList.map((name) => ({ name, placed: layOutLane(marks.between(name, scale.from, scale.to), scale, (mark) => (decision ? mark.at > playhead : comparePositions(mark.position, position) > 0), nowSeq) })),
    [laneList, marks, marksVersion, scale, position, nowSeq, decision, playhead]) // eslint-disable-line react-hooks/exhaustive-deps -- as above
  const beats = useMemo(() => (decision ? layOutBeats(decision.beats, decision.beat, Math.max(decision.cycle.endedAt, (decision.beats.at(-1)?.at ?? 0) + 8), scale, beatName) : undefined), [decision, scale])
  const { step, at: ticks } = useMemo(() => ticksOf(scale), [scale])
  const future = comparePositions(end, position) > 0
  const futureEnd = Math.min(scale.right + 20, xOf(scale, endAt))
  const height = open ? 178 : 44
  const time = drag === undefined ? playhead : Math.round(timeAt(scale, drag))
  const label = tickTime(time, Math.min(step, 999))

  return (
    <div
      className="timeline-box" ref={box} role="slider" tabIndex={0} data-keys="shared" aria-label={text('playhead')} title={text('help')}
      aria-valuemin={0} aria-valuemax={Math.round(endAt)} aria-valuenow={Math.round(playhead)} aria-valuetext={text('at', { time: clock(playhead), revision: whole(revision) })}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove} onKeyDown={onKeyDown}
      onPointerUp={() => { setDrag(undefined) }} onPointerCancel={() => { setDrag(undefined) }}
      onDoubleClick={(event) => {
        const x = event.clientX - event.currentTarget.getBoundingClientRect().left
        if (x >= scale.left) void seek(session, { time: Math.max(0, Math.round(timeAt(scale, x))) })
      }}
    >
      <svg width={width} height={height} aria-hidden="true">
        {open && ticks.map((at) => {
          const x = xOf(scale, at)
          // The pill of the playhead stands on the axis; a time under it would only be half read.
          const hidden = Math.abs(x - playheadX) < 76
          return (
            <g key={at}>
              <line x1={x} x2={x} y1={axisTop} y2={170} stroke="var(--line-1)" />
              {!hidden && x < width - 20 && <text x={x} y={17} textAnchor="middle" className="timeline-tick">{tickTime(at, step)}</text>}
            </g>
          )
        })}
        {open && future && futureEnd > playheadX && <rect x={playheadX} y={axisTop} width={futureEnd - playheadX} height={144} className="timeline-future" />}
        {open
          ? lanes.map(({ name, placed }, index) => (
            <g key={name}>
              <text x={18} y={laneTop + index * laneStep + 4} className="timeline-lane">{name === 'scheduling' && decision ? text('cycle', { cycle: whole(decision.cycle.id) }) : text(`lane.${name}`)}</text>
              <line x1={namesRight} x2={scale.right} y1={laneTop + index * laneStep} y2={laneTop + index * laneStep} stroke="var(--line-1)" />
              {name === 'scheduling' && beats
                ? <BeatLane beats={beats} y={laneTop + index * laneStep} left={scale.left} right={scale.right + 20} onGo={(beat) => { void seek(session, { position: { event: position.event, beat: position.beat + beat - (decision?.beat ?? 0) } }) }} />
                : <Lane placed={placed} y={laneTop + index * laneStep} onGo={(mark) => { void seek(session, { position: mark.position }) }} />}
            </g>
          ))
          : (
            <g>
              <text x={18} y={26} className="timeline-lane">{text('timeline')}</text>
              <line x1={namesRight} x2={scale.right} y1={22} y2={22} stroke="var(--line-1)" />
              <Lane placed={lanes[0]?.placed.map((one) => (one.is === 'mark' ? { ...one, label: '' } : one)) ?? []} y={22} onGo={(mark) => { void seek(session, { position: mark.position }) }} />
            </g>
          )}
        {inSight && (
          <g className="timeline-playhead">
            <line x1={playheadX} x2={playheadX} y1={0} y2={height} />
            <rect x={playheadX - 44} y={open ? 4 : 12} width={88} height={19} rx={5} />
            <text x={playheadX} y={open ? 18 : 26} textAnchor="middle">{label}</text>
          </g>
        )}
      </svg>
    </div>
  )
}

/** The thread is tied to the playhead: its place in page pixels is told to the map. */
function usePlayheadAnchor(session: Session, box: React.RefObject<HTMLDivElement | null>, x: number | undefined, open: boolean): void {
  useEffect(() => {
    const anchor = session.ui.getState().threadAnchor
    const playheadX = x === undefined ? undefined : x + (box.current?.getBoundingClientRect().left ?? 0)
    if (anchor && anchor.playheadX !== playheadX) session.ui.setState({ threadAnchor: { ...anchor, playheadX } })
  }, [session, box, x, open])
  useEffect(() => () => {
    const anchor = session.ui.getState().threadAnchor
    if (anchor) session.ui.setState({ threadAnchor: { ...anchor, playheadX: undefined } })
  }, [session])
}

/** React's wheel handlers are passive, and the page must not scroll under the zoom. */
function useWheel(box: React.RefObject<HTMLDivElement | null>, scale: TimeScale, zoom: (factor: number, anchor: number) => void): void {
  const latest = useRef({ scale, zoom })
  useLayoutEffect(() => { latest.current = { scale, zoom } })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      const x = Math.max(latest.current.scale.left, event.clientX - element.getBoundingClientRect().left)
      const turned = event.deltaY === 0 ? event.deltaX : event.deltaY
      latest.current.zoom(1.0018 ** Math.max(-400, Math.min(400, turned)), timeAt(latest.current.scale, x))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => { element.removeEventListener('wheel', wheel) }
  }, [box])
}
