import { deepEqual } from '../../base'
import { ApiError, type ApiObject } from '../../api'
import { errorText, fullName, type Access, type DiscoveredResource, type NamedObject } from '../access'
import { dryRunFlag, dryRunSuffix, fileFlags, outputFlag, selectorFlags, type Invocation, type Verb } from '../command'
import { CommandError, type Environment } from '../environment'
import { readFiles } from '../files'
import type { Flags } from '../flags'
import { printObjects } from '../print'

export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** The objects of the files with the resources and namespaces they go to. */
export async function targetsOfFiles({ access, environment, flags, namespace }: Invocation): Promise<{ readonly object: ApiObject; readonly target: NamedObject }[]> {
  const out = []
  for (const object of readFiles(environment, flags)) {
    const resource = await access.resourceOf(object)
    const own = object.metadata?.namespace
    if (own !== undefined && flags.has('namespace') && own !== namespace) {
      throw new CommandError(`error: the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`)
    }
    const where = resource.namespaced ? (own ?? namespace) : undefined
    out.push({ object: where === undefined || own !== undefined ? object : { ...object, metadata: { ...object.metadata, namespace: where } }, target: { resource, namespace: where, name: object.metadata?.name ?? '' } })
  }
  return out
}

/** Creates one object; `--dry-run=client` stops before the server. */
export async function createObject(access: Access, resource: DiscoveredResource, object: ApiObject, namespace: string, flags: Flags, manager: string): Promise<ApiObject> {
  if (flags.string('dry-run') === 'client') return object
  return access.ask<ApiObject>('POST', access.pathOf(resource, resource.namespaced ? (object.metadata.namespace ?? namespace) : undefined), {
    body: object, query: { fieldManager: manager, fieldValidation: 'Strict', ...(flags.string('dry-run') === 'server' ? { dryRun: 'All' } : {}) },
  })
}

export function report(environment: Environment, flags: Flags, resource: DiscoveredResource, object: ApiObject, done: string): void {
  const output = flags.string('output')
  if (output === undefined) environment.out(`${fullName(resource)}/${object.metadata.name ?? ''} ${done}${dryRunSuffix(flags)}`)
  else printObjects(environment, output, [object], () => resource, false)
}

export const apply: Verb = {
  name: 'apply',
  about: 'Apply a configuration to a resource by file name',
  completes: 'none',
  flags: [...fileFlags, outputFlag, dryRunFlag, { name: 'server-side', type: 'bool' }, { name: 'force-conflicts', type: 'bool' }, { name: 'field-manager', type: 'string' }, { name: 'validate', type: 'string', bare: 'strict' }],
  async run(invocation) {
    const { access, environment, flags } = invocation
    let failed = false
    for (const { object, target } of await targetsOfFiles(invocation)) {
      try {
        const serverSide = flags.bool('server-side')
        const { object: stored, done } = serverSide ? await serverSideApply(invocation, object, target) : await clientSideApply(access, object, target, flags)
        report(environment, flags, target.resource, stored, done)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        failed = true
        environment.error(errorText(error))
      }
    }
    if (failed) throw new CommandError('')
  },
}

async function serverSideApply({ access, flags }: Invocation, object: ApiObject, target: NamedObject): Promise<{ object: ApiObject; done: string }> {
  const stored = await access.ask<ApiObject>('PATCH', access.pathOf(target.resource, target.namespace, target.name), {
    body: object, headers: { 'content-type': 'application/apply-patch+yaml' },
    query: { fieldManager: flags.string('field-manager') ?? 'kubectl', fieldValidation: 'Strict', force: String(flags.bool('force-conflicts')), ...(flags.string('dry-run') === 'server' ? { dryRun: 'All' } : {}) },
  })
  return { object: stored, done: 'serverside-applied' }
}

/** Three ways: what was applied last, what is there, what is wanted. Upstream: kubectl apply, patcher. */
async function clientSideApply(access: Access, object: ApiObject, target: NamedObject, flags: Flags): Promise<{ object: ApiObject; done: string }> {
  const manager = 'kubectl-client-side-apply'
  const wanted = withLastApplied(object)
  const live = await access.find(target)
  if (live === undefined) return { object: await createObject(access, target.resource, wanted, target.namespace ?? '', flags, manager), done: 'created' }
  const patch = threeWayPatch(lastAppliedOf(live), wanted, live)
  if (deepEqual(patch, {})) return { object: live, done: 'unchanged' }
  if (flags.string('dry-run') === 'client') return { object: live, done: 'configured' }
  const stored = await access.patch(target, 'merge', patch, { manager, dryRun: flags.string('dry-run') === 'server' })
  return { object: stored, done: stored.metadata.resourceVersion === live.metadata.resourceVersion ? 'unchanged' : 'configured' }
}

