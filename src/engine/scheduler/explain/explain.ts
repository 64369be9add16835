/** Why a cycle ended as it did: the same plugins run again over the cluster as it then was. There is no second implementation. */
import { ApiError, resources, type ApiObject, type Explanation, type FilterExplanation, type FilterVerdict, type Node, type Pod, type PodName, type PluginAnswer, type PreemptionExplanation, type Resource, type ScoreCell, type ScoreExplanation } from '../../../api'
import { readConfiguration } from '../configuration'
import type { DefaultPreemptionArgs } from '../framework/args'
import type { FeatureGates } from '../framework/feature-gates'
import type { FilterRun, NodeStatuses } from '../framework/fit-error'
import { preempt } from '../framework/preemption'
import type { PodInfos } from '../framework/pod-info'
import type { Framework } from '../framework/runtime'
import { codeOfVerdict, type CycleState, type FilterPlugin, type PluginRegistry, type PodInfo, type PostFilterAnswer, type ScorePlugin } from '../framework/types'
import type { ExtenderAnswers } from '../framework/extender-road'
import { makeProfiles } from '../profiles'
import { decide, type DecisionListener } from '../schedule-one'
import { Assumed, listListers } from '../world-listers'
import type { CycleLog, CycleRecord } from './cycle-log'
import { examine, type Examination } from './examine'
import { newest, Past } from './past'

type ListAt = (resource: Resource, revision: number) => readonly ApiObject[]

/** `undefined` when the history of the cycle is gone. */
export function explainCycle(
  record: CycleRecord, log: CycleLog, registry: PluginRegistry, gates: FeatureGates, listAt: ListAt, infos?: PodInfos, extenders?: ExtenderAnswers,
): Explanation | undefined {
  const { summary } = record
  const { configuration, registry: plugins } = readConfiguration(log.configuration(record), registry, gates)
  let nodes: readonly ApiObject[]
  let pods: readonly ApiObject[]
  const assumed = new Assumed()
  assumed.load(record.assumedObjects)
  try {
    nodes = asSeen(listAt, resources.nodes, summary.revision, record.nodesRevision)
    pods = asSeen(listAt, resources.pods, summary.revision, record.podsRevision)
  } catch (error) {
    if (error instanceof ApiError) return undefined
    throw error
  }
  const past = new Past({
    nodes: nodes as unknown as readonly Node[], pods: pods as unknown as readonly Pod[], gates, now: summary.startedAt, random: record.random,
    objectsOf: () => [], listers: listListers((resource) => listAt(resource, summary.revision), assumed),
    order: log.order(record), assumed: record.assumed, nominations: record.nominations, ...(infos === undefined ? {} : { infos }), ...(extenders === undefined ? {} : { extenders }),
  })
  const framework = makeProfiles(configuration, plugins, past).get(summary.profile)
  const pod = past.podByKey(record.key)
  if (framework === undefined || pod === undefined) return undefined
  return explainDecision(framework, pod, {
    startIndex: record.startIndex, percentageOfNodesToScore: configuration.percentageOfNodesToScore, cycle: summary,
    preemptionArgs: configuration.profiles.find(({ schedulerName }) => schedulerName === summary.profile)
      ?.pluginConfig.find(({ name }) => name === 'DefaultPreemption')?.args as DefaultPreemptionArgs | undefined,
  })
}

export interface ExplainOptions {
  readonly startIndex: number
  readonly percentageOfNodesToScore: number
  readonly cycle: Explanation['cycle']
  /** Absent: preemption is not part of the profile. */
  readonly preemptionArgs: DefaultPreemptionArgs | undefined
}

/** Runs one decision and writes down all of it. */
export function explainDecision(framework: Framework, pod: PodInfo, options: ExplainOptions): Explanation {
  const { table } = framework.handle
  const record = new Recorder(framework, pod)
  const state = framework.newState()
  const decision = decide(framework, state, pod, {
    startIndex: options.startIndex, percentageOfNodesToScore: options.percentageOfNodesToScore, random: framework.handle.random, listener: record,
  })
  const rows = record.rowsInVisitOrder(options.startIndex)
  const names = Array.from(rows, (row) => table.info(row).name)
  const seen = examine(framework, pod, rows)
  const preEnqueue = preEnqueueAnswer(framework, pod)
  const winner = decision.outcome === 'scheduled' ? decision.node : undefined
  const totals = record.totalsList()
  const best = totals.length === 0 ? -Infinity : Math.max(...totals.map(({ total }) => total))
  const postFilter = record.postFilterExplanation(options.preemptionArgs)
  return {
    cycle: options.cycle, nodes: names, visited: record.visited, startIndex: options.startIndex, feasible: record.feasibleNames(),
    ...(preEnqueue === undefined ? {} : { preEnqueue }),
    preFilter: preFilterAnswers(framework, pod, seen),
    filters: record.preFilterFailed ? [] : filterExplanations(framework, pod, seen, rows, record, state),
    scoringRan: totals.length > 0,
    scores: totals.length > 0 ? record.scoreExplanations() : [],
    totals, ties: totals.filter(({ total }) => total === best).map(({ node }) => node),
    ...(winner === undefined ? {} : { winner }),
    ...(decision.outcome === 'scheduled' ? {} : { fitError: decision.message }),
    ...(postFilter === undefined ? {} : { postFilter }),
  }
}

