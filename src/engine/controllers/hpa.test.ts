import { describe, expect, test } from 'vitest'
import { timeText, virtualMs, type ApiList, type ApiObject, type ApiRequest, type Deployment, type Event, type HorizontalPodAutoscaler, type Node, type Pod } from '../../api'
import { Apiserver, labelRequirementsOf } from '../apiserver'
import { Etcd } from '../etcd'
import { Simulation } from '../kernel'
import { Kubelet, MetricsServer, NodePool, type NodeStats } from '../node'
import { Scheduler } from '../scheduler'
import { ControllerManager } from '.'
import { replicasFor, type PodMetric } from './hpa-replicas'

/** A cluster whose components find the metrics API. */
class Measured {
  readonly simulation = new Simulation({ seed: 3 })
  readonly apiserver: Apiserver

  constructor() {
    const { simulation } = this
    const etcd = new Etcd<ApiObject>({ context: simulation.context('etcd') })
    this.apiserver = new Apiserver({ context: simulation.context('kube-apiserver'), etcd, watchLatencyMs: 10 })
    const read = (path: string): unknown => {
      const response = this.apiserver.read({ method: 'GET', path, userAgent: 'metrics-server' })
      return response.status === 200 ? response.body : undefined
    }
    const metrics = new MetricsServer({
      now: () => simulation.now,
      labelRequirements: labelRequirementsOf,
      stats: () => simulation.actorNames().filter((name) => name.startsWith('kubelet/')).map((name) => (simulation.actor(name) as unknown as Kubelet).stats()).filter((stats): stats is NodeStats => stats !== undefined),
      node: (name) => read(`/api/v1/nodes/${name}`) as Node | undefined,
      pod: (namespace, name) => read(`/api/v1/namespaces/${namespace}/pods/${name}`) as Pod | undefined,
    })
    const transport = metrics.behind(this.apiserver)
    const manager = new ControllerManager({ context: simulation.context('kube-controller-manager'), transport, syncMs: 20 })
    const scheduler = new Scheduler({ context: simulation.context('kube-scheduler'), transport, cycleMs: 10 })
    const pool = new NodePool({
      context: simulation.context('node-pool'), transport, stop: (name) => { simulation.remove(`kubelet/${name}`) },
      start: (nodeName) => {
        const kubelet = new Kubelet({ nodeName, context: simulation.context(`kubelet/${nodeName}`), transport, pullBytesPerMs: 125_000, containerStartMs: 400 })
        simulation.add(kubelet)
        kubelet.start()
      },
    })
    for (const actor of [etcd, this.apiserver, manager, scheduler, pool]) simulation.add(actor)
    this.apiserver.start()
    manager.start()
    scheduler.start()
    pool.start()
    this.run(1)
    this.ask('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity: { cpu: '16', memory: '64Gi', pods: '110' } } })
  }

  run(seconds: number): void {
    this.simulation.run({ until: this.simulation.now + seconds * 1000 })
  }

  ask(method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): unknown {
    const response = this.apiserver.request({ method, path, userAgent: 'kubectl', ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }) })
    if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`)
    return response.body
  }

  deploy(usage: string): void {
    this.ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
      spec: {
        replicas: 2, selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' }, annotations: { 'berth.dev/usage': usage } }, spec: { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] } },
      },
    })
  }

  autoscale(spec: object = {}): void {
    this.ask('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }], ...spec,
      },
    })
  }

  get autoscaler(): HorizontalPodAutoscaler {
    return this.ask('GET', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web') as HorizontalPodAutoscaler
  }

  get replicas(): number | undefined {
    return (this.ask('GET', '/apis/apps/v1/namespaces/default/deployments/web') as Deployment).spec.replicas
  }

  condition(type: string): string {
    const found = this.autoscaler.status?.conditions?.find((condition) => condition.type === type)
    return `${found?.status ?? 'absent'} ${found?.reason ?? ''}`
  }
}

describe('HorizontalPodAutoscaler', () => {
  test('grows to what the usage asks for, and says why', () => {
    const cluster = new Measured()
    cluster.deploy('cpu=100m')
    cluster.autoscale()
    cluster.run(120)
    expect(cluster.replicas).toBe(10) // each uses its whole request, however many there are
    expect(cluster.autoscaler.status?.currentMetrics).toEqual([{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } } }])
    expect(cluster.condition('ScalingActive')).toBe('True ValidMetricFound')
    expect(cluster.condition('ScalingLimited')).toBe('True TooManyReplicas')
    const events = (cluster.ask('GET', '/api/v1/events') as ApiList<Event>).items.filter((event) => event.involvedObject.kind === 'HorizontalPodAutoscaler').map((event) => event.message)
    expect(events).toContain('New size: 4; reason: cpu resource utilization (percentage of request) above target')
  })

  test('shrinks only when it has been too large for five minutes', () => {
    const cluster = new Measured()
    cluster.deploy('cpu=5m')
    cluster.autoscale()
    cluster.run(200)
    expect([cluster.replicas, cluster.condition('AbleToScale')]).toEqual([2, 'True ScaleDownStabilized'])
    cluster.run(200)
    expect(cluster.replicas).toBe(1)
  })

  test('within the tolerance nothing moves', () => {
    const cluster = new Measured()
    cluster.deploy('cpu=54m')
    cluster.autoscale()
    cluster.run(400)
    expect([cluster.replicas, cluster.condition('AbleToScale')]).toEqual([2, 'True ReadyForNewScale'])
  })

  test('its rules limit how fast it grows', () => {
    const cluster = new Measured()
    cluster.deploy('cpu=100m')
    cluster.autoscale({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } })
    cluster.run(60)
    expect([cluster.replicas, cluster.condition('ScalingLimited')]).toEqual([3, 'True ScaleUpLimit'])
    cluster.run(60)
    expect(cluster.replicas).toBe(4)
  })

  test('without what it scales, or without requests, it says so', () => {
    const cluster = new Measured()
    cluster.autoscale()
    cluster.run(20)
    expect(cluster.condition('AbleToScale')).toBe('False FailedGetScale')
    cluster.ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } } },
    })
    cluster.run(60)
    expect(cluster.condition('ScalingActive')).toBe('False FailedGetResourceMetric')
    expect(cluster.autoscaler.status?.conditions?.find((condition) => condition.type === 'ScalingActive')?.message).toMatch(/missing request for cpu in container c of Pod web-/)
  })
})

describe('replicasFor', () => {
  const pod = (name: string, more: { phase?: string; ready?: boolean } = {}): Pod => ({
    apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
    status: { phase: more.phase ?? 'Running', startTime: timeText(virtualMs(0)), conditions: [{ type: 'Ready', status: more.ready === false ? 'False' : 'True', lastTransitionTime: timeText(virtualMs(0)) }] },
  })
  const ask = (pods: Pod[], usage: Record<string, number>, currentReplicas = pods.length): unknown => {
    const metrics = new Map<string, PodMetric>(Object.entries(usage).map(([name, value]) => [name, { value, at: 1_000_000, windowMs: 15_000 }]))
    const answer = replicasFor({ currentReplicas, resource: 'cpu', container: undefined, target: { utilization: 50 }, pods, metrics, now: 1_000_000, tolerance: { up: 0.1, down: 0.1 } })
    return typeof answer === 'string' ? answer : answer.replicas
  }

  test.each([
    ['twice as much as wanted', [pod('a'), pod('b')], { a: 100, b: 100 }, 4],
    ['a little above', [pod('a'), pod('b')], { a: 54, b: 54 }, 2],
    ['half', [pod('a'), pod('b')], { a: 25, b: 25 }, 1],
    ['one that is not heard of counts as idle when growing', [pod('a'), pod('b'), pod('c')], { a: 100, b: 100 }, 4],
    ['and as full when shrinking', [pod('a'), pod('b'), pod('c'), pod('d')], { a: 10, b: 10, c: 10 }, 3],
    ['pending ones hold growth back', [pod('a'), pod('b', { phase: 'Pending' })], { a: 100 }, 2],
    ['nobody is heard of', [pod('a')], {}, 'did not receive metrics for targeted pods (pods might be unready)'],
    ['nobody is there', [], {}, 'no pods returned by selector while calculating replica count'],
  ])('%s', (_name, pods, usage, want) => {
    expect(ask(pods, usage as unknown as Record<string, number>)).toBe(want)
  })
})
