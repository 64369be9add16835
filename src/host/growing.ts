/** A list of small unsigned integers that grows at its end and can be cut: one byte an entry. */
export class GrowingBytes {
  #bytes = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  get(index: number): number {
    return index < this.#length ? (this.#bytes[index] as number) : 0
  }

  /** Sets an entry; what lies between the end and it is 0. */
  set(index: number, value: number): void {
    if (index >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[index] = value
    if (index >= this.#length) this.#length = index + 1
  }

  cut(length: number): void {
    if (length >= this.#length) return
    this.#bytes.fill(0, length, this.#length)
    this.#length = length
  }
}

/** Index of the first item for which `isLate` holds; `isLate` holds for all after it. */
export function firstIndex<T>(items: readonly T[], isLate: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (isLate(items[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}
