import type { ApiResponse, Explanation, Node, Pod, Status } from '../api'
import type { TraceRecord } from '../engine'
import type { Beat, NowFact, Target } from '../protocol'
import { isCycle, kindWord } from './chronicle'
import { bareName, componentName, componentTarget, controllerManager, controllerWord, isPerson, nodeOf, nowhere, objectTarget, replicasOf, scheduler, subjectOf, zoneOf } from './names'
import { faultFact } from './faults'
import { isActive } from './pod-view'
import { changeOf, type Change, type Happening, type Message } from './run'
import { kindOfConfiguration } from './scheduler-configuration'
import { trafficFact } from './traffic-facts'

type Args = NowFact['args']
type RequestRecord = Extract<TraceRecord, { readonly type: 'request' }>

/** A fact before its wake, and how much it matters beside others of the same event: of several the highest rank is told. */
export interface RankedFact {
  readonly id: string
  readonly args: Args
  readonly target: Target
  readonly rank: number
  readonly from: string
}

/** From this rank on a reader wants to stand there. */
export const notableRank = 50

const noPod = { pod: '', podName: '' }

function podArgs(key: string): { readonly pod: string; readonly podName: string } {
  return key === '' ? noPod : { pod: key, podName: bareName(key) }
}

/** What an event did, as one fact. `podOf` gives a Pod as it stands after the event. */
export function factOf(happening: Happening, podOf: (key: string) => Pod | undefined): RankedFact {
  let best: RankedFact | undefined
  let more = 0
  for (const record of happening.records) {
    const fact = recordFact(record, happening, podOf)
    if (fact === undefined) continue
    if (best?.id === fact.id && fact.rank === best.rank) more++
    if (best === undefined || fact.rank > best.rank) {
      best = fact
      more = 0
    }
  }
  if (happening.input?.objects !== undefined) {
    const count = (kind: string): number => happening.input?.objects?.filter((object) => object.kind === kind).length ?? 0
    return { id: 'caption.imported', args: { nodes: count('Node'), pods: count('Pod'), objects: happening.input.objects.length }, target: nowhere, rank: 90, from: 'kubectl' }
  }
  if (happening.input?.scheduler !== undefined) {
    const kind = kindOfConfiguration(happening.input.scheduler.configuration)
    return { id: 'caption.configured', args: { kind }, target: componentTarget(scheduler), rank: 90, from: 'kubectl' }
  }
  if (best === undefined) return { id: 'caption.event', args: { by: happening.to, what: happening.type }, target: componentTarget(happening.to), rank: 0, from: happening.to }
  return more > 0 ? { ...best, args: { ...best.args, more } } : best
}

export function withWake(fact: RankedFact, event: number, messages: readonly Message[]): NowFact {
  const wake: Target[] = []
  const key = (target: Target): string => `${target.kind} ${target.name}`
  const seen = new Set([key(fact.target), key(componentTarget(fact.from))])
  for (let index = messages.length - 1; index >= 0 && wake.length < 2; index--) {
    const message = messages[index] as Message
    if (message.event >= event) continue
    const target = componentTarget(message.from)
    if (seen.has(key(target))) continue
    seen.add(key(target))
    wake.unshift(target)
  }
  const { id, args, target } = fact
  return { id, args, target, wake }
}

function recordFact(record: TraceRecord, happening: Happening, podOf: (key: string) => Pod | undefined): RankedFact | undefined {
  switch (record.type) {
    case 'request': return requestFact(record, happening)
    case 'watch': return watchFact(record, podOf)
    case 'begin': case 'end': case 'note': return workFact(record)
  }
}

