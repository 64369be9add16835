import { controllerOf, virtualMs, type ContainerStatus, type MachineView, type Pod } from '../api'
import type {
  JourneyActor, JourneyCheck, JourneyImage, JourneyNode, JourneyStep, JourneyStepId, JourneyStepState, JourneyView, JourneyWait, Position,
} from '../protocol'
import type { EntryOf, JourneyEntry } from './journey-log'
import { schedulerView } from './scheduler-view'
import type { World } from './world'

/** What the steps of one Pod are found in. */
interface Life {
  readonly entries: readonly JourneyEntry[]
  readonly created: EntryOf<'created'> | undefined
  readonly heard: EntryOf<'heard'> | undefined
  readonly cycle: EntryOf<'cycle'> | undefined
  readonly cycleEnd: EntryOf<'cycle-end'> | undefined
  readonly bound: EntryOf<'bound'> | undefined
  readonly bindFailed: EntryOf<'bind-failed'> | undefined
  readonly kubelet: EntryOf<'kubelet'> | undefined
  readonly pull: Work | undefined
  readonly start: Work | undefined
  /** The status that says where it came to: Running, or Failed when the kubelet refused it. */
  readonly arrived: EntryOf<'status'> | undefined
  readonly refused: EntryOf<'status'> | undefined
  readonly backoff: EntryOf<'status'> | undefined
}

/** Work with its end, as far as known. */
interface Work {
  readonly begin: EntryOf<'pull' | 'start'>
  readonly end: EntryOf<'pull-end' | 'start-end'> | undefined
}

/**
 * One Pod's way from the request that made it to the status that says it runs, as the messages that were recorded of it; what has not
 * happened at this moment but did in an earlier run is known. Undefined when nothing is known of such a Pod.
 */
export function journeyOf(world: World, key: string): JourneyView | undefined {
  const { event } = world.run
  const pod = world.projection.pod(key)
  const entries = lifeAt(world.known.journeys.of(key), event)
  if (pod === undefined && entries.length === 0) return undefined
  const life = lifeOf(entries, event)
  const nodeName = life.bound?.node ?? (life.created?.node || life.kubelet?.node) ?? pod?.spec?.nodeName ?? ''
  const node = nodeName === '' ? undefined : nodeOfJourney(world, nodeName)
  // Nobody is on a node that is only named in a future that may come.
  const here = node !== undefined && pod?.spec?.nodeName === node.name
  const machine = here ? world.opening.cluster.machine(node.name, key) : undefined
  const image = here ? imageOfJourney(world, node.name, pod, life, machine) : undefined
  const steps = stepsOf(world, life, pod, node, image)
  const decided = life.cycle !== undefined && isDecided(world, life.cycle)
  const preempts = entries.find((entry): entry is EntryOf<'preempts'> => entry.is === 'preempts' && entry.event <= event)
  const ended = entries.findLast((entry): entry is EntryOf<'deleted' | 'gone' | 'evicted'> => (entry.is === 'deleted' || entry.is === 'gone' || entry.is === 'evicted') && entry.event <= event)
  const owner = pod === undefined ? undefined : controllerOf(pod)
  const wait = waitOf(world, key, life)
  return {
    pod: key, exists: pod !== undefined, phase: pod?.status?.phase ?? '', reason: pod?.status?.reason ?? '',
    by: life.created?.from ?? '', ...(life.created?.controller === undefined ? {} : { controller: life.created.controller }),
    ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name } }),
    start: virtualMs(life.created?.at ?? entries[0]?.at ?? world.now), steps, step: steps.findLast((step) => step.state === 'past' || step.state === 'now')?.number ?? 0,
    ...(life.cycle === undefined ? {} : {
      cycle: {
        id: life.cycle.cycle, attempt: life.cycle.attempt, nodes: life.cycle.nodes, feasible: feasibleOf(world, life), node: winnerOf(world, life), decided,
        victims: preempts?.victims ?? 0, nominated: preempts?.node ?? '',
      },
    }),
    ...(wait === undefined ? {} : { wait }),
    ...(node === undefined ? {} : { node }),
    checks: node === undefined ? [] : checksOf(life, pod, event, machine),
    ...(image === undefined ? {} : { image }),
    conditions: (pod?.status?.conditions ?? []).map(({ type, status, reason = '' }) => ({ type, status, reason })),
    containers: containersOf(pod),
    ...(ended === undefined ? {} : { ended: { is: ended.is, by: ended.from, at: virtualMs(ended.at), position: positionOf(ended) } }),
  }
}

