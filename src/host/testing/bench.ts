import { assert } from '../../base'
import type { Answer, Broken, CommandName, Commands, DecisionView, Frame, FromHost, NodeDetail, NowFact, Position, Progress, TimelineMark, WorkloadView, ControlPlaneView } from '../../protocol'
import { Host } from '..'

interface NodeView { readonly zone: string; readonly amounts: readonly number[]; readonly flags: number }
interface PodView { readonly node: string; readonly state: number; readonly workload: string; readonly amounts: readonly number[] }

/** What a UI has pieced together from the frames: by names, not by slots. */
export interface Picture {
  readonly position: Position
  readonly now: number
  readonly revision: number
  readonly nodes: Readonly<Record<string, NodeView>>
  readonly pods: Readonly<Record<string, PodView>>
  readonly workloads: readonly WorkloadView[]
  readonly details: Readonly<Record<string, NodeDetail>>
  readonly controlPlane: ControlPlaneView | undefined
  readonly decision: DecisionView | null
  readonly fact: NowFact | undefined
  readonly next: NowFact | null
}

/** A host with a clock that only moves when told to (and a little with every look at it), and everything it sent. */
export class Bench {
  readonly host: Host
  readonly frames: Frame[] = []
  readonly progress: Progress[] = []
  readonly broken: Broken[] = []
  /** What moved the buffers of each frame away. */
  readonly transferred: number[] = []
  clock = 1000
  marks = new Map<number, TimelineMark>()
  #id = 0
  #answers = new Map<number, Answer>()
  #waiting: { readonly at: number; readonly run: () => void; readonly order: number }[] = []
  #order = 0
  #nodes = new Map<number, { name: string } & NodeView>()
  #pods = new Map<number, { key: string; node: number; state: number; workload: number; amounts: readonly number[] }>()
  #zones: readonly string[] = []
  #workloads: readonly WorkloadView[] = []
  #details = new Map<string, NodeDetail>()
  #controlPlane: ControlPlaneView | undefined
  #decision: DecisionView | null = null
  #fact: NowFact | undefined
  #next: NowFact | null = null

  /** `now`: a real clock, for measuring; absent: one that creeps by `creepMs` a look. */
  constructor({ now, creepMs = 0.002 }: { readonly now?: () => number; readonly creepMs?: number } = {}) {
    this.host = new Host({
      send: (message, transfer) => { this.#take(message, transfer) },
      now: () => (this.clock = now === undefined ? this.clock + creepMs : Math.max(this.clock, now())),
      defer: (run, delayMs) => { this.#waiting.push({ at: this.clock + delayMs, run, order: ++this.#order }) },
    })
  }

  get last(): Frame {
    const frame = this.frames.at(-1)
    assert(frame !== undefined, 'a frame came')
    return frame
  }

  /** Sends a command and lets time pass until it is answered. Throws what it was refused with. */
  call<Name extends CommandName>(type: Name, take: Commands[Name]['take']): Commands[Name]['give'] {
    const answer = this.ask(type, take)
    if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
    return answer.give as Commands[Name]['give']
  }

  ask<Name extends CommandName>(type: Name, take: Commands[Name]['take']): Answer {
    const id = this.send(type, take)
    for (let turns = 0; !this.#answers.has(id); turns++) {
      assert(this.#turn() && turns < 1_000_000, `${type} is never answered`)
    }
    return this.#answers.get(id) as Answer
  }

  send<Name extends CommandName>(type: Name, take: Commands[Name]['take']): number {
    const id = ++this.#id
    this.host.receive({ type, id, take } as Parameters<Host['receive']>[0])
    return id
  }

  answerTo(id: number): Answer | undefined {
    return this.#answers.get(id)
  }

  /** Lets real time pass, and everything that is due in it happen. */
  pass(ms: number): void {
    const until = this.clock + ms
    while (this.#waiting.some((item) => item.at <= until)) this.#turn()
    this.clock = Math.max(this.clock, until)
  }

  /** What a reader sees once all that is on its way has come. */
  picture(): Picture {
    this.pass(40)
    const nodeNames = new Map([...this.#nodes].map(([slot, { name }]) => [slot, name]))
    return {
      position: this.last.position, now: this.last.now, revision: this.last.revision,
      nodes: Object.fromEntries([...this.#nodes.values()].map(({ name, ...view }) => [name, view] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
      pods: Object.fromEntries([...this.#pods.values()].map(({ key, node, state, workload, amounts }) => (
        [key, { node: nodeNames.get(node) ?? '', state, workload: this.#workloads.find((each) => each.id === workload)?.name ?? '', amounts }] as const)).sort(([a], [b]) => (a < b ? -1 : 1))),
      workloads: this.#workloads, details: Object.fromEntries(this.#details), controlPlane: this.#controlPlane, decision: this.#decision, fact: this.#fact, next: this.#next,
    }
  }

  /** Marks as the timeline shows them, oldest first. */
  timeline(): TimelineMark[] {
    return [...this.marks.values()].sort((a, b) => a.seq - b.seq)
  }

  #turn(): boolean {
    const next = this.#waiting.sort((a, b) => a.at - b.at || a.order - b.order).shift()
    if (next === undefined) return false
    this.clock = Math.max(this.clock, next.at)
    next.run()
    return true
  }

  #take(message: FromHost, transfer: readonly ArrayBuffer[]): void {
    switch (message.type) {
      case 'answer':
        assert(!this.#answers.has(message.id), 'a command is answered once')
        this.#answers.set(message.id, message)
        break
      case 'progress': this.progress.push(message); break
      case 'broken': this.broken.push(message); break
      case 'frame':
        this.#frame(message)
        this.transferred.push(transfer.length)
        break
    }
  }

  #frame(frame: Frame): void {
    this.frames.push(frame)
    this.#zones = frame.zones ?? this.#zones
    const { nodes, pods } = frame
    if (nodes !== undefined) {
      if (nodes.reset) this.#nodes.clear()
      for (const slot of nodes.removed) this.#nodes.delete(slot)
      nodes.names.forEach((name, row) => {
        const column = (values: ArrayLike<number>): number => values[row] as number
        this.#nodes.set(column(nodes.slot), {
          name, zone: this.#zones[column(nodes.zone)] ?? '', flags: column(nodes.flags),
          amounts: [nodes.cpuMilliAllocatable, nodes.cpuMilliRequested, nodes.memoryBytesAllocatable, nodes.memoryBytesRequested, nodes.podsAllocatable, nodes.podCount].map(column),
        })
      })
    }
    if (pods !== undefined) {
      if (pods.reset) this.#pods.clear()
      for (const slot of pods.removed) this.#pods.delete(slot)
      pods.keys.forEach((key, row) => {
        const column = (values: ArrayLike<number>): number => values[row] as number
        this.#pods.set(column(pods.slot), { key, node: column(pods.node), state: column(pods.state), workload: column(pods.workload), amounts: [pods.cpuMilli, pods.memoryBytes].map(column) })
      })
    }
    this.#workloads = frame.workloads ?? this.#workloads
    for (const detail of frame.details ?? []) this.#details.set(detail.name, detail)
    this.#controlPlane = frame.controlPlane ?? this.#controlPlane
    if (frame.decision !== undefined) this.#decision = frame.decision
    this.#fact = frame.fact ?? this.#fact
    if (frame.next !== undefined) this.#next = frame.next
    if (frame.marksEnd !== undefined) for (const seq of [...this.marks.keys()]) if (seq > frame.marksEnd) this.marks.delete(seq)
    for (const mark of frame.marks ?? []) this.marks.set(mark.seq, mark)
  }
}
