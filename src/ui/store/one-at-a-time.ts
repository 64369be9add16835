export interface Asking {
  /** Asks, or once more when what is under way is answered. */
  readonly want: () => void
  readonly stop: () => void
}

/**
 * Asks the host when somebody wants to know: one question at a time, and after its answer a rest (real milliseconds, 0 for none). However
 * often one is wanted meanwhile, it is one question more. After `stop` none is asked; an answer may still come. `ask` must not reject.
 */
export function oneAtATime(ask: () => Promise<void>, restMs: (tookMs: number) => number): Asking {
  let [busy, again, stopped] = [false, false, false]
  let timer: ReturnType<typeof setTimeout> | undefined
  const rested = (): void => {
    busy = false
    if (again) want()
  }
  const want = (): void => {
    if (stopped) return
    again = busy
    if (busy) return
    busy = true
    const began = performance.now()
    void ask().then(() => {
      const rest = restMs(performance.now() - began)
      if (rest > 0 && !stopped) timer = setTimeout(rested, rest)
      else rested()
    })
  }
  return {
    want,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
