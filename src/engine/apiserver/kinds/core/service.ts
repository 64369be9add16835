import { resources, type Service, type ServicePort } from '../../../../api'
import { ApiError } from '../../../../api'
import type { Draft } from '../../draft'
import { invalid } from '../../errors'
import { FieldErrors } from '../../field-errors'
import { dnsLabel, isIPv4 } from '../../names'
import { kind, type StrategyContext } from '../kind'
import { validateService, validateServiceUpdate } from './service-validation'
import { ageColumn, labelsText, nameColumn, text } from '../print'

/** --service-cluster-ip-range: 10.96.0.0/16. */
const serviceNet = (10 << 24) | (96 << 16)
const serviceIpCount = 65_536
const nodePortMin = 30_000
const nodePortMax = 32_767

const numberOfIp = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) - serviceNet
const ipOfNumber = (offset: number): string => `10.96.${offset >> 8}.${offset & 255}`
const hasAddress = (service: { readonly spec?: { readonly clusterIP?: string } }): boolean => {
  const ip = service.spec?.clusterIP
  return ip !== undefined && ip !== '' && ip !== 'None'
}
const takesAddress = (type: string | undefined): boolean => type !== 'ExternalName'
const takesNodePort = (spec: Draft<NonNullable<Service['spec']>>): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)

/**
 * Gives a Service its address and node ports. What is taken is read from the Services there are: nothing is kept beside the store.
 * Upstream: pkg/registry/core/service/storage/alloc.go, ipallocator and portallocator.
 */
function allocate(service: Draft<Service>, old: Service | undefined, context: StrategyContext): void {
  const spec = service.spec
  if (spec === undefined) return
  const others = context.list(resources.services) as unknown as readonly Service[]
  const isSelf = (other: Service): boolean => old !== undefined && other.metadata.uid === old.metadata.uid
  const errors = new FieldErrors()
  if (takesAddress(spec.type) && spec.clusterIP !== 'None') {
    const oldIp = old !== undefined && takesAddress(old.spec?.type) ? old.spec?.clusterIP : undefined
    if (spec.clusterIP === undefined || spec.clusterIP === '') {
      const taken = new Set<string>()
      for (const other of others) if (hasAddress(other) && !isSelf(other)) taken.add(other.spec?.clusterIP ?? '')
      spec.clusterIP = freeIp(taken, context)
      spec.clusterIPs = [spec.clusterIP]
    } else if (spec.clusterIP !== oldIp) {
      const wanted = spec.clusterIP
      const offset = isIPv4(wanted) ? numberOfIp(wanted) : -1
      if (offset <= 0 || offset >= serviceIpCount) errors.invalid('spec.clusterIPs', [wanted], `failed to allocate IP ${wanted}: the provided network does not match the current range`)
      else if (others.some((other) => other.spec?.clusterIP === wanted && !isSelf(other))) errors.invalid('spec.clusterIPs', [wanted], `failed to allocate IP ${wanted}: provided IP is already allocated`)
    }
  }
  if (takesNodePort(spec)) {
    const taken = new Set<number>()
    for (const other of others) {
      if (isSelf(other)) continue
      for (const port of other.spec?.ports ?? []) if (port.nodePort !== undefined) taken.add(port.nodePort)
      if (other.spec?.healthCheckNodePort !== undefined) taken.add(other.spec.healthCheckNodePort)
    }
    const own = new Set<number>()
    for (const port of old?.spec?.ports ?? []) if (port.nodePort !== undefined) own.add(port.nodePort)
    const byPort = new Map<string, number>()
    spec.ports?.forEach((port, i) => {
      if (port.nodePort === undefined || port.nodePort === 0) return
      const path = `spec.ports[${i}].nodePort`
      if (port.nodePort < nodePortMin || port.nodePort > nodePortMax) {
        errors.invalid(path, port.nodePort, `provided port is not in the valid range. The range of valid ports is ${nodePortMin}-${nodePortMax}`)
      } else if (taken.has(port.nodePort) && !own.has(port.nodePort)) errors.invalid(path, port.nodePort, 'provided port is already allocated')
      else {
        taken.add(port.nodePort)
        byPort.set(`${port.port}`, port.nodePort)
      }
    })
    for (const port of spec.ports ?? []) {
      if (port.nodePort !== undefined && port.nodePort !== 0) continue
      // UDP and TCP of one port share a node port.
      const shared = byPort.get(`${port.port}`)
      port.nodePort = shared ?? freePort(taken, context)
      taken.add(port.nodePort)
      byPort.set(`${port.port}`, port.nodePort)
    }
    if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' && (spec.healthCheckNodePort ?? 0) === 0) spec.healthCheckNodePort = freePort(taken, context)
  }
  if (errors.any) throw invalid('', 'Service', service.metadata.name ?? '', errors.list)
}

