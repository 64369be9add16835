import { describe, expect, test } from 'vitest'
import type { ApiObject, ApiRequest, ApiResponse, ReplicaSet } from '../api'
import type { OwnershipView, RolloutNumbers, RootView } from '../protocol'
import { Bench } from './testing/bench'

const web = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const
const deploymentPath = '/apis/apps/v1/namespaces/shop/deployments/web'

function opened(scenario = 'shop-rollout'): Bench {
  const bench = new Bench()
  bench.call('open', { scenario })
  return bench
}

function ask(bench: Bench, request: Omit<ApiRequest, 'userAgent'>): ApiResponse {
  return bench.call('request', { request: { ...request, userAgent: 'kubectl' } })
}

function patch(bench: Bench, body: unknown, path = deploymentPath): void {
  const answer = ask(bench, { method: 'PATCH', path, headers: { 'content-type': 'application/strategic-merge-patch+json' }, body })
  expect(answer.status).toBe(200)
}

const setImage = (bench: Bench, image: string): void => { patch(bench, { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }) }
const create = (bench: Bench, path: string, body: ApiObject): void => { expect(ask(bench, { method: 'POST', path, body }).status).toBe(201) }
const look = (bench: Bench): OwnershipView => bench.call('ownership', web)

function deploymentOf(view: OwnershipView): Extract<RootView, { readonly is: 'Deployment' }> {
  if (view.root.is !== 'Deployment') throw new Error('not a Deployment')
  return view.root
}
const rolloutOf = (view: OwnershipView): RolloutNumbers => deploymentOf(view).rollout

/** Steps by event until the rollout has nothing left to do, with a look after each event that changed sizes or Pods. */
function roll(bench: Bench, each: (view: OwnershipView) => void): OwnershipView {
  let revision = -1
  for (let events = 0; events < 6_000; events++) {
    if (bench.last.revision !== revision) {
      revision = bench.last.revision
      const view = look(bench)
      each(view)
      if (rolloutOf(view).done && view.conditions.find(({ type }) => type === 'Progressing')?.reason === 'NewReplicaSetAvailable' && rolloutOf(view).terminating === 0) return view
    }
    bench.call('step', { unit: 'event', direction: 1 })
  }
  throw new Error('the rollout never ends')
}

describe('the list of workloads', () => {
  test('says who owns Pods, system workloads last, with letters as on the map', () => {
    const bench = opened()
    const { rows, more } = bench.call('workloads', {})
    expect(more).toBe(0)
    expect(rows.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)).toEqual([
      'Deployment shop/api', 'Deployment shop/checkout', 'Deployment shop/redis', 'Deployment shop/thumbs', 'Deployment shop/web', 'StatefulSet shop/indexer', 'Job shop/report', 'DaemonSet kube-system/kube-proxy',
    ])
    expect(rows.find(({ name }) => name === 'web')).toMatchObject({ letter: 'W', hue: 1, ready: 4, desired: 6, state: 'rolling', images: ['shop/web:2.1'] })
    expect(rows.find(({ name }) => name === 'api')).toMatchObject({ letter: 'A', ready: 4, desired: 4, state: 'settled' })
    expect(rows.find(({ name }) => name === 'kube-proxy')).toMatchObject({ letter: '·', hue: 0, ready: 6, desired: 6 })
  })

  test('a Pod that nobody owns stands for itself', () => {
    const { rows } = opened('first-pod').call('workloads', {})
    expect(rows.filter(({ kind }) => kind === 'Pod').length).toBe(22)
    expect(rows.find(({ name }) => name === 'web-x2lqp')).toMatchObject({ kind: 'Pod', letter: 'W', ready: 0, desired: 1 })
  })
})

