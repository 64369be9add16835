import { canonicalJson, RollingHash } from '../../src/base'
import { resources, type ApiObject, type Pod } from '../../src/api'
import { Apiserver } from '../../src/engine/apiserver'
import { Client } from '../../src/engine/client'
import { Etcd } from '../../src/engine/etcd'
import { fuzz } from '../../src/engine/apiserver/testing/fuzz'
import { Simulation } from '../../src/engine/kernel'
import { benchmark, timed } from './lib/benchmark'

function makeServer(): { readonly etcd: Etcd<ApiObject>; readonly client: Client; readonly simulation: Simulation } {
  const simulation = new Simulation({ seed: 42 })
  const etcd = new Etcd<ApiObject>({ context: simulation.context('etcd') })
  const apiserver = new Apiserver({ context: simulation.context('kube-apiserver'), etcd, watchLatencyMs: 5 })
  simulation.add(etcd)
  simulation.add(apiserver)
  simulation.add({ name: 'watcher', handle: () => undefined, save: () => null, load: () => undefined })
  apiserver.start()
  return { etcd, client: new Client(apiserver, 'bench/1'), simulation }
}

function checksum(etcd: Etcd<ApiObject>): string {
  const hash = new RollingHash()
  for (const { key, modRevision, value } of etcd.entries()) hash.add(key).addNumber(modRevision).add(canonicalJson(value))
  return hash.digest()
}

const podOf = (i: number): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: `web-${i}`, namespace: 'default', labels: { app: 'web', shard: `s${i % 20}` } },
  spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } } }] },
})

export const benchmarks = [
  benchmark('apiserver: creates of a Pod through the in-process client', ({ size, report }) => {
    const count = size({ smoke: 200, real: 10_000 })
    const { etcd, client } = makeServer()
    const created = timed(() => { for (let i = 0; i < count; i++) client.create(resources.pods, podOf(i)) })
    const patched = timed(() => {
      for (let i = 0; i < count; i++) {
        client.patch({ resource: resources.pods, namespace: 'default', name: `web-${i}` }, 'application/strategic-merge-patch+json', { status: { conditions: [{ type: 'Ready', status: 'True' }], phase: 'Running' } }, 'status')
      }
    })
    report({
      checksum: checksum(etcd), pods: count, 'creates (s)': created.seconds, 'of a processor (s)': created.cpuSeconds, 'creates a second': count / created.seconds,
      'patches of status (s)': patched.seconds, 'patches a second': count / patched.seconds,
    })
  }),
  benchmark('apiserver: one write told to many watches', ({ size, report }) => {
    const watches = size({ smoke: 20, real: 1_000 })
    const writes = size({ smoke: 5, real: 100 })
    const { etcd, client, simulation } = makeServer()
    for (let i = 0; i < watches; i++) client.watch(resources.configmaps, { namespace: 'default' }, 'watcher')
    const before = simulation.delivered
    const told = timed(() => {
      for (let i = 0; i < writes; i++) client.create(resources.configmaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${i}`, namespace: 'default' } })
      simulation.run({ until: simulation.now + 1_000 })
    })
    const events = simulation.delivered - before
    report({ checksum: checksum(etcd), watches, writes, 'events delivered': events, 'events a second': events / told.seconds })
  }),
  benchmark('apiserver: generated requests, most of them bad', ({ size, report }) => {
    const requests = 2_000
    const seeds = size({ smoke: 1, real: 50 })
    const hash = new RollingHash()
    const codes: Record<string, number> = {}
    // Throws at the first answer that is not well-formed, and at the first refusal that leaves a trace.
    const told = timed(() => {
      for (let seed = 1; seed <= seeds; seed++) {
        const result = fuzz(seed, requests)
        hash.add(result.stateHash)
        for (const [code, count] of Object.entries(result.codes)) codes[code] = (codes[code] ?? 0) + count
      }
    })
    report({ checksum: hash.digest(), requests: seeds * requests, seconds: told.seconds, ...Object.fromEntries(Object.entries(codes).map(([code, count]) => [`answered ${code}`, count])) })
  }),
]
