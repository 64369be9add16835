import type { Taint } from '../../../api'
import { action, success, verdict, verdictCode, type EnqueueExtensions, type FilterPlugin, type Handle, type PreFilterPlugin } from '../framework/types'
import { comparisonOperatorsGate, tolerationsTolerateTaint } from './helper/tolerations'
import { asNode, asPod } from './helper/pods'

const unschedulableTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
const unschedulable = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
const reasons = ['node(s) were unschedulable']

/**
 * Refuses cordoned nodes, unless the Pod tolerates the taint that a cordon puts on. Looks at spec.unschedulable, never at taints.
 * Upstream: plugins/nodeunschedulable.
 */
export function nodeUnschedulable(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  const gate = handle.featureGate(comparisonOperatorsGate)
  return {
    name: 'NodeUnschedulable',

    preFilter: () => success,

    filterDependence: 'row',

    filter(_state, pod, nodes, rows, from, to, verdicts) {
      const flags = nodes.unschedulable
      let tolerated: boolean | undefined
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0 || flags[rows[i] as number] === 0) continue
        tolerated ??= tolerationsTolerateTaint(pod.pod.spec?.tolerations, unschedulableTaint, gate)
        if (tolerated) return
        verdicts[i] = unschedulable
      }
    },

    reasons: () => reasons,

    filterFacts(_state, pod, nodes, row) {
      if (nodes.unschedulable[row] === 0) return []
      return [{ id: 'node.unschedulable', values: { tolerated: tolerationsTolerateTaint(pod.pod.spec?.tolerations, unschedulableTaint, gate), taint: unschedulableTaint.key } }]
    },

    eventsToRegister: () => [
      {
        resource: 'Node', action: action.Add | action.UpdateNodeTaint,
        hint: (_pod, before, after) => {
          const was = before !== undefined && asNode(before).spec?.unschedulable !== true
          const is = asNode(after).spec?.unschedulable !== true
          return is && !was ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'TargetPod', action: action.UpdatePodToleration,
        hint: (_pod, _before, after) => (tolerationsTolerateTaint(asPod(after).spec?.tolerations, unschedulableTaint, gate) ? 'Queue' : 'QueueSkip'),
      },
    ],
  }
}
