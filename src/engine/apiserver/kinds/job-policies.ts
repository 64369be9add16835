import { deepEqual } from '../../../base'
import { virtualOf, type Job, type JobSpec, type PodFailurePolicyOnExitCodesRequirement, type PodFailurePolicyRule, type SuccessPolicyRule } from '../../../api'
import { omitted, type FieldErrors } from '../field-errors'
import { qualifiedName } from '../names'
import { nonNegative, validateDomainPrefixedPath } from './labels'

// Upstream: pkg/apis/batch/validation: validatePodFailurePolicy, validateSuccessPolicy, validateJobStatus.

const quotedList = (list: readonly string[]): string => `valid values: [${list.map((one) => JSON.stringify(one)).join(' ')}]`
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const operators = ['In', 'NotIn']
const statuses = ['False', 'True', 'Unknown']
const rulesMax = 20
const exitCodesMax = 255
const indexesTextMax = 64 * 1024

export function validatePodFailurePolicy(spec: JobSpec, path: string, errors: FieldErrors): void {
  const rules = spec.podFailurePolicy?.rules ?? []
  if (rules.length > rulesMax) errors.tooMany(`${path}.rules`, rules.length, rulesMax)
  const names = new Set([...spec.template?.spec?.containers ?? [], ...spec.template?.spec?.initContainers ?? []].map((container) => container.name))
  rules.forEach((rule, i) => { validateRule(spec, rule, `${path}.rules[${i}]`, names, errors) })
}

function validateRule(spec: JobSpec, rule: PodFailurePolicyRule, path: string, names: ReadonlySet<string>, errors: FieldErrors): void {
  if (rule.action === '') errors.required(`${path}.action`, quotedList(actions))
  else if (rule.action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) errors.invalid(`${path}.action`, rule.action, 'requires the backoffLimitPerIndex to be set')
  } else if (!actions.includes(rule.action)) errors.notSupported(`${path}.action`, rule.action, actions)
  const conditions = rule.onPodConditions ?? []
  if (rule.onExitCodes !== undefined) validateExitCodes(rule.onExitCodes, `${path}.onExitCodes`, names, errors)
  if (conditions.length > rulesMax) errors.tooMany(`${path}.onPodConditions`, conditions.length, rulesMax)
  conditions.forEach(({ type, status = '' }, i) => {
    const at = `${path}.onPodConditions[${i}]`
    for (const problem of qualifiedName(type)) errors.invalid(`${at}.type`, type, problem)
    if (status === '') errors.required(`${at}.status`, quotedList(statuses))
    else if (!statuses.includes(status)) errors.notSupported(`${at}.status`, status, statuses)
  })
  if (rule.onExitCodes !== undefined && conditions.length > 0) errors.invalid(path, omitted, 'specifying both OnExitCodes and OnPodConditions is not supported')
  if (rule.onExitCodes === undefined && conditions.length === 0) errors.invalid(path, omitted, 'specifying one of OnExitCodes and OnPodConditions is required')
}

function validateExitCodes({ operator, containerName, values: given }: PodFailurePolicyOnExitCodesRequirement, path: string, names: ReadonlySet<string>, errors: FieldErrors): void {
  const values = given ?? []
  if (operator === '') errors.required(`${path}.operator`, quotedList(operators))
  else if (!operators.includes(operator)) errors.notSupported(`${path}.operator`, operator, operators)
  if (containerName !== undefined && !names.has(containerName)) errors.invalid(`${path}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template')
  if (values.length === 0) errors.invalid(`${path}.values`, given ?? null, 'at least one value is required')
  else if (values.length > exitCodesMax) errors.tooMany(`${path}.values`, values.length, exitCodesMax)
  const seen = new Set<number>()
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) errors.invalid(`${path}.values[${i}]`, value, 'must not be 0 for the In operator')
    if (seen.has(value)) errors.duplicate(`${path}.values[${i}]`, value)
    seen.add(value)
  })
  if (values.some((value, i) => i > 0 && (values[i - 1] as number) > value)) errors.invalid(`${path}.values`, values, 'must be ordered')
}

export function validateSuccessPolicy(spec: JobSpec, path: string, errors: FieldErrors): void {
  const rules = spec.successPolicy?.rules ?? []
  if (rules.length === 0) errors.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > rulesMax) errors.tooMany(`${path}.rules`, rules.length, rulesMax)
  rules.forEach((rule, i) => { validateSuccessRule(rule, spec.completions ?? 0, `${path}.rules[${i}]`, errors) })
}

function validateSuccessRule({ succeededCount, succeededIndexes }: SuccessPolicyRule, completions: number, path: string, errors: FieldErrors): void {
  if (succeededCount === undefined && succeededIndexes === undefined) errors.required(path, 'at least one of succeededCount or succeededIndexes must be specified')
  let total = 0
  if (succeededIndexes !== undefined) {
    if (succeededIndexes.length > indexesTextMax) errors.tooLong(`${path}.succeededIndexes`, indexesTextMax)
    const counted = countIndexes(succeededIndexes, completions)
    if (typeof counted === 'string') errors.invalid(`${path}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${counted}`)
    else total = counted
  }
  if (succeededCount === undefined) return
  nonNegative(succeededCount, `${path}.succeededCount`, errors)
  if (succeededCount > completions) errors.invalid(`${path}.succeededCount`, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`)
  if (succeededIndexes !== undefined && succeededCount > total) errors.invalid(`${path}.succeededCount`, succeededCount, `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`)
}

