/** Defaults and validation of plugin args. Upstream: apis/config/v1/defaults.go, apis/config/validation/validation_pluginargs.go. */
import { compareText } from '../../../base'
import type { NodeSelectorTerm, TopologySpreadConstraint } from '../../../api'
import type {
  DefaultPreemptionArgs, DynamicResourcesArgs, InterPodAffinityArgs, NodeAffinityArgs, NodeResourcesBalancedAllocationArgs, NodeResourcesFitArgs, PodTopologySpreadArgs,
  ResourceSpec, ScoringStrategy, UtilizationShapePoint, VolumeBindingArgs,
} from '../framework/args'
import { isEnabled, type FeatureGates } from '../framework/feature-gates'
import { secondsOf } from './decode'
import { duplicate, forbidden, invalid, labelNameIssues, notSupported, required, type Issues } from './field'

type Raw = { readonly [field: string]: unknown }

const defaultResources: readonly ResourceSpec[] = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }]
const strategies = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const
const maxCustomScore = 10

/** Args of an in-tree plugin with defaults filled in; the value itself for plugins that have none. `raw` was decoded strictly. */
export function defaultedArgs(plugin: string, raw: Raw, gates: FeatureGates): unknown {
  switch (plugin) {
    case 'DefaultPreemption': return {
      minCandidateNodesPercentage: (raw['minCandidateNodesPercentage'] as number | null | undefined) ?? 10,
      minCandidateNodesAbsolute: (raw['minCandidateNodesAbsolute'] as number | null | undefined) ?? 100,
    } satisfies DefaultPreemptionArgs
    case 'InterPodAffinity': return {
      hardPodAffinityWeight: (raw['hardPodAffinityWeight'] as number | null | undefined) ?? 1,
      ignorePreferredTermsOfExistingPods: (raw['ignorePreferredTermsOfExistingPods'] as boolean | null | undefined) ?? false,
    } satisfies InterPodAffinityArgs
    case 'NodeAffinity': return (raw['addedAffinity'] === undefined || raw['addedAffinity'] === null
      ? {} : { addedAffinity: raw['addedAffinity'] as NonNullable<NodeAffinityArgs['addedAffinity']> }) satisfies NodeAffinityArgs
    case 'NodeResourcesBalancedAllocation': return { resources: withWeights(raw['resources']) } satisfies NodeResourcesBalancedAllocationArgs
    case 'NodeResourcesFit': {
      const strategy = raw['scoringStrategy'] as Partial<ScoringStrategy> | null | undefined
      return {
        ignoredResources: (raw['ignoredResources'] as string[] | null | undefined) ?? [],
        ignoredResourceGroups: (raw['ignoredResourceGroups'] as string[] | null | undefined) ?? [],
        scoringStrategy: {
          // A strategy without a type stays without: validation refuses it.
          type: (strategy === undefined || strategy === null ? 'LeastAllocated' : strategy.type ?? '') as ScoringStrategy['type'],
          resources: withWeights(strategy?.resources),
          ...(strategy?.requestedToCapacityRatio === undefined || strategy.requestedToCapacityRatio === null
            ? {} : { requestedToCapacityRatio: { shape: shapeOf(strategy.requestedToCapacityRatio.shape) } }),
        },
      } satisfies NodeResourcesFitArgs
    }
    case 'PodTopologySpread': return {
      defaultConstraints: (raw['defaultConstraints'] as TopologySpreadConstraint[] | null | undefined) ?? [],
      defaultingType: ((raw['defaultingType'] as string | null | undefined) || 'System') as PodTopologySpreadArgs['defaultingType'],
    } satisfies PodTopologySpreadArgs
    case 'VolumeBinding': {
      const given = shapeOf(raw['shape'])
      const scoring = isEnabled(gates, 'StorageCapacityScoring')
      const shape = given.length > 0 ? given : scoring ? [{ utilization: 0, score: maxCustomScore }, { utilization: 100, score: 0 }] : undefined
      return {
        bindTimeoutSeconds: (raw['bindTimeoutSeconds'] as number | null | undefined) ?? 600, ...(shape === undefined ? {} : { shape }),
      } satisfies VolumeBindingArgs
    }
    case 'DynamicResources': return {
      filterTimeoutSeconds: typeof raw['filterTimeout'] === 'string' ? (secondsOf(raw['filterTimeout']) ?? 0) : 10,
      bindingTimeoutSeconds: typeof raw['bindingTimeout'] === 'string' ? (secondsOf(raw['bindingTimeout']) ?? 0) : 600,
    } satisfies DynamicResourcesArgs
    default: return raw
  }
}

