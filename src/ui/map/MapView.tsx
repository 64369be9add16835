import { ReactFlowProvider, useStoreApi } from '@xyflow/react'
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useText, whole } from '../kit'
import { useSession, useTable, useUi, useView } from '../store'
import { styleOf } from './css'
import { ControlPlane, PillStrip } from './ControlPlane'
import { Legend } from './Legend'
import { MapSurface, type SurfaceView } from './MapSurface'
import { MapContext, useDecisionScene, useIncoming, type MapModel } from './model'
import { Motion } from './Motion'
import { BlockOrder } from './scene/blocks'
import { spansOf } from './scene/capacity'
import { deckOf } from './scene/deck'
import { LayoutMemory, zoneOf, type MapLayout, type LayoutNodes, type Size } from './scene/layout'
import { contentScaleOf, levelOf } from './scene/level'
import { pageBox } from './scene/page'
import type { ColourBy } from './scene/paint'
import { DotStrip, InFlight, Strait, TileStrip } from './Strips'
import { Thread } from './Thread'
import './text'
import '@xyflow/react/dist/base.css'
import './map.css'

// A virtual list that few open at once.
const Outline = lazy(() => import('./Outline').then((room) => ({ default: room.Outline })))

/** The map: the control plane above, zones and nodes below, the legend at the foot, the thread over all of it. */
export function MapView(): ReactNode {
  return <ReactFlowProvider><Map /></ReactFlowProvider>
}

/** Above this many nodes the canvas draws them and cards stand only where one reads. */
const largeFrom = 81

