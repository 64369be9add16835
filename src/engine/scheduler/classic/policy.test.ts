import { describe, expect, test } from 'vitest'
import { ConfigurationError, type ConfigurationIssue } from '../config'
import { classicConfiguration, classicVersions, isPolicy, notesOf, parsePolicy, textbookPolicy, type ClassicPolicy } from '.'
import type { ClassicVersionName } from './versions'

const policy = (rest: object): object => ({ kind: 'Policy', apiVersion: 'v1', ...rest })

function issuesOf(source: unknown, version?: ClassicVersionName): readonly ConfigurationIssue[] {
  try {
    parsePolicy(source, version)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues
    throw error
  }
}

describe('reading', () => {
  test('the textbook\'s', () => {
    const { predicates, priorities, version } = parsePolicy(textbookPolicy)
    expect(version.maxNodeScore).toBe(10)
    expect(predicates.map(({ name }) => name)).toEqual(textbookPolicy.predicates.map(({ name }) => name))
    expect(priorities).toContainEqual({ name: 'LeastRequestedPriority', weight: 1 })
  })

  test.each<ClassicVersionName>(['1.16', '1.17'])('an absent list is the default provider\'s, an empty one is empty (%s)', (name) => {
    const { defaultPredicates, defaultPriorities } = classicVersions[name]
    expect(parsePolicy(policy({}), name)).toMatchObject({ predicates: defaultPredicates.map((predicate) => ({ name: predicate })), priorities: Object.entries(defaultPriorities).map(([priority, weight]) => ({ name: priority, weight })) })
    expect(parsePolicy(policy({ predicates: [], priorities: [] }), name)).toMatchObject({ predicates: [], priorities: [] })
  })

  test('arguments and switches', () => {
    const read = parsePolicy(policy({
      predicates: [{ name: 'CheckNodeLabelPresence', argument: { labelsPresence: { labels: ['retiring'] } } }, { name: 'CheckServiceAffinity', argument: { serviceAffinity: { labels: ['rack'] } } }],
      priorities: [{ name: 'Racks', weight: 2, argument: { serviceAntiAffinity: { label: 'rack' } } }, { name: 'Ssd', weight: 3, argument: { labelPreference: { label: 'ssd', presence: true } } }],
      hardPodAffinitySymmetricWeight: 7, alwaysCheckAllPredicates: true,
    }))
    expect(read).toMatchObject({
      predicates: [{ argument: { labelsPresence: { labels: ['retiring'], presence: false } } }, { argument: { serviceAffinity: { labels: ['rack'] } } }],
      priorities: [{ argument: { serviceAntiAffinity: { label: 'rack' } } }, { weight: 3, argument: { labelPreference: { label: 'ssd', presence: true } } }],
      hardPodAffinityWeight: 7, alwaysCheckAllPredicates: true,
    })
  })

  test('extenders: the timeout is in nanoseconds and 5 s without', () => {
    const read = parsePolicy(policy({ extenders: [{ urlPrefix: 'http://one', filterVerb: 'filter', httpTimeout: 250_000_000 }, { urlPrefix: 'http://two', prioritizeVerb: 'prioritize', weight: 5, enableHttps: true }] }))
    expect(read.extenders).toMatchObject([{ urlPrefix: 'http://one', httpTimeoutSeconds: 0.25, enableHTTPS: false }, { weight: 5, httpTimeoutSeconds: 5, enableHTTPS: true }])
  })

  test('what is a policy', () => {
    expect([policy({}), { kind: 'KubeSchedulerConfiguration' }, null, 'Policy'].map(isPolicy)).toEqual([true, false, false, false])
  })
})

