import { deepEqual } from '../../../base'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '../../../api'
import type { FieldErrors } from '../field-errors'
import { dnsSubdomain, pathSegment } from '../names'
import { validateLabelSelector } from './labels'

// Upstream: pkg/apis/rbac/validation.

const rbacGroup = 'rbac.authorization.k8s.io'

function validateRule(rule: PolicyRule, namespaced: boolean, path: string, errors: FieldErrors): void {
  if ((rule.verbs?.length ?? 0) === 0) errors.required(`${path}.verbs`, 'verbs must contain at least one value')
  const urls = rule.nonResourceURLs ?? []
  const given = (list: readonly string[] | undefined): boolean => (list?.length ?? 0) > 0
  if (urls.length > 0) {
    if (namespaced) errors.invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs')
    if (given(rule.apiGroups) || given(rule.resources) || given(rule.resourceNames)) errors.invalid(`${path}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs')
    return
  }
  if (!given(rule.apiGroups)) errors.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')
  if (!given(rule.resources)) errors.required(`${path}.resources`, 'resource rules must supply at least one resource')
}

export function validateRole({ rules }: Role, errors: FieldErrors): void {
  rules?.forEach((rule, i) => { validateRule(rule, true, `rules[${i}]`, errors) })
}

export function validateClusterRole({ rules, aggregationRule }: ClusterRole, errors: FieldErrors): void {
  rules?.forEach((rule, i) => { validateRule(rule, false, `rules[${i}]`, errors) })
  if (aggregationRule === undefined) return
  const selectors = aggregationRule.clusterRoleSelectors ?? []
  if (selectors.length === 0) errors.required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  selectors.forEach((selector, i) => { validateLabelSelector(selector, `aggregationRule.clusterRoleSelectors[${i}]`, errors) })
}

/** Of a RoleBinding or a ClusterRoleBinding; what it refers to is settled once and for all. */
export function validateBinding(binding: RoleBinding | ClusterRoleBinding, old: RoleBinding | ClusterRoleBinding | undefined, errors: FieldErrors): void {
  const namespaced = binding.kind === 'RoleBinding'
  const { roleRef } = binding
  if (roleRef.apiGroup !== rbacGroup) errors.notSupported('roleRef.apiGroup', roleRef.apiGroup, [rbacGroup])
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (!kinds.includes(roleRef.kind)) errors.notSupported('roleRef.kind', roleRef.kind, kinds)
  if (roleRef.name === '') errors.required('roleRef.name')
  else for (const problem of pathSegment(roleRef.name)) errors.invalid('roleRef.name', roleRef.name, problem)
  binding.subjects?.forEach((subject, i) => { validateSubject(subject, namespaced, `subjects[${i}]`, errors) })
  if (old !== undefined && !deepEqual(roleRef, old.roleRef)) errors.invalid('roleRef', { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name }, 'cannot change roleRef')
}

function validateSubject(subject: Subject, namespaced: boolean, path: string, errors: FieldErrors): void {
  if (subject.name === '') errors.required(`${path}.name`)
  switch (subject.kind) {
    case 'ServiceAccount':
      if (subject.name !== '') for (const problem of dnsSubdomain(subject.name)) errors.invalid(`${path}.name`, subject.name, problem)
      if ((subject.apiGroup ?? '') !== '') errors.notSupported(`${path}.apiGroup`, subject.apiGroup, [''])
      if (!namespaced && (subject.namespace ?? '') === '') errors.required(`${path}.namespace`)
      return
    case 'User': case 'Group':
      if (subject.apiGroup !== rbacGroup) errors.notSupported(`${path}.apiGroup`, subject.apiGroup ?? '', [rbacGroup])
      return
    default: errors.notSupported(`${path}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group'])
  }
}
