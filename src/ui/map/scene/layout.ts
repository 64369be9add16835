import { compareText } from '../../../base'

/** A box in world units; at zoom 1 a unit is a pixel. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** How a cluster of this size is drawn at first: cards up to 12 nodes, bars up to 80, tiles above. */
export type LayoutMode = 'cards' | 'bars' | 'tiles'

export interface ZoneBox extends Rect {
  /** Index into the zones of the view; -1 for the nodes without one. */
  readonly zone: number
  readonly name: string
  /** Its nodes are `order[first]` to `order[first + count - 1]`, row by row. */
  readonly first: number
  readonly count: number
  readonly columns: number
  readonly rows: number
  /** Where the grid of nodes begins, and how far it is from one node to the next. */
  readonly gridX: number
  readonly gridY: number
}

/** Where every node stands. Depends on names, zones and the room there is; never on what happens to the nodes. */
export interface MapLayout {
  readonly mode: LayoutMode
  readonly zones: readonly ZoneBox[]
  /** Node slots in reading order: zone after zone, by name. */
  readonly order: Int32Array
  /** Index into `order` by slot; -1 where there is no node. */
  readonly indexOf: Int32Array
  /** Left and top edge of the card, by slot. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly card: Size
  readonly pitchX: number
  readonly pitchY: number
  /** Of the zone frames all together. */
  readonly bounds: Size
  /** Height of a zone's header. */
  readonly header: number
  /** Shows everything. */
  readonly fit: Viewport
  /** Nodes a column in each zone; kept from one layout to the next unless another is clearly better. */
  readonly rows: number
}

export interface LayoutNodes {
  readonly end: number
  readonly alive: ArrayLike<number>
  readonly names: readonly string[]
  readonly zone: ArrayLike<number>
}

export interface LayoutOptions {
  /** Room for the zone frames, in pixels. */
  readonly pane: Size
  /** While a decision is shown cards are a little higher, for their verdict. */
  readonly phase: 'rest' | 'decision'
  /** Text scale: 1 at the desk, 1.38 on stage. */
  readonly scale: number
  /** Zones under each other, two nodes a row: for narrow screens. */
  readonly stacked: boolean
  /** Pixels between the top of the pane and the first frame; a gutter. Not part of `pane`. */
  readonly top: number
  readonly previous?: MapLayout | undefined
}

/** A card at zoom 1. */
export const cardWidth = 324
const cardWidthMin = 196
const cardWidthMax = 430
const cardHeightMax = { rest: 240, decision: 262 } as const
const cardHeightMin = { rest: 92, decision: 104 } as const
const cardHeightGood = { rest: 208, decision: 229 } as const
/** From one tile to the next, when zoomed in to the size of a card. */
const tilePitch = 344

interface Pads {
  readonly edge: number
  readonly side: number
  readonly header: number
  readonly bottom: number
  readonly gutterX: number
  readonly gutterY: number
  readonly gap: number
}

interface ZoneNodes {
  readonly zone: number
  readonly name: string
  readonly slots: number[]
}

interface Plan {
  readonly rows: number
  readonly columns: readonly number[]
  readonly zoom: number
  readonly card: Size
  /** How good it is to read; larger is better. */
  readonly worth: number
}

/**
 * Lays out zones left to right by name, in two rows when there are more than three, and in each the nodes by name, row by row.
 * Zoom 1 wherever the cards stay readable at it; paddings and headers keep their size on the screen at the fitting zoom.
 */
export function layoutMap(nodes: LayoutNodes, zoneNames: readonly string[], options: LayoutOptions): MapLayout {
  const zones = zonesOf(nodes, zoneNames)
  const count = zones.reduce((sum, zone) => sum + zone.slots.length, 0)
  const mode: LayoutMode = count <= 12 ? 'cards' : count <= 80 ? 'bars' : 'tiles'
  const pads = padsOf(mode, options)
  const perRow = options.stacked ? 1 : zones.length > 3 ? Math.ceil(zones.length / 2) : Math.max(1, zones.length)
  const lines: ZoneNodes[][] = []
  for (let at = 0; at < zones.length; at += perRow) lines.push(zones.slice(at, at + perRow))
  const plan = choosePlan(lines, mode, pads, options)
  return place(lines, plan, mode, pads, nodes, options)
}

