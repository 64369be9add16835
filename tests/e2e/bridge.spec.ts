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
