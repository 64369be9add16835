import { selectorOf, type Labels, type Pod, type Requirement, type Selector } from '../../../../api'
import type { Listers } from '../../framework/types'

const matchesMap = (map: Labels, labels: Labels): boolean => Object.keys(map).every((key) => Object.hasOwn(labels, key) && labels[key] === map[key])

const requirementsOf = (selector: Selector): readonly Requirement[] => (selector === 'nothing' ? [] : selector)

function requirementsOfMap(map: Labels): readonly Requirement[] {
  return Object.keys(map).sort().map((key) => ({ key, operator: 'In', values: [map[key] as string] }))
}

/**
 * What belongs together with a Pod as far as Services and its controller say: their selectors, all to hold at once. Empty when
 * neither gives one. Upstream: plugins/helper, DefaultSelector.
 */
export function defaultSelector(pod: Pod, listers: Pick<Listers, 'services' | 'replicationControllers' | 'replicaSets' | 'statefulSets'>): readonly Requirement[] {
  const namespace = pod.metadata.namespace ?? ''
  const labels = pod.metadata.labels ?? {}
  let merged: Labels | undefined
  for (const service of listers.services.list()) {
    if (service.metadata.namespace !== namespace) continue
    const selector = service.spec?.selector
    // A Service without a selector matches nothing, not everything.
    if (selector !== undefined && selector !== null && matchesMap(selector, labels)) merged = { ...merged, ...selector }
  }
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true)
  const own = merged === undefined ? [] : requirementsOfMap(merged)
  if (owner === undefined) return own
  const key = `${namespace}/${owner.name}`
  if (owner.kind === 'ReplicationController' && owner.apiVersion === 'v1') {
    const controller = listers.replicationControllers.get(key)
    return controller === undefined ? own : requirementsOfMap({ ...merged, ...controller.spec?.selector })
  }
  if (owner.apiVersion !== 'apps/v1') return own
  const controller = owner.kind === 'ReplicaSet' ? listers.replicaSets.get(key) : owner.kind === 'StatefulSet' ? listers.statefulSets.get(key) : undefined
  return controller === undefined ? own : [...own, ...requirementsOf(selectorOf(controller.spec?.selector))]
}
