import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../../../api'

export const betaStorageClassAnnotation = 'volume.beta.kubernetes.io/storage-class'
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node'
export const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed'
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller'

/** A claim a Pod names: by itself, or by a generic ephemeral volume whose claim is called Pod-volume. */
export interface ClaimReference {
  readonly name: string
  readonly ephemeral: boolean
}

export function claimOf(pod: Pod, volume: Volume): ClaimReference | undefined {
  if (volume.persistentVolumeClaim !== undefined) return { name: volume.persistentVolumeClaim.claimName, ephemeral: false }
  if (volume.ephemeral !== undefined) return { name: `${pod.metadata.name ?? ''}-${volume.name}`, ephemeral: true }
  return undefined
}

export function claimsOf(pod: Pod): readonly ClaimReference[] {
  const claims: ClaimReference[] = []
  for (const volume of pod.spec?.volumes ?? []) {
    const claim = claimOf(pod, volume)
    if (claim !== undefined) claims.push(claim)
  }
  return claims
}

export const claimKey = (pod: Pod, claim: string): string => `${pod.metadata.namespace ?? ''}/${claim}`

/** "default/web-0-scratch was not created for pod ...": undefined when the claim belongs to the Pod. Upstream: ephemeral.VolumeIsForPod. */
export function claimNotForPod(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const owned = claim.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === pod.metadata.uid) ?? false
  if (owned) return undefined
  return `PVC ${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''} was not created for pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} (pod is not owner)`
}

/** The older annotation wins over the field. Upstream: storage/volume, GetPersistentVolumeClaimClass. */
export function classOfClaim(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[betaStorageClassAnnotation] ?? claim.spec?.storageClassName ?? ''
}

export function classOfVolume(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[betaStorageClassAnnotation] ?? volume.spec?.storageClassName ?? ''
}

/** Bound, and the binding is complete: a claim with a volume's name alone is still waiting. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec?.volumeName ?? '') !== '' && claim.metadata.annotations !== undefined && Object.hasOwn(claim.metadata.annotations, bindCompletedAnnotation)
}

export const claimNotFound = (name: string): string => `persistentvolumeclaim "${name}" not found`

/** An in-tree volume source whose attaching a CSI driver has taken over. Upstream: csi-translation-lib. */
interface MigratedSource {
  readonly driver: string
  readonly source: 'awsElasticBlockStore' | 'gcePersistentDisk' | 'azureDisk' | 'azureFile' | 'cinder' | 'portworxVolume' | 'vsphereVolume'
  /** Attach limits count it. */
  readonly counted: boolean
}

/** By name of the in-tree plugin, which is also its provisioner's. */
export const inTreePlugins: Readonly<Record<string, MigratedSource>> = {
  'kubernetes.io/aws-ebs': { driver: 'ebs.csi.aws.com', source: 'awsElasticBlockStore', counted: true },
  'kubernetes.io/gce-pd': { driver: 'pd.csi.storage.gke.io', source: 'gcePersistentDisk', counted: true },
  'kubernetes.io/azure-disk': { driver: 'disk.csi.azure.com', source: 'azureDisk', counted: true },
  'kubernetes.io/cinder': { driver: 'cinder.csi.openstack.org', source: 'cinder', counted: true },
  'kubernetes.io/portworx-volume': { driver: 'pxd.portworx.com', source: 'portworxVolume', counted: true },
  'kubernetes.io/azure-file': { driver: 'file.csi.azure.com', source: 'azureFile', counted: false },
  'kubernetes.io/vsphere-volume': { driver: 'csi.vsphere.vmware.com', source: 'vsphereVolume', counted: false },
}

/** The in-tree plugin of a volume's or a persistent volume's source, if its attaching has moved to a CSI driver. */
export function inTreePluginOf(source: object): string | undefined {
  return Object.keys(inTreePlugins).find((plugin) => (source as Record<string, unknown>)[inTreePlugins[plugin]?.source ?? ''] !== undefined)
}

interface Sources {
  readonly awsElasticBlockStore?: { readonly volumeID?: string } | undefined
  readonly gcePersistentDisk?: { readonly pdName?: string } | undefined
  readonly azureDisk?: { readonly diskURI?: string } | undefined
  readonly azureFile?: { readonly shareName?: string } | undefined
  readonly cinder?: { readonly volumeID?: string } | undefined
  readonly portworxVolume?: { readonly volumeID?: string } | undefined
  readonly vsphereVolume?: { readonly volumePath?: string } | undefined
}

/** The handle a CSI driver knows an in-tree volume by. `zones`: of the persistent volume's label; none for a volume in a Pod. */
export function migratedHandle(plugin: string, sources: Sources, zones: readonly string[]): string {
  switch (inTreePlugins[plugin]?.source) {
    case 'awsElasticBlockStore': {
      const id = sources.awsElasticBlockStore?.volumeID ?? ''
      return id.startsWith('aws://') ? id.slice(id.lastIndexOf('/') + 1) : id
    }
    case 'gcePersistentDisk': {
      const disk = sources.gcePersistentDisk?.pdName ?? ''
      const [zone] = zones
      if (zones.length > 1) return `projects/UNSPECIFIED/regions/${(zone ?? '').replace(/-[^-]+$/, '')}/disks/${disk}`
      return `projects/UNSPECIFIED/zones/${zone ?? 'UNSPECIFIED'}/disks/${disk}`
    }
    case 'azureDisk': return sources.azureDisk?.diskURI ?? ''
    case 'azureFile': return sources.azureFile?.shareName ?? ''
    case 'cinder': return sources.cinder?.volumeID ?? ''
    case 'portworxVolume': return sources.portworxVolume?.volumeID ?? ''
    case 'vsphereVolume': return sources.vsphereVolume?.volumePath ?? ''
    default: return ''
  }
}

/** Zones of a volume's label; "__" separates several. Upstream: volume/helpers, LabelZonesToSet. */
export function zonesOf(label: string): readonly string[] {
  return label.split('__').map((zone) => zone.trim())
}
