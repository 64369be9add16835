import type { Labels } from '../../../../api'
import { verdict, verdictCode, type NodeInfo, type PodInfo, type Snapshot } from '../../framework/types'
import type { PredicateFactory } from '../context'
import { servicesOf } from '../selectors'

const hasLabel = (labels: Labels, key: string): boolean => Object.hasOwn(labels, key)

export interface LabelsPresence {
  readonly labels: readonly string[]
  readonly presence: boolean
}

/** Every label must be there, whatever its value; or none may, with `presence: false`. */
export const checkNodeLabelPresence: PredicateFactory<LabelsPresence> = (_context, name, { labels, presence }) => ({
  name,
  filterDependence: 'row',
  filter(_state, _pod, nodes, rows, from, to, verdicts) {
    const columns = labels.map((key) => nodes.label(key))
    for (let i = from; i < to; i++) {
      if (verdicts[i] === 0 && !columns.every(({ ids }) => (ids[rows[i] as number] !== 0) === presence)) verdicts[i] = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
    }
  },
  reasons: () => ["node(s) didn't have the requested labels"],
  filterFacts: (_state, _pod, nodes, row) => labels.map((key) => ({ id: 'label.presence', values: { key, present: nodes.label(key).ids[row] !== 0, wanted: presence } })),
})

export interface ServiceAffinity {
  readonly labels: readonly string[]
}

/** The first Pod, in the order of nodes, of the Pod's namespace that carries all its labels. */
function companionOf(pod: PodInfo, nodes: Snapshot): NodeInfo | undefined {
  const wanted = Object.entries(pod.labels)
  for (let i = 0; i < nodes.count; i++) {
    const node = nodes.infos[nodes.order[i] as number] as NodeInfo
    if (node.pods.some((other) => other.namespace === pod.namespace && wanted.every(([key, value]) => hasLabel(other.labels, key) && other.labels[key] === value))) return node
  }
  return undefined
}

/** Pods of one service stay on nodes with the same values of some labels: those of the Pod's nodeSelector, else those of a companion's node. */
export const checkServiceAffinity: PredicateFactory<ServiceAffinity> = ({ handle }, name, { labels }) => {
  function wantedValues(pod: PodInfo, nodes: Snapshot): ReadonlyMap<string, string> {
    const selector = pod.pod.spec?.nodeSelector ?? {}
    const wanted = new Map(labels.filter((key) => hasLabel(selector, key)).map((key) => [key, selector[key] as string]))
    if (wanted.size === labels.length || servicesOf(handle.listers, pod).length === 0) return wanted
    const companion = companionOf(pod, nodes)
    for (const key of labels) if (companion !== undefined && !wanted.has(key) && hasLabel(companion.labels, key)) wanted.set(key, companion.labels[key] as string)
    return wanted
  }
  return {
    name,
    filter(_state, pod, nodes, rows, from, to, verdicts) {
      const wanted = [...wantedValues(pod, nodes)].map(([key, value]) => ({ column: nodes.label(key), value }))
      for (let i = from; i < to; i++) {
        const row = rows[i] as number
        if (verdicts[i] === 0 && !wanted.every(({ column, value }) => (column.ids[row] as number) !== 0 && column.values[column.ids[row] as number] === value)) {
          verdicts[i] = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
        }
      }
    },
    reasons: () => ["node(s) didn't match service affinity"],
    filterFacts(_state, pod, nodes, row) {
      const own = nodes.infos[row]?.labels ?? {}
      return [...wantedValues(pod, nodes)].map(([key, value]) => ({
        id: hasLabel(own, key) && own[key] === value ? 'affinity.match' : 'affinity.mismatch',
        values: { by: 'service', term: 0, key, operator: 'In', wanted: value, present: hasLabel(own, key), value: own[key] ?? '', expression: `${key} = ${value}` },
      }))
    },
  }
}
