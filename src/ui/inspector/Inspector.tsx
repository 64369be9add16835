import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { ChevronRight, IconButton, Tabs, useText } from '../kit'
import { inspectorWidthMax, inspectorWidthMin, useSession, useSetUi, useUi, useView, type InspectorTab } from '../store'
import './inspector.css'

/** The journey stands in front of the others while one is shown; in a node's room its own tab stands for the decision, and with a workload its rollout and its history do. */
export type InspectorPanels = Readonly<Record<Exclude<InspectorTab, 'journey' | 'node' | 'rollout' | 'history'>, ReactNode>> & { readonly journey?: ReactNode; readonly node?: ReactNode; readonly rollout?: ReactNode; readonly history?: ReactNode }

const tabNames: readonly InspectorTab[] = ['decision', 'yaml', 'events', 'metrics']
const roomTabs: readonly InspectorTab[] = ['node', 'yaml', 'events', 'metrics']
const workloadTabs: readonly InspectorTab[] = ['rollout', 'yaml', 'events', 'history']

export function Inspector({ panels }: { readonly panels: InspectorPanels }): ReactNode {
  const text = useText('inspector')
  const setUi = useSetUi()
  const wanted = useUi((ui) => ui.tab)
  const names = panels.rollout !== undefined ? workloadTabs : panels.node !== undefined ? roomTabs : panels.journey === undefined ? tabNames : ['journey' as const, ...tabNames]
  const tab = names.includes(wanted) ? wanted : names === workloadTabs ? 'rollout' : names === roomTabs ? 'node' : 'decision'
  const width = useUi((ui) => ui.inspectorWidth)
  const count = useEventCount()
  return (
    <aside className="inspector" style={{ width }} aria-label={text('inspector')}>
      <Edge />
      <Tabs
        label={text('inspector')} value={tab} onChange={(value) => { setUi({ tab: value }) }}
        tabs={names.map((name) => ({ value: name, label: text(`tab.${name}`), panel: panels[name], ...(name === 'events' ? { count } : {}) }))}
        end={<IconButton label={text('fold')} onClick={() => { setUi({ inspectorOpen: false }) }}><ChevronRight size={15} /></IconButton>}
      />
    </aside>
  )
}

/** How many events there are about what is selected. */
function useEventCount(): number {
  const session = useSession()
  const about = useUi((ui) => ui.selection?.name)
  const revision = useView((view) => view.revision)
  const running = useView((view) => view.running)
  const [count, setCount] = useState(0)
  useEffect(() => {
    if (about === undefined) return
    let current = true
    const timer = setTimeout(() => {
      session.call('events', { about, limit: 100 }).then((rows) => { if (current) setCount(rows.length) }, () => undefined)
    }, running ? 500 : 60)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, about, revision, running])
  return about === undefined ? 0 : count
}

/** The left edge: drag it, or use the arrow keys. */
function Edge(): ReactNode {
  const text = useText('inspector')
  const setUi = useSetUi()
  const width = useUi((ui) => ui.inspectorWidth)
  const from = useRef<{ readonly x: number; readonly width: number }>(undefined)
  const set = (value: number): void => { setUi({ inspectorWidth: Math.max(inspectorWidthMin, Math.min(inspectorWidthMax, Math.round(value))) }) }
  const down = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId)
    from.current = { x: event.clientX, width }
  }
  const key = (event: KeyboardEvent): void => {
    const by = event.shiftKey ? 64 : 16
    if (event.key === 'ArrowLeft') set(width + by)
    else if (event.key === 'ArrowRight') set(width - by)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      className="inspector-edge" role="separator" aria-orientation="vertical" aria-label={text('resize')} tabIndex={0} data-keys="own"
      aria-valuenow={width} aria-valuemin={inspectorWidthMin} aria-valuemax={inspectorWidthMax}
      onPointerDown={down} onPointerMove={(event) => { if (from.current) set(from.current.width + from.current.x - event.clientX) }}
      onPointerUp={() => { from.current = undefined }} onPointerCancel={() => { from.current = undefined }} onKeyDown={key} onDoubleClick={() => { set(432) }}
    />
  )
}
