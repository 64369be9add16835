import { deepEqual } from '../../base'
import { ApiError, resources, virtualOf, type Lease, type Node, type NodeCondition, type Pod, type Taint } from '../../api'
import type { Informer } from '../client'
import type { EventBody } from '../kernel'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byName } from './owners'
import { nowText, podCondition, podInformer } from './pods'
import { notReadyTaintKey, sameTaint, swapTaints, unreachableTaintKey, unschedulableTaintKey } from './taints'

/** Taint of a condition, by the status that calls for it. Upstream: nodeConditionToTaintKeyStatusMap. */
const conditionTaints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaintKey, Unknown: unreachableTaintKey },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
}
const ownTaintKeys = new Set([unschedulableTaintKey, ...Object.values(conditionTaints).flatMap((taints) => Object.values(taints))])

/** Conditions that nobody vouches for any more when a kubelet falls silent. */
const kubeletConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** NoExecute taints a second and zone; in a large zone that is mostly gone, fewer. Upstream: NodeEvictionRate, SecondaryNodeEvictionRate. */
const evictionsPerSecond = 0.1
const evictionsPerSecondSecondary = 0.01
const largeZoneSize = 50
const unhealthyZoneThreshold = 0.55

/** How a Node was last heard of. */
interface NodeHealth {
  /** lastHeartbeatTime and lastTransitionTime of its Ready condition as last seen; undefined without one. */
  heartbeat: string | undefined
  transition: string | undefined
  /** renewTime of its Lease as last seen. */
  renewed: string | undefined
  /** When it last gave a sign of life. */
  probedAt: number
}

type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

interface Zone {
  state: ZoneState
  /** Names of Nodes to be tainted NoExecute, in the order in which they fell silent. */
  readonly queue: Set<string>
  /** Token bucket of one. */
  qps: number
  tokens: number
  at: number
}

/**
 * Watches over the Nodes: one whose kubelet falls silent becomes Ready Unknown, conditions become taints, and Nodes that stay
 * away are tainted NoExecute, not faster than the zone's rate. Upstream: pkg/controller/nodelifecycle, Controller.
 */
