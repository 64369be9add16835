/** What a heap holds. `place` is the heap's own: where the item stands; an item is in one heap at a time. */
export interface Placed {
  readonly key: string
  place: number
}

/** A heap whose items can be found, changed and taken out by key. Upstream: backend/heap. */
export class KeyedHeap<T extends Placed> {
  readonly #less: (a: T, b: T) => boolean
  readonly #items: T[] = []
  readonly #byKey = new Map<string, T>()

  /** `less` must order any two items: equal ones come out in any order. */
  constructor(less: (a: T, b: T) => boolean) {
    this.#less = less
  }

  get size(): number {
    return this.#items.length
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key)
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  /** Puts an item in, in the place of one with its key; also to be called when an item inside has changed. */
  set(item: T): void {
    const known = this.#byKey.get(item.key)
    if (known === undefined) {
      item.place = this.#items.length
      this.#items.push(item)
    } else {
      item.place = known.place
      this.#items[item.place] = item
    }
    this.#byKey.set(item.key, item)
    this.#settle(item)
  }

  delete(key: string): T | undefined {
    const item = this.#byKey.get(key)
    if (item === undefined) return undefined
    this.#byKey.delete(key)
    const last = this.#items.pop() as T
    if (last !== item) {
      last.place = item.place
      this.#items[last.place] = last
      this.#settle(last)
    }
    return item
  }

  pop(): T | undefined {
    const top = this.#items[0]
    return top === undefined ? undefined : this.delete(top.key)
  }

  /** In no particular order. */
  values(): readonly T[] {
    return this.#items
  }

  /** In the order in which they would come out. */
  sorted(): T[] {
    return [...this.#items].sort((a, b) => (this.#less(a, b) ? -1 : this.#less(b, a) ? 1 : 0))
  }

  /** The first of `sorted`, without looking at all of them. */
  first(limit: number): T[] {
    // A child never comes before its parent, so only children of what was taken are candidates.
    const found: T[] = []
    const candidates = this.#items.length > 0 ? [0] : []
    while (found.length < limit && candidates.length > 0) {
      let best = 0
      for (let i = 1; i < candidates.length; i++) {
        if (this.#less(this.#items[candidates[i] as number] as T, this.#items[candidates[best] as number] as T)) best = i
      }
      const place = candidates[best] as number
      candidates[best] = candidates[candidates.length - 1] as number
      candidates.pop()
      found.push(this.#items[place] as T)
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.#items.length) candidates.push(child)
    }
    return found
  }

  clear(): void {
    this.#items.length = 0
    this.#byKey.clear()
  }

  #settle(item: T): void {
    const items = this.#items
    const start = item.place
    let place = start
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#less(item, items[parent] as T)) break
      this.#put(items[parent] as T, place)
      place = parent
    }
    if (place === start) {
      for (;;) {
        let child = 2 * place + 1
        if (child >= items.length) break
        if (child + 1 < items.length && this.#less(items[child + 1] as T, items[child] as T)) child++
        if (!this.#less(items[child] as T, item)) break
        this.#put(items[child] as T, place)
        place = child
      }
    }
    this.#put(item, place)
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    item.place = place
  }
}
