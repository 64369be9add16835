import { virtualMs, type VirtualMs } from '../api'
import type { TraceRecord } from '../engine'
import type { Position, SeriesPoint, TimelineMark } from '../protocol'
import { faultMark, processEnded } from './faults'
import { firstIndex, GrowingBytes } from './growing'
import { JourneyLog } from './journey-log'
import { bareName, controllerManager, controllerWord, isPerson, nodeOf, scheduler, shortName, subjectOf, subjectWithResource } from './names'
import type { Totals } from './projection'
import { trafficMark } from './traffic-facts'
import { changeOf, type Change, type Happening } from './run'

/** What an event was, in one byte. */
export const eventFlags = {
  /** A request or watch event was recorded. */
  message: 1,
  /** Something that a reader wants to stand at. */
  notable: 2,
  cycleBegan: 4,
  cycleEnded: 8,
  /** Where a step came to rest for want of anything notable. */
  rest: 16,
} as const

/** A scheduling cycle as the timeline knows it. */
export interface CycleSpan {
  readonly cycle: number
  readonly pod: string
  readonly beganEvent: number
  readonly beganAt: number
  /** Undefined while it runs. */
  readonly endedEvent: number | undefined
  readonly seq: number
}

/** A write, as far as the because chain needs it. */
export interface Write {
  readonly seq: number
  readonly event: number
  readonly at: number
  readonly revision: number
  readonly from: string
  readonly verb: string
  readonly subresource: string | undefined
  readonly controller: string | undefined
  /** Replicas before and after, where the object has such a number and it changed. */
  readonly replicas: readonly [number | undefined, number | undefined] | undefined
}

export interface CommandLine {
  readonly event: number
  readonly text: string
  readonly ok: boolean
}

export interface SavedMarks {
  readonly marks: readonly TimelineMark[]
  /** Name of the span, and the mark's seq. */
  readonly open: readonly (readonly [string, number])[]
  readonly commands: readonly CommandLine[]
}

const commandsSaved = 20
const writesKept = 400
const seriesMax = 20_000

/**
 * What is known of a history beside its state: the marks of the timeline, which events are worth stopping at, the cycles, who wrote what,
 * what a person typed, and how much was requested when. It only ever grows at its end, until a branch cuts it.
 */
export class Chronicle {
  readonly flags = new GrowingBytes()
  readonly marks: TimelineMark[] = []
  readonly cycles: CycleSpan[] = []
  readonly commands: CommandLine[] = []
  readonly journeys = new JourneyLog()
  #series: SeriesPoint[] = []
  readonly #writes = new Map<string, Write[]>()
  /** Spans that have begun and not ended: index of the mark. */
  readonly #open = new Map<string, number>()
  /** Marks by seq, for those whose end became known. */
  readonly #changed = new Map<number, TimelineMark>()
  #marksEnd: number | undefined
  /** The event that ended a cycle whose beginning is not known. */
  #unbegun: number | undefined

