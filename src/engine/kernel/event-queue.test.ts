import { describe, expect, test } from 'vitest'
import { Random } from '../../base'
import { EventQueue } from './event-queue'
import type { KernelEvent } from './types'

function event(at: number, seq: number): KernelEvent {
  return { at, seq, to: 'somebody', body: { type: 'tick' } }
}

describe('EventQueue', () => {
  test('gives events by instant, and those of an instant as they came', () => {
    const queue = new EventQueue([event(5, 1), event(3, 2), event(5, 3), event(3, 4)])
    expect(queue.size).toBe(4)
    expect([queue.pop(), queue.pop(), queue.pop(), queue.pop(), queue.pop()].map((each) => each?.seq)).toEqual([2, 4, 1, 3, undefined])
    expect(queue.size).toBe(0)
    expect(queue.peek()).toBeUndefined()
  })

  test('takes more for an instant that is being delivered, and for one that was emptied', () => {
    const queue = new EventQueue([event(1, 1), event(1, 2), event(2, 3)])
    expect(queue.pop()?.seq).toBe(1)
    queue.push(event(1, 4))
    expect([queue.pop()?.seq, queue.pop()?.seq]).toEqual([2, 4])
    queue.push(event(1, 5))
    expect([queue.peek()?.seq, queue.pop()?.seq, queue.pop()?.seq]).toEqual([5, 5, 3])
  })

  test('a queue made of what another one still holds goes on as that one', () => {
    const queue = new EventQueue([event(2, 1), event(1, 2), event(2, 3), event(1, 4), event(3, 5)])
    queue.pop()
    const again = new EventQueue(queue.toArray())
    expect(again.size).toBe(4)
    while (queue.size > 0) expect(again.pop()).toBe(queue.pop())
    expect(again.pop()).toBeUndefined()
  })

  test('is the order of a sort, whatever comes when', () => {
    const random = Random.seeded(7)
    const queue = new EventQueue()
    const waiting: KernelEvent[] = []
    let now = 0
    for (let seq = 1; seq <= 3_000; seq++) {
      const next = event(now + random.below(20), seq)
      queue.push(next)
      waiting.push(next)
      if (random.below(3) === 0) continue
      const first = waiting.reduce((a, b) => (b.at < a.at || (b.at === a.at && b.seq < a.seq) ? b : a))
      waiting.splice(waiting.indexOf(first), 1)
      expect(queue.pop()).toBe(first)
      now = first.at
    }
    expect(queue.size).toBe(waiting.length)
  })
})
