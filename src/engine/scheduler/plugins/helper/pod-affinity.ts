import { matches, type Fact, type Labels, type Requirement, type Selector } from '../../../../api'
import type { AffinityTerm, CounterQuery, Handle, LabelColumn, PodInfo, PodTemplate, Snapshot, TermCounter, WeightedAffinityTerm } from '../../framework/types'

/** How many matching Pods (or Pods that refuse this one) there are by domain of a topology key. */
export interface KeyCounts {
  readonly key: string
  /** By value id. */
  readonly counts: Int32Array
}

/** A term of the incoming Pod with its namespace selector resolved to names. `everywhere`: all namespaces. */
interface OwnTerm {
  readonly topologyKey: string
  readonly selector: Selector
  readonly namespaces: ReadonlySet<string>
  readonly everywhere: boolean
}

/** Required terms of a Pod against the Pods that are there. */
export interface AffinityState {
  readonly affinity: readonly KeyCounts[]
  readonly antiAffinity: readonly KeyCounts[]
  readonly existing: KeyCounts[]
  /** Pods that match all affinity terms, once for each term whose key their node has. 0: this Pod may be the first of its kind. */
  matchingTotal: number
  /** Whether the Pod matches all of its own affinity terms. */
  readonly matchesItself: boolean
  readonly namespaceLabels: Labels | undefined
  readonly own: { readonly affinity: readonly OwnTerm[]; readonly antiAffinity: readonly OwnTerm[] }
}

/** By topology key: sum of weights by value id. */
export interface KeyWeights {
  readonly key: string
  readonly sums: Float64Array
}

interface Party {
  readonly namespace: string
  readonly labels: Labels
}

const ownTermMatches = (term: OwnTerm, pod: Party): boolean => (term.everywhere || term.namespaces.has(pod.namespace)) && matches(term.selector, pod.labels)

/** A term of a Pod that is there, against the incoming Pod. Upstream: AffinityTerm.Matches. */
export function termMatches(term: AffinityTerm, pod: Party, namespaceLabels: Labels | undefined): boolean {
  return (term.namespaces.has(pod.namespace) || matches(term.namespaceSelector, namespaceLabels)) && matches(term.selector, pod.labels)
}

/** Distinct topology keys, in the order of their first term. */
export function keysOf(terms: readonly { readonly topologyKey: string }[]): readonly string[] {
  return [...new Set(terms.map(({ topologyKey }) => topologyKey))]
}

const needsLookup = ({ namespaceSelector }: AffinityTerm): boolean => namespaceSelector !== 'nothing'

export const columnsOf = (nodes: Snapshot, entries: readonly KeyCounts[]): readonly LabelColumn[] => entries.map(({ key }) => nodes.label(key))

/** Whether some domain of the row has a count. */
export function anyHit(columns: readonly LabelColumn[], entries: readonly KeyCounts[], row: number): boolean {
  for (let k = 0; k < entries.length; k++) {
    const id = (columns[k] as LabelColumn).ids[row] as number
    if (id !== 0 && ((entries[k] as KeyCounts).counts[id] as number) > 0) return true
  }
  return false
}

export const [hasNone, hasSome, lacksKey] = [0, 1, 2]

/** Whether every domain of the row has a count; `lacksKey` when the row lacks a key. */
export function everyHit(columns: readonly LabelColumn[], entries: readonly KeyCounts[], row: number): number {
  let result = hasSome
  for (let k = 0; k < entries.length; k++) {
    const id = (columns[k] as LabelColumn).ids[row] as number
    if (id === 0) return lacksKey
    if (((entries[k] as KeyCounts).counts[id] as number) <= 0) result = hasNone
  }
  return result
}

export const isFirstOfKind = (state: AffinityState): boolean => state.matchingTotal === 0 && state.matchesItself

/** Counts of one kind as facts, one a topology key. */
export function countFacts(entries: readonly KeyCounts[], nodes: Snapshot, row: number, id: string): Fact[] {
  return entries.map(({ key, counts }) => {
    const { ids, values } = nodes.label(key)
    const value = ids[row] as number
    return { id, values: { topologyKey: key, present: value !== 0, domain: values[value] ?? '', matching: value === 0 ? 0 : (counts[value] as number) } }
  })
}

