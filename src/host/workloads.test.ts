import { describe, expect, test } from 'vitest'
import type { ApiObject, Pod } from '../api'
import { podStates } from '../protocol'
import { Workloads } from './workloads'

const owner = (kind: string, name: string, parent?: [kind: string, name: string], replicas = 1): ApiObject => ({
  apiVersion: 'apps/v1', kind, spec: { replicas },
  metadata: { name, namespace: 'shop', uid: name, ...(parent ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: parent[0], name: parent[1], uid: parent[1], controller: true }] } : {}) },
})

const pod = (name: string, more: { readonly owner?: [kind: string, name: string]; readonly labels?: Record<string, string>; readonly namespace?: string } = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod',
  metadata: {
    name, namespace: more.namespace ?? 'shop', ...(more.labels ? { labels: more.labels } : {}),
    ...(more.owner ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: more.owner[0], name: more.owner[1], uid: more.owner[1], controller: true }] } : {}),
  },
})

const letters = (workloads: Workloads): string[] => workloads.views().map(({ letter, hue, name }) => `${letter}${hue} ${name}`)

describe('workloads', () => {
  test('letters and hues are given at first appearance, each letter once while there are any', () => {
    const workloads = new Workloads()
    for (const name of ['web', 'api', 'worker', 'cache', '9lives', 'batch']) workloads.owner(`shop/${name}`, owner('Deployment', name), undefined)
    expect(letters(workloads)).toEqual(['W1 web', 'A2 api', 'B3 worker', 'C4 cache', 'L5 9lives', 'D6 batch'])
    for (let i = 0; i < 40; i++) workloads.owner(`shop/x${i}`, owner('Deployment', `x${i}`), undefined)
    expect(workloads.views().slice(0, 26).map((view) => view.letter).sort().join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    expect(workloads.views().at(-1)?.letter).toBe('X')
    expect(Math.max(...workloads.views().map((view) => view.hue))).toBe(7)
  })

  test('a Pod belongs to the root of its owners', () => {
    const workloads = new Workloads()
    workloads.owner('shop/web', owner('Deployment', 'web'), undefined)
    workloads.owner('shop/web-1', owner('ReplicaSet', 'web-1', ['Deployment', 'web']), undefined)
    const id = workloads.of(pod('web-1-x', { owner: ['ReplicaSet', 'web-1'] }))
    expect(workloads.views()[id]).toMatchObject({ kind: 'Deployment', name: 'web', desired: 1 })
    expect(workloads.views().length).toBe(1)
  })

  test('of a dump without owners the ReplicaSet’s name still says which Deployment it was', () => {
    const workloads = new Workloads()
    const id = workloads.of(pod('web-6c4d9f7b8-x', { owner: ['ReplicaSet', 'web-6c4d9f7b8'], labels: { 'pod-template-hash': '6c4d9f7b8' } }))
    expect(workloads.views()[id]).toMatchObject({ kind: 'Deployment', name: 'web' })
  })

  test('bare Pods go by their app, or by their name without its number', () => {
    const workloads = new Workloads()
    const ids = ['job-0001', 'job-0002', 'other'].map((name) => workloads.of(pod(name)))
    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false])
    workloads.owner('shop/web', owner('Deployment', 'web'), undefined)
    const [joined, number] = [workloads.of(pod('probe', { labels: { app: 'web' } })), workloads.of(pod('42'))]
    expect([workloads.views()[joined], workloads.views()[number]]).toMatchObject([{ kind: 'Deployment', name: 'web' }, { name: '42' }])
  })

  test('kube-system is one, grey', () => {
    const workloads = new Workloads()
    const ids = new Set(['a', 'b'].map((name) => workloads.of(pod(name, { namespace: 'kube-system', owner: ['DaemonSet', name] }))))
    expect([ids.size, letters(workloads)]).toEqual([1, ['·0 kube-system']])
  })

  test('counts are kept, and told only when they changed', () => {
    const workloads = new Workloads()
    const id = workloads.of(pod('a-1'))
    workloads.count(id, podStates.pending, 1)
    expect(workloads.take()?.[0]).toMatchObject({ pods: 1, running: 0 })
    expect(workloads.take()).toBeUndefined()
    workloads.count(id, podStates.pending, -1)
    workloads.count(id, podStates.running, 1)
    expect(workloads.take()?.[0]).toMatchObject({ pods: 1, running: 1 })
    workloads.count(id, podStates.running, -1)
    workloads.count(id, podStates.succeeded, 1)
    expect(workloads.take()?.[0]).toMatchObject({ pods: 0, running: 0 })
  })
})
