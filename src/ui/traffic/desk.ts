import { createStore } from 'zustand/vanilla'
import type { TrafficClient } from '../../api'
import { perSession, seek, type Session } from '../store'

/** What the reader has chosen in this view; it outlives a look at another one. */
export interface TrafficDesk {
  /** The Service's port, by its name; undefined: the first. */
  readonly port: string | undefined
  /** As `clientKey` writes it; undefined: the first that offers itself. */
  readonly client: string | undefined
  /** Which of the addresses is asked for, by its place in the list. */
  readonly target: number
  readonly keepAlive: boolean
  /** A request of the list; undefined follows the newest. */
  readonly walk: number | undefined
  /** How far the packet has come; undefined: all the way. */
  readonly hop: number | undefined
  readonly tab: 'traffic' | 'rules'
  /** Rules: all of the node, not only those of the Service. */
  readonly allRules: boolean
}

export const deskOf = perSession(() => createStore<TrafficDesk>()(() => ({ port: undefined, client: undefined, target: 0, keepAlive: false, walk: undefined, hop: undefined, tab: 'traffic', allRules: false })))

/** "pod shop/web-1", "node node-a", "outside 198.51.100.7": a client as the value of a choice. */
export function clientKey(client: TrafficClient): string {
  return 'pod' in client ? `pod ${client.pod}` : 'node' in client ? `node ${client.node}` : `outside ${client.outside}`
}

export function clientOf(key: string): TrafficClient {
  const space = key.indexOf(' ')
  const [kind, name] = [key.slice(0, space), key.slice(space + 1)]
  return kind === 'pod' ? { pod: name } : kind === 'node' ? { node: name } : { outside: name }
}

/** Of the block for documentation (RFC 5737): nobody's. */
export const outsideAddress = '198.51.100.7'

/** kube-proxy hears of a write 10 ms later and writes its rules at most once a second. */
const settleMs = 1_100

/** Lets kube-proxy hear of what was written, where the clock stands still. Time passes for everybody. */
export async function settle(session: Session): Promise<void> {
  const { running, now } = session.view.getState()
  if (!running) await seek(session, { time: now + settleMs })
}
