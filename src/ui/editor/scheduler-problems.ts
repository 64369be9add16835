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
    const { values } = placeAt(text, line, column)
    return { ...problem, fixes: fieldFixes(schedulerConfigVersion, 'KubeSchedulerConfiguration', field, values) }
  }
  const plugin = /"?([A-Z]\w+)"? does not exist/.exec(reason)?.[1]
  return plugin === undefined ? problem : { ...problem, fixes: alike(plugin, schedulerPlugins) }
}
