import { describe, expect, test } from 'vitest'
import type { Explanation } from '../../../api'
import { beatIndex, beats, explanation, largeDecision } from '../testing/frames'
import { ordinal, sceneOf, shortenReason, shortfallsOf, taintOf, type DecisionScene } from './decision'

const at = (name: string, of: Explanation = explanation): DecisionScene => sceneOf({ cycle: of.cycle, beats, beat: beatIndex(name) }, of)
const is = (scene: DecisionScene, node: string): string | undefined => scene.verdicts.get(node)?.is

describe('filters', () => {
  test('before the first beat nobody has been looked at', () => {
    const scene = at('snapshot')
    expect(scene.phase).toBe('filter')
    expect([...scene.verdicts.values()].every((verdict) => verdict.is === 'waiting')).toBe(true)
    expect(scene.columns.every((column) => column.state === 'ahead' && column.rejected.length === 0)).toBe(true)
  })

  test('a beat shows what its plugin and those before it turned away, and nothing that is to come', () => {
    const scene = at('filter:NodeResourcesFit')
    expect(scene.columns.map(({ state, into, rejected }) => ({ state, into, rejected }))).toEqual([
      { state: 'past', into: 6, rejected: [] }, { state: 'past', into: 6, rejected: ['node-e'] }, { state: 'now', into: 5, rejected: ['node-d'] },
      { state: 'ahead', into: 4, rejected: [] }, { state: 'ahead', into: 4, rejected: [] },
    ])
    expect(is(scene, 'node-c')).toBe('passing')
    expect(scene.verdicts.get('node-d')).toMatchObject({ is: 'rejected', plugin: 'NodeResourcesFit', now: true })
    expect(scene.verdicts.get('node-e')).toMatchObject({ is: 'rejected', now: false })
    expect(scene.verdicts.get('node-a')).toEqual({ is: 'passing', toGo: 2 })
    expect(scene.left).toBe(4)
  })

  test('skipped plugins have no column', () => {
    const scene = at('filter:TaintToleration', { ...explanation, filters: explanation.filters.map((filter) => ({ ...filter, skipped: filter.plugin === 'InterPodAffinity' })) })
    expect(scene.columns.map((column) => column.plugin)).not.toContain('InterPodAffinity')
  })

  test('what a PreFilter leaves out never reaches a filter', () => {
    const narrowed: Explanation = { ...explanation, preFilter: [{ plugin: 'NodeAffinity', code: 'Success', reasons: [], facts: [], nodeNames: ['node-a', 'node-b'] }] }
    const scene = at('filter:NodeUnschedulable', narrowed)
    expect(scene.columns[0]?.into).toBe(2)
    expect(scene.verdicts.get('node-f')).toMatchObject({ is: 'rejected', plugin: 'NodeAffinity' })
    expect(is(at('snapshot', narrowed), 'node-f')).toBe('waiting')
  })

  test('nobody left', () => {
    const steps = [...beats.slice(0, 7), { phase: 'fail' as const, at: beats[7]?.at ?? beats[0]!.at }]
    const none: Explanation = { ...explanation, feasible: [], scoringRan: false, totals: [], scores: [] }
    const scene = sceneOf({ cycle: none.cycle, beats: steps, beat: 7 }, none)
    expect(scene).toMatchObject({ phase: 'filter', failed: true, left: 0 })
  })

  test('nodes that sampling did not reach', () => {
    const { explanation: large, frame } = largeDecision(200)
    if (!frame.decision) throw new Error('no decision')
    const scene = sceneOf({ ...frame.decision, beat: 1 }, large)
    const states = [...scene.verdicts.values()]
    expect(states.filter((verdict) => verdict.is === 'unvisited')).toHaveLength(200 - large.visited)
    expect(scene.visit).toEqual({ start: large.startIndex, visited: large.visited, of: 200 })
    expect(scene.left).toBe(large.feasible.length)
    expect(states.filter((verdict) => verdict.is === 'passing')).toHaveLength(large.feasible.length)
  })

  test('counts by zone come from the facts of the plugin on show', () => {
    const spread: Explanation = {
      ...explanation, filters: explanation.filters.map((filter) => filter.plugin !== 'PodTopologySpread' ? filter : {
        ...filter, verdicts: filter.verdicts.map((verdict) => ({ ...verdict, facts: [{ id: 'spread.skew', values: { topologyKey: 'topology.kubernetes.io/zone', domain: verdict.node === 'node-c' ? 'zone-b' : 'zone-a', matching: verdict.node === 'node-c' ? 2 : 1, self: 1, fits: verdict.node !== 'node-c' } }] })),
      }),
    }
    expect(at('filter:NodeResourcesFit', spread).zoneCounts.size).toBe(0)
    expect(at('filter:PodTopologySpread', spread).zoneCounts.get('zone-b')).toEqual({ matching: 2, self: 1, fits: false })
  })
})

