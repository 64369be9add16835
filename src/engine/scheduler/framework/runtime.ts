import { assert, type Random } from '../../../base'
import type { Plugins, PluginEntry, Profile, ExtensionPoint } from '../config/types'
import { MapCycleState } from './cycle-state'
import type { NodeStatuses} from './fit-error';
import { type FilterRun } from './fit-error'
import type { NodeTable } from './node-table'
import { sharedMax, SharedResults, type Victims } from './shared-results'
import {
  cycleStateKey, status, success, maxNodeScore, minNodeScore,
  type AnyPlugin, type BindPlugin, type ClusterEventWithHint, type CycleState, type Dependence, type FilterPlugin, type Handle, type PermitPlugin, type PluginFactory, type PluginRegistry,
  type PodInfo, type PodTemplate, type PostBindPlugin, type PostFilterAnswer, type PostFilterPlugin, type PreBindPlugin, type PreEnqueuePlugin, type PreFilterPlugin, type PreScorePlugin, type QueueSortPlugin,
  type ReservePlugin, type ScorePlugin, type Status,
} from './types'

/** Names of the filter plugins whose PreFilter answered Skip, and of the score plugins whose PreScore did. */
const skippedFilters = cycleStateKey<ReadonlySet<string>>('SkipFilterPlugins')
const skippedScores = cycleStateKey<ReadonlySet<string>>('SkipScorePlugins')

/** What the framework's own plugins (preemption) see beyond a `Handle`. */
export interface RuntimeHandle extends Handle {
  readonly framework: Framework
  readonly table: NodeTable
  readonly random: Random
  /** The Pod as the api-server last told of it. Upstream: PodLister. */
  podByKey(key: string): PodInfo | undefined
  readonly extenders: readonly Extender[]
}

/** A part of the decision outside the scheduler. Upstream: framework.Extender. */
export interface Extender {
  readonly name: string
  readonly weight: number
  readonly ignorable: boolean
  readonly isFilter: boolean
  readonly isPrioritizer: boolean
  readonly isBinder: boolean
  readonly supportsPreemption: boolean
  isInterested(pod: PodInfo): boolean
  /** Throws an Error to refuse to answer. */
  filter(pod: PodInfo, nodes: readonly string[]): ExtenderFilterAnswer
  /** Scores 0 to 10 by node. */
  prioritize(pod: PodInfo, nodes: readonly string[]): ReadonlyMap<string, number>
  /** Throws an Error when it did not bind. Asked only of binders. */
  bind(pod: PodInfo, node: string): void
  /** Throws an Error when it does not answer. Asked only of those that support it. */
  processPreemption(pod: PodInfo): void
}

/** Stands for all extenders among the plugins that refused a Pod. Upstream: framework.ExtenderName. */
export const extenderName = 'Extender'

export interface ExtenderFilterAnswer {
  readonly nodes: readonly string[]
  readonly failed: ReadonlyMap<string, string>
  readonly failedAndUnresolvable: ReadonlyMap<string, string>
}

export interface PreFilterOutcome {
  readonly status: Status
  /** What the search is narrowed to; undefined: all nodes. */
  readonly nodeNames: ReadonlySet<string> | undefined
  /** Plugins that narrowed it. */
  readonly narrowedBy: readonly string[]
}

/** Hears what each score plugin said; `scores` must be copied. */
export interface ScoreListener {
  raw(plugin: string, scores: Float64Array, count: number): void
  normalized(plugin: string, weight: number, scores: Float64Array, count: number): void
}

const implementedBy: Record<Exclude<ExtensionPoint, 'multiPoint'>, keyof AnyPlugin> = {
  preEnqueue: 'preEnqueue', queueSort: 'less', preFilter: 'preFilter', filter: 'filter', postFilter: 'postFilter', preScore: 'preScore', score: 'score',
  reserve: 'reserve', permit: 'permit', preBind: 'preBind', bind: 'bind', postBind: 'postBind',
}
const interfaceNames: Record<Exclude<ExtensionPoint, 'multiPoint'>, string> = {
  preEnqueue: 'PreEnqueuePlugin', queueSort: 'QueueSortPlugin', preFilter: 'PreFilterPlugin', filter: 'FilterPlugin', postFilter: 'PostFilterPlugin',
  preScore: 'PreScorePlugin', score: 'ScorePlugin', reserve: 'ReservePlugin', permit: 'PermitPlugin', preBind: 'PreBindPlugin', bind: 'BindPlugin', postBind: 'PostBindPlugin',
}

/** A set of names. Equal ones that were put together in the same order are one object. */
class Names {
  readonly names: ReadonlySet<string>
  readonly #more = new Map<string, Names>()

  constructor(names: ReadonlySet<string>) {
    this.names = names
  }

  with(name: string): Names {
    let more = this.#more.get(name)
    if (more === undefined) this.#more.set(name, more = new Names(new Set([...this.names, name])))
    return more
  }
}

interface Concerned {
  readonly plugins: readonly PreFilterPlugin[]
  readonly skipped: Names
}

/** What a configuration asks for that the plugins cannot do. Expected: shown to whoever wrote the configuration. */
export class FrameworkError extends Error {
  override readonly name = 'FrameworkError'
}

/** Rows looked at together: enough that a plugin's loop pays, few enough that little is wasted when enough nodes are found. */
const chunkMin = 64

/** Stands for a filter plugin where none has refused a row. */
const nobody = 255
/** Results are kept of plugins that have a bit of an integer of their own: the first ones, far more than any profile has. */
const keptPlugins = 31

const maxTotalScore = Number.MAX_SAFE_INTEGER
const permitMsMax = 15 * 60 * 1000

/**
 * The plugins of one profile, and how they are run at each extension point. Holds no state of a cycle but scratch arrays.
 * Upstream: framework/runtime.
 */
