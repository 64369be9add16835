import { ApiError } from '../api'
import { Access, errorText, pluralName } from './access'
import { globalFlags, type Verb } from './command'
import { berthCompletion } from './berth'
import { etcdctlCommands } from './etcdctl'
import { CommandError, Interrupted, type Environment } from './environment'
import { parseArguments } from './flags'
import { splitWords } from './shell'
import { create } from './verbs/create'
import { describe } from './verbs/describe'
import { exec } from './verbs/exec'
import { annotate, label, patch, taint } from './verbs/edit-metadata'
import { get } from './verbs/get'
import { apiResources, apiVersions, auth, events, explain, logs, top, version } from './verbs/look'
import { cordon, drain, uncordon } from './verbs/node'
import { autoscale, expose, rollout, run, scale, set, wait } from './verbs/workload'
import { apply, deletion, diff, replace } from './verbs/write'

/** All verbs, as `kubectl help` lists them. */
export const verbs: readonly Verb[] = [
  create, expose, run, set, explain, get, deletion, rollout, scale, autoscale, top, cordon, uncordon, drain, taint,
  describe, logs, exec, events, diff, apply, patch, replace, wait, label, annotate, apiResources, apiVersions, auth, version,
]

/**
 * Runs one command line ("kubectl get pods -o wide", "k get po") and gives its exit status. Everything said goes to the environment;
 * nothing is thrown for what a person can cause.
 */
export async function runCommandLine(line: string, environment: Environment, namespace: string): Promise<number> {
  try {
    const words = splitWords(line)
    if (words[0] === 'kubectl' || words[0] === 'k') words.shift()
    await runWords(words, environment, namespace)
    return 0
  } catch (error) {
    if (error instanceof Interrupted) return 130
    if (error instanceof CommandError) {
      if (error.message !== '') for (const text of error.message.split('\n')) environment.error(text)
      return error.exitStatus
    }
    if (error instanceof ApiError) {
      for (const text of errorText(error).split('\n')) environment.error(text)
      return 1
    }
    throw error
  }
}

async function runWords(words: readonly string[], environment: Environment, namespace: string): Promise<void> {
  // Flags may stand before the verb: kubectl -n shop get pods.
  const before: string[] = []
  let at = 0
  while (at < words.length && (words[at] as string).startsWith('-')) {
    before.push(words[at] as string)
    if (/^(-n|--namespace)$/.test(words[at] as string)) before.push(words[++at] ?? '')
    at++
  }
  const name = words[at]
  if (name === undefined || name === 'help' || before.includes('--help') || before.includes('-h')) {
    help(environment)
    return
  }
  const verb = verbs.find((one) => one.name === name)
  if (verb === undefined) throw new CommandError(`error: unknown command "${name}" for "kubectl"`)
  const { words: plain, flags, rest } = parseArguments([...before, ...words.slice(at + 1)], [...verb.flags, ...globalFlags], verb.name)
  if (flags.bool('help')) {
    environment.out(`${verb.about}.`)
    if (verb.subverbs) environment.out(`\nAvailable Commands:\n  ${verb.subverbs.join('\n  ')}`)
    environment.out('\nOptions:')
    for (const flag of verb.flags) environment.out(`    ${flag.short ? `-${flag.short}, ` : ''}--${flag.name}`)
    return
  }
  await verb.run({
    access: new Access(environment), environment, words: plain, flags, rest,
    namespace: flags.string('namespace') ?? namespace, allNamespaces: flags.bool('all-namespaces'),
  })
}

function help(environment: Environment): void {
  environment.out('kubectl controls the Kubernetes cluster in this page.')
  environment.out('')
  const width = Math.max(...verbs.map((verb) => verb.name.length)) + 2
  for (const verb of verbs) environment.out(`  ${verb.name.padEnd(width)}${verb.about}`)
}

