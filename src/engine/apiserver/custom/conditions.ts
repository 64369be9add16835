import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../../api'

export function conditionOf(definition: CustomResourceDefinition, type: string): CustomResourceDefinitionCondition | undefined {
  return definition.status?.conditions?.find((condition) => condition.type === type)
}

/** The conditions with one set; the time stays while the status does. Upstream: apiextensions.SetCRDCondition. */
export function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[], condition: Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>, now: string,
): CustomResourceDefinitionCondition[] {
  const before = conditions.find((one) => one.type === condition.type)
  const next: CustomResourceDefinitionCondition = { lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime ?? now : now, ...condition }
  return before === undefined ? [...conditions, next] : conditions.map((one) => (one === before ? next : one))
}
