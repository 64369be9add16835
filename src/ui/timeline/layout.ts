import type { Beat, TimelineMark } from '../../protocol'
import { pluginStyle } from '../kit'

/** A span of virtual time laid over pixels. */
export interface TimeScale {
  readonly from: number
  readonly to: number
  readonly left: number
  readonly right: number
}

export function xOf(scale: TimeScale, at: number): number {
  return scale.left + ((at - scale.from) / (scale.to - scale.from)) * (scale.right - scale.left)
}

export function timeAt(scale: TimeScale, x: number): number {
  return scale.from + ((x - scale.left) / (scale.right - scale.left)) * (scale.to - scale.from)
}

/** Marks nearer to each other than this become one bar with their count. */
export const clusterPx = 6
const labelGapPx = 8
/** Room to keep before the next thing. */
const labelEndPx = 6
const monoPx = 6.65
const uiPx = 6.4
const beatPx = 5.9

export type Placed =
  | { readonly is: 'mark'; readonly mark: TimelineMark; readonly x: number; readonly label: string; readonly future: boolean; readonly now: boolean }
  | { readonly is: 'span'; readonly mark: TimelineMark; readonly x: number; readonly width: number; readonly label: string; readonly future: boolean; readonly now: boolean; readonly open: boolean }
  | { readonly is: 'cluster'; readonly first: TimelineMark; readonly x: number; readonly width: number; readonly count: number; readonly future: boolean; readonly now: boolean }

/** The text cut to a width, with an ellipsis; "" when not even three letters fit. */
export function fitted(label: string, px: number, perLetter: number): string {
  const letters = Math.floor(px / perLetter)
  if (label.length <= letters) return label
  return letters < 4 ? '' : `${label.slice(0, letters - 1)}…`
}

/**
 * Where everything in a lane goes. Points that would touch merge into a bar; a label is written where it hits nothing, and the one
 * of now always. Spans come first, so that points lie over them.
 */
export function layOutLane(marks: readonly TimelineMark[], scale: TimeScale, isFuture: (mark: TimelineMark) => boolean, nowSeq: number): readonly Placed[] {
  const placed: Placed[] = []
  const points: { readonly mark: TimelineMark; readonly x: number; readonly future: boolean }[] = []
  const spans: { readonly mark: TimelineMark; readonly x: number; readonly end: number; readonly future: boolean }[] = []
  for (const mark of marks) {
    const x = xOf(scale, mark.at)
    const future = isFuture(mark)
    if (mark.shape !== 'span') {
      points.push({ mark, x, future })
      continue
    }
    const end = Math.min(scale.right + 20, xOf(scale, mark.until ?? scale.to))
    spans.push({ mark, x, end, future })
  }
  spans.forEach(({ mark, x, end, future }, index) => {
    const start = Math.max(x, scale.left - 4)
    const width = end - start
    if (width < 3) {
      points.push({ mark, x, future })
      return
    }
    const nextStart = spans[index + 1]?.x ?? Infinity
    const label = fitted(mark.label, Math.min(end, nextStart) - start - 10, uiPx)
    placed.push({ is: 'span', mark, x: start, width, label, future, now: mark.seq === nowSeq, open: mark.until === undefined })
  })
  points.sort((a, b) => a.x - b.x || a.mark.seq - b.mark.seq)
  const starts = spans.map((span) => span.x)
  for (let index = 0; index < points.length;) {
    const first = points[index] as (typeof points)[number]
    let last = first
    let count = 1
    // Past and future do not share a bar: the playhead would cut it.
    while (index + count < points.length) {
      const candidate = points[index + count] as typeof first
      if (candidate.x - last.x >= clusterPx || candidate.future !== first.future || candidate.mark.seq === nowSeq || last.mark.seq === nowSeq) break
      last = candidate
      count++
    }
    const following = points[index + count]
    if (count > 1) {
      placed.push({ is: 'cluster', first: first.mark, x: first.x - 4, width: last.x - first.x + 8, count, future: first.future, now: false })
    } else {
      const now = first.mark.seq === nowSeq
      const span = starts.find((start) => start >= first.x - 2) ?? Infinity
      const room = Math.min(following?.x ?? Infinity, span, first.future ? Infinity : scale.right + 10) - first.x - labelGapPx - labelEndPx
      const whole = first.mark.shape === 'tick' || first.mark.shape === 'span' ? '' : named(first.mark)
      const label = now || whole.length * monoPx <= room ? whole : shorter(first.mark, room)
      placed.push({ is: 'mark', mark: first.mark, x: first.x, label, future: first.future, now })
    }
    index += count
  }
  const nowAt = placed.findIndex((one) => one.is === 'mark' && one.now)
  const nowMark = placed[nowAt]
  if (nowMark?.is === 'mark' && nowMark.label !== '') {
    giveWay(placed, nowMark.x, nowMark.x + labelGapPx + nowMark.label.length * monoPx)
    // Drawn last, over whatever its label meets.
    placed.push(...placed.splice(nowAt, 1))
  }
  return placed
}

