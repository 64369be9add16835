import { isScalarResource } from '../../framework/requests'
import type { ResourceAmounts, Snapshot } from '../../framework/types'

/** One resource across all nodes, by row. */
export interface ResourceColumns {
  readonly allocatable: Float64Array
  readonly requested: Float64Array
}

/**
 * Columns of a resource as scores look at it. CPU and memory `requested` hold defaults for containers that name none, unless
 * `realRequests`. Undefined for names the scheduler does not count, and where no node has the resource.
 */
export function resourceColumns(nodes: Snapshot, name: string, realRequests: boolean): ResourceColumns | undefined {
  switch (name) {
    case 'cpu': return { allocatable: nodes.allocatableCpuMilli, requested: realRequests ? nodes.requestedCpuMilli : nodes.nonZeroCpuMilli }
    case 'memory': return { allocatable: nodes.allocatableMemoryBytes, requested: realRequests ? nodes.requestedMemoryBytes : nodes.nonZeroMemoryBytes }
    case 'ephemeral-storage': return { allocatable: nodes.allocatableEphemeralBytes, requested: nodes.requestedEphemeralBytes }
    default: return isScalarResource(name) ? nodes.scalar(name) : undefined
  }
}

export function amountIn(amounts: ResourceAmounts, name: string): number {
  switch (name) {
    case 'cpu': return amounts.cpuMilli
    case 'memory': return amounts.memoryBytes
    case 'ephemeral-storage': return amounts.ephemeralBytes
    default: return amounts.scalars.find((scalar) => scalar.name === name)?.amount ?? 0
  }
}
