import type { ApiRequest } from '../../api'

/** What a request is about, read from its path. Upstream: apiserver/pkg/endpoints/request, RequestInfo. */
export interface RequestInfo {
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly plural: string
  readonly name: string
  readonly subresource: string
  /** Behind the subresource: the path of a proxy. */
  readonly rest: string
  /** /api/v1/watch/...: the old road to a watch. */
  readonly watchPath: boolean
}

/** What paths of collections were about: the same few are asked over and over. A memo: it says nothing that the path does not say. */
const collections = new Map<string, RequestInfo>()
const collectionsMax = 1_000

/** `undefined`: the path names no resource. */
export function requestInfoOf(path: string): RequestInfo | undefined {
  const known = collections.get(path)
  if (known !== undefined) return known
  const info = readPath(path)
  if (info?.name === '') {
    if (collections.size >= collectionsMax) collections.clear()
    collections.set(path, info)
  }
  return info
}

function readPath(path: string): RequestInfo | undefined {
  const parts = path.split('/').slice(1)
  if (parts[parts.length - 1] === '') parts.pop()
  let group: string
  let version: string
  let at: number
  if (parts[0] === 'api' && parts.length >= 3) {
    group = ''
    version = parts[1] as string
    at = 2
  } else if (parts[0] === 'apis' && parts.length >= 4) {
    group = decode(parts[1] as string)
    version = parts[2] as string
    at = 3
  } else return undefined
  let watchPath = false
  if (parts[at] === 'watch' && parts.length > at + 1) {
    watchPath = true
    at++
  }
  let namespace = ''
  const rest = parts.slice(at)
  for (let i = 0; i < rest.length; i++) {
    if (rest[i] === '') return undefined
    rest[i] = decode(rest[i] as string)
  }
  // /namespaces/x is the namespace itself, /namespaces/x/status and /finalize are its subresources.
  if (rest[0] === 'namespaces' && rest.length > 2 && !(group === '' && (rest[2] === 'status' || rest[2] === 'finalize') && rest.length === 3)) {
    namespace = rest[1] as string
    rest.splice(0, 2)
  }
  const [plural = '', name = '', subresource = ''] = rest
  return { group, version, namespace, plural, name, subresource, rest: rest.length > 3 ? rest.slice(3).join('/') : '', watchPath }
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The verb as RBAC and the trace name it. */
export function verbOf(request: ApiRequest, info: RequestInfo | undefined): string {
  const collection = info !== undefined && info.name === ''
  switch (request.method) {
    case 'GET': return collection ? (isTrue(request.query?.['watch']) || info.watchPath ? 'watch' : 'list') : info?.watchPath === true ? 'watch' : 'get'
    case 'POST': return 'create'
    case 'PUT': return 'update'
    case 'PATCH': return 'patch'
    case 'DELETE': return collection ? 'deletecollection' : 'delete'
  }
}

/** Query booleans as Go reads them: "", "1" and "true" are true when the parameter is there. Upstream: queryparams, Convert_Slice_string_To_bool. */
export function isTrue(value: string | undefined): boolean {
  if (value === undefined) return false
  return value !== 'false' && value !== '0'
}

/** A path may come with its query. Of a parameter that comes twice the first counts. */
export function pathOf(request: ApiRequest): { readonly path: string; readonly query: Readonly<Record<string, string>> } {
  const mark = request.path.indexOf('?')
  if (mark < 0) return { path: request.path, query: {} }
  const query: Record<string, string> = {}
  for (const pair of request.path.slice(mark + 1).split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const [key, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    const name = decode(key.replaceAll('+', ' '))
    if (!Object.hasOwn(query, name)) Object.defineProperty(query, name, { value: decode(value.replaceAll('+', ' ')), enumerable: true, writable: true, configurable: true })
  }
  return { path: request.path.slice(0, mark), query }
}
