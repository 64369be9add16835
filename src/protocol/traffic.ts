import type { IpvsSchedulerName, ProxyModeName, TrafficFlow, TrafficRecord, TrafficTally, TrafficWalk } from '../api'

/** An address behind a Service, as its EndpointSlices list it. */
export interface EndpointView {
  /** "10.244.3.9:8080" */
  readonly key: string
  readonly pod?: string
  readonly node?: string
  readonly zone?: string
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
}

export interface ServicePortView {
  /** "shop/web:http", or "shop/web" when the port has no name: what kube-proxy calls it. */
  readonly servicePort: string
  readonly name: string
  readonly protocol: string
  readonly port: number
  readonly targetPort: string
  readonly nodePort?: number
  readonly endpoints: readonly EndpointView[]
}

export interface ServiceView {
  /** "shop/web" */
  readonly key: string
  readonly namespace: string
  readonly name: string
  /** ClusterIP, NodePort, LoadBalancer, ExternalName; "Headless" for a ClusterIP of None. */
  readonly type: string
  readonly clusterIP?: string
  readonly externalName?: string
  readonly externalIPs: readonly string[]
  readonly selector: Readonly<Record<string, string>>
  /** Seconds that a client keeps its endpoint; 0: no affinity. */
  readonly affinitySeconds: number
  readonly internalLocal: boolean
  readonly externalLocal: boolean
  readonly ports: readonly ServicePortView[]
  /** Ready endpoints of its first port. */
  readonly ready: number
}

export interface ProxyView {
  readonly mode: ProxyModeName
  readonly scheduler: IpvsSchedulerName
  /** Nodes whose own annotation says another mode. */
  readonly modes: Readonly<Record<string, ProxyModeName>>
  /** The mode is not the one somebody wrote: kube-proxy has not heard of it yet, or refused it. */
  readonly pending: boolean
  /** Requests since the cluster began. */
  readonly sent: number
  /** What is sent steadily now. */
  readonly flows: readonly TrafficFlow[]
}

export interface ServiceList {
  readonly services: readonly ServiceView[]
  readonly proxy: ProxyView
}

/** A Service's traffic as one node's proxy shares it out. */
export interface TrafficView {
  readonly service: ServiceView
  readonly proxy: ProxyView
  /** The mode of the node that was asked for. */
  readonly mode: ProxyModeName
  /** Revision that its rules are made of. */
  readonly revision: number
  /** The Service or its endpoints have changed since: the node's proxy has not heard of it yet. */
  readonly behind: boolean
  readonly tally?: TrafficTally
  /** Newest first. */
  readonly records: readonly TrafficRecord[]
  /** What a request would meet: the rules of the Service port, before any number is drawn. */
  readonly preview: Pick<TrafficWalk, 'chains' | 'virtualServer' | 'process'>
  /** Addresses that the node sends traffic to. */
  readonly reachable: readonly string[]
}

/** All rules of a node, as its tools print them. */
export interface RulesView {
  readonly node: string
  readonly mode: ProxyModeName
  readonly revision: number
  readonly iptables: string
  readonly ipvsadm?: string
  readonly rules: number
  readonly connections: number
}
