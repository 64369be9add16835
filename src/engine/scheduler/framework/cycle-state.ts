import type { CycleState, CycleStateKey } from './types'

/** Upstream: framework.CycleState. */
export class MapCycleState implements CycleState {
  // Two short lists: a Map for each cycle costs more to make than a look through a dozen keys.
  readonly #keys: CycleStateKey<unknown>[] = []
  readonly #values: unknown[] = []
  /** Values of saved keys after a restore, by name: key objects do not survive one. */
  #restored: Record<string, unknown> | undefined

  constructor(restored?: Record<string, unknown>) {
    this.#restored = restored
  }

  read<T>(key: CycleStateKey<T>): T | undefined {
    const at = this.#keys.indexOf(key)
    const value = at < 0 ? undefined : this.#values[at] as T | undefined
    if (value === undefined && key.saved === true) return this.#restored?.[key.name] as T | undefined
    return value
  }

  write<T>(key: CycleStateKey<T>, value: T): void {
    const at = this.#keys.indexOf(key)
    if (at >= 0) this.#values[at] = value
    else {
      this.#keys.push(key)
      this.#values.push(value)
    }
  }

  delete<T>(key: CycleStateKey<T>): void {
    const at = this.#keys.indexOf(key)
    if (at >= 0) {
      this.#keys.splice(at, 1)
      this.#values.splice(at, 1)
    }
    if (this.#restored !== undefined && key.saved === true) {
      this.#restored = Object.fromEntries(Object.entries(this.#restored).filter(([name]) => name !== key.name))
    }
  }

  /** Values of the keys that outlive a decision, by name. */
  save(): Record<string, unknown> {
    const saved: Record<string, unknown> = { ...this.#restored }
    for (const [at, key] of this.#keys.entries()) if (key.saved === true) saved[key.name] = this.#values[at]
    return saved
  }
}
