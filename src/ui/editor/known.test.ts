import { expect, test } from 'vitest'
import type { ApiObject, ApiResponse } from '../../api'
import { Cluster } from '../../engine'
import { defaults } from './known'

type Tree = Readonly<Record<string, unknown>>

const meta = { name: 'a', namespace: 'default' }
const selector = { matchLabels: { a: 'b' } }
const podSpec = {
  containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } }],
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector }],
}
const template = { metadata: { labels: { a: 'b' } }, spec: podSpec }
const jobTemplate = { spec: { ...podSpec, restartPolicy: 'Never' } }

/** The least that the server takes of each kind, and by which path what it filled in is reached. */
const least: readonly { readonly path: string; readonly object: Tree; readonly types: Readonly<Record<string, string>> }[] = [
  { path: '/apis/apps/v1/namespaces/default/deployments', object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta, spec: { selector, template } }, types: { DeploymentSpec: 'spec', DeploymentStrategy: 'spec.strategy', RollingUpdateDeployment: 'spec.strategy.rollingUpdate' } },
  { path: '/apis/apps/v1/namespaces/default/replicasets', object: { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: meta, spec: { selector, template } }, types: { ReplicaSetSpec: 'spec' } },
  { path: '/apis/apps/v1/namespaces/default/statefulsets', object: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: meta, spec: { selector, template, serviceName: 's' } }, types: { StatefulSetSpec: 'spec', StatefulSetUpdateStrategy: 'spec.updateStrategy' } },
  { path: '/apis/apps/v1/namespaces/default/daemonsets', object: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta, spec: { selector, template } }, types: { DaemonSetSpec: 'spec', DaemonSetUpdateStrategy: 'spec.updateStrategy' } },
  { path: '/apis/batch/v1/namespaces/default/jobs', object: { apiVersion: 'batch/v1', kind: 'Job', metadata: meta, spec: { template: jobTemplate } }, types: { JobSpec: 'spec' } },
  { path: '/apis/batch/v1/namespaces/default/cronjobs', object: { apiVersion: 'batch/v1', kind: 'CronJob', metadata: meta, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } } } }, types: { CronJobSpec: 'spec' } },
  { path: '/api/v1/namespaces/default/services', object: { apiVersion: 'v1', kind: 'Service', metadata: meta, spec: { ports: [{ port: 80 }] } }, types: { ServiceSpec: 'spec', ServicePort: 'spec.ports.0' } },
  { path: '/apis/storage.k8s.io/v1/storageclasses', object: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'a' }, provisioner: 'p' }, types: { StorageClass: '' } },
  { path: '/api/v1/persistentvolumes', object: { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'a' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } }, types: { PersistentVolumeSpec: 'spec' } },
  { path: '/api/v1/namespaces/default/persistentvolumeclaims', object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: meta, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }, types: { PersistentVolumeClaimSpec: 'spec' } },
  {
    path: '/api/v1/namespaces/default/pods', object: { apiVersion: 'v1', kind: 'Pod', metadata: meta, spec: podSpec },
    types: { PodSpec: 'spec', Container: 'spec.containers.0', ContainerPort: 'spec.containers.0.ports.0', Probe: 'spec.containers.0.livenessProbe', TopologySpreadConstraint: 'spec.topologySpreadConstraints.0' },
  },
]

/** Types of kube-scheduler's configuration: no api-server fills those in. */
const notServed = /^(KubeScheduler|ScoringStrategy|\w+Args\.)/

test('every default that the editor states is what the api-server fills in', () => {
  const cluster = new Cluster({ seed: 1 })
  const filled = new Map<string, Tree>()
  for (const { path, object, types } of least) {
    const { status, body } = cluster.apiserver.request({ method: 'POST', path, query: { dryRun: 'All' }, body: object as unknown as ApiObject, userAgent: 'kubectl' }) as ApiResponse
    expect(status, JSON.stringify(body)).toBe(201)
    for (const [type, at] of Object.entries(types)) filled.set(type, at.split('.').filter((part) => part !== '').reduce<Tree>((tree, part) => tree[part] as Tree, body as Tree))
  }
  const stated = Object.entries(defaults).filter(([name]) => !notServed.test(name))
  expect(stated.length).toBeGreaterThan(40)
  for (const [name, value] of stated) {
    const [type = '', field = ''] = name.split('.')
    expect(String(filled.get(type)?.[field]), name).toBe(value)
  }
})
