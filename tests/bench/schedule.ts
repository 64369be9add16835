import { readFileSync } from 'node:fs'
import { keyOf, resourceOfKind, virtualMs, type ApiObject, type Node, type Pod, type Resource } from '../../src/api'
import { Random, RollingHash } from '../../src/base'
import { parseConfiguration } from '../../src/engine/scheduler'
import { SchedulerCache } from '../../src/engine/scheduler/cache'
import { assignedPodDelete } from '../../src/engine/scheduler/framework/events'
import { PodInfos } from '../../src/engine/scheduler/framework/pod-info'
import { preemptionKey } from '../../src/engine/scheduler/framework/preemption'
import type { Framework } from '../../src/engine/scheduler/framework/runtime'
import { inTreePlugins } from '../../src/engine/scheduler/plugins/registry'
import { makeProfiles, type World } from '../../src/engine/scheduler/profiles'
import { SchedulingQueue } from '../../src/engine/scheduler/queue/scheduling-queue'
import { decide } from '../../src/engine/scheduler/schedule-one'
import { listListers } from '../../src/engine/scheduler/world-listers'
import { benchmark } from './lib/benchmark'
import { makeLoad, workloads, type Load } from './lib/load'

/**
 * `npm run bench -- schedule --load FILE [--percentage N] [--json]`: schedules the Pods of a load one after the other through the
 * real queue, cycle and assume. Nothing is written to an api-server; a victim of preemption is gone at once. Without a load
 * every workload of `genload` is made and run.
 */
export const benchmarks = [
  benchmark('schedule', ({ size, option, report }) => {
    const percentage = Number(option('percentage') ?? 0)
    const file = option('load')
    if (file !== undefined) {
      report(run(JSON.parse(readFileSync(file, 'utf8')) as Load, percentage))
      return
    }
    const [nodes, existing, pods] = [size({ smoke: 20, real: 5_000 }), size({ smoke: 20, real: 5_000 }), size({ smoke: 20, real: 2_000 })]
    for (const workload of workloads) report(run(makeLoad({ nodes, existing, pods, workload, seed: 1 }), percentage))
  }),
]

/**
 * Before the measured run the load is scheduled onto clusters of their own, until V8 has compiled what is hot: this many Pods, or this long.
 * Go has compiled everything before it starts.
 */
const warmUp = { pods: 8_000, seconds: 4 }

function run(load: Load, percentage: number): { readonly checksum: string } & Record<string, number | string> {
  const warmUpEnd = performance.now() + warmUp.seconds * 1000
  // A smoke run is not measured.
  for (let pods = 0; load.pods.length >= 100 && pods < warmUp.pods && performance.now() < warmUpEnd; pods += load.pods.length) {
    new Cluster(load, percentage).schedule(load.pods.slice(0, warmUp.pods))
  }
  const cluster = new Cluster(load, percentage)
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const placements = cluster.schedule(load.pods)
  const seconds = (performance.now() - start) / 1000
  const cpu = process.cpuUsage(cpuBefore)
  const hash = new RollingHash()
  let scheduled = 0
  for (const [pod, node] of placements) {
    hash.add(pod).add(node)
    if (node !== '') scheduled++
  }
  return {
    checksum: hash.digest(), workload: load.workload, nodes: cluster.nodes, percentageOfNodesToScore: percentage, pods: load.pods.length, scheduled, cycles: cluster.cycles,
    podsPerSecond: load.pods.length / seconds, cpuMsPerPod: (cpu.user + cpu.system) / 1000 / load.pods.length, placementsHash: hash.digest(),
  }
}

/** Queue, cache and profiles as the scheduler has them, with a clock that goes on by a millisecond a cycle. */
class Cluster {
  cycles = 0
  readonly #infos = new PodInfos({})
  readonly #cache = new SchedulerCache(this.#infos)
  readonly #pending = new Map<string, Pod>()
  readonly #queue: SchedulingQueue
  readonly #profiles: ReadonlyMap<string, Framework>
  readonly #random = Random.seeded(1, 'kube-scheduler')
  readonly #percentage: number
  #now = 0
  #startIndex = 0

