import {
  amountOf, virtualOf, type CgroupView, type ChannelView, type Container, type KubeletChannel, type MachineContainer, type MachineImage, type MachinePod, type MachineView, type Node, type Pod, type ResourceUse,
  type SyncStepView,
} from '../../../api'
import { compareText, fnv32a } from '../../../base'
import { withLeak, type Ailments } from '../ailments'
import { cpuWanted, usageSeries, type Usage } from '../cadvisor'
import { processTree, runtimeView, stepView, timedSteps, type DaemonProcess, type Runtime } from '../runtime'
import { behaviourAnnotation } from './behaviour'
import { containerCgroup, cpuMax, cpuWeight, oomScoreAdj, qosOf } from './cgroup'
import { imageGcHighShare, imageGcLowShare, memoryThresholdBytes, nodeUsage, signalsOf, sumUsage, type DiskState, type PressureType } from './eviction'
import type { ImageManager } from './image-manager'
import { containersOf, isRunning, type ContainerRecord, type PodRecord } from './pod-record'

/** What a channel carried last. */
export interface Heard {
  readonly at: number
  readonly pod?: string
  readonly what: string
}

export interface LookInside {
  readonly node: Node
  readonly now: number
  readonly picked: string | undefined
  readonly life: number
  readonly runtime: Runtime
  readonly runtimeBackAt: number
  readonly runtimeRestarts: number
  readonly heard: { readonly [Name in KubeletChannel]?: Heard }
  readonly records: readonly PodRecord[]
  readonly pod: (key: string) => Pod | undefined
  readonly images: ImageManager
  readonly imagesInUse: ReadonlySet<string>
  readonly disk: DiskState
  readonly pressedAt: ReadonlyMap<PressureType, number>
  readonly containerStartMs: number
  readonly rate: (pod: string) => number
  readonly ailments: Ailments | undefined
  /** The kubelet's own beat: Lease, eviction, image collection. */
  readonly tickMs: number
}

/** A plot of the last minute has so many points. */
const points = 25
const windowMs = 60_000
const channels: readonly KubeletChannel[] = ['configCh', 'plegCh', 'probes', 'syncCh', 'housekeepingCh']

/** Everything there is to see inside a machine, from what its kubelet knows. It changes nothing and keeps nothing. */
export function lookInside(look: LookInside): MachineView {
  const { node, now, runtime, records } = look
  const found = records.flatMap((record) => {
    const pod = look.pod(record.key)
    return pod === undefined || pod.metadata.uid !== record.uid ? [] : [{ pod, record, usages: record.finished ? [] : usagesOf(look, pod, record) }]
  }).sort((a, b) => compareText(a.record.key, b.record.key))
  const live = found.filter(({ record }) => !record.finished)
  const pids = pidsOf(live)
  const pods = found.map(({ pod, record, usages }) => podView(look, pod, record, pids, usages))
  const total = sumUsage(live.flatMap(({ usages }) => usages.flatMap((series) => series.at(-1) ?? [])))
  const used = nodeUsage(node, total)
  const daemons = daemonsOf(look)
  const picked = found.find(({ record }) => record.key === look.picked)
  return {
    node: node.metadata.name ?? '', kubeletPid: daemons.find(({ name }) => name === 'kubelet')?.pid ?? 0,
    runtime: runtimeView(runtime, look.containerStartMs), ...(look.runtimeBackAt > now ? { runtimeBackAt: look.runtimeBackAt } : {}), runtimeRestarts: look.runtimeRestarts,
    channels: channels.map((channel) => channelView(look, channel, live)),
    pods,
    processes: processTree(runtime, look.runtimeBackAt > now ? daemons.filter(({ name }) => name === 'kubelet') : daemons, live.filter(({ record }) => record.sandbox).map(({ pod, record }) => ({
      key: record.key, uid: record.uid, pid: pids.get(sandboxId(record)) ?? 0,
      containers: record.containers.flatMap((container, index) => {
        const spec = containersOf(pod)[index]?.container
        return isRunning(container) && spec !== undefined ? [{ name: container.name, pid: pids.get(processId(record, container)) ?? 0, command: commandOf(spec) }] : []
      }),
    }))),
    images: imageViews(look),
    imagefs: { capacityBytes: look.disk.capacityBytes, imageBytes: look.disk.imageBytes, otherBytes: look.disk.filledBytes + total.diskBytes, gcHighShare: imageGcHighShare, gcLowShare: imageGcLowShare, pulling: look.images.pulling },
    pressures: signalsOf(node, total, look.disk).map(({ type, available, capacity, threshold }) => {
      const feltAt = look.pressedAt.get(type)
      return { type, available, capacity, threshold, ...(feltAt === undefined ? {} : { feltAt }) }
    }),
    used: { cpuMilli: used.cpuMilli, memoryBytes: Math.round(used.memoryBytes), processes: used.processes },
    evictionEveryMs: look.tickMs, memoryEvictionBytes: memoryThresholdBytes,
    steps: picked === undefined ? [] : syncSteps(look, picked.pod, picked.record, pids),
    cgroups: picked === undefined || picked.record.finished ? [] : cgroupViews(look, picked.pod, picked.record, picked.usages),
  }
}

