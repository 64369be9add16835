import { describe, expect, test } from 'vitest'
import { keyOf, resources, type ApiObject, type Pod, type TrafficAnswer, type TrafficRequest } from '../api'
import { scenarioOf } from '../scenarios'
import { Cluster } from '.'

const settings = scenarioOf('shop-rollout')?.settings ?? {}

function shop(seed = 1): Cluster {
  const cluster = new Cluster({ seed, settings })
  cluster.importObjects(scenarioOf('shop-rollout')?.objects ?? [])
  run(cluster, 1_000)
  return cluster
}

function run(cluster: Cluster, ms: number): void {
  cluster.simulation.run({ until: cluster.simulation.now + ms })
}

function write(cluster: Cluster, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): void {
  const answer = cluster.request({ method, path, body, userAgent: 'kubectl', ...(method === 'PATCH' ? { headers: { 'content-type': 'application/merge-patch+json' } } : {}) })
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
  run(cluster, 2_000)
}

const services = '/api/v1/namespaces/shop/services'
const webSpec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] }

function expose(cluster: Cluster, spec: object = webSpec, name = 'web'): void {
  write(cluster, 'POST', services, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec })
}

function pods(cluster: Cluster, app: string): Pod[] {
  return (cluster.listAt(resources.pods) as readonly unknown[] as Pod[]).filter((pod) => pod.metadata.labels?.['app'] === app)
}

function client(cluster: Cluster, index = 0): TrafficRequest['from'] {
  return { pod: keyOf(pods(cluster, 'checkout')[index] as Pod) }
}

function setMode(cluster: Cluster, mode: string, scheduler = 'rr'): void {
  write(cluster, 'POST', '/api/v1/namespaces/kube-system/configmaps', {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-proxy', namespace: 'kube-system' }, data: { 'config.conf': `kind: KubeProxyConfiguration\nmode: ${mode}\nipvs:\n  scheduler: ${scheduler}\n` },
  })
}

function counts(cluster: Cluster, name = 'shop/web:http'): number[] {
  return (cluster.proxies.tally(name)?.rows ?? []).map((row) => row.count).sort((a, b) => a - b)
}

const one = (answer: TrafficAnswer): TrafficAnswer['records'][number] => {
  const [record] = answer.records
  if (record === undefined) throw new Error('nothing was sent')
  return record
}

