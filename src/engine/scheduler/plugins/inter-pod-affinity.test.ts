import { describe, expect, test } from 'vitest'
import type { Affinity, Pod, PodAffinityTerm } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { hintOf, makeWorld, runFilter, runScore } from './testing/world'

const zoneKey = 'topology.kubernetes.io/zone'
const hostKey = 'kubernetes.io/hostname'
const node = (name: string, zone?: string): ReturnType<typeof makeNode> => makeNode(name, { labels: zone === undefined ? {} : { [zoneKey]: zone } })
const term = (app: string, topologyKey: string, extra: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({ labelSelector: { matchLabels: { app } }, topologyKey, ...extra })
const near = (...terms: PodAffinityTerm[]): Affinity => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } })
const apart = (...terms: PodAffinityTerm[]): Affinity => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } })
const pod = (name: string, app: string, affinity?: Affinity, nodeName?: string, namespace = 'default'): Pod =>
  makePod(name, { namespace, labels: { app }, ...(nodeName === undefined ? {} : { node: nodeName }), ...(affinity === undefined ? {} : { spec: { affinity } }) })
const namespace = (name: string, team: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { team } } })

const affinityReason = "!node(s) didn't match pod affinity rules"
const antiReason = "node(s) didn't match pod anti-affinity rules"
const existingReason = "node(s) didn't satisfy existing pods anti-affinity rules"

describe('filter', () => {
  const nodes = [node('a1', 'a'), node('a2', 'a'), node('b1', 'b'), node('x')]
  const answers = (incoming: Pod, pods: Pod[], objects: object[] = []): Readonly<Record<string, string>> => runFilter(makeWorld({ nodes, pods, objects }), 'InterPodAffinity', incoming).nodes

  test('affinity: the zone of a matching Pod, and only nodes with the key', () => {
    expect(answers(pod('p', 'w', near(term('db', zoneKey))), [pod('1', 'db', undefined, 'a1')])).toEqual({ a1: '', a2: '', b1: affinityReason, x: affinityReason })
  })

  test('all terms must be met by the same Pods', () => {
    const both = near(term('db', zoneKey), { labelSelector: { matchLabels: { tier: 'gold' } }, topologyKey: zoneKey })
    const apartFromEachOther = [pod('1', 'db', undefined, 'a1'), makePod('2', { labels: { tier: 'gold' }, node: 'a2' })]
    expect(answers(pod('p', 'w', both), apartFromEachOther)['a1']).toBe(affinityReason)
    expect(answers(pod('p', 'w', both), [makePod('3', { labels: { app: 'db', tier: 'gold' }, node: 'a2' })])['a1']).toBe('')
  })

  test('the first of its kind may go where the key is; once another is there, not', () => {
    const own = near(term('w', zoneKey))
    expect(answers(pod('p', 'w', own), [])).toEqual({ a1: '', a2: '', b1: '', x: affinityReason })
    expect(answers(pod('p', 'w', own), [pod('1', 'w', undefined, 'b1')])).toEqual({ a1: affinityReason, a2: affinityReason, b1: '', x: affinityReason })
  })

  test('anti-affinity: a node without the key is free', () => {
    expect(answers(pod('p', 'w', apart(term('db', zoneKey))), [pod('1', 'db', undefined, 'a1')])).toEqual({ a1: antiReason, a2: antiReason, b1: '', x: '' })
  })

  test('what Pods that are there do not want counts too; the own rule is reported first', () => {
    const guard = pod('1', 'db', apart(term('w', hostKey)), 'a1')
    expect(answers(pod('p', 'w'), [guard])).toEqual({ a1: existingReason, a2: '', b1: '', x: '' })
    expect(answers(pod('p', 'w', apart(term('db', hostKey))), [guard])['a1']).toBe(antiReason)
    expect(runFilter(makeWorld({ nodes, pods: [guard] }), 'InterPodAffinity', pod('p', 'other')).preFilter?.code).toBe('Skip')
  })

  test.each<{ name: string; extra: Partial<PodAffinityTerm>; hit: boolean }>([
    { name: 'no namespaces: the own one', extra: {}, hit: false },
    { name: 'named', extra: { namespaces: ['blue'] }, hit: true },
    { name: 'selected by label', extra: { namespaceSelector: { matchLabels: { team: 'b' } } }, hit: true },
    { name: 'named or selected: either will do', extra: { namespaces: ['red'], namespaceSelector: { matchLabels: { team: 'b' } } }, hit: true },
    { name: 'an empty selector: all', extra: { namespaceSelector: {} }, hit: true },
    { name: 'a selector of none', extra: { namespaceSelector: { matchLabels: { team: 'x' } } }, hit: false },
  ])('namespaces, $name: $hit', ({ extra, hit }) => {
    const objects = [namespace('default', 'a'), namespace('blue', 'b')]
    const there = [pod('1', 'db', undefined, 'a1', 'blue')]
    expect(answers(pod('p', 'w', apart(term('db', hostKey, extra))), there, objects)['a1']).toBe(hit ? antiReason : '')
    // The other way round: the labels of the new Pod's namespace count.
    const guard = [pod('1', 'db', apart(term('w', hostKey, extra)), 'a1', 'red')]
    expect(answers(pod('p', 'w', undefined, undefined, 'blue'), guard, objects)['a1']).toBe(hit ? existingReason : '')
  })

  test('removing the Pod in the way lets the node pass, putting it back does not', () => {
    const guard = pod('1', 'db', apart(term('w', zoneKey)), 'a1')
    const { framework, past } = makeWorld({ nodes, pods: [guard] })
    const info = past.infos.of(pod('p', 'w', apart(term('db', zoneKey))))
    const state = framework.newState()
    framework.runPreFilter(state, info)
    const row = past.table.rowOf('a1') as number
    const placed = past.table.infos[row]?.pods[0]
    if (placed === undefined) throw new Error('the guard is not there')
    expect(framework.filterRow(state, info, row).verdict).not.toBe(0)
    framework.movePod(state, info, row, placed, 'off')
    expect(framework.filterRow(state, info, row).verdict).toBe(0)
    framework.movePod(state, info, row, placed, 'back')
    expect(framework.filterRow(state, info, row).verdict).not.toBe(0)
  })
})

