import { defaultPreemption } from '../framework/preemption'
import type { PluginRegistry } from '../framework/types'
import { defaultBinder } from './default-binder'
import { dynamicResources } from './dynamic-resources'
import { imageLocality } from './image-locality'
import { interPodAffinity } from './inter-pod-affinity'
import { nodeAffinity } from './node-affinity'
import { nodeDeclaredFeatures } from './node-declared-features'
import { nodeName } from './node-name'
import { nodePorts } from './node-ports'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation'
import { nodeResourcesFit } from './node-resources-fit'
import { nodeUnschedulable } from './node-unschedulable'
import { nodeVolumeLimits } from './node-volume-limits'
import { podTopologySpread } from './pod-topology-spread'
import { prioritySort } from './priority-sort'
import { schedulingGates } from './scheduling-gates'
import { taintToleration } from './taint-toleration'
import { volumeBinding } from './volume-binding'
import { volumeRestrictions } from './volume-restrictions'
import { volumeZone } from './volume-zone'

/** Every plugin that comes with the scheduler, by name. Upstream: plugins/registry.go. */
export const inTreePlugins = {
  SchedulingGates: schedulingGates,
  PrioritySort: prioritySort,
  NodeName: nodeName,
  NodeUnschedulable: nodeUnschedulable,
  TaintToleration: taintToleration,
  NodeAffinity: nodeAffinity,
  NodePorts: nodePorts,
  NodeResourcesFit: nodeResourcesFit,
  VolumeRestrictions: volumeRestrictions,
  NodeVolumeLimits: nodeVolumeLimits,
  VolumeBinding: volumeBinding,
  VolumeZone: volumeZone,
  PodTopologySpread: podTopologySpread,
  InterPodAffinity: interPodAffinity,
  DynamicResources: dynamicResources,
  DefaultPreemption: defaultPreemption,
  NodeResourcesBalancedAllocation: nodeResourcesBalancedAllocation,
  ImageLocality: imageLocality,
  NodeDeclaredFeatures: nodeDeclaredFeatures,
  DefaultBinder: defaultBinder,
} satisfies PluginRegistry
