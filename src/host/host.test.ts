import { afterEach, describe, expect, test, vi } from 'vitest'
import { pathOf, resources, type ApiObject } from '../api'
import { Cluster } from '../engine'
import type { Position, StepUnit } from '../protocol'
import { Bench, type Picture } from './testing/bench'

function opened(scenario = 'shop-rollout', seed?: number, creepMs = 0.002): Bench {
  const bench = new Bench({ creepMs })
  bench.call('open', { scenario, ...(seed === undefined ? {} : { seed }) })
  return bench
}

const configMap = (name: string): ApiObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: '1' } })
const hash = (bench: Bench): { history: string; state: string } => bench.call('hash', {})

afterEach(() => { vi.restoreAllMocks() })

describe('opening', () => {
  test('a scenario shows its nodes, Pods and first view, and knows what comes next', () => {
    const bench = opened()
    const picture = bench.picture()
    expect(Object.keys(picture.nodes)).toEqual(['node-a', 'node-b', 'node-c', 'node-d', 'node-e', 'node-f'])
    expect(Object.values(picture.nodes).map((node) => node.zone)).toEqual(['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c'])
    // 27 that run, indexer-1 and report-28w that wait, and the first of the two that the rollout makes.
    expect(Object.values(picture.pods).filter((pod) => pod.node !== '').length).toBe(27)
    expect(picture.workloads.slice(0, 7).map(({ letter, hue, name }) => `${letter}${hue} ${name}`)).toEqual(['W1 web', 'A2 api', 'C3 checkout', 'R4 redis', 'T5 thumbs', 'I6 indexer', 'B7 report'])
    expect(picture.workloads.find((workload) => workload.name === 'kube-system')).toMatchObject({ letter: '·', hue: 0, pods: 6 })
    expect(picture.fact).toMatchObject({ id: 'caption.podCreated', args: { by: 'kube-controller-manager', controller: 'ReplicaSet' } })
    expect(bench.last.end.event).toBeGreaterThan(picture.position.event)
    expect(picture.decision).toBeNull()
    expect(bench.timeline().some((mark) => mark.at > picture.now && mark.shape === 'bind')).toBe(true)
  })

  test('the bars are those of the picture: CPU and memory requested on each node', () => {
    const { nodes } = opened().picture()
    const gib = 1024 ** 3
    expect(Object.entries(nodes).map(([name, { amounts: [cpu, cpuUsed, memory, memoryUsed, , pods] }]) => [name, cpu, cpuUsed, (memory ?? 0) / gib, (memoryUsed ?? 0) / gib, pods])).toEqual([
      ['node-a', 4000, 1500, 8, 3, 4], ['node-b', 4000, 1000, 8, 1.5, 3], ['node-c', 4000, 3250, 8, 3, 3],
      ['node-d', 4000, 3700, 8, 5, 8], ['node-e', 4000, 1250, 8, 1.5, 2], ['node-f', 8000, 2850, 16, 4.25, 7],
    ])
  })

  test('equal scenario and seed open to equal histories; another seed to another', () => {
    expect(hash(opened())).toEqual(hash(opened()))
    expect(hash(opened('shop-rollout', 2)).history).not.toBe(hash(opened()).history)
  })

  test('every scenario opens', () => {
    const bench = new Bench()
    const scenarios = bench.call('scenarios', {})
    expect(scenarios.map(({ id }) => id)).toEqual(['first-pod', 'shop-rollout', 'nearly-full', 'textbook', 'rolling-update', 'empty'])
    for (const { id, nodes } of scenarios) {
      bench.call('open', { scenario: id })
      expect(Object.keys(bench.picture().nodes).length, id).toBe(nodes)
      expect(bench.last.scenario).toBe(id)
      expect(bench.call('hash', {}).state).toMatch(/^[0-9a-f]{16}$/)
    }
    expect(bench.broken).toEqual([])
  })

  test('what is unknown or no command is refused, and the old cluster stays', () => {
    const bench = new Bench()
    expect(bench.ask('play', {})).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    expect(bench.ask('open', { scenario: 'nowhere' })).toMatchObject({ ok: false, error: { code: 'refused' } })
    bench.call('open', { scenario: 'first-pod' })
    const before = bench.picture()
    expect(bench.ask('open', { scenario: '__proto__' })).toMatchObject({ ok: false })
    expect(bench.ask('no-such-command' as 'pause', {})).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    expect(bench.ask('speed', { speed: -1 })).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    expect(bench.ask('seek', { position: { event: 1.5, beat: 0 } })).toMatchObject({ ok: false, error: { code: 'bad-command' } })
    expect(bench.picture()).toEqual(before)
    expect(bench.broken).toEqual([])
  })

  test('a command that is none is refused and costs nothing', () => {
    const bench = opened('first-pod')
    const before = hash(bench)
    const commands: readonly (readonly [string, unknown])[] = [
      ['open', {}], ['seek', {}], ['seek', { position: null }], ['seek', { time: Number.NaN }], ['step', { unit: 'mile', direction: 1 }], ['step', { unit: 'event', direction: 0 }], ['unit', {}],
      ['request', { request: { method: 'EAT', path: '/', userAgent: 'x' } }], ['request', { request: { method: 'GET', path: 'api', userAgent: 'x' } }], ['request', { request: { method: 'GET', path: '/', userAgent: 'x', query: { a: 1 } } }],
      ['request', {}], ['apply', { objects: 'x' }], ['import', { files: [{ name: 'a' }], into: 'new' }], ['setCapacity', { node: 'node-a', resource: 'gpu', value: '1' }], ['because', {}], ['subscribe', { nodes: [1] }],
      ['breakpoints', {}], ['read', {}], ['play', null], ['speed', { speed: 'fast' }],
    ]
    for (const [type, take] of commands) {
      expect(bench.ask(type as 'pause', take as never), `${type} ${JSON.stringify(take)}`).toMatchObject({ ok: false, error: { code: 'bad-command' } })
      expect([hash(bench), bench.broken]).toEqual([before, []])
    }
  })

  test('objects that are none are refused one by one', () => {
    const bench = opened('first-pod')
    const objects = [null, [], 'x', {}, { kind: 'Pod' }, { apiVersion: 'v1', kind: 'Pod' }, { apiVersion: 'v1', kind: 'Pod', metadata: {} }, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 7 } }] as unknown as ApiObject[]
    for (const dryRun of [true, false]) {
      const before = hash(bench).state
      expect(bench.call('apply', { objects, dryRun }).map((applied) => [applied.outcome, applied.status?.status])).toEqual(objects.map(() => ['refused', 'Failure']))
      expect(hash(bench).state).toBe(before)
    }
    expect(bench.broken).toEqual([])
  })
})

