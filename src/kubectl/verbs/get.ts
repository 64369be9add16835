import { ApiError, type ApiList, type ApiObject } from '../../api'
import { fullName, type DiscoveredResource } from '../access'
import { outputFlag, selectorFlags, type Invocation, type Verb } from '../command'
import { CommandError } from '../environment'
import { parseJsonPath, valuesOf } from '../jsonpath'
import { printObjects, tableLines, type Table } from '../print'

const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

export const get: Verb = {
  name: 'get',
  about: 'Display one or many resources',
  completes: 'resources',
  flags: [
    ...selectorFlags, outputFlag,
    { name: 'watch', short: 'w', type: 'bool' }, { name: 'watch-only', type: 'bool' }, { name: 'no-headers', type: 'bool' }, { name: 'show-labels', type: 'bool' },
    { name: 'label-columns', short: 'L', type: 'list' }, { name: 'ignore-not-found', type: 'bool' }, { name: 'sort-by', type: 'string' },
    { name: 'show-kind', type: 'bool' }, { name: 'raw', type: 'string' }, { name: 'chunk-size', type: 'string' },
  ],
  async run(invocation) {
    const { access, environment, words, flags } = invocation
    const raw = flags.string('raw')
    if (raw !== undefined) {
      const mark = raw.indexOf('?')
      const query = mark < 0 ? undefined : Object.fromEntries(new Map(raw.slice(mark + 1).split('&').map((pair) => pair.split('=').map(decodeURIComponent) as [string, string])))
      const body = await access.ask<unknown>('GET', mark < 0 ? raw : raw.slice(0, mark), query ? { query } : {})
      environment.out(typeof body === 'string' ? body : JSON.stringify(body))
      return
    }
    if (words.length === 0) throw new CommandError('error: You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.')
    const asTable = flags.string('output') === undefined || flags.string('output') === 'wide'
    if (asTable) await printTables(invocation)
    else await printWhole(invocation, flags.string('output') as string)
  },
}

/** One collection or one object asked for on the command line. */
interface Target {
  readonly resource: DiscoveredResource
  readonly names: readonly string[]
}

