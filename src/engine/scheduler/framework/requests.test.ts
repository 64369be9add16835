import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../api'
import { makePod } from '../testing/builders'
import { isExtendedResource, podResource } from './requests'

const container = (requests: Readonly<Record<string, string>> | undefined, more: object = {}): NonNullable<Pod['spec']>['containers'][number] =>
  ({ name: 'x', image: 'i', ...(requests === undefined ? {} : { resources: { requests } }), ...more })
const podOf = (spec: Partial<Pod['spec']>, status?: Pod['status']): Pod => makePod('p', { spec: { ...spec } as NonNullable<Pod['spec']>, ...(status === undefined ? {} : { status }) })

describe('podResource', () => {
  test('app containers add up, the largest init container counts when it is more, overhead comes on top', () => {
    const pod = podOf({
      containers: [container({ cpu: '500m', memory: '256Mi' }), container({ cpu: '250m', memory: '128Mi' })],
      initContainers: [container({ cpu: '200m', memory: '1Gi' })], overhead: { cpu: '10m' },
    })
    expect(podResource(pod, {}).requests).toMatchObject({ cpuMilli: 760, memoryBytes: 2 ** 30 })
  })

  test('sidecars run beside the app containers, and beside the init containers after them', () => {
    const sidecar = container({ cpu: '100m' }, { restartPolicy: 'Always' })
    const pod = podOf({ containers: [container({ cpu: '300m' })], initContainers: [container({ cpu: '350m' }), sidecar, container({ cpu: '350m' })] })
    expect(podResource(pod, {}).requests.cpuMilli).toBe(450)
  })

  test('sums are exact and rounded up once', () => {
    const pod = podOf({ containers: [container({ cpu: '0.5m', memory: '0.4' }), container({ cpu: '0.5m', memory: '0.4' })] })
    expect(podResource(pod, {}).requests).toMatchObject({ cpuMilli: 1, memoryBytes: 1 })
  })

  test('for scores a container without a request counts 100m and 200Mi; zero is a request', () => {
    const pod = podOf({ containers: [container({ cpu: '0' }), container(undefined)] })
    expect(podResource(pod, {})).toMatchObject({ nonZeroCpuMilli: 100, nonZeroMemoryBytes: 2 * 209_715_200, requests: { cpuMilli: 0, memoryBytes: 0 } })
  })

  test('what is asked for the Pod as a whole stands for the sum of its containers', () => {
    const pod = podOf({ containers: [container({ cpu: '500m', 'example.com/gpu': '1' })], resources: { requests: { cpu: '2' } } })
    expect(podResource(pod, {})).toMatchObject({ requests: { cpuMilli: 2000, scalars: [{ name: 'example.com/gpu', amount: 1 }] }, nonZeroCpuMilli: 2000 })
    expect(podResource(pod, { PodLevelResources: false }).requests.cpuMilli).toBe(500)
  })

  test('a resized container counts the larger of what it asks and what it has, and only what it has when that cannot be', () => {
    const status = { containerStatuses: [{ name: 'x', image: 'i', imageID: '', ready: true, restartCount: 0, allocatedResources: { cpu: '800m' } }] }
    const pod = podOf({ containers: [container({ cpu: '500m' })] }, status)
    expect(podResource(pod, {}).requests.cpuMilli).toBe(800)
    const grown = podOf({ containers: [container({ cpu: '900m' })] }, { ...status, conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] })
    expect(podResource(grown, {}).requests.cpuMilli).toBe(800)
  })

  test.each([
    ['example.com/gpu', true], ['cpu', false], ['kubernetes.io/thing', false], ['sub.kubernetes.io/thing', false], ['requests.example.com/gpu', false], ['example.com/', false],
  ])('%s is an extended resource: %s', (name, is) => {
    expect(isExtendedResource(name)).toBe(is)
  })
})
