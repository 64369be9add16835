import { describe, expect, test } from 'vitest'
import type { OwnedGroup, OwnedPod, OwnershipView, RolloutNumbers, SizePoint } from '../../protocol'
import { nextImage, targetOf } from './command'
import { layOut } from './layout'
import { nowOf } from './now'
import { burstAround } from './SizeLanes'
import { stripOf } from './strip'
import { comeLines, goLines, verdictOf } from './verdict'

/** The moment of mock 12: six wanted, five of them new, three available of each kind. */
const rollout: RolloutNumbers = {
  mode: 'RollingUpdate', replicas: 6, maxSurge: '25%', surgeShare: 1.5, surge: 2, maxUnavailable: '25%', unavailableShare: 1.5, unavailable: 1, ceiling: 8, floor: 5, wants: [3, 5], wanted: 8, room: 0,
  newWants: 5, newAvailable: 3, newUnavailable: 2, mayGo: 1, goes: 1, mayCome: 0, reported: 6, exist: 8, available: 6, terminating: 1, done: false,
}

const pod = (name: string, id: OwnedPod['words']['id'], more: Partial<OwnedPod> = {}): OwnedPod => ({
  key: `shop/${name}`, uid: name, name, node: 'node-a', words: { id, args: {} }, available: id === 'ready', nextToGo: false, gone: false, containers: [], ...more,
})

const group = (name: string, role: OwnedGroup['role'], wants: number, next: number, pods: readonly OwnedPod[]): OwnedGroup => ({
  uid: name, kind: 'ReplicaSet', name, short: name, role, images: ['shop/web:2.1'], wants, next, exist: wants, available: pods.filter((each) => each.available).length, terminating: 0, pods, more: 0,
})

const view: OwnershipView = {
  kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'web', letter: 'W', hue: 1, state: 'rolling', deleting: false, revision: 232, at: 152_410 as OwnershipView['at'], event: 900,
  root: { is: 'Deployment', revision: 8, images: ['shop/web:2.2'], rollout, minReadySeconds: 0, deadlineSeconds: 600 }, templateContainers: [{ name: 'web', image: 'shop/web:2.2' }],
  groups: [
    group('web-6c4d9f7b8', 'old', 3, 2, [pod('web-6c4d9f7b8-m8wzr', 'ready'), pod('web-6c4d9f7b8-q4c7n', 'ready'), pod('web-6c4d9f7b8-t5hbd', 'ready', { nextToGo: true }), pod('web-6c4d9f7b8-zk29s', 'terminating')]),
    group('web-7d5f8b9c6', 'new', 5, 5, [pod('web-7d5f8b9c6-h2xvp', 'ready'), pod('web-7d5f8b9c6-r6jlq', 'ready'), pod('web-7d5f8b9c6-k4tzn', 'ready'), pod('web-7d5f8b9c6-c9mwd', 'notReady'), pod('web-7d5f8b9c6-s8fgb', 'notReady')]),
  ],
  emptyGroups: 0,
  services: [{
    name: 'web', type: 'ClusterIP', clusterIP: '10.96.12.80', ports: ['80 → 8080'], ready: 6, moreSlices: 0,
    slices: [{ name: 'web-x7k2p', ready: 1, more: 0, rows: [{ address: '10.244.3.9', pod: 'shop/web-6c4d9f7b8-m8wzr', state: 'ready', zones: [] }, { address: '10.244.3.15', pod: 'shop/web-7d5f8b9c6-c9mwd', state: 'notReady', zones: [] }] }],
  }],
  autoscalers: [], budgets: [], conditions: [], history: [], changed: ['Pod shop/web-7d5f8b9c6-k4tzn', 'Event shop/web.1'], sizes: [],
}

const withRollout = (part: Partial<RolloutNumbers>): OwnershipView => ({ ...view, root: { is: 'Deployment', revision: 8, images: [], minReadySeconds: 0, rollout: { ...rollout, ...part } } })

describe('the sums', () => {
  test('May an old Pod go? is worked out line by line, as in the picture', () => {
    expect(goLines(rollout).map(({ id, sum, result }) => `${id} ${sum} = ${result}`)).toEqual(['go.wanted 3 + 5 = 8', 'go.minAvailable 6 − 1 = 5', 'go.unavailable 5 − 3 = 2', 'go.may 8 − 5 − 2 = 1'])
    expect(comeLines(rollout).map(({ sum, result }) => `${sum} = ${result}`)).toEqual(['(6 + 2) − 8 = 0'])
  })

  test('where fewer go than may, it says what binds; where there is no old Pod, there is no question', () => {
    expect(goLines({ ...rollout, mayGo: 2, goes: 1 }).map(({ id }) => id)).toEqual(['go.wanted', 'go.minAvailable', 'go.unavailable', 'go.may', 'go.spare', 'go.taken'])
    expect(goLines({ ...rollout, wanted: 5, wants: [5] })).toEqual([])
    expect(comeLines({ ...rollout, room: 2, mayCome: 1 }).at(-1)).toMatchObject({ id: 'come.may', result: 1, total: true })
  })

  test.each([
    [{}, 'verdict.go', { available: 6, go: 1, ceiling: 8 }],
    [{ goes: 0, mayGo: 0 }, 'verdict.wait', { count: 2, ceiling: 8 }],
    [{ goes: 0, mayGo: 0, wanted: 5 }, 'verdict.fill', { count: 2, replicas: 6, available: 6 }],
    [{ goes: 2, mayCome: 1 }, 'verdict.both', { come: 1, go: 2 }],
    [{ goes: 0, mayCome: 1, wanted: 7 }, 'verdict.come', { come: 1, wanted: 7, ceiling: 8 }],
    [{ done: true }, 'verdict.settled', { replicas: 6 }],
    [{ mode: 'paused' as const }, 'verdict.paused', {}],
    [{ mode: 'Recreate' as const, goes: 3 }, 'verdict.recreateGo', { go: 3 }],
  ])('%o is said as %s', (part, id, args) => {
    expect(verdictOf(withRollout(part))).toEqual({ id, args })
  })
})