export class Framework {
  readonly profileName: string
  readonly percentageOfNodesToScore: number | undefined
  readonly handle: RuntimeHandle
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  readonly queueSort: QueueSortPlugin
  readonly preFilter: readonly PreFilterPlugin[]
  readonly filter: readonly FilterPlugin[]
  readonly postFilter: readonly PostFilterPlugin[]
  readonly preScore: readonly PreScorePlugin[]
  readonly score: readonly ScorePlugin[]
  readonly weights: readonly number[]
  readonly reserve: readonly ReservePlugin[]
  readonly permit: readonly PermitPlugin[]
  readonly preBind: readonly PreBindPlugin[]
  readonly bind: readonly BindPlugin[]
  readonly postBind: readonly PostBindPlugin[]
  readonly events: readonly { readonly plugin: string; readonly events: readonly ClusterEventWithHint[] }[]
  readonly #extended: readonly PreFilterPlugin[]
  #rows = new Int32Array(0)
  #verdicts = new Int32Array(0)
  #pluginOf = new Uint8Array(0)
  #feasible = new Int32Array(0)
  #scores = new Float64Array(0)
  #totals = new Float64Array(0)
  readonly #oneRow = new Int32Array(1)
  readonly #oneVerdict = new Int32Array(1)
  #staleRows = new Int32Array(0)
  #stalePlaces = new Int32Array(0)
  #staleVerdicts = new Int32Array(0)
  #stalePluginOf = new Uint8Array(0)
  readonly #shared = new Map<number, SharedResults>()
  /** The most recently used of them. Templates count from 1. */
  #lastShared = { id: 0, results: new SharedResults() }
  /** Nominated Pods that count in the present search, by row. */
  readonly #nominatedByRow: (readonly PodInfo[] | undefined)[] = []
  readonly #nominatedRows: number[] = []
  readonly #noneSkipped = new Names(new Set())
  readonly #concernedBy = new WeakMap<PodTemplate, Concerned>()
  #lastSkipped: ReadonlySet<string> | undefined
  #lastActive: readonly number[] = []
  /** Off: every Pod is worked out by itself. For the tests that hold the two against each other. */
  sharing = true

  /** Throws `FrameworkError` in upstream's words when the profile cannot be made to work. Upstream: NewFramework. */
  constructor(profile: Profile, registry: PluginRegistry, makeHandle: (framework: Framework) => RuntimeHandle) {
    this.profileName = profile.schedulerName
    this.percentageOfNodesToScore = profile.percentageOfNodesToScore
    this.handle = makeHandle(this)
    const args = new Map<string, unknown>()
    for (const { name, args: value } of profile.pluginConfig) {
      if (args.has(name)) throw new FrameworkError(`repeated config for plugin ${name}`)
      args.set(name, value)
    }
    const made = new Map<string, AnyPlugin>()
    const needed = new Set(Object.values(profile.plugins).flatMap(({ enabled }) => enabled.map(({ name }) => name)))
    for (const [name, factory] of Object.entries(registry)) {
      if (!needed.has(name)) continue
      try {
        made.set(name, (factory as PluginFactory)(args.get(name), this.handle))
      } catch (error) {
        if (error instanceof FrameworkError) throw new FrameworkError(`initializing plugin "${name}": ${error.message}`)
        throw error
      }
    }
    const at = <T extends AnyPlugin>(point: Exclude<ExtensionPoint, 'multiPoint'>): T[] => pluginsAt(point, profile.plugins, made) as T[]
    this.preEnqueue = at('preEnqueue')
    const sorts = at<QueueSortPlugin>('queueSort')
    this.preFilter = at('preFilter')
    this.filter = at('filter')
    this.postFilter = at('postFilter')
    this.preScore = at('preScore')
    this.score = at('score')
    this.reserve = at('reserve')
    this.permit = at('permit')
    this.preBind = at('preBind')
    this.bind = at('bind')
    this.postBind = at('postBind')
    if (sorts.length !== 1) {
      throw new FrameworkError(`only one queue sort plugin required for profile with scheduler name "${this.profileName}", but got ${sorts.length}`)
    }
    this.queueSort = sorts[0] as QueueSortPlugin
    if (this.bind.length === 0) throw new FrameworkError(`at least one bind plugin is needed for profile with scheduler name "${this.profileName}"`)
    const weights = scoreWeights([...profile.plugins.score.enabled, ...profile.plugins.multiPoint.enabled], made)
    this.weights = this.score.map(({ name }) => weights.get(name) ?? 1)
    // In the registry's order: which plugin is asked first about an event changes nothing.
    this.events = [...made.values()].flatMap((plugin) => {
      const events = plugin.eventsToRegister === undefined ? everyEvent : plugin.eventsToRegister()
      return events.length === 0 ? [] : [{ plugin: plugin.name, events }]
    })
    // An extender cannot say what it waits for: any event may help.
    if (this.handle.extenders.length > 0) this.events = [...this.events, { plugin: extenderName, events: everyEvent }]
    this.#extended = this.preFilter.filter(({ addPod }) => addPod !== undefined)
    assert(this.filter.length < nobody, 'a filter plugin has a number below that of nobody')
  }

  get hasScoring(): boolean {
    return this.score.length > 0 || this.handle.extenders.some(({ isPrioritizer }) => isPrioritizer)
  }

  skippedFilters(state: CycleState): ReadonlySet<string> {
    return state.read(skippedFilters) ?? nothing
  }

  skippedScores(state: CycleState): ReadonlySet<string> {
    return state.read(skippedScores) ?? nothing
  }

  newState(): MapCycleState {
    return new MapCycleState()
  }

