import { describe, expect, test } from 'vitest'
import { virtualMs, type ApiObject, type Pod } from '../../../api'
import { clusterEvent, unschedulableTimeout } from '../framework/events'
import { PodInfos } from '../framework/pod-info'
import { action, type ClusterEvent, type ClusterEventWithHint, type PodInfo } from '../framework/types'
import { makePod, type PodOptions } from '../testing/builders'
import { SchedulingQueue, type QueuedPodInfo, type QueueProfile } from './scheduling-queue'

interface SetUp {
  readonly popFromBackoff?: boolean
  readonly events?: Readonly<Record<string, readonly ClusterEventWithHint[]>>
  readonly maxBackoffMs?: number
}

/** A queue with a clock turned by hand, plugins that are told what to say, and a gate called "closed" in a Pod's labels. */
class Bench {
  now = 0
  readonly infos = new PodInfos({})
  readonly queue: SchedulingQueue
  readonly pods = new Map<string, Pod>()

  constructor({ popFromBackoff = true, events = {}, maxBackoffMs = 10_000 }: SetUp = {}) {
    const profile: QueueProfile = {
      preEnqueue: [{ name: 'Gate', preEnqueue: (pod) => ({ code: pod.labels['gate'] === 'closed' ? 'UnschedulableAndUnresolvable' : 'Success', reasons: [] }) }],
      events: Object.entries(events).map(([plugin, registered]) => ({ plugin, events: registered })),
    }
    this.queue = new SchedulingQueue({
      now: () => virtualMs(this.now), less: (a, b) => a.priority > b.priority || (a.priority === b.priority && a.timestamp < b.timestamp),
      profileOf: () => profile, profiles: () => [profile], infoOf: (pod) => this.infos.of(pod), isPending: (key) => this.pods.has(key),
      gates: { SchedulerPopFromBackoffQ: popFromBackoff }, podInitialBackoffMs: 1_000, podMaxBackoffMs: maxBackoffMs,
    })
  }

  add(name: string, options: PodOptions = {}): PodInfo {
    const pod = makePod(name, options)
    this.pods.set(`default/${name}`, pod)
    const info = this.infos.of(pod)
    this.queue.add(info)
    return info
  }

  change(info: PodInfo, options: PodOptions): PodInfo {
    const pod = makePod(info.name, options)
    const next = this.infos.of(pod)
    this.queue.update(info.pod, next)
    return next
  }

  /** Takes the next Pod and brings it back refused by these plugins; none: by an error. */
  refuse(...plugins: string[]): QueuedPodInfo {
    const entry = this.pop()
    this.giveBack(entry, ...plugins)
    return entry
  }

  pop(): QueuedPodInfo {
    const entry = this.queue.pop()
    if (entry === undefined) throw new Error('nothing to take')
    return entry
  }

  giveBack(entry: QueuedPodInfo, ...plugins: string[]): void {
    entry.unschedulablePlugins = new Set(plugins)
    entry.pendingPlugins = new Set()
    this.queue.addUnschedulable(entry)
  }

  at(now: number): this {
    this.now = now
    return this
  }

  event(event: ClusterEvent, after?: unknown): void {
    this.queue.moveAll(event, undefined, after as ApiObject | undefined)
  }

  get places(): Record<string, string[]> {
    return {
      active: this.queue.active().map(({ info }) => info.name), backoff: this.queue.backoff().map(({ pod }) => pod.info.name),
      unschedulable: this.queue.unschedulable().map(({ info }) => info.name), gated: this.queue.gated().map(({ info }) => info.name),
    }
  }
}

const nodeAdd = clusterEvent('Node', action.Add)
const nodeLabel = clusterEvent('Node', action.UpdateNodeLabel)
const onNodeAdd: ClusterEventWithHint = { resource: 'Node', action: action.Add }

describe('activeQ', () => {
  test('[Q2] the more important first, then the earlier, then in the order in which they came', () => {
    const bench = new Bench()
    bench.add('b')
    bench.add('c')
    bench.at(5).add('late')
    bench.add('important', { priority: 10 })
    expect(bench.places['active']).toEqual(['important', 'b', 'c', 'late'])
    expect(bench.pop().info.name).toBe('important')
  })

  test('[Q3] a changed priority moves a waiting Pod, its time stays', () => {
    const bench = new Bench()
    bench.add('a')
    const b = bench.at(10).add('b')
    bench.at(20).change(b, { priority: 1 })
    expect(bench.places['active']).toEqual(['b', 'a'])
    expect(bench.queue.find('default/b')?.timestamp).toBe(10)
  })

  test('[Q1] a Pod that is taken is nowhere; deleting it then changes nothing', () => {
    const bench = new Bench()
    const a = bench.add('a')
    bench.pop()
    bench.queue.delete(a)
    expect(bench.places).toEqual({ active: [], backoff: [], unschedulable: [], gated: [] })
    expect(bench.queue.isInFlight(a.uid)).toBe(true)
    bench.queue.done(a.uid)
    expect(bench.queue.isInFlight(a.uid)).toBe(false)
  })
})

