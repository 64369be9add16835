import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Container, Pod } from '../../../api'
import { levelAt, passesAt, usageAt, usageModelOf } from './usage'

const mebi = 1024 * 1024
const pod = (usage?: string): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u', ...(usage === undefined ? {} : { annotations: { 'berth.dev/usage': usage } }) } })
const container: Container = { name: 'c', resources: { requests: { cpu: '400m', memory: '100Mi' }, limits: { cpu: '500m' } } }
const levels = (text: string, times: number[]): number[] => times.map((ms) => levelAt(usageModelOf(pod(text), container).memory, ms, 0))

describe('usage', () => {
  test('without a word: half the CPU and three quarters of the memory asked for', () => {
    expect(usageAt(pod(), container, 0)).toMatchObject({ cpuMilli: 200, memoryBytes: 75 * mebi })
    expect(usageAt(pod(), { name: 'c' }, 0)).toMatchObject({ cpuMilli: 1, memoryBytes: 8 * mebi })
  })

  test('steady, wave, burst and leak', () => {
    expect(levels('memory=10Mi', [0, 99_000])).toEqual([10 * mebi, 10 * mebi])
    expect(levels('memory=0..100/60s', [0, 15_000, 30_000, 45_000, 60_000])).toEqual([0, 50, 100, 50, 0])
    expect(levels('memory=1..9/10s*2s', [0, 1_900, 2_000, 9_900, 10_000])).toEqual([9, 9, 1, 1, 9])
    expect(levels('memory=100+10/s', [0, 5_000])).toEqual([100, 150])
  })

  test('more CPU than the limit is throttled away', () => {
    expect(usageAt(pod('cpu=3'), container, 0).cpuMilli).toBe(500)
  })

  test.each(['memory=', 'memory=x', 'memory=1..2', 'memory=1..2/0s', 'memory=1..2/60', 'speed=9', '=', 'memory=1+x/s'])('%s says nothing', (text) => {
    expect(usageModelOf(pod(text), container)).toEqual(usageModelOf(pod(), container))
  })

  test('a wave stays between its ends and is smooth', () => {
    const { memory } = usageModelOf(pod('memory=100..200/60s'), container)
    fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (ms, phase) => {
      const level = levelAt(memory, ms, phase)
      expect(level).toBeGreaterThanOrEqual(100)
      expect(level).toBeLessThanOrEqual(200)
      expect(Math.abs(level - levelAt(memory, ms + 100, phase))).toBeLessThan(1)
    }))
  })

  test('when a limit is passed', () => {
    const at = (text: string, limit: number): number | undefined => passesAt(usageModelOf(pod(text), container).memory, limit, 0)
    expect(at('memory=50', 100)).toBeUndefined()
    expect(at('memory=150', 100)).toBe(0)
    expect(at('memory=50+10/s', 100)).toBe(6_000)
    expect(at('memory=0..200/60s', 100)).toBe(16_000)
    expect(at('memory=0..100/60s', 100)).toBeUndefined()
  })
})
