import { compareText } from '../../base'
import { milliValue, quantityValue, type ApiObject, type Event, type Pod } from '../../api'
import { pluralName } from '../access'
import { outputFlag, selectorFlags, type Verb } from '../command'
import { CommandError } from '../environment'
import { printText } from '../print'
import { alignColumns, humanDuration } from '../table'

export const logs: Verb = {
  name: 'logs',
  about: 'Print the logs for a container in a pod',
  completes: 'pods',
  flags: [...selectorFlags, { name: 'container', short: 'c', type: 'string' }, { name: 'follow', short: 'f', type: 'bool' }, { name: 'tail', type: 'string' }, { name: 'previous', short: 'p', type: 'bool' }, { name: 'timestamps', type: 'bool' }, { name: 'all-containers', type: 'bool' }, { name: 'since', type: 'string' }],
  async run({ access, environment, words, flags, namespace }) {
    const [word, second] = words
    if (word === undefined) throw new CommandError("error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command")
    const pods = await access.resource('pods')
    const name = word.includes('/') ? await podOf(access, word, namespace) : word
    const target = { resource: pods, namespace, name }
    const pod = await access.get(target) as ApiObject & Pod
    const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map((container) => container.name)
    const wanted = flags.string('container') ?? second
    if (wanted !== undefined && !all.includes(wanted)) throw new CommandError(`error: container ${wanted} is not valid for pod ${name}`)
    const regular = (pod.spec?.containers ?? []).map((container) => container.name)
    if (wanted === undefined && regular.length > 1 && !flags.bool('all-containers')) environment.error(`Defaulted container "${regular[0] ?? ''}" out of: ${regular.join(', ')}`)
    for (const container of flags.bool('all-containers') ? all : [wanted ?? regular[0] ?? '']) {
      let printed = 0
      for (;;) {
        const text = await access.ask<unknown>('GET', access.pathOf(pods, namespace, name, 'log'), {
          query: { container, ...(flags.string('tail') ? { tailLines: flags.string('tail') as string } : {}), ...(flags.bool('previous') ? { previous: 'true' } : {}), ...(flags.bool('timestamps') ? { timestamps: 'true' } : {}) },
        })
        const lines = String(text).replace(/\n$/, '').split('\n').filter((line, i, list) => line !== '' || i < list.length - 1)
        for (const line of lines.slice(printed)) environment.out(line)
        printed = Math.max(printed, lines.length)
        if (!flags.bool('follow')) break
        await environment.change()
        if (await access.find(target) === undefined) break
      }
    }
  },
}

export async function podOf(access: import('../access').Access, word: string, namespace: string): Promise<string> {
  const [target] = await access.named([word], namespace)
  if (target === undefined) throw new CommandError('error: no such object')
  if (target.resource.kind === 'Pod') return target.name
  const owner = await access.get(target)
  const spec = owner['spec'] as { selector?: { matchLabels?: Record<string, string> } } | undefined
  const labels = spec?.selector?.matchLabels ?? {}
  const list = await access.list(await access.resource('pods'), namespace, { labelSelector: Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',') })
  const first = list.items[0]?.metadata.name
  if (first === undefined) throw new CommandError(`error: timed out waiting for the condition`)
  return first
}

interface Metrics { readonly metadata: ApiObject['metadata']; readonly usage?: { cpu: string; memory: string }; readonly containers?: readonly { name: string; usage: { cpu: string; memory: string } }[] }

