import { describe, expect, test } from 'vitest'
import type { Container } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { balancedScore } from './node-resources-balanced-allocation'
import { hintOf, makeWorld, runFilter, runScore } from './testing/world'

const gpu = 'example.com/gpu'
const container = (requests: Readonly<Record<string, string>>, extra: Partial<Container> = {}): Container => ({ name: 'c', image: 'i', resources: { requests }, ...extra })

describe('NodeResourcesFit filter', () => {
  const world = makeWorld({
    nodes: [makeNode('half', { allocatable: { cpu: '2', memory: '4Gi' } }), makeNode('tiny', { allocatable: { cpu: '1', memory: '1Gi' } }), makeNode('full', { allocatable: { pods: '1' } })],
    pods: [makePod('a', { node: 'half', requests: { cpu: '1500m', memory: '1Gi' } }), makePod('b', { node: 'full' })],
  })

  test.each<{ name: string; requests: Readonly<Record<string, string>>; half: string; tiny: string; full: string }>([
    { name: 'exactly what is left', requests: { cpu: '500m', memory: '3Gi' }, half: '', tiny: '!Insufficient memory', full: 'Too many pods' },
    { name: 'a millicore more', requests: { cpu: '501m' }, half: 'Insufficient cpu', tiny: '', full: 'Too many pods' },
    { name: 'all reasons at once', requests: { cpu: '1', memory: '3500Mi' }, half: 'Insufficient cpu; Insufficient memory', tiny: '!Insufficient memory', full: 'Too many pods' },
    { name: 'more than there is at all', requests: { cpu: '64' }, half: '!Insufficient cpu', tiny: '!Insufficient cpu', full: '!Too many pods; Insufficient cpu' },
    { name: 'nothing', requests: {}, half: '', tiny: '', full: 'Too many pods' },
    { name: 'a resource nobody has', requests: { [gpu]: '1' }, half: `!Insufficient ${gpu}`, tiny: `!Insufficient ${gpu}`, full: `!Too many pods; Insufficient ${gpu}` },
    { name: 'none of a resource nobody has', requests: { [gpu]: '0' }, half: '', tiny: '', full: 'Too many pods' },
  ])('$name', ({ requests, half, tiny, full }) => {
    expect(runFilter(world, 'NodeResourcesFit', makePod('p', { requests })).nodes).toEqual({ half, tiny, full })
  })

  test('the facts have requested, used, allocatable and free', () => {
    const { facts } = runFilter(world, 'NodeResourcesFit', makePod('p', { requests: { cpu: '600m' } }))
    expect(facts('half')).toEqual([
      { id: 'fit.sufficient', values: { resource: 'pods', requested: 1, used: 1, allocatable: 110, free: 109 } },
      { id: 'fit.insufficient', values: { resource: 'cpu', requested: 600, used: 1500, allocatable: 2000, free: 500, hopeless: false } },
    ])
  })

  test.each<{ name: string; spec: object; fits: boolean }>([
    { name: 'the largest init container decides', spec: { initContainers: [container({ cpu: '600m' })], containers: [container({ cpu: '100m' })] }, fits: false },
    { name: 'a sidecar adds to the containers', spec: { initContainers: [container({ cpu: '300m' }, { restartPolicy: 'Always' })], containers: [container({ cpu: '300m' })] }, fits: false },
    { name: 'and to the init containers after it', spec: { initContainers: [container({ cpu: '300m' }, { restartPolicy: 'Always' }), container({ cpu: '201m' })], containers: [] }, fits: false },
    { name: 'but not to those before it', spec: { initContainers: [container({ cpu: '201m' }), container({ cpu: '300m' }, { restartPolicy: 'Always' })], containers: [] }, fits: true },
    { name: 'overhead comes on top', spec: { containers: [container({ cpu: '450m' })], overhead: { cpu: '51m' } }, fits: false },
    { name: 'half millicores add up before they round', spec: { containers: [container({ cpu: '249500u' }), container({ cpu: '250500u' })] }, fits: true },
    { name: 'requests of the Pod take the place of the sum', spec: { containers: [container({ cpu: '4' })], resources: { requests: { cpu: '500m' } } }, fits: true },
    { name: 'limits alone are no requests', spec: { containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '64' } } }] }, fits: true },
  ])('$name', ({ spec, fits }) => {
    expect(runFilter(world, 'NodeResourcesFit', makePod('p', { spec })).nodes['half']).toBe(fits ? '' : 'Insufficient cpu')
  })

  test('ignored resources and groups are not looked at', () => {
    const pod = makePod('p', { requests: { 'example.com/a': '1', 'other.io/b': '1', 'third.io/c': '1' } })
    const lenient = makeWorld({ nodes: [makeNode('n')], args: { NodeResourcesFit: { ignoredResources: ['example.com/a'], ignoredResourceGroups: ['other.io'] } } })
    expect(runFilter(lenient, 'NodeResourcesFit', pod).nodes).toEqual({ n: '!Insufficient third.io/c' })
  })

  test('thirty extended resources: each lacking one is named', () => {
    const names = Array.from({ length: 30 }, (_, i) => `example.com/r${i}`)
    const world30 = makeWorld({ nodes: [makeNode('n', { allocatable: Object.fromEntries(names.slice(0, 20).map((name) => [name, '1'])) })] })
    const reasons = runFilter(world30, 'NodeResourcesFit', makePod('p', { requests: Object.fromEntries(names.map((name) => [name, '1'])) })).nodes['n']
    expect(reasons).toBe(`!${names.slice(20).map((name) => `Insufficient ${name}`).join('; ')}`)
  })
})

