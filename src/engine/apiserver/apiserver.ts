import {
  ApiError, failure, timeText, virtualMs, type ApiObject, type ApiRequest, type ApiResponse, type Resource, type WatchEvent,
} from '../../api'
import type { Etcd } from '../etcd'
import type { Actor, ActorContext, EventBody, TraceInput } from '../kernel'
import { admissionPlugins } from './admission/chain'
import type { AdmissionWorld } from './admission/plugin'
import { bootstrapObjects } from './bootstrap'
import { shownKind, warningHeader, type AggregatedApi, type Answer, type Call, type Server } from './call'
import type { Draft } from './draft'
import { badRequest, methodNotAllowed, noSuchResource, plainError } from './errors'
import { isUnknownGroup, nonResource, pageNotFound } from './handlers/non-resource'
import { checkListOptions, get, list, revisionOf, selectionOf } from './handlers/read'
import { evict } from './handlers/eviction'
import { ephemeralContainers, log, proxy, resize, stream, type NodeConnection } from './handlers/pod-roads'
import { createToken, review, userOfToken } from './handlers/reviews'
import { scale } from './handlers/scale'
import { bind, finalize } from './handlers/subresources'
import { create, patch, remove, removeCollection, update } from './handlers/write'
import { CustomResources } from './custom/custom-resources'
import { importObjects, type ImportResult } from './import'
import { allVerbs, type Kind, type KindView, type StrategyContext } from './kinds/kind'
import { KindTable } from './kinds/table'
import { acceptedForm } from './negotiation'
import { Pipeline } from './pipeline'
import { PodIndex } from './pod-index'
import { isTrue, pathOf, requestInfoOf, verbOf, type RequestInfo } from './request-info'
import { Storage } from './storage'
import { partialMetadata, tableOf, type IncludeObject } from './table'
import { bookmark, eventFor, WatchHub, type Onlooker, type Watch } from './watch-hub'
import { yamlText } from './yaml'

export interface ApiserverOptions {
  readonly context: ActorContext
  readonly etcd: Etcd<ApiObject>
  /** Virtual time from a write until a watcher hears of it. */
  readonly watchLatencyMs: number
  /** Admission plugins that stay out: --disable-admission-plugins. */
  readonly disableAdmissionPlugins?: readonly string[]
}

interface SavedWatch {
  readonly id: number
  readonly receiver: string
  readonly request: ApiRequest
  readonly after: number
  readonly columnsSent: boolean
  readonly lastRevision: number
  readonly bookmarkDue: boolean
}

interface ApiserverState {
  readonly watches: readonly SavedWatch[]
  readonly nextWatch: number
  readonly eventLease: { readonly id: number; readonly until: number }
  /** Requests answered, by labels of the metric. */
  readonly requests: { readonly [labels: string]: number }
  /** How much later than usual watchers hear of a write, and before when they hear of none. */
  readonly slowMs?: number
  readonly notBefore?: number
  /** A look at the CustomResourceDefinitions is on its way. */
  readonly definitionsDue?: boolean
}

function only(method: ApiRequest['method'], ...allowed: readonly ApiRequest['method'][]): void {
  if (!allowed.includes(method)) throw methodNotAllowed()
}

/** Virtual time as objects carry it. One text serves all writes of an instant. */
class Clock {
  readonly #context: ActorContext
  #at = -1
  #text = ''

  constructor(context: ActorContext) {
    this.#context = context
  }

  /** RFC 3339, in whole seconds. */
  get text(): string {
    const now = this.#context.now()
    if (now !== this.#at) {
      this.#at = now
      this.#text = timeText(virtualMs(now))
    }
    return this.#text
  }
}

/**
 * kube-apiserver: the only road to the store. An actor, and the Transport that components' clients are handed.
 * Requests are answered at once; watch events travel for `watchLatencyMs`. What it keeps between requests are open watches;
 * everything else is in etcd.
 */
