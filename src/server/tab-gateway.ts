import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { failure, type ApiRequest, type ApiResponse, type WatchEvent } from '../api'
import type { Gateway, OpenedWatch, Watcher } from './gateway'

/** Where tabs connect. Below a name that Kubernetes does not use. */
export const bridgePath = '/.berth/bridge'

/** A tab that does not answer for so long is taken for gone. */
const answerMsMax = 60_000
const postBytesMax = 64 * 1024 * 1024
const tabsMax = 50
/** Keeps the connection from being taken for dead by what lies between. */
const pulseMs = 20_000

interface Tab {
  readonly id: string
  readonly stream: ServerResponse
  focusedAt: number
}

interface Waiting {
  readonly tab: string
  readonly resolve: (response: ApiResponse) => void
  readonly timer: NodeJS.Timeout
}

interface Followed {
  readonly tab: string
  readonly watcher: Watcher
  opened: ((opened: OpenedWatch) => void) | undefined
  /** Events that came before the tab said that the watch is open. */
  early: { readonly events: readonly WatchEvent[]; readonly closed: boolean }[] | undefined
}

/** What a tab says; the page's half is src/ui/bridge/bridge.ts. */
interface Message {
  readonly type?: unknown
  readonly id?: unknown
  readonly response?: unknown
  readonly events?: unknown
  readonly closed?: unknown
}

/**
 * The way from HTTP to the cluster of an open tab: the tab holds a stream on which it is asked, and posts what it has to say.
 * With several tabs the one that had the focus last is asked. A tab that goes takes its answers and watches with it.
 */
export class TabGateway implements Gateway {
  readonly #tabs = new Map<string, Tab>()
  readonly #waiting = new Map<number, Waiting>()
  readonly #followed = new Map<number, Followed>()
  #lastId = 0
  #clock = 0

  get tabs(): number {
    return this.#tabs.size
  }

  request(request: ApiRequest): Promise<ApiResponse> {
    return this.#ask('request', request)
  }

  read(request: ApiRequest): Promise<ApiResponse> {
    return this.#ask('read', request)
  }

