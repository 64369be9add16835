import { hashOf } from '../../src/base'
import { importDump, readManifests, writeYaml } from '../../src/manifest'
import { benchmark, timed } from './lib/benchmark'

const node = (i: number): object => ({
  apiVersion: 'v1', kind: 'Node',
  metadata: { labels: { 'kubernetes.io/hostname': `node-${i}`, 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': `zone-${i % 3}` }, name: `node-${i}` },
  status: { allocatable: { cpu: '64000m', memory: '262144Mi', pods: '1001' }, capacity: { cpu: '64000m', memory: '262144Mi', pods: '1001' } },
})

export const benchmarks = [
  benchmark('manifest: YAML of many nodes, read and written', ({ size, report }) => {
    const count = size({ smoke: 20, real: 2_000 })
    const objects = Array.from({ length: count }, (_, i) => node(i))
    const write = timed(() => objects.map((object) => writeYaml(object)).join('---\n'))
    const read = timed(() => readManifests(write.result, { file: 'nodes.yaml' }))
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const readJson = timed(() => readManifests(json, { file: 'nodes.json' }))
    report({
      'characters of YAML': write.result.length, 'read YAML ms': read.seconds * 1000, 'read JSON ms': readJson.seconds * 1000, 'write YAML ms': write.seconds * 1000,
      checksum: hashOf(write.result + read.result.documents.length + readJson.result.documents.length),
    })
  }),

  benchmark('manifest: a table of Pods', ({ size, report }) => {
    const count = size({ smoke: 50, real: 20_000 })
    const header = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time'
    const rows = Array.from({ length: count }, (_, i) => `pod-${i},${1000 + (i % 7) * 500},2048,${i % 2},500,,LS,Running,${(i * 7919) % count},,`)
    const run = timed(() => importDump([{ name: 'pods.csv', text: [header, ...rows].join('\n') }]))
    report({ 'rows per second': count / run.seconds, checksum: hashOf(run.result.objects.map(({ metadata }) => metadata.name).join()) })
  }),
]
