import { resources, type Node } from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'

/** 10.244.0.0/24 is the first block; after 10.255.255.0/24 follow those from 10.224.0.0/24, in all 8192 of 10.224.0.0/11. */
const blockCount = 8192
const firstBlock = 20 * 256

/**
 * Gives every Node a block of 256 Pod addresses that no other Node has.
 * Upstream: pkg/controller/nodeipam/ipam, rangeAllocator.
 */
export class NodeIpamController extends Controller {
  readonly #nodes: Informer<Node>
  readonly #queue: SyncQueue
  /** Which Node holds a block: learned from the cache, and from what was written and is not in the cache yet. */
  #holders = new Map<string, string>()
  #next = firstBlock

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'node-ipam', component: 'cidrAllocator' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#nodes.addHandler({
      onAdd: (node) => { this.#seen(node) },
      onUpdate: (_old, node) => { this.#seen(node) },
      onDelete: (node) => {
        const block = node.spec?.podCIDR
        if (block !== undefined && this.#holders.get(block) === node.metadata.name) this.#holders.delete(block)
      },
    })
  }

  protected override saveOwn(): unknown {
    return { holders: Object.fromEntries(this.#holders), next: this.#next }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as { readonly holders: Record<string, string>; readonly next: number }
    this.#holders = new Map(Object.entries(saved.holders))
    this.#next = saved.next
  }

  #seen(node: Node): void {
    const block = node.spec?.podCIDR
    if (block !== undefined && block !== '') this.#holders.set(block, node.metadata.name ?? '')
    else this.#queue.addObject(node)
  }

  #sync(name: string): void {
    const node = this.#nodes.get(name)
    if (node === undefined || (node.spec?.podCIDR ?? '') !== '') return
    const block = this.#freeBlock()
    if (block === undefined) {
      this.recorder.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`)
      return
    }
    this.client.patch<Node>({ resource: resources.nodes, name }, 'application/strategic-merge-patch+json', { spec: { podCIDR: block, podCIDRs: [block] } })
    this.#holders.set(block, name)
  }

  #freeBlock(): string | undefined {
    for (let tried = 0; tried < blockCount; tried++) {
      const block = blockName(this.#next)
      this.#next = (this.#next + 1) % blockCount
      if (!this.#holders.has(block)) return block
    }
    return undefined
  }
}

function blockName(index: number): string {
  return `10.${224 + (index >> 8)}.${index & 255}.0/24`
}
