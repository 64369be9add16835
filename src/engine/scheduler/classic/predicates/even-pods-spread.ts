import { matches, selectorOf, type Fact, type Selector } from '../../../../api'
import { cycleStateKey, success, verdict, verdictCode, type LabelColumn, type NodeInfo, type PodInfo, type Snapshot } from '../../framework/types'
import { RequiredAffinityOnColumns, requiredNodeAffinityOf } from '../../plugins/helper/node-selector'
import type { PredicateFactory } from '../context'

interface Constraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly selector: Selector
  readonly selfMatch: number
}

interface State {
  readonly constraints: readonly Constraint[]
  /** By constraint, by value id of its key: matching Pods in the domain; -1 for values that do not count. */
  readonly counts: readonly Int32Array[]
  /** How many nodes were counted. 0: every node passes. */
  readonly counted: number
}
const stateKey = cycleStateKey<State>('classic/EvenPodsSpread')

export function constraintsOf(pod: PodInfo, kind: 'DoNotSchedule' | 'ScheduleAnyway'): readonly Constraint[] {
  return (pod.pod.spec?.topologySpreadConstraints ?? []).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind).map(({ topologyKey, maxSkew, labelSelector }) => {
    const selector = selectorOf(labelSelector)
    return { topologyKey, maxSkew, selector, selfMatch: matches(selector, pod.labels) ? 1 : 0 }
  })
}

const columnsOf = (nodes: Snapshot, constraints: readonly Constraint[]): readonly LabelColumn[] => constraints.map(({ topologyKey }) => nodes.label(topologyKey))

function countPods(constraints: readonly Constraint[], pod: PodInfo, nodes: Snapshot): State {
  const columns = columnsOf(nodes, constraints)
  const affinity = new RequiredAffinityOnColumns(requiredNodeAffinityOf(pod.pod), nodes)
  const counts = columns.map(({ values }) => new Int32Array(values.length).fill(-1))
  let counted = 0
  for (let i = 0; i < nodes.count; i++) {
    const row = nodes.order[i] as number
    if (!affinity.matches(row) || columns.some(({ ids }) => ids[row] === 0)) continue
    counted++
    const { pods } = nodes.infos[row] as NodeInfo
    for (const [k, { selector }] of constraints.entries()) {
      const id = columns[k]?.ids[row] as number
      const own = counts[k] as Int32Array
      let n = Math.max(0, own[id] as number)
      for (const other of pods) if (other.namespace === pod.namespace && matches(selector, other.labels)) n++
      own[id] = n
    }
  }
  return { constraints, counts, counted }
}

const minimum = (counts: Int32Array): number => counts.reduce((least, n) => (n >= 0 && n < least ? n : least), Number.MAX_SAFE_INTEGER)

function update(state: State | undefined, pod: PodInfo, other: PodInfo, nodes: Snapshot, row: number, delta: 1 | -1): void {
  if (state === undefined || other.namespace !== pod.namespace) return
  for (const [k, { topologyKey, selector }] of state.constraints.entries()) {
    const id = nodes.label(topologyKey).ids[row] as number
    const counts = state.counts[k] as Int32Array
    if (id !== 0 && (counts[id] as number) >= 0 && matches(selector, other.labels)) counts[id] = (counts[id] as number) + delta
  }
}

/** Hard spreading: the node's domain may not be ahead of the emptiest by more than maxSkew. */
export const evenPodsSpread: PredicateFactory = (_context, name) => ({
  name,
  preFilter(state, pod, nodes) {
    const constraints = constraintsOf(pod, 'DoNotSchedule')
    if (constraints.length > 0) state.write(stateKey, countPods(constraints, pod, nodes))
    return success
  },
  addPod(state, pod, added, nodes, row) {
    update(state.read(stateKey), pod, added, nodes, row, 1)
    return success
  },
  removePod(state, pod, removed, nodes, row) {
    update(state.read(stateKey), pod, removed, nodes, row, -1)
    return success
  },
  filter(state, _pod, nodes, rows, from, to, verdicts) {
    const own = state.read(stateKey)
    if (own === undefined || own.counted === 0) return
    for (const [k, constraint] of own.constraints.entries()) {
      const { ids } = nodes.label(constraint.topologyKey)
      const counts = own.counts[k] as Int32Array
      const most = constraint.maxSkew - constraint.selfMatch + minimum(counts)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const id = ids[rows[i] as number] as number
        if (id === 0 || Math.max(0, counts[id] as number) > most) verdicts[i] = verdict(verdictCode.Unschedulable, k)
      }
    }
  },
  reasons: () => ["node(s) didn't match pod topology spread constraints"],
  filterFacts(state, _pod, nodes, row) {
    const own = state.read(stateKey)
    return (own?.constraints ?? []).map((constraint, k): Fact => {
      const { ids, values } = nodes.label(constraint.topologyKey)
      const id = ids[row] as number
      if (id === 0) return { id: 'spread.missingLabel', values: { topologyKey: constraint.topologyKey } }
      const counts = own?.counts[k] as Int32Array
      const matching = Math.max(0, counts[id] as number)
      const min = own?.counted === 0 ? 0 : minimum(counts)
      const skew = matching + constraint.selfMatch - min
      return {
        id: 'spread.skew',
        values: {
          topologyKey: constraint.topologyKey, domain: values[id] ?? '', matching, self: constraint.selfMatch, min, skew, maxSkew: constraint.maxSkew,
          fits: skew <= constraint.maxSkew, domains: counts.reduce((n, count) => n + (count >= 0 ? 1 : 0), 0), minDomains: 1,
        },
      }
    })
  },
})
