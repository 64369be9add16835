import { resources, type Endpoints, type EndpointSlice, type PodTemplate } from '../../../../api'
import { setPodTemplateDefaults } from '../pod'
import { kind } from '../kind'
import { validatePodTemplate } from '../pod'
import { validateEndpoints, validateEndpointSlice, validateEndpointSliceUpdate } from './validation'
import { ageColumn, labelsText, nameColumn, templateCells, templateColumns, text } from '../print'

/** Upstream: printers, formatEndpoints. */
function endpointsText(endpoints: Endpoints): string {
  const shown: string[] = []
  let count = 0
  for (const subset of endpoints.subsets ?? []) {
    if ((subset.ports?.length ?? 0) === 0) {
      // Headless Services without ports.
      for (const address of subset.addresses ?? []) if (++count <= 3) shown.push(address.ip)
      continue
    }
    for (const port of subset.ports ?? []) for (const address of subset.addresses ?? []) if (++count <= 3) shown.push(`${address.ip.includes(':') ? `[${address.ip}]` : address.ip}:${port.port}`)
  }
  return shown.length === 0 ? '<none>' : `${shown.join(',')}${count > 3 ? ` + ${count - 3} more...` : ''}`
}

export const endpoints = kind<Endpoints>({
  resource: resources.endpoints,
  type: 'core.v1.Endpoints',
  createOnUpdate: true,
  setDefaults(object) {
    for (const subset of object.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ??= 'TCP'
  },
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  validate: validateEndpoints,
  columns: [nameColumn, text('Endpoints'), ageColumn],
  cells: (object, age) => [object.metadata.name ?? '', endpointsText(object), age(object.metadata.creationTimestamp)],
})

export const endpointSlices = kind<EndpointSlice>({
  resource: resources.endpointslices,
  type: 'discovery.v1.EndpointSlice',
  generation: true,
  generationOf: (slice) => [slice.endpoints, slice.ports, slice.metadata.labels],
  createOnUpdate: true,
  setDefaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
  columns: [nameColumn, text('AddressType'), text('Ports'), text('Endpoints'), ageColumn],
  cells(slice, age) {
    const ports = (slice.ports ?? []).map((port) => String(port.port ?? '*'))
    const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? [])
    const list = (items: readonly string[]): string => (items.length === 0 ? '<unset>' : items.length > 3 ? `${items.slice(0, 3).join(',')} + ${items.length - 3} more...` : items.join(','))
    return [slice.metadata.name ?? '', slice.addressType, list(ports), list(addresses), age(slice.metadata.creationTimestamp)]
  },
})

export const podTemplates = kind<PodTemplate>({
  resource: resources.podtemplates,
  type: 'core.v1.PodTemplate',
  generation: true,
  generationOf: (object) => object.template,
  setDefaults(object) {
    if (object.template !== undefined) setPodTemplateDefaults(object.template)
  },
  validate: (object, errors) => { validatePodTemplate(object.template, 'template', errors) },
  columns: [nameColumn, ...templateColumns.map((column) => ({ ...column, priority: 0 })), text('Pod Labels')],
  cells: ({ metadata, template }) => [metadata.name ?? '', ...templateCells(template), labelsText(template?.metadata?.labels)],
})
