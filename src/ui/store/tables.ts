import type { NodeColumns, PodColumns } from '../../protocol'

/**
 * Rows of a table as typed arrays that grow, indexed by slot. A slot stays an object's until it is removed. Rows are never React
 * state: whoever draws one subscribes to its slot and reads the columns.
 */
abstract class SlotTable {
  /** One more than the greatest slot ever used; rows in between may be dead. */
  end = 0
  /** Live rows. */
  count = 0
  /** Grows with every change of the table. */
  version = 0
  /** Grows when a row appears, goes, or is reset: what a layout depends on. */
  shapeVersion = 0
  alive = new Uint8Array(0)
  /** Grows with every change of the row. */
  rowVersion = new Uint32Array(0)
  protected readonly slots = new Map<string, number>()
  readonly #rowListeners = new Map<number, Set<() => void>>()
  readonly #tableListeners = new Set<() => void>()
  protected readonly touched = new Set<number>()

  /** The row of a name (nodes) or "namespace/name" key (Pods). */
  slotOf(key: string): number | undefined {
    return this.slots.get(key)
  }

  /** Tells when the row changes, after the whole frame has been applied. */
  subscribeRow(slot: number, listener: () => void): () => void {
    let listeners = this.#rowListeners.get(slot)
    if (!listeners) this.#rowListeners.set(slot, listeners = new Set())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#rowListeners.delete(slot)
    }
  }

  /** Tells when any row changed, once a frame. */
  subscribe(listener: () => void): () => void {
    this.#tableListeners.add(listener)
    return () => { this.#tableListeners.delete(listener) }
  }

  /** Slots of all live rows, in slot order. */
  *live(): IterableIterator<number> {
    for (let slot = 0; slot < this.end; slot++) if (this.alive[slot] === 1) yield slot
  }

  /** @internal */
  touch(slot: number): void {
    if (slot < 0 || slot >= this.end) return
    this.rowVersion[slot] = (this.rowVersion[slot] ?? 0) + 1
    this.touched.add(slot)
    this.version++
  }

  /** @internal Tells everyone what changed since the last call. */
  notify(): void {
    if (this.touched.size === 0) return
    const listeners = [...this.touched].flatMap((slot) => [...this.#rowListeners.get(slot) ?? []])
    this.touched.clear()
    for (const listener of listeners) listener()
    for (const listener of [...this.#tableListeners]) listener()
  }

  protected grow(to: number): void {
    if (to <= this.end) return
    if (to > this.alive.length) {
      const capacity = Math.max(64, to, this.alive.length * 2)
      this.alive = enlarged(this.alive, new Uint8Array(capacity))
      this.rowVersion = enlarged(this.rowVersion, new Uint32Array(capacity))
      this.enlarge(capacity)
    }
    this.end = to
  }

  protected abstract enlarge(capacity: number): void
}

function enlarged<A extends Uint8Array | Int32Array | Uint32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}

/** The nodes. Amounts in millicores and bytes; `zone` indexes the zones of the view, -1 without one; `flags` are `nodeFlags`. */
export class NodeTable extends SlotTable {
  names: string[] = []
  zone = new Int32Array(0)
  cpuMilliAllocatable = new Float64Array(0)
  cpuMilliRequested = new Float64Array(0)
  memoryBytesAllocatable = new Float64Array(0)
  memoryBytesRequested = new Float64Array(0)
  podsAllocatable = new Int32Array(0)
  podCount = new Int32Array(0)
  flags = new Uint8Array(0)
  readonly #pods: number[][] = []

  /** Slots of the Pods on a node (assumed and nominated ones included), in the order in which they came. */
  podsOf(slot: number): readonly number[] {
    return this.#pods[slot] ?? none
  }

  protected enlarge(capacity: number): void {
    this.zone = enlarged(this.zone, new Int32Array(capacity))
    this.cpuMilliAllocatable = enlarged(this.cpuMilliAllocatable, new Float64Array(capacity))
    this.cpuMilliRequested = enlarged(this.cpuMilliRequested, new Float64Array(capacity))
    this.memoryBytesAllocatable = enlarged(this.memoryBytesAllocatable, new Float64Array(capacity))
    this.memoryBytesRequested = enlarged(this.memoryBytesRequested, new Float64Array(capacity))
    this.podsAllocatable = enlarged(this.podsAllocatable, new Int32Array(capacity))
    this.podCount = enlarged(this.podCount, new Int32Array(capacity))
    this.flags = enlarged(this.flags, new Uint8Array(capacity))
  }

  /** @internal */
  apply(columns: NodeColumns): void {
    if (columns.reset) {
      for (const slot of this.live()) this.#remove(slot)
      this.#pods.length = 0
      this.shapeVersion++
    }
    for (const slot of columns.removed) this.#remove(slot)
    for (let row = 0; row < columns.slot.length; row++) {
      const slot = columns.slot[row] as number
      const name = columns.names[row] as string
      this.grow(slot + 1)
      if (this.alive[slot] === 1 && this.names[slot] !== name) this.#remove(slot)
      if (this.alive[slot] !== 1) {
        this.alive[slot] = 1
        this.count++
        this.names[slot] = name
        this.slots.set(name, slot)
        this.shapeVersion++
      }
      const zone = columns.zone[row] as number
      if (this.zone[slot] !== zone) this.shapeVersion++
      this.zone[slot] = zone
      this.cpuMilliAllocatable[slot] = columns.cpuMilliAllocatable[row] as number
      this.cpuMilliRequested[slot] = columns.cpuMilliRequested[row] as number
      this.memoryBytesAllocatable[slot] = columns.memoryBytesAllocatable[row] as number
      this.memoryBytesRequested[slot] = columns.memoryBytesRequested[row] as number
      this.podsAllocatable[slot] = columns.podsAllocatable[row] as number
      this.podCount[slot] = columns.podCount[row] as number
      this.flags[slot] = columns.flags[row] as number
      this.touch(slot)
    }
  }

  /** @internal Keeps the list of a node's Pods; -1 is no node. */
  movePod(pod: number, from: number, to: number): void {
    if (from === to) return
    if (from >= 0) {
      const list = this.#pods[from]
      const index = list?.indexOf(pod) ?? -1
      if (list && index >= 0) list.splice(index, 1)
      this.touch(from)
    }
    if (to >= 0) {
      (this.#pods[to] ??= []).push(pod)
      this.touch(to)
    }
  }

  #remove(slot: number): void {
    if (this.alive[slot] !== 1) return
    this.alive[slot] = 0
    this.count--
    this.slots.delete(this.names[slot] as string)
    this.shapeVersion++
    this.touch(slot)
  }
}

/** The Pods. `node` is the slot of the node it is on, -1 without one; `state` is one of `podStates`; `workload` an id of the view's workloads. */
export class PodTable extends SlotTable {
  keys: string[] = []
  node = new Int32Array(0)
  cpuMilli = new Float64Array(0)
  memoryBytes = new Float64Array(0)
  state = new Uint8Array(0)
  workload = new Int32Array(0)
  readonly #nodes: NodeTable

  constructor(nodes: NodeTable) {
    super()
    this.#nodes = nodes
  }

  protected enlarge(capacity: number): void {
    this.node = enlarged(this.node, new Int32Array(capacity))
    this.cpuMilli = enlarged(this.cpuMilli, new Float64Array(capacity))
    this.memoryBytes = enlarged(this.memoryBytes, new Float64Array(capacity))
    this.state = enlarged(this.state, new Uint8Array(capacity))
    this.workload = enlarged(this.workload, new Int32Array(capacity))
  }

  /** @internal */
  apply(columns: PodColumns): void {
    if (columns.reset) for (const slot of this.live()) this.#remove(slot)
    for (const slot of columns.removed) this.#remove(slot)
    for (let row = 0; row < columns.slot.length; row++) {
      const slot = columns.slot[row] as number
      const key = columns.keys[row] as string
      const node = columns.node[row] as number
      this.grow(slot + 1)
      if (this.alive[slot] === 1 && this.keys[slot] !== key) this.#remove(slot)
      if (this.alive[slot] !== 1) {
        this.alive[slot] = 1
        this.count++
        this.keys[slot] = key
        this.slots.set(key, slot)
        this.node[slot] = -1
        this.shapeVersion++
      }
      const before = this.node[slot] as number
      this.node[slot] = node
      this.cpuMilli[slot] = columns.cpuMilli[row] as number
      this.memoryBytes[slot] = columns.memoryBytes[row] as number
      this.state[slot] = columns.state[row] as number
      this.workload[slot] = columns.workload[row] as number
      if (before === node) this.#nodes.touch(node)
      else this.#nodes.movePod(slot, before, node)
      this.touch(slot)
    }
  }

  #remove(slot: number): void {
    if (this.alive[slot] !== 1) return
    this.alive[slot] = 0
    this.count--
    this.slots.delete(this.keys[slot] as string)
    this.#nodes.movePod(slot, this.node[slot] as number, -1)
    this.node[slot] = -1
    this.shapeVersion++
    this.touch(slot)
  }
}

const none: readonly number[] = []
