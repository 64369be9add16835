import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AssertionError, assert, base64OfText, bytesOfBase64, canonicalJson, compareText, deepEqual, deepFreeze, div64, fnv32a, hashOf, Heap, mulDiv64, Random, RollingHash, roundHalfAway, unreachable } from '.'

describe('assert', () => {
  test('stops with its message when a condition does not hold, and only then', () => {
    expect(() => { assert(1, 'no') }).not.toThrow()
    expect(() => { assert(undefined, 'a Pod has a name') }).toThrow(new AssertionError('a Pod has a name'))
    expect(() => unreachable('x' as never)).toThrow('unreachable: "x"')
  })
})

describe('Heap', () => {
  test('gives its items in order, however they came', () => {
    fc.assert(fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (first, second) => {
      const heap = new Heap<number>((a, b) => a < b, first)
      const popped = first.length > 0 ? [heap.pop() as number] : []
      for (const item of second) heap.push(item)
      expect(heap.size).toBe(first.length + second.length - popped.length)
      const out: number[] = []
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) out.push(item)
      const want = [...first].sort((a, b) => a - b)
      expect(popped[0]).toBe(want[0])
      expect(out).toEqual([...want.slice(popped.length), ...second].sort((a, b) => a - b))
    }))
  })

  test('shows the least without taking it, and can be emptied', () => {
    const heap = new Heap<number>((a, b) => a < b, [3, 1, 2])
    expect([heap.peek(), heap.size, [...heap.toArray()].sort()]).toEqual([1, 3, [1, 2, 3]])
    heap.clear()
    expect([heap.peek(), heap.pop(), heap.size]).toEqual([undefined, undefined, 0])
  })
})

describe('JSON trees', () => {
  test('equality leaves the order of keys and undefined members out', () => {
    expect(deepEqual({ a: 1, b: [{ c: null }], d: undefined }, { b: [{ c: null }], a: 1 })).toBe(true)
    expect(deepEqual({ a: undefined }, {})).toBe(true)
    expect(deepEqual({}, { a: undefined })).toBe(true)
  })

  test.each<[unknown, unknown]>([
    [{ a: 1 }, { a: 2 }], [{ a: 1 }, { b: 1 }], [[1, 2], [1]], [[1], { 0: 1 }], [null, {}], [{ a: null }, {}], ['1', 1], [{ a: 1, b: 2 }, { a: 1 }],
  ])('%j and %j differ', (a, b) => {
    expect(deepEqual(a, b)).toBe(false)
    expect(deepEqual(b, a)).toBe(false)
  })

  test('an own key called toString is not the one that every object inherits', () => {
    expect(deepEqual({ toString: 1 }, {})).toBe(false)
    expect(deepEqual(JSON.parse('{"__proto__":1}'), {})).toBe(false)
  })

  test('canonical text is equal exactly for equal trees, and is JSON', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (a, b) => {
      const shuffled = reversedKeys(a)
      expect(canonicalJson(shuffled)).toBe(canonicalJson(a))
      expect(deepEqual(shuffled, a)).toBe(true)
      expect(deepEqual(JSON.parse(canonicalJson(a)), JSON.parse(JSON.stringify(a)))).toBe(true)
      if (canonicalJson(a) !== canonicalJson(b)) expect(deepEqual(JSON.parse(canonicalJson(a)), JSON.parse(canonicalJson(b)))).toBe(false)
    }))
  })

  test('freezing goes all the way down and stops at what is frozen', () => {
    const shared = Object.freeze({ inner: { free: true } })
    const tree = deepFreeze({ list: [{ deep: {} }], shared })
    expect(Object.isFrozen(tree.list[0]?.deep)).toBe(true)
    expect(Object.isFrozen(shared.inner)).toBe(false)
  })
})

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).reverse().map(([key, member]) => [key, reversedKeys(member)]))
}

describe('hashes', () => {
  test('where one text ends and the next begins counts', () => {
    const digest = (...texts: string[]): string => texts.reduce((hash, text) => hash.add(text), new RollingHash()).digest()
    expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'))
    expect(digest('ab', 'c')).toBe(digest('ab', 'c'))
    expect(digest('')).not.toBe(digest())
  })

  test('numbers: order and sign count, -0 is 0, and any number is taken', () => {
    const digest = (...numbers: number[]): string => numbers.reduce((hash, number) => hash.addNumber(number), new RollingHash()).digest()
    expect(digest(1, 2)).not.toBe(digest(2, 1))
    expect(digest(-1)).not.toBe(digest(1))
    expect(digest(-0)).toBe(digest(0))
    expect(new Set([1.5, 2 ** 40, -(2 ** 40), Number.NaN, Infinity, 2 ** 31, -(2 ** 31)].map((number) => digest(number))).size).toBe(7)
  })

  test('goes on from a saved state', () => {
    const hash = new RollingHash().add('a').addNumber(7)
    const resumed = new RollingHash(JSON.parse(JSON.stringify(hash.state())) as ReturnType<RollingHash['state']>)
    expect(resumed.add('b').digest()).toBe(hash.add('b').digest())
  })

  test('ten thousand texts have ten thousand digests of 16 digits', () => {
    const digests = new Set(Array.from({ length: 10_000 }, (_, index) => hashOf(`pod-${index}`)))
    expect(digests.size).toBe(10_000)
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/)
  })

  // Known answers of FNV-1a, 32 bits.
  test.each([['', 0x811c9dc5], ['a', 0xe40c292c], ['foobar', 0xbf9cf968], ['é', 0x2df4c5ec >>> 0], ['😀', 0]])('fnv32a of %j', (text, want) => {
    const bytes = new TextEncoder().encode(text)
    let hash = 0x811c9dc5
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
    expect(fnv32a(text)).toBe(hash >>> 0)
    if (bytes.length === text.length) expect(fnv32a(text)).toBe(want)
  })
})

