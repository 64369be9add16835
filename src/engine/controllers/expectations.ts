/** How long a controller waits to see what it did before it looks again regardless. Upstream: ExpectationsTimeout. */
const expectationsMsMax = 5 * 60_000

interface Expectation {
  /** Creations not seen yet. */
  creations: number
  /** Keys of objects whose deletion has not been seen yet. */
  readonly deletions: Set<string>
  readonly at: number
}

/**
 * What a controller did and its cache has not shown yet. While anything is outstanding it must not create or delete more:
 * it would count what it cannot see. Upstream: ControllerExpectations and UIDTrackingControllerExpectations.
 */
export class Expectations {
  readonly #now: () => number
  #byOwner = new Map<string, Expectation>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** True when all has been seen, when nothing was expected, or when it has taken too long. */
  satisfied(owner: string): boolean {
    const expectation = this.#byOwner.get(owner)
    if (expectation === undefined) return true
    return (expectation.creations <= 0 && expectation.deletions.size === 0) || this.#now() - expectation.at > expectationsMsMax
  }

  expectCreations(owner: string, count: number): void {
    this.#byOwner.set(owner, { creations: count, deletions: new Set(), at: this.#now() })
  }

  expectDeletions(owner: string, keys: readonly string[]): void {
    this.#byOwner.set(owner, { creations: 0, deletions: new Set(keys), at: this.#now() })
  }

  expect(owner: string, creations: number, deletions: readonly string[]): void {
    this.#byOwner.set(owner, { creations, deletions: new Set(deletions), at: this.#now() })
  }

  creationObserved(owner: string): void {
    const expectation = this.#byOwner.get(owner)
    if (expectation !== undefined && expectation.creations > 0) expectation.creations--
  }

  deletionObserved(owner: string, key: string): void {
    this.#byOwner.get(owner)?.deletions.delete(key)
  }

  forget(owner: string): void {
    this.#byOwner.delete(owner)
  }

  save(): unknown {
    return [...this.#byOwner].map(([owner, { creations, deletions, at }]) => [owner, creations, [...deletions], at])
  }

  load(state: unknown): void {
    this.#byOwner = new Map((state as [string, number, string[], number][]).map(
      ([owner, creations, deletions, at]) => [owner, { creations, deletions: new Set(deletions), at }],
    ))
  }
}
