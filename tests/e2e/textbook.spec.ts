import { expect, test, type Locator, type Page } from '@playwright/test'
import { Workbench } from './page'

/**
 * One test for each row of docs/textbook.md, by its number (tests/architecture/textbook.test.ts holds them together): what the row
 * says to do is done, and what it says one sees is looked for.
 */

const book = '?scenario=textbook&seed=5'

// Rows that let time pass ask again and again; on a busy machine every line takes its time.
test.setTimeout(180_000)

class Shell {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get screen(): Locator { return this.page.locator('.xterm-rows') }

  static async open(page: Page, query = book): Promise<Shell> {
    await new Workbench(page).open(`${query}&view=terminal`)
    const shell = new Shell(page)
    await expect(shell.screen).toContainText('$')
    await page.locator('.xterm').click()
    return shell
  }

  /** The terminal of the page that is open. */
  static async here(page: Page): Promise<Shell> {
    await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Terminal' }).click()
    const shell = new Shell(page)
    await expect(shell.screen).toContainText('$')
    return shell
  }

  /** Types a line on an empty screen; what it answers stands alone there. */
  async say(line: string): Promise<void> {
    await this.page.locator('.xterm').click()
    await this.page.keyboard.type('clear')
    await this.page.keyboard.press('Enter')
    await expect.poll(async () => (await this.screen.textContent())?.trim()).toBe('default $')
    await this.page.keyboard.type(line)
    await this.page.keyboard.press('Enter')
  }

  async shows(line: string, pattern: RegExp): Promise<void> {
    await this.say(line)
    await expect(this.screen).toContainText(pattern)
  }

  /** Lets the clock run until a line answers so. */
  async becomes(line: string, pattern: RegExp): Promise<void> {
    const play = this.page.getByRole('button', { name: 'Play', exact: true })
    if (await play.isVisible()) await play.click()
    await expect(async () => {
      await this.say(line)
      await expect(this.screen).toContainText(pattern, { timeout: 1_000 })
    }).toPass({ timeout: 80_000, intervals: [500] })
  }
}

/** Puts a text in the editor's place. */
async function write(page: Page, text: string): Promise<void> {
  await page.locator('.monaco-editor').first().click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  await page.evaluate((value) => navigator.clipboard.writeText(value), text)
  await page.keyboard.press('Control+V')
}

/** Runs to the decision of the ReplicationController's third Pod. */
async function decision(page: Page): Promise<Workbench> {
  const bench = new Workbench(page)
  await bench.open(book)
  await page.locator('body').press('d')
  await expect(page.getByRole('heading', { name: /Filter/ })).toBeVisible()
  return bench
}

/** Goes on plugin by plugin until the caption says so. */
async function captionOf(bench: Workbench, pattern: RegExp): Promise<void> {
  for (let beat = 0; beat < 16 && !pattern.test((await bench.caption.textContent()) ?? ''); beat++) {
    const before = await bench.page.url()
    await bench.page.locator('body').press(']')
    await expect.poll(() => bench.page.url()).not.toBe(before)
    await bench.page.waitForTimeout(100)
  }
  await expect(bench.caption).toContainText(pattern)
}

/** The row of the score table that begins so: normalised scores (or totals) by node. */
async function scoresOf(page: Page, name: string): Promise<Readonly<Record<string, number>>> {
  const table = page.getByRole('table', { name: /^Scores of/ })
  await expect(table).toBeVisible()
  const nodes = (await table.getByRole('columnheader').allTextContents()).filter((text) => text.startsWith('node-'))
  const cells = await table.getByRole('row').filter({ hasText: name }).getByRole('cell').allInnerTexts()
  return Object.fromEntries(nodes.map((node, index) => [node, Number(/^\s*(\d+)\s/.exec(`${cells[index] ?? ''}\n`)?.[1])]))
}

async function rejects(page: Page, pattern: RegExp): Promise<void> {
  await captionOf(await decision(page), pattern)
}

