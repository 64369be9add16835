/**
 * Makes room for a Pod that fits nowhere by deleting less important ones. Upstream: framework/preemption and
 * plugins/defaultpreemption. What is decided here is carried out by the scheduler when the cycle ends.
 */
import { compareText } from '../../../base'
import { matches, selectorOf, type Fact, type Labels, type PodDisruptionBudget, type PodName } from '../../../api'
import type { DefaultPreemptionArgs } from './args'
import { action, codeOfVerdict, cycleStateKey, status, success, type CycleState, type EnqueueExtensions, type Handle, type NodeToStatus, type PodInfo, type PostFilterAnswer, type PostFilterPlugin, type PreEnqueuePlugin, type Status } from './types'
import { fitErrorText } from './fit-error'
import type { Framework, RuntimeHandle } from './runtime'

/** A node that would have room, and whom that would cost. Victims from the most important one down. */
export interface Candidate {
  readonly node: string
  readonly victims: readonly PodInfo[]
  readonly pdbViolations: number
}

/** What a preemption will do; kept with the cycle until its end. */
export interface Preemption {
  readonly node: string
  readonly victims: readonly PodName[]
}

export const preemptionKey = cycleStateKey<Preemption>('DefaultPreemption', { saved: true })

/** All that a preemption found out: what is decided, and what else was possible. */
export interface PreemptionResult {
  /** Without the plugin's prefix. */
  readonly status: Status
  /** "": an existing nomination is cleared; undefined: left as it is. */
  readonly nominatedNode: string | undefined
  readonly candidates: readonly Candidate[]
  /** Nodes tried in vain, with why. */
  readonly failures: ReadonlyMap<string, Status>
  /** The best candidates by every criterion, any of which may be chosen. */
  readonly best: readonly Candidate[]
}

export interface PreemptionOptions {
  /** Try every node that may help, not only until enough candidates are found. */
  readonly everyNode: boolean
}

const notHelpful = status('UnschedulableAndUnresolvable', 'Preemption is not helpful for scheduling')
const terminatedBy = 'PreemptionByScheduler'

/** Factory of the plugin DefaultPreemption. */
export function defaultPreemption(args: DefaultPreemptionArgs, handle: Handle): PreEnqueuePlugin & PostFilterPlugin & EnqueueExtensions {
  const runtime = handle as RuntimeHandle
  return {
    name: 'DefaultPreemption',

    // Deletions are asked for within one instant here, so a Pod is never found in the middle of its own preemption.
    preEnqueue: () => success,

    postFilter(state, pod, _nodes, failed): PostFilterAnswer {
      const result = preempt(args, runtime, state, pod, failed, { everyNode: false })
      const [chosen] = result.best
      if (result.status.code === 'Success' && chosen !== undefined) {
        state.write(preemptionKey, { node: chosen.node, victims: chosen.victims.map(({ namespace, name, uid }) => ({ namespace, name, uid })) })
      }
      return {
        code: result.status.code,
        reasons: result.status.reasons.length === 0 ? [] : [`preemption: ${result.status.reasons.join(', ')}`],
        ...(result.nominatedNode === undefined ? {} : { nominatedNode: result.nominatedNode }),
        facts: preemptionFacts(result),
      }
    },

    // The plugins whose refusal the preemption lifts decide when the Pod is tried again.
    eventsToRegister: () => [{ resource: 'AssignedPod', action: action.Delete, hint: () => 'QueueSkip' }],
  }
}

