import type { ContainerState, ContainerStatus, Pod, PodStatus } from '../../../../api'
import type { Cell, Column } from '../kind'
import { ageColumn, nameColumn, text } from '../print'

export const podColumns: readonly Column[] = [
  nameColumn, text('Ready'), text('Status'), text('Restarts'), ageColumn, text('IP', 1), text('Node', 1), text('Nominated Node', 1), text('Readiness Gates', 1),
]

const reasonOf = (state: ContainerState | undefined): string | undefined => {
  if (state?.terminated !== undefined) {
    const { reason, signal, exitCode } = state.terminated
    if (reason !== undefined && reason !== '') return reason
    return signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`
  }
  return undefined
}

/** Upstream: printers/internalversion, printPod. */
export function podCells(pod: Pod, age: (time: string | undefined) => string): Cell[] {
  const status = (pod.status ?? {}) as PodStatus
  const spec = pod.spec
  let reason: string = status.reason ?? status.phase ?? ''
  let restarts = 0
  let restartableInitRestarts = 0
  let totalContainers = spec?.containers.length ?? 0
  let ready = 0
  let lastRestart = ''
  const later = (time: string | undefined): void => { if (time !== undefined && time !== null && time > lastRestart) lastRestart = time }

  for (const condition of status.conditions ?? []) {
    if (condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated') reason = 'SchedulingGated'
  }

  const initContainers = new Map((spec?.initContainers ?? []).map((container) => [container.name, container]))
  const isRestartable = (name: string): boolean => initContainers.get(name)?.restartPolicy === 'Always'
  for (const container of initContainers.values()) if (container.restartPolicy === 'Always') totalContainers++

  let initializing = false
  const initStatuses: readonly ContainerStatus[] = status.initContainerStatuses ?? []
  for (let i = 0; i < initStatuses.length; i++) {
    const container = initStatuses[i] as ContainerStatus
    restarts += container.restartCount
    later(container.lastState?.terminated?.finishedAt)
    const restartable = isRestartable(container.name)
    if (restartable) {
      restartableInitRestarts += container.restartCount
      later(container.lastState?.terminated?.finishedAt)
    }
    if (container.state?.terminated?.exitCode === 0) continue
    if (restartable && container.started === true) {
      if (container.ready) ready++
      continue
    }
    if (container.state?.terminated !== undefined) reason = `Init:${reasonOf(container.state) ?? ''}`
    else if (container.state?.waiting?.reason !== undefined && container.state.waiting.reason !== 'PodInitializing') reason = `Init:${container.state.waiting.reason}`
    else reason = `Init:${i}/${initContainers.size}`
    initializing = true
    break
  }

  const initialized = status.conditions?.some((condition) => condition.type === 'Initialized' && condition.status === 'True') === true
  if (!initializing || initialized) {
    restarts = restartableInitRestarts
    let hasRunning = false
    const statuses: readonly ContainerStatus[] = status.containerStatuses ?? []
    for (let i = statuses.length - 1; i >= 0; i--) {
      const container = statuses[i] as ContainerStatus
      restarts += container.restartCount
      later(container.lastState?.terminated?.finishedAt)
      const waiting = container.state?.waiting?.reason
      if (waiting !== undefined && waiting !== '') reason = waiting
      else if (container.state?.terminated !== undefined) reason = reasonOf(container.state) ?? reason
      else if (container.ready && container.state?.running !== undefined) {
        hasRunning = true
        ready++
      }
    }
    if (reason === 'Completed' && hasRunning) {
      reason = status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true ? 'Running' : 'NotReady'
    }
  }

  if (pod.metadata?.deletionTimestamp !== undefined && status.reason === 'NodeLost') reason = 'Unknown'
  else if (pod.metadata?.deletionTimestamp !== undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded') reason = 'Terminating'

  const restartText = restarts !== 0 && lastRestart !== '' ? `${restarts} (${age(lastRestart)} ago)` : String(restarts)
  const gates = spec?.readinessGates ?? []
  const passed = gates.filter((gate) => status.conditions?.some((condition) => condition.type === gate.conditionType && condition.status === 'True') === true)
  return [
    pod.metadata?.name ?? '', `${ready}/${totalContainers}`, reason, restartText, age(pod.metadata?.creationTimestamp),
    status.podIPs?.[0]?.ip ?? status.podIP ?? '<none>', spec?.nodeName ?? '<none>', status.nominatedNodeName ?? '<none>',
    gates.length === 0 ? '<none>' : `${passed.length}/${gates.length}`,
  ]
}
