import type { ApiObject, ApiRequest, ApiResponse, DnsQueryView, EtcdAnswer, EtcdQuery, FaultKind, FaultRequest, TrafficAnswer, TrafficClient, TrafficRequest } from '../api'

/** What the command line stands on. The page gives it the open cluster; tests give it a `Cluster` of their own. */
export interface Environment {
  request(request: ApiRequest): Promise<ApiResponse>
  /** Resolves when something in the cluster may have changed, or rejects with `Interrupted` when the person gives up (Ctrl+C). */
  change(): Promise<void>
  /** The cluster's time as Unix milliseconds: ages and timeouts are counted in it. */
  now(): number
  /** A file the person has open (an editor tab), or undefined. `-f -` asks for "-". */
  readFile(name: string): string | undefined
  /** A line for standard output or standard error, without its line feed. */
  out(line: string): void
  error(line: string): void
  /** Text of the YAML reader; given so that this room need not know how text is read. */
  readonly readObjects: (text: string, file: string) => { readonly objects: readonly ApiObject[]; readonly problems: readonly { readonly line: number; readonly message: string }[] }
  readonly writeYaml: (object: unknown) => string
  /**
   * What Kubernetes says of its types ("core.v1.Pod", field '') and their fields, for those whose schema says nothing; absent where
   * nobody has it.
   */
  readonly descriptions?: () => Promise<(type: string, field: string) => string | undefined>
  /** Looks into the store behind the api-server; absent where that cannot be reached. */
  readonly etcd?: (query: EtcdQuery) => Promise<EtcdAnswer>
  /** Breaks things on purpose; absent where that cannot be done. */
  readonly faults?: {
    list(): Promise<{ readonly active: readonly BrokenThing[]; readonly controllers: readonly string[] }>
    /** Rejects with `CommandError` when it cannot be done. */
    change(fault: FaultRequest): Promise<void>
  }
  /** Sends packets as a container's programs would; absent where there is no network. */
  readonly traffic?: {
    send(request: TrafficRequest): Promise<TrafficAnswer>
    resolve(name: string, from: TrafficClient): Promise<{ readonly queries: readonly DnsQueryView[]; readonly addresses: readonly string[]; readonly external?: string }>
  }
}

/** Something that is broken on purpose; times as Unix milliseconds of the cluster's clock. */
export interface BrokenThing {
  readonly kind: FaultKind
  readonly subject?: string
  readonly sinceUnixMs: number
  readonly untilUnixMs?: number
}

/** The person pressed Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Ends a command with a message and an exit status, as kubectl's own fatal errors do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitStatus: number

  constructor(message: string, exitStatus = 1) {
    super(message)
    this.exitStatus = exitStatus
  }
}
