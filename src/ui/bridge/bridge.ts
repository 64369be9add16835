import { failure, type ApiRequest, type ApiResponse, type WatchEvent } from '../../api'
import { HostError, inThePast, type Session } from '../store'

/** What the server of the page asks of it, and what the page says. The other half is src/server/tab-gateway.ts. */
type Asked =
  | { readonly type: 'request' | 'read'; readonly id: number; readonly request: ApiRequest }
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

/** The part of an EventSource that is used; a test hands in its own. */
export interface EventStream {
  onmessage: ((event: MessageEvent<string>) => void) | null
  close(): void
}

/** How the page hears and speaks; the browser's own unless a test hands in another. */
export interface BridgeTransport {
  readonly listen: (address: string) => EventStream
  readonly post: (address: string, body: string) => Promise<unknown>
}

const browserTransport: BridgeTransport = {
  listen: (address) => new EventSource(address),
  post: (address, body) => fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
}

/**
 * Lets the server that served this page ask the open cluster: a kubectl on this machine then drives what the tab shows.
 * What it is told goes back in the order in which it happened. A server that was started anew counts from the beginning: what the
 * one before it had asked is neither answered nor followed any more. Gives the way to end it.
 */
export function startBridge(session: Session, address: string, transport: BridgeTransport = browserTransport): () => void {
  const source = transport.listen(address)
  let tab = ''
  let sending = Promise.resolve()
  let waiting: Said[] = []
  /** The server's numbers of the watches that are followed, by the host's: those never come twice. */
  const watches = new Map<number, number>()
  let lastWatch = 0

  const flush = async (): Promise<void> => {
    const messages = waiting
    waiting = []
    if (messages.length === 0 || tab === '') return
    // A server that cannot be reached has forgotten what it asked; it says hello when it is back.
    await transport.post(address, JSON.stringify({ tab, messages })).catch(() => undefined)
  }
  // One post at a time keeps the order; what comes meanwhile goes with the next.
  const say = (message: Said): void => {
    waiting.push(message)
    sending = sending.then(flush)
  }

  const unfollow = (watch: number): void => {
    watches.delete(watch)
    session.call('unfollow', { watch }).catch(() => undefined)
  }

  const answerOf = async (request: ApiRequest, onlyLooks: boolean): Promise<ApiResponse> => {
    try {
      // Looking at the past must not begin a branch: it reads without being part of the history.
      if (onlyLooks || (request.method === 'GET' && inThePast(session.view.getState()))) {
        return await session.call('read', { path: request.path, ...(request.query ? { query: request.query } : {}), ...(request.headers ? { headers: request.headers } : {}) })
      }
      return await session.call('request', { request })
    } catch (error) {
      return responseOf(error)
    }
  }

  const follow = async (id: number, request: ApiRequest): Promise<void> => {
    const asker = tab
    const watch = ++lastWatch
    watches.set(watch, id)
    try {
      await session.call('follow', { request, watch })
      if (tab === asker) say({ type: 'opened', id })
    } catch (error) {
      watches.delete(watch)
      if (tab === asker) say({ type: 'opened', id, response: responseOf(error) })
    }
  }

  source.onmessage = (event: MessageEvent<string>) => {
    const asked = JSON.parse(event.data) as Asked | { readonly type: 'hello'; readonly tab: string }
    switch (asked.type) {
      case 'hello':
        tab = asked.tab
        waiting = []
        for (const watch of [...watches.keys()]) unfollow(watch)
        if (document.hasFocus()) say({ type: 'focus' })
        return
      case 'request':
      case 'read': {
        const asker = tab
        void answerOf(asked.request, asked.type === 'read').then((response) => { if (tab === asker) say({ type: 'answer', id: asked.id, response }) })
        return
      }
      case 'watch':
        void follow(asked.id, asked.request)
        return
      case 'stop':
        for (const [watch, id] of watches) if (id === asked.id) unfollow(watch)
        return
    }
  }
  session.onFollowed = (told) => {
    if (told === 'broken') {
      // The worker is gone, and with it all it was asked to tell: clients list and watch again.
      for (const id of watches.values()) say({ type: 'events', id, events: [], closed: true })
      watches.clear()
      return
    }
    // The events of a watch may come before the answer that it is open; the server waits for the latter.
    const id = watches.get(told.watch)
    if (id === undefined) return
    if (told.closed) watches.delete(told.watch)
    say({ type: 'events', id, events: told.events, closed: told.closed })
  }
  const focused = (): void => { say({ type: 'focus' }) }
  window.addEventListener('focus', focused)
  return () => {
    window.removeEventListener('focus', focused)
    session.onFollowed = undefined
    for (const watch of [...watches.keys()]) unfollow(watch)
    source.close()
  }
}

function responseOf(error: unknown): ApiResponse {
  const status = error instanceof HostError && error.status !== undefined ? error.status : failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`)
  return { status: status.code ?? 500, headers: {}, body: status }
}