  /** The PreFilter plugins that have to be asked about Pods of a template, and the names of the others. */
  #concerned(pod: PodInfo): Concerned {
    let concerned = this.#concernedBy.get(pod.template)
    if (concerned === undefined) {
      const plugins: PreFilterPlugin[] = []
      let skipped = this.#noneSkipped
      for (const plugin of this.preFilter) {
        if (plugin.concerns?.(pod) === false) skipped = skipped.with(plugin.name)
        else plugins.push(plugin)
      }
      this.#concernedBy.set(pod.template, concerned = { plugins, skipped })
    }
    return concerned
  }

  /** Upstream: RunPreFilterPlugins. */
  runPreFilter(state: CycleState, pod: PodInfo): PreFilterOutcome {
    const { table } = this.handle
    const concerned = this.#concerned(pod)
    let { skipped } = concerned
    state.write(skippedFilters, skipped.names)
    let nodeNames: ReadonlySet<string> | undefined
    const narrowedBy: string[] = []
    let refused: Status | undefined
    for (const plugin of concerned.plugins) {
      const answer = plugin.preFilter(state, pod, table)
      switch (answer.code) {
        case 'Skip':
          skipped = skipped.with(plugin.name)
          state.write(skippedFilters, skipped.names)
          continue
        case 'UnschedulableAndUnresolvable': case 'Pending':
          return { status: { ...answer, plugin: plugin.name }, nodeNames: undefined, narrowedBy: [] }
        case 'Unschedulable':
          // Preemption may follow and needs what the other plugins work out, so they all run.
          refused = { ...answer, plugin: plugin.name }
          continue
        case 'Success': break
        default:
          return {
            status: { code: 'Error', reasons: [`running PreFilter plugin "${plugin.name}": ${answer.reasons.join(', ')}`], plugin: plugin.name },
            nodeNames: undefined, narrowedBy: [],
          }
      }
      if (answer.nodeNames !== undefined) {
        narrowedBy.push(plugin.name)
        nodeNames = nodeNames === undefined ? answer.nodeNames : new Set([...nodeNames].filter((name) => answer.nodeNames?.has(name)))
        if (nodeNames.size === 0) {
          const names = narrowedBy.sort()
          const reason = names.length === 1 ? `node(s) didn't satisfy plugin ${names[0]}` : `node(s) didn't satisfy plugin(s) [${names.join(' ')}] simultaneously`
          return { status: status('UnschedulableAndUnresolvable', reason), nodeNames, narrowedBy: names }
        }
      }
    }
    return { status: refused ?? success, nodeNames, narrowedBy: narrowedBy.sort() }
  }

  /**
   * Looks for `wanted` nodes among `rows[0..count)`, going round from `start`. A filter's Error ends the search.
   * The answer lives in scratch arrays: it is good until the next search.
   */
  findFeasible(state: CycleState, pod: PodInfo, rows: Int32Array, count: number, start: number, wanted: number): { readonly run: FilterRun; readonly error?: Status } {
    this.#reserveScratch(Math.max(count, 1))
    const visit = this.#rows
    const verdicts = this.#verdicts
    const feasible = this.#feasible
    const plugins = this.#activeFilters(state)
    const { sharable, shared } = this.#sharedFilters(plugins, pod)
    const nominated = this.#noteNominated(pod)
    const progress: Collected = { found: 0, visited: 0, failed: false }
    while (progress.visited < count && progress.found < wanted) {
      const to = Math.min(count, progress.visited + Math.max(chunkMin, wanted - progress.found))
      this.#filterChunk(plugins, sharable, shared, state, pod, rows, count, start, progress.visited, to)
      if (nominated) this.#filterWithNominated(sharable === plugins.length ? shared : undefined, plugins, state, pod, progress.visited, to)
      collectFeasible(visit, verdicts, to, wanted, feasible, progress)
      if (progress.failed) {
        const { visited } = progress
        const plugin = this.filter[this.#pluginOf[visited] as number] as FilterPlugin
        const run = { rows: visit, visited: visited + 1, verdicts, pluginOf: this.#pluginOf, feasible, feasibleCount: progress.found }
        const reasons = [`running "${plugin.name}" filter plugin: ${plugin.reasons(state, pod, verdicts[visited] as number).join(', ')}`]
        return { run, error: { code: 'Error', reasons, plugin: plugin.name } }
      }
    }
    return { run: { rows: visit, visited: progress.visited, verdicts, pluginOf: this.#pluginOf, feasible, feasibleCount: progress.found } }
  }

  /**
   * One row with nominated Pods of equal or higher priority on it, then without: the first refusal, or verdict 0.
   * Upstream: RunFilterPluginsWithNominatedPods.
   */
  filterRow(state: CycleState, pod: PodInfo, row: number): { readonly verdict: number; readonly plugin: number } {
    const plugins = this.#activeFilters(state)
    const { table, nominator } = this.handle
    const nominated = nominator.podsFor(table.info(row).name)
    if (nominated.length > 0) {
      const added = nominated.filter((other) => countsFor(pod, other))
      if (added.length > 0) {
        const refused = this.#withPods(state, pod, row, added, () => this.#filterOne(plugins, state, pod, row))
        if (refused.verdict !== 0) return refused
      }
    }
    return this.#filterOne(plugins, state, pod, row)
  }

  /** What one plugin says of a row by itself, whatever the others say. Upstream has no such thing; explanations do. */
  filterAlone(plugin: FilterPlugin, state: CycleState, pod: PodInfo, rows: Int32Array, count: number, verdicts: Int32Array): void {
    verdicts.fill(0, 0, count)
    plugin.filter(state, pod, this.handle.table, rows, 0, count, verdicts)
  }

  /** Upstream: RunPostFilterPlugins. */
  runPostFilter(state: CycleState, pod: PodInfo, failed: NodeStatuses): PostFilterAnswer {
    let nominatedNode: string | undefined
    const reasons: string[] = []
    let refusing: string | undefined
    for (const plugin of this.postFilter) {
      const answer = plugin.postFilter(state, pod, this.handle.table, failed)
      if (answer.code === 'Success') return { ...answer, plugin: plugin.name }
      if (answer.code === 'UnschedulableAndUnresolvable') return { ...answer, plugin: plugin.name }
      if (answer.code !== 'Unschedulable' && answer.code !== 'Pending') {
        return { code: 'Error', reasons: answer.reasons, plugin: plugin.name }
      }
      if (answer.nominatedNode !== undefined) nominatedNode = answer.nominatedNode
      reasons.push(...answer.reasons)
      refusing ??= plugin.name
    }
    return { code: 'Unschedulable', reasons, ...(refusing === undefined ? {} : { plugin: refusing }), ...(nominatedNode === undefined ? {} : { nominatedNode }) }
  }

  /** Upstream: RunPreScorePlugins. */
  runPreScore(state: CycleState, pod: PodInfo, rows: Int32Array, count: number): Status {
    let skipped = this.#noneSkipped
    state.write(skippedScores, skipped.names)
    for (const plugin of this.preScore) {
      const answer = plugin.preScore(state, pod, this.handle.table, rows, count)
      if (answer.code === 'Skip') {
        skipped = skipped.with(plugin.name)
        state.write(skippedScores, skipped.names)
      } else if (answer.code !== 'Success') return status('Error', `running PreScore plugin "${plugin.name}": ${answer.reasons.join(', ')}`)
    }
    return success
  }

  /**
   * Totals of `rows[0..count)`, weighted; in a scratch array, good until the next call. Upstream: RunScorePlugins.
   */
  runScore(state: CycleState, pod: PodInfo, rows: Int32Array, count: number, listener?: ScoreListener): { readonly totals: Float64Array; readonly error?: Status } {
    this.#reserveScratch(count)
    const totals = this.#totals
    const scores = this.#scores
    const skipped = this.skippedScores(state)
    // An explanation wants to hear every plugin, so nothing is taken from what was kept.
    const kept = listener === undefined && this.sharing ? this.#keepScores(state, pod, rows, count, skipped) : 0
    if (typeof kept !== 'number') return { totals, error: kept }
    const shared = kept === 0 ? undefined : this.#sharedOf(pod)
    if (shared === undefined) totals.fill(0, 0, count)
    else gatherPlus(shared.base, this.#keptZeros(kept, shared), rows, count, totals)
    let place = 0
    for (let p = 0; p < this.score.length; p++) {
      const plugin = this.score[p] as ScorePlugin
      if (skipped.has(plugin.name)) continue
      const weight = this.weights[p] as number
      if (shared !== undefined && isKept(kept, p)) {
        // What needs no normalising is in the totals already, and what comes of nothing but zeros.
        if (plugin.normalizeScore === undefined) continue
        const raw = place++
        if (comesOfZeros(plugin, shared, raw)) continue
        gather(shared.raw[raw] as Float64Array, rows, count, scores)
      } else {
        scores.fill(0, 0, count)
        const answer = plugin.score(state, pod, this.handle.table, rows, count, scores)
        if (answer !== undefined && answer.code !== 'Success') return { totals, error: failedScore(plugin, answer) }
        listener?.raw(plugin.name, scores, count)
      }
      const normalized = plugin.normalizeScore?.(state, pod, this.handle.table, rows, count, scores)
      if (normalized !== undefined && normalized.code !== 'Success') {
        return { totals, error: status('Error', `running Normalize on Score plugins: plugin "${plugin.name}" failed with: ${normalized.reasons.join(', ')}`) }
      }
      listener?.normalized(plugin.name, weight, scores, count)
      const wrong = addWeighted(scores, weight, count, totals)
      if (wrong >= 0) return { totals, error: outOfRange(plugin, scores[wrong] as number) }
    }
    return { totals }
  }

  /** Brings what is kept for the Pod's template up to date for these rows. Answers with the plugins that are covered, a bit each. */
  #keepScores(state: CycleState, pod: PodInfo, rows: Int32Array, count: number, skipped: ReadonlySet<string>): number | Status {
    const { table } = this.handle
    let kept = 0
    let normalizing = 0
    let version = ''
    for (let p = 0; p < Math.min(this.score.length, keptPlugins); p++) {
      const plugin = this.score[p] as ScorePlugin
      if (skipped.has(plugin.name)) continue
      const { scoreDependence } = plugin
      const dependence: Dependence = typeof scoreDependence === 'function' ? scoreDependence(pod) : scoreDependence ?? 'cluster'
      if (dependence === 'cluster') continue
      if (dependence === 'nodes') version += `${plugin.scoreVersion?.(pod, table) ?? table.nodesVersion} `
      if (plugin.normalizeScore !== undefined) normalizing++
      kept |= 1 << p
    }
    if (kept === 0) return 0
    const shared = this.#sharedOf(pod)
    shared.useScorers(table, kept, normalizing, version)
    const { scoredAt, base } = shared
    const { generations } = table
    const staleRows = this.#staleRows
    const stale = collectStale(rows, count, scoredAt, generations, staleRows)
    if (stale === 0) return kept
    for (let k = 0; k < stale; k++) {
      const row = staleRows[k] as number
      scoredAt[row] = generations[row] as number
      base[row] = 0
    }
    const scores = this.#scores
    let place = 0
    for (let p = 0; p < this.score.length; p++) {
      if (!isKept(kept, p)) continue
      const plugin = this.score[p] as ScorePlugin
      const weight = this.weights[p] as number
      scores.fill(0, 0, stale)
      const answer = plugin.score(state, pod, table, staleRows, stale, scores)
      let wrong: Status | undefined
      if (answer !== undefined && answer.code !== 'Success') wrong = failedScore(plugin, answer)
      else if (plugin.normalizeScore !== undefined) {
        if (keepRaw(scores, staleRows, stale, shared.raw[place] as Float64Array)) shared.rawSaysSomething[place] = true
        place++
      } else {
        const at = addToRows(scores, weight, staleRows, stale, base)
        if (at >= 0) wrong = outOfRange(plugin, scores[at] as number)
      }
      if (wrong !== undefined) {
        scoredAt.fill(0)
        return wrong
      }
    }
    return kept
  }

  /** What kept plugins add to every row alike, as all their raw scores are 0. */
  #keptZeros(kept: number, shared: SharedResults): number {
    let sum = 0
    let place = 0
    for (let p = 0; p < this.score.length; p++) {
      const plugin = this.score[p] as ScorePlugin
      if (!isKept(kept, p) || plugin.normalizeScore === undefined) continue
      if (comesOfZeros(plugin, shared, place++)) sum += (plugin.normalizedZero as number) * (this.weights[p] as number)
    }
    return sum
  }

  runReserve(state: CycleState, pod: PodInfo, node: string): Status {
    for (const plugin of this.reserve) {
      const answer = plugin.reserve(state, pod, node)
      if (answer.code === 'Success') continue
      if (isRejected(answer)) return { ...answer, plugin: plugin.name }
      return status('Error', `running Reserve plugin "${plugin.name}": ${answer.reasons.join(', ')}`)
    }
    return success
  }

  /** In the reverse order of Reserve. */
  runUnreserve(state: CycleState, pod: PodInfo, node: string): void {
    for (let i = this.reserve.length - 1; i >= 0; i--) this.reserve[i]?.unreserve(state, pod, node)
  }

  /** Wait: `waits` says for how long each plugin may keep the Pod. */
  runPermit(state: CycleState, pod: PodInfo, node: string): { readonly status: Status; readonly waits: ReadonlyMap<string, number> } {
    const waits = new Map<string, number>()
    for (const plugin of this.permit) {
      const answer = plugin.permit(state, pod, node)
      if (answer.code === 'Success') continue
      if (isRejected(answer)) return { status: { ...answer, plugin: plugin.name }, waits }
      if (answer.code === 'Wait') waits.set(plugin.name, Math.min(answer.timeoutMs ?? 0, permitMsMax))
      else return { status: { code: 'Error', reasons: [`running Permit plugin "${plugin.name}": ${answer.reasons.join(', ')}`], plugin: plugin.name }, waits }
    }
    return { status: waits.size === 0 ? success : status('Wait', 'one or more plugins asked to wait and no plugin rejected pod'), waits }
  }

  /** Success when a PreBind plugin has work to do, Skip when none has. Upstream: RunPreBindPreFlights. */
  runPreBindPreFlight(state: CycleState, pod: PodInfo, node: string): Status {
    let answer: Status = status('Skip')
    for (const plugin of this.preBind) {
      const own = plugin.preBindPreFlight?.(state, pod, node) ?? success
      if (own.code === 'Skip') continue
      if (own.code !== 'Success') return status('Error', `running PreBindPreFlight "${plugin.name}": ${own.reasons.join(', ')}`)
      answer = success
    }
    return answer
  }

  /** Wait: to be asked again. */
  runPreBind(state: CycleState, pod: PodInfo, node: string): Status & { readonly timeoutMs?: number } {
    for (const plugin of this.preBind) {
      if (plugin.preBindPreFlight?.(state, pod, node).code === 'Skip') continue
      const answer = plugin.preBind(state, pod, node)
      if (answer.code === 'Success') continue
      if (answer.code === 'Wait' || isRejected(answer)) return { ...answer, plugin: plugin.name }
      return status('Error', `running PreBind plugin "${plugin.name}": ${answer.reasons.join(', ')}`)
    }
    return success
  }

  /** The first extender that binds wins over the plugins. */
  runBind(state: CycleState, pod: PodInfo, node: string): Status {
    for (const extender of this.handle.extenders) {
      if (!extender.isBinder || !extender.isInterested(pod)) continue
      try {
        extender.bind(pod, node)
        return success
      } catch (error) {
        if (!extender.ignorable) return status('Error', error instanceof Error ? error.message : String(error))
      }
    }
    for (const plugin of this.bind) {
      const answer = plugin.bind(state, pod, node)
      if (answer.code === 'Skip') continue
      if (answer.code === 'Success') return answer
      if (isRejected(answer)) return { ...answer, plugin: plugin.name }
      return status('Error', `running Bind plugin "${plugin.name}": ${answer.reasons.join(', ')}`)
    }
    return status('Skip')
  }

  runPostBind(state: CycleState, pod: PodInfo, node: string): void {
    for (const plugin of this.postBind) plugin.postBind(state, pod, node)
  }

  /** Runs `act` with Pods on a row that are not there yet; row and state are afterwards what they were. */
  #withPods<T>(state: CycleState, pod: PodInfo, row: number, pods: readonly PodInfo[], act: () => T): T {
    const { table } = this.handle
    const { generation } = table.info(row)
    for (const added of pods) this.movePod(state, pod, row, added, 'back')
    const result = act()
    for (let i = pods.length - 1; i >= 0; i--) this.movePod(state, pod, row, pods[i] as PodInfo, 'off')
    table.restoreGeneration(row, generation)
    return result
  }

  /** For preemption: takes a Pod off a row (or puts it back) and tells the plugins. Upstream: RunPreFilterExtensionRemovePod, AddPod. */
  movePod(state: CycleState, pod: PodInfo, row: number, moved: PodInfo, to: 'off' | 'back'): Status {
    const { table } = this.handle
    if (to === 'off') table.unplace(row, moved)
    else table.place(row, moved)
    const skipped = this.skippedFilters(state)
    for (const plugin of this.#extended) {
      if (skipped.has(plugin.name)) continue
      const answer = to === 'off' ? plugin.removePod?.(state, pod, moved, table, row) : plugin.addPod?.(state, pod, moved, table, row)
      if (answer !== undefined && answer.code !== 'Success') {
        return status('Error', `running ${to === 'off' ? 'RemovePod' : 'AddPod'} on PreFilter plugin "${plugin.name}": ${answer.reasons.join(', ')}`)
      }
    }
    return success
  }

  #activeFilters(state: CycleState): readonly number[] {
    const skipped = this.skippedFilters(state)
    // One cycle asks again and again, and so does the next that skips the same.
    if (skipped === this.#lastSkipped) return this.#lastActive
    const active: number[] = []
    for (let i = 0; i < this.filter.length; i++) if (!skipped.has((this.filter[i] as FilterPlugin).name)) active.push(i)
    this.#lastSkipped = skipped
    this.#lastActive = active
    return active
  }

  /**
   * Plugins in order on places `from` to `to` of a round through `rows[0..count)` that begins at `start`; the first ones from what was
   * kept for the Pod's template where that still holds.
   */
  #filterChunk(
    plugins: readonly number[], sharable: number, shared: SharedResults | undefined, state: CycleState, pod: PodInfo,
    rows: Int32Array, count: number, start: number, from: number, to: number,
  ): void {
    const visit = this.#rows
    const verdicts = this.#verdicts
    const pluginOf = this.#pluginOf
    copyRound(rows, count, start, visit, from, to)
    if (shared === undefined) {
      verdicts.fill(0, from, to)
      this.#runFilters(plugins, 0, plugins.length, state, pod, visit, from, to, verdicts, pluginOf)
      return
    }
    const generations = this.handle.table.generations
    const { filteredAt, verdicts: kept, pluginOf: keptPlugin } = shared
    const staleRows = this.#staleRows
    const stalePlaces = this.#stalePlaces
    // Plugins that follow have to see whom nobody has refused yet.
    if (sharable < plugins.length) pluginOf.fill(nobody, from, to)
    const stale = takeKept(visit, from, to, filteredAt, generations, kept, keptPlugin, verdicts, pluginOf, staleRows, stalePlaces)
    if (stale > 0) {
      const found = this.#staleVerdicts
      found.fill(0, 0, stale)
      this.#runFilters(plugins, 0, sharable, state, pod, staleRows, 0, stale, found, this.#stalePluginOf)
      for (let k = 0; k < stale; k++) {
        const row = staleRows[k] as number
        const i = stalePlaces[k] as number
        const verdict = found[k] as number
        const plugin = this.#stalePluginOf[k] as number
        verdicts[i] = verdict
        pluginOf[i] = plugin
        kept[row] = verdict
        keptPlugin[row] = plugin
        filteredAt[row] = generations[row] as number
      }
    }
    if (sharable < plugins.length) this.#runFilters(plugins, sharable, plugins.length, state, pod, visit, from, to, verdicts, pluginOf)
  }

  #runFilters(
    plugins: readonly number[], first: number, end: number, state: CycleState, pod: PodInfo, rows: Int32Array, from: number, to: number, verdicts: Int32Array, pluginOf: Uint8Array,
  ): void {
    const { table } = this.handle
    if (first === 0) pluginOf.fill(nobody, from, to)
    for (let p = first; p < end; p++) {
      const index = plugins[p] as number
      ;(this.filter[index] as FilterPlugin).filter(state, pod, table, rows, from, to, verdicts)
      noteRefusals(verdicts, pluginOf, from, to, index)
    }
  }

  /** How many of the first plugins depend on nothing but template and rows, and what was kept of them. */
  #sharedFilters(plugins: readonly number[], pod: PodInfo): { readonly sharable: number; readonly shared: SharedResults | undefined } {
    if (!this.sharing) return { sharable: 0, shared: undefined }
    let sharable = 0
    let nodes = false
    let key = 0
    for (; sharable < plugins.length; sharable++) {
      const index = plugins[sharable] as number
      if (index >= keptPlugins) break
      const { filterDependence } = this.filter[index] as FilterPlugin
      const dependence: Dependence = typeof filterDependence === 'function' ? filterDependence(pod) : filterDependence ?? 'cluster'
      if (dependence === 'cluster') break
      if (dependence === 'nodes') nodes = true
      key |= 1 << index
    }
    if (sharable === 0) return { sharable, shared: undefined }
    const shared = this.#sharedOf(pod)
    shared.useFilters(this.handle.table, key, nodes ? this.handle.table.nodesVersion : 0)
    return { sharable, shared }
  }

  #sharedOf(pod: PodInfo): SharedResults {
    const { id } = pod.template
    if (id === this.#lastShared.id) return this.#lastShared.results
    let shared = this.#shared.get(id)
    if (shared === undefined) {
      if (this.#shared.size >= sharedMax(this.handle.table.capacity)) {
        // The least recently used template makes room.
        const [oldest, results] = this.#shared.entries().next().value as [number, SharedResults]
        this.#shared.delete(oldest)
        results.forget()
        shared = results
      } else shared = new SharedResults()
    } else this.#shared.delete(id)
    // Last in the map's order: the most recently used.
    this.#shared.set(id, shared)
    this.#lastShared = { id, results: shared }
    return shared
  }

  #filterOne(plugins: readonly number[], state: CycleState, pod: PodInfo, row: number): { readonly verdict: number; readonly plugin: number } {
    const { table } = this.handle
    this.#oneRow[0] = row
    for (const index of plugins) {
      this.#oneVerdict[0] = 0
      ;(this.filter[index] as FilterPlugin).filter(state, pod, table, this.#oneRow, 0, 1, this.#oneVerdict)
      const verdict = this.#oneVerdict[0] as number
      if (verdict !== 0) return { verdict, plugin: index }
    }
    return { verdict: 0, plugin: 0 }
  }

  #filterWithNominated(shared: SharedResults | undefined, plugins: readonly number[], state: CycleState, pod: PodInfo, from: number, to: number): void {
    const byRow = this.#nominatedByRow
    for (let i = from; i < to; i++) {
      const row = this.#rows[i] as number
      const nominated = byRow[row]
      if (nominated === undefined) continue
      const refused = this.#withNominated(shared, plugins, state, pod, row, nominated)
      if (refused.verdict === 0) continue
      this.#verdicts[i] = refused.verdict
      this.#pluginOf[i] = refused.plugin
    }
  }

  #withNominated(
    shared: SharedResults | undefined, plugins: readonly number[], state: CycleState, pod: PodInfo, row: number, nominated: readonly PodInfo[],
  ): { readonly verdict: number; readonly plugin: number } {
    const generation = this.handle.table.generations[row] as number
    const known = shared?.withNominated.get(row)
    if (known !== undefined && known.generation === generation && known.nominated === nominated && !includes(nominated, pod)) return known
    const refused = this.#withPods(state, pod, row, nominated.filter((other) => countsFor(pod, other)), () => this.#filterOne(plugins, state, pod, row))
    if (shared !== undefined && !includes(nominated, pod)) shared.withNominated.set(row, { generation, nominated, ...refused })
    return refused
  }

  /**
   * Remembers what preemption found for Pods of one template on a row, as long as nothing but row, template and nominated Pods
   * counts. Its trials cost the most of all.
   */
  victimsMemo(state: CycleState, pod: PodInfo): (row: number, find: () => Victims['found']) => Victims['found'] {
    const plugins = this.#activeFilters(state)
    const { sharable, shared } = this.#sharedFilters(plugins, pod)
    if (shared === undefined || sharable < plugins.length) return (_row, find) => find()
    const { table, nominator } = this.handle
    return (row, find) => {
      const { name, generation } = table.info(row)
      const nominated = nominator.podsFor(name)
      if (includes(nominated, pod)) return find()
      const known = shared.victims.get(row)
      if (known !== undefined && known.generation === generation && known.nominated === nominated) return known.found
      const found = find()
      shared.victims.set(row, { generation, nominated, found })
      return found
    }
  }

  /** Notes by row which nominated Pods count for this one; false when none does. */
  #noteNominated(pod: PodInfo): boolean {
    const { nominator, table } = this.handle
    const byRow = this.#nominatedByRow
    for (const row of this.#nominatedRows) byRow[row] = undefined
    this.#nominatedRows.length = 0
    for (const name of nominator.nodes()) {
      const row = table.rowOf(name)
      if (row === undefined) continue
      const pods = nominator.podsFor(name)
      for (const other of pods) {
        if (!countsFor(pod, other)) continue
        byRow[row] = pods
        this.#nominatedRows.push(row)
        break
      }
    }
    return this.#nominatedRows.length > 0
  }

  #reserveScratch(count: number): void {
    if (this.#rows.length >= count) return
    const size = Math.max(count, this.handle.table.capacity)
    this.#rows = new Int32Array(size)
    this.#verdicts = new Int32Array(size)
    this.#pluginOf = new Uint8Array(size)
    this.#feasible = new Int32Array(size)
    this.#scores = new Float64Array(size)
    this.#totals = new Float64Array(size)
    this.#staleRows = new Int32Array(size)
    this.#stalePlaces = new Int32Array(size)
    this.#staleVerdicts = new Int32Array(size)
    this.#stalePluginOf = new Uint8Array(size)
  }
}

