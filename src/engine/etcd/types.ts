import type { ActorContext } from '../kernel'

/**
 * One version of a key, as stored. Never changed once made: it is shared by everyone who reads it.
 * A deletion is stored too, as a tombstone: version, createRevision and lease 0, no value.
 */
export interface KeyValue<V> {
  readonly key: string
  readonly value: V
  /** Revision that made the key; a key deleted and put again begins anew. */
  readonly createRevision: number
  /** Revision of this very version. */
  readonly modRevision: number
  /** 1 for the first put since the key was made. */
  readonly version: number
  /** Lease it hangs on; 0 for none. */
  readonly lease: number
}

export interface Event<V> {
  readonly type: 'PUT' | 'DELETE'
  /** For DELETE only `key` and `modRevision` mean something. */
  readonly kv: KeyValue<V>
  /** What the key was before, if it was there and its history is still kept. */
  readonly prevKv?: KeyValue<V>
}

/** Everything one revision did, in the order in which it was done. Several events when a transaction, a range deletion or a lease made it. */
export interface Commit<V> {
  readonly revision: number
  readonly events: readonly Event<V>[]
}

/** `rangeEnd` absent: the one key. "\0": every key from `key` on. Otherwise: key ≤ k < rangeEnd, in byte order. */
export interface KeyRange {
  readonly key: string
  readonly rangeEnd?: string
}

export type SortOrder = 'NONE' | 'ASCEND' | 'DESCEND'
export type SortTarget = 'KEY' | 'VERSION' | 'CREATE' | 'MOD' | 'VALUE'

export interface RangeRequest extends KeyRange {
  /** 0 or absent: all. */
  readonly limit?: number
  /** 0, negative or absent: now. */
  readonly revision?: number
  readonly sortOrder?: SortOrder
  readonly sortTarget?: SortTarget
  readonly keysOnly?: boolean
  readonly countOnly?: boolean
  readonly minModRevision?: number
  readonly maxModRevision?: number
  readonly minCreateRevision?: number
  readonly maxCreateRevision?: number
}

export interface RangeResponse<V> {
  /** The store's revision now, not the one read at. */
  readonly revision: number
  /** With `keysOnly` the values are left out. */
  readonly kvs: readonly (Omit<KeyValue<V>, 'value'> & { readonly value?: V })[]
  /** The limit cut something off. */
  readonly more: boolean
  /** Keys in the range, limit and filters aside. */
  readonly count: number
}

export interface PutRequest<V> {
  readonly key: string
  /** Required unless `ignoreValue`. */
  readonly value?: V
  readonly lease?: number
  readonly prevKv?: boolean
  /** Keeps the value there is; the key must be there. */
  readonly ignoreValue?: boolean
  /** Keeps the lease there is; the key must be there. */
  readonly ignoreLease?: boolean
}

export interface PutResponse<V> {
  readonly revision: number
  readonly prevKv?: KeyValue<V>
}

export interface DeleteRangeRequest extends KeyRange {
  readonly prevKv?: boolean
}

export interface DeleteRangeResponse<V> {
  readonly revision: number
  readonly deleted: number
  readonly prevKvs: readonly KeyValue<V>[]
}

export type CompareResult = 'EQUAL' | 'NOT_EQUAL' | 'GREATER' | 'LESS'

/** Holds when it holds for every key of the range; an absent key counts as all zeros and has no value to compare. */
export type Compare<V> = KeyRange & { readonly result: CompareResult } & (
  | { readonly target: 'VERSION' | 'CREATE' | 'MOD' | 'LEASE'; readonly number: number }
  | { readonly target: 'VALUE'; readonly value: V }
)

export type RequestOp<V> =
  | { readonly type: 'range'; readonly request: RangeRequest }
  | { readonly type: 'put'; readonly request: PutRequest<V> }
  | { readonly type: 'deleteRange'; readonly request: DeleteRangeRequest }
  | { readonly type: 'txn'; readonly request: TxnRequest<V> }

export interface TxnRequest<V> {
  readonly compare?: readonly Compare<V>[]
  readonly success?: readonly RequestOp<V>[]
  readonly failure?: readonly RequestOp<V>[]
}

export type ResponseOp<V> =
  | { readonly type: 'range'; readonly response: RangeResponse<V> }
  | { readonly type: 'put'; readonly response: PutResponse<V> }
  | { readonly type: 'deleteRange'; readonly response: DeleteRangeResponse<V> }
  | { readonly type: 'txn'; readonly response: Omit<TxnResponse<V>, 'revision'> }

export interface TxnResponse<V> {
  readonly revision: number
  readonly succeeded: boolean
  readonly responses: readonly ResponseOp<V>[]
}

/** One message up a watch stream. */
export type WatchRequest =
  | ({ readonly type: 'create' } & WatchCreateRequest)
  | { readonly type: 'cancel'; readonly watchId: number }
  | { readonly type: 'progress' }

export interface WatchCreateRequest extends KeyRange {
  /** First revision wanted; 0 or absent: what comes after now. */
  readonly startRevision?: number
  readonly filters?: readonly ('NOPUT' | 'NODELETE')[]
  readonly prevKv?: boolean
  /** Also an answer without events every ten minutes without one. */
  readonly progressNotify?: boolean
  /** An answer too large for one message may come in several. */
  readonly fragment?: boolean
  /** 0 or absent: the stream chooses. */
  readonly watchId?: number
}

/** One message down a watch stream. */
export interface WatchResponse<V> {
  /** The store's revision; 0 in the answer that says a watch's history is gone. */
  readonly revision: number
  readonly watchId: number
  readonly created?: boolean
  readonly canceled?: boolean
  readonly compactRevision?: number
  readonly cancelReason?: string
  readonly fragment?: boolean
  readonly events: readonly Event<V>[]
}

export interface LeaseGrantResponse { readonly revision: number; readonly id: number; readonly ttl: number }
export interface LeaseKeepAliveResponse { readonly revision: number; readonly id: number; readonly ttl: number }
export interface LeaseTimeToLiveResponse {
  readonly revision: number
  readonly id: number
  /** Whole seconds left; -1: no such lease. */
  readonly ttl: number
  readonly grantedTtl: number
  /** In byte order. */
  readonly keys: readonly string[]
}

/** What the store needs of the kernel: the clock, and its own mailbox for leases that end. */
export type EtcdContext = Pick<ActorContext, 'now' | 'schedule'>

export interface EtcdOptions<V> {
  readonly context: EtcdContext
  /** Keep about that many revisions of history, compacting by itself; absent: keep all. */
  readonly historyRevisions?: number
  /** Order of values, for compares and sorting by value. Default: bytes of a text, otherwise of canonical JSON. */
  readonly compareValues?: (a: V, b: V) => number
  /** Size of a value in bytes, for watches that ask for fragments. Default: of its JSON text. */
  readonly sizeOf?: (value: V) => number
}

/** How much is there. */
export interface EtcdStats {
  readonly revision: number
  readonly compactRevision: number
  /** Live keys. */
  readonly keys: number
  /** Versions kept, tombstones included. */
  readonly versions: number
  readonly watches: number
  readonly leases: number
}