export const top: Verb = {
  name: 'top',
  about: 'Display resource (CPU/memory) usage',
  subverbs: ['node', 'pod'],
  completes: 'none',
  flags: [...selectorFlags, { name: 'containers', type: 'bool' }, { name: 'sort-by', type: 'string' }, { name: 'no-headers', type: 'bool' }],
  async run({ access, environment, words, flags, namespace, allNamespaces }) {
    const [what, only] = words
    if (what === undefined || !/^(nodes?|no|pods?|po)$/.test(what)) throw new CommandError(`error: unknown command "${what ?? ''}"\nSee 'kubectl top -h' for help and examples`)
    const nodes = what.startsWith('n')
    if (!(await access.resources()).some((one) => one.group === 'metrics.k8s.io')) throw new CommandError('error: Metrics API not available')
    const base = '/apis/metrics.k8s.io/v1beta1'
    const path = nodes ? `${base}/nodes` : allNamespaces ? `${base}/pods` : `${base}/namespaces/${namespace}/pods`
    const selector = flags.string('selector')
    let { items } = await access.ask<{ items: readonly Metrics[] }>('GET', path, selector ? { query: { labelSelector: selector } } : {})
    if (only !== undefined) items = items.filter((item) => item.metadata.name === only)
    const cpu = (text: string): string => `${milliValue(text)}m`
    const memory = (text: string): string => `${Math.trunc(quantityValue(text) / (1024 * 1024))}Mi`
    const rows: string[][] = []
    if (nodes) {
      const list = await access.list(await access.resource('nodes'), undefined)
      for (const item of items) {
        const node = list.items.find((one) => one.metadata.name === item.metadata.name)
        const allocatable = (node?.['status'] as { allocatable?: Record<string, string> } | undefined)?.allocatable ?? {}
        const usage = item.usage ?? { cpu: '0', memory: '0' }
        rows.push([
          item.metadata.name ?? '', cpu(usage.cpu), `${Math.trunc(milliValue(usage.cpu) * 100 / milliValue(allocatable['cpu'] ?? '1'))}%`,
          memory(usage.memory), `${Math.trunc(quantityValue(usage.memory) * 100 / quantityValue(allocatable['memory'] ?? '1'))}%`,
        ])
      }
    } else {
      for (const item of items) {
        if (flags.bool('containers')) for (const container of item.containers ?? []) rows.push([...(allNamespaces ? [item.metadata.namespace ?? ''] : []), item.metadata.name ?? '', container.name, cpu(container.usage.cpu), memory(container.usage.memory)])
        else {
          const total = (item.containers ?? []).reduce((sum, container) => ({ cpu: sum.cpu + milliValue(container.usage.cpu), memory: sum.memory + quantityValue(container.usage.memory) }), { cpu: 0, memory: 0 })
          rows.push([...(allNamespaces ? [item.metadata.namespace ?? ''] : []), item.metadata.name ?? '', `${total.cpu}m`, memory(String(total.memory))])
        }
      }
    }
    const sortBy = flags.string('sort-by')
    if (sortBy === 'cpu' || sortBy === 'memory') {
      const column = (sortBy === 'cpu' ? 1 : nodes ? 3 : 2) + (allNamespaces && !nodes ? 1 : 0) + (flags.bool('containers') && !nodes ? 1 : 0)
      rows.sort((a, b) => Number.parseInt(b[column] as string, 10) - Number.parseInt(a[column] as string, 10))
    }
    if (rows.length === 0) { environment.error(allNamespaces || nodes ? 'No resources found' : `No resources found in ${namespace} namespace.`); return }
    const headings = nodes ? ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'] : [...(allNamespaces ? ['NAMESPACE'] : []), ...(flags.bool('containers') ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)']
    for (const line of alignColumns(flags.bool('no-headers') ? undefined : headings, rows)) environment.out(line)
  },
}

