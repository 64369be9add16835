import { expect, test } from '@playwright/test'
import { Workbench } from './page'

test('when the worker dies the page says so and goes on from the last saved state with nothing lost', async ({ page }) => {
  const bench = new Workbench(page)
  // Every worker the page makes is kept where the test can end it, as a crash would.
  await page.addInitScript(() => {
    const Real = window.Worker
    const made: Worker[] = []
    Object.assign(window, { madeWorkers: made })
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options)
        made.push(this)
      }
    }
  })
  await bench.open('?scenario=shop-rollout&seed=1')
  for (let i = 0; i < 8; i++) await bench.step.click()
  // Every step is answered, and what came of it is saved.
  await page.waitForTimeout(1_500)
  const clock = await bench.clock.textContent()
  const caption = await bench.caption.textContent()
  await page.waitForTimeout(1_500)
  await page.evaluate(() => {
    const [worker] = (window as unknown as { madeWorkers: Worker[] }).madeWorkers
    worker?.dispatchEvent(new ErrorEvent('error', { message: 'out of memory (a test)' }))
    worker?.terminate()
  })
  await expect(page.getByRole('alertdialog').or(page.getByRole('alert')).or(page.getByRole('dialog'))).toContainText(/worker stopped/i)
  await page.getByRole('button', { name: /^Restart/ }).click()
  await bench.ready()
  await expect(bench.clock).toHaveText(clock ?? '')
  await expect(bench.caption).toHaveText(caption ?? '')
})
