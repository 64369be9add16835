import { action, success, verdict, verdictCode, type EnqueueExtensions, type FilterPlugin, type PreFilterPlugin } from '../framework/types'

const otherNode = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
const reasons = ["node(s) didn't match the requested node name"]

/** Keeps a Pod that names its node to that node. Upstream: plugins/nodename. */
export function nodeName(): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  return {
    name: 'NodeName',

    preFilter: () => success,

    // spec.nodeName is not part of a template.
    filterDependence: (pod) => (pod.pod.spec?.nodeName === undefined || pod.pod.spec.nodeName === '' ? 'row' : 'cluster'),

    filter(_state, pod, nodes, rows, from, to, verdicts) {
      const wanted = pod.pod.spec?.nodeName
      if (wanted === undefined || wanted === '') return
      const row = nodes.rowOf(wanted) ?? -1
      for (let i = from; i < to; i++) if (verdicts[i] === 0 && rows[i] !== row) verdicts[i] = otherNode
    },

    reasons: () => reasons,

    filterFacts(_state, pod, nodes, row) {
      const wanted = pod.pod.spec?.nodeName
      if (wanted === undefined || wanted === '') return []
      return [{ id: 'nodeName', values: { wanted, node: nodes.infos[row]?.name ?? '' } }]
    },

    eventsToRegister: () => [{ resource: 'Node', action: action.Add }],
  }
}
