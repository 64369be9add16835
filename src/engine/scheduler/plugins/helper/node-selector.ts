import type { Labels, Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, PreferredSchedulingTerm } from '../../../../api'
import type { LabelColumn, Snapshot } from '../../framework/types'
import { parseInt64 } from './tolerations'

const objectNameField = 'metadata.name'

/** A requirement on a label, checked for form. Upstream: labels.Requirement. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values: readonly string[]
  /** The bound of Gt and Lt. */
  readonly bound: bigint
}

/** A requirement on a field of the Node. Only metadata.name has a value; any other field reads as "". */
export interface FieldRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn'
  readonly value: string
}

/** One term: all its requirements must hold. */
export interface ParsedTerm {
  readonly labels: readonly LabelRequirement[]
  readonly fields: readonly FieldRequirement[]
}

function parseRequirement(requirement: NodeSelectorRequirement): LabelRequirement | undefined {
  const { key, operator } = requirement
  const values = requirement.values ?? []
  switch (operator) {
    case 'In': case 'NotIn': return values.length === 0 ? undefined : { key, operator, values, bound: 0n }
    case 'Exists': case 'DoesNotExist': return values.length > 0 ? undefined : { key, operator, values, bound: 0n }
    case 'Gt': case 'Lt': {
      const bound = values.length === 1 ? parseInt64(values[0] as string) : undefined
      return bound === undefined ? undefined : { key, operator, values, bound }
    }
    default: return undefined
  }
}

/** A term as it counts; undefined where it matches no node: without any requirement, or with one that does not parse. Upstream: nodeaffinity.newNodeSelectorTerm. */
export function parseTerm(term: NodeSelectorTerm): ParsedTerm | undefined {
  const expressions = term.matchExpressions ?? []
  const matchFields = term.matchFields ?? []
  if (expressions.length === 0 && matchFields.length === 0) return undefined
  const labels: LabelRequirement[] = []
  for (const expression of expressions) {
    const parsed = parseRequirement(expression)
    if (parsed === undefined) return undefined
    labels.push(parsed)
  }
  const fields: FieldRequirement[] = []
  for (const field of matchFields) {
    const [value] = field.values ?? []
    if ((field.operator !== 'In' && field.operator !== 'NotIn') || value === undefined || field.values?.length !== 1) return undefined
    fields.push({ key: field.key, operator: field.operator, value })
  }
  return { labels, fields }
}

export function labelHolds(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In': return value !== undefined && requirement.values.includes(value)
    case 'NotIn': return value === undefined || !requirement.values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': case 'Lt': {
      const number = value === undefined ? undefined : parseInt64(value)
      if (number === undefined) return false
      return requirement.operator === 'Gt' ? number > requirement.bound : number < requirement.bound
    }
  }
}

export function fieldHolds(requirement: FieldRequirement, nodeName: string): boolean {
  const equal = requirement.value === (requirement.key === objectNameField ? nodeName : '')
  return requirement.operator === 'In' ? equal : !equal
}

const labelOf = (labels: Labels | undefined, key: string): string | undefined => (labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined)

export function termMatches(term: ParsedTerm, labels: Labels | undefined, nodeName: string): boolean {
  for (const requirement of term.labels) if (!labelHolds(requirement, labelOf(labels, requirement.key))) return false
  for (const requirement of term.fields) if (!fieldHolds(requirement, nodeName)) return false
  return true
}

/** Terms of a node selector (any one must match) against one set of labels. Upstream: nodeaffinity.NodeSelector.Match. */
export function nodeSelectorMatches(terms: readonly NodeSelectorTerm[] | undefined, labels: Labels | undefined, nodeName: string): boolean {
  for (const term of terms ?? []) {
    const parsed = parseTerm(term)
    if (parsed !== undefined && termMatches(parsed, labels, nodeName)) return true
  }
  return false
}

/** spec.nodeSelector and required node affinity of a Pod: both must hold. `terms` undefined: no affinity is required. Upstream: nodeaffinity.RequiredNodeAffinity. */
export interface RequiredNodeAffinity {
  readonly selector: readonly LabelRequirement[]
  readonly terms: readonly ParsedTerm[] | undefined
}

export function requiredNodeAffinityOf(pod: Pod): RequiredNodeAffinity {
  const selector: LabelRequirement[] = Object.entries(pod.spec?.nodeSelector ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value], bound: 0n }))
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return { selector, terms: required === undefined ? undefined : parseTerms(required.nodeSelectorTerms) }
}

export function parseTerms(terms: readonly NodeSelectorTerm[] | undefined): readonly ParsedTerm[] {
  return (terms ?? []).map(parseTerm).filter((term) => term !== undefined)
}

export function requiredAffinityMatches(required: RequiredNodeAffinity, node: Node): boolean {
  const { labels, name } = node.metadata
  for (const requirement of required.selector) if (!labelHolds(requirement, labelOf(labels, requirement.key))) return false
  return required.terms === undefined || required.terms.some((term) => termMatches(term, labels, name ?? ''))
}

export interface WeightedTerm {
  readonly weight: number
  readonly term: ParsedTerm
  /** Place in the list it was written in. */
  readonly index: number
}