  /** Takes in what an event did that was never seen before. `notable`: a reader wants to stand there. */
  add(happening: Happening, notable: boolean, controllerOf: (record: TraceRecord) => string | undefined, replicas: (change: Change) => Write['replicas']): void {
    let flags = notable ? eventFlags.notable : 0
    let wrote = false
    for (const record of happening.records) {
      if (record.type !== 'request') this.journeys.note(record)
      switch (record.type) {
        case 'request': {
          flags |= eventFlags.message
          const change = changeOf(record, happening)
          const controller = change === undefined ? undefined : controllerOf(record)
          this.journeys.request(record, change, controller)
          if (change !== undefined) {
            wrote = true
            this.#write(record, change, controller, replicas(change))
          }
          if (change !== undefined || record.code >= 400) this.#mark(apiMark(record, change))
          break
        }
        case 'watch':
          flags |= eventFlags.message
          break
        case 'begin': {
          if (isCycle(record)) {
            flags |= eventFlags.cycleBegan
            this.cycles.push({ cycle: Number(record.facts?.['cycle'] ?? this.cycles.length + 1), pod: record.subject ?? '', beganEvent: record.event, beganAt: record.at, endedEvent: undefined, seq: record.seq })
          }
          this.#open.set(`${record.from} ${record.span}`, this.marks.length)
          this.#mark(spanMark(record))
          break
        }
        case 'end': {
          if (isCycle(record)) {
            flags |= eventFlags.cycleEnded
            const index = this.cycles.findLastIndex((cycle) => cycle.endedEvent === undefined && cycle.pod === (record.subject ?? cycle.pod))
            if (index >= 0) this.cycles[index] = { ...(this.cycles[index] as CycleSpan), endedEvent: record.event }
            else this.#unbegun ??= record.event
            const failed = record.facts?.['outcome']
            if (failed === 'unschedulable' || failed === 'error') {
              this.#mark({ ...placeOf(record), lane: 'scheduling', shape: 'fail', label: `none of ${String(record.facts?.['nodesTotal'] ?? record.facts?.['nodes'] ?? '')}`.trim(), ...subject(record) })
            }
          }
          this.#close(record, wrote)
          break
        }
        case 'note': {
          const ended = processEnded(record)
          if (ended !== undefined) this.#abandon(ended, record)
          const mark = noteMark(record)
          if (mark !== undefined) this.#mark(mark)
          break
        }
      }
    }
    if (flags !== 0) this.flags.set(happening.event, flags)
  }

  command(line: CommandLine): void {
    this.commands.push(line)
  }