describe('back-off', () => {
  const waitFor = { Fit: [onNodeAdd] }

  test('[Q4] an idle worker takes from backoffQ; Pods that failed by an error wait', () => {
    const bench = new Bench({ events: waitFor })
    bench.add('refused')
    bench.refuse('Fit')
    bench.event(nodeAdd)
    bench.add('failed')
    expect(bench.refuse().info.name).toBe('failed')
    expect(bench.places['backoff']).toEqual(['refused', 'failed'])
    expect(bench.queue.hasNext).toBe(true)
    expect(bench.pop().info.name).toBe('refused')
    expect(bench.queue.hasNext).toBe(false)
  })

  test('[Q4] without popping nobody is taken before the end', () => {
    const bench = new Bench({ events: waitFor, popFromBackoff: false })
    bench.add('a')
    bench.refuse('Fit')
    bench.event(nodeAdd)
    expect(bench.queue.hasNext).toBe(false)
    bench.at(1_000).queue.flushBackoff()
    expect(bench.places['backoff']).toEqual(['a'])
    bench.at(1_001).queue.flushBackoff()
    expect(bench.places['active']).toEqual(['a'])
  })

  test.each([[1, 1_000], [2, 2_000], [3, 4_000], [4, 8_000], [5, 10_000], [60, 10_000]])('[Q5] after %i failures it lasts %i ms', (failures, lasts) => {
    const bench = new Bench({ events: waitFor, popFromBackoff: false })
    bench.add('a')
    const entry = bench.pop()
    entry.unschedulableCount = failures - 1
    bench.giveBack(entry, 'Fit')
    bench.event(nodeAdd)
    expect(bench.queue.backoff().map(({ until }) => until)).toEqual([lasts])
  })

  test('[Q5] a maximum of 0 turns it off', () => {
    const bench = new Bench({ events: waitFor, maxBackoffMs: 0 })
    bench.add('a')
    bench.refuse('Fit')
    bench.event(nodeAdd)
    expect(bench.places['active']).toEqual(['a'])
  })

  test('[Q6] errors in a row count in the place of refusals; a refusal ends the row and remembers those before', () => {
    const bench = new Bench({ events: waitFor })
    bench.add('a')
    bench.refuse('Fit')
    bench.event(nodeAdd)
    const entry = bench.refuse()
    expect([entry.unschedulableCount, entry.consecutiveErrorsCount]).toEqual([1, 1])
    bench.at(2_000).queue.flushBackoff()
    bench.refuse('Fit')
    expect([entry.unschedulableCount, entry.consecutiveErrorsCount]).toEqual([2, 0])
  })

  test('[Q7] with popping an end at 1000 leaves at 2000', () => {
    const bench = new Bench({ events: waitFor })
    bench.add('a')
    bench.at(300).refuse()
    expect(bench.queue.backoff().map(({ until }) => until)).toEqual([1_000])
    bench.at(1_000).queue.flushBackoff()
    expect(bench.places['backoff']).toEqual(['a'])
    bench.at(2_000).queue.flushBackoff()
    expect(bench.places['active']).toEqual(['a'])
  })

  test('[Q8] within a second the more important comes first', () => {
    const bench = new Bench({ events: waitFor })
    bench.add('low')
    bench.at(100).refuse('Fit')
    bench.add('high', { priority: 5 })
    bench.at(900).refuse('Fit')
    bench.event(nodeAdd)
    expect(bench.places['backoff']).toEqual(['high', 'low'])
  })

  test('[Q9] a Pod woken after its end is active at once', () => {
    const bench = new Bench({ events: waitFor })
    bench.add('a')
    bench.refuse('Fit')
    bench.at(2_000).event(nodeAdd)
    expect(bench.places['active']).toEqual(['a'])
  })
})

