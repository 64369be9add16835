import { ApiError, apiVersionOf, controllerOf, resources, type ApiObject, type ObjectMeta, type OwnerReference, type Resource } from '../../api'
import type { Client } from '../client'

type Stored = { readonly metadata: ObjectMeta }

export { controllerOf }

export function isControlledBy(object: Stored, owner: Stored): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid
}

/** Upstream: metav1.NewControllerRef. */
export function newControllerRef(owner: Stored, resource: Resource): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource), kind: resource.kind, name: owner.metadata.name ?? '', uid: owner.metadata.uid ?? '',
    controller: true, blockOwnerDeletion: true,
  }
}

/** Index "controller": by uid of the managing owner, for `Informer.addIndex`. */
export function byController(object: Stored): readonly string[] {
  const owner = controllerOf(object)
  return owner === undefined ? [] : [owner.uid]
}

/** Index "orphans": by namespace, what no controller manages. */
export function orphansByNamespace(object: Stored): readonly string[] {
  return controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []
}

export function byNamespace(object: Stored): readonly string[] {
  return [object.metadata.namespace ?? '']
}

/** Oldest first; names settle ties, so the order never hangs on a cache. */
export function byAge(a: Stored, b: Stored): number {
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (x !== y) return x < y ? -1 : 1
  const [m, n] = [a.metadata.name ?? '', b.metadata.name ?? '']
  return m < n ? -1 : m > n ? 1 : 0
}

/** By namespace and name. */
export function byName(a: Stored, b: Stored): number {
  const [x, y] = [`${a.metadata.namespace ?? ''}/${a.metadata.name ?? ''}`, `${b.metadata.namespace ?? ''}/${b.metadata.name ?? ''}`]
  return x < y ? -1 : x > y ? 1 : 0
}

export interface ClaimOptions<T> {
  readonly client: Client
  /** Who claims, as its cache shows it, and its resource. */
  readonly owner: Stored
  readonly ownerResource: Resource
  /** Resource of what is claimed. */
  readonly resource: Resource
  readonly matches: (object: T) => boolean
}

/**
 * Of `candidates`, those that are the owner's: it adopts orphans that match and lets go of those that no longer do.
 * Before the first adoption it looks past its cache whether the owner still lives. Throws `ApiError` when a claim fails.
 * Upstream: controller.BaseControllerRefManager.ClaimObject and its kin.
 */
export function claim<T extends Stored>(candidates: readonly T[], options: ClaimOptions<T>): T[] {
  const { client, owner, ownerResource, resource } = options
  const claimed: T[] = []
  let mayAdopt: boolean | undefined
  const checkOwner = (): void => {
    if (mayAdopt === undefined) {
      const fresh = client.find<ApiObject>({ resource: ownerResource, namespace: owner.metadata.namespace, name: owner.metadata.name ?? '' })
      mayAdopt = fresh !== undefined && fresh.metadata.uid === owner.metadata.uid && fresh.metadata.deletionTimestamp === undefined
    }
    if (!mayAdopt) throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 409, reason: 'Conflict', message: `original ${ownerResource.kind} ${owner.metadata.namespace ?? ''}/${owner.metadata.name ?? ''} is gone` })
  }
  for (const object of candidates) {
    const current = controllerOf(object)
    if (current !== undefined) {
      if (current.uid !== owner.metadata.uid) continue
      if (options.matches(object)) {
        claimed.push(object)
        continue
      }
      if (owner.metadata.deletionTimestamp === undefined) release(client, resource, object, owner)
      continue
    }
    if (owner.metadata.deletionTimestamp !== undefined || !options.matches(object)) continue
    if (object.metadata.deletionTimestamp !== undefined || object.metadata.namespace !== owner.metadata.namespace) continue
    checkOwner()
    const adopted = adopt(client, resource, object, newControllerRef(owner, ownerResource))
    if (adopted !== undefined) claimed.push(adopted)
  }
  return claimed
}

function adopt<T extends Stored>(client: Client, resource: Resource, object: T, reference: OwnerReference): T | undefined {
  try {
    return client.patch<T>(
      { resource, namespace: object.metadata.namespace, name: object.metadata.name ?? '' }, 'application/strategic-merge-patch+json',
      { metadata: { ownerReferences: [reference], uid: object.metadata.uid } },
    )
  } catch (error) {
    if (ApiError.is(error, 'NotFound')) return undefined
    throw error
  }
}

function release(client: Client, resource: Resource, object: Stored, owner: Stored): void {
  try {
    client.patch(
      { resource, namespace: object.metadata.namespace, name: object.metadata.name ?? '' }, 'application/strategic-merge-patch+json',
      { metadata: { ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }], uid: object.metadata.uid } },
    )
  } catch (error) {
    // Gone, or made anew under the same name (the uid no longer fits): nothing is left to let go of.
    if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Invalid')) throw error
  }
}

/** Resource of a controller reference to a built-in workload; undefined for strangers. */
export function workloadResource(reference: OwnerReference): Resource | undefined {
  return Object.values(resources).find((resource) => resource.kind === reference.kind && apiVersionOf(resource) === reference.apiVersion)
}
