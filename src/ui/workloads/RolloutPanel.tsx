import type { ReactNode } from 'react'
import type { OwnershipView, RolloutNumbers } from '../../protocol'
import { Button, Chip, CrossMark, PodTag, rich, span, TickMark, useText } from '../kit'
import { Because, deletePod, openJourney, useSession, useSetUi, useUi, useView } from '../store'
import { nowOf } from './now'
import { sayPod } from './PodCard'
import { SizeLanes } from './SizeLanes'
import { useWorkloads } from './store'
import { comeLines, goLines, hasOld, verdictOf, type SumLine } from './verdict'
import './workloads.css'

/** How the workload stands: a sentence, the sums behind it, what led here, and its conditions. */
export function RolloutPanel(): ReactNode {
  const text = useText('workloads')
  const view = useWorkloads((state) => state.view)
  if (view === undefined) return null
  if (view === 'none') return <p className="sec dim">{text('panel.none')}</p>
  const { root } = view
  return (
    <div data-testid="rollout">
      <Head view={view} />
      {root.is === 'Deployment' && <Questions rollout={root.rollout} />}
      <Picked view={view} />
      <Led view={view} />
      <Conditions view={view} />
      {view.autoscalers.some(({ conditions }) => conditions.length > 0) && <AutoscalerConditions view={view} />}
      <SizeLanes view={view} />
    </div>
  )
}

