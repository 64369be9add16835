import type { ApiObject, Labels } from '../../api'
import { assert } from '../../base'
import { defaultMultiPoint } from './config/default-plugins'
import type { Profile, SchedulerConfiguration } from './config/types'
import { makeExtenders } from './framework/extender'
import { isEnabled, type FeatureGates } from './framework/feature-gates'
import type { NodeTable } from './framework/node-table'
import { Framework, FrameworkError, type RuntimeHandle } from './framework/runtime'
import type { NodeResourcesFitArgs } from './framework/args'
import type { AssumableKind, Handle, Listers, Nominator, PluginRegistry, PodInfo } from './framework/types'
import type { Random } from '../../base'

/** What all profiles of a scheduler look at: the living cluster, or one put together again from the past. */
export interface World {
  readonly table: NodeTable
  readonly listers: Listers
  readonly nominator: Nominator
  readonly client: Handle['client']
  readonly random: Random
  readonly gates: FeatureGates
  now(): ReturnType<Handle['now']>
  /** Asks an extender that has a URL. Throws when it does not answer. */
  askExtender(url: string, body: unknown, timeoutMs: number): unknown
  podByKey(key: string): PodInfo | undefined
  assume(kind: AssumableKind, object: ApiObject): void
  forget(kind: AssumableKind, key: string): void
}

/** Makes the framework of every profile, by scheduler name. Throws `FrameworkError` when one cannot be. Upstream: profile.NewMap. */
export function makeProfiles(configuration: SchedulerConfiguration, registry: PluginRegistry, world: World): ReadonlyMap<string, Framework> {
  const frameworks = new Map<string, Framework>()
  const labelsOf = (node: string): Labels | undefined => {
    const row = world.table.rowOf(node)
    return row === undefined ? undefined : world.table.info(row).labels
  }
  const nodeOf = (node: string): unknown => {
    const row = world.table.rowOf(node)
    return row === undefined ? undefined : world.table.info(row).node
  }
  const extenders = makeExtenders(configuration.extenders, labelsOf, { ask: (url, body, timeoutMs) => world.askExtender(url, body, timeoutMs), nodeOf })
  const ignored = configuration.extenders.flatMap(({ managedResources }) => managedResources.filter(({ ignoredByScheduler }) => ignoredByScheduler).map(({ name }) => name))
  for (const profile of configuration.profiles) {
    // Getters: a restored scheduler has another table, and profiles are made before there is a queue.
    const makeHandle = (framework: Framework): RuntimeHandle => ({
      framework, listers: world.listers, client: world.client, random: world.random, extenders, profileName: profile.schedulerName,
      get table() { return world.table },
      get snapshot() { return world.table },
      get nominator() { return world.nominator },
      now: () => world.now(), podByKey: (key) => world.podByKey(key), featureGate: (name) => isEnabled(world.gates, name),
      assume: (kind, object) => { world.assume(kind, object) }, forget: (kind, key) => { world.forget(kind, key) },
    })
    let framework: Framework
    try {
      framework = new Framework(ignoring(ignored, withKnownDefaults(profile, registry)), registry, makeHandle)
    } catch (error) {
      if (error instanceof FrameworkError) throw new FrameworkError(`creating profile for scheduler name ${profile.schedulerName}: ${error.message}`)
      throw error
    }
    frameworks.set(profile.schedulerName, framework)
  }
  assert(frameworks.size > 0, 'a configuration has a profile')
  return frameworks
}

/** A default plugin that the registry does not have is left out; one that was asked for by name is an error later. */
function withKnownDefaults(profile: Profile, registry: PluginRegistry): Profile {
  const { multiPoint } = profile.plugins
  const enabled = multiPoint.enabled.filter((entry) => registry[entry.name] !== undefined || !defaultMultiPoint.includes(entry))
  return { ...profile, plugins: { ...profile.plugins, multiPoint: { ...multiPoint, enabled } } }
}

/** Resources that an extender looks after and the scheduler is told to leave alone. Upstream: buildExtenders. */
function ignoring(resources: readonly string[], profile: Profile): Profile {
  if (resources.length === 0) return profile
  const pluginConfig = profile.pluginConfig.map((config) => (config.name === 'NodeResourcesFit'
    ? { ...config, args: { ...(config.args as NodeResourcesFitArgs), ignoredResources: resources } } : config))
  return { ...profile, pluginConfig }
}
