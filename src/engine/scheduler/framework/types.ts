/**
 * The scheduling framework's vocabulary: what a plugin is, what it sees, what it answers.
 * Upstream: k8s.io/kube-scheduler/framework and pkg/scheduler/framework.
 *
 * Why it is not a literal port: upstream asks a plugin about one node at a time and gets an object back. Here a plugin is
 * asked about many rows of the snapshot in one call and answers with integers in a typed array, so that its loop is one
 * that V8 compiles well and nothing is allocated a node. What to *say* about a verdict (`reasons`, `filterFacts`,
 * `scoreFacts`) is asked only for failures and explanations, and must come from the same decision code.
 *
 * Rules for plugins
 * - Nothing is kept between calls but memos (of a Pod template, of a taint set); what belongs to a cycle goes into `CycleState`.
 * - Columns of the snapshot are replaced when they grow: read them (`const cpu = nodes.requestedCpuMilli`) at the start of
 *   every call, never keep them in the state of a plugin.
 * - Amounts are integers in doubles (CPU in millicores, everything else in its own unit). Go's int64 division truncates:
 *   use `div64`/`mulDiv64` of base for anything that may pass 2^53.
 * - Counters (`nodes.counter`, `nodes.terms`) are read in PreFilter and PreScore only. Preemption and nominated Pods change
 *   rows for a moment: `addPod`/`removePod` tell the plugin, and are exact inverses of each other on its state.
 * - DefaultPreemption lives in framework/preemption.ts (factory `defaultPreemption`); the registry in plugins/ lists it.
 */
import type {
  ApiObject, CSIDriver, CSINode, CSIStorageCapacity, DeviceClass, Fact, Labels, Namespace, Node, PersistentVolume, PersistentVolumeClaim,
  Pod, PodDisruptionBudget, PodSpec, ReplicaSet, ReplicationController, ResourceClaim, ResourceSlice, Selector, Service, StatefulSet,
  StatusCode, StorageClass, Taint, VirtualMs, VolumeAttachment,
} from '../../../api'
import type { Client } from '../../client'

// Answers

/** A plugin's answer for a Pod as a whole. `success` and `skip` are shared constants; make others with `status`. */
export interface Status {
  readonly code: StatusCode
  readonly reasons: readonly string[]
  /** Filled in by the framework. */
  readonly plugin?: string
}

export const success: Status = Object.freeze({ code: 'Success', reasons: Object.freeze([]) as readonly string[] })
export const skip: Status = Object.freeze({ code: 'Skip', reasons: Object.freeze([]) as readonly string[] })

export function status(code: StatusCode, ...reasons: readonly string[]): Status {
  return { code, reasons }
}

/**
 * A filter's answer for one node as an integer: the two low bits say the code, the rest is the plugin's own (which reason,
 * which resources as bits, or an index into a list in its cycle state). 0 is Success. Must stay below 2^31.
 */
export type Verdict = number
export const verdictCode = { Success: 0, Unschedulable: 1, UnschedulableAndUnresolvable: 2, Error: 3 } as const
export const verdictCodes = ['Success', 'Unschedulable', 'UnschedulableAndUnresolvable', 'Error'] as const satisfies readonly StatusCode[]

export function verdict(code: 1 | 2 | 3, detail: number): Verdict {
  return (detail << 2) | code
}

export function codeOfVerdict(value: Verdict): (typeof verdictCodes)[number] {
  return verdictCodes[(value & 3) as 0 | 1 | 2 | 3]
}

export function detailOfVerdict(value: Verdict): number {
  return value >> 2
}

// Cycle state

/** Names one thing in the `CycleState`; compared by identity. */
export interface CycleStateKey<T> {
  readonly name: string
  /**
   * Set when it is still needed after the decision (Unreserve, PreBind, Bind, PostBind): then the value is plain data and is
   * saved with the scheduler, for a checkpoint may fall between decision and binding. Other keys may be gone by then.
   */
  readonly saved?: boolean
  /** Never set; carries the type. */
  readonly type?: T
}

export function cycleStateKey<T>(name: string, options: { readonly saved?: boolean } = {}): CycleStateKey<T> {
  return { name, ...options }
}

