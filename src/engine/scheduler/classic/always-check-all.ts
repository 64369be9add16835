import { cycleStateKey, detailOfVerdict, success, verdict, verdictCode, type AnyPlugin, type FilterPlugin, type Verdict } from '../framework/types'

interface Failure {
  readonly predicate: number
  readonly verdict: Verdict
}
/** Combinations of failures met in this cycle; a verdict's detail is the place in this list. */
const combinationsKey = cycleStateKey<{ readonly list: (readonly Failure[])[]; readonly index: Map<string, number> }>('classic/AlwaysCheckAllPredicates')

export const alwaysCheckAllName = 'AlwaysCheckAllPredicates'

/** All predicates in one: evaluates each on every node and keeps the reasons of all that fail. Policy: alwaysCheckAllPredicates. */
export function alwaysCheckAll(predicates: readonly (AnyPlugin & FilterPlugin)[]): AnyPlugin & FilterPlugin {
  let scratch = new Int32Array(0)
  return {
    name: alwaysCheckAllName,

    preFilter(state, pod, nodes) {
      state.write(combinationsKey, { list: [], index: new Map() })
      for (const predicate of predicates) {
        const answer = predicate.preFilter?.(state, pod, nodes) ?? success
        if (answer.code !== 'Success' && answer.code !== 'Skip') return answer
      }
      return success
    },

    addPod(state, pod, added, nodes, row) {
      for (const predicate of predicates) predicate.addPod?.(state, pod, added, nodes, row)
      return success
    },

    removePod(state, pod, removed, nodes, row) {
      for (const predicate of predicates) predicate.removePod?.(state, pod, removed, nodes, row)
      return success
    },

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const combinations = state.read(combinationsKey) ?? { list: [], index: new Map<string, number>() }
      state.write(combinationsKey, combinations)
      const failures: Failure[][] = Array.from({ length: to - from }, () => [])
      if (scratch.length < to) scratch = new Int32Array(to)
      for (const [index, predicate] of predicates.entries()) {
        scratch.set(verdicts.subarray(from, to), from)
        predicate.filter(state, pod, nodes, rows, from, to, scratch)
        for (let i = from; i < to; i++) if (verdicts[i] === 0 && scratch[i] !== 0) failures[i - from]?.push({ predicate: index, verdict: scratch[i] as number })
      }
      for (let i = from; i < to; i++) {
        const own = failures[i - from] ?? []
        if (own.length === 0) continue
        const key = own.map((failure) => `${failure.predicate}:${failure.verdict}`).join(' ')
        let index = combinations.index.get(key)
        if (index === undefined) {
          index = combinations.list.push(own) - 1
          combinations.index.set(key, index)
        }
        const codes = own.map((failure) => failure.verdict & 3)
        const code = codes.includes(verdictCode.Error) ? verdictCode.Error
          : codes.includes(verdictCode.UnschedulableAndUnresolvable) ? verdictCode.UnschedulableAndUnresolvable : verdictCode.Unschedulable
        verdicts[i] = verdict(code, index)
      }
    },

    reasons(state, pod, value) {
      const failures = state.read(combinationsKey)?.list[detailOfVerdict(value)] ?? []
      const errors = failures.filter((failure) => (failure.verdict & 3) === verdictCode.Error)
      return (errors.length > 0 ? errors.slice(0, 1) : failures).flatMap((failure) => predicates[failure.predicate]?.reasons(state, pod, failure.verdict) ?? [])
    },

    filterFacts(state, pod, nodes, row, value) {
      const failures = value === 0 ? [] : state.read(combinationsKey)?.list[detailOfVerdict(value)] ?? []
      return predicates.flatMap((predicate, index) => {
        const failure = failures.find((candidate) => candidate.predicate === index)
        const facts = predicate.filterFacts(state, pod, nodes, row, failure?.verdict ?? 0)
        return [{ id: 'classic.predicate', values: { predicate: predicate.name, fits: failure === undefined } }, ...facts]
      })
    },
  }
}
