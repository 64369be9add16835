import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeHost, frame, savedText } from '../testing/fake-host'
import { Session } from '../store'
import { startBridge, type EventStream } from './bridge'

interface Said { readonly tab: string; readonly messages: readonly Record<string, unknown>[] }

/** A server by hand: asks, and keeps what it is told. */
class Server implements EventStream {
  onmessage: EventStream['onmessage'] = null
  readonly told: Said[] = []
  closed = false

  readonly transport = {
    listen: (): EventStream => this,
    post: (_address: string, body: string): Promise<unknown> => {
      this.told.push(JSON.parse(body) as Said)
      return Promise.resolve()
    },
  }

  ask(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent<string>)
  }

  close(): void {
    this.closed = true
  }

  messages(tab: string): readonly Record<string, unknown>[] {
    return this.told.filter((said) => said.tab === tab).flatMap((said) => said.messages)
  }
}

const settle = async (): Promise<void> => { for (let i = 0; i < 30; i++) await Promise.resolve() }
const get = { method: 'GET', path: '/api/v1/pods', userAgent: 'kubectl' }
const response = { status: 200, headers: {}, body: { kind: 'PodList' } }

let server: Server

beforeEach(() => {
  server = new Server()
  // The two things the bridge wants of a page.
  vi.stubGlobal('document', { hasFocus: () => true })
  vi.stubGlobal('window', new EventTarget())
})
afterEach(() => { vi.unstubAllGlobals() })

function begin(host: FakeHost): { readonly session: Session; readonly stop: () => void } {
  const session = new Session({ startHost: () => host, nextFrame: (then) => { then() } })
  const stop = startBridge(session, '/bridge', server.transport)
  server.ask({ type: 'hello', tab: 'one' })
  return { session, stop }
}

test('says that it has the focus, answers requests as a client of the cluster, and reads when the past is on show', async () => {
  const host = new FakeHost({ request: () => response, read: () => response, save: () => savedText() })
  begin(host)
  server.ask({ type: 'request', id: 7, request: get })
  await settle()
  expect(server.messages('one')).toEqual([{ type: 'focus' }, { type: 'answer', id: 7, response }])
  expect([host.count('request'), host.count('read')]).toEqual([1, 0])
  host.onFrame(frame({ position: { event: 3, beat: 0 }, end: { event: 10, beat: 0 } }))
  server.ask({ type: 'request', id: 8, request: get })
  await settle()
  expect([host.count('request'), host.count('read')]).toEqual([1, 1])
})

test('a refusal is the answer', async () => {
  begin(new FakeHost())
  server.ask({ type: 'request', id: 7, request: get })
  await settle()
  expect(server.messages('one').at(-1)).toMatchObject({ type: 'answer', id: 7, response: { status: 500, body: { kind: 'Status' } } })
})

test('tells the events of a watch under the number of the server, and stops it', async () => {
  const host = new FakeHost({ follow: () => null, unfollow: () => null })
  const { session } = begin(host)
  server.ask({ type: 'watch', id: 40, request: get })
  await settle()
  const { watch } = host.asked.find((one) => one.name === 'follow')?.take as { readonly watch: number }
  const events = [{ type: 'ADDED', object: { kind: 'Pod' } }] as never
  session.onFollowed?.({ type: 'followed', watch, events, closed: false })
  await settle()
  expect(server.messages('one').slice(-2)).toEqual([{ type: 'opened', id: 40 }, { type: 'events', id: 40, events, closed: false }])
  server.ask({ type: 'stop', id: 40 })
  await settle()
  expect(host.asked.at(-1)).toEqual({ name: 'unfollow', take: { watch } })
})

test('a server that was started anew may count from the beginning: no number meets one of before, nothing of before is told', async () => {
  let answer = (): void => undefined
  const host = new FakeHost({ follow: () => null, unfollow: () => null, request: () => new Promise((resolve) => { answer = () => { resolve(response) } }), save: () => savedText() })
  const { session } = begin(host)
  server.ask({ type: 'watch', id: 1, request: get })
  server.ask({ type: 'request', id: 2, request: get })
  await settle()
  server.ask({ type: 'hello', tab: 'two' })
  server.ask({ type: 'watch', id: 1, request: get })
  answer()
  await settle()
  const follows = host.asked.filter((one) => one.name === 'follow').map((one) => (one.take as { readonly watch: number }).watch)
  expect(new Set(follows).size).toBe(2)
  expect(host.asked.filter((one) => one.name === 'unfollow').map((one) => (one.take as { readonly watch: number }).watch)).toEqual([follows[0]])
  session.onFollowed?.({ type: 'followed', watch: follows[0] as number, events: [], closed: true })
  await settle()
  expect(server.messages('two')).toEqual([{ type: 'focus' }, { type: 'opened', id: 1 }])
})

test('when the worker stops, its watches end', async () => {
  const host = new FakeHost({ follow: () => null })
  begin(host)
  server.ask({ type: 'watch', id: 5, request: get })
  await settle()
  host.onBroken({ type: 'broken', message: 'out of memory' })
  await settle()
  expect(server.messages('one').at(-1)).toEqual({ type: 'events', id: 5, events: [], closed: true })
})

test('ends with nothing left followed', async () => {
  const host = new FakeHost({ follow: () => null, unfollow: () => null })
  const { stop } = begin(host)
  server.ask({ type: 'watch', id: 5, request: get })
  await settle()
  stop()
  expect(server.closed).toBe(true)
  expect(host.count('unfollow')).toBe(1)
})
