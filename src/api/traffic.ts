/** Who sends: a Pod ("namespace/name"), a process of a node, or somebody outside of the cluster (an address). */
export type TrafficClient =
  | { readonly pod: string }
  | { readonly node: string }
  | { readonly outside: string }

/** Requests to send. Plain data: an input of the history. */
export interface TrafficRequest {
  readonly from: TrafficClient
  /** What the client was told to ask: "web", "web.shop:80", "10.96.12.80:80", "http://node-a's address:30080/cart". Port 80 when none is named. */
  readonly to: string
  /** 1 to 10,000. */
  readonly count: number
  /** All over one connection, and the next time too; otherwise each over its own. */
  readonly keepAlive?: boolean
  /** True: so many now, and again every second from now on. False: sends nothing, and ends what this client sends steadily to this target. */
  readonly steady?: boolean
}

/** Requests that somebody sends every second. */
export interface TrafficFlow {
  readonly from: TrafficClient
  readonly to: string
  readonly perSecond: number
}

export type ProxyModeName = 'userspace' | 'iptables' | 'ipvs'

export type IpvsSchedulerName = 'rr' | 'wrr' | 'lc' | 'wlc' | 'sh'

/**
 * What became of a request:
 * - answered
 * - no-client: the Pod that should send does not run
 * - name-unknown: DNS has no such name (NXDOMAIN)
 * - external: the name is that of an ExternalName Service, and leads out of the cluster
 * - rejected: no endpoints; told so at once (ICMP port unreachable)
 * - dropped: a rule drops it without a word (no local endpoints)
 * - no-route: nobody has that address; it times out
 * - refused: there is somebody, but nothing listens on that port (RST)
 * - no-reply: who had that address is gone or cut off; it times out
 * - closed: the proxy process took the connection and found nobody behind it (userspace)
 */
export type TrafficOutcome = 'answered' | 'no-client' | 'name-unknown' | 'external' | 'rejected' | 'dropped' | 'no-route' | 'refused' | 'no-reply' | 'closed'

/** Where the answer to "who gets it" came from. */
export type TrafficMeans = 'rules' | 'conntrack' | 'virtual-server' | 'process' | 'direct' | 'none'

/** One request, as it is remembered. */
export interface TrafficRecord {
  /** From 1. */
  readonly id: number
  readonly at: number
  /** "shop/checkout-1", "node-a", "198.51.100.7". */
  readonly client: string
  readonly clientIP: string
  /** The node the client is on; absent outside. */
  readonly clientNode?: string
  readonly sourcePort: number
  readonly to: string
  readonly protocol: 'tcp' | 'udp'
  /** What the client sent its packet to: "10.96.12.80:80"; absent when the name led nowhere. */
  readonly destination?: string
  /** "namespace/name" of the Service it was meant for, when it was. */
  readonly service?: string
  /** "namespace/name:port" */
  readonly servicePort?: string
  /** Nodes whose rules were walked, in order; the last one decided. */
  readonly nodes: readonly string[]
  readonly mode: ProxyModeName
  readonly means: TrafficMeans
  readonly outcome: TrafficOutcome
  /** "10.244.3.9:8080" */
  readonly endpoint?: string
  readonly pod?: string
  readonly podNode?: string
  /** Rules tried, all tables. */
  readonly rules: number
  /** Hash look-ups in IPVS. */
  readonly lookups: number
  /** The Pod sees a node's address instead of the client's. */
  readonly masqueraded: boolean
  /** Chosen because the client had been here before. */
  readonly affinity: boolean
  /** Over a connection that was open already: the request that opened it. */
  readonly follows?: number
}

export interface TrafficTallyRow {
  readonly endpoint: string
  readonly pod?: string
  readonly node?: string
  readonly count: number
}

/** Requests of a service port by endpoint, since something that shares them out last changed. */
export interface TrafficTally {
  readonly servicePort: string
  readonly since: number
  readonly total: number
  readonly failed: number
  readonly rows: readonly TrafficTallyRow[]
}

export interface TrafficAnswer {
  /** Id of the first; the others follow. 0 when none was sent. */
  readonly first: number
  readonly count: number
  readonly outcomes: Readonly<Partial<Record<TrafficOutcome, number>>>
  /** The newest of them, at most 50, newest first. */
  readonly records: readonly TrafficRecord[]
  /** Why nothing was sent at all. */
  readonly refusal?: string
}

export interface RuleView {
  /** Place in its chain, from 0. */
  readonly index: number
  /** As `iptables-save` prints it. */
  readonly text: string
  /** What it asks, short: "-d 10.96.12.80/32 -p tcp --dport 80". */
  readonly match: string
  readonly comment?: string
  /** "KUBE-SVC-…", "DNAT --to-destination 10.244.3.9:8080". */
  readonly target: string
  /** Chance that it matches, 0 to 1; absent: no chance in it. */
  readonly probability?: number
  /** The number that was drawn, 0 to 1: it matches when below `probability`. */
  readonly draw?: number
  readonly outcome: 'missed' | 'matched' | 'not-reached'
}

/** One chain that a packet went through. Of a long one the rules around those that matched. */
export interface ChainView {
  readonly node: string
  readonly table: string
  readonly chain: string
  /** How many rules it has, and how many were tried. */
  readonly total: number
  readonly tried: number
  readonly rules: readonly RuleView[]
}

export interface DnsQueryView {
  readonly name: string
  readonly type: string
  readonly answer: 'addresses' | 'cname' | 'nxdomain'
  readonly records: readonly string[]
}

/** A request's whole way, made again from what is remembered of it. */
export interface TrafficWalk {
  readonly record: TrafficRecord
  readonly dns: readonly DnsQueryView[]
  readonly chains: readonly ChainView[]
  /** IPVS: what the hash look-up found. */
  readonly virtualServer?: {
    readonly key: string
    readonly scheduler: string
    readonly persistent: number
    readonly chosen: number
    readonly real: readonly { readonly key: string; readonly weight: number; readonly pod?: string; readonly node?: string }[]
  }
  /** userspace: the process behind the port the rules led to. */
  readonly process?: {
    readonly listen: number
    /** Endpoints, in the order in which they take turns. */
    readonly endpoints: readonly string[]
    /** Those that were tried, the last one took it. */
    readonly tried: readonly string[]
  }
  /** Rules that this request would walk in each mode. */
  readonly inModes: readonly { readonly mode: ProxyModeName; readonly rules: number; readonly lookups: number }[]
  /** False: the rules of that moment are no longer known, and the chains are missing. */
  readonly complete: boolean
}
