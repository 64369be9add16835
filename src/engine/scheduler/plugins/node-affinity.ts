import type { Fact, Node, NodeSelectorTerm } from '../../../api'
import type { NodeAffinityArgs } from '../framework/args'
import {
  action, cycleStateKey, detailOfVerdict, skip, status, success, verdict, verdictCode,
  type EnqueueExtensions, type FilterPlugin, type PodInfo, type PreFilterPlugin, type PreScorePlugin, type ScorePlugin,
} from '../framework/types'
import {
  parsePreferred, parseTerms, RequiredAffinityOnColumns, requiredAffinityMatches, requiredNodeAffinityOf, TermOnColumns,
  type RequiredNodeAffinity, type WeightedTerm,
} from './helper/node-selector'
import { requiredAffinityFacts, termText } from './helper/node-selector-facts'
import { defaultNormalizeScore } from './helper/normalize-score'
import { asNode } from './helper/pods'

interface FilterState {
  readonly required: RequiredAffinityOnColumns
  readonly added: RequiredAffinityOnColumns | undefined
}
const filterState = cycleStateKey<FilterState>('PreFilterNodeAffinity')

interface ScoreTerm {
  readonly weight: number
  readonly term: TermOnColumns
}
const scoreState = cycleStateKey<readonly ScoreTerm[]>('PreScoreNodeAffinity')

const [enforced, own] = [1, 2]
const enforcedVerdict = verdict(verdictCode.UnschedulableAndUnresolvable, enforced)
const ownVerdict = verdict(verdictCode.UnschedulableAndUnresolvable, own)
const enforcedReasons = ["node(s) didn't match scheduler-enforced node affinity"]
const ownReasons = ["node(s) didn't match Pod's node affinity/selector"]
const conflict = status('UnschedulableAndUnresolvable', 'pod affinity terms conflict')

/**
 * Keeps a Pod to nodes its nodeSelector and required node affinity match, and prefers those its preferred terms match.
 * `addedAffinity` of the profile counts for every Pod. Upstream: plugins/nodeaffinity.
 */
export function nodeAffinity(args: NodeAffinityArgs): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  const addedTerms = args.addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const addedRequired: RequiredNodeAffinity | undefined = addedTerms === undefined ? undefined : { selector: [], terms: parseTerms(addedTerms) }
  const addedPreferred = args.addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution
  const addedWeighted = parsePreferred(addedPreferred)

  function matchesPod(pod: PodInfo, node: Node): boolean {
    if (addedRequired !== undefined && !requiredAffinityMatches(addedRequired, node)) return false
    return requiredAffinityMatches(requiredNodeAffinityOf(pod.pod), node)
  }

  return {
    name: 'NodeAffinity',

    preFilter(state, pod, nodes) {
      const spec = pod.pod.spec
      const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      if (required === undefined && addedRequired === undefined && spec?.nodeSelector === undefined) return skip
      state.write(filterState, {
        required: new RequiredAffinityOnColumns(requiredNodeAffinityOf(pod.pod), nodes),
        added: addedRequired === undefined ? undefined : new RequiredAffinityOnColumns(addedRequired, nodes),
      })
      const names = required === undefined ? undefined : namesOfTerms(required.nodeSelectorTerms)
      if (names === undefined) return success
      return names.size === 0 ? conflict : { ...success, nodeNames: names }
    },

    preFilterFacts(_state, pod) {
      const names = namesOfTerms(pod.pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms)
      return names === undefined ? [] : [...names].sort().map((name) => ({ id: 'affinity.names', values: { node: name } }))
    },

    filterDependence: 'row',

    filter(state, _pod, _nodes, rows, from, to, verdicts) {
      const { required, added } = state.read(filterState) as FilterState
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const row = rows[i] as number
        if (added !== undefined && !added.matches(row)) verdicts[i] = enforcedVerdict
        else if (!required.matches(row)) verdicts[i] = ownVerdict
      }
    },

    reasons: (_state, _pod, value) => (detailOfVerdict(value) === enforced ? enforcedReasons : ownReasons),

    filterFacts(_state, pod, nodes, row) {
      const node = nodes.infos[row]
      if (node === undefined) return []
      return [...(addedRequired === undefined ? [] : requiredAffinityFacts(addedRequired, node, 'scheduler')), ...requiredAffinityFacts(requiredNodeAffinityOf(pod.pod), node, 'pod')]
    },

    preScore(state, pod, nodes) {
      const preferred = pod.pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
      if (preferred === undefined && addedPreferred === undefined) return skip
      const compile = ({ weight, term }: WeightedTerm): ScoreTerm => ({ weight, term: new TermOnColumns(term, nodes) })
      state.write(scoreState, [...addedWeighted.map(compile), ...parsePreferred(preferred).map(compile)])
      return success
    },

    scoreDependence: 'row',

    score(state, _pod, _nodes, rows, count, scores) {
      const terms = state.read(scoreState) as readonly ScoreTerm[]
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number
        let sum = 0
        for (let k = 0; k < terms.length; k++) {
          const { weight, term } = terms[k] as ScoreTerm
          if (term.matches(row)) sum += weight
        }
        scores[i] = sum
      }
      return undefined
    },

    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      defaultNormalizeScore(scores, count, false)
      return undefined
    },

    normalizedZero: 0,

    scoreFacts(_state, pod, nodes, row) {
      const facts: Fact[] = []
      const add = (terms: readonly WeightedTerm[], by: string): void => {
        for (const { weight, term, index } of terms) {
          const matches = new TermOnColumns(term, nodes).matches(row)
          facts.push({ id: 'affinity.preferred', values: { by, term: index + 1, weight, matches, expression: termText(term) } })
        }
      }
      add(addedWeighted, 'scheduler')
      add(parsePreferred(pod.pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution), 'pod')
      return facts
    },

    eventsToRegister: () => [
      {
        resource: 'Node', action: action.Add | action.UpdateNodeLabel,
        hint: (pod, before, after) => {
          const was = before !== undefined && matchesPod(pod, asNode(before))
          return !was && matchesPod(pod, asNode(after)) ? 'Queue' : 'QueueSkip'
        },
      },
    ],
  }
}

/** Node names that terms can match at all; undefined when one of them asks for no name. */
function namesOfTerms(terms: readonly NodeSelectorTerm[] | undefined): ReadonlySet<string> | undefined {
  if (terms === undefined || terms.length === 0) return undefined
  const names = new Set<string>()
  for (const term of terms) {
    let ofTerm: Set<string> | undefined
    for (const field of term.matchFields ?? []) {
      if (field.key !== 'metadata.name' || field.operator !== 'In') continue
      const values = new Set(field.values)
      ofTerm = ofTerm === undefined ? values : new Set([...ofTerm].filter((name) => values.has(name)))
    }
    if (ofTerm === undefined) return undefined
    for (const name of ofTerm) names.add(name)
  }
  return names
}
