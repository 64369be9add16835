import {
  ApiError, compareQuantities, matches, quantityValue, resources, selectorOf,
  type ApiObject, type CSIDriver, type CSINode, type CSIStorageCapacity, type Fact, type PersistentVolume, type PersistentVolumeClaim, type Pod, type StorageClass,
} from '../../../api'
import { compareText, deepEqual, div64, roundHalfAway } from '../../../base'
import type { VolumeBindingArgs } from '../framework/args'
import {
  action, cycleStateKey, detailOfVerdict, skip, status, success, verdict, verdictCode,
  type CycleState, type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PermitAnswer, type PodInfo, type PreBindPlugin, type PreFilterPlugin,
  type PreScorePlugin, type ReservePlugin, type ScorePlugin, type Verdict,
} from '../framework/types'
import { brokenLinear } from './helper/shape'
import { findMatchingVolume, isVolumeBoundToClaim, requestedStorage, storageCapacity, topologyTermsMatch, volumeFitsNode } from './helper/volume-matching'
import { boundByControllerAnnotation, claimKey, claimNotForPod, claimNotFound, claimOf, claimsOf, classOfClaim, classOfVolume, isFullyBound, selectedNodeAnnotation } from './helper/volumes'

interface StaticBinding {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume
}

interface Provision {
  readonly claim: PersistentVolumeClaim
  /** Where the driver publishes it: how much there is. */
  readonly capacity: CSIStorageCapacity | undefined
}

/** How the Pod's claims would be met on one node. */
interface PodVolumes {
  readonly bindings: readonly StaticBinding[]
  readonly provisions: readonly Provision[]
}

interface FilterState {
  readonly bound: readonly PersistentVolumeClaim[]
  readonly delayed: readonly PersistentVolumeClaim[]
  /** Unbound volumes of the classes of the delayed claims, by class, by name. */
  readonly volumesByClass: ReadonlyMap<string, readonly PersistentVolume[]>
  readonly byRow: Map<number, PodVolumes>
  /** Texts of errors, by detail beyond the bits. */
  readonly errors: string[]
}
const filterState = cycleStateKey<FilterState>('VolumeBinding')

/** What Reserve decided; PreBind writes it and waits until the claims are bound. */
interface Reserved {
  readonly allBound: boolean
  readonly volumes: readonly PersistentVolume[]
  readonly boundClaims: readonly string[]
  readonly provisioned: readonly PersistentVolumeClaim[]
  readonly written: boolean
  /** Virtual ms; set when written. */
  readonly deadline: number
}
const reservedState = cycleStateKey<Reserved>('VolumeBinding/reserved', { saved: true })

