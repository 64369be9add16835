import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulate } from './simulate-command'

let folder: string
const file = (name: string): string => join(folder, name)

function run(args: string[]): { readonly status: number; readonly out: string; readonly error: string } {
  let [out, error] = ['', '']
  const status = simulate(args, { out: (text) => { out += text }, error: (text) => { error += text }, stdin: () => '' })
  return { status, out, error }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-faults-'))
  writeFileSync(file('web.yaml'), ['node-a', 'node-b'].map((name) => `apiVersion: v1
kind: Node
metadata: {name: ${name}}
status: {capacity: {cpu: "4", memory: 8Gi, pods: "110"}}
---
`).join('') + `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`)
  writeFileSync(file('faults.txt'), '# a bad day\nat=20s kill node-b   # the machine room floods\n\nat=7m heal node node-b\n')
})

afterAll(() => { rmSync(folder, { recursive: true }) })

describe('simulate --fault', () => {
  test('breaks at its moment, heals by itself, and says so', () => {
    const { status, out, error } = run(['-f', file('web.yaml'), '--fault', 'at=30s kill node-b for=60s', '--fault', 'etcd delay=500ms for=10s'])
    expect([status, error]).toEqual([0, ''])
    expect(out).toMatch(/^BROKEN +AT +HEALED\netcd +\S+ +\S+\nnode node-b +30\S*s +1m30s$/m)
    expect(out).toContain('4 on 2 nodes')
  })

  test('the faults of a file are a part of the history: Pods of a machine that is off for long come up elsewhere', () => {
    const { status, out } = run(['-f', file('web.yaml'), '--faults', file('faults.txt'), '-o', 'json'])
    const result = JSON.parse(out) as { readonly now: number; readonly pods: readonly { readonly node: string; readonly status: string }[]; readonly faults: readonly unknown[] }
    expect(status).toBe(0)
    expect(result.faults).toEqual([{ what: 'node node-b', on: true, at: 20_000, healedAt: 420_000 }])
    expect(result.pods.map((pod) => [pod.node, pod.status])).toEqual(Array.from({ length: 4 }, () => ['node-a', 'Running']))
    expect(run(['-f', file('web.yaml'), '--faults', file('faults.txt'), '-o', 'json']).out).toBe(out)
  })

  test.each([
    [['--fault', 'kill node-z'], '--fault: there is no node "node-z"'],
    [['--fault', 'at=soon kill node-a'], '--fault: at=soon: a duration like 30s or 2m is expected'],
    [['--fault', 'at=1s at=2s kill node-a'], '--fault: at= is said twice'],
    [['--fault', 'at=2m scheduler', '--until', '60s'], '--fault: at=2m00s is after the end of the run, 1m00s'],
    [['--fault', 'heal scheduler'], '--fault: scheduler is not broken'],
  ])('%s is refused with status 2', (args, message) => {
    expect(run(['-f', file('web.yaml'), ...args])).toEqual({ status: 2, out: '', error: `${message}\n` })
  })

  test('a line of a file that is wrong is named', () => {
    writeFileSync(file('wrong.txt'), 'scheduler for=5s\nexplode node-a\n')
    const { status, out, error } = run(['-f', file('web.yaml'), '--faults', file('wrong.txt')])
    expect([status, out]).toEqual([2, ''])
    expect(error).toMatch(/wrong\.txt:2: nothing is called "explode": one of node, /)
    expect(run(['-f', file('web.yaml'), '--faults', file('none.txt')]).status).toBe(2)
  })
})
