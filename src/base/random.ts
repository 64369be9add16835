/** State of a `Random`: four 32-bit integers. Plain data, so a checkpoint can hold it. */
export type RandomState = readonly [number, number, number, number]

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Eight hexadecimal digits of a 32-bit number. */
function hex(n: number): string {
  return (hexBytes[n >>> 24] as string) + (hexBytes[(n >>> 16) & 255] as string) + (hexBytes[(n >>> 8) & 255] as string) + (hexBytes[n & 255] as string)
}

/** Seeded generator (sfc32). Equal seeds give equal sequences everywhere. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  private constructor(state: RandomState) {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }

  /** A stream of its own for each (seed, name): adding a component does not move the dice of another. */
  static seeded(seed: number, name = ''): Random {
    let h = (seed ^ 0x9e3779b9) | 0
    for (let i = 0; i < name.length; i++) {
      h = Math.imul(h ^ name.charCodeAt(i), 0x85ebca6b)
      h ^= h >>> 13
    }
    const random = new Random([h, Math.imul(h, 0xc2b2ae35) ^ seed, 0x243f6a88 ^ Math.floor(seed / 2 ** 32), 1])
    for (let i = 0; i < 12; i++) random.uint32()
    return random
  }

  static restored(state: RandomState): Random {
    return new Random(state)
  }

  /** Goes on from a saved state; whoever holds this stream keeps holding it. */
  restore(state: RandomState): void {
    ;[this.#a, this.#b, this.#c, this.#d] = state
  }

  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d]
  }

  /** 0 ≤ x < 2^32. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t | 0
    return t >>> 0
  }

  /** Integer 0 ≤ x < bound, without bias; bound from 1 to 2^32. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const x = this.uint32()
      if (x < limit) return x % bound
    }
  }

  /** 0 ≤ x < 1 with 32 bits. */
  fraction(): number {
    return this.uint32() / 2 ** 32
  }

  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string {
    let out = ''
    for (let i = 0; i < length; i++) out += alphabet.charAt(this.below(alphabet.length))
    return out
  }

  /** A version 4 UUID made of this stream. */
  uuid(): string {
    const [w0, w1, w2, w3] = [hex(this.uint32()), hex(this.uint32()), hex(this.uint32()), hex(this.uint32())]
    const variant = '89ab'.charAt(parseInt(w2.charAt(0), 16) & 3)
    return `${w0}-${w1.slice(0, 4)}-4${w1.slice(5)}-${variant}${w2.slice(1, 4)}-${w2.slice(4)}${w3}`
  }
}
