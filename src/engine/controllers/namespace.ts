import { compareText } from '../../base'
import { ApiError, apiVersionOf, pathOf, resources, type ApiList, type ApiObject, type CustomResourceDefinition, type Namespace, type NamespaceCondition, type NamespaceStatus, type Pod, type Resource, type Status } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { resourceOfDefinition } from './custom-resources'
import { nowText } from './pods'

/** A namespace that was just deleted is left alone for so long, so that nothing that is still on its way comes after. Upstream: namespaceDeletionGracePeriod. */
const graceMs = 5_000
/** What a finalizer may take, in seconds. Upstream: finalizerEstimateSeconds. */
const finalizerEstimate = 15

/** All kinds that live in namespaces, Pods first: the others are left until no Pod needs them. Upstream: OrderedNamespaceDeletion. */
const contents: readonly Resource[] = Object.values(resources).filter((resource) => resource.namespaced && resource.plural !== 'pods')

interface Remaining {
  /** "configmaps." → how many are left. */
  readonly objects: Map<string, number>
  readonly finalizers: Map<string, number>
  estimate: number
  readonly errors: string[]
}

/** Empties namespaces that are being deleted and lets them go. Upstream: pkg/controller/namespace, namespacedResourcesDeleter. */
export class NamespaceController extends Controller {
  readonly #namespaces: Informer<Namespace>
  readonly #definitions: Informer<CustomResourceDefinition>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'namespace' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#namespaces = this.watches(environment.informers.for<Namespace>(resources.namespaces))
    this.#definitions = this.watches(environment.informers.for<CustomResourceDefinition>(resources.customresourcedefinitions))
    const seen = (namespace: Namespace): void => {
      if (namespace.metadata.deletionTimestamp !== undefined && (namespace.spec?.finalizers ?? []).includes('kubernetes')) this.#queue.addAfter(namespace.metadata.name ?? '', graceMs)
    }
    this.#namespaces.addHandler({
      onAdd: seen,
      onUpdate: (old, namespace) => { if (old.metadata.deletionTimestamp === undefined) seen(namespace) },
    })
  }

  #sync(name: string): void {
    const namespace = this.client.find<Namespace>({ resource: resources.namespaces, name })
    if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined) return
    if (!(namespace.spec?.finalizers ?? []).includes('kubernetes')) return
    const remaining: Remaining = { objects: new Map(), finalizers: new Map(), estimate: 0, errors: [] }
    // Pods first; the rest only when none is left.
    const podEstimate = this.#empty(resources.pods, name, remaining)
    const podsLeft = podEstimate > 0
    if (!podsLeft) for (const resource of [...contents, ...this.#custom()]) remaining.estimate = Math.max(remaining.estimate, this.#empty(resource, name, remaining))
    else remaining.estimate = podEstimate
    const current = this.#writeConditions(namespace, podsLeft ? { ...remaining, objects: new Map(), finalizers: new Map() } : remaining)
    if (remaining.errors.length > 0) {
      this.#queue.addRateLimited(name)
      return
    }
    if (remaining.estimate > 0) {
      this.#queue.addAfter(name, (Math.floor(remaining.estimate / 2) + 1) * 1000)
      return
    }
    this.#finalize(current)
  }

  /** The kinds in namespaces that definitions bring. */
  #custom(): Resource[] {
    return [...this.#definitions.list()].map(resourceOfDefinition).filter((resource): resource is Resource => resource?.namespaced === true)
      .sort((a, b) => compareText(`${a.plural}.${a.group}`, `${b.plural}.${b.group}`))
  }

  /** Deletes all of a kind; returns how many seconds to give those that are still there, 0 when none is. Upstream: deleteAllContentForGroupVersionResource. */
  #empty(resource: Resource, namespace: string, remaining: Remaining): number {
    const path = pathOf(resource, namespace)
    const before = this.#list(path, remaining)
    if (before.length === 0) return 0
    const estimate = resource.plural === 'pods' ? Math.max(0, ...(before as unknown as Pod[]).map((pod) => (
      pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? 0 : pod.spec?.terminationGracePeriodSeconds ?? 0))) : 0
    const response = this.client.transport.request({
      method: 'DELETE', path, userAgent: this.client.userAgent, body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
    })
    if (response.status >= 400 && response.status !== 405) remaining.errors.push((response.body as Status).message ?? '')
    const left = this.#list(path, remaining)
    if (left.length === 0) return 0
    let finalized = 0
    for (const object of left) {
      for (const finalizer of object.metadata.finalizers ?? []) {
        finalized++
        remaining.finalizers.set(finalizer, (remaining.finalizers.get(finalizer) ?? 0) + 1)
      }
    }
    remaining.objects.set(`${resource.plural}.${resource.group}`, left.length)
    if (estimate > 0) return estimate
    // Some controller has to do something first.
    if (finalized > 0) return finalizerEstimate
    remaining.errors.push(`unexpected items still remain in namespace: ${namespace} for gvr: ${apiVersionOf(resource)} ${resource.plural}`)
    return finalizerEstimate
  }

  #list(path: string, remaining: Remaining): readonly ApiObject[] {
    const response = this.client.transport.request({ method: 'GET', path, userAgent: this.client.userAgent })
    if (response.status === 404) return []
    if (response.status >= 400) {
      remaining.errors.push((response.body as Status).message ?? '')
      return []
    }
    return (response.body as ApiList).items
  }

  /** Upstream: namespaceConditionUpdater. */
  #writeConditions(namespace: Namespace, remaining: Remaining): Namespace {
    const list = (counts: ReadonlyMap<string, number>, of: (name: string, count: number) => string): string => [...counts].map(([name, count]) => of(name, count)).sort().join(', ')
    const wanted: readonly Pick<NamespaceCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
      { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
      { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
      remaining.errors.length > 0
        ? { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${remaining.errors.length} remaining: ${remaining.errors.join(', ')}` }
        : { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
      remaining.objects.size > 0
        ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${list(remaining.objects, (name, count) => `${name} has ${count} resource instances`)}` }
        : { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' },
      remaining.finalizers.size > 0
        ? { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${list(remaining.finalizers, (name, count) => `${name} in ${count} resource instances`)}` }
        : { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    ]
    const now = nowText(this.context.now())
    const conditions = [...(namespace.status?.conditions ?? [])]
    let changed = false
    for (const condition of wanted) {
      const index = conditions.findIndex((other) => other.type === condition.type)
      const current = conditions[index]
      if (current !== undefined && current.status === condition.status && current.reason === condition.reason && current.message === condition.message) continue
      changed = true
      if (current === undefined) conditions.push({ ...condition, lastTransitionTime: now })
      else conditions[index] = { ...condition, lastTransitionTime: current.status === condition.status ? current.lastTransitionTime ?? now : now }
    }
    if (!changed) return namespace
    const status: NamespaceStatus = { ...namespace.status, conditions }
    return this.client.update<Namespace>(resources.namespaces, { ...namespace, status }, 'status')
  }

  #finalize(namespace: Namespace): void {
    const name = namespace.metadata.name ?? ''
    const response = this.client.transport.request({
      method: 'PUT', path: pathOf(resources.namespaces, undefined, name, 'finalize'), userAgent: this.client.userAgent,
      body: { ...namespace, spec: { ...namespace.spec, finalizers: (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes') } },
    })
    if (response.status >= 400 && response.status !== 404) throw new ApiError(response.body as Status)
    if (response.status === 404) return
    // Upstream deletes once more: with no finalizer left that removes it. A server that did so already says it is gone.
    try {
      this.client.delete({ resource: resources.namespaces, name }, { preconditions: { uid: namespace.metadata.uid ?? '' } })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Conflict')) throw error
    }
  }
}
