import type { Explanation, Fact, FilterExplanation } from '../../../api'
import type { Beat, DecisionView } from '../../../protocol'

export type DecisionPhase = 'filter' | 'score' | 'bind'

/** One filter plugin that ran: a column of the strait. */
export interface StraitColumn {
  readonly plugin: string
  readonly state: 'past' | 'now' | 'ahead'
  /** Nodes that come to it, and those it turns away; the latter is empty until its beat has come. */
  readonly into: number
  readonly rejected: readonly string[]
}

/** One score plugin: an axis of the dot strip. */
export interface ScoreAxis {
  readonly plugin: string
  readonly weight: number
  readonly state: 'past' | 'now' | 'ahead'
  /** Normalised score (0 to 100) a feasible node, in the order of the explanation. */
  readonly points: readonly { readonly node: string; readonly normalized: number; readonly weighted: number }[]
  readonly same: boolean
  /** Greatest contribution minus least. */
  readonly parts: number
}

export interface ScorePart {
  readonly plugin: string
  readonly weighted: number
  readonly same: boolean
}

/** What is known of one node at this beat. */
export type NodeVerdict =
  | { readonly is: 'waiting' }
  | { readonly is: 'unvisited' }
  | { readonly is: 'passing'; readonly toGo: number }
  | { readonly is: 'rejected'; readonly plugin: string; readonly reasons: readonly string[]; readonly facts: readonly Fact[]; readonly now: boolean }
  | { readonly is: 'scored'; readonly parts: readonly ScorePart[]; readonly total?: number; readonly rank?: number; readonly behind?: number; readonly tied: boolean; readonly winner: boolean; readonly only: boolean }

/** A decision at one of its beats, as the map draws it. */
export interface DecisionScene {
  readonly phase: DecisionPhase
  readonly cycle: number
  readonly pod: string
  readonly columns: readonly StraitColumn[]
  readonly axes: readonly ScoreAxis[]
  readonly verdicts: ReadonlyMap<string, NodeVerdict>
  readonly feasible: readonly string[]
  /** Known from the beat that picks it. */
  readonly winner: string | undefined
  /** The best three, once totals are known. */
  readonly leaders: readonly string[]
  readonly ties: number
  readonly totals: ReadonlyMap<string, number>
  /** Greatest total and greatest total of what parts the nodes; scales score bars from the first beat on. */
  readonly scale: { readonly full: number; readonly differences: number }
  /** Where the visit began, how many nodes it looked at, out of how many. */
  readonly visit: { readonly start: number; readonly visited: number; readonly of: number }
  /** While a filter that counts Pods by zone is on show: its counts. */
  readonly zoneCounts: ReadonlyMap<string, ZoneCount>
  /** Left of the stream at this beat. */
  readonly left: number
  readonly failed: boolean
  /** Index of the plugin's beat, for motion: greater is later. */
  readonly beat: number
}

export function phaseOfBeat(beat: Beat | undefined): DecisionPhase {
  switch (beat?.phase) {
    case 'score': case 'normalize': case 'select': return 'score'
    case 'reserve': case 'bind': return 'bind'
    default: return 'filter'
  }
}

/** Whether beat `index` shows what this plugin's phase says: its own beat has come, or one beat stands for the whole phase. */
function stateAt(beats: readonly Beat[], at: number, phase: Beat['phase'], plugin: string): 'past' | 'now' | 'ahead' {
  const own = beats.findIndex((beat) => beat.phase === phase && (beat.plugin === plugin || beat.plugin === undefined))
  // No beat of its own (skipped ahead, or the cycle broke off): it counts as seen once the phase is over.
  const index = own >= 0 ? own : lastOf(beats, phase) + 0.5
  return index === at ? 'now' : index < at ? 'past' : 'ahead'
}

function lastOf(beats: readonly Beat[], phase: Beat['phase']): number {
  let last = -1
  for (const [index, beat] of beats.entries()) if (beat.phase === phase) last = index
  return last < 0 ? beats.length : last
}

