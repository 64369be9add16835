import { describe, expect, test } from 'vitest'
import { resources, virtualMs, type Fact, type Node, type Pod } from '../../../api'
import { Random } from '../../../base'
import { Past } from '../explain/past'
import { codeOfVerdict } from '../framework/types'
import { makeProfiles } from '../profiles'
import { decide } from '../schedule-one'
import { makeNode, makePod } from '../testing/builders'
import { SimulatedScheduler } from '../testing/simulated'
import { classicConfiguration } from '.'

interface Outcome {
  /** By node and predicate, as evaluated alone: its reasons. */
  readonly refused: Readonly<Record<string, readonly string[]>>
  readonly scores: Readonly<Record<string, number>>
  readonly message: string | undefined
  readonly facts: (node: string) => readonly Fact[]
  readonly scoreFacts: (node: string) => readonly Fact[]
}

/** One predicate and one priority, over some nodes. */
function outcomeOf(names: { readonly predicates?: readonly object[]; readonly priorities?: readonly object[]; readonly alwaysCheckAllPredicates?: boolean }, nodes: readonly Node[], pods: readonly Pod[], pod: Pod, services: readonly object[] = []): Outcome {
  const classic = classicConfiguration({ kind: 'Policy', apiVersion: 'v1', predicates: [], priorities: [], ...names })
  const past = new Past({ nodes, pods, gates: {}, now: virtualMs(0), random: Random.seeded(1).state(), objectsOf: (resource) => (resource === resources.services ? services as never : []) })
  const framework = makeProfiles(classic.configuration, classic.registry, past).get('default-scheduler')
  if (framework === undefined) throw new Error('no profile')
  const info = past.infos.of(pod)
  const { table } = past
  const rows = table.order.slice(0, table.count)
  const state = framework.newState()
  framework.runPreFilter(state, info)
  const refused: Record<string, readonly string[]> = {}
  const verdicts = new Map<number, number>()
  for (const row of rows) {
    const { verdict, plugin } = framework.filterRow(state, info, row)
    verdicts.set(row, verdict)
    if (verdict !== 0) refused[table.info(row).name] = [codeOfVerdict(verdict), ...(framework.filter[plugin]?.reasons(state, info, verdict) ?? [])]
  }
  framework.runPreScore(state, info, rows, rows.length)
  const { totals } = framework.runScore(state, info, rows, rows.length)
  const decision = decide(framework, framework.newState(), info, { startIndex: 0, percentageOfNodesToScore: 100, random: Random.seeded(1) })
  return {
    refused, scores: Object.fromEntries(Array.from(rows, (row, i) => [table.info(row).name, totals[i] as number])),
    message: decision.outcome === 'scheduled' ? undefined : decision.message,
    facts: (node) => framework.filter.flatMap((plugin) => plugin.filterFacts(state, info, table, table.rowOf(node) as number, verdicts.get(table.rowOf(node) as number) ?? 0)),
    scoreFacts: (node) => framework.score.flatMap((plugin) => plugin.scoreFacts(state, info, table, table.rowOf(node) as number)),
  }
}

const predicate = (name: string, argument?: object): object => ({ name, ...(argument === undefined ? {} : { argument }) })
const priority = (name: string, weight = 1, argument?: object): object => ({ name, weight, ...(argument === undefined ? {} : { argument }) })
const condition = (type: string, status: string): Node['status'] => ({ conditions: [{ type, status }] })

