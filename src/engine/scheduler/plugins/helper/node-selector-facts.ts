import type { Fact } from '../../../../api'
import type { NodeInfo } from '../../framework/types'
import { fieldHolds, labelHolds, type FieldRequirement, type LabelRequirement, type ParsedTerm, type RequiredNodeAffinity } from './node-selector'

function requirementText(requirement: LabelRequirement): string {
  const { key, operator, values } = requirement
  switch (operator) {
    case 'Exists': return key
    case 'DoesNotExist': return `!${key}`
    case 'Gt': return `${key} > ${values[0] ?? ''}`
    case 'Lt': return `${key} < ${values[0] ?? ''}`
    default: return values.length === 1 ? `${key} ${operator === 'In' ? '=' : '!='} ${values[0] ?? ''}` : `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(', ')})`
  }
}

const fieldText = (field: FieldRequirement): string => `${field.key} ${field.operator === 'In' ? '=' : '!='} ${field.value}`

export function termText(term: ParsedTerm): string {
  return [...term.labels.map(requirementText), ...term.fields.map(fieldText)].join(', ')
}

/** What each requirement says of a node: the label as it is, and whether that will do. */
export function requiredAffinityFacts(required: RequiredNodeAffinity, info: NodeInfo, by: string): Fact[] {
  const facts: Fact[] = []
  const label = (requirement: LabelRequirement, term: number): void => {
    const value = Object.hasOwn(info.labels, requirement.key) ? info.labels[requirement.key] : undefined
    const holds = labelHolds(requirement, value)
    facts.push({
      id: holds ? 'affinity.match' : 'affinity.mismatch',
      values: { by, term, key: requirement.key, operator: requirement.operator, wanted: requirement.values.join(', '), present: value !== undefined, value: value ?? '', expression: requirementText(requirement) },
    })
  }
  for (const requirement of required.selector) label(requirement, 0)
  for (const [index, term] of (required.terms ?? []).entries()) {
    for (const requirement of term.labels) label(requirement, index + 1)
    for (const field of term.fields) {
      const holds = fieldHolds(field, info.name)
      facts.push({
        id: holds ? 'affinity.match' : 'affinity.mismatch',
        values: { by, term: index + 1, key: field.key, operator: field.operator, wanted: field.value, present: true, value: field.key === 'metadata.name' ? info.name : '', expression: fieldText(field) },
      })
    }
  }
  if (required.terms !== undefined && required.terms.length === 0) facts.push({ id: 'affinity.noTerms', values: { by } })
  return facts
}