function Head({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  const fact = useView((each) => each.fact)
  const verdict = verdictOf(view)
  const [first] = nowOf(view, fact)
  const pod = first?.startsWith('Pod ') === true ? view.groups.flatMap((group) => group.pods).find(({ name }) => name === first.slice(4)) : undefined
  return (
    <div className="sec story-head">
      <div className="row story-id">
        {first !== undefined && <span className="now-bar" aria-hidden="true" />}
        <PodTag letter={view.letter} hue={view.hue} name={pod?.name ?? first?.slice(first.indexOf(' ') + 1) ?? view.name} />
        <span className="grow" />
        {pod ? <Chip large look={pod.words.id === 'ready' ? 'ok' : pod.words.id === 'failed' ? 'no' : 'plain'}>{pod.words.id === 'ready' ? text('pod.ready') : sayPod(text, { ...pod, nextToGo: false }, false)}</Chip> : <Chip large>{first === undefined ? view.kind : first.slice(0, first.indexOf(' '))}</Chip>}
      </div>
      <p className="lead">{rich(text(verdict.id, verdict.args))}</p>
    </div>
  )
}

function Questions({ rollout }: { readonly rollout: RolloutNumbers }): ReactNode {
  const text = useText('workloads')
  if (rollout.mode === 'paused') return <div className="sec"><h4 className="sec-title">{text('go')}</h4><p className="dim small">{text('pausedNote')}</p></div>
  if (rollout.mode === 'Recreate') return null
  const go = goLines(rollout)
  return (
    <>
      <div className="sec">
        <h4 className="sec-title">{text('go')}<span className="grow" /><span className="wl-by">{text('by')}</span></h4>
        {go.length > 0 ? <Sums lines={go} testId="may-go" /> : <p className="dim small">{text(hasOld(rollout) ? 'verdict.noSet' : 'go.noOld')}</p>}
      </div>
      <div className="sec">
        <h4 className="sec-title">{text('come')}</h4>
        <Sums lines={comeLines(rollout)} testId="may-come" />
        {rollout.terminating > 0 && <p className="dim small wl-sum-note">{text('terminating', { count: rollout.terminating })}</p>}
      </div>
    </>
  )
}

function Sums({ lines, testId }: { readonly lines: readonly SumLine[]; readonly testId: string }): ReactNode {
  const text = useText('workloads')
  return (
    <dl className="wl-sums mono" data-testid={testId}>
      {lines.map((line) => <div key={line.id} data-total={line.total ? '' : undefined}><dt>{text(line.id)}</dt><dd>{line.sum !== '' && <span>{line.sum} = </span>}<b>{line.result < 0 ? `−${-line.result}` : line.result}</b></dd></div>)}
    </dl>
  )
}

/** The Pod that the reader points at: how it stands, its containers, and the ways on from here. */
function Picked({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  const session = useSession()
  const setUi = useSetUi()
  const key = useUi((ui) => (ui.selection?.kind === 'pod' ? ui.selection.name : undefined))
  const pod = key === undefined ? undefined : view.groups.flatMap((group) => group.pods).find((each) => each.key === key && !each.gone)
  if (pod === undefined) return null
  return (
    <div className="sec" data-testid="picked-pod">
      <h4 className="sec-title">{text('picked')}</h4>
      <p className="row wl-picked"><PodTag letter={view.letter} hue={view.hue} name={pod.name} /><span className="dim cut">{pod.node ?? text('pod.noNode')}, {sayPod(text, pod, false)}</span></p>
      <ul className="wl-picked-pips">
        {pod.containers.map((pip) => <li key={pip.name} className="wl-pip" data-state={pip.state} data-role={pip.role}><i /><span>{pip.name}</span><span className="dim">{[text(`pip.${pip.role}`), pip.reason ?? text(`pip.${pip.state}`), ...pip.restarts > 0 ? [text('pip.restarts', { count: pip.restarts })] : []].join(', ')}</span></li>)}
      </ul>
      <div className="row wl-picked-acts">
        <Button size="small" hotkey="W" onClick={() => { setUi({ view: 'map', tab: 'decision', inspectorOpen: true }) }}>{pod.node === undefined ? text('picked.whyNot') : text('picked.why', { node: pod.node })}</Button>
        <Button size="small" onClick={() => { openJourney(session, pod.key) }}>{text('picked.journey')}</Button>
        <Button size="small" onClick={() => { void deletePod(session, pod.key) }}>{text('picked.delete')}</Button>
      </div>
    </div>
  )
}

/** What led here: to the Pod that something just happened to, or to the workload. */
function Led({ view }: { readonly view: OwnershipView }): ReactNode {
  const fact = useView((each) => each.fact)
  const [first] = nowOf(view, fact)
  const pod = first?.startsWith('Pod ') === true ? first.slice(4) : undefined
  return <Because resource={pod === undefined ? `${view.kind.toLowerCase()}s` : 'pods'} objectKey={`${view.namespace}/${pod ?? view.name}`} />
}

/** Conditions of which True is not the good answer. */
const badWhenTrue: ReadonlySet<string> = new Set(['ReplicaFailure', 'Failed', 'FailureTarget', 'Suspended', 'ScalingLimited'])

function Conditions({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  if (view.conditions.length === 0) return null
  const { root } = view
  return (
    <div className="sec">
      <h4 className="sec-title">{text('conditions')}</h4>
      <dl className="wl-conditions">
        {view.conditions.map((condition) => {
          const age = condition.updatedAt ?? condition.since
          const passed = age === undefined ? '' : span(Math.max(0, view.at - age))
          const note = root.is === 'Deployment' && condition.type === 'Available' ? text('condition.atLeast', { floor: root.rollout.floor, replicas: root.rollout.replicas })
            : root.is === 'Deployment' && condition.type === 'Progressing' && root.deadlineSeconds !== undefined && condition.reason !== 'NewReplicaSetAvailable' ? text('condition.deadline', { span: passed, seconds: root.deadlineSeconds })
              : passed === '' ? '' : text('condition.since', { span: passed })
          return <Condition key={condition.type} type={condition.type} status={condition.status} note={note} reason={condition.reason} message={condition.message} />
        })}
      </dl>
    </div>
  )
}

function AutoscalerConditions({ view }: { readonly view: OwnershipView }): ReactNode {
  return (
    <div className="sec">
      <h4 className="sec-title">HPA</h4>
      <dl className="wl-conditions">
        {view.autoscalers.flatMap(({ name, conditions }) => conditions.map((condition) => <Condition key={`${name} ${condition.type}`} type={condition.type} status={condition.status} note={condition.message} reason={condition.reason} message={condition.message} />))}
      </dl>
    </div>
  )
}

function Condition({ type, status, note, reason, message }: { readonly type: string; readonly status: string; readonly note: string; readonly reason: string; readonly message: string }): ReactNode {
  const good = status === 'Unknown' ? undefined : badWhenTrue.has(type) ? status === 'False' : status === 'True'
  return (
    <div title={message}>
      <dt><span className={good === undefined ? 'dim' : good ? 'ok-text' : 'no-text'}>{good === undefined ? '?' : good ? <TickMark size={12} /> : <CrossMark size={12} />}</span>{type}</dt>
      <dd>{note}<small className="dim">{reason}</small></dd>
    </div>
  )
}
