import { describe, expect, test } from 'vitest'
import type { ApiList, EndpointSlice } from '../../api'
import { MachineRoom } from '../node/testing/machine-room'

const patch = { 'content-type': 'application/merge-patch+json' }

/** Two zones of two nodes, and a Service over three Pods that cannot share a node. */
function room(): MachineRoom {
  const made = new MachineRoom(['a', 'b', 'c', 'd'])
  made.run(5_000)
  for (const [node, zone] of [['a', 'east'], ['b', 'east'], ['c', 'west']]) {
    made.cluster.request({ method: 'PATCH', path: `/api/v1/nodes/${node ?? ''}`, headers: patch, body: { metadata: { labels: { 'topology.kubernetes.io/zone': zone } } }, userAgent: 'test' })
  }
  made.ask('POST', '/apis/apps/v1/namespaces/default/daemonsets', {
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } } },
  })
  made.ask('POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } })
  made.run(20_000)
  return made
}

function distribute(made: MachineRoom, trafficDistribution: string | null): void {
  const answer = made.cluster.request({ method: 'PATCH', path: '/api/v1/namespaces/default/services/web', headers: patch, body: { spec: { trafficDistribution } }, userAgent: 'test' })
  expect(answer.status).toBe(200)
  made.run(2_000)
}

/** "node: zones it is for; nodes it is for", by node. */
function hints(made: MachineRoom): readonly string[] {
  const slices = (made.cluster.read({ method: 'GET', path: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', userAgent: 'test' }).body as ApiList<EndpointSlice>).items
  return slices.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === 'web').flatMap((slice) => slice.endpoints ?? [])
    .map((endpoint) => `${endpoint.nodeName ?? ''}: ${endpoint.hints === undefined ? 'none' : `${(endpoint.hints.forZones ?? []).map(({ name }) => name).join()}; ${(endpoint.hints.forNodes ?? []).map(({ name }) => name).join()}`}`).sort()
}

describe('whom an endpoint is for', () => {
  test('nobody in particular, until the Service says how its traffic is to be distributed; and again when it takes that back', () => {
    const made = room()
    const none = ['a: none', 'b: none', 'c: none', 'd: none']
    expect(hints(made)).toEqual(none)
    for (const distribution of ['PreferClose', 'PreferSameZone']) {
      distribute(made, distribution)
      // A node without a zone has endpoints without a hint.
      expect(hints(made)).toEqual(['a: east; ', 'b: east; ', 'c: west; ', 'd: none'])
    }
    distribute(made, 'PreferSameNode')
    expect(hints(made)).toEqual(['a: east; a', 'b: east; b', 'c: west; c', 'd: ; d'])
    distribute(made, null)
    expect(hints(made)).toEqual(none)
  })
})
