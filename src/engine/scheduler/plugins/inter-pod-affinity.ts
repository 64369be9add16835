import { matches, type Fact, type Labels, type Requirement, type Selector } from '../../../api'
import type { InterPodAffinityArgs } from '../framework/args'
import {
  action, cycleStateKey, detailOfVerdict, maxNodeScore, skip, status, success, verdict, verdictCode,
  type AffinityTerm, type CounterQuery, type EnqueueExtensions, type FilterPlugin, type Handle, type LabelColumn, type PodInfo, type PodTemplate, type PreFilterPlugin,
  type PreScorePlugin, type ScorePlugin, type Snapshot, type TermCounter, type WeightedAffinityTerm,
} from '../framework/types'
import { antiAffinityTermsOf } from './helper/affinity-terms'
import { asNode, asPod } from './helper/pods'

/** How many matching Pods (or Pods that refuse this one) there are by domain of a topology key. */
interface KeyCounts {
  readonly key: string
  /** By value id. */
  readonly counts: Int32Array
}

interface FilterState {
  readonly affinity: readonly KeyCounts[]
  readonly antiAffinity: readonly KeyCounts[]
  readonly existing: KeyCounts[]
  /** Pods that match all affinity terms, once for each term whose key their node has. 0: this Pod may be the first of its kind. */
  matchingTotal: number
  /** Whether the Pod matches all of its own affinity terms. */
  readonly matchesItself: boolean
  readonly namespaceLabels: Labels | undefined
  readonly own: OwnTerms
}
const filterState = cycleStateKey<FilterState>('PreFilterInterPodAffinity')

interface ScoreState {
  /** By topology key: sum of weights by value id. */
  readonly keys: readonly { readonly key: string; readonly sums: Float64Array }[]
}
const scoreState = cycleStateKey<ScoreState>('PreScoreInterPodAffinity')

/** A term of the incoming Pod with its namespace selector resolved to names. `everywhere`: all namespaces. */
interface OwnTerm {
  readonly topologyKey: string
  readonly selector: Selector
  readonly namespaces: ReadonlySet<string>
  readonly everywhere: boolean
}

interface OwnTerms {
  readonly affinity: readonly OwnTerm[]
  readonly antiAffinity: readonly OwnTerm[]
}

const [affinityMissing, antiAffinityHit, existingHit] = [1, 2, 3]
const affinityVerdict = verdict(verdictCode.UnschedulableAndUnresolvable, affinityMissing)
const antiAffinityVerdict = verdict(verdictCode.Unschedulable, antiAffinityHit)
const existingVerdict = verdict(verdictCode.Unschedulable, existingHit)
const reasonsByDetail: readonly (readonly string[])[] = [
  [],
  ["node(s) didn't match pod affinity rules"],
  ["node(s) didn't match pod anti-affinity rules"],
  ["node(s) didn't satisfy existing pods anti-affinity rules"],
]

const ownTermMatches = (term: OwnTerm, pod: { readonly namespace: string; readonly labels: Labels }): boolean =>
  (term.everywhere || term.namespaces.has(pod.namespace)) && matches(term.selector, pod.labels)

/** A term of a Pod that is there, against the incoming Pod. Upstream: AffinityTerm.Matches. */
const termMatches = (term: AffinityTerm, pod: PodInfo, namespaceLabels: Labels | undefined): boolean =>
  (term.namespaces.has(pod.namespace) || matches(term.namespaceSelector, namespaceLabels)) && matches(term.selector, pod.labels)

/** Distinct topology keys, in the order of their first term. */
const keysOf = (terms: readonly { readonly topologyKey: string }[]): readonly string[] => [...new Set(terms.map(({ topologyKey }) => topologyKey))]

/**
 * Keeps Pods near to, or away from, other Pods: required terms of the Pod, required anti-affinity of the Pods that are there; scores
 * by the preferred terms of both. Upstream: plugins/interpodaffinity.
 */
