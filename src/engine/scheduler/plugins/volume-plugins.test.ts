import { describe, expect, test } from 'vitest'
import type { Volume } from '../../../api'
import { action } from '../framework/types'
import { makeNode, makePod } from '../testing/builders'
import { claimVolumes, makeClaim, makeClass, makeCsiNode, makeVolume } from './testing/storage'
import { hintOf, makeWorld, runFilter } from './testing/world'
import { volumeConflict } from './volume-restrictions'

const zone = 'topology.kubernetes.io/zone'
const oldZone = 'failure-domain.beta.kubernetes.io/zone'

describe('VolumeZone', () => {
  const nodes = [makeNode('a', { labels: { [zone]: 'a' } }), makeNode('b', { labels: { [zone]: 'b' } }), makeNode('old', { labels: { [oldZone]: 'a' } }), makeNode('nowhere')]
  const worldOf = (labels: Readonly<Record<string, string>>): ReturnType<typeof makeWorld> => makeWorld({ nodes, objects: [makeClaim('c', { volume: 'v' }), makeVolume('v', { labels })] })
  const pod = makePod('p', { spec: claimVolumes('c') })
  const refused = '!node(s) had no available volume zone'

  test.each<{ name: string; labels: Readonly<Record<string, string>>; fits: string[] }>([
    { name: 'its zone, and nodes that know of no zones', labels: { [zone]: 'a' }, fits: ['a', 'nowhere'] },
    { name: 'the old label stands for the new one on nodes', labels: { [oldZone]: 'a' }, fits: ['a', 'old', 'nowhere'] },
    { name: 'several zones', labels: { [zone]: 'a__b' }, fits: ['a', 'b', 'nowhere'] },
    { name: 'a label that does not parse is passed over', labels: { [zone]: 'a__' }, fits: ['a', 'b', 'old', 'nowhere'] },
    { name: 'no labels', labels: {}, fits: ['a', 'b', 'old', 'nowhere'] },
  ])('$name', ({ labels, fits }) => {
    const { nodes: verdicts } = runFilter(worldOf(labels), 'VolumeZone', pod)
    expect(verdicts).toEqual(Object.fromEntries(nodes.map(({ metadata }) => [metadata.name, fits.includes(metadata.name ?? '') ? '' : refused])))
  })

  test('facts name the volume, the zones it has and the node\'s', () => {
    expect(runFilter(worldOf({ [zone]: 'a__c' }), 'VolumeZone', pod).facts('b')).toEqual([{ id: 'volume.zoneMismatch', values: { volume: 'v', key: zone, wanted: 'a, c', value: 'b' } }])
  })

  test.each<{ name: string; objects: object[]; message?: string }>([
    { name: 'no such claim', objects: [], message: 'persistentvolumeclaim "c" not found' },
    { name: 'no such volume', objects: [makeClaim('c', { volume: 'v' })], message: 'persistentvolume "v" not found' },
    { name: 'neither volume nor class', objects: [makeClaim('c')], message: 'PersistentVolumeClaim had no pv name and storageClass name' },
    { name: 'a class that binds at once', objects: [makeClaim('c', { storageClass: 's' }), makeClass('s', 'x', { volumeBindingMode: 'Immediate' })], message: 'PersistentVolume had no name' },
    { name: 'a class that waits', objects: [makeClaim('c', { storageClass: 's' }), makeClass('s', 'x')] },
  ])('$name', ({ objects, message }) => {
    const { preFilter } = runFilter(makeWorld({ nodes, objects }), 'VolumeZone', pod)
    expect(preFilter).toMatchObject(message === undefined ? { code: 'Skip' } : { code: 'UnschedulableAndUnresolvable', reasons: [message] })
  })

  test('a volume wakes when its zones change', () => {
    const world = worldOf({})
    const [one, other] = [makeVolume('v', { labels: { [zone]: 'a' } }), makeVolume('v', { labels: { [zone]: 'b' } })]
    expect(hintOf(world, 'VolumeZone', pod, 'PersistentVolume', action.Update, one, other)).toBe('Queue')
    expect(hintOf(world, 'VolumeZone', pod, 'PersistentVolume', action.Update, one, { ...one, status: {} })).toBe('QueueSkip')
  })
})

