import type { ApiObject } from '../api'

/** Settings of a cluster that a scenario sets; structurally a part of the engine's `ClusterSettings`. All times in virtual milliseconds. */
export interface ScenarioSettings {
  readonly watchLatencyMs?: number
  readonly cycleMs?: number
  readonly syncMs?: number
  readonly pullBytesPerMs?: number
  readonly containerStartMs?: number
  readonly schedulerConfiguration?: unknown
  readonly historyRevisions?: number
}

/** Something a person does at a moment of virtual time, before the scenario's first view. */
export interface ScenarioStep {
  /** Virtual milliseconds. */
  readonly at: number
  /** What the kubectl pane shows: "apply -f web.yaml". */
  readonly command: string
  /** Applied as `kubectl apply` does, in order. */
  readonly apply: readonly ApiObject[]
}

/** The record of the run at which the scenario first stands still. Structurally a kernel breakpoint. */
export interface ScenarioMoment {
  readonly type?: 'request' | 'watch' | 'begin' | 'end' | 'note'
  readonly from?: string
  readonly what?: string
  readonly resource?: string
  readonly subject?: string
}

/** A cluster that ships with Berth. Data: equal scenario and seed give equal histories everywhere. */
export interface Scenario {
  /** Part of addresses: "shop-rollout". */
  readonly id: string
  /** Key of the UI's catalogue. */
  readonly titleKey: string
  readonly seed: number
  readonly settings: ScenarioSettings
  /** Put into the store as they are, before time begins. */
  readonly objects: readonly ApiObject[]
  /** In order of time. */
  readonly steps: readonly ScenarioStep[]
  /** First view: the first matching moment after the last step; absent: right after the last step, or `restMs` when there is none. */
  readonly start?: ScenarioMoment
  /** Virtual time a scenario without steps runs before its first view, so that kubelets have reported. */
  readonly restMs: number
  /** How far the run is known ahead of the first view: what the timeline shows dashed. */
  readonly aheadMs: number
}