/** The nodes by zone; zones and nodes by name, nodes without a zone last. */
function zonesOf(nodes: LayoutNodes, zoneNames: readonly string[]): ZoneNodes[] {
  const byZone = new Map<number, number[]>()
  for (let slot = 0; slot < nodes.end; slot++) {
    if (nodes.alive[slot] !== 1) continue
    const zone = zoneNames[nodes.zone[slot] as number] === undefined ? -1 : nodes.zone[slot] as number
    const list = byZone.get(zone)
    if (list) list.push(slot)
    else byZone.set(zone, [slot])
  }
  const zones = [...byZone].map(([zone, slots]) => ({ zone, name: zoneNames[zone] ?? '', slots }))
  for (const zone of zones) zone.slots.sort((a, b) => compareNames(nodes.names[a] as string, nodes.names[b] as string))
  return zones.sort((a, b) => (a.zone < 0 ? 1 : b.zone < 0 ? -1 : compareNames(a.name, b.name)))
}

const digits = /(\d+)/

/** By name, numbers in names by value: node-2 before node-10. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0
  const left = a.split(digits)
  const right = b.split(digits)
  for (let part = 0; part < Math.min(left.length, right.length); part++) {
    const one = left[part] as string
    const other = right[part] as string
    if (one === other) continue
    if (part % 2 === 1 && Number(one) !== Number(other)) return Number(one) - Number(other)
    return compareText(one, other)
  }
  return left.length - right.length || compareText(a, b)
}

function padsOf(mode: LayoutMode, { pane, phase, scale, stacked }: LayoutOptions): Pads {
  const narrow = pane.width < 960 && !stacked
  const low = pane.height < 400
  return {
    edge: narrow ? 14 : 18,
    side: narrow ? 8 : 10,
    header: Math.round((mode === 'tiles' || phase === 'rest' ? 30 : 32) * (low ? 0.86 : 1) * (scale > 1 ? 1.13 : 1)),
    bottom: low ? 8 : phase === 'rest' && mode !== 'tiles' ? 12 : 10,
    gutterX: narrow ? 16 : 20,
    gutterY: 10,
    gap: mode === 'tiles' ? 0 : phase === 'rest' && !low ? 8 : 6,
  }
}

/** Pixels for cards alone, and how many stand side by side and under each other. */
function roomOf(lines: readonly ZoneNodes[][], columns: readonly number[], rowsOfLine: readonly number[], pads: Pads, pane: Size): { readonly width: number; readonly across: number; readonly height: number; readonly down: number } {
  let width = Infinity
  let across = 1
  let zone = 0
  for (const line of lines) {
    const cells = line.map((_, index) => columns[zone + index] as number)
    zone += line.length
    const sum = cells.reduce((total, cell) => total + cell, 0)
    const room = pane.width - 2 * pads.edge - (line.length - 1) * pads.gutterX - line.length * 2 * pads.side - (sum - line.length) * pads.gap
    // The line whose cards come out narrowest decides for all.
    if (room / sum < width / across) {
      width = room
      across = sum
    }
  }
  const down = rowsOfLine.reduce((total, rows) => total + rows, 0)
  const height = pane.height - lines.length * (pads.header + pads.bottom) - (lines.length - 1) * pads.gutterY - (down - lines.length) * pads.gap
  return { width, across, height, down }
}

function choosePlan(lines: readonly ZoneNodes[][], mode: LayoutMode, pads: Pads, options: LayoutOptions): Plan {
  const counts = lines.flat().map((zone) => zone.slots.length)
  const most = Math.max(1, ...counts)
  const plans: Plan[] = []
  const consider = (rows: number, columns: readonly number[]): void => {
    let zone = 0
    const rowsOfLine = lines.map((line) => Math.max(1, ...line.map((nodes) => Math.ceil(nodes.slots.length / (columns[zone++] as number)))))
    plans.push(planOf(rows, columns, roomOf(lines, columns, rowsOfLine, pads, options.pane), mode, options))
  }
  if (options.stacked && mode !== 'tiles') consider(0, counts.map((count) => Math.min(2, Math.max(1, count))))
  else for (let rows = 1; rows <= most; rows += rows < 40 ? 1 : Math.ceil(rows / 20)) consider(rows, counts.map((count) => Math.max(1, Math.ceil(count / rows))))
  const best = plans.reduce((a, b) => (b.worth > a.worth ? b : a))
  const { previous } = options
  const same = previous?.mode === mode ? plans.find((plan) => plan.rows === previous.rows) : undefined
  return same && same.worth >= best.worth * 0.85 ? same : best
}

