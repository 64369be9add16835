import type { Pod } from '../../../api'
import type { InterPodAffinityArgs } from '../framework/args'
import {
  action, cycleStateKey, detailOfVerdict, maxNodeScore, skip, status, success, verdict, verdictCode,
  type EnqueueExtensions, type FilterPlugin, type Handle, type PreFilterPlugin, type PreScorePlugin, type ScorePlugin,
} from '../framework/types'
import { antiAffinityTermsOf } from './helper/affinity-terms'
import {
  addWeights, affinityFacts, anyHit, columnsOf, everyHit, hasSome, isFirstOfKind, keysOf, lacksKey, PodAffinity, termMatches, weightFacts,
  type AffinityState, type KeyWeights,
} from './helper/pod-affinity'
import { asNode, asPod } from './helper/pods'

const filterState = cycleStateKey<AffinityState>('PreFilterInterPodAffinity')
const scoreState = cycleStateKey<readonly KeyWeights[]>('PreScoreInterPodAffinity')

const [affinityMissing, antiAffinityHit, existingHit] = [1, 2, 3]
const affinityVerdict = verdict(verdictCode.UnschedulableAndUnresolvable, affinityMissing)
const antiAffinityVerdict = verdict(verdictCode.Unschedulable, antiAffinityHit)
const existingVerdict = verdict(verdictCode.Unschedulable, existingHit)
const reasonsByDetail: readonly (readonly string[])[] = [
  [],
  ["node(s) didn't match pod affinity rules"],
  ["node(s) didn't match pod anti-affinity rules"],
  ["node(s) didn't satisfy existing pods anti-affinity rules"],
]

/**
 * Keeps Pods near to, or away from, other Pods: required terms of the Pod, required anti-affinity of the Pods that are there; scores
 * by the preferred terms of both. Upstream: plugins/interpodaffinity.
 */
export function interPodAffinity(args: InterPodAffinityArgs, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  const counts = new PodAffinity(handle)

  return {
    name: 'InterPodAffinity',

    preFilter(state, pod, nodes) {
      const { affinityError } = pod.template
      if (affinityError !== undefined) return status('UnschedulableAndUnresolvable', `parsing pod: ${affinityError}`)
      const own = counts.makeState(pod, nodes)
      if (own === undefined) return skip
      state.write(filterState, own)
      return success
    },

    addPod(state, pod, added, nodes, row) {
      counts.update(state.read(filterState), pod, added, nodes, row, 1)
      return success
    },

    removePod(state, pod, removed, nodes, row) {
      counts.update(state.read(filterState), pod, removed, nodes, row, -1)
      return success
    },

    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const own = state.read(filterState) as AffinityState
      const { affinity, antiAffinity, existing } = own
      const [affinityColumns, antiColumns, existingColumns] = [columnsOf(nodes, affinity), columnsOf(nodes, antiAffinity), columnsOf(nodes, existing)]
      const first = isFirstOfKind(own)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const row = rows[i] as number
        // The first of its kind needs no company, but it needs the topology.
        const near = affinity.length === 0 ? hasSome : everyHit(affinityColumns, affinity, row)
        if (near === lacksKey || (near !== hasSome && !first)) verdicts[i] = affinityVerdict
        else if (anyHit(antiColumns, antiAffinity, row)) verdicts[i] = antiAffinityVerdict
        else if (anyHit(existingColumns, existing, row)) verdicts[i] = existingVerdict
      }
    },

    reasons: (_state, _pod, value) => reasonsByDetail[detailOfVerdict(value)] ?? [],

    filterFacts(state, _pod, nodes, row) {
      const own = state.read(filterState)
      return own === undefined ? [] : affinityFacts(own, nodes, row)
    },

    preScore(state, pod, nodes, _rows, count) {
      if (count === 0) return skip
      const { preferredAffinity, preferredAntiAffinity } = pod.template
      if (args.ignorePreferredTermsOfExistingPods && preferredAffinity.length === 0 && preferredAntiAffinity.length === 0) return skip
      const keys = counts.preferences(pod, nodes, args.hardPodAffinityWeight)
      if (keys.length === 0) return skip
      state.write(scoreState, keys)
      return success
    },

    score(state, _pod, nodes, rows, count, scores) {
      addWeights(state.read(scoreState) ?? [], nodes, rows, count, scores)
      return undefined
    },

    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      let min = Number.MAX_SAFE_INTEGER
      let max = Number.MIN_SAFE_INTEGER
      for (let i = 0; i < count; i++) {
        const score = scores[i] as number
        if (score < min) min = score
        if (score > max) max = score
      }
      const spread = max - min
      for (let i = 0; i < count; i++) scores[i] = spread > 0 ? Math.trunc(maxNodeScore * (((scores[i] as number) - min) / spread)) : 0
      return undefined
    },

    scoreFacts: (state, _pod, nodes, row) => weightFacts(state.read(scoreState) ?? [], nodes, row),

    eventsToRegister: () => [
      {
        resource: 'AssignedPod', action: action.Add | action.UpdatePodLabel | action.Delete,
        hint: (pod, before, after) => {
          const party = (other: Pod): { namespace: string; labels: NonNullable<Pod['metadata']['labels']> } => ({ namespace: other.metadata.namespace ?? '', labels: other.metadata.labels ?? {} })
          const [was, is] = [before === undefined ? undefined : asPod(before), after === undefined ? undefined : asPod(after)]
          if ([was, is].some((other) => other !== undefined && (other.spec?.nodeName ?? '') === '')) return 'QueueSkip'
          const { requiredAffinity, requiredAntiAffinity } = pod.template
          const wanted = (other: Pod): boolean => counts.matchesAll(requiredAffinity, party(other))
          const unwanted = (other: Pod): boolean => counts.matchesAll(requiredAntiAffinity, party(other))
          if (is !== undefined) {
            if (was === undefined) return wanted(is) ? 'Queue' : 'QueueSkip'
            return (!wanted(was) && wanted(is)) || (unwanted(was) && !unwanted(is)) ? 'Queue' : 'QueueSkip'
          }
          if (was === undefined || unwanted(was)) return 'Queue'
          // The one that is gone did not want this Pod near.
          return antiAffinityTermsOf(was).some((term) => termMatches(term, pod, counts.namespaceLabelsOf(pod.namespace))) ? 'Queue' : 'QueueSkip'
        },
      },
      { resource: 'TargetPod', action: action.UpdatePodLabel },
      {
        resource: 'Node', action: action.Add | action.UpdateNodeLabel,
        hint: (pod, before, after) => {
          const [was, is] = [before?.metadata.labels, asNode(after).metadata.labels]
          const keys = keysOf([...pod.template.requiredAffinity, ...pod.template.requiredAntiAffinity])
          const moved = (key: string): boolean => (before === undefined ? is !== undefined && Object.hasOwn(is, key) : was?.[key] !== is?.[key])
          return keys.some(moved) ? 'Queue' : 'QueueSkip'
        },
      },
    ],
  }
}