/**
 * Objects of a kind as the watch had told of them. Usually all watches are equally far; where one was behind, its own
 * revision counts.
 */
function asSeen(listAt: ListAt, resource: Resource, revision: number, own: number): readonly ApiObject[] {
  const objects = listAt(resource, revision)
  return own < revision && newest(objects) > own ? listAt(resource, own) : objects
}

/** Notes a decision as it is made. */
class Recorder implements DecisionListener {
  visited = 0
  preFilterFailed = false
  readonly #framework: Framework
  readonly #pod: PodInfo
  #visit: Int32Array | undefined
  /** Filter plugin that refused a row first, with its verdict, by row. */
  readonly reported = new Map<number, { readonly plugin: number; readonly verdict: number }>()
  #feasible: Int32Array = new Int32Array(0)
  readonly #raw = new Map<string, Float64Array>()
  readonly #normalized = new Map<string, { readonly weight: number; readonly scores: Float64Array }>()
  #totals: { node: string; total: number }[] = []
  #postFilter: { readonly answer: PostFilterAnswer; readonly statuses: NodeStatuses } | undefined

  constructor(framework: Framework, pod: PodInfo) {
    this.#framework = framework
    this.#pod = pod
  }

  preFilter({ status }: { readonly status: { readonly code: string } }): void {
    this.preFilterFailed = status.code !== 'Success'
  }

  search(run: FilterRun, rows: Int32Array, start: number): void {
    this.#visit = rows.map((_, i) => rows[(start + i) % rows.length] as number)
    this.visited = run.visited
    for (let i = 0; i < run.visited; i++) {
      const verdict = run.verdicts[i] as number
      if (verdict !== 0) this.reported.set(run.rows[i] as number, { plugin: run.pluginOf[i] as number, verdict })
    }
  }

  feasible(rows: Int32Array, count: number): void {
    this.#feasible = rows.slice(0, count)
  }

  raw(plugin: string, scores: Float64Array, count: number): void {
    this.#raw.set(plugin, scores.slice(0, count))
  }

  normalized(plugin: string, weight: number, scores: Float64Array, count: number): void {
    this.#normalized.set(plugin, { weight, scores: scores.slice(0, count) })
  }

  totals(rows: Int32Array, count: number, totals: Float64Array): void {
    this.#totals = Array.from(rows.subarray(0, count), (row, i) => ({ node: this.#framework.handle.table.info(row).name, total: totals[i] as number }))
  }

  postFilter(answer: PostFilterAnswer, statuses: NodeStatuses): void {
    this.#postFilter = { answer, statuses }
  }

