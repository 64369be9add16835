import { matches, selectorOf, selectorOfMap, type ApiObject, type Fact, type Labels, type Selector, type TopologySpreadConstraint } from '../../../api'
import { deepEqual, roundHalfAway } from '../../../base'
import type { PodTopologySpreadArgs } from '../framework/args'
import {
  action, cycleStateKey, detailOfVerdict, maxNodeScore, skip, success, verdict, verdictCode,
  type CounterQuery, type EnqueueExtensions, type FilterPlugin, type Handle, type LabelColumn, type PodInfo, type PodTemplate, type PreFilterPlugin,
  type PreScorePlugin, type QueueingHint, type ScorePlugin, type Snapshot,
} from '../framework/types'
import { defaultSelector } from './helper/default-selector'
import { goLog } from './helper/go-log'
import { RequiredAffinityOnColumns, requiredNodeAffinityOf } from './helper/node-selector'
import { asNode, asPod } from './helper/pods'
import { comparisonOperatorsGate, findUntoleratedTaint } from './helper/tolerations'

const hostname = 'kubernetes.io/hostname'

/** What applies to Pods without constraints of their own when the profile says defaultingType System. */
const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostname, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** A constraint, parsed. */
interface Constraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly minDomains: number
  readonly selector: Selector
  readonly honorAffinity: boolean
  readonly honorTaints: boolean
  /** Which Pods count; undefined: none (nothing is selected, or everything, which counts as nothing). */
  readonly query: CounterQuery | undefined
  readonly selfMatch: number
}

/** Smallest number of matching Pods over the domains, and the next, so that one domain's change keeps the minimum right. Upstream: criticalPaths. */
interface Minimum {
  firstId: number
  first: number
  secondId: number
  second: number
}

interface FilterState {
  readonly constraints: readonly Constraint[]
  /** By constraint, by value id of its key: matching Pods in the domain. */
  readonly counts: readonly Int32Array[]
  readonly minima: readonly Minimum[]
  /** By constraint: how many domains there are. */
  readonly domains: readonly number[]
  readonly inclusion: Inclusion
}
const filterState = cycleStateKey<FilterState>('PreFilterPodTopologySpread')

interface ScoreState {
  readonly constraints: readonly Constraint[]
  readonly requireAll: boolean
  /** By constraint: logarithm of the number of domains. */
  readonly weights: readonly number[]
  /** By constraint, by value id; undefined for hostnames, which are counted on the node itself. */
  readonly counts: readonly (Int32Array | undefined)[]
}
const scoreState = cycleStateKey<ScoreState>('PreScorePodTopologySpread')

const missingLabelReasons = ["node(s) didn't match pod topology spread constraints (missing required label)"]
const skewReasons = ["node(s) didn't match pod topology spread constraints"]

/** Which nodes count for a constraint: those the Pod's node affinity matches, and those whose taints it tolerates, as far as the constraint honours them. */
class Inclusion {
  readonly #pod: PodInfo
  /** undefined: the Pod asks for none. */
  #affinity: RequiredAffinityOnColumns | undefined
  #tolerated: Uint8Array | undefined
  readonly #gate: boolean

  constructor(pod: PodInfo, nodes: Snapshot, gate: boolean) {
    this.#pod = pod
    this.#gate = gate
    const { affinity, nodeSelector } = pod.spec
    if (nodeSelector === undefined && affinity === undefined) return
    const required = new RequiredAffinityOnColumns(requiredNodeAffinityOf(pod.pod), nodes)
    if (!required.isEmpty) this.#affinity = required
  }