export function isRejected({ code }: Status): boolean {
  return code === 'Unschedulable' || code === 'UnschedulableAndUnresolvable' || code === 'Pending'
}

// Hot loops are plain functions over arrays: V8 compiles them by themselves.

/** Whether a nominated Pod's room is taken for this one: it is as important, and another. */
function countsFor(pod: PodInfo, other: PodInfo): boolean {
  return other.priority >= pod.priority && other.uid !== pod.uid
}

function includes(pods: readonly PodInfo[], pod: PodInfo): boolean {
  for (const other of pods) if (other.uid === pod.uid) return true
  return false
}

function gather(from: Float64Array, rows: Int32Array, count: number, into: Float64Array): void {
  for (let i = 0; i < count; i++) into[i] = from[rows[i] as number] as number
}

/** Sums of a row and what is the same for all. */
function gatherPlus(from: Float64Array, plus: number, rows: Int32Array, count: number, into: Float64Array): void {
  for (let i = 0; i < count; i++) into[i] = (from[rows[i] as number] as number) + plus
}

/** Puts scores down by row; whether one of them is not 0. */
function keepRaw(scores: Float64Array, rows: Int32Array, count: number, raw: Float64Array): boolean {
  let says = false
  for (let k = 0; k < count; k++) {
    const score = scores[k] as number
    raw[rows[k] as number] = score
    if (score !== 0) says = true
  }
  return says
}

