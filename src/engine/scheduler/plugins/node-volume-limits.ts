import type { CSINode, Fact, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../../api'
import {
  action, cycleStateKey, detailOfVerdict, skip, success, verdict, verdictCode,
  type CycleState, type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PodInfo, type PreFilterPlugin, type Verdict,
} from '../framework/types'
import { asPod, holdsNode } from './helper/pods'
import { claimKey, claimNotForPod, claimNotFound, claimOf, claimsOf, inTreePluginOf, inTreePlugins, migratedHandle, zonesOf } from './helper/volumes'

/** Unique volume ("driver/handle") to driver. */
type Volumes = ReadonlyMap<string, string>

type Found = { readonly volumes: Map<string, string>; readonly error?: undefined } | { readonly error: string; readonly notFound: boolean }

interface FilterState {
  /** What the Pod brings to a node with a CSINode, and to one without: in-tree volumes count only with one. */
  readonly withCsiNode: Found
  readonly withoutCsiNode: Found
  /** Texts of verdicts, by detail. */
  readonly texts: string[]
  /** By node; made when first asked for. */
  attachments: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined
}
const filterState = cycleStateKey<FilterState>('PreFilterNodeVolumeLimits')

const maxVolumeCount = 'node(s) exceed max volume count'
/** Stands for the handle of a volume that is yet to be made; no real handle begins like it. */
const unboundPrefix = 'unbound\u0000'

function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const driver of csiNode?.spec?.drivers ?? []) if (driver.allocatable?.count !== undefined) limits.set(driver.name, driver.allocatable.count)
  return limits
}

function perDriver(volumes: Volumes): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1)
  return counts
}

/**
 * Refuses nodes where a CSI driver cannot attach as many volumes more as the Pod brings. A volume counts once, however many Pods
 * of the node use it. Upstream: plugins/nodevolumelimits, csi.go.
 */
