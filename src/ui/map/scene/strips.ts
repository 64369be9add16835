import type { DecisionScene, ScoreAxis, ScorePart, StraitColumn } from './decision'

/** Shapes of the strait for a given room. Every column has the same drawing commands at every beat, so that shapes can glide. */
export interface StraitShape {
  readonly width: number
  readonly height: number
  readonly stream: string
  /** Lines between the nodes of the stream; none where they would run together. */
  readonly lanes: readonly { readonly y: number; readonly to: number }[]
  /** Where the words that the stream has run dry have room: beside its last fall, or below it, left of the first branch. */
  readonly dry: { readonly x: number; readonly y: 'beside' | 'below' } | undefined
  readonly columns: readonly {
    readonly plugin: string
    readonly state: StraitColumn['state']
    readonly x: number
    readonly labelX: number
    readonly countX: number
    readonly countY: number
    readonly into: number
    readonly width: number
    readonly branch: { readonly path: string; readonly stroke: number; readonly labelX: number; readonly labelY: number; readonly nodes: readonly string[] } | undefined
  }[]
}

const fixed = (value: number): string => String(Math.round(value * 100) / 100)

/**
 * The stream of candidate nodes: as wide as there are nodes, narrower after every plugin that turns some away.
 * @param height of the whole strip; names stand above the stream, rejected nodes below it.
 * @param labelWidth pixels the label of turned away nodes takes: a column turns early enough for it to end inside the strip.
 * @param dryWidth pixels of the note that the stream has run dry.
 */
export function straitOf(columns: readonly StraitColumn[], into: number, width: number, height: number, labelWidth: (nodes: readonly string[]) => number = () => 0, dryWidth = 0): StraitShape {
  const top = 22
  const full = Math.max(20, Math.min(66, height - 46))
  const count = Math.max(1, columns.length)
  // The last branch needs room for its label. It is kept free at every beat, so that no column moves when the branch comes.
  const pitch = (width - Math.max(0, Math.min(60, (width - 128) / 4, 128 + Math.min(32, (width / count) * 0.3) - width / count))) / count
  const lane = full / Math.max(1, into)
  const fall = Math.min(32, pitch * 0.3)
  const labelY = Math.min(height - 7, top + full + 17)
  let left = into
  let dry: StraitShape['dry']
  let firstTurn: number | undefined
  const edge: string[] = []
  const lanesTo = new Map<number, number>()
  const shapes: StraitShape['columns'][number][] = []
  for (const [index, column] of columns.entries()) {
    const x = index * pitch
    const after = left - column.rejected.length
    const room = column.rejected.length > 0 ? labelWidth(column.rejected) : 0
    const turn = Math.max(x + Math.min(34, pitch * 0.4), Math.min(x + pitch * 0.52, width - room - 16 - fall))
    if (column.rejected.length > 0) firstTurn ??= turn
    if (after === 0 && left > 0) {
      const beside = turn + fall + 14
      if (beside + dryWidth <= width) dry = { x: beside, y: 'beside' }
      else if (dryWidth + 4 <= (firstTurn ?? 0)) dry = { x: 0, y: 'below' }
    }
    const bottom = top + left * lane
    const bottomAfter = top + after * lane
    edge.push(`L${fixed(turn)} ${fixed(bottom)} C${fixed(turn + fall / 2)} ${fixed(bottom)} ${fixed(turn + fall / 2)} ${fixed(bottomAfter)} ${fixed(turn + fall)} ${fixed(bottomAfter)}`)
    for (let gone = after; gone < left; gone++) lanesTo.set(gone, turn)
    const stroke = Math.max(3, Math.min(26, column.rejected.length * lane * 0.82))
    const from = (bottom + bottomAfter) / 2 - 3
    shapes.push({
      plugin: column.plugin, state: column.state, x: index === 0 ? 0 : x + 8, labelX: index === 0 ? 0 : x + 14, countX: index === 0 ? 6 : x + 18,
      countY: top + (left * lane) / 2 + 6, into: left, width: pitch,
      branch: column.rejected.length === 0 ? undefined : {
        path: `M${fixed(turn + 6)} ${fixed(from)} C${fixed(turn + 6 + fall * 0.75)} ${fixed(from)} ${fixed(turn + 6 + fall * 0.56)} ${fixed(labelY - 5)} ${fixed(turn + 6 + fall)} ${fixed(labelY - 5)}`,
        stroke, labelX: turn + 14 + fall, labelY, nodes: column.rejected,
      },
    })
    left = after
  }
  const lanes = into > 1 && lane >= 4
    ? Array.from({ length: into - 1 }, (_, index) => ({ y: top + (index + 1) * lane, to: lanesTo.get(index + 1) ?? width }))
    : []
  const end = top + left * lane
  return { width, height, dry, stream: `M0 ${top} L0 ${fixed(top + into * lane)} ${edge.join(' ')} L${fixed(width)} ${fixed(end)} L${fixed(width)} ${top} Z`, lanes, columns: shapes }
}

