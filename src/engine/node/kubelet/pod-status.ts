import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../../api'
import { isRunning, type ContainerRecord, type PodRecord } from './pod-record'

export interface StatusContext {
  /** Now, as the API writes it. */
  readonly now: string
  readonly hostIp: string
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The status a kubelet reports of a Pod. Upstream: kubelet.generateAPIPodStatus and status.Generate…Condition. */
export function podStatusOf(pod: Pod, record: PodRecord, context: StatusContext): PodStatus {
  const { containers } = record
  const phase = record.ended !== null ? 'Failed' : phaseOf(pod, record)
  const generation = pod.metadata.generation
  const old = record.status.conditions ?? []
  const saying: Saying = { old, now: context.now, generation }
  const conditions: PodCondition[] = []
  conditions.push(condition(saying, 'PodReadyToStartContainers', record.sandbox && phase !== 'Succeeded' && phase !== 'Failed'))
  const unfinished = containers.filter(isUnfinishedInit)
  if (unfinished.length > 0) conditions.push(condition(saying, 'Initialized', false, 'ContainersNotInitialized', `containers with incomplete status: ${names(unfinished)}`))
  else if (phase === 'Succeeded') conditions.push(condition(saying, 'Initialized', true, 'PodCompleted'))
  else conditions.push(condition(saying, 'Initialized', true))
  const unready = containers.filter(isUnready)
  const readyNow = unready.length === 0 && phase === 'Running'
  const ending = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined
  const whyNot = ending ?? 'ContainersNotReady'
  const unreadyText = readyNow || ending !== undefined ? undefined : `containers with unready status: ${names(unready)}`
  const gate = unmetGate(pod)
  if (!readyNow) conditions.push(condition(saying, 'Ready', false, whyNot, unreadyText))
  else if (gate !== undefined) conditions.push(condition(saying, 'Ready', false, 'ReadinessGatesNotReady', `the status of pod readiness gate "${gate}" is not "True", but False`))
  else conditions.push(condition(saying, 'Ready', true))
  if (readyNow) conditions.push(condition(saying, 'ContainersReady', true))
  else conditions.push(condition(saying, 'ContainersReady', false, whyNot, unreadyText))
  const scheduled = conditionOfType(pod.status?.conditions, 'PodScheduled') ?? conditionOfType(old, 'PodScheduled')
  if (scheduled?.status === 'True') conditions.push(scheduled)
  else conditions.push(condition(saying, 'PodScheduled', true))
  if (record.ended?.reason === 'Evicted') conditions.push(condition(saying, 'DisruptionTarget', true, 'TerminationByKubelet', record.ended.message))
  // Others' conditions (DisruptionTarget, readiness gates) stay.
  for (const other of old) if (conditionOfType(conditions, other.type) === undefined) conditions.push(other)
  // The address is known once the sandbox is made.
  const ip = pod.spec?.hostNetwork === true ? context.hostIp : record.sandbox ? record.ip : ''
  // Built field by field: this is made twice for every Pod, and spreads of parts that may be absent cost more than all the rest.
  const status: Writable<PodStatus> = generation === undefined ? { phase, conditions } : { observedGeneration: generation, phase, conditions }
  if (context.hostIp !== '') {
    status.hostIP = context.hostIp
    status.hostIPs = [{ ip: context.hostIp }]
  }
  if (ip !== '') {
    status.podIP = ip
    status.podIPs = [{ ip }]
  }
  status.startTime = record.status.startTime ?? context.now
  const init = containerStatuses(containers, true, record.status.initContainerStatuses)
  if (init.length > 0) status.initContainerStatuses = init
  status.containerStatuses = containerStatuses(containers, false, record.status.containerStatuses)
  const qosClass = record.status.qosClass ?? pod.status?.qosClass
  if (qosClass) status.qosClass = qosClass
  if (record.ended !== null) {
    status.reason = record.ended.reason
    status.message = record.ended.message
  }
  return status
}

/** What all conditions of a status are made of. */
interface Saying {
  /** As they were said last. */
  readonly old: readonly PodCondition[]
  readonly now: string
  readonly generation: number | undefined
}

/** A condition as it is said now: its time moves only when its status does. */
function condition({ old, now, generation }: Saying, type: string, status: boolean, reason?: string, message?: string): PodCondition {
  const before = conditionOfType(old, type)
  const text = status ? 'True' : 'False'
  const since = before?.status === text ? before.lastTransitionTime : now
  // The two usual shapes at once.
  if (since !== undefined && generation !== undefined) {
    if (reason === undefined && message === undefined) return { type, status: text, lastTransitionTime: since, observedGeneration: generation }
    if (reason !== undefined && message !== undefined) return { type, status: text, lastTransitionTime: since, observedGeneration: generation, reason, message }
  }
  return {
    type, status: text, ...(since === undefined ? {} : { lastTransitionTime: since }), ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }),
  }
}

