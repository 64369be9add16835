import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Explanation } from '../../api'
import type { CommandName, Commands, Followed, Frame, OpenRequest, SavedText } from '../../protocol'
import { HostError, type HostClient } from './host-client'
import { applyFrame, emptyView, notifyTables, type View } from './view'
import { initialUi, type UiState } from './ui-state'
import { emptyDesk, type Desk } from './desk'

/** An explanation on its way, here, or impossible. */
export type ExplanationState =
  | { readonly is: 'loading' }
  | { readonly is: 'here'; readonly explanation: Explanation }
  | { readonly is: 'failed'; readonly message: string }

/** After these something a person did would be lost with the worker, so the session is saved. */
const changing: ReadonlySet<CommandName> = new Set(['open', 'request', 'apply', 'setCapacity', 'configureScheduler', 'fault', 'import', 'send', 'proxyMode'])
const explanationsKept = 60

export interface SessionOptions {
  readonly startHost: () => HostClient
  /** Calls back before the next paint; a hidden page never paints, so it must call back then too. */
  readonly nextFrame?: (then: () => void) => void
}

/**
 * One open cluster as the UI has it: the connection to its host, the view built from the host's frames, and what is the person's
 * (selection, theme, language). The UI holds no truth of its own: the view only ever changes by frames.
 */
