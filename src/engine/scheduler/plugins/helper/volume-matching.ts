import { compareQuantities, matches, selectorOf, type Labels, type PersistentVolume, type PersistentVolumeClaim, type TopologySelectorTerm } from '../../../../api'
import { nodeSelectorMatches } from './node-selector'
import { classOfClaim, classOfVolume } from './volumes'

/** Whether a volume's node affinity lets it be used on a node. Looks at labels alone, as upstream: names never match. */
export function volumeFitsNode(volume: PersistentVolume, labels: Labels): boolean {
  const required = volume.spec?.nodeAffinity?.required
  return required === undefined || nodeSelectorMatches(required.nodeSelectorTerms, labels, '')
}

/** The volume names this claim: by name, and by uid if it says one. */
export function isVolumeBoundToClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  if (reference === undefined || reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false
  return (reference.uid ?? '') === '' || reference.uid === claim.metadata.uid
}

export const requestedStorage = (claim: PersistentVolumeClaim): string | number => claim.spec?.resources?.requests?.['storage'] ?? '0'
export const storageCapacity = (volume: PersistentVolume): string | number => volume.spec?.capacity?.['storage'] ?? '0'

/**
 * The volume a claim would be bound to on a node: one that names the claim, else the smallest that will do, of equal ones the first of
 * `volumes`. Upstream: component-helpers/storage/volume, FindMatchingVolume.
 */
export function findMatchingVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], labels: Labels, chosen: ReadonlySet<string>): PersistentVolume | undefined {
  const requested = requestedStorage(claim)
  const wantedClass = classOfClaim(claim)
  const selector = claim.spec?.selector === undefined ? undefined : selectorOf(claim.spec.selector)
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    const { metadata, spec, status } = volume
    if (chosen.has(metadata.name ?? '')) continue
    const named = isVolumeBoundToClaim(volume, claim)
    if (spec?.claimRef !== undefined && !named) continue
    if (compareQuantities(storageCapacity(volume), requested) < 0) continue
    if ((claim.spec?.volumeMode ?? 'Filesystem') !== (spec?.volumeMode ?? 'Filesystem')) continue
    if ((claim.spec?.volumeAttributesClassName ?? '') !== (spec?.volumeAttributesClassName ?? '')) continue
    if (metadata.deletionTimestamp !== undefined) continue
    const fits = volumeFitsNode(volume, labels)
    // A volume that names the claim is the only one; if it cannot be used here, none can.
    if (named) return fits ? volume : undefined
    if (status?.phase !== 'Available') continue
    if (selector !== undefined && !matches(selector, metadata.labels)) continue
    if (classOfVolume(volume) !== wantedClass || !fits) continue
    if (!(claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode) ?? false)) continue
    if (best === undefined || compareQuantities(storageCapacity(best), storageCapacity(volume)) > 0) best = volume
  }
  return best
}

/** No terms: every node. Upstream: core/v1/helper, MatchTopologySelectorTerms. */
export function topologyTermsMatch(terms: readonly TopologySelectorTerm[] | undefined, labels: Labels): boolean {
  if (terms === undefined || terms.length === 0) return true
  return terms.some(({ matchLabelExpressions }) => (matchLabelExpressions ?? []).length > 0
    && (matchLabelExpressions ?? []).every(({ key, values }) => Object.hasOwn(labels, key) && values.includes(labels[key] as string)))
}
