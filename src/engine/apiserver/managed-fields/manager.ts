import { compareText, deepFreeze } from '../../../base'
import { ApiError, failure, type ManagedFieldsEntry, type StatusCause } from '../../../api'
import type { StructNode } from '../../../api'
import { badRequest, plainError } from '../errors'
import { knownFields } from '../decode'
import { getKey, isFields, type Fields } from '../draft'
import { FieldSet, pathText } from './field-set'
import { compareTyped, fieldSetOf, hasShape, mergeTyped, removeItems, shapeOf, typedProblems, withoutOwners, type Shape } from './typed'

// Who owns which field. Upstream: apimachinery/pkg/util/managedfields and structured-merge-diff/merge.

/** One owner: a manager doing one kind of operation by one road. */
interface Owner {
  /** By these four it is told from others (`idOf`). */
  readonly id: string
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly set: FieldSet
  /** As it is stored, once it was. */
  readonly entry?: Fields
}

/** Who asks, and how. */
export interface ManagerContext {
  readonly manager: string
  readonly subresource: string
  /** RFC 3339; undefined where upstream notes no time (scale). */
  readonly now: string | undefined
  /** Fields this road cannot change: status through the main resource, spec through /status. */
  readonly resetFields: FieldSet
}

/** Fields nobody owns, because the server alone writes them. */
const serverFields = FieldSet.of(
  ['apiVersion'], ['kind'], ['metadata'], ['metadata', 'name'], ['metadata', 'namespace'], ['metadata', 'creationTimestamp'], ['metadata', 'selfLink'],
  ['metadata', 'uid'], ['metadata', 'clusterName'], ['metadata', 'generation'], ['metadata', 'managedFields'], ['metadata', 'resourceVersion'],
)
/** More owners by update than these are merged into one. Upstream: DefaultMaxUpdateManagers. */
const maxUpdateManagers = 10
const ancientChanges = 'ancient-changes'

function setOfEntry(fieldsV1: unknown): FieldSet | undefined {
  if (!isFields(fieldsV1)) return undefined
  // Trees of stored objects are frozen and shared: decode each once.
  let set = knownFields.get(fieldsV1) as FieldSet | undefined
  if (set === undefined) {
    set = FieldSet.fromFieldsV1(fieldsV1)
    if (set !== undefined && Object.isFrozen(fieldsV1)) knownFields.set(fieldsV1, set)
  }
  return set
}

/** Who is named by entries of stored objects, which stay as they are. A memo: it says nothing that the entries do not say. */
const knownOwners = new WeakMap<Fields, Owner>()

/** The owners an object names; `undefined` when the list is not valid. */
function decodeOwners(entries: unknown): Map<string, Owner> | undefined {
  const owners = new Map<string, Owner>()
  if (!Array.isArray(entries)) return owners
  for (const entry of entries as unknown[]) {
    if (!isFields(entry)) return undefined
    const owner = knownOwners.get(entry) ?? decodeOwner(entry)
    if (owner === undefined) return undefined
    owners.set(owner.id, owner)
  }
  return owners
}

function decodeOwner(entry: Fields): Owner | undefined {
  const { operation, manager, apiVersion, subresource, time, fieldsType, fieldsV1 } = entry as Partial<ManagedFieldsEntry>
  if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1') return undefined
  const set = fieldsV1 === undefined ? FieldSet.empty : setOfEntry(fieldsV1)
  if (set === undefined) return undefined
  const owner: Owner = withId({ manager: manager ?? '', operation, apiVersion: apiVersion ?? '', subresource: subresource ?? '', time, set })
  if (!Object.isFrozen(entry) || fieldsV1 === undefined || !knownFields.has(fieldsV1)) return owner
  // An entry of ours that nothing happens to stays the same one.
  const kept: Owner = { ...owner, entry }
  knownOwners.set(entry, kept)
  return kept
}

const withId = (owner: Omit<Owner, 'id'>): Owner => ({ id: idOf(owner), ...owner })