/** Dots of one axis: nodes by their normalised score, stacked where they would overlap. */
export interface Dot {
  readonly node: string
  readonly x: number
  readonly y: number
}

/** Sizes of dots: in a low strip they are smaller, so that three still stand on each other. */
export const dotSizes = { normal: { radius: 7.2, step: 15.5, first: 11 }, low: { radius: 5.8, step: 12, first: 8.5 } } as const

/** @param width of the axis; 0 stands at 0, `most` at `width`: 100, or 10 in classic mode. @param base the axis' y. */
export function dotsOf(points: ScoreAxis['points'], width: number, base: number, size: (typeof dotSizes)[keyof typeof dotSizes] = dotSizes.normal, most = 100): Dot[] {
  const levels = 3
  const ends: number[] = []
  return [...points]
    .sort((a, b) => a.normalized - b.normalized)
    .map(({ node, normalized }) => {
      const x = (Math.max(0, Math.min(most, normalized)) / most) * width
      let level = 0
      while (level < levels - 1 && (ends[level] ?? -Infinity) > x - 2 * size.radius - 0.2) level++
      ends[level] = x
      return { node, x, y: base - size.first - level * size.step }
    })
}

/** For many nodes: how many fall into each of `bins` parts of the axis, as shares of the fullest. */
export function densityOf(points: ScoreAxis['points'], bins: number, scale = 100): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const { normalized } of points) {
    const bin = Math.min(bins - 1, Math.floor((Math.max(0, Math.min(scale, normalized)) / scale) * bins))
    counts[bin] = (counts[bin] as number) + 1
  }
  const most = Math.max(1, ...counts)
  return counts.map((count) => count / most)
}

/** One letter or two a node, distinct among those given: what is left when the common beginning is cut ("node-a" is "a"). */
export function lettersOf(nodes: readonly string[]): ReadonlyMap<string, string> {
  let prefix = nodes[0] ?? ''
  for (const node of nodes) while (!node.startsWith(prefix)) prefix = prefix.slice(0, -1)
  // Digits stay together: of node-1 and node-10 the common part is "node-".
  prefix = prefix.replace(/\d+$/, '')
  const rest = nodes.map((node) => (nodes.length === 1 ? node.slice(node.lastIndexOf('-') + 1) : node.slice(prefix.length)))
  const short = rest.every((letter) => letter.length >= 1 && letter.length <= 2)
  return new Map(nodes.map((node, index) => [node, short ? rest[index] as string : String.fromCharCode(97 + (index % 26))]))
}

export interface ScoreSegment {
  /** Plugins of the segment: one, or all that are equal on every node, folded. */
  readonly plugins: readonly string[]
  readonly weighted: number
  readonly width: number
  readonly torn: boolean
}

export const tornWidth = 26
const segmentGap = 1.5

/**
 * Segments of a node's score bar. With `differences` what is equal on all nodes folds behind a torn edge of one width.
 * The same scale on all nodes; it leaves a little room at the right of the best.
 */
export function segmentsOf(parts: readonly ScorePart[], scale: DecisionScene['scale'], width: number, differences: boolean): ScoreSegment[] {
  const segments: ScoreSegment[] = []
  const folded = differences ? parts.filter((part) => part.same) : []
  const shown = differences ? parts.filter((part) => !part.same) : parts
  const gaps = segmentGap * 6
  const perPoint = (Math.max(20, width - gaps - (differences ? tornWidth : 0)) / (differences ? scale.differences : scale.full)) * 0.95
  if (folded.length > 0) {
    segments.push({ plugins: folded.map((part) => part.plugin), weighted: folded.reduce((sum, part) => sum + part.weighted, 0), width: tornWidth, torn: true })
  }
  for (const part of shown) segments.push({ plugins: [part.plugin], weighted: part.weighted, width: Math.max(2, part.weighted * perPoint), torn: false })
  return segments
}
