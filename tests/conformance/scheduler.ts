import { keyOf, resourceOfKind, virtualOf, type ApiObject, type Node, type Pod, type Resource } from '../../src/api'
import { compareText, Heap, Random } from '../../src/base'
import { parseConfiguration } from '../../src/engine/scheduler/config'
import { examine, refusalOf } from '../../src/engine/scheduler/explain/examine'
import { Past } from '../../src/engine/scheduler/explain/past'
import type { DefaultPreemptionArgs } from '../../src/engine/scheduler/framework/args'
import type { NodeStatuses } from '../../src/engine/scheduler/framework/fit-error'
import { preempt, type PreemptionResult } from '../../src/engine/scheduler/framework/preemption'
import type { Framework, PreFilterOutcome } from '../../src/engine/scheduler/framework/runtime'
import type { PodInfo, PostFilterAnswer, QueuedPodOrder, Status } from '../../src/engine/scheduler/framework/types'
import { inTreePlugins } from '../../src/engine/scheduler/plugins'
import { makeProfiles } from '../../src/engine/scheduler/profiles'
import { decide, feasibleNodesToFind, type DecisionListener } from '../../src/engine/scheduler/schedule-one'
import { expectSame } from './lib/difference'
import { readJson, vectorFiles } from './lib/files'
import { vector, type Suite } from './lib/suite'

/** See README.md beside the vectors for what each member means. */
interface Vector {
  readonly name: string
  readonly config: unknown
  readonly featureGates?: Readonly<Record<string, boolean>>
  readonly objects: readonly ApiObject[]
  readonly pod?: Pod
  readonly queue?: readonly { readonly timestamp: string; readonly pod: Pod }[]
  readonly pods?: readonly Pod[]
  readonly nominate?: boolean
  readonly expect: Expectation
}

interface Expectation {
  readonly order?: readonly string[]
  readonly steps?: readonly Step[]
  readonly [member: string]: unknown
}

interface Step {
  readonly pod: string
  readonly feasible: number
  readonly [member: string]: unknown
}

interface SamplingRow {
  readonly nodes: number
  readonly percentageOfNodesToScore: number
  readonly feasibleNodesFound: number
}

const start = '2026-01-02T00:00:00Z'

export const runSuite: Suite = async function* (folder) {
  for (const file of vectorFiles(folder)) {
    const vectors = readJson(folder, file) as readonly (Vector | SamplingRow)[]
    for (const own of vectors) {
      if (!('name' in own)) {
        yield vector(file, `sampling/${own.nodes}-${own.percentageOfNodesToScore}`, () => {
          expectSame(feasibleNodesToFind(own.percentageOfNodesToScore, own.nodes), own.feasibleNodesFound, 'feasibleNodesFound')
        })
      } else yield vector(file, own.name, () => { runVector(own) })
    }
  }
}

function runVector(own: Vector): void {
  if (own.queue !== undefined) checkOrder(own)
  else if (own.pods !== undefined) checkSequence(own, own.pods)
  else if (own.pod !== undefined) expectSame(singleOutcome(own, own.pod), withoutEmpty(own.expect))
  else throw new Error('a vector without pod, pods or queue')
}

// A world of plain objects

interface World {
  readonly past: Past
  readonly frameworks: ReadonlyMap<string, Framework>
  readonly preemption: (schedulerName: string) => DefaultPreemptionArgs | undefined
}

function makeWorld({ config, featureGates, objects }: Vector, pods: readonly Pod[]): World {
  const gates = featureGates ?? {}
  const configuration = parseConfiguration(config ?? undefined, gates)
  const byResource = new Map<Resource, ApiObject[]>()
  for (const object of objects) {
    const resource = resourceOfKind(object.apiVersion, object.kind)
    if (resource === undefined) throw new Error(`no resource for ${object.apiVersion} ${object.kind}`)
    byResource.set(resource, [...(byResource.get(resource) ?? []), object])
  }
  const of = (kind: string): readonly ApiObject[] => objects.filter((object) => object.kind === kind)
  const past = new Past({
    nodes: of('Node') as unknown as readonly Node[], pods: [...of('Pod') as unknown as readonly Pod[], ...pods], gates, now: virtualOf(start),
    random: Random.seeded(1).state(), objectsOf: (resource) => byResource.get(resource) ?? [],
  })
  return {
    past, frameworks: makeProfiles(configuration, inTreePlugins, past),
    preemption: (schedulerName) => configuration.profiles.find((profile) => profile.schedulerName === schedulerName)
      ?.pluginConfig.find(({ name }) => name === 'DefaultPreemption')?.args as DefaultPreemptionArgs | undefined,
  }
}

