import { describe, expect, test } from 'vitest'
import type { Pod, TopologySpreadConstraint } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { hintOf, makeWorld, runFilter, runScore } from './testing/world'

const zoneKey = 'topology.kubernetes.io/zone'
const node = (name: string, zone?: string): ReturnType<typeof makeNode> => makeNode(name, { labels: zone === undefined ? {} : { [zoneKey]: zone } })
const constraint = (extra: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({ maxSkew: 1, topologyKey: zoneKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'w' } }, ...extra })
const spreading = (...constraints: TopologySpreadConstraint[]): Pod => makePod('p', { labels: { app: 'w' }, spec: { topologySpreadConstraints: constraints } })
const on = (name: string, nodeName: string, extra: object = {}): Pod => makePod(name, { node: nodeName, labels: { app: 'w' }, ...extra })
const skewed = "node(s) didn't match pod topology spread constraints"
const missing = "!node(s) didn't match pod topology spread constraints (missing required label)"

describe('hard constraints', () => {
  const nodes = [node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('c1', 'c'), node('x')]
  const pods = [on('1', 'a1'), on('2', 'b1'), on('3', 'c1', { namespace: 'other' }), on('4', 'c1', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })]
  const world = makeWorld({ nodes, pods })

  test.each<{ name: string; own: Partial<TopologySpreadConstraint>; refused: string[] }>([
    { name: 'the emptiest zone is left; other namespaces and terminating Pods do not count', own: {}, refused: ['a1', 'a2', 'b1'] },
    { name: 'a larger skew', own: { maxSkew: 2 }, refused: [] },
    { name: 'minDomains unmet: the minimum is 0 all the same', own: { maxSkew: 2, minDomains: 4 }, refused: [] },
    { name: 'a selector of nothing leaves every domain at 0 and the Pod out', own: { labelSelector: undefined as never }, refused: [] },
    { name: 'an empty selector counts no Pod, but the Pod itself', own: { labelSelector: {} }, refused: [] },
    { name: 'matchLabelKeys narrow the selector to the Pod’s own values', own: { matchLabelKeys: ['rev'] }, refused: ['a1', 'a2', 'b1'] },
  ])('$name', ({ own, refused }) => {
    const { nodes: answers } = runFilter(world, 'PodTopologySpread', spreading(constraint(own)))
    expect(answers).toEqual({ a1: '', a2: '', b1: '', c1: '', x: missing, ...Object.fromEntries(refused.map((name) => [name, skewed])) })
  })

  test('nodes that the Pod’s affinity excludes form no domain, unless the policy ignores it', () => {
    const selected = (own: Partial<TopologySpreadConstraint>): Pod => ({ ...spreading(constraint(own)), spec: { ...spreading(constraint(own)).spec, nodeSelector: { [zoneKey]: 'a' } } as NonNullable<Pod['spec']> })
    expect(runFilter(world, 'PodTopologySpread', selected({})).nodes['a1']).toBe('')
    expect(runFilter(world, 'PodTopologySpread', selected({ nodeAffinityPolicy: 'Ignore' })).nodes['a1']).toBe(skewed)
  })

  test('tainted nodes form a domain, unless the policy honours taints', () => {
    const tainted = makeWorld({ nodes: [node('a', 'a'), makeNode('b', { labels: { [zoneKey]: 'b' }, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })], pods: [on('1', 'a')] })
    expect(runFilter(tainted, 'PodTopologySpread', spreading(constraint())).nodes['a']).toBe(skewed)
    expect(runFilter(tainted, 'PodTopologySpread', spreading(constraint({ nodeTaintsPolicy: 'Honor' }))).nodes['a']).toBe('')
  })

  test('the fact of a skew has all its numbers', () => {
    expect(runFilter(world, 'PodTopologySpread', spreading(constraint())).facts('b1')).toEqual([
      { id: 'spread.skew', values: { topologyKey: zoneKey, domain: 'b', matching: 1, self: 1, min: 0, skew: 2, maxSkew: 1, fits: false, domains: 3, minDomains: 1 } },
    ])
    expect(runFilter(world, 'PodTopologySpread', spreading(constraint())).facts('x')).toEqual([{ id: 'spread.missingLabel', values: { topologyKey: zoneKey } }])
  })

  test('adding and removing a Pod are exact inverses, and move the minimum', () => {
    const { framework, past } = world
    const info = past.infos.of(spreading(constraint()))
    const plugin = framework.preFilter.find(({ name }) => name === 'PodTopologySpread')
    const state = framework.newState()
    plugin?.preFilter(state, info, past.table)
    const refused = (): string[] => {
      const rows = past.table.order.slice(0, past.table.count)
      const out = new Int32Array(rows.length)
      framework.filterAlone(framework.filter.find(({ name }) => name === 'PodTopologySpread') as never, state, info, rows, rows.length, out)
      return Array.from(rows, (own) => past.table.info(own).name).filter((_, i) => out[i] !== 0).sort()
    }
    const row = past.table.rowOf('c1') as number
    const before = refused()
    plugin?.addPod?.(state, info, past.infos.of(on('n', 'c1')), past.table, row)
    expect(refused()).toEqual(['x']) // every zone has one now
    plugin?.removePod?.(state, info, past.infos.of(on('n', 'c1')), past.table, row)
    expect(refused()).toEqual(before)
    expect(before).toEqual(['a1', 'a2', 'b1', 'x'])
  })
})

