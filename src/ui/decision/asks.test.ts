import { expect, test } from 'vitest'
import type { Pod } from '../../api'
import { asksOf, imagesOf } from './asks'

const words = { hard: 'hard', soft: 'soft', noRequests: 'nothing', kept: 'defaults' }
const pod = (spec: Pod['spec']): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: {}, ...(spec ? { spec } : {}) })

test('what the web Pod of the mocks asks for', () => {
  const asks = asksOf(pod({
    containers: [{ name: 'web', image: 'shop/web:2.1', resources: { requests: { cpu: '500m', memory: '512Mi' } } }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [{ key: 'disktype', operator: 'In', values: ['ssd'] }] } }] } },
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' }, { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
  }), words)
  expect(asks.map((ask) => [ask.key, ask.value])).toEqual([['ask.requests', 'cpu 500m · memory 512Mi'], ['ask.prefers', 'disktype In [ssd]'], ['ask.spread', 'zone ≤ 1 hard · hostname soft'], ['ask.tolerates', '']])
})

test('a Pod that asks for nothing says so, and default tolerations are not its own', () => {
  const asks = asksOf(pod({ containers: [{ name: 'c' }], tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }] }), words)
  expect(asks.map((ask) => [ask.key, ask.value])).toEqual([['ask.requests', 'nothing'], ['ask.tolerates', 'defaults']])
})

test('several containers add up side by side, images are named once', () => {
  const two = pod({ containers: [{ name: 'a', image: 'x:1', resources: { requests: { cpu: 1 } } }, { name: 'b', image: 'x:1', resources: { requests: { cpu: '250m' } } }] })
  expect(asksOf(two, words)[0]?.value).toBe('cpu 1 + 250m')
  expect(imagesOf(two)).toEqual(['x:1'])
})
