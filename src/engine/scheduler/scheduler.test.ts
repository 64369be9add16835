import { describe, expect, test } from 'vitest'
import { resources, type Explanation, type Pod } from '../../api'
import { canonicalJson, Random } from '../../base'
import type { AnyPlugin, PluginRegistry, PodInfo } from './framework/types'
import { status, success } from './framework/types'
import { inTreePlugins } from './plugins/registry'
import { makeNode, makePod } from './testing/builders'
import { SimulatedScheduler } from './testing/simulated'

const podOf = (cluster: SimulatedScheduler, name: string): Pod => cluster.api.get(resources.pods, `default/${name}`) as unknown as Pod
const nodeOf = (cluster: SimulatedScheduler, name: string): string | undefined => podOf(cluster, name).spec?.nodeName

/** A cluster's life, made of chance: nodes and Pods come, change and go. The same for the same seed. */
class Life {
  readonly cluster: SimulatedScheduler
  readonly #random: Random
  #pods = 0

  constructor(cluster: SimulatedScheduler, seed: number) {
    this.cluster = cluster
    this.#random = Random.seeded(seed, 'life')
    for (let i = 0; i < 5; i++) this.#putNode(i)
  }

  steps(count: number): void {
    for (let i = 0; i < count; i++) this.step(this.cluster)
  }

  step(cluster: SimulatedScheduler): void {
    const random = this.#random
    switch (random.below(10)) {
      case 0: this.#putNode(random.below(6), cluster); break
      case 1: if (this.#pods > 0) cluster.remove('pods', `default/p${random.below(this.#pods)}`); break
      case 2: if (random.below(4) === 0) cluster.remove('nodes', `n${random.below(6)}`); break
      default: this.#putPod(cluster)
    }
    cluster.run(random.below(400))
  }

  #putNode(i: number, cluster = this.cluster): void {
    const random = this.#random
    cluster.put(makeNode(`n${i}`, {
      labels: { 'topology.kubernetes.io/zone': `z${i % 2}` }, allocatable: { cpu: String(1 + random.below(3)), pods: '8' },
      spec: random.below(4) === 0 ? { taints: [{ key: 't', effect: 'NoSchedule' }] } : {},
    }))
  }

  #putPod(cluster: SimulatedScheduler): void {
    const random = this.#random
    const labels = { app: ['a', 'b', 'c'][random.below(3)] as string }
    const selector = { matchLabels: labels }
    cluster.put(makePod(`p${this.#pods++}`, {
      labels, priority: random.below(4) === 0 ? 100 : 0, requests: { cpu: `${200 + 200 * random.below(4)}m` },
      spec: {
        ...(random.below(4) === 0 ? { tolerations: [{ operator: 'Exists' }] } : {}),
        ...(random.below(4) === 0 ? { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector }] } : {}),
        ...(random.below(4) === 0 ? { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: selector }] } } } : {}),
        ...(random.below(8) === 0 ? { schedulingGates: [{ name: 'example.com/wait' }] } : {}),
      },
    }))
  }
}

const stateOf = (cluster: SimulatedScheduler): unknown => JSON.parse(canonicalJson([cluster.simulation.historyHash(), cluster.api.save(), cluster.scheduler.save()]))

/** Where two JSON trees part: the whole would be pages. */
function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (Object.is(a, b)) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`.slice(0, 500)
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const difference = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`)
    if (difference !== undefined) return difference
  }
  return undefined
}

