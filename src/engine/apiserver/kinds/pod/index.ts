import { qosClassOf, resources, type Pod, type PodCondition, type PodSpec } from '../../../../api'
import type { Draft } from '../../draft'
import { kind } from '../kind'
import { podCells, podColumns } from './columns'
import { setPodDefaults } from './defaults'
import { validatePodSpec, validatePodStatusUpdate, validatePodUpdate } from './validation'

export { setPodTemplateDefaults } from './defaults'
export { validateNodeSelector, validatePodTemplate, validateTaints, validateTolerations } from './validation'

export const pods = kind<Pod>({
  resource: resources.pods,
  type: 'core.v1.Pod',
  returnsDeleted: true,
  generation: true,
  status: true,
  statusResetFields: [['spec'], ['metadata', 'deletionTimestamp'], ['metadata', 'ownerReferences']],
  legacyFieldLabels: true,
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork === true),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '',
    'status.podIPs': (pod) => (pod.status?.podIPs ?? []).map((entry) => entry.ip).join(','),
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  subresources: [
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
    { name: 'log', kind: 'Pod', verbs: ['get'] },
  ],
  setDefaults: setPodDefaults,
  prepareForCreate(pod, context) {
    pod.status = { phase: 'Pending', qosClass: qosClassOf(pod.spec as PodSpec) }
    if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
      const condition = { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: context.now, reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' }
      // A time that is not there is null on the wire, whatever the type says.
      pod.status.conditions = [condition as unknown as Draft<PodCondition>]
    }
  },
  prepareForUpdate(pod, old) {
    pod.status = old.status as Draft<NonNullable<Pod['status']>>
  },
  prepareStatus(pod, old) {
    const status = pod.status ??= {}
    status.qosClass = old.status?.qosClass ?? status.qosClass ?? qosClassOf(old.spec as PodSpec)
  },
  validate(pod, errors) {
    if (pod.spec === undefined) errors.required('spec.containers')
    else validatePodSpec(pod.spec, 'spec', errors, true)
    if ((pod.spec?.ephemeralContainers?.length ?? 0) > 0) errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  },
  validateUpdate: validatePodUpdate,
  validateStatus: validatePodStatusUpdate,
  gracePeriodOf(pod, asked) {
    let seconds = asked ?? pod.spec?.terminationGracePeriodSeconds ?? 0
    // Not on a node, or done: there is nothing to wait for.
    if (pod.spec?.nodeName === undefined || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') seconds = 0
    return seconds < 0 ? 1 : seconds
  },
  columns: podColumns,
  cells: podCells,
})