/** Checks the defaulted args of a plugin. */
export function validateArgs(plugin: string, args: unknown, path: string, issues: Issues): void {
  switch (plugin) {
    case 'DefaultPreemption': {
      const { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute } = args as DefaultPreemptionArgs
      const [percentagePath, absolutePath] = [`${path}.minCandidateNodesPercentage`, `${path}.minCandidateNodesAbsolute`]
      if (percentage < 0 || percentage > 100) issues.push(invalid(percentagePath, percentage, 'not in valid range [0, 100]'))
      if (absolute < 0) issues.push(invalid(absolutePath, absolute, 'not in valid range [0, inf)'))
      if (percentage === 0 && absolute === 0) {
        issues.push(invalid(percentagePath, percentage, 'cannot be zero at the same time as minCandidateNodesAbsolute'))
        issues.push(invalid(absolutePath, absolute, 'cannot be zero at the same time as minCandidateNodesPercentage'))
      }
      return
    }
    case 'InterPodAffinity': {
      const { hardPodAffinityWeight: weight } = args as InterPodAffinityArgs
      if (weight < 0 || weight > 100) issues.push(invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]'))
      return
    }
    case 'NodeAffinity': {
      validateAddedAffinity(args as NodeAffinityArgs, `${path}.addedAffinity`, issues)
      return
    }
    case 'NodeResourcesBalancedAllocation': {
      const seen = new Set<string>()
      ;(args as NodeResourcesBalancedAllocationArgs).resources.forEach(({ name, weight }, i) => {
        if (seen.has(name)) issues.push(duplicate(`${path}.resources[${i}].name`, name))
        seen.add(name)
        if (weight !== 1) issues.push(invalid(`${path}.resources[${i}].weight`, weight, 'must be 1'))
      })
      return
    }
    case 'NodeResourcesFit':
      validateFit(args as NodeResourcesFitArgs, path, issues)
      return
    case 'PodTopologySpread':
      validateSpread(args as PodTopologySpreadArgs, path, issues)
      return
    case 'VolumeBinding': {
      const { bindTimeoutSeconds, shape } = args as VolumeBindingArgs
      if (bindTimeoutSeconds < 0) issues.push(invalid(`${path}.bindTimeoutSeconds`, bindTimeoutSeconds, 'invalid BindTimeoutSeconds, should not be a negative value'))
      if (shape !== undefined) validateShape(shape, `${path}.shape`, issues)
      return
    }
    case 'DynamicResources': {
      const { filterTimeoutSeconds, bindingTimeoutSeconds } = args as DynamicResourcesArgs
      if (filterTimeoutSeconds < 0) issues.push(invalid(`${path}.filterTimeout`, `${filterTimeoutSeconds}s`, 'must be zero or positive'))
      if (bindingTimeoutSeconds < 1) issues.push(invalid(`${path}.bindingTimeout`, `${bindingTimeoutSeconds}s`, 'must be at least 1 second'))
      return
    }
  }
}

function withWeights(given: unknown): readonly ResourceSpec[] {
  const resources = (given ?? []) as readonly { readonly name?: string; readonly weight?: number | null }[]
  if (resources.length === 0) return defaultResources
  return resources.map(({ name, weight }) => ({ name: name ?? '', weight: weight === undefined || weight === null || weight === 0 ? 1 : weight }))
}

function shapeOf(given: unknown): readonly UtilizationShapePoint[] {
  return ((given ?? []) as readonly Partial<UtilizationShapePoint>[]).map(({ utilization, score }) => ({ utilization: utilization ?? 0, score: score ?? 0 }))
}

function validateFit({ ignoredResources, ignoredResourceGroups, scoringStrategy }: NodeResourcesFitArgs, path: string, issues: Issues): void {
  ignoredResources.forEach((name, i) => { issues.push(...labelNameIssues(`${path}.ignoredResources[${i}]`, name)) })
  ignoredResourceGroups.forEach((group, i) => {
    const at = `${path}.ignoredResourceGroups[${i}]`
    if (group.includes('/')) issues.push(invalid(at, group, "resource group name can't contain '/'"))
    issues.push(...labelNameIssues(at, group))
  })
  const at = `${path}.scoringStrategy`
  const { type, resources, requestedToCapacityRatio } = scoringStrategy
  if (!strategies.includes(type)) issues.push(notSupported(`${at}.type`, type, strategies))
  resources.forEach(({ name, weight }, i) => {
    if (weight <= 0 || weight > 100) issues.push(invalid(`${at}.resources[${i}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`))
  })
  if (type === 'RequestedToCapacityRatio') {
    if (requestedToCapacityRatio === undefined) issues.push(required(`${at}.requestedToCapacityRatio`, 'must be specified when type is RequestedToCapacityRatio'))
    else validateShape(requestedToCapacityRatio.shape, `${at}.requestedToCapacityRatio.shape`, issues)
  } else if (requestedToCapacityRatio !== undefined) {
    issues.push(forbidden(`${at}.requestedToCapacityRatio`, 'must be nil when type is not RequestedToCapacityRatio'))
  }
}

