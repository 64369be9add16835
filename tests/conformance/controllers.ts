import { Apiserver } from '../../src/engine/apiserver'
import { ControllerManager } from '../../src/engine/controllers'
import { Etcd } from '../../src/engine/etcd'
import { Simulation, type Actor, type EventBody } from '../../src/engine/kernel'
import {
  apiVersionOf, epochUnixMs, microTimeText, pathOf, resources, timeText, virtualMs, type ApiList, type ApiObject, type ApiRequest, type ApiResponse, type Resource, type WatchEvent,
} from '../../src/api'
import { Difference, firstDifference } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'
import { project, prune, unordered, type Json } from './controllers/project'
import { Names } from './controllers/names'

interface Scenario {
  readonly name: string
  readonly namespace: string
  readonly kinds: readonly string[]
  readonly start: string
  readonly steps: readonly Step[]
}

export interface LogEntry {
  readonly type: string
  readonly kind: string
  readonly name: string
  readonly fields: Json
}

export type State = { readonly [kind: string]: readonly (Json & { readonly name: string })[] }

interface Step {
  readonly input: Input
  readonly seconds: number
  readonly log: readonly LogEntry[]
  readonly state: State
}

type Input =
  | { readonly method: ApiRequest['method']; readonly path: string; readonly contentType?: string; readonly body?: unknown; readonly kubelet?: undefined; readonly wait?: undefined }
  | { readonly kubelet: 'bind' | 'ready' | 'running' | 'unready' | 'succeed' | 'fail' | 'terminate'; readonly pods: readonly string[]; readonly nodes?: readonly string[]; readonly exitCode?: number; readonly method?: undefined; readonly wait?: undefined }
  | { readonly wait: number; readonly silent?: readonly string[]; readonly kubelet?: undefined; readonly method?: undefined }

/** How long before the first input the control plane comes up. */
const warmUpMs = 30_000
const leaseMs = 1_500
/** After a step's time: what controllers still have to do at that moment. */
const settleMs = 200

/** Recordings of a real kube-controller-manager; the format is described in controllers/README.md. */
export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    yield await vector(file, file.replace(/\.json(\.gz)?$/, ''), () => { play(readJson(folder, file) as Scenario) })
  }
}

function play(scenario: Scenario): void {
  const world = new World(scenario)
  const names = new Names()
  let before: State = {}
  let ownBefore: State = {}
  scenario.steps.forEach((step, i) => {
    const { log, state } = world.step(step, names)
    const problem = names.match({ input: step.input, before, after: step.state, log: step.log }, { before: ownBefore, after: state, log })
    if (problem !== undefined) throw new Difference(`steps[${i}].state: ${problem}`)
    const got = comparable(names.recorded(state) as State)
    const wanted = comparable(step.state)
    const difference = firstDifference(got, wanted, `steps[${i}].state`) ?? logDifference(names.recorded(log) as LogEntry[], step.log, `steps[${i}].log`)
    if (difference !== undefined) throw new Difference(`${difference} (after ${JSON.stringify(step.input).slice(0, 160)})`)
    before = step.state
    ownBefore = state
  })
}

