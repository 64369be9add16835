import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { virtualMs } from '../../api'
import type { JourneyStep } from '../../protocol'
import { layOutSequence, type SequenceSize } from './layout'

const ids = ['asks', 'stored', 'heard', 'decides', 'binds', 'bound', 'kubelet', 'pulls', 'starts', 'running'] as const
const ways = [['client', 'apiserver'], ['apiserver', 'etcd'], ['apiserver', 'scheduler'], ['scheduler', 'scheduler'], ['scheduler', 'apiserver'], ['apiserver', 'etcd'], ['apiserver', 'kubelet'], ['kubelet', 'runtime'], ['kubelet', 'runtime'], ['kubelet', 'apiserver']] as const
const size: SequenceSize = { width: 1500, height: 300, left: 180, right: 1300, top: 40, bottom: 270 }

function stepsAt(times: readonly (number | undefined)[]): JourneyStep[] {
  return ids.map((id, index): JourneyStep => {
    const at = times[index]
    const [from, to] = ways[index] as (typeof ways)[number]
    return { number: index + 1, id, state: at === undefined ? 'open' : 'past', failed: false, from, to, label: id, args: {}, ...(at === undefined ? {} : { at: virtualMs(at) }) }
  })
}

describe('the sequence strip', () => {
  const times = fc.array(fc.nat({ max: 9_000 }), { minLength: 0, maxLength: 10 }).map((some) => some.sort((a, b) => a - b))

  test('columns stand in order, apart from each other and inside, in both spacings', () => {
    fc.assert(fc.property(times, fc.constantFrom('steps' as const, 'time' as const), fc.nat({ max: 12_000 }), (some, spacing, now) => {
      const { steps } = layOutSequence(stepsAt(some), size, spacing, now, some.length)
      for (const [index, { x }] of steps.entries()) {
        expect(x).toBeGreaterThanOrEqual(size.left)
        expect(x).toBeLessThanOrEqual(size.right + 0.001)
        const before = steps[index - 1]
        if (before) expect(x - before.x).toBeGreaterThanOrEqual(25.9)
      }
    }), { seed: 5, numRuns: 200 })
  })

  test('the playhead lies between the step that has come and the next, and never goes back as the clock runs', () => {
    fc.assert(fc.property(times, fc.constantFrom('steps' as const, 'time' as const), fc.nat({ max: 9 }), fc.array(fc.nat({ max: 4_000 }), { maxLength: 8 }), (some, spacing, index, waits) => {
      const steps = stepsAt(some)
      const current = Math.min(index + 1, some.length)
      const at = some[current - 1] ?? 0
      const next = some[current] ?? Infinity
      let before = -Infinity
      for (const wait of waits.sort((a, b) => a - b)) {
        const { playhead, steps: placed } = layOutSequence(steps, size, spacing, Math.min(at + wait, next), current)
        expect(playhead).toBeGreaterThanOrEqual(before)
        if (current > 0) expect(playhead).toBeGreaterThanOrEqual((placed[current - 1]?.x ?? 0) - 0.001)
        before = playhead
      }
    }), { seed: 6, numRuns: 200 })
  })

  test('in Time twice the time is twice the way, but for the room of the discs', () => {
    const { steps } = layOutSequence(stepsAt([0, 0, 100, 100, 200, 200, 200, 400, 400, 1000]), size, 'time', 0, 1)
    const free = (index: number): number => (steps[index]?.x ?? 0) - size.left - 26 * index
    expect(free(4)).toBeCloseTo(2 * free(2))
    expect(free(9)).toBeCloseTo(10 * free(2))
  })

  test('a component works from what it heard to what it said; a step that never comes leaves no work', () => {
    const all = layOutSequence(stepsAt([0, 0, 10, 10, 130, 130, 140, 200, 900, 1300]), size, 'steps', 0, 1)
    expect(all.work.map(({ actor }) => actor)).toEqual(['apiserver', 'scheduler', 'apiserver', 'kubelet', 'runtime', 'runtime'])
    const named = stepsAt([0, 0]).map((step) => (step.number > 2 && step.number < 7 ? { ...step, state: 'never' as const } : step))
    expect(layOutSequence(named, size, 'steps', 0, 2).work.map(({ actor }) => actor)).toEqual(['kubelet', 'runtime', 'runtime'])
  })

  test('times of one instant are written once', () => {
    expect(layOutSequence(stepsAt([0, 0, 10, 10, 130, 130, 140, 200, 900, 1300]), size, 'steps', 0, 1).ticks.map(({ at }) => at)).toEqual([0, 10, 130, 140, 200, 900, 1300])
  })

  test('an image that was there already sends nothing to the runtime', () => {
    const steps = stepsAt([0, 10, 20, 30, 40, 50, 60, 70])
    const pulls = steps[7] as JourneyStep
    const way = (step: JourneyStep): readonly number[] => {
      const placed = layOutSequence([...steps.slice(0, 7), step, ...steps.slice(8)], size, 'steps', 70, 8).steps[7]
      return [placed?.fromY ?? NaN, placed?.toY ?? NaN]
    }
    const [from, to] = way(pulls)
    expect(to).toBeGreaterThan(from as number)
    expect(way({ ...pulls, args: { why: 'present' } })).toEqual([from, from])
  })
})