describe('refusals', () => {
  test.each<{ name: string; source: unknown; version?: ClassicVersionName; field: string; message: string }>([
    { name: 'another kind', source: { kind: 'Pod', apiVersion: 'v1' }, field: 'kind', message: 'no kind "Pod" is registered for version "v1": a Policy is wanted' },
    { name: 'another version', source: policy({ apiVersion: 'v2' }), field: 'apiVersion', message: 'no kind "Policy" is registered for version "v2"' },
    { name: 'no object', source: 'Policy', field: '', message: "couldn't decode: a Policy is an object" },
    { name: 'an unknown predicate', source: policy({ predicates: [{ name: 'HostName' }, { name: 'FitsPorts' }] }), field: 'predicates[1].name', message: 'invalid configuration: Predicate type not found for FitsPorts' },
    { name: 'a predicate of the other version', source: policy({ predicates: [{ name: 'CheckNodeCondition' }] }), version: '1.17', field: 'predicates[0].name', message: 'invalid configuration: Predicate type not found for CheckNodeCondition' },
    { name: 'an argument of nothing', source: policy({ predicates: [{ name: 'X', argument: {} }] }), field: 'predicates[0].argument', message: 'exactly 1 predicate argument is required, numArgs: 0, predicate: X' },
    { name: 'parts beside the whole', source: policy({ predicates: [{ name: 'GeneralPredicates' }, { name: 'HostName' }] }), version: '1.17', field: 'predicates', message: 'plugins of GeneralPredicates are there twice: it includes HostName' },
    { name: 'an unknown priority', source: policy({ priorities: [{ name: 'Luck', weight: 1 }] }), field: 'priorities[0].name', message: 'invalid configuration: Priority type not found for Luck' },
    { name: 'no weight', source: policy({ priorities: [{ name: 'LeastRequestedPriority' }] }), field: 'priorities[0].weight', message: 'priority LeastRequestedPriority should have a positive weight applied to it or it has overflown' },
    { name: 'a priority twice', source: policy({ priorities: ['LeastRequestedPriority', 'LeastRequestedPriority'].map((name) => ({ name, weight: 1 })) }), field: 'priorities', message: 'priority LeastRequestedPriority is there twice' },
    { name: 'two arguments', source: policy({ priorities: [{ name: 'X', weight: 1, argument: { labelPreference: { label: 'a' }, serviceAntiAffinity: { label: 'a' } } }] }), field: 'priorities[0].argument', message: 'exactly 1 priority argument is required, numArgs: 2, priority: X' },
    { name: 'a shape that goes back', source: policy({ priorities: [{ name: 'X', weight: 1, argument: { requestedToCapacityRatioArguments: { shape: [{ utilization: 50, score: 1 }, { utilization: 40, score: 2 }] } } }] }), field: 'priorities[0].argument.requestedToCapacityRatioArguments.shape[1].utilization', message: 'utilization values must be sorted' },
    { name: 'a shape beyond the scale', source: policy({ priorities: [{ name: 'X', weight: 1, argument: { requestedToCapacityRatioArguments: { shape: [{ utilization: 0, score: 11 }] } } }] }), field: 'priorities[0].argument.requestedToCapacityRatioArguments.shape[0].score', message: 'score values must be from 0 to 10: 11' },
    { name: 'a hard weight out of range', source: policy({ hardPodAffinitySymmetricWeight: 101 }), field: 'hardPodAffinitySymmetricWeight', message: 'invalid hardPodAffinitySymmetricWeight: 101, must be in the range [1-100]' },
    { name: 'two binders', source: policy({ extenders: [{ urlPrefix: 'a', bindVerb: 'b' }, { urlPrefix: 'c', bindVerb: 'b' }] }), field: 'extenders', message: 'only one extender can implement bind' },
    { name: 'an extender\'s weight', source: policy({ extenders: [{ urlPrefix: 'a', prioritizeVerb: 'p' }] }), field: 'extenders[0].weight', message: 'priority for extender should have a positive weight applied to it' },
  ])('$name', ({ source, version, field, message }) => {
    expect(issuesOf(source, version)).toContainEqual({ field, message })
  })

  test('all issues at once, and fields that are none', () => {
    expect(issuesOf(policy({ predicates: [{ name: 'A' }, { name: 'B' }], priorities: [{ name: 'C', weight: -1 }] }))).toHaveLength(4)
    expect(issuesOf(policy({ predicate: [] }))).toHaveLength(1)
    expect(issuesOf(policy({ priorities: [{ name: 'LeastRequestedPriority', weight: 'much' }] }))).toHaveLength(1)
  })

  test('parts beside the whole were allowed before', () => {
    expect(issuesOf(policy({ predicates: [{ name: 'GeneralPredicates' }, { name: 'HostName' }] }), '1.16')).toEqual([])
  })
})

describe('notes', () => {
  const noted = (rest: object): unknown => notesOf(parsePolicy(policy(rest)))
  test('BalancedResourceAllocation by itself', () => {
    expect(noted({ predicates: [], priorities: [{ name: 'BalancedResourceAllocation', weight: 1 }] })).toEqual([{ id: 'balancedWithoutLeastRequested', name: 'BalancedResourceAllocation' }])
    expect(noted({ predicates: [], priorities: ['BalancedResourceAllocation', 'LeastRequestedPriority'].map((name) => ({ name, weight: 1 })) })).toEqual([])
  })
  test('a predicate that stands in no order', () => {
    expect(noted({ predicates: [{ name: 'PodFitsPorts' }, { name: 'HostName' }], priorities: [] })).toEqual([{ id: 'neverEvaluated', name: 'PodFitsPorts' }])
  })
})

describe('as a profile', () => {
  const multiPoint = (source: object): readonly string[] => classicConfiguration(source).configuration.profiles[0]?.plugins.multiPoint.enabled.map(({ name }) => name) ?? []

  test('predicates are in the documented order, whatever the policy\'s', () => {
    expect(multiPoint(policy({ predicates: ['PodFitsResources', 'NoDiskConflict', 'HostName', 'CheckNodeCondition'].map((name) => ({ name })), priorities: [{ name: 'LeastRequestedPriority', weight: 2 }] })))
      .toEqual(['SchedulingGates', 'PrioritySort', 'CheckNodeCondition', 'HostName', 'PodFitsResources', 'NoDiskConflict', 'LeastRequestedPriority', 'DefaultBinder'])
  })

  test('without priorities every node is as good', () => {
    expect(multiPoint(policy({ predicates: [], priorities: [] }))).toEqual(['SchedulingGates', 'PrioritySort', 'EqualPriority', 'DefaultBinder'])
  })

  test('every name that may be used makes a plugin', () => {
    for (const { name, registeredPredicates, registeredPriorities } of Object.values(classicVersions)) {
      const parts = new Set(['HostName', 'PodFitsHostPorts', 'MatchNodeSelector', 'PodFitsResources'])
      const source = policy({ predicates: registeredPredicates.filter((own) => !parts.has(own)).map((own) => ({ name: own })), priorities: registeredPriorities.map((own) => ({ name: own, weight: 1 })) })
      const { policy: read, registry } = classicConfiguration(source, name)
      const missing = (own: ClassicPolicy): string[] => [...own.predicates, ...own.priorities].map((each) => each.name).filter((each) => own.version.ordering.includes(each) && registry[each] === undefined)
      expect(missing(read)).toEqual([])
    }
  })
})
