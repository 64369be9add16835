import { deepEqual } from '../../../base'
import type { SchemaField, SchemaNode } from '../../../api'
import { getKey, isFields, setKey, type Fields } from '../draft'
import { PatchError } from './json-patch'

// Upstream: apimachinery/pkg/util/strategicpatch, mergeMap and friends, with MergeParallelList and IgnoreUnmatchedNulls.

const directive = '$patch'
const retainKeys = '$retainKeys'
const deleteFromList = '$deleteFromPrimitiveList/'
const elementOrder = '$setElementOrder/'

/** Merges a strategic merge patch into a document by what the schema says of its lists. Both stay as they are; what does not change is shared. Throws `PatchError`. */
export function applyStrategicPatch(document: Fields, patch: Fields, node: SchemaNode): Fields {
  return mergeMaps(document, patch, node)
}

/** A map of a patch that gives directions besides values: they are followed by taking them out, on a copy. */
function hasDirections(patch: Fields): boolean {
  for (const key in patch) if (key.charCodeAt(0) === 36 /* $ */) return true
  return false
}

function fieldOf(node: SchemaNode | undefined, key: string): { readonly node: SchemaNode | undefined; readonly strategies: readonly string[]; readonly mergeKey: string } {
  const field: SchemaField | undefined = node?.type === 'struct' ? node.fields.get(key) : undefined
  const below = field?.node ?? (node?.type === 'map' ? node.values : undefined)
  return { node: below, strategies: field?.patchStrategies ?? [], mergeKey: field?.patchMergeKey ?? '' }
}

function mergeMaps(document: Fields, given: Fields, node: SchemaNode | undefined): Fields {
  const isDirected = hasDirections(given)
  const patch = isDirected ? { ...given } : given
  const marked = isDirected ? getKey(patch, directive) : undefined
  if (marked !== undefined) {
    if (marked === 'replace') {
      delete patch[directive]
      return patch
    }
    if (marked === 'delete') return {}
    throw new PatchError(`unknown patch type: ${String(marked)} in map: ${goText(patch)}`)
  }
  // Copied when there is something to change.
  let original = document
  let isChanged = false
  const change = (): Fields => {
    if (original === document) original = { ...document }
    isChanged = true
    return original
  }
  if (isDirected) {
    original = { ...document }
    isChanged = applyRetainKeys(original, patch)
    if (applyElementOrders(original, patch, node)) isChanged = true
  }
  for (const patchKey in patch) {
    let key = patchKey
    let isDeleteList = false
    if (isDirected && key.startsWith(deleteFromList)) {
      isDeleteList = true
      key = key.slice(deleteFromList.length)
      if (!Array.isArray(patch[patchKey])) throw new PatchError('invalid patch format of delete primitive list')
    }
    const value = patch[patchKey]
    if (value === null) {
      if (Object.hasOwn(original, key)) delete change()[key]
      continue
    }
    if (!Object.hasOwn(original, key) || shapeOf(original[key]) !== shapeOf(value)) {
      if (isDeleteList) continue
      setKey(change(), key, broughtIn(value, true))
      continue
    }
    const before = original[key]
    let after: unknown = value
    if (typeof value === 'object') {
      const field = fieldOf(node, key)
      if (isFields(before) && isFields(value)) {
        after = field.strategies.includes('replace') ? value : mergeMaps(before, value, field.node)
      } else if (Array.isArray(before) && Array.isArray(value)) {
        if (field.strategies.includes('merge') || isDeleteList) after = mergeLists(before, value, field.node?.type === 'list' ? field.node.items : undefined, field.mergeKey, isDeleteList)
        else if (deepEqual(before, value)) after = before
      }
    }
    if (after === before) continue
    setKey(change(), key, after)
  }
  return isChanged ? original : document
}

const shapeOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value)