/** Adds scores times weight by row; the place of the first score out of range, or -1. */
function addToRows(scores: Float64Array, weight: number, rows: Int32Array, count: number, sums: Float64Array): number {
  for (let k = 0; k < count; k++) {
    const score = scores[k] as number
    if (!(score >= minNodeScore && score <= maxNodeScore)) return k
    const row = rows[k] as number
    sums[row] = (sums[row] as number) + score * weight
  }
  return -1
}

/** Adds scores times weight; the place of the first score out of range, or -1. */
function addWeighted(scores: Float64Array, weight: number, count: number, totals: Float64Array): number {
  for (let i = 0; i < count; i++) {
    const score = scores[i] as number
    if (!(score >= minNodeScore && score <= maxNodeScore)) return i
    totals[i] = (totals[i] as number) + score * weight
  }
  return -1
}

/** Rows whose kept results are older than the rows themselves; how many. */
function collectStale(rows: Int32Array, count: number, keptAt: Int32Array, generations: Int32Array, stale: Int32Array): number {
  let found = 0
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number
    if (keptAt[row] !== generations[row]) stale[found++] = row
  }
  return found
}

/** Takes kept verdicts where they still hold; where not, notes row and place. How many of those. */
function takeKept(
  visit: Int32Array, from: number, to: number, keptAt: Int32Array, generations: Int32Array, kept: Int32Array, keptPlugin: Uint8Array,
  verdicts: Int32Array, pluginOf: Uint8Array, staleRows: Int32Array, stalePlaces: Int32Array,
): number {
  let stale = 0
  for (let i = from; i < to; i++) {
    const row = visit[i] as number
    if (keptAt[row] === generations[row]) {
      const verdict = kept[row] as number
      verdicts[i] = verdict
      if (verdict !== 0) pluginOf[i] = keptPlugin[row] as number
    } else {
      staleRows[stale] = row
      stalePlaces[stale++] = i
    }
  }
  return stale
}

