import { compareText } from '../../base'
import { keyOf, resources, type ApiObject, type Resource } from '../../api'
import type { Informer, Informers } from '../client'
import type { AssumableKind, Lister, Listers } from './framework/types'

/** Which resource each lister lists. */
export const listedResources = {
  services: resources.services,
  replicationControllers: resources.replicationcontrollers,
  replicaSets: resources.replicasets,
  statefulSets: resources.statefulsets,
  persistentVolumes: resources.persistentvolumes,
  persistentVolumeClaims: resources.persistentvolumeclaims,
  storageClasses: resources.storageclasses,
  csiNodes: resources.csinodes,
  csiDrivers: resources.csidrivers,
  csiStorageCapacities: resources.csistoragecapacities,
  volumeAttachments: resources.volumeattachments,
  podDisruptionBudgets: resources.poddisruptionbudgets,
  namespaces: resources.namespaces,
  resourceClaims: resources.resourceclaims,
  resourceSlices: resources.resourceslices,
  deviceClasses: resources.deviceclasses,
} as const satisfies Record<keyof Listers, Resource>

export const listedKinds = Object.keys(listedResources) as (keyof Listers)[]

const nothingAssumed = Object.freeze({})

type Stored = { readonly metadata: ApiObject['metadata'] }

/**
 * Objects decided on but not seen in the watch yet. They stand in for what the informer knows until that is as new.
 * Upstream: util/assumecache.
 */
export class Assumed {
  readonly #objects = new Map<AssumableKind, Map<string, ApiObject>>()

  assume(kind: AssumableKind, object: ApiObject): void {
    let objects = this.#objects.get(kind)
    if (objects === undefined) this.#objects.set(kind, objects = new Map())
    objects.set(keyOf(object), object)
  }

  forget(kind: AssumableKind, key: string): void {
    this.#objects.get(kind)?.delete(key)
  }

  /** The watch told of an object (or of its end): an assumption that is no newer is over. */
  seen(kind: AssumableKind, object: ApiObject, deleted: boolean): void {
    const assumed = this.#objects.get(kind)?.get(keyOf(object))
    if (assumed === undefined) return
    const isNewer = Number(object.metadata.resourceVersion ?? 0) >= Number(assumed.metadata.resourceVersion ?? 0)
    // An assumption made on the version just seen stays: it is a change that has not been written yet.
    const isSame = object.metadata.resourceVersion === assumed.metadata.resourceVersion
    if (deleted || (isNewer && !isSame)) this.forget(kind, keyOf(object))
  }

  get(kind: keyof Listers, key: string): ApiObject | undefined {
    return this.#objects.get(kind as AssumableKind)?.get(key)
  }

  of(kind: keyof Listers): ReadonlyMap<string, ApiObject> | undefined {
    return this.#objects.get(kind as AssumableKind)
  }

  save(): unknown {
    if (this.#objects.size === 0) return nothingAssumed
    return Object.fromEntries([...this.#objects].map(([kind, objects]) => [kind, [...objects.values()]]))
  }

  load(state: unknown): void {
    this.#objects.clear()
    for (const [kind, objects] of Object.entries(state as Record<string, readonly ApiObject[]>)) {
      for (const object of objects) this.assume(kind as AssumableKind, object)
    }
  }
}

/** Listers over informers, with assumed versions on top. */
export function informerListers(informers: Informers, assumed: Assumed): Listers {
  const listers: Partial<Record<keyof Listers, Lister<Stored>>> = {}
  for (const kind of listedKinds) {
    const informer: Informer<Stored> = informers.for<Stored>(listedResources[kind])
    listers[kind] = {
      get: (key) => assumed.get(kind, key) ?? informer.get(key),
      list: () => withAssumed(informer.list(), assumed.of(kind)),
    }
  }
  return listers as unknown as Listers
}

/** Listers over plain lists: a past, or a vector. In the order of keys, with assumed versions on top. */
export function listListers(objectsOf: (resource: Resource) => readonly ApiObject[], assumed = new Assumed()): Listers {
  const listers: Partial<Record<keyof Listers, Lister<Stored>>> = {}
  for (const kind of listedKinds) {
    let objects: Map<string, ApiObject> | undefined
    const load = (): Map<string, ApiObject> => {
      const list = [...objectsOf(listedResources[kind])].sort((a, b) => compareText(keyOf(a), keyOf(b)))
      return new Map(list.map((object) => [keyOf(object), assumed.get(kind, keyOf(object)) ?? object]))
    }
    listers[kind] = { get: (key) => (objects ??= load()).get(key), list: () => (objects ??= load()).values() }
  }
  return listers as unknown as Listers
}

function withAssumed<T extends Stored>(objects: Iterable<T>, assumed: ReadonlyMap<string, ApiObject> | undefined): Iterable<T> {
  if (assumed === undefined || assumed.size === 0) return objects
  return [...objects].map((object) => (assumed.get(keyOf(object)) as T | undefined) ?? object)
}
