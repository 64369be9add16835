import { describe, expect, test } from 'vitest'
import type { Toleration } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { hintOf, makeWorld, runFilter, runScore } from './testing/world'

const cordonToleration: Toleration = { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }

describe('NodeUnschedulable', () => {
  const world = makeWorld({ nodes: [makeNode('open'), makeNode('cordoned', { spec: { unschedulable: true } }), makeNode('tainted', { spec: { taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] } })] })

  test('a cordoned node is refused, a taint alone is none of its business', () => {
    expect(runFilter(world, 'NodeUnschedulable', makePod('p')).nodes).toEqual({ open: '', cordoned: '!node(s) were unschedulable', tainted: '' })
  })

  test.each<{ name: string; toleration: Toleration; passes: boolean }>([
    { name: 'the taint by key', toleration: cordonToleration, passes: true },
    { name: 'everything', toleration: { operator: 'Exists' }, passes: true },
    { name: 'another effect', toleration: { ...cordonToleration, effect: 'NoExecute' }, passes: false },
  ])('tolerating $name: passes $passes', ({ toleration, passes }) => {
    expect(runFilter(world, 'NodeUnschedulable', makePod('p', { spec: { tolerations: [toleration] } })).nodes['cordoned'] === '').toBe(passes)
  })

  test('an uncordoned node wakes, one that stays open does not', () => {
    const [open, cordoned] = [makeNode('n'), makeNode('n', { spec: { unschedulable: true } })]
    expect(hintOf(world, 'NodeUnschedulable', makePod('p'), 'Node', action.UpdateNodeTaint, cordoned, open)).toBe('Queue')
    expect(hintOf(world, 'NodeUnschedulable', makePod('p'), 'Node', action.UpdateNodeTaint, open, open)).toBe('QueueSkip')
    expect(hintOf(world, 'NodeUnschedulable', makePod('p'), 'Node', action.Add, undefined, cordoned)).toBe('QueueSkip')
  })
})

describe('TaintToleration', () => {
  const taints = { hard: { key: 'dedicated', value: 'db', effect: 'NoSchedule' }, soft: { key: 'spot', value: '', effect: 'PreferNoSchedule' } }
  const world = makeWorld({ nodes: [makeNode('plain'), makeNode('hard', { spec: { taints: [taints.hard] } }), makeNode('soft', { spec: { taints: [taints.soft, { ...taints.soft, key: 'slow' }] } })] })

  test('NoSchedule refuses, PreferNoSchedule only scores', () => {
    expect(runFilter(world, 'TaintToleration', makePod('p')).nodes).toEqual({ plain: '', hard: '!node(s) had untolerated taint(s)', soft: '' })
    expect(runScore(world, 'TaintToleration', makePod('p')).raw).toEqual({ plain: 0, hard: 0, soft: 2 })
    expect(runScore(world, 'TaintToleration', makePod('p')).normalized).toEqual({ plain: 100, hard: 100, soft: 0 })
  })

  test('the facts name each taint, tolerated or not', () => {
    const tolerant = makePod('p', { spec: { tolerations: [{ key: 'dedicated', value: 'db' }] } })
    expect(runFilter(world, 'TaintToleration', makePod('p')).facts('hard')).toEqual([{ id: 'taint.untolerated', values: taints.hard }])
    expect(runFilter(world, 'TaintToleration', tolerant).facts('hard')).toEqual([{ id: 'taint.tolerated', values: taints.hard }])
  })

  test('Gt counts only with its gate, and compares integers', () => {
    const options = { nodes: [makeNode('five', { spec: { taints: [{ key: 'level', value: '5', effect: 'NoSchedule' }] } }), makeNode('word', { spec: { taints: [{ key: 'level', value: 'high', effect: 'NoSchedule' }] } })] }
    const pod = makePod('p', { spec: { tolerations: [{ key: 'level', operator: 'Gt', value: '4' }] } })
    const passing = (gate: boolean): string[] => Object.entries(runFilter(makeWorld({ ...options, gates: { TaintTolerationComparisonOperators: gate } }), 'TaintToleration', pod).nodes).flatMap(([node, reason]) => (reason === '' ? [node] : []))
    expect(passing(true)).toEqual(['five'])
    expect(passing(false)).toEqual([])
  })

  test('a node wakes the Pod when its last untolerated taint goes', () => {
    const [tainted, plain] = [makeNode('n', { spec: { taints: [taints.hard] } }), makeNode('n')]
    expect(hintOf(world, 'TaintToleration', makePod('p'), 'Node', action.UpdateNodeTaint, tainted, plain)).toBe('Queue')
    expect(hintOf(world, 'TaintToleration', makePod('p'), 'Node', action.UpdateNodeTaint, plain, tainted)).toBe('QueueSkip')
  })
})

