import { useStoreApi } from '@xyflow/react'
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { useSession } from '../store'
import { drawCluster, type CanvasNodes, type Overlay } from './scene/cluster-canvas'
import type { MapLayout } from './scene/layout'
import { readPalette, type ColourBy, type Palette } from './scene/paint'

export interface CanvasInput {
  readonly layout: MapLayout
  readonly overlay: Overlay | undefined
  readonly colourBy: ColourBy
  readonly promoted: ReadonlySet<number>
  readonly picked: number
  readonly now: number
  readonly theme: string
  readonly large: boolean
}

/** Draw times of the last frames, for tests and the curious: `window.berthMap`. */
export interface MapStats {
  /** Milliseconds a draw, newest last; at most 240. */
  readonly draws: number[]
  drawn: number
}

declare global {
  interface Window { berthMap?: MapStats }
}

const drawsKept = 240

/**
 * All nodes that are not cards, on one canvas under React Flow. It follows the viewport and the tables by subscription and draws
 * at most once an animation frame; React renders it only when it is mounted.
 */
export function ClusterCanvas({ input, hovered }: { readonly input: RefObject<CanvasInput>; readonly hovered: RefObject<number> }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  const flow = useStoreApi()
  const session = useSession()

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const stats: MapStats = { draws: [], drawn: 0 }
    window.berthMap = stats
    let palette: Palette | undefined
    let theme = ''
    let frame = 0
    let width = 0
    let height = 0

    const draw = (): void => {
      frame = 0
      const now = input.current
      if (!palette || theme !== now.theme) {
        palette = readPalette(element)
        theme = now.theme
      }
      const pixelRatio = Math.min(2, window.devicePixelRatio || 1)
      if (width === 0 || height === 0) return
      if (element.width !== Math.round(width * pixelRatio) || element.height !== Math.round(height * pixelRatio)) {
        element.width = Math.round(width * pixelRatio)
        element.height = Math.round(height * pixelRatio)
      }
      const [x, y, zoom] = flow.getState().transform
      const { nodes } = session.view.getState()
      const begun = performance.now()
      stats.drawn = drawCluster(context, {
        layout: now.layout, nodes: nodes as CanvasNodes, viewport: { x, y, zoom }, width, height, pixelRatio, palette, colourBy: now.colourBy, ground: now.large, overlay: now.overlay,
        skip: (slot) => now.promoted.has(slot), picked: now.picked, hovered: hovered.current, now: now.now,
      })
      stats.draws.push(performance.now() - begun)
      if (stats.draws.length > drawsKept) stats.draws.shift()
    }
    const kick = (): void => { if (frame === 0) frame = requestAnimationFrame(draw) }
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      width = entry.contentRect.width
      height = entry.contentRect.height
      kick()
    })
    observer.observe(element)
    const themeWatch = new MutationObserver(() => { palette = undefined; kick() })
    themeWatch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    let transform = flow.getState().transform
    const stops = [
      flow.subscribe((state) => {
        if (state.transform === transform) return
        transform = state.transform
        kick()
      }),
      session.view.getState().nodes.subscribe(kick),
    ]
    element.addEventListener('berth-redraw', kick)
    kick()
    return () => {
      if (frame !== 0) cancelAnimationFrame(frame)
      observer.disconnect()
      themeWatch.disconnect()
      for (const stop of stops) stop()
      element.removeEventListener('berth-redraw', kick)
      if (window.berthMap === stats) delete window.berthMap
    }
  }, [flow, session, input, hovered])

  // What React knows (layout, decision, selection) came with this render.
  useEffect(() => { canvas.current?.dispatchEvent(new Event('berth-redraw')) })

  return <canvas ref={canvas} className="cluster-canvas" aria-hidden="true" data-testid="cluster-canvas" />
}
