import type { Node, Pod } from '../../api'
import { NodeTable } from './framework/node-table'
import { uidOf, type PodInfos } from './framework/pod-info'
import type { PodInfo } from './framework/types'

interface PodState {
  readonly info: PodInfo
  readonly node: string
}

export interface CacheState {
  readonly zones: readonly (readonly [zone: string, names: readonly string[]])[]
  readonly assumed: readonly Pod[]
}

/**
 * What the scheduler believes of nodes and the Pods on them: what the watches told, and what it has decided itself.
 * Upstream: backend/cache.
 */
export class SchedulerCache {
  readonly table = new NodeTable()
  readonly #infos: PodInfos
  readonly #pods = new Map<string, PodState>()
  /** The assumed among them, in the order in which they were assumed. */
  readonly #assumed = new Map<string, PodInfo>()
  /** Pods on nodes that are not known (yet, or any more), by node. */
  readonly #homeless = new Map<string, Set<PodInfo>>()

  constructor(infos: PodInfos) {
    this.#infos = infos
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    this.table.setNode(node)
    const waiting = this.#homeless.get(name)
    if (waiting === undefined) return
    this.#homeless.delete(name)
    const row = this.table.rowOf(name) as number
    for (const pod of waiting) this.table.addPod(row, pod)
  }

  removeNode(name: string): void {
    const pods = this.table.removeNode(name)
    if (pods.length > 0) this.#homeless.set(name, new Set(pods))
  }

  /** A Pod that is on a node, as the api-server tells it: new, bound, or changed. */
  setPod(pod: Pod): void {
    const uid = uidOf(pod)
    const node = pod.spec?.nodeName ?? ''
    const known = this.#pods.get(uid)
    const info = known === undefined ? this.#infos.of(pod) : this.#infos.changed(known.info, pod)
    const state = { info, node }
    this.#assumed.delete(uid)
    this.#pods.set(uid, state)
    const row = known?.node === node ? this.table.rowOf(node) : undefined
    if (row !== undefined) {
      this.table.replacePod(row, (known as PodState).info, info)
      return
    }
    if (known !== undefined) this.#take(known)
    this.#put(state)
  }

  removePod(uid: string): void {
    const state = this.#pods.get(uid)
    if (state === undefined) return
    this.#pods.delete(uid)
    this.#assumed.delete(uid)
    this.#take(state)
  }

  /** Counts a Pod on a node before the api-server knows. Its object says so too. */
  assume(pod: PodInfo, node: string): PodInfo {
    const info = this.#infos.bound(pod, node)
    const state = { info, node }
    this.#pods.set(info.uid, state)
    this.#assumed.set(info.uid, info)
    this.#put(state)
    return info
  }

  /** Takes an assumption back. */
  forget(uid: string): void {
    if (this.#assumed.has(uid)) this.removePod(uid)
  }

  isAssumed(uid: string): boolean {
    return this.#assumed.has(uid)
  }

  pod(uid: string): PodInfo | undefined {
    return this.#pods.get(uid)?.info
  }

  /** Assumed Pods, in the order in which they were assumed. */
  assumed(): PodInfo[] {
    return [...this.#assumed.values()]
  }

  save(): CacheState {
    return { zones: this.table.zoneLists(), assumed: this.assumed().map(({ pod }) => pod) }
  }

  /** Into a cache that has all Nodes and bound Pods already. */
  load(state: CacheState): void {
    this.table.restoreZoneLists(state.zones)
    for (const pod of state.assumed) {
      const info = this.#infos.of(pod)
      const restored = { info, node: pod.spec?.nodeName ?? '' }
      this.#pods.set(info.uid, restored)
      this.#assumed.set(info.uid, info)
      this.#put(restored)
    }
  }

  #put({ info, node }: PodState): void {
    const row = this.table.rowOf(node)
    if (row !== undefined) {
      this.table.addPod(row, info)
      return
    }
    let waiting = this.#homeless.get(node)
    if (waiting === undefined) this.#homeless.set(node, waiting = new Set())
    waiting.add(info)
  }

  #take({ info, node }: PodState): void {
    const row = this.table.rowOf(node)
    if (row !== undefined) {
      this.table.removePod(row, info)
      return
    }
    const waiting = this.#homeless.get(node)
    waiting?.delete(info)
    if (waiting?.size === 0) this.#homeless.delete(node)
  }
}