/** What plugins remember of a Pod during one cycle. */
export interface CycleState {
  read<T>(key: CycleStateKey<T>): T | undefined
  write<T>(key: CycleStateKey<T>, value: T): void
  delete<T>(key: CycleStateKey<T>): void
}

// Pods

/** An amount of one extended resource or of hugepages. */
export interface ScalarAmount {
  readonly name: string
  readonly amount: number
}

/** What a Pod takes: CPU in millicores, memory and ephemeral storage in bytes. */
export interface ResourceAmounts {
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly ephemeralBytes: number
  readonly scalars: readonly ScalarAmount[]
}

/** A (anti-)affinity term, parsed. Upstream: framework.AffinityTerm. */
export interface AffinityTerm {
  /** Equal terms (selector, namespaces, namespace selector, topology key) have equal keys. */
  readonly key: string
  readonly topologyKey: string
  readonly selector: Selector
  /** Named namespaces; the Pod's own when neither `namespaces` nor `namespaceSelector` was given. */
  readonly namespaces: ReadonlySet<string>
  /** "nothing" when absent. */
  readonly namespaceSelector: Selector
}

export interface WeightedAffinityTerm {
  readonly term: AffinityTerm
  readonly weight: number
}

export interface HostPort {
  /** "0.0.0.0" when empty. */
  readonly ip: string
  /** "TCP" when empty. */
  readonly protocol: string
  readonly port: number
}

/**
 * What Pods of equal specs share: parsed once. Pods with equal `spec` (without nodeName), labels, namespace, owner and priority
 * have the same `template` object, so memos can hang on it (`WeakMap<PodTemplate, ...>`).
 */
export interface PodTemplate {
  readonly id: number
  /** Requests as scheduling counts them (init and sidecar containers, overhead, Pod-level resources). Upstream: PodRequests. */
  readonly requests: ResourceAmounts
  /** CPU and memory with 100m and 200Mi for containers that name none. Upstream: GetNonzeroRequests / NonZeroRequested. */
  readonly nonZeroCpuMilli: number
  readonly nonZeroMemoryBytes: number
  readonly hostPorts: readonly HostPort[]
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly WeightedAffinityTerm[]
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[]
  /** Set when an affinity selector of the Pod does not parse: PreFilter of InterPodAffinity reports it. */
  readonly affinityError?: string
}

/** A Pod with what the scheduler has worked out of it. One a stored Pod object; never changed. Upstream: framework.PodInfo. */
export interface PodInfo {
  readonly pod: Pod
  /** `pod.spec`; an empty one when the Pod has none. */
  readonly spec: PodSpec
  /** namespace/name */
  readonly key: string
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly labels: Labels
  readonly priority: number
  readonly terminating: boolean
  /** status.startTime, or NaN. */
  readonly startTime: number
  readonly template: PodTemplate
  /** What it takes from its node: `template.requests`, or more when status says more is allocated. */
  readonly requests: ResourceAmounts
  readonly nonZeroCpuMilli: number
  readonly nonZeroMemoryBytes: number
}

// Nodes

/** Host ports in use. Upstream: framework.HostPortInfo. */
export interface UsedPorts {
  readonly size: number
  /** "0.0.0.0" conflicts with every address; "::" does not. */
  conflicts(port: HostPort): boolean
}

/** A Node with the Pods on it (assumed ones included). The numbers are in the snapshot's columns at `row`. */
export interface NodeInfo {
  readonly row: number
  readonly name: string
  readonly node: Node
  readonly labels: Labels
  readonly taints: readonly Taint[]
  /** In the order in which they came. */
  readonly pods: readonly PodInfo[]
  /** Grows with every change of the Node object or its Pods. */
  readonly generation: number
  readonly usedPorts: UsedPorts
  /** "namespace/claim" to how many Pods of the node use it. */
  readonly pvcRefCounts: ReadonlyMap<string, number>
  /** Image name (normalised as the node lists it) to bytes. */
  readonly images: ReadonlyMap<string, number>
}

/** A label key across all nodes. Value ids count from 1 within the key; 0: the node lacks the label. */
export interface LabelColumn {
  readonly key: string
  /** Value id by row. */
  readonly ids: Int32Array
  /** Text by value id; index 0 is "". Values stay when no node has them any more. */
  readonly values: readonly string[]
  /** 0 when no node ever had it. */
  idOf(value: string): number
}