describe('requests', () => {
  test('go to every ready Pod of a Service, and their counts add up', () => {
    const cluster = shop()
    expose(cluster)
    const answer = cluster.send({ from: client(cluster), to: 'web', count: 1_000 })
    expect(answer.outcomes).toEqual({ answered: 1_000 })
    const tally = cluster.proxies.tally('shop/web:http')
    expect(tally?.rows.map((row) => row.pod).sort()).toEqual(pods(cluster, 'web').map(keyOf).sort())
    expect(tally?.rows.reduce((sum, row) => sum + row.count, 0)).toBe(1_000)
    expect(tally).toMatchObject({ total: 1_000, failed: 0 })
  })

  test('are the same for the same seed, in one command or in many, and after a checkpoint through JSON', () => {
    const sent = (break_: boolean): readonly [string, readonly number[]] => {
      let cluster = shop(7)
      expose(cluster)
      for (let index = 0; index < 4; index++) {
        cluster.send({ from: client(cluster), to: 'web.shop:80', count: 25, keepAlive: index === 2 })
        run(cluster, 500)
        if (!break_ || index !== 1) continue
        const checkpoint = JSON.parse(JSON.stringify(cluster.checkpoint())) as ReturnType<Cluster['checkpoint']>
        cluster = new Cluster({ seed: 7, settings })
        cluster.restore(checkpoint)
      }
      return [cluster.hash(), counts(cluster)]
    }
    expect(sent(true)).toEqual(sent(false))
  })

  test('a walk made again says what the request said: the same rules, the same end', () => {
    const cluster = shop()
    expose(cluster)
    expose(cluster, { ...webSpec, type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30_080 }] }, 'edge')
    const first = one(cluster.send({ from: client(cluster), to: 'web', count: 1 }))
    // What changes afterwards changes nothing of what was.
    write(cluster, 'DELETE', `${services}/edge`)
    const walk = cluster.proxies.walk(first.id)
    expect(walk?.complete).toBe(true)
    expect(walk?.dns).toMatchObject([{ name: 'web.shop.svc.cluster.local.', answer: 'addresses' }])
    expect(walk?.chains.reduce((sum, chain) => sum + chain.tried, 0)).toBe(first.rules)
    const dnat = walk?.chains.flatMap((chain) => chain.rules).find((rule) => rule.outcome === 'matched' && rule.target.startsWith('DNAT'))
    expect(dnat?.target).toBe(`DNAT --to-destination ${first.endpoint}`)
    for (const chain of walk?.chains ?? []) {
      for (const rule of chain.rules) if (rule.draw !== undefined && rule.probability !== undefined) expect(rule.outcome).toBe(rule.draw < rule.probability ? 'matched' : 'missed')
    }
    expect(walk?.inModes.find((each) => each.mode === 'iptables')?.rules).toBe(first.rules)
    expect(walk?.inModes.find((each) => each.mode === 'ipvs')).toMatchObject({ lookups: 1 })
  })

  test('over one connection: the first walks the rules, the others follow conntrack', () => {
    const cluster = shop()
    expose(cluster)
    const { records } = cluster.send({ from: client(cluster), to: 'web', count: 5, keepAlive: true })
    expect(records.map((record) => [record.means, record.rules > 0, record.follows])).toEqual([...Array<unknown>(4).fill(['conntrack', false, 1]), ['rules', true, undefined]])
    expect(new Set(records.map((record) => record.endpoint)).size).toBe(1)
    // The Pod goes; the connection with it. The next one walks again.
    write(cluster, 'DELETE', `/api/v1/namespaces/shop/pods/${(records[0]?.pod ?? '').split('/')[1] ?? ''}`)
    run(cluster, 60_000)
    const after = cluster.send({ from: client(cluster), to: 'web', count: 2, keepAlive: true }).records
    expect(after.map((record) => [record.means, record.outcome])).toEqual([['rules', 'answered'], ['conntrack', 'no-reply']])
  })

  test('with ClientIP a client stays where it is until its time is over', () => {
    const cluster = shop()
    expose(cluster, { ...webSpec, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } })
    cluster.send({ from: client(cluster), to: 'web', count: 200 })
    expect(counts(cluster)).toEqual([200])
    const endpoint = cluster.proxies.tally('shop/web:http')?.rows[0]?.endpoint
    run(cluster, 59_999)
    // Each use begins the minute anew.
    expect(one(cluster.send({ from: client(cluster), to: 'web', count: 1 }))).toMatchObject({ affinity: true, endpoint })
    run(cluster, 60_000)
    expect(one(cluster.send({ from: client(cluster), to: 'web', count: 1 })).affinity).toBe(false)
    // Another client is another matter.
    const others = Array.from({ length: pods(cluster, 'checkout').length - 1 }, (_, index) => one(cluster.send({ from: client(cluster, index + 1), to: 'web', count: 1 })).affinity)
    expect(others).toEqual(others.map(() => false))
  })

  test('IPVS: in turn, with one look-up and fewer rules; persistent for ClientIP', () => {
    const cluster = shop()
    expose(cluster)
    const before = one(cluster.send({ from: client(cluster), to: 'web', count: 1 }))
    setMode(cluster, 'ipvs')
    const { records } = cluster.send({ from: client(cluster), to: 'web', count: 8 })
    expect(counts(cluster)).toEqual([2, 2, 2, 2])
    expect(records[0]).toMatchObject({ mode: 'ipvs', means: 'virtual-server', lookups: 1 })
    expect(records[0]?.rules).toBeLessThan(before.rules)
    expect(cluster.proxies.ipvsText(before.nodes[0] ?? '')).toMatch(/Masq {4}1 {6}0 {10}2 /)
    write(cluster, 'PATCH', `${services}/web`, { spec: { sessionAffinity: 'ClientIP' } })
    cluster.send({ from: client(cluster), to: 'web', count: 50 })
    expect(counts(cluster)).toEqual([50])
  })

  test('IPVS with lc evens out what rr began unevenly', () => {
    const cluster = shop()
    expose(cluster)
    setMode(cluster, 'ipvs', 'lc')
    cluster.send({ from: client(cluster), to: 'web', count: 40 })
    expect(counts(cluster)).toEqual([10, 10, 10, 10])
  })

  test('userspace: the process takes turns, hides the client, and passes over a Pod that does not listen', () => {
    const cluster = shop()
    expose(cluster, { ...webSpec, selector: { app: 'web' } })
    setMode(cluster, 'userspace')
    const { records } = cluster.send({ from: client(cluster), to: 'web', count: 8 })
    expect(counts(cluster)).toEqual([2, 2, 2, 2])
    expect(records.every((record) => record.means === 'process' && record.masqueraded)).toBe(true)
    expect(cluster.proxies.walk(records[0]?.id ?? 0)?.process?.tried).toEqual([records[0]?.endpoint])
  })

  test('one node can have a mode of its own', () => {
    const cluster = shop()
    expose(cluster)
    const node = pods(cluster, 'checkout')[0]?.spec?.nodeName ?? ''
    write(cluster, 'PATCH', `/api/v1/nodes/${node}`, { metadata: { annotations: { 'berth.dev/proxy-mode': 'ipvs' } } })
    const other = pods(cluster, 'checkout').findIndex((pod) => pod.spec?.nodeName !== node)
    expect(one(cluster.send({ from: client(cluster), to: 'web', count: 1 })).mode).toBe('ipvs')
    expect(one(cluster.send({ from: client(cluster, other), to: 'web', count: 1 })).mode).toBe('iptables')
  })

  test('a node port answers on every node, also where no Pod is; from outside only there', () => {
    const cluster = shop()
    expose(cluster, { ...webSpec, type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30_080 }] })
    const outside = { outside: '198.51.100.7' }
    for (const node of cluster.listAt(resources.nodes) as readonly ApiObject[]) {
      const ip = (node as { readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] } }).status?.addresses?.find((address) => address.type === 'InternalIP')?.address ?? ''
      expect(one(cluster.send({ from: outside, to: `${ip}:30080`, count: 1 }))).toMatchObject({ outcome: 'answered', nodes: [node.metadata.name], masqueraded: true, service: 'shop/web' })
      expect(one(cluster.send({ from: outside, to: `${ip}:30081`, count: 1 })).outcome).toBe('refused')
    }
    const clusterIP = (cluster.listAt(resources.services).find((each) => each.metadata.name === 'web') as { readonly spec?: { readonly clusterIP?: string } }).spec?.clusterIP ?? ''
    expect(one(cluster.send({ from: outside, to: clusterIP, count: 1 })).outcome).toBe('no-route')
  })

  test('a load balancer with externalTrafficPolicy Local sends only to nodes that have a Pod, and hides nobody', () => {
    const cluster = shop()
    expose(cluster, { ...webSpec, type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
    const ip = (cluster.listAt(resources.services).find((each) => each.metadata.name === 'web') as { readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } } }).status?.loadBalancer?.ingress?.[0]?.ip ?? ''
    const { outcomes, records } = cluster.send({ from: { outside: '198.51.100.7' }, to: ip, count: 40 })
    expect(outcomes).toEqual({ answered: 40 })
    expect(records.every((record) => record.podNode === record.nodes[0] && !record.masqueraded)).toBe(true)
    expect(new Set(records.map((record) => record.nodes[0]))).toEqual(new Set(pods(cluster, 'web').map((pod) => pod.spec?.nodeName)))
  })

  test.each([
    ['a name that is not there', 'nobody', { outcome: 'name-unknown' }],
    ['a port that the Service does not have', 'web:81', { outcome: 'no-route' }],
    ['a Service whose selector takes nobody', 'idle', { outcome: 'rejected', service: 'shop/idle' }],
    ['a Service whose target port nobody listens on', 'wrong', { outcome: 'refused', service: 'shop/wrong' }],
    ['an ExternalName', 'away', { outcome: 'external', service: 'shop/away' }],
  ])('%s', (_what, to, wanted) => {
    const cluster = shop()
    expose(cluster)
    expose(cluster, { selector: { app: 'nobody' }, ports: [{ port: 80 }] }, 'idle')
    expose(cluster, { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 9999 }] }, 'wrong')
    expose(cluster, { type: 'ExternalName', externalName: 'example.com' }, 'away')
    expect(one(cluster.send({ from: client(cluster), to, count: 1 }))).toMatchObject(wanted)
  })

  test('what is no address is refused, and nothing is sent', () => {
    const cluster = shop()
    expect(cluster.send({ from: { outside: '198.51.100.7' }, to: 'a b', count: 1 })).toMatchObject({ count: 0, records: [] })
    expect(cluster.send({ from: { outside: '198.51.100.7' }, to: 'a b', count: 1 }).refusal).toContain('is no address')
    expect(cluster.proxies.sent).toBe(0)
    expect(one(cluster.send({ from: { pod: 'shop/nobody' }, to: 'web', count: 1 })).outcome).toBe('no-client')
  })

  test('a headless Service gives the addresses of its Pods, no rule is asked', () => {
    const cluster = shop()
    expose(cluster, { ...webSpec, clusterIP: 'None' })
    const dns = cluster.proxies.resolve('web', client(cluster))
    expect([...dns.addresses].sort()).toEqual(pods(cluster, 'web').map((pod) => pod.status?.podIP).sort())
    const { records } = cluster.send({ from: client(cluster), to: 'web:8080', count: 30 })
    expect(records.every((record) => record.means === 'direct' && record.outcome === 'answered' && record.service === 'shop/web')).toBe(true)
    expect(counts(cluster, 'shop/web').length).toBe(4)
  })
})

