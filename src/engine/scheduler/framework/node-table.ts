import { compareText, assert } from '../../../base'
import { matches, milliValue, quantityValue, type Labels, type Node, type Selector, type Taint } from '../../../api'
import { isScalarResource } from './requests'
import type {
  CounterQuery, HostPort, ImageColumn, LabelColumn, NodeInfo, PodCounter, PodInfo, PodTemplate, ScalarColumn, Snapshot, TermCounter, TermKind, UsedPorts, WeightedAffinityTerm,
} from './types'

const noLabels: Labels = Object.freeze({})
const noTaints: readonly Taint[] = Object.freeze([])
const termKinds = ['requiredAffinity', 'requiredAntiAffinity', 'preferredAffinity', 'preferredAntiAffinity'] as const
/** Counters kept before those not used for longest go. */
const countersMax = 512
/** Smallest table: columns double from here. */
const capacityMin = 16

/**
 * All nodes as columns, changed in place as Nodes and Pods come and go. Because one cycle decides at one instant, the table
 * is at once upstream's cache and its snapshot: nothing is copied at the start of a cycle.
 * Upstream: backend/cache (cache.go, snapshot.go, node_tree.go) and framework.NodeInfo.
 */
export class NodeTable implements Snapshot {
  order = new Int32Array(capacityMin)
  readonly infos: (Row | undefined)[] = []
  allocatableCpuMilli = new Float64Array(capacityMin)
  allocatableMemoryBytes = new Float64Array(capacityMin)
  allocatableEphemeralBytes = new Float64Array(capacityMin)
  allowedPods = new Float64Array(capacityMin)
  requestedCpuMilli = new Float64Array(capacityMin)
  requestedMemoryBytes = new Float64Array(capacityMin)
  requestedEphemeralBytes = new Float64Array(capacityMin)
  nonZeroCpuMilli = new Float64Array(capacityMin)
  nonZeroMemoryBytes = new Float64Array(capacityMin)
  podCount = new Int32Array(capacityMin)
  portCount = new Int32Array(capacityMin)
  unschedulable = new Uint8Array(capacityMin)
  taintSet = new Int32Array(capacityMin)
  /** Grows with every change of a row; 0 at free rows. Rows' own clocks, so that results kept for a row can be told stale. */
  generations = new Int32Array(capacityMin)
  readonly taintSets: (readonly Taint[])[] = [noTaints]
  /** Grows when any Node comes, goes, or changes in a way a plugin can see. */
  nodesVersion = 0
  /** Grows when the node list changes. */
  orderVersion = 0
  podsTotal = 0

