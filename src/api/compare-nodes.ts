import type { Explanation, StatusCode } from './explanation'

/** What one score plugin gave the two nodes. */
export interface ScoreDifference {
  readonly plugin: string
  readonly weight: number
  readonly a: { readonly raw: number; readonly normalized: number; readonly weighted: number }
  readonly b: { readonly raw: number; readonly normalized: number; readonly weighted: number }
  /** Weighted, a minus b. */
  readonly lead: number
}

/** A weight that would put the other node ahead, all else as it was. 0: the plugin turned off. */
export interface WeightFlip {
  readonly plugin: string
  readonly weight: number
  /** The weight in force. */
  readonly from: number
}

export interface NodeComparison {
  readonly a: string
  readonly b: string
  /**
   * filtered: one or both were refused, `refusals` says by whom. score: the totals differ. tie: they are equal, chance chose.
   * unscored: both passed, but nothing was scored (a single feasible node).
   * unvisited: a node was not looked at, for enough were found before.
   */
  readonly decidedBy: 'filtered' | 'score' | 'tie' | 'unscored' | 'unvisited'
  readonly refusals: readonly { readonly node: string; readonly plugin: string; readonly code: StatusCode; readonly reasons: readonly string[]; readonly reported: boolean }[]
  /** Total of a minus total of b; 0 without scores. */
  readonly lead: number
  /** Plugins by how much they parted the two, the largest first. */
  readonly differences: readonly ScoreDifference[]
  /** The smallest change of one weight each that turns the order round, the smallest change first; empty when no single one can. */
  readonly flips: readonly WeightFlip[]
}

/** Highest weight worth naming: upstream allows more, but a hundredfold says "nothing but this". */
const weightMax = 100

/**
 * Why node a and not b, from the record of a decision. Both must be in `explanation.nodes`; `undefined` otherwise.
 * Normalised scores do not depend on weights, so what another weight would do can be said without running anything.
 */
export function compareNodes(explanation: Explanation, a: string, b: string): NodeComparison | undefined {
  const places = new Map(explanation.nodes.map((node, place) => [node, place]))
  const [placeA, placeB] = [places.get(a), places.get(b)]
  if (placeA === undefined || placeB === undefined) return undefined
  const refusals = explanation.filters.flatMap(({ plugin, verdicts }) => verdicts
    .filter(({ node, code }) => (node === a || node === b) && code !== 'Success')
    .map(({ node, code, reasons, reported }) => ({ node, plugin, code, reasons, reported })))
  const differences = differencesOf(explanation, a, b)
  const totalOf = (name: string): number | undefined => explanation.totals.find(({ node }) => node === name)?.total
  const [totalA, totalB] = [totalOf(a), totalOf(b)]
  const lead = totalA === undefined || totalB === undefined ? 0 : totalA - totalB
  const feasible = new Set(explanation.feasible)
  const scored = totalA !== undefined && totalB !== undefined
  let decidedBy: NodeComparison['decidedBy']
  if (scored) decidedBy = lead === 0 ? 'tie' : 'score'
  else if (refusals.some(({ reported }) => reported) || explanation.filters.length === 0) decidedBy = 'filtered'
  else if (Math.max(placeA, placeB) >= explanation.visited) decidedBy = 'unvisited'
  else decidedBy = feasible.has(a) && feasible.has(b) ? 'unscored' : refusals.length > 0 ? 'filtered' : 'unscored'
  return { a, b, decidedBy, refusals, lead, differences, flips: scored ? flipsOf(differences, lead) : [] }
}

function differencesOf(explanation: Explanation, a: string, b: string): ScoreDifference[] {
  const differences: ScoreDifference[] = []
  for (const { plugin, weight, cells } of explanation.scores) {
    const [cellA, cellB] = [cells.find(({ node }) => node === a), cells.find(({ node }) => node === b)]
    if (cellA === undefined || cellB === undefined) continue
    const numbers = ({ raw, normalized, weighted }: typeof cellA): ScoreDifference['a'] => ({ raw, normalized, weighted })
    differences.push({ plugin, weight, a: numbers(cellA), b: numbers(cellB), lead: cellA.weighted - cellB.weighted })
  }
  return differences.sort((x, y) => Math.abs(y.lead) - Math.abs(x.lead))
}

/** The order turns round when the total difference changes its sign (from a tie: when it leaves 0, in either direction). */
function flipsOf(differences: readonly ScoreDifference[], lead: number): WeightFlip[] {
  const flips: WeightFlip[] = []
  for (const { plugin, weight, a, b } of differences) {
    const step = a.normalized - b.normalized
    if (step === 0) continue
    // Weight at which the two would be equal; the next whole one beyond it turns them round.
    const even = weight - lead / step
    const downward = lead === 0 || lead / step > 0
    const turned = downward ? Math.ceil(even) - 1 : Math.floor(even) + 1
    if (turned >= 0 && turned <= weightMax) flips.push({ plugin, weight: turned, from: weight })
    else if (lead === 0 && weight + 1 <= weightMax) flips.push({ plugin, weight: weight + 1, from: weight })
  }
  return flips.sort((x, y) => Math.abs(x.weight - x.from) - Math.abs(y.weight - y.from))
}