export class NodeLifecycleController extends Controller {
  readonly #settings: ControllerEnvironment['settings']
  readonly #nodes: Informer<Node>
  readonly #leases: Informer<Lease>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue
  #known = new Map<string, NodeHealth>()
  #zones = new Map<string, Zone>()
  #zoneOf = new Map<string, string>()
  /** Nodes whose Pods could not all be marked not ready. */
  #podsToMark = new Set<string>()
  #taintTimerAt: number | null = null

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'node-lifecycle', component: 'node-controller' })
    this.#settings = environment.settings
    this.#queue = this.addQueue((key) => { this.#taintNoSchedule(key) })
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#leases = this.watches(environment.informers.for<Lease>(resources.leases))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#nodes.addHandler({
      onAdd: (node) => { this.#queue.addObject(node) },
      onUpdate: (old, node) => { if (wantedTaintsDiffer(old, node)) this.#queue.addObject(node) },
    })
  }

  protected override onStart(): void {
    this.setTimer('monitor', this.#settings.nodeMonitorPeriodMs)
  }

  protected override onTimer(timer: string, _body: EventBody): void {
    if (timer === 'monitor') {
      if (this.ready) this.#monitor()
      this.setTimer('monitor', this.#settings.nodeMonitorPeriodMs)
    } else {
      this.#taintTimerAt = null
      this.#taintNoExecute()
    }
  }

  protected override saveOwn(): unknown {
    return {
      known: [...this.#known].map(([name, health]) => [name, { ...health }]),
      zones: [...this.#zones].map(([name, zone]) => [name, { ...zone, queue: [...zone.queue] }]),
      zoneOf: [...this.#zoneOf], podsToMark: [...this.#podsToMark], taintTimerAt: this.#taintTimerAt,
    }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as {
      readonly known: [string, NodeHealth][]
      readonly zones: [string, Omit<Zone, 'queue'> & { readonly queue: string[] }][]
      readonly zoneOf: [string, string][]
      readonly podsToMark: string[]
      readonly taintTimerAt: number | null
    }
    this.#known = new Map(saved.known.map(([name, health]) => [name, { ...health }]))
    this.#zones = new Map(saved.zones.map(([name, zone]) => [name, { ...zone, queue: new Set(zone.queue) }]))
    this.#zoneOf = new Map(saved.zoneOf)
    this.#podsToMark = new Set(saved.podsToMark)
    this.#taintTimerAt = saved.taintTimerAt
  }

  /** Conditions and spec.unschedulable as NoSchedule taints. Upstream: doNoScheduleTaintingPass. */
  #taintNoSchedule(name: string): void {
    const node = this.#nodes.get(name)
    if (node === undefined) return
    const wanted = wantedTaints(node)
    const present = (node.spec?.taints ?? []).filter((taint) => taint.effect === 'NoSchedule' && ownTaintKeys.has(taint.key))
    const now = nowText(this.context.now())
    const add = wanted.filter((taint) => !present.some((other) => sameTaint(taint, other))).map((taint) => ({ ...taint, timeAdded: now }))
    const remove = present.filter((taint) => !wanted.some((other) => sameTaint(taint, other)))
    swapTaints(this.client, node, add, remove)
  }

  /** Upstream: monitorNodeHealth. */
  #monitor(): void {
    const seen = new Set<string>()
    const zones = new Map<string, { ready: number; notReady: number }>()
    for (const node of [...this.#nodes.list()].sort(byName)) {
      const name = node.metadata.name ?? ''
      seen.add(name)
      if (!this.#zoneOf.has(name)) {
        this.recorder.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
        this.#zoneOf.set(name, zoneOf(node))
        this.#zone(zoneOf(node))
        this.#markReachable(node)
      }
      let current: Health
      try {
        current = this.#check(node)
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        continue // another look at the next tick
      }
      const count = zones.get(zoneOf(node)) ?? { ready: 0, notReady: 0 }
      zones.set(zoneOf(node), count)
      if (current.current === 'True') count.ready++
      else count.notReady++
      this.#evict(node, current.observed)
      if ((current.current !== 'True' && current.observed === 'True')) {
        this.recorder.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`)
        this.context.trace({ type: 'note', from: this.context.name, what: 'node-not-ready', subject: name })
        this.#markPodsNotReady(name)
      } else if (this.#podsToMark.has(name) && current.observed !== 'True') {
        this.#markPodsNotReady(name)
      }
    }
    for (const [name, zone] of [...this.#zoneOf]) {
      if (seen.has(name)) continue
      this.#zoneOf.delete(name)
      this.#known.delete(name)
      this.#podsToMark.delete(name)
      this.#zones.get(zone)?.queue.delete(name)
      const gone = { apiVersion: 'v1', kind: 'Node', metadata: { name } }
      this.recorder.event(gone, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
    }
    this.#handleDisruption(zones)
    this.#armTaintTimer()
  }

  /**
   * What the Node's Ready condition said, and what it says now that its silence has been judged.
   * Upstream: tryUpdateNodeHealth.
   */
  #check(node: Node): Health {
    const now = this.context.now()
    const name = node.metadata.name ?? ''
    const ready = condition(node, 'Ready')
    const created = virtualOf(node.metadata.creationTimestamp)
    let health = this.#known.get(name)
    if (health === undefined) {
      health = { heartbeat: ready?.lastHeartbeatTime, transition: ready?.lastTransitionTime, renewed: undefined, probedAt: ready === undefined ? created : now }
      this.#known.set(name, health)
    } else if (ready !== undefined && (health.heartbeat !== ready.lastHeartbeatTime || health.transition === undefined)) {
      health.heartbeat = ready.lastHeartbeatTime
      health.transition = ready.lastTransitionTime
      health.probedAt = now
    }
    const renewed = this.#leases.get(`kube-node-lease/${name}`)?.spec?.renewTime
    if (renewed !== undefined && (health.renewed === undefined || virtualOf(health.renewed) < virtualOf(renewed))) {
      health.renewed = renewed
      health.probedAt = now
    }
    const observed = ready?.status ?? 'Unknown'
    const grace = ready === undefined ? this.#settings.nodeStartupGraceMs : this.#settings.nodeMonitorGraceMs
    if (now <= health.probedAt + grace) return { observed, current: observed }
    const conditions = [...(node.status?.conditions ?? [])]
    let changed = false
    for (const type of kubeletConditions) {
      const index = conditions.findIndex((other) => other.type === type)
      const current = conditions[index]
      if (current === undefined) {
        conditions.push({
          type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.',
          ...(node.metadata.creationTimestamp === undefined ? {} : { lastHeartbeatTime: node.metadata.creationTimestamp }), lastTransitionTime: nowText(now),
        })
        changed ||= type === 'Ready'
      } else if (current.status !== 'Unknown') {
        conditions[index] = { ...current, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: nowText(now) }
        changed ||= type === 'Ready'
      }
    }
    if (changed) {
      const written = this.client.update<Node>(resources.nodes, { ...node, status: { ...node.status, conditions } }, 'status')
      const after = condition(written, 'Ready')
      health.heartbeat = after?.lastHeartbeatTime
      health.transition = after?.lastTransitionTime
    }
    return { observed, current: 'Unknown' }
  }

  /** Upstream: processTaintBaseEviction. */
  #evict(node: Node, observed: string): void {
    const [wanted, other] = observed === 'False' ? [notReadyTaintKey, unreachableTaintKey] : [unreachableTaintKey, notReadyTaintKey]
    if (observed === 'True') {
      this.#markReachable(node)
      return
    }
    const taints = node.spec?.taints ?? []
    if (taints.some((taint) => taint.key === other && taint.effect === 'NoExecute')) {
      this.#trySwap(node, [this.#noExecute(wanted)], [this.#noExecute(other)])
    } else if (!taints.some((taint) => taint.key === wanted && taint.effect === 'NoExecute')) {
      this.#zone(zoneOf(node)).queue.add(node.metadata.name ?? '')
    }
  }

  #markReachable(node: Node): void {
    this.#zone(zoneOf(node)).queue.delete(node.metadata.name ?? '')
    this.#trySwap(node, [], [this.#noExecute(notReadyTaintKey), this.#noExecute(unreachableTaintKey)])
  }

  #noExecute(key: string): Taint {
    return { key, effect: 'NoExecute', timeAdded: nowText(this.context.now()) }
  }

  /** A refused change is made up for at the next tick. */
  #trySwap(node: Node, add: readonly Taint[], remove: readonly Taint[]): boolean {
    try {
      swapTaints(this.client, node, add, remove)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return false
    }
  }

  /** Upstream: controllerutil.MarkPodsNotReady. */
  #markPodsNotReady(name: string): void {
    this.#podsToMark.delete(name)
    for (const pod of [...this.#pods.byIndex('node', name)].sort(byName)) {
      const ready = podCondition(pod, 'Ready')
      if (ready?.status !== 'True') continue
      const conditions = (pod.status?.conditions ?? []).map((other) => (other.type === 'Ready' ? { ...other, status: 'False', lastTransitionTime: nowText(this.context.now()) } : other))
      try {
        this.client.update<Pod>(resources.pods, { ...pod, status: { ...pod.status, conditions } }, 'status')
        this.recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        if (error.reason !== 'NotFound') this.#podsToMark.add(name)
      }
    }
  }

  /** Sets how fast each zone may lose Nodes; when all zones are gone at once, it is more likely us. Upstream: handleDisruption. */
  #handleDisruption(counts: ReadonlyMap<string, { readonly ready: number; readonly notReady: number }>): void {
    const states = new Map<string, ZoneState>()
    for (const [name, { ready, notReady }] of counts) states.set(name, zoneState(ready, notReady))
    const everywhere = [...states.values()].every((state) => state === 'FullDisruption')
    const wasEverywhere = this.#zones.size > 0 && [...this.#zones.values()].every((zone) => zone.state === 'FullDisruption')
    for (const [name, zone] of this.#zones) {
      const state = states.get(name)
      if (state === undefined) {
        this.#zones.delete(name)
        continue
      }
      const count = counts.get(name) as { readonly ready: number; readonly notReady: number }
      if (everywhere) this.#setRate(zone, 0)
      else if (wasEverywhere || zone.state !== state) this.#setRate(zone, rateOf(state, count.ready + count.notReady))
      zone.state = state
    }
    if (everywhere && !wasEverywhere && states.size > 0) {
      for (const node of [...this.#nodes.list()].sort(byName)) this.#markReachable(node)
    } else if (!everywhere && wasEverywhere) {
      // Back from nowhere: everyone gets a new chance to be heard of.
      for (const health of this.#known.values()) health.probedAt = this.context.now()
    }
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name)
    if (zone === undefined) {
      zone = { state: 'Initial', queue: new Set(), qps: evictionsPerSecond, tokens: 1, at: this.context.now() }
      this.#zones.set(name, zone)
    }
    return zone
  }

  #setRate(zone: Zone, qps: number): void {
    if (zone.qps === qps) return
    // A new limiter starts full. Upstream: SwapLimiter drains it to the old one's saturation; with a bucket of one that is 0 or 1.
    this.#refill(zone)
    zone.qps = qps
  }

  #refill(zone: Zone): void {
    const now = this.context.now()
    zone.tokens = Math.min(1, zone.tokens + ((now - zone.at) * zone.qps) / 1000)
    zone.at = now
  }

  #armTaintTimer(): void {
    const now = this.context.now()
    let at: number | undefined
    for (const zone of this.#zones.values()) {
      if (zone.queue.size === 0 || zone.qps === 0) continue
      this.#refill(zone)
      const next = now + (zone.tokens >= 1 ? 0 : Math.ceil(((1 - zone.tokens) * 1000) / zone.qps))
      if (at === undefined || next < at) at = next
    }
    if (at === undefined || (this.#taintTimerAt !== null && this.#taintTimerAt <= at)) return
    this.#taintTimerAt = at
    this.setTimer('taint', at - now)
  }

  /** Upstream: doNoExecuteTaintingPass. */
  #taintNoExecute(): void {
    for (const zone of this.#zones.values()) {
      this.#refill(zone)
      for (const name of [...zone.queue]) {
        // A hair below one: the clock counts whole milliseconds.
        if (zone.qps === 0 || zone.tokens < 0.999) break
        zone.tokens = Math.max(0, zone.tokens - 1)
        zone.queue.delete(name)
        const node = this.#nodes.get(name)
        const status = node === undefined ? undefined : condition(node, 'Ready')?.status
        if (node === undefined || status === 'True' || status === undefined) continue
        const [wanted, other] = status === 'False' ? [notReadyTaintKey, unreachableTaintKey] : [unreachableTaintKey, notReadyTaintKey]
        if (!this.#trySwap(node, [this.#noExecute(wanted)], [this.#noExecute(other)])) zone.queue.add(name)
      }
    }
    this.#armTaintTimer()
  }
}

interface Health {
  /** Status of Ready as the kubelet left it. */
  readonly observed: string
  /** Status of Ready now. */
  readonly current: string
}

function condition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((other) => other.type === type)
}

function wantedTaints(node: Node): Taint[] {
  const taints: Taint[] = []
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = conditionTaints[type]?.[status]
    if (key !== undefined) taints.push({ key, effect: 'NoSchedule' })
  }
  if (node.spec?.unschedulable === true) taints.push({ key: unschedulableTaintKey, effect: 'NoSchedule' })
  return taints
}

function wantedTaintsDiffer(old: Node, node: Node): boolean {
  if (!deepEqual(old.spec?.taints, node.spec?.taints) || old.spec?.unschedulable !== node.spec?.unschedulable) return true
  const [a, b] = [wantedTaints(old), wantedTaints(node)]
  return a.length !== b.length || a.some((taint) => !b.some((other) => sameTaint(taint, other)))
}

/** Upstream: nodetopology.GetZoneKey. */
function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? ''
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? ''
  return region === '' && zone === '' ? '' : `${region}/${zone}`
}

/** Upstream: ComputeZoneState. */
function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption'
  if (notReady > 2 && notReady / (notReady + ready) >= unhealthyZoneThreshold) return 'PartialDisruption'
  return 'Normal'
}

function rateOf(state: ZoneState, size: number): number {
  if (state !== 'PartialDisruption') return evictionsPerSecond
  return size > largeZoneSize ? evictionsPerSecondSecondary : 0
}
