import { deepEqual } from '../../../base'
import type { Ingress, IngressBackend, IngressClass, NetworkPolicy, NetworkPolicyPort, RuntimeClass, StorageClass } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { immutable } from '../object-meta'
import { dns1035Label, dnsLabel, dnsSubdomain, isIPv4, isIPv6, portName, portNumber, qualifiedName, regexText } from '../names'
import { isCidr } from './core/service-validation'
import { validateLabelSelector } from './labels'
import { validateTolerations } from './pod/validation'
import { validateLabels } from '../object-meta'

// Upstream: pkg/apis/networking/validation, pkg/apis/node/validation, pkg/apis/storage/validation.

function validatePort(port: NetworkPolicyPort, path: string, errors: FieldErrors): void {
  if (port.protocol !== undefined && !['SCTP', 'TCP', 'UDP'].includes(port.protocol)) errors.notSupported(`${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])
  if (typeof port.port === 'number') {
    for (const problem of portNumber(port.port)) errors.invalid(`${path}.port`, port.port, problem)
    if (port.endPort !== undefined) {
      if (port.endPort < port.port) errors.invalid(`${path}.endPort`, port.endPort, 'must be greater than or equal to `port`')
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
          if (peer.ipBlock.cidr === '') errors.required(`${path}.ipBlock.cidr`)
          else if (!isCidr(peer.ipBlock.cidr)) errors.invalid(`${path}.ipBlock.cidr`, peer.ipBlock.cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
          peer.ipBlock.except?.forEach((except, k) => { if (!isCidr(except)) errors.invalid(`${path}.ipBlock.except[${k}]`, except, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)') })
        }
        if (count === 0) errors.required(path, 'must specify a peer')
        else if (count > 1 && peer.ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer')
      })
    })
  }
  if ((spec.policyTypes?.length ?? 0) > 2) errors.invalid('spec.policyTypes', spec.policyTypes, 'may not specify more than two policyTypes')
  else spec.policyTypes?.forEach((type, i) => { if (!['Egress', 'Ingress'].includes(type)) errors.notSupported(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']) })
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
  else if (hasResource) return
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

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']

export function validateIngress({ spec, metadata }: Ingress, errors: FieldErrors): void {
  if ((spec?.rules?.length ?? 0) === 0 && spec?.defaultBackend === undefined) errors.invalid('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  if (spec?.defaultBackend !== undefined) validateBackend(spec.defaultBackend, 'spec.defaultBackend', errors)
  spec?.rules?.forEach((rule, i) => {
    const at = `spec.rules[${i}]`
    const host = rule.host ?? ''
    if (host !== '') {
      if (isIPv4(host) || isIPv6(host)) errors.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address')
      else if (host.includes('*')) {
        if (!/^\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(host)) {
          errors.invalid(`${at}.host`, host, regexText("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character", '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*', '*.example.com'))
        }
      } else for (const problem of dnsSubdomain(host)) errors.invalid(`${at}.host`, host, problem)
    }
    if (rule.http !== undefined) {
      if ((rule.http.paths?.length ?? 0) === 0) errors.required(`${at}.http.paths`)
      rule.http.paths?.forEach((path, j) => {
        const where = `${at}.http.paths[${j}]`
        if (path.pathType === undefined) errors.required(`${where}.pathType`, 'pathType must be specified')
        else if (!pathTypes.includes(path.pathType)) errors.notSupported(`${where}.pathType`, path.pathType, pathTypes)
        else if (path.pathType !== 'ImplementationSpecific') {
          if (path.path?.startsWith('/') !== true) errors.invalid(`${where}.path`, path.path ?? '', 'must be an absolute path')
          for (const part of ['//', '/./', '/../', '%2f', '%2F']) if (path.path?.includes(part) === true) errors.invalid(`${where}.path`, path.path, `must not contain '${part}'`)
        } else if ((path.path ?? '') !== '' && path.path?.startsWith('/') !== true) errors.invalid(`${where}.path`, path.path, 'must be an absolute path')
        validateBackend(path.backend, `${where}.backend`, errors)
      })
    }
  })
  spec?.tls?.forEach((tls, i) => tls.hosts?.forEach((host, j) => { if (!host.includes('*')) for (const problem of dnsSubdomain(host)) errors.invalid(`spec.tls[${i}].hosts[${j}]`, host, problem) }))
  if (spec?.ingressClassName !== undefined) {
    for (const problem of dnsSubdomain(spec.ingressClassName)) errors.invalid('spec.ingressClassName', spec.ingressClassName, problem)
    if (metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) errors.invalid('annotations.kubernetes.io/ingress.class', metadata.annotations['kubernetes.io/ingress.class'], 'can not be set when the class field is also set')
  }
}

export function validateIngressClass({ spec }: IngressClass, errors: FieldErrors): void {
  const controller = spec?.controller ?? ''
  if (controller === '') errors.required('spec.controller')
  else if (controller.length > 250) errors.tooLong('spec.controller', 250)
  else if (!/^[^/]+\/.+$/.test(controller)) errors.invalid('spec.controller', controller, "must be a domain-prefixed path (such as \"acme.io/foo\")")
}

export function validateIngressClassUpdate(object: IngressClass, old: IngressClass, errors: FieldErrors): void {
  immutable('spec.controller', object.spec?.controller, old.spec?.controller, errors)
  validateIngressClass(object, errors)
}

export function validateRuntimeClass(object: RuntimeClass, errors: FieldErrors): void {
  for (const problem of dnsLabel(object.handler)) errors.invalid('handler', object.handler, problem)
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
  if (parameters.length > 512) errors.tooLong('provisioner Parameters exceeded max allowed', 512)
  for (const [name] of parameters) if (name === '') errors.invalid('parameters', name, 'field can not be empty.')
  if (object.reclaimPolicy !== undefined && !['Delete', 'Retain'].includes(object.reclaimPolicy)) errors.notSupported('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain'])
  if (object.volumeBindingMode === undefined) errors.required('volumeBindingMode')
  else if (!['Immediate', 'WaitForFirstConsumer'].includes(object.volumeBindingMode)) errors.notSupported('volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
}

export function validateStorageClassUpdate(object: StorageClass, old: StorageClass, errors: FieldErrors): void {
  validateStorageClass(object, errors)
  if (!deepEqual(object.parameters ?? {}, old.parameters ?? {})) errors.forbidden('parameters', 'updates to parameters are forbidden.')
  if (object.provisioner !== old.provisioner) errors.forbidden('provisioner', 'updates to provisioner are forbidden.')
  if (object.reclaimPolicy !== old.reclaimPolicy) errors.forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.')
  immutable('volumeBindingMode', object.volumeBindingMode, old.volumeBindingMode, errors)
}
