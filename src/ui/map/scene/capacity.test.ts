import { describe, expect, test } from 'vitest'
import { amountText, freeText, gib, mib, quantityOf, snap, spansOf, stepped, ticks } from './capacity'

describe('the hand on a handle', () => {
  test('snaps to 250m and 256Mi, with Alt to one millicore and one mebibyte', () => {
    expect(snap('cpu', 4_130)).toBe(4_250)
    expect(snap('cpu', 4_130, true)).toBe(4_130)
    expect(snap('memory', 8 * gib + 100 * mib)).toBe(8 * gib)
    expect(snap('memory', 8 * gib + 100.4 * mib, true)).toBe(8 * gib + 100 * mib)
    expect(snap('cpu', -300)).toBe(0)
  })

  test('keys go a snap at a time, onto the grid first', () => {
    expect(stepped('cpu', 4_000, 1)).toBe(4_250)
    expect(stepped('cpu', 3_920, 1)).toBe(4_000)
    expect(stepped('cpu', 3_920, -1)).toBe(3_750)
    expect(stepped('cpu', 4_000, 4)).toBe(5_000)
    expect(stepped('memory', 8 * gib, -4)).toBe(7 * gib)
    expect(stepped('cpu', 100, -4)).toBe(0)
  })

  test('writes quantities as YAML does', () => {
    expect(quantityOf('cpu', 4_250)).toBe('4250m')
    expect(quantityOf('cpu', 4_000)).toBe('4')
    expect(quantityOf('memory', 8 * gib + 256 * mib)).toBe('8448Mi')
    expect(quantityOf('memory', 8 * gib)).toBe('8Gi')
  })
})

test('the span is 8 cores and 16 Gi, or the biggest node', () => {
  const nodes = { end: 2, alive: [1, 1], cpuMilliAllocatable: [4_000, 2_000], memoryBytesAllocatable: [8 * gib, 4 * gib] }
  expect(spansOf(nodes)).toEqual({ cpu: 8_000, memory: 16 * gib })
  expect(spansOf({ ...nodes, cpuMilliAllocatable: [96_000, 2_000] }).cpu).toBe(96_000)
  expect(spansOf({ ...nodes, alive: [0, 1], cpuMilliAllocatable: [96_000, 2_000] }).cpu).toBe(8_000)
})

test('ticks stand at whole cores beyond the capacity, and never closer than 16 px', () => {
  expect(ticks('cpu', 4_000, 8_000, 300)).toEqual([187.5, 225, 262.5, 300])
  expect(ticks('cpu', 8_000, 8_000, 300)).toEqual([])
  const many = ticks('cpu', 1_000, 96_000, 300)
  for (let index = 1; index < many.length; index++) expect((many[index] as number) - (many[index - 1] as number)).toBeGreaterThanOrEqual(16)
})

test('amounts as people say them', () => {
  expect(amountText('memory', 11.75 * gib)).toBe('11.75')
  expect(freeText('memory', 5 * gib)).toBe('5 Gi')
  expect(freeText('memory', 128 * mib)).toBe('128 Mi')
  expect(freeText('cpu', 200)).toBe('0.2')
})