/** Notes which plugin refused the rows that nobody had refused before. */
function noteRefusals(verdicts: Int32Array, pluginOf: Uint8Array, from: number, to: number, plugin: number): void {
  for (let i = from; i < to; i++) if (verdicts[i] !== 0 && pluginOf[i] === nobody) pluginOf[i] = plugin
}

/** Rows in visit order, going round from `start`: places `from` to `to` of it. */
function copyRound(rows: Int32Array, count: number, start: number, visit: Int32Array, from: number, to: number): void {
  const wrap = count - start
  for (let i = from; i < to; i++) visit[i] = rows[i < wrap ? start + i : i - wrap] as number
}

interface Collected {
  found: number
  visited: number
  /** An Error verdict stopped it. */
  failed: boolean
}

/** Takes passing rows until enough are found; goes on from `progress`. */
function collectFeasible(visit: Int32Array, verdicts: Int32Array, to: number, wanted: number, feasible: Int32Array, progress: Collected): void {
  let { found, visited } = progress
  for (; visited < to && found < wanted; visited++) {
    const verdict = verdicts[visited] as number
    if (verdict === 0) feasible[found++] = visit[visited] as number
    else if ((verdict & 3) === 3) {
      progress.failed = true
      break
    }
  }
  progress.found = found
  progress.visited = visited
}

