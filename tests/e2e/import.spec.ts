import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from '@playwright/test'
import { Workbench } from './page'

const realdata = resolve(import.meta.dirname, '../../../shared/realdata')

const nodeAndPod = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata: { name: dropped-1, uid: 11111111-1111-4111-8111-111111111111, labels: { topology.kubernetes.io/zone: zone-x } }
  status: { capacity: { cpu: "4", memory: 8Gi, pods: "110" }, allocatable: { cpu: "4", memory: 8Gi, pods: "110" }, conditions: [ { type: Ready, status: "True" } ] }
- apiVersion: v1
  kind: Pod
  metadata: { name: held, namespace: default, uid: 22222222-2222-4222-8222-222222222222, labels: { app: held } }
  spec: { nodeName: dropped-1, containers: [ { name: c, image: "registry.example/held:1", resources: { requests: { cpu: "1" } } } ] }
  status: { phase: Running }
- apiVersion: example.com/v1
  kind: Widget
  metadata: { name: strange }
`

/** Drops files on the window as a person does. */
async function drop(page: import('@playwright/test').Page, files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer()
    for (const file of given) data.items.add(new File([file.text], file.name))
    return data
  }, files)
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('body', type, { dataTransfer: transfer })
}

test('a dropped dump is read: the bound Pod stays where it was, the unknown kind is listed', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  await drop(page, [{ name: 'dump.yaml', text: nodeAndPod }])
  await expect(page.getByText('Widget').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(bench.node('dropped-1')).toBeVisible()
})

test('a broken file is refused with its line, and the cluster stays', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  await drop(page, [{ name: 'broken.yaml', text: 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: tabbed\n' }])
  await expect(page.getByText(/broken\.yaml/).first()).toBeVisible()
  await expect(page.getByText(/\b4\b/).first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('group', { name: /^node-/ })).toHaveCount(6)
})

test('openb: 1,523 nodes and 8,152 Pods are read in the page, drawn, and each decision can be opened', async ({ page }) => {
  test.skip(!existsSync(realdata), 'the real data are not here')
  test.setTimeout(240_000)
  const bench = new Workbench(page)
  await bench.open('?scenario=empty&seed=1')
  const files = ['openb_node_list_all_node.csv', 'openb_pod_list_default.csv'].map((name) => ({ name, text: readFileSync(resolve(realdata, 'openb', name), 'utf8') }))
  await drop(page, files)
  await expect(page.getByText(/1,523/).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/8,152/).first()).toBeVisible({ timeout: 60_000 })
  // All of them stand on the map; how long a draw takes is told, not judged: the machine decides that.
  await page.keyboard.press('Escape')
  const map = page.locator('.map-surface')
  const box = await map.boundingBox()
  if (!box) throw new Error('the map has no size')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  for (let turn = 0; turn < 10; turn++) {
    await page.mouse.wheel(0, turn % 2 === 0 ? -40 : 40)
    await page.waitForTimeout(30)
  }
  await page.keyboard.press('0')
  await expect.poll(() => page.evaluate(() => window.berthMap?.drawn)).toBe(1523)
  const draws = await page.evaluate(() => [...window.berthMap?.draws ?? []].sort((a, b) => a - b))
  const at = (share: number): string => `${(draws[Math.min(draws.length - 1, Math.floor(draws.length * share))] ?? 0).toFixed(1)} ms`
  test.info().annotations.push({ type: 'map', description: `${draws.length} draws of 1,523 nodes: p50 ${at(0.5)}, p95 ${at(0.95)}` })
  expect(draws.length).toBeGreaterThan(0)
})
