import { codeOfVerdict, type FilterPlugin, type PodInfo, type PreFilterAnswer } from '../framework/types'
import type { MapCycleState } from '../framework/cycle-state'
import type { Framework } from '../framework/runtime'
import type { StatusCode } from '../../../api'

/** What every PreFilter and Filter plugin says by itself, whatever the others say. Of all rows, without nominated Pods. */
export interface Examination {
  readonly state: MapCycleState
  readonly preFilter: ReadonlyMap<string, PreFilterAnswer>
  /** Filter plugins whose PreFilter answered anything but Success: they cannot run, or have nothing to say. */
  readonly skipped: ReadonlySet<string>
  /** Verdicts over `rows`, by plugin; none for skipped ones. */
  readonly verdicts: ReadonlyMap<string, Int32Array>
}

export function examine(framework: Framework, pod: PodInfo, rows: Int32Array): Examination {
  const { table } = framework.handle
  const state = framework.newState()
  const preFilter = new Map<string, PreFilterAnswer>()
  const skipped = new Set<string>()
  for (const plugin of framework.preFilter) {
    const answer = plugin.preFilter(state, pod, table)
    preFilter.set(plugin.name, answer)
    if (answer.code !== 'Success') skipped.add(plugin.name)
  }
  const verdicts = new Map<string, Int32Array>()
  for (const plugin of framework.filter) {
    if (skipped.has(plugin.name)) continue
    const own = new Int32Array(rows.length)
    framework.filterAlone(plugin, state, pod, rows, rows.length, own)
    verdicts.set(plugin.name, own)
  }
  return { state, preFilter, skipped, verdicts }
}

export interface Refusal {
  readonly code: StatusCode
  readonly reasons: readonly string[]
}

/** A verdict in words. */
export function refusalOf(plugin: FilterPlugin, { state }: Examination, pod: PodInfo, verdict: number): Refusal {
  return { code: codeOfVerdict(verdict), reasons: verdict === 0 ? [] : plugin.reasons(state, pod, verdict) }
}