describe('predicates', () => {
  test('pressure of memory keeps away Pods that ask for nothing', () => {
    const nodes = [makeNode('tight', { status: condition('MemoryPressure', 'True') }), makeNode('fine', { status: condition('MemoryPressure', 'False') })]
    const names = { predicates: [predicate('CheckNodeMemoryPressure')] }
    expect(outcomeOf(names, nodes, [], makePod('p')).refused).toEqual({ tight: ['UnschedulableAndUnresolvable', 'node(s) had memory pressure'] })
    expect(outcomeOf(names, nodes, [], makePod('p', { requests: { cpu: '1' } })).refused).toEqual({})
    expect(outcomeOf(names, nodes, [], makePod('p')).facts('tight')).toEqual([{ id: 'condition', values: { type: 'MemoryPressure', status: 'True', concerns: true } }])
  })

  test('a node that is not ready, and one that is cordoned', () => {
    const nodes = [makeNode('down', { status: condition('Ready', 'Unknown') }), makeNode('net', { status: condition('NetworkUnavailable', 'True') }), makeNode('cordoned', { spec: { unschedulable: true } }), makeNode('up', { status: condition('Ready', 'True') })]
    expect(outcomeOf({ predicates: [predicate('CheckNodeCondition')] }, nodes, [], makePod('p')).refused).toMatchObject({
      down: ['UnschedulableAndUnresolvable', 'node(s) were not ready'], net: ['UnschedulableAndUnresolvable', 'node(s) had unavailable network'], cordoned: ['UnschedulableAndUnresolvable', 'node(s) were unschedulable'],
    })
  })

  test('GeneralPredicates names everything that is wrong, resources first', () => {
    const pod = makePod('p', { requests: { cpu: '8', memory: '1Ti' }, spec: { nodeSelector: { disk: 'ssd' } } })
    expect(outcomeOf({ predicates: [predicate('GeneralPredicates')] }, [makeNode('n')], [], pod)).toMatchObject({
      refused: { n: ['UnschedulableAndUnresolvable', 'Insufficient cpu', 'Insufficient memory', "node(s) didn't match node selector"] },
      message: "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 1 node(s) didn't match node selector.",
    })
  })

  test('labels that must not be there', () => {
    const nodes = [makeNode('old', { labels: { retiring: '2020-01-01' } }), makeNode('new')]
    const { refused, facts } = outcomeOf({ predicates: [predicate('CheckNodeLabelPresence', { labelsPresence: { labels: ['retiring'], presence: false } })] }, nodes, [], makePod('p'))
    expect(refused).toEqual({ old: ['UnschedulableAndUnresolvable', "node(s) didn't have the requested labels"] })
    expect(facts('old')).toEqual([{ id: 'label.presence', values: { key: 'retiring', present: true, wanted: false } }])
  })

  test('Pods of a service stay in the rack of the first', () => {
    const nodes = ['r1', 'r2', 'r1'].map((rack, i) => makeNode(`n${i}`, { labels: { rack } }))
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'a' } } }
    const names = { predicates: [predicate('CheckServiceAffinity', { serviceAffinity: { labels: ['rack'] } })] }
    const pod = makePod('p', { labels: { app: 'a' } })
    const first = makePod('q', { labels: { app: 'a' }, node: 'n1' })
    expect(outcomeOf(names, nodes, [], pod, [service]).refused).toEqual({})
    expect(Object.keys(outcomeOf(names, nodes, [first], pod, [service]).refused)).toEqual(['n0', 'n2'])
    expect(outcomeOf(names, nodes, [first], pod).refused).toEqual({})
  })

  test('the first that fails decides; all are looked at when the policy says so', () => {
    const pod = makePod('p', { requests: { cpu: '8' } })
    const nodes = [makeNode('n', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }, status: condition('DiskPressure', 'True') })]
    const predicates = ['CheckNodeDiskPressure', 'PodToleratesNodeTaints', 'PodFitsResources', 'HostName'].map((name) => predicate(name))
    expect(outcomeOf({ predicates }, nodes, [], pod).refused['n']).toEqual(['Unschedulable', 'Insufficient cpu'])
    const all = outcomeOf({ predicates, alwaysCheckAllPredicates: true }, nodes, [], pod)
    expect(all.refused['n']).toEqual(['UnschedulableAndUnresolvable', 'Insufficient cpu', "node(s) had taints that the pod didn't tolerate", 'node(s) had disk pressure'])
    expect(all.message).toBe("0/1 nodes are available: 1 Insufficient cpu, 1 node(s) had disk pressure, 1 node(s) had taints that the pod didn't tolerate.")
    expect(all.facts('n').filter(({ id }) => id === 'classic.predicate').map(({ values }) => values)).toEqual([
      { predicate: 'HostName', fits: true }, { predicate: 'PodFitsResources', fits: false }, { predicate: 'PodToleratesNodeTaints', fits: false }, { predicate: 'CheckNodeDiskPressure', fits: false },
    ])
  })
})

