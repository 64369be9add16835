/** How much of time is in sight, and where. */
export interface TimeWindow {
  readonly from: number
  readonly width: number
}

export const windowWidthMin = 20
export const windowWidthMax = 24 * 3_600_000
/** Where the playhead stands after a jump: more room for what comes than for what was, but not much. */
const restPart = 0.42
const restWidth = 1000
const restWidths = [restWidth, 2000, 5000, 10_000, 20_000, 60_000]

/** The width that suits what is going on when the reader has not chosen one. */
export function autoWidth(now: { readonly running: boolean; readonly speed: number; readonly cycleMs: number | undefined; readonly historyMs: number; readonly marksWithin: (width: number) => boolean }): number {
  if (now.running && now.speed > 0.25) return Number.isFinite(now.speed) ? Math.min(600_000, 4000 * now.speed) : Math.max(restWidth, now.historyMs * 1.15)
  if (now.cycleMs !== undefined) return Math.max(60, now.cycleMs * 1.36)
  // In a quiet stretch a second shows nothing at all: wider, until something is in sight.
  return restWidths.find((width) => now.marksWithin(width)) ?? restWidth
}

/** Keeps the playhead in sight: the window moves only when it must, so that marks stand still under the eye. */
export function follow(window: TimeWindow, playhead: number, width: number, startAt?: number): TimeWindow {
  if (startAt !== undefined && playhead >= startAt - width * 0.06 && playhead <= startAt + width * 0.94) {
    const from = startAt - width * 0.06
    return window.from === from && window.width === width ? window : { from, width }
  }
  const part = (playhead - window.from) / window.width
  if (window.width === width && part >= 0.06 && part <= 0.8) return window
  const from = Math.max(-width * 0.03, playhead - width * restPart)
  return window.from === from && window.width === width ? window : { from, width }
}

/** Wheel: the time under the pointer stays where it is. */
export function zoomed(window: TimeWindow, factor: number, anchor: number): TimeWindow {
  const width = Math.max(windowWidthMin, Math.min(windowWidthMax, window.width * factor))
  return { from: anchor - ((anchor - window.from) / window.width) * width, width }
}
