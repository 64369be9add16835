/** One field that an apply changed; undefined: it was, or is, not there. */
export interface Change {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** What the server keeps for itself is no change of the person's. */
const own = new Set(['metadata.managedFields', 'metadata.resourceVersion', 'metadata.generation', 'metadata.uid', 'metadata.creationTimestamp', 'status'])

/** The fields that differ between two states of an object, in the order of the second. Lists are compared item by item. */
export function changesOf(before: unknown, after: unknown, path = ''): readonly Change[] {
  if (own.has(path) || Object.is(before, after)) return []
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) return [{ path, from: before, to: after }]
  const list = Array.isArray(after)
  const keys = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...keys].flatMap((key) => changesOf(
    (before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key], list ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`,
  ))
}

/** A value in a few signs. */
export function shortValue(value: unknown): string {
  const text = value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