/** Of several Pods of one name, one after the other, the one at this moment; or the first that will be. */
function lifeAt(entries: readonly JourneyEntry[], event: number): readonly JourneyEntry[] {
  const starts = entries.flatMap((entry, index) => (entry.is === 'created' && index > 0 ? [index] : []))
  const edges = [0, ...starts]
  const from = edges.findLast((index) => (entries[index]?.event ?? 0) <= event) ?? 0
  const to = edges.find((index) => index > from) ?? entries.length
  return entries.slice(from, to)
}

function lifeOf(entries: readonly JourneyEntry[], event: number): Life {
  const all = <Is extends JourneyEntry['is']>(...is: readonly Is[]): EntryOf<Is>[] => entries.filter((entry): entry is EntryOf<Is> => (is as readonly string[]).includes(entry.is))
  /** The newest that has come, or the first that will. */
  const current = <Entry extends JourneyEntry>(of: readonly Entry[]): Entry | undefined => of.findLast((entry) => entry.event <= event) ?? of[0]
  const [created] = all('created')
  const [heard] = all('heard')
  const cycle = current(all('cycle'))
  const cycleEnd = all('cycle-end').find((entry) => entry.cycle === cycle?.cycle)
  const [bound] = all('bound')
  const bindFailed = all('bind-failed').findLast((entry) => entry.seq > (cycle?.seq ?? 0) && entry.event <= event && (bound === undefined || bound.event > event))
  const kubelet = all('kubelet').find((entry) => bound === undefined || entry.seq > bound.seq)
  const statuses = all('status').filter((entry) => entry.from.startsWith('kubelet/'))
  const begun = all('start')
  const arrived = statuses.find((entry) => entry.phase === 'Running' || entry.phase === 'Succeeded' || entry.phase === 'Failed')
  const refused = arrived?.phase === 'Failed' && !begun.some((entry) => entry.seq < arrived.seq) && !all('pull').some((entry) => entry.seq < arrived.seq) ? arrived : undefined
  const before = arrived?.seq ?? Infinity
  const work = (is: 'pull' | 'start'): Work | undefined => {
    const begin = current(all(is).filter((entry) => entry.seq < before))
    if (begin === undefined) return undefined
    // A span's name may come again after a failure: its end is the next one.
    return { begin, end: all(`${is}-end`).find((entry) => entry.span === begin.span && entry.seq > begin.seq) }
  }
  const last = statuses.findLast((entry) => entry.event <= event)
  const backoff = last !== undefined && /ImagePull|ErrImage/.test(last.waiting) ? last : undefined
  return { entries, created, heard, cycle, cycleEnd, bound, bindFailed, kubelet, pull: work('pull'), start: work('start'), arrived, refused, backoff }
}

function positionOf(entry: { readonly event: number }): Position {
  return { event: entry.event, beat: 0 }
}

/** The cycle has come to its choice, as far as is shown at this moment. */
function isDecided(world: World, cycle: EntryOf<'cycle'>): boolean {
  const { event } = world.run
  if (event < cycle.event) return false
  const running = world.decision(true)
  if (running === undefined || running.cycle.summary.id !== cycle.cycle) return true
  const choice = world.choiceBeat()
  return choice !== undefined && world.position.beat > choice
}

function winnerOf(world: World, { cycle, cycleEnd }: Life): string {
  const running = world.decision(true)?.cycle.summary
  return cycleEnd?.node ?? (running?.id === cycle?.cycle ? running?.node ?? '' : '')
}

function feasibleOf(world: World, { cycle, cycleEnd }: Life): number {
  const running = world.decision(true)?.cycle.summary
  return cycleEnd?.feasible ?? (running?.id === cycle?.cycle ? running?.nodesFeasible ?? 0 : 0)
}

/** A step before its number and state. */
interface Draft {
  readonly id: JourneyStepId
  readonly from: JourneyActor
  readonly to: JourneyActor
  readonly label: string
  readonly entry: JourneyEntry | undefined
  /** The last word of the work that it begins; false: it is a message, and over at once. */
  readonly end?: { readonly event: number; readonly at: number } | undefined | false
  /** It does not happen, and why is in the arguments. */
  readonly never?: boolean
  readonly failed?: boolean
  readonly args?: Readonly<Record<string, string | number>>
}

