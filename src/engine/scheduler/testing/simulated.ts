/** The scheduler in a simulation with the fake api-server: watches travel with a latency, all is checkpointed. */
import { resources, type ApiObject, type ApiRequest, type ApiResponse, type Resource } from '../../../api'
import { Simulation, type Actor, type ActorContext, type EventBody } from '../../kernel'
import type { Transport, WatchOpened } from '../../client'
import { Scheduler, type SchedulerOptions } from '../scheduler'
import { FakeApi, type FakeApiState } from './fake-api'

export type Change =
  | { readonly put: ApiObject }
  | { readonly remove: { readonly plural: keyof typeof resources; readonly key: string } }

const latencyMs = 10

/** `FakeApi` as an actor: what watches have to tell goes out `latencyMs` after it happened. */
class ApiActor implements Actor, Transport {
  readonly name = 'fake-apiserver'
  readonly api = new FakeApi()
  readonly #context: ActorContext

  constructor(context: ActorContext) {
    this.#context = context
  }

  request(request: ApiRequest): ApiResponse {
    const response = this.api.request(request)
    this.#send()
    return response
  }

  watch(request: ApiRequest): WatchOpened {
    return this.api.watch(request)
  }

  stopWatch(id: number): void {
    this.api.stopWatch(id)
  }

  handle(body: EventBody): void {
    const change = body['change'] as Change
    if ('put' in change) {
      const { kind } = change.put
      const resource = Object.values(resources).find((one) => one.kind === kind)
      if (resource !== undefined) this.api.put(resource, change.put)
    } else this.api.remove(resources[change.remove.plural], change.remove.key)
    this.#send()
  }

  save(): FakeApiState {
    return this.api.save()
  }

  load(state: unknown): void {
    this.api.load(state as FakeApiState)
  }

  #send(): void {
    for (const delivery of this.api.deliveries()) this.#context.schedule(latencyMs, delivery, 'kube-scheduler')
  }
}

export class SimulatedScheduler {
  readonly simulation: Simulation
  scheduler: Scheduler
  readonly #actor: ApiActor
  readonly #make: () => Scheduler
  #lives = 0

  constructor(seed: number, options: Partial<Pick<SchedulerOptions, 'cycleMs' | 'configuration' | 'featureGates' | 'registry'>> = {}) {
    this.simulation = new Simulation({ seed })
    this.#actor = new ApiActor(this.simulation.context('fake-apiserver'))
    this.#make = () => new Scheduler({ context: this.simulation.context('kube-scheduler'), transport: this.#actor, cycleMs: 50, ...options })
    this.scheduler = this.#make()
    this.simulation.add(this.#actor)
    this.simulation.add(this.scheduler)
    this.scheduler.start()
  }

  /** The process ends; after `afterMs` another begins that remembers nothing but what it shows of past cycles. */
  restart(afterMs: number): void {
    const past = this.scheduler.stop()
    this.simulation.remove(this.scheduler.name)
    this.scheduler = this.#make()
    this.simulation.add(this.scheduler)
    this.scheduler.remember(past)
    this.run(afterMs)
    this.scheduler.start(++this.#lives)
  }

  get api(): FakeApi {
    return this.#actor.api
  }

  put(object: unknown): void {
    this.simulation.input('fake-apiserver', { type: 'change', change: { put: object as ApiObject } })
  }

  remove(plural: keyof typeof resources, key: string): void {
    this.simulation.input('fake-apiserver', { type: 'change', change: { remove: { plural, key } } })
  }

  run(ms: number): void {
    this.simulation.run({ until: this.simulation.now + ms })
  }

  readonly listAt = (resource: Resource, revision: number): readonly ApiObject[] => this.api.listAt(resource, revision)
}
