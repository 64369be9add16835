import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Simulation } from '../kernel'
import { Etcd, EtcdError, prefixEnd, type Commit, type EtcdOptions, type RequestOp, type TxnRequest, type WatchCreateRequest } from './index'
import { orderOf } from './keys'
import { compareBytes, NaiveEtcd } from './testing/naive'

const everything = { key: '\0', rangeEnd: '\0' }

function makeEtcd(options: Partial<EtcdOptions<string>> = {}): { etcd: Etcd<string>; simulation: Simulation } {
  const simulation = new Simulation({ seed: 1 })
  const etcd = new Etcd<string>({ context: simulation.context('etcd'), ...options })
  simulation.add(etcd)
  return { etcd, simulation }
}

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof EtcdError) return error.kind
    throw error
  }
  return 'none'
}

describe('revisions and keys', () => {
  test('[E1] the first write makes revision 2; what changes nothing makes none', () => {
    const { etcd } = makeEtcd()
    expect(etcd.revision).toBe(1)
    expect(etcd.putIf('a', 0, '1')?.modRevision).toBe(2)
    expect(etcd.putIf('a', 0, '2')).toBeUndefined()
    expect(etcd.putIf('a', 7, '2')).toBeUndefined()
    expect(etcd.deleteIf('a', 7)).toBeUndefined()
    expect(etcd.deleteIf('b')).toBeUndefined()
    expect(etcd.deleteRange({ key: 'b', rangeEnd: 'c' }).deleted).toBe(0)
    expect(etcd.revision).toBe(2)
    expect(etcd.putIf('a', 2, '2')).toMatchObject({ createRevision: 2, modRevision: 3, version: 2 })
    expect(etcd.deleteIf('a', 3)?.value).toBe('2')
    expect(etcd.revision).toBe(4)
  })

  test('[E2] a key that is put again begins anew', () => {
    const { etcd } = makeEtcd()
    etcd.putIf('a', undefined, '1')
    etcd.putIf('a', undefined, '2')
    etcd.deleteIf('a')
    expect(etcd.putIf('a', undefined, '3')).toEqual({ key: 'a', value: '3', createRevision: 5, modRevision: 5, version: 1, lease: 0 })
  })

  test('[E3] the order of keys is that of their bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(Math.sign(orderOf(a) < orderOf(b) ? -1 : orderOf(a) > orderOf(b) ? 1 : 0)).toBe(Math.sign(compareBytes(a, b)))
    }), { numRuns: 500 })
    const { etcd } = makeEtcd()
    for (const key of ['😀', '～', 'é', 'z', '\ue000']) etcd.putIf(key, 0, key)
    expect([...etcd.entries()].map((kv) => kv.key)).toEqual(['z', 'é', '\ue000', '～', '😀'])
    expect(etcd.list({ key: '～', rangeEnd: prefixEnd('～') }).kvs.map((kv) => kv.key)).toEqual(['～'])
    expect(etcd.get('😀')?.value).toBe('😀')
  })

  test('[E6] a prefix holds exactly the keys that begin with it', () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }).filter((key) => key !== ''), { maxLength: 30 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }), (keys, prefix) => {
      const { etcd } = makeEtcd()
      for (const key of [...keys, prefix]) etcd.putIf(key, undefined, 'x')
      const found = etcd.list({ key: prefix, rangeEnd: prefixEnd(prefix) }).kvs.map((kv) => kv.key)
      expect(found).toEqual([...new Set([...keys, prefix])].filter((key) => key.startsWith(prefix)).sort(compareBytes))
    }), { numRuns: 200 })
  })

  test('[E5] a refused call changes nothing', () => {
    const { etcd } = makeEtcd()
    etcd.putIf('a', undefined, '1')
    const before = etcd.save()
    expect(refusal(() => etcd.put({ key: '', value: 'x' }))).toBe('emptyKey')
    expect(refusal(() => etcd.put({ key: 'a', value: 'x', lease: 9 }))).toBe('leaseNotFound')
    expect(refusal(() => etcd.put({ key: 'b', ignoreValue: true }))).toBe('keyNotFound')
    expect(refusal(() => etcd.txn({ success: [{ type: 'put', request: { key: 'b', value: '1' } }, { type: 'range', request: { key: 'a', revision: 9 } }] }))).toBe('futureRevision')
    expect(refusal(() => etcd.leaseRevoke(4))).toBe('leaseNotFound')
    expect(etcd.save()).toEqual(before)
  })
})

