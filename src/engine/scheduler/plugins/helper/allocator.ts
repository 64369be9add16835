/**
 * Finds devices on one node for all requests of some claims at once, or none: a search with backtracking, first devices first.
 * Upstream: dynamic-resource-allocation/structured. Not covered: devices shared by capacity (allowMultipleAllocations).
 */
import {
  parseQuantity, type AllocationResult, type DeviceAttribute, type DeviceClass, type DeviceConstraint, type DeviceRequestAllocationResult, type DeviceSelector,
  type DeviceToleration, type ResourceResourceClaim,
} from '../../../../api'
import { deepEqual } from '../../../../base'
import type { NodeInfo } from '../../framework/types'
import { CelError } from './cel'
import { devicesOn, isPoolIncomplete, selectorsMatch, type OfferedDevice, type Pools } from './devices'
import { toleratesTaint } from './tolerations'

/** Devices tried, again and again, after which the search is given up, as upstream gives up after some seconds. */
const stepsMax = 100_000

/** What one request, or one alternative of it, asks for. */
interface Wanted {
  readonly name: string
  readonly className: string
  readonly all: boolean
  readonly count: number
  readonly selectors: readonly DeviceSelector[] | undefined
  readonly tolerations: readonly DeviceToleration[] | undefined
  readonly adminAccess: boolean
}

interface Request {
  readonly claim: number
  readonly name: string
  readonly alternatives: readonly Wanted[]
}

interface Picked {
  readonly request: Request
  readonly wanted: Wanted
  readonly device: OfferedDevice
}

export interface AllocatorWorld {
  readonly pools: Pools
  /** Ids of devices that other claims hold. */
  readonly taken: ReadonlySet<string>
  readonly classOf: (name: string) => DeviceClass | undefined
  readonly deviceTaints: boolean
}

export type Allocated = { readonly results: readonly AllocationResult[] } | 'none' | 'timeout'

function requestsOf(claims: readonly ResourceResourceClaim[]): readonly Request[] {
  const requests: Request[] = []
  for (const [claim, { spec }] of claims.entries()) {
    for (const request of spec?.devices?.requests ?? []) {
      const { exactly, firstAvailable } = request
      const alternatives = exactly !== undefined ? [{ ...exactly, name: request.name }] : (firstAvailable ?? []).map((sub) => ({ ...sub, name: `${request.name}/${sub.name}`, adminAccess: false }))
      requests.push({
        claim, name: request.name,
        alternatives: alternatives.map((wanted): Wanted => ({
          name: wanted.name, className: wanted.deviceClassName, all: wanted.allocationMode === 'All', count: wanted.count ?? 1, selectors: wanted.selectors,
          tolerations: wanted.tolerations, adminAccess: wanted.adminAccess === true,
        })),
      })
    }
  }
  return requests
}

/** An attribute by its full name; within the driver's domain also without. */
function attributeOf({ device, driver }: OfferedDevice, name: string): DeviceAttribute | undefined {
  const attributes = device.attributes ?? {}
  if (Object.hasOwn(attributes, name)) return attributes[name]
  const slash = name.indexOf('/')
  return slash >= 0 && name.slice(0, slash) === driver ? attributes[name.slice(slash + 1)] : undefined
}

const concerns = (constraint: DeviceConstraint, { request, wanted }: Picked): boolean =>
  (constraint.requests ?? []).length === 0 || (constraint.requests ?? []).some((name) => name === request.name || name === wanted.name)

/** Counters that partitions of one piece of hardware share: how much of each is left, by pool, set and name. */
class Counters {
  readonly #left = new Map<string, bigint>()

  constructor(devices: readonly OfferedDevice[], pools: Pools, taken: ReadonlySet<string>) {
    for (const { spec } of pools.slices) {
      for (const set of spec.sharedCounters ?? []) {
        for (const [name, { value }] of Object.entries(set.counters ?? {})) this.#left.set(`${spec.driver}/${spec.pool.name}/${set.name}/${name}`, parseQuantity(value)?.nanos ?? 0n)
      }
    }
    for (const device of devices) if (taken.has(device.id)) this.take(device)
  }

  #each(device: OfferedDevice, visit: (key: string, amount: bigint) => void): void {
    for (const { counterSet, counters } of device.device.consumesCounters ?? []) {
      for (const [name, { value }] of Object.entries(counters ?? {})) visit(`${device.driver}/${device.pool}/${counterSet}/${name}`, parseQuantity(value)?.nanos ?? 0n)
    }
  }

  has(device: OfferedDevice): boolean {
    let enough = true
    this.#each(device, (key, amount) => { if ((this.#left.get(key) ?? 0n) < amount) enough = false })
    return enough
  }

  take(device: OfferedDevice): void {
    this.#each(device, (key, amount) => { this.#left.set(key, (this.#left.get(key) ?? 0n) - amount) })
  }

  give(device: OfferedDevice): void {
    this.#each(device, (key, amount) => { this.#left.set(key, (this.#left.get(key) ?? 0n) + amount) })
  }
}

