/** The first place where two JSON trees part. */
export class Difference extends Error {
  override readonly name = 'Difference'
}

/**
 * First difference between what was expected and what came, as "path: expected X, got Y"; undefined when there is none.
 * Order of keys does not count; a member that is `undefined` counts as absent.
 */
export function firstDifference(got: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(got, expected) || (got === 0 && expected === 0)) return undefined
  const here = path === '' ? '(top)' : path
  if (Array.isArray(expected) && Array.isArray(got)) {
    for (let i = 0; i < Math.max(expected.length, got.length); i++) {
      const difference = firstDifference(got[i], expected[i], `${path}[${i}]`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  if (isTree(expected) && isTree(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
      const difference = firstDifference(got[key], expected[key], path === '' ? key : `${path}.${key}`)
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return `${here}: expected ${show(expected)}, got ${show(got)}`
}

/** Throws a `Difference` when the two are not the same. */
export function expectSame(got: unknown, expected: unknown, path = ''): void {
  const difference = firstDifference(got, expected, path)
  if (difference !== undefined) throw new Difference(difference)
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 400 ? `${text.slice(0, 400)}…` : text
}