function Map(): ReactNode {
  const text = useText('map')
  const session = useSession()
  const flow = useStoreApi()
  const root = useRef<HTMLDivElement>(null)
  const size = useSize(root)
  const nodes = useView((view) => view.nodes)
  const shape = useView((view) => view.nodesShape)
  const count = useView((view) => view.nodeCount)
  const zones = useView((view) => view.zones)
  const opening = useView((view) => view.host.is === 'opening')
  const fact = useView((view) => view.fact)
  const revision = useView((view) => view.decision?.cycle.revision)
  const differences = useUi((ui) => ui.differences)
  const scale = useUi((ui) => (ui.scale === 'stage' ? 1.38 : 1))
  const scene = useDecisionScene()
  const incoming = useIncoming(scene?.pod)
  // The viewport follows the layout until a person pans or zooms.
  const [auto, setAuto] = useState(true)
  const [tabSlot, setTabSlot] = useState(-1)
  const [focusTo, setFocusTo] = useState({ slot: -1, wish: 0 })
  const [colour, setColour] = useState<{ readonly rest: ColourBy; readonly decision: ColourBy }>({ rest: 'cpu', decision: 'score' })
  const [outlineOpen, setOutlineOpen] = useState(false)
  const [order] = useState(() => new BlockOrder())

  const phase = scene ? 'decision' as const : 'rest' as const
  const large = count >= largeFrom
  const deck = deckOf(size, phase, large, scale)
  const stacked = useStacked()
  const layout = useLayoutOf({ nodes, shape, zones, size, deck, phase, scale, stacked })
  const [surface, setSurface] = useState<SurfaceView>({ level: 'card', contentScale: 1 })
  // Until the viewport has settled after a new layout, cards are laid out for the one it goes to.
  const contentScale = auto ? contentScaleOf(layout.fit.zoom) : surface.contentScale
  const level = auto ? levelOf(layout.card.width * layout.fit.zoom, surface.level) : surface.level
  const onView = useCallback((next: SurfaceView) => {
    setSurface((before) => (before.level === next.level && Math.abs(before.contentScale - next.contentScale) < 0.004 ? before : next))
  }, [])
  const moving = useMoving(phase)

  const amountsVersion = useTable(nodes)
  const spansKey = useMemo(() => {
    void amountsVersion
    return spansOf(nodes)
  }, [nodes, amountsVersion])
  const spans = useMemo(() => ({ cpu: spansKey.cpu, memory: spansKey.memory }), [spansKey.cpu, spansKey.memory])

  const focusNode = useCallback((slot: number, move = true) => {
    if (slot < 0) return
    setTabSlot(slot)
    if (move) setFocusTo((before) => ({ slot, wish: before.wish + 1 }))
  }, [])
  const target = fact?.target
  const nowPod = target?.kind === 'pod' ? target.name : undefined
  const nodeOfPod = useCallback((key: string) => {
    const { pods, nodes: table } = session.view.getState()
    const slot = pods.slotOf(key)
    const node = slot === undefined ? -1 : pods.node[slot] ?? -1
    return node < 0 ? undefined : table.names[node]
  }, [session])
  const queueOf = useCallback((key: string) => {
    const scheduler = session.view.getState().controlPlane?.scheduler
    return (['active', 'backoff', 'unschedulable', 'gated'] as const).find((lane) => scheduler?.[lane].some((pod) => pod.key === key))
  }, [session])
  const nodeBox = useCallback((name: string) => {
    const pane = root.current?.querySelector('.map-surface')?.getBoundingClientRect()
    const slot = nodes.slotOf(name)
    if (!pane || slot === undefined || (layout.indexOf[slot] ?? -1) < 0) return undefined
    const [x, y, zoom] = flow.getState().transform
    return pageBox({ x: layout.x[slot] as number, y: layout.y[slot] as number, ...layout.card }, { x, y, zoom }, pane)
  }, [nodes, layout, flow])
  const zoneOfNode = useCallback((name: string) => {
    const slot = nodes.slotOf(name)
    return slot === undefined ? undefined : zoneOf(layout, slot)
  }, [nodes, layout])
  const nowNode = scene ? undefined : target?.kind === 'node' ? target.name : nowPod === undefined ? undefined : nodeOfPod(nowPod)
  const colourBy = scene ? colour.decision : colour.rest

  const model = useMemo<MapModel>(() => ({
    layout, spans, scene, incoming, order, contentScale, level, large, differences, tabSlot, focusNode, colourBy, nowNode, nowPod: scene ? (scene.phase === 'bind' ? scene.pod : undefined) : nowPod, nodeOfPod, queueOf, nodeBox, zoneOfNode,
  }), [layout, spans, scene, incoming, order, contentScale, level, large, differences, tabSlot, focusNode, colourBy, nowNode, nowPod, nodeOfPod, queueOf, nodeBox, zoneOfNode])

  const onColourBy = useCallback((by: ColourBy) => { setColour((before) => (phase === 'decision' ? { ...before, decision: by } : { ...before, rest: by === 'score' ? 'cpu' : by })) }, [phase])
  const inner = size.width - 2 * deck.edge
  const flightWidth = deck.narrow ? 172 : 214
  const stripLeft = flightWidth + (deck.narrow ? 18 : 30)
  const stripWidth = Math.max(120, inner - stripLeft)
  const stripHeight = deck.low ? 80 : 112
  const meterWidth = layout.card.width * contentScale - 24
  const component = target?.kind === 'component' ? target.name : undefined
  return (
    <MapContext value={model}>
      <div
        ref={root} className="map" role="group" aria-label={text('map.name')} data-phase={scene?.phase ?? 'rest'} data-mode={layout.mode} data-level={level} data-low={deck.low || undefined} data-narrow={deck.narrow || undefined} data-tiny={size.width < 620 || undefined}
        data-moving={moving || undefined} data-large={large || undefined} style={styleOf({ '--edge': `${deck.edge}px`, '--pane-top': `${deck.paneTop}px`, '--legend': `${deck.legend}px`, '--content': contentScale })}
      >
        {size.width > 0 && (
          <>
            {scene
              ? (
                <div className="deck deck-decision">
                  <PillStrip now={scene.phase === 'bind' && component === 'kube-apiserver' ? 'kube-apiserver' : 'kube-scheduler'} note={text(deck.narrow ? 'strip.cycleShort' : 'strip.cycle', { cycle: whole(scene.cycle), revision: whole(revision ?? 0) })} />
                  <div className="strips">
                    <InFlight scene={scene} spans={spans} meterWidth={large ? 300 : meterWidth} />
                    <div className="strip" style={{ left: stripLeft, width: stripWidth }}>
                      {large ? <TileStrip scene={scene} colourBy={colourBy} onColourBy={onColourBy} width={stripWidth} />
                        : scene.phase === 'filter' ? <Strait scene={scene} width={stripWidth} height={stripHeight} />
                          : <DotStrip scene={scene} width={stripWidth} height={stripHeight} />}
                    </div>
                  </div>
                </div>
              )
              : (
                <div className="deck deck-rest">
                  <ControlPlane nowComponent={component} nowPod={nowPod} low={deck.low} />
                </div>
              )}
            <div className="map-zones">
              <MapSurface auto={auto} onAuto={setAuto} onView={onView} moving={moving} focusTo={focusTo} />
              {count === 0 && !opening && <div className="map-empty"><b>{text('map.empty')}</b><span className="dim">{text('map.emptyNote')}</span></div>}
            </div>
            <Legend onAuto={setAuto} onColourBy={onColourBy} outlineOpen={outlineOpen} onOutline={setOutlineOpen} />
            {outlineOpen && <Suspense fallback={null}><Outline onClose={() => { setOutlineOpen(false) }} /></Suspense>}
            <Motion root={root} model={model} />
            <Thread root={root} model={model} edge={deck.edge} />
          </>
        )}
      </div>
    </MapContext>
  )
}

