import { resourceOfKind, virtualOf, type ApiObject, type Node, type Pod, type Resource } from '../../src/api'
import { compareText, Random } from '../../src/base'
import { classicConfiguration, evaluated, makePredicate, makePriority, type ClassicConfiguration, type ClassicPolicy, type ClassicVersionName } from '../../src/engine/scheduler/classic'
import { Past } from '../../src/engine/scheduler/explain/past'
import { fitErrorText } from '../../src/engine/scheduler/framework/fit-error'
import type { Framework } from '../../src/engine/scheduler/framework/runtime'
import { codeOfVerdict, type AnyPlugin, type CycleState, type FilterPlugin, type PodInfo, type ScorePlugin } from '../../src/engine/scheduler/framework/types'
import { makeProfiles } from '../../src/engine/scheduler/profiles'
import { decide } from '../../src/engine/scheduler/schedule-one'
import { expectSame } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

/** See README.md beside the vectors for what each member means. */
interface Vector {
  readonly name: string
  readonly version: ClassicVersionName
  readonly maxNodeScore: number
  readonly policy: {
    readonly predicates: readonly string[]
    readonly predicateArguments?: Readonly<Record<string, unknown>>
    readonly priorities: readonly { readonly name: string; readonly weight: number; readonly argument?: unknown }[]
    readonly hardPodAffinitySymmetricWeight?: number
    readonly alwaysCheckAllPredicates?: boolean
  }
  readonly objects: readonly ApiObject[]
  readonly pod: Pod
  readonly expect: Expectation
}

interface Answer {
  readonly fit: boolean
  readonly reasons: readonly string[]
  readonly error?: string
}

interface Cell {
  readonly raw: number | null
  readonly score: number
  readonly weight: number
  readonly weighted: number
}

interface Expectation {
  readonly predicates: Readonly<Record<string, Readonly<Record<string, Answer>>>>
  readonly priorities: Readonly<Record<string, Readonly<Record<string, Cell>>>>
  readonly fitErrorAsPlugins?: string
  readonly [member: string]: unknown
}

export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    const { vectors } = readJson(folder, file) as { readonly vectors: readonly Vector[] }
    for (const own of vectors) yield vector(file, own.name, () => { check(own) })
  }
}

/** The policy of a vector as a person would have written it. */
function policyOf({ policy }: Vector): unknown {
  const { predicates, predicateArguments = {}, priorities, ...rest } = policy
  const { hardPodAffinitySymmetricWeight, alwaysCheckAllPredicates } = rest
  return {
    kind: 'Policy', apiVersion: 'v1', priorities,
    predicates: predicates.map((name) => ({ name, ...(predicateArguments[name] === undefined ? {} : { argument: predicateArguments[name] }) })),
    ...(hardPodAffinitySymmetricWeight === undefined ? {} : { hardPodAffinitySymmetricWeight }),
    ...(alwaysCheckAllPredicates === undefined ? {} : { alwaysCheckAllPredicates }),
  }
}

function withNamespace<T extends { readonly kind: string; readonly apiVersion: string; readonly metadata: ApiObject['metadata'] }>(object: T): T {
  const namespaced = resourceOfKind(object.apiVersion, object.kind)?.namespaced === true
  return namespaced && object.metadata.namespace === undefined ? { ...object, metadata: { ...object.metadata, namespace: 'default' } } : object
}

interface Cluster {
  readonly classic: ClassicConfiguration
  readonly past: Past
  readonly framework: Framework
  readonly pod: PodInfo
}

