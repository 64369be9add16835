import { deepEqual } from '../../base'
import { ApiError, apiVersionOf, keyOf, ownerNotImported, resources, splitApiVersion, splitKey, type ApiObject, type CustomResourceDefinition, type ObjectMeta, type OwnerReference, type Resource } from '../../api'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { resourceOfDefinition } from './custom-resources'

type Stored = { readonly metadata: ObjectMeta }

/** Events have no owners and there are many. Upstream: ignoredResources. */
const kinds: readonly Resource[] = Object.values(resources).filter((resource) => resource.plural !== 'events')
const byId = new Map<string, Resource>(kinds.map((resource) => [`${resource.plural}.${resource.group}`, resource]))

/** What the collector remembers of an object: a node of the graph. */
interface Item {
  readonly resource: Resource
  readonly key: string
  readonly uid: string
  readonly owners: readonly OwnerReference[]
  /** Has a deletionTimestamp. */
  readonly deleting: boolean
  /** Waits for its dependents to go first. */
  readonly waiting: boolean
}

/**
 * Removes what no owner holds any more: in the background, in the foreground (dependents first), or letting dependents go.
 * The graph is drawn from the caches of all kinds; before anything is removed the api-server is asked again.
 * Upstream: pkg/controller/garbagecollector.
 */