  /** True when no node can be left out by the constraint. */
  everything(constraint: Constraint): boolean {
    return !constraint.honorTaints && (!constraint.honorAffinity || this.#affinity === undefined)
  }

  includes(constraint: Constraint, nodes: Snapshot, row: number): boolean {
    if (constraint.honorAffinity && this.#affinity !== undefined && !this.#affinity.matches(row)) return false
    return !constraint.honorTaints || this.#tolerates(nodes, nodes.taintSet[row] as number)
  }

  #tolerates(nodes: Snapshot, set: number): boolean {
    const tolerated = this.#tolerated ??= new Uint8Array(nodes.taintSets.length)
    if (tolerated[set] === 0) {
      tolerated[set] = set === 0 || findUntoleratedTaint(nodes.taintSets[set], this.#pod.pod.spec?.tolerations, this.#gate) === undefined ? 1 : 2
    }
    return tolerated[set] === 1
  }
}

function updateMinimum(minimum: Minimum, id: number, count: number): void {
  if (id === minimum.firstId) minimum.first = count
  else if (id === minimum.secondId) minimum.second = count
  else if (count < minimum.first) {
    minimum.secondId = minimum.firstId
    minimum.second = minimum.first
    minimum.firstId = id
    minimum.first = count
    return
  } else if (count < minimum.second) {
    minimum.secondId = id
    minimum.second = count
    return
  } else return
  if (minimum.first > minimum.second) {
    const { firstId, first } = minimum
    minimum.firstId = minimum.secondId
    minimum.first = minimum.second
    minimum.secondId = firstId
    minimum.second = first
  }
}

const hasAllKeys = (labels: Labels | undefined, constraints: readonly Constraint[]): boolean => constraints.every(({ topologyKey }) => labels !== undefined && Object.hasOwn(labels, topologyKey))

const columnsOf = (nodes: Snapshot, constraints: readonly Constraint[]): readonly LabelColumn[] => constraints.map(({ topologyKey }) => nodes.label(topologyKey))

function hasAll(columns: readonly LabelColumn[], row: number): boolean {
  for (let k = 0; k < columns.length; k++) if ((columns[k] as LabelColumn).ids[row] === 0) return false
  return true
}

// Loops over rows are plain functions over arrays: V8 compiles them by themselves.

/** How many of the rows have all of these keys; all when none is required. */
function countHaving(rows: Int32Array, count: number, required: readonly LabelColumn[] | undefined): number {
  if (required === undefined) return count
  let having = 0
  for (let i = 0; i < count; i++) if (hasAll(required, rows[i] as number)) having++
  return having
}

/** Marks the domains of the rows in `sums` with 0; how many are new. With `required` only rows that have all of these keys count. */
function noteDomains(rows: Int32Array, count: number, ids: Int32Array, required: readonly LabelColumn[] | undefined, sums: Int32Array): number {
  let size = 0
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    const id = ids[row] as number
    if ((sums[id] as number) >= 0 || (required !== undefined && !hasAll(required, row))) continue
    sums[id] = 0
    size++
  }
  return size
}

/** Fills in the Pods of the domains that are marked. */
function fillIn(byValue: Int32Array, sums: Int32Array): void {
  for (let id = 0; id < sums.length; id++) if ((sums[id] as number) >= 0) sums[id] = byValue[id] as number
}

/** The same row by row, of those that the constraint includes. */
function sumIncluded(
  inclusion: Inclusion, constraint: Constraint, required: readonly LabelColumn[] | undefined, nodes: Snapshot, byRow: Int32Array, ids: Int32Array, sums: Int32Array,
): void {
  const { order, count } = nodes
  for (let i = 0; i < count; i++) {
    const row = order[i] as number
    const pods = byRow[row] as number
    if (pods === 0) continue
    const id = ids[row] as number
    if ((sums[id] as number) < 0 || (required !== undefined && !hasAll(required, row))) continue
    if (inclusion.includes(constraint, nodes, row)) sums[id] = (sums[id] as number) + pods
  }
}

/** Adds to each row that has the key what the Pods of its domain (or, without domains, its own) come to. */
function addParts(
  rows: Int32Array, count: number, ids: Int32Array, sums: Int32Array | undefined, byRow: Int32Array | undefined, constraint: Constraint, weight: number, scores: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    const id = ids[row] as number
    if (id === 0) continue
    const pods = sums !== undefined ? (sums[id] as number) : byRow === undefined ? 0 : (byRow[row] as number)
    scores[i] = (scores[i] as number) + partScore(pods, constraint, weight)
  }
}

