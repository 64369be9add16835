import { memo, useMemo, type ReactNode } from 'react'
import { cpuQuantity, memoryQuantity, middleCut, pluginStyle, Segmented, PodTag, useText, whole, workloadColor } from '../kit'
import { useSetUi, useUi, useView } from '../store'
import { useMapModel } from './model'
import type { Spans } from './scene/capacity'
import type { DecisionScene, ScoreAxis } from './scene/decision'
import type { ColourBy } from './scene/paint'
import { densityOf, dotSizes, dotsOf, lettersOf, straitOf } from './scene/strips'

/** Width of a label in semibold small type, on the safe side; Han characters are square. */
const textWidth = (label: string, scale: number): number => scale * [...label].reduce((sum, letter) => sum + (letter > '\u2e80' ? 13 : 7.1), 0)

const useScale = (): number => useUi((ui) => (ui.scale === 'stage' ? 1.38 : 1))

const bare = (key: string): string => key.slice(key.indexOf('/') + 1)

/** The Pod that is being decided on, and what it asks for, drawn in the bars' own scale. */
export const InFlight = memo(function InFlight({ scene, spans, meterWidth }: { readonly scene: DecisionScene; readonly spans: Spans; readonly meterWidth: number }): ReactNode {
  const { incoming } = useMapModel()
  const text = useText('map')
  const setUi = useSetUi()
  const attempt = useView((view) => view.decision?.cycle.attempt ?? 1)
  const hue = incoming?.hue ?? 0
  const bar = (amount: number, of: number): number => Math.max(3, Math.min(110, (amount / of) * meterWidth))
  return (
    <section className="in-flight" data-inflight aria-label={`${text('flight.title')}: ${scene.pod}`}>
      <div className="row small dim flight-title">{text('flight.title')}{attempt > 1 && <span>{` · ${text('flight.attempt', { count: attempt })}`}</span>}</div>
      <button className="flight-pod" title={scene.pod} onClick={() => { setUi({ selection: { kind: 'pod', name: scene.pod } }) }}>
        <PodTag letter={incoming?.letter ?? '·'} hue={hue} name={middleCut(bare(scene.pod), 16)} title={scene.pod} />
      </button>
      <div className="flight-asks">
        {(incoming?.cpu ?? 0) > 0 && <><span className="dim">{text('flight.cpu')}</span><span className="row"><span className="flight-block" data-inflight-block style={{ width: bar(incoming?.cpu ?? 0, spans.cpu), background: workloadColor(hue) }} /><span className="mono">{cpuQuantity(incoming?.cpu ?? 0)}</span></span></>}
        {(incoming?.memory ?? 0) > 0 && <><span className="dim">{text('flight.mem')}</span><span className="row"><span className="flight-block" style={{ width: bar(incoming?.memory ?? 0, spans.memory), background: workloadColor(hue) }} /><span className="mono">{memoryQuantity(incoming?.memory ?? 0)}</span></span></>}
        {incoming && incoming.cpu === 0 && incoming.memory === 0 && <span className="dim flight-none">{text('flight.none')}</span>}
      </div>
    </section>
  )
})