describe('NodeResourcesFit hints', () => {
  const world = makeWorld({ nodes: [] })
  const pod = makePod('p', { requests: { cpu: '2' } })
  const small = makeNode('n', { allocatable: { cpu: '2' } })

  test.each<{ name: string; before: ReturnType<typeof makeNode> | undefined; after: ReturnType<typeof makeNode>; want: string }>([
    { name: 'a node that could hold it', before: undefined, after: small, want: 'Queue' },
    { name: 'a node that never could', before: undefined, after: makeNode('n', { allocatable: { cpu: '1' } }), want: 'QueueSkip' },
    { name: 'growth of what is wanted', before: small, after: makeNode('n', { allocatable: { cpu: '3' } }), want: 'Queue' },
    { name: 'growth of something else', before: small, after: makeNode('n', { allocatable: { cpu: '2', memory: '64Gi' } }), want: 'QueueSkip' },
    { name: 'room for more Pods', before: small, after: makeNode('n', { allocatable: { cpu: '2', pods: '200' } }), want: 'Queue' },
  ])('$name: $want', ({ before, after, want }) => {
    expect(hintOf(world, 'NodeResourcesFit', pod, 'Node', before === undefined ? action.Add : action.UpdateNodeAllocatable, before, after)).toBe(want)
  })

  test('a running Pod that shrinks wakes who wants what it gave back', () => {
    const [before, after] = [makePod('r', { node: 'n', requests: { cpu: '2', memory: '1Gi' } }), makePod('r', { node: 'n', requests: { cpu: '1', memory: '1Gi' } })]
    expect(hintOf(world, 'NodeResourcesFit', pod, 'AssignedPod', action.UpdatePodScaleDown, before, after)).toBe('Queue')
    expect(hintOf(world, 'NodeResourcesFit', makePod('m', { requests: { memory: '1Gi' } }), 'AssignedPod', action.UpdatePodScaleDown, before, after)).toBe('QueueSkip')
  })
})