function requestFact(record: RequestRecord, happening: Happening): RankedFact | undefined {
  const { from, verb, resource, subresource, code } = record
  const key = subjectOf(record)
  const by = componentName(from)
  const kind = kindWord(resource)
  const target = objectTarget(resource, key)
  const make = (id: string, rank: number, args: Args, at: Target = target): RankedFact => ({ id: `caption.${id}`, args, target: at, rank, from })
  if (code >= 400) {
    if (subresource === 'binding') return make('bindingFailed', 88, { ...podArgs(key), code, message: record.reason ?? '', node: '' })
    if (code === 409 && verb !== 'create') return make('conflict', 30, { by, kind, name: bareName(key) })
    const message = refusalMessage(happening, record)
    return make('refused', isPerson(from) ? 95 : 40, { by, verb, kind, name: bareName(key), code, reason: record.reason ?? '', message })
  }
  if (verb === 'get' || verb === 'list' || verb === 'watch') return make('read', 1, { by, verb, kind, name: bareName(key) }, componentTarget(from))
  const change = changeOf(record, happening)
  // An apply is a PATCH also where it makes the object.
  const created = change !== undefined && change.before === undefined
  const controller = controllerOf(record, happening)
  const who = { by, ...(controller === undefined ? {} : { controller }) }
  if (resource === 'leases') {
    const node = record.namespace === 'kube-node-lease' ? record.objectName ?? '' : undefined
    return node === undefined ? make('updated', 5, { kind, name: bareName(key), namespace: record.namespace ?? '', ...who }, componentTarget(from)) : make('leaseRenewed', 4, { node }, { kind: 'node', name: node })
  }
  if (resource === 'events') {
    const event = change?.object as { readonly reason?: string; readonly message?: string; readonly type?: string; readonly involvedObject?: { readonly namespace?: string; readonly name?: string; readonly kind?: string } } | undefined
    const about = event?.involvedObject
    const subject = about?.namespace && about.kind !== 'Node' ? `${about.namespace}/${about.name ?? ''}` : about?.name ?? ''
    return make('eventRecorded', 8, { by, reason: event?.reason ?? '', about: subject, message: event?.message ?? '', type: event?.type ?? '' }, about?.kind === 'Pod' ? { kind: 'pod', name: subject } : about?.kind === 'Node' ? { kind: 'node', name: subject } : componentTarget(from))
  }
  if (resource === 'pods') {
    if (subresource === 'binding') {
      const node = (change?.object as Pod | undefined)?.spec?.nodeName ?? ''
      return make('bound', 86, { ...podArgs(key), node })
    }
    if (subresource === 'eviction') return make('podEvicted', 82, { ...podArgs(key), ...who })
    if (created) return make('podCreated', 80, { ...podArgs(key), ...who })
    if (verb === 'delete') {
      return change !== undefined && change.object === undefined && nodeOf(from) !== undefined ? make('podRemoved', 60, { ...podArgs(key), by }) : make('podDeleted', 75, { ...podArgs(key), ...who })
    }
    return podFact(change, key, who, make) ?? make('updated', 25, { kind, name: bareName(key), namespace: record.namespace ?? '', ...who })
  }
  if (resource === 'nodes') {
    if (created) return make('nodeRegistered', 65, { node: key, zone: zoneOf(change?.object as Node | undefined) })
    return nodeFact(change, key, by, make) ?? (nodeOf(from) !== undefined ? make('nodeStatus', 4, { node: key }) : make('updated', 30, { kind, name: key, namespace: '', ...who }))
  }
  const names = { kind, name: bareName(key), namespace: record.namespace ?? '' }
  const [before, after] = [replicasOf(change?.before), replicasOf(change?.object)]
  const scaled = change?.before !== undefined && change.object !== undefined && before !== undefined && after !== undefined && before !== after
  const workload = target.kind === 'workload'
  if (isPerson(from) && verb !== 'delete' && subresource !== 'status' && workload) {
    return make('deploymentApplied', 85, { ...names, outcome: created ? 'created' : 'configured', by, ...(scaled ? { from: before, to: after } : {}) })
  }
  if (resource === 'replicasets') {
    if (created) return make('replicaSetCreated', 72, { ...names, replicas: after ?? 0, ...who })
    if (scaled) return make('replicaSetScaled', 74, { ...names, from: before, to: after, ...who })
  }
  if (scaled) return make('scaled', 70, { ...names, from: before, to: after, ...who })
  if (subresource === 'status') return make('statusReported', 12, { ...names, ...who })
  if (created) return isPerson(from) ? make('applied', 80, { ...names, outcome: 'created', by }) : make('created', 40, { ...names, ...who })
  if (verb === 'delete' || verb === 'deletecollection') return make('deleted', 60, { ...names, ...who })
  return isPerson(from) ? make('applied', 78, { ...names, outcome: 'configured', by }) : make('updated', 25, { ...names, ...who })
}

