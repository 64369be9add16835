import type { ReactNode } from 'react'
import type { DecisionView } from '../../protocol'
import { Button, clock, rich, useText, whole } from '../kit'
import { phaseOf, useExplanation, useSetUi } from '../store'
import { CompareNodes } from './CompareNodes'
import { FilterPhase } from './FilterPhase'
import { ScorePhase } from './ScorePhase'

/** The cycle that is on its way, as far as its beats have come. */
export function RunningDecision({ decision }: { readonly decision: DecisionView }): ReactNode {
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
        {shown === 'select' || shown === 'reserve' || shown === 'bind' ? <CompareNodes key={decision.cycle.id} explanation={explanation} /> : null}
        {phase === 'bind' && explanation.winner !== undefined && (
          <div className="sec"><h4 className="sec-title">{text('bound.title')}</h4><p>{rich(text('bound.text', { node: explanation.winner }))}</p></div>
        )}
      </>
    )
  }
  return (
    <>
      <FilterPhase explanation={explanation} decision={decision} />
      {(shown === 'fail' || shown === 'postfilter') && <CompareNodes key={decision.cycle.id} explanation={explanation} />}
    </>
  )
}

/** A cycle opened from a list: all of it at once. */
export function PastCycle({ cycle }: { readonly cycle: number }): ReactNode {
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
      <CompareNodes key={explanation.cycle.id} explanation={explanation} />
      <FilterPhase explanation={explanation} decision={undefined} />
    </>
  )
}