describe('stepping', () => {
  test.each<{ unit: StepUnit; steps: number }>([{ unit: 'event', steps: 60 }, { unit: 'message', steps: 30 }, { unit: 'plugin', steps: 45 }, { unit: 'cycle', steps: 2 }])(
    'by $unit: forward $steps, and back, passes the same pictures in reverse', ({ unit, steps }) => {
      const bench = opened()
      bench.call('unit', { unit })
      bench.call('subscribe', { nodes: ['node-a', 'node-f'] })
      if (unit === 'cycle') bench.call('step', { unit, direction: 1 })
      const there: { picture: Picture; hash: string }[] = []
      for (let step = 0; step < steps; step++) {
        there.push({ picture: bench.picture(), hash: hash(bench).history })
        const { position } = bench.call('step', { unit, direction: 1 })
        expect(position, `step ${step}`).not.toEqual(there.at(-1)?.picture.position)
      }
      for (let step = steps - 1; step >= 0; step--) {
        bench.call('step', { unit, direction: -1 })
        const want = there[step] as (typeof there)[number]
        expect(bench.picture(), `back to step ${step}`).toEqual(want.picture)
        expect(hash(bench).history, `back to step ${step}`).toBe(want.hash)
      }
      expect(bench.broken).toEqual([])
    })

  test('back at the very beginning it stays there', () => {
    const bench = opened('first-pod')
    bench.call('seek', { to: 'start' })
    expect(bench.picture().position).toEqual({ event: 0, beat: 0 })
    for (const unit of ['event', 'message', 'plugin', 'cycle'] as const) expect(bench.call('step', { unit, direction: -1 }).position.event).toBe(0)
  })

  test('seeking goes exactly to where one has been, by position and by time', () => {
    const bench = opened()
    bench.call('unit', { unit: 'plugin' })
    const there: Picture[] = []
    for (let step = 0; step < 40; step++) {
      there.push(bench.picture())
      bench.call('step', { unit: 'plugin', direction: 1 })
    }
    for (const index of [3, 39, 17, 0, 25, 24]) {
      const want = there[index] as Picture
      bench.call('seek', { position: want.position })
      expect(bench.picture(), `moment ${index}`).toEqual(want)
    }
    bench.call('seek', { time: (there[10] as Picture).now as never })
    expect(bench.picture().now).toBe((there[10] as Picture).now)
    bench.call('seek', { to: 'end' })
    expect(bench.last.position).toEqual(bench.last.end)
  })

  test('a decision passes its beats in order, and the captions tell it', () => {
    const bench = opened('first-pod')
    bench.call('unit', { unit: 'plugin' })
    const { position } = bench.call('runToDecision', {})
    expect(position.beat).toBe(1)
    const ids: string[] = []
    const phases: string[] = []
    for (let step = 0; step < 40; step++) {
      const picture = bench.picture()
      ids.push(picture.fact?.id ?? '')
      const beat = picture.decision?.beats[picture.decision.beat]
      if (beat === undefined) break
      phases.push(beat.plugin ?? beat.phase)
      expect(beat.at).toBe(picture.now)
      bench.call('step', { unit: 'plugin', direction: 1 })
    }
    expect(phases.slice(0, 2)).toEqual(['snapshot', 'prefilter'])
    expect(phases).toEqual(expect.arrayContaining(['NodeUnschedulable', 'TaintToleration', 'NodeResourcesFit', 'NodeAffinity', 'normalize', 'select', 'reserve', 'bind']))
    expect(ids).toEqual(expect.arrayContaining(['caption.snapshot', 'caption.filterPasses', 'caption.filterRejects', 'caption.scoreBeat', 'caption.normalize', 'caption.reserve', 'caption.binding', 'caption.bound']))
    expect(phases.at(-1)).toBe('bind')
  })

  test('the Pod is shown on its node from the reserve beat on, as assumed', () => {
    const bench = opened('first-pod')
    bench.call('runToDecision', {})
    const states: string[] = []
    for (let step = 0; step < 40; step++) {
      const picture = bench.picture()
      const beat = picture.decision?.beats[picture.decision.beat]
      if (beat === undefined) break
      const pod = picture.pods['shop/web-x2lqp']
      states.push(`${beat.phase} ${pod?.state} ${pod?.node === '' ? 'nowhere' : 'somewhere'}`)
      bench.call('step', { unit: 'plugin', direction: 1 })
    }
    expect([...new Set(states)].slice(-4)).toEqual(['normalize 0 nowhere', 'select 0 nowhere', 'reserve 1 somewhere', 'bind 1 somewhere'])
  })

  test('a decision that never comes is refused, and one stays where one was', () => {
    const bench = opened('shop-rollout')
    const before = bench.picture()
    expect(bench.ask('runToDecision', { pod: 'shop/report-28w' })).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(bench.picture().position).toEqual(before.position)
  })
})

