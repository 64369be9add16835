import type { ApiObject, Resource } from '../../../api'
import type { StructNode } from '../../../api'
import type { Draft, Fields } from '../draft'
import type { FieldErrors } from '../field-errors'
import type { FieldSet } from '../managed-fields/field-set'
import type { NameRule } from '../names'

/** What a strategy may know besides the object. */
export interface StrategyContext {
  /** RFC 3339 in seconds. */
  readonly now: string
  readonly nowMs: number
  readonly random: { below(bound: number): number; uuid(): string; text(length: number, alphabet: string): string }
  /** All objects of a built-in kind. */
  list(resource: Resource): readonly ApiObject[]
}

export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  /** 0 always, 1 only with -o wide. */
  readonly priority?: number
  readonly description?: string
}

export type Cell = string | number | boolean | null

/** Replicas through /scale. */
export interface ScaleRoad {
  replicasOf(object: ApiObject): number
  statusReplicasOf(object: ApiObject): number
  /** Selector text of status.selector; absent when there is none. */
  selectorOf(object: ApiObject): string
  setReplicas(draft: Fields, replicas: number): void
}

/**
 * All there is to a kind. What is left out has the ordinary answer, so that an entry says only what sets its kind apart.
 * `T` is the kind's type of the api room; drafts are ours to change, the rest is frozen.
 * Upstream: pkg/registry/<group>/<resource>/strategy.go, pkg/apis/<group>/v1/defaults.go, .../validation, pkg/printers.
 */
export interface KindDefinition<T> {
  readonly resource: Resource
  /** Name of its type in the schema: core.v1.Pod. */
  readonly type: string
  /** Nothing of it is stored. */
  readonly virtual?: boolean
  /** Set when this is only a view of another kind. */
  readonly view?: KindView
  /** Made up on the spot: the objects there are. */
  readonly readOnly?: () => readonly ApiObject[]
  /** Default: a DNS subdomain. */
  readonly nameRule?: NameRule
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted?: boolean
  /** PUT of a name that is not there creates it. */
  readonly createOnUpdate?: boolean
  /** PUT must name the resourceVersion. */
  readonly conditionalUpdate?: boolean
  /** Has metadata.generation, counted up when spec changes. */
  readonly generation?: boolean
  /** What must change for the generation to count up, when it is not spec alone. */
  generationOf?(object: T): unknown
  /** Deletion is a longer story than the store's (namespaces): the marked object, the same one when nothing changes, undefined for an ordinary deletion. */
  deleteWith?(object: T, context: StrategyContext): T | undefined
  /** Why an object may not be deleted. */
  refuseDeletion?(object: T): string | undefined
  /** An object without finalizers in metadata may yet have others: it goes only by its own road. */
  readonly finalizes?: boolean
  /** Seconds of grace a deletion gives, of those asked for. Absent: deletion is at once. */
  gracePeriodOf?(object: T, asked: number | undefined): number
  /** What becomes of dependents when nobody says. Default: they go in the background. */
  readonly garbageCollection?: 'orphan' | 'unsupported'
  /** Has /status: the main road leaves status alone, /status everything else. */
  readonly status?: boolean
  /** Labels cannot be changed through /status. */
  readonly statusKeepsLabels?: boolean
  /** A create may bring a status. */
  readonly keepsStatusOnCreate?: boolean
  readonly scale?: ScaleRoad
  /** Further subresources, for discovery: name to kind and verbs. */
  readonly subresources?: readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[]; readonly group?: string; readonly version?: string }[]
  /** Fields a field selector may name besides metadata.name and metadata.namespace. */
  readonly selectableFields?: { readonly [field: string]: (object: T) => string }
  /** How an unknown field is refused: the words of kinds with a conversion of their own. */
  readonly legacyFieldLabels?: boolean
  /** Reads a body in a way of its own (custom kinds, by their schema), instead of by the type. Throws `DecodeError`. */
  shape?(body: Fields): { readonly object: Fields; readonly unknown: readonly string[] }
  /** Versioned defaults. */
  setDefaults?(object: Draft<T>): void
  prepareForCreate?(object: Draft<T>, context: StrategyContext): void
  /** As prepareForCreate, once uid and name are known. */
  prepareWithUid?(object: Draft<T>): void
  prepareForUpdate?(object: Draft<T>, old: T, context: StrategyContext): void
  /** Of a write through /status; all but metadata and status of `object` is already the old one's. */
  prepareStatus?(object: Draft<T>, old: T, context: StrategyContext): void
  validate?(object: T, errors: FieldErrors): void
  /** Takes what only one object can have (addresses, ports), after validation; throws `ApiError` when it cannot be had. */
  allocate?(object: Draft<T>, old: T | undefined, context: StrategyContext): void
  /** Default: `validate` of the new object. */
  validateUpdate?(object: T, old: T, errors: FieldErrors): void
  validateStatus?(object: T, old: T, errors: FieldErrors): void
  /** Words for the Warning header. */
  warnings?(object: T, old: T | undefined): string[]
  /** Every answer of the kind carries this warning. */
  readonly deprecation?: string
  /** Metadata as a Table shows it, when the internal type differs from the versioned one. */
  partialMetadata?(metadata: ApiObject['metadata']): ApiObject['metadata']
  readonly columns?: readonly Column[]
  cells?(object: T, age: (time: string | undefined) => string): Cell[]
  /** Verbs served; default all. */
  readonly verbs?: readonly string[]
  /** Fields that the main road and /status cannot set, for owners of fields. */
  readonly resetFields?: readonly (readonly string[])[]
  readonly statusResetFields?: readonly (readonly string[])[]
}

/** Another way to see a kind: an older or newer version, or another group. What is stored is the one it is a view of. */
export interface KindView {
  stored(): Kind
  /** Of a whole object or of a part (an apply configuration). Does not change what it is given. */
  toStored(object: Fields): Fields
  fromStored(object: ApiObject): ApiObject
  /** The stored kind's name of a field that selectors name. */
  selectorField?(field: string): string
  /** Rules that only hold for what is written by this road. */
  validateCreate?(object: Fields, errors: FieldErrors): void
}

/** A kind as the pipeline sees it: its type erased. */
export interface Kind extends KindDefinition<ApiObject> {
  readonly schema: StructNode
  readonly apiVersion: string
  /** The kind with every field at its zero value: what a create starts from. */
  readonly empty: Fields
  readonly resetFieldSet: FieldSet
  readonly statusResetFieldSet: FieldSet
  /** Of a CustomResourceDefinition. */
  readonly custom?: boolean
  /** Of a custom kind: its schema as the definition gives it. */
  readonly openApi?: Fields
  /** Its definition is being deleted: nothing new is made. */
  readonly terminating?: boolean
}

/** Checks an entry against its type and forgets the type. */
export function kind<T>(definition: KindDefinition<T>): KindDefinition<ApiObject> {
  return definition as unknown as KindDefinition<ApiObject>
}

export const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const