describe('ranges', () => {
  test('[E10] pages of the past and of the present hold what stood then, over many chunks of keys', () => {
    const { etcd } = makeEtcd()
    const name = (i: number): string => `/pods/${String((i * 7919) % 5000).padStart(4, '0')}`
    for (let i = 0; i < 5000; i++) etcd.putIf(name(i), 0, `first ${i}`)
    const then = etcd.revision
    for (let i = 0; i < 5000; i += 2) etcd.putIf(name(i), undefined, 'second')
    for (let i = 1; i < 5000; i += 4) etcd.deleteIf(name(i))
    const pages: string[] = []
    for (let key = '/pods/'; ;) {
      const page = etcd.list({ key, rangeEnd: '/pods0' }, { revision: then, limit: 500, count: true })
      expect(page.count).toBe(5000 - pages.length)
      pages.push(...page.kvs.map((kv) => kv.value))
      if (!page.more) break
      key = `${page.kvs.at(-1)?.key ?? ''}\0`
    }
    expect(pages).toHaveLength(5000)
    expect(pages.every((value) => value.startsWith('first'))).toBe(true)
    const now = etcd.list({ key: '/pods/', rangeEnd: '/pods0' }, { count: true })
    expect(now.count).toBe(3750)
    expect(now.kvs.filter((kv) => kv.value === 'second')).toHaveLength(2500)
  })

  test('[E8] below the compacted revision and above the newest one nothing is read', () => {
    const { etcd } = makeEtcd()
    for (let i = 0; i < 5; i++) etcd.putIf('a', undefined, String(i))
    etcd.compact(4)
    expect(refusal(() => etcd.get('a', 3))).toBe('compacted')
    expect(etcd.get('a', 4)?.value).toBe('2')
    expect(refusal(() => etcd.list(everything, { revision: 7 }))).toBe('futureRevision')
    expect(refusal(() => etcd.eventsFrom(3))).toBe('compacted')
    expect(etcd.eventsFrom(4).map((event) => event.kv.value)).toEqual(['2', '3', '4'])
  })
})

describe('compaction', () => {
  test('[E16] drops what nobody can read any more, and deleted keys with it', () => {
    const { etcd } = makeEtcd()
    for (let i = 0; i < 3000; i++) etcd.putIf(`k${i % 100}`, undefined, String(i))
    for (let i = 0; i < 50; i++) etcd.deleteIf(`k${i}`)
    expect(etcd.stats).toMatchObject({ keys: 50, versions: 3050 })
    etcd.compact(etcd.revision)
    expect(etcd.stats).toMatchObject({ keys: 50, versions: 50 })
    expect([...etcd.entries()].map((kv) => kv.value).sort()).toEqual(Array.from({ length: 50 }, (_, i) => String(2950 + i)))
    etcd.putIf('k0', 0, 'again')
    expect(etcd.get('k0')?.version).toBe(1)
  })

  test('[E17] compacts by itself when told how much history to keep', () => {
    const { etcd } = makeEtcd({ historyRevisions: 400 })
    for (let i = 0; i < 5000; i++) {
      etcd.putIf(`k${i % 10}`, undefined, String(i))
      expect(etcd.revision - etcd.compactRevision).toBeLessThanOrEqual(500)
    }
    expect(etcd.revision - etcd.compactRevision).toBeGreaterThanOrEqual(400)
    expect(etcd.stats.versions).toBeLessThanOrEqual(510)
  })
})