describe('names', () => {
  test('are searched as a Pod\'s resolv.conf says: with fewer than five dots first in its own namespace', () => {
    const cluster = shop()
    expose(cluster)
    expect(cluster.proxies.resolve('kubernetes.default', client(cluster)).queries.map((query) => [query.name, query.answer])).toEqual([
      ['kubernetes.default.shop.svc.cluster.local.', 'nxdomain'], ['kubernetes.default.svc.cluster.local.', 'addresses'],
    ])
    expect(cluster.proxies.resolve('example.com', client(cluster)).queries.map((query) => query.name)).toEqual([
      'example.com.shop.svc.cluster.local.', 'example.com.svc.cluster.local.', 'example.com.cluster.local.', 'example.com.',
    ])
    expect(cluster.proxies.resolve('web.shop.svc.cluster.local.', client(cluster)).queries).toHaveLength(1)
    expect(cluster.proxies.resolve('web', { outside: '198.51.100.7' }).addresses).toEqual([])
  })

  test('SRV names give the port, Pod names their address', () => {
    const cluster = shop()
    expose(cluster)
    expect(cluster.proxies.resolve('_http._tcp.web.shop.svc.cluster.local', client(cluster)).port).toBe(80)
    expect(cluster.proxies.resolve('10-244-0-2.shop.pod.cluster.local', client(cluster)).addresses).toEqual(['10.244.0.2'])
  })

  test('of a Pod of a StatefulSet lead to it', () => {
    const cluster = shop()
    expose(cluster, { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 5432 }] }, 'db')
    write(cluster, 'POST', '/apis/apps/v1/namespaces/shop/statefulsets', {
      apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db', namespace: 'shop' },
      spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'redis:8.2', ports: [{ containerPort: 5432 }] }] } } },
    })
    run(cluster, 60_000)
    const second = pods(cluster, 'db').find((pod) => pod.metadata.name === 'db-1')
    expect(cluster.proxies.resolve('db-1.db', client(cluster)).addresses).toEqual([second?.status?.podIP])
    expect(one(cluster.send({ from: client(cluster), to: 'db-1.db:5432', count: 1 }))).toMatchObject({ outcome: 'answered', pod: 'shop/db-1' })
  })
})

