import type {
  ApiObject, ApiRequest, ApiResponse, CycleSummary, DnsQueryView, EtcdAnswer, EtcdQuery, Explanation, FaultRequest, IpvsSchedulerName, ProxyModeName, Status, TrafficAnswer, TrafficClient, TrafficRecord, TrafficRequest,
  TrafficWalk, VirtualMs, WatchEvent,
} from '../api'
import type { FaultsView, FaultView } from './faults'
import type { JourneyView } from './journey'
import type { OwnershipView, WorkloadList, WorkloadRef } from './ownership'
import type { RoomView } from './room'
import type { RulesView, ServiceList, TrafficView } from './traffic'
import type {
  BecauseLink, ConfigureAnswer, ControlPlaneView, DecisionView, EventRow, NodeColumns, NodeDetail, NowFact, PodColumns, Position, SchedulerConfigurationView, SchedulerMode, SeriesPoint, TimelineMark, WorkloadView,
} from './views'

/** What Step and Play go by. */
export type StepUnit = 'event' | 'message' | 'plugin' | 'cycle'

/** What a session begins with. `objects` come on top of the scenario's own. */
export interface OpenRequest {
  readonly scenario: string
  readonly seed?: number
  readonly objects?: readonly ApiObject[]
  /** A session saved before (`save`); scenario, seed and objects are then taken from it. */
  readonly saved?: string
  readonly position?: Position
}

export interface AppliedObject {
  /** "deployment.apps/web" */
  readonly what: string
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'refused'
  readonly status?: Status
  /** The object as stored, or as it would be (dry run). */
  readonly object?: ApiObject
}

export interface ImportFile {
  readonly name: string
  readonly text: string
}

/** A place in an imported file that is wrong, or was left out. */
export interface ImportProblem {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly field?: string
  readonly what?: string
  readonly message: string
  readonly kind: 'error' | 'left-out' | 'note'
}

export interface ImportReport {
  readonly read: number
  readonly stored: number
  /** Objects by kind: how many were read and what became of them. */
  readonly kinds: readonly { readonly kind: string; readonly read: number; readonly stored: number; readonly used: boolean }[]
  readonly problems: readonly ImportProblem[]
}

export interface ScenarioInfo {
  readonly id: string
  readonly nodes: number
  readonly pods: number
}

