/**
 * Where Pods wait for their turn. Rules Q1 to Q20 in SPEC.md. Upstream: backend/queue.
 *
 * - activeQ: to be tried, best first
 * - backoffQ: to be tried when their back-off is over, or when nothing else is to do; those that failed by an error apart
 * - unschedulable: refused, waiting for an event that may help; gated ones among them
 * - in flight: taken, their cycle not over; what happens meanwhile is remembered for them
 */
import { assert } from '../../../base'
import { virtualMs, type ApiObject, type Pod, type VirtualMs } from '../../../api'
import { forceActivate, isWildcard, matchesEvent, podChangeEvents, unschedulableTimeout } from '../framework/events'
import type { FeatureGates } from '../framework/feature-gates'
import { isEnabled } from '../framework/feature-gates'
import type { ClusterEvent, ClusterEventWithHint, EventResource, PodInfo, QueuedPodOrder, Status } from '../framework/types'
import { KeyedHeap, type Placed } from './keyed-heap'
import { PodNominator, type Nomination } from './nominator'

/** A Pod that waits, with its past. Upstream: framework.QueuedPodInfo. */
export interface QueuedPodInfo extends QueuedPodOrder, Placed {
  info: PodInfo
  priority: number
  /** When it was created, or last failed. */
  timestamp: VirtualMs
  sequence: number
  attempts: number
  /** Plugins that refused it in its last cycle, or gate it. Empty after an error. */
  unschedulablePlugins: Set<string>
  /** Plugins that answered Pending: their wake-up skips the back-off. */
  pendingPlugins: Set<string>
  gatingPlugin: string
  unschedulableCount: number
  consecutiveErrorsCount: number
  /** End of the back-off; undefined until it is worked out. */
  backoffExpiration: VirtualMs | undefined
  /** When it was last taken out for having waited too long. */
  flushTimestamp: VirtualMs | undefined
}

/** What the queue asks of a profile. */
export interface QueueProfile {
  readonly preEnqueue: readonly { readonly name: string; preEnqueue(pod: PodInfo): Status }[]
  readonly events: readonly { readonly plugin: string; readonly events: readonly ClusterEventWithHint[] }[]
}

export interface QueueOptions {
  readonly now: () => VirtualMs
  readonly less: (a: QueuedPodOrder, b: QueuedPodOrder) => boolean
  readonly profileOf: (schedulerName: string) => QueueProfile | undefined
  readonly profiles: () => Iterable<QueueProfile>
  readonly infoOf: (pod: Pod) => PodInfo
  readonly isPending: (key: string) => boolean
  readonly gates: FeatureGates
  readonly podInitialBackoffMs: number
  readonly podMaxBackoffMs: number
  /** Hears where a Pod goes and why: the label of the event. Nothing depends on it. */
  readonly onMove?: (pod: QueuedPodInfo, to: 'active' | 'backoff' | 'gated', because: string) => void
}

type Strategy = 'skip' | 'after-backoff' | 'immediately'

interface RememberedEvent {
  readonly event: ClusterEvent
  readonly before: ApiObject | undefined
  readonly after: ApiObject | undefined
}

type Hints = readonly { readonly plugin: string; readonly hint: ClusterEventWithHint['hint'] }[]

type InFlight = { readonly uid: string } | RememberedEvent

type SavedPod = Omit<QueuedPodInfo, 'info' | 'place' | 'unschedulablePlugins' | 'pendingPlugins' | 'backoffExpiration' | 'flushTimestamp'> & {
  readonly pod: Pod
  readonly unschedulablePlugins: readonly string[]
  readonly pendingPlugins: readonly string[]
  readonly backoffExpiration: VirtualMs | null
  readonly flushTimestamp: VirtualMs | null
}

export interface QueueState {
  readonly active: readonly SavedPod[]
  readonly backoff: readonly SavedPod[]
  readonly errorBackoff: readonly SavedPod[]
  readonly unschedulable: readonly SavedPod[]
  readonly inFlight: readonly InFlight[]
  readonly nominations: readonly Nomination[]
  readonly sequence: number
}

/** Pods are ordered within such windows of the backoff queue as in the active one. */
const windowMs = 1_000
const unschedulableMsMax = 5 * 60 * 1_000

