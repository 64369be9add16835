import { useStore } from '@xyflow/react'
import { memo, type ReactNode } from 'react'
import { useText } from '../kit'
import { useRow, useSetUi, useView } from '../store'
import { useNodeKeys, tabbed } from './CardNode'
import { useMapModel } from './model'
import { nameOf, refusalWords } from './NodeCard'
import type { Overlay } from './scene/cluster-canvas'
import { amountText } from './scene/capacity'
import { zoneOf } from './scene/layout'

/** What cannot be read as a tile: plates beside the winner, the picked and the pointed-at node, and a stand-in for the keyboard's focus. */
export const Callouts = memo(function Callouts({ hovered, picked, focused, promoted, overlay }: {
  readonly hovered: number
  readonly picked: number
  readonly focused: number
  readonly promoted: ReadonlySet<number>
  readonly overlay: Overlay | undefined
}): ReactNode {
  const model = useMapModel()
  const { layout } = model
  const winner = overlay?.winner ?? -1
  const shown: { readonly slot: number; readonly look: 'now' | 'pick' | 'hover' }[] = []
  const add = (slot: number, look: 'now' | 'pick' | 'hover'): void => {
    if (slot >= 0 && (layout.indexOf[slot] ?? -1) >= 0 && !promoted.has(slot) && !shown.some((one) => one.slot === slot)) shown.push({ slot, look })
  }
  add(winner, 'now')
  add(picked, 'pick')
  add(hovered, 'hover')
  const current = focused >= 0 && (layout.indexOf[focused] ?? -1) >= 0 ? focused : layout.order[0] ?? -1
  return (
    <>
      {shown.map(({ slot, look }) => <Callout key={slot} slot={slot} look={look} />)}
      {current >= 0 && !promoted.has(current) && <FocusProxy key={`focus-${current}`} slot={current} />}
    </>
  )
})

/** Box of a node on the surface, in pixels; follows the viewport. */
function useBox(slot: number): { readonly left: number; readonly top: number; readonly width: number; readonly height: number; readonly room: number } {
  const { layout } = useMapModel()
  const [x, y, zoom] = useStore((state) => state.transform)
  const room = useStore((state) => state.width)
  const inset = layout.mode === 'tiles' && layout.card.width * zoom < 28 ? (layout.card.width - layout.pitchX * 0.8) / 2 : 0
  return {
    left: ((layout.x[slot] as number) + inset) * zoom + x, top: ((layout.y[slot] as number) + inset) * zoom + y,
    width: (layout.card.width - 2 * inset) * zoom, height: (layout.card.height - 2 * inset) * zoom, room,
  }
}

function Callout({ slot, look }: { readonly slot: number; readonly look: 'now' | 'pick' | 'hover' }): ReactNode {
  const { scene } = useMapModel()
  const text = useText('map')
  const nodes = useView((view) => view.nodes)
  useRow(nodes, slot)
  const name = nodes.names[slot] ?? ''
  const box = useBox(slot)
  const zoneBox = useZoneBox(slot)
  const verdict = scene?.verdicts.get(name)
  const width = 214
  const { left, top, leader } = placeOf(box, zoneBox, look === 'now', width)
  const figure = verdict?.is === 'scored' ? verdict.total : undefined
  const words = verdict?.is === 'rejected' ? `✕ ${verdict.plugin}: ${refusalWords(verdict)}`
    : verdict?.is === 'unvisited' ? text('card.unvisited')
      : verdict?.is === 'scored' && verdict.winner ? (scene && scene.ties > 1 ? text('callout.tie', { count: scene.ties }) : text('card.highest', { count: scene?.feasible.length ?? 0 }))
        : text('callout.pods', { pods: nodes.podCount[slot] ?? 0, used: amountText('cpu', nodes.cpuMilliRequested[slot] ?? 0), whole: amountText('cpu', nodes.cpuMilliAllocatable[slot] ?? 0) })
  return (
    <>
    {leader && <div className="callout-leader" style={leader} aria-hidden="true" />}
    <div className={`callout callout-${look}`} data-callout={name} style={{ left, top, width }} aria-hidden="true">
      <div className="row"><span className="callout-name cut">{name}</span><span className="grow" />{figure !== undefined && <span className="callout-figure">{figure}</span>}</div>
      <div className={`small ${verdict?.is === 'rejected' ? 'no-text' : 'dim-2'}`}>{words}</div>
    </div>
    </>
  )
}