function validateShape(shape: readonly UtilizationShapePoint[], path: string, issues: Issues): void {
  if (shape.length === 0) {
    issues.push(required(path, 'at least one point must be specified'))
    return
  }
  for (let i = 1; i < shape.length; i++) {
    const { utilization } = shape[i] as UtilizationShapePoint
    if ((shape[i - 1] as UtilizationShapePoint).utilization >= utilization) {
      issues.push(invalid(`${path}[${i}].utilization`, utilization, 'values must be sorted in increasing order'))
      break
    }
  }
  shape.forEach(({ utilization, score }, i) => {
    if (utilization < 0 || utilization > 100) issues.push(invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]'))
    if (score < 0 || score > maxCustomScore) issues.push(invalid(`${path}[${i}].score`, score, `not in valid range [0, ${maxCustomScore}]`))
  })
}

function validateSpread({ defaultConstraints, defaultingType }: PodTopologySpreadArgs, path: string, issues: Issues): void {
  const typePath = `${path}.defaultingType`
  if (defaultingType !== 'System' && defaultingType !== 'List') issues.push(notSupported(typePath, defaultingType, ['System', 'List']))
  else if (defaultingType === 'System' && defaultConstraints.length > 0) issues.push(invalid(typePath, defaultingType, 'when .defaultConstraints are not empty'))
  defaultConstraints.forEach((constraint, i) => {
    const at = `${path}.defaultConstraints[${i}]`
    const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraint
    if (!(maxSkew > 0)) issues.push(invalid(`${at}.maxSkew`, maxSkew ?? 0, 'not in valid range (0, inf)'))
    if ((topologyKey ?? '') === '') issues.push(required(`${at}.topologyKey`, 'can not be empty'))
    else issues.push(...labelNameIssues(`${at}.topologyKey`, topologyKey))
    if ((whenUnsatisfiable ?? '') === '') issues.push(required(`${at}.whenUnsatisfiable`, 'can not be empty'))
    else if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway') {
      issues.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']))
    }
    if (labelSelector !== undefined) issues.push(forbidden(`${at}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'))
    const repeated = defaultConstraints.slice(0, i).some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    if (repeated) issues.push(duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`))
  })
}

/** Upstream: component-helpers/scheduling/corev1/nodeaffinity, NewNodeSelector and NewPreferredSchedulingTerms. */
function validateAddedAffinity({ addedAffinity }: NodeAffinityArgs, path: string, issues: Issues): void {
  if (addedAffinity === undefined) return
  const term = ({ matchExpressions, matchFields }: NodeSelectorTerm, at: string): void => {
    matchExpressions?.forEach(({ key, operator, values }, i) => {
      const here = `${at}.matchExpressions[${i}]`
      const count = values?.length ?? 0
      const known = ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn']
      if (!known.includes(operator)) issues.push(notSupported(`${here}.operator`, operator, [...known].sort(compareText)))
      else if ((operator === 'In' || operator === 'NotIn') && count === 0) issues.push(required(`${here}.values`, `must be specified when \`operator\` is 'In' or 'NotIn'`))
      else if ((operator === 'Gt' || operator === 'Lt') && count !== 1) issues.push(required(`${here}.values`, `must be specified single value when \`operator\` is 'Lt' or 'Gt'`))
      issues.push(...labelNameIssues(`${here}.key`, key))
    })
    matchFields?.forEach(({ key, operator, values }, i) => {
      const here = `${at}.matchFields[${i}]`
      if (operator !== 'In' && operator !== 'NotIn') issues.push(notSupported(`${here}.operator`, operator, ['In', 'NotIn']))
      if (values?.length !== 1) issues.push(required(`${here}.values`, 'must have one element'))
      if (key !== 'metadata.name') issues.push(notSupported(`${here}.key`, key, ['metadata.name']))
    })
  }
  const required_ = addedAffinity.requiredDuringSchedulingIgnoredDuringExecution
  required_?.nodeSelectorTerms?.forEach((one, i) => { term(one, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`) })
  addedAffinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, i) => {
    term(preference, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`)
  })
}
