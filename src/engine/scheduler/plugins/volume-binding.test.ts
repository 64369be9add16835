import { describe, expect, test } from 'vitest'
import { resources, type PersistentVolume, type PersistentVolumeClaim, type Pod } from '../../../api'
import { makeNode, makePod } from '../testing/builders'
import { SimulatedScheduler } from '../testing/simulated'
import { claimVolumes, makeCapacity, makeClaim, makeClass, makeVolume } from './testing/storage'
import { makeWorld, runFilter, runScore } from './testing/world'

const zone = 'topology.kubernetes.io/zone'
const nodes = [makeNode('a', { labels: { [zone]: 'a' } }), makeNode('b', { labels: { [zone]: 'b' } })]
const pod = (...claims: string[]): Pod => makePod('p', { spec: claimVolumes(...claims) })
const local = makeClass('local', 'kubernetes.io/no-provisioner')
const driver = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'disk.csi' }, spec: { storageCapacity: true } }

describe('the Pod as a whole', () => {
  test.each<{ name: string; objects: object[]; says: object }>([
    { name: 'a claim that is not there', objects: [], says: { code: 'UnschedulableAndUnresolvable', reasons: ['persistentvolumeclaim "c" not found'] } },
    { name: 'a claim on its way out', objects: [makeClaim('c', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })], says: { code: 'UnschedulableAndUnresolvable', reasons: ['persistentvolumeclaim "c" is being deleted'] } },
    { name: 'a claim that lost its volume', objects: [makeClaim('c', { volume: 'v', status: { phase: 'Lost' } })], says: { code: 'UnschedulableAndUnresolvable', reasons: ['persistentvolumeclaim "c" bound to non-existent persistentvolume "v"'] } },
    { name: 'an unbound claim of no waiting class', objects: [makeClaim('c', { storageClass: 's' }), makeClass('s', 'x', { volumeBindingMode: 'Immediate' })], says: { code: 'UnschedulableAndUnresolvable', reasons: ['pod has unbound immediate PersistentVolumeClaims'] } },
    { name: 'a binding under way', objects: [makeClaim('c', { storageClass: 'local', spec: { volumeName: 'v' } }), local], says: { code: 'UnschedulableAndUnresolvable', reasons: ['pod has unbound immediate PersistentVolumeClaims'] } },
    { name: 'a waiting claim', objects: [makeClaim('c', { storageClass: 'local' }), local], says: { code: 'Success' } },
  ])('$name', ({ objects, says }) => {
    expect(runFilter(makeWorld({ nodes, objects }), 'VolumeBinding', pod('c')).preFilter).toMatchObject(says)
  })

  test('without claims there is nothing to look at', () => {
    expect(runFilter(makeWorld({ nodes }), 'VolumeBinding', makePod('p')).preFilter).toMatchObject({ code: 'Skip' })
  })

  test('an ephemeral volume\'s claim must be the Pod\'s own', () => {
    const ephemeral = makePod('p', { spec: { volumes: [{ name: 'scratch', ephemeral: {} }] } })
    const claim = (uid: string): object => makeClaim('p-scratch', { storageClass: 'local', metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid, controller: true }] } })
    const says = (objects: object[]): unknown => runFilter(makeWorld({ nodes, objects: [...objects, local] }), 'VolumeBinding', ephemeral).preFilter
    expect(says([])).toMatchObject({ reasons: ['waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"'] })
    expect(says([claim('somebody')])).toMatchObject({ reasons: ['PVC default/p-scratch was not created for pod default/p (pod is not owner)'] })
    expect(says([claim('default.p')])).toMatchObject({ code: 'Success' })
  })
})

