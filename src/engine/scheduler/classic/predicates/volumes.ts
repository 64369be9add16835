import { quantityValue, type PersistentVolume, type Pod, type Volume } from '../../../../api'
import { cycleStateKey, detailOfVerdict, verdict, verdictCode, type AnyPlugin, type FilterPlugin, type NodeInfo, type PodInfo } from '../../framework/types'
import { claimKey, claimNotFound, zonesOf } from '../../plugins/helper/volumes'
import { nodeVolumeLimits } from '../../plugins/node-volume-limits'
import { volumeBinding } from '../../plugins/volume-binding'
import { volumeConflict } from '../../plugins/volume-restrictions'
import type { ClassicContext, PredicateFactory } from '../context'

function conflictOn(pod: Pod, node: NodeInfo): { readonly disk: string; readonly pod: PodInfo } | undefined {
  for (const volume of pod.spec?.volumes ?? []) {
    for (const other of node.pods) {
      for (const theirs of other.pod.spec?.volumes ?? []) {
        const disk = volumeConflict(volume, theirs)
        if (disk !== undefined) return { disk, pod: other }
      }
    }
  }
  return undefined
}

/** No volume of the Pod that a Pod of the node has in a way that excludes it. */
export const noDiskConflict: PredicateFactory = (_context, name) => ({
  name,
  filterDependence: 'row',
  filter(_state, pod, nodes, rows, from, to, verdicts) {
    if ((pod.pod.spec?.volumes?.length ?? 0) === 0) return
    for (let i = from; i < to; i++) {
      if (verdicts[i] === 0 && conflictOn(pod.pod, nodes.infos[rows[i] as number] as NodeInfo) !== undefined) verdicts[i] = verdict(verdictCode.Unschedulable, 1)
    }
  },
  reasons: () => ['node(s) had no available disk'],
  filterFacts(_state, pod, nodes, row) {
    const node = nodes.infos[row]
    const conflict = node === undefined ? undefined : conflictOn(pod.pod, node)
    return conflict === undefined ? [] : [{ id: 'volume.diskConflict', values: { disk: conflict.disk, pod: conflict.pod.key } }]
  },
})

/** A kind of disk of which a node can have only so many. */
interface DiskKind {
  readonly idOf: (source: Volume | NonNullable<PersistentVolume['spec']>) => string | undefined
  readonly allocatable: string
  readonly limitOf: (node: NodeInfo) => number
}

const newerInstance = /^[cmr]5.*|t3|z1d/

const ebs: DiskKind = {
  idOf: ({ awsElasticBlockStore }) => awsElasticBlockStore?.volumeID, allocatable: 'attachable-volumes-aws-ebs',
  limitOf: ({ labels }) => (newerInstance.test(labels['beta.kubernetes.io/instance-type'] ?? '') ? 25 : 39),
}
const gce: DiskKind = { idOf: ({ gcePersistentDisk }) => gcePersistentDisk?.pdName, allocatable: 'attachable-volumes-gce-pd', limitOf: () => 16 }
const azure: DiskKind = { idOf: ({ azureDisk }) => azureDisk?.diskName, allocatable: 'attachable-volumes-azure-disk', limitOf: () => 16 }
const cinder: DiskKind = { idOf: ({ cinder: source }) => source?.volumeID, allocatable: 'attachable-volumes-cinder', limitOf: () => 256 }

const diskLimit = (kind: DiskKind): PredicateFactory => ({ handle }, name) => {
  function disksOf(pod: Pod, into: Set<string>): void {
    for (const volume of pod.spec?.volumes ?? []) {
      const direct = kind.idOf(volume)
      if (direct !== undefined) into.add(direct)
      const claimName = volume.persistentVolumeClaim?.claimName
      if (claimName === undefined) continue
      const claim = handle.listers.persistentVolumeClaims.get(claimKey(pod, claimName))
      const spec = handle.listers.persistentVolumes.get(claim?.spec?.volumeName ?? '')?.spec
      const id = spec === undefined ? undefined : kind.idOf(spec)
      if (id !== undefined) into.add(id)
    }
  }
  function count(pod: PodInfo, node: NodeInfo): { readonly used: number; readonly requested: number; readonly limit: number } {
    const wanted = new Set<string>()
    disksOf(pod.pod, wanted)
    const attached = new Set<string>()
    for (const other of node.pods) disksOf(other.pod, attached)
    const allocatable = node.node.status?.allocatable?.[kind.allocatable]
    const limit = allocatable === undefined ? kind.limitOf(node) : quantityValue(allocatable)
    return { used: attached.size, requested: [...wanted].filter((id) => !attached.has(id)).length, limit }
  }
  const bringsDisks = (pod: PodInfo): boolean => {
    const wanted = new Set<string>()
    disksOf(pod.pod, wanted)
    return wanted.size > 0
  }
  return {
    name,
    filter(_state, pod, nodes, rows, from, to, verdicts) {
      if (!bringsDisks(pod)) return
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const { used, requested, limit } = count(pod, nodes.infos[rows[i] as number] as NodeInfo)
        if (used + requested > limit) verdicts[i] = verdict(verdictCode.Unschedulable, 1)
      }
    },
    reasons: () => ['node(s) exceed max volume count'],
    filterFacts(_state, pod, nodes, row) {
      const node = nodes.infos[row]
      if (node === undefined || !bringsDisks(pod)) return []
      const { used, requested, limit } = count(pod, node)
      return [{ id: used + requested > limit ? 'volume.limitExceeded' : 'volume.limit', values: { driver: kind.allocatable, used, requested, limit, free: limit - used } }]
    },
  }
}

