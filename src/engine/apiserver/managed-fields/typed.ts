import { canonicalJson, deepEqual } from '../../../base'
import type { ListNode, SchemaNode } from '../../../api'
import { getKey, isFields, setKey, type Fields } from '../draft'
import type { FieldSet} from './field-set';
import { FieldSetBuilder } from './field-set'

// Objects seen through their schema. Upstream: structured-merge-diff, package typed. `undefined` is "not there", null is a value.

/** The step that leads to a list item, or a message why there is none. */
function stepOf(item: unknown, node: ListNode): { readonly step: string } | { readonly problem: string } {
  if (node.listType === 'set') {
    if (isFields(item) || Array.isArray(item)) return { problem: 'associative list without keys has an element that\'s a map type' }
    return { step: `v:${JSON.stringify(item)}` }
  }
  if (!isFields(item)) return { problem: item === null || item === undefined ? 'associative list with keys may not have a null element' : 'associative list with keys has an element that\'s not a map type' }
  const key: Fields = {}
  let found = 0
  for (const name of [...node.keys].sort()) {
    let value = getKey(item, name)
    if (value === undefined || value === null) {
      const preset = node.items.type === 'struct' ? node.items.fields.get(name)?.preset : undefined
      if (preset === undefined || preset === '') continue
      value = preset
    }
    found++
    key[name] = value
  }
  if (found === 0) return { problem: `associative list with keys has an element that omits key field ${JSON.stringify(node.keys[0])} (and doesn't have default value)` }
  return { step: `k:${JSON.stringify(key)}` }
}

const isAtomic = (node: SchemaNode): boolean =>
  node.type === 'scalar' || (node.type === 'list' ? node.listType === 'atomic' : node.atomic)

function nodeOfField(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.type === 'struct') return node.fields.get(key)?.node
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
      const at = stepOf(item, node)
      if ('problem' in at) continue
      if (!isAtomic(node.items)) collect(item, node.items, into.child(at.step))
      into.add(at.step)
    }
    return
  }
  if ((node.type !== 'struct' && node.type !== 'map') || !isFields(value)) return
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === undefined) continue
    const step = `f:${key}`
    const below = nodeOfField(node, key)
    if (below === undefined || isAtomic(below)) {
      into.add(step)
      continue
    }
    if (member === null || (isFields(member) && Object.keys(member).length === 0) || node.type === 'map') into.add(step)
    if (member !== null) collect(member, below, into.child(step))
  }
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

/** What leads from `left` to `right`. Upstream: TypedValue.Compare. */
export function compareTyped(left: unknown, right: unknown, node: SchemaNode): Comparison {
  const into = { added: new FieldSetBuilder(), modified: new FieldSetBuilder(), removed: new FieldSetBuilder() }
  compareChildren(left, right, node, into)
  return { added: into.added.done(), modified: into.modified.done(), removed: into.removed.done() }
}

interface ComparisonBuilder {
  readonly added: FieldSetBuilder
  readonly modified: FieldSetBuilder
  readonly removed: FieldSetBuilder
}

function compareLeaf(step: string, left: unknown, right: unknown, into: ComparisonBuilder): void {
  if (left === undefined) into.added.add(step)
  else if (right === undefined) into.removed.add(step)
  else if (!deepEqual(left, right)) into.modified.add(step)
}

function compareAt(step: string, left: unknown, right: unknown, node: SchemaNode | undefined, into: ComparisonBuilder): void {
  if (left === right) return
  if (node === undefined || isAtomic(node)) {
    compareLeaf(step, left, right, into)
    return
  }
  const isList = node.type === 'list'
  const leftEmpty = isList ? !Array.isArray(left) || left.length === 0 : !isFields(left) || Object.keys(left).length === 0
  const rightEmpty = isList ? !Array.isArray(right) || right.length === 0 : !isFields(right) || Object.keys(right).length === 0
  if (leftEmpty && rightEmpty) {
    compareLeaf(step, left, right, into)
    return
  }
  const below: ComparisonBuilder = { added: new FieldSetBuilder(), modified: new FieldSetBuilder(), removed: new FieldSetBuilder() }
  compareChildren(left, right, node, below)
  into.added.attach(step, below.added)
  into.modified.attach(step, below.modified)
  into.removed.attach(step, below.removed)
  if (left === undefined) into.added.add(step)
  else if (right === undefined) into.removed.add(step)
}

function compareChildren(left: unknown, right: unknown, node: SchemaNode, into: ComparisonBuilder): void {
  if (node.type === 'list') {
    const leftItems = itemsByStep(left, node)
    const rightItems = itemsByStep(right, node)
    for (const [step, item] of rightItems) compareAt(step, leftItems.get(step), item, node.items, into)
    for (const [step, item] of leftItems) if (!rightItems.has(step)) compareAt(step, item, undefined, node.items, into)
    return
  }
  const leftFields = isFields(left) ? left : {}
  const rightFields = isFields(right) ? right : {}
  for (const key of Object.keys(rightFields)) compareAt(`f:${key}`, getKey(leftFields, key), rightFields[key], nodeOfField(node, key), into)
  for (const key of Object.keys(leftFields)) if (!Object.hasOwn(rightFields, key)) compareAt(`f:${key}`, leftFields[key], undefined, nodeOfField(node, key), into)
}

function itemsByStep(value: unknown, node: ListNode): Map<string, unknown> {
  const items = new Map<string, unknown>()
  if (!Array.isArray(value)) return items
  for (const item of value) {
    const at = stepOf(item, node)
    if ('step' in at && !items.has(at.step)) items.set(at.step, item)
  }
  return items
}

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
  const stepsOf = (items: readonly unknown[]): string[] => items.map((item, i) => {
    const at = stepOf(item, node)
    return 'step' in at ? at.step : `i:${i}`
  })
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
      const at = stepOf(item, node)
      if ('problem' in at) {
        out.push(item)
        continue
      }
      if (remove.members.has(at.step)) continue
      out.push(removeItems(item, remove.child(at.step), node.items))
    }
    return out.length > 0 ? out : null
  }
  if (!isFields(value) || Object.keys(value).length === 0) return value
  const out: Fields = {}
  for (const key of Object.keys(value)) {
    const step = `f:${key}`
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
  if (value === undefined || value === null) return
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
          if ('problem' in step) {
            problems.push(`${path}: element ${i}: ${step.problem}`)
            return
          }
          at = stepText(step.step)
          if (seen.has(step.step)) {
            say(`duplicate entries for key ${at}`)
            return
          }
          seen.add(step.step)
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

function stepText(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('v:')) return `[=${rest}]`
  const keys = JSON.parse(rest) as Fields
  return `[${Object.keys(keys).map((key) => `${key}=${JSON.stringify(keys[key])}`).join(',')}]`
}

function shown(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int' : 'float') : Array.isArray(value) ? 'list' : 'map'
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}
