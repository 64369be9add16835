import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Bench } from './testing/bench'

/** Every place in a value, as the keys that lead there. */
function places(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [...path.length > 0 ? [path] : [], ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, Array.isArray(value) ? Number(key) : key]))]
}

/** A copy with another value at a place; `undefined` takes away what is there. */
function changed(value: unknown, [key, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (key === undefined) return to
  const copy = (Array.isArray(value) ? [...value] : { ...value as object }) as Record<string | number, unknown>
  const inner = changed(copy[key], rest, to)
  if (inner === undefined) delete copy[key]
  else copy[key] = inner
  return copy
}

test('a saved session that somebody changed opens or is refused; what was open stays, and the host lives', () => {
  const bench = new Bench()
  bench.call('open', { scenario: 'first-pod', seed: 1 })
  bench.call('apply', { objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'r/c:1' }] } }], dryRun: false })
  for (let step = 0; step < 10; step++) bench.call('step', { unit: 'event', direction: 1 })
  const saved = JSON.parse(bench.call('save', {}).saved) as Record<string, unknown>
  const before = bench.call('hash', {})
  const spoilt = fc.constantFrom<unknown>(undefined, null, -1, 0, 7, 1.5, 1e15, 1e308, '', 'x', true, [], {}, [null], [{}], { a: null }, 'x'.repeat(50_000))
  const origins = fc.record({ settings: fc.oneof(spoilt, fc.record({ cycleMs: spoilt, watchLatencyMs: spoilt })), objects: fc.oneof(spoilt, fc.array(fc.record({ apiVersion: spoilt, kind: fc.constantFrom('Node', 'Pod', 'Deployment', 'X'), metadata: spoilt, spec: spoilt, status: spoilt }))) })
  const sessions = fc.oneof(
    fc.array(fc.tuple(fc.constantFrom(...places(saved)), spoilt), { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce<unknown>((value, [place, to]) => changed(value, place, to), saved)),
    origins.map((extra) => ({ ...saved, origin: { ...saved['origin'] as object, ...extra } })),
  )
  fc.assert(fc.property(sessions, (value) => {
    const answer = bench.ask('open', { scenario: '', saved: JSON.stringify(value) })
    if (answer.ok) {
      bench.call('step', { unit: 'event', direction: 1 })
      bench.call('open', { scenario: '', saved: JSON.stringify(saved) })
    } else expect(answer.error.code).toMatch(/^(refused|bad-command)$/)
    expect(bench.broken).toEqual([])
    expect(bench.call('hash', {})).toEqual(before)
  }), { numRuns: 150, seed: 7 })
})
