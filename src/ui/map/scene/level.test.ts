import { expect, test } from 'vitest'
import { contentScaleOf, levelOf } from './level'

test.each([[10, 'tile'], [27.9, 'tile'], [28, 'bar'], [119, 'bar'], [120, 'card'], [419, 'card'], [420, 'room']] as const)('%d pixels are a %s', (pixels, level) => {
  expect(levelOf(pixels)).toBe(level)
})

test('a level holds on for a tenth beyond its borders', () => {
  expect(levelOf(118, 'card')).toBe('card')
  expect(levelOf(109, 'card')).toBe('card')
  expect(levelOf(107, 'card')).toBe('bar')
  expect(levelOf(125, 'bar')).toBe('bar')
  expect(levelOf(133, 'bar')).toBe('card')
  expect(levelOf(500, 'tile')).toBe('room')
})

test('text keeps its size on a small map, and grows with half the zoom on a large one', () => {
  expect(contentScaleOf(0.5)).toBe(0.5)
  expect(contentScaleOf(1)).toBe(1)
  expect(contentScaleOf(4)).toBe(2)
})
