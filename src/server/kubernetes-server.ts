import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { failure, type ApiRequest, type ApiResponse, type Status, type WatchEvent } from '../api'
import type { Gateway } from './gateway'
import { isFollowedLog, streamLog } from './log-stream'
import type { Guard } from './loopback'
import { decodeProtobuf, ProtobufError } from './protobuf/decode'
import { encodeOpenApi, openApiProtobufType, openApiProtobufTypes } from './protobuf/openapi'

/** Upstream: --max-request-body-bytes of the generic API server. */
const bodyBytesMax = 3 * 1024 * 1024
/** A watcher that leaves so much unread is cut off: its client will list and watch again. */
const unreadBytesMax = 8 * 1024 * 1024
const watchesMax = 1_000
const protobufType = 'application/vnd.kubernetes.protobuf'

/** Answers requests for the Kubernetes API. Gives false for those that are not (the page's own files). */
export type KubernetesHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/** Is this a path of the Kubernetes API? */
export function isKubernetesPath(path: string): boolean {
  return /^\/(?:api|apis|openapi|version|healthz|readyz|livez|metrics|\.well-known)(?:\/|$)/.test(path)
}

/** The Kubernetes API over HTTP: requests, streaming watches, bodies in JSON, YAML and protobuf. */
export function kubernetesHandler(gateway: Gateway): KubernetesHandler {
  let watches = 0

  const handle = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const body = await readBody(request)
    if ('status' in body) return send(response, request.method, { status: body.status.code ?? 400, headers: { connection: 'close' }, body: body.status })
    const apiRequest = apiRequestOf(request, url, body.bytes)
    if (!('method' in apiRequest)) return send(response, request.method, { status: apiRequest.code ?? 400, headers: {}, body: apiRequest })
    const isWatch = apiRequest.method === 'GET' && ['true', '1'].includes(apiRequest.query?.['watch'] ?? '')
    const isLog = isFollowedLog(apiRequest) && request.method === 'GET'
    if (!isWatch && !isLog) return send(response, request.method, inWantedForm(apiRequest, await gateway.request(apiRequest)))
    if (watches >= watchesMax) return send(response, request.method, { status: 429, headers: { 'retry-after': '1' }, body: failure(429, 'TooManyRequests', 'too many watches are open, please try again later') })
    watches++
    try {
      if (!isLog) return await stream(gateway, apiRequest, response)
      const refused = await streamLog(gateway, apiRequest, response)
      if (refused !== undefined) send(response, request.method, refused)
    } finally {
      watches--
    }
  }

  return (request, response) => {
    const url = urlOf(request)
    if (url === undefined || !isKubernetesPath(url.pathname)) return false
    handle(request, response, url).catch((error: unknown) => {
      // Our own mistake, or a client that went away in the middle of what it said.
      if (!response.headersSent && !response.destroyed) send(response, request.method, { status: 500, headers: {}, body: failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`) })
      else response.destroy()
    })
    return true
  }
}

/** A server of the API alone. `guard` says who is welcome; `other` answers what is no path of the API, or gives false. */
export function kubernetesServer(gateway: Gateway, guard: Guard, other: KubernetesHandler = () => false): Server {
  const handler = kubernetesHandler(gateway)
  const server = createServer(serverLimits, (request, response) => {
    const refusal = guard(request)
    if (refusal !== undefined) return send(response, request.method, { status: 403, headers: { connection: 'close' }, body: failure(403, 'Forbidden', refusal) })
    if (!handler(request, response) && !other(request, response)) send(response, request.method, { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' })
  })
  return limited(server)
}

/** Slow and endless requests are cut off. Upstream has larger numbers; a class has fewer clients. */
export const serverLimits = { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 32 * 1024, keepAliveTimeout: 30_000, connectionsCheckingInterval: 5_000 }

export function limited(server: Server): Server {
  server.maxConnections = 2_000
  server.maxRequestsPerSocket = 10_000
  // A peer that is gone without a word is noticed.
  server.on('connection', (socket) => { socket.setKeepAlive(true, 30_000) })
  return server
}

function urlOf(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '', 'http://server')
  } catch {
    return undefined
  }
}

async function readBody(request: IncomingMessage): Promise<{ readonly bytes: Buffer } | { readonly status: Status }> {
  const tooLarge = { status: failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyBytesMax}`) }
  if (Number(request.headers['content-length'] ?? 0) > bodyBytesMax) return tooLarge
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytesMax) return tooLarge
    chunks.push(chunk)
  }
  return { bytes: Buffer.concat(chunks) }
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

function apiRequestOf(request: IncomingMessage, url: URL, bytes: Buffer): ApiRequest | Status {
  const method = request.method === 'HEAD' ? 'GET' : request.method ?? 'GET'
  if (!methods.has(method)) return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
  const headers: Record<string, string> = {}
  for (const name of ['accept', 'content-type']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  const query: Record<string, string> = {}
  for (const [name, value] of url.searchParams) if (!Object.hasOwn(query, name)) Object.defineProperty(query, name, { value, enumerable: true, configurable: true, writable: true })
  let body: unknown
  if (bytes.length > 0) {
    if (mediaType(headers['content-type']) === protobufType) {
      try {
        body = decodeProtobuf(bytes)
      } catch (error) {
        if (!(error instanceof ProtobufError)) throw error
        return failure(400, 'BadRequest', error.message)
      }
      headers['content-type'] = 'application/json'
    } else {
      body = bytes.toString('utf8')
    }
  }
  return {
    method: method as ApiRequest['method'], path: url.pathname, query, headers: { ...headers, accept: acceptOf(headers['accept']) }, userAgent: userAgentOf(request.headers['user-agent']),
    ...(body === undefined ? {} : { body }),
  }
}

/** The OpenAPI document of old is asked for in protobuf alone. */
function inWantedForm(request: ApiRequest, answer: ApiResponse): ApiResponse {
  if (request.path !== '/openapi/v2' || answer.status !== 200 || !openApiProtobufTypes.includes(mediaType(request.headers?.['accept']))) return answer
  return { ...answer, headers: { ...answer.headers, 'content-type': openApiProtobufType }, body: encodeOpenApi(answer.body as Readonly<Record<string, unknown>>) }
}

/** Clients that would rather have protobuf take JSON as well. */
function acceptOf(accept: string | undefined): string {
  const rest = (accept ?? '').split(',').map((clause) => clause.trim()).filter((clause) => clause !== '' && mediaType(clause) !== protobufType)
  return rest.length === 0 ? 'application/json' : rest.join(',')
}

function mediaType(text: string | undefined): string {
  return (text ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** "kubectl/v1.37.0 (linux/amd64) kubernetes/abc" is called kubectl. */
function userAgentOf(text: string | undefined): string {
  return /^[\w.-]{1,60}/.exec(text ?? '')?.[0] ?? 'unknown'
}

function send(response: ServerResponse, method: string | undefined, { status, headers, body }: ApiResponse): void {
  if (response.destroyed) return
  const isText = typeof body === 'string'
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : isText ? body : JSON.stringify(body))
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json', ...headers,
    'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff', 'content-length': String(bytes.length),
  })
  response.end(method === 'HEAD' ? undefined : bytes)
}

/** One JSON object a line, for as long as both sides stay. */
async function stream(gateway: Gateway, request: ApiRequest, response: ServerResponse): Promise<void> {
  // The server's patience is real time, not the cluster's.
  const { timeoutSeconds, ...query } = request.query ?? {}
  const ended = new Promise<void>((resolve) => { response.once('close', resolve) })
  const waiting: WatchEvent[] = []
  let isOpen = false
  const write = (events: readonly WatchEvent[]): void => {
    for (const event of events) response.write(`${JSON.stringify(event)}\n`)
    if (response.writableLength > unreadBytesMax) response.destroy()
  }
  const opened = await gateway.watch({ ...request, query }, {
    events: (events) => { if (isOpen) write(events); else waiting.push(...events) },
    close: () => { response.end() },
  })
  if (!opened.ok) return send(response, 'GET', opened.response)
  if (response.destroyed) return opened.stop()
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' })
  response.flushHeaders()
  isOpen = true
  write(waiting)
  const seconds = Number(timeoutSeconds)
  const timer = timeoutSeconds !== undefined && seconds >= 0 && seconds < 86_400 ? setTimeout(() => { response.end() }, seconds * 1000) : undefined
  await ended
  clearTimeout(timer)
  opened.stop()
}
