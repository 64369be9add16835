import { lazy, Suspense, type ReactNode } from 'react'
import { Button, useText } from '../kit'
import { runToDecision, useSession, useUi, useView } from '../store'
import { podKeyOf } from './analysis'
import { PodStory } from './PodStory'
import './decision.css'

// Wanted when a decision runs, or when something else than a Pod is picked: each a chunk of its own.
const RunningDecision = lazy(() => import('./Cycle').then((file) => ({ default: file.RunningDecision })))
const PastCycle = lazy(() => import('./Cycle').then((file) => ({ default: file.PastCycle })))
const SelectionStory = lazy(() => import('./NodeStory').then((file) => ({ default: file.SelectionStory })))

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
  const loading = <p className="sec dim">{text('loading')}</p>
  if (openCycle !== undefined && openCycle !== decision?.cycle.id) return <Suspense fallback={loading}><PastCycle cycle={openCycle} /></Suspense>
  // A Pod other than the one in flight was picked on purpose: its story, not the running decision.
  const elsewhere = decision && selection && selection.kind !== 'node' && !(selection.kind === 'pod' && selection.name === podKeyOf(decision.cycle)) && !(selection.kind === 'component' && selection.name === 'kube-scheduler')
  if (decision && !elsewhere) return <Suspense fallback={loading}><RunningDecision decision={decision} /></Suspense>
  if (selection && selection.kind !== 'pod') return <Suspense fallback={null}><SelectionStory selection={selection} /></Suspense>
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