  #capacity = capacityMin
  #count = 0
  #generation = 0
  #orderStale = false
  readonly #rows = new Map<string, number>()
  readonly #free: number[] = []
  readonly #zones = new Map<string, Set<string>>()
  readonly #taintIds = new Map<string, number>([['', 0]])
  readonly #labels = new Map<string, Labelled>()
  readonly #scalars = new Map<string, Scalar>()
  readonly #images = new Map<string, Image>()
  readonly #counters = new Map<string, Counter>()
  readonly #countersByNamespace = new Map<string, Set<Counter>>()
  readonly #countersByQuery = new WeakMap<CounterQuery, Counter>()
  readonly #pvcUsers = new Map<string, number>()
  readonly #terms: Record<TermKind, Map<string, Term>> = {
    requiredAffinity: new Map(), requiredAntiAffinity: new Map(), preferredAffinity: new Map(), preferredAntiAffinity: new Map(),
  }

  get count(): number {
    return this.#count
  }

  /** How many rows the columns have; row numbers are below it. */
  get capacity(): number {
    return this.#capacity
  }

  rowOf(nodeName: string): number | undefined {
    return this.#rows.get(nodeName)
  }

  info(row: number): NodeInfo {
    const info = this.infos[row]
    assert(info !== undefined, `row ${row} is free`)
    return info
  }

  /** Node names in list order. */
  names(): string[] {
    this.refresh()
    const names: string[] = []
    for (let i = 0; i < this.#count; i++) names.push((this.infos[this.order[i] as number] as Row).name)
    return names
  }

  /** Brings the node list up to date; to be called before a cycle reads `order`. */
  refresh(): void {
    if (!this.#orderStale) return
    this.#orderStale = false
    const zones = [...this.#zones.values()].map((names) => [...names])
    let next = 0
    // One node of each zone in turn, so that a sample of the list is spread over zones. Upstream: nodeTree.list.
    for (let i = 0; next < this.#count; i++) {
      for (const names of zones) {
        const name = names[i]
        if (name !== undefined) this.order[next++] = this.#rows.get(name) as number
      }
    }
  }

  /** Puts the node list into a known order, for a replay; names that are not there are passed over. */
  setOrder(names: readonly string[]): void {
    this.refresh()
    let next = 0
    const seen = new Set<number>()
    for (const name of names) {
      const row = this.#rows.get(name)
      if (row === undefined || seen.has(row)) continue
      seen.add(row)
      this.order[next++] = row
    }
    assert(next === this.#count, 'an order names every node')
    this.orderVersion++
    for (const image of this.#images.values()) image.bytesAt = -1
  }

  /** State the node list follows from: zones in their order, with their nodes in theirs. */
  zoneLists(): [zone: string, names: string[]][] {
    return [...this.#zones].map(([zone, names]) => [zone, [...names]])
  }

  /** Arranges the zones as saved; every node must be in the table already. */
  restoreZoneLists(lists: readonly (readonly [zone: string, names: readonly string[]])[]): void {
    this.#zones.clear()
    for (const [zone, names] of lists) this.#zones.set(zone, new Set(names))
    this.#orderStale = true
    this.orderVersion++
  }

  // Nodes

  setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    let row = this.#rows.get(name)
    const added = row === undefined
    if (row === undefined) {
      row = this.#free.pop() ?? this.infos.length
      if (row >= this.#capacity) this.#grow()
      this.#rows.set(name, row)
      this.infos[row] = new Row(row, name)
      this.#count++
    }
    const info = this.infos[row] as Row
    const before = added ? undefined : info.node
    const labels = node.metadata.labels ?? noLabels
    info.node = node
    info.labels = labels
    info.taints = node.spec?.taints ?? noTaints
    info.generation = ++this.#generation
    this.generations[row] = info.generation

    // Most versions of a Node are heartbeats, which share all of this with the one before.
    if (before === undefined || before.status?.allocatable !== node.status?.allocatable) this.#setAllocatable(row, node)
    this.unschedulable[row] = node.spec?.unschedulable === true ? 1 : 0
    if (before === undefined || before.spec?.taints !== node.spec?.taints) this.taintSet[row] = this.#taintSetOf(info.taints)
    if (before === undefined || before.metadata.labels !== node.metadata.labels) for (const column of this.#labels.values()) column.set(row, labels)
    this.#setImages(row, info, node)

    const zone = zoneOf(labels)
    if (before === undefined || zoneOf(before.metadata.labels ?? noLabels) !== zone) {
      if (before !== undefined) this.#leaveZone(zoneOf(before.metadata.labels ?? noLabels), name)
      let names = this.#zones.get(zone)
      if (names === undefined) this.#zones.set(zone, names = new Set())
      names.add(name)
      this.#orderStale = true
      this.orderVersion++
    }
    if (before === undefined || seesChange(before, node)) this.nodesVersion++
  }

  /** Gives back the Pods that were on the node: they are still there for those who know of no node. */
  removeNode(name: string): readonly PodInfo[] {
    const row = this.#rows.get(name)
    if (row === undefined) return []
    const info = this.infos[row] as Row
    const pods = [...info.pods]
    for (const pod of pods) this.removePod(row, pod)
    for (const image of info.images.keys()) this.#dropImage(image, row)
    for (const column of this.#labels.values()) column.set(row, noLabels)
    for (const scalar of this.#scalars.values()) {
      scalar.allocatable[row] = 0
      scalar.present[row] = 0
    }
    this.taintSet[row] = 0
    this.unschedulable[row] = 0
    this.generations[row] = 0
    this.#rows.delete(name)
    this.infos[row] = undefined
    this.#free.push(row)
    this.#count--
    this.#leaveZone(zoneOf(info.labels), name)
    this.#orderStale = true
    this.orderVersion++
    this.nodesVersion++
    return pods
  }

  // Pods

  addPod(row: number, pod: PodInfo): void {
    this.#place(row, pod, 1)
    this.podsTotal++
    this.#count_(row, pod, 1)
    for (const claim of claimsOf(pod)) this.#pvcUsers.set(claim, (this.#pvcUsers.get(claim) ?? 0) + 1)
  }

  removePod(row: number, pod: PodInfo): void {
    if (!this.#place(row, pod, -1)) return
    this.podsTotal--
    this.#count_(row, pod, -1)
    for (const claim of claimsOf(pod)) {
      const users = (this.#pvcUsers.get(claim) ?? 0) - 1
      if (users <= 0) this.#pvcUsers.delete(claim)
      else this.#pvcUsers.set(claim, users)
    }
  }

  /** Another version of a Pod that is on the row: it goes, and comes as the last one. */
  replacePod(row: number, before: PodInfo, after: PodInfo): void {
    if (before.template !== after.template || before.terminating !== after.terminating || before.requests !== after.requests || after.requests !== after.template.requests) {
      this.removePod(row, before)
      this.addPod(row, after)
      return
    }
    // All that columns, counters and terms are made of is what it was: only who is on the row changes.
    const info = this.infos[row] as Row
    takeFrom(info.pods, before.uid)
    info.pods.push(after)
    info.generation = ++this.#generation
    this.generations[row] = info.generation
  }

  /**
   * A Pod is on the row for the moment: the row changes, counters and terms do not. Must be taken back by `unplace` before
   * the cycle ends. For nominated Pods and victims.
   */
  place(row: number, pod: PodInfo): void {
    this.#place(row, pod, 1)
  }

  unplace(row: number, pod: PodInfo): void {
    this.#place(row, pod, -1)
  }

  /** After places and unplaces that came out even: the row is what it was, so what was kept for it is still right. */
  restoreGeneration(row: number, generation: number): void {
    ;(this.infos[row] as Row).generation = generation
    this.generations[row] = generation
  }

  /** After a trial the Pods of a row may stand in another order; this puts them back. */
  restorePods(row: number, pods: readonly PodInfo[]): void {
    ;(this.infos[row] as Row).pods = [...pods]
  }

  pvcUsers(claim: string): number {
    return this.#pvcUsers.get(claim) ?? 0
  }

  // Columns made on demand

  label(key: string): LabelColumn {
    let column = this.#labels.get(key)
    if (column === undefined) {
      column = new Labelled(key, this.#capacity)
      for (const info of this.infos) if (info !== undefined) column.set(info.row, info.labels)
      this.#labels.set(key, column)
    }
    return column
  }

  scalar(name: string): ScalarColumn | undefined {
    return this.#scalars.get(name)
  }

  image(name: string): ImageColumn | undefined {
    return this.#images.get(name)
  }

  counter(query: CounterQuery): PodCounter {
    const known = this.#countersByQuery.get(query)
    if (known !== undefined && known.live) {
      known.used = ++this.#generation
      return known
    }
    const key = counterKey(query)
    let counter = this.#counters.get(key)
    if (counter === undefined) {
      if (this.#counters.size >= countersMax) this.#evictCounters()
      counter = new Counter(key, query, this.#capacity)
      for (const info of this.infos) {
        if (info === undefined) continue
        for (const pod of info.pods) if (counter.counts(pod)) counter.change(info.row, 1)
      }
      this.#counters.set(key, counter)
      for (const namespace of query.namespaces) {
        let set = this.#countersByNamespace.get(namespace)
        if (set === undefined) this.#countersByNamespace.set(namespace, set = new Set())
        set.add(counter)
      }
    }
    counter.used = ++this.#generation
    this.#countersByQuery.set(query, counter)
    return counter
  }

  terms(kind: TermKind): Iterable<TermCounter> {
    return this.#terms[kind].values()
  }

  hasTerms(kind: TermKind): boolean {
    return this.#terms[kind].size > 0
  }

  // Inner workings

  #place(row: number, pod: PodInfo, sign: 1 | -1): boolean {
    const info = this.infos[row] as Row
    if (sign > 0) info.pods.push(pod)
    else if (!takeFrom(info.pods, pod.uid)) return false
    const { requests } = pod
    this.requestedCpuMilli[row] = (this.requestedCpuMilli[row] as number) + sign * requests.cpuMilli
    this.requestedMemoryBytes[row] = (this.requestedMemoryBytes[row] as number) + sign * requests.memoryBytes
    this.requestedEphemeralBytes[row] = (this.requestedEphemeralBytes[row] as number) + sign * requests.ephemeralBytes
    this.nonZeroCpuMilli[row] = (this.nonZeroCpuMilli[row] as number) + sign * pod.nonZeroCpuMilli
    this.nonZeroMemoryBytes[row] = (this.nonZeroMemoryBytes[row] as number) + sign * pod.nonZeroMemoryBytes
    this.podCount[row] = (this.podCount[row] as number) + sign
    for (const { name, amount } of requests.scalars) {
      const { requested } = this.#scalar(name)
      requested[row] = (requested[row] as number) + sign * amount
    }
    const { hostPorts } = pod.template
    if (hostPorts.length > 0) {
      for (const port of hostPorts) info.usedPorts.change(port, sign)
      this.portCount[row] = info.usedPorts.size
    }
    if (pod.spec.volumes !== undefined) {
      for (const claim of claimsOf(pod)) {
        const users = (info.pvcRefCounts.get(claim) ?? 0) + sign
        if (users <= 0) info.pvcRefCounts.delete(claim)
        else info.pvcRefCounts.set(claim, users)
      }
    }
    info.generation = ++this.#generation
    this.generations[row] = info.generation
    return true
  }

  /** Counters and terms. */
  #count_(row: number, pod: PodInfo, sign: 1 | -1): void {
    const counters = this.#countersByNamespace.get(pod.namespace)
    if (counters !== undefined) for (const counter of counters) if (counter.counts(pod)) counter.change(row, sign)
    const { template } = pod
    for (const kind of termKinds) {
      const terms = template[kind]
      for (const entry of terms) this.#countTerm(kind, entry, row, sign)
    }
  }

  #countTerm(kind: TermKind, entry: PodTemplate['requiredAffinity'][number] | WeightedAffinityTerm, row: number, sign: 1 | -1): void {
    const weighted = 'term' in entry
    const term = weighted ? entry.term : entry
    const weight = weighted ? entry.weight : 0
    const key = weighted ? `${weight} ${term.key}` : term.key
    const all = this.#terms[kind]
    let counter = all.get(key)
    if (counter === undefined) all.set(key, counter = new Term(term, weight, this.#capacity))
    counter.byRow[row] = (counter.byRow[row] as number) + sign
    counter.total += sign
    if (counter.total === 0) all.delete(key)
  }

  #scalar(name: string): Scalar {
    let scalar = this.#scalars.get(name)
    if (scalar === undefined) this.#scalars.set(name, scalar = new Scalar(name, this.#capacity))
    return scalar
  }

  #setAllocatable(row: number, node: Node): void {
    const allocatable = node.status?.allocatable ?? {}
    // What is no quantity can only come from an import, and counts as nothing.
    this.allocatableCpuMilli[row] = milliValue(allocatable['cpu']) || 0
    this.allocatableMemoryBytes[row] = quantityValue(allocatable['memory']) || 0
    this.allocatableEphemeralBytes[row] = quantityValue(allocatable['ephemeral-storage']) || 0
    this.allowedPods[row] = quantityValue(allocatable['pods']) || 0
    for (const scalar of this.#scalars.values()) {
      scalar.allocatable[row] = 0
      scalar.present[row] = 0
    }
    for (const resource of Object.keys(allocatable)) {
      if (resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' || resource === 'pods' || !isScalarResource(resource)) continue
      const scalar = this.#scalar(resource)
      scalar.allocatable[row] = quantityValue(allocatable[resource]) || 0
      scalar.present[row] = 1
    }
  }

  #taintSetOf(taints: readonly Taint[]): number {
    if (taints.length === 0) return 0
    // When a taint was added is no concern of scheduling, and would make every set its own.
    const key = taints.map(({ key: name, value, effect }) => `${name}=${value ?? ''}:${effect}`).join(',')
    let id = this.#taintIds.get(key)
    if (id === undefined) {
      id = this.taintSets.length
      this.taintSets.push(taints)
      this.#taintIds.set(key, id)
    }
    return id
  }

  #setImages(row: number, info: Row, node: Node): void {
    const listed = node.status?.images ?? []
    if (info.imagesFrom === listed) return
    info.imagesFrom = listed
    const images = new Map<string, number>()
    for (const { names, sizeBytes } of listed) for (const name of names ?? []) if (!images.has(name)) images.set(name, sizeBytes ?? 0)
    for (const name of info.images.keys()) if (!images.has(name)) this.#dropImage(name, row)
    for (const [name, bytes] of images) {
      let image = this.#images.get(name)
      if (image === undefined) this.#images.set(name, image = new Image(this))
      image.set(row, bytes)
    }
    info.images = images
  }

  #dropImage(name: string, row: number): void {
    const image = this.#images.get(name)
    if (image === undefined) return
    image.delete(row)
    if (image.numNodes === 0) this.#images.delete(name)
  }

  #leaveZone(zone: string, name: string): void {
    const names = this.#zones.get(zone)
    names?.delete(name)
    if (names?.size === 0) this.#zones.delete(zone)
  }

  #evictCounters(): void {
    const oldest = [...this.#counters.values()].sort((a, b) => a.used - b.used).slice(0, countersMax / 4)
    for (const counter of oldest) {
      counter.live = false
      this.#counters.delete(counter.key)
      for (const namespace of counter.query.namespaces) this.#countersByNamespace.get(namespace)?.delete(counter)
    }
  }

  #grow(): void {
    const capacity = this.#capacity * 2
    this.#capacity = capacity
    this.order = grown(this.order, capacity)
    this.allocatableCpuMilli = grown(this.allocatableCpuMilli, capacity)
    this.allocatableMemoryBytes = grown(this.allocatableMemoryBytes, capacity)
    this.allocatableEphemeralBytes = grown(this.allocatableEphemeralBytes, capacity)
    this.allowedPods = grown(this.allowedPods, capacity)
    this.requestedCpuMilli = grown(this.requestedCpuMilli, capacity)
    this.requestedMemoryBytes = grown(this.requestedMemoryBytes, capacity)
    this.requestedEphemeralBytes = grown(this.requestedEphemeralBytes, capacity)
    this.nonZeroCpuMilli = grown(this.nonZeroCpuMilli, capacity)
    this.nonZeroMemoryBytes = grown(this.nonZeroMemoryBytes, capacity)
    this.podCount = grown(this.podCount, capacity)
    this.portCount = grown(this.portCount, capacity)
    this.unschedulable = grown(this.unschedulable, capacity)
    this.taintSet = grown(this.taintSet, capacity)
    this.generations = grown(this.generations, capacity)
    for (const column of this.#labels.values()) column.ids = grown(column.ids, capacity)
    for (const scalar of this.#scalars.values()) scalar.grow(capacity)
    for (const counter of this.#counters.values()) counter.byRow = grown(counter.byRow, capacity)
    for (const kind of termKinds) for (const term of this.#terms[kind].values()) term.byRow = grown(term.byRow, capacity)
  }
}

class Row implements NodeInfo {
  readonly row: number
  readonly name: string
  node!: Node
  labels: Labels = noLabels
  taints: readonly Taint[] = noTaints
  pods: PodInfo[] = []
  generation = 0
  readonly usedPorts = new HostPorts()
  readonly pvcRefCounts = new Map<string, number>()
  images: ReadonlyMap<string, number> = new Map()
  /** The list `images` was made of: heartbeats share it. */
  imagesFrom: unknown

  constructor(row: number, name: string) {
    this.row = row
    this.name = name
  }
}

class HostPorts implements UsedPorts {
  /** protocol/port to address to how many Pods. */
  readonly #byPort = new Map<string, Map<string, number>>()
  size = 0

  conflicts({ ip, protocol, port }: HostPort): boolean {
    const addresses = this.#byPort.get(`${protocol}/${port}`)
    if (addresses === undefined) return false
    return ip === '0.0.0.0' || addresses.has(ip) || addresses.has('0.0.0.0')
  }

  change({ ip, protocol, port }: HostPort, sign: 1 | -1): void {
    const key = `${protocol}/${port}`
    let addresses = this.#byPort.get(key)
    if (addresses === undefined) this.#byPort.set(key, addresses = new Map())
    const users = (addresses.get(ip) ?? 0) + sign
    this.size += sign
    if (users > 0) addresses.set(ip, users)
    else addresses.delete(ip)
    if (addresses.size === 0) this.#byPort.delete(key)
  }
}

class Labelled implements LabelColumn {
  readonly key: string
  ids: Int32Array<ArrayBuffer>
  readonly values: string[] = ['']
  /** Grows when a row gets another value. */
  version = 0
  readonly #byValue = new Map<string, number>()

  constructor(key: string, capacity: number) {
    this.key = key
    this.ids = new Int32Array(capacity)
  }

  idOf(value: string): number {
    return this.#byValue.get(value) ?? 0
  }

  set(row: number, labels: Labels): void {
    const id = Object.hasOwn(labels, this.key) ? this.#idFor(labels[this.key] as string) : 0
    if (this.ids[row] === id) return
    this.ids[row] = id
    this.version++
  }

  #idFor(value: string): number {
    let id = this.#byValue.get(value)
    if (id === undefined) {
      id = this.values.length
      this.values.push(value)
      this.#byValue.set(value, id)
    }
    return id
  }
}

class Scalar implements ScalarColumn {
  readonly name: string
  allocatable: Float64Array<ArrayBuffer>
  requested: Float64Array<ArrayBuffer>
  present: Uint8Array<ArrayBuffer>

  constructor(name: string, capacity: number) {
    this.name = name
    this.allocatable = new Float64Array(capacity)
    this.requested = new Float64Array(capacity)
    this.present = new Uint8Array(capacity)
  }

  grow(capacity: number): void {
    this.allocatable = grown(this.allocatable, capacity)
    this.requested = grown(this.requested, capacity)
    this.present = grown(this.present, capacity)
  }
}

class Image implements ImageColumn {
  readonly #table: NodeTable
  readonly #byRow = new Map<number, number>()
  #bytes = 0
  /** The node list `#bytes` was looked up in; -1 when it must be looked up anew. */
  bytesAt = -1

  constructor(table: NodeTable) {
    this.#table = table
  }

  get numNodes(): number {
    return this.#byRow.size
  }

  get bytes(): number {
    if (this.bytesAt !== this.#table.orderVersion) {
      this.#table.refresh()
      const { order, count } = this.#table
      for (let i = 0; i < count; i++) {
        const bytes = this.#byRow.get(order[i] as number)
        if (bytes !== undefined) {
          this.#bytes = bytes
          break
        }
      }
      this.bytesAt = this.#table.orderVersion
    }
    return this.#bytes
  }

  has(row: number): boolean {
    return this.#byRow.has(row)
  }

  set(row: number, bytes: number): void {
    if (this.#byRow.get(row) === bytes) return
    this.#byRow.set(row, bytes)
    this.bytesAt = -1
  }

  delete(row: number): void {
    this.#byRow.delete(row)
    this.bytesAt = -1
  }
}

class Counter implements PodCounter {
  readonly key: string
  readonly query: CounterQuery
  byRow: Int32Array<ArrayBuffer>
  total = 0
  used = 0
  live = true
  readonly #selector: Selector
  readonly #sums: Sums[] = []
  /** Whether labels of a template match, by template id. */
  readonly #matching = new Map<number, boolean>()

  constructor(key: string, query: CounterQuery, capacity: number) {
    this.key = key
    // A copy: the caller's object is a key of the memo and may be held by it alone.
    this.query = { namespaces: query.namespaces, selector: query.selector, skipTerminating: query.skipTerminating }
    this.#selector = query.selector
    this.byRow = new Int32Array(capacity)
  }

  counts(pod: PodInfo): boolean {
    if (!this.query.namespaces.has(pod.namespace) || (this.query.skipTerminating && pod.terminating)) return false
    let match = this.#matching.get(pod.template.id)
    if (match === undefined) this.#matching.set(pod.template.id, match = matches(this.#selector, pod.labels))
    return match
  }

  change(row: number, sign: 1 | -1): void {
    this.byRow[row] = (this.byRow[row] as number) + sign
    this.total += sign
    for (const { column, version, byValue } of this.#sums) {
      // Out of date sums are made anew when somebody asks.
      if (version !== column.version) continue
      const id = column.ids[row] as number
      byValue[id] = (byValue[id] as number) + sign
    }
  }

  byValue(column: LabelColumn): Int32Array {
    let sums = this.#sums.find((known) => known.column === column)
    if (sums?.version === (column as Labelled).version) return sums.byValue
    if (sums === undefined) this.#sums.push(sums = { column: column as Labelled, version: -1, byValue: new Int32Array(0) })
    sums.version = sums.column.version
    sums.byValue = new Int32Array(column.values.length)
    for (let row = 0; row < this.byRow.length; row++) {
      const id = column.ids[row] as number
      sums.byValue[id] = (sums.byValue[id] as number) + (this.byRow[row] as number)
    }
    return sums.byValue
  }
}

/** Pods of a counter by value of a label, as long as the column's version is the one noted. */
interface Sums {
  readonly column: Labelled
  version: number
  byValue: Int32Array
}

class Term implements TermCounter {
  readonly term: TermCounter['term']
  readonly weight: number
  byRow: Int32Array<ArrayBuffer>
  total = 0

  constructor(term: TermCounter['term'], weight: number, capacity: number) {
    this.term = term
    this.weight = weight
    this.byRow = new Int32Array(capacity)
  }
}

/** False when it is not among them. */
function takeFrom(pods: PodInfo[], uid: string): boolean {
  let at = pods.length - 1
  while (at >= 0 && (pods[at] as PodInfo).uid !== uid) at--
  if (at < 0) return false
  pods.splice(at, 1)
  return true
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(old: T, capacity: number): T {
  const next = new (old.constructor as new (length: number) => T)(capacity)
  next.set(old)
  return next
}

function counterKey(query: CounterQuery): string {
  return JSON.stringify([[...query.namespaces].sort(compareText), query.selector, query.skipTerminating])
}

/** "namespace/claim" of every volume that names a claim. Upstream: framework.PodPVCKeys. */
function claimsOf(pod: PodInfo): readonly string[] {
  const { volumes } = pod.spec
  if (volumes === undefined || volumes.length === 0) return noClaims
  const claims: string[] = []
  for (const { persistentVolumeClaim } of volumes) if (persistentVolumeClaim !== undefined) claims.push(`${pod.namespace}/${persistentVolumeClaim.claimName}`)
  return claims
}
const noClaims: readonly string[] = Object.freeze([])

/** Region and zone in one; old label names first. Upstream: component-helpers/node/topology, GetZoneKey. */
function zoneOf(labels: Labels): string {
  const zone = labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region = labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`
}

/** Whether plugins could tell the two apart: heartbeats (conditions, times) say nothing to them. */
function seesChange(before: Node, after: Node): boolean {
  return before.metadata.labels !== after.metadata.labels || before.spec !== after.spec || before.status?.allocatable !== after.status?.allocatable
    || before.status?.images !== after.status?.images || before.status?.declaredFeatures !== after.status?.declaredFeatures
    || before.metadata.annotations !== after.metadata.annotations
}