export function nodeVolumeLimits(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  const { csiDrivers, csiNodes, persistentVolumeClaims, persistentVolumes, storageClasses, volumeAttachments } = handle.listers
  const checkDrivers = handle.featureGate('VolumeLimitScaling')

  const isConsidered = (pod: Pod): boolean =>
    (pod.spec?.volumes ?? []).some((volume) => claimOf(pod, volume) !== undefined || inTreePluginOf(volume) !== undefined)

  function zonesOfVolume(volume: PersistentVolume): readonly string[] {
    const labels = volume.metadata.labels ?? {}
    const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone']
    return zone === undefined ? [] : zonesOf(zone)
  }

  /** Driver and handle of a claim's volume; of its class, while it has none. undefined: no CSI volume. */
  function volumeOfClaim(claim: PersistentVolumeClaim, migrated: boolean): { readonly driver: string; readonly volumeHandle: string } | undefined {
    const volume = persistentVolumes.get(claim.spec?.volumeName ?? '')
    if (volume === undefined) {
      const className = claim.spec?.storageClassName ?? claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? ''
      const storageClass = className === '' ? undefined : storageClasses.get(className)
      if (storageClass === undefined) return undefined
      const inTree = inTreePlugins[storageClass.provisioner]
      if (inTree?.counted === true && !migrated) return undefined
      const driver = inTree?.counted === true ? inTree.driver : storageClass.provisioner
      return { driver, volumeHandle: `${unboundPrefix}${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}` }
    }
    const csi = volume.spec?.csi
    if (csi !== undefined) return { driver: csi.driver, volumeHandle: csi.volumeHandle }
    const plugin = inTreePluginOf(volume.spec ?? {})
    const inTree = plugin === undefined ? undefined : inTreePlugins[plugin]
    if (plugin === undefined || inTree?.counted !== true || !migrated) return undefined
    return { driver: inTree.driver, volumeHandle: migratedHandle(plugin, volume.spec ?? {}, zonesOfVolume(volume)) }
  }

  /** `incoming`: a claim that does not exist is an error for the new Pod, and nothing for one that runs. */
  function volumesOf(pod: Pod, migrated: boolean, incoming: boolean): Found {
    const volumes = new Map<string, string>()
    for (const volume of pod.spec?.volumes ?? []) {
      const reference = claimOf(pod, volume)
      if (reference === undefined) {
        const plugin = inTreePluginOf(volume)
        const inTree = plugin === undefined ? undefined : inTreePlugins[plugin]
        if (plugin !== undefined && inTree?.counted === true && migrated) volumes.set(`${inTree.driver}/${migratedHandle(plugin, volume, [])}`, inTree.driver)
        continue
      }
      if (reference.name === '') return { error: 'PersistentVolumeClaim had no name', notFound: false }
      const key = claimKey(pod, reference.name)
      const claim = persistentVolumeClaims.get(key)
      if (claim === undefined) {
        if (incoming) return { error: `looking up PVC ${key}: ${claimNotFound(reference.name)}`, notFound: true }
        continue
      }
      if (reference.ephemeral) {
        const foreign = claimNotForPod(pod, claim)
        if (foreign !== undefined) return { error: foreign, notFound: false }
      }
      const found = volumeOfClaim(claim, migrated)
      if (found !== undefined && found.driver !== '' && found.volumeHandle !== '') volumes.set(`${found.driver}/${found.volumeHandle}`, found.driver)
    }
    return { volumes }
  }

  function stateOf(state: CycleState, pod: PodInfo): FilterState {
    let found = state.read(filterState)
    if (found === undefined) {
      found = { withCsiNode: volumesOf(pod.pod, true, true), withoutCsiNode: volumesOf(pod.pod, false, true), texts: [maxVolumeCount], attachments: undefined }
      state.write(filterState, found)
    }
    return found
  }

  function say(own: FilterState, code: 1 | 2 | 3, text: string): Verdict {
    let index = own.texts.indexOf(text)
    if (index < 0) index = own.texts.push(text) - 1
    return verdict(code, index)
  }

  /** Volumes that nodes have or are getting, by what attachments say. */
  function attachmentsByNode(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const byNode = new Map<string, Map<string, string>>()
    for (const { spec } of volumeAttachments.list()) {
      const csi = persistentVolumes.get(spec.source.persistentVolumeName ?? '')?.spec?.csi
      if (csi === undefined || spec.attacher === '') continue
      const volumes = byNode.get(spec.nodeName) ?? new Map<string, string>()
      byNode.set(spec.nodeName, volumes.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher))
    }
    return byNode
  }

  interface Count {
    readonly driver: string
    readonly used: number
    readonly requested: number
    readonly limit: number
  }

  /** What a row comes to: a verdict, and the counts of each limited driver the Pod brings volumes of. */
  function decide(own: FilterState, node: NodeInfo): { readonly verdict: Verdict; readonly counts: readonly Count[] } {
    const csiNode = csiNodes.get(node.name)
    const found = csiNode === undefined ? own.withoutCsiNode : own.withCsiNode
    if (found.error !== undefined) return { verdict: say(own, found.notFound ? verdictCode.UnschedulableAndUnresolvable : verdictCode.Error, found.error), counts: [] }
    if (found.volumes.size === 0) return { verdict: 0, counts: [] }
    if (checkDrivers) {
      for (const driver of new Set(found.volumes.values())) {
        const required = csiDrivers.get(driver)?.spec?.preventPodSchedulingIfMissing === true
        if (required && csiNode?.spec?.drivers?.some(({ name }) => name === driver) !== true) {
          return { verdict: say(own, verdictCode.Unschedulable, `${driver} CSI driver is not installed on the node`), counts: [] }
        }
      }
    }
    const limits = limitsOf(csiNode)
    if (limits.size === 0) return { verdict: 0, counts: [] }
    const attached = new Map<string, string>()
    for (const { pod } of node.pods) {
      if (pod.spec?.volumes === undefined) continue
      const theirs = volumesOf(pod, true, false)
      if (theirs.error !== undefined) return { verdict: say(own, verdictCode.Error, theirs.error), counts: [] }
      for (const [volume, driver] of theirs.volumes) attached.set(volume, driver)
    }
    const fresh = new Map([...found.volumes].filter(([volume]) => !attached.has(volume)))
    const used = new Map(perDriver(attached))
    own.attachments ??= attachmentsByNode()
    for (const [volume, driver] of own.attachments.get(node.name) ?? []) if (!attached.has(volume)) used.set(driver, (used.get(driver) ?? 0) + 1)
    let full = false
    const counts: Count[] = []
    for (const [driver, requested] of perDriver(fresh)) {
      const limit = limits.get(driver)
      if (limit === undefined) continue
      counts.push({ driver, used: used.get(driver) ?? 0, requested, limit })
      if ((used.get(driver) ?? 0) + requested > limit) full = true
    }
    return { verdict: full ? say(own, verdictCode.Unschedulable, maxVolumeCount) : 0, counts }
  }

  return {
    name: 'NodeVolumeLimits',

    concerns: ({ pod }) => isConsidered(pod),

    preFilter(state, pod) {
      if (!isConsidered(pod.pod)) return skip
      stateOf(state, pod)
      return success
    },

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const own = stateOf(state, pod)
      for (let i = from; i < to; i++) if (verdicts[i] === 0) verdicts[i] = decide(own, nodes.infos[rows[i] as number] as NodeInfo).verdict
    },

    reasons: (state, pod, value) => [stateOf(state, pod).texts[detailOfVerdict(value)] ?? maxVolumeCount],

    filterFacts(state, pod, nodes, row) {
      const node = nodes.infos[row]
      if (node === undefined) return []
      const own = stateOf(state, pod)
      const decided = decide(own, node)
      const facts: Fact[] = decided.counts.map(({ driver, used, requested, limit }) => ({
        id: used + requested > limit ? 'volume.limitExceeded' : 'volume.limit', values: { driver, used, requested, limit, free: limit - used },
      }))
      if (decided.verdict !== 0 && facts.length === 0) facts.push({ id: 'volume.problem', values: { message: own.texts[detailOfVerdict(decided.verdict)] ?? '' } })
      return facts
    },

    eventsToRegister: () => [
      { resource: 'CSINode', action: action.Add },
      {
        resource: 'CSINode', action: action.Update,
        hint: (_pod, before, after) => {
          const [had, has] = [limitsOf(before as unknown as CSINode), limitsOf(after as unknown as CSINode)]
          return [...has].some(([driver, limit]) => limit > (had.get(driver) ?? 0)) ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'AssignedPod', action: action.Delete,
        hint: (_pod, before) => (holdsNode(asPod(before)) && isConsidered(asPod(before)) ? 'Queue' : 'QueueSkip'),
      },
      {
        resource: 'PersistentVolumeClaim', action: action.Add,
        hint: (pod, _before, after) => (after?.metadata.namespace === pod.namespace && claimsOf(pod.pod).some(({ name }) => name === after.metadata.name) ? 'Queue' : 'QueueSkip'),
      },
      {
        resource: 'VolumeAttachment', action: action.Delete,
        hint: (pod, before) => {
          const found = volumesOf(pod.pod, true, true)
          const { attacher } = (before as unknown as VolumeAttachment).spec
          return found.error !== undefined || [...found.volumes.values()].includes(attacher) ? 'Queue' : 'QueueSkip'
        },
      },
    ],
  }
}
