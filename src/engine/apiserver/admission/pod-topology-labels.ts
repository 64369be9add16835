import type { Binding, Node, Pod } from '../../../api'
import type { Draft } from '../draft'
import { isPod, isResource, type AdmissionPlugin, type AdmissionWorld } from './plugin'

const topologyLabels = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** A Pod learns by its labels where its node stands. Upstream: plugin/pkg/admission/podtopologylabels. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',

  admit(attributes, world) {
    if (attributes.operation !== 'CREATE') return
    if (attributes.subresource === 'binding' && isResource(attributes, '', 'pods')) {
      const binding = attributes.object as unknown as Draft<Binding>
      const labels = labelsOf(world, binding.target.name)
      if (labels !== undefined) binding.metadata = { ...binding.metadata, labels: { ...binding.metadata.labels, ...labels } }
    } else if (isPod(attributes)) {
      const pod = attributes.object as unknown as Draft<Pod>
      const labels = labelsOf(world, pod.spec?.nodeName)
      if (labels !== undefined) pod.metadata.labels = { ...pod.metadata.labels, ...labels }
    }
  },
}

function labelsOf(world: AdmissionWorld, nodeName: string | undefined): Record<string, string> | undefined {
  if (nodeName === undefined || nodeName === '') return undefined
  const nodes = world.kinds.ofPath('', 'v1', 'nodes')
  const node = nodes === undefined ? undefined : world.storage.get(nodes, '', nodeName) as unknown as Node | undefined
  const found: Record<string, string> = {}
  for (const key of topologyLabels) {
    const value = node?.metadata.labels?.[key]
    if (value !== undefined) found[key] = value
  }
  return Object.keys(found).length > 0 ? found : undefined
}
