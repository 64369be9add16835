import type { ReactNode } from 'react'
import type { JourneyStep } from '../../protocol'
import { plain, useText } from '../kit'
import { useSession } from '../store'
import { goToStep, shownState } from './follow'
import { stepName, stepNote } from './text'

/** A numbered message where it passes. Its look says whether it happened; its name says what. */
export function Disc({ step, current }: { readonly step: JourneyStep | undefined; readonly current: number }): ReactNode {
  const text = useText('journey')
  const session = useSession()
  if (step === undefined) return null
  const state = shownState(step, current)
  const name = stepName(step, text)
  const note = plain(stepNote(step, text))
  const label = `${text(step.goal === undefined ? 'goNever' : 'go', { number: step.number, name })}${note === '' ? '' : `, ${note}`}, ${text(`state.${step.failed ? 'failed' : state}`)}`
  return (
    <button
      type="button" className="jny-disc" data-state={state} data-failed={step.failed || undefined} disabled={step.goal === undefined} aria-label={label} title={label}
      aria-current={step.number === current ? 'step' : undefined} onClick={() => { void goToStep(session, step.number) }}
    >
      {step.number}
    </button>
  )
}
