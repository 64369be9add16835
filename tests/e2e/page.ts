import { expect, type Locator, type Page } from '@playwright/test'

/** The page as a person has it: addresses, transport, caption, by the names they are known by. */
export class Workbench {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(query = '?scenario=first-pod&seed=1'): Promise<void> {
    await this.page.goto(`/${query}`)
    await this.ready()
  }

  async ready(): Promise<void> {
    await expect(this.step).toBeEnabled()
    await expect(this.caption).not.toBeEmpty()
  }

  get step(): Locator { return this.page.getByRole('button', { name: 'Step', exact: true }) }
  get stepBack(): Locator { return this.page.getByRole('button', { name: 'Step back', exact: true }) }
  get play(): Locator { return this.page.getByRole('button', { name: 'Play', exact: true }) }
  get pause(): Locator { return this.page.getByRole('button', { name: 'Pause', exact: true }) }
  get caption(): Locator { return this.page.getByRole('status') }
  get clock(): Locator { return this.page.locator('time').first() }

  node(name: string): Locator {
    return this.page.getByRole('group', { name: new RegExp(`^${name},`) })
  }

  handle(node: string, resource: 'CPU' | 'Memory'): Locator {
    return this.node(node).getByRole('slider', { name: new RegExp(resource, 'i') })
  }
}