/** Throws `CelError` when a selector of a class or request cannot be evaluated on a device. */
export function allocate(claims: readonly ResourceResourceClaim[], node: NodeInfo, world: AllocatorWorld): Allocated {
  const offered = devicesOn(world.pools, node)
  const requests = requestsOf(claims)
  const counters = new Counters(offered, world.pools, world.taken)
  const used = new Set(world.taken)
  const picked: Picked[] = []
  let steps = 0

  function isTolerated(device: OfferedDevice, wanted: Wanted): boolean {
    if (!world.deviceTaints) return true
    return (device.device.taints ?? []).every((taint) => (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute')
      || (wanted.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint, false)))
  }

  const matching = new Map<Wanted, readonly OfferedDevice[]>()
  function candidates(claim: number, wanted: Wanted): readonly OfferedDevice[] {
    let found = matching.get(wanted)
    if (found === undefined) {
      const deviceClass = world.classOf(wanted.className)
      if (deviceClass === undefined) throw new CelError(`could not retrieve device class ${wanted.className}`)
      try {
        found = offered.filter((device) => selectorsMatch(deviceClass.spec?.selectors, device) && selectorsMatch(wanted.selectors, device))
      } catch (error) {
        if (!(error instanceof CelError)) throw error
        const { namespace, name } = claims[claim]?.metadata ?? {}
        throw new CelError(`claim ${namespace ?? ''}/${name ?? ''}, request ${wanted.name}: CEL runtime error: ${error.message}`)
      }
      matching.set(wanted, found)
    }
    return found
  }

  function fitsConstraints(candidate: Picked): boolean {
    for (const constraint of claims[candidate.request.claim]?.spec?.devices?.constraints ?? []) {
      if (!concerns(constraint, candidate)) continue
      const name = constraint.matchAttribute ?? constraint.distinctAttribute
      if (name === undefined) continue
      const value = attributeOf(candidate.device, name)
      if (value === undefined) return false
      for (const other of picked) {
        if (other.request.claim !== candidate.request.claim || !concerns(constraint, other)) continue
        if (deepEqual(attributeOf(other.device, name), value) !== (constraint.matchAttribute !== undefined)) return false
      }
    }
    return true
  }

  function take(candidate: Picked): boolean {
    const { device, wanted } = candidate
    if (!wanted.adminAccess && (used.has(device.id) || !counters.has(device))) return false
    if (isPoolIncomplete(world.pools, device) || !isTolerated(device, wanted) || !fitsConstraints(candidate)) return false
    if (!wanted.adminAccess) {
      used.add(device.id)
      counters.take(device)
    }
    picked.push(candidate)
    return true
  }

  function giveBack(): void {
    const last = picked.pop()
    if (last === undefined || last.wanted.adminAccess) return
    used.delete(last.device.id)
    counters.give(last.device)
  }

  /** Devices for the rest of a request, from `start` in its candidates, then for all requests after it. */
  function fill(index: number, wanted: Wanted, left: number, start: number): boolean {
    if (left === 0) return next(index + 1)
    const request = requests[index] as Request
    const devices = candidates(request.claim, wanted)
    for (let i = start; i <= devices.length - left; i++) {
      if (++steps > stepsMax) return false
      if (!take({ request, wanted, device: devices[i] as OfferedDevice })) {
        if (wanted.all) return false
        continue
      }
      if (fill(index, wanted, left - 1, i + 1)) return true
      giveBack()
      if (wanted.all) return false
    }
    return false
  }

  function next(index: number): boolean {
    const request = requests[index]
    if (request === undefined) return true
    return request.alternatives.some((wanted) => {
      const count = wanted.all ? candidates(request.claim, wanted).length : wanted.count
      return count > 0 && fill(index, wanted, count, 0)
    })
  }

  if (!next(0)) return steps > stepsMax ? 'timeout' : 'none'
  return { results: claims.map((claim, index) => resultOf(claim, picked.filter(({ request }) => request.claim === index), node, world)) }
}

function resultOf(claim: ResourceResourceClaim, picked: readonly Picked[], node: NodeInfo, world: AllocatorWorld): AllocationResult {
  const results = picked.map(({ wanted, device }): DeviceRequestAllocationResult => ({
    request: wanted.name, driver: device.driver, pool: device.pool, device: device.device.name, ...(wanted.adminAccess ? { adminAccess: true } : {}),
    ...(wanted.tolerations === undefined ? {} : { tolerations: wanted.tolerations }),
  }))
  const config = [
    ...picked.flatMap(({ wanted }, i) => (picked.findIndex((other) => other.wanted === wanted) !== i ? [] : (world.classOf(wanted.className)?.spec?.config ?? [])
      .map((own) => ({ source: 'FromClass', requests: [wanted.name], ...own })))),
    ...(claim.spec?.devices?.config ?? []).map((own) => ({ source: 'FromClaim', ...own })),
  ]
  const isLocal = picked.some(({ device }) => (device.slice.spec.nodeName ?? device.device.nodeName ?? '') !== '')
  const selectors = picked.map(({ device }) => device.slice.spec.nodeSelector ?? device.device.nodeSelector).filter((selector) => selector !== undefined)
  const [first, ...others] = selectors
  const nodeSelector = isLocal || (first !== undefined && others.some((other) => !deepEqual(other, first)))
    ? { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.name] }] }] }
    : first
  return { devices: { results, ...(config.length === 0 ? {} : { config }) }, ...(nodeSelector === undefined ? {} : { nodeSelector }) }
}
