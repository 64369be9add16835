import { deepEqual } from '../../base'
import { ApiError, keyOf, resources, type Node, type Pod, type Taint, type Toleration } from '../../api'
import type { Informer } from '../client'
import type { EventBody } from '../kernel'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { byName } from './owners'
import { nowText, podInformer } from './pods'
import { tolerates } from './taints'

interface Scheduled {
  readonly uid: string
  /** When the wait began: a toleration that grows shorter counts from there. */
  readonly createdAt: number
  readonly fireAt: number
}

/**
 * Evicts Pods from Nodes with NoExecute taints they do not tolerate, or no longer.
 * Upstream: pkg/controller/tainteviction.
 */
export class TaintEvictionController extends Controller {
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  readonly #queue: SyncQueue
  /** By Pod key. */
  #scheduled = new Map<string, Scheduled>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'taint-eviction' })
    this.#queue = this.addQueue((key) => { this.#evict(key) })
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#nodes.addHandler({
      onAdd: (node) => { if (noExecute(node).length > 0) this.#checkNode(node) },
      onUpdate: (old, node) => {
        if (deepEqual(old.spec?.taints, node.spec?.taints)) return
        if (noExecute(old).length > 0 || noExecute(node).length > 0) this.#checkNode(node)
      },
    })
    this.#pods.addHandler({
      onAdd: (pod) => { this.#checkPod(pod) },
      onUpdate: (old, pod) => {
        if (old.spec?.nodeName !== pod.spec?.nodeName || !deepEqual(old.spec?.tolerations, pod.spec?.tolerations)) this.#checkPod(pod)
      },
      onDelete: (pod) => { this.#scheduled.delete(keyOf(pod)) },
    })
  }

  protected override onTimer(_timer: string, body: EventBody): void {
    const key = body['key'] as string
    const scheduled = this.#scheduled.get(key)
    if (scheduled === undefined || scheduled.fireAt !== body['fireAt']) return
    this.#queue.add(key)
  }

  protected override saveOwn(): unknown {
    return [...this.#scheduled]
  }

  protected override loadOwn(state: unknown): void {
    this.#scheduled = new Map(state as [string, Scheduled][])
  }

  #checkNode(node: Node): void {
    for (const pod of [...this.#pods.byIndex('node', node.metadata.name ?? '')].sort(byName)) this.#check(pod, noExecute(node))
  }

  #checkPod(pod: Pod): void {
    const node = this.#nodes.get(pod.spec?.nodeName ?? '')
    const taints = node === undefined ? [] : noExecute(node)
    if (taints.length > 0 || this.#scheduled.has(keyOf(pod))) this.#check(pod, taints)
  }

  /** Upstream: processPodOnNode. */
  #check(pod: Pod, taints: readonly Taint[]): void {
    const key = keyOf(pod)
    const now = this.context.now()
    const waitMs = toleratedMs(pod.spec?.tolerations ?? [], taints)
    if (waitMs === 'forever') {
      this.#cancel(pod)
      return
    }
    const before = this.#scheduled.get(key)
    let createdAt = now
    if (before !== undefined && before.uid === pod.metadata.uid && waitMs > 0) {
      createdAt = before.createdAt
      if (createdAt + waitMs < now + waitMs && before.fireAt <= createdAt + waitMs) return
    }
    const fireAt = createdAt + waitMs
    this.#scheduled.set(key, { uid: pod.metadata.uid ?? '', createdAt, fireAt })
    if (fireAt <= now) this.#queue.add(key)
    else this.setTimer('evict', fireAt - now, { key, fireAt })
  }

  #cancel(pod: Pod): void {
    if (!this.#scheduled.delete(keyOf(pod))) return
    this.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${keyOf(pod)}`)
  }

  #evict(key: string): void {
    const scheduled = this.#scheduled.get(key)
    const pod = this.#pods.get(key)
    if (scheduled === undefined || scheduled.fireAt > this.context.now()) return
    if (pod === undefined || pod.metadata.uid !== scheduled.uid) {
      this.#scheduled.delete(key)
      return
    }
    this.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`)
    const ref = { resource: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }
    try {
      const condition = {
        type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint',
        lastTransitionTime: nowText(this.context.now()),
        ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      }
      this.client.patch<Pod>(ref, 'application/strategic-merge-patch+json', { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } }, 'status')
      this.client.delete(ref, { preconditions: { uid: pod.metadata.uid ?? '' } })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound') && !ApiError.is(error, 'Conflict')) throw error
    }
    this.#scheduled.delete(key)
  }
}

function noExecute(node: Node): readonly Taint[] {
  const taints = node.spec?.taints
  return taints === undefined || taints.length === 0 ? noTaints : taints.filter((taint) => taint.effect === 'NoExecute')
}

const noTaints: readonly Taint[] = []

/** How long all of the taints are tolerated together; 0 when one is not tolerated at all. Upstream: GetMatchingTolerations, getMinTolerationTime. */
function toleratedMs(tolerations: readonly Toleration[], taints: readonly Taint[]): number | 'forever' {
  let least: number | 'forever' = 'forever'
  for (const taint of taints) {
    const toleration = tolerations.find((other) => tolerates(other, taint))
    if (toleration === undefined) return 0
    if (toleration.tolerationSeconds === undefined) continue
    const ms = Math.max(0, toleration.tolerationSeconds) * 1000
    if (least === 'forever' || ms < least) least = ms
  }
  return least
}
