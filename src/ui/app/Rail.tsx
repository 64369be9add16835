import type { ReactNode } from 'react'
import { Boxes, CircleAlert, FileCode2, Filter, MapIcon, SlidersHorizontal, Terminal, useText, Waypoints, type LucideIcon } from '../kit'
import { useSetUi, useUi, type ViewName } from '../store'

const entries: readonly { readonly view: ViewName; readonly icon: LucideIcon }[] = [
  { view: 'map', icon: MapIcon }, { view: 'workloads', icon: Boxes }, { view: 'traffic', icon: Waypoints }, { view: 'decisions', icon: Filter }, { view: 'editor', icon: FileCode2 }, { view: 'events', icon: CircleAlert }, { view: 'config', icon: SlidersHorizontal }, { view: 'terminal', icon: Terminal },
]

export function Rail(): ReactNode {
  const text = useText('app')
  const view = useUi((ui) => ui.view)
  const setUi = useSetUi()
  return (
    <nav className="rail" aria-label={text('rail')}>
      {entries.map(({ view: name, icon: Icon }) => (
        <button key={name} type="button" className="rail-item" aria-current={view === name || (view === 'journey' && name === 'map') ? 'page' : undefined} onClick={() => { setUi({ view: name }) }}>
          <Icon size={19} strokeWidth={1.6} /><span>{text(`rail.${name}`)}</span>
        </button>
      ))}
    </nav>
  )
}
