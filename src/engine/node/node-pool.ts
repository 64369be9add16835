import { resources, type Node } from '../../api'
import { Client, Informers, type Transport } from '../client'
import type { Actor, ActorContext, EventBody } from '../kernel'

export interface NodePoolOptions {
  readonly context: ActorContext
  readonly transport: Transport
  /** Plugs a machine in: makes its kubelet and starts it. `replaced`: another machine was there under that name, and nothing of it runs any more. */
  readonly start: (nodeName: string, node: Node, replaced: boolean) => void
  /** Pulls the plug: the kubelet and all it knows are gone. */
  readonly stop: (nodeName: string) => void
}

/**
 * The machine room. In a real cluster a machine is there first and its kubelet registers a Node; here the Node object comes
 * first (from a scenario, a manifest or a dump) and a machine of that size is plugged in for it.
 */
export class NodePool implements Actor {
  readonly name = 'node-pool'
  readonly #informers: Informers
  readonly #options: NodePoolOptions
  #machines = new Map<string, string>()
  /** Names of machines that were pulled out. */
  #gone = new Set<string>()

  constructor(options: NodePoolOptions) {
    this.#options = options
    this.#informers = new Informers(new Client(options.transport, 'node-pool'), options.context)
    this.#informers.for<Node>(resources.nodes).addHandler({
      onAdd: (node) => { this.#plugIn(node) },
      onDelete: (node) => { this.#pullOut(node) },
    })
  }

  start(): void {
    this.#informers.start()
  }

  handle(body: EventBody): void {
    this.#informers.handle(body)
  }

  /** There is a machine for the Node. */
  has(nodeName: string): boolean {
    return this.#machines.has(nodeName)
  }

  save(): unknown {
    return { informers: this.#informers.save(), machines: [...this.#machines], ...(this.#gone.size === 0 ? {} : { gone: [...this.#gone] }) }
  }

  load(state: unknown): void {
    const saved = state as { readonly informers: unknown; readonly machines: readonly [string, string][]; readonly gone?: readonly string[] }
    this.#informers.load(saved.informers)
    this.#machines = new Map(saved.machines)
    this.#gone = new Set(saved.gone)
  }

  #plugIn(node: Node): void {
    const name = node.metadata.name ?? ''
    if (this.#machines.has(name)) return
    this.#machines.set(name, node.metadata.uid ?? '')
    this.#options.start(name, node, this.#gone.has(name))
  }

  #pullOut(node: Node): void {
    const name = node.metadata.name ?? ''
    if (this.#machines.get(name) !== node.metadata.uid) return
    this.#machines.delete(name)
    this.#gone.add(name)
    this.#options.stop(name)
  }
}
