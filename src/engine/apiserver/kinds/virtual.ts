import type { ApiObject, Resource } from '../../../api'
import type { Column, KindDefinition } from './kind'
import { nameColumn, text } from './print'

const resource = (group: string, version: string, plural: string, kind: string, namespaced: boolean): Resource =>
  ({ group, version, plural, singular: kind.toLowerCase(), kind, namespaced, shortNames: [], categories: [] })

const onlyCreate = (type: string, of: Resource): KindDefinition<ApiObject> => ({ resource: of, type, verbs: ['create'], virtual: true })

/** Kinds that are asked, not stored: a POST is a question or an order, and nothing of it stays. */
export const virtualDefinitions: readonly KindDefinition<ApiObject>[] = [
  onlyCreate('core.v1.Binding', resource('', 'v1', 'bindings', 'Binding', true)),
  onlyCreate('authentication.v1.TokenReview', resource('authentication.k8s.io', 'v1', 'tokenreviews', 'TokenReview', false)),
  onlyCreate('authentication.v1.SelfSubjectReview', resource('authentication.k8s.io', 'v1', 'selfsubjectreviews', 'SelfSubjectReview', false)),
  onlyCreate('authorization.v1.LocalSubjectAccessReview', resource('authorization.k8s.io', 'v1', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', true)),
  onlyCreate('authorization.v1.SelfSubjectAccessReview', resource('authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', false)),
  onlyCreate('authorization.v1.SelfSubjectRulesReview', resource('authorization.k8s.io', 'v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', false)),
  onlyCreate('authorization.v1.SubjectAccessReview', resource('authorization.k8s.io', 'v1', 'subjectaccessreviews', 'SubjectAccessReview', false)),
]

const componentColumns: readonly Column[] = [nameColumn, text('Status'), text('Message'), text('Error')]

/** How the parts of the control plane are, as a client of old asks. In a simulation that answers at all they are well. */
export const componentStatuses: KindDefinition<ApiObject> = {
  resource: { ...resource('', 'v1', 'componentstatuses', 'ComponentStatus', false), shortNames: ['cs'] }, type: 'core.v1.ComponentStatus', verbs: ['get', 'list'],
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  readOnly: () => ['controller-manager', 'etcd-0', 'scheduler'].map((name) => ({
    apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  })),
  columns: componentColumns,
  cells: (object) => [object.metadata.name ?? '', 'Healthy', 'ok', ''],
}

/** What is sent to or answered by a subresource: a kind of its own, without a path of its own. */
export const bodyDefinitions = {
  eviction: { resource: resource('policy', 'v1', 'evictions', 'Eviction', true), type: 'policy.v1.Eviction', virtual: true },
  tokenRequest: { resource: resource('authentication.k8s.io', 'v1', 'tokenrequests', 'TokenRequest', true), type: 'authentication.v1.TokenRequest', virtual: true },
  scale: { resource: resource('autoscaling', 'v1', 'scales', 'Scale', true), type: 'autoscaling.v1.Scale', virtual: true },
} as const satisfies Record<string, KindDefinition<ApiObject>>
