/** An object that is still ours to change: the readonly types of the api room without their readonly. */
export type Draft<T> = T extends string | number | boolean | null | undefined ? T : { -readonly [K in keyof T]: Draft<T[K]> }

/** A JSON object whose fields nobody has promised anything about. */
export type Fields = { [field: string]: unknown }

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `target[key] = value`, for keys a user chose: `__proto__` becomes a member like any other. */
export function setKey(target: Fields, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

/** `source[key]`, without what every object inherits. */
export function getKey(source: Fields, key: string): unknown {
  return Object.hasOwn(source, key) ? source[key] : undefined
}

/** A copy of a JSON tree that shares nothing with it. */
export function copyOf<T>(value: T): Draft<T> {
  return copy(value) as Draft<T>
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy)
  const out: Fields = {}
  for (const key in value) {
    const member = (value as Fields)[key]
    if (member !== undefined) setKey(out, key, typeof member === 'object' ? copy(member) : member)
  }
  return out
}

/** How deep a body may be nested; deeper ones are refused before they can hurt. Upstream (10000 there): sigs.k8s.io/json, maxDepth. */
export const maxDepth = 500
