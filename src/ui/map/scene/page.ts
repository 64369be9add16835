import type { MapLayout, Viewport } from './layout'
import type { Box, PassedRow } from './thread'

/** The zone frames on the page: rows of them, lowest first, each with the gutters beside and between its frames. */
export interface ZoneRow extends PassedRow {
  readonly top: number
  readonly bottom: number
  /** Zones of the row, as indices into `layout.zones`. */
  readonly zones: readonly number[]
}

/**
 * Where the gutters between zone frames are on the page now. `pane` is the box of the surface; rows that are out of it are left
 * out, and where no gutter is in view the pane's own edges are.
 */
export function zoneRowsOf(layout: MapLayout, viewport: Viewport, pane: Box, edge: number, laneAboveAll: number): ZoneRow[] {
  const tops = [...new Set(layout.zones.map((zone) => zone.y))].sort((a, b) => b - a)
  const rows: ZoneRow[] = []
  for (const y of tops) {
    const zones = layout.zones.flatMap((zone, index) => (zone.y === y ? [index] : []))
    const boxes = zones.map((index) => pageBox(layout.zones[index] as MapLayout['zones'][number], viewport, pane))
    const first = boxes[0]
    const last = boxes.at(-1)
    if (!first || !last || first.bottom < pane.top || first.top > pane.bottom) continue
    const gutters: number[] = [first.left - edge / 2]
    for (let index = 1; index < boxes.length; index++) gutters.push(((boxes[index - 1] as Box).right + (boxes[index] as Box).left) / 2)
    gutters.push(last.right + edge / 2)
    const inView = (x: number): boolean => x > pane.left + 3 && x < pane.right - 3
    let seen = gutters.filter(inView)
    // Zoomed in past them: between the columns of cards, where there is room enough.
    if (seen.length === 0 && (layout.pitchX - layout.card.width) * viewport.zoom >= 7) seen = zones.flatMap((index) => columnGaps(layout, index, viewport, pane)).filter(inView)
    rows.push({
      zones, top: first.top, bottom: first.bottom, laneAbove: Math.max(pane.top, first.top - 5), gutters: seen.length > 0 ? seen : [pane.left + edge / 2, pane.right - edge / 2],
    })
  }
  const top = rows.at(-1)
  if (top) rows[rows.length - 1] = { ...top, laneAbove: laneAboveAll }
  return rows
}

function columnGaps(layout: MapLayout, index: number, viewport: Viewport, pane: Box): number[] {
  const zone = layout.zones[index] as MapLayout['zones'][number]
  const gap = layout.pitchX - layout.card.width
  return Array.from({ length: zone.columns - 1 }, (_, column) => pane.left + (zone.gridX + (column + 1) * layout.pitchX - gap / 2) * viewport.zoom + viewport.x)
}

/** A box of the world as a box of the page. */
export function pageBox(box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }, viewport: Viewport, pane: Box): Box {
  const left = pane.left + box.x * viewport.zoom + viewport.x
  const top = pane.top + box.y * viewport.zoom + viewport.y
  return { left, top, right: left + box.width * viewport.zoom, bottom: top + box.height * viewport.zoom }
}

/** A box moved to the edge of another where it lies outside. */
export function clampBox(box: Box, into: Box): Box {
  const left = Math.max(into.left, Math.min(into.right - 2, box.left))
  const top = Math.max(into.top, Math.min(into.bottom - 2, box.top))
  return { left, top, right: Math.max(left + 2, Math.min(into.right, box.right)), bottom: Math.max(top + 2, Math.min(into.bottom, box.bottom)) }
}
