import type { ApiList, Deployment, Pod } from '../../src/api'
import { Cluster } from '../../src/engine'
import { benchmark, timed } from './lib/benchmark'

/** A real scheduler takes about this long for a Pod at this size; the tenth of a second of the default is for people to follow. */
const settings = { cycleMs: 1 }

export const benchmarks = [
  benchmark('cluster: a Deployment from apply to all Running', ({ size, option, report }) => {
    const nodes = Number(option('nodes') ?? size({ smoke: 20, real: 1_000 }))
    const replicas = Number(option('replicas') ?? size({ smoke: 100, real: 10_000 }))
    const cluster = new Cluster({ seed: 42, settings })
    const { simulation } = cluster
    const ask = (method: 'GET' | 'POST', path: string, body?: unknown): unknown => {
      const response = cluster.request({ method, path, userAgent: 'kubectl', ...(body === undefined ? {} : { body }) })
      if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`)
      return response.body
    }
    simulation.run({ until: 1_000 })
    const joined = timed(() => {
      for (let i = 0; i < nodes; i++) {
        ask('POST', '/api/v1/nodes', {
          apiVersion: 'v1', kind: 'Node',
          metadata: { name: `node-${i}`, labels: { 'topology.kubernetes.io/zone': `zone-${i % 3}` } },
          status: { capacity: { cpu: '16', memory: '64Gi', pods: '110' } },
        })
      }
      simulation.run({ until: simulation.now + 15_000 })
    })
    const began = simulation.now
    const delivered = simulation.delivered
    let running = 0
    const rolled = timed(() => {
      ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
        apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
        spec: {
          replicas, selector: { matchLabels: { app: 'web' } },
          template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu: '100m', memory: '128Mi' } } }] } },
        },
      })
      const available = (): number => (cluster.read({ method: 'GET', path: '/apis/apps/v1/namespaces/default/deployments/web', userAgent: 'bench' }).body as Deployment).status?.availableReplicas ?? 0
      // Looked at once in a while: the benchmark is the cluster, not the looking.
      while (available() < replicas && simulation.now - began < 600_000) simulation.run({ until: simulation.now + 250 })
      running = available()
    })
    const pods = (cluster.read({ method: 'GET', path: '/api/v1/namespaces/default/pods', userAgent: 'bench' }).body as ApiList<Pod>).items
    if (running !== replicas || pods.some((pod) => pod.status?.phase !== 'Running')) throw new Error(`only ${running} of ${replicas} Pods run`)
    report({
      checksum: cluster.hash(), nodes, pods: pods.length, 'nodes join (s)': joined.seconds, 'apply to all Running (s)': rolled.seconds, 'of a processor (s)': rolled.cpuSeconds,
      'virtual (s)': (simulation.now - began) / 1000, events: simulation.delivered - delivered, revisions: cluster.etcd.revision,
    })
  }),
]
