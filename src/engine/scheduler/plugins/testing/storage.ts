/** Claims, volumes, classes and drivers for tests, in as few words as they need. */
import type { CSINode, CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec, StorageClass, Volume } from '../../../../api'

export interface ClaimOptions {
  /** Bound to this volume, completely. */
  readonly volume?: string
  readonly storageClass?: string
  readonly storage?: string
  readonly spec?: Partial<PersistentVolumeClaimSpec>
  readonly metadata?: Partial<PersistentVolumeClaim['metadata']>
  readonly status?: PersistentVolumeClaim['status']
}

export function makeClaim(name: string, { volume, storageClass, storage = '1Gi', spec, metadata, status }: ClaimOptions = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1', kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `claim.${name}`, ...(volume === undefined ? {} : { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }), ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...(volume === undefined ? {} : { volumeName: volume }),
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }), ...spec,
    },
    ...(status === undefined ? {} : { status }),
  }
}

export interface PersistentVolumeOptions {
  readonly labels?: Readonly<Record<string, string>>
  readonly storageClass?: string
  readonly storage?: string
  /** Its node affinity wants one of these zones. */
  readonly zones?: readonly string[]
  readonly spec?: Partial<PersistentVolumeSpec>
  readonly phase?: string
}

export function makeVolume(name: string, { labels, storageClass, storage = '1Gi', zones, spec, phase = 'Available' }: PersistentVolumeOptions = {}): PersistentVolume {
  return {
    apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, uid: `volume.${name}`, ...(labels === undefined ? {} : { labels }) },
    spec: {
      accessModes: ['ReadWriteOnce'], capacity: { storage }, ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      ...(zones === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [...zones] }] }] } } }),
      ...spec,
    },
    status: { phase },
  }
}

export function makeClass(name: string, provisioner: string, rest: Partial<StorageClass> = {}): StorageClass {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner, volumeBindingMode: 'WaitForFirstConsumer', ...rest }
}

/** The drivers of a node, each with how many volumes it can attach. */
export function makeCsiNode(name: string, limits: Readonly<Record<string, number>>): CSINode {
  return {
    apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name },
    spec: { drivers: Object.entries(limits).map(([driver, count]) => ({ name: driver, nodeID: name, allocatable: { count } })) },
  }
}

export function makeCapacity(name: string, storageClass: string, zone: string, capacity: string): CSIStorageCapacity {
  return {
    apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', metadata: { name, namespace: 'kube-system' }, storageClassName: storageClass, capacity,
    nodeTopology: { matchLabels: { 'topology.kubernetes.io/zone': zone } },
  }
}

/** A Pod's volume that names a claim. */
export const claimVolume = (claimName: string): Volume => ({ name: claimName, persistentVolumeClaim: { claimName } })

export const claimVolumes = (...claims: readonly string[]): { readonly volumes: readonly Volume[] } => ({ volumes: claims.map(claimVolume) })
