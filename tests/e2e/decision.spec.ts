import { expect, test } from '@playwright/test'
import { Workbench } from './page'

test('a decision is stepped plugin by plugin: filters reject with reasons, scores stand in a real table, the winner is bound', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  await page.locator('body').press('d')
  await page.getByRole('button', { name: /^Step by/ }).click()
  await page.getByRole('menuitemcheckbox', { name: /by plugin/ }).or(page.getByRole('menuitemradio', { name: /by plugin/ })).or(page.getByRole('menuitem', { name: /by plugin/ })).click()
  const captions: string[] = []
  const now = async (): Promise<string> => `${(await bench.clock.textContent()) ?? ''} ${(await bench.caption.textContent()) ?? ''}`
  for (let i = 0; i < 60; i++) {
    const before = await now()
    captions.push(before)
    if (/bound to/i.test(before)) break
    await bench.step.click()
    // Two beats may say the same at the same time; then only the moment in the address moves.
    await expect.poll(async () => `${await now()} ${page.url()}`, { timeout: 5_000 }).not.toBe(before)
    await page.waitForTimeout(60)
  }
  const story = captions.join('\n')
  expect(story).toMatch(/TaintToleration/)
  expect(story).toMatch(/node-e/)
  expect(story).toMatch(/wins|highest/)
})

test('the score matrix is a table with plugins as rows and nodes as columns', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  await page.locator('body').press('d')
  const table = page.getByRole('table').filter({ hasText: 'NodeResourcesFit' }).first()
  for (let i = 0; i < 30 && !(await table.isVisible()); i++) await page.locator('body').press(']')
  await expect(table).toBeVisible()
  await expect(table.getByRole('columnheader', { name: /node-/ }).first()).toBeVisible()
  await expect(table.getByRole('rowheader', { name: /NodeResourcesFit/ })).toBeVisible()
})

test('dragging a capacity handle changes the Node and lets a waiting Pod try again', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=nearly-full&seed=1')
  await page.locator('body').press('End')
  const sliders = page.getByRole('slider', { name: /CPU/i })
  await expect(sliders.first()).toBeVisible()
  const handle = sliders.first()
  // At the end there is no later revision to go to.
  await expect(page.locator('.clock-past')).toHaveCount(0)
  const before = Number(await handle.getAttribute('aria-valuenow'))
  const revision = page.locator('.clock-revision')
  const first = Number(/\d+/.exec((await revision.textContent()) ?? '')?.[0])
  await handle.focus()
  for (let i = 0; i < 4; i++) await handle.press('Shift+ArrowRight')
  await expect(handle).toHaveAttribute('aria-valuenow', String(before + 4_000))
  await handle.press('Enter')
  // However many keys: one write of the Node.
  await expect(revision).toContainText(String(first + 1))
  await expect(handle).toHaveAttribute('aria-valuenow', String(before + 4_000))
  await page.locator('body').press('Space')
  await expect.poll(async () => (await bench.caption.textContent()) ?? '', { timeout: 30_000 }).not.toBe('')
})
