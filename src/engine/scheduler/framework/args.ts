/**
 * Arguments of the in-tree plugins, defaulted and validated. A factory receives its own.
 * Upstream: k8s.io/kube-scheduler/config/v1, types_pluginargs.go.
 */
import type { NodeAffinity, TopologySpreadConstraint } from '../../../api'

export interface ResourceSpec {
  readonly name: string
  /** 1 to 100. */
  readonly weight: number
}

export interface UtilizationShapePoint {
  /** 0 to 100 */
  readonly utilization: number
  /** 0 to 10 */
  readonly score: number
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio'
  readonly resources: readonly ResourceSpec[]
  readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] }
}

export interface NodeResourcesFitArgs {
  readonly ignoredResources: readonly string[]
  readonly ignoredResourceGroups: readonly string[]
  readonly scoringStrategy: ScoringStrategy
}

export interface NodeResourcesBalancedAllocationArgs {
  readonly resources: readonly ResourceSpec[]
}

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight: number
  readonly ignorePreferredTermsOfExistingPods: boolean
}

export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity
}

export interface PodTopologySpreadArgs {
  readonly defaultConstraints: readonly TopologySpreadConstraint[]
  /** With System the defaults are 3 by hostname and 5 by zone, both soft; `defaultConstraints` is then empty. */
  readonly defaultingType: 'System' | 'List'
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds: number
  /** Set when StorageCapacityScoring is on. */
  readonly shape?: readonly UtilizationShapePoint[]
}

export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage: number
  readonly minCandidateNodesAbsolute: number
}

export interface DynamicResourcesArgs {
  readonly filterTimeoutSeconds: number
  readonly bindingTimeoutSeconds: number
}
