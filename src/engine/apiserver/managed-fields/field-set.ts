import type { SchemaNode } from '../../../api'
import { isFields, type Fields } from '../draft'

/** The tree of nothing, which most steps have below them. */
const leaf: Fields = Object.freeze({})

/**
 * A set of field paths as a tree. A step of a path is a text as in FieldsV1: `f:name` a field, `k:{"name":"a"}` a list item by its
 * keys, `v:"x"` a set item by its value. Sets are not changed once handed out, so they share their parts: an operation that changes
 * nothing gives the very set it was given. Upstream: structured-merge-diff, fieldpath.Set.
 */
export class FieldSet {
  static readonly empty: FieldSet = new FieldSet(new Set(), new Map())
  readonly members: ReadonlySet<string>
  readonly children: ReadonlyMap<string, FieldSet>
  /** As a managedFields entry shows it, once somebody asked. */
  #fields: Fields | undefined
  /** Until then, where there is one: a set with the very same steps, whose entry shows them in order. */
  #like: FieldSet | undefined
  /** It is the one that `shared` gives. */
  #isShared = false
  /** The same with the place itself as a member. */
  #withSelf: Fields | undefined

  constructor(members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>) {
    this.members = members
    this.children = children
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false
    for (const child of this.children.values()) if (!child.isEmpty) return false
    return true
  }

  child(step: string): FieldSet {
    return this.children.get(step) ?? FieldSet.empty
  }

  union(other: FieldSet): FieldSet {
    if (other === this || (other.members.size === 0 && other.children.size === 0)) return this
    if (this.members.size === 0 && this.children.size === 0) return other
    let members: Set<string> | undefined
    for (const name of other.members) if (!this.members.has(name)) (members ??= new Set(this.members)).add(name)
    let children: Map<string, FieldSet> | undefined
    for (const [name, child] of other.children) {
      const mine = this.children.get(name)
      const both = mine === undefined ? child : mine.union(child)
      if (both !== mine) (children ??= new Map(this.children)).set(name, both)
    }
    return members === undefined && children === undefined ? this : new FieldSet(members ?? this.members, children ?? this.children)
  }

