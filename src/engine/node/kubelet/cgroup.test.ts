import { expect, test } from 'vitest'
import type { Node, Pod } from '../../../api'
import { oomScoreAdj, qosOf } from './cgroup'

const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity: { memory: '4Gi' } } }
const pod = (requests: Record<string, string>, limits: Record<string, string> = {}, more: object = {}): Pod => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'app', resources: { requests, limits } }], ...more },
})
const adj = (each: Pod): number => oomScoreAdj(each, each.spec?.containers[0] ?? { name: 'c' }, node).adj

test('the OOM killer takes whoever asked for nothing first, and Guaranteed Pods and those a node cannot do without last', () => {
  expect(adj(pod({}))).toBe(1000)
  expect(adj(pod({ memory: '1Gi' }))).toBe(750)
  expect(adj(pod({ memory: '4Gi' }))).toBe(3)
  expect(adj(pod({ memory: '1Ki' }))).toBe(999)
  expect(adj(pod({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' }))).toBe(-997)
  expect(adj(pod({ memory: '1Gi' }, {}, { priority: 2_000_001_000, priorityClassName: 'system-node-critical' }))).toBe(-997)
  expect(adj(pod({ memory: '1Gi' }, {}, { priority: 2_000_000_000, priorityClassName: 'system-cluster-critical' }))).toBe(750)
})

test('the class is the one the api-server wrote; where it wrote none, the one it would have written', () => {
  expect(qosOf({ ...pod({}), status: { qosClass: 'Burstable' } })).toBe('Burstable')
  expect([pod({}), pod({ cpu: '0' }), pod({ cpu: '1' }), pod({ cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' })].map(qosOf)).toEqual(['BestEffort', 'BestEffort', 'Burstable', 'Guaranteed'])
})