function stepsOf(world: World, life: Life, pod: Pod | undefined, node: JourneyNode | undefined, image: JourneyImage | undefined): JourneyStep[] {
  const { event } = world.run
  const { created, heard, cycle, cycleEnd, bound, bindFailed, kubelet, pull, start, arrived, refused, backoff } = life
  const named = created?.node ?? ''
  const alone = named !== ''
  const runtime = node?.runtime ?? ''
  const decidedUpTo = cycle === undefined ? false : isDecided(world, cycle)
  const ends = cycleEnd !== undefined && cycleEnd.event <= event
  const noNode = cycleEnd !== undefined && cycleEnd.outcome !== 'scheduled'
  const winner = winnerOf(world, life)
  const noSchedulerNeeded = alone ? { never: true, args: { why: 'named', node: named } } : {}
  // The image was there: nobody was asked for it, and the container could be made at once.
  const present = pull === undefined && start !== undefined
  const stopped = refused !== undefined
  const pulling: Draft = {
    id: 'pulls', from: 'kubelet', to: 'runtime', label: 'PullImage', entry: pull?.begin, end: pull?.end,
    ...(present ? { entry: start.begin, end: start.begin, args: { why: 'present', runtime } } : {}),
    ...(stopped ? { entry: refused, end: refused, failed: true, args: { why: 'refused', reason: refused.reason, message: refused.message }, label: refused.reason } : {}),
    ...(pull === undefined ? {} : {
      failed: (pull.end !== undefined && pull.end.is === 'pull-end' && pull.end.error !== '' && pull.end.event <= event) || backoff !== undefined,
      args: {
        image: pull.begin.image, bytes: pull.begin.bytes, container: pull.begin.container, runtime, ...(image === undefined || pull.begin.event > event ? {} : { done: image.done }),
        ...(pull.end !== undefined && 'error' in pull.end && pull.end.error !== '' ? { error: pull.end.error } : {}), ...(backoff === undefined ? {} : { waiting: backoff.waiting }),
      },
    }),
  }
  const drafts: readonly Draft[] = [
    {
      id: 'asks', from: 'client', to: 'apiserver', label: `${created?.method ?? 'POST'} pods`, entry: created,
      args: { method: created?.method ?? 'POST', by: created?.from ?? '', ...(created?.controller === undefined ? {} : { controller: created.controller }) },
    },
    { id: 'stored', from: 'apiserver', to: 'etcd', label: created === undefined ? 'put' : `put ${created.revision}`, entry: created, args: created === undefined ? {} : { revision: created.revision } },
    { id: 'heard', from: 'apiserver', to: 'scheduler', label: `watch ${heard?.change ?? 'ADDED'}`, entry: alone ? undefined : heard, args: heard === undefined ? {} : { change: heard.change }, ...noSchedulerNeeded },
    {
      id: 'decides', from: 'scheduler', to: 'scheduler', label: cycle === undefined ? 'cycle' : `cycle ${cycle.cycle}`, entry: alone ? undefined : cycle, end: cycleEnd,
      failed: noNode && ends, ...(cycle === undefined ? {} : {
        args: {
          cycle: cycle.cycle, attempt: cycle.attempt, nodes: cycle.nodes, ...(decidedUpTo || cycle.event > event ? { node: winner, feasible: feasibleOf(world, life) } : {}),
          ...(noNode ? { outcome: cycleEnd.outcome } : {}), ...(cycleEnd?.nominated ? { nominated: cycleEnd.nominated } : {}),
        },
      }), ...noSchedulerNeeded,
    },
    {
      id: 'binds', from: 'scheduler', to: 'apiserver', label: 'POST binding', entry: alone ? undefined : bindFailed ?? bound, failed: bindFailed !== undefined,
      args: bindFailed === undefined ? { node: bound?.node ?? '' } : { code: bindFailed.code, reason: bindFailed.reason }, ...noSchedulerNeeded,
    },
    { id: 'bound', from: 'apiserver', to: 'etcd', label: bound === undefined ? 'put' : `put ${bound.revision}`, entry: alone ? undefined : bound, args: bound === undefined ? {} : { revision: bound.revision }, ...noSchedulerNeeded },
    { id: 'kubelet', from: 'apiserver', to: 'kubelet', label: `watch ${kubelet?.change ?? 'ADDED'}`, entry: kubelet, args: kubelet === undefined ? {} : { node: kubelet.node, change: kubelet.change } },
    pulling,
    {
      id: 'starts', from: 'kubelet', to: 'runtime', label: 'StartContainer', entry: start?.begin, end: start?.end, never: stopped,
      args: start === undefined ? stopped ? { why: 'refused' } : {} : { container: start.begin.container, runtime },
    },
    {
      id: 'running', from: 'kubelet', to: 'apiserver', label: `PATCH status ${arrived?.phase ?? 'Running'}`, entry: arrived, failed: arrived?.phase === 'Failed' && arrived.event <= event,
      args: arrived === undefined ? {} : { phase: arrived.phase, reason: arrived.reason, revision: arrived.revision },
    },
  ]
  const reached = Math.max(0, ...drafts.map((draft, index) => (draft.entry !== undefined && draft.entry.event <= event ? index + 1 : 0)))
  const unrecorded = created === undefined && pod !== undefined
  return drafts.map((draft, index): JourneyStep => {
    const { id, from, to, label, entry, end, failed = false, args = {} } = draft
    const number = index + 1
    const state = stateOf(draft, event, id === 'decides' ? decidedUpTo : true, unrecorded && (number < reached || isOver(id, pod)))
    const until = end === undefined || end === false ? undefined : end.at
    return {
      number, id, state, failed, from, to, label, args,
      ...(entry === undefined ? {} : {
        at: virtualMs(entry.at), ...(until === undefined ? {} : { until: virtualMs(until) }),
        goal: entry.is === 'cycle' ? { decision: entry.event } : { position: positionOf(entry) },
      }),
    }
  })
}

