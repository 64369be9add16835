import { describe, expect, test } from 'vitest'
import type { ImportReport } from '../protocol'
import { Bench } from './testing/bench'

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {plural: widgets, singular: widget, kind: Widget}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`
const widget = (meta = ''): string => `---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w, namespace: default${meta}}
spec: {size: 3}
`

function imported(text: string): ImportReport {
  const bench = new Bench()
  bench.call('open', { scenario: 'first-pod' })
  return bench.call('import', { files: [{ name: 'a.yaml', text }], into: 'current' })
}
const rows = ({ kinds }: ImportReport): unknown[] => kinds.map(({ kind, read, stored }) => [kind, read, stored])
const notes = ({ problems }: ImportReport): string[] => problems.filter(({ kind }) => kind === 'note').map(({ message }) => message)

describe('the report says of custom kinds what became of them', () => {
  test.each([
    ['as somebody wrote them', '', ''], ['as a cluster held them', ', uid: def', ', uid: abc'], ['a definition somebody wrote for what a cluster held', '', ', uid: abc'],
  ])('with their definition they are stored, %s', (_, ofDefinition, ofWidget) => {
    const report = imported(definition.replace('widgets.example.com}', `widgets.example.com${ofDefinition}}`) + widget(ofWidget))
    expect(rows(report)).toEqual([['CustomResourceDefinition', 1, 1], ['Widget.example.com (v1)', 1, 1]])
    expect(report).toMatchObject({ read: 2, stored: 2 })
    expect(notes(report)).toEqual(['Widget.example.com (v1) is a kind of a CustomResourceDefinition: stored, and not acted upon'])
  })

  test.each([['as somebody wrote it', ''], ['as a cluster held it', ', uid: abc']])('without it they are refused, %s', (_, meta) => {
    const report = imported(widget(meta))
    expect(rows(report)).toEqual([['Widget.example.com (v1)', 1, 0]])
    expect(report).toMatchObject({ read: 1, stored: 0 })
    expect(report.problems).toContainEqual(expect.objectContaining({ kind: 'error', what: 'Widget default/w' }))
    expect(notes(report)).toEqual(['Widget.example.com (v1) is no kind of Kubernetes, and no CustomResourceDefinition is beside it: stored only if the cluster has one'])
  })
})
