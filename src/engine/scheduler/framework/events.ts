/** What happened to the cluster, in the queue's words. Upstream: framework/events.go and types.go. */
import { deepEqual } from '../../../base'
import type { Node, NodeCondition, Pod } from '../../../api'
import type { FeatureGates } from './feature-gates'
import { mayBeResized, podRequests } from './requests'
import { action, type ClusterEvent, type EventResource } from './types'

const actionNames = new Map<number, string>(Object.entries(action).map(([name, bits]) => [bits, name]))

export function clusterEvent(resource: EventResource, bits: number, label?: string): ClusterEvent {
  return { resource, action: bits, label: label ?? `${resource}${actionNames.get(bits) ?? bits}` }
}

export const assignedPodAdd = clusterEvent('AssignedPod', action.Add)
export const assignedPodDelete = clusterEvent('AssignedPod', action.Delete)
/** A Pod stayed unschedulable for too long. */
export const unschedulableTimeout = clusterEvent('*', action.All, 'UnschedulableTimeout')
export const forceActivate = clusterEvent('*', action.All, 'ForceActivate')

export function isWildcard(event: { readonly resource: EventResource; readonly action: number }): boolean {
  return event.resource === '*' && event.action === action.All
}

/** Whether an event is the same as, or a case of, what was registered. Upstream: framework.MatchClusterEvents. */
export function matchesEvent(registered: { readonly resource: EventResource; readonly action: number }, event: ClusterEvent): boolean {
  if (isWildcard(registered)) return true
  return matchesResource(registered.resource, event.resource) && (registered.action & event.action) !== 0 && event.action <= registered.action
}

function matchesResource(registered: EventResource, resource: EventResource): boolean {
  return registered === '*' || registered === resource
    || (registered === 'Pod' && (resource === 'AssignedPod' || resource === 'UnscheduledPod' || resource === 'TargetPod'))
}

/** The events an update of a Node stands for; none when nothing that matters changed. Upstream: NodeSchedulingPropertiesChange. */
export function nodeChangeEvents(before: Node, after: Node): ClusterEvent[] {
  const events: ClusterEvent[] = []
  const wasCordoned = before.spec?.unschedulable === true
  const isCordoned = after.spec?.unschedulable === true
  if (wasCordoned && !isCordoned) events.push(clusterEvent('Node', action.UpdateNodeTaint))
  if (!same(before.status?.allocatable, after.status?.allocatable)) events.push(clusterEvent('Node', action.UpdateNodeAllocatable))
  if (!same(before.metadata.labels, after.metadata.labels)) events.push(clusterEvent('Node', action.UpdateNodeLabel))
  if (!same(before.spec?.taints, after.spec?.taints)) events.push(clusterEvent('Node', action.UpdateNodeTaint))
  if (!sameConditions(before.status?.conditions, after.status?.conditions)) events.push(clusterEvent('Node', action.UpdateNodeCondition))
  if (!same(before.metadata.annotations, after.metadata.annotations)) events.push(clusterEvent('Node', action.UpdateNodeAnnotation))
  if (!same(before.spec?.podPreemptionPolicy, after.spec?.podPreemptionPolicy)) events.push(clusterEvent('Node', action.UpdateNodePreemptionPolicy))
  if (!same(before.status?.declaredFeatures, after.status?.declaredFeatures)) events.push(clusterEvent('Node', action.UpdateNodeDeclaredFeature))
  return events
}

/** The events an update of a Pod stands for. Upstream: PodSchedulingPropertiesChange. */
export function podChangeEvents(before: Pod, after: Pod, isTarget: boolean, gates: FeatureGates): readonly ClusterEvent[] {
  const resource = (after.spec?.nodeName ?? '') !== '' ? 'AssignedPod' : isTarget ? 'TargetPod' : 'UnscheduledPod'
  const events: ClusterEvent[] = []
  if (!same(before.metadata.labels, after.metadata.labels)) events.push(clusterEvent(resource, action.UpdatePodLabel))
  if (before.spec !== after.spec || mayBeResized(before) || mayBeResized(after)) {
    const [had, has] = [milliRequests(before, gates), milliRequests(after, gates)]
    if (shrinks(had, has)) events.push(clusterEvent(resource, action.UpdatePodScaleDown))
    if (shrinks(has, had)) events.push(clusterEvent(resource, action.UpdatePodScaleUp))
  }
  if ((after.spec?.schedulingGates?.length ?? 0) === 0 && (before.spec?.schedulingGates?.length ?? 0) > 0) events.push(clusterEvent(resource, action.UpdatePodSchedulingGatesEliminated))
  if ((after.spec?.tolerations?.length ?? 0) !== (before.spec?.tolerations?.length ?? 0)) events.push(clusterEvent(resource, action.UpdatePodToleration))
  if (!same(before.status?.resourceClaimStatuses, after.status?.resourceClaimStatuses)
    || !same(before.status?.extendedResourceClaimStatus, after.status?.extendedResourceClaimStatus)) events.push(clusterEvent(resource, action.UpdatePodGeneratedResourceClaim))
  return events.length === 0 ? anyUpdate[resource] : events
}

/** What an update is called that none of the finer events fits: almost every one. */
const anyUpdate = {
  AssignedPod: [clusterEvent('AssignedPod', action.Update)], TargetPod: [clusterEvent('TargetPod', action.Update)], UnscheduledPod: [clusterEvent('UnscheduledPod', action.Update)],
} as const

/** Semantic equality: absent and empty are the same. */
function same(a: unknown, b: unknown): boolean {
  return a === b || deepEqual(a ?? null, b ?? null) || (isEmpty(a) && isEmpty(b))
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** Whether the same types have the same statuses: what else a condition says changes nothing for plugins. */
function sameConditions(before: readonly NodeCondition[] | undefined, after: readonly NodeCondition[] | undefined): boolean {
  return before === after || deepEqual(conditionStatuses(before), conditionStatuses(after))
}

function conditionStatuses(from: readonly NodeCondition[] | undefined): Record<string, string> {
  const statuses: Record<string, string> = {}
  for (const { type, status } of from ?? []) statuses[type] = status
  return statuses
}

function milliRequests(pod: Pod, gates: FeatureGates): Map<string, bigint> {
  const sum = podRequests(pod, gates)
  for (const [name, nanos] of sum) sum.set(name, (nanos + 999_999n) / 1_000_000n)
  return sum
}

/** Whether something of the first is less, or gone, in the second. */
function shrinks(from: ReadonlyMap<string, bigint>, to: ReadonlyMap<string, bigint>): boolean {
  for (const [name, amount] of from) {
    const now = to.get(name)
    if (now === undefined || amount > now) return true
  }
  return false
}
