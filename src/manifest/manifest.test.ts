import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cameFromCluster, importDump, readManifests, writeYaml } from './index'
import { compareKeys } from './write'

const read = (text: string): ReturnType<typeof readManifests> => readManifests(text, { file: 'a.yaml' })

/** The fields of one object under `data`, read from YAML. */
function data(yaml: string): unknown {
  const { documents, problems } = read(`apiVersion: v1\nkind: X\ndata:\n${yaml.split('\n').map((line) => `  ${line}`).join('\n')}\n`)
  expect(problems).toEqual([])
  return documents[0]?.object['data']
}

describe('reading', () => {
  test('several documents, empty ones aside, with their sources', () => {
    const { documents, problems } = read('---\n# nothing\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n\n---\napiVersion: v1\nkind: Node\nmetadata:\n  name: b\n...\n')
    expect(problems).toEqual([])
    expect(documents.map(({ object, source }) => [object.kind, object.metadata.name, source.line])).toEqual([['Pod', 'a', 4], ['Node', 'b', 10]])
    expect(read('')).toEqual({ documents: [], problems: [] })
    expect(read(' \n# only a comment\n')).toEqual({ documents: [], problems: [] })
    expect(read('null')).toEqual({ documents: [], problems: [] })
  })

  test('a byte order mark and Windows line ends', () => {
    const { documents, problems } = read('\ufeffapiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n')
    expect(problems).toEqual([])
    expect(documents[0]?.object).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })
    expect(documents[0]?.positionOf('metadata.name')).toMatchObject({ line: 4, column: 9, endColumn: 10 })
  })

  test('words as kubectl reads them', () => {
    expect(data('a: yes\nb: Off\nc: ~\nd: 0644\ne: 1_000\nf: 0x1F\ng: 0b101\nh: 1.5\ni: 2001-01-01\nj: 089\nk: "yes"\nl: !!str 12\nm: 1e3\nz: 1:30\no: -0\np: 0o17\nq: y\nr: .5\ns: 1e400\nt: 12.0.1\nu: -5\nv: 1e\nw: +7'))
      .toEqual({ a: true, b: false, c: null, d: 420, e: 1000, f: 31, g: 5, h: 1.5, i: '2001-01-01', j: 89, k: 'yes', l: '12', m: 1000, z: '1:30', o: 0, p: 15, q: true, r: 0.5, s: '1e400', t: '12.0.1', u: -5, v: '1e', w: 7 })
    expect(data('on: a\n1: b\n"2": c\n"y": d\nn: e')).toEqual({ true: 'a', 1: 'b', 2: 'c', y: 'd', false: 'e' })
  })

  test('aliases, merge keys and block texts', () => {
    expect(data('a: &a {x: 1, w: 2}\nb: *a\nc:\n  <<: *a\n  w: 3\nd:\n  <<: [{z: 4}, *a]\ne: |\n  one\n  two\nf: >-\n  one\n  two')).toEqual({
      a: { x: 1, w: 2 }, b: { x: 1, w: 2 }, c: { w: 3, x: 1 }, d: { z: 4, x: 1, w: 2 }, e: 'one\ntwo\n', f: 'one two',
    })
  })

  test('JSON, also several objects in a row, and flow style that is no JSON', () => {
    expect(read('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","n":-1.5e2,"t":"\\u0041\\n","e":[],"o":{}}}\n{"apiVersion":"v1","kind":"Node"}').documents.map(({ object }) => object)).toEqual([
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', n: -150, t: 'A\n', e: [], o: {} } }, { apiVersion: 'v1', kind: 'Node', metadata: {} },
    ])
    expect(read('{apiVersion: v1, kind: Pod}').documents).toHaveLength(1)
    expect(read('{\n\t"apiVersion": "v1",\n\t"kind": "Pod"\n}').problems).toEqual([])
    expect(read('{"apiVersion":"v1","kind":"Pod"} trailing').problems).toMatchObject([{ line: 1, column: 34 }])
  })

  test('what is wrong in one document does not spoil the others', () => {
    const { documents, problems } = read('apiVersion: v1\nkind: Pod\n---\nkind: Pod\n---\na: [\n---\napiVersion: v1\nkind: Node\n')
    expect(documents.map(({ object }) => object.kind)).toContain('Pod')
    expect(problems[0]).toEqual({ file: 'a.yaml', line: 4, column: 1, field: 'apiVersion', message: 'apiVersion: not set' })
  })

  test('Lists and typed lists are taken apart', () => {
    const { documents, problems } = read('apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: {name: c}\n---\nkind: List\napiVersion: v1\nitems:\n')
    expect(problems).toEqual([])
    expect(documents.map(({ object }) => [object.apiVersion, object.kind, object.metadata.name])).toEqual([['v1', 'Pod', 'a'], ['v1', 'Pod', 'b'], ['v1', 'Node', 'c']])
    expect(documents[2]?.positionOf('metadata.name')).toMatchObject({ line: 12, column: 20 })
  })

  test('a configuration file stays without metadata', () => {
    const text = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
    expect(read(text).documents[0]?.object).toEqual({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' })
  })
})

