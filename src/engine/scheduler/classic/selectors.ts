import { matches, selectorOf, selectorOfMap, type LabelSelector, type Requirement, type Selector, type Service } from '../../../api'
import type { Listers, PodInfo } from '../framework/types'

const isEmpty = (selector: Selector): boolean => selector === 'nothing' || selector.length === 0

/** Services of the Pod's namespace that select it. One without a selector selects nobody. */
export function servicesOf(listers: Pick<Listers, 'services'>, pod: PodInfo): readonly Service[] {
  return [...listers.services.list()].filter(({ metadata, spec }) => metadata.namespace === pod.namespace && spec?.selector !== undefined && spec.selector !== null
    && matches(selectorOfMap(spec.selector), pod.labels))
}

type Lister = Pick<Listers, 'services' | 'replicationControllers' | 'replicaSets' | 'statefulSets'>

/**
 * Selectors of all Services, ReplicationControllers, ReplicaSets and StatefulSets of the Pod's namespace that select it: a Pod belongs
 * with it that matches them all. Empty selectors of controllers select nobody. Upstream: priorities, getSelectors.
 */
export function selectorsOf(listers: Lister, pod: PodInfo): readonly Selector[] {
  const selectors: Selector[] = servicesOf(listers, pod).map(({ spec }) => selectorOfMap(spec?.selector ?? {}))
  const add = (namespace: string | undefined, selector: Selector): void => {
    if (namespace === pod.namespace && !isEmpty(selector) && matches(selector, pod.labels)) selectors.push(selector)
  }
  for (const { metadata, spec } of listers.replicationControllers.list()) add(metadata.namespace, selectorOfMap(spec?.selector ?? {}))
  const ofSpec = (spec: { readonly selector?: LabelSelector } | undefined): Selector => selectorOf(spec?.selector)
  for (const { metadata, spec } of listers.replicaSets.list()) add(metadata.namespace, ofSpec(spec))
  for (const { metadata, spec } of listers.statefulSets.list()) add(metadata.namespace, ofSpec(spec))
  return selectors
}

/** All requirements of some selectors, to hold at once. */
export function allOf(selectors: readonly Selector[]): readonly Requirement[] {
  return selectors.flatMap((selector) => (selector === 'nothing' ? [] : selector))
}
