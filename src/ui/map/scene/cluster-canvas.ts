import { nodeFlags } from '../../../protocol'
import type { DecisionScene } from './decision'
import { eachNodeIn, type MapLayout, type Viewport } from './layout'
import { levelOf } from './level'
import { glyphOf, rampStep, type ColourBy, type Glyph, type Palette } from './paint'

/** Columns of the node table, as the canvas reads them. */
export interface CanvasNodes {
  readonly end: number
  readonly alive: ArrayLike<number>
  readonly names: readonly string[]
  readonly cpuMilliAllocatable: ArrayLike<number>
  readonly cpuMilliRequested: ArrayLike<number>
  readonly memoryBytesAllocatable: ArrayLike<number>
  readonly memoryBytesRequested: ArrayLike<number>
  readonly podsAllocatable: ArrayLike<number>
  readonly podCount: ArrayLike<number>
  readonly flags: ArrayLike<number>
}

/** What a decision makes of every node, by slot. Made once a beat, so that a frame only reads numbers. */
export interface Overlay {
  /** 0 nothing, 1 feasible, 2 rejected, 3 not visited. */
  readonly state: Uint8Array
  /** Rejected: index into `plugins`. */
  readonly plugin: Uint8Array
  readonly plugins: readonly string[]
  /** Feasible with a known total: place between the least and the greatest, 0 to 1; NaN before. */
  readonly share: Float64Array
  readonly least: number
  readonly most: number
  readonly winner: number
  /** The next best, ringed. */
  readonly leaders: readonly number[]
}

export const overlayState = { nothing: 0, feasible: 1, rejected: 2, unvisited: 3 } as const

export function overlayOf(scene: DecisionScene | undefined, nodes: { readonly end: number; slotOf(name: string): number | undefined }): Overlay | undefined {
  if (!scene) return undefined
  const state = new Uint8Array(nodes.end)
  const plugin = new Uint8Array(nodes.end)
  const share = new Float64Array(nodes.end).fill(NaN)
  const plugins: string[] = []
  let least = Infinity
  let most = -Infinity
  for (const verdict of scene.verdicts.values()) {
    if (verdict.is !== 'scored' || verdict.total === undefined) continue
    least = Math.min(least, verdict.total)
    most = Math.max(most, verdict.total)
  }
  for (const [name, verdict] of scene.verdicts) {
    const slot = nodes.slotOf(name)
    if (slot === undefined) continue
    switch (verdict.is) {
      case 'waiting': break
      case 'passing': state[slot] = overlayState.feasible; break
      case 'unvisited': state[slot] = overlayState.unvisited; break
      case 'scored':
        state[slot] = overlayState.feasible
        if (verdict.total !== undefined) share[slot] = most > least ? (verdict.total - least) / (most - least) : 1
        break
      case 'rejected': {
        let index = plugins.indexOf(verdict.plugin)
        if (index < 0) index = plugins.push(verdict.plugin) - 1
        state[slot] = overlayState.rejected
        plugin[slot] = index
        break
      }
    }
  }
  const slotsOf = (names: readonly string[]): number[] => names.flatMap((name) => nodes.slotOf(name) ?? [])
  return { state, plugin, plugins, share, least, most, winner: slotsOf(scene.winner === undefined ? [] : [scene.winner])[0] ?? -1, leaders: slotsOf(scene.leaders) }
}

/** How full a node is by the chosen amount, 0 to 1 and beyond when it is overcommitted. */
export function amountShare(nodes: CanvasNodes, slot: number, by: ColourBy): number {
  switch (by) {
    case 'memory': return part(nodes.memoryBytesRequested[slot], nodes.memoryBytesAllocatable[slot])
    case 'pods': return part(nodes.podCount[slot], nodes.podsAllocatable[slot])
    default: return part(nodes.cpuMilliRequested[slot], nodes.cpuMilliAllocatable[slot])
  }
}

function part(of: number | undefined, whole: number | undefined): number {
  return whole === undefined || whole <= 0 ? 0 : (of ?? 0) / whole
}

