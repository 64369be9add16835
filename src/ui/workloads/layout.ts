import type { OwnedAutoscaler, OwnedBudget, OwnedGroup, OwnedPod, OwnedService, OwnershipView } from '../../protocol'

/** A place in the graph, in its own pixels. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface PodPlace extends Place {
  readonly group: OwnedGroup
  readonly pod: OwnedPod
}

export interface RowPlace {
  readonly pod: string | undefined
  readonly state: 'ready' | 'serving' | 'terminating' | 'notReady'
  /** Middle of the row. */
  readonly y: number
}

export interface SlicePlace extends Place {
  readonly service: OwnedService
  readonly slice: OwnedService['slices'][number]
  readonly rows: readonly RowPlace[]
}

/** How an edge is drawn: who owns, where requests go, what is listed and gets none, what only watches. */
export type EdgeLook = 'owns' | 'leaves' | 'traffic' | 'listed' | 'binds'

export interface Edge {
  readonly key: string
  readonly look: EdgeLook
  readonly path: string
  /** It leads to what the last event changed. */
  readonly now: boolean
}

export interface GraphLayout {
  readonly width: number
  readonly height: number
  /** Undefined for a Pod that nobody owns. */
  readonly root: Place | undefined
  readonly autoscalers: readonly (Place & { readonly autoscaler: OwnedAutoscaler })[]
  readonly budgets: readonly (Place & { readonly budget: OwnedBudget })[]
  readonly groups: readonly (Place & { readonly group: OwnedGroup })[]
  readonly pods: readonly PodPlace[]
  /** Where "and 9,984 more" stands. */
  readonly rests: readonly (Place & { readonly group: OwnedGroup })[]
  readonly slices: readonly SlicePlace[]
  readonly services: readonly (Place & { readonly service: OwnedService })[]
  readonly edges: readonly Edge[]
  /** Between the columns, where the thread may come down: the middle of each. */
  readonly gutters: readonly number[]
}

const podHeight = 46
const podPitch = 54
const groupGap = 22
const top = 26
const gap = 26
const sliceHead = 40
export const sliceRow = 27
const bareHeight: Readonly<Record<OwnershipView['root']['is'], number>> = { Deployment: 128, StatefulSet: 128, DaemonSet: 128, Job: 128, CronJob: 128, ReplicaSet: 92, Pod: 0 }

/** Widths of the columns that fit a width; those of the picture at most, and at least what can be read. */
function columnsOf(width: number, hasRoot: boolean, hasGroups: boolean, hasServices: boolean): { readonly root: number; readonly group: number; readonly pod: number; readonly service: number; readonly gaps: readonly number[] } {
  const most = { root: hasRoot ? 216 : 0, group: hasGroups ? 190 : 0, pod: 300, service: hasServices ? 210 : 0, gap1: hasRoot ? 44 : 0, gap2: hasGroups ? 56 : 0, gap3: hasServices ? 68 : 0 }
  const least = { root: hasRoot ? 208 : 0, group: hasGroups ? 164 : 0, pod: 200, service: hasServices ? 182 : 0, gap1: hasRoot ? 24 : 0, gap2: hasGroups ? 30 : 0, gap3: hasServices ? 40 : 0 }
  const sum = (of: typeof most): number => Object.values(of).reduce((all, each) => all + each, 0)
  const share = Math.max(0, Math.min(1, (width - sum(least)) / (sum(most) - sum(least))))
  const at = (name: keyof typeof most): number => Math.floor(least[name] + (most[name] - least[name]) * share)
  return { root: at('root'), group: at('group'), pod: at('pod'), service: at('service'), gaps: [at('gap1'), at('gap2'), at('gap3')] }
}

/**
 * Lays a workload out in columns, everything hung from the top so that a Pod that comes or goes moves nothing above it. Rows are in the
 * order of the view, whatever becomes of them.
 */
