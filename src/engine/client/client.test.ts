import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ApiError, failure, keyOf, resources, virtualMs, type ApiObject, type ApiRequest, type ApiResponse, type Event, type Pod, type WatchEventType } from '../../api'
import { Simulation, type Actor, type ActorContext, type EventBody } from '../kernel'
import { Client, EventRecorder, Informers, WorkQueue, type Transport, type WatchDelivery, type WatchOpened } from '.'

/** A server that holds Pods and Events, and can be made to fail. Watches are told at once. */
class FakeServer implements Transport {
  readonly requests: ApiRequest[] = []
  readonly objects = new Map<string, ApiObject>()
  revision = 0
  down = false
  gone = false
  #watches = new Map<number, string>()
  #lastWatch = 0
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  put(object: { metadata: { name: string; namespace?: string; uid?: string; labels?: Record<string, string> }; node?: string }): void {
    const key = keyOf(object)
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED'
    const stored = { apiVersion: 'v1', kind: 'Pod', ...object, metadata: { uid: key, ...object.metadata, resourceVersion: String(++this.revision) } } as ApiObject
    this.objects.set(key, stored)
    this.tell(type, stored)
  }

  remove(key: string): void {
    const object = this.objects.get(key) as ApiObject
    this.objects.delete(key)
    this.tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.revision) } })
  }

  tell(type: WatchEventType, object: ApiObject, closed = false): void {
    for (const [watch, receiver] of this.#watches) {
      const body: WatchDelivery = { type: 'watch', watch, events: closed ? [] : [{ type, object }], ...(closed ? { closed } : {}) }
      this.#simulation.schedule(1, receiver, body)
    }
  }

  cut(): void {
    this.tell('BOOKMARK', { apiVersion: 'v1', kind: 'Pod', metadata: {} }, true)
    this.#watches.clear()
  }

  expire(): void {
    this.tell('ERROR', failure(410, 'Expired', 'too old') as unknown as ApiObject)
    this.#watches.clear()
  }

  request(request: ApiRequest): ApiResponse {
    this.requests.push(request)
    const answer = (status: number, body: unknown): ApiResponse => ({ status, headers: {}, body })
    if (this.down) return answer(503, failure(503, 'ServiceUnavailable', 'down'))
    if (request.method === 'GET') return answer(200, { apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: String(this.revision) }, items: [...this.objects.values()] })
    if (request.method === 'PATCH') {
      const name = request.path.split('/').at(-1) as string
      return this.objects.has(name) ? answer(200, this.objects.get(name)) : answer(404, failure(404, 'NotFound', 'not found'))
    }
    const object = request.body as ApiObject
    this.objects.set(object.metadata.name ?? '', object)
    return answer(201, object)
  }

  watch(_request: ApiRequest, receiver: string): WatchOpened {
    if (this.down) throw new ApiError(failure(503, 'ServiceUnavailable', 'down'))
    if (this.gone) throw new ApiError(failure(410, 'Expired', 'too old'))
    this.#watches.set(++this.#lastWatch, receiver)
    return { id: this.#lastWatch }
  }

  stopWatch(id: number): void {
    this.#watches.delete(id)
  }

  get watching(): number {
    return this.#watches.size
  }
}

type Placed = Pod & { readonly node?: string }

/** A component with one informer, which writes down what it hears. */
class Component implements Actor {
  readonly name = 'component'
  readonly heard: string[] = []
  readonly informers: Informers
  readonly server: FakeServer
  readonly simulation = new Simulation({ seed: 1 })
  readonly context: ActorContext

  constructor() {
    this.server = new FakeServer(this.simulation)
    this.context = this.simulation.context(this.name)
    this.informers = new Informers(new Client(this.server, this.name), this.context)
    this.pods.addIndex('node', (pod) => (pod.node === undefined ? [] : [pod.node])).addHandler({
      onAdd: (pod) => { this.heard.push(`add ${pod.metadata.name} ${pod.metadata.uid}`) },
      onUpdate: (old, pod) => { this.heard.push(`update ${pod.metadata.name} ${old.metadata.resourceVersion}→${pod.metadata.resourceVersion}`) },
      onDelete: (pod) => { this.heard.push(`delete ${pod.metadata.name}`) },
    })
    this.simulation.add(this)
  }

  get pods(): ReturnType<typeof this.informers.for<Placed>> {
    return this.informers.for<Placed>(resources.pods)
  }

  handle(body: EventBody): void {
    this.informers.handle(body)
  }

  save(): unknown {
    return this.informers.save()
  }

  load(state: unknown): void {
    this.informers.load(state)
  }

  settle(ms = 100): string[] {
    this.simulation.run({ until: this.simulation.now + ms })
    return this.heard.splice(0)
  }

