import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { nodeFlags, podStates } from '../../protocol'
import { mountMap, type Bench } from './testing/bench'
import { boundFrame, decisionFrame, inFlight, largeDecision, largeFrame, restFrame } from './testing/frames'

let bench: Bench | undefined
let element: HTMLElement

beforeEach(async () => {
  await page.viewport(1600, 1000)
  element = document.createElement('div')
  document.body.append(element)
})

afterEach(() => {
  bench?.stop()
  element.remove()
  bench = undefined
})

async function open(...frames: Parameters<Bench['host']['onFrame']>[0][]): Promise<Bench> {
  bench = mountMap(element)
  const [first, ...rest] = frames
  if (first) bench.host.onFrame(first)
  await vi.waitFor(() => { expect(document.querySelector('.react-flow__node')).not.toBeNull() })
  for (const frame of rest) {
    bench.host.onFrame(frame)
    await settled()
  }
  return bench
}

const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 120) })
const group = (name: RegExp | string): ReturnType<typeof page.getByRole> => page.getByRole('group', { name })
const box = (selector: string): DOMRect => {
  const found = document.querySelector(selector)
  if (!found) throw new Error(`nothing is ${selector}`)
  return found.getBoundingClientRect()
}

describe('at rest', () => {
  test('zones are frames, nodes are groups with a name that says it all', async () => {
    await open(restFrame())
    await expect.element(group('node-f, Ready, CPU 2.85 of 8')).toBeVisible()
    for (const zone of ['zone-a', 'zone-b', 'zone-c']) await expect.element(page.getByRole('region', { name: `Zone ${zone}, 2 nodes` })).toBeVisible()
    expect(document.querySelector('.map')?.getAttribute('data-phase')).toBe('rest')
  })

  test('stands where the picture has it', async () => {
    await open(restFrame())
    const card = box('[data-node="node-a"]')
    expect([card.left, card.top, card.width, card.height].map(Math.round)).toEqual([88, 300, 324, 208])
    await vi.waitFor(() => {
      const bus = box('.bus')
      expect([bus.left, bus.top, bus.width, bus.height].map(Math.round)).toEqual([78, 212, 1072, 34])
    })
  })

  test('length is capacity: the same pixels a core on all nodes', async () => {
    await open(restFrame())
    const track = (node: string): number => box(`[data-node="${node}"] .cap-bar-cpu .meter-track`).width
    expect(track('node-f') / track('node-a')).toBeCloseTo(2, 1)
  })

  test('conditions have shapes and words', async () => {
    await open(restFrame({ flags: { 'node-a': nodeFlags.ready | nodeFlags.unschedulable, 'node-b': 0, 'node-c': nodeFlags.ready | nodeFlags.memoryPressure } }))
    await expect.element(group(/^node-a, Ready, cordoned/)).toBeVisible()
    await expect.element(group(/^node-b, NotReady/)).toBeVisible()
    await expect.element(group(/^node-c, Ready, MemoryPressure/)).toBeVisible()
    expect(document.querySelector('[data-node="node-a"] .node-weave')).not.toBeNull()
    expect(document.querySelector('[data-node="node-b"] .dot-hollow')).not.toBeNull()
  })

  test('a Pod is picked by a click on its block and outlined in both bars', async () => {
    const { session } = await open(restFrame())
    const block = document.querySelector<HTMLElement>('[data-node="node-a"] .cap-bar-cpu [data-pod]')
    block?.click()
    const key = block?.dataset['pod']
    expect(session.ui.getState().selection).toEqual({ kind: 'pod', name: key })
    await vi.waitFor(() => { expect(document.querySelectorAll('[data-node="node-a"] [data-outlined]')).toHaveLength(2) })
  })

  test('states of Pods have their own drawing', async () => {
    const { host } = await open(restFrame())
    for (const [state, name] of [[podStates.assumed, 'assumed'], [podStates.starting, 'starting'], [podStates.terminating, 'terminating'], [podStates.restarting, 'restarting']] as const) {
      host.onFrame(boundFrame(state))
      await vi.waitFor(() => { expect(document.querySelector(`[data-node="node-f"] .cap-bar-cpu [data-pod="${inFlight}"]`)?.classList.contains(`block-${name}`)).toBe(true) })
    }
  })
})