describe('VolumeRestrictions', () => {
  const gce = (pdName: string, readOnly = false): Volume => ({ name: 'd', gcePersistentDisk: { pdName, readOnly } })
  const ebs = (volumeID: string): Volume => ({ name: 'd', awsElasticBlockStore: { volumeID, readOnly: true } })
  const rbd = (monitors: string[], image: string, pool = 'p'): Volume => ({ name: 'd', rbd: { monitors, image, pool } })
  const iscsi = (iqn: string, targetPortal: string): Volume => ({ name: 'd', iscsi: { iqn, targetPortal, lun: 0 } })

  test.each<{ name: string; a: Volume; b: Volume; on: string | undefined }>([
    { name: 'one GCE disk', a: gce('x'), b: gce('x', true), on: 'x' },
    { name: 'one GCE disk, read by both', a: gce('x', true), b: gce('x', true), on: undefined },
    { name: 'two GCE disks', a: gce('x'), b: gce('y'), on: undefined },
    { name: 'an EBS volume, even read-only', a: ebs('x'), b: ebs('x'), on: 'x' },
    { name: 'RBD with a monitor in common', a: rbd(['1', '2'], 'i'), b: rbd(['2', '3'], 'i'), on: 'i' },
    { name: 'RBD with no monitor in common', a: rbd(['1'], 'i'), b: rbd(['2'], 'i'), on: undefined },
    { name: 'RBD in another pool', a: rbd(['1'], 'i'), b: rbd(['1'], 'i', 'q'), on: undefined },
    { name: 'iSCSI by iqn alone', a: iscsi('iqn', 'one'), b: iscsi('iqn', 'two'), on: 'iqn' },
    { name: 'different kinds', a: gce('x'), b: ebs('x'), on: undefined },
  ])('$name', ({ a, b, on }) => {
    expect(volumeConflict(a, b)).toBe(on)
    expect(volumeConflict(b, a)).toBe(on)
  })

  test('a disk in use keeps the Pod from that node alone', () => {
    const world = makeWorld({ nodes: [makeNode('a'), makeNode('b')], pods: [makePod('q', { node: 'a', spec: { volumes: [gce('x')] } })] })
    const { nodes, facts } = runFilter(world, 'VolumeRestrictions', makePod('p', { spec: { volumes: [gce('x')] } }))
    expect(nodes).toEqual({ a: 'node(s) had no available disk', b: '' })
    expect(facts('a')).toEqual([{ id: 'volume.diskConflict', values: { disk: 'x', pod: 'default/q' } }])
  })

  test('a claim for one Pod keeps the second from all nodes', () => {
    const objects = [makeClaim('c', { volume: 'v', spec: { accessModes: ['ReadWriteOncePod'] } })]
    const pod = makePod('p', { spec: claimVolumes('c') })
    const used = makeWorld({ nodes: [makeNode('a'), makeNode('b')], pods: [makePod('q', { node: 'a', spec: claimVolumes('c') })], objects })
    const { nodes, facts } = runFilter(used, 'VolumeRestrictions', pod)
    const reason = 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'
    expect(nodes).toEqual({ a: reason, b: reason })
    expect(facts('b')).toEqual([{ id: 'volume.claimInUse', values: { claim: 'c', accessMode: 'ReadWriteOncePod', users: 1 } }])
    expect(runFilter(makeWorld({ nodes: [makeNode('a')], objects }), 'VolumeRestrictions', pod).preFilter).toMatchObject({ code: 'Skip' })
    expect(runFilter(makeWorld({ nodes: [makeNode('a')], objects, pods: [makePod('q', { namespace: 'other', node: 'a', spec: claimVolumes('c') })] }), 'VolumeRestrictions', pod).preFilter).toMatchObject({ code: 'Skip' })
  })
})

