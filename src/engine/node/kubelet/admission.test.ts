import { expect, test } from 'vitest'
import type { Node, Pod } from '../../../api'
import { admit } from './admission'

test('extended resources that a claim stands for are not asked of the node again', () => {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } } }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'app', resources: { requests: { 'example.com/gpu': '1' } } }] } }
  expect(admit(pod, node, [])?.reason).toBe('OutOfexample.com/gpu')
  const claimed: Pod = { ...pod, status: { extendedResourceClaimStatus: { resourceClaimName: 'p-gpu', requestMappings: [{ containerName: 'c', requestName: 'r', resourceName: 'example.com/gpu' }] } } }
  expect(admit(claimed, node, [])).toBeUndefined()
})
