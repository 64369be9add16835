import { ReactFlow, useReactFlow, useStoreApi, type Node, type NodeTypes } from '@xyflow/react'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { useText } from '../kit'
import { openRoom, useSession, useSetUi, useUi, useView } from '../store'
import { Callouts } from './Callouts'
import { CardNode } from './CardNode'
import { ClusterCanvas, type CanvasInput } from './ClusterCanvas'
import { useMapModel } from './model'
import { overlayOf } from './scene/cluster-canvas'
import { eachNodeIn, nodeAt } from './scene/layout'
import { contentScaleOf, levelOf, type Level } from './scene/level'
import { ZoneNode } from './ZoneNode'

const nodeTypes: NodeTypes = { zone: ZoneNode, card: CardNode }
const noSlots: ReadonlySet<number> = new Set()
/** More cards than this are never on the screen at a size at which one reads them. */
const promotedMax = 140

/** Cards that come into being in one frame of a large map: more would make a zoom stumble. */
const promotedAFrame = 8

/** From the cards that stand to those that should: what is out of view goes at once, what comes in comes a few a frame. */
function step(before: ReadonlySet<number>, wanted: ReadonlySet<number>, few: boolean): ReadonlySet<number> {
  if (before.size === wanted.size && [...wanted].every((slot) => before.has(slot))) return before
  if (!few) return wanted
  const next = new Set([...before].filter((slot) => wanted.has(slot)))
  let room = promotedAFrame
  for (const slot of wanted) if (!next.has(slot) && room-- > 0) next.add(slot)
  return next
}

export interface SurfaceView {
  readonly level: Level
  readonly contentScale: number
}

/**
 * Pan, zoom and the nodes. One canvas draws everything; what one can read stands on it as React cards: all of up to 80 nodes, or
 * those in view at reading zoom.
 */
