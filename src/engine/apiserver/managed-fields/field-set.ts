import type { SchemaNode } from '../../../api'
import { isFields, setKey, type Fields } from '../draft'

/**
 * A set of field paths as a tree. A step of a path is a text as in FieldsV1: `f:name` a field, `k:{"name":"a"}` a list item by its
 * keys, `v:"x"` a set item by its value. Sets are not changed once handed out, so they share their parts.
 * Upstream: structured-merge-diff, fieldpath.Set.
 */
export class FieldSet {
  static readonly empty: FieldSet = new FieldSet(new Set(), new Map())
  readonly members: ReadonlySet<string>
  readonly children: ReadonlyMap<string, FieldSet>

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
    if (other.members.size === 0 && other.children.size === 0) return this
    if (this.members.size === 0 && this.children.size === 0) return other
    const members = new Set(this.members)
    for (const step of other.members) members.add(step)
    const children = new Map(this.children)
    for (const [step, child] of other.children) children.set(step, this.child(step).union(child))
    return new FieldSet(members, children)
  }

  intersection(other: FieldSet): FieldSet {
    const members = new Set<string>()
    for (const step of this.members) if (other.members.has(step)) members.add(step)
    const children = new Map<string, FieldSet>()
    for (const [step, child] of this.children) {
      const common = child.intersection(other.child(step))
      if (!common.isEmpty) children.set(step, common)
    }
    return new FieldSet(members, children)
  }

  /** Without the paths that are in `other`; what lies below such a path stays. */
  difference(other: FieldSet): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this
    const members = new Set<string>()
    for (const step of this.members) if (!other.members.has(step)) members.add(step)
    const children = new Map<string, FieldSet>()
    for (const [step, child] of this.children) {
      const rest = child.difference(other.child(step))
      if (!rest.isEmpty) children.set(step, rest)
    }
    return new FieldSet(members, children)
  }

  /** Without the paths that are in `other` and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this
    const members = new Set<string>()
    for (const step of this.members) if (!other.members.has(step)) members.add(step)
    const children = new Map<string, FieldSet>()
    for (const [step, child] of this.children) {
      if (other.members.has(step)) continue
      const rest = child.recursiveDifference(other.child(step))
      if (!rest.isEmpty) children.set(step, rest)
    }
    return new FieldSet(members, children)
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

  /** The tree of a managedFields entry. Upstream: Set.ToJSON. */
  toFieldsV1(): Fields {
    const out: Fields = {}
    const steps = new Set([...this.members, ...this.children.keys()])
    for (const step of [...steps].sort(compareSteps)) {
      const child = this.children.get(step)
      const below = child === undefined || child.isEmpty ? {} : child.toFieldsV1()
      if (!this.members.has(step)) {
        if (Object.keys(below).length === 0) continue
        setKey(out, step, below)
      } else setKey(out, step, Object.keys(below).length === 0 ? below : { '.': {}, ...below })
    }
    return out
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
      for (const [step, child] of this.#children) {
        const set = child instanceof FieldSetBuilder ? child.done() : child
        if (set !== FieldSet.empty) (children ??= new Map<string, FieldSet>()).set(step, set)
      }
    }
    return this.#members === undefined && children === undefined ? FieldSet.empty : new FieldSet(this.#members ?? noMembers, children ?? noChildren)
  }
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

const order = 'fkvi'
function compareSteps(a: string, b: string): number {
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