function frameworkOf({ frameworks }: World, pod: Pod): Framework {
  const name = pod.spec?.schedulerName ?? 'default-scheduler'
  const framework = frameworks.get(name)
  if (framework === undefined) throw new Error(`no profile for ${name}`)
  return framework
}

// One decision

interface Search {
  preFilter?: PreFilterOutcome
  postFilter?: { readonly answer: PostFilterAnswer; readonly statuses: NodeStatuses; readonly result: PreemptionResult | undefined }
}

class Recorder implements DecisionListener {
  readonly found: Search = {}
  readonly #preempt: (statuses: NodeStatuses) => PreemptionResult | undefined

  constructor(preempt: (statuses: NodeStatuses) => PreemptionResult | undefined) {
    this.#preempt = preempt
  }

  preFilter(outcome: PreFilterOutcome): void { this.found.preFilter = outcome }
  postFilter(answer: PostFilterAnswer, statuses: NodeStatuses): void { this.found.postFilter = { answer, statuses, result: this.#preempt(statuses) } }
  search(): void {}
  feasible(): void {}
  raw(): void {}
  normalized(): void {}
  totals(): void {}
}

const sorted = (reasons: readonly string[]): readonly string[] => [...reasons].sort(compareText)

const answerOf = ({ code, reasons }: Pick<Status, 'code' | 'reasons'>): Record<string, unknown> => ({ code, ...(reasons.length === 0 ? {} : { reasons: sorted(reasons) }) })

const pluginAnswerOf = (answer: Status): Record<string, unknown> => ({ ...answerOf(answer), ...(answer.plugin === undefined || answer.plugin === '' ? {} : { plugin: answer.plugin }) })

/** Everything `expect` of a single Pod holds, in its form. */
function singleOutcome(own: Vector, pod: Pod): unknown {
  const world = makeWorld(own, [pod])
  const framework = frameworkOf(world, pod)
  const info = world.past.podByKey(keyOf(pod)) as PodInfo
  const { table } = world.past
  const rows = table.order.slice(0, table.count)
  const seen = examine(framework, info, rows)
  const recorder = recorderOf(world, framework, info)
  const state = framework.newState()
  const decision = decide(framework, state, info, { startIndex: 0, percentageOfNodesToScore: 100, random: Random.seeded(1), listener: recorder })
  const preFilter = recorder.found.preFilter ?? framework.runPreFilter(framework.newState(), info)
  const outcome: Record<string, unknown> = {}

  const gate = framework.preEnqueue.map((plugin) => ({ ...plugin.preEnqueue(info), plugin: plugin.name })).find(({ code }) => code !== 'Success')
  if (gate !== undefined) outcome['preEnqueue'] = pluginAnswerOf(gate)
  outcome['preFilter'] = {
    plugins: Object.fromEntries([...seen.preFilter].map(([plugin, answer]) => [plugin, { ...answerOf(answer), ...(answer.nodeNames === undefined ? {} : { nodeNames: sorted([...answer.nodeNames]) }) }])),
    ...(preFilter.status.code === 'Success' ? {} : { status: pluginAnswerOf(preFilter.status) }),
    ...(preFilter.nodeNames === undefined ? {} : { nodeNames: sorted([...preFilter.nodeNames]) }),
  }
  outcome['filterPlugins'] = framework.filter.map(({ name }) => name)
  outcome['filterSkipped'] = framework.filter.map(({ name }) => name).filter((name) => seen.skipped.has(name))
  const filter: Record<string, Record<string, unknown>> = {}
  for (const [i, row] of rows.entries()) {
    const answers: Record<string, unknown> = {}
    for (const plugin of framework.filter) {
      const verdict = seen.verdicts.get(plugin.name)?.[i] ?? 0
      if (verdict !== 0) answers[plugin.name] = answerOf(refusalOf(plugin, seen, info, verdict))
    }
    filter[table.info(row).name] = answers
  }
  outcome['filter'] = filter

  const { firstFailure, feasible } = searched(framework, info, rows, preFilter)
  outcome['firstFailure'] = firstFailure
  outcome['feasible'] = sorted(feasible.map((row) => table.info(row).name))
  if (decision.outcome !== 'scheduled') {
    outcome['fitError'] = decision.outcome === 'unschedulable' ? decision.message : undefined
    outcome['condition'] = { reason: decision.outcome === 'unschedulable' ? 'Unschedulable' : 'SchedulerError', message: decision.message }
  }
  if (feasible.length > 0) Object.assign(outcome, scored(framework, info, Int32Array.from(feasible)))
  const { postFilter } = recorder.found
  if (decision.outcome !== 'scheduled' && table.count > 0) outcome['postFilter'] = postFilterOf(framework, postFilter)
  return withoutEmpty(outcome)
}

function recorderOf(world: World, framework: Framework, pod: PodInfo): Recorder {
  const args = framework.postFilter.some(({ name }) => name === 'DefaultPreemption') ? world.preemption(framework.profileName) : undefined
  return new Recorder((statuses) => {
    if (args === undefined) return undefined
    const state = framework.newState()
    framework.runPreFilter(state, pod)
    return preempt(args, framework.handle, state, pod, statuses, { everyNode: true })
  })
}

/** Every node by the cycle's rules: with nominated Pods, in the order of the plugins, up to the first failure. */
function searched(framework: Framework, pod: PodInfo, rows: Int32Array, preFilter: PreFilterOutcome): { readonly firstFailure: Record<string, unknown>; readonly feasible: number[] } {
  const { table } = framework.handle
  const firstFailure: Record<string, unknown> = {}
  const feasible: number[] = []
  if (preFilter.status.code !== 'Success') return { firstFailure, feasible }
  const state = framework.newState()
  framework.runPreFilter(state, pod)
  for (const row of rows) {
    const { name } = table.info(row)
    if (preFilter.nodeNames !== undefined && !preFilter.nodeNames.has(name)) {
      firstFailure[name] = { code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy plugin(s) [${preFilter.narrowedBy.join(' ')}]`] }
      continue
    }
    const { verdict, plugin: index } = framework.filterRow(state, pod, row)
    const plugin = framework.filter[index]
    if (verdict === 0 || plugin === undefined) feasible.push(row)
    else firstFailure[name] = { ...answerOf(refusalOf(plugin, { state, preFilter: new Map(), skipped: new Set(), verdicts: new Map() }, pod, verdict)), plugin: plugin.name }
  }
  const nominated = feasible.find((row) => table.info(row).name === pod.pod.status?.nominatedNodeName)
  return { firstFailure, feasible: nominated === undefined ? feasible : [nominated] }
}

interface Scored {
  readonly scorePlugins: readonly string[]
  readonly scoreSkipped: readonly string[]
  readonly scoringRan: boolean
  readonly score: Readonly<Record<string, Record<string, unknown>>>
  readonly winners: readonly string[]
  readonly total: number
}

/** Scores of all feasible nodes, also of a single one, which the scheduler would not ask for. */
function scored(framework: Framework, pod: PodInfo, rows: Int32Array): Omit<Scored, 'total'> {
  const { total: _, ...rest } = scoreAll(framework, pod, rows)
  return rest
}

function scoreAll(framework: Framework, pod: PodInfo, rows: Int32Array): Scored {
  const { table } = framework.handle
  const state = framework.newState()
  // Filter leaves behind what some scores read.
  framework.runPreFilter(state, pod)
  for (const row of rows) framework.filterRow(state, pod, row)
  framework.runPreScore(state, pod, rows, rows.length)
  const raw = new Map<string, Float64Array>()
  const normalized = new Map<string, { readonly weight: number; readonly scores: Float64Array }>()
  const { totals, error } = framework.runScore(state, pod, rows, rows.length, {
    raw: (plugin, scores, count) => { raw.set(plugin, scores.slice(0, count)) },
    normalized: (plugin, weight, scores, count) => { normalized.set(plugin, { weight, scores: scores.slice(0, count) }) },
  })
  if (error !== undefined) throw new Error(error.reasons.join(', '))
  const skipped = framework.skippedScores(state)
  const none = framework.score.length === 0
  const score: Record<string, Record<string, unknown>> = {}
  let best = -Infinity
  for (const [i, row] of rows.entries()) {
    const total = none ? 1 : (totals[i] as number)
    const own: Record<string, unknown> = { total }
    for (const [plugin, { weight, scores }] of normalized) {
      own[plugin] = { raw: raw.get(plugin)?.[i], normalized: scores[i], weight, weighted: (scores[i] as number) * weight }
    }
    score[table.info(row).name] = own
    best = Math.max(best, total)
  }
  return {
    scorePlugins: framework.score.map(({ name }) => name), scoreSkipped: framework.score.map(({ name }) => name).filter((name) => skipped.has(name)),
    scoringRan: rows.length > 1, score, total: best,
    winners: sorted(Object.keys(score).filter((node) => score[node]?.['total'] === best)),
  }
}

function postFilterOf(framework: Framework, found: Search['postFilter']): unknown {
  if (framework.postFilter.length === 0 || found === undefined) return { status: { code: 'None' }, nominatedNode: '' }
  const { answer, result } = found
  const { code, plugin, reasons, nominatedNode } = answer
  const succeeded = code === 'Success'
  const candidates = Object.fromEntries((result?.candidates ?? []).map(({ node, victims, pdbViolations }) => [node, { victims: victims.map(({ key }) => key), pdbViolations }]))
  const best = (result?.best ?? []).map(({ node }) => node)
  const chosen = result?.best.find(({ node }) => node === nominatedNode)
  return {
    status: { ...answerOf({ code, reasons }), ...(succeeded || plugin === undefined ? {} : { plugin }) },
    nominatedNode: nominatedNode ?? null,
    candidates, notCandidates: Object.fromEntries([...(result?.failures ?? [])].map(([node, failure]) => [node, pluginAnswerOf(failure)])),
    ...(succeeded ? { acceptableNodes: sorted(best), victims: chosen?.victims.map(({ key }) => key) ?? [] } : {}),
  }
}

/** Absent members are empty ones. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value as Record<string, unknown>).filter(([, member]) => !isEmpty(member))
  return Object.fromEntries(kept.map(([name, member]) => [name, name === 'postFilter' || name === 'preFilter' ? withoutEmpty(member) : member]))
}

function isEmpty(member: unknown): boolean {
  if (member === undefined) return true
  if (Array.isArray(member)) return member.length === 0
  return typeof member === 'object' && member !== null && Object.keys(member).length === 0
}

// Other shapes

function checkOrder(own: Vector): void {
  const { past, frameworks } = makeWorld(own, [])
  const [framework] = frameworks.values()
  if (framework === undefined) throw new Error('no profile')
  interface Entry extends QueuedPodOrder { readonly key: string }
  const entries = (own.queue ?? []).map(({ timestamp, pod }, sequence): Entry => ({ key: keyOf(pod), priority: past.infos.of(pod).priority, timestamp: virtualOf(timestamp), sequence }))
  const queue = new Heap<Entry>((a, b) => framework.queueSort.less(a, b), entries)
  const order: string[] = []
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) order.push(entry.key)
  expectSame(order, own.expect.order, 'order')
}

function checkSequence(own: Vector, pods: readonly Pod[]): void {
  const world = makeWorld(own, pods)
  const { past } = world
  for (const [index, pod] of pods.entries()) {
    const framework = frameworkOf(world, pod)
    const info = past.podByKey(keyOf(pod)) as PodInfo
    const recorder = recorderOf(world, framework, info)
    const decision = decide(framework, framework.newState(), info, { startIndex: 0, percentageOfNodesToScore: 100, random: Random.seeded(1), listener: recorder })
    const expected = own.expect.steps?.[index]
    const path = `steps[${index}]`
    if (decision.outcome !== 'scheduled') {
      const answer = recorder.found.postFilter?.answer
      const result = recorder.found.postFilter?.result
      const succeeded = answer?.code === 'Success'
      const nominatedNode = answer?.nominatedNode
      expectSame({
        pod: info.key, feasible: 0, reason: decision.outcome === 'unschedulable' ? 'Unschedulable' : 'SchedulerError', message: decision.message,
        ...(succeeded ? { nominatedNode, acceptableNodes: sorted(result?.best.map(({ node }) => node) ?? []), victims: result?.best.find(({ node }) => node === nominatedNode)?.victims.map(({ key }) => key) } : {}),
      }, expected, path)
      if (own.nominate === true && succeeded && nominatedNode !== undefined) past.nominator.add(info, nominatedNode)
      continue
    }
    const preFilter = recorder.found.preFilter as PreFilterOutcome
    const { feasible } = searched(framework, info, past.table.order.slice(0, past.table.count), preFilter)
    const { winners, total } = scoreAll(framework, info, Int32Array.from(feasible))
    const chosen = winners[0] as string
    expectSame({ pod: info.key, feasible: feasible.length, winners, total, chosen }, expected, path)
    const startTime = new Date(Date.parse(start) + index * 60_000).toISOString().replace('.000Z', 'Z')
    past.nominator.delete(info.uid)
    past.table.addPod(past.table.rowOf(chosen) as number, past.infos.of({ ...pod, spec: { ...info.spec, nodeName: chosen }, status: { ...pod.status, startTime } }))
    past.table.refresh()
  }
}