/** True when something went. */
function applyRetainKeys(original: Fields, patch: Fields): boolean {
  const keys = getKey(patch, retainKeys)
  if (keys === undefined) return false
  delete patch[retainKeys]
  const problem = new PatchError('invalid patch format of retainKeys')
  if (!Array.isArray(keys)) throw problem
  const kept = new Set<unknown>(keys)
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(deleteFromList) || key.startsWith(elementOrder)) continue
    if (!kept.has(key)) throw problem
  }
  for (const key of Object.keys(original)) if (!kept.has(key)) delete original[key]
  return true
}

/** True when a list was put in order. */
function applyElementOrders(original: Fields, patch: Fields, node: SchemaNode | undefined): boolean {
  let isChanged = false
  for (const patchKey of Object.keys(patch)) {
    if (!patchKey.startsWith(elementOrder)) continue
    const order: unknown = patch[patchKey]
    delete patch[patchKey]
    if (!Array.isArray(order)) throw new PatchError('invalid patch format of setElementOrder list')
    const key = patchKey.slice(elementOrder.length)
    const before = getKey(original, key)
    const change = getKey(patch, key)
    if (before !== undefined && !Array.isArray(before)) throw new PatchError('invalid JSON document')
    if (change !== undefined && change !== null && !Array.isArray(change)) throw new PatchError('invalid JSON document')
    const field = fieldOf(node, key)
    const items = field.node?.type === 'list' ? field.node.items : undefined
    let merged: unknown[]
    if (before !== undefined && !Array.isArray(change)) merged = before
    else if (before === undefined && Array.isArray(change)) merged = broughtIn(change, false) as unknown[]
    else if (before !== undefined && Array.isArray(change)) {
      merged = field.strategies.includes('merge') ? mergeLists([...before], change, items, field.mergeKey, false) : change
    } else continue
    original[key] = ordered(merged, order, before ?? [], field.mergeKey)
    isChanged = true
    delete patch[key]
  }
  return isChanged
}

function mergeLists(original: unknown[], patch: readonly unknown[], items: SchemaNode | undefined, mergeKey: string, isDeleteList: boolean): unknown[] {
  if (original.length === 0 && patch.length === 0) return original
  const first = original.length > 0 ? original[0] : patch[0]
  checkItems(original, first)
  checkItems(patch, first)
  if (!isFields(first)) {
    if (isDeleteList) return original.filter((item) => !patch.includes(item))
    const merged = [...new Set([...original, ...patch])]
    return ordered(merged, patch, original, '')
  }
  if (mergeKey === '') throw new PatchError('cannot merge lists without merge key')
  let base = original as Fields[]
  let rest: Fields[] = []
  let replace = false
  for (const item of patch as readonly Fields[]) {
    const marked = getKey(item, directive)
    if (marked === undefined) rest.push(item)
    else if (marked === 'delete') {
      const value = getKey(item, mergeKey)
      if (value === undefined) throw noMergeKey(item, mergeKey)
      base = base.filter((candidate) => !deepEqual(getKey(candidate, mergeKey), value))
    } else if (marked === 'replace') replace = true
    else throw new PatchError(marked === 'merge' ? 'merging lists cannot yet be specified in the patch' : `unknown patch type: ${String(marked)} in map: ${goText(item)}`)
  }
  if (replace) {
    base = rest
    rest = []
  }
  const merged = [...base]
  // The patch names items of the server's, in the server's order: there is nothing to put in order.
  let isInOrder = true
  let last = -1
  for (const item of rest) {
    const value = getKey(item, mergeKey)
    if (value === undefined) throw noMergeKey(item, mergeKey)
    const at = indexByKey(merged, mergeKey, value)
    if (at <= last || at >= base.length) isInOrder = false
    last = at
    if (at >= 0) merged[at] = mergeMaps(merged[at] as Fields, item, items)
    else merged.push(broughtIn(item, true) as Fields)
  }
  const result = isInOrder && hasUniqueKeys(base, mergeKey) ? merged : ordered(merged, rest, base, mergeKey)
  return isSame(result, original) ? original : result
}