test.describe('Master', () => {
  test('M1 the api-server is the hub: REST with get, list and watch, in JSON and YAML', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('kubectl get pod note -n book -o json', /"qosClass": "BestEffort"/)
    await shell.shows('kubectl get pod note -n book -o yaml', /qosClass: BestEffort/)
    await shell.shows('kubectl get pods -n book', /press-f +1\/1 +Running/)
    await shell.say('kubectl get pods -n book -w')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await expect(shell.screen).toContainText(/chapter-\w+ +0\/1 +ContainerCreating/)
    await page.locator('.xterm').click()
    await page.keyboard.press('Control+c')
  })

  test('M2 etcd stores every object: the api-server\'s resourceVersion is etcd\'s revision', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('etcdctl get /registry/pods/book/n --prefix --keys-only', /\/registry\/pods\/book\/note/)
    await shell.shows('kubectl get pod note -n book -o custom-columns=REV:.metadata.resourceVersion', /REV\s*\d+\s*default/)
    const revision = /REV\s*(\d+)\s*default/.exec((await shell.screen.textContent()) ?? '')?.[1]
    await shell.shows('etcdctl get /registry/pods/book/note --keys-only -w fields', new RegExp(`"ModRevision" : ${String(revision)}\\D`))
  })

  test('M3 etcd also holds flannel\'s network configuration', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('etcdctl get /coreos.com/network/config', /"Network":"10\.\d+\.0\.0\/\d+"/)
  })

  test('M4 the scheduler filters by predicates, scores by priorities, and the highest wins', async ({ page }) => {
    await captionOf(await decision(page), /node-a wins with 26, 4 ahead of node-g/)
    const [total, ...rows] = await Promise.all(['Total', 'LeastRequested', 'BalancedResource', 'SelectorSpread'].map((name) => scoresOf(page, name)))
    for (const node of ['node-a', 'node-b', 'node-g']) expect(total?.[node]).toBe(rows.reduce((sum, row) => sum + (row[node] ?? NaN), 0))
    expect(total).toEqual({ 'node-a': 26, 'node-b': 14, 'node-g': 22 })
  })
})

/** The Traffic view of the chapter's Service, once its copies can take requests. */
async function traffic(page: Page): Promise<{ readonly main: Locator; readonly panel: Locator }> {
  const bench = new Workbench(page)
  await bench.open(`${book}&view=traffic`)
  await bench.play.click()
  await expect(async () => {
    const [minutes, seconds] = ((await bench.clock.textContent()) ?? '').split(':').map(Number) as [number, number]
    expect(minutes * 60 + seconds).toBeGreaterThan(18)
  }).toPass({ timeout: 60_000 })
  await bench.pause.click()
  const main = page.getByRole('main')
  await main.getByRole('combobox', { name: /Service/ }).selectOption({ label: 'chapter' })
  await expect(main).toContainText('3 endpoints')
  return { main, panel: page.locator('.workbench') }
}

async function room(page: Page, node: string): Promise<Locator> {
  await new Workbench(page).open(`${book}&view=room&node=${node}`)
  const main = page.getByRole('main')
  await expect(main).toContainText('syncLoop')
  return main
}

/** The journey of the Pod of the first scenario, at one of its ten messages. */
async function journey(page: Page, step: number): Promise<{ readonly bench: Workbench; readonly main: Locator; readonly panel: Locator }> {
  const bench = new Workbench(page)
  await bench.open('?scenario=first-pod&seed=14&view=journey&pod=shop/web-x2lqp')
  const panel = page.locator('.inspector')
  const item = panel.getByRole('listitem').filter({ hasText: new RegExp(`^${step}\\D`) }).getByRole('button')
  await item.click()
  await expect(item).toHaveAttribute('aria-current', 'step')
  return { bench, main: page.getByRole('main'), panel }
}