/** The strait: candidate nodes as a stream that narrows at every filter plugin. */
export const Strait = memo(function Strait({ scene, width, height }: { readonly scene: DecisionScene; readonly width: number; readonly height: number }): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const picked = useUi((ui) => ui.pickedPlugin)
  const scale = useScale()
  const into = scene.columns[0]?.into ?? scene.visit.visited
  const pitch = width / Math.max(1, scene.columns.length)
  const { labelOf, shape } = useMemo(() => {
    // From a branch's end to the next one's: a longer name keeps its beginning and its end.
    const most = Math.max(6, Math.floor((pitch - Math.min(32, pitch * 0.3) - 26) / (6.8 * scale)))
    const labelOf = (rejected: readonly string[]): string => (rejected.length === 1 ? `✕ ${middleCut(rejected[0] as string, most)}` : text('strip.rejected', { count: rejected.length }))
    return { labelOf, shape: straitOf(scene.columns, into, width, height, (rejected) => textWidth(labelOf(rejected), scale), textWidth(text('strip.dry'), scale) + 8) }
  }, [scene.columns, into, width, height, pitch, scale, text])
  const nameOf = (plugin: string, room: number): string => {
    const style = pluginStyle(plugin)
    const fits = (name: string, spare: number): boolean => name.length * 6.9 * scale + spare < room
    return fits(plugin, 16) ? plugin : fits(style.short, 12) ? style.short : fits(style.tiny, 8) ? style.tiny : `${style.tiny.slice(0, Math.max(3, Math.floor(room / (7.5 * scale))))}.`
  }
  return (
    <div className="strait" role="group" aria-label={`${text('strip.strait')}. ${text('strip.strait.summary', { into, left: scene.left })}`}>
      <svg width={width} height={height} aria-hidden="true">
        <path className="strait-stream" d={shape.stream} />
        {shape.lanes.map((lane) => <line key={lane.y} x1="0" x2={lane.to} y1={lane.y} y2={lane.y} className="strait-lane" />)}
        {shape.columns.map((column, index) => (
          <g key={column.plugin} data-plugin={column.plugin} data-state={column.state}>
            {index > 0 && <line x1={column.x} x2={column.x} y1="16" y2={Math.min(94, height - 12)} className="strait-wall" />}
            <text x={column.countX} y={column.countY} className="strait-count" data-low={(column.into === 0) || undefined}>{whole(column.into)}</text>
            {column.branch && (
              <g className="strait-branch">
                <path d={column.branch.path} strokeWidth={column.branch.stroke} />
                <text x={column.branch.labelX} y={column.branch.labelY}><title>{column.branch.nodes.slice(0, 12).join(', ')}</title>{labelOf(column.branch.nodes)}</text>
              </g>
            )}
          </g>
        ))}
      </svg>
      {shape.columns.map((column) => (
        <button
          key={column.plugin} className="strait-name" data-state={column.state} data-picked={picked === column.plugin || undefined} title={column.plugin} aria-pressed={picked === column.plugin}
          style={{ left: column.labelX, maxWidth: Math.max(30, column.width - 16) }} onClick={() => { setUi({ pickedPlugin: picked === column.plugin ? undefined : column.plugin }) }}
        >
          {nameOf(column.plugin, column.width)}
        </button>
      ))}
      {scene.columns.length === 0 && <div className="strip-note small dim">{text('strip.preparing')}</div>}
      {shape.dry && <div className="strip-note strip-dry small no-text" data-at={shape.dry.y} style={{ left: shape.dry.x }}>{text('strip.dry')}</div>}
    </div>
  )
})

/** The dot strip: a 0 to 100 axis (0 to 10 in classic mode) a score plugin, a lettered dot a node, the weight, and by how much it parts the nodes. */
export const DotStrip = memo(function DotStrip({ scene, width, height }: { readonly scene: DecisionScene; readonly width: number; readonly height: number }): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const picked = useUi((ui) => ui.pickedPlugin)
  const letters = useMemo(() => lettersOf(scene.feasible), [scene.feasible])
  // A plugin that gives 0 to everybody neither parts nor counts: those share one line at the end.
  const shown = useMemo(() => scene.axes.filter(counts), [scene.axes])
  const folded = scene.axes.filter((score) => !counts(score))
  if (scene.axes.length === 0) return <div className="dots"><div className="strip-note small dim">{text('strip.noScores')}</div></div>
  const foldWidth = folded.length > 0 ? 64 : 0
  const pitch = Math.min(220, (width - foldWidth) / Math.max(1, shown.length))
  const axis = Math.max(24, Math.min(100, pitch - 26))
  const base = height < 100 ? height - 29 : 66
  return (
    <div className="dots" role="group" aria-label={text('strip.scores')}>
      {shown.map((score, index) => (
        <Axis key={score.plugin} score={score} left={index * pitch} pitch={pitch} axis={axis} base={base} height={height} scene={scene} letters={letters} picked={picked === score.plugin} onPick={() => { setUi({ pickedPlugin: picked === score.plugin ? undefined : score.plugin }) }} />
      ))}
      {folded.length > 0 && (
        <div
          className="axis axis-folded small" style={{ left: shown.length * pitch, width: foldWidth }} data-plugins={folded.map((score) => score.plugin).join(' ')} data-now={folded.some((score) => score.state === 'now') || undefined}
          title={folded.map((score) => score.plugin).join(', ')}
        >
          <span className="row">{folded.map((score) => <span key={score.plugin} className={`swatch ${pluginStyle(score.plugin).className}`} />)}</span>
          <span>{text('strip.zero', { count: folded.length })}</span>
        </div>
      )}
    </div>
  )
})

