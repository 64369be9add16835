import { bytesOfBase64, deepEqual } from '../../../../base'
import {
  type ConfigMap, type Endpoints, type EndpointSlice, type Event, type LimitRange, type LimitRangeItem, type Namespace, type Node, type PersistentVolume,
  type PersistentVolumeClaim, type ResourceQuota, type Secret, milliValue,
} from '../../../../api'
import type { FieldErrors } from '../../field-errors'
import { immutable, validateLabels } from '../../object-meta'
import { byteLength, configKey, dnsLabel, dnsSubdomain, ipAddress, isCidr, isIPv4, isIPv6, labelValueRule, portNumber, qualifiedName } from '../../names'
import { compareAmounts } from '../../quantities'
import { validateLabelSelector } from '../labels'
import { isExtended, isHugePages, validateContainerResourceName, validateQuantity, validateQuotaResourceName, validateResourceName } from '../pod/resource-names'
import { validateNodeSelector, validateTaints } from '../pod/validation'
import { jsonProblem } from '../../body'
import { nonSpecialIp } from './service-validation'

// Upstream: pkg/apis/core/validation and pkg/apis/discovery/validation.

const dataBytesMax = 1024 * 1024

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap, errors: FieldErrors): void {
  let bytes = 0
  for (const [key, value] of Object.entries(data)) {
    for (const problem of configKey(key)) errors.invalid(`data[${key}]`, key, problem)
    if (Object.hasOwn(binaryData, key)) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    bytes += byteLength(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    for (const problem of configKey(key)) errors.invalid(`binaryData[${key}]`, key, problem)
    bytes += Math.floor(value.length * 3 / 4)
  }
  if (bytes > dataBytesMax) errors.tooLong('', dataBytesMax)
}

export function validateConfigMapUpdate(map: ConfigMap, old: ConfigMap, errors: FieldErrors): void {
  if (old.immutable === true) {
    if (map.immutable !== true) errors.forbidden('immutable', 'field is immutable when `immutable` is set')
    for (const field of ['data', 'binaryData'] as const) if (!deepEqual(map[field], old[field])) errors.forbidden(field, 'field is immutable when `immutable` is set')
  }
  validateConfigMap(map, errors)
}

export function validateSecret(secret: Secret, errors: FieldErrors): void {
  const data = secret.data ?? {}
  let bytes = 0
  for (const [key, value] of Object.entries(data)) {
    for (const problem of configKey(key)) errors.invalid(`data[${key}]`, key, problem)
    bytes += Math.floor(value.length * 3 / 4)
  }
  if (bytes > dataBytesMax) errors.tooLong('data', dataBytesMax)
  const needs = (...keys: readonly string[]): void => { for (const key of keys) if (!Object.hasOwn(data, key)) errors.required(`data[${key}]`) }
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      if ((secret.metadata.annotations?.['kubernetes.io/service-account.name'] ?? '') === '') errors.required('metadata.annotations[kubernetes.io/service-account.name]')
      break
    case 'kubernetes.io/dockercfg': case 'kubernetes.io/dockerconfigjson': {
      const key = secret.type === 'kubernetes.io/dockercfg' ? '.dockercfg' : '.dockerconfigjson'
      needs(key)
      const problem = Object.hasOwn(data, key) ? objectProblem(bytesOfBase64(data[key] ?? '')) : undefined
      if (problem !== undefined) errors.invalid(`data[${key}]`, '<secret contents redacted>', problem)
      break
    }
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) needs('username', 'password')
      break
    case 'kubernetes.io/ssh-auth':
      if ((data['ssh-privatekey'] ?? '') === '') errors.required('data[ssh-privatekey]')
      break
    case 'kubernetes.io/tls': needs('tls.crt', 'tls.key'); break
    default: break
  }
}

/** Why a text is no JSON object, as Go says it. */
function objectProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined
    return `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value} into Go value of type map[string]interface {}`
  } catch {
    return jsonProblem(text)
  }
}

export function validateSecretUpdate(secret: Secret, old: Secret, errors: FieldErrors): void {
  immutable('type', secret.type, old.type, errors)
  if (old.immutable === true) {
    if (secret.immutable !== true) errors.forbidden('immutable', 'field is immutable when `immutable` is set')
    if (!deepEqual(secret.data, old.data)) errors.forbidden('data', 'field is immutable when `immutable` is set')
  }
  validateSecret(secret, errors)
}

