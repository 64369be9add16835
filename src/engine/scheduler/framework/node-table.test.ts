import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches, milliValue, quantityValue, selectorOf, type Node, type Pod } from '../../../api'
import { Random } from '../../../base'
import { makeNode, makePod, type PodOptions } from '../testing/builders'
import { NodeTable } from './node-table'
import { PodInfos } from './pod-info'
import type { CounterQuery, PodInfo, TermKind } from './types'

const infos = new PodInfos({})
const on = (table: NodeTable, name: string): number => {
  const row = table.rowOf(name)
  if (row === undefined) throw new Error(`no node ${name}`)
  return row
}

const labelKeys = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk'] as const
const queries: readonly CounterQuery[] = [
  { namespaces: new Set(['default']), selector: selectorOf({ matchLabels: { app: 'a' } }), skipTerminating: false },
  { namespaces: new Set(['default', 'other']), selector: selectorOf({ matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b'] }] }), skipTerminating: true },
  { namespaces: new Set(['other']), selector: selectorOf({}), skipTerminating: false },
]
const kinds: readonly TermKind[] = ['requiredAffinity', 'requiredAntiAffinity', 'preferredAffinity', 'preferredAntiAffinity']

function randomNode(random: Random, name: string): Node {
  const labels: Record<string, string> = { 'topology.kubernetes.io/zone': `z${random.below(3)}` }
  if (random.below(2) === 0) labels['disk'] = ['ssd', 'hdd'][random.below(2)] as string
  return makeNode(name, {
    labels, allocatable: { cpu: String(1 + random.below(8)), ...(random.below(2) === 0 ? { 'example.com/gpu': String(random.below(4)) } : {}) },
    spec: {
      ...(random.below(4) === 0 ? { unschedulable: true } : {}),
      ...(random.below(3) === 0 ? { taints: [{ key: `t${random.below(2)}`, effect: 'NoSchedule' }] } : {}),
    },
    images: Array.from({ length: random.below(3) }, () => `image:${random.below(4)}`),
  })
}

function randomPod(random: Random, name: string, node: string): Pod {
  const namespace = ['default', 'other'][random.below(2)] as string
  const term = { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: ['a', 'b'][random.below(2)] as string } } }
  const options: PodOptions = {
    namespace, node, labels: { app: ['a', 'b', 'c'][random.below(3)] as string },
    requests: { cpu: `${random.below(1000)}m`, ...(random.below(3) === 0 ? { 'example.com/gpu': '1' } : {}) },
    metadata: random.below(5) === 0 ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {},
    spec: {
      affinity: {
        podAffinity: { ...(random.below(3) === 0 ? { requiredDuringSchedulingIgnoredDuringExecution: [term] } : {}), ...(random.below(3) === 0 ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 + random.below(2), podAffinityTerm: term }] } : {}) },
        podAntiAffinity: random.below(3) === 0 ? { requiredDuringSchedulingIgnoredDuringExecution: [term] } : {},
      },
      ...(random.below(4) === 0 ? { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: `claim-${random.below(2)}` } }] } : {}),
      containers: [{
        name: 'c', image: 'image:1', resources: { requests: { cpu: `${random.below(1000)}m`, ...(random.below(3) === 0 ? { 'example.com/gpu': '1' } : {}) } },
        ...(random.below(4) === 0 ? { ports: [{ containerPort: 80, hostPort: 8000 + random.below(3) }] } : {}),
      }],
    },
  }
  return makePod(name, options)
}

/** Everything a plugin could see of a node, read from the columns. */
function seen(table: NodeTable, name: string): unknown {
  const row = on(table, name)
  const info = table.info(row)
  return {
    labels: labelKeys.map((key) => {
      const column = table.label(key)
      return column.values[column.ids[row] as number]
    }),
    allocatable: [table.allocatableCpuMilli[row], table.allocatableMemoryBytes[row], table.allocatableEphemeralBytes[row], table.allowedPods[row]],
    requested: [table.requestedCpuMilli[row], table.requestedMemoryBytes[row], table.requestedEphemeralBytes[row], table.nonZeroCpuMilli[row], table.nonZeroMemoryBytes[row]],
    gpu: [table.scalar('example.com/gpu')?.allocatable[row] ?? 0, table.scalar('example.com/gpu')?.requested[row] ?? 0, table.scalar('example.com/gpu')?.present[row] ?? 0],
    pods: [table.podCount[row], info.pods.map(({ key }) => key).sort()],
    ports: [table.portCount[row], [8000, 8001, 8002].map((port) => info.usedPorts.conflicts({ ip: '0.0.0.0', protocol: 'TCP', port }))],
    flags: [table.unschedulable[row], table.taintSets[table.taintSet[row] as number]],
    claims: [...info.pvcRefCounts].sort(),
    images: [...info.images].sort(),
    counts: queries.map((query) => table.counter(query).byRow[row]),
    terms: kinds.map((kind) => [...table.terms(kind)].filter(({ byRow }) => byRow[row] !== 0).map(({ term, weight, byRow }) => [term.key, weight, byRow[row]]).sort()),
  }
}

