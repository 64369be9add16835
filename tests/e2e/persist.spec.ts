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

const items = async (page: Page): Promise<void> => { await page.getByRole('button', { name: 'Share and save' }).click() }

test('a reload loses nothing', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=5')
  await write(page, 'mine')
  await bench.step.click()
  await expect.poll(() => page.url()).toContain('at=')
  const clock = await bench.clock.textContent()
  await page.waitForTimeout(1_000)
  await page.reload()
  await bench.ready()
  await expect(bench.clock).toHaveText(clock ?? '')
  expect(await holds(page, 'mine')).toBe(true)
})

test('a link carries everything, and opens paused', async ({ page, context, browser, baseURL }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=6')
  await write(page, 'carried')
  await items(page)
  await page.getByRole('menuitem', { name: /Copy a link with everything/ }).click()
  await expect(bench.caption).toContainText('holds the whole session')
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link.length).toBeLessThan(8_500)
  const other = await browser.newContext({ ...(baseURL ? { baseURL } : {}) })
  const fresh = await other.newPage()
  await fresh.goto(link)
  await new Workbench(fresh).ready()
  await expect(new Workbench(fresh).play).toBeVisible()
  await fresh.bringToFront()
  await page.close()
  await expect.poll(() => holds(fresh, 'carried')).toBe(true)
  await other.close()
})

for (const [what, fragment] of [
  ['garbage', 'no-session-at-all'],
  ['another text', deflateSync(Buffer.from('{"__proto__":{"polluted":true}}')).toString('base64url')],
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
