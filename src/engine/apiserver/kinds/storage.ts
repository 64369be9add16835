import { resources, type CSIDriver, type CSINode, type CSIStorageCapacity, type StorageClass, type VolumeAttachment } from '../../../api'
import { kind } from './kind'
import { validateStorageClass, validateStorageClassUpdate } from './networking-validation'
import { ageColumn, integer, nameColumn, text } from './print'
import {
  validateCsiDriver, validateCsiDriverUpdate, validateCsiNode, validateCsiNodeUpdate, validateCsiStorageCapacity, validateCsiStorageCapacityUpdate, validateNewVolumeAttachment, validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
} from './storage-validation'

export const storageClasses = kind<StorageClass>({
  resource: resources.storageclasses,
  type: 'storage.v1.StorageClass',
  returnsDeleted: true,
  setDefaults(object) {
    object.reclaimPolicy ??= 'Delete'
    object.volumeBindingMode ??= 'Immediate'
  },
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  columns: [nameColumn, text('Provisioner'), text('ReclaimPolicy'), text('VolumeBindingMode'), text('AllowVolumeExpansion'), ageColumn],
  cells: (object, age) => [
    object.metadata.name ?? '', object.provisioner, object.reclaimPolicy ?? 'Delete', object.volumeBindingMode ?? '<unset>',
    object.allowVolumeExpansion === true, age(object.metadata.creationTimestamp),
  ],
})

export const csiNodes = kind<CSINode>({
  resource: resources.csinodes,
  type: 'storage.v1.CSINode',
  conditionalUpdate: true,
  returnsDeleted: true,
  validate: validateCsiNode,
  validateUpdate: validateCsiNodeUpdate,
  columns: [nameColumn, integer('Drivers'), ageColumn],
  cells: ({ metadata, spec }, age) => [metadata.name ?? '', spec?.drivers?.length ?? 0, age(metadata.creationTimestamp)],
})

export const csiDrivers = kind<CSIDriver>({
  resource: resources.csidrivers,
  type: 'storage.v1.CSIDriver',
  conditionalUpdate: true,
  returnsDeleted: true,
  generation: true,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.attachRequired ??= true
    spec.podInfoOnMount ??= false
    spec.storageCapacity ??= false
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
    spec.volumeLifecycleModes ??= ['Persistent']
    spec.requiresRepublish ??= false
    spec.seLinuxMount ??= false
  },
  validate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
  columns: [
    nameColumn, { name: 'AttachRequired', type: 'boolean' }, { name: 'PodInfoOnMount', type: 'boolean' }, { name: 'StorageCapacity', type: 'boolean' },
    text('TokenRequests'), { name: 'RequiresRepublish', type: 'boolean' }, text('Modes'), ageColumn,
  ],
  cells: ({ metadata, spec }, age) => [
    metadata.name ?? '', spec?.attachRequired !== false, spec?.podInfoOnMount === true, spec?.storageCapacity === true,
    (spec?.tokenRequests ?? []).map((request) => request.audience).join(',') || '<unset>', spec?.requiresRepublish === true,
    (spec?.volumeLifecycleModes ?? []).join(',') || '<none>', age(metadata.creationTimestamp),
  ],
})

export const csiStorageCapacities = kind<CSIStorageCapacity>({
  resource: resources.csistoragecapacities,
  type: 'storage.v1.CSIStorageCapacity',
  conditionalUpdate: true,
  validate: validateCsiStorageCapacity,
  validateUpdate: validateCsiStorageCapacityUpdate,
  columns: [nameColumn, text('StorageClassName'), text('Capacity')],
  cells: (object) => [object.metadata.name ?? '', object.storageClassName, object.capacity === undefined ? '<unset>' : String(object.capacity)],
})

export const volumeAttachments = kind<VolumeAttachment>({
  resource: resources.volumeattachments,
  type: 'storage.v1.VolumeAttachment',
  conditionalUpdate: true,
  status: true,
  returnsDeleted: true,
  validate: validateNewVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
  validateStatus: (attachment, _old, errors) => { validateVolumeAttachment(attachment, errors) },
  columns: [nameColumn, text('Attacher'), text('PV'), text('Node'), { name: 'Attached', type: 'boolean' }, ageColumn],
  cells: ({ metadata, spec, status }, age) => [
    metadata.name ?? '', spec?.attacher ?? '', spec?.source.persistentVolumeName ?? '', spec?.nodeName ?? '', status?.attached === true, age(metadata.creationTimestamp),
  ],
})
