import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { virtualMs, type Explanation, type ScoreExplanation } from '../../api'
import type { DecisionView, Frame } from '../../protocol'
import '../kit/styles.css'
import { FakeHost, frame, savedText } from '../testing/fake-host'
import { start } from './start'

const names = ['node-a', 'node-b', 'node-f']

const nodes: NonNullable<Frame['nodes']> = {
  reset: true, slot: Int32Array.from([0, 1, 2]), names, zone: Int32Array.from([0, 0, 1]), removed: new Int32Array(0), flags: Uint8Array.from([1, 1, 1]),
  cpuMilliAllocatable: Float64Array.from([4000, 4000, 8000]), cpuMilliRequested: Float64Array.from([1500, 1000, 2850]), memoryBytesAllocatable: Float64Array.from([8, 8, 16].map((gi) => gi * 1024 ** 3)),
  memoryBytesRequested: Float64Array.from([3, 1.5, 4.25].map((gi) => gi * 1024 ** 3)), podsAllocatable: Int32Array.from([110, 110, 110]), podCount: Int32Array.from([1, 0, 0]),
}
const pods: NonNullable<Frame['pods']> = {
  reset: true, slot: Int32Array.from([0, 1]), keys: ['shop/web-6c4d9f7b8-t5hbd', 'shop/web-6c4d9f7b8-x2lqp'], node: Int32Array.from([0, -1]), cpuMilli: Float64Array.from([500, 500]),
  memoryBytes: Float64Array.from([2 ** 29, 2 ** 29]), state: Uint8Array.from([3, 0]), workload: Int32Array.from([1, 1]), removed: new Int32Array(0),
}

const cycle: DecisionView['cycle'] = {
  id: 37, pod: { namespace: 'shop', name: 'web-6c4d9f7b8-x2lqp', uid: 'u' }, profile: 'default-scheduler', attempt: 1, startedAt: virtualMs(14_340), endedAt: virtualMs(14_460), outcome: 'scheduled', node: 'node-f',
  nodesTotal: 3, nodesEvaluated: 3, nodesFeasible: 3, revision: 148,
}
const score = (plugin: string, values: readonly number[]): ScoreExplanation => ({
  plugin, weight: 1, skipped: false, cells: names.map((node, index) => ({
    node, raw: values[index] as number, normalized: values[index] as number, weighted: values[index] as number,
    facts: plugin === 'NodeResourcesFit' ? [
      { id: 'leastAllocated', values: { resource: 'cpu', allocatable: 4000, used: 1000, podRequest: 500, requested: 1500, score: 62, weight: 1, counted: true } },
      { id: 'leastAllocated', values: { resource: 'memory', allocatable: 8 * 2 ** 30, used: 1.5 * 2 ** 30, podRequest: 2 ** 29, requested: 2 * 2 ** 30, score: 75, weight: 1, counted: true } },
      { id: 'score.mean', values: { score: 68 } },
    ] : [],
  })),
})
const explanation: Explanation = {
  cycle, nodes: names, visited: 3, startIndex: 0, feasible: names, preFilter: [], scoringRan: true, ties: ['node-f'], winner: 'node-f',
  filters: [{ plugin: 'TaintToleration', skipped: false, verdicts: names.map((node) => ({ node, code: 'Success', reasons: [], facts: [], reported: false })) }],
  scores: [score('NodeResourcesFit', [53, 68, 64]), score('ImageLocality', [14, 0, 14])],
  totals: [{ node: 'node-a', total: 67 }, { node: 'node-b', total: 68 }, { node: 'node-f', total: 78 }],
}

let running: ReturnType<typeof start> | undefined

function open(query: string, host = new FakeHost(answers())): FakeHost {
  history.replaceState(null, '', query)
  document.body.innerHTML = '<div id="root"></div>'
  running = start(document.getElementById('root') as HTMLElement, () => host)
  return host
}

const place = { position: { event: 10, beat: 0 } }
function answers(): ConstructorParameters<typeof FakeHost>[0] {
  return {
    open: () => place, save: () => savedText('state'), scenarios: () => [{ id: 'shop-rollout', nodes: 3, pods: 2 }], step: () => place, play: () => null, pause: () => null, unit: () => null, seek: () => place, runToDecision: () => place,
    subscribe: () => null, because: () => [], cycles: () => [cycle], events: () => [], series: () => [], explain: () => explanation, read: () => ({ status: 404, headers: {}, body: {} }),
    import: () => ({ read: 2, stored: 1, kinds: [{ kind: 'Widget', read: 1, stored: 0, used: false }, { kind: 'Pod', read: 1, stored: 1, used: true }], problems: [{ file: 'x.yaml', line: 7, column: 3, kind: 'left-out', what: 'Widget/strange', message: 'unknown kind' }] }),
  }
}

