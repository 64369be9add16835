import type { DeviceClaim, DeviceRequest, ExactDeviceRequest, ResourceClaimSpec, ResourceResourceClaim, ResourceClaimTemplate, ResourceSlice } from '../../../api'
import type { Draft } from '../draft'
import type { FieldErrors } from '../field-errors'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../names'
import { immutable } from '../object-meta'

// Upstream: pkg/apis/resource/v1/defaults.go, pkg/apis/resource/validation. Expressions in CEL are kept as texts.

const requestsMax = 32
const constraintsMax = 32
const firstAvailableMax = 8
const allocationModes = ['All', 'ExactCount']

type Countable = Pick<ExactDeviceRequest, 'allocationMode' | 'count' | 'deviceClassName'>

export function setClaimDefaults(spec: Draft<ResourceClaimSpec> | undefined): void {
  for (const request of spec?.devices?.requests ?? []) {
    for (const one of [...request.exactly === undefined ? [] : [request.exactly], ...request.firstAvailable ?? []]) {
      one.allocationMode ??= 'ExactCount'
      if (one.allocationMode === 'ExactCount') one.count ??= 1
      for (const toleration of one.tolerations ?? []) toleration.operator ??= 'Equal'
    }
  }
}

function validateCount(request: Countable, path: string, errors: FieldErrors): void {
  if (request.deviceClassName === '') errors.required(`${path}.deviceClassName`)
  else for (const problem of dnsSubdomain(request.deviceClassName)) errors.invalid(`${path}.deviceClassName`, request.deviceClassName, problem)
  const count = request.count ?? 0
  if (request.allocationMode === 'All') {
    if (count !== 0) errors.invalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'")
  } else if (request.allocationMode === 'ExactCount') {
    if (count <= 0) errors.invalid(`${path}.count`, count, 'must be greater than zero')
  } else errors.notSupported(`${path}.allocationMode`, request.allocationMode ?? '', allocationModes)
}

