import { bool, check, ConfigurationError, int32, int64, isObject, list, object, string, type ConfigurationIssue, type Schema } from '../config/decode'
import type { ExtenderConfig } from '../config/types'
import { classicVersions, type ClassicVersion, type ClassicVersionName, textbookVersion } from './versions'
import type { LabelsPresence, ServiceAffinity } from './predicates/labels'
import type { LabelPreference } from './priorities/preferences'
import type { RequestedToCapacityRatioArguments } from './priorities/resources'
import type { ServiceAntiAffinity } from './priorities/spreading'

export interface PredicateArgument {
  readonly labelsPresence?: LabelsPresence
  readonly serviceAffinity?: ServiceAffinity
}

export interface PriorityArgument {
  readonly labelPreference?: LabelPreference
  readonly serviceAntiAffinity?: ServiceAntiAffinity
  readonly requestedToCapacityRatioArguments?: RequestedToCapacityRatioArguments
}

export interface PredicatePolicy {
  readonly name: string
  readonly argument?: PredicateArgument
}

export interface PriorityPolicy {
  readonly name: string
  readonly weight: number
  readonly argument?: PriorityArgument
}

/** A Policy, checked and made whole: the old `--policy-config-file`. Upstream: pkg/scheduler/api, Policy. */
export interface ClassicPolicy {
  readonly version: ClassicVersion
  readonly predicates: readonly PredicatePolicy[]
  readonly priorities: readonly PriorityPolicy[]
  readonly hardPodAffinityWeight: number
  readonly alwaysCheckAllPredicates: boolean
  readonly extenders: readonly ExtenderConfig[]
}

const argument = (name: string, fields: Readonly<Record<string, Schema>>): Schema => object(name, fields)
const labels = list(string)

const policySchema = object('Policy', {
  kind: string, apiVersion: string,
  predicates: list(object('PredicatePolicy', {
    name: string,
    argument: argument('PredicateArgument', {
      serviceAffinity: object('ServiceAffinity', { labels }), labelsPresence: object('LabelsPresence', { labels, presence: bool }),
    }),
  })),
  priorities: list(object('PriorityPolicy', {
    name: string, weight: int64,
    argument: argument('PriorityArgument', {
      serviceAntiAffinity: object('ServiceAntiAffinity', { label: string }), labelPreference: object('LabelPreference', { label: string, presence: bool }),
      requestedToCapacityRatioArguments: object('RequestedToCapacityRatioArguments', {
        shape: list(object('UtilizationShapePoint', { utilization: int32, score: int32 })), resources: list(object('ResourceSpec', { name: string, weight: int64 })),
      }),
    }),
  })),
  extenders: list(object('LegacyExtender', {
    urlPrefix: string, filterVerb: string, preemptVerb: string, prioritizeVerb: string, weight: int64, bindVerb: string, enableHttps: bool, httpTimeout: int64,
    nodeCacheCapable: bool, managedResources: list(object('ExtenderManagedResource', { name: string, ignoredByScheduler: bool })), ignorable: bool,
  })),
  hardPodAffinitySymmetricWeight: int32, alwaysCheckAllPredicates: bool,
})

/** Weights from here on would overflow a total. Upstream: MaxWeight. */
const maxWeight = (max: number): number => Math.floor(Number.MAX_SAFE_INTEGER / max)

const generalParts = ['HostName', 'PodFitsHostPorts', 'MatchNodeSelector', 'PodFitsResources']

/** Whether a configuration is a Policy rather than a KubeSchedulerConfiguration. */
export function isPolicy(source: unknown): boolean {
  return isObject(source) && source['kind'] === 'Policy'
}

type Raw = { readonly [field: string]: unknown }

/**
 * Reads a Policy as the scheduler of its time would, with the same complaints; a list that is absent is the default provider's.
 * Throws `ConfigurationError` with every issue found. Upstream: factory.CreateFromConfig, validation.ValidatePolicy.
 */
