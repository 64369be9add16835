import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LayoutMemory, compareNames, eachNodeIn, layoutMap, neighbour, nodeAt, zoneOf, type LayoutNodes, type LayoutOptions } from './layout'

/** Nodes by zone: names made of the zone's index and a number. */
function nodesOf(counts: readonly number[]): LayoutNodes & { readonly zones: readonly string[] } {
  const names: string[] = []
  const zone: number[] = []
  for (const [index, count] of counts.entries()) for (let n = 0; n < count; n++) {
    names.push(`node-${index}-${n}`)
    zone.push(index)
  }
  return { end: names.length, alive: names.map(() => 1), names, zone, zones: counts.map((_, index) => `zone-${String.fromCharCode(97 + index)}`) }
}

const desk: LayoutOptions = { pane: { width: 1108, height: 466 }, phase: 'rest', scale: 1, stacked: false, top: 24 }

describe('layoutMap', () => {
  test('six nodes in three zones stand as in the picture, at zoom 1', () => {
    const nodes = nodesOf([2, 2, 2])
    const layout = layoutMap(nodes, nodes.zones, desk)
    expect(layout.mode).toBe('cards')
    expect(layout.fit).toEqual({ x: 18, y: 24, zoom: 1 })
    expect(layout.card).toEqual({ width: 324, height: 208 })
    expect(layout.zones.map((zone) => [zone.x, zone.y, zone.width, zone.height])).toEqual([[0, 0, 344, 466], [364, 0, 344, 466], [728, 0, 344, 466]])
    expect([...layout.x.slice(0, 2), ...layout.y.slice(0, 2)]).toEqual([10, 10, 30, 246])
  })

  test('a low window takes lower cards rather than smaller ones', () => {
    const nodes = nodesOf([2, 2, 2])
    const layout = layoutMap(nodes, nodes.zones, { ...desk, pane: { width: 788, height: 292 } })
    expect(layout.fit.zoom).toBe(1)
    expect(layout.card.width).toBeGreaterThan(196)
    expect(layout.card.height).toBeLessThan(150)
  })

  test('more than three zones wrap to two rows', () => {
    const nodes = nodesOf([250, 250, 250, 250])
    const layout = layoutMap(nodes, nodes.zones, { ...desk, pane: { width: 1108, height: 510 } })
    expect(layout.mode).toBe('tiles')
    expect(new Set(layout.zones.map((zone) => zone.y)).size).toBe(2)
    expect(layout.zones.map((zone) => zone.name)).toEqual(['zone-a', 'zone-b', 'zone-c', 'zone-d'])
  })

  test('nodes without a zone come last, in a frame of their own', () => {
    const layout = layoutMap({ end: 3, alive: [1, 1, 1], names: ['b', 'a', 'c'], zone: [-1, 0, 0] }, ['zone-a'], desk)
    expect(layout.zones.map((zone) => [zone.name, zone.count])).toEqual([['zone-a', 2], ['', 1]])
    expect([...layout.order]).toEqual([1, 2, 0])
  })

  test('dead rows have no place', () => {
    const layout = layoutMap({ end: 3, alive: [1, 0, 1], names: ['a', 'b', 'c'], zone: [0, 0, 0] }, ['z'], desk)
    expect([...layout.indexOf]).toEqual([0, -1, 1])
  })

  test('an empty cluster is an empty map', () => {
    const layout = layoutMap(nodesOf([]), [], desk)
    expect(layout.order).toHaveLength(0)
    expect(layout.bounds).toEqual({ width: 0, height: 0 })
    expect(nodeAt(layout, 5, 5)).toBe(-1)
  })

  test('stacked zones have two nodes a row', () => {
    const nodes = nodesOf([2, 2, 2])
    const layout = layoutMap(nodes, nodes.zones, { ...desk, pane: { width: 820, height: 600 }, stacked: true })
    expect(layout.zones.map((zone) => zone.columns)).toEqual([2, 2, 2])
    expect(new Set(layout.zones.map((zone) => zone.x))).toEqual(new Set([0]))
  })

  test('everything fits its pane, nothing overlaps, and every node is found where it stands', () => {
    fc.assert(fc.property(
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 7 }), fc.integer({ min: 500, max: 1900 }), fc.integer({ min: 260, max: 1100 }), fc.constantFrom('rest' as const, 'decision' as const),
      (counts, width, height, phase) => {
        const nodes = nodesOf(counts)
        const layout = layoutMap(nodes, nodes.zones, { ...desk, pane: { width, height }, phase })
        const { zoom } = layout.fit
        expect(layout.bounds.width * zoom).toBeLessThanOrEqual(width + 0.01)
        expect(layout.bounds.height * zoom).toBeLessThanOrEqual(height + 0.01)
        for (const slot of layout.order) {
          const x = layout.x[slot] as number
          const y = layout.y[slot] as number
          expect(nodeAt(layout, x + layout.card.width / 2, y + layout.card.height / 2)).toBe(slot)
          const zone = zoneOf(layout, slot)
          expect(zone && x >= zone.x && x + layout.card.width <= zone.x + zone.width + 0.01 && y + layout.card.height <= zone.y + zone.height + 0.01).toBe(true)
        }
      },
    ), { numRuns: 60 })
  })
})

