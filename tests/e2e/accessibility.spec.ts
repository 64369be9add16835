import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { Workbench } from './page'

const screens = [
  { name: 'workbench at rest', query: 'scenario=shop-rollout&seed=1' },
  { name: 'a decision', query: 'scenario=shop-rollout&seed=1', keys: ['d', 'ArrowRight', 'ArrowRight', 'ArrowRight'] },
  { name: 'a Node selected', query: 'scenario=shop-rollout&seed=1&select=node/node-c&tab=yaml' },
  { name: 'decisions', query: 'scenario=nearly-full&seed=1&view=decisions' },
  { name: 'editor', query: 'scenario=first-pod&seed=1&view=editor' },
  { name: 'metrics', query: 'scenario=shop-rollout&seed=1&tab=metrics' },
]

for (const theme of ['dark', 'light']) {
  for (const screen of screens) {
    test(`axe finds nothing serious: ${screen.name}, ${theme}`, async ({ page }) => {
      const bench = new Workbench(page)
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.goto(`/?${screen.query}&theme=${theme}`)
      await bench.ready()
      for (const key of screen.keys ?? []) await page.locator('body').press(key)
      await page.waitForTimeout(600)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
      expect(serious.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary?.split('\n')[1] ?? ''}`).slice(0, 5).join(' | ')}`)).toEqual([])
    })
  }
}

test('nothing travels, grows or glides for who asked for little motion', async ({ page }) => {
  const bench = new Workbench(page)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const moved = async (keys: readonly string[]): Promise<unknown> => {
    await page.evaluate(() => {
      const seen = new Set<string>()
      Object.assign(window, { seen })
      const watch = (): void => {
        for (const one of document.getAnimations()) {
          const target = (one.effect as KeyframeEffect | null)?.target
          if (one.playState === 'running' && Number(one.effect?.getComputedTiming().duration) > 0) seen.add(target?.getAttribute('class') ?? target?.tagName ?? '')
        }
        for (const one of document.querySelectorAll('.packet, .docking, .jny-packet')) seen.add(one.className)
        requestAnimationFrame(watch)
      }
      watch()
    })
    for (const key of keys) {
      await page.locator('body').press(key)
      await page.waitForTimeout(120)
    }
    return page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])
  }
  await bench.open('?scenario=shop-rollout&seed=1')
  expect(await moved(['ArrowLeft', 'ArrowRight', 'd', ...Array<string>(18).fill(']'), '[', ']'])).toEqual([])
  await bench.open('?scenario=first-pod&seed=14&view=journey&pod=shop/web-x2lqp')
  await expect(page.getByRole('region', { name: /Messages of shop\/web-x2lqp/ })).toBeVisible()
  expect(await moved(['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft'])).toEqual([])
})
