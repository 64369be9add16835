/** Keys of the store: one, those of a prefix, or `key` ≤ k < `rangeEnd`. */
export interface EtcdQuery {
  readonly key: string
  readonly prefix?: boolean
  readonly rangeEnd?: string
  readonly limit?: number
  /** As it stood then. */
  readonly revision?: number
  readonly keysOnly?: boolean
  readonly countOnly?: boolean
  /** Instead of what is there: what happened from this revision on. */
  readonly since?: number
}

export interface EtcdKeyValue {
  readonly key: string
  readonly createRevision: number
  readonly modRevision: number
  readonly version: number
  readonly lease: number
  readonly value?: unknown
}

export interface EtcdAnswer {
  /** The store's revision now. */
  readonly revision: number
  /** Keys in the range, whatever the limit. */
  readonly count: number
  readonly kvs: readonly EtcdKeyValue[]
  readonly events?: readonly { readonly type: 'PUT' | 'DELETE'; readonly kv: EtcdKeyValue }[]
  /** etcd's own words when it refused. */
  readonly error?: string
}
