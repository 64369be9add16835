import { ApiError, resources, timeText, virtualMs, type Pod, type PodCondition } from '../../api'
import type { Client, EventRecorder, EventSubject } from '../client'
import type { ActorContext } from '../kernel'
import type { PodInfo } from './framework/types'
import type { Nominating } from './queue/nominator'

/** Longest note of an Event. */
const noteMax = 1_024
const podScheduled = 'PodScheduled'
const strategicMerge = 'application/strategic-merge-patch+json'

/** What the scheduler writes beside bindings: status of Pods, Events, evictions, in the real one's words. */
export class Reporter {
  readonly #client: Client
  readonly #context: ActorContext
  readonly #recorder: EventRecorder

  constructor(client: Client, context: ActorContext, recorder: EventRecorder) {
    this.#client = client
    this.#context = context
    this.#recorder = recorder
  }

  scheduled(pod: PodInfo, node: string): void {
    this.#recorder.event(about(pod), 'Normal', 'Scheduled', `Successfully assigned ${pod.key} to ${node}`, 'Binding')
  }

  failed(pod: PodInfo, message: string): void {
    this.#recorder.event(about(pod), 'Warning', 'FailedScheduling', truncated(message), 'Scheduling')
  }

  skipped(pod: PodInfo): void {
    this.#recorder.event(about(pod), 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${pod.key}`, 'Scheduling')
  }

  preempted(victim: PodInfo, preemptor: PodInfo, node: string, inMemory: boolean): void {
    const note = `Preempted by pod ${preemptor.uid} on node ${node}${inMemory ? ' (in kube-scheduler memory).' : ''}`
    this.#recorder.event(about(victim), 'Normal', 'Preempted', note, 'Preempting', about(preemptor))
  }

  /** Asks for a victim's deletion; false when it is gone already. Throws `ApiError` when refused. Upstream: Executor.PreemptPod. */
  evict(victim: PodInfo, schedulerName: string): boolean {
    const ref = { resource: resources.pods, namespace: victim.namespace, name: victim.name }
    const condition: PodCondition = {
      type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', lastTransitionTime: this.#time(),
      message: `${schedulerName}: preempting to accommodate a higher priority pod`,
    }
    try {
      this.#client.patch<Pod>(ref, strategicMerge, { status: { conditions: [condition] } }, 'status')
      this.#client.delete(ref)
      return true
    } catch (error) {
      if (ApiError.is(error, 'NotFound')) return false
      throw error
    }
  }

  /** Writes PodScheduled=False and the nomination where they differ from what is stored. Upstream: updatePod. */
  status(pod: PodInfo, failed: { readonly reason: string; readonly message: string } | undefined, nominating: Nominating): void {
    const { status, metadata } = pod.pod
    const patch: Record<string, unknown> = {}
    if (failed !== undefined) {
      const old = status?.conditions?.find(({ type }) => type === podScheduled)
      const observes = (status?.observedGeneration ?? 0) !== 0 || (old?.observedGeneration ?? 0) !== 0
      const generation = observes ? metadata.generation : undefined
      const condition: PodCondition = {
        type: podScheduled, status: 'False', reason: failed.reason, message: failed.message,
        lastTransitionTime: old?.status === 'False' && old.lastTransitionTime !== undefined ? old.lastTransitionTime : this.#time(),
        ...(generation === undefined ? {} : { observedGeneration: generation }),
      }
      const same = old !== undefined && old.status === condition.status && old.reason === condition.reason && old.message === condition.message
        && (old.observedGeneration ?? 0) === (generation ?? 0)
      if (!same) patch['conditions'] = [condition]
    }
    // A merge patch takes a field away with null.
    if (nominating !== undefined && nominating !== (status?.nominatedNodeName ?? '')) patch['nominatedNodeName'] = nominating === '' ? null : nominating
    if (Object.keys(patch).length === 0) return
    try {
      this.#client.patch<Pod>({ resource: resources.pods, namespace: pod.namespace, name: pod.name }, strategicMerge, { status: patch }, 'status')
    } catch (error) {
      // As upstream: a status that cannot be written is not tried again; the next cycle will.
      if (!(error instanceof ApiError)) throw error
    }
  }

  #time(): string {
    return timeText(virtualMs(this.#context.now()))
  }
}

function about({ pod }: PodInfo): EventSubject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata }
}

function truncated(message: string): string {
  const suffix = ' ...'
  return message.length <= noteMax ? message : message.slice(0, noteMax - suffix.length) + suffix
}
