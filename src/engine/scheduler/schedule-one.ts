/** One decision: which node, or why none. Changes nothing but the cycle's own state. Upstream: schedule_one.go. */
import type { Random } from '../../base'
import type { MapCycleState } from './framework/cycle-state'
import { fitErrorText, NodeStatuses, type FilterRun } from './framework/fit-error'
import { extenderName, isRejected, type Extender, type Framework, type PreFilterOutcome, type ScoreListener } from './framework/runtime'
import { status, success, type CycleState, type PodInfo, type PostFilterAnswer, type Status } from './framework/types'
import type { Nominating } from './queue/nominator'

/** Fewer nodes than this are never sampled; upstream: minFeasibleNodesToFind and minFeasibleNodesPercentageToFind. */
const feasibleMin = 100
const percentageMin = 5
const maxExtenderPriority = 10
const noNodes = 'no nodes available to schedule pods'

export interface DecisionOptions {
  /** Where in the node list the search begins. */
  readonly startIndex: number
  /** Of the whole configuration; a profile's own wins. 0: adaptive. */
  readonly percentageOfNodesToScore: number
  /** Breaks ties. */
  readonly random: Random
  /** Hears all that happens on the way, for explanations. */
  readonly listener?: DecisionListener
}

export interface DecisionListener extends ScoreListener {
  preFilter(outcome: PreFilterOutcome): void
  search(run: FilterRun, rows: Int32Array, start: number): void
  feasible(rows: Int32Array, count: number): void
  totals(rows: Int32Array, count: number, totals: Float64Array): void
  postFilter(answer: PostFilterAnswer, statuses: NodeStatuses): void
}

interface Common {
  readonly nodesTotal: number
  readonly nodesEvaluated: number
  readonly nodesFeasible: number
  /** Where the next cycle begins its search. */
  readonly nextStartIndex: number
}

export type Decision = Common & (
  | { readonly outcome: 'scheduled'; readonly node: string; readonly row: number }
  | {
    readonly outcome: 'unschedulable' | 'error'
    readonly message: string
    /** The same without what PostFilter added. */
    readonly filterMessage: string
    /** Plugins that refused the Pod; empty after an error. */
    readonly plugins: readonly string[]
    readonly pendingPlugins: readonly string[]
    readonly nominating: Nominating
  }
)

/** How many feasible nodes are enough. Upstream: numFeasibleNodesToFind. */
export function feasibleNodesToFind(percentageOfNodesToScore: number, nodes: number): number {
  if (nodes < feasibleMin) return nodes
  let percentage = percentageOfNodesToScore
  if (percentage === 0) percentage = Math.max(50 - Math.floor(nodes / 125), percentageMin)
  return Math.max(Math.floor((nodes * percentage) / 100), feasibleMin)
}

