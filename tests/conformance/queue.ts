import { keyOf, resourceOfKind, resources, type ApiObject, type Pod, type PodCondition } from '../../src/api'
import { compareText } from '../../src/base'
import { Scheduler } from '../../src/engine/scheduler'
import { FakeApi, FakeContext } from '../../src/engine/scheduler/testing/fake-api'
import { expectSame } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

/** See README.md beside the recordings for what each member means. */
interface Recording {
  readonly name: string
  readonly featureGates?: Readonly<Record<string, boolean>>
  readonly config: unknown
  readonly start: readonly ApiObject[]
  readonly steps: readonly Step[]
}

interface Step {
  readonly at: number
  readonly input: Input | null
  readonly fail?: { readonly bindings?: number; readonly deletions?: number }
  readonly maxCycles?: number
  readonly inCycle?: { readonly pod: string; readonly inputs: readonly Input[] }
  readonly observe: Readonly<Record<string, unknown>>
}

interface Input {
  readonly create?: ApiObject
  readonly update?: ApiObject
  readonly delete?: { readonly kind: string; readonly namespace?: string; readonly name: string }
}

const secondMs = 1_000
const leftoversMs = 30_000

export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    for (const recording of readJson(folder, file) as readonly Recording[]) yield vector(file, recording.name, () => { replay(recording) })
  }
}

function replay(recording: Recording): void {
  const cluster = new QueueCluster(recording)
  recording.steps.forEach((step, i) => { expectSame(withoutEmpty(cluster.step(step)), withoutEmpty(step.observe), `steps[${i}]`) })
}

/** A scheduler with a clock turned by hand, as the README of the recordings describes it. */
class QueueCluster {
  readonly #api = new FakeApi()
  readonly #context = new FakeContext()
  readonly #scheduler: Scheduler
  readonly #attempts = new Map<string, number>()
  #now = 0
  #conditions = new Map<string, string>()

