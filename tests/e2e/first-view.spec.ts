import { expect, test } from '@playwright/test'
import { Workbench } from './page'

test('opening the page shows the first scenario and lets one step; nothing of Monaco or Recharts is loaded', async ({ page }) => {
  const scripts: string[] = []
  const errors: string[] = []
  page.on('response', (response) => { if (/\.js(\?|$)/.test(response.url())) scripts.push(response.url()) })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  const bench = new Workbench(page)
  await page.goto('/')
  await bench.ready()
  await expect(page.getByRole('group', { name: /^node-/ })).toHaveCount(6)
  const before = await bench.clock.textContent()
  await bench.step.click()
  await expect(bench.stepBack).toBeEnabled()
  expect(before).not.toBeNull()
  expect(scripts.filter((url) => /monaco|recharts|editor|metrics/i.test(url))).toEqual([])
  expect(errors).toEqual([])
})

test('a Pod goes from submitted to Running by the keyboard alone', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  await page.locator('body').press('d')
  await expect(page.getByText(/cycle 1\b/i).first()).toBeVisible()
  for (let i = 0; i < 12; i++) await page.locator('body').press('Shift+ArrowRight')
  await page.locator('body').press('Space')
  await expect(page.getByRole('group', { name: /^node-/ }).first()).toBeVisible()
  await expect(bench.pause).toBeVisible()
  await page.locator('body').press('Space')
  await expect(bench.play).toBeVisible()
})

test('stepping back gives the very picture that was there before', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  const seen: string[] = []
  const look = async (): Promise<string> => `${await bench.clock.textContent()} ${await bench.caption.textContent()}`
  for (let i = 0; i < 12; i++) {
    seen.push(await look())
    await bench.step.click()
    await expect.poll(look).not.toBe(seen[i])
  }
  for (let i = 11; i >= 0; i--) {
    await bench.stepBack.click()
    await expect.poll(look).toBe(seen[i])
  }
})

test('a link opens the same scenario, seed, moment, selection, language and theme', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=3&theme=light&lang=en')
  for (let i = 0; i < 5; i++) await bench.step.click()
  await bench.node('node-c').click({ position: { x: 60, y: 20 } })
  await expect.poll(() => page.url()).toContain('select=node/node-c')
  const clock = await bench.clock.textContent()
  const caption = await bench.caption.textContent()
  const link = page.url()
  await page.goto('about:blank')
  await page.goto(link)
  await bench.ready()
  await expect(bench.clock).toHaveText(clock ?? '')
  await expect(bench.caption).toHaveText(caption ?? '')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.goto(link.replace('lang=en', 'lang=zh'))
  await expect(page.getByRole('button', { name: '下一步', exact: true })).toBeEnabled()
  await expect(page.locator('html')).toHaveAttribute('lang', /^zh/)
})
