import type { ProxyMode } from './config'
import type { Connections, SchedulerState } from './ipvs'
import type { Protocol } from './service-ports'

/** A connection as the node's kernel tracks it. */
export interface Connection {
  readonly protocol: Protocol
  readonly source: string
  readonly sourcePort: number
  readonly destination: string
  readonly port: number
  /** "10.244.3.9:8080": where its packets go. */
  readonly endpoint: string
  readonly masqueraded: boolean
  readonly open: boolean
  /** Virtual ms; forgotten then. */
  readonly expires: number
  /** The request that made the entry. */
  readonly request: number
  /** IPVS: "TCP 10.96.12.80:80". */
  readonly server?: string
}

/** Seconds as ms: an open TCP connection (kube-proxy's tcpEstablishedTimeout), one that is over (TIME_WAIT), UDP. */
const openMs = 86_400_000
const closedMs = 120_000
const udpMs = 30_000
/** Entries kept a node; over it those go first that would be forgotten first, as a full table does (early_drop). */
const connectionsMax = 8_192
const affinitiesMax = 10_000

export function connectionKey(protocol: Protocol, source: string, sourcePort: number, destination: string, port: number): string {
  return `${protocol} ${source}:${sourcePort} ${destination}:${port}`
}

interface Affinity {
  readonly at: number
  readonly endpoint: string
}

export interface SavedNodeState {
  readonly mode: ProxyMode
  readonly connections: readonly Connection[]
  readonly affinities: readonly (readonly [string, Affinity])[]
  readonly schedulers: readonly (readonly [string, SchedulerState])[]
}

/** What a node remembers beside its rules: connections, who was where (affinity), and where each scheduler stands. */
export class NodeState {
  mode: ProxyMode
  #connections = new Map<string, Connection>()
  #affinities = new Map<string, Affinity>()
  #schedulers = new Map<string, SchedulerState>()

  constructor(mode: ProxyMode) {
    this.mode = mode
  }

  /** Another mode is in force: its rules are gone, and with them the lists of `recent`, the virtual servers, the process. Connections stay. */
  changeMode(mode: ProxyMode): void {
    if (mode === this.mode) return
    this.mode = mode
    this.#affinities.clear()
    this.#schedulers.clear()
  }

  /** Forgets what is over. */
  expire(now: number): void {
    for (const [key, connection] of this.#connections) if (connection.expires <= now) this.#connections.delete(key)
  }

  connection(key: string): Connection | undefined {
    return this.#connections.get(key)
  }

  track(now: number, connection: Omit<Connection, 'expires'>): void {
    const ms = connection.protocol === 'udp' ? udpMs : connection.open ? openMs : closedMs
    const key = connectionKey(connection.protocol, connection.source, connection.sourcePort, connection.destination, connection.port)
    this.#connections.delete(key)
    this.#connections.set(key, { ...connection, expires: now + ms })
    if (this.#connections.size > connectionsMax) this.#dropEarly()
  }

  forget(key: string): void {
    this.#connections.delete(key)
  }

  get connections(): Iterable<Connection> {
    return this.#connections.values()
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Connections of a virtual server by endpoint. */
  connectionsOf(server: string): Map<string, Connections> {
    const counts = new Map<string, Connections>()
    for (const connection of this.#connections.values()) {
      if (connection.server !== server) continue
      const { active, inactive } = counts.get(connection.endpoint) ?? { active: 0, inactive: 0 }
      counts.set(connection.endpoint, connection.open ? { active: active + 1, inactive } : { active, inactive: inactive + 1 })
    }
    return counts
  }

  /** The endpoint a client was sent to, if that is not longer ago than so many seconds. */
  affinity(key: string, now: number, seconds: number): string | undefined {
    const known = this.#affinities.get(key)
    return known !== undefined && now - known.at < seconds * 1000 ? known.endpoint : undefined
  }

  setAffinity(key: string, now: number, endpoint: string): void {
    this.#affinities.delete(key)
    this.#affinities.set(key, { at: now, endpoint })
    if (this.#affinities.size > affinitiesMax) for (const oldest of this.#affinities.keys()) return void this.#affinities.delete(oldest)
  }

  scheduler(key: string): SchedulerState | undefined {
    return this.#schedulers.get(key)
  }

  setScheduler(key: string, state: SchedulerState): void {
    this.#schedulers.set(key, state)
  }

  save(): SavedNodeState {
    return { mode: this.mode, connections: [...this.#connections.values()], affinities: [...this.#affinities], schedulers: [...this.#schedulers] }
  }

  static restored(saved: SavedNodeState): NodeState {
    const state = new NodeState(saved.mode)
    for (const connection of saved.connections) {
      state.#connections.set(connectionKey(connection.protocol, connection.source, connection.sourcePort, connection.destination, connection.port), connection)
    }
    state.#affinities = new Map(saved.affinities)
    state.#schedulers = new Map(saved.schedulers)
    return state
  }

  #dropEarly(): void {
    const soonest = [...this.#connections].sort(([, a], [, b]) => a.expires - b.expires).slice(0, connectionsMax >> 3)
    for (const [key] of soonest) this.#connections.delete(key)
  }
}
