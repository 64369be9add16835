import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import { drawOn, drawTiming, whileMoving, type Point } from '../kit'
import { useSession } from './hooks'
import type { ThreadAnchor } from './ui-state'

/** A path over the page, in its pixels, and what it ends at. */
export interface ThreadWay {
  readonly path: string
  readonly end: Point
}

/**
 * The thread of a view other than the map: from the playhead by way of the caption to what just happened. `find` measures the way on the
 * page, once a frame while boxes may move; undefined: there is nothing to point at. With another `mark` it is another thing that
 * happened: then the line is drawn on.
 */
export function ViewThread({ root, find, mark }: { readonly root: RefObject<HTMLElement | null>; readonly find: (root: HTMLElement, anchor: ThreadAnchor) => ThreadWay | undefined; readonly mark: string }): ReactNode {
  const session = useSession()
  const line = useRef<SVGPathElement>(null)
  const glow = useRef<SVGPathElement>(null)
  const dot = useRef<SVGCircleElement>(null)
  const latest = useRef({ find, mark })
  const kick = useRef<() => void>(() => undefined)
  useLayoutEffect(() => { latest.current = { find, mark } })

  useEffect(() => {
    let shownMark = ''
    const moving = whileMoving(() => {
      const anchor = session.ui.getState().threadAnchor
      const way = root.current && anchor ? latest.current.find(root.current, anchor) : undefined
      for (const element of [line.current, glow.current]) element?.setAttribute('d', way?.path ?? '')
      dot.current?.setAttribute('visibility', way ? 'visible' : 'hidden')
      if (!way) return
      dot.current?.setAttribute('cx', String(way.end.x))
      dot.current?.setAttribute('cy', String(way.end.y))
      if (latest.current.mark !== shownMark) drawOn([line.current, glow.current], drawTiming(session.view.getState().speed))
      shownMark = latest.current.mark
    })
    kick.current = moving.kick
    const stop = session.ui.subscribe((ui, before) => { if (ui.threadAnchor !== before.threadAnchor || ui.inspectorWidth !== before.inspectorWidth || ui.inspectorOpen !== before.inspectorOpen || ui.timelineOpen !== before.timelineOpen) moving.kick() })
    const element = root.current
    element?.addEventListener('scroll', moving.kick, { capture: true, passive: true })
    window.addEventListener('resize', moving.kick)
    return () => {
      moving.stop()
      stop()
      element?.removeEventListener('scroll', moving.kick, { capture: true })
      window.removeEventListener('resize', moving.kick)
    }
  }, [session, root])
  useEffect(() => { kick.current() }, [find, mark])

  return createPortal(
    <svg className="thread" aria-hidden="true" data-testid="thread">
      <path ref={glow} className="thread-glow" pathLength="1" />
      <path ref={line} className="thread-line" pathLength="1" />
      <circle ref={dot} className="thread-dot" r="4" visibility="hidden" />
    </svg>,
    document.body,
  )
}
