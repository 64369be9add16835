import type { CycleState, CycleStateKey } from './types'

/** Upstream: framework.CycleState. */
export class MapCycleState implements CycleState {
  readonly #values = new Map<CycleStateKey<unknown>, unknown>()
  /** Values of saved keys after a restore, by name: key objects do not survive one. */
  #restored: Record<string, unknown> | undefined

  constructor(restored?: Record<string, unknown>) {
    this.#restored = restored
  }

  read<T>(key: CycleStateKey<T>): T | undefined {
    const value = this.#values.get(key) as T | undefined
    if (value === undefined && key.saved === true) return this.#restored?.[key.name] as T | undefined
    return value
  }

  write<T>(key: CycleStateKey<T>, value: T): void {
    this.#values.set(key, value)
  }

  delete<T>(key: CycleStateKey<T>): void {
    this.#values.delete(key)
    if (this.#restored !== undefined && key.saved === true) {
      this.#restored = Object.fromEntries(Object.entries(this.#restored).filter(([name]) => name !== key.name))
    }
  }

  /** Values of the keys that outlive a decision, by name. */
  save(): Record<string, unknown> {
    const saved: Record<string, unknown> = { ...this.#restored }
    for (const [key, value] of this.#values) if (key.saved === true) saved[key.name] = value
    return saved
  }
}