describe('a rolling update', () => {
  test('keeps between its lines at every event, is told as the controller does it, and can be undone', () => {
    const bench = opened()
    bench.call('seek', { to: 'end' })
    roll(bench, () => undefined)
    setImage(bench, 'shop/web:2.2')
    const before = look(bench)
    expect(rolloutOf(before)).toMatchObject({ replicas: 6, maxSurge: '25%', surgeShare: 1.5, surge: 2, maxUnavailable: '25%', unavailableShare: 1.5, unavailable: 1, ceiling: 8, floor: 5, exist: 6, available: 6 })
    const order: string[] = []
    let previous: OwnershipView | undefined
    let shrunkAsSaid = 0
    let victimsAsSaid = 0
    roll(bench, (view) => {
      const rollout = rolloutOf(view)
      expect(rollout.exist).toBeLessThanOrEqual(rollout.ceiling)
      expect(rollout.wanted).toBeLessThanOrEqual(rollout.ceiling)
      expect(rollout.available).toBeGreaterThanOrEqual(rollout.floor)
      // The sums come out.
      expect(rollout.wants.reduce((sum, each) => sum + each, 0)).toBe(rollout.wanted)
      if (rollout.mayGo !== undefined) expect(rollout.mayGo).toBe(rollout.wanted - (rollout.replicas - rollout.unavailable) - rollout.newUnavailable)
      expect(rollout.room).toBe(rollout.ceiling - rollout.wanted)
      // What an old set is said to come to, it comes to: the next time its size changes it is that size, or a smaller one.
      for (const group of view.groups) {
        const was = previous?.groups.find(({ uid }) => uid === group.uid)
        if (was?.role === 'old' && was.wants !== group.wants && was.next !== undefined) {
          expect(group.wants).toBe(was.next)
          shrunkAsSaid++
        }
        for (const pod of group.pods) {
          if (!order.includes(pod.key)) order.push(pod.key)
          const then = was?.pods.find(({ key }) => key === pod.key)
          if (pod.words.id === 'terminating' && then?.nextToGo === true) victimsAsSaid++
        }
        // Rows never reorder: those that were there keep their order.
        const kept = was?.pods.map(({ key }) => key).filter((key) => group.pods.some((pod) => pod.key === key)) ?? []
        expect(group.pods.map(({ key }) => key).filter((key) => kept.includes(key))).toEqual(kept)
      }
      previous = view
    })
    expect(shrunkAsSaid).toBeGreaterThan(2)
    expect(victimsAsSaid).toBeGreaterThan(2)
    // The last one's row is empty by now, and the next event takes it away with its set.
    expect(look(bench).groups[0]?.pods.map(({ words }) => words.id)).toEqual(['gone'])
    bench.call('step', { unit: 'event', direction: 1 })
    const done = look(bench)
    expect(done.groups.map(({ role, wants, images }) => [role, wants, images[0]])).toEqual([['new', 6, 'shop/web:2.2']])
    expect(done.history.map(({ revision, images, current, pods }) => [revision, images[0], current, pods])).toEqual([[2, 'shop/web:2.2', true, 6], [1, 'shop/web:2.1', false, 0]])
    // The lanes tell of the old ones going and the new ones coming, and end with the picture.
    expect(done.sizes.at(-1)).toMatchObject({ old: 0, new: 6, available: 6 })
    expect(done.sizes.filter((point) => point.event > before.event).map((point) => point.available).sort()[0]).toBe(5)

    // Back in the past it is as it was, and what comes is known.
    const { position } = bench.last
    bench.call('seek', { position: { event: before.event, beat: 0 } })
    const again = look(bench)
    expect({ ...again, sizes: [] }).toEqual({ ...before, sizes: [] })
    expect(again.sizes.at(-1)?.event).toBeGreaterThan(again.event)
    bench.call('seek', { position })

    // Who took a Pod away is told as people call it.
    const last = previous?.groups[0]?.pods.at(-1)
    const [link] = bench.call('because', { resource: 'pods', namespace: 'shop', name: last?.name ?? '' }).slice(-1)
    expect(link).toMatchObject({ id: 'because.deleted', args: { by: 'kube-controller-manager', controller: 'ReplicaSet' } })

    // As kubectl rollout undo does it.
    const template = ((ask(bench, { method: 'GET', path: '/apis/apps/v1/namespaces/shop/replicasets' }).body as unknown as { readonly items: readonly ReplicaSet[] }).items
      .find((set) => set.metadata.name === done.history[1]?.name) as ReplicaSet).spec.template
    const { 'pod-template-hash': _hash, ...labels } = template?.metadata?.labels ?? {}
    expect(ask(bench, {
      method: 'PATCH', path: deploymentPath, headers: { 'content-type': 'application/json-patch+json' },
      body: [{ op: 'replace', path: '/spec/template', value: { ...template, metadata: { ...template?.metadata, labels } } }],
    }).status).toBe(200)
    const back = roll(bench, (view) => {
      expect(rolloutOf(view).exist).toBeLessThanOrEqual(8)
      expect(rolloutOf(view).available).toBeGreaterThanOrEqual(5)
    })
    expect(back.history.map(({ revision, images, current }) => [revision, images[0], current])).toEqual([[3, 'shop/web:2.1', true], [2, 'shop/web:2.2', false]])
  }, 60_000)

  test('a paused Deployment plans nothing, one that recreates has no floor', () => {
    const bench = opened()
    bench.call('seek', { to: 'end' })
    roll(bench, () => undefined)
    patch(bench, { spec: { paused: true } })
    setImage(bench, 'shop/web:2.2')
    expect(rolloutOf(look(bench))).toMatchObject({ mode: 'paused', goes: 0 })
    expect(look(bench).state).toBe('paused')
    patch(bench, { spec: { paused: null, strategy: { $retainKeys: ['type'], type: 'Recreate' } } })
    expect(rolloutOf(look(bench))).toMatchObject({ mode: 'Recreate', ceiling: 6, floor: 0, goes: 6 })
  })
})

