import { deflateSync } from 'node:zlib'
import { expect, test, type Page } from '@playwright/test'
import { Workbench } from './page'

/** Something of the person's own, that no scenario holds. */
async function write(page: Page, name: string): Promise<void> {
  const { origin } = new URL(page.url())
  const answer = await page.request.post(`${origin}/api/v1/namespaces/default/configmaps`, { data: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } })
  expect(answer.status()).toBe(201)
}

async function holds(page: Page, name: string): Promise<boolean> {
  const { origin } = new URL(page.url())
  return (await page.request.get(`${origin}/api/v1/namespaces/default/configmaps/${name}`)).status() === 200
}

/** Lets the test ask the page's worker itself: a hash of the whole state is nothing that a person sees. */
async function watchWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const Original = Worker
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        Object.assign(window, { theWorker: this })
      }
    }
  })
}

async function hashOf(page: Page): Promise<unknown> {
  return page.evaluate(() => new Promise((resolve) => {
    const worker = (window as unknown as { theWorker: Worker }).theWorker
    worker.addEventListener('message', ({ data }: MessageEvent<{ readonly id?: number; readonly give?: unknown }>) => { if (data.id === 987_654_321) resolve(data.give) })
    worker.postMessage({ type: 'hash', id: 987_654_321, take: {} })
  }))
}

const items = async (page: Page): Promise<void> => { await page.getByRole('button', { name: 'Share and save' }).click() }

test('a reload loses nothing', async ({ page }) => {
  await watchWorker(page)
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=5')
  await write(page, 'mine')
  await bench.step.click()
  await expect.poll(() => page.url()).toContain('at=')
  const hash = await hashOf(page)
  await page.waitForTimeout(1_000)
  // By now the page has drawn what the worker had come to.
  const clock = await bench.clock.textContent()
  await page.reload()
  await bench.ready()
  expect(await hashOf(page)).toEqual(hash)
  await expect(bench.clock).toHaveText(clock ?? '')
  expect(await holds(page, 'mine')).toBe(true)
})

test('loaded again while the clock runs, it goes on from where it was last kept, not from where Play was pressed', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=5')
  const seconds = async (): Promise<number> => ((await bench.clock.textContent()) ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  const before = await seconds()
  await bench.play.click()
  await expect.poll(() => page.url()).not.toContain('at=')
  await expect.poll(async () => (await seconds()) - before, { timeout: 20_000 }).toBeGreaterThan(7)
  await page.reload()
  await bench.ready()
  await expect(bench.play).toBeVisible()
  expect((await seconds()) - before).toBeGreaterThan(1)
})

test('a link carries everything: the same state, and paused', async ({ page, context, browser, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await watchWorker(page)
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=6')
  await write(page, 'carried')
  await bench.step.click()
  const wanted = await hashOf(page)
  expect(wanted).toMatchObject({ history: expect.any(String), state: expect.any(String) })
  await items(page)
  await page.getByRole('menuitem', { name: /Copy a link with everything/ }).click()
  await expect(bench.caption).toContainText('holds the whole session')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link.length).toBeLessThan(8_500)
  const other = await browser.newContext({ ...(baseURL ? { baseURL } : {}) })
  const fresh = await other.newPage()
  await watchWorker(fresh)
  await fresh.goto(link)
  await new Workbench(fresh).ready()
  await expect(new Workbench(fresh).play).toBeVisible()
  expect(await hashOf(fresh)).toEqual(wanted)
  // It stands still: nothing runs until somebody says so.
  const clock = await new Workbench(fresh).clock.textContent()
  await fresh.waitForTimeout(500)
  await expect(new Workbench(fresh).clock).toHaveText(clock ?? '')
  expect(await hashOf(fresh)).toEqual(wanted)
  await fresh.bringToFront()
  await page.close()
  await expect.poll(() => holds(fresh, 'carried')).toBe(true)
  await other.close()
})