export interface CanvasScene {
  readonly layout: MapLayout
  readonly nodes: CanvasNodes
  readonly viewport: Viewport
  readonly width: number
  readonly height: number
  readonly pixelRatio: number
  readonly palette: Palette
  readonly colourBy: ColourBy
  /** Whether the canvas draws the zones' ground too. */
  readonly ground: boolean
  readonly overlay: Overlay | undefined
  /** Slots that stand as cards above the canvas; it leaves them out. */
  readonly skip: (slot: number) => boolean
  /** Ringed: what the reader points at, and what just happened. */
  readonly picked: number
  readonly hovered: number
  readonly now: number
}

// Reused from frame to frame: slots by what they are drawn as.
const kindCount = 64
let buckets: { slots: Int32Array; counts: Int32Array } = { slots: new Int32Array(0), counts: new Int32Array(kindCount) }

const kinds = { ramp: 0, feasible: 8, hollow: 9, plain: 10, rejected: 16 } as const

/**
 * Draws all nodes that are not cards. Two passes: nodes in view are sorted into kinds by arithmetic, then every kind is drawn as
 * one path, so that the number of canvas calls depends on colours and not on nodes.
 * @returns nodes drawn.
 */
export function drawCluster(context: CanvasRenderingContext2D, scene: CanvasScene): number {
  const { layout, viewport, width, height, pixelRatio } = scene
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
  context.clearRect(0, 0, width, height)
  const cell = layout.card.width * viewport.zoom
  if (layout.order.length === 0) return 0
  const box = { x: -viewport.x / viewport.zoom, y: -viewport.y / viewport.zoom, width: width / viewport.zoom, height: height / viewport.zoom }
  if (scene.ground) drawGround(context, scene)
  return levelOf(cell) === 'tile' ? drawTiles(context, scene, box) : drawBars(context, scene, box)
}

function drawGround(context: CanvasRenderingContext2D, { layout, viewport, palette }: CanvasScene): void {
  context.fillStyle = palette.zone
  context.beginPath()
  const radius = 14 * Math.max(1, viewport.zoom)
  for (const zone of layout.zones) context.roundRect(zone.x * viewport.zoom + viewport.x, zone.y * viewport.zoom + viewport.y, zone.width * viewport.zoom, zone.height * viewport.zoom, radius)
  context.fill()
}

