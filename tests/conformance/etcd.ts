import { Simulation } from '../../src/engine/kernel'
import {
  Etcd, EtcdError, type Compare, type CompareResult, type DeleteRangeRequest, type DeleteRangeResponse, type Event, type KeyValue, type PutRequest, type PutResponse,
  type RangeRequest, type RangeResponse, type RequestOp, type ResponseOp, type SortOrder, type SortTarget, type TxnRequest, type TxnResponse,
  type WatchCreateRequest, type WatchResponse, type WatchStream,
} from '../../src/engine/etcd'
import { Difference, expectSame, firstDifference } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

type Json = Record<string, unknown>

interface Step {
  readonly do: string
  readonly req?: Json
  readonly stream?: string
  readonly seconds?: number
  readonly resp?: Json
  readonly error?: Json
  readonly responses?: Json[]
  readonly alt?: { readonly resp?: Json; readonly error?: Json; readonly responses?: Json[] }
}

interface Sequence {
  readonly name: string
  readonly steps: readonly Step[]
}

/** Recordings of a real etcd; the format is described in ../shared/conformance/etcd/README.md and etcd/README.md here. */
export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    yield await vector(file, file.replace(/\.json(\.gz)?$/, ''), () => { play(readJson(folder, file) as Sequence) })
  }
}

function play(sequence: Sequence): void {
  const simulation = new Simulation({ seed: 1 })
  const etcd = new Etcd<string>({ context: simulation.context('etcd') })
  simulation.add(etcd)
  const streams = new Map<string, WatchStream<string>>()
  sequence.steps.forEach((step, i) => {
    const got = act(step, simulation, etcd, streams)
    const wanted = [step, ...(step.alt === undefined ? [] : [step.alt])].map(({ resp, error, responses }) => ({
      ...(resp === undefined ? {} : { resp }), ...(error === undefined ? {} : { error }), ...(responses === undefined ? {} : { responses: flatten(responses) }),
    }))
    const differences = wanted.map((want) => firstDifference(got, want, `steps[${i}]`))
    const first = differences[0]
    if (first !== undefined && differences.every((difference) => difference !== undefined)) throw new Difference(`${first} (${step.do} ${JSON.stringify(step.req ?? {}).slice(0, 200)})`)
  })
}

function act(step: Step, simulation: Simulation, etcd: Etcd<string>, streams: Map<string, WatchStream<string>>): Json {
  const request = step.req ?? {}
  const stream = (): WatchStream<string> => {
    const found = streams.get(step.stream ?? '')
    if (found === undefined) throw new Error(`stream ${step.stream ?? ''} was never opened`)
    return found
  }
  switch (step.do) {
    case 'watchOpen':
      streams.set(step.stream ?? '', etcd.openWatchStream())
      return {}
    case 'watchSend':
      stream().send(watchRequest(request))
      return {}
    case 'watchRead':
      return { responses: flatten(stream().read().map(watchResponse)) }
    case 'sleep':
      simulation.run({ until: simulation.now + (step.seconds ?? 0) * 1000 })
      return {}
  }
  try {
    return { resp: call(step, request, etcd) }
  } catch (error) {
    if (error instanceof EtcdError) return { error: { code: error.code, message: error.message } }
    throw error
  }
}

