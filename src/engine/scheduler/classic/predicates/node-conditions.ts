import { parseQuantity, type Node, type NodeCondition, type Pod, type Quantity, type Taint } from '../../../../api'
import { detailOfVerdict, verdict, verdictCode, type NodeInfo, type PodInfo } from '../../framework/types'
import { tolerationsTolerateTaint } from '../../plugins/helper/tolerations'
import type { PredicateFactory } from '../context'

const refused = verdict(verdictCode.UnschedulableAndUnresolvable, 1)

const conditionIs = (node: Node, type: string, status: string): boolean => node.status?.conditions?.some((condition) => condition.type === type && condition.status === status) ?? false

/** No container asks for any cpu or memory, nor limits it. Upstream: qos.GetPodQOS. */
export function isBestEffort(pod: Pod): boolean {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  return containers.every(({ resources }) => [resources?.requests, resources?.limits].every((amounts) => isZero(amounts?.['cpu']) && isZero(amounts?.['memory'])))
}

const isZero = (quantity: Quantity | undefined): boolean => quantity === undefined || (parseQuantity(quantity)?.nanos ?? 0n) <= 0n

const pressure = (type: string, reason: string, concerns: (pod: PodInfo) => boolean): PredicateFactory => (_context, name) => ({
  name,
  filterDependence: 'row',
  filter(_state, pod, nodes, rows, from, to, verdicts) {
    if (!concerns(pod)) return
    for (let i = from; i < to; i++) if (verdicts[i] === 0 && conditionIs((nodes.infos[rows[i] as number] as NodeInfo).node, type, 'True')) verdicts[i] = refused
  },
  reasons: () => [reason],
  filterFacts(_state, pod, nodes, row) {
    const status = nodes.infos[row]?.node.status?.conditions?.find((condition) => condition.type === type)?.status ?? ''
    return [{ id: 'condition', values: { type, status, concerns: concerns(pod) } }]
  },
})

/** A node short of memory takes no Pod that asks for none. */
export const checkNodeMemoryPressure = pressure('MemoryPressure', 'node(s) had memory pressure', ({ pod }) => isBestEffort(pod))
export const checkNodeDiskPressure = pressure('DiskPressure', 'node(s) had disk pressure', () => true)
export const checkNodePidPressure = pressure('PIDPressure', 'node(s) had pid pressure', () => true)

// Bits of CheckNodeCondition. The node's own order of conditions decides which of two comes first.
const [notReady, noNetwork, cordoned, networkFirst] = [1, 2, 4, 8]

function conditionBits({ node }: NodeInfo): number {
  let bits = 0
  for (const { type, status } of node.status?.conditions ?? ([] as readonly NodeCondition[])) {
    if (type === 'Ready' && status !== 'True') bits |= notReady
    else if (type === 'NetworkUnavailable' && status !== 'False') bits |= (bits & notReady) === 0 ? noNetwork | networkFirst : noNetwork
  }
  return node.spec?.unschedulable === true ? bits | cordoned : bits
}

/** Ready, with a network, and not cordoned. A node that reports nothing passes; tolerations play no part. */
export const checkNodeCondition: PredicateFactory = (_context, name) => ({
  name,
  filterDependence: 'row',
  filter(_state, _pod, nodes, rows, from, to, verdicts) {
    for (let i = from; i < to; i++) {
      const bits = verdicts[i] === 0 ? conditionBits(nodes.infos[rows[i] as number] as NodeInfo) : 0
      if (bits !== 0) verdicts[i] = verdict(verdictCode.UnschedulableAndUnresolvable, bits)
    }
  },
  reasons(_state, _pod, value) {
    const bits = detailOfVerdict(value)
    const reasons: string[] = []
    if ((bits & notReady) !== 0) reasons.push('node(s) were not ready')
    if ((bits & noNetwork) !== 0) reasons.push('node(s) had unavailable network')
    if ((bits & networkFirst) !== 0) reasons.reverse()
    if ((bits & cordoned) !== 0) reasons.push('node(s) were unschedulable')
    return reasons
  },
  filterFacts(_state, _pod, nodes, row) {
    const node = nodes.infos[row]?.node
    const conditions = (node?.status?.conditions ?? []).filter(({ type }) => type === 'Ready' || type === 'NetworkUnavailable')
    return [
      ...conditions.map(({ type, status }) => ({ id: 'condition', values: { type, status, concerns: true } })),
      ...(node?.spec?.unschedulable === true ? [{ id: 'node.unschedulable', values: { taint: '', tolerated: false } }] : []),
    ]
  },
})

const unschedulableTaint: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

export const checkNodeUnschedulable: PredicateFactory = (_context, name) => ({
  name,
  filterDependence: 'row',
  filter(_state, pod, nodes, rows, from, to, verdicts) {
    if (tolerationsTolerateTaint(pod.pod.spec?.tolerations, unschedulableTaint, false)) return
    const flags = nodes.unschedulable
    for (let i = from; i < to; i++) if (verdicts[i] === 0 && flags[rows[i] as number] !== 0) verdicts[i] = refused
  },
  reasons: () => ['node(s) were unschedulable'],
  filterFacts(_state, pod, nodes, row) {
    if (nodes.unschedulable[row] === 0) return []
    return [{ id: 'node.unschedulable', values: { taint: unschedulableTaint.key, tolerated: tolerationsTolerateTaint(pod.pod.spec?.tolerations, unschedulableTaint, false) } }]
  },
})
