/**
 * Devices that drivers publish in ResourceSlices: which a node offers, which are taken, which a DeviceClass or request selects.
 * Upstream: dynamic-resource-allocation/structured.
 */
import { parseQuantity, type Device, type DeviceAttribute, type DeviceClass, type DeviceSelector, type ResourceResourceClaim, type ResourceSlice } from '../../../../api'
import type { Handle, Lister, NodeInfo } from '../../framework/types'
import { CelError, CelQuantity, CelVersion, compileCel, type CelValue } from './cel'
import { nodeSelectorMatches } from './node-selector'

/** A device with where it comes from. `id` names it in the whole cluster. */
export interface OfferedDevice {
  readonly id: string
  readonly driver: string
  readonly pool: string
  readonly device: Device
  readonly slice: ResourceSlice
}

export const deviceId = (driver: string, pool: string, device: string): string => `${driver}/${pool}/${device}`

/** The listers call them by their own kind; the type of that name is another one (a container's reference to a claim). */
export function resourceClaimsOf(handle: Handle): Lister<ResourceResourceClaim> {
  return handle.listers.resourceClaims as unknown as Lister<ResourceResourceClaim>
}

/** Slices of the newest generation of each pool, and pools some of whose slices are not there yet. */
export interface Pools {
  readonly slices: readonly ResourceSlice[]
  readonly incomplete: ReadonlySet<string>
}

const poolKey = (slice: ResourceSlice): string => `${slice.spec.driver}/${slice.spec.pool.name}`

export function poolsOf(slices: Iterable<ResourceSlice>): Pools {
  const newest = new Map<string, ResourceSlice[]>()
  for (const slice of slices) {
    const key = poolKey(slice)
    const own = newest.get(key)
    const generation = own?.[0]?.spec.pool.generation ?? -1
    if (slice.spec.pool.generation > generation) newest.set(key, [slice])
    else if (slice.spec.pool.generation === generation) own?.push(slice)
  }
  const incomplete = new Set<string>()
  for (const [key, own] of newest) if (own.length < (own[0]?.spec.pool.resourceSliceCount ?? 1)) incomplete.add(key)
  return { slices: [...newest.values()].flat(), incomplete }
}

interface Placement {
  readonly nodeName?: string | undefined
  readonly allNodes?: boolean | undefined
  readonly nodeSelector?: ResourceSlice['spec']['nodeSelector'] | undefined
}

function isOn(place: Placement, node: NodeInfo): boolean {
  if (place.allNodes === true) return true
  if ((place.nodeName ?? '') !== '') return place.nodeName === node.name
  return place.nodeSelector !== undefined && nodeSelectorMatches(place.nodeSelector.nodeSelectorTerms, node.labels, node.name)
}

/** Devices a node can use, in the order of slices and of devices in them. */
export function devicesOn(pools: Pools, node: NodeInfo): readonly OfferedDevice[] {
  const found: OfferedDevice[] = []
  for (const slice of pools.slices) {
    const { spec } = slice
    const perDevice = spec.perDeviceNodeSelection === true
    if (!perDevice && !isOn(spec, node)) continue
    for (const device of spec.devices ?? []) {
      if (perDevice && !isOn(device, node)) continue
      found.push({ id: deviceId(spec.driver, spec.pool.name, device.name), driver: spec.driver, pool: spec.pool.name, device, slice })
    }
  }
  return found
}

export const isPoolIncomplete = (pools: Pools, device: OfferedDevice): boolean => pools.incomplete.has(`${device.driver}/${device.pool}`)

/** Ids of devices that claims hold; administrative access holds none. */
export function allocatedDevices(claims: Iterable<ResourceResourceClaim>): Set<string> {
  const taken = new Set<string>()
  for (const claim of claims) {
    for (const result of claim.status?.allocation?.devices?.results ?? []) {
      if (result.adminAccess !== true) taken.add(deviceId(result.driver, result.pool, result.device))
    }
  }
  return taken
}