/** An extended resource across all nodes, by row. */
export interface ScalarColumn {
  readonly name: string
  readonly allocatable: Float64Array
  readonly requested: Float64Array
  /** 1 where the node's allocatable names the resource at all. */
  readonly present: Uint8Array
}

/** An image name, as nodes list it, across all nodes. */
export interface ImageColumn {
  /** Nodes that have it. */
  readonly numNodes: number
  /** Its size, one for the whole cluster: what the first node in the node list that has it says. Upstream: ImageStateSummary. */
  readonly bytes: number
  has(row: number): boolean
}

/** How many Pods match, by row, kept up to date as Pods come and go. */
export interface PodCounter {
  readonly byRow: Int32Array
  /** The same by value id of a label; of those without it at 0. */
  byValue(column: LabelColumn): Int32Array
  readonly total: number
}

/** Pods that carry one and the same affinity term, by row. For preferred terms equal (term, weight) pairs are one entry. */
export interface TermCounter {
  readonly term: AffinityTerm
  /** 0 for required terms. */
  readonly weight: number
  readonly byRow: Int32Array
  readonly total: number
}

export type TermKind = 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity'

/** Which Pods a counter counts. */
export interface CounterQuery {
  readonly namespaces: ReadonlySet<string>
  readonly selector: Selector
  /** Pods with a deletionTimestamp left out (topology spread does so; inter-Pod affinity does not). */
  readonly skipTerminating: boolean
}

/**
 * All nodes and the Pods on them, as columns indexed by row. A row stays a node's as long as the node is there; rows of
 * removed nodes are used again, so go through `rows` given to you, or `order`. Read-only for plugins.
 */
export interface Snapshot {
  /** Number of nodes. */
  readonly count: number
  /** Rows in the order of the node list (zones interleaved). First `count` entries. Upstream: nodeTree. */
  readonly order: Int32Array
  /** By row; undefined at free rows. */
  readonly infos: readonly (NodeInfo | undefined)[]
  rowOf(nodeName: string): number | undefined

  readonly allocatableCpuMilli: Float64Array
  readonly allocatableMemoryBytes: Float64Array
  readonly allocatableEphemeralBytes: Float64Array
  readonly allowedPods: Float64Array
  readonly requestedCpuMilli: Float64Array
  readonly requestedMemoryBytes: Float64Array
  readonly requestedEphemeralBytes: Float64Array
  readonly nonZeroCpuMilli: Float64Array
  readonly nonZeroMemoryBytes: Float64Array
  readonly podCount: Int32Array
  /** Host ports in use, so that most rows need no look. */
  readonly portCount: Int32Array
  /** spec.unschedulable */
  readonly unschedulable: Uint8Array
  /** Nodes with equal taint lists have equal ids: decide once an id. 0: no taints. */
  readonly taintSet: Int32Array
  /** Taints by id of `taintSet`; index 0 is empty. */
  readonly taintSets: readonly (readonly Taint[])[]

  /** Label by column; made at first use, kept up to date after. */
  label(key: string): LabelColumn
  /** Extended resource, hugepages, attachable volumes; undefined when no node and no Pod on one ever named it. */
  scalar(name: string): ScalarColumn | undefined
  image(name: string): ImageColumn | undefined
  /** Made at first use, kept up to date after. */
  counter(query: CounterQuery): PodCounter
  /** Every distinct term of that kind on Pods that are on nodes. Entries with total 0 may occur. */
  terms(kind: TermKind): Iterable<TermCounter>
  hasTerms(kind: TermKind): boolean
  /** How often "namespace/claim" is used by Pods on nodes. */
  pvcUsers(claim: string): number
  /** Total Pods on nodes. */
  readonly podsTotal: number
}

// Events and hints

/**
 * Bits of what happened to an object. The order matters: an event matches a registration when they share a bit and the
 * event's number is not the larger one. Upstream: framework.ActionType.
 */
