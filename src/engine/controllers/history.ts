import { canonicalJson } from '../../base'
import { ApiError, resources, type ControllerRevision, type ObjectMeta, type PodTemplateSpec, type Resource } from '../../api'
import type { Client, Informer, Informers } from '../client'
import { byController, byNamespace, controllerOf, newControllerRef } from './owners'
import { templateHash } from './template-hash'

type Owner = { readonly metadata: ObjectMeta }

/** Labels that name a revision: on the revision itself, and (StatefulSets: by name, DaemonSets: by hash) on its Pods. */
export const revisionHashLabel = 'controller.kubernetes.io/hash'
export const podRevisionLabel = 'controller-revision-hash'

export function revisionInformer(informers: Informers): Informer<ControllerRevision> {
  return informers.for<ControllerRevision>(resources.controllerrevisions)
}

/** Called once by the manager. */
export function addRevisionIndexes(informers: Informers): void {
  revisionInformer(informers).addIndex('controller', byController).addIndex('namespace', byNamespace)
}

/** What a revision keeps of its owner: the Pod template, as a patch. Upstream: getPatch. */
export function templatePatch(template: PodTemplateSpec): unknown {
  return { spec: { template: { ...template, $patch: 'replace' } } }
}

/** The template in a revision. */
export function templateIn(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _patch, ...template } = (revision.data as { readonly spec: { readonly template: PodTemplateSpec & { readonly $patch?: string } } }).spec.template
  return template
}

export function sameData(a: ControllerRevision, b: ControllerRevision): boolean {
  return canonicalJson(a.data) === canonicalJson(b.data)
}

/** Oldest first. Upstream: history.byRevision. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const difference = (a.revision ?? 0) - (b.revision ?? 0)
  if (difference !== 0) return difference
  const [x, y] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (x !== y) return x < y ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

export interface NewRevision {
  readonly client: Client
  readonly owner: Owner
  readonly ownerResource: Resource
  readonly labels: Readonly<Record<string, string>>
  readonly data: unknown
  readonly revision: number
  readonly collisionCount: number
  /** Which label carries the hash. */
  readonly hashLabel: string
}

/**
 * Makes a revision named after its hash. When the name is taken by another's or by other data, the next collision count is
 * tried; the count it took comes back too. Upstream: history.CreateControllerRevision.
 */
export function createRevision(wanted: NewRevision): { readonly revision: ControllerRevision; readonly collisionCount: number } {
  let { collisionCount } = wanted
  for (;;) {
    const revision = revisionOf({ ...wanted, collisionCount })
    try {
      return { revision: wanted.client.create<ControllerRevision>(resources.controllerrevisions, revision), collisionCount }
    } catch (error) {
      if (!ApiError.is(error, 'AlreadyExists')) throw error
      const found = wanted.client.get<ControllerRevision>({ resource: resources.controllerrevisions, namespace: revision.metadata.namespace, name: revision.metadata.name ?? '' })
      if (sameData(found, revision) && controllerOf(found)?.uid === wanted.owner.metadata.uid) return { revision: found, collisionCount }
      collisionCount++
    }
  }
}

/** The revision as it would be made. Upstream: history.NewControllerRevision. */
export function revisionOf(wanted: NewRevision): ControllerRevision {
  const hash = templateHash(wanted.data, wanted.collisionCount)
  const { name = '', namespace = '' } = wanted.owner.metadata
  return {
    apiVersion: 'apps/v1', kind: 'ControllerRevision',
    metadata: { name: `${name}-${hash}`, namespace, labels: { ...wanted.labels, [wanted.hashLabel]: hash }, ownerReferences: [newControllerRef(wanted.owner, wanted.ownerResource)] },
    data: wanted.data, revision: wanted.revision,
  }
}
