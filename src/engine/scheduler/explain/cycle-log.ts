import { assert, type RandomState } from '../../../base'
import type { CycleSummary, VirtualMs } from '../../../api'
import type { NodeTable } from '../framework/node-table'
import type { Status } from '../framework/types'
import type { Nomination } from '../queue/nominator'
import type { Decision } from '../schedule-one'

export interface AssumedPod {
  readonly uid: string
  readonly key: string
  readonly node: string
}

/** One cycle: what is needed to list it, and to run it again. */
export interface CycleRecord {
  readonly summary: CycleSummary
  readonly key: string
  /** Newest Pod and Node that the watches had told of; `summary.revision` is the newest of all kinds. */
  readonly podsRevision: number
  readonly nodesRevision: number
  readonly startIndex: number
  readonly random: RandomState
  /** Number of the node list in force; see `CycleLog.order`. */
  readonly order: number
  /** Number of the configuration in force; see `CycleLog.configuration`. */
  readonly configuration: number
  readonly assumed: readonly AssumedPod[]
  readonly nominations: readonly Nomination[]
  /** Volumes and claims decided on but not seen yet, as `Assumed.save` gives them. */
  readonly assumedObjects: unknown
}

interface Beginning extends Omit<CycleRecord, 'summary' | 'order' | 'configuration'> {
  readonly pod: CycleSummary['pod']
  readonly profile: string
  readonly attempt: number
  readonly startedAt: VirtualMs
  readonly endedAt: VirtualMs
  readonly revision: number
  readonly table: NodeTable
}

type Optional<T> = { readonly [field in keyof T]?: T[field] | undefined }
export type CycleEnd = Pick<CycleSummary, 'outcome'> & Optional<Pick<CycleSummary, 'node' | 'nominatedNode' | 'message'>>
type Changes = CycleEnd & Optional<Pick<CycleSummary, 'endedAt' | 'nodesTotal' | 'nodesEvaluated' | 'nodesFeasible'>>

interface LogState {
  readonly records: readonly CycleRecord[]
  readonly nextId: number
  readonly orders: readonly (readonly [number, readonly string[]])[]
  readonly order: number
  readonly configurations: readonly (readonly [number, unknown])[]
  readonly configuration: number
}

/** Cycles kept; the oldest go first. */
const recordsMax = 50_000

/** All cycles so far, small. Node lists and configurations are kept once and named by number. */
export class CycleLog {
  #records: CycleRecord[] = []
  #first = 1
  #nextId = 1
  #lastOf = new Map<string, number>()
  #orders = new Map<number, readonly string[]>()
  #order = 0
  #orderSeen = -1
  #configurations = new Map<number, unknown>()
  #configuration = 0

  get count(): number {
    return this.#nextId - 1
  }

  get(id: number): CycleRecord | undefined {
    return this.#records[id - this.#first]
  }

  list(limit: number, podKey?: string): readonly CycleSummary[] {
    const found: CycleSummary[] = []
    for (let i = this.#records.length - 1; i >= 0 && found.length < limit; i--) {
      const record = this.#records[i] as CycleRecord
      if (podKey === undefined || record.key === podKey) found.push(record.summary)
    }
    return found
  }

  lastMessage(podKey: string): string | undefined {
    const id = this.#lastOf.get(podKey)
    return id === undefined ? undefined : this.get(id)?.summary.message
  }

  /** Node names in the order a cycle saw them. */
  order(record: CycleRecord): readonly string[] {
    return this.#orders.get(record.order) ?? []
  }

  configuration(record: CycleRecord): unknown {
    return this.#configurations.get(record.configuration) ?? undefined
  }

  useConfiguration(source: unknown): void {
    this.#configuration++
    this.#configurations.set(this.#configuration, source ?? null)
  }

