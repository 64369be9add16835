import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import { useSession } from '../store'

/** How long after a change boxes may still be on the move. */
const followMs = 420
const reduced = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches

/**
 * The thread, from the playhead by way of the caption up a gutter of the graph to what the last event was about. `gutters`: their middles
 * in pixels of the graph; `scale`: how large it is drawn.
 */
export function Thread({ root, gutters, scale, mark }: { readonly root: RefObject<HTMLElement | null>; readonly gutters: readonly number[]; readonly scale: number; readonly mark: string }): ReactNode {
  const session = useSession()
  const line = useRef<SVGPathElement>(null)
  const glow = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  const latest = useRef({ gutters, scale })
  const kick = useRef<(fresh: boolean) => void>(() => undefined)

  useEffect(() => {
    let frame = 0
    let until = 0
    let shown = ''
    let fresh = false
    const draw = (): void => {
      frame = 0
      const route = root.current ? routeIn(root.current, latest.current, session.ui.getState().threadAnchor) : undefined
      const path = route?.path ?? ''
      if (path !== shown) {
        for (const element of [line.current, glow.current]) element?.setAttribute('d', path)
        shown = path
      }
      if (fresh && path !== '' && !reduced()) {
        const timing = { duration: 280 / Math.max(1, session.view.getState().speed), easing: 'cubic-bezier(.2,.7,.2,1)' }
        for (const element of [line.current, glow.current]) element?.animate([{ strokeDasharray: '1 1', strokeDashoffset: 1 }, { strokeDasharray: '1 1', strokeDashoffset: 0 }], timing)
      }
      fresh = false
      dot.current?.setAttribute('visibility', route ? 'visible' : 'hidden')
      if (route) {
        dot.current?.setAttribute('cx', String(route.end.x))
        dot.current?.setAttribute('cy', String(route.end.y))
      }
      if (performance.now() < until) frame = requestAnimationFrame(draw)
    }
    kick.current = (isFresh) => {
      fresh ||= isFresh
      until = performance.now() + followMs
      if (frame === 0) frame = requestAnimationFrame(draw)
    }
    const again = (): void => { kick.current(false) }
    const stop = session.ui.subscribe((ui, before) => { if (ui.threadAnchor !== before.threadAnchor || ui.inspectorWidth !== before.inspectorWidth || ui.inspectorOpen !== before.inspectorOpen || ui.timelineOpen !== before.timelineOpen) again() })
    const scroller = root.current
    scroller?.addEventListener('scroll', again, { capture: true, passive: true })
    window.addEventListener('resize', again)
    again()
    return () => {
      if (frame !== 0) cancelAnimationFrame(frame)
      stop()
      scroller?.removeEventListener('scroll', again, { capture: true })
      window.removeEventListener('resize', again)
    }
  }, [session, root])
  useEffect(() => {
    latest.current = { gutters, scale }
    kick.current(false)
  }, [gutters, scale])
  useEffect(() => { kick.current(true) }, [mark])

  return createPortal(
    <svg className="thread" aria-hidden="true" data-testid="thread">
      <path ref={glow} className="thread-glow" pathLength="1" />
      <path ref={line} className="thread-line" pathLength="1" />
      <circle ref={dot} className="thread-dot" r="4" visibility="hidden" />
    </svg>,
    document.body,
  )
}

function routeIn(root: HTMLElement, { gutters, scale }: { readonly gutters: readonly number[]; readonly scale: number }, anchor: { readonly playheadX: number | undefined; readonly caption: { readonly left: number; readonly right: number; readonly top: number } } | undefined): { readonly path: string; readonly end: { readonly x: number; readonly y: number } } | undefined {
  const pane = root.querySelector('.wl-scroll')?.getBoundingClientRect()
  const graph = root.querySelector('.wl-graph')?.getBoundingClientRect()
  const target = root.querySelector('[data-now]')?.getBoundingClientRect()
  if (!pane || !graph || !target || !anchor || target.width === 0) return undefined
  const y = Math.round((target.top + target.bottom) / 2)
  // What is scrolled out of sight has no end to tie the thread to.
  if (y < pane.top || y > pane.bottom) return undefined
  const own = gutters.map((x) => graph.left + x * scale)
  const x = Math.round(own.find((each) => each >= target.right - 2) ?? own.at(-1) ?? target.right + 12)
  if (x > pane.right || target.right < pane.left) return undefined
  const round = 6
  const level = anchor.caption.top - 9
  const toPlayhead = anchor.playheadX === undefined ? undefined : Math.max(anchor.caption.left + 8, Math.min(anchor.caption.right - 8, anchor.playheadX))
  const end = { x: Math.round(target.right), y }
  const up = level - y > 2 * round ? `L${x} ${y + round}Q${x} ${y} ${x - round} ${y}L${end.x} ${y}` : `L${x} ${y}L${end.x} ${y}`
  if (toPlayhead === undefined) return { path: `M${x} ${level}${up}`, end }
  const side = Math.sign(x - toPlayhead)
  const along = Math.abs(x - toPlayhead) > 2 * round ? `L${toPlayhead} ${level + round}Q${toPlayhead} ${level} ${toPlayhead + side * round} ${level}L${x - side * round} ${level}Q${x} ${level} ${x} ${level - round}` : `L${toPlayhead} ${level}L${x} ${level}`
  return { path: `M${toPlayhead} ${anchor.caption.top}${along}${up}`, end }
}
