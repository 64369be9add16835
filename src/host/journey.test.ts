import { describe, expect, test } from 'vitest'
import type { ApiObject } from '../api'
import type { JourneyView } from '../protocol'
import { Bench } from './testing/bench'

function opened(scenario: string, seed?: number): Bench {
  const bench = new Bench()
  bench.call('open', { scenario, ...(seed === undefined ? {} : { seed }) })
  return bench
}

function journey(bench: Bench, pod: string): JourneyView {
  const found = bench.call('journey', { pod })
  if (found === null) throw new Error(`nothing is known of ${pod}`)
  return found
}

function step(bench: Bench, pod: string, number: number): JourneyView['steps'][number] {
  return journey(bench, pod).steps[number - 1] as JourneyView['steps'][number]
}

/** Stands at a step; gives the journey from there. */
function go(bench: Bench, pod: string, number: number): JourneyView {
  const { goal } = step(bench, pod, number)
  if (goal === undefined) throw new Error(`step ${number} goes nowhere`)
  bench.call('seek', goal)
  return journey(bench, pod)
}

const states = (view: JourneyView): string => view.steps.map((each) => each.state).join(' ')

function podNamed(name: string, spec: Readonly<Record<string, unknown>> = {}, container: Readonly<Record<string, unknown>> = {}): ApiObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'main', image: 'shop/probe:1.4', ...container }], ...spec } }
}

const first = 'shop/web-x2lqp'

describe('the journey of the first Pod', () => {
  test('ten messages, of which two have happened and the others are known from the run ahead', () => {
    const bench = opened('first-pod')
    const view = journey(bench, first)
    expect(view.steps.map((each) => each.id)).toEqual(['asks', 'stored', 'heard', 'decides', 'binds', 'bound', 'kubelet', 'pulls', 'starts', 'running'])
    expect(states(view)).toBe('now now known known known known known known known known')
    expect(view).toMatchObject({ pod: first, exists: true, phase: 'Pending', by: 'kubectl', step: 2 })
    expect(view.steps.map((each) => each.label).join(', ')).toMatch(/^PATCH pods, put \d+, watch ADDED, cycle 1, POST binding, put \d+, watch ADDED, PullImage, StartContainer, PATCH status Running$/)
  })

  test('times and places never go backwards, and every step can be stood on', () => {
    const bench = opened('first-pod')
    const times = journey(bench, first).steps.map((each) => each.at ?? -1)
    expect([...times].sort((a, b) => a - b)).toEqual(times)
    let before = -1
    for (let number = 1; number <= 10; number++) {
      const view = go(bench, first, number)
      expect(view.step).toBeGreaterThanOrEqual(number)
      expect(view.steps[number - 1]?.state).toBe('now')
      expect(bench.last.position.event).toBeGreaterThanOrEqual(before)
      before = bench.last.position.event
    }
    expect(journey(bench, first)).toMatchObject({ phase: 'Running', step: 10 })
  })

  test('the revisions are those of etcd', () => {
    const bench = opened('first-pod')
    const revisionOf = (): number => Number((bench.call('read', { path: '/api/v1/namespaces/shop/pods/web-x2lqp' }).body as ApiObject).metadata.resourceVersion)
    go(bench, first, 2)
    expect(step(bench, first, 2).args['revision']).toBe(revisionOf())
    go(bench, first, 6)
    expect(step(bench, first, 6).args['revision']).toBe(revisionOf())
    go(bench, first, 10)
    expect(step(bench, first, 10).args['revision']).toBe(revisionOf())
  })

  test('step 4 stands where the node is chosen; a beat before, it is under way and does not say which', () => {
    const bench = opened('first-pod')
    const view = go(bench, first, 4)
    expect(view.cycle).toMatchObject({ decided: true, nodes: 6, feasible: 3 })
    expect(view.steps[3]?.args).toMatchObject({ node: view.cycle?.node, cycle: 1 })
    expect(bench.picture().fact?.id).toMatch(/^caption\.(winner|tie)$/)
    bench.call('step', { unit: 'plugin', direction: -1 })
    const before = journey(bench, first)
    expect(before.cycle?.decided).toBe(false)
    expect(before.steps[3]).toMatchObject({ state: 'now' })
    expect(before.steps[3]?.args['node']).toBeUndefined()
  })

  test('an image that lies there already is not pulled', () => {
    const view = go(opened('first-pod'), first, 8)
    expect(view.steps[7]).toMatchObject({ args: { why: 'present' }, failed: false })
    expect(view.checks.map((check) => `${check.id} ${check.state}`)).toEqual(['saw done', 'admit done', 'volumes done', 'sandbox done', 'pull done', 'create done', 'start now', 'ready todo'])
  })

  test('asking changes nothing', () => {
    const bench = opened('first-pod')
    const before = bench.call('hash', {})
    journey(bench, first)
    expect(bench.call('hash', {})).toEqual(before)
  })
})