test('one node more moves nothing that need not move', () => {
  const memory = new LayoutMemory()
  const many = nodesOf([60, 60])
  const before = memory.layout(many, many.zones, desk)
  const more = nodesOf([61, 60])
  const after = memory.layout(more, more.zones, desk)
  expect(after.rows).toBe(before.rows)
  expect(after.zones.map((zone) => zone.columns)).toEqual(before.zones.map((zone) => Math.ceil((zone.zone === 0 ? 61 : 60) / before.rows)))
})

describe('nodeAt and eachNodeIn', () => {
  const nodes = nodesOf([5, 3])
  const layout = layoutMap(nodes, nodes.zones, { ...desk, pane: { width: 1108, height: 720 } })

  test('gaps, headers and gutters are nobody\'s', () => {
    const zone = layout.zones[0]
    if (!zone) throw new Error('no zone')
    expect(nodeAt(layout, zone.x + 20, zone.y + 4)).toBe(-1)
    expect(nodeAt(layout, zone.x + zone.width + 5, zone.y + 60)).toBe(-1)
    expect(nodeAt(layout, zone.gridX + 4, zone.gridY + layout.card.height + 2)).toBe(-1)
  })

  test('a box finds the nodes that reach into it, each once', () => {
    fc.assert(fc.property(fc.integer({ min: -200, max: 1200 }), fc.integer({ min: -200, max: 900 }), fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 }), (x, y, width, height) => {
      const found: number[] = []
      eachNodeIn(layout, { x, y, width, height }, (slot) => { found.push(slot) })
      expect(new Set(found).size).toBe(found.length)
      for (const slot of layout.order) {
        const left = layout.x[slot] as number
        const top = layout.y[slot] as number
        const inside = left < x + width && left + layout.card.width > x && top < y + height && top + layout.card.height > y
        if (inside) expect(found).toContain(slot)
      }
    }), { numRuns: 80 })
  })
})

test('arrow keys go to the neighbour, over zone frames, and stay at the edge', () => {
  const nodes = nodesOf([2, 2, 2])
  const layout = layoutMap(nodes, nodes.zones, desk)
  const go = (from: number, ...ways: ('left' | 'right' | 'up' | 'down')[]): string => nodes.names[ways.reduce((slot, way) => neighbour(layout, slot, way), from)] as string
  expect(go(0, 'down')).toBe('node-0-1')
  expect(go(0, 'right')).toBe('node-1-0')
  expect(go(0, 'right', 'right', 'down', 'left')).toBe('node-1-1')
  expect(go(0, 'left')).toBe('node-0-0')
  expect(go(0, 'up')).toBe('node-0-0')
})

test('names with numbers are in the order of the numbers', () => {
  expect(['node-10', 'node-2', 'node-1', 'a', 'node'].sort(compareNames)).toEqual(['a', 'node', 'node-1', 'node-2', 'node-10'])
})
