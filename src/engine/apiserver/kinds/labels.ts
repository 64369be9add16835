import type { LabelSelector, NodeSelectorRequirement } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { labelValueRule, qualifiedName } from '../names'

/** Upstream: metav1/validation, ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string, errors: FieldErrors): void {
  if (selector === undefined) return
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    for (const problem of qualifiedName(key)) errors.invalid(`${path}.matchLabels`, key, problem)
    for (const problem of labelValueRule(value)) errors.invalid(`${path}.matchLabels`, value, problem)
  }
  selector.matchExpressions?.forEach((expression, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const values = expression.values ?? []
    switch (expression.operator) {
      case 'In': case 'NotIn':
        if (values.length === 0) errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
        break
      case 'Exists': case 'DoesNotExist':
        if (values.length > 0) errors.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
        break
      default: errors.invalid(`${at}.operator`, expression.operator, 'not a valid selector operator')
    }
    for (const problem of qualifiedName(expression.key)) errors.invalid(`${at}.key`, expression.key, problem)
    values.forEach((value, j) => { for (const problem of labelValueRule(value)) errors.invalid(`${at}.values[${j}]`, value, problem) })
  })
}

/** Upstream: core/validation, ValidateNodeSelectorRequirement. */
export function validateNodeSelectorRequirement(requirement: NodeSelectorRequirement, path: string, errors: FieldErrors): void {
  const values = requirement.values ?? []
  switch (requirement.operator) {
    case 'In': case 'NotIn':
      if (values.length === 0) errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
      break
    case 'Exists': case 'DoesNotExist':
      if (values.length > 0) errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
      break
    case 'Gt': case 'Lt':
      if (values.length !== 1) errors.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
      break
    default: errors.invalid(`${path}.operator`, requirement.operator, 'not a valid selector operator')
  }
  for (const problem of qualifiedName(requirement.key)) errors.invalid(`${path}.key`, requirement.key, problem)
}

/** A selector that selects everything. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0
}

export function nonNegative(value: number | undefined, path: string, errors: FieldErrors): void {
  if (value !== undefined && value < 0) errors.invalid(path, value, 'must be greater than or equal to 0')
}
