import { expect, test } from 'vitest'
import type { ApiList, ApiRequest } from '../api'
import { Cluster } from '.'

const aggregatedDiscovery = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

function started(): Cluster {
  const cluster = new Cluster({ seed: 1 })
  for (const [name, zone] of [['a', 'one'], ['b', 'two'], ['c', 'three']] as const) {
    cluster.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'kubectl', body: { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { zone } }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } } })
  }
  cluster.simulation.run({ until: 5_000 })
  return cluster
}

const get = (cluster: Cluster, path: string, more: Partial<ApiRequest> = {}): { readonly status: number; readonly body: unknown } =>
  cluster.read({ method: 'GET', path, userAgent: 'kubectl', ...more })

test('discovery names the metrics API, in all its forms, and openapi does not', () => {
  const cluster = started()
  const groups = get(cluster, '/apis').body as { groups: { name: string; preferredVersion: unknown }[] }
  expect(groups.groups.find(({ name }) => name === 'metrics.k8s.io')?.preferredVersion).toEqual({ groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' })
  const all = get(cluster, '/apis', { headers: { accept: aggregatedDiscovery } }).body as { items: { metadata: { name: string }; versions: { resources: { resource: string; scope: string; responseKind: unknown }[] }[] }[] }
  expect(all.items.find(({ metadata }) => metadata.name === 'metrics.k8s.io')?.versions[0]?.resources.map(({ resource, scope }) => [resource, scope])).toEqual([['nodes', 'Cluster'], ['pods', 'Namespaced']])
  expect(Object.keys((get(cluster, '/openapi/v3').body as { paths: object }).paths)).not.toContain('apis/metrics.k8s.io/v1beta1')
  expect((get(cluster, '/apis/metrics.k8s.io/v1beta1?timeout=32s').body as { resources: { name: string }[] }).resources.map(({ name }) => name)).toEqual(['nodes', 'pods'])
})

test.each([
  ['zone in (one, two)', ['a', 'b']],
  ['zone notin (one),zone', ['b', 'c']],
  ['zone=three', ['c']],
  ['!zone', []],
])('metrics of nodes by the selector %s', (labelSelector, names) => {
  const cluster = started()
  const listed = (body: unknown): (string | undefined)[] => (body as ApiList<{ metadata: { name?: string } }>).items.map(({ metadata }) => metadata.name)
  expect(listed(get(cluster, '/apis/metrics.k8s.io/v1beta1/nodes', { query: { labelSelector } }).body)).toEqual(names)
  expect(listed(get(cluster, `/apis/metrics.k8s.io/v1beta1/nodes?labelSelector=${encodeURIComponent(labelSelector)}`).body)).toEqual(names)
})

test('a selector that is none is a bad request there too', () => {
  expect(get(started(), '/apis/metrics.k8s.io/v1beta1/nodes', { query: { labelSelector: 'a in' } })).toMatchObject({ status: 400, body: { kind: 'Status', reason: 'BadRequest' } })
})