function channelView(look: LookInside, channel: KubeletChannel, live: readonly { readonly pod: Pod }[]): ChannelView {
  const heard = look.heard[channel]
  const count = channel === 'configCh' ? live.length : channel === 'probes'
    ? live.reduce((sum, { pod }) => sum + containersOf(pod).filter(({ container }) => container.readinessProbe ?? container.livenessProbe ?? container.startupProbe).length, 0)
    : undefined
  return { channel, ...(heard === undefined ? {} : heard), ...(count === undefined ? {} : { count }) }
}

/** Each container's use over the last minute, the newest last; empty for one that does not run. */
function usagesOf(look: LookInside, pod: Pod, record: PodRecord): Usage[][] {
  return record.containers.map((container, index) => {
    const spec = containersOf(pod)[index]?.container
    if (spec === undefined || !isRunning(container)) return []
    const startedAt = startOf(container, look.now)
    const times = timesOf(look.now)
    const series = usageSeries(pod, spec, times.map((at) => at - startedAt), look.rate(record.key))
    const leak = look.ailments?.leak(record.key)
    return series.map((usage, point) => {
      const at = times[point] as number
      if (at < startedAt) return nothing
      return withLeak(usage, leak, startedAt, at)
    })
  })
}

const nothing: Usage = { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, processes: 0 }

function timesOf(now: number): number[] {
  return Array.from({ length: points }, (_, point) => now - windowMs + (point * windowMs) / (points - 1))
}

function startOf(container: ContainerRecord, now: number): number {
  const startedAt = virtualOf(container.state.running?.startedAt)
  return Number.isNaN(startedAt) ? now : startedAt
}

function podView(look: LookInside, pod: Pod, record: PodRecord, pids: ReadonlyMap<string, number>, usages: readonly Usage[][]): MachinePod {
  const specs = containersOf(pod)
  const containers = record.containers.map((container, index): MachineContainer => {
    const spec = specs[index]?.container
    const usage = usages[index]?.at(-1) ?? nothing
    const { waiting, running, terminated } = container.state
    const reason = waiting?.reason ?? terminated?.reason
    const pid = pids.get(processId(record, container))
    const model = behaviourAnnotation(pod, 'usage', container.name)
    return {
      name: container.name, kind: container.kind, state: running !== undefined ? 'running' : terminated !== undefined ? 'terminated' : 'waiting', ready: container.ready, restarts: container.restarts,
      image: spec?.image ?? container.image, id: container.id,
      ...(reason === undefined ? {} : { reason }), ...(terminated === undefined ? {} : { exitCode: terminated.exitCode }), ...(pid === undefined ? {} : { pid }),
      ...(running === undefined ? {} : { startedAt: startOf(container, look.now) }), ...(model === undefined ? {} : { model }),
      cpu: useOf('cpu', spec, usage.cpuMilli), memory: useOf('memory', spec, usage.memoryBytes),
    }
  })
  const lasting = containers.filter(({ kind }) => kind !== 'init')
  return {
    key: record.key, uid: record.uid, phase: record.status.phase ?? 'Pending', qos: qosOf(pod), ip: pod.status?.podIP ?? (record.sandbox ? record.ip : ''), hostNetwork: pod.spec?.hostNetwork === true,
    terminating: pod.metadata.deletionTimestamp !== undefined, containers,
    cpu: together(lasting.map(({ cpu }) => cpu)), memory: together(lasting.map(({ memory }) => memory)),
    cpuSeries: seriesOf(usages, ({ cpuMilli }) => cpuMilli), memorySeries: seriesOf(usages, ({ memoryBytes }) => memoryBytes),
  }
}

function useOf(resource: 'cpu' | 'memory', spec: Container | undefined, used: number): ResourceUse {
  const requested = amountOf(resource, spec?.resources?.requests?.[resource])
  const limit = amountOf(resource, spec?.resources?.limits?.[resource])
  return { used, ...(requested > 0 ? { requested } : {}), ...(limit > 0 ? { limit } : {}) }
}

