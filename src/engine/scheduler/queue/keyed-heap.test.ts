import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyedHeap } from './keyed-heap'

interface Item {
  readonly key: string
  rank: number
  place: number
}

const newHeap = (): KeyedHeap<Item> => new KeyedHeap<Item>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.key < b.key))

describe('KeyedHeap', () => {
  test('gives the least first, finds by key, and takes out of the middle', () => {
    const heap = newHeap()
    for (const [key, rank] of [['c', 3], ['a', 1], ['d', 4], ['b', 2]] as const) heap.set({ key, rank, place: 0 })
    expect(heap.get('d')?.rank).toBe(4)
    expect(heap.delete('b')?.rank).toBe(2)
    expect(heap.has('b')).toBe(false)
    expect([heap.pop()?.key, heap.pop()?.key, heap.pop()?.key, heap.pop()]).toEqual(['a', 'c', 'd', undefined])
  })

  test('does what a sorted list does, whatever is done to it', () => {
    const operation = fc.oneof(
      fc.record({ do: fc.constant('set' as const), key: fc.constantFrom(...'abcdefghij'), rank: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ do: fc.constant('delete' as const), key: fc.constantFrom(...'abcdefghij') }),
      fc.record({ do: fc.constant('pop' as const) }),
    )
    fc.assert(fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const heap = newHeap()
      const model = new Map<string, number>()
      const sorted = (): string[] => [...model].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1)).map(([key]) => key)
      for (const op of operations) {
        if (op.do === 'set') {
          heap.set({ key: op.key, rank: op.rank, place: 0 })
          model.set(op.key, op.rank)
        } else if (op.do === 'delete') {
          expect(heap.delete(op.key)?.rank).toBe(model.get(op.key))
          model.delete(op.key)
        } else {
          const [first] = sorted()
          expect(heap.pop()?.key).toBe(first)
          if (first !== undefined) model.delete(first)
        }
        expect(heap.size).toBe(model.size)
        expect(heap.sorted().map(({ key }) => key)).toEqual(sorted())
        expect(heap.first(3).map(({ key }) => key)).toEqual(sorted().slice(0, 3))
      }
    }))
  })
})
