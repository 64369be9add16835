import type { Fact, Node, Taint, Toleration } from '../../../api'
import {
  action, cycleStateKey, maxNodeScore, success, verdict, verdictCode,
  type CycleState, type EnqueueExtensions, type FilterPlugin, type Handle, type PreFilterPlugin, type PreScorePlugin, type ScorePlugin, type Snapshot,
} from '../framework/types'
import { defaultNormalizeScore } from './helper/normalize-score'
import { comparisonOperatorsGate, findUntoleratedTaint, isDoNotScheduleTaint, preferNoScheduleTolerations, tolerationsTolerateTaint } from './helper/tolerations'
import { asNode } from './helper/pods'

/** By taint set: 0 not looked at, 1 tolerated, 2 not. */
const filterState = cycleStateKey<Uint8Array>('PreFilterTaintToleration')

interface ScoreState {
  readonly tolerations: readonly Toleration[]
  /** By taint set: how many of its PreferNoSchedule taints are not tolerated; -1 not counted. */
  readonly counts: Int32Array
}
const scoreState = cycleStateKey<ScoreState>('PreScoreTaintToleration')

const untolerated = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
const reasons = ['node(s) had untolerated taint(s)']

const taintFact = (id: string, taint: Taint): Fact => ({ id, values: { key: taint.key, value: taint.value ?? '', effect: taint.effect } })

/**
 * Refuses nodes with a NoSchedule or NoExecute taint that the Pod does not tolerate; scores nodes by how few PreferNoSchedule
 * taints it does not tolerate. Nodes with equal taints share one decision. Upstream: plugins/tainttoleration.
 */
export function taintToleration(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  const gate = handle.featureGate(comparisonOperatorsGate)

  function decide(state: CycleState, nodes: Snapshot): Uint8Array {
    let decided = state.read(filterState)
    if (decided === undefined || decided.length < nodes.taintSets.length) {
      decided = new Uint8Array(nodes.taintSets.length)
      decided[0] = 1
      state.write(filterState, decided)
    }
    return decided
  }

  function count(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
    let n = 0
    for (const taint of taints) if (taint.effect === 'PreferNoSchedule' && !tolerationsTolerateTaint(tolerations, taint, gate)) n++
    return n
  }

  return {
    name: 'TaintToleration',

    preFilter(state, _pod, nodes) {
      decide(state, nodes)
      return success
    },

    filterDependence: 'row',

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const sets = nodes.taintSet
      const decided = decide(state, nodes)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const set = sets[rows[i] as number] as number
        let known = decided[set] as number
        if (known === 0) {
          known = findUntoleratedTaint(nodes.taintSets[set], pod.pod.spec?.tolerations, gate) === undefined ? 1 : 2
          decided[set] = known
        }
        if (known === 2) verdicts[i] = untolerated
      }
    },

    reasons: () => reasons,

    filterFacts(_state, pod, nodes, row) {
      const tolerations = pod.pod.spec?.tolerations
      return (nodes.taintSets[nodes.taintSet[row] as number] ?? []).filter(isDoNotScheduleTaint)
        .map((taint) => taintFact(tolerationsTolerateTaint(tolerations, taint, gate) ? 'taint.tolerated' : 'taint.untolerated', taint))
    },

    preScore(state, pod, nodes) {
      state.write(scoreState, { tolerations: preferNoScheduleTolerations(pod.pod.spec?.tolerations), counts: new Int32Array(nodes.taintSets.length).fill(-1) })
      return success
    },

    scoreDependence: 'row',

    score(state, _pod, nodes, rows, n, scores) {
      const { tolerations, counts } = state.read(scoreState) as ScoreState
      const sets = nodes.taintSet
      for (let i = 0; i < n; i++) {
        const set = sets[rows[i] as number] as number
        let known = counts[set] as number
        if (known < 0) {
          known = count(nodes.taintSets[set] ?? [], tolerations)
          counts[set] = known
        }
        scores[i] = known
      }
      return undefined
    },

    normalizeScore(_state, _pod, _nodes, _rows, n, scores) {
      defaultNormalizeScore(scores, n, true)
      return undefined
    },

    normalizedZero: maxNodeScore,

    scoreFacts(state, pod, nodes, row) {
      const tolerations = state.read(scoreState)?.tolerations ?? preferNoScheduleTolerations(pod.pod.spec?.tolerations)
      const taints = nodes.taintSets[nodes.taintSet[row] as number] ?? []
      const open = taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerationsTolerateTaint(tolerations, taint, gate))
      return [{ id: 'taint.preferNoSchedule', values: { count: open.length } }, ...open.map((taint) => taintFact('taint.untolerated', taint))]
    },

    eventsToRegister: () => [
      {
        resource: 'Node', action: action.Add | action.UpdateNodeTaint,
        hint: (pod, before, after) => {
          const tolerations = pod.pod.spec?.tolerations
          const untoleratedOn = (node: Node): boolean => findUntoleratedTaint(node.spec?.taints, tolerations, gate) !== undefined
          const was = before === undefined || untoleratedOn(asNode(before))
          return was && !untoleratedOn(asNode(after)) ? 'Queue' : 'QueueSkip'
        },
      },
      { resource: 'TargetPod', action: action.UpdatePodToleration },
    ],
  }
}
