import type { Fact } from '../../../api'
import type { NodeResourcesBalancedAllocationArgs } from '../framework/args'
import { isScalarResource } from '../framework/requests'
import { cycleStateKey, maxNodeScore, skip, success, type Handle, type PodInfo, type PreScorePlugin, type ScorePlugin, type Snapshot } from '../framework/types'
import { dynamicColumns } from './helper/extended-resources'
import { amountIn, resourceColumns, type ResourceColumns } from './helper/resource-columns'

interface Balanced extends ResourceColumns {
  readonly name: string
  readonly podRequest: number
}
const scoreState = cycleStateKey<readonly number[]>('PreScoreNodeResourcesBalancedAllocation')

const fractionOf = (amount: number, allocatable: number): number => {
  const fraction = amount / allocatable
  return fraction > 1 ? 1 : fraction
}

/** 100 for fractions that are all equal, less by their standard deviation. `fractions[0..count)`. */
function balance(fractions: Float64Array, count: number): number {
  let deviation = 0
  if (count === 2) deviation = Math.abs(((fractions[0] as number) - (fractions[1] as number)) / 2)
  else if (count > 2) {
    let total = 0
    for (let k = 0; k < count; k++) total += fractions[k] as number
    const mean = total / count
    let sum = 0
    for (let k = 0; k < count; k++) {
      const distance = (fractions[k] as number) - mean
      sum += distance * distance
    }
    deviation = Math.sqrt(sum / count)
  }
  return Math.trunc((1 - deviation) * maxNodeScore)
}

/** From 25 to 100; 75 where the Pod changes nothing. Integer division cuts toward zero, as Go's. */
export function balancedScore(withPod: number, withoutPod: number): number {
  return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + withPod - withoutPod) / 2)
}

/**
 * Prefers nodes whose resources are used in more equal parts with the Pod than without it. Real requests count, not the defaults
 * for containers that name none; a Pod that requests nothing is not scored. Upstream: plugins/noderesources, balanced_allocation.go.
 */
export function nodeResourcesBalancedAllocation(args: NodeResourcesBalancedAllocationArgs, handle: Handle): PreScorePlugin & ScorePlugin {
  const requestsOf = (pod: PodInfo): readonly number[] => args.resources.map(({ name }) => amountIn(pod.template.requests, name))

  function columns(nodes: Snapshot, requests: readonly number[]): readonly Balanced[] {
    const found: Balanced[] = []
    for (const [k, { name }] of args.resources.entries()) {
      const podRequest = requests[k] as number
      if (podRequest === 0 && isScalarResource(name)) continue
      const column = dynamicColumns(handle, nodes, name) ?? resourceColumns(nodes, name, true)
      if (column !== undefined) found.push({ name, podRequest, allocatable: column.allocatable, requested: column.requested })
    }
    return found
  }

  const withPod = new Float64Array(args.resources.length)
  const withoutPod = new Float64Array(args.resources.length)
  /** Fills both arrays for a row; returns how many resources the node has. */
  function fill(resources: readonly Balanced[], row: number): number {
    let count = 0
    for (let k = 0; k < resources.length; k++) {
      const resource = resources[k] as Balanced
      const allocatable = resource.allocatable[row] as number
      if (allocatable === 0) continue
      const requested = resource.requested[row] as number
      withPod[count] = fractionOf(requested + resource.podRequest, allocatable)
      withoutPod[count] = fractionOf(requested, allocatable)
      count++
    }
    return count
  }

  return {
    name: 'NodeResourcesBalancedAllocation',

    preScore(state, pod) {
      const requests = requestsOf(pod)
      if (requests.every((request) => request === 0)) return skip
      state.write(scoreState, requests)
      return success
    },

    scoreDependence: 'row',

    score(state, pod, nodes, rows, count, scores) {
      const resources = columns(nodes, state.read(scoreState) ?? requestsOf(pod))
      for (let i = 0; i < count; i++) {
        const n = fill(resources, rows[i] as number)
        scores[i] = balancedScore(balance(withPod, n), balance(withoutPod, n))
      }
      return undefined
    },

    scoreFacts(state, pod, nodes, row) {
      const resources = columns(nodes, state.read(scoreState) ?? requestsOf(pod))
      const n = fill(resources, row)
      const facts: Fact[] = []
      let k = 0
      for (const resource of resources) {
        const allocatable = resource.allocatable[row] as number
        if (allocatable === 0) continue
        const requested = resource.requested[row] as number
        facts.push({
          id: 'balanced.fraction',
          values: {
            resource: resource.name, allocatable, used: requested, podRequest: resource.podRequest, requested: requested + resource.podRequest,
            fraction: withPod[k] as number, fractionBefore: withoutPod[k] as number,
          },
        })
        k++
      }
      const [after, before] = [balance(withPod, n), balance(withoutPod, n)]
      facts.push({ id: 'balanced', values: { with: after, without: before, score: balancedScore(after, before) } })
      return facts
    },
  }
}