const idOf = (owner: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string =>
  `${owner.manager}\n${owner.operation}\n${owner.operation === 'Apply' ? '' : owner.apiVersion}\n${owner.subresource}`

/** The owners as they are stored: appliers first, then by time, then by name. Upstream: encodeManagedFields, sortEncodedManagedFields. */
function encodeOwners(owners: ReadonlyMap<string, Owner>): Fields[] | undefined {
  if (owners.size === 0) return undefined
  if (owners.size === 1) for (const owner of owners.values()) return [entryOf(owner)]
  const sorted = [...owners.values()].sort((a, b) => {
    if (a.operation !== b.operation) return a.operation < b.operation ? -1 : 1
    const [left, right] = [a.time ?? '', b.time ?? '']
    if (left !== right) return left < right ? -1 : 1
    if (a.manager !== b.manager) return a.manager < b.manager ? -1 : 1
    if (a.apiVersion !== b.apiVersion) return a.apiVersion < b.apiVersion ? -1 : 1
    return a.subresource < b.subresource ? -1 : a.subresource > b.subresource ? 1 : 0
  })
  return sorted.map(entryOf)
}

function entryOf(owner: Omit<Owner, 'id'>): Fields {
  if (owner.entry !== undefined) return owner.entry
  const set = owner.set.shared()
  const fieldsV1 = set.toFieldsV1()
  // It is known again when it comes back.
  if (!knownFields.has(fieldsV1)) knownFields.set(fieldsV1, set)
  return {
    manager: owner.manager, operation: owner.operation, apiVersion: owner.apiVersion, ...(owner.time === undefined ? {} : { time: owner.time }),
    fieldsType: 'FieldsV1', fieldsV1, ...(owner.subresource === '' ? {} : { subresource: owner.subresource }),
  }
}

function withoutManagedFields(object: Fields): Fields {
  const metadata = withoutOwners(object['metadata'])
  return metadata === object['metadata'] ? object : { ...object, metadata }
}

const entriesOf = (object: Fields): unknown => (isFields(object['metadata']) ? getKey(object['metadata'], 'managedFields') : undefined)

function put(object: Fields, owners: ReadonlyMap<string, Owner>): void {
  const metadata = object['metadata'] as Fields
  const entries = encodeOwners(owners)
  if (entries === undefined) delete metadata['managedFields']
  else metadata['managedFields'] = entries
}

/**
 * Notes on `next` who owns its fields after a create, an update or a patch. Changes `next.metadata.managedFields` only.
 * `live` is what is stored, or for a create the empty object of the kind.
 */
export function trackUpdate(live: Fields, next: Fields, node: StructNode, apiVersion: string, context: ManagerContext): void {
  const given = entriesOf(next)
  let owners: Map<string, Owner>
  if (context.subresource !== '') owners = decodeOwners(entriesOf(live)) ?? new Map<string, Owner>()
  else if (Array.isArray(given) && given.length === 1 && isFields(given[0]) && Object.keys(given[0]).length === 0) owners = new Map()
  else {
    const decoded = decodeOwners(given)
    owners = decoded === undefined || decoded.size === 0 ? decodeOwners(entriesOf(live)) ?? new Map<string, Owner>() : decoded
  }
  const liveUid = isFields(live['metadata']) ? live['metadata']['uid'] : undefined
  if (owners.size === 0 && liveUid !== undefined) {
    // Nobody has tracked it so far; an update does not begin to.
    put(next, owners)
    return
  }
  if (owners.size === 0 && context.subresource === '' && Object.isFrozen(live)) {
    trackCreate(live, next, node, apiVersion, context)
    return
  }
  const change = compareTyped(live, next, node)
  const touched = change.added.union(change.modified).recursiveDifference(context.resetFields)
  const removed = change.removed.recursiveDifference(context.resetFields)
  const self: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'> = { manager: context.manager, operation: 'Update', apiVersion, subresource: context.subresource }
  const id = idOf(self)
  takeFromOthers(owners, id, touched, removed)
  const before = owners.get(id)
  const set = (before?.set ?? FieldSet.empty).difference(removed).union(touched).recursiveDifference(context.resetFields).difference(serverFields)
  if (set.isEmpty) owners.delete(id)
  else if (before !== undefined && before.set.equals(set)) owners.set(id, before)
  else owners.set(id, { id, ...self, time: context.now, set })
  capUpdaters(owners)
  put(next, owners)
}

interface Created {
  readonly shape: Shape
  readonly set: FieldSet
  readonly manager: string
  readonly apiVersion: string
  readonly resetFields: FieldSet
  /** The entries of the last such object, made at `time`. */
  time: string | undefined
  entries: readonly Fields[] | undefined
}

/** What was created last, by the empty object of its kind. A memo: it says nothing that the objects do not say. */
const createdLast = new WeakMap<Fields, Created[]>()
const createdLastMax = 8

/** A create by one who is then the only owner. Most objects look like one that was created before, and are owned like it. */
function trackCreate(empty: Fields, next: Fields, node: StructNode, apiVersion: string, context: ManagerContext): void {
  const { manager, resetFields, now } = context
  let created = createdLast.get(empty)
  if (created === undefined) createdLast.set(empty, created = [])
  let found: Created | undefined
  const bare = withoutManagedFields(next)
  for (let i = created.length - 1; i >= 0 && found === undefined; i--) {
    const candidate = created[i] as Created
    if (candidate.manager !== manager || candidate.apiVersion !== apiVersion || candidate.resetFields !== resetFields || !hasShape(candidate.shape, empty, bare, node)) continue
    found = candidate
    // What is asked for often stays; what was not asked for goes first.
    const last = created.length - 1
    created[i] = created[last] as Created
    created[last] = candidate
  }
  if (found === undefined) {
    const change = compareTyped(empty, bare, node)
    const set = change.added.union(change.modified).recursiveDifference(resetFields).difference(serverFields)
    found = { shape: shapeOf(empty, bare, node), set, manager, apiVersion, resetFields, time: undefined, entries: undefined }
    if (created.length >= createdLastMax) created.shift()
    created.push(found)
  }
  const metadata = next['metadata'] as Fields
  if (found.set.isEmpty) {
    delete metadata['managedFields']
    return
  }
  if (found.entries === undefined || found.time !== now) {
    found.time = now
    found.entries = deepFreeze([entryOf({ manager, operation: 'Update', apiVersion, subresource: '', time: now, set: found.set })])
  }
  metadata['managedFields'] = found.entries
}

/** What one changes by update, the others no longer own; what one removes, nobody owns. */
function takeFromOthers(owners: Map<string, Owner>, self: string, touched: FieldSet, removed: FieldSet): void {
  for (const [id, owner] of owners) {
    if (id === self) continue
    let set = owner.set
    const lost = set.intersection(touched)
    if (!lost.isEmpty) set = set.difference(lost)
    if (!removed.isEmpty) set = set.difference(removed)
    if (set === owner.set) continue
    if (set.isEmpty) owners.delete(id)
    else owners.set(id, set.equals(owner.set) ? owner : changed(owner, set))
  }
}

function changed({ entry: _, ...owner }: Owner, set: FieldSet): Owner {
  return { ...owner, set }
}

/** Upstream: capManagersManager. */
function capUpdaters(owners: Map<string, Owner>): void {
  if (owners.size <= maxUpdateManagers) return
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update')
  if (updaters.length <= maxUpdateManagers) return
  updaters.sort(([, a], [, b]) => ((a.time ?? '') < (b.time ?? '') ? -1 : (a.time ?? '') > (b.time ?? '') ? 1 : a.manager < b.manager ? -1 : 1))
  let buckets = updaters.length
  for (const [id, owner] of updaters) {
    if (buckets <= maxUpdateManagers) return
    const bucket = withId({ manager: ancientChanges, operation: 'Update', apiVersion: owner.apiVersion, subresource: '', time: owner.time, set: owner.set })
    const bucketId = bucket.id
    const before = owners.get(bucketId)
    owners.delete(id)
    owners.set(bucketId, before === undefined ? bucket : changed(before, before.set.union(owner.set)))
    if (before !== undefined) buckets--
  }
}

export interface Applied {
  /** What the object would be, not yet decoded or defaulted; the live one (shared) when only owners changed. Without managedFields. */
  readonly object: Fields
  /** Something besides owners changed. */
  readonly changed: boolean
  /** Writes the owners into an object. */
  stamp(object: Fields): void
}

/**
 * Server-side apply: merges `config` into `live`, gives up what the applier no longer names, and refuses when others own
 * what would change (unless forced). `empty` is the empty object of the kind. Throws `ApiError`. Upstream: fieldManager.Apply, merge.Updater.Apply.
 */
export function applyConfig(
  live: Fields, config: Fields, empty: Fields, node: StructNode, group: string, version: string, context: ManagerContext, force: boolean,
): Applied {
  const apiVersion = group === '' ? version : `${group}/${version}`
  const metadata = config['metadata']
  if (isFields(metadata) && metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) throw badRequest('metadata.managedFields must be nil')
  const problems = typedProblems(config, node)
  if (problems.length > 0) {
    const name = isFields(metadata) ? `${String(metadata['namespace'] ?? '')}/${String(metadata['name'] ?? '')}` : '/'
    const kind = `${group}/${version}, Kind=${String(config['kind'])}`
    const text = problems.length === 1 ? (problems[0] as string) : `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`
    throw plainError(500, `failed to create typed patch object (${name}; ${kind}): ${text}`)
  }
  const owners = decodeOwners(entriesOf(live)) ?? new Map<string, Owner>()
  const before = withoutManagedFields(live)
  const liveMetadata = live['metadata'] as Fields
  const isNew = liveMetadata['uid'] === undefined
  if (owners.size === 0 && !isNew) {
    // Tracked from now on: what was there belongs to whoever came before. Upstream: skipNonAppliedManager.
    const first = withId({
      manager: 'before-first-apply', operation: 'Update', apiVersion, subresource: '', time: String(liveMetadata['creationTimestamp'] ?? ''),
      set: compareTyped(empty, before, node).added.recursiveDifference(context.resetFields).difference(serverFields),
    })
    owners.set(first.id, first)
  }
  const self: Pick<Owner, 'manager' | 'operation' | 'apiVersion' | 'subresource'> = { manager: context.manager, operation: 'Apply', apiVersion, subresource: context.subresource }
  const id = idOf(self)
  const last = owners.get(id)
  const merged = mergeTyped(before, config, node) as Fields
  const wanted = fieldSetOf(config, node).recursiveDifference(context.resetFields)
  owners.set(id, { id, ...self, time: last?.time, set: wanted })
  const object = (last === undefined || last.set.isEmpty ? merged : prune(merged, owners, last.set, node)) as Fields
  const change = compareTyped(before, object, node)
  const touched = change.added.union(change.modified).recursiveDifference(context.resetFields)
  const removed = change.removed.recursiveDifference(context.resetFields)
  if (!force) refuseConflicts(owners, id, touched)
  takeFromOthers(owners, id, touched, removed)
  const changed = !touched.isEmpty || !removed.isEmpty
  const own = wanted.difference(serverFields)
  if (own.isEmpty) owners.delete(id)
  else {
    const same = last !== undefined && last.set.equals(own)
    owners.set(id, { id, ...self, time: changed ? context.now : last?.time, set: same ? last.set : own })
  }
  return { object, changed, stamp: (target) => { put(target, owners) } }
}

/** Upstream: Updater.prune with addBackOwnedItems and addBackDanglingItems. */
function prune(merged: unknown, owners: ReadonlyMap<string, Owner>, last: FieldSet, node: StructNode): unknown {
  const lastNamed = last.ensureNamedFieldsAreMembers(node)
  let pruned = removeItems(merged, lastNamed, node)
  let owned = FieldSet.empty
  for (const owner of owners.values()) owned = owned.union(owner.set)
  const mergedSet = fieldSetOf(merged, node).ensureNamedFieldsAreMembers(node)
  const prunedSet = fieldSetOf(pruned, node).ensureNamedFieldsAreMembers(node)
  pruned = removeItems(merged, mergedSet.difference(prunedSet.union(owned.ensureNamedFieldsAreMembers(node))), node)
  const keptSet = fieldSetOf(pruned, node).ensureNamedFieldsAreMembers(node)
  return removeItems(merged, mergedSet.difference(keptSet).intersection(lastNamed), node)
}

function refuseConflicts(owners: ReadonlyMap<string, Owner>, self: string, touched: FieldSet): void {
  const found: { readonly owner: Owner; readonly path: string }[] = []
  for (const [id, owner] of owners) {
    if (id === self) continue
    for (const path of owner.set.intersection(touched).paths()) found.push({ owner, path: pathText(path) })
  }
  if (found.length === 0) return
  found.sort((a, b) => compareText(orderOf(a.owner), orderOf(b.owner)))
  const causes: StatusCause[] = found.map(({ owner, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${ownerText(owner)}`, field: path }))
  let message: string
  if (found.length === 1) message = `Apply failed with 1 conflict: conflict with ${ownerText((found[0] as typeof found[number]).owner)}: ${(found[0] as typeof found[number]).path}`
  else {
    const lines: string[] = []
    let current: Owner | undefined
    for (const { owner, path } of found) {
      if (owner !== current) lines.push(`conflicts with ${ownerText(owner)}:`)
      current = owner
      lines.push(`- ${path}`)
    }
    message = `Apply failed with ${found.length} conflicts: ${lines.join('\n')}`
  }
  throw new ApiError(failure(409, 'Conflict', message, { causes }))
}

const orderOf = (owner: Owner): string => JSON.stringify([owner.manager, owner.operation, owner.operation === 'Apply' ? '' : owner.apiVersion, owner.subresource])

function ownerText(owner: Owner): string {
  const name = `${JSON.stringify(owner.manager)}${owner.subresource === '' ? '' : ` with subresource ${JSON.stringify(owner.subresource)}`}`
  return owner.operation === 'Update' ? `${name} using ${owner.apiVersion}` : name
}