describe('soft constraints', () => {
  const soft = (extra: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => constraint({ whenUnsatisfiable: 'ScheduleAnyway', ...extra })

  test('emptier domains score more; a node without the key scores 0', () => {
    const world = makeWorld({ nodes: [node('a', 'a'), node('b', 'b'), node('x')], pods: [on('1', 'a'), on('2', 'a'), on('3', 'b')] })
    const { raw, normalized } = runScore(world, 'PodTopologySpread', spreading(soft()))
    expect(raw).toEqual({ a: 3, b: 1, x: 0 }) // ln(2 + 2) = 1.386 a Pod
    expect(normalized).toEqual({ a: 33, b: 100, x: 0 })
  })

  test('system defaults want a Service or controller, and do not need every key', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'w' } } }
    const options = { nodes: [node('a', 'a'), node('x')], pods: [on('1', 'a')] }
    expect(runScore(makeWorld(options), 'PodTopologySpread', makePod('p', { labels: { app: 'w' } })).skipped).toBe(true)
    const { skipped, normalized } = runScore(makeWorld({ ...options, objects: [service] }), 'PodTopologySpread', makePod('p', { labels: { app: 'w' } }))
    expect(skipped).toBe(false)
    expect(normalized['x']).toBeGreaterThan(normalized['a'] as number)
  })
})

describe('hints', () => {
  const world = makeWorld({ nodes: [] })
  const pod = spreading(constraint())

  test.each<{ name: string; what: [number, object | undefined, object | undefined]; want: string }>([
    { name: 'a matching Pod comes', what: [action.Add, undefined, on('1', 'a')], want: 'Queue' },
    { name: 'another Pod comes', what: [action.Add, undefined, makePod('1', { node: 'a' })], want: 'QueueSkip' },
    { name: 'a Pod of another namespace goes', what: [action.Delete, on('1', 'a', { namespace: 'other' }), undefined], want: 'QueueSkip' },
    { name: 'a label makes a Pod match', what: [action.UpdatePodLabel, makePod('1', { node: 'a' }), on('1', 'a')], want: 'Queue' },
  ])('$name: $want', ({ what: [bits, before, after], want }) => {
    expect(hintOf(world, 'PodTopologySpread', pod, 'AssignedPod', bits, before, after)).toBe(want)
  })

  test('a node counts while it has all the keys: it comes, goes, or moves', () => {
    expect(hintOf(world, 'PodTopologySpread', pod, 'Node', action.Delete, node('a', 'a'), undefined)).toBe('Queue')
    expect(hintOf(world, 'PodTopologySpread', pod, 'Node', action.Add, undefined, node('a'))).toBe('QueueSkip')
    expect(hintOf(world, 'PodTopologySpread', pod, 'Node', action.UpdateNodeLabel, node('a', 'a'), node('a', 'b'))).toBe('Queue')
    expect(hintOf(world, 'PodTopologySpread', pod, 'Node', action.UpdateNodeLabel, node('a', 'a'), node('a', 'a'))).toBe('QueueSkip')
  })
})