export const action = {
  Add: 1 << 0,
  Delete: 1 << 1,
  UpdateNodeAllocatable: 1 << 2,
  UpdateNodeLabel: 1 << 3,
  /** Taints, or spec.unschedulable turned off. */
  UpdateNodeTaint: 1 << 4,
  UpdateNodeCondition: 1 << 5,
  UpdateNodeAnnotation: 1 << 6,
  UpdateNodeDeclaredFeature: 1 << 7,
  UpdateNodePreemptionPolicy: 1 << 8,
  UpdatePodLabel: 1 << 9,
  UpdatePodScaleDown: 1 << 10,
  UpdatePodScaleUp: 1 << 11,
  UpdatePodToleration: 1 << 12,
  UpdatePodSchedulingGatesEliminated: 1 << 13,
  UpdatePodGeneratedResourceClaim: 1 << 14,
  /** Any update; what an update is called that is none of the above, and for kinds without finer bits. */
  Update: (1 << 15) - 4,
  All: (1 << 15) - 1,
} as const

/**
 * What an event is about. AssignedPod: a Pod on a node; UnscheduledPod: another waiting Pod; TargetPod: the waiting Pod itself.
 * Registering for "Pod" means all three, for "*" everything. Upstream: framework.EventResource.
 */
export type EventResource =
  | 'Pod' | 'AssignedPod' | 'UnscheduledPod' | 'TargetPod' | 'Node' | 'PersistentVolume' | 'PersistentVolumeClaim' | 'CSINode' | 'CSIDriver'
  | 'VolumeAttachment' | 'CSIStorageCapacity' | 'StorageClass' | 'ResourceClaim' | 'ResourceSlice' | 'DeviceClass' | '*'

export interface ClusterEvent {
  readonly resource: EventResource
  /** Bits of `action`. */
  readonly action: number
  /** For people and metrics: "AssignedPodDelete". */
  readonly label: string
}

export type QueueingHint = 'Queue' | 'QueueSkip'

/** Whether an event can make this waiting Pod schedulable. Objects as stored; `before` undefined for Add, `after` for Delete. */
export type QueueingHintFn = (pod: PodInfo, before: ApiObject | undefined, after: ApiObject | undefined) => QueueingHint

export interface ClusterEventWithHint {
  readonly resource: EventResource
  readonly action: number
  /** Absent: always Queue. */
  readonly hint?: QueueingHintFn
}

// Plugins. Each extension point is an interface; a plugin fills any number of them.

export interface Plugin {
  readonly name: string
}

export interface PreEnqueuePlugin extends Plugin {
  /** Anything but Success keeps the Pod out of activeQ (gated). */
  preEnqueue(pod: PodInfo): Status
}

/** What the queue orders by. */
export interface QueuedPodOrder {
  readonly priority: number
  /** When it was added last (creation, or its last failure). */
  readonly timestamp: VirtualMs
  /** Unique, growing: the order of arrival breaks ties that upstream leaves open. */
  readonly sequence: number
}

export interface QueueSortPlugin extends Plugin {
  less(a: QueuedPodOrder, b: QueuedPodOrder): boolean
}

export interface EnqueueExtensions extends Plugin {
  /** Events that may make a Pod schedulable which this plugin refused. */
  eventsToRegister(): readonly ClusterEventWithHint[]
}

export interface PreFilterAnswer extends Status {
  /** Narrows the search to these nodes; absent: all. */
  readonly nodeNames?: ReadonlySet<string>
}

export interface PreFilterPlugin extends Plugin {
  /**
   * Whether PreFilter may answer anything but Skip. Looks at nothing but what all Pods of a template have in common, and is asked once
   * for all of them. Absent: it may.
   */
  concerns?(pod: PodInfo): boolean
  /** Skip: Filter of this plugin is not asked in this cycle. */
  preFilter(state: CycleState, pod: PodInfo, nodes: Snapshot): PreFilterAnswer
  /** A Pod is there on `node` for the moment (nominated, or a victim put back). Exact inverse of `removePod`. */
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, nodes: Snapshot, row: number): Status
  removePod?(state: CycleState, pod: PodInfo, removed: PodInfo, nodes: Snapshot, row: number): Status
  /** Named numbers of the PreFilter answer, for explanations. */
  preFilterFacts?(state: CycleState, pod: PodInfo, nodes: Snapshot): readonly Fact[]
}