describe('a Pod', () => {
  test('is bound to a node that has room, and an Event says so', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a', { requests: { cpu: '1' } }))
    cluster.run(200)
    expect(nodeOf(cluster, 'a')).toBe('n1')
    expect(cluster.api.written).toEqual([{ reason: 'Scheduled', about: 'default/a', message: 'Successfully assigned default/a to n1' }])
    expect(cluster.scheduler.cycles(5)).toMatchObject([{ id: 1, outcome: 'scheduled', node: 'n1', attempt: 1, nodesTotal: 1, nodesFeasible: 1 }])
  })

  test('that fits nowhere waits, says why, and is tried again when a node can hold it', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('a', { requests: { cpu: '2' } }))
    cluster.run(200)
    const message = '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
    expect(podOf(cluster, 'a').status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }])
    expect(cluster.scheduler.queueView().unschedulable).toMatchObject([{ key: 'default/a', plugins: ['NodeResourcesFit'], attempts: 1, message }])
    cluster.put(makeNode('n1', { allocatable: { cpu: '4' } }))
    cluster.run(200)
    expect(nodeOf(cluster, 'a')).toBe('n1')
  })

  test('at a gate waits until it is open; what wakes a Pod is noted', () => {
    const notes: unknown[] = []
    const cluster = new SimulatedScheduler(1)
    cluster.simulation.setTraceListener((record) => { if (record.type === 'note') notes.push([record.what, record.subject, record.facts]) })
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('a', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } }))
    cluster.run(200)
    expect(cluster.scheduler.queueView().gated).toMatchObject([{ key: 'default/a', plugins: ['SchedulingGates'] }])
    cluster.put(makePod('a', { requests: { cpu: '2' } }))
    cluster.run(200)
    cluster.put(makeNode('n1', { allocatable: { cpu: '2' } }))
    cluster.run(200)
    expect(nodeOf(cluster, 'a')).toBe('n1')
    expect(notes).toMatchObject([
      ['gated', 'default/a', { plugin: 'SchedulingGates' }], ['retry', 'default/a', { queue: 'active' }], ['unschedulable', 'default/a', {}],
      ['retry', 'default/a', { event: 'NodeUpdateNodeAllocatable', queue: 'backoff' }], ['backoff', 'default/a', {}],
    ])
  })

  test('of another scheduler is left alone', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a', { spec: { schedulerName: 'another' } }))
    cluster.run(200)
    expect([nodeOf(cluster, 'a'), cluster.scheduler.cycles(5)]).toEqual([undefined, []])
  })

  test('preempts a less important one, and takes its place when it is gone', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('low', { requests: { cpu: '1' }, node: 'n1' }))
    cluster.put(makePod('high', { requests: { cpu: '1' }, priority: 10 }))
    cluster.run(200)
    expect(podOf(cluster, 'low').metadata.deletionTimestamp).toBeDefined()
    expect(podOf(cluster, 'low').status?.conditions).toMatchObject([{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }])
    expect(podOf(cluster, 'high').status?.nominatedNodeName).toBe('n1')
    cluster.remove('pods', 'default/low')
    cluster.run(200)
    expect(nodeOf(cluster, 'high')).toBe('n1')
  })

  test('deleted in the middle of its cycle preempts nobody', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('low', { requests: { cpu: '1' }, node: 'n1' }))
    cluster.put(makePod('high', { requests: { cpu: '1' }, priority: 10 }))
    cluster.run(30)
    expect(cluster.scheduler.busy).toBe(true)
    cluster.remove('pods', 'default/high')
    cluster.run(200)
    expect(podOf(cluster, 'low').metadata.deletionTimestamp).toBeUndefined()
    expect(cluster.scheduler.cycle(1)?.outcome).toBe('gone')
  })

  test('that has ended takes nothing', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('done', { requests: { cpu: '1' }, node: 'n1', status: { phase: 'Succeeded' } }))
    cluster.put(makePod('a', { requests: { cpu: '1' } }))
    cluster.run(200)
    expect(nodeOf(cluster, 'a')).toBe('n1')
  })
})