describe('events', () => {
  test('[Q10] only the plugins that refused the Pod are asked', () => {
    const asked: string[] = []
    const says = (plugin: string, answer: 'Queue' | 'QueueSkip'): ClusterEventWithHint => ({ ...onNodeAdd, hint: (pod) => {
      asked.push(`${plugin}:${pod.name}`)
      return answer
    } })
    const bench = new Bench({ events: { Fit: [says('Fit', 'QueueSkip')], Taints: [says('Taints', 'Queue')], Ports: [says('Ports', 'Queue')] } })
    bench.add('a')
    bench.refuse('Fit')
    bench.at(5_000).event(nodeAdd)
    expect(bench.places['unschedulable']).toEqual(['a'])
    expect(asked).toEqual(['Fit:a'])
    bench.add('b')
    bench.refuse('Fit', 'Taints')
    bench.at(20_000).event(nodeAdd)
    expect(bench.places['active']).toEqual(['b'])
    expect(asked).not.toContain('Ports:a')
  })

  test('[Q11] after an error any event of interest moves the Pod, others do not', () => {
    const bench = new Bench({ events: { Fit: [onNodeAdd] } })
    bench.add('a')
    const entry = bench.pop()
    bench.giveBack(entry, 'Fit')
    entry.unschedulablePlugins = new Set()
    bench.at(5_000).event(nodeLabel)
    expect(bench.places['unschedulable']).toEqual(['a'])
    bench.event(nodeAdd)
    expect(bench.places['active']).toEqual(['a'])
  })

  test.each<{ readonly registered: ClusterEventWithHint; readonly event: ClusterEvent; readonly wakes: boolean }>([
    { registered: { resource: 'Pod', action: action.Delete }, event: clusterEvent('AssignedPod', action.Delete), wakes: true },
    { registered: { resource: 'AssignedPod', action: action.Delete }, event: clusterEvent('UnscheduledPod', action.Delete), wakes: false },
    { registered: { resource: 'Node', action: action.Update }, event: nodeLabel, wakes: true },
    { registered: { resource: 'Node', action: action.UpdateNodeLabel }, event: clusterEvent('Node', action.Update), wakes: false },
    { registered: { resource: '*', action: action.All }, event: nodeLabel, wakes: true },
    { registered: { resource: 'Node', action: action.Add | action.Delete }, event: clusterEvent('Node', action.Delete), wakes: true },
  ])('[Q12] $registered.resource/$registered.action hears $event.label: $wakes', ({ registered, event, wakes }) => {
    const bench = new Bench({ events: { Fit: [registered] } })
    bench.add('a')
    bench.refuse('Fit')
    bench.at(5_000).event(event)
    expect(bench.places['active']).toEqual(wakes ? ['a'] : [])
  })

  test('[Q13] a wake-up keeps the plugins on record', () => {
    const bench = new Bench({ events: { Fit: [onNodeAdd] } })
    bench.add('a')
    bench.refuse('Fit')
    bench.at(5_000).event(nodeAdd)
    expect([...(bench.queue.find('default/a')?.unschedulablePlugins ?? [])]).toEqual(['Fit'])
  })

  test('[Q14] a Queue of a plugin that answered Pending skips the back-off', () => {
    const bench = new Bench({ events: { Devices: [onNodeAdd] } })
    bench.add('a')
    const entry = bench.pop()
    entry.unschedulablePlugins = new Set()
    entry.pendingPlugins = new Set(['Devices'])
    bench.queue.addUnschedulable(entry)
    bench.event(nodeAdd)
    expect(bench.places['active']).toEqual(['a'])
  })

  test('[Q15] a change of the Pod itself is told to the plugins that refused it', () => {
    const bench = new Bench({ events: { Labels: [{ resource: 'TargetPod', action: action.UpdatePodLabel }], Fit: [onNodeAdd] } })
    const a = bench.add('a')
    bench.refuse('Fit')
    const changed = bench.at(5_000).change(a, { labels: { app: 'x' } })
    expect(bench.places['unschedulable']).toEqual(['a'])
    bench.event(nodeAdd)
    bench.refuse('Labels')
    bench.at(20_000).change(changed, { labels: { app: 'y' } })
    expect(bench.places['active']).toEqual(['a'])
  })

  test('[Q16] more than five minutes: tried again, and not sooner after the next look', () => {
    const bench = new Bench()
    bench.add('a')
    bench.refuse('Fit')
    bench.at(300_000).queue.flushUnschedulable()
    expect(bench.places['unschedulable']).toEqual(['a'])
    bench.at(330_000).queue.flushUnschedulable()
    expect(bench.places['active']).toEqual(['a'])
  })

  test('[Q16] a wildcard that names a Pod is for that one only', () => {
    const bench = new Bench()
    const a = bench.add('a')
    bench.refuse('Fit')
    bench.add('b')
    bench.refuse('Fit')
    bench.at(5_000).event(unschedulableTimeout, a.pod)
    expect(bench.places).toMatchObject({ active: ['a'], unschedulable: ['b'] })
  })
})

