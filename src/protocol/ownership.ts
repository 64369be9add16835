import type { VirtualMs } from '../api'

/** Who owns Pods and is owned by nobody: a Deployment, a StatefulSet, …, or a Pod that stands alone. */
export interface WorkloadRef {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** How a workload stands. `stuck`: its progress deadline has passed; `failed`, `complete`: a Job that is over. */
export type WorkloadState = 'settled' | 'rolling' | 'paused' | 'stuck' | 'suspended' | 'complete' | 'failed'

/** A row of the list of workloads. */
export interface WorkloadRow extends WorkloadRef {
  readonly letter: string
  readonly hue: number
  readonly state: WorkloadState
  /** Pods that are ready; of a Job: that have succeeded; of a CronJob: Jobs that run. */
  readonly ready: number
  /** Pods asked for; absent where nobody asks for a number. */
  readonly desired?: number
  readonly images: readonly string[]
}

export interface WorkloadList {
  readonly rows: readonly WorkloadRow[]
  /** How many more there are than are listed. */
  readonly more: number
}

export interface ContainerPip {
  readonly name: string
  readonly state: 'ready' | 'running' | 'waiting' | 'failed' | 'done'
  /** Init containers stand before the others; those that go on running are `sidecar`. */
  readonly role: 'container' | 'init' | 'sidecar'
  /** Kubernetes' own word for what it waits for, or how it ended. */
  readonly reason?: string
  readonly restarts: number
}

/** What a row says of a Pod. `args` are numbers and Kubernetes' own words. */
export interface PodWords {
  readonly id: 'ready' | 'readyNotAvailable' | 'notReady' | 'starting' | 'waiting' | 'init' | 'pending' | 'unschedulable' | 'gated' | 'terminating' | 'succeeded' | 'failed' | 'gone'
  readonly args: Readonly<Record<string, string | number>>
}

export interface OwnedPod {
  /** "namespace/name" */
  readonly key: string
  readonly uid: string
  readonly name: string
  readonly node?: string
  readonly ip?: string
  readonly words: PodWords
  readonly available: boolean
  /** Its set would give it up first, were it made smaller now. Said only while one may go. */
  readonly nextToGo: boolean
  /** It went by the last event; its row stays empty until the next one. */
  readonly gone: boolean
  /** Of a StatefulSet its ordinal, of an Indexed Job its index. */
  readonly ordinal?: number
  readonly containers: readonly ContainerPip[]
}

/** What stands between a workload and its Pods: a ReplicaSet, a revision, a Job of a CronJob; or nothing (kind ""). */
export interface OwnedGroup {
  readonly uid: string
  readonly kind: string
  readonly name: string
  /** What tells it from its siblings: the template's hash. */
  readonly short: string
  /** `new` has the present template, `old` another one. */
  readonly role: 'new' | 'old' | 'only'
  readonly images: readonly string[]
  readonly revision?: number
  /** Pods wanted now, and what its controller would make of that at this moment. */
  readonly wants?: number
  readonly next?: number
  /** Pods that exist and are not on their way out, are available, are on their way out. */
  readonly exist: number
  readonly available: number
  readonly terminating: number
  readonly pods: readonly OwnedPod[]
  /** How many Pods more there are than are listed. */
  readonly more: number
}

export interface EndpointRow {
  readonly address: string
  readonly pod?: string
  readonly node?: string
  /** `serving`: on its way out, and still answers. */
  readonly state: 'ready' | 'serving' | 'terminating' | 'notReady'
  readonly zones: readonly string[]
}

export interface OwnedSlice {
  readonly name: string
  readonly ready: number
  readonly rows: readonly EndpointRow[]
  readonly more: number
}

export interface OwnedService {
  readonly name: string
  readonly type: string
  readonly clusterIP: string
  /** "80 → 8080" */
  readonly ports: readonly string[]
  readonly ready: number
  readonly slices: readonly OwnedSlice[]
  /** How many slices more there are than are listed. */
  readonly moreSlices: number
}

export interface AutoscalerMetric {
  /** "cpu", or the name of a metric of another kind. */
  readonly name: string
  readonly type: string
  readonly unit: 'percent' | 'quantity'
  /** As the status and the spec write them; the current one is absent before it was read. */
  readonly current?: string
  readonly target: string
  /** current / target. */
  readonly ratio?: number
  /** Replicas × ratio, before it is rounded up. */
  readonly product?: number
  /** So near to the target that nothing is done. */
  readonly within?: boolean
}

export interface OwnedAutoscaler {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly current: number
  readonly desired: number
  readonly tolerance: { readonly up: number; readonly down: number }
  readonly metrics: readonly AutoscalerMetric[]
  readonly conditions: readonly OwnedCondition[]
  readonly lastScaledAt?: VirtualMs
}

export interface OwnedBudget {
  readonly name: string
  /** As written: "4" or "50%"; one of the two. */
  readonly minAvailable?: string
  readonly maxUnavailable?: string
  readonly healthy: number
  readonly desiredHealthy: number
  readonly expected: number
  readonly allowed: number
  /** Evictions that were allowed and have not led to a deletion yet. */
  readonly disrupted: number
}

export interface OwnedCondition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  /** When it last turned, and when it was last confirmed. */
  readonly since?: VirtualMs
  readonly updatedAt?: VirtualMs
}