/** Upstream: Evaluator.evaluate and Preempt. */
export function preempt(
  args: DefaultPreemptionArgs, handle: RuntimeHandle, state: CycleState, preemptor: PodInfo, failed: NodeToStatus, options: PreemptionOptions,
): PreemptionResult {
  const none = { candidates: [], failures: new Map<string, Status>(), best: [] }
  const pod = handle.podByKey(preemptor.key)
  if (pod === undefined) return { ...none, status: status('Error', `pod "${preemptor.name}" not found`), nominatedNode: undefined }
  const refused = eligibility(handle, pod, failed)
  if (refused !== undefined) return { ...none, status: status('Unschedulable', refused), nominatedNode: undefined }

  const { candidates, failures, errors } = findCandidates(args, handle, state, pod, failed, options)
  if (candidates.length === 0) {
    if (errors.length > 0) return { ...none, failures, status: status('Error', errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`), nominatedNode: undefined }
    const histogram = (total: number): Map<string, number> => {
      const counts = new Map<string, number>()
      for (const { reasons } of failures.values()) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
      const [reason] = notHelpful.reasons as readonly [string]
      if (failures.size < total) counts.set(reason, (counts.get(reason) ?? 0) + total - failures.size)
      return counts
    }
    const message = fitErrorText(handle.table.count, { statuses: { histogram }, preFilterMessage: '', postFilterMessage: '' })
    return { ...none, failures, status: status('Unschedulable', message), nominatedNode: '' }
  }
  // Extenders may strike victims out; one that cannot be asked stops the preemption, unless it may be ignored.
  for (const extender of handle.extenders) {
    if (!extender.supportsPreemption || !extender.isInterested(pod) || extender.ignorable) continue
    try {
      extender.processPreemption(pod)
    } catch (error) {
      return { ...none, failures, status: status('Error', error instanceof Error ? error.message : String(error)), nominatedNode: undefined }
    }
  }
  const best = bestCandidates(candidates, handle.now())
  const chosen = best[0] as Candidate
  return {
    candidates, failures, best, nominatedNode: chosen.node,
    status: status('Success', `found a potential placement for pod on node ${chosen.node}, preempting ${chosen.victims.length} victims`),
  }
}

/** Why this Pod may not preempt; undefined when it may. Upstream: PodEligibleToPreemptOthers. */
function eligibility(handle: RuntimeHandle, pod: PodInfo, failed: NodeToStatus): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = pod.pod.status?.nominatedNodeName ?? ''
  if (nominated === '') return undefined
  const row = handle.table.rowOf(nominated)
  const code = row === undefined ? failed.absentCode : failed.codeOf(row)
  // Preempting there cannot help any more: another node may be tried.
  if (code === 'UnschedulableAndUnresolvable' || row === undefined) return undefined
  for (const other of handle.table.info(row).pods) {
    if (other.priority < pod.priority && isTerminatingByPreemption(other)) return 'not eligible due to a terminating pod on the nominated node.'
  }
  return undefined
}

function isTerminatingByPreemption(pod: PodInfo): boolean {
  if (!pod.terminating) return false
  const condition = pod.pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  return condition !== undefined && condition.status === 'True' && condition.reason === terminatedBy
}

/** Upstream: findCandidates and DryRunPreemption. */
function findCandidates(
  args: DefaultPreemptionArgs, handle: RuntimeHandle, state: CycleState, pod: PodInfo, failed: NodeToStatus, options: PreemptionOptions,
): { readonly candidates: Candidate[]; readonly failures: Map<string, Status>; readonly errors: string[] } {
  const { table } = handle
  const failures = new Map<string, Status>()
  const errors: string[] = []
  const rows: number[] = []
  for (let i = 0; i < table.count; i++) {
    const row = table.order[i] as number
    if (failed.codeOf(row) === 'Unschedulable') rows.push(row)
  }
  if (rows.length === 0) return { candidates: [], failures, errors }
  const budgets = [...handle.listers.podDisruptionBudgets.list()]
  const offset = handle.random.below(rows.length)
  const wanted = options.everyNode ? rows.length : candidatesWanted(args, rows.length)
  const harmless: Candidate[] = []
  const violating: Candidate[] = []
  // Disruption budgets count Pods all over the cluster, so with them every Pod is tried by itself.
  const shared = budgets.length === 0 ? handle.framework.victimsMemo(state, pod) : undefined
  for (let i = 0; i < rows.length; i++) {
    const row = rows[(offset + i) % rows.length] as number
    const node = table.info(row).name
    const select = (): ReturnType<typeof selectVictims> => selectVictims(handle.framework, state, pod, row, budgets)
    const found = shared === undefined ? select() : shared(row, select)
    if ('code' in found) {
      if (found.code === 'Error') errors.push(found.reasons.join(', '))
      failures.set(node, found)
      continue
    }
    if (found.victims.length === 0) {
      const reason = `expected at least one victim pod on node "${node}"`
      errors.push(reason)
      failures.set(node, status('Error', reason))
      continue
    }
    ;(found.pdbViolations === 0 ? harmless : violating).push({ node, ...found })
    if (!options.everyNode && harmless.length > 0 && harmless.length + violating.length >= wanted) break
  }
  return { candidates: [...harmless, ...violating], failures, errors }
}

function candidatesWanted(args: DefaultPreemptionArgs, nodes: number): number {
  return Math.min(nodes, Math.max(Math.floor((nodes * args.minCandidateNodesPercentage) / 100), args.minCandidateNodesAbsolute))
}

/**
 * The fewest victims on one node: all less important Pods go, then as many as possible are spared, those first whose loss
 * would break a disruption budget. Leaves row and state as they were. Upstream: SelectVictimsOnNode.
 */
function selectVictims(
  framework: Framework, state: CycleState, pod: PodInfo, row: number, budgets: readonly PodDisruptionBudget[],
): Status | { readonly victims: readonly PodInfo[]; readonly pdbViolations: number } {
  const { table } = framework.handle
  const info = table.info(row)
  const { generation } = info
  const before = [...info.pods]
  const now = framework.handle.now()
  const potential = before.filter((other) => other.priority < pod.priority)
  if (potential.length === 0) return status('UnschedulableAndUnresolvable', 'No preemption victims found for incoming pod')
  const off = new Set<PodInfo>()
  const move = (other: PodInfo, to: 'off' | 'back'): Status => {
    if (to === 'off') off.add(other)
    else off.delete(other)
    return framework.movePod(state, pod, row, other, to)
  }
  const restore = (): void => {
    for (const other of [...off]) move(other, 'back')
    table.restorePods(row, before)
    table.restoreGeneration(row, generation)
  }
  for (const other of potential) {
    const moved = move(other, 'off')
    if (moved.code !== 'Success') {
      restore()
      return moved
    }
  }
  const fits = (): boolean => framework.filterRow(state, pod, row).verdict === 0
  const first = framework.filterRow(state, pod, row)
  if (first.verdict !== 0) {
    const reasons = framework.filter[first.plugin]?.reasons(state, pod, first.verdict) ?? []
    restore()
    return { code: codeOfVerdict(first.verdict), reasons, plugin: framework.filter[first.plugin]?.name ?? '' }
  }
  potential.sort((a, b) => byImportance(a, b, now))
  const { violating, harmless } = splitByBudgets(potential, budgets)
  const victims: PodInfo[] = []
  let pdbViolations = 0
  const spare = (other: PodInfo): boolean => {
    move(other, 'back')
    if (fits()) return true
    move(other, 'off')
    victims.push(other)
    return false
  }
  for (const other of violating) if (!spare(other)) pdbViolations++
  for (const other of harmless) spare(other)
  if (violating.length > 0 && harmless.length > 0) victims.sort((a, b) => byImportance(a, b, now))
  restore()
  return { victims, pdbViolations }
}

/** The more important first: higher priority, then running longer. Names break ties that upstream leaves open. Upstream: MoreImportantVictim. */
function byImportance(a: PodInfo, b: PodInfo, now: number): number {
  return b.priority - a.priority || startTime(a, now) - startTime(b, now) || compareText(a.key, b.key)
}

/** A Pod that has not started counts as starting now. */
function startTime(pod: PodInfo, now: number): number {
  return Number.isNaN(pod.startTime) ? now : pod.startTime
}

/** Upstream: FilterVictimsWithPDBViolation. */
function splitByBudgets(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): { readonly violating: PodInfo[]; readonly harmless: PodInfo[] } {
  const left = budgets.map((budget) => ({
    namespace: budget.metadata.namespace, selector: selectorOf(budget.spec?.selector), disrupted: budget.status?.disruptedPods ?? {},
    allowed: budget.status?.disruptionsAllowed ?? 0,
  }))
  const violates = (pod: PodInfo): boolean => {
    if (isEmpty(pod.labels)) return false
    for (const budget of left) {
      // A budget with an empty selector protects nothing.
      if (budget.namespace !== pod.namespace || budget.selector.length === 0 || !matches(budget.selector, pod.labels)) continue
      // On its way out already: the api-server has counted it.
      if (Object.hasOwn(budget.disrupted, pod.name)) continue
      budget.allowed--
      if (budget.allowed < 0) return true
    }
    return false
  }
  const violating: PodInfo[] = []
  const harmless: PodInfo[] = []
  for (const pod of pods) (violates(pod) ? violating : harmless).push(pod)
  return { violating, harmless }
}

function isEmpty(labels: Labels): boolean {
  for (const _ in labels) return false
  return true
}

/** How a candidate is judged, best first; the larger is the better. Upstream: pickOneNodeForPreemption. */
export const criteria: readonly { readonly id: string; readonly of: (candidate: Candidate, now: number) => number }[] = [
  { id: 'pdbViolations', of: ({ pdbViolations }) => -pdbViolations },
  { id: 'highestPriority', of: ({ victims }) => -(victims[0]?.priority ?? 0) },
  { id: 'prioritySum', of: ({ victims }) => -victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0) },
  { id: 'victims', of: ({ victims }) => -victims.length },
  { id: 'earliestStart', of: earliestStart },
]

function earliestStart({ victims }: Candidate, now: number): number {
  let highest = -Infinity
  let earliest = Infinity
  for (const victim of victims) {
    const start = startTime(victim, now)
    if (victim.priority > highest) {
      highest = victim.priority
      earliest = start
    } else if (victim.priority === highest && start < earliest) earliest = start
  }
  return earliest
}

function bestCandidates(candidates: readonly Candidate[], now: number): readonly Candidate[] {
  let left = candidates
  for (const { of } of criteria) {
    if (left.length === 1) break
    let best = -Infinity
    const values = left.map((candidate) => of(candidate, now))
    for (const value of values) if (value > best) best = value
    left = left.filter((_, i) => values[i] === best)
  }
  // Upstream takes any (a map's order); by name is as good and the same every time.
  return [...left].sort((a, b) => compareText(a.node, b.node))
}

function preemptionFacts({ candidates, best }: PreemptionResult): Fact[] {
  return candidates.map((candidate) => ({
    id: 'preemption.candidate',
    values: {
      node: candidate.node, victims: candidate.victims.length, pdbViolations: candidate.pdbViolations,
      highestPriority: candidate.victims[0]?.priority ?? 0, best: best.includes(candidate),
    },
  }))
}
