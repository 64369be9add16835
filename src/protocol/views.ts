import type { CycleSummary, VirtualMs } from '../api'

/** Bits of `NodeColumns.flags`. */
export const nodeFlags = {
  ready: 1, unschedulable: 2, memoryPressure: 4, diskPressure: 8, pidPressure: 16, tainted: 32, unreachable: 64,
} as const

/** Values of `PodColumns.state`: what a block on the map shows. */
export const podStates = {
  pending: 0, // not bound
  assumed: 1, // the scheduler has decided, the binding is on its way
  starting: 2, // bound; images being pulled or containers being started
  running: 3,
  terminating: 4,
  restarting: 5, // a container is in back-off or being restarted
  succeeded: 6,
  failed: 7,
  nominated: 8, // waits for victims to leave its nominated node
} as const

/**
 * Changed rows of a table, as columns; buffers are transferred. `slot` says which row; a slot stays an object's until it is
 * listed in `removed`, and may then be given to another. With `reset` the table begins anew.
 */
export interface NodeColumns {
  readonly reset: boolean
  readonly slot: Int32Array
  /** Names of the rows, in the order of `slot`. */
  readonly names: readonly string[]
  /** Zone of each row, by index into `FrameStrings.zones`; -1 without one. */
  readonly zone: Int32Array
  readonly cpuMilliAllocatable: Float64Array
  readonly cpuMilliRequested: Float64Array
  readonly memoryBytesAllocatable: Float64Array
  readonly memoryBytesRequested: Float64Array
  readonly podsAllocatable: Int32Array
  readonly podCount: Int32Array
  readonly flags: Uint8Array
  readonly removed: Int32Array
}

export interface PodColumns {
  readonly reset: boolean
  readonly slot: Int32Array
  /** "namespace/name" of each row. */
  readonly keys: readonly string[]
  /** Slot of the node it is on (or assumed on, or nominated to); -1 without one. */
  readonly node: Int32Array
  readonly cpuMilli: Float64Array
  readonly memoryBytes: Float64Array
  readonly state: Uint8Array
  /** Id of its workload in `Frame.workloads`. */
  readonly workload: Int32Array
  readonly removed: Int32Array
}

/** What Pods belong together: a Deployment, a StatefulSet, a bare ReplicaSet, or "system" for kube-system. */
export interface WorkloadView {
  readonly id: number
  readonly namespace: string
  readonly kind: string
  readonly name: string
  /** One capital letter, unique among the first workloads; "·" for system Pods. */
  readonly letter: string
  /** 1 to 7 are the workload hues, 0 is the system grey. */
  readonly hue: number
  readonly pods: number
  readonly running: number
  /** Replicas asked for; undefined for bare Pods. */
  readonly desired?: number
}

/** What a readable card shows beyond the columns. Sent for the nodes the UI has subscribed to, when it changes. */
export interface NodeDetail {
  readonly name: string
  readonly zone: string
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  readonly podCIDR?: string
  readonly internalIP?: string
  readonly runtime: string // "containerd"
  readonly kubeletVersion: string
  readonly proxyMode?: string
  /** When the kubelet last renewed its Lease; undefined before it did. */
  readonly leaseRenewedAt?: VirtualMs
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[]
  readonly unschedulable: boolean
  readonly images: number
  readonly revision: string
}

export interface QueuedPod {
  readonly key: string
  readonly workload: number
  readonly attempts: number
  /** backoffQ: when its back-off ends. */
  readonly until?: VirtualMs
  /** unschedulable: the plugins that refused it; gated: the gate's plugin. */
  readonly plugins?: readonly string[]
  readonly message?: string
}

export type SchedulerMode = 'modern' | 'classic'

/** Something wrong with a configuration, at its field; and where that is written, when it came as text. Lines and columns from 1. */
export interface ConfigurationProblem {
  /** "profiles[0].plugins.score.enabled[1].weight"; "" for the whole. */
  readonly field: string
  /** kube-scheduler's own words. */
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly endLine?: number
  readonly endColumn?: number
}

/** What a configuration allows but should not do. `id`: balancedWithoutLeastRequested or neverEvaluated; `name`: the predicate or priority. */
export interface ConfigurationNote {
  readonly id: string
  readonly name: string
}

