import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import type { JourneyStep, JourneyView } from '../../protocol'
import { reducedMotion, roundedPath, type Point } from '../kit'
import { useSession, ViewThread, type ThreadAnchor, type ThreadWay } from '../store'
import { shownState } from './follow'
import { asksNothing } from './layout'

const legMs = 620
const speedMax = 4

function boxOf(root: HTMLElement, actor: string): DOMRect | undefined {
  const box = root.querySelector(`[data-actor="${actor}"]`)?.getBoundingClientRect()
  return box === undefined || box.width === 0 ? undefined : box
}

const middle = (box: DOMRect): number => (box.left + box.right) / 2

/** A message's way in page pixels, each part a leg; undefined for work inside a component, or while an end of it is not on show. */
function wayOf(root: HTMLElement, step: JourneyStep, before: JourneyStep | undefined): Point[] | undefined {
  const bus = boxOf(root, 'apiserver')
  if (bus === undefined || step.from === step.to || asksNothing(step)) return undefined
  // Along the bar's upper edge: its words are not run over.
  const y = bus.top + 4
  // The ports of a node stand at its upper edge.
  const port = (of: JourneyStep): Point | undefined => {
    const disc = root.querySelector(`.jny-card [data-port="${of.number - 8}"]`)?.getBoundingClientRect()
    return disc === undefined ? undefined : { x: middle(disc), y: (disc.top + disc.bottom) / 2 }
  }
  const end = (actor: string): Point | undefined => {
    const box = boxOf(root, actor)
    return box === undefined ? undefined : { x: middle(box), y: box.top > bus.bottom ? box.top : box.bottom }
  }
  if (step.from === 'kubelet' && step.to === 'runtime') {
    const [from, to] = [boxOf(root, 'kubelet'), boxOf(root, 'runtime')]
    return from === undefined || to === undefined ? undefined : [{ x: from.right - 12, y: from.top + 12 }, { x: to.left + 12, y: to.top + 12 }]
  }
  if (step.to === 'apiserver') {
    const from = step.from === 'kubelet' ? port(step) : end(step.from)
    return from === undefined ? undefined : [from, { x: from.x, y }]
  }
  if (step.from !== 'apiserver') return undefined
  const card = root.querySelector('.jny-card')?.getBoundingClientRect()
  const goal: Point | undefined = step.to === 'kubelet' ? card === undefined ? undefined : { x: middle(bus), y: card.top } : end(step.to)
  if (goal === undefined) return undefined
  const source = before === undefined ? undefined : end(before.from === 'apiserver' ? before.to : before.from)
  return [{ x: source?.x ?? middle(bus), y }, { x: goal.x, y }, goal]
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
    if (!root.current || !host || speed > speedMax || reducedMotion() || document.hidden) return
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
    packet.style.offsetPath = `path("${way.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${Math.round(x - base.left)} ${Math.round(y - base.top)}`).join(' ')}")`
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
function threadWay(root: HTMLElement, target: string, { playheadX, caption }: ThreadAnchor): ThreadWay | undefined {
  const canvas = root.getBoundingClientRect()
  const card = root.querySelector('.jny-card')?.getBoundingClientRect()
  const box = target === 'node' ? card : boxOf(root, target)
  if (playheadX === undefined || box === undefined || card === undefined) return undefined
  // Beyond the canvas stands the inspector: under it the line keeps to the caption's own edge.
  const low = playheadX > canvas.right ? caption.top : canvas.bottom - 7
  const points: Point[] = [{ x: playheadX, y: caption.top }, { x: playheadX, y: low }]
  let end: Point
  if (target === 'node') {
    const others = root.querySelector('.jny-others')?.getBoundingClientRect()
    const gutter = others !== undefined && others.width > 0 && others.left > card.right ? (card.right + others.left) / 2 : card.right + 8
    end = { x: card.right, y: card.bottom - Math.min(70, card.height / 3) }
    points.push({ x: gutter, y: low }, { x: gutter, y: end.y })
  } else {
    const side = canvas.right - 8
    points.push({ x: side, y: low })
    if (target === 'scheduler') {
      end = { x: box.right, y: box.bottom - 16 }
      points.push({ x: side, y: end.y })
    } else {
      const high = canvas.top + 7
      end = { x: middle(box), y: box.top }
      points.push({ x: side, y: high }, { x: end.x, y: high })
    }
  }
  return { path: roundedPath([[...points, end]], 6), end }
}

/** Joins playhead, caption and the thing the step happened to. */
export function Thread({ root, view, current }: { readonly root: RefObject<HTMLElement | null>; readonly view: JourneyView; readonly current: number }): ReactNode {
  const step = view.steps[current - 1]
  const target = step !== undefined && shownState(step, current) === 'now' ? targetOf(step) : undefined
  return <ViewThread root={root} mark={`${current} ${target ?? ''}`} find={(element, anchor) => (target === undefined ? undefined : threadWay(element, target, anchor))} />
}
