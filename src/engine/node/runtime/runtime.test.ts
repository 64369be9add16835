import { describe, expect, test } from 'vitest'
import type { MachineView, Pod } from '../../../api'
import type { ClusterCheckpoint } from '../..'
import { Cluster } from '../..'
import { MachineRoom } from '../testing/machine-room'
import { runtimeOf, runtimeNames, stepsMs, timedSteps } from '.'

/** A node with this runtime and two Pods on it: one that is always started again, one never. */
function roomWith(version: string): MachineRoom {
  const room = new MachineRoom([])
  room.ask('POST', '/api/v1/nodes', {
    apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' },
    status: { capacity: { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' }, nodeInfo: { containerRuntimeVersion: version } },
  })
  room.run(2_000)
  room.pod('web')
  room.pod('once', { spec: { restartPolicy: 'Never' }, annotations: { 'berth.dev/run-seconds': '3600' } })
  room.run(10_000)
  return room
}

const look = (room: MachineRoom, pod?: string): MachineView => room.cluster.machine('node-a', pod) as MachineView
const state = (pod: Pod): string => `${pod.status?.phase ?? ''} ${pod.status?.containerStatuses?.[0]?.restartCount ?? 0}`
const restart = (room: MachineRoom): void => { room.cluster.fault({ kind: 'runtime', subject: 'node-a', on: true }) }

describe('what differs between runtimes', () => {
  test('a Node names its runtime, and container ids begin with it', () => {
    for (const [version, scheme] of [['docker://20.10.24', 'docker'], ['rkt://1.30.0', 'rkt'], ['containerd://2.2.1', 'containerd']] as const) {
      const room = roomWith(version)
      expect(room.get('web').status?.containerStatuses?.[0]?.containerID).toMatch(new RegExp(`^${scheme}://[0-9a-f]{64}$`))
      expect(look(room).runtime.version).toBe(version)
    }
  })

  test('steps follow one another without gaps, and those of a sandbox without a network leave that out', () => {
    for (const name of runtimeNames) {
      const { sandboxSteps, containerSteps } = runtimeOf(`${name}://1`)
      for (const steps of [sandboxSteps, containerSteps]) {
        const timed = timedSteps(steps, 400)
        expect(timed[0]?.from).toBe(0)
        for (const [index, step] of timed.entries()) if (index > 0) expect(step.from).toBe(timed[index - 1]?.to)
      }
      expect(stepsMs(sandboxSteps, 400, false)).toBeLessThan(stepsMs(sandboxSteps, 400))
    }
  })

  test('processes: each has its own number and a parent above it; containers stand under what holds them', () => {
    const parents = new Map<string, string>()
    for (const name of ['docker', 'rkt', 'containerd', 'cri-o']) {
      const { processes } = look(roomWith(`${name}://1`))
      expect(new Set(processes.map(({ pid }) => pid)).size).toBe(processes.length)
      const seen = new Set([0])
      for (const { pid, parent } of processes) {
        expect(seen.has(parent)).toBe(true)
        seen.add(pid)
      }
      const web = processes.find(({ pod, container, command }) => pod === 'default/web' && container === 'c' && command === '/app')
      const holder = processes.find(({ pid }) => pid === web?.parent)
      const above = processes.find(({ pid }) => pid === holder?.parent)
      parents.set(name, `${holder?.command.split(' ')[0] ?? ''} < ${above?.command.split(' ')[0] ?? ''}`)
      expect(processes.some(({ command }) => command === '/pause'), name).toBe(name !== 'rkt')
    }
    expect(Object.fromEntries(parents)).toEqual({
      docker: 'containerd-shim < containerd', rkt: '/usr/lib/systemd/systemd < systemd-nspawn', containerd: 'containerd-shim-runc-v2 < systemd', 'cri-o': 'conmon < systemd',
    })
  })

  test('numbers of processes stay for as long as the process does, also over a restart of the kubelet', () => {
    const room = roomWith('containerd://2.2.1')
    const pids = (): string => JSON.stringify(look(room).processes.filter(({ pod }) => pod !== undefined))
    const before = pids()
    const kubelet = look(room).kubeletPid
    room.cluster.fault({ kind: 'kubelet', subject: 'node-a', on: true, forMs: 3_000 })
    room.run(8_000)
    expect(pids()).toBe(before)
    expect(look(room).kubeletPid).not.toBe(kubelet)
  })
})

describe('the runtime begins anew', () => {
  test('containerd: its shims outlive it, nothing ends; only what is to be started waits', () => {
    const room = roomWith('containerd://2.2.1')
    const before = look(room).processes.filter(({ pod }) => pod !== undefined)
    restart(room)
    room.run(100)
    expect(look(room).runtimeBackAt).toBeDefined()
    room.pod('late')
    room.run(1_000)
    expect(room.get('late').status?.phase).toBe('Pending')
    expect(look(room).pods.find(({ key }) => key === 'default/late')?.containers[0]?.state).toBe('waiting')
    room.run(10_000)
    expect(room.get('late').status?.phase).toBe('Running')
    expect(state(room.get('web'))).toBe('Running 0')
    expect(state(room.get('once'))).toBe('Running 0')
    for (const process of before) expect(look(room).processes).toContainEqual(process)
    expect(look(room).runtimeRestarts).toBe(1)
  })

  test('docker without live-restore: every container ends with 137, and starts again as its policy says, in a new sandbox', () => {
    const room = roomWith('docker://20.10.24')
    const before = room.get('web')
    restart(room)
    room.run(100)
    expect(room.get('web').status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' })
    expect(look(room).processes.filter(({ command }) => command === 'dockerd' || command === '/app')).toEqual([])
    room.run(10_000)
    expect(state(room.get('web'))).toBe('Running 1')
    expect(room.get('web').status?.containerStatuses?.[0]?.containerID).not.toBe(before.status?.containerStatuses?.[0]?.containerID)
    expect(room.get('web').status?.podIP).not.toBe(before.status?.podIP)
    expect(room.events('web').some((text) => text.startsWith('SandboxChanged'))).toBe(true)
    expect(state(room.get('once'))).toBe('Failed 0')
  })

  test('rkt: there is no daemon that could be restarted', () => {
    const room = roomWith('rkt://1.30.0')
    const before = look(room).processes
    restart(room)
    room.run(10_000)
    expect(look(room).processes).toEqual(before)
    expect(look(room).runtimeRestarts).toBe(0)
    expect(state(room.get('web'))).toBe('Running 0')
  })

  test('another runtime: what the old one ran is gone, and runs anew under the new one', () => {
    const room = roomWith('containerd://2.2.1')
    room.patch('/api/v1/nodes/node-a/status', { status: { nodeInfo: { containerRuntimeVersion: 'docker://20.10.24' } } })
    room.run(15_000)
    expect(state(room.get('web'))).toBe('Running 1')
    expect(room.get('web').status?.containerStatuses?.[0]?.containerID).toMatch(/^docker:/)
    expect(look(room).runtime.name).toBe('docker')
  })

  test('a checkpoint through JSON in the middle of it goes on the same way', () => {
    for (const version of ['docker://20.10.24', 'containerd://2.2.1']) {
      const room = roomWith(version)
      restart(room)
      room.pod('late')
      room.run(700)
      const copy = new Cluster({ seed: 7 })
      copy.restore(JSON.parse(JSON.stringify(room.cluster.checkpoint())) as ClusterCheckpoint)
      room.run(20_000)
      copy.simulation.run({ until: room.cluster.simulation.now })
      expect(copy.hash()).toBe(room.cluster.hash())
      expect(copy.machine('node-a', 'default/late')).toEqual(look(room, 'default/late'))
    }
  })
})