describe('what a proxy has heard', () => {
  test('is not what is stored: rules follow a change after the watch, and at most once a second', () => {
    const cluster = shop()
    expose(cluster)
    const patch = (affinity: string): void => { cluster.request({ method: 'PATCH', path: `${services}/web`, headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { sessionAffinity: affinity } }, userAgent: 'kubectl' }) }
    const sticky = (): boolean => cluster.proxies.portsOf('node-a').find((port) => port.name === 'shop/web:http')?.affinitySeconds !== 0
    run(cluster, 5_000)
    patch('ClientIP')
    expect(sticky()).toBe(false)
    run(cluster, 10)
    expect(sticky()).toBe(true)
    patch('None')
    run(cluster, 900)
    expect(sticky()).toBe(true)
    run(cluster, 100)
    expect(sticky()).toBe(false)
  })

  test('a node that is cut off goes by what it heard last, and catches up afterwards', () => {
    const cluster = shop()
    expose(cluster)
    const known = (node: string): boolean => cluster.proxies.portsOf(node).some((port) => port.name === 'shop/late:http')
    cluster.fault({ kind: 'network', subject: 'node-b', on: true })
    expose(cluster, webSpec, 'late')
    expect([known('node-a'), known('node-b')]).toEqual([true, false])
    const restored = new Cluster({ seed: 1, settings })
    restored.restore(JSON.parse(JSON.stringify(cluster.checkpoint())) as ReturnType<Cluster['checkpoint']>)
    expect(restored.proxies.portsOf('node-b').some((port) => port.name === 'shop/late:http')).toBe(false)
    cluster.fault({ kind: 'network', subject: 'node-b', on: false })
    expect(known('node-b')).toBe(true)
  })

  test('a configuration that kube-proxy cannot read changes nothing', () => {
    const cluster = shop()
    expose(cluster)
    setMode(cluster, 'nftablez')
    expect(cluster.proxies.modeOf('node-a')).toBe('iptables')
    expect(one(cluster.send({ from: client(cluster), to: 'web', count: 1 })).outcome).toBe('answered')
  })

  test('a Pod that is gone, and still in the rules, does not reply; one that only just left the rules is not asked', () => {
    const cluster = shop()
    expose(cluster)
    cluster.fault({ kind: 'node', subject: 'node-d', on: true })
    const { outcomes } = cluster.send({ from: client(cluster), to: 'web', count: 400 })
    expect(Object.keys(outcomes).sort()).toEqual(['answered', 'no-reply'])
    run(cluster, 120_000)
    expect(cluster.send({ from: client(cluster), to: 'web', count: 400 }).outcomes).toEqual({ answered: 400 })
  })
})