export const events: Verb = {
  name: 'events',
  about: 'List events',
  completes: 'none',
  flags: [...selectorFlags, outputFlag, { name: 'for', type: 'string' }, { name: 'types', type: 'list' }, { name: 'watch', short: 'w', type: 'bool' }, { name: 'no-headers', type: 'bool' }],
  async run({ access, environment, flags, namespace, allNamespaces }) {
    const resource = await access.resource('events')
    const about = flags.string('for')
    const seen = new Map<string, string>()
    let headings = !flags.bool('no-headers')
    for (;;) {
      const list = await access.list(resource, allNamespaces ? undefined : namespace)
      let found = list.items as unknown as Event[]
      if (about !== undefined) {
        const slash = about.indexOf('/')
        const kind = (await access.resource(about.slice(0, slash))).kind
        found = found.filter((event) => event.involvedObject.kind === kind && event.involvedObject.name === about.slice(slash + 1))
      }
      if (flags.list('types').length > 0) found = found.filter((event) => flags.list('types').some((type) => type.toLowerCase() === (event.type ?? '').toLowerCase()))
      found = found.filter((event) => seen.get(event.metadata.uid ?? '') !== event.metadata.resourceVersion)
      const time = (event: Event): string => (event as { series?: { lastObservedTime?: string } }).series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? ''
      found = [...found].sort((a, b) => compareText(time(a), time(b)))
      for (const event of found) seen.set(event.metadata.uid ?? '', event.metadata.resourceVersion ?? '')
      const rows = found.map((event) => [
        ...(allNamespaces ? [event.metadata.namespace ?? ''] : []), humanDuration(environment.now() - Date.parse(time(event))), event.type ?? '', event.reason ?? '',
        `${event.involvedObject.kind ?? ''}/${event.involvedObject.name ?? ''}`, (event.message ?? '').trim(),
      ])
      if (rows.length > 0) {
        for (const line of alignColumns(headings ? [...(allNamespaces ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'] : undefined, rows)) environment.out(line)
        headings = false
      } else if (!flags.bool('watch')) environment.error(allNamespaces ? 'No events found.' : `No events found in ${namespace} namespace.`)
      if (!flags.bool('watch')) return
      await environment.change()
    }
  },
}

export const apiResources: Verb = {
  name: 'api-resources',
  about: 'Print the supported API resources on the server',
  completes: 'none',
  flags: [outputFlag, { name: 'namespaced', type: 'bool' }, { name: 'api-group', type: 'string' }, { name: 'no-headers', type: 'bool' }, { name: 'verbs', type: 'list' }, { name: 'sort-by', type: 'string' }],
  async run({ access, environment, flags }) {
    const wide = flags.string('output') === 'wide'
    const found = (await access.resources())
      .filter((one) => !flags.has('namespaced') || one.namespaced === flags.bool('namespaced'))
      .filter((one) => flags.string('api-group') === undefined || one.group === flags.string('api-group'))
      .filter((one) => flags.list('verbs').every((verb) => one.verbs.includes(verb)))
    const sorted = [...found].sort((a, b) => compareText(a.group, b.group) || compareText(a.plural, b.plural))
    if (flags.string('output') === 'name') { for (const one of sorted) environment.out(pluralName(one)); return }
    const rows = sorted.map((one) => [one.plural, one.shortNames.join(','), one.group === '' ? one.version : `${one.group}/${one.version}`, String(one.namespaced), one.kind, ...(wide ? [[...one.verbs].sort(compareText).join(','), one.categories.join(',')] : [])])
    for (const line of alignColumns(flags.bool('no-headers') ? undefined : ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])], rows)) environment.out(line)
  },
}

export const apiVersions: Verb = {
  name: 'api-versions',
  about: 'Print the supported API versions on the server, in the form of "group/version"',
  completes: 'none',
  flags: [],
  async run({ access, environment }) {
    const versions = new Set((await access.resources()).map((one) => (one.group === '' ? one.version : `${one.group}/${one.version}`)))
    for (const version of [...versions].sort(compareText)) environment.out(version)
  },
}

export const auth: Verb = {
  name: 'auth',
  about: 'Inspect authorization',
  subverbs: ['can-i', 'whoami'],
  completes: 'none',
  flags: [...selectorFlags, { name: 'list', type: 'bool' }, { name: 'subresource', type: 'string' }, { name: 'quiet', short: 'q', type: 'bool' }, outputFlag],
  async run({ access, environment, words, flags, namespace, allNamespaces }) {
    const [subverb, verb, what, name] = words
    if (subverb === 'whoami') {
      const review = await access.ask<{ status?: { userInfo?: { username?: string; groups?: readonly string[] } } }>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} } })
      for (const line of alignColumns(['ATTRIBUTE', 'VALUE'], [['Username', review.status?.userInfo?.username ?? ''], ['Groups', `[${(review.status?.userInfo?.groups ?? []).join(' ')}]`]])) environment.out(line)
      return
    }
    if (subverb !== 'can-i') throw new CommandError(`error: unknown command "${subverb ?? ''}"\nSee 'kubectl auth -h' for help and examples`)
    if (verb === undefined || what === undefined) throw new CommandError('error: you must specify two arguments: verb resource or verb resource/resourceName.')
    const isPath = what.startsWith('/')
    const [word = '', named] = isPath ? [what] : what.split('/')
    const resource = isPath ? undefined : await access.resource(word)
    const review = await access.ask<{ status?: { allowed?: boolean; reason?: string } }>('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      body: {
        apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {},
        spec: isPath ? { nonResourceAttributes: { path: what, verb } } : { resourceAttributes: { verb, group: resource?.group ?? '', resource: resource?.plural ?? word, ...(resource?.namespaced && !allNamespaces ? { namespace } : {}), ...(named ?? name ? { name: named ?? name } : {}), ...(flags.string('subresource') ? { subresource: flags.string('subresource') } : {}) } },
      },
    })
    const allowed = review.status?.allowed === true
    if (resource !== undefined && !resource.namespaced && !allNamespaces) environment.error(`Warning: resource '${resource.plural}' is not namespace scoped${resource.group ? ` in group '${resource.group}'` : ''}\n`)
    if (!flags.bool('quiet')) environment.out(allowed ? 'yes' : review.status?.reason ? `no - ${review.status.reason}` : 'no')
    if (!allowed) throw new CommandError('')
  },
}

export const version: Verb = {
  name: 'version',
  about: 'Print the client and server version information',
  completes: 'none',
  flags: [outputFlag, { name: 'client', type: 'bool' }],
  async run({ access, environment, flags }) {
    environment.out('Client Version: v1.37.0')
    if (flags.bool('client')) return
    const server = await access.ask<{ gitVersion?: string }>('GET', '/version')
    environment.out(`Server Version: ${server.gitVersion ?? 'unknown'}`)
  },
}