const [nodeConflict, bindConflict, notEnoughSpace, volumeMissing, failed] = [1, 2, 4, 8, 16]
const texts: readonly (readonly [number, string])[] = [
  [nodeConflict, "node(s) didn't match PersistentVolume's node affinity"],
  [bindConflict, "node(s) didn't find available persistent volumes to bind"],
  [notEnoughSpace, 'node(s) did not have enough free storage'],
  [volumeMissing, 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'],
]

const noProvisioner = 'kubernetes.io/no-provisioner'
const migratedPluginsAnnotation = 'storage.alpha.kubernetes.io/migrated-plugins'

const volumeLimit = (capacity: CSIStorageCapacity): number | undefined => {
  const limit = capacity.maximumVolumeSize ?? capacity.capacity
  return limit === undefined ? undefined : quantityValue(limit)
}

/**
 * Lets a Pod onto nodes where its claims' volumes can be used, or where unbound claims of a waiting class can be bound or provisioned;
 * then binds them before the Pod is bound. Upstream: plugins/volumebinding.
 */
export function volumeBinding(args: VolumeBindingArgs, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & ReservePlugin & PreBindPlugin & EnqueueExtensions {
  const { csiDrivers, csiStorageCapacities, persistentVolumeClaims, persistentVolumes, storageClasses } = handle.listers
  const rawScore = args.shape === undefined ? undefined : brokenLinear(args.shape)

  /** Why the Pod's claims make it impossible everywhere; undefined: nothing does. `none`: the Pod has no claims. */
  function checkClaims(pod: Pod): { readonly claims: readonly PersistentVolumeClaim[] } | string {
    const claims: PersistentVolumeClaim[] = []
    for (const volume of pod.spec?.volumes ?? []) {
      const reference = claimOf(pod, volume)
      if (reference === undefined) continue
      const claim = persistentVolumeClaims.get(claimKey(pod, reference.name))
      if (claim === undefined) {
        return reference.ephemeral ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${reference.name}"` : claimNotFound(reference.name)
      }
      if (claim.status?.phase === 'Lost') return `persistentvolumeclaim "${reference.name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${reference.name}" is being deleted`
      const foreign = reference.ephemeral ? claimNotForPod(pod, claim) : undefined
      if (foreign !== undefined) return foreign
      claims.push(claim)
    }
    return { claims }
  }

  /** A class that binds when a Pod comes. A claim without class, or of a class that does not exist, was to be bound at once. */
  const isDelayed = (claim: PersistentVolumeClaim): boolean =>
    storageClasses.get(classOfClaim(claim))?.volumeBindingMode === 'WaitForFirstConsumer' && (claim.spec?.volumeName ?? '') === ''

  function volumesOfClass(name: string): readonly PersistentVolume[] {
    return [...persistentVolumes.list()].filter((volume) => classOfVolume(volume) === name).sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
  }

  /** Enough for a claim on a node: `true` where nobody publishes capacities, the capacity found, or `false`. */
  function enoughCapacity(claim: PersistentVolumeClaim, storageClass: StorageClass, node: NodeInfo): CSIStorageCapacity | boolean {
    const requested = claim.spec?.resources?.requests?.['storage']
    if (requested === undefined || csiDrivers.get(storageClass.provisioner)?.spec?.storageCapacity !== true) return true
    const bytes = quantityValue(requested)
    for (const capacity of csiStorageCapacities.list()) {
      const limit = volumeLimit(capacity)
      if (capacity.storageClassName !== storageClass.metadata.name || limit === undefined || limit < bytes) continue
      if (capacity.nodeTopology !== undefined && matches(selectorOf(capacity.nodeTopology), node.labels)) return capacity
    }
    return false
  }

  interface Outcome {
    readonly bits: number
    readonly error?: string
    readonly volumes: PodVolumes
  }

  function findVolumes(own: FilterState, node: NodeInfo): Outcome {
    let bits = 0
    for (const claim of own.bound) {
      const volume = persistentVolumes.get(claim.spec?.volumeName ?? '')
      if (volume === undefined) bits |= volumeMissing
      else if (!volumeFitsNode(volume, node.labels)) bits |= nodeConflict
      if (bits !== 0) break
    }
    const bindings: StaticBinding[] = []
    const provisions: Provision[] = []
    const volumes: PodVolumes = { bindings, provisions }
    const toProvision: PersistentVolumeClaim[] = []
    const toMatch: PersistentVolumeClaim[] = []
    for (const claim of own.delayed) {
      const selected = claim.metadata.annotations?.[selectedNodeAnnotation]
      if (selected === undefined) toMatch.push(claim)
      else if (selected === node.name) toProvision.push(claim)
      else return { bits: bits | bindConflict, volumes: { bindings: [], provisions: [] } }
    }
    // The smallest first, so that small claims leave large volumes to large ones.
    toMatch.sort((a, b) => compareQuantities(requestedStorage(a), requestedStorage(b)))
    const chosen = new Set<string>()
    for (const claim of toMatch) {
      const volume = findMatchingVolume(claim, own.volumesByClass.get(classOfClaim(claim)) ?? [], node.labels, chosen)
      if (volume === undefined) {
        toProvision.push(claim)
        continue
      }
      chosen.add(volume.metadata.name ?? '')
      bindings.push({ claim, volume })
    }
    for (const claim of toProvision) {
      const className = classOfClaim(claim)
      const storageClass = storageClasses.get(className)
      if (storageClass === undefined) return { bits: failed, error: `failed to find storage class "${className}"`, volumes }
      const { provisioner, allowedTopologies } = storageClass
      if (provisioner === '' || provisioner === noProvisioner || !topologyTermsMatch(allowedTopologies, node.labels)) return { bits: bits | bindConflict, volumes }
      const capacity = enoughCapacity(claim, storageClass, node)
      if (capacity === false) return { bits: bits | notEnoughSpace, volumes }
      provisions.push({ claim, capacity: capacity === true ? undefined : capacity })
    }
    return { bits, volumes }
  }

  function decide(own: FilterState, node: NodeInfo, row: number): Verdict {
    const { bits, error, volumes } = findVolumes(own, node)
    if (bits === 0) {
      own.byRow.set(row, volumes)
      return 0
    }
    if (error === undefined) return verdict(verdictCode.UnschedulableAndUnresolvable, bits)
    let index = own.errors.indexOf(error)
    if (index < 0) index = own.errors.push(error) - 1
    return verdict(verdictCode.Error, failed + index)
  }

  interface ClassUse {
    requested: number
    capacity: number
  }

  /** Requested and whole bytes by class: of the volumes to be bound, else of what is to be provisioned. */
  function useByClass(volumes: PodVolumes): ReadonlyMap<string, ClassUse> {
    const use = new Map<string, ClassUse>()
    const add = (name: string, requested: number, capacity: number): void => {
      const own = use.get(name) ?? { requested: 0, capacity: 0 }
      own.requested += requested
      own.capacity += capacity
      use.set(name, own)
    }
    if (volumes.bindings.length > 0) {
      for (const { claim, volume } of volumes.bindings) add(classOfVolume(volume), quantityValue(requestedStorage(claim)), quantityValue(storageCapacity(volume)))
      return use
    }
    for (const { claim, capacity } of volumes.provisions) {
      if (capacity !== undefined) add(classOfClaim(claim), quantityValue(requestedStorage(claim)), quantityValue(capacity.capacity))
    }
    return use
  }

  function scoreOf(volumes: PodVolumes | undefined): number {
    if (volumes === undefined || rawScore === undefined) return 0
    const use = useByClass(volumes)
    if (use.size === 0) return 0
    let sum = 0
    for (const { requested, capacity } of use.values()) sum += rawScore(capacity === 0 || requested > capacity ? 100 : div64(requested * 100, capacity))
    return roundHalfAway(sum / use.size)
  }

  function allBound(pod: Pod): boolean {
    return claimsOf(pod).every(({ name }) => {
      const claim = persistentVolumeClaims.get(claimKey(pod, name))
      return claim !== undefined && isFullyBound(claim)
    })
  }

  function boundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
    const byController = !isVolumeBoundToClaim(volume, claim)
    const annotations = byController ? { ...volume.metadata.annotations, [boundByControllerAnnotation]: 'yes' } : volume.metadata.annotations
    const { namespace, name, uid, resourceVersion } = claim.metadata
    return {
      ...volume,
      metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
      spec: {
        ...volume.spec,
        claimRef: {
          kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }),
          ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      },
    }
  }

  const nameOf = (object: { readonly metadata: ApiObject['metadata'] }): string => object.metadata.name ?? ''
  const keyOfClaim = (claim: PersistentVolumeClaim): string => `${claim.metadata.namespace ?? ''}/${nameOf(claim)}`

  /** Writes what Reserve decided; from then on the volume controller and provisioners are at work. */
  function write(reserved: Reserved): Reserved {
    const client = handle.client
    const volumes = client === undefined ? reserved.volumes : reserved.volumes.map((volume) => client.update(resources.persistentvolumes, volume))
    const provisioned = client === undefined ? reserved.provisioned : reserved.provisioned.map((claim) => client.update(resources.persistentvolumeclaims, claim))
    return { ...reserved, volumes, provisioned, written: true, deadline: handle.now() + args.bindTimeoutSeconds * 1000 }
  }

  /** True when all is bound; a text when it never will be. */
  function checkBindings(reserved: Reserved, node: NodeInfo | undefined, nodeName: string): boolean | string {
    if (node === undefined) return `failed to get node "${nodeName}": node "${nodeName}" not found`
    let done = true
    for (const [index, written] of reserved.volumes.entries()) {
      const volume = persistentVolumes.get(nameOf(written))
      const claim = persistentVolumeClaims.get(reserved.boundClaims[index] ?? '')
      if (volume === undefined) return `failed to check binding: could not find v1.PersistentVolume "${nameOf(written)}"`
      if (claim === undefined) return `failed to check binding: could not find v1.PersistentVolumeClaim "${reserved.boundClaims[index] ?? ''}"`
      if (!volumeFitsNode(volume, node.labels)) return `pv "${nameOf(volume)}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`
      if ((volume.spec?.claimRef?.uid ?? '') === '') return `ClaimRef got reset for pv "${nameOf(volume)}"`
      if (!isFullyBound(claim)) done = false
    }
    for (const written of reserved.provisioned) {
      const claim = persistentVolumeClaims.get(keyOfClaim(written))
      if (claim === undefined) return `failed to check provisioning pvc: could not find v1.PersistentVolumeClaim "${keyOfClaim(written)}"`
      if (claim.metadata.annotations === undefined) return `selectedNode annotation reset for PVC "${nameOf(claim)}"`
      if (claim.metadata.annotations[selectedNodeAnnotation] !== nodeName) return `provisioning failed for PVC "${nameOf(claim)}"`
      const volume = persistentVolumes.get(claim.spec?.volumeName ?? '')
      if (volume !== undefined && !volumeFitsNode(volume, node.labels)) return `pv "${nameOf(volume)}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`
      if (!isFullyBound(claim)) done = false
    }
    return done
  }

  function nodeOf(nodeName: string): NodeInfo | undefined {
    const row = handle.snapshot.rowOf(nodeName)
    return row === undefined ? undefined : handle.snapshot.infos[row]
  }

  function stateOf(pod: PodInfo): FilterState | string | undefined {
    const checked = checkClaims(pod.pod)
    if (typeof checked === 'string') return checked
    const { claims } = checked
    if (claims.length === 0) return undefined
    const bound = claims.filter(isFullyBound)
    const unbound = claims.filter((claim) => !isFullyBound(claim))
    if (!unbound.every(isDelayed)) return 'pod has unbound immediate PersistentVolumeClaims'
    const classes = [...new Set(unbound.map(classOfClaim))]
    return { bound, delayed: unbound, volumesByClass: new Map(classes.map((name) => [name, volumesOfClass(name)])), byRow: new Map(), errors: [] }
  }

  /** Of the cycle; made again where that is gone. */
  function volumesOn(state: CycleState, pod: PodInfo, nodeName: string): PodVolumes | undefined {
    const row = handle.snapshot.rowOf(nodeName)
    const node = nodeOf(nodeName)
    const own = state.read(filterState) ?? stateOf(pod)
    if (row === undefined || node === undefined || own === undefined || typeof own === 'string') return undefined
    if (!own.byRow.has(row)) decide(own, node, row)
    return own.byRow.get(row)
  }

  return {
    name: 'VolumeBinding',

    concerns: ({ pod }) => claimsOf(pod).length > 0,

    preFilter(state, pod) {
      const own = stateOf(pod)
      if (own === undefined) return skip
      if (typeof own === 'string') return status('UnschedulableAndUnresolvable', own)
      state.write(filterState, own)
      return success
    },

    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const own = state.read(filterState) as FilterState
      for (let i = from; i < to; i++) {
        const row = rows[i] as number
        if (verdicts[i] === 0) verdicts[i] = decide(own, nodes.infos[row] as NodeInfo, row)
      }
    },

    reasons(state, _pod, value) {
      const detail = detailOfVerdict(value)
      if ((value & 3) === verdictCode.Error) return [state.read(filterState)?.errors[detail - failed] ?? '']
      return texts.filter(([bit]) => (detail & bit) !== 0).map(([, text]) => text)
    },

    filterFacts(state, _pod, nodes, row) {
      const own = state.read(filterState)
      const node = nodes.infos[row]
      if (own === undefined || node === undefined) return []
      const facts: Fact[] = []
      for (const claim of own.bound) {
        const name = claim.spec?.volumeName ?? ''
        const volume = persistentVolumes.get(name)
        const id = volume === undefined ? 'volume.missing' : volumeFitsNode(volume, node.labels) ? 'volume.affinityMatch' : 'volume.affinityMismatch'
        facts.push({ id, values: { claim: nameOf(claim), volume: name } })
      }
      if (own.delayed.length === 0) return facts
      const { bits, volumes } = findVolumes(own, node)
      for (const { claim, volume } of volumes.bindings) facts.push({ id: 'volume.binds', values: { claim: nameOf(claim), volume: nameOf(volume), requested: quantityValue(requestedStorage(claim)), capacity: quantityValue(storageCapacity(volume)) } })
      for (const { claim, capacity } of volumes.provisions) {
        facts.push({ id: 'volume.provisions', values: { claim: nameOf(claim), storageClass: classOfClaim(claim), requested: quantityValue(requestedStorage(claim)), ...(capacity === undefined ? {} : { capacity: quantityValue(capacity.capacity) }) } })
      }
      if ((bits & bindConflict) !== 0) facts.push({ id: 'volume.noneToBind', values: { claims: own.delayed.length } })
      if ((bits & notEnoughSpace) !== 0) facts.push({ id: 'volume.notEnoughSpace', values: { claims: own.delayed.length } })
      return facts
    },

    preScore: () => (rawScore === undefined ? skip : success),

    // Without claims it is 0 everywhere.
    scoreDependence: (pod) => (claimsOf(pod.pod).length === 0 ? 'row' : 'cluster'),

    score(state, _pod, _nodes, rows, count, scores) {
      const byRow = state.read(filterState)?.byRow
      if (byRow === undefined) scores.fill(0, 0, count)
      else for (let i = 0; i < count; i++) scores[i] = scoreOf(byRow.get(rows[i] as number))
      return undefined
    },

    scoreFacts(state, _pod, _nodes, row) {
      const volumes = state.read(filterState)?.byRow.get(row)
      if (volumes === undefined) return []
      return [...useByClass(volumes)].map(([storageClass, { requested, capacity }]) => ({ id: 'volume.use', values: { storageClass, requested, capacity } }))
    },

    reserve(state, pod, nodeName) {
      if (claimsOf(pod.pod).length === 0) return success
      const volumes = volumesOn(state, pod, nodeName)
      if (volumes === undefined || allBound(pod.pod)) {
        state.write(reservedState, { allBound: true, volumes: [], boundClaims: [], provisioned: [], written: false, deadline: 0 })
        return success
      }
      const bound = volumes.bindings.map(({ claim, volume }) => boundTo(volume, claim))
      const provisioned = volumes.provisions.map(({ claim }) => ({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [selectedNodeAnnotation]: nodeName } } }))
      for (const volume of bound) handle.assume('persistentVolumes', volume as unknown as ApiObject)
      for (const claim of provisioned) handle.assume('persistentVolumeClaims', claim as unknown as ApiObject)
      state.write(reservedState, { allBound: false, volumes: bound, boundClaims: volumes.bindings.map(({ claim }) => keyOfClaim(claim)), provisioned, written: false, deadline: 0 })
      return success
    },

    unreserve(state) {
      const reserved = state.read(reservedState)
      if (reserved === undefined) return
      for (const volume of reserved.volumes) handle.forget('persistentVolumes', nameOf(volume))
      for (const claim of reserved.provisioned) handle.forget('persistentVolumeClaims', keyOfClaim(claim))
      state.delete(reservedState)
    },

    preBindPreFlight(state) {
      const reserved = state.read(reservedState)
      return reserved === undefined || reserved.allBound ? skip : success
    },

    preBind(state, _pod, nodeName): PermitAnswer {
      let reserved = state.read(reservedState)
      if (reserved === undefined || reserved.allBound) return success
      if (!reserved.written) {
        try {
          reserved = write(reserved)
        } catch (error) {
          if (error instanceof ApiError) return status('Error', error.message)
          throw error
        }
        state.write(reservedState, reserved)
      }
      const outcome = checkBindings(reserved, nodeOf(nodeName), nodeName)
      if (typeof outcome === 'string') return status('Error', `binding volumes: ${outcome}`)
      if (outcome) return success
      const left = reserved.deadline - handle.now()
      return left <= 0 ? status('Error', 'binding volumes: context deadline exceeded') : { ...status('Wait'), timeoutMs: left }
    },

    eventsToRegister: () => [
      {
        resource: 'StorageClass', action: action.Add | action.Update,
        hint: (_pod, before, after) => (before === undefined || !deepEqual((before as unknown as StorageClass).allowedTopologies, (after as unknown as StorageClass).allowedTopologies) ? 'Queue' : 'QueueSkip'),
      },
      {
        resource: 'PersistentVolumeClaim', action: action.Add | action.Update,
        hint: (pod, _before, after) => (after?.metadata.namespace === pod.namespace && claimsOf(pod.pod).some(({ name }) => name === after.metadata.name) ? 'Queue' : 'QueueSkip'),
      },
      { resource: 'PersistentVolume', action: action.Add | action.Update },
      { resource: 'Node', action: action.Add | action.UpdateNodeLabel },
      {
        resource: 'CSINode', action: action.Add | action.Update,
        hint: (_pod, before, after) => {
          const migrated = (object: ApiObject | undefined): string => (object as unknown as CSINode | undefined)?.metadata.annotations?.[migratedPluginsAnnotation] ?? ''
          return before === undefined || migrated(before) !== migrated(after) ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'CSIDriver', action: action.Update,
        hint: (pod, before, after) => {
          const [was, is] = [before as unknown as CSIDriver, after as unknown as CSIDriver]
          const used = (pod.pod.spec?.volumes ?? []).some(({ csi }) => csi?.driver === is.metadata.name)
          return used && was.spec.storageCapacity === true && is.spec.storageCapacity !== true ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'CSIStorageCapacity', action: action.Add | action.Update,
        hint: (_pod, before, after) => {
          if (before === undefined) return 'Queue'
          const [had, has] = [volumeLimit(before as unknown as CSIStorageCapacity), volumeLimit(after as unknown as CSIStorageCapacity)]
          return has !== undefined && (had === undefined || has > had) ? 'Queue' : 'QueueSkip'
        },
      },
    ],
  }
}