test.describe('A Pod starts', () => {
  test('S1 it is submitted to the api-server', async ({ page }) => {
    const { bench, main } = await journey(page, 1)
    await expect(bench.caption).toContainText(/created web-x2lqp/)
    await expect(main).toContainText('kube-apiserver')
  })
  test('S2 it is stored in etcd', async ({ page }) => {
    const { panel } = await journey(page, 2)
    const revision = /rev (\d+)/.exec(await panel.getByRole('listitem').nth(1).innerText())?.[1]
    const shell = await Shell.here(page)
    await shell.shows('etcdctl get /registry/pods/shop/web-x2lqp --keys-only -w fields', new RegExp(`"CreateRevision" : ${String(revision)}\\D`))
  })
  test('S3 the scheduler chooses a node for it', async ({ page }) => {
    const { main, panel } = await journey(page, 4)
    await expect(panel.getByRole('listitem').nth(3)).toContainText(/node-f/)
    await expect(main).toContainText(/Filter\s*6 → 3/)
  })
  test('S4 the choice is bound: the api-server stores the node', async ({ page }) => {
    const { bench, main } = await journey(page, 6)
    await expect(bench.caption).toContainText('web-x2lqp is bound to node-f')
    await expect(main).toContainText('PodScheduled')
  })
  test('S5 the kubelet of that node pulls its image and starts its containers', async ({ page }) => {
    const { main, panel } = await journey(page, 10)
    await expect(panel).toContainText('Running')
    await expect(main).toContainText(/Pull image|Image/)
    await expect(main.locator('.jny-mark-todo')).toHaveCount(0)
  })
})

test.describe('Node', () => {
  test('N1 the kubelet hears of the binding by its watch, pulls the image, starts the containers and reports the status', async ({ page }) => {
    const { panel } = await journey(page, 7)
    await expect(panel.getByRole('listitem').nth(6)).toContainText(/spec.nodeName = node-f/)
    for (const words of [/pulls the image|image/i, /Container starts/i, /Running/]) await expect(panel.getByRole('list').first()).toContainText(words)
  })
  test('N2 cAdvisor measures what containers use; the kubelet reports it', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.becomes('kubectl top pods -n book', /plates +\d+m +\d+Mi/)
    await expect(await room(page, 'node-d')).toContainText(/plates.*1,750.*\/ 3,500/)
  })
  test('N3 kube-proxy in userspace mode shares requests out in turn, through a process', async ({ page }) => {
    const { main, panel } = await traffic(page)
    await main.getByRole('radio', { name: 'userspace' }).click()
    await panel.getByRole('button', { name: /\b100\b/ }).click()
    await expect(panel).toContainText('100 sent')
    await expect(panel.getByRole('table').first()).toContainText(/3[34]/)
  })
  test('N4 kube-proxy in iptables mode draws among rules', async ({ page }) => {
    const { main, panel } = await traffic(page)
    await panel.getByRole('button', { name: /^1 request/ }).click()
    await expect(main).toContainText(/--probability 0\.3333/)
    await expect(main).toContainText(/KUBE-SEP-\w+/)
    await panel.getByRole('tab', { name: 'Rules' }).click()
    await expect(panel).toContainText(/-A KUBE-SERVICES/)
  })
  test('N5 kube-proxy in IPVS mode looks once into a hash table, and needs fewer rules', async ({ page }) => {
    const { main, panel } = await traffic(page)
    await main.getByRole('radio', { name: 'IPVS' }).click()
    await panel.getByRole('button', { name: /^1 request/ }).click()
    await expect(main).toContainText(/1 hash look-up/)
    await panel.getByRole('tab', { name: 'Rules' }).click()
    await expect(panel).toContainText(/TCP +10\.96\.\d+\.\d+:80 rr/)
  })
  test('N6 session affinity keeps a client with its Pod', async ({ page }) => {
    const { panel } = await traffic(page)
    await panel.getByRole('radio', { name: 'ClientIP' }).click()
    const bench = new Workbench(page)
    await bench.play.click()
    await page.waitForTimeout(2_500)
    await bench.pause.click()
    await panel.getByRole('button', { name: /\b100\b/ }).click()
    await expect(panel).toContainText('100 sent')
    await expect(panel.getByRole('table').first().getByRole('cell', { name: '100', exact: true })).toBeAttached()
  })
  test('N7 docker: containers under dockerd and containerd, one shim each', async ({ page }) => {
    await expect(await room(page, 'node-b')).toContainText(/dockerd.*containerd.*containerd-shim.*\/pause/)
  })
  test('N8 rkt: no daemon, one process tree a Pod', async ({ page }) => {
    const main = await room(page, 'node-d')
    await expect(main).toContainText(/systemd-nspawn --machine=rkt-.*\/chapter/)
    await expect(main).toContainText('There is no daemon that could be restarted')
  })
  test('N9 containerd: one shim a Pod, and a sandbox', async ({ page }) => {
    await expect(await room(page, 'node-a')).toContainText(/containerd-shim-runc-v2.*\/pause/)
  })
  test('N10 a Pod has an address of its node\'s subnet, which flannel leased in etcd', async ({ page }) => {
    const main = await room(page, 'node-d')
    await expect(main).toContainText('10.244.3.0/24')
    await expect(main).toContainText('10.244.3.3')
    const shell = await Shell.here(page)
    await shell.shows('etcdctl get /coreos.com/network/subnets/10.244.3 --prefix', /10\.244\.3\.0-24.*"PublicIP":"10\.0\.0\.13"/)
  })
})

