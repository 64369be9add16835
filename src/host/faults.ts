import { faultKey, faultKinds, virtualMs, type FaultRequest } from '../api'
import type { Cluster, Fault, TraceRecord } from '../engine'
import type { FaultsView, FaultView, NowFact, Target, TimelineMark } from '../protocol'
import { person } from './apply'
import { componentName, componentTarget, controllerManager, controllerWord, scheduler } from './names'

type Note = Extract<TraceRecord, { readonly type: 'note' }>

export function faultsView(cluster: Cluster): FaultsView {
  return { active: cluster.faults.active.map(faultView), controllers: cluster.controllerManager.names }
}

export function faultView({ since, until, ...fault }: Fault): FaultView {
  return { ...fault, since: virtualMs(since), ...(until === undefined ? {} : { until: virtualMs(until) }), heal: `berth heal ${faultKey(fault)}` }
}

/** As a person would type it: "berth break etcd delay=2s for=1m". */
export function faultText(fault: FaultRequest): string {
  const options = [
    ...(fault.delayMs === undefined ? [] : [`delay=${fault.delayMs}ms`]), ...(fault.share === undefined ? [] : [`used=${fault.share * 100}%`]),
    ...(fault.bytesPerSecond === undefined ? [] : [`rate=${fault.bytesPerSecond}/s`]), ...(fault.forMs === undefined ? [] : [`for=${fault.forMs / 1000}s`]),
  ]
  return ['berth', fault.on ? 'break' : 'heal', faultKey(fault), ...options].join(' ')
}

/** Why this is no fault at all; undefined when it is one, which may still be refused. */
export function wrongFault(take: unknown): string | undefined {
  const { kind, subject, on, forMs, delayMs, share, bytesPerSecond } = take as { readonly [Name in keyof FaultRequest]?: unknown }
  const isAmount = (value: unknown, least: number, most: number): boolean => value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most)
  if (!(faultKinds as readonly unknown[]).includes(kind)) return `a fault is one of ${faultKinds.join(', ')}`
  if (subject !== undefined && typeof subject !== 'string') return 'the subject of a fault is a name'
  if (on !== undefined && typeof on !== 'boolean') return 'a fault is switched on or off: on is true or false'
  if (!isAmount(forMs, 1, 7 * 24 * 3_600_000) || (forMs !== undefined && !Number.isInteger(forMs))) return 'forMs is a whole number of milliseconds, at most a week'
  if (!isAmount(delayMs, 1, 3_600_000)) return 'delayMs is a number of milliseconds from 1 to an hour'
  if (!isAmount(share, 0, 1)) return 'share is a number from 0 to 1'
  if (!isAmount(bytesPerSecond, 1, 2 ** 50)) return 'bytesPerSecond is a number from 1'
  return undefined
}

/** Something was broken or healed. */
function isChange({ from, what }: Note): boolean {
  return from === 'faults' && (what === 'fault-begins' || what === 'fault-ends')
}

/** What was broken or healed, as a fact without its wake; undefined for what is no such note. */
export function faultFact(record: TraceRecord): { readonly id: string; readonly rank: number; readonly args: NowFact['args']; readonly target: Target; readonly from: string } | undefined {
  if (record.type !== 'note') return undefined
  const { facts = {}, from, what } = record
  if (what === 'unreachable') {
    return { from, id: 'caption.unreachable', rank: 27, args: { by: componentName(from), method: String(facts['method'] ?? ''), path: record.subject ?? '', why: String(facts['why'] ?? '') }, target: componentTarget(from) }
  }
  if (what === 'etcd-timeout') {
    return { from, id: 'caption.etcdTimeout', rank: 58, args: { from: String(facts['from'] ?? ''), path: record.subject ?? '', ms: Number(facts['tookMs'] ?? 0), made: String(facts['made'] === true) }, target: { kind: 'component', name: 'etcd' } }
  }
  if (!isChange(record)) return undefined
  const kind = String(facts['kind'] ?? '')
  const name = String(facts['name'] ?? '')
  const given = Object.fromEntries(['delayMs', 'share', 'bytesPerSecond', 'forMs', 'lastedMs'].filter((key) => facts[key] !== undefined).map((key) => [key, Number(facts[key])]))
  return {
    from: person, id: `caption.${what === 'fault-begins' ? 'broke' : 'healed'}`, rank: 93, target: targetOf(kind, name),
    args: { kind, name: kind === 'controller' ? controllerWord(name) : name, ...(kind === 'memory' ? { podName: name.split('/')[1] ?? name } : {}), ...given },
  }
}

function targetOf(kind: string, name: string): Target {
  switch (kind) {
    case 'node': case 'network': case 'kubelet': case 'runtime': case 'disk': return { kind: 'node', name }
    case 'memory': return { kind: 'pod', name }
    case 'scheduler': return { kind: 'component', name: scheduler }
    case 'controller': case 'controller-manager': return { kind: 'component', name: controllerManager }
    case 'etcd': return { kind: 'component', name: 'etcd' }
    default: return { kind: 'component', name: 'kube-apiserver' }
  }
}

/** Where a note about a fault stands on the timeline. */
export function faultMark(record: Note): Pick<TimelineMark, 'lane' | 'shape' | 'label' | 'subject'> | undefined {
  if (record.what === 'etcd-timeout') return { lane: 'api', shape: 'fail', label: 'etcdserver: request timed out' }
  if (!isChange(record)) return undefined
  const kind = String(record.facts?.['kind'] ?? '')
  const name = String(record.facts?.['name'] ?? '')
  const began = record.what === 'fault-begins'
  const target = targetOf(kind, name)
  const lane = target.kind === 'node' || target.kind === 'pod' ? 'kubelets' : kind === 'scheduler' ? 'scheduling' : kind.startsWith('controller') ? 'controllers' : 'api'
  return {
    lane, shape: began ? 'fail' : 'update', label: `${began ? 'break' : 'heal'} ${record.subject ?? kind}`,
    ...(target.kind === 'node' ? { subject: `nodes ${name}` } : target.kind === 'pod' ? { subject: `pods ${name}` } : {}),
  }
}

/** The component whose process ended with this note: what it had under way has no end of its own. */
export function processEnded(record: Note): string | undefined {
  if (!isChange(record)) return undefined
  const name = String(record.facts?.['name'] ?? '')
  switch (record.facts?.['kind']) {
    case 'node': case 'kubelet': return record.what === 'fault-begins' ? `kubelet/${name}` : undefined
    case 'controller': case 'controller-manager': return controllerManager
    default: return undefined
  }
}