function checkItems(list: readonly unknown[], first: unknown): void {
  for (const item of list) {
    if (Array.isArray(item)) throw new PatchError('lists of lists are not supported')
    if (shapeOf(item) !== shapeOf(first)) throw new PatchError('list element types are not identical')
  }
}

/** No two items have one key. Keys that are objects, and long lists, are not looked at: false. */
function hasUniqueKeys(items: readonly Fields[], mergeKey: string): boolean {
  if (items.length > 16) return false
  for (let i = 0; i < items.length; i++) {
    const key = getKey(items[i] as Fields, mergeKey)
    if (typeof key === 'object') return false
    for (let j = 0; j < i; j++) if (getKey(items[j] as Fields, mergeKey) === key) return false
  }
  return true
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((item, i) => item === b[i])

function indexByKey(items: readonly Fields[], mergeKey: string, value: unknown): number {
  for (let i = 0; i < items.length; i++) {
    const theirs = getKey(items[i] as Fields, mergeKey)
    if (theirs === value || (typeof value === 'object' && deepEqual(theirs, value))) return i
  }
  return -1
}

/** Items that `wanted` names in its order, the others in the server's, the two interleaved by the server's order. Upstream: normalizeElementOrder. */
function ordered(merged: readonly unknown[], wanted: readonly unknown[], serverOrder: readonly unknown[], mergeKey: string): unknown[] {
  const [positionInWanted, positionInServer] = [positionsOf(wanted, mergeKey), positionsOf(serverOrder, mergeKey)]
  const byOrder = (list: unknown[], position: (item: unknown) => number): unknown[] => {
    const known = list.filter((item) => position(item) >= 0).sort((a, b) => position(a) - position(b))
    return known.length === list.length ? known : [...known, ...list.filter((item) => position(item) < 0)]
  }
  const right = byOrder(merged.filter((item) => positionInWanted(item) >= 0), positionInWanted)
  if (right.length === merged.length) return right
  const left = byOrder(merged.filter((item) => positionInWanted(item) < 0), positionInServer)
  const out: unknown[] = []
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    if (i >= left.length) out.push(right[j++])
    else if (j >= right.length) out.push(left[i++])
    else {
      const [l, r] = [positionInServer(left[i]), positionInServer(right[j])]
      out.push(l >= 0 && r >= 0 && l < r ? left[i++] : right[j++])
    }
  }
  return out
}

/** Where in a list an item of the same key is, or -1. */
function positionsOf(list: readonly unknown[], mergeKey: string): (item: unknown) => number {
  const keyOf = (item: unknown): unknown => (mergeKey !== '' && isFields(item) ? getKey(item, mergeKey) : item)
  const byKey = new Map<unknown, number>()
  for (let i = list.length - 1; i >= 0; i--) byKey.set(keyOf(list[i]), i)
  return (item) => {
    const key = keyOf(item)
    if (typeof key === 'object' && key !== null) return list.findIndex((candidate) => deepEqual(keyOf(candidate), key))
    return byKey.get(key) ?? -1
  }
}

const noMergeKey = (item: Fields, mergeKey: string): PatchError => new PatchError(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`)

/** A map as Go prints it: map[image:noname]. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isFields(value)) return `map[${Object.keys(value).sort().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`
  return value === null ? '<nil>' : String(value)
}

/**
 * What a patch brings in new, without instructions to a merge that does not take place and, `nulls`, without what it wants gone (lists
 * are not searched for that). Upstream: dropDirectives, discardNullValuesFromPatch.
 */
function broughtIn(value: unknown, nulls: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const out: unknown[] = []
    for (const item of value as readonly unknown[]) {
      if (isFields(item) && (item[directive] === 'delete' || item[directive] === 'replace')) continue
      out.push(broughtIn(item, false))
    }
    return out
  }
  const out: Fields = {}
  for (const key in value) {
    const member = (value as Fields)[key]
    if ((nulls && member === null) || key === directive || key === retainKeys || key.startsWith(deleteFromList) || key.startsWith(elementOrder)) continue
    setKey(out, key, broughtIn(member, nulls))
  }
  return out
}
