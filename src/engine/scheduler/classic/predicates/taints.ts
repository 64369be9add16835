import { cycleStateKey, verdict, verdictCode } from '../../framework/types'
import { findUntoleratedTaint, isDoNotScheduleTaint, tolerationsTolerateTaint } from '../../plugins/helper/tolerations'
import type { PredicateFactory } from '../context'

/** By taint set: 0 not looked at, 1 tolerated, 2 not. */
const decidedKey = cycleStateKey<Uint8Array>('classic/PodToleratesNodeTaints')
const refused = verdict(verdictCode.UnschedulableAndUnresolvable, 1)

/** Every NoSchedule and NoExecute taint must be tolerated. */
export const podToleratesNodeTaints: PredicateFactory = (_context, name) => ({
  name,
  filterDependence: 'row',
  filter(state, pod, nodes, rows, from, to, verdicts) {
    let decided = state.read(decidedKey)
    if (decided === undefined || decided.length < nodes.taintSets.length) {
      decided = new Uint8Array(nodes.taintSets.length)
      state.write(decidedKey, decided)
    }
    for (let i = from; i < to; i++) {
      if (verdicts[i] !== 0) continue
      const set = nodes.taintSet[rows[i] as number] as number
      let known = decided[set] as number
      if (known === 0) {
        known = findUntoleratedTaint(nodes.taintSets[set], pod.pod.spec?.tolerations, false) === undefined ? 1 : 2
        decided[set] = known
      }
      if (known === 2) verdicts[i] = refused
    }
  },
  reasons: () => ["node(s) had taints that the pod didn't tolerate"],
  filterFacts(_state, pod, nodes, row) {
    return (nodes.taintSets[nodes.taintSet[row] as number] ?? []).filter(isDoNotScheduleTaint).map((taint) => ({
      id: tolerationsTolerateTaint(pod.pod.spec?.tolerations, taint, false) ? 'taint.tolerated' : 'taint.untolerated',
      values: { key: taint.key, value: taint.value ?? '', effect: taint.effect },
    }))
  },
})
