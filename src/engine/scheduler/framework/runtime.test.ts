import { describe, expect, test } from 'vitest'
import { virtualMs, type Node, type Pod } from '../../../api'
import { Random } from '../../../base'
import { parseConfiguration } from '../config'
import { Past } from '../explain/past'
import { inTreePlugins } from '../plugins/registry'
import { makeProfiles } from '../profiles'
import { decide, type Decision, type DecisionListener } from '../schedule-one'
import { makeNode, makePod } from '../testing/builders'
import type { Framework} from './runtime';
import { FrameworkError } from './runtime'
import { status, success, verdict, type AnyPlugin, type PluginRegistry } from './types'

const apiVersion = 'kubescheduler.config.k8s.io/v1'
const kind = 'KubeSchedulerConfiguration'

function pastOf(nodes: readonly Node[], pods: readonly Pod[] = []): Past {
  return new Past({ nodes, pods, objectsOf: () => [], gates: {}, now: virtualMs(0), random: Random.seeded(1).state() })
}

function frameworkOf(past: Past, configuration: unknown = undefined, registry: PluginRegistry = inTreePlugins): Framework {
  return [...makeProfiles(parseConfiguration(configuration), registry, past).values()][0] as Framework
}

/** Profile of these plugins only, besides the two that every profile needs. */
function only(...names: readonly string[]): unknown {
  const enabled = ['PrioritySort', 'DefaultBinder', ...names].map((name) => ({ name }))
  return { apiVersion, kind, profiles: [{ plugins: { multiPoint: { disabled: [{ name: '*' }], enabled } } }] }
}

function registryWith(...plugins: readonly AnyPlugin[]): PluginRegistry {
  return { ...inTreePlugins, ...Object.fromEntries(plugins.map((plugin) => [plugin.name, () => plugin])) }
}

const silent: DecisionListener = { preFilter() {}, search() {}, feasible() {}, totals() {}, postFilter() {}, raw() {}, normalized() {} }

function decideOne(framework: Framework, past: Past, pod: Pod, listener: DecisionListener = silent): Decision {
  return decide(framework, framework.newState(), past.infos.of(pod), { startIndex: 0, percentageOfNodesToScore: 100, random: Random.seeded(1), listener })
}

describe('sharing between Pods of one template', () => {
  test('decides what each Pod decides by itself', () => {
    let preemptions = 0
    for (let seed = 1; seed <= 40; seed++) {
      const random = Random.seeded(seed)
      const nodes = Array.from({ length: (seed % 2 === 0 ? 3 : 100) + random.below(40) }, (_, i) => randomNode(random, i))
      const templates = Array.from({ length: 4 }, (_, i) => randomPod(random, i))
      const pods = Array.from({ length: 60 }, (_, step) => {
        const template = templates[random.below(templates.length)] as Pod
        return { ...template, metadata: { ...template.metadata, name: `p${step}`, uid: `p${step}` } }
      })
      const [with_, without] = [pastOf(nodes, pods), pastOf(nodes, pods)]
      const [shared, plain] = [frameworkOf(with_), frameworkOf(without)]
      plain.sharing = false
      let start = 0
      for (const [step, pod] of pods.entries()) {
        if (random.below(6) === 0) {
          const node = randomNode(random, random.below(nodes.length + 3))
          for (const past of [with_, without]) past.table.setNode(node)
        }
        const decisions = ([[shared, with_], [plain, without]] as const).map(([framework, past]) => {
          const info = past.infos.of(pod)
          const decision = decide(framework, framework.newState(), info, { startIndex: start, percentageOfNodesToScore: 0, random: Random.seeded(step) })
          if (decision.outcome === 'scheduled') past.table.addPod(decision.row, past.infos.bound(info, decision.node))
          // Nobody is deleted: the nomination stays and counts for the Pods that follow.
          else if (decision.nominating !== undefined && decision.nominating !== '') past.nominator.add(info, decision.nominating)
          return decision
        })
        expect(decisions[0], `seed ${seed}, step ${step}`).toEqual(decisions[1])
        start = decisions[0]?.nextStartIndex ?? 0
        if (decisions[0]?.outcome === 'unschedulable' && (decisions[0].nominating ?? '') !== '') preemptions++
      }
    }
    expect(preemptions).toBeGreaterThan(50)
  })
})