describe('priorities go from 0 to 10', () => {
  const half = [makeNode('empty'), makeNode('half'), makeNode('cpu')]
  const pods = [makePod('a', { node: 'half', requests: { cpu: '2', memory: '8Gi' } }), makePod('b', { node: 'cpu', requests: { cpu: '3', memory: '1Gi' } })]
  const pod = makePod('p', { requests: { cpu: '0', memory: '0' } })

  test.each<[string, Record<string, number>]>([
    // (4-2)*10/4 = 5 and (16-8)*10/16 = 5; cpu: (10/4 = 2, 15*10/16 = 9) gives 5
    ['LeastRequestedPriority', { empty: 10, half: 5, cpu: 5 }],
    ['MostRequestedPriority', { empty: 0, half: 5, cpu: 3 }],
    // |0.75 - 0.0625| = 0.6875, of 10 is 3.125
    ['BalancedResourceAllocation', { empty: 10, half: 10, cpu: 3 }],
    ['EqualPriority', { empty: 1, half: 1, cpu: 1 }],
  ])('%s', (name, scores) => {
    expect(outcomeOf({ priorities: [priority(name)] }, half, pods, pod).scores).toEqual(scores)
  })

  test('weights add up', () => {
    expect(outcomeOf({ priorities: [priority('LeastRequestedPriority', 3), priority('BalancedResourceAllocation', 2)] }, half, pods, pod).scores).toEqual({ empty: 50, half: 35, cpu: 21 })
  })

  test('facts have the numbers of the formula', () => {
    expect(outcomeOf({ priorities: [priority('BalancedResourceAllocation')] }, half, pods, pod).scoreFacts('cpu')).toEqual([
      { id: 'classic.fraction', values: { resource: 'cpu', allocatable: 4000, requested: 3000, podRequest: 0, fraction: 0.75 } },
      { id: 'classic.fraction', values: { resource: 'memory', allocatable: 2 ** 34, requested: 2 ** 30, podRequest: 0, fraction: 0.0625 } },
      { id: 'classic.balanced', values: { cpu: 0.75, memory: 0.0625, score: 3, max: 10 } },
    ])
  })

  test('SelectorSpreadPriority counts Pods of the same service, on the node and twice as much in the zone', () => {
    const zone = 'failure-domain.beta.kubernetes.io/zone'
    const nodes = ['z1', 'z1', 'z2'].map((own, i) => makeNode(`n${i}`, { labels: { [zone]: own } }))
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'a' } } }
    const others = ['n0', 'n0', 'n2'].map((node, i) => makePod(`o${i}`, { labels: { app: 'a' }, node }))
    const { scores, scoreFacts } = outcomeOf({ priorities: [priority('SelectorSpreadPriority')] }, nodes, others, makePod('p', { labels: { app: 'a' } }), [service])
    // n0: 10*(2-2)/2/3 + 2/3*10*(2-2)/2 = 0; n1: 10/3; n2: 5/3 + 2/3*5 = 5
    expect(scores).toEqual({ n0: 0, n1: 3, n2: 5 })
    expect(scoreFacts('n0')).toEqual([{ id: 'selectorSpread', values: { matching: 2, selectors: 1, zone: 'z1' } }])
  })

  test('labels that are liked, and spreading over one', () => {
    const nodes = [makeNode('a', { labels: { ssd: '', rack: '1' } }), makeNode('b', { labels: { rack: '2' } })]
    expect(outcomeOf({ priorities: [priority('Ssd', 1, { labelPreference: { label: 'ssd', presence: true } })] }, nodes, [], pod).scores).toEqual({ a: 10, b: 0 })
    expect(outcomeOf({ priorities: [priority('NoSsd', 1, { labelPreference: { label: 'ssd', presence: false } })] }, nodes, [], pod).scores).toEqual({ a: 0, b: 10 })
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: { app: 'a' } } }
    const others = [makePod('o', { labels: { app: 'a' }, node: 'a' })]
    expect(outcomeOf({ priorities: [priority('Racks', 1, { serviceAntiAffinity: { label: 'rack' } })] }, nodes, others, makePod('p', { labels: { app: 'a' } }), [service]).scores).toEqual({ a: 0, b: 10 })
  })
})

test('a scheduler with a Policy schedules by it', () => {
  const configuration = { kind: 'Policy', apiVersion: 'v1', predicates: [predicate('PodFitsResources')], priorities: [priority('MostRequestedPriority')] }
  const cluster = new SimulatedScheduler(1, { configuration })
  for (const object of [makeNode('a'), makeNode('b'), makePod('q', { node: 'b', requests: { cpu: '2' } }), makePod('p', { requests: { cpu: '1' } }), makePod('large', { requests: { cpu: '9' } })]) cluster.put(object)
  cluster.run(1000)
  expect((cluster.api.get(resources.pods, 'default/p') as unknown as Pod).spec?.nodeName).toBe('b')
  expect(cluster.api.written).toContainEqual({ reason: 'FailedScheduling', about: 'default/large', message: '0/2 nodes are available: 2 Insufficient cpu.' })
})
