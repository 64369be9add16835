import { deepEqual } from '../../../../base'
import type { Service, ServicePort } from '../../../../api'
import type { FieldErrors } from '../../field-errors'
import { validateLabels } from '../../object-meta'
import { dnsLabel, dnsSubdomain, ipAddress, isCidr, isIPv4, portName, portNumber, qualifiedName } from '../../names'

// Upstream: pkg/apis/core/validation, ValidateService and its kin.

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const hasIp = (service: Service): boolean => service.spec?.clusterIP !== undefined && service.spec.clusterIP !== '' && service.spec.clusterIP !== 'None'

/** A port as upstream's internal type prints: TargetPort is 0 where it was defaulted from port after all. */
const internalPort = (port: ServicePort, withTarget: boolean): object => ({
  Name: port.name ?? '', Protocol: port.protocol ?? '', AppProtocol: port.appProtocol ?? null, Port: port.port, TargetPort: withTarget ? port.targetPort ?? 0 : 0, NodePort: port.nodePort ?? 0,
})

export function validateService(service: Service, errors: FieldErrors): void {
  const spec = service.spec ?? {}
  const ports = spec.ports ?? []
  if (ports.length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName') errors.required('spec.ports')
  switch (spec.type) {
    case 'LoadBalancer':
      ports.forEach((port, i) => { if (port.port === 10_250) errors.invalid(`spec.ports[${i}]`, port.port, 'may not expose port 10250 externally since it is used by kubelet') })
      if (spec.clusterIP === 'None') errors.invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services")
      break
    case 'NodePort':
      if (spec.clusterIP === 'None') errors.invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services")
      break
    case 'ExternalName':
      if ((spec.clusterIPs?.length ?? 0) > 0 && spec.clusterIPs?.[0] !== '') errors.forbidden('spec.clusterIPs', 'may not be set for ExternalName services')
      if (spec.ipFamilies !== undefined) errors.forbidden('spec.ipFamilies', 'may not be set for ExternalName services')
      if (spec.ipFamilyPolicy !== undefined) errors.forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services')
      if ((spec.externalName ?? '') !== '') for (const problem of dnsSubdomain((spec.externalName ?? '').toLowerCase().replace(/\.$/, ''))) errors.invalid('spec.externalName', spec.externalName, problem)
      else errors.required('spec.externalName')
      break
    default: break
  }
  const names = new Set<string>()
  const needsName = ports.length > 1
  ports.forEach((port, i) => {
    const at = `spec.ports[${i}]`
    if ((port.name ?? '') === '') {
      if (needsName) errors.required(`${at}.name`)
    } else {
      for (const problem of dnsLabel(port.name ?? '')) errors.invalid(`${at}.name`, port.name, problem)
      if (names.has(port.name ?? '')) errors.duplicate(`${at}.name`, port.name)
      names.add(port.name ?? '')
    }
    for (const problem of portNumber(port.port)) errors.invalid(`${at}.port`, port.port, problem)
    if ((port.protocol ?? '') === '') errors.required(`${at}.protocol`)
    else if (!['SCTP', 'TCP', 'UDP'].includes(port.protocol ?? '')) errors.notSupported(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])
    if (typeof port.targetPort === 'number') for (const problem of portNumber(port.targetPort)) errors.invalid(`${at}.targetPort`, port.targetPort, problem)
    else if (typeof port.targetPort === 'string') for (const problem of portName(port.targetPort)) errors.invalid(`${at}.targetPort`, port.targetPort, problem)
    if (port.appProtocol !== undefined) for (const problem of qualifiedName(port.appProtocol)) errors.invalid(`${at}.appProtocol`, port.appProtocol, problem)
  })
  validateLabels(spec.selector, 'spec.selector', errors)
  if ((spec.sessionAffinity ?? '') === '') errors.required('spec.sessionAffinity')
  else if (!['ClientIP', 'None'].includes(spec.sessionAffinity ?? '')) errors.notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  if (spec.sessionAffinity === 'ClientIP') {
    const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
    if (seconds === undefined) errors.required('spec.sessionAffinityConfig', 'when session affinity type is ClientIP')
    else if (seconds <= 0 || seconds > 86_400) errors.invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, 'must be greater than 0 and less than 86400')
  } else if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig !== undefined) {
    errors.forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None')
  }
  validateClusterIps(service, errors)
  spec.externalIPs?.forEach((ip, i) => {
    for (const problem of ipAddress(ip)) errors.invalid(`spec.externalIPs[${i}]`, ip, problem)
    if (ipAddress(ip).length === 0) nonSpecialIp(ip, `spec.externalIPs[${i}]`, errors)
  })
  if ((spec.type ?? '') === '') errors.required('spec.type')
  else if (!types.includes(spec.type ?? '')) errors.notSupported('spec.type', spec.type, types)
  const taken = new Map<string, number>()
  ports.forEach((port, i) => {
    if ((port.nodePort ?? 0) === 0) return
    if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') errors.forbidden(`spec.ports[${i}].nodePort`, `may not be used when \`type\` is '${spec.type ?? ''}'`)
    const key = `${port.protocol ?? ''}/${port.nodePort ?? 0}`
    if (taken.has(key)) errors.duplicate(`spec.ports[${i}].nodePort`, port.nodePort)
    taken.set(key, i)
  })
  const seen = new Set<string>()
  ports.forEach((port, i) => {
    const key = `${port.protocol ?? ''}/${port.port}`
    if (seen.has(key)) errors.duplicate(`spec.ports[${i}]`, internalPort({ name: '', protocol: port.protocol ?? '', port: port.port }, false))
    seen.add(key)
  })
  if (spec.loadBalancerSourceRanges !== undefined) {
    if (spec.type !== 'LoadBalancer') errors.forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'")
    spec.loadBalancerSourceRanges.forEach((range, i) => { if (!isCidr(range.trim())) errors.invalid(`spec.loadBalancerSourceRanges[${i}]`, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)') })
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') errors.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")
  if (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === undefined) errors.required('spec.allocateLoadBalancerNodePorts')
  if (spec.loadBalancerClass !== undefined && spec.type !== 'LoadBalancer') errors.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")
  else if (spec.loadBalancerClass !== undefined) for (const problem of qualifiedName(spec.loadBalancerClass)) errors.invalid('spec.loadBalancerClass', spec.loadBalancerClass, problem)
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)
  if (!external) {
    if (spec.externalTrafficPolicy !== undefined) errors.invalid('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services')
  } else if ((spec.externalTrafficPolicy ?? '') === '') errors.required('spec.externalTrafficPolicy')
  else if (!['Cluster', 'Local'].includes(spec.externalTrafficPolicy ?? '')) errors.notSupported('spec.externalTrafficPolicy', spec.externalTrafficPolicy, ['Cluster', 'Local'])
  if (spec.internalTrafficPolicy === undefined) {
    if (spec.type !== 'ExternalName') errors.required('spec.internalTrafficPolicy')
  } else if (!['Cluster', 'Local'].includes(spec.internalTrafficPolicy)) errors.notSupported('spec.internalTrafficPolicy', spec.internalTrafficPolicy, ['Cluster', 'Local'])
  if (spec.trafficDistribution !== undefined && !['PreferClose', 'PreferSameZone', 'PreferSameNode'].includes(spec.trafficDistribution)) {
    errors.notSupported('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode'])
  }
}

