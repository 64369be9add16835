import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'
import { Workbench } from './page'

const dist = resolve(import.meta.dirname, '../../dist')

test('the JavaScript of the first view is at most 300 kB gzip, the engine in its worker at most 450 kB', async ({ page }) => {
  const names = new Set<string>()
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname
    if (name.endsWith('.js')) names.add(name)
  })
  await new Workbench(page).open()
  const sizes = [...names].map((name) => ({ name, bytes: gzipSync(readFileSync(join(dist, name)), { level: 9 }).length }))
  const listing = sizes.map(({ name, bytes }) => `${name} ${bytes}`).join('\n')
  const sum = (part: typeof sizes): number => part.reduce((total, { bytes }) => total + bytes, 0)
  // The cluster itself is a script of its own, loaded by the worker beside the page: it is counted apart.
  const engine = sizes.filter(({ name }) => /\/worker-[^/]*\.js$/.test(name))
  expect(engine, listing).toHaveLength(1)
  expect(sum(sizes) - sum(engine), listing).toBeLessThanOrEqual(300_000)
  expect(sum(engine), listing).toBeLessThanOrEqual(450_000)
})

test('the build works from a sub-path of a static host', async ({ page }) => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8')
  expect(html).not.toMatch(/(?:src|href)="\//)
  expect(existsSync(join(dist, 'assets'))).toBe(true)
  // Every address in the page's own code is relative too: serve it under a folder and open it.
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2' }
  await page.route('**/deep/er/**', async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/deep/er/', '') || 'index.html'
    const file = join(dist, path)
    if (!existsSync(file)) { await route.fulfill({ status: 404 }); return }
    await route.fulfill({ body: readFileSync(file), contentType: types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream' })
  })
  await page.goto('/deep/er/?scenario=first-pod&seed=1')
  await new Workbench(page).ready()
  expect(readdirSync(join(dist, 'assets')).length).toBeGreaterThan(3)
})
