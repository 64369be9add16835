import { useStoreApi } from '@xyflow/react'
import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import type { NowFact } from '../../protocol'
import { drawOn, drawTiming, reducedMotion, roundedPath, whileMoving, type Point } from '../kit'
import { comparePositions, useSession, type ThreadAnchor } from '../store'
import type { MapModel } from './model'
import { clampBox, pageBox, zoneRowsOf } from './scene/page'
import { openGutters, routeThread, type Box, type PassedRow, type ThreadRoute } from './scene/thread'

/**
 * The thread: one yellow line from the playhead by way of the caption to the thing that just happened. An SVG over the page, fed by
 * element boxes once a frame while anything moves.
 */
export function Thread({ root, model, edge }: { readonly root: RefObject<HTMLElement | null>; readonly model: MapModel; readonly edge: number }): ReactNode {
  const session = useSession()
  const flow = useStoreApi()
  const line = useRef<SVGPathElement>(null)
  const glow = useRef<SVGPathElement>(null)
  const wake = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  const old = useRef<SVGPathElement>(null)
  const latest = useRef({ model, edge })
  const kick = useRef<() => void>(() => undefined)
  useLayoutEffect(() => { latest.current = { model, edge } })

  useEffect(() => {
    let shownFact: NowFact | undefined
    let shownPosition = session.view.getState().position
    let shownPath = ''

    const { kick: again, stop } = whileMoving(() => {
      const { fact, position } = session.view.getState()
      const anchor = session.ui.getState().threadAnchor
      const route = fact && anchor && root.current ? findRoute(root.current, latest.current.model, latest.current.edge, flow.getState().transform, fact, anchor) : undefined
      const thread = route && routeThread(route.route)
      const path = thread ? roundedPath(thread.lines) : ''
      const wakePath = route ? wakeOf(root.current as HTMLElement, fact as NowFact, route.bus, latest.current.model, flow.getState().transform, thread?.end) : ''
      if (fact !== shownFact) {
        const back = comparePositions(position, shownPosition) < 0
        if (shownPath !== '') fadeOut(old.current, shownPath)
        if (path !== '' && !reducedMotion()) {
          const timing = drawTiming(session.view.getState().speed, back)
          drawOn([line.current, glow.current], timing)
          dot.current?.animate([{ opacity: 0 }, { opacity: 0, offset: 0.8 }, { opacity: 1 }], timing)
        }
        shownFact = fact
      }
      shownPosition = position
      if (path !== shownPath) {
        for (const element of [line.current, glow.current]) element?.setAttribute('d', path)
        shownPath = path
      }
      wake.current?.setAttribute('d', wakePath)
      if (thread) {
        dot.current?.setAttribute('cx', String(Math.round(thread.end.x * 10) / 10))
        dot.current?.setAttribute('cy', String(Math.round(thread.end.y * 10) / 10))
      }
      dot.current?.setAttribute('visibility', thread ? 'visible' : 'hidden')
    })
    kick.current = again
    const stops = [
      stop,
      session.view.subscribe((view, before) => { if (view.fact !== before.fact || view.decision !== before.decision || view.position !== before.position || view.controlPlane !== before.controlPlane) kick.current() }),
      session.ui.subscribe((ui, before) => { if (ui.threadAnchor !== before.threadAnchor || ui.scale !== before.scale || ui.inspectorWidth !== before.inspectorWidth || ui.timelineOpen !== before.timelineOpen) kick.current() }),
      flow.subscribe((state, before) => { if (state.transform !== before.transform) kick.current() }),
    ]
    window.addEventListener('resize', again)
    again()
    return () => {
      window.removeEventListener('resize', again)
      for (const each of stops) each()
    }
  }, [session, flow, root])
  useEffect(() => { kick.current() }, [model])

  return createPortal(
    <svg className="thread" aria-hidden="true" data-testid="thread">
      <path ref={wake} className="thread-wake" />
      <path ref={old} className="thread-line thread-old" pathLength="1" />
      <path ref={glow} className="thread-glow" pathLength="1" />
      <path ref={line} className="thread-line" pathLength="1" />
      <circle ref={dot} className="thread-dot" r="4" visibility="hidden" />
    </svg>,
    document.body,
  )
}

function fadeOut(element: SVGPathElement | null, path: string): void {
  if (!element || reducedMotion()) return
  element.setAttribute('d', path)
  element.animate([{ opacity: 0.8 }, { opacity: 0 }], { duration: 160, fill: 'forwards' })
}

const boxOf = (element: Element | null | undefined): Box | undefined => {
  if (!element) return undefined
  const { left, top, right, bottom, width } = element.getBoundingClientRect()
  return width === 0 ? undefined : { left, top, right, bottom }
}

const middleY = (box: Box): number => (box.top + box.bottom) / 2

