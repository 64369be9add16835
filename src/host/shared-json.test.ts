import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../base'
import { readShared, writeShared } from './shared-json'

describe('JSON that keeps sharing', () => {
  test('gives the same tree again, whatever it is', () => {
    fc.assert(fc.property(fc.object({ maxDepth: 4, withNullPrototype: false }), fc.object({ maxDepth: 3 }), (tree, part) => {
      const plain = JSON.parse(JSON.stringify(tree)) as object
      const shared = deepFreeze(JSON.parse(JSON.stringify(part)) as object)
      const whole = { a: shared, b: [plain, shared], c: { d: shared } }
      expect(JSON.stringify(readShared(JSON.parse(writeShared(whole))))).toBe(JSON.stringify(whole))
    }))
  })

  test('writes a frozen object once and gives it back as one', () => {
    const pod = deepFreeze({ metadata: { name: 'web-1', namespace: 'shop', uid: 'u' }, spec: { a: 1, b: 2, c: 3 }, status: {} })
    const text = writeShared({ store: [pod], caches: [{ items: [pod] }, { items: [pod] }], spec: pod.spec })
    expect(text.match(/web-1/g)?.length).toBe(1)
    const tree = readShared(JSON.parse(text)) as { store: object[]; caches: { items: object[] }[]; spec: object }
    expect(tree.store[0]).toBe(tree.caches[1]?.items[0])
    expect(Object.isFrozen(tree.store[0])).toBe(true)
    expect(tree.spec).toBe((tree.store[0] as { spec: object }).spec)
  })

  test('what is not frozen is written each time: its owner goes on changing it', () => {
    const counts = { a: 1, b: 2, c: 3 }
    const tree = readShared(JSON.parse(writeShared({ x: counts, y: counts }))) as { x: object; y: object }
    expect(tree.x).toEqual(tree.y)
    expect(tree.x).not.toBe(tree.y)
  })

  test('an own key __proto__ stays a key', () => {
    const hostile = deepFreeze(JSON.parse('{"__proto__":{"polluted":true},"b":1,"c":[{"d":1}]}') as object)
    const tree = readShared(JSON.parse(writeShared({ one: hostile, two: hostile }))) as { one: Record<string, unknown> }
    expect(Object.keys(tree.one)).toEqual(['__proto__', 'b', 'c'])
    expect((tree.one as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test.each(['{"shared":[],"root":{"$shared":0}}', '{"shared":[{"$shared":0,"x":{"$shared":0}}],"root":{"a":{"$shared":0}}}', '{"root":1}', '{"shared":[1],"root":{"$shared":-1}}'])('a text that leads nowhere is refused: %s', (text) => {
    expect(() => readShared(JSON.parse(text))).toThrow(TypeError)
  })
})
