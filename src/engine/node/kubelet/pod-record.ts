import type { Container, ContainerState, Pod, PodStatus } from '../../../api'

/** A container as its kubelet knows it. Plain data. */
export interface ContainerRecord {
  readonly name: string
  readonly kind: 'init' | 'sidecar' | 'app'
  state: ContainerState
  lastState: ContainerState | undefined
  id: string
  imageId: string
  /** Name of the image in full, once it is known. */
  image: string
  restarts: number
  ready: boolean
  started: boolean
  /** Counts its lives: timers of an earlier one carry another number. */
  life: number
  /** Crash back-off: what the next wait would be (0: none), and when it was last raised. */
  crashBackoffMs: number
  crashBackoffAt: number
  /** Not to be started before. */
  notBefore: number
  /** Back-off of failed pulls: the present wait, and when the last one failed. */
  pullBackoffMs: number
  pullFailedAt: number
  /** Failures and successes of probes in a row. */
  probes: { readonly [kind: string]: ProbeCount }
}

export interface ProbeCount {
  readonly successes: number
  readonly failures: number
}

/** A Pod as its kubelet knows it. Plain data. */
export interface PodRecord {
  readonly uid: string
  readonly key: string
  readonly containers: ContainerRecord[]
  /** Status as last written (or found, when adopted). */
  status: PodStatus
  /** Revision of the Pod when it was written. */
  version: number
  /** Found running and nothing has happened since: what its status says is left alone, whoever wrote it. */
  pristine: boolean
  ip: string
  /** The sandbox runs: the Pod has its address. */
  sandbox: boolean
  /** What the worker is waiting for, and since when (virtual ms); it does one thing at a time. The sandbox is nobody's: container -1. */
  busy: { readonly container: number; readonly step: 'sandbox' | 'pull' | 'start'; readonly since: number } | null
  /** Set once it is on its way out. */
  stopping: Stopping | null
  /** phase is Succeeded or Failed and nothing will run again. */
  finished: boolean
  /** Reason and message of a Pod the kubelet ended itself: "Evicted". */
  ended: { readonly reason: string; readonly message: string } | null
}

export interface Stopping {
  /** What the containers do when it is over. */
  readonly why: 'deleted' | 'evicted' | 'deadline' | 'completed'
  /** When whoever still runs is killed. */
  readonly killAt: number
  readonly since: number
}

export function newRecord(pod: Pod, uid: string, key: string): PodRecord {
  const containers: ContainerRecord[] = []
  for (const { container, kind } of containersOf(pod)) {
    containers.push({
      name: container.name, kind, state: {}, lastState: undefined, id: '', imageId: '', image: container.image ?? '', restarts: 0, ready: false, started: false,
      life: 0, crashBackoffMs: 0, crashBackoffAt: 0, notBefore: 0, pullBackoffMs: 0, pullFailedAt: 0, probes: {},
    })
  }
  return { uid, key, containers, status: pod.status ?? {}, version: 0, pristine: false, ip: '', sandbox: false, busy: null, stopping: null, finished: false, ended: null }
}

/** Init containers first, in order, then the others: the order of `PodRecord.containers`. */
export function containersOf(pod: Pod): { readonly container: Container; readonly kind: ContainerRecord['kind'] }[] {
  return [
    ...(pod.spec?.initContainers ?? []).map((container) => ({ container, kind: container.restartPolicy === 'Always' ? 'sidecar' as const : 'init' as const })),
    ...(pod.spec?.containers ?? []).map((container) => ({ container, kind: 'app' as const })),
  ]
}

/** The container of `PodRecord.containers[index]` as the Pod's spec has it. */
export function containerAt(pod: Pod, index: number): Container | undefined {
  const init = pod.spec?.initContainers
  const before = init?.length ?? 0
  return index < before ? init?.[index] : pod.spec?.containers[index - before]
}

/** The first of a name, init containers before the others. */
export function containerNamed(pod: Pod, name: string): Container | undefined {
  return pod.spec?.initContainers?.find((container) => container.name === name) ?? pod.spec?.containers.find((container) => container.name === name)
}

/** A record of what the Pod's status says runs here already. Nothing is started anew. */
export function adoptedRecord(pod: Pod, uid: string, key: string): PodRecord {
  const record = newRecord(pod, uid, key)
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  for (const container of record.containers) {
    const status = statuses.find((other) => other.name === container.name)
    if (status === undefined) continue
    container.state = status.state ?? {}
    container.lastState = status.lastState
    container.id = status.containerID ?? ''
    container.imageId = status.imageID
    container.image = status.image
    container.restarts = status.restartCount
    container.ready = status.ready
    container.started = status.started ?? status.state?.running !== undefined
    container.life = status.state?.running !== undefined || status.state?.terminated !== undefined || status.lastState?.terminated !== undefined ? 1 : 0
  }
  record.ip = pod.status?.podIP ?? ''
  record.sandbox = true
  record.pristine = true
  return record
}

export function copyRecord(record: PodRecord): PodRecord {
  return { ...record, containers: record.containers.map((container) => ({ ...container })) }
}

export const isRunning = (container: ContainerRecord): boolean => container.state.running !== undefined
export const isTerminated = (container: ContainerRecord): boolean => container.state.terminated !== undefined
