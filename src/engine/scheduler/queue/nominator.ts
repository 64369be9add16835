import type { Nominator, PodInfo } from '../framework/types'

export interface Nomination {
  readonly uid: string
  readonly key: string
  readonly node: string
}

/** What a cycle makes of a nomination: another node, none (""), or undefined: as it was. Upstream: framework.NominatingInfo. */
export type Nominating = string | undefined

/**
 * Which Pods wait for room on which node. Known here before the api-server knows, so that the next cycle respects it.
 * Upstream: backend/queue, nominator.
 */
export class PodNominator implements Nominator {
  readonly #isPending: (key: string) => boolean
  readonly #byNode = new Map<string, PodInfo[]>()
  readonly #nodeOf = new Map<string, string>()

  /** `isPending`: whether a Pod exists and has no node yet. */
  constructor(isPending: (key: string) => boolean) {
    this.#isPending = isPending
  }

  get size(): number {
    return this.#nodeOf.size
  }

  podsFor(nodeName: string): readonly PodInfo[] {
    return this.#byNode.get(nodeName) ?? none
  }

  nodes(): IterableIterator<string> {
    return this.#byNode.keys()
  }

  nodeOf(uid: string): string | undefined {
    return this.#nodeOf.get(uid)
  }

  /** Notes a nomination; with `nominating` undefined that of the Pod's own status. */
  add(pod: PodInfo, nominating: Nominating): void {
    this.delete(pod.uid)
    const node = nominating ?? pod.pod.status?.nominatedNodeName ?? ''
    if (node === '' || !this.#isPending(pod.key)) return
    this.#put(pod, node)
  }

  update(before: PodInfo, after: PodInfo): void {
    // An update from before the api-server knew of the nomination must not undo it.
    const unknown = (before.pod.status?.nominatedNodeName ?? '') === '' && (after.pod.status?.nominatedNodeName ?? '') === ''
    const kept = unknown ? this.#nodeOf.get(before.uid) : undefined
    this.delete(before.uid)
    this.add(after, kept)
  }

  delete(uid: string): void {
    const node = this.#nodeOf.get(uid)
    if (node === undefined) return
    this.#nodeOf.delete(uid)
    const pods = (this.#byNode.get(node) ?? none).filter((pod) => pod.uid !== uid)
    if (pods.length === 0) this.#byNode.delete(node)
    else this.#byNode.set(node, pods)
  }

  save(): Nomination[] {
    const saved: Nomination[] = []
    for (const [node, pods] of this.#byNode) for (const { uid, key } of pods) saved.push({ uid, key, node })
    return saved
  }

  load(saved: readonly Nomination[], podOf: (key: string) => PodInfo | undefined): void {
    this.#byNode.clear()
    this.#nodeOf.clear()
    for (const { uid, key, node } of saved) {
      const pod = podOf(key)
      if (pod !== undefined && pod.uid === uid) this.#put(pod, node)
    }
  }

  #put(pod: PodInfo, node: string): void {
    this.#nodeOf.set(pod.uid, node)
    this.#byNode.set(node, [...(this.#byNode.get(node) ?? none), pod])
  }
}

const none: readonly PodInfo[] = Object.freeze([])
