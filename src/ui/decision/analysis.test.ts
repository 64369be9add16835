import { describe, expect, test } from 'vitest'
import { virtualMs, type Explanation, type FilterVerdict, type ScoreExplanation } from '../../api'
import { deciders, figures, filterSteps, histogram, isSame, ranking, readFitError, shownPlugins, startOf } from './analysis'

const nodes = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-f']
const pass = (node: string): FilterVerdict => ({ node, code: 'Success', reasons: [], facts: [], reported: false })
const no = (node: string, reason: string): FilterVerdict => ({ node, code: 'Unschedulable', reasons: [reason], facts: [], reported: true })

const score = (plugin: string, weight: number, values: readonly number[]): ScoreExplanation => ({
  plugin, weight, skipped: false, cells: ['node-a', 'node-b', 'node-f'].map((node, index) => ({ node, raw: values[index] as number, normalized: values[index] as number, weighted: (values[index] as number) * weight, facts: [] })),
})

/** The decision of the mocks: six nodes, three left, node-f wins by 8. */
const explanation: Explanation = {
  cycle: { id: 37, pod: { namespace: 'shop', name: 'web-x2lqp', uid: 'u' }, profile: 'default-scheduler', attempt: 1, startedAt: virtualMs(0), endedAt: virtualMs(100), outcome: 'scheduled', node: 'node-f', nodesTotal: 6, nodesEvaluated: 6, nodesFeasible: 3, revision: 148 },
  nodes, visited: 6, startIndex: 0, feasible: ['node-a', 'node-b', 'node-f'], preFilter: [],
  filters: [
    { plugin: 'NodeUnschedulable', skipped: false, verdicts: nodes.map(pass) },
    { plugin: 'NodePorts', skipped: true, verdicts: [] },
    { plugin: 'TaintToleration', skipped: false, verdicts: [no('node-e', 'node(s) had untolerated taint(s)'), ...nodes.filter((node) => node !== 'node-e').map(pass)] },
    { plugin: 'NodeResourcesFit', skipped: false, verdicts: [no('node-d', 'Insufficient cpu')] },
    { plugin: 'PodTopologySpread', skipped: false, verdicts: [no('node-c', 'node(s) didn\'t match pod topology spread constraints'), { ...no('node-d', 'would fail here too'), reported: false }] },
  ],
  scoringRan: true,
  scores: [score('NodeResourcesFit', 1, [53, 68, 64]), score('NodeResourcesBalancedAllocation', 1, [96, 93, 93]), score('NodeAffinity', 2, [100, 0, 100]), score('PodTopologySpread', 2, [0, 100, 0]), score('ImageLocality', 1, [14, 0, 14]), score('TaintToleration', 3, [100, 100, 100])],
  totals: [{ node: 'node-a', total: 663 }, { node: 'node-b', total: 661 }, { node: 'node-f', total: 671 }], ties: ['node-f'], winner: 'node-f',
}

describe('a decision read', () => {
  test('the stream of nodes: 6, 5, 4, 3', () => {
    const steps = filterSteps(explanation)
    expect(steps.map((step) => [step.plugin, step.before, step.after])).toEqual([['NodeUnschedulable', 6, 6], ['TaintToleration', 6, 5], ['NodeResourcesFit', 5, 4], ['PodTopologySpread', 4, 3]])
    expect(figures(startOf(explanation), steps)).toEqual([6, 5, 4, 3])
  })

  test('PreFilter that named nodes narrows the start', () => {
    expect(startOf({ ...explanation, preFilter: [{ plugin: 'NodeAffinity', code: 'Success', reasons: [], facts: [], nodeNames: ['node-a'] }] })).toBe(1)
  })

  test('what decided it, the least given first', () => {
    expect(deciders(explanation).map(({ plugin, node, total, winnerTotal }) => [plugin, node, total, winnerTotal])).toEqual([['ImageLocality', 'node-b', 661, 657], ['NodeResourcesFit', 'node-a', 610, 607], ['NodeAffinity', 'node-b', 661, 471]])
  })

  test('ranking: highest first, equals share a rank and the winner leads them', () => {
    expect(ranking(explanation).map(({ node, rank }) => [node, rank])).toEqual([['node-f', 1], ['node-a', 2], ['node-b', 3]])
    const tie = { ...explanation, totals: [{ node: 'node-a', total: 5 }, { node: 'node-f', total: 5 }, { node: 'node-b', total: 4 }] }
    expect(ranking(tie).map(({ node, rank }) => [node, rank])).toEqual([['node-f', 1], ['node-a', 1], ['node-b', 3]])
  })

  test('a plugin that gives all the same parts nobody', () => {
    expect(explanation.scores.filter(isSame).map((one) => one.plugin)).toEqual(['TaintToleration'])
  })

  test('plugins are shown as their beats come', () => {
    const beats = [{ phase: 'snapshot', at: virtualMs(1) }, { phase: 'filter', plugin: 'A', at: virtualMs(2) }, { phase: 'filter', plugin: 'B', at: virtualMs(3) }, { phase: 'score', plugin: 'C', at: virtualMs(4) }] as const
    expect(shownPlugins({ cycle: explanation.cycle, beats, beat: 1 }, 'filter')).toEqual({ shown: new Set(['A']), now: 'A' })
    expect(shownPlugins({ cycle: explanation.cycle, beats, beat: 3 }, 'filter')).toEqual({ shown: new Set(['A', 'B']), now: undefined })
    expect(shownPlugins(undefined, 'filter')).toEqual({ shown: 'all', now: undefined })
  })

  test('a FitError is taken apart, with the nodes behind each clause', () => {
    const message = '0/6 nodes are available: 1 Insufficient cpu, 1 node(s) didn\'t match pod topology spread constraints, 1 node(s) had untolerated taint(s). preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.'
    const read = readFitError(message, explanation)
    expect(read.head).toBe('0/6 nodes are available:')
    expect(read.clauses).toEqual([{ count: 1, reason: 'Insufficient cpu', nodes: ['node-d'] }, { count: 1, reason: 'node(s) didn\'t match pod topology spread constraints', nodes: ['node-c'] }, { count: 1, reason: 'node(s) had untolerated taint(s)', nodes: ['node-e'] }])
    expect(read.preemption).toBe('preemption: 0/6 nodes are available: 6 Preemption is not helpful for scheduling.')
  })

  test('without an explanation the text alone is cut at its counts', () => {
    expect(readFitError('0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient memory.', undefined).clauses).toEqual([{ count: 1, reason: 'Insufficient cpu', nodes: [] }, { count: 2, reason: 'Insufficient memory', nodes: [] }])
    expect(readFitError('something else', undefined)).toEqual({ head: 'something else', clauses: [], preemption: '' })
  })

  test('a histogram counts everyone once', () => {
    const { counts, from, to } = histogram([1, 2, 2, 3, 10], 3)
    expect([from, to]).toEqual([1, 10])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
    expect(histogram([4, 4], 10).counts).toEqual([2])
    expect(histogram([], 10).counts).toEqual([])
  })
})
