import { selectorOf, type Pod } from '../../../../api'
import type { AffinityTerm } from '../../framework/types'

/** Required anti-affinity of a Pod that is only known as an object. A term without namespaces means the Pod's own. */
export function antiAffinityTermsOf(pod: Pod): readonly AffinityTerm[] {
  return (pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => {
    const named = term.namespaces ?? []
    const namespaces = named.length === 0 && term.namespaceSelector === undefined ? [pod.metadata.namespace ?? ''] : named
    return {
      key: JSON.stringify(term), topologyKey: term.topologyKey, selector: selectorOf(term.labelSelector), namespaces: new Set(namespaces),
      namespaceSelector: selectorOf(term.namespaceSelector),
    }
  })
}
