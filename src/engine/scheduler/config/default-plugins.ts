import type { ExtensionPoint, PluginEntry, Plugins, PluginSet } from './types'
import { extensionPoints } from './types'

const entry = (name: string, weight = 0): PluginEntry => ({ name, weight })

/** What runs when nothing is configured, in order. Upstream: apis/config/v1, getDefaultPlugins. */
export const defaultMultiPoint: readonly PluginEntry[] = [
  entry('SchedulingGates'), entry('PrioritySort'), entry('NodeName'), entry('NodeUnschedulable'), entry('TaintToleration', 3),
  entry('NodeAffinity', 2), entry('NodePorts'), entry('NodeResourcesFit', 1), entry('VolumeRestrictions'), entry('NodeVolumeLimits'),
  entry('VolumeBinding'), entry('VolumeZone'), entry('PodTopologySpread', 2), entry('InterPodAffinity', 2), entry('DynamicResources', 2),
  entry('DefaultPreemption'), entry('NodeResourcesBalancedAllocation', 1), entry('ImageLocality', 1), entry('DefaultBinder'),
  entry('NodeDeclaredFeatures'),
]

const nothing: PluginSet = { enabled: [], disabled: [] }

export const noPlugins: Plugins = Object.fromEntries(extensionPoints.map((point) => [point, nothing])) as Record<ExtensionPoint, PluginSet>

export const defaultPlugins: Plugins = { ...noPlugins, multiPoint: { enabled: defaultMultiPoint, disabled: [] } }