describe('positions', () => {
  const text = `apiVersion: v1
kind: Pod
metadata:
  name: web
  annotations:
    example.com/a.b: x
spec:
  containers:
  - name: app
    image: nginx
    resources:
      requests: {cpu: 1, memory: 1Gi}
  - name: side
`
  const json = JSON.stringify(read(text).documents[0]?.object, null, 2)

  test.each([
    ['spec.containers[0].image', 10, 12, true], ['spec.containers[1].name', 13, 11, true], ['spec.containers[0].resources.requests[cpu]', 12, 23, true],
    ['spec.containers[0].resources.requests.memory', 12, 34, true], ['metadata.annotations[example.com/a.b]', 6, 22, true], ['metadata.annotations.example.com/a.b', 6, 22, true],
    ['spec.containers[1].image', 13, 5, false], ['spec.containers[7]', 9, 3, false], ['status', 1, 1, false], ['', 1, 1, true],
  ])('%s', (path, line, column, exact) => {
    expect(read(text).documents[0]?.positionOf(path)).toMatchObject({ line, column, exact })
  })

  test('of keys, and in JSON', () => {
    expect(read(text).documents[0]?.positionOf('metadata.annotations', 'key')).toMatchObject({ line: 5, column: 3, endColumn: 14 })
    const document = read(json).documents[0]
    expect(document?.positionOf('spec.containers[0].image')).toMatchObject({ line: 14, column: 18, endColumn: 25, exact: true })
    expect(document?.positionOf('spec.containers[0].image', 'key')).toMatchObject({ line: 14, column: 9 })
  })
})

describe('writing', () => {
  test('as kubectl does', () => {
    expect(writeYaml({
      kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', labels: {}, creationTimestamp: '2026-01-01T00:00:00Z', gone: undefined },
      data: { yes: 'no', number: '12', text: 'one\ntwo\n', open: 'one\ntwo', tab: 'a\tb', spaced: 'a \nb', colon: 'a: b', hash: 'a #b', quote: "it's: so", empty: '', dash: '-', date: '2026-01-01', time: '1:30', star: '*', a10: 'x', a2: 'x', smile: '😀', nul: 'null' },
      list: [[1, [2]], { b: 1, a: [] }, null, 'x'], on: true, f: 1.5,
    })).toBe(`apiVersion: v1
data:
  a2: x
  a10: x
  colon: 'a: b'
  dash: '-'
  date: "2026-01-01"
  empty: ""
  hash: 'a #b'
  nul: "null"
  number: "12"
  open: |-
    one
    two
  quote: 'it''s: so'
  smile: "\\U0001F600"
  spaced: "a \\nb"
  star: '*'
  tab: "a\\tb"
  text: |
    one
    two
  time: "1:30"
  "yes": "no"
f: 1.5
kind: ConfigMap
list:
- - 1
  - - 2
- a: []
  b: 1
- null
- x
metadata:
  creationTimestamp: "2026-01-01T00:00:00Z"
  labels: {}
  name: a
"on": true
`)
  })

  test('long texts are folded', () => {
    const words = 'The quick brown fox jumps over the lazy dog and then some more words follow after it, to the end of the line'
    expect(writeYaml({ a: words, b: `${words}: x`, c: `${words}\t` })).toBe(`a: The quick brown fox jumps over the lazy dog and then some more words follow after
  it, to the end of the line
b: 'The quick brown fox jumps over the lazy dog and then some more words follow after
  it, to the end of the line: x'
c: "The quick brown fox jumps over the lazy dog and then some more words follow after
  it, to the end of the line\\t"
`)
  })

  test('what is written reads as what it was', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(' ', '\n', 'a', ':', '#', '-', "'", '"', '1', '.', 'e', '\\', '\t', '😀'), maxLength: 12 }),
      fc.array(fc.constantFrom('word', 'longerword', "it's", ' ', 'a:', '#x'), { maxLength: 30 }).map((words) => words.join(' ')),
      fc.constantFrom('yes', 'null', '~', '1', '0x1', '1_0', '.inf', '<<', '=', '|', '\u2029', '> x', '--- a', '%a', '@a', '2001-01-01', '1e3', '!x', '? a', 'x\u0085y', '\u2028', '\ufeff'),
    )
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n)), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(text.filter((key) => key !== '__proto__'), tie('value'), { maxKeys: 3, noNullPrototype: true })),
    })).value
    fc.assert(fc.property(value, (content) => {
      const object = { apiVersion: 'v1', kind: 'X', metadata: {}, content }
      const { documents, problems } = read(writeYaml(object))
      expect(problems).toEqual([])
      expect(documents[0]?.object).toEqual(object)
    }), { numRuns: 1500 })
  })

  test('keys in kubectl\'s order: letters after signs, numbers as numbers', () => {
    expect(['b', 'a10', 'a2', 'a', 'A', 'a/b', 'a.b', 'a02', '_', '1'].sort(compareKeys)).toEqual(['_', '1', 'A', 'a', 'a.b', 'a/b', 'a2', 'a02', 'a10', 'b'])
  })
})

