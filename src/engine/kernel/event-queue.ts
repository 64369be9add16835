import { Heap } from '../../base'
import type { Instant, KernelEvent } from './types'

/** The events of one instant, in order. Those before `next` have been taken. */
interface Due {
  readonly at: Instant
  readonly events: KernelEvent[]
  next: number
}

/**
 * Events that wait, in order of delivery: `at`, then `seq`. They must come in the order of `seq`. Many are due at the same instant,
 * so that only instants are sorted: within one, first come is first served.
 */
export class EventQueue {
  readonly #byInstant = new Map<Instant, Due>()
  readonly #order = new Heap<Due>((a, b) => a.at < b.at)
  #size = 0

  constructor(events: Iterable<KernelEvent> = []) {
    for (const event of events) this.push(event)
  }

  get size(): number {
    return this.#size
  }

  push(event: KernelEvent): void {
    const { at } = event
    let due = this.#byInstant.get(at)
    if (due === undefined) {
      due = { at, events: [], next: 0 }
      this.#byInstant.set(at, due)
      this.#order.push(due)
    }
    due.events.push(event)
    this.#size++
  }

  peek(): KernelEvent | undefined {
    const due = this.#order.peek()
    return due?.events[due.next]
  }

  pop(): KernelEvent | undefined {
    const due = this.#order.peek()
    if (due === undefined) return undefined
    const event = due.events[due.next]
    due.next++
    this.#size--
    if (due.next === due.events.length) {
      this.#order.pop()
      this.#byInstant.delete(due.at)
    }
    return event
  }

  /** All that wait; those of an instant in order, the instants in none. */
  toArray(): KernelEvent[] {
    const events: KernelEvent[] = []
    for (const due of this.#byInstant.values()) for (let i = due.next; i < due.events.length; i++) events.push(due.events[i] as KernelEvent)
    return events
  }
}
