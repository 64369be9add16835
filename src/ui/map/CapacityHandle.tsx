import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useText } from '../kit'
import { amountText, snap, stepped, type CapacityResource } from './scene/capacity'

/** Keys have rested so long: then the value they left is written. Real milliseconds. */
const restMs = 1_500

/**
 * The end of a capacity bar, for a hand. Dragging snaps to 250m or 256Mi (Alt: free), and letting go writes. Arrow keys go one snap,
 * with Shift four; what they come to is written once: by Enter, when the handle is left, or when they rest. Esc gives up.
 */
export function CapacityHandle({ resource, node, value, draft, requested, span, width, tab, onDraft, onCommit }: {
  readonly resource: CapacityResource
  readonly node: string
  readonly value: number
  readonly draft: number | undefined
  readonly requested: number
  readonly span: number
  readonly width: number
  readonly tab: boolean
  readonly onDraft: (value: number | undefined) => void
  readonly onCommit: (value: number) => void
}): ReactNode {
  const text = useText('map')
  const drag = useRef<{ readonly pointer: number; readonly x: number; readonly from: number; readonly perPixel: number; value: number } | undefined>(undefined)
  // What keys have come to and nobody has written yet.
  const keyed = useRef<number | undefined>(undefined)
  const element = useRef<HTMLDivElement>(null)
  const shown = draft ?? value
  const at = Math.min(width, (shown / span) * width)

  // Esc must work while the pointer holds the handle and the focus is elsewhere.
  useEffect(() => {
    if (draft === undefined) return
    const cancel = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape' || (drag.current === undefined && keyed.current === undefined)) return
      event.stopPropagation()
      event.preventDefault()
      const held = drag.current
      drag.current = undefined
      keyed.current = undefined
      if (held && element.current?.hasPointerCapture(held.pointer)) element.current.releasePointerCapture(held.pointer)
      onDraft(undefined)
    }
    window.addEventListener('keydown', cancel, true)
    return () => { window.removeEventListener('keydown', cancel, true) }
  }, [draft, onDraft])

  const finish = (last: number | undefined): void => {
    keyed.current = undefined
    if (last === undefined) return
    if (last === value) onDraft(undefined)
    else onCommit(last)
  }

  const latest = useRef(finish)
  useLayoutEffect(() => { latest.current = finish })
  useEffect(() => {
    if (draft === undefined) return
    const timer = setTimeout(() => { latest.current(keyed.current) }, restMs)
    return () => { clearTimeout(timer) }
  }, [draft])

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return
    event.stopPropagation()
    const meter = event.currentTarget.parentElement?.getBoundingClientRect()
    if (!meter || meter.width === 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus({ preventScroll: true })
    keyed.current = undefined
    drag.current = { pointer: event.pointerId, x: event.clientX, from: value, perPixel: span / meter.width, value }
    onDraft(value)
  }
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const held = drag.current
    if (!held || held.pointer !== event.pointerId) return
    const moved = held.from + (event.clientX - held.x) * held.perPixel
    // Kept beside the state: letting go may come before the last move has been rendered.
    held.value = Math.min(Math.max(span, value), snap(resource, moved, event.altKey))
    onDraft(held.value)
  }
  const onPointerUp = (event: PointerEvent<HTMLDivElement>): void => {
    const held = drag.current
    if (held?.pointer !== event.pointerId) return
    drag.current = undefined
    finish(held.value)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || drag.current) return
    if (event.key === 'Enter' && keyed.current !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      finish(keyed.current)
      return
    }
    const sign = event.key === 'ArrowRight' || event.key === 'ArrowUp' || event.key === 'PageUp' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowDown' || event.key === 'PageDown' ? -1 : 0
    if (sign === 0) return
    event.preventDefault()
    // The same keys step through time elsewhere.
    event.stopPropagation()
    keyed.current = stepped(resource, keyed.current ?? shown, sign * (event.shiftKey || event.key.startsWith('Page') ? 4 : 1))
    onDraft(keyed.current)
  }

  return (
    <div
      ref={element} className="handle nopan nodrag" role="slider" tabIndex={tab ? 0 : -1} data-draft={draft !== undefined || undefined}
      aria-label={text(`handle.${resource}`, { node })} aria-orientation="horizontal" aria-valuemin={0} aria-valuemax={Math.max(span, shown)} aria-valuenow={shown}
      aria-valuetext={text(`handle.${resource}Value`, { value: amountText(resource, shown), used: amountText(resource, requested) })}
      style={{ left: at }}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp}
      onPointerCancel={() => { drag.current = undefined; onDraft(undefined) }} onClick={(event) => { event.stopPropagation() }}
      onKeyDown={onKeyDown} onBlur={() => { finish(keyed.current) }}
    />
  )
}
