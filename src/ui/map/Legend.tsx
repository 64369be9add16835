import { useReactFlow, useStore } from '@xyflow/react'
import { memo, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { nodeFlags } from '../../protocol'
import { IconButton, Layers, pluginStyle, Segmented, useText, whole, workloadColor } from '../kit'
import { useSetUi, useTable, useUi, useView } from '../store'
import { moveMs } from './MapSurface'
import { PluginGlyph } from './marks'
import { useMapModel } from './model'
import { overlayOf } from './scene/cluster-canvas'
import { rampSteps } from './scene/paint'

/** The row at the foot of the map: what colours mean now, and the zoom. */
export const Legend = memo(function Legend({ onAuto, outlineOpen, onOutline }: { readonly onAuto: (auto: boolean) => void; readonly outlineOpen: boolean; readonly onOutline: (open: boolean) => void }): ReactNode {
  const { scene, large, level } = useMapModel()
  const tiles = large && (level === 'tile' || level === 'bar')
  return (
    <div className="legend">
      {tiles ? <TileLegend /> : scene?.phase === 'score' || scene?.phase === 'bind' ? <ScoreLegend /> : scene ? <FilterLegend /> : <WorkloadLegend />}
      <span className="grow" />
      <ZoomControls onAuto={onAuto} outlineOpen={outlineOpen} onOutline={onOutline} />
    </div>
  )
})

function WorkloadLegend(): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const workloads = useView((view) => view.workloads)
  const selected = useUi((ui) => (ui.selection?.kind === 'workload' ? ui.selection.name : undefined))
  const row = useRef<HTMLDivElement>(null)
  const [fits, setFits] = useState(workloads.length)
  // System Pods have one chip, however many workloads they are of.
  const shown = useMemo(() => {
    const named = workloads.filter((workload) => workload.hue !== 0)
    const system = workloads.filter((workload) => workload.hue === 0)
    return [
      ...named.map((workload) => ({ id: `${workload.namespace}/${workload.name}`, name: workload.name, hue: workload.hue, letter: workload.letter, count: workload.desired !== undefined && workload.desired !== workload.running ? text('legend.of', { running: workload.running, desired: workload.desired }) : whole(workload.pods) })),
      ...(system.length > 0 ? [{ id: system[0]?.namespace ?? '', name: system[0]?.namespace || 'system', hue: 0, letter: '·', count: '' }] : []),
    ]
  }, [workloads, text])
  useLayoutEffect(() => {
    const element = row.current
    if (!element) return
    const measure = (): void => {
      const chips = [...element.children] as HTMLElement[]
      // Hidden chips keep their place, so that one measurement is enough.
      const count = chips.filter((chip) => chip.dataset['chip'] !== undefined && chip.offsetLeft + chip.offsetWidth <= element.clientWidth - 56).length
      const all = chips.filter((chip) => chip.dataset['chip'] !== undefined)
      const last = all.at(-1)
      setFits(last && last.offsetLeft + last.offsetWidth <= element.clientWidth ? all.length : count)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => { observer.disconnect() }
  }, [shown])
  return (
    <div className="legend-row" ref={row} role="group" aria-label={text('legend.name')}>
      {shown.map((workload, index) => (
        <button
          key={workload.id} className="legend-chip" data-chip data-workload={workload.name} data-picked={selected === workload.name || undefined} style={index < fits ? undefined : { visibility: 'hidden' }} tabIndex={index < fits ? 0 : -1}
          onClick={() => { setUi({ selection: { kind: 'workload', name: workload.name } }) }}
        >
          <span className="legend-letter" style={{ background: workloadColor(workload.hue) }} aria-hidden="true">{workload.letter}</span>{workload.name} <span className="dim">{workload.count}</span>
        </button>
      ))}
      {fits < shown.length && <span className="legend-more dim">{text('legend.more', { count: shown.length - fits })}</span>}
    </div>
  )
}

function FilterLegend(): ReactNode {
  const text = useText('map')
  return <span className="dim cut">{text('legend.dashed')}</span>
}

function ScoreLegend(): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const { differences, scene } = useMapModel()
  const folded = scene?.axes.some((axis) => axis.same) ?? false
  return (
    <>
      <Segmented
        label={text('legend.bars')} className="legend-seg" value={differences ? 'differences' : 'full'} onChange={(value) => { setUi({ differences: value === 'differences' }) }}
        segments={[{ value: 'full', label: text('legend.full') }, { value: 'differences', label: text('legend.differences') }]}
      />
      {differences && folded && <span className="dim cut">{text('legend.torn')}</span>}
    </>
  )
}