/** A Pod has a limit when all of its containers have one. */
function together(uses: readonly ResourceUse[]): ResourceUse {
  const requested = uses.reduce((sum, use) => sum + (use.requested ?? 0), 0)
  const limited = uses.length > 0 && uses.every((use) => use.limit !== undefined)
  return {
    used: uses.reduce((sum, use) => sum + use.used, 0), ...(requested > 0 ? { requested } : {}), ...(limited ? { limit: uses.reduce((sum, use) => sum + (use.limit ?? 0), 0) } : {}),
  }
}

function seriesOf(usages: readonly (readonly Usage[])[], of: (usage: Usage) => number): number[] {
  return Array.from({ length: points }, (_, point) => usages.reduce((sum, series) => sum + (series[point] === undefined ? 0 : of(series[point])), 0))
}

// Processes

/** Below are the system's own; each has three numbers before it free, one of them for its shim. */
const pidMin = 1_000
const pidStep = 4
const pidSlots = Math.floor((32_768 - pidMin) / pidStep)

function processId(record: PodRecord, container: ContainerRecord): string {
  return `${record.uid}/${container.name}/${container.restarts}`
}

function sandboxId(record: PodRecord): string {
  return `${record.uid}/${record.ip}`
}

/**
 * A number for each process: its own and always the same, whoever asks and whenever, so that it need not be kept. (A real kernel counts
 * on, which nobody could tell from the outside.) Two that would have the same one are moved apart.
 */
function pidsOf(live: readonly { readonly record: PodRecord }[]): Map<string, number> {
  const ids = live.flatMap(({ record }) => [...(record.sandbox ? [sandboxId(record)] : []), ...record.containers.filter(isRunning).map((container) => processId(record, container))])
  const taken = new Set<number>()
  const pids = new Map<string, number>()
  for (const id of ids) {
    let slot = fnv32a(id) % pidSlots
    while (taken.has(slot)) slot = (slot + 1) % pidSlots
    taken.add(slot)
    pids.set(id, pidMin + slot * pidStep + 2)
  }
  return pids
}

/** The kubelet and the runtime: another number after each of their starts. */
function daemonsOf({ node, life, runtime, runtimeRestarts }: LookInside): DaemonProcess[] {
  const name = node.metadata.name ?? ''
  return runtime.daemons.map((daemon, index) => ({
    name: daemon.name, pid: daemon.name === 'kubelet' ? 880 + (life % 113) : 400 + index * 160 + ((fnv32a(`${name}/${daemon.name}`) + runtimeRestarts * 37) % 157),
  }))
}

const knownCommands: Readonly<Record<string, string>> = {
  nginx: 'nginx: master process nginx -g daemon off;', redis: 'redis-server *:6379', postgres: 'postgres', mysql: 'mysqld', httpd: 'httpd -DFOREGROUND', busybox: 'sh', alpine: '/bin/sh', ubuntu: '/bin/bash', python: 'python3',
}

/** What its process is called: its command, or what its image starts, as far as one can guess from the image's name. */
function commandOf({ command = [], args = [], image = '' }: Container): string {
  if (command.length > 0) return [...command, ...args].join(' ')
  const path = image.split('@')[0] as string
  const last = path.slice(path.lastIndexOf('/') + 1)
  const bare = last.split(':')[0] as string
  return [knownCommands[bare] ?? `/${bare}`, ...args].join(' ')
}

// Images

function imageViews({ images, imagesInUse }: LookInside): MachineImage[] {
  const list = images.list()
  const standing = new Map<string, number>()
  for (const { layers } of list) for (const { id } of layers) standing.set(id, (standing.get(id) ?? 0) + 1)
  return list.map(({ name, bytes, usedAt, layers }) => ({
    name, bytes, usedAt, inUse: imagesInUse.has(name), layers: layers.map((layer) => ({ id: layer.id, bytes: layer.bytes, images: standing.get(layer.id) ?? 1 })),
  })).sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
}

// The picked Pod