type Make = (id: string, rank: number, args: Args, at?: Target) => RankedFact

function podFact(change: Change | undefined, key: string, who: { readonly by: string }, make: Make): RankedFact | undefined {
  const [before, pod] = [change?.before as Pod | undefined, change?.object as Pod | undefined]
  if (pod === undefined) return undefined
  const node = pod.spec?.nodeName ?? ''
  const condition = pod.status?.conditions?.find((each) => each.type === 'PodScheduled')
  const conditionBefore = before?.status?.conditions?.find((each) => each.type === 'PodScheduled')
  if (condition?.status === 'False' && (conditionBefore?.status !== 'False' || conditionBefore.message !== condition.message)) {
    return make('unschedulable', 84, { ...podArgs(key), message: condition.message ?? '' })
  }
  if (pod.metadata.deletionTimestamp !== undefined && before?.metadata.deletionTimestamp === undefined) return make('podDeleted', 75, { ...podArgs(key), ...who })
  const phase = pod.status?.phase ?? ''
  if (phase === 'Running' && before?.status?.phase !== 'Running') return make('started', 78, { ...podArgs(key), node })
  if (phase !== before?.status?.phase) return make('podStatus', isActive(pod) ? 55 : 72, { ...podArgs(key), node, phase, ...(pod.status?.reason === undefined ? {} : { reason: pod.status.reason }) })
  if (before?.status !== pod.status) {
    const reason = pod.status?.containerStatuses?.find((status) => status.state?.waiting?.reason !== undefined)?.state?.waiting?.reason
    return make('podStatus', reason === undefined || reason === 'ContainerCreating' ? 20 : 62, { ...podArgs(key), node, phase, ...(reason === undefined ? {} : { reason }) })
  }
  return undefined
}

function nodeFact(change: Change | undefined, name: string, by: string, make: Make): RankedFact | undefined {
  const [before, node] = [change?.before as Node | undefined, change?.object as Node | undefined]
  if (before === undefined || node === undefined) return undefined
  const ready = (of: Node): { readonly status: string; readonly reason?: string } | undefined => of.status?.conditions?.find((condition) => condition.type === 'Ready')
  const [was, is] = [ready(before), ready(node)]
  if (was?.status !== is?.status && is !== undefined) {
    const reason = is.reason === undefined ? {} : { reason: is.reason }
    return is.status === 'True' ? make('nodeReady', 82, { node: name, ...reason }) : make('nodeNotReady', 89, { node: name, ...reason })
  }
  for (const resource of ['cpu', 'memory'] as const) {
    const [from, to] = [before.status?.allocatable?.[resource], node.status?.allocatable?.[resource]]
    if (from !== undefined && to !== undefined && String(from) !== String(to)) return make('capacityChanged', 87, { node: name, resource, from: String(from), to: String(to), by })
  }
  if ((before.spec?.unschedulable === true) !== (node.spec?.unschedulable === true)) return make(node.spec?.unschedulable === true ? 'cordoned' : 'uncordoned', 83, { node: name, by })
  const text = (taint: { readonly key: string; readonly value?: string; readonly effect: string }): string => `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`
  const [old, now] = [new Set((before.spec?.taints ?? []).map(text)), (node.spec?.taints ?? []).map(text)]
  const added = now.find((taint) => !old.has(taint))
  if (added !== undefined) return make('tainted', 81, { node: name, taint: added, by })
  const removed = [...old].find((taint) => !now.includes(taint))
  if (removed !== undefined) return make('untainted', 81, { node: name, taint: removed, by })
  return undefined
}

