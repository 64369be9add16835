import { describe, expect, test } from 'vitest'
import { resources, type Pod, type ResourceResourceClaim } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { SimulatedScheduler } from '../testing/simulated'
import { deviceDriver, gpu, held, makeDeviceClaim, makeDeviceClass, makeSlice, request } from './testing/devices'
import { hintOf, makeWorld, runFilter, runScore } from './testing/world'

const nodes = [makeNode('a'), makeNode('b')]
const podWith = (...claims: string[]): Pod => makePod('p', { spec: { resourceClaims: claims.map((claim) => ({ name: claim, resourceClaimName: claim })) } })
const anyGpu = makeDeviceClass('gpu')
const cannotAllocate = '!cannot allocate all claims'

describe('which nodes have the devices', () => {
  test.each<{ name: string; objects: object[]; claims?: string[]; a: string; b: string }>([
    { name: 'one device', objects: [makeSlice('a', [gpu('0')]), makeDeviceClaim('c')], a: '', b: cannotAllocate },
    { name: 'more than there are', objects: [makeSlice('a', [gpu('0'), gpu('1')]), makeSlice('b', [gpu('0')]), makeDeviceClaim('c', { requests: [request('r', { count: 2 })] })], a: '', b: cannotAllocate },
    { name: 'one that another claim holds', objects: [makeSlice('a', [gpu('0')]), makeSlice('b', [gpu('0')]), makeDeviceClaim('other', { status: held('b', '0') }), makeDeviceClaim('c')], a: '', b: cannotAllocate },
    { name: 'administrators share it', objects: [makeSlice('b', [gpu('0')]), makeDeviceClaim('other', { status: held('b', '0') }), makeDeviceClaim('c', { requests: [request('r', { adminAccess: true })] })], a: cannotAllocate, b: '' },
    { name: 'two claims want two', objects: [makeSlice('a', [gpu('0'), gpu('1')]), makeSlice('b', [gpu('0')]), makeDeviceClaim('c'), makeDeviceClaim('d')], claims: ['c', 'd'], a: '', b: cannotAllocate },
    { name: 'all there are', objects: [makeSlice('a', [gpu('0'), gpu('1')]), makeSlice('b', []), makeDeviceClaim('c', { requests: [request('r', { allocationMode: 'All' })] })], a: '', b: cannotAllocate },
    {
      name: 'selected ones', a: '', b: cannotAllocate,
      objects: [makeSlice('a', [gpu('0', 'x'), gpu('1', 'y')]), makeSlice('b', [gpu('0', 'x')]), makeDeviceClaim('c', { requests: [request('r', { selectors: [{ cel: { expression: `device.attributes['${deviceDriver}'].model == 'y'` } }] })] })],
    },
    {
      name: 'of one model: the search goes back', a: '', b: cannotAllocate,
      objects: [
        makeSlice('a', [gpu('0', 'x'), gpu('1', 'y'), gpu('2', 'y')]), makeSlice('b', [gpu('0', 'x'), gpu('1', 'y')]),
        makeDeviceClaim('c', { requests: [request('r'), request('s')], constraints: [{ requests: ['r', 's'], matchAttribute: `${deviceDriver}/model` }] }),
      ],
    },
    {
      name: 'of different models', a: cannotAllocate, b: '',
      objects: [
        makeSlice('a', [gpu('0', 'y'), gpu('1', 'y')]), makeSlice('b', [gpu('0', 'x'), gpu('1', 'y')]),
        makeDeviceClaim('c', { requests: [request('r', { count: 2 })], constraints: [{ distinctAttribute: `${deviceDriver}/model` }] }),
      ],
    },
    {
      name: 'partitions share the counters of their hardware', a: cannotAllocate, b: '',
      objects: [
        ...['a', 'b'].map((node) => makeSlice(node, ['0', '1'].map((name) => ({ name, consumesCounters: [{ counterSet: 'card', counters: { memory: { value: '4Gi' } } }] })), { sharedCounters: [{ name: 'card', counters: { memory: { value: node === 'a' ? '7Gi' : '8Gi' } } }] })),
        makeDeviceClaim('c', { requests: [request('r', { count: 2 })] }),
      ],
    },
    { name: 'a pool that is not wholly published', objects: [makeSlice('a', [gpu('0')], { pool: { name: 'a', generation: 1, resourceSliceCount: 2 } }), makeSlice('b', [gpu('0')]), makeDeviceClaim('c')], a: cannotAllocate, b: '' },
    { name: 'a device of the network', objects: [makeSlice('net', [gpu('0')], { nodeName: '', allNodes: true }), makeDeviceClaim('c')], a: '', b: '' },
    { name: 'a tainted device', objects: [makeSlice('a', [{ ...gpu('0'), taints: [{ key: 'broken', effect: 'NoSchedule' }] }]), makeSlice('b', [gpu('0')]), makeDeviceClaim('c')], a: cannotAllocate, b: '' },
    {
      name: 'a tainted device that is tolerated', a: '', b: cannotAllocate,
      objects: [makeSlice('a', [{ ...gpu('0'), taints: [{ key: 'broken', effect: 'NoSchedule' }] }]), makeDeviceClaim('c', { requests: [request('r', { tolerations: [{ key: 'broken', operator: 'Exists' }] })] })],
    },
    {
      name: 'an allocated claim where its devices are', a: '', b: '!resourceclaim not available on the node',
      objects: [makeDeviceClaim('c', { status: { allocation: { nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] }] } } } })],
    },
  ])('$name', ({ objects, claims = ['c'], a, b }) => {
    const world = makeWorld({ nodes, objects: [anyGpu, ...objects], gates: { DRADeviceTaints: true } })
    expect(runFilter(world, 'DynamicResources', podWith(...claims)).nodes).toEqual({ a, b })
  })

  test('a selector that fails on a device is an error', () => {
    const world = makeWorld({ nodes, objects: [makeDeviceClass('gpu', { expression: "device.attributes['gpu.example.com'].speed > 1" }), makeSlice('a', [gpu('0')]), makeDeviceClaim('c')] })
    expect(runFilter(world, 'DynamicResources', podWith('c')).nodes['a']).toBe('!claim default/c, request r: CEL runtime error: no such key: speed')
  })

  test('facts name the devices found, and what was wanted where none are', () => {
    const { facts } = runFilter(makeWorld({ nodes, objects: [anyGpu, makeSlice('a', [gpu('0'), gpu('1')]), makeDeviceClaim('c')] }), 'DynamicResources', podWith('c'))
    expect(facts('a')).toEqual([{ id: 'devices.found', values: { claim: 'c', request: 'r', driver: deviceDriver, pool: 'a', device: '0' } }])
    expect(facts('b')).toEqual([{ id: 'devices.wanted', values: { claim: 'c', request: 'r', deviceClass: 'gpu', count: 1 } }])
  })

  test('the search is given up in the end', () => {
    const many = Array.from({ length: 40 }, (_, i) => gpu(String(i), `m${i % 13}`))
    const requests = Array.from({ length: 14 }, (_, i) => request(`r${i}`))
    const objects = [anyGpu, makeSlice('a', many), makeDeviceClaim('c', { requests, constraints: [{ distinctAttribute: `${deviceDriver}/model` }] })]
    expect(runFilter(makeWorld({ nodes, objects }), 'DynamicResources', podWith('c')).nodes['a']).toBe('!timed out trying to allocate devices')
  })

  test('an earlier alternative is better', () => {
    const alternatives = { name: 'r', firstAvailable: [{ name: 'good', deviceClassName: 'good' }, { name: 'any', deviceClassName: 'gpu' }] }
    const objects = [anyGpu, makeDeviceClass('good', { expression: `device.attributes['${deviceDriver}'].model == 'good'` }), makeSlice('a', [gpu('0')]), makeSlice('b', [gpu('0', 'good')]), makeDeviceClaim('c', { requests: [alternatives] })]
    expect(runScore(makeWorld({ nodes, objects }), 'DynamicResources', podWith('c'))).toMatchObject({ raw: { a: 7, b: 8 }, normalized: { a: 87, b: 100 } })
  })
})