/** Every score of a node is a sum over constraints of count × logarithm of domains + (maxSkew − 1). */
function partScore(count: number, constraint: Constraint, weight: number): number {
  return count * weight + (constraint.maxSkew - 1)
}

function roundAll(scores: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) scores[i] = roundHalfAway(scores[i] as number)
}

/** The fewest Pods become 100, the most what they are of that; below 0 is a row that does not count. */
function normalize(scores: Float64Array, count: number): void {
  let min = Number.MAX_SAFE_INTEGER
  let max = 0
  for (let i = 0; i < count; i++) {
    const score = scores[i] as number
    if (score < 0) continue
    if (score < min) min = score
    if (score > max) max = score
  }
  for (let i = 0; i < count; i++) {
    const score = scores[i] as number
    if (score < 0) scores[i] = 0
    else scores[i] = max === 0 ? maxNodeScore : Math.trunc((maxNodeScore * (max + min - score)) / max)
  }
}

/**
 * Spreads Pods of a selector over domains (values of a node label): hard constraints refuse nodes whose domain would be ahead of the
 * emptiest by more than maxSkew, soft ones prefer emptier domains. Upstream: plugins/podtopologyspread.
 */
export function podTopologySpread(args: PodTopologySpreadArgs, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  const system = args.defaultingType === 'System'
  const defaults = system ? systemDefaults : args.defaultConstraints
  const defaultsOf = {
    DoNotSchedule: defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule'),
    ScheduleAnyway: defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway'),
  }
  const gate = handle.featureGate(comparisonOperatorsGate)
  const useMatchLabelKeys = handle.featureGate('MatchLabelKeysInPodTopologySpread')
  const useInclusionPolicies = handle.featureGate('NodeInclusionPolicyInPodTopologySpread')

  function constraintOf(from: TopologySpreadConstraint, pod: PodInfo, selector: Selector): Constraint {
    // An empty selector selects the Pod itself, yet no Pod counts for it.
    const counts = selector !== 'nothing' && selector.length > 0
    return {
      topologyKey: from.topologyKey, maxSkew: from.maxSkew, minDomains: from.minDomains ?? 1, selector,
      honorAffinity: useInclusionPolicies ? (from.nodeAffinityPolicy ?? 'Honor') === 'Honor' : true,
      honorTaints: useInclusionPolicies && from.nodeTaintsPolicy === 'Honor',
      query: counts ? { namespaces: new Set([pod.namespace]), selector, skipTerminating: true } : undefined,
      selfMatch: matches(selector, pod.labels) ? 1 : 0,
    }
  }

  function ownSelector(from: TopologySpreadConstraint, pod: PodInfo): Selector {
    const selector = selectorOf(from.labelSelector)
    const keys = useMatchLabelKeys ? (from.matchLabelKeys ?? []).filter((key) => Object.hasOwn(pod.labels, key)) : []
    if (keys.length === 0) return selector
    const same = selectorOfMap(Object.fromEntries(keys.map((key) => [key, pod.labels[key] as string])))
    return [...(same === 'nothing' ? [] : same), ...(selector === 'nothing' ? [] : selector)]
  }

  const own = new WeakMap<PodTemplate, { readonly hard: readonly Constraint[]; readonly soft: readonly Constraint[] }>()

  type Preset = WeakMap<PodTemplate, { readonly selector: Selector; readonly constraints: readonly Constraint[] }>
  const preset: { readonly DoNotSchedule: Preset; readonly ScheduleAnyway: Preset } = { DoNotSchedule: new WeakMap(), ScheduleAnyway: new WeakMap() }

  /** Constraints of one kind that apply to a Pod: its own, or the profile's when it has none at all. */
  function constraintsOf(pod: PodInfo, kind: 'DoNotSchedule' | 'ScheduleAnyway'): readonly Constraint[] {
    const listed = pod.pod.spec?.topologySpreadConstraints
    if (listed !== undefined && listed.length > 0) {
      let parsed = own.get(pod.template)
      if (parsed === undefined) {
        const of = (wanted: string): readonly Constraint[] => listed.filter((constraint) => constraint.whenUnsatisfiable === wanted).map((constraint) => constraintOf(constraint, pod, ownSelector(constraint, pod)))
        parsed = { hard: of('DoNotSchedule'), soft: of('ScheduleAnyway') }
        own.set(pod.template, parsed)
      }
      return kind === 'DoNotSchedule' ? parsed.hard : parsed.soft
    }
    const applicable = defaultsOf[kind]
    if (applicable.length === 0) return []
    const selector = defaultSelector(pod.pod, handle.listers)
    if (selector.length === 0) return []
    // The same ones as last time, as long as they say the same: counters are found by them.
    const last = preset[kind].get(pod.template)
    if (last !== undefined && deepEqual(last.selector, selector)) return last.constraints
    const constraints = applicable.map((constraint) => constraintOf(constraint, pod, selector))
    preset[kind].set(pod.template, { selector, constraints })
    return constraints
  }

  const byRowOf = (nodes: Snapshot, constraint: Constraint): Int32Array | undefined => (constraint.query === undefined ? undefined : nodes.counter(constraint.query).byRow)

  function minimumOf(state: FilterState, k: number): number {
    return (state.domains[k] as number) < (state.constraints[k] as Constraint).minDomains ? 0 : (state.minima[k] as Minimum).first
  }

  function update(state: FilterState | undefined, pod: PodInfo, other: PodInfo, nodes: Snapshot, row: number, delta: 1 | -1): void {
    if (state === undefined || other.namespace !== pod.namespace) return
    const { constraints } = state
    const columns = columnsOf(nodes, constraints)
    if (!hasAll(columns, row)) return
    for (let k = 0; k < constraints.length; k++) {
      const constraint = constraints[k] as Constraint
      if (!matches(constraint.selector, other.labels) || !state.inclusion.includes(constraint, nodes, row)) continue
      const id = (columns[k] as LabelColumn).ids[row] as number
      const counts = state.counts[k] as Int32Array
      counts[id] = (counts[id] as number) + delta
      updateMinimum(state.minima[k] as Minimum, id, counts[id] as number)
    }
  }

  function involved(other: ApiObject | undefined, pod: PodInfo): boolean {
    if (other === undefined) return true
    const { metadata, spec } = asPod(other)
    return metadata.uid === pod.uid || ((spec?.nodeName ?? '') !== '' && metadata.namespace === pod.namespace)
  }

  function afterPodChange(pod: PodInfo, before: ApiObject | undefined, after: ApiObject | undefined): QueueingHint {
    if (!involved(before, pod) || !involved(after, pod)) return 'QueueSkip'
    const constraints = constraintsOf(pod, 'DoNotSchedule')
    if (before !== undefined && after !== undefined) {
      const [was, is] = [asPod(before), asPod(after)]
      if (is.metadata.uid === pod.uid && !deepEqual(was.spec?.tolerations, is.spec?.tolerations) && constraints.some((constraint) => constraint.honorTaints)) return 'Queue'
      return constraints.some(({ selector }) => matches(selector, was.metadata.labels) !== matches(selector, is.metadata.labels)) ? 'Queue' : 'QueueSkip'
    }
    const labels = asPod(after ?? before).metadata.labels
    return constraints.some(({ selector }) => matches(selector, labels)) ? 'Queue' : 'QueueSkip'
  }

  function afterNodeChange(pod: PodInfo, before: ApiObject | undefined, after: ApiObject | undefined): QueueingHint {
    const constraints = constraintsOf(pod, 'DoNotSchedule')
    const was = before !== undefined && hasAllKeys(before.metadata.labels, constraints)
    const is = after !== undefined && hasAllKeys(after.metadata.labels, constraints)
    if (before === undefined || after === undefined) return was || is ? 'Queue' : 'QueueSkip'
    if (was !== is) return 'Queue'
    const moved = constraints.some(({ topologyKey }) => before.metadata.labels?.[topologyKey] !== after.metadata.labels?.[topologyKey])
    return is && (moved || !deepEqual(asNode(before).spec?.taints ?? [], asNode(after).spec?.taints ?? [])) ? 'Queue' : 'QueueSkip'
  }

  return {
    name: 'PodTopologySpread',

    preFilter(state, pod, nodes) {
      const constraints = constraintsOf(pod, 'DoNotSchedule')
      if (constraints.length === 0) return skip
      const columns = columnsOf(nodes, constraints)
      const inclusion = new Inclusion(pod, nodes, gate)
      const counts: Int32Array[] = []
      const minima: Minimum[] = []
      const domains: number[] = []
      const { order, count: total } = nodes
      for (let k = 0; k < constraints.length; k++) {
        const constraint = constraints[k] as Constraint
        const { ids, values } = columns[k] as LabelColumn
        const byRow = byRowOf(nodes, constraint)
        const sums = new Int32Array(values.length)
        const seen = new Uint8Array(values.length)
        const everything = inclusion.everything(constraint)
        for (let i = 0; i < total; i++) {
          const row = order[i] as number
          const id = ids[row] as number
          if (id === 0 || (columns.length > 1 && !hasAll(columns, row))) continue
          if (!everything && !inclusion.includes(constraint, nodes, row)) continue
          seen[id] = 1
          if (byRow !== undefined) sums[id] = (sums[id] as number) + (byRow[row] as number)
        }
        const minimum: Minimum = { firstId: -1, first: 0x7fffffff, secondId: -1, second: 0x7fffffff }
        let size = 0
        for (let id = 1; id < seen.length; id++) {
          if (seen[id] === 0) continue
          size++
          updateMinimum(minimum, id, sums[id] as number)
        }
        counts.push(sums)
        minima.push(minimum)
        domains.push(size)
      }
      state.write(filterState, { constraints, counts, minima, domains, inclusion })
      return success
    },

    addPod(state, pod, added, nodes, row) {
      update(state.read(filterState), pod, added, nodes, row, 1)
      return success
    },

    removePod(state, pod, removed, nodes, row) {
      update(state.read(filterState), pod, removed, nodes, row, -1)
      return success
    },

    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const spread = state.read(filterState) as FilterState
      const { constraints } = spread
      const columns = columnsOf(nodes, constraints)
      for (let k = 0; k < constraints.length; k++) {
        const constraint = constraints[k] as Constraint
        const { ids } = columns[k] as LabelColumn
        const counts = spread.counts[k] as Int32Array
        // count + self − minimum ≤ maxSkew
        const most = constraint.maxSkew - constraint.selfMatch + minimumOf(spread, k)
        const missing = verdict(verdictCode.UnschedulableAndUnresolvable, k * 2 + 1)
        const skewed = verdict(verdictCode.Unschedulable, k * 2)
        for (let i = from; i < to; i++) {
          if (verdicts[i] !== 0) continue
          const id = ids[rows[i] as number] as number
          if (id === 0) verdicts[i] = missing
          else if ((counts[id] as number) > most) verdicts[i] = skewed
        }
      }
    },

    reasons: (_state, _pod, value) => ((detailOfVerdict(value) & 1) === 1 ? missingLabelReasons : skewReasons),

    filterFacts(state, _pod, nodes, row) {
      const spread = state.read(filterState)
      if (spread === undefined) return []
      const columns = columnsOf(nodes, spread.constraints)
      return spread.constraints.map((constraint, k): Fact => {
        const { ids, values } = columns[k] as LabelColumn
        const id = ids[row] as number
        if (id === 0) return { id: 'spread.missingLabel', values: { topologyKey: constraint.topologyKey } }
        const matching = (spread.counts[k] as Int32Array)[id] as number
        const min = minimumOf(spread, k)
        const skew = matching + constraint.selfMatch - min
        return {
          id: 'spread.skew',
          values: {
            topologyKey: constraint.topologyKey, domain: values[id] ?? '', matching, self: constraint.selfMatch, min, skew, maxSkew: constraint.maxSkew, fits: skew <= constraint.maxSkew,
            domains: spread.domains[k] as number, minDomains: constraint.minDomains,
          },
        }
      })
    },

    preScore(state, pod, nodes, rows, count) {
      if (nodes.count === 0) return skip
      const constraints = constraintsOf(pod, 'ScheduleAnyway')
      if (constraints.length === 0) return skip
      const requireAll = (pod.pod.spec?.topologySpreadConstraints?.length ?? 0) > 0 || !system
      const columns = columnsOf(nodes, constraints)
      const required = requireAll ? columns : undefined
      const inclusion = new Inclusion(pod, nodes, gate)
      const weights: number[] = []
      const counts: (Int32Array | undefined)[] = []
      for (let k = 0; k < constraints.length; k++) {
        const constraint = constraints[k] as Constraint
        if (constraint.topologyKey === hostname) {
          weights.push(goLog(countHaving(rows, count, required) + 2))
          counts.push(undefined)
          continue
        }
        const { ids, values } = columns[k] as LabelColumn
        // Domains are those of the feasible nodes; -1 marks values none of them has.
        const sums = new Int32Array(values.length).fill(-1)
        weights.push(goLog(noteDomains(rows, count, ids, required, sums) + 2))
        counts.push(sums)
        const counter = constraint.query === undefined ? undefined : nodes.counter(constraint.query)
        if (counter === undefined) continue
        if (!requireAll && inclusion.everything(constraint)) fillIn(counter.byValue(columns[k] as LabelColumn), sums)
        else sumIncluded(inclusion, constraint, required, nodes, counter.byRow, ids, sums)
      }
      state.write(scoreState, { constraints, requireAll, weights, counts })
      return success
    },

    score(state, _pod, nodes, rows, count, scores) {
      const { constraints, requireAll, weights, counts } = state.read(scoreState) as ScoreState
      const columns = columnsOf(nodes, constraints)
      scores.fill(0, 0, count)
      for (let k = 0; k < constraints.length; k++) {
        const constraint = constraints[k] as Constraint
        const sums = counts[k]
        const byRow = sums === undefined ? byRowOf(nodes, constraint) : undefined
        addParts(rows, count, (columns[k] as LabelColumn).ids, sums, byRow, constraint, weights[k] as number, scores)
      }
      roundAll(scores, count)
      if (requireAll) for (let i = 0; i < count; i++) if (!hasAll(columns, rows[i] as number)) scores[i] = 0
      return undefined
    },

    normalizeScore(state, _pod, nodes, rows, count, scores) {
      const { constraints, requireAll } = state.read(scoreState) as ScoreState
      if (requireAll) {
        const columns = columnsOf(nodes, constraints)
        for (let i = 0; i < count; i++) if (!hasAll(columns, rows[i] as number)) scores[i] = -1
      }
      normalize(scores, count)
      return undefined
    },

    scoreFacts(state, _pod, nodes, row) {
      const spread = state.read(scoreState)
      if (spread === undefined) return []
      const columns = columnsOf(nodes, spread.constraints)
      if (spread.requireAll && !hasAll(columns, row)) return [{ id: 'spread.ignored', values: { missing: spread.constraints.find((_, k) => columns[k]?.ids[row] === 0)?.topologyKey ?? '' } }]
      const facts: Fact[] = []
      let sum = 0
      for (const [k, constraint] of spread.constraints.entries()) {
        const { ids, values } = columns[k] as LabelColumn
        const id = ids[row] as number
        if (id === 0) continue
        const weight = spread.weights[k] as number
        const count = spread.counts[k]?.[id] ?? byRowOf(nodes, constraint)?.[row] ?? 0
        const score = partScore(count, constraint, weight)
        sum += score
        facts.push({ id: 'spread.count', values: { topologyKey: constraint.topologyKey, domain: values[id] ?? '', matching: count, weight, maxSkew: constraint.maxSkew, score } })
      }
      return [...facts, { id: 'spread.sum', values: { sum, score: roundHalfAway(sum) } }]
    },

    eventsToRegister: () => [
      { resource: 'AssignedPod', action: action.Add | action.UpdatePodLabel | action.Delete, hint: afterPodChange },
      { resource: 'TargetPod', action: action.UpdatePodLabel | action.UpdatePodToleration, hint: afterPodChange },
      { resource: 'Node', action: action.Add | action.Delete | action.UpdateNodeLabel | action.UpdateNodeTaint, hint: afterNodeChange },
    ],
  }
}
