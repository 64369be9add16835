const kinds = {
  emptyKey: [3, 'etcdserver: key is not provided'],
  keyNotFound: [3, 'etcdserver: key not found'],
  valueProvided: [3, 'etcdserver: value is provided'],
  leaseProvided: [3, 'etcdserver: lease is provided'],
  tooManyOps: [3, 'etcdserver: too many operations in txn request'],
  duplicateKey: [3, 'etcdserver: duplicate key given in txn request'],
  compacted: [11, 'etcdserver: mvcc: required revision has been compacted'],
  futureRevision: [11, 'etcdserver: mvcc: required revision is a future revision'],
  leaseNotFound: [5, 'etcdserver: requested lease not found'],
  leaseExists: [9, 'etcdserver: lease already exists'],
  leaseTtlTooLarge: [11, 'etcdserver: too large lease TTL'],
} as const

export type EtcdErrorKind = keyof typeof kinds

/** What etcd refuses a request with. Expected: a caller can cause it. Nothing has changed. Upstream: api/v3rpc/rpctypes. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError'
  readonly kind: EtcdErrorKind
  /** gRPC status code. */
  readonly code: number

  constructor(kind: EtcdErrorKind) {
    super(kinds[kind][1])
    this.kind = kind
    this.code = kinds[kind][0]
  }

  static is(error: unknown, kind?: EtcdErrorKind): error is EtcdError {
    return error instanceof EtcdError && (kind === undefined || error.kind === kind)
  }
}