/** Puts an explanation and a beat together. Pure: the same decision at the same beat always looks the same. */
export function sceneOf(decision: DecisionView, explanation: Explanation | undefined): DecisionScene {
  const { beats, cycle } = decision
  const at = decision.beat
  const beat = beats[at]
  const phase = phaseOfBeat(beat)
  const base = { phase, cycle: cycle.id, pod: `${cycle.pod.namespace}/${cycle.pod.name}`, beat: at, failed: beat?.phase === 'fail' || beat?.phase === 'postfilter' }
  if (!explanation) {
    return {
      ...base, columns: [], axes: [], verdicts: new Map(), feasible: [], winner: undefined, leaders: [], ties: 0, totals: new Map(), scale: { full: 1, differences: 1 },
      visit: { start: 0, visited: cycle.nodesEvaluated, of: cycle.nodesTotal }, zoneCounts: new Map(), left: cycle.nodesTotal,
    }
  }
  const verdicts = new Map<string, NodeVerdict>()
  const filtering = phase !== 'filter' || beats.slice(0, at + 1).some((one) => one.phase === 'filter' || one.phase === 'fail' || one.phase === 'postfilter')
  // What a PreFilter turns away never reaches a filter.
  const gone = new Set<string>()
  for (const answer of explanation.preFilter) {
    const state = stateOfPreFilter(beats, at, answer.plugin)
    if (state === 'ahead') continue
    const keep = answer.nodeNames === undefined ? undefined : new Set(answer.nodeNames)
    const refuses = answer.code !== 'Success' && answer.code !== 'Skip'
    if (!refuses && !keep) continue
    for (const node of explanation.nodes) {
      if (gone.has(node) || (!refuses && keep?.has(node))) continue
      gone.add(node)
      verdicts.set(node, { is: 'rejected', plugin: answer.plugin, reasons: answer.reasons, facts: answer.facts, now: state === 'now' })
    }
  }
  const narrowed = explanation.preFilter.some((answer) => answer.nodeNames !== undefined)
  const visited = narrowed ? explanation.nodes.filter((node) => !gone.has(node)) : explanation.nodes.slice(0, explanation.visited)
  if (filtering && !narrowed) for (const node of explanation.nodes.slice(explanation.visited)) if (!gone.has(node)) verdicts.set(node, { is: 'unvisited' })

  const columns: StraitColumn[] = []
  let zoneCounts: DecisionScene['zoneCounts'] = new Map()
  let into = visited.filter((node) => !gone.has(node)).length
  for (const filter of explanation.filters) {
    if (filter.skipped) continue
    const state = phase === 'filter' && !base.failed ? stateAt(beats, at, 'filter', filter.plugin) : 'past'
    if (phase === 'filter' && (state === 'now' || (state === 'past' && zoneCounts.size === 0))) {
      const counts = zoneCountsOf(filter)
      if (counts.size > 0) zoneCounts = counts
    }
    const rejected: string[] = []
    if (state !== 'ahead') {
      for (const verdict of filter.verdicts) {
        if (!verdict.reported || verdict.code === 'Success' || gone.has(verdict.node)) continue
        gone.add(verdict.node)
        rejected.push(verdict.node)
        verdicts.set(verdict.node, { is: 'rejected', plugin: filter.plugin, reasons: verdict.reasons, facts: verdict.facts, now: state === 'now' })
      }
    }
    columns.push({ plugin: filter.plugin, state, into, rejected })
    into -= rejected.length
  }
  const toGo = columns.filter((column) => column.state === 'ahead').length
  for (const node of visited) if (!verdicts.has(node)) verdicts.set(node, filtering ? { is: 'passing', toGo } : { is: 'waiting' })

  // Scores
  const feasible = explanation.feasible
  const axes: ScoreAxis[] = []
  const totals = new Map(explanation.totals.map(({ node, total }) => [node, total]))
  let same = 0
  for (const score of explanation.scores) {
    if (score.skipped || score.cells.length === 0) continue
    const state = phase === 'bind' ? 'past' : phase === 'filter' ? 'ahead' : beat?.phase === 'score' ? stateAt(beats, at, 'score', score.plugin) : 'past'
    let least = Infinity
    let most = -Infinity
    for (const cell of score.cells) {
      least = Math.min(least, cell.weighted)
      most = Math.max(most, cell.weighted)
    }
    if (most === least) same += most
    axes.push({
      plugin: score.plugin, weight: score.weight, state, same: most === least, parts: most - least,
      points: score.cells.map(({ node, normalized, weighted }) => ({ node, normalized, weighted })),
    })
  }
  const best = Math.max(1, ...totals.values())
  const totalsKnown = phase === 'bind' || (phase === 'score' && beat?.phase !== 'score')
  const picked = phase === 'bind' || beat?.phase === 'select' || (beat?.phase === 'normalize' && !beats.some((one) => one.phase === 'select'))
  const winner = picked ? explanation.winner : undefined
  const ranking = rankingOf(explanation, totals)
  if (phase !== 'filter') {
    const rankOf = new Map(ranking.map((node, index) => [node, index + 1]))
    const top = totals.get(ranking[0] ?? '') ?? 0
    const cells = axes.filter((axis) => axis.state !== 'ahead').map((axis) => ({ axis, byNode: new Map(axis.points.map((point) => [point.node, point.weighted])) }))
    for (const node of feasible) {
      const total = totals.get(node)
      const known = totalsKnown && total !== undefined
      verdicts.set(node, {
        is: 'scored',
        parts: cells.flatMap(({ axis, byNode }) => (byNode.get(node) ? [{ plugin: axis.plugin, weighted: byNode.get(node) as number, same: axis.same }] : [])),
        ...(known ? { total, rank: rankOf.get(node) as number, behind: top - total } : {}),
        tied: known && explanation.ties.length > 1 && explanation.ties.includes(node),
        winner: winner === node,
        only: !explanation.scoringRan,
      })
    }
  }
  return {
    ...base, columns, axes, verdicts, feasible, winner, totals,
    leaders: totalsKnown ? ranking.slice(0, 3) : [],
    ties: explanation.ties.length,
    scale: { full: best, differences: Math.max(1, best - same) },
    visit: { start: explanation.startIndex, visited: explanation.visited, of: explanation.nodes.length },
    zoneCounts, left: base.failed ? 0 : into,
  }
}