export class GarbageCollectorController extends Controller {
  readonly #toDelete: SyncQueue
  readonly #toOrphan: SyncQueue
  readonly #caches: ControllerEnvironment['informers']
  /** By uid. Made of the caches, so it is drawn anew when they are restored. */
  #items = new Map<string, Item>()
  #dependents = new Map<string, Set<string>>()
  /** Kinds that definitions bring, by the definition's name. Made of the cache of definitions. */
  #custom = new Map<string, Resource>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'garbage-collector', component: 'garbage-collector' })
    this.#caches = environment.informers
    this.#toDelete = this.addQueue((key) => { this.#attemptToDelete(key) }, 'delete')
    this.#toOrphan = this.addQueue((key) => { this.#attemptToOrphan(key) }, 'orphan')
    for (const resource of kinds) this.#hear(resource)
    environment.informers.for<CustomResourceDefinition>(resources.customresourcedefinitions).addHandler({
      onAdd: (definition) => { this.#defined(definition) },
      onUpdate: (_, definition) => { this.#defined(definition) },
      onDelete: (definition) => { this.#undefined(definition.metadata.name ?? '') },
    })
    this.watches(environment.informers.for<Stored>(resources.namespaces))
    this.watches(environment.informers.for<Stored>(resources.pods))
  }

  #hear(resource: Resource): void {
    this.#caches.for<Stored>(resource).addHandler({
      onAdd: (object) => { this.#seen(resource, undefined, object) },
      onUpdate: (old, object) => { this.#seen(resource, old, object) },
      onDelete: (object) => { this.#gone(object) },
    })
  }

  /** Follows the objects of a definition from the time it is established. Upstream: GraphBuilder.syncMonitors. */
  #defined(definition: CustomResourceDefinition, start = true): void {
    const name = definition.metadata.name ?? ''
    const resource = resourceOfDefinition(definition)
    const before = this.#custom.get(name)
    if (before !== undefined && (resource === undefined || resource.version !== before.version)) this.#undefined(name)
    if (resource === undefined || this.#custom.has(name)) return
    this.#custom.set(name, resource)
    this.#hear(resource)
    if (start) this.#caches.for<Stored>(resource).start()
  }

  #undefined(name: string): void {
    const resource = this.#custom.get(name)
    if (resource === undefined) return
    this.#custom.delete(name)
    this.#caches.drop(resource)
    for (const item of [...this.#items.values()]) if (item.resource === resource) this.#gone({ metadata: { uid: item.uid } })
  }

  protected override loadOwn(): void {
    this.#items = new Map()
    this.#dependents = new Map()
    const definitions = [...this.#caches.for<CustomResourceDefinition>(resources.customresourcedefinitions).list()]
    for (const [name, resource] of [...this.#custom]) {
      const definition = definitions.find((other) => other.metadata.name === name)
      if (definition !== undefined && deepEqual(resourceOfDefinition(definition), resource)) continue
      this.#custom.delete(name)
      this.#caches.drop(resource, true)
    }
    for (const definition of definitions) this.#defined(definition, false)
    for (const resource of [...kinds, ...this.#custom.values()]) for (const object of this.#caches.for<Stored>(resource).list()) this.#draw(resource, object)
  }

  /** Upstream: GraphBuilder.processGraphChanges. */
  #seen(resource: Resource, old: Stored | undefined, object: Stored): void {
    const before = old === undefined ? undefined : this.#items.get(object.metadata.uid ?? '')
    if (before !== undefined && old !== undefined && deepEqual(old.metadata.ownerReferences, object.metadata.ownerReferences)
      && old.metadata.deletionTimestamp === object.metadata.deletionTimestamp && deepEqual(old.metadata.finalizers, object.metadata.finalizers)) return
    const item = this.#draw(resource, object)
    const owners = before?.owners ?? []
    for (const owner of item.owners) {
      if (this.#items.has(owner.uid)) continue
      if (!owners.some((other) => other.uid === owner.uid)) this.#enqueue(item) // an owner nobody has seen: perhaps there is none
    }
    // References that went or no longer block may be what an owner waits for.
    for (const owner of owners) {
      const now = item.owners.find((other) => other.uid === owner.uid)
      if (now === undefined || (owner.blockOwnerDeletion === true && now.blockOwnerDeletion !== true)) this.#enqueueUid(owner.uid)
    }
    if (item.deleting && !(before?.deleting === true && before.waiting === item.waiting)) {
      if (hasFinalizer(object, 'orphan')) this.#toOrphan.add(idOf(item))
      else if (item.waiting) {
        for (const dependent of this.#sortedDependents(item.uid)) this.#enqueue(dependent)
        this.#enqueue(item)
      }
    }
  }

  #draw(resource: Resource, object: Stored): Item {
    const uid = object.metadata.uid ?? ''
    const before = this.#items.get(uid)
    const deleting = object.metadata.deletionTimestamp !== undefined
    const item: Item = {
      resource, key: keyOf(object), uid, owners: object.metadata.ownerReferences ?? noOwners, deleting, waiting: deleting && hasFinalizer(object, 'foregroundDeletion'),
    }
    this.#items.set(uid, item)
    if (before?.owners !== item.owners) {
      for (const owner of before?.owners ?? []) this.#cut(owner.uid, uid)
      for (const owner of item.owners) {
        let dependents = this.#dependents.get(owner.uid)
        if (dependents === undefined) this.#dependents.set(owner.uid, dependents = new Set())
        dependents.add(uid)
      }
    }
    return item
  }

  #cut(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner)
    if (dependents?.delete(dependent) === true && dependents.size === 0) this.#dependents.delete(owner)
  }

  #gone(object: Stored): void {
    const uid = object.metadata.uid ?? ''
    const item = this.#items.get(uid)
    this.#items.delete(uid)
    for (const owner of item?.owners ?? []) {
      this.#cut(owner.uid, uid)
      if (this.#items.get(owner.uid)?.waiting === true) this.#enqueueUid(owner.uid)
    }
    for (const dependent of this.#sortedDependents(uid)) this.#enqueue(dependent)
  }

  #sortedDependents(uid: string): Item[] {
    const items: Item[] = []
    for (const dependent of this.#dependents.get(uid) ?? []) {
      const item = this.#items.get(dependent)
      if (item !== undefined) items.push(item)
    }
    return items.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))
  }

  #enqueueUid(uid: string): void {
    const item = this.#items.get(uid)
    if (item !== undefined) this.#enqueue(item)
  }

  #enqueue(item: Item): void {
    this.#toDelete.add(idOf(item))
  }

  /** Upstream: attemptToDeleteItem. */
  #attemptToDelete(id: string): void {
    const { resource, key, uid } = this.#parseId(id)
    if (resource === undefined) return
    const item = this.#items.get(uid)
    if (item === undefined || (item.deleting && !item.waiting)) return
    const latest = this.#find(resource, key)
    if (latest === undefined || latest.metadata.uid !== uid) return
    if (item.waiting) {
      this.#processWaiting(item, latest)
      return
    }
    const owners = latest.metadata.ownerReferences ?? []
    // Imported without its owner: whether that lives nobody here can say.
    if (owners.length === 0 || latest.metadata.annotations?.[ownerNotImported] !== undefined) return
    const solid: OwnerReference[] = []
    const dangling: OwnerReference[] = []
    const waiting: OwnerReference[] = []
    for (const owner of owners) {
      const found = this.#findOwner(owner, splitKey(key).namespace)
      if (found === undefined || found.metadata.uid !== owner.uid) dangling.push(owner)
      else if (found.metadata.deletionTimestamp !== undefined && hasFinalizer(found, 'foregroundDeletion')) waiting.push(owner)
      else solid.push(owner)
    }
    if (solid.length > 0) {
      if (dangling.length + waiting.length > 0) this.#removeOwners(item, [...dangling, ...waiting].map((owner) => owner.uid))
      return
    }
    const dependents = this.#sortedDependents(uid)
    if (waiting.length > 0 && dependents.length > 0) {
      // A ring of owners that wait for each other would wait for ever: this one blocks no longer.
      if (dependents.some((dependent) => dependent.waiting)) this.#unblock(item, latest)
      this.#delete(item, 'Foreground', latest)
      return
    }
    this.#delete(item, hasFinalizer(latest, 'orphan') ? 'Orphan' : hasFinalizer(latest, 'foregroundDeletion') ? 'Foreground' : 'Background', latest)
  }

  /** Upstream: processDeletingDependentsItem. */
  #processWaiting(item: Item, latest: ApiObject): void {
    const blocking = this.#sortedDependents(item.uid).filter((dependent) => dependent.owners.some((owner) => owner.uid === item.uid && owner.blockOwnerDeletion === true))
    if (blocking.length === 0) {
      this.#removeFinalizer(item, latest, 'foregroundDeletion')
      return
    }
    for (const dependent of blocking) if (!dependent.waiting) this.#enqueue(dependent)
  }

