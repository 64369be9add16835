import type { FaultKind, VirtualMs } from '../api'

/** Something that was broken on purpose and is broken at the moment on show. */
export interface FaultView {
  readonly kind: FaultKind
  /** A Node, a Pod ("namespace/name") or a controller by its flag's name ("replicaset"); absent where there is only one. */
  readonly subject?: string
  readonly since: VirtualMs
  /** Heals by itself then. */
  readonly until?: VirtualMs
  /** etcd: what a write takes on average, in ms. disk: share filled up. memory: bytes a second. */
  readonly delayMs?: number
  readonly share?: number
  readonly bytesPerSecond?: number
  /** As a person would type it, to make it whole again: "berth heal node node-b". */
  readonly heal: string
}

/** What is broken, and what could be: the nodes and Pods a page knows by itself. */
export interface FaultsView {
  readonly active: readonly FaultView[]
  /** Controllers that can be left out, by their flag's names, in the order in which they start. */
  readonly controllers: readonly string[]
}