export function conditionOfType(conditions: readonly PodCondition[] | undefined, type: string): PodCondition | undefined {
  if (conditions !== undefined) for (const condition of conditions) if (condition.type === type) return condition
  return undefined
}

/** The first readiness gate nobody has opened. */
function unmetGate(pod: Pod): string | undefined {
  return pod.spec?.readinessGates?.find((gate) => conditionOfType(pod.status?.conditions, gate.conditionType)?.status !== 'True')?.conditionType
}

function isUnfinishedInit(container: ContainerRecord): boolean {
  if (container.kind === 'app') return false
  return container.kind === 'sidecar' ? !container.started : container.state.terminated?.exitCode !== 0
}

function isUnready(container: ContainerRecord): boolean {
  return container.kind !== 'init' && !container.ready
}

function names(containers: readonly ContainerRecord[]): string {
  return `[${containers.map((container) => container.name).join(' ')}]`
}

/** Of the init containers (sidecars are among them), or of the others. */
function containerStatuses(containers: readonly ContainerRecord[], init: boolean, old: readonly ContainerStatus[] | undefined): ContainerStatus[] {
  const statuses: ContainerStatus[] = []
  for (const container of containers) if ((container.kind !== 'app') === init) statuses.push(containerStatus(container, old))
  return statuses
}

function containerStatus(container: ContainerRecord, old: readonly ContainerStatus[] | undefined): ContainerStatus {
  let before: ContainerStatus | undefined
  if (old !== undefined) for (const status of old) if (status.name === container.name) before ??= status
  const status: Writable<ContainerStatus> = {
    ...before,
    name: container.name,
    state: container.state,
    lastState: container.lastState ?? {},
    ready: container.kind === 'init' ? container.state.terminated?.exitCode === 0 : container.ready,
    restartCount: container.restarts,
    image: container.image,
    imageID: container.imageId,
  }
  if (container.id !== '') status.containerID = container.id
  status.started = container.kind === 'init' ? isRunning(container) : container.started
  return status
}

/** Upstream: getPhase. */
export function phaseOf(pod: Pod, record: PodRecord): string {
  const policy = pod.spec?.restartPolicy ?? 'Always'
  let pendingInit = 0
  let failedInit = 0
  for (const container of record.containers) {
    if (container.kind === 'app') continue
    if (container.kind === 'sidecar') {
      if (!container.started && !isRunning(container) && container.state.terminated === undefined) pendingInit++
      continue
    }
    if (container.state.terminated !== undefined) {
      if (container.state.terminated.exitCode !== 0 && policy === 'Never') failedInit++
      else if (container.state.terminated.exitCode !== 0) pendingInit++
    } else pendingInit++
  }
  if (failedInit > 0) return 'Failed'
  let running = 0
  let waiting = 0
  let stopped = 0
  let succeeded = 0
  let restartable = false
  for (const container of record.containers) {
    if (container.kind !== 'app') continue
    const { terminated } = container.state
    if (isRunning(container)) running++
    else if (terminated !== undefined) {
      stopped++
      if (terminated.exitCode === 0) succeeded++
      restartable ||= restarts(pod, container, terminated.exitCode)
    } else if (container.lastState?.terminated !== undefined) {
      stopped++
      restartable = true
    } else waiting++
  }
  if (pendingInit > 0) return 'Pending'
  if (waiting > 0) return 'Pending'
  if (running > 0) return 'Running'
  if (stopped > 0) {
    // While it is being torn down nothing is started again, so what its containers came to counts.
    if (restartable && record.stopping === null) return 'Running'
    return stopped === succeeded ? 'Succeeded' : 'Failed'
  }
  return 'Pending'
}

/** Whether a container that ended so is started again. A container's own policy goes before the Pod's. */
export function restarts(pod: Pod, container: ContainerRecord, exitCode: number): boolean {
  if (container.kind === 'sidecar') return true
  const spec = pod.spec?.containers.find((other) => other.name === container.name)
  const policy = (container.kind === 'app' ? spec?.restartPolicy : undefined) ?? pod.spec?.restartPolicy ?? 'Always'
  if (container.kind === 'init') return exitCode !== 0 && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}
