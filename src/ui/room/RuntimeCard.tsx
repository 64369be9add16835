import { useState, type ReactNode } from 'react'
import { pathOf, resources, type MachineProcess, type RuntimeName, type RuntimeView } from '../../api'
import type { RoomView } from '../../protocol'
import { Button, Segmented, span, useText, workloadColor } from '../kit'
import { tellError, useSession } from '../store'
import { usePlate } from './use-room'

const podsShownMax = 3

/** Which runtime the node has, what runs there, and what another one would do differently. */
export function RuntimeCard({ room, picked, nowPod, onPick }: { readonly room: RoomView; readonly picked: string | undefined; readonly nowPod: string | undefined; readonly onPick: (key: string) => void }): ReactNode {
  const text = useText('room')
  const session = useSession()
  // Remembered with the node and what it has: a change that came true, or another room, begins anew.
  const [look, setLook] = useState<{ readonly at: string; readonly name: RuntimeName }>()
  const { machine, node, runtimes } = room
  if (machine === undefined) return null
  const at = `${node} ${machine.runtime.version}`
  const own = machine.runtime.name
  const name = look?.at === at ? look.name : own
  const other = name === own ? undefined : runtimes.find((runtime) => runtime.name === name)
  const running = machine.pods.reduce((sum, pod) => sum + pod.containers.filter(({ state }) => state === 'running').length, 0)
  const change = (runtime: RuntimeView): void => {
    session.call('request', {
      request: {
        method: 'PATCH', path: `${pathOf(resources.nodes, undefined, node)}/status`, userAgent: 'kubectl', headers: { 'content-type': 'application/merge-patch+json' },
        body: { status: { nodeInfo: { containerRuntimeVersion: runtime.version } } },
      },
    }).catch((error: unknown) => { tellError(session, error) })
  }
  const restart = (): void => {
    session.call('fault', { kind: 'runtime', subject: node, on: true }).catch((error: unknown) => { tellError(session, error) })
  }
  return (
    <section className="room-card room-runtime" aria-label={text('runtime')}>
      <Segmented label={text('runtime')} className="runtime-switch" value={name} segments={runtimes.map((runtime) => ({ value: runtime.name, label: runtime.name }))} onChange={(value) => { setLook({ at, name: value }) }} />
      {other !== undefined ? (
        <div className="what-if">
          <h4>{text('switch.as', { runtime: other.name })}</h4>
          <p className="small dim-2">{text('switch.ends', { count: running })}</p>
          <div className="row what-if-acts"><Button look="whatif" size="small" onClick={() => { change(other) }}>{text('switch', { node, runtime: other.name })}</Button><Button look="quiet" size="small" onClick={() => { setLook(undefined) }}>{text('switch.back')}</Button></div>
          <Differences runtime={other} />
        </div>
      ) : (
        <>
          {machine.runtimeBackAt !== undefined && <p className="small no-text room-note">{text('down', { runtime: own, time: span(machine.runtimeBackAt - room.at) })}</p>}
          <Tree processes={machine.processes} picked={picked} nowPod={nowPod} onPick={onPick} />
          <div className="runtime-foot">
            <p className="small dim">{text(`holder.${machine.runtime.holder}`)} {text(`restarts.${machine.runtime.onRestart}`)}</p>
            <div className="row small dim"><span className="mono cut">{machine.runtime.version}{machine.runtimeRestarts > 0 && <> · {text('restarts.count', { count: machine.runtimeRestarts })}</>}</span><span className="grow" />
              {machine.runtime.onRestart !== 'no-daemon' && <Button size="small" look="quiet" aria-label={text('restart.long', { node })} onClick={restart}>{text('restart')}</Button>}
            </div>
          </div>
        </>
      )}
    </section>
  )
}

function Differences({ runtime }: { readonly runtime: RuntimeView }): ReactNode {
  const text = useText('room')
  const steps = (title: string, list: RuntimeView['sandboxSteps']): ReactNode => (
    <>
      <h5 className="micro dim">{text(title, { time: span(list.at(-1)?.to ?? 0) })}</h5>
      <ol className="runtime-steps">{list.map((step, index) => <li key={index}><span className="cut">{step.what}</span><span className="dim cut">{step.by}</span><span className="mono dim">{step.to - step.from}</span></li>)}</ol>
    </>
  )
  return (
    <>
      <ul className="runtime-words small"><li>{text(`holder.${runtime.holder}`)}</li><li>{text(`address.${runtime.address.by}`, { bridge: runtime.address.bridge })}</li><li>{text(`restarts.${runtime.onRestart}`)}</li></ul>
      {steps('steps.sandbox', runtime.sandboxSteps)}
      {steps('steps.container', runtime.containerSteps)}
    </>
  )
}

function Tree({ processes, picked, nowPod, onPick }: { readonly processes: readonly MachineProcess[]; readonly picked: string | undefined; readonly nowPod: string | undefined; readonly onPick: (key: string) => void }): ReactNode {
  const text = useText('room')
  const plate = usePlate()
  const [all, setAll] = useState(false)
  const depths = new Map<number, number>()
  for (const process of processes) depths.set(process.pid, process.parent === 0 ? 0 : (depths.get(process.parent) ?? 0) + 1)
  // The picked Pod first, then those that are no part of the system.
  const keys = [...new Set(processes.flatMap(({ pod }) => pod ?? []))].sort((a, b) => rank(a, picked) - rank(b, picked))
  const shown = new Set(all ? keys : keys.slice(0, podsShownMax))
  const rows = [...processes.filter(({ pod }) => pod === undefined), ...[...shown].flatMap((key) => processes.filter(({ pod }) => pod === key))]
  return (
    <>
      <ul className="tree mono" aria-label={text('processes')}>
        {rows.map((process) => {
          const head = process.pod !== undefined && depths.get(process.pid) === Math.min(...processes.filter(({ pod }) => pod === process.pod).map(({ pid }) => depths.get(pid) ?? 0))
          const isNow = process.pod !== undefined && process.pod === nowPod && process.container !== undefined && process.command !== 'containerd-shim' && process.command !== 'conmon'
          return (
            <li key={process.pid} className="process" data-pod={process.pod} data-picked={(process.pod !== undefined && process.pod === picked) || undefined} data-now={isNow || undefined} data-head={head || undefined} style={{ paddingLeft: Math.max(0, (depths.get(process.pid) ?? 0)) * 13 }}>
              {process.parent !== 0 && <span className="tree-dash" aria-hidden="true" />}
              {head && process.pod !== undefined && <button type="button" className="pod-letter pod-letter-small" style={{ background: workloadColor(plate(process.pod).hue) }} title={process.pod} aria-label={process.pod} onClick={() => { onPick(process.pod as string) }}>{plate(process.pod).letter}</button>}
              <span className="cut" title={process.command}>{process.command}</span><span className="grow" /><span className="dim">{process.pid}</span>
            </li>
          )
        })}
      </ul>
      {keys.length > podsShownMax && <button type="button" className="link small tree-more" aria-expanded={all} onClick={() => { setAll(!all) }}>{all ? '−' : text('processes.more', { count: keys.length - podsShownMax })}</button>}
    </>
  )
}

function rank(key: string, picked: string | undefined): number {
  return key === picked ? 0 : key.startsWith('kube-system/') ? 2 : 1
}
