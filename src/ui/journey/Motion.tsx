import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import type { JourneyStep, JourneyView } from '../../protocol'
import { useSession } from '../store'
import { shownState } from './follow'

const legMs = 620
const speedMax = 4
/** Boxes may still move for so long after a change. */
const followMs = 520

function reduced(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}

type Point = readonly [x: number, y: number]

function boxOf(root: HTMLElement, actor: string): DOMRect | undefined {
  const box = root.querySelector(`[data-actor="${actor}"]`)?.getBoundingClientRect()
  return box === undefined || box.width === 0 ? undefined : box
}

const middle = (box: DOMRect): number => (box.left + box.right) / 2

/** A message's way in page pixels, each part a leg; undefined for work inside a component, or while an end of it is not on show. */
function wayOf(root: HTMLElement, step: JourneyStep, before: JourneyStep | undefined): Point[] | undefined {
  const bus = boxOf(root, 'apiserver')
  if (bus === undefined || step.from === step.to) return undefined
  const y = (bus.top + bus.bottom) / 2
  // The ports of a node stand at its upper edge.
  const port = (of: JourneyStep): Point | undefined => {
    const disc = root.querySelector(`.jny-card [data-port="${of.number - 8}"]`)?.getBoundingClientRect()
    return disc === undefined ? undefined : [middle(disc), (disc.top + disc.bottom) / 2]
  }
  const end = (actor: string): Point | undefined => {
    const box = boxOf(root, actor)
    return box === undefined ? undefined : [middle(box), box.top > bus.bottom ? box.top : box.bottom]
  }
  if (step.from === 'kubelet' && step.to === 'runtime') {
    const [from, to] = [boxOf(root, 'kubelet'), boxOf(root, 'runtime')]
    return from === undefined || to === undefined ? undefined : [[from.right - 12, from.top + 12], [to.left + 12, to.top + 12]]
  }
  if (step.to === 'apiserver') {
    const from = step.from === 'kubelet' ? port(step) : end(step.from)
    return from === undefined ? undefined : [from, [from[0], y]]
  }
  if (step.from !== 'apiserver') return undefined
  const to = step.to === 'kubelet' ? boxOf(root, 'apiserver-out') : undefined
  const card = boxOf(root, 'node') ?? root.querySelector('.jny-card')?.getBoundingClientRect()
  const goal: Point | undefined = step.to === 'kubelet' ? card === undefined ? undefined : [to === undefined ? middle(bus) : middle(to), card.top] : end(step.to)
  if (goal === undefined) return undefined
  const source = before === undefined ? undefined : end(before.from === 'apiserver' ? before.to : before.from)
  const start = source?.[0] ?? middle(bus)
  return [[start, y], [goal[0], y], goal]
}

/** Packets along the api-server's bar: each plays the message the reader has come to, once; a step back plays it reversed. */
export function Packets({ root, view, current }: { readonly root: RefObject<HTMLElement | null>; readonly view: JourneyView; readonly current: number }): ReactNode {
  const session = useSession()
  const layer = useRef<HTMLDivElement>(null)
  const was = useRef({ pod: view.pod, current })
  const running = useRef(new Set<Animation>())
  const steps = useRef(view.steps)
  useEffect(() => { steps.current = view.steps })

  useEffect(() => {
    const finish = (): void => { for (const animation of running.current) animation.finish() }
    window.addEventListener('keydown', finish, true)
    return () => { window.removeEventListener('keydown', finish, true) }
  }, [])

  useEffect(() => {
    const before = was.current
    was.current = { pod: view.pod, current }
    if (before.pod !== view.pod || before.current === current) return
    const { speed } = session.view.getState()
    const host = layer.current
    if (!root.current || !host || speed > speedMax || reduced() || document.hidden) return
    // What was jumped over is not played: it did not happen just now.
    const back = current < before.current
    const number = back ? before.current : current
    const step = steps.current[number - 1]
    if (step === undefined || step.goal === undefined) return
    const way = wayOf(root.current, step, steps.current[number - 2])
    if (way === undefined) return
    const base = host.getBoundingClientRect()
    const packet = document.createElement('div')
    packet.className = 'jny-packet'
    packet.style.offsetPath = `path("${way.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${Math.round(x - base.left)} ${Math.round(y - base.top)}`).join(' ')}")`
    const label = document.createElement('span')
    label.textContent = step.label
    packet.append(label)
    host.append(packet)
    const animation = packet.animate(
      [{ offsetDistance: back ? '100%' : '0%' }, { offsetDistance: back ? '0%' : '100%' }],
      { duration: ((way.length - 1) * legMs * (back ? 0.6 : 1)) / Math.max(1, speed), easing: 'linear' },
    )
    running.current.add(animation)
    const done = (): void => {
      running.current.delete(animation)
      packet.remove()
    }
    animation.addEventListener('finish', done)
    animation.addEventListener('cancel', done)
  }, [view.pod, current, root, session])

  return <div ref={layer} className="jny-motion" aria-hidden="true" />
}

/** The thing a step happened to. */
function targetOf(step: JourneyStep): string {
  switch (step.id) {
    case 'asks': return 'client'
    case 'stored': case 'bound': return 'etcd'
    case 'heard': case 'decides': case 'binds': return 'scheduler'
    default: return 'node'
  }
}

