import { ApiError, faultKey, faultKinds, faultSubjects, parseFault, type FaultKind } from '../api'
import { CommandError, type BrokenThing, type Environment } from './environment'
import { splitWords } from './shell'

/** What `berth` can do: what no real cluster lets one do from outside, break it on purpose. */
export const berthCommands: readonly { readonly name: string; readonly about: string }[] = [
  { name: 'break', about: 'Breaks something on purpose: berth break KIND [NAME] [--for 60s] [--delay 2s] [--used 95%] [--rate 8Mi/s]' },
  { name: 'heal', about: 'Makes it whole again: berth heal KIND [NAME], or "berth heal all"' },
  { name: 'faults', about: 'Says what is broken' },
]
const optionNames = ['for', 'delay', 'used', 'rate']

/** Runs a line of `berth` ("berth break node node-b --for 60s") and gives its exit status. Nothing is thrown for what a person can cause. */
export async function runBerth(line: string, environment: Environment): Promise<number> {
  try {
    const [, name, ...words] = splitWords(line)
    const { faults } = environment
    if (name === undefined || name === 'help' || words.includes('--help') || words.includes('-h')) {
      help(environment)
      return 0
    }
    if (!berthCommands.some((one) => one.name === name)) throw new CommandError(`error: unknown command "${name}" for "berth"`)
    if (faults === undefined) throw new CommandError('error: nothing can be broken here')
    if (name === 'faults') {
      const { active } = await faults.list()
      if (active.length === 0) environment.error('Nothing is broken.')
      else for (const row of rowsOf(active, environment)) environment.out(row)
      return 0
    }
    if (name === 'heal' && words[0] === 'all' && words.length === 1) {
      const { active } = await faults.list()
      for (const { kind, subject } of active) {
        await faults.change({ kind, on: false, ...(subject === undefined ? {} : { subject }) })
        environment.out(`${faultKey({ kind, ...(subject === undefined ? {} : { subject }) })} healed`)
      }
      return 0
    }
    const read = parseFault(optionWords(words), name === 'break')
    if (!read.ok) throw new CommandError(`error: ${read.message}`)
    const { fault } = read
    await faults.change(fault)
    environment.out(`${faultKey(fault)} ${fault.kind === 'runtime' ? 'restarted' : fault.on ? 'broken' : 'healed'}`)
    return 0
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof ApiError)) throw error
    environment.error(error instanceof ApiError ? `error: ${error.message}` : error.message)
    return error instanceof CommandError ? error.exitStatus : 1
  }
}

/** "--for 60s" and "--for=60s" are "for=60s". */
function optionWords(words: readonly string[]): string[] {
  const plain: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    if (!word.startsWith('--')) plain.push(word)
    else if (word.includes('=')) plain.push(word.slice(2))
    else {
      const value = words[++at]
      if (value === undefined) throw new CommandError(`error: flag needs an argument: ${word}`)
      plain.push(`${word.slice(2)}=${value}`)
    }
  }
  return plain
}

function rowsOf(active: readonly BrokenThing[], environment: Environment): string[] {
  const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))}s`
  const now = environment.now()
  const rows = [['KIND', 'NAME', 'SINCE', 'HEALS'], ...active.map((fault) => [
    fault.kind, fault.subject ?? '', seconds(now - fault.sinceUnixMs), fault.untilUnixMs === undefined ? 'by hand' : `in ${seconds(fault.untilUnixMs - now)}`,
  ])]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)) + 3)
  return rows.map((row) => row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column] as number) : cell)).join('').trimEnd())
}

function help(environment: Environment): void {
  environment.out('berth breaks the cluster in this page on purpose, and makes it whole again.\n')
  for (const { name, about } of berthCommands) environment.out(`  ${name.padEnd(8)}${about}`)
  environment.out('\nKinds:')
  for (const kind of faultKinds) environment.out(`  ${kind.padEnd(20)}${kindAbout[kind]}`)
}

const kindAbout: Readonly<Record<FaultKind, string>> = {
  node: 'NODE is switched off', network: 'the network of NODE is cut', kubelet: 'the kubelet of NODE is stopped', runtime: 'the container runtime of NODE restarts',
  disk: 'the disk of NODE is filled (--used)', memory: 'a Pod (NAMESPACE/NAME) leaks memory (--rate)', scheduler: 'kube-scheduler is stopped', 'controller-manager': 'kube-controller-manager is stopped',
  controller: 'one controller is left out', apiserver: 'kube-apiserver is stopped', etcd: 'etcd is slow (--delay)', registry: 'no image can be pulled',
}

/** What could stand at the end of a line of `berth`: commands, kinds, names, flags. */
export async function berthCompletion(earlier: readonly string[], begun: string, environment: Environment, list: (resource: 'nodes' | 'pods') => Promise<readonly string[]>): Promise<readonly string[]> {
  const [command, ...words] = earlier
  const plain = words.filter((word, index) => !word.startsWith('-') && !/^--[a-z]+$/.test(words[index - 1] ?? ''))
  if (!berthCommands.some((one) => one.name === command)) return berthCommands.map((one) => one.name)
  if (begun.startsWith('-')) return command === 'break' ? optionNames.map((name) => `--${name}=`) : []
  if (command === 'heal') {
    const { active = [] } = await environment.faults?.list() ?? {}
    if (plain.length === 0) return [...active.map((fault) => fault.kind), ...(active.length > 0 ? ['all'] : [])]
    return plain.length === 1 ? active.filter((fault) => fault.kind === plain[0]).map((fault) => fault.subject ?? '') : []
  }
  if (command !== 'break') return []
  if (plain.length === 0) return faultKinds
  if (plain.length > 1) return []
  switch (faultSubjects[plain[0] as FaultKind]) {
    case 'node': return list('nodes')
    case 'pod': return list('pods')
    case 'controller': return (await environment.faults?.list())?.controllers ?? []
    default: return []
  }
}