/**
 * What an answer for one row depends on, so that Pods of one template can share work:
 * - row: the Pod's template and that row (its Node object and Pods), nothing else
 * - nodes: also on all Node objects, but on no Pods elsewhere
 * - cluster: on anything
 * With row and nodes an answer is kept for the next Pod of the template as long as nothing it depends on changes, so a
 * verdict must then mean the same in every cycle of the template (no index into the state of one cycle).
 */
export type Dependence = 'row' | 'nodes' | 'cluster'

export interface FilterPlugin extends Plugin {
  /** Default 'cluster'. A function may look at the Pod: for most Pods a volume plugin depends on nothing. */
  readonly filterDependence?: Dependence | ((pod: PodInfo) => Dependence)
  /**
   * Decides on `rows[from..to)`. Where `verdicts[i]` is not 0 another plugin has refused the row already: leave it.
   * Where the row passes leave 0, else write a verdict.
   */
  filter(state: CycleState, pod: PodInfo, nodes: Snapshot, rows: Int32Array, from: number, to: number, verdicts: Int32Array): void
  /** The real scheduler's reasons for a verdict of this cycle; equal verdicts of one cycle have equal reasons. */
  reasons(state: CycleState, pod: PodInfo, verdict: Verdict): readonly string[]
  /** Named numbers behind the verdict for one row (0 as well), for explanations. */
  filterFacts(state: CycleState, pod: PodInfo, nodes: Snapshot, row: number, verdict: Verdict): readonly Fact[]
}

/** Statuses of the nodes that were refused. */
export interface NodeToStatus {
  /** Every row of the snapshot that is not feasible and has been looked at, with the plugin that refused it first. */
  forEach(visit: (row: number, plugin: string, verdict: Verdict) => void): void
  get(row: number): { readonly plugin: string; readonly code: StatusCode; readonly reasons: readonly string[] } | undefined
  /** Code of any row; `absentCode` for those that are not listed. Cheap. */
  codeOf(row: number): StatusCode
  /** Code of rows that are not listed (PreFilter narrowed them away, or refused the Pod). */
  readonly absentCode: StatusCode
}

export interface PostFilterAnswer extends Status {
  /** "" clears the nomination; undefined leaves it as it is. */
  readonly nominatedNode?: string
  readonly facts?: readonly Fact[]
}

export interface PostFilterPlugin extends Plugin {
  postFilter(state: CycleState, pod: PodInfo, nodes: Snapshot, failed: NodeToStatus): PostFilterAnswer
}

export interface PreScorePlugin extends Plugin {
  /** `rows[0..count)` are the feasible nodes. Skip: Score of this plugin is not asked and counts 0. */
  preScore(state: CycleState, pod: PodInfo, nodes: Snapshot, rows: Int32Array, count: number): Status
}

export interface ScorePlugin extends Plugin {
  /** What the raw score of a row depends on. Default 'cluster'. */
  readonly scoreDependence?: Dependence | ((pod: PodInfo) => Dependence)
  /** With 'nodes': raw scores of a template are good for as long as this stays the same, and their rows do. Absent: until any Node changes. */
  scoreVersion?(pod: PodInfo, nodes: Snapshot): string
  /** Writes the raw score (an integer) of `rows[i]` to `scores[i]` for i from 0 to count. Undefined is Success. */
  score(state: CycleState, pod: PodInfo, nodes: Snapshot, rows: Int32Array, count: number, scores: Float64Array): Status | undefined
  /** Brings `scores[0..count)` to 0..100 in place. Absent: raw scores are that already. */
  normalizeScore?(state: CycleState, pod: PodInfo, nodes: Snapshot, rows: Int32Array, count: number, scores: Float64Array): Status | undefined
  /** What `normalizeScore` makes of every row when all raw scores are 0, whatever the rows. Absent: it has to be asked. */
  readonly normalizedZero?: number
  /** Named numbers behind the raw score of one row. */
  scoreFacts(state: CycleState, pod: PodInfo, nodes: Snapshot, row: number): readonly Fact[]
}

export const maxNodeScore = 100
export const minNodeScore = 0

export interface ReservePlugin extends Plugin {
  reserve(state: CycleState, pod: PodInfo, nodeName: string): Status
  /** Must be idempotent; called also when this plugin's own `reserve` failed. */
  unreserve(state: CycleState, pod: PodInfo, nodeName: string): void
}