/** A free address, at random; the lower band of the range is left to those who choose. Upstream: ipallocator, calculateRangeOffset. */
function freeIp(taken: ReadonlySet<string>, context: StrategyContext): string {
  const reserved = 256
  for (let attempt = 0; attempt < 64; attempt++) {
    const ip = ipOfNumber(reserved + context.random.below(serviceIpCount - reserved - 1))
    if (!taken.has(ip)) return ip
  }
  for (let offset = serviceIpCount - 2; offset > 0; offset--) if (!taken.has(ipOfNumber(offset))) return ipOfNumber(offset)
  throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Internal error occurred: failed to allocate a serviceIP: range is full', reason: 'InternalError', code: 500 })
}

function freePort(taken: ReadonlySet<number>, context: StrategyContext): number {
  const reserved = 86
  for (let attempt = 0; attempt < 64; attempt++) {
    const port = nodePortMin + reserved + context.random.below(nodePortMax - nodePortMin - reserved + 1)
    if (!taken.has(port)) return port
  }
  for (let port = nodePortMax; port >= nodePortMin; port--) if (!taken.has(port)) return port
  throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Internal error occurred: failed to allocate a nodePort: range is full', reason: 'InternalError', code: 500 })
}

/** IP families of a cluster with IPv4 alone; a headless Service without selector may be anything. */
function defaultFamilies(spec: Draft<NonNullable<Service['spec']>>): void {
  if (spec.type === 'ExternalName') return
  const withoutSelector = Object.keys(spec.selector ?? {}).length === 0
  if (spec.clusterIP === 'None' && withoutSelector) {
    spec.ipFamilyPolicy ??= 'RequireDualStack'
    spec.ipFamilies ??= spec.ipFamilyPolicy === 'SingleStack' ? ['IPv4'] : ['IPv4', 'IPv6']
  } else {
    spec.ipFamilyPolicy ??= 'SingleStack'
    spec.ipFamilies ??= ['IPv4']
  }
}

/** clusterIP and clusterIPs say the same; whoever knows only one sets both. Upstream: service/strategy.go, NormalizeClusterIPs. */
function normalizeClusterIps(spec: Draft<NonNullable<Service['spec']>>, old: Service['spec'] | undefined): void {
  if (old === undefined) {
    if (spec.clusterIP !== undefined && spec.clusterIPs === undefined) spec.clusterIPs = [spec.clusterIP]
    return
  }
  const changed = spec.clusterIP !== old.clusterIP
  const listChanged = JSON.stringify(spec.clusterIPs) !== JSON.stringify(old.clusterIPs)
  if (changed && !listChanged) {
    if (spec.clusterIP === undefined) delete spec.clusterIPs
    else spec.clusterIPs = [spec.clusterIP]
  } else if (!changed && listChanged && spec.clusterIPs === undefined) delete spec.clusterIP
}

