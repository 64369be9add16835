import { compareText, deepEqual } from '../../../base'
import { resources, type ApiObject, type CustomResourceDefinition, type CustomResourceDefinitionCondition, type CustomResourceDefinitionNames } from '../../../api'
import type { Commit } from '../../etcd'
import type { Fields } from '../draft'
import { cleanupFinalizer } from '../kinds/apiextensions'
import type { Kind } from '../kinds/kind'
import { builtinKinds, type KindTable } from '../kinds/table'
import type { Pipeline } from '../pipeline'
import { prefixOf, type Storage } from '../storage'
import { conditionOf, withCondition } from './conditions'
import { kindsOf, storedKindOf } from './kinds'

const builtinPath = (kind: Kind): string => `${kind.apiVersion}/${kind.resource.plural}`

interface Environment {
  readonly storage: Storage
  readonly kinds: KindTable
  readonly pipeline: Pipeline
  /** RFC 3339. */
  now(): string
  /** Asks for `sync` after some virtual time. */
  schedule(ms: number): void
  /** Ends the watches of a custom kind, whatever the version: what they show is no longer so. */
  endWatches(group: string, plural: string): void
}

/** Between a change of a definition and what the server makes of it. */
const latencyMs = 10
/** Steps from a new definition to one that is served, or from a deleted one to none; more are a matter of another look. */
const roundsMax = 6
/** How soon objects that are still there are looked at again. */
const retryMs = 5_000

/**
 * Serves what CustomResourceDefinitions define: settles their names, establishes them, and removes their objects when they go.
 * Everything it knows is in the store; the only state is whether a look is due.
 * Upstream: apiextensions-apiserver/pkg/controller/status, establish, finalizer; pkg/apiserver/customresource_handler.go.
 */
export class CustomResources {
  readonly #environment: Environment
  readonly #prefix: string
  readonly #kind: Kind
  /** Definitions as they were when their kinds were made. */
  readonly #served = new Map<string, CustomResourceDefinition>()
  /** A call of `sync` is on its way. Part of the server's state. */
  due = false
  /** Counts changes of definitions, to tell within a request whether it made one. */
  changes = 0

  constructor(environment: Environment) {
    this.#environment = environment
    this.#kind = environment.kinds.ofResource(resources.customresourcedefinitions)
    this.#prefix = prefixOf(this.#kind)
  }

  onCommit(commit: Commit<ApiObject>): void {
    for (const event of commit.events) {
      if (!event.kv.key.startsWith(this.#prefix)) continue
      const name = event.kv.key.slice(this.#prefix.length)
      this.#serve(name, event.type === 'PUT' ? (event.kv.value as unknown as CustomResourceDefinition) : undefined)
      this.changes++
      // What others wait for may be free now.
      this.#look(latencyMs)
    }
  }

  /** Starts over with what is stored, as after a restore. */
  rebuild(): void {
    for (const name of [...this.#served.keys()]) this.#environment.kinds.setCustom(name, [])
    this.#served.clear()
    for (const definition of this.#definitions()) this.#serve(definition.metadata.name ?? '', definition)
  }

  #look(ms: number): void {
    if (this.due) return
    this.due = true
    this.#environment.schedule(ms)
  }

  #definitions(): readonly CustomResourceDefinition[] {
    return this.#environment.storage.list(this.#kind).items as unknown as readonly CustomResourceDefinition[]
  }

  #serve(name: string, definition: CustomResourceDefinition | undefined): void {
    const { kinds } = this.#environment
    const before = this.#served.get(name)
    if (before !== undefined && definition !== undefined && sameServing(before, definition)) return
    if (before === undefined && definition === undefined) return
    const builtin = new Set(builtinKinds().map(builtinPath))
    // Built-in kinds stay what they are.
    const made = definition === undefined ? [] : kindsOf(definition).filter((kind) => !builtin.has(builtinPath(kind)))
    kinds.setCustom(name, made)
    if (definition === undefined) this.#served.delete(name)
    else this.#served.set(name, definition)
    if (before !== undefined) this.#environment.endWatches(before.spec.group, before.spec.names.plural)
  }

  /** A look that was asked for. */
  sync(): void {
    this.due = false
    this.advance()
  }

  /** Brings every definition as far as it can get now: what the server's own controllers do within milliseconds of a request. */
  advance(): void {
    for (let i = 0; i < roundsMax; i++) {
      const { revision } = this.#environment.storage
      for (const definition of this.#definitions()) {
        if (definition.metadata.deletionTimestamp === undefined) this.#settle(definition)
        else this.#empty(definition)
      }
      if (this.#environment.storage.revision === revision) return
    }
  }

  #write(definition: CustomResourceDefinition): void {
    this.#environment.storage.put(this.#kind, { ...definition, metadata: { ...definition.metadata } } as unknown as Fields)
  }

  // Names. Upstream: NamingConditionController.

  #settle(definition: CustomResourceDefinition): void {
    const now = this.#environment.now()
    const conditions = definition.status?.conditions ?? []
    const { names, accepted } = this.#names(definition)
    let next = withCondition(conditions, accepted, now)
    const established = conditionOf(definition, 'Established')
    if (established?.status !== 'True') {
      if (accepted.status !== 'True') next = withCondition(next, established ?? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }, now)
      else if (established?.reason !== 'Installing') next = withCondition(next, { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }, now)
      // Once the names are known to be good, it is served.
      else next = withCondition(next, { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }, now)
    }
    if (deepEqual(next, conditions) && deepEqual(names, definition.status?.acceptedNames)) return
    this.#write({ ...definition, status: { ...definition.status, acceptedNames: names, conditions: next } })
  }

  #names(definition: CustomResourceDefinition): { readonly names: CustomResourceDefinitionNames; readonly accepted: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'> } {
    const taken = new Set<string>()
    const kinds = new Set<string>()
    for (const other of this.#definitions()) {
      if (other.metadata.name === definition.metadata.name || other.spec.group !== definition.spec.group) continue
      const { plural = '', singular = '', shortNames = [], kind = '', listKind = '' } = other.status?.acceptedNames ?? { plural: '', kind: '' }
      for (const name of [plural, singular, ...shortNames]) if (name !== '') taken.add(name)
      for (const name of [kind, listKind]) if (name !== '') kinds.add(name)
    }
    const wanted = definition.spec.names
    const had = definition.status?.acceptedNames
    let conflict: { readonly reason: string; readonly message: string } | undefined
    const take = (name: string, before: string, used: ReadonlySet<string>, reason: string): string => {
      if (name === before || !used.has(name)) return name
      conflict = { reason, message: `${JSON.stringify(name)} is already in use` }
      return before
    }
    const plural = take(wanted.plural, had?.plural ?? '', taken, 'PluralConflict')
    const singular = take(wanted.singular ?? '', had?.singular ?? '', taken, 'SingularConflict')
    let shortNames = wanted.shortNames
    if (!deepEqual(wanted.shortNames ?? [], had?.shortNames ?? [])) {
      const clashes = (wanted.shortNames ?? []).filter((name) => had?.shortNames?.includes(name) !== true && taken.has(name)).map((name) => `${JSON.stringify(name)} is already in use`)
      if (clashes.length > 0) {
        conflict = { reason: 'ShortNamesConflict', message: clashes.length === 1 ? clashes[0] as string : `[${clashes.join(', ')}]` }
        shortNames = had?.shortNames
      }
    }
    const kind = take(wanted.kind, had?.kind ?? '', kinds, 'KindConflict')
    const listKind = take(wanted.listKind ?? '', had?.listKind ?? '', kinds, 'ListKindConflict')
    return {
      names: {
        ...(wanted.categories === undefined ? {} : { categories: wanted.categories }), kind, ...(listKind === '' ? {} : { listKind }), plural,
        ...(shortNames === undefined ? {} : { shortNames }), ...(singular === '' ? {} : { singular }),
      },
      accepted: conflict === undefined ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' } : { type: 'NamesAccepted', status: 'False', ...conflict },
    }
  }

