import type { AnyPlugin, FilterPlugin, Handle, ScorePlugin } from '../framework/types'
import type { ClassicVersion } from './versions'

/** What predicates and priorities are made with. */
export interface ClassicContext {
  readonly handle: Handle
  readonly version: ClassicVersion
  /** Weight of others' required affinity in InterPodAffinityPriority. */
  readonly hardPodAffinityWeight: number
}

/** Makes a predicate: a Filter plugin of that name. */
export type PredicateFactory<Argument = undefined> = (context: ClassicContext, name: string, argument: Argument) => AnyPlugin & FilterPlugin

/** Makes a priority: a Score plugin of that name. */
export type PriorityFactory<Argument = undefined> = (context: ClassicContext, name: string, argument: Argument) => AnyPlugin & ScorePlugin

/** `int(x)` of the formulas: the fraction is dropped. */
export const dropFraction = (x: number): number => Math.trunc(x)
