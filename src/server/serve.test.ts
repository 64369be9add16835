import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Terminal } from './read-files'
import { serve, type Served } from './serve-command'

let served: Served
let base: string
let folder: string
const said: string[] = []
const terminal: Terminal = { out: (text) => { said.push(text) }, error: (text) => { said.push(`! ${text}`) }, stdin: () => '' }

const pod = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'nginx' }] } })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-serve-'))
  writeFileSync(join(folder, 'config.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-file}\ndata: {a: b}\n')
  const started = await serve(['--port', '0', '--speed', '50', '-f', join(folder, 'config.yaml')], terminal)
  if (typeof started === 'number') throw new Error(said.join(''))
  served = started
  base = `http://127.0.0.1:${served.port}`
})

afterAll(() => {
  served.close()
  rmSync(folder, { recursive: true })
})

interface Answer { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }

async function ask(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(base + path, { method, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }) })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) as Record<string, unknown> : { text } }
}

/** A watch's events as they come; `until` waits for one. */
async function watch(path: string): Promise<{ readonly events: { readonly type: string; readonly object: { readonly metadata: { readonly name?: string }; readonly spec?: { readonly nodeName?: string } } }[]; until(found: (type: string, name: string) => boolean): Promise<void>; stop(): void; readonly ended: Promise<unknown> }> {
  const controller = new AbortController()
  const answer = await fetch(`${base}${path}`, { signal: controller.signal })
  expect(answer.status).toBe(200)
  const events: Awaited<ReturnType<typeof watch>>['events'] = []
  let rest = ''
  const heard = new EventTarget()
  const ended = (async () => {
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        rest += Buffer.from(chunk).toString('utf8')
        const lines = rest.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) events.push(JSON.parse(line) as (typeof events)[number])
        heard.dispatchEvent(new Event('event'))
      }
    } catch { /* stopped by the test */ }
    heard.dispatchEvent(new Event('event'))
  })()
  return {
    events, ended,
    stop: () => { controller.abort() },
    until: async (found) => {
      while (!events.some(({ type, object }) => found(type, object.metadata.name ?? ''))) await once(heard as unknown as NodeJS.EventEmitter, 'event')
    },
  }
}