describe('NodeVolumeLimits', () => {
  const driver = 'ebs.csi.aws.com'
  const csi = (name: string, volumeHandle = name): object => makeVolume(name, { spec: { csi: { driver, volumeHandle } } })
  const objects = [
    makeCsiNode('two', { [driver]: 2 }), makeCsiNode('three', { [driver]: 3 }), makeCsiNode('other', { 'x.csi': 1 }),
    ...['1', '2', '3'].flatMap((name) => [makeClaim(name, { volume: name }), csi(name)]),
    makeClaim('same', { volume: 'same' }), csi('same', '1'), makeClaim('new', { storageClass: 'ebs' }), makeClass('ebs', driver),
  ]
  const nodes = [makeNode('two'), makeNode('three'), makeNode('other'), makeNode('none')]
  const running = (...claims: string[]): object[] => ['two', 'three', 'other', 'none'].map((node) => makePod(`on-${node}`, { node, spec: claimVolumes(...claims) }))
  const full = 'node(s) exceed max volume count'

  const fits = (wanted: string[], used: string[], more: object[] = []): string[] => {
    const world = makeWorld({ nodes, pods: used.length === 0 ? [] : running(...used) as ReturnType<typeof makePod>[], objects: [...objects, ...more] })
    const { nodes: verdicts } = runFilter(world, 'NodeVolumeLimits', makePod('p', { spec: claimVolumes(...wanted) }))
    expect(new Set(Object.values(verdicts))).toEqual(new Set(Object.values(verdicts).map((reason) => (reason === '' ? '' : full))))
    return Object.keys(verdicts).filter((node) => verdicts[node] === '')
  }

  test.each<{ name: string; wanted: string[]; used: string[]; fit: string[] }>([
    { name: 'up to the limit', wanted: ['1', '2'], used: [], fit: ['two', 'three', 'other', 'none'] },
    { name: 'beyond it', wanted: ['1', '2', '3'], used: [], fit: ['three', 'other', 'none'] },
    { name: 'with what runs there', wanted: ['3'], used: ['1', '2'], fit: ['three', 'other', 'none'] },
    { name: 'a volume counts once', wanted: ['1', '2'], used: ['1', '2'], fit: ['two', 'three', 'other', 'none'] },
    { name: 'two claims with one handle are one volume', wanted: ['1', 'same', '2'], used: [], fit: ['two', 'three', 'other', 'none'] },
    { name: 'one that is yet to be provisioned counts', wanted: ['new'], used: ['1', '2'], fit: ['three', 'other', 'none'] },
  ])('$name', ({ wanted, used, fit }) => {
    expect(fits(wanted, used)).toEqual(fit)
  })

  test('attachments count that no Pod explains', () => {
    const attachment = (volume: string): object => ({
      apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment', metadata: { name: `at.${volume}` }, spec: { attacher: driver, nodeName: 'two', source: { persistentVolumeName: volume } }, status: { attached: true },
    })
    expect(fits(['1'], [], [attachment('2'), attachment('3')])).toEqual(['three', 'other', 'none'])
    expect(fits(['1'], ['2'], [attachment('2')])).toEqual(['two', 'three', 'other', 'none'])
  })

  test('facts count what is attached, what comes and what may be', () => {
    const world = makeWorld({ nodes, pods: [makePod('q', { node: 'two', spec: claimVolumes('1') })], objects })
    const { facts } = runFilter(world, 'NodeVolumeLimits', makePod('p', { spec: claimVolumes('2', '3') }))
    expect(facts('two')).toEqual([{ id: 'volume.limitExceeded', values: { driver, used: 1, requested: 2, limit: 2, free: 1 } }])
    expect(facts('three')).toEqual([{ id: 'volume.limit', values: { driver, used: 0, requested: 2, limit: 3, free: 3 } }])
  })

  test('a higher limit wakes, a lower one does not', () => {
    const world = makeWorld({ nodes, objects })
    const pod = makePod('p', { spec: claimVolumes('1') })
    const [two, three] = [makeCsiNode('n', { [driver]: 2 }), makeCsiNode('n', { [driver]: 3 })]
    expect(hintOf(world, 'NodeVolumeLimits', pod, 'CSINode', action.Update, two, three)).toBe('Queue')
    expect(hintOf(world, 'NodeVolumeLimits', pod, 'CSINode', action.Update, three, two)).toBe('QueueSkip')
  })
})
