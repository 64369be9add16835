import type { ConfigurationProblem } from '../../protocol'
import { fixesOf, type Problem } from './check'
import { alike, placeAt } from './place'
import { schedulerConfigVersion, schedulerPlugins } from './scheduler-schema'
import { fieldFixes } from './suggest'

/** What kube-scheduler refuses of a configuration, where it stands in the text, with what was likely meant. */
export function schedulerProblem({ field, message, line = 1, column = 1, endLine = line, endColumn = column + 1 }: ConfigurationProblem, text: string): Problem {
  // The field stands on its own line below; said twice it hides the reason.
  const reason = field !== '' && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message
  const colon = /^([A-Z][a-z ]{2,30}): (.+)$/s.exec(reason)
  const problem: Problem = { line, column, endLine, endColumn, head: colon?.[1] ?? '', message: colon?.[2] ?? reason, fixes: fixesOf(reason), field }
  if (/unknown field/.test(reason)) {
    const name = field.slice(field.lastIndexOf('.') + 1)
    const { values } = placeAt(text, line, column)
    return { ...problem, ...wordIn(text, line, name, problem), fixes: fieldFixes(schedulerConfigVersion, 'KubeSchedulerConfiguration', field, values) }
  }
  const plugin = /"?([A-Z]\w+)"? does not exist/.exec(reason)?.[1]
  if (plugin !== undefined) return { ...problem, ...wordIn(text, undefined, plugin, problem), fixes: alike(plugin, schedulerPlugins) }
  return problem
}

/** Where a word stands as a whole in a line, or anywhere; otherwise where the problem stood. */
function wordIn(text: string, line: number | undefined, word: string, otherwise: Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'>): Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const lines = text.split(/\r?\n/)
  for (const [index, content] of lines.entries()) {
    if (line !== undefined && index !== line - 1) continue
    const at = new RegExp(`(?<![\\w-])${word.replace(/[^\w-]/g, '\\$&')}(?![\\w-])`).exec(content)
    if (at) return { line: index + 1, column: at.index + 1, endLine: index + 1, endColumn: at.index + 1 + word.length }
  }
  const { column, endLine, endColumn } = otherwise
  return { line: otherwise.line, column, endLine, endColumn }
}
