import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { hashOf, RollingHash } from '../../src/base'
import { Etcd } from '../../src/engine/etcd'
import { benchmark, percentile, samples, timed } from './lib/benchmark'

const context = { now: () => 0, schedule: () => 0 }

interface Value {
  readonly name: string
  readonly filling: string
}

const keyOf = (i: number, keys: number): string => `/registry/pods/ns-${i % 20}/pod-${(i * 7919) % keys}`

/** Objects of about 2 kB, as the api-server hands them over: by reference. */
const valueOf = (i: number): Value => Object.freeze({ name: `pod-${i}`, filling: 'x'.repeat(64) + 'y'.repeat(1_900) })

function checksum(etcd: Etcd<Value>): string {
  const hash = new RollingHash()
  for (const { key, modRevision, version, value } of etcd.entries()) hash.add(key).addNumber(modRevision).addNumber(version).add(value.name)
  return hash.digest()
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

export const benchmarks = [
  benchmark('etcd: puts with full history', ({ size, report }) => {
    const puts = size({ smoke: 3_000, real: 500_000 })
    const keys = size({ smoke: 200, real: 50_000 })
    // The same names and values are made beforehand for each run: what is measured is the store.
    const names = Array.from({ length: keys }, (_, i) => keyOf(i, keys))
    const values = Array.from({ length: 1000 }, (_, i) => valueOf(i))
    const etcd = new Etcd<Value>({ context })
    let heard = 0
    etcd.onCommit(({ events }) => { heard += events.length })
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    const run = timed(() => { for (let i = 0; i < puts; i++) etcd.putIf(names[i % keys] as string, undefined, values[i % 1000] as Value) })
    collectGarbage()
    report({
      'puts per second': puts / run.seconds, 'versions kept': etcd.stats.versions,
      // Without the values: those are the caller's, one object for as long as anyone needs it.
      'bytes per kept revision': (process.memoryUsage().heapUsed - before) / puts,
      checksum: `${checksum(etcd)} ${heard}`,
    })
  }),

  benchmark('etcd: compare-and-swap and delete', ({ size, report }) => {
    const rounds = size({ smoke: 1_000, real: 200_000 })
    const etcd = new Etcd<Value>({ context })
    const value = valueOf(1)
    const run = timed(() => {
      for (let i = 0; i < rounds; i++) {
        const key = `/registry/leases/${i % 5000}`
        etcd.putIf(key, etcd.get(key)?.modRevision ?? 0, value)
        if (i % 7 === 0) etcd.deleteIf(key)
      }
    })
    report({ 'writes per second': (rounds + Math.ceil(rounds / 7)) / run.seconds, checksum: checksum(etcd) })
  }),

  benchmark('etcd: range of 500 of many keys, now and long ago', ({ size, report }) => {
    const keys = size({ smoke: 2_000, real: 100_000 })
    const etcd = new Etcd<Value>({ context })
    const value = valueOf(1)
    for (let i = 0; i < keys; i++) etcd.putIf(keyOf(i, keys), 0, value)
    const then = etcd.revision
    for (let i = 0; i < keys * 2; i++) etcd.putIf(keyOf(i % keys, keys), undefined, value)
    const count = size({ smoke: 20, real: 2_000 })
    const starts = Array.from({ length: count }, (_, i) => keyOf(i * 37, keys))
    const hash = new RollingHash()
    const page = (revision: number) => (i: number): void => {
      const { kvs } = etcd.list({ key: starts[i] as string, rangeEnd: '/registry/pods0' }, { limit: 500, revision })
      hash.addNumber(kvs.length).addNumber(kvs.at(-1)?.modRevision ?? 0)
    }
    const [now, past] = [samples(count, page(0)), samples(count, page(then))]
    report({
      'now p50 ms': percentile(now, 0.5), 'now p99 ms': percentile(now, 0.99), 'long ago p50 ms': percentile(past, 0.5), 'long ago p99 ms': percentile(past, 0.99),
      checksum: hash.digest(),
    })
  }),

  benchmark('etcd: checkpoint, go back, compact', ({ size, report }) => {
    const puts = size({ smoke: 5_000, real: 300_000 })
    const etcd = new Etcd<Value>({ context })
    const value = valueOf(1)
    const write = (from: number, to: number): void => { for (let i = from; i < to; i++) etcd.putIf(keyOf(i, 20_000), undefined, value) }
    write(0, puts)
    const saves = samples(20, () => { etcd.save() })
    const saved = etcd.save()
    write(puts, puts + 1000)
    const back = timed(() => { etcd.load(saved) })
    const fresh = new Etcd<Value>({ context })
    const restore = timed(() => { fresh.load(saved) })
    const compact = timed(() => fresh.compact(Math.floor(puts / 2)))
    report({
      'save ms': percentile(saves, 0.5), 'load, 1000 writes back, ms': back.seconds * 1000, 'load into an empty one, ms': restore.seconds * 1000,
      'compact half, ms': compact.seconds * 1000, checksum: hashOf(checksum(etcd) + checksum(fresh) + fresh.stats.versions),
    })
  }),
]
