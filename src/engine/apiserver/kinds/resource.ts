import { resources, type DeviceClass, type ResourceClaimTemplate, type ResourceResourceClaim, type ResourceSlice } from '../../../api'
import { kind } from './kind'
import { ageColumn, nameColumn, text } from './print'
import { setClaimDefaults, validateClaim, validateClaimTemplate, validateClaimTemplateUpdate, validateClaimUpdate, validateSlice, validateSliceUpdate } from './resource-validation'

/** Dynamic resource allocation. Upstream: pkg/registry/resource. */
export const resourceClaims = kind<ResourceResourceClaim>({
  resource: resources.resourceclaims, type: 'resource.v1.ResourceClaim', status: true, returnsDeleted: true,
  setDefaults: (claim) => { setClaimDefaults(claim.spec) },
  validate: validateClaim,
  validateUpdate: validateClaimUpdate,
  columns: [nameColumn, text('State'), ageColumn],
  cells({ metadata, status }, age) {
    const states: string[] = []
    if (metadata.deletionTimestamp !== undefined) states.push('deleted')
    if (status?.allocation === undefined) { if (metadata.deletionTimestamp === undefined) states.push('pending') }
    else states.push('allocated', ...(status.reservedFor?.length ?? 0) > 0 ? ['reserved'] : [])
    return [metadata.name ?? '', states.join(','), age(metadata.creationTimestamp)]
  },
})

export const resourceClaimTemplates = kind<ResourceClaimTemplate>({
  resource: resources.resourceclaimtemplates, type: 'resource.v1.ResourceClaimTemplate', returnsDeleted: true,
  setDefaults: (template) => { setClaimDefaults(template.spec?.spec) },
  validate: validateClaimTemplate,
  validateUpdate: validateClaimTemplateUpdate,
  columns: [nameColumn, ageColumn], cells: ({ metadata }, age) => [metadata.name ?? '', age(metadata.creationTimestamp)],
})

export const resourceSlices = kind<ResourceSlice>({
  resource: resources.resourceslices, type: 'resource.v1.ResourceSlice', generation: true, returnsDeleted: true,
  legacyFieldLabels: true,
  validate: validateSlice,
  validateUpdate: validateSliceUpdate,
  selectableFields: { 'spec.nodeName': (slice) => slice.spec.nodeName ?? '', 'spec.driver': (slice) => slice.spec.driver },
  columns: [nameColumn, text('Node'), text('Driver'), text('Pool'), ageColumn],
  cells: ({ metadata, spec }, age) => [metadata.name ?? '', spec.nodeName ?? '<unset>', spec.driver, spec.pool.name, age(metadata.creationTimestamp)],
})

export const deviceClasses = kind<DeviceClass>({
  resource: resources.deviceclasses, type: 'resource.v1.DeviceClass', generation: true, returnsDeleted: true,
  columns: [nameColumn, ageColumn], cells: ({ metadata }, age) => [metadata.name ?? '', age(metadata.creationTimestamp)],
})
