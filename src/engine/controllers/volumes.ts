import {
  matches, quantityValue, resources, selectorOf, type PersistentVolume, type PersistentVolumeClaim, type StorageClass,
} from '../../api'
import type { Informer, Informers } from '../client'
import { matchesTerm } from './node-affinity'
import type { Node } from '../../api'

export const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner'
export const selectedNode = 'volume.kubernetes.io/selected-node'
export const noProvisioner = 'kubernetes.io/no-provisioner'
export const defaultClass = 'storageclass.kubernetes.io/is-default-class'

export function volumeInformer(informers: Informers): Informer<PersistentVolume> {
  return informers.for<PersistentVolume>(resources.persistentvolumes)
}

export function claimInformer(informers: Informers): Informer<PersistentVolumeClaim> {
  return informers.for<PersistentVolumeClaim>(resources.persistentvolumeclaims)
}

export function classInformer(informers: Informers): Informer<StorageClass> {
  return informers.for<StorageClass>(resources.storageclasses)
}

/** The volume is, or is meant to be, this claim's. Upstream: IsVolumeBoundToClaim. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  if (reference === undefined || reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false
  return (reference.uid ?? '') === '' || reference.uid === claim.metadata.uid
}

/** Binding waits until a Pod that uses the claim is scheduled. Upstream: IsDelayBindingMode. */
export function waitsForConsumer(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && claim.metadata.annotations?.[selectedNode] === undefined
}

/**
 * Of the volumes that would do, one that was meant for the claim, or else the smallest. With `delayed` only the former.
 * Upstream: volume.FindMatchingVolume.
 */
export function bestVolume(claim: PersistentVolumeClaim, volumes: Iterable<PersistentVolume>, node: Node | undefined, delayed: boolean): PersistentVolume | undefined {
  const wanted = quantityValue(claim.spec?.resources?.requests?.['storage'])
  const selector = claim.spec?.selector === undefined ? undefined : selectorOf(claim.spec.selector)
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    if (volume.metadata.deletionTimestamp !== undefined || size(volume) < wanted) continue
    if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) continue
    const meant = isBoundTo(volume, claim)
    if (volume.spec?.claimRef !== undefined && !meant) continue
    if (!(claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode) === true)) continue
    if (meant) return volume
    if (delayed || (volume.status?.phase ?? 'Available') !== 'Available') continue
    if (selector !== undefined && !matches(selector, volume.metadata.labels)) continue
    if ((volume.spec?.storageClassName ?? '') !== (claim.spec?.storageClassName ?? '')) continue
    if (node !== undefined && !reachable(volume, node)) continue
    if (best === undefined || size(volume) < size(best) || (size(volume) === size(best) && (volume.metadata.name ?? '') < (best.metadata.name ?? ''))) best = volume
  }
  return best
}

function size(volume: PersistentVolume): number {
  return quantityValue(volume.spec?.capacity?.['storage'])
}

function reachable(volume: PersistentVolume, node: Node): boolean {
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
  return terms === undefined || terms.some((term) => matchesTerm(term, node))
}