test('a renderer that is killed right after a write loses nothing', async ({ page, context }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=8')
  await write(page, 'crashed')
  await page.waitForTimeout(300)
  const crashed = page.waitForEvent('crash')
  page.goto('chrome://crash').catch(() => undefined)
  await crashed
  await page.close()
  // Another tab, which knows nothing of the one that is gone: its session is offered.
  const next = await context.newPage()
  await new Workbench(next).open('?scenario=first-pod&seed=1')
  await next.getByRole('button', { name: /^First Pod/ }).click()
  await next.getByRole('menuitem', { name: /Yours: Empty cluster/ }).click()
  await expect.poll(() => holds(next, 'crashed')).toBe(true)
})

test('starting over begins afresh, and what was done before is still to be had', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1')
  await write(page, 'before')
  const choose = async (name: RegExp, role: 'menuitem' | 'menuitemcheckbox' = 'menuitem'): Promise<void> => {
    await page.getByRole('button', { name: /^Empty cluster/ }).click()
    await page.getByRole(role, { name }).click()
  }
  await choose(/^Empty cluster/, 'menuitemcheckbox')
  await expect.poll(() => holds(page, 'before')).toBe(false)
  await page.waitForTimeout(500)
  await page.reload()
  await bench.ready()
  expect(await holds(page, 'before')).toBe(false)
  await choose(/Yours: Empty cluster/)
  await expect.poll(() => holds(page, 'before')).toBe(true)
})

test('two tabs with one name keep their sessions apart', async ({ page, context }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=9')
  await write(page, 'both')
  await page.waitForTimeout(500)
  // What "duplicate this tab" does: the copy has the storage of the tab it was made from.
  const name = await page.evaluate(() => sessionStorage.getItem('berth.session') ?? '')
  const copy = await context.newPage()
  await copy.addInitScript((value) => { if (sessionStorage.getItem('berth.session') === null) sessionStorage.setItem('berth.session', value) }, name)
  await copy.goto(page.url())
  await new Workbench(copy).ready()
  await copy.bringToFront()
  await expect.poll(() => holds(copy, 'both')).toBe(true)
  await write(copy, 'copied')
  await copy.waitForTimeout(500)
  await copy.close()
  await page.reload()
  await bench.ready()
  expect(await holds(page, 'both')).toBe(true)
  expect(await holds(page, 'copied')).toBe(false)
})

for (const [what, fragment] of [
  ['garbage', 'no-session-at-all'],
  ['another text', deflateSync(Buffer.from('{"__proto__":{"polluted":true}}')).toString('base64url')],
  ['an end that is never reached', deflateSync(Buffer.from('{"berth":"session","format":1,"origin":{"scenario":"empty","seed":1},"inputs":[],"position":{"event":1,"beat":0,"now":0},"end":{"event":1e15,"now":0,"revision":1}}')).toString('base64url')],
  ['a bomb', deflateSync(Buffer.alloc(9_000_000)).toString('base64url')],
] as const) {
  test(`a link with ${what} is refused, and the page goes on`, async ({ page }) => {
    const bench = new Workbench(page)
    await page.goto(`/?scenario=first-pod&seed=1#session=${fragment}`)
    await expect(bench.step).toBeEnabled()
    await expect(bench.caption).toContainText(/cannot be opened/)
    expect(await page.evaluate(() => ({} as { polluted?: boolean }).polluted)).toBeUndefined()
    await expect(page.getByRole('group', { name: /^node-/ })).toHaveCount(6)
  })
}

test('a session saved as a file opens again when it is dropped', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=7')
  await write(page, 'filed')
  await items(page)
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: /Save the session as a file/ }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe('empty.berth.json.gz')
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks).toString('base64')
  await bench.open('?scenario=first-pod&seed=1')
  expect(await holds(page, 'filed')).toBe(false)
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], 'empty.berth.json.gz'))
    return data
  }, bytes)
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('body', type, { dataTransfer: transfer })
  await expect.poll(() => holds(page, 'filed')).toBe(true)
})
