/** How each plugin looks: a hue, a pattern and a short name, always together. The order is fixed: it is that of score bars and matrices. */

export type PluginLook = 'fit' | 'bal' | 'aff' | 'ipa' | 'spread' | 'img' | 'taint' | 'other'

export interface PluginStyle {
  readonly look: PluginLook
  /** Class that sets hue, pattern and ink: `pl pl-fit`. */
  readonly className: string
  /** The name cut to what fits a column: "ResourcesFit". */
  readonly short: string
  /** Cut further, for a box of the timeline: "Fit". */
  readonly tiny: string
}

const looks: Readonly<Record<string, readonly [PluginLook, string, string]>> = {
  NodeResourcesFit: ['fit', 'ResourcesFit', 'Fit'],
  NodeResourcesBalancedAllocation: ['bal', 'Balanced', 'Balanced'],
  TaintToleration: ['taint', 'TaintToleration', 'Taint'],
  NodeAffinity: ['aff', 'NodeAffinity', 'Affinity'],
  InterPodAffinity: ['ipa', 'PodAffinity', 'PodAff'],
  PodTopologySpread: ['spread', 'TopologySpread', 'Spread'],
  ImageLocality: ['img', 'ImageLocality', 'Image'],
  NodeUnschedulable: ['other', 'Unschedulable', 'Unsched.'],
  NodeName: ['other', 'NodeName', 'Name'],
  NodePorts: ['other', 'NodePorts', 'Ports'],
  VolumeBinding: ['other', 'VolumeBinding', 'Volume'],
  // Priorities of the textbook's time look like what became of them.
  LeastRequestedPriority: ['fit', 'LeastRequested', 'Least'],
  MostRequestedPriority: ['fit', 'MostRequested', 'Most'],
  RequestedToCapacityRatioPriority: ['fit', 'RequestedRatio', 'Ratio'],
  BalancedResourceAllocation: ['bal', 'Balanced', 'Balanced'],
  SelectorSpreadPriority: ['spread', 'SelectorSpread', 'Spread'],
  NodeAffinityPriority: ['aff', 'NodeAffinity', 'Affinity'],
  InterPodAffinityPriority: ['ipa', 'PodAffinity', 'PodAff'],
  TaintTolerationPriority: ['taint', 'TaintToleration', 'Taint'],
  ImageLocalityPriority: ['img', 'ImageLocality', 'Image'],
  PodFitsResources: ['fit', 'PodFitsResources', 'FitsRes.'],
  PodFitsHostPorts: ['other', 'HostPorts', 'Ports'],
  MatchNodeSelector: ['aff', 'NodeSelector', 'Selector'],
  CheckNodeMemoryPressure: ['other', 'MemoryPressure', 'Memory'],
  CheckNodeDiskPressure: ['other', 'DiskPressure', 'Disk'],
}

/** What a plugin looks like; one that nobody knows (a user's own) is grey and keeps its name. */
export function pluginStyle(name: string): PluginStyle {
  const [look, short, tiny] = looks[name] ?? ['other', name, name.slice(0, 9)] as const
  return { look, className: `pl pl-${look}`, short, tiny }
}

const order = [
  'NodeResourcesFit', 'NodeResourcesBalancedAllocation', 'NodeAffinity', 'InterPodAffinity', 'PodTopologySpread', 'ImageLocality', 'TaintToleration',
  'LeastRequestedPriority', 'MostRequestedPriority', 'RequestedToCapacityRatioPriority', 'BalancedResourceAllocation', 'NodeAffinityPriority', 'InterPodAffinityPriority', 'SelectorSpreadPriority', 'ImageLocalityPriority', 'TaintTolerationPriority',
]

/** Sorts plugin names into the fixed order; unknown ones follow in the order given. */
export function inPluginOrder<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  const rank = (item: T): number => {
    const index = order.indexOf(nameOf(item))
    return index < 0 ? order.length : index
  }
  return [...items].sort((a, b) => rank(a) - rank(b))
}