/** Upstream: schedulePod and schedulingAlgorithm. */
export function decide(framework: Framework, state: MapCycleState, pod: PodInfo, options: DecisionOptions): Decision {
  const { table } = framework.handle
  table.refresh()
  const nodesTotal = table.count
  const none = { nodesTotal, nodesEvaluated: 0, nodesFeasible: 0, nextStartIndex: options.startIndex }
  if (nodesTotal === 0) {
    return { ...none, outcome: 'unschedulable', message: noNodes, filterMessage: noNodes, plugins: [], pendingPlugins: [], nominating: '' }
  }

  const preFilter = framework.runPreFilter(state, pod)
  options.listener?.preFilter(preFilter)
  if (preFilter.status.code !== 'Success') {
    if (!isRejected(preFilter.status)) return failed(none, preFilter.status)
    const statuses = new NodeStatuses(framework.filter, state, pod, undefined, preFilter.status)
    return refuse(framework, state, pod, options, none, statuses, preFilter, preFilter.status.reasons.join(', '))
  }

  const nominated = pod.pod.status?.nominatedNodeName ?? ''
  let alone: NominatedTrial | undefined
  if (nominated !== '') {
    alone = tryNominated(framework, state, pod, nominated)
    if (alone?.feasible === true) {
      const { row } = alone
      const rows = Int32Array.of(row)
      options.listener?.search(alone.run, rows, 0)
      options.listener?.feasible(rows, 1)
      return { nodesTotal, nodesEvaluated: 1, nodesFeasible: 1, nextStartIndex: options.startIndex, outcome: 'scheduled', node: nominated, row }
    }
  }

  const rows = candidates(framework, preFilter)
  const wanted = framework.hasScoring || framework.handle.extenders.some(({ isFilter }) => isFilter)
    ? feasibleNodesToFind(framework.percentageOfNodesToScore ?? options.percentageOfNodesToScore, rows.length)
    : Math.min(1, rows.length)
  const start = rows.length === 0 ? 0 : options.startIndex % rows.length
  const { run, error: filterError } = framework.findFeasible(state, pod, rows, rows.length, start, wanted)
  options.listener?.search(run, rows, start)
  // The refused nominated node counts as looked at, whether or not the search came by it.
  const extra = alone !== undefined && !run.rows.subarray(0, run.visited).includes(alone.row) ? 1 : 0
  const nextStartIndex = (options.startIndex + run.visited + extra) % nodesTotal
  if (filterError !== undefined) return failed({ ...none, nodesEvaluated: run.visited, nextStartIndex }, filterError)

  let { feasible, feasibleCount } = run
  let statuses: NodeStatuses | undefined
  let refusedByExtender = false
  if (framework.handle.extenders.length > 0 && feasibleCount > 0) {
    statuses = statusesOf(framework, state, pod, run, preFilter)
    const passed = askExtenders(framework, pod, feasible, feasibleCount, statuses)
    if ('code' in passed) return failed({ ...none, nodesEvaluated: run.visited, nextStartIndex }, passed)
    refusedByExtender = passed.length !== feasibleCount
    feasible = Int32Array.from(passed)
    feasibleCount = passed.length
  }
  const common = { nodesTotal, nodesEvaluated: run.visited + extra, nodesFeasible: feasibleCount, nextStartIndex }
  options.listener?.feasible(feasible, feasibleCount)
  if (feasibleCount === 0) {
    statuses ??= statusesOf(framework, state, pod, run, preFilter)
    return refuse(framework, state, pod, options, common, statuses, preFilter, '', refusedByExtender)
  }
  if (feasibleCount === 1) return scheduledOn(framework, common, feasible[0] as number)

  const scored = prioritize(framework, state, pod, feasible, feasibleCount, options.listener)
  if ('code' in scored) return failed(common, scored)
  options.listener?.totals(feasible, feasibleCount, scored)
  return scheduledOn(framework, common, feasible[pickHighest(scored, feasibleCount, options.random)] as number)
}

function scheduledOn(framework: Framework, { nodesTotal, nodesEvaluated, nodesFeasible, nextStartIndex }: Common, row: number): Decision {
  return { nodesTotal, nodesEvaluated, nodesFeasible, nextStartIndex, outcome: 'scheduled', node: framework.handle.table.info(row).name, row }
}

function failed(common: Common, { reasons }: Status): Decision {
  const message = reasons.join(', ')
  return { ...common, outcome: 'error', message, filterMessage: message, plugins: [], pendingPlugins: [], nominating: '' }
}

/** How nodes fared in a search, and what is said of those that were not looked at. */
function statusesOf(framework: Framework, state: CycleState, pod: PodInfo, run: FilterRun, { nodeNames, narrowedBy }: PreFilterOutcome): NodeStatuses {
  const absent = nodeNames === undefined
    ? status('UnschedulableAndUnresolvable')
    : status('UnschedulableAndUnresolvable', `node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}]`)
  return new NodeStatuses(framework.filter, state, pod, run, absent)
}

/** Totals of feasible nodes, extenders' shares included. Upstream: prioritizeNodes. */
export function prioritize(
  framework: Framework, state: CycleState, pod: PodInfo, rows: Int32Array, count: number, listener?: ScoreListener,
): Float64Array | Status {
  const before = framework.runPreScore(state, pod, rows, count)
  if (before.code !== 'Success') return before
  const { totals, error } = framework.runScore(state, pod, rows, count, listener)
  if (error !== undefined) return error
  for (const extender of framework.handle.extenders) {
    if (!extender.isPrioritizer || !extender.isInterested(pod)) continue
    addExtenderScores(framework, extender, pod, rows, count, totals)
  }
  return totals
}

/** One of the highest, each with equal chance. */
export function pickHighest(totals: Float64Array, count: number, random: Random): number {
  let best = totals[0] as number
  let ties = 1
  let picked = 0
  for (let i = 1; i < count; i++) {
    const total = totals[i] as number
    if (total > best) {
      best = total
      ties = 1
      picked = i
    } else if (total === best) ties++
  }
  if (ties === 1) return picked
  let skip = random.below(ties)
  for (let i = picked; ; i++) if (totals[i] === best && skip-- === 0) return i
}

interface NominatedTrial {
  readonly row: number
  readonly feasible: boolean
  readonly run: FilterRun
}