function watchFact(record: Extract<TraceRecord, { readonly type: 'watch' }>, podOf: (key: string) => Pod | undefined): RankedFact {
  const key = subjectOf(record)
  const node = nodeOf(record.to)
  // One that is bound already is only counted.
  if (record.to === scheduler && record.resource === 'pods' && record.change === 'ADDED' && !podOf(key)?.spec?.nodeName) {
    return { id: 'caption.podQueued', args: { ...podArgs(key), queue: (podOf(key)?.spec?.schedulingGates ?? []).length > 0 ? 'gated' : 'active' }, target: { kind: 'pod', name: key }, rank: 55, from: record.to }
  }
  if (node !== undefined && record.resource === 'pods' && record.change === 'ADDED') {
    return { id: 'caption.boundHeard', args: { ...podArgs(key), node }, target: { kind: 'node', name: node }, rank: 56, from: record.to }
  }
  return { id: 'caption.heard', args: { by: componentName(record.to), change: record.change, kind: kindWord(record.resource), name: bareName(key) }, target: componentTarget(record.to), rank: 6, from: record.to }
}

function workFact(record: Extract<TraceRecord, { readonly type: 'begin' | 'end' | 'note' }>): RankedFact {
  const { from, what } = record
  const key = record.subject ?? ''
  const facts = record.facts ?? {}
  const traffic = trafficFact(record)
  if (traffic !== undefined) return { ...traffic, from }
  const fault = faultFact(record)
  if (fault !== undefined) return fault
  const node = nodeOf(from)
  const make = (id: string, rank: number, args: Args, target: Target): RankedFact => ({ id: `caption.${id}`, args, target, rank, from })
  const value = (name: string): string | number => {
    const fact = facts[name]
    return typeof fact === 'boolean' ? String(fact) : fact ?? ''
  }
  const given = (...names: string[]): Args => Object.fromEntries(names.filter((name) => facts[name] !== undefined).map((name) => [name, value(name)]))
  if (isCycle(record)) {
    const pod: Target = { kind: 'pod', name: key }
    return record.type === 'begin'
      ? make('cycleStarted', 70, { ...podArgs(key), cycle: value('cycle'), attempt: value('attempt'), nodes: value('nodes') }, pod)
      : make('cycleEnded', 52, { ...podArgs(key), cycle: value('cycle'), outcome: value('outcome') }, pod)
  }
  if (record.type !== 'note' && what === 'sync') {
    const target = componentTarget(from)
    const controller = controllerWord(String(value('controller')))
    return record.type === 'begin' ? make('syncStarted', 10, { controller, key }, target) : make('syncEnded', 9, { controller, key, ...given('error') }, target)
  }
  if (node !== undefined && record.type !== 'note') {
    const target: Target = { kind: 'node', name: node }
    const args = { ...podArgs(key), node }
    if (what === 'pull' && record.type === 'end' && (facts['error'] !== undefined || facts['cancelled'] === true)) return make('podStatus', 61, { ...args, phase: 'Pending', reason: String(facts['error'] ?? 'cancelled') }, target)
    if (what === 'pull') return make(record.type === 'begin' ? 'pulling' : 'pulled', record.type === 'begin' ? 66 : 64, { ...args, ...given('image', 'bytes', 'ms') }, target)
    if (what === 'start' && record.type === 'begin') return make('starting', 63, args, target)
  }
  if (record.type === 'note') {
    const pod: Target = { kind: 'pod', name: key }
    switch (what) {
      case 'unschedulable': case 'scheduler-error': return make('unschedulable', 84, { ...podArgs(key), message: value('message') }, pod)
      case 'node-not-ready': return make('nodeNotReady', 89, { node: key, ...given('reason') }, { kind: 'node', name: key })
      case 'evicted': return make('podEvicted', 82, { ...podArgs(key), by: componentName(from) }, pod)
      case 'preemption': return make('note', 83, { by: componentName(from), what, subject: key, ...given('node', 'victims') }, pod)
    }
  }
  return make('note', record.type === 'note' ? 20 : 11, { by: componentName(from), what, subject: key }, key.includes('/') ? { kind: 'pod', name: key } : componentTarget(from))
}

