import type { ApiObject, Node, Pod } from '../../../../api'

/** Counts as being on a node: bound, or nominated. The end of any other Pod frees nothing. */
export function holdsNode(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '' || (pod.status?.nominatedNodeName ?? '') !== ''
}

/** What a hint is given is an object of the kind it registered for. */
export const asPod = (object: ApiObject | undefined): Pod => object as unknown as Pod
export const asNode = (object: ApiObject | undefined): Node => object as unknown as Node
