import { deepEqual } from '../../../base'
import type { Ingress, IngressBackend, IngressClass, NetworkPolicy, NetworkPolicyPort, RuntimeClass, StorageClass } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { immutable } from '../object-meta'
import { dns1035Label, dnsLabel, dnsSubdomain, ipAddress, isCidr, isIPv4, isIPv6, pathSegment, portName, portNumber, qualifiedName, regexText, type NameRule } from '../names'
import { nonNegativeQuantity } from '../quantities'
import { isStrictSubset } from './core/service-validation'
import { validateDomainPrefixedPath, validateLabelSelector } from './labels'
import { validateContainerResourceName } from './pod/resource-names'
import { validateTolerations } from './pod/validation'
import { validateAllowedTopologies } from './storage-validation'
import { validateLabels } from '../object-meta'

// Upstream: pkg/apis/networking/validation, pkg/apis/node/validation, pkg/apis/storage/validation.

function validatePort(port: NetworkPolicyPort, path: string, errors: FieldErrors): void {
  if (port.protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(port.protocol)) errors.notSupported(`${path}.protocol`, port.protocol, ['TCP', 'UDP', 'SCTP'])
  if (typeof port.port === 'number') {
    for (const problem of portNumber(port.port)) errors.invalid(`${path}.port`, port.port, problem)
    if (port.endPort !== undefined) {
      if (port.endPort < port.port) errors.invalid(`${path}.endPort`, port.port, 'must be greater than or equal to `port`')
      for (const problem of portNumber(port.endPort)) errors.invalid(`${path}.endPort`, port.endPort, problem)
    }
  } else if (typeof port.port === 'string') {
    if (port.endPort !== undefined) errors.invalid(`${path}.endPort`, port.endPort, 'may not be specified when `port` is non-numeric')
    for (const problem of portName(port.port)) errors.invalid(`${path}.port`, port.port, problem)
  } else if (port.endPort !== undefined) errors.invalid(`${path}.endPort`, port.endPort, 'may not be specified when `port` is not specified')
}