function drawTiles(context: CanvasRenderingContext2D, scene: CanvasScene, box: { x: number; y: number; width: number; height: number }): number {
  const { layout, nodes, viewport, palette, overlay, colourBy } = scene
  if (buckets.slots.length < nodes.end * kindCount) buckets = { slots: new Int32Array(nodes.end * kindCount), counts: new Int32Array(kindCount) }
  const { slots, counts } = buckets
  counts.fill(0)
  const stride = nodes.end
  const put = (kind: number, slot: number): void => {
    slots[kind * stride + (counts[kind] as number)] = slot
    counts[kind] = (counts[kind] as number) + 1
  }
  const byScore = overlay !== undefined && colourBy === 'score'
  let drawn = 0
  eachNodeIn(layout, box, (slot) => {
    if (scene.skip(slot)) return
    drawn++
    const state = overlay ? overlay.state[slot] as number : 0
    if (overlay && state === overlayState.rejected) put(kinds.rejected + Math.min(47, overlay.plugin[slot] as number), slot)
    else if (overlay && state === overlayState.unvisited) put(kinds.hollow, slot)
    else if (byScore) {
      const share = overlay.share[slot] as number
      put(Number.isNaN(share) ? (state === overlayState.feasible ? kinds.feasible : kinds.plain) : kinds.ramp + Math.max(1, rampStep(share)), slot)
    } else put(kinds.ramp + rampStep(Math.min(1, amountShare(nodes, slot, colourBy))), slot)
  })

  const { zoom } = viewport
  const size = layout.pitchX * zoom * 0.8
  const radius = size >= 9 ? Math.min(3, size * 0.17) : 0
  const inset = (layout.card.width * zoom - size) / 2
  const left = (slot: number): number => (layout.x[slot] as number) * zoom + viewport.x + inset
  const top = (slot: number): number => (layout.y[slot] as number) * zoom + viewport.y + inset
  const each = (kind: number, visit: (x: number, y: number, slot: number) => void): void => {
    const from = kind * stride
    for (let index = from, end = from + (counts[kind] as number); index < end; index++) {
      const slot = slots[index] as number
      visit(left(slot), top(slot), slot)
    }
  }
  const fill = (kind: number, colour: string): void => {
    if (counts[kind] === 0) return
    context.fillStyle = colour
    context.beginPath()
    if (radius > 0) each(kind, (x, y) => { context.roundRect(x, y, size, size, radius) })
    else each(kind, (x, y) => { context.rect(x, y, size, size) })
    context.fill()
  }
  for (const [step, colour] of palette.ramp.entries()) fill(kinds.ramp + step, colour)
  fill(kinds.feasible, palette.feasible)
  fill(kinds.plain, palette.ramp[2] ?? palette.line2)

  if ((counts[kinds.ramp] ?? 0) + (counts[kinds.ramp + 1] ?? 0) > 0 && size >= 6) {
    // The darkest steps are near the ground: an edge keeps an empty node visible.
    context.strokeStyle = palette.line2
    context.lineWidth = 1
    context.beginPath()
    for (const kind of [kinds.ramp, kinds.ramp + 1]) each(kind, (x, y) => { context.roundRect(x + 0.5, y + 0.5, size - 1, size - 1, radius) })
    context.stroke()
  }
  if ((counts[kinds.hollow] as number) > 0) {
    const small = Math.max(3, size * 0.44)
    context.strokeStyle = palette.line3
    context.lineWidth = 1
    context.beginPath()
    each(kinds.hollow, (x, y) => { context.roundRect(x + (size - small) / 2, y + (size - small) / 2, small, small, Math.min(1.5, small * 0.2)) })
    context.stroke()
  }
  if (overlay) {
    for (const [index, plugin] of overlay.plugins.entries()) {
      const kind = kinds.rejected + Math.min(47, index)
      if (counts[kind] === 0) continue
      const glyph = glyphOf[plugin] ?? 'cross'
      const small = Math.max(3, size * 0.5)
      const colour = palette.marks[plugin] ?? palette.no
      context.fillStyle = colour
      context.strokeStyle = colour
      context.lineWidth = Math.max(1.2, small * 0.2)
      context.beginPath()
      each(kind, (x, y) => { traceGlyph(context, glyph, x + size / 2, y + size / 2, small) })
      if (strokedGlyphs.has(glyph)) context.stroke()
      else context.fill()
    }
  }
  drawConditions(context, scene, box, size, left, top)
  const ring = (slot: number, colour: string, lineWidth: number, grow: number): void => {
    if (slot < 0 || (layout.indexOf[slot] ?? -1) < 0 || scene.skip(slot)) return
    context.strokeStyle = colour
    context.lineWidth = lineWidth
    context.beginPath()
    context.roundRect(left(slot) - grow, top(slot) - grow, size + 2 * grow, size + 2 * grow, radius + grow)
    context.stroke()
  }
  const grow = Math.max(1, size * 0.12)
  for (const leader of overlay?.leaders ?? []) if (leader !== overlay?.winner) ring(leader, palette.ink1, 1.8, grow)
  ring(scene.hovered, palette.ink2, 1.4, grow)
  ring(scene.picked, palette.pick, 2, grow + 1)
  if (overlay && overlay.winner >= 0) ring(overlay.winner, palette.nowEdge, 3, grow)
  if (scene.now >= 0 && scene.now !== overlay?.winner) ring(scene.now, palette.nowEdge, 2.4, grow)
  return drawn
}

/** NotReady is a slashed tile, cordoned a woven one: shapes, for hue is taken. Only where a tile is large enough to tell. */
function drawConditions(context: CanvasRenderingContext2D, scene: CanvasScene, box: { x: number; y: number; width: number; height: number }, size: number, left: (slot: number) => number, top: (slot: number) => number): void {
  if (size < 7) return
  const { layout, nodes, palette } = scene
  const special: number[] = []
  const pressed = nodeFlags.memoryPressure | nodeFlags.diskPressure | nodeFlags.pidPressure
  eachNodeIn(layout, box, (slot) => {
    const flags = nodes.flags[slot] as number
    if (!scene.skip(slot) && ((flags & nodeFlags.ready) === 0 || (flags & (nodeFlags.unschedulable | pressed)) !== 0)) special.push(slot)
  })
  if (special.length === 0) return
  context.lineWidth = 1.4
  context.strokeStyle = palette.water
  context.beginPath()
  for (const slot of special) {
    if (((nodes.flags[slot] as number) & nodeFlags.unschedulable) === 0) continue
    const x = left(slot)
    const y = top(slot)
    for (const share of [0.35, 0.75, 1.15]) {
      const reach = size * share
      context.moveTo(x + Math.max(0, reach - size), y + Math.min(size, reach))
      context.lineTo(x + Math.min(size, reach), y + Math.max(0, reach - size))
    }
  }
  context.stroke()
  context.strokeStyle = palette.no
  context.beginPath()
  for (const slot of special) {
    const flags = nodes.flags[slot] as number
    const x = left(slot)
    const y = top(slot)
    if ((flags & nodeFlags.ready) === 0) context.roundRect(x + 1, y + 1, size - 2, size - 2, 2)
    else if ((flags & pressed) !== 0) {
      context.moveTo(x + size * 0.5, y + size * 0.2)
      context.lineTo(x + size * 0.82, y + size * 0.78)
      context.lineTo(x + size * 0.18, y + size * 0.78)
      context.closePath()
    }
  }
  context.stroke()
}