export function validateNamespace(namespace: Namespace, errors: FieldErrors): void {
  namespace.spec?.finalizers?.forEach((finalizer) => {
    for (const problem of qualifiedName(finalizer)) errors.invalid('spec.finalizers', finalizer, problem)
    if (!finalizer.includes('/') && finalizer !== 'kubernetes') errors.invalid('spec.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  })
}

export function validateNamespaceStatus(namespace: Namespace, _old: Namespace, errors: FieldErrors): void {
  const phase = namespace.status?.phase
  if (namespace.metadata.deletionTimestamp === undefined) {
    if (phase !== 'Active') errors.invalid('status.Phase', phase ?? '', "may only be 'Active' if `deletionTimestamp` is empty")
  } else if (phase !== 'Terminating') errors.invalid('status.Phase', phase ?? '', "may only be 'Terminating' if `deletionTimestamp` is not empty")
}

function validateNodeResources(node: Node, errors: FieldErrors): void {
  for (const field of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(node.status?.[field] ?? {})) {
      // Names may be anything; only amounts are looked at. Upstream: ValidateNodeResources.
      validateQuantity(name, amount, `status.${field}.${name}`, errors)
    }
  }
  const huge = Object.entries(node.status?.capacity ?? {}).filter(([name]) => isHugePages(name))
  for (const [name, amount] of huge) {
    const size = name.slice('hugepages-'.length)
    if (milliValue(size) > 0 && milliValue(amount) % milliValue(size) !== 0) errors.invalid('status.capacity.' + name, String(amount), `${String(amount)} is not positive integer multiple of ${name}`)
  }
}

export function validateNode(node: Node, errors: FieldErrors): void {
  validateTaints(node.spec?.taints, 'metadata.taints', errors)
  validateNodeResources(node, errors)
  const cidrs = node.spec?.podCIDRs ?? []
  cidrs.forEach((cidr, i) => { if (!isCidr(cidr)) errors.invalid(`spec.podCIDRs[${i}]`, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)') })
  if (cidrs.length > 2) errors.invalid('podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family')
  else if (cidrs.length === 2 && isIPv4((cidrs[0] ?? '').split('/')[0] ?? '') === isIPv4((cidrs[1] ?? '').split('/')[0] ?? '')) errors.invalid('podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family')
  node.status?.addresses?.forEach((address, i) => {
    if (node.status?.addresses?.findIndex((other) => other.type === address.type && other.address === address.address) !== i) errors.duplicate(`status.addresses[${i}]`, { Type: address.type, Address: address.address })
  })
}

export function validateNodeUpdate(node: Node, old: Node, errors: FieldErrors): void {
  validateNode(node, errors)
  if ((old.spec?.podCIDRs?.length ?? 0) > 0 && !deepEqual(node.spec?.podCIDRs, old.spec?.podCIDRs)) errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  if ((old.spec?.providerID ?? '') !== '' && node.spec?.providerID !== old.spec?.providerID) errors.invalid('spec.providerID', null, 'field cannot be modified once set')
}

export function validateResourceQuota(quota: ResourceQuota, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(quota.spec?.hard ?? {})) {
    validateQuotaResourceNameAndAmount(name, amount, `spec.hard[${name}]`, errors)
  }
  const scopes = quota.spec?.scopes ?? []
  const known = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity']
  for (const scope of scopes) if (!known.includes(scope)) errors.invalid('spec.scopes', scopes, 'unsupported scope')
  const podNames = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'ephemeral-storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage', 'count/pods']
  for (const scope of scopes) {
    for (const name of Object.keys(quota.spec?.hard ?? {})) {
      if (scope === 'BestEffort' ? name !== 'pods' && name !== 'count/pods' : !podNames.includes(name) && !isExtended(name.replace(/^requests\./, '')) && !isHugePages(name.replace(/^requests\./, ''))) {
        errors.invalid('spec.scopes', scopes, `unsupported scope applied to resource`)
      }
    }
  }
  if (scopes.includes('BestEffort') && scopes.includes('NotBestEffort')) errors.invalid('spec.scopes', scopes, 'conflicting scopes')
  if (scopes.includes('Terminating') && scopes.includes('NotTerminating')) errors.invalid('spec.scopes', scopes, 'conflicting scopes')
  validateScopeSelector(quota, errors)
}

const scopeNames = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity', 'VolumeAttributesClass']

/** Upstream: validateScopedResourceSelectorRequirement; what is wrong is said of the list, not of its items. */
function validateScopeSelector({ spec }: ResourceQuota, errors: FieldErrors): void {
  const at = 'spec.scopeSelector.matchExpressions'
  const found = new Set<string>()
  for (const { scopeName, operator, values: given } of spec?.scopeSelector?.matchExpressions ?? []) {
    const values = given ?? []
    if (!scopeNames.includes(scopeName)) errors.invalid(`${at}.scopeName`, scopeName, 'unsupported scope')
    if (scopeName !== 'PriorityClass' && scopeName !== 'VolumeAttributesClass' && scopeNames.includes(scopeName) && operator !== 'Exists') {
      errors.invalid(`${at}.operator`, operator, "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity")
    }
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.required(`${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) errors.invalid(`${at}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
    } else errors.invalid(`${at}.operator`, operator, 'not a valid selector operator')
    found.add(scopeName)
  }
  for (const [one, other] of [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']] as const) {
    if (found.has(one) && found.has(other)) errors.invalid(at, spec?.scopes ?? null, 'conflicting scopes')
  }
}

function validateQuotaResourceNameAndAmount(name: string, amount: string | number, path: string, errors: FieldErrors): void {
  validateQuotaResourceName(name, path, errors)
  if (compareAmounts(amount, '0') < 0) errors.invalid(path, String(amount), 'must be greater than or equal to 0')
  else validateQuantity(name, amount, path, errors)
}

export function validateResourceQuotaUpdate(quota: ResourceQuota, old: ResourceQuota, errors: FieldErrors): void {
  validateResourceQuota(quota, errors)
  if (!deepEqual([...quota.spec?.scopes ?? []].sort(), [...old.spec?.scopes ?? []].sort())) errors.invalid('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable')
}

export function validateResourceQuotaStatus(quota: ResourceQuota, _old: ResourceQuota, errors: FieldErrors): void {
  for (const field of ['hard', 'used'] as const) {
    for (const [name, amount] of Object.entries(quota.status?.[field] ?? {})) validateQuotaResourceNameAndAmount(name, amount, `status.${field}[${name}]`, errors)
  }
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim']

export function validateLimitRange(range: LimitRange, errors: FieldErrors): void {
  const types = new Set<string>()
  range.spec?.limits?.forEach((limit, i) => {
    const at = `spec.limits[${i}]`
    if (limit.type === '') errors.required(`${at}.type`)
    else {
      const problems = qualifiedName(limit.type)
      for (const problem of problems) errors.invalid(`${at}.type`, limit.type, problem)
      if (problems.length === 0 && !limit.type.includes('/') && !limitTypes.includes(limit.type)) errors.invalid(`${at}.type`, limit.type, 'must be a standard limit type or fully qualified')
    }
    if (types.has(limit.type)) errors.duplicate(`${at}.type`, limit.type)
    types.add(limit.type)
    validateLimit(limit, at, errors)
  })
}

function validateLimit(limit: LimitRangeItem, at: string, errors: FieldErrors): void {
  const names = new Set<string>()
  for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) {
    for (const name of Object.keys(limit[field] ?? {})) {
      names.add(name)
      if (limit.type === 'Pod' || limit.type === 'Container') validateContainerResourceName(name, `${at}.${field}[${name}]`, errors)
      else validateResourceName(name, `${at}.${field}[${name}]`, errors)
      validateQuantity(name, limit[field]?.[name], `${at}.${field}[${name}]`, errors)
    }
  }
  if (limit.type === 'Pod') {
    if (Object.keys(limit.default ?? {}).length > 0) errors.forbidden(`${at}.default`, "may not be specified when `type` is 'Pod'")
    if (Object.keys(limit.defaultRequest ?? {}).length > 0) errors.forbidden(`${at}.defaultRequest`, "may not be specified when `type` is 'Pod'")
  }
  if (limit.type === 'PersistentVolumeClaim' && limit.min?.['storage'] === undefined && limit.max?.['storage'] === undefined) {
    errors.required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided')
  }
  for (const name of names) {
    const [min, max, preset, request, ratio] = [limit.min?.[name], limit.max?.[name], limit.default?.[name], limit.defaultRequest?.[name], limit.maxLimitRequestRatio?.[name]].map((amount) => (amount === undefined ? undefined : String(amount)))
    if (min !== undefined && max !== undefined && compareAmounts(min, max) > 0) errors.invalid(`${at}.min[${name}]`, min, `min value ${min} is greater than max value ${max}`)
    if (request !== undefined && min !== undefined && compareAmounts(min, request) > 0) errors.invalid(`${at}.defaultRequest[${name}]`, request, `min value ${min} is greater than default request value ${request}`)
    if (request !== undefined && max !== undefined && compareAmounts(request, max) > 0) errors.invalid(`${at}.defaultRequest[${name}]`, request, `default request value ${request} is greater than max value ${max}`)
    if (request !== undefined && preset !== undefined && compareAmounts(request, preset) > 0) errors.invalid(`${at}.defaultRequest[${name}]`, request, `default request value ${request} is greater than default limit value ${preset}`)
    if (preset !== undefined && min !== undefined && compareAmounts(min, preset) > 0) errors.invalid(`${at}.default[${name}]`, min, `min value ${min} is greater than default value ${preset}`)
    if (preset !== undefined && max !== undefined && compareAmounts(preset, max) > 0) errors.invalid(`${at}.default[${name}]`, max, `default value ${preset} is greater than max value ${max}`)
    if (ratio !== undefined && compareAmounts(ratio, '1') < 0) errors.invalid(`${at}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`)
    if (ratio !== undefined && min !== undefined && max !== undefined && milliValue(min) > 0) {
      const bound = milliValue(max) / milliValue(min)
      if (milliValue(ratio) / 1000 > bound) errors.invalid(`${at}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is greater than max/min = ${bound.toFixed(6)}`)
    }
    if ((isHugePages(name) || isExtended(name)) && preset !== undefined && request !== undefined && compareAmounts(preset, request) !== 0) {
      errors.invalid(`${at}.defaultRequest[${name}]`, request, `default value ${preset} must equal to defaultRequest value ${request} in ${name}`)
    }
  }
}

export function validateEndpoints(endpoints: Endpoints, errors: FieldErrors): void {
  endpoints.subsets?.forEach((subset, i) => {
    const at = `subsets[${i}]`
    if ((subset.addresses?.length ?? 0) === 0 && (subset.notReadyAddresses?.length ?? 0) === 0) errors.required(at, 'must specify `addresses` or `notReadyAddresses`')
    for (const field of ['addresses', 'notReadyAddresses'] as const) {
      subset[field]?.forEach((address, j) => {
        const path = `${at}.${field}[${j}]`
        const problems = ipAddress(address.ip)
        for (const problem of problems) errors.invalid(`${path}.ip`, address.ip, problem)
        if (address.hostname !== undefined) for (const problem of dnsLabel(address.hostname)) errors.invalid(`${path}.hostname`, address.hostname, problem)
        if (address.nodeName !== undefined) for (const problem of dnsSubdomain(address.nodeName)) errors.invalid(`${path}.nodeName`, address.nodeName, problem)
        if (problems.length === 0) nonSpecialIp(address.ip, `${path}.ip`, errors)
      })
    }
    subset.ports?.forEach((port, j) => {
      const path = `${at}.ports[${j}]`
      if ((subset.ports?.length ?? 0) > 1 && (port.name ?? '') === '') errors.required(`${path}.name`)
      else if ((port.name ?? '') !== '') for (const problem of dnsLabel(port.name ?? '')) errors.invalid(`${path}.name`, port.name, problem)
      for (const problem of portNumber(port.port)) errors.invalid(`${path}.port`, port.port, problem)
      if ((port.protocol ?? '') === '') errors.required(`${path}.protocol`)
      else if (!['SCTP', 'TCP', 'UDP'].includes(port.protocol ?? '')) errors.notSupported(`${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])
    })
  })
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6']
const maxEndpoints = 1_000
const maxPorts = 20_000

const maxHints = 8

function validateHints(hints: readonly { readonly name: string }[], path: string, errors: FieldErrors): void {
  if (hints.length > maxHints) {
    errors.tooMany(path, hints.length, maxHints)
    return
  }
  const names = new Set<string>()
  hints.forEach(({ name }, i) => {
    if (names.has(name)) errors.duplicate(`${path}[${i}].name`, name)
    names.add(name)
    for (const problem of labelValueRule(name)) errors.invalid(`${path}[${i}].name`, name, problem)
  })
}

export function validateEndpointSlice(slice: EndpointSlice, errors: FieldErrors): void {
  if (slice.addressType === '') errors.required('addressType')
  else if (!addressTypes.includes(slice.addressType)) errors.notSupported('addressType', slice.addressType, addressTypes)
  const endpoints = slice.endpoints ?? []
  if (endpoints.length > maxEndpoints) {
    errors.tooMany('endpoints', endpoints.length, maxEndpoints)
    return
  }
  endpoints.forEach((endpoint, i) => {
    const at = `endpoints[${i}]`
    const addresses = endpoint.addresses ?? []
    if (addresses.length === 0) errors.required(`${at}.addresses`, 'must contain at least 1 address')
    else if (addresses.length > 100) errors.tooMany(`${at}.addresses`, addresses.length, 100)
    addresses.forEach((address, j) => {
      const path = `${at}.addresses[${j}]`
      if (slice.addressType === 'IPv4') {
        if (!isIPv4(address)) errors.invalid(path, address, 'must be a valid IPv4 address')
        else nonSpecialIp(address, path, errors)
      } else if (slice.addressType === 'IPv6') {
        if (!isIPv6(address)) errors.invalid(path, address, 'must be a valid IPv6 address')
        else nonSpecialIp(address, path, errors)
      } else if (slice.addressType === 'FQDN') for (const problem of dnsSubdomain(address.replace(/\.$/, ''))) errors.invalid(path, address, problem)
    })
    if (endpoint.nodeName !== undefined) for (const problem of dnsSubdomain(endpoint.nodeName)) errors.invalid(`${at}.nodeName`, endpoint.nodeName, problem)
    if (endpoint.hostname !== undefined) for (const problem of dnsLabel(endpoint.hostname)) errors.invalid(`${at}.hostname`, endpoint.hostname, problem)
    validateLabels(endpoint.deprecatedTopology, `${at}.deprecatedTopology`, errors)
    for (const [field, hints] of [['forZones', endpoint.hints?.forZones], ['forNodes', endpoint.hints?.forNodes]] as const) validateHints(hints ?? [], `${at}.hints.${field}`, errors)
  })
  const names = new Set<string>()
  const ports = slice.ports ?? []
  if (ports.length > maxPorts) errors.tooMany('ports', ports.length, maxPorts)
  ports.forEach((port, i) => {
    const at = `ports[${i}]`
    if ((port.name ?? '') !== '') for (const problem of dnsLabel(port.name ?? '')) errors.invalid(`${at}.name`, port.name, problem)
    if (names.has(port.name ?? '')) errors.duplicate(`${at}.name`, port.name ?? '')
    names.add(port.name ?? '')
    if (port.port !== undefined && (port.port < 1 || port.port > 65_535)) for (const problem of portNumber(port.port)) errors.invalid(`${at}.port`, port.port, problem)
    if ((port.protocol ?? '') === '') errors.required(`${at}.protocol`)
    else if (!['SCTP', 'TCP', 'UDP'].includes(port.protocol ?? '')) errors.notSupported(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])
    if (port.appProtocol !== undefined) for (const problem of qualifiedName(port.appProtocol)) errors.invalid(`${at}.appProtocol`, port.appProtocol, problem)
  })
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice, errors: FieldErrors): void {
  validateEndpointSlice(slice, errors)
  immutable('addressType', slice.addressType, old.addressType, errors)
}

export function validateEvent(event: Event, errors: FieldErrors): void {
  const namespace = event.metadata.namespace ?? ''
  const involved = event.involvedObject.namespace ?? ''
  // Things without a namespace are told of in "default".
  if (involved === '' ? namespace !== '' && namespace !== 'default' && namespace !== 'kube-system' : involved !== namespace) {
    errors.invalid('involvedObject.namespace', involved, 'does not match event.namespace')
  }
  if (event.eventTime !== undefined && event.eventTime !== null) {
    if ((event.reportingComponent ?? '') === '') errors.required('reportingController')
    for (const problem of qualifiedName(event.reportingComponent ?? '')) errors.invalid('reportingController', event.reportingComponent ?? '', problem)
    if ((event.reportingInstance ?? '') === '') errors.required('reportingInstance')
    if ((event.action ?? '') === '') errors.required('action')
    if ((event.reason ?? '') === '') errors.required('reason')
    if ((event.message ?? '').length > 1024) errors.invalid('message', '', 'can have at most 1024 characters')
  }
}

// Volumes.

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']
const sources = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile',
  'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
] as const

export function validatePersistentVolume(volume: PersistentVolume, errors: FieldErrors): void {
  const spec = volume.spec ?? {}
  if ((spec.accessModes?.length ?? 0) === 0) errors.required('spec.accessModes')
  let once = false
  let other = false
  spec.accessModes?.forEach((mode) => {
    if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes)
    if (mode === 'ReadWriteOncePod') once = true
    else other = true
  })
  if (once && other) errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes')
  const capacity = Object.keys(spec.capacity ?? {})
  if (capacity.length === 0) errors.required('spec.capacity')
  if (spec.capacity?.['storage'] === undefined || capacity.length > 1) errors.notSupported('spec.capacity', spec.capacity ?? null, ['storage'])
  for (const [name, amount] of Object.entries(spec.capacity ?? {})) {
    if (validateResourceName(name, `spec.capacity[${name}]`, errors) && compareAmounts(amount, '0') <= 0) errors.invalid(`spec.capacity[${name}]`, String(amount), 'must be greater than zero')
  }
  const policies = ['Delete', 'Recycle', 'Retain']
  if (spec.persistentVolumeReclaimPolicy !== undefined && !policies.includes(spec.persistentVolumeReclaimPolicy)) errors.notSupported('spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, policies)
  if (spec.nodeAffinity?.required !== undefined) validateNodeSelector(spec.nodeAffinity.required.nodeSelectorTerms, 'spec.nodeAffinity.required', errors)
  else if (spec.nodeAffinity !== undefined) errors.required('spec.nodeAffinity.required', 'must specify required node constraints')
  const present = sources.filter((source) => spec[source] !== undefined)
  present.slice(1).forEach((source) => { errors.forbidden(`spec.${source}`, 'may not specify more than 1 volume type') })
  if (present.length === 0) errors.required('spec', 'must specify a volume type')
  switch (present[0]) {
    case 'hostPath':
      if ((spec.hostPath?.path ?? '') === '') errors.required('spec.hostPath.path')
      else if (spec.hostPath?.path.split('/').includes('..') === true) errors.invalid('spec.hostPath.path', spec.hostPath.path, "must not contain '..'")
      if (spec.hostPath?.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle') errors.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
      break
    case 'nfs':
      if ((spec.nfs?.server ?? '') === '') errors.required('spec.nfs.server')
      if ((spec.nfs?.path ?? '') === '') errors.required('spec.nfs.path')
      break
    case 'local':
      if ((spec.local?.path ?? '') === '') errors.required('spec.local.path')
      if (spec.nodeAffinity === undefined) errors.required('spec.nodeAffinity', 'Local volume requires node affinity')
      break
    case 'csi':
      if ((spec.csi?.driver ?? '') === '') errors.required('spec.csi.driver')
      if ((spec.csi?.volumeHandle ?? '') === '') errors.required('spec.csi.volumeHandle')
      break
    default: break
  }
  if (spec.storageClassName !== undefined) for (const problem of dnsSubdomain(spec.storageClassName)) errors.invalid('spec.storageClassName', spec.storageClassName, problem)
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) errors.notSupported('spec.volumeMode', spec.volumeMode, volumeModes)
}

export function validatePersistentVolumeUpdate(volume: PersistentVolume, old: PersistentVolume, errors: FieldErrors): void {
  validatePersistentVolume(volume, errors)
  const source = (of: PersistentVolume): unknown => Object.fromEntries(sources.map((name) => [name, of.spec?.[name]]))
  if (!deepEqual(source(volume), source(old))) errors.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation\n')
  immutable('spec.volumeMode', volume.spec?.volumeMode, old.spec?.volumeMode, errors)
  if (old.spec?.nodeAffinity !== undefined && !deepEqual(volume.spec?.nodeAffinity, old.spec.nodeAffinity)) errors.invalid('spec.nodeAffinity', volume.spec?.nodeAffinity ?? null, 'field is immutable')
}

export function validatePersistentVolumeClaim(claim: PersistentVolumeClaim, errors: FieldErrors): void {
  const spec = claim.spec ?? {}
  if ((spec.accessModes?.length ?? 0) === 0) errors.required('spec.accessModes', 'at least 1 access mode is required')
  validateLabelSelector(spec.selector, 'spec.selector', errors)
  let once = false
  let other = false
  spec.accessModes?.forEach((mode) => {
    if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes)
    if (mode === 'ReadWriteOncePod') once = true
    else other = true
  })
  if (once && other) errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes')
  const size = spec.resources?.requests?.['storage']
  if (size === undefined) errors.required('spec.resources[storage]')
  else if (compareAmounts(size, '0') <= 0) errors.invalid('spec.resources[storage]', String(size), 'must be greater than zero')
  if (spec.storageClassName !== undefined && spec.storageClassName !== '') for (const problem of dnsSubdomain(spec.storageClassName)) errors.invalid('spec.storageClassName', spec.storageClassName, problem)
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) errors.notSupported('spec.volumeMode', spec.volumeMode, volumeModes)
  if (spec.dataSource !== undefined) {
    if (spec.dataSource.name === '') errors.required('spec.dataSource.name')
    if (spec.dataSource.kind === '') errors.required('spec.dataSource.kind')
    if ((spec.dataSource.apiGroup ?? '') === '' && spec.dataSource.kind !== 'PersistentVolumeClaim') errors.invalid('spec.dataSource', spec.dataSource.kind, 'must be \'PersistentVolumeClaim\' when referencing the default apiGroup')
  }
}

const immutableClaim = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

export function validatePersistentVolumeClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldErrors): void {
  validatePersistentVolumeClaim(claim, errors)
  const [spec, before] = [claim.spec ?? {}, old.spec ?? {}]
  // A claim is bound by naming its volume, once.
  const munged: Record<string, unknown> = { ...spec }
  if ((before.volumeName ?? '') === '') {
    if (before.volumeName === undefined) delete munged['volumeName']
    else munged['volumeName'] = before.volumeName
  }
  if (before.storageClassName === undefined && spec.storageClassName !== undefined && old.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] === undefined && (before.volumeName ?? '') === '') delete munged['storageClassName']
  if (old.status?.phase === 'Bound') {
    const requests = { ...spec.resources?.requests }
    const size = before.resources?.requests?.['storage']
    if (size !== undefined && compareAmounts(spec.resources?.requests?.['storage'], size) >= 0) requests['storage'] = size
    munged['resources'] = { ...spec.resources, requests }
    if (before.volumeAttributesClassName === undefined) delete munged['volumeAttributesClassName']
    else munged['volumeAttributesClassName'] = before.volumeAttributesClassName
  }
  if (!deepEqual(munged, before)) errors.forbidden('spec', `${immutableClaim}\n- ${JSON.stringify(before)}\n+ ${JSON.stringify(munged)}`)
  const [size, oldSize] = [spec.resources?.requests?.['storage'], before.resources?.requests?.['storage']]
  if (old.status?.phase === 'Bound' && size !== undefined && oldSize !== undefined && compareAmounts(size, oldSize) < 0 && compareAmounts(size, old.status.capacity?.['storage']) <= 0) {
    errors.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
  }
}

export function validatePersistentVolumeClaimStatus(claim: PersistentVolumeClaim, _old: PersistentVolumeClaim, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(claim.status?.capacity ?? {})) validateQuantity(name, amount, `status.capacity[${name}]`, errors)
}