describe('the limit strip', () => {
  test('old ones stand before new ones, those not available last, and the posts stand at the lines', () => {
    const [exist, available] = stripOf(view)?.rows ?? []
    expect(exist?.blocks.map(({ label, look }) => `${label} ${look}`)).toEqual(['m8wzr old', 'q4c7n old', 't5hbd old', 'h2xvp new', 'r6jlq new', 'k4tzn new', 'c9mwd starting', 's8fgb starting'])
    expect(available?.blocks.map(({ label }) => label)).toEqual(['m8wzr', 'q4c7n', 't5hbd', 'h2xvp', 'r6jlq', 'k4tzn', 'starting'])
    expect([exist?.post?.at, available?.post?.at]).toEqual([8, 5])
    // Whatever is drawn is as wide as there are Pods.
    expect(exist?.blocks.reduce((sum, block) => sum + block.width, 0)).toBe(8)
  })

  test('of very many it draws lengths', () => {
    const many: OwnershipView = { ...withRollout({ replicas: 1000, ceiling: 1250, exist: 1000 }), groups: [{ ...group('web-1', 'new', 1000, 1000, [pod('web-1-a', 'ready')]), exist: 1000, available: 900, more: 999 }] }
    expect(stripOf(many)?.rows[0]?.blocks.map(({ look, width }) => [look, width])).toEqual([['new', 900], ['starting', 100]])
  })
})

describe('the graph', () => {
  const layout = layOut(view, 1072, new Set(['Pod web-7d5f8b9c6-k4tzn']))

  test('nothing lies on anything else', () => {
    const boxes = [...layout.root ? [layout.root] : [], ...layout.groups, ...layout.pods, ...layout.slices, ...layout.services]
    const overlaps = boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height))
    expect(overlaps).toEqual([])
    expect(layout.width).toBeLessThanOrEqual(1072)
  })

  test('a Pod that nobody owns is not shown twice', () => {
    const alone = layOut({ ...view, kind: 'Pod', root: { is: 'Pod', images: [] }, groups: [{ ...group('', 'only', 1, 1, [pod('web', 'ready')]), kind: '' }], services: [] }, 1072, new Set())
    expect([alone.root, alone.groups.length, alone.edges.length, alone.pods.map(({ x }) => x)]).toEqual([undefined, 0, 0, [0]])
  })

  test('a Pod that goes or comes below moves none above it', () => {
    const [old, fresh] = view.groups as [OwnedGroup, OwnedGroup]
    const later = layOut({ ...view, groups: [old, { ...fresh, pods: [...fresh.pods, pod('web-7d5f8b9c6-zzzzz', 'pending')] }] }, 1072, new Set())
    for (const place of layout.pods) expect(later.pods.find((each) => each.pod.key === place.pod.key)?.y).toBe(place.y)
  })

  test('edges say who owns, who takes traffic, and who is only listed; the changed one leads through', () => {
    expect(layout.edges.map(({ look }) => look).filter((look) => look !== 'owns')).toEqual(['leaves', 'traffic', 'listed'])
    expect(layout.edges.filter(({ now }) => now).map(({ key }) => key)).toEqual(['pod web-7d5f8b9c6-k4tzn'])
  })

  test('what the sentence is about comes first, then what was written', () => {
    expect(nowOf(view, undefined)).toEqual(['Pod web-7d5f8b9c6-k4tzn'])
    const fact = { id: 'caption.scaled', args: {}, target: { kind: 'workload' as const, name: 'shop/web-6c4d9f7b8' }, wake: [] }
    expect(nowOf(view, fact)).toEqual(['ReplicaSet web-6c4d9f7b8', 'Pod web-7d5f8b9c6-k4tzn'])
    expect(nowOf({ ...view, changed: [] }, { ...fact, target: { kind: 'pod', name: 'shop/somebody-else' } })).toEqual([])
  })
})

test('the lanes show the changes around now, and not the hours between two rollouts', () => {
  const points = [0, 2_000, 60_000, 62_000, 64_000, 3_600_000].map((at, event): SizePoint => ({ at: at as SizePoint['at'], event, old: 0, new: 1, available: 1 }))
  expect(burstAround(points, 63_000)).toEqual({ begin: 59_000, end: 65_000 })
  expect(burstAround(points, 100_000)).toEqual({ begin: 59_000, end: 101_000 })
  expect(burstAround(points, 3_600_500)).toEqual({ begin: 3_599_000, end: 3_601_500 })
})

test('a command line names the object as kubectl does, and offers the next tag', () => {
  expect(targetOf(view)).toBe('deployment/web')
  expect(['shop/web:2.1', 'nginx:1.29-alpine', 'web', 'registry:5000/web', 'web:v9'].map(nextImage)).toEqual(['shop/web:2.2', 'nginx:1.30-alpine', 'web', 'registry:5000/web', 'web:v10'])
})
