import type { NodeTable } from './node-table'

/**
 * What plugins said of rows for Pods of one template, kept as long as it stays true. Only of plugins that depend on nothing but
 * template and row (or on Node objects). A memo: everything in it can be worked out again, and is the same then.
 */
export class SharedResults {
  /** Indices of the filter plugins whose verdicts are kept, as text; other plugins make it worthless. */
  filters = ''
  /** Generation of the row when `verdicts[row]` was found; 0: never. */
  filteredAt = new Float64Array(0)
  verdicts = new Int32Array(0)
  pluginOf = new Uint8Array(0)
  filterNodesVersion = -1

  scorers = ''
  scoredAt = new Float64Array(0)
  /** Weighted sum of the raw scores that need no normalising. */
  base = new Float64Array(0)
  /** Raw scores that do, by place in the list of scorers. */
  raw: Float64Array[] = []
  scoreNodesVersion = -1

  /** Makes ready for these filters; drops what was kept when it no longer holds. `version`: of all nodes, when any plugin looks at them. */
  useFilters(table: NodeTable, filters: string, version: number): void {
    if (this.filters === filters && this.filterNodesVersion === version && this.filteredAt.length === table.capacity) return
    this.filters = filters
    this.filterNodesVersion = version
    if (this.filteredAt.length === table.capacity) {
      this.filteredAt.fill(0)
      return
    }
    this.filteredAt = new Float64Array(table.capacity)
    this.verdicts = new Int32Array(table.capacity)
    this.pluginOf = new Uint8Array(table.capacity)
  }

  useScorers(table: NodeTable, scorers: string, normalized: number, version: number): void {
    if (this.scorers === scorers && this.scoreNodesVersion === version && this.scoredAt.length === table.capacity) return
    this.scorers = scorers
    this.scoreNodesVersion = version
    this.scoredAt = new Float64Array(table.capacity)
    this.base = new Float64Array(table.capacity)
    this.raw = Array.from({ length: normalized }, () => new Float64Array(table.capacity))
  }
}
