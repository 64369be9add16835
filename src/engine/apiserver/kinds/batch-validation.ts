import { deepEqual } from '../../../base'
import { matches, selectorOf, type CronJob, type Job, type JobSpec, type PodTemplateSpec } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { immutable, validateAnnotations, validateLabels } from '../object-meta'
import { dnsLabel } from '../names'
import { validateManagedBy, validatePodFailurePolicy, validateSuccessPolicy } from './job-policies'
import { nonNegative, validateLabelSelector } from './labels'
import { validatePodTemplate } from './pod/validation'

// Upstream: pkg/apis/batch/validation.

const completionModes = ['NonIndexed', 'Indexed']
const maxIndexes = 100_000
const manyIndexes = 10_000

function validateJobSpec(spec: JobSpec | undefined, path: string, errors: FieldErrors): void {
  for (const field of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    nonNegative(spec?.[field], `${path}.${field}`, errors)
  }
  if (spec?.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) errors.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  if (spec?.managedBy !== undefined) validateManagedBy(spec.managedBy, `${path}.managedBy`, errors)
  if (spec?.completionMode !== undefined) {
    if (!completionModes.includes(spec.completionMode)) errors.notSupported(`${path}.completionMode`, spec.completionMode, completionModes)
    if (spec.completionMode === 'Indexed') validateIndexed(spec, path, errors)
  }
  if (spec?.completionMode === undefined || spec.completionMode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) if (spec?.[field] !== undefined) errors.invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode')
  }
  if (spec?.podFailurePolicy !== undefined) validatePodFailurePolicy(spec, `${path}.podFailurePolicy`, errors)
  if (spec?.successPolicy !== undefined) {
    if (spec.completionMode !== 'Indexed') errors.invalid(`${path}.successPolicy`, { Rules: (spec.successPolicy.rules ?? []).map((rule) => ({ SucceededIndexes: rule.succeededIndexes ?? null, SucceededCount: rule.succeededCount ?? null })) }, 'requires indexed completion mode')
    else validateSuccessPolicy(spec, `${path}.successPolicy`, errors)
  }
  if (spec?.podReplacementPolicy !== undefined) {
    const allowed = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed']
    if (!allowed.includes(spec.podReplacementPolicy)) errors.notSupported(`${path}.podReplacementPolicy`, spec.podReplacementPolicy, allowed)
  }
  validatePodTemplate(spec?.template, `${path}.template`, errors)
  const policy = spec?.template?.spec?.restartPolicy ?? ''
  if (policy === '' || policy === 'Always') errors.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.notSupported(`${path}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never'])
  else if (spec?.podFailurePolicy !== undefined && policy !== 'Never') errors.invalid(`${path}.template.spec.restartPolicy`, policy, 'only "Never" is supported when podFailurePolicy is specified')
}

function validateIndexed(spec: JobSpec, path: string, errors: FieldErrors): void {
  const { completions, parallelism = 0, maxFailedIndexes } = spec
  if (completions === undefined) errors.required(`${path}.completions`, 'when completion mode is Indexed')
  if (parallelism > maxIndexes) errors.invalid(`${path}.parallelism`, parallelism, `must be less than or equal to ${maxIndexes} when completion mode is Indexed`)
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions')
  if (maxFailedIndexes !== undefined && maxFailedIndexes > maxIndexes) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `must be less than or equal to ${maxIndexes}`)
  if (completions === undefined || completions <= maxIndexes || spec.backoffLimitPerIndex === undefined) return
  const many = `must be less than or equal to ${manyIndexes} when completions are above ${maxIndexes} and used with backoff limit per index`
  if (maxFailedIndexes === undefined) errors.required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${maxIndexes}`)
  if (parallelism > manyIndexes) errors.invalid(`${path}.parallelism`, parallelism, many)
  if (maxFailedIndexes !== undefined && maxFailedIndexes > manyIndexes) errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, many)
}

/** What only a new one must keep: names of its Pods that are hostnames. */
export function validateNewJob(job: Job, errors: FieldErrors): void {
  validateJob(job, errors)
  const { completionMode, completions = 0 } = job.spec ?? {}
  if (completionMode !== 'Indexed' || completions <= 0) return
  const hostname = `${job.metadata.name ?? ''}-${completions - 1}`
  if (dnsLabel(hostname).length > 0) errors.invalid('metadata.name', job.metadata.name, `will not able to create pod with invalid DNS label: ${hostname}`)
}

export function validateJob({ spec }: Job, errors: FieldErrors): void {
  validateJobSpec(spec, 'spec', errors)
  if (spec?.selector === undefined) errors.required('spec.selector')
  else validateLabelSelector(spec.selector, 'spec.selector', errors)
  if (!matches(selectorOf(spec?.selector), spec?.template?.metadata?.labels)) {
    errors.invalid('spec.template.metadata.labels', spec?.template?.metadata?.labels ?? null, '`selector` does not match template `labels`')
  }
}

/** What may change in a Job that waits: where its Pods may go. */
function withoutSchedulingDirectives(template: PodTemplateSpec | undefined): unknown {
  if (template === undefined) return undefined
  const { affinity: _a, nodeSelector: _n, tolerations: _t, schedulingGates: _s, ...spec } = template.spec ?? { containers: [] }
  const { labels: _l, annotations: _an, ...metadata } = template.metadata ?? {}
  return { metadata, spec }
}

