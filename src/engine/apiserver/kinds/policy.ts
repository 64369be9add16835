import { resources, type Lease, type PodDisruptionBudget, type PriorityClass } from '../../../api'
import { intOrPercent, notMoreThan100Percent } from './apps/validation'
import { immutable } from '../object-meta'
import { kind } from './kind'
import { nonNegative, validateLabelSelector } from './labels'
import { ageColumn, integer, nameColumn, text } from './print'

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

export const podDisruptionBudgets = kind<PodDisruptionBudget>({
  resource: resources.poddisruptionbudgets,
  type: 'policy.v1.PodDisruptionBudget',
  generation: true,
  status: true,
  statusResetFields: [['spec']],
  conditionalUpdate: true,
  validate({ spec }, errors) {
    if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      // As upstream's internal type prints.
      errors.invalid('spec', { MinAvailable: spec.minAvailable, Selector: spec.selector ?? null, MaxUnavailable: spec.maxUnavailable, UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null }, 'minAvailable and maxUnavailable cannot be both set')
    }
    for (const field of ['minAvailable', 'maxUnavailable'] as const) {
      if (spec?.[field] === undefined) continue
      intOrPercent(spec[field], `spec.${field}`, errors)
      notMoreThan100Percent(spec[field], `spec.${field}`, errors)
    }
    validateLabelSelector(spec?.selector, 'spec.selector', errors)
    if (spec?.unhealthyPodEvictionPolicy !== undefined && !evictionPolicies.includes(spec.unhealthyPodEvictionPolicy)) {
      errors.notSupported('spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, evictionPolicies)
    }
  },
  validateStatus({ status }, _old, errors) {
    for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) nonNegative(status?.[field], `status.${field}`, errors)
  },
  columns: [nameColumn, text('Min Available'), text('Max Unavailable'), integer('Allowed Disruptions'), ageColumn],
  cells: ({ metadata, spec, status }, age) => [
    metadata.name ?? '', spec?.minAvailable === undefined ? 'N/A' : String(spec.minAvailable), spec?.maxUnavailable === undefined ? 'N/A' : String(spec.maxUnavailable),
    status?.disruptionsAllowed ?? 0, age(metadata.creationTimestamp),
  ],
})

const systemClasses: Record<string, number> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }
const userPriorityMax = 1_000_000_000

/** Upstream: pkg/apis/scheduling/validation, pkg/registry/scheduling/priorityclass. */
export const priorityClasses = kind<PriorityClass>({
  resource: resources.priorityclasses,
  type: 'scheduling.v1.PriorityClass',
  generation: true,
  generationOf: () => null,
  setDefaults(object) {
    object.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  refuseDeletion: (object) => (Object.hasOwn(systemClasses, object.metadata.name ?? '') ? 'this is a system priority class and cannot be deleted' : undefined),
  validate(object, errors) {
    const name = object.metadata.name ?? ''
    if (name.startsWith('system-')) {
      const known = Object.hasOwn(systemClasses, name) ? systemClasses[name] : undefined
      const problem = known === undefined ? `${name} is not a known system priority class` : known !== object.value ? `value of ${name} PriorityClass must be ${known}` : object.globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : undefined
      if (problem !== undefined) errors.forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`)
    } else if ((object.value ?? 0) > userPriorityMax) errors.forbidden('value', `maximum allowed value of a user defined priority is ${userPriorityMax}`)
    if (object.preemptionPolicy !== undefined && !['PreemptLowerPriority', 'Never'].includes(object.preemptionPolicy)) errors.notSupported('preemptionPolicy', object.preemptionPolicy, ['Never', 'PreemptLowerPriority'])
  },
  validateUpdate(object, old, errors) {
    if (object.value !== old.value) errors.forbidden('value', 'may not be changed in an update.')
    immutable('preemptionPolicy', object.preemptionPolicy, old.preemptionPolicy, errors)
  },
  columns: [nameColumn, integer('Value'), { name: 'Global-Default', type: 'boolean' }, ageColumn, text('PreemptionPolicy')],
  cells: (object, age) => [object.metadata.name ?? '', object.value ?? 0, object.globalDefault === true, age(object.metadata.creationTimestamp), object.preemptionPolicy ?? ''],
})

/** Upstream: pkg/apis/coordination/validation. */
export const leases = kind<Lease>({
  resource: resources.leases,
  type: 'coordination.v1.Lease',
  createOnUpdate: true,
  conditionalUpdate: true,
  validate({ spec }, errors) {
    if (spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0) errors.invalid('spec.leaseDurationSeconds', spec.leaseDurationSeconds, 'must be greater than 0')
    if (spec?.leaseTransitions !== undefined && spec.leaseTransitions < 0) errors.invalid('spec.leaseTransitions', spec.leaseTransitions, 'must be greater than or equal to 0')
    if (spec?.strategy !== undefined && spec.strategy === '') errors.invalid('spec.strategy', spec.strategy, 'must not be empty')
    if ((spec?.preferredHolder ?? '') !== '' && (spec?.strategy ?? '') === '') errors.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')
  },
  columns: [nameColumn, text('Holder'), ageColumn],
  cells: ({ metadata, spec }, age) => [metadata.name ?? '', spec?.holderIdentity ?? '', age(metadata.creationTimestamp)],
})
