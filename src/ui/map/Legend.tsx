import { useReactFlow, useStore } from '@xyflow/react'
import { memo, useLayoutEffect, useMemo, useRef, useState, type CSSProperties, type ReactNode, type RefObject } from 'react'
import { nodeFlags } from '../../protocol'
import { IconButton, Layers, pluginStyle, Segmented, useText, whole, workloadColor } from '../kit'
import { useSetUi, useTable, useUi, useView } from '../store'
import { moveMs } from './MapSurface'
import { PluginGlyph } from './marks'
import { useMapModel } from './model'
import { overlayOf } from './scene/cluster-canvas'
import type { MapLayout } from './scene/layout'
import { rampSteps, type ColourBy } from './scene/paint'

/** The row at the foot of the map: what colours mean now, and the zoom. */
export const Legend = memo(function Legend({ onAuto, onColourBy, outlineOpen, onOutline }: { readonly onAuto: (auto: boolean) => void; readonly onColourBy: (by: ColourBy) => void; readonly outlineOpen: boolean; readonly onOutline: (open: boolean) => void }): ReactNode {
  const { scene, large, level } = useMapModel()
  const tiles = large && (level === 'tile' || level === 'bar')
  return (
    <div className="legend">
      {tiles ? <TileLegend onColourBy={onColourBy} /> : scene?.phase === 'score' || scene?.phase === 'bind' ? <ScoreLegend /> : scene ? <FilterLegend /> : <WorkloadLegend />}
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
  // System Pods have one chip, however many workloads they are of.
  const shown = useMemo(() => {
    const named = workloads.filter((workload) => workload.hue !== 0)
    const system = workloads.filter((workload) => workload.hue === 0)
    return [
      ...named.map((workload) => ({ id: `${workload.namespace}/${workload.name}`, name: workload.name, hue: workload.hue, letter: workload.letter, count: workload.desired !== undefined && workload.desired !== workload.running ? text('legend.of', { running: workload.running, desired: workload.desired }) : whole(workload.pods) })),
      ...(system.length > 0 ? [{ id: system[0]?.namespace ?? '', name: system[0]?.namespace || 'system', hue: 0, letter: '·', count: '' }] : []),
    ]
  }, [workloads, text])
  const { row, places } = useFlow(shown)
  return (
    <div className="legend-row" ref={row} role="group" aria-label={text('legend.name')}>
      {shown.map((workload, index) => (
        <button
          key={workload.id} className="legend-chip" data-chip data-workload={workload.name} data-picked={selected === workload.name || undefined} style={placeOf(places, index)} tabIndex={places[index] === undefined ? -1 : 0}
          onClick={(event) => {
            const selection = { kind: 'workload' as const, name: workload.name }
            // Its letter, or the chip once more, leads into it.
            const into = workload.hue !== 0 && ((event.target as Element).closest('.legend-letter') !== null || selected === workload.name)
            setUi(into ? { selection: { ...selection, name: workload.id }, view: 'workloads', tab: 'rollout', inspectorOpen: true } : { selection })
          }}
        >
          <span className="legend-letter" style={{ background: workloadColor(workload.hue) }} aria-hidden="true">{workload.letter}</span>{workload.name} <span className="dim">{workload.count}</span>
        </button>
      ))}
      {places.length < shown.length && <span className="legend-more dim">{text('legend.more', { count: shown.length - places.length })}</span>}
    </div>
  )
}

function FilterLegend(): ReactNode {
  const text = useText('map')
  return <Note words={text('legend.dashed')} short={text('legend.dashedShort')} />
}

/** A note between the gutters: in full where that fits, in short where only that does, else not at all. Never cut. */
function Note({ words, short }: { readonly words: string; readonly short: string }): ReactNode {
  const { layout } = useMapModel()
  const row = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<{ readonly index: number; readonly left: number } | undefined>(undefined)
  useLayoutEffect(() => {
    const element = row.current
    const map = element?.closest('.map')
    if (!element || !map) return
    const measure = (): void => {
      const origin = element.getBoundingClientRect().left - map.getBoundingClientRect().left
      const gutters = guttersOf(layout).map((x) => x - origin)
      const found = [...element.children].flatMap((chip, index) => {
        const width = (chip as HTMLElement).offsetWidth
        // From the row's beginning, or behind a gutter.
        const left = [0, ...gutters.filter((x) => x > 0).map((x) => x + 8)].find((from) => from + width <= element.clientWidth && !gutters.some((x) => x > from - 1 && x < from + width + 1))
        return left === undefined ? [] : [{ index, left }]
      })[0]
      setPlace((before) => (before?.index === found?.index && before?.left === found?.left ? before : found))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    for (const chip of element.children) observer.observe(chip)
    return () => { observer.disconnect() }
  }, [layout, words, short])
  return (
    <div className="legend-row" ref={row}>
      {[words, short].map((one, index) => <span key={index} className="dim legend-note" aria-hidden={place?.index !== index || undefined} style={placeOf(place?.index === index ? [place.left] : [], 0)}>{one}</span>)}
    </div>
  )
}

/**
 * Places chips in a row so that none lies across a gutter: the thread comes through there. The left edge of each, and only of
 * those that have room.
 */
function useFlow(items: unknown): { readonly row: RefObject<HTMLDivElement | null>; readonly places: readonly number[] } {
  const { layout } = useMapModel()
  const row = useRef<HTMLDivElement>(null)
  const [places, setPlaces] = useState<readonly number[]>([])
  useLayoutEffect(() => {
    const element = row.current
    const map = element?.closest('.map')
    if (!element || !map) return
    const measure = (): void => {
      const origin = element.getBoundingClientRect().left - map.getBoundingClientRect().left
      const gutters = guttersOf(layout).map((x) => x - origin)
      const chips = [...element.querySelectorAll<HTMLElement>('[data-chip]')]
      const found: number[] = []
      const gap = Number.parseFloat(getComputedStyle(element).columnGap) || 0
      let left = 0
      for (const [index, chip] of chips.entries()) {
        const width = chip.offsetWidth
        const crossed = gutters.find((x) => x > left - 1 && x < left + width + 1)
        if (crossed !== undefined) left = crossed + 8
        const last = index === chips.length - 1
        if (left + width > element.clientWidth - (last ? 0 : 62) && index > 0) break
        found.push(left)
        left += width + gap
      }
      setPlaces((before) => (before.length === found.length && before.every((place, index) => Math.abs(place - (found[index] as number)) < 0.5) ? before : found))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => { observer.disconnect() }
  }, [items, layout])
  return { row, places }
}

function placeOf(places: readonly number[], index: number): CSSProperties {
  const left = places[index]
  return left === undefined ? { position: 'absolute', left: 0, visibility: 'hidden' } : { position: 'absolute', left }
}

/** Middle of the gutters between the frames of the lowest row, as the whole map lies in its pane. */
function guttersOf({ zones, fit }: MapLayout): number[] {
  const lowest = Math.max(...zones.map((zone) => zone.y))
  const row = zones.filter((zone) => zone.y === lowest)
  return row.slice(1).map((zone, index) => fit.x + ((row[index] as (typeof row)[number]).x + (row[index] as (typeof row)[number]).width + zone.x) / 2 * fit.zoom)
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
      {differences && folded && <Note words={text('legend.torn')} short={text('legend.tornShort')} />}
    </>
  )
}

const restColours = ['cpu', 'memory', 'pods'] as const

function TileLegend({ onColourBy }: { readonly onColourBy: (by: ColourBy) => void }): ReactNode {
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
  const items: { readonly key: string; readonly node: ReactNode }[] = []
  if (!scene) items.push({ key: 'by', node: <Segmented label={text('tiles.by')} value={colourBy} segments={restColours.map((value) => ({ value, label: text(`tiles.${value}`) }))} onChange={onColourBy} /> })
  if (scored) items.push({ key: 'ramp', node: <>{text('tiles.score').toLowerCase()} {whole(overlay.least)}{ramp}{whole(overlay.most)}</> })
  else if (byScore) items.push({ key: 'fits', node: <><span className="legend-square" style={{ background: 'var(--seq-3)' }} />{text('legend.fits')}</> })
  else items.push({ key: 'ramp', node: <>{scene ? `${text(`tiles.${colourBy}`)} ` : ''}{text('legend.none')}{ramp}{text('legend.whole')}</> })
  for (const plugin of overlay?.plugins ?? []) items.push({ key: plugin, node: <><PluginGlyph plugin={plugin} look={pluginStyle(plugin).look} />{pluginStyle(plugin).short}</> })
  if (unvisited) items.push({ key: 'unvisited', node: <><span className="legend-hollow" />{text('legend.notVisited')}</> })
  if (special.notReady) items.push({ key: 'notReady', node: <><span className="legend-notready" />{text('legend.notReady')}</> })
  if (special.cordoned) items.push({ key: 'cordoned', node: <><span className="legend-weave" />{text('legend.cordoned')}</> })
  const flowKey = items.map((item) => item.key).join(' ')
  const { row, places } = useFlow(flowKey)
  return (
    <div className="legend-row legend-tiles" ref={row}>
      {items.map((item, index) => <span key={item.key} className="row legend-item" data-chip style={placeOf(places, index)}>{item.node}</span>)}
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
