import type { ApiObject } from '../api'
import { CommandError, type Environment } from './environment'
import type { Flags } from './flags'

/** The objects of all -f files, Lists opened. */
export function readFiles(environment: Environment, flags: Flags): ApiObject[] {
  const names = flags.list('filename')
  if (names.length === 0) throw new CommandError('error: must specify one of -f and -k')
  return names.flatMap((name) => {
    const text = environment.readFile(name)
    if (text === undefined) throw new CommandError(`error: the path "${name}" does not exist`)
    const { objects, problems } = environment.readObjects(text, name)
    const [problem] = problems
    if (problem !== undefined) throw new CommandError(`error: error parsing ${name}: error converting YAML to JSON: yaml: line ${problem.line}: ${problem.message}`)
    if (objects.length === 0) throw new CommandError('error: no objects passed to apply')
    return objects
  })
}