describe('watches', () => {
  const watch = (request: Partial<WatchCreateRequest> = {}): { readonly type: 'create' } & WatchCreateRequest => ({ type: 'create', ...everything, ...request })

  test('[E18] history comes in one answer, news in one a revision', () => {
    const { etcd } = makeEtcd()
    etcd.putIf('a', 0, '1')
    etcd.putIf('a', undefined, '2')
    const stream = etcd.openWatchStream()
    stream.send(watch({ startRevision: 2 }))
    etcd.txn({ success: [{ type: 'put', request: { key: 'b', value: '3' } }, { type: 'put', request: { key: 'c', value: '4' } }] })
    etcd.deleteIf('a')
    expect(stream.read().map(({ revision, events }) => [revision, events.map(({ type, kv }) => `${type} ${kv.key}`)])).toEqual([
      [3, []], [3, ['PUT a', 'PUT a']], [4, ['PUT b', 'PUT c']], [5, ['DELETE a']],
    ])
    expect(stream.read()).toEqual([])
  })

  test('[E20] compaction takes nothing from a watch that has not read yet', () => {
    const { etcd } = makeEtcd()
    const stream = etcd.openWatchStream()
    stream.send(watch({ prevKv: true }))
    etcd.putIf('a', 0, '1')
    etcd.putIf('a', undefined, '2')
    etcd.compact(3)
    const events = stream.read().flatMap((response) => response.events)
    expect(events.map((event) => [event.kv.value, event.prevKv?.value])).toEqual([['1', undefined], ['2', '1']])
  })

  test('[E22] a quiet watch that asked for it hears of the revision every ten minutes', () => {
    const { etcd, simulation } = makeEtcd()
    const stream = etcd.openWatchStream()
    stream.send({ type: 'create', key: 'a', progressNotify: true })
    etcd.putIf('b', 0, '1')
    stream.read()
    simulation.run({ until: 599_000 })
    expect(stream.read()).toEqual([])
    simulation.run({ until: 600_000 })
    expect(stream.read()).toEqual([{ revision: 2, watchId: 0, events: [] }])
    etcd.putIf('a', 0, '1')
    simulation.run({ until: 1_200_000 })
    expect(stream.read()).toMatchObject([{ revision: 3, events: [{ type: 'PUT' }] }])
    stream.send({ type: 'cancel', watchId: 0 })
    expect(simulation.run()).toBe('idle')
  })

  test('[E23] large answers come in fragments to those who ask', () => {
    const { etcd } = makeEtcd({ sizeOf: () => 1024 * 1024 })
    for (const key of ['a', 'b', 'c']) etcd.putIf(key, 0, 'x')
    const stream = etcd.openWatchStream()
    stream.send(watch({ startRevision: 1, fragment: true }))
    expect(stream.read().map(({ fragment, events }) => [fragment, events.length])).toEqual([[undefined, 0], [true, 1], [true, 1], [undefined, 1]])
    stream.send(watch({ startRevision: 1 }))
    expect(stream.read().map(({ events }) => events.length)).toEqual([0, 3])
  })

  test('[E24] a receiver is told once until it reads', () => {
    const { etcd, simulation } = makeEtcd()
    const heard: unknown[] = []
    simulation.add({ name: 'flannel', handle: (body) => { heard.push(body) }, save: () => null, load: () => undefined })
    const stream = etcd.openWatchStream('flannel')
    stream.send({ type: 'create', key: 'a' })
    simulation.run()
    expect(heard).toEqual([{ type: 'etcdWatch', stream: stream.id }])
    stream.read()
    etcd.putIf('b', 0, '1')
    simulation.run()
    expect(heard).toHaveLength(1)
    etcd.putIf('a', 0, '1')
    etcd.putIf('a', undefined, '2')
    simulation.run()
    expect(heard).toHaveLength(2)
    expect(stream.read()).toHaveLength(2)
  })
})

