import { useState, type ReactNode } from 'react'
import type { SchedulerMode } from '../../protocol'
import { Segmented, useText } from '../kit'
import { configureScheduler, useSession, useView } from '../store'

/** Whether kube-scheduler decides by plugins or, as in the textbook's time, by predicates and priorities. */
export function ModeSwitch(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const mode = useView((view) => view.controlPlane?.scheduler.mode ?? 'modern')
  const usable = useView((view) => view.scenario !== '' && view.host.is === 'open')
  // The switch follows the hand at once; the frame that says so comes after.
  const [wanted, setWanted] = useState<SchedulerMode>()
  const choose = (next: SchedulerMode): void => {
    if (!usable || next === mode) return
    setWanted(next)
    void configureScheduler(session, { mode: next }).finally(() => { setWanted(undefined) })
  }
  return (
    // After a click the arrows step through time again, and do not switch back; whoever came by Tab keeps the focus.
    <span className="seg-mode" onClick={(event) => { if (event.detail > 0 && document.activeElement instanceof HTMLElement) document.activeElement.blur() }}>
      <Segmented
        label={text('mode')} value={wanted ?? mode} onChange={choose}
        segments={[{ value: 'modern', label: text('mode.modern') }, { value: 'classic', label: text('mode.classic') }]}
      />
    </span>
  )
}