/** The label of now is always written: what would be written under it is not. */
function giveWay(placed: Placed[], from: number, to: number): void {
  placed.forEach((one, index) => {
    if (one.is === 'span' && one.x < to && one.x + 10 + one.label.length * uiPx > from) placed[index] = { ...one, label: '' }
    if (one.is === 'mark' && !one.now && one.x + labelGapPx < to && one.x + labelGapPx + one.label.length * monoPx > from) placed[index] = { ...one, label: '' }
  })
}

/** "148 Pod": the revision first, as etcd counts. */
function named(mark: TimelineMark): string {
  return mark.revision === undefined || mark.label.startsWith(String(mark.revision)) ? mark.label : `${mark.revision} ${mark.label}`
}

/** When the whole label has no room its revision alone may have. */
function shorter(mark: TimelineMark, room: number): string {
  const revision = mark.revision === undefined ? '' : String(mark.revision)
  return revision !== '' && revision.length * monoPx <= room ? revision : ''
}

export interface PlacedBeat {
  readonly index: number
  readonly x: number
  readonly width: number
  readonly label: string
  readonly state: 'past' | 'now' | 'future'
}

/** The boxes of the decision on show, one a beat; `until` is when the last one ends. */
export function layOutBeats(beats: readonly Beat[], beat: number, until: number, scale: TimeScale, name: (beat: Beat) => string): readonly PlacedBeat[] {
  return beats.map((one, index) => {
    const x = xOf(scale, one.at)
    const end = xOf(scale, beats[index + 1]?.at ?? Math.max(until, one.at))
    const width = Math.max(3, end - x - (end - x > 50 ? 4 : 2))
    return { index, x, width, label: clipped(name(one), width - 10), state: index < beat ? 'past' : index === beat ? 'now' : 'future' }
  })
}

/** A box's name is known by its first letters: cut without an ellipsis, which would cost two of them. */
function clipped(name: string, px: number): string {
  const letters = Math.floor(px / beatPx)
  return letters < 3 ? '' : name.slice(0, letters)
}

/** "Taint", "Snapshot": what a beat's box is called. */
export function beatName(beat: Beat): string {
  switch (beat.phase) {
    case 'snapshot': return 'Snapshot'
    case 'prefilter': return beat.plugin ? pluginStyle(beat.plugin).tiny : 'PreFilter'
    case 'filter': return beat.plugin ? pluginStyle(beat.plugin).tiny : 'Filter'
    case 'score': return beat.plugin ? pluginStyle(beat.plugin).tiny : 'Score'
    case 'postfilter': return 'PostFilter'
    case 'normalize': return 'Normalize'
    case 'select': return 'Select'
    case 'reserve': return 'Reserve'
    case 'bind': return 'Bind'
    case 'fail': return 'Fail'
  }
}

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000]

/** Round times for the axis, about `apart` pixels from each other, and their step. */
export function ticksOf(scale: TimeScale, apart = 120): { readonly step: number; readonly at: readonly number[] } {
  const want = ((scale.to - scale.from) / Math.max(1, scale.right - scale.left)) * apart
  const step = steps.find((candidate) => candidate >= want) ?? (steps.at(-1) as number)
  const at: number[] = []
  for (let time = Math.max(0, Math.ceil(scale.from / step) * step); time <= scale.to; time += step) at.push(time)
  return { step, at }
}
