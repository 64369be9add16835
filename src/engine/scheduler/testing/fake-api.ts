/**
 * An api-server small enough to see through, for tests of the scheduler by itself: objects as they are given, no defaulting,
 * no validation; bindings, status patches, deletions with grace, Events. And a clock that a test turns by hand.
 */
import { failure, keyOf, resources, type ApiObject, type ApiRequest, type ApiResponse, type Resource, type WatchEvent } from '../../../api'
import { Random } from '../../../base'
import type { Transport, WatchDelivery, WatchOpened } from '../../client'
import type { ActorContext, EventBody, TraceInput } from '../../kernel'

interface Watch {
  readonly id: number
  readonly resource: string
  readonly selector: string | undefined
  readonly matches: (object: ApiObject) => boolean
  readonly events: WatchEvent[]
}

export interface Written {
  readonly reason: string
  readonly about: string
  readonly message: string
}

const byPlural = new Map<string, Resource>(Object.values(resources).map((resource) => [`${resource.group}/${resource.plural}`, resource]))

export interface FakeApiState {
  readonly objects: readonly (readonly [string, readonly ApiObject[]])[]
  readonly history: readonly Change[]
  readonly watches: readonly { readonly id: number; readonly resource: string; readonly selector: string | null }[]
  readonly events: readonly (readonly [string, Written])[]
  readonly written: readonly Written[]
  readonly revision: number
  readonly nextWatch: number
}

interface Change {
  readonly revision: number
  readonly resource: string
  readonly key: string
  /** null: removed. */
  readonly object: ApiObject | null
}

export class FakeApi implements Transport {
  #history: Change[] = []
  readonly #objects = new Map<string, Map<string, ApiObject>>()
  readonly #watches = new Map<number, Watch>()
  #events = new Map<string, Written>()
  #revision = 0
  #nextWatch = 1
  /** How many of the next such calls are refused with 400 "injected". */
  failing = { bindings: 0, deletions: 0 }
  /** Events components wrote, in order. */
  written: Written[] = []
  /** "deletionTimestamp" of what is deleted. */
  deletionTime = '2026-01-01T00:00:00Z'

  get revision(): number {
    return this.#revision
  }

  get(resource: Resource, key: string): ApiObject | undefined {
    return this.#of(resource.plural).get(key)
  }

