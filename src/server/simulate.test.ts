import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readManifests } from '../manifest'
import { parseDuration } from '../api'
import { durationText } from './duration'
import { simulate } from './simulate-command'
import { textTable } from './text-table'

let folder: string
const file = (name: string): string => join(folder, name)

interface Ran { readonly status: number; readonly out: string; readonly error: string }

function run(args: string[], stdin = ''): Ran {
  let [out, error] = ['', '']
  const status = simulate(args, { out: (text) => { out += text }, error: (text) => { error += text }, stdin: () => stdin })
  return { status, out, error }
}

const node = (name: string, cpu: string): string => `apiVersion: v1
kind: Node
metadata: {name: ${name}, labels: {kubernetes.io/hostname: ${name}}}
status:
  capacity: {cpu: "${cpu}", memory: 8Gi, pods: "110"}
  allocatable: {cpu: "${cpu}", memory: 8Gi, pods: "110"}
`
const pod = (name: string, cpu: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers:
  - name: app
    image: nginx
    resources: {requests: {cpu: "${cpu}"}}
`

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-simulate-'))
  writeFileSync(file('cluster.yaml'), [pod('big', '3'), pod('huge', '9'), node('small', '2'), node('large', '4')].join('---\n'))
  writeFileSync(file('web.yaml'), `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, resources: {requests: {cpu: 250m}}}]}
`)
})

afterAll(() => { rmSync(folder, { recursive: true }) })

describe('simulate', () => {
  test('says where each Pod landed, or why it did not', () => {
    const { status, out, error } = run(['-f', file('cluster.yaml'), '--until', '30s'])
    expect([status, error]).toEqual([0, ''])
    const lines = out.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^NAMESPACE +NAME +STATUS +NODE +DECIDED +MESSAGE$/)
    expect(lines[1]).toMatch(/^default +big +Running +large +\d/)
    expect(lines[2]).toMatch(/^default +huge +Pending +- +- +0\/2 nodes are available: 2 Insufficient cpu\./)
    expect(lines.at(-1)).toMatch(/^2 Pods: 1 on 2 nodes, 1 not placed; 30s of virtual time, seed 1, history [0-9a-f]{16}$/)
  })

  test('a Deployment, onto a scenario when there are no Nodes, until it is quiet', () => {
    const { status, out, error } = run(['-f', file('web.yaml'), '-o', 'json'])
    expect(status).toBe(0)
    expect(error).toContain('scenario "empty"')
    const result = JSON.parse(out) as { readonly scenario: string; readonly pods: readonly { readonly namespace: string; readonly status: string; readonly node: string | null; readonly cycle?: number }[] }
    expect(result.scenario).toBe('empty')
    const web = result.pods.filter(({ namespace }) => namespace === 'shop')
    expect(web).toHaveLength(3)
    for (const landing of web) expect(landing).toMatchObject({ status: 'Running', node: expect.stringContaining('node-') as unknown, cycle: expect.any(Number) as unknown })
  })

  test('the same input and seed give the same output; a different seed another history', () => {
    const args = ['-f', file('web.yaml'), '--scenario', 'empty', '--until', '20s', '-o', 'json']
    expect(run([...args, '--seed', '5'])).toEqual(run([...args, '--seed', '5']))
    const hashOf = (seed: string): unknown => (JSON.parse(run([...args, '--seed', seed]).out) as { historyHash: unknown }).historyHash
    expect(hashOf('5')).not.toBe(hashOf('6'))
  })

  test('YAML says what JSON says', () => {
    const args = ['-f', file('cluster.yaml'), '--until', '10s']
    const yaml = run([...args, '-o', 'yaml']).out
    const { documents } = readManifests(`apiVersion: v1\nkind: Result\n${yaml}`, { file: 'out.yaml' })
    const { apiVersion: _, kind: __, metadata: ___, ...rest } = documents[0]?.object ?? { apiVersion: '', kind: '', metadata: {} }
    expect(rest).toEqual(JSON.parse(run([...args, '-o', 'json']).out))
  })

  test('explains a decision, as text and as the full record', () => {
    const args = ['-f', file('cluster.yaml'), '--until', '10s']
    const text = run([...args, '--explain', 'default/big'])
    expect(text.status).toBe(0)
    expect(text.out).toMatch(/^Pod default\/big: goes to large\n/)
    expect(text.out).toMatch(/small +fails +NodeResourcesFit +Insufficient cpu/)
    expect(text.out).toContain('WINNER large, the only feasible node')
    const record = JSON.parse(run([...args, '--explain', 'big', '-o', 'json']).out) as Record<string, unknown>
    expect(record).toMatchObject({ winner: 'large', feasible: ['large'], cycle: { outcome: 'scheduled' } })
    expect(run([...args, '--explain', 'default/huge']).out).toContain('FIT ERROR\n0/2 nodes are available: 2 Insufficient cpu.')
    const missing = run([...args, '--explain', 'default/bi'])
    expect([missing.status, missing.out, missing.error]).toEqual([1, '', 'there is no Pod default/bi; there are: default/big\n'])
  })

  test('reads standard input and folders', () => {
    expect(run(['-f', '-', '--scenario', 'empty', '--until', '5s'], pod('piped', '1')).out).toMatch(/default +piped +\w+ +node-/)
    mkdirSync(file('many'))
    writeFileSync(join(file('many'), 'a.yaml'), node('one', '4'))
    writeFileSync(join(file('many'), 'b.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'json' }, spec: { containers: [{ name: 'a', image: 'b' }] } }))
    writeFileSync(join(file('many'), 'README.md'), '# not a manifest')
    expect(run(['-f', file('many'), '--until', '10s']).out).toMatch(/default +json +\w+ +one/)
  })

  test('a KubeSchedulerConfiguration among the files configures the scheduler', () => {
    writeFileSync(file('scheduler.yaml'), `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
  plugins: {filter: {disabled: [{name: NodeResourcesFit}]}}
