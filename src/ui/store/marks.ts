import type { Lane, TimelineMark } from '../../protocol'

export const laneNames = ['api', 'scheduling', 'controllers', 'kubelets'] as const satisfies readonly Lane[]
/** What the timeline shows under the Traffic view instead. */
export const trafficLaneNames = ['requests', 'api', 'proxy', 'kubelets'] as const satisfies readonly Lane[]
const allLanes = ['api', 'scheduling', 'controllers', 'kubelets', 'requests', 'proxy'] as const satisfies readonly Lane[]

/**
 * All marks of the timeline, a list a lane, each ordered by time. Tens of thousands come and only a window of them is ever drawn,
 * so the lists are searched, not filtered.
 */
export class MarkLanes {
  /** Grows with every change. */
  version = 0
  /** Greatest time of any mark. */
  endAt = 0
  readonly #lanes: Record<Lane, TimelineMark[]> = { api: [], scheduling: [], controllers: [], kubelets: [], requests: [], proxy: [] }
  readonly #longest: Record<Lane, number> = { api: 0, scheduling: 0, controllers: 0, kubelets: 0, requests: 0, proxy: 0 }

  lane(name: Lane): readonly TimelineMark[] {
    return this.#lanes[name]
  }

  /** Marks of a lane that reach into a span of time, oldest first. */
  between(name: Lane, from: number, to: number): readonly TimelineMark[] {
    const lane = this.#lanes[name]
    // A span that began before the window may still reach into it: by no more than the longest one does.
    const first = lowerBound(lane, from - this.#longest[name])
    const found: TimelineMark[] = []
    for (let index = first; index < lane.length; index++) {
      const mark = lane[index] as TimelineMark
      if (mark.at > to) break
      if ((mark.until ?? (mark.shape === 'span' ? Infinity : mark.at)) >= from) found.push(mark)
    }
    return found
  }

  clear(): void {
    for (const name of allLanes) {
      this.#lanes[name] = []
      this.#longest[name] = 0
    }
    this.endAt = 0
    this.version++
  }

  /** @internal New marks, and those whose end became known. */
  add(marks: readonly TimelineMark[]): void {
    for (const mark of marks) {
      const lane = this.#lanes[mark.lane]
      const known = this.#indexOf(lane, mark)
      if (known >= 0) lane[known] = mark
      else if (lane.length === 0 || (lane.at(-1) as TimelineMark).at <= mark.at) lane.push(mark)
      else lane.splice(lowerBound(lane, mark.at + 1), 0, mark)
      if (mark.shape === 'span') this.#longest[mark.lane] = Math.max(this.#longest[mark.lane], mark.until === undefined ? Infinity : mark.until - mark.at)
      this.endAt = Math.max(this.endAt, mark.until ?? mark.at)
    }
    if (marks.length > 0) this.version++
  }

  /** @internal A branch began: what came after the mark of that number is no longer true. */
  cutAfter(seq: number): void {
    this.endAt = 0
    for (const name of allLanes) {
      this.#lanes[name] = this.#lanes[name].filter((mark) => mark.seq <= seq)
      this.#longest[name] = 0
      for (const mark of this.#lanes[name]) {
        if (mark.shape === 'span') this.#longest[name] = Math.max(this.#longest[name], mark.until === undefined ? Infinity : mark.until - mark.at)
        this.endAt = Math.max(this.endAt, mark.until ?? mark.at)
      }
    }
    this.version++
  }

  #indexOf(lane: readonly TimelineMark[], mark: TimelineMark): number {
    for (let index = lowerBound(lane, mark.at); index < lane.length && (lane[index] as TimelineMark).at === mark.at; index++) {
      if ((lane[index] as TimelineMark).seq === mark.seq) return index
    }
    return -1
  }
}

function lowerBound(lane: readonly TimelineMark[], at: number): number {
  let low = 0
  let high = lane.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lane[middle] as TimelineMark).at < at) low = middle + 1
    else high = middle
  }
  return low
}
