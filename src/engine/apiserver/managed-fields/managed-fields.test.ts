import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { schemaType } from '../../../api'
import { FieldSet } from './field-set'
import { compareTyped, hasShape, shapeOf } from './typed'

const node = schemaType('core.v1.Pod')
const empty = Object.freeze({ metadata: {}, spec: { containers: null }, status: {} })

const name = fc.constantFrom('a', 'b', 'c')
const labels = fc.dictionary(name, name, { maxKeys: 2 })
const container = fc.record({ name, image: name, resources: fc.record({ requests: labels }, { requiredKeys: [] }), ports: fc.array(fc.record({ containerPort: fc.constantFrom(80, 81), protocol: fc.constant('TCP') }), { maxLength: 2 }) }, { requiredKeys: ['name'] })
const pod = fc.record({
  metadata: fc.record({ name, labels, finalizers: fc.array(name, { maxLength: 2 }), managedFields: fc.constant([]) }, { requiredKeys: ['name'] }),
  spec: fc.record({ containers: fc.oneof(fc.constant(null), fc.array(container, { maxLength: 2 })), nodeName: name, securityContext: fc.constantFrom({}, { runAsUser: 1 }) }, { requiredKeys: ['containers'] }),
  status: fc.constantFrom({}, { phase: 'Running' }),
}, { requiredKeys: ['metadata', 'spec'] })

describe('managed fields', () => {
  it('gives objects of one shape one comparison', () => {
    let alike = 0
    fc.assert(fc.property(pod, fc.nat(12), name, (one, at, value) => {
      let seen = 0
      const other = JSON.parse(JSON.stringify(one), (_, member: unknown) => (typeof member === 'string' && seen++ === at ? value : member)) as typeof one
      const [left, right] = [compareTyped(empty, one, node), compareTyped(empty, other, node)]
      const bare = ({ metadata: { managedFields: _, ...metadata }, ...rest }: typeof one): object => ({ ...rest, metadata })
      const shape = shapeOf(empty, bare(one), node)
      expect(hasShape(shape, empty, bare(one), node)).toBe(true)
      if (!hasShape(shape, empty, bare(other), node)) return
      alike++
      for (const set of ['added', 'modified', 'removed'] as const) expect(right[set].toFieldsV1()).toEqual(left[set].toFieldsV1())
    }), { seed: 5, numRuns: 3_000 })
    expect(alike).toBeGreaterThan(50)
  })

  it('calculates with sets as with lists of paths, and shares what does not change', () => {
    const textsOf = (set: FieldSet): string[] => set.paths().map((path) => path.join(' '))
    fc.assert(fc.property(pod, pod, (one, other) => {
      const [a, b] = [compareTyped(undefined, one, node).added, compareTyped(undefined, other, node).added]
      const [left, right] = [textsOf(a), textsOf(b)]
      expect(textsOf(a.union(b)).sort()).toEqual([...new Set([...left, ...right])].sort())
      expect(textsOf(a.intersection(b)).sort()).toEqual(left.filter((path) => right.includes(path)).sort())
      expect(textsOf(a.difference(b)).sort()).toEqual(left.filter((path) => !right.includes(path)).sort())
      expect(textsOf(a.recursiveDifference(b)).sort()).toEqual(left.filter((path) => !right.some((taken) => path === taken || path.startsWith(`${taken} `))).sort())
      expect(a.union(a.intersection(b))).toBe(a)
      expect(a.difference(b.difference(a))).toBe(a)
      expect(FieldSet.fromFieldsV1(a.toFieldsV1())?.equals(a)).toBe(true)
    }), { seed: 6, numRuns: 1_000 })
  })

  it('shows a set that shares parts with others as it shows one of its own', () => {
    fc.assert(fc.property(pod, pod, pod, (one, other, third) => {
      // Twice the same sets: of the first nothing is shared.
      const make = (): FieldSet[] => {
        const [a, b, c] = [one, other, third].map((object) => compareTyped(undefined, object, node).added) as [FieldSet, FieldSet, FieldSet]
        return [a, a.union(b), a.difference(c), b.union(c).recursiveDifference(a)]
      }
      const shared = make().map((set) => set.shared())
      const alone = make()
      expect(shared.map((set) => JSON.stringify(set.toFieldsV1()))).toEqual(alone.map((set) => JSON.stringify(set.toFieldsV1())))
      expect(shared.map((set, i) => set.equals(alone[i] as FieldSet))).toEqual(alone.map(() => true))
      expect(shared.map((set) => set.shared() === set)).toEqual(alone.map(() => true))
    }), { seed: 7, numRuns: 1_000 })
  })

  it('compares items by their keys, whether or not they kept their places', () => {
    fc.assert(fc.property(pod, pod, (one, other) => {
      const byName = new Map((other.spec.containers ?? []).map((each) => [each.name, each]))
      const inPlace = { ...other, spec: { ...other.spec, containers: [...byName.values()] } }
      const turned = { ...other, spec: { ...other.spec, containers: [...byName.values()].reverse() } }
      const [left, right] = [compareTyped(one, inPlace, node), compareTyped(one, turned, node)]
      for (const set of ['added', 'modified', 'removed'] as const) expect(right[set].toFieldsV1()).toEqual(left[set].toFieldsV1())
    }), { seed: 8, numRuns: 1_000 })
  })
})
