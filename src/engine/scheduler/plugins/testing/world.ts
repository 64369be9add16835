/** A cluster of plain objects for tests of plugins: what a plugin says of each node, in words. */
import { resourceOfKind, virtualMs, type ApiObject, type Fact, type Node, type Pod, type Resource } from '../../../../api'
import { Random } from '../../../../base'
import { parseConfiguration } from '../../config'
import { Past } from '../../explain/past'
import type { FeatureGates } from '../../framework/feature-gates'
import type { Framework } from '../../framework/runtime'
import { codeOfVerdict, type CycleState, type EnqueueExtensions, type EventResource, type FilterPlugin, type PodInfo, type PreFilterAnswer, type QueueingHint, type ScorePlugin } from '../../framework/types'
import { makeProfiles } from '../../profiles'
import { inTreePlugins } from '../registry'

export interface WorldOptions {
  readonly nodes: readonly Node[]
  /** On nodes, or pending. */
  readonly pods?: readonly Pod[]
  /** Of all other kinds. */
  readonly objects?: readonly object[]
  readonly gates?: FeatureGates
  /** Args of plugins, as in a configuration file. */
  readonly args?: Readonly<Record<string, unknown>>
}

export interface World {
  readonly past: Past
  readonly framework: Framework
}

export function makeWorld({ nodes, pods = [], objects = [], gates = {}, args = {} }: WorldOptions): World {
  const byResource = new Map<Resource, ApiObject[]>()
  for (const object of objects as readonly ApiObject[]) {
    const resource = resourceOfKind(object.apiVersion, object.kind)
    if (resource === undefined) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`)
    byResource.set(resource, [...(byResource.get(resource) ?? []), object])
  }
  const past = new Past({ nodes, pods, gates, now: virtualMs(0), random: Random.seeded(1).state(), objectsOf: (resource) => byResource.get(resource) ?? [] })
  const configuration = parseConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration',
    profiles: [{ schedulerName: 'default-scheduler', pluginConfig: Object.entries(args).map(([name, own]) => ({ name, args: own })) }],
  }, gates)
  const framework = makeProfiles(configuration, inTreePlugins, past).get('default-scheduler')
  if (framework === undefined) throw new Error('no profile')
  return { past, framework }
}

const byName = <T extends { readonly name: string }>(plugins: readonly T[], name: string): T => {
  const plugin = plugins.find((candidate) => candidate.name === name)
  if (plugin === undefined) throw new Error(`no plugin ${name}`)
  return plugin
}

export interface Filtered {
  readonly preFilter: PreFilterAnswer | undefined
  /** By node: "" for a node that passes, else its reasons; "!" before them when no preemption can help. */
  readonly nodes: Readonly<Record<string, string>>
  readonly facts: (node: string) => readonly Fact[]
}

/** One filter plugin by itself. After a PreFilter that skips or refuses, all nodes pass. */
export function runFilter(world: World, name: string, pod: Pod): Filtered {
  const { framework, past } = world
  const { table } = past
  const info = past.infos.of(pod)
  const state = framework.newState()
  const preFilter = framework.preFilter.find((plugin) => plugin.name === name)?.preFilter(state, info, table)
  const plugin: FilterPlugin = byName(framework.filter, name)
  const rows = table.order.slice(0, table.count)
  const verdicts = new Int32Array(rows.length)
  if (preFilter === undefined || preFilter.code === 'Success') framework.filterAlone(plugin, state, info, rows, rows.length, verdicts)
  const nodes: Record<string, string> = {}
  for (const [i, row] of rows.entries()) {
    const verdict = verdicts[i] as number
    nodes[table.info(row).name] = verdict === 0 ? '' : `${codeOfVerdict(verdict) === 'Unschedulable' ? '' : '!'}${plugin.reasons(state, info, verdict).join('; ')}`
  }
  const facts = (node: string): readonly Fact[] => {
    const row = table.rowOf(node) as number
    return plugin.filterFacts(state, info, table, row, verdicts[rows.indexOf(row)] as number)
  }
  return { preFilter, nodes, facts }
}

export interface ScoredNodes {
  readonly skipped: boolean
  readonly raw: Readonly<Record<string, number>>
  readonly normalized: Readonly<Record<string, number>>
  readonly facts: (node: string) => readonly Fact[]
}

/** One score plugin by itself over all nodes. */
export function runScore(world: World, name: string, pod: Pod): ScoredNodes {
  const { framework, past } = world
  const { table } = past
  const info = past.infos.of(pod)
  const state: CycleState = framework.newState()
  const plugin: ScorePlugin = byName(framework.score, name)
  const rows = table.order.slice(0, table.count)
  const preFilter = framework.preFilter.find((candidate) => candidate.name === name)?.preFilter(state, info, table)
  const filter = framework.filter.find((candidate) => candidate.name === name)
  if (preFilter?.code === 'Success' && filter !== undefined) framework.filterAlone(filter, state, info, rows, rows.length, new Int32Array(rows.length))
  const skipped = framework.preScore.find((candidate) => candidate.name === name)?.preScore(state, info, table, rows, rows.length).code === 'Skip'
  const scores = new Float64Array(rows.length)
  if (!skipped) plugin.score(state, info, table, rows, rows.length, scores)
  const named = (values: Float64Array): Record<string, number> => Object.fromEntries(Array.from(rows, (row, i) => [table.info(row).name, values[i] as number]))
  const raw = named(scores)
  if (!skipped) plugin.normalizeScore?.(state, info, table, rows, rows.length, scores)
  return { skipped, raw, normalized: named(scores), facts: (node) => plugin.scoreFacts(state, info, table, table.rowOf(node) as number) }
}

/** What a plugin's hints say of an event for a waiting Pod; undefined when it does not register for it. */
export function hintOf(
  world: World, name: string, pod: Pod, resource: EventResource, action: number, before?: object, after?: object,
): QueueingHint | undefined {
  const { framework, past } = world
  const plugin = [...framework.preEnqueue, ...framework.filter].find((candidate) => candidate.name === name) as EnqueueExtensions | undefined
  if (plugin === undefined) throw new Error(`no plugin ${name}`)
  const info: PodInfo = past.infos.of(pod)
  const hints = plugin.eventsToRegister().filter((event) => event.resource === resource && (event.action & action) !== 0)
  if (hints.length === 0) return undefined
  const answers = hints.map(({ hint }) => hint?.(info, before as ApiObject | undefined, after as ApiObject | undefined) ?? 'Queue')
  return answers.includes('Queue') ? 'Queue' : 'QueueSkip'
}
