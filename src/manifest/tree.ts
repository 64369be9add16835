/** A value with the places it was read from. Positions are offsets into the text. */
export interface Placed {
  readonly value: unknown
  readonly start: number
  readonly end: number
  /** Members of an object, by key. */
  readonly members?: ReadonlyMap<string, Member>
  readonly items?: readonly Placed[]
}

export interface Member {
  readonly keyStart: number
  readonly keyEnd: number
  readonly node: Placed
}

/** Deeper than anything Kubernetes has, by far; what is deeper is meant to hurt. */
export const depthMax = 200

/** A key that would reach an object's prototype wherever somebody copies it carelessly. No field of Kubernetes is called so. */
export const forbiddenKey = '__proto__'

export interface Found {
  readonly start: number
  readonly end: number
  /** False: the path leads further than the text; this is the nearest parent. */
  readonly exact: boolean
}

/**
 * Follows a field path as Kubernetes writes them: spec.containers[0].image, metadata.annotations[example.com/a],
 * spec.containers[0].resources.requests[cpu], data.some.file.name (keys may contain dots).
 */
export function follow(root: Placed, path: string, what: 'key' | 'value'): Found {
  let node = root
  let member: Member | undefined
  const found = (exact: boolean): Found => (member !== undefined && what === 'key'
    ? { start: member.keyStart, end: member.keyEnd, exact }
    : { start: node.start, end: node.end, exact })
  const steps = stepsOf(path)
  for (let i = 0; i < steps.length;) {
    if (node.members !== undefined) {
      // A key with dots in it takes several steps: the longest that is there wins.
      let length = steps.length - i
      let next: Member | undefined
      for (; length > 0; length--) {
        next = node.members.get(steps.slice(i, i + length).join('.'))
        if (next !== undefined) break
      }
      if (next === undefined) return found(false)
      member = next
      node = next.node
      i += length
    } else {
      const next = node.items?.[Number(steps[i])]
      if (next === undefined) return found(false)
      member = undefined
      node = next
      i++
    }
  }
  return found(true)
}

function stepsOf(path: string): string[] {
  const steps: string[] = []
  for (let i = 0; i < path.length;) {
    if (path[i] === '.') i++
    else if (path[i] === '[') {
      const close = path.indexOf(']', i)
      const end = close < 0 ? path.length : close
      steps.push(path.slice(i + 1, end).replace(/^"(.*)"$/, '$1'))
      i = end + 1
    } else {
      let end = i
      while (end < path.length && path[end] !== '.' && path[end] !== '[') end++
      steps.push(path.slice(i, end))
      i = end
    }
  }
  return steps
}