describe('the Pod as a whole', () => {
  test.each<{ name: string; objects: object[]; says: object }>([
    { name: 'no such claim', objects: [], says: { reasons: ['could not find ResourceClaim "default/c"'] } },
    { name: 'a claim on its way out', objects: [makeDeviceClaim('c', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })], says: { reasons: ['resourceclaim "c" is being deleted'] } },
    { name: 'no such class', objects: [makeDeviceClaim('c')], says: { reasons: ['request r: device class gpu does not exist'] } },
    {
      name: 'a claim that as many Pods use as may', says: { reasons: ['resourceclaim in use'] },
      objects: [makeDeviceClaim('c', { status: { ...held('a', '0'), reservedFor: Array.from({ length: 256 }, (_, i) => ({ resource: 'pods', name: `p${i}`, uid: String(i) })) } })],
    },
  ])('$name', ({ objects, says }) => {
    expect(runFilter(makeWorld({ nodes, objects }), 'DynamicResources', podWith('c')).preFilter).toMatchObject({ code: 'UnschedulableAndUnresolvable', ...says })
  })

  test('no claims, nothing to do', () => {
    expect(runFilter(makeWorld({ nodes }), 'DynamicResources', makePod('p')).preFilter).toMatchObject({ code: 'Skip' })
  })

  test('a claim that lets its devices go wakes everybody who waits for some', () => {
    const world = makeWorld({ nodes, objects: [makeDeviceClaim('c')] })
    const [holding, free] = [makeDeviceClaim('x', { status: held('a', '0') }), makeDeviceClaim('x')]
    expect(hintOf(world, 'DynamicResources', podWith('c'), 'ResourceClaim', action.Update, holding, free)).toBe('Queue')
    expect(hintOf(world, 'DynamicResources', podWith('c'), 'ResourceClaim', action.Update, free, holding)).toBe('QueueSkip')
    expect(hintOf(world, 'DynamicResources', podWith('c'), 'ResourceClaim', action.Add, undefined, makeDeviceClaim('c'))).toBe('Queue')
  })
})

