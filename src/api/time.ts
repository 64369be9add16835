import type { Brand } from '../base'

/** Integer milliseconds since the simulation's epoch (virtual time 0). */
export type VirtualMs = Brand<number, 'VirtualMs'>

/** Virtual time 0 as Unix time: 2026-01-01T00:00:00Z. Fixed, so that histories are equal everywhere. */
export const epochUnixMs = Date.UTC(2026, 0, 1)

export function virtualMs(value: number): VirtualMs {
  return value as VirtualMs
}

// A memo of the last second asked for, not state: a busy cluster writes thousands of times a second.
let lastSecond = Number.NaN
let lastText = ''

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function timeText(now: VirtualMs): string {
  const second = Math.floor((epochUnixMs + now) / 1000)
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}

/** RFC 3339 with six decimals, as metav1.MicroTime is written. */
export function microTimeText(now: VirtualMs): string {
  const millisecond = Math.floor(epochUnixMs + now) % 1000
  return `${timeText(now).slice(0, 19)}.${String(millisecond).padStart(3, '0')}000Z`
}

// A memo: it says nothing that the texts do not say.
const instants = new Map<string, number>()
const instantsMax = 4_096

/** The virtual instant of an RFC 3339 text; NaN when it is none. May be negative: before the simulation began. */
export function virtualOf(text: string | undefined): VirtualMs {
  if (text === undefined) return Number.NaN as VirtualMs
  let instant = instants.get(text)
  if (instant === undefined) {
    instant = Date.parse(text) - epochUnixMs
    if (instants.size >= instantsMax) instants.clear()
    instants.set(text, instant)
  }
  return instant as VirtualMs
}

/** The same, undefined for what is no instant. */
export function instantOf(text: string | undefined): VirtualMs | undefined {
  const at = virtualOf(text)
  return Number.isNaN(at) ? undefined : at
}