function validateRequest(request: DeviceRequest, path: string, errors: FieldErrors): void {
  nameRequired(request.name, `${path}.name`, errors)
  const options = request.firstAvailable ?? []
  if (options.length > 0 && request.exactly !== undefined) errors.invalid(path, null, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set')
  else if (options.length === 0 && request.exactly === undefined) errors.required(path, 'exactly one of `exactly` or `firstAvailable` is required')
  if (request.exactly !== undefined) validateCount(request.exactly, `${path}.exactly`, errors)
  if (options.length > firstAvailableMax) errors.tooMany(`${path}.firstAvailable`, options.length, firstAvailableMax)
  const names = new Set<string>()
  options.forEach((option, i) => {
    const at = `${path}.firstAvailable[${i}]`
    nameRequired(option.name, `${at}.name`, errors)
    if (names.has(option.name)) errors.duplicate(`${at}.name`, option.name)
    names.add(option.name)
    validateCount(option, at, errors)
  })
}

function nameRequired(name: string, path: string, errors: FieldErrors): void {
  if (name === '') errors.required(path)
  else for (const problem of dnsLabel(name)) errors.invalid(path, name, problem)
}

function validateDevices(devices: DeviceClaim | undefined, path: string, errors: FieldErrors): void {
  const requests = devices?.requests ?? []
  const names = new Set<string>()
  if (requests.length > requestsMax) errors.tooMany(`${path}.requests`, requests.length, requestsMax)
  requests.forEach((request, i) => {
    const at = `${path}.requests[${i}]`
    validateRequest(request, at, errors)
    if (names.has(request.name)) errors.duplicate(`${at}.name`, request.name)
    names.add(request.name)
  })
  const known = new Set([...names, ...requests.flatMap((request) => (request.firstAvailable ?? []).map((option) => `${request.name}/${option.name}`))])
  const refer = (list: readonly string[] | undefined, at: string): void => {
    list?.forEach((name, i) => {
      if (!known.has(name)) errors.invalid(`${at}[${i}]`, name, 'must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'')
    })
  }
  const constraints = devices?.constraints ?? []
  if (constraints.length > constraintsMax) errors.tooMany(`${path}.constraints`, constraints.length, constraintsMax)
  constraints.forEach((constraint, i) => {
    refer(constraint.requests, `${path}.constraints[${i}].requests`)
    if (constraint.matchAttribute === undefined && constraint.distinctAttribute === undefined) errors.required(`${path}.constraints[${i}].matchAttribute`)
    else if (constraint.matchAttribute !== undefined && !constraint.matchAttribute.includes('/')) errors.invalid(`${path}.constraints[${i}].matchAttribute`, constraint.matchAttribute, 'must include a domain')
  })
  devices?.config?.forEach((config, i) => {
    refer(config.requests, `${path}.config[${i}].requests`)
    if (config.opaque === undefined) errors.required(`${path}.config[${i}]`, 'exactly one configuration type is required')
    else if (config.opaque.driver === '') errors.required(`${path}.config[${i}].opaque.driver`)
  })
}

export function validateClaim({ spec }: ResourceResourceClaim, errors: FieldErrors): void {
  validateDevices(spec?.devices, 'spec.devices', errors)
}

export function validateClaimUpdate(claim: ResourceResourceClaim, old: ResourceResourceClaim, errors: FieldErrors): void {
  immutable('spec', claim.spec, old.spec, errors)
}

export function validateClaimTemplate({ spec }: ResourceClaimTemplate, errors: FieldErrors): void {
  validateDevices(spec?.spec?.devices, 'spec.spec.devices', errors)
}

export function validateClaimTemplateUpdate(template: ResourceClaimTemplate, old: ResourceClaimTemplate, errors: FieldErrors): void {
  immutable('spec', template.spec, old.spec, errors)
}

export function validateSlice({ spec }: ResourceSlice, errors: FieldErrors): void {
  if (spec.driver === '') errors.required('spec.driver')
  else for (const problem of dnsSubdomain(spec.driver)) errors.invalid('spec.driver', spec.driver, problem)
  if (spec.pool.name === '') errors.required('spec.pool.name')
  if (spec.pool.resourceSliceCount <= 0) errors.invalid('spec.pool.resourceSliceCount', spec.pool.resourceSliceCount, 'must be greater than zero')
  if ((spec.pool.generation ?? 0) < 0) errors.invalid('spec.pool.generation', spec.pool.generation, 'must be greater than or equal to zero')
  const where = [spec.nodeName !== undefined && spec.nodeName !== '', spec.nodeSelector !== undefined, spec.allNodes === true, spec.perDeviceNodeSelection === true].filter(Boolean).length
  const fields = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  if (where === 0) errors.required('spec', fields)
  else if (where > 1) errors.invalid('spec', null, `${fields}, but multiple fields are set`)
  if (spec.nodeName !== undefined && spec.nodeName !== '') for (const problem of dnsSubdomain(spec.nodeName)) errors.invalid('spec.nodeName', spec.nodeName, problem)
  const names = new Set<string>()
  const devices = spec.devices ?? []
  if (devices.length > 128) errors.tooMany('spec.devices', devices.length, 128)
  devices.forEach((device, i) => {
    nameRequired(device.name, `spec.devices[${i}].name`, errors)
    if (names.has(device.name)) errors.duplicate(`spec.devices[${i}].name`, device.name)
    names.add(device.name)
    device.taints?.forEach((taint, j) => {
      const at = `spec.devices[${i}].taints[${j}]`
      for (const problem of qualifiedName(taint.key)) errors.invalid(`${at}.key`, taint.key, problem)
      if (taint.effect === '') errors.required(`${at}.effect`)
      else if (!['NoExecute', 'NoSchedule', 'None'].includes(taint.effect)) errors.notSupported(`${at}.effect`, taint.effect, ['NoExecute', 'NoSchedule', 'None'])
    })
  })
}

export function validateSliceUpdate(slice: ResourceSlice, old: ResourceSlice, errors: FieldErrors): void {
  validateSlice(slice, errors)
  immutable('spec.nodeName', slice.spec.nodeName, old.spec.nodeName, errors)
  immutable('spec.driver', slice.spec.driver, old.spec.driver, errors)
  immutable('spec.pool.name', slice.spec.pool.name, old.spec.pool.name, errors)
}
