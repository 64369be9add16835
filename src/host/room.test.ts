import { describe, expect, test } from 'vitest'
import type { RoomView } from '../protocol'
import { Bench } from './testing/bench'

function opened(): Bench {
  const bench = new Bench()
  bench.call('open', { scenario: 'shop-rollout' })
  return bench
}

const room = (bench: Bench, node = 'node-f', pod?: string): RoomView => bench.call('room', { node, ...(pod === undefined ? {} : { pod }) })

describe('the room of a node', () => {
  test('says what the API says: Pods, requests, conditions, Lease', () => {
    const bench = opened()
    const view = room(bench)
    const { nodes, pods } = bench.picture()
    const machine = view.machine
    expect(machine?.pods.map(({ key }) => key)).toEqual(Object.entries(pods).filter(([, pod]) => pod.node === 'node-f').map(([key]) => key).sort())
    expect(view.allocatable.find(({ resource }) => resource === 'cpu')?.requested).toBe(nodes['node-f']?.amounts[1])
    expect(view.allocatable.find(({ resource }) => resource === 'memory')?.requested).toBe(nodes['node-f']?.amounts[3])
    expect(machine?.pods.reduce((sum, pod) => sum + (pod.cpu.requested ?? 0), 0)).toBe(nodes['node-f']?.amounts[1])
    expect(view.lease && view.at - view.lease.renewedAt).toBeLessThan(10_000)
    expect(view.network).toMatchObject({ subnet: '10.244.5.0/24', key: '/coreos.com/network/subnets/10.244.5.0-24', backend: 'vxlan', mtu: 1450, bridge: 'cni0' })
    expect(view.network?.addresses.used.map(({ ip }) => ip)).toEqual(machine?.pods.filter(({ hostNetwork }) => !hostNetwork).map(({ ip }) => ip).sort((a, b) => Number(a.split('.')[3]) - Number(b.split('.')[3])))
    expect(view.proxy?.mode).toBe('iptables')
  })

  test('tells of one Pod how far its worker is, step by step, and what its cgroup holds', () => {
    const bench = opened()
    const old = new Set(Object.keys(bench.picture().pods).filter((key) => bench.picture().pods[key]?.node !== ''))
    let seen = new Set<string>()
    for (let turn = 0; turn < 400 && !seen.has('status done'); turn++) {
      bench.call('step', { unit: 'event', direction: 1 })
      const key = Object.entries(bench.picture().pods).find(([name, pod]) => name.startsWith('shop/web-') && pod.node !== '' && !old.has(name))?.[0]
      const node = key === undefined ? undefined : bench.picture().pods[key]?.node
      if (key === undefined || node === undefined) continue
      for (const step of room(bench, node, key).machine?.steps ?? []) if (step.state !== 'next') seen = new Set([...seen, `${step.id} ${step.state}`])
    }
    for (const each of ['cgroup done', 'sandbox now', 'sandbox done', 'start now', 'start done', 'status done']) expect([...seen]).toContain(each)
    const view = room(bench, 'node-f', 'shop/api-7f9b5d6c4-wq5vs')
    expect(view.machine?.cgroups[0]).toMatchObject({ container: 'api', cpuMax: 'max 100000', cpuWeight: 20, memoryMax: 'max', oom: { adj: 954, raw: 954 } })
    expect(view.machine?.cgroups[0]?.path).toMatch(/^\/kubepods\.slice\/kubepods-burstable\.slice\/kubepods-burstable-pod[0-9a-f_]+\.slice\/cri-containerd-[0-9a-f]{64}\.scope$/)
  })

  test('looking changes nothing; a node that is not there is refused; the past is shown as it was', () => {
    const bench = opened()
    const before = bench.call('hash', {})
    const early = room(bench)
    room(bench, 'node-f', 'shop/api-7f9b5d6c4-wq5vs')
    expect(bench.call('hash', {})).toEqual(before)
    expect(bench.ask('room', { node: 'node-z' })).toMatchObject({ ok: false, error: { code: 'refused' } })
    const { position } = bench.picture()
    bench.call('seek', { to: 'end' })
    expect(room(bench).at).toBeGreaterThan(early.at)
    bench.call('seek', { position })
    expect(room(bench)).toEqual(early)
  })

  test('a machine that is off has nothing to show but what the API keeps', () => {
    const bench = opened()
    bench.call('fault', { kind: 'node', subject: 'node-f', on: true })
    const view = room(bench)
    expect(view).toMatchObject({ absent: 'off', ready: 'True' })
    expect(view.machine).toBeUndefined()
    expect(view.conditions.length).toBeGreaterThan(0)
  })
})