  /** Every row of the snapshot: those of the search first, in its order. */
  rowsInVisitOrder(startIndex: number): Int32Array {
    const { table } = this.#framework.handle
    if (this.#visit !== undefined && this.#visit.length === table.count) return this.#visit
    const rest: number[] = []
    const first = new Set(this.#visit)
    for (let i = 0; i < table.count; i++) {
      const row = table.order[(startIndex + i) % table.count] as number
      if (!first.has(row)) rest.push(row)
    }
    return Int32Array.from([...first, ...rest])
  }

  feasibleNames(): string[] {
    return Array.from(this.#feasible, (row) => this.#framework.handle.table.info(row).name)
  }

  totalsList(): readonly { readonly node: string; readonly total: number }[] {
    return this.#totals
  }

  scoreExplanations(): ScoreExplanation[] {
    const framework = this.#framework
    const { table } = framework.handle
    // A state of its own: facts must not depend on what the decision left behind.
    const state = framework.newState()
    framework.runPreFilter(state, this.#pod)
    framework.runPreScore(state, this.#pod, this.#feasible, this.#feasible.length)
    return framework.score.map((plugin: ScorePlugin, p) => {
      const raw = this.#raw.get(plugin.name)
      const normalized = this.#normalized.get(plugin.name)
      const weight = framework.weights[p] as number
      if (raw === undefined || normalized === undefined) return { plugin: plugin.name, weight, skipped: true, cells: [] }
      const cells: ScoreCell[] = Array.from(this.#feasible, (row, i) => {
        const score = normalized.scores[i] as number
        return {
          node: table.info(row).name, raw: raw[i] as number, normalized: score, weighted: score * weight,
          facts: plugin.scoreFacts(state, this.#pod, table, row),
        }
      })
      return { plugin: plugin.name, weight, skipped: false, cells }
    })
  }

  postFilterExplanation(args: DefaultPreemptionArgs | undefined): PreemptionExplanation | undefined {
    if (this.#postFilter === undefined) return undefined
    const { answer } = this.#postFilter
    const framework = this.#framework
    const explained: PluginAnswer = { plugin: answer.plugin ?? '', code: answer.code, reasons: answer.reasons, facts: answer.facts ?? [] }
    const nominated = answer.nominatedNode === undefined || answer.nominatedNode === '' ? {} : { nominatedNode: answer.nominatedNode }
    if (args === undefined) return { answer: explained, candidates: [], ...nominated }
    const state = framework.newState()
    framework.runPreFilter(state, this.#pod)
    const result = preempt(args, framework.handle, state, this.#pod, this.#postFilter.statuses, { everyNode: true })
    const candidates = result.candidates.map(({ node, victims, pdbViolations }) => ({ node, victims: victims.map(nameOf), pdbViolations }))
    return { answer: explained, candidates, ...nominated }
  }
}

function nameOf({ namespace, name, uid }: PodInfo): PodName {
  return { namespace, name, uid }
}

function preEnqueueAnswer(framework: Framework, pod: PodInfo): PluginAnswer | undefined {
  for (const plugin of framework.preEnqueue) {
    const { code, reasons } = plugin.preEnqueue(pod)
    if (code !== 'Success') return { plugin: plugin.name, code, reasons, facts: [] }
  }
  return undefined
}

function preFilterAnswers(framework: Framework, pod: PodInfo, seen: Examination): PluginAnswer[] {
  return framework.preFilter.map((plugin) => {
    const { code, reasons, nodeNames } = seen.preFilter.get(plugin.name) ?? { code: 'Skip' as const, reasons: [], nodeNames: undefined }
    const facts = code === 'Skip' ? [] : plugin.preFilterFacts?.(seen.state, pod, framework.handle.table) ?? []
    return { plugin: plugin.name, code, reasons, ...(nodeNames === undefined ? {} : { nodeNames: [...nodeNames].sort() }), facts }
  })
}

function filterExplanations(framework: Framework, pod: PodInfo, seen: Examination, rows: Int32Array, record: Recorder, decided: CycleState): FilterExplanation[] {
  const { table } = framework.handle
  return framework.filter.map((plugin: FilterPlugin, p) => {
    const own = seen.verdicts.get(plugin.name)
    if (own === undefined) return { plugin: plugin.name, skipped: true, verdicts: [] }
    const words = new Map<number, readonly string[]>([[0, []]])
    const reasonsOf = (verdict: number): readonly string[] => {
      let reasons = words.get(verdict)
      if (reasons === undefined) words.set(verdict, reasons = plugin.reasons(seen.state, pod, verdict))
      return reasons
    }
    const verdicts: FilterVerdict[] = new Array<FilterVerdict>(rows.length)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number
      const first = record.reported.get(row)
      const reported = first?.plugin === p
      if (reported && own[i] === 0 && first !== undefined) {
        // Refused only while nominated Pods count: by itself the plugin had nothing against it.
        verdicts[i] = {
          node: table.info(row).name, code: codeOfVerdict(first.verdict), reasons: plugin.reasons(decided, pod, first.verdict),
          facts: plugin.filterFacts(seen.state, pod, table, row, 0), reported,
        }
        continue
      }
      const verdict = own[i] as number
      verdicts[i] = {
        node: table.info(row).name, code: codeOfVerdict(verdict), reasons: reasonsOf(verdict),
        facts: plugin.filterFacts(seen.state, pod, table, row, verdict), reported,
      }
    }
    return { plugin: plugin.name, skipped: false, verdicts }
  })
}
