import { expect, test } from 'vitest'
import { Bench } from '../../host/testing/bench'
import type { Problem } from './check'
import { schedulerProblem } from './scheduler-problems'

const bench = new Bench()
bench.call('open', { scenario: 'first-pod' })
const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const fit = (args: string): string => `${head}profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args:\n${args}`

/** What kube-scheduler itself refuses, as the editor shows it, and the words it is marked at. */
function refused(text: string): readonly (Problem & { readonly at: string })[] {
  const answer = bench.call('configureScheduler', { text, dryRun: true })
  if (answer.accepted) throw new Error('accepted')
  return answer.problems.map((problem) => {
    const shown = schedulerProblem(problem, text)
    expect(shown.endLine).toBe(shown.line)
    return { ...shown, at: text.split('\n')[shown.line - 1]?.slice(shown.column - 1, shown.endColumn - 1) ?? '' }
  })
}

test('a misspelt field is marked itself, also deep in a plugin\'s args, with the name it is like', () => {
  expect(refused(`${head}percentageOfNodesToScoer: 20\n`)).toMatchObject([{ line: 3, at: 'percentageOfNodesToScoer', fixes: ['percentageOfNodesToScore'] }])
  expect(refused(fit('      scoringStratgy:\n        type: LeastAllocated\n'))).toMatchObject([{ line: 7, at: 'scoringStratgy', fixes: ['scoringStrategy'] }])
})

test('a plugin that is none is marked where it is named, with the plugins it is like', () => {
  const [problem] = refused(`${head}profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeResourcesFitt\n`)
  expect(problem).toMatchObject({ line: 7, at: 'NodeResourcesFitt', message: expect.stringContaining('"NodeResourcesFitt" does not exist') as string })
  expect(problem?.fixes[0]).toBe('NodeResourcesFit')
})

test('an enumeration offers its values, a range nothing; the field is not said twice', () => {
  const [type] = refused(fit('      scoringStrategy:\n        type: LeastAlocated\n'))
  expect(type).toMatchObject({ at: 'LeastAlocated', head: 'Unsupported value', field: 'profiles[0].pluginConfig[0].args.scoringStrategy.type' })
  expect(type?.fixes).toEqual(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'])
  expect(type?.message).not.toContain('pluginConfig')
  expect(refused(`${head}percentageOfNodesToScore: 200\n`)).toMatchObject([{ at: '200', head: 'Invalid value', message: '200: not in valid range [0-100]', fixes: [] }])
})

test('a problem of no place stands at the first sign of the text', () => {
  expect(schedulerProblem({ field: '', message: 'no' }, 'x')).toEqual({ line: 1, column: 1, endLine: 1, endColumn: 2, head: '', message: 'no', fixes: [], field: '' })
})
