import { describe, expect, test } from 'vitest'
import { nodeFlags } from '../../../protocol'
import { largeDecision } from '../testing/frames'
import { amountShare, drawCluster, overlayOf, overlayState, type CanvasNodes, type CanvasScene } from './cluster-canvas'
import { sceneOf } from './decision'
import { layoutMap } from './layout'
import { rampStep, type Palette } from './paint'

/** A context that only counts: what is drawn is looked at by eye, how much is drawn is a number. */
function counting(): { readonly context: CanvasRenderingContext2D; readonly counts: Map<string, number>; readonly fills: string[] } {
  const counts = new Map<string, number>()
  const fills: string[] = []
  let fillStyle = ''
  const context = new Proxy({}, {
    get: (_, name) => (name === 'fillStyle' ? fillStyle : () => {
      counts.set(String(name), (counts.get(String(name)) ?? 0) + 1)
      if (name === 'fill') fills.push(fillStyle)
    }),
    set: (_, name, value) => {
      if (name === 'fillStyle') fillStyle = String(value)
      return true
    },
  }) as CanvasRenderingContext2D
  return { context, counts, fills }
}

const palette: Palette = {
  water: 'water', zone: 'zone', card: 'card', well: 'well', line1: 'line1', line2: 'line2', line3: 'line3', ink1: 'ink1', ink2: 'ink2', ink3: 'ink3', no: 'no', ok: 'ok', nowEdge: 'now', pick: 'pick',
  ramp: ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6'], feasible: 'feasible', marks: { NodeResourcesFit: 'fit', TaintToleration: 'taint', NodeAffinity: 'aff' }, font: 'sans',
}

const count = 400
const names = Array.from({ length: count }, (_, index) => `node-${String(index).padStart(4, '0')}`)
const nodes: CanvasNodes & { readonly zone: number[]; slotOf(name: string): number | undefined } = {
  end: count, alive: names.map(() => 1), names, zone: names.map((_, index) => index % 4), cpuMilliAllocatable: names.map(() => 4_000), cpuMilliRequested: names.map((_, index) => (index % 9) * 500),
  memoryBytesAllocatable: names.map(() => 8), memoryBytesRequested: names.map(() => 4), podsAllocatable: names.map(() => 110), podCount: names.map(() => 11), flags: names.map(() => nodeFlags.ready),
  slotOf: (name) => (names.includes(name) ? names.indexOf(name) : undefined),
}
const layout = layoutMap(nodes, ['a', 'b', 'c', 'd'], { pane: { width: 640, height: 300 }, phase: 'rest', scale: 1, stacked: false, top: 0 })
const scene: CanvasScene = {
  layout, nodes, viewport: layout.fit, width: 640, height: 300, pixelRatio: 1, palette, colourBy: 'cpu', ground: true, overlay: undefined, skip: () => false, picked: -1, hovered: -1, now: -1,
}

describe('drawCluster', () => {
  test('draws every node once, in as many fills as there are colours', () => {
    const { context, counts, fills } = counting()
    expect(drawCluster(context, scene)).toBe(count)
    // The ground of the zones and at most seven steps; not one a node.
    expect(counts.get('fill') ?? 0).toBeLessThanOrEqual(9)
    expect(fills).toContain('zone')
    expect(fills).toContain('r6')
  })

  test('leaves out what is out of view and what stands as a card', () => {
    const { context } = counting()
    const near = { ...layout.fit, zoom: layout.fit.zoom * 8, x: 0, y: 0 }
    expect(drawCluster(context, { ...scene, viewport: near })).toBeLessThan(count / 8)
    expect(drawCluster(context, { ...scene, skip: (slot) => slot < 100 })).toBe(count - 100)
  })

  test('an empty cluster draws nothing', () => {
    const { context, counts } = counting()
    const none = layoutMap({ ...nodes, end: 0 }, [], { pane: { width: 100, height: 100 }, phase: 'rest', scale: 1, stacked: false, top: 0 })
    expect(drawCluster(context, { ...scene, layout: none })).toBe(0)
    expect(counts.get('fill')).toBeUndefined()
  })
})

test('a decision as numbers by slot', () => {
  const { explanation, frame } = largeDecision(count)
  if (!frame.decision) throw new Error('no decision')
  const overlay = overlayOf(sceneOf(frame.decision, explanation), nodes)
  if (!overlay) throw new Error('no overlay')
  const states = [...overlay.state]
  expect(states.filter((state) => state === overlayState.feasible)).toHaveLength(explanation.feasible.length)
  expect(states.filter((state) => state === overlayState.unvisited)).toHaveLength(count - explanation.visited)
  expect([...overlay.plugins].sort()).toEqual(['NodeAffinity', 'NodeResourcesFit', 'TaintToleration'])
  expect(names[overlay.winner]).toBe(explanation.winner)
  expect(overlay.leaders).toHaveLength(3)
  expect(overlay.share[overlay.winner]).toBe(1)
  expect(overlayOf(undefined, nodes)).toBeUndefined()
})

test('amounts and the ramp', () => {
  expect(amountShare(nodes, 4, 'cpu')).toBe(0.5)
  expect(amountShare(nodes, 4, 'memory')).toBe(0.5)
  expect(amountShare(nodes, 4, 'pods')).toBe(0.1)
  expect([0, 0.001, 0.5, 1, 1.4].map(rampStep)).toEqual([0, 1, 3, 6, 6])
})
