import type { VirtualMs } from '../../api'
import type {
  ControlPlaneView, DecisionView, FaultView, Frame, NodeDetail, NowFact, Position, Progress, StepUnit, WorkloadView,
} from '../../protocol'
import { MarkLanes } from './marks'
import { NodeTable, PodTable } from './tables'
import type { Selection } from './ui-state'

/** Where the connection to the host stands. */
export type HostState =
  | { readonly is: 'opening' }
  | { readonly is: 'open' }
  /** `revision`: the last one that is safe. `restarting` while it comes up again. */
  | { readonly is: 'broken'; readonly message: string; readonly stack?: string; readonly at: number; readonly revision: number; readonly restarting: boolean }

/** The cluster as the host last told it. Tables change in place; their version numbers say so. */
export interface View {
  readonly host: HostState
  readonly scenario: string
  readonly seed: number
  readonly position: Position
  readonly end: Position
  readonly now: VirtualMs
  readonly revision: number
  readonly lastRevision: number
  readonly running: boolean
  readonly speed: number
  readonly unit: StepUnit
  readonly zones: readonly string[]
  readonly nodes: NodeTable
  /** `nodes.shapeVersion`, so that a selector sees when the set of nodes or their zones changed. */
  readonly nodesShape: number
  readonly nodeCount: number
  readonly pods: PodTable
  readonly podCount: number
  readonly workloads: readonly WorkloadView[]
  readonly workloadById: ReadonlyMap<number, WorkloadView>
  readonly details: ReadonlyMap<string, NodeDetail>
  readonly controlPlane: ControlPlaneView | undefined
  /** What is broken on purpose at the moment on show. */
  readonly faults: readonly FaultView[]
  readonly marks: MarkLanes
  readonly marksVersion: number
  readonly decision: DecisionView | undefined
  readonly fact: NowFact | undefined
  readonly next: NowFact | undefined
  /** Long work under way (import, seek, run). */
  readonly progress: Progress | undefined
  /** Commands that have been sent and not yet answered. */
  readonly waiting: number
}

export function emptyView(): View {
  const nodes = new NodeTable()
  const start: Position = { event: 0, beat: 0 }
  return {
    host: { is: 'opening' }, scenario: '', seed: 1, position: start, end: start, now: 0 as VirtualMs, revision: 0, lastRevision: 0,
    running: false, speed: 1, unit: 'event', zones: [], nodes, nodesShape: 0, nodeCount: 0, pods: new PodTable(nodes), podCount: 0,
    workloads: [], workloadById: new Map(), details: new Map(), controlPlane: undefined, faults: [], marks: new MarkLanes(), marksVersion: 0,
    decision: undefined, fact: undefined, next: undefined, progress: undefined, waiting: 0,
  }
}

/**
 * The view after a frame. Tables and marks are changed in place and tell their listeners only when `notifyTables` is called,
 * so that several frames can be taken at once.
 */
export function applyFrame(view: View, frame: Frame): View {
  if (frame.nodes) view.nodes.apply(frame.nodes)
  if (frame.pods) view.pods.apply(frame.pods)
  if (frame.marksEnd !== undefined) view.marks.cutAfter(frame.marksEnd)
  if (frame.marks) view.marks.add(frame.marks)
  let details = view.details
  if (frame.details) {
    const merged = new Map(details)
    for (const detail of frame.details) merged.set(detail.name, detail)
    details = merged
  }
  return {
    ...view,
    host: { is: 'open' },
    scenario: frame.scenario, seed: frame.seed, position: frame.position, end: frame.end, now: frame.now,
    revision: frame.revision, lastRevision: frame.lastRevision, running: frame.running, speed: frame.speed, unit: frame.unit,
    zones: frame.zones ?? view.zones,
    nodesShape: view.nodes.shapeVersion, nodeCount: view.nodes.count, podCount: view.pods.count,
    workloads: frame.workloads ?? view.workloads,
    workloadById: frame.workloads ? new Map(frame.workloads.map((workload) => [workload.id, workload])) : view.workloadById,
    details,
    controlPlane: frame.controlPlane ?? view.controlPlane,
    faults: frame.faults ?? view.faults,
    marksVersion: view.marks.version,
    decision: frame.decision === undefined ? view.decision : frame.decision ?? undefined,
    fact: frame.fact ?? view.fact,
    next: frame.next === undefined ? view.next : frame.next ?? undefined,
  }
}

/** Tells the rows' subscribers what the frames since the last call have changed. */
export function notifyTables(view: View): void {
  view.nodes.notify()
  view.pods.notify()
}

/** Whether the reader stands before the newest moment known. */
export function inThePast(view: Pick<View, 'position' | 'end'>): boolean {
  return view.position.event < view.end.event || (view.position.event === view.end.event && view.position.beat < view.end.beat)
}

/** The name of the node that a Pod ("namespace/name") is on; undefined: on none, or there is no such Pod. */
export function nodeOfPod({ nodes, pods }: Pick<View, 'nodes' | 'pods'>, key: string): string | undefined {
  const slot = pods.slotOf(key)
  return slot === undefined ? undefined : nodes.names[pods.node[slot] as number]
}

/** The node that is selected, or that the selected Pod is on. */
export function nodeInSight(view: Pick<View, 'nodes' | 'pods'>, { kind, name }: Selection): string | undefined {
  return kind === 'node' ? name : kind === 'pod' ? nodeOfPod(view, name) : undefined
}

/** Earlier is negative. */
export function comparePositions(a: Position, b: Position): number {
  return a.event - b.event || a.beat - b.beat
}

/** What part of the scheduler's work the decision on show has come to; 'rest' without one. */
export type Phase = 'rest' | 'filter' | 'score' | 'bind'

export function phaseOf(decision: DecisionView | undefined): Phase {
  const beat = decision?.beats[decision.beat]
  switch (beat?.phase) {
    case undefined: return 'rest'
    case 'snapshot': case 'prefilter': case 'filter': case 'postfilter': case 'fail': return 'filter'
    case 'score': case 'normalize': case 'select': return 'score'
    case 'reserve': case 'bind': return 'bind'
  }
}

/** The moment on show: a beat of a decision has its own place in time, later than the event it belongs to. */
export function shownTime(view: Pick<View, 'now' | 'decision'>): VirtualMs {
  const beat = view.decision?.beats[view.decision.beat]
  return beat && beat.at > view.now ? beat.at : view.now
}
