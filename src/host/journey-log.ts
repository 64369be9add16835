import type { Pod } from '../api'
import type { TraceRecord } from '../engine'
import { componentName, nodeOf, scheduler, subjectOf } from './names'
import type { Change } from './run'

type RequestRecord = Extract<TraceRecord, { readonly type: 'request' }>

/** Where an entry stands in the history. */
interface Place {
  readonly event: number
  readonly at: number
  readonly seq: number
}

interface WorkBegins { readonly span: string; readonly container: string; readonly image: string; readonly bytes: number }
interface WorkEnds { readonly span: string; readonly error: string }

/** One message or piece of work of a Pod's life, as it was recorded. */
export type JourneyEntry = Place & (
  /** `node`: the Pod was made with spec.nodeName and never needs the scheduler. */
  | { readonly is: 'created'; readonly from: string; readonly controller: string | undefined; readonly method: string; readonly revision: number; readonly node: string }
  /** The first watch event of it that reached the scheduler. */
  | { readonly is: 'heard'; readonly change: string }
  | { readonly is: 'cycle'; readonly cycle: number; readonly attempt: number; readonly nodes: number }
  | { readonly is: 'cycle-end'; readonly cycle: number; readonly outcome: string; readonly node: string; readonly nominated: string; readonly feasible: number }
  | { readonly is: 'unschedulable'; readonly message: string }
  | { readonly is: 'gated'; readonly plugin: string }
  | { readonly is: 'backoff'; readonly until: number }
  | { readonly is: 'preempts'; readonly node: string; readonly victims: number }
  | { readonly is: 'bound'; readonly revision: number; readonly node: string }
  | { readonly is: 'bind-failed'; readonly code: number; readonly reason: string }
  /** The first watch event of it that reached a kubelet. */
  | { readonly is: 'kubelet'; readonly node: string; readonly change: string }
  | ({ readonly is: 'pull' } & WorkBegins) | ({ readonly is: 'start' } & WorkBegins)
  | ({ readonly is: 'pull-end' } & WorkEnds) | ({ readonly is: 'start-end' } & WorkEnds)
  /** A status that differs from the one before in what a reader asks for. */
  | { readonly is: 'status'; readonly from: string; readonly revision: number; readonly phase: string; readonly reason: string; readonly message: string; readonly waiting: string; readonly ready: boolean }
  | { readonly is: 'deleted'; readonly from: string }
  | { readonly is: 'gone'; readonly from: string }
  | { readonly is: 'evicted'; readonly from: string }
)

type OfKind<Kind extends JourneyEntry['is']> = Extract<JourneyEntry, { readonly is: Kind }>
export type { OfKind as EntryOf }

/** A Pod that crashes for ever: its beginning and its newest part are kept. */
const entriesMax = 120
const entriesDropped = 40
const entriesFirst = 40

/**
 * What was recorded of every Pod, in order: the material of journeys. A handful of small entries a Pod; heartbeats and echoes
 * (watch events that tell a component what it wrote itself) are no part of it.
 */
export class JourneyLog {
  readonly #pods = new Map<string, JourneyEntry[]>()

  /** Everything known of a Pod ("namespace/name"), oldest first; of several Pods of that name one after the other. */
  of(pod: string): readonly JourneyEntry[] {
    return this.#pods.get(pod) ?? []
  }

  request(record: RequestRecord, change: Change | undefined, controller: string | undefined): void {
    if (record.resource !== 'pods' || record.objectName === undefined) return
    const place = placeOf(record)
    const pod = subjectOf(record)
    const from = componentName(record.from)
    if (record.code >= 400) {
      if (record.subresource === 'binding') this.#put(pod, { ...place, is: 'bind-failed', code: record.code, reason: record.reason ?? '' })
      return
    }
    if (change === undefined) return
    const object = change.object as Pod | undefined
    const { revision } = change
    if (object === undefined) this.#put(pod, { ...place, is: 'gone', from })
    else if (change.before === undefined) this.#put(pod, { ...place, is: 'created', from, controller, method: record.method, revision, node: object.spec?.nodeName ?? '' })
    else if (record.subresource === 'binding') this.#put(pod, { ...place, is: 'bound', revision, node: object.spec?.nodeName ?? '' })
    else if (object.metadata.deletionTimestamp !== undefined && change.before.metadata.deletionTimestamp === undefined) this.#put(pod, { ...place, is: 'deleted', from })
    else if (record.subresource === 'status' && nodeOf(record.from) !== undefined) this.#status(pod, place, from, revision, object)
  }