const counts = (score: ScoreAxis): boolean => !score.same || (score.points[0]?.weighted ?? 0) !== 0

/** Over this many nodes dots would hide each other. */
const dotsMax = 12

function Axis({ score, left, pitch, axis, base, height, scene, letters, picked, onPick }: {
  readonly score: ScoreAxis
  readonly left: number
  readonly pitch: number
  readonly axis: number
  readonly base: number
  readonly height: number
  readonly scene: DecisionScene
  readonly letters: ReadonlyMap<string, string>
  readonly picked: boolean
  readonly onPick: () => void
}): ReactNode {
  const text = useText('map')
  const scale = useScale()
  const style = pluginStyle(score.plugin)
  const most = useView((view) => (view.controlPlane?.scheduler.mode === 'classic' ? 10 : 100))
  const ahead = score.state === 'ahead'
  const many = score.points.length > dotsMax
  const low = height < 100
  const dots = dotsOf(many ? score.points.filter((point) => scene.leaders.includes(point.node)) : score.points, axis, base, low ? dotSizes.low : dotSizes.normal, most)
  const [fill, ink] = score.same ? ['var(--line-2)', 'var(--ink-2)'] : [`var(--pl-${style.look})`, `var(--on-${style.look})`]
  const bins = many && !ahead ? densityOf(score.points, 20, most) : []
  const name = textWidth(style.short, scale) + 18 > pitch - 8 ? style.tiny : style.short
  // In a low strip this line keeps its size on stage, or it would not fit under the axis.
  const partsKey = textWidth(text('strip.parts', { count: 100 }), low ? 0.85 : scale * 0.9) > pitch ? 'strip.partsShort' : 'strip.parts'
  return (
    <div className="axis" style={{ left, width: pitch - 4 }} data-plugin={score.plugin} data-state={score.state} data-same={score.same || undefined} data-picked={picked || undefined}>
      <button className="axis-name" onClick={onPick} aria-pressed={picked} title={score.plugin}><span className={`swatch ${style.className}`} /><span className="cut">{name}</span></button>
      <svg width={axis + 18} height={height} role="img" aria-label={text('strip.axis', { plugin: score.plugin, weight: score.weight, points: ahead || many ? '' : score.points.map((point) => `${point.node} ${point.normalized}`).join(', ') })}>
        <g transform="translate(8 0)">
          <path className="axis-line" d={`M0 ${base}H${axis}M0 ${base - 4}v8M${axis} ${base - 4}v8`} />
          {!low && <text className="axis-tick" x="0" y={base + 18}>0</text>}
          {!low && <text className="axis-tick" x={axis} y={base + 18} textAnchor="end">{most}</text>}
          <text className="axis-weight" x={axis / 2} y={low ? base + 13 : base + 18} textAnchor="middle">{text('strip.weight', { weight: score.weight })}</text>
          {bins.map((share, index) => share > 0 && <rect key={index} x={(index / bins.length) * axis} y={base - 2 - share * (low ? 14 : 22)} width={axis / bins.length - 0.8} height={share * (low ? 14 : 22)} fill={fill} opacity=".7" />)}
          {!ahead && dots.map((dot) => {
            const now = dot.node === scene.winner
            return (
              <g key={dot.node} className="axis-dot" style={{ translate: `${dot.x}px ${dot.y}px` }}>
                <circle r={(low ? dotSizes.low : dotSizes.normal).radius} fill={fill} stroke={now ? 'var(--now-edge)' : 'none'} strokeWidth="2.5" />
                <text y={low ? 3.4 : 4} textAnchor="middle" fill={ink}>{letters.get(dot.node)}</text>
              </g>
            )
          })}
          {!ahead && <text className={`axis-parts${score.same ? ' axis-same' : ''}`} x={axis / 2} y={low ? base + 27 : base + 37} textAnchor="middle">{score.same ? text('strip.same') : text(partsKey, { count: score.parts })}</text>}
        </g>
      </svg>
    </div>
  )
}

