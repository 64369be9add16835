import { resources, type Lease, type PodDisruptionBudget, type PriorityClass } from '../../../api'
import { kind } from './kind'
import { ageColumn, integer, nameColumn, text } from './print'

export const podDisruptionBudgets = kind<PodDisruptionBudget>({
  resource: resources.poddisruptionbudgets,
  type: 'policy.v1.PodDisruptionBudget',
  generation: true,
  status: true,
  statusResetFields: [['spec']],
  conditionalUpdate: true,
  columns: [nameColumn, text('Min Available'), text('Max Unavailable'), integer('Allowed Disruptions'), ageColumn],
  cells: ({ metadata, spec, status }, age) => [
    metadata.name ?? '', spec?.minAvailable === undefined ? 'N/A' : String(spec.minAvailable), spec?.maxUnavailable === undefined ? 'N/A' : String(spec.maxUnavailable),
    status?.disruptionsAllowed ?? 0, age(metadata.creationTimestamp),
  ],
})

export const priorityClasses = kind<PriorityClass>({
  resource: resources.priorityclasses,
  type: 'scheduling.v1.PriorityClass',
  generation: true,
  generationOf: () => null,
  setDefaults(object) {
    object.preemptionPolicy ??= 'PreemptLowerPriority'
  },
  columns: [nameColumn, integer('Value'), { name: 'Global-Default', type: 'boolean' }, ageColumn, text('PreemptionPolicy')],
  cells: (object, age) => [object.metadata.name ?? '', object.value ?? 0, object.globalDefault === true, age(object.metadata.creationTimestamp), object.preemptionPolicy ?? ''],
})

export const leases = kind<Lease>({
  resource: resources.leases,
  type: 'coordination.v1.Lease',
  createOnUpdate: true,
  conditionalUpdate: true,
  columns: [nameColumn, text('Holder'), ageColumn],
  cells: ({ metadata, spec }, age) => [metadata.name ?? '', spec?.holderIdentity ?? '', age(metadata.creationTimestamp)],
})