export function layOut(view: OwnershipView, width: number, now: ReadonlySet<string>): GraphLayout {
  const hasGroups = view.groups.some((group) => group.kind !== '')
  const hasServices = view.services.length > 0
  // A Pod that nobody owns is its own row; only what guards it stands before it.
  const isPod = view.root.is === 'Pod'
  const columns = columnsOf(width, !isPod || view.budgets.length > 0, hasGroups, hasServices)
  const [gap1 = 0, gap2 = 0, gap3 = 0] = columns.gaps
  const groupX = columns.root + gap1
  const podX = hasGroups ? groupX + columns.group + gap2 : groupX
  const serviceX = podX + columns.pod + gap3
  const all = hasServices ? serviceX + columns.service : podX + columns.pod

  let y = top
  const place = (height: number): Place => {
    const at = { x: 0, y, width: columns.root, height }
    y += height + gap
    return at
  }
  const autoscalers = view.autoscalers.map((autoscaler) => ({ ...place(46 + 60 * Math.max(1, autoscaler.metrics.length)), autoscaler }))
  const root = isPod ? undefined : place(bareHeight[view.root.is])
  const budgets = view.budgets.map((budget) => ({ ...place(136), budget }))
  const rootEnd = y - gap

  const pods: PodPlace[] = []
  const rests: (Place & { readonly group: OwnedGroup })[] = []
  const groups: (Place & { readonly group: OwnedGroup })[] = []
  let podY = top
  for (const group of view.groups) {
    const begin = podY
    for (const pod of group.pods) {
      pods.push({ x: podX, y: podY, width: columns.pod, height: podHeight, group, pod })
      podY += podPitch
    }
    if (group.more > 0) {
      rests.push({ x: podX, y: podY, width: columns.pod, height: 28, group })
      podY += 36
    }
    if (hasGroups) {
      const height = 104
      const used = Math.max(podY - (podPitch - podHeight) - begin, height)
      // Beside the first Pods, so that a set that grows does not slide down with every Pod.
      groups.push({ x: groupX, y: begin, width: columns.group, height, group })
      podY = begin + used + groupGap
    } else podY += groupGap
  }

  const slices: SlicePlace[] = []
  const services: (Place & { readonly service: OwnedService })[] = []
  let serviceY = top
  for (const service of view.services) {
    for (const slice of service.slices) {
      const rows = slice.rows.map((row, index): RowPlace => ({ pod: row.pod, state: row.state, y: serviceY + sliceHead + sliceRow * index + sliceRow / 2 }))
      const height = sliceHead + sliceRow * (slice.rows.length + Number(slice.more > 0)) + 8
      slices.push({ x: serviceX, y: serviceY, width: columns.service, height, service, slice, rows })
      serviceY += height + gap
    }
    services.push({ x: serviceX, y: serviceY, width: columns.service, height: 88, service })
    serviceY += 88 + gap
  }

  return {
    width: all, height: Math.max(rootEnd, podY - groupGap, serviceY - gap) + 12, root, autoscalers, budgets, groups, pods, rests, slices, services,
    edges: edgesOf({ root, autoscalers, budgets, groups, pods, rests, slices, services }, now),
    gutters: [columns.root + gap1 / 2, ...hasGroups ? [groupX + columns.group + gap2 / 2] : [], ...hasServices ? [podX + columns.pod + gap3 / 2] : [all + 12]],
  }
}

const middle = (place: Place): number => place.y + place.height / 2

/** From a right side to a left side: level at both ends. */
function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) / 2
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

function edgesOf(of: Pick<GraphLayout, 'root' | 'autoscalers' | 'budgets' | 'groups' | 'pods' | 'rests' | 'slices' | 'services'>, now: ReadonlySet<string>): readonly Edge[] {
  const edges: Edge[] = []
  const { root } = of
  const stem = (key: string, from: Place, to: Place, look: EdgeLook): void => {
    const x = from.x + from.width / 2
    edges.push({ key, look, path: `M${x} ${from.y + from.height}V${to.y}`, now: false })
  }
  const above = [...of.autoscalers]
  above.forEach((place, index) => {
    const below = above[index + 1] ?? root
    if (below !== undefined) stem(`hpa ${place.autoscaler.name}`, place, below, 'owns')
  })
  of.budgets.forEach((place, index) => {
    const over = of.budgets[index - 1] ?? root
    if (over !== undefined) stem(`pdb ${place.budget.name}`, over, place, 'binds')
  })
  for (const place of of.groups) {
    if (root === undefined) continue
    edges.push({ key: `set ${place.group.uid}`, look: 'owns', path: curve(root.x + root.width, middle(root), place.x, middle(place)), now: now.has(`${place.group.kind} ${place.group.name}`) })
  }
  const groupOf = new Map(of.groups.map((place) => [place.group.uid, place]))
  const podAt = new Map<string, PodPlace>()
  for (const place of of.pods) {
    podAt.set(place.pod.key, place)
    if (place.pod.gone) continue
    const from = groupOf.get(place.group.uid) ?? root
    if (from === undefined) continue
    const look = place.pod.words.id === 'terminating' ? 'leaves' : 'owns'
    edges.push({ key: `pod ${place.pod.uid}`, look, path: curve(from.x + from.width, middle(from), place.x, middle(place)), now: now.has(`Pod ${place.pod.name}`) })
  }
  for (const place of of.rests) {
    const from = groupOf.get(place.group.uid) ?? root
    if (from === undefined) continue
    edges.push({ key: `rest ${place.group.uid}`, look: 'owns', path: curve(from.x + from.width, middle(from), place.x, middle(place)), now: false })
  }
  for (const place of of.slices) {
    for (const row of place.rows) {
      const pod = podAt.get(row.pod ?? '')
      if (pod === undefined || pod.pod.gone) continue
      edges.push({
        key: `endpoint ${place.slice.name} ${row.pod ?? ''}`, look: row.state === 'ready' ? 'traffic' : 'listed', path: curve(pod.x + pod.width, middle(pod), place.x, row.y), now: now.has(`Pod ${pod.pod.name}`),
      })
    }
  }
  const own = new Map<string, Place[]>()
  for (const place of of.slices) own.set(place.service.name, [...own.get(place.service.name) ?? [], place])
  for (const place of of.services) {
    const chain = [...own.get(place.service.name) ?? [], place]
    chain.slice(1).forEach((to, index) => { stem(`service ${place.service.name} ${index}`, chain[index] as Place, to, 'owns') })
  }
  return edges
}
