import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { virtualMs } from '../../api'
import type { Beat, TimelineMark } from '../../protocol'
import { clusterPx, fitted, layOutBeats, layOutLane, ticksOf, timeAt, xOf, type TimeScale } from './layout'
import { autoWidth, follow, zoomed } from './window'

const scale: TimeScale = { from: 0, to: 1000, left: 100, right: 1100 }
const mark = (seq: number, at: number, label = `m${seq}`, until?: number): TimelineMark => ({ seq, lane: 'api', shape: until === undefined ? 'create' : 'span', at: virtualMs(at), ...(until === undefined ? {} : { until: virtualMs(until) }), label, position: { event: seq, beat: 0 } })
const past = (): boolean => false

describe('a lane of the timeline', () => {
  test('a place in time is a place in pixels, both ways', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (at) => { expect(timeAt(scale, xOf(scale, at))).toBeCloseTo(at, 6) }))
  })

  test('marks that would touch become one bar with their count', () => {
    const placed = layOutLane([mark(1, 100), mark(2, 103), mark(3, 105), mark(4, 300)], scale, past, -1)
    expect(placed.map((one) => (one.is === 'cluster' ? one.count : one.is))).toEqual([3, 'mark'])
  })

  test('nothing is lost, and bars keep apart, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: 1000 }), { maxLength: 80 }), (times) => {
      const sorted = [...times].sort((a, b) => a - b).map((at, seq) => mark(seq, at))
      const placed = layOutLane(sorted, scale, past, -1)
      expect(placed.reduce((sum, one) => sum + (one.is === 'cluster' ? one.count : 1), 0)).toBe(sorted.length)
      const ends = placed.map((one) => (one.is === 'cluster' ? { from: one.x + 4, to: one.x + one.width - 4 } : { from: one.x, to: one.x }))
      for (let index = 1; index < ends.length; index++) expect((ends[index]?.from ?? 0) - (ends[index - 1]?.to ?? 0)).toBeGreaterThanOrEqual(clusterPx)
    }))
  })

  test('no label runs into the next mark', () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: 1000 }), { maxLength: 40 }), (times) => {
      const placed = layOutLane([...times].sort((a, b) => a - b).map((at, seq) => mark(seq, at, '148 Deployment')), scale, past, -1)
      placed.forEach((one, index) => {
        const next = placed[index + 1]
        if (one.is === 'mark' && next && one.label !== '') expect(one.x + 8 + one.label.length * 6.6).toBeLessThanOrEqual(next.x + 4)
      })
    }))
  })

  test('the label of now is always written, and what it would meet gives way', () => {
    const placed = layOutLane([mark(1, 100, '148 Pod'), mark(2, 130, '149 Binding')], scale, past, 1)
    expect(placed.map((one) => (one.is === 'mark' ? one.label : ''))).toEqual(['', '148 Pod'])
  })

  test('past and future do not share a bar', () => {
    const placed = layOutLane([mark(1, 100), mark(2, 102)], scale, (one) => one.seq === 2, -1)
    expect(placed.map((one) => one.is)).toEqual(['mark', 'mark'])
  })

  test('a span that goes on reaches the edge; a sliver is a tick', () => {
    const running = { ...mark(1, 200), shape: 'span' as const }
    const [open, sliver] = layOutLane([running, mark(2, 500, 'short', 501)], scale, past, -1)
    expect(open).toMatchObject({ is: 'span', open: true })
    expect((open as { x: number; width: number }).x + (open as { width: number }).width).toBeGreaterThanOrEqual(scale.right)
    expect(sliver).toMatchObject({ is: 'mark', label: '' })
  })

  test('beats lie side by side; the one on show is told from those before and after', () => {
    const beats: Beat[] = ['snapshot', 'filter', 'score'].map((phase, index) => ({ phase: phase as Beat['phase'], at: virtualMs(100 + index * 100) }))
    const placed = layOutBeats(beats, 1, 400, scale, (beat) => beat.phase)
    expect(placed.map((one) => one.state)).toEqual(['past', 'now', 'future'])
    for (let index = 1; index < placed.length; index++) expect(placed[index]?.x).toBeGreaterThanOrEqual((placed[index - 1]?.x ?? 0) + (placed[index - 1]?.width ?? 0))
  })

  test('a text is cut only when it must be', () => {
    expect(fitted('Deployment', 200, 6)).toBe('Deployment')
    expect(fitted('Deployment', 40, 6)).toBe('Deplo…')
    expect(fitted('Deployment', 10, 6)).toBe('')
  })

  test('ticks stand at round times inside the window', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 20, max: 86_400_000 }), (from, width) => {
      const { step, at } = ticksOf({ from, to: from + width, left: 0, right: 1200 })
      expect(at.length).toBeLessThanOrEqual(14)
      for (const time of at) expect(time % step).toBe(0)
    }))
  })
})

describe('the window of time', () => {
  test('it stands still while the playhead is well inside, and comes along when it is not', () => {
    const window = { from: 1000, width: 1000 }
    expect(follow(window, 1500, 1000)).toBe(window)
    const moved = follow(window, 1950, 1000)
    expect(moved.from).toBeGreaterThan(1000)
    expect(follow(moved, 1950, 1000)).toBe(moved)
  })

  test('following comes to rest wherever the playhead is', () => {
    fc.assert(fc.property(fc.nat({ max: 100_000 }), fc.integer({ min: 20, max: 60_000 }), fc.integer({ min: -1000, max: 100_000 }), (playhead, width, from) => {
      const once = follow({ from, width: 1000 }, playhead, width)
      expect(follow(once, playhead, width)).toBe(once)
      expect(playhead).toBeGreaterThanOrEqual(once.from)
      expect(playhead).toBeLessThanOrEqual(once.from + once.width)
    }))
  })

  test('the wheel keeps the time under the pointer', () => {
    const window = { from: 1000, width: 1000 }
    const closer = zoomed(window, 0.5, 1250)
    expect((1250 - closer.from) / closer.width).toBeCloseTo((1250 - window.from) / window.width)
  })

  test('a decision fills the window; a quiet stretch is widened until something is seen', () => {
    const quiet = { running: false, speed: 1, historyMs: 0 }
    expect(autoWidth({ ...quiet, cycleMs: 120, marksWithin: () => false })).toBeCloseTo(163.2)
    expect(autoWidth({ ...quiet, cycleMs: undefined, marksWithin: (width) => width >= 5000 })).toBe(5000)
    expect(autoWidth({ ...quiet, cycleMs: undefined, marksWithin: () => false })).toBe(1000)
  })
})
