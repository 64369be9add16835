import { resources, type CustomResourceDefinition } from '../../../api'
import { withCondition } from '../custom/conditions'
import { unrecognizedFormats, validateDefinition, validateDefinitionUpdate } from '../custom/definition-validation'
import type { Draft } from '../draft'
import { kind } from './kind'

/** Keeps a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Upstream: customresourcedefinition strategy, PrepareForCreate and PrepareForUpdate. */
function noteStorage(definition: Draft<CustomResourceDefinition>, old: CustomResourceDefinition | undefined): void {
  const storage = (definition.spec.versions ?? []).find((version) => version.storage)?.name
  const status = { acceptedNames: { kind: '', plural: '' }, ...definition.status } as NonNullable<Draft<CustomResourceDefinition>['status']>
  const stored = old?.status?.storedVersions ?? []
  if (storage !== undefined && !stored.includes(storage)) definition.status = { ...status, storedVersions: [...stored, storage] }
  else definition.status = status
}

/** Upstream: apiextensions-apiserver/pkg/registry/customresourcedefinition, pkg/apis/apiextensions/v1/defaults.go. */
export const customResourceDefinitions = kind<CustomResourceDefinition>({
  resource: resources.customresourcedefinitions,
  type: 'apiextensions.v1.CustomResourceDefinition',
  generation: true,
  conditionalUpdate: true,
  status: true,
  statusResetFields: [['spec'], ['metadata']],
  setDefaults({ spec }) {
    if ((spec.names.singular ?? '') === '' && spec.names.kind !== '') spec.names.singular = spec.names.kind.toLowerCase()
    if ((spec.names.listKind ?? '') === '' && spec.names.kind !== '') spec.names.listKind = `${spec.names.kind}List`
    spec.conversion ??= { strategy: 'None' }
  },
  prepareForCreate(definition) { noteStorage(definition, undefined) },
  prepareForUpdate(definition, old) { noteStorage(definition, old) },
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
  warnings(definition, old) {
    const known = old === undefined ? [] : unrecognizedFormats(old)
    return unrecognizedFormats(definition).filter((format) => !known.includes(format)).map((format) => `unrecognized format ${JSON.stringify(format)}`)
  },
  /** The first request only marks it; it goes when its objects are gone. Upstream: registry/customresourcedefinition/etcd.go, Delete. */
  deleteWith(definition, { now }) {
    const { metadata } = definition
    if (metadata.deletionTimestamp !== undefined) return undefined
    const finalizers = metadata.finalizers ?? []
    return {
      ...definition,
      metadata: { ...metadata, deletionTimestamp: now, finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer] },
      status: {
        ...definition.status, acceptedNames: definition.status?.acceptedNames ?? { kind: '', plural: '' },
        conditions: withCondition(definition.status?.conditions ?? [], {
          type: 'Terminating', status: 'True', reason: 'InstanceDeletionPending', message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
        }, now),
      },
    }
  },
  columns: [{ name: 'Name', type: 'string', format: 'name' }, { name: 'Created At', type: 'date' }],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
})
