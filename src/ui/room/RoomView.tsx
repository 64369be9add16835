import { useCallback, useMemo, useRef, type ReactNode } from 'react'
import type { ChannelView } from '../../api'
import type { RoomView as Room } from '../../protocol'
import { Chip, ChevronLeft, useText } from '../kit'
import { openRoom, siblingRoom, useSession, useSetUi, useUi, useView } from '../store'
import { CgroupCard } from './CgroupCard'
import { ImagesCard } from './ImagesCard'
import { KubeletCard } from './KubeletCard'
import { NetworkCard } from './NetworkCard'
import { PodsCard } from './PodsCard'
import { RoomThread } from './RoomThread'
import { RuntimeCard } from './RuntimeCard'
import './words'
import './room.css'
import { pickedOf, useNowPod, useRoom, useRoomNode, useSiblings } from './use-room'

/** One node from the inside: who acts, what runs, how it runs. */
export function RoomView(): ReactNode {
  const text = useText('room')
  const setUi = useSetUi()
  const root = useRef<HTMLDivElement>(null)
  const node = useRoomNode()
  const selected = useUi((ui) => (ui.selection?.kind === 'pod' ? ui.selection.name : undefined))
  const nowPod = useNowPod()
  const wish = selected ?? nowPod
  const { room, missing } = useRoom(node, wish)
  const pods = room?.machine?.pods
  const picked = useMemo(() => (pods === undefined ? undefined : pickedOf(pods, selected, nowPod)), [pods, selected, nowPod])
  const shown = useRoomOfPicked(room, node, picked, wish)
  const onPick = useCallback((key: string) => { setUi({ selection: { kind: 'pod', name: key } }) }, [setUi])
  const here = nowPod !== undefined && pods?.some((pod) => pod.key === nowPod) === true
  const channel = useNowChannel(shown, here)
  if (node === undefined) return <div className="room room-empty"><p>{text('pick')}</p></div>
  if (missing) return <div className="room room-empty"><Head node={node} room={undefined} /><p>{text('gone', { node })}</p></div>
  return (
    <div className="room" ref={root} data-node={node} role="region" aria-label={text('room', { node })}>
      <Head node={node} room={shown} />
      {shown !== undefined && (shown.machine === undefined ? <p className="room-absent">{text(shown.absent ?? 'silent')}</p> : (
        <div className="room-grid">
          <KubeletCard room={shown} picked={picked} now={channel} />
          <PodsCard room={shown} picked={picked} nowPod={here ? nowPod : undefined} onPick={onPick} />
          <RuntimeCard room={shown} picked={picked} nowPod={here ? nowPod : undefined} onPick={onPick} />
          <NetworkCard room={shown} picked={picked} nowPod={here ? nowPod : undefined} />
          <ImagesCard room={shown} />
          <CgroupCard room={shown} picked={picked} />
        </div>
      ))}
      <RoomThread root={root} active={here || channel !== undefined} />
    </div>
  )
}

/** When the first answer was asked without a Pod, it is asked again with the one it leads to. */
function useRoomOfPicked(room: Room | undefined, node: string | undefined, picked: string | undefined, wish: string | undefined): Room | undefined {
  const other = picked !== undefined && picked !== wish ? picked : undefined
  const { room: closer } = useRoom(other === undefined ? undefined : node, other)
  return other === undefined ? room : closer ?? room
}

/** The kubelet's channel that carried what the present fact tells; undefined when it is about something else. */
function useNowChannel(room: Room | undefined, podIsHere: boolean): ChannelView['channel'] | undefined {
  const about = useView((view) => view.fact?.target.kind === 'node' ? view.fact.target.name : undefined)
  if (room?.machine === undefined || (!podIsHere && about !== room.node)) return undefined
  const order: readonly ChannelView['channel'][] = ['plegCh', 'probes', 'configCh', 'syncCh', 'housekeepingCh']
  const speaking = room.machine.channels.filter(({ at }) => at === room.at).map(({ channel }) => channel)
  return order.find((channel) => speaking.includes(channel))
}

function Head({ node, room }: { readonly node: string; readonly room: Room | undefined }): ReactNode {
  const text = useText('room')
  const session = useSession()
  const setUi = useSetUi()
  const siblings = useSiblings()
  const at = siblings.indexOf(node)
  // A few on both sides: a thousand siblings have no room.
  const from = Math.max(0, Math.min(at - 4, siblings.length - 9))
  const near = siblings.slice(from, from + 9)
  const prefix = commonPrefix(near)
  const ready = room?.ready === 'True'
  return (
    <header className="room-top">
      <button type="button" className="room-back" onClick={() => { setUi({ view: 'map' }) }}><ChevronLeft size={14} />{text('back')}</button>
      {room !== undefined && room.zone !== '' && <span className="dim room-zone">{room.zone}</span>}
      <h2 className="room-title cut" title={node}>{node}</h2>
      {room !== undefined && (
        <span className="room-chips">
          <Chip look={ready ? 'ok' : 'no'}>{ready ? `✓ ${text('ready')}` : `✕ ${text('notReady')}`}</Chip>
          {room.unschedulable && <Chip>{text('cordoned')}</Chip>}
          {room.arch !== '' && <Chip>{room.arch}</Chip>}
          {room.labels.slice(0, 2).map((label) => <Chip key={label} title={label}>{label}</Chip>)}
          <span className="mono small dim room-ip">{room.internalIP}</span>
        </span>
      )}
      <span className="grow" />
      <nav className="room-siblings" aria-label={text('siblings')}>
        <span className="small dim room-siblings-word">{text('siblings')}</span>
        {near.map((name) => <button key={name} type="button" className="sibling" aria-current={name === node ? 'page' : undefined} title={name} aria-label={name} onClick={() => { openRoom(session, name) }}>{name.slice(prefix) === '' ? name : name.slice(prefix).slice(-5)}</button>)}
        <button type="button" className="sibling" aria-label={text('previous')} aria-keyshortcuts="[" onClick={() => { siblingRoom(session, -1) }}>[</button>
        <button type="button" className="sibling" aria-label={text('next')} aria-keyshortcuts="]" onClick={() => { siblingRoom(session, 1) }}>]</button>
      </nav>
    </header>
  )
}

function commonPrefix(names: readonly string[]): number {
  const [first = ''] = names
  if (names.length < 2) return 0
  let length = 0
  while (length < first.length && names.every((name) => name[length] === first[length])) length++
  return length
}