describe('leases', () => {
  test('[E25] a lease ends when it was not kept alive, and takes its keys along at one revision', () => {
    const { etcd, simulation } = makeEtcd()
    const { id } = etcd.leaseGrant({ ttl: 10 })
    etcd.putIf('z', 0, '1', id)
    etcd.putIf('a', 0, '1', id)
    simulation.run({ until: 9000 })
    etcd.leaseKeepAlive(id)
    simulation.run({ until: 18_999 })
    expect(etcd.leaseTimeToLive(id)).toMatchObject({ ttl: 0, grantedTtl: 10, keys: ['a', 'z'] })
    const commits: Commit<string>[] = []
    etcd.onCommit((commit) => { commits.push(commit) })
    simulation.run({ until: 19_000 })
    expect(commits.map(({ revision, events }) => [revision, events.map(({ type, kv }) => type + kv.key)])).toEqual([[4, ['DELETEa', 'DELETEz']]])
    expect(etcd.leaseLeases().ids).toEqual([])
    expect(simulation.run()).toBe('idle')
  })

  test('[E25] an id that is granted again is not ended by the timer of its first life', () => {
    const { etcd, simulation } = makeEtcd()
    etcd.leaseGrant({ id: 7, ttl: 10 })
    simulation.run({ until: 5000 })
    etcd.leaseRevoke(7)
    etcd.leaseGrant({ id: 7, ttl: 10 })
    simulation.run({ until: 14_999 })
    expect(etcd.leaseLeases().ids).toEqual([7])
    simulation.run({ until: 15_000 })
    expect(etcd.leaseLeases().ids).toEqual([])
  })

  test('[E26] a key hangs on the lease of its last put', () => {
    const { etcd } = makeEtcd()
    etcd.leaseGrant({ id: 1, ttl: 60 })
    etcd.leaseGrant({ id: 2, ttl: 60 })
    for (const key of ['a', 'b', 'c', 'd']) etcd.putIf(key, 0, 'x', 1)
    etcd.putIf('a', undefined, 'x')
    etcd.putIf('b', undefined, 'x', 2)
    etcd.deleteIf('c')
    expect(etcd.leaseTimeToLive(1).keys).toEqual(['d'])
    expect(etcd.leaseTimeToLive(2).keys).toEqual(['b'])
  })
})

describe('listeners', () => {
  test('[E29] hear every revision once, in order', () => {
    const { etcd } = makeEtcd()
    const heard: string[] = []
    const stop = etcd.onCommit(({ revision, events }) => { heard.push(`${revision}: ${events.map(({ type, kv, prevKv }) => `${type} ${kv.key} ${prevKv?.value ?? '-'}`).join(', ')}`) })
    etcd.putIf('a', 0, '1')
    etcd.txn({ success: [{ type: 'put', request: { key: 'a', value: '2' } }, { type: 'put', request: { key: 'b', value: '3' } }] })
    etcd.deleteRange(everything)
    etcd.load(etcd.save())
    etcd.putIf('a', 0, '1')
    stop()
    etcd.putIf('a', undefined, '1')
    expect(heard).toEqual(['2: PUT a -', '3: PUT a 1, PUT b -', '4: DELETE a 2, DELETE b 3', '5: PUT a -'])
  })
})

// Random requests against the naive model.

const keys = ['a', 'a/1', 'a/2', 'b', 'b/😀', 'b/～', 'c'] as const
const key = fc.constantFrom(...keys)
const range = fc.oneof(
  fc.record({ key }), fc.record({ key, rangeEnd: key }), fc.constantFrom({ key: 'a/', rangeEnd: 'a0' }, everything, { key: 'b', rangeEnd: '\0' }),
)
const value = fc.constantFrom('', 'x', 'y', '～', '😀')
const revisions = fc.integer({ min: 0, max: 40 })
const putRequest = fc.record({ key, value, prevKv: fc.boolean() })
const rangeRequest = fc.tuple(range, fc.record({
  limit: fc.integer({ min: 0, max: 4 }), revision: fc.oneof(fc.constant(0), revisions), countOnly: fc.boolean(),
  minModRevision: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: revisions }), maxCreateRevision: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: revisions }),
}), fc.oneof(fc.constant({}), fc.record({ sortOrder: fc.constantFrom('ASCEND' as const, 'DESCEND' as const), sortTarget: fc.constantFrom('KEY' as const, 'VERSION' as const, 'CREATE' as const, 'MOD' as const, 'VALUE' as const) }))).map(([a, b, c]) => ({ ...a, ...b, ...c }))
const compare = fc.tuple(range, fc.constantFrom('EQUAL' as const, 'NOT_EQUAL' as const, 'GREATER' as const, 'LESS' as const), fc.oneof(
  fc.record({ target: fc.constantFrom('VERSION' as const, 'CREATE' as const, 'MOD' as const), number: fc.integer({ min: 0, max: 10 }) }),
  fc.record({ target: fc.constant('VALUE' as const), value }),
)).map(([a, result, c]) => ({ ...a, result, ...c }))
const ops = (inner: fc.Arbitrary<RequestOp<string>> | undefined): fc.Arbitrary<RequestOp<string>[]> => fc.array(fc.oneof(
  putRequest.map((request) => ({ type: 'put' as const, request })),
  range.map((request) => ({ type: 'deleteRange' as const, request: { ...request, prevKv: true } })),
  range.map((request) => ({ type: 'range' as const, request })),
  ...(inner === undefined ? [] : [inner]),
), { maxLength: 3 })
const txnOf = (inner?: fc.Arbitrary<RequestOp<string>>): fc.Arbitrary<TxnRequest<string>> => fc.record({ compare: fc.array(compare, { maxLength: 2 }), success: ops(inner), failure: ops(inner) })
const txn = txnOf(txnOf().map((request) => ({ type: 'txn' as const, request })))