describe('binding', () => {
  const claimOf = (cluster: SimulatedScheduler, key: string): ResourceResourceClaim | undefined => cluster.api.get(resources.resourceclaims, key) as unknown as ResourceResourceClaim | undefined
  const podOf = (cluster: SimulatedScheduler, name: string): Pod => cluster.api.get(resources.pods, `default/${name}`) as unknown as Pod

  test('devices are allocated and reserved before the Pod is bound; a second Pod waits for them', () => {
    const cluster = new SimulatedScheduler(1)
    for (const object of [...nodes, anyGpu, makeSlice('b', [gpu('0')]), makeDeviceClaim('c'), makeDeviceClaim('d'), podWith('c')]) cluster.put(object)
    cluster.run(1000)
    expect(podOf(cluster, 'p').spec?.nodeName).toBe('b')
    expect(claimOf(cluster, 'default/c')).toMatchObject({
      metadata: { finalizers: ['resource.kubernetes.io/delete-protection'] },
      status: {
        reservedFor: [{ resource: 'pods', name: 'p', uid: 'default.p' }],
        allocation: { devices: { results: [{ request: 'r', driver: deviceDriver, pool: 'b', device: '0' }] }, nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] } },
      },
    })
    cluster.put({ ...makePod('q'), spec: { ...podWith('d').spec } })
    cluster.run(1000)
    expect(cluster.api.written.at(-1)).toMatchObject({ reason: 'FailedScheduling', about: 'default/q', message: expect.stringContaining('2 cannot allocate all claims') as string })
    cluster.put({ ...claimOf(cluster, 'default/c'), status: {} })
    cluster.run(20_000)
    expect(podOf(cluster, 'q').spec?.nodeName).toBe('b')
  })
})

describe('an extended resource', () => {
  const pod = makePod('p', { requests: { 'example.com/gpu': '1' } })
  const served = makeDeviceClass('gpu', { extendedResourceName: 'example.com/gpu' })
  const world = makeWorld({ nodes: [...nodes, makeNode('plugged', { allocatable: { 'example.com/gpu': '1' } })], objects: [served, makeSlice('a', [gpu('0')])], gates: { DRAExtendedResource: true } })

  test('is served by a node itself, else by the devices of a class', () => {
    expect(runFilter(world, 'DynamicResources', pod).nodes).toEqual({ a: '', b: cannotAllocate, plugged: '' })
    expect(runFilter(world, 'NodeResourcesFit', pod).nodes).toEqual({ a: '', b: '', plugged: '' })
  })

  test('without the gate a class serves nothing', () => {
    const without = makeWorld({ nodes, objects: [served, makeSlice('a', [gpu('0')])], gates: { DRAExtendedResource: false } })
    expect(runFilter(without, 'DynamicResources', pod).preFilter).toMatchObject({ code: 'Skip' })
    expect(runFilter(without, 'NodeResourcesFit', pod).nodes).toEqual({ a: '!Insufficient example.com/gpu', b: '!Insufficient example.com/gpu' })
  })

  test('facts say which devices', () => {
    const { facts } = runFilter(world, 'DynamicResources', pod)
    expect(facts('a')).toEqual([{ id: 'devices.found', values: { claim: '<extended-resources>', request: 'container-0-request-0', driver: deviceDriver, pool: 'a', device: '0' } }])
    expect(facts('b')).toEqual([{ id: 'devices.wantedResource', values: { resource: 'example.com/gpu', deviceClass: 'gpu' } }])
  })
})
