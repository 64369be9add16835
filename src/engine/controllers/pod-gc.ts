import { ApiError, keyOf, resources, virtualOf, type Node, type Pod } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment } from './controller'
import { byAge, byName } from './owners'
import { isPodFinished, nowText, podInformer } from './pods'

/** Upstream: gcCheckPeriod, quarantineTime, --terminated-pod-gc-threshold. */
const checkMs = 20_000
const quarantineMs = 40_000
const finishedMax = 12_500

/**
 * Removes Pods nobody else will: of Nodes that are gone, deleted before they were bound, and finished ones beyond a threshold.
 * Upstream: pkg/controller/podgc.
 */
export class PodGcController extends Controller {
  readonly #nodes: Informer<Node>
  readonly #pods: Informer<Pod>
  /** Names of Nodes that were found missing, and when: a Pod can be seen before its Node is. */
  #missing = new Map<string, number>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'pod-garbage-collector', component: 'pod-garbage-collector' })
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#pods = this.watches(podInformer(environment.informers))
  }

  protected override onStart(): void {
    this.setTimer('check', checkMs)
  }

  protected override onTimer(): void {
    if (this.ready) this.#check()
    this.setTimer('check', checkMs)
  }

  protected override saveOwn(): unknown {
    return [...this.#missing]
  }

  protected override loadOwn(state: unknown): void {
    this.#missing = new Map(state as [string, number][])
  }

  #check(): void {
    const now = this.context.now()
    const finished: Pod[] = []
    const orphaned: Pod[] = []
    const unscheduled: Pod[] = []
    const outOfService: Pod[] = []
    for (const pod of this.#pods.list()) {
      const nodeName = pod.spec?.nodeName ?? ''
      if (isPodFinished(pod)) finished.push(pod)
      const node = this.#nodes.get(nodeName)
      if (nodeName !== '' && node === undefined && !cameWithoutNode(pod, now)) orphaned.push(pod)
      if (pod.metadata.deletionTimestamp === undefined) continue
      if (nodeName === '') unscheduled.push(pod)
      else if (node !== undefined && isOutOfService(node)) outOfService.push(pod)
    }
    for (const pod of outOfService.sort(byName)) this.#remove(pod)
    const surplus = finished.length - finishedMax
    if (surplus > 0) for (const pod of finished.sort(byAge).slice(0, surplus)) this.#remove(pod)
    this.#collectOrphans(orphaned, now)
    for (const pod of unscheduled.sort(byName)) this.#remove(pod)
  }

  /** Upstream: gcOrphaned: a Node must have been missing for a while, and be so for the api-server too. */
  #collectOrphans(orphaned: readonly Pod[], now: number): void {
    const names = new Set(orphaned.map((pod) => pod.spec?.nodeName ?? ''))
    for (const name of [...this.#missing.keys()]) if (!names.has(name)) this.#missing.delete(name)
    for (const name of [...names].sort()) {
      const since = this.#missing.get(name)
      if (since === undefined) this.#missing.set(name, now)
      else if (now - since >= quarantineMs && this.#isGone(name)) {
        for (const pod of orphaned.filter((other) => other.spec?.nodeName === name).sort(byName)) {
          this.#remove(pod, { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' })
        }
      }
    }
  }

  #isGone(name: string): boolean {
    try {
      return this.client.find<Node>({ resource: resources.nodes, name }) === undefined
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return false
    }
  }

  #remove(pod: Pod, disruption?: { readonly reason: string; readonly message: string }): void {
    const ref = { resource: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }
    try {
      // A Pod that is removed by force ends as Failed, so that its owner counts it.
      if (!isPodFinished(pod)) {
        const condition = disruption === undefined ? undefined : { type: 'DisruptionTarget', status: 'True', ...disruption, lastTransitionTime: nowText(this.context.now()) }
        this.client.patch<Pod>(ref, 'application/strategic-merge-patch+json', { status: { phase: 'Failed', ...(condition === undefined ? {} : { conditions: [condition] }) } }, 'status')
      }
      this.client.delete(ref, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } })
      this.context.trace({ type: 'note', from: this.context.name, what: 'pod-collected', subject: keyOf(pod) })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error // the next check tries again
    }
  }
}

/**
 * A Pod of another time (before this cluster began, or after now) came with a dump. If its Node did not come along, that Node is
 * unknown, not gone: the Pod stays where it was.
 */
function cameWithoutNode(pod: Pod, now: number): boolean {
  const created = virtualOf(pod.metadata.creationTimestamp)
  return created < 0 || created > now
}

function isOutOfService(node: Node): boolean {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True'
  return !ready && (node.spec?.taints ?? []).some((taint) => taint.key === 'node.kubernetes.io/out-of-service')
}
