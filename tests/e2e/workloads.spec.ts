import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Locator, type Page } from '@playwright/test'
import { Workbench } from './page'

test.setTimeout(180_000)

/** "8 of 8" and "5 of ≥ 5", as the limit strip shows them. */
interface Limits {
  readonly exist: number
  readonly ceiling: number
  readonly available: number
  readonly floor: number
  readonly state: string
}

class Workloads {
  readonly page: Page
  readonly view: Locator

  constructor(page: Page) {
    this.page = page
    this.view = page.getByTestId('workloads')
  }

  static async open(page: Page, query: string): Promise<Workloads> {
    await new Workbench(page).open(`?${query}&view=workloads`)
    const workloads = new Workloads(page)
    await expect(workloads.view.locator('.wl-graph')).toBeVisible()
    return workloads
  }

  async limits(): Promise<Limits> {
    return this.view.evaluate((view) => {
      const numbers = (row: string): number[] => (view.querySelector(`[data-row="${row}"] .wl-sum`)?.textContent ?? '').match(/\d+/g)?.map(Number) ?? []
      const [exist = NaN, ceiling = NaN] = numbers('exist')
      const [available = NaN, floor = NaN] = numbers('available')
      return { exist, ceiling, available, floor, state: view.querySelector('.wl-bar > .chip')?.textContent ?? '' }
    })
  }

  /** Steps until the rollout has nothing left to do, as fast as the page can, and gives the limits after every step. */
  async stepUntilSettled(): Promise<readonly Limits[]> {
    const seen = await this.view.evaluate(async (view) => {
      const numbers = (row: string): number[] => (view.querySelector(`[data-row="${row}"] .wl-sum`)?.textContent ?? '').match(/\d+/g)?.map(Number) ?? []
      const found: Limits[] = []
      const frame = (): Promise<unknown> => new Promise((resolve) => { requestAnimationFrame(resolve) })
      for (let frames = 0; frames < 8_000; frames++) {
        const [exist = NaN, ceiling = NaN] = numbers('exist')
        const [available = NaN, floor = NaN] = numbers('available')
        const state = view.querySelector('.wl-bar > .chip')?.textContent ?? ''
        found.push({ exist, ceiling, available, floor, state })
        if (state === 'Settled' && frames > 60) return found
        // A step while one is under way is let go.
        dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))
        await frame()
      }
      return found
    })
    expect(seen.at(-1)?.state).toBe('Settled')
    return seen
  }

  async setImage(image: string): Promise<void> {
    await this.view.getByRole('button', { name: 'Set image' }).click()
    await this.page.getByRole('textbox', { name: 'Image' }).fill(image)
    await this.page.keyboard.press('Enter')
  }
}

test('a rolling update keeps between its lines at every step, and an undo brings the old image back', async ({ page }) => {
  const workloads = await Workloads.open(page, 'scenario=shop-rollout&seed=1')
  await page.keyboard.press('End')
  await expect(workloads.view.locator('.wl-bar > .chip')).toHaveText('Settled')
  const { view } = workloads
  expect(await workloads.limits()).toEqual({ exist: 6, ceiling: 8, available: 6, floor: 5, state: 'Settled' })
  await expect(page.getByTestId('rollout')).toContainText('All 6 Pods have the present template')

  await workloads.setImage('shop/web:2.2')
  await expect(view.locator('.wl-bar > .chip')).toHaveText('Under way')
  const keeps = (seen: readonly Limits[]): void => {
    expect(seen.filter(({ exist, ceiling, available, floor }) => exist > ceiling || available < floor)).toEqual([])
  }
  const seen = await workloads.stepUntilSettled()
  keeps(seen)
  // Both lines were reached.
  expect(Math.max(...seen.map(({ exist }) => exist))).toBe(8)
  expect(Math.min(...seen.map(({ available }) => available))).toBe(5)
  await expect(view.locator('.wl-root')).toContainText('revision 2, shop/web:2.2')

  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByTestId('history').locator('li')).toHaveText([/^2shop\/web:2\.2/, /^1shop\/web:2\.1/])
  await page.getByRole('button', { name: 'Back to 1' }).click()
  await expect(view.locator('.wl-bar > .chip')).toHaveText('Under way')
  keeps(await workloads.stepUntilSettled())
  await expect(view.locator('.wl-root')).toContainText('revision 3, shop/web:2.1')
  await expect(page.getByTestId('history').locator('li')).toHaveText([/^3shop\/web:2\.1/, /^2shop\/web:2\.2/])
})

test('what is refused is said in the caption, and scaling, pausing and picking another one work by the keyboard', async ({ page }) => {
  const { view } = await Workloads.open(page, 'scenario=rolling-update&seed=2')
  await view.getByRole('button', { name: 'Pause' }).click()
  await expect(view.locator('.wl-bar > .chip')).toHaveText('Paused')
  await expect(view.getByRole('button', { name: 'Undo' })).toBeDisabled()
  await view.getByRole('button', { name: 'Resume' }).click()
  await view.getByRole('button', { name: 'Scale' }).click()
  await page.getByRole('spinbutton', { name: 'Replicas' }).fill('8')
  await page.keyboard.press('Enter')
  await expect(view.locator('.wl-root')).toContainText('replicas 8')
  await view.getByRole('button', { name: 'Set image' }).click()
  await page.getByRole('textbox', { name: 'Image' }).fill('two words')
  await expect(page.getByText('An image is a name and a tag')).toBeVisible()
  await page.keyboard.press('Escape')
  // The focus goes back first: on its way it would close what opens.
  await expect(view.getByRole('button', { name: 'Set image' })).toBeFocused()

  await view.locator('.wl-picker').press('Enter')
  await expect(page.locator('.wl-menu input')).toBeFocused()
  await page.keyboard.type('proxy')
  await expect(page.locator('.wl-menu').getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(view.locator('.wl-picker')).toContainText('DaemonSet kube-proxy')
  await expect(page.locator('.wl-menu')).toHaveCount(0)
  await page.locator('body').press('g')
  await page.keyboard.press('m')
  await expect(page.locator('.map')).toBeVisible()
  await page.locator('body').press('g')
  await page.keyboard.press('w')
  await expect(view.locator('.wl-picker')).toContainText('DaemonSet kube-proxy')
})

test('while it plays the autoscaler adds what it may', async ({ page }) => {
  const { view } = await Workloads.open(page, 'scenario=rolling-update&seed=2')
  await expect(view.getByText('It binds drains, not rollouts.')).toBeVisible()
  await expect(view.getByText('4 to 8')).toBeVisible()
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  for (let times = 0; times < 4; times++) await page.keyboard.press('.')
  await expect(view.locator('.wl-root')).toContainText('replicas 8', { timeout: 60_000 })
})

for (const theme of ['dark', 'light']) {
  test(`axe finds nothing serious in it, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await Workloads.open(page, `scenario=rolling-update&seed=2&theme=${theme}`)
    for (let steps = 0; steps < 8; steps++) await page.keyboard.press('ArrowRight')
    await page.waitForTimeout(600)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const serious = violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    expect(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`).slice(0, 5).join(' | ')}`)).toEqual([])
  })
}
