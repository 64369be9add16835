import type { Fact } from '../../../../api'
import { mulDiv64, roundHalfAway } from '../../../../base'
import type { PodInfo, Snapshot } from '../../framework/types'
import { amountIn, resourceColumns, type ResourceColumns } from '../../plugins/helper/resource-columns'
import { brokenLinear } from '../../plugins/helper/shape'
import { dropFraction, type PriorityFactory } from '../context'

/** What the Pod asks for as scores count it: 100m and 200Mi for containers that name none. */
function podRequest(pod: PodInfo, resource: string): number {
  const { template } = pod
  return resource === 'cpu' ? template.nonZeroCpuMilli : resource === 'memory' ? template.nonZeroMemoryBytes : amountIn(template.requests, resource)
}

interface Amounts {
  readonly resource: string
  readonly columns: ResourceColumns | undefined
  readonly podRequest: number
}

const amountsOf = (pod: PodInfo, nodes: Snapshot, resource: string): Amounts => ({ resource, columns: resourceColumns(nodes, resource, false), podRequest: podRequest(pod, resource) })
const capacityAt = ({ columns }: Amounts, row: number): number => columns?.allocatable[row] ?? 0
const usedAt = ({ columns, podRequest: own }: Amounts, row: number): number => (columns?.requested[row] ?? 0) + own

const cpuAndMemory = ['cpu', 'memory'] as const

function meanFacts(id: string, amounts: readonly Amounts[], row: number, scoreOf: (used: number, capacity: number) => number, total: number): Fact[] {
  return [
    ...amounts.map((own) => {
      const [requested, allocatable] = [usedAt(own, row), capacityAt(own, row)]
      return { id, values: { resource: own.resource, allocatable, used: requested - own.podRequest, podRequest: own.podRequest, requested, score: scoreOf(requested, allocatable), weight: 1, counted: true } }
    }),
    { id: 'score.mean', values: { score: total } },
  ]
}

/** Mean of the scores of cpu and memory, each cut to an integer. */
const meanOf = (id: string, formula: (used: number, capacity: number, max: number) => number): PriorityFactory => ({ version }, name) => {
  const max = version.maxNodeScore
  const scoreOf = (used: number, capacity: number): number => (capacity === 0 || used > capacity ? 0 : formula(used, capacity, max))
  const at = (cpu: Amounts, memory: Amounts, row: number): number =>
    dropFraction((scoreOf(usedAt(cpu, row), capacityAt(cpu, row)) + scoreOf(usedAt(memory, row), capacityAt(memory, row))) / 2)
  return {
    name,
    scoreDependence: 'row',
    score(_state, pod, nodes, rows, count, scores) {
      const [cpu, memory] = [amountsOf(pod, nodes, 'cpu'), amountsOf(pod, nodes, 'memory')]
      for (let i = 0; i < count; i++) scores[i] = at(cpu, memory, rows[i] as number)
      return undefined
    },
    scoreFacts(_state, pod, nodes, row) {
      const [cpu, memory] = [amountsOf(pod, nodes, 'cpu'), amountsOf(pod, nodes, 'memory')]
      return meanFacts(id, [cpu, memory], row, scoreOf, at(cpu, memory, row))
    },
  }
}

/** The emptier after placing the Pod, the better. */
export const leastRequestedPriority = meanOf('leastAllocated', (used, capacity, max) => mulDiv64(capacity - used, max, capacity))
/** The fuller, the better; what is over-requested counts 0. */
export const mostRequestedPriority = meanOf('mostAllocated', (used, capacity, max) => mulDiv64(used, max, capacity))

const fraction = (used: number, capacity: number): number => (capacity === 0 ? 1 : used / capacity)