/** Every command: what it takes and what it gives. A command is answered exactly once. */
export interface Commands {
  open: { readonly take: OpenRequest; readonly give: { readonly position: Position } }
  scenarios: { readonly take: Record<string, never>; readonly give: readonly ScenarioInfo[] }
  play: { readonly take: { readonly speed?: number }; readonly give: null }
  pause: { readonly take: Record<string, never>; readonly give: null }
  /** Multiplier of real time, 0.1 to 64; `Infinity` as fast as possible. */
  speed: { readonly take: { readonly speed: number }; readonly give: null }
  unit: { readonly take: { readonly unit: StepUnit }; readonly give: null }
  step: { readonly take: { readonly unit: StepUnit; readonly direction: 1 | -1 }; readonly give: { readonly position: Position } }
  /** `decision`: to where the cycle that this event began has come to its choice. */
  seek: { readonly take: { readonly position: Position } | { readonly time: VirtualMs } | { readonly to: 'start' | 'end' } | { readonly decision: number }; readonly give: { readonly position: Position } }
  /** Runs, as fast as possible, until the Pod's next decision has been made (at its first beat). */
  runToDecision: { readonly take: { readonly pod?: string }; readonly give: { readonly position: Position } }
  breakpoints: { readonly take: { readonly breakpoints: readonly BreakpointSpec[] }; readonly give: null }
  /** Any request to the api-server, as a client called `userAgent`. In the past it starts a branch. */
  request: { readonly take: { readonly request: ApiRequest }; readonly give: ApiResponse }
  /** As server-side apply of kubectl. `force` false: a field that another manager set to something else is a conflict (409), not taken over. */
  apply: { readonly take: { readonly objects: readonly ApiObject[]; readonly dryRun: boolean; readonly namespace?: string; readonly force?: boolean }; readonly give: readonly AppliedObject[] }
  /** Reads without counting as an event: never changes anything, not even the history. */
  read: { readonly take: { readonly path: string; readonly query?: Readonly<Record<string, string>>; readonly headers?: Readonly<Record<string, string>> }; readonly give: ApiResponse }
  /** Looks into etcd itself: keys as they are or were, or what happened to them. Never changes anything. */
  etcd: { readonly take: EtcdQuery; readonly give: EtcdAnswer }
  /**
   * Follows a watch from outside the cluster (a kubectl over HTTP): its events come as `Followed` under the number `watch`, which the
   * caller chose. No part of the history. Refused with the server's Status. It ends when the cluster goes to another moment.
   */
  follow: { readonly take: { readonly request: ApiRequest; readonly watch: number }; readonly give: null }
  unfollow: { readonly take: { readonly watch: number }; readonly give: null }
  /** A person's hand on a capacity handle: writes the Node's status. Values as YAML quantities. */
  setCapacity: { readonly take: { readonly node: string; readonly resource: 'cpu' | 'memory'; readonly value: string }; readonly give: { readonly status?: Status } }
  /**
   * Puts another configuration of kube-scheduler in force: a KubeSchedulerConfiguration or a Policy, as text (YAML or JSON) or as an
   * object (null: the defaults); or by mode: classic is the textbook's Policy, modern the last KubeSchedulerConfiguration. A write of
   * the history. One that is refused is none: the old one stays in force. `dryRun`: only says what would become of it.
   */
  configureScheduler: {
    readonly take: ({ readonly text: string } | { readonly object: unknown } | { readonly mode: SchedulerMode }) & { readonly dryRun?: boolean }
    readonly give: ConfigureAnswer
  }
  schedulerConfiguration: { readonly take: Record<string, never>; readonly give: SchedulerConfigurationView }
  /** Breaks something on purpose, or makes it whole again: see api/faults. A write of the history. Refused, with a sentence, when there is nothing of that name. */
  fault: { readonly take: Omit<FaultRequest, 'on'> & { /** Default: true. */ readonly on?: boolean }; readonly give: { readonly active: readonly FaultView[] } }
  faults: { readonly take: Record<string, never>; readonly give: FaultsView }
  import: { readonly take: { readonly files: readonly ImportFile[]; readonly into: 'new' | 'current' }; readonly give: ImportReport }
  explain: { readonly take: { readonly cycle: number }; readonly give: Explanation }
  cycles: { readonly take: { readonly pod?: string; readonly limit: number }; readonly give: readonly CycleSummary[] }
  because: { readonly take: { readonly resource: string; readonly namespace?: string; readonly name: string }; readonly give: readonly BecauseLink[] }
  /** All that own Pods and are owned by nobody. */
  workloads: { readonly take: Record<string, never>; readonly give: WorkloadList }
  /** One of them with all it owns and all that looks at its Pods, as of the moment on show. Refused (404) when it is not there. */
  ownership: { readonly take: WorkloadRef; readonly give: OwnershipView }
  events: { readonly take: { readonly about?: string; readonly limit: number }; readonly give: readonly EventRow[] }
  /** A node from the inside, and of one of its Pods ("namespace/name") the worker's steps and cgroups. Refused when there is no such Node. */
  room: { readonly take: { readonly node: string; readonly pod?: string }; readonly give: RoomView }
  /** One Pod's way from the request that made it to the status that says it runs. Null: nothing is known of such a Pod. */
  journey: { readonly take: { readonly pod: string }; readonly give: JourneyView | null }
  /** All Services with their addresses and endpoints. */
  services: { readonly take: Record<string, never>; readonly give: ServiceList }
  /** One Service's traffic, by the rules of a node (default: the first node). `port` is a Service port's name. Refused (404) when it is not there. */
  traffic: { readonly take: { readonly service: string; readonly port?: string; readonly node?: string; readonly limit?: number }; readonly give: TrafficView }
  /** A node's rule tables, in the mode it runs in or as they would be in another. */
  rules: { readonly take: { readonly node: string; readonly mode?: ProxyModeName }; readonly give: RulesView }
  /** Sends requests. A write of the history: connections, affinities and turns are remembered. Refused when the target is no address. */
  send: { readonly take: TrafficRequest; readonly give: TrafficAnswer }
  /** The newest requests, newest first: all, or those of a Service and those that led to none. At most 200 are remembered. */
  requests: { readonly take: { readonly limit: number; readonly service?: string }; readonly give: readonly TrafficRecord[] }
  /** One remembered request's way, walked again. Null: it is no longer remembered. */
  walk: { readonly take: { readonly id: number }; readonly give: TrafficWalk | null }
  /** What a name leads to for a client. Leaves no trace. */
  resolve: { readonly take: { readonly name: string; readonly from: TrafficClient }; readonly give: { readonly queries: readonly DnsQueryView[]; readonly addresses: readonly string[]; readonly external?: string } }
  /** Another mode for kube-proxy: of the cluster (its ConfigMap), or of one node (its annotation; null takes it away). A write of the history. */
  proxyMode: { readonly take: { readonly mode: ProxyModeName | null; readonly node?: string; readonly scheduler?: IpvsSchedulerName }; readonly give: { readonly status?: Status } }
  series: { readonly take: { readonly points: number }; readonly give: readonly SeriesPoint[] }
  /** Names of the nodes whose details the UI draws now. */
  subscribe: { readonly take: { readonly nodes: readonly string[] }; readonly give: null }
  hash: { readonly take: Record<string, never>; readonly give: { readonly history: string; readonly state: string } }
  /** The whole session as text, for `open`. */
  save: { readonly take: Record<string, never>; readonly give: SavedText }
}

