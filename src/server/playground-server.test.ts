import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from './listen'
import { isLoopbackHost } from './loopback'
import { playgroundServer } from './playground-server'

let server: Server
let port: number
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-playground-'))
  const root = join(folder, 'dist')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Berth</title>')
  writeFileSync(join(root, 'assets', 'app-1a2b.js'), `// ${'x'.repeat(5_000)}`)
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  symlinkSync(join(folder, 'secret.txt'), join(root, 'way-out.txt'))
  server = playgroundServer(root)
  port = await listen(server, '127.0.0.1', 0, false)
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

interface Answer { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }

/** Exactly this path goes over the wire: `fetch` would tidy it up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers }, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => { chunks.push(chunk) })
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }) })
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('serves the page, whatever its query says', async () => {
  const { status, headers, body } = await get('/?scenario=first-pod')
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache'])
  expect(body.toString()).toContain('Berth')
})

test('serves hashed files for ever, compressed for those who can', async () => {
  const plain = await get('/assets/app-1a2b.js')
  const zipped = await get('/assets/app-1a2b.js', { 'accept-encoding': 'br, gzip' })
  expect([plain.headers['content-type'], plain.headers['content-encoding'], plain.headers['cache-control']]).toEqual(['text/javascript; charset=utf-8', undefined, 'public, max-age=31536000, immutable'])
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(zipped.body)).toEqual(plain.body)
  expect((await get('/assets/app-1a2b.js', { 'if-none-match': String(plain.headers.etag) })).status).toBe(304)
  expect((await get('/assets/app-1a2b.js', {}, 'HEAD')).body).toHaveLength(0)
})

test.each(['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/%2e%2e/%2e%2e/secret.txt', '/way-out.txt', '//etc/passwd', '/..\\secret.txt', '/%00', '/%', '/assets', '/assets/', '/nothing.js'])('gives nothing for %s', async (path) => {
  const { status, body } = await get(path)
  expect([400, 404]).toContain(status)
  expect(body.toString()).not.toContain('secret\n')
})

test.each([['attacker.example'], ['attacker.example:80'], ['127.0.0.1.attacker.example'], ['localhost.attacker.example'], ['10.0.0.1'], ['user@127.0.0.1']])('refuses the host %j (DNS rebinding)', async (host) => {
  expect((await get('/', { host })).status).not.toBe(200)
})

test('takes the names of this machine', async () => {
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'LOCALHOST']) expect((await get('/', { host })).status).toBe(200)
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopbackHost)).toBe(true)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example'].some(isLoopbackHost)).toBe(false)
})

test('refuses pages from elsewhere, takes its own', async () => {
  for (const origin of ['https://attacker.example', 'null', `https://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`]) expect((await get('/', { origin })).status).toBe(403)
  expect((await get('/', { origin: `http://127.0.0.1:${port}` })).status).toBe(200)
})

test('only reads', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await get('/', {}, method)).status).toBe(405)
})
