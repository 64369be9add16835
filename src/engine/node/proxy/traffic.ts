import type { TrafficRecord, TrafficTally } from '../../../api'
import type { ProxyConfiguration } from './config'
import type { Revisions } from './heard'

/** How a request was decided, beside what its record says: enough to walk its way again. */
export interface Replay {
  readonly revisions: Revisions
  readonly configuration: ProxyConfiguration
  readonly draws: readonly number[]
  /** The list of `recent` in which the client was found. */
  readonly recent?: string
  /** Real servers or endpoints tried, by index. */
  readonly tried?: readonly number[]
  /** The cloud's load balancer sent it to this node. */
  readonly enteredAt?: string
}

export interface Remembered {
  readonly record: TrafficRecord
  readonly replay: Replay
}

interface Count {
  readonly endpoint: string
  readonly pod: string | undefined
  readonly node: string | undefined
  count: number
}

interface Tally {
  readonly signature: string
  readonly since: number
  total: number
  failed: number
  readonly rows: Map<string, Count>
}

/** Arrivals of the last minute in buckets of ten seconds, the newest last. */
interface Rate {
  bucket: number
  counts: number[]
}

export interface SavedTraffic {
  readonly sent: number
  readonly remembered: readonly Remembered[]
  readonly tallies: readonly (readonly [string, { readonly signature: string; readonly since: number; readonly total: number; readonly failed: number; readonly rows: readonly Count[] }])[]
  readonly rates: readonly (readonly [string, Rate])[]
}

const rememberedMax = 200
const bucketMs = 10_000
const buckets = 6

/** What is remembered of requests: the newest in full, counts by endpoint, and how many a second each Pod got. */
export class Traffic {
  #sent = 0
  /** Oldest first. */
  #remembered: Remembered[] = []
  #tallies = new Map<string, Tally>()
  #rates = new Map<string, Rate>()

  /** Since the cluster began. */
  get sent(): number {
    return this.#sent
  }

  /** `signature` says what shares a service port's requests out; when it changes, counting begins anew. */
  add(record: TrafficRecord, replay: Replay, signature: string): void {
    this.#sent++
    this.#remembered.push({ record, replay })
    if (this.#remembered.length >= 2 * rememberedMax) this.#remembered = this.#remembered.slice(-rememberedMax)
    const key = record.servicePort ?? record.service
    if (key !== undefined) {
      let tally = this.#tallies.get(key)
      if (tally === undefined || tally.signature !== signature) this.#tallies.set(key, tally = { signature, since: record.at, total: 0, failed: 0, rows: new Map() })
      tally.total++
      if (record.outcome !== 'answered') tally.failed++
      if (record.endpoint !== undefined) {
        const row = tally.rows.get(record.endpoint)
        if (row === undefined) tally.rows.set(record.endpoint, { endpoint: record.endpoint, pod: record.pod, node: record.podNode, count: 1 })
        else row.count++
      }
    }
    if (record.pod !== undefined && record.outcome === 'answered') this.#arrive(record.pod, record.at)
  }

  /** Newest first: all, or those of a Service and those that led to none. */
  records(limit: number, service?: string): readonly TrafficRecord[] {
    const found: TrafficRecord[] = []
    for (let index = this.#remembered.length - 1; index >= Math.max(0, this.#remembered.length - rememberedMax) && found.length < limit; index--) {
      const { record } = this.#remembered[index] as Remembered
      if (service === undefined || record.service === undefined || record.service === service) found.push(record)
    }
    return found
  }

  find(id: number): Remembered | undefined {
    return this.#remembered.findLast((each) => each.record.id === id)
  }

  tally(servicePort: string): TrafficTally | undefined {
    const tally = this.#tallies.get(servicePort)
    if (tally === undefined) return undefined
    return {
      servicePort, since: tally.since, total: tally.total, failed: tally.failed,
      rows: [...tally.rows.values()].map(({ endpoint, pod, node, count }) => ({ endpoint, count, ...(pod === undefined ? {} : { pod }), ...(node === undefined ? {} : { node }) })),
    }
  }

  requestsPerSecond(pod: string, now: number): number {
    const rate = this.#rates.get(pod)
    if (rate === undefined) return 0
    const passed = Math.floor(now / bucketMs) - rate.bucket
    if (passed >= buckets) return 0
    return rate.counts.slice(passed).reduce((sum, count) => sum + count, 0) / ((buckets * bucketMs) / 1000)
  }

  save(): SavedTraffic {
    return {
      sent: this.#sent, remembered: this.#remembered.slice(-rememberedMax),
      tallies: [...this.#tallies].map(([key, { signature, since, total, failed, rows }]) => [key, { signature, since, total, failed, rows: [...rows.values()].map((row) => ({ ...row })) }] as const),
      rates: [...this.#rates].map(([pod, { bucket, counts }]) => [pod, { bucket, counts: [...counts] }] as const),
    }
  }

  static restored(saved: SavedTraffic): Traffic {
    const traffic = new Traffic()
    traffic.#sent = saved.sent
    traffic.#remembered = [...saved.remembered]
    traffic.#tallies = new Map(saved.tallies.map(([key, tally]) => [key, { ...tally, rows: new Map(tally.rows.map((row) => [row.endpoint, { ...row }])) }]))
    traffic.#rates = new Map(saved.rates.map(([pod, { bucket, counts }]) => [pod, { bucket, counts: [...counts] }]))
    return traffic
  }

  #arrive(pod: string, at: number): void {
    const bucket = Math.floor(at / bucketMs)
    let rate = this.#rates.get(pod)
    if (rate === undefined) {
      if (this.#rates.size > 5_000) this.#forgetRates(bucket)
      this.#rates.set(pod, rate = { bucket, counts: Array<number>(buckets).fill(0) })
    }
    while (rate.bucket < bucket) {
      if (bucket - rate.bucket >= buckets) {
        rate.counts.fill(0)
        rate.bucket = bucket
        break
      }
      rate.counts.shift()
      rate.counts.push(0)
      rate.bucket++
    }
    rate.counts[buckets - 1] = (rate.counts[buckets - 1] as number) + 1
  }

  #forgetRates(bucket: number): void {
    for (const [pod, rate] of this.#rates) if (bucket - rate.bucket >= buckets) this.#rates.delete(pod)
  }
}