export interface SavedText {
  readonly saved: string
  /** What it was begun with. */
  readonly scenario: string
  readonly seed: number
  /** How often somebody did something that no scenario holds. */
  readonly own: number
  /** Which of the sessions that this host has opened, from 1. */
  readonly session: number
}

export type CommandName = keyof Commands

export interface BreakpointSpec {
  readonly on: 'cycle' | 'unschedulable' | 'preemption' | 'node-not-ready' | 'change'
  /** Pod key, node name, or "resource namespace/name" for `change`. */
  readonly subject?: string
}

/** UI to host. */
export type Command = { [Name in CommandName]: { readonly type: Name; readonly id: number; readonly take: Commands[Name]['take'] } }[CommandName]

/** Host to UI: the answer to the command of the same id. */
export type Answer =
  | { readonly type: 'answer'; readonly id: number; readonly ok: true; readonly give: unknown }
  | { readonly type: 'answer'; readonly id: number; readonly ok: false; readonly error: { readonly code: 'refused' | 'bad-command' | 'bug'; readonly message: string; readonly status?: Status } }

/** Long work under way; at most ten a second. */
export interface Progress {
  readonly type: 'progress'
  readonly id: number
  readonly what: 'import' | 'seek' | 'run'
  readonly done: number
  readonly of: number
}

/** Host to UI, at most one an animation frame: everything that changed since the last one. The UI holds no truth of its own. */
export interface Frame {
  readonly type: 'frame'
  readonly seq: number
  readonly scenario: string
  readonly seed: number
  readonly position: Position
  /** The newest moment known; greater than `position` when the UI stands in the past. */
  readonly end: Position
  readonly now: VirtualMs
  readonly revision: number
  /** The revision at `end`. */
  readonly lastRevision: number
  readonly running: boolean
  readonly speed: number
  readonly unit: StepUnit
  readonly zones?: readonly string[]
  readonly nodes?: NodeColumns
  readonly pods?: PodColumns
  readonly workloads?: readonly WorkloadView[]
  readonly details?: readonly NodeDetail[]
  readonly controlPlane?: ControlPlaneView
  /** What is broken on purpose, when that changed; what is not in it any more is whole. */
  readonly faults?: readonly FaultView[]
  /** New marks, and those whose end became known (same seq). */
  readonly marks?: readonly TimelineMark[]
  /** Marks with a greater seq are no longer true: a branch began. */
  readonly marksEnd?: number
  readonly decision?: DecisionView | null
  readonly fact?: NowFact
  /** What Step would do next. */
  readonly next?: NowFact | null
}

/** The host could not go on. `saved` is the last state known good; nothing before it is lost. */
export interface Broken {
  readonly type: 'broken'
  readonly message: string
  readonly stack?: string
}

/** Events of a followed watch. */
export interface Followed {
  readonly type: 'followed'
  readonly watch: number
  readonly events: readonly WatchEvent[]
  readonly closed: boolean
}

export type FromHost = Answer | Frame | Progress | Broken | Followed
