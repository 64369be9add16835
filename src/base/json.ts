/** What survives `JSON.parse(JSON.stringify(x))` unchanged. State of every actor is this. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Freezes a JSON tree in place, all the way down. Stops at what is frozen already, so shared parts cost nothing. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    if (Array.isArray(value)) for (const item of value as readonly unknown[]) deepFreeze(item)
    else for (const key in value) deepFreeze((value as Record<string, unknown>)[key])
  }
  return value
}

/** Equality of two JSON trees; the order of keys does not count, `undefined` members count as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false
    return true
  }
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  let count = 0
  for (const key in left) {
    const member = left[key]
    if (member === undefined) continue
    count++
    if (!Object.hasOwn(right, key) || (member !== right[key] && !deepEqual(member, right[key]))) return false
  }
  for (const key in right) if (right[key] !== undefined) count--
  return count === 0
}

/** JSON text with keys in code-unit order: equal trees give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}
