import { matches, selectorOf, selectorOfMap, type DaemonSet, type Deployment, type IntOrString, type LabelSelector, type PodTemplateSpec, type ReplicaSet, type ReplicationController, type StatefulSet } from '../../../../api'
import type { FieldErrors } from '../../field-errors'
import { immutable } from '../../object-meta'
import { percent } from '../../names'
import { isEmptySelector, nonNegative, validateLabelSelector } from '../labels'
import { validatePodTemplate } from '../pod/validation'

// Upstream: pkg/apis/apps/validation and, for ReplicationControllers, pkg/apis/core/validation.

/** Upstream: ValidatePositiveIntOrPercent. */
export function intOrPercent(value: IntOrString | undefined, path: string, errors: FieldErrors): void {
  if (typeof value === 'string') for (const problem of percent(value)) errors.invalid(path, value, problem)
  else nonNegative(value, path, errors)
}

/** Upstream: IsNotMoreThan100Percent. */
export function notMoreThan100Percent(value: IntOrString | undefined, path: string, errors: FieldErrors): void {
  if (typeof value === 'string' && percent(value).length === 0 && Number.parseInt(value, 10) > 100) errors.invalid(path, value, 'must not be greater than 100%')
}

const amountOf = (value: IntOrString | undefined): number => (typeof value === 'string' ? Number.parseInt(value, 10) : value ?? 0)

function selectorProblems(selector: LabelSelector | undefined, what: string, path: string, errors: FieldErrors): void {
  if (selector === undefined) {
    errors.required(path)
    return
  }
  validateLabelSelector(selector, path, errors)
  if (isEmptySelector(selector)) errors.invalid(path, selector, `empty selector is invalid for ${what}`)
}

/** A template whose Pods would not be found by the selector makes Pods for ever. */
function templateMatches(selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, path: string, errors: FieldErrors): void {
  const parsed = selectorOf(selector)
  if (Array.isArray(parsed) && parsed.length === 0) return
  if (!matches(parsed, template?.metadata?.labels)) errors.invalid(`${path}.metadata.labels`, template?.metadata?.labels ?? null, '`selector` does not match template `labels`')
}