interface Schema {
  readonly description?: string
  readonly type?: string
  readonly format?: string
  readonly $ref?: string
  readonly allOf?: readonly Schema[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly 'x-kubernetes-group-version-kind'?: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
}

export const explain: Verb = {
  name: 'explain',
  about: 'Get documentation for a resource',
  completes: 'resources',
  flags: [{ name: 'recursive', type: 'bool' }, { name: 'api-version', type: 'string' }, outputFlag],
  async run({ access, environment, words, flags }) {
    const [path] = words
    if (path === undefined) throw new CommandError('error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.')
    const [word = '', ...fields] = path.split('.')
    const resource = await access.resource(word)
    const document = await access.ask<{ components?: { schemas?: Readonly<Record<string, Schema>> } }>('GET', resource.group === '' ? `/openapi/v3/api/${resource.version}` : `/openapi/v3/apis/${resource.group}/${resource.version}`)
    const schemas = document.components?.schemas ?? {}
    const described = await environment.descriptions?.()
    /** "core.v1.Pod" of the type that a schema is, or refers to. */
    const typeOf = (schema: Schema): string | undefined => {
      if (schema.type === 'array') return typeOf(schema.items ?? {})
      const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1) ?? Object.keys(schemas).find((key) => schemas[key] === schema)
      return name?.split('.').slice(-3).join('.')
    }
    const resolve = (schema: Schema): Schema => {
      const ref = schema.$ref ?? schema.allOf?.[0]?.$ref
      return ref === undefined ? schema : { ...schemas[ref.split('/').at(-1) as string], ...(schema.description ? { description: schema.description } : {}) }
    }
    const nameOf = (schema: Schema): string => {
      const ref = schema.$ref ?? schema.allOf?.[0]?.$ref
      if (schema.type === 'array') return `[]${nameOf(schema.items ?? {})}`
      if (typeof schema.additionalProperties === 'object') return `map[string]${nameOf(schema.additionalProperties)}`
      if (ref !== undefined) return ref.split('.').at(-1) as string
      return schema.type === undefined ? 'Object' : schema.type === 'object' ? 'Object' : schema.type
    }
    const root = Object.values(schemas).find((schema) => schema['x-kubernetes-group-version-kind']?.some((gvk) => gvk.kind === resource.kind && gvk.group === resource.group && gvk.version === resource.version))
    if (root === undefined) throw new CommandError(`error: couldn't find resource for "${resource.group}/${resource.version}, Kind=${resource.kind}"`)
    let at: Schema = root
    let typeName = resource.kind
    let above = typeOf(root)
    let said = root.description ?? described?.(above ?? '', '')
    for (const field of fields) {
      let inner = resolve(at)
      while (inner.type === 'array' && inner.items) inner = resolve(inner.items)
      const next = inner.properties?.[field]
      if (next === undefined) throw new CommandError(`error: field "${field}" does not exist`)
      said = next.description ?? described?.(above ?? '', field) ?? resolve(next).description
      above = typeOf(next)
      at = next
      typeName = nameOf(next)
    }
    let inner = resolve(at)
    while (inner.type === 'array' && inner.items) inner = resolve(inner.items)
    if (resource.group !== '') environment.out(`GROUP:      ${resource.group}`)
    environment.out(`KIND:       ${resource.kind}`)
    environment.out(`VERSION:    ${resource.version}`)
    environment.out('')
    const last = fields.at(-1)
    if (last !== undefined) {
      environment.out(`FIELD: ${last} <${typeName}>`)
      environment.out('')
    }
    environment.out('DESCRIPTION:')
    printText(environment, wrap(said ?? inner.description ?? '<empty>', 4))
    if (inner.properties !== undefined) {
      environment.out('    ')
      environment.out('FIELDS:')
      const print = (schema: Schema, depth: number): void => {
        for (const key of Object.keys(schema.properties ?? {}).sort(compareText)) {
          const property = (schema.properties as Record<string, Schema>)[key] as Schema
          environment.out(`${' '.repeat(depth)}${key}\t<${nameOf(property)}>${schema.required?.includes(key) ? ' -required-' : ''}`)
          if (flags.bool('recursive') && depth < 24) {
            let child = resolve(property)
            while (child.type === 'array' && child.items) child = resolve(child.items)
            print(child, depth + 2)
          } else if (!flags.bool('recursive')) {
            printText(environment, wrap(property.description ?? described?.(above ?? '', key) ?? resolve(property).description ?? '<no description>', depth + 2))
            environment.out('')
          }
        }
      }
      print(inner, 2)
    }
    environment.out('')
  },
}

function wrap(text: string, indent: number): string {
  const pad = ' '.repeat(indent)
  return text.split('\n').map((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + word.length + 1 > 80 - indent) { lines.push(line); line = word }
      else line = line === '' ? word : `${line} ${word}`
    }
    return [...lines, line].map((one) => pad + one).join('\n')
  }).join('\n')
}
