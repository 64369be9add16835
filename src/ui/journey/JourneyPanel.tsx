import { useEffect, useState, type ReactNode } from 'react'
import { splitKey } from '../../api'
import type { EventRow, JourneyView } from '../../protocol'
import { Button, Chip, plain, rich, useText, workloadColor } from '../kit'
import { useRow, useSession, useSetUi, useView } from '../store'
import { currentStep, goToStep, shownState, useJourney } from './follow'
import { leadOf, stepName, stepNote, stepTime } from './text'

/** The inspector's tab: where the Pod is on its way, the ten steps, and what was said of it last. */
export function JourneyPanel(): ReactNode {
  const text = useText('journey')
  const view = useJourney((journey) => journey.view)
  const pod = useJourney((journey) => journey.pod)
  if (pod === undefined && view === undefined) return <p className="sec dim">{text('pick')}</p>
  if (view === null) return <p className="sec dim">{text('none', { pod: pod ?? '' })}</p>
  if (view === undefined) return <p className="sec dim">{text('loading')}</p>
  return <Story view={view} />
}

function Story({ view }: { readonly view: JourneyView }): ReactNode {
  const text = useText('journey')
  const session = useSession()
  const setUi = useSetUi()
  const position = useView((now) => now.position)
  const held = useJourney((journey) => journey.held)
  const current = currentStep({ view, held }, position)
  const { namespace, name } = splitKey(view.pod)
  const pods = useView((now) => now.pods)
  const slot = pods.slotOf(view.pod) ?? -1
  useRow(pods, slot)
  const workload = useView((now) => now.workloadById.get(slot < 0 ? -1 : pods.workload[slot] ?? -1))
  return (
    <>
      <div className="sec jny-head">
        <div className="row">
          <span className="jny-hue" style={{ background: workloadColor(workload?.hue ?? 0) }} aria-hidden="true" /><b className="jny-name cut" title={view.pod}>{name}</b><span className="dim small">{namespace}</span><span className="grow" />
          {view.phase !== '' && <Chip large look={view.phase === 'Running' || view.phase === 'Succeeded' ? 'ok' : view.phase === 'Failed' ? 'no' : 'plain'} className={view.phase === 'Pending' ? 'chip-dashed' : ''}>{view.phase}</Chip>}
        </div>
        <p className="lead">{rich(leadOf(view, current, text))}</p>
      </div>
      <div className="sec">
        <h4 className="sec-title">{text('journey')}<span className="grow" /><span className="dim jny-count">{current === 0 ? text('before') : text('stepOf', { step: current })}</span></h4>
        <ol className="jny-steps">
          {view.steps.map((step) => {
            const state = shownState(step, current)
            const note = stepNote(step, text)
            const words = `${stepName(step, text)}, ${plain(note)}, ${text(`state.${step.failed ? 'failed' : state}`)}`
            return (
              <li key={step.number}>
                <button type="button" className="jny-step" data-state={state} data-failed={step.failed || undefined} aria-current={step.number === current ? 'step' : undefined} disabled={step.goal === undefined} title={words} onClick={() => { void goToStep(session, step.number) }}>
                  <span className="jny-number" aria-hidden="true">{step.number}</span><span className="mid nowrap">{stepName(step, text)}</span><span className="dim-2 cut jny-note">{note}</span><span className="grow" />
                  <span className="mono small dim nowrap">{stepTime(step, view.start)}</span><span className="visually-hidden">{text(`state.${step.failed ? 'failed' : state}`)}</span>
                </button>
              </li>
            )
          })}
        </ol>
      </div>
      {view.wait?.message !== undefined && view.wait.message !== '' && current <= 4 && (
        <div className="sec"><h4 className="sec-title">{text('wait')}</h4><p className="mono small dim-2 jny-message">{view.wait.message}</p></div>
      )}
      <LastEvent pod={view.pod} />
      <div className="sec row jny-acts">
        {view.cycle !== undefined && (view.steps[3]?.state === 'past' || view.steps[3]?.state === 'now') && <Button onClick={() => { setUi({ openCycle: view.cycle?.id, tab: 'decision' }) }}>{text('openDecision')}</Button>}
        <Button onClick={() => { setUi({ view: 'map', tab: 'decision' }) }} hotkey="Esc">{text('map')}</Button>
      </div>
    </>
  )
}

/** What a component recorded of it last. */
function LastEvent({ pod }: { readonly pod: string }): ReactNode {
  const text = useText('journey')
  const session = useSession()
  const revision = useView((view) => view.revision)
  const running = useView((view) => view.running)
  const [row, setRow] = useState<EventRow>()
  useEffect(() => {
    let wanted = true
    const timer = setTimeout(() => {
      session.call('events', { about: pod, limit: 1 }).then(([newest]) => { if (wanted) setRow(newest) }, () => undefined)
    }, running ? 250 : 20)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [session, pod, revision, running])
  if (row === undefined) return null
  return (
    <div className="sec">
      <h4 className="sec-title">{text('event')}</h4>
      <p className="row jny-event"><b className={row.type === 'Warning' ? 'no-text' : ''}>{row.reason}</b><span className="dim cut">{row.from}</span></p>
      <p className="mono small dim-2 jny-message">{row.message}</p>
    </div>
  )
}