/** Which controller made a request: the sync that ends in the same event, or the name behind the component's. */
export function controllerOf(record: TraceRecord, happening: Happening): string | undefined {
  for (const other of happening.records) {
    if (other.seq > record.seq && other.type === 'end' && componentName(other.from) === componentName(record.from) && other.what === 'sync') {
      const controller = other.facts?.['controller']
      return typeof controller === 'string' ? controllerWord(controller) : undefined
    }
  }
  const [component, name] = record.from.split('/')
  return component === controllerManager && name !== undefined && name !== '' ? controllerWord(name) : undefined
}

/** The server's own words, where the answer went out of the cluster; its reason otherwise. */
function refusalMessage(happening: Happening, record: RequestRecord): string {
  const body = happening.answer !== undefined && 'body' in happening.answer ? (happening.answer as ApiResponse).body as Status : undefined
  return body?.message ?? record.reason ?? ''
}

/** An object's replicas before and after a write that changed them. */
export function replicasChanged(change: Change): readonly [number | undefined, number | undefined] | undefined {
  const [before, after] = [replicasOf(change.before), replicasOf(change.object)]
  return before === after || change.object === undefined ? undefined : [before, after]
}

/** What a beat of a decision shows. `explanation` is absent in clusters too large for a beat a plugin. */
export function beatFact(beat: Beat, cycle: { readonly id: number; readonly pod: string; readonly nodesTotal: number; readonly nodesFeasible: number; readonly revision: number; readonly node?: string | undefined; readonly message?: string | undefined }, explanation: Explanation | undefined): RankedFact {
  const pod = podArgs(cycle.pod)
  const podTarget: Target = { kind: 'pod', name: cycle.pod }
  const make = (id: string, args: Args, target: Target = podTarget): RankedFact => ({ id: `caption.${id}`, args, target, rank: 100, from: scheduler })
  const of = explanation?.nodes.length ?? cycle.nodesTotal
  const plugin = beat.plugin ?? ''
  switch (beat.phase) {
    case 'snapshot': return make('snapshot', { cycle: cycle.id, nodes: of, revision: cycle.revision }, { kind: 'component', name: scheduler })
    case 'prefilter': {
      const answer = explanation?.preFilter.find((each) => each.plugin === plugin)
      if (answer === undefined) return make('preFilter', { plugin, skipped: explanation?.preFilter.filter((each) => each.code === 'Skip').length ?? 0 })
      if (answer.code !== 'Success') return make('preFilterFails', { plugin, reason: answer.reasons.join(', ') })
      return make('preFilterNarrows', { plugin, nodes: answer.nodeNames?.length ?? of, of })
    }
    case 'filter': return explanation === undefined ? make('phaseFilter', { left: cycle.nodesFeasible, of }) : filterFact(plugin, explanation, make)
    case 'postfilter': {
      const answer = explanation?.postFilter?.answer
      const node = explanation?.postFilter?.nominatedNode
      return make('postFilter', { plugin, code: answer?.code ?? '', reason: answer?.reasons.join(', ') ?? '', ...(node === undefined ? {} : { node }) })
    }
    case 'score': return explanation === undefined ? make('phaseScore', { nodes: cycle.nodesFeasible }) : scoreFact(plugin, explanation, make)
    case 'normalize': {
      const [best] = ranked(explanation)
      return make('normalize', { nodes: explanation?.totals.length ?? 0, best: best?.node ?? '', total: best?.total ?? 0 }, { kind: 'node', name: best?.node ?? '' })
    }
    case 'select': {
      const node = cycle.node ?? explanation?.winner ?? ''
      const target: Target = { kind: 'node', name: node }
      // Large clusters are told without their numbers unless somebody asks: who won is known all the same.
      if (explanation === undefined && cycle.nodesFeasible > 1) return make('reserve', { ...pod, node }, target)
      if (explanation === undefined || !explanation.scoringRan) return make('onlyNode', { node, of }, target)
      const totals = ranked(explanation)
      const total = totals.find((each) => each.node === node)?.total ?? 0
      if (explanation.ties.length > 1) return make('tie', { node, total, count: explanation.ties.length }, target)
      const second = totals.find((each) => each.node !== node)
      return make('winner', { node, total, lead: total - (second?.total ?? 0), second: second?.node ?? '' }, target)
    }
    case 'reserve': return make('reserve', { ...pod, node: cycle.node ?? '' }, { kind: 'node', name: cycle.node ?? '' })
    case 'bind': return make('binding', { ...pod, node: cycle.node ?? '' }, { kind: 'node', name: cycle.node ?? '' })
    case 'fail': return make('noNode', { ...pod, message: explanation?.fitError ?? cycle.message ?? '', nodes: of })
  }
}

