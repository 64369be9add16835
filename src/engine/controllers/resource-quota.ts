import { deepEqual } from '../../base'
import { canonicalQuantity, keyOf, parseQuantity, resources, type ApiObject, type ParsedQuantity, type Quantity, type Resource, type ResourceQuota } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byNamespace } from './owners'
import { inScope, usageOf } from './quota-usage'

/** Upstream: --resource-quota-sync-period. */
const resyncMs = 300_000

/** Kinds a quota can count. Upstream: quota/v1/install and all namespaced resources by count/. */
const countable: readonly Resource[] = Object.values(resources).filter((resource) => resource.namespaced && resource.plural !== 'events')

/** Says what of a ResourceQuota is used. Upstream: pkg/controller/resourcequota. */
export class ResourceQuotaController extends Controller {
  readonly #quotas: Informer<ResourceQuota>
  readonly #informers: ReadonlyMap<Resource, Informer<ApiObject>>
  readonly #queue: SyncQueue

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'resourcequota', component: 'resourcequota-controller' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#quotas = this.watches(environment.informers.for<ResourceQuota>(resources.resourcequotas)).addIndex('namespace', byNamespace)
    this.#quotas.addHandler({
      onAdd: (quota) => { this.#queue.addObject(quota) },
      onUpdate: (old, quota) => { if (!deepEqual(old.spec, quota.spec) || !deepEqual(quota.spec?.hard, quota.status?.hard)) this.#queue.addObject(quota) },
    })
    this.#informers = new Map(countable.map((resource) => [resource, environment.informers.for<ApiObject>(resource)]))
    for (const [resource, informer] of this.#informers) {
      informer.addHandler({
        // The admission of the api-server counts what is created; what goes, only this controller sees.
        onAdd: (object) => { this.#enqueueFor(object) },
        onUpdate: (old, object) => { if (this.#quotas.size > 0 && changesUsage(resource, old, object)) this.#enqueueFor(object) },
        onDelete: (object) => { this.#enqueueFor(object) },
      })
    }
    this.watches(this.#informers.get(resources.pods) as Informer<ApiObject>)
  }

  protected override onStart(): void {
    this.setTimer('resync', resyncMs)
  }

  protected override onTimer(): void {
    for (const quota of this.#quotas.list()) this.#queue.addObject(quota)
    this.setTimer('resync', resyncMs)
  }

  #enqueueFor(object: ApiObject): void {
    if (this.#quotas.size === 0) return
    for (const quota of this.#quotas.byIndex('namespace', object.metadata.namespace ?? '')) this.#queue.add(keyOf(quota))
  }

  #sync(key: string): void {
    const quota = this.#quotas.get(key)
    if (quota === undefined) return
    const hard = quota.spec?.hard ?? {}
    const totals = new Map<string, ParsedQuantity>()
    for (const [resource, informer] of this.#informers) {
      const prefix = `${resource.plural}.${resource.group}`
      const wanted = Object.keys(hard).some((name) => concerns(name, resource, prefix))
      if (!wanted) continue
      // Only Pods are many enough for an index by namespace.
      for (const object of resource.plural === 'pods' ? informer.byIndex('namespace', quota.metadata.namespace ?? '') : informer.list()) {
        if (object.metadata.namespace !== quota.metadata.namespace || !inScope(resource, object, quota.spec ?? {})) continue
        for (const [name, amount] of Object.entries(usageOf(resource, object))) add(totals, name, amount)
      }
    }
    const used: Record<string, Quantity> = {}
    for (const name of Object.keys(hard)) used[name] = canonicalQuantity(totals.get(name) ?? { nanos: 0n, format: 'DecimalSI' })
    const status = { hard, used }
    if (deepEqual(quota.status ?? {}, status)) return
    this.client.update<ResourceQuota>(resources.resourcequotas, { ...quota, status }, 'status')
  }
}

/** Whether a name of spec.hard can be about this kind. */
function concerns(name: string, resource: Resource, prefix: string): boolean {
  if (name === `count/${resource.group === '' ? resource.plural : prefix}` || name === resource.plural) return true
  switch (resource.plural) {
    case 'pods': return !name.startsWith('count/')
    case 'services': return name.startsWith('services')
    case 'persistentvolumeclaims': return name.includes('storage') || name.includes('persistentvolumeclaims')
    default: return false
  }
}

function add(totals: Map<string, ParsedQuantity>, name: string, amount: Quantity): void {
  const parsed = parseQuantity(amount)
  if (parsed === undefined) return
  const before = totals.get(name)
  // A sum keeps the family of its first part that is not zero. Upstream: Quantity.Add.
  totals.set(name, before === undefined || before.nanos === 0n ? parsed : { nanos: before.nanos + parsed.nanos, format: before.format })
}

function changesUsage(resource: Resource, old: ApiObject, object: ApiObject): boolean {
  if (resource.plural === 'resourcequotas') return false
  if (resource.plural === 'pods') {
    return !deepEqual(usageOf(resource, old), usageOf(resource, object))
  }
  return resource.plural === 'services' || resource.plural === 'persistentvolumeclaims' ? !deepEqual(old['spec'], object['spec']) : false
}
