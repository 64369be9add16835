import type { VirtualMs } from '../api'
import type { Position } from './views'

/** The ten messages of the textbook, in order. */
export type JourneyStepId = 'asks' | 'stored' | 'heard' | 'decides' | 'binds' | 'bound' | 'kubelet' | 'pulls' | 'starts' | 'running'

/** Where a step goes: to a moment, or to where the cycle that an event began has come to its choice (or to none). */
export type JourneyGoal = { readonly position: Position } | { readonly decision: number }

/** Between whom a message passes, by lifeline. The client is kubectl or the controller that made the Pod. */
export type JourneyActor = 'client' | 'apiserver' | 'etcd' | 'scheduler' | 'kubelet' | 'runtime'

/**
 * - past: it happened, and is over
 * - now: it is under way, or the reader stands at its very event
 * - known: it will happen; known from an earlier run
 * - open: not yet, and nobody knows whether it will
 * - never: left out (a Pod made with spec.nodeName needs no scheduler), or cut off by a refusal
 * - unrecorded: it happened before what is kept of the history, or before the cluster was imported
 */
export type JourneyStepState = 'past' | 'now' | 'known' | 'open' | 'never' | 'unrecorded'

export interface JourneyStep {
  /** 1 to 10. */
  readonly number: number
  readonly id: JourneyStepId
  readonly state: JourneyStepState
  /** It happened and did not succeed: no node was found, the kubelet refused, the image did not come. */
  readonly failed: boolean
  readonly from: JourneyActor
  readonly to: JourneyActor
  /** The message in Kubernetes' own words: "POST pods", "put 77", "watch ADDED". */
  readonly label: string
  readonly at?: VirtualMs
  /** When the work it begins ends or ended; absent while that is not known, and of messages. */
  readonly until?: VirtualMs
  readonly goal?: JourneyGoal
  /** What there is to say about it: revisions, nodes, bytes, reasons. */
  readonly args: Readonly<Record<string, string | number>>
}

/** Why a Pod is not on its way: where it waits in kube-scheduler's queue. */
export interface JourneyWait {
  readonly queue: 'active' | 'backoff' | 'unschedulable' | 'gated'
  readonly until?: VirtualMs
  readonly plugins: readonly string[]
  /** The FitError, in the scheduler's words. */
  readonly message: string
}

/** One thing the kubelet does for the Pod. */
export interface JourneyCheck {
  readonly id: 'saw' | 'admit' | 'volumes' | 'sandbox' | 'pull' | 'create' | 'start' | 'ready'
  readonly state: 'done' | 'now' | 'todo' | 'failed'
  readonly note: string
}

export interface JourneyLayer {
  readonly id: string
  readonly bytes: number
  /** While it is pulled: it lay on the node already, nothing is transferred. Later: other images stand on it as well. */
  readonly shared: boolean
  /** Bytes of it that are here. */
  readonly done: number
}

/** An image as it comes to the node. */
export interface JourneyImage {
  readonly name: string
  readonly bytes: number
  readonly done: number
  /** Another pull goes first. */
  readonly waits: boolean
  readonly bytesPerSecond: number
  /** Empty when what lies on the node does not say its layers. */
  readonly layers: readonly JourneyLayer[]
}

export interface JourneyNode {
  readonly name: string
  readonly zone: string
  readonly podCIDR: string
  readonly runtime: string
  readonly labels: readonly string[]
}

export interface JourneyView {
  /** "namespace/name" */
  readonly pod: string
  /** There is such a Pod at this moment. */
  readonly exists: boolean
  readonly phase: string
  readonly reason: string
  /** Who made it: kubectl, or a controller and for which owner. */
  readonly by: string
  readonly controller?: string
  readonly owner?: { readonly kind: string; readonly name: string }
  /** When it was asked for: times of steps count from here. */
  readonly start: VirtualMs
  readonly steps: readonly JourneyStep[]
  /** Number of the last step that has come; 0 before the first. */
  readonly step: number
  /** The decision on show in step 4: cycle, and what came of it once it is made. */
  readonly cycle?: { readonly id: number; readonly attempt: number; readonly nodes: number; readonly feasible: number; readonly node: string; readonly decided: boolean; readonly victims: number; readonly nominated: string }
  readonly wait?: JourneyWait
  /** The node it is bound to at this moment, or will be as far as is known. */
  readonly node?: JourneyNode
  readonly checks: readonly JourneyCheck[]
  readonly image?: JourneyImage
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[]
  readonly containers: readonly { readonly name: string; readonly state: 'waiting' | 'running' | 'terminated'; readonly reason: string; readonly restarts: number; readonly init: boolean }[]
  /** It is on its way out, or gone. */
  readonly ended?: { readonly is: 'deleted' | 'gone' | 'evicted'; readonly by: string; readonly at: VirtualMs; readonly position: Position }
}