export function MapSurface({ auto, onAuto, onView, moving, focusTo }: {
  /** Whether the viewport follows the layout: until a person pans or zooms. */
  readonly auto: boolean
  readonly onAuto: (auto: boolean) => void
  readonly onView: (view: SurfaceView) => void
  readonly moving: boolean
  /** Slot that is to have the keyboard's focus, with a number that grows with every wish. */
  readonly focusTo: { readonly slot: number; readonly wish: number }
}): ReactNode {
  const model = useMapModel()
  const { layout, scene, large } = model
  const text = useText('map')
  const session = useSession()
  const setUi = useSetUi()
  const flow = useReactFlow()
  const flowStore = useStoreApi()
  const nodes = useView((view) => view.nodes)
  const theme = useUi((ui) => ui.theme)
  const selection = useUi((ui) => ui.selection)
  const [promoted, setPromoted] = useState<ReadonlySet<number>>(noSlots)
  const level = useRef<Level>(model.level)
  const hovered = useRef(-1)
  const [hoverSlot, setHoverSlot] = useState(-1)
  const surface = useRef<HTMLDivElement>(null)

  const pickedSlot = selection?.kind === 'node' ? nodes.slotOf(selection.name) ?? -1
    : selection?.kind === 'pod' ? nodeOfPod(session, selection.name) : -1
  const nowSlot = model.nowNode === undefined ? -1 : nodes.slotOf(model.nowNode) ?? -1
  const overlay = useMemo(() => overlayOf(scene, nodes), [scene, nodes])

  // Everything the canvas reads that is not a table; a ref, so that panning renders nothing.
  const input = useRef<CanvasInput>({ layout, overlay, colourBy: model.colourBy, promoted, picked: pickedSlot, now: nowSlot, theme, large })
  useLayoutEffect(() => {
    input.current = { layout, overlay, colourBy: model.colourBy, promoted, picked: pickedSlot, now: nowSlot, theme, large }
  })

  // Which nodes are cards now, and how large their text is drawn: follows the viewport, at most once a frame.
  const settle = useRef(0)
  const survey = useCallback((settled: boolean) => {
    const { transform: [x, y, zoom], width, height } = flowStore.getState()
    const next = levelOf(layout.card.width * zoom, level.current)
    level.current = next
    // Headers of zones keep their size on the screen when the map is small.
    surface.current?.style.setProperty('--inverse', String(1 / Math.min(1, zoom)))
    let slots = noSlots
    if (!large) slots = next === 'tile' ? noSlots : new Set(layout.order)
    else if (next === 'card' || next === 'room') {
      const seen = new Set<number>()
      // A card's worth beyond the edges, so that panning does not show bare canvas.
      eachNodeIn(layout, { x: -x / zoom - layout.card.width / 2, y: -y / zoom - layout.card.height / 2, width: width / zoom + layout.card.width, height: height / zoom + layout.card.height }, (slot) => { if (seen.size < promotedMax) seen.add(slot) })
      slots = seen
    }
    setPromoted((before) => step(before, slots, large))
    if (settled) onView({ level: next, contentScale: contentScaleOf(zoom) })
  }, [flowStore, layout, large, onView])

  // As long as cards are missing, the next few come with the next frame.
  useEffect(() => {
    if (!large || promoted.size === 0) return
    const frame = requestAnimationFrame(() => { survey(false) })
    return () => { cancelAnimationFrame(frame) }
  }, [large, promoted, survey])

  useEffect(() => {
    let transform = flowStore.getState().transform
    let frame = 0
    survey(true)
    const stop = flowStore.subscribe((state) => {
      if (state.transform === transform) return
      transform = state.transform
      if (frame === 0) {
        frame = requestAnimationFrame(() => {
          frame = 0
          survey(false)
        })
      }
      window.clearTimeout(settle.current)
      settle.current = window.setTimeout(() => { survey(true) }, 110)
    })
    return () => {
      stop()
      window.clearTimeout(settle.current)
      if (frame !== 0) cancelAnimationFrame(frame)
    }
  }, [flowStore, survey])

  // The whole cluster in view, until a person takes the viewport over.
  const followed = useRef<boolean | undefined>(undefined)
  useLayoutEffect(() => {
    const before = followed.current
    followed.current = auto
    // A change of the phase and a wish to see it all are glides; a new size of the window is not.
    if (auto) void flow.setViewport(layout.fit, { duration: before === undefined || (before && !moving) ? 0 : moveMs() })
  }, [flow, layout, auto, moving])

  const fitWish = useUi((ui) => ui.zoomToFit)
  const nowWish = useUi((ui) => ui.zoomToNow)
  const seen = useRef({ fit: fitWish, now: nowWish })
  useEffect(() => {
    if (seen.current.fit !== fitWish) {
      onAuto(true)
    } else if (seen.current.now !== nowWish && nowSlot >= 0) {
      onAuto(false)
      zoomTo(nowSlot, 1)
    }
    seen.current = { fit: fitWish, now: nowWish }
    function zoomTo(slot: number, zoom: number): void {
      const { width, height } = flowStore.getState()
      const fitting = Math.min(zoom, (width - 40) / layout.card.width, (height - 24) / layout.card.height)
      const centreX = (layout.x[slot] as number) + layout.card.width / 2
      const centreY = (layout.y[slot] as number) + layout.card.height / 2
      void flow.setViewport({ x: width / 2 - centreX * fitting, y: height / 2 - centreY * fitting, zoom: fitting }, { duration: moveMs() })
    }
  }, [fitWish, nowWish, nowSlot, onAuto, flow, flowStore, layout])

  // Keyboard focus goes to the card, or to a stand-in over the tile; what is out of view is brought in.
  useEffect(() => {
    const { slot, wish } = focusTo
    if (wish === 0 || slot < 0) return
    const { transform: [x, y, zoom], width, height } = flowStore.getState()
    const left = (layout.x[slot] as number) * zoom + x
    const top = (layout.y[slot] as number) * zoom + y
    const right = left + layout.card.width * zoom
    const bottom = top + layout.card.height * zoom
    const dx = left < 8 ? 8 - left : right > width - 8 ? width - 8 - right : 0
    const dy = top < 8 ? 8 - top : bottom > height - 8 ? height - 8 - bottom : 0
    if ((dx !== 0 || dy !== 0) && !auto) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 0 })
    const name = nodes.names[slot] ?? ''
    requestAnimationFrame(() => {
      const target = surface.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(name)}"]`) ?? surface.current?.querySelector<HTMLElement>('.node-proxy')
      target?.focus({ preventScroll: true })
    })
    // Only a new wish moves the focus; a layout that changes does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [focusTo])

  const flowNodes = useMemo<Node[]>(() => {
    const list: Node[] = layout.zones.map((box, index) => ({
      id: `zone:${box.zone}`, type: 'zone', position: { x: box.x, y: box.y }, width: box.width, height: box.height, data: { index }, draggable: false, selectable: false, focusable: false, zIndex: 0,
    }))
    for (const [index, box] of layout.zones.entries()) {
      void index
      for (let at = box.first; at < box.first + box.count; at++) {
        const slot = layout.order[at] as number
        if (!promoted.has(slot)) continue
        // By its name: after a step back the host deals slots anew, and a card that is still the same node's must not come in again.
        list.push({
          id: `node:${nodes.names[slot] ?? slot}`, type: 'card', parentId: `zone:${box.zone}`, position: { x: (layout.x[slot] as number) - box.x, y: (layout.y[slot] as number) - box.y },
          width: layout.card.width, height: layout.card.height, data: { slot }, draggable: false, selectable: false, focusable: false, zIndex: 1,
        })
      }
    }
    return list
  }, [layout, promoted, nodes])

  // Details are asked for the nodes that stand as cards.
  const wanted = useMemo(() => [...promoted].map((slot) => nodes.names[slot] ?? '').filter((name) => name !== '').slice(0, promotedMax), [promoted, nodes])
  useEffect(() => {
    const timer = window.setTimeout(() => { session.call('subscribe', { nodes: wanted }).catch(() => undefined) }, 60)
    return () => { window.clearTimeout(timer) }
  }, [session, wanted])

  const slotUnder = (event: MouseEvent): number => {
    const bounds = surface.current?.getBoundingClientRect()
    if (!bounds) return -1
    const [x, y, zoom] = flowStore.getState().transform
    return nodeAt(layout, (event.clientX - bounds.left - x) / zoom, (event.clientY - bounds.top - y) / zoom)
  }
  // So large that a card says nothing more: whoever zooms further goes in.
  const zoomBefore = useRef(0)
  const intoRoom = (event: globalThis.MouseEvent | TouchEvent): void => {
    const { transform: [x, y, zoom], width, height } = flowStore.getState()
    const bounds = surface.current?.getBoundingClientRect()
    const at = 'clientX' in event && bounds ? { x: event.clientX - bounds.left, y: event.clientY - bounds.top } : { x: width / 2, y: height / 2 }
    const slot = nodeAt(layout, (at.x - x) / zoom, (at.y - y) / zoom)
    const name = slot < 0 ? undefined : nodes.names[slot]
    if (name !== undefined) openRoom(session, name)
  }
  const onMouseMove = (event: MouseEvent): void => {
    const slot = slotUnder(event)
    if (slot === hovered.current) return
    hovered.current = slot
    surface.current?.querySelector('.cluster-canvas')?.dispatchEvent(new Event('berth-redraw'))
    if (large) setHoverSlot(slot >= 0 && promoted.has(slot) ? -1 : slot)
  }
  const onPaneClick = (event: MouseEvent): void => {
    const slot = slotUnder(event)
    const name = slot < 0 ? undefined : nodes.names[slot]
    setUi({ selection: name === undefined ? undefined : { kind: 'node', name }, ...(name !== undefined && scene?.verdicts.get(name)?.is === 'rejected' ? { pickedVerdict: name } : {}) })
    if (slot >= 0) model.focusNode(slot)
  }

  return (
    <div
      ref={surface} className="map-surface" data-moving={moving || undefined} aria-label={text('map.surface')} role="region"
      onMouseMove={onMouseMove} onMouseLeave={() => { hovered.current = -1; setHoverSlot(-1); surface.current?.querySelector('.cluster-canvas')?.dispatchEvent(new Event('berth-redraw')) }}
    >
      <ReactFlow
        nodes={flowNodes} edges={noEdges} nodeTypes={nodeTypes} defaultViewport={layout.fit}
        minZoom={Math.min(0.02, layout.fit.zoom * 0.5)} maxZoom={3} nodesDraggable={false} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false}
        selectNodesOnDrag={false} disableKeyboardA11y zoomOnDoubleClick={false} panOnScroll={false} deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={null} panActivationKeyCode={null} zoomActivationKeyCode={null}
        onPaneClick={onPaneClick} onMoveStart={(event, { zoom }) => {
          zoomBefore.current = zoom
          if (event) onAuto(false)
        }}
        onMoveEnd={(event, { zoom }) => { if (event && zoom > zoomBefore.current && levelOf(layout.card.width * zoom, 'card') === 'room') intoRoom(event) }}
        onNodeClick={(event, node) => { if (node.type === 'zone') onPaneClick(event) }}
      >
        <ClusterCanvas input={input} hovered={hovered} />
        <Callouts hovered={hoverSlot} picked={pickedSlot} focused={model.tabSlot} promoted={promoted} overlay={overlay} />
      </ReactFlow>
    </div>
  )
}

const noEdges: never[] = []

function nodeOfPod(session: ReturnType<typeof useSession>, key: string): number {
  const { pods } = session.view.getState()
  const slot = pods.slotOf(key)
  return slot === undefined ? -1 : pods.node[slot] ?? -1
}

/** Length of a move of the viewport; none for those who asked for less motion. */
export function moveMs(): number {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 340
}