function TileLegend(): ReactNode {
  const text = useText('map')
  const { scene, colourBy } = useMapModel()
  const nodes = useView((view) => view.nodes)
  const version = useTable(nodes)
  const overlay = useMemo(() => overlayOf(scene, nodes), [scene, nodes])
  const special = useMemo(() => {
    void version
    let notReady = false
    let cordoned = false
    for (const slot of nodes.live()) {
      notReady ||= ((nodes.flags[slot] ?? 0) & nodeFlags.ready) === 0
      cordoned ||= ((nodes.flags[slot] ?? 0) & nodeFlags.unschedulable) !== 0
    }
    return { notReady, cordoned }
  }, [nodes, version])
  const byScore = colourBy === 'score' && overlay !== undefined
  const scored = byScore && Number.isFinite(overlay.least)
  const unvisited = scene !== undefined && scene.visit.visited < scene.visit.of
  const ramp = (
    <span className="row legend-ramp" aria-hidden="true">
      {Array.from({ length: rampSteps - 1 }, (_, step) => <span key={step} style={{ background: `var(--seq-${step + 1})` }} />)}
    </span>
  )
  return (
    <div className="legend-row legend-tiles">
      {scored && <span className="row legend-item">{text('tiles.score').toLowerCase()} {whole(overlay.least)}{ramp}{whole(overlay.most)}</span>}
      {byScore && !scored && <span className="row legend-item"><span className="legend-square" style={{ background: 'var(--seq-3)' }} />{text('legend.fits')}</span>}
      {!byScore && <span className="row legend-item">{text(`tiles.${colourBy}`)} {text('legend.none')}{ramp}{text('legend.whole')}</span>}
      {overlay?.plugins.map((plugin) => <span key={plugin} className="row legend-item"><PluginGlyph plugin={plugin} look={pluginStyle(plugin).look} />{pluginStyle(plugin).short}</span>)}
      {unvisited && <span className="row legend-item"><span className="legend-hollow" />{text('legend.notVisited')}</span>}
      {special.notReady && <span className="row legend-item"><span className="legend-notready" />{text('legend.notReady')}</span>}
      {special.cordoned && <span className="row legend-item"><span className="legend-weave" />{text('legend.cordoned')}</span>}
    </div>
  )
}

function ZoomControls({ onAuto, outlineOpen, onOutline }: { readonly onAuto: (auto: boolean) => void; readonly outlineOpen: boolean; readonly onOutline: (open: boolean) => void }): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const flow = useReactFlow()
  const zoom = useStore((state) => state.transform[2])
  const wish = useUi((ui) => ui.zoomToFit)
  const percent = zoom < 0.095 ? `${Math.round(zoom * 1000) / 10}%` : `${Math.round(zoom * 100)}%`
  const by = (factor: number): void => {
    onAuto(false)
    void flow.zoomTo(zoom * factor, { duration: moveMs() / 2 })
  }
  return (
    <div className="zoom">
      <IconButton label={text('zoom.outline')} className="zoom-outline" aria-pressed={outlineOpen} onClick={() => { onOutline(!outlineOpen) }}><Layers size={14} /></IconButton>
      <button className="zoom-step" aria-label={text('zoom.out')} onClick={() => { by(1 / 1.25) }}>−</button>
      <span className="zoom-level" aria-label={text('zoom.level', { percent })}>{percent}</span>
      <button className="zoom-step" aria-label={text('zoom.in')} onClick={() => { by(1.25) }}>+</button>
      <button className="zoom-fit" onClick={() => { setUi({ zoomToFit: wish + 1 }) }}>{text('zoom.fit')} <kbd aria-hidden="true">0</kbd></button>
    </div>
  )
}