export function withLastApplied(object: ApiObject): ApiObject {
  const annotations = { ...object.metadata.annotations }
  delete annotations[lastApplied]
  const plain = { ...object, metadata: { ...object.metadata, annotations } }
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [lastApplied]: `${JSON.stringify(plain)}\n` } } }
}

export function lastAppliedOf(live: ApiObject): unknown {
  const text = live.metadata.annotations?.[lastApplied]
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as unknown
  } catch {
    return {} // someone wrote nonsense there: nothing is known to have been applied
  }
}

/**
 * A JSON merge patch that brings `live` to `wanted` and takes away what `before` had and `wanted` has not. Lists are
 * replaced whole where an item of theirs differs; items are matched by name where they have one, so that what the
 * server filled in stays.
 */
export function threeWayPatch(before: unknown, wanted: unknown, live: unknown): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  const [old, next, now] = [asObject(before), asObject(wanted), asObject(live)]
  for (const key of Object.keys(next)) {
    const value = next[key]
    if (isObject(value) && isObject(now[key])) {
      const inner = threeWayPatch(old[key], value, now[key])
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (Array.isArray(value) && Array.isArray(now[key])) {
      const merged = mergeLists(Array.isArray(old[key]) ? old[key] : [], value, now[key])
      if (!deepEqual(merged, now[key])) patch[key] = merged
    } else if (value !== undefined && !sameScalar(value, now[key])) patch[key] = value
  }
  for (const key of Object.keys(old)) if (!(key in next) && key in now) patch[key] = null
  return patch
}

function mergeLists(before: readonly unknown[], wanted: readonly unknown[], live: readonly unknown[]): unknown[] {
  const keyOf = (item: unknown): string | undefined => {
    if (!isObject(item)) return undefined
    const key = item['name'] ?? item['containerPort'] ?? item['port'] ?? item['mountPath'] ?? item['topologyKey'] ?? item['ip']
    return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined
  }
  if (![...wanted, ...live].every((item) => keyOf(item) !== undefined)) {
    return wanted.length === live.length && wanted.every((item, i) => isObject(item) && isObject(live[i]))
      ? wanted.map((item, i) => applyMerge(live[i], threeWayPatch(before[i], item, live[i]))) : [...wanted]
  }
  return wanted.map((item) => {
    const there = live.find((one) => keyOf(one) === keyOf(item))
    return there === undefined ? item : applyMerge(there, threeWayPatch(before.find((one) => keyOf(one) === keyOf(item)), item, there))
  })
}

function applyMerge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const out: Record<string, unknown> = { ...asObject(target) }
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete out[key]
    else out[key] = isObject(patch[key]) ? applyMerge(out[key], patch[key]) : patch[key]
  }
  return out
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const asObject = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})
const sameScalar = (a: unknown, b: unknown): boolean => deepEqual(a, b) || (typeof a !== 'object' && typeof b !== 'object' && a !== undefined && b !== undefined && String(a) === String(b))

export const deletion: Verb = {
  name: 'delete',
  about: 'Delete resources by file names, resources and names, or by resources and label selector',
  completes: 'resources',
  flags: [...fileFlags, ...selectorFlags, outputFlag, dryRunFlag, { name: 'all', type: 'bool' }, { name: 'force', type: 'bool' }, { name: 'grace-period', type: 'string' }, { name: 'now', type: 'bool' }, { name: 'wait', type: 'bool' }, { name: 'cascade', type: 'string', bare: 'background' }, { name: 'ignore-not-found', type: 'bool' }],
  async run(invocation) {
    const { access, environment, flags, words, namespace, allNamespaces } = invocation
    let targets: NamedObject[] = []
    if (flags.list('filename').length > 0) targets = (await targetsOfFiles(invocation)).map(({ target }) => target)
    else if (words.length === 0) throw new CommandError('error: You must provide one or more resources by argument or filename.')
    else if (words.length === 1 && !(words[0] as string).includes('/')) {
      const selector = flags.string('selector')
      const fieldSelector = flags.string('field-selector')
      if (!flags.bool('all') && selector === undefined && fieldSelector === undefined) throw new CommandError('error: resource(s) were provided, but no name was specified')
      for (const resource of await access.resourceList(words[0] as string)) {
        const list = await access.list(resource, allNamespaces ? undefined : namespace, { ...(selector ? { labelSelector: selector } : {}), ...(fieldSelector ? { fieldSelector } : {}) })
        targets.push(...list.items.map((item) => ({ resource, namespace: item.metadata.namespace, name: item.metadata.name ?? '' })))
      }
      if (targets.length === 0) environment.out('No resources found')
    } else targets = await access.named(words, namespace)
    const grace = flags.bool('now') ? 1 : (flags.integer('grace-period') ?? (flags.bool('force') ? 0 : undefined))
    if (flags.bool('force')) environment.error('Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.')
    const cascade = flags.string('cascade')
    const propagationPolicy = cascade === 'orphan' ? 'Orphan' : cascade === 'foreground' ? 'Foreground' : 'Background'
    let failed = false
    const gone: NamedObject[] = []
    for (const target of targets) {
      try {
        if (flags.string('dry-run') !== 'client') {
          await access.ask('DELETE', access.pathOf(target.resource, target.namespace, target.name), {
            body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy, ...(grace === undefined || grace < 0 ? {} : { gracePeriodSeconds: grace }), ...(flags.string('dry-run') === 'server' ? { dryRun: ['All'] } : {}) },
          })
        }
        const where = target.namespace !== undefined ? ` from ${target.namespace} namespace` : ''
        environment.out(flags.string('output') === 'name' ? `${fullName(target.resource)}/${target.name}` : `${fullName(target.resource)} "${target.name}" ${flags.bool('force') ? 'force deleted' : 'deleted'}${where}${dryRunSuffix(flags)}`)
        gone.push(target)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.reason === 'NotFound' && flags.bool('ignore-not-found')) continue
        failed = true
        environment.error(`Error from server (${error.reason}): ${error.message}`)
      }
    }
    if (flags.has('wait') && flags.bool('wait') && flags.string('dry-run') === undefined) {
      for (const target of gone) while (await access.find(target) !== undefined) await environment.change()
    }
    if (failed) throw new CommandError('')
  },
}

