import { expect, test, type Page } from '@playwright/test'
import { Workbench } from './page'

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.evaluate((value) => navigator.clipboard.writeText(value), text)
  await page.keyboard.press('Control+V')
}

const wrong = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
percentageOfNodesToScore: 200
`
const balancedAlone = `apiVersion: v1
kind: Policy
priorities:
- name: BalancedResourceAllocation
  weight: 1
`

test('a configuration is refused with the real reason and the old one stays; the mended one is put in force', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1&view=config')
  const config = page.getByRole('region', { name: 'Scheduler configuration' })
  await expect(page.locator('.monaco-editor').first()).toBeVisible({ timeout: 30_000 })
  await expect(config.getByText('In force')).toBeVisible()
  await write(page, wrong)
  await expect(config.getByText(/200: not in valid range \[0-100\]/)).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(bench.caption).toContainText('The old configuration stays in force.')
  await config.getByRole('button', { name: 'Back to what is in force' }).click()
  await expect(config.getByText('In force')).toBeVisible()
  await write(page, wrong.replace('200', '20'))
  await expect(config.getByText('kube-scheduler would accept it')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(bench.caption).toContainText('KubeSchedulerConfiguration')
  await expect(config.getByText('In force')).toBeVisible()
  await config.getByRole('radio', { name: 'With all defaults' }).click()
  await expect(config.getByText(/parallelism/)).toBeVisible()
})

test('the textbook is one click away and one click back; what the book forbids is allowed with its reason', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  await page.getByRole('radio', { name: 'Classic' }).click()
  await expect(page.getByRole('radio', { name: 'Classic' })).toBeChecked()
  await expect(bench.caption).toContainText('Policy')
  await page.keyboard.press('d')
  await expect(page.getByText('PodFitsResources').first()).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  const config = page.getByRole('region', { name: 'Scheduler configuration' })
  await expect(config.getByText('CheckNodeDiskPressure')).toBeVisible({ timeout: 30_000 })
  await write(page, balancedAlone)
  await expect(config.getByText(/the book forbids it/)).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(config.getByText('In force')).toBeVisible()
  await expect(config.getByText(/the book forbids it/)).toBeVisible()
  await page.getByRole('radio', { name: 'Modern' }).click()
  await expect(page.getByRole('radio', { name: 'Modern' })).toBeChecked()
  await expect(config.getByText('KubeSchedulerConfiguration')).toBeVisible()
})

test('two nodes of a decision are compared, with the weight that would turn them round', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  await page.keyboard.press('d')
  await expect(page.getByRole('heading', { name: /Filter/ })).toBeVisible()
  await page.keyboard.press('Shift+ArrowRight')
  const compare = page.getByRole('region', { name: 'Why this node and not that one' })
  await expect(compare).toContainText(/node-f is \d+ ahead of node-b/)
  await expect(compare.getByRole('list', { name: 'What would turn it round' })).toContainText(/would put node-b ahead|node-b would be ahead/)
  await compare.getByRole('combobox', { name: 'The other node' }).selectOption('node-e')
  await expect(compare).toContainText('node-e was refused by TaintToleration')
})