/** Finds the thing on the page and the gutters on the way to it. */
function findRoute(root: HTMLElement, model: MapModel, edge: number, [x, y, zoom]: readonly [number, number, number], fact: NowFact, anchor: ThreadAnchor): { readonly route: ThreadRoute; readonly bus: Box | undefined } | undefined {
  const map = boxOf(root)
  const pane = boxOf(root.querySelector('.map-surface'))
  if (!map || !pane) return undefined
  const bus = boxOf(root.querySelector('.bus'))
  const deck = [...root.querySelectorAll('.comp')].flatMap((element) => boxOf(element) ?? [])
  const strips = boxOf(root.querySelector('.strips'))
  const viewport = { x, y, zoom }
  // The way between the zones and what stands above them; with a bar it lies above the bar, for the thread passes behind that.
  const above = bus ? bus.top - 9 : strips ? Math.max(strips.bottom + 3, pane.top + 4) : pane.top + 3
  // Chips and switches of the legend's row: the way down to the caption leads between them.
  const legend = [...root.querySelectorAll('.legend .seg, .legend [data-chip], .legend-note, .zoom')].flatMap((element) => (getComputedStyle(element).visibility === 'hidden' ? [] : boxOf(element) ?? []))
  const rows = zoneRowsOf(model.layout, viewport, pane, edge, above).map((row, index) => (index === 0 ? { ...row, gutters: openGutters(row.gutters, legend) } : row))
  const playheadX = anchor.playheadX === undefined ? undefined : Math.max(anchor.caption.left + 8, Math.min(anchor.caption.right - 8, anchor.playheadX))
  const start = { playheadX, mapRight: map.right, caption: anchor.caption, covers: [...(bus ? [bus] : []), ...legend] }
  const found = findTarget(root, model, fact)
  if (!found) return undefined
  const clipped = (box: Box): Box => clampBox(box, pane)
  switch (found.where) {
    case 'pane': {
      const target = clipped(found.box)
      const at = rows.findIndex((row) => middleY(target) >= row.top - 4 && middleY(target) <= row.bottom + 4)
      const own = rows[Math.max(0, at)]
      const lane = ((model.layout.pitchY - model.layout.card.height) * zoom) / 2
      return { bus, route: { ...start, target, dock: 'side', ...(found.dockY === undefined ? {} : { dockY: found.dockY }), rows: rows.slice(0, Math.max(0, at)), gutters: own?.gutters ?? [pane.left + edge / 2], lanes: [found.box.bottom + Math.max(2, lane)] } }
    }
    case 'deck': {
      const gutters = [map.left + edge / 2, ...deck.slice(1).map((box, index) => ((deck[index] as Box).right + box.left) / 2), map.right - edge / 2]
      return { bus, route: { ...start, target: found.box, dock: 'side', dockY: found.dockY ?? middleY(found.box), rows, gutters } }
    }
    case 'bus': {
      // It hangs over the zones: up the gutter nearest to the playhead, into its lower edge.
      const gutters = rows.at(-1)?.gutters ?? [map.left + edge / 2]
      const near = playheadX ?? (map.left + map.right) / 2
      const x = gutters.reduce((best, gutter) => (Math.abs(gutter - near) < Math.abs(best - near) ? gutter : best))
      const last = rows.at(-1)
      // The outer gutters pass it by: then it is met at its end.
      if (x < found.box.left || x > found.box.right) return { bus, route: { ...start, covers: legend, target: found.box, dock: 'side', dockY: middleY(found.box), rows: last ? [...rows.slice(0, -1), { ...last, laneAbove: middleY(found.box) }] : [], gutters: [x] } }
      return {
        bus, route: { ...start, covers: legend, target: { ...found.box, left: x - 12, right: x + 12 }, dock: 'bottom', gutters: [], rows: last ? [...rows.slice(0, -1), { ...last, laneAbove: found.box.bottom + 6 }] : [] },
      }
    }
    case 'strip': return { bus, route: { ...start, target: found.box, dock: 'side', dockY: middleY(found.box), rows, gutters: [map.left + edge / 2, found.box.right + 14] } }
    case 'pill': {
      const flight = boxOf(root.querySelector('.in-flight'))
      const pass: PassedRow[] = flight ? [{ gutters: [map.left + edge / 2, flight.right + 15], laneAbove: (found.box.bottom + flight.top) / 2 }] : []
      return { bus, route: { ...start, target: found.box, dock: 'bottom', rows: [...rows, ...pass], gutters: [] } }
    }
    case 'plugin': return { bus, route: { ...start, target: found.box, dock: 'bottom', rows, gutters: [] } }
    case 'legend': return { bus, route: { ...start, covers: [], target: found.box, dock: 'bottom', rows: [], gutters: [] } }
  }
}

interface FoundTarget {
  readonly where: 'pane' | 'deck' | 'bus' | 'strip' | 'pill' | 'plugin' | 'legend'
  readonly box: Box
  readonly dockY?: number
}

