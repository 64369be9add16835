import { expect, test } from 'vitest'
import { sayFact } from './facts'

const fact = (args: Readonly<Record<string, string>>): Parameters<typeof sayFact>[0] => ({ id: 'caption.read', args, target: { kind: 'none', name: '' }, wake: [] })

test('what somebody only read is told by what it was: an object, a list, or what the server serves', () => {
  expect(sayFact(fact({ by: 'kubectl', verb: 'get', kind: 'Node', name: 'node-a' }), 'en')).toMatch(/^You asked for Node node-a/)
  expect(sayFact(fact({ by: 'kubectl', verb: 'list', kind: 'Deployment', name: '' }), 'en')).toMatch(/a list: every Deployment/)
  expect(sayFact(fact({ by: 'kubectl', verb: 'get', kind: '', name: '' }), 'en')).toMatch(/what it serves/)
  expect(sayFact(fact({ by: 'kubectl', verb: 'list', kind: 'Deployment', name: '' }), 'zh')).toContain('Deployment 的列表')
})
