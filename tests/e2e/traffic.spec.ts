import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { Workbench } from './page'

/** Requests that each endpoint got, as its card says. */
async function counts(page: Page): Promise<number[]> {
  return page.locator('.traffic-endpoint').evaluateAll((cards) => cards.map((card) => Number(card.getAttribute('data-count'))))
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

async function open(page: Page, more = ''): Promise<Workbench> {
  const bench = new Workbench(page)
  await bench.open(`?scenario=shop-rollout&seed=1${more}`)
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByRole('button', { name: 'Expose web' }).click()
  await expect(page.getByText('KUBE-SERVICES').first()).toBeVisible({ timeout: 30_000 })
  return bench
}

test('a thousand requests add up; with ClientIP all go to one; in IPVS mode the same request walks fewer rules', async ({ page }) => {
  const bench = await open(page)
  await page.getByRole('button', { name: 'Send 1,000 requests' }).click()
  await expect(bench.caption).toContainText('1,000 answered')
  await expect.poll(async () => sum(await counts(page))).toBe(1_000)
  const shares = await counts(page)
  expect(shares.length).toBeGreaterThanOrEqual(4)
  // Six standard deviations of a fair draw: this seed is what it is, and fair.
  for (const share of shares) expect(Math.abs(share - 1_000 / shares.length)).toBeLessThan(80)
  await expect(page.getByText(/degrees of freedom: no sign of bias/)).toBeVisible()

  await page.getByRole('radio', { name: 'ClientIP' }).click()
  await expect(page.getByText('A client keeps its Pod for 10,800 s')).toBeVisible()
  await page.getByRole('button', { name: 'Send 100 requests' }).click()
  await expect.poll(async () => (await counts(page)).filter((count) => count > 0)).toEqual([100])
  await page.getByRole('radio', { name: 'None' }).click()
  await expect(page.getByText('Each connection draws again.')).toBeVisible()

  const walked = async (mode: string): Promise<number> => Number(await page.getByRole('button', { name: new RegExp(`^${mode}`) }).locator('[data-walked]').getAttribute('data-walked'))
  await page.getByRole('button', { name: /^1 request/ }).click()
  await expect(bench.caption).toContainText('Request 1,101')
  const inIptables = await walked('iptables')
  expect(await walked('IPVS')).toBeLessThan(inIptables)
  await page.getByRole('radio', { name: 'IPVS' }).click()
  await expect(page.getByRole('group', { name: /^TCP 10\.96\./ })).toBeVisible()
  await page.keyboard.press('r')
  await expect(bench.caption).toContainText('one hash look-up')
  await page.getByRole('tab', { name: 'Rules' }).click()
  await expect(page.locator('.traffic-text')).toContainText(/TCP {2}10\.96\.\d+\.\d+:80 rr/)
  await expect(page.locator('.traffic-text')).toContainText('Masq')
})

test('the packet goes hop by hop, and the last requests show their way again', async ({ page }) => {
  const bench = await open(page)
  await page.keyboard.press('r')
  await expect(bench.caption).toContainText('Request 1:')
  await expect(page.getByText('Hop 7 of 7')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByText('Hop 6 of 7')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  const first = await page.locator('.traffic-endpoint[data-now]').getAttribute('data-anchor')
  for (let index = 0; index < 6; index++) await page.keyboard.press('r')
  await expect(bench.caption).toContainText('Request 7:')
  await page.locator('.traffic-last button').last().click()
  await expect(page.locator('.traffic-endpoint[data-now]')).toHaveAttribute('data-anchor', first ?? '')
  await expect(page.locator('.traffic-client').getByText('request 1', { exact: true })).toBeVisible()
})

test('steady requests come while time passes, and stop when told to', async ({ page }) => {
  const bench = await open(page)
  await page.getByRole('combobox', { name: 'steadily' }).selectOption('50')
  await expect(bench.caption).toContainText('50 times a second from now on')
  await bench.play.click()
  await expect.poll(async () => sum(await counts(page)), { timeout: 30_000 }).toBeGreaterThanOrEqual(100)
  await bench.pause.click()
  await page.getByRole('combobox', { name: 'steadily' }).selectOption('0')
  await expect(bench.caption).toContainText('no longer asks')
})

for (const theme of ['dark', 'light']) {
  test(`axe finds nothing serious, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const bench = await open(page, `&theme=${theme}`)
    await page.keyboard.press('r')
    await expect(bench.caption).toContainText('Request 1')
    await page.waitForTimeout(500)
    for (const tab of ['Traffic', 'Rules']) {
      await page.getByRole('tab', { name: tab }).click()
      await page.waitForTimeout(300)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
      expect(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`).slice(0, 5).join(' | ')}`)).toEqual([])
    }
  })
}

test('curl in the terminal walks the same rules', async ({ page }) => {
  const bench = await open(page)
  await page.keyboard.press('`')
  await expect(page.locator('.xterm')).toBeVisible({ timeout: 30_000 })
  await page.locator('.xterm').click()
  await page.keyboard.type('kubectl -n shop exec deploy/checkout -- curl -s web\n')
  await expect(bench.caption).toContainText(/Request 1: .*web-6c4d9f7b8-/)
})
