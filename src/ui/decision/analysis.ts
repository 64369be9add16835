import type { CycleSummary, Explanation, FilterVerdict, ScoreExplanation } from '../../api'
import type { DecisionView } from '../../protocol'

/** What one filter plugin did to the stream of nodes. */
export interface FilterStep {
  readonly plugin: string
  /** Nodes that came to it. */
  readonly before: number
  readonly after: number
  /** Those it was the first to refuse, in visit order. */
  readonly refused: readonly FilterVerdict[]
}

/** Filter plugins that ran, in order; PreFilter may have narrowed the search before. */
export function filterSteps(explanation: Explanation): readonly FilterStep[] {
  let left = startOf(explanation)
  return explanation.filters.filter((filter) => !filter.skipped).map((filter) => {
    const refused = filter.verdicts.filter((verdict) => verdict.reported && verdict.code !== 'Success')
    const before = left
    left -= refused.length
    return { plugin: filter.plugin, before, after: left, refused }
  })
}

/** How many nodes the filters begin with: those visited, or those PreFilter left. */
export function startOf(explanation: Explanation): number {
  const narrowed = explanation.preFilter.find((answer) => answer.nodeNames !== undefined)?.nodeNames
  return narrowed === undefined ? explanation.visited : Math.min(narrowed.length, explanation.visited)
}

/** The figures over the filter panel: 6, 5, 4, 3. Only where a plugin changed them. */
export function figures(start: number, steps: readonly FilterStep[]): readonly number[] {
  return [start, ...steps.filter((step) => step.after !== step.before).map((step) => step.after)]
}

/** Which plugins of the decision have had their beat; all of them for a decision that is over. */
export function shownPlugins(decision: DecisionView | undefined, phase: 'filter' | 'score'): { readonly shown: ReadonlySet<string> | 'all'; readonly now: string | undefined } {
  if (!decision) return { shown: 'all', now: undefined }
  const past = decision.beats.slice(0, decision.beat + 1)
  const all = decision.beats.some((beat) => beat.phase === phase && beat.plugin === undefined)
  if (all) return { shown: 'all', now: undefined }
  const current = decision.beats[decision.beat]
  return {
    shown: new Set(past.filter((beat) => beat.phase === phase && beat.plugin !== undefined).map((beat) => beat.plugin as string)),
    now: current?.phase === phase ? current.plugin : undefined,
  }
}

/** Nodes from the highest total down; among equals the winner first, then in visit order. */
export function ranking(explanation: Explanation): readonly { readonly node: string; readonly total: number; readonly rank: number }[] {
  const sorted = explanation.totals.map((entry, index) => ({ ...entry, index }))
    .sort((a, b) => b.total - a.total || Number(b.node === explanation.winner) - Number(a.node === explanation.winner) || a.index - b.index)
  return sorted.map((entry) => ({ node: entry.node, total: entry.total, rank: 1 + sorted.filter((other) => other.total > entry.total).length }))
}

/** Whether a plugin scored at all and gave every node the same. */
export function isSame(score: ScoreExplanation): boolean {
  return score.cells.every((cell) => cell.weighted === score.cells[0]?.weighted)
}

export interface Decider {
  readonly plugin: string
  /** Who would have won without it, with what, and what the winner would have had. */
  readonly node: string
  readonly total: number
  readonly winnerTotal: number
}

/** The plugins without which another node would have won, those that give the winner least first. */
export function deciders(explanation: Explanation): readonly Decider[] {
  const { winner } = explanation
  if (winner === undefined || !explanation.scoringRan) return []
  const found: (Decider & { readonly given: number })[] = []
  for (const score of explanation.scores) {
    if (score.skipped || score.cells.length === 0) continue
    const given = new Map(score.cells.map((cell) => [cell.node, cell.weighted]))
    const without = explanation.totals.map(({ node, total }) => ({ node, total: total - (given.get(node) ?? 0) }))
    const winnerTotal = without.find((entry) => entry.node === winner)?.total ?? 0
    let best: { readonly node: string; readonly total: number } = { node: winner, total: winnerTotal }
    for (const entry of without) if (entry.total > best.total) best = entry
    if (best.node !== winner) found.push({ plugin: score.plugin, node: best.node, total: best.total, winnerTotal, given: given.get(winner) ?? 0 })
  }
  return found.sort((a, b) => a.given - b.given)
}

/** One clause of a FitError: so many nodes for this reason, and which. */
export interface Clause {
  readonly count: number
  readonly reason: string
  readonly nodes: readonly string[]
}

/**
 * A FitError taken apart: its head, its clauses in the message's order with the nodes behind each, and what preemption said.
 * The clauses come from the verdicts, not from cutting the text, so that a reason with a comma stays whole.
 */
export function readFitError(message: string, explanation: Explanation | undefined): { readonly head: string; readonly clauses: readonly Clause[]; readonly preemption: string } {
  const preemptionAt = message.indexOf(' preemption: ')
  const main = preemptionAt < 0 ? message : message.slice(0, preemptionAt)
  const preemption = preemptionAt < 0 ? '' : message.slice(preemptionAt + 1)
  const colon = main.indexOf(': ')
  const head = colon < 0 ? main : main.slice(0, colon + 1)
  const body = colon < 0 ? '' : main.slice(colon + 2)
  const nodes = new Map<string, string[]>()
  for (const filter of explanation?.filters ?? []) {
    for (const verdict of filter.verdicts) {
      if (!verdict.reported || verdict.code === 'Success') continue
      for (const reason of new Set(verdict.reasons)) {
        const list = nodes.get(reason)
        if (list) list.push(verdict.node)
        else nodes.set(reason, [verdict.node])
      }
    }
  }
  const known = [...nodes].map(([reason, list]) => ({ reason, nodes: list, at: body.indexOf(`${list.length} ${reason}`) })).filter((clause) => clause.at >= 0)
  if (known.length > 0) return { head, preemption, clauses: known.sort((a, b) => a.at - b.at).map(({ reason, nodes: list }) => ({ count: list.length, reason, nodes: list })) }
  const cut = body.split(/, (?=\d+ )/).flatMap((part): Clause[] => {
    const match = /^(\d+) (.*?)\.?$/.exec(part)
    return match ? [{ count: Number(match[1]), reason: match[2] ?? '', nodes: [] }] : []
  })
  return { head, preemption, clauses: cut }
}

/** Counts in equal steps from the lowest to the highest value. */
export function histogram(values: readonly number[], bins: number): { readonly from: number; readonly to: number; readonly counts: readonly number[] } {
  if (values.length === 0) return { from: 0, to: 0, counts: [] }
  const from = values.reduce((a, b) => Math.min(a, b))
  const to = values.reduce((a, b) => Math.max(a, b))
  const counts = Array.from({ length: from === to ? 1 : bins }, () => 0)
  for (const value of values) {
    const bin = from === to ? 0 : Math.min(counts.length - 1, Math.floor(((value - from) / (to - from)) * counts.length))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { from, to, counts }
}

/** "shop/web-x2lqp" of a cycle. */
export function podKeyOf(cycle: CycleSummary): string {
  return cycle.pod.namespace === '' ? cycle.pod.name : `${cycle.pod.namespace}/${cycle.pod.name}`
}
