import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { canonical, pathOf, resourceOfKind, type ApiObject, type ApiResponse, type Pod } from '../../src/api'
import { importDump } from '../../src/manifest'
import { Bench } from '../../src/host/testing/bench'

const folder = resolve(import.meta.dirname, '../../../shared/realdata')
const here = existsSync(folder)
const read = (path: string): { name: string; text: string } => ({ name: path.split('/').at(-1) as string, text: readFileSync(resolve(folder, path), 'utf8') })
const list = (bench: Bench, path: string): readonly ApiObject[] => (bench.call('read', { path }) as ApiResponse & { body: { items: ApiObject[] } }).body.items

/** What a store gives anew. */
const anew = new Set(['resourceVersion', 'selfLink'])

/** Fields of an object that are not in another, or differ; amounts may be written in another way, and what is empty may be absent. */
function lost(want: unknown, got: unknown, path: string): string[] {
  if (want === null || want === '' || want === 0 || want === false || (typeof want === 'object' && Object.keys(want).length === 0)) return []
  if (Array.isArray(want) && Array.isArray(got)) {
    // Fields are written in an order of their own where order means nothing; lists of objects keep theirs.
    return want.length > got.length ? [`${path}: ${want.length} items, ${got.length} kept`] : want.flatMap((item, index) => lost(item, got[index], `${path}[${index}]`))
  }
  if (typeof want === 'object' && typeof got === 'object' && got !== null) {
    return Object.entries(want).flatMap(([key, member]) => (anew.has(key) ? [] : lost(member, (got as Record<string, unknown>)[key], `${path}.${key}`)))
  }
  const same = want === got || (typeof want === 'string' && typeof got === 'string' && (canonical(want) === got || Date.parse(want) === Date.parse(got)))
  return same ? [] : [`${path}: ${JSON.stringify(want)} became ${JSON.stringify(got)}`]
}

describe.skipIf(!here)('real inputs (../shared/realdata)', () => {
  test('online-boutique on the six nodes: every Pod runs, or the scheduler says why not', () => {
    const bench = new Bench()
    bench.call('open', { scenario: 'empty' })
    const report = bench.call('import', { files: [read('online-boutique/kubernetes-manifests.yaml')], into: 'current' })
    expect(report.problems.filter((problem) => problem.kind === 'error')).toEqual([])
    expect(report.stored).toBe(report.read)
    bench.call('play', { speed: Infinity })
    for (let turns = 0; turns < 400 && bench.last.now < 240_000; turns++) bench.pass(20)
    bench.call('pause', {})
    const pods = list(bench, '/api/v1/namespaces/default/pods') as unknown as readonly Pod[]
    expect(pods.length).toBeGreaterThanOrEqual(12)
    const waiting = pods.filter((pod) => pod.status?.phase !== 'Running')
    for (const pod of waiting) {
      const condition = pod.status?.conditions?.find((each) => each.type === 'PodScheduled')
      expect([condition?.status, condition?.message ?? ''], pod.metadata.name).toEqual(['False', expect.stringMatching(/^0\/6 nodes are available: /)])
    }
    expect(pods.length - waiting.length).toBeGreaterThanOrEqual(10)
    expect(bench.broken).toEqual([])
  })

  test('gke-dump: every field is kept, bound Pods stay where they were', () => {
    const bench = new Bench()
    const files = ['nodes.yaml', 'pods.yaml', 'priorityclass.yaml', 'service.yaml'].map((name) => read(`gke-dump/${name}`))
    const report = bench.call('import', { files, into: 'new' })
    expect(report.problems.filter((problem) => problem.kind === 'error')).toEqual([])
    expect(report.kinds.filter(({ kind }) => kind === 'Node' || kind === 'Pod').map(({ kind, read: count, stored }) => [kind, count, stored])).toEqual([['Node', 5, 5], ['Pod', 32, 32]])
    const { documents } = importDump(files)
    for (const { object } of documents) {
      const resource = resourceOfKind(object.apiVersion, object.kind)
      if (resource === undefined) continue
      const stored = bench.call('read', { path: pathOf(resource, object.metadata.namespace, object.metadata.name) })
      expect(stored.status, object.metadata.name).toBe(200)
      expect(lost(object, stored.body, object.metadata.name ?? ''), `lost of ${object.kind} ${object.metadata.name}`).toEqual([])
    }
    const before = new Map((list(bench, '/api/v1/pods') as unknown as readonly Pod[]).map((pod) => [pod.metadata.uid, pod]))
    bench.call('play', { speed: 64 })
    bench.pass(3000)
    bench.call('pause', {})
    expect(bench.broken).toEqual([])
    const after = new Map((list(bench, '/api/v1/pods') as unknown as readonly Pod[]).map((pod) => [pod.metadata.uid, pod]))
    for (const [uid, pod] of before) {
      if (!pod.spec?.nodeName || pod.status?.phase !== 'Running') continue
      expect(after.get(uid)?.spec?.nodeName, pod.metadata.name).toBe(pod.spec.nodeName)
    }
  })

  test('openb: 1,523 nodes and 8,152 Pods from its tables are read, stored and scheduled', () => {
    const bench = new Bench({ now: () => performance.now() })
    const started = performance.now()
    const report = bench.call('import', { files: [read('openb/openb_node_list_all_node.csv'), read('openb/openb_pod_list_default.csv')], into: 'new' })
    const imported = performance.now()
    expect(report.problems.filter((problem) => problem.kind === 'error')).toEqual([])
    expect(report.kinds.map(({ kind, stored }) => [kind, stored])).toEqual([['Node', 1523], ['Pod', 8152]])
    expect(bench.progress.length).toBeGreaterThan(0)
    const picture = bench.picture()
    expect([Object.keys(picture.nodes).length, Object.keys(picture.pods).length]).toEqual([1523, 8152])
    const shown = performance.now()
    bench.call('play', { speed: Infinity })
    for (let turns = 0; turns < 20_000 && (bench.picture().controlPlane?.scheduler.cycles ?? 0) < 2000; turns++) bench.pass(100)
    bench.call('pause', {})
    const scheduled = performance.now()
    const cycles = bench.picture().controlPlane?.scheduler.cycles ?? 0
    const [newest] = bench.call('cycles', { limit: 1 })
    const explaining = performance.now()
    const explanation = bench.call('explain', { cycle: newest?.id ?? 0 })
    const explained = performance.now()
    expect(explanation.nodes.length).toBe(1523)
    expect(explanation.winner).toBe(newest?.node)
    expect(bench.broken).toEqual([])
    // Reported, not asserted: machines differ.
    console.log(`openb: import ${Math.round(imported - started)} ms, first picture ${Math.round(shown - imported)} ms, ${cycles} cycles in ${Math.round(scheduled - shown)} ms with all components, explanation ${Math.round(explained - explaining)} ms`)
  })
})

test.runIf(!here)('real inputs: skipped, ../shared/realdata is not here', () => {
  console.log('skipped: ../shared/realdata is not here')
  expect(here).toBe(false)
})
