import type { ReactNode } from 'react'
import type { ChannelView, SyncStepView } from '../../api'
import type { RoomView } from '../../protocol'
import { PodTag, span, useText, type Text } from '../kit'
import { shortPod, usePlate } from './use-room'

/** Who speaks to the kubelet, and how far the picked Pod's worker is. */
export function KubeletCard({ room, picked, now }: { readonly room: RoomView; readonly picked: string | undefined; readonly now: ChannelView['channel'] | undefined }): ReactNode {
  const text = useText('room')
  const plate = usePlate()
  const { machine } = room
  if (machine === undefined) return null
  return (
    <section className="room-card room-kubelet" aria-label={text('kubelet')}>
      <header className="room-head"><h3>{text('kubelet')}</h3><span className="grow" /><span className="mono dim micro">{text('pid', { pid: machine.kubeletPid })}</span></header>
      <p className="small dim room-note">{text('syncLoop')}</p>
      <ul className="channels">
        {machine.channels.map((channel) => <Channel key={channel.channel} channel={channel} at={room.at} now={now === channel.channel} />)}
      </ul>
      <div className="room-part">
        <header className="room-head">
          <h3>{text('syncPod')}</h3><span className="grow" />
          {picked !== undefined && <PodTag {...plate(picked)} name={shortPod(picked)} title={picked} />}
        </header>
        {machine.steps.length === 0 ? <p className="small dim room-note">{text('syncPod.none')}</p> : (
          <ol className="sync-steps">{machine.steps.map((step) => <Step key={`${step.id} ${step.container ?? ''}`} step={step} at={room.at} text={text} />)}</ol>
        )}
      </div>
    </section>
  )
}

function Channel({ channel, at, now }: { readonly channel: ChannelView; readonly at: number; readonly now: boolean }): ReactNode {
  const text = useText('room')
  const { what, pod } = channel
  const words = now && what !== undefined ? (pod === undefined ? text(`what.${what}`) : text('heard', { what: text(`what.${what}`), pod: shortPod(pod) })) : text(channel.channel, { count: channel.count ?? 0 })
  return (
    <li className="channel" data-now={now || undefined} data-quiet={channel.at === undefined || undefined}>
      <span className="channel-dot" aria-hidden="true" />
      <span className="channel-name mono">{channel.channel}</span>
      <span className="channel-age mono">{channel.at === undefined ? text('never') : now ? text('now') : span(at - channel.at)}</span>
      <span className="channel-words">{words}</span>
    </li>
  )
}

function Step({ step, at, text }: { readonly step: SyncStepView; readonly at: number; readonly text: Text }): ReactNode {
  return (
    <li className="sync-step" data-state={step.state}>
      <span className="sync-mark" role="img" aria-label={text(`state.${step.state}`)}>{step.state === 'done' ? <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true"><path d="M1.5 6.5 4.6 9.6 10.5 2.8" fill="none" stroke="currentColor" strokeWidth={1.8} /></svg> : null}</span>
      <span className="sync-name cut">{text(`step.${step.id}`, { container: step.container ?? '' })}</span>
      <span className="sync-value mono cut" title={valueOf(step, at, text)}>{valueOf(step, at, text)}</span>
      {step.parts !== undefined && step.since !== undefined && (
        <ol className="sync-parts">
          {step.parts.map((part, index) => {
            const done = at - (step.since ?? 0)
            const state = done >= part.to ? 'done' : done >= part.from ? 'now' : 'next'
            return <li key={index} data-state={state}><span className="cut">{part.what}</span><span className="dim">{part.by}</span><span className="mono dim">{`${part.to - part.from} ms`}</span></li>
          })}
        </ol>
      )}
    </li>
  )
}

function valueOf(step: SyncStepView, at: number, text: Text): string {
  const { args } = step
  if (step.state === 'blocked') return String(args['reason'] ?? text('state.blocked'))
  switch (step.id) {
    case 'cgroup': return String(args['qos'] ?? '').toLowerCase()
    case 'volumes': return args['count'] === 0 ? text('volumes.none') : text('volumes', { count: Number(args['count']) })
    case 'sandbox': return args['ip'] === '' ? text('address.waits') : String(args['ip'])
    case 'image': return step.state === 'now' ? text('pulling') : step.state === 'done' ? text('onNode') : text('state.next')
    case 'start':
      if (args['exitCode'] !== undefined) return text('exit', { code: args['exitCode'] })
      return args['pid'] !== undefined ? text('pid', { pid: args['pid'] }) : text(`state.${step.state}`)
    case 'probe':
      if (step.state === 'done') return text('probe.ok')
      return Number(args['failures']) > 0 ? text('probe.fails', { failures: args['failures'] ?? 0 }) : text('probe.waits', { kind: args['kind'] ?? '' })
    case 'kill': return text('kill.left', { time: span(Math.max(0, Number(args['killAt']) - at)) })
    case 'status': return step.state === 'done' ? String(args['phase'] ?? '') : text('state.next')
  }
}
