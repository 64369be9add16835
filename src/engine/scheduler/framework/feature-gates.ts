/** Gates that a plugin or the framework asks for, and their defaults in v1.37. What is not listed is off. */
const defaults: Readonly<Record<string, boolean>> = {
  ClearingNominatedNodeNameAfterBinding: true,
  DRAAdminAccess: true,
  DRAConsumableCapacity: true,
  DRADeviceBindingConditions: true,
  DRADeviceTaints: true,
  DRAExtendedResource: true,
  DRAPartitionableDevices: true,
  DRAPrioritizedList: true,
  DRASchedulerFilterTimeout: true,
  DynamicResourceAllocation: true,
  InPlacePodLevelResourcesVerticalScaling: true,
  InPlacePodVerticalScaling: true,
  MatchLabelKeysInPodTopologySpread: true,
  MatchLabelKeysInPodTopologySpreadSelectorMerge: true,
  NodeDeclaredFeatures: true,
  NodeInclusionPolicyInPodTopologySpread: true,
  NominatedNodeNameForExpectation: true,
  PodLevelResources: true,
  PodObservedGenerationTracking: true,
  SchedulerAsyncPreemption: true,
  SchedulerPopFromBackoffQ: true,
  StorageCapacityScoring: true,
  VolumeLimitScaling: true,
}

export type FeatureGates = Readonly<Record<string, boolean>>

export function isEnabled(gates: FeatureGates, name: string): boolean {
  return gates[name] ?? defaults[name] ?? false
}