describe('the API over HTTP', () => {
  test('says where it listens', () => {
    expect(said[0]).toBe(`listening on http://127.0.0.1:${served.port}\n`)
    expect(said[1]).toContain(`kubectl --server http://127.0.0.1:${served.port} get nodes`)
  })

  test('reads what the scenario and the files brought', async () => {
    const nodes = await ask('GET', '/api/v1/nodes')
    expect(nodes.status).toBe(200)
    expect(nodes.headers.get('content-type')).toContain('application/json')
    expect(nodes.body).toMatchObject({ kind: 'NodeList', apiVersion: 'v1' })
    expect(nodes.body['items']).toHaveLength(6)
    expect((await ask('GET', '/api/v1/namespaces/default/configmaps/from-file')).body).toMatchObject({ data: { a: 'b' } })
  })

  test('a Pod that is created is scheduled and runs, and a watch hears it all in order', async () => {
    const stream = await watch('/api/v1/namespaces/default/pods?watch=true&labelSelector=app%3Dwatched')
    expect((await ask('POST', '/api/v1/namespaces/default/pods', JSON.stringify(pod('watched')))).status).toBe(201)
    await stream.until((type) => type === 'ADDED')
    for (;;) {
      const { body } = await ask('GET', '/api/v1/namespaces/default/pods/watched')
      if ((body['status'] as { phase?: string }).phase === 'Running') break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await ask('DELETE', '/api/v1/namespaces/default/pods/watched?gracePeriodSeconds=0')
    await stream.until((type) => type === 'DELETED')
    expect(stream.events[0]).toMatchObject({ type: 'ADDED' })
    expect(stream.events.at(-1)).toMatchObject({ type: 'DELETED', object: { spec: { nodeName: expect.any(String) as unknown } } })
    const revisions = stream.events.map(({ object }) => Number((object.metadata as { resourceVersion?: string }).resourceVersion))
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
    stream.stop()
  })

  test('a watch ends when its time is over, and one that cannot be opened says why', async () => {
    const stream = await watch('/api/v1/pods?watch=1&timeoutSeconds=0')
    await stream.ended
    expect(await ask('GET', '/api/v1/pods?watch=1&labelSelector=%3D%3D%3D')).toMatchObject({ status: 400, body: { kind: 'Status' } })
  })

  test('bodies in YAML and protobuf; refusals are Status objects', async () => {
    expect((await ask('POST', '/api/v1/namespaces', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: yaml}\n', { 'content-type': 'application/yaml' })).status).toBe(201)
    const samples = JSON.parse(readFileSync(new URL('protobuf/testing/samples.json', import.meta.url), 'utf8')) as readonly { readonly json: { readonly kind: string; readonly metadata: { readonly name?: string } }; readonly protobuf: string }[]
    const sample = samples.find(({ json }) => json.kind === 'Namespace' && json.metadata.name !== undefined)
    const created = await ask('POST', '/api/v1/namespaces', Buffer.from(sample?.protobuf ?? '', 'base64'), { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/vnd.kubernetes.protobuf,application/json' })
    expect(created).toMatchObject({ status: 201, body: { kind: 'Namespace', metadata: { name: sample?.json.metadata.name } } })
    expect(await ask('POST', '/api/v1/namespaces', '{"kind":', {})).toMatchObject({ status: 400, body: { kind: 'Status', status: 'Failure', reason: 'BadRequest' } })
    expect(await ask('POST', '/api/v1/namespaces', 'k8s', { 'content-type': 'application/vnd.kubernetes.protobuf' })).toMatchObject({ status: 400, body: { kind: 'Status' } })
    expect(await ask('GET', '/api/v1/namespaces/default/pods/nowhere')).toMatchObject({ status: 404, body: { reason: 'NotFound', message: 'pods "nowhere" not found' } })
    expect((await ask('GET', '/somewhere')).status).toBe(404)
    expect((await ask('OPTIONS', '/api/v1/pods')).status).toBe(405)
  })

  test('a table for those who ask for one', async () => {
    const { body } = await ask('GET', '/api/v1/nodes?limit=500', undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' })
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })
  })
})

describe('hostile clients', () => {
  /** Header by header, as no well-behaved client would. */
  function raw(path: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port: served.port, path, headers, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end()
    })
  }

  test('foreign hosts and origins are refused', async () => {
    expect(await raw('/api/v1/nodes', { host: 'attacker.example' })).toBe(403)
    expect(await raw('/api/v1/nodes', { origin: 'https://attacker.example' })).toBe(403)
    expect(await raw('/api/v1/nodes', { host: `localhost:${served.port}` })).toBe(200)
  })

  test('a body above 3 MiB is refused as the real server does', async () => {
    const large = JSON.stringify({ ...pod('large'), filling: 'x'.repeat(3 * 1024 * 1024) })
    const answer = await ask('POST', '/api/v1/namespaces/default/pods', large).catch(() => undefined)
    // The connection may be cut before all of it was sent; an answer says why.
    if (answer !== undefined) expect(answer).toMatchObject({ status: 413, body: { reason: 'RequestEntityTooLarge', message: 'Request entity too large: limit is 3145728' } })
    expect((await ask('GET', '/api/v1/namespaces/default/pods/large')).status).toBe(404)
  })

  test('floods of headers, garbage and clients that hang up leave it as it was', async () => {
    await raw('/api/v1/nodes', { 'x-filling': 'x'.repeat(100_000) }).then((status) => { expect(status).toBe(431) }, () => undefined)
    await new Promise<void>((resolve) => {
      const socket = connect(served.port, '127.0.0.1', () => { socket.write('\u0000\u0001 nonsense\r\n\r\n') })
      socket.on('close', () => { resolve() })
      socket.on('error', () => { resolve() })
      socket.resume()
    })
    for (let i = 0; i < 20; i++) {
      const stream = await watch('/api/v1/pods?watch=true')
      stream.stop()
      await stream.ended
    }
    expect((await ask('GET', '/api/v1/nodes')).status).toBe(200)
  })
})

describe('arguments', () => {
  const wrong = async (...args: string[]): Promise<{ readonly status: number | Served; readonly error: string }> => {
    let error = ''
    const status = await serve(args, { out: () => undefined, error: (text) => { error += text }, stdin: () => '' })
    return { status, error }
  }

  test.each([[['--port', 'x'], '--port: a number'], [['--port', '70000'], '--port: a number'], [['--speed', '0'], '--speed: a number'], [['--seed', '-1'], 'seed'], [['--scenario', 'x'], '--scenario: there is none'], [['-f', 'nowhere.yaml'], 'nowhere.yaml: there is no such file'], [['--wrong'], 'usage:']])('%j', async (args, says) => {
    const { status, error } = await wrong(...args)
    expect(status).toBe(2)
    expect(error).toContain(says)
  })

  test('a port that is taken', async () => {
    expect(await wrong('--port', String(served.port))).toMatchObject({ status: 1, error: expect.stringContaining('cannot be opened') as unknown })
  })
})