  intersection(other: FieldSet): FieldSet {
    if (other === this) return this
    let members: Set<string> | undefined
    for (const step of this.members) if (other.members.has(step)) (members ??= new Set()).add(step)
    let children: Map<string, FieldSet> | undefined
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step)
      if (theirs === undefined) continue
      const common = child.intersection(theirs)
      if (!common.isEmpty) (children ??= new Map()).set(step, common)
    }
    return members === undefined && children === undefined ? FieldSet.empty : new FieldSet(members ?? noMembers, children ?? noChildren)
  }

  /** Without the paths that are in `other`; what lies below such a path stays. */
  difference(other: FieldSet): FieldSet {
    return this.#without(other, false)
  }

  /** Without the paths that are in `other` and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    return this.#without(other, true)
  }

  #without(other: FieldSet, below: boolean): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this
    let members: Set<string> | undefined
    let children: Map<string, FieldSet> | undefined
    for (const name of other.members) {
      if (this.members.has(name)) (members ??= new Set(this.members)).delete(name)
      if (below && this.children.has(name)) (children ??= new Map(this.children)).delete(name)
    }
    for (const [name, theirs] of other.children) {
      const child = (children ?? this.children).get(name)
      if (child === undefined) continue
      const rest = child.#without(theirs, below)
      if (rest === child) continue
      children ??= new Map(this.children)
      if (rest.isEmpty) children.delete(name)
      else children.set(name, rest)
    }
    return members === undefined && children === undefined ? this : new FieldSet(members ?? this.members, children ?? this.children)
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true
    if (this.members.size !== other.members.size) return false
    for (const step of this.members) if (!other.members.has(step)) return false
    for (const [step, child] of this.children) if (!child.equals(other.child(step))) return false
    for (const [step, child] of other.children) if (!this.children.has(step) && !child.isEmpty) return false
    return true
  }

  /** Counts a field of a struct as a member when something below it is. Upstream: Set.EnsureNamedFieldsAreMembers. */
  ensureNamedFieldsAreMembers(node: SchemaNode | undefined): FieldSet {
    const members = new Set(this.members)
    const children = new Map<string, FieldSet>()
    for (const [step, child] of this.children) {
      if (node?.type === 'struct' && step.startsWith('f:') && node.fields.has(step.slice(2))) members.add(step)
      children.set(step, child.ensureNamedFieldsAreMembers(stepNode(node, step)))
    }
    return new FieldSet(members, children)
  }

  /** Every path, as a list of steps. */
  paths(): (readonly string[])[] {
    const out: (readonly string[])[] = []
    const walk = (set: FieldSet, before: readonly string[]): void => {
      const steps = new Set([...set.members, ...set.children.keys()])
      for (const step of [...steps].sort(compareSteps)) {
        if (set.members.has(step)) out.push([...before, step])
        const child = set.children.get(step)
        if (child !== undefined) walk(child, [...before, step])
      }
    }
    walk(this, [])
    return out
  }

  /**
   * This set, or one like it that was stored before: objects of one kind are owned alike, and sets that are alike become the same.
   * `step` is where the set hangs.
   */
  shared(step = ''): FieldSet {
    if (this.#isShared) return this
    let children: Map<string, FieldSet> | undefined
    for (const [name, child] of this.children) {
      const one = child.shared(name)
      if (one !== child) (children ??= new Map(this.children)).set(name, one)
    }
    const set = known(step, this.members, children ?? this.children)
    set.#isShared = true
    return set
  }

  /** The tree of a managedFields entry: made once, frozen, and shared by all objects whose fields are owned alike. Upstream: Set.ToJSON. */
  toFieldsV1(): Fields {
    return this.#fields ??= this.#makeFields()
  }

  /** Looks like one made before but for what is below some steps: its entry can start as a copy of the other's. */
  resemble(other: FieldSet): void {
    if (other.#fields !== undefined) this.#like = other
  }

  #makeFields(): Fields {
    const like = this.#like
    this.#like = undefined
    return Object.freeze((like === undefined ? undefined : this.#fieldsAfter(like)) ?? this.#fieldsInOrder())
  }

  #fieldsAfter(like: FieldSet): Fields | undefined {
    const out: Fields = { ...like.#fields }
    for (const [step, child] of this.children) {
      if (like.children.get(step) === child) continue
      if (child.isEmpty || !Object.hasOwn(out, step)) return undefined
      out[step] = this.#below(step, child)
    }
    return out
  }

  #fieldsInOrder(): Fields {
    const steps = [...this.members]
    for (const step of this.children.keys()) if (!this.members.has(step)) steps.push(step)
    const out: Fields = {}
    for (const step of steps.sort(compareSteps)) {
      const child = this.children.get(step)
      if (child === undefined || child.isEmpty) {
        if (this.members.has(step)) out[step] = leaf
      } else out[step] = this.#below(step, child)
    }
    return out
  }

  /** What an entry shows below a step that has something below it. */
  #below(step: string, child: FieldSet): Fields {
    return this.members.has(step) ? child.#withSelf ??= Object.freeze({ '.': leaf, ...child.toFieldsV1() }) : child.toFieldsV1()
  }

  /** `undefined` when it is no such tree. Upstream: Set.FromJSON. */
  static fromFieldsV1(value: unknown, depth = 0): FieldSet | undefined {
    if (!isFields(value) || depth > 200) return undefined
    const members = new Set<string>()
    const children = new Map<string, FieldSet>()
    for (const step of Object.keys(value)) {
      if (step === '.') continue
      if (!/^[fkvi]:/s.test(step)) return undefined
      const below = value[step]
      if (!isFields(below)) return undefined
      const keys = Object.keys(below)
      if (keys.length === 0 || Object.hasOwn(below, '.')) members.add(step)
      if (keys.length > (Object.hasOwn(below, '.') ? 1 : 0)) {
        const child = FieldSet.fromFieldsV1(below, depth + 1)
        if (child === undefined) return undefined
        children.set(step, child)
      }
    }
    return new FieldSet(members, children)
  }

  static of(...paths: readonly (readonly string[])[]): FieldSet {
    const builder = new FieldSetBuilder()
    for (const path of paths) {
      let at = builder
      path.forEach((name, i) => { if (i === path.length - 1) at.add(`f:${name}`); else at = at.child(`f:${name}`) })
    }
    return builder.done()
  }
}

const noMembers: ReadonlySet<string> = new Set()
const noChildren: ReadonlyMap<string, FieldSet> = new Map()

/** Makes a set, path by path. Takes room only for what is added: most places of a comparison stay empty. */
export class FieldSetBuilder {
  #members: Set<string> | undefined
  #children: Map<string, FieldSet | FieldSetBuilder> | undefined

