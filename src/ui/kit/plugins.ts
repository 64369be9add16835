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
}

/** What a plugin looks like; one that nobody knows (a user's own) is grey and keeps its name. */
export function pluginStyle(name: string): PluginStyle {
  const [look, short, tiny] = looks[name] ?? ['other', name, name.slice(0, 9)] as const
  return { look, className: `pl pl-${look}`, short, tiny }
}

const order = ['NodeResourcesFit', 'NodeResourcesBalancedAllocation', 'NodeAffinity', 'InterPodAffinity', 'PodTopologySpread', 'ImageLocality', 'TaintToleration']

/** Sorts plugin names into the fixed order; unknown ones follow in the order given. */
export function inPluginOrder<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  const rank = (item: T): number => {
    const index = order.indexOf(nameOf(item))
    return index < 0 ? order.length : index
  }
  return [...items].sort((a, b) => rank(a) - rank(b))
}