type MakeBeat = (id: string, args: Args, target?: Target) => RankedFact

/** Nodes that a plugin is the first to refuse, and how many are left after it. */
function filterFact(plugin: string, explanation: Explanation, make: MakeBeat): RankedFact {
  let left = explanation.nodes.length
  const narrowed = explanation.preFilter.find((answer) => answer.nodeNames !== undefined)?.nodeNames
  if (narrowed !== undefined) left = narrowed.length
  for (const filter of explanation.filters) {
    const refused = filter.verdicts.filter((verdict) => verdict.reported && verdict.code !== 'Success')
    const of = left
    left -= refused.length
    if (filter.plugin !== plugin) continue
    const [first] = refused
    if (first === undefined) return make('filterPasses', { plugin, nodes: of, of: explanation.nodes.length })
    const target: Target = { kind: 'node', name: first.node }
    const reason = first.reasons.join(', ')
    if (refused.length > 1) return make('filterRejectsMany', { plugin, count: refused.length, reason, node: first.node, left, of }, target)
    const facts: Record<string, string | number> = {}
    for (const fact of first.facts) {
      facts['fact'] ??= fact.id
      for (const [name, value] of Object.entries(fact.values)) facts[`fact.${name}`] ??= typeof value === 'boolean' ? String(value) : value
    }
    return make('filterRejects', { plugin, node: first.node, reason, left, of, ...facts }, target)
  }
  return make('cycleMoved', { cycle: explanation.cycle.id, pod: `${explanation.cycle.pod.namespace}/${explanation.cycle.pod.name}` })
}

function scoreFact(plugin: string, explanation: Explanation, make: MakeBeat): RankedFact {
  const score = explanation.scores.find((each) => each.plugin === plugin)
  const [first] = score?.cells ?? []
  if (score === undefined || first === undefined) return make('cycleMoved', { cycle: explanation.cycle.id, pod: `${explanation.cycle.pod.namespace}/${explanation.cycle.pod.name}` })
  let [best, worst] = [first, first]
  for (const cell of score.cells) {
    if (cell.weighted > best.weighted) best = cell
    if (cell.weighted < worst.weighted) worst = cell
  }
  const spread = best.weighted - worst.weighted
  if (spread === 0) return make('scoreSame', { plugin, score: best.weighted, weight: score.weight }, nowhere)
  const nodes = score.cells.filter((cell) => cell.weighted === best.weighted).length
  return make('scoreBeat', { plugin, weight: score.weight, node: best.node, score: best.weighted, nodes, spread }, { kind: 'node', name: best.node })
}

function ranked(explanation: Explanation | undefined): { readonly node: string; readonly total: number }[] {
  return [...(explanation?.totals ?? [])].sort((a, b) => b.total - a.total)
}