  add(step: string): void {
    (this.#members ??= new Set()).add(step)
  }

  child(step: string): FieldSetBuilder {
    const children = this.#children ??= new Map<string, FieldSet | FieldSetBuilder>()
    let child = children.get(step)
    if (child === undefined) children.set(step, child = new FieldSetBuilder())
    return child as FieldSetBuilder
  }

  /** Puts what another builder made below a step that has nothing below it yet. */
  attach(step: string, builder: FieldSetBuilder): void {
    if (builder.#members === undefined && builder.#children === undefined) return
    const set = builder.done()
    if (set !== FieldSet.empty) (this.#children ??= new Map<string, FieldSet | FieldSetBuilder>()).set(step, set)
  }

  done(): FieldSet {
    let children: Map<string, FieldSet> | undefined
    if (this.#children !== undefined) {
      for (const [below, child] of this.#children) {
        const set = child instanceof FieldSetBuilder ? child.done() : child
        if (set !== FieldSet.empty) (children ??= new Map<string, FieldSet>()).set(below, set)
      }
    }
    if (this.#members === undefined && children === undefined) return FieldSet.empty
    return new FieldSet(this.#members ?? noMembers, children ?? noChildren)
  }
}

/** The sets shared last, by the place they were made for. A memo: it says nothing that the sets do not say. */
const madeLast = new Map<string, FieldSet[]>()
const madeLastMax = 8
const itemsMax = 24
const placesMax = 2_000

/** The set of these members and children: one that was made before for the same place, if there is one. */
function known(step: string, members: ReadonlySet<string>, children: ReadonlyMap<string, FieldSet>): FieldSet {
  // Items of lists have names of their own, but look alike.
  const place = step.startsWith('k:') ? 'k:' : step
  let made = madeLast.get(place)
  if (made === undefined) {
    if (madeLast.size >= placesMax) madeLast.clear()
    madeLast.set(place, made = [])
  }
  let like: FieldSet | undefined
  for (let i = made.length - 1; i >= 0; i--) {
    const candidate = made[i] as FieldSet
    if (candidate.members.size !== members.size || candidate.children.size !== children.size || !hasAll(candidate.members, members) || !hasAll(candidate.children, children)) continue
    if (hasChildren(candidate, children)) {
      // What is asked for often stays; what was not asked for goes first.
      const last = made.length - 1
      made[i] = made[last] as FieldSet
      made[last] = candidate
      return candidate
    }
    like ??= candidate
  }
  const set = new FieldSet(members, children)
  if (like !== undefined) set.resemble(like)
  if (made.length >= (place === 'k:' ? itemsMax : madeLastMax)) made.shift()
  made.push(set)
  return set
}

function hasAll(steps: { has(step: string): boolean }, others: { keys(): Iterable<string> }): boolean {
  for (const step of others.keys()) if (!steps.has(step)) return false
  return true
}

function hasChildren(set: FieldSet, children: ReadonlyMap<string, FieldSet>): boolean {
  for (const [step, child] of children) if (set.children.get(step) !== child) return false
  return true
}

/** What a step leads to from a node. */
export function stepNode(node: SchemaNode | undefined, step: string): SchemaNode | undefined {
  switch (node?.type) {
    case 'struct': return step.startsWith('f:') ? node.fields.get(step.slice(2))?.node : undefined
    case 'map': return node.values
    case 'list': return node.items
    default: return undefined
  }
}

const stepMemo = new Map<string, string>()

/** `f:name`. A memo, because the same few fields are named over and over. */
export function fieldStep(name: string): string {
  let step = stepMemo.get(name)
  if (step === undefined) {
    if (stepMemo.size > 5_000) stepMemo.clear()
    stepMemo.set(name, step = `f:${name}`)
  }
  return step
}

const order = 'fkvi'
function compareSteps(a: string, b: string): number {
  if (a.charCodeAt(0) === b.charCodeAt(0)) return a < b ? -1 : a > b ? 1 : 0
  const kinds = order.indexOf(a.charAt(0)) - order.indexOf(b.charAt(0))
  return kinds !== 0 ? kinds : a < b ? -1 : a > b ? 1 : 0
}

/** `.spec.containers[name="a"].image`. Upstream: fieldpath.Path.String. */
export function pathText(steps: readonly string[]): string {
  let text = ''
  for (const step of steps) {
    const rest = step.slice(2)
    if (step.startsWith('f:')) text += `.${rest}`
    else if (step.startsWith('k:')) {
      const keys = JSON.parse(rest) as Fields
      text += `[${Object.keys(keys).map((key) => `${key}=${JSON.stringify(keys[key])}`).join(',')}]`
    } else if (step.startsWith('v:')) text += `[=${rest}]`
    else text += `[${rest}]`
  }
  return text
}
