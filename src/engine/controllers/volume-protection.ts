import { ApiError, keyOf, resources, type PersistentVolume, type PersistentVolumeClaim, type Pod } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { podInformer } from './pods'
import { claimInformer, volumeInformer } from './volumes'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'

/** A claim goes only when no Pod on a node uses it. Upstream: pkg/controller/volume/pvcprotection. */
export class ClaimProtectionController extends Controller {
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'persistentvolumeclaim-protection' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#claims = this.watches(claimInformer(environment.informers))
    this.#pods = this.watches(podInformer(environment.informers))
    const seen = (claim: PersistentVolumeClaim): void => { if (claim.metadata.deletionTimestamp !== undefined) this.#queue.addObject(claim) }
    this.#claims.addHandler({ onAdd: seen, onUpdate: (_old, claim) => { seen(claim) } })
    this.#pods.addHandler({ onDelete: (pod) => { for (const claim of claimsOf(pod)) this.#queue.add(`${pod.metadata.namespace ?? ''}/${claim}`) } })
  }

  #sync(key: string): void {
    const claim = this.#claims.get(key)
    if (claim === undefined || claim.metadata.deletionTimestamp === undefined) return
    const used = this.#pods.byIndex('namespace', claim.metadata.namespace ?? '').some((pod) => (pod.spec?.nodeName ?? '') !== '' && claimsOf(pod).includes(claim.metadata.name ?? ''))
    if (!used) {
      removeFinalizer(claim, claimFinalizer, (metadata) => {
        this.client.update<PersistentVolumeClaim>(resources.persistentvolumeclaims, { ...claim, metadata })
      })
    }
  }
}

/** A volume goes only when it is not bound. Upstream: pkg/controller/volume/pvprotection. */
export class VolumeProtectionController extends Controller {
  readonly #volumes: Informer<PersistentVolume>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'persistentvolume-protection' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#volumes = this.watches(volumeInformer(environment.informers))
    const seen = (volume: PersistentVolume): void => { if (volume.metadata.deletionTimestamp !== undefined) this.#queue.add(keyOf(volume)) }
    this.#volumes.addHandler({ onAdd: seen, onUpdate: (_old, volume) => { seen(volume) } })
  }

  #sync(key: string): void {
    const volume = this.#volumes.get(key)
    if (volume === undefined || volume.metadata.deletionTimestamp === undefined || volume.status?.phase === 'Bound') return
    removeFinalizer(volume, volumeFinalizer, (metadata) => {
      this.client.update<PersistentVolume>(resources.persistentvolumes, { ...volume, metadata })
    })
  }
}

function claimsOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName]
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name ?? ''}-${volume.name}`]
  })
}

function removeFinalizer(object: { readonly metadata: Pod['metadata'] }, finalizer: string, write: (metadata: Pod['metadata']) => void): void {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(finalizer)) return
  try {
    write({ ...object.metadata, finalizers: finalizers.filter((other) => other !== finalizer) })
  } catch (error) {
    if (!ApiError.is(error, 'NotFound')) throw error
  }
}
