import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec, MetricTarget } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { pathSegment } from '../names'
import { compareAmounts } from '../quantities'

// Upstream: pkg/apis/autoscaling/validation.

function validateReference(reference: { readonly kind?: string; readonly name?: string } | undefined, path: string, errors: FieldErrors): void {
  if ((reference?.kind ?? '') === '') errors.required(`${path}.kind`)
  else for (const problem of pathSegment(reference?.kind ?? '')) errors.invalid(`${path}.kind`, reference?.kind, problem)
  if ((reference?.name ?? '') === '') errors.required(`${path}.name`)
  else for (const problem of pathSegment(reference?.name ?? '')) errors.invalid(`${path}.name`, reference?.name, problem)
}

function validateTarget(target: MetricTarget | undefined, path: string, errors: FieldErrors): void {
  const type = target?.type ?? ''
  if (type === '') errors.required(`${path}.type`, 'must specify a metric target type')
  else if (!['Utilization', 'Value', 'AverageValue'].includes(type)) errors.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue')
  if (target?.value !== undefined && compareAmounts(target.value, '0') <= 0) errors.invalid(`${path}.value`, String(target.value), 'must be positive')
  if (target?.averageValue !== undefined && compareAmounts(target.averageValue, '0') <= 0) errors.invalid(`${path}.averageValue`, String(target.averageValue), 'must be positive')
  if (target?.averageUtilization !== undefined && target.averageUtilization < 1) errors.invalid(`${path}.averageUtilization`, target.averageUtilization, 'must be greater than 0')
}

const sources: Record<string, keyof MetricSpec> = { Object: 'object', Pods: 'pods', Resource: 'resource', External: 'external', ContainerResource: 'containerResource' }

function validateMetric(metric: MetricSpec, path: string, errors: FieldErrors): void {
  if (metric.type === '') errors.required(`${path}.type`, 'must specify a metric source type')
  if (metric.type !== '' && sources[metric.type] === undefined) errors.notSupported(`${path}.type`, metric.type, Object.keys(sources).sort())
  const expected = sources[metric.type]
  if (expected !== undefined && metric[expected] === undefined) errors.required(`${path}.${expected}`, 'must populate information for the given metric source')
  for (const field of Object.values(sources)) {
    if (metric[field] !== undefined && field !== expected) errors.forbidden(`${path}.${field}`, 'must populate the given metric source only')
  }
  for (const field of ['resource', 'containerResource'] as const) {
    const source = metric[field]
    if (source === undefined) continue
    if (source.name === '') errors.required(`${path}.${field}.name`, 'must specify a resource name')
    if (field === 'containerResource' && ((source as { readonly container?: string }).container ?? '') === '') errors.required(`${path}.${field}.container`, 'must specify a container')
    validateTarget(source.target, `${path}.${field}.target`, errors)
    if (source.target.averageUtilization === undefined && source.target.averageValue === undefined) errors.required(`${path}.${field}.target.averageUtilization`, 'must set either a target raw value or a target utilization')
    if (source.target.averageUtilization !== undefined && source.target.averageValue !== undefined) errors.forbidden(`${path}.${field}.target.averageValue`, 'may not set both a target raw value and a target utilization')
  }
  for (const field of ['pods', 'object', 'external'] as const) {
    const source = metric[field]
    if (source === undefined) continue
    if (source.metric.name === '') errors.required(`${path}.${field}.metric.name`, 'must specify a metric name')
    if (field === 'object') validateReference((source as { readonly describedObject?: { readonly kind?: string; readonly name?: string } }).describedObject, `${path}.object.describedObject`, errors)
    validateTarget(source.target, `${path}.${field}.target`, errors)
    if (field === 'pods' && source.target.averageValue === undefined) errors.required(`${path}.pods.target.averageValue`, 'must specify a positive target averageValue')
    if (field !== 'pods' && source.target.value === undefined && source.target.averageValue === undefined) errors.required(`${path}.${field}.target.averageValue`, `must set either a target value${field === 'external' ? ' for metric' : ''} or a per-pod target`)
  }
}

function validateRules(rules: HPAScalingRules | undefined, path: string, errors: FieldErrors): void {
  if (rules === undefined) return
  const seconds = rules.stabilizationWindowSeconds
  if (seconds !== undefined && seconds < 0) errors.invalid(`${path}.stabilizationWindowSeconds`, seconds, 'must be greater than or equal to zero')
  if (seconds !== undefined && seconds > 3_600) errors.invalid(`${path}.stabilizationWindowSeconds`, seconds, 'must be less than or equal to 3600')
  if (rules.selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(rules.selectPolicy)) errors.notSupported(`${path}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min'])
  if ((rules.policies?.length ?? 0) === 0) errors.required(`${path}.policies`, 'must specify at least one Policy')
  rules.policies?.forEach((policy, i) => {
    const at = `${path}.policies[${i}]`
    if (!['Percent', 'Pods'].includes(policy.type)) errors.notSupported(`${at}.type`, policy.type, ['Percent', 'Pods'])
    if (policy.value <= 0) errors.invalid(`${at}.value`, policy.value, 'must be greater than zero')
    if (policy.periodSeconds <= 0) errors.invalid(`${at}.periodSeconds`, policy.periodSeconds, 'must be greater than zero')
    if (policy.periodSeconds > 1_800) errors.invalid(`${at}.periodSeconds`, policy.periodSeconds, 'must be less than or equal to 1800')
  })
}

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, errors: FieldErrors): void {
  if (spec === undefined) return
  if (spec.minReplicas !== undefined && spec.minReplicas < 1) errors.invalid('spec.minReplicas', spec.minReplicas, 'must be greater than or equal to 1')
  if (spec.maxReplicas < 0) errors.invalid('spec.maxReplicas', spec.maxReplicas, 'must be greater than 0')
  if (spec.minReplicas !== undefined && spec.maxReplicas < spec.minReplicas) errors.invalid('spec.maxReplicas', spec.maxReplicas, 'must be greater than or equal to `minReplicas`')
  validateReference(spec.scaleTargetRef, 'spec.scaleTargetRef', errors)
  spec.metrics?.forEach((metric, i) => { validateMetric(metric, `spec.metrics[${i}]`, errors) })
  validateRules(spec.behavior?.scaleUp, 'spec.behavior.scaleUp', errors)
  validateRules(spec.behavior?.scaleDown, 'spec.behavior.scaleDown', errors)
  // Checked by declaration, behind everything that is checked by hand.
  if (spec.maxReplicas === 0) errors.required('spec.maxReplicas')
}