/** A nominated node is most likely the only one that fits, so it is tried alone. Upstream: evaluateNominatedNode. */
function tryNominated(framework: Framework, state: CycleState, pod: PodInfo, node: string): NominatedTrial | undefined {
  const row = framework.handle.table.rowOf(node)
  if (row === undefined) return undefined
  const { run, error } = framework.findFeasible(state, pod, Int32Array.of(row), 1, 0, 1)
  if (error !== undefined) return undefined
  if (run.feasibleCount === 1 && framework.handle.extenders.length > 0) {
    const statuses = new NodeStatuses(framework.filter, state, pod, run, success)
    const passed = askExtenders(framework, pod, run.feasible, 1, statuses)
    if ('code' in passed || passed.length === 0) return { row, feasible: false, run }
  }
  return { row, feasible: run.feasibleCount === 1, run }
}

/** Rows to search, in list order: all, or those that PreFilter narrowed it to. Names of nodes that are not there are passed over. */
function candidates(framework: Framework, preFilter: PreFilterOutcome): Int32Array {
  const { table } = framework.handle
  const { nodeNames } = preFilter
  if (nodeNames === undefined) return table.order.subarray(0, table.count)
  if (nodeNames.size < 16) {
    // Few names: look each up and put them in list order only when there is more than one.
    const rows = [...nodeNames].map((name) => table.rowOf(name)).filter((row) => row !== undefined)
    if (rows.length < 2) return Int32Array.from(rows)
  }
  const rows: number[] = []
  for (let i = 0; i < table.count; i++) {
    const row = table.order[i] as number
    if (nodeNames.has(table.info(row).name)) rows.push(row)
  }
  return Int32Array.from(rows)
}

function refuse(
  framework: Framework, state: MapCycleState, pod: PodInfo, options: DecisionOptions, common: Common, statuses: NodeStatuses,
  preFilter: PreFilterOutcome, preFilterMessage: string, refusedByExtender = false,
): Decision {
  const plugins = statuses.refusingPlugins()
  const pending: string[] = []
  for (const name of preFilter.narrowedBy) plugins.add(name)
  const { code, plugin } = preFilter.status
  if (plugin !== undefined) code === 'Pending' ? pending.push(plugin) : plugins.add(plugin)
  if (refusedByExtender) plugins.add(extenderName)
  let nominating: Nominating = ''
  let postFilterMessage = ''
  // The histogram reads scratch arrays that the trials of preemption may use again.
  const histogram = preFilterMessage === '' ? statuses.histogram(common.nodesTotal) : new Map<string, number>()
  if (framework.postFilter.length > 0) {
    const answer = framework.runPostFilter(state, pod, statuses)
    options.listener?.postFilter(answer, statuses)
    postFilterMessage = answer.reasons.join(', ')
    nominating = answer.nominatedNode
  }
  const text = (postFilter: string): string => fitErrorText(common.nodesTotal, { statuses: { histogram: () => histogram }, preFilterMessage, postFilterMessage: postFilter })
  return { ...common, outcome: 'unschedulable', message: text(postFilterMessage), filterMessage: text(''), plugins: [...plugins].sort(), pendingPlugins: pending, nominating }
}

/** Rows that pass all extenders, in order. Upstream: findNodesThatPassExtenders. */
function askExtenders(framework: Framework, pod: PodInfo, rows: Int32Array, count: number, statuses: NodeStatuses): number[] | Status {
  const { table, extenders } = framework.handle
  let left: number[] = Array.from(rows.subarray(0, count))
  for (const extender of extenders) {
    if (left.length === 0) break
    if (!extender.isFilter || !extender.isInterested(pod)) continue
    try {
      const answer = extender.filter(pod, left.map((row) => table.info(row).name))
      for (const [node, reason] of answer.failed) {
        const row = table.rowOf(node)
        if (row !== undefined && !answer.failedAndUnresolvable.has(node)) statuses.set(row, status('Unschedulable', reason))
      }
      for (const [node, reason] of answer.failedAndUnresolvable) {
        const row = table.rowOf(node)
        if (row !== undefined) statuses.set(row, status('UnschedulableAndUnresolvable', reason))
      }
      const passed = new Set(answer.nodes)
      left = left.filter((row) => passed.has(table.info(row).name))
    } catch (error) {
      if (extender.ignorable) continue
      return status('Error', error instanceof Error ? error.message : String(error))
    }
  }
  return left
}

function addExtenderScores(framework: Framework, extender: Extender, pod: PodInfo, rows: Int32Array, count: number, totals: Float64Array): void {
  const { table } = framework.handle
  const names = Array.from(rows.subarray(0, count), (row) => table.info(row).name)
  try {
    const scores = extender.prioritize(pod, names)
    for (let i = 0; i < count; i++) {
      const score = scores.get(names[i] as string)
      if (score !== undefined) totals[i] = (totals[i] as number) + score * extender.weight * (100 / maxExtenderPriority)
    }
  } catch {
    // An extender that cannot score leaves it to the others, as upstream.
  }
}
