import { keyOf, type ApiObject, type EndpointSlice, type Service } from '../../../api'
import type { Informer } from '../../client'
import type { ProxyConfiguration } from './config'
import type { DnsZone } from './dns'
import { slicesByService } from './service-ports'

/** What a proxy has heard. */
export interface Heard {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly revisions: Revisions
  readonly configuration: ProxyConfiguration
}

export interface Revisions {
  readonly services: number
  readonly slices: number
}

/** Whether a request was decided by this. */
export function isHeard(heard: Heard, { revisions, configuration }: Pick<Heard, 'revisions' | 'configuration'>): boolean {
  const { mode, scheduler, clusterCIDR } = heard.configuration
  return heard.revisions.services === revisions.services && heard.revisions.slices === revisions.slices
    && mode === configuration.mode && scheduler === configuration.scheduler && clusterCIDR === configuration.clusterCIDR
}

/** A cache as it was before it changed; `behind`: what stood there before, null for nothing. */
export function overlaid<T extends { readonly metadata: ApiObject['metadata'] }>(informer: Informer<T>, behind: ReadonlyMap<string, T | null>): readonly T[] {
  if (behind.size === 0) return [...informer.list()]
  const known: T[] = []
  for (const object of informer.list()) if (!behind.has(keyOf(object))) known.push(object)
  for (const object of behind.values()) if (object !== null) known.push(object)
  return known
}

/** The cluster's names as they were then. */
export function zoneOf(heard: Heard): DnsZone {
  const services = new Map(heard.services.map((service) => [keyOf(service), service]))
  const slices = slicesByService(heard.slices)
  return { service: (key) => services.get(key), slices: (key) => slices.get(key) ?? [] }
}
