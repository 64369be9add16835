import { describe, expect, test } from 'vitest'
import type { Kubelet } from '.'
import { MachineRoom } from './testing/machine-room'

const small = { cpu: '4', memory: '1Gi', pods: '110', 'ephemeral-storage': '10Gi' }
const kubeletOf = (room: MachineRoom): Kubelet => room.cluster.simulation.actor('kubelet/node-a') as unknown as Kubelet

describe('memory', () => {
  test('a leak beyond the limit is killed by the kernel, and starts anew', () => {
    const room = new MachineRoom()
    room.pod('leaky', { annotations: { 'berth.dev/usage': 'memory=16Mi+8Mi/s' }, container: { resources: { limits: { memory: '64Mi' } } } })
    room.run(12_000)
    expect(room.get('leaky').status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } })
  })

  test('when the node runs low it says so, evicts who is furthest above its request, and keeps new ones out', () => {
    const room = new MachineRoom(['node-a'], small)
    room.pod('modest', { annotations: { 'berth.dev/usage': 'memory=100Mi' }, container: { resources: { requests: { memory: '200Mi' } } } })
    room.pod('greedy', { annotations: { 'berth.dev/usage': 'memory=100Mi+20Mi/s' }, container: { resources: { requests: { memory: '64Mi' } } } })
    room.run(60_000)
    expect(room.conditions(room.node(), 'MemoryPressure', 'Ready')).toBe('MemoryPressure=True Ready=True')
    expect(room.node().spec?.taints).toMatchObject([{ key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }])
    const { status } = room.get('greedy')
    expect([status?.phase, status?.reason]).toEqual(['Failed', 'Evicted'])
    expect(status?.message).toMatch(/^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \d+Ki\. Container c was using \d+Ki, request is 64Mi, has larger consumption of memory\. $/)
    expect(status?.conditions?.find((condition) => condition.type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' })
    expect(room.get('modest').status?.phase).toBe('Running')
    room.pod('late', { spec: { nodeName: 'node-a' } })
    room.run(2_000)
    expect(room.get('late').status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'Pod was rejected: The node had condition: [MemoryPressure]. ' })
    room.run(330_000)
    expect(room.conditions(room.node(), 'MemoryPressure')).toBe('MemoryPressure=False')
    expect(room.node().spec?.taints ?? []).toEqual([])
  })

  test('numbers for the metrics API follow the models', () => {
    const room = new MachineRoom()
    room.pod('web', { annotations: { 'berth.dev/usage': 'cpu=300m memory=50Mi' } })
    room.run(10_000)
    const stats = kubeletOf(room).stats()
    expect(stats?.pods).toEqual([{ namespace: 'default', name: 'web', containers: [{ name: 'c', cpuMilli: 300, memoryBytes: 50 * 1024 * 1024 }] }])
    expect(stats?.memoryBytes).toBeGreaterThan(50 * 1024 * 1024)
  })
})

describe('disk', () => {
  test('a full disk: unused images go first, then Pods', () => {
    const room = new MachineRoom(['node-a'], small)
    room.pod('gone', { annotations: { 'berth.dev/image-size': '2Gi' }, container: { image: 'big:1' } })
    room.pod('stays', { container: { image: 'small:1' } })
    room.run(60_000)
    room.ask('DELETE', '/api/v1/namespaces/default/pods/gone')
    room.run(180_000)
    room.patch('/api/v1/nodes/node-a', { metadata: { annotations: { 'berth.dev/disk-used': '75%' } } })
    room.run(30_000)
    expect(room.node().status?.images?.map((image) => image.names?.[1])).toEqual(['docker.io/library/small:1'])
    expect(room.conditions(room.node(), 'DiskPressure')).toBe('DiskPressure=False')
    room.patch('/api/v1/nodes/node-a', { metadata: { annotations: { 'berth.dev/disk-used': '97%' } } })
    room.run(30_000)
    expect(room.conditions(room.node(), 'DiskPressure')).toBe('DiskPressure=True')
    expect(room.get('stays').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    room.patch('/api/v1/nodes/node-a', { metadata: { annotations: { 'berth.dev/disk-used': null } } })
    room.run(330_000)
    expect(room.conditions(room.node(), 'DiskPressure')).toBe('DiskPressure=False')
  })
})

describe('processes', () => {
  test('too many of them press too', () => {
    const room = new MachineRoom()
    room.pod('forks', { annotations: { 'berth.dev/usage': 'processes=32k' } })
    room.run(20_000)
    expect(room.conditions(room.node(), 'PIDPressure')).toBe('PIDPressure=True')
    expect(room.get('forks').status?.message).toMatch(/^The node was low on resource: pids\. /)
  })
})
