import { resources, type Namespace } from '../../../../api'
import { dnsLabel } from '../../names'
import { kind } from '../kind'
import { validateNamespace, validateNamespaceStatus } from './validation'
import { ageColumn, nameColumn, text } from '../print'

/** The label by which selectors find a namespace by name. */
export const nameLabel = 'kubernetes.io/metadata.name'

/** Upstream: pkg/registry/core/namespace. */
export const namespaces = kind<Namespace>({
  resource: resources.namespaces,
  type: 'core.v1.Namespace',
  nameRule: dnsLabel,
  status: true,
  statusResetFields: [['spec']],
  returnsDeleted: true,
  garbageCollection: 'unsupported',
  finalizes: true,
  legacyFieldLabels: true,
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '', name: (namespace) => namespace.metadata.name ?? '' },
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  setDefaults(namespace) {
    const name = namespace.metadata.name
    if (name !== undefined && name !== '') namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: name }
    namespace.status = { ...namespace.status, phase: namespace.status?.phase ?? 'Active' }
  },
  prepareForCreate(namespace) {
    namespace.status = { phase: 'Active' }
    const finalizers = namespace.spec?.finalizers ?? []
    namespace.spec = { ...namespace.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] }
  },
  prepareForUpdate(namespace, old) {
    if (old.spec?.finalizers === undefined) delete namespace.spec?.finalizers
    else namespace.spec = { ...namespace.spec, finalizers: [...old.spec.finalizers] }
  },
  deleteWith(namespace, context) {
    const { metadata, spec } = namespace
    if (metadata.deletionTimestamp !== undefined) {
      // Marked already: it goes when both lists of finalizers are empty.
      return (spec?.finalizers?.length ?? 0) > 0 || (metadata.finalizers?.length ?? 0) > 0 ? namespace : undefined
    }
    return {
      ...namespace, metadata: { ...metadata, deletionTimestamp: context.now },
      spec: { ...spec, finalizers: spec?.finalizers ?? ['kubernetes'] }, status: { ...namespace.status, phase: 'Terminating' },
    }
  },
  validate: validateNamespace,
  validateStatus: validateNamespaceStatus,
  columns: [nameColumn, text('Status'), ageColumn],
  cells: (namespace, age) => [namespace.metadata.name ?? '', namespace.status?.phase ?? '', age(namespace.metadata.creationTimestamp)],
})