/** How far the worker of a Pod is. Upstream: kubelet.SyncPod, kuberuntime SyncPod. */
function syncSteps(look: LookInside, pod: Pod, record: PodRecord, pids: ReadonlyMap<string, number>): SyncStepView[] {
  const { runtime, containerStartMs, images } = look
  const { busy, stopping } = record
  const network = pod.spec?.hostNetwork !== true
  const steps: SyncStepView[] = [{ id: 'cgroup', state: 'done', args: { qos: qosOf(pod) } }]
  const volumes = pod.spec?.volumes ?? []
  steps.push({ id: 'volumes', state: 'done', args: { count: volumes.length, tokens: volumes.filter(({ projected }) => projected !== undefined).length } })
  if (busy?.step === 'sandbox') {
    steps.push({ id: 'sandbox', state: 'now', args: { ip: record.ip }, since: busy.since, parts: timedSteps(runtime.sandboxSteps, containerStartMs, network).map(stepView) })
  } else steps.push({ id: 'sandbox', state: record.sandbox || record.finished ? 'done' : look.runtimeBackAt > look.now ? 'blocked' : 'next', args: { ip: network ? record.ip : 'hostNetwork' } })
  for (const [index, container] of record.containers.entries()) {
    const spec = containersOf(pod)[index]?.container
    if (spec === undefined) continue
    const { name } = container
    const waiting = container.state.waiting?.reason ?? ''
    const isBusy = (step: string): boolean => busy?.step === step && busy.container === index
    const lived = container.life > 0
    if (isBusy('pull')) steps.push({ id: 'image', container: name, state: 'now', args: { image: spec.image ?? '' }, since: busy?.since ?? 0 })
    else if (waiting === 'ErrImagePull' || waiting === 'ImagePullBackOff' || waiting === 'ErrImageNeverPull') steps.push({ id: 'image', container: name, state: 'blocked', args: { image: spec.image ?? '', reason: waiting } })
    else steps.push({ id: 'image', container: name, state: lived || isBusy('start') || images.has(spec.image ?? '') ? 'done' : 'next', args: { image: spec.image ?? '' } })
    if (isBusy('start')) {
      steps.push({ id: 'start', container: name, state: 'now', args: {}, since: busy?.since ?? 0, parts: timedSteps(runtime.containerSteps, containerStartMs).map(stepView) })
    } else if (waiting === 'CrashLoopBackOff') steps.push({ id: 'start', container: name, state: 'blocked', args: { reason: waiting, until: container.notBefore } })
    else {
      const pid = pids.get(processId(record, container))
      const exit = container.state.terminated
      steps.push({ id: 'start', container: name, state: isRunning(container) || exit !== undefined ? 'done' : 'next', args: { ...(pid === undefined ? {} : { pid }), ...(exit === undefined ? {} : { exitCode: exit.exitCode }) } })
    }
    if (spec.readinessProbe === undefined && spec.startupProbe === undefined) continue
    const kind = !container.started && spec.startupProbe !== undefined ? 'startup' : 'readiness'
    steps.push({ id: 'probe', container: name, state: container.ready ? 'done' : isRunning(container) ? 'now' : 'next', args: { kind, failures: container.probes[kind]?.failures ?? 0 } })
  }
  if (stopping !== null && !record.finished) steps.push({ id: 'kill', state: 'now', args: { why: stopping.why, killAt: stopping.killAt }, since: stopping.since })
  const working = busy !== null || (stopping !== null && !record.finished) || steps.some(({ state }) => state === 'now' || state === 'next')
  steps.push({ id: 'status', state: working ? 'next' : 'done', args: { phase: record.status.phase ?? 'Pending' } })
  return steps
}

/** Periods of the CFS quota, as they went by. */
const periodMs = 100

function cgroupViews(look: LookInside, pod: Pod, record: PodRecord, usages: readonly Usage[][]): CgroupView[] {
  const qos = qosOf(pod)
  return record.containers.flatMap((container, index) => {
    const spec = containersOf(pod)[index]?.container
    if (spec === undefined || !isRunning(container)) return []
    const startedAt = startOf(container, look.now)
    const usage = usages[index]?.at(-1) ?? nothing
    const [cpu, memory] = [useOf('cpu', spec, usage.cpuMilli), useOf('memory', spec, usage.memoryBytes)]
    const samples = Math.floor(Math.min(windowMs, look.now - startedAt) / 1_000)
    // Without a limit there is no quota, and so there are no periods.
    const ages = cpu.limit === undefined ? [] : Array.from({ length: samples }, (_, second) => look.now - startedAt - second * 1_000)
    const over = cpuWanted(pod, spec, ages, look.rate(record.key)).filter((wanted) => wanted > (cpu.limit ?? Number.POSITIVE_INFINITY)).length
    return [{
      container: container.name, path: containerCgroup(look.runtime, record.uid, qos, container.name, container.id), cpuMax: cpuMax(cpu.limit ?? 0), cpuWeight: cpuWeight(cpu.requested ?? 0),
      memoryMax: memory.limit === undefined ? 'max' : String(memory.limit), memoryCurrent: usage.memoryBytes, pidsCurrent: usage.processes,
      periods: ages.length * (1_000 / periodMs), throttled: over * (1_000 / periodMs), oom: oomScoreAdj(pod, spec, look.node),
    }]
  })
}

