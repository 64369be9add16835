import { deepEqual } from '../../../../base'
import { resources, type ApiObject, type ControllerRevision, type DaemonSet, type Deployment, type ReplicaSet, type ReplicationController, type StatefulSet } from '../../../../api'
import type { Fields } from '../../draft'
import { setPodTemplateDefaults } from '../pod'
import {
  validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate, validateDeployment, validateDeploymentStatus, validateDeploymentUpdate, validateReplicaSet, validateReplicaSetUpdate,
  validateReplicaStatus, validateReplicationController, validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate,
} from './validation'
import { kind, type Column, type ScaleRoad } from '../kind'
import { immutable } from '../../object-meta'
import { nonNegative } from '../labels'
import { ageColumn, integer, labelsText, nameColumn, selectorText, templateCells, templateColumns, text } from '../print'

const scaleBySpec: ScaleRoad = {
  replicasOf: (object) => (object['spec'] as { readonly replicas?: number } | undefined)?.replicas ?? 0,
  statusReplicasOf: (object) => (object['status'] as { readonly replicas?: number } | undefined)?.replicas ?? 0,
  selectorOf: (object) => selectorQuery((object['spec'] as { readonly selector?: unknown } | undefined)?.selector),
  setReplicas: (draft: Fields, replicas: number) => { draft['spec'] = { ...(draft['spec'] as Fields), replicas } },
}

/** A selector as a query would name it: app=web,tier in (a,b). Upstream: LabelSelectorAsSelector().String(). */
function selectorQuery(selector: unknown): string {
  if (selector === undefined || selector === null) return ''
  const shown = 'matchLabels' in (selector as object) || 'matchExpressions' in (selector as object)
    ? selectorText(selector as Parameters<typeof selectorText>[0])
    : labelsText(selector as { readonly [key: string]: string })
  return shown === '<none>' ? '' : shown
}

const templateGenerationAnnotation = 'deprecated.daemonset.template.generation'

/** Generation counts changes of spec and of annotations. */
const specAndAnnotations = (object: ApiObject): unknown => [object['spec'], object.metadata.annotations]

export const deployments = kind<Deployment>({
  resource: resources.deployments,
  type: 'apps.v1.Deployment',
  generation: true,
  generationOf: (object) => specAndAnnotations(object as unknown as ApiObject),
  status: true,
  statusKeepsLabels: true,
  scale: scaleBySpec,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.replicas ??= 1
    const strategy = spec.strategy ??= {}
    strategy.type ??= 'RollingUpdate'
    if (strategy.type === 'RollingUpdate') {
      const rolling = strategy.rollingUpdate ??= {}
      rolling.maxUnavailable ??= '25%'
      rolling.maxSurge ??= '25%'
    }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
    setPodTemplateDefaults(spec.template)
  },
  validate: validateDeployment,
  validateUpdate: validateDeploymentUpdate,
  validateStatus: (object, _old, errors) => { validateDeploymentStatus(object, errors) },
  columns: [nameColumn, text('Ready'), text('Up-to-date'), text('Available'), ageColumn, ...templateColumns, text('Selector', 1)],
  cells: ({ metadata, spec, status }, age) => [
    metadata?.name ?? '', `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, status?.updatedReplicas ?? 0, status?.availableReplicas ?? 0,
    age(metadata?.creationTimestamp), ...templateCells(spec?.template), selectorText(spec?.selector),
  ],
})

const replicaColumns: readonly Column[] = [nameColumn, integer('Desired'), integer('Current'), integer('Ready'), ageColumn, ...templateColumns, text('Selector', 1)]

export const replicaSets = kind<ReplicaSet>({
  resource: resources.replicasets,
  type: 'apps.v1.ReplicaSet',
  generation: true,
  status: true,
  scale: scaleBySpec,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.replicas ??= 1
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template)
  },
  validate: validateReplicaSet,
  validateUpdate: validateReplicaSetUpdate,
  validateStatus: (object, _old, errors) => { validateReplicaStatus(object, errors) },
  columns: replicaColumns,
  cells: ({ metadata, spec, status }, age) => [
    metadata?.name ?? '', spec?.replicas ?? 0, status?.replicas ?? 0, status?.readyReplicas ?? 0, age(metadata?.creationTimestamp),
    ...templateCells(spec?.template), selectorText(spec?.selector),
  ],
})

export const replicationControllers = kind<ReplicationController>({
  resource: resources.replicationcontrollers,
  type: 'core.v1.ReplicationController',
  generation: true,
  status: true,
  garbageCollection: 'orphan',
  scale: scaleBySpec,
  setDefaults(object) {
    const { spec } = object
    if (spec === undefined) return
    const labels = spec.template?.metadata?.labels
    if (labels !== undefined) {
      if (spec.selector === undefined) spec.selector = { ...labels }
      if (object.metadata !== undefined && object.metadata.labels === undefined) object.metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template)
  },
  validate: validateReplicationController,
  validateStatus: (object, _old, errors) => { validateReplicaStatus(object, errors) },
  columns: replicaColumns,
  cells: ({ metadata, spec, status }, age) => [
    metadata?.name ?? '', spec?.replicas ?? 0, status?.replicas ?? 0, status?.readyReplicas ?? 0, age(metadata?.creationTimestamp),
    ...templateCells(spec?.template), labelsText(spec?.selector),
  ],
})

export const statefulSets = kind<StatefulSet>({
  resource: resources.statefulsets,
  type: 'apps.v1.StatefulSet',
  generation: true,
  status: true,
  scale: scaleBySpec,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    spec.podManagementPolicy ??= 'OrderedReady'
    const strategy = spec.updateStrategy ??= {}
    if (strategy.type === undefined) {
      strategy.type = 'RollingUpdate'
      strategy.rollingUpdate ??= {}
    }
    if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) {
      strategy.rollingUpdate.partition ??= 0
      strategy.rollingUpdate.maxUnavailable ??= 1
    }
    const retention = spec.persistentVolumeClaimRetentionPolicy ??= {}
    retention.whenDeleted ??= 'Retain'
    retention.whenScaled ??= 'Retain'
    spec.replicas ??= 1
    spec.revisionHistoryLimit ??= 10
    setPodTemplateDefaults(spec.template)
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = 'v1'
      claim.kind = 'PersistentVolumeClaim'
      if (claim.spec !== undefined) claim.spec.volumeMode ??= 'Filesystem'
      if (claim.status !== undefined) claim.status.phase ??= 'Pending'
    }
  },
  validate: validateStatefulSet,
  validateUpdate: validateStatefulSetUpdate,
  validateStatus: (object, _old, errors) => { validateStatefulSetStatus(object, errors) },
  columns: [nameColumn, text('Ready'), ageColumn, ...templateColumns],
  cells: ({ metadata, spec, status }, age) => [
    metadata?.name ?? '', `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, age(metadata?.creationTimestamp), ...templateCells(spec?.template),
  ],
})