export function validateJobUpdate(object: Job, old: Job, errors: FieldErrors): void {
  validateJob(object, errors)
  const [spec, before] = [object.spec, old.spec]
  const elastic = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism
  if (!elastic) immutable('spec.completions', spec?.completions, before?.completions, errors)
  immutable('spec.selector', spec?.selector, before?.selector, errors)
  const waiting = before?.suspend === true && old.status?.startTime === undefined
  const same = waiting ? deepEqual(withoutSchedulingDirectives(spec?.template), withoutSchedulingDirectives(before?.template)) : deepEqual(spec?.template, before?.template)
  if (!same) errors.invalid('spec.template', { ...spec?.template?.metadata, Spec: spec?.template?.spec }, 'field is immutable')
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const) immutable(`spec.${field}`, spec?.[field], before?.[field], errors)
}

export function validateCronJob(object: CronJob, errors: FieldErrors): void {
  const { spec, metadata } = object
  const schedule = spec?.schedule ?? ''
  if (schedule === '') errors.required('spec.schedule')
  else {
    const problem = scheduleProblem(schedule)
    if (problem !== undefined) errors.invalid('spec.schedule', schedule, problem)
    if (/^(TZ|CRON_TZ)=/.test(schedule) && spec?.timeZone !== undefined) errors.invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
  if (spec?.timeZone !== undefined) {
    if (spec.timeZone === '') errors.invalid('spec.timeZone', spec.timeZone, 'timeZone must be nil or non-empty string')
    else if (spec.timeZone.toLowerCase() === 'local') errors.invalid('spec.timeZone', spec.timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
    else if (!/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(spec.timeZone)) errors.invalid('spec.timeZone', spec.timeZone, `unknown time zone ${spec.timeZone}`)
  }
  nonNegative(spec?.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', errors)
  const policies = ['Allow', 'Forbid', 'Replace']
  if ((spec?.concurrencyPolicy ?? '') === '') errors.required('spec.concurrencyPolicy')
  else if (!policies.includes(spec?.concurrencyPolicy ?? '')) errors.notSupported('spec.concurrencyPolicy', spec?.concurrencyPolicy, policies)
  const template = spec?.jobTemplate
  validateLabels(template?.metadata?.labels, 'spec.jobTemplate.labels', errors)
  validateAnnotations(template?.metadata?.annotations, 'spec.jobTemplate.annotations', errors)
  validateJobSpec(template?.spec, 'spec.jobTemplate.spec', errors)
  if (template?.spec?.manualSelector !== undefined && template.spec.manualSelector) errors.notSupported('spec.jobTemplate.spec.manualSelector', template.spec.manualSelector, ['nil', 'false'])
  if (template?.spec?.selector !== undefined) errors.invalid('spec.jobTemplate.spec.selector', template.spec.selector, '`selector` will be auto-generated')
  nonNegative(spec?.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', errors)
  nonNegative(spec?.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', errors)
  // The names of its Jobs are eleven characters longer, and must still be names.
  if ((metadata.name ?? '').length > 52) errors.invalid('metadata.name', metadata.name, 'must be no more than 52 characters')
}

const cronFields = [
  { min: 0, max: 59, names: [] as string[] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** Why a schedule cannot be read, in the words of robfig/cron. */
export function scheduleProblem(schedule: string): string | undefined {
  let text = schedule
  if (/^(TZ|CRON_TZ)=/.test(text)) text = text.slice(text.indexOf(' ') < 0 ? text.length : text.indexOf(' ')).trim()
  if (text.startsWith('@')) {
    if (descriptors.includes(text)) return undefined
    if (text.startsWith('@every ')) {
      const duration = text.slice('@every '.length)
      return /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/.test(duration) ? undefined : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`
    }
    return `unrecognized descriptor: ${text}`
  }
  const fields = text.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== 5) return text.trim() === '' ? 'empty spec string' : `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  for (let i = 0; i < 5; i++) {
    for (const part of (fields[i] as string).split(',')) {
      const problem = rangeProblem(part, cronFields[i] as typeof cronFields[number])
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

function rangeProblem(expression: string, bounds: { readonly min: number; readonly max: number; readonly names: readonly string[] }): string | undefined {
  const [range = '', step, ...more] = expression.split('/')
  const ends = range.split('-')
  const number = (text: string): number | string => {
    const named = bounds.names.indexOf(text.toLowerCase())
    if (named >= 0) return named + bounds.min
    if (!/^\d+$/.test(text)) return /^[+-]\d+$/.test(text) ? `negative number (${Number(text)}) not allowed: ${text}` : `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    return Number(text)
  }
  let start = bounds.min
  let end = bounds.max
  const first = ends[0] ?? ''
  if (first !== '*' && first !== '?') {
    const low = number(first)
    if (typeof low === 'string') return low
    start = low
    end = low
    if (ends.length === 2) {
      const high = number(ends[1] ?? '')
      if (typeof high === 'string') return high
      end = high
    } else if (ends.length > 2) return `too many hyphens: ${expression}`
  }
  if (more.length > 0) return `too many slashes: ${expression}`
  let stride = 1
  if (step !== undefined) {
    const read = number(step)
    if (typeof read === 'string') return read
    stride = read
    if (ends.length === 1 && first !== '*' && first !== '?') end = bounds.max
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  return stride === 0 ? `step of range should be a positive number: ${expression}` : undefined
}
