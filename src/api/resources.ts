/** What names a resource in a URL and in a manifest. */
export interface Resource {
  readonly group: string // "" for core
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
}

const define = (
  group: string, version: string, plural: string, kind: string, namespaced: boolean,
  shortNames: readonly string[] = [], categories: readonly string[] = [],
): Resource => ({ group, version, plural, singular: kind.toLowerCase(), kind, namespaced, shortNames, categories })

/** The built-in kinds, by plural name. Custom resources come on top at run time, in the api-server's own table. */
export const resources = {
  namespaces: define('', 'v1', 'namespaces', 'Namespace', false, ['ns']),
  nodes: define('', 'v1', 'nodes', 'Node', false, ['no']),
  pods: define('', 'v1', 'pods', 'Pod', true, ['po'], ['all']),
  podtemplates: define('', 'v1', 'podtemplates', 'PodTemplate', true),
  services: define('', 'v1', 'services', 'Service', true, ['svc'], ['all']),
  endpoints: define('', 'v1', 'endpoints', 'Endpoints', true, ['ep']),
  events: define('', 'v1', 'events', 'Event', true, ['ev']),
  replicationcontrollers: define('', 'v1', 'replicationcontrollers', 'ReplicationController', true, ['rc'], ['all']),
  configmaps: define('', 'v1', 'configmaps', 'ConfigMap', true, ['cm']),
  secrets: define('', 'v1', 'secrets', 'Secret', true),
  serviceaccounts: define('', 'v1', 'serviceaccounts', 'ServiceAccount', true, ['sa']),
  resourcequotas: define('', 'v1', 'resourcequotas', 'ResourceQuota', true, ['quota']),
  limitranges: define('', 'v1', 'limitranges', 'LimitRange', true, ['limits']),
  persistentvolumes: define('', 'v1', 'persistentvolumes', 'PersistentVolume', false, ['pv']),
  persistentvolumeclaims: define('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', true, ['pvc']),
  endpointslices: define('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice', true),
  replicasets: define('apps', 'v1', 'replicasets', 'ReplicaSet', true, ['rs'], ['all']),
  deployments: define('apps', 'v1', 'deployments', 'Deployment', true, ['deploy'], ['all']),
  statefulsets: define('apps', 'v1', 'statefulsets', 'StatefulSet', true, ['sts'], ['all']),
  daemonsets: define('apps', 'v1', 'daemonsets', 'DaemonSet', true, ['ds'], ['all']),
  controllerrevisions: define('apps', 'v1', 'controllerrevisions', 'ControllerRevision', true),
  jobs: define('batch', 'v1', 'jobs', 'Job', true, [], ['all']),
  cronjobs: define('batch', 'v1', 'cronjobs', 'CronJob', true, ['cj'], ['all']),
  priorityclasses: define('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', false, ['pc']),
  poddisruptionbudgets: define('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget', true, ['pdb']),
  storageclasses: define('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false, ['sc']),
  csinodes: define('storage.k8s.io', 'v1', 'csinodes', 'CSINode', false),
  csidrivers: define('storage.k8s.io', 'v1', 'csidrivers', 'CSIDriver', false),
  csistoragecapacities: define('storage.k8s.io', 'v1', 'csistoragecapacities', 'CSIStorageCapacity', true),
  volumeattachments: define('storage.k8s.io', 'v1', 'volumeattachments', 'VolumeAttachment', false),
  leases: define('coordination.k8s.io', 'v1', 'leases', 'Lease', true),
  horizontalpodautoscalers: define('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', true, ['hpa'], ['all']),
  networkpolicies: define('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy', true, ['netpol']),
  ingresses: define('networking.k8s.io', 'v1', 'ingresses', 'Ingress', true, ['ing']),
  ingressclasses: define('networking.k8s.io', 'v1', 'ingressclasses', 'IngressClass', false),
  runtimeclasses: define('node.k8s.io', 'v1', 'runtimeclasses', 'RuntimeClass', false),
  roles: define('rbac.authorization.k8s.io', 'v1', 'roles', 'Role', true),
  rolebindings: define('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding', true),
  clusterroles: define('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', false),
  clusterrolebindings: define('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', false),
  customresourcedefinitions: define('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', false, ['crd', 'crds'], ['api-extensions']),
  resourceclaims: define('resource.k8s.io', 'v1', 'resourceclaims', 'ResourceClaim', true),
  resourceclaimtemplates: define('resource.k8s.io', 'v1', 'resourceclaimtemplates', 'ResourceClaimTemplate', true),
  resourceslices: define('resource.k8s.io', 'v1', 'resourceslices', 'ResourceSlice', false),
  deviceclasses: define('resource.k8s.io', 'v1', 'deviceclasses', 'DeviceClass', false),
} as const satisfies Record<string, Resource>

export type ResourceName = keyof typeof resources

/** "v1" or "apps/v1". */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** The path of a collection, or of one object: /api/v1/namespaces/shop/pods/web-1. A missing namespace means all of them. */
export function pathOf(resource: Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>, namespace?: string, name?: string, subresource?: string): string {
  let path = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  if (resource.namespaced && namespace !== undefined && namespace !== '') path += `/namespaces/${encodeURIComponent(namespace)}`
  path += `/${resource.plural}`
  if (name !== undefined) path += `/${encodeURIComponent(name)}`
  if (subresource !== undefined) path += `/${subresource}`
  return path
}

/** The other way round: "apps/v1" is group "apps", version "v1"; "v1" is the core group, "". */
export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1) }
}

const byKind = new Map<string, Resource>(Object.values(resources).map((resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource]))

/** The built-in resource of a manifest's apiVersion and kind, if there is one. */
export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return byKind.get(`${apiVersion}/${kind}`)
}