describe('PreFilter plugins that a template does not concern', () => {
  const sources = [{ projected: { sources: [] } }, { emptyDir: {} }, { persistentVolumeClaim: { claimName: 'data' } }, { ephemeral: {} }, { awsElasticBlockStore: { volumeID: 'v' } }, { rbd: { image: 'r' } }, { azureDisk: { diskURI: 'd' } }]
  test.each([
    ...sources.map((source) => ({ volumes: [{ name: 'v', ...source }] })),
    {}, { hostNetwork: true, hostUsers: false }, { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 80 }] }] },
  ])('skip it: %j', (spec) => {
    const past = pastOf([makeNode('n1')])
    const framework = frameworkOf(past)
    const info = past.infos.of(makePod('a', { spec: spec as never }))
    for (const plugin of framework.preFilter) {
      if (plugin.concerns?.(info) === false) expect([plugin.name, plugin.preFilter(framework.newState(), info, past.table).code]).toEqual([plugin.name, 'Skip'])
    }
    framework.runPreFilter(framework.newState(), info)
    expect(framework.preFilter.filter(({ concerns }) => concerns !== undefined).length).toBeGreaterThan(5)
  })
})

function randomNode(random: Random, i: number): Node {
  return makeNode(`n${i}`, {
    labels: { 'topology.kubernetes.io/zone': `z${i % 3}`, disk: ['ssd', 'hdd'][random.below(2)] as string },
    allocatable: { cpu: String(1 + random.below(4)), memory: `${1 + random.below(8)}Gi`, pods: '6' },
    spec: {
      ...(random.below(8) === 0 ? { unschedulable: true } : {}),
      ...(random.below(3) === 0 ? { taints: [{ key: 't', effect: ['NoSchedule', 'PreferNoSchedule'][random.below(2)] as string }] } : {}),
    },
    images: ['registry.example/app:1', 'registry.example/side:1'].filter(() => random.below(2) === 0),
  })
}

function randomPod(random: Random, i: number): Pod {
  const labels = { app: `a${i}` }
  return makePod(`template-${i}`, {
    labels, priority: 10 * i, requests: { cpu: `${500 + 300 * random.below(5)}m`, memory: '128Mi' },
    spec: {
      ...(random.below(3) === 0 ? { containers: ['app', 'side'].map((name) => ({ name, image: `registry.example/${name}:1`, resources: { requests: { cpu: '200m' } } })) } : {}),
      ...(random.below(3) === 0 ? { tolerations: [{ key: 't', operator: 'Exists' }] } : {}),
      ...(random.below(2) === 0 ? { nodeSelector: { disk: 'ssd' } } : {}),
      ...(random.below(3) === 0 ? { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } }] } : {}),
      ...(random.below(3) === 0 ? { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } } }] } } } : {}),
    },
  })
}

