import { useCallback, type ReactNode, type RefObject } from 'react'
import { roundedPath } from '../kit'
import { ViewThread, type ThreadAnchor, type ThreadWay } from '../store'

/**
 * The thread, up a gutter of the graph to what the last event was about. `gutters`: their middles in pixels of the graph; `scale`: how
 * large it is drawn.
 */
export function Thread({ root, gutters, scale, mark }: { readonly root: RefObject<HTMLElement | null>; readonly gutters: readonly number[]; readonly scale: number; readonly mark: string }): ReactNode {
  const find = useCallback((element: HTMLElement, anchor: ThreadAnchor) => wayIn(element, gutters, scale, anchor), [gutters, scale])
  return <ViewThread root={root} find={find} mark={mark} />
}

function wayIn(root: HTMLElement, gutters: readonly number[], scale: number, { playheadX, caption }: ThreadAnchor): ThreadWay | undefined {
  const pane = root.querySelector('.wl-scroll')?.getBoundingClientRect()
  const graph = root.querySelector('.wl-graph')?.getBoundingClientRect()
  const target = root.querySelector('[data-now]')?.getBoundingClientRect()
  if (!pane || !graph || !target || target.width === 0) return undefined
  const end = { x: Math.round(target.right), y: Math.round((target.top + target.bottom) / 2) }
  // What is scrolled out of sight has no end to tie the thread to.
  if (end.y < pane.top || end.y > pane.bottom) return undefined
  const own = gutters.map((x) => graph.left + x * scale)
  const x = Math.round(own.find((each) => each >= target.right - 2) ?? own.at(-1) ?? target.right + 12)
  if (x > pane.right || target.right < pane.left) return undefined
  const level = caption.top - 9
  const from = playheadX === undefined ? undefined : Math.max(caption.left + 8, Math.min(caption.right - 8, playheadX))
  return { path: roundedPath([[...from === undefined ? [] : [{ x: from, y: caption.top }, { x: from, y: level }], { x, y: level }, { x, y: end.y }, end]], 6), end }
}
