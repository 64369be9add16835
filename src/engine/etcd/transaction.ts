import { unreachable } from '../../base'
import { EtcdError } from './errors'
import { boundsOf, inBounds, type Bounds } from './keys'
import type { Compare, KeyValue, PutRequest, RequestOp, TxnRequest } from './types'

/** Upstream: the default of --max-txn-ops. */
const opsMax = 128

export function checkPutRequest<V>(request: PutRequest<V>): void {
  if (request.key === '') throw new EtcdError('emptyKey')
  if (request.ignoreValue === true && request.value !== undefined) throw new EtcdError('valueProvided')
  if (request.ignoreLease === true && (request.lease ?? 0) !== 0) throw new EtcdError('leaseProvided')
}

/** What is wrong with a transaction whatever the store holds. Upstream: api v3rpc, checkTxnRequest and checkIntervals. */
export function checkTxnRequest<V>(request: TxnRequest<V>): void {
  checkOps(request, opsMax)
  checkIntervals(request.success ?? [])
  checkIntervals(request.failure ?? [])
}

function checkOps<V>(request: TxnRequest<V>, max: number): void {
  const { compare = [], success = [], failure = [] } = request
  const count = Math.max(compare.length, success.length, failure.length)
  if (count > max) throw new EtcdError('tooManyOps')
  for (const { key } of compare) if (key === '') throw new EtcdError('emptyKey')
  for (const op of [...success, ...failure]) {
    switch (op.type) {
      case 'put':
        checkPutRequest(op.request)
        break
      case 'range':
      case 'deleteRange':
        if (op.request.key === '') throw new EtcdError('emptyKey')
        break
      case 'txn':
        checkOps(op.request, max - count)
        break
      default:
        unreachable(op)
    }
  }
}

interface Touched {
  readonly puts: ReadonlySet<string>
  readonly deletes: readonly Bounds[]
}

/** A key is put once at most in one transaction, and not where the same transaction deletes. The two branches exclude each other. */
function checkIntervals<V>(ops: readonly RequestOp<V>[]): Touched {
  const puts = new Set<string>()
  const deletes: Bounds[] = []
  for (const op of ops) {
    if (op.type !== 'deleteRange') continue
    // As upstream, "\0" is compared like any other end here: "delete everything" then covers nothing and forbids nothing.
    const { key, rangeEnd = '' } = op.request
    deletes.push(rangeEnd === '\0' ? { from: key, to: rangeEnd, single: false } : boundsOf(op.request))
  }
  const add = (key: string, isSafe: (key: string) => boolean): void => {
    if (puts.has(key) && !isSafe(key)) throw new EtcdError('duplicateKey')
    const { from } = boundsOf({ key })
    if (deletes.some((bounds) => inBounds(from, bounds))) throw new EtcdError('duplicateKey')
    puts.add(key)
  }
  for (const op of ops) {
    if (op.type !== 'txn') continue
    const then = checkIntervals(op.request.success ?? [])
    const otherwise = checkIntervals(op.request.failure ?? [])
    for (const key of then.puts) add(key, () => false)
    for (const key of otherwise.puts) add(key, (candidate) => then.puts.has(candidate))
    deletes.push(...then.deletes, ...otherwise.deletes)
  }
  for (const op of ops) if (op.type === 'put') add(op.request.key, () => false)
  return { puts, deletes }
}

/** Which branch each transaction takes, the outer one first and then those inside its branch in order: decided before anything is written. */
export interface TxnPath {
  readonly succeeded: boolean
  readonly inner: readonly TxnPath[]
}

export function pathOfTxn<V>(request: TxnRequest<V>, holds: (compare: Compare<V>) => boolean): TxnPath {
  const succeeded = (request.compare ?? []).every(holds)
  const inner: TxnPath[] = []
  for (const op of branchOf(request, succeeded)) if (op.type === 'txn') inner.push(pathOfTxn(op.request, holds))
  return { succeeded, inner }
}

export function branchOf<V>(request: TxnRequest<V>, succeeded: boolean): readonly RequestOp<V>[] {
  return (succeeded ? request.success : request.failure) ?? []
}

/** Whether a compare holds for one key's version; `undefined`: the key is not there. Upstream: apply.go, applyCompare. */
export function compareHolds<V>(compare: Compare<V>, kv: KeyValue<V> | undefined, compareValues: (a: V, b: V) => number): boolean {
  let order: number
  switch (compare.target) {
    case 'VALUE':
      if (kv === undefined) return false
      order = compareValues(kv.value, compare.value)
      break
    case 'VERSION':
      order = (kv?.version ?? 0) - compare.number
      break
    case 'CREATE':
      order = (kv?.createRevision ?? 0) - compare.number
      break
    case 'MOD':
      order = (kv?.modRevision ?? 0) - compare.number
      break
    case 'LEASE':
      order = (kv?.lease ?? 0) - compare.number
      break
    default:
      return unreachable(compare)
  }
  switch (compare.result) {
    case 'EQUAL': return order === 0
    case 'NOT_EQUAL': return order !== 0
    case 'GREATER': return order > 0
    case 'LESS': return order < 0
    default: return unreachable(compare.result)
  }
}
