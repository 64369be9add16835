import { compareText, type Json } from '../base'
import { ApiError, splitApiVersion, type ApiList, type ApiObject, type ApiResponse, type Status } from '../api'
import { CommandError, type Environment } from './environment'

/** One resource as discovery lists it. */
export interface DiscoveredResource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
}

interface AggregatedDiscovery {
  readonly items: readonly {
    readonly metadata: { readonly name?: string }
    readonly versions: readonly {
      readonly version: string
      readonly resources?: readonly {
        readonly resource: string
        readonly responseKind: { readonly kind: string }
        readonly scope: string
        readonly singularResource: string
        readonly shortNames?: readonly string[]
        readonly categories?: readonly string[]
        readonly verbs: readonly string[]
      }[]
    }[]
  }[]
}

/** An object named on the command line. */
export interface NamedObject {
  readonly resource: DiscoveredResource
  readonly namespace: string | undefined
  readonly name: string
}

/** "deployment.apps", "pod": how kubectl names a resource in front of an object's name. */
export function fullName(resource: DiscoveredResource): string {
  return resource.group === '' ? resource.singular : `${resource.singular}.${resource.group}`
}

export const pluralName = (resource: DiscoveredResource): string => (resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`)

/** The api-server as kubectl sees it: discovery, paths, and answers that throw. */
export class Access {
  readonly environment: Environment
  readonly userAgent: string
  #resources: readonly DiscoveredResource[] | undefined

  constructor(environment: Environment) {
    this.environment = environment
    this.userAgent = 'kubectl/v1.37'
  }

  async send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: { readonly query?: Readonly<Record<string, string>>; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<ApiResponse> {
    return this.environment.request({ method, path, userAgent: this.userAgent, ...options })
  }

  /** The body of a successful answer; a refusal is thrown as `ApiError`. */
  async ask<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options: { readonly query?: Readonly<Record<string, string>>; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<T> {
    const response = await this.send(method, path, options)
    if (response.status >= 400) throw new ApiError(response.body as Status)
    for (const warning of (response.headers['warning'] ?? '').split(/,(?=\s*299)/)) {
      const text = /^\s*299 - "(.*)"$/.exec(warning)
      if (text) this.environment.error(`Warning: ${(text[1] as string).replace(/\\"/g, '"')}`)
    }
    return response.body as T
  }

  pathOf(resource: DiscoveredResource, namespace?: string, name?: string, subresource?: string): string {
    let path = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
    if (resource.namespaced && namespace !== undefined) path += `/namespaces/${encodeURIComponent(namespace)}`
    path += `/${resource.plural}`
    if (name !== undefined) path += `/${encodeURIComponent(name)}`
    return subresource === undefined ? path : `${path}/${subresource}`
  }

  async resources(): Promise<readonly DiscoveredResource[]> {
    if (this.#resources !== undefined) return this.#resources
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
    const found: DiscoveredResource[] = []
    for (const path of ['/api', '/apis']) {
      const list = await this.ask<AggregatedDiscovery>('GET', path, { headers: { accept } })
      for (const group of list.items) for (const version of group.versions) for (const one of version.resources ?? []) {
        found.push({
          group: group.metadata.name ?? '', version: version.version, plural: one.resource, singular: one.singularResource || one.responseKind.kind.toLowerCase(),
          kind: one.responseKind.kind, namespaced: one.scope === 'Namespaced', shortNames: one.shortNames ?? [], categories: one.categories ?? [], verbs: one.verbs,
        })
      }
    }
    this.#resources = found
    return found
  }

  /** "po", "pods", "Pod", "deployments.apps", "deployments.v1.apps" */
  async resource(name: string): Promise<DiscoveredResource> {
    const all = await this.resources()
    const wanted = name.toLowerCase()
    const [base = '', ...group] = wanted.split('.')
    const fits = (one: DiscoveredResource): boolean => {
      const named = one.plural === base || one.singular === base || one.kind.toLowerCase() === base || one.shortNames.includes(base)
      if (!named || group.length === 0) return named
      return one.group === group.join('.') || (one.version === group[0] && one.group === group.slice(1).join('.'))
    }
    const found = all.find(fits)
    if (found === undefined) throw new CommandError(`error: the server doesn't have a resource type "${name}"`)
    return found
  }

  async resourceOf(object: ApiObject): Promise<DiscoveredResource> {
    const { group, version } = splitApiVersion(object.apiVersion)
    const find = (all: readonly DiscoveredResource[]): DiscoveredResource | undefined => all.find((one) => one.group === group && one.version === version && one.kind === object.kind)
    let found = find(await this.resources())
    if (found === undefined) {
      // A definition may have come since: look once more.
      this.#resources = undefined
      found = find(await this.resources())
    }
    if (found === undefined) {
      throw new CommandError(`error: resource mapping not found for name: "${object.metadata.name ?? ''}" namespace: "${object.metadata.namespace ?? ''}": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`)
    }
    return found
  }

  /** "pods", "pods,services", "all": the resources of a list word, in order. */
  async resourceList(word: string): Promise<readonly DiscoveredResource[]> {
    const out: DiscoveredResource[] = []
    for (const part of word.split(',')) {
      const ofCategory = (await this.resources()).filter((one) => one.categories.includes(part))
      if (ofCategory.length > 0) out.push(...[...ofCategory].sort((a, b) => compareText(a.group, b.group) || compareText(a.plural, b.plural)))
      else out.push(await this.resource(part))
    }
    return out
  }

  /** "pod web-1 web-2", "pod/web-1 deploy/web": names on the command line, resolved. */
  async named(words: readonly string[], namespace: string): Promise<NamedObject[]> {
    if (words.some((word) => word.includes('/'))) {
      const out: NamedObject[] = []
      for (const word of words) {
        const slash = word.indexOf('/')
        if (slash < 0) throw new CommandError('error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. \'kubectl get resource/<resource_name>\' instead of \'kubectl get resource resource/<resource_name>\'')
        const resource = await this.resource(word.slice(0, slash))
        out.push({ resource, namespace: resource.namespaced ? namespace : undefined, name: word.slice(slash + 1) })
      }
      return out
    }
    const [first, ...names] = words
    if (first === undefined) return []
    const resource = await this.resource(first)
    return names.map((name) => ({ resource, namespace: resource.namespaced ? namespace : undefined, name }))
  }

  get(object: NamedObject): Promise<ApiObject> {
    return this.ask<ApiObject>('GET', this.pathOf(object.resource, object.namespace, object.name))
  }

  /** `undefined` when there is none. */
  async find(object: NamedObject): Promise<ApiObject | undefined> {
    try {
      return await this.get(object)
    } catch (error) {
      if (ApiError.is(error, 'NotFound')) return undefined
      throw error
    }
  }

  list(resource: DiscoveredResource, namespace: string | undefined, query: Readonly<Record<string, string>> = {}): Promise<ApiList> {
    return this.ask<ApiList>('GET', this.pathOf(resource, namespace), { query })
  }

  patch(object: NamedObject, type: 'merge' | 'strategic' | 'json', patch: Json | object, options: { readonly manager?: string; readonly dryRun?: boolean; readonly subresource?: string } = {}): Promise<ApiObject> {
    const contentType = { merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', json: 'application/json-patch+json' }[type]
    return this.ask<ApiObject>('PATCH', this.pathOf(object.resource, object.namespace, object.name, options.subresource), {
      body: patch, headers: { 'content-type': contentType },
      query: { ...(options.manager ? { fieldManager: options.manager } : {}), ...(options.dryRun ? { dryRun: 'All' } : {}) },
    })
  }
}

/** An API refusal as kubectl prints it. Upstream: kubectl cmd/util, checkErr. */
export function errorText(error: ApiError): string {
  const { reason, message = '', details } = error.status
  // Nobody answered: kubectl's own words for it.
  const refused = reason === 'ServiceUnavailable' ? /dial tcp ([^ ]+): connect: connection refused$/.exec(message) : null
  if (refused !== null) return `The connection to the server ${refused[1] ?? ''} was refused - did you specify the right host or port?`
  if (reason === 'Invalid' && details?.causes !== undefined && details.causes.length > 0) {
    const what = `The ${details.kind ?? 'request'} "${details.name ?? ''}" is invalid`
    const lines = details.causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message ?? ''}` : (cause.message ?? '')))
    return lines.length === 1 ? `${what}: ${lines[0] ?? ''}` : `${what}: \n${lines.map((line) => `* ${line}`).join('\n')}`
  }
  return `Error from server${reason ? ` (${reason})` : ''}: ${message}`
}
