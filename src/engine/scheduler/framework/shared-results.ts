import type { NodeTable } from './node-table'
import type { PodInfo, Status } from './types'

/** A verdict with Pods nominated to the row on it. The list is replaced when it changes, so it is known by identity. */
export interface NominatedVerdict {
  readonly generation: number
  readonly nominated: readonly PodInfo[]
  readonly verdict: number
  readonly plugin: number
}

/** What preemption found on a row. */
export interface Victims {
  readonly generation: number
  readonly nominated: readonly PodInfo[]
  readonly found: Status | { readonly victims: readonly PodInfo[]; readonly pdbViolations: number }
}

/**
 * What plugins said of rows for Pods of one template, kept as long as it stays true. Only of plugins that depend on nothing but
 * template and row (or on Node objects). A memo: everything in it can be worked out again, and is the same then.
 */
export class SharedResults {
  /** The filter plugins whose verdicts are kept, a bit each; other plugins make it worthless. */
  filters = 0
  /** Generation of the row when `verdicts[row]` was found; 0: never. */
  filteredAt = new Int32Array(0)
  verdicts = new Int32Array(0)
  pluginOf = new Uint8Array(0)
  filterNodesVersion = -1
  readonly withNominated = new Map<number, NominatedVerdict>()
  readonly victims = new Map<number, Victims>()

  /** The score plugins whose scores are kept, a bit each. */
  scorers = 0
  scoredAt = new Int32Array(0)
  /** Weighted sum of the raw scores that need no normalising. */
  base = new Float64Array(0)
  /** Raw scores that do, by place in the list of scorers. */
  raw: Float64Array[] = []
  /** Whether any of them is not 0. */
  rawSaysSomething: boolean[] = []
  /** What the scores hang on besides the rows. */
  scoreVersion = ''

  /** Makes ready for these filters; drops what was kept when it no longer holds. `version`: of all nodes, when any plugin looks at them. */
  useFilters(table: NodeTable, filters: number, version: number): void {
    if (this.filters === filters && this.filterNodesVersion === version && this.filteredAt.length === table.capacity) return
    this.filters = filters
    this.filterNodesVersion = version
    this.withNominated.clear()
    this.victims.clear()
    if (this.filteredAt.length === table.capacity) {
      this.filteredAt.fill(0)
      return
    }
    this.filteredAt = new Int32Array(table.capacity)
    this.verdicts = new Int32Array(table.capacity)
    this.pluginOf = new Uint8Array(table.capacity)
  }

  /** The same for these score plugins, of which `normalized` have their raw scores kept. */
  useScorers(table: NodeTable, scorers: number, normalized: number, version: string): void {
    if (this.scorers === scorers && this.scoreVersion === version && this.scoredAt.length === table.capacity) return
    this.scorers = scorers
    this.scoreVersion = version
    this.rawSaysSomething = new Array<boolean>(normalized).fill(false)
    while (this.raw.length < normalized) this.raw.push(new Float64Array(table.capacity))
    if (this.scoredAt.length === table.capacity) {
      this.scoredAt.fill(0)
      return
    }
    this.scoredAt = new Int32Array(table.capacity)
    this.base = new Float64Array(table.capacity)
    this.raw = Array.from({ length: normalized }, () => new Float64Array(table.capacity))
  }

  /** For another template: the arrays stay, what they say does not. */
  forget(): void {
    this.filters = 0
    this.scorers = 0
    this.withNominated.clear()
    this.victims.clear()
  }
}

/** How many templates' results are kept for a table of this size: some 64 MB in all. */
export function sharedMax(capacity: number): number {
  const bytesPerRow = 40
  return Math.max(16, Math.min(1_024, Math.floor((64 * 2 ** 20) / (bytesPerRow * capacity))))
}