const strokedGlyphs: ReadonlySet<Glyph> = new Set<Glyph>(['scale', 'link', 'columns', 'layer', 'cross'])

/** A plugin's mark round a centre; filled ones are closed. */
export function traceGlyph(context: Pick<CanvasRenderingContext2D, 'moveTo' | 'lineTo' | 'rect' | 'arc' | 'closePath'>, glyph: Glyph, x: number, y: number, size: number): void {
  const half = size / 2
  switch (glyph) {
    case 'square': context.rect(x - half * 0.9, y - half * 0.9, size * 0.9, size * 0.9); return
    case 'triangle':
      context.moveTo(x, y - half * 1.05)
      context.lineTo(x + half * 1.1, y + half * 0.95)
      context.lineTo(x - half * 1.1, y + half * 0.95)
      context.closePath()
      return
    case 'circle':
      context.moveTo(x + half, y)
      context.arc(x, y, half, 0, Math.PI * 2)
      return
    case 'scale':
      for (const dy of [-0.45, 0.45]) {
        context.moveTo(x - half, y + dy * size * 0.6)
        context.lineTo(x + half, y + dy * size * 0.6)
      }
      return
    case 'columns':
      for (const dx of [-0.8, 0, 0.8]) {
        context.moveTo(x + dx * half, y - half)
        context.lineTo(x + dx * half, y + half)
      }
      return
    case 'link':
      context.moveTo(x - half * 0.1, y)
      context.arc(x - half * 0.5, y, half * 0.45, 0, Math.PI * 2)
      context.moveTo(x + half * 0.95, y)
      context.arc(x + half * 0.5, y, half * 0.45, 0, Math.PI * 2)
      return
    case 'layer':
      for (const shift of [-0.5, 0.5]) {
        context.moveTo(x - half, y + half * 0.6 + shift * half)
        context.lineTo(x + half, y - half * 0.6 + shift * half)
      }
      return
    case 'cross':
      context.moveTo(x - half * 0.8, y - half * 0.8)
      context.lineTo(x + half * 0.8, y + half * 0.8)
      context.moveTo(x + half * 0.8, y - half * 0.8)
      context.lineTo(x - half * 0.8, y + half * 0.8)
      return
  }
}

