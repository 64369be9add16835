import { createContext, use, useCallback, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { ApiObject } from '../../api'
import { readObject } from './actions'
import type { NodeTable, PodTable } from './tables'
import type { ExplanationState, Session } from './session'
import type { Desk } from './desk'
import type { Selection, UiState } from './ui-state'
import type { View } from './view'

const SessionContext = createContext<Session | undefined>(undefined)

export function SessionProvider({ session, children }: { readonly session: Session; readonly children: ReactNode }): ReactNode {
  return <SessionContext value={session}>{children}</SessionContext>
}

/** The open session: commands (`call`), and the stores for code outside of rendering. */
export function useSession(): Session {
  const session = use(SessionContext)
  if (!session) throw new Error('no SessionProvider above this component')
  return session
}

/** A part of the view. Select the least that is drawn; wrap selectors that make objects in zustand's `useShallow`. */
export function useView<Part>(select: (view: View) => Part): Part {
  return useStore(useSession().view, select)
}

/** A part of what is the person's. */
export function useUi<Part>(select: (ui: UiState) => Part): Part {
  return useStore(useSession().ui, select)
}

/** A part of what is open in the editor. */
export function useDesk<Part>(select: (desk: Desk) => Part): Part {
  return useStore(useSession().desk, select)
}

/** Changes what is the person's. Stable. */
export function useSetUi(): (part: Partial<UiState>) => void {
  const { ui } = useSession()
  return useCallback((part) => { ui.setState(part) }, [ui])
}

/** The version of one row of a table: renders again when that row changes, and only then. -1 is no row. */
export function useRow(table: NodeTable | PodTable, slot: number): number {
  const subscribe = useCallback((listener: () => void) => (slot < 0 ? () => undefined : table.subscribeRow(slot, listener)), [table, slot])
  return useSyncExternalStore(subscribe, () => (slot < 0 ? 0 : (table.rowVersion[slot] ?? 0)))
}

/** Renders again whenever any row of the table changed; for counts and lists, not for rows. */
export function useTable(table: NodeTable | PodTable): number {
  const subscribe = useCallback((listener: () => void) => table.subscribe(listener), [table])
  return useSyncExternalStore(subscribe, () => table.version)
}

/** The explanation of a cycle, fetched when first asked for. */
export function useExplanation(cycle: number | undefined): ExplanationState | undefined {
  const session = useSession()
  const state = useStore(session.explanations, (map) => (cycle === undefined ? undefined : map.get(cycle)))
  useEffect(() => {
    if (cycle !== undefined && state === undefined) session.explain(cycle)
  }, [session, cycle, state])
  return state
}

/** The live object of a selection, read again as the revision moves; 'none' when it is not there. */
export function useLiveObject(selection: Selection | undefined): ApiObject | 'none' | undefined {
  const session = useSession()
  const key = selection === undefined ? '' : `${selection.kind} ${selection.name}`
  const revision = useView((view) => view.revision)
  const open = useView((view) => view.host.is === 'open')
  const [state, setState] = useState<{ readonly key: string; readonly object: ApiObject | 'none' }>()
  const reading = useRef(false)
  const [again, setAgain] = useState(0)
  useEffect(() => {
    if (key === '' || !open) return
    // One read at a time: at full speed the revision moves faster than anyone reads.
    if (reading.current) return
    reading.current = true
    let current = true
    const space = key.indexOf(' ')
    const at = revision
    void readObject(session, { kind: key.slice(0, space) as Selection['kind'], name: key.slice(space + 1) }).then((object) => {
      reading.current = false
      if (current) setState({ key, object: object ?? 'none' })
      if (session.view.getState().revision !== at || !current) setAgain((count) => count + 1)
    })
    return () => { current = false }
  }, [session, key, revision, open, again])
  return state?.key === key ? state.object : undefined
}