function validateClusterIps(service: Service, errors: FieldErrors): void {
  const spec = service.spec ?? {}
  if (spec.type === 'ExternalName') return
  const ips = spec.clusterIPs ?? []
  if ((spec.clusterIP ?? '') !== '' && ips.length > 0 && spec.clusterIP !== ips[0]) errors.invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`')
  if (ips.length > 1 && ips.includes('None')) errors.invalid('spec.clusterIPs', 'None', "'None' must be the first and only value")
  if (ips.length > 2) errors.invalid('spec.clusterIPs', ips, 'may only hold up to 2 values')
  ips.forEach((ip, i) => {
    if (ip === 'None' && i === 0) return
    for (const problem of ipAddress(ip)) errors.invalid(`spec.clusterIPs[${i}]`, ip, problem)
  })
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
  if (spec.ipFamilyPolicy !== undefined && !policies.includes(spec.ipFamilyPolicy)) errors.notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies)
  spec.ipFamilies?.forEach((family, i) => {
    if (!['IPv4', 'IPv6'].includes(family)) errors.notSupported(`spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6'])
    if ((spec.ipFamilies ?? []).indexOf(family) < i) errors.duplicate(`spec.ipFamilies[${i}]`, family)
  })
  const headless = spec.clusterIP === 'None'
  // The cluster has IPv4 addresses alone.
  if (!headless && spec.ipFamilyPolicy === 'RequireDualStack') errors.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services')
  if (!headless) spec.ipFamilies?.forEach((family, i) => { if (family === 'IPv6') errors.invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster') })
}

/** Upstream: ValidateNonSpecialIP. */
export function nonSpecialIp(ip: string, path: string, errors: FieldErrors): void {
  if (ip === '0.0.0.0' || ip === '::') errors.invalid(path, ip, `may not be unspecified (${ip})`)
  if (ip.startsWith('127.') || ip === '::1') errors.invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip)) errors.invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (ip.startsWith('224.0.0.') || /^ff02:/i.test(ip)) errors.invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}

/** The bits of an address, most significant first. */
function bitsOf(ip: string): string {
  if (isIPv4(ip)) return ip.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('')
  const [head = '', tail] = ip.split('::')
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':')).flatMap((part) => {
    if (!part.includes('.')) return [part]
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number)
    return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)]
  })
  const [left, right] = [groups(head), tail === undefined ? [] : groups(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right].map((part) => Number.parseInt(part, 16).toString(2).padStart(16, '0')).join('')
}

/** Whether one range lies in another and is smaller. Both are CIDRs. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [innerIp = '', innerBits = ''] = inner.split('/')
  const [outerIp = '', outerBits = ''] = outer.split('/')
  const [a, b] = [bitsOf(innerIp), bitsOf(outerIp)]
  return a.length === b.length && Number(innerBits) > Number(outerBits) && a.slice(0, Number(outerBits)) === b.slice(0, Number(outerBits))
}

export function validateServiceUpdate(service: Service, old: Service, errors: FieldErrors): void {
  validateService(service, errors)
  if (service.spec?.type !== 'ExternalName' && old.spec?.type !== 'ExternalName' && (hasIp(old) || old.spec?.clusterIP === 'None')) {
    if (!deepEqual(service.spec?.clusterIPs?.[0], old.spec?.clusterIPs?.[0])) errors.invalid('spec.clusterIPs[0]', service.spec?.clusterIPs ?? null, 'may not change once set')
  }
  if (old.spec?.type === 'LoadBalancer' && service.spec?.type === 'LoadBalancer' && service.spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    errors.invalid('spec.loadBalancerClass', service.spec.loadBalancerClass ?? null, 'may not change once set')
  }
}
