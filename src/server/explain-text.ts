import type { Explanation, Fact, PluginAnswer } from '../api'
import { durationText } from './duration'
import { textTable } from './text-table'

/** Above so many nodes, those that were refused for the same reasons share a line, and only the best scores are shown. */
const nodesInFull = 40
const scoresShown = 20

/** A decision in full, for people: what each node was refused for, each plugin's scores, and how the winner won. */
export function explanationText(explanation: Explanation): string {
  const { cycle } = explanation
  const parts: string[] = []
  parts.push([
    `Pod ${cycle.pod.namespace}/${cycle.pod.name}: ${cycle.outcome === 'scheduled' ? `goes to ${cycle.node ?? '?'}` : cycle.outcome}`,
    `cycle ${cycle.id}, attempt ${cycle.attempt}, profile ${cycle.profile}, at ${durationText(cycle.startedAt)}, revision ${cycle.revision}`,
    `${cycle.nodesTotal} nodes, ${cycle.nodesEvaluated} looked at, ${cycle.nodesFeasible} feasible`,
  ].join('\n'))
  if (explanation.preEnqueue !== undefined) parts.push(`PRE-ENQUEUE\n${answerText(explanation.preEnqueue)}`)
  const preFilter = explanation.preFilter.filter((answer) => (answer.code !== 'Success' && answer.code !== 'Skip') || answer.nodeNames !== undefined)
  if (preFilter.length > 0) parts.push(`PRE-FILTER\n${preFilter.map(answerText).join('\n')}`)
  parts.push(filterText(explanation))
  if (explanation.scoringRan) parts.push(scoreText(explanation))
  if (explanation.winner !== undefined) {
    const ties = explanation.ties.length > 1 ? ` (drawn among the ${explanation.ties.length} with the same total: ${explanation.ties.slice(0, 10).join(', ')}${explanation.ties.length > 10 ? ', …' : ''})` : ''
    parts.push(`WINNER ${explanation.winner}${explanation.scoringRan ? ties : ', the only feasible node: nothing was scored'}`)
  }
  if (explanation.fitError !== undefined) parts.push(`FIT ERROR\n${explanation.fitError}`)
  const { postFilter } = explanation
  if (postFilter !== undefined) {
    const lines = [answerText(postFilter.answer)]
    for (const { node, victims, pdbViolations } of postFilter.candidates) {
      lines.push(`  ${node}: would evict ${victims.map((victim) => `${victim.namespace}/${victim.name}`).join(', ') || 'nobody'}${pdbViolations > 0 ? ` (${pdbViolations} against a disruption budget)` : ''}`)
    }
    if (postFilter.nominatedNode !== undefined) lines.push(`  nominated: ${postFilter.nominatedNode}`)
    parts.push(`PREEMPTION\n${lines.join('\n')}`)
  }
  return `${parts.join('\n\n')}\n`
}

function filterText(explanation: Explanation): string {
  const reported = new Map<string, { readonly plugin: string; readonly reasons: readonly string[]; readonly facts: readonly Fact[] }>()
  for (const { plugin, verdicts } of explanation.filters) {
    for (const { node, reasons, facts, reported: isReported } of verdicts) if (isReported) reported.set(node, { plugin, reasons, facts })
  }
  const feasible = new Set(explanation.feasible)
  const visited = explanation.nodes.slice(0, explanation.visited)
  if (visited.length <= nodesInFull) {
    const rows = visited.map((node) => {
      const verdict = reported.get(node)
      return verdict === undefined ? [node, feasible.has(node) ? 'passes' : '-', '', ''] : [node, 'fails', verdict.plugin, `${verdict.reasons.join('; ')}${factsText(verdict.facts)}`]
    })
    return `FILTER\n${textTable(['NODE', 'VERDICT', 'PLUGIN', 'REASON'], rows)}`
  }
  const groups = new Map<string, number>()
  for (const { plugin, reasons } of reported.values()) {
    const key = `${plugin}\u0000${reasons.join('; ')}`
    groups.set(key, (groups.get(key) ?? 0) + 1)
  }
  const rows = [...groups].sort(([, a], [, b]) => b - a).map(([key, count]) => [String(count), 'fail', ...key.split('\u0000')])
  return `FILTER\n${textTable(['NODES', 'VERDICT', 'PLUGIN', 'REASON'], [[String(feasible.size), 'pass', '', ''], ...rows])}`
}

function scoreText({ scores, totals }: Explanation): string {
  const shown = [...totals].sort((a, b) => b.total - a.total).slice(0, scoresShown)
  const ran = scores.filter((score) => !score.skipped)
  const rows = shown.map(({ node, total }) => [node, String(total), ...ran.map(({ cells }) => {
    const cell = cells.find((candidate) => candidate.node === node)
    return cell === undefined ? '-' : cell.raw === cell.normalized ? String(cell.weighted) : `${cell.weighted} (${cell.raw})`
  })])
  const title = shown.length < totals.length ? `SCORE (best ${shown.length} of ${totals.length})` : 'SCORE'
  const legend = 'A score is normalised and weighted; in brackets what the plugin said first, where that differs.'
  return `${title}\n${textTable(['NODE', 'TOTAL', ...ran.map(({ plugin, weight }) => `${plugin}×${weight}`)], rows)}\n${legend}`
}

function answerText({ plugin, code, reasons, nodeNames, facts }: PluginAnswer): string {
  const only = nodeNames === undefined ? '' : `, only ${nodeNames.length} nodes: ${nodeNames.slice(0, 10).join(', ')}`
  return `  ${plugin === '' ? '' : `${plugin}: `}${code}${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}${only}${factsText(facts)}`
}

function factsText(facts: readonly Fact[]): string {
  if (facts.length === 0) return ''
  return `  [${facts.map(({ values }) => Object.entries(values).map(([name, value]) => `${name} ${String(value)}`).join(', ')).filter((text) => text !== '').join('; ')}]`
}
