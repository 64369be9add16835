import { useEffect } from 'react'
import {
  nodeInSight, openJourney, openRoom, playOrPause, runToDecision, seek, seekEnd, selectionOf, shiftSpeed, siblingRoom, step, type Session, type ViewName,
} from '../store'

const goes: Readonly<Record<string, ViewName>> = { m: 'map', w: 'workloads', d: 'decisions', y: 'editor', e: 'events', c: 'config', t: 'traffic' }
/** After G, so long. */
const goMs = 1200

/** Where typing is typing. */
function inText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, [role="textbox"], [role="combobox"], .monaco-editor, .xterm') !== null)
}

/** Where a key already means something: a menu, a dialog, a slider, a group of tabs or radios. */
function ownsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[role="menu"], [role="dialog"], [role="listbox"]')) return true
  if (key.startsWith('Arrow') || key === 'Home' || key === 'End') return target.closest('[data-keys="own"], [role="tablist"], [role="radiogroup"], [role="tree"], [role="slider"]:not([data-keys="shared"])') !== null
  if (key === ' ' || key === 'Enter') return target.closest('button, a, [role="button"], [role="radio"], [role="tab"], summary') !== null
  return false
}

/** The keys of the design language's section 9, for what exists. */
export function useKeys(session: Session): void {
  useEffect(() => {
    let goSince = -Infinity
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return
      const ui = session.ui.getState()
      const key = event.key
      if ((event.metaKey || event.ctrlKey) && !event.altKey && key.toLowerCase() === 'k') {
        event.preventDefault()
        session.ui.setState({ paletteOpen: !ui.paletteOpen })
        return
      }
      if (event.metaKey || event.ctrlKey || event.altKey || inText(event.target) || ownsKey(event.target, key) || ui.paletteOpen || ui.keysOpen || ui.breaking !== undefined) return
      if (act(session, key, event.shiftKey, event.timeStamp - goSince < goMs)) event.preventDefault()
      goSince = key === 'g' ? event.timeStamp : -Infinity
    }
    addEventListener('keydown', down)
    return () => { removeEventListener('keydown', down) }
  }, [session])
}

function act(session: Session, key: string, shift: boolean, afterG: boolean): boolean {
  const view = session.view.getState()
  const ui = session.ui.getState()
  const lower = key.toLowerCase()
  const go = goes[lower]
  if (afterG && go) {
    session.ui.setState({ view: go })
    return true
  }
  switch (key) {
    case ' ': void playOrPause(session); return true
    case 'ArrowRight': void (shift ? step(session, 1, 'cycle') : step(session, 1)); return true
    case 'ArrowLeft': void (shift ? step(session, -1, 'cycle') : step(session, -1)); return true
    case 'Home': void seekEnd(session, 'start'); return true
    case 'End': void seekEnd(session, 'end'); return true
    case ',': void shiftSpeed(session, -1); return true
    case '.': void shiftSpeed(session, 1); return true
    case '`': session.ui.setState({ view: ui.view === 'terminal' ? 'map' : 'terminal' }); return true
    case '?': session.ui.setState({ keysOpen: true }); return true
    case '[': case ']': return ui.view === 'room' ? siblingRoom(session, key === ']' ? 1 : -1) : pickPlugin(session, key === ']' ? 1 : -1)
    case 'Escape': return letGo(session)
    default: break
  }
  switch (lower) {
    case 'd': void runToDecision(session, ui.selection?.kind === 'pod' ? ui.selection.name : undefined); return true
    case 'w': {
      const target = view.fact?.target
      const pod = ui.selection?.kind === 'pod' ? ui.selection : target?.kind === 'pod' ? selectionOf(target) : undefined
      session.ui.setState({ view: ui.view === 'editor' || ui.view === 'workloads' ? 'map' : ui.view, inspectorOpen: true, tab: 'decision', ...(pod ? { selection: pod } : {}) })
      return true
    }
    case 'f': {
      const selection = view.fact ? selectionOf(view.fact.target) : undefined
      if (selection) session.ui.setState({ selection })
      return true
    }
    case 'i': {
      // Into the node that is selected, or that the selected Pod is on.
      const node = ui.selection && nodeInSight(view, ui.selection)
      if (node !== undefined) openRoom(session, node)
      return node !== undefined
    }
    case 'j': {
      // The way of the Pod that is selected, or that something just happened to.
      const pod = ui.selection?.kind === 'pod' ? ui.selection.name : view.fact?.target.kind === 'pod' ? view.fact.target.name : undefined
      if (pod !== undefined) openJourney(session, pod)
      return pod !== undefined
    }
    case 'b': session.ui.setState({ breaking: { target: ui.selection } }); return true
    case 'z': session.ui.setState({ zoomToNow: ui.zoomToNow + 1 }); return true
    case '0': session.ui.setState({ zoomToFit: ui.zoomToFit + 1 }); return true
    case 'e': session.ui.setState({ view: ui.view === 'editor' ? 'map' : 'editor' }); return true
    default: return false
  }
}

/** The previous or next plugin among those that ran, by beats: the moment goes with it. */
function pickPlugin(session: Session, by: 1 | -1): boolean {
  const { decision, position } = session.view.getState()
  if (!decision) return false
  const next = decision.beat + by
  if (next < 0 || next >= decision.beats.length) return true
  void seek(session, { position: { event: position.event, beat: position.beat + by } })
  return true
}

/** The innermost open thing is let go first. */
function letGo(session: Session): boolean {
  const ui = session.ui.getState()
  if (ui.scale === 'stage') session.ui.setState({ scale: 'desk' })
  else if (ui.notice) session.ui.setState({ notice: undefined })
  else if (ui.view === 'room') session.ui.setState({ view: 'map', ...(ui.selection === undefined && ui.roomNode !== undefined ? { selection: { kind: 'node' as const, name: ui.roomNode } } : {}) })
  else if (ui.pickedCell ?? ui.pickedVerdict ?? ui.pickedPlugin) session.ui.setState({ pickedCell: undefined, pickedVerdict: undefined, pickedPlugin: undefined })
  else if (ui.openCycle !== undefined) session.ui.setState({ openCycle: undefined })
  else if (ui.selection) session.ui.setState({ selection: undefined })
  else return false
  return true
}
