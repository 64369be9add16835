import { canonicalJson, deepEqual } from '../../../base'
import type { ListNode, SchemaNode } from '../../../api'
import { deducedNode } from '../custom/schema'
import { getKey, isFields, setKey, type Fields } from '../draft'
import { fieldStep, FieldSet, FieldSetBuilder, pathText } from './field-set'

// Objects seen through their schema. Upstream: structured-merge-diff, package typed. `undefined` is "not there", null is a value.

interface StepMemo {
  /** The keys of an item, in the order in which a step names them. */
  readonly keys: readonly string[]
  /** Steps by the value of the only key. */
  readonly byValue: Map<string, string>
}

const stepMemos = new WeakMap<ListNode, StepMemo>()

function stepMemoOf(node: ListNode): StepMemo {
  let memo = stepMemos.get(node)
  if (memo === undefined) stepMemos.set(node, memo = { keys: [...node.keys].sort(), byValue: new Map() })
  return memo
}

/** The step that leads to a list item; undefined where there is none (`stepProblem` says why). */
function stepOf(item: unknown, node: ListNode): string | undefined {
  if (node.listType === 'set') return isFields(item) || Array.isArray(item) ? undefined : `v:${JSON.stringify(item)}`
  if (!isFields(item)) return undefined
  const { keys, byValue } = stepMemoOf(node)
  if (keys.length === 1) {
    const value = getKey(item, keys[0] as string)
    if (typeof value === 'string') {
      let step = byValue.get(value)
      if (step === undefined) {
        if (byValue.size > 1_000) byValue.clear()
        byValue.set(value, step = `k:{${JSON.stringify(keys[0])}:${JSON.stringify(value)}}`)
      }
      return step
    }
  }
  const key: Fields = {}
  let found = 0
  for (const name of keys) {
    let value = getKey(item, name)
    if (value === undefined || value === null) {
      const preset = node.items.type === 'struct' ? node.items.fields.get(name)?.preset : undefined
      if (preset === undefined || preset === '') continue
      value = preset
    }
    found++
    key[name] = value
  }
  return found === 0 ? undefined : `k:${JSON.stringify(key)}`
}

/** Why no step leads to an item. */
function stepProblem(item: unknown, node: ListNode): string {
  if (node.listType === 'set') return 'associative list without keys has an element that\'s a map type'
  if (item === null || item === undefined) return 'associative list with keys may not have a null element'
  if (!isFields(item)) return 'associative list with keys has an element that\'s not a map type'
  return `associative list with keys has an element that omits key field ${JSON.stringify(node.keys[0])} (and doesn't have default value)`
}

const isAtomic = (node: SchemaNode): boolean =>
  node.type === 'scalar' || (node.type === 'list' ? node.listType === 'atomic' : node.atomic)

function nodeOfField(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.type === 'struct') return node.fields.get(key)?.node ?? (node.open ? deducedNode : undefined)
  return node.type === 'map' ? node.values : undefined
}

/** All paths an object has. Upstream: TypedValue.ToFieldSet. */
export function fieldSetOf(value: unknown, node: SchemaNode): FieldSet {
  const builder = new FieldSetBuilder()
  collect(value, node, builder)
  return builder.done()
}

function collect(value: unknown, node: SchemaNode, into: FieldSetBuilder): void {
  if (node.type === 'list' && Array.isArray(value)) {
    for (const item of value) {
      const step = stepOf(item, node)
      if (step === undefined) continue
      if (!isAtomic(node.items)) collect(item, node.items, into.child(step))
      into.add(step)
    }
    return
  }
  if ((node.type !== 'struct' && node.type !== 'map') || !isFields(value)) return
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === undefined) continue
    const step = fieldStep(key)
    const below = nodeOfField(node, key)
    if (below === undefined || isAtomic(below)) {
      into.add(step)
      continue
    }
    if (member === null || (isFields(member) ? Object.keys(member).length === 0 : below === deducedNode) || node.type === 'map') into.add(step)
    if (member !== null) collect(member, below, into.child(step))
  }
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** What leads from `left` to `right`, but for metadata.managedFields. Upstream: TypedValue.Compare. */
export function compareTyped(left: unknown, right: unknown, node: SchemaNode): Comparison {
  const into = new ComparisonBuilder()
  compareChildren(left, right, node, into, true)
  return into.done()
}

/** What was found so far at one place. Most places are equal or only added to, so each of the three is made when it is needed. */
class ComparisonBuilder {
  #added: FieldSetBuilder | undefined
  #modified: FieldSetBuilder | undefined
  #removed: FieldSetBuilder | undefined

  get added(): FieldSetBuilder {
    return this.#added ??= new FieldSetBuilder()
  }

