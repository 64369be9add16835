import { holds, type Node, type NodeSelectorRequirement, type NodeSelectorTerm, type PodSpec, type Requirement } from '../../api'

/** nodeSelector and required node affinity. Upstream: nodeaffinity.GetRequiredNodeAffinity(pod).Match. */
export function matchesNode(spec: PodSpec | undefined, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  for (const [name, value] of Object.entries(spec?.nodeSelector ?? {})) if (labels[name] !== value) return false
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms === undefined || terms.some((term) => matchesTerm(term, node))
}

/** An empty term matches no Node. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  const requirement = (expression: NodeSelectorRequirement): Requirement => (
    { key: expression.key, operator: expression.operator as Requirement['operator'], values: expression.values ?? [] })
  const fields = { 'metadata.name': node.metadata.name ?? '' }
  return matchExpressions.every((expression) => holds(requirement(expression), node.metadata.labels)) && matchFields.every((field) => holds(requirement(field), fields))
}
