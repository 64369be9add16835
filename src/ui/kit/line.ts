import { useLayoutEffect, useState, type RefObject } from 'react'

/** In pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

const round = (value: number): string => String(Math.round(value * 10) / 10)
const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to)
  if (whole === 0) return from
  return { x: from.x + ((to.x - from.x) / whole) * length, y: from.y + ((to.y - from.y) / whole) * length }
}

/** Polylines as the path of an SVG, with rounded corners. */
export function roundedPath(lines: readonly (readonly Point[])[], radius = 7): string {
  return lines.filter((line) => line.length > 1).map((line) => line.map((at, index) => {
    const [before, after] = [line[index - 1], line[index + 1]]
    if (!before) return `M${round(at.x)} ${round(at.y)}`
    if (!after) return `L${round(at.x)} ${round(at.y)}`
    const bend = Math.min(radius, distance(before, at) / 2, distance(at, after) / 2)
    const near = towards(at, before, bend)
    const far = towards(at, after, bend)
    return `L${round(near.x)} ${round(near.y)} Q${round(at.x)} ${round(at.y)} ${round(far.x)} ${round(far.y)}`
  }).join(' ')).join(' ')
}

export function reducedMotion(): boolean {
  return window.matchMedia('(prefers-reduced-motion: reduce)').matches
}

/** How a line is drawn on: the quicker the clock, the quicker, and quicker still on the way back. */
export function drawTiming(speed: number, back = false): KeyframeAnimationOptions {
  return { duration: ((back ? 0.6 : 1) * 280) / Math.max(1, speed), easing: 'cubic-bezier(.2,.7,.2,1)' }
}

/** Draws paths on from their beginning (they have a `pathLength` of 1); not for who wants little motion. */
export function drawOn(paths: readonly (Element | null | undefined)[], timing: KeyframeAnimationOptions): void {
  if (reducedMotion()) return
  for (const path of paths) path?.animate([{ strokeDasharray: '1 1', strokeDashoffset: 1 }, { strokeDasharray: '1 1', strokeDashoffset: 0 }], timing)
}

/** How long after a change boxes may still be on the move: the longest glide and a little. */
const movingMs = 520

/** Draws what follows boxes: once a frame from a kick on, until they have surely come to rest. */
export function whileMoving(draw: () => void): { readonly kick: () => void; readonly stop: () => void } {
  let [frame, until] = [0, 0]
  const next = (): void => {
    frame = 0
    draw()
    if (performance.now() < until) frame = requestAnimationFrame(next)
  }
  return {
    kick: () => {
      until = performance.now() + movingMs
      if (frame === 0) frame = requestAnimationFrame(next)
    },
    stop: () => { cancelAnimationFrame(frame) },
  }
}

/** The inner size of an element, measured again whenever it changes; what is given until it was measured. */
export function useSize(box: RefObject<HTMLElement | null>, width = 0, height = 0): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width, height })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = (): void => { setSize({ width: element.clientWidth, height: element.clientHeight }) }
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    measure()
    return () => { watch.disconnect() }
  }, [box])
  return size
}