/** The same, worked out from the objects without any table. */
function plain(node: Node, pods: readonly PodInfo[]): unknown {
  const sum = (of: (pod: PodInfo) => number): number => pods.reduce((total, pod) => total + of(pod), 0)
  const allocatable = node.status?.allocatable ?? {}
  const gpu = (pod: PodInfo): number => pod.requests.scalars.find(({ name }) => name === 'example.com/gpu')?.amount ?? 0
  const ports = pods.flatMap(({ template }) => template.hostPorts)
  const claims = new Map<string, number>()
  for (const pod of pods) for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    const claim = `${pod.namespace}/${persistentVolumeClaim?.claimName ?? ''}`
    claims.set(claim, (claims.get(claim) ?? 0) + 1)
  }
  const images = new Map<string, number>()
  for (const { names, sizeBytes } of node.status?.images ?? []) for (const name of names ?? []) if (!images.has(name)) images.set(name, sizeBytes ?? 0)
  return {
    labels: labelKeys.map((key) => node.metadata.labels?.[key] ?? ''),
    allocatable: [milliValue(allocatable['cpu']), quantityValue(allocatable['memory']), quantityValue(allocatable['ephemeral-storage']), quantityValue(allocatable['pods'])],
    requested: [sum((pod) => pod.requests.cpuMilli), sum((pod) => pod.requests.memoryBytes), sum((pod) => pod.requests.ephemeralBytes), sum((pod) => pod.nonZeroCpuMilli), sum((pod) => pod.nonZeroMemoryBytes)],
    gpu: [quantityValue(allocatable['example.com/gpu']), sum(gpu), allocatable['example.com/gpu'] === undefined ? 0 : 1],
    pods: [pods.length, pods.map(({ key }) => key).sort()],
    ports: [ports.length, [8000, 8001, 8002].map((port) => ports.some((used) => used.port === port))],
    flags: [node.spec?.unschedulable === true ? 1 : 0, node.spec?.taints ?? []],
    claims: [...claims].sort(),
    images: [...images].sort(),
    counts: queries.map(({ namespaces, selector, skipTerminating }) => pods.filter((pod) => namespaces.has(pod.namespace) && !(skipTerminating && pod.terminating) && matches(selector, pod.labels)).length),
    terms: kinds.map((kind) => {
      const counts = new Map<string, [string, number, number]>()
      for (const { template } of pods) for (const entry of template[kind]) {
        const [term, weight] = 'term' in entry ? [entry.term, entry.weight] as const : [entry, 0] as const
        const own = counts.get(`${weight} ${term.key}`) ?? [term.key, weight, 0]
        own[2]++
        counts.set(`${weight} ${term.key}`, own)
      }
      return [...counts.values()].sort()
    }),
  }
}