describe('extension points', () => {
  const nodes = [makeNode('n1'), makeNode('n2')]

  test('without score plugins the search stops at the first node', () => {
    const past = pastOf(nodes)
    const decision = decideOne(frameworkOf(past, only('NodeResourcesFit'), {
      ...inTreePlugins, NodeResourcesFit: (args: never, handle) => {
        const { score: _, preScore: __, ...filterOnly } = inTreePlugins.NodeResourcesFit(args, handle)
        return filterOnly
      },
    }), past, makePod('a'))
    expect(decision).toMatchObject({ outcome: 'scheduled', node: 'n1', nodesEvaluated: 1, nodesFeasible: 1 })
  })

  test('a filter that fails ends the cycle with an error', () => {
    const broken: AnyPlugin = {
      name: 'Broken', filter: (_s, _p, _n, _rows, from, _to, verdicts) => { verdicts[from] = verdict(3, 0) }, reasons: () => ['disk on fire'], filterFacts: () => [],
    }
    const past = pastOf(nodes)
    expect(decideOne(frameworkOf(past, only('Broken'), registryWith(broken)), past, makePod('a'))).toMatchObject({
      outcome: 'error', message: 'running "Broken" filter plugin: disk on fire', plugins: [], nominating: '',
    })
  })

  test('a score out of range ends the cycle with an error', () => {
    const wild: AnyPlugin = { name: 'Wild', score: (_s, _p, _n, _rows, count, scores) => { scores.fill(101, 0, count); return undefined }, scoreFacts: () => [] }
    const past = pastOf(nodes)
    expect(decideOne(frameworkOf(past, only('Wild'), registryWith(wild)), past, makePod('a'))).toMatchObject({
      outcome: 'error', message: 'applying score defaultWeights on Score plugins: plugin "Wild" returns an invalid score 101, it should in the range of [0, 100] after normalizing',
    })
  })

  test('PreFilter: two plugins that narrow to different nodes leave none', () => {
    const narrow = (name: string, node: string): AnyPlugin => ({ name, preFilter: () => ({ ...success, nodeNames: new Set([node]) }) })
    const past = pastOf(nodes)
    const decision = decideOne(frameworkOf(past, only('One', 'Two'), registryWith(narrow('One', 'n1'), narrow('Two', 'n2'))), past, makePod('a'))
    expect(decision).toMatchObject({ outcome: 'unschedulable', message: "0/2 nodes are available: node(s) didn't satisfy plugin(s) [One Two] simultaneously.", plugins: ['One', 'Two'] })
  })

  test('PreFilter: an error is not a refusal', () => {
    const broken: AnyPlugin = { name: 'Broken', preFilter: () => status('Error', 'no idea') }
    const past = pastOf(nodes)
    expect(decideOne(frameworkOf(past, only('Broken'), registryWith(broken)), past, makePod('a'))).toMatchObject({ outcome: 'error', message: 'running PreFilter plugin "Broken": no idea' })
  })

  test('weights multiply, and a plugin that PreScore skips counts nothing', () => {
    const constant = (name: string, value: number, skips = false): AnyPlugin => ({
      name, ...(skips ? { preScore: () => status('Skip') } : {}), score: (_s, _p, _n, _rows, count, scores) => { scores.fill(value, 0, count); return undefined }, scoreFacts: () => [],
    })
    const past = pastOf(nodes)
    const totals: number[] = []
    const enabled = [{ name: 'PrioritySort' }, { name: 'DefaultBinder' }, { name: 'Seven', weight: 3 }, { name: 'Nine' }, { name: 'Off', weight: 100 }]
    const framework = frameworkOf(past, { apiVersion, kind, profiles: [{ plugins: { multiPoint: { disabled: [{ name: '*' }], enabled } } }] },
      registryWith(constant('Seven', 7), constant('Nine', 9), constant('Off', 50, true)))
    decideOne(framework, past, makePod('a'), { ...silent, totals: (_rows, count, all) => { totals.push(...all.subarray(0, count)) } })
    expect(totals).toEqual([30, 30])
  })
})

