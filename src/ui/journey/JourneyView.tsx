import { useEffect, useRef, type ReactNode } from 'react'
import { Button, useText } from '../kit'
import { useSession, useSetUi, useView } from '../store'
import { ControlPlane } from './ControlPlane'
import { currentStep, stepJourney, useJourney } from './follow'
import { Packets, Thread } from './Motion'
import { Nodes } from './NodeCard'

/** One Pod's way through the cluster, from the request that made it to the status that says it runs. */
export function JourneyCanvas(): ReactNode {
  const text = useText('journey')
  const setUi = useSetUi()
  const root = useRef<HTMLElement>(null)
  const view = useJourney((journey) => journey.view)
  const pod = useJourney((journey) => journey.pod)
  const held = useJourney((journey) => journey.held)
  const position = useView((now) => now.position)
  const opening = useView((now) => now.scenario === '')
  useKeys()
  if (!view) {
    if (view === undefined && (pod !== undefined || opening)) return <section className="jny" />
    return (
      <section className="jny jny-empty">
        <p>{pod === undefined ? text('pick') : text('none', { pod })}</p>
        <Button look="primary" onClick={() => { setUi({ view: 'map', journeyPod: undefined, tab: 'decision' }) }}>{text('map')}</Button>
      </section>
    )
  }
  const current = currentStep({ view, held }, position)
  return (
    <section className="jny" ref={root} aria-label={text('title', { pod: view.pod })}>
      <ControlPlane view={view} current={current} />
      <Nodes view={view} current={current} />
      <Packets root={root} view={view} current={current} />
      <Thread root={root} view={view} current={current} />
    </section>
  )
}

const ownKeys = 'input, textarea, select, [role="textbox"], [role="menu"], [role="dialog"], [role="listbox"], [role="tablist"], [role="radiogroup"], [role="tree"], [role="slider"], [data-keys="own"]'

/** ← → go by this Pod's messages, Esc leads back to the map; the other keys mean what they mean everywhere. */
function useKeys(): void {
  const session = useSession()
  const setUi = useSetUi()
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return
      const ui = session.ui.getState()
      if (ui.paletteOpen || ui.keysOpen || (event.target instanceof HTMLElement && event.target.closest(ownKeys) !== null)) return
      if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') void stepJourney(session, event.key === 'ArrowRight' ? 1 : -1)
      else if (event.key === 'Escape' && ui.scale !== 'stage' && ui.notice === undefined && ui.openCycle === undefined) setUi({ view: 'map', tab: 'decision' })
      else return
      event.preventDefault()
    }
    addEventListener('keydown', down, true)
    return () => { removeEventListener('keydown', down, true) }
  }, [session, setUi])
}
