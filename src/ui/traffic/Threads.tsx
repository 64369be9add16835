import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import { drawOn, drawTiming, roundedPath, type Point } from '../kit'
import type { Hop } from './hops'

interface Box { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number; readonly y: number }

interface Drawn {
  readonly width: number
  readonly height: number
  readonly thread: string
  readonly end: Point | undefined
  readonly curves: string
}

/** What is on show, and the line that was drawn last. */
interface Shown {
  readonly hops: readonly Hop[]
  readonly failed: boolean
  readonly thread: string
}

const nothing: Drawn = { width: 0, height: 0, thread: '', end: undefined, curves: '' }

/**
 * The packet's way as the yellow thread, and quiet curves to where other rules would lead. It runs in the gutters between the columns,
 * and meets a card at its edge. An SVG over the picture, fed by the boxes of what is drawn: `version` says that these may have moved.
 */
export function Threads({ canvas, hops, failed, version }: { readonly canvas: RefObject<HTMLDivElement | null>; readonly hops: readonly Hop[]; readonly failed: boolean; readonly version: string }): ReactNode {
  const svg = useRef<SVGSVGElement>(null)
  const shown = useRef<Shown>({ hops, failed, thread: '' })
  useLayoutEffect(() => {
    shown.current = { ...shown.current, hops, failed }
    redraw(canvas.current, svg.current, shown)
  }, [canvas, hops, failed, version])
  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const watch = new ResizeObserver(() => { redraw(canvas.current, svg.current, shown) })
    watch.observe(element)
    for (const child of element.children) if (child !== svg.current) watch.observe(child)
    return () => { watch.disconnect() }
  }, [canvas])
  return (
    <svg ref={svg} className="traffic-threads" aria-hidden="true">
      <path className="traffic-curve" /><path className="traffic-thread-case" pathLength={1} /><path className="traffic-thread" pathLength={1} />
      <path className="traffic-thread-end" /><path className="traffic-thread-cross" />
    </svg>
  )
}

/** Reads boxes and writes attributes: nothing that React knows of. */
function redraw(canvas: HTMLElement | null, picture: SVGSVGElement | null, shown: { current: Shown }): void {
  if (canvas === null || picture === null) return
  const { hops, failed, thread } = shown.current
  const drawn = draw(canvas, hops)
  picture.setAttribute('width', String(drawn.width))
  picture.setAttribute('height', String(drawn.height))
  const set = (name: string, path: string): Element | null => {
    const line = picture.querySelector(`.${name}`)
    line?.setAttribute('d', path)
    return line
  }
  set('traffic-curve', drawn.curves)
  const lines = [set('traffic-thread-case', drawn.thread), set('traffic-thread', drawn.thread)]
  const { end } = drawn
  set('traffic-thread-end', end === undefined || failed ? '' : `M${end.x - 4.5} ${end.y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0`)
  set('traffic-thread-cross', end === undefined || !failed ? '' : `M${end.x - 5} ${end.y - 5}l10 10m0 -10l-10 10`)
  if (drawn.thread !== thread && drawn.thread !== '') drawOn(lines, drawTiming(1))
  shown.current = { hops, failed, thread: drawn.thread }
}

function draw(canvas: HTMLElement, hops: readonly Hop[]): Drawn {
  const origin = canvas.getBoundingClientRect()
  const boxOf = (element: Element): Box => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    return { left: left - origin.left, right: right - origin.left, top: top - origin.top, bottom: bottom - origin.top, y: (top + bottom) / 2 - origin.top }
  }
  const find = (anchor: string): Box | undefined => {
    const element = canvas.querySelector(`[data-anchor="${CSS.escape(anchor)}"]`)
    return element === null ? undefined : boxOf(element)
  }
  const [client, chains, endpoints] = ['.traffic-client', '.traffic-chains', '.traffic-endpoints'].map((selector) => canvas.querySelector(selector)).map((element) => (element === null ? undefined : boxOf(element)))
  const { scrollWidth: width, scrollHeight: height } = canvas
  if (client === undefined || chains === undefined) return { ...nothing, width, height }
  let curves = ''
  const ways = [...canvas.querySelectorAll('[data-to]')]
  const onWay = new Set(hops.map((hop) => hop.anchor))
  if (endpoints !== undefined && ways.length <= 40) {
    for (const way of ways) {
      const target = find(`end ${way.getAttribute('data-to') ?? ''}`)
      if (target === undefined || onWay.has(way.getAttribute('data-anchor') ?? '')) continue
      const from = boxOf(way)
      const middle = (chains.right + target.left) / 2
      curves += `M${chains.right} ${from.y}C${middle} ${from.y} ${middle} ${target.y} ${target.left} ${target.y}`
    }
  }
  const lines: Point[][] = []
  // From a chain's left edge to its right edge the way is the rule itself, whose row is tinted: there the line is lifted.
  const leg = (fromX: number, fromY: number, gutter: number, toX: number, toY: number): void => {
    const points = [{ x: fromX, y: fromY }, { x: gutter, y: fromY }, { x: gutter, y: toY }, { x: toX, y: toY }]
    const last = lines.at(-1)?.at(-1)
    if (last?.x === fromX && last.y === fromY) lines.at(-1)?.push(...points)
    else lines.push(points)
  }
  let stubs = ''
  // Each leg in the gutter keeps a lane of its own.
  let [leftLane, rightLane] = [0, 0]
  const gutterLeft = (): number => client.right + (chains.left - client.right) * (0.62 - 0.2 * (leftLane++ % 3))
  const gutterRight = (): number => chains.right + Math.min(14 + 9 * (rightLane++ % 3), ((endpoints?.left ?? chains.right + 40) - chains.right) / 2)
  let before: { readonly box: Box; readonly hop: Hop } | undefined
  for (const hop of hops) {
    const box = find(hop.anchor)
    if (box === undefined) continue
    if (before !== undefined) {
      if (hop.anchor === 'dns' || hop.anchor === 'leaves') {
        // Down the first column, in the gaps between its cards.
        stubs += `M${box.left + 84} ${before.box.bottom}L${box.left + 84} ${box.top}`
      } else if (before.hop.anchor === 'leaves') leg(before.box.right, before.box.y, gutterLeft(), chains.left, box.y)
      else if (hop.anchor.startsWith('end ')) leg(chains.right, before.box.y, gutterRight(), box.left, box.y)
      else if (hop.side === 'right') leg(chains.right, before.box.y, gutterRight(), chains.right, box.y)
      else leg(chains.left, before.box.y, gutterLeft(), chains.left, box.y)
    }
    before = { box, hop }
  }
  return { width, height, curves, thread: `${stubs}${roundedPath(lines)}`, end: lines.at(-1)?.at(-1) }
}
