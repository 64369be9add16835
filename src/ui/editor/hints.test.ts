import { expect, test } from 'vitest'
import type { ApiObject } from '../../api'
import { textOf } from '../kit'
import { readText } from './check'
import { hintsOf, type Hint } from './hints'
import { resultOf, type Result } from './trial'
import './words'

const written = (kind: string, replicas: number): string => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: web
spec:
  replicas: ${replicas}
  template:
    spec:
      containers:
      - name: web
        image: shop/web:2
`
const object = (kind: string, spec: object): ApiObject => ({ apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec }) as ApiObject

function hints(text: string, kind: string, live: object, after: object, outcome: Result['outcome'] = 'configured'): readonly Hint[] {
  return hintsOf(readText(text, 'web.yaml').documents, [resultOf({ what: 'web', outcome, object: object(kind, after) }, object(kind, live))], textOf('editor', 'en'))
}
const pods = (image: string): object => ({ template: { spec: { containers: [{ name: 'web', image }] } } })

test('at the line of every value that an apply would change stands what is stored, and how many Pods come or go', () => {
  const text = written('Deployment', 5)
  const found = hints(text, 'Deployment', { replicas: 3, ...pods('shop/web:1') }, { replicas: 5, ...pods('shop/web:2') })
  expect(found).toEqual([{ line: 6, words: '3 now, adds 2 Pods' }, { line: 11, words: 'shop/web:1 now' }])
  expect(found.map(({ line }) => text.split('\n')[line - 1]?.trim())).toEqual(['replicas: 5', 'image: shop/web:2'])
  expect(hints(text, 'Deployment', { replicas: 6 }, { replicas: 5 })).toEqual([{ line: 6, words: '6 now, removes 1 Pod' }])
})

test('replicas of what runs no Pods of its own count none, and a document after another is hinted at its own lines', () => {
  expect(hints(written('Widget', 5), 'Widget', { replicas: 3 }, { replicas: 5 })).toEqual([{ line: 6, words: '3 now' }])
  const results: readonly Result[] = [resultOf({ what: 'a', outcome: 'unchanged' }, undefined), resultOf({ what: 'b', outcome: 'configured', object: object('Deployment', { replicas: 2 }) }, object('Deployment', { replicas: 1 }))]
  expect(hintsOf(readText(`${written('Deployment', 1)}---\n${written('Deployment', 2)}`, 'two.yaml').documents, results, textOf('editor', 'en'))).toEqual([{ line: 18, words: '1 now, adds 1 Pod' }])
})

test('nothing is hinted of what the server fills in, of what is new, or of what would not change anything', () => {
  const text = written('Deployment', 5)
  expect(hints(text, 'Deployment', { paused: true }, { paused: false })).toEqual([])
  expect(hints(text, 'Deployment', {}, { replicas: 5 })).toEqual([])
  for (const outcome of ['unchanged', 'created', 'refused'] as const) expect(hints(text, 'Deployment', { replicas: 3 }, { replicas: 5 }, outcome)).toEqual([])
})
