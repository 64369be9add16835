import { amountOf, qosClassOf, type CgroupView, type Container, type Node, type Pod, type QosClass } from '../../../api'
import type { Runtime } from '../runtime'
import { isCritical } from './eviction'

/** Class of a Pod: as the api-server wrote it, or as it would have. Upstream: qos.GetPodQOS. */
export function qosOf(pod: Pod): QosClass {
  const said = pod.status?.qosClass
  return said === 'Guaranteed' || said === 'Burstable' || said === 'BestEffort' ? said : qosClassOf(pod.spec ?? { containers: [] })
}

/** Slice of a Pod under systemd's hand. Upstream: cm.CgroupName.ToSystemd, podContainerManagerImpl.GetPodContainerName. */
function podSlice(uid: string, qos: QosClass): string {
  const id = uid.replaceAll('-', '_')
  if (qos === 'Guaranteed') return `/kubepods.slice/kubepods-pod${id}.slice`
  const name = qos.toLowerCase()
  return `/kubepods.slice/kubepods-${name}.slice/kubepods-${name}-pod${id}.slice`
}

/** Where the container's own numbers are. */
export function containerCgroup(runtime: Runtime, uid: string, qos: QosClass, container: string, id: string): string {
  const bare = id.slice(id.indexOf('://') + 3)
  switch (runtime.name) {
    case 'containerd': return `${podSlice(uid, qos)}/cri-containerd-${bare}.scope`
    case 'docker': return `${podSlice(uid, qos)}/docker-${bare}.scope`
    case 'cri-o': return `${podSlice(uid, qos)}/crio-${bare}.scope`
    case 'rkt': return `/machine.slice/machine-rkt\\x2d${uid}.scope/system.slice/${container}.service`
  }
}

const periodUs = 100_000
const quotaUsMin = 1_000

/** cpu.max: how many microseconds of each 100,000. Upstream: cm.MilliCPUToQuota. */
export function cpuMax(limitMilli: number): string {
  return limitMilli > 0 ? `${Math.max(quotaUsMin, Math.floor((limitMilli * periodUs) / 1000))} ${periodUs}` : `max ${periodUs}`
}

/** cpu.weight, from the shares that a request comes to. Upstream: cm.MilliCPUToShares, CpuSharesToCpuWeight. */
export function cpuWeight(requestMilli: number): number {
  const shares = Math.min(262_144, Math.max(2, Math.floor((requestMilli * 1024) / 1000)))
  return Math.floor(1 + ((shares - 2) * 9999) / 262_142)
}

const guaranteedAdj = -997
const bestEffortAdj = 1000

/** Whom the kernel's OOM killer takes first: from -1000 (never) to 1000. Upstream: qos.GetContainerOOMScoreAdjust. */
export function oomScoreAdj(pod: Pod, container: Container, node: Node): CgroupView['oom'] {
  const capacityBytes = amountOf('memory', node.status?.capacity?.['memory'])
  const requestBytes = Math.max(0, amountOf('memory', container.resources?.requests?.['memory']) || 0)
  const known = { requestBytes, capacityBytes }
  // A cluster's own critical Pods are what they are by their class; only a node's are spared. Upstream: types.IsNodeCriticalPod.
  if (isCritical(pod) && pod.spec?.priorityClassName === 'system-node-critical') return { adj: guaranteedAdj, ...known }
  const qos = qosOf(pod)
  if (qos === 'Guaranteed') return { adj: guaranteedAdj, ...known }
  if (qos === 'BestEffort' || !(capacityBytes > 0)) return { adj: bestEffortAdj, ...known }
  const raw = 1000 - Math.floor((1000 * requestBytes) / capacityBytes)
  const least = 1000 + guaranteedAdj
  // Above every Guaranteed Pod, and below those that asked for nothing.
  return { adj: raw < least ? least : raw === bestEffortAdj ? raw - 1 : raw, raw, ...known }
}
