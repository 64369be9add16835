import { describe, expect, test } from 'vitest'
import { layoutMap } from './layout'
import { clampBox, pageBox, zoneRowsOf } from './page'

const pane = { left: 60, top: 246, right: 1168, bottom: 736 }
const six = { end: 6, alive: [1, 1, 1, 1, 1, 1], names: ['a', 'b', 'c', 'd', 'e', 'f'], zone: [0, 0, 1, 1, 2, 2] }
const layout = layoutMap(six, ['zone-a', 'zone-b', 'zone-c'], { pane: { width: 1108, height: 466 }, phase: 'rest', scale: 1, stacked: false, top: 24 })

describe('zoneRowsOf', () => {
  test('gutters stand beside and between the frames', () => {
    const rows = zoneRowsOf(layout, layout.fit, pane, 18, 203)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.gutters).toEqual([69, 432, 796, 1159])
    expect(rows[0]?.laneAbove).toBe(203)
  })

  test('two rows of zones come lowest first, each with a lane above it', () => {
    const four = layoutMap({ end: 400, alive: Array.from({ length: 400 }, () => 1), names: Array.from({ length: 400 }, (_, index) => `n${index}`), zone: Array.from({ length: 400 }, (_, index) => index % 4) }, ['a', 'b', 'c', 'd'], { pane: { width: 1108, height: 466 }, phase: 'rest', scale: 1, stacked: false, top: 24 })
    const rows = zoneRowsOf(four, four.fit, pane, 18, 203)
    expect(rows.map((row) => row.zones)).toEqual([[2, 3], [0, 1]])
    expect(rows[0]?.laneAbove).toBeLessThan(rows[0]?.top ?? 0)
    expect(rows[1]?.laneAbove).toBe(203)
  })

  test('zoomed in past all gutters the gaps between cards serve, and failing those the edges', () => {
    const wide = layoutMap({ end: 8, alive: Array.from({ length: 8 }, () => 1), names: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], zone: Array.from({ length: 8 }, () => 0) }, ['z'], { pane: { width: 1108, height: 466 }, phase: 'rest', scale: 1, stacked: false, top: 24 })
    const zone = wide.zones[0]
    if (!zone || zone.columns < 2) throw new Error('a row of cards was expected')
    const zoom = 2
    const between = zone.gridX + wide.pitchX - (wide.pitchX - wide.card.width) / 2
    const viewport = { zoom, x: 500 - between * zoom, y: -40 }
    expect(zoneRowsOf(wide, viewport, pane, 18, 203)[0]?.gutters).toContain(560)
    const within = { zoom: 6, x: -(zone.gridX + wide.card.width / 4) * 6, y: -40 }
    expect(zoneRowsOf(wide, within, pane, 18, 203)[0]?.gutters).toEqual([69, 1159])
  })
})

test('boxes of the world on the page, and held inside the pane', () => {
  expect(pageBox({ x: 10, y: 20, width: 100, height: 50 }, { x: 5, y: 6, zoom: 2 }, pane)).toEqual({ left: 85, top: 292, right: 285, bottom: 392 })
  expect(clampBox({ left: 0, top: 300, right: 40, bottom: 360 }, pane)).toEqual({ left: 60, top: 300, right: 62, bottom: 360 })
  expect(clampBox({ left: 100, top: 300, right: 140, bottom: 900 }, pane)).toEqual({ left: 100, top: 300, right: 140, bottom: 736 })
})