describe('gates', () => {
  const events = { Gate: [{ resource: 'TargetPod', action: action.UpdatePodLabel } as const], Fit: [onNodeAdd] }

  test('[Q17] a gated Pod is moved by its own gate only', () => {
    const bench = new Bench({ events })
    const a = bench.add('a', { labels: { gate: 'closed' } })
    expect(bench.places).toEqual({ active: [], backoff: [], unschedulable: [], gated: ['a'] })
    bench.event(nodeAdd)
    expect(bench.places['gated']).toEqual(['a'])
    bench.change(a, { labels: { gate: 'open' } })
    expect(bench.places).toMatchObject({ active: ['a'], gated: [] })
  })

  test('[Q17] the wildcard asks again; still closed, it stays', () => {
    const bench = new Bench({ events })
    bench.add('a', { labels: { gate: 'closed' } })
    bench.at(330_000).queue.flushUnschedulable()
    expect(bench.places['gated']).toEqual(['a'])
  })
})

describe('in flight', () => {
  test('[Q18] an event in the cycle brings the Pod back to back-off; without one it stays refused', () => {
    const bench = new Bench({ events: { Fit: [onNodeAdd] } })
    bench.add('a')
    const entry = bench.pop()
    bench.event(nodeAdd)
    bench.giveBack(entry, 'Fit')
    expect(bench.places['backoff']).toEqual(['a'])
    bench.refuse('Fit')
    expect(bench.places['unschedulable']).toEqual(['a'])
  })

  test('[Q18] what happened before it was taken does not count', () => {
    const bench = new Bench({ events: { Fit: [onNodeAdd] } })
    bench.add('a')
    bench.add('b')
    const a = bench.pop()
    bench.event(nodeAdd)
    const b = bench.pop()
    bench.giveBack(b, 'Fit')
    expect(bench.places['unschedulable']).toEqual(['b'])
    bench.giveBack(a, 'Fit')
    expect(bench.places['backoff']).toEqual(['a'])
    expect(bench.queue.save().inFlight).toEqual([])
  })

  test('[Q19] an error goes to the back-off of errors', () => {
    const bench = new Bench({ events: { Fit: [onNodeAdd] } })
    bench.add('a')
    const entry = bench.pop()
    bench.event(nodeAdd)
    bench.giveBack(entry)
    expect(bench.queue.backoff().map(({ error }) => error)).toEqual([true])
  })
})

describe('nominations', () => {
  test('[Q20] one that the api-server does not know of yet survives an update, and ends when cleared', () => {
    const bench = new Bench()
    const a = bench.add('a')
    bench.queue.nominator.add(a, 'n1')
    const changed = bench.change(a, { labels: { app: 'x' } })
    expect(bench.queue.nominator.podsFor('n1').map(({ labels }) => labels)).toEqual([{ app: 'x' }])
    const known = bench.change(changed, { labels: { app: 'x' }, status: { nominatedNodeName: 'n1' } })
    expect(bench.queue.nominator.nodeOf(a.uid)).toBe('n1')
    bench.change(known, { labels: { app: 'x' } })
    expect(bench.queue.nominator.nodeOf(a.uid)).toBeUndefined()
  })

  test('[Q20] a Pod has one nomination; deletion ends it', () => {
    const bench = new Bench()
    const a = bench.add('a', { status: { nominatedNodeName: 'n1' } })
    bench.queue.nominator.add(a, 'n2')
    expect([...bench.queue.nominator.nodes()]).toEqual(['n2'])
    bench.queue.delete(a)
    expect([...bench.queue.nominator.nodes()]).toEqual([])
  })
})

test('saved and put back through JSON it goes on the same way', () => {
  const events = { Fit: [onNodeAdd] }
  const bench = new Bench({ events })
  for (const name of ['a', 'b', 'c', 'd', 'e']) bench.add(name, { priority: name === 'c' ? 3 : 0 })
  bench.refuse('Fit')
  bench.refuse()
  bench.refuse('Fit')
  const flying = bench.pop()
  bench.add('gated', { labels: { gate: 'closed' } })
  bench.event(nodeAdd)
  const other = new Bench({ events })
  other.queue.load(JSON.parse(JSON.stringify(bench.queue.save())) as ReturnType<SchedulingQueue['save']>, () => undefined)
  expect(other.places).toEqual(bench.places)
  const entry = other.queue.restoreEntry(JSON.parse(JSON.stringify(bench.queue.saveEntry(flying))))
  bench.giveBack(flying, 'Fit')
  other.giveBack(entry, 'Fit')
  for (const one of [bench, other]) one.at(2_000).queue.flushBackoff()
  expect(other.places).toEqual(bench.places)
  expect(other.queue.save()).toEqual(bench.queue.save())
})
