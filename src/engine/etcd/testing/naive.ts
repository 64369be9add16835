import { canonicalJson } from '../../../base'
import { EtcdError } from '../errors'
import type { DeleteRangeRequest, DeleteRangeResponse, KeyRange, KeyValue, PutRequest, PutResponse, RangeRequest, RangeResponse, TxnRequest, TxnResponse, ResponseOp, Compare } from '../types'

type Snapshot = readonly KeyValue<string>[]

/** The data model in the plainest way that can be right: a full copy of the whole store for every revision. */
export class NaiveEtcd {
  #snapshots: Snapshot[] = [[], []]
  #compacted = -1

  get revision(): number {
    return this.#snapshots.length - 1
  }

  at(revision: number): Snapshot {
    return this.#snapshots[revision] ?? []
  }

  range(request: RangeRequest, now: Snapshot = this.at(this.revision), revisionNow = this.revision): RangeResponse<string> {
    const wanted = request.revision ?? 0
    if (wanted > revisionNow) throw new EtcdError('futureRevision')
    if (wanted > 0 && wanted < this.#compacted) throw new EtcdError('compacted')
    const all = within(wanted <= 0 || wanted === revisionNow ? now : this.at(wanted), request)
    const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0, limit = 0, sortTarget = 'KEY', sortOrder = 'NONE' } = request
    let kvs = all
      .filter((kv) => minModRevision === 0 || kv.modRevision >= minModRevision).filter((kv) => maxModRevision === 0 || kv.modRevision <= maxModRevision)
      .filter((kv) => minCreateRevision === 0 || kv.createRevision >= minCreateRevision).filter((kv) => maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision)
    if (sortOrder !== 'NONE') {
      const field = { KEY: 'key', VERSION: 'version', CREATE: 'createRevision', MOD: 'modRevision', VALUE: 'value' } as const
      const sign = sortOrder === 'DESCEND' ? -1 : 1
      kvs = kvs.toSorted((a, b) => sign * compareBytes(a[field[sortTarget]], b[field[sortTarget]]))
    }
    const more = limit > 0 && kvs.length > limit
    return { revision: revisionNow, kvs: request.countOnly === true ? [] : more ? kvs.slice(0, limit) : kvs, more: request.countOnly === true ? false : more, count: all.length }
  }

  put(request: PutRequest<string>): PutResponse<string> {
    const { responses } = this.txn({ success: [{ type: 'put', request }] })
    return (responses[0] as { response: PutResponse<string> }).response
  }

  deleteRange(request: DeleteRangeRequest): DeleteRangeResponse<string> {
    const { responses } = this.txn({ success: [{ type: 'deleteRange', request }] })
    return (responses[0] as { response: DeleteRangeResponse<string> }).response
  }

  /** Without the checks of what is well-formed: for requests that are. */
  txn(request: TxnRequest<string>): TxnResponse<string> {
    const before = this.at(this.revision)
    const next = this.revision + 1
    let now = before
    let changed = false
    const seen = (): number => (changed ? next : next - 1)
    const run = (txn: TxnRequest<string>): Omit<TxnResponse<string>, 'revision'> => {
      const succeeded = (txn.compare ?? []).every((compare) => holds(compare, within(before, compare)))
      const responses = ((succeeded ? txn.success : txn.failure) ?? []).map((op): ResponseOp<string> => {
        if (op.type === 'txn') return { type: 'txn', response: run(op.request) }
        if (op.type === 'range') return { type: 'range', response: this.range(op.request, now, seen()) }
        if (op.type === 'deleteRange') {
          const doomed = within(now, op.request)
          now = now.filter((kv) => !doomed.includes(kv))
          changed ||= doomed.length > 0
          return { type: 'deleteRange', response: { revision: seen(), deleted: doomed.length, prevKvs: op.request.prevKv === true ? doomed : [] } }
        }
        const { key, value, ignoreValue, prevKv } = op.request
        const old = now.find((kv) => kv.key === key)
        const kv = {
          key, value: ignoreValue === true ? old?.value ?? '' : value ?? '', createRevision: old?.createRevision ?? next, modRevision: next,
          version: (old?.version ?? 0) + 1, lease: 0,
        }
        now = [...now.filter((other) => other !== old), kv].sort((a, b) => compareBytes(a.key, b.key))
        changed = true
        return { type: 'put', response: { revision: next, ...(prevKv === true && old !== undefined ? { prevKv: old } : {}) } }
      })
      return { succeeded, responses }
    }
    const result = run(request)
    if (changed) this.#snapshots.push(now)
    return { revision: this.revision, ...result }
  }

  compact(revision: number): void {
    if (revision <= this.#compacted) throw new EtcdError('compacted')
    if (revision > this.revision) throw new EtcdError('futureRevision')
    this.#compacted = revision
  }
}

function within(snapshot: Snapshot, { key, rangeEnd }: KeyRange): KeyValue<string>[] {
  return snapshot.filter((kv) => (rangeEnd === undefined ? kv.key === key : compareBytes(kv.key, key) >= 0 && (rangeEnd === '\0' || compareBytes(kv.key, rangeEnd) < 0)))
}

function holds(compare: Compare<string>, kvs: readonly KeyValue<string>[]): boolean {
  const one = (kv: Omit<KeyValue<string>, 'key' | 'value'>, value: string | undefined): boolean => {
    if (compare.target === 'VALUE' && value === undefined) return false
    const left = { VERSION: kv.version, CREATE: kv.createRevision, MOD: kv.modRevision, LEASE: kv.lease, VALUE: value ?? '' }[compare.target]
    const order = compareBytes(left, compare.target === 'VALUE' ? compare.value : compare.number)
    return { EQUAL: order === 0, NOT_EQUAL: order !== 0, GREATER: order > 0, LESS: order < 0 }[compare.result]
  }
  if (kvs.length === 0) return one({ version: 0, createRevision: 0, modRevision: 0, lease: 0 }, undefined)
  return kvs.every((kv) => one(kv, kv.value))
}

/** The bytes themselves. */
export function compareBytes(a: string | number, b: string | number): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b)
  const encoder = new TextEncoder()
  const [left, right] = [encoder.encode(a), encoder.encode(b)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return (left[i] as number) - (right[i] as number)
  return left.length - right.length
}

/** For comparing answers. */
export const same = canonicalJson
