import { describe, expect, test } from 'vitest'
import { virtualMs, type CycleSummary, type Explanation } from '../api'
import { beatsOf, beatsUntil } from './beats'

const cycle: CycleSummary = {
  id: 1, pod: { namespace: 'shop', name: 'web-1', uid: 'u' }, profile: 'default-scheduler', attempt: 1, startedAt: virtualMs(1000), endedAt: virtualMs(1120),
  outcome: 'scheduled', node: 'node-a', nodesTotal: 6, nodesEvaluated: 6, nodesFeasible: 3, revision: 10,
}

const explanation = (more: Partial<Explanation>): Explanation => ({
  cycle, nodes: ['node-a', 'node-b'], visited: 2, startIndex: 0, feasible: ['node-a', 'node-b'], preFilter: [], filters: [], scoringRan: true, scores: [], totals: [], ties: [], winner: 'node-a', ...more,
})

const answer = (plugin: string, code: 'Success' | 'Skip' | 'Unschedulable', nodeNames?: readonly string[]): Explanation['preFilter'][number] => (
  { plugin, code, reasons: [], facts: [], ...(nodeNames ? { nodeNames } : {}) })

const names = (of: Explanation): string[] => beatsOf(of.cycle, of).map((beat) => (beat.plugin === undefined ? beat.phase : `${beat.phase} ${beat.plugin}`))

describe('beats', () => {
  test('lie evenly inside the cycle, none on its first or last instant', () => {
    const beats = beatsOf(cycle, undefined)
    expect(beats.map((beat) => beat.phase)).toEqual(['snapshot', 'filter', 'score', 'select', 'reserve', 'bind'])
    expect(beats.map((beat) => beat.at)).toEqual([1017, 1034, 1051, 1068, 1085, 1102])
  })

  test('of a large cluster are its phases; scoring needs two feasible nodes, a failure has no choice', () => {
    expect(beatsOf({ ...cycle, nodesFeasible: 1 }, undefined).map((beat) => beat.phase)).toEqual(['snapshot', 'filter', 'select', 'reserve', 'bind'])
    expect(beatsOf({ ...cycle, outcome: 'unschedulable' }, undefined).map((beat) => beat.phase)).toEqual(['snapshot', 'filter', 'fail'])
  })

  test('are one a plugin that ran: skipped ones have none', () => {
    expect(names(explanation({
      preFilter: [answer('NodePorts', 'Skip'), answer('NodeResourcesFit', 'Success')],
      filters: [{ plugin: 'NodeName', skipped: false, verdicts: [] }, { plugin: 'NodePorts', skipped: true, verdicts: [] }],
      scores: [{ plugin: 'NodeResourcesFit', weight: 1, skipped: false, cells: [] }, { plugin: 'ImageLocality', weight: 1, skipped: true, cells: [] }],
    }))).toEqual(['snapshot', 'prefilter', 'filter NodeName', 'score NodeResourcesFit', 'normalize', 'select', 'reserve', 'bind'])
  })

  test('a PreFilter that narrows the search, or ends it, is named', () => {
    expect(names(explanation({ preFilter: [answer('NodeAffinity', 'Success', ['node-a'])], filters: [{ plugin: 'NodeName', skipped: false, verdicts: [] }], scoringRan: false })))
      .toEqual(['snapshot', 'prefilter NodeAffinity', 'filter NodeName', 'select', 'reserve', 'bind'])
    const { winner: _winner, ...none } = explanation({ preFilter: [answer('VolumeBinding', 'Unschedulable')], filters: [{ plugin: 'NodeName', skipped: false, verdicts: [] }], scoringRan: false })
    expect(names(none)).toEqual(['snapshot', 'prefilter VolumeBinding', 'fail'])
  })

  test('follow the clock', () => {
    const beats = beatsOf(cycle, undefined)
    expect([1000, 1016, 1017, 1101, 1102, 1120].map((now) => beatsUntil(beats, now))).toEqual([0, 0, 1, 5, 6, 6])
  })

  test('a cycle that takes no time has all its beats at once', () => {
    const beats = beatsOf({ ...cycle, endedAt: cycle.startedAt }, undefined)
    expect(new Set(beats.map((beat) => beat.at))).toEqual(new Set([1000]))
  })
})