/** The arithmetic of a rolling update, as the Deployment controller does it. */
export interface RolloutNumbers {
  readonly mode: 'RollingUpdate' | 'Recreate' | 'paused'
  readonly replicas: number
  /** As written, "25%" or "1"; the exact share; and the count it comes to. */
  readonly maxSurge: string
  readonly surgeShare: number
  readonly surge: number
  readonly maxUnavailable: string
  readonly unavailableShare: number
  readonly unavailable: number
  readonly ceiling: number
  readonly floor: number
  /** Pods wanted by each active set, oldest first. */
  readonly wants: readonly number[]
  readonly wanted: number
  readonly room: number
  readonly newWants: number
  readonly newAvailable: number
  readonly newUnavailable: number
  /** How many old Pods may go; undefined before there is a new set. */
  readonly mayGo?: number
  /** Of those, how many are taken at this moment. */
  readonly goes: number
  readonly mayCome: number
  /** As the sets report them, which is what the controller goes by. */
  readonly reported: number
  /** Counted from the Pods themselves. */
  readonly exist: number
  readonly available: number
  readonly terminating: number
  /** Nothing is left to do. */
  readonly done: boolean
}

export type RootView =
  | { readonly is: 'Deployment'; readonly revision: number; readonly images: readonly string[]; readonly rollout: RolloutNumbers; readonly deadlineSeconds?: number; readonly minReadySeconds: number }
  | { readonly is: 'ReplicaSet'; readonly images: readonly string[]; readonly replicas: number; readonly available: number; readonly minReadySeconds: number }
  | {
    readonly is: 'StatefulSet'; readonly images: readonly string[]; readonly replicas: number; readonly start: number; readonly partition: number; readonly updated: number; readonly available: number
    readonly policy: string; readonly strategy: string; readonly maxUnavailable?: string; readonly service: string; readonly rolling: boolean
  }
  | {
    readonly is: 'DaemonSet'; readonly images: readonly string[]; readonly wanted: number; readonly scheduled: number; readonly misscheduled: number; readonly updated: number; readonly available: number
    readonly strategy: string; readonly maxUnavailable: string; readonly maxSurge: string
  }
  | {
    readonly is: 'Job'; readonly images: readonly string[]; readonly completions?: number; readonly parallelism: number; readonly indexed: boolean; readonly active: number; readonly succeeded: number; readonly failed: number
    readonly backoffLimit: number; readonly completedIndexes: string; readonly failedIndexes: string; readonly suspended: boolean; readonly startedAt?: VirtualMs; readonly completedAt?: VirtualMs
  }
  | { readonly is: 'CronJob'; readonly images: readonly string[]; readonly schedule: string; readonly timeZone?: string; readonly policy: string; readonly suspended: boolean; readonly active: number; readonly lastAt?: VirtualMs; readonly nextAt?: VirtualMs }
  | { readonly is: 'Pod'; readonly images: readonly string[] }

/** A revision that one can go back to. */
export interface RevisionRow {
  readonly revision: number
  readonly name: string
  readonly images: readonly string[]
  /** The annotation kubernetes.io/change-cause; "" without one. */
  readonly cause: string
  readonly createdAt?: VirtualMs
  readonly current: boolean
  readonly pods: number
}

/** Sizes from a moment on, until the next one. */
export interface SizePoint {
  readonly at: VirtualMs
  readonly event: number
  /** Pods that exist: of the sets with another template, and of the one with the present one. */
  readonly old: number
  readonly new: number
  readonly available: number
}

/** A workload with all it owns and all that looks at its Pods, as the store has it now. */
export interface OwnershipView extends WorkloadRef {
  readonly uid: string
  readonly letter: string
  readonly hue: number
  readonly state: WorkloadState
  readonly deleting: boolean
  /** Revision of the store. */
  readonly revision: number
  readonly at: VirtualMs
  readonly event: number
  readonly root: RootView
  /** Containers of the template: what `set image` can change. */
  readonly templateContainers: readonly { readonly name: string; readonly image: string }[]
  /** In order of age, whatever becomes of them. Those that want and have no Pods are left out and counted. */
  readonly groups: readonly OwnedGroup[]
  readonly emptyGroups: number
  readonly services: readonly OwnedService[]
  readonly autoscalers: readonly OwnedAutoscaler[]
  readonly budgets: readonly OwnedBudget[]
  readonly conditions: readonly OwnedCondition[]
  readonly history: readonly RevisionRow[]
  /** What the last event wrote of all this: "Pod shop/web-1". */
  readonly changed: readonly string[]
  /** Past and known future. */
  readonly sizes: readonly SizePoint[]
}
