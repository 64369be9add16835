import { lazy, Suspense, type ReactNode } from 'react'
import type { DecisionView } from '../../protocol'
import { Button, clock, rich, useText, whole } from '../kit'
import { phaseOf, runToDecision, useExplanation, useSession, useSetUi, useUi, useView } from '../store'
import { podKeyOf } from './analysis'
import { FilterPhase } from './FilterPhase'
import { SelectionStory } from './NodeStory'
import { PodStory } from './PodStory'
import { ScorePhase } from './ScorePhase'
import './decision.css'

// Wanted when a decision has come to its end: a chunk of its own.
const CompareNodes = lazy(() => import('./CompareNodes').then((file) => ({ default: file.CompareNodes })))

/**
 * The Decision tab. While a cycle is on show it follows its beats; a cycle opened from a list shows all of it; at rest it tells the
 * story of what is selected, or of the Pod that comes next. `lead` stands above all at rest.
 */
export function DecisionPanel({ lead }: { readonly lead?: ReactNode }): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const openCycle = useUi((ui) => ui.openCycle)
  const selection = useUi((ui) => ui.selection)
  const decision = useView((view) => view.decision)
  const nextPod = useView((view) => (view.fact?.target.kind === 'pod' ? view.fact.target.name : view.controlPlane?.scheduler.active[0]?.key ?? view.controlPlane?.scheduler.unschedulable[0]?.key))
  const waits = useView((view) => view.podCount > 0 && [...view.pods.live()].some((slot) => view.pods.node[slot] === -1))
  if (openCycle !== undefined && openCycle !== decision?.cycle.id) return <PastCycle cycle={openCycle} />
  // A Pod other than the one in flight was picked on purpose: its story, not the running decision.
  const elsewhere = decision && selection && selection.kind !== 'node' && !(selection.kind === 'pod' && selection.name === podKeyOf(decision.cycle)) && !(selection.kind === 'component' && selection.name === 'kube-scheduler')
  if (decision && !elsewhere) return <RunningDecision decision={decision} />
  if (selection && selection.kind !== 'pod') return <SelectionStory selection={selection} />
  const pod = selection?.name ?? nextPod
  return (
    <>
      {lead}
      {pod === undefined
        ? (
          <div className="sec rest">
            <p className="dim">{text('rest.none')}</p>
            {waits && <div className="row story-acts"><Button look="primary" hotkey="D" onClick={() => { void runToDecision(session) }}>{text('runAny')}</Button></div>}
          </div>
        )
        : <PodStory key={pod} pod={pod} />}
    </>
  )
}

function RunningDecision({ decision }: { readonly decision: DecisionView }): ReactNode {
  const text = useText('decision')
  const state = useExplanation(decision.cycle.id)
  const phase = phaseOf(decision)
  const shown = decision.beats[decision.beat]?.phase
  if (state?.is === 'failed') return <p className="sec dim">{text('failed', { message: state.message })}</p>
  if (state?.is !== 'here') return <p className="sec dim">{text('loading')}</p>
  const { explanation } = state
  if (phase === 'score' || phase === 'bind') {
    return (
      <>
        <ScorePhase explanation={explanation} decision={decision} />
        {shown === 'select' || shown === 'reserve' || shown === 'bind' ? <Suspense fallback={null}><CompareNodes key={decision.cycle.id} explanation={explanation} /></Suspense> : null}
        {phase === 'bind' && explanation.winner !== undefined && (
          <div className="sec"><h4 className="sec-title">{text('bound.title')}</h4><p>{rich(text('bound.text', { node: explanation.winner }))}</p></div>
        )}
      </>
    )
  }
  return (
    <>
      <FilterPhase explanation={explanation} decision={decision} />
      {(shown === 'fail' || shown === 'postfilter') && <Suspense fallback={null}><CompareNodes key={decision.cycle.id} explanation={explanation} /></Suspense>}
    </>
  )
}

function PastCycle({ cycle }: { readonly cycle: number }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const state = useExplanation(cycle)
  const head = (
    <div className="past-cycle row">
      <span className="grow">{state?.is === 'here' ? text('pastCycle', { cycle: whole(cycle), time: clock(state.explanation.cycle.endedAt) }) : text('pastCycle', { cycle: whole(cycle), time: '…' })}</span>
      <Button size="small" hotkey="Esc" onClick={() => { setUi({ openCycle: undefined, pickedCell: undefined, pickedVerdict: undefined }) }}>{text('backToNow')}</Button>
    </div>
  )
  if (state?.is === 'failed') return <>{head}<p className="sec dim">{text('failed', { message: state.message })}</p></>
  if (state?.is !== 'here') return <>{head}<p className="sec dim">{text('loading')}</p></>
  const { explanation } = state
  return (
    <>
      {head}
      {explanation.scoringRan && <ScorePhase explanation={explanation} decision={undefined} />}
      <Suspense fallback={null}><CompareNodes key={explanation.cycle.id} explanation={explanation} /></Suspense>
      <FilterPhase explanation={explanation} decision={undefined} />
    </>
  )
}
