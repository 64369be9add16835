/**
 * JSON that keeps sharing: a checkpoint holds the same stored object in the store, in its history and in every cache, and plain JSON
 * would write it each time. What occurs more than once is written once, in a table, and referred to.
 */
interface Packed {
  readonly shared: readonly unknown[]
  readonly root: unknown
}

/** Marks a reference to the table; no object of a cluster has this as its only key. */
const reference = '$shared'
/** What is small is cheaper to write again. */
const keysMin = 3

/** Text of a JSON tree in which objects that are the same one are written once. */
export function writeShared(root: object): string {
  const seen = new Set<object>()
  const shared = new Map<object, number>()
  const count = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    // Only what is frozen is shared for good; what an actor goes on changing must be copied.
    if (Object.isFrozen(value) && sizeOf(value) >= keysMin) {
      if (seen.has(value)) {
        if (!shared.has(value)) shared.set(value, shared.size)
        return
      }
      seen.add(value)
    }
    for (const member of Array.isArray(value) ? value : Object.values(value)) count(member)
  }
  count(root)
  const texts: string[] = new Array<string>(shared.size)
  const write = (value: unknown, isTop: boolean): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
    if (!isTop) {
      const index = shared.get(value)
      if (index !== undefined) return `{"${reference}":${index}}`
    }
    if (Array.isArray(value)) return `[${value.map((member) => write(member, false)).join(',')}]`
    const members: string[] = []
    for (const key of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[key]
      if (member !== undefined) members.push(`${JSON.stringify(key)}:${write(member, false)}`)
    }
    return `{${members.join(',')}}`
  }
  for (const [value, index] of shared) texts[index] = write(value, true)
  return `{"shared":[${texts.join(',')}],"root":${write(root, false)}}`
}

/** The tree again, with its sharing. Throws a `TypeError` when a reference leads nowhere or in a ring. */
export function readShared(packed: unknown): unknown {
  const { shared, root } = packed as Packed
  if (!Array.isArray(shared)) throw new TypeError('no table of shared objects')
  const done: unknown[] = []
  const open = new Set<number>()
  const take = (index: number): unknown => {
    if (index in done) return done[index]
    if (!Number.isInteger(index) || index < 0 || index >= shared.length || open.has(index)) throw new TypeError(`a reference to shared object ${index} leads nowhere`)
    open.add(index)
    done[index] = Object.freeze(follow(shared[index], true))
    open.delete(index)
    return done[index]
  }
  const follow = (value: unknown, isTop: boolean): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = follow(value[i], false)
      return value
    }
    const object = value as Record<string, unknown>
    const keys = Object.keys(object)
    if (!isTop && keys.length === 1 && keys[0] === reference && typeof object[reference] === 'number') return take(object[reference])
    for (const key of keys) {
      const member = object[key]
      // An own "__proto__" must be set as what it is: a key.
      if (typeof member === 'object' && member !== null) Object.defineProperty(object, key, { value: follow(member, false), writable: true, enumerable: true, configurable: true })
    }
    return object
  }
  return follow(root, false)
}

function sizeOf(value: object): number {
  return Array.isArray(value) ? value.length : Object.keys(value).length
}