describe('NodeTable', () => {
  test('after any history its columns say what the objects say, and what a table made at once says', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 120 }), (seed, length) => {
      const random = Random.seeded(seed)
      const table = new NodeTable()
      const nodes = new Map<string, Node>()
      const pods = new Map<string, { readonly node: string; readonly info: PodInfo }>()
      // Looked at early, so that they have to be kept up to date.
      for (const query of queries) for (const key of labelKeys) table.counter(query).byValue(table.label(key))
      for (const key of labelKeys) table.label(key)
      for (let step = 0; step < length; step++) {
        const name = `n${random.below(24)}`
        switch (random.below(7)) {
          case 0: case 1: {
            const node = randomNode(random, name)
            nodes.set(name, node)
            table.setNode(node)
            break
          }
          case 2: {
            const left = table.removeNode(name)
            expect(left.map(({ key }) => key).sort()).toEqual([...pods.values()].filter(({ node }) => node === name).map(({ info }) => info.key).sort())
            nodes.delete(name)
            for (const [key, pod] of pods) if (pod.node === name) pods.delete(key)
            break
          }
          case 3: case 4: {
            if (!nodes.has(name)) break
            const info = infos.of(randomPod(random, `p${step}`, name))
            pods.set(info.key, { node: name, info })
            table.addPod(on(table, name), info)
            break
          }
          case 5: {
            const [key, pod] = [...pods][random.below(Math.max(1, pods.size))] ?? []
            if (key === undefined || pod === undefined) break
            const { metadata } = pod.info.pod
            const other = randomPod(random, pod.info.name, pod.node)
            const next = random.below(2) === 0 ? { ...pod.info.pod, status: { phase: 'Running' } } : { ...other, metadata: { ...other.metadata, namespace: metadata.namespace, uid: metadata.uid } } as Pod
            const info = infos.changed(pod.info, next)
            expect(info).toEqual({ ...infos.of(next) })
            pods.set(key, { node: pod.node, info })
            table.replacePod(on(table, pod.node), pod.info, info)
            expect(table.info(on(table, pod.node)).pods.at(-1)).toBe(info)
            break
          }
          default: {
            const [key, pod] = [...pods][random.below(Math.max(1, pods.size))] ?? []
            if (key === undefined || pod === undefined) break
            pods.delete(key)
            table.removePod(on(table, pod.node), pod.info)
          }
        }
      }
      const scratch = new NodeTable()
      for (const node of nodes.values()) scratch.setNode(node)
      for (const { node, info } of pods.values()) scratch.addPod(on(scratch, node), info)
      expect(table.names().sort()).toEqual([...nodes.keys()].sort())
      expect(table.podsTotal).toBe(pods.size)
      for (const [name, node] of nodes) {
        const own = [...pods.values()].filter((pod) => pod.node === name).map(({ info }) => info)
        expect(seen(table, name)).toEqual(plain(node, own))
        expect(seen(scratch, name)).toEqual(plain(node, own))
      }
      for (const claim of ['default/claim-0', 'other/claim-1']) expect(table.pvcUsers(claim)).toBe(scratch.pvcUsers(claim))
      for (const query of queries) {
        const counter = table.counter(query)
        expect(counter.total).toBe(scratch.counter(query).total)
        for (const key of labelKeys) {
          const { ids, values } = table.label(key)
          const sums = values.map(() => 0)
          counter.byRow.forEach((count, row) => { sums[ids[row] as number] = (sums[ids[row] as number] as number) + count })
          expect([...counter.byValue(table.label(key))]).toEqual(sums)
        }
      }
      for (const image of ['image:0', 'image:1', 'image:2', 'image:3']) expect(table.image(image)?.numNodes ?? 0).toBe(scratch.image(image)?.numNodes ?? 0)
    }), { numRuns: 300 })
  })

  test('the node list takes a node of each zone in turn', () => {
    const table = new NodeTable()
    for (const [name, zone] of [['a1', 'a'], ['a2', 'a'], ['a3', 'a'], ['b1', 'b'], ['c1', 'c'], ['b2', 'b']] as const) {
      table.setNode(makeNode(name, { labels: { 'topology.kubernetes.io/zone': zone } }))
    }
    expect(table.names()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    table.removeNode('a1')
    expect(table.names()).toEqual(['a2', 'b1', 'c1', 'a3', 'b2'])
    table.setNode(makeNode('a2', { labels: { 'topology.kubernetes.io/zone': 'c' } }))
    expect(table.names()).toEqual(['a3', 'b1', 'c1', 'b2', 'a2'])
  })

  test('the zones can be put back as they were', () => {
    const table = new NodeTable()
    const nodes = ['x', 'b', 'y', 'a'].map((name, i) => makeNode(name, { labels: { 'topology.kubernetes.io/zone': `z${i % 2}` } }))
    for (const node of nodes) table.setNode(node)
    const other = new NodeTable()
    for (const node of [...nodes].reverse()) other.setNode(node)
    other.restoreZoneLists(JSON.parse(JSON.stringify(table.zoneLists())) as ReturnType<NodeTable['zoneLists']>)
    expect(other.names()).toEqual(table.names())
  })

  test('a Pod placed for a moment changes the row, not the counters, and leaves no trace', () => {
    const table = new NodeTable()
    table.setNode(makeNode('n1'))
    const row = on(table, 'n1')
    const counter = table.counter(queries[0] as CounterQuery)
    const pod = infos.of(makePod('p', { node: 'n1', labels: { app: 'a' }, requests: { cpu: '500m' } }))
    const { generation } = table.info(row)
    const before = seen(table, 'n1')
    table.place(row, pod)
    expect([table.requestedCpuMilli[row], counter.byRow[row]]).toEqual([500, 0])
    table.unplace(row, pod)
    table.restoreGeneration(row, generation)
    expect(seen(table, 'n1')).toEqual(before)
    expect(table.generations[row]).toBe(generation)
  })

  test('an image has one size: what the first node of the list says', () => {
    const table = new NodeTable()
    const withSize = (name: string, sizeBytes: number): Node => makeNode(name, { status: { images: [{ names: ['app:1'], sizeBytes }] } })
    table.setNode(withSize('a', 10))
    table.setNode(withSize('b', 20))
    expect(table.image('app:1')).toMatchObject({ numNodes: 2, bytes: 10 })
    table.removeNode('a')
    expect(table.image('app:1')).toMatchObject({ numNodes: 1, bytes: 20 })
    table.setNode(makeNode('b'))
    expect(table.image('app:1')).toBeUndefined()
  })
})