function planOf(rows: number, columns: readonly number[], room: ReturnType<typeof roomOf>, mode: LayoutMode, { phase, scale }: LayoutOptions): Plan {
  const width = Math.max(2, room.width / room.across)
  const height = Math.max(2, room.height / room.down)
  if (mode === 'tiles') {
    const zoom = Math.min(1, width / tilePitch, height / tilePitch)
    return { rows, columns, zoom, card: { width: cardWidth, height: cardWidth }, worth: zoom }
  }
  const good = cardHeightGood[phase]
  if (width >= cardWidthMin * scale && height >= cardHeightMin[phase] * scale) {
    const card = { width: Math.min(cardWidthMax * scale, width), height: Math.min(cardHeightMax[phase] * scale, height) }
    return { rows, columns, zoom: 1, card, worth: 1 + Math.min(1, card.width / cardWidth, card.height / good) }
  }
  const zoom = Math.min(1, width / cardWidth, height / (good * 0.72))
  const card = { width: cardWidth, height: Math.min(cardHeightMax[phase], Math.max(good * 0.72, height / zoom)) }
  return { rows, columns, zoom, card, worth: zoom }
}

function place(lines: readonly ZoneNodes[][], plan: Plan, mode: LayoutMode, pads: Pads, nodes: LayoutNodes, { pane, top: inset }: LayoutOptions): MapLayout {
  const { zoom, card, columns } = plan
  const world = (pixels: number): number => pixels / zoom
  const gap = mode === 'tiles' ? tilePitch - cardWidth : world(pads.gap)
  const pitchX = card.width + gap
  const pitchY = card.height + gap
  const total = lines.flat().reduce((sum, zone) => sum + zone.slots.length, 0)
  const order = new Int32Array(total)
  const indexOf = new Int32Array(nodes.end).fill(-1)
  const x = new Float64Array(nodes.end)
  const y = new Float64Array(nodes.end)
  const zones: ZoneBox[] = []
  // A frame is at least wide enough for its name.
  const widthMin = world(96)
  let first = 0
  let top = 0
  let widest = 0
  for (const line of lines) {
    let left = 0
    let rowsOfLine = 1
    for (const [index, { slots }] of line.entries()) rowsOfLine = Math.max(rowsOfLine, Math.ceil(slots.length / (columns[zones.length + index] as number)))
    const height = world(pads.header + pads.bottom) + rowsOfLine * pitchY - gap
    for (const { zone, name, slots } of line) {
      const across = columns[zones.length] as number
      const width = Math.max(widthMin, world(2 * pads.side) + across * pitchX - gap)
      const gridX = left + world(pads.side)
      const gridY = top + world(pads.header)
      for (const [index, slot] of slots.entries()) {
        order[first + index] = slot
        indexOf[slot] = first + index
        x[slot] = gridX + (index % across) * pitchX
        y[slot] = gridY + Math.floor(index / across) * pitchY
      }
      zones.push({ zone, name, x: left, y: top, width, height, first, count: slots.length, columns: across, rows: Math.ceil(slots.length / across), gridX, gridY })
      first += slots.length
      left += width + world(pads.gutterX)
    }
    widest = Math.max(widest, left - world(pads.gutterX))
    top += height + world(pads.gutterY)
  }
  const bounds = { width: Math.max(0, widest), height: Math.max(0, top - world(pads.gutterY)) }
  // Frames widened for their names may need a little more room than the plan had.
  const fitZoom = Math.min(zoom, bounds.width > 0 ? (pane.width - 2 * pads.edge) / bounds.width : zoom, bounds.height > 0 ? pane.height / bounds.height : zoom)
  const fit = { x: Math.max(pads.edge, (pane.width - bounds.width * fitZoom) / 2), y: inset, zoom: fitZoom }
  return { mode, zones, order, indexOf, x, y, card, pitchX, pitchY, bounds, header: world(pads.header), fit, rows: plan.rows }
}