function call(step: Step, request: Json, etcd: Etcd<string>): Json {
  switch (step.do) {
    case 'put': return putResponse(etcd.put(putRequest(request)))
    case 'range': return rangeResponse(etcd.range(rangeRequest(request)))
    case 'delete': return deleteResponse(etcd.deleteRange(deleteRequest(request)))
    case 'txn': return txnResponse(etcd.txn(txnRequest(request)))
    case 'compact': return { header: header(etcd.compact(number(request['revision'])).revision) }
    case 'leaseGrant': {
      const { revision, id, ttl } = etcd.leaseGrant({ id: number(request['ID']), ttl: number(request['TTL']) })
      return { header: header(revision), ID: id, TTL: ttl }
    }
    case 'leaseRevoke': return { header: header(etcd.leaseRevoke(number(request['ID'])).revision) }
    case 'leaseTimeToLive': {
      const { revision, id, ttl, grantedTtl, keys } = etcd.leaseTimeToLive(number(request['ID']))
      const wanted = step.resp?.['TTL']
      const shown = typeof wanted === 'string' && ttl >= 0 && ttl <= Number(wanted.replace('<=', '')) ? wanted : ttl
      return withoutZeros({ header: header(revision), ID: id, TTL: shown, grantedTTL: grantedTtl, ...(request['keys'] === true ? { keys } : {}) })
    }
    case 'leaseLeases': {
      const { revision, ids } = etcd.leaseLeases()
      return withoutZeros({ header: header(revision), leases: ids.map((ID) => ({ ID })) })
    }
    case 'leaseKeepAlive': {
      const { revision, id, ttl } = etcd.leaseKeepAlive(number(request['ID']))
      return withoutZeros({ header: header(revision), ID: id, TTL: ttl })
    }
    default: throw new Error(`a step this runner does not know: ${step.do}`)
  }
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const list = (value: unknown): Json[] => (Array.isArray(value) ? value as Json[] : [])

function known(request: Json, ...fields: readonly string[]): void {
  for (const field of Object.keys(request)) if (!fields.includes(field)) throw new Error(`a field this runner does not know: ${field}`)
}

function keyRange(request: Json): { key: string; rangeEnd?: string } {
  return { key: text(request['key']), ...(request['range_end'] === undefined ? {} : { rangeEnd: text(request['range_end']) }) }
}

function putRequest(request: Json): PutRequest<string> {
  known(request, 'key', 'value', 'lease', 'prev_kv', 'ignore_value', 'ignore_lease')
  const ignoreValue = request['ignore_value'] === true
  return {
    key: text(request['key']), lease: number(request['lease']), prevKv: request['prev_kv'] === true, ignoreValue, ignoreLease: request['ignore_lease'] === true,
    ...(ignoreValue && request['value'] === undefined ? {} : { value: text(request['value']) }),
  }
}

function rangeRequest(request: Json): RangeRequest {
  known(request, 'key', 'range_end', 'limit', 'revision', 'sort_order', 'sort_target', 'serializable', 'keys_only', 'count_only',
    'min_mod_revision', 'max_mod_revision', 'min_create_revision', 'max_create_revision')
  return {
    ...keyRange(request), limit: number(request['limit']), revision: number(request['revision']),
    sortOrder: (request['sort_order'] ?? 'NONE') as SortOrder, sortTarget: (request['sort_target'] ?? 'KEY') as SortTarget,
    keysOnly: request['keys_only'] === true, countOnly: request['count_only'] === true,
    minModRevision: number(request['min_mod_revision']), maxModRevision: number(request['max_mod_revision']),
    minCreateRevision: number(request['min_create_revision']), maxCreateRevision: number(request['max_create_revision']),
  }
}

function deleteRequest(request: Json): DeleteRangeRequest {
  known(request, 'key', 'range_end', 'prev_kv')
  return { ...keyRange(request), prevKv: request['prev_kv'] === true }
}

function txnRequest(request: Json): TxnRequest<string> {
  known(request, 'compare', 'success', 'failure')
  return { compare: list(request['compare']).map(compare), success: list(request['success']).map(requestOp), failure: list(request['failure']).map(requestOp) }
}

function compare(request: Json): Compare<string> {
  known(request, 'target', 'result', 'key', 'range_end', 'version', 'create_revision', 'mod_revision', 'lease', 'value')
  const common = { ...keyRange(request), result: (request['result'] ?? 'EQUAL') as CompareResult }
  const target = (request['target'] ?? 'VERSION') as Compare<string>['target']
  switch (target) {
    case 'VALUE': return { ...common, target, value: text(request['value']) }
    case 'VERSION': return { ...common, target, number: number(request['version']) }
    case 'CREATE': return { ...common, target, number: number(request['create_revision']) }
    case 'MOD': return { ...common, target, number: number(request['mod_revision']) }
    case 'LEASE': return { ...common, target, number: number(request['lease']) }
    default: throw new Error(`a compare target this runner does not know: ${String(target)}`)
  }
}

function requestOp(op: Json): RequestOp<string> {
  known(op, 'request_put', 'request_range', 'request_delete_range', 'request_txn')
  if (op['request_put'] !== undefined) return { type: 'put', request: putRequest(op['request_put'] as Json) }
  if (op['request_range'] !== undefined) return { type: 'range', request: rangeRequest(op['request_range'] as Json) }
  if (op['request_delete_range'] !== undefined) return { type: 'deleteRange', request: deleteRequest(op['request_delete_range'] as Json) }
  return { type: 'txn', request: txnRequest(op['request_txn'] as Json) }
}

function watchRequest(request: Json): Parameters<WatchStream<string>['send']>[0] {
  known(request, 'create_request', 'cancel_request', 'progress_request')
  const cancel = request['cancel_request'] as Json | undefined
  if (cancel !== undefined) return { type: 'cancel', watchId: number(cancel['watch_id']) }
  const create = request['create_request'] as Json | undefined
  if (create === undefined) return { type: 'progress' }
  known(create, 'key', 'range_end', 'start_revision', 'filters', 'prev_kv', 'progress_notify', 'fragment', 'watch_id')
  return {
    type: 'create', ...keyRange(create), startRevision: number(create['start_revision']), filters: (create['filters'] ?? []) as NonNullable<WatchCreateRequest['filters']>,
    prevKv: create['prev_kv'] === true, progressNotify: create['progress_notify'] === true, fragment: create['fragment'] === true, watchId: number(create['watch_id']),
  }
}

// Answers in etcd's own words: what is zero, empty or false is absent.

function withoutZeros(tree: Json): Json {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== 0 && value !== '' && value !== false && value !== undefined && !(Array.isArray(value) && value.length === 0)))
}

