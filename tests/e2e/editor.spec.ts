import { expect, test, type Page } from '@playwright/test'
import { Workbench } from './page'

async function write(page: Page, text: string): Promise<void> {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.evaluate((value) => navigator.clipboard.writeText(value), text)
  await page.keyboard.press('Control+V')
}

const deployment = (when: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: written
spec:
  replicas: 2
  selector:
    matchLabels: { app: written }
  template:
    metadata:
      labels: { app: written }
    spec:
      restartPolicy: ${when}
      containers:
      - name: web
        image: registry.example/web:1
        resources: { requests: { cpu: 100m } }
`

test("the server's own error stands at the line it is about, nothing is stored; the mended text is applied", async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1&view=editor')
  await expect(page.locator('.monaco-editor').first()).toBeVisible({ timeout: 30_000 })
  await write(page, deployment('Sometimes'))
  await expect(page.getByText(/Unsupported value/).first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(bench.caption).toContainText(/Nothing was stored/)
  await write(page, deployment('Always'))
  await expect(page.locator('.monaco-editor').getByText(/Unsupported value/)).toHaveCount(0)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/deployment.*written.*created|created.*written/i).first()).toBeVisible()
})

test('two tabs keep their texts over a reload; the diff shows what would change, and Apply says what did', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1&view=editor')
  await expect(page.locator('.monaco-editor').first()).toBeVisible({ timeout: 30_000 })
  await write(page, deployment('Always'))
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/written.*created|created.*written/i).first()).toBeVisible()
  await page.locator('.editor-new').click()
  await page.getByRole('menuitem', { name: 'Empty file' }).click()
  const tabs = page.getByRole('tablist', { name: 'Open files' }).getByRole('tab')
  await expect(tabs).toHaveCount(2)
  await write(page, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: second, namespace: default }\n')
  await page.waitForTimeout(1_500)
  await page.reload()
  await bench.ready()
  await expect(tabs).toHaveCount(2)
  await expect(page.locator('.monaco-editor').first()).toContainText('second', { timeout: 30_000 })
  await tabs.first().click()
  await expect(page.locator('.monaco-editor').first()).toContainText('written')
  await write(page, deployment('Always').replace('replicas: 2', 'replicas: 3'))
  await page.getByRole('button', { name: 'Diff', exact: true }).click()
  await expect(page.locator('.monaco-diff-editor')).toContainText('replicas: 3', { timeout: 30_000 })
  await expect(page.locator('.monaco-diff-editor')).toContainText('replicas: 2')
  await page.getByRole('button', { name: /^Apply/ }).click()
  await expect(page.locator('.editor-results')).toContainText('spec.replicas')
})