export const replace: Verb = {
  name: 'replace',
  about: 'Replace a resource by file name',
  completes: 'none',
  flags: [...fileFlags, outputFlag, dryRunFlag],
  async run(invocation) {
    const { access, environment, flags } = invocation
    for (const { object, target } of await targetsOfFiles(invocation)) {
      const stored = await access.ask<ApiObject>('PUT', access.pathOf(target.resource, target.namespace, target.name), { body: object, query: { fieldManager: 'kubectl-replace', fieldValidation: 'Strict', ...(flags.string('dry-run') === 'server' ? { dryRun: 'All' } : {}) } })
      report(environment, flags, target.resource, stored, 'replaced')
    }
  },
}

export const diff: Verb = {
  name: 'diff',
  about: 'Diff the live version against a would-be applied version',
  completes: 'none',
  flags: [...fileFlags, { name: 'server-side', type: 'bool' }],
  async run(invocation) {
    const { access, environment } = invocation
    let differs = false
    for (const { object, target } of await targetsOfFiles(invocation)) {
      const live = await access.find(target)
      const clean = (one: ApiObject | undefined): string[] => {
        if (one === undefined) return []
        const { managedFields: _managed, ...metadata } = one.metadata
        return environment.writeYaml({ ...one, metadata }).replace(/\n$/, '').split('\n')
      }
      const after = live === undefined
        ? await access.ask<ApiObject>('POST', access.pathOf(target.resource, target.namespace), { body: withLastApplied(object), query: { dryRun: 'All', fieldManager: 'kubectl-client-side-apply' } })
        : await access.patch(target, 'merge', threeWayPatch(lastAppliedOf(live), withLastApplied(object), live), { manager: 'kubectl-client-side-apply', dryRun: true })
      const lines = diffLines(clean(live), clean(after))
      if (lines.every((line) => line.startsWith(' '))) continue
      differs = true
      const path = `${target.resource.version}.${target.resource.kind}.${target.namespace ?? ''}.${target.name}`
      environment.out(`diff -u -N LIVE/${path} MERGED/${path}`)
      environment.out(`--- LIVE/${path}`)
      environment.out(`+++ MERGED/${path}`)
      for (const line of lines) environment.out(line)
    }
    if (differs) throw new CommandError('', 1)
  },
}

/** Lines with " ", "-" or "+" in front, three lines of context round each change. Longest common subsequence. */
export function diffLines(a: readonly string[], b: readonly string[]): string[] {
  const lengths: Uint32Array[] = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let k = b.length - 1; k >= 0; k--) {
      const row = lengths[i] as Uint32Array
      row[k] = a[i] === b[k] ? ((lengths[i + 1] as Uint32Array)[k + 1] as number) + 1 : Math.max((lengths[i + 1] as Uint32Array)[k] as number, row[k + 1] as number)
    }
  }
  const all: string[] = []
  let [i, k] = [0, 0]
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) { all.push(` ${a[i++] as string}`); k++ }
    else if (i < a.length && (k >= b.length || ((lengths[i + 1] as Uint32Array)[k] as number) >= ((lengths[i] as Uint32Array)[k + 1] as number))) all.push(`-${a[i++] as string}`)
    else all.push(`+${b[k++] as string}`)
  }
  return all.filter((_line, at) => all.slice(Math.max(0, at - 3), at + 4).some((near) => !near.startsWith(' ')))
}
