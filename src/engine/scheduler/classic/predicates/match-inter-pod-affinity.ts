import { cycleStateKey, detailOfVerdict, status, success, verdict, verdictCode } from '../../framework/types'
import { affinityFacts, anyHit, columnsOf, everyHit, hasSome, isFirstOfKind, PodAffinity, type AffinityState } from '../../plugins/helper/pod-affinity'
import type { PredicateFactory } from '../context'

const stateKey = cycleStateKey<AffinityState>('classic/MatchInterPodAffinity')

const [existing, affinity, antiAffinity] = [1, 2, 3]
const second: Readonly<Record<number, string>> = {
  [existing]: "node(s) didn't satisfy existing pods anti-affinity rules",
  [affinity]: "node(s) didn't match pod affinity rules",
  [antiAffinity]: "node(s) didn't match pod anti-affinity rules",
}

/** Others' anti-affinity is looked at first, then the Pod's affinity, then its anti-affinity. Gives two reasons, the general one first. */
export const matchInterPodAffinity: PredicateFactory = ({ handle }, name) => {
  const counts = new PodAffinity(handle)
  return {
    name,
    preFilter(state, pod, nodes) {
      if (pod.template.affinityError !== undefined) return status('Error', pod.template.affinityError)
      const own = counts.makeState(pod, nodes, true)
      if (own !== undefined) state.write(stateKey, own)
      return success
    },
    addPod(state, pod, added, nodes, row) {
      counts.update(state.read(stateKey), pod, added, nodes, row, 1)
      return success
    },
    removePod(state, pod, removed, nodes, row) {
      counts.update(state.read(stateKey), pod, removed, nodes, row, -1)
      return success
    },
    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const own = state.read(stateKey)
      if (own === undefined) return
      const [existingColumns, affinityColumns, antiColumns] = [columnsOf(nodes, own.existing), columnsOf(nodes, own.affinity), columnsOf(nodes, own.antiAffinity)]
      // The first of its kind may go anywhere, even where the topology is missing.
      const first = isFirstOfKind(own)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const row = rows[i] as number
        if (anyHit(existingColumns, own.existing, row)) verdicts[i] = verdict(verdictCode.Unschedulable, existing)
        else if (own.affinity.length > 0 && !first && everyHit(affinityColumns, own.affinity, row) !== hasSome) verdicts[i] = verdict(verdictCode.UnschedulableAndUnresolvable, affinity)
        else if (anyHit(antiColumns, own.antiAffinity, row)) verdicts[i] = verdict(verdictCode.Unschedulable, antiAffinity)
      }
    },
    reasons: (_state, _pod, value) => ["node(s) didn't match pod affinity/anti-affinity", second[detailOfVerdict(value)] ?? ''],
    filterFacts(state, _pod, nodes, row) {
      const own = state.read(stateKey)
      return own === undefined ? [] : affinityFacts(own, nodes, row)
    },
  }
}
