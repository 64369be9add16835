import { expect, test, type Locator, type Page } from '@playwright/test'
import { Workbench } from './page'

const event = (page: Page): number => Number(/at=(\d+)/.exec(page.url())?.[1])

function stepOf(panel: Locator, number: number): Locator {
  return panel.locator('.jny-steps').getByRole('button').nth(number - 1)
}

test('a Pod picked on the map leads to its journey: ten steps, each a moment of its own, and the arrows go by them', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=first-pod&seed=14&select=pod/shop/web-x2lqp')
  await page.locator('.inspector').getByRole('button', { name: /journey/i }).click()
  const panel = page.getByRole('tabpanel', { name: 'Journey' })
  await expect(panel.locator('.jny-steps').getByRole('button')).toHaveCount(10)
  await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Map' })).toHaveAttribute('aria-current', 'page')

  await stepOf(panel, 4).click()
  await expect(stepOf(panel, 4)).toHaveAttribute('data-state', 'now')
  await expect.poll(() => event(page)).toBeGreaterThan(0)
  const decided = event(page)
  await stepOf(panel, 8).click()
  await expect(stepOf(panel, 8)).toHaveAttribute('aria-current', 'step')
  await expect.poll(() => event(page)).toBeGreaterThan(decided)

  // Two messages of one event are two steps all the same.
  await stepOf(panel, 5).click()
  await expect(stepOf(panel, 5)).toHaveAttribute('data-state', 'now')
  await page.getByRole('main').focus()
  await page.keyboard.press('ArrowRight')
  await expect(stepOf(panel, 6)).toHaveAttribute('data-state', 'now')
  await expect(stepOf(panel, 5)).toHaveAttribute('data-state', 'past')
  for (const number of [7, 8, 9, 10]) {
    await page.keyboard.press('ArrowRight')
    await expect(stepOf(panel, number)).toHaveAttribute('aria-current', 'step')
  }
  await expect(panel).toContainText('Status Running')
  await expect(panel.locator('.jny-head')).toContainText('Running')
  await page.keyboard.press('ArrowLeft')
  await expect(stepOf(panel, 9)).toHaveAttribute('aria-current', 'step')
  await expect(stepOf(panel, 10)).toHaveAttribute('data-state', 'known')

  await page.keyboard.press('Escape')
  await expect(page.locator('.map')).toBeVisible()
})

test('a link opens a journey, and one of a Pod that never was says so', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=first-pod&seed=14&view=journey&pod=shop/web-x2lqp')
  await expect(page.getByRole('region', { name: /Messages of shop\/web-x2lqp/ })).toBeVisible()
  await bench.open('?scenario=first-pod&seed=14&view=journey&pod=shop/nobody')
  await expect(page.getByRole('main')).toContainText('Nothing is known of a Pod shop/nobody')
})

test('a link that names no Pod opens the journey of the one that something just happened to', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=nearly-full&seed=1')
  const present = page.url()
  await page.goto(`${present}&view=journey`)
  await bench.ready()
  await expect(page.getByRole('tabpanel', { name: 'Journey' }).locator('.jny-name')).toHaveAttribute('title', /^shop\//)
  await expect(page).toHaveURL(/pod=shop%2F|pod=shop\//)
})