  // The end. Upstream: CRDFinalizer.

  #empty(definition: CustomResourceDefinition): void {
    const finalizers = definition.metadata.finalizers ?? []
    if (!finalizers.includes(cleanupFinalizer)) return
    const { storage, pipeline, now } = this.#environment
    const mark = (status: string, reason: string, message: string): CustomResourceDefinition => ({
      ...definition, status: { ...definition.status, acceptedNames: definition.status?.acceptedNames ?? { kind: '', plural: '' }, conditions: withCondition(definition.status?.conditions ?? [], { type: 'Terminating', status, reason, message }, now()) },
    })
    const kind = storedKindOf(definition)
    const established = conditionOf(definition, 'Established')?.status === 'True'
    if (kind !== undefined && established) {
      const before = conditionOf(definition, 'Terminating')
      if (before?.reason === 'InstanceDeletionPending') {
        this.#write(mark('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'))
        return
      }
      const sorted = [...storage.list(kind).items].sort((a, b) => compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || compareText(a.metadata.name ?? '', b.metadata.name ?? ''))
      for (const object of sorted) {
        if (object.metadata.deletionTimestamp !== undefined) continue
        pipeline.delete(kind, object.metadata.namespace ?? '', object.metadata.name ?? '', { apiVersion: 'v1', kind: 'DeleteOptions' }, { dryRun: false, userAgent: 'kube-apiserver', warnings: [] })
      }
      if (storage.count(kind) > 0) {
        // Somebody else's finalizers hold them.
        this.#look(retryMs)
        return
      }
    }
    const done = mark('False', 'InstanceDeletionCompleted', 'removed all instances')
    const rest = finalizers.filter((finalizer) => finalizer !== cleanupFinalizer)
    const { finalizers: _, ...metadata } = done.metadata
    const last: CustomResourceDefinition = { ...done, metadata: rest.length > 0 ? { ...metadata, finalizers: rest } : metadata }
    if (rest.length > 0) this.#write(last)
    else storage.remove(this.#kind, last as unknown as ApiObject)
  }
}

/** Whether two states of a definition serve the same: status changes alone end no watch. */
function sameServing(a: CustomResourceDefinition, b: CustomResourceDefinition): boolean {
  return a.metadata.uid === b.metadata.uid && (a.metadata.deletionTimestamp === undefined) === (b.metadata.deletionTimestamp === undefined)
    && conditionOf(a, 'Established')?.status === conditionOf(b, 'Established')?.status
    && deepEqual(a.spec, b.spec) && deepEqual(a.status?.acceptedNames, b.status?.acceptedNames)
}
