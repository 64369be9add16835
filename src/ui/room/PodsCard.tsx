import { useMemo, type KeyboardEvent, type ReactNode } from 'react'
import type { MachinePod, ResourceUse } from '../../api'
import type { RoomView } from '../../protocol'
import { middleCut, useText, whole, workloadColor } from '../kit'
import { Spark, UseBar } from './bars'
import { usePlate } from './use-room'

const mebi = 1024 * 1024

/** Each Pod of the node with what it uses, asked for and may have at most. Arrow keys go from row to row. */
export function PodsCard({ room, picked, nowPod, onPick }: { readonly room: RoomView; readonly picked: string | undefined; readonly nowPod: string | undefined; readonly onPick: (key: string) => void }): ReactNode {
  const text = useText('room')
  const plate = usePlate()
  const pods = useMemo(() => [...room.machine?.pods ?? []].sort(bySystem), [room.machine?.pods])
  const most = useMemo(() => ({ cpu: mostOf(pods, 'cpu'), memory: mostOf(pods, 'memory') }), [pods])
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by === 0 || pods.length === 0) return
    event.preventDefault()
    event.stopPropagation()
    const index = pods.findIndex((pod) => pod.key === picked)
    const next = pods[Math.max(0, Math.min(pods.length - 1, index + by))]
    if (next === undefined) return
    onPick(next.key)
    event.currentTarget.querySelector<HTMLElement>(`[data-pod="${CSS.escape(next.key)}"]`)?.focus()
  }
  return (
    <section className="room-card room-pods" aria-label={text('pods')}>
      <header className="room-head">
        <h3>{text('pods')}</h3><span className="small dim">{text('pods.count', { count: pods.length, max: room.podsMax })}</span><span className="grow" />
        <ul className="use-key"><li className="key-used">{text('used')}</li><li className="key-requested">{text('requested')}</li><li className="key-limit">{text('limit')}</li></ul>
      </header>
      {pods.length === 0 ? <p className="small dim room-note">{text('pods.empty')}</p> : (
        <>
          <div className="pod-columns micro dim" aria-hidden="true"><span>{text('pods.window')}</span><span>{text('cpu')}</span><span /><span>{text('memory')}</span></div>
          <div className="pod-rows" role="group" aria-label={text('pods')} onKeyDown={onKey}>
            {pods.map((pod) => {
              const { letter, hue } = plate(pod.key)
              const name = pod.key.slice(pod.key.indexOf('/') + 1)
              const isPicked = pod.key === picked
              return (
                <button
                  key={pod.key} type="button" className="pod-row" data-pod={pod.key} data-picked={isPicked || undefined} data-now={pod.key === nowPod || undefined} data-ended={pod.phase === 'Succeeded' || pod.phase === 'Failed' || undefined}
                  aria-pressed={isPicked} tabIndex={isPicked ? 0 : -1} title={pod.key}
                  aria-label={text('pods.row', {
                    pod: pod.key, cpuUsed: pod.cpu.used, cpuRequested: pod.cpu.requested ?? text('none'), cpuLimit: pod.cpu.limit ?? text('none'),
                    memoryUsed: Math.round(pod.memory.used / mebi), memoryRequested: pod.memory.requested === undefined ? text('none') : Math.round(pod.memory.requested / mebi), memoryLimit: pod.memory.limit === undefined ? text('none') : Math.round(pod.memory.limit / mebi),
                  })}
                  onClick={() => { onPick(pod.key) }}
                >
                  <span className="pod-letter" style={{ background: workloadColor(hue) }}>{letter}</span>
                  <span className="pod-name mono">{middleCut(name, 17)}</span>
                  <span className="pod-containers small dim cut">{pod.containers.filter(({ kind }) => kind !== 'init').map((container) => container.name).join(', ')}</span>
                  <span className="pod-use"><Amounts use={pod.cpu} unit={1} /><UseBar use={pod.cpu} most={most.cpu} width={104} /></span>
                  <Spark series={pod.cpuSeries} requested={pod.cpu.requested} />
                  <span className="pod-use"><Amounts use={pod.memory} unit={mebi} /><UseBar use={pod.memory} most={most.memory} width={104} /></span>
                </button>
              )
            })}
          </div>
        </>
      )}
    </section>
  )
}

function Amounts({ use, unit }: { readonly use: ResourceUse; readonly unit: number }): ReactNode {
  const part = (amount: number | undefined): string => (amount === undefined ? '–' : whole(amount / unit))
  return <span className="pod-amounts mono"><b>{part(use.used)}</b>{` / ${part(use.requested)} / ${part(use.limit)}`}</span>
}

function mostOf(pods: readonly MachinePod[], resource: 'cpu' | 'memory'): number {
  return pods.reduce((most, pod) => Math.max(most, pod[resource].used, pod[resource].requested ?? 0, pod[resource].limit ?? 0), 1)
}

/** The system's own last. */
function bySystem(a: MachinePod, b: MachinePod): number {
  return Number(a.key.startsWith('kube-system/')) - Number(b.key.startsWith('kube-system/')) || (a.key < b.key ? -1 : 1)
}
