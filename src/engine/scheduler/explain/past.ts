import { Random, type RandomState } from '../../../base'
import { ExtenderAnswers } from '../framework/extender-road'
import type { ApiObject, Node, Pod, Resource, VirtualMs } from '../../../api'
import type { FeatureGates } from '../framework/feature-gates'
import { NodeTable } from '../framework/node-table'
import { PodInfos } from '../framework/pod-info'
import type { Listers, PodInfo } from '../framework/types'
import type { World } from '../profiles'
import { PodNominator, type Nomination } from '../queue/nominator'
import { listListers } from '../world-listers'

export interface PastOptions {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  /** All objects of the other kinds. */
  readonly objectsOf: (resource: Resource) => readonly ApiObject[]
  readonly gates: FeatureGates
  readonly now: VirtualMs
  readonly random: RandomState
  /** Node names in list order; absent: as the nodes come. */
  readonly order?: readonly string[]
  /** Pods counted on a node that the api-server does not know of yet. */
  readonly assumed?: readonly { readonly uid: string; readonly node: string }[]
  /** Absent: those of the Pods' own status. */
  readonly nominations?: readonly Nomination[]
  readonly infos?: PodInfos
  readonly listers?: Listers
  /** What extenders answered then; absent: none can be reached. */
  readonly extenders?: ExtenderAnswers
}

/** A world that is not living: made of objects as they stood, and written to by nobody. */
export class Past implements World {
  readonly table = new NodeTable()
  readonly listers: Listers
  readonly nominator: PodNominator
  readonly client = undefined
  readonly random: Random
  readonly gates: FeatureGates
  readonly infos: PodInfos
  readonly #now: VirtualMs
  readonly #extenders: ExtenderAnswers
  readonly #pods = new Map<string, PodInfo>()

  constructor(options: PastOptions) {
    this.gates = options.gates
    this.infos = options.infos ?? new PodInfos(options.gates)
    this.random = Random.restored(options.random)
    this.#now = options.now
    this.#extenders = options.extenders ?? new ExtenderAnswers()
    this.listers = options.listers ?? listListers(options.objectsOf)
    for (const node of options.nodes) this.table.setNode(node)
    if (options.order !== undefined) this.table.setOrder(options.order)
    const assumed = new Map(options.assumed?.map(({ uid, node }) => [uid, node]))
    const pending: PodInfo[] = []
    for (const pod of options.pods) {
      const info = this.infos.of(pod)
      this.#pods.set(info.key, info)
      if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue
      const node = (pod.spec?.nodeName ?? '') !== '' ? pod.spec?.nodeName : assumed.get(info.uid)
      if (node === undefined) {
        pending.push(info)
        continue
      }
      const row = this.table.rowOf(node)
      if (row === undefined) continue
      this.table.addPod(row, (pod.spec?.nodeName ?? '') !== '' ? info : this.infos.of({ ...pod, spec: { ...info.spec, nodeName: node } }))
    }
    this.nominator = new PodNominator(() => true)
    if (options.nominations !== undefined) this.nominator.load(options.nominations, (key) => this.#pods.get(key))
    else for (const pod of pending) this.nominator.add(pod, undefined)
    this.table.refresh()
  }

  /** Nobody is asked about the past: what was answered then is said again. */
  askExtender(url: string, body: unknown, timeoutMs: number): unknown {
    return this.#extenders.ask(undefined, this.#now, url, body, timeoutMs)
  }

  now(): VirtualMs {
    return this.#now
  }

  podByKey(key: string): PodInfo | undefined {
    return this.#pods.get(key)
  }

  /** The past is not changed. */
  assume(): void {}

  forget(): void {}
}

export function newest(objects: readonly ApiObject[]): number {
  let revision = 0
  for (const { metadata } of objects) revision = Math.max(revision, Number(metadata.resourceVersion) || 0)
  return revision
}

