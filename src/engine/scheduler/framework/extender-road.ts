import { canonicalJson, hashOf } from '../../../base'

/**
 * Asks an extender over HTTP: POSTs `body` as JSON and gives the JSON of the answer, at the instant of the question. Handed in by a
 * host that has a network; throws an Error when there is no answer. `timeoutMs` is real time.
 */
export type ExtenderRoad = (url: string, body: unknown, timeoutMs: number) => unknown

type Recorded = { readonly is: 'answer'; readonly value: unknown } | { readonly is: 'error'; readonly message: string }

const answersMax = 2_000

/**
 * What extenders answered, so that a past cycle can be run again: the same question at the same instant is answered from here.
 * Plain data, saved with the scheduler.
 */
export class ExtenderAnswers {
  #answers = new Map<string, Recorded>()

  /** Asks, or says again what was answered. Without a `road` only what was answered is known. */
  ask(road: ExtenderRoad | undefined, now: number, url: string, body: unknown, timeoutMs: number): unknown {
    const key = hashOf(`${now} ${url} ${canonicalJson(body)}`)
    let recorded = this.#answers.get(key)
    if (recorded === undefined) {
      if (road === undefined) throw new Error(`Post "${url}": dial: network is unreachable`)
      try {
        recorded = { is: 'answer', value: road(url, body, timeoutMs) }
      } catch (error) {
        recorded = { is: 'error', message: error instanceof Error ? error.message : String(error) }
      }
      this.#answers.set(key, recorded)
      if (this.#answers.size > answersMax) this.#answers.delete(this.#answers.keys().next().value as string)
    }
    if (recorded.is === 'error') throw new Error(recorded.message)
    return recorded.value
  }

  save(): unknown {
    return [...this.#answers]
  }

  load(state: unknown): void {
    this.#answers = new Map(state as [string, Recorded][] | undefined)
  }
}
