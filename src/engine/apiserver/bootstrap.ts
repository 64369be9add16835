import type { ApiObject } from '../../api'

/** The first address of the service range: that of the api-server itself. */
const apiserverAddress = '10.96.0.1'

/**
 * What a fresh cluster holds before anyone asks for anything: its namespaces, the system's priority classes, the Service that leads
 * to the api-server. With them the service accounts that the controllers of a running cluster would have made for these namespaces.
 */
export const bootstrapObjects: readonly ApiObject[] = [
  ...['kube-system', 'kube-public', 'kube-node-lease', 'default'].map((name): ApiObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-node-critical' }, value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: apiserverAddress, ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }], sessionAffinity: 'None', type: 'ClusterIP' },
  },
  ...['kube-system', 'kube-public', 'kube-node-lease', 'default'].map((namespace): ApiObject => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })),
]
