import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react'
import type { Hop } from './hops'

interface Box { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number; readonly y: number }

interface Drawn {
  readonly width: number
  readonly height: number
  readonly thread: string
  readonly end: { readonly x: number; readonly y: number } | undefined
  readonly curves: string
}

/** What is on show, and the line that was drawn last. */
interface Shown {
  readonly hops: readonly Hop[]
  readonly failed: boolean
  readonly thread: string
}

const nothing: Drawn = { width: 0, height: 0, thread: '', end: undefined, curves: '' }
const radius = 7
const drawMs = 280

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
  if (drawn.thread !== thread && drawn.thread !== '' && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
    for (const line of lines) line?.animate([{ strokeDasharray: '1 1', strokeDashoffset: 1 }, { strokeDasharray: '1 1', strokeDashoffset: 0 }], { duration: drawMs, easing: 'cubic-bezier(.2,.7,.2,1)' })
  }
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
  const points: (readonly [number, number])[] = []
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
      const isEnd = hop.anchor.startsWith('end ')
      if (hop.anchor === 'dns' || hop.anchor === 'leaves') {
        // Down the first column, in the gaps between its cards.
        stubs += `M${box.left + 84} ${before.box.bottom}L${box.left + 84} ${box.top}`
      } else if (before.hop.anchor === 'leaves') {
        const x = gutterLeft()
        points.push([before.box.right, before.box.y], [x, before.box.y], [x, box.y], [chains.left, box.y])
      } else if (isEnd) {
        const x = gutterRight()
        points.push([chains.right, before.box.y], [x, before.box.y], [x, box.y], [box.left, box.y])
      } else if (hop.side === 'right') {
        const x = gutterRight()
        points.push([chains.right, before.box.y], [x, before.box.y], [x, box.y], [chains.right, box.y])
      } else {
        const x = gutterLeft()
        points.push([chains.left, before.box.y], [x, before.box.y], [x, box.y], [chains.left, box.y])
      }
    }
    before = { box, hop }
  }
  const last = points.at(-1)
  return { width, height, curves, thread: `${stubs}${rounded(points)}`, end: last === undefined ? undefined : { x: last[0], y: last[1] } }
}

/** A line through points with rounded corners. A move of no length is left out; where the line goes on from the other side of a card it is lifted. */
function rounded(points: readonly (readonly [number, number])[]): string {
  let path = ''
  let previous: readonly [number, number] | undefined
  for (const [index, point] of points.entries()) {
    if (previous === undefined) {
      path = `M${point[0]} ${point[1]}`
      previous = point
      continue
    }
    // From a chain's left edge to its right edge the way is the rule itself: the row is tinted.
    if (Math.abs(point[1] - previous[1]) < 0.5 && Math.abs(point[0] - previous[0]) > 120) {
      path += `M${point[0]} ${point[1]}`
      previous = point
      continue
    }
    const next = points[index + 1]
    const turns = next !== undefined && (Math.abs(next[0] - point[0]) < 0.5) !== (Math.abs(point[0] - previous[0]) < 0.5)
    const length = Math.hypot(point[0] - previous[0], point[1] - previous[1])
    const ahead = next === undefined ? 0 : Math.hypot(next[0] - point[0], next[1] - point[1])
    if (!turns || length < 1 || ahead < 1 || ahead > 120 && Math.abs((next as readonly [number, number])[1] - point[1]) < 0.5) path += `L${point[0]} ${point[1]}`
    else {
      const r = Math.min(radius, length / 2, ahead / 2)
      const [before, after] = [towards(point, previous, r), towards(point, next as readonly [number, number], r)]
      path += `L${before[0]} ${before[1]}Q${point[0]} ${point[1]} ${after[0]} ${after[1]}`
    }
    previous = point
  }
  return path
}

function towards([x, y]: readonly [number, number], [tx, ty]: readonly [number, number], by: number): readonly [number, number] {
  const length = Math.hypot(tx - x, ty - y) || 1
  return [x + ((tx - x) / length) * by, y + ((ty - y) / length) * by]
}
