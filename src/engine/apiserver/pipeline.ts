import { deepEqual } from '../../base'
import type { ApiError} from '../../api';
import { timeText, virtualMs, virtualOf, type ApiObject, type DeleteOptions } from '../../api'
import type { AdmissionPlugin, AdmissionWorld, Attributes } from './admission/plugin'
import { strictTexts, withLiteral } from './body-notes'
import { DecodeError, decodeObject, roughSize, type Decoded } from './decode'
import { copyOf, isFields, type Draft, type Fields } from './draft'
import { alreadyExists, badRequest, conflict, forbidden, generateNameConflict, invalid, modified, notFound, plainError } from './errors'
import { FieldErrors } from './field-errors'
import type { Kind, StrategyContext } from './kinds/kind'
import { applyConfig, trackUpdate, type ManagerContext } from './managed-fields/manager'
import { dnsSubdomain } from './names'
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta'
import type { Storage } from './storage'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** What every write needs to know of its request. */
export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  /** The field manager. */
  readonly manager: string
  readonly userAgent: string
  /** Grows: texts for the Warning header. */
  readonly warnings: string[]
}

/** A part of a stored object that a road does not write; `live` is the whole object, where the road writes nothing but metadata and status. */
export interface Kept {
  readonly field: string
  readonly value: unknown
  readonly live?: ApiObject
}

export interface Written {
  readonly object: ApiObject
  readonly created: boolean
}

export interface Deleted {
  readonly object: ApiObject
  /** False: it is marked, and goes when its grace period or its finalizers allow. */
  readonly gone: boolean
}

type Meta = Draft<ApiObject['metadata']>
const metaOf = (object: Fields): Meta => object['metadata'] as Meta

/** Takes a member away; most often it is not there, and then the engine need not be asked to. */
function drop(meta: Meta, member: keyof Meta): void {
  if (meta[member] !== undefined) delete meta[member]
}

const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'
const generatedNameMax = 63
const generateNameAttempts = 8

/**
 * The road of a write: decode, default, note the owners of fields, admit, prepare, validate, store.
 * Upstream: apiserver/pkg/endpoints/handlers and pkg/registry (rest.BeforeCreate, generic/registry.Store).
 */
export class Pipeline {
  readonly #storage: Storage
  readonly #plugins: readonly AdmissionPlugin[]
  readonly #world: AdmissionWorld
  readonly #random: { text(length: number, alphabet: string): string; uuid(): string }
  readonly #context: StrategyContext
  /** Characters decoded since an object was last measured: what is stored next has no more in it that is new. */
  #decoded = 0
  /** Characters that stored objects take at most. Derived, for objects that were changed: the others are measured when they are. */
  readonly #sizes = new WeakMap<ApiObject, number>()

  constructor(options: {
    readonly storage: Storage
    readonly plugins: readonly AdmissionPlugin[]
    readonly world: AdmissionWorld
    readonly random: { text(length: number, alphabet: string): string; uuid(): string }
    readonly context: StrategyContext
  }) {
    this.#storage = options.storage
    this.#plugins = options.plugins
    this.#world = options.world
    this.#random = options.random
    this.#context = options.context
  }

  // Decoding.

  /**
   * A body as an object of the kind: known fields only, in canonical form, with defaults. Throws `ApiError`:
   * what cannot be decoded is a BadRequest. `kept` names a top-level field, with its stored value, that this road does not write:
   * where the body has that very value (identity), it is neither read nor copied; nor is then what metadata and status have of `live`.
   */
  decode(kind: Kind, body: unknown, options: Pick<WriteOptions, 'fieldValidation' | 'warnings'>, kept?: Kept): Fields {
    if (kept === undefined || kept.value === undefined || !isFields(body) || body[kept.field] !== kept.value) return this.#decode(kind, body, options, undefined)
    const { [kept.field]: _, ...rest } = body
    const object = this.#decode(kind, rest, options, kept.live)
    object[kept.field] = kept.value
    return object
  }

