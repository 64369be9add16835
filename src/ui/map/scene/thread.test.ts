import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Point } from '../../kit'
import { openGutters, routeThread, simplify, type ThreadRoute } from './thread'

const caption = { left: 60, top: 776, right: 1600, bottom: 822 }
const gutters = [69, 432, 796, 1159]
const zoneRow = { gutters, laneAbove: 203 }
const base: ThreadRoute = { playheadX: 595, caption, rows: [], gutters, target: { left: 452, top: 262, right: 776, bottom: 494 }, dock: 'side', covers: [] }

const level = (lines: readonly (readonly Point[])[]): boolean => lines.every((line) => line.every((point, index) => {
  const before = line[index - 1]
  return !before || Math.abs(before.x - point.x) < 0.5 || Math.abs(before.y - point.y) < 0.5
}))

describe('routeThread', () => {
  test('along the caption, up the gutter, into the side of the card (mock 02)', () => {
    const { lines, end } = routeThread(base)
    expect(end).toEqual({ x: 451, y: 352 })
    expect(lines[1]).toEqual([{ x: 595, y: 778 }, { x: 595, y: 772 }, { x: 432, y: 772 }, { x: 432, y: 352 }, { x: 451, y: 352 }])
  })

  test('comes out below the caption too, where the playhead takes over', () => {
    expect(routeThread(base).lines[0]).toEqual([{ x: 595, y: 822 }, { x: 595, y: 818 }])
  })

  test('without a playhead (on stage) it comes straight up', () => {
    const { lines } = routeThread({ ...base, playheadX: undefined })
    expect(lines).toEqual([[{ x: 432, y: 778 }, { x: 432, y: 352 }, { x: 451, y: 352 }]])
  })

  test('under the inspector it keeps to the edge of the caption', () => {
    expect(routeThread({ ...base, playheadX: 1300, mapRight: 1168 }).lines[1]?.slice(0, 3)).toEqual([{ x: 1300, y: 778 }, { x: 1300, y: 776 }, { x: 432, y: 776 }])
  })

  test('past the zones, behind the bar, into a component (mock 01)', () => {
    const bar = { left: 78, top: 212, right: 1150, bottom: 246 }
    const { lines, end } = routeThread({ ...base, playheadX: 796, rows: [zoneRow], gutters: [69, 225, 435, 673, 1159], target: { left: 680, top: 62, right: 1150, bottom: 194 }, dockY: 107, covers: [bar] })
    expect(end).toEqual({ x: 679, y: 107 })
    expect(lines.slice(1)).toEqual([
      [{ x: 796, y: 778 }, { x: 796, y: 247 }],
      [{ x: 796, y: 211 }, { x: 796, y: 203 }, { x: 673, y: 203 }, { x: 673, y: 107 }, { x: 679, y: 107 }],
    ])
  })

  test('of two gutters about as far it takes the left one', () => {
    expect(routeThread({ ...base, target: { left: 816, top: 500, right: 1140, bottom: 732 } }).end.x).toBe(815)
  })

  test('what stands away from every gutter is met from below, along the lane under its row', () => {
    const { lines, end } = routeThread({ ...base, target: { left: 560, top: 300, right: 640, bottom: 340 }, lanes: [346] })
    expect(end).toEqual({ x: 600, y: 341 })
    expect(lines.at(-1)?.slice(-3)).toEqual([{ x: 432, y: 346 }, { x: 600, y: 346 }, { x: 600, y: 341 }])
  })

  test('every part is upright or level, and nothing of it lies in the caption', () => {
    fc.assert(fc.property(
      fc.integer({ min: 70, max: 1590 }), fc.integer({ min: 80, max: 1000 }), fc.integer({ min: 60, max: 600 }), fc.integer({ min: 20, max: 324 }), fc.integer({ min: 20, max: 140 }), fc.boolean(), fc.constantFrom('side' as const, 'bottom' as const),
      (playheadX, left, top, width, height, past, dock) => {
        const { lines } = routeThread({ ...base, playheadX, dock, rows: past ? [zoneRow] : [], target: { left, top, right: left + width, bottom: top + height } })
        expect(level(lines)).toBe(true)
        for (const point of lines.slice(1).flat()) expect(point.y).toBeLessThanOrEqual(caption.top + 2)
      },
    ))
  })
})

test('a gutter with a switch of the legend in it is not taken while another is open', () => {
  const control = { left: 75, top: 469, right: 195, bottom: 493 }
  expect(openGutters([173, 360, 548], [control])).toEqual([360, 548])
  expect(openGutters([173], [control])).toEqual([173])
  // Nothing is left but to pass behind it.
  const { lines } = routeThread({ ...base, gutters: [173], target: { left: 188, top: 207, right: 344, bottom: 288 }, covers: [{ ...control, top: 740, bottom: 766 }] })
  for (const line of lines) for (const point of line) expect(point.x === 173 && point.y > 740 && point.y < 766).toBe(false)
  expect(lines).toHaveLength(3)
})

test('points in the middle of a straight line go, turns back stay', () => {
  expect(simplify([{ x: 0, y: 0 }, { x: 5, y: 0 }, { x: 9, y: 0 }, { x: 9, y: 0 }, { x: 9, y: 4 }])).toEqual([{ x: 0, y: 0 }, { x: 9, y: 0 }, { x: 9, y: 4 }])
  expect(simplify([{ x: 0, y: 0 }, { x: 9, y: 0 }, { x: 4, y: 0 }])).toHaveLength(3)
})