const calloutHeight = 60

interface ScreenBox { readonly left: number; readonly top: number; readonly width: number; readonly height: number }

/**
 * Beside the tile; the plate of what just happened stands at the side of its zone instead, where the thread comes by, with a leader
 * to the tile, so that the thread needs to cross nothing.
 */
function placeOf(box: ScreenBox & { readonly room: number }, zone: ScreenBox | undefined, atGutter: boolean, width: number): { readonly left: number; readonly top: number; readonly leader?: ScreenBox } {
  const beside = { left: box.left + box.width + 14 + width > box.room ? box.left - 14 - width : box.left + box.width + 14, top: box.top + box.height / 2 - calloutHeight / 2 }
  if (!atGutter || !zone || zone.width < width + 60) return beside
  const right = zone.left + zone.width - (box.left + box.width) <= box.left - zone.left
  const left = right ? zone.left + zone.width - width - 4 : zone.left + 4
  const gap = right ? left - (box.left + box.width) : box.left - (left + width)
  const clear = gap >= 6
  // Over the tile's own column it goes under it, or above it at the foot of the zone.
  const top = clear ? beside.top : box.top + box.height + 8 + calloutHeight < zone.top + zone.height ? box.top + box.height + 8 : box.top - 8 - calloutHeight
  if (!clear) return { left, top }
  return { left, top, leader: { left: right ? box.left + box.width + 3 : left + width, top: box.top + box.height / 2 - 1, width: Math.max(0, gap - 3), height: 0 } }
}

function useZoneBox(slot: number): ScreenBox | undefined {
  const { layout } = useMapModel()
  const [x, y, zoom] = useStore((state) => state.transform)
  const zone = zoneOf(layout, slot)
  return zone && { left: zone.x * zoom + x, top: zone.y * zoom + y, width: zone.width * zoom, height: zone.height * zoom }
}

/** A tile is a few pixels of canvas; this element lies over the one with the keyboard's focus and carries its name. */
function FocusProxy({ slot }: { readonly slot: number }): ReactNode {
  const model = useMapModel()
  const text = useText('map')
  const setUi = useSetUi()
  const nodes = useView((view) => view.nodes)
  useRow(nodes, slot)
  const box = useBox(slot)
  const onKeyDown = useNodeKeys(slot)
  const name = nodes.names[slot] ?? ''
  const label = nameOf(text, {
    name, scene: model.scene, verdict: model.scene?.verdicts.get(name),
    amounts: {
      cpuAllocatable: nodes.cpuMilliAllocatable[slot] ?? 0, cpuRequested: nodes.cpuMilliRequested[slot] ?? 0, memoryAllocatable: nodes.memoryBytesAllocatable[slot] ?? 0,
      memoryRequested: nodes.memoryBytesRequested[slot] ?? 0, podCount: nodes.podCount[slot] ?? 0, flags: nodes.flags[slot] ?? 0,
    },
  })
  return (
    <div
      className="node-proxy" role="group" tabIndex={tabbed(model, slot) || model.tabSlot === slot ? 0 : -1} aria-label={label} data-node={name} onKeyDown={onKeyDown}
      onFocus={() => { model.focusNode(slot, false) }} onClick={() => { setUi({ selection: { kind: 'node', name } }) }}
      style={{ left: box.left - 3, top: box.top - 3, width: box.width + 6, height: box.height + 6 }}
    />
  )
}

