import type { ApiObject, FaultRequest } from '../../api'
import { pathOf, resources, splitKey, virtualMs, type Resource } from '../../api'
import { compareText } from '../../base'
import type { AppliedObject, Commands, ConfigureAnswer, Position, StepUnit } from '../../protocol'
import { HostError } from './host-client'
import { perSession } from './per-session'
import type { Session } from './session'
import type { NodeTable } from './tables'
import type { Selection } from './ui-state'
import { nodeOfPod } from './view'

/** Speeds of the menu; `Infinity` is as fast as possible. */
export const speeds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, Infinity] as const

type Goal = { readonly time: number } | { readonly position: Position } | { readonly decision: number }
interface Busy { step: boolean; wanted: Goal | undefined }

const busyOf = perSession((): Busy => ({ step: false, wanted: undefined }))

/** A refusal stands in the caption in the host's words; a lost worker is said elsewhere. */
export function tellError(session: Session, error: unknown): void {
  if (error instanceof HostError && error.code === 'lost') return
  const text = error instanceof HostError ? error.status?.message ?? error.message : error instanceof Error ? error.message : String(error)
  session.ui.setState({ notice: { text, tone: 'no' } })
}

async function told<Give>(session: Session, work: Promise<Give>): Promise<Give | undefined> {
  try {
    return await work
  } catch (error) {
    tellError(session, error)
    return undefined
  }
}

/** One step. While one is under way a second is let go: a held key steps as fast as the host can, and stops when it is let go. */
export async function step(session: Session, direction: 1 | -1, unit?: StepUnit): Promise<void> {
  const state = busyOf(session)
  if (state.step) return
  state.step = true
  try {
    session.ui.setState({ openCycle: undefined, pickedVerdict: undefined })
    if (session.view.getState().running) await told(session, session.call('pause', {}))
    await told(session, session.call('step', { unit: unit ?? session.view.getState().unit, direction }))
  } finally {
    state.step = false
  }
}

export async function playOrPause(session: Session): Promise<void> {
  const { running, speed } = session.view.getState()
  session.ui.setState({ openCycle: undefined, pickedVerdict: undefined })
  await told(session, running ? session.call('pause', {}) : session.call('play', { speed }))
}

export async function setSpeed(session: Session, speed: number): Promise<void> {
  await told(session, session.call('speed', { speed }))
}

/** To the next slower (-1) or faster (1) speed of the menu. */
export async function shiftSpeed(session: Session, by: 1 | -1): Promise<void> {
  const { speed } = session.view.getState()
  const index = speeds.findIndex((candidate) => candidate >= speed)
  await setSpeed(session, speeds[Math.max(0, Math.min(speeds.length - 1, (index < 0 ? speeds.length - 1 : index) + by))] as number)
}

export async function setUnit(session: Session, unit: StepUnit): Promise<void> {
  await told(session, session.call('unit', { unit }))
}

/** Goes to a moment. While one is on its way only the last wish is kept, so that scrubbing follows the hand. */
export async function seek(session: Session, to: Goal): Promise<void> {
  const state = busyOf(session)
  const underWay = state.wanted !== undefined
  state.wanted = to
  if (underWay) return
  session.ui.setState({ openCycle: undefined, pickedVerdict: undefined })
  try {
    for (;;) {
      const going: Goal = state.wanted
      await told(session, session.call('seek', 'time' in going ? { time: virtualMs(going.time) } : going))
      if (state.wanted === going) return
    }
  } finally {
    state.wanted = undefined
  }
}

export async function seekEnd(session: Session, to: 'start' | 'end'): Promise<void> {
  await told(session, session.call('seek', { to }))
}

/** Shows a node from the inside. A Pod that is selected there stays so. */
export function openRoom(session: Session, node: string): void {
  const { selection } = session.ui.getState()
  const keeps = selection?.kind === 'pod' && nodeOfPod(session.view.getState(), selection.name) === node
  session.ui.setState({ view: 'room', roomNode: node, tab: 'node', openCycle: undefined, ...(keeps ? {} : { selection: { kind: 'node' as const, name: node } }) })
}

/** Names of all nodes as the map has them: by zone, then by name. */
export function nodesInOrder(nodes: NodeTable): readonly string[] {
  const slots = [...nodes.live()].sort((a, b) => (nodes.zone[a] as number) - (nodes.zone[b] as number) || compareText(nodes.names[a] ?? '', nodes.names[b] ?? ''))
  return slots.map((slot) => nodes.names[slot] ?? '')
}

/** From the open room to that of the next (1) or previous (-1) node. False when no room is open. */
export function siblingRoom(session: Session, by: 1 | -1): boolean {
  const { roomNode, selection } = session.ui.getState()
  const names = nodesInOrder(session.view.getState().nodes)
  const at = names.indexOf(roomNode ?? (selection?.kind === 'node' ? selection.name : ''))
  const next = at < 0 ? undefined : names[(at + by + names.length) % names.length]
  if (next !== undefined) openRoom(session, next)
  return next !== undefined
}