describe('NodeAffinity', () => {
  const world = makeWorld({ nodes: [makeNode('a', { labels: { disk: 'ssd', gen: '3' } }), makeNode('b', { labels: { disk: '' } }), makeNode('c')] })
  const required = (...terms: object[]): object => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } })
  const expression = (key: string, operator: string, ...values: string[]): object => ({ matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }] })
  const refused = "!node(s) didn't match Pod's node affinity/selector"

  test.each<{ name: string; spec: object; fits: string[] }>([
    { name: 'nodeSelector compares whole values', spec: { nodeSelector: { disk: '' } }, fits: ['b'] },
    { name: 'a value no node has', spec: { nodeSelector: { disk: 'tape' } }, fits: [] },
    { name: 'In', spec: required(expression('disk', 'In', 'ssd', 'tape')), fits: ['a'] },
    { name: 'NotIn holds without the label', spec: required(expression('disk', 'NotIn', 'ssd')), fits: ['b', 'c'] },
    { name: 'Exists takes an empty value', spec: required(expression('disk', 'Exists')), fits: ['a', 'b'] },
    { name: 'DoesNotExist', spec: required(expression('disk', 'DoesNotExist')), fits: ['c'] },
    { name: 'Gt wants an integer', spec: required(expression('gen', 'Gt', '2')), fits: ['a'] },
    { name: 'Lt with a bound that is none', spec: required(expression('gen', 'Lt', 'x')), fits: [] },
    { name: 'terms are alternatives', spec: required(expression('disk', 'In', 'ssd'), expression('disk', 'DoesNotExist')), fits: ['a', 'c'] },
    { name: 'an empty term matches nothing', spec: required({}), fits: [] },
    { name: 'no terms match nothing', spec: required(), fits: [] },
    { name: 'names', spec: required({ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['a'] }] }), fits: ['b', 'c'] },
  ])('$name', ({ spec, fits }) => {
    const { nodes } = runFilter(world, 'NodeAffinity', makePod('p', { spec }))
    expect(nodes).toEqual({ a: refused, b: refused, c: refused, ...Object.fromEntries(fits.map((node) => [node, ''])) })
  })

  test('names in every term narrow the search; two at once are a conflict', () => {
    const named = (...values: string[]): object => ({ matchFields: values.map((value) => ({ key: 'metadata.name', operator: 'In', values: [value] })) })
    expect(runFilter(world, 'NodeAffinity', makePod('p', { spec: required(named('a'), named('nowhere')) })).preFilter?.nodeNames).toEqual(new Set(['a', 'nowhere']))
    expect(runFilter(world, 'NodeAffinity', makePod('p', { spec: required(named('a', 'b')) })).preFilter).toMatchObject({ code: 'UnschedulableAndUnresolvable', reasons: ['pod affinity terms conflict'] })
    expect(runFilter(world, 'NodeAffinity', makePod('p', { spec: required(named('a'), expression('disk', 'Exists')) })).preFilter?.nodeNames).toBeUndefined()
  })

  test('addedAffinity has its own reason and goes first', () => {
    const strict = makeWorld({ nodes: [makeNode('a', { labels: { disk: 'ssd' } }), makeNode('c')], args: { NodeAffinity: { addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expression('disk', 'Exists')] } } } } })
    expect(runFilter(strict, 'NodeAffinity', makePod('p', { spec: { nodeSelector: { none: 'x' } } })).nodes).toEqual({ a: refused, c: "!node(s) didn't match scheduler-enforced node affinity" })
  })

  test('the fact of a mismatch says what was wanted and what is there', () => {
    const { facts } = runFilter(world, 'NodeAffinity', makePod('p', { spec: { nodeSelector: { disk: 'tape' } } }))
    expect(facts('a')).toMatchObject([{ id: 'affinity.mismatch', values: { key: 'disk', wanted: 'tape', present: true, value: 'ssd', expression: 'disk = tape' } }])
    expect(facts('c')).toMatchObject([{ id: 'affinity.mismatch', values: { present: false, value: '' } }])
  })
})