function templateForController(template: PodTemplateSpec | undefined, what: string, path: string, errors: FieldErrors): void {
  validatePodTemplate(template, path, errors)
  const spec = template?.spec
  if (spec === undefined) return
  if (spec.restartPolicy !== undefined && spec.restartPolicy !== 'Always') errors.notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy, ['Always'])
  if (spec.activeDeadlineSeconds !== undefined) errors.forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${what} is not Supported`)
}

/** A strategy as upstream's internal type prints. */
const internal = (strategy: { readonly type?: string; readonly rollingUpdate?: unknown } | undefined): object => ({ Type: strategy?.type ?? '', RollingUpdate: strategy?.rollingUpdate ?? null })

export function validateDeployment({ spec }: Deployment, errors: FieldErrors): void {
  nonNegative(spec?.replicas, 'spec.replicas', errors)
  selectorProblems(spec?.selector, 'deployment', 'spec.selector', errors)
  templateMatches(spec?.selector, spec?.template, 'spec.template', errors)
  templateForController(spec?.template, 'ReplicaSet', 'spec.template', errors)
  const strategy = spec?.strategy
  switch (strategy?.type) {
    case 'Recreate':
      if (strategy.rollingUpdate !== undefined) errors.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")
      break
    case 'RollingUpdate': {
      const at = 'spec.strategy.rollingUpdate'
      const { maxUnavailable, maxSurge } = strategy.rollingUpdate ?? {}
      intOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors)
      intOrPercent(maxSurge, `${at}.maxSurge`, errors)
      if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) errors.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')
      notMoreThan100Percent(maxUnavailable, `${at}.maxUnavailable`, errors)
      break
    }
    default: errors.notSupported('spec.strategy', internal(strategy), ['Recreate', 'RollingUpdate'])
  }
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors)
  nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors)
  if (spec?.progressDeadlineSeconds !== undefined) {
    nonNegative(spec.progressDeadlineSeconds, 'spec.progressDeadlineSeconds', errors)
    if (spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) errors.invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds')
  }
}

export function validateDeploymentUpdate(object: Deployment, old: Deployment, errors: FieldErrors): void {
  validateDeployment(object, errors)
  immutable('spec.selector', object.spec?.selector, old.spec?.selector, errors)
}

export function validateDeploymentStatus({ status }: Deployment, errors: FieldErrors): void {
  nonNegative(status?.observedGeneration, 'status.observedGeneration', errors)
  for (const field of ['replicas', 'updatedReplicas', 'readyReplicas', 'terminatingReplicas', 'availableReplicas', 'unavailableReplicas', 'collisionCount'] as const) {
    nonNegative(status?.[field], `status.${field}`, errors)
  }
  notMoreThanReplicas(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], errors)
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) errors.invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than readyReplicas')
}

type Counts = { readonly [field: string]: unknown }

function notMoreThanReplicas(status: Counts | object | undefined, fields: readonly string[], errors: FieldErrors): void {
  const counts = (status ?? {}) as Counts
  const replicas = Number(counts['replicas'] ?? 0)
  for (const field of fields) if (Number(counts[field] ?? 0) > replicas) errors.invalid(`status.${field}`, counts[field], 'cannot be greater than status.replicas')
}

export function validateReplicaSet({ spec }: ReplicaSet, errors: FieldErrors): void {
  nonNegative(spec?.replicas, 'spec.replicas', errors)
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors)
  selectorProblems(spec?.selector, 'replicaset', 'spec.selector', errors)
  templateMatches(spec?.selector, spec?.template, 'spec.template', errors)
  templateForController(spec?.template, 'ReplicaSet', 'spec.template', errors)
}

export function validateReplicaSetUpdate(object: ReplicaSet, old: ReplicaSet, errors: FieldErrors): void {
  validateReplicaSet(object, errors)
  immutable('spec.selector', object.spec?.selector, old.spec?.selector, errors)
}

/** Of ReplicaSets and ReplicationControllers. */
export function validateReplicaStatus({ status }: Pick<ReplicaSet, 'status'>, errors: FieldErrors): void {
  for (const field of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'terminatingReplicas', 'observedGeneration'] as const) nonNegative(status?.[field], `status.${field}`, errors)
  notMoreThanReplicas(status, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'], errors)
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) errors.invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than readyReplicas')
}

export function validateReplicationController({ spec }: ReplicationController, errors: FieldErrors): void {
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors)
  const selector = spec?.selector ?? {}
  if (Object.keys(selector).length === 0) errors.required('spec.selector')
  nonNegative(spec?.replicas, 'spec.replicas', errors)
  if (spec?.template === undefined) {
    errors.required('spec.template')
    return
  }
  if (Object.keys(selector).length > 0 && !matches(selectorOfMap(selector), spec.template.metadata?.labels)) {
    errors.invalid('spec.template.metadata.labels', spec.template.metadata?.labels ?? null, '`selector` does not match template `labels`')
  }
  templateForController(spec.template, 'ReplicationController', 'spec.template', errors)
}

export function validateDaemonSet({ spec }: DaemonSet, errors: FieldErrors): void {
  validateLabelSelector(spec?.selector, 'spec.selector', errors)
  if (!matches(selectorOf(spec?.selector), spec?.template?.metadata?.labels)) {
    errors.invalid('spec.template.metadata.labels', spec?.template?.metadata?.labels ?? null, '`selector` does not match template `labels`')
  }
  if (spec?.selector !== undefined && isEmptySelector(spec.selector)) errors.invalid('spec.selector', spec.selector, 'empty selector is invalid for daemonset')
  templateForController(spec?.template, 'DaemonSet', 'spec.template', errors)
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors)
  const strategy = spec?.updateStrategy
  if (strategy?.type === 'RollingUpdate') {
    const at = 'spec.updateStrategy.rollingUpdate'
    const { maxUnavailable, maxSurge } = strategy.rollingUpdate ?? {}
    intOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors)
    intOrPercent(maxSurge, `${at}.maxSurge`, errors)
    notMoreThan100Percent(maxUnavailable, `${at}.maxUnavailable`, errors)
    notMoreThan100Percent(maxSurge, `${at}.maxSurge`, errors)
    if (amountOf(maxUnavailable) !== 0 && amountOf(maxSurge) !== 0) errors.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')
    else if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) errors.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
  } else if (strategy?.type !== 'OnDelete') errors.notSupported('spec.updateStrategy', internal(strategy), ['RollingUpdate', 'OnDelete'])
  nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors)
}

export function validateDaemonSetUpdate(object: DaemonSet, old: DaemonSet, errors: FieldErrors): void {
  validateDaemonSet(object, errors)
  immutable('spec.selector', object.spec?.selector, old.spec?.selector, errors)
}

export function validateDaemonSetStatus({ status }: DaemonSet, errors: FieldErrors): void {
  for (const field of ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount'] as const) {
    nonNegative(status?.[field], `status.${field}`, errors)
  }
}

export function validateStatefulSet({ spec }: StatefulSet, errors: FieldErrors): void {
  switch (spec?.podManagementPolicy ?? '') {
    case '': errors.required('spec.podManagementPolicy'); break
    case 'OrderedReady': case 'Parallel': break
    default: errors.invalid('spec.podManagementPolicy', spec?.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'")
  }
  const strategy = spec?.updateStrategy
  switch (strategy?.type ?? '') {
    case '': errors.required('spec.updateStrategy'); break
    case 'OnDelete':
      if (strategy?.rollingUpdate !== undefined) errors.invalid('spec.updateStrategy.rollingUpdate', { Partition: strategy.rollingUpdate.partition ?? 0, MaxUnavailable: strategy.rollingUpdate.maxUnavailable ?? null }, "only allowed for updateStrategy 'RollingUpdate'")
      break
    case 'RollingUpdate':
      nonNegative(strategy?.rollingUpdate?.partition, 'spec.updateStrategy.rollingUpdate.partition', errors)
      if (strategy?.rollingUpdate?.maxUnavailable !== undefined) {
        const at = 'spec.updateStrategy.rollingUpdate.maxUnavailable'
        intOrPercent(strategy.rollingUpdate.maxUnavailable, at, errors)
        if (amountOf(strategy.rollingUpdate.maxUnavailable) === 0) errors.invalid(at, strategy.rollingUpdate.maxUnavailable, 'cannot be 0')
        notMoreThan100Percent(strategy.rollingUpdate.maxUnavailable, at, errors)
      }
      break
    default: errors.invalid('spec.updateStrategy', internal(strategy), "must be 'RollingUpdate' or 'OnDelete'")
  }
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const policy = spec?.persistentVolumeClaimRetentionPolicy?.[field]
    if (policy !== undefined && !['Retain', 'Delete'].includes(policy)) errors.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy, ['Retain', 'Delete'])
  }
  nonNegative(spec?.replicas, 'spec.replicas', errors)
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', errors)
  nonNegative(spec?.ordinals?.start, 'spec.ordinals.start', errors)
  selectorProblems(spec?.selector, 'statefulset', 'spec.selector', errors)
  templateMatches(spec?.selector, spec?.template, 'spec.template', errors)
  templateForController(spec?.template, 'StatefulSet', 'spec.template', errors)
  nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors)
}

export function validateStatefulSetUpdate(object: StatefulSet, old: StatefulSet, errors: FieldErrors): void {
  validateStatefulSet(object, errors)
  immutable('spec.selector', object.spec?.selector, old.spec?.selector, errors)
  immutable('spec.serviceName', object.spec?.serviceName, old.spec?.serviceName, errors)
  immutable('spec.podManagementPolicy', object.spec?.podManagementPolicy, old.spec?.podManagementPolicy, errors)
  immutable('spec.volumeClaimTemplates', object.spec?.volumeClaimTemplates, old.spec?.volumeClaimTemplates, errors)
}

export function validateStatefulSetStatus({ status }: StatefulSet, errors: FieldErrors): void {
  for (const field of ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'observedGeneration', 'collisionCount', 'availableReplicas'] as const) nonNegative(status?.[field], `status.${field}`, errors)
  notMoreThanReplicas(status, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'], errors)
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) errors.invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than status.readyReplicas')
}
