/** What the watches tell, into cache and queue. Upstream: eventhandlers.go. */
import type { ApiObject, Node, Pod } from '../../api'
import type { Informer, Informers } from '../client'
import type { SchedulerCache } from './cache'
import { assignedPodAdd, assignedPodDelete, clusterEvent, nodeChangeEvents, podChangeEvents } from './framework/events'
import type { FeatureGates } from './framework/feature-gates'
import { keyOfPod, uidOf, type PodInfos } from './framework/pod-info'
import { action, type ClusterEvent, type EventResource, type Listers } from './framework/types'
import type { SchedulingQueue } from './queue/scheduling-queue'
import { listedKinds, listedResources, type Assumed } from './world-listers'

/** Kinds that plugins may wait for. */
const eventKinds: Partial<Record<keyof Listers, EventResource>> = {
  persistentVolumes: 'PersistentVolume', persistentVolumeClaims: 'PersistentVolumeClaim', storageClasses: 'StorageClass', csiNodes: 'CSINode',
  csiDrivers: 'CSIDriver', csiStorageCapacities: 'CSIStorageCapacity', volumeAttachments: 'VolumeAttachment', resourceClaims: 'ResourceClaim',
  resourceSlices: 'ResourceSlice', deviceClasses: 'DeviceClass',
}

/** What the handlers change. A restore replaces the cache, so it is asked for each time. */
export interface Listening {
  cache(): SchedulerCache
  readonly queue: SchedulingQueue
  readonly infos: PodInfos
  readonly assumed: Assumed
  readonly gates: FeatureGates
  /** Whether a profile schedules the Pod. */
  isOurs(pod: Pod): boolean
  /** An assumed Pod is going: its binding will fail. */
  assumedDeleted(uid: string): void
}

export function isAssigned(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== ''
}

/** What the queue knows a Pod by. */
function nameOf(pod: Pod): { readonly key: string; readonly uid: string } {
  return { key: keyOfPod(pod), uid: uidOf(pod) }
}

export function addEventHandlers(informers: Informers, nodes: Informer<Node>, pods: Informer<Pod>, to: Listening): void {
  const tell = (event: ClusterEvent, before: unknown, after: unknown): void => {
    to.queue.moveAll(event, before as ApiObject | undefined, after as ApiObject | undefined)
  }
  nodes.addHandler({
    onAdd: (node) => {
      to.cache().setNode(node)
      tell(clusterEvent('Node', action.Add), undefined, node)
    },
    onUpdate: (before, node) => {
      to.cache().setNode(node)
      for (const event of nodeChangeEvents(before, node)) tell(event, before, node)
    },
    onDelete: (node) => {
      tell(clusterEvent('Node', action.Delete), node, undefined)
      to.cache().removeNode(node.metadata.name ?? '')
    },
  })
  addPodHandler(pods, to, tell)
  for (const kind of listedKinds) {
    const resource = eventKinds[kind]
    if (resource === undefined) continue
    const seen = (object: ApiObject, deleted: boolean): void => {
      if (kind === 'persistentVolumes' || kind === 'persistentVolumeClaims' || kind === 'resourceClaims') to.assumed.seen(kind, object, deleted)
    }
    informers.for<ApiObject>(listedResources[kind]).addHandler({
      onAdd: (object) => {
        seen(object, false)
        tell(clusterEvent(resource, action.Add), undefined, object)
      },
      onUpdate: (before, object) => {
        seen(object, false)
        tell(clusterEvent(resource, action.Update), before, object)
      },
      onDelete: (object) => {
        seen(object, true)
        tell(clusterEvent(resource, action.Delete), object, undefined)
      },
    })
  }
}

function addPodHandler(pods: Informer<Pod>, to: Listening, tell: (event: ClusterEvent, before: unknown, after: unknown) => void): void {
  const { queue, infos } = to
  const addAssigned = (pod: Pod): void => {
    to.cache().setPod(pod)
    tell(assignedPodAdd, undefined, pod)
  }
  /** Others count a nominated Pod as if it were on its node, so for them one has left. */
  const tellLessImportant = (pod: Pod): void => {
    const priority = pod.spec?.priority ?? 0
    queue.moveAll(assignedPodDelete, pod as unknown as ApiObject, undefined, (other) => other.priority <= priority)
  }
  const assumedDeleted = (uid: string): void => {
    const assumed = to.cache().pod(uid)
    to.assumedDeleted(uid)
    if (assumed !== undefined) tell(assignedPodDelete, assumed.pod, undefined)
  }
  const updatePending = (before: Pod, pod: Pod): void => {
    const uid = uidOf(pod)
    if (to.cache().isAssumed(uid)) {
      if (pod.metadata.deletionTimestamp !== undefined && before.metadata.deletionTimestamp === undefined) assumedDeleted(uid)
      return
    }
    queue.update(before, infos.of(pod))
    const nominated = before.status?.nominatedNodeName ?? ''
    if (nominated !== '' && nominated !== (pod.status?.nominatedNodeName ?? '')) tellLessImportant(before)
  }
  pods.addHandler({
    onAdd: (pod) => {
      if (isAssigned(pod)) addAssigned(pod)
      else if (to.isOurs(pod)) queue.add(infos.of(pod))
    },
    onUpdate: (before, pod) => {
      if (isAssigned(before)) {
        to.cache().setPod(pod)
        for (const event of podChangeEvents(before, pod, false, to.gates)) tell(event, before, pod)
      } else if (isAssigned(pod)) {
        // Bound by this scheduler it is known by name already.
        const assumed = to.cache().pod(uidOf(before))
        addAssigned(pod)
        if (to.isOurs(before)) queue.delete(assumed ?? nameOf(before))
      } else if (to.isOurs(before)) updatePending(before, pod)
    },
    onDelete: (pod) => {
      const uid = uidOf(pod)
      if (isAssigned(pod)) {
        to.cache().removePod(uid)
        tell(assignedPodDelete, pod, undefined)
      } else if (to.isOurs(pod)) {
        queue.delete(nameOf(pod))
        if (to.cache().isAssumed(uid)) assumedDeleted(uid)
        else if ((pod.status?.nominatedNodeName ?? '') !== '') tellLessImportant(pod)
      }
    },
  })
}
