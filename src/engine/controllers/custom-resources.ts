import type { CustomResourceDefinition, Resource } from '../../api'

/** The resource that a definition brings, in a version that is served; `undefined` as long as it is not established. */
export function resourceOfDefinition({ spec, status }: CustomResourceDefinition): Resource | undefined {
  if (status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') !== true) return undefined
  const version = spec.versions.find((one) => one.served && one.storage) ?? spec.versions.find((one) => one.served)
  if (version === undefined) return undefined
  const { plural, singular = '', kind, shortNames = [], categories = [] } = status.acceptedNames === undefined || status.acceptedNames.plural === '' ? spec.names : status.acceptedNames
  return { group: spec.group, version: version.name, plural, singular, kind, shortNames, categories, namespaced: spec.scope === 'Namespaced' }
}