function stateOf({ entry, end, never, id }: Draft, event: number, complete: boolean, unrecorded: boolean): JourneyStepState {
  if (entry === undefined) return never === true ? 'never' : unrecorded ? 'unrecorded' : 'open'
  if (entry.event > event) return 'known'
  // Its last word is of this very event: a decision for no node, a pull that failed.
  if (entry.event === event || !complete || (end !== undefined && end !== false && end.event === event)) return 'now'
  // Work that has begun and not ended.
  const works = id === 'decides' || id === 'pulls' || id === 'starts'
  if (works && end !== false && (end === undefined || end.event > event)) return 'now'
  return 'past'
}

/** What must have happened to a Pod that came as it is. */
function isOver(id: JourneyStepId, pod: Pod | undefined): boolean {
  const phase = pod?.status?.phase ?? ''
  const bound = (pod?.spec?.nodeName ?? '') !== ''
  switch (id) {
    case 'asks': case 'stored': return true
    case 'heard': case 'decides': case 'binds': case 'bound': return bound
    default: return bound && phase !== '' && phase !== 'Pending'
  }
}

/** Where it waits in the scheduler's queue; undefined when it does not. */
function waitOf(world: World, key: string, life: Life): JourneyWait | undefined {
  const { event } = world.run
  if (life.bound !== undefined && life.bound.event <= event) return undefined
  const scheduler = schedulerView(world.opening.cluster, () => 0)
  for (const queue of ['active', 'backoff', 'unschedulable', 'gated'] as const) {
    const found = scheduler[queue].find((entry) => entry.key === key)
    if (found !== undefined) return { queue, ...(found.until === undefined ? {} : { until: found.until }), plugins: found.plugins ?? [], message: found.message ?? '' }
  }
  // Beyond the first of a long queue: what was said of it last.
  const said = life.entries.findLast((entry): entry is EntryOf<'unschedulable' | 'gated' | 'backoff' | 'cycle'> => entry.event <= event && (entry.is === 'unschedulable' || entry.is === 'gated' || entry.is === 'backoff' || entry.is === 'cycle'))
  switch (said?.is) {
    case 'unschedulable': return { queue: 'unschedulable', plugins: [], message: said.message }
    case 'gated': return { queue: 'gated', plugins: [said.plugin], message: '' }
    case 'backoff': return { queue: 'backoff', until: virtualMs(said.until), plugins: [], message: '' }
    default: return undefined
  }
}

function nodeOfJourney(world: World, name: string): JourneyNode {
  const node = world.projection.node(name)
  const labels = node?.metadata.labels ?? {}
  return {
    name, zone: world.projection.zoneOf(name), podCIDR: node?.spec?.podCIDR ?? '', runtime: node?.status?.nodeInfo?.containerRuntimeVersion?.split('://')[0] ?? 'containerd',
    labels: Object.entries(labels).filter(([label]) => label === 'kubernetes.io/arch' || !label.includes('kubernetes.io/')).map(([label, value]) => (label === 'kubernetes.io/arch' ? value : `${label}=${value}`)),
  }
}

