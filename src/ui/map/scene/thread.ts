import type { Point } from '../../kit'

/** Boxes and points of the page, in pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A row of things the thread has to pass on its way up: it does so in one of the gutters, and may change over in the lane above. */
export interface PassedRow {
  /** Upright gutters (middle of each), left to right. */
  readonly gutters: readonly number[]
  /** Level way above the row. */
  readonly laneAbove: number
}

/** What the thread ends at, and how it may get there. */
export interface ThreadRoute {
  /** Middle of the playhead; the thread comes out from under the caption there. Without one it comes out where it goes up. */
  readonly playheadX: number | undefined
  readonly caption: Box
  /** Right edge of the map: beyond it stands the inspector, and the thread keeps to the caption's own edge. */
  readonly mapRight?: number
  /** Rows between the caption and the thing's own, lowest first. */
  readonly rows: readonly PassedRow[]
  /** Gutters of the thing's own row. */
  readonly gutters: readonly number[]
  /** The thing. */
  readonly target: Box
  /** Where it docks: at a side of the thing, or from below. */
  readonly dock: 'side' | 'bottom'
  /** Docking height for `side`; without one as high as the first bar of a card. */
  readonly dockY?: number
  /** Level ways (between rows of cards) by which a thing that is not at a gutter is reached from below. */
  readonly lanes?: readonly number[]
  /** Boxes the thread passes behind: the api-server's bar, and what of the legend leaves it no gutter. */
  readonly covers: readonly Box[]
}

export interface Thread {
  /** Several polylines: the thread is out of sight behind the caption and the bar. */
  readonly lines: readonly (readonly Point[])[]
  readonly end: Point
}

/** Runs under the last row of the map this far above the caption. */
const aboveCaption = 4
/** A thing this near to a gutter is met at its side. */
const sideReach = 40

/**
 * From the playhead behind the caption, along the caption's upper edge, up through gutters and lanes, and into the thing's side.
 * It meets a card at its edge and crosses nothing that carries text.
 */
export function routeThread(route: ThreadRoute): Thread {
  const { caption, target, covers } = route
  const floor = route.playheadX !== undefined && route.playheadX > (route.mapRight ?? Infinity) - aboveCaption ? caption.top : caption.top - aboveCaption
  const side = nearestSide(target, route.gutters)
  const dockY = clamp(route.dockY ?? target.top + Math.min(90, (target.bottom - target.top) * 0.4), target.top + 6, target.bottom - 6)
  const atSide = route.dock === 'side' && side.distance <= sideReach
  const middle = clamp((target.left + target.right) / 2, target.left + 8, target.right - 8)
  // Where the last upright part is.
  const lastX = route.dock === 'bottom' && route.rows.length === 0 ? middle : route.dock === 'bottom' && route.gutters.length === 0 ? middle : side.gutter
  const firstRow = route.rows[0]
  const playheadX = route.playheadX ?? (firstRow ? nearest(firstRow.gutters, lastX) : lastX)
  const points: Point[] = [{ x: playheadX, y: floor }]
  let y = floor
  for (const row of route.rows) {
    const gutter = nearest(row.gutters, lastX)
    points.push({ x: gutter, y }, { x: gutter, y: row.laneAbove })
    y = row.laneAbove
  }
  let end: Point
  if (atSide) {
    end = { x: side.left ? target.left - 1 : target.right + 1, y: dockY }
    points.push({ x: side.gutter, y }, { x: side.gutter, y: dockY })
  } else {
    end = { x: middle, y: target.bottom + 1 }
    if (lastX !== middle) {
      const lane = (route.lanes ?? []).find((candidate) => candidate >= target.bottom - 1) ?? target.bottom + 4
      if (lane < y - 1) {
        points.push({ x: side.gutter, y }, { x: side.gutter, y: lane })
        y = lane
      }
    }
    points.push({ x: middle, y })
  }
  points.push(end)
  const way = simplify(points)
  const below = route.playheadX === undefined ? [] : [[{ x: playheadX, y: caption.bottom }, { x: playheadX, y: caption.bottom - 4 }]]
  return { lines: [...below, ...hide(withStub(way, caption), covers)], end }
}

/** Those of the gutters that no box of the row under them stands in; all of them, if one stands in each. */
export function openGutters(gutters: readonly number[], boxes: readonly Box[]): readonly number[] {
  const open = gutters.filter((x) => !boxes.some((box) => x > box.left - 3 && x < box.right + 3))
  return open.length > 0 ? open : gutters
}

function nearest(values: readonly number[], to: number): number {
  return values.reduce((best, value) => (Math.abs(value - to) < Math.abs(best - to) ? value : best), values[0] ?? to)
}

/** The stub that comes out of the caption belongs to the first polyline. */
function withStub(way: readonly Point[], caption: Box): Point[] {
  const first = way[0] as Point
  return simplify([{ x: first.x, y: caption.top + 2 }, ...way])
}

function nearestSide(target: Box, gutters: readonly number[]): { readonly gutter: number; readonly left: boolean; readonly distance: number } {
  let best = { gutter: target.left - 10, left: true, distance: Infinity }
  for (const gutter of gutters) {
    const toLeft = target.left - gutter
    const toRight = gutter - target.right
    // Of two gutters about as far the left one: text begins there, so the eye is there already.
    if (toLeft >= 0 && toLeft < best.distance) best = { gutter, left: true, distance: toLeft }
    if (toRight >= 0 && toRight + 6 < best.distance) best = { gutter, left: false, distance: toRight }
  }
  return best
}

function clamp(value: number, from: number, to: number): number {
  return from > to ? (from + to) / 2 : Math.max(from, Math.min(to, value))
}

/** Without points that stand on each other or in the middle of a straight line. */
export function simplify(points: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of points) {
    const last = kept.at(-1)
    if (last && Math.abs(last.x - point.x) < 0.5 && Math.abs(last.y - point.y) < 0.5) continue
    const before = kept.at(-2)
    if (last && before && ((same(before.x, last.x) && same(last.x, point.x) && between(before.y, last.y, point.y)) || (same(before.y, last.y) && same(last.y, point.y) && between(before.x, last.x, point.x)))) kept.pop()
    kept.push(point)
  }
  return kept
}

const same = (a: number, b: number): boolean => Math.abs(a - b) < 0.5
const between = (a: number, middle: number, b: number): boolean => (a <= middle && middle <= b) || (a >= middle && middle >= b)

/** Cuts out what lies behind boxes; only upright parts are cut. */
function hide(points: readonly Point[], covers: readonly Box[]): Point[][] {
  const lines: Point[][] = [[points[0] as Point]]
  for (let index = 1; index < points.length; index++) {
    const from = points[index - 1] as Point
    const to = points[index] as Point
    if (same(from.x, to.x)) {
      const up = to.y < from.y
      const crossed = covers
        .filter((box) => from.x > box.left && from.x < box.right && Math.max(from.y, to.y) > box.bottom && Math.min(from.y, to.y) < box.top)
        .sort((a, b) => (up ? b.bottom - a.bottom : a.top - b.top))
      for (const box of crossed) {
        lines.at(-1)?.push({ x: from.x, y: up ? box.bottom + 1 : box.top - 1 })
        lines.push([{ x: from.x, y: up ? box.top - 1 : box.bottom + 1 }])
      }
    }
    lines.at(-1)?.push(to)
  }
  return lines
}
