import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { JourneyStep, JourneyView, Position } from '../../protocol'
import { oneAtATime, perSession, seek, step, useSession, type Session } from '../store'

export type Spacing = 'steps' | 'time'

/** What the parts of the view share: the journey as the host last told it, and at which of several steps of one event the reader looks. */
export interface Journey {
  readonly pod: string | undefined
  /** null: nothing is known of such a Pod; undefined: not answered yet. */
  readonly view: JourneyView | null | undefined
  readonly held: { readonly event: number; readonly number: number } | undefined
  readonly spacing: Spacing
}

/** While the clock runs the journey is asked for again so long after it was told: more often than one can read. Real milliseconds. */
const restMs = 90
/** A step that nobody knows yet is looked for so far ahead. */
const messagesAhead = 400

/** Keeps one Pod's journey up to date while somebody looks at it. */
class Follower {
  readonly store: StoreApi<Journey> = createStore<Journey>()(() => ({ pod: undefined, view: undefined, held: undefined, spacing: 'steps' }))
  readonly #session: Session
  #lookers = 0
  #stop: () => void = () => undefined

  constructor(session: Session) {
    this.#session = session
  }

  retain(): () => void {
    if (this.#lookers++ === 0) this.#start()
    return () => {
      if (--this.#lookers === 0) this.#stop()
    }
  }

  #start(): void {
    const { ui, view } = this.#session
    const { want, stop } = oneAtATime(() => this.#ask(), () => (view.getState().running ? restMs : 0))
    const stops = [
      stop,
      ui.subscribe((now, before) => { if (now.journeyPod !== before.journeyPod) want() }),
      view.subscribe((now, before) => {
        if (now.position !== before.position || now.now !== before.now || now.end !== before.end || now.scenario !== before.scenario) want()
      }),
    ]
    this.#stop = () => { for (const each of stops) each() }
    want()
  }

  /** Whose journey is asked for. Nobody picked one: the selected Pod's, else that of the Pod something just happened to. */
  #pod(): string | undefined {
    const { ui, view } = this.#session
    const { journeyPod, selection, view: shown, tab } = ui.getState()
    // While the reader leaves for another view there is nobody to choose for.
    if (journeyPod !== undefined || (shown !== 'journey' && tab !== 'journey')) return journeyPod
    const { fact, decision } = view.getState()
    const pod = selection?.kind === 'pod' ? selection.name : fact?.target.kind === 'pod' ? fact.target.name : decision && `${decision.cycle.pod.namespace}/${decision.cycle.pod.name}`
    if (pod !== undefined) ui.setState({ journeyPod: pod, selection: { kind: 'pod', name: pod } })
    return pod
  }

  async #ask(): Promise<void> {
    const { ui, view, call } = this.#session
    const pod = this.#pod()
    if (pod === undefined || view.getState().scenario === '') {
      this.store.setState({ pod, view: undefined })
      return
    }
    const journey = await call('journey', { pod }).catch(() => undefined)
    if (journey === undefined) return
    this.store.setState(ui.getState().journeyPod === pod ? { pod, view: journey } : { pod: undefined, view: undefined })
  }
}

export const followerOf = perSession((session) => new Follower(session))

/** The journey on show; kept up to date as long as a component uses it. */
export function useJourney<Part>(select: (journey: Journey) => Part): Part {
  const follower = followerOf(useSession())
  useEffect(() => follower.retain(), [follower])
  return useStore(follower.store, select)
}

/** Number of the step the reader stands at: of several of one event the one that was asked for, else the last that has come. */
export function currentStep({ view, held }: Pick<Journey, 'view' | 'held'>, position: Position): number {
  return held !== undefined && held.event === position.event ? held.number : view?.step ?? 0
}

export type ShownState = JourneyStep['state']

/** A step's state for a reader who stands at step `current`: of several messages of one event only one is now. */
export function shownState(step: JourneyStep, current: number): ShownState {
  if (step.state === 'now' || step.state === 'past') return step.number === current ? step.state : step.number < current ? 'past' : 'known'
  return step.state
}

function eventOf(step: JourneyStep): number | undefined {
  return step.goal === undefined ? undefined : 'decision' in step.goal ? step.goal.decision : step.goal.position.event
}

/** Goes to where a step happened. */
export async function goToStep(session: Session, number: number): Promise<void> {
  const { store } = followerOf(session)
  const wanted = store.getState().view?.steps[number - 1]
  const event = wanted && eventOf(wanted)
  if (wanted?.goal === undefined || event === undefined) return
  if (session.view.getState().running) await session.call('pause', {}).catch(() => undefined)
  const { position } = session.view.getState()
  const there = position.event === event && 'position' in wanted.goal && position.beat === wanted.goal.position.beat
  store.setState({ held: { event, number } })
  if (!there) await seek(session, wanted.goal)
}

/** The next (or the previous) message of this Pod; when nobody knows it yet, the cluster runs until it comes. */
export async function stepJourney(session: Session, direction: 1 | -1): Promise<void> {
  const follower = followerOf(session)
  const journey = follower.store.getState()
  const { view } = journey
  if (!view) return
  const current = currentStep(journey, session.view.getState().position)
  const steps = direction === 1 ? view.steps.filter((each) => each.number > current) : view.steps.filter((each) => each.number < current).reverse()
  const next = steps.find((each) => each.goal !== undefined)
  if (next !== undefined) {
    await goToStep(session, next.number)
    return
  }
  if (direction === -1 || view.steps.slice(current).every((each) => each.state === 'never')) return
  for (let count = 0; count < messagesAhead; count++) {
    const before = session.view.getState().position
    await step(session, 1, 'message')
    const now = await session.call('journey', { pod: view.pod }).catch(() => null)
    if (now === null || now.step > view.step || session.view.getState().position.event === before.event) return
  }
}
