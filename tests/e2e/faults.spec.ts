import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { Workbench } from './page'

test('a machine is switched off from the sheet, marked on the map, told in the caption, and healed with a click', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1')
  await page.keyboard.press('b')
  const sheet = page.getByRole('dialog', { name: 'Break something' })
  await expect(sheet.getByText('Nothing is broken.')).toBeVisible()
  await sheet.getByRole('textbox', { name: 'Node' }).or(sheet.getByRole('combobox', { name: 'Node' })).first().fill('node-z')
  await expect(sheet.getByText('no node of that name')).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Switch off' })).toBeDisabled()
  await sheet.getByRole('textbox', { name: 'Node' }).or(sheet.getByRole('combobox', { name: 'Node' })).first().fill('node-b')
  await sheet.getByRole('button', { name: 'Switch off' }).click()
  await expect(sheet.getByText('node-b is off')).toBeVisible()
  await sheet.getByRole('button', { name: 'Stop kube-scheduler' }).click()
  await expect(sheet.getByText('kube-scheduler is stopped')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(bench.caption).toContainText('You stopped kube-scheduler')
  await expect(bench.node('node-b').getByText('off', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'kube-scheduler' }).getByText('stopped')).toBeVisible()
  await page.getByRole('button', { name: 'Break or heal: 2 broken' }).click()
  await sheet.getByRole('button', { name: 'Heal: node-b is off' }).click()
  await expect(sheet.getByText('node-b is off')).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(bench.caption).toContainText('node-b is switched on again')
  // A step back and it is broken again: what a teacher breaks is part of the history.
  await bench.stepBack.click()
  await expect(bench.node('node-b').getByText('off', { exact: true })).toBeVisible()
})

test('the terminal breaks and heals too', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open('?scenario=shop-rollout&seed=1&view=terminal')
  await expect(page.locator('.xterm-rows')).toContainText('$', { timeout: 30_000 })
  await page.locator('.xterm').click()
  await page.keyboard.type('berth break apiserver\n')
  await expect(page.locator('.xterm-rows')).toContainText('apiserver broken')
  await page.keyboard.type('kubectl get nodes\n')
  await expect(page.locator('.xterm-rows')).toContainText('The connection to the server control-plane:6443 was refused')
  await page.keyboard.type('berth heal all\n')
  await expect(page.locator('.xterm-rows')).toContainText('apiserver healed')
})

for (const theme of ['dark', 'light']) {
  test(`the sheet is within reach of everybody (${theme})`, async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open(`?scenario=shop-rollout&seed=1&theme=${theme}`)
    await page.keyboard.press('b')
    const sheet = page.getByRole('dialog', { name: 'Break something' })
    // By keyboard alone: to the first thing that can be broken, and back.
    for (let turns = 0; turns < 20 && !(await sheet.getByRole('button', { name: 'Switch off' }).evaluate((element) => element === document.activeElement)); turns++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(sheet.getByText('node-a is off')).toBeVisible()
    const { violations } = await new AxeBuilder({ page }).include('.dialog').analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('; ')}`)).toEqual([])
    await page.keyboard.press('Escape')
    await expect(sheet).toBeHidden()
  })
}