  names(): (string | undefined)[] {
    return [...this.pods.list()].map((pod) => pod.metadata.name)
  }
}

const pod = (name: string, more: { uid?: string; node?: string } = {}): Parameters<FakeServer['put']>[0] => (
  { metadata: { name, ...(more.uid === undefined ? {} : { uid: more.uid }) }, ...(more.node === undefined ? {} : { node: more.node }) })

describe('Informer', () => {
  test('lists, then follows the watch', () => {
    const component = new Component()
    component.server.put(pod('a'))
    component.informers.start()
    expect([component.settle(), component.pods.synced]).toEqual([['add a a'], true])
    component.server.put(pod('b'))
    component.server.put(pod('a'))
    component.server.remove('b')
    expect(component.settle()).toEqual(['add b b', 'update a 1→3', 'delete b'])
    expect([component.names(), component.pods.resourceVersion]).toEqual([['a'], '4'])
  })

  test('the same kind and options give the same informer; others another', () => {
    const { informers, pods } = new Component()
    expect(informers.for(resources.pods)).toBe(pods)
    expect(informers.for(resources.pods, { fieldSelector: 'spec.nodeName=a' })).not.toBe(pods)
  })

  test('after 410 in the stream it lists again at once and reports only what differs', () => {
    const component = new Component()
    component.server.put(pod('stays'))
    component.server.put(pod('goes'))
    component.informers.start()
    component.settle()
    component.server.expire()
    component.server.remove('goes')
    component.server.put(pod('comes'))
    expect(component.settle()).toEqual(['add comes comes', 'delete goes'])
    expect(component.server.watching).toBe(1)
  })

  test('made again under the same name while nobody looked: deleted, then added', () => {
    const component = new Component()
    component.server.put(pod('a', { uid: 'first' }))
    component.informers.start()
    component.settle()
    component.server.expire()
    component.server.put(pod('a', { uid: 'second' }))
    expect(component.settle()).toEqual(['delete a', 'add a second'])
  })

  test('a server that is down is asked again after 0.8 s, 1.6 s, 3.2 s', () => {
    const component = new Component()
    component.server.down = true
    component.informers.start()
    const asked = (): number => component.server.requests.length
    component.settle(799)
    expect(asked()).toBe(1)
    component.settle(1)
    expect(asked()).toBe(2)
    component.settle(1600)
    expect(asked()).toBe(3)
    component.server.down = false
    component.server.put(pod('a'))
    expect([component.settle(3200), asked()]).toEqual([['add a a'], 4])
  })

  test('a cut connection goes on from where it was; too old a revision makes it list', () => {
    const component = new Component()
    component.informers.start()
    component.settle()
    component.server.cut()
    component.settle(1000)
    expect([component.server.requests.length, component.server.watching]).toEqual([1, 1])
    component.server.gone = true
    component.server.cut()
    component.settle(1000)
    component.server.gone = false
    component.settle(2000)
    expect([component.server.requests.length, component.server.watching]).toEqual([2, 1])
  })

  test('once stopped it stays stopped, whatever it had planned', () => {
    const component = new Component()
    component.informers.start()
    component.settle()
    component.server.cut()
    component.settle(10)
    component.informers.stop()
    component.settle(60_000)
    expect([component.server.watching, component.server.requests.length]).toEqual([0, 1])
  })

  test('an index finds objects by what it says of them, and follows their changes', () => {
    const component = new Component()
    component.informers.start()
    for (const name of ['a', 'b', 'c']) component.server.put(pod(name, { node: 'x' }))
    component.settle()
    component.server.put(pod('a', { node: 'y' }))
    component.server.remove('b')
    component.settle()
    const on = (node: string): (string | undefined)[] => component.pods.byIndex('node', node).map((object) => object.metadata.name)
    expect([on('x'), on('y'), on('z')]).toEqual([['c'], ['a'], []])
  })

  test('an index that is added later finds what is there already, and goes on', () => {
    const component = new Component()
    component.server.put(pod('a', { node: 'x' }))
    component.server.put(pod('b', { node: 'y' }))
    component.informers.start()
    component.pods.addIndex('letter', (object) => [object.metadata.name ?? '', object.node ?? ''])
    const names = (index: string, value: string): (string | undefined)[] => component.pods.byIndex(index, value).map((object) => object.metadata.name)
    expect([names('letter', 'a'), names('letter', 'x'), names('node', 'y')]).toEqual([['a'], ['a'], ['b']])
    component.server.put(pod('b', { node: 'x' }))
    component.settle()
    expect([names('letter', 'x'), names('letter', 'y'), names('node', 'x'), names('node', 'y')]).toEqual([['a', 'b'], [], ['a', 'b'], []])
  })

  test('a saved and loaded cache gives the same lists in the same order, whatever happened before', () => {
    const step = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), node: fc.constantFrom(undefined, 'x', 'y'), remove: fc.boolean() })
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const component = new Component()
      component.informers.start()
      for (const { name, node, remove } of steps) {
        if (!remove) component.server.put(pod(name, node === undefined ? {} : { node }))
        else if (component.server.objects.has(name)) component.server.remove(name)
      }
      component.settle()
      const fresh = new Component()
      fresh.load(JSON.parse(JSON.stringify(component.save())))
      expect(fresh.names()).toEqual(component.names())
      for (const node of ['x', 'y']) {
        expect(component.pods.byIndex('node', node)).toEqual([...component.pods.list()].filter((object) => object.node === node))
        expect(fresh.pods.byIndex('node', node)).toEqual(component.pods.byIndex('node', node))
      }
      expect(JSON.stringify(fresh.save())).toBe(JSON.stringify(component.save()))
    }))
  })
})