export const daemonSets = kind<DaemonSet>({
  resource: resources.daemonsets,
  type: 'apps.v1.DaemonSet',
  generation: true,
  status: true,
  setDefaults(object) {
    const spec = object.spec
    if (spec === undefined) return
    const strategy = spec.updateStrategy ??= {}
    strategy.type ??= 'RollingUpdate'
    if (strategy.type === 'RollingUpdate') {
      const rolling = strategy.rollingUpdate ??= {}
      rolling.maxUnavailable ??= 1
      rolling.maxSurge ??= 0
    }
    spec.revisionHistoryLimit ??= 10
    setPodTemplateDefaults(spec.template)
  },
  prepareForCreate(object) {
    object.metadata.annotations = { ...object.metadata.annotations, [templateGenerationAnnotation]: '1' }
  },
  prepareForUpdate(object, old) {
    // Counts changes of the template; what the user writes there does not count. Upstream: daemonset strategy, TemplateGeneration.
    const before = Number(old.metadata.annotations?.[templateGenerationAnnotation] ?? '0')
    const changed = !deepEqual(object.spec?.template, old.spec?.template)
    object.metadata.annotations = { ...object.metadata.annotations, [templateGenerationAnnotation]: String(changed ? before + 1 : before) }
  },
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  validateStatus: (object, _old, errors) => { validateDaemonSetStatus(object, errors) },
  // The counter is an annotation only outside: inside it is a field.
  partialMetadata(metadata) {
    const { [templateGenerationAnnotation]: _, ...annotations } = metadata.annotations ?? {}
    const { annotations: _all, ...rest } = metadata
    return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest
  },
  columns: [
    nameColumn, integer('Desired'), integer('Current'), integer('Ready'), integer('Up-to-date'), integer('Available'), text('Node Selector'), ageColumn,
    ...templateColumns, text('Selector', 1),
  ],
  cells: ({ metadata, spec, status }, age) => [
    metadata?.name ?? '', status?.desiredNumberScheduled ?? 0, status?.currentNumberScheduled ?? 0, status?.numberReady ?? 0, status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0, labelsText(spec?.template.spec?.nodeSelector), age(metadata?.creationTimestamp), ...templateCells(spec?.template), selectorText(spec?.selector),
  ],
})

export const controllerRevisions = kind<ControllerRevision>({
  resource: resources.controllerrevisions,
  type: 'apps.v1.ControllerRevision',
  validate(object, errors) {
    if (object.data === undefined) errors.required('data', 'data is mandatory')
    nonNegative(object.revision, 'revision', errors)
  },
  validateUpdate(object, old, errors) {
    nonNegative(object.revision, 'revision', errors)
    immutable('data', object.data, old.data, errors)
  },
  columns: [nameColumn, text('Controller'), integer('Revision'), ageColumn],
  cells: ({ metadata, revision }, age) => {
    const owner = metadata?.ownerReferences?.find((reference) => reference.controller === true)
    const group = owner === undefined ? '' : owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0] ?? ''}` : ''
    return [metadata?.name ?? '', owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group}/${owner.name}`, revision ?? 0, age(metadata?.creationTimestamp)]
  },
})