const rest: Partial<Frame> = {
  zones: ['zone-a', 'zone-c'], nodes, pods, workloads: [{ id: 1, namespace: 'shop', kind: 'Deployment', name: 'web', letter: 'W', hue: 1, pods: 2, running: 1, desired: 2 }],
  fact: { id: 'caption.podCreated', args: { pod: 'shop/web-6c4d9f7b8-x2lqp', podName: 'web-6c4d9f7b8-x2lqp', by: 'kube-controller-manager', controller: 'ReplicaSet' }, target: { kind: 'pod', name: 'shop/web-6c4d9f7b8-x2lqp' }, wake: [] },
  next: { id: 'next.cycle', args: { cycle: 37 }, target: { kind: 'none', name: '' }, wake: [] },
}

afterEach(() => {
  running?.stop()
  running = undefined
})

test('at rest: the transport by its names, one caption, the Pod\'s story', async () => {
  const host = open('?theme=dark&lang=en')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('status')).toHaveTextContent('ReplicaSet controller created web-6c4d9f7b8-x2lqp.')
  expect(document.querySelectorAll('[role="status"]')).toHaveLength(1)
  for (const name of ['Step back', 'Play', 'Step']) await expect.element(page.getByRole('button', { name, exact: true })).toBeEnabled()
  await expect.element(page.getByText('Next: scheduler starts cycle 37')).toBeVisible()
  await expect.element(page.getByRole('button', { name: 'Run to its decision' })).toBeVisible()
})

test('the keys do what the buttons do', async () => {
  const host = open('?lang=en')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('button', { name: 'Step', exact: true })).toBeEnabled()
  await userEvent.keyboard('{ArrowRight}')
  await vi.waitFor(() => { expect(host.asked).toContainEqual({ name: 'step', take: { unit: 'event', direction: 1 } }) })
  await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}')
  await vi.waitFor(() => { expect(host.asked).toContainEqual({ name: 'step', take: { unit: 'cycle', direction: -1 } }) })
  await userEvent.keyboard(' ')
  await vi.waitFor(() => { expect(host.count('play')).toBe(1) })
  await userEvent.keyboard('?')
  await expect.element(page.getByRole('dialog')).toHaveTextContent('run to the decision')
  await userEvent.keyboard('{ArrowRight}')
  await userEvent.keyboard('{Escape}')
  expect(host.count('step')).toBe(2)
})

test('the score phase is a real table; a cell opens its formula with the numbers and the cut', async () => {
  const host = open('?lang=en')
  host.onFrame(frame({ ...rest, decision: { cycle, beats: [{ phase: 'score', plugin: 'NodeResourcesFit', at: virtualMs(14_400) }, { phase: 'score', plugin: 'ImageLocality', at: virtualMs(14_420) }, { phase: 'select', at: virtualMs(14_440) }], beat: 2 } }))
  const table = page.getByRole('table', { name: /^Scores/ })
  await expect.element(table.getByRole('rowheader', { name: 'NodeResourcesFit' })).toBeVisible()
  await expect.element(table.getByRole('columnheader', { name: 'node-f' })).toBeVisible()
  await page.getByRole('button', { name: /^NodeResourcesFit on node-b: 68/ }).click()
  await expect.element(page.getByLabelText('NodeResourcesFit, node-b')).toHaveTextContent('(4000 − 1500) × 100 / 4000 = 62.5')
  await expect.element(page.getByLabelText('NodeResourcesFit, node-b')).toHaveTextContent('(62 + 75) / 2 = 68.5')
  await expect.element(page.getByText('68 over 64')).toBeVisible()
  await expect.element(page.getByText('by 10, no tie')).toBeVisible()
})

