import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { reducedMotion } from '../kit'
import { comparePositions, useSession } from '../store'
import type { MapModel } from './model'
import { pageBox } from './scene/page'

const legMs = 620
const dockMs = 900
/** Above this speed beats merge and nothing travels. */
const speedMax = 4
/** Who stands so many events further has jumped: what lies between did not happen just now, and is not played. */
const jumpMax = 60

/**
 * What moves on its own: packets along the api-server's bar and the block that docks. Each plays a recorded message or step once;
 * a step back plays it reversed, in 60 % of the time. Any key finishes what is under way.
 */
export function Motion({ root, model }: { readonly root: RefObject<HTMLElement | null>; readonly model: MapModel }): ReactNode {
  const session = useSession()
  const flow = useStoreApi()
  const layer = useRef<HTMLDivElement>(null)
  const latest = useRef(model)
  useEffect(() => { latest.current = model })
  const running = useRef(new Set<Animation>())

  useEffect(() => {
    const finish = (): void => { for (const animation of running.current) animation.finish() }
    window.addEventListener('keydown', finish, true)
    return () => { window.removeEventListener('keydown', finish, true) }
  }, [])

  // Packets
  useEffect(() => session.view.subscribe((view, before) => {
    const back = comparePositions(view.position, before.position) < 0
    // A step back takes back the request that was the last one, not the one before it.
    const [request, other] = back ? [before.controlPlane?.apiserver, view.controlPlane?.apiserver] : [view.controlPlane?.apiserver, before.controlPlane?.apiserver]
    if (!request || request === other || same(request, other) || Math.abs(view.position.event - before.position.event) > jumpMax || view.speed > speedMax || reducedMotion() || latest.current.scene || document.hidden) return
    const element = root.current
    const host = layer.current
    const bus = element?.querySelector('.bus')?.getBoundingClientRect()
    const etcd = element?.querySelector('.comp-etcd')?.getBoundingClientRect()
    if (!element || !host || !bus || !etcd || bus.width === 0) return
    const base = host.getBoundingClientRect()
    const from = sourceOf(element, latest.current, request.from, flow.getState().transform)
    if (!from) return
    // Along the bar's upper edge: its words are not run over.
    const along = bus.top + 4
    const reads = request.method === 'GET' || request.code >= 400
    const points = [[from.x, from.y], [from.x, along], ...(reads ? [] : [[(etcd.left + etcd.right) / 2, along], [(etcd.left + etcd.right) / 2, etcd.bottom]])] as [number, number][]
    const path = points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${Math.round(px - base.left)} ${Math.round(py - base.top)}`).join(' ')
    const packet = document.createElement('div')
    packet.className = 'packet'
    packet.style.offsetPath = `path("${path}")`
    const label = document.createElement('span')
    label.textContent = `${request.method} ${request.path.split('/').filter((part) => part !== '').slice(-1)[0] ?? ''}`
    packet.append(label)
    host.append(packet)
    const animation = packet.animate([{ offsetDistance: back ? '100%' : '0%' }, { offsetDistance: back ? '0%' : '100%' }], { duration: ((reads ? 1 : 2) * legMs * (back ? 0.6 : 1)) / Math.max(1, view.speed), easing: 'linear' })
    track(running.current, animation, () => { packet.remove() })
  }), [session, flow, root])

  // Docking
  const flight = useRef<DOMRect | undefined>(undefined)
  const { scene } = model
  const phase = scene?.phase
  const winner = scene?.winner
  const pod = scene?.pod
  const wasPhase = useRef(phase)
  const docked = useRef<{ readonly cycle: number; readonly rect: DOMRect } | undefined>(undefined)
  useEffect(() => {
    const before = wasPhase.current
    wasPhase.current = phase
    const element = root.current
    const host = layer.current
    if (!element || !host) return
    const source = element.querySelector('[data-inflight-block]')?.getBoundingClientRect()
    if (source && source.width > 0) flight.current = source
    if (phase === before || reducedMotion() || session.view.getState().speed > speedMax) return
    const forward = phase === 'bind' && before === 'score' || phase === 'bind' && before === 'filter'
    const backward = phase === 'score' && before === 'bind'
    if (!forward && !backward) return
    const animation = requestAnimationFrame(() => {
      const block = winner === undefined || pod === undefined ? undefined : element.querySelector<HTMLElement>(`[data-node="${CSS.escape(winner)}"] .cap-bar-cpu [data-pod="${CSS.escape(pod)}"]`)
      const target = block?.getBoundingClientRect() ?? docked.current?.rect
      const start = flight.current
      if (!target || !start || target.width === 0) return
      if (scene) docked.current = { cycle: scene.cycle, rect: target }
      const base = host.getBoundingClientRect()
      const clone = document.createElement('div')
      clone.className = 'docking'
      // It comes with the hue of its workload, as it was in flight.
      clone.style.background = getComputedStyle(element.querySelector('[data-inflight-block]') ?? clone).backgroundColor
      clone.textContent = block?.textContent ?? ''
      host.append(clone)
      const place = (rect: DOMRect): Keyframe => ({ transform: `translate(${rect.left - base.left}px, ${rect.top - base.top}px)`, width: `${rect.width}px`, height: `${rect.height}px` })
      const frames = forward ? [place(start), place(target)] : [place(target), place(start)]
      if (block && forward) block.style.visibility = 'hidden'
      const move = clone.animate(frames, { duration: forward ? dockMs : dockMs * 0.6, easing: 'cubic-bezier(.22,1.25,.36,1)' })
      track(running.current, move, () => {
        clone.remove()
        if (block) block.style.visibility = ''
      })
    })
    return () => { cancelAnimationFrame(animation) }
  }, [phase, winner, pod, scene, root, session])

  return <div ref={layer} className="motion" aria-hidden="true" />
}

function track(running: Set<Animation>, animation: Animation, after: () => void): void {
  running.add(animation)
  const done = (): void => {
    running.delete(animation)
    after()
  }
  animation.addEventListener('finish', done)
  animation.addEventListener('cancel', done)
}

interface Request { readonly method: string; readonly path: string; readonly code: number; readonly from: string }

function same(a: Request, b: Request | null | undefined): boolean {
  return b !== null && b !== undefined && a.method === b.method && a.path === b.path && a.code === b.code && a.from === b.from
}

/** Where a message comes from: the foot of its component's box, or the head of the zone its kubelet is in. */
function sourceOf(root: HTMLElement, model: MapModel, from: string, [x, y, zoom]: readonly [number, number, number]): { readonly x: number; readonly y: number } | undefined {
  // A controller speaks from the manager's box.
  const box = root.querySelector(`.comp[data-component="${CSS.escape(from.startsWith('kubelet/') ? from : from.split('/', 1)[0] as string)}"]`)?.getBoundingClientRect()
  if (box && box.width > 0) return { x: (box.left + box.right) / 2, y: box.bottom }
  const pane = root.querySelector('.map-surface')?.getBoundingClientRect()
  const zone = from.startsWith('kubelet/') ? model.zoneOfNode(from.slice('kubelet/'.length)) : undefined
  if (!pane || !zone) return undefined
  const at = pageBox(zone, { x, y, zoom }, pane)
  const middle = (at.left + at.right) / 2
  return at.top < pane.top - 200 || middle < pane.left || middle > pane.right ? undefined : { x: middle, y: Math.max(pane.top, at.top) }
}
