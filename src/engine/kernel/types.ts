import type { HashState, RandomState } from '../../base'

/** Integer milliseconds since the simulation's epoch. Structurally `VirtualMs` of the api room, which the kernel does not know. */
export type Instant = number

/** What an actor is told: plain data, never a closure. `type` says which of its handlers is meant. */
export interface EventBody {
  readonly type: string
  readonly [field: string]: unknown
}

/** One thing that will happen. Order of delivery: `at`, then `seq`. */
export interface KernelEvent {
  readonly at: Instant
  readonly seq: number
  /** Name of the actor: "kube-scheduler", "kubelet/node-a". */
  readonly to: string
  readonly body: EventBody
}

/**
 * A component of the cluster. Its whole state is plain data: `save()` then `load()` into a fresh instance
 * gives an actor that behaves the same for ever after. `save()` may share frozen objects, but must copy what it goes on changing.
 */
export interface Actor {
  readonly name: string
  handle(body: EventBody): void
  save(): unknown
  load(state: unknown): void
}

/** A component's way to time, chance, its mailbox and the trace. */
export interface ActorContext {
  readonly name: string
  now(): Instant
  /** Tells an actor (by default oneself) something after `delayMs` (0 is allowed: later in this instant). Returns a handle for `cancel`. */
  schedule(delayMs: number, body: EventBody, to?: string): number
  cancel(handle: number): void
  /** This component's own seeded stream. */
  readonly random: import('../../base').Random
  /** Records something for people to see; never changes what happens. */
  trace(record: TraceInput): number
}

/**
 * What people see of a run, in order. `seq` numbers the records of a run from 1.
 * - request: a component asked the api-server and was answered (at one instant)
 * - watch: a watch event reached a component
 * - begin / end: work that takes virtual time (a scheduling cycle, a controller's sync, an image pull); `span` pairs them
 * - note: anything else worth a mark (a Pod became unschedulable, a node NotReady)
 */
export type TraceRecord = TraceInput & { readonly seq: number; readonly at: Instant; readonly event: number }

export type TraceInput =
  | { readonly type: 'request'; readonly from: string; readonly to: string; readonly method: string; readonly path: string; readonly verb: string; readonly code: number; readonly resource: string; readonly subresource?: string; readonly namespace?: string; readonly objectName?: string; readonly uid?: string; readonly revision?: number; readonly reason?: string }
  | { readonly type: 'watch'; readonly from: string; readonly to: string; readonly change: string; readonly resource: string; readonly namespace?: string; readonly objectName?: string; readonly uid?: string; readonly revision?: number }
  | { readonly type: 'begin'; readonly from: string; readonly span: string; readonly what: string; readonly subject?: string; readonly facts?: TraceFacts }
  | { readonly type: 'end'; readonly from: string; readonly span: string; readonly what: string; readonly subject?: string; readonly facts?: TraceFacts }
  | { readonly type: 'note'; readonly from: string; readonly what: string; readonly subject?: string; readonly facts?: TraceFacts }

/** Named numbers and words behind a record. */
export type TraceFacts = { readonly [name: string]: string | number | boolean }

/** A condition a run stops at. Data, so that it can be kept with a session. Matches a trace record as it is made. */
export interface Breakpoint {
  readonly type?: TraceRecord['type']
  readonly from?: string
  /** `what` of begin, end, note; `verb` of a request; `change` of a watch event (ADDED, MODIFIED, DELETED). */
  readonly what?: string
  readonly resource?: string
  /** "namespace/name" or "name" of the object, or `subject` of a span or note. */
  readonly subject?: string
}

/** The whole simulation as plain data. */
export interface Checkpoint {
  readonly seed: number
  readonly now: Instant
  readonly seq: number
  readonly delivered: number
  readonly recorded: number
  readonly hash: HashState
  readonly random: { readonly [name: string]: RandomState }
  readonly queue: readonly KernelEvent[]
  readonly actors: { readonly [name: string]: unknown }
}