  /** A new sample, if anything changed. Samples of one moment are one. */
  sample(now: number, totals: Totals): void {
    const last = this.#series.at(-1)
    const point: SeriesPoint = { at: virtualMs(now), ...totals }
    if (last !== undefined && same(last, point)) return
    if (last?.at === now) this.#series.pop()
    this.#series.push(point)
    // Of a very long run the older half is kept at half the detail.
    if (this.#series.length > seriesMax) this.#series = this.#series.filter((_, index) => index > seriesMax / 2 || index % 2 === 0)
  }

  /** At most `points` samples, the first and last included, as they stood at each of them. */
  series(points: number, now: number): SeriesPoint[] {
    const all = this.#series
    if (all.length === 0) return []
    const last = { ...(all.at(-1) as SeriesPoint), at: virtualMs(Math.max(now, (all.at(-1) as SeriesPoint).at)) }
    const wanted = Math.max(2, Math.floor(points))
    if (all.length < wanted) return [...all, last]
    const step = (all.length - 1) / (wanted - 2)
    return [...Array.from({ length: wanted - 1 }, (_, index) => all[Math.round(index * step)] as SeriesPoint), last]
  }

  /** Writes to an object, oldest first. */
  writes(resource: string, key: string): readonly Write[] {
    return this.#writes.get(`${resource} ${key}`) ?? []
  }

  /** How many objects whose key begins with a prefix were created between two records, up to an event. */
  createdBetween(resource: string, prefix: string, afterSeq: number, beforeSeq: number, event: number): number {
    let count = 0
    const start = `${resource} ${prefix}`
    for (const [id, [first]] of this.#writes) {
      if (id.startsWith(start) && first !== undefined && first.verb === 'create' && first.seq > afterSeq && first.seq < beforeSeq && first.event <= event) count++
    }
    return count
  }

  /** The cycle that had begun and not ended after an event. */
  cycleAt(event: number): CycleSpan | undefined {
    for (let index = firstIndex(this.cycles, (cycle) => cycle.beganEvent > event) - 1; index >= 0; index--) {
      const cycle = this.cycles[index] as CycleSpan
      if (cycle.endedEvent === undefined || cycle.endedEvent > event) return cycle
      if (index > 0 && cycle.endedEvent <= event && (this.cycles[index - 1] as CycleSpan).endedEvent !== undefined) return undefined
    }
    return undefined
  }

  /** The newest event up to and with `event` that has one of the flags; -1 when none has. */
  lastWith(flags: number, event: number): number {
    for (let index = Math.min(event, this.flags.length - 1); index > 0; index--) if ((this.flags.get(index) & flags) !== 0) return index
    return -1
  }

  /** A branch: what was recorded after `recorded`, by events after `event`, is no longer true. */
  cut(event: number, recorded: number): void {
    this.flags.cut(event + 1)
    this.cycles.length = firstIndex(this.cycles, (cycle) => cycle.beganEvent > event)
    for (let index = this.cycles.length - 1; index >= 0; index--) {
      const cycle = this.cycles[index] as CycleSpan
      if (cycle.endedEvent !== undefined && cycle.endedEvent > event) this.cycles[index] = { ...cycle, endedEvent: undefined }
    }
    this.commands.length = firstIndex(this.commands, (line) => line.event > event)
    this.marks.length = firstIndex(this.marks, (mark) => mark.seq > recorded)
    this.#open.clear()
    for (const [index, mark] of this.marks.entries()) {
      const ended = this.#ends.get(mark.seq)
      if (ended === undefined) continue
      if (ended.event > event) {
        this.#ends.delete(mark.seq)
        const { until: _until, ...open } = mark
        this.marks[index] = { ...open, shape: 'span' }
        this.#changed.set(mark.seq, this.marks[index] as TimelineMark)
      }
    }
    for (const [index, mark] of this.marks.entries()) {
      const span = this.#spans.get(mark.seq)
      if (span !== undefined && !this.#ends.has(mark.seq)) this.#open.set(span, index)
    }
    for (const [key, writes] of this.#writes) {
      const length = firstIndex(writes, (write) => write.event > event)
      if (length === 0) this.#writes.delete(key)
      else writes.length = length
    }
    for (const seq of [...this.#changed.keys()]) if (seq > recorded) this.#changed.delete(seq)
    this.journeys.cut(event)
    this.#marksEnd = Math.min(this.#marksEnd ?? Infinity, recorded)
  }

  /** A branch also ends the samples after it. */
  cutSeries(now: number): void {
    this.#series.length = firstIndex(this.#series, (point) => point.at > now)
  }

  /** The newest marks as they stood after an event, and the names of the spans that were open then: what a saved session keeps. */
  marksAt(event: number, count: number): SavedMarks {
    const names = new Map([...this.#spans, ...[...this.#open].map(([name, index]) => [(this.marks[index] as TimelineMark).seq, name] as const)])
    const open: [string, number][] = []
    const marks = this.marks.filter((mark) => mark.position.event <= event).slice(-count).map((mark) => {
      const ended = this.#ends.get(mark.seq)
      const name = names.get(mark.seq)
      if (name === undefined || (ended !== undefined && ended.event <= event)) return mark
      open.push([name, mark.seq])
      const { until: _until, ...still } = mark
      return { ...still, shape: 'span' as const }
    })
    return { marks, open, commands: this.commands.filter((line) => line.event <= event).slice(-commandsSaved) }
  }

  /** Begins with saved marks. */
  adoptMarks({ marks, open, commands }: SavedMarks): void {
    this.commands.push(...commands)
    this.marks.push(...marks)
    for (const [name, seq] of open) {
      const index = this.marks.findIndex((mark) => mark.seq === seq)
      if (index >= 0) this.#open.set(name, index)
    }
  }

  /** Puts what was learned later of the time before, up to and with an event, in front of what is known. */
  prepend(earlier: Chronicle, until: number): void {
    for (let event = 0; event <= until; event++) if (earlier.flags.get(event) !== 0) this.flags.set(event, earlier.flags.get(event))
    const { length } = earlier.cycles
    this.cycles.unshift(...earlier.cycles.map((cycle, index) => (
      cycle.endedEvent === undefined && index === length - 1 && this.#unbegun !== undefined ? { ...cycle, endedEvent: this.#unbegun } : cycle)))
    const later = this.commands.filter((line) => line.event > until)
    this.commands.splice(0, this.commands.length, ...earlier.commands, ...later)
    this.#series = [...earlier.#series, ...this.#series]
    for (const [key, writes] of earlier.#writes) this.#writes.set(key, [...writes, ...this.#writes.get(key) ?? []])
    this.journeys.prepend(earlier.journeys)
    const first = this.marks[0]?.seq ?? Infinity
    const marks = earlier.marks.filter((mark) => mark.seq < first)
    this.marks.unshift(...marks)
    for (const mark of marks) this.#changed.set(mark.seq, mark)
    for (const [name, index] of this.#open) this.#open.set(name, index + marks.length)
  }

  /** New and changed marks since the last call, and where a branch began. */
  takeMarks(): { readonly marks?: readonly TimelineMark[]; readonly marksEnd?: number } {
    const marks = [...this.#changed.values()]
    const marksEnd = this.#marksEnd
    this.#changed.clear()
    this.#marksEnd = undefined
    return { ...(marks.length > 0 ? { marks } : {}), ...(marksEnd === undefined ? {} : { marksEnd }) }
  }

  /** Everything is to be told anew. */
  resetMarks(): void {
    this.#marksEnd = 0
    for (const mark of this.marks) this.#changed.set(mark.seq, mark)
  }

  /** Span names and ends of marks, so that a branch can open spans again. */
  readonly #spans = new Map<number, string>()
  readonly #ends = new Map<number, { readonly event: number }>()

  #mark(mark: TimelineMark): void {
    this.marks.push(mark)
    this.#changed.set(mark.seq, mark)
  }

  #close(record: Extract<TraceRecord, { readonly type: 'end' }>, wrote: boolean): void {
    const id = `${record.from} ${record.span}`
    const index = this.#open.get(id)
    if (index === undefined) return
    const mark = this.marks[index] as TimelineMark
    // A sync that found nothing to do is a tick: it would hide the ones that did something.
    const idle = mark.lane === 'controllers' && !wrote
    this.#end(id, index, record, idle || (record.at === mark.at && mark.lane !== 'scheduling') ? 'tick' : 'span')
  }

  /** A process ended: what it had under way ends with it. */
  #abandon(from: string, record: TraceRecord): void {
    for (const [id, index] of this.#open) if (id.startsWith(`${from} `)) this.#end(id, index, record)
  }

  #end(id: string, index: number, { at, event }: TraceRecord, shape?: TimelineMark['shape']): void {
    this.#open.delete(id)
    const mark = this.marks[index] as TimelineMark
    const closed: TimelineMark = { ...mark, until: virtualMs(at), ...(shape === undefined ? {} : { shape }) }
    this.marks[index] = closed
    this.#spans.set(mark.seq, id)
    this.#ends.set(mark.seq, { event })
    this.#changed.set(mark.seq, closed)
  }

  #write(record: Extract<TraceRecord, { readonly type: 'request' }>, change: Change, controller: string | undefined, replicas: Write['replicas']): void {
    const id = `${record.resource} ${subjectOf(record)}`
    let writes = this.#writes.get(id)
    if (writes === undefined) this.#writes.set(id, writes = [])
    writes.push({
      seq: record.seq, event: record.event, at: record.at, revision: change.revision, from: record.from, verb: verbOf(record.verb, change), subresource: record.subresource, controller, replicas,
    })
    // Heartbeats write one object for ever: the first write says who made it, the newest what it is.
    if (writes.length > writesKept) writes.splice(1, writesKept / 2)
  }
}

function isCycle(record: TraceRecord): boolean {
  return (record.type === 'begin' || record.type === 'end') && record.from === scheduler && record.what === 'cycle'
}

function placeOf(record: TraceRecord): { readonly seq: number; readonly at: VirtualMs; readonly position: Position } {
  return { seq: record.seq, at: virtualMs(record.at), position: { event: record.event, beat: 0 } }
}

function subject(record: { readonly subject?: string | undefined }): { readonly subject?: string } {
  return record.subject === undefined ? {} : { subject: `pods ${record.subject}` }
}

function apiMark(record: Extract<TraceRecord, { readonly type: 'request' }>, change: Change | undefined): TimelineMark {
  const place = { ...placeOf(record), lane: 'api' as const, subject: subjectWithResource(record), ...(change === undefined ? {} : { revision: change.revision }) }
  if (record.code >= 400) return { ...place, shape: 'fail', label: String(record.code) }
  const label = record.subresource ?? kindWord(record.resource)
  if (record.subresource === 'binding') return { ...place, shape: 'bind', label: 'Binding', subject: `pods ${subjectOf(record)}` }
  // Heartbeats and events come by the hundred; what changes the cluster must stand out between them.
  if (record.resource === 'leases' || record.resource === 'events' || (record.resource === 'nodes' && nodeOf(record.from) !== undefined)) return { ...place, shape: 'tick', label }
  switch (verbOf(record.verb, change)) {
    case 'create': return { ...place, shape: 'create', label }
    case 'delete': case 'deletecollection': return { ...place, shape: 'delete', label }
    default: return { ...place, shape: 'update', label }
  }
}

/** What was done to the object, whatever it was asked with: an apply makes, changes, or leaves it. */
function verbOf(verb: string, change: Change | undefined): string {
  if (change === undefined) return verb
  return change.before === undefined ? 'create' : change.object === undefined ? 'delete' : verb
}

const kindWords: Readonly<Record<string, string>> = {
  pods: 'Pod', nodes: 'Node', deployments: 'Deployment', replicasets: 'ReplicaSet', statefulsets: 'StatefulSet', daemonsets: 'DaemonSet', jobs: 'Job', cronjobs: 'CronJob',
  services: 'Service', configmaps: 'ConfigMap', secrets: 'Secret', namespaces: 'Namespace', events: 'Event', leases: 'Lease', serviceaccounts: 'ServiceAccount',
  endpoints: 'Endpoints', endpointslices: 'EndpointSlice', priorityclasses: 'PriorityClass', replicationcontrollers: 'ReplicationController',
  persistentvolumes: 'PersistentVolume', persistentvolumeclaims: 'PersistentVolumeClaim', poddisruptionbudgets: 'PodDisruptionBudget', resourcequotas: 'ResourceQuota',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler', limitranges: 'LimitRange', storageclasses: 'StorageClass',
}

/** A resource's kind, or the resource's own name when it is none of the usual ones. */
export function kindWord(resource: string): string {
  return kindWords[resource] ?? resource
}

function spanMark(record: Extract<TraceRecord, { readonly type: 'begin' }>): TimelineMark {
  const place = { ...placeOf(record), shape: 'span' as const }
  const key = record.subject ?? ''
  if (isCycle(record)) return { ...place, lane: 'scheduling', label: `#${String(record.facts?.['cycle'] ?? '')} ${shortName(key)}`, ...subject(record) }
  const node = nodeOf(record.from)
  if (node !== undefined) return { ...place, lane: 'kubelets', label: `${node} ${record.what} ${shortName(key)}`, ...subject(record) }
  if (record.from.startsWith(controllerManager)) {
    const controller = record.facts?.['controller']
    return { ...place, lane: 'controllers', label: `${typeof controller === 'string' ? controllerWord(controller) : record.from} ${record.what}`, ...(record.subject === undefined ? {} : { subject: record.subject }) }
  }
  return { ...place, lane: record.from === scheduler ? 'scheduling' : 'controllers', label: `${record.what} ${bareName(key)}`.trim(), ...(record.subject === undefined ? {} : { subject: record.subject }) }
}

/** Notes that stand on the timeline; most say what a span or a write says already. */
function noteMark(record: Extract<TraceRecord, { readonly type: 'note' }>): TimelineMark | undefined {
  const traffic = trafficMark(record)
  if (traffic !== undefined) return { ...placeOf(record), ...traffic }
  const fault = faultMark(record)
  if (fault !== undefined) return { ...placeOf(record), ...fault }
  if (record.what === 'node-not-ready') return { ...placeOf(record), lane: 'kubelets', shape: 'fail', label: `${record.subject ?? ''} NotReady`, subject: `nodes ${record.subject ?? ''}` }
  if (record.what === 'node-ready') return { ...placeOf(record), lane: 'kubelets', shape: 'tick', label: `${record.subject ?? ''} Ready`, subject: `nodes ${record.subject ?? ''}` }
  return undefined
}

function same(a: SeriesPoint, b: SeriesPoint): boolean {
  return a.cpuMilliRequested === b.cpuMilliRequested && a.cpuMilliAllocatable === b.cpuMilliAllocatable && a.memoryBytesRequested === b.memoryBytesRequested &&
    a.memoryBytesAllocatable === b.memoryBytesAllocatable && a.podsRunning === b.podsRunning && a.podsPending === b.podsPending
}

export { isCycle, isPerson }