export function parsePolicy(source: unknown, versionName: ClassicVersionName = textbookVersion): ClassicPolicy {
  const version = classicVersions[versionName]
  if (!isObject(source)) throw new ConfigurationError([{ field: '', message: 'couldn\'t decode: a Policy is an object' }])
  const { apiVersion, kind } = source
  if (kind !== 'Policy') throw new ConfigurationError([{ field: 'kind', message: `no kind "${String(kind)}" is registered for version "v1": a Policy is wanted` }])
  if (apiVersion !== undefined && apiVersion !== 'v1') throw new ConfigurationError([{ field: 'apiVersion', message: `no kind "Policy" is registered for version "${String(apiVersion)}"` }])
  const issues: ConfigurationIssue[] = []
  check(source, policySchema, '', 'Policy', issues)
  if (issues.length > 0) throw new ConfigurationError(issues)
  const rows = (name: string): readonly Raw[] | undefined => (source[name] === undefined || source[name] === null ? undefined : (source[name] as readonly (Raw | null)[]).map((row) => row ?? {}))
  const policy: ClassicPolicy = {
    version,
    predicates: rows('predicates')?.map(predicateOf) ?? version.defaultPredicates.map((name) => ({ name })),
    priorities: rows('priorities')?.map(priorityOf) ?? Object.entries(version.defaultPriorities).map(([name, weight]) => ({ name, weight })),
    hardPodAffinityWeight: (source['hardPodAffinitySymmetricWeight'] as number | null | undefined) || 1,
    alwaysCheckAllPredicates: source['alwaysCheckAllPredicates'] === true,
    extenders: (rows('extenders') ?? []).map(extenderOf),
  }
  validate(policy, issues)
  if (issues.length > 0) throw new ConfigurationError(issues)
  return policy
}

function predicateOf({ name, argument: given }: Raw): PredicatePolicy {
  const own = isObject(given) ? given : undefined
  const presence = own?.['labelsPresence'] as Partial<LabelsPresence> | null | undefined
  const affinity = own?.['serviceAffinity'] as Partial<ServiceAffinity> | null | undefined
  return {
    name: String(name ?? ''),
    ...(own === undefined ? {} : {
      argument: {
        ...(presence ? { labelsPresence: { labels: presence.labels ?? [], presence: presence.presence ?? false } } : {}),
        ...(affinity ? { serviceAffinity: { labels: affinity.labels ?? [] } } : {}),
      },
    }),
  }
}

function priorityOf({ name, weight, argument: given }: Raw): PriorityPolicy {
  const own = isObject(given) ? given : undefined
  const preference = own?.['labelPreference'] as Partial<LabelPreference> | null | undefined
  const antiAffinity = own?.['serviceAntiAffinity'] as Partial<ServiceAntiAffinity> | null | undefined
  const ratio = own?.['requestedToCapacityRatioArguments'] as RequestedToCapacityRatioArguments | null | undefined
  return {
    name: String(name ?? ''), weight: (weight as number | null | undefined) ?? 0,
    ...(own === undefined ? {} : {
      argument: {
        ...(preference ? { labelPreference: { label: preference.label ?? '', presence: preference.presence ?? false } } : {}),
        ...(antiAffinity ? { serviceAntiAffinity: { label: antiAffinity.label ?? '' } } : {}),
        ...(ratio ? { requestedToCapacityRatioArguments: ratio } : {}),
      },
    }),
  }
}

function extenderOf(raw: Raw): ExtenderConfig {
  const text = (field: string): string => (raw[field] as string | null | undefined) ?? ''
  const nanoseconds = (raw['httpTimeout'] as number | null | undefined) ?? 0
  return {
    urlPrefix: text('urlPrefix'), filterVerb: text('filterVerb'), prioritizeVerb: text('prioritizeVerb'), preemptVerb: text('preemptVerb'), bindVerb: text('bindVerb'),
    weight: (raw['weight'] as number | null | undefined) ?? 0, enableHTTPS: raw['enableHttps'] === true, nodeCacheCapable: raw['nodeCacheCapable'] === true,
    ignorable: raw['ignorable'] === true, httpTimeoutSeconds: nanoseconds === 0 ? 5 : nanoseconds / 1e9,
    managedResources: ((raw['managedResources'] ?? []) as readonly Raw[]).map(({ name, ignoredByScheduler }) => ({ name: String(name ?? ''), ignoredByScheduler: ignoredByScheduler === true })),
  }
}