/** Lays out again and again, and stays with what a person has seen. */
export class LayoutMemory {
  #previous: MapLayout | undefined

  layout(nodes: LayoutNodes, zoneNames: readonly string[], options: Omit<LayoutOptions, 'previous'>): MapLayout {
    this.#previous = layoutMap(nodes, zoneNames, { ...options, previous: this.#previous })
    return this.#previous
  }
}

/** The node at a point of the world; -1 in gaps, headers and gutters. Arithmetic only: no list of nodes is searched. */
export function nodeAt(layout: MapLayout, worldX: number, worldY: number): number {
  const zone = layout.zones.find((box) => worldX >= box.x && worldX < box.x + box.width && worldY >= box.y && worldY < box.y + box.height)
  if (!zone) return -1
  const column = Math.floor((worldX - zone.gridX) / layout.pitchX)
  const row = Math.floor((worldY - zone.gridY) / layout.pitchY)
  if (column < 0 || column >= zone.columns || row < 0) return -1
  if (worldX - zone.gridX - column * layout.pitchX > layout.card.width || worldY - zone.gridY - row * layout.pitchY > layout.card.height) return -1
  const index = row * zone.columns + column
  return index < zone.count ? layout.order[zone.first + index] as number : -1
}

/** Calls back with every node that reaches into a box of the world, in reading order. */
export function eachNodeIn(layout: MapLayout, box: Rect, visit: (slot: number) => void): void {
  for (const zone of layout.zones) {
    if (zone.x > box.x + box.width || zone.x + zone.width < box.x || zone.y > box.y + box.height || zone.y + zone.height < box.y) continue
    const firstColumn = Math.max(0, Math.floor((box.x - zone.gridX) / layout.pitchX))
    const lastColumn = Math.min(zone.columns - 1, Math.floor((box.x + box.width - zone.gridX) / layout.pitchX))
    const firstRow = Math.max(0, Math.floor((box.y - zone.gridY) / layout.pitchY))
    const lastRow = Math.min(zone.rows - 1, Math.floor((box.y + box.height - zone.gridY) / layout.pitchY))
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const index = row * zone.columns + column
        // The last row of a zone may be short.
        if (index < zone.count) visit(layout.order[zone.first + index] as number)
      }
    }
  }
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The node that an arrow key goes to from another: the next in the row or column, over zone frames; the same node at the edge. */
export function neighbour(layout: MapLayout, slot: number, direction: Direction): number {
  const index = layout.indexOf[slot] ?? -1
  if (index < 0) return layout.order[0] ?? -1
  const centreX = (layout.x[slot] as number) + layout.card.width / 2
  const centreY = (layout.y[slot] as number) + layout.card.height / 2
  const sign = direction === 'left' || direction === 'up' ? -1 : 1
  const along = direction === 'left' || direction === 'right'
  let best = slot
  let bestCost = Infinity
  // Within a zone the answer is a step away; to the next zone the nearest node in that direction is taken.
  for (const other of layout.order) {
    if (other === slot) continue
    const dx = (layout.x[other] as number) + layout.card.width / 2 - centreX
    const dy = (layout.y[other] as number) + layout.card.height / 2 - centreY
    const ahead = (along ? dx : dy) * sign
    const aside = Math.abs(along ? dy : dx)
    if (ahead < 1 || aside > ahead * 4 + (along ? layout.pitchY : layout.pitchX) / 2) continue
    const cost = ahead + aside * 3
    if (cost < bestCost) {
      bestCost = cost
      best = other
    }
  }
  return best
}

/** The zone box a node stands in. */
export function zoneOf(layout: MapLayout, slot: number): ZoneBox | undefined {
  const index = layout.indexOf[slot] ?? -1
  return index < 0 ? undefined : layout.zones.find((zone) => index >= zone.first && index < zone.first + zone.count)
}