describe('NodePorts', () => {
  const port = (hostPort: number, hostIP?: string, protocol?: string): object => ({ containerPort: 80, hostPort, ...(hostIP === undefined ? {} : { hostIP }), ...(protocol === undefined ? {} : { protocol }) })
  const withPorts = (name: string, ports: object[], node?: string): ReturnType<typeof makePod> =>
    makePod(name, { ...(node === undefined ? {} : { node }), spec: { containers: [{ name: 'c', image: 'i', ports: ports as never }] } })
  const world = makeWorld({ nodes: [makeNode('a'), makeNode('b')], pods: [withPorts('u', [port(80, '127.0.0.1'), port(53, '::', 'UDP')], 'a')] })
  const taken = "node(s) didn't have free ports for the requested pod ports"

  test.each<{ name: string; wanted: object; conflict: boolean }>([
    { name: 'the same address', wanted: port(80, '127.0.0.1'), conflict: true },
    { name: 'every address', wanted: port(80), conflict: true },
    { name: 'another address', wanted: port(80, '10.0.0.1'), conflict: false },
    { name: 'another protocol', wanted: port(80, undefined, 'UDP'), conflict: false },
    { name: ':: is an address like any other', wanted: port(53, '10.0.0.1', 'UDP'), conflict: false },
  ])('$name: conflict $conflict', ({ wanted, conflict }) => {
    expect(runFilter(world, 'NodePorts', withPorts('p', [wanted])).nodes).toEqual({ a: conflict ? taken : '', b: '' })
  })

  test('a Pod without host ports is not looked at', () => {
    expect(runFilter(world, 'NodePorts', withPorts('p', [{ containerPort: 80 }])).preFilter?.code).toBe('Skip')
  })

  test('the end of a Pod wakes only who waits for its port', () => {
    const gone = withPorts('u', [port(80)], 'a')
    expect(hintOf(world, 'NodePorts', withPorts('p', [port(80, '10.0.0.1')]), 'AssignedPod', action.Delete, gone)).toBe('Queue')
    expect(hintOf(world, 'NodePorts', withPorts('p', [port(81)]), 'AssignedPod', action.Delete, gone)).toBe('QueueSkip')
    expect(hintOf(world, 'NodePorts', withPorts('p', [port(80)]), 'AssignedPod', action.Delete, withPorts('u', [port(80)]))).toBe('QueueSkip')
  })
})

describe('NodeDeclaredFeatures', () => {
  const world = makeWorld({ nodes: [makeNode('old'), makeNode('new', { status: { declaredFeatures: ['UserNamespacesHostNetworkSupport'] } })] })

  test('a user namespace on the host network wants the node to declare it', () => {
    expect(runFilter(world, 'NodeDeclaredFeatures', makePod('p', { spec: { hostNetwork: true, hostUsers: false } })).nodes).toEqual({ old: "!node(s) didn't match Pod's required features", new: '' })
    expect(runFilter(world, 'NodeDeclaredFeatures', makePod('p', { spec: { hostNetwork: true } })).preFilter?.code).toBe('Skip')
  })
})

describe('ImageLocality', () => {
  test('bytes scaled by the share of nodes that have the image; a name without tag is :latest', () => {
    const image = (name: string): ReturnType<typeof makeNode>['status'] => ({ allocatable: { cpu: '1' }, images: [{ names: [name], sizeBytes: 800 * 1024 * 1024 }] })
    const world = makeWorld({ nodes: [makeNode('has', { status: image('shop:latest') as never }), makeNode('not'), makeNode('other', { status: image('bar:1') as never })] })
    const pod = makePod('p', { spec: { containers: [{ name: 'c', image: 'shop' }] } })
    // 800 MiB on one of three nodes: int(838860800 / 3) bytes, from 23 MiB to 1000 MiB.
    expect(runScore(world, 'ImageLocality', pod).raw).toEqual({ has: 24, not: 0, other: 0 })
    expect(runScore(world, 'ImageLocality', pod).facts('has')).toMatchObject([
      { id: 'image.bytes', values: { image: 'shop:latest', present: true, nodes: 1, allNodes: 3, scaled: 279620266 } }, { id: 'image.sum', values: { score: 24 } },
    ])
  })
})