describe('waiting after the decision', () => {
  /** A Permit plugin that keeps every Pod, and a PreBind plugin that waits for the Node's label. */
  const registryWith = (plugins: Readonly<Record<string, AnyPlugin>>): PluginRegistry => ({
    ...inTreePlugins, ...Object.fromEntries(Object.entries(plugins).map(([name, plugin]) => [name, () => plugin])),
  })
  const configurationWith = (name: string): unknown => ({
    apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', profiles: [{ plugins: { multiPoint: { enabled: [{ name }] } } }],
  })
  const keeper: AnyPlugin = { name: 'Keeper', permit: () => ({ ...status('Wait'), timeoutMs: 1_000 }) }

  test('Permit keeps a Pod until it is let go; others are scheduled meanwhile', () => {
    const cluster = new SimulatedScheduler(1, { registry: registryWith({ Keeper: { ...keeper, permit: (_state, pod: PodInfo) => (pod.name === 'a' ? { ...status('Wait'), timeoutMs: 1_000 } : success) } }), configuration: configurationWith('Keeper') })
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a'))
    cluster.put(makePod('b'))
    cluster.run(300)
    expect([nodeOf(cluster, 'a'), nodeOf(cluster, 'b')]).toEqual([undefined, 'n1'])
    expect(cluster.scheduler.waitingPods()).toMatchObject([{ name: 'a' }])
    expect(cluster.scheduler.allowWaitingPod('default.a', 'Keeper')).toBe(true)
    cluster.put(makeNode('n2'))
    cluster.run(300)
    expect(nodeOf(cluster, 'a')).toBe('n1')
  })

  test('who waits too long is refused by the plugin that kept it', () => {
    const cluster = new SimulatedScheduler(1, { registry: registryWith({ Keeper: keeper }), configuration: configurationWith('Keeper') })
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a'))
    cluster.run(1_500)
    expect(nodeOf(cluster, 'a')).toBeUndefined()
    expect(podOf(cluster, 'a').status?.conditions).toMatchObject([{ message: '0/1 nodes are available: 1 rejected due to timeout after waiting at plugin Keeper.' }])
  })

  test('a process that ends while Pods wait leaves them undecided; the next one, with waits of its own, is not disturbed by timers of the old', () => {
    const cluster = new SimulatedScheduler(1, { registry: registryWith({ Keeper: keeper }), configuration: configurationWith('Keeper') })
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('a', { requests: { cpu: '1' } }))
    cluster.run(300)
    expect(cluster.scheduler.waitingPods()).toMatchObject([{ name: 'a' }])
    // Another is in its cycle, and a third waits for the first to be gone.
    cluster.put(makePod('b', { requests: { cpu: '1' } }))
    cluster.simulation.run({ stop: () => cluster.scheduler.busy })
    cluster.restart(10)
    expect([cluster.scheduler.waitingPods(), cluster.scheduler.busy]).toEqual([[], false])
    expect(cluster.scheduler.cycles(9).map(({ id, outcome }) => [id, outcome])).toEqual([[2, 'error'], [1, 'error']])
    cluster.run(300)
    // Nothing is assumed any more, so that the first is decided anew and takes the node again.
    const [waiting] = cluster.scheduler.waitingPods()
    expect(['a', 'b']).toContain(waiting?.name)
    const began = cluster.scheduler.cycles(9).findLast(({ id }) => id === 3)?.startedAt ?? 0
    cluster.run(began + 50 + 990 - cluster.simulation.now)
    // Timers of the old process are over by now: they must not have ended the new one's wait.
    expect(cluster.scheduler.waitingPods()).toHaveLength(1)
    expect(cluster.scheduler.allowWaitingPod(waiting?.uid ?? '', 'Keeper')).toBe(true)
    cluster.put(makeNode('n2', { allocatable: { cpu: '100m' } }))
    cluster.run(20)
    expect(nodeOf(cluster, waiting?.name ?? '')).toBe('n1')
    expect(cluster.scheduler.cycles(99).filter(({ outcome }) => outcome === 'scheduled')).toHaveLength(1)
  })

  test('PreBind is asked again after every event until it is ready', () => {
    let ready = false
    const slow: AnyPlugin = { name: 'Slow', preBindPreFlight: () => success, preBind: () => (ready ? success : { ...status('Wait', 'not yet'), timeoutMs: 60_000 }) }
    const cluster = new SimulatedScheduler(1, { registry: registryWith({ Slow: slow }), configuration: configurationWith('Slow') })
    cluster.put(makeNode('n1'))
    cluster.put(makePod('a'))
    cluster.run(300)
    expect([nodeOf(cluster, 'a'), podOf(cluster, 'a').status?.nominatedNodeName]).toEqual([undefined, 'n1'])
    ready = true
    cluster.put(makeNode('n2'))
    cluster.run(300)
    expect(nodeOf(cluster, 'a')).toBe('n1')
  })

  test('a Reserve that refuses puts the Pod back and frees the node', () => {
    const stubborn: AnyPlugin = { name: 'Stubborn', reserve: () => status('Unschedulable', 'no reservation'), unreserve: () => undefined }
    const cluster = new SimulatedScheduler(1, { registry: registryWith({ Stubborn: stubborn }), configuration: configurationWith('Stubborn') })
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makePod('a', { requests: { cpu: '1' } }))
    cluster.run(300)
    expect(podOf(cluster, 'a').status?.conditions).toMatchObject([{ reason: 'Unschedulable', message: '0/1 nodes are available: 1 no reservation.' }])
    expect(cluster.scheduler.queueView().unschedulable).toMatchObject([{ plugins: ['Stubborn'] }])
  })
})