/** Through the gutters only, with round corners: from the playhead up the caption, under the nodes, and up beside them. */
function threadPath(root: HTMLElement, target: string, playheadX: number, captionTop: number, captionBottom: number): { readonly path: string; readonly end: Point } | undefined {
  const canvas = root.getBoundingClientRect()
  const box = boxOf(root, target) ?? (target === 'node' ? root.querySelector('.jny-card')?.getBoundingClientRect() : undefined)
  const card = root.querySelector('.jny-card')?.getBoundingClientRect()
  const others = root.querySelector('.jny-others')?.getBoundingClientRect()
  if (box === undefined || card === undefined) return undefined
  const low = canvas.bottom - 7
  const points: Point[] = [[playheadX, captionTop], [playheadX, low]]
  let end: Point
  if (target === 'node') {
    const gutter = others !== undefined && others.width > 0 && others.left > card.right ? (card.right + others.left) / 2 : card.right + 8
    end = [card.right, card.bottom - Math.min(70, card.height / 3)]
    points.push([gutter, low], [gutter, end[1]], end)
  } else {
    const side = canvas.right - 8
    if (target === 'scheduler') {
      end = [box.right, box.bottom - 16]
      points.push([side, low], [side, end[1]], end)
    } else {
      const high = canvas.top + 7
      end = [middle(box), box.top]
      points.push([side, low], [side, high], [end[0], high], end)
    }
  }
  return { path: `M${playheadX} ${captionBottom + 28}V${captionBottom} ${rounded(points)}`, end }
}

function rounded(points: readonly Point[]): string {
  const parts: string[] = []
  for (const [index, [x, y]] of points.entries()) {
    const [before, after] = [points[index - 1], points[index + 1]]
    if (before === undefined) parts.push(`M${x} ${y}`)
    else if (after === undefined) parts.push(`L${x} ${y}`)
    else {
      const towards = ([ax, ay]: Point, [bx, by]: Point): Point => {
        const length = Math.hypot(bx - ax, by - ay)
        const r = Math.min(6, length / 2)
        return length === 0 ? [ax, ay] : [ax + ((bx - ax) * r) / length, ay + ((by - ay) * r) / length]
      }
      const [inX, inY] = towards([x, y], before)
      const [outX, outY] = towards([x, y], after)
      parts.push(`L${inX} ${inY}Q${x} ${y} ${outX} ${outY}`)
    }
  }
  return parts.join('')
}

/** Joins playhead, caption and the thing the step happened to. */
export function Thread({ root, view, current }: { readonly root: RefObject<HTMLElement | null>; readonly view: JourneyView; readonly current: number }): ReactNode {
  const session = useSession()
  const line = useRef<SVGPathElement>(null)
  const glow = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  const step = view.steps[current - 1]
  const target = step !== undefined && shownState(step, current) === 'now' ? targetOf(step) : undefined
  const shown = useRef({ target: undefined as string | undefined, number: 0 })

  useLayoutEffect(() => {
    let frame = 0
    let until = performance.now() + followMs
    const draw = (): void => {
      frame = 0
      const anchor = session.ui.getState().threadAnchor
      const thread = root.current && target !== undefined && anchor?.playheadX !== undefined
        ? threadPath(root.current, target, anchor.playheadX, anchor.caption.top, anchor.caption.bottom) : undefined
      for (const element of [line.current, glow.current]) element?.setAttribute('d', thread?.path ?? '')
      dot.current?.setAttribute('visibility', thread === undefined ? 'hidden' : 'visible')
      if (thread !== undefined) {
        dot.current?.setAttribute('cx', String(thread.end[0]))
        dot.current?.setAttribute('cy', String(thread.end[1]))
        if ((shown.current.target !== target || shown.current.number !== current) && !reduced()) {
          const timing = { duration: 280 / Math.max(1, Math.min(speedMax, session.view.getState().speed)), easing: 'cubic-bezier(.2,.7,.2,1)' }
          for (const element of [line.current, glow.current]) element?.animate([{ strokeDasharray: '1 1', strokeDashoffset: 1 }, { strokeDasharray: '1 1', strokeDashoffset: 0 }], timing)
        }
        shown.current = { target, number: current }
      }
      if (performance.now() < until) frame = requestAnimationFrame(draw)
    }
    const kick = (): void => {
      until = performance.now() + followMs
      if (frame === 0) frame = requestAnimationFrame(draw)
    }
    draw()
    const stop = session.ui.subscribe((now, before) => { if (now.threadAnchor !== before.threadAnchor || now.inspectorWidth !== before.inspectorWidth || now.inspectorOpen !== before.inspectorOpen) kick() })
    addEventListener('resize', kick)
    return () => {
      stop()
      removeEventListener('resize', kick)
      cancelAnimationFrame(frame)
    }
  }, [session, root, target, current])

  return createPortal(
    <svg className="jny-thread" aria-hidden="true">
      <path ref={glow} className="jny-thread-glow" pathLength={1} /><path ref={line} className="jny-thread-line" pathLength={1} /><circle ref={dot} r={4} className="jny-thread-dot" visibility="hidden" />
    </svg>, document.body)
}