type Action =
  | { readonly do: 'put' | 'range' | 'deleteRange' | 'txn'; readonly request: unknown }
  | { readonly do: 'compact'; readonly revision: number }
  | { readonly do: 'reload'; readonly how: 'json' | 'shared' | 'fresh' }
  | { readonly do: 'keep' }
  | { readonly do: 'check'; readonly revision: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: putRequest.map((request) => ({ do: 'put' as const, request })) },
  { weight: 3, arbitrary: range.map((request) => ({ do: 'deleteRange' as const, request: { ...request, prevKv: true } })) },
  { weight: 4, arbitrary: rangeRequest.map((request) => ({ do: 'range' as const, request })) },
  { weight: 4, arbitrary: txn.map((request) => ({ do: 'txn' as const, request })) },
  { weight: 1, arbitrary: revisions.map((revision) => ({ do: 'compact' as const, revision })) },
  { weight: 1, arbitrary: fc.constantFrom('json' as const, 'shared' as const, 'fresh' as const).map((how) => ({ do: 'reload' as const, how })) },
)

test('[E1] [E6] [E7] [E8] [E9] [E12] [E13] [E15] [E16] [E27] any sequence of requests is answered as the naive model answers it', () => {
  fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
    let { etcd } = makeEtcd()
    const naive = new NaiveEtcd()
    for (const step of actions) {
      if (step.do === 'reload') {
        const state = etcd.save()
        if (step.how === 'fresh') ({ etcd } = makeEtcd())
        etcd.load(step.how === 'json' ? JSON.parse(JSON.stringify(state)) : state)
        continue
      }
      const run = (store: Pick<Etcd<string>, 'put' | 'range' | 'deleteRange' | 'txn'> & { compact(revision: number): unknown }): unknown => {
        try {
          if (step.do === 'compact') return store.compact(step.revision) && null
          if (step.do === 'put') return store.put(step.request as Parameters<typeof store.put>[0])
          if (step.do === 'range') return store.range(step.request as Parameters<typeof store.range>[0])
          if (step.do === 'deleteRange') return store.deleteRange(step.request as Parameters<typeof store.deleteRange>[0])
          if (step.do === 'txn') return store.txn(step.request as TxnRequest<string>)
          return null
        } catch (error) {
          if (error instanceof EtcdError) return error.kind
          throw error
        }
      }
      const got = run(etcd)
      // The naive model takes any transaction; what is not well-formed is refused before it gets there.
      if (got === 'duplicateKey') continue
      expect(got ?? null).toEqual(run({ put: (r) => naive.put(r), range: (r) => naive.range(r), deleteRange: (r) => naive.deleteRange(r), txn: (r) => naive.txn(r), compact: (r) => { naive.compact(r) } }) ?? null)
    }
    for (let revision = Math.max(1, etcd.compactRevision); revision <= etcd.revision; revision++) {
      expect(etcd.list(everything, { revision, count: true })).toMatchObject({ kvs: naive.at(revision), count: naive.at(revision).length })
    }
  }), { numRuns: 1000 })
})

