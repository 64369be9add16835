import type { ApiObject } from '../../api'
import { fullName, type NamedObject } from '../access'
import { dryRunFlag, dryRunSuffix, outputFlag, selectorFlags, type Invocation, type Verb } from '../command'
import { CommandError } from '../environment'
import { printObjects } from '../print'

/** Words are "resource names… key=value… key-". */
function splitPairs(words: readonly string[]): { readonly what: readonly string[]; readonly pairs: readonly string[] } {
  const at = words.findIndex((word, i) => i > 0 && (word.includes('=') || word.endsWith('-')))
  return at < 0 ? { what: words, pairs: [] } : { what: words.slice(0, at), pairs: words.slice(at) }
}

export async function selected(invocation: Invocation, what: readonly string[]): Promise<NamedObject[]> {
  const { access, flags, namespace, allNamespaces } = invocation
  const selector = flags.string('selector')
  if ((selector !== undefined || flags.bool('all')) && what.length === 1) {
    const resource = await access.resource(what[0] as string)
    const list = await access.list(resource, allNamespaces ? undefined : namespace, selector === undefined ? {} : { labelSelector: selector })
    return list.items.map((item) => ({ resource, namespace: item.metadata.namespace, name: item.metadata.name ?? '' }))
  }
  const named = await access.named(what, namespace)
  if (named.length === 0) throw new CommandError('error: one or more resources must be specified as <resource> <name> or <resource>/<name>')
  return named
}

function metadataVerb(name: 'label' | 'annotate', field: 'labels' | 'annotations', done: string): Verb {
  return {
    name,
    about: name === 'label' ? 'Update the labels on a resource' : 'Update the annotations on a resource',
    completes: 'resources',
    flags: [...selectorFlags, outputFlag, dryRunFlag, { name: 'overwrite', type: 'bool' }, { name: 'all', type: 'bool' }, { name: 'list', type: 'bool' }],
    async run(invocation) {
      const { access, environment, words, flags } = invocation
      const { what, pairs } = splitPairs(words)
      if (pairs.length === 0 && !flags.bool('list')) throw new CommandError(`error: at least one ${name === 'label' ? 'label' : 'annotation'} update is required`)
      for (const target of await selected(invocation, what)) {
        const live = await access.get(target)
        const current = live.metadata[field] ?? {}
        if (flags.bool('list')) {
          for (const key of Object.keys(current).sort()) environment.out(`${key}=${current[key] ?? ''}`)
          continue
        }
        const change: Record<string, string | null> = {}
        let removedOnly = true
        for (const pair of pairs) {
          const equals = pair.indexOf('=')
          if (equals < 0) {
            const key = pair.slice(0, -1)
            if (!(key in current)) environment.out(`${name} "${key}" not found.`)
            change[key] = null
            continue
          }
          removedOnly = false
          const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
          if (key in current && current[key] !== value && !flags.bool('overwrite')) {
            throw new CommandError(name === 'label'
              ? `error: '${key}' already has a value (${current[key] ?? ''}), and --overwrite is false`
              : `error: --overwrite is false but found the following declared annotation(s): '${key}' already has a value (${current[key] ?? ''})`)
          }
          change[key] = value
        }
        const changes = Object.entries(change).some(([key, value]) => (value === null ? key in current : current[key] !== value))
        const stored: ApiObject = !changes || flags.string('dry-run') === 'client' ? live
          : await access.patch(target, 'merge', { metadata: { [field]: change } }, { manager: `kubectl-${name}`, dryRun: flags.string('dry-run') === 'server' })
        const output = flags.string('output')
        if (output !== undefined) printObjects(environment, output, [stored], () => target.resource, false)
        else environment.out(`${fullName(target.resource)}/${target.name} ${!changes ? `not ${done}` : removedOnly && name === 'label' ? 'unlabeled' : done}${dryRunSuffix(flags)}`)
      }
    },
  }
}

export const label = metadataVerb('label', 'labels', 'labeled')
export const annotate = metadataVerb('annotate', 'annotations', 'annotated')

interface TaintText { readonly key: string; readonly value?: string; readonly effect?: string; readonly remove: boolean }

