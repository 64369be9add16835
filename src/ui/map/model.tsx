import { createContext, use, useMemo } from 'react'
import { podStates } from '../../protocol'
import { useExplanation, useRow, useTable, useView, type PodTable, type View } from '../store'
import type { BarPod, BlockOrder } from './scene/blocks'
import type { Spans } from './scene/capacity'
import { sceneOf, type DecisionScene } from './scene/decision'
import type { MapLayout, ZoneBox } from './scene/layout'
import type { Level } from './scene/level'
import type { ColourBy } from './scene/paint'
import type { Box } from './scene/thread'

/** What cards and canvas share; made once a render of the map. */
export interface MapModel {
  readonly layout: MapLayout
  readonly spans: Spans
  readonly scene: DecisionScene | undefined
  readonly incoming: BarPod & { readonly cpu: number; readonly memory: number } | undefined
  readonly order: BlockOrder
  /** Cards are laid out at this scale of the world, so that their text is as large as on any other card. At most 1. */
  readonly contentScale: number
  readonly level: Level
  readonly large: boolean
  readonly differences: boolean
  /** The one card the Tab key reaches; -1 before any was focused. */
  readonly tabSlot: number
  /** Makes a node the one the Tab key reaches; brings it into view and focuses it unless told not to. */
  readonly focusNode: (slot: number, move?: boolean) => void
  readonly colourBy: ColourBy
  /** Node that just had something happen to it, and the Pod. */
  readonly nowNode: string | undefined
  readonly nowPod: string | undefined
  /** The node a Pod is on, and a node's box on the page; for the thread. */
  readonly nodeOfPod: (key: string) => string | undefined
  readonly queueOf: (pod: string) => 'active' | 'backoff' | 'unschedulable' | 'gated' | undefined
  readonly nodeBox: (name: string) => Box | undefined
  readonly zoneOfNode: (name: string) => ZoneBox | undefined
}

export const MapContext = createContext<MapModel | undefined>(undefined)

export function useMapModel(): MapModel {
  const model = use(MapContext)
  if (!model) throw new Error('no map above this component')
  return model
}

/** The decision at the playhead as the map draws it; undefined at rest. */
export function useDecisionScene(): DecisionScene | undefined {
  const decision = useView((view) => view.decision)
  const state = useExplanation(decision?.cycle.id)
  const explanation = state?.is === 'here' ? state.explanation : undefined
  return useMemo(() => (decision ? sceneOf(decision, explanation) : undefined), [decision, explanation])
}

export function barPodOf(pods: PodTable, slot: number, amount: number, view: Pick<View, 'workloadById'>): BarPod {
  const workload = pods.workload[slot] as number
  const of = view.workloadById.get(workload)
  return { key: pods.keys[slot] as string, amount, state: pods.state[slot] as number, workload, letter: of?.letter ?? '·', hue: of?.hue ?? 0 }
}

/** The Pod that is being decided on, with what it asks for. */
export function useIncoming(key: string | undefined): MapModel['incoming'] {
  const pods = useView((view) => view.pods)
  const workloads = useView((view) => view.workloadById)
  useTable(pods)
  const slot = key === undefined ? -1 : pods.slotOf(key) ?? -1
  const version = useRow(pods, slot)
  return useMemo(() => {
    void version
    if (slot < 0) return undefined
    const cpu = pods.cpuMilli[slot] as number
    return { ...barPodOf(pods, slot, cpu, { workloadById: workloads }), cpu, memory: pods.memoryBytes[slot] as number }
  }, [pods, slot, version, workloads])
}

/** Pods of a node that are of its bars, in the order in which a person saw them first. */
export function podsOfNode(view: Pick<View, 'nodes' | 'pods' | 'workloadById'>, order: BlockOrder, slot: number): readonly (BarPod & { readonly memory: number })[] {
  const { nodes, pods } = view
  const list = nodes.podsOf(slot)
    .filter((pod) => pods.state[pod] !== podStates.succeeded && pods.state[pod] !== podStates.failed)
    .map((pod) => ({ ...barPodOf(pods, pod, pods.cpuMilli[pod] as number, view), memory: pods.memoryBytes[pod] as number }))
  return order.sort(nodes.names[slot] as string, list)
}