/** The closer the fractions of cpu and memory in use, the better. Says nothing of how full the node is, so it wants LeastRequestedPriority beside it. */
export const balancedResourceAllocation: PriorityFactory = ({ version }, name) => {
  const at = (cpu: Amounts, memory: Amounts, row: number): { readonly cpu: number; readonly memory: number; readonly score: number } => {
    const [c, m] = [fraction(usedAt(cpu, row), capacityAt(cpu, row)), fraction(usedAt(memory, row), capacityAt(memory, row))]
    return { cpu: c, memory: m, score: c >= 1 || m >= 1 ? 0 : dropFraction((1 - Math.abs(c - m)) * version.maxNodeScore) }
  }
  return {
    name,
    scoreDependence: 'row',
    score(_state, pod, nodes, rows, count, scores) {
      const [cpu, memory] = [amountsOf(pod, nodes, 'cpu'), amountsOf(pod, nodes, 'memory')]
      for (let i = 0; i < count; i++) scores[i] = at(cpu, memory, rows[i] as number).score
      return undefined
    },
    scoreFacts(_state, pod, nodes, row) {
      const [cpu, memory] = [amountsOf(pod, nodes, 'cpu'), amountsOf(pod, nodes, 'memory')]
      const found = at(cpu, memory, row)
      return [
        ...[cpu, memory].map((own) => ({
          id: 'classic.fraction', values: { resource: own.resource, allocatable: capacityAt(own, row), requested: usedAt(own, row), podRequest: own.podRequest, fraction: own.resource === 'cpu' ? found.cpu : found.memory },
        })),
        { id: 'classic.balanced', values: { cpu: found.cpu, memory: found.memory, score: found.score, max: version.maxNodeScore } },
      ]
    },
  }
}

export interface RequestedToCapacityRatioArguments {
  readonly shape?: readonly { readonly utilization: number; readonly score: number }[]
  readonly resources?: readonly { readonly name: string; readonly weight?: number }[]
}

/** A broken line over the percentage in use; resources that score 0 leave the weighted mean. */
export const requestedToCapacityRatioPriority: PriorityFactory<RequestedToCapacityRatioArguments | undefined> = ({ version }, name, argument) => {
  const shape = argument?.shape ?? [{ utilization: 0, score: 10 }, { utilization: 100, score: 0 }]
  const line = brokenLinear(shape, version.maxNodeScore / 10)
  const named = argument?.resources ?? []
  const resources = named.length > 0 ? named.map(({ name: resource, weight }) => ({ resource, weight: weight === undefined || weight === 0 ? 1 : weight })) : cpuAndMemory.map((resource) => ({ resource, weight: 1 }))
  const scoreOf = (used: number, capacity: number): number => line(capacity === 0 || used > capacity ? 100 : 100 - mulDiv64(capacity - used, 100, capacity))
  const at = (amounts: readonly Amounts[], row: number): number => {
    let sum = 0
    let weights = 0
    for (const [k, { weight }] of resources.entries()) {
      const own = amounts[k] as Amounts
      const score = scoreOf(usedAt(own, row), capacityAt(own, row))
      if (score <= 0) continue
      sum += score * weight
      weights += weight
    }
    return weights === 0 ? 0 : roundHalfAway(sum / weights)
  }
  const amountsFor = (pod: PodInfo, nodes: Snapshot): readonly Amounts[] => resources.map(({ resource }) => amountsOf(pod, nodes, resource))
  return {
    name,
    scoreDependence: 'row',
    score(_state, pod, nodes, rows, count, scores) {
      const amounts = amountsFor(pod, nodes)
      for (let i = 0; i < count; i++) scores[i] = at(amounts, rows[i] as number)
      return undefined
    },
    scoreFacts(_state, pod, nodes, row) {
      const amounts = amountsFor(pod, nodes)
      return [
        ...amounts.map((own, k): Fact => {
          const [requested, allocatable] = [usedAt(own, row), capacityAt(own, row)]
          const score = scoreOf(requested, allocatable)
          return {
            id: 'requestedToCapacityRatio',
            values: { resource: own.resource, allocatable, used: requested - own.podRequest, podRequest: own.podRequest, requested, score, weight: resources[k]?.weight ?? 1, counted: score > 0 },
          }
        }),
        { id: 'score.mean', values: { score: at(amounts, row) } },
      ]
    },
  }
}