describe('branches', () => {
  test('looking into the past forgets nothing; writing there begins a branch', () => {
    const bench = opened()
    bench.call('seek', { to: 'end' })
    const end = bench.last.end
    const marks = bench.timeline()
    const first = opened().picture().position
    bench.call('seek', { position: first })
    bench.picture()
    expect(bench.last.end).toEqual(end)
    expect(bench.timeline()).toEqual(marks)

    const [answer] = bench.call('apply', { objects: [configMap('branch')], dryRun: false })
    expect(answer).toMatchObject({ what: 'configmap/branch', outcome: 'created' })
    const picture = bench.picture()
    expect(bench.last.end).toEqual({ event: first.event + 1, beat: 0 })
    expect(bench.timeline().every((mark) => mark.position.event <= first.event + 1)).toBe(true)
    // Whoever had done it at this moment from the start would be here now.
    expect(picture.fact).toMatchObject({ id: 'caption.applied', args: { kind: 'ConfigMap', name: 'branch', outcome: 'created' } })
    bench.call('play', { speed: 64 })
    bench.pass(200)
    bench.call('pause', {})
    const saved = bench.call('save', {}).saved
    const other = new Bench()
    other.call('open', { scenario: '', saved })
    expect(hash(other)).toEqual(hash(bench))
  })

  test('spans that the branch cuts open have no end any more', () => {
    const bench = opened()
    const cycle = bench.timeline().find((mark) => mark.lane === 'scheduling' && mark.shape === 'span' && mark.at > bench.last.now)
    expect(cycle?.until).toBeDefined()
    bench.call('seek', { position: cycle?.position as Position })
    bench.call('apply', { objects: [configMap('cut')], dryRun: false })
    bench.picture()
    expect(bench.marks.get(cycle?.seq as number)).toMatchObject({ shape: 'span', label: cycle?.label })
    expect(bench.marks.get(cycle?.seq as number)?.until).toBeUndefined()
    bench.call('step', { unit: 'cycle', direction: 1 })
    bench.call('step', { unit: 'event', direction: 1 })
    bench.picture()
    expect(bench.marks.get(cycle?.seq as number)?.until).toBeDefined()
  })

  test('a dry run is no event: nothing moves, nothing is kept, and the past stays the past', () => {
    const bench = opened()
    const before = [hash(bench), bench.last.end, bench.picture().position]
    const good = bench.call('apply', { objects: [configMap('dry')], dryRun: true })
    expect(good).toMatchObject([{ outcome: 'created', object: { metadata: { name: 'dry' } } }])
    const bad = bench.call('apply', { objects: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'no' }, spec: {} }, { apiVersion: 'x/v1', kind: 'Y', metadata: { name: 'z' } }], dryRun: true })
    expect(bad.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
    expect(bad[1]?.status?.message).toBe('no matches for kind "Y" in version "x/v1"')
    expect([hash(bench), bench.last.end, bench.picture().position]).toEqual(before)
    expect(bench.call('read', { path: pathOf(resources.configmaps, 'default', 'dry') }).status).toBe(404)
    expect([hash(bench), bench.last.end]).toEqual(before.slice(0, 2))
  })
})

