import { expect, test } from 'vitest'
import type { ApiObject } from '../api'
import { Cluster } from '.'

type Json = Record<string, unknown>

const base = '/apis/example.com/v1/namespaces'
const definition: Json = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' },
    versions: [{
      name: 'v1', served: true, storage: true, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' } },
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    }],
  },
}
const widget = (name: string, more: Json = {}): Json => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...more } })
const configMap = (name: string, more: Json): Json => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more } })

class Custom {
  readonly cluster = new Cluster({ seed: 3 })

  constructor() {
    this.wait()
    this.good('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
    this.wait()
  }

  wait(ms = 5_000): void {
    this.cluster.simulation.run({ until: this.cluster.simulation.now + ms })
  }

  ask(method: 'GET' | 'POST' | 'DELETE' | 'PATCH', path: string, body?: unknown): { readonly status: number; readonly body: unknown } {
    return this.cluster.request({ method, path, userAgent: 'tester', ...(body === undefined ? {} : { body }), ...(method === 'PATCH' ? { headers: { 'content-type': 'application/merge-patch+json' } } : {}) })
  }

  good(method: 'GET' | 'POST' | 'DELETE' | 'PATCH', path: string, body?: unknown): ApiObject & Json {
    const answer = this.ask(method, path, body)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body as ApiObject & Json
  }
}

const ownedBy = (owner: ApiObject, more: Json = {}): Json => ({ ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, ...more }] })

test('what a custom object owns goes with it, and custom objects go with what owns them', () => {
  const custom = new Custom()
  const owner = custom.good('POST', `${base}/default/widgets`, widget('a'))
  custom.good('POST', '/api/v1/namespaces/default/configmaps', configMap('child', ownedBy(owner)))
  custom.good('POST', `${base}/default/widgets`, widget('b', ownedBy(owner)))
  custom.wait()
  expect(custom.ask('GET', `${base}/default/widgets/b`).status).toBe(200)
  // Through a checkpoint, as data.
  const again = new Cluster({ seed: 3 })
  again.restore(JSON.parse(JSON.stringify(custom.cluster.checkpoint())) as ReturnType<Cluster['checkpoint']>)
  for (const cluster of [custom.cluster, again]) {
    cluster.request({ method: 'DELETE', path: `${base}/default/widgets/a`, userAgent: 'tester' })
    cluster.simulation.run({ until: cluster.simulation.now + 20_000 })
    expect(cluster.request({ method: 'GET', path: `${base}/default/widgets/b`, userAgent: 'tester' }).status).toBe(404)
    expect(cluster.request({ method: 'GET', path: '/api/v1/namespaces/default/configmaps/child', userAgent: 'tester' }).status).toBe(404)
  }
  expect(again.hash()).toBe(custom.cluster.hash())
})

test('an orphaned custom object forgets its owner', () => {
  const custom = new Custom()
  const owner = custom.good('POST', '/api/v1/namespaces/default/configmaps', configMap('owner', {}))
  custom.good('POST', `${base}/default/widgets`, widget('a', ownedBy(owner)))
  custom.wait()
  custom.good('DELETE', '/api/v1/namespaces/default/configmaps/owner', { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan' })
  custom.wait(20_000)
  expect(custom.good('GET', `${base}/default/widgets/a`).metadata.ownerReferences).toBeUndefined()
})

test('a namespace takes its custom objects along', () => {
  const custom = new Custom()
  custom.good('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  custom.good('POST', `${base}/shop/widgets`, widget('a'))
  custom.good('DELETE', '/api/v1/namespaces/shop')
  custom.wait(60_000)
  expect(custom.ask('GET', '/api/v1/namespaces/shop').status).toBe(404)
  expect(custom.good('GET', '/apis/example.com/v1/widgets')['items']).toEqual([])
})

test('a definition can go and come again, and its objects are still looked after', () => {
  const custom = new Custom()
  custom.good('POST', `${base}/default/widgets`, widget('a'))
  custom.good('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com')
  custom.wait(20_000)
  expect(custom.ask('GET', `${base}/default/widgets`).status).toBe(404)
  custom.good('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  custom.wait()
  const owner = custom.good('POST', `${base}/default/widgets`, widget('a'))
  custom.good('POST', `${base}/default/widgets`, widget('b', ownedBy(owner)))
  custom.wait()
  custom.good('DELETE', `${base}/default/widgets/a`)
  custom.wait(20_000)
  expect(custom.ask('GET', `${base}/default/widgets/b`).status).toBe(404)
})

test('an autoscaler scales what has a scale, whatever it is', () => {
  const custom = new Custom()
  custom.good('POST', `${base}/default/widgets`, { ...widget('a'), spec: { replicas: 5 } })
  custom.good('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'a' }, spec: { scaleTargetRef: { apiVersion: 'example.com/v1', kind: 'Widget', name: 'a' }, minReplicas: 1, maxReplicas: 3 },
  })
  custom.wait(40_000)
  expect(custom.good('GET', `${base}/default/widgets/a`)['spec']).toEqual({ replicas: 3 })
  const { status } = custom.good('GET', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/a') as unknown as { readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[] } }
  expect(status.conditions.map(({ type, status: value, reason }) => [type, value, reason])).toEqual(expect.arrayContaining([['ScalingActive', 'False', 'InvalidSelector']]))
})