describe('motion', () => {
  const at = (event: number, path: string, from: string): Parameters<Bench['host']['onFrame']>[0] => {
    const rest = restFrame()
    return { ...rest, position: { event, beat: 0 }, controlPlane: { ...rest.controlPlane as NonNullable<typeof rest.controlPlane>, apiserver: { method: 'PUT', path, code: 200, from } } }
  }
  const packets = (): (string | null)[] => [...document.querySelectorAll('.packet')].map((packet) => packet.textContent)
  const finish = (): void => { window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift' })) }

  test('a controller\'s request travels from its manager to etcd; a step back takes that same request back', async () => {
    const { host } = await open(at(10, '/first', 'kubectl'))
    finish()
    await vi.waitFor(() => { expect(packets()).toEqual([]) })
    host.onFrame(at(11, '/second', 'kube-controller-manager/replicaset-controller'))
    await vi.waitFor(() => { expect(packets()).toEqual(['PUT second']) })
    finish()
    await vi.waitFor(() => { expect(packets()).toEqual([]) })
    host.onFrame(at(10, '/first', 'kubectl'))
    await vi.waitFor(() => { expect(packets()).toEqual(['PUT second']) })
    finish()
    // Who jumps far sees no message travel: it did not happen just now.
    host.onFrame(at(500, '/third', 'kubectl'))
    await settled()
    expect(packets()).toEqual([])
  })

  test('when slots are dealt anew, as after a step back, the cards of the same nodes stay', async () => {
    const first = restFrame()
    const { host } = await open(first)
    const cards = (): (Element | null)[] => ['node-a', 'node-c', 'node-f'].map((name) => document.querySelector(`[data-node="${name}"]`))
    const before = cards()
    const nodes = first.nodes as NonNullable<typeof first.nodes>
    const count = nodes.names.length
    const turned = <A extends Int32Array | Float64Array | Uint8Array>(column: A): A => column.slice().reverse() as A
    host.onFrame({
      ...first, position: { event: 9, beat: 0 },
      nodes: {
        reset: false, slot: nodes.slot, removed: nodes.slot, names: [...nodes.names].reverse(), zone: turned(nodes.zone), flags: turned(nodes.flags), cpuMilliAllocatable: turned(nodes.cpuMilliAllocatable), cpuMilliRequested: turned(nodes.cpuMilliRequested),
        memoryBytesAllocatable: turned(nodes.memoryBytesAllocatable), memoryBytesRequested: turned(nodes.memoryBytesRequested), podsAllocatable: turned(nodes.podsAllocatable), podCount: turned(nodes.podCount),
      },
      pods: { ...(first.pods as NonNullable<typeof first.pods>), node: (first.pods as NonNullable<typeof first.pods>).node.map((node) => (node < 0 ? node : count - 1 - node)) },
    })
    await settled()
    expect(before).not.toContain(null)
    for (const [index, card] of cards().entries()) expect(card).toBe(before[index])
    await expect.element(group('node-f, Ready, CPU 2.85 of 8')).toBeVisible()
  })
})

describe('capacity handles', () => {
  test('are sliders that keys move by a snap, with Shift by four; what they come to is written once, by Enter', async () => {
    const { host, session } = await open(restFrame())
    const handle = page.getByRole('slider', { name: 'CPU capacity of node-a' })
    const written = (): unknown[] => host.calls.filter((call) => call.name === 'setCapacity').map((call) => call.take)
    await expect.element(handle).toHaveAttribute('aria-valuetext', '4 cores, 1.5 requested')
    ;(handle.element() as HTMLElement).focus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}')
    await expect.element(handle).toHaveAttribute('aria-valuetext', '4.75 cores, 1.5 requested')
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}')
    await expect.element(handle).toHaveAttribute('aria-valuetext', '3.75 cores, 1.5 requested')
    expect(session.ui.getState().notice?.text).toBe('node-a: 4 → 3.75 CPU. Enter or letting go writes it, Esc takes it back.')
    expect(written()).toEqual([])
    await userEvent.keyboard('{Enter}')
    await vi.waitFor(() => { expect(written()).toEqual([{ node: 'node-a', resource: 'cpu', value: '3750m' }]) })
    expect(session.ui.getState().notice).toBeUndefined()
    // Leaving it afterwards writes nothing more.
    ;(handle.element() as HTMLElement).blur()
    expect(written()).toHaveLength(1)
  })

  test('Esc takes back what keys came to; a rest of the keys, or leaving, writes it', async () => {
    const { host } = await open(restFrame())
    const handle = page.getByRole('slider', { name: 'CPU capacity of node-a' })
    const element = handle.element() as HTMLElement
    const written = (): unknown[] => host.calls.filter((call) => call.name === 'setCapacity').map((call) => call.take)
    element.focus()
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{Escape}')
    await expect.element(handle).toHaveAttribute('aria-valuetext', '4 cores, 1.5 requested')
    element.blur()
    expect(written()).toEqual([])
    element.focus()
    await userEvent.keyboard('{ArrowRight}')
    await vi.waitFor(() => { expect(written()).toEqual([{ node: 'node-a', resource: 'cpu', value: '4250m' }]) }, { timeout: 6_000 })
    await userEvent.keyboard('{ArrowLeft}')
    element.blur()
    await vi.waitFor(() => { expect(written().at(-1)).toEqual({ node: 'node-a', resource: 'cpu', value: '3750m' }) })
    expect(written()).toHaveLength(2)
  })

  test('Esc gives a drag up and writes nothing; letting go writes once', async () => {
    const { host, session } = await open(restFrame())
    const handle = page.getByRole('slider', { name: 'Memory capacity of node-d' }).element() as HTMLElement
    const { left, top } = handle.getBoundingClientRect()
    const move = (type: string, x: number): void => { handle.dispatchEvent(new PointerEvent(type, { bubbles: true, cancelable: true, pointerId: 1, isPrimary: true, button: 0, clientX: x, clientY: top + 8 })) }
    // A made-up pointer cannot be captured; the rest of the handling is the real one.
    handle.setPointerCapture = () => undefined
    move('pointerdown', left + 3)
    move('pointermove', left - 80)
    await vi.waitFor(() => { expect(handle.getAttribute('aria-valuetext')).toBe('3.5 Gi, 5 Gi requested') })
    expect(session.ui.getState().notice?.text).toContain('would not have fitted on node-d')
    expect(document.querySelector('[data-node="node-d"]')?.getAttribute('data-whatif')).toBe('true')
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))
    await vi.waitFor(() => { expect(handle.getAttribute('aria-valuetext')).toBe('8 Gi, 5 Gi requested') })
    move('pointerup', left - 80)
    expect(host.calls.some((call) => call.name === 'setCapacity')).toBe(false)
    expect(session.ui.getState().notice).toBeUndefined()
    move('pointerdown', left + 3)
    move('pointermove', left + 41)
    move('pointermove', left + 40)
    move('pointerup', left + 40)
    await vi.waitFor(() => { expect(host.calls.filter((call) => call.name === 'setCapacity').map((call) => call.take)).toEqual([{ node: 'node-d', resource: 'memory', value: '10Gi' }]) })
  })
})