/** Preferred terms that can match at all. Upstream: nodeaffinity.NewPreferredSchedulingTerms. */
export function parsePreferred(terms: readonly PreferredSchedulingTerm[] | undefined): readonly WeightedTerm[] {
  const parsed: WeightedTerm[] = []
  for (const [index, preferred] of (terms ?? []).entries()) {
    const term = preferred.weight === 0 ? undefined : parseTerm(preferred.preference)
    if (term !== undefined) parsed.push({ weight: preferred.weight, term, index })
  }
  return parsed
}

// Matching by columns

const [listIn, listNotIn, exists, doesNotExist, byTable, byName, constant] = [0, 1, 2, 3, 4, 5, 6]

/** One requirement against a snapshot: label values and names have become numbers. All share one shape, so that the loop stays monomorphic. */
interface ColumnCheck {
  readonly kind: number
  readonly column: LabelColumn | undefined
  /** Value ids of In and NotIn. */
  readonly ids: Int32Array
  /** By value id: 0 not yet looked at, 1 holds, 2 does not (Gt, Lt). */
  readonly table: Uint8Array
  readonly requirement: LabelRequirement | undefined
  /** Row of the name (-1: no such node), or 1 and 0 for what is always so. */
  readonly row: number
  readonly negated: boolean
}

const noIds = new Int32Array(0)
const noTable = new Uint8Array(0)

function columnCheck(requirement: LabelRequirement, nodes: Snapshot): ColumnCheck {
  const column = nodes.label(requirement.key)
  const base = { column, ids: noIds, table: noTable, requirement, row: 0, negated: false }
  switch (requirement.operator) {
    case 'In': case 'NotIn': {
      // A value no node has gets no id: it can neither let pass nor refuse.
      const ids = Int32Array.from(requirement.values.map((value) => column.idOf(value)).filter((id) => id > 0))
      return { ...base, kind: requirement.operator === 'In' ? listIn : listNotIn, ids }
    }
    case 'Exists': return { ...base, kind: exists }
    case 'DoesNotExist': return { ...base, kind: doesNotExist }
    case 'Gt': case 'Lt': return { ...base, kind: byTable, table: new Uint8Array(column.values.length) }
  }
}

function fieldCheck(requirement: FieldRequirement, nodes: Snapshot): ColumnCheck {
  const base = { column: undefined, ids: noIds, table: noTable, requirement: undefined, negated: requirement.operator === 'NotIn' }
  if (requirement.key !== objectNameField) return { ...base, kind: constant, row: fieldHolds(requirement, '') ? 1 : 0 }
  return { ...base, kind: byName, row: nodes.rowOf(requirement.value) ?? -1 }
}

function checkHolds(check: ColumnCheck, row: number): boolean {
  if (check.column === undefined) {
    return check.kind === constant ? check.row === 1 : (row === check.row) !== check.negated
  }
  const id = check.column.ids[row] as number
  switch (check.kind) {
    case exists: return id !== 0
    case doesNotExist: return id === 0
    case byTable: {
      if (id === 0) return false
      let known = check.table[id] as number
      if (known === 0) {
        known = labelHolds(check.requirement as LabelRequirement, check.column.values[id]) ? 1 : 2
        check.table[id] = known
      }
      return known === 1
    }
    default: {
      const ids = check.ids
      for (let i = 0; i < ids.length; i++) if (ids[i] === id) return check.kind === listIn
      return check.kind === listNotIn
    }
  }
}

function allHold(checks: readonly ColumnCheck[], row: number): boolean {
  for (let i = 0; i < checks.length; i++) if (!checkHolds(checks[i] as ColumnCheck, row)) return false
  return true
}

/** A term compiled for the snapshot of one cycle. Valid until the cycle ends. */
export class TermOnColumns {
  readonly #checks: readonly ColumnCheck[]

  constructor(term: ParsedTerm, nodes: Snapshot) {
    this.#checks = [...term.labels.map((requirement) => columnCheck(requirement, nodes)), ...term.fields.map((requirement) => fieldCheck(requirement, nodes))]
  }

  matches(row: number): boolean {
    return allHold(this.#checks, row)
  }
}

/** Required node affinity compiled for the snapshot of one cycle. Valid until the cycle ends. */
export class RequiredAffinityOnColumns {
  readonly #selector: readonly ColumnCheck[]
  readonly #terms: readonly TermOnColumns[] | undefined

  constructor(required: RequiredNodeAffinity, nodes: Snapshot) {
    this.#selector = required.selector.map((requirement) => columnCheck(requirement, nodes))
    this.#terms = required.terms?.map((term) => new TermOnColumns(term, nodes))
  }

  /** True when it asks nothing of a node. */
  get isEmpty(): boolean {
    return this.#selector.length === 0 && this.#terms === undefined
  }

  matches(row: number): boolean {
    if (!allHold(this.#selector, row)) return false
    const terms = this.#terms
    if (terms === undefined) return true
    for (let i = 0; i < terms.length; i++) if ((terms[i] as TermOnColumns).matches(row)) return true
    return false
  }
}
