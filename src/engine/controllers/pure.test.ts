import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment, Pod, ReplicaSet } from '../../api'
import { findActiveOrLatest, maxSurge, maxUnavailable, newReplicaSetSize, proportionOf, withNewReplicaSetAnnotations } from './deployment-util'
import { Expectations } from './expectations'
import { repack } from './endpoints'
import { scaledValue } from './int-or-percent'
import { Indexes } from './job-indexes'
import { matchFailurePolicy, matchSuccessPolicy } from './job-util'
import { deletionOrder, slowStartBatch } from './pods'
import { safeEncode, templateHash } from './template-hash'
import { tolerates } from './taints'
import { ApiError, failure } from '../../api'

const deployment = (replicas: number, maxSurge?: number | string, maxUnavailable?: number | string): Deployment => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', annotations: { team: 'shop', 'deployment.kubernetes.io/revision': '7' } },
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } }, template: {},
    strategy: { type: 'RollingUpdate', rollingUpdate: { ...(maxSurge === undefined ? {} : { maxSurge }), ...(maxUnavailable === undefined ? {} : { maxUnavailable }) } },
  },
})
const set = (name: string, replicas: number, more: Partial<ReplicaSet['metadata']> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', ...more }, spec: { replicas, selector: {} },
})

describe('Deployment', () => {
  test.each([
    { replicas: 10, surge: '25%', unavailable: '25%', want: [3, 2] },
    { replicas: 1, surge: '25%', unavailable: '25%', want: [1, 0] },
    { replicas: 3, surge: 0, unavailable: '0%', want: [0, 1] }, // both nothing would never get anywhere
    { replicas: 2, surge: 1, unavailable: 5, want: [1, 2] },
  ])('$replicas replicas, surge $surge, unavailable $unavailable', ({ replicas, surge, unavailable, want }) => {
    const rolling = deployment(replicas, surge, unavailable)
    expect([maxSurge(rolling), maxUnavailable(rolling)]).toEqual(want)
  })

  test('the new set grows as far as the surge allows', () => {
    const rolling = deployment(10, 3, 2)
    expect(newReplicaSetSize(rolling, [set('old', 10), set('new', 0)], set('new', 0))).toBe(3)
    expect(newReplicaSetSize(rolling, [set('old', 13)], set('new', 0))).toBe(0)
    expect(newReplicaSetSize(rolling, [set('old', 1), set('new', 9)], set('new', 9))).toBe(10)
  })

  test('shares of a change add up to no more than the change', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 5 }), fc.integer({ min: 1, max: 100 }), (sizes, wanted) => {
      const total = sizes.reduce((sum, size) => sum + size, 0)
      const rolling = deployment(wanted, 0, 1)
      const toAdd = wanted - total
      let added = 0
      for (const [index, size] of sizes.entries()) {
        added += proportionOf(set(`s${index}`, size, { annotations: { 'deployment.kubernetes.io/max-replicas': String(total) } }), rolling, toAdd, added)
      }
      expect(Math.abs(added)).toBeLessThanOrEqual(Math.abs(toAdd))
      expect(Math.sign(added) === 0 || Math.sign(added) === Math.sign(toAdd)).toBe(true)
    }))
  })

  test('only one active set is the one to scale', () => {
    expect(findActiveOrLatest(set('new', 0), [set('a', 2), set('b', 0)])?.metadata.name).toBe('a')
    expect(findActiveOrLatest(set('new', 1), [set('a', 2)])).toBeUndefined()
    expect(findActiveOrLatest(set('new', 0), [set('a', 0)])?.metadata.name).toBe('new')
  })

  test('a set takes the annotations, the next revision, and keeps its history', () => {
    const fresh = withNewReplicaSetAnnotations(deployment(10), set('new', 3), 2, false)
    expect(fresh.metadata.annotations).toEqual({
      team: 'shop', 'deployment.kubernetes.io/revision': '2', 'deployment.kubernetes.io/desired-replicas': '10', 'deployment.kubernetes.io/max-replicas': '13',
    })
    const again = withNewReplicaSetAnnotations(deployment(10), fresh, 4, true)
    expect(again.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '4', 'deployment.kubernetes.io/revision-history': '2' })
    expect(withNewReplicaSetAnnotations(deployment(10), again, 4, true)).toBe(again)
  })
})