const header = (revision: number): Json => withoutZeros({ revision })

function keyValue(kv: Omit<KeyValue<string>, 'value'> & { readonly value?: string }): Json {
  const { key, createRevision, modRevision, version, value, lease } = kv
  return withoutZeros({ key, create_revision: createRevision, mod_revision: modRevision, version, value, lease })
}

const putResponse = ({ revision, prevKv }: PutResponse<string>): Json => withoutZeros({ header: header(revision), prev_kv: prevKv && keyValue(prevKv) })

const rangeResponse = ({ revision, kvs, more, count }: RangeResponse<string>): Json => withoutZeros({ header: header(revision), kvs: kvs.map(keyValue), more, count })

const deleteResponse = ({ revision, deleted, prevKvs }: DeleteRangeResponse<string>): Json => withoutZeros({ header: header(revision), deleted, prev_kvs: prevKvs.map(keyValue) })

const txnResponse = (response: TxnResponse<string>): Json => ({ ...txnBody(response), header: header(response.revision) })

// The header of an inner transaction says nothing.
const txnBody = ({ succeeded, responses }: Omit<TxnResponse<string>, 'revision'>): Json => withoutZeros({ header: {}, succeeded, responses: responses.map(responseOp) })

function responseOp(op: ResponseOp<string>): Json {
  switch (op.type) {
    case 'put': return { response_put: putResponse(op.response) }
    case 'range': return { response_range: rangeResponse(op.response) }
    case 'deleteRange': return { response_delete_range: deleteResponse(op.response) }
    case 'txn': return { response_txn: txnBody(op.response) }
  }
}

const event = ({ type, kv, prevKv }: Event<string>): Json => ({
  ...(type === 'DELETE' ? { type } : {}), kv: keyValue(kv), ...(prevKv === undefined ? {} : { prev_kv: keyValue(prevKv) }),
})

const watchResponse = ({ revision, watchId, created, canceled, compactRevision, cancelReason, events }: WatchResponse<string>): Json => ({
  ...withoutZeros({ watch_id: watchId, created, canceled, compact_revision: compactRevision, cancel_reason: cancelReason, events: events.map(event) }),
  header: header(revision),
})

/**
 * By watch id, stable; the events of one watch in one list, because how they are parted into responses depends on timing:
 * only that all events of a revision are in one response is checked here.
 */
function flatten(responses: readonly Json[]): Json {
  const watches = new Map<number, { control: Json[]; events: unknown[] }>()
  for (const response of [...responses].sort((a, b) => number(a['watch_id']) - number(b['watch_id']))) {
    const id = number(response['watch_id'])
    let watch = watches.get(id)
    if (watch === undefined) watches.set(id, watch = { control: [], events: [] })
    const events = list(response['events'])
    if (events.length === 0) watch.control.push(response)
    const last = watch.events.at(-1) as { kv: Json } | undefined
    if (last !== undefined && events[0] !== undefined) {
      const [before, after] = [number(last.kv['mod_revision']), number((events[0]['kv'] as Json)['mod_revision'])]
      if (before >= after) expectSame(after, `greater than ${before}`, `watch ${id}: revision of the next response`)
    }
    watch.events.push(...events)
  }
  return Object.fromEntries([...watches].map(([id, watch]) => [`watch ${id}`, watch]))
}