describe('other journeys', () => {
  test('a Pod of a controller is asked for by it, for its owner', () => {
    const bench = opened('shop-rollout')
    const pod = Object.keys(bench.picture().pods).find((key) => key.startsWith('shop/web-') && bench.call('journey', { pod: key })?.by !== '') ?? ''
    expect(journey(bench, pod)).toMatchObject({ by: 'kube-controller-manager', controller: 'ReplicaSet', owner: { kind: 'ReplicaSet' } })
  })

  test('an imported Pod says which of its steps nobody recorded', () => {
    const bench = opened('first-pod')
    const pod = Object.keys(bench.picture().pods).find((key) => key.startsWith('shop/web-') && key !== first) ?? ''
    const view = journey(bench, pod)
    expect(view.steps.slice(0, 2).map((each) => each.state)).toEqual(['unrecorded', 'unrecorded'])
    expect(view.steps.every((each) => each.state === 'unrecorded' || each.goal !== undefined)).toBe(true)
  })

  test('one that fits nowhere: step 4 has no node and says where it waits, the rest is open', () => {
    const bench = opened('nearly-full')
    const pod = bench.picture().fact?.args['pod'] as string
    const view = journey(bench, pod)
    expect(view.steps[3]).toMatchObject({ failed: true, args: { outcome: 'unschedulable' } })
    expect(view.steps.slice(4).map((each) => each.state)).toEqual(['open', 'open', 'open', 'open', 'open', 'open'])
    expect(view.wait).toMatchObject({ queue: 'unschedulable' })
    expect(view.wait?.message).toContain('0/6 nodes are available')
  })

  test('a branch forgets what was known of the future', () => {
    const bench = opened('first-pod')
    bench.call('apply', { objects: [podNamed('other')], dryRun: false })
    expect(states(journey(bench, first))).toBe('past past open open open open open open open open')
  })

  test('an image comes by layers, one after the other, until all of it is here', () => {
    const bench = opened('empty')
    bench.call('apply', { objects: [podNamed('pulled')], dryRun: false })
    bench.call('seek', { time: (bench.last.now + 12_000) as never })
    const { steps } = journey(bench, 'default/pulled')
    const [from, until] = [steps[7]?.at ?? 0, steps[7]?.until ?? 0]
    expect(until).toBeGreaterThan(from)
    const shares: number[] = []
    for (const share of [0, 0.3, 0.6, 0.9]) {
      bench.call('seek', { time: Math.floor(from + (until - from) * share) as never })
      const { image, checks } = journey(bench, 'default/pulled')
      expect(checks.find((check) => check.id === 'pull')?.state).toBe('now')
      expect(image?.done).toBe(image?.layers.reduce((sum, layer) => sum + layer.done, 0))
      expect(image?.layers.filter((layer) => layer.done > 0 && layer.done < layer.bytes).length).toBeLessThanOrEqual(1)
      shares.push((image?.done ?? 0) / (image?.bytes ?? 1))
    }
    expect(shares[0]).toBe(0)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
    expect(shares[3]).toBeGreaterThan(0.8)
    bench.call('seek', { time: until as never })
    expect(journey(bench, 'default/pulled').image).toMatchObject({ done: steps[7]?.args['bytes'] })
  })

  test('an image that does not come: step 8 fails and says that it is tried again', () => {
    const bench = opened('empty')
    bench.call('apply', { objects: [podNamed('broken', {}, { image: 'registry.invalid/none:1' })], dryRun: false })
    bench.call('seek', { time: (bench.last.now + 5_000) as never })
    const view = journey(bench, 'default/broken')
    expect(view.steps[7]).toMatchObject({ id: 'pulls', failed: true })
    expect(String(view.steps[7]?.args['waiting'])).toMatch(/ErrImagePull|ImagePullBackOff/)
    expect(view.steps.slice(8).map((each) => each.state)).toEqual(['open', 'open'])
    expect(view.checks.find((check) => check.id === 'pull')?.state).toBe('failed')
  })

  test('a Pod made with spec.nodeName needs no scheduler; a kubelet that refuses it says why', () => {
    const bench = opened('empty')
    const [node] = Object.keys(bench.picture().nodes)
    bench.call('apply', { objects: [podNamed('named', { nodeName: node }, { resources: { requests: { cpu: '900' } } })], dryRun: false })
    bench.call('seek', { time: (bench.last.now + 3_000) as never })
    const view = journey(bench, 'default/named')
    expect(view.steps.map((each) => each.state).join(' ')).toBe('past past never never never never past past never past')
    expect(view.steps[7]).toMatchObject({ failed: true, args: { why: 'refused', reason: 'OutOfcpu' } })
    expect(view.steps[9]).toMatchObject({ failed: true, label: 'PATCH status Failed' })
  })

  test('of two Pods of one name the one of this moment', () => {
    const bench = opened('empty')
    bench.call('apply', { objects: [podNamed('again')], dryRun: false })
    bench.call('seek', { time: (bench.last.now + 8_000) as never })
    const firstStart = journey(bench, 'default/again').start
    bench.call('request', { request: { method: 'DELETE', path: '/api/v1/namespaces/default/pods/again', query: { gracePeriodSeconds: '0' }, userAgent: 'kubectl' } })
    bench.call('seek', { time: (bench.last.now + 2_000) as never })
    expect(journey(bench, 'default/again')).toMatchObject({ exists: false, ended: { is: 'gone' } })
    bench.call('apply', { objects: [podNamed('again')], dryRun: false })
    const second = journey(bench, 'default/again')
    expect(second.start).toBeGreaterThan(firstStart)
    expect(second).toMatchObject({ exists: true, step: 2 })
    expect(second.ended).toBeUndefined()
  })

  test('nothing is known of a Pod that never was', () => {
    expect(opened('empty').call('journey', { pod: 'default/nobody' })).toBeNull()
  })
})
