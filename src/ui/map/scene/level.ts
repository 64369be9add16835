/** How much of a node is drawn, by the pixels it gets on the screen. */
export type Level = 'tile' | 'bar' | 'card' | 'room'

const steps: readonly { readonly level: Level; readonly from: number }[] = [
  { level: 'tile', from: 0 }, { level: 'bar', from: 28 }, { level: 'card', from: 120 }, { level: 'room', from: 420 },
]

/**
 * The scale of the world at which a card's content is laid out. Below zoom 1 that is the zoom itself, so that text keeps its size on
 * the screen; above, half of the zoom (in powers) goes into larger text and half into more room.
 */
export function contentScaleOf(zoom: number): number {
  return zoom <= 1 ? zoom : Math.sqrt(zoom)
}

/** Share by which a border must be passed before the level changes back. */
const hysteresis = 0.1

/**
 * The level for a node this many pixels wide. With a previous level its borders are stretched by a tenth, so that a zoom that
 * trembles at a border does not flicker.
 */
export function levelOf(pixels: number, previous?: Level): Level {
  const plain = [...steps].reverse().find((step) => pixels >= step.from)?.level ?? 'tile'
  if (previous === undefined || previous === plain) return plain
  const index = steps.findIndex((step) => step.level === previous)
  const from = (steps[index]?.from ?? 0) * (1 - hysteresis)
  const to = (steps[index + 1]?.from ?? Infinity) * (1 + hysteresis)
  return pixels >= from && pixels < to ? previous : plain
}
