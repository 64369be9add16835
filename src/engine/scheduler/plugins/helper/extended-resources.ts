import type { Handle, NodeInfo, Snapshot } from '../../framework/types'
import { CelError } from './cel'
import { allocatedDevices, deviceClassOf, devicesOn, poolsOf, resourceClaimsOf, selectorsMatch } from './devices'
import type { ResourceColumns } from './resource-columns'

export { deviceClassOf, deviceClassPrefix } from './devices'

/**
 * An extended resource that a DeviceClass serves, for scores: devices of the class on nodes whose own allocatable lacks it, the
 * node's own numbers elsewhere. Undefined when no class serves it. Upstream: plugins/noderesources, calculateDRAExtendedResourceAllocatableRequest.
 */
export function dynamicColumns(handle: Handle, nodes: Snapshot, resource: string): ResourceColumns | undefined {
  if (resource === 'cpu' || resource === 'memory' || !handle.featureGate('DRAExtendedResource')) return undefined
  const deviceClass = deviceClassOf(handle, resource)
  if (deviceClass === undefined) return undefined
  const own = nodes.scalar(resource)
  const allocatable = new Float64Array(nodes.infos.length)
  const requested = new Float64Array(nodes.infos.length)
  const pools = poolsOf(handle.listers.resourceSlices.list())
  const taken = allocatedDevices(resourceClaimsOf(handle).list())
  for (let i = 0; i < nodes.count; i++) {
    const row = nodes.order[i] as number
    if (own !== undefined && (own.allocatable[row] as number) > 0) {
      allocatable[row] = own.allocatable[row] as number
      requested[row] = own.requested[row] as number
      continue
    }
    try {
      for (const device of devicesOn(pools, nodes.infos[row] as NodeInfo)) {
        if (!selectorsMatch(deviceClass.spec?.selectors, device)) continue
        allocatable[row] = (allocatable[row] as number) + 1
        if (taken.has(device.id)) requested[row] = (requested[row] as number) + 1
      }
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      allocatable[row] = 0
    }
  }
  return { allocatable, requested }
}