describe('nodes', () => {
  test.each<{ name: string; objects: object[]; claims: string[]; a: string; b: string }>([
    { name: 'a bound volume where it can be used', objects: [makeClaim('c', { volume: 'v' }), makeVolume('v', { zones: ['a'] })], claims: ['c'], a: '', b: "!node(s) didn't match PersistentVolume's node affinity" },
    { name: 'a bound volume that is gone', objects: [makeClaim('c', { volume: 'v' })], claims: ['c'], a: '!node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)', b: '!node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)' },
    { name: 'a volume to bind where there is one', objects: [local, makeClaim('c', { storageClass: 'local' }), makeVolume('v', { storageClass: 'local', zones: ['a'] })], claims: ['c'], a: '', b: "!node(s) didn't find available persistent volumes to bind" },
    {
      name: 'two claims want two volumes', claims: ['c', 'd'], a: '', b: "!node(s) didn't find available persistent volumes to bind",
      objects: [local, ...['c', 'd'].map((name) => makeClaim(name, { storageClass: 'local' })), ...['1', '2'].map((name) => makeVolume(name, { storageClass: 'local', zones: ['a'] })), makeVolume('3', { storageClass: 'local', zones: ['b'] })],
    },
    {
      name: 'small claims leave large volumes to large ones', claims: ['large', 'small'], a: '', b: "!node(s) didn't find available persistent volumes to bind",
      objects: [
        local, makeClaim('large', { storageClass: 'local', storage: '10Gi' }), makeClaim('small', { storageClass: 'local', storage: '1Gi' }),
        makeVolume('big', { storageClass: 'local', storage: '10Gi', zones: ['a'] }), makeVolume('tiny', { storageClass: 'local', storage: '2Gi', zones: ['a', 'b'] }),
      ],
    },
    {
      name: 'both kinds of conflict are named', claims: ['c', 'd'], a: '', b: "!node(s) didn't match PersistentVolume's node affinity; node(s) didn't find available persistent volumes to bind",
      objects: [local, makeClaim('c', { volume: 'v' }), makeVolume('v', { zones: ['a'] }), makeClaim('d', { storageClass: 'local' }), makeVolume('w', { storageClass: 'local', zones: ['a'] })],
    },
    {
      name: 'a class provisions only in its topologies', claims: ['c'], a: "!node(s) didn't find available persistent volumes to bind", b: '',
      objects: [makeClass('s', 'x', { allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['b'] }] }] }), makeClaim('c', { storageClass: 's' })],
    },
    {
      name: 'a driver that publishes capacities needs one', claims: ['c'], a: '!node(s) did not have enough free storage', b: '',
      objects: [driver, makeClass('s', 'disk.csi'), makeClaim('c', { storageClass: 's', storage: '5Gi' }), makeCapacity('a', 's', 'a', '4Gi'), makeCapacity('b', 's', 'b', '5Gi')],
    },
    {
      name: 'a claim whose node was chosen goes nowhere else', claims: ['c'], a: '', b: "!node(s) didn't find available persistent volumes to bind",
      objects: [makeClass('s', 'x'), makeClaim('c', { storageClass: 's', metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'a' } } })],
    },
  ])('$name', ({ objects, claims, a, b }) => {
    expect(runFilter(makeWorld({ nodes, objects }), 'VolumeBinding', pod(...claims)).nodes).toEqual({ a, b })
  })

  test('facts say what would be bound and provisioned', () => {
    const objects = [
      local, driver, makeClass('s', 'disk.csi'), makeClaim('c', { storageClass: 'local' }), makeClaim('d', { storageClass: 's', storage: '2Gi' }),
      makeVolume('v', { storageClass: 'local', storage: '3Gi' }), makeCapacity('k', 's', 'a', '8Gi'),
    ]
    const gi = 2 ** 30
    const { facts } = runFilter(makeWorld({ nodes, objects }), 'VolumeBinding', pod('c', 'd'))
    expect(facts('a')).toEqual([
      { id: 'volume.binds', values: { claim: 'c', volume: 'v', requested: gi, capacity: 3 * gi } },
      { id: 'volume.provisions', values: { claim: 'd', storageClass: 's', requested: 2 * gi, capacity: 8 * gi } },
    ])
    expect(facts('b')).toContainEqual({ id: 'volume.notEnoughSpace', values: { claims: 2 } })
  })

  test('the fuller a volume gets, the better', () => {
    const objects = [local, makeClaim('c', { storageClass: 'local', storage: '1Gi' }), makeVolume('v', { storageClass: 'local', storage: '2Gi', zones: ['a'] }), makeVolume('w', { storageClass: 'local', storage: '10Gi', zones: ['b'] })]
    const args = { VolumeBinding: { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'VolumeBindingArgs', shape: [{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }] } }
    const { raw, facts } = runScore(makeWorld({ nodes, objects, args, gates: { StorageCapacityScoring: true } }), 'VolumeBinding', pod('c'))
    expect(raw).toEqual({ a: 50, b: 10 })
    expect(facts('a')).toEqual([{ id: 'volume.use', values: { storageClass: 'local', requested: 2 ** 30, capacity: 2 ** 31 } }])
  })
})