test.describe('Controllers', () => {
  test('C1 Namespace: one that is deleted takes what is in it along', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('kubectl create namespace draft', /namespace\/draft created/)
    await shell.shows('kubectl create configmap page -n draft --from-literal=a=1', /configmap\/page created/)
    await shell.say('kubectl delete namespace draft --wait=false')
    await shell.becomes('kubectl get namespace draft', /namespaces "draft" not found/)
    await shell.shows('etcdctl get /registry/configmaps/draft/ --prefix --count-only', /count-only\s*0/)
  })

  test('C2 Node: one that says nothing is no longer Ready, and tainted', async ({ page }) => {
    const shell = await Shell.open(page)
    await page.getByRole('button', { name: /^Speed/ }).click()
    await page.getByRole('menuitemradio', { name: /^16/ }).or(page.getByRole('menuitemcheckbox', { name: /^16/ })).or(page.getByRole('menuitem', { name: /^16/ })).click()
    await shell.say('berth break node node-c')
    await shell.becomes('kubectl get nodes', /node-c +NotReady/)
    await shell.shows("kubectl get node node-c -o jsonpath='{.spec.taints[*].key}'", /node\.kubernetes\.io\/unreachable/)
  })

  test('C3 Service: one of type LoadBalancer gets its address', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows(`kubectl patch service chapter -n book -p '{"spec":{"type":"LoadBalancer"}}'`, /service\/chapter patched/)
    await shell.becomes("kubectl get service chapter -n book -o jsonpath='{.status.loadBalancer.ingress[0].ip}'", /\d+\.\d+\.\d+\.\d+/)
  })

  test('C4 ServiceAccount: every Namespace has one called default', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('kubectl create namespace draft', /namespace\/draft created/)
    await shell.becomes('kubectl get serviceaccounts -n draft', /default/)
  })

  test('C5 Token: a Secret made for a ServiceAccount is given its token', async ({ page }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const bench = new Workbench(page)
    await bench.open(`${book}&view=editor`)
    await write(page, 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: reader\n  namespace: book\n  annotations: { kubernetes.io/service-account.name: default }\ntype: kubernetes.io/service-account-token\n')
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('.workbench')).toContainText(/created/)
    const shell = await Shell.here(page)
    await shell.becomes("kubectl get secret reader -n book -o jsonpath='{.data.token}'", /[A-Za-z0-9+/=]{40}/)
  })

  test('C6 ResourceQuota: use is counted, and what goes beyond is refused', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.shows('kubectl create quota pages -n book --hard=pods=10', /resourcequota\/pages created/)
    await shell.becomes("kubectl get quota pages -n book -o jsonpath='{.status.used.pods}'", /'\s*1[0-9]\b|'\s*9\b/)
    await shell.say('kubectl run more --image=book/press:1 -n book')
    await shell.becomes('kubectl run another --image=book/press:1 -n book', /exceeded quota: pages, requested: pods=1, used: pods=\d+, limited: pods=10/)
  })

  test('C7 ReplicationController: a copy that is deleted is made anew', async ({ page }) => {
    const shell = await Shell.open(page)
    await shell.becomes("kubectl get rc chapter -n book -o jsonpath='{.status.replicas}'", /'\s*3/)
    await shell.say('kubectl delete pod chapter-7kd2v -n book --wait=false')
    await shell.becomes('kubectl get pods -n book', /chapter-7kd2v +1\/1 +Terminating[^]*|chapter/)
    await shell.becomes("kubectl get events -n book -o jsonpath='{.items[*].message}'", /Created pod: chapter-\w+/)
    await shell.becomes("kubectl get rc chapter -n book -o jsonpath='{.status.readyReplicas}'", /'\s*3/)
  })
})