/** Fields that belong to another type go when the type changes. Upstream: dropTypeDependentFields. */
function dropTypeDependentFields(spec: Draft<NonNullable<Service['spec']>>, old: NonNullable<Service['spec']>): void {
  if (takesAddress(old.type) && !takesAddress(spec.type) && JSON.stringify(spec.clusterIPs) === JSON.stringify(old.clusterIPs)) {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  if (takesAddress(old.type) && !takesAddress(spec.type)) {
    delete spec.ipFamilies
    delete spec.ipFamilyPolicy
  }
  const hadPort = old.type === 'NodePort' || old.type === 'LoadBalancer'
  if (hadPort && !takesNodePort(spec)) {
    const before = new Set((old.ports ?? []).map((port) => port.nodePort))
    for (const port of spec.ports ?? []) if (before.has(port.nodePort)) delete port.nodePort
  }
  const needsHealth = (one: { readonly type?: string; readonly externalTrafficPolicy?: string }): boolean => one.type === 'LoadBalancer' && one.externalTrafficPolicy === 'Local'
  if (needsHealth(old) && !needsHealth(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) delete spec.healthCheckNodePort
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass
  }
  const external = (one: { readonly type?: string; readonly externalIPs?: readonly string[] }): boolean =>
    one.type === 'NodePort' || one.type === 'LoadBalancer' || (one.type === 'ClusterIP' && (one.externalIPs?.length ?? 0) > 0)
  if (external(old) && !external(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') delete spec.internalTrafficPolicy
}

/** An update that says nothing of what was allocated keeps it. Upstream: patchAllocatedValues. */
function keepAllocated(spec: Draft<NonNullable<Service['spec']>>, old: NonNullable<Service['spec']>): void {
  if (takesAddress(old.type) && takesAddress(spec.type)) {
    if ((spec.clusterIP === undefined || spec.clusterIP === '') && old.clusterIP !== undefined) {
      spec.clusterIP = old.clusterIP
    }
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs !== undefined) spec.clusterIPs = [...old.clusterIPs]
    spec.ipFamilies ??= old.ipFamilies === undefined ? undefined as never : [...old.ipFamilies]
    spec.ipFamilyPolicy ??= old.ipFamilyPolicy as string
    if (spec.ipFamilies === undefined) delete spec.ipFamilies
    if (spec.ipFamilyPolicy === undefined) delete spec.ipFamilyPolicy
  }
  if ((old.type === 'NodePort' || old.type === 'LoadBalancer') && takesNodePort(spec)) {
    const before = new Map<string, number>()
    const key = (port: Pick<ServicePort, 'protocol' | 'port'>): string => `${port.protocol ?? 'TCP'}/${port.port}`
    for (const port of old.ports ?? []) if (port.nodePort !== undefined) before.set(key(port), port.nodePort)
    const used = new Set((spec.ports ?? []).map((port) => port.nodePort))
    for (const port of spec.ports ?? []) {
      const kept = before.get(key(port))
      if (port.nodePort === undefined && kept !== undefined && !used.has(kept)) port.nodePort = kept
    }
  }
  if (old.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && old.externalTrafficPolicy === 'Local' && spec.externalTrafficPolicy === 'Local' && (spec.healthCheckNodePort ?? 0) === 0 && old.healthCheckNodePort !== undefined) {
    spec.healthCheckNodePort = old.healthCheckNodePort
  }
}

/** Upstream: pkg/registry/core/service. */
export const services = kind<Service>({
  resource: resources.services,
  type: 'core.v1.Service',
  // Any label: since v1.34 a name may begin with a digit.
  nameRule: dnsLabel,
  status: true,
  statusResetFields: [['spec']],
  returnsDeleted: true,
  selectableFields: { 'spec.clusterIP': (service) => service.spec?.clusterIP ?? '', 'spec.type': (service) => service.spec?.type ?? '' },
  legacyFieldLabels: true,
  setDefaults(service) {
    const spec = service.spec ??= {}
    spec.sessionAffinity ??= 'None'
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
    else if (spec.sessionAffinity === 'ClientIP') spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 } }
    spec.type ??= 'ClusterIP'
    for (const port of spec.ports ?? []) {
      port.protocol ??= 'TCP'
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
    }
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)) spec.externalTrafficPolicy ??= 'Cluster'
    if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
    if (spec.type === 'LoadBalancer') {
      spec.allocateLoadBalancerNodePorts ??= true
      for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip !== undefined) ingress.ipMode ??= 'VIP'
    }
  },
  prepareForCreate(service) {
    if (service.spec !== undefined) normalizeClusterIps(service.spec, undefined)
  },
  prepareForUpdate(service, old) {
    if (service.spec === undefined || old.spec === undefined) return
    normalizeClusterIps(service.spec, old.spec)
    dropTypeDependentFields(service.spec, old.spec)
    keepAllocated(service.spec, old.spec)
  },
  allocate(service, old, context) {
    if (service.spec === undefined) return
    defaultFamilies(service.spec)
    allocate(service, old, context)
    defaultFamilies(service.spec)
  },
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  columns: [nameColumn, text('Type'), text('Cluster-IP'), text('External-IP'), text('Port(s)'), ageColumn, text('Selector', 1)],
  cells({ metadata, spec, status }, age) {
    const ingress = (status?.loadBalancer?.ingress ?? []).map((entry) => entry.ip ?? entry.hostname ?? '').filter((entry) => entry !== '')
    const externals = [...spec?.externalIPs ?? []]
    const external = spec?.type === 'LoadBalancer'
      ? (ingress.length > 0 || externals.length > 0 ? [...ingress, ...externals].join(',') : '<pending>')
      : spec?.type === 'ExternalName' ? (spec.externalName ?? '') : externals.length > 0 ? externals.join(',') : '<none>'
    const ports = (spec?.ports ?? []).map((port) => `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`)
    return [
      metadata.name ?? '', spec?.type ?? '', spec?.clusterIP ?? '<none>', external, ports.length === 0 ? '<none>' : ports.join(','),
      age(metadata.creationTimestamp), labelsText(spec?.selector),
    ]
  },
})
