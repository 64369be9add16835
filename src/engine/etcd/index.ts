/**
 * The key-value store under the api-server: revisions, ranges, transactions, watches, leases, compaction.
 * Values are opaque to it. Only the api-server speaks to it (and flannel, through an interface it is handed).
 * The rules it keeps are in SPEC.md, E1 to E29.
 */
export { Etcd, type EtcdState, type ListOptions, type ListResult } from './etcd'
export { EtcdError, type EtcdErrorKind } from './errors'
export { prefixEnd } from './keys'
export type { WatchStream } from './watch'
export type {
  Commit, Compare, CompareResult, DeleteRangeRequest, DeleteRangeResponse, EtcdContext, EtcdOptions, EtcdStats, Event, KeyRange, KeyValue,
  LeaseGrantResponse, LeaseKeepAliveResponse, LeaseTimeToLiveResponse, PutRequest, PutResponse, RangeRequest, RangeResponse,
  RequestOp, ResponseOp, SortOrder, SortTarget, TxnRequest, TxnResponse, WatchCreateRequest, WatchRequest, WatchResponse,
} from './types'