  /** Returns the cycle's number. */
  begin({ pod, key, profile, attempt, startedAt, endedAt, revision, table, podsRevision, nodesRevision, startIndex, random, assumed, nominations, assumedObjects }: Beginning): number {
    if (table.orderVersion !== this.#orderSeen) {
      this.#orderSeen = table.orderVersion
      this.#order++
      this.#orders.set(this.#order, table.names())
    }
    const id = this.#nextId++
    const summary: CycleSummary = {
      id, pod, profile, attempt, startedAt, endedAt, revision, outcome: 'error', nodesTotal: table.count, nodesEvaluated: 0, nodesFeasible: 0,
    }
    this.#records.push({ summary, key, podsRevision, nodesRevision, startIndex, random, order: this.#order, configuration: this.#configuration, assumed, nominations, assumedObjects })
    this.#lastOf.set(key, id)
    if (this.#records.length > recordsMax) this.#forgetOldest()
    return id
  }

  /** What the cycle came to, known at its beginning; its end may still change it. */
  decided(id: number, decision: Decision, refused: Status | undefined): void {
    const { nodesTotal, nodesEvaluated, nodesFeasible } = decision
    if (decision.outcome === 'scheduled') {
      const outcome = refused === undefined ? 'scheduled' : refused.code === 'Error' ? 'error' : 'unschedulable'
      this.#change(id, { nodesTotal, nodesEvaluated, nodesFeasible, outcome, node: refused === undefined ? decision.node : undefined })
      return
    }
    const { outcome, message, nominating } = decision
    this.#change(id, { nodesTotal, nodesEvaluated, nodesFeasible, outcome, message, nominatedNode: nominating === '' ? undefined : nominating })
  }

  ended(id: number, at: VirtualMs, { outcome, node, nominatedNode, message }: CycleEnd): CycleRecord {
    const record = this.#change(id, { endedAt: at, outcome, node, nominatedNode, message })
    assert(record !== undefined, `cycle ${id} is in the log until it has ended`)
    return record
  }

  save(): LogState {
    return {
      records: [...this.#records], nextId: this.#nextId, orders: [...this.#orders], order: this.#order,
      configurations: [...this.#configurations], configuration: this.#configuration,
    }
  }

  load(state: unknown): void {
    const saved = state as LogState
    this.#records = [...saved.records]
    this.#nextId = saved.nextId
    this.#first = saved.nextId - saved.records.length
    this.#orders = new Map(saved.orders)
    this.#order = saved.order
    this.#configurations = new Map(saved.configurations)
    this.#configuration = saved.configuration
    this.#lastOf = new Map(this.#records.map(({ key, summary }) => [key, summary.id]))
  }

  /** After a restore: the table's node list is the last one noted, unless it has changed since. */
  seenOrder(table: NodeTable): void {
    const last = this.#orders.get(this.#order)
    const names = table.names()
    const same = last !== undefined && last.length === names.length && names.every((name, i) => name === last[i])
    this.#orderSeen = same ? table.orderVersion : -1
  }

  /** Records are replaced, not changed: a saved log keeps what it has. Undefined changes change nothing. */
  #change(id: number, changes: Changes): CycleRecord | undefined {
    const record = this.get(id)
    if (record === undefined) return undefined
    const { summary: old } = record
    const { node = old.node, nominatedNode = old.nominatedNode, message = old.message } = changes
    const summary: { -readonly [field in keyof CycleSummary]: CycleSummary[field] } = {
      id: old.id, pod: old.pod, profile: old.profile, attempt: old.attempt, startedAt: old.startedAt, endedAt: changes.endedAt ?? old.endedAt, revision: old.revision,
      outcome: changes.outcome, nodesTotal: changes.nodesTotal ?? old.nodesTotal, nodesEvaluated: changes.nodesEvaluated ?? old.nodesEvaluated,
      nodesFeasible: changes.nodesFeasible ?? old.nodesFeasible,
    }
    if (node !== undefined) summary.node = node
    if (nominatedNode !== undefined) summary.nominatedNode = nominatedNode
    if (message !== undefined) summary.message = message
    const changed = { ...record, summary }
    this.#records[id - this.#first] = changed
    return changed
  }

  #forgetOldest(): void {
    const dropped = this.#records.splice(0, Math.floor(recordsMax / 10))
    this.#first += dropped.length
    const orders = new Set(this.#records.map(({ order }) => order))
    for (const number of [...this.#orders.keys()]) if (!orders.has(number)) this.#orders.delete(number)
    const configurations = new Set([this.#configuration, ...this.#records.map(({ configuration }) => configuration)])
    for (const number of [...this.#configurations.keys()]) if (!configurations.has(number)) this.#configurations.delete(number)
    for (const [key, id] of this.#lastOf) if (id < this.#first) this.#lastOf.delete(key)
  }
}
