import { createStore, type StoreApi } from 'zustand/vanilla'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { OwnershipView, WorkloadList, WorkloadRef, WorkloadRow } from '../../protocol'
import { HostError, oneAtATime, perSession, tellError, useSession, type Asking, type Selection, type Session } from '../store'

/** What the view and its panels show: the list, the one that is picked, and all of it. */
export interface WorkloadsState {
  readonly list: WorkloadList | undefined
  readonly picked: WorkloadRef | undefined
  /** 'none': it is not there at this moment. */
  readonly view: OwnershipView | 'none' | undefined
}

/** While a clock runs, the host is asked again at most so often; a large workload, which takes it longer, more seldom. Real milliseconds. */
const askEveryMs = 60
const pauseMsMax = 500
/** The list changes less than what is picked of it. */
const listEveryMs = 1_000

/** Asks for what is on show again whenever the moment moves, one question at a time. */
class WorkloadsReader {
  readonly state: StoreApi<WorkloadsState> = createStore<WorkloadsState>()(() => ({ list: undefined, picked: undefined, view: undefined }))
  readonly #session: Session
  #readers = 0
  #asking: Asking | undefined
  #listedAt = -Infinity
  /** How long the host took to tell what is picked. */
  #took = 0
  #stop: (() => void) | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** Reads while somebody looks; gives the way to stop. */
  open(): () => void {
    if (++this.#readers === 1) {
      const { view } = this.#session
      const asking = this.#asking = oneAtATime(() => this.#read(), () => (view.getState().running ? Math.min(pauseMsMax, Math.max(askEveryMs - this.#took, this.#took)) : 0))
      const stops = [
        asking.stop,
        view.subscribe((now, before) => {
          if (now.scenario !== before.scenario || now.seed !== before.seed) this.state.setState({ list: undefined, picked: undefined, view: undefined })
        }),
        view.subscribe((now, before) => { if (now.position !== before.position || now.revision !== before.revision || now.scenario !== before.scenario || now.host !== before.host) this.ask() }),
        this.#session.ui.subscribe((now, before) => { if (now.selection !== before.selection) this.#follow(now.selection) }),
      ]
      this.#stop = () => { for (const stop of stops) stop() }
      this.#follow(this.#session.ui.getState().selection)
      this.ask()
    }
    let open = true
    return () => {
      if (!open) return
      open = false
      if (--this.#readers === 0) this.#stop?.()
    }
  }

  pick(ref: WorkloadRef): void {
    this.state.setState({ picked: { kind: ref.kind, namespace: ref.namespace, name: ref.name } })
    this.ask()
  }

  ask(): void {
    if (this.#session.view.getState().host.is === 'open') this.#asking?.want()
  }

  /** Who points at a workload, or at a Pod of another one, wants to see that. */
  #follow(selection: Selection | undefined): void {
    const { list, picked } = this.state.getState()
    const row = list && rowOf(this.#session, list.rows, selection)
    if (row && !isSame(row, picked)) this.pick(row)
  }

  async #read(): Promise<void> {
    try {
      const known = this.state.getState().list
      const { running } = this.#session.view.getState()
      const list = known !== undefined && running && performance.now() - this.#listedAt < listEveryMs ? known : await this.#session.call('workloads', {})
      if (list !== known) this.#listedAt = performance.now()
      const { picked } = this.state.getState()
      const began = performance.now()
      const ui = this.#session.ui.getState()
      const there = picked && list.rows.find((row) => isSame(row, picked))
      const row = there ?? (picked === undefined || this.state.getState().view === undefined ? rowOf(this.#session, list.rows, ui.selection) ?? firstChoice(list.rows) : undefined)
      const ref = row ? { kind: row.kind, namespace: row.namespace, name: row.name } : picked
      const view = ref === undefined ? 'none' : await this.#session.call('ownership', ref).catch((error: unknown) => {
        if (error instanceof HostError && error.code === 'refused') return 'none' as const
        throw error
      })
      this.#took = performance.now() - began
      // Somebody may have picked another one meanwhile: then that is asked for next.
      const now = this.state.getState().picked
      if (now === picked) this.state.setState({ list, view, picked: ref })
      else this.ask()
    } catch (error) {
      tellError(this.#session, error)
    }
  }
}

export function isSame(a: WorkloadRef, b: WorkloadRef | undefined): boolean {
  return b !== undefined && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name
}

/** The row that a selection means: a workload by its name, a Pod by the workload it is of. */
function rowOf(session: Session, rows: readonly WorkloadRow[], selection: Selection | undefined): WorkloadRow | undefined {
  const view = session.view.getState()
  if (selection?.kind === 'workload') return rows.find((row) => `${row.namespace}/${row.name}` === selection.name) ?? rows.find((row) => row.name === selection.name)
  if (selection?.kind !== 'pod') return undefined
  const slot = view.pods.slotOf(selection.name)
  const workload = slot === undefined ? undefined : view.workloadById.get(view.pods.workload[slot] as number)
  return rows.find((row) => row.kind === 'Pod' ? `${row.namespace}/${row.name}` === selection.name : row.kind === workload?.kind && row.namespace === workload.namespace && row.name === workload.name)
}

/** What to show when nobody said: something that moves. */
function firstChoice(rows: readonly WorkloadRow[]): WorkloadRow | undefined {
  return rows.find((row) => row.kind === 'Deployment' && row.state === 'rolling') ?? rows.find((row) => row.state === 'rolling' && row.hue !== 0) ?? rows[0]
}

export const readerOf = perSession((session) => new WorkloadsReader(session))

/** The state, kept up to date while the component is there. */
export function useWorkloads<Part>(select: (state: WorkloadsState) => Part): Part {
  const reader = readerOf(useSession())
  useEffect(() => reader.open(), [reader])
  return useStore(reader.state, select)
}
