import fc from 'fast-check'
import { expect, test } from 'vitest'
import { virtualMs } from '../../api'
import type { TimelineMark } from '../../protocol'
import { MarkLanes } from './marks'

const mark = (seq: number, at: number, until?: number): TimelineMark => ({
  seq, lane: 'api', shape: until === undefined ? 'create' : 'span', at: virtualMs(at), ...(until === undefined ? {} : { until: virtualMs(until) }), label: String(seq), position: { event: seq, beat: 0 },
})

test('marks between two times are those that a look at every one finds', () => {
  const entry = fc.record({ at: fc.nat({ max: 200 }), length: fc.option(fc.nat({ max: 60 }), { nil: undefined }) })
  fc.assert(fc.property(fc.array(entry, { maxLength: 40 }), fc.nat({ max: 200 }), fc.nat({ max: 100 }), (entries, from, width) => {
    const lanes = new MarkLanes()
    const all = entries.map(({ at, length }, seq) => mark(seq, at, length === undefined ? undefined : at + length))
    lanes.add(all)
    const found = lanes.between('api', from, from + width).map((one) => one.seq).sort((a, b) => a - b)
    expect(found).toEqual(all.filter((one) => one.at <= from + width && (one.until ?? one.at) >= from).map((one) => one.seq))
  }))
})

test('a span whose end became known replaces itself', () => {
  const lanes = new MarkLanes()
  lanes.add([{ ...mark(1, 10, 20), until: undefined as never }])
  lanes.add([mark(1, 10, 25)])
  expect(lanes.lane('api')).toHaveLength(1)
  expect(lanes.lane('api')[0]?.until).toBe(25)
  expect(lanes.endAt).toBe(25)
})

test('a branch cuts what came after', () => {
  const lanes = new MarkLanes()
  lanes.add([mark(1, 10), mark(2, 20, 400), mark(3, 30)])
  lanes.cutAfter(1)
  expect(lanes.lane('api').map((one) => one.seq)).toEqual([1])
  expect(lanes.endAt).toBe(10)
})
