import type { Size } from './layout'

/** Heights of what stands above and below the zones, by the room there is. */
export interface Deck {
  /** Too low for the full control plane: names, one row each. */
  readonly low: boolean
  readonly narrow: boolean
  /** Where the pane with the zones begins, and how far below that the first frame stands. */
  readonly paneTop: number
  readonly inset: number
  readonly legend: number
  readonly edge: number
}

/** Under this height the control plane and the strips take their low form. */
const lowUnder = 600

/**
 * The control plane takes 198 px at rest (its bar hangs above the zones), pills and strip 166 during a decision; half of that on a
 * low screen. `deck.css` draws the same sizes.
 */
export function deckOf(size: Size, phase: 'rest' | 'decision', tiles: boolean, scale: number): Deck {
  const low = size.height < lowUnder * (scale > 1 ? 1.2 : 1)
  const narrow = size.width < 960
  const edge = narrow ? 14 : 18
  const tall = scale > 1 ? 1.2 : 1
  if (phase === 'rest') {
    return low
      ? { low, narrow, edge, paneTop: Math.round(114 * tall), inset: 14, legend: 32 }
      : { low, narrow, edge, paneTop: Math.round(198 * tall), inset: 24, legend: 40 }
  }
  return low
    ? { low, narrow, edge, paneTop: Math.round(124 * tall), inset: 8, legend: 30 }
    : { low, narrow, edge, paneTop: Math.round(166 * tall), inset: tiles ? 10 : 16, legend: tiles ? 42 : 34 }
}