/** Whether a score plugin is among the kept ones. */
function isKept(kept: number, plugin: number): boolean {
  return plugin < keptPlugins && (kept & (1 << plugin)) !== 0
}

/** Whether normalising a kept plugin's raw scores is known to give the same for every row. */
function comesOfZeros({ normalizedZero }: ScorePlugin, shared: SharedResults, place: number): boolean {
  return normalizedZero !== undefined && shared.rawSaysSomething[place] === false
}

function failedScore({ name }: ScorePlugin, { reasons }: Status): Status {
  return status('Error', `running Score plugins: plugin "${name}" failed with: ${reasons.join(', ')}`)
}

function outOfRange({ name }: ScorePlugin, score: number): Status {
  const range = `[${minNodeScore}, ${maxNodeScore}]`
  return status('Error', `applying score defaultWeights on Score plugins: plugin "${name}" returns an invalid score ${score}, it should in the range of ${range} after normalizing`)
}

const nothing: ReadonlySet<string> = new Set()

/** For plugins that do not say what they wait for. Upstream: framework.UnrollWildCardResource. */
const everyEvent: readonly ClusterEventWithHint[] = (
  ['AssignedPod', 'UnscheduledPod', 'TargetPod', 'Node', 'PersistentVolume', 'PersistentVolumeClaim', 'CSINode', 'CSIDriver', 'CSIStorageCapacity', 'StorageClass', 'ResourceClaim', 'DeviceClass'] as const
).map((resource) => ({ resource, action: (1 << 15) - 1 }))

