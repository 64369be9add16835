import { expect, test, type Page } from '@playwright/test'
import { Workbench } from './page'

async function say(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

const screen = (page: Page): ReturnType<Page['locator']> => page.locator('.xterm-rows')

test('kubectl in the page sees and changes the cluster; Tab completes, Ctrl+C gives up', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1&view=terminal')
  await expect(screen(page)).toContainText('$')
  await page.locator('.xterm').click()
  await say(page, 'kubectl get nodes')
  await expect(screen(page)).toContainText(/NAME +STATUS +ROLES +AGE +VERSION/)
  await expect(screen(page)).toContainText(/node-f +Ready/)
  await page.keyboard.type('kubectl get deplo')
  await page.keyboard.press('Tab')
  await expect(screen(page)).toContainText('kubectl get deployments.apps')
  await say(page, ' -n shop')
  await expect(screen(page)).toContainText(/web +4\/6/)
  await say(page, 'kubectl scale deployment web -n shop --replicas=5')
  await expect(screen(page)).toContainText('deployment.apps/web scaled')
  await expect(bench.caption).toContainText('web')
  await say(page, 'kubectl rollout status deployment/web -n shop')
  await expect(screen(page)).toContainText(/Waiting for deployment/)
  await page.keyboard.press('Control+c')
  // What is typed before the prompt is back belongs to nobody.
  await expect(screen(page)).toContainText(/gives up\).*\$\s*$/)
  await say(page, 'kubectl fly')
  await expect(screen(page)).toContainText('unknown command "fly"')
})