describe('NodeResourcesFit score', () => {
  const strategy = (type: string, resources: object[], shape?: object[]): object => ({ NodeResourcesFit: { scoringStrategy: { type, resources, ...(shape === undefined ? {} : { requestedToCapacityRatio: { shape } }) } } })
  const nodes = [makeNode('a', { allocatable: { cpu: '4', memory: '8Gi', [gpu]: '4' } }), makeNode('b', { allocatable: { cpu: '1', memory: '8Gi' } })]
  const cpuOnly = [{ name: 'cpu', weight: 1 }]
  const pod = makePod('p', { requests: { cpu: '1', memory: '1Gi' } })

  test.each<{ name: string; args: object; want: Readonly<Record<string, number>> }>([
    { name: 'LeastAllocated is the default: mean of cpu and memory', args: {}, want: { a: 81, b: 43 } }, // (75 + 87) / 2; (0 + 87) / 2
    { name: 'MostAllocated', args: strategy('MostAllocated', cpuOnly), want: { a: 25, b: 100 } },
    { name: 'RequestedToCapacityRatio over a broken line', args: strategy('RequestedToCapacityRatio', cpuOnly, [{ utilization: 0, score: 0 }, { utilization: 50, score: 10 }, { utilization: 100, score: 5 }]), want: { a: 50, b: 50 } },
    { name: 'a resource the Pod does not ask for drops out, weight and all', args: strategy('LeastAllocated', [...cpuOnly, { name: gpu, weight: 99 }]), want: { a: 75, b: 0 } },
  ])('$name', ({ args, want }) => {
    expect(runScore(makeWorld({ nodes, args: args as never }), 'NodeResourcesFit', pod).raw).toEqual(want)
  })

  test('containers that name nothing count 100m and 200Mi, those of the Pods there as well', () => {
    const world = makeWorld({ nodes: [makeNode('n', { allocatable: { cpu: '1', memory: '1000Mi' } })], pods: [makePod('r', { node: 'n' })] })
    expect(runScore(world, 'NodeResourcesFit', makePod('p')).raw).toEqual({ n: 70 }) // (80 + 60) / 2
  })

  test('requests of the Pod as a whole do not count for the incoming Pod', () => {
    const world = makeWorld({ nodes: [makeNode('n', { allocatable: { cpu: '10', memory: '1000Mi' } })] })
    const whole = makePod('p', { spec: { containers: [container({ cpu: '1', memory: '100Mi' })], resources: { requests: { cpu: '9' } } } })
    expect(runScore(world, 'NodeResourcesFit', whole).raw).toEqual({ n: 90 })
  })

  test('products beyond 2^53 divide exactly', () => {
    const world = makeWorld({ nodes: [makeNode('n', { allocatable: { memory: '900719925474100' } })], args: strategy('LeastAllocated', [{ name: 'memory', weight: 1 }]) as never })
    // 99.0000...% would come out as 99 in doubles if the product were rounded up; exact division says 98.
    expect(runScore(world, 'NodeResourcesFit', makePod('p', { requests: { memory: '9007199254742' } })).raw).toEqual({ n: 98 })
  })

  test('the facts carry the formula', () => {
    expect(runScore(makeWorld({ nodes }), 'NodeResourcesFit', pod).facts('a')).toEqual([
      { id: 'leastAllocated', values: { resource: 'cpu', allocatable: 4000, used: 0, podRequest: 1000, requested: 1000, score: 75, weight: 1, counted: true } },
      { id: 'leastAllocated', values: { resource: 'memory', allocatable: 8589934592, used: 0, podRequest: 1073741824, requested: 1073741824, score: 87, weight: 1, counted: true } },
      { id: 'score.mean', values: { score: 81 } },
    ])
  })
})

describe('NodeResourcesBalancedAllocation', () => {
  test('a Pod that asks for nothing is not scored', () => {
    expect(runScore(makeWorld({ nodes: [makeNode('n')] }), 'NodeResourcesBalancedAllocation', makePod('p')).skipped).toBe(true)
  })

  test.each([[100, 100, 75], [100, 50, 100], [50, 100, 50], [0, 100, 25], [99, 100, 74]])('with %i, without %i: %i', (withPod, withoutPod, score) => {
    expect(balancedScore(withPod, withoutPod)).toBe(score)
  })

  test('evening out a lopsided node beats a neutral one', () => {
    const world = makeWorld({ nodes: [makeNode('lopsided', { allocatable: { cpu: '4', memory: '4Gi' } }), makeNode('empty', { allocatable: { cpu: '4', memory: '4Gi' } })], pods: [makePod('r', { node: 'lopsided', requests: { memory: '2Gi' } })] })
    const { raw } = runScore(world, 'NodeResourcesBalancedAllocation', makePod('p', { requests: { cpu: '2', memory: '0' } }))
    expect(raw['lopsided']).toBe(87) // from 75 to 100
    expect(raw['empty']).toBe(62) // from 100 to 75
  })
})