describe('keyboard', () => {
  test('arrows go from node to node, Enter picks, Shift with an arrow walks its Pods', async () => {
    const { session } = await open(restFrame())
    ;(group(/^node-a/).element() as HTMLElement).focus()
    await userEvent.keyboard('{ArrowRight}')
    await vi.waitFor(() => { expect(document.activeElement?.getAttribute('data-node')).toBe('node-c') })
    await userEvent.keyboard('{ArrowDown}')
    await vi.waitFor(() => { expect(document.activeElement?.getAttribute('data-node')).toBe('node-d') })
    await userEvent.keyboard('{Enter}')
    expect(session.ui.getState().selection).toEqual({ kind: 'node', name: 'node-d' })
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}')
    expect(session.ui.getState().selection?.kind).toBe('pod')
  })

  test('the outline is a tree with the keys of one', async () => {
    const { session } = await open(restFrame())
    await page.getByRole('button', { name: 'Outline' }).click()
    const tree = page.getByRole('tree', { name: 'Outline of the cluster' })
    await expect.element(tree).toBeVisible()
    ;(tree.element() as HTMLElement).focus()
    expect(page.getByRole('treeitem').elements()).toHaveLength(9)
    await userEvent.keyboard('{ArrowDown}{ArrowRight}{ArrowDown}{Enter}')
    expect(session.ui.getState().selection?.kind).toBe('pod')
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}{ArrowLeft}')
    await vi.waitFor(() => { expect(page.getByRole('treeitem').elements()).toHaveLength(7) })
    await userEvent.keyboard('{Escape}')
    await expect.element(tree).not.toBeInTheDocument()
  })
})