describe('what looks at the Pods', () => {
  test('Service, EndpointSlice, budget and autoscaler stand beside the workload they are of', () => {
    const bench = opened()
    bench.call('seek', { to: 'end' })
    roll(bench, () => undefined)
    create(bench, '/api/v1/namespaces/shop/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] } })
    create(bench, '/api/v1/namespaces/shop/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'api', namespace: 'shop' }, spec: { selector: { app: 'api' }, ports: [{ port: 80 }] } })
    create(bench, '/apis/policy/v1/namespaces/shop/poddisruptionbudgets', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'shop' }, spec: { minAvailable: 4, selector: { matchLabels: { app: 'web' } } } })
    create(bench, '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 9, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }] },
    })
    bench.call('seek', { time: (bench.last.now + 20_000) as typeof bench.last.now })
    const view = look(bench)
    expect(view.services.map(({ name, ports, ready }) => [name, ports, ready])).toEqual([['web', ['80 → 8080'], 6]])
    expect(view.services[0]?.slices[0]?.rows.map(({ pod, state }) => [pod, state])).toEqual(view.groups.flatMap(({ pods }) => pods).map(({ key }) => [key, 'ready']))
    expect(view.budgets).toEqual([{ name: 'web', minAvailable: '4', healthy: 6, desiredHealthy: 4, expected: 6, allowed: 2, disrupted: 0 }])
    const [autoscaler] = view.autoscalers
    const [metric] = autoscaler?.metrics ?? []
    expect(autoscaler).toMatchObject({ name: 'web', min: 2, max: 9, current: 6, tolerance: { up: 0.1, down: 0.1 } })
    expect(metric).toMatchObject({ name: 'cpu', unit: 'percent', target: '70' })
    expect(metric?.product).toBeCloseTo(6 * Number(metric?.current) / 70)
  })

  test('while a rollout stands at its floor the budget lets no Pod be evicted', () => {
    const bench = opened('rolling-update')
    const evict = (): ApiResponse => {
      const [pod] = look(bench).groups.flatMap(({ pods }) => pods).filter(({ words }) => words.id === 'ready')
      return ask(bench, { method: 'POST', path: `/api/v1/namespaces/shop/pods/${pod?.name ?? ''}/eviction`, body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod?.name ?? '', namespace: 'shop' } } })
    }
    bench.call('seek', { time: 66_000 as typeof bench.last.now })
    expect(look(bench).budgets[0]).toMatchObject({ minAvailable: '5', healthy: 5, allowed: 0 })
    expect(evict().status).toBe(429)
    bench.call('seek', { time: 80_000 as typeof bench.last.now })
    expect(look(bench).budgets[0]).toMatchObject({ healthy: 6, allowed: 1 })
    expect(evict().status).toBe(201)
    expect(evict().status).toBe(429)
  })

  test('the autoscaler of the scenario keeps six, and adds two for the hungrier version', () => {
    const bench = opened('rolling-update')
    expect(look(bench).autoscalers[0]).toMatchObject({ current: 6, desired: 6, max: 8, metrics: [{ name: 'cpu', type: 'ContainerResource', current: '66', target: '70', within: true }] })
    bench.call('seek', { time: 130_000 as typeof bench.last.now })
    expect(look(bench).autoscalers[0]).toMatchObject({ current: 8, desired: 8, metrics: [{ current: '86', within: false }] })
    expect(rolloutOf(look(bench))).toMatchObject({ replicas: 8, available: 8 })
  })

  test('what is not there is refused, and so is what owns no Pods', () => {
    const bench = opened()
    for (const ref of [{ ...web, name: 'nobody' }, { ...web, kind: 'ConfigMap' }]) expect(bench.ask('ownership', ref)).toMatchObject({ ok: false, error: { code: 'refused', status: { code: 404 } } })
    expect(bench.broken).toEqual([])
  })
})