async function targetsOf({ access, words }: Invocation): Promise<Target[]> {
  if ((words[0] as string).includes('/')) {
    const targets: Target[] = []
    for (const word of words) {
      const slash = word.indexOf('/')
      const resource = await access.resource(word.slice(0, slash))
      targets.push({ resource, names: [word.slice(slash + 1)] })
    }
    return targets
  }
  const resources = await access.resourceList(words[0] as string)
  const names = words.slice(1)
  if (names.length > 0 && resources.length > 1) throw new CommandError('error: when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  return resources.map((resource) => ({ resource, names }))
}

function queryOf({ flags }: Invocation): Record<string, string> {
  const query: Record<string, string> = {}
  const selector = flags.string('selector')
  const fieldSelector = flags.string('field-selector')
  if (selector !== undefined) query['labelSelector'] = selector
  if (fieldSelector !== undefined) query['fieldSelector'] = fieldSelector
  return query
}

async function printTables(invocation: Invocation): Promise<void> {
  const { access, environment, flags, namespace, allNamespaces } = invocation
  const targets = await targetsOf(invocation)
  const several = targets.length > 1
  const seen = new Map<string, string>()
  let printed = 0
  let failed = false
  let headingDone = false
  const show = async (onlyChanges: boolean): Promise<void> => {
    for (const target of targets) {
      const { resource, names } = target
      const withNamespace = allNamespaces && resource.namespaced
      const tables: Table[] = []
      const paths = names.length === 0
        ? [access.pathOf(resource, allNamespaces ? undefined : namespace)]
        : names.map((name) => access.pathOf(resource, namespace, name))
      for (const path of paths) {
        try {
          tables.push(await access.ask<Table>('GET', path, { headers: { accept: tableAccept }, query: names.length === 0 ? { ...queryOf(invocation), limit: '500' } : {} }))
        } catch (error) {
          if (!(error instanceof ApiError) || names.length === 0) throw error
          if (error.reason === 'NotFound' && flags.bool('ignore-not-found')) continue
          failed = true
          environment.error(`Error from server (${error.reason}): ${error.message}`)
        }
      }
      const [first] = tables
      if (first === undefined) continue
      let rows: Table['rows'] = tables.flatMap((table) => table.rows)
      const sortBy = flags.string('sort-by')
      if (sortBy !== undefined) rows = sortRows(rows, sortBy)
      if (onlyChanges) {
        rows = rows.filter((row) => {
          const key = `${resource.plural}/${row.object?.metadata?.uid ?? ''}`
          const version = row.object?.metadata?.resourceVersion ?? ''
          return seen.get(key) !== version
        })
      }
      for (const row of rows) seen.set(`${resource.plural}/${row.object?.metadata?.uid ?? ''}`, row.object?.metadata?.resourceVersion ?? '')
      if (rows.length === 0) continue
      if (several && printed > 0) environment.out('')
      printed += rows.length
      const lines = tableLines({ ...first, rows }, {
        wide: flags.string('output') === 'wide', noHeaders: flags.bool('no-headers') || (onlyChanges && headingDone), withNamespace,
        showLabels: flags.bool('show-labels'), labelColumns: flags.list('label-columns'),
        ...(several || flags.bool('show-kind') ? { prefix: `${fullName(resource)}/` } : {}),
      })
      headingDone = true
      for (const line of lines) environment.out(line)
    }
  }
  if (!flags.bool('watch-only')) await show(false)
  if (flags.bool('watch') || flags.bool('watch-only')) {
    for (;;) {
      await environment.change()
      await show(true)
    }
  }
  if (printed === 0 && !failed && targets.every((target) => target.names.length === 0)) {
    const scoped = targets.some((target) => target.resource.namespaced)
    environment.error(allNamespaces || !scoped ? 'No resources found' : `No resources found in ${namespace} namespace.`)
  }
  if (failed) throw new CommandError('')
}

function sortRows(rows: Table['rows'], sortBy: string): Table['rows'] {
  const path = parseJsonPath(sortBy)
  const keyOf = (row: Table['rows'][number]): unknown => valuesOf(path, row.object)[0]
  return [...rows].sort((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)]
    if (typeof x === 'number' && typeof y === 'number') return x - y
    const [s, t] = [String(x ?? ''), String(y ?? '')]
    return s < t ? -1 : s > t ? 1 : 0
  })
}

async function printWhole(invocation: Invocation, output: string): Promise<void> {
  const { access, environment, flags, namespace, allNamespaces } = invocation
  const targets = await targetsOf(invocation)
  const objects: ApiObject[] = []
  const resources = new Map<ApiObject, DiscoveredResource>()
  let failed = false
  for (const { resource, names } of targets) {
    if (names.length === 0) {
      const list: ApiList = await access.list(resource, allNamespaces ? undefined : namespace, { ...queryOf(invocation), limit: '500' })
      for (const item of list.items) {
        const whole: ApiObject = { ...item, apiVersion: item.apiVersion ?? list.apiVersion, kind: resource.kind }
        objects.push(whole)
        resources.set(whole, resource)
      }
    }
    for (const name of names) {
      try {
        const object = await access.get({ resource, namespace: resource.namespaced ? namespace : undefined, name })
        objects.push(object)
        resources.set(object, resource)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.reason === 'NotFound' && flags.bool('ignore-not-found')) continue
        failed = true
        environment.error(`Error from server (${error.reason}): ${error.message}`)
      }
    }
  }
  const named = targets.length === 1 && targets[0]?.names.length === 1
  if (named ? objects.length === 1 : !failed || objects.length > 0) {
    printObjects(environment, output, objects.map(withoutManagedFields), (object) => [...resources].find(([one]) => one.metadata.uid === object.metadata.uid)?.[1], !named, flags.bool('no-headers'))
  }
  if (failed) throw new CommandError('')
}

/** kubectl hides managedFields unless --show-managed-fields. */
export function withoutManagedFields(object: ApiObject): ApiObject {
  if (object.metadata.managedFields === undefined) return object
  const { managedFields: _hidden, ...metadata } = object.metadata
  return { ...object, metadata }
}
