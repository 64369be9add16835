import type { LabelSelector, NodeSelectorRequirement } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { dnsSubdomain, labelValueRule, qualifiedName, regexText } from '../names'

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

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const isHttpPath = new RegExp(`^${httpPath}$`)

/** "acme.io/foo", which must be there. Upstream: IsDomainPrefixedPath. */
export function validateDomainPrefixedPath(text: string, path: string, errors: FieldErrors): void {
  const slash = text.indexOf('/')
  if (text === '') errors.required(path)
  else if (slash <= 0 || slash === text.length - 1) errors.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')
  else {
    const [host, rest] = [text.slice(0, slash), text.slice(slash + 1)]
    for (const problem of dnsSubdomain(host)) errors.invalid(path, host, problem)
    if (!isHttpPath.test(rest)) errors.invalid(path, rest, regexText('Invalid path', httpPath))
  }
}