/**
 * Plugins of an extension point: those named for it that multiPoint names too keep their own order and come first, then
 * multiPoint's, then the rest. Upstream: updatePluginList, expandMultiPointPlugins.
 */
function pluginsAt(point: Exclude<ExtensionPoint, 'multiPoint'>, plugins: Plugins, made: ReadonlyMap<string, AnyPlugin>): AnyPlugin[] {
  const method = implementedBy[point]
  const kind = interfaceNames[point]
  const { enabled, disabled } = plugins[point]
  const own = new Set<string>()
  for (const { name } of enabled) {
    const plugin = made.get(name)
    if (plugin === undefined) throw new FrameworkError(`${kind} "${name}" does not exist`)
    if (plugin[method] === undefined) throw new FrameworkError(`plugin "${name}" does not extend ${kind} plugin`)
    if (own.has(name)) throw new FrameworkError(`plugin "${name}" already registered as "${kind}"`)
    own.add(name)
  }
  const off = new Set(disabled.map(({ name }) => name))
  const expanded = new Set<string>()
  const overridden = new Set<string>()
  if (!off.has('*')) {
    for (const { name } of plugins.multiPoint.enabled) {
      const plugin = made.get(name)
      if (plugin === undefined) throw new FrameworkError(`${kind} "${name}" does not exist`)
      if (plugin[method] === undefined || off.has(name)) continue
      if (own.has(name)) overridden.add(name)
      else if (expanded.has(name)) throw new FrameworkError(`plugin "${name}" already registered as "${kind}"`)
      else expanded.add(name)
    }
  }
  const order = [...[...own].filter((name) => overridden.has(name)), ...expanded, ...[...own].filter((name) => !overridden.has(name))]
  return order.map((name) => made.get(name) as AnyPlugin)
}

function scoreWeights(entries: readonly PluginEntry[], made: ReadonlyMap<string, AnyPlugin>): Map<string, number> {
  const weights = new Map<string, number>()
  let total = 0
  for (const { name, weight } of entries) {
    if (made.get(name)?.score === undefined || weights.has(name)) continue
    const used = weight === 0 ? 1 : weight
    weights.set(name, used)
    if (used * maxNodeScore > maxTotalScore - total) throw new FrameworkError('score plugins: total score of Score plugins could overflow')
    total += used * maxNodeScore
  }
  return weights
}
