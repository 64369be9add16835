import { describe, expect, test } from 'vitest'
import { ConfigurationError, parseConfiguration } from '.'

const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' }

function issuesOf(source: unknown): readonly string[] {
  try {
    parseConfiguration(source)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues.map(({ message }) => message)
    throw error
  }
  return []
}

const withArgs = (name: string, args: unknown): unknown => ({ ...head, profiles: [{ pluginConfig: [{ name, args }] }] })
const at = 'profiles[0].pluginConfig[0].args'

describe('defaults', () => {
  test('are those of v1.37', () => {
    const configuration = parseConfiguration(undefined)
    expect(configuration).toMatchObject({ parallelism: 16, percentageOfNodesToScore: 0, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10, extenders: [] })
    const [profile] = configuration.profiles
    expect(profile?.schedulerName).toBe('default-scheduler')
    expect(profile?.plugins.multiPoint.enabled).toContainEqual({ name: 'TaintToleration', weight: 3 })
    expect(Object.fromEntries(profile?.pluginConfig.map(({ name, args }) => [name, args]) ?? [])).toMatchObject({
      DefaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
      InterPodAffinity: { hardPodAffinityWeight: 1 },
      NodeResourcesFit: { scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }] } },
      PodTopologySpread: { defaultingType: 'System' },
      VolumeBinding: { bindTimeoutSeconds: 600, shape: [{ utilization: 0, score: 10 }, { utilization: 100, score: 0 }] },
    })
  })

  test('zero is not absent, except for a weight', () => {
    const { profiles } = parseConfiguration({ ...head, profiles: [{ pluginConfig: [
      { name: 'InterPodAffinity', args: { hardPodAffinityWeight: 0 } },
      { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 0 }] } } },
    ] }] })
    expect(profiles[0]?.pluginConfig.slice(0, 2).map(({ args }) => args)).toMatchObject([
      { hardPodAffinityWeight: 0 }, { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } },
    ])
  })

  test('a plugin named again replaces the default one in its place; others follow', () => {
    const { profiles } = parseConfiguration({ ...head, profiles: [{ plugins: { multiPoint: { enabled: [{ name: 'Extra' }, { name: 'NodeAffinity', weight: 9 }], disabled: [{ name: 'ImageLocality' }] } } }] })
    const enabled = profiles[0]?.plugins.multiPoint.enabled ?? []
    expect(enabled.findIndex(({ name }) => name === 'NodeAffinity')).toBe(5)
    expect(enabled[5]).toEqual({ name: 'NodeAffinity', weight: 9 })
    expect(enabled.at(-1)).toEqual({ name: 'Extra', weight: 0 })
    expect(enabled.map(({ name }) => name)).not.toContain('ImageLocality')
  })
})

