import { describe, expect, test } from 'vitest'
import { makePod } from '../../testing/builders'
import { goLog } from './go-log'
import { normalizedImageName, podImages } from './image-name'
import { nodeSelectorMatches } from './node-selector'
import { defaultNormalizeScore } from './normalize-score'
import { brokenLinear } from './shape'
import { toleratesTaint } from './tolerations'
import { migratedHandle, zonesOf } from './volumes'

describe('goLog', () => {
  test('is right to the last bit or the one before', () => {
    for (let n = 1; n <= 20_000; n++) expect(Math.abs(goLog(n) - Math.log(n))).toBeLessThanOrEqual(2 ** -52 * Math.max(1, Math.log(n)))
  })

  test.each([[1, 0], [2, Math.LN2], [1e-3, -6.907755278982137], [14, 2.6390573296152589]])('of %s', (x, log) => {
    expect(goLog(x)).toBe(log)
  })
})

describe('brokenLinear', () => {
  const up = brokenLinear([{ utilization: 0, score: 0 }, { utilization: 100, score: 10 }])
  const hat = brokenLinear([{ utilization: 20, score: 2 }, { utilization: 50, score: 10 }, { utilization: 80, score: 3 }])

  test.each<[number, number, number]>([[0, 0, 20], [20, 20, 20], [33, 33, 54], [50, 50, 100], [51, 51, 98], [80, 80, 30], [100, 100, 30]])('at %s', (utilization, rising, bent) => {
    expect([up(utilization), hat(utilization)]).toEqual([rising, bent])
  })

  test('no points, no score', () => {
    expect(brokenLinear([])(50)).toBe(0)
  })
})

describe('image names', () => {
  test.each([
    ['nginx', 'nginx:latest'], ['nginx:1', 'nginx:1'], ['host:5000/nginx', 'host:5000/nginx:latest'], ['host:5000/nginx:1', 'host:5000/nginx:1'], ['nginx@sha256:ab', 'nginx@sha256:ab'],
  ])('%s', (name, normal) => {
    expect(normalizedImageName(name)).toBe(normal)
  })

  test('of containers, init containers and image volumes, each time it is used', () => {
    const pod = makePod('p', { spec: {
      initContainers: [{ name: 'i', image: 'a' }], containers: [{ name: 'c', image: 'a' }, { name: 'd', image: 'b:1' }], volumes: [{ name: 'v', image: { reference: 'data' } }, { name: 'w' }],
    } })
    expect(podImages(pod)).toEqual(['a:latest', 'a:latest', 'b:1', 'data:latest'])
  })
})

describe('nodeSelectorMatches', () => {
  const labels = { zone: 'a', gen: '7' }
  test.each<[string, object[], boolean]>([
    ['no terms', [], false],
    ['an empty term', [{}], false],
    ['an empty term beside one that matches', [{}, { matchExpressions: [{ key: 'zone', operator: 'Exists' }] }], true],
    ['all expressions of a term', [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }, { key: 'gen', operator: 'Lt', values: ['7'] }] }], false],
    ['a field', [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }], true],
    ['a field that is not the name', [{ matchFields: [{ key: 'metadata.uid', operator: 'In', values: [''] }] }], true],
    ['an unknown operator', [{ matchExpressions: [{ key: 'zone', operator: 'Near', values: ['a'] }] }], false],
    ['a number over int64', [{ matchExpressions: [{ key: 'gen', operator: 'Lt', values: ['9223372036854775808'] }] }], false],
    ['names of objects\' own fields are no labels', [{ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }], false],
  ])('%s: %s', (_name, terms, matches) => {
    expect(nodeSelectorMatches(terms as Parameters<typeof nodeSelectorMatches>[0], labels, 'n')).toBe(matches)
  })
})

describe('defaultNormalizeScore', () => {
  test.each<[string, number[], boolean, number[]]>([
    ['the best gets 100', [1, 2, 4], false, [25, 50, 100]], ['reversed', [1, 2, 4], true, [75, 50, 0]], ['all 0', [0, 0], false, [0, 0]],
    ['all 0 reversed is all 100', [0, 0], true, [100, 100]], ['the fraction is dropped', [1, 3], false, [33, 100]],
  ])('%s', (_name, scores, reverse, normal) => {
    const values = Float64Array.from(scores)
    defaultNormalizeScore(values, values.length, reverse)
    expect([...values]).toEqual(normal)
  })
})

describe('toleratesTaint', () => {
  const taint = { key: 'k', value: 'v', effect: 'NoSchedule' }
  test.each<[object, boolean]>([
    [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }, true], [{ key: 'k', value: 'v' }, true], [{ key: 'k', value: 'w' }, false], [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true], [{ operator: 'Exists', effect: 'NoExecute' }, false], [{ key: '', operator: 'Equal', value: 'v' }, true], [{ key: 'k', operator: 'Near', value: 'v' }, false],
  ])('%j: %s', (toleration, tolerates) => {
    expect(toleratesTaint(toleration, taint, false)).toBe(tolerates)
  })
})

describe('volumes', () => {
  test.each<[string, object, string[], string]>([
    ['kubernetes.io/aws-ebs', { awsElasticBlockStore: { volumeID: 'aws://zone/vol-1' } }, [], 'vol-1'],
    ['kubernetes.io/aws-ebs', { awsElasticBlockStore: { volumeID: 'vol-1' } }, [], 'vol-1'],
    ['kubernetes.io/gce-pd', { gcePersistentDisk: { pdName: 'd' } }, [], 'projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d'],
    ['kubernetes.io/gce-pd', { gcePersistentDisk: { pdName: 'd' } }, ['europe-west1-b'], 'projects/UNSPECIFIED/zones/europe-west1-b/disks/d'],
    ['kubernetes.io/gce-pd', { gcePersistentDisk: { pdName: 'd' } }, ['europe-west1-b', 'europe-west1-c'], 'projects/UNSPECIFIED/regions/europe-west1/disks/d'],
    ['example.com/other', {}, [], ''],
  ])('%s %j in %j', (plugin, source, zones, handle) => {
    expect(migratedHandle(plugin, source, zones)).toBe(handle)
  })

  test('zones of a label', () => {
    expect(zonesOf('a__b')).toEqual(['a', 'b'])
  })
})