describe('time', () => {
  test.each([0.1, 1, 8, 64])('at %s× a second of real time is that much of virtual time', (speed) => {
    const bench = opened('empty')
    bench.call('seek', { to: 'end' })
    bench.call('play', { speed })
    const from = bench.last.now
    bench.pass(2000)
    bench.call('pause', {})
    bench.picture()
    expect(Math.abs(bench.last.now - from - 2000 * speed)).toBeLessThanOrEqual(20 * speed + 1)
  })

  test('as fast as possible still answers within a slice, and sends at most a frame every 16 ms', () => {
    const bench = opened('empty', undefined, 0.02)
    bench.call('play', { speed: Infinity })
    bench.pass(300)
    const frames = bench.frames.length
    const from = bench.last.now
    const asked = bench.clock
    bench.call('hash', {})
    expect(bench.clock - asked).toBeLessThan(30)
    bench.pass(320)
    expect(bench.frames.length - frames).toBeLessThanOrEqual(24)
    expect(bench.last.now - from).toBeGreaterThan(10_000)
    bench.call('pause', {})
    const { now } = bench.picture()
    bench.pass(500)
    expect(bench.picture().now).toBe(now)
  })

  test('by plugin a beat is shown for 420 ms at least, divided by the speed', () => {
    for (const speed of [1, 4]) {
      const bench = opened('first-pod')
      bench.call('unit', { unit: 'plugin' })
      bench.call('runToDecision', {})
      const shown: number[] = []
      let beat = bench.picture().decision?.beat
      bench.call('play', { speed })
      for (let ms = 0; ms < 4000 && bench.last.decision !== null; ms += 10) {
        bench.pass(10)
        const now = bench.frames.findLast((frame) => frame.decision !== undefined)?.decision?.beat
        if (now !== beat && now !== undefined) shown.push(bench.clock)
        beat = now
      }
      const gaps = shown.slice(1).map((at, index) => at - (shown[index] as number))
      expect(gaps.length).toBeGreaterThan(4)
      for (const gap of gaps) expect(Math.abs(gap - 420 / speed)).toBeLessThan(40)
    }
  })

  test('a breakpoint stops the run at its event', () => {
    const bench = opened('first-pod')
    bench.call('breakpoints', { breakpoints: [{ on: 'cycle', subject: 'shop/web-x2lqp' }] })
    bench.call('play', { speed: 64 })
    bench.pass(2000)
    const picture = bench.picture()
    expect(bench.last.running).toBe(false)
    expect(picture.fact).toMatchObject({ id: 'caption.cycleStarted', args: { pod: 'shop/web-x2lqp' } })
    bench.call('breakpoints', { breakpoints: [{ on: 'change', subject: 'pods shop/web-x2lqp' }] })
    bench.call('play', {})
    bench.pass(2000)
    expect(bench.picture().fact).toMatchObject({ id: 'caption.bound' })
  })

  test('frames hand their buffers over, and say nothing that has not changed', () => {
    const bench = opened('empty')
    bench.picture()
    const [first] = bench.frames
    expect(first?.nodes?.reset).toBe(true)
    expect(bench.transferred[0]).toBeGreaterThan(10)
    bench.call('unit', { unit: 'message' })
    bench.picture()
    const { nodes, pods, workloads, details, controlPlane, decision, fact, marks, zones } = bench.last
    expect({ nodes, pods, workloads, details, controlPlane, decision, fact, marks, zones }).toEqual({})
  })
})