export interface SchedulerConfigurationView {
  readonly mode: SchedulerMode
  /** As a person gave it; YAML. */
  readonly text: string
  /** With all defaults; YAML of the version it was given in. Of a Policy: the policy itself. */
  readonly effective: string
  readonly notes: readonly ConfigurationNote[]
}

export type ConfigureAnswer =
  | { readonly accepted: true; readonly configuration: SchedulerConfigurationView }
  | { readonly accepted: false; readonly problems: readonly ConfigurationProblem[] }

export interface ControlPlaneView {
  readonly etcd: { readonly revision: number; readonly keys: number; readonly watches: number; readonly recent: readonly { readonly revision: number; readonly kind: string; readonly verb: string }[] }
  readonly apiserver: { readonly method: string; readonly path: string; readonly code: number; readonly from: string } | null
  readonly controllers: readonly { readonly name: string; readonly queued: number; readonly active: boolean; /** Left out, or nobody runs. */ readonly stopped?: true }[]
  readonly scheduler: {
    readonly profile: string
    /** classic: a Policy of predicates and priorities is in force, scores go from 0 to 10. */
    readonly mode?: SchedulerMode
    readonly cycles: number
    readonly active: readonly QueuedPod[]
    readonly backoff: readonly QueuedPod[]
    readonly unschedulable: readonly QueuedPod[]
    readonly gated: readonly QueuedPod[]
    /** True lengths; the lists above are cut at 50. */
    readonly lengths: { readonly active: number; readonly backoff: number; readonly unschedulable: number; readonly gated: number }
  }
  /** The last lines a person's client said and was told. */
  readonly kubectl: readonly { readonly text: string; readonly ok: boolean }[]
}

export type Lane = 'api' | 'scheduling' | 'controllers' | 'kubelets' | 'requests' | 'proxy'

/** A mark of the timeline. `position` is where a click on it goes. */
export interface TimelineMark {
  readonly seq: number
  readonly lane: Lane
  readonly shape: 'create' | 'update' | 'delete' | 'bind' | 'span' | 'tick' | 'fail'
  readonly at: VirtualMs
  /** Spans: when it ended; undefined while it runs. */
  readonly until?: VirtualMs
  readonly label: string
  readonly revision?: number
  readonly subject?: string
  readonly position: Position
}

/** A moment of a run, exactly: events delivered, and beats of the running cycle shown. */
export interface Position {
  readonly event: number
  readonly beat: number
}

/** What a sentence is about, on the map. */
export interface Target {
  readonly kind: 'node' | 'pod' | 'component' | 'workload' | 'none'
  readonly name: string
}

/**
 * What just happened, as data; the UI says it in the reader's language. `id` is a key of the catalogue ("caption.podCreated").
 * Arguments are Kubernetes' own words and numbers.
 */
export interface NowFact {
  readonly id: string
  readonly args: Readonly<Record<string, string | number>>
  readonly target: Target
  /** What led here: components the one or two messages before came from. */
  readonly wake: readonly Target[]
}

/** One beat of a decision, in order: snapshot, each PreFilter that ran, each Filter, each Score, normalise, rank, reserve, bind. */
export interface Beat {
  readonly phase: 'snapshot' | 'prefilter' | 'filter' | 'postfilter' | 'score' | 'normalize' | 'select' | 'reserve' | 'bind' | 'fail'
  readonly plugin?: string
  readonly at: VirtualMs
}

export interface DecisionView {
  readonly cycle: CycleSummary
  readonly beats: readonly Beat[]
  /** Index into `beats` of the one shown now. */
  readonly beat: number
}

export interface SeriesPoint {
  readonly at: VirtualMs
  readonly cpuMilliRequested: number
  readonly cpuMilliAllocatable: number
  readonly memoryBytesRequested: number
  readonly memoryBytesAllocatable: number
  readonly podsRunning: number
  readonly podsPending: number
}

/** One link of the chain from a person's command down to now. */
export interface BecauseLink {
  readonly revision: number
  readonly at: VirtualMs
  readonly position: Position
  readonly id: string // key of the catalogue
  readonly args: Readonly<Record<string, string | number>>
}

export interface EventRow {
  readonly at: VirtualMs
  readonly type: string
  readonly reason: string
  readonly about: string
  readonly message: string
  readonly count: number
  readonly from: string
}
