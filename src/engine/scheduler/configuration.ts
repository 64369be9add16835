import { classicConfiguration, isPolicy, notesOf, type PolicyNote } from './classic'
import { ConfigurationError, parseConfiguration, type ConfigurationIssue } from './config'
import type { SchedulerConfiguration } from './config/types'
import type { FeatureGates } from './framework/feature-gates'
import { FrameworkError } from './framework/runtime'
import type { PluginRegistry } from './framework/types'

/** A configuration with the plugins it is made of. */
export interface ReadConfiguration {
  readonly configuration: SchedulerConfiguration
  readonly registry: PluginRegistry
  /** What it allows but should not be done, as ids of sentences. */
  readonly notes: readonly { readonly id: PolicyNote; readonly name: string }[]
}

/**
 * A KubeSchedulerConfiguration over the given plugins, or a Policy of the textbook's time over its predicates and priorities.
 * Throws `ConfigurationError`.
 */
export function readConfiguration(source: unknown, registry: PluginRegistry, gates: FeatureGates): ReadConfiguration {
  if (!isPolicy(source)) return { configuration: parseConfiguration(source, gates), registry, notes: [] }
  const classic = classicConfiguration(source)
  return { configuration: classic.configuration, registry: classic.registry, notes: notesOf(classic.policy) }
}

/** Issues behind a refusal; undefined: it was none, but a mistake of our own. */
export function issuesOf(error: unknown): readonly ConfigurationIssue[] | undefined {
  if (error instanceof ConfigurationError) return error.issues
  if (error instanceof FrameworkError) return [{ field: 'profiles', message: error.message }]
  return undefined
}
