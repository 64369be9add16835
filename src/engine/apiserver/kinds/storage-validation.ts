import { deepEqual } from '../../../base'
import type { CSIDriver, CSINode, CSINodeDriver, CSIStorageCapacity, TopologySelectorTerm, VolumeAttachment, VolumeError } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { dnsSubdomain, qualifiedName } from '../names'
import { immutable } from '../object-meta'
import { nonNegativeQuantity } from '../quantities'
import { validateLabelSelector } from './labels'

// Upstream: pkg/apis/storage/validation.

const nodeIdMax = 256
const driverNameMax = 63

function driverName(name: string, path: string, errors: FieldErrors): void {
  if (name === '') errors.required(path)
  if (name.length > driverNameMax) errors.tooLong(path, driverNameMax)
  for (const problem of dnsSubdomain(name.toLowerCase())) errors.invalid(path, name, problem)
}

export function validateCsiNode({ spec }: CSINode, errors: FieldErrors): void {
  const seen = new Set<string>()
  spec?.drivers?.forEach((driver, i) => { validateDriver(driver, seen, `spec.drivers[${i}]`, errors) })
}

function validateDriver(driver: CSINodeDriver, seen: Set<string>, path: string, errors: FieldErrors): void {
  driverName(driver.name, `${path}.name`, errors)
  if (driver.nodeID === '') errors.required(`${path}.nodeID`)
  if (driver.nodeID.length > nodeIdMax) errors.invalid(`${path}.nodeID`, driver.nodeID, `must be ${nodeIdMax} characters or less`)
  if ((driver.allocatable?.count ?? 0) < 0) errors.invalid(`${path}.allocatable.count`, driver.allocatable?.count, 'must be greater than or equal to 0')
  if (seen.has(driver.name)) errors.duplicate(`${path}.name`, driver.name)
  seen.add(driver.name)
  const keys = new Set<string>()
  for (const key of driver.topologyKeys ?? []) {
    if (key === '') errors.required(path)
    if (keys.has(key)) errors.duplicate(path, key)
    keys.add(key)
    for (const problem of qualifiedName(key)) errors.invalid(path, key, problem)
  }
}

export function validateCsiNodeUpdate(node: CSINode, old: CSINode, errors: FieldErrors): void {
  validateCsiNode(node, errors)
  for (const before of old.spec?.drivers ?? []) {
    for (const driver of node.spec?.drivers ?? []) {
      if (driver.name !== before.name) continue
      const { allocatable: _a, ...one } = driver
      const { allocatable: _b, ...other } = before
      if (!deepEqual(one, other)) errors.invalid('spec.drivers', { Name: driver.name, NodeID: driver.nodeID, TopologyKeys: driver.topologyKeys ?? null, Allocatable: null }, 'field is immutable')
    }
  }
}

const fsGroupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType']
const lifecycleModes = ['Persistent', 'Ephemeral']
const tokenSecondsMin = 600

