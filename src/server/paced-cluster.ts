import { ApiError, type ApiRequest, type ApiResponse, type FaultRequest, type WatchEvent } from '../api'
import type { Cluster, Fault, FaultAnswer } from '../engine'
import type { FaultDesk } from './faults-over-http'
import type { Gateway, OpenedWatch, Watcher } from './gateway'

const receiver = 'http-clients'
/** Events delivered between two looks at what else there is to do. */
const sliceEvents = 2_000
const tickMs = 20

export interface PacedClusterOptions {
  /** Virtual milliseconds a real millisecond. */
  readonly speed: number
  /** Real milliseconds, from any beginning. */
  readonly now: () => number
}

/** A cluster whose virtual time runs with the real one, and that answers clients from outside. */
export class PacedCluster implements Gateway, FaultDesk {
  readonly #cluster: Cluster
  readonly #options: PacedClusterOptions
  readonly #watchers = new Map<number, Watcher>()
  #startedAt = 0
  #startedVirtual = 0
  #timer: NodeJS.Timeout | undefined

  constructor(cluster: Cluster, options: PacedClusterOptions) {
    this.#cluster = cluster
    this.#options = options
    cluster.simulation.add({
      name: receiver,
      handle: (body) => {
        const id = body['watch'] as number
        const watcher = this.#watchers.get(id)
        watcher?.events(body['events'] as readonly WatchEvent[])
        if (body['closed'] === true) {
          this.#watchers.delete(id)
          watcher?.close()
        }
      },
      // Clients are no part of a cluster's state.
      save: () => null,
      load: () => undefined,
    })
  }

  start(): void {
    this.#startedAt = this.#options.now()
    this.#startedVirtual = this.#cluster.simulation.now
    const tick = (): void => {
      const isBehind = this.#advance()
      this.#timer = setTimeout(tick, isBehind ? 0 : tickMs)
    }
    tick()
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  request(request: ApiRequest): Promise<ApiResponse> {
    this.#advance()
    return Promise.resolve(this.#cluster.request(request))
  }

  read(request: ApiRequest): Promise<ApiResponse> {
    this.#advance()
    return Promise.resolve(this.#cluster.read(request))
  }

  fault(fault: FaultRequest): FaultAnswer {
    this.#advance()
    return this.#cluster.fault(fault)
  }

  get faults(): readonly Fault[] {
    this.#advance()
    return this.#cluster.faults.active
  }

  watch(request: ApiRequest, watcher: Watcher): Promise<OpenedWatch> {
    this.#advance()
    const { apiserver } = this.#cluster
    try {
      const { id } = apiserver.watch(request, receiver)
      this.#watchers.set(id, watcher)
      return Promise.resolve({
        ok: true,
        stop: () => {
          if (this.#watchers.delete(id)) apiserver.stopWatch(id)
        },
      })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return Promise.resolve({ ok: false, response: { status: error.code, headers: {}, body: error.status } })
    }
  }

  /** Brings virtual time up to where real time has it, as far as a slice reaches. True: there is more to do. */
  #advance(): boolean {
    const { simulation } = this.#cluster
    const until = Math.floor(this.#startedVirtual + (this.#options.now() - this.#startedAt) * this.#options.speed)
    return until > simulation.now && simulation.run({ until, maxEvents: sliceEvents }) === 'events'
  }
}