describe('a person’s hand', () => {
  test('a capacity handle changes the Node, and a Pod that waited for room is tried again and lands', () => {
    const bench = opened('nearly-full')
    const waiting = Object.entries(bench.picture().pods).filter(([key, pod]) => key.startsWith('shop/ledger-') && pod.node === '').map(([key]) => key)
    expect(waiting.length).toBeGreaterThan(0)
    bench.call('seek', { to: 'end' })
    expect(bench.call('setCapacity', { node: 'node-c', resource: 'cpu', value: '8' })).toEqual({})
    expect(bench.picture().fact).toMatchObject({ id: 'caption.capacityChanged', args: { node: 'node-c', resource: 'cpu', from: '4', to: '8' } })
    bench.call('play', { speed: 64 })
    bench.pass(1000)
    bench.call('pause', {})
    const after = bench.picture()
    expect(after.nodes['node-c']?.amounts[0]).toBe(8000)
    // indexer-1 waited longest and takes half of the new room; one of the two others gets the rest.
    expect(after.pods['shop/indexer-1']?.node).toBe('node-c')
    expect(Object.entries(after.pods).filter(([key, pod]) => key.startsWith('shop/ledger-') && pod.node === 'node-c').length).toBe(1)
    expect(bench.call('setCapacity', { node: 'node-x', resource: 'cpu', value: '8' }).status).toMatchObject({ code: 404 })
    expect(bench.call('setCapacity', { node: 'node-c', resource: 'cpu', value: 'much' }).status).toMatchObject({ code: 422 })
  })

  test('the chain says why a Pod is there: from the command down to its creation', () => {
    const bench = opened()
    const { fact } = bench.picture()
    const pod = String(fact?.args['podName'])
    const links = bench.call('because', { resource: 'pods', namespace: 'shop', name: pod })
    expect(links.map(({ id, args }) => `${id} ${args['kind']} ${args['from'] ?? ''}→${args['to'] ?? ''}`)).toEqual([
      'because.applied Deployment 4→6', 'because.scaled ReplicaSet 4→6', 'because.created Pod →',
    ])
    expect(links[2]?.args).toMatchObject({ index: 5, of: 6 })
    for (const [index, link] of links.entries()) if (index > 0) expect(link.revision).toBeGreaterThan((links[index - 1] as (typeof links)[number]).revision)
    bench.call('seek', { to: 'end' })
    const later = bench.call('because', { resource: 'pods', namespace: 'shop', name: pod })
    expect(later.map(({ id }) => id).slice(3)).toEqual(['because.decided', 'because.bound', 'because.status'])
  })

  test('what was typed and told stands in the kubectl pane, as of now', () => {
    const bench = opened()
    expect(bench.picture().controlPlane?.kubectl).toEqual([{ text: 'apply -f web.yaml', ok: true }, { text: 'deployment.apps/web configured', ok: true }])
    const answer = bench.call('request', { request: { method: 'DELETE', path: '/api/v1/namespaces/shop/pods/none', userAgent: 'kubectl' } })
    expect(answer.status).toBe(404)
    expect(bench.picture().controlPlane?.kubectl.at(-1)).toEqual({ text: 'pods "none" not found', ok: false })
    expect(bench.picture().fact).toMatchObject({ id: 'caption.refused', args: { code: 404, message: 'pods "none" not found' } })
    bench.call('seek', { to: 'start' })
    expect(bench.picture().controlPlane?.kubectl).toEqual([])
  })

  test('cycles, explanations, events and samples can be asked for', () => {
    const bench = opened()
    bench.call('seek', { to: 'end' })
    const cycles = bench.call('cycles', { limit: 10 })
    expect(cycles.length).toBeGreaterThanOrEqual(2)
    const [newest] = cycles
    expect(bench.call('explain', { cycle: newest?.id ?? 0 }).winner).toBe(newest?.node)
    expect(bench.ask('explain', { cycle: 99_999 })).toMatchObject({ ok: false, error: { code: 'refused' } })
    const key = `${newest?.pod.namespace}/${newest?.pod.name}`
    expect(bench.call('cycles', { pod: key, limit: 5 }).every((cycle) => cycle.pod.name === newest?.pod.name)).toBe(true)
    const events = bench.call('events', { about: key, limit: 20 })
    expect(events.map((event) => event.reason)).toEqual(expect.arrayContaining(['Scheduled']))
    const series = bench.call('series', { points: 50 })
    expect(series.at(-1)?.cpuMilliRequested).toBe(series[0] === undefined ? 0 : bench.picture().nodes['node-a'] === undefined ? 0 : Object.values(bench.picture().nodes).reduce((sum, node) => sum + (node.amounts[1] ?? 0), 0))
    for (const [index, point] of series.entries()) if (index > 0) expect(point.at).toBeGreaterThanOrEqual((series[index - 1] as (typeof series)[number]).at)
  })
})