/** How many indexes "1,3-5" names; a text says why it cannot be read. Upstream: validateIndexesFormat. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let last: number | undefined
  let total = 0
  for (const part of text.split(',')) {
    const ends = part.split('-')
    if (ends.length > 2) return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`
    const numbers: number[] = []
    for (const end of ends) {
      if (!/^[+-]?\d+$/.test(end)) return `cannot convert string to integer for index: ${JSON.stringify(end)}`
      if (Number(end) >= completions) return `too large index: ${JSON.stringify(end)}`
      numbers.push(Number(end))
    }
    const [low = 0, high = low] = numbers
    if (numbers.length === 2 && low >= high) return `non-increasing order, previous: ${low}, current: ${high}`
    if (last !== undefined && last >= low) return `non-increasing order, previous: ${last}, current: ${low}`
    last = high
    total += high - low + 1
  }
  return total
}

/** Who else looks after a Job: a domain and a path. */
export function validateManagedBy(managedBy: string, path: string, errors: FieldErrors): void {
  validateDomainPrefixedPath(managedBy, path, errors)
  if (managedBy.length > 63) errors.tooLong(path, 63)
}

const isTrue = (job: Job, type: string): boolean => job.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
const isFinished = (job: Job): boolean => isTrue(job, 'Complete') || isTrue(job, 'Failed')

/** What a Job's status may say, and may go on to say. Each rule only where what it is about has changed. Upstream: validateJobStatus, getStatusValidationOptions. */
export function validateJobStatus(job: Job, old: Job, errors: FieldErrors): void {
  const [status, before] = [job.status ?? {}, old.status ?? {}]
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) nonNegative(status[field], `status.${field}`, errors)
  const changed = (...fields: readonly (keyof typeof status)[]): boolean => fields.some((field) => !deepEqual(status[field], before[field]))
  const turned = (...types: readonly string[]): boolean => types.some((type) => isTrue(job, type) !== isTrue(old, type))
  const finished = isFinished(job)
  const finishing = finished !== isFinished(old)
  const [complete, failed] = [isTrue(job, 'Complete'), isTrue(job, 'Failed')]
  const say = (text: string): void => { errors.invalid('status.conditions', omitted, text) }
  if (turned('Complete', 'Failed') && complete && failed) say('cannot set Complete=True and Failed=true conditions')
  if (turned('Complete', 'FailureTarget') && complete && isTrue(job, 'FailureTarget')) say('cannot set Complete=True and FailureTarget=true conditions')
  if ((turned('Complete') || changed('completionTime')) && status.completionTime !== undefined && !complete) errors.invalid('status.completionTime', status.completionTime, 'cannot set completionTime when there is no Complete=True condition')
  if ((turned('Complete') || changed('completionTime')) && status.completionTime === undefined && complete) errors.required('status.completionTime', 'completionTime is required for Complete jobs')
  if (changed('startTime', 'completionTime') && status.startTime !== undefined && status.completionTime !== undefined && virtualOf(status.completionTime) < virtualOf(status.startTime)) errors.invalid('status.completionTime', status.completionTime, 'completionTime cannot be set before startTime')
  if (turned('Failed') && failed && !isTrue(job, 'FailureTarget')) say('cannot set Failed=True condition without the FailureTarget=true condition')
  if (turned('Complete') && complete && !isTrue(job, 'SuccessCriteriaMet')) say('cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
  if ((finishing || changed('active')) && (status.active ?? 0) > 0 && finished) errors.invalid('status.active', status.active, 'active>0 is invalid for finished job')
  if ((finishing || changed('startTime')) && status.startTime === undefined && finished && !(job.spec?.suspend === true && job.spec.completions === 0)) errors.required('status.startTime', 'startTime is required for finished job')
  const indexed = job.spec?.completionMode === 'Indexed'
  if (changed('completedIndexes') && job.spec?.completions !== undefined) {
    const counted = countIndexes(status.completedIndexes ?? '', job.spec.completions)
    if (typeof counted === 'string') errors.invalid('status.completedIndexes', status.completedIndexes, `error parsing completedIndexes: ${counted}`)
  }
  if (changed('completedIndexes') && (status.completedIndexes ?? '') !== '' && !indexed) errors.invalid('status.completedIndexes', status.completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode')
  if (changed('failedIndexes') && status.failedIndexes !== undefined && job.spec?.backoffLimitPerIndex === undefined) errors.invalid('status.failedIndexes', status.failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  if ((finishing || changed('terminating')) && (status.terminating ?? 0) > 0 && finished) errors.invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job')
  if (changed('ready', 'active') && status.ready !== undefined && status.ready > (status.active ?? 0)) errors.invalid('status.ready', status.ready, 'cannot set more ready pods than active')
  if (isTrue(job, 'SuccessCriteriaMet') && failed) say('cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (isTrue(job, 'SuccessCriteriaMet') && isTrue(job, 'FailureTarget')) say('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  for (const type of ['Failed', 'Complete', 'FailureTarget']) if (isTrue(old, type) && !isTrue(job, type)) say(`cannot disable the terminal ${type}=True condition`)
  if ((status.failed ?? 0) < (before.failed ?? 0)) errors.invalid('status.failed', status.failed ?? 0, 'cannot decrease the failed counter')
  if (!indexed && (status.succeeded ?? 0) < (before.succeeded ?? 0)) errors.invalid('status.succeeded', status.succeeded ?? 0, 'cannot decrease the succeeded counter')
  if (status.completionTime !== undefined && before.completionTime !== undefined && status.completionTime !== before.completionTime) errors.invalid('status.completionTime', status.completionTime, 'completionTime cannot be mutated')
  if (changed('startTime') && before.startTime !== undefined && job.spec?.suspend !== true) errors.required('status.startTime', 'startTime cannot be removed for unsuspended job')
  if (isTrue(old, 'SuccessCriteriaMet') && !isTrue(job, 'SuccessCriteriaMet')) say('cannot disable the SuccessCriteriaMet=True condition')
}
