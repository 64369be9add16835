import type { Pod, Volume } from '../../../api'
import {
  action, cycleStateKey, detailOfVerdict, skip, status, success, verdict, verdictCode,
  type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PodInfo, type PreFilterPlugin,
} from '../framework/types'
import { asPod, holdsNode } from './helper/pods'
import { claimKey, claimNotFound } from './helper/volumes'

interface FilterState {
  /** Claims of the Pod that only one Pod may use. */
  readonly exclusive: ReadonlySet<string>
  /** How often other Pods use them. */
  users: number
}
const filterState = cycleStateKey<FilterState>('PreFilterVolumeRestrictions')

const [diskTaken, claimTaken] = [1, 2]
const diskVerdict = verdict(verdictCode.Unschedulable, diskTaken)
const claimVerdict = verdict(verdictCode.Unschedulable, claimTaken)
const diskReasons = ['node(s) had no available disk']
const claimReasons = ['node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod']

const isRestricted = (volume: Volume): boolean =>
  volume.gcePersistentDisk !== undefined || volume.awsElasticBlockStore !== undefined || volume.rbd !== undefined || volume.iscsi !== undefined

/** What two volumes collide on, if they do: the name of the disk. Read-only twice is no collision, except for EBS. */
export function volumeConflict(a: Volume, b: Volume): string | undefined {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const same = a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName
    if (same && !(a.gcePersistentDisk.readOnly === true && b.gcePersistentDisk.readOnly === true)) return a.gcePersistentDisk.pdName
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID) {
    return a.awsElasticBlockStore.volumeID
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    if (a.iscsi.iqn === b.iscsi.iqn && !(a.iscsi.readOnly === true && b.iscsi.readOnly === true)) return a.iscsi.iqn
  }
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const theirs = b.rbd
    const shared = (a.rbd.monitors ?? []).some((monitor) => (theirs.monitors ?? []).includes(monitor))
    const same = shared && a.rbd.pool === theirs.pool && a.rbd.image === theirs.image
    if (same && !(a.rbd.readOnly === true && theirs.readOnly === true)) return a.rbd.image
  }
  return undefined
}

function conflictOn(volumes: readonly Volume[], node: NodeInfo): { readonly disk: string; readonly pod: PodInfo } | undefined {
  for (const volume of volumes) {
    for (const other of node.pods) {
      for (const theirs of other.pod.spec?.volumes ?? []) {
        const disk = volumeConflict(volume, theirs)
        if (disk !== undefined) return { disk, pod: other }
      }
    }
  }
  return undefined
}

const restrictedVolumes = (pod: Pod): readonly Volume[] => (pod.spec?.volumes ?? []).filter(isRestricted)

function claimNames(pod: Pod): readonly string[] {
  const names: string[] = []
  for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) if (persistentVolumeClaim !== undefined) names.push(persistentVolumeClaim.claimName)
  return names
}

/**
 * Disks that cannot be attached twice in the way asked for (GCE, EBS, iSCSI, RBD) keep two Pods from one node; a claim with access
 * mode ReadWriteOncePod keeps two Pods from running at all. Upstream: plugins/volumerestrictions.
 */
export function volumeRestrictions(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  function update(state: FilterState | undefined, other: PodInfo, delta: 1 | -1): void {
    if (state === undefined) return
    for (const name of claimNames(other.pod)) if (state.exclusive.has(name)) state.users += delta
  }

  return {
    name: 'VolumeRestrictions',

    concerns: ({ pod }) => claimNames(pod).length > 0 || restrictedVolumes(pod).length > 0,

    preFilter(state, pod, nodes) {
      const exclusive = new Set<string>()
      for (const name of claimNames(pod.pod)) {
        const claim = handle.listers.persistentVolumeClaims.get(claimKey(pod.pod, name))
        if (claim === undefined) return status('UnschedulableAndUnresolvable', claimNotFound(name))
        if (claim.spec?.accessModes?.includes('ReadWriteOncePod') ?? false) exclusive.add(name)
      }
      let users = 0
      for (const name of exclusive) if (nodes.pvcUsers(claimKey(pod.pod, name)) > 0) users++
      if (users === 0 && restrictedVolumes(pod.pod).length === 0) return skip
      state.write(filterState, { exclusive, users })
      return success
    },

    addPod(state, _pod, added) {
      update(state.read(filterState), added, 1)
      return success
    },

    removePod(state, _pod, removed) {
      update(state.read(filterState), removed, -1)
      return success
    },

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const taken = (state.read(filterState)?.users ?? 0) > 0
      const volumes = restrictedVolumes(pod.pod)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        if (volumes.length > 0 && conflictOn(volumes, nodes.infos[rows[i] as number] as NodeInfo) !== undefined) verdicts[i] = diskVerdict
        else if (taken) verdicts[i] = claimVerdict
      }
    },

    reasons: (_state, _pod, value) => (detailOfVerdict(value) === diskTaken ? diskReasons : claimReasons),

    filterFacts(state, pod, nodes, row) {
      const node = nodes.infos[row]
      const conflict = node === undefined ? undefined : conflictOn(restrictedVolumes(pod.pod), node)
      if (conflict !== undefined) return [{ id: 'volume.diskConflict', values: { disk: conflict.disk, pod: conflict.pod.key } }]
      const exclusive = state.read(filterState)
      if (exclusive === undefined || exclusive.users <= 0) return []
      return [...exclusive.exclusive].map((claim) => ({ id: 'volume.claimInUse', values: { claim, accessMode: 'ReadWriteOncePod', users: nodes.pvcUsers(claimKey(pod.pod, claim)) } }))
    },

    eventsToRegister: () => [
      {
        resource: 'AssignedPod', action: action.Delete,
        hint: (pod, before) => {
          const deleted = asPod(before)
          if (!holdsNode(deleted) || deleted.metadata.namespace !== pod.namespace) return 'QueueSkip'
          const theirs = new Set(claimNames(deleted))
          if (claimNames(pod.pod).some((name) => theirs.has(name))) return 'Queue'
          const conflict = (pod.pod.spec?.volumes ?? []).some((volume) => (deleted.spec?.volumes ?? []).some((other) => volumeConflict(volume, other) !== undefined))
          return conflict ? 'Queue' : 'QueueSkip'
        },
      },
      { resource: 'Node', action: action.Add },
      {
        resource: 'PersistentVolumeClaim', action: action.Add,
        hint: (pod, _before, after) => (after?.metadata.namespace === pod.namespace && claimNames(pod.pod).includes(after.metadata.name ?? '') ? 'Queue' : 'QueueSkip'),
      },
    ],
  }
}