test('a Pod\'s requests a second are those of the last minute', () => {
  const cluster = shop()
  expose(cluster)
  cluster.send({ from: client(cluster), to: 'web', count: 600 })
  const rates = (): number => pods(cluster, 'web').reduce((sum, pod) => sum + cluster.proxies.requestsPerSecond(keyOf(pod)), 0)
  expect(rates()).toBeCloseTo(10, 6)
  run(cluster, 70_000)
  expect(rates()).toBe(0)
})

describe('steady traffic', () => {
  test('comes every second until it is ended, and is changed, not doubled', () => {
    const cluster = shop()
    expose(cluster)
    const flow = { from: client(cluster), to: 'web' }
    cluster.send({ ...flow, count: 10, steady: true })
    expect(cluster.proxies.flows).toEqual([{ ...flow, perSecond: 10 }])
    run(cluster, 9_500)
    expect(cluster.proxies.sent).toBe(100)
    cluster.send({ ...flow, count: 2, steady: true })
    run(cluster, 10_000)
    expect(cluster.proxies.sent).toBe(100 + 22)
    cluster.send({ ...flow, count: 1, steady: false })
    run(cluster, 10_000)
    expect(cluster.proxies.sent).toBe(122)
    expect(cluster.proxies.flows).toEqual([])
  })

  test('goes on after a checkpoint as if there had been none', () => {
    const life = (break_: boolean): readonly [string, number] => {
      let cluster = shop(3)
      expose(cluster)
      cluster.send({ from: client(cluster), to: 'web', count: 3, steady: true })
      run(cluster, 4_200)
      if (break_) {
        const checkpoint = JSON.parse(JSON.stringify(cluster.checkpoint())) as ReturnType<Cluster['checkpoint']>
        cluster = new Cluster({ seed: 3, settings })
        cluster.restore(checkpoint)
      }
      run(cluster, 4_000)
      return [cluster.hash(), cluster.proxies.sent]
    }
    expect(life(true)).toEqual(life(false))
    expect(life(false)[1]).toBe(27)
  })

  test('of nothing is nothing', () => {
    const cluster = shop()
    expect(cluster.send({ from: { outside: '198.51.100.7' }, to: 'a b', count: 1, steady: true }).refusal).toContain('is no address')
    expect(cluster.proxies.flows).toEqual([])
  })
})

test('usage follows the traffic, and the replicas follow the usage: back again when it ends', () => {
  const cluster = shop()
  write(cluster, 'POST', '/apis/apps/v1/namespaces/shop/deployments', {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'echo', namespace: 'shop' },
    spec: {
      replicas: 1, selector: { matchLabels: { app: 'echo' } },
      template: {
        metadata: { labels: { app: 'echo' }, annotations: { 'berth.dev/usage': 'cpu=5m+2m/rps' } },
        spec: { containers: [{ name: 'echo', image: 'nginx', ports: [{ containerPort: 8080 }], resources: { requests: { cpu: '100m', memory: '32Mi' } } }] },
      },
    },
  })
  expose(cluster, { selector: { app: 'echo' }, ports: [{ port: 80, targetPort: 8080 }] }, 'echo')
  write(cluster, 'POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'echo', namespace: 'shop' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'echo' }, minReplicas: 1, maxReplicas: 6,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
    },
  })
  const replicas = (): number => pods(cluster, 'echo').filter((pod) => pod.metadata.deletionTimestamp === undefined).length
  run(cluster, 60_000)
  expect(replicas()).toBe(1)
  // 100 requests a second cost 200m and what is used at rest: at 60 % of 100m that is four Pods.
  cluster.send({ from: client(cluster), to: 'echo', count: 100, steady: true })
  run(cluster, 240_000)
  expect(replicas()).toBe(4)
  cluster.send({ from: client(cluster), to: 'echo', count: 100, steady: false })
  run(cluster, 600_000)
  expect(replicas()).toBe(1)
})
