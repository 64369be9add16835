import { virtualMs, type CycleSummary, type Explanation } from '../api'
import type { Beat } from '../protocol'

type BeatName = Omit<Beat, 'at'>

/**
 * The beats of a cycle, laid evenly over the virtual time it takes; none at its very beginning or end, so that the event that begins it
 * and the one that ends it stand by themselves. With an explanation each plugin that ran has a beat of its own.
 */
export function beatsOf(cycle: CycleSummary, explanation: Explanation | undefined): readonly Beat[] {
  const names = explanation === undefined ? phaseBeats(cycle) : pluginBeats(explanation)
  const span = cycle.endedAt - cycle.startedAt
  return names.map((name, index) => ({ ...name, at: virtualMs(cycle.startedAt + Math.floor((span * (index + 1)) / (names.length + 1))) }))
}

/** How many beats are shown at a moment when nothing but the clock counts. */
export function beatsUntil(beats: readonly Beat[], now: number): number {
  let count = 0
  while (count < beats.length && (beats[count] as Beat).at <= now) count++
  return count
}

function pluginBeats(explanation: Explanation): BeatName[] {
  const beats: BeatName[] = [{ phase: 'snapshot' }]
  const spoke = explanation.preFilter.filter((answer) => answer.code !== 'Skip')
  const failed = spoke.find((answer) => answer.code !== 'Success')
  if (spoke.length > 0 || explanation.preFilter.length > 0) {
    // One beat for all of them; the ones that narrowed the search or refused it are shown by name.
    const named = spoke.filter((answer) => answer.code !== 'Success' || answer.nodeNames !== undefined)
    if (named.length === 0) beats.push({ phase: 'prefilter' })
    else for (const answer of named) beats.push({ phase: 'prefilter', plugin: answer.plugin })
  }
  if (failed === undefined) {
    for (const filter of explanation.filters) if (!filter.skipped) beats.push({ phase: 'filter', plugin: filter.plugin })
  }
  if (explanation.winner === undefined) {
    if (explanation.postFilter !== undefined) beats.push({ phase: 'postfilter', plugin: explanation.postFilter.answer.plugin })
    beats.push({ phase: 'fail' })
    return beats
  }
  if (explanation.scoringRan) {
    for (const score of explanation.scores) if (!score.skipped) beats.push({ phase: 'score', plugin: score.plugin })
    beats.push({ phase: 'normalize' })
  }
  beats.push({ phase: 'select' }, { phase: 'reserve' }, { phase: 'bind' })
  return beats
}

function phaseBeats(cycle: CycleSummary): BeatName[] {
  if (cycle.outcome !== 'scheduled') return [{ phase: 'snapshot' }, { phase: 'filter' }, { phase: 'fail' }]
  const score: BeatName[] = cycle.nodesFeasible > 1 ? [{ phase: 'score' }] : []
  return [{ phase: 'snapshot' }, { phase: 'filter' }, ...score, { phase: 'select' }, { phase: 'reserve' }, { phase: 'bind' }]
}