function useSize(element: { readonly current: HTMLElement | null }): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const node = element.current
    if (!node) return
    const take = (width: number, height: number): void => {
      setSize((before) => (Math.abs(before.width - width) < 0.5 && Math.abs(before.height - height) < 0.5 ? before : { width, height }))
    }
    take(node.clientWidth, node.clientHeight)
    const observer = new ResizeObserver(([entry]) => { if (entry) take(entry.contentRect.width, entry.contentRect.height) })
    observer.observe(node)
    return () => { observer.disconnect() }
  }, [element])
  return size
}

/** Below 900 px zones stand under each other. */
function useStacked(): boolean {
  const [stacked, setStacked] = useState(() => window.matchMedia('(max-width: 899px)').matches)
  useEffect(() => {
    const query = window.matchMedia('(max-width: 899px)')
    const change = (): void => { setStacked(query.matches) }
    query.addEventListener('change', change)
    return () => { query.removeEventListener('change', change) }
  }, [])
  return stacked
}

/** True for as long as cards glide to the places of the other phase. */
function useMoving(phase: string): boolean {
  const [settled, setSettled] = useState(phase)
  useEffect(() => {
    const timer = window.setTimeout(() => { setSettled(phase) }, 400)
    return () => { window.clearTimeout(timer) }
  }, [phase])
  return settled !== phase
}

function useLayoutOf({ nodes, shape, zones, size, deck, phase, scale, stacked }: {
  readonly nodes: LayoutNodes
  readonly shape: number
  readonly zones: readonly string[]
  readonly size: Size
  readonly deck: ReturnType<typeof deckOf>
  readonly phase: 'rest' | 'decision'
  readonly scale: number
  readonly stacked: boolean
}): MapLayout {
  const [memory] = useState(() => new LayoutMemory())
  const { paneTop, legend, inset } = deck
  return useMemo(() => {
    void shape
    return memory.layout(nodes, zones, {
      pane: { width: Math.max(50, size.width), height: Math.max(50, size.height - paneTop - inset - legend) }, phase, scale, stacked, top: inset,
    })
  }, [memory, nodes, shape, zones, size.width, size.height, paneTop, legend, inset, phase, scale, stacked])
}
