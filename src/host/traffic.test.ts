import { describe, expect, test } from 'vitest'
import { scenarioOf } from '../scenarios'
import { Bench } from './testing/bench'

const from = { pod: 'shop/checkout-5d8c7b9f6-2hjkx' }

function shop(): Bench {
  const bench = new Bench()
  bench.call('open', { scenario: 'shop-rollout', seed: 1 })
  const answer = bench.call('request', {
    request: {
      method: 'POST', path: '/api/v1/namespaces/shop/services', userAgent: 'kubectl',
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
    },
  })
  expect(answer.status).toBe(201)
  pass(bench, 2_000)
  return bench
}

function pass(bench: Bench, ms: number): void {
  bench.call('seek', { time: (bench.last.now + ms) as never })
}

describe('traffic', () => {
  test('Services are told with their addresses and endpoints, and how a node shares one out', () => {
    const bench = shop()
    const { services, proxy } = bench.call('services', {})
    const web = services.find((service) => service.key === 'shop/web')
    expect(web).toMatchObject({ type: 'ClusterIP', affinitySeconds: 0, selector: { app: 'web' } })
    expect(web?.ready).toBeGreaterThanOrEqual(4)
    expect(proxy).toMatchObject({ mode: 'iptables', scheduler: 'rr', pending: false, sent: 0 })
    const view = bench.call('traffic', { service: 'shop/web', node: 'node-b' })
    expect(view.behind).toBe(false)
    expect(view.reachable).toEqual(web?.ports[0]?.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.key).sort())
    expect(view.preview.chains.map((chain) => chain.chain)).toEqual(['KUBE-SERVICES', expect.stringMatching(/^KUBE-SVC-/)])
    expect(view.preview.chains.flatMap((chain) => chain.rules).every((rule) => rule.outcome === 'not-reached')).toBe(true)
    bench.call('request', { request: { method: 'PATCH', path: '/api/v1/namespaces/shop/services/web', userAgent: 'kubectl', headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { sessionAffinity: 'ClientIP' } } } })
    expect(bench.call('traffic', { service: 'shop/web', node: 'node-b' }).behind).toBe(true)
    expect(() => bench.call('traffic', { service: 'shop/nobody' })).toThrow('services "nobody" not found')
  })

  test('requests are counted, told and marked, and their way can be asked for', () => {
    const bench = shop()
    const answer = bench.call('send', { from, to: 'web:80', count: 1 })
    expect(answer).toMatchObject({ first: 1, count: 1, outcomes: { answered: 1 } })
    const picture = bench.picture()
    expect(picture.fact?.id).toMatch(/^caption\.request(Drew|DrewFirst|Last)$/)
    expect(picture.fact?.target).toEqual({ kind: 'pod', name: answer.records[0]?.pod })
    expect(bench.timeline().filter((mark) => mark.lane === 'requests').map((mark) => mark.label)).toEqual(['web:80'])
    expect(bench.call('walk', { id: 1 })?.record).toEqual(answer.records[0])
    expect(bench.call('walk', { id: 2 })).toBeNull()
    bench.call('send', { from, to: 'web', count: 99 })
    expect(bench.picture().fact).toMatchObject({ id: 'caption.requestsSent', args: { requests: 99, answered: 99 } })
    const view = bench.call('traffic', { service: 'shop/web', limit: 5 })
    expect(view.tally?.rows.reduce((sum, row) => sum + row.count, 0)).toBe(100)
    expect(view.records.map((record) => record.id)).toEqual([100, 99, 98, 97, 96])
    expect(bench.call('requests', { limit: 2 }).map((record) => record.id)).toEqual([100, 99])
  })

  test('what is no request is refused and no part of the history', () => {
    const bench = shop()
    const before = bench.call('hash', {})
    for (const wrong of [{ from, to: 'web', count: 0 }, { from, to: 'web', count: 1.5 }, { from, to: 'web', count: 100_000 }, { from: {}, to: 'web', count: 1 }, { from: { pod: 'a', node: 'b' }, to: 'web', count: 1 }, { from, to: 7, count: 1 }]) {
      expect(bench.ask('send', wrong as never)).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    }
    expect(bench.ask('proxyMode', { mode: 'fast' } as never)).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    expect(bench.ask('rules', { node: 7 } as never)).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    bench.call('services', {})
    bench.call('traffic', { service: 'shop/web' })
    bench.call('rules', { node: 'node-a' })
    bench.call('resolve', { name: 'web', from })
    expect(bench.call('hash', {})).toEqual(before)
    expect(bench.ask('send', { from, to: 'not an address', count: 1 })).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(bench.broken).toEqual([])
  })

  test('another mode is a write to the ConfigMap, and shows on the nodes\' cards once kube-proxy has heard of it', () => {
    const bench = shop()
    bench.call('subscribe', { nodes: ['node-a'] })
    expect(bench.picture().details['node-a']?.proxyMode).toBe('iptables')
    expect(bench.call('proxyMode', { mode: 'ipvs', scheduler: 'lc' })).toEqual({})
    expect(bench.call('services', {}).proxy).toMatchObject({ mode: 'iptables', pending: true })
    pass(bench, 1_100)
    expect(bench.call('services', {}).proxy).toMatchObject({ mode: 'ipvs', scheduler: 'lc', pending: false })
    expect(bench.picture().details['node-a']?.proxyMode).toBe('ipvs')
    expect(bench.call('rules', { node: 'node-a' }).ipvsadm).toContain(' lc\n')
    // And of one node alone.
    bench.call('proxyMode', { mode: 'userspace', node: 'node-a' })
    expect(bench.call('services', {}).proxy.modes).toEqual({ 'node-a': 'userspace' })
    expect(bench.call('proxyMode', { mode: 'ipvs', node: 'nobody' }).status?.code).toBe(404)
    bench.call('proxyMode', { mode: null, node: 'node-a' })
    expect(bench.call('services', {}).proxy.modes).toEqual({})
  })

  test('a saved session comes back with its requests; before them they have not happened', () => {
    const bench = shop()
    const start = bench.last.position
    bench.call('send', { from, to: 'web', count: 40 })
    pass(bench, 500)
    const [hash, view] = [bench.call('hash', {}), bench.call('traffic', { service: 'shop/web' })]
    const again = new Bench()
    again.call('open', { scenario: '', saved: bench.call('save', {}).saved })
    expect(again.call('hash', {})).toEqual(hash)
    expect(again.call('traffic', { service: 'shop/web' })).toEqual(view)
    again.call('seek', { position: start })
    expect(again.call('services', {}).proxy.sent).toBe(0)
    again.call('seek', { to: 'end' })
    expect(again.call('traffic', { service: 'shop/web' })).toEqual(view)
  })
})

test('every scenario can be asked about its traffic', () => {
  for (const scenario of ['first-pod', 'nearly-full', 'textbook', 'empty']) {
    if (scenarioOf(scenario) === undefined) continue
    const bench = new Bench()
    bench.call('open', { scenario })
    for (const service of bench.call('services', {}).services) expect(bench.call('traffic', { service: service.key }).service.key).toBe(service.key)
  }
})
