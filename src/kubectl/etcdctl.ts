import { canonicalJson } from '../base'
import type { EtcdAnswer, EtcdKeyValue, EtcdQuery } from '../api'
import { CommandError, Interrupted, type Environment } from './environment'
import { parseArguments, type FlagSpec, type Flags } from './flags'
import { splitWords } from './shell'

const rangeFlags: readonly FlagSpec[] = [
  { name: 'prefix', type: 'bool' }, { name: 'from-key', type: 'bool' }, { name: 'rev', type: 'string' }, { name: 'help', short: 'h', type: 'bool' },
  { name: 'write-out', short: 'w', type: 'string' }, { name: 'endpoints', type: 'string' },
]
const getFlags: readonly FlagSpec[] = [
  ...rangeFlags, { name: 'limit', type: 'string' }, { name: 'keys-only', type: 'bool' }, { name: 'count-only', type: 'bool' }, { name: 'print-value-only', type: 'bool' },
]

/** What etcdctl can be asked here: it looks, and changes nothing. */
export const etcdctlCommands: readonly { readonly name: string; readonly about: string; readonly flags: readonly FlagSpec[] }[] = [
  { name: 'get', about: 'Gets the key or a range of keys', flags: getFlags },
  { name: 'watch', about: 'Watches events stream on keys or prefixes', flags: rangeFlags },
  { name: 'endpoint', about: 'Prints the status of the store ("endpoint status")', flags: rangeFlags },
]

/**
 * Runs a line of etcdctl ("etcdctl get /registry/pods --prefix --keys-only") against the cluster's store and gives its exit status.
 * Values are the stored objects as JSON (a real api-server stores protobuf). Upstream: etcdctl/ctlv3/command.
 */
export async function runEtcdctl(line: string, environment: Environment): Promise<number> {
  try {
    const [, name, ...words] = splitWords(line)
    const command = etcdctlCommands.find((one) => one.name === name)
    if (command === undefined) {
      if (name !== undefined && name !== 'help') throw new CommandError(`Error: unknown command "${name}" for "etcdctl"`)
      environment.out('etcdctl looks into the store behind the api-server.\n')
      for (const { name: known, about } of etcdctlCommands) environment.out(`  ${known.padEnd(10)}${about}`)
      return 0
    }
    const { words: plain, flags } = parseArguments(words, command.flags, name ?? '')
    if (flags.bool('help')) {
      environment.out(`${command.about}.\n\nOptions:\n${command.flags.map((flag) => `      --${flag.name}`).join('\n')}`)
      return 0
    }
    if (name === 'get') await get(environment, plain, flags)
    else if (name === 'watch') await watch(environment, plain, flags)
    else await status(environment, plain)
    return 0
  } catch (error) {
    if (error instanceof Interrupted) return 130
    if (!(error instanceof CommandError)) throw error
    for (const text of error.message.split('\n')) environment.error(text)
    return error.exitStatus
  }
}

async function ask(environment: Environment, query: EtcdQuery): Promise<EtcdAnswer> {
  if (environment.etcd === undefined) throw new CommandError('Error: context deadline exceeded', 5)
  const answer = await environment.etcd(query)
  if (answer.error !== undefined) throw new CommandError(`Error: etcdserver: mvcc: ${answer.error.replace(/^etcdserver: (?:mvcc: )?/, '')}`)
  return answer
}

function rangeOf(words: readonly string[], flags: Flags, command: string): EtcdQuery {
  const [key, rangeEnd] = words
  if (key === undefined || words.length > 2) throw new CommandError(`Error: ${command} command needs one argument as key and an optional argument as range_end`, 128)
  if (flags.bool('prefix') && flags.bool('from-key')) throw new CommandError('Error: `--prefix` and `--from-key` cannot be set at the same time, choose one', 128)
  if (rangeEnd !== undefined && (flags.bool('prefix') || flags.bool('from-key'))) throw new CommandError('Error: too many arguments, only accept one argument when `--prefix` or `--from-key` is set', 128)
  const revision = flags.integer('rev')
  const range = flags.bool('prefix') ? { prefix: true } : flags.bool('from-key') ? { rangeEnd: '\0' } : rangeEnd === undefined ? {} : { rangeEnd }
  return { key: key === '' ? '\0' : key, ...(key === '' && flags.bool('prefix') ? { rangeEnd: '\0' } : range), ...(revision === undefined ? {} : { revision }) }
}

async function get(environment: Environment, words: readonly string[], flags: Flags): Promise<void> {
  const limit = flags.integer('limit')
  const keysOnly = flags.bool('keys-only')
  const countOnly = flags.bool('count-only')
  const answer = await ask(environment, { ...rangeOf(words, flags, 'get'), ...(limit === undefined ? {} : { limit }), ...(keysOnly ? { keysOnly } : {}), ...(countOnly ? { countOnly } : {}) })
  const format = flags.string('write-out') ?? 'simple'
  switch (format) {
    case 'json': environment.out(JSON.stringify({ header: { revision: answer.revision }, kvs: answer.kvs.map((kv) => jsonOf(kv)), count: answer.count })); break
    case 'fields':
      environment.out(`"Revision" : ${answer.revision}`)
      for (const kv of answer.kvs) {
        environment.out(`"Key" : ${JSON.stringify(kv.key)}\n"CreateRevision" : ${kv.createRevision}\n"ModRevision" : ${kv.modRevision}\n"Version" : ${kv.version}\n"Value" : ${JSON.stringify(valueText(kv))}\n"Lease" : ${kv.lease}`)
      }
      environment.out(`"More" : ${String(answer.kvs.length < answer.count && !countOnly)}\n"Count" : ${answer.count}`)
      break
    case 'simple':
      if (countOnly) environment.out(String(answer.count))
      for (const kv of answer.kvs) {
        if (!flags.bool('print-value-only')) environment.out(kv.key)
        environment.out(keysOnly ? '' : valueText(kv))
      }
      break
    default: throw new CommandError(`Error: unsupported output format "${format}": simple, json and fields are there`, 128)
  }
}

/** Tells what happens to the keys until the person gives up. */
async function watch(environment: Environment, words: readonly string[], flags: Flags): Promise<void> {
  const { revision, ...range } = rangeOf(words, flags, 'watch')
  let since = revision ?? (await ask(environment, { ...range, countOnly: true })).revision + 1
  for (;;) {
    const { events = [], revision: now } = await ask(environment, { ...range, since })
    for (const { type, kv } of events) environment.out(type === 'DELETE' ? `DELETE\n${kv.key}\n` : `PUT\n${kv.key}\n${valueText(kv)}`)
    since = Math.max(since, now + 1)
    await environment.change()
  }
}

async function status(environment: Environment, words: readonly string[]): Promise<void> {
  if (words[0] !== 'status') throw new CommandError(`Error: unknown command "${words[0] ?? ''}" for "etcdctl endpoint"`)
  const { revision, count } = await ask(environment, { key: '\0', rangeEnd: '\0', countOnly: true })
  environment.out('ENDPOINT   REVISION  KEYS')
  environment.out(`${'in-page'.padEnd(11)}${String(revision).padEnd(10)}${count}`)
}

function valueText(kv: EtcdKeyValue): string {
  return kv.value === undefined ? '' : typeof kv.value === 'string' ? kv.value : canonicalJson(kv.value)
}

function jsonOf({ key, createRevision, modRevision, version, lease, value }: EtcdKeyValue): object {
  return { key, create_revision: createRevision, mod_revision: modRevision, version, ...(lease === 0 ? {} : { lease }), ...(value === undefined ? {} : { value }) }
}
