import type { Access } from './access'
import type { Environment } from './environment'
import type { FlagSpec, Flags } from './flags'

/** What a verb is given. */
export interface Invocation {
  readonly access: Access
  readonly environment: Environment
  readonly words: readonly string[]
  readonly flags: Flags
  readonly rest: readonly string[]
  /** The namespace in force: -n, or the shell's own. */
  readonly namespace: string
  /** --all-namespaces */
  readonly allNamespaces: boolean
}

export interface Verb {
  readonly name: string
  /** One line for `kubectl help`. */
  readonly about: string
  readonly flags: readonly FlagSpec[]
  readonly subverbs?: readonly string[]
  /** What its words name, for completion: resources first, then objects of them; or objects of one resource. */
  readonly completes?: 'resources' | 'nodes' | 'pods' | 'none'
  run(invocation: Invocation): Promise<void>
}

export const globalFlags: readonly FlagSpec[] = [
  { name: 'namespace', short: 'n', type: 'string' },
  { name: 'help', short: 'h', type: 'bool' },
  { name: 'request-timeout', type: 'string' },
  { name: 'v', short: 'v', type: 'string' },
  { name: 'context', type: 'string' },
]

export const selectorFlags: readonly FlagSpec[] = [
  { name: 'selector', short: 'l', type: 'string' },
  { name: 'field-selector', type: 'string' },
  { name: 'all-namespaces', short: 'A', type: 'bool' },
]

export const fileFlags: readonly FlagSpec[] = [
  { name: 'filename', short: 'f', type: 'texts' },
  { name: 'recursive', short: 'R', type: 'bool' },
]

export const dryRunFlag: FlagSpec = { name: 'dry-run', type: 'string', bare: 'client' }
export const outputFlag: FlagSpec = { name: 'output', short: 'o', type: 'string' }

/** " (dry run)", " (server dry run)" or nothing, as kubectl ends its lines. */
export function dryRunSuffix(flags: Flags): string {
  const value = flags.string('dry-run')
  return value === 'client' ? ' (dry run)' : value === 'server' ? ' (server dry run)' : ''
}
