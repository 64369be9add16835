import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { div64, mulDiv64, roundHalfAway } from './int64'

describe('div64', () => {
  test.each([[7, 2, 3], [-7, 2, -3], [7, -2, -3], [0, 5, 0]])('%i / %i is %i: towards zero', (a, b, quotient) => {
    expect(div64(a, b)).toBe(quotient === 0 ? 0 : quotient)
  })
})

describe('mulDiv64', () => {
  const exact = (a: number, b: number, c: number): number => Number(BigInt.asIntN(64, BigInt(a) * BigInt(b)) / BigInt(c))

  test('is Go\'s, whatever the size: products beyond 2^53 are exact, beyond 2^63 they wrap', () => {
    const amount = fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.maxSafeInteger())
    fc.assert(fc.property(amount, fc.integer({ min: -1_000, max: 1_000 }), amount.filter((c) => c !== 0), (a, b, c) => {
      expect(mulDiv64(a, b, c) + 0).toBe(exact(a, b, c) + 0)
    }), { numRuns: 2_000 })
  })

  test('an amount over its whole is just below a hundred, not a hundred', () => {
    const whole = 2 ** 52
    expect(mulDiv64(whole - 1, 100, whole)).toBe(99)
    expect(mulDiv64(whole, 100, whole)).toBe(100)
  })
})

test.each([[0.5, 1], [1.5, 2], [2.4, 2], [-0.5, -1], [-1.5, -2], [-2.4, -2], [3, 3]])('roundHalfAway(%d) is %i', (x, rounded) => {
  expect(roundHalfAway(x)).toBe(rounded)
})
