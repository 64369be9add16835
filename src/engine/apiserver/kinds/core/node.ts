import { resources, type Node } from '../../../../api'
import { kind } from '../kind'
import { validateNode, validateNodeUpdate } from './validation'
import { ageColumn, nameColumn, text } from '../print'

/** Upstream: pkg/registry/core/node. */
export const nodes = kind<Node>({
  resource: resources.nodes,
  type: 'core.v1.Node',
  status: true,
  statusResetFields: [['spec']],
  legacyFieldLabels: true,
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable === true) },
  setDefaults(node) {
    const { status, spec } = node
    // The one range and the list of ranges say the same.
    if (spec !== undefined) {
      if (spec.podCIDR !== undefined && (spec.podCIDRs?.length ?? 0) === 0) spec.podCIDRs = [spec.podCIDR]
      else if (spec.podCIDR === undefined && spec.podCIDRs?.[0] !== undefined) spec.podCIDR = spec.podCIDRs[0]
    }
    // What a node has is what Pods may use, unless it says less.
    if (status?.capacity !== undefined && status.allocatable === undefined) status.allocatable = { ...status.capacity }
  },
  // Kubelets register with one request, status included.
  keepsStatusOnCreate: true,
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  validateStatus: validateNodeUpdate,
  columns: [
    nameColumn, text('Status'), text('Roles'), ageColumn, text('Version'), text('Internal-IP', 1), text('External-IP', 1), text('OS-Image', 1),
    text('Kernel-Version', 1), text('Container-Runtime', 1),
  ],
  cells(node, age) {
    const { metadata, spec, status } = node
    const states: string[] = []
    for (const condition of status?.conditions ?? []) {
      if (condition.type === 'Ready') states.push(condition.status === 'True' ? 'Ready' : 'NotReady')
    }
    if (states.length === 0) states.push('Unknown')
    if (spec?.unschedulable === true) states.push('SchedulingDisabled')
    const roles = new Set<string>()
    for (const [key, value] of Object.entries(metadata.labels ?? {})) {
      if (key.startsWith('node-role.kubernetes.io/') && key.length > 'node-role.kubernetes.io/'.length) roles.add(key.slice('node-role.kubernetes.io/'.length))
      else if (key === 'kubernetes.io/role' && value !== '') roles.add(value)
    }
    const address = (type: string): string => status?.addresses?.find((entry) => entry.type === type)?.address ?? '<none>'
    const info = status?.nodeInfo
    const known = (value: string | undefined): string => (value === undefined || value === '' ? '<unknown>' : value)
    return [
      metadata.name ?? '', states.join(','), roles.size === 0 ? '<none>' : [...roles].sort().join(','), age(metadata.creationTimestamp), info?.kubeletVersion ?? '',
      address('InternalIP'), address('ExternalIP'), known(info?.osImage), known(info?.kernelVersion), known(info?.containerRuntimeVersion),
    ]
  },
})
