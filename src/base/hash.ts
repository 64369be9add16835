/**
 * A rolling 64-bit hash (two 32-bit lanes), for comparing histories and states. Not for security.
 * Its state is two integers, so it can be checkpointed.
 */
export interface HashState {
  readonly a: number
  readonly b: number
}

export class RollingHash {
  #a: number
  #b: number

  constructor(state: HashState = { a: 0x811c9dc5, b: 0x9747b28c }) {
    this.#a = state.a
    this.#b = state.b
  }

  /** Adds a text, and its end: `add("ab").add("c")` differs from `add("a").add("bc")`. */
  add(text: string): this {
    let a = this.#a
    let b = this.#b
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ code, 0x5bd1e995)
      b ^= b >>> 15
    }
    this.#a = Math.imul(a ^ 0x10ffff, 0x01000193)
    this.#b = Math.imul(b ^ 0x10ffff, 0x5bd1e995)
    return this
  }

  /** Adds a number of any size; -0 and 0 are the same. */
  addNumber(value: number): this {
    if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff) {
      this.#a = Math.imul(this.#a ^ value, 0x01000193)
      this.#b = Math.imul(this.#b ^ value ^ 0x5f356495, 0x5bd1e995)
      this.#b ^= this.#b >>> 13
      return this
    }
    return this.add(String(value))
  }

  state(): HashState {
    return { a: this.#a, b: this.#b }
  }

  /** 16 lower-case hexadecimal digits. */
  digest(): string {
    return hex(this.#a) + hex(this.#b)
  }
}

function hex(lane: number): string {
  return (mix(lane) >>> 0).toString(16).padStart(8, '0')
}

function mix(lane: number): number {
  let x = lane
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

/** Hash of one text: 16 hexadecimal digits. */
export function hashOf(text: string): string {
  return new RollingHash().add(text).digest()
}

/** FNV-1a, 32 bits, over the UTF-8 bytes of a text, as Go's hash/fnv New32a. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) as number
    if (code > 0xffff) i++
    if (code < 0x80) hash = Math.imul(hash ^ code, 0x01000193)
    else {
      const bytes: number[] = []
      const length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
      for (let k = length - 1; k > 0; k--) { bytes[k] = 0x80 | (code & 0x3f); code >>= 6 }
      bytes[0] = (length === 2 ? 0xc0 : length === 3 ? 0xe0 : 0xf0) | code
      for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
    }
  }
  return hash >>> 0
}
