import type { TraceRecord } from '../engine'
import type { NowFact, Target, TimelineMark } from '../protocol'
import { bareName, nowhere } from './names'

export const proxy = 'kube-proxy'

type Note = Extract<TraceRecord, { readonly type: 'note' }>

/** What kube-proxy did, or what became of a request, as a fact without its wake. `undefined`: not a note of kube-proxy's. */
export function trafficFact(record: TraceRecord): { readonly id: string; readonly rank: number; readonly args: NowFact['args']; readonly target: Target } | undefined {
  if (record.type !== 'note' || record.from !== proxy) return undefined
  const { facts = {} } = record
  const word = (name: string): string | number => {
    const value = facts[name]
    return value === undefined ? '' : typeof value === 'boolean' ? String(value) : value
  }
  const words = (...names: string[]): NowFact['args'] => Object.fromEntries(names.filter((name) => facts[name] !== undefined).map((name) => [name, word(name)]))
  if (record.what === 'proxy-sync') {
    return { id: facts['changed'] === true ? 'caption.proxyMode' : 'caption.proxySync', rank: facts['changed'] === true ? 79 : 24, args: words('revision', 'services', 'mode'), target: { kind: 'component', name: proxy } }
  }
  if (record.what === 'steady') return { id: 'caption.requestsSent', rank: 14, args: { ...words('to', 'answered'), requests: word('count') }, target: nowhere }
  if (record.what === 'steady-begins' || record.what === 'steady-ends') return { id: record.what === 'steady-begins' ? 'caption.flowBegins' : 'caption.flowEnds', rank: 91, args: { ...words('to'), requests: word('count'), clientName: bareName(String(word('client'))) }, target: nowhere }
  if (record.what !== 'request') return undefined
  const pod = String(word('pod'))
  const target: Target = pod === '' ? (facts['node'] === undefined ? nowhere : { kind: 'node', name: String(word('node')) }) : { kind: 'pod', name: pod }
  const args = {
    ...words('request', 'to', 'client', 'mode', 'rules', 'missed', 'draw', 'chance', 'node', 'endpoint', 'service', 'scheduler', 'answered'), requests: word('count'), hit: Number(word('missed')) + 1,
    ...(pod === '' ? {} : { pod, podName: bareName(pod) }), clientName: bareName(String(word('client'))), place: pod === '' ? word('endpoint') : bareName(pod),
  }
  return { id: `caption.${Number(word('count')) > 1 ? 'requestsSent' : `request${sentence(record)}`}`, rank: 92, args, target }
}

/** Which sentence tells of a request. */
function sentence({ facts = {} }: Note): string {
  switch (facts['outcome']) {
    case 'no-client': return 'NoClient'
    case 'name-unknown': return 'NameUnknown'
    case 'external': return 'External'
    case 'rejected': return 'Rejected'
    case 'dropped': return 'Dropped'
    case 'no-route': return 'NoRoute'
    case 'refused': return 'Refused'
    case 'no-reply': return 'NoReply'
    case 'closed': return 'Closed'
  }
  if (facts['affinity'] === true) return 'Again'
  switch (facts['means']) {
    case 'conntrack': return 'Follows'
    case 'virtual-server': return 'Server'
    case 'process': return 'Process'
    case 'direct': return 'Direct'
    default: return facts['draw'] !== undefined ? (Number(facts['missed']) > 0 ? 'Drew' : 'DrewFirst') : Number(facts['missed']) > 0 ? 'Last' : 'Only'
  }
}

/** Where a note of kube-proxy's stands on the timeline. */
export function trafficMark(record: Note): Pick<TimelineMark, 'lane' | 'shape' | 'label'> | undefined {
  if (record.from !== proxy) return undefined
  const { facts = {} } = record
  if (record.what === 'proxy-sync') return { lane: 'proxy', shape: facts['changed'] === true ? 'update' : 'tick', label: facts['changed'] === true ? String(facts['mode']) : 'sync' }
  if (record.what === 'steady') return { lane: 'requests', shape: Number(facts['answered']) < Number(facts['count']) ? 'fail' : 'tick', label: `${String(facts['count'])} ${String(facts['to'])}` }
  if (record.what !== 'request') return undefined
  const count = Number(facts['count'])
  return { lane: 'requests', shape: Number(facts['answered']) < count ? 'fail' : count > 1 ? 'create' : 'tick', label: count > 1 ? `${count} ${String(facts['to'])}` : String(facts['to']) }
}