function clusterOf(own: Vector): Cluster {
  const classic = classicConfiguration(policyOf(own), own.version)
  const objects = own.objects.map(withNamespace)
  const pod = withNamespace(own.pod as unknown as ApiObject) as unknown as Pod
  const byResource = new Map<Resource, ApiObject[]>()
  for (const object of objects) {
    const resource = resourceOfKind(object.apiVersion, object.kind)
    if (resource === undefined) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`)
    byResource.set(resource, [...(byResource.get(resource) ?? []), object])
  }
  const of = (kind: string): readonly ApiObject[] => objects.filter((object) => object.kind === kind)
  const past = new Past({
    nodes: of('Node') as unknown as readonly Node[], pods: of('Pod') as unknown as readonly Pod[], gates: {}, now: virtualOf('2020-01-01T00:00:00Z'),
    random: Random.seeded(1).state(), objectsOf: (resource) => byResource.get(resource) ?? [],
  })
  const framework = makeProfiles(classic.configuration, classic.registry, past).get('default-scheduler')
  if (framework === undefined) throw new Error('no profile')
  return { classic, past, framework, pod: past.infos.of(pod) }
}

function check(own: Vector): void {
  const cluster = clusterOf(own)
  const { classic: { policy }, framework, pod, past } = cluster
  if (policy.version.maxNodeScore !== own.maxNodeScore) throw new Error(`the scale goes to ${policy.version.maxNodeScore}`)
  const rows = past.table.order.slice(0, past.table.count)
  const answers = predicateAnswers(cluster, rows)
  const state = framework.newState()
  const decision = decide(framework, state, pod, { startIndex: 0, percentageOfNodesToScore: 100, random: Random.seeded(1) })
  const inOrder = evaluated(policy).map(({ name }) => name)
  const error = decision.outcome === 'error' || past.table.count === 0 ? errorText(answers, inOrder, decision.outcome === 'scheduled' ? '' : decision.message) : null
  const names = Object.keys(answers)
  const failing = (node: string): string | undefined => inOrder.find((predicate) => answers[node]?.[predicate]?.fit === false)
  const feasible = error === null ? names.filter((node) => failing(node) === undefined).sort(compareText) : []
  const { cells, totals } = priorityCells(cluster, Int32Array.from(feasible, (node) => past.table.rowOf(node) as number), own.expect)
  const best = Math.max(...Object.values(totals))
  expectSame({
    predicates: answers,
    firstFailure: error !== null ? {} : Object.fromEntries(names.flatMap((node) => {
      const predicate = failing(node)
      return predicate === undefined ? [] : [[node, { predicate, reasons: answers[node]?.[predicate]?.reasons }]]
    })),
    feasible, error,
    fitError: decision.outcome === 'unschedulable' && error === null ? decision.message : null,
    ...(own.expect.fitErrorAsPlugins === undefined ? {} : { fitErrorAsPlugins: messageAsPlugins(cluster, rows) }),
    priorities: cells, totals, winners: feasible.filter((node) => totals[node] === best),
  }, own.expect)
  if (decision.outcome === 'scheduled') expectSame(feasible.includes(decision.node) && totals[decision.node] === best, true, `decision ${decision.node}`)
}

/** Every predicate of the policy by itself on every node, also those that are never evaluated. */
function predicateAnswers({ classic: { policy }, framework, pod, past }: Cluster, rows: Int32Array): Record<string, Record<string, Answer>> {
  const answers: Record<string, Record<string, Answer>> = Object.fromEntries(Array.from(rows, (row) => [past.table.info(row).name, {}]))
  for (const predicate of policy.predicates) {
    const plugin = makePredicate(policy, predicate, framework.handle)
    const state = framework.newState()
    for (const [row, verdict] of runAlone(plugin, state, framework, pod, rows)) {
      const reasons = verdict === 0 ? [] : plugin.reasons(state, pod, verdict)
      const failed = codeOfVerdict(verdict) === 'Error'
      const own = answers[past.table.info(row).name] as Record<string, Answer>
      own[predicate.name] = failed ? { fit: false, reasons: [], error: reasons.join(', ') } : { fit: verdict === 0, reasons }
    }
  }
  return answers
}

function runAlone(plugin: AnyPlugin & FilterPlugin, state: CycleState, framework: Framework, pod: PodInfo, rows: Int32Array): readonly (readonly [number, number])[] {
  const answer = plugin.preFilter?.(state, pod, framework.handle.table)
  const verdicts = new Int32Array(rows.length)
  if (answer === undefined || answer.code === 'Success') framework.filterAlone(plugin, state, pod, rows, rows.length, verdicts)
  return Array.from(rows, (row, i) => [row, verdicts[i] as number])
}

/** The text that scheduling breaks off with: without what the framework puts before a plugin's own. */
function errorText(answers: Record<string, Record<string, Answer>>, inOrder: readonly string[], message: string): string {
  for (const node of Object.values(answers)) for (const predicate of inOrder) if (node[predicate]?.error !== undefined) return node[predicate].error
  return message
}

interface Scores {
  readonly cells: Record<string, Record<string, Cell>>
  readonly totals: Record<string, number>
}

/** Each priority by itself over the feasible nodes. `raw` is left out where the vector has none. */
function priorityCells({ classic: { policy }, framework, pod, past }: Cluster, rows: Int32Array, expected: Expectation): Scores {
  const cells: Record<string, Record<string, Cell>> = {}
  const totals: Record<string, number> = {}
  const nameOf = (row: number): string => past.table.info(row).name
  for (const row of rows) {
    cells[nameOf(row)] = {}
    totals[nameOf(row)] = policy.priorities.length === 0 ? 1 : 0
  }
  for (const priority of policy.priorities) {
    const [raw, scores] = scoresOf(makePriority(policy, priority, framework.handle), framework, pod, rows)
    for (const [i, row] of rows.entries()) {
      const score = scores[i] as number
      const own = cells[nameOf(row)] as Record<string, Cell>
      const hidden = expected.priorities[nameOf(row)]?.[priority.name]?.raw === null
      own[priority.name] = { raw: hidden ? null : (raw[i] as number), score, weight: priority.weight, weighted: score * priority.weight }
      totals[nameOf(row)] = (totals[nameOf(row)] as number) + score * priority.weight
    }
  }
  return { cells, totals }
}

function scoresOf(plugin: AnyPlugin & ScorePlugin, framework: Framework, pod: PodInfo, rows: Int32Array): readonly [Float64Array, Float64Array] {
  const { table } = framework.handle
  const state = framework.newState()
  plugin.preScore?.(state, pod, table, rows, rows.length)
  const scores = new Float64Array(rows.length)
  plugin.score(state, pod, table, rows, rows.length, scores)
  const raw = scores.slice()
  plugin.normalizeScore?.(state, pod, table, rows, rows.length, scores)
  return [raw, scores]
}

/**
 * The message of 1.17, which ran predicates wrapped as plugins: GeneralPredicates in its parts, one failure a node, one reason a
 * failure: the first that removing Pods could not cure, else its first.
 */
function messageAsPlugins({ classic: { policy }, framework, pod, past }: Cluster, rows: Int32Array): string {
  const parts = ['PodFitsResources', 'HostName', 'PodFitsHostPorts', 'MatchNodeSelector']
  const split: ClassicPolicy = { ...policy, predicates: evaluated(policy) }
  const names = split.predicates.flatMap((predicate) => (predicate.name === 'GeneralPredicates' ? parts.map((name) => ({ name })) : [predicate]))
  const incurable = new Set([
    "node(s) didn't match node selector", "node(s) didn't match pod affinity rules", "node(s) didn't match the requested hostname", "node(s) had taints that the pod didn't tolerate",
    "node(s) didn't have the requested labels", 'node(s) were unschedulable', 'node(s) had no available volume zone',
  ])
  const failed = new Set<number>()
  const counts = new Map<string, number>()
  for (const predicate of names) {
    const plugin = makePredicate(policy, predicate, framework.handle)
    const state = framework.newState()
    for (const [row, verdict] of runAlone(plugin, state, framework, pod, rows)) {
      if (verdict === 0 || failed.has(row)) continue
      failed.add(row)
      const reasons = plugin.reasons(state, pod, verdict)
      const reason = reasons.find((candidate) => incurable.has(candidate)) ?? (reasons[0] as string)
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
    }
  }
  return fitErrorText(past.table.count, { statuses: { histogram: () => counts }, preFilterMessage: '', postFilterMessage: '' })
}

