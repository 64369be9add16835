import { describe, expect, test } from 'vitest'
import { holds, matches, selectorOf, selectorOfMap, type Labels, type Requirement } from '.'

const labels: Labels = { app: 'web', tier: 'front', build: '42' }

describe('holds', () => {
  test.each<{ name: string; requirement: Requirement; want: boolean }>([
    { name: 'In finds the value', requirement: { key: 'app', operator: 'In', values: ['api', 'web'] }, want: true },
    { name: 'In misses another', requirement: { key: 'app', operator: 'In', values: ['api'] }, want: false },
    { name: 'In needs the key', requirement: { key: 'zone', operator: 'In', values: ['a'] }, want: false },
    { name: 'NotIn takes another value', requirement: { key: 'app', operator: 'NotIn', values: ['api'] }, want: true },
    { name: 'NotIn takes a missing key', requirement: { key: 'zone', operator: 'NotIn', values: ['a'] }, want: true },
    { name: 'NotIn refuses the value', requirement: { key: 'app', operator: 'NotIn', values: ['web'] }, want: false },
    { name: 'Exists', requirement: { key: 'app', operator: 'Exists', values: [] }, want: true },
    { name: 'Exists misses', requirement: { key: 'zone', operator: 'Exists', values: [] }, want: false },
    { name: 'DoesNotExist', requirement: { key: 'zone', operator: 'DoesNotExist', values: [] }, want: true },
    { name: 'DoesNotExist refuses', requirement: { key: 'app', operator: 'DoesNotExist', values: [] }, want: false },
    { name: 'Gt', requirement: { key: 'build', operator: 'Gt', values: ['41'] }, want: true },
    { name: 'Gt is strict', requirement: { key: 'build', operator: 'Gt', values: ['42'] }, want: false },
    { name: 'Lt', requirement: { key: 'build', operator: 'Lt', values: ['43'] }, want: true },
    { name: 'Gt of what is no integer', requirement: { key: 'app', operator: 'Gt', values: ['1'] }, want: false },
    { name: 'Gt against what is no integer', requirement: { key: 'build', operator: 'Gt', values: ['4.5'] }, want: false },
    { name: 'Gt with two bounds', requirement: { key: 'build', operator: 'Gt', values: ['1', '2'] }, want: false },
    { name: 'Gt compares as integers, not as text', requirement: { key: 'build', operator: 'Gt', values: ['9'] }, want: true },
    { name: 'beyond int64 is no integer', requirement: { key: 'build', operator: 'Lt', values: ['9223372036854775808'] }, want: false },
    { name: 'the largest int64 is one', requirement: { key: 'build', operator: 'Lt', values: ['9223372036854775807'] }, want: true },
    { name: 'a key that every object inherits is no label', requirement: { key: 'toString', operator: 'Exists', values: [] }, want: false },
  ])('$name', ({ requirement, want }) => {
    expect(holds(requirement, labels)).toBe(want)
  })

  test('an object without labels has none', () => {
    expect(holds({ key: 'app', operator: 'DoesNotExist', values: [] }, undefined)).toBe(true)
    expect(holds({ key: 'app', operator: 'Exists', values: [] }, undefined)).toBe(false)
  })
})

describe('selectors', () => {
  test('none selects nothing, an empty one everything', () => {
    expect(matches(selectorOf(undefined), labels)).toBe(false)
    expect(matches(selectorOf({}), labels)).toBe(true)
    expect(matches(selectorOf({}), undefined)).toBe(true)
  })

  test('all parts must hold', () => {
    const both = selectorOf({ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }] })
    expect(matches(both, labels)).toBe(true)
    expect(matches(both, { ...labels, tier: 'back' })).toBe(false)
    expect(matches(both, { ...labels, app: 'api' })).toBe(false)
  })

  test('of a map every pair must be there', () => {
    expect(matches(selectorOfMap({ app: 'web', tier: 'front' }), labels)).toBe(true)
    expect(matches(selectorOfMap({ app: 'web', zone: 'a' }), labels)).toBe(false)
    expect(matches(selectorOfMap({}), labels)).toBe(true)
  })
})