export class Session {
  readonly view: StoreApi<View>
  readonly ui: StoreApi<UiState>
  /** Explanations by cycle. Cleared when a branch makes other cycles of the same numbers. */
  readonly explanations: StoreApi<ReadonlyMap<number, ExplanationState>>
  /** The texts that are open in the editor. Kept with the session (ui/persist). */
  readonly desk: StoreApi<Desk>
  /** The same texts by the names of their tabs. The terminal reads them as files. */
  readonly files = new Map<string, string>()
  readonly #options: SessionOptions
  #host: HostClient
  #frames: Frame[] = []
  #saved: { readonly text: string; readonly revision: number } | undefined
  #opened: OpenRequest | undefined
  #saving = false
  #saveAgain = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.view = createStore<View>()(() => emptyView())
    this.ui = createStore<UiState>()(() => initialUi())
    this.explanations = createStore<ReadonlyMap<number, ExplanationState>>()(() => new Map())
    this.desk = createStore<Desk>()(() => emptyDesk)
    this.desk.subscribe(({ drafts }) => {
      this.files.clear()
      for (const { name, text } of drafts) this.files.set(name, text)
    })
    this.#host = this.#start()
  }

  /** Sends a command. Counts as waiting in the view until it is answered; rejects with a `HostError`. */
  readonly call = async <Name extends CommandName>(name: Name, take: Commands[Name]['take']): Promise<Commands[Name]['give']> => {
    const host = this.#host
    this.view.setState((view) => ({ waiting: view.waiting + 1 }))
    try {
      const give = await host.call(name, take)
      if (name === 'open') this.#opened = take as OpenRequest
      if (changing.has(name) && !((name === 'apply' || name === 'configureScheduler') && (take as { readonly dryRun?: boolean }).dryRun === true)) void this.#save()
      return give
    } finally {
      if (host === this.#host) this.view.setState((view) => ({ waiting: Math.max(0, view.waiting - 1), ...(view.waiting <= 1 ? { progress: undefined } : {}) }))
    }
  }

  /** Opens another cluster. What the old one showed is gone; the UI state stays, except for what pointed into it. */
  readonly open = async (request: OpenRequest): Promise<void> => {
    this.ui.setState({ selection: undefined, pickedCell: undefined, pickedPlugin: undefined, pickedVerdict: undefined, openCycle: undefined, hoveredPod: undefined, notice: undefined })
    this.forgetExplanations()
    await this.call('open', request)
  }

  /** Asks for a cycle's explanation unless it is here or on its way. */
  readonly explain = (cycle: number): void => {
    const known = this.explanations.getState().get(cycle)
    if (known && known.is !== 'failed') return
    this.#setExplanation(cycle, { is: 'loading' })
    this.#host.call('explain', { cycle }).then(
      (explanation) => { this.#setExplanation(cycle, { is: 'here', explanation }) },
      (error: unknown) => { this.#setExplanation(cycle, { is: 'failed', message: error instanceof Error ? error.message : String(error) }) },
    )
  }

  readonly forgetExplanations = (): void => {
    this.explanations.setState(new Map(), true)
  }

  /** Starts a new worker and opens the last saved state in it, at the moment that was on show. */
  readonly restart = async (): Promise<void> => {
    const view = this.view.getState()
    if (view.host.is !== 'broken' || view.host.restarting) return
    this.view.setState({ host: { ...view.host, restarting: true } })
    const position = view.position
    this.#host.close()
    this.#frames = []
    this.#host = this.#start()
    // A host tells a new table with `reset`; marks are told anew as well.
    view.marks.clear()
    this.forgetExplanations()
    try {
      const saved = this.#saved
      await this.call('open', saved
        ? { scenario: view.scenario, saved: saved.text, position }
        : { ...(this.#opened ?? { scenario: view.scenario, seed: view.seed }), position })
      this.view.setState({ host: { is: 'open' } })
    } catch (error) {
      if (this.view.getState().host.is !== 'broken') throw error
      this.view.setState((now) => ({ host: now.host.is === 'broken' ? { ...now.host, restarting: false } : now.host }))
    }
  }

  /** Hears what followed watches tell (the bridge of a kubectl); `broken` when the worker is gone and with it all of them. */
  onFollowed: ((told: Followed | 'broken') => void) | undefined

  /** Hears every saved state. */
  onSaved: ((saved: SavedText) => void) | undefined

  /** The whole session as text, for `open`. Rejects with a `HostError` when the host is gone. */
  readonly save = async (): Promise<string> => {
    const given = await this.#host.call('save', {})
    this.#saved = { text: given.saved, revision: this.view.getState().lastRevision }
    this.onSaved?.(given)
    return given.saved
  }

  close(): void {
    this.#host.close()
  }

  #start(): HostClient {
    const host = this.#options.startHost()
    host.onFrame = (frame) => { this.#takeFrame(frame) }
    host.onProgress = (progress) => { this.view.setState({ progress: progress.done >= progress.of ? undefined : progress }) }
    host.onFollowed = (followed) => { this.onFollowed?.(followed) }
    host.onBroken = (broken) => {
      this.onFollowed?.('broken')
      this.#drain()
      const { revision } = this.view.getState()
      this.view.setState({
        running: false, progress: undefined, waiting: 0,
        host: { is: 'broken', message: broken.message, ...(broken.stack === undefined ? {} : { stack: broken.stack }), at: revision, revision: Math.min(revision, this.#saved?.revision ?? revision), restarting: false },
      })
    }
    return host
  }

  /** Frames are taken before the next paint, however many have come. */
  #takeFrame(frame: Frame): void {
    this.#frames.push(frame)
    if (this.#frames.length === 1) (this.#options.nextFrame ?? beforePaint)(() => { this.#drain() })
  }

  #drain(): void {
    const frames = this.#frames
    if (frames.length === 0) return
    this.#frames = []
    const before = this.view.getState()
    let view = before
    for (const frame of frames) {
      view = applyFrame(view, frame)
      if (frame.marksEnd !== undefined) this.forgetExplanations()
    }
    this.view.setState(view, true)
    notifyTables(view)
    if (view.fact !== before.fact && this.ui.getState().notice) this.ui.setState({ notice: undefined })
  }

  #setExplanation(cycle: number, state: ExplanationState): void {
    const map = new Map(this.explanations.getState())
    map.delete(cycle)
    map.set(cycle, state)
    // The oldest go first: a large cluster's explanation is some megabytes.
    for (const old of map.keys()) {
      if (map.size <= explanationsKept) break
      map.delete(old)
    }
    this.explanations.setState(map, true)
  }

  async #save(): Promise<void> {
    if (this.#saving) {
      this.#saveAgain = true
      return
    }
    this.#saving = true
    try {
      do {
        this.#saveAgain = false
        const given = await this.#host.call('save', {})
        this.#saved = { text: given.saved, revision: this.view.getState().lastRevision }
        this.onSaved?.(given)
      } while (this.#saveAgain)
    } catch (error) {
      // A host that went away while saving: the state saved before it stays the one to restart from.
      if (!(error instanceof HostError)) throw error
    } finally {
      this.#saving = false
    }
  }
}

function beforePaint(then: () => void): void {
  if (document.hidden) setTimeout(then, 50)
  else requestAnimationFrame(then)
}
