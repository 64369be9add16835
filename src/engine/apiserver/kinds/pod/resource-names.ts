import { milliValue, parseQuantity } from '../../../../api'
import type { FieldErrors } from '../../field-errors'
import { qualifiedName } from '../../names'
import { compareAmounts } from '../../quantities'

// Names and amounts of resources. Upstream: pkg/apis/core/helper and core/validation.

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage'])
const quotaObjects = new Set(['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'])
const quotaResources = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage',
  ...quotaObjects,
])
const standardResources = new Set([...quotaResources, 'storage'])

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-')
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

/** vendor.example/gpu: neither Kubernetes' own nor the name of a quota. */
export function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0
}

const isIntegerResource = (name: string): boolean => quotaObjects.has(name) || isExtended(name)

export function validateResourceName(name: string, path: string, errors: FieldErrors): boolean {
  const problems = qualifiedName(name)
  for (const problem of problems) errors.invalid(path, name, problem)
  if (problems.length > 0) return false
  if (!name.includes('/') && !standardResources.has(name) && !isHugePages(name)) {
    errors.invalid(path, name, 'must be a standard resource type or fully qualified')
    return false
  }
  return true
}

export function validateContainerResourceName(name: string, path: string, errors: FieldErrors): void {
  validateResourceName(name, path, errors)
  if (!name.includes('/')) {
    if (!containerResources.has(name) && !isHugePages(name)) errors.invalid(path, name, 'must be a standard resource for containers')
  } else if (!isNative(name) && !isExtended(name)) errors.invalid(path, name, "doesn't follow extended resource name standard")
}

/** What a quota may be about. Upstream: ValidateResourceQuotaResourceName. */
export function validateQuotaResourceName(name: string, path: string, errors: FieldErrors): void {
  validateResourceName(name, path, errors)
  if (!name.includes('/') && !quotaResources.has(name) && !isHugePages(name) && !name.startsWith('requests.hugepages-') && !name.startsWith('count/')) {
    errors.invalid(path, name, 'must be a standard resource for quota')
  }
}

/** Not negative, and whole where the resource is counted. Upstream: ValidateResourceQuantityValue. */
export function validateQuantity(name: string, amount: string | number | undefined, path: string, errors: FieldErrors): void {
  if (amount === undefined || parseQuantity(amount) === undefined) return
  if (compareAmounts(amount, '0') < 0) errors.invalid(path, String(amount), 'must be greater than or equal to 0')
  if (isIntegerResource(name) && milliValue(amount) % 1_000 !== 0) errors.invalid(path, String(amount), 'must be an integer')
}
