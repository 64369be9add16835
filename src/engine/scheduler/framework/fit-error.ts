import { compareText } from '../../../base'
import type { StatusCode } from '../../../api'
import { codeOfVerdict, type FilterPlugin, type CycleState, type NodeToStatus, type PodInfo, type Status } from './types'

/** How the rows of a search fared, as parallel arrays over the rows in visit order. Scratch of a framework: good until its next search. */
export interface FilterRun {
  /** Rows in visit order: the `visited` ones that were looked at, then anything. */
  readonly rows: Int32Array
  readonly visited: number
  readonly verdicts: Int32Array
  /** Index into the filter plugins of the one that refused the row; meaningless where the verdict is 0. */
  readonly pluginOf: Uint8Array
  readonly feasible: Int32Array
  readonly feasibleCount: number
}

/** What is known of the nodes that are not feasible. Upstream: framework.NodeToStatus. */
export class NodeStatuses implements NodeToStatus {
  readonly #plugins: readonly FilterPlugin[]
  readonly #state: CycleState
  readonly #pod: PodInfo
  readonly #run: FilterRun | undefined
  /** Of the nodes that are not listed. */
  readonly absent: Status
  #places: Int32Array | undefined
  /** Rows refused after the filters (by an extender), with their reasons. */
  readonly #extra = new Map<number, Status>()

  constructor(plugins: readonly FilterPlugin[], state: CycleState, pod: PodInfo, run: FilterRun | undefined, absent: Status) {
    this.#plugins = plugins
    this.#state = state
    this.#pod = pod
    this.#run = run
    this.absent = absent
  }

  get absentCode(): StatusCode {
    return this.absent.code
  }

  get size(): number {
    let size = this.#extra.size
    this.forEach(() => { size++ })
    return size
  }

  codeOf(row: number): StatusCode {
    const extra = this.#extra.get(row)
    if (extra !== undefined) return extra.code
    const place = this.#placeOf(row)
    const verdict = place < 0 ? 0 : (this.#run?.verdicts[place] as number)
    return verdict === 0 ? this.absent.code : codeOfVerdict(verdict)
  }

  set(row: number, status: Status): void {
    this.#extra.set(row, status)
  }

  forEach(visit: (row: number, plugin: string, verdict: number) => void): void {
    const run = this.#run
    if (run === undefined) return
    for (let i = 0; i < run.visited; i++) {
      const verdict = run.verdicts[i] as number
      if (verdict !== 0) visit(run.rows[i] as number, (this.#plugins[run.pluginOf[i] as number] as FilterPlugin).name, verdict)
    }
  }

  get(row: number): (Status & { readonly plugin: string }) | undefined {
    const extra = this.#extra.get(row)
    if (extra !== undefined) return { ...extra, plugin: extra.plugin ?? '' }
    const place = this.#placeOf(row)
    const verdict = place < 0 ? 0 : (this.#run?.verdicts[place] as number)
    if (verdict === 0) return undefined
    const plugin = this.#plugins[this.#run?.pluginOf[place] as number] as FilterPlugin
    return { code: codeOfVerdict(verdict), plugin: plugin.name, reasons: plugin.reasons(this.#state, this.#pod, verdict) }
  }

  /** Where in the search a row was; -1: it was not looked at. */
  #placeOf(row: number): number {
    const run = this.#run
    if (run === undefined) return -1
    if (this.#places === undefined) {
      let highest = 0
      for (let i = 0; i < run.visited; i++) highest = Math.max(highest, run.rows[i] as number)
      this.#places = new Int32Array(highest + 1).fill(-1)
      for (let i = 0; i < run.visited; i++) this.#places[run.rows[i] as number] = i
    }
    return this.#places[row] ?? -1
  }

  /** Names of the plugins that refused a node. */
  refusingPlugins(): Set<string> {
    const run = this.#run
    const names = new Set<string>()
    if (run === undefined) return names
    const seen = new Uint8Array(this.#plugins.length)
    for (let i = 0; i < run.visited; i++) if (run.verdicts[i] !== 0) seen[run.pluginOf[i] as number] = 1
    for (let i = 0; i < seen.length; i++) if (seen[i] === 1) names.add((this.#plugins[i] as FilterPlugin).name)
    return names
  }

  /** How often each reason occurs; a node with several counts in each. `total` nodes there are in all. */
  histogram(total: number): Map<string, number> {
    const counts = new Map<string, number>()
    const add = (reasons: readonly string[], times: number): void => {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + times)
    }
    let listed = this.#extra.size
    for (const status of this.#extra.values()) add(status.reasons, 1)
    const run = this.#run
    if (run !== undefined) {
      // Equal verdicts of a plugin have equal reasons, so ask once for each.
      const byPlugin: Map<number, number>[] = this.#plugins.map(() => new Map<number, number>())
      for (let i = 0; i < run.visited; i++) {
        const verdict = run.verdicts[i] as number
        if (verdict === 0) continue
        listed++
        const verdicts = byPlugin[run.pluginOf[i] as number] as Map<number, number>
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
      }
      byPlugin.forEach((verdicts, i) => {
        for (const [verdict, times] of verdicts) add((this.#plugins[i] as FilterPlugin).reasons(this.#state, this.#pod, verdict), times)
      })
    }
    if (listed < total) add(this.absent.reasons, total - listed)
    return counts
  }
}

/** Why no node took the Pod. Upstream: framework.FitError. */
export interface Diagnosis {
  readonly statuses: { histogram(total: number): Map<string, number> }
  /** Set when PreFilter refused the Pod as a whole. */
  readonly preFilterMessage: string
  readonly postFilterMessage: string
}

/** "0/3 nodes are available: ..." Counts are sorted as texts: "11 …" comes before "2 …". Upstream: FitError.Error. */
export function fitErrorText(total: number, diagnosis: Diagnosis): string {
  let text = `0/${total} nodes are available:`
  if (diagnosis.preFilterMessage !== '') text += ` ${diagnosis.preFilterMessage}.`
  else {
    const reasons = [...diagnosis.statuses.histogram(total)].map(([reason, count]) => `${count} ${reason}`).sort(compareText)
    if (reasons.length > 0) text += ` ${reasons.join(', ')}.`
  }
  if (diagnosis.postFilterMessage !== '') text += ` ${diagnosis.postFilterMessage}`
  return text
}