/** All facts of the required terms for one row. */
export function affinityFacts(state: AffinityState, nodes: Snapshot, row: number): Fact[] {
  const facts = [
    ...countFacts(state.affinity, nodes, row, 'podAffinity.required'),
    ...countFacts(state.antiAffinity, nodes, row, 'podAffinity.anti'),
    ...countFacts(state.existing, nodes, row, 'podAffinity.existingAnti'),
  ]
  if (state.affinity.length === 0) return facts
  const { matchingTotal, matchesItself, own } = state
  return [{ id: 'podAffinity.terms', values: { terms: own.affinity.length, matchingPods: matchingTotal, matchesItself, firstOfKind: isFirstOfKind(state) } }, ...facts]
}

export function weightFacts(keys: readonly KeyWeights[], nodes: Snapshot, row: number): Fact[] {
  return keys.map(({ key, sums }) => {
    const { ids, values } = nodes.label(key)
    const id = ids[row] as number
    return { id: 'podAffinity.weight', values: { topologyKey: key, present: id !== 0, domain: values[id] ?? '', weight: id === 0 ? 0 : (sums[id] as number) } }
  })
}

/** Adds the weights of each row's domains. */
export function addWeights(keys: readonly KeyWeights[], nodes: Snapshot, rows: Int32Array, count: number, scores: Float64Array): void {
  scores.fill(0, 0, count)
  for (const { key, sums } of keys) {
    const { ids } = nodes.label(key)
    for (let i = 0; i < count; i++) {
      const id = ids[rows[i] as number] as number
      if (id !== 0) scores[i] = (scores[i] as number) + (sums[id] as number)
    }
  }
}

/** Adds what a column of Pods by row comes to by domain; returns how many are on nodes that have the key. */
function addByDomain(nodes: Snapshot, column: LabelColumn, byRow: Int32Array, into: Int32Array): number {
  const { ids } = column
  const { order, count } = nodes
  let total = 0
  for (let i = 0; i < count; i++) {
    const row = order[i] as number
    const pods = byRow[row] as number
    if (pods === 0) continue
    const id = ids[row] as number
    if (id === 0) continue
    into[id] = (into[id] as number) + pods
    total += pods
  }
  return total
}

const noWeights: readonly KeyWeights[] = []

const emptyCounts = (nodes: Snapshot, key: string): KeyCounts => ({ key, counts: new Int32Array(nodes.label(key).values.length) })

function change(nodes: Snapshot, row: number, entry: KeyCounts, delta: number): boolean {
  const id = nodes.label(entry.key).ids[row] as number
  if (id === 0) return false
  entry.counts[id] = (entry.counts[id] as number) + delta
  return true
}

/** Counts Pods by affinity terms of the incoming Pod and of those that are there. Remembers only queries, which a template's terms say. */
export class PodAffinity {
  readonly #handle: Handle
  // Terms without a namespace selector are the same in every cycle, and so are their counters' queries.
  readonly #resolved = new WeakMap<AffinityTerm, OwnTerm>()
  readonly #queries = new WeakMap<OwnTerm, CounterQuery>()
  readonly #conjunctions = new WeakMap<PodTemplate, CounterQuery | 'none'>()

  constructor(handle: Handle) {
    this.#handle = handle
  }

  namespaceLabelsOf(namespace: string): Labels | undefined {
    return this.#handle.listers.namespaces.get(namespace)?.metadata.labels
  }