  /** Upstream: attemptToOrphan. */
  #attemptToOrphan(id: string): void {
    const { resource, key, uid } = this.#parseId(id)
    if (resource === undefined) return
    for (const dependent of this.#sortedDependents(uid)) this.#removeOwners(dependent, [uid])
    const latest = this.#find(resource, key)
    if (latest === undefined || latest.metadata.uid !== uid) return
    const item = this.#items.get(uid)
    if (item !== undefined) this.#removeFinalizer(item, latest, 'orphan')
  }

  /** What a queue's key names; no resource: its kind is no longer served. */
  #parseId(id: string): { readonly resource: Resource | undefined; readonly key: string; readonly uid: string } {
    const [kind = '', key = '', uid = ''] = id.split(' ')
    return { resource: byId.get(kind) ?? [...this.#custom.values()].find((resource) => `${resource.plural}.${resource.group}` === kind), key, uid }
  }

  #find(resource: Resource, key: string): ApiObject | undefined {
    const { namespace, name } = splitKey(key)
    return this.client.find<ApiObject>({ resource, namespace, name })
  }

  #findOwner(owner: OwnerReference, namespace: string): ApiObject | undefined {
    const known = [...kinds, ...this.#custom.values()]
    const resource = known.find((other) => other.kind === owner.kind && apiVersionOf(other) === owner.apiVersion)
      // Another version of a kind we know is the same object.
      ?? known.find((other) => other.kind === owner.kind && other.group === splitApiVersion(owner.apiVersion).group)
    // An owner of a kind nobody serves here: not ours to judge.
    if (resource === undefined) return { apiVersion: owner.apiVersion, kind: owner.kind, metadata: { name: owner.name, uid: owner.uid } }
    return this.client.find<ApiObject>({ resource, ...(resource.namespaced ? { namespace } : {}), name: owner.name })
  }