export function validateNetworkPolicy({ spec }: NetworkPolicy, errors: FieldErrors): void {
  if (spec === undefined) return
  validateLabelSelector(spec.podSelector, 'spec.podSelector', errors)
  for (const [field, peers] of [['ingress', 'from'], ['egress', 'to']] as const) {
    spec[field]?.forEach((rule, i) => {
      const at = `spec.${field}[${i}]`
      rule.ports?.forEach((port, j) => { validatePort(port, `${at}.ports[${j}]`, errors) })
      const list = (rule as { readonly from?: readonly PeerLike[]; readonly to?: readonly PeerLike[] })[peers]
      list?.forEach((peer, j) => {
        const path = `${at}.${peers}[${j}]`
        let count = 0
        if (peer.podSelector !== undefined) {
          count++
          validateLabelSelector(peer.podSelector, `${path}.podSelector`, errors)
        }
        if (peer.namespaceSelector !== undefined) {
          count++
          validateLabelSelector(peer.namespaceSelector, `${path}.namespaceSelector`, errors)
        }
        if (peer.ipBlock !== undefined) {
          count++
          validateIpBlock(peer.ipBlock, `${path}.ipBlock`, errors)
        }
        if (count === 0) errors.required(path, 'must specify a peer')
        else if (count > 1 && peer.ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer')
      })
    })
  }
  if ((spec.policyTypes?.length ?? 0) > 2) errors.invalid('spec.policyTypes', spec.policyTypes, 'may not specify more than two policyTypes')
  else spec.policyTypes?.forEach((type, i) => { if (!['Ingress', 'Egress'].includes(type)) errors.notSupported(`spec.policyTypes[${i}]`, type, ['Ingress', 'Egress']) })
}

const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function validateIpBlock({ cidr, except }: { readonly cidr: string; readonly except?: readonly string[] }, path: string, errors: FieldErrors): void {
  if (cidr === '') {
    errors.required(`${path}.cidr`)
    return
  }
  if (!isCidr(cidr)) {
    errors.invalid(`${path}.cidr`, cidr, cidrText)
    return
  }
  except?.forEach((one, k) => {
    if (!isCidr(one)) errors.invalid(`${path}.except[${k}]`, one, cidrText)
    else if (!isStrictSubset(one, cidr)) errors.invalid(`${path}.except[${k}]`, one, 'must be a strict subset of `cidr`')
  })
}

interface PeerLike {
  readonly podSelector?: Parameters<typeof validateLabelSelector>[0]
  readonly namespaceSelector?: Parameters<typeof validateLabelSelector>[0]
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

function validateBackend(backend: IngressBackend | undefined, path: string, errors: FieldErrors): void {
  if (backend === undefined) return
  const hasResource = backend.resource !== undefined
  const hasService = backend.service !== undefined
  if (hasResource && hasService) errors.invalid(path, '', 'cannot set both resource and service backends')
  else if (hasResource) validateTypedReference(backend.resource, `${path}.resource`, errors)
  else if (hasService) {
    const { name, port } = backend.service as NonNullable<IngressBackend['service']>
    if (name === '') errors.required(`${path}.service.name`)
    else for (const problem of dns1035Label(name)) errors.invalid(`${path}.service.name`, name, problem)
    const named = (port?.name ?? '') !== ''
    const numbered = (port?.number ?? 0) !== 0
    if (named && numbered) errors.invalid(path, '', 'cannot set both port name & port number')
    else if (named) for (const problem of portName(port?.name ?? '')) errors.invalid(`${path}.service.port.name`, port?.name, problem)
    else if (numbered) for (const problem of portNumber(port?.number ?? 0)) errors.invalid(`${path}.service.port.number`, port?.number, problem)
    else errors.required(path, 'port name or number is required')
  } else errors.invalid(path, '', 'resource or service backend is required')
}

/** Something that is named by group, kind and name. Upstream: validateIngressTypedLocalObjectReference. */
function validateTypedReference(reference: { readonly apiGroup?: string; readonly kind: string; readonly name: string } | undefined, path: string, errors: FieldErrors): void {
  if (reference === undefined) return
  if (reference.apiGroup !== undefined) for (const problem of dnsSubdomain(reference.apiGroup)) errors.invalid(`${path}.apiGroup`, reference.apiGroup, problem)
  for (const field of ['kind', 'name'] as const) {
    if (reference[field] === '') errors.required(`${path}.${field}`, `${field} is required`)
    else for (const problem of pathSegment(reference[field])) errors.invalid(`${path}.${field}`, reference[field], problem)
  }
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const badSequences = ['//', '/./', '/../', '%2f', '%2F']
const badEnds = ['/..', '/.']
const classAnnotation = 'kubernetes.io/ingress.class'

const wildcardHost: NameRule = (host) => (/^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host) ? []
  : [regexText("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*', '*.example.com')])

export function validateNewIngress(ingress: Ingress, errors: FieldErrors): void {
  validateIngress(ingress, errors)
  const annotation = ingress.metadata.annotations?.[classAnnotation]
  if (annotation !== undefined && ingress.spec?.ingressClassName !== undefined && annotation !== ingress.spec.ingressClassName) {
    errors.invalid(`annotations.${classAnnotation}`, annotation, 'must match `ingressClassName` when both are specified')
  }
}

export function validateIngressStatus({ status }: Ingress, errors: FieldErrors): void {
  status?.loadBalancer?.ingress?.forEach(({ ip = '', hostname = '' }, i) => {
    const path = `status.loadBalancer.ingress[${i}]`
    if (ip !== '') for (const problem of ipAddress(ip)) errors.invalid(`${path}.ip`, ip, problem)
    if (hostname === '') return
    for (const problem of dnsSubdomain(hostname)) errors.invalid(`${path}.hostname`, hostname, problem)
    if (isIPv4(hostname) || isIPv6(hostname)) errors.invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address')
  })
}

export function validateIngress({ spec }: Ingress, errors: FieldErrors): void {
  if ((spec?.rules?.length ?? 0) === 0 && spec?.defaultBackend === undefined) errors.invalid('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  if (spec?.defaultBackend !== undefined) validateBackend(spec.defaultBackend, 'spec.defaultBackend', errors)
  spec?.rules?.forEach((rule, i) => {
    const at = `spec.rules[${i}]`
    const host = rule.host ?? ''
    if (host !== '') {
      if (isIPv4(host) || isIPv6(host)) errors.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address')
      for (const problem of host.includes('*') ? wildcardHost(host) : dnsSubdomain(host)) errors.invalid(`${at}.host`, host, problem)
    }
    if (rule.http !== undefined) {
      if ((rule.http.paths?.length ?? 0) === 0) errors.required(`${at}.http.paths`)
      rule.http.paths?.forEach((path, j) => {
        const where = `${at}.http.paths[${j}]`
        const text = path.path ?? ''
        if (path.pathType === undefined) {
          errors.required(`${where}.pathType`, 'pathType must be specified')
          return
        }
        if (!pathTypes.includes(path.pathType)) errors.notSupported(`${where}.pathType`, path.pathType, pathTypes)
        else if (!text.startsWith('/') && (path.pathType !== 'ImplementationSpecific' || text !== '')) errors.invalid(`${where}.path`, text, 'must be an absolute path')
        if (path.pathType === 'Exact' || path.pathType === 'Prefix') {
          for (const part of badSequences) if (text.includes(part)) errors.invalid(`${where}.path`, text, `must not contain '${part}'`)
          for (const end of badEnds) if (text.endsWith(end)) errors.invalid(`${where}.path`, text, `cannot end with '${end}'`)
        }
        validateBackend(path.backend ?? {}, `${where}.backend`, errors)
      })
    }
  })
  spec?.tls?.forEach((tls, i) => {
    tls.hosts?.forEach((host, j) => { for (const problem of host.includes('*') ? wildcardHost(host) : dnsSubdomain(host)) errors.invalid(`spec.tls[${i}].hosts[${j}]`, host, problem) })
    if ((tls.secretName ?? '') !== '') for (const problem of dnsSubdomain(tls.secretName ?? '')) errors.invalid(`spec.tls[${i}].secretName`, tls.secretName, problem)
  })
  if (spec?.ingressClassName !== undefined) for (const problem of dnsSubdomain(spec.ingressClassName)) errors.invalid('spec.ingressClassName', spec.ingressClassName, problem)
}

export function validateIngressClass({ spec }: IngressClass, errors: FieldErrors): void {
  const controller = spec?.controller ?? ''
  if (controller.length > 250) errors.tooLong('spec.controller', 250)
  validateDomainPrefixedPath(controller, 'spec.controller', errors)
  const parameters = spec?.parameters
  if (parameters === undefined) return
  validateTypedReference(parameters, 'spec.parameters', errors)
  const { scope, namespace } = parameters
  if (scope === undefined) errors.required('spec.parameters.scope')
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'")
    else for (const problem of dnsLabel(namespace)) errors.invalid('spec.parameters.namespace', namespace, problem)
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) errors.forbidden('spec.parameters.namespace', "`parameters.scope` is set to 'Cluster'")
  } else errors.notSupported('spec.parameters.scope', scope, ['Cluster', 'Namespace'])
}

export function validateIngressClassUpdate(object: IngressClass, old: IngressClass, errors: FieldErrors): void {
  immutable('spec.controller', object.spec?.controller, old.spec?.controller, errors)
  validateIngressClass(object, errors)
}

export function validateRuntimeClass(object: RuntimeClass, errors: FieldErrors): void {
  for (const problem of dnsLabel(object.handler)) errors.invalid('handler', object.handler, problem)
  for (const name of Object.keys(object.overhead?.podFixed ?? {}).sort()) {
    const at = `overhead.podFixed.limits[${name}]`
    validateContainerResourceName(name, at, errors)
    nonNegativeQuantity((object.overhead?.podFixed as Record<string, string>)[name] as string, at, errors)
  }
  validateLabels(object.scheduling?.nodeSelector, 'scheduling.nodeSelector', errors)
  validateTolerations(object.scheduling?.tolerations ?? [], 'scheduling.tolerations', errors)
}

export function validateRuntimeClassUpdate(object: RuntimeClass, old: RuntimeClass, errors: FieldErrors): void {
  immutable('handler', object.handler, old.handler, errors)
  validateRuntimeClass(object, errors)
}

export function validateStorageClass(object: StorageClass, errors: FieldErrors): void {
  if (object.provisioner === '') errors.required('provisioner')
  else for (const problem of qualifiedName(object.provisioner.toLowerCase())) errors.invalid('provisioner', object.provisioner, problem)
  const parameters = Object.entries(object.parameters ?? {})
  if (parameters.length > 512) errors.tooLong('parameters', 512)
  else {
    for (const [name] of parameters) if (name === '') errors.invalid('parameters', name, 'field can not be empty.')
    if (parameters.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > 256 * 1024) errors.tooLong('parameters', 256 * 1024)
  }
  if (object.reclaimPolicy !== undefined && !['Delete', 'Retain'].includes(object.reclaimPolicy)) errors.notSupported('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain'])
  if (object.volumeBindingMode === undefined) errors.required('volumeBindingMode')
  else if (!['Immediate', 'WaitForFirstConsumer'].includes(object.volumeBindingMode)) errors.notSupported('volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
  validateAllowedTopologies(object.allowedTopologies, 'allowedTopologies', errors)
}

export function validateStorageClassUpdate(object: StorageClass, old: StorageClass, errors: FieldErrors): void {
  validateStorageClass(object, errors)
  if (!deepEqual(object.parameters ?? {}, old.parameters ?? {})) errors.forbidden('parameters', 'updates to parameters are forbidden.')
  if (object.provisioner !== old.provisioner) errors.forbidden('provisioner', 'updates to provisioner are forbidden.')
  if (object.reclaimPolicy !== old.reclaimPolicy) errors.forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.')
  immutable('volumeBindingMode', object.volumeBindingMode, old.volumeBindingMode, errors)
}
