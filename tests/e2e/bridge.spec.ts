import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { Workbench } from './page'

// The server that served the page is the one of playwright.config.ts: it answers for the open tab.

test('a client over HTTP sees and changes the cluster of the open tab, and the tab shows it', async ({ page, request }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1')
  const nodes = await request.get('/api/v1/nodes')
  expect(nodes.status()).toBe(200)
  expect(((await nodes.json()) as { items: readonly { metadata: { name: string } }[] }).items.map((item) => item.metadata.name)).toEqual(['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-f'])
  const created = await request.post('/api/v1/namespaces/default/pods', {
    headers: { 'user-agent': 'kubectl/v1.37.0' },
    data: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'from-outside' }, spec: { containers: [{ name: 'c', image: 'registry.example/c:1' }] } },
  })
  expect(created.status()).toBe(201)
  await expect(bench.caption).toContainText('from-outside')
  const wrong = await request.post('/api/v1/namespaces/default/pods', { data: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'Wrong_Name' }, spec: {} } })
  expect(wrong.status()).toBe(422)
})

test('a watch streams what happens in the tab', async ({ page, baseURL }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1')
  const abort = new AbortController()
  const response = await fetch(`${baseURL ?? ''}/api/v1/namespaces/default/configmaps?watch=true`, { signal: abort.signal })
  expect(response.status).toBe(200)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await fetch(`${baseURL ?? ''}/api/v1/namespaces/default/configmaps`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen' } }) })
  let text = ''
  while (!text.includes('"seen"')) {
    const { value, done } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value)
  }
  abort.abort()
  const events = text.trim().split('\n').map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } })
  expect(events.some((event) => event.type === 'ADDED' && event.object.metadata.name === 'seen')).toBe(true)
})

test('without an open tab the server says so; foreign pages and names are refused', async ({ page, request }) => {
  await page.goto('about:blank')
  await expect.poll(async () => (await request.get('/api/v1/nodes')).status()).toBe(503)
  expect(((await (await request.get('/api/v1/nodes')).json()) as { message: string }).message).toMatch(/no tab is open/)
  expect((await request.get('/api/v1/nodes', { headers: { origin: 'http://elsewhere.example' } })).status()).toBe(403)
  expect((await request.get('/.berth/bridge')).status()).toBe(403)
})

// The real thing, where it is installed.
const kubectl = spawnSync('kubectl', ['version', '--client']).status === 0

test.describe('kubectl', () => {
  test.skip(!kubectl, 'kubectl is not installed')
  let home = ''
  test.beforeAll(() => { home = mkdtempSync(join(tmpdir(), 'berth-kubectl-')) })
  test.afterAll(() => { if (home !== '') rmSync(home, { recursive: true }) })

  const start = (baseURL: string, args: readonly string[]): { readonly child: ChildProcess; readonly out: () => string; readonly done: Promise<number | null> } => {
    const child = spawn('kubectl', ['--server', baseURL, '--cache-dir', join(home, 'cache'), ...args], { env: { ...process.env, HOME: home, KUBECONFIG: '' } })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
    return { child, out: () => text, done: new Promise((resolve) => { child.on('close', resolve) }) }
  }

  test('gets, creates, scales, watches, describes, reads logs and deletes what the open tab holds', async ({ page, baseURL }) => {
    const run = async (...args: string[]): Promise<string> => {
      const { out, done } = start(baseURL ?? '', args)
      expect(await done, `kubectl ${args.join(' ')}: ${out()}`).toBe(0)
      return out()
    }
    const bench = new Workbench(page)
    await bench.open('?scenario=empty&seed=1')
    expect((await run('get', 'nodes')).split('\n').filter((line) => /^node-[a-f] +Ready/.test(line))).toHaveLength(6)
    expect(await run('create', 'deployment', 'web', '--image=registry.example/web:1')).toBe('deployment.apps/web created\n')
    await expect(bench.caption).toContainText('web')
    const watching = start(baseURL ?? '', ['get', 'deployments', '-w'])
    try {
      // The clock stands still all the while: what is written is told at once.
      await expect.poll(watching.out).toMatch(/^web +0\/1 /m)
      expect(await run('scale', 'deployment', 'web', '--replicas=2')).toBe('deployment.apps/web scaled\n')
      await expect.poll(watching.out).toMatch(/^web +0\/2 /m)
      const file = join(home, 'objects.yaml')
      writeFileSync(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: fast}\n')
      expect(await run('apply', '-f', file)).toBe('configmap/settings created\n')
      expect(await run('apply', '-f', file)).toBe('configmap/settings unchanged\n')
      await bench.play.click()
      expect(await run('rollout', 'status', 'deployment/web', '--timeout=60s')).toContain('successfully rolled out')
      await bench.pause.click()
      await expect.poll(watching.out).toMatch(/^web +2\/2 /m)
      expect(await run('logs', 'deployment/web')).toContain('started from registry.example/web:1')
      expect(await run('describe', 'deployment', 'web')).toContain('Scaled up replica set')
      expect(await run('delete', 'configmap', 'settings')).toBe('configmap "settings" deleted\n')
      const missing = start(baseURL ?? '', ['get', 'configmap', 'settings'])
      expect(await missing.done).toBe(1)
      expect(missing.out()).toContain('configmaps "settings" not found')
    } finally {
      watching.child.kill()
      await watching.done
    }
  })
})