function stateOfPreFilter(beats: readonly Beat[], at: number, plugin: string): 'past' | 'now' | 'ahead' {
  const own = beats.findIndex((beat) => beat.phase === 'prefilter' && (beat.plugin === plugin || beat.plugin === undefined || beat.plugin === ''))
  if (own < 0) return (beats[at]?.phase ?? 'snapshot') === 'snapshot' ? 'ahead' : 'past'
  return own === at ? 'now' : own < at ? 'past' : 'ahead'
}

/** Highest total first; the winner first among equals, the others in visit order. */
function rankingOf(explanation: Explanation, totals: ReadonlyMap<string, number>): string[] {
  const order = new Map(explanation.nodes.map((node, index) => [node, index]))
  return [...explanation.feasible].sort((a, b) =>
    (totals.get(b) ?? 0) - (totals.get(a) ?? 0)
    || Number(b === explanation.winner) - Number(a === explanation.winner)
    || (order.get(a) ?? 0) - (order.get(b) ?? 0))
}

/** A reason without what every reason begins with: "node(s) didn't match Pod's node affinity/selector" is "affinity or selector". */
export function shortenReason(reason: string): string {
  const cut = reason
    .replace(/^node\(s\) (?:had |were |was )?/, '')
    .replace(/^didn't match Pod's node affinity\/selector$/, 'affinity or selector')
    .replace(/^didn't match the requested node name$/, 'another nodeName')
    .replace(/^didn't have free ports for the requested pod ports$/, 'port in use')
    .replace(/^didn't match pod topology spread constraints/, 'topology spread')
    .replace(/^didn't match pod anti-affinity rules$/, 'Pod anti-affinity')
    .replace(/^didn't match pod affinity rules$/, 'Pod affinity')
    .replace(/^didn't satisfy existing pods anti-affinity rules$/, 'others\' anti-affinity')
  return cut === '' ? reason : cut
}

/** Resources a fit verdict found short: "cpu", "memory", others by name. From its facts, or from the words where there are none. */
export function shortfallsOf(verdict: { readonly reasons: readonly string[]; readonly facts: readonly Fact[] }): string[] {
  const named = verdict.facts.flatMap((fact) => (fact.id === 'fit.insufficient' ? [String(fact.values['resource'])] : []))
  return named.length > 0 ? named : verdict.reasons.flatMap((reason) => /^Insufficient (.+)$/.exec(reason)?.[1] ?? [])
}

/** Which taint of a node a rejection is about. */
export function taintOf(verdict: { readonly reasons: readonly string[]; readonly facts: readonly Fact[] }): { readonly key: string; readonly value: string } | undefined {
  const fact = verdict.facts.find((one) => one.id === 'taint.untolerated')
  if (fact) return { key: String(fact.values['key']), value: String(fact.values['value'] ?? '') }
  for (const reason of verdict.reasons) {
    const match = /untolerated taint \{([^:}]+)(?::\s*([^}]*))?\}/.exec(reason)
    if (match) return { key: match[1] as string, value: match[2] ?? '' }
  }
  return undefined
}

const zoneKeys: ReadonlySet<string> = new Set(['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'])

/** Matching Pods in a zone, as a topology spread constraint counts them. */
export interface ZoneCount {
  readonly matching: number
  /** What the Pod itself would add. */
  readonly self: number
  readonly fits: boolean
}

function zoneCountsOf(filter: FilterExplanation): ReadonlyMap<string, ZoneCount> {
  const counts = new Map<string, ZoneCount>()
  for (const verdict of filter.verdicts) {
    for (const { id, values } of verdict.facts) {
      if (id !== 'spread.skew' || !zoneKeys.has(String(values['topologyKey']))) continue
      counts.set(String(values['domain']), { matching: Number(values['matching']), self: Number(values['self']), fits: values['fits'] === true })
    }
  }
  return counts
}

/** "1st", "2nd", "23rd". */
export function ordinal(rank: number): string {
  const tens = rank % 100
  const unit = rank % 10
  const ending = tens >= 11 && tens <= 13 ? 'th' : unit === 1 ? 'st' : unit === 2 ? 'nd' : unit === 3 ? 'rd' : 'th'
  return `${rank}${ending}`
}
