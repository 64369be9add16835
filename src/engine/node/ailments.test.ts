import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leakedBytes, leakPassesAt } from './ailments'
import { levelAt, type Model } from './cadvisor'

const mebi = 1024 * 1024
const steady = (low: number): Model => ({ kind: 'steady', low, high: low, periodMs: 60_000, peakMs: 0, perSecond: 0 })

describe('a leak', () => {
  test('begins with the fault or with the container, whichever is later', () => {
    const leak = { since: 10_000, bytesPerSecond: 1_000 }
    expect([leakedBytes(leak, 0, 9_000), leakedBytes(leak, 0, 12_000), leakedBytes(leak, 11_500, 12_000), leakedBytes(undefined, 0, 12_000)]).toEqual([0, 2_000, 500, 0])
  })

  test('passes a limit when what was used and what leaked add up to more', () => {
    expect(leakPassesAt(steady(48 * mebi), 0, { since: 100_000, bytesPerSecond: 8 * mebi }, 0, 64 * mebi, 100_000)).toBe(103_000)
    // Above the limit already: now.
    expect(leakPassesAt(steady(80 * mebi), 0, { since: 0, bytesPerSecond: mebi }, 0, 64 * mebi, 5_000)).toBe(5_000)
    // So slow that nobody waits for it.
    expect(leakPassesAt(steady(0), 0, { since: 0, bytesPerSecond: 1 }, 0, 64 * mebi, 0)).toBeUndefined()
  })

  test('the instant it names is one at which the limit is passed, and none long before it was', () => {
    fc.assert(fc.property(
      fc.record({ low: fc.integer({ min: 0, max: 60 }), above: fc.integer({ min: 0, max: 60 }), wave: fc.boolean(), rate: fc.integer({ min: 64 * 1024, max: 32 * mebi }), since: fc.integer({ min: 0, max: 100_000 }), started: fc.integer({ min: 0, max: 100_000 }), phase: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
      ({ low, above, wave, rate, since, started, phase }) => {
        const model: Model = wave && above > 0 ? { kind: 'wave', low: low * mebi, high: (low + above) * mebi, periodMs: 30_000, peakMs: 0, perSecond: 0 } : steady(low * mebi)
        const [leak, limit, now] = [{ since, bytesPerSecond: rate }, 64 * mebi, Math.max(since, started)]
        const used = (at: number): number => levelAt(model, at - started, phase) + leakedBytes(leak, started, at)
        const at = leakPassesAt(model, phase, leak, started, limit, now)
        expect(at).toBeDefined()
        expect(used((at as number) + 1_000)).toBeGreaterThan(limit - (wave ? above * mebi : 0))
        // A sampler that looks once a second, or 4,096 times a long leak, sees it no earlier.
        const step = Math.max(1_000, Math.floor((((limit - Math.min(model.low, limit)) / rate) * 1_000 + 1_000) / 4_096))
        if ((at as number) - now > 2 * step) expect(used((at as number) - 2 * step)).toBeLessThanOrEqual(limit + (wave ? above * mebi : 0))
      },
    ), { seed: 11, numRuns: 300 })
  })
})
