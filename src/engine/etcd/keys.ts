import type { KeyRange } from './types'

const aboveSurrogates = /[\ud800-\uffff]/
const eachAboveSurrogates = /[\ud800-\uffff]/g

/**
 * A text whose UTF-16 order is the byte order (UTF-8) of `key`. The two differ only where surrogates (U+10000 and up) meet
 * U+E000 to U+FFFF; those trade places. For all other keys it is the key itself.
 */
export function orderOf(key: string): string {
  if (!aboveSurrogates.test(key)) return key
  return key.replace(eachAboveSurrogates, (unit) => {
    const code = unit.charCodeAt(0)
    return String.fromCharCode(code >= 0xe000 ? code - 0x800 : code + 0x2000)
  })
}

/** Bounds of a range by `orderOf`: from ≤ k < to. `to` undefined: no end. `single`: just the one key. */
export interface Bounds {
  readonly from: string
  readonly to: string | undefined
  readonly single: boolean
}

/** `rangeEnd` "\0" means: no end. Upstream: mkGteRange. */
export function boundsOf(range: KeyRange): Bounds {
  const from = orderOf(range.key)
  const { rangeEnd } = range
  if (rangeEnd === undefined || rangeEnd === '') return { from, to: undefined, single: true }
  return { from, to: rangeEnd === '\0' ? undefined : orderOf(rangeEnd), single: false }
}

export function inBounds(order: string, bounds: Bounds): boolean {
  if (bounds.single) return order === bounds.from
  return order >= bounds.from && (bounds.to === undefined || order < bounds.to)
}

/** The `rangeEnd` with which a range holds exactly the keys that begin with `prefix`; "\0" (no end) when nothing comes after them. */
export function prefixEnd(prefix: string): string {
  const end = prefix.charCodeAt(prefix.length - 1)
  if (end < 0xd7ff) return prefix.slice(0, -1) + String.fromCharCode(end + 1)
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const code = last.codePointAt(0) as number
    if (code < 0x10ffff) return points.join('') + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1)
  }
  return '\0'
}