/** A control plane without scheduler and kubelets, and what those would do. */
class World {
  readonly #scenario: Scenario
  readonly #simulation = new Simulation({ seed: 1 })
  readonly #apiserver: Apiserver
  readonly #silent = new Set<string>()
  readonly #events: { readonly kind: string; readonly event: WatchEvent }[] = []
  readonly #atStart = new Map<string, string>()
  #nextIp = 1
  #watched = new Map<number, string>()

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    const simulation = this.#simulation
    const start = Date.parse(scenario.start) - epochUnixMs
    simulation.run({ until: start - warmUpMs })
    const etcd = new Etcd<ApiObject>({ context: simulation.context('etcd') })
    this.#apiserver = new Apiserver({ context: simulation.context('kube-apiserver'), etcd, watchLatencyMs: 2 })
    const manager = new ControllerManager({
      context: simulation.context('kube-controller-manager'), transport: this.#apiserver, syncMs: 5,
      settings: { nodeMonitorGraceMs: 6_000, nodeStartupGraceMs: 6_000, nodeMonitorPeriodMs: 1_000, claimBinderSyncMs: 5_000 },
    })
    const actor = (name: string, handle: (body: EventBody) => void): Actor => ({ name, handle, save: () => null, load: () => undefined })
    const recorder = actor('recorder', (body) => { this.#record(body) })
    const kubelets = actor('kubelets', () => {
      this.#renewLeases()
      simulation.schedule(leaseMs, 'kubelets', { type: 'lease' })
    })
    for (const one of [etcd, this.#apiserver, manager, recorder, kubelets]) simulation.add(one)
    this.#apiserver.start()
    manager.start()
    simulation.schedule(0, 'kubelets', { type: 'lease' })
    simulation.run({ until: simulation.now + 100 })
    for (const name of ['node-1', 'node-2']) this.#must('POST', '/api/v1/nodes', this.#node(name))
    this.#must('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: scenario.namespace } })
    simulation.run({ until: start })
    for (const kind of scenario.kinds) for (const object of this.#list(kind)) this.#atStart.set(object.metadata.uid ?? '', object.metadata.resourceVersion ?? '')
    for (const kind of scenario.kinds) {
      const { path, query } = this.#where(kind)
      const list = this.#ask('GET', path, undefined, query).body as ApiList
      const { id } = this.#apiserver.watch({ method: 'GET', path, query: { ...query, watch: 'true', resourceVersion: list.metadata.resourceVersion ?? '' }, userAgent: 'recorder' }, 'recorder')
      this.#watched.set(id, kind)
    }
  }

  step(step: Step, names: Names): { readonly log: LogEntry[]; readonly state: State } {
    this.#events.length = 0
    const began = this.#simulation.now
    this.#apply(step.input, names)
    this.#simulation.run({ until: began + Math.round(step.seconds * 1000) + settleMs })
    const log = this.#events.filter(({ event }) => event.type === 'ADDED' || event.type === 'DELETED')
      .sort((a, b) => Number(a.event.object.metadata.resourceVersion) - Number(b.event.object.metadata.resourceVersion))
      .map(({ kind, event }) => ({ type: event.type, kind, name: event.object.metadata.name ?? '', fields: project(kind, event.object, this.#podName) }))
    const state: Record<string, (Json & { readonly name: string })[]> = {}
    for (const kind of [...this.#scenario.kinds]) {
      const objects = this.#list(kind).filter((object) => this.#atStart.get(object.metadata.uid ?? '') !== object.metadata.resourceVersion
        && !(kind === 'Namespace' && (object['status'] as Json | undefined)?.['phase'] === 'Active'))
      if (objects.length === 0) continue
      state[kind] = objects.map((object) => ({ name: object.metadata.name ?? '', ...project(kind, object, this.#podName) })).sort((a, b) => (a.name < b.name ? -1 : 1))
    }
    return { log, state }
  }

  readonly #podName = (ip: string): string => {
    for (const pod of this.#list('Pod')) if ((pod['status'] as Json | undefined)?.['podIP'] === ip) return pod.metadata.name ?? ''
    return ip
  }

  #apply(input: Input, names: Names): void {
    if (input.kubelet !== undefined) {
      input.pods.forEach((name, index) => { this.#kubelet(input, names.own(name), input.nodes?.map((node) => names.own(node)), index) })
      return
    }
    if (input.wait !== undefined) {
      for (const node of input.silent ?? []) {
        this.#renewLease(node)
        this.#silent.add(node)
      }
      return
    }
    const [path = '', search = ''] = names.own(input.path).split('?')
    const query = Object.fromEntries(new URLSearchParams(search))
    const body = input.body === undefined ? undefined : this.#filled(names.ownTree(input.body))
    const response = this.#ask(input.method, decodeURIComponent(path), body, query, input.contentType)
    if (response.status >= 400) throw new Error(`${input.method} ${path}: ${response.status} ${JSON.stringify(response.body)}`)
  }

  /** `<now>` and `<uid of KIND NAME>` filled in. */
  #filled(body: unknown): unknown {
    const now = timeText(virtualMs(this.#simulation.now))
    const text = JSON.stringify(body).replaceAll('<now>', now).replace(/<uid of ([A-Za-z]+) ([^>]+)>/g, (_all, kind: string, name: string) => (
      this.#list(kind).find((object) => object.metadata.name === name)?.metadata.uid ?? ''))
    return JSON.parse(text) as unknown
  }

  #kubelet(input: Extract<Input, { readonly kubelet: string }>, name: string, nodes: readonly string[] | undefined, index: number): void {
    const path = pathOf(resources.pods, this.#scenario.namespace, name)
    if (input.kubelet === 'terminate') {
      this.#must('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 })
      return
    }
    const pod = this.#must('GET', path) as ApiObject & { spec: { nodeName?: string; containers: { name: string; image: string }[] }; status?: { podIP?: string; startTime?: string } }
    if (input.kubelet === 'bind' || pod.spec.nodeName === undefined) {
      const node = (input.kubelet === 'bind' ? nodes?.[index % nodes.length] : nodes?.[0]) ?? 'node-1'
      this.#must('POST', `${path}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace: this.#scenario.namespace }, target: { apiVersion: 'v1', kind: 'Node', name: node } })
      if (input.kubelet === 'bind') return
    }
    const now = timeText(virtualMs(this.#simulation.now))
    const ready = input.kubelet === 'ready'
    const ended = input.kubelet === 'succeed' || input.kubelet === 'fail'
    const ip = pod.status?.podIP ?? `10.0.${Math.floor(this.#nextIp / 250)}.${(this.#nextIp++ % 250) + 1}`
    const status = {
      phase: input.kubelet === 'succeed' ? 'Succeeded' : input.kubelet === 'fail' ? 'Failed' : 'Running',
      podIP: ip, podIPs: [{ ip }], startTime: pod.status?.startTime ?? now,
      conditions: ['Ready', 'ContainersReady'].map((type) => ({ type, status: ready ? 'True' : 'False', lastTransitionTime: now })),
      containerStatuses: pod.spec.containers.map((container) => ({
        name: container.name, image: container.image, imageID: '', ready, restartCount: 0,
        state: ended ? { terminated: { exitCode: input.exitCode ?? 0, startedAt: now, finishedAt: now } } : { running: { startedAt: now } },
      })),
    }
    this.#must('PATCH', `${path}/status`, { status }, 'application/strategic-merge-patch+json')
  }

  #renewLeases(): void {
    const nodes = (this.#ask('GET', '/api/v1/nodes').body as ApiList).items
    for (const node of nodes) if (!this.#silent.has(node.metadata.name ?? '')) this.#renewLease(node.metadata.name ?? '')
  }

  #renewLease(name: string): void {
    const path = pathOf(resources.leases, 'kube-node-lease', name)
    const renewTime = microTimeText(virtualMs(this.#simulation.now))
    const found = this.#ask('GET', path)
    if (found.status === 200) this.#must('PUT', path, { ...(found.body as ApiObject), spec: { ...((found.body as ApiObject)['spec'] as Json), renewTime } })
    else {
      this.#must('POST', pathOf(resources.leases, 'kube-node-lease'), {
        apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      })
    }
  }

  #node(name: string): unknown {
    const now = timeText(virtualMs(this.#simulation.now))
    const amounts = { cpu: '4', memory: '8Gi', pods: '110' }
    return {
      apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now, lastTransitionTime: now }] },
    }
  }

  #record(body: EventBody): void {
    const kind = this.#watched.get(body['watch'] as number)
    if (kind === undefined) return
    for (const event of body['events'] as readonly WatchEvent[]) if (event.type !== 'BOOKMARK') this.#events.push({ kind, event })
  }

  #where(kind: string): { readonly path: string; readonly query: Record<string, string> } {
    const resource = resourceOf(kind)
    const { namespace } = this.#scenario
    if (resource.namespaced) return { path: pathOf(resource, namespace), query: {} }
    if (kind === 'Namespace') return { path: pathOf(resource), query: { fieldSelector: `metadata.name=${namespace}` } }
    return { path: pathOf(resource), query: { labelSelector: `scn=${namespace}` } }
  }

  #list(kind: string): readonly ApiObject[] {
    const { path, query } = this.#where(kind)
    const response = this.#apiserver.read({ method: 'GET', path, query, userAgent: 'recorder' })
    if (response.status !== 200) throw new Error(`cannot list ${kind}: ${JSON.stringify(response.body)}`)
    return (response.body as ApiList).items
  }

  #must(method: ApiRequest['method'], path: string, body?: unknown, contentType?: string): ApiObject {
    const response = this.#ask(method, path, body, {}, contentType)
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`)
    return response.body as ApiObject
  }

  #ask(method: ApiRequest['method'], path: string, body?: unknown, query: Readonly<Record<string, string>> = {}, contentType?: string): ApiResponse {
    return this.#apiserver.request({
      method, path, query, userAgent: 'recorder', ...(body === undefined ? {} : { body }), ...(contentType === undefined ? {} : { headers: { 'content-type': contentType } }),
    })
  }
}

function resourceOf(kind: string): Resource {
  const found = Object.values(resources).find((resource) => resource.kind === kind && !(kind === 'Event' && apiVersionOf(resource) !== 'v1'))
  if (found === undefined) throw new Error(`no such kind: ${kind}`)
  return found
}

/** Without zeros, and with the lists whose order is free in a fixed order. */
function comparable(state: State): unknown {
  const kinds: Record<string, unknown> = {}
  for (const [kind, objects] of Object.entries(state)) {
    if (objects.length === 0) continue
    const sorted = objects.map((object) => unordered(prune(object) as Json)).sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1))
    kinds[kind] = Object.fromEntries(sorted.map((object) => [String(object['name']), object]))
  }
  return kinds
}

/** ADDED and DELETED entries: Pods in any order, other kinds in order within the kind, siblings deleted in a row in any order. */
function logDifference(got: readonly LogEntry[], wanted: readonly LogEntry[], path: string): string | undefined {
  const relevant = (log: readonly LogEntry[]): LogEntry[] => log.filter((entry) => entry.type === 'ADDED' || entry.type === 'DELETED')
  for (const kind of new Set([...relevant(got), ...relevant(wanted)].map((entry) => entry.kind))) {
    const difference = firstDifference(kindLog(relevant(got), kind), kindLog(relevant(wanted), kind), `${path}(${kind})`)
    if (difference !== undefined) return difference
  }
  return undefined
}

function kindLog(log: readonly LogEntry[], kind: string): unknown {
  const entries = log.filter((entry) => entry.kind === kind)
  const shown = entries.map((entry) => ({ entry, text: JSON.stringify([entry.type, entry.name, entry.type === 'ADDED' ? withoutStatus(entry.fields) : null]) }))
  if (kind === 'Pod') {
    // In any order, but for one name the order counts.
    return shown.map(({ entry, text }, index) => ({ key: `${entry.name} ${String(index).padStart(4, '0')}`, text })).sort((a, b) => {
      const [x, y] = [a.key.slice(0, -5), b.key.slice(0, -5)]
      return x === y ? (a.key < b.key ? -1 : 1) : x < y ? -1 : 1
    }).map(({ text }) => text)
  }
  const out: string[] = []
  let run: string[] = []
  let owners = ''
  const flush = (): void => {
    out.push(...run.sort())
    run = []
  }
  for (const { entry, text } of shown) {
    const of = JSON.stringify(entry.fields['owners'] ?? null)
    if (entry.type !== 'DELETED' || of !== owners) flush()
    owners = of
    run.push(text)
    if (entry.type !== 'DELETED') flush()
  }
  flush()
  return out
}

function withoutStatus(fields: Json): Json {
  const { status: _status, conditions: _conditions, ...rest } = fields
  return sortedKeys(unordered(prune(rest) as Json)) as Json
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sortedKeys(member)]))
}
