/** Completion indexes as Jobs write them: "0,2-4,7". Upstream: pkg/controller/job, orderedIntervals. */
export class Indexes {
  readonly #set: ReadonlySet<number>

  constructor(indexes: Iterable<number> = []) {
    this.#set = new Set(indexes)
  }

  /** Reads a text; indexes from `limit` on are dropped, as upstream, and so is what makes no sense. */
  static parse(text: string | undefined, limit: number): Indexes {
    const indexes: number[] = []
    for (const part of (text ?? '').split(',')) {
      const match = /^([0-9]+)(?:-([0-9]+))?$/.exec(part)
      if (match === null) continue
      for (let index = Number(match[1]); index <= Math.min(Number(match[2] ?? match[1]), limit - 1); index++) indexes.push(index)
    }
    return new Indexes(indexes)
  }

  get size(): number {
    return this.#set.size
  }

  has(index: number): boolean {
    return this.#set.has(index)
  }

  with(more: Iterable<number>): Indexes {
    return new Indexes([...this.#set, ...more])
  }

  [Symbol.iterator](): IterableIterator<number> {
    return [...this.#set].sort((a, b) => a - b)[Symbol.iterator]()
  }

  toString(): string {
    const parts: string[] = []
    let first: number | undefined
    let last = 0
    const flush = (): void => {
      // Two in a row are written apart by a comma, three as a range. Upstream: orderedIntervals.String.
      if (first !== undefined) parts.push(first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`)
    }
    for (const index of this) {
      if (first !== undefined && index === last + 1) {
        last = index
        continue
      }
      flush()
      first = last = index
    }
    flush()
    return parts.join(',')
  }
}
