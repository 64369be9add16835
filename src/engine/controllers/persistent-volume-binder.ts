import { ApiError, keyOf, resources, type Node, type PersistentVolume, type PersistentVolumeClaim, type StorageClass } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byName } from './owners'
import {
  bestVolume, bindCompleted, boundByController, claimInformer, classInformer, isBoundTo, noProvisioner, provisionedBy, storageProvisioner, volumeInformer, waitsForConsumer,
} from './volumes'

/** Binds claims to volumes and reclaims volumes whose claim is gone. Upstream: pkg/controller/volume/persistentvolume. */
export class PersistentVolumeBinder extends Controller {
  readonly #volumes: Informer<PersistentVolume>
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #classes: Informer<StorageClass>
  readonly #nodes: Informer<Node>
  readonly #claimQueue: SyncQueue
  readonly #volumeQueue: SyncQueue
  readonly #syncMs: number
  /** Volumes bound in a sync that the cache does not show yet, by name: two claims must not get the same one. */
  #taken = new Map<string, { readonly claim: string; readonly version: number }>()
  #timerSet = false

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'persistentvolume-binder', component: 'persistentvolume-controller' })
    this.#syncMs = environment.settings.claimBinderSyncMs
    this.#claimQueue = this.addQueue((key) => { this.#syncClaim(key) }, 'claims')
    this.#volumeQueue = this.addQueue((key) => { this.#syncVolume(key) }, 'volumes')
    this.#volumes = this.watches(volumeInformer(environment.informers))
    this.#claims = this.watches(claimInformer(environment.informers))
    this.#classes = this.watches(classInformer(environment.informers))
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    const volumeChanged = (volume: PersistentVolume): void => {
      const taken = this.#taken.get(volume.metadata.name ?? '')
      if (taken !== undefined && Number(volume.metadata.resourceVersion ?? 0) >= taken.version) this.#taken.delete(volume.metadata.name ?? '')
      this.#volumeQueue.addObject(volume)
      const reference = volume.spec?.claimRef
      if (reference !== undefined) this.#claimQueue.add(`${reference.namespace ?? ''}/${reference.name ?? ''}`)
      // A free volume may be what some claim waits for.
      else for (const claim of this.#claims.list()) if ((claim.spec?.volumeName ?? '') === '') this.#claimQueue.addObject(claim)
    }
    this.#volumes.addHandler({
      onAdd: volumeChanged,
      onUpdate: (_old, volume) => { volumeChanged(volume) },
      onDelete: (volume) => {
        this.#taken.delete(volume.metadata.name ?? '')
        const reference = volume.spec?.claimRef
        if (reference !== undefined) this.#claimQueue.add(`${reference.namespace ?? ''}/${reference.name ?? ''}`)
      },
    })
    this.#claims.addHandler({
      onAdd: (claim) => { this.#claimQueue.addObject(claim) },
      onUpdate: (_old, claim) => { this.#claimQueue.addObject(claim) },
      onDelete: (claim) => { if (claim.spec?.volumeName !== undefined) this.#volumeQueue.add(claim.spec.volumeName) },
    })
    const retryAll = (): void => { for (const claim of this.#claims.list()) if ((claim.spec?.volumeName ?? '') === '') this.#claimQueue.addObject(claim) }
    this.#classes.addHandler({ onAdd: retryAll, onUpdate: retryAll })
  }

  protected override onTimer(): void {
    this.#timerSet = false
    for (const claim of [...this.#claims.list()].sort(byName)) if (claim.status?.phase !== 'Bound') this.#claimQueue.addObject(claim)
  }

  protected override saveOwn(): unknown {
    return { taken: [...this.#taken], timerSet: this.#timerSet }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as { readonly taken: [string, { readonly claim: string; readonly version: number }][]; readonly timerSet: boolean }
    this.#taken = new Map(saved.taken)
    this.#timerSet = saved.timerSet
  }

  #syncClaim(key: string): void {
    const claim = this.#claims.get(key)
    if (claim === undefined) return
    if (claim.metadata.annotations?.[bindCompleted] !== undefined) this.#syncBound(claim)
    else this.#syncUnbound(claim)
  }

  /** Upstream: syncUnboundClaim. */
  #syncUnbound(claim: PersistentVolumeClaim): void {
    const name = claim.spec?.volumeName ?? ''
    if (name !== '') {
      const volume = this.#volumes.get(name)
      if (volume !== undefined && (volume.spec?.claimRef === undefined || isBoundTo(volume, claim))) this.#bind(volume, claim)
      else this.#setClaimPhase(claim, 'Pending')
      return
    }
    const className = claim.spec?.storageClassName ?? ''
    const storageClass = this.#classes.get(className)
    const delayed = waitsForConsumer(claim, storageClass)
    const node = this.#nodes.get(claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] ?? '')
    const free = [...this.#volumes.list()].filter((volume) => {
      const taken = this.#taken.get(volume.metadata.name ?? '')
      return taken === undefined || taken.claim === claim.metadata.uid
    })
    const volume = bestVolume(claim, free, node, delayed)
    if (volume !== undefined) {
      this.#bind(volume, claim)
      return
    }
    if (delayed) this.recorder.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
    else if (className !== '') this.#provision(claim, className, storageClass)
    else this.recorder.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
    this.#setClaimPhase(claim, 'Pending')
    if (!this.#timerSet) {
      this.#timerSet = true
      this.setTimer('resync', this.#syncMs)
    }
  }

  /** Asks the class's provisioner for a volume. Upstream: provisionClaimOperationExternal. */
  #provision(claim: PersistentVolumeClaim, className: string, storageClass: StorageClass | undefined): void {
    if (storageClass === undefined) {
      this.recorder.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`)
      return
    }
    if (storageClass.provisioner === noProvisioner) return
    if (claim.metadata.annotations?.[storageProvisioner] !== storageClass.provisioner) {
      this.client.patch<PersistentVolumeClaim>(refOf(claim), 'application/merge-patch+json', { metadata: { annotations: { [storageProvisioner]: storageClass.provisioner } } })
    }
    this.recorder.event(claim, 'Normal', 'ExternalProvisioning', `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`)
  }

  /** Upstream: syncBoundClaim. */
  #syncBound(claim: PersistentVolumeClaim): void {
    const name = claim.spec?.volumeName ?? ''
    const volume = this.#volumes.get(name)
    if (name === '' || volume === undefined) {
      if (claim.status?.phase !== 'Lost') this.recorder.event(claim, 'Warning', 'ClaimLost', name === '' ? 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!' : 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
      this.#setClaimPhase(claim, 'Lost')
    } else if (volume.spec?.claimRef === undefined || isBoundTo(volume, claim)) this.#bind(volume, claim)
    else {
      if (claim.status?.phase !== 'Lost') this.recorder.event(claim, 'Warning', 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
      this.#setClaimPhase(claim, 'Lost')
    }
  }

  /** Volume first, then claim, each once: wherever it stops, the next sync goes on from there. Upstream: bind. */
  #bind(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    let current = volume
    if (volume.spec?.claimRef === undefined || (volume.spec.claimRef.uid ?? '') === '') {
      current = this.client.update<PersistentVolume>(resources.persistentvolumes, {
        ...volume,
        metadata: { ...volume.metadata, ...(volume.spec?.claimRef === undefined ? { annotations: { ...volume.metadata.annotations, [boundByController]: 'yes' } } : {}) },
        spec: {
          ...volume.spec,
          claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: claim.metadata.namespace ?? '', name: claim.metadata.name ?? '', uid: claim.metadata.uid ?? '', resourceVersion: claim.metadata.resourceVersion ?? '' },
        },
      })
      this.#taken.set(volume.metadata.name ?? '', { claim: claim.metadata.uid ?? '', version: Number(current.metadata.resourceVersion ?? 0) })
    }
    this.#setVolumePhase(current, 'Bound')
    let bound = claim
    const name = volume.metadata.name ?? ''
    if (claim.spec?.volumeName !== name || claim.metadata.annotations?.[bindCompleted] === undefined) {
      const byUs = (claim.spec?.volumeName ?? '') === ''
      bound = this.client.update<PersistentVolumeClaim>(resources.persistentvolumeclaims, {
        ...claim,
        metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [bindCompleted]: 'yes', ...(byUs ? { [boundByController]: 'yes' } : {}) } },
        spec: { ...claim.spec, volumeName: name },
      })
    }
    this.#setClaimPhase(bound, 'Bound', current)
  }

  #setClaimPhase(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): void {
    if (claim.status?.phase === phase && (volume === undefined || claim.status.capacity !== undefined)) return
    this.client.update<PersistentVolumeClaim>(resources.persistentvolumeclaims, {
      ...claim,
      status: {
        ...claim.status, phase,
        ...(volume === undefined ? {} : { accessModes: volume.spec?.accessModes ?? [], capacity: { storage: volume.spec?.capacity?.['storage'] ?? '0' } }),
      },
    }, 'status')
  }

  #setVolumePhase(volume: PersistentVolume, phase: string): void {
    if (volume.status?.phase === phase) return
    this.client.update<PersistentVolume>(resources.persistentvolumes, { ...volume, status: { ...volume.status, phase } }, 'status')
  }

  /** Upstream: syncVolume. */
  #syncVolume(name: string): void {
    const volume = this.#volumes.get(name)
    if (volume === undefined) return
    const reference = volume.spec?.claimRef
    if (reference === undefined || (reference.uid ?? '') === '') {
      this.#setVolumePhase(volume, 'Available')
      return
    }
    const key = `${reference.namespace ?? ''}/${reference.name ?? ''}`
    let claim = this.#claims.get(key)
    // Before a volume is given up, the api-server is asked: the cache may lag behind.
    if (claim === undefined || claim.metadata.uid !== reference.uid) {
      claim = this.client.find<PersistentVolumeClaim>({ resource: resources.persistentvolumeclaims, namespace: reference.namespace, name: reference.name ?? '' })
    }
    if (claim === undefined || claim.metadata.uid !== reference.uid) {
      if (volume.status?.phase !== 'Released' && volume.status?.phase !== 'Failed') this.#setVolumePhase(volume, 'Released')
      else this.#reclaim(volume)
      return
    }
    if (claim.spec?.volumeName === name) this.#setVolumePhase(volume, 'Bound')
    else if ((claim.spec?.volumeName ?? '') === '') this.#claimQueue.add(keyOf(claim))
  }

  /** What a provisioner made, the provisioner takes away; of the rest only what has nothing behind it can be deleted here. */
  #reclaim(volume: PersistentVolume): void {
    if ((volume.spec?.persistentVolumeReclaimPolicy ?? 'Retain') !== 'Delete') return
    if (volume.metadata.annotations?.[provisionedBy] !== undefined || volume.spec?.hostPath === undefined) return
    try {
      this.client.delete({ resource: resources.persistentvolumes, name: volume.metadata.name ?? '' }, { preconditions: { uid: volume.metadata.uid ?? '' } })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Conflict')) throw error
    }
  }
}

function refOf(claim: PersistentVolumeClaim): { readonly resource: typeof resources.persistentvolumeclaims; readonly namespace: string | undefined; readonly name: string } {
  return { resource: resources.persistentvolumeclaims, namespace: claim.metadata.namespace, name: claim.metadata.name ?? '' }
}
