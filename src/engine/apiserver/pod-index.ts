import type { ApiObject } from '../../api'
import type { Commit } from '../etcd'

const prefix = '/registry/pods/'

/** Pods by the node they are bound to, so that thousands of kubelets can each list their own. Made of the store; not state. */
export class PodIndex {
  readonly #byNode = new Map<string, Map<string, ApiObject>>()

  onCommit(commit: Commit<ApiObject>): void {
    for (const event of commit.events) {
      if (!event.kv.key.startsWith(prefix)) continue
      if (event.prevKv !== undefined) this.#remove(event.kv.key, event.prevKv.value)
      if (event.type === 'PUT') this.#add(event.kv.key, event.kv.value)
    }
  }

  /** Starts over with these Pods. */
  rebuild(pods: Iterable<{ readonly key: string; readonly value: ApiObject }>): void {
    this.#byNode.clear()
    for (const { key, value } of pods) if (key.startsWith(prefix)) this.#add(key, value)
  }

  /** The Pods of a node, in order of namespace and name. */
  of(node: string): ApiObject[] {
    const pods = this.#byNode.get(node)
    if (pods === undefined) return []
    return [...pods].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pod]) => pod)
  }

  #add(key: string, pod: ApiObject): void {
    const node = nodeOf(pod)
    if (node === '') return
    let pods = this.#byNode.get(node)
    if (pods === undefined) this.#byNode.set(node, pods = new Map())
    pods.set(key, pod)
  }

  #remove(key: string, pod: ApiObject): void {
    const pods = this.#byNode.get(nodeOf(pod))
    if (pods?.delete(key) === true && pods.size === 0) this.#byNode.delete(nodeOf(pod))
  }
}

function nodeOf(pod: ApiObject): string {
  return (pod['spec'] as { readonly nodeName?: string } | undefined)?.nodeName ?? ''
}
