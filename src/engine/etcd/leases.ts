import { compareText } from '../../base'
import { EtcdError } from './errors'
import { orderOf } from './keys'
import type { EtcdContext, LeaseGrantResponse, LeaseKeepAliveResponse, LeaseTimeToLiveResponse } from './types'

/** Upstream: lease.MaxLeaseTTL, in seconds. */
const ttlSecondsMax = 9_000_000_000

interface Lease {
  readonly id: number
  readonly ttl: number
  /** Tells this granting of the id from an earlier one, for timers still under way. */
  readonly grant: number
  expiresAt: number
  readonly keys: Set<string>
}

export interface LeasesState {
  readonly grants: number
  readonly leases: readonly { readonly id: number; readonly ttl: number; readonly grant: number; readonly expiresAt: number; readonly keys: readonly string[] }[]
}

/** Leases on the virtual clock. A lease has one timer under way, which looks again when the lease was renewed meanwhile. */
export class Leases {
  readonly #context: EtcdContext
  #leases = new Map<number, Lease>()
  #grants = 0

  constructor(context: EtcdContext) {
    this.#context = context
  }

  get size(): number {
    return this.#leases.size
  }

  has(id: number): boolean {
    return this.#leases.has(id)
  }

  grant(wanted: { readonly id?: number; readonly ttl?: number }): Omit<LeaseGrantResponse, 'revision'> {
    if ((wanted.ttl ?? 0) > ttlSecondsMax) throw new EtcdError('leaseTtlTooLarge')
    let id = wanted.id ?? 0
    if (id === 0) for (id = this.#grants + 1; this.#leases.has(id); id++);
    if (this.#leases.has(id)) throw new EtcdError('leaseExists')
    const ttl = Math.max(1, Math.ceil(wanted.ttl ?? 0))
    const grant = ++this.#grants
    this.#leases.set(id, { id, ttl, grant, expiresAt: this.#context.now() + ttl * 1000, keys: new Set() })
    this.#context.schedule(ttl * 1000, { type: 'leaseTimer', id, grant })
    return { id, ttl }
  }

  /** The keys to delete with it, in byte order. */
  revoke(id: number): string[] {
    const lease = this.#leases.get(id)
    if (lease === undefined) throw new EtcdError('leaseNotFound')
    this.#leases.delete(id)
    return inByteOrder(lease.keys)
  }

  /** True when the lease has come to its end; otherwise the timer goes on if there is reason to. */
  isDue(id: number, grant: number): boolean {
    const lease = this.#leases.get(id)
    if (lease === undefined || lease.grant !== grant) return false
    const left = lease.expiresAt - this.#context.now()
    if (left <= 0) return true
    this.#context.schedule(left, { type: 'leaseTimer', id, grant })
    return false
  }

  keepAlive(id: number): Omit<LeaseKeepAliveResponse, 'revision'> {
    const lease = this.#leases.get(id)
    if (lease === undefined) return { id, ttl: 0 }
    lease.expiresAt = this.#context.now() + lease.ttl * 1000
    return { id, ttl: lease.ttl }
  }

  timeToLive(id: number): Omit<LeaseTimeToLiveResponse, 'revision'> {
    const lease = this.#leases.get(id)
    if (lease === undefined) return { id, ttl: -1, grantedTtl: 0, keys: [] }
    return { id, ttl: Math.floor((lease.expiresAt - this.#context.now()) / 1000), grantedTtl: lease.ttl, keys: inByteOrder(lease.keys) }
  }

  ids(): number[] {
    return [...this.#leases.keys()].sort((a, b) => a - b)
  }

  /** A key hangs on one lease at most; 0 stands for none. */
  move(key: string, from: number, to: number): void {
    if (from === to) return
    this.#leases.get(from)?.keys.delete(key)
    this.#leases.get(to)?.keys.add(key)
  }

  save(): LeasesState {
    return { grants: this.#grants, leases: [...this.#leases.values()].map((lease) => ({ ...lease, keys: [...lease.keys] })) }
  }

  load(state: LeasesState): void {
    this.#grants = state.grants
    this.#leases = new Map(state.leases.map((lease) => [lease.id, { ...lease, keys: new Set(lease.keys) }]))
  }
}

function inByteOrder(keys: Iterable<string>): string[] {
  return [...keys].sort((a, b) => compareText(orderOf(a), orderOf(b)))
}