/** For large clusters: what tiles are coloured by, and which part of the nodes was visited, in the scheduler's order. */
export function TileStrip({ scene, colourBy, onColourBy, width }: { readonly scene: DecisionScene | undefined; readonly colourBy: ColourBy; readonly onColourBy: (by: ColourBy) => void; readonly width: number }): ReactNode {
  const text = useText('map')
  const nodes = useView((view) => view.nodeCount)
  const pods = useView((view) => view.podCount)
  const choices: readonly ColourBy[] = scene ? ['score', 'cpu', 'memory', 'pods'] : ['cpu', 'memory', 'pods']
  return (
    <div className="tile-strip" style={{ width }}>
      <div className="tile-strip-row">
        <span className="small dim nowrap">{text('tiles.by')}</span>
        <Segmented label={text('tiles.by')} value={colourBy} segments={choices.map((value) => ({ value, label: text(`tiles.${value}`) }))} onChange={onColourBy} />
        <span className="grow" />
        {scene && scene.phase === 'filter' && scene.columns.length > 0
          ? <span className="small dim-2 nowrap">{text('tiles.left', { left: whole(scene.left), of: whole(scene.visit.visited) })}</span>
          : <><span className="small dim nowrap">{text('tiles.nodes', { count: nodes, text: whole(nodes) })}</span><span className="small dim nowrap">{text('tiles.podCount', { count: pods, text: whole(pods) })}</span></>}
      </div>
      {scene && <VisitOrder visit={scene.visit} width={width} />}
    </div>
  )
}

function VisitOrder({ visit, width }: { readonly visit: DecisionScene['visit']; readonly width: number }): ReactNode {
  const text = useText('map')
  const left = 90
  const room = Math.max(60, width - left)
  const scale = room / Math.max(1, visit.of)
  const start = left + visit.start * scale
  const stop = (visit.start + visit.visited) % Math.max(1, visit.of)
  const stopX = left + stop * scale
  const all = visit.visited >= visit.of
  const wraps = visit.start + visit.visited > visit.of
  const begun = text('tiles.began', { index: whole(visit.start) })
  const stopped = all ? text('tiles.all', { count: whole(visit.of) }) : text('tiles.stopped', { index: whole(stop) })
  return (
    <svg className="visit" width={width} height="48" role="img" aria-label={`${text('tiles.visit')}: ${begun}, ${stopped}`}>
      <text x="0" y="15" className="visit-name">{text('tiles.visit')}</text>
      <rect x={left} y="5" width={room} height="13" className="visit-all" rx="2" />
      {!wraps && <rect x={start} y="5" width={Math.max(1, visit.visited * scale)} height="13" className="visit-seen" rx="2" />}
      {wraps && <><rect x={start} y="5" width={left + room - start} height="13" className="visit-seen" rx="2" /><rect x={left} y="5" width={Math.max(0, (all ? start : stopX) - left)} height="13" className="visit-seen" rx="2" /></>}
      <path d={`M${start} 1v22${all ? '' : `M${stopX} 1v22`}`} className="visit-post" />
      <text x={start} y="39" textAnchor={start < left + 60 ? 'start' : start > width - 60 ? 'end' : 'middle'} className="visit-words">{begun}</text>
      <text x={all ? width : stopX} y="39" textAnchor={all || stopX > width - 200 ? 'end' : stopX < left + 200 ? 'start' : 'middle'} className="visit-words" opacity={!all && Math.abs(stopX - start) < 130 && stopX < left + 200 ? 0 : 1}>{stopped}</text>
    </svg>
  )
}