  get modified(): FieldSetBuilder {
    return this.#modified ??= new FieldSetBuilder()
  }

  get removed(): FieldSetBuilder {
    return this.#removed ??= new FieldSetBuilder()
  }

  attach(step: string, below: ComparisonBuilder): void {
    if (below.#added !== undefined) this.added.attach(step, below.#added)
    if (below.#modified !== undefined) this.modified.attach(step, below.#modified)
    if (below.#removed !== undefined) this.removed.attach(step, below.#removed)
  }

  done(): Comparison {
    return { added: this.#added?.done() ?? FieldSet.empty, modified: this.#modified?.done() ?? FieldSet.empty, removed: this.#removed?.done() ?? FieldSet.empty }
  }
}

function compareLeaf(step: string, left: unknown, right: unknown, into: ComparisonBuilder): void {
  if (left === undefined) into.added.add(step)
  else if (right === undefined) into.removed.add(step)
  else if (!deepEqual(left, right)) into.modified.add(step)
}

const isEmptyAs = (value: unknown, node: SchemaNode): boolean =>
  (node.type === 'list' ? !Array.isArray(value) || value.length === 0 : !isFields(value) || !hasKeys(value))

function hasKeys(fields: Fields): boolean {
  for (const _ in fields) return true
  return false
}

function compareAt(step: string, left: unknown, right: unknown, node: SchemaNode | undefined, into: ComparisonBuilder): void {
  if (left === right) return
  if (left === undefined) {
    allAt(step, right, node, into.added)
    return
  }
  if (right === undefined) {
    allAt(step, left, node, into.removed)
    return
  }
  if (node === undefined || isAtomic(node) || (isEmptyAs(left, node) && isEmptyAs(right, node))) {
    compareLeaf(step, left, right, into)
    return
  }
  const below = new ComparisonBuilder()
  compareChildren(left, right, node, below, false)
  into.attach(step, below)
}

/** Everything at a place that the other side does not have. */
function allAt(step: string, value: unknown, node: SchemaNode | undefined, into: FieldSetBuilder): void {
  if (value === undefined) return
  if (node !== undefined && !isAtomic(node) && !isEmptyAs(value, node)) {
    const below = new FieldSetBuilder()
    if (node.type === 'list') for (const [itemStep, item] of itemsByStep(value, node)) allAt(itemStep, item, node.items, below)
    else for (const key in value) allAt(fieldStep(key), (value as Fields)[key], nodeOfField(node, key), below)
    into.attach(step, below)
  }
  into.add(step)
}

function compareChildren(left: unknown, right: unknown, node: SchemaNode, into: ComparisonBuilder, isRoot: boolean): void {
  if (node.type === 'list') {
    if (compareAligned(left, right, node, into)) return
    const leftItems = itemsByStep(left, node)
    const rightItems = itemsByStep(right, node)
    for (const [step, item] of rightItems) compareAt(step, leftItems.get(step), item, node.items, into)
    for (const [step, item] of leftItems) if (!rightItems.has(step)) compareAt(step, item, undefined, node.items, into)
    return
  }
  const leftFields = isFields(left) ? left : nothing
  const rightFields = isFields(right) ? right : nothing
  for (const key in rightFields) {
    if (isRoot && key === 'metadata') compareMetadata(getKey(leftFields, key), rightFields[key], nodeOfField(node, key), into)
    else compareAt(fieldStep(key), getKey(leftFields, key), rightFields[key], nodeOfField(node, key), into)
  }
  for (const key in leftFields) {
    if (Object.hasOwn(rightFields, key)) continue
    if (isRoot && key === 'metadata') compareMetadata(leftFields[key], undefined, nodeOfField(node, key), into)
    else compareAt(fieldStep(key), leftFields[key], undefined, nodeOfField(node, key), into)
  }
}

/** Lists of the same few items in the same order, which most changes leave them, are compared item by item. False: they are not such lists. */
function compareAligned(left: unknown, right: unknown, node: ListNode, into: ComparisonBuilder): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length || left.length > alignedMax) return false
  const steps: string[] = []
  for (let i = 0; i < left.length; i++) {
    const step = stepOf(left[i], node)
    if (step === undefined || steps.includes(step) || (left[i] !== right[i] && stepOf(right[i], node) !== step)) return false
    steps.push(step)
  }
  for (let i = 0; i < left.length; i++) compareAt(steps[i] as string, left[i], right[i], node.items, into)
  return true
}

const alignedMax = 16
const nothing: Fields = Object.freeze({})

/** Who owns what is not itself owned. */
function compareMetadata(left: unknown, right: unknown, node: SchemaNode | undefined, into: ComparisonBuilder): void {
  compareAt('f:metadata', withoutOwners(left), withoutOwners(right), node, into)
}

/** Metadata without managedFields. */
export function withoutOwners(metadata: unknown): unknown {
  if (!isFields(metadata) || !Object.hasOwn(metadata, 'managedFields')) return metadata
  const { managedFields: _, ...rest } = metadata
  return rest
}

function itemsByStep(value: unknown, node: ListNode): Map<string, unknown> {
  const items = new Map<string, unknown>()
  if (!Array.isArray(value)) return items
  for (const item of value) {
    const step = stepOf(item, node)
    if (step !== undefined && !items.has(step)) items.set(step, item)
  }
  return items
}

/**
 * What of an object decides which paths a comparison with `left` finds, without the values that do not count: objects of one shape
 * have one comparison. `keys` are those of a struct or map, `steps` those of a list.
 */
export type Shape =
  | { readonly type: 'any' }
  | { readonly type: 'nothing' }
  | { readonly type: 'leaf'; readonly equal: boolean }
  | { readonly type: 'fields'; readonly keys: readonly string[]; readonly below: readonly Shape[] }
  | { readonly type: 'items'; readonly steps: readonly (string | undefined)[]; readonly below: readonly Shape[] }

const anyShape: Shape = { type: 'any' }
const noShape: Shape = { type: 'nothing' }

/** The shape of `right` as `compareTyped(left, right, node)` looks at it. */
export function shapeOf(left: unknown, right: unknown, node: SchemaNode | undefined): Shape {
  if (right === undefined) return noShape
  if (node === undefined || isAtomic(node) || isEmptyAs(right, node)) return left === undefined && (node === undefined || isAtomic(node)) ? anyShape : { type: 'leaf', equal: deepEqual(left, right) }
  if (node.type === 'list') {
    const items = right as readonly unknown[]
    return { type: 'items', steps: items.map((item) => stepOf(item, node)), below: items.map((item) => shapeOf(undefined, item, node.items)) }
  }
  const keys = Object.keys(right as Fields)
  return { type: 'fields', keys, below: keys.map((key) => shapeOf(memberOf(left, key), (right as Fields)[key], nodeOfField(node, key))) }
}

/** Whether an object is of the shape. */
export function hasShape(shape: Shape, left: unknown, right: unknown, node: SchemaNode | undefined): boolean {
  switch (shape.type) {
    case 'any': return right !== undefined
    case 'nothing': return right === undefined
    case 'leaf': return (node === undefined || isAtomic(node) || isEmptyAs(right, node)) && right !== undefined && deepEqual(left, right) === shape.equal
    case 'items': {
      if (!Array.isArray(right) || node?.type !== 'list' || right.length !== shape.steps.length) return false
      for (let i = 0; i < right.length; i++) {
        if (stepOf(right[i], node) !== shape.steps[i] || !hasShape(shape.below[i] as Shape, undefined, right[i], node.items)) return false
      }
      return true
    }
    case 'fields': {
      if (!isFields(right)) return false
      const { keys, below } = shape
      let i = 0
      for (const key in right) {
        if (keys[i] !== key || !hasShape(below[i] as Shape, memberOf(left, key), right[key], nodeOfField(node as SchemaNode, key))) return false
        i++
      }
      return i === keys.length
    }
  }
}

const memberOf = (value: unknown, key: string): unknown => (isFields(value) ? getKey(value, key) : undefined)

/** `left` with everything that `right` says. Shares what it does not change. Upstream: TypedValue.Merge. */
export function mergeTyped(left: unknown, right: unknown, node: SchemaNode | undefined): unknown {
  if (right === undefined) return left
  if (left === undefined || left === null || right === null || node === undefined || isAtomic(node)) return right
  if (node.type === 'list') {
    if (!Array.isArray(left) || !Array.isArray(right)) return right
    return left.length === 0 && right.length === 0 ? right : mergeLists(left, right, node)
  }
  if (!isFields(left) || !isFields(right)) return right
  const out: Fields = { ...left }
  for (const key of Object.keys(right)) setKey(out, key, mergeTyped(getKey(left, key), right[key], nodeOfField(node, key)))
  return out
}

/** Items of both, each merged with its like; the order of `right` for those that both have. Upstream: mergingWalker.visitListItems. */
function mergeLists(left: readonly unknown[], right: readonly unknown[], node: ListNode): unknown[] {
  const stepsOf = (items: readonly unknown[]): string[] => items.map((item, i) => stepOf(item, node) ?? `i:${i}`)
  const leftSteps = stepsOf(left)
  const rightSteps = stepsOf(right)
  const leftByStep = new Map<string, unknown>()
  leftSteps.forEach((step, i) => { if (leftByStep.has(step)) leftByStep.set(step, undefined); else leftByStep.set(step, left[i]) })
  const rightByStep = new Map(rightSteps.map((step, i) => [step, right[i]]))
  const shared = rightSteps.filter((step) => leftByStep.has(step))
  let nextShared = shared.shift()
  const merged = new Set<string>()
  const out: unknown[] = []
  const take = (step: string): void => {
    merged.add(step)
    out.push(mergeTyped(leftByStep.get(step), rightByStep.get(step), node.items))
  }
  let l = 0
  let r = 0
  while (l < leftSteps.length || r < rightSteps.length) {
    const leftStep = leftSteps[l]
    const rightStep = rightSteps[r]
    if (leftStep !== undefined && rightStep !== undefined) {
      if (leftStep === rightStep) {
        take(leftStep)
        l++
        r++
        nextShared = shared.shift()
        continue
      }
      if (rightByStep.has(leftStep) && nextShared !== undefined && nextShared !== leftStep) {
        l++
        continue
      }
    }
    if (leftStep !== undefined) {
      if (!rightByStep.has(leftStep)) {
        out.push(left[l])
        l++
        continue
      } else if (merged.has(leftStep)) l++
    }
    if (rightStep !== undefined) {
      take(rightStep)
      r++
      if (nextShared === rightStep) nextShared = shared.shift()
    }
  }
  return out
}

/** The object without what the set names. Upstream: TypedValue.RemoveItems. */
export function removeItems(value: unknown, remove: FieldSet, node: SchemaNode | undefined): unknown {
  if (node === undefined || isAtomic(node) || remove.isEmpty) return value
  if (node.type === 'list') {
    if (!Array.isArray(value) || value.length === 0) return value
    const out: unknown[] = []
    for (const item of value) {
      const step = stepOf(item, node)
      if (step === undefined) {
        out.push(item)
        continue
      }
      if (remove.members.has(step)) continue
      out.push(removeItems(item, remove.child(step), node.items))
    }
    return out.length > 0 ? out : null
  }
  if (!isFields(value) || Object.keys(value).length === 0) return value
  const out: Fields = {}
  for (const key of Object.keys(value)) {
    const step = fieldStep(key)
    if (remove.members.has(step)) continue
    setKey(out, key, removeItems(value[key], remove.child(step), nodeOfField(node, key)))
  }
  return Object.keys(out).length > 0 ? out : null
}

/**
 * What keeps a configuration from being applied: fields the schema does not have, wrong types, equal keys in a list.
 * Messages as of structured-merge-diff: `.spec.replicas: expected numeric (int or float), got string`.
 */
export function typedProblems(value: unknown, node: SchemaNode): string[] {
  const problems: string[] = []
  check(value, node, '', problems)
  return problems
}

function check(value: unknown, node: SchemaNode, path: string, problems: string[]): void {
  if (value === undefined || value === null || node === deducedNode) return
  const say = (text: string): void => { problems.push(path === '' ? text : `${path}: ${text}`) }
  switch (node.type) {
    case 'struct': case 'map':
      if (!isFields(value)) {
        say(`expected map, got &{${plainText(value)}}`)
        return
      }
      for (const key of Object.keys(value)) {
        const below = nodeOfField(node, key)
        if (below === undefined) {
          if (node.type === 'struct' && !node.open) problems.push(`${path}.${key}: field not declared in schema`)
        } else check(value[key], below, `${path}.${key}`, problems)
      }
      return
    case 'list': {
      if (!Array.isArray(value)) {
        say(`expected list, got &{${plainText(value)}}`)
        return
      }
      const seen = new Set<string>()
      value.forEach((item, i) => {
        let at = `[${i}]`
        if (node.listType !== 'atomic') {
          const step = stepOf(item, node)
          if (step === undefined) {
            problems.push(`${path}: element ${i}: ${stepProblem(item, node)}`)
            return
          }
          at = pathText([step])
          if (seen.has(step)) {
            say(`duplicate entries for key ${at}`)
            return
          }
          seen.add(step)
        }
        check(item, node.items, `${path}${at}`, problems)
      })
      return
    }
    case 'scalar': {
      const kind = typeof value
      switch (node.scalar) {
        case 'string': case 'bytes': case 'time': case 'microTime':
          if (kind !== 'string') say(`expected string, got ${shown(value)}`)
          return
        case 'boolean':
          if (kind !== 'boolean') say(`expected boolean, got ${shown(value)}`)
          return
        case 'int32': case 'int64': case 'double':
          if (kind !== 'number') say(`expected numeric (int or float), got ${shown(value)}`)
          return
        default: return
      }
    }
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : Array.isArray(value) ? 'list' : 'map'
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}