describe('a decision', () => {
  test('filter: verdicts on the cards, the strait, the thread to the node', async () => {
    await open(restFrame(), decisionFrame('filter:PodTopologySpread', { kind: 'node', name: 'node-c' }))
    await expect.element(group('node-c, Ready, CPU 3.25 of 4, rejected by PodTopologySpread, skew 2 > maxSkew 1')).toBeVisible()
    await expect.element(group('node-a, Ready, CPU 1.5 of 4, feasible')).toBeVisible()
    expect(document.querySelector('.map')?.getAttribute('data-phase')).toBe('filter')
    expect(document.querySelectorAll('.strait-branch')).toHaveLength(3)
    expect(document.querySelector('[data-node="node-d"] .meter-over')).not.toBeNull()
    await vi.waitFor(() => {
      const dot = box('.thread-dot')
      expect(Math.round(dot.left + dot.width / 2)).toBe(Math.round(box('[data-node="node-c"]').left) - 1)
    })
  })

  test('score: totals, ranks and the winner by name', async () => {
    const { session } = await open(restFrame(), decisionFrame('select', { kind: 'node', name: 'node-f' }))
    await expect.element(group('node-f, Ready, CPU 2.85 of 8, score 671, first of 3, winner')).toBeVisible()
    await expect.element(group('node-b, Ready, CPU 1 of 4, score 661, third of 3')).toBeVisible()
    const torn = (): number => document.querySelectorAll('.seg-torn').length
    expect(torn()).toBe(3)
    await page.getByRole('radio', { name: 'Full' }).click()
    expect(session.ui.getState().differences).toBe(false)
    await vi.waitFor(() => { expect(torn()).toBe(0) })
  })

  test('nothing is told before its beat', async () => {
    await open(restFrame(), decisionFrame('filter:TaintToleration', { kind: 'node', name: 'node-e' }))
    await expect.element(group('node-c, Ready, CPU 3.25 of 4, feasible')).toBeVisible()
    expect(document.querySelectorAll('.strait-branch')).toHaveLength(1)
    expect(document.querySelector('[data-winner]')).toBeNull()
  })
})

describe('a large cluster', () => {
  test('is drawn on the canvas; the focused node has a stand-in with its name', async () => {
    const { session } = await open(largeFrame(1523, 8152))
    await vi.waitFor(() => { expect(window.berthMap?.drawn).toBe(1523) })
    expect(document.querySelectorAll('.node')).toHaveLength(0)
    const proxy = document.querySelector<HTMLElement>('.node-proxy')
    expect(proxy?.getAttribute('aria-label')).toMatch(/^node-0000, /)
    proxy?.focus()
    await userEvent.keyboard('{ArrowRight}')
    await vi.waitFor(() => { expect(document.activeElement?.getAttribute('data-node')).toBe('node-0004') })
    await userEvent.keyboard('{Enter}')
    expect(session.ui.getState().selection).toEqual({ kind: 'node', name: 'node-0004' })
  })

  test('a click finds the node under it by arithmetic', async () => {
    const { session } = await open(largeFrame(1523, 8152))
    const proxy = box('.node-proxy')
    const target = document.elementFromPoint(proxy.left + proxy.width / 2, proxy.top + proxy.height / 2)
    target?.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: proxy.left + proxy.width / 2, clientY: proxy.top + proxy.height / 2 }))
    expect(session.ui.getState().selection).toEqual({ kind: 'node', name: 'node-0000' })
  })

  test('a decision over it: call-out for the winner, visit order, marks in the legend', async () => {
    bench = mountMap(element)
    const { frame, explanation } = largeDecision(1000)
    bench.host.explanations.set(explanation.cycle.id, explanation)
    bench.host.onFrame(largeFrame(1000, 10_000))
    await settled()
    bench.host.onFrame(frame)
    await vi.waitFor(() => { expect(document.querySelector('.callout-now')?.getAttribute('data-callout')).toBe(explanation.winner) })
    await expect.element(page.getByRole('img', { name: 'Visit order: began at 337, stopped at 949: next cycle begins here' })).toBeVisible()
    await expect.element(page.getByText('not visited')).toBeVisible()
  })

  test('zoomed in, those in view are cards', async () => {
    await open(largeFrame(300, 900))
    const surface = box('.map-surface')
    const pane = document.querySelector('.react-flow__pane')
    for (let turn = 0; turn < 14; turn++) pane?.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: -140, clientX: surface.left + 200, clientY: surface.top + 150 }))
    await vi.waitFor(() => { expect(document.querySelectorAll('.node').length).toBeGreaterThan(0) })
    expect(document.querySelectorAll('.node').length).toBeLessThan(150)
  })
})
