import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { roundedPath, whileMoving, type Point } from '../kit'
import { useSession } from '../store'

/** The thread, from the playhead by way of the caption and the gutter to the row of now. It follows boxes, once a frame while they may move. */
export function RoomThread({ root, active }: { readonly root: RefObject<HTMLElement | null>; readonly active: boolean }): ReactNode {
  const session = useSession()
  const line = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  useEffect(() => {
    const { kick, stop } = whileMoving(() => {
      const path = active ? pathTo(root.current, session.ui.getState().threadAnchor?.playheadX) : undefined
      line.current?.setAttribute('d', path?.d ?? '')
      dot.current?.setAttribute('visibility', path === undefined ? 'hidden' : 'visible')
      if (path !== undefined) {
        dot.current?.setAttribute('cx', String(path.end.x))
        dot.current?.setAttribute('cy', String(path.end.y))
      }
    })
    const stops = [
      stop,
      session.view.subscribe((view, before) => { if (view.fact !== before.fact || view.position !== before.position) kick() }),
      session.ui.subscribe((ui, before) => { if (ui.threadAnchor !== before.threadAnchor || ui.selection !== before.selection || ui.inspectorWidth !== before.inspectorWidth) kick() }),
    ]
    const element = root.current
    const resized = new ResizeObserver(kick)
    if (element) resized.observe(element)
    element?.addEventListener('scroll', kick, { capture: true, passive: true })
    kick()
    return () => {
      for (const each of stops) each()
      resized.disconnect()
      element?.removeEventListener('scroll', kick, { capture: true })
    }
  }, [root, session, active])
  return <svg className="room-thread" aria-hidden="true"><path ref={line} /><circle ref={dot} r={4.5} visibility="hidden" /></svg>
}

/** From the row's left edge into the gutter beside its card, down to the foot, along it to the playhead, and out. In pixels of the room. */
function pathTo(root: HTMLElement | null, playheadX: number | undefined): { readonly d: string; readonly end: Point } | undefined {
  const row = root?.querySelector('.pod-row[data-now]') ?? root?.querySelector('.channel[data-now]')
  const card = row?.closest('.room-card')
  if (!root || !row || !card || playheadX === undefined) return undefined
  const [page, box, around] = [root.getBoundingClientRect(), row.getBoundingClientRect(), card.getBoundingClientRect()]
  const y = Math.round(box.top + box.height / 2 - page.top)
  // Scrolled out of its card there is nothing to point at.
  if (box.bottom < around.top + 30 || box.top > around.bottom - 4 || y < 0 || y > page.height - 12) return undefined
  const x = Math.round(box.left - page.left)
  const gutter = Math.round(around.left - page.left - 8)
  const foot = Math.round(page.height - 7)
  const play = Math.round(Math.max(12, Math.min(page.width - 4, playheadX - page.left)))
  const end = { x, y }
  return { d: roundedPath([[end, { x: gutter, y }, { x: gutter, y: foot }, { x: play, y: foot }, { x: play, y: page.height }]], 6), end }
}