  /** Any other record; those that are not about a Pod are passed by. */
  note(record: Exclude<TraceRecord, RequestRecord>): void {
    if (record.type === 'watch') {
      if (record.resource === 'pods') this.#watch(subjectOf(record), record)
      return
    }
    const pod = record.subject
    if (pod === undefined || (record.from !== scheduler && nodeOf(record.from) === undefined && record.what !== 'evicted')) return
    const place = placeOf(record)
    const facts = record.facts ?? {}
    const text = (name: string): string => (facts[name] === undefined ? '' : String(facts[name]))
    const count = (name: string): number => Number(facts[name] ?? 0)
    switch (record.type) {
      case 'begin':
        if (record.what === 'cycle') this.#put(pod, { ...place, is: 'cycle', cycle: count('cycle'), attempt: count('attempt'), nodes: count('nodes') })
        else if (record.what === 'pull' || record.what === 'start') this.#put(pod, { ...place, is: record.what, span: record.span, container: text('container'), image: text('image'), bytes: count('bytes') })
        break
      case 'end':
        if (record.what === 'cycle') {
          this.#put(pod, { ...place, is: 'cycle-end', cycle: count('cycle'), outcome: text('outcome'), node: text('node'), nominated: text('nominatedNode'), feasible: count('feasible') })
        } else if (record.what === 'pull' || record.what === 'start') {
          this.#put(pod, { ...place, is: `${record.what}-end`, span: record.span, error: text('error') })
        }
        break
      case 'note':
        switch (record.what) {
          case 'unschedulable': case 'scheduler-error': this.#put(pod, { ...place, is: 'unschedulable', message: text('message') }); break
          case 'gated': this.#put(pod, { ...place, is: 'gated', plugin: text('plugin') }); break
          case 'backoff': this.#put(pod, { ...place, is: 'backoff', until: count('until') }); break
          case 'preemption': this.#put(pod, { ...place, is: 'preempts', node: text('node'), victims: count('victims') }); break
          case 'evicted': this.#put(pod, { ...place, is: 'evicted', from: componentName(record.from) }); break
        }
    }
  }

  /** A branch: what came after an event is no longer true. */
  cut(event: number): void {
    for (const [pod, entries] of this.#pods) {
      const length = entries.findLastIndex((entry) => entry.event <= event) + 1
      if (length === 0) this.#pods.delete(pod)
      else entries.length = length
    }
  }

  /** Puts what was learned later of an earlier time in front. */
  prepend(earlier: JourneyLog): void {
    for (const [pod, entries] of earlier.#pods) this.#pods.set(pod, [...entries, ...this.#pods.get(pod) ?? []])
  }

  /** Components are told the same thing again and again; the first time is when they heard of it. */
  #watch(pod: string, record: Extract<TraceRecord, { readonly type: 'watch' }>): void {
    if (record.change !== 'ADDED' && record.change !== 'MODIFIED') return
    const node = nodeOf(record.to)
    if (node === undefined && record.to !== scheduler) return
    const is = node === undefined ? 'heard' : 'kubelet'
    const life = this.#life(pod)
    if (life === undefined || life.some((entry) => entry.is === is && (entry.is !== 'kubelet' || entry.node === node))) return
    const { change } = record
    const place = placeOf(record)
    this.#put(pod, node === undefined ? { ...place, is: 'heard', change } : { ...place, is: 'kubelet', node, change })
  }

  #status(pod: string, place: Place, from: string, revision: number, object: Pod): void {
    const { status } = object
    const statuses = [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]
    const waiting = statuses.find((each) => each.state?.waiting?.reason !== undefined)?.state?.waiting?.reason ?? ''
    const ready = status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True'
    const phase = status?.phase ?? ''
    const before = this.#life(pod)?.findLast((entry): entry is OfKind<'status'> => entry.is === 'status')
    if (before !== undefined && before.phase === phase && before.waiting === waiting && before.ready === ready) return
    this.#put(pod, { ...place, is: 'status', from, revision, phase, reason: status?.reason ?? '', message: status?.message ?? '', waiting, ready })
  }

  /** The newest Pod of that name; undefined when none is known to live. */
  #life(pod: string): readonly JourneyEntry[] | undefined {
    const entries = this.#pods.get(pod)
    if (entries === undefined) return []
    const start = entries.findLastIndex((entry) => entry.is === 'created')
    const life = start <= 0 ? entries : entries.slice(start)
    // Late news of one that is gone: nobody's any more.
    return life.some((entry) => entry.is === 'gone') ? undefined : life
  }

  #put(pod: string, entry: JourneyEntry): void {
    const entries = this.#pods.get(pod)
    if (entries === undefined) {
      this.#pods.set(pod, [entry])
      return
    }
    entries.push(entry)
    if (entries.length > entriesMax) entries.splice(entriesFirst, entriesDropped)
  }
}

function placeOf({ event, at, seq }: TraceRecord): Place {
  return { event, at, seq }
}