export function validateCsiDriver({ spec }: CSIDriver, errors: FieldErrors): void {
  if (spec?.fsGroupPolicy !== undefined && !fsGroupPolicies.includes(spec.fsGroupPolicy)) errors.notSupported('spec.fsGroupPolicy', spec.fsGroupPolicy, fsGroupPolicies)
  const audiences = new Set<string>()
  spec?.tokenRequests?.forEach(({ audience, expirationSeconds }, i) => {
    const path = `spec.tokenRequests[${i}]`
    if (audiences.has(audience)) {
      errors.duplicate(`${path}.audience`, audience)
      return
    }
    audiences.add(audience)
    if (expirationSeconds === undefined) return
    if (expirationSeconds < tokenSecondsMin) errors.invalid(`${path}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes')
    if (expirationSeconds > 2 ** 32) errors.invalid(`${path}.expirationSeconds`, expirationSeconds, 'may not specify a duration larger than 2^32 seconds')
  })
  for (const mode of spec?.volumeLifecycleModes ?? []) if (!lifecycleModes.includes(mode)) errors.notSupported('spec.volumeLifecycleModes', mode, lifecycleModes)
  const period = spec?.nodeAllocatableUpdatePeriodSeconds
  if (period !== undefined && period < 10) errors.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
}

export function validateCsiDriverUpdate(driver: CSIDriver, old: CSIDriver, errors: FieldErrors): void {
  validateCsiDriver(driver, errors)
  immutable('spec.attachedRequired', driver.spec?.attachRequired, old.spec?.attachRequired, errors)
  immutable('spec.volumeLifecycleModes', driver.spec?.volumeLifecycleModes, old.spec?.volumeLifecycleModes, errors)
}

export function validateCsiStorageCapacity(object: CSIStorageCapacity, errors: FieldErrors): void {
  validateLabelSelector(object.nodeTopology, 'nodeTopology', errors)
  for (const problem of dnsSubdomain(object.storageClassName)) errors.invalid('storageClassName', object.storageClassName, problem)
  if (object.capacity !== undefined) nonNegativeQuantity(object.capacity, 'capacity', errors)
}

export function validateCsiStorageCapacityUpdate(object: CSIStorageCapacity, old: CSIStorageCapacity, errors: FieldErrors): void {
  validateCsiStorageCapacity(object, errors)
  immutable('nodeTopology', object.nodeTopology, old.nodeTopology, errors)
  immutable('storageClassName', object.storageClassName, old.storageClassName, errors)
}

const metadataBytesMax = 256 * 1024
const errorTextMax = 1024

export function validateVolumeAttachment(attachment: VolumeAttachment, errors: FieldErrors): void {
  const { spec, status } = attachment
  const attacher = spec?.attacher ?? ''
  const pv = spec?.source?.persistentVolumeName
  const inline = spec?.source?.inlineVolumeSpec
  if (attacher === '') errors.required('spec.attacher')
  if (pv === undefined && inline === undefined) errors.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (pv !== undefined && inline !== undefined) errors.forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (pv === '') errors.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  for (const problem of dnsSubdomain(spec?.nodeName ?? '')) errors.invalid('spec.nodeName', spec?.nodeName ?? '', problem)
  const size = Object.entries(status?.attachmentMetadata ?? {}).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  if (size > metadataBytesMax) errors.tooLong('status.attachmentMetadata', metadataBytesMax)
  volumeError(status?.attachError, 'status.attachError', errors)
  volumeError(status?.detachError, 'status.detachError', errors)
}

/** What only a new one must keep. Upstream: ValidateVolumeAttachmentV1. */
export function validateNewVolumeAttachment(attachment: VolumeAttachment, errors: FieldErrors): void {
  validateVolumeAttachment(attachment, errors)
  const { spec } = attachment
  driverName(spec?.attacher ?? '', 'spec.attacher', errors)
  const pv = spec?.source?.persistentVolumeName
  if (pv !== undefined) for (const problem of dnsSubdomain(pv)) errors.invalid('spec.source.persistentVolumeName', pv, problem)
}

function volumeError(error: VolumeError | undefined, path: string, errors: FieldErrors): void {
  if (error === undefined) return
  if ((error.message ?? '').length > errorTextMax) errors.tooLong(`${path}.message`, metadataBytesMax)
  if ((error.errorCode ?? 0) < 0) errors.invalid(`${path}.errorCode`, error.errorCode, 'must be between 0 and 2147483647, inclusive')
}

export function validateVolumeAttachmentUpdate(attachment: VolumeAttachment, old: VolumeAttachment, errors: FieldErrors): void {
  validateVolumeAttachment(attachment, errors)
  if (!deepEqual(attachment.spec, old.spec)) {
    const { attacher = '', source, nodeName = '' } = attachment.spec ?? {}
    errors.invalid('spec', { Attacher: attacher, Source: { PersistentVolumeName: source?.persistentVolumeName ?? null, InlineVolumeSpec: source?.inlineVolumeSpec ?? null }, NodeName: nodeName }, 'field is immutable')
  }
}

/** Upstream: validateAllowedTopologies, ValidateTopologySelectorTerm. */
export function validateAllowedTopologies(terms: readonly TopologySelectorTerm[] | undefined, path: string, errors: FieldErrors): void {
  const seen: string[] = []
  terms?.forEach((term, i) => {
    const keys = new Set<string>()
    const expressions = term.matchLabelExpressions ?? []
    expressions.forEach(({ key, values: given }, j) => {
      const values = given ?? []
      const at = `${path}[${i}].matchLabelExpressions[${j}]`
      if (values.length === 0) errors.required(`${at}.values`)
      const known = new Set<string>()
      values.forEach((value, k) => {
        if (known.has(value)) errors.duplicate(`${at}.values[${k}]`, value)
        known.add(value)
      })
      for (const problem of qualifiedName(key)) errors.invalid(`${at}.key`, key, problem)
      if (keys.has(key)) errors.duplicate(`${at}.key`, key)
      keys.add(key)
    })
    const text = JSON.stringify(expressions.map(({ key, values }) => [key, [...values ?? []].sort()]).sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)))
    if (seen.includes(text)) errors.duplicate(`${path}[${i}].matchLabelExpressions`, '')
    seen.push(text)
  })
}
