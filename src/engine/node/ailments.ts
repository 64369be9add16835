import { levelAt, type Model, type Usage } from './cadvisor'

/** Memory that a container takes and never gives back: from `since` (virtual ms) or its own start, whichever is later. */
export interface Leak {
  readonly since: number
  readonly bytesPerSecond: number
}

/** What has befallen a machine. Asked whenever it matters; what it answers is part of somebody else's state. */
export interface Ailments {
  /** Share of the disk that somebody filled up, 0 to 1. */
  diskFilled(): number
  /** No registry answers: no image can be pulled. */
  registryDown(): boolean
  /** By Pod key. */
  leak(pod: string): Leak | undefined
}

/** Bytes that have leaked from a container that runs since `startedAt`. */
export function leakedBytes(leak: Leak | undefined, startedAt: number, now: number): number {
  return leak === undefined ? 0 : Math.round((leak.bytesPerSecond * Math.max(0, now - Math.max(leak.since, startedAt))) / 1_000)
}

/** What a container that runs since `startedAt` uses, with what has leaked from it. */
export function withLeak(usage: Usage, leak: Leak | undefined, startedAt: number, now: number): Usage {
  const leaked = leakedBytes(leak, startedAt, now)
  return leaked === 0 ? usage : { ...usage, memoryBytes: usage.memoryBytes + leaked }
}

/** How far ahead the passing of a limit is looked for. */
const aheadMs = 7 * 24 * 3_600_000

/**
 * The instant at which what a model uses and what leaks pass a limit together; undefined when that is more than a week ahead.
 * The leak only grows and the model repeats itself, so that no more than two of its periods have to be looked through.
 */
export function leakPassesAt(model: Model, phase: number, leak: Leak, startedAt: number, limit: number, now: number): number | undefined {
  const used = (at: number): number => levelAt(model, at - startedAt, phase) + leakedBytes(leak, startedAt, at)
  // Not before the peak and the leak together can.
  const from = Math.max(now, Math.max(leak.since, startedAt) + Math.floor(((limit - Math.min(model.high, limit)) / leak.bytesPerSecond) * 1_000))
  if (from - now > aheadMs) return undefined
  const rest = ((limit - Math.min(model.low, limit)) / leak.bytesPerSecond) * 1_000
  const last = Math.max(leak.since, startedAt) + rest + 1_000
  // As a sampler would see it: once a second.
  for (let at = from; at <= last; at += Math.max(1_000, Math.floor((last - from) / 4_096))) if (used(at) > limit) return Math.ceil(at)
  return last - now > aheadMs ? undefined : Math.max(now, Math.ceil(last))
}
