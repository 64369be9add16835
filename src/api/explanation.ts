import type { VirtualMs } from './time'

/** Codes of the scheduling framework, in its own words. */
export type StatusCode = 'Success' | 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip' | 'Pending'

/** Named numbers and words behind a verdict or score; `id` names the sentence they belong in ("fit.insufficient"). */
export interface Fact {
  readonly id: string
  readonly values: { readonly [name: string]: string | number | boolean }
}

export interface PodName {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** One scheduling cycle, as the hot path records it: enough to list it, and to run it again. */
export interface CycleSummary {
  /** Counts from 1 in the life of a cluster. */
  readonly id: number
  readonly pod: PodName
  readonly profile: string
  /** How often this Pod has been tried, this time included. */
  readonly attempt: number
  readonly startedAt: VirtualMs
  readonly endedAt: VirtualMs
  readonly outcome: 'scheduled' | 'unschedulable' | 'error' | 'gone'
  /** The chosen node. */
  readonly node?: string
  readonly nominatedNode?: string
  /** FitError or error text. */
  readonly message?: string
  readonly nodesTotal: number
  readonly nodesEvaluated: number
  readonly nodesFeasible: number
  /** Revision the scheduler had seen when it took its snapshot. */
  readonly revision: number
}

/** A plugin's answer for the Pod as a whole (PreFilter, PreScore, Reserve, Permit, PreBind, PostFilter). */
export interface PluginAnswer {
  readonly plugin: string
  readonly code: StatusCode
  readonly reasons: readonly string[]
  /** PreFilter may narrow the search to these nodes. */
  readonly nodeNames?: readonly string[]
  readonly facts: readonly Fact[]
}

/** A filter plugin's answer for one node. */
export interface FilterVerdict {
  readonly node: string
  readonly code: StatusCode
  readonly reasons: readonly string[]
  readonly facts: readonly Fact[]
  /** True for the first failing plugin of the node: the one the real scheduler reports. */
  readonly reported: boolean
}

export interface FilterExplanation {
  readonly plugin: string
  /** Its PreFilter answered Skip: nothing on this Pod concerns it. */
  readonly skipped: boolean
  /** Every node it was asked about, in visit order; nodes rejected earlier included, with what it would have said. */
  readonly verdicts: readonly FilterVerdict[]
}

export interface ScoreCell {
  readonly node: string
  readonly raw: number
  readonly normalized: number
  readonly weighted: number
  readonly facts: readonly Fact[]
}

export interface ScoreExplanation {
  readonly plugin: string
  readonly weight: number
  readonly skipped: boolean
  /** One a feasible node, in visit order. Empty when skipped or when scoring did not run. */
  readonly cells: readonly ScoreCell[]
}

export interface PreemptionCandidate {
  readonly node: string
  readonly victims: readonly PodName[]
  readonly pdbViolations: number
}

export interface PreemptionExplanation {
  readonly answer: PluginAnswer
  readonly candidates: readonly PreemptionCandidate[]
  readonly nominatedNode?: string
}

/**
 * Why a cycle ended as it did: made on demand by running the same plugins again over the reconstructed snapshot.
 * Machine-readable; the page and the command line print the same record.
 */
export interface Explanation {
  readonly cycle: CycleSummary
  /** All nodes of the snapshot, in the order in which the scheduler visits them (start index first). */
  readonly nodes: readonly string[]
  /** How many of `nodes`, from the front, were looked at before enough feasible ones were found. */
  readonly visited: number
  readonly startIndex: number
  readonly feasible: readonly string[]
  readonly preEnqueue?: PluginAnswer
  readonly preFilter: readonly PluginAnswer[]
  readonly filters: readonly FilterExplanation[]
  /** False when fewer than two nodes were feasible: the scheduler does not score then. */
  readonly scoringRan: boolean
  readonly scores: readonly ScoreExplanation[]
  readonly totals: readonly { readonly node: string; readonly total: number }[]
  /** Nodes that share the highest total; the seeded random pick chose among them. */
  readonly ties: readonly string[]
  readonly winner?: string
  readonly fitError?: string
  readonly postFilter?: PreemptionExplanation
}
