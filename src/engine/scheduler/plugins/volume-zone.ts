import type { Fact, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../api'
import { deepEqual } from '../../../base'
import {
  action, cycleStateKey, skip, status, success, verdict, verdictCode,
  type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PodInfo, type PreFilterPlugin, type Status,
} from '../framework/types'
import { claimKey, claimNotFound, classOfClaim, zonesOf } from './helper/volumes'

const [betaZone, betaRegion, zone, region] = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region']
const topologyLabels = [betaZone, betaRegion, zone, region] as const
const newerLabel: Readonly<Record<string, string>> = { [betaZone]: zone, [betaRegion]: region }

interface VolumeTopology {
  readonly volume: string
  readonly key: string
  readonly values: readonly string[]
}
const filterState = cycleStateKey<readonly VolumeTopology[]>('PreFilterVolumeZone')

const elsewhere = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
const reasons = ['node(s) had no available volume zone']

const unresolvable = (reason: string): Status => status('UnschedulableAndUnresolvable', reason)

function topologiesOf(volume: PersistentVolume): readonly VolumeTopology[] {
  const labels = volume.metadata.labels ?? {}
  return topologyLabels.filter((key) => Object.hasOwn(labels, key))
    .map((key) => ({ volume: volume.metadata.name ?? '', key, values: zonesOf(labels[key] as string) }))
    .filter(({ values }) => !values.includes('')) // a label that does not parse is passed over
}

/** The node's value for a volume's label; old and new names stand for each other one way. */
function valueOn(node: NodeInfo, key: string): string | undefined {
  if (Object.hasOwn(node.labels, key)) return node.labels[key]
  const newer = newerLabel[key]
  return newer !== undefined && Object.hasOwn(node.labels, newer) ? node.labels[newer] : undefined
}

const hasTopology = (node: NodeInfo): boolean => topologyLabels.some((key) => Object.hasOwn(node.labels, key))

const satisfies = (node: NodeInfo, topology: VolumeTopology): boolean => {
  const value = valueOn(node, topology.key)
  return value !== undefined && topology.values.includes(value)
}

/**
 * A bound volume with zone or region labels keeps its Pod to nodes of that zone or region. A node without any such label passes.
 * Upstream: plugins/volumezone.
 */
export function volumeZone(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  const { persistentVolumeClaims, persistentVolumes, storageClasses } = handle.listers

  function claimNamesOf(pod: PodInfo): readonly string[] {
    const names: string[] = []
    for (const { persistentVolumeClaim } of pod.pod.spec?.volumes ?? []) if (persistentVolumeClaim !== undefined) names.push(persistentVolumeClaim.claimName)
    return names
  }

  /** The topology a claim brings, or why the Pod cannot be placed at all. */
  function ofClaim(pod: PodInfo, name: string): readonly VolumeTopology[] | Status {
    if (name === '') return unresolvable('PersistentVolumeClaim had no name')
    const claim = persistentVolumeClaims.get(claimKey(pod.pod, name))
    if (claim === undefined) return unresolvable(claimNotFound(name))
    const volumeName = claim.spec?.volumeName ?? ''
    if (volumeName === '') return ofUnboundClaim(claim)
    const volume = persistentVolumes.get(volumeName)
    return volume === undefined ? unresolvable(`persistentvolume "${volumeName}" not found`) : topologiesOf(volume)
  }

  function ofUnboundClaim(claim: PersistentVolumeClaim): readonly VolumeTopology[] | Status {
    const className = classOfClaim(claim)
    if (className === '') return unresolvable('PersistentVolumeClaim had no pv name and storageClass name')
    const storageClass = storageClasses.get(className)
    if (storageClass === undefined) return unresolvable(`storageclass.storage.k8s.io "${className}" not found`)
    if (storageClass.volumeBindingMode === undefined) return unresolvable(`VolumeBindingMode not set for StorageClass "${className}"`)
    return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? [] : unresolvable('PersistentVolume had no name')
  }

  return {
    name: 'VolumeZone',

    concerns: (pod) => claimNamesOf(pod).length > 0,

    preFilter(state, pod) {
      const topologies: VolumeTopology[] = []
      for (const name of claimNamesOf(pod)) {
        const found = ofClaim(pod, name)
        if ('code' in found) return found
        topologies.push(...found)
      }
      if (topologies.length === 0) return skip
      state.write(filterState, topologies)
      return success
    },

    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const topologies = state.read(filterState) ?? []
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const node = nodes.infos[rows[i] as number] as NodeInfo
        if (hasTopology(node) && !topologies.every((topology) => satisfies(node, topology))) verdicts[i] = elsewhere
      }
    },

    reasons: () => reasons,

    filterFacts(state, _pod, nodes, row) {
      const node = nodes.infos[row]
      if (node === undefined) return []
      if (!hasTopology(node)) return [{ id: 'volume.noTopology', values: {} }]
      return (state.read(filterState) ?? []).map((topology): Fact => ({
        id: satisfies(node, topology) ? 'volume.zoneMatch' : 'volume.zoneMismatch',
        values: { volume: topology.volume, key: topology.key, wanted: topology.values.join(', '), value: valueOn(node, topology.key) ?? '' },
      }))
    },

    eventsToRegister: () => [
      {
        resource: 'StorageClass', action: action.Add,
        hint: (_pod, _before, after) => ((after as unknown as StorageClass).volumeBindingMode === 'WaitForFirstConsumer' ? 'Queue' : 'QueueSkip'),
      },
      { resource: 'Node', action: action.Add | action.UpdateNodeLabel },
      {
        resource: 'PersistentVolumeClaim', action: action.Add | action.Update,
        hint: (pod, _before, after) => (after?.metadata.namespace === pod.namespace && claimNamesOf(pod).includes(after.metadata.name ?? '') ? 'Queue' : 'QueueSkip'),
      },
      {
        resource: 'PersistentVolume', action: action.Add | action.Update,
        hint: (_pod, before, after) => {
          if (before === undefined) return 'Queue'
          return deepEqual(topologiesOf(before as unknown as PersistentVolume), topologiesOf(after as unknown as PersistentVolume)) ? 'QueueSkip' : 'Queue'
        },
      },
    ],
  }
}
