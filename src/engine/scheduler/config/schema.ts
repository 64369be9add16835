/** What a KubeSchedulerConfiguration may hold. Upstream: k8s.io/kube-scheduler/config/v1, types.go and types_pluginargs.go. */
import { any, bool, duration, float, int32, int64, list, map, object, string, type Schema } from './decode'
import { extensionPoints } from './types'

const plugin = object('Plugin', { name: string, weight: int32 })
const pluginSet = object('PluginSet', { enabled: list(plugin), disabled: list(plugin) })
const typeMeta = { apiVersion: string, kind: string }
const requirement = object('NodeSelectorRequirement', { key: string, operator: string, values: list(string) })
const nodeSelectorTerm = object('NodeSelectorTerm', { matchExpressions: list(requirement), matchFields: list(requirement) })
const nodeAffinity = object('NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: object('NodeSelector', { nodeSelectorTerms: list(nodeSelectorTerm) }),
  preferredDuringSchedulingIgnoredDuringExecution: list(object('PreferredSchedulingTerm', { weight: int32, preference: nodeSelectorTerm })),
})
const labelSelector = object('LabelSelector', {
  matchLabels: map(string), matchExpressions: list(object('LabelSelectorRequirement', { key: string, operator: string, values: list(string) })),
})
const resourceSpec = object('ResourceSpec', { name: string, weight: int64 })
const shape = list(object('UtilizationShapePoint', { utilization: int32, score: int32 }))

export const argsSchemas: Readonly<Record<string, Schema>> = {
  DefaultPreemption: object('DefaultPreemptionArgs', { ...typeMeta, minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32 }),
  DynamicResources: object('DynamicResourcesArgs', { ...typeMeta, filterTimeout: duration, bindingTimeout: duration }),
  InterPodAffinity: object('InterPodAffinityArgs', { ...typeMeta, hardPodAffinityWeight: int32, ignorePreferredTermsOfExistingPods: bool }),
  NodeAffinity: object('NodeAffinityArgs', { ...typeMeta, addedAffinity: nodeAffinity }),
  NodeResourcesBalancedAllocation: object('NodeResourcesBalancedAllocationArgs', { ...typeMeta, resources: list(resourceSpec) }),
  NodeResourcesFit: object('NodeResourcesFitArgs', {
    ...typeMeta, ignoredResources: list(string), ignoredResourceGroups: list(string),
    scoringStrategy: object('ScoringStrategy', {
      type: string, resources: list(resourceSpec), requestedToCapacityRatio: object('RequestedToCapacityRatioParam', { shape }),
    }),
  }),
  PodTopologySpread: object('PodTopologySpreadArgs', {
    ...typeMeta, defaultingType: string,
    defaultConstraints: list(object('TopologySpreadConstraint', {
      maxSkew: int32, topologyKey: string, whenUnsatisfiable: string, labelSelector, minDomains: int32, nodeAffinityPolicy: string, nodeTaintsPolicy: string,
      matchLabelKeys: list(string),
    })),
  }),
  VolumeBinding: object('VolumeBindingArgs', { ...typeMeta, bindTimeoutSeconds: int64, shape }),
}

const profile = object('KubeSchedulerProfile', {
  schedulerName: string, percentageOfNodesToScore: int32,
  plugins: object('Plugins', {
    ...Object.fromEntries(extensionPoints.map((point) => [point, pluginSet])), placementGenerate: pluginSet, placementScore: pluginSet, podGroupPostFilter: pluginSet,
  }),
  pluginConfig: list(object('PluginConfig', { name: string, args: any })),
})

const extender = object('Extender', {
  urlPrefix: string, filterVerb: string, preemptVerb: string, prioritizeVerb: string, weight: int64, bindVerb: string, enableHTTPS: bool,
  tlsConfig: object('ExtenderTLSConfig', { insecure: bool, serverName: string, certFile: string, keyFile: string, caFile: string, certData: string, keyData: string, caData: string }),
  httpTimeout: duration, nodeCacheCapable: bool, managedResources: list(object('ExtenderManagedResource', { name: string, ignoredByScheduler: bool })), ignorable: bool,
})

export const configurationSchema: Schema = object('KubeSchedulerConfiguration', {
  ...typeMeta, parallelism: int32,
  leaderElection: object('LeaderElectionConfiguration', {
    leaderElect: bool, leaseDuration: duration, renewDeadline: duration, retryPeriod: duration, resourceLock: string, resourceName: string, resourceNamespace: string,
  }),
  clientConnection: object('ClientConnectionConfiguration', { kubeconfig: string, acceptContentTypes: string, contentType: string, qps: float, burst: int32 }),
  enableProfiling: bool, enableContentionProfiling: bool, percentageOfNodesToScore: int32, podInitialBackoffSeconds: int64, podMaxBackoffSeconds: int64,
  profiles: list(profile), extenders: list(extender), delayCacheUntilActive: bool,
})
