import { resources, type CustomResourceDefinition } from '../../../api'
import { kind } from './kind'

export const customResourceDefinitions = kind<CustomResourceDefinition>({
  resource: resources.customresourcedefinitions,
  type: 'apiextensions.v1.CustomResourceDefinition',
  generation: true,
  status: true,
  statusResetFields: [['spec'], ['metadata']],
  returnsDeleted: true,
  columns: [{ name: 'Name', type: 'string', format: 'name' }, { name: 'Created At', type: 'date' }],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
})
