import { resources, type PersistentVolume, type PersistentVolumeClaim } from '../../../../api'
import { kind } from '../kind'
import {
  validatePersistentVolume, validatePersistentVolumeClaim, validatePersistentVolumeClaimStatus, validatePersistentVolumeClaimUpdate, validatePersistentVolumeUpdate,
} from './validation'
import { ageColumn, nameColumn, text } from '../print'

const shortModes: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }
/** Upstream: storage helper, GetAccessModesAsString. */
const accessModesText = (modes: readonly string[] | undefined): string =>
  Object.keys(shortModes).filter((mode) => modes?.includes(mode) === true).map((mode) => shortModes[mode]).join(',')
const unset = '<unset>'
const className = (annotations: { readonly [key: string]: string } | undefined, name: string | undefined): string =>
  annotations?.['volume.beta.kubernetes.io/storage-class'] ?? name ?? ''

export const persistentVolumes = kind<PersistentVolume>({
  resource: resources.persistentvolumes,
  type: 'core.v1.PersistentVolume',
  status: true,
  statusResetFields: [['spec']],
  returnsDeleted: true,
  setDefaults(volume) {
    const spec = volume.spec
    volume.status = { ...volume.status, phase: volume.status?.phase ?? 'Pending' }
    if (spec === undefined) return
    spec.persistentVolumeReclaimPolicy ??= 'Retain'
    spec.volumeMode ??= 'Filesystem'
    if (spec.hostPath !== undefined) spec.hostPath.type ??= ''
  },
  prepareForCreate(volume, context) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: context.now }
  },
  prepareStatus(volume, old, context) {
    if (volume.status !== undefined && volume.status.phase !== old.status?.phase && volume.status.lastPhaseTransitionTime === old.status?.lastPhaseTransitionTime) {
      volume.status.lastPhaseTransitionTime = context.now
    }
  },
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  columns: [
    nameColumn, text('Capacity'), text('Access Modes'), text('Reclaim Policy'), text('Status'), text('Claim'), text('StorageClass'), text('VolumeAttributesClass'),
    text('Reason'), ageColumn, text('VolumeMode', 1),
  ],
  cells({ metadata, spec, status }, age) {
    const claim = spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`
    return [
      metadata.name ?? '', String(spec?.capacity?.['storage'] ?? '0'), accessModesText(spec?.accessModes), spec?.persistentVolumeReclaimPolicy ?? '',
      metadata.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? ''), claim, className(metadata.annotations, spec?.storageClassName),
      spec?.volumeAttributesClassName ?? unset, status?.reason ?? '', age(metadata.creationTimestamp), spec?.volumeMode ?? unset,
    ]
  },
})

export const persistentVolumeClaims = kind<PersistentVolumeClaim>({
  resource: resources.persistentvolumeclaims,
  type: 'core.v1.PersistentVolumeClaim',
  status: true,
  statusResetFields: [['spec']],
  returnsDeleted: true,
  setDefaults(claim) {
    claim.status = { ...claim.status, phase: claim.status?.phase ?? 'Pending' }
    if (claim.spec !== undefined) claim.spec.volumeMode ??= 'Filesystem'
  },
  prepareForCreate(claim) {
    claim.status = { phase: 'Pending' }
  },
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  validateStatus: validatePersistentVolumeClaimStatus,
  columns: [
    nameColumn, text('Status'), text('Volume'), text('Capacity'), text('Access Modes'), text('StorageClass'), text('VolumeAttributesClass'), ageColumn, text('VolumeMode', 1),
  ],
  cells({ metadata, spec, status }, age) {
    const bound = spec?.volumeName !== undefined && spec.volumeName !== ''
    return [
      metadata.name ?? '', metadata.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? ''), spec?.volumeName ?? '',
      bound ? String(status?.capacity?.['storage'] ?? '0') : '', bound ? accessModesText(status?.accessModes) : '', className(metadata.annotations, spec?.storageClassName),
      spec?.volumeAttributesClassName ?? unset, age(metadata.creationTimestamp), spec?.volumeMode ?? unset,
    ]
  },
})
