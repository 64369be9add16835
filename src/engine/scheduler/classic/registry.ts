import type { PredicateFactory, PriorityFactory } from './context'
import { evenPodsSpread } from './predicates/even-pods-spread'
import { generalPredicates, hostName, matchNodeSelector, podFitsHostPorts, podFitsResources } from './predicates/general'
import { matchInterPodAffinity } from './predicates/match-inter-pod-affinity'
import { checkNodeCondition, checkNodeDiskPressure, checkNodeMemoryPressure, checkNodePidPressure, checkNodeUnschedulable } from './predicates/node-conditions'
import { podToleratesNodeTaints } from './predicates/taints'
import {
  checkVolumeBinding, maxAzureDiskVolumeCount, maxCinderVolumeCount, maxCsiVolumeCount, maxEbsVolumeCount, maxGcePdVolumeCount, noDiskConflict, noVolumeZoneConflict,
} from './predicates/volumes'
import {
  equalPriority, imageLocalityPriority, interPodAffinityPriority, nodeAffinityPriority, nodePreferAvoidPodsPriority, taintTolerationPriority,
} from './priorities/preferences'
import { balancedResourceAllocation, leastRequestedPriority, mostRequestedPriority, requestedToCapacityRatioPriority } from './priorities/resources'
import { evenPodsSpreadPriority, selectorSpreadPriority } from './priorities/spreading'

/** Every predicate a policy may name; those made from an argument come on top. */
export const predicates = {
  CheckNodeCondition: checkNodeCondition,
  CheckNodeDiskPressure: checkNodeDiskPressure,
  CheckNodeMemoryPressure: checkNodeMemoryPressure,
  CheckNodePIDPressure: checkNodePidPressure,
  CheckNodeUnschedulable: checkNodeUnschedulable,
  CheckVolumeBinding: checkVolumeBinding,
  EvenPodsSpread: evenPodsSpread,
  GeneralPredicates: generalPredicates,
  HostName: hostName,
  MatchInterPodAffinity: matchInterPodAffinity,
  MatchNodeSelector: matchNodeSelector,
  MaxAzureDiskVolumeCount: maxAzureDiskVolumeCount,
  MaxCSIVolumeCountPred: maxCsiVolumeCount,
  MaxCinderVolumeCount: maxCinderVolumeCount,
  MaxEBSVolumeCount: maxEbsVolumeCount,
  MaxGCEPDVolumeCount: maxGcePdVolumeCount,
  NoDiskConflict: noDiskConflict,
  NoVolumeZoneConflict: noVolumeZoneConflict,
  PodFitsHostPorts: podFitsHostPorts,
  /** The older name. It stands in no evaluation order, so it is never run. */
  PodFitsPorts: podFitsHostPorts,
  PodFitsResources: podFitsResources,
  PodToleratesNodeTaints: podToleratesNodeTaints,
} satisfies Readonly<Record<string, PredicateFactory>>

/** Every priority a policy may name; those made from an argument come on top. */
export const priorities = {
  BalancedResourceAllocation: balancedResourceAllocation,
  EqualPriority: equalPriority,
  EvenPodsSpreadPriority: evenPodsSpreadPriority,
  ImageLocalityPriority: imageLocalityPriority,
  InterPodAffinityPriority: interPodAffinityPriority,
  LeastRequestedPriority: leastRequestedPriority,
  MostRequestedPriority: mostRequestedPriority,
  NodeAffinityPriority: nodeAffinityPriority,
  NodePreferAvoidPodsPriority: nodePreferAvoidPodsPriority,
  RequestedToCapacityRatioPriority: (context, name) => requestedToCapacityRatioPriority(context, name, undefined),
  SelectorSpreadPriority: selectorSpreadPriority,
  /** Was meant to look at Services alone, but takes the same selectors. */
  ServiceSpreadingPriority: selectorSpreadPriority,
  TaintTolerationPriority: taintTolerationPriority,
} satisfies Readonly<Record<string, PriorityFactory>>