  #decode(kind: Kind, body: unknown, options: Pick<WriteOptions, 'fieldValidation' | 'warnings'>, live: ApiObject | undefined): Fields {
    const { group, version } = kind.resource
    const gvk = kindNameOf(body)
    // Messages name the kind that was sent, in the version that is served.
    const handled = (reason: string): ApiError =>
      badRequest(`${gvk.kind ?? kind.resource.kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind.resource.kind}: ${reason}`)
    this.checkKind(kind, gvk, handled)
    try {
      // What it is comes first, for those who read it.
      const first: Fields = { apiVersion: kind.apiVersion, kind: kind.resource.kind, metadata: {} }
      const read: Decoded = kind.shape !== undefined && isFields(body) ? kind.shape(body) : decodeObject(body, kind.schema, live, first)
      const { unknown, size = Number.POSITIVE_INFINITY } = read
      const object = read.object === first ? first : { ...first, ...read.object }
      this.#decoded += size
      if (options.fieldValidation !== 'Ignore') {
        const texts = strictTexts(body, unknown)
        if (texts.length > 0 && options.fieldValidation === 'Strict') throw handled(`strict decoding error: ${texts.join(', ')}`)
        options.warnings.push(...texts)
      }
      object['apiVersion'] = group === '' ? version : `${group}/${version}`
      object['kind'] = kind.resource.kind
      // These two are still written to.
      if (live !== undefined) for (const field of ['metadata', 'status']) if (isFields(object[field]) && object[field] === live[field]) object[field] = { ...object[field] }
      kind.setDefaults?.(object as unknown as Draft<ApiObject>)
      return object
    } catch (error) {
      if (error instanceof DecodeError) throw handled(withLiteral(error.message, body))
      throw error
    }
  }

  checkKind(kind: Kind, gvk: { readonly apiVersion: string | undefined; readonly kind: string | undefined }, fail: (reason: string) => ApiError): void {
    const apiVersion = gvk.apiVersion ?? kind.apiVersion
    const name = gvk.kind ?? kind.resource.kind
    if (apiVersion === kind.apiVersion && name === kind.resource.kind) return
    const known = this.#world.kinds.ofKind(apiVersion, name)
    if (kind.custom === true) {
      if (apiVersion !== kind.apiVersion) throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`)
      throw invalid(kind.resource.group, kind.resource.kind, '', [{ reason: 'FieldValueInvalid', field: 'kind', message: `Invalid value: ${JSON.stringify(name)}: must be ${kind.resource.kind}` }])
    }
    if (known === undefined || known.custom === true) throw fail(`no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`)
    throw fail(`converting (${known.resource.version}.${name}) to (${packageOf(kind.resource.group)}.${kind.resource.kind}): unknown conversion`)
  }

  // Create.

  /** Creates an object of a decoded, defaulted draft. `namespace` is the request's. */
  create(kind: Kind, namespace: string, draft: Fields, options: WriteOptions): ApiObject {
    const meta = metaOf(draft)
    this.#matchNamespace(kind, namespace, meta)
    this.#track(kind, kind.empty, draft, '', options)
    this.#admit({ operation: 'CREATE', kind, namespace: kind.resource.namespaced ? namespace : '', name: meta.name ?? '', subresource: '', object: draft, dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings })
    return this.#insert(kind, draft, options)
  }

  /** From here on a create by POST, by PUT and by apply are the same. */
  #insert(kind: Kind, draft: Fields, options: WriteOptions): ApiObject {
    const meta = metaOf(draft)
    drop(meta, 'deletionTimestamp')
    drop(meta, 'deletionGracePeriodSeconds')
    const context = this.#context
    if (kind.generation === true) meta.generation = 1
    else drop(meta, 'generation')
    if (kind.status === true && kind.keepsStatusOnCreate !== true) {
      if (kind.empty['status'] === undefined) delete draft['status']
      else draft['status'] = copyOf(kind.empty['status'])
    }
    kind.prepareForCreate?.(draft as unknown as Draft<ApiObject>, context)
    meta.uid = this.#random.uuid()
    meta.creationTimestamp = context.now
    drop(meta, 'selfLink')
    const generate = meta.name === undefined && meta.generateName !== undefined && meta.generateName !== ''
    if (generate) meta.name = this.#generatedName(meta.generateName as string)
    kind.prepareWithUid?.(draft as unknown as Draft<ApiObject>)
    this.#validateNew(kind, draft)
    kind.allocate?.(draft as unknown as Draft<ApiObject>, undefined, context)
    options.warnings.push(...kind.warnings?.(draft as unknown as ApiObject, undefined) ?? [])
    this.#validateAdmission({
      operation: 'CREATE', kind, namespace: meta.namespace ?? '', name: meta.name as string, subresource: '', object: draft,
      dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings,
    })
    if (meta.resourceVersion !== undefined && meta.resourceVersion !== '0') {
      throw plainError(500, 'resourceVersion should not be set on objects to be created')
    }
    drop(meta, 'resourceVersion')
    let attempts = 1
    while (this.#storage.get(kind, meta.namespace ?? '', meta.name as string) !== undefined) {
      if (!generate) throw alreadyExists(kind.resource, meta.name as string)
      if (++attempts > generateNameAttempts) throw generateNameConflict(kind.resource, meta.name as string)
      meta.name = this.#generatedName(meta.generateName as string)
    }
    // What comes out of the store is defaulted: what admission and preparation left open is filled in as well.
    kind.setDefaults?.(draft as unknown as Draft<ApiObject>)
    const size = this.#checkSize(draft, 0)
    if (options.dryRun) return draft as unknown as ApiObject
    const stored = this.#storage.put(kind, draft)
    // It will be written to.
    if (kind.status === true) this.#sizes.set(stored, size)
    return stored
  }

  #generatedName(prefix: string): string {
    return `${prefix.slice(0, generatedNameMax - 5)}${this.#random.text(5, nameAlphabet)}`
  }

  #matchNamespace(kind: Kind, namespace: string, meta: Meta): void {
    if (!kind.resource.namespaced) {
      drop(meta, 'namespace')
      return
    }
    if (meta.namespace === undefined || meta.namespace === '') meta.namespace = namespace
    else if (meta.namespace !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }

  #validateNew(kind: Kind, draft: Fields): void {
    const errors = new FieldErrors()
    const object = draft as unknown as ApiObject
    validateObjectMeta(object.metadata, kind.resource.namespaced, kind.nameRule ?? dnsSubdomain, errors)
    kind.validate?.(object, errors)
    if (errors.any) throw invalid(kind.resource.group, kind.resource.kind, object.metadata.name ?? '', errors.list)
  }

  // Update.

  /**
   * Replaces an object by what `change` makes of the one there is; creates it when the kind allows that.
   * `uid`, when given, must be that of the object there is; a patch other than apply never creates (`mustExist`). `subresource` is "" or "status".
   */
  update(
    kind: Kind, namespace: string, name: string, subresource: string, options: WriteOptions,
    change: (live: ApiObject | undefined) => Fields,
    more: { readonly uid?: string | undefined; readonly mayCreate?: boolean; readonly mustExist?: boolean; readonly tracked?: boolean; readonly subresourceName?: string } = {},
  ): Written {
    const live = this.#storage.get(kind, namespace, name)
    if (more.uid !== undefined && live !== undefined && live.metadata.uid !== more.uid) {
      throw conflict(kind.resource, name, `StorageError: invalid object, Code: 4, Key: ${this.#storage.keyOf(kind, namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${more.uid}, UID in object meta: ${live.metadata.uid ?? ''}`)
    }
    if (live === undefined) {
      if (more.mustExist === true || subresource !== '' || (kind.createOnUpdate !== true && more.mayCreate !== true)) throw notFound(kind.resource, name)
      const draft = change(undefined)
      checkName(draft, namespace, name)
      const meta = metaOf(draft)
      this.#matchNamespace(kind, namespace, meta)
      if (more.tracked !== true) this.#track(kind, kind.empty, draft, '', options)
      this.#admit({ operation: 'CREATE', kind, namespace: kind.resource.namespaced ? namespace : '', name, subresource: '', object: draft, dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings })
      // What was asked to be changed is not there to be of that revision or that uid.
      if (meta.resourceVersion !== undefined && meta.resourceVersion !== '') drop(meta, 'resourceVersion')
      return { object: this.#insert(kind, draft, options), created: true }
    }
    const draft = change(live)
    checkName(draft, namespace, name)
    const meta = metaOf(draft)
    if (kind.resource.namespaced) meta.namespace = namespace
    else drop(meta, 'namespace')
    if (more.tracked !== true) this.#track(kind, live as unknown as Fields, draft, more.subresourceName ?? subresource, options)
    this.#admit({ operation: 'UPDATE', kind, namespace: kind.resource.namespaced ? namespace : '', name, subresource: more.subresourceName ?? subresource, object: draft, old: live, dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings })
    const version = meta.resourceVersion ?? ''
    if (version === '' || version === '0') {
      if (kind.conditionalUpdate === true && subresource === '') {
        throw invalid(kind.resource.group, kind.resource.plural, name, [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message: 'Invalid value: 0: must be specified for an update' }])
      }
    } else if (version !== live.metadata.resourceVersion) throw modified(kind.resource, name)
    return { object: this.#replace(kind, draft, live, subresource, options), created: false }
  }

  #replace(kind: Kind, draft: Fields, live: ApiObject, subresource: string, options: WriteOptions): ApiObject {
    const meta = metaOf(draft)
    const old = live.metadata
    const context = this.#context
    this.#keepGeneration(meta, old)
    if (subresource === 'status') {
      for (const field of Object.keys(draft)) if (field !== 'status' && field !== 'metadata' && field !== 'kind' && field !== 'apiVersion') delete draft[field]
      for (const field of Object.keys(live)) if (field !== 'status' && field !== 'metadata') draft[field] = live[field]
      if (kind.statusKeepsLabels === true) {
        if (old.labels === undefined) delete meta.labels
        else meta.labels = old.labels
      }
      kind.prepareStatus?.(draft as unknown as Draft<ApiObject>, live, context)
    } else {
      if (kind.status === true) {
        if (live['status'] === undefined) delete draft['status']
        else draft['status'] = live['status']
      }
      kind.prepareForUpdate?.(draft as unknown as Draft<ApiObject>, live, context)
      if (kind.generation === true && this.#specChanged(kind, draft, live)) meta.generation = (old.generation ?? 0) + 1
    }
    if (meta.uid === undefined) meta.uid = old.uid ?? ''
    meta.creationTimestamp = old.creationTimestamp ?? context.now
    if (old.deletionTimestamp !== undefined) meta.deletionTimestamp = old.deletionTimestamp
    else drop(meta, 'deletionTimestamp')
    if (old.deletionGracePeriodSeconds !== undefined) meta.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds
    else drop(meta, 'deletionGracePeriodSeconds')
    drop(meta, 'selfLink')
    for (const field of Object.keys(meta) as (keyof Meta)[]) if (meta[field] === undefined) delete meta[field]
    this.#validateChange(kind, draft, live, subresource)
    if (subresource === '') kind.allocate?.(draft as unknown as Draft<ApiObject>, live, context)
    options.warnings.push(...subresource === '' ? kind.warnings?.(draft as unknown as ApiObject, live) ?? [] : [])
    this.#validateAdmission({
      operation: 'UPDATE', kind, namespace: meta.namespace ?? '', name: meta.name as string, subresource, object: draft, old: live,
      dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings,
    })
    return this.store(kind, draft, live, options.dryRun)
  }

  #keepGeneration(meta: Meta, old: ApiObject['metadata']): void {
    if (old.generation === undefined) drop(meta, 'generation')
    else meta.generation = old.generation
  }

  #specChanged(kind: Kind, draft: Fields, live: ApiObject): boolean {
    if (kind.generationOf !== undefined) return !deepEqual(kind.generationOf(draft as unknown as ApiObject), kind.generationOf(live))
    return !deepEqual(draft['spec'], live['spec'])
  }

  #validateChange(kind: Kind, draft: Fields, live: ApiObject, subresource: string): void {
    const errors = new FieldErrors()
    const object = draft as unknown as ApiObject
    validateObjectMetaUpdate(object.metadata, live.metadata, errors)
    if (subresource === 'status') kind.validateStatus?.(object, live, errors)
    else if (kind.validateUpdate !== undefined) kind.validateUpdate(object, live, errors)
    else kind.validate?.(object, errors)
    if (errors.any) throw invalid(kind.resource.group, kind.resource.kind, object.metadata.name ?? '', errors.list)
  }

  /** Puts a changed object in the place of another: nothing when they are equal, gone when its last finalizer went. */
  store(kind: Kind, draft: Fields, live: ApiObject, dryRun: boolean): ApiObject {
    const meta = metaOf(draft)
    meta.resourceVersion = live.metadata.resourceVersion ?? ''
    if (deepEqual(draft, live)) return live
    if ((meta.finalizers?.length ?? 0) === 0 && live.metadata.deletionGracePeriodSeconds === 0 && kind.finalizes !== true) {
      if (!dryRun) this.#storage.remove(kind, draft as unknown as ApiObject)
      return draft as unknown as ApiObject
    }
    const size = this.#checkSize(draft, this.#sizes.get(live))
    if (dryRun) return draft as unknown as ApiObject
    const stored = this.#storage.put(kind, draft)
    this.#sizes.set(stored, size)
    return stored
  }

  /** Server-side apply. `config` is the body as it was sent. */
  apply(kind: Kind, namespace: string, name: string, subresource: string, config: Fields, force: boolean, options: WriteOptions): Written {
    const { group, version } = kind.resource
    return this.update(kind, namespace, name, subresource, options, (live) => {
      const base = live ?? (this.#emptyFor(kind, namespace, name) as unknown as ApiObject)
      const applied = applyConfig(base as unknown as Fields, config, kind.empty, kind.schema, group, version, this.managerContext(kind, options.manager, subresource), force)
      const draft = this.decode(kind, applied.object, { fieldValidation: 'Ignore', warnings: options.warnings })
      const meta = metaOf(draft)
      if (live === undefined) {
        if (meta.uid !== undefined) throw conflict(kind.resource, name, `uid mismatch: the provided object specified uid ${meta.uid}, and no existing object was found`)
        delete meta.uid
        delete meta.creationTimestamp
      }
      applied.stamp(draft)
      return draft
    }, { mayCreate: subresource === '', tracked: true })
  }

  #emptyFor(kind: Kind, namespace: string, name: string): Fields {
    return { ...kind.empty, apiVersion: kind.apiVersion, kind: kind.resource.kind, metadata: { name, ...(kind.resource.namespaced ? { namespace } : {}) } }
  }

  managerContext(kind: Kind, manager: string, subresource: string): ManagerContext {
    return { manager, subresource, now: subresource === 'scale' ? undefined : this.#context.now, resetFields: subresource === 'status' ? kind.statusResetFieldSet : kind.resetFieldSet }
  }

  #track(kind: Kind, live: Fields, draft: Fields, subresource: string, options: WriteOptions): void {
    trackUpdate(live, draft, kind.schema, kind.apiVersion, this.managerContext(kind, options.manager, subresource))
  }

  // Delete.

  /** Upstream: Store.Delete, rest.BeforeDelete. */
  delete(kind: Kind, namespace: string, name: string, deleteOptions: DeleteOptions, options: Pick<WriteOptions, 'dryRun' | 'userAgent' | 'warnings'>): Deleted {
    const live = this.#storage.get(kind, namespace, name)
    // Admission looks first: what may not be deleted is forbidden even where nothing is.
    this.#admit({ operation: 'DELETE', kind, namespace, name, subresource: '', ...(live === undefined ? {} : { old: live }), dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings })
    if (live === undefined) throw notFound(kind.resource, name)
    const refusal = kind.refuseDeletion?.(live)
    if (refusal !== undefined) throw forbidden(kind.resource, name, refusal)
    const { uid, resourceVersion } = deleteOptions.preconditions ?? {}
    const asKind = { group: kind.resource.group, plural: kind.resource.kind }
    if (uid !== undefined && uid !== live.metadata.uid) {
      throw conflict(asKind, name, `the UID in the precondition (${uid}) does not match the UID in record (${live.metadata.uid ?? ''}). The object might have been deleted and then recreated`)
    }
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
      throw conflict(asKind, name, `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${live.metadata.resourceVersion ?? ''}). The object might have been modified`)
    }
    this.#validateAdmission({ operation: 'DELETE', kind, namespace, name, subresource: '', old: live, dryRun: options.dryRun, userAgent: options.userAgent, warnings: options.warnings })
    if (kind.deleteWith !== undefined) {
      const marked = kind.deleteWith(live, this.#context)
      if (marked === live) return { object: live, gone: false }
      if (marked !== undefined) return { object: options.dryRun ? marked : this.#storage.put(kind, copyOf(marked) as unknown as Fields), gone: false }
    }
    const old = live.metadata
    const draft = { ...live, metadata: { ...live.metadata } } as unknown as Fields
    const meta = metaOf(draft)
    let grace = deleteOptions.gracePeriodSeconds
    if (grace !== undefined && grace < 0) grace = 1
    let graceful = false
    if (kind.gracePeriodOf !== undefined) {
      if (old.deletionTimestamp !== undefined) {
        const pending = old.deletionGracePeriodSeconds ?? 0
        if (pending > 0) {
          if (grace === undefined || grace >= pending) return { object: live, gone: false }
          meta.deletionTimestamp = timeText(virtualMs(virtualOf(old.deletionTimestamp) - pending * 1000 + grace * 1000))
          meta.deletionGracePeriodSeconds = grace
          graceful = true
        }
      } else {
        grace = kind.gracePeriodOf(live, grace)
        meta.deletionTimestamp = this.#later(grace)
        meta.deletionGracePeriodSeconds = grace
        if ((meta.generation ?? 0) > 0) meta.generation = (meta.generation as number) + 1
        graceful = true
      }
    }
    const finalizers = this.#finalizersFor(kind, live, deleteOptions)
    if (finalizers.length > 0) meta.finalizers = [...finalizers]
    else delete meta.finalizers
    const pendingFinalizers = finalizers.length > 0
    if (!graceful && pendingFinalizers) {
      if (old.deletionTimestamp === undefined) {
        meta.deletionTimestamp = this.#later(0)
        if ((meta.generation ?? 0) > 0) meta.generation = (meta.generation as number) + 1
      }
      meta.deletionGracePeriodSeconds = 0
    }
    let current = live
    if (graceful || pendingFinalizers) {
      if (!deepEqual(draft, live)) current = options.dryRun ? (draft as unknown as ApiObject) : this.#storage.put(kind, draft)
      if (pendingFinalizers || (meta.deletionGracePeriodSeconds ?? 0) > 0) return { object: current, gone: false }
    }
    return { object: options.dryRun ? current : this.#storage.remove(kind, current), gone: true }
  }

  #later(seconds: number): string {
    return timeText(virtualMs(this.#context.nowMs + seconds * 1000))
  }

  /** Finalizers once the wanted propagation is noted among them. Upstream: deletionFinalizersForGarbageCollection. */
  #finalizersFor(kind: Kind, live: ApiObject, options: DeleteOptions): readonly string[] {
    const before = live.metadata.finalizers ?? []
    if (kind.garbageCollection === 'unsupported') return before.filter((finalizer) => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion')
    let orphan = kind.garbageCollection === 'orphan'
    let foreground = false
    if (options.orphanDependents !== undefined) orphan = options.orphanDependents
    else if (options.propagationPolicy !== undefined) {
      orphan = options.propagationPolicy === 'Orphan'
      foreground = options.propagationPolicy === 'Foreground'
    } else if (before.includes('orphan')) orphan = true
    else if (before.includes('foregroundDeletion')) {
      orphan = false
      foreground = true
    }
    const rest = before.filter((finalizer) => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion')
    const wanted = [...rest, ...(orphan ? ['orphan'] : []), ...(foreground ? ['foregroundDeletion'] : [])]
    return wanted.length === before.length && wanted.every((finalizer) => before.includes(finalizer)) ? before : wanted
  }

  // Admission.

  /** Runs the plugins that may change what is written. */
  admit(attributes: Attributes): void {
    this.#admit(attributes)
  }

  /** Runs the plugins that may only refuse. */
  validateAdmission(attributes: Attributes): void {
    this.#validateAdmission(attributes)
  }

  #admit(attributes: Attributes): void {
    const world = this.#world
    for (const plugin of this.#plugins) plugin.admit?.(attributes, world)
  }

  #validateAdmission(attributes: Attributes): void {
    const world = this.#world
    for (const plugin of this.#plugins) plugin.validate?.(attributes, world)
  }

  /**
   * etcd takes no value beyond 1.5 MiB. Gives what the draft takes at most: it is measured only where what it was before (`undefined`:
   * nobody knows) and what is new in it could together be too much. Upstream: etcdserver's --max-request-bytes.
   */
  #checkSize(draft: Fields, before: number | undefined): number {
    let most = (before ?? Number.POSITIVE_INFINITY) + (this.#decoded + smallWrite) * growthMax
    this.#decoded = 0
    if (most > sizeMax) most = roughSize(draft, sizeMax)
    if (most > sizeMax) throw plainError(500, 'etcdserver: request is too large')
    return most
  }
}

const sizeMax = 1.5 * 1024 * 1024
/** What the server adds by itself to an object that nothing was decoded for: metadata, a condition. */
const smallWrite = 100
/** How much longer defaults and the notes of who owns what make a body, and no body grows as much. */
const growthMax = 100

/** The name in the object must be that in the path. Upstream: handlers.checkName. */
export function checkName(draft: Fields, namespace: string, name: string): void {
  const meta = metaOf(draft)
  if (meta.name === undefined || meta.name === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (meta.name !== name) throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`)
  if (namespace !== '' && meta.namespace !== undefined && meta.namespace !== '' && meta.namespace !== namespace) {
    throw badRequest(`the namespace of the object (${meta.namespace}) does not match the namespace on the request (${namespace})`)
  }
}

/** apiVersion and kind as a body names them. */
export function kindNameOf(body: unknown): { readonly apiVersion: string | undefined; readonly kind: string | undefined } {
  if (!isFields(body)) return { apiVersion: undefined, kind: undefined }
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  return { apiVersion: text(body['apiVersion']), kind: text(body['kind']) }
}

/** Go's package of a group's internal types: core, apps, batch ... */
export function packageOf(group: string): string {
  if (group === '') return 'core'
  const [first = ''] = group.split('.')
  return { 'scheduling': 'scheduling', 'rbac': 'rbac' }[first] ?? first
}