describe('saving', () => {
  test('a saved session opens where it was left, with its past and its known future', () => {
    const bench = opened()
    bench.call('apply', { objects: [configMap('mine')], dryRun: false })
    bench.call('play', { speed: 64 })
    bench.pass(100)
    bench.call('pause', {})
    bench.call('step', { unit: 'plugin', direction: -1 })
    const want = bench.picture()
    const { saved } = bench.call('save', {})
    expect(JSON.parse(saved)).toMatchObject({ berth: 'session', format: 1, origin: { scenario: 'shop-rollout' } })
    expect(saved.length).toBeLessThan(20_000)
    const other = new Bench()
    other.call('open', { scenario: 'ignored', saved })
    expect(other.picture()).toEqual(want)
    expect([hash(other), other.last.end]).toEqual([hash(bench), bench.last.end])
    expect(other.timeline()).toEqual(bench.timeline())
    expect(other.call('save', {}).saved).toBe(saved)
  })

  test('a long session carries a checkpoint, opens from it, and still knows all of its past', () => {
    const slow = new Bench({ creepMs: 0.8 })
    slow.call('open', { scenario: 'shop-rollout' })
    slow.call('play', { speed: 64 })
    slow.pass(2500)
    slow.call('pause', {})
    slow.call('apply', { objects: [configMap('late')], dryRun: false })
    slow.call('play', { speed: 8 })
    slow.pass(200)
    slow.call('pause', {})
    const { saved } = slow.call('save', {})
    expect(JSON.parse(saved)).toHaveProperty('checkpoint')
    const want = slow.picture()
    const other = new Bench()
    other.call('open', { scenario: '', saved })
    expect(other.picture()).toEqual(want)
    expect([hash(other), other.last.end]).toEqual([hash(slow), slow.last.end])
    const newer = (bench: Bench): object[] => bench.timeline().filter((mark) => mark.at > want.now - 1000)
    expect(newer(other)).toEqual(newer(slow))
    // Back beyond the checkpoint: replayed from the very beginning, with everything that was known of it.
    for (const position of [{ event: 900, beat: 0 }, { event: 40, beat: 0 }]) {
      for (const bench of [slow, other]) bench.call('seek', { position })
      expect(other.picture()).toEqual(slow.picture())
      for (const bench of [slow, other]) bench.call('step', { unit: 'message', direction: -1 })
      expect(other.picture()).toEqual(slow.picture())
    }
    for (const bench of [slow, other]) bench.call('seek', { to: 'end' })
    for (let step = 0; step < 6; step++) {
      for (const bench of [slow, other]) bench.call('step', { unit: 'message', direction: -1 })
      expect(other.picture(), `step ${step}`).toEqual(slow.picture())
    }
    const [cycle] = slow.call('cycles', { limit: 1 })
    const pod = { resource: 'pods', namespace: cycle?.pod.namespace ?? '', name: cycle?.pod.name ?? '' }
    expect(other.call('because', pod)).toEqual(slow.call('because', pod))
  })

  test.each([
    ['no JSON', 'hello'], ['another JSON', '{"a":1}'], ['null', 'null'], ['a later format', '{"berth":"session","format":2}'],
    ['no inputs', '{"berth":"session","format":1,"origin":{"scenario":"empty","seed":1}}'],
    ['an unknown scenario', '{"berth":"session","format":1,"origin":{"scenario":"x","seed":1},"inputs":[],"position":{"event":0,"beat":0,"now":0},"end":{"event":0,"now":0,"revision":1}}'],
    ['inputs that are none', '{"berth":"session","format":1,"origin":{"scenario":"empty","seed":1},"inputs":[{"at":"x"}],"position":{"event":0,"beat":0,"now":0},"end":{"event":0,"now":0,"revision":1}}'],
    ['an end that is never reached', '{"berth":"session","format":1,"origin":{"scenario":"empty","seed":1},"inputs":[],"position":{"event":0,"beat":0,"now":0},"end":{"event":1000000000000,"now":0,"revision":1}}'],
    ['a position after its end', '{"berth":"session","format":1,"origin":{"scenario":"empty","seed":1},"inputs":[],"position":{"event":1000000000000,"beat":0,"now":0},"end":{"event":1,"now":0,"revision":1}}'],
    ['a checkpoint that is none', '{"berth":"session","format":1,"origin":{"scenario":"empty","seed":3},"inputs":[],"position":{"event":1,"beat":0,"now":0},"end":{"event":1,"now":0,"revision":1},"checkpoint":{"a":1}}'],
  ])('%s is refused, and what was open stays', (_name, saved) => {
    const bench = opened('first-pod')
    const before = [hash(bench), bench.picture()]
    expect(bench.ask('open', { scenario: '', saved })).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect([hash(bench), bench.picture()]).toEqual(before)
    expect(bench.broken).toEqual([])
  })

  test('when the engine fails the host says so, answers what waits, and can be opened again from what was saved', () => {
    const bench = opened()
    const { saved } = bench.call('save', {})
    const want = hash(bench)
    vi.spyOn(Cluster.prototype, 'request').mockImplementation(() => { throw new Error('a bug of ours') })
    expect(bench.ask('apply', { objects: [configMap('x')], dryRun: false })).toMatchObject({ ok: false, error: { code: 'bug', message: 'a bug of ours' } })
    expect(bench.broken).toMatchObject([{ message: 'a bug of ours' }])
    expect(bench.ask('step', { unit: 'event', direction: 1 })).toMatchObject({ ok: false, error: { code: 'bug' } })
    vi.restoreAllMocks()
    bench.call('open', { scenario: '', saved })
    expect(hash(bench)).toEqual(want)
  })
})
