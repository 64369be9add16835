import type { WatchEvent } from '../api'
import type { Cluster } from '../engine'
import type { NowFact } from '../protocol'
import type { Chronicle } from './chronicle'
import { bareName, componentTarget, controllerWord, nodeOf, nowhere, scheduler } from './names'
import type { Run } from './run'
import { nextCycle } from './scheduler-view'

/** What comes next, read from the event that waits first. */
export function nextFact(cluster: Cluster, run: Run, chronicle: Chronicle): NowFact | null {
  const make = (id: string, args: NowFact['args'], target = nowhere): NowFact => ({ id: `next.${id}`, args, target, wake: [] })
  const input = run.nextInput
  if (input !== undefined) return make('input', { by: input.request?.userAgent ?? 'kubectl', what: input.command ?? (input.traffic === undefined ? undefined : `send ${input.traffic.to}`) ?? input.request?.method ?? (input.scheduler === undefined ? 'import' : 'configure kube-scheduler') })
  const next = cluster.simulation.next()
  if (next === undefined) return null
  const { to, body } = next
  const target = componentTarget(to)
  if (body.type === 'watch') {
    const events = body['events'] as readonly WatchEvent[]
    const first = events[0]
    if (first === undefined) return make('event', { by: to, what: 'watch closed' }, target)
    return make('watch', { to, kind: first.object.kind, name: first.object.metadata.name ?? '', change: first.type, count: events.length }, target)
  }
  if (to === 'faults') return make('input', { by: 'kubectl', what: `berth heal ${String(body['key'] ?? '')}` }, nowhere)
  if (body.type === 'work') {
    const key = body['key']
    return make('sync', { controller: controllerWord(String(body['queue'])), ...(typeof key === 'string' ? { key } : {}) }, target)
  }
  const node = nodeOf(to)
  if (node !== undefined) {
    const what = body['what']
    return make('kubelet', { node, what: typeof what === 'string' ? what : body.type }, target)
  }
  if (to === scheduler) {
    const running = chronicle.cycleAt(run.event)
    if (running !== undefined) return make('cycleEnds', { cycle: running.cycle, podName: bareName(running.pod) }, target)
    const { pod, cycle } = nextCycle(cluster)
    if (pod !== undefined) return make('cycle', { cycle, pod, podName: bareName(pod) }, { kind: 'pod', name: pod })
  }
  return make('event', { by: to, what: body.type }, target)
}
