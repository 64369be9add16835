import { ApiError, keyOf, resources, type Node, type PersistentVolume, type PersistentVolumeClaim, type StorageClass } from '../../api'
import type { Informer } from '../client'
import type { EventBody } from '../kernel'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { claimInformer, classInformer, noProvisioner, provisionedBy, selectedNode, storageProvisioner, volumeInformer } from './volumes'

/** What making or removing a disk takes. */
const workMs = 1_500

/**
 * Makes volumes for claims whose StorageClass names a provisioner, and removes them again. In a real cluster each class brings
 * its own (a Pod with a CSI driver beside it); this one stands for all of them. A class whose provisioner says "local" or
 * "hostpath" gets volumes that only the selected Node can reach. Upstream: sig-storage-lib-external-provisioner, ProvisionController.
 */
export class ProvisionerController extends Controller {
  readonly #claims: Informer<PersistentVolumeClaim>
  readonly #volumes: Informer<PersistentVolume>
  readonly #classes: Informer<StorageClass>
  readonly #nodes: Informer<Node>
  readonly #queue: SyncQueue
  /** Work under way: claim keys and volume names. */
  #working = new Set<string>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'external-provisioner', component: 'external-provisioner' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#claims = this.watches(claimInformer(environment.informers))
    this.#volumes = this.watches(volumeInformer(environment.informers))
    this.#classes = this.watches(classInformer(environment.informers))
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    const claimSeen = (claim: PersistentVolumeClaim): void => {
      if ((claim.spec?.volumeName ?? '') === '' && claim.metadata.annotations?.[storageProvisioner] !== undefined) this.#queue.add(`claim ${keyOf(claim)}`)
    }
    const volumeSeen = (volume: PersistentVolume): void => {
      if (volume.status?.phase === 'Released' && volume.metadata.annotations?.[provisionedBy] !== undefined) this.#queue.add(`volume ${keyOf(volume)}`)
    }
    this.#claims.addHandler({ onAdd: claimSeen, onUpdate: (_old, claim) => { claimSeen(claim) } })
    this.#volumes.addHandler({ onAdd: volumeSeen, onUpdate: (_old, volume) => { volumeSeen(volume) } })
  }

  protected override onTimer(_timer: string, body: EventBody): void {
    const key = body['key'] as string
    if (!this.#working.delete(key)) return
    try {
      this.#finish(key)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.#queue.addRateLimited(key)
    }
  }

  protected override saveOwn(): unknown {
    return [...this.#working]
  }

  protected override loadOwn(state: unknown): void {
    this.#working = new Set(state as string[])
  }

  #sync(key: string): void {
    if (this.#working.has(key)) return
    const [what, name = ''] = key.split(' ')
    if (what === 'claim') {
      const claim = this.#claims.get(name)
      if (claim === undefined || this.#classOf(claim) === undefined) return
      this.recorder.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${name}"`)
    } else if (!this.#isOurs(this.#volumes.get(name))) return
    this.#working.add(key)
    this.setTimer('work', workMs, { key })
  }

  /** The class of a claim that is to be provisioned now. */
  #classOf(claim: PersistentVolumeClaim): StorageClass | undefined {
    const storageClass = this.#classes.get(claim.spec?.storageClassName ?? '')
    const provisioner = claim.metadata.annotations?.[storageProvisioner]
    if (storageClass === undefined || provisioner !== storageClass.provisioner || provisioner === noProvisioner) return undefined
    if ((claim.spec?.volumeName ?? '') !== '' || claim.metadata.deletionTimestamp !== undefined || this.#volumes.get(`pvc-${claim.metadata.uid ?? ''}`) !== undefined) return undefined
    return storageClass.volumeBindingMode === 'WaitForFirstConsumer' && claim.metadata.annotations?.[selectedNode] === undefined ? undefined : storageClass
  }

  #isOurs(volume: PersistentVolume | undefined): volume is PersistentVolume {
    return volume !== undefined && volume.status?.phase === 'Released' && volume.metadata.annotations?.[provisionedBy] !== undefined
      && volume.spec?.persistentVolumeReclaimPolicy === 'Delete' && volume.metadata.deletionTimestamp === undefined
  }

  #finish(key: string): void {
    const [what, name = ''] = key.split(' ')
    if (what === 'claim') this.#make(this.#claims.get(name))
    else {
      const volume = this.#volumes.get(name)
      if (this.#isOurs(volume)) this.client.delete({ resource: resources.persistentvolumes, name }, { preconditions: { uid: volume.metadata.uid ?? '' } })
    }
  }

  #make(claim: PersistentVolumeClaim | undefined): void {
    const storageClass = claim === undefined ? undefined : this.#classOf(claim)
    if (claim === undefined || storageClass === undefined) return
    const name = `pvc-${claim.metadata.uid ?? ''}`
    const node = this.#nodes.get(claim.metadata.annotations?.[selectedNode] ?? '')
    const isLocal = /local|hostpath/.test(storageClass.provisioner)
    const volume: PersistentVolume = {
      apiVersion: 'v1', kind: 'PersistentVolume',
      metadata: { name, annotations: { [provisionedBy]: storageClass.provisioner } },
      spec: {
        accessModes: claim.spec?.accessModes ?? [], capacity: { storage: claim.spec?.resources?.requests?.['storage'] ?? '0' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: claim.metadata.namespace ?? '', name: claim.metadata.name ?? '', uid: claim.metadata.uid ?? '', resourceVersion: claim.metadata.resourceVersion ?? '' },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete', storageClassName: storageClass.metadata.name ?? '', volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
        ...(isLocal ? { hostPath: { path: `/var/lib/volumes/${name}` } } : { csi: { driver: storageClass.provisioner, volumeHandle: name } }),
        ...(isLocal && node !== undefined ? {
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node.metadata.labels?.['kubernetes.io/hostname'] ?? node.metadata.name ?? ''] }] }] } },
        } : {}),
      },
    }
    try {
      this.client.create<PersistentVolume>(resources.persistentvolumes, volume)
    } catch (error) {
      if (!ApiError.is(error, 'AlreadyExists')) throw error
    }
    this.recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`)
  }
}
