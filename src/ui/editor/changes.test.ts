import { expect, test } from 'vitest'
import { changesOf, shortValue } from './changes'

test('an apply is told by the fields it changed, without what the server keeps', () => {
  const before = { metadata: { name: 'a', resourceVersion: '1' }, spec: { replicas: 2, list: [{ image: 'x:1' }], gone: true }, status: { replicas: 2 } }
  const after = { metadata: { name: 'a', resourceVersion: '2' }, spec: { replicas: 3, list: [{ image: 'x:2' }, { image: 'y' }] }, status: {} }
  expect(changesOf(before, after)).toEqual([
    { path: 'spec.replicas', from: 2, to: 3 }, { path: 'spec.list[0].image', from: 'x:1', to: 'x:2' }, { path: 'spec.list[1]', from: undefined, to: { image: 'y' } }, { path: 'spec.gone', from: true, to: undefined },
  ])
  expect(changesOf(before, before)).toEqual([])
})

test('values are short', () => {
  expect([undefined, 3, 'a', 'x'.repeat(60)].map(shortValue)).toEqual(['–', '3', 'a', `${'x'.repeat(39)}…`])
})