/** What the kubelet has done for it, in its order. */
function checksOf(life: Life, pod: Pod | undefined, event: number, machine: MachineView | undefined): JourneyCheck[] {
  const { kubelet, pull, start, refused, backoff } = life
  const come = (entry: JourneyEntry | undefined): boolean => entry !== undefined && entry.event <= event
  const saw = come(kubelet) || (kubelet === undefined && (pod?.status?.startTime ?? '') !== '')
  const no = refused !== undefined && come(refused)
  const step = (id: string): MachineView['steps'][number] | undefined => machine?.steps.find((each) => each.id === id)
  const ip = String(pod?.status?.podIP ?? step('sandbox')?.args['ip'] ?? '')
  // What is done in it needs it.
  const sandbox = saw && !no && (come(pull?.begin) || come(start?.begin) || pod?.status?.conditions?.some((condition) => condition.type === 'PodReadyToStartContainers' && condition.status === 'True') === true)
  const pullDone = pull === undefined ? come(start?.begin) : pull.end !== undefined && come(pull.end) && (!('error' in pull.end) || pull.end.error === '')
  const pulls = pull !== undefined && come(pull.begin) && !(pull.end !== undefined && come(pull.end))
  const ready = pod?.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
  const running = (pod?.status?.phase ?? 'Pending') !== 'Pending'
  const check = (id: JourneyCheck['id'], done: boolean, now: boolean, note = '', failed = false): JourneyCheck => ({ id, state: failed ? 'failed' : done ? 'done' : now ? 'now' : 'todo', note })
  return [
    check('saw', saw, false),
    check('admit', saw && !no, false, no ? refused.reason : '', no),
    ...(Number(step('volumes')?.args['count'] ?? 0) > 0 && saw && !no ? [check('volumes', true, false, String(step('volumes')?.args['count'] ?? ''))] : []),
    check('sandbox', sandbox, saw && !no, ip),
    check('pull', pullDone || (start === undefined && running), pulls, backoff?.waiting ?? (come(start?.begin) && pull === undefined ? 'present' : ''), backoff !== undefined && !pulls),
    check('create', come(start?.begin) || (start === undefined && running), false, start?.begin.container ?? ''),
    check('start', come(start?.end) || (start === undefined && running), come(start?.begin)),
    check('ready', ready, come(start?.end) && running),
  ]
}

function containersOf(pod: Pod | undefined): JourneyView['containers'] {
  const row = (status: ContainerStatus, init: boolean): JourneyView['containers'][number] => {
    const { running, terminated, waiting } = status.state ?? {}
    return {
      name: status.name, state: running !== undefined ? 'running' : terminated !== undefined ? 'terminated' : 'waiting',
      reason: terminated?.reason ?? waiting?.reason ?? '', restarts: status.restartCount, init,
    }
  }
  const told = [...(pod?.status?.initContainerStatuses ?? []).map((status) => row(status, true)), ...(pod?.status?.containerStatuses ?? []).map((status) => row(status, false))]
  if (told.length > 0) return told
  return (pod?.spec?.containers ?? []).map(({ name }) => ({ name, state: 'waiting', reason: '', restarts: 0, init: false }))
}

/** The image as it comes in, as the node's image manager books it; or as it lies there. */
function imageOfJourney(world: World, node: string, pod: Pod | undefined, { pull, start }: Life, machine: MachineView | undefined): JourneyImage | undefined {
  const progress = world.opening.cluster.pull(node, pod?.metadata.uid ?? '')
  if (progress !== undefined) {
    const { image, waits, bytesPerMs, layers } = progress
    return {
      name: image, bytes: sum(layers.map((layer) => layer.bytes)), done: sum(layers.map((layer) => layer.done)), waits, bytesPerSecond: waits ? 0 : bytesPerMs * 1000,
      layers: layers.map(({ id, bytes, here, done }) => ({ id, bytes, shared: here, done })),
    }
  }
  const containers = [...pod?.spec?.initContainers ?? [], ...pod?.spec?.containers ?? []]
  const current = containers.find((container) => container.name === (start?.begin.container ?? pull?.begin.container)) ?? containers[0]
  const written = current?.image ?? ''
  const found = machine?.images.find(({ name }) => isSameImage(name, written))
  if (found === undefined) return undefined
  return {
    name: written, bytes: found.bytes, done: found.bytes, waits: false, bytesPerSecond: 0,
    layers: found.layers.map(({ id, bytes, images }) => ({ id, bytes, shared: images > 1, done: bytes })),
  }
}

/** A full name and one as a Pod writes it: "docker.io/library/nginx:latest" and "nginx". */
function isSameImage(full: string, written: string): boolean {
  const last = written.slice(written.lastIndexOf('/') + 1)
  const tagged = last.includes(':') || last.includes('@') ? written : `${written}:latest`
  return full === tagged || full.endsWith(`/${tagged}`)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
