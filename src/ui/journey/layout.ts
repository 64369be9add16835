import type { JourneyActor, JourneyStep } from '../../protocol'
import type { Spacing } from './follow'

/** Lifelines from above to below. */
export const actors = ['client', 'apiserver', 'etcd', 'scheduler', 'kubelet', 'runtime'] as const satisfies readonly JourneyActor[]

export interface SequenceSize {
  readonly width: number
  readonly height: number
  /** Where the first step may stand, and the last. */
  readonly left: number
  readonly right: number
  /** Middle of the first lifeline, and of the last. */
  readonly top: number
  readonly bottom: number
}

export interface PlacedStep {
  readonly step: JourneyStep
  readonly x: number
  /** The lifelines it leaves and meets. */
  readonly fromY: number
  readonly toY: number
}

/** A component at work: from a message it got to the one it sent. */
export interface PlacedWork {
  readonly actor: JourneyActor
  readonly from: number
  readonly to: number
  readonly y: number
  readonly begins: JourneyStep
}

export interface Sequence {
  readonly steps: readonly PlacedStep[]
  readonly work: readonly PlacedWork[]
  /** Times over the columns; those of one instant once. */
  readonly ticks: readonly { readonly x: number; readonly at: number }[]
  readonly playhead: number
}

/** Two discs must not lie on each other. */
const apart = 26
/** Steps spacing: an open end is approached, never reached. */
const openMs = 2_000

/** Which step begins a component's work, and which ends it. */
const works: readonly (readonly [actor: JourneyActor, from: number, to: number])[] = [
  ['apiserver', 1, 3], ['scheduler', 3, 5], ['apiserver', 5, 7], ['kubelet', 7, 10], ['runtime', 8, 9], ['runtime', 9, 10],
]

export function yOf(actor: JourneyActor, { top, bottom }: Pick<SequenceSize, 'top' | 'bottom'>): number {
  return top + ((bottom - top) * actors.indexOf(actor)) / (actors.length - 1)
}

/** The kubelet found the image on its node: it asked the runtime for nothing. */
export function asksNothing({ id, args }: JourneyStep): boolean {
  return id === 'pulls' && args['why'] === 'present'
}

/** Where everything of the strip stands. `now`: virtual ms; `current`: number of the step the reader stands at, 0 before the first. */
export function layOutSequence(steps: readonly JourneyStep[], size: SequenceSize, spacing: Spacing, now: number, current: number): Sequence {
  const xs = spacing === 'time' ? byTime(steps, size) : steps.map((_, index) => size.left + ((size.right - size.left) * index) / Math.max(1, steps.length - 1))
  const placed = steps.map((step, index): PlacedStep => ({ step, x: xs[index] as number, fromY: yOf(step.from, size), toY: yOf(asksNothing(step) ? step.from : step.to, size) }))
  const known = (number: number): PlacedStep | undefined => {
    const found = placed[number - 1]
    return found !== undefined && found.step.state !== 'never' ? found : undefined
  }
  const work = works.flatMap(([actor, from, to]): PlacedWork[] => {
    const [begin, end] = [known(from), known(to)]
    if (begin === undefined || end === undefined || begin.step.state === 'unrecorded') return []
    // Nothing was pulled: the runtime had nothing to do before it started the container.
    if (from === 8 && begin.step.args['why'] !== undefined) return []
    return [{ actor, from: begin.x, to: end.x, y: yOf(actor, size), begins: begin.step }]
  })
  const ticks: { x: number; at: number }[] = []
  for (const { step, x } of placed) {
    if (step.at === undefined || step.state === 'never') continue
    const last = ticks.at(-1)
    if (last?.at !== step.at && (last === undefined || x - last.x > 44)) ticks.push({ x, at: step.at })
  }
  return { steps: placed, work, ticks, playhead: playheadOf(placed, size, now, current) }
}

/** True to time, as far as the discs leave it: those of one instant stand side by side. */
function byTime(steps: readonly JourneyStep[], { left, right }: SequenceSize): number[] {
  const times = steps.flatMap((step) => (step.at === undefined ? [] : [step.at]))
  const [first, last] = [Math.min(...times, Infinity), Math.max(...times, -Infinity)]
  const room = right - left - apart * (steps.length - 1)
  let before = 0
  return steps.map((step, index) => {
    const share = step.at === undefined ? before : last > first ? (step.at - first) / (last - first) : 0
    before = Math.max(before, share)
    return left + apart * index + Math.max(0, room) * before
  })
}

function playheadOf(placed: readonly PlacedStep[], { left, right }: SequenceSize, now: number, current: number): number {
  const here = placed[current - 1]
  if (here === undefined) return left - 34
  const at = here.step.at
  if (at === undefined || now <= at) return here.x
  // The next one that stands at a later time; between them the clock runs.
  const next = placed.find(({ step }) => step.number > current && step.at !== undefined && step.at > at)
  if (next?.step.at !== undefined) return here.x + (next.x - here.x) * Math.min(1, (now - at) / (next.step.at - at))
  const end = placed[current]?.x ?? Math.max(right, here.x) + 60
  return here.x + (end - here.x) * ((now - at) / (now - at + openMs))
}
