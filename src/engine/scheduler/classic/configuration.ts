import { noPlugins } from '../config/default-plugins'
import type { SchedulerConfiguration } from '../config/types'
import type { AnyPlugin, FilterPlugin, Handle, PluginFactory, PluginRegistry, ScorePlugin } from '../framework/types'
import { defaultBinder } from '../plugins/default-binder'
import { prioritySort } from '../plugins/priority-sort'
import { schedulingGates } from '../plugins/scheduling-gates'
import { alwaysCheckAll, alwaysCheckAllName } from './always-check-all'
import type { ClassicContext, PredicateFactory, PriorityFactory } from './context'
import { parsePolicy, type ClassicPolicy, type PredicatePolicy, type PriorityPolicy } from './policy'
import { checkNodeLabelPresence, checkServiceAffinity } from './predicates/labels'
import { labelPreference } from './priorities/preferences'
import { requestedToCapacityRatioPriority } from './priorities/resources'
import { serviceAntiAffinity } from './priorities/spreading'
import { predicates as predicateFactories, priorities as priorityFactories } from './registry'
import type { ClassicVersionName } from './versions'

const plugin = (factory: (handle: Handle) => AnyPlugin): PluginFactory<never> => (_args, handle) => factory(handle)

const contextOf = (policy: ClassicPolicy, handle: Handle): ClassicContext => ({ handle, version: policy.version, hardPodAffinityWeight: policy.hardPodAffinityWeight })

/** Makes one predicate of a policy. The policy was checked: the name is known, or an argument says what it is. */
export function makePredicate(policy: ClassicPolicy, { name, argument }: PredicatePolicy, handle: Handle): AnyPlugin & FilterPlugin {
  const context = contextOf(policy, handle)
  if (argument?.labelsPresence !== undefined) return checkNodeLabelPresence(context, name, argument.labelsPresence)
  if (argument?.serviceAffinity !== undefined) return checkServiceAffinity(context, name, argument.serviceAffinity)
  return (predicateFactories as Readonly<Record<string, PredicateFactory>>)[name]?.(context, name, undefined) as AnyPlugin & FilterPlugin
}

/** Makes one priority of a policy. */
export function makePriority(policy: ClassicPolicy, { name, argument }: PriorityPolicy, handle: Handle): AnyPlugin & ScorePlugin {
  const context = contextOf(policy, handle)
  if (argument?.labelPreference !== undefined) return labelPreference(context, name, argument.labelPreference)
  if (argument?.serviceAntiAffinity !== undefined) return serviceAntiAffinity(context, name, argument.serviceAntiAffinity)
  if (argument?.requestedToCapacityRatioArguments !== undefined) return requestedToCapacityRatioPriority(context, name, argument.requestedToCapacityRatioArguments)
  return (priorityFactories as Readonly<Record<string, PriorityFactory>>)[name]?.(context, name, undefined) as AnyPlugin & ScorePlugin
}

/** Predicates in the order in which they are evaluated. One that stands in no order is left out, as in the real one. */
export function evaluated({ version, predicates }: ClassicPolicy): readonly PredicatePolicy[] {
  return version.ordering.flatMap((name) => predicates.find((predicate) => predicate.name === name) ?? [])
}

export interface ClassicConfiguration {
  readonly policy: ClassicPolicy
  /** One profile: the predicates as Filter plugins in their order, the priorities as Score plugins with their weights. */
  readonly configuration: SchedulerConfiguration
  /** Exactly the plugins that the profile names. */
  readonly registry: PluginRegistry
}

/** A Policy (see `parsePolicy`, which may throw) as a profile over the framework. */
export function classicConfiguration(source: unknown, version?: ClassicVersionName): ClassicConfiguration {
  const policy = parsePolicy(source, version)
  return { policy, ...frameworkOf(policy) }
}

export function frameworkOf(policy: ClassicPolicy): Omit<ClassicConfiguration, 'policy'> {
  const inOrder = evaluated(policy)
  const filters: readonly (readonly [string, PluginFactory<never>])[] = policy.alwaysCheckAllPredicates
    ? [[alwaysCheckAllName, plugin((handle) => alwaysCheckAll(inOrder.map((predicate) => makePredicate(policy, predicate, handle))))]]
    : inOrder.map((predicate) => [predicate.name, plugin((handle) => makePredicate(policy, predicate, handle))])
  const scorers: readonly PriorityPolicy[] = policy.priorities.length > 0 ? policy.priorities : [{ name: 'EqualPriority', weight: 1 }]
  const registry: Record<string, PluginFactory<never>> = {
    SchedulingGates: schedulingGates, PrioritySort: prioritySort, ...Object.fromEntries(filters),
    ...Object.fromEntries(scorers.map((priority): readonly [string, PluginFactory<never>] => {
      // Predicates and priorities had names of their own; where both share one, one plugin is both.
      const namesake = policy.alwaysCheckAllPredicates ? undefined : inOrder.find(({ name }) => name === priority.name)
      return [priority.name, plugin((handle) => ({ ...(namesake === undefined ? {} : makePredicate(policy, namesake, handle)), ...makePriority(policy, priority, handle) }))]
    })),
    DefaultBinder: plugin((handle) => defaultBinder(undefined, handle)),
  }
  const entry = (name: string): { readonly name: string; readonly weight: number } => ({ name, weight: scorers.find((priority) => priority.name === name)?.weight ?? 0 })
  return {
    registry,
    configuration: {
      parallelism: 16, percentageOfNodesToScore: 0, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10, extenders: policy.extenders,
      profiles: [{
        schedulerName: 'default-scheduler', percentageOfNodesToScore: undefined, pluginConfig: [],
        plugins: { ...noPlugins, multiPoint: { enabled: Object.keys(registry).map(entry), disabled: [] } },
      }],
    },
  }
}