describe('refused', () => {
  test.each<readonly [string, unknown, readonly string[]]>([
    ['no object', [], ["couldn't decode: a KubeSchedulerConfiguration is an object"]],
    ['no kind', { apiVersion: head.apiVersion }, ["Object 'Kind' is missing"]],
    ['another version', { ...head, apiVersion: 'kubescheduler.config.k8s.io/v1beta3' }, ['no kind "KubeSchedulerConfiguration" is registered for version "kubescheduler.config.k8s.io/v1beta3" in scheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30"']],
    ['an unknown field', { ...head, profiles: [{ pluginz: {} }] }, ['strict decoding error: unknown field "profiles[0].pluginz"']],
    ['a field named like an object member', { ...head, profiles: [{ constructor: {} }] }, ['strict decoding error: unknown field "profiles[0].constructor"']],
    ['a wrong type', { ...head, parallelism: 'many' }, ['json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32']],
    ['a fraction', { ...head, percentageOfNodesToScore: 1.5 }, ['json: cannot unmarshal number into Go struct field KubeSchedulerConfiguration.percentageOfNodesToScore of type int32']],
    ['too large a number', { ...head, profiles: [{ plugins: { score: { enabled: [{ name: 'NodeAffinity', weight: 2 ** 31 }] } } }] }, ['json: cannot unmarshal number into Go struct field Plugin.weight of type int32']],
    ['no workers', { ...head, parallelism: 0 }, ['parallelism: Invalid value: 0: should be an integer value greater than zero']],
    ['a share beyond all', { ...head, percentageOfNodesToScore: 101 }, ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]']],
    ['a back-off that shrinks', { ...head, podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 1 }, ['podMaxBackoffSeconds: Invalid value: 1: must be greater than or equal to PodInitialBackoffSeconds']],
    ['two profiles without names', { ...head, profiles: [{}, {}] }, ['profiles[0].schedulerName: Required value', 'profiles[1].schedulerName: Required value', 'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"']],
    ['two orders', { ...head, profiles: [{ schedulerName: 'a', plugins: { queueSort: { enabled: [{ name: 'X' }] } } }, { schedulerName: 'b' }] }, ['profiles[1].plugins.queueSort: Invalid value: {"enabled":[],"disabled":[]}: must be the same for all profiles']],
    ['args twice', { ...head, profiles: [{ pluginConfig: [{ name: 'InterPodAffinity' }, { name: 'InterPodAffinity' }] }] }, ['profiles[0].pluginConfig[1]: Duplicate value: "InterPodAffinity"']],
    ['a plugin of the past', { ...head, profiles: [{ plugins: { filter: { enabled: [{ name: 'EBSLimits' }] } } }] }, ['profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")']],
    ['args of another plugin', withArgs('NodeAffinity', { kind: 'InterPodAffinityArgs' }), ['decoding .profiles[0].pluginConfig[0]: args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io']],
    ['an unknown argument', withArgs('InterPodAffinity', { weight: 3 }), ['decoding .profiles[0].pluginConfig[0]: decoding args for plugin InterPodAffinity: strict decoding error: unknown field "weight"']],
    ['a weight out of range', withArgs('InterPodAffinity', { hardPodAffinityWeight: 101 }), [`${at}.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]`]],
    ['nothing to choose from', withArgs('DefaultPreemption', { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 }), [
      `${at}.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute`,
      `${at}.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage`,
    ]],
    ['a strategy that is none', withArgs('NodeResourcesFit', { scoringStrategy: { type: 'Best' } }), [`${at}.scoringStrategy.type: Unsupported value: "Best": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"`]],
    ['a shape without points', withArgs('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [] } } }), [`${at}.scoringStrategy.requestedToCapacityRatio.shape: Required value: at least one point must be specified`]],
    ['a shape that goes back', withArgs('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 50, score: 1 }, { utilization: 20, score: 11 }] } } }), [
      `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 20: values must be sorted in increasing order`,
      `${at}.scoringStrategy.requestedToCapacityRatio.shape[1].score: Invalid value: 11: not in valid range [0, 10]`,
    ]],
    ['weights in the balance', withArgs('NodeResourcesBalancedAllocation', { resources: [{ name: 'cpu', weight: 2 }, { name: 'cpu' }] }), [
      `${at}.resources[0].weight: Invalid value: 2: must be 1`, `${at}.resources[1].name: Duplicate value: "cpu"`,
    ]],
    ['spreading over nothing', withArgs('PodTopologySpread', { defaultingType: 'List', defaultConstraints: [{ maxSkew: 0, whenUnsatisfiable: 'Maybe' }] }), [
      `${at}.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)`, `${at}.defaultConstraints[0].topologyKey: Required value: can not be empty`,
      `${at}.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"`,
    ]],
    ['own constraints beside those of the system', withArgs('PodTopologySpread', { defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }] }), [`${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`]],
    ['an extender that scores without weight', { ...head, extenders: [{ urlPrefix: 'http://localhost', prioritizeVerb: 'prioritize' }] }, ['extenders[0].weight: Invalid value: 0: must have a positive weight applied to it']],
    ['two extenders that bind', { ...head, extenders: [{ bindVerb: 'bind' }, { bindVerb: 'bind' }] }, ['extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind']],
  ])('%s', (_name, source, messages) => {
    expect(issuesOf(source)).toEqual(messages)
  })

  test('every issue names its field', () => {
    try {
      parseConfiguration(withArgs('VolumeBinding', { bindTimeoutSeconds: -1 }))
      expect.unreachable()
    } catch (error) {
      expect((error as ConfigurationError).issues.map(({ field }) => field)).toEqual([`${at}.bindTimeoutSeconds`])
    }
  })
})