export function interPodAffinity(args: InterPodAffinityArgs, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  /** The selector becomes names, but for an empty one, which means everywhere. Upstream: mergeAffinityTermNamespacesIfNotEmpty. */
  function resolve(term: AffinityTerm): OwnTerm {
    const { topologyKey, selector, namespaceSelector } = term
    if (namespaceSelector === 'nothing') return { topologyKey, selector, namespaces: term.namespaces, everywhere: false }
    if (namespaceSelector.length === 0) return { topologyKey, selector, namespaces: term.namespaces, everywhere: true }
    const namespaces = new Set(term.namespaces)
    for (const namespace of handle.listers.namespaces.list()) if (matches(namespaceSelector, namespace.metadata.labels)) namespaces.add(namespace.metadata.name ?? '')
    return { topologyKey, selector, namespaces, everywhere: false }
  }

  const needsLookup = ({ namespaceSelector }: AffinityTerm): boolean => namespaceSelector !== 'nothing'

  // Terms without a namespace selector are the same in every cycle, and so are their counters' queries.
  const resolved = new WeakMap<AffinityTerm, OwnTerm>()
  function ownTerm(term: AffinityTerm): OwnTerm {
    if (needsLookup(term)) return resolve(term)
    let own = resolved.get(term)
    if (own === undefined) {
      own = resolve(term)
      resolved.set(term, own)
    }
    return own
  }

  const queries = new WeakMap<OwnTerm, CounterQuery>()
  function queryOf(term: OwnTerm): CounterQuery {
    let query = queries.get(term)
    if (query === undefined || term.everywhere) {
      query = { namespaces: namespacesOf(term), selector: term.selector, skipTerminating: false }
      queries.set(term, query)
    }
    return query
  }

  function namespacesOf(term: OwnTerm): ReadonlySet<string> {
    return term.everywhere ? allNamespaces() : term.namespaces
  }

  function allNamespaces(): ReadonlySet<string> {
    return new Set([...handle.listers.namespaces.list()].map(({ metadata }) => metadata.name ?? ''))
  }

  const conjunctions = new WeakMap<PodTemplate, CounterQuery | 'none'>()
  /** Pods that match all terms at once. undefined: none can. */
  function allTermsQuery(pod: PodInfo, terms: readonly OwnTerm[]): CounterQuery | undefined {
    const stable = !pod.template.requiredAffinity.some(needsLookup)
    let query = stable ? conjunctions.get(pod.template) : undefined
    if (query === undefined) {
      query = conjunctionOf(terms)
      if (stable) conjunctions.set(pod.template, query)
    }
    return query === 'none' ? undefined : query
  }

  function conjunctionOf(terms: readonly OwnTerm[]): CounterQuery | 'none' {
    if (terms.length === 1) return terms[0]?.selector === 'nothing' ? 'none' : queryOf(terms[0] as OwnTerm)
    const selector: Requirement[] = []
    let namespaces: ReadonlySet<string> | undefined
    for (const term of terms) {
      if (term.selector === 'nothing') return 'none'
      selector.push(...term.selector)
      if (term.everywhere) continue
      const before: ReadonlySet<string> | undefined = namespaces
      namespaces = before === undefined ? term.namespaces : new Set([...before].filter((name) => term.namespaces.has(name)))
    }
    return { namespaces: namespaces ?? allNamespaces(), selector, skipTerminating: false }
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

  function emptyCounts(nodes: Snapshot, key: string): KeyCounts {
    return { key, counts: new Int32Array(nodes.label(key).values.length) }
  }

  /** What required anti-affinity of Pods that are there forbids this Pod, by topology key. */
  function existingCounts(nodes: Snapshot, pod: PodInfo, namespaceLabels: Labels | undefined): KeyCounts[] {
    const byKey = new Map<string, KeyCounts>()
    for (const { term, byRow, total } of nodes.terms('requiredAntiAffinity')) {
      if (total === 0 || !termMatches(term, pod, namespaceLabels)) continue
      const own = byKey.get(term.topologyKey)
      const counts = own ?? emptyCounts(nodes, term.topologyKey)
      if (addByDomain(nodes, nodes.label(term.topologyKey), byRow, counts.counts) > 0 && own === undefined) byKey.set(term.topologyKey, counts)
    }
    return [...byKey.values()]
  }

  const namespaceLabelsOf = (namespace: string): Labels | undefined => handle.listers.namespaces.get(namespace)?.metadata.labels

  function change(nodes: Snapshot, row: number, entry: KeyCounts, delta: number): boolean {
    const id = nodes.label(entry.key).ids[row] as number
    if (id === 0) return false
    entry.counts[id] = (entry.counts[id] as number) + delta
    return true
  }

  function update(state: FilterState | undefined, pod: PodInfo, other: PodInfo, nodes: Snapshot, row: number, delta: 1 | -1): void {
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

  /** Shared by the filter loop and its facts: `columns[k].ids[row]` against `counts`. */
  function affinitySatisfied(columns: readonly LabelColumn[], entries: readonly KeyCounts[], row: number, first: boolean): boolean {
    let found = true
    for (let k = 0; k < entries.length; k++) {
      const id = (columns[k] as LabelColumn).ids[row] as number
      if (id === 0) return false
      if (((entries[k] as KeyCounts).counts[id] as number) <= 0) found = false
    }
    return found || first
  }

  function anyHit(columns: readonly LabelColumn[], entries: readonly KeyCounts[], row: number): boolean {
    for (let k = 0; k < entries.length; k++) {
      const id = (columns[k] as LabelColumn).ids[row] as number
      if (id !== 0 && ((entries[k] as KeyCounts).counts[id] as number) > 0) return true
    }
    return false
  }

  const columnsOf = (nodes: Snapshot, entries: readonly KeyCounts[]): readonly LabelColumn[] => entries.map(({ key }) => nodes.label(key))

  const isFirstOfKind = (state: FilterState): boolean => state.matchingTotal === 0 && state.matchesItself

  function factsOf(entries: readonly KeyCounts[], nodes: Snapshot, row: number, id: string): Fact[] {
    return entries.map(({ key, counts }) => {
      const { ids, values } = nodes.label(key)
      const value = ids[row] as number
      return { id, values: { topologyKey: key, present: value !== 0, domain: values[value] ?? '', matching: value === 0 ? 0 : (counts[value] as number) } }
    })
  }

  return {
    name: 'InterPodAffinity',

    preFilter(state, pod, nodes) {
      const { template } = pod
      if (template.affinityError !== undefined) return status('UnschedulableAndUnresolvable', `parsing pod: ${template.affinityError}`)
      const namespaceLabels = namespaceLabelsOf(pod.namespace)
      const existing = existingCounts(nodes, pod, namespaceLabels)
      if (existing.length === 0 && template.requiredAffinity.length === 0 && template.requiredAntiAffinity.length === 0) return skip
      const own: OwnTerms = { affinity: template.requiredAffinity.map(ownTerm), antiAffinity: template.requiredAntiAffinity.map(ownTerm) }
      const affinity = keysOf(own.affinity).map((key) => emptyCounts(nodes, key))
      let matchingTotal = 0
      const query = own.affinity.length === 0 ? undefined : allTermsQuery(pod, own.affinity)
      if (query !== undefined) {
        const { byRow } = nodes.counter(query)
        for (const entry of affinity) matchingTotal += addByDomain(nodes, nodes.label(entry.key), byRow, entry.counts)
      }
      const antiAffinity = keysOf(own.antiAffinity).map((key) => emptyCounts(nodes, key))
      for (const term of own.antiAffinity) {
        if (term.selector === 'nothing') continue
        const entry = antiAffinity.find(({ key }) => key === term.topologyKey) as KeyCounts
        addByDomain(nodes, nodes.label(term.topologyKey), nodes.counter(queryOf(term)).byRow, entry.counts)
      }
      state.write(filterState, {
        affinity, antiAffinity, existing, matchingTotal, matchesItself: own.affinity.every((term) => ownTermMatches(term, pod)), namespaceLabels, own,
      })
      return success
    },

    addPod(state, pod, added, nodes, row) {
      update(state.read(filterState), pod, added, nodes, row, 1)
      return success
    },

    removePod(state, pod, removed, nodes, row) {
      update(state.read(filterState), pod, removed, nodes, row, -1)
      return success
    },

    filter(state, _pod, nodes, rows, from, to, verdicts) {
      const affine = state.read(filterState) as FilterState
      const { affinity, antiAffinity, existing } = affine
      const [affinityColumns, antiColumns, existingColumns] = [columnsOf(nodes, affinity), columnsOf(nodes, antiAffinity), columnsOf(nodes, existing)]
      const first = isFirstOfKind(affine)
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const row = rows[i] as number
        if (affinity.length > 0 && !affinitySatisfied(affinityColumns, affinity, row, first)) verdicts[i] = affinityVerdict
        else if (anyHit(antiColumns, antiAffinity, row)) verdicts[i] = antiAffinityVerdict
        else if (anyHit(existingColumns, existing, row)) verdicts[i] = existingVerdict
      }
    },

    reasons: (_state, _pod, value) => reasonsByDetail[detailOfVerdict(value)] ?? [],

    filterFacts(state, _pod, nodes, row) {
      const affine = state.read(filterState)
      if (affine === undefined) return []
      const facts = [
        ...factsOf(affine.affinity, nodes, row, 'podAffinity.required'),
        ...factsOf(affine.antiAffinity, nodes, row, 'podAffinity.anti'),
        ...factsOf(affine.existing, nodes, row, 'podAffinity.existingAnti'),
      ]
      if (affine.affinity.length > 0) facts.unshift({ id: 'podAffinity.terms', values: { terms: affine.own.affinity.length, matchingPods: affine.matchingTotal, matchesItself: affine.matchesItself, firstOfKind: isFirstOfKind(affine) } })
      return facts
    },

    preScore(state, pod, nodes, _rows, count) {
      if (count === 0) return skip
      const { template } = pod
      const hasOwn = template.preferredAffinity.length > 0 || template.preferredAntiAffinity.length > 0
      if (args.ignorePreferredTermsOfExistingPods && !hasOwn) return skip
      const sums = new Map<string, Float64Array>()
      const add = (key: string, byRow: Int32Array, weight: number): void => {
        const { ids, values } = nodes.label(key)
        const { order, count: total } = nodes
        let into = sums.get(key)
        for (let i = 0; i < total; i++) {
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
          const own = ownTerm(term)
          if (own.selector !== 'nothing') add(own.topologyKey, nodes.counter(queryOf(own)).byRow, sign * weight)
        }
      }
      addOwn(template.preferredAffinity, 1)
      addOwn(template.preferredAntiAffinity, -1)
      const namespaceLabels = namespaceLabelsOf(pod.namespace)
      const addExisting = (terms: Iterable<TermCounter>, weightOf: (counter: TermCounter) => number): void => {
        for (const counter of terms) if (counter.total > 0 && termMatches(counter.term, pod, namespaceLabels)) add(counter.term.topologyKey, counter.byRow, weightOf(counter))
      }
      if (args.hardPodAffinityWeight > 0) addExisting(nodes.terms('requiredAffinity'), () => args.hardPodAffinityWeight)
      addExisting(nodes.terms('preferredAffinity'), ({ weight }) => weight)
      addExisting(nodes.terms('preferredAntiAffinity'), ({ weight }) => -weight)
      if (sums.size === 0) return skip
      state.write(scoreState, { keys: [...sums].map(([key, values]) => ({ key, sums: values })) })
      return success
    },

    score(state, _pod, nodes, rows, count, scores) {
      const { keys } = state.read(scoreState) as ScoreState
      scores.fill(0, 0, count)
      for (const { key, sums } of keys) {
        const { ids } = nodes.label(key)
        for (let i = 0; i < count; i++) {
          const id = ids[rows[i] as number] as number
          if (id !== 0) scores[i] = (scores[i] as number) + (sums[id] as number)
        }
      }
      return undefined
    },

    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      let min = Number.MAX_SAFE_INTEGER
      let max = Number.MIN_SAFE_INTEGER
      for (let i = 0; i < count; i++) {
        const score = scores[i] as number
        if (score < min) min = score
        if (score > max) max = score
      }
      const spread = max - min
      for (let i = 0; i < count; i++) scores[i] = spread > 0 ? Math.trunc(maxNodeScore * (((scores[i] as number) - min) / spread)) : 0
      return undefined
    },

    scoreFacts(state, _pod, nodes, row) {
      const affine = state.read(scoreState)
      if (affine === undefined) return []
      return affine.keys.map(({ key, sums }) => {
        const { ids, values } = nodes.label(key)
        const id = ids[row] as number
        return { id: 'podAffinity.weight', values: { topologyKey: key, present: id !== 0, domain: values[id] ?? '', weight: id === 0 ? 0 : (sums[id] as number) } }
      })
    },

    eventsToRegister: () => [
      {
        resource: 'AssignedPod', action: action.Add | action.UpdatePodLabel | action.Delete,
        hint: (pod, before, after) => {
          const [was, is] = [before === undefined ? undefined : asPod(before), after === undefined ? undefined : asPod(after)]
          if ([was, is].some((other) => other !== undefined && (other.spec?.nodeName ?? '') === '')) return 'QueueSkip'
          const party = (other: typeof was): { namespace: string; labels: Labels } => ({ namespace: other?.metadata.namespace ?? '', labels: other?.metadata.labels ?? {} })
          const all = (terms: readonly AffinityTerm[], other: typeof was): boolean => terms.length > 0 && terms.every((term) => ownTermMatches(ownTerm(term), party(other)))
          const { requiredAffinity, requiredAntiAffinity } = pod.template
          if (was !== undefined && is !== undefined) {
            if (!all(requiredAffinity, was) && all(requiredAffinity, is)) return 'Queue'
            return all(requiredAntiAffinity, was) && !all(requiredAntiAffinity, is) ? 'Queue' : 'QueueSkip'
          }
          if (is !== undefined) return all(requiredAffinity, is) ? 'Queue' : 'QueueSkip'
          if (all(requiredAntiAffinity, was)) return 'Queue'
          // The one that is gone did not want this Pod near.
          return was !== undefined && antiAffinityTermsOf(was).some((term) => termMatches(term, pod, namespaceLabelsOf(pod.namespace))) ? 'Queue' : 'QueueSkip'
        },
      },
      { resource: 'TargetPod', action: action.UpdatePodLabel },
      {
        resource: 'Node', action: action.Add | action.UpdateNodeLabel,
        hint: (pod, before, after) => {
          const [was, is] = [before?.metadata.labels, asNode(after).metadata.labels]
          const keys = keysOf([...pod.template.requiredAffinity, ...pod.template.requiredAntiAffinity])
          const moved = (key: string): boolean => (before === undefined ? is !== undefined && Object.hasOwn(is, key) : was?.[key] !== is?.[key])
          return keys.some(moved) ? 'Queue' : 'QueueSkip'
        },
      },
    ],
  }
}