export class Apiserver implements Actor {
  readonly name = 'kube-apiserver'
  readonly #context: ActorContext
  readonly #storage: Storage
  readonly #kinds = new KindTable()
  readonly #pods = new PodIndex()
  readonly #hub: WatchHub
  readonly #server: Server & { nodeConnection?: NodeConnection | undefined }
  readonly #requests = new Map<string, number>()
  readonly #aggregated: AggregatedApi[] = []
  readonly #custom: CustomResources
  /** What admission and the kinds' strategies are told: made once, always of now. */
  readonly #world: AdmissionWorld
  readonly #strategyContext: StrategyContext
  #nextWatch = 1
  #lastOnlooker = 0

  constructor(options: ApiserverOptions) {
    const { context, etcd } = options
    this.#context = context
    this.#storage = new Storage(etcd, () => context.now())
    this.#hub = new WatchHub(context, options.watchLatencyMs)
    const clock = new Clock(context)
    this.#world = {
      storage: this.#storage, kinds: this.#kinds, random: context.random,
      get now() { return clock.text },
      writeQuota: (quota) => { this.#storage.put(this.#kinds.ofPath('', 'v1', 'resourcequotas') as Kind, quota) },
    }
    this.#strategyContext = {
      random: context.random,
      get now() { return clock.text },
      get nowMs() { return context.now() },
      list: (resource) => this.#storage.list(this.#kinds.ofResource(resource)).items,
    }
    const disabled = new Set(options.disableAdmissionPlugins)
    const pipeline = new Pipeline({
      storage: this.#storage,
      plugins: admissionPlugins.filter((plugin) => !disabled.has(plugin.name)),
      world: this.#world,
      random: context.random,
      context: this.#strategyContext,
    })
    this.#server = {
      context, storage: this.#storage, kinds: this.#kinds, pipeline, pods: this.#pods, strategyContext: this.#strategyContext,
      counts: { requests: this.#requests }, watches: () => this.#hub.size, aggregated: this.#aggregated,
    }
    this.#custom = new CustomResources({
      storage: this.#storage, kinds: this.#kinds, pipeline, now: () => clock.text,
      schedule: (ms) => { context.schedule(ms, { type: 'definitions' }) },
      endWatches: (group, plural) => { this.#endWatches(group, plural) },
    })
    this.#storage.onCommit((commit) => {
      this.#pods.onCommit(commit)
      this.#hub.onCommit(commit)
      this.#custom.onCommit(commit)
    })
  }

  /** Makes what a fresh cluster holds. */
  start(): void {
    for (const object of bootstrapObjects) {
      const kind = this.#kinds.ofKind(object.apiVersion, object.kind) as Kind
      const options = { dryRun: false, fieldValidation: 'Strict', manager: this.name, userAgent: this.name, warnings: [] as string[] } as const
      const { namespace = '', name = '' } = object.metadata
      if (this.#storage.get(kind, namespace, name) !== undefined) continue
      this.#server.pipeline.create(kind, namespace, this.#server.pipeline.decode(kind, object, options), options)
    }
  }

  // Transport.

  /** Answers a request at once and records it. A refusal is a response with a Status body. */
  request(request: ApiRequest): ApiResponse {
    const info = requestInfoOf(pathOf(request).path)
    const { changes } = this.#custom
    const response = this.#respond(request, info)
    this.#trace(request, info, response)
    // The server's own controllers follow at once: a cluster that stands still serves what was defined, too.
    if (this.#custom.changes !== changes) this.#custom.advance()
    return response
  }

  /** A GET without trace: for people who look, never for components. */
  read(request: ApiRequest): ApiResponse {
    if (request.method !== 'GET') return this.#statusResponse(methodNotAllowed(), [])
    return this.#respond(request, requestInfoOf(pathOf(request).path))
  }

  /**
   * Opens a watch that tells `receiver` with events of type "watch". Throws `ApiError` for what cannot be watched; a
   * resourceVersion whose history is gone opens, sends the 410 as an ERROR event and closes.
   */
  watch(request: ApiRequest, receiver: string): { readonly id: number } {
    const info = requestInfoOf(pathOf(request).path)
    try {
      const id = this.#openWatch(request, info, receiver)
      this.#trace(request, info, { status: 200, headers: {}, body: undefined })
      return { id }
    } catch (error) {
      if (error instanceof ApiError) this.#trace(request, info, this.#statusResponse(error, []))
      throw error
    }
  }

  stopWatch(id: number): void {
    this.#hub.remove(id)
  }

  /**
   * Opens a watch for somebody outside the simulation. Nothing of it is history: no trace, no kernel event, no place in a checkpoint;
   * events are told at the instant of the write. Throws `ApiError` when refused. Gives the way to stop it.
   */
  follow(request: ApiRequest, onlooker: Onlooker): () => void {
    const id = this.#openWatch(request, requestInfoOf(pathOf(request).path), '', onlooker)
    return () => { this.#hub.remove(id) }
  }

  /**
   * Connections break: the watches of these receivers are gone, and each receiver hears that its watch has ended. Onlookers, who have
   * no receiver, are asked about as ''. `ended`: the receivers are processes that have ended and hear nothing.
   * Upstream: what clients see when the server or the network goes.
   */
  breakWatches(breaks: (receiver: string) => boolean, { ended = false }: { readonly ended?: boolean } = {}): void {
    for (const watch of [...this.#hub.all()]) {
      if (!breaks(watch.receiver)) continue
      this.#hub.remove(watch.id)
      if (watch.onlooker !== undefined) watch.onlooker.close()
      else if (!ended) this.#context.schedule(1, { type: 'watch', watch: watch.id, events: [], closed: true }, watch.receiver)
    }
  }

  /** The process begins anew: what it counted is gone. */
  restarted(): void {
    this.#requests.clear()
  }

  /** The store takes so much longer until a write is known. */
  set slowMs(ms: number) {
    this.#hub.slowMs = ms
  }

  // For the composition root.

  /** How logs are fetched from kubelets. Wiring, not state. */
  connectNodes(connection: NodeConnection): void {
    this.#server.nodeConnection = connection
  }

  /** Names an API in discovery that is answered by somebody who stands in front of this server. Wiring, not state. */
  connectAggregated(api: AggregatedApi): void {
    this.#aggregated.push(api)
  }

  /** Watches that are open. */
  get watchCount(): number {
    return this.#hub.size
  }

  /** All objects of a kind as they stood at a revision (default now), in order of namespace and name. */
  listAt(resource: Resource, revision?: number): readonly ApiObject[] {
    return this.#storage.list(this.#kinds.ofResource(resource), '', revision === undefined ? {} : { revision }).items
  }

  /** Puts objects of a real cluster into the store as they are. */
  importObjects(objects: readonly ApiObject[]): ImportResult {
    return importObjects(this.#server, objects, () => { this.#custom.advance() })
  }

  // Actor.

  handle(body: EventBody): void {
    switch (body.type) {
      case 'bookmark':
        this.#hub.onBookmarkDue(body['watch'] as number, this.#storage.revision)
        break
      case 'definitions':
        this.#custom.sync()
        break
      case 'watch-timeout': {
        const watch = this.#hub.remove(body['watch'] as number)
        if (watch !== undefined) this.#hub.send(watch, [], this.#storage.revision, true)
        break
      }
    }
  }

  save(): ApiserverState {
    return {
      nextWatch: this.#nextWatch, eventLease: this.#storage.eventLease, requests: Object.fromEntries(this.#requests), ...(this.#custom.due ? { definitionsDue: true } : {}),
      ...(this.#hub.slowMs === 0 ? {} : { slowMs: this.#hub.slowMs }), ...(this.#hub.notBefore === 0 ? {} : { notBefore: this.#hub.notBefore }),
      watches: [...this.#hub.all()].filter((watch) => watch.onlooker === undefined).map((watch) => ({
        id: watch.id, receiver: watch.receiver, request: watch.request, after: watch.after,
        columnsSent: watch.state.columnsSent, lastRevision: watch.state.lastRevision, bookmarkDue: watch.state.bookmarkDue,
      })),
    }
  }

  load(state: unknown): void {
    const saved = state as ApiserverState
    this.#nextWatch = saved.nextWatch
    this.#storage.eventLease = saved.eventLease
    this.#requests.clear()
    for (const [labels, count] of Object.entries(saved.requests)) this.#requests.set(labels, count)
    this.#hub.clear()
    this.#hub.slowMs = saved.slowMs ?? 0
    this.#hub.notBefore = saved.notBefore ?? 0
    this.#custom.due = saved.definitionsDue === true
    this.#custom.rebuild()
    this.#pods.rebuild(this.#storage.objects())
    for (const watch of saved.watches) {
      const call = this.#callOf(watch.request, requestInfoOf(pathOf(watch.request).path))
      this.#hub.add({ ...this.#watchOf(call, watch.id, watch.receiver, watch.after), state: { columnsSent: watch.columnsSent, lastRevision: watch.lastRevision, bookmarkDue: watch.bookmarkDue } })
    }
  }

  // Inside.

  /** What is defined anew is watched anew. */
  #endWatches(group: string, plural: string): void {
    for (const { id, kind } of [...this.#hub.all()]) {
      if (kind.custom !== true || kind.resource.group !== group || kind.resource.plural !== plural) continue
      const watch = this.#hub.remove(id)
      if (watch !== undefined) this.#hub.send(watch, [], this.#storage.revision, true)
    }
  }

  #respond(request: ApiRequest, info: RequestInfo | undefined): ApiResponse {
    const warnings: string[] = []
    try {
      checkToken(request)
      const { path, query } = pathOf(request)
      if (info === undefined) return nonResource(this.#server, request, path, { ...query, ...request.query })
      if (isUnknownGroup(this.#server, path)) return pageNotFound
      const call = { ...this.#callOf(request, info), warnings }
      const { deprecation } = shownKind(call)
      if (deprecation !== undefined) warnings.push(deprecation)
      return this.#render(call, this.#route(call))
    } catch (error) {
      if (error instanceof ApiError) return this.#statusResponse(error, error.code === 405 ? [] : warnings)
      throw error
    }
  }

  #callOf(request: ApiRequest, info: RequestInfo | undefined): Call {
    if (info === undefined) throw noSuchResource()
    const found = this.#kinds.ofPath(info.group, info.version, info.plural)
    const kind = found?.view?.stored() ?? found
    if (kind === undefined || (!kind.resource.namespaced && info.namespace !== '')) throw noSuchResource()
    // One object of a namespaced kind is nowhere but in a namespace.
    if (kind.resource.namespaced && info.namespace === '' && info.name !== '' && !info.watchPath) throw noSuchResource()
    return { request, query: queryOf(request), info, kind, ...(found === undefined || found === kind ? {} : { viewed: found }), form: acceptedForm(request.headers?.['accept']), warnings: [] }
  }

  #route(call: Call): Answer {
    const { info, kind, request, query } = call
    const server = this.#server
    const verbs = kind.verbs ?? allVerbs
    if (info.subresource !== '') return this.#routeSubresource(call)
    const asks = kind.virtual === true && request.method !== 'POST'
    if (asks) throw methodNotAllowed()
    const collection = info.name === ''
    switch (request.method) {
      case 'GET':
        if (isTrue(query['watch']) || info.watchPath) throw badRequest('a watch needs a stream')
        return collection ? list(server, call) : get(server, call)
      case 'POST':
        if (!collection || !verbs.includes('create') || (kind.resource.namespaced && info.namespace === '')) throw methodNotAllowed()
        if (kind.virtual === true) return kind.resource.plural === 'bindings' ? bind(server, call, '') : review(server, call)
        return create(server, call)
      case 'PUT':
        if (collection || !verbs.includes('update')) throw methodNotAllowed()
        return update(server, call)
      case 'PATCH':
        if (collection || !verbs.includes('patch')) throw methodNotAllowed()
        return patch(server, call)
      case 'DELETE':
        if (!collection) {
          if (!verbs.includes('delete')) throw methodNotAllowed()
          return remove(server, call)
        }
        if (!verbs.includes('deletecollection') || (kind.resource.namespaced && info.namespace === '')) throw methodNotAllowed()
        return removeCollection(server, call)
    }
  }

  #routeSubresource(call: Call): Answer {
    const { info, kind, request } = call
    const server = this.#server
    if (info.rest !== '' && info.subresource !== 'proxy') throw noSuchResource()
    const { method } = request
    const isPod = kind.resource.group === '' && kind.resource.plural === 'pods'
    switch (info.subresource) {
      case 'scale':
        if (kind.scale === undefined) break
        only(method, 'GET', 'PUT', 'PATCH')
        return scale(server, call)
      case 'eviction':
        if (!isPod) break
        only(method, 'POST')
        return evict(server, call)
      case 'log':
        if (!isPod) break
        only(method, 'GET')
        return log(server, call)
      case 'exec': case 'attach': case 'portforward':
        if (!isPod) break
        only(method, 'GET', 'POST')
        return stream(server, call)
      case 'proxy':
        if (!isPod && kind.resource.plural !== 'nodes' && kind.resource.plural !== 'services') break
        return proxy(server, call)
      case 'ephemeralcontainers': case 'resize':
        if (!isPod) break
        only(method, 'GET', 'PUT', 'PATCH')
        return info.subresource === 'resize' ? resize(server, call) : ephemeralContainers(server, call)
      case 'token':
        if (kind.resource.plural !== 'serviceaccounts') break
        only(method, 'POST')
        return createToken(server, call)
      case 'status':
        if (kind.status !== true) break
        if (request.method === 'GET') return get(server, call)
        if (request.method === 'PUT') return update(server, call, 'status')
        if (request.method === 'PATCH') return patch(server, call, 'status')
        throw methodNotAllowed()
      case 'binding':
        if (kind.resource.plural !== 'pods') break
        only(method, 'POST')
        return bind(server, call, info.name)
      case 'finalize':
        if (kind.resource.plural !== 'namespaces') break
        only(method, 'PUT')
        return finalize(server, call)
    }
    throw noSuchResource()
  }

  // Answers.

  #render(call: Call, answer: Answer): ApiResponse {
    const headers: Record<string, string> = { 'content-type': 'application/json', ...answer.headers }
    if (call.warnings.length > 0) headers['warning'] = warningHeader(call.warnings)
    let body = answer.body
    const { form } = call
    if (answer.shown !== undefined) {
      const { kind, items, list: isList } = answer.shown
      if (form.as === 'Table') {
        const metadata = isList ? (body as { metadata: Record<string, unknown> }).metadata : { resourceVersion: items[0]?.metadata.resourceVersion }
        body = tableOf(kind, items, metadata, includeOf(call), this.#context.now())
      } else if (form.as === 'PartialObjectMetadata' && !isList) body = partialMetadata(items[0] as ApiObject, kind)
      else if (form.as === 'PartialObjectMetadataList' && isList) {
        body = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata: (body as { metadata: unknown }).metadata, items: items.map((item) => partialMetadata(item, kind)) }
      } else if (isList && form.text !== 'plain') body = { ...(body as Record<string, unknown>), items: (body as { items: readonly ApiObject[] }).items.map(withoutKind) }
    }
    if (form.text === 'yaml') {
      headers['content-type'] = 'application/yaml'
      body = yamlText(body)
    }
    return { status: answer.status, headers, body }
  }

  #statusResponse(error: ApiError, warnings: readonly string[]): ApiResponse {
    const retry = error.status.details?.retryAfterSeconds
    return {
      status: error.code, body: error.status,
      headers: {
        'content-type': 'application/json', ...(warnings.length > 0 ? { warning: warningHeader(warnings) } : {}), ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
      },
    }
  }

  #trace(request: ApiRequest, info: RequestInfo | undefined, response: ApiResponse): void {
    const verb = verbOf(request, info)
    const labels = `code="${response.status}",group="${info?.group ?? ''}",resource="${info?.plural ?? ''}",subresource="${info?.subresource ?? ''}",verb="${verb.toUpperCase()}",version="${info?.version ?? ''}"`
    // Paths that nobody serves may be anything: they are not counted, so that they cannot fill the memory.
    const known = info === undefined || (this.#kinds.ofPath(info.group, info.version, info.plural) !== undefined && (info.subresource === '' || response.status !== 404))
    if (known) this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1)
    const object = response.body as { readonly kind?: string; readonly metadata?: ApiObject['metadata']; readonly reason?: string } | undefined
    const isStatus = object?.kind === 'Status'
    const revision = isStatus ? undefined : Number(object?.metadata?.resourceVersion)
    const name = info?.name !== undefined && info.name !== '' ? info.name : isStatus ? undefined : object?.metadata?.name
    const record: Draft<Extract<TraceInput, { readonly type: 'request' }>> = {
      type: 'request', from: request.userAgent, to: this.name, method: request.method, path: request.path, verb, code: response.status, resource: info?.plural ?? '',
    }
    if (info !== undefined && info.subresource !== '') record.subresource = info.subresource
    if (info !== undefined && info.namespace !== '') record.namespace = info.namespace
    if (name !== undefined) record.objectName = name
    if (!isStatus && object?.metadata?.uid !== undefined) record.uid = object.metadata.uid
    if (revision !== undefined && !Number.isNaN(revision)) record.revision = revision
    if (response.status >= 400 && object?.reason !== undefined) record.reason = object.reason
    this.#context.trace(record)
  }

  // Watches.

  #openWatch(request: ApiRequest, info: RequestInfo | undefined, receiver: string, onlooker?: Onlooker): number {
    const call = this.#callOf(request, info)
    const { kind, query } = call
    if (request.method !== 'GET' || call.info.subresource !== '') throw methodNotAllowed()
    checkListOptions(query, true)
    const wanted = watchRevision(query['resourceVersion'])
    // Onlookers count downwards: what the simulation numbers is not moved by them.
    const id = onlooker === undefined ? this.#nextWatch : --this.#lastOnlooker
    const watch: Watch = { ...this.#watchOf(call, id, receiver, wanted ?? 0), ...(onlooker === undefined ? {} : { onlooker }) }
    const sendInitial = query['sendInitialEvents'] === undefined ? wanted === undefined || wanted === 0 : isTrue(query['sendInitialEvents'])
    const timeout = Number(query['timeoutSeconds'] ?? '')
    if (onlooker === undefined) this.#nextWatch++
    const { revision } = this.#storage
    if (sendInitial) {
      const events = this.#initialEvents(watch)
      if (isTrue(query['sendInitialEvents']) && query['sendInitialEvents'] !== undefined) events.push(bookmark(kind, revision, true))
      if (events.length > 0) this.#hub.send(watch, events, revision)
      this.#hub.add({ ...watch, after: revision })
    } else {
      try {
        const events = wanted === undefined || wanted === 0 || wanted >= revision ? [] : this.#missedEvents(watch, wanted)
        if (events.length > 0) this.#hub.send(watch, events, revision)
      } catch (error) {
        if (!ApiError.is(error, 'Expired')) throw error
        this.#hub.send(watch, [{ type: 'ERROR', object: error.status as unknown as ApiObject }], revision, true)
        return id
      }
      this.#hub.add({ ...watch, after: Math.max(wanted ?? revision, revision) === revision ? revision : wanted ?? revision })
    }
    if (onlooker === undefined && timeout > 0 && Number.isFinite(timeout)) this.#context.schedule(Math.min(Math.floor(timeout), 2 ** 31) * 1_000, { type: 'watch-timeout', watch: id })
    return id
  }

  #watchOf(call: Call, id: number, receiver: string, after: number): Watch {
    const { kind, info, query, form } = call
    const selection = selectionOf(kind, query, call.viewed)
    const fields = info.watchPath && info.name !== '' ? [...selection.fields, { field: 'metadata.name', equal: true, value: info.name }] : !info.watchPath && info.name !== '' ? [...selection.fields, { field: 'metadata.name', equal: true, value: info.name }] : selection.fields
    const include = includeOf(call)
    const render = form.as === 'Table'
      ? (event: WatchEvent, state: { columnsSent: boolean }): WatchEvent => {
        if (event.type === 'ERROR') return event
        const columns = !state.columnsSent
        state.columnsSent = true
        const table = tableOf(shownKind(call), event.type === 'BOOKMARK' ? [] : [event.object], { resourceVersion: event.object.metadata.resourceVersion }, include, this.#context.now(), columns)
        return { type: event.type, object: table as unknown as ApiObject }
      }
      : call.viewed?.view !== undefined ? viewEvents(call.viewed.view)
        : form.as === 'PartialObjectMetadata' ? (event: WatchEvent): WatchEvent => (event.type === 'ERROR' ? event : { type: event.type, object: partialMetadata(event.object, kind) }) : undefined
    return {
      id, receiver, kind, namespace: info.namespace, selection: { labels: selection.labels, fields }, after, bookmarks: isTrue(query['allowWatchBookmarks']),
      request: call.request, ...(render === undefined ? {} : { render }), state: { columnsSent: false, lastRevision: after, bookmarkDue: false },
    }
  }

  #initialEvents(watch: Watch): WatchEvent[] {
    const { items } = this.#storage.list(watch.kind, watch.namespace)
    const events: WatchEvent[] = []
    for (const object of items) {
      const event = eventFor(watch, { object, old: undefined, revision: 0 })
      if (event !== undefined) events.push(event)
    }
    return events
  }

  #missedEvents(watch: Watch, after: number): WatchEvent[] {
    const events: WatchEvent[] = []
    for (const event of this.#storage.eventsAfter(watch.kind, after)) {
      const made = eventFor(watch, { object: event.type === 'PUT' ? event.kv.value : undefined, old: event.prevKv?.value, revision: event.kv.modRevision })
      if (made !== undefined) events.push(made)
    }
    return events
  }
}