function validate({ version, predicates, priorities, hardPodAffinityWeight, extenders }: ClassicPolicy, issues: ConfigurationIssue[]): void {
  for (const [index, { name, argument: given }] of predicates.entries()) {
    const field = `predicates[${index}]`
    if (given !== undefined) {
      const count = Object.keys(given).length
      if (count !== 1) issues.push({ field: `${field}.argument`, message: `exactly 1 predicate argument is required, numArgs: ${count}, predicate: ${name}` })
    } else if (!version.registeredPredicates.includes(name)) {
      issues.push({ field: `${field}.name`, message: `invalid configuration: Predicate type not found for ${name}` })
    }
  }
  const names = new Set(predicates.map(({ name }) => name))
  if (version.name === '1.17' && names.has('GeneralPredicates')) {
    const doubled = generalParts.find((part) => names.has(part))
    if (doubled !== undefined) issues.push({ field: 'predicates', message: `plugins of GeneralPredicates are there twice: it includes ${doubled}` })
  }
  for (const [index, { name, weight, argument: given }] of priorities.entries()) {
    const field = `priorities[${index}]`
    if (weight <= 0 || weight >= maxWeight(version.maxNodeScore)) {
      issues.push({ field: `${field}.weight`, message: `priority ${name} should have a positive weight applied to it or it has overflown` })
    }
    if (given !== undefined) validatePriorityArgument(field, name, given, issues)
    else if (!version.registeredPriorities.includes(name)) issues.push({ field: `${field}.name`, message: `invalid configuration: Priority type not found for ${name}` })
  }
  const repeated = priorities.map(({ name }) => name).find((name, index, all) => all.indexOf(name) !== index)
  if (repeated !== undefined) issues.push({ field: 'priorities', message: `priority ${repeated} is there twice` })
  if (hardPodAffinityWeight < 1 || hardPodAffinityWeight > 100) {
    issues.push({ field: 'hardPodAffinitySymmetricWeight', message: `invalid hardPodAffinitySymmetricWeight: ${hardPodAffinityWeight}, must be in the range [1-100]` })
  }
  for (const [index, { prioritizeVerb, weight }] of extenders.entries()) {
    if (prioritizeVerb !== '' && weight <= 0) issues.push({ field: `extenders[${index}].weight`, message: 'priority for extender should have a positive weight applied to it' })
  }
  if (extenders.filter(({ bindVerb }) => bindVerb !== '').length > 1) issues.push({ field: 'extenders', message: 'only one extender can implement bind' })
}

function validatePriorityArgument(field: string, name: string, given: PriorityArgument, issues: ConfigurationIssue[]): void {
  const count = Object.keys(given).length
  if (count !== 1) {
    issues.push({ field: `${field}.argument`, message: `exactly 1 priority argument is required, numArgs: ${count}, priority: ${name}` })
    return
  }
  const ratio = given.requestedToCapacityRatioArguments
  if (ratio === undefined) return
  const at = `${field}.argument.requestedToCapacityRatioArguments`
  const shape = ratio.shape ?? []
  if (shape.length === 0) issues.push({ field: `${at}.shape`, message: 'at least one point must be specified' })
  for (const [index, { utilization, score }] of shape.entries()) {
    const before = shape[index - 1]
    if (before !== undefined && before.utilization >= utilization) issues.push({ field: `${at}.shape[${index}].utilization`, message: 'utilization values must be sorted' })
    if (utilization < 0 || utilization > 100) issues.push({ field: `${at}.shape[${index}].utilization`, message: `utilization values must be from 0 to 100: ${utilization}` })
    if (score < 0 || score > 10) issues.push({ field: `${at}.shape[${index}].score`, message: `score values must be from 0 to 10: ${score}` })
  }
  for (const [index, { name: resource, weight }] of (ratio.resources ?? []).entries()) {
    if (weight !== undefined && weight < 0) issues.push({ field: `${at}.resources[${index}].weight`, message: `resource ${resource} weight ${weight} must be greater than 1` })
  }
}

/** What a policy allows but the book warns of: ids the UI has sentences for. */
export type PolicyNote = 'balancedWithoutLeastRequested' | 'neverEvaluated'

export function notesOf({ version, predicates, priorities }: ClassicPolicy): readonly { readonly id: PolicyNote; readonly name: string }[] {
  const names = new Set(priorities.map(({ name }) => name))
  return [
    ...(names.has('BalancedResourceAllocation') && !names.has('LeastRequestedPriority') ? [{ id: 'balancedWithoutLeastRequested' as const, name: 'BalancedResourceAllocation' }] : []),
    ...predicates.filter(({ name }) => !version.ordering.includes(name)).map(({ name }) => ({ id: 'neverEvaluated' as const, name })),
  ]
}

/** The policy of the textbook, as a person would write it. */
export const textbookPolicy = {
  kind: 'Policy', apiVersion: 'v1',
  predicates: ['MatchNodeSelector', 'PodFitsResources', 'HostName', 'PodFitsHostPorts', 'CheckNodeMemoryPressure', 'CheckNodeDiskPressure'].map((name) => ({ name })),
  priorities: ['SelectorSpreadPriority', 'LeastRequestedPriority', 'BalancedResourceAllocation'].map((name) => ({ name, weight: 1 })),
} as const
