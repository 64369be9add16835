import { expect, test } from 'vitest'
import { roundedPath } from './line'

test('corners are rounded, ends are not', () => {
  expect(roundedPath([[{ x: 0, y: 0 }, { x: 0, y: 50 }, { x: 50, y: 50 }]])).toBe('M0 0 L0 43 Q0 50 7 50 L50 50')
  expect(roundedPath([[{ x: 0, y: 0 }, { x: 0, y: 4 }, { x: 50, y: 4 }]])).toBe('M0 0 L0 2 Q0 4 2 4 L50 4')
})

test('a line goes on where it lies on itself, and lines stand apart', () => {
  expect(roundedPath([[{ x: 0, y: 0 }, { x: 50, y: 0 }, { x: 50, y: 0 }, { x: 20, y: 0 }]])).toBe('M0 0 L50 0 Q50 0 50 0 L50 0 Q50 0 50 0 L20 0')
  expect(roundedPath([[{ x: 0, y: 0 }, { x: 0, y: 9 }], [{ x: 5, y: 5 }], [{ x: 1, y: 0 }, { x: 1, y: 9 }]])).toBe('M0 0 L0 9 M1 0 L1 9')
})