  constructor(load: Load, percentage: number) {
    this.#percentage = percentage
    const others = new Map<Resource, ApiObject[]>()
    for (const object of load.objects) {
      if (object.kind === 'Node') this.#cache.setNode(object as unknown as Node)
      else if (object.kind === 'Pod') this.#cache.setPod(object as unknown as Pod)
      else {
        const resource = resourceOfKind(object.apiVersion, object.kind)
        if (resource !== undefined) others.set(resource, [...(others.get(resource) ?? []), object])
      }
    }
    const configuration = parseConfiguration(undefined)
    const nominator = (): SchedulingQueue['nominator'] => this.#queue.nominator
    const table = this.#cache.table
    const world: World = {
      table, listers: listListers((resource) => others.get(resource) ?? []), get nominator() { return nominator() }, client: undefined, random: this.#random, gates: {},
      now: () => virtualMs(this.#now), assume: () => undefined, forget: () => undefined, askExtender: () => { throw new Error('no extender takes part in a benchmark') },
      podByKey: (key) => {
        const pod = this.#pending.get(key)
        return pod === undefined ? undefined : this.#infos.of(pod)
      },
    }
    this.#profiles = makeProfiles(configuration, inTreePlugins, world)
    const first = this.#profiles.values().next().value as Framework
    this.#queue = new SchedulingQueue({
      now: () => virtualMs(this.#now), less: (a, b) => first.queueSort.less(a, b), profileOf: (name) => this.#profiles.get(name), profiles: () => this.#profiles.values(),
      infoOf: (pod) => this.#infos.of(pod), isPending: (key) => this.#pending.has(key), gates: {}, podInitialBackoffMs: 1_000, podMaxBackoffMs: 10_000,
    })
  }

  get nodes(): number {
    return this.#cache.table.count
  }

  /** Node by Pod, in the order of the list; "" where none was found. */
  schedule(pods: readonly Pod[]): readonly (readonly [pod: string, node: string])[] {
    const placed = new Map<string, string>()
    for (const pod of pods) {
      this.#pending.set(keyOf(pod), pod)
      this.#queue.add(this.#infos.of(pod))
    }
    for (let entry = this.#queue.pop(); entry !== undefined; entry = this.#queue.pop()) {
      this.cycles++
      const pod = entry.info
      const framework = this.#profiles.get(pod.spec.schedulerName ?? 'default-scheduler') as Framework
      const state = framework.newState()
      const decision = decide(framework, state, pod, { startIndex: this.#startIndex, percentageOfNodesToScore: this.#percentage, random: this.#random })
      this.#startIndex = decision.nextStartIndex
      this.#now++
      if (decision.outcome === 'scheduled') {
        this.#pending.delete(pod.key)
        this.#queue.nominator.delete(pod.uid)
        this.#cache.assume(pod, decision.node)
        framework.runReserve(state, pod, decision.node)
        this.#queue.done(pod.uid)
        placed.set(pod.key, decision.node)
        continue
      }
      entry.unschedulablePlugins = new Set(decision.plugins)
      entry.pendingPlugins = new Set(decision.pendingPlugins)
      this.#queue.addUnschedulable(entry)
      this.#queue.nominator.add(pod, decision.nominating)
      for (const { uid } of state.read(preemptionKey)?.victims ?? []) {
        const victim = this.#cache.pod(uid)
        if (victim === undefined) continue
        this.#cache.removePod(uid)
        this.#queue.moveAll(assignedPodDelete, victim.pod as unknown as ApiObject, undefined)
      }
    }
    return pods.map((pod) => [keyOf(pod), placed.get(keyOf(pod)) ?? ''])
  }
}