describe('compareText', () => {
  test('is by code units, not by any language', () => {
    expect(['b', 'a', 'ä', 'Z', 'z', '-', 'aa'].sort(compareText)).toEqual(['-', 'Z', 'a', 'aa', 'b', 'z', 'ä'])
    expect(compareText('a', 'a')).toBe(0)
  })
})

describe('Random', () => {
  const draws = (random: Random, count = 5): number[] => Array.from({ length: count }, () => random.uint32())

  test('equal seeds and names give equal sequences, others others', () => {
    expect(draws(Random.seeded(1, 'a'))).toEqual(draws(Random.seeded(1, 'a')))
    const firsts = new Set<number>()
    for (let seed = 0; seed < 200; seed++) for (const name of ['', 'a', 'b', 'kubelet/node-a', 'kubelet/node-b']) firsts.add(Random.seeded(seed, name).uint32())
    expect(firsts.size).toBe(1000)
    expect(draws(Random.seeded(1))).not.toEqual(draws(Random.seeded(1 + 2 ** 32)))
  })

  test('goes on from a saved state, in place and in a new stream', () => {
    const random = Random.seeded(7, 'x')
    draws(random)
    const state = random.state()
    const want = draws(random)
    expect(draws(Random.restored(state))).toEqual(want)
    random.restore(JSON.parse(JSON.stringify(state)) as typeof state)
    expect(draws(random)).toEqual(want)
  })

  test('below stays below, reaches every value, and prefers none', () => {
    const random = Random.seeded(3)
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
    expect(random.below(1)).toBe(0)
    for (let i = 0; i < 100; i++) expect(random.below(2 ** 32)).toBeLessThan(2 ** 32)
    // Powers of two are drawn without a division: what comes out is its rest all the same.
    for (let bits = 0; bits <= 32; bits++) {
      const again = Random.restored(random.state())
      expect(random.below(2 ** bits)).toBe(again.uint32() % 2 ** bits)
    }
  })

  test('fractions, texts and UUIDs have their form', () => {
    const random = Random.seeded(4)
    for (let i = 0; i < 1000; i++) {
      const fraction = random.fraction()
      expect(fraction >= 0 && fraction < 1).toBe(true)
      expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    expect(random.text(5, 'ab')).toMatch(/^[ab]{5}$/)
    expect(random.text(0, 'ab')).toBe('')
  })

  // Held so that every machine, browser and later version draws the same.
  test('draws the numbers it has always drawn', () => {
    expect(draws(Random.seeded(1), 3)).toEqual([956_161_296, 1_742_419_084, 1_580_288_931])
  })
})

describe('integers as Go has them', () => {
  const int64 = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n })

  test('division cuts toward zero', () => {
    expect([div64(7, 2), div64(-7, 2), div64(7, -2), div64(-1, 2)]).toEqual([3, -3, -3, -0])
    fc.assert(fc.property(int64, int64.filter((b) => b !== 0n), (a, b) => {
      expect(BigInt(div64(Number(a), Number(b)))).toBe(a / b)
    }))
  })

  test('a product beyond 2^53 is exact, and wraps where Go wraps', () => {
    fc.assert(fc.property(int64, int64, int64.filter((c) => c !== 0n), (a, b, c) => {
      expect(mulDiv64(Number(a), Number(b), Number(c)) + 0).toBe(Number(BigInt.asIntN(64, a * b) / c) + 0)
    }), { examples: [[90_071_992_547_410n, 100n, 90_071_992_547_411n], [2n ** 52n, 2n ** 12n, 3n]] })
  })

  test('rounding is half away from zero', () => {
    expect([0.5, -0.5, 1.5, 2.5, -2.5, 2.4999, -2.4999, 3].map(roundHalfAway)).toEqual([1, -1, 2, 3, -3, 2, -2, 3])
  })
})

describe('base64', () => {
  test.each([['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['foo', 'Zm9v'], ['foob', 'Zm9vYg=='], ['fooba', 'Zm9vYmE='], ['foobar', 'Zm9vYmFy'], ['ä€😀', 'w6Tigqzwn5iA']])('%j is %j', (text, encoded) => {
    expect(base64OfText(text)).toBe(encoded)
  })

  test('gives its bytes back, line breaks or not', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      expect(bytesOfBase64(base64OfText(text).replace(/.{4}/g, '$&\n'))).toBe(text)
    }), { seed: 1 })
  })
})