function viewEvents(view: KindView): (event: WatchEvent) => WatchEvent {
  return (event) => (event.type === 'ERROR' || event.type === 'BOOKMARK' ? event : { type: event.type, object: view.fromStored(event.object) })
}

/** As upstream, a watch from a version that is none is a plain error. */
function watchRevision(text: string | undefined): number | undefined {
  try {
    return revisionOf(text)
  } catch (error) {
    if (error instanceof ApiError) throw plainError(500, error.message.replace('invalid resource version: ', ''))
    throw error
  }
}

const noQuery: Readonly<Record<string, string>> = Object.freeze({})

function queryOf(request: ApiRequest): Readonly<Record<string, string>> {
  if (!request.path.includes('?')) return request.query ?? noQuery
  return { ...pathOf(request).query, ...request.query }
}

/** A token that this server never gave opens nothing. */
function checkToken(request: ApiRequest): void {
  const given = request.headers?.['authorization']
  if (given === undefined) return
  const token = /^Bearer (.*)$/i.exec(given)?.[1]
  if (token !== undefined && userOfToken(token) === undefined) throw new ApiError(failure(401, 'Unauthorized', 'Unauthorized'))
}

function includeOf(call: Call): IncludeObject {
  const include = call.query['includeObject']
  return include === 'None' || include === 'Object' ? include : 'Metadata'
}

/** Items of a list do not repeat their kind. */
function withoutKind(object: ApiObject): Record<string, unknown> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object
  return rest
}