describe('Pods', () => {
  const pod = (name: string, more: { node?: string; phase?: string; ready?: string; cost?: string; restarts?: number; created?: string } = {}): Pod => ({
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: more.created ?? '2026-01-01T00:00:00Z', ...(more.cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': more.cost } }) },
    spec: { containers: [], ...(more.node === undefined ? {} : { nodeName: more.node }) },
    status: {
      phase: more.phase ?? 'Running', conditions: more.ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: more.ready }],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: more.restarts ?? 0 }],
    },
  })
  const order = (pods: Pod[], rank: (pod: Pod) => number = () => 0): (string | undefined)[] => [...pods].sort(deletionOrder({ now: 3_600_000, rank })).map((one) => one.metadata.name)

  test('are given up: unassigned, pending, not ready, cheap, crowded, young, restarting', () => {
    const ready = '2026-01-01T00:10:00Z'
    expect(order([
      pod('settled', { node: 'a', ready }), pod('cheap', { node: 'a', ready, cost: '-5' }), pod('unready', { node: 'a' }), pod('pending', { node: 'a', phase: 'Pending' }), pod('unassigned', { phase: 'Pending' }),
    ])).toEqual(['unassigned', 'pending', 'unready', 'cheap', 'settled'])
    expect(order([pod('lone', { node: 'a', ready }), pod('crowded', { node: 'b', ready })], (one) => (one.spec?.nodeName === 'b' ? 3 : 1))).toEqual(['crowded', 'lone'])
    expect(order([pod('old', { node: 'a', ready }), pod('young', { node: 'a', ready: '2026-01-01T00:59:59Z' })])).toEqual(['young', 'old'])
    expect(order([pod('calm', { node: 'a' }), pod('restarting', { node: 'a', restarts: 4 })])).toEqual(['restarting', 'calm'])
  })

  test('ages in different powers of two: the order is one order: no Pod comes before itself, and nobody twice', () => {
    const any = fc.record({ node: fc.constantFrom(undefined, 'a', 'b'), phase: fc.constantFrom('Pending', 'Running', 'Unknown'), ready: fc.constantFrom(undefined, '2026-01-01T00:10:00Z', '2026-01-01T00:58:00Z'), restarts: fc.integer({ min: 0, max: 2 }) })
    fc.assert(fc.property(fc.array(any, { minLength: 3, maxLength: 3 }), ([x, y, z]) => {
      const compare = deletionOrder({ now: 3_600_000, rank: () => 0 })
      const [a, b, c] = [x, y, z].map((one, index) => pod(`p${index}`, Object.fromEntries(Object.entries(one ?? {}).filter(([, value]) => value !== undefined)))) as [Pod, Pod, Pod]
      expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)))
      if (compare(a, b) < 0 && compare(b, c) < 0) expect(compare(a, c)).toBeLessThan(0)
    }))
  })

  test('are made one, two, four at a time, and no more after a batch that failed', () => {
    const made: number[] = []
    expect(slowStartBatch(100, (index) => {
      if (index === 5) throw new ApiError(failure(403, 'Forbidden', 'quota'))
      made.push(index)
    })).toMatchObject({ done: 6 })
    expect(made).toEqual([0, 1, 2, 3, 4, 6])
  })
})

describe('expectations', () => {
  test('hold until all is seen, or for five minutes', () => {
    let now = 0
    const expectations = new Expectations(() => now)
    expectations.expectCreations('a', 2)
    expectations.creationObserved('a')
    expect(expectations.satisfied('a')).toBe(false)
    expectations.creationObserved('a')
    expect(expectations.satisfied('a')).toBe(true)
    expectations.expectDeletions('a', ['x', 'y'])
    expectations.deletionObserved('a', 'x')
    expectations.deletionObserved('a', 'x') // the same one twice counts once
    expect(expectations.satisfied('a')).toBe(false)
    now = 300_001
    expect(expectations.satisfied('a')).toBe(true)
  })
})