  /** Undefined when no required term of anybody concerns the Pod. `always`: a state all the same. */
  makeState(pod: PodInfo, nodes: Snapshot, always = false): AffinityState | undefined {
    const { template } = pod
    const isPlain = template.requiredAffinity.length === 0 && template.requiredAntiAffinity.length === 0
    if (!always && isPlain && !nodes.hasTerms('requiredAntiAffinity')) return undefined
    const namespaceLabels = this.namespaceLabelsOf(pod.namespace)
    const existing = this.#existingCounts(nodes, pod, namespaceLabels)
    if (!always && existing.length === 0 && isPlain) return undefined
    const own = { affinity: template.requiredAffinity.map((term) => this.#ownTerm(term)), antiAffinity: template.requiredAntiAffinity.map((term) => this.#ownTerm(term)) }
    const affinity = keysOf(own.affinity).map((key) => emptyCounts(nodes, key))
    let matchingTotal = 0
    const query = own.affinity.length === 0 ? undefined : this.#allTermsQuery(pod, own.affinity)
    if (query !== undefined) {
      const { byRow } = nodes.counter(query)
      for (const entry of affinity) matchingTotal += addByDomain(nodes, nodes.label(entry.key), byRow, entry.counts)
    }
    const antiAffinity = keysOf(own.antiAffinity).map((key) => emptyCounts(nodes, key))
    for (const term of own.antiAffinity) {
      if (term.selector === 'nothing') continue
      const entry = antiAffinity.find(({ key }) => key === term.topologyKey) as KeyCounts
      addByDomain(nodes, nodes.label(term.topologyKey), nodes.counter(this.#queryOf(term)).byRow, entry.counts)
    }
    return { affinity, antiAffinity, existing, matchingTotal, matchesItself: own.affinity.every((term) => ownTermMatches(term, pod)), namespaceLabels, own }
  }

  /** A Pod comes to a row, or leaves it, for the moment. */
  update(state: AffinityState | undefined, pod: PodInfo, other: PodInfo, nodes: Snapshot, row: number, delta: 1 | -1): void {
    if (state === undefined) return
    const { own } = state
    for (const term of other.template.requiredAntiAffinity) {
      if (!termMatches(term, pod, state.namespaceLabels)) continue
      let entry = state.existing.find(({ key }) => key === term.topologyKey)
      if (entry === undefined) {
        entry = emptyCounts(nodes, term.topologyKey)
        state.existing.push(entry)
      }
      change(nodes, row, entry, delta)
    }
    if (own.affinity.length > 0 && own.affinity.every((term) => ownTermMatches(term, other))) {
      for (const entry of state.affinity) if (change(nodes, row, entry, delta)) state.matchingTotal += delta
    }
    for (const term of own.antiAffinity) {
      if (!ownTermMatches(term, other)) continue
      const entry = state.antiAffinity.find(({ key }) => key === term.topologyKey)
      if (entry !== undefined) change(nodes, row, entry, delta)
    }
  }

  /** Weights of preferred terms, the Pod's and others', and `hardWeight` for each required affinity term of others that selects the Pod. */
  preferences(pod: PodInfo, nodes: Snapshot, hardWeight: number): readonly KeyWeights[] {
    const { template } = pod
    const isPlain = template.preferredAffinity.length === 0 && template.preferredAntiAffinity.length === 0
    const othersCare = (hardWeight > 0 && nodes.hasTerms('requiredAffinity')) || nodes.hasTerms('preferredAffinity') || nodes.hasTerms('preferredAntiAffinity')
    if (isPlain && !othersCare) return noWeights
    const sums = new Map<string, Float64Array>()
    const add = (key: string, byRow: Int32Array, weight: number): void => {
      const { ids, values } = nodes.label(key)
      const { order, count } = nodes
      let into = sums.get(key)
      for (let i = 0; i < count; i++) {
        const row = order[i] as number
        const pods = byRow[row] as number
        if (pods === 0) continue
        const id = ids[row] as number
        if (id === 0) continue
        if (into === undefined) {
          into = new Float64Array(values.length)
          sums.set(key, into)
        }
        into[id] = (into[id] as number) + pods * weight
      }
    }
    const addOwn = (terms: readonly WeightedAffinityTerm[], sign: 1 | -1): void => {
      for (const { term, weight } of terms) {
        const own = this.#ownTerm(term)
        if (own.selector !== 'nothing') add(own.topologyKey, nodes.counter(this.#queryOf(own)).byRow, sign * weight)
      }
    }
    addOwn(template.preferredAffinity, 1)
    addOwn(template.preferredAntiAffinity, -1)
    const namespaceLabels = this.namespaceLabelsOf(pod.namespace)
    const addOthers = (terms: Iterable<TermCounter>, weightOf: (counter: TermCounter) => number): void => {
      for (const counter of terms) if (counter.total > 0 && termMatches(counter.term, pod, namespaceLabels)) add(counter.term.topologyKey, counter.byRow, weightOf(counter))
    }
    if (hardWeight > 0) addOthers(nodes.terms('requiredAffinity'), () => hardWeight)
    addOthers(nodes.terms('preferredAffinity'), ({ weight }) => weight)
    addOthers(nodes.terms('preferredAntiAffinity'), ({ weight }) => -weight)
    return [...sums].map(([key, values]) => ({ key, sums: values }))
  }

  /** Whether a Pod matches all terms at once; none match nothing. */
  matchesAll(terms: readonly AffinityTerm[], other: Party): boolean {
    return terms.length > 0 && terms.every((term) => ownTermMatches(this.#ownTerm(term), other))
  }

  #ownTerm(term: AffinityTerm): OwnTerm {
    if (needsLookup(term)) return this.#resolve(term)
    let own = this.#resolved.get(term)
    if (own === undefined) {
      own = this.#resolve(term)
      this.#resolved.set(term, own)
    }
    return own
  }

  /** The selector becomes names, but for an empty one, which means everywhere. Upstream: mergeAffinityTermNamespacesIfNotEmpty. */
  #resolve(term: AffinityTerm): OwnTerm {
    const { topologyKey, selector, namespaceSelector } = term
    if (namespaceSelector === 'nothing') return { topologyKey, selector, namespaces: term.namespaces, everywhere: false }
    if (namespaceSelector.length === 0) return { topologyKey, selector, namespaces: term.namespaces, everywhere: true }
    const namespaces = new Set(term.namespaces)
    for (const namespace of this.#handle.listers.namespaces.list()) if (matches(namespaceSelector, namespace.metadata.labels)) namespaces.add(namespace.metadata.name ?? '')
    return { topologyKey, selector, namespaces, everywhere: false }
  }

  #queryOf(term: OwnTerm): CounterQuery {
    let query = this.#queries.get(term)
    if (query === undefined || term.everywhere) {
      query = { namespaces: term.everywhere ? this.#allNamespaces() : term.namespaces, selector: term.selector, skipTerminating: false }
      this.#queries.set(term, query)
    }
    return query
  }

  #allNamespaces(): ReadonlySet<string> {
    return new Set([...this.#handle.listers.namespaces.list()].map(({ metadata }) => metadata.name ?? ''))
  }

  /** Pods that match all terms at once. undefined: none can. */
  #allTermsQuery(pod: PodInfo, terms: readonly OwnTerm[]): CounterQuery | undefined {
    const stable = !pod.template.requiredAffinity.some(needsLookup)
    let query = stable ? this.#conjunctions.get(pod.template) : undefined
    if (query === undefined) {
      query = this.#conjunctionOf(terms)
      if (stable) this.#conjunctions.set(pod.template, query)
    }
    return query === 'none' ? undefined : query
  }

  #conjunctionOf(terms: readonly OwnTerm[]): CounterQuery | 'none' {
    if (terms.length === 1) return terms[0]?.selector === 'nothing' ? 'none' : this.#queryOf(terms[0] as OwnTerm)
    const selector: Requirement[] = []
    let namespaces: ReadonlySet<string> | undefined
    for (const term of terms) {
      if (term.selector === 'nothing') return 'none'
      selector.push(...term.selector)
      if (term.everywhere) continue
      const before: ReadonlySet<string> | undefined = namespaces
      namespaces = before === undefined ? term.namespaces : new Set([...before].filter((name) => term.namespaces.has(name)))
    }
    return { namespaces: namespaces ?? this.#allNamespaces(), selector, skipTerminating: false }
  }

  /** What required anti-affinity of Pods that are there forbids this Pod, by topology key. */
  #existingCounts(nodes: Snapshot, pod: PodInfo, namespaceLabels: Labels | undefined): KeyCounts[] {
    const byKey = new Map<string, KeyCounts>()
    for (const { term, byRow, total } of nodes.terms('requiredAntiAffinity')) {
      if (total === 0 || !termMatches(term, pod, namespaceLabels)) continue
      const own = byKey.get(term.topologyKey)
      const counts = own ?? emptyCounts(nodes, term.topologyKey)
      if (addByDomain(nodes, nodes.label(term.topologyKey), byRow, counts.counts) > 0 && own === undefined) byKey.set(term.topologyKey, counts)
    }
    return [...byKey.values()]
  }
}
