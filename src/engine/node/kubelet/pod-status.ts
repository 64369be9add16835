import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../../api'
import { isRunning, type ContainerRecord, type PodRecord } from './pod-record'

export interface StatusContext {
  /** Now, as the API writes it. */
  readonly now: string
  readonly hostIp: string
}

/** The status a kubelet reports of a Pod. Upstream: kubelet.generateAPIPodStatus and status.Generate…Condition. */
export function podStatusOf(pod: Pod, record: PodRecord, context: StatusContext): PodStatus {
  const init = record.containers.filter((container) => container.kind !== 'app')
  const apps = record.containers.filter((container) => container.kind === 'app')
  const phase = record.ended !== null ? 'Failed' : phaseOf(pod, record)
  const initialized = init.every((container) => (container.kind === 'sidecar' ? container.started : container.state.terminated?.exitCode === 0))
  const generation = pod.metadata.generation
  const old = record.status.conditions ?? []
  const made = (type: string, status: boolean, reason?: string, message?: string): PodCondition => {
    const before = old.find((condition) => condition.type === type)
    const text = status ? 'True' : 'False'
    const since = before?.status === text ? before.lastTransitionTime : context.now
    return {
      type, status: text, ...(since === undefined ? {} : { lastTransitionTime: since }), ...(generation === undefined ? {} : { observedGeneration: generation }),
      ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }),
    }
  }
  const conditions: PodCondition[] = [made('PodReadyToStartContainers', record.sandbox && phase !== 'Succeeded' && phase !== 'Failed')]
  const unfinished = init.filter((container) => (container.kind === 'sidecar' ? !container.started : container.state.terminated?.exitCode !== 0))
  if (phase === 'Succeeded' && initialized) conditions.push(made('Initialized', true, 'PodCompleted'))
  else if (initialized) conditions.push(made('Initialized', true))
  else conditions.push(made('Initialized', false, 'ContainersNotInitialized', `containers with incomplete status: ${names(unfinished)}`))
  const serving = record.containers.filter((container) => container.kind !== 'init')
  const unready = serving.filter((container) => !container.ready)
  const readyNow = unready.length === 0 && phase === 'Running'
  const ending = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined
  const notReady = (type: string): PodCondition => (ending === undefined
    ? made(type, false, 'ContainersNotReady', `containers with unready status: ${names(unready)}`)
    : made(type, false, ending))
  const gates = (pod.spec?.readinessGates ?? []).filter((gate) => (pod.status?.conditions ?? []).find((condition) => condition.type === gate.conditionType)?.status !== 'True')
  if (!readyNow) conditions.push(notReady('Ready'))
  else if (gates.length > 0) {
    conditions.push(made('Ready', false, 'ReadinessGatesNotReady', `the status of pod readiness gate "${gates[0]?.conditionType ?? ''}" is not "True", but False`))
  } else conditions.push(made('Ready', true))
  conditions.push(readyNow ? made('ContainersReady', true) : notReady('ContainersReady'))
  const scheduled = (pod.status?.conditions ?? []).find((condition) => condition.type === 'PodScheduled') ?? old.find((condition) => condition.type === 'PodScheduled')
  conditions.push(scheduled?.status === 'True' ? scheduled : made('PodScheduled', true))
  if (record.ended?.reason === 'Evicted') conditions.push({ ...made('DisruptionTarget', true), reason: 'TerminationByKubelet', message: record.ended.message })
  // Others' conditions (DisruptionTarget, readiness gates) stay.
  for (const other of old) if (!conditions.some((condition) => condition.type === other.type)) conditions.push(other)
  // The address is known once the sandbox is made.
  const ip = pod.spec?.hostNetwork === true ? context.hostIp : record.sandbox ? record.ip : ''
  const status: PodStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions,
    ...(context.hostIp === '' ? {} : { hostIP: context.hostIp, hostIPs: [{ ip: context.hostIp }] }),
    ...(ip === '' ? {} : { podIP: ip, podIPs: [{ ip }] }),
    startTime: record.status.startTime ?? context.now,
    ...(init.length > 0 ? { initContainerStatuses: init.map((container) => containerStatus(container, record.status.initContainerStatuses)) } : {}),
    containerStatuses: apps.map((container) => containerStatus(container, record.status.containerStatuses)),
    ...(record.status.qosClass ?? pod.status?.qosClass ? { qosClass: (record.status.qosClass ?? pod.status?.qosClass) as string } : {}),
    ...(record.ended === null ? {} : { reason: record.ended.reason, message: record.ended.message }),
  }
  return status
}

function names(containers: readonly ContainerRecord[]): string {
  return `[${containers.map((container) => container.name).join(' ')}]`
}

function containerStatus(container: ContainerRecord, old: readonly ContainerStatus[] | undefined): ContainerStatus {
  const before = old?.find((status) => status.name === container.name)
  return {
    ...before,
    name: container.name,
    state: container.state,
    lastState: container.lastState ?? {},
    ready: container.kind === 'init' ? container.state.terminated?.exitCode === 0 : container.ready,
    restartCount: container.restarts,
    image: container.image,
    imageID: container.imageId,
    ...(container.id === '' ? {} : { containerID: container.id }),
    started: container.kind === 'init' ? isRunning(container) : container.started,
  }
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
  let [running, waiting, stopped, succeeded] = [0, 0, 0, 0]
  let restartable = false
  for (const container of record.containers) {
    if (container.kind === 'init') continue
    const { terminated } = container.state
    if (container.kind === 'sidecar') {
      if (isRunning(container)) running += 0
      continue
    }
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