describe('Jobs', () => {
  test.each([['', ''], ['0', '0'], ['0,1', '0,1'], ['0-2', '0-2'], ['0,2-4,7,9-12', '0,2-4,7,9-12'], ['3-99', '3,4'], ['x,1', '1']])('indexes %s', (text, want) => {
    expect(Indexes.parse(text, text === '3-99' ? 5 : 100).toString()).toBe(want)
  })

  test('indexes are written so that they read the same', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 40 })), (list) => {
      const indexes = new Indexes(list)
      expect([...Indexes.parse(indexes.toString(), 41)]).toEqual([...list].sort((a, b) => a - b))
    }))
  })

  const failedPod = (exitCode: number): Pod => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' },
    status: { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode } } }], conditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  })

  test('the first rule that fits decides', () => {
    const policy = { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'Nothing' }] }, { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }, { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] }
    expect(matchFailurePolicy(policy, failedPod(42), false)).toEqual({ action: 'FailJob', counts: true, message: 'Container c for pod n/p failed with exit code 42 matching FailJob rule at index 1' })
    expect(matchFailurePolicy(policy, failedPod(1), false)).toEqual({ action: 'Ignore', counts: false })
    expect(matchFailurePolicy(undefined, failedPod(1), false)).toEqual({ counts: true })
  })

  test('a success policy counts the indexes it names', () => {
    const policy = { rules: [{ succeededIndexes: '0-2', succeededCount: 2 }, { succeededCount: 4 }] }
    expect(matchSuccessPolicy(policy, 10, new Indexes([0, 7, 8]))).toBeUndefined()
    expect(matchSuccessPolicy(policy, 10, new Indexes([0, 2]))).toBe('Matched rules at index 0')
    expect(matchSuccessPolicy(policy, 10, new Indexes([5, 6, 7, 8]))).toBe('Matched rules at index 1')
  })
})

describe('the rest', () => {
  test.each([['25%', 10, true, 3], ['25%', 10, false, 2], [4, 10, true, 4], ['x', 10, true, 0], [undefined, 10, true, 0]] as const)('%s of %s', (value, total, up, want) => {
    expect(scaledValue(value, total, up)).toBe(want)
  })

  test('hashes are of the real alphabet, stable, and move with the template and the collision count', () => {
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'a' }] } }
    expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/)
    expect(templateHash(template)).toBe(templateHash({ spec: template.spec, metadata: template.metadata }))
    expect(new Set([templateHash(template), templateHash(template, 0), templateHash(template, 1), templateHash({ ...template, spec: {} })]).size).toBe(4)
    expect(safeEncode('0123456789')).toBe('456789bcdf') // as util/rand encodes digits
  })

  test('tolerations', () => {
    const taint = { key: 'k', value: 'v', effect: 'NoExecute' }
    expect(tolerates({ operator: 'Exists' }, taint)).toBe(true)
    expect(tolerates({ key: 'k', operator: 'Exists', effect: 'NoSchedule' }, taint)).toBe(false)
    expect(tolerates({ key: 'k', value: 'v' }, taint)).toBe(true)
    expect(tolerates({ key: 'k', value: 'w' }, taint)).toBe(false)
    expect(tolerates({ key: 'n', operator: 'Gt', value: '5' }, { key: 'n', value: '7', effect: 'NoSchedule' })).toBe(true)
  })

  test('addresses with the same ports come together, ready or not', () => {
    const address = (ip: string): { ip: string } => ({ ip })
    const [http, other] = [{ port: 80, protocol: 'TCP' }, { port: 81, protocol: 'TCP' }]
    expect(repack([
      { addresses: [address('1.1.1.2')], ports: [http] }, { addresses: [address('1.1.1.1')], ports: [other] }, { addresses: [address('1.1.1.1')], ports: [http] },
      { notReadyAddresses: [address('1.1.1.3')], ports: [http] },
    ])).toEqual([
      { addresses: [address('1.1.1.1')], ports: [http, other] },
      { addresses: [address('1.1.1.2')], notReadyAddresses: [address('1.1.1.3')], ports: [http] },
    ])
  })
})