test('[E18] [E19] what a watch says, applied to nothing, gives what is there', () => {
  fc.assert(fc.property(fc.array(action, { maxLength: 40 }), fc.array(fc.boolean(), { maxLength: 40 }), (actions, reads) => {
    let { etcd } = makeEtcd()
    let stream = etcd.openWatchStream()
    stream.send({ type: 'create', ...everything, prevKv: true })
    const mirror = new Map<string, { readonly value: string; readonly modRevision: number }>()
    const readAll = (): void => {
      for (const { kv, type, prevKv } of stream.read().flatMap((response) => response.events)) {
        const before = mirror.get(kv.key)
        // A key that is made and deleted in one transaction has no state before it.
        if (before !== undefined && before.modRevision < kv.modRevision && kv.version !== 1) expect(prevKv).toMatchObject(before)
        if (type === 'PUT') mirror.set(kv.key, { value: kv.value, modRevision: kv.modRevision })
        else mirror.delete(kv.key)
      }
    }
    actions.forEach((step, i) => {
      if (reads[i] === true) readAll()
      if (step.do === 'reload') {
        const state = JSON.parse(JSON.stringify(etcd.save())) as unknown
        ;({ etcd } = makeEtcd())
        etcd.load(state)
        stream = etcd.watchStream(stream.id) as typeof stream
        return
      }
      refusal(() => {
        if (step.do === 'put') etcd.put(step.request as Parameters<typeof etcd.put>[0])
        if (step.do === 'deleteRange') etcd.deleteRange(step.request as Parameters<typeof etcd.deleteRange>[0])
        if (step.do === 'txn') etcd.txn(step.request as TxnRequest<string>)
        if (step.do === 'compact') etcd.compact(step.revision)
      })
    })
    readAll()
    expect([...mirror].sort(([a], [b]) => compareBytes(a, b))).toEqual([...etcd.entries()].map(({ key: name, value: text, modRevision }) => [name, { value: text, modRevision }]))
  }), { numRuns: 200 })
})

describe('state', () => {
  test('[E27] going back and on a different way gives what the different way alone gives', () => {
    fc.assert(fc.property(fc.array(putRequest, { maxLength: 30 }), fc.array(putRequest, { maxLength: 30 }), fc.array(putRequest, { maxLength: 30 }), fc.boolean(), (start, left, right, compacts) => {
      const write = (etcd: Etcd<string>, requests: typeof start): void => { for (const request of requests) request.prevKv ? etcd.put(request) : etcd.deleteIf(request.key) }
      const { etcd } = makeEtcd()
      write(etcd, start)
      const saved = etcd.save()
      write(etcd, left)
      if (compacts && etcd.revision > 1) etcd.compact(etcd.revision - 1)
      etcd.load(saved)
      write(etcd, right)
      const { etcd: straight } = makeEtcd()
      write(straight, start)
      write(straight, right)
      expect(etcd.save()).toEqual(straight.save())
      for (let revision = 1; revision <= straight.revision; revision++) {
        expect(etcd.list(everything, { revision, count: true })).toEqual(straight.list(everything, { revision, count: true }))
      }
    }), { numRuns: 200 })
  })

  test('[E28] two checkpoints share all history that is sealed', () => {
    const { etcd } = makeEtcd()
    for (let i = 0; i < 5000; i++) etcd.putIf(`k${i % 300}`, undefined, String(i))
    const first = etcd.save()
    for (let i = 0; i < 5000; i++) etcd.putIf(`k${i % 300}`, undefined, String(i))
    const second = etcd.save()
    expect(first.history.chunks.length).toBe(4)
    first.history.chunks.forEach((chunk, i) => { expect(second.history.chunks[i]).toBe(chunk) })
    expect(first.history.chunks.every((chunk) => Object.isFrozen(chunk))).toBe(true)
    expect(first.history.tail).toHaveLength(5000 - 4096)
    etcd.load(first)
    expect(etcd.revision).toBe(5001)
    expect(etcd.get('k0')?.value).toBe('4800')
    etcd.load(second)
    expect(etcd.get('k0')?.value).toBe('4800')
    expect(etcd.stats).toEqual({ revision: 10_001, compactRevision: 0, keys: 300, versions: 10_000, watches: 0, leases: 0 })
  })
})
