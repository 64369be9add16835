import { type ApiRequest, type ApiResponse } from '../../../api'
import { methodNotAllowed, noSuchResource } from '../errors'
import type { Server } from '../call'
import { discover, groupVersions, versionInfo } from '../discovery'
import { metricsText } from '../metrics'
import { openApiIndex, openApiV2, openApiV3 } from '../openapi'

const textHeaders = { 'content-type': 'text/plain; charset=utf-8' }
const pageNotFound: ApiResponse = { status: 404, headers: textHeaders, body: '404 page not found\n' }
const text = (body: string): ApiResponse => ({ status: 200, headers: textHeaders, body })
const json = (body: unknown): ApiResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body })

/** Checks that can be asked for by name: what this server has of them. */
const checks = [
  'ping', 'log', 'etcd', 'poststarthook/start-apiserver-admission-initializer', 'poststarthook/generic-apiserver-start-informers', 'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers', 'poststarthook/crd-informer-synced', 'poststarthook/start-system-namespaces-controller', 'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/bootstrap-controller',
]
const checksOf: Readonly<Record<string, readonly string[]>> = { healthz: checks, livez: checks, readyz: [...checks.slice(0, 3), 'etcd-readiness', 'informer-sync', ...checks.slice(3), 'shutdown'] }

/** Paths that name no object: health, version, discovery, OpenAPI, metrics. Throws where a known group lacks the version or the kind. */
export function nonResource(server: Server, request: ApiRequest, path: string, query: Readonly<Record<string, string>>): ApiResponse {
  const answer = find(server, request, path, query)
  if (answer !== undefined) {
    if (request.method !== 'GET') throw methodNotAllowed()
    return answer
  }
  const parts = path.split('/').filter((part) => part !== '')
  // Below a group that is served a wrong path is the API's business, anywhere else it is just no page.
  if ((parts[0] === 'api' && parts.length >= 2) || (parts[0] === 'apis' && parts.length >= 3 && server.kinds.hasGroup(parts[1] as string))) throw noSuchResource()
  return pageNotFound
}

/** True below /apis/<group> for a group nobody serves. */
export function isUnknownGroup(server: Server, path: string): boolean {
  if (!path.startsWith('/apis/')) return false
  const parts = path.split('/').filter((part) => part !== '')
  return parts.length >= 2 && !server.kinds.hasGroup(parts[1] as string)
}

export { pageNotFound }

function find(server: Server, request: ApiRequest, path: string, query: Readonly<Record<string, string>>): ApiResponse | undefined {
  if (path === '/' || path === '') return json({ paths: allPaths(server) })
  const health = /^\/(healthz|livez|readyz)(?:\/(.+))?$/.exec(path)
  if (health !== null) {
    const own = checksOf[health[1] as string] as readonly string[]
    if (health[2] !== undefined) return own.includes(health[2]) ? text('ok') : undefined
    if (query['verbose'] === undefined) return text('ok')
    const left = (query['exclude'] ?? '').split(',')
    return text(`${own.map((check) => `[+]${check} ${left.includes(check) ? 'excluded: ' : ''}ok\n`).join('')}${health[1] ?? ''} check passed\n`)
  }
  if (path === '/version' || path === '/version/') return json(versionInfo())
  if (path === '/metrics') return text(metricsText(server))
  if (path === '/openapi/v2') return json(openApiV2(server))
  if (path === '/openapi/v3' || path === '/openapi/v3/') return { ...json(openApiIndex(server)), headers: textHeaders }
  if (path.startsWith('/openapi/v3/')) {
    const parts = path.slice('/openapi/v3/'.length).split('/').filter((part) => part !== '')
    const document = parts[0] === 'api' && parts.length === 2 ? openApiV3(server, '', parts[1] as string)
      : parts[0] === 'apis' && parts.length === 3 ? openApiV3(server, parts[1] as string, parts[2] as string) : undefined
    return document === undefined ? undefined : json(document)
  }
  if (path === '/.well-known/openid-configuration') {
    return json({ issuer: 'https://kubernetes.default.svc.cluster.local', jwks_uri: 'https://10.96.0.1:443/openid/v1/jwks', response_types_supported: ['id_token'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'] })
  }
  return discover(server, request, path)
}

function allPaths(server: Server): string[] {
  const paths = ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/apis/']
  for (const { group, version } of groupVersions(server)) {
    if (group === '') continue
    if (!paths.includes(`/apis/${group}`)) paths.push(`/apis/${group}`)
    paths.push(`/apis/${group}/${version}`)
  }
  paths.push('/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version')
  for (const [health, own] of Object.entries(checksOf)) for (const check of own) paths.push(`/${health}/${check}`)
  return paths.sort()
}
