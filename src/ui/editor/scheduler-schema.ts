/** KubeSchedulerConfiguration for completion. Not in Kubernetes' OpenAPI; upstream: k8s.io/kube-scheduler/config/v1, types.go and types_pluginargs.go. */
import { anyNode, schemaType, type ListNode, type ScalarNode, type ScalarType, type SchemaField, type SchemaNode, type StructNode } from '../../api/schema'

export const schedulerConfigVersion = 'kubescheduler.config.k8s.io/v1'

const scalar = (of: ScalarType): ScalarNode => ({ type: 'scalar', scalar: of })
const [text, bool, int32, int64, float] = [scalar('string'), scalar('boolean'), scalar('int32'), scalar('int64'), scalar('double')]
const list = (items: SchemaNode, ...keys: readonly string[]): ListNode => ({ type: 'list', items, listType: keys.length > 0 ? 'map' : 'atomic', keys })

/** A name that ends in `!` is required. */
function struct(goName: string, fields: Readonly<Record<string, SchemaNode>>, kind = false): StructNode {
  return {
    type: 'struct', name: `scheduler.v1.${goName}`, goName, atomic: false, open: false,
    kinds: kind ? [{ group: 'kubescheduler.config.k8s.io', version: 'v1', kind: goName }] : [],
    fields: new Map(Object.entries(fields).map(([written, node]): [string, SchemaField] => {
      const name = written.replace('!', '')
      return [name, { name, node, required: written.endsWith('!'), pointer: false, writtenNull: false, patchStrategies: [] }]
    })),
  }
}

const typeMeta = { apiVersion: text, kind: text }
const plugins = list(struct('Plugin', { 'name!': text, weight: int32 }), 'name')
const pluginSet = struct('PluginSet', { enabled: plugins, disabled: plugins })
const resources = list(struct('ResourceSpec', { 'name!': text, weight: int64 }), 'name')
const shape = list(struct('UtilizationShapePoint', { 'utilization!': int32, 'score!': int32 }))
const points = [
  'preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind', 'multiPoint', 'placementGenerate', 'placementScore', 'podGroupPostFilter',
]

let made: { readonly root: StructNode; readonly args: Readonly<Record<string, StructNode>> } | undefined

/** The configuration's type, and that of each plugin's args. */
export function schedulerSchema(): { readonly root: StructNode; readonly args: Readonly<Record<string, StructNode>> } {
  return made ??= {
    root: struct('KubeSchedulerConfiguration', {
      'apiVersion!': text, 'kind!': text, parallelism: int32,
      leaderElection: struct('LeaderElectionConfiguration', { leaderElect: bool, leaseDuration: text, renewDeadline: text, retryPeriod: text, resourceLock: text, resourceName: text, resourceNamespace: text }),
      clientConnection: struct('ClientConnectionConfiguration', { kubeconfig: text, acceptContentTypes: text, contentType: text, qps: float, burst: int32 }),
      enableProfiling: bool, enableContentionProfiling: bool, percentageOfNodesToScore: int32, podInitialBackoffSeconds: int64, podMaxBackoffSeconds: int64, delayCacheUntilActive: bool,
      profiles: list(struct('KubeSchedulerProfile', {
        schedulerName: text, percentageOfNodesToScore: int32, plugins: struct('Plugins', Object.fromEntries(points.map((point) => [point, pluginSet]))),
        pluginConfig: list(struct('PluginConfig', { 'name!': text, args: anyNode }), 'name'),
      }), 'schedulerName'),
      extenders: list(struct('Extender', {
        'urlPrefix!': text, filterVerb: text, preemptVerb: text, prioritizeVerb: text, weight: int64, bindVerb: text, enableHTTPS: bool,
        tlsConfig: struct('ExtenderTLSConfig', { insecure: bool, serverName: text, certFile: text, keyFile: text, caFile: text, certData: text, keyData: text, caData: text }),
        httpTimeout: text, nodeCacheCapable: bool, managedResources: list(struct('ExtenderManagedResource', { 'name!': text, ignoredByScheduler: bool })), ignorable: bool,
      })),
    }, true),
    args: {
      DefaultPreemption: struct('DefaultPreemptionArgs', { ...typeMeta, minCandidateNodesPercentage: int32, minCandidateNodesAbsolute: int32 }),
      DynamicResources: struct('DynamicResourcesArgs', { ...typeMeta, filterTimeout: text, bindingTimeout: text }),
      InterPodAffinity: struct('InterPodAffinityArgs', { ...typeMeta, hardPodAffinityWeight: int32, ignorePreferredTermsOfExistingPods: bool }),
      NodeAffinity: struct('NodeAffinityArgs', { ...typeMeta, addedAffinity: schemaType('core.v1.NodeAffinity') }),
      NodeResourcesBalancedAllocation: struct('NodeResourcesBalancedAllocationArgs', { ...typeMeta, resources }),
      NodeResourcesFit: struct('NodeResourcesFitArgs', {
        ...typeMeta, ignoredResources: list(text), ignoredResourceGroups: list(text),
        scoringStrategy: struct('ScoringStrategy', { type: text, resources, requestedToCapacityRatio: struct('RequestedToCapacityRatioParam', { shape }) }),
      }),
      PodTopologySpread: struct('PodTopologySpreadArgs', { ...typeMeta, defaultConstraints: list(schemaType('core.v1.TopologySpreadConstraint')), defaultingType: text }),
      VolumeBinding: struct('VolumeBindingArgs', { ...typeMeta, bindTimeoutSeconds: int64, shape }),
    },
  }
}

/** The in-tree plugins, for a misspelt name. Upstream: pkg/scheduler/framework/plugins/names. */
export const schedulerPlugins: readonly string[] = [
  'PrioritySort', 'DefaultBinder', 'DefaultPreemption', 'DynamicResources', 'ImageLocality', 'InterPodAffinity', 'NodeAffinity', 'NodeDeclaredFeatures', 'NodeName', 'NodePorts', 'NodeResourcesBalancedAllocation', 'NodeResourcesFit', 'NodeUnschedulable',
  'NodeVolumeLimits', 'PodTopologySpread', 'SchedulingGates', 'TaintToleration', 'VolumeBinding', 'VolumeRestrictions', 'VolumeZone',
]