describe('score', () => {
  const preferred = (weight: number, podAffinityTerm: PodAffinityTerm): object => ({ weight, podAffinityTerm })
  const nodes = [node('a1', 'a'), node('b1', 'b'), node('x')]

  test('weights once for each matching Pod in the domain, with both signs', () => {
    const affinity = { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(10, term('db', zoneKey))] }, podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(3, term('noise', hostKey))] } } as Affinity
    const world = makeWorld({ nodes, pods: [pod('1', 'db', undefined, 'a1'), pod('2', 'db', undefined, 'a1'), pod('3', 'noise', undefined, 'b1')] })
    expect(runScore(world, 'InterPodAffinity', pod('p', 'w', affinity)).raw).toEqual({ a1: 20, b1: -3, x: 0 })
    expect(runScore(world, 'InterPodAffinity', pod('p', 'w', affinity)).normalized).toEqual({ a1: 100, b1: 0, x: 13 })
  })

  test('required affinity of Pods that are there pulls with the configured weight', () => {
    const pods = [pod('1', 'db', near(term('w', zoneKey)), 'a1'), pod('2', 'w', undefined, 'b1')]
    const raw = (hardPodAffinityWeight: number): Readonly<Record<string, number>> => runScore(makeWorld({ nodes, pods, args: { InterPodAffinity: { hardPodAffinityWeight } } }), 'InterPodAffinity', pod('p', 'w')).raw
    expect(raw(50)).toEqual({ a1: 50, b1: 0, x: 0 })
    expect(runScore(makeWorld({ nodes, pods, args: { InterPodAffinity: { hardPodAffinityWeight: 0 } } }), 'InterPodAffinity', pod('p', 'w')).skipped).toBe(true)
  })
})

describe('hints', () => {
  const world = makeWorld({ nodes: [] })
  const guarded = pod('1', 'db', apart(term('w', hostKey)), 'a1')

  test.each<{ name: string; waiting: Pod; what: [number, object | undefined, object | undefined]; want: string }>([
    { name: 'a Pod it wants comes', waiting: pod('p', 'w', near(term('db', zoneKey))), what: [action.Add, undefined, pod('1', 'db', undefined, 'a1')], want: 'Queue' },
    { name: 'another comes', waiting: pod('p', 'w', near(term('db', zoneKey))), what: [action.Add, undefined, pod('1', 'web', undefined, 'a1')], want: 'QueueSkip' },
    { name: 'one it avoids goes', waiting: pod('p', 'w', apart(term('db', zoneKey))), what: [action.Delete, pod('1', 'db', undefined, 'a1'), undefined], want: 'Queue' },
    { name: 'one that avoids it goes', waiting: pod('p', 'w'), what: [action.Delete, guarded, undefined], want: 'Queue' },
    { name: 'one that does not care goes', waiting: pod('p', 'other'), what: [action.Delete, guarded, undefined], want: 'QueueSkip' },
    { name: 'a waiting Pod is nobody', waiting: pod('p', 'w', near(term('db', zoneKey))), what: [action.Add, undefined, pod('1', 'db')], want: 'QueueSkip' },
  ])('$name: $want', ({ waiting, what: [bits, before, after], want }) => {
    expect(hintOf(world, 'InterPodAffinity', waiting, 'AssignedPod', bits, before, after)).toBe(want)
  })
})
