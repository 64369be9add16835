import { expect, test } from 'vitest'
import { chiSquare, expectation } from './statistics'

test('χ² and how often chance gives as much, against the tables of a book', () => {
  // Critical values at 5 %: 3.841 for 1 degree of freedom, 11.070 for 5, 123.225 for 99.
  const pOf = (df: number, chi: number): number => {
    // Counts with exactly this χ²: two of them moved apart from the mean.
    const mean = 10_000
    const by = Math.sqrt((chi * mean) / 2)
    const counts = Array.from({ length: df + 1 }, (_, index) => mean + (index === 0 ? by : index === 1 ? -by : 0))
    return chiSquare(counts)?.p ?? NaN
  }
  expect(pOf(1, 3.841)).toBeCloseTo(0.05, 4)
  expect(pOf(5, 11.07)).toBeCloseTo(0.05, 4)
  expect(pOf(99, 123.225)).toBeCloseTo(0.05, 4)
  expect(pOf(5, 20.515)).toBeCloseTo(0.001, 5)
  expect(chiSquare([191, 212, 188, 205, 197, 207])?.chi).toBeCloseTo(2.26, 2)
})

test('too few to say anything, or nothing to compare, is not judged', () => {
  expect(chiSquare([4, 5])).toBeUndefined()
  expect(chiSquare([500])).toBeUndefined()
  expect(chiSquare([])).toBeUndefined()
})

test('a fair share and how far it may be off', () => {
  expect(expectation(1200, 6)).toEqual({ expected: 200, band: 1.96 * Math.sqrt(1200 * (1 / 6) * (5 / 6)) })
  expect(Math.round(expectation(1200, 6).band)).toBe(25)
  expect(expectation(0, 0)).toEqual({ expected: 0, band: 0 })
})
