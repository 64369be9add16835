import type { ReactNode } from 'react'
import type { ContainerPip, OwnedPod } from '../../protocol'
import { span, useText, workloadColor, type Text } from '../kit'

/** Above so many containers only the squares are drawn. */
const namedMax = 2

/** What the row says of a Pod, in the reader's language. */
export function sayPod(text: Text, pod: OwnedPod, fresh: boolean): string {
  const { id, args } = pod.words
  if (id === 'ready') return text(pod.nextToGo ? 'pod.readyNext' : fresh ? 'pod.readyNow' : 'pod.ready')
  const { leftMs, ...rest } = args
  const words = text(`pod.${id}`, { ...rest, ...(leftMs === undefined ? {} : { left: span(Math.ceil(Number(leftMs) / 1000) * 1000) }) })
  return pod.nextToGo && id !== 'terminating' ? text('pod.next', { words }) : words
}

/** What of a Pod's name stands on its row: behind a ReplicaSet only the part that is its own. */
export function rowName(pod: OwnedPod, groupKind: string): string {
  return groupKind === 'ReplicaSet' || (groupKind === 'ControllerRevision' && pod.ordinal === undefined) ? pod.name.slice(pod.name.lastIndexOf('-') + 1) : pod.name
}

function pipWords(text: Text, pip: ContainerPip): string {
  return [pip.name, text(`pip.${pip.role}`), pip.reason ?? text(`pip.${pip.state}`), ...pip.restarts > 0 ? [text('pip.restarts', { count: pip.restarts })] : []].join(', ')
}

/** One Pod: its letter, name and node, how it stands, and a pip a container. A striped letter starts, a half one leaves. */
export function PodCard({ pod, groupKind, letter, hue, isNow, fresh, picked, wide, onPick }: {
  readonly pod: OwnedPod
  readonly groupKind: string
  readonly letter: string
  readonly hue: number
  readonly isNow: boolean
  /** The last event wrote it. */
  readonly fresh: boolean
  readonly picked: boolean
  /** There is room for the containers' names. */
  readonly wide: boolean
  readonly onPick: () => void
}): ReactNode {
  const text = useText('workloads')
  if (pod.gone) return <div className="wl-pod" data-look="gone"><span className="wl-tag" /><span className="wl-pod-words"><b className="mono">{rowName(pod, groupKind)}</b><small>{text('pod.gone')}</small></span></div>
  const words = sayPod(text, pod, fresh)
  const named = wide && pod.containers.length <= namedMax
  const { id } = pod.words
  const look = id === 'terminating' ? 'leaving' : pod.node === undefined ? 'waiting' : id === 'ready' || id === 'readyNotAvailable' ? 'ready' : id === 'failed' ? 'failed' : id === 'succeeded' ? 'done' : 'starting'
  return (
    <button
      type="button" className="wl-pod" data-look={look} data-changed={isNow ? '' : undefined} aria-pressed={picked} title={pod.name} onClick={onPick}
      aria-label={text('podLabel', { name: pod.name, words, node: pod.node ?? text('pod.noNode') })}
    >
      <span className="wl-tag" style={{ '--wl': workloadColor(hue) } as React.CSSProperties} aria-hidden="true">{look === 'ready' || look === 'done' ? letter : ''}</span>
      <span className="wl-pod-words">
        <span className="row"><b className="mono cut">{rowName(pod, groupKind)}</b><span className="wl-pod-node cut">{pod.node ?? text('pod.noNode')}</span></span>
        <small className="cut">{words}</small>
      </span>
      <span className="wl-pips" data-named={named ? '' : undefined}>
        {pod.containers.slice(0, 10).map((pip) => <span key={pip.name} className="wl-pip" data-state={pip.state} data-role={pip.role} title={pipWords(text, pip)}><i />{named && <span className="cut">{pip.name}</span>}</span>)}
      </span>
    </button>
  )
}