describe('WorkQueue', () => {
  interface Bench { readonly simulation: Simulation; readonly queue: WorkQueue; readonly log: string[] }
  const bench = (sync: (key: string, queue: WorkQueue) => void = () => undefined, options: { latencyMs?: number; retryMsMax?: number } = { latencyMs: 5 }): Bench => {
    const simulation = new Simulation({ seed: 1 })
    const log: string[] = []
    const context = simulation.context('c')
    const queue = new WorkQueue(context, { name: 'q', ...options })
    simulation.add({
      name: 'c', save: () => queue.save(), load: (state) => { queue.load(state) },
      handle: (body) => {
        queue.handle(body, (key) => {
          log.push(`${simulation.now} ${key}`)
          sync(key, queue)
        })
      },
    })
    return { simulation, queue, log }
  }

  test('works on each key once, first come first, after the latency', () => {
    const { simulation, queue, log } = bench()
    queue.add('a')
    queue.add('b')
    queue.add('a')
    expect([queue.length, queue.has('a')]).toEqual([2, true])
    simulation.run({ until: 2 })
    queue.add('c')
    simulation.run()
    expect(log).toEqual(['5 a', '5 b', '7 c'])
  })

  test('a key that its own sync adds is worked on again after the latency, and holds nobody up', () => {
    let again = true
    const { simulation, queue, log } = bench((key, self) => {
      if (key === 'a' && again) {
        again = false
        self.add('a')
      }
    })
    for (const key of ['a', 'b', 'c']) queue.add(key)
    simulation.run()
    expect(log).toEqual(['5 a', '5 b', '5 c', '10 a'])
  })

  test('of two delays the earlier wins', () => {
    const { simulation, queue, log } = bench()
    queue.addAfter('a', 100)
    queue.addAfter('a', 50)
    queue.addAfter('a', 70)
    queue.addAfter('b', 0)
    simulation.run()
    expect(log).toEqual(['5 b', '55 a'])
  })

  test('back-off doubles, is capped, and starts anew once the key did well', () => {
    const { simulation, queue } = bench(undefined, { latencyMs: 0, retryMsMax: 35 })
    const waits: number[] = []
    for (let i = 0; i < 5; i++) {
      const from = simulation.now
      queue.addRateLimited('a')
      simulation.run()
      waits.push(simulation.now - from)
    }
    expect([waits, queue.retries('a')]).toEqual([[5, 10, 20, 35, 35], 5])
    queue.forget('a')
    queue.addRateLimited('a')
    expect([queue.retries('a'), (simulation.nextAt() as number) - simulation.now]).toEqual([1, 5])
  })

  test('events of another queue are not its own', () => {
    const { queue } = bench()
    expect([queue.handle({ type: 'work', queue: 'other' }, () => undefined), queue.handle({ type: 'watch' }, () => undefined)]).toEqual([false, false])
  })

  test('a checkpoint in the middle changes nothing', () => {
    const run = (split: number | undefined): string[] => {
      const make = (): Bench => bench((key, queue) => { if (key.length < 4) queue.addRateLimited(`${key}${key.length}`) })
      const first = make()
      for (const key of ['a', 'b']) first.queue.add(key)
      first.queue.addAfter('c', 7)
      first.simulation.run(split === undefined ? {} : { maxEvents: split })
      if (split === undefined) return first.log
      const second = make()
      second.simulation.restore(JSON.parse(JSON.stringify(first.simulation.checkpoint())) as ReturnType<Simulation['checkpoint']>)
      second.simulation.run()
      return [...first.log, ...second.log]
    }
    const straight = run(undefined)
    expect(straight.length).toBeGreaterThan(6)
    for (let split = 0; split < 20; split++) expect(run(split)).toEqual(straight)
  })
})

