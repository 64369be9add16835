import type { ApiObject, Node, Pod, Resource, TrafficClient } from '../../../api'
import { isAddress } from './target'

/** The world as it is, for packets: what a proxy has heard of it is something else. */
export interface ProxyWorld {
  readonly node: (name: string) => Node | undefined
  readonly nodes: () => readonly Node[]
  readonly pod: (key: string) => Pod | undefined
  readonly pods: () => readonly Pod[]
  /** Nodes that are off or cut off: nothing reaches them, and their proxies hear nothing. */
  readonly unreachable: () => readonly string[]
  /** Objects as they stood at a revision; throws when its history was compacted. */
  readonly listAt: (resource: Resource, revision: number) => readonly ApiObject[]
}

/** --service-cluster-ip-range of the api-server. */
export const serviceRange = '10.96.0.0/16'

/** Under which name a client is recorded. */
export function clientName(from: TrafficClient): string {
  return 'pod' in from ? from.pod : 'node' in from ? from.node : from.outside
}

/** A node's own addresses of IPv4. */
export function addressesOf(node: Node | undefined): readonly string[] {
  return (node?.status?.addresses ?? []).filter((address) => (address.type === 'InternalIP' || address.type === 'ExternalIP') && isAddress(address.address)).map((address) => address.address)
}

export function hasRunningContainer(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && (pod.status.containerStatuses ?? []).some((status) => status.state?.running !== undefined)
}

export function declaredPorts(pod: Pod): readonly number[] {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].flatMap((container) => (container.ports ?? []).map((port) => port.containerPort))
}

/** Containers here run no code: they listen on the ports they declare, or on any when they declare none. */
export function listensOn(pod: Pod, port: number): boolean {
  const ports = declaredPorts(pod)
  return ports.length === 0 || ports.includes(port)
}