test('no text, however mangled, makes the reader throw', () => {
  const good = `apiVersion: v1\nkind: Pod\nmetadata: {name: "a", labels: &l {x: 'y'}}\nspec:\n  containers:\n  - &c\n    name: |\n      x\n    image: *c\n  <<: *l\n---\n{"apiVersion":"v1","kind":"List","items":[{}]}\n`
  const piece = fc.constantFrom('&', '*', '<<', ':', '- ', '\n', '  ', '{', '}', '[', ']', '"', "'", '|', '>', '!', '%', '---', '...', '?', ',', '#', '\t', '\ufeff', '\ud800', '__proto__', '!!int ', '1e999', '\u0085')
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat({ max: good.length }), fc.nat({ max: 8 }), piece), { maxLength: 6 }), (edits) => {
    let text = good
    for (const [at, drop, insert] of edits) text = text.slice(0, at) + insert + text.slice(at + drop)
    for (const { line, column } of read(text).problems) expect(line >= 1 && column >= 1).toBe(true)
  }), { numRuns: 2000 })
})

describe('dumps', () => {
  test('objects come in an order in which they can be stored, in the order of the files otherwise', () => {
    const { objects, report } = importDump([
      { name: 'pods.yaml', text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: p2}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p1}\n' },
      { name: 'rest.json', text: '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}},{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}},{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ns"}}]}' },
    ])
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['ns', 'n', 'w', 'p2', 'p1'])
    expect(report.kinds).toEqual([
      { kind: 'Namespace', read: 1, stored: 1, used: true }, { kind: 'Node', read: 1, stored: 1, used: true }, { kind: 'Pod', read: 2, stored: 2, used: true },
      { kind: 'Widget.example.com (v1)', read: 1, stored: 1, used: false },
    ])
    expect(report.problems).toMatchObject([{ file: 'rest.json', kind: 'note', what: 'Widget.example.com (v1)' }])
  })

  test('what occurs twice counts once, the later one; old versions are brought up to date; errors say where', () => {
    const { objects, report } = importDump([
      { name: 'a.yaml', text: 'apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {a: old}}\n' },
      { name: 'b.yaml', text: 'apiVersion: v1\nkind: Node\nmetadata: {name: n, labels: {a: new}}\n---\napiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {metadata: {labels: {x: z}}}}\n---\nkind: 1\n' },
    ])
    expect(objects).toMatchObject([{ metadata: { labels: { a: 'new' } } }, { apiVersion: 'apps/v1', spec: { selector: { matchLabels: { x: 'z' } } } }])
    expect(report).toMatchObject({ read: 3, stored: 2 })
    expect(report.problems.map(({ file, line, kind }) => [file, line, kind])).toEqual([['b.yaml', 10, 'error'], ['b.yaml', 10, 'error'], ['b.yaml', 5, 'note'], ['a.yaml', 1, 'left-out']])
  })

  test('the tables of the openb cluster, by either mapping of GPUs', () => {
    const files = [
      { name: 'pods.csv', text: 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\nb,1000,2048,2,500,V100M16|V100M32,LS,Running,20,30,20\na,6000,12288,0,0,,BE,Pending,3,,\n' },
      { name: 'nodes.csv', text: 'sn,cpu_milli,memory_mib,gpu,model\r\nnode-0,64000,262144,2,P100\r\nnode-1,32000,131072,0,\r\n' },
    ]
    const { objects, report } = importDump(files)
    expect(report).toMatchObject({ read: 4, stored: 4, problems: [] })
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['node-0', 'node-1', 'a', 'b'])
    expect(objects[0]).toMatchObject({
      metadata: { labels: { 'kubernetes.io/hostname': 'node-0', 'alibabacloud.com/gpu-card-model': 'P100' } },
      status: { allocatable: { cpu: '64000m', memory: '262144Mi', pods: '1001', 'alibabacloud.com/gpu-count': '2', 'alibabacloud.com/gpu-milli': '2000' } },
    })
    expect(objects[1]).toMatchObject({ metadata: { labels: { 'kubernetes.io/hostname': 'node-1' } }, status: { allocatable: { cpu: '32000m', memory: '131072Mi', pods: '1001' } } })
    expect(objects[3]).toMatchObject({
      metadata: { name: 'b', namespace: 'default', annotations: { 'openb/qos': 'LS' } },
      spec: {
        containers: [{ image: 'registry.example/app:1', resources: { requests: { cpu: '1000m', memory: '2048Mi', 'alibabacloud.com/gpu-milli': '1000' } } }],
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'alibabacloud.com/gpu-card-model', operator: 'In', values: ['V100M16', 'V100M32'] }] }] } } },
      },
    })
    expect((importDump(files, { gpu: 'count' }).objects[3] as unknown as { spec: { containers: { resources: { requests: unknown } }[] } }).spec.containers[0]?.resources.requests)
      .toEqual({ cpu: '1000m', memory: '2048Mi', 'alibabacloud.com/gpu-count': '2' })
  })

  test('rows that are wrong are told by line and column', () => {
    const { objects, report } = importDump([{ name: 'n.csv', text: 'sn,cpu_milli,memory_mib,gpu,model\nnode-0,64000,-5,2,P100\nnode-1,1\n"x",1,1,1,\nNODE,1,1,1,\nnode-2,1,1,0,\n' }])
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['node-2'])
    expect(report.problems.map(({ line, column }) => [line, column])).toEqual([[2, 14], [3, 1], [4, 1], [5, 1]])
    expect(importDump([{ name: 'x.csv', text: 'a,b,c\n1,2,3\n' }]).report.problems).toMatchObject([{ message: expect.stringContaining('table') as unknown }])
  })

  test('configuration files are set apart', () => {
    const { objects, configurations, report } = importDump([{ name: 'a.yaml', text: 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\n' }])
    expect([objects.length, configurations.map(({ object }) => object.kind), report.read]).toEqual([1, ['KubeSchedulerConfiguration'], 1])
  })

  test('tells what a cluster wrote from what a person wrote', () => {
    expect(cameFromCluster({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', uid: 'x' } })).toBe(true)
    expect(cameFromCluster({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })).toBe(false)
  })
})

const realdata = new URL('../../../shared/realdata/', import.meta.url)

describe.skipIf(!existsSync(realdata))('real files', () => {
  const text = (name: string): string => readFileSync(new URL(name, realdata), 'utf8')

  test.each(['gke-dump/pods.yaml', 'gke-dump/nodes.yaml', 'gke-dump/service.yaml', 'gke-dump/priorityclass.yaml'])('%s, as kubectl wrote it, is written again byte for byte', (name) => {
    const items = read(text(name)).documents.map(({ object }) => object)
    const written = writeYaml({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '', selfLink: '' } })
    // kubectl of that time left times without quotation marks.
    expect(written.replace(/"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g, '$1')).toBe(text(name))
  })

  test('a whole dump: nothing is lost', () => {
    const { report } = importDump(readdirSync(new URL('gke-dump/', realdata)).map((name) => ({ name, text: text(`gke-dump/${name}`) })))
    expect(report).toMatchObject({ read: 51, stored: 51 })
    expect(report.problems.map(({ kind }) => kind)).toEqual(['note'])
  })

  test('openb, as YAML and as tables', () => {
    expect(importDump([{ name: 'a.yaml', text: text('openb/openb_node_list_gpu_node.yaml') }]).report).toMatchObject({ stored: 1213, problems: [] })
    const steps: number[] = []
    const { report } = importDump(['openb/openb_node_list_all_node.csv', 'openb/openb_pod_list_default.csv'].map((name) => ({ name, text: text(name) })), { onProgress: (done, of) => { steps.push(done / of) } })
    expect(report.kinds).toEqual([{ kind: 'Node', read: 1523, stored: 1523, used: true }, { kind: 'Pod', read: 8152, stored: 8152, used: true }])
    expect(steps.at(-1)).toBe(1)
  })
})
