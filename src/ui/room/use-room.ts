import { useEffect, useMemo, useState } from 'react'
import type { MachinePod } from '../../api'
import type { RoomView } from '../../protocol'
import { shortName } from '../kit'
import { HostError, nodesInOrder, oneAtATime, useSession, useUi, useView, type Session } from '../store'

/** The host is asked again at most so often. */
const everyMs = 250

export interface Asked {
  readonly room: RoomView | undefined
  /** There is no such Node now. */
  readonly missing: boolean
}

const nothing: Asked = { room: undefined, missing: false }

/** The room of a node, asked for again as the moment moves, in the past as in the present. `pod`: key of the Pod that is picked. */
export function useRoom(node: string | undefined, pod: string | undefined): Asked {
  const session = useSession()
  const [state, setState] = useState<{ readonly node: string; readonly asked: Asked }>()
  useEffect(() => (node === undefined ? undefined : follow(session, node, pod, (asked) => { setState({ node, asked }) })), [session, node, pod])
  return state !== undefined && state.node === node ? state.asked : nothing
}

/** Tells the room whenever the moment moves. Gives the way to stop. */
function follow(session: Session, node: string, pod: string | undefined, tell: (asked: Asked) => void): () => void {
  let stopped = false
  const asking = oneAtATime(() => session.call('room', { node, ...(pod === undefined ? {} : { pod }) }).then(
    (room) => { if (!stopped) tell({ room, missing: false }) },
    (error: unknown) => { if (!stopped && error instanceof HostError && error.code === 'refused') tell({ room: undefined, missing: true }) },
  ), (tookMs) => everyMs - tookMs)
  const stop = session.view.subscribe((view, before) => { if (view.position !== before.position || view.now !== before.now || view.revision !== before.revision || view.host !== before.host) asking.want() })
  asking.want()
  return () => {
    stopped = true
    stop()
    asking.stop()
  }
}

/** A Pod's letter and hue, by its workload. */
export function usePlate(): (key: string) => { readonly letter: string; readonly hue: number } {
  const pods = useView((view) => view.pods)
  const workloads = useView((view) => view.workloadById)
  return useMemo(() => (key) => {
    const slot = pods.slotOf(key)
    const workload = slot === undefined ? undefined : workloads.get(pods.workload[slot] as number)
    return { letter: workload?.letter ?? '·', hue: workload?.hue ?? 0 }
  }, [pods, workloads])
}

/** The Pod that is looked at more closely: the one picked, else the one something just happened to, else the first that is no part of the system. */
export function pickedOf(pods: readonly MachinePod[], selected: string | undefined, now: string | undefined): string | undefined {
  const holds = (key: string | undefined): boolean => key !== undefined && pods.some((pod) => pod.key === key)
  if (holds(selected)) return selected
  if (holds(now)) return now
  return (pods.find((pod) => !pod.key.startsWith('kube-system/')) ?? pods[0])?.key
}

/** The Pod of the present fact. */
export function useNowPod(): string | undefined {
  return useView((view) => (view.fact?.target.kind === 'pod' ? view.fact.target.name : undefined))
}

/** The node that the room shows: the one that was opened, else the selected one. */
export function useRoomNode(): string | undefined {
  return useUi((ui) => ui.roomNode ?? (ui.selection?.kind === 'node' ? ui.selection.name : undefined))
}

/** "x2lqp", or all of a name that is not generated. */
export function shortPod(key: string): string {
  return shortName(key)
}

/** All nodes as on the map: by zone, then by name. */
export function useSiblings(): readonly string[] {
  const nodes = useView((view) => view.nodes)
  const shape = useView((view) => view.nodesShape)
  return useMemo(() => {
    void shape
    return nodesInOrder(nodes)
  }, [nodes, shape])
}