describe('configuration', () => {
  const apiVersion = 'kubescheduler.config.k8s.io/v1'
  const kind = 'KubeSchedulerConfiguration'

  test('another one is in force from the next cycle on, and Pods that wait are tried again', () => {
    const cluster = new SimulatedScheduler(1)
    cluster.put(makeNode('n1', { spec: { taints: [{ key: 't', effect: 'NoSchedule' }] } }))
    cluster.put(makePod('a'))
    cluster.run(300)
    expect(nodeOf(cluster, 'a')).toBeUndefined()
    const source = { apiVersion, kind, profiles: [{ plugins: { filter: { disabled: [{ name: 'TaintToleration' }] } } }] }
    expect(cluster.scheduler.configure(source)).toEqual({ ok: true })
    cluster.run(15_000)
    expect([nodeOf(cluster, 'a'), cluster.scheduler.configuration]).toEqual(['n1', source])
  })

  test('a Policy of the textbook is one, with what its book warns of', () => {
    const cluster = new SimulatedScheduler(1)
    const policy = { kind: 'Policy', apiVersion: 'v1', predicates: [{ name: 'PodFitsResources' }], priorities: [{ name: 'BalancedResourceAllocation', weight: 1 }] }
    cluster.simulation.input('kube-scheduler', { type: 'configure', configuration: policy })
    expect(cluster.scheduler.configured).toEqual({ ok: true })
    expect(cluster.scheduler.configurationNotes).toEqual([{ id: 'balancedWithoutLeastRequested', name: 'BalancedResourceAllocation' }])
    cluster.put(makeNode('n1', { allocatable: { cpu: '1' } }))
    cluster.put(makeNode('n2', { allocatable: { cpu: '2' } }))
    cluster.put(makePod('a', { requests: { cpu: '2' } }))
    cluster.run(300)
    expect(nodeOf(cluster, 'a')).toBe('n2')
    const explanation = cluster.scheduler.explain(1, cluster.listAt)
    expect(explanation?.filters.map(({ plugin }) => plugin)).toEqual(['PodFitsResources'])
    expect(explanation?.filters[0]?.verdicts.map(({ node, code }) => [node, code])).toContainEqual(['n1', 'Unschedulable'])
    const restored = new SimulatedScheduler(1)
    restored.simulation.restore(JSON.parse(JSON.stringify(cluster.simulation.checkpoint())) as ReturnType<SimulatedScheduler['simulation']['checkpoint']>)
    expect(restored.scheduler.configuration).toEqual(policy)
  })

  test('a bad one is refused with field and reason, and the old one stays', () => {
    const cluster = new SimulatedScheduler(1)
    const before = stateOf(cluster)
    expect(cluster.scheduler.configure({ apiVersion, kind, percentageOfNodesToScore: 200 })).toEqual({
      ok: false, issues: [{ field: 'percentageOfNodesToScore', message: 'percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]' }],
    })
    expect(cluster.scheduler.configure({ apiVersion, kind, profiles: [{ plugins: { score: { enabled: [{ name: 'Nonsense' }] } } }] })).toMatchObject({
      ok: false, issues: [{ message: 'creating profile for scheduler name default-scheduler: ScorePlugin "Nonsense" does not exist' }],
    })
    expect(firstDifference(stateOf(cluster), before)).toBeUndefined()
  })
})

describe('over whole lives', () => {
  test('a checkpoint in the middle changes nothing', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const straight = new Life(new SimulatedScheduler(seed), seed)
      straight.steps(40)
      const cut = 3 + (seed * 7) % 34
      const life = new Life(new SimulatedScheduler(seed), seed)
      life.steps(cut)
      const restored = new SimulatedScheduler(seed)
      restored.simulation.restore(JSON.parse(JSON.stringify(life.cluster.simulation.checkpoint())) as ReturnType<SimulatedScheduler['simulation']['checkpoint']>)
      for (let i = cut; i < 40; i++) life.step(restored)
      for (const cluster of [straight.cluster, restored]) cluster.run(20_000)
      expect(firstDifference(stateOf(restored), stateOf(straight.cluster)), `seed ${seed}, cut after ${cut}`).toBeUndefined()
    }
  })

  test('every cycle run again comes to what it came to', () => {
    let cycles = 0
    for (let seed = 1; seed <= 15; seed++) {
      const life = new Life(new SimulatedScheduler(seed), seed)
      life.steps(40)
      const { scheduler, listAt } = life.cluster
      for (const cycle of scheduler.cycles(1_000)) {
        cycles++
        const explanation = scheduler.explain(cycle.id, listAt) as Explanation
        const place = `seed ${seed}, cycle ${cycle.id}`
        expect(explanation, place).toBeDefined()
        expect([explanation.feasible.length, explanation.visited, explanation.nodes.length], place).toEqual([cycle.nodesFeasible, cycle.nodesEvaluated, cycle.nodesTotal])
        if (cycle.outcome === 'scheduled') expect(explanation.winner, place).toBe(cycle.node)
        if (cycle.outcome === 'unschedulable') expect(explanation.fitError, place).toBe(cycle.message)
      }
    }
    expect(cycles).toBeGreaterThan(250)
  })
})