/** What could stand at the end of a line: verbs, kinds, names, flags. `start` is where the word being completed begins. */
export async function completeLine(line: string, environment: Environment, namespace: string): Promise<{ readonly start: number; readonly words: readonly string[] }> {
  const start = line.length - (/\S*$/.exec(line)?.[0].length ?? 0)
  const begun = line.slice(start)
  const fits = (candidates: readonly string[]): { start: number; words: readonly string[] } => ({ start, words: [...new Set(candidates.filter((one) => one.startsWith(begun)))].sort() })
  let earlier: string[]
  try {
    earlier = splitWords(line.slice(0, start))
  } catch {
    return { start, words: [] }
  }
  if (earlier.length === 0) return fits(['kubectl', 'etcdctl', 'berth', 'clear', 'help', 'history'])
  if (earlier[0] === 'etcdctl') return etcdctlCompletion(earlier.slice(1), begun, environment, fits)
  if (earlier[0] === 'berth') {
    const access = new Access(environment)
    try {
      return fits(await berthCompletion(earlier.slice(1), begun, environment, async (resource) => {
        const list = await access.list(await access.resource(resource), undefined, { limit: '500' })
        return list.items.map(({ metadata: { namespace: within, name = '' } }) => (within === undefined ? name : `${within}/${name}`))
      }))
    } catch (error) {
      if (error instanceof ApiError || error instanceof CommandError) return { start, words: [] }
      throw error
    }
  }
  if (earlier[0] !== 'kubectl' && earlier[0] !== 'k') return { start, words: [] }
  const plain = earlier.slice(1).filter((word, i, all) => !word.startsWith('-') && !/^(-n|--namespace|-o|-l|-f)$/.test(all[i - 1] ?? ''))
  const verb = verbs.find((one) => one.name === plain[0])
  if (verb === undefined) return fits(verbs.map((one) => one.name))
  const access = new Access(environment)
  const names = async (resourceName: string): Promise<readonly string[]> => {
    const resource = await access.resource(resourceName)
    const flag = earlier.findIndex((word) => word === '-n' || word === '--namespace')
    const list = await access.list(resource, flag >= 0 ? (earlier[flag + 1] ?? namespace) : namespace, { limit: '500' })
    return list.items.map((item) => item.metadata.name ?? '')
  }
  try {
    const last = earlier.at(-1) ?? ''
    if (last === '-n' || last === '--namespace') return fits(await names('namespaces'))
    if (last === '-o' || last === '--output') return fits(['json', 'yaml', 'name', 'wide', 'jsonpath=', 'custom-columns='])
    if (begun.startsWith('-')) return fits([...verb.flags, ...globalFlags].flatMap((flag) => [`--${flag.name}${flag.type === 'bool' ? '' : '='}`, ...(flag.short ? [`-${flag.short}`] : [])]))
    const words = plain.slice(1)
    if (verb.subverbs !== undefined && words.length === 0) return fits(verb.subverbs)
    const own = verb.subverbs === undefined ? words : words.slice(1)
    if (verb.completes === 'nodes') return fits(await names('nodes'))
    if (verb.completes === 'pods') return fits(await names('pods'))
    if (verb.completes !== 'resources') return { start, words: [] }
    const slash = begun.indexOf('/')
    if (slash > 0) return fits((await names(begun.slice(0, slash))).map((name) => `${begun.slice(0, slash)}/${name}`))
    if (own.length === 0) return fits((await access.resources()).map(pluralName))
    return fits(await names(own[0] as string))
  } catch (error) {
    if (error instanceof ApiError || error instanceof CommandError) return { start, words: [] }
    throw error
  }
}

/** Commands, flags, and keys up to their next slash, as a file name would be completed. */
async function etcdctlCompletion<T>(earlier: readonly string[], begun: string, environment: Environment, fits: (candidates: readonly string[]) => T): Promise<T> {
  const command = etcdctlCommands.find((one) => one.name === earlier[0])
  if (command === undefined) return fits(etcdctlCommands.map((one) => one.name))
  if (begun.startsWith('-')) return fits(command.flags.map((flag) => `--${flag.name}`))
  if (command.name === 'endpoint') return fits(['status'])
  const { kvs } = await environment.etcd?.({ key: begun === '' ? '/' : begun, prefix: true, keysOnly: true, limit: 5_000 }) ?? { kvs: [] }
  return fits(kvs.map(({ key }) => key.slice(0, key.indexOf('/', begun.length) + 1) || key))
}