export const maxEbsVolumeCount = diskLimit(ebs)
export const maxGcePdVolumeCount = diskLimit(gce)
export const maxAzureDiskVolumeCount = diskLimit(azure)
export const maxCinderVolumeCount = diskLimit(cinder)

/** The same question as today, under its older name. */
export const maxCsiVolumeCount: PredicateFactory = ({ handle }, name) => ({ ...nodeVolumeLimits(undefined, handle), name })

export const checkVolumeBinding: PredicateFactory = ({ handle }, name) => {
  const { preFilter, filter, reasons, filterFacts, reserve, unreserve, preBindPreFlight, preBind, eventsToRegister } = volumeBinding({ bindTimeoutSeconds: 600 }, handle)
  const plugin: AnyPlugin & FilterPlugin = {
    name, preFilter, filter, reasons, filterFacts, reserve, unreserve, preBind, eventsToRegister, ...(preBindPreFlight === undefined ? {} : { preBindPreFlight }),
  }
  return plugin
}

const zoneLabels = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region'] as const
const zoneTexts = cycleStateKey<string[]>('classic/NoVolumeZoneConflict')

interface ZoneAnswer {
  readonly mismatch?: { readonly volume: string; readonly key: string; readonly wanted: string; readonly value: string }
  readonly error?: string
}

/** Volumes with zone or region labels keep to nodes of them. A claim that does not exist is an error, but only on nodes with such labels. */
export const noVolumeZoneConflict: PredicateFactory = ({ handle }: ClassicContext, name) => {
  const { persistentVolumeClaims, persistentVolumes, storageClasses } = handle.listers

  function look(pod: Pod, node: NodeInfo): ZoneAnswer {
    const own = zoneLabels.filter((key) => Object.hasOwn(node.labels, key))
    if (own.length === 0) return {}
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue
      const { claimName } = persistentVolumeClaim
      if (claimName === '') return { error: 'PersistentVolumeClaim had no name' }
      const claim = persistentVolumeClaims.get(claimKey(pod, claimName))
      if (claim === undefined) return { error: claimNotFound(claimName) }
      const volumeName = claim.spec?.volumeName ?? ''
      if (volumeName === '') {
        const className = claim.spec?.storageClassName ?? ''
        if (className !== '' && storageClasses.get(className)?.volumeBindingMode === 'WaitForFirstConsumer') continue
        return { error: `PersistentVolumeClaim is not bound: "${claimName}"` }
      }
      const volume = persistentVolumes.get(volumeName)
      if (volume === undefined) return { error: `persistentvolume "${volumeName}" not found` }
      const labels = volume.metadata.labels ?? {}
      for (const key of zoneLabels) {
        if (!Object.hasOwn(labels, key)) continue
        const wanted = labels[key] as string
        const value = Object.hasOwn(node.labels, key) ? (node.labels[key] as string) : ''
        if (!zonesOf(wanted).includes(value)) return { mismatch: { volume: volumeName, key, wanted, value } }
      }
    }
    return {}
  }

  return {
    name,
    filter(state, pod, nodes, rows, from, to, verdicts) {
      if ((pod.pod.spec?.volumes?.length ?? 0) === 0) return
      const texts: string[] = []
      state.write(zoneTexts, texts)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const { mismatch, error } = look(pod.pod, nodes.infos[rows[i] as number] as NodeInfo)
        if (error !== undefined) {
          const known = texts.indexOf(error)
          verdicts[i] = verdict(verdictCode.Error, known < 0 ? texts.push(error) - 1 : known)
        } else if (mismatch !== undefined) verdicts[i] = verdict(verdictCode.UnschedulableAndUnresolvable, 0)
      }
    },
    reasons(state, _pod, value) {
      if ((value & 3) === verdictCode.Error) return [state.read(zoneTexts)?.[detailOfVerdict(value)] ?? '']
      return ['node(s) had no available volume zone']
    },
    filterFacts(_state, pod, nodes, row) {
      const node = nodes.infos[row]
      const { mismatch, error } = node === undefined ? {} as ZoneAnswer : look(pod.pod, node)
      if (error !== undefined) return [{ id: 'volume.problem', values: { message: error } }]
      return mismatch === undefined ? [] : [{ id: 'volume.zoneMismatch', values: { ...mismatch } }]
    },
  }
}