describe('EventRecorder', () => {
  const about = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-1', namespace: 'shop', uid: 'u1' } }
  const bench = (style: 'core' | 'events'): { server: FakeServer; recorder: EventRecorder; make: () => EventRecorder } => {
    const simulation = new Simulation({ seed: 1 })
    const server = new FakeServer(simulation)
    const make = (): EventRecorder => new EventRecorder(new Client(server, 'kubelet'), simulation.context('kubelet'), { component: 'kubelet', host: 'node-a', style })
    return { server, recorder: make(), make }
  }

  test('an equal event again counts instead of making another', () => {
    const { server, recorder } = bench('core')
    recorder.event(about, 'Normal', 'Pulled', 'Image is there')
    recorder.event(about, 'Normal', 'Pulled', 'Image is there')
    recorder.event(about, 'Normal', 'Pulled', 'Image is there, another')
    expect(server.requests.map((request) => request.method)).toEqual(['POST', 'PATCH', 'POST'])
    const first = server.requests[0]?.body as Event
    expect(first).toMatchObject({ count: 1, reason: 'Pulled', involvedObject: { kind: 'Pod', name: 'web-1', namespace: 'shop', uid: 'u1' }, source: { component: 'kubelet', host: 'node-a' } })
    expect(first.metadata.name).toMatch(/^web-1\.[0-9a-f]{16}$/)
    expect(server.requests[1]?.body).toMatchObject({ count: 2 })
  })

  test('the scheduler’s style names an action and a reporting controller, and counts in a series', () => {
    const { server, recorder } = bench('events')
    recorder.event(about, 'Warning', 'FailedScheduling', 'no', 'Scheduling')
    recorder.event(about, 'Warning', 'FailedScheduling', 'no', 'Scheduling')
    expect(server.requests[0]?.body).toMatchObject({ action: 'Scheduling', reportingComponent: 'kubelet', reportingInstance: 'kubelet-node-a' })
    expect(server.requests[1]?.body).toMatchObject({ series: { count: 2 } })
  })

  test('one whose Event was deleted meanwhile is made anew; a refusal is dropped', () => {
    const { server, recorder } = bench('core')
    recorder.event(about, 'Normal', 'Pulled', 'x')
    server.objects.clear()
    recorder.event(about, 'Normal', 'Pulled', 'x')
    expect(server.requests.map((request) => request.method)).toEqual(['POST', 'PATCH', 'POST'])
    server.down = true
    expect(() => { recorder.event(about, 'Normal', 'Started', 'y') }).not.toThrow()
  })

  test('what it remembers survives a checkpoint', () => {
    const { server, recorder, make } = bench('core')
    recorder.event(about, 'Normal', 'Pulled', 'x')
    const fresh = make()
    fresh.load(JSON.parse(JSON.stringify(recorder.save())))
    fresh.event(about, 'Normal', 'Pulled', 'x')
    expect(server.requests.map((request) => request.method)).toEqual(['POST', 'PATCH'])
  })
})

describe('Client', () => {
  test('a refusal is an ApiError with the server’s Status; find takes "not found" for an answer', () => {
    const server = new FakeServer(new Simulation({ seed: 1 }))
    const client = new Client({
      request: () => ({ status: 404, headers: {}, body: failure(404, 'NotFound', 'pods "x" not found') }),
      watch: (request, receiver) => server.watch(request, receiver), stopWatch: () => undefined,
    }, 'kubectl')
    const ref = { resource: resources.pods, namespace: 'shop', name: 'x' }
    expect(() => client.get(ref)).toThrow('pods "x" not found')
    expect(client.find(ref)).toBeUndefined()
    expect(() => { client.delete(ref) }).toThrow(ApiError)
  })

  test('asks in the paths, types and names of the REST interface', () => {
    const simulation = new Simulation({ seed: 1 })
    const server = new FakeServer(simulation)
    const client = new Client(server, 'kube-scheduler/v1')
    client.list(resources.pods, { namespace: 'shop', labelSelector: 'app=web' })
    client.create(resources.pods, { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web-1', namespace: 'shop' } }, { name: 'web-1', subresource: 'binding' })
    client.update(resources.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } }, 'status')
    expect(server.requests.map(({ method, path, query, userAgent }) => [method, path, query, userAgent])).toEqual([
      ['GET', '/api/v1/namespaces/shop/pods', { labelSelector: 'app=web' }, 'kube-scheduler/v1'],
      ['POST', '/api/v1/namespaces/shop/pods/web-1/binding', undefined, 'kube-scheduler/v1'],
      ['PUT', '/api/v1/nodes/node-a/status', undefined, 'kube-scheduler/v1'],
    ])
    expect(virtualMs(simulation.now)).toBe(0)
  })
})