`)
    expect(run(['-f', file('cluster.yaml'), '-f', file('scheduler.yaml'), '--until', '5s']).out).toMatch(/default +huge +\S+ +(?:small|large)/)
  })
})

describe('wrong files: status 2, a line for each mistake, nothing on standard output', () => {
  const wrong = (name: string, text: string): readonly string[] => {
    writeFileSync(file(name), text)
    const { status, out, error } = run(['-f', file(name), '--scenario', 'empty'])
    expect([status, out]).toEqual([2, ''])
    return error.trimEnd().split('\n').map((line) => line.replace(file(name), name))
  }

  test('what cannot be read', () => {
    expect(wrong('tabs.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n')).toEqual([expect.stringMatching(/^tabs\.yaml:4: .*[Tt]abs/)])
    expect(wrong('kind.yaml', 'apiVersion: v1\nmetadata: {name: a}\n')).toEqual(['kind.yaml:1: kind: not set'])
    const missing = run(['-f', file('nowhere.yaml')])
    expect([missing.status, missing.out, missing.error]).toEqual([2, '', `${file('nowhere.yaml')}: there is no such file\n`])
  })

  test('what the server refuses, at its line and in the order of the file', () => {
    expect(wrong('server.yaml', `${pod('a', '1').replace('image: nginx', 'imagge: nginx')}---\napiVersion: apps/v1\nkind: Deploymnet\nmetadata: {name: b}\n`)).toEqual([
      'server.yaml:7: spec.containers[0].imagge: unknown field', 'server.yaml:10: no matches for kind "Deploymnet" in version "apps/v1"',
    ])
  })

  test('a scheduler configuration', () => {
    expect(wrong('config.yaml', 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\npercentageOfNodesToScore: 200\n')).toEqual([expect.stringMatching(/^config\.yaml:3: percentageOfNodesToScore: /)])
  })

  test.each([
    [['--until', 'soon'], '--until: a duration'], [['--seed', '-1'], '--seed'], [['--seed', '1.5'], '--seed: a whole number'], [['-o', 'xml'], '--output: table, json or yaml'],
    [['--scenario', 'nowhere'], '--scenario: there is none'], [['--explain', 'a/b/c'], '--explain: namespace/name'], [['--gpu', 'all'], '--gpu: share or count'], [['--wrong'], 'usage:'], [[], ''],
  ])('arguments %j', (args, says) => {
    const { status, out, error } = run(args.length === 0 ? [] : ['-f', file('cluster.yaml'), ...args])
    expect([status, out]).toEqual([2, ''])
    expect(error).toContain(says)
  })

  test('help is not a mistake', () => {
    expect(run(['--help'])).toMatchObject({ status: 0, error: '' })
  })
})

const realdata = fileURLToPath(new URL('../../../shared/realdata/', import.meta.url))

describe.skipIf(!existsSync(realdata))('real files', () => {
  test('online-boutique onto six nodes: everything runs', () => {
    const { status, out } = run(['-f', join(realdata, 'online-boutique'), '-o', 'json'])
    expect(status).toBe(0)
    const pods = (JSON.parse(out) as { readonly pods: readonly { readonly namespace: string; readonly status: string }[] }).pods.filter(({ namespace }) => namespace === 'default')
    expect(pods.map(({ status: shown }) => shown)).toEqual(Array.from({ length: 12 }, () => 'Running'))
  })
})

test.each([['60s', 60_000], ['1h30m', 5_400_000], ['1.5s', 1_500], ['250ms', 250], ['0', 0], ['', undefined], ['5', undefined], ['-1s', undefined], ['1d', undefined], ['s', undefined]])('the duration %j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test('durations for people, tables by code points', () => {
  expect([0, 14_320, 60_000, 125_000, 3_725_000].map(durationText)).toEqual(['0s', '14.32s', '1m00s', '2m05s', '1h02m05s'])
  expect(textTable(['A', 'B'], [['😀x', '1'], ['abc', '']])).toBe('A     B\n😀x    1\nabc')
})