function attributeValue(attribute: DeviceAttribute): CelValue {
  if (attribute.string !== undefined) return attribute.string
  if (attribute.int !== undefined) return attribute.int
  if (attribute.bool !== undefined) return attribute.bool
  if (attribute.version !== undefined) return new CelVersion(attribute.version)
  if (attribute.strings !== undefined) return attribute.strings
  if (attribute.ints !== undefined) return attribute.ints
  if (attribute.bools !== undefined) return attribute.bools
  if (attribute.versions !== undefined) return attribute.versions.map((version) => new CelVersion(version))
  return null
}

/** Domain to name to value; a name without domain is in the driver's. */
class Domains extends Map<string, Map<string, CelValue>> {
  readonly #empty = new Map<string, CelValue>()

  /** A domain no attribute is in is there and empty, as upstream. */
  override get(domain: string): Map<string, CelValue> {
    return super.get(domain) ?? this.#empty
  }

  add(driver: string, qualified: string, value: CelValue): void {
    const slash = qualified.indexOf('/')
    const [domain, name] = slash < 0 ? [driver, qualified] : [qualified.slice(0, slash), qualified.slice(slash + 1)]
    const own = this.has(domain) ? this.get(domain) : new Map<string, CelValue>()
    this.set(domain, own.set(name, value))
  }
}

function variablesOf(device: OfferedDevice): ReadonlyMap<string, CelValue> {
  const attributes = new Domains()
  for (const [name, attribute] of Object.entries(device.device.attributes ?? {})) attributes.add(device.driver, name, attributeValue(attribute))
  const capacity = new Domains()
  for (const [name, { value }] of Object.entries(device.device.capacity ?? {})) capacity.add(device.driver, name, new CelQuantity(parseQuantity(value)?.nanos ?? 0n))
  const self = new Map<string, CelValue>([
    ['driver', device.driver], ['attributes', attributes], ['capacity', capacity], ['allowMultipleAllocations', device.device.allowMultipleAllocations === true],
  ])
  return new Map([['device', self]])
}

const compiled = new Map<string, ReturnType<typeof compileCel>>()

function compile(expression: string): ReturnType<typeof compileCel> {
  let program = compiled.get(expression)
  if (program === undefined) {
    program = compileCel(expression)
    if (compiled.size > 1000) compiled.clear() // a memo, bounded: it holds nothing the text does not say
    compiled.set(expression, program)
  }
  return program
}

/** All selectors must hold. Throws `CelError` where one cannot be evaluated. */
export function selectorsMatch(selectors: readonly DeviceSelector[] | undefined, device: OfferedDevice): boolean {
  if (selectors === undefined || selectors.length === 0) return true
  const variables = variablesOf(device)
  return selectors.every(({ cel }) => {
    if (cel === undefined) return true
    const value = compile(cel.expression)(variables)
    if (typeof value !== 'boolean') throw new CelError(`expression must evaluate to bool`)
    return value
  })
}

/** Name under which any DeviceClass can be asked for as a resource. */
export const deviceClassPrefix = 'deviceclass.resource.kubernetes.io/'

/** The class that serves an extended resource; of several the youngest, then the first by name. Undefined: none does. */
export function deviceClassOf(handle: Handle, resource: string): DeviceClass | undefined {
  if (resource.startsWith(deviceClassPrefix)) return handle.listers.deviceClasses.get(resource.slice(deviceClassPrefix.length))
  let best: DeviceClass | undefined
  for (const candidate of handle.listers.deviceClasses.list()) {
    if (candidate.spec?.extendedResourceName !== resource) continue
    const [mine, theirs] = [candidate.metadata.creationTimestamp ?? '', best?.metadata.creationTimestamp ?? '']
    if (best === undefined || mine > theirs || (mine === theirs && (candidate.metadata.name ?? '') < (best.metadata.name ?? ''))) best = candidate
  }
  return best
}
