import { deepEqual } from '../../base'
import type { ApiObject, ObjectMeta, OwnerReference } from '../../api'
import type { FieldErrors } from './field-errors'
import { byteLength, dnsLabel, labelValueRule, maskTrailingDash, qualifiedName, type NameRule } from './names'

// What is wrong with an object's metadata. Upstream: apimachinery/pkg/api/validation/objectmeta.go.

const annotationBytesMax = 256 * 1024
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

export function validateObjectMeta(meta: ObjectMeta, namespaced: boolean, nameRule: NameRule, errors: FieldErrors, path = 'metadata'): void {
  if (meta.generateName !== undefined && meta.generateName !== '') {
    for (const problem of nameRule(maskTrailingDash(meta.generateName))) errors.invalid(`${path}.generateName`, meta.generateName, problem)
  }
  if (meta.name === undefined || meta.name === '') errors.required(`${path}.name`, 'name or generateName is required')
  else for (const problem of nameRule(meta.name)) errors.invalid(`${path}.name`, meta.name, problem)
  if (namespaced) {
    if (meta.namespace === undefined || meta.namespace === '') errors.required(`${path}.namespace`)
    else for (const problem of dnsLabel(meta.namespace)) errors.invalid(`${path}.namespace`, meta.namespace, problem)
  } else if (meta.namespace !== undefined && meta.namespace !== '') errors.forbidden(`${path}.namespace`, 'not allowed on this type')
  if ((meta.generation ?? 0) < 0) errors.invalid(`${path}.generation`, meta.generation, 'must be greater than or equal to 0')
  validateLabels(meta.labels, `${path}.labels`, errors)
  validateAnnotations(meta.annotations, `${path}.annotations`, errors)
  validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`, errors)
  validateFinalizers(meta.finalizers, `${path}.finalizers`, errors)
}

export function validateLabels(labels: ObjectMeta['labels'], path: string, errors: FieldErrors): void {
  for (const key of Object.keys(labels ?? {}).sort()) {
    const value = (labels as Record<string, string>)[key] as string
    for (const problem of qualifiedName(key)) errors.invalid(path, key, problem)
    for (const problem of labelValueRule(value)) errors.invalid(path, value, problem)
  }
}

export function validateAnnotations(annotations: ObjectMeta['annotations'], path: string, errors: FieldErrors): void {
  let bytes = 0
  for (const key of Object.keys(annotations ?? {}).sort()) {
    for (const problem of qualifiedName(key.toLowerCase())) errors.invalid(path, key, problem)
    bytes += byteLength(key) + byteLength((annotations as Record<string, string>)[key] as string)
  }
  if (bytes > annotationBytesMax) errors.tooLong(path, annotationBytesMax)
}

function validateOwnerReferences(references: readonly OwnerReference[] | undefined, path: string, errors: FieldErrors): void {
  let firstController: string | undefined
  references?.forEach((reference, i) => {
    const at = `${path}[${i}]`
    const parts = reference.apiVersion.split('/')
    if (parts.length > 2) errors.invalid(`${at}.apiVersion`, reference.apiVersion, `unexpected GroupVersion string: ${reference.apiVersion}`)
    else if ((parts[parts.length - 1] ?? '') === '') errors.invalid(`${at}.apiVersion`, reference.apiVersion, 'version must not be empty')
    if (reference.kind === '') errors.required(`${at}.kind`, 'must not be empty')
    if (reference.name === '') errors.required(`${at}.name`, 'must not be empty')
    if (reference.uid === '') errors.required(`${at}.uid`, 'must not be empty')
    if (reference.apiVersion === 'v1' && reference.kind === 'Event') errors.invalid(at, reference, '/v1, Kind=Event is disallowed from being an owner')
    if (reference.controller === true) {
      if (firstController !== undefined) {
        errors.invalid(path, references, `Only one reference can have Controller set to true. Found "true" in references for ${firstController} and ${reference.name}`)
      } else firstController = reference.name
    }
  })
}

export function validateFinalizers(finalizers: readonly string[] | undefined, path: string, errors: FieldErrors): void {
  finalizers?.forEach((finalizer, i) => { validateFinalizerName(finalizer, `${path}[${i}]`, errors) })
  if (finalizers?.includes('orphan') === true && finalizers.includes('foregroundDeletion')) {
    errors.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

export function validateFinalizerName(finalizer: string, path: string, errors: FieldErrors): void {
  for (const problem of qualifiedName(finalizer)) errors.invalid(path, finalizer, problem)
  if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
    errors.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}

/** The rules for a change. The new metadata has the server's fields filled in already. */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, errors: FieldErrors, path = 'metadata'): void {
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((finalizer) => old.finalizers?.includes(finalizer) !== true)
    if (added.length > 0) {
      errors.forbidden(`${path}.finalizers`, `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.sort().map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`)
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) errors.invalid(`${path}.generation`, meta.generation ?? 0, 'must not be decremented')
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (meta[field] !== old[field]) errors.invalid(`${path}.${field}`, meta[field] ?? null, 'field is immutable')
  }
  // What is the very same was looked at when it came.
  if (meta.labels !== old.labels) validateLabels(meta.labels, `${path}.labels`, errors)
  if (meta.annotations !== old.annotations) validateAnnotations(meta.annotations, `${path}.annotations`, errors)
  if (meta.ownerReferences !== old.ownerReferences) validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`, errors)
  if (!deepEqual(meta.finalizers, old.finalizers)) validateFinalizers(meta.finalizers, `${path}.finalizers`, errors)
}

/** "field is immutable". Upstream: ValidateImmutableField. */
export function immutable(field: string, value: unknown, old: unknown, errors: FieldErrors): void {
  if (!deepEqual(value ?? null, old ?? null)) errors.invalid(field, value ?? null, 'field is immutable')
}

/** Objects of which something else depends on this one. */
export function isControlledBy(object: ApiObject, uid: string): boolean {
  return object.metadata.ownerReferences?.some((reference) => reference.controller === true && reference.uid === uid) === true
}