describe('extenders', () => {
  const nodes = [makeNode('n1', { labels: { disk: 'hdd' } }), makeNode('n2', { labels: { disk: 'ssd' } }), makeNode('n3', { labels: { disk: 'ssd', fast: 'yes' } })]
  const described = (description: unknown, more: object = {}): unknown => ({ urlPrefix: `described:${JSON.stringify(description)}`, weight: 1, ...more })
  const withExtenders = (...extenders: readonly unknown[]): unknown => ({ apiVersion, kind, extenders })
  const expression = (key: string, ...values: readonly string[]): unknown => ({ key, operator: 'In', values })

  test('a described one refuses nodes, and scores the others', () => {
    const past = pastOf(nodes)
    const extender = described({ filter: [{ matchExpressions: [expression('disk', 'hdd')], reason: 'spinning disk' }], prioritize: [{ matchExpressions: [expression('fast', 'yes')], score: 10 }] })
    expect(decideOne(frameworkOf(past, withExtenders(extender)), past, makePod('a'))).toMatchObject({ outcome: 'scheduled', node: 'n3', nodesFeasible: 2 })
  })

  test('what it refuses is in the message, and it is held responsible', () => {
    const pods = [makePod('a')]
    const past = pastOf(nodes.slice(0, 1), pods)
    const extender = described({ filter: [{ matchExpressions: [expression('disk', 'hdd')], reason: 'spinning disk', unresolvable: true }] })
    const framework = frameworkOf(past, withExtenders(extender))
    expect(decideOne(framework, past, pods[0] as Pod)).toMatchObject({
      outcome: 'unschedulable', plugins: ['Extender'],
      message: '0/1 nodes are available: 1 spinning disk. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    })
    expect(framework.events.map(({ plugin }) => plugin)).toContain('Extender')
  })

  test('one that cannot be reached is an error, unless it may be ignored', () => {
    const remote = { urlPrefix: 'http://localhost:8888/', filterVerb: 'filter' }
    const past = pastOf(nodes)
    expect(decideOne(frameworkOf(past, withExtenders(remote)), past, makePod('a'))).toMatchObject({ outcome: 'error', message: 'Post "http://localhost:8888/filter": dial: network is unreachable' })
    expect(decideOne(frameworkOf(past, withExtenders({ ...remote, ignorable: true })), past, makePod('a'))).toMatchObject({ outcome: 'scheduled' })
  })

  test('one that looks after a resource is asked about its Pods only, and the scheduler leaves the resource alone', () => {
    const past = pastOf(nodes)
    const extender = described({ filter: [{ reason: 'never' }] }, { managedResources: [{ name: 'example.com/fpga', ignoredByScheduler: true }] })
    const framework = frameworkOf(past, withExtenders(extender))
    expect(decideOne(framework, past, makePod('a'))).toMatchObject({ outcome: 'scheduled' })
    expect(decideOne(framework, past, makePod('b', { requests: { 'example.com/fpga': '1' } }))).toMatchObject({ outcome: 'unschedulable', filterMessage: '0/3 nodes are available: 3 never.' })
  })

  test('a description that is none is refused with its place', () => {
    expect(() => parseConfiguration(withExtenders({ urlPrefix: 'described:{"filter":[{"because":"x"}]}' }))).toThrow('unknown field "extenders[0].urlPrefix.filter[0].because"')
    expect(() => parseConfiguration(withExtenders({ urlPrefix: 'described:{' }))).toThrow('extenders[0].urlPrefix: Invalid value')
  })
})

describe('profiles that cannot be', () => {
  const make = (plugins: unknown): (() => Framework) => () => frameworkOf(pastOf([]), { apiVersion, kind, profiles: [{ plugins }] })

  test.each([
    ['an unknown plugin', { filter: { enabled: [{ name: 'Nope' }] } }, 'FilterPlugin "Nope" does not exist'],
    ['a plugin that is not of the kind', { filter: { enabled: [{ name: 'PrioritySort' }] } }, 'plugin "PrioritySort" does not extend FilterPlugin plugin'],
    ['a plugin twice', { filter: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeName' }, { name: 'NodeName' }] } }, 'plugin "NodeName" already registered as "FilterPlugin"'],
    ['a plugin twice for all points', { multiPoint: { enabled: [{ name: 'NodeName' }, { name: 'NodeName' }] } }, 'plugin "NodeName" already registered as'],
    ['no order for the queue', { multiPoint: { disabled: [{ name: 'PrioritySort' }] } }, 'only one queue sort plugin required for profile with scheduler name "default-scheduler", but got 0'],
    ['no binder', { multiPoint: { disabled: [{ name: 'DefaultBinder' }] } }, 'at least one bind plugin is needed for profile with scheduler name "default-scheduler"'],
  ])('%s', (_name, plugins, message) => {
    expect(make(plugins)).toThrow(FrameworkError)
    expect(make(plugins)).toThrow(message)
  })
})

test('multiPoint: own points come first in their order, then multiPoint, then the rest', () => {
  const framework = frameworkOf(pastOf([]), {
    apiVersion, kind, profiles: [{ plugins: { score: { enabled: [{ name: 'ImageLocality', weight: 7 }, { name: 'NodeAffinity', weight: 5 }], disabled: [{ name: 'TaintToleration' }] } } }],
  })
  expect(framework.score.slice(0, 3).map(({ name }) => name)).toEqual(['ImageLocality', 'NodeAffinity', 'NodeResourcesFit'])
  expect(framework.weights.slice(0, 2)).toEqual([7, 5])
  expect(framework.score.map(({ name }) => name)).not.toContain('TaintToleration')
  expect(framework.filter.map(({ name }) => name)).toContain('TaintToleration')
})
