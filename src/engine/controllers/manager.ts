import { assert } from '../../base'
import { Client, Informers, type Transport } from '../client'
import type { Actor, ActorContext, EventBody } from '../kernel'
import type { Controller, ControllerEnvironment, SyncQueue } from './controller'
import { addRevisionIndexes } from './history'
import { addPodIndexes } from './pods'
import { addReplicaSetIndexes } from './replica-set'
import { addServiceIndexes } from './services'
import { defaultControllerSettings, type ControllerSettings } from './settings'
import { controllers } from './table'

export interface ControllerManagerOptions {
  readonly context: ActorContext
  readonly transport: Transport
  /** Virtual time from a key being queued to its sync, in ms. */
  readonly syncMs: number
  /** Controllers that stay out, by name: --controllers=*,-replicaset. */
  readonly disabled?: readonly string[]
  /** Deviations from Kubernetes' defaults. */
  readonly settings?: Partial<ControllerSettings>
}

/** What people see of a controller. */
export interface ControllerView {
  readonly name: string
  /** Keys waiting for their sync. */
  readonly queued: number
  /** Has work to do now. */
  readonly active: boolean
  /** Does not run: it was left out, or the whole manager is not running. */
  readonly stopped?: true
}

interface ManagerState {
  readonly started?: boolean
  readonly informers: unknown
  readonly controllers: { readonly [name: string]: unknown }
}

/** kube-controller-manager: all controllers of `table.ts` in one actor, over shared informers. */
export class ControllerManager implements Actor {
  readonly name = 'kube-controller-manager'
  readonly #informers: Informers
  readonly #controllers: readonly Controller[]
  readonly #byName = new Map<string, Controller>()
  readonly #queues = new Map<string, SyncQueue>()
  readonly #disabled: ReadonlySet<string>
  #started = false

  constructor(options: ControllerManagerOptions) {
    const { context, transport, syncMs } = options
    this.#informers = new Informers(new Client(transport, 'kube-controller-manager/shared-informers'), context)
    const environment: ControllerEnvironment = { context, transport, informers: this.#informers, syncMs, settings: { ...defaultControllerSettings, ...options.settings } }
    addPodIndexes(this.#informers)
    addReplicaSetIndexes(environment)
    addServiceIndexes(this.#informers)
    addRevisionIndexes(this.#informers)
    this.#disabled = new Set(options.disabled)
    // One that is left out is made all the same, so that it can be named; it hears of nothing.
    const nowhere = { ...environment, informers: new Informers(new Client(transport, 'kube-controller-manager/shared-informers'), context) }
    this.#controllers = controllers.map((Class) => {
      const idle = this.#disabled.size === 0 ? undefined : new Class(nowhere)
      return idle !== undefined && this.#disabled.has(idle.name) ? idle : new Class(environment)
    })
    for (const controller of this.#controllers) {
      assert(!this.#byName.has(controller.name), `two controllers are called ${controller.name}`)
      this.#byName.set(controller.name, controller)
      for (const queue of controller.queues) this.#queues.set(queue.name, queue)
    }
  }

  /** Fills the caches and begins to work. */
  start(): void {
    this.#started = true
    for (const controller of this.#controllers) if (!this.#disabled.has(controller.name)) controller.start()
    this.#informers.start()
  }

  /** Names of all controllers, those left out too. */
  get names(): readonly string[] {
    return this.#controllers.map((controller) => controller.name)
  }

  handle(body: EventBody): void {
    // Nobody is there: what an earlier process had planned is nobody's.
    if (!this.#started) return
    switch (body.type) {
      case 'work':
      case 'work-later':
        if (this.#disabled.size > 0 && this.#disabled.has((body['queue'] as string).split('/')[0] as string)) return
        this.#queues.get(body['queue'] as string)?.handle(body)
        break
      case 'controller-timer':
        this.#byName.get(body['controller'] as string)?.timer(body)
        break
      default:
        this.#informers.handle(body)
    }
  }

  views(): ControllerView[] {
    return this.#controllers.map((controller) => ({
      name: controller.name, queued: controller.queued, active: controller.queued > 0, ...(!this.#started || this.#disabled.has(controller.name) ? { stopped: true as const } : {}),
    }))
  }

  save(): unknown {
    const state: ManagerState = {
      started: this.#started,
      informers: this.#informers.save(),
      controllers: Object.fromEntries(this.#controllers.map((controller) => [controller.name, controller.save()])),
    }
    return state
  }

  load(state: unknown): void {
    const saved = state as ManagerState
    this.#started = saved.started ?? true
    this.#informers.load(saved.informers)
    for (const controller of this.#controllers) controller.load(saved.controllers[controller.name])
  }
}
