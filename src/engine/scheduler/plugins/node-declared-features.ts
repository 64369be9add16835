import type { Node, Pod } from '../../../api'
import { action, skip, success, verdict, verdictCode, type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PreFilterPlugin } from '../framework/types'
import { asNode, asPod } from './helper/pods'

const featuresMissing = verdict(verdictCode.UnschedulableAndUnresolvable, 1)
const reasons = ["node(s) didn't match Pod's required features"]

interface DeclaredFeature {
  readonly name: string
  readonly isNeededBy: (pod: Pod) => boolean
}

const containersOf = (pod: Pod): NonNullable<Pod['spec']>['containers'] => [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]

/** Features that nodes declare one by one, and the Pods that cannot do without. Upstream: component-helpers/nodedeclaredfeatures. */
const features: readonly DeclaredFeature[] = [
  {
    name: 'UserNamespacesHostNetworkSupport',
    isNeededBy: (pod) => pod.spec?.hostNetwork === true && pod.spec.hostUsers === false,
  },
  {
    name: 'RestartAllContainersOnContainerExits',
    isNeededBy: (pod) => containersOf(pod).some((container) => container.restartPolicyRules?.some(({ action: rule }) => rule === 'RestartAllContainers') ?? false),
  },
]

const neededBy = (pod: Pod): readonly string[] => features.filter(({ isNeededBy }) => isNeededBy(pod)).map(({ name }) => name)

const missingOn = (needed: readonly string[], node: Node): readonly string[] => needed.filter((name) => !(node.status?.declaredFeatures?.includes(name) ?? false))

/** Refuses nodes that do not declare a feature which the Pod cannot do without. Upstream: plugins/nodedeclaredfeatures. */
export function nodeDeclaredFeatures(_args: unknown, handle: Handle): PreFilterPlugin & FilterPlugin & EnqueueExtensions {
  const enabled = handle.featureGate('NodeDeclaredFeatures')
  return {
    name: 'NodeDeclaredFeatures',

    concerns: (pod) => enabled && neededBy(pod.pod).length > 0,

    preFilter: (_state, pod) => (enabled && neededBy(pod.pod).length > 0 ? success : skip),

    filterDependence: 'row',

    filter(_state, pod, nodes, rows, from, to, verdicts) {
      const needed = neededBy(pod.pod)
      for (let i = from; i < to; i++) {
        if (verdicts[i] === 0 && missingOn(needed, (nodes.infos[rows[i] as number] as NodeInfo).node).length > 0) verdicts[i] = featuresMissing
      }
    },

    reasons: () => reasons,

    filterFacts(_state, pod, nodes, row) {
      const node = nodes.infos[row]?.node
      if (node === undefined) return []
      const needed = neededBy(pod.pod)
      const missing = missingOn(needed, node)
      return needed.map((feature) => ({ id: missing.includes(feature) ? 'features.missing' : 'features.declared', values: { feature } }))
    },

    eventsToRegister: () => [
      {
        resource: 'Node', action: action.Add | action.UpdateNodeDeclaredFeature,
        hint: (pod, before, after) => {
          const needed = neededBy(pod.pod)
          const was = before !== undefined && missingOn(needed, asNode(before)).length === 0
          return !was && missingOn(needed, asNode(after)).length === 0 ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'TargetPod', action: action.Update,
        hint: (_pod, before, after) => (neededBy(asPod(before)).length > neededBy(asPod(after)).length ? 'Queue' : 'QueueSkip'),
      },
    ],
  }
}