describe('scores', () => {
  test('parts come a beat at a time; totals and ranks only when they are known', () => {
    const scene = at('score:NodeResourcesFit')
    expect(scene.verdicts.get('node-b')).toMatchObject({ is: 'scored', parts: [{ plugin: 'TaintToleration', weighted: 300, same: true }, { plugin: 'NodeResourcesFit', weighted: 68, same: false }], winner: false })
    expect(scene.verdicts.get('node-b')).not.toHaveProperty('total')
    expect(scene.winner).toBeUndefined()
    expect(scene.axes.map((axis) => axis.state)).toEqual(['past', 'now', 'ahead', 'ahead', 'ahead', 'ahead'])
  })

  test('normalised: totals, ranks, how far behind', () => {
    const scene = at('normalize')
    expect(scene.verdicts.get('node-f')).toMatchObject({ total: 671, rank: 1, behind: 0, winner: false })
    expect(scene.verdicts.get('node-a')).toMatchObject({ total: 663, rank: 2, behind: 8 })
    expect(scene.leaders).toEqual(['node-f', 'node-a', 'node-b'])
  })

  test('the pick makes the winner', () => {
    expect(at('select').winner).toBe('node-f')
    expect(at('bind')).toMatchObject({ phase: 'bind', winner: 'node-f' })
  })

  test('the scale does not change from beat to beat', () => {
    expect(at('score:TaintToleration').scale).toEqual({ full: 671, differences: 371 })
    expect(at('select').scale).toEqual({ full: 671, differences: 371 })
  })

  test('by how much a plugin parts the nodes', () => {
    expect(at('select').axes.map(({ plugin, parts, same }) => [plugin, parts, same])).toEqual([
      ['TaintToleration', 0, true], ['NodeResourcesFit', 15, false], ['NodeResourcesBalancedAllocation', 3, false], ['NodeAffinity', 200, false], ['PodTopologySpread', 200, false], ['ImageLocality', 14, false],
    ])
  })

  test('a tie: the winner is the first among equals, and all of them are told', () => {
    const { explanation: large, frame } = largeDecision(1000)
    if (!frame.decision) throw new Error('no decision')
    const scene = sceneOf(frame.decision, large)
    expect(large.ties.length).toBeGreaterThan(1)
    expect(scene.leaders[0]).toBe(large.winner)
    expect(scene.verdicts.get(large.ties[1] as string)).toMatchObject({ tied: true, winner: false })
  })

  test('one node left is not scored', () => {
    const only: Explanation = { ...explanation, feasible: ['node-f'], scoringRan: false, scores: [], totals: [], ties: [] }
    expect(at('select', only).verdicts.get('node-f')).toMatchObject({ is: 'scored', only: true, winner: true, parts: [] })
  })
})

test('without an explanation the scene is empty, not wrong', () => {
  const scene = sceneOf({ cycle: explanation.cycle, beats, beat: beatIndex('select') }, undefined)
  expect(scene).toMatchObject({ phase: 'score', pod: 'shop/web-6c4d9f7b8-x2lqp', columns: [], axes: [] })
})

test('reasons in few words, and the facts behind them', () => {
  expect(shortenReason("node(s) didn't match Pod's node affinity/selector")).toBe('affinity or selector')
  expect(shortenReason('Insufficient cpu')).toBe('Insufficient cpu')
  expect(shortenReason('node(s) were unschedulable')).toBe('unschedulable')
  expect(shortfallsOf({ reasons: ['Insufficient cpu', 'Insufficient nvidia.com/gpu'], facts: [] })).toEqual(['cpu', 'nvidia.com/gpu'])
  expect(shortfallsOf({ reasons: ['Insufficient cpu'], facts: [{ id: 'fit.insufficient', values: { resource: 'memory' } }] })).toEqual(['memory'])
  expect(taintOf({ reasons: ['node(s) had untolerated taint {dedicated: batch}'], facts: [] })).toEqual({ key: 'dedicated', value: 'batch' })
  expect(taintOf({ reasons: ['node(s) had untolerated taint(s)'], facts: [{ id: 'taint.untolerated', values: { key: 'gpu', value: '', effect: 'NoSchedule' } }] })).toEqual({ key: 'gpu', value: '' })
})

test.each([[1, '1st'], [2, '2nd'], [3, '3rd'], [4, '4th'], [11, '11th'], [12, '12th'], [21, '21st'], [112, '112th']])('%d is %s', (rank, words) => {
  expect(ordinal(rank)).toBe(words)
})
