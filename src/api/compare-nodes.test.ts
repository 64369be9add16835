import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareNodes } from './compare-nodes'
import type { Explanation, FilterVerdict } from './explanation'
import { virtualMs } from './time'

interface Scored {
  readonly plugin: string
  readonly weight: number
  readonly a: number
  readonly b: number
}

const verdict = (node: string, code: FilterVerdict['code'] = 'Success', reported = false): FilterVerdict => ({ node, code, reasons: code === 'Success' ? [] : ['no'], facts: [], reported })

function explanationOf(scores: readonly Scored[], more: Partial<Explanation> = {}): Explanation {
  const total = (of: 'a' | 'b'): number => scores.reduce((sum, score) => sum + score[of] * score.weight, 0)
  return {
    cycle: {
      id: 1, pod: { namespace: 'default', name: 'p', uid: 'u' }, profile: 'default-scheduler', attempt: 1, startedAt: virtualMs(0), endedAt: virtualMs(0),
      outcome: 'scheduled', nodesTotal: 2, nodesEvaluated: 2, nodesFeasible: 2, revision: 1,
    },
    nodes: ['a', 'b'], visited: 2, startIndex: 0, feasible: ['a', 'b'], preFilter: [], filters: [{ plugin: 'F', skipped: false, verdicts: [verdict('a'), verdict('b')] }],
    scoringRan: scores.length > 0,
    scores: scores.map(({ plugin, weight, a, b }) => ({
      plugin, weight, skipped: false,
      cells: [{ node: 'a', raw: a, normalized: a, weighted: a * weight, facts: [] }, { node: 'b', raw: b, normalized: b, weighted: b * weight, facts: [] }],
    })),
    totals: scores.length === 0 ? [] : [{ node: 'a', total: total('a') }, { node: 'b', total: total('b') }],
    ties: [], ...more,
  }
}

describe('compareNodes', () => {
  test('names the plugins that parted the two, and the weight that would turn them round', () => {
    const comparison = compareNodes(explanationOf([{ plugin: 'Fit', weight: 1, a: 80, b: 50 }, { plugin: 'Image', weight: 1, a: 0, b: 20 }, { plugin: 'Taint', weight: 3, a: 100, b: 100 }]), 'a', 'b')
    expect(comparison).toMatchObject({ decidedBy: 'score', lead: 10 })
    expect(comparison?.differences.map(({ plugin, lead }) => [plugin, lead])).toEqual([['Fit', 30], ['Image', -20], ['Taint', 0]])
    // Fit turned off leaves b ahead by 20; Image at 1.5 would be even, so 2.
    expect(comparison?.flips).toEqual([{ plugin: 'Fit', weight: 0, from: 1 }, { plugin: 'Image', weight: 2, from: 1 }])
  })

  test('a flip really turns the order round, and a smaller change does not', () => {
    const score = fc.record({ plugin: fc.constantFrom('A', 'B', 'C', 'D'), weight: fc.integer({ min: 1, max: 10 }), a: fc.integer({ min: 0, max: 100 }), b: fc.integer({ min: 0, max: 100 }) })
    fc.assert(fc.property(fc.uniqueArray(score, { minLength: 1, maxLength: 4, selector: ({ plugin }) => plugin }), (scores) => {
      const comparison = compareNodes(explanationOf(scores), 'a', 'b')
      const leadWith = (plugin: string, weight: number): number => scores.reduce((sum, own) => sum + (own.a - own.b) * (own.plugin === plugin ? weight : own.weight), 0)
      for (const { plugin, weight, from } of comparison?.flips ?? []) {
        const [before, after] = [leadWith(plugin, from), leadWith(plugin, weight)]
        if (before === 0) {
          expect(after).not.toBe(0)
          continue
        }
        expect(Math.sign(after)).toBe(-Math.sign(before))
        const between = weight < from ? weight + 1 : weight - 1
        expect(Math.sign(leadWith(plugin, between))).not.toBe(-Math.sign(before))
      }
    }))
  })

  test('equal totals are a tie', () => {
    expect(compareNodes(explanationOf([{ plugin: 'Fit', weight: 1, a: 50, b: 50 }]), 'a', 'b')).toMatchObject({ decidedBy: 'tie', lead: 0, flips: [] })
  })

  test('a refused node is told with everybody who refused it', () => {
    const filters = [
      { plugin: 'F', skipped: false, verdicts: [verdict('a'), verdict('b', 'Unschedulable', true)] },
      { plugin: 'G', skipped: false, verdicts: [verdict('a'), verdict('b', 'UnschedulableAndUnresolvable')] },
    ]
    const comparison = compareNodes(explanationOf([], { filters, feasible: ['a'] }), 'a', 'b')
    expect(comparison).toMatchObject({ decidedBy: 'filtered', refusals: [{ node: 'b', plugin: 'F', reported: true }, { node: 'b', plugin: 'G', reported: false }] })
  })

  test('a node behind the last one looked at was not visited', () => {
    expect(compareNodes(explanationOf([], { visited: 1, feasible: ['a'] }), 'a', 'b')).toMatchObject({ decidedBy: 'unvisited' })
  })

  test('names that are not in the record have no comparison', () => {
    expect(compareNodes(explanationOf([]), 'a', 'z')).toBeUndefined()
  })
})
