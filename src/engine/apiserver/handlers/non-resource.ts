import type { ApiRequest, ApiResponse } from '../../../api'
import type { Server } from '../call'

const textHeaders = { 'content-type': 'text/plain; charset=utf-8' }
const pageNotFound: ApiResponse = { status: 404, headers: textHeaders, body: '404 page not found\n' }

/** Paths that name no resource: health, version, discovery, metrics. */
export function nonResource(_server: Server, request: ApiRequest, path: string): ApiResponse {
  if (request.method === 'GET' && /^\/(healthz|livez|readyz)(\/.*)?$/.test(path)) return { status: 200, headers: textHeaders, body: 'ok' }
  return pageNotFound
}
