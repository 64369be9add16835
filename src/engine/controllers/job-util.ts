import { virtualOf, type Job, type JobCondition, type JobStatus, type Pod, type PodFailurePolicy, type PodFailurePolicyOnExitCodesRequirement, type SuccessPolicy } from '../../api'
import { Indexes } from './job-indexes'

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
export const indexKey = 'batch.kubernetes.io/job-completion-index'
export const indexFailureCountKey = 'batch.kubernetes.io/job-index-failure-count'
export const indexIgnoredFailureCountKey = 'batch.kubernetes.io/job-index-ignored-failure-count'

export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True')
}

export function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

export function hasBackoffPerIndex(job: Job): boolean {
  return isIndexed(job) && job.spec?.backoffLimitPerIndex !== undefined
}

/** Only a Pod that has really failed is replaced; one on its way out is waited for. Upstream: onlyReplaceFailedPods. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed'
}

export function trueCondition(status: JobStatus | undefined, type: string): JobCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')
}

export function hasTracking(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) ?? false
}

/** -1 without one. Upstream: getCompletionIndex. */
export function completionIndex(pod: Pod): number {
  const text = pod.metadata.annotations?.[indexKey]
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : -1
}

export function isSucceeded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded'
}

/** Upstream: isPodFailed: a Pod that is deleted will never succeed, unless the Job waits for it to end. */
export function isFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded'
}

/** Upstream: getFinishedTime: the last end of a container, or else what comes near. */
export function finishedAt(pod: Pod): number {
  let last: number | undefined
  for (const status of pod.status?.containerStatuses ?? []) {
    const at = virtualOf(status.state?.terminated?.finishedAt)
    if (!Number.isNaN(at) && (last === undefined || at > last)) last = at
  }
  if (last !== undefined) return last
  if (pod.metadata.deletionTimestamp !== undefined) return virtualOf(pod.metadata.deletionTimestamp) - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.lastTransitionTime
  return ready === undefined ? virtualOf(pod.metadata.creationTimestamp) : virtualOf(ready)
}

export interface FailureMatch {
  readonly action?: string
  readonly message?: string
  readonly counts: boolean
}

/** What the Job's policy says of a failed Pod: the first rule that fits. Upstream: matchPodFailurePolicy. */
export function matchFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod, perIndex: boolean): FailureMatch {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const found = rule.onExitCodes !== undefined ? matchExitCodes(pod, rule.onExitCodes) : matchConditions(pod, rule.onPodConditions ?? [])
    if (found === undefined) continue
    if (rule.action === 'FailIndex' && !perIndex) continue
    const where = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`
    switch (rule.action) {
      case 'Ignore': return { action: rule.action, counts: false }
      case 'FailJob': return {
        action: rule.action, counts: true,
        message: 'container' in found
          ? `Container ${found.container} for pod ${where} failed with exit code ${found.exitCode} matching ${rule.action} rule at index ${index}`
          : `Pod ${where} has condition ${found.condition} matching ${rule.action} rule at index ${index}`,
      }
      default: return { action: rule.action, counts: true }
    }
  }
  return { counts: true }
}

function matchExitCodes(pod: Pod, wanted: PodFailurePolicyOnExitCodesRequirement): { readonly container: string; readonly exitCode: number } | undefined {
  for (const status of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    if (wanted.containerName !== undefined && wanted.containerName !== status.name) continue
    const exitCode = status.state?.terminated?.exitCode
    if (exitCode === undefined || exitCode === 0) continue
    if (wanted.operator === 'In' ? wanted.values.includes(exitCode) : wanted.operator === 'NotIn' && !wanted.values.includes(exitCode)) return { container: status.name, exitCode }
  }
  return undefined
}

function matchConditions(pod: Pod, patterns: readonly { readonly type: string; readonly status?: string }[]): { readonly condition: string } | undefined {
  for (const condition of pod.status?.conditions ?? []) {
    if (patterns.some((pattern) => pattern.type === condition.type && (pattern.status ?? 'True') === condition.status)) return { condition: condition.type }
  }
  return undefined
}

/** The message when the policy's first rule that holds is met. Upstream: matchSuccessPolicy. */
export function matchSuccessPolicy(policy: SuccessPolicy | undefined, completions: number, succeeded: Indexes): string | undefined {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    let met: number
    let needed: number
    if (rule.succeededIndexes !== undefined) {
      const wanted = Indexes.parse(rule.succeededIndexes, completions)
      met = [...wanted].filter((one) => succeeded.has(one)).length
      needed = rule.succeededCount ?? wanted.size
    } else {
      met = succeeded.size
      needed = rule.succeededCount ?? completions
    }
    if (met >= needed) return `Matched rules at index ${index}`
  }
  return undefined
}

/** How often the containers of the Job's living Pods were restarted. Upstream: pastBackoffLimitOnFailure. */
export function restartsOf(pods: readonly Pod[]): number {
  let sum = 0
  for (const pod of pods) {
    if (pod.status?.phase !== 'Running' && pod.status?.phase !== 'Pending') continue
    for (const status of [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]) sum += status.restartCount
  }
  return sum
}