export class SchedulingQueue {
  readonly nominator: PodNominator
  #options: QueueOptions
  readonly #active: KeyedHeap<QueuedPodInfo>
  readonly #backoff: KeyedHeap<QueuedPodInfo>
  readonly #errorBackoff: KeyedHeap<QueuedPodInfo>
  readonly #unschedulable = new Map<string, QueuedPodInfo>()
  #inFlight: InFlight[] = []
  #inFlightCount = 0
  #sequence = 0
  #popFromBackoff: boolean
  /** Which plugins' hints an event concerns; a memo by profile and event. */
  #hints = new WeakMap<QueueProfile, Map<EventResource, Map<number, Hints>>>()

  constructor(options: QueueOptions) {
    this.#options = options
    this.#popFromBackoff = isEnabled(options.gates, 'SchedulerPopFromBackoffQ')
    this.nominator = new PodNominator(options.isPending)
    this.#active = new KeyedHeap((a, b) => this.#activeLess(a, b))
    this.#backoff = new KeyedHeap((a, b) => this.#backoffLess(a, b))
    this.#errorBackoff = new KeyedHeap((a, b) => this.#backoffLess(a, b))
  }

  /** Goes on with other options (a new configuration): what waits goes on waiting, in the order of the new one. */
  configure(options: QueueOptions): void {
    this.#options = options
    this.#popFromBackoff = isEnabled(options.gates, 'SchedulerPopFromBackoffQ')
    this.#hints = new WeakMap()
    for (const heap of [this.#active, this.#backoff, this.#errorBackoff]) {
      const items = [...heap.values()]
      heap.clear()
      for (const item of items) heap.set(item)
    }
  }

  // What it holds

  /** True when the worker could take a Pod now. */
  get hasNext(): boolean {
    return this.#active.size > 0 || (this.#popFromBackoff && this.#backoff.size > 0)
  }

  get hasBackoff(): boolean {
    return this.#backoff.size > 0 || this.#errorBackoff.size > 0
  }

  get hasUnschedulable(): boolean {
    return this.#unschedulable.size > 0
  }

  /** In the order of leaving; with a limit only the first. */
  active(limit = Infinity): QueuedPodInfo[] {
    return limit < this.#active.size ? this.#active.first(limit) : this.#active.sorted()
  }

  /** In the order of leaving, with those that failed by an error last of their instant. */
  backoff(limit = Infinity): { readonly pod: QueuedPodInfo; readonly until: VirtualMs; readonly error: boolean }[] {
    const first = (heap: KeyedHeap<QueuedPodInfo>): QueuedPodInfo[] => (limit < heap.size ? heap.first(limit) : heap.sorted())
    const errors = new Set(this.#errorBackoff.values())
    return [...first(this.#backoff), ...first(this.#errorBackoff)].slice(0, limit)
      .map((pod) => ({ pod, until: this.#backoffEnd(pod) ?? virtualMs(0), error: errors.has(pod) }))
  }

  /** Refused, gated ones left out, in the order in which they came here. */
  unschedulable(): QueuedPodInfo[] {
    return [...this.#unschedulable.values()].filter(({ gatingPlugin }) => gatingPlugin === '')
  }

  gated(): QueuedPodInfo[] {
    return [...this.#unschedulable.values()].filter(({ gatingPlugin }) => gatingPlugin !== '')
  }

  lengths(): { readonly active: number; readonly backoff: number; readonly unschedulable: number; readonly gated: number } {
    let gated = 0
    for (const { gatingPlugin } of this.#unschedulable.values()) if (gatingPlugin !== '') gated++
    return {
      active: this.#active.size, backoff: this.#backoff.size + this.#errorBackoff.size,
      unschedulable: this.#unschedulable.size - gated, gated,
    }
  }

  /** End of a Pod's back-off; undefined when it has none. */
  backoffEnd(entry: QueuedPodInfo): VirtualMs | undefined {
    return this.#backoffEnd(entry)
  }

  isInFlight(uid: string): boolean {
    return this.#inFlight.some((entry) => 'uid' in entry && entry.uid === uid)
  }

  /** Where a Pod waits, if it does. */
  find(key: string): QueuedPodInfo | undefined {
    return this.#active.get(key) ?? this.#backoff.get(key) ?? this.#errorBackoff.get(key) ?? this.#unschedulable.get(key)
  }

  // Pods come, change and go

  add(pod: PodInfo): void {
    const entry: QueuedPodInfo = {
      key: pod.key, place: 0, info: pod, priority: pod.priority, timestamp: this.#options.now(), sequence: ++this.#sequence, attempts: 0,
      unschedulablePlugins: new Set(), pendingPlugins: new Set(), gatingPlugin: '', unschedulableCount: 0, consecutiveErrorsCount: 0,
      backoffExpiration: undefined, flushTimestamp: undefined,
    }
    this.nominator.add(pod, undefined)
    if (!this.#moveToActive(entry, false)) this.#options.onMove?.(entry, 'gated', 'UnscheduledPodAdd')
  }

  update(before: Pod, pod: PodInfo): void {
    const events = podChangeEvents(before, pod.pod, true, this.#options.gates)
    if (this.isInFlight(pod.uid)) {
      for (const event of events) this.#remember(event, before as unknown as ApiObject, pod.pod as unknown as ApiObject)
      return
    }
    const entry = this.find(pod.key)
    if (entry === undefined || entry.info.uid !== pod.uid) {
      this.add(pod)
      return
    }
    const old = entry.info
    entry.info = pod
    entry.priority = pod.priority
    this.nominator.update(old, pod)
    for (const heap of [this.#active, this.#backoff, this.#errorBackoff]) {
      if (heap.has(entry.key)) {
        heap.set(entry)
        return
      }
    }
    for (const event of events) {
      const strategy = this.#worthRequeuing(entry, event, before as unknown as ApiObject, pod.pod as unknown as ApiObject)
      const place = this.#requeue(entry, strategy)
      if (place === 'unschedulable') continue
      this.#options.onMove?.(entry, place, event.label)
      break
    }
  }

  delete({ key, uid }: { readonly key: string; readonly uid: string }): void {
    this.nominator.delete(uid)
    if (this.#active.delete(key) ?? this.#backoff.delete(key) ?? this.#errorBackoff.delete(key)) return
    this.#unschedulable.delete(key)
  }

  // A cycle takes a Pod and gives it back

  /** Takes the best Pod; undefined when there is none to take. */
  pop(): QueuedPodInfo | undefined {
    const entry = this.#active.pop() ?? (this.#popFromBackoff ? this.#backoff.pop() : undefined)
    if (entry === undefined) return undefined
    entry.attempts++
    this.#inFlight.push({ uid: entry.info.uid })
    this.#inFlightCount++
    return entry
  }

  /** The Pod's cycle is over, or cannot make it unschedulable any more: events need no longer be kept for it. */
  done(uid: string): void {
    const at = this.#inFlight.findIndex((entry) => 'uid' in entry && entry.uid === uid)
    if (at < 0) return
    this.#inFlightCount--
    if (this.#inFlightCount === 0) {
      this.#inFlight = []
      return
    }
    this.#inFlight.splice(at, 1)
    // What is older than every Pod in flight is nobody's any more.
    const first = this.#inFlight.findIndex((entry) => 'uid' in entry)
    if (first > 0) this.#inFlight.splice(0, first)
  }

  /**
   * A Pod comes back from a cycle that found no place for it: because plugins refused it (named in the entry) or by an error
   * (none named). Upstream: AddUnschedulablePodIfNotPresent.
   */
  addUnschedulable(entry: QueuedPodInfo): void {
    assert(this.find(entry.key) === undefined, `${entry.key} is in the queue already`)
    if (entry.unschedulablePlugins.size === 0 && entry.pendingPlugins.size === 0) entry.consecutiveErrorsCount++
    else {
      entry.unschedulableCount++
      entry.consecutiveErrorsCount = 0
    }
    entry.timestamp = this.#options.now()
    entry.backoffExpiration = undefined
    entry.flushTimestamp = undefined
    const place = this.#requeue(entry, this.#strategyAfterCycle(entry))
    if (place !== 'unschedulable') this.#options.onMove?.(entry, place, 'ScheduleAttemptFailure')
    this.done(entry.info.uid)
  }

  /** Puts Pods that wait for an event or their back-off into the active queue. */
  activate(pods: Iterable<PodInfo>): void {
    for (const pod of pods) {
      let entry = this.#unschedulable.get(pod.key)
      const fromBackoff = entry === undefined
      entry ??= this.#backoff.delete(pod.key) ?? this.#errorBackoff.delete(pod.key)
      if (entry !== undefined) {
        if (this.#moveToActive(entry, fromBackoff)) continue
      }
      if (this.isInFlight(pod.uid)) this.#remember(forceActivate, undefined, pod.pod as unknown as ApiObject)
    }
  }

  // Time and events move them

  /**
   * Something happened: every refused Pod it may help moves on. `concerns` limits it to some Pods.
   * Upstream: MoveAllToActiveOrBackoffQueue.
   */
  moveAll(event: ClusterEvent, before: ApiObject | undefined, after: ApiObject | undefined, concerns?: (pod: PodInfo) => boolean): void {
    if ((this.#unschedulable.size === 0 && this.#inFlightCount === 0) || !this.#isOfInterest(event)) return
    const entries = [...this.#unschedulable.values()].filter(({ info }) => concerns === undefined || concerns(info))
    this.#moveEntries(entries, event, before, after)
  }

  /** To be called at every full second: Pods whose back-off is over become active. */
  flushBackoff(): void {
    for (const heap of [this.#backoff, this.#errorBackoff]) {
      for (let top = heap.peek(); top !== undefined && !this.#isBackingOff(top); top = heap.peek()) {
        heap.pop()
        this.#moveToActive(top, true)
      }
    }
  }

  /** To be called every 30 s: Pods refused more than five minutes ago are tried again. */
  flushUnschedulable(): void {
    const now = this.#options.now()
    const entries: QueuedPodInfo[] = []
    for (const entry of this.#unschedulable.values()) {
      if (now - Math.max(entry.timestamp, entry.flushTimestamp ?? entry.timestamp) > unschedulableMsMax) {
        entry.flushTimestamp = now
        entries.push(entry)
      }
    }
    if (entries.length > 0) this.#moveEntries(entries, unschedulableTimeout, undefined, undefined)
  }

  // Keeping

  save(): QueueState {
    const pods = (entries: Iterable<QueuedPodInfo>): SavedPod[] => [...entries].map((entry) => this.saveEntry(entry) as SavedPod)
    return {
      active: pods(this.#active.sorted()), backoff: pods(this.#backoff.sorted()), errorBackoff: pods(this.#errorBackoff.sorted()),
      unschedulable: pods(this.#unschedulable.values()), inFlight: [...this.#inFlight], nominations: this.nominator.save(), sequence: this.#sequence,
    }
  }

  load(state: QueueState, podOf: (key: string) => PodInfo | undefined): void {
    const entries = (saved: readonly SavedPod[]): QueuedPodInfo[] => saved.map((entry) => this.restoreEntry(entry))
    for (const [heap, saved] of [[this.#active, state.active], [this.#backoff, state.backoff], [this.#errorBackoff, state.errorBackoff]] as const) {
      heap.clear()
      for (const entry of entries(saved)) heap.set(entry)
    }
    this.#unschedulable.clear()
    for (const entry of entries(state.unschedulable)) this.#unschedulable.set(entry.key, entry)
    this.#inFlight = [...state.inFlight]
    this.#inFlightCount = this.#inFlight.filter((entry) => 'uid' in entry).length
    this.#sequence = state.sequence
    this.nominator.load(state.nominations, (key) => this.find(key)?.info ?? podOf(key))
  }

  saveEntry(entry: QueuedPodInfo): unknown {
    const { info, place: _, unschedulablePlugins, pendingPlugins, backoffExpiration, flushTimestamp, ...rest } = entry
    return {
      ...rest, pod: info.pod, unschedulablePlugins: [...unschedulablePlugins], pendingPlugins: [...pendingPlugins],
      backoffExpiration: backoffExpiration ?? null, flushTimestamp: flushTimestamp ?? null,
    } satisfies SavedPod
  }

  restoreEntry(saved: unknown): QueuedPodInfo {
    const { pod, unschedulablePlugins, pendingPlugins, backoffExpiration, flushTimestamp, ...rest } = saved as SavedPod
    return {
      ...rest, place: 0, info: this.#options.infoOf(pod), unschedulablePlugins: new Set(unschedulablePlugins), pendingPlugins: new Set(pendingPlugins),
      backoffExpiration: backoffExpiration ?? undefined, flushTimestamp: flushTimestamp ?? undefined,
    }
  }

  // Inner workings

  #activeLess(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    const { less } = this.#options
    return less(a, b) || (!less(b, a) && a.sequence < b.sequence)
  }

  #backoffLess(a: QueuedPodInfo, b: QueuedPodInfo): boolean {
    const [x, y] = [this.#backoffEnd(a) ?? -Infinity, this.#backoffEnd(b) ?? -Infinity]
    return x !== y ? x < y : this.#activeLess(a, b)
  }

  /** With popping, back-off ends at full seconds. */
  #aligned(time: number): number {
    return this.#popFromBackoff ? Math.floor(time / windowMs) * windowMs : time
  }

  /** End of the back-off; undefined when there is none. */
  #backoffEnd(entry: QueuedPodInfo): VirtualMs | undefined {
    const { podInitialBackoffMs, podMaxBackoffMs } = this.#options
    if (podMaxBackoffMs === 0) return undefined
    const failures = entry.consecutiveErrorsCount > 0 ? entry.consecutiveErrorsCount : entry.unschedulableCount
    if (failures === 0) return undefined
    if (entry.backoffExpiration === undefined) {
      const duration = Math.min(podInitialBackoffMs * 2 ** (failures - 1), podMaxBackoffMs)
      entry.backoffExpiration = virtualMs(this.#aligned(entry.timestamp + duration))
    }
    return entry.backoffExpiration
  }

  #isBackingOff(entry: QueuedPodInfo): boolean {
    const end = this.#backoffEnd(entry)
    return end !== undefined && end >= this.#aligned(this.#options.now())
  }

  /** Asks the PreEnqueue plugins; the one that gates the Pod is asked first. */
  #runPreEnqueue(entry: QueuedPodInfo): void {
    const plugins = this.#options.profileOf(schedulerNameOf(entry.info))?.preEnqueue ?? []
    const gate = plugins.find(({ name }) => name === entry.gatingPlugin)
    const ordered = gate === undefined ? plugins : [gate, ...plugins.filter((plugin) => plugin !== gate)]
    for (const plugin of ordered) {
      if (plugin.preEnqueue(entry.info).code !== 'Success') {
        entry.unschedulablePlugins.add(plugin.name)
        entry.gatingPlugin = plugin.name
        return
      }
    }
    entry.gatingPlugin = ''
  }

  #moveToActive(entry: QueuedPodInfo, fromBackoff: boolean): boolean {
    // With popping, plugins were asked when the Pod came to the backoff queue.
    if (!(this.#popFromBackoff && fromBackoff)) this.#runPreEnqueue(entry)
    if (entry.gatingPlugin !== '') {
      this.#unschedulable.set(entry.key, entry)
      return false
    }
    this.#unschedulable.delete(entry.key)
    this.#active.set(entry)
    return true
  }

  #moveToBackoff(entry: QueuedPodInfo): boolean {
    if (this.#popFromBackoff) {
      this.#runPreEnqueue(entry)
      if (entry.gatingPlugin !== '') {
        this.#unschedulable.set(entry.key, entry)
        return false
      }
    }
    this.#unschedulable.delete(entry.key)
    const byError = entry.unschedulablePlugins.size === 0 && entry.pendingPlugins.size === 0
    ;(byError ? this.#errorBackoff : this.#backoff).set(entry)
    return true
  }

  #requeue(entry: QueuedPodInfo, strategy: Strategy): 'active' | 'backoff' | 'unschedulable' {
    if (strategy === 'skip') {
      this.#unschedulable.set(entry.key, entry)
      return 'unschedulable'
    }
    if (strategy === 'after-backoff' && this.#isBackingOff(entry)) return this.#moveToBackoff(entry) ? 'backoff' : 'unschedulable'
    return this.#moveToActive(entry, false) ? 'active' : 'unschedulable'
  }

  #moveEntries(entries: readonly QueuedPodInfo[], event: ClusterEvent, before: ApiObject | undefined, after: ApiObject | undefined): void {
    for (const entry of entries) {
      if (entry.gatingPlugin !== '' && !isWildcard(event) && !this.#concernsGate(entry, event)) continue
      const strategy = this.#worthRequeuing(entry, event, before, after)
      if (strategy === 'skip') continue
      this.#unschedulable.delete(entry.key)
      const place = this.#requeue(entry, strategy)
      if (place !== 'unschedulable') this.#options.onMove?.(entry, place, event.label)
    }
    if (this.#inFlightCount > 0) this.#remember(event, before, after)
  }

  #concernsGate(entry: QueuedPodInfo, event: ClusterEvent): boolean {
    for (const profile of this.#options.profiles()) {
      for (const { plugin, events } of profile.events) {
        if (plugin === entry.gatingPlugin && events.some((registered) => matchesEvent(registered, event))) return true
      }
    }
    return false
  }

  #isOfInterest(event: ClusterEvent): boolean {
    if (isWildcard(event)) return true
    for (const profile of this.#options.profiles()) if (this.#hintsFor(profile, event).length > 0) return true
    return false
  }

  #hintsFor(profile: QueueProfile, event: ClusterEvent): Hints {
    let byEvent = this.#hints.get(profile)
    if (byEvent === undefined) this.#hints.set(profile, byEvent = new Map())
    let byAction = byEvent.get(event.resource)
    if (byAction === undefined) byEvent.set(event.resource, byAction = new Map())
    let hints = byAction.get(event.action)
    if (hints === undefined) {
      hints = profile.events.flatMap(({ plugin, events }) => events.filter((registered) => matchesEvent(registered, event)).map(({ hint }) => ({ plugin, hint })))
      byAction.set(event.action, hints)
    }
    return hints
  }

  #worthRequeuing(entry: QueuedPodInfo, event: ClusterEvent, before: ApiObject | undefined, after: ApiObject | undefined): Strategy {
    const { unschedulablePlugins, pendingPlugins, info } = entry
    if (unschedulablePlugins.size === 0 && pendingPlugins.size === 0) return 'after-backoff'
    // A wildcard with an object is meant for that Pod only.
    if (isWildcard(event)) return after === undefined || after.metadata.uid === info.uid ? 'after-backoff' : 'skip'
    const profile = this.#options.profileOf(schedulerNameOf(info))
    if (profile === undefined) return 'after-backoff'
    let strategy: Strategy = 'skip'
    for (const { plugin, hint } of this.#hintsFor(profile, event)) {
      const pending = pendingPlugins.has(plugin)
      if (!pending && !unschedulablePlugins.has(plugin)) continue
      if (hint !== undefined && hint(info, before, after) === 'QueueSkip') continue
      if (pending) return 'immediately'
      if (pendingPlugins.size === 0) return 'after-backoff'
      strategy = 'after-backoff'
    }
    return strategy
  }

  /** What the events of its own cycle mean for a Pod that comes back. Upstream: determineSchedulingHintForInFlightPod. */
  #strategyAfterCycle(entry: QueuedPodInfo): Strategy {
    if (entry.unschedulablePlugins.size === 0 && entry.pendingPlugins.size === 0) return 'after-backoff'
    const start = this.#inFlight.findIndex((item) => 'uid' in item && item.uid === entry.info.uid)
    if (start < 0) return 'after-backoff'
    let best: Strategy = 'skip'
    for (let i = start + 1; i < this.#inFlight.length; i++) {
      const item = this.#inFlight[i] as InFlight
      if ('uid' in item) continue
      const strategy = this.#worthRequeuing(entry, item.event, item.before, item.after)
      if (strategy === 'immediately') return strategy
      if (strategy === 'after-backoff') {
        best = strategy
        if (entry.pendingPlugins.size === 0) return best
      }
    }
    return best
  }

  #remember(event: ClusterEvent, before: ApiObject | undefined, after: ApiObject | undefined): void {
    this.#inFlight.push({ event, before, after })
  }
}

function schedulerNameOf(pod: PodInfo): string {
  return pod.spec.schedulerName ?? 'default-scheduler'
}