/** 28 to 119 pixels: a small card with its name where there is room for one, and two bars. */
function drawBars(context: CanvasRenderingContext2D, scene: CanvasScene, box: { x: number; y: number; width: number; height: number }): number {
  const { layout, nodes, viewport, palette, overlay } = scene
  const { zoom } = viewport
  const slots: number[] = []
  eachNodeIn(layout, box, (slot) => { if (!scene.skip(slot)) slots.push(slot) })
  const width = layout.card.width * zoom
  const height = Math.min(layout.card.height * zoom, width)
  const left = (slot: number): number => (layout.x[slot] as number) * zoom + viewport.x
  const top = (slot: number): number => (layout.y[slot] as number) * zoom + viewport.y + (layout.card.height * zoom - height) / 2
  const state = (slot: number): number => (overlay ? overlay.state[slot] as number : 0)
  const named = width >= 56
  const pad = Math.max(3, width * 0.08)
  const nameHeight = named ? Math.max(12, Math.min(18, height * 0.26)) : 0
  const barHeight = Math.max(2, Math.min(12, (height - nameHeight - pad * 2.6) / 2.6))
  const barTop = (index: number): number => pad + nameHeight + index * (barHeight + Math.max(2, barHeight * 0.5))
  const faint = (slot: number): boolean => state(slot) === overlayState.rejected || state(slot) === overlayState.unvisited

  const plate = (of: (slot: number) => boolean, fillColour: string, edge: string): void => {
    context.fillStyle = fillColour
    context.strokeStyle = edge
    context.lineWidth = 1
    context.beginPath()
    for (const slot of slots) if (of(slot)) context.roundRect(left(slot) + 0.5, top(slot) + 0.5, width - 1, height - 1, Math.min(6, width * 0.08))
    context.fill()
    context.stroke()
  }
  plate((slot) => !faint(slot), palette.card, palette.line2)
  plate(faint, palette.water, palette.line1)
  context.fillStyle = palette.well
  context.beginPath()
  for (const slot of slots) for (const bar of [0, 1]) context.rect(left(slot) + pad, top(slot) + barTop(bar), width - 2 * pad, barHeight)
  context.fill()
  const fillBars = (of: (slot: number) => boolean, colour: string): void => {
    context.fillStyle = colour
    context.beginPath()
    for (const slot of slots) {
      if (!of(slot)) continue
      for (const [bar, by] of (['cpu', 'memory'] as const).entries()) {
        const share = Math.min(1, amountShare(nodes, slot, by))
        if (share > 0) context.rect(left(slot) + pad, top(slot) + barTop(bar), (width - 2 * pad) * share, barHeight)
      }
    }
    context.fill()
  }
  fillBars((slot) => !faint(slot), palette.ramp[overlay ? 3 : 4] ?? palette.ink3)
  fillBars(faint, palette.line2)
  if (named) {
    context.font = `600 ${Math.round(Math.min(13, nameHeight * 0.85))}px ${palette.font}`
    context.textBaseline = 'middle'
    const room = width - 2 * pad - (overlay ? 14 : 0)
    for (const faded of [false, true]) {
      context.fillStyle = faded ? palette.ink3 : palette.ink1
      for (const slot of slots) if (faint(slot) === faded) context.fillText(cutName(nodes.names[slot] as string, room, nameHeight * 0.5), left(slot) + pad, top(slot) + pad + nameHeight / 2 - 1)
    }
  }
  if (overlay) {
    const mark = Math.max(5, Math.min(10, width * 0.12))
    for (const [index, plugin] of overlay.plugins.entries()) {
      const glyph = glyphOf[plugin] ?? 'cross'
      context.fillStyle = palette.marks[plugin] ?? palette.no
      context.strokeStyle = palette.marks[plugin] ?? palette.no
      context.lineWidth = Math.max(1.2, mark * 0.2)
      context.beginPath()
      for (const slot of slots) if (state(slot) === overlayState.rejected && overlay.plugin[slot] === index) traceGlyph(context, glyph, left(slot) + width - pad - mark / 2, top(slot) + pad + mark / 2, mark)
      if (strokedGlyphs.has(glyph)) context.stroke()
      else context.fill()
    }
  }
  const ring = (slot: number, colour: string, lineWidth: number): void => {
    if (slot < 0 || (layout.indexOf[slot] ?? -1) < 0 || scene.skip(slot)) return
    context.strokeStyle = colour
    context.lineWidth = lineWidth
    context.beginPath()
    context.roundRect(left(slot), top(slot), width, height, Math.min(6, width * 0.08))
    context.stroke()
  }
  for (const leader of overlay?.leaders ?? []) if (leader !== overlay?.winner) ring(leader, palette.ink1, 1.8)
  ring(scene.hovered, palette.ink2, 1.4)
  ring(scene.picked, palette.pick, 2)
  if (overlay) ring(overlay.winner, palette.nowEdge, 3)
  if (scene.now !== overlay?.winner) ring(scene.now, palette.nowEdge, 2.4)
  return slots.length
}

/** Cut by an estimate of its width, for measuring every name every frame would cost more than drawing it. The end tells nodes apart. */
function cutName(name: string, room: number, letter: number): string {
  const fits = Math.max(3, Math.floor(room / Math.max(4, letter)))
  return name.length <= fits ? name : `…${name.slice(name.length - fits + 1)}`
}