test.describe('Predicates', () => {
  test('P1 MatchNodeSelector rules out the node without an SSD', async ({ page }) => { await rejects(page, /MatchNodeSelector rejects node-c: the Pod wants disktype = ssd, and the node has disktype=hdd/) })
  test('P2 PodFitsResources rules out the full node', async ({ page }) => { await rejects(page, /PodFitsResources rejects node-d: its CPU is 0.5 short/) })
  test('P3 HostName is asked of every node, and sends a Pod that names its node there', async ({ page }) => {
    await rejects(page, /HostName passes all 7 nodes/)
    const shell = await Shell.open(page)
    await shell.shows('kubectl run pinned -n book --image=book/press:1 --overrides=\'{"spec":{"nodeName":"node-c"}}\'', /pod\/pinned created/)
    await shell.becomes('kubectl get pod pinned -n book -o wide', /Running.*node-c/)
  })
  test('P4 PodFitsHostPorts rules out the node whose port is taken', async ({ page }) => { await rejects(page, /PodFitsHostPorts rejects node-e: its port 8080 is taken/) })
  test('P5 CheckNodeMemoryPressure keeps BestEffort Pods off a node short of memory', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open(`${book}&view=decisions`)
    await page.getByRole('row').filter({ hasText: 'book/note' }).getByRole('button').first().click()
    await expect(page.locator('.inspector')).toContainText(/CheckNodeMemoryPressure\s*node-g/)
  })
  test('P6 CheckNodeDiskPressure rules out the node whose disk is full', async ({ page }) => { await rejects(page, /CheckNodeDiskPressure rejects node-f/) })
})

test.describe('Priorities', () => {
  test('R1 SelectorSpreadPriority prefers nodes without a copy of the same controller', async ({ page }) => {
    await captionOf(await decision(page), /SelectorSpreadPriority likes node-a best/)
    expect(await scoresOf(page, 'SelectorSpread')).toEqual({ 'node-a': 10, 'node-b': 0, 'node-g': 10 })
  })
  test('R2 LeastRequestedPriority prefers the node with most left', async ({ page }) => {
    await captionOf(await decision(page), /LeastRequestedPriority likes node-a best/)
    expect(await scoresOf(page, 'LeastRequested')).toEqual({ 'node-a': 8, 'node-b': 7, 'node-g': 6 })
  })
  test('R3 BalancedResourceAllocation prefers even use of CPU and memory, and is not to be used without LeastRequestedPriority', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const bench = await decision(page)
    await captionOf(bench, /BalancedResourceAllocation likes node-a best/)
    expect(await scoresOf(page, 'BalancedResource')).toEqual({ 'node-a': 8, 'node-b': 7, 'node-g': 6 })
    await page.locator('body').press('g')
    await page.locator('body').press('c')
    await write(page, 'apiVersion: v1\nkind: Policy\npriorities:\n- name: BalancedResourceAllocation\n  weight: 1\n')
    await expect(page.getByRole('region', { name: 'Scheduler configuration' }).getByText(/the book forbids it/)).toBeVisible()
  })
})
