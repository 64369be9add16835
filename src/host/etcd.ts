import type { EtcdAnswer, EtcdQuery } from '../api'
import { prefixEnd, type Cluster } from '../engine'

/** Answers what somebody wants to see of etcd, at once and without a trace. Errors are part of the answer, in etcd's words. */
export function etcdAnswer(cluster: Cluster, query: EtcdQuery): EtcdAnswer {
  const { key, prefix, limit, revision, keysOnly, countOnly, since } = query
  const rangeEnd = prefix === true ? prefixEnd(key) : query.rangeEnd
  const range = { key, ...(rangeEnd === undefined ? {} : { rangeEnd }) }
  try {
    if (since !== undefined) {
      const events = since > cluster.etcd.revision ? [] : cluster.etcd.eventsFrom(since, range)
      return { revision: cluster.etcd.revision, count: 0, kvs: [], events: events.map(({ type, kv }) => ({ type, kv })) }
    }
    const { revision: now, kvs, count } = cluster.etcd.range({
      ...range, ...(limit === undefined ? {} : { limit }), ...(revision === undefined ? {} : { revision }), ...(keysOnly === undefined ? {} : { keysOnly }), ...(countOnly === undefined ? {} : { countOnly }),
    })
    return { revision: now, count, kvs }
  } catch (error) {
    // Whoever asks for a revision that is gone, or is not there yet, is told so.
    return { revision: cluster.etcd.revision, count: 0, kvs: [], error: error instanceof Error ? error.message : String(error) }
  }
}
