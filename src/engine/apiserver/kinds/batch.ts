import { resources, virtualOf, type CronJob, type Job, type JobCondition } from '../../../api'
import { validateCronJob, validateJobUpdate, validateNewJob } from './batch-validation'
import { validateJobStatus } from './job-policies'
import { setPodTemplateDefaults } from './pod'
import { kind } from './kind'
import { ageColumn, humanDuration, integer, nameColumn, selectorText, templateCells, templateColumns, text } from './print'

const hasCondition = (conditions: readonly JobCondition[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === 'True') === true

/** Labels that tie a Job's Pods to it, new names and old. Upstream: batch strategy, generateSelector. */
const controllerUidLabel = 'batch.kubernetes.io/controller-uid'
const jobNameLabel = 'batch.kubernetes.io/job-name'

export const jobs = kind<Job>({
  resource: resources.jobs,
  type: 'batch.v1.Job',
  generation: true,
  status: true,
  garbageCollection: 'orphan',
  selectableFields: { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
  legacyFieldLabels: true,
  setDefaults(job) {
    const spec = job.spec
    if (spec === undefined) return
    if (spec.completions === undefined && spec.parallelism === undefined) {
      spec.completions = 1
      spec.parallelism = 1
    }
    spec.parallelism ??= 1
    spec.backoffLimit ??= spec.backoffLimitPerIndex !== undefined ? 2_147_483_647 : 6
    spec.completionMode ??= 'NonIndexed'
    spec.suspend ??= false
    spec.manualSelector ??= false
    spec.podReplacementPolicy ??= spec.podFailurePolicy !== undefined ? 'Failed' : 'TerminatingOrFailed'
    for (const rule of spec.podFailurePolicy?.rules ?? []) for (const pattern of rule.onPodConditions ?? []) pattern.status ??= 'True'
    const labels = spec.template.metadata?.labels
    if (labels !== undefined && job.metadata.labels === undefined) job.metadata.labels = { ...labels }
    setPodTemplateDefaults(spec.template)
  },
  prepareForCreate(job) {
    job.status = {}
  },
  prepareWithUid(job) {
    const spec = job.spec
    if (spec === undefined || spec.manualSelector === true) return
    const uid = job.metadata.uid ?? ''
    const name = job.metadata.name ?? ''
    const meta = spec.template.metadata ??= {}
    const labels: Record<string, string> = { ...meta.labels }
    for (const [key, value] of [['controller-uid', uid], ['job-name', name], [controllerUidLabel, uid], [jobNameLabel, name]] as const) labels[key] ??= value
    meta.labels = labels
    const selector = spec.selector ??= {}
    selector.matchLabels = { ...selector.matchLabels, [controllerUidLabel]: selector.matchLabels?.[controllerUidLabel] ?? uid }
  },
  validate: validateNewJob,
  validateUpdate: validateJobUpdate,
  validateStatus: validateJobStatus,
  columns: [nameColumn, text('Status'), text('Completions'), text('Duration'), ageColumn, ...templateColumns, text('Selector', 1)],
  cells({ metadata, spec, status }, age) {
    const succeeded = status?.succeeded ?? 0
    const completions = spec?.completions !== undefined ? `${succeeded}/${spec.completions}`
      : (spec?.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec?.parallelism ?? 0}` : `${succeeded}/1`
    let duration = ''
    if (status?.startTime !== undefined) {
      duration = status.completionTime === undefined ? age(status.startTime) : humanDuration(virtualOf(status.completionTime) - virtualOf(status.startTime))
    }
    const conditions = status?.conditions
    const state = hasCondition(conditions, 'Complete') ? 'Complete' : hasCondition(conditions, 'Failed') ? 'Failed'
      : metadata.deletionTimestamp !== undefined ? 'Terminating' : hasCondition(conditions, 'Suspended') ? 'Suspended'
        : hasCondition(conditions, 'FailureTarget') ? 'FailureTarget' : hasCondition(conditions, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
    return [metadata.name ?? '', state, completions, duration, age(metadata.creationTimestamp), ...templateCells(spec?.template), selectorText(spec?.selector)]
  },
})

export const cronJobs = kind<CronJob>({
  resource: resources.cronjobs,
  type: 'batch.v1.CronJob',
  generation: true,
  status: true,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.concurrencyPolicy ??= 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    const template = spec.jobTemplate?.spec?.template
    if (template !== undefined) setPodTemplateDefaults(template)
  },
  validate: validateCronJob,
  columns: [
    nameColumn, text('Schedule'), text('Timezone'), { name: 'Suspend', type: 'boolean' }, integer('Active'), text('Last Schedule'), ageColumn, ...templateColumns, text('Selector', 1),
  ],
  cells: ({ metadata, spec, status }, age) => [
    metadata.name ?? '', spec?.schedule ?? '', spec?.timeZone ?? '<none>', spec?.suspend === true ? 'True' : spec?.suspend === false ? 'False' : '<unset>',
    status?.active?.length ?? 0, status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime), age(metadata.creationTimestamp),
    ...templateCells(spec?.jobTemplate.spec?.template), selectorText(spec?.jobTemplate.spec?.selector),
  ],
})
