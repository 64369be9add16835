import { failure, type ApiRequest, type ApiResponse, type WatchEvent } from '../../api'
import { HostError, inThePast, type Session } from '../store'

/** What the server of the page asks of it, and what the page says. The other half is src/server/tab-gateway.ts. */
type Asked =
  | { readonly type: 'request'; readonly id: number; readonly request: ApiRequest }
  | { readonly type: 'watch'; readonly id: number; readonly request: ApiRequest }
  | { readonly type: 'stop'; readonly id: number }

type Said =
  | { readonly type: 'answer'; readonly id: number; readonly response: ApiResponse }
  | { readonly type: 'opened'; readonly id: number; readonly response?: ApiResponse }
  | { readonly type: 'events'; readonly id: number; readonly events: readonly WatchEvent[]; readonly closed: boolean }
  | { readonly type: 'focus' }

/** Where the server that served this page takes connections of tabs; undefined on a host of plain files. */
export function bridgeAddress(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="berth-bridge"]')?.content
}

/**
 * Lets the server that served this page ask the open cluster: a kubectl on this machine then drives what the tab shows.
 * What it is told goes back in the order in which it happened. Gives the way to end it.
 */
export function startBridge(session: Session, address: string): () => void {
  const source = new EventSource(address)
  let tab = ''
  let sending = Promise.resolve()
  let waiting: Said[] = []

  const flush = async (): Promise<void> => {
    const messages = waiting
    waiting = []
    if (messages.length === 0 || tab === '') return
    await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tab, messages }) }).catch(() => undefined)
  }
  // One post at a time keeps the order; what comes meanwhile goes with the next.
  const say = (message: Said): void => {
    waiting.push(message)
    sending = sending.then(flush)
  }

  const answerOf = async (request: ApiRequest): Promise<ApiResponse> => {
    try {
      // Looking at the past must not begin a branch: it reads without being part of the history.
      if (request.method === 'GET' && inThePast(session.view.getState())) {
        return await session.call('read', { path: request.path, ...(request.query ? { query: request.query } : {}), ...(request.headers ? { headers: request.headers } : {}) })
      }
      return await session.call('request', { request })
    } catch (error) {
      return responseOf(error)
    }
  }

  source.onmessage = (event: MessageEvent<string>) => {
    const asked = JSON.parse(event.data) as Asked | { readonly type: 'hello'; readonly tab: string }
    switch (asked.type) {
      case 'hello':
        tab = asked.tab
        if (document.hasFocus()) say({ type: 'focus' })
        return
      case 'request':
        void answerOf(asked.request).then((response) => { say({ type: 'answer', id: asked.id, response }) })
        return
      case 'watch':
        session.call('follow', { request: asked.request, watch: asked.id }).then(
          () => { say({ type: 'opened', id: asked.id }) },
          (error: unknown) => { say({ type: 'opened', id: asked.id, response: responseOf(error) }) },
        )
        return
      case 'stop':
        session.call('unfollow', { watch: asked.id }).catch(() => undefined)
        return
    }
  }
  session.onFollowed = (told) => {
    // The events of a watch may come before the answer that it is open; the server waits for the latter.
    if (told !== 'broken') say({ type: 'events', id: told.watch, events: told.events, closed: told.closed })
  }
  const focused = (): void => { say({ type: 'focus' }) }
  window.addEventListener('focus', focused)
  return () => {
    window.removeEventListener('focus', focused)
    session.onFollowed = undefined
    source.close()
  }
}

function responseOf(error: unknown): ApiResponse {
  const status = error instanceof HostError && error.status !== undefined ? error.status : failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`)
  return { status: status.code ?? 500, headers: {}, body: status }
}