export interface PermitAnswer extends Status {
  /** With code Wait: how long, at most 15 minutes. */
  readonly timeoutMs?: number
}

export interface PermitPlugin extends Plugin {
  permit(state: CycleState, pod: PodInfo, nodeName: string): PermitAnswer
}

export interface PreBindPlugin extends Plugin {
  /** Skip: `preBind` is not called. */
  preBindPreFlight?(state: CycleState, pod: PodInfo, nodeName: string): Status
  /** Wait: asked again after every watch event the scheduler hears, and at the latest after `timeoutMs`. */
  preBind(state: CycleState, pod: PodInfo, nodeName: string): PermitAnswer
}

export interface BindPlugin extends Plugin {
  /** Skip: the next bind plugin is asked. */
  bind(state: CycleState, pod: PodInfo, nodeName: string): Status
}

export interface PostBindPlugin extends Plugin {
  postBind(state: CycleState, pod: PodInfo, nodeName: string): void
}

export type AnyPlugin = Plugin & Partial<
  PreEnqueuePlugin & QueueSortPlugin & EnqueueExtensions & PreFilterPlugin & FilterPlugin & PostFilterPlugin & PreScorePlugin
  & ScorePlugin & ReservePlugin & PermitPlugin & PreBindPlugin & BindPlugin & PostBindPlugin
>

// What a plugin may see

export interface Lister<T> {
  /** "namespace/name", or "name" of cluster-scoped objects. */
  get(key: string): T | undefined
  /** In the order in which they came to be known. */
  list(): Iterable<T>
}

/** Nominated Pods: they wait for victims to leave. Upstream: nominator. */
export interface Nominator {
  /** Nominated to a node, in order of nomination. */
  podsFor(nodeName: string): readonly PodInfo[]
  /** Nodes that any Pod is nominated to. */
  nodes(): Iterable<string>
}

/** The kinds plugins may look up. */
export interface Listers {
  readonly services: Lister<Service>
  readonly replicationControllers: Lister<ReplicationController>
  readonly replicaSets: Lister<ReplicaSet>
  readonly statefulSets: Lister<StatefulSet>
  readonly persistentVolumes: Lister<PersistentVolume>
  readonly persistentVolumeClaims: Lister<PersistentVolumeClaim>
  readonly storageClasses: Lister<StorageClass>
  readonly csiNodes: Lister<CSINode>
  readonly csiDrivers: Lister<CSIDriver>
  readonly csiStorageCapacities: Lister<CSIStorageCapacity>
  readonly volumeAttachments: Lister<VolumeAttachment>
  readonly podDisruptionBudgets: Lister<PodDisruptionBudget>
  readonly namespaces: Lister<Namespace>
  readonly resourceClaims: Lister<ResourceClaim>
  readonly resourceSlices: Lister<ResourceSlice>
  readonly deviceClasses: Lister<DeviceClass>
}

export type AssumableKind = 'persistentVolumes' | 'persistentVolumeClaims' | 'resourceClaims'

/** Upstream: framework.Handle. Given to every plugin factory; the same object for the plugin's whole life. */
export interface Handle {
  readonly listers: Listers
  /** The cluster as the current cycle sees it; what `nodes` parameters are. */
  readonly snapshot: Snapshot
  readonly nominator: Nominator
  /** Writes; undefined while a past cycle is replayed: nothing may be written then. */
  readonly client: Client | undefined
  /**
   * Listers answer with this version of an object until the watch brings one as new, or newer. For what Reserve decides
   * and PreBind writes, so that the next cycle sees it at once. Upstream: util/assumecache.
   */
  assume(kind: AssumableKind, object: ApiObject): void
  /** Takes an assumed version back. */
  forget(kind: AssumableKind, key: string): void
  /** Virtual time of the cycle. */
  now(): VirtualMs
  /** Defaults of v1.37 unless the configuration says otherwise. */
  featureGate(name: string): boolean
  readonly profileName: string
}

export type PluginFactory<Args = unknown> = (args: Args, handle: Handle) => AnyPlugin

/** Name to factory. Nothing registers itself by being imported. Each factory takes the args of its own plugin, which the configuration has validated. */
export type PluginRegistry = Readonly<Record<string, PluginFactory<never>>>