  #removeOwners(item: Item, uids: readonly string[]): void {
    const { namespace, name } = splitKey(item.key)
    if (this.#isCustom(item)) {
      this.#rewriteOwners(item, (owners) => owners.filter((owner) => !uids.includes(owner.uid)))
      return
    }
    const patch = { metadata: { ownerReferences: uids.map((uid) => ({ $patch: 'delete', uid })), uid: item.uid } }
    try {
      this.client.patch<ApiObject>({ resource: item.resource, namespace, name }, 'application/strategic-merge-patch+json', patch)
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Invalid')) throw error
    }
  }

  #isCustom(item: Item): boolean {
    return !byId.has(`${item.resource.plural}.${item.resource.group}`)
  }

  /** Custom kinds know no strategic merge: the whole list is written. Upstream: deleteOwnerRefJSONMergePatch. */
  #rewriteOwners(item: Item, change: (owners: readonly OwnerReference[]) => readonly OwnerReference[]): void {
    const { namespace, name } = splitKey(item.key)
    const latest = this.#find(item.resource, item.key)
    if (latest === undefined || latest.metadata.uid !== item.uid) return
    try {
      this.client.patch<ApiObject>({ resource: item.resource, namespace, name }, 'application/merge-patch+json', {
        metadata: { uid: item.uid, resourceVersion: latest.metadata.resourceVersion, ownerReferences: change(latest.metadata.ownerReferences ?? []) },
      })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Invalid')) throw error
    }
  }

  #unblock(item: Item, latest: ApiObject): void {
    if (this.#isCustom(item)) {
      this.#rewriteOwners(item, (owners) => owners.map((owner) => (owner.blockOwnerDeletion === true ? { ...owner, blockOwnerDeletion: false } : owner)))
      return
    }
    const { namespace, name } = splitKey(item.key)
    const ownerReferences = (latest.metadata.ownerReferences ?? []).filter((owner) => owner.blockOwnerDeletion === true).map((owner) => ({ uid: owner.uid, blockOwnerDeletion: false }))
    this.client.patch<ApiObject>({ resource: item.resource, namespace, name }, 'application/strategic-merge-patch+json', { metadata: { ownerReferences, uid: item.uid } })
  }

  #removeFinalizer(item: Item, latest: ApiObject, finalizer: string): void {
    const finalizers = latest.metadata.finalizers ?? []
    if (!finalizers.includes(finalizer)) return
    const { namespace, name } = splitKey(item.key)
    try {
      this.client.patch<ApiObject>({ resource: item.resource, namespace, name }, 'application/merge-patch+json', {
        metadata: { resourceVersion: latest.metadata.resourceVersion, finalizers: finalizers.filter((other) => other !== finalizer) },
      })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound')) throw error
    }
  }

  #delete(item: Item, propagationPolicy: 'Orphan' | 'Background' | 'Foreground', latest: ApiObject): void {
    const { namespace, name } = splitKey(item.key)
    try {
      this.client.delete({ resource: item.resource, namespace, name }, {
        propagationPolicy, preconditions: { uid: item.uid, resourceVersion: latest.metadata.resourceVersion ?? '' },
      })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound')) throw error
    }
  }
}

const noOwners: readonly OwnerReference[] = []

function hasFinalizer(object: Stored, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

/** "pods. shop/web-1 <uid>": a queue's key. */
function idOf(item: Item): string {
  return `${item.resource.plural}.${item.resource.group} ${item.key} ${item.uid}`
}