function findTarget(root: HTMLElement, model: MapModel, { target, args }: NowFact): FoundTarget | undefined {
  const one = (selector: string): Element | null => root.querySelector(selector)
  const named = (attribute: string, name: string): Element | null => one(`[data-${attribute}="${CSS.escape(name)}"]`)
  const onNode = (name: string | undefined, pod?: string): FoundTarget | undefined => {
    if (name === undefined) return undefined
    const callout = boxOf(named('callout', name))
    if (callout) return { where: 'pane', box: callout }
    const card = named('node', name)
    const box = boxOf(card) ?? model.nodeBox(name)
    if (!box) return undefined
    const block = pod === undefined ? undefined : boxOf(card?.querySelector(`[data-pod="${CSS.escape(pod)}"]`))
    return { where: 'pane', box, ...(block ? { dockY: middleY(block) } : {}) }
  }
  const component = (name: string): FoundTarget | undefined => {
    if (name.startsWith('kubelet/')) return onNode(name.slice('kubelet/'.length))
    const element = named('component', name)
    const box = boxOf(element)
    if (!element || !box) return undefined
    return { where: element.classList.contains('bus') ? 'bus' : element.classList.contains('pill') ? 'pill' : 'deck', box }
  }
  switch (target.kind) {
    case 'none': {
      // A plugin that parts nobody: its place in the strip.
      const strips = boxOf(one('.strips'))
      const plugin = typeof args['plugin'] === 'string' ? boxOf(one(`.strip button[title="${CSS.escape(args['plugin'])}"], .strip [data-plugins~="${CSS.escape(args['plugin'])}"]`)) : undefined
      if (!strips || !plugin) return undefined
      const x = Math.min(plugin.left + 44, plugin.right)
      return { where: 'plugin', box: { left: x - 12, right: x + 12, top: strips.top, bottom: strips.bottom + 2 } }
    }
    case 'node': return onNode(target.name)
    case 'component': return component(target.name)
    case 'workload': {
      const box = boxOf(named('workload', target.name.slice(target.name.lastIndexOf('/') + 1)))
      return box ? { where: 'legend', box } : component('kube-controller-manager')
    }
    case 'pod': {
      if (model.scene && model.scene.pod === target.name && model.scene.phase !== 'bind') {
        const box = boxOf(one('.in-flight'))
        if (box) return { where: 'strip', box }
      }
      const lane = boxOf(named('queue-pod', target.name))
      const scheduler = boxOf(one('.comp-kube-scheduler'))
      if (lane && scheduler) return { where: 'deck', box: scheduler, dockY: middleY(lane) }
      // It waits in a queue, further back than the chips that are drawn.
      const waits = scheduler && model.queueOf(target.name)
      if (waits) return { where: 'deck', box: scheduler, dockY: middleY(boxOf(one(`[data-lane="${waits}"] .lane-track`)) ?? scheduler) }
      return onNode(model.nodeOfPod(target.name), target.name) ?? component('kube-apiserver')
    }
  }
}

/** Dotted: the way of the one or two messages before, along the api-server's bar. */
function wakeOf(root: HTMLElement, fact: NowFact, bus: Box | undefined, model: MapModel, [x, y, zoom]: readonly [number, number, number], end: Point | undefined): string {
  if (!bus || fact.wake.length === 0) return ''
  const pane = boxOf(root.querySelector('.map-surface'))
  const stems = fact.wake.slice(-2).flatMap(({ kind, name }): { readonly x: number; readonly from: number; readonly above: boolean }[] => {
    if (kind === 'component' && !name.startsWith('kubelet/')) {
      const box = boxOf(root.querySelector(`.comp[data-component="${CSS.escape(name)}"]`))
      return box ? [{ x: (box.left + box.right) / 2, from: box.bottom, above: true }] : []
    }
    const node = kind === 'node' ? name : name.startsWith('kubelet/') ? name.slice('kubelet/'.length) : undefined
    const zone = node === undefined || !pane ? undefined : model.zoneOfNode(node)
    if (!zone || !pane) return []
    const box = pageBox(zone, { x, y, zoom }, pane)
    return [{ x: (box.left + box.right) / 2, from: Math.max(box.top, bus.bottom), above: false }]
  })
  const parts: string[] = []
  for (const stem of stems) parts.push(stem.above ? `M${stem.x} ${stem.from + 2} V${bus.top - 2}` : `M${stem.x} ${stem.from - 2} V${bus.bottom + 2}`)
  const [first, second] = stems
  const goal = second?.x ?? end?.x
  if (first && goal !== undefined && Math.abs(goal - first.x) > 24) {
    const right = goal > first.x
    parts.push(`M${first.x + (right ? 8 : -8)} ${bus.top} H${goal + (right ? -8 : 8)}`)
  }
  return parts.join(' ')
}