/** Shows a Pod's journey. */
export function openJourney(session: Session, pod: string): void {
  session.ui.setState({ view: 'journey', journeyPod: pod, selection: { kind: 'pod', name: pod }, tab: 'journey', inspectorOpen: true, openCycle: undefined })
}

/** Runs to the first beat of the Pod's next decision, or of anybody's. */
export async function runToDecision(session: Session, pod?: string): Promise<void> {
  session.ui.setState({ openCycle: undefined, pickedVerdict: undefined })
  // Who runs to a decision wants to see it: the next step is its next plugin, not the next event of the cluster.
  const { unit } = session.view.getState()
  if (unit === 'event' || unit === 'message') await setUnit(session, 'plugin')
  await told(session, session.call('runToDecision', pod === undefined ? {} : { pod }))
}

/** A capacity handle let go: writes the Node's status. False when the server refused; its words stand in the caption. */
export async function setCapacity(session: Session, node: string, resource: 'cpu' | 'memory', value: string): Promise<boolean> {
  const answer = await told(session, session.call('setCapacity', { node, resource, value }))
  if (answer?.status) session.ui.setState({ notice: { text: answer.status.message ?? answer.status.reason ?? '', tone: 'no' } })
  return answer !== undefined && answer.status === undefined
}

/** Breaks something on purpose, or makes it whole. A refusal stands in the caption. */
export async function breakOrHeal(session: Session, fault: FaultRequest): Promise<void> {
  await told(session, session.call('fault', fault))
}

/** Makes whole what is broken. */
export async function heal(session: Session, { kind, subject }: Pick<FaultRequest, 'kind' | 'subject'>): Promise<void> {
  await breakOrHeal(session, { kind, on: false, ...(subject === undefined ? {} : { subject }) })
}

export async function setCordon(session: Session, node: string, unschedulable: boolean): Promise<void> {
  await told(session, session.call('request', {
    request: {
      method: 'PATCH', path: pathOf(resources.nodes, undefined, node), userAgent: 'kubectl',
      headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { unschedulable: unschedulable || null } },
    },
  }))
}

export async function deletePod(session: Session, key: string): Promise<void> {
  const { namespace, name } = splitKey(key)
  await told(session, session.call('request', { request: { method: 'DELETE', path: pathOf(resources.pods, namespace, name), userAgent: 'kubectl' } }))
}

/** Applies objects as kubectl would; `undefined` when the host was lost. `force` false: fields of other managers are conflicts. */
export async function apply(session: Session, objects: readonly ApiObject[], dryRun: boolean, force = true): Promise<readonly AppliedObject[] | undefined> {
  return told(session, session.call('apply', { objects, dryRun, ...(force ? {} : { force }) }))
}

/** Puts another configuration of kube-scheduler in force, or only asks (`dryRun`); `undefined` when the host was lost. What is refused is an answer. */
export async function configureScheduler(session: Session, take: Commands['configureScheduler']['take']): Promise<ConfigureAnswer | undefined> {
  return told(session, session.call('configureScheduler', take))
}

const workloadResources = [resources.deployments, resources.replicasets, resources.statefulsets, resources.daemonsets, resources.jobs, resources.replicationcontrollers]

/** Where the object of a selection may be served, likeliest first: a workload's name does not say its kind. Empty for components. */
export function addressesOf(selection: Selection, kind?: string): readonly { readonly resource: Resource; readonly namespace: string; readonly name: string }[] {
  switch (selection.kind) {
    case 'node': return [{ resource: resources.nodes, namespace: '', name: selection.name }]
    case 'pod': return [{ resource: resources.pods, ...splitKey(selection.name) }]
    case 'workload': {
      const known = workloadResources.filter((resource) => resource.kind === kind)
      return [...known, ...workloadResources.filter((resource) => resource.kind !== kind)].map((resource) => ({ resource, ...splitKey(selection.name) }))
    }
    case 'component': return []
  }
}

/** The object as stored now, without leaving a trace; `undefined` when there is none. */
export async function readObject(session: Session, selection: Selection): Promise<ApiObject | undefined> {
  const { workloads } = session.view.getState()
  const kind = selection.kind === 'workload' ? workloads.find((workload) => `${workload.namespace}/${workload.name}` === selection.name)?.kind : undefined
  try {
    for (const address of addressesOf(selection, kind)) {
      const answer = await session.call('read', { path: pathOf(address.resource, address.namespace, address.name) })
      if (answer.status === 200) return answer.body as ApiObject
    }
  } catch (error) {
    tellError(session, error)
  }
  return undefined
}

/** What the api-server answers to a GET, without leaving a trace; `undefined` when it is not there, or nobody answers. */
export async function readPath<Body>(session: Session, path: string): Promise<Body | undefined> {
  const answer = await session.call('read', { path }).catch(() => undefined)
  return answer?.status === 200 ? answer.body as Body : undefined
}
