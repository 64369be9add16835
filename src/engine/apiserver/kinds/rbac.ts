import { resources, type ClusterRole, type ClusterRoleBinding, type Role, type RoleBinding } from '../../../api'
import type { Draft } from '../draft'
import { pathSegment } from '../names'
import { kind } from './kind'
import { ageColumn, nameColumn, text } from './print'
import { validateBinding, validateClusterRole, validateRole } from './rbac-validation'

type Subjects = Draft<NonNullable<RoleBinding['subjects']>>

/** Upstream: pkg/apis/rbac/v1/defaults.go. */
function setSubjectDefaults(subjects: Subjects | undefined): void {
  for (const subject of subjects ?? []) {
    if (subject.apiGroup !== undefined) continue
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup = 'rbac.authorization.k8s.io'
  }
}

const roleText = (binding: RoleBinding | ClusterRoleBinding): string => `${binding.roleRef.kind}/${binding.roleRef.name}`
const bindingColumns = [nameColumn, text('Role'), ageColumn, text('Users', 1), text('Groups', 1), text('ServiceAccounts', 1)]
const subjectsOf = (binding: RoleBinding | ClusterRoleBinding, kindName: string): string => (binding.subjects ?? []).filter((subject) => subject.kind === kindName)
  .map((subject) => (kindName === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name)).join(', ')

export const roles = kind<Role>({
  resource: resources.roles, type: 'rbac.v1.Role', nameRule: pathSegment, createOnUpdate: true, validate: validateRole,
  columns: [nameColumn, { name: 'Created At', type: 'date' }], cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
})

export const clusterRoles = kind<ClusterRole>({
  resource: resources.clusterroles, type: 'rbac.v1.ClusterRole', nameRule: pathSegment, createOnUpdate: true, validate: validateClusterRole,
  columns: [nameColumn, { name: 'Created At', type: 'date' }], cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
})

export const roleBindings = kind<RoleBinding>({
  resource: resources.rolebindings, type: 'rbac.v1.RoleBinding', nameRule: pathSegment, createOnUpdate: true,
  validate: (object, errors) => { validateBinding(object, undefined, errors) },
  validateUpdate: validateBinding,
  setDefaults(object) {
    if (object.roleRef.apiGroup === '') object.roleRef.apiGroup = 'rbac.authorization.k8s.io'
    setSubjectDefaults(object.subjects)
  },
  columns: bindingColumns,
  cells: (object, age) => [object.metadata.name ?? '', roleText(object), age(object.metadata.creationTimestamp), subjectsOf(object, 'User'), subjectsOf(object, 'Group'), subjectsOf(object, 'ServiceAccount')],
})

export const clusterRoleBindings = kind<ClusterRoleBinding>({
  resource: resources.clusterrolebindings, type: 'rbac.v1.ClusterRoleBinding', nameRule: pathSegment, createOnUpdate: true,
  validate: (object, errors) => { validateBinding(object, undefined, errors) },
  validateUpdate: validateBinding,
  setDefaults(object) {
    if (object.roleRef.apiGroup === '') object.roleRef.apiGroup = 'rbac.authorization.k8s.io'
    setSubjectDefaults(object.subjects)
  },
  columns: bindingColumns,
  cells: (object, age) => [object.metadata.name ?? '', roleText(object), age(object.metadata.creationTimestamp), subjectsOf(object, 'User'), subjectsOf(object, 'Group'), subjectsOf(object, 'ServiceAccount')],
})
