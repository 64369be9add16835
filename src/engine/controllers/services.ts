import { deepEqual } from '../../base'
import { matches, resources, selectorOfMap, type Pod, type Service, type ServicePort } from '../../api'
import type { Informer, Informers } from '../client'
import { byName, byNamespace } from './owners'
import { isPodFinished, isPodReady } from './pods'

/** All Services, findable by namespace. Shared by those who follow a Service's Pods. */
export function serviceInformer(informers: Informers): Informer<Service> {
  return informers.for<Service>(resources.services)
}

/** Called once by the manager. */
export function addServiceIndexes(informers: Informers): void {
  serviceInformer(informers).addIndex('namespace', byNamespace)
}

/** Services whose selector takes the Pod. Upstream: GetPodServiceMemberships. */
export function servicesOf(services: Informer<Service>, pod: Pod): Service[] {
  return services.byIndex('namespace', pod.metadata.namespace ?? '').filter((service) => selects(service, pod))
}

export function selects(service: Service, pod: Pod): boolean {
  const selector = service.spec?.selector
  return selector !== undefined && Object.keys(selector).length > 0 && matches(selectorOfMap(selector), pod.metadata.labels)
}

/** The Pods a Service selects, by name. */
export function podsOf(pods: Informer<Pod>, service: Service): Pod[] {
  const selector = selectorOfMap(service.spec?.selector ?? {})
  return pods.byIndex('namespace', service.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels)).sort(byName)
}

/** A change of the Pod that a Service's endpoints show. Upstream: podEndpointsChanged. */
export function endpointsDiffer(old: Pod, pod: Pod): boolean {
  return old.status?.podIP !== pod.status?.podIP || old.spec?.nodeName !== pod.spec?.nodeName || isPodReady(old) !== isPodReady(pod) || isPodFinished(old) !== isPodFinished(pod)
    || (old.metadata.deletionTimestamp === undefined) !== (pod.metadata.deletionTimestamp === undefined)
    || old.spec?.hostname !== pod.spec?.hostname || old.spec?.subdomain !== pod.spec?.subdomain
}

export function labelsDiffer(old: Pod, pod: Pod): boolean {
  return old.metadata.labels !== pod.metadata.labels && !deepEqual(old.metadata.labels, pod.metadata.labels)
}

/** Upstream: ShouldPodBeInEndpoints. */
export function belongsToEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodFinished(pod)) return false
  if ((pod.status?.podIP ?? '') === '' && (pod.status?.podIPs ?? []).length === 0) return false
  return includeTerminating || pod.metadata.deletionTimestamp === undefined
}

/** The number behind a target port; undefined when the Pod has no port of that name. Upstream: podutil.FindPort. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target === 0 ? port.port : target
  const protocol = port.protocol ?? 'TCP'
  for (const container of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter((other) => other.restartPolicy === 'Always')]) {
    for (const other of container.ports ?? []) if (other.name === target && (other.protocol ?? 'TCP') === protocol) return other.containerPort
  }
  return undefined
}

export function publishesNotReady(service: Service): boolean {
  return service.spec?.publishNotReadyAddresses === true || service.metadata.annotations?.['service.alpha.kubernetes.io/tolerate-unready-endpoints'] === 'true'
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None' || (service.spec?.clusterIP ?? '') === ''
}

/** The name a Pod is found by under a Service that is its subdomain. Upstream: ShouldSetHostname. */
export function hostnameUnder(pod: Pod, service: Service): string | undefined {
  const hostname = pod.spec?.hostname ?? ''
  return hostname !== '' && pod.spec?.subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace ? hostname : undefined
}