  list(resource: Resource): readonly ApiObject[] {
    return [...this.#of(resource.plural).values()]
  }

  put(resource: Resource, object: ApiObject): ApiObject {
    const key = keyOf(object)
    const before = this.#of(resource.plural).get(key)
    const stored = freeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } })
    this.#of(resource.plural).set(key, stored)
    this.#history.push({ revision: this.#revision, resource: resource.plural, key, object: stored })
    this.#tell(resource.plural, before, stored)
    return stored
  }

  remove(resource: Resource, key: string): void {
    const before = this.#of(resource.plural).get(key)
    if (before === undefined) return
    this.#of(resource.plural).delete(key)
    const last = freeze({ ...before, metadata: { ...before.metadata, resourceVersion: String(++this.#revision) } })
    this.#history.push({ revision: this.#revision, resource: resource.plural, key, object: null })
    for (const watch of this.#watches.values()) {
      if (watch.resource === resource.plural && watch.matches(before)) watch.events.push({ type: 'DELETED', object: last })
    }
  }

  /** What watches have to tell, and forgets it. */
  deliveries(): WatchDelivery[] {
    const deliveries: WatchDelivery[] = []
    for (const watch of this.#watches.values()) {
      if (watch.events.length > 0) deliveries.push({ type: 'watch', watch: watch.id, events: watch.events.splice(0) })
    }
    return deliveries
  }

  request(request: ApiRequest): ApiResponse {
    const target = parse(request.path)
    if (target === undefined) return refuse(404, 'NotFound', 'the server could not find the requested resource')
    const { resource, key, subresource } = target
    if (request.method === 'GET' && target.name === undefined) {
      const matches = selection(request.query?.['fieldSelector'])
      const items = [...this.#of(resource.plural).values()].filter(matches)
      return answer({ apiVersion: 'v1', kind: `${resource.kind}List`, metadata: { resourceVersion: String(this.#revision) }, items })
    }
    if (request.method === 'POST' && subresource === 'binding') return this.#bind(key, request.body as { readonly target: { readonly name: string } })
    if (request.method === 'POST') {
      const object = request.body as ApiObject & { readonly reason?: string; readonly note?: string; readonly message?: string; readonly regarding?: Reference; readonly involvedObject?: Reference }
      if (resource.kind === 'Event') {
        const about = object.regarding ?? object.involvedObject
        const written = { reason: String(object.reason ?? ''), about: `${about?.namespace ?? ''}/${about?.name ?? ''}`, message: String(object.note ?? object.message ?? '') }
        this.written.push(written)
        this.#events.set(String(object.metadata.name), written)
        return answer(object, 201)
      }
      return answer(this.put(resource, object), 201)
    }
    if (resource.kind === 'Event') {
      // Written again: the recorder raises the count of the first.
      const written = this.#events.get(target.name ?? '')
      if (written === undefined) return refuse(404, 'NotFound', `events "${target.name ?? ''}" not found`)
      this.written.push(written)
      return answer({})
    }
    const stored = this.#of(resource.plural).get(key)
    if (stored === undefined) return refuse(404, 'NotFound', `${resource.plural} "${target.name ?? ''}" not found`)
    switch (request.method) {
      case 'GET': return answer(stored)
      case 'PUT': return answer(this.put(resource, request.body as ApiObject))
      case 'PATCH': return answer(this.put(resource, patched(stored, request.body as Patch)))
      case 'DELETE': {
        if (this.failing.deletions > 0) {
          this.failing = { ...this.failing, deletions: this.failing.deletions - 1 }
          return refuse(400, 'BadRequest', 'injected')
        }
        if (stored.metadata.deletionTimestamp === undefined) {
          this.put(resource, { ...stored, metadata: { ...stored.metadata, deletionTimestamp: this.deletionTime } })
        }
        return answer(stored)
      }
      default: return refuse(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
    }
  }

  watch(request: ApiRequest): WatchOpened {
    const target = parse(request.path)
    if (target === undefined) throw new Error(`no such resource: ${request.path}`)
    const id = this.#nextWatch++
    const selector = request.query?.['fieldSelector']
    this.#watches.set(id, { id, resource: target.resource.plural, selector, matches: selection(selector), events: [] })
    return { id }
  }

  stopWatch(id: number): void {
    this.#watches.delete(id)
  }

  /** All objects of a kind as they stood at a revision, in the order of keys. */
  listAt(resource: Resource, revision: number): readonly ApiObject[] {
    const objects = new Map<string, ApiObject>()
    for (const change of this.#history) {
      if (change.revision > revision) break
      if (change.resource !== resource.plural) continue
      if (change.object === null) objects.delete(change.key)
      else objects.set(change.key, change.object)
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
  }

  save(): FakeApiState {
    return {
      objects: [...this.#objects].filter(([, objects]) => objects.size > 0).map(([plural, objects]) => [plural, [...objects.values()]]), history: [...this.#history],
      watches: [...this.#watches.values()].map(({ id, resource, selector }) => ({ id, resource, selector: selector ?? null })),
      events: [...this.#events], written: [...this.written], revision: this.#revision, nextWatch: this.#nextWatch,
    }
  }

  load(state: FakeApiState): void {
    this.#objects.clear()
    for (const [plural, objects] of state.objects) for (const object of objects) this.#of(plural).set(keyOf(object), object)
    this.#history = [...state.history]
    this.#watches.clear()
    for (const { id, resource, selector } of state.watches) {
      this.#watches.set(id, { id, resource, selector: selector ?? undefined, matches: selection(selector ?? undefined), events: [] })
    }
    this.#events = new Map(state.events)
    this.written = [...state.written]
    this.#revision = state.revision
    this.#nextWatch = state.nextWatch
  }

  #bind(key: string, binding: { readonly target: { readonly name: string } }): ApiResponse {
    if (this.failing.bindings > 0) {
      this.failing = { ...this.failing, bindings: this.failing.bindings - 1 }
      return refuse(400, 'BadRequest', 'injected')
    }
    const pod = this.get(resources.pods, key)
    if (pod === undefined) return refuse(404, 'NotFound', `pods "${key.split('/')[1] ?? ''}" not found`)
    this.put(resources.pods, { ...pod, spec: { ...(pod['spec'] as object), nodeName: binding.target.name } })
    return answer({ kind: 'Status', apiVersion: 'v1', status: 'Success', code: 201 }, 201)
  }

  #of(plural: string): Map<string, ApiObject> {
    let objects = this.#objects.get(plural)
    if (objects === undefined) this.#objects.set(plural, objects = new Map())
    return objects
  }

  #tell(plural: string, before: ApiObject | undefined, after: ApiObject): void {
    for (const watch of this.#watches.values()) {
      if (watch.resource !== plural) continue
      const was = before !== undefined && watch.matches(before)
      const is = watch.matches(after)
      if (is) watch.events.push({ type: was ? 'MODIFIED' : 'ADDED', object: after })
      else if (was) watch.events.push({ type: 'DELETED', object: after })
    }
  }
}

interface Reference {
  readonly namespace?: string
  readonly name?: string
}

interface Patch {
  readonly metadata?: object
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly [field: string]: unknown }
}

function patched(object: ApiObject, patch: Patch): ApiObject {
  const status = { ...(object['status'] as Record<string, unknown> | undefined) }
  for (const [field, value] of Object.entries(patch.status ?? {})) {
    if (field === 'conditions') {
      const conditions = [...((status['conditions'] ?? []) as { readonly type: string }[])]
      for (const condition of patch.status?.conditions ?? []) {
        const at = conditions.findIndex(({ type }) => type === condition.type)
        if (at < 0) conditions.push(condition)
        else conditions[at] = condition
      }
      status['conditions'] = conditions
    } else if (value === null) delete status[field]
    else status[field] = value
  }
  return { ...object, metadata: { ...object.metadata, ...patch.metadata }, status }
}

/** /api/v1/namespaces/shop/pods/web-1/binding and its like. */
function parse(path: string): { readonly resource: Resource; readonly key: string; readonly name: string | undefined; readonly subresource: string | undefined } | undefined {
  const parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  const group = parts[0] === 'api' ? '' : (parts[1] ?? '')
  let rest = parts.slice(parts[0] === 'api' ? 2 : 3)
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length > 2) {
    namespace = rest[1] as string
    rest = rest.slice(2)
  }
  const resource = byPlural.get(`${group}/${rest[0] ?? ''}`)
  if (resource === undefined) return undefined
  const name = rest[1]
  return { resource, name, key: namespace === '' ? (name ?? '') : `${namespace}/${name ?? ''}`, subresource: rest[2] }
}

/** Of field selectors only what the scheduler asks for. */
function selection(selector: string | undefined): (object: ApiObject) => boolean {
  if (selector === undefined) return () => true
  const parts = selector.split(',').map((part) => part.split('!='))
  return (object) => parts.every(([field, value]) => {
    const found = (field as string).split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], object)
    return found !== value
  })
}

function answer(body: unknown, status = 200): ApiResponse {
  return { status, headers: {}, body }
}

function refuse(code: number, reason: string, message: string): ApiResponse {
  return answer(failure(code, reason, message), code)
}

function freeze<T>(value: T): T {
  return Object.freeze(value)
}

/** A context whose events a test looks at and delivers itself. */
export class FakeContext implements ActorContext {
  readonly name = 'kube-scheduler'
  readonly random = Random.seeded(1, 'kube-scheduler')
  readonly scheduled: { readonly at: number; readonly body: EventBody }[] = []
  readonly traced: TraceInput[] = []
  #now = 0

  now(): number {
    return this.#now
  }

  setNow(now: number): void {
    this.#now = now
  }

  schedule(delayMs: number, body: EventBody): number {
    return this.scheduled.push({ at: this.#now + delayMs, body })
  }

  cancel(): void {}

  trace(record: TraceInput): number {
    return this.traced.push(record)
  }
}
