import type { LabelSelector } from './types'

export type Labels = Readonly<Record<string, string>>

export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values: readonly string[]
}

/** A parsed label selector: all requirements must hold. "nothing" matches no object, an empty list every one. */
export type Selector = readonly Requirement[] | 'nothing'

/** nil selects nothing, {} selects everything. Upstream: metav1.LabelSelectorAsSelector. */
export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (selector === undefined || selector === null) return 'nothing'
  const requirements: Requirement[] = []
  for (const key of Object.keys(selector.matchLabels ?? {}).sort()) {
    requirements.push({ key, operator: 'In', values: [(selector.matchLabels as Labels)[key] as string] })
  }
  for (const expression of selector.matchExpressions ?? []) {
    requirements.push({ key: expression.key, operator: expression.operator as Requirement['operator'], values: expression.values ?? [] })
  }
  return requirements
}

/** Equality with every pair of a map (Service and ReplicationController selectors). An empty map matches everything here; callers decide. */
export function selectorOfMap(map: Labels): Selector {
  return Object.keys(map).sort().map((key) => ({ key, operator: 'In', values: [map[key] as string] }))
}

export function matches(selector: Selector, labels: Labels | undefined): boolean {
  if (selector === 'nothing') return false
  for (const requirement of selector) if (!holds(requirement, labels)) return false
  return true
}

/** One requirement against labels. Upstream: labels.Requirement.Matches. Gt and Lt compare integers; anything else is no match. */
export function holds(requirement: Requirement, labels: Labels | undefined): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case 'In': return value !== undefined && requirement.values.includes(value)
    case 'NotIn': return value === undefined || !requirement.values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': case 'Lt': {
      const [bound] = requirement.values
      if (value === undefined || bound === undefined || requirement.values.length !== 1) return false
      if (!isInt64(value) || !isInt64(bound)) return false
      return requirement.operator === 'Gt' ? int64(value) > int64(bound) : int64(value) < int64(bound)
    }
    default: return false
  }
}

function isInt64(text: string): boolean {
  if (!/^[+-]?[0-9]{1,19}$/.test(text)) return false
  const value = BigInt(text.replace(/^\+/, ''))
  return value >= -(2n ** 63n) && value < 2n ** 63n
}

function int64(text: string): bigint {
  return BigInt(text.replace(/^\+/, ''))
}
