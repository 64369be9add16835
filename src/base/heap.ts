/** Binary heap: the least item by `less` is on top. Ties must be broken by `less` itself; the heap adds no order of its own. */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #less: (a: T, b: T) => boolean

  constructor(less: (a: T, b: T) => boolean, items: Iterable<T> = []) {
    this.#less = less
    for (const item of items) this.push(item)
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let i = items.length
    items.push(item)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#less(item, items[parent] as T)) break
      items[i] = items[parent] as T
      i = parent
    }
    items[i] = item
  }

  pop(): T | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#less(items[child + 1] as T, items[child] as T)) child++
      if (!this.#less(items[child] as T, last)) break
      items[i] = items[child] as T
      i = child
    }
    items[i] = last
    return top
  }

  /** All items in no particular order. */
  toArray(): T[] {
    return this.#items.slice()
  }

  clear(): void {
    this.#items.length = 0
  }
}