describe('binding', () => {
  const claimOf = (cluster: SimulatedScheduler, name: string): PersistentVolumeClaim => cluster.api.get(resources.persistentvolumeclaims, `default/${name}`) as unknown as PersistentVolumeClaim
  const volumeOf = (cluster: SimulatedScheduler, name: string): PersistentVolume => cluster.api.get(resources.persistentvolumes, name) as unknown as PersistentVolume
  const nodeOf = (cluster: SimulatedScheduler, name = 'p'): string | undefined => (cluster.api.get(resources.pods, `default/${name}`) as unknown as Pod).spec?.nodeName

  const begin = (...objects: object[]): SimulatedScheduler => {
    const cluster = new SimulatedScheduler(1)
    for (const object of [...nodes, ...objects]) cluster.put(object)
    cluster.run(1000)
    return cluster
  }

  test('a volume is given to the claim; the Pod is bound when the claim is', () => {
    const cluster = begin(local, makeClaim('c', { storageClass: 'local' }), makeVolume('v', { storageClass: 'local', zones: ['b'] }), pod('c'))
    expect(volumeOf(cluster, 'v')).toMatchObject({ metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { claimRef: { namespace: 'default', name: 'c', uid: 'claim.c' } } })
    expect(nodeOf(cluster)).toBeUndefined()
    cluster.put(makeClaim('c', { storageClass: 'local', volume: 'v' }))
    cluster.run(5000)
    expect(nodeOf(cluster)).toBe('b')
  })

  test('a claim to be provisioned learns its node; the Pod is bound when the volume is there', () => {
    const cluster = begin(makeClass('s', 'x', { allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['a'] }] }] }), makeClaim('c', { storageClass: 's' }), pod('c'))
    const claim = claimOf(cluster, 'c')
    expect(claim.metadata.annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'a' })
    cluster.put(makeVolume('v', { storageClass: 's', zones: ['a'], phase: 'Bound' }))
    cluster.put({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { ...claim.spec, volumeName: 'v' } })
    cluster.run(5000)
    expect(nodeOf(cluster)).toBe('a')
  })

  test('two Pods do not take one volume', () => {
    const cluster = begin(
      local, ...['c', 'd'].map((name) => makeClaim(name, { storageClass: 'local' })), makeVolume('v', { storageClass: 'local', zones: ['a'] }),
      makePod('p', { spec: claimVolumes('c') }), makePod('q', { spec: claimVolumes('d') }),
    )
    const [waiting, other] = volumeOf(cluster, 'v').spec?.claimRef?.name === 'c' ? ['p', 'q'] : ['q', 'p']
    expect(cluster.api.written).toContainEqual({ reason: 'FailedScheduling', about: `default/${other as string}`, message: expect.stringContaining("2 node(s) didn't find available persistent volumes to bind") as string })
    expect(nodeOf(cluster, waiting)).toBeUndefined()
  })

  test('provisioning that failed takes the node back: the Pod is tried again', () => {
    const cluster = begin(makeClass('s', 'x'), makeClaim('c', { storageClass: 's' }), pod('c'))
    const claim = claimOf(cluster, 'c')
    cluster.put({ ...claim, metadata: { ...claim.metadata, annotations: {} } })
    cluster.run(500)
    expect(cluster.api.written.at(-1)).toMatchObject({ reason: 'FailedScheduling', message: expect.stringContaining('binding volumes: provisioning failed for PVC "c"') as string })
    cluster.run(20_000)
    expect(claimOf(cluster, 'c').metadata.annotations).toHaveProperty('volume.kubernetes.io/selected-node')
  })

  test('nothing binds in time: the Pod goes back to the queue', () => {
    const cluster = begin(makeClass('s', 'x'), makeClaim('c', { storageClass: 's' }), pod('c'))
    cluster.run(601_000)
    expect(cluster.api.written).toContainEqual({ reason: 'FailedScheduling', about: 'default/p', message: expect.stringContaining('context deadline exceeded') as string })
    expect(nodeOf(cluster)).toBeUndefined()
  })
})
