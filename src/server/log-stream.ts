import type { ServerResponse } from 'node:http'
import type { ApiRequest, Pod } from '../api'
import type { Gateway } from './gateway'

/** Real milliseconds between two looks at a log. */
const lookMs = 500
/** What decides which lines are wanted; to see what is new, all are. */
const selecting: ReadonlySet<string> = new Set(['follow', 'tailLines', 'sinceSeconds', 'sinceTime', 'limitBytes'])

/** Does somebody want to read on in a container's log? */
export function isFollowedLog({ method, path, query }: ApiRequest): boolean {
  return method === 'GET' && /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/log$/.test(path) && ['true', '1'].includes(query?.['follow'] ?? '') && !['true', '1'].includes(query?.['previous'] ?? '')
}

/**
 * Answers with a log, and with what is added to it, until its container ends, its Pod is gone, or the client goes. The first look
 * is a request as any other; the later ones leave no trace in the cluster. Gives what has to be sent instead when it is refused.
 */
export async function streamLog(gateway: Gateway, request: ApiRequest, response: ServerResponse): Promise<Awaited<ReturnType<Gateway['request']>> | undefined> {
  const whole: ApiRequest = { ...request, query: Object.fromEntries(Object.entries(request.query ?? {}).filter(([name]) => !selecting.has(name))) }
  const pod: ApiRequest = { method: 'GET', path: request.path.slice(0, -'/log'.length), headers: { accept: 'application/json' }, userAgent: request.userAgent }
  const first = await gateway.request(request)
  if (first.status !== 200) return first
  const logOf = async (): Promise<string | undefined> => {
    const { status, body } = await gateway.read(whole)
    return status === 200 && typeof body === 'string' ? body : undefined
  }
  let known = await logOf()
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' })
  response.flushHeaders()
  if (typeof first.body === 'string') response.write(first.body)
  while (known !== undefined && !response.destroyed) {
    // Asked before the log: what a container says last is in the log that is read after it has ended.
    const isOver = await hasEnded(gateway, pod, request.query?.['container'])
    const now = await logOf()
    // A container that was started again has another log: the one that was followed is over.
    if (now === undefined || !now.startsWith(known)) break
    if (now.length > known.length) response.write(now.slice(known.length))
    known = now
    if (isOver) break
    await pause(response)
  }
  response.end()
  return undefined
}

async function hasEnded(gateway: Gateway, request: ApiRequest, container: string | undefined): Promise<boolean> {
  const { status, body } = await gateway.read(request)
  if (status !== 200) return true
  const { spec, status: state } = body as Pod
  const name = container ?? spec?.containers[0]?.name
  const found = [...state?.containerStatuses ?? [], ...state?.initContainerStatuses ?? []].find((one) => one.name === name)
  return found?.state?.running === undefined
}

/** Waits until the next look, or until the client is gone. */
function pause(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      response.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, lookMs)
    response.once('close', done)
  })
}
