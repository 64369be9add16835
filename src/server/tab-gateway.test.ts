import { request as httpRequest, type Server } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listen } from './listen'
import { loopbackGuard } from './loopback'
import { playgroundServer } from './playground-server'
import { bridgePath, TabGateway } from './tab-gateway'

let folder: string
let tabs: TabGateway
let server: Server
let base: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-bridge-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><head><title>Berth</title></head>')
  tabs = new TabGateway()
  server = playgroundServer(folder, loopbackGuard(), tabs)
  base = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0, false)}`
})

afterEach(() => {
  tabs.close()
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

const own = { 'sec-fetch-site': 'same-origin' }

/** A tab by hand: hears what it is asked, says what the test lets it say. */
class Tab {
  readonly heard: Record<string, unknown>[] = []
  id = ''
  #request: ReturnType<typeof httpRequest> | undefined
  #wake: (() => void)[] = []

  async open(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#request = httpRequest(`${base}${bridgePath}`, { headers: own, agent: false }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
            const line = text.slice(0, at)
            text = text.slice(at + 2)
            if (!line.startsWith('data: ')) continue
            const message = JSON.parse(line.slice(6)) as Record<string, unknown>
            if (message['type'] === 'hello') {
              this.id = message['tab'] as string
              resolve()
            } else this.heard.push(message)
            for (const wake of this.#wake.splice(0)) wake()
          }
        })
        response.on('error', () => undefined)
      })
      this.#request.on('error', reject)
      this.#request.end()
    })
    return this
  }

  async next(): Promise<Record<string, unknown>> {
    while (this.heard.length === 0) await new Promise<void>((resolve) => { this.#wake.push(resolve) })
    return this.heard.shift() as Record<string, unknown>
  }

  async say(...messages: object[]): Promise<number> {
    return (await fetch(`${base}${bridgePath}`, { method: 'POST', headers: own, body: JSON.stringify({ tab: this.id, messages }) })).status
  }

  close(): void {
    this.#request?.destroy()
  }
}

const ok = (body: unknown): object => ({ status: 200, headers: {}, body })

describe('the tab gateway', () => {
  test('asks the open tab and passes on what it answers', async () => {
    const tab = await new Tab().open()
    const answer = fetch(`${base}/api/v1/nodes?limit=500`)
    const asked = await tab.next()
    expect(asked).toMatchObject({ type: 'request', request: { method: 'GET', path: '/api/v1/nodes', query: { limit: '500' } } })
    expect(await tab.say({ type: 'answer', id: asked['id'], response: ok({ kind: 'NodeList' }) })).toBe(204)
    expect(await (await answer).json()).toEqual({ kind: 'NodeList' })
    tab.close()
  })

  test('asks the tab that had the focus last, and the other one when that is gone', async () => {
    const first = await new Tab().open()
    const second = await new Tab().open()
    await first.say({ type: 'focus' })
    const one = fetch(`${base}/version`)
    const asked = await first.next()
    await first.say({ type: 'answer', id: asked['id'], response: ok('first') })
    expect(await (await one).text()).toBe('first')
    first.close()
    await expect.poll(() => tabs.tabs).toBe(1)
    const two = fetch(`${base}/version`)
    const again = await second.next()
    await second.say({ type: 'answer', id: again['id'], response: ok('second') })
    expect(await (await two).text()).toBe('second')
    second.close()
  })

  test('streams a watch, also what came before it was said to be open, and stops it when the client goes', async () => {
    const tab = await new Tab().open()
    const abort = new AbortController()
    const opening = fetch(`${base}/api/v1/pods?watch=true`, { signal: abort.signal })
    const { id } = await tab.next()
    await tab.say({ type: 'events', id, events: [{ type: 'ADDED', object: { n: 1 } }], closed: false }, { type: 'opened', id }, { type: 'events', id, events: [{ type: 'ADDED', object: { n: 2 } }], closed: false })
    const reader = ((await opening).body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    while (text.split('\n').length < 3) text += new TextDecoder().decode((await reader.read()).value)
    expect(text.trim().split('\n').map((line) => (JSON.parse(line) as { object: { n: number } }).object.n)).toEqual([1, 2])
    abort.abort()
    expect(await tab.next()).toEqual({ type: 'stop', id })
    tab.close()
  })

  test('a tab that goes takes its answers with it: 503, and the stream ends', async () => {
    const tab = await new Tab().open()
    const answer = fetch(`${base}/api/v1/nodes`)
    await tab.next()
    tab.close()
    const response = await answer
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'ServiceUnavailable' })
  })

  test('nobody but its own page may be a tab, and a tab speaks only for itself', async () => {
    expect((await fetch(`${base}${bridgePath}`)).status).toBe(403)
    expect((await fetch(`${base}${bridgePath}`, { method: 'POST', headers: { ...own, origin: 'http://elsewhere.example' }, body: '{}' })).status).toBe(403)
    const [tab, other] = [await new Tab().open(), await new Tab().open()]
    await tab.say({ type: 'focus' })
    const answer = fetch(`${base}/version`)
    const { id } = await tab.next()
    await other.say({ type: 'answer', id, response: ok('forged') })
    await tab.say({ type: 'answer', id, response: ok('true') })
    expect(await (await answer).text()).toBe('true')
    expect(await (async () => (await fetch(`${base}${bridgePath}`, { method: 'POST', headers: own, body: '{"tab":"nobody","messages":[]}' })).status)()).toBe(400)
    expect(await (async () => (await fetch(`${base}${bridgePath}`, { method: 'POST', headers: own, body: 'no json' })).status)()).toBe(400)
    tab.close()
    other.close()
  })

  test('tells the page of the bridge in its head', async () => {
    expect(await (await fetch(`${base}/`)).text()).toContain('<meta name="berth-bridge" content="/.berth/bridge"></head>')
  })
})