test('before its beat nothing of the score is given away', async () => {
  const host = open('?lang=en')
  host.onFrame(frame({ ...rest, decision: { cycle, beats: [{ phase: 'score', plugin: 'NodeResourcesFit', at: virtualMs(14_400) }, { phase: 'score', plugin: 'ImageLocality', at: virtualMs(14_420) }, { phase: 'select', at: virtualMs(14_440) }], beat: 0 } }))
  await expect.element(page.getByRole('button', { name: /^NodeResourcesFit on node-b/ })).toBeVisible()
  expect(page.getByRole('button', { name: /^ImageLocality on/ }).elements()).toHaveLength(0)
  await expect.element(page.getByText('1 of 2 plugins')).toBeVisible()
  expect(document.querySelector('.matrix .is-winner')).toBeNull()
})

test('a stopped worker is said, and restarted from what was saved', async () => {
  const hosts = [new FakeHost(answers()), new FakeHost(answers())]
  history.replaceState(null, '', '?lang=en')
  document.body.innerHTML = '<div id="root"></div>'
  let made = 0
  running = start(document.getElementById('root') as HTMLElement, () => hosts[made++] as FakeHost)
  hosts[0]?.onFrame(frame({ ...rest, revision: 231, lastRevision: 231 }))
  await expect.element(page.getByRole('button', { name: 'Step', exact: true })).toBeEnabled()
  hosts[0]?.onBroken({ type: 'broken', message: 'out of memory' })
  await expect.element(page.getByRole('alert')).toHaveTextContent('The worker stopped at rev 231')
  await page.getByRole('button', { name: /^Restart from rev/ }).click()
  await vi.waitFor(() => { expect(hosts[1]?.asked[0]).toMatchObject({ name: 'open', take: { saved: 'state', position: { event: 10, beat: 0 } } }) })
  hosts[1]?.onFrame(frame(rest))
  expect(page.getByRole('alert').elements()).toHaveLength(0)
})

test('a dropped file is imported and reported, with where and what was left out', async () => {
  const host = open('?lang=en')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('button', { name: 'Step', exact: true })).toBeEnabled()
  const transfer = new DataTransfer()
  transfer.items.add(new File(['apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n'], 'x.yaml'))
  for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }))
  await expect.element(page.getByRole('dialog').getByText('x.yaml:7:3')).toBeVisible()
  await expect.element(page.getByRole('dialog').getByRole('cell', { name: 'Widget' })).toBeVisible()
  expect(host.asked.find((one) => one.name === 'import')?.take).toMatchObject({ into: 'current', files: [{ name: 'x.yaml' }] })
})

test('中文: the same picture in the other language', async () => {
  const host = open('?lang=zh')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('status')).toHaveTextContent('ReplicaSet 控制器创建了 web-6c4d9f7b8-x2lqp。')
  await expect.element(page.getByRole('button', { name: '下一步', exact: true })).toBeEnabled()
  expect(document.documentElement.lang).toBe('zh-CN')
})

test('the address follows what is on show', async () => {
  const host = open('?lang=en&theme=light')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('button', { name: 'Step', exact: true })).toBeEnabled()
  await page.getByRole('tab', { name: 'YAML' }).click()
  await vi.waitFor(() => { expect(location.search).toContain('tab=yaml') })
  expect(location.search).toContain('scenario=shop-rollout')
  expect(location.search).toContain('at=10.0')
  expect(document.documentElement.dataset['theme']).toBe('light')
})

test('the palette finds a node by a part of its name, leads to every view, and says when there is nothing', async () => {
  const host = open('?theme=dark&lang=en')
  host.onFrame(frame(rest))
  await expect.element(page.getByRole('status')).toBeVisible()
  await userEvent.keyboard('{Control>}k{/Control}')
  const input = page.getByRole('combobox')
  await expect.element(input).toBeVisible()
  for (const view of ['Map', 'Workloads', 'Traffic', 'Decisions', 'YAML editor', 'Events', 'Scheduler configuration', 'Terminal']) expect(page.getByRole('option', { name: view, exact: true }).elements()).toHaveLength(1)
  // Not for a moment does it say of a node that is there that there is none.
  let denied = false
  const watch = new MutationObserver(() => { denied ||= document.querySelector('.palette-empty') !== null })
  watch.observe(document.body, { subtree: true, childList: true })
  await input.fill('node-b')
  await expect.element(page.getByRole('option', { name: 'node-b', exact: true })).toBeVisible()
  watch.disconnect()
  expect(denied).toBe(false)
  await input.fill('no such thing')
  await expect.element(page.getByText('Nothing of that name.')).toBeVisible()
})