  #ask(type: 'request' | 'read', request: ApiRequest): Promise<ApiResponse> {
    const tab = this.#tab()
    if (tab === undefined) return Promise.resolve(noTab())
    const id = ++this.#lastId
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        resolve(refusal(504, 'Timeout', 'the open tab did not answer in time'))
      }, answerMsMax)
      this.#waiting.set(id, { tab: tab.id, resolve, timer })
      tell(tab, { type, id, request })
    })
  }

  watch(request: ApiRequest, watcher: Watcher): Promise<OpenedWatch> {
    const tab = this.#tab()
    if (tab === undefined) return Promise.resolve({ ok: false, response: noTab() })
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#followed.set(id, { tab: tab.id, watcher, opened: resolve, early: [] })
      tell(tab, { type: 'watch', id, request })
    })
  }

  /** Takes the requests of tabs themselves. False: this is none. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if ((request.url ?? '').split('?', 1)[0] !== bridgePath) return false
    // Only this server's own page may be a tab: a program has no business here, and other pages were refused before.
    if (request.headers['sec-fetch-site'] !== 'same-origin') end(response, 403)
    else if (request.method === 'GET') this.#connect(request, response)
    else if (request.method === 'POST') void this.#listen(request, response)
    else end(response, 405)
    return true
  }

  close(): void {
    for (const tab of [...this.#tabs.values()]) {
      tab.stream.end()
      this.#drop(tab)
    }
  }

  #tab(): Tab | undefined {
    let latest: Tab | undefined
    for (const tab of this.#tabs.values()) if (latest === undefined || tab.focusedAt > latest.focusedAt) latest = tab
    return latest
  }

  #connect(request: IncomingMessage, response: ServerResponse): void {
    if (this.#tabs.size >= tabsMax) { end(response, 429); return }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    const tab: Tab = { id: randomUUID(), stream: response, focusedAt: ++this.#clock }
    this.#tabs.set(tab.id, tab)
    tell(tab, { type: 'hello', tab: tab.id })
    const pulse = setInterval(() => { response.write(': still here\n\n') }, pulseMs)
    pulse.unref()
    request.on('close', () => {
      clearInterval(pulse)
      this.#drop(tab)
    })
  }

  async #listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request)
    const said = text === undefined ? undefined : parse(text)
    const tab = typeof said?.tab === 'string' ? this.#tabs.get(said.tab) : undefined
    if (said === undefined || tab === undefined || !Array.isArray(said.messages)) { end(response, 400); return }
    for (const message of said.messages as readonly Message[]) this.#take(tab, message)
    end(response, 204)
  }

  #take(tab: Tab, message: Message): void {
    if (message.type === 'focus') {
      tab.focusedAt = ++this.#clock
      return
    }
    const id = message.id
    if (typeof id !== 'number') return
    if (message.type === 'answer') {
      const waiting = this.#waiting.get(id)
      if (waiting?.tab !== tab.id) return
      this.#waiting.delete(id)
      clearTimeout(waiting.timer)
      waiting.resolve(isResponse(message.response) ? message.response : refusal(502, 'InternalError', 'the open tab gave an answer that is none'))
      return
    }
    const followed = this.#followed.get(id)
    if (followed?.tab !== tab.id) return
    if (message.type === 'opened') {
      const { opened, early } = followed
      followed.opened = undefined
      followed.early = undefined
      if (isResponse(message.response)) {
        this.#followed.delete(id)
        opened?.({ ok: false, response: message.response })
        return
      }
      opened?.({
        ok: true,
        stop: () => {
          if (this.#followed.delete(id)) tell(tab, { type: 'stop', id })
        },
      })
      for (const { events, closed } of early ?? []) this.#pass(id, followed, events, closed)
    } else if (message.type === 'events' && Array.isArray(message.events)) {
      const [events, closed] = [message.events as readonly WatchEvent[], message.closed === true]
      if (followed.early !== undefined) followed.early.push({ events, closed })
      else this.#pass(id, followed, events, closed)
    }
  }

  #pass(id: number, followed: Followed, events: readonly WatchEvent[], closed: boolean): void {
    if (events.length > 0) followed.watcher.events(events)
    if (!closed) return
    this.#followed.delete(id)
    followed.watcher.close()
  }

  #drop(tab: Tab): void {
    if (!this.#tabs.delete(tab.id)) return
    for (const [id, waiting] of this.#waiting) {
      if (waiting.tab !== tab.id) continue
      this.#waiting.delete(id)
      clearTimeout(waiting.timer)
      waiting.resolve(noTab())
    }
    for (const [id, followed] of this.#followed) {
      if (followed.tab !== tab.id) continue
      this.#followed.delete(id)
      if (followed.opened !== undefined) followed.opened({ ok: false, response: noTab() })
      else followed.watcher.close()
    }
  }
}

function tell(tab: Tab, message: object): void {
  tab.stream.write(`data: ${JSON.stringify(message)}\n\n`)
}

function noTab(): ApiResponse {
  return refusal(503, 'ServiceUnavailable', 'no tab is open: open the page of this server in a browser, its cluster answers here')
}

function refusal(code: number, reason: string, message: string): ApiResponse {
  return { status: code, headers: {}, body: failure(code, reason, message) }
}

function isResponse(value: unknown): value is ApiResponse {
  const response = value as Partial<ApiResponse> | null | undefined
  return typeof response === 'object' && response !== null && typeof response.status === 'number' && response.status >= 100 && response.status < 600 &&
    typeof response.headers === 'object' && response.headers !== null && 'body' in response
}

function parse(text: string): { readonly tab?: unknown; readonly messages?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > postBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store' }).end()
}
