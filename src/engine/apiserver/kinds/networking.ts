import { resources, type Ingress, type IngressClass, type NetworkPolicy, type RuntimeClass } from '../../../api'
import { kind } from './kind'
import {
  validateIngress, validateIngressClass, validateIngressClassUpdate, validateIngressStatus, validateNetworkPolicy, validateNewIngress, validateRuntimeClass, validateRuntimeClassUpdate,
} from './networking-validation'
import { ageColumn, nameColumn, selectorText, text } from './print'

export const networkPolicies = kind<NetworkPolicy>({
  resource: resources.networkpolicies,
  type: 'networking.v1.NetworkPolicy',
  generation: true,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    for (const rule of [...spec.ingress ?? [], ...spec.egress ?? []]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP'
    if ((spec.policyTypes?.length ?? 0) === 0) spec.policyTypes = (spec.egress?.length ?? 0) > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  },
  validate: validateNetworkPolicy,
  columns: [nameColumn, text('Pod-Selector'), ageColumn],
  cells: ({ metadata, spec }, age) => [metadata.name ?? '', selectorText(spec?.podSelector), age(metadata.creationTimestamp)],
})

const hostsShown = 3

export const ingresses = kind<Ingress>({
  resource: resources.ingresses,
  type: 'networking.v1.Ingress',
  generation: true,
  status: true,
  validate: validateNewIngress,
  validateUpdate: (ingress, _old, errors) => { validateIngress(ingress, errors) },
  validateStatus: (ingress, _old, errors) => { validateIngressStatus(ingress, errors) },
  columns: [nameColumn, text('Class'), text('Hosts'), text('Address'), text('Ports'), ageColumn],
  cells({ metadata, spec, status }, age) {
    const rules = spec?.rules ?? []
    const hosts: string[] = []
    let more = false
    for (const { host = '' } of rules) {
      if (hosts.length === hostsShown) more = true
      else if (host !== '') hosts.push(host)
    }
    const addresses = [...new Set((status?.loadBalancer?.ingress ?? []).map((entry) => entry.ip ?? entry.hostname ?? ''))].filter((address) => address !== '').sort()
    return [
      metadata.name ?? '', spec?.ingressClassName ?? '<none>', hosts.length === 0 ? '*' : `${hosts.join(',')}${more ? ` + ${rules.length - hostsShown} more...` : ''}`,
      addresses.join(','), (spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80', age(metadata.creationTimestamp),
    ]
  },
})

export const ingressClasses = kind<IngressClass>({
  resource: resources.ingressclasses,
  type: 'networking.v1.IngressClass',
  generation: true,
  setDefaults({ spec }) {
    if (spec?.parameters !== undefined) spec.parameters.scope ??= 'Cluster'
  },
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns: [nameColumn, text('Controller'), text('Parameters'), ageColumn],
  cells({ metadata, spec }, age) {
    const parameters = spec?.parameters
    const shown = parameters === undefined ? '<none>' : `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`
    return [metadata.name ?? '', spec?.controller ?? '', shown, age(metadata.creationTimestamp)]
  },
})

export const runtimeClasses = kind<RuntimeClass>({
  resource: resources.runtimeclasses,
  type: 'node.v1.RuntimeClass',
  createOnUpdate: true,
  conditionalUpdate: true,
  validate: validateRuntimeClass,
  validateUpdate: validateRuntimeClassUpdate,
  columns: [nameColumn, text('Handler'), ageColumn],
  cells: (object, age) => [object.metadata.name ?? '', object.handler, age(object.metadata.creationTimestamp)],
})
