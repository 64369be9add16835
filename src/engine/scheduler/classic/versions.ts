/** What the scheduler of those years knew, by version. Facts of v1.16.15 and v1.17.17. */

export type ClassicVersionName = '1.16' | '1.17'

export interface ClassicVersion {
  readonly name: ClassicVersionName
  /** Scores go from 0 to this. */
  readonly maxNodeScore: number
  /** The order in which predicates are evaluated, whatever a policy's order. One that is not listed is never evaluated. */
  readonly ordering: readonly string[]
  readonly defaultPredicates: readonly string[]
  readonly defaultPriorities: Readonly<Record<string, number>>
  /** Names a policy may use without an argument of their own. */
  readonly registeredPredicates: readonly string[]
  readonly registeredPriorities: readonly string[]
  /** Labels that make a zone of nodes, for spreading; the newer name counts where the older is absent. */
  readonly zoneLabels: readonly string[]
  readonly regionLabels: readonly string[]
}

/** Until 1.16 conditions of a node had predicates of their own; later only taints say them. */
const conditionPredicates = ['CheckNodeCondition', 'CheckNodeDiskPressure', 'CheckNodeMemoryPressure', 'CheckNodePIDPressure']

const before = ['CheckNodeUnschedulable', 'GeneralPredicates', 'HostName', 'PodFitsHostPorts', 'MatchNodeSelector', 'PodFitsResources', 'NoDiskConflict',
  'PodToleratesNodeTaints', 'PodToleratesNodeNoExecuteTaints', 'CheckNodeLabelPresence', 'CheckServiceAffinity', 'MaxEBSVolumeCount', 'MaxGCEPDVolumeCount',
  'MaxCSIVolumeCountPred', 'MaxAzureDiskVolumeCount', 'MaxCinderVolumeCount', 'CheckVolumeBinding', 'NoVolumeZoneConflict']
const after = ['EvenPodsSpread', 'MatchInterPodAffinity']

const commonDefaults = ['CheckVolumeBinding', 'GeneralPredicates', 'MatchInterPodAffinity', 'MaxAzureDiskVolumeCount', 'MaxCSIVolumeCountPred', 'MaxEBSVolumeCount',
  'MaxGCEPDVolumeCount', 'NoDiskConflict', 'NoVolumeZoneConflict', 'PodToleratesNodeTaints']

const commonPredicates = ['CheckNodeUnschedulable', 'CheckVolumeBinding', 'EvenPodsSpread', 'GeneralPredicates', 'HostName', 'MatchInterPodAffinity', 'MatchNodeSelector',
  'MaxAzureDiskVolumeCount', 'MaxCSIVolumeCountPred', 'MaxCinderVolumeCount', 'MaxEBSVolumeCount', 'MaxGCEPDVolumeCount', 'NoDiskConflict', 'NoVolumeZoneConflict',
  'PodFitsHostPorts', 'PodFitsPorts', 'PodFitsResources', 'PodToleratesNodeTaints']

const commonPriorities = ['BalancedResourceAllocation', 'EvenPodsSpreadPriority', 'ImageLocalityPriority', 'InterPodAffinityPriority', 'LeastRequestedPriority',
  'MostRequestedPriority', 'NodeAffinityPriority', 'NodePreferAvoidPodsPriority', 'RequestedToCapacityRatioPriority', 'SelectorSpreadPriority',
  'ServiceSpreadingPriority', 'TaintTolerationPriority']

/** Avoiding a node beats everything else. */
const defaultPriorities = {
  BalancedResourceAllocation: 1, ImageLocalityPriority: 1, InterPodAffinityPriority: 1, LeastRequestedPriority: 1, NodeAffinityPriority: 1,
  NodePreferAvoidPodsPriority: 10_000, SelectorSpreadPriority: 1, TaintTolerationPriority: 1,
}

const [oldZone, oldRegion] = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region']

export const classicVersions: Readonly<Record<ClassicVersionName, ClassicVersion>> = {
  '1.16': {
    name: '1.16', maxNodeScore: 10,
    ordering: ['CheckNodeCondition', ...before, 'CheckNodeMemoryPressure', 'CheckNodePIDPressure', 'CheckNodeDiskPressure', ...after],
    defaultPredicates: [...conditionPredicates, ...commonDefaults], defaultPriorities,
    registeredPredicates: [...conditionPredicates, ...commonPredicates], registeredPriorities: [...commonPriorities, 'EqualPriority'],
    zoneLabels: [oldZone], regionLabels: [oldRegion],
  },
  '1.17': {
    name: '1.17', maxNodeScore: 100, ordering: [...before, ...after], defaultPredicates: ['CheckNodeUnschedulable', ...commonDefaults], defaultPriorities,
    registeredPredicates: commonPredicates, registeredPriorities: commonPriorities,
    zoneLabels: [oldZone, 'topology.kubernetes.io/zone'], regionLabels: [oldRegion, 'topology.kubernetes.io/region'],
  },
}

/** The one whose scores the textbook has. */
export const textbookVersion: ClassicVersionName = '1.16'
