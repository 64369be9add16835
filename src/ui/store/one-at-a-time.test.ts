import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { oneAtATime } from './one-at-a-time'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

/** A host that takes a while. */
function slow(ms: number): { readonly ask: () => Promise<void>; readonly asked: () => number } {
  let count = 0
  return { ask: () => { count++; return new Promise((resolve) => { setTimeout(resolve, ms) }) }, asked: () => count }
}

test('what is wanted while a question is under way is one question more', async () => {
  const host = slow(10)
  const { want } = oneAtATime(host.ask, () => 0)
  want()
  want()
  want()
  expect(host.asked()).toBe(1)
  await vi.advanceTimersByTimeAsync(10)
  expect(host.asked()).toBe(2)
  await vi.advanceTimersByTimeAsync(100)
  expect(host.asked()).toBe(2)
  want()
  expect(host.asked()).toBe(3)
})

test('it rests after an answer, by how long that took', async () => {
  const host = slow(30)
  const { want } = oneAtATime(host.ask, (took) => 100 - took)
  want()
  await vi.advanceTimersByTimeAsync(40)
  want()
  await vi.advanceTimersByTimeAsync(59)
  expect(host.asked()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(host.asked()).toBe(2)
})

test('stopped, it asks no more', async () => {
  const host = slow(10)
  const { want, stop } = oneAtATime(host.ask, () => 50)
  want()
  want()
  await vi.advanceTimersByTimeAsync(20)
  stop()
  await vi.advanceTimersByTimeAsync(100)
  want()
  await vi.advanceTimersByTimeAsync(100)
  expect(host.asked()).toBe(1)
})
