import { describe, expect, test } from 'vitest'
import type { AppliedObject } from '../../protocol'
import type { Status } from '../../api'
import { editable, firstRefusal, fixesOf, readText, serverProblems, textProblems } from './check'

const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        whenUnsatisfiable: DoNotScheduled
`

const refused = (causes: readonly { readonly field: string; readonly message: string }[]): AppliedObject => ({
  what: 'deployment.apps/web', outcome: 'refused', status: { metadata: {}, message: 'Deployment.apps "web" is invalid', ...(causes.length > 0 ? { details: { causes } } : {}) } as NonNullable<AppliedObject['status']>,
})

describe('the editor\'s check', () => {
  test('the server\'s own error stands at the line it is about, with the value that was meant', () => {
    const { documents } = readText(text, 'web.yaml')
    const [problem] = serverProblems(documents, [refused([{ field: 'spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable', message: 'Unsupported value: "DoNotScheduled": supported values: "DoNotSchedule", "ScheduleAnyway"' }])])
    expect(problem).toMatchObject({ line: 10, column: 28, head: 'Unsupported value', fixes: ['DoNotSchedule', 'ScheduleAnyway'] })
    expect(text.split('\n')[9]?.slice((problem?.column ?? 0) - 1, (problem?.endColumn ?? 0) - 1)).toBe('DoNotScheduled')
  })

  test('a refusal that names no field stands where the object begins', () => {
    const { documents } = readText(`# a comment\n${text}`, 'web.yaml')
    expect(serverProblems(documents, [refused([])])).toMatchObject([{ line: documents[0]?.source.line, message: 'Deployment.apps "web" is invalid' }])
  })

  test('a field refused by two lists keeps only what is in both', () => {
    const { documents } = readText(text, 'web.yaml')
    const field = 'spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable'
    const problems = serverProblems(documents, [refused([{ field, message: 'Unsupported value: "x": supported values: "A", "B"' }, { field, message: 'Unsupported value: "x": supported values: "B"' }])])
    expect(problems.map((problem) => problem.fixes)).toEqual([['B'], ['B']])
  })

  test('a misspelt field is marked at its name, with the name it is like', () => {
    const misspelt = text.replace('metadata:', 'spce: {}\nmetadata:')
    const { documents } = readText(misspelt, 'web.yaml')
    const answer = (message: string): AppliedObject => ({ what: 'deployment.apps/web', outcome: 'refused', status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 } as Status })
    for (const message of ['failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spce: field not declared in schema', 'strict decoding error: unknown field "spce"']) {
      expect(serverProblems(documents, [answer(message)])).toMatchObject([{ line: misspelt.split('\n').indexOf('spce: {}') + 1, column: 1, endColumn: 5, field: 'spce', fixes: ['spec'] }])
    }
  })

  test('what is wrong with the text is told without a server', () => {
    expect(textProblems(readText('apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n', 'x.yaml'))).toMatchObject([{ line: 4, fixes: [] }])
    expect(textProblems(readText(text, 'web.yaml'))).toEqual([])
  })

  test('only enumerations have fixes, the most alike first', () => {
    expect(fixesOf('Unsupported value: "Nevr": supported values: "Always", "OnFailure", "Never"')[0]).toBe('Never')
    expect(fixesOf('Required value')).toEqual([])
  })

  test('a live object is made writable: what only the server may set is left out', () => {
    const yaml = editable({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', uid: 'u', resourceVersion: '3', managedFields: [], labels: { app: 'a' } }, spec: {}, status: { phase: 'Running' } })
    expect(yaml).toContain('app: a')
    expect(yaml).not.toMatch(/uid|resourceVersion|managedFields|status/)
  })

  test('the first refusal of an answer', () => {
    expect(firstRefusal([{ what: 'pod/a', outcome: 'created' }, refused([])])?.what).toBe('deployment.apps/web')
    expect(firstRefusal([{ what: 'pod/a', outcome: 'created' }])).toBeUndefined()
  })
})
