import type { ReactNode } from 'react'
import type { PressureView } from '../../api'
import type { AllocatableRow, RoomView } from '../../protocol'
import { bytes, clock, cores, decimal, memoryQuantity, percent, rich, sayFact, span, useText, whole, type Text } from '../kit'
import { useUi, useView } from '../store'
import { ThresholdBar } from './bars'
import './words'
import './room.css'
import { useRoom, useRoomNode } from './use-room'

/** The inspector's tab of a node: conditions with their thresholds, the Lease, and why allocatable is what it is. */
export function NodePanel(): ReactNode {
  const text = useText('room')
  const node = useRoomNode()
  const { room, missing } = useRoom(node, undefined)
  if (node === undefined) return <p className="sec dim">{text('pick')}</p>
  if (missing) return <p className="sec dim">{text('gone', { node })}</p>
  if (room === undefined) return null
  return (
    <div className="node-panel">
      <NowOfNode room={room} />
      <Conditions room={room} text={text} />
      <LeaseBar room={room} text={text} />
      {room.allocatable.filter(({ resource }) => resource === 'memory' || resource === 'cpu').reverse().map((row) => <Sum key={row.resource} row={row} room={room} text={text} />)}
    </div>
  )
}

/** The present fact, when it is about this node. */
function NowOfNode({ room }: { readonly room: RoomView }): ReactNode {
  const fact = useView((view) => view.fact)
  const language = useUi((ui) => ui.language)
  const here = fact !== undefined && (fact.target.kind === 'node' ? fact.target.name === room.node : fact.target.kind === 'pod' && room.machine?.pods.some((pod) => pod.key === fact.target.name))
  if (!here) return null
  return <section className="sec node-now"><p>{rich(sayFact(fact, language))}</p></section>
}

function Conditions({ room, text }: { readonly room: RoomView; readonly text: Text }): ReactNode {
  return (
    <section className="sec">
      <h4 className="sec-title">{text('conditions')}<span className="grow" />{room.machine !== undefined && <span className="small dim sec-note">{text('conditions.checked', { time: span(room.machine.evictionEveryMs) })}</span>}</h4>
      <ul className="conditions">
        {room.conditions.map((condition) => {
          const pressure = room.machine?.pressures.find(({ type }) => type === condition.type)
          const good = condition.type === 'Ready' ? condition.status === 'True' : condition.status === 'False'
          return (
            <li key={condition.type} title={condition.message}>
              <p className="row"><span className={good ? 'dot' : 'dot-hollow'} style={{ width: 7, height: 7 }} aria-hidden="true" />&nbsp;<b className="mid">{condition.type}</b>&nbsp;<span className={good ? 'dim' : 'no-text'}>{condition.status}</span><span className="grow" />{pressure !== undefined ? <LeftOf pressure={pressure} text={text} /> : condition.since !== undefined && <span className="small dim">{condition.since < 0 ? text('sinceBefore') : text('since', { time: clock(condition.since) })}</span>}</p>
              {pressure !== undefined && pressure.capacity > 0 && (
                <>
                  <ThresholdBar left={pressure.available / pressure.capacity} threshold={pressure.threshold / pressure.capacity} />
                  <p className="small dim mono-words">{text(pressure.type === 'MemoryPressure' ? 'evicts.memory' : pressure.type === 'DiskPressure' ? 'evicts.disk' : 'evicts.pid', { threshold: pressure.type === 'MemoryPressure' ? memoryQuantity(pressure.threshold) : percent(pressure.threshold, pressure.capacity) })}</p>
                </>
              )}
              {pressure === undefined && condition.message !== undefined && <p className="small dim">{condition.message}</p>}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function LeftOf({ pressure, text }: { readonly pressure: PressureView; readonly text: Text }): ReactNode {
  const { type, available, capacity } = pressure
  return <span className="mono small">{type === 'MemoryPressure' ? text('available', { amount: bytes(available) }) : type === 'DiskPressure' ? text('imagefsFree', { percent: percent(available, capacity) }) : text('pidsFree', { free: whole(available), all: whole(capacity) })}</span>
}

function LeaseBar({ room, text }: { readonly room: RoomView; readonly text: Text }): ReactNode {
  const { lease } = room
  if (lease === undefined) return <section className="sec"><h4 className="sec-title">{text('lease', { node: room.node })}</h4><p className="small dim">{text('lease.none')}</p></section>
  const age = Math.max(0, room.at - lease.renewedAt)
  const share = (ms: number): string => `${Math.min(100, (ms / lease.graceMs) * 100)}%`
  return (
    <section className="sec">
      <h4 className="sec-title">{text('lease', { node: room.node })}<span className="grow" /><span className="mono sec-note">{text('lease.age', { time: age < 60_000 ? `${decimal(age / 1000, 1)} s` : span(age) })}</span></h4>
      <div className="lease-bar" data-late={age > lease.durationMs || undefined} role="img" aria-label={text('lease.age', { time: span(age) })}>
        <span className="lease-age" style={{ width: share(age) }} />
        {([['renew', lease.renewMs], ['expires', lease.durationMs], ['grace', lease.graceMs]] as const).map(([name, ms]) => (
          <span key={name} className="lease-mark" data-mark={name} style={{ left: share(ms) }}><span className="micro">{`${ms / 1000} ${text(`lease.${name}`)}`}</span></span>
        ))}
        <span className="lease-zero micro">0</span>
      </div>
      <p className="small dim">{text('lease.note', { grace: lease.graceMs / 1000 })}</p>
    </section>
  )
}

const mebi = 1024 * 1024

/** capacity − reserved − eviction-hard = allocatable, with this node's numbers. */
function Sum({ row, room, text }: { readonly row: AllocatableRow; readonly room: RoomView; readonly text: Text }): ReactNode {
  const memory = row.resource === 'memory'
  const amount = (value: number): string => (memory ? `${decimal(value / mebi, 0)}Mi` : `${value}m`)
  const said = (value: number): string => (memory ? bytes(value) : cores(value))
  const kept = row.reserved + row.evictionHard > 0
  const used = memory ? room.machine?.used.memoryBytes : room.machine?.used.cpuMilli
  return (
    <section className="sec">
      <h4 className="sec-title">{text('why', { amount: `${said(row.allocatable)}${memory ? '' : ' CPU'}` })}</h4>
      <dl className="sum mono">
        <div><dt>{text('capacity')}</dt><dd>{amount(row.capacity)}</dd></div>
        {row.reserved > 0 && <div><dt>− {text('reserved')}</dt><dd>{amount(row.reserved)}</dd></div>}
        {row.evictionHard > 0 && <div><dt>− {text('evictionHard')}</dt><dd>{amount(row.evictionHard)}</dd></div>}
        <div className="sum-total"><dt>{text('allocatable')}</dt><dd>{amount(row.allocatable)}</dd></div>
      </dl>
      {!kept && <p className="small dim">{text('nothingKept')}</p>}
      {used !== undefined && <p className="small dim">{text('requestedUsed', { requested: said(row.requested), used: said(used) })}</p>}
    </section>
  )
}
