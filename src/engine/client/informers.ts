import type { ApiObject, Resource } from '../../api'
import type { ActorContext, EventBody, TraceInput } from '../kernel'
import type { Client, ListOptions } from './client'
import { Informer } from './informer'
import type { WatchDelivery } from './transport'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Stored = { readonly metadata: ApiObject['metadata'] }

/** All informers of one component, one a kind and selector. Upstream: SharedInformerFactory. */
export class Informers {
  readonly #client: Client
  readonly #context: ActorContext
  readonly #informers = new Map<string, Informer<Stored>>()
  /** Whom the last event was for: mostly the next is too. */
  #last: Informer<Stored> | undefined
  /** Restored caches of kinds that nobody has asked for yet: those that are defined at run time. */
  readonly #unclaimed = new Map<string, unknown>()

  constructor(client: Client, context: ActorContext) {
    this.#client = client
    this.#context = context
  }

  /** The shared informer of a kind; asked for twice with the same options it is the same one. */
  for<T extends Stored>(resource: Resource, options: ListOptions = {}): Informer<T> {
    const id = `${resource.group}|${resource.plural}|${options.namespace ?? ''}|${options.labelSelector ?? ''}|${options.fieldSelector ?? ''}`
    let informer = this.#informers.get(id)
    if (informer === undefined) {
      informer = new Informer<Stored>(id, this.#client, this.#context, resource, options)
      this.#informers.set(id, informer)
      if (this.#unclaimed.has(id)) informer.load(this.#unclaimed.get(id))
      this.#unclaimed.delete(id)
    }
    return informer as unknown as Informer<T>
  }

  /** Ends the informers of a kind that is no longer served. After a restore (`restored`) their watches are of another time: nobody's. */
  drop(resource: Resource, restored = false): void {
    for (const [id, informer] of this.#informers) {
      if (informer.resource.group !== resource.group || informer.resource.plural !== resource.plural) continue
      if (!restored) informer.stop()
      this.#informers.delete(id)
      if (this.#last === informer) this.#last = undefined
    }
  }

  start(): void {
    for (const informer of this.#informers.values()) informer.start()
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop()
  }

  /** True when the event was for an informer ("watch", "informer-retry") and has been dealt with. */
  handle(body: EventBody): boolean {
    if (body.type === 'watch') {
      const informer = this.#ownerOf(body as WatchDelivery)
      // Of a watch that was given up: nobody's any more.
      if (informer === undefined) return true
      this.#record(informer.resource, body as WatchDelivery)
      informer.deliver(body as WatchDelivery)
      return true
    }
    if (body.type === 'informer-retry') {
      for (const informer of this.#informers.values()) if (informer.retry(body['informer'])) return true
      return true
    }
    return false
  }

  #ownerOf(delivery: WatchDelivery): Informer<Stored> | undefined {
    if (this.#last?.owns(delivery) === true) return this.#last
    for (const informer of this.#informers.values()) {
      if (!informer.owns(delivery)) continue
      this.#last = informer
      return informer
    }
    return undefined
  }

  /** Every watch event that reaches a component is a message people can see. */
  #record(resource: Resource, delivery: WatchDelivery): void {
    const to = this.#context.name
    for (const { type: change, object } of delivery.events) this.#context.trace(recordOf(change, resource.plural, object.metadata, to))
  }

  save(): unknown {
    return Object.fromEntries([...this.#informers].map(([id, informer]) => [id, informer.save()]))
  }

  load(state: unknown): void {
    this.#unclaimed.clear()
    for (const [id, saved] of Object.entries(state as Record<string, unknown>)) {
      const informer = this.#informers.get(id)
      if (informer === undefined) this.#unclaimed.set(id, saved)
      else informer.load(saved)
    }
  }
}

type WatchRecord = Extract<TraceInput, { readonly type: 'watch' }>

function recordOf(change: string, resource: string, { name, namespace, uid, resourceVersion }: ApiObject['metadata'], to: string): WatchRecord {
  // The usual shapes at once; a bookmark has no more than a revision.
  if (name !== undefined && uid !== undefined && resourceVersion !== undefined) {
    const revision = Number(resourceVersion)
    if (namespace !== undefined) return { type: 'watch', from: 'kube-apiserver', to, change, resource, namespace, objectName: name, uid, revision }
    return { type: 'watch', from: 'kube-apiserver', to, change, resource, objectName: name, uid, revision }
  }
  const record: Writable<WatchRecord> = { type: 'watch', from: 'kube-apiserver', to, change, resource }
  if (namespace !== undefined) record.namespace = namespace
  if (name !== undefined) record.objectName = name
  if (uid !== undefined) record.uid = uid
  if (resourceVersion !== undefined) record.revision = Number(resourceVersion)
  return record
}