function readTaint(text: string): TaintText {
  const remove = text.endsWith('-')
  const body = remove ? text.slice(0, -1) : text
  const match = /^([^=:]+)(?:=([^:]*))?(?::(.+))?$/.exec(body)
  const [, key = '', value, effect] = match ?? []
  if (!match || (!remove && effect === undefined)) throw new CommandError(`error: invalid taint spec: ${text}, must be in the format <key>=<value>:<effect>`)
  if (effect !== undefined && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect)) throw new CommandError(`error: invalid taint effect: ${effect}, unsupported taint effect`)
  return { key, ...(value !== undefined ? { value } : {}), ...(effect !== undefined ? { effect } : {}), remove }
}

export const taint: Verb = {
  name: 'taint',
  about: 'Update the taints on one or more nodes',
  completes: 'resources',
  flags: [...selectorFlags, dryRunFlag, { name: 'overwrite', type: 'bool' }, { name: 'all', type: 'bool' }],
  async run(invocation) {
    const { access, environment, words, flags } = invocation
    const at = words.findIndex((word, i) => i > 0 && (word.includes(':') || word.includes('=') || word.endsWith('-')))
    if (at < 0) throw new CommandError('error: at least one taint update is required')
    const changes = words.slice(at).map(readTaint)
    for (const target of await selected(invocation, words.slice(0, at))) {
      const live = await access.get(target)
      let taints = ((live['spec'] as { taints?: { key: string; value?: string; effect: string }[] } | undefined)?.taints ?? []).map((one) => ({ ...one }))
      let removedOnly = true
      for (const change of changes) {
        const same = (one: { key: string; effect: string }): boolean => one.key === change.key && (change.effect === undefined || one.effect === change.effect)
        if (change.remove) {
          if (!taints.some(same)) throw new CommandError(`error: taint "${change.key}${change.effect === undefined ? '' : `:${change.effect}`}" not found`)
          taints = taints.filter((one) => !same(one))
        } else {
          removedOnly = false
          const there = taints.find(same)
          if (there !== undefined && there.value !== change.value && !flags.bool('overwrite')) throw new CommandError(`error: node ${target.name} already has ${change.key} taint(s) with same effect(s) and --overwrite is false`)
          taints = [...taints.filter((one) => !same(one)), { key: change.key, ...(change.value ? { value: change.value } : {}), effect: change.effect as string }]
        }
      }
      if (flags.string('dry-run') !== 'client') await access.patch(target, 'merge', { spec: { taints: taints.length === 0 ? null : taints } }, { manager: 'kubectl-taint', dryRun: flags.string('dry-run') === 'server' })
      environment.out(`node/${target.name} ${removedOnly ? 'untainted' : flags.bool('overwrite') ? 'modified' : 'tainted'}${dryRunSuffix(flags)}`)
    }
  },
}

export const patch: Verb = {
  name: 'patch',
  about: 'Update fields of a resource',
  completes: 'resources',
  flags: [outputFlag, dryRunFlag, { name: 'patch', short: 'p', type: 'string' }, { name: 'type', type: 'string' }, { name: 'subresource', type: 'string' }],
  async run(invocation) {
    const { access, environment, words, flags, namespace } = invocation
    const text = flags.string('patch')
    if (text === undefined) throw new CommandError('error: must specify --patch or --patch-file containing the contents of the patch')
    const type = flags.string('type') ?? 'strategic'
    if (type !== 'strategic' && type !== 'merge' && type !== 'json') throw new CommandError(`error: --type must be one of [json merge strategic], not ${JSON.stringify(type)}`)
    let body: object
    try {
      body = JSON.parse(text) as object
    } catch {
      const { objects, problems } = environment.readObjects(text, 'patch')
      if (problems.length > 0 || objects[0] === undefined) throw new CommandError('error: unable to parse the patch: yaml: did not find expected node content')
      body = objects[0]
    }
    for (const target of await access.named(words, namespace)) {
      const before = await access.get(target)
      const stored = flags.string('dry-run') === 'client' ? before : await access.patch(target, type, body, {
        manager: 'kubectl-patch', dryRun: flags.string('dry-run') === 'server', ...(flags.string('subresource') ? { subresource: flags.string('subresource') as string } : {}),
      })
      const output = flags.string('output')
      if (output !== undefined) printObjects(environment, output, [stored], () => target.resource, false)
      else environment.out(`${fullName(target.resource)}/${target.name} patched${stored.metadata.resourceVersion === before.metadata.resourceVersion ? ' (no change)' : ''}${dryRunSuffix(flags)}`)
    }
  },
}