  constructor({ config, featureGates, start }: Recording) {
    for (const object of start) this.#api.put(resourceOf(object.apiVersion, object.kind), object)
    this.#scheduler = new Scheduler({
      context: this.#context, transport: this.#api, cycleMs: 0, ...(config === null ? {} : { configuration: config }), ...(featureGates === undefined ? {} : { featureGates }),
    })
    this.#scheduler.start()
  }

  step({ at, input, fail, maxCycles, inCycle }: Step): Record<string, unknown> {
    const cycles: string[] = []
    let budget = maxCycles ?? Infinity
    let late = inCycle
    const work = (): void => {
      while (budget > 0 && this.#scheduler.queue.hasNext) {
        const before = this.#scheduler.cycles(1)[0]?.id ?? 0
        this.#scheduler.handle({ type: 'cycle' })
        if (!this.#scheduler.busy) continue
        const cycle = this.#scheduler.cycles(1)[0]
        if (cycle === undefined || cycle.id === before) throw new Error('a Pod was taken without a cycle')
        const key = `${cycle.pod.namespace}/${cycle.pod.name}`
        budget--
        cycles.push(key)
        this.#attempts.set(key, (this.#attempts.get(key) ?? 0) + 1)
        if (late?.pod === key) {
          for (const one of late.inputs) this.#do(one)
          late = undefined
          this.#deliver()
        }
        this.#scheduler.handle({ type: 'cycle-end', cycle: cycle.id })
        this.#deliver()
        this.#setNow(this.#now + 1)
        if (this.#now % secondMs === 0) this.#flush()
      }
    }
    const eventsBefore = this.#api.written.length
    while (this.#now < at) {
      this.#setNow(Math.min(at, (Math.floor(this.#now / secondMs) + 1) * secondMs))
      if (this.#now % secondMs === 0) this.#flush()
      work()
    }
    this.#api.failing = { ...this.#api.failing, ...fail }
    if (input !== null) this.#do(input)
    this.#deliver()
    work()
    return this.#observe(cycles, eventsBefore)
  }

  #flush(): void {
    this.#scheduler.handle({ type: 'flush' })
    if (this.#now % leftoversMs === 0) this.#scheduler.handle({ type: 'flush-leftovers' })
  }

  #setNow(now: number): void {
    this.#now = now
    this.#context.setNow(now)
  }

  #do(input: Input): void {
    const { create, update, delete: gone } = input
    if (create !== undefined) this.#api.put(resourceOf(create.apiVersion, create.kind), create)
    if (update !== undefined) {
      const resource = resourceOf(update.apiVersion, update.kind)
      const stored = this.#api.get(resource, keyOf(update))
      this.#api.put(resource, update.kind === 'Pod' && stored !== undefined ? keepingStatus(stored, update) : update)
    }
    if (gone !== undefined) {
      const resource = Object.values(resources).find(({ kind }) => kind === gone.kind)
      if (resource === undefined) throw new Error(`no kind ${gone.kind}`)
      this.#api.remove(resource, gone.namespace === undefined || gone.namespace === '' ? gone.name : `${gone.namespace}/${gone.name}`)
    }
  }

  #deliver(): void {
    for (;;) {
      const deliveries = this.#api.deliveries()
      if (deliveries.length === 0) return
      for (const delivery of deliveries) this.#scheduler.handle(delivery)
    }
  }

  #observe(cycles: readonly string[], eventsBefore: number): Record<string, unknown> {
    const { queue } = this.#scheduler
    const pods = this.#api.list(resources.pods) as unknown as readonly Pod[]
    const plugins = (entry: { readonly unschedulablePlugins: ReadonlySet<string>; readonly pendingPlugins: ReadonlySet<string> }): readonly string[] =>
      [...new Set([...entry.unschedulablePlugins, ...entry.pendingPlugins])].sort(compareText)
    const existing = new Set(pods.map(keyOf))
    const pending = pods.filter(({ spec }) => (spec?.nodeName ?? '') === '')
    const conditions: Record<string, unknown> = {}
    const now = new Map<string, string>()
    for (const pod of pending) {
      const found = pod.status?.conditions?.find(({ type, status }: PodCondition) => type === 'PodScheduled' && status === 'False')
      if (found === undefined) continue
      const text = JSON.stringify([found.reason, found.message])
      now.set(keyOf(pod), text)
      if (this.#conditions.get(keyOf(pod)) !== text) conditions[keyOf(pod)] = { reason: found.reason, message: found.message }
    }
    this.#conditions = now
    return {
      now: this.#now,
      cycles,
      queues: {
        active: queue.active().map(({ key }) => key),
        backoff: queue.backoff().map(({ pod, until, error }) => ({ pod: pod.key, until, ...(error ? { error } : {}) })),
        unschedulable: byPod(queue.unschedulable().map((entry) => ({ pod: entry.key, plugins: plugins(entry) }))),
        gated: byPod(queue.gated().map((entry) => ({ pod: entry.key, plugin: entry.gatingPlugin, plugins: plugins(entry) }))),
      },
      attempts: Object.fromEntries([...this.#attempts].filter(([key]) => existing.has(key))),
      bound: Object.fromEntries(pods.filter((pod) => this.#attempts.has(keyOf(pod)) && (pod.spec?.nodeName ?? '') !== '').map((pod) => [keyOf(pod), pod.spec?.nodeName])),
      nominated: Object.fromEntries(pods.filter(({ status }) => (status?.nominatedNodeName ?? '') !== '').map((pod) => [keyOf(pod), pod.status?.nominatedNodeName])),
      terminating: pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(keyOf).sort(compareText),
      conditions,
      events: this.#api.written.slice(eventsBefore).map(({ reason, about, message }) => ({ pod: about, reason, message })),
    }
  }
}

function resourceOf(apiVersion: string, kind: string): (typeof resources)['pods'] {
  const resource = resourceOfKind(apiVersion, kind)
  if (resource === undefined) throw new Error(`no resource for ${apiVersion} ${kind}`)
  return resource as (typeof resources)['pods']
}

function keepingStatus(stored: ApiObject, update: ApiObject): ApiObject {
  const { nodeName } = (stored['spec'] ?? {}) as { readonly nodeName?: string }
  const { deletionTimestamp } = stored.metadata
  return {
    ...update,
    metadata: { ...update.metadata, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
    spec: { ...(update['spec'] as object), ...(nodeName === undefined ? {} : { nodeName }) },
    ...(stored['status'] === undefined ? {} : { status: stored['status'] }),
  }
}

function byPod<T extends { readonly pod: string }>(entries: readonly T[]): readonly T[] {
  return [...entries].sort((a, b) => compareText(a.pod, b.pod))
}

/** Absent members are empty ones. */
function withoutEmpty(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member) ? member.length === 0 : typeof member === 'object' && member !== null && Object.keys(member).length === 0) continue
    kept[name] = name === 'queues' ? withoutEmpty(member as Record<string, unknown>) : name === 'events' ? ordered(member as readonly Event[]) : member
  }
  return kept
}

interface Event {
  readonly pod: string
  readonly reason: string
  readonly message: string
}

/** Of one cycle `Preempted` comes last, by name. */
function ordered(events: readonly Event[]): readonly Event[] {
  const result: Event[] = []
  let preempted: Event[] = []
  const close = (): void => {
    result.push(...preempted.sort((a, b) => compareText(a.pod, b.pod)))
    preempted = []
  }
  for (const event of events) {
    if (event.reason === 'Preempted') preempted.push(event)
    else {
      close()
      result.push(event)
    }
  }
  close()
  return result
}