describe('the other kinds', () => {
  test('a StatefulSet has ordinals, a DaemonSet nodes, a Job completions', () => {
    const bench = opened()
    const stateful = bench.call('ownership', { kind: 'StatefulSet', namespace: 'shop', name: 'indexer' })
    expect(stateful.root).toMatchObject({ is: 'StatefulSet', replicas: 2, partition: 0, service: 'indexer' })
    expect(stateful.groups.flatMap(({ pods }) => pods).map(({ name, ordinal, words }) => [name, ordinal, words.id])).toEqual([['indexer-0', 0, 'ready'], ['indexer-1', 1, 'unschedulable']])
    const daemon = bench.call('ownership', { kind: 'DaemonSet', namespace: 'kube-system', name: 'kube-proxy' })
    expect(daemon.root).toMatchObject({ is: 'DaemonSet', wanted: 6, scheduled: 6, misscheduled: 0 })
    expect(daemon.groups.flatMap(({ pods }) => pods).length).toBe(6)
    const job = bench.call('ownership', { kind: 'Job', namespace: 'shop', name: 'report' })
    expect(job.root).toMatchObject({ is: 'Job', completions: 2, parallelism: 2, backoffLimit: 6, active: 2 })
    expect(job.groups[0]?.pods.map(({ words }) => words.id).sort()).toEqual(['gated', 'ready'])
  })

  test('a CronJob knows its next time', () => {
    const bench = opened('empty')
    create(bench, '/apis/batch/v1/namespaces/default/cronjobs', {
      apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick', namespace: 'default' },
      spec: { schedule: '*/2 * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'tick', image: 'tick:1' }] } } } } },
    })
    const ref = { kind: 'CronJob', namespace: 'default', name: 'tick' }
    expect(bench.call('ownership', ref).root).toMatchObject({ is: 'CronJob', nextAt: 120_000, active: 0 })
    bench.call('seek', { time: 125_000 as typeof bench.last.now })
    const view = bench.call('ownership', ref)
    expect(view.root).toMatchObject({ lastAt: 120_000, nextAt: 240_000 })
    expect(view.groups.map(({ kind, wants }) => [kind, wants])).toEqual([['Job', 1]])
  })
})
