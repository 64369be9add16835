import { podStates } from '../../../protocol'

/** A Pod as a bar shows it. */
export interface BarPod {
  readonly key: string
  readonly amount: number
  readonly state: number
  readonly workload: number
  readonly letter: string
  readonly hue: number
}

/** One block of a bar, in pixels: a Pod, or several small siblings that merge. */
export interface Block {
  readonly left: number
  readonly width: number
  readonly pods: readonly BarPod[]
  readonly letter: string
  readonly hue: number
  readonly state: number
}

export interface Bar {
  readonly blocks: readonly Block[]
  /** Where the next block would begin. */
  readonly used: number
}

/** Under this width a block has no letter. */
export const letterWidth = 13
/** Siblings under this width merge. */
const mergeWidth = 3

/** Whether a Pod takes room on the node now; a nominated one only waits for it. */
export function takesRoom(state: number): boolean {
  return state !== podStates.nominated && state !== podStates.pending && state !== podStates.succeeded && state !== podStates.failed
}

/** Blocks side by side in the order given; a pixel stays free before each. Pods that ask for nothing have no block. */
export function blocksOf(pods: readonly BarPod[], span: number, width: number): Bar {
  const scale = width / span
  const blocks: Block[] = []
  let offset = 0
  for (const pod of pods) {
    if (!takesRoom(pod.state)) continue
    const pixels = pod.amount * scale
    if (pixels <= 0) continue
    const last = blocks.at(-1)
    if (last && pixels < mergeWidth && last.pods[0]?.workload === pod.workload && last.state === pod.state && (last.pods.length > 1 || last.width < mergeWidth)) {
      blocks[blocks.length - 1] = { ...last, width: offset + pixels - last.left, pods: [...last.pods, pod] }
    } else {
      const blockWidth = Math.max(0.5, pixels - 1)
      blocks.push({ left: offset + Math.min(1, pixels / 2), width: blockWidth, pods: [pod], letter: blockWidth >= letterWidth ? pod.letter : '', hue: pod.hue, state: pod.state })
    }
    offset += pixels
  }
  return { blocks, used: offset }
}

/** However little is too much, the hatch can be seen. */
const overMin = 3

/** Where a Pod that is not there yet would sit, and what of it hangs over the end of the bar. */
export interface Ghost {
  readonly left: number
  readonly width: number
  readonly over: number
}

export function ghostOf(used: number, amount: number, capacity: number, span: number, width: number): Ghost | undefined {
  const scale = width / span
  const pixels = amount * scale
  if (pixels <= 0) return undefined
  const end = capacity * scale
  // Requests are compared as numbers, not as pixels: what fits exactly does not hang over.
  const over = Math.max(0, used + pixels - end)
  if (over < 0.01) return { left: used + 1, width: Math.max(1, pixels - 1), over: 0 }
  return { left: Math.min(used, end) + 1, width: Math.max(0, end - used - 1), over: Math.max(overMin, Math.min(pixels, over)) }
}

/**
 * The order of the Pods in a node's bars. At first sight workloads stand together and the system's come last; after that newcomers
 * are put at the end, so that nothing a person has seen moves because something else came.
 */
export class BlockOrder {
  readonly #orders = new Map<string, string[]>()

  sort<Pod extends { readonly key: string; readonly workload: number; readonly hue: number }>(node: string, pods: readonly Pod[]): Pod[] {
    const byKey = new Map(pods.map((pod) => [pod.key, pod]))
    const known = this.#orders.get(node)
    const kept = known?.filter((key) => byKey.has(key)) ?? []
    const seen = new Set(kept)
    const fresh = pods.filter((pod) => !seen.has(pod.key))
    if (known === undefined || kept.length === 0) fresh.sort((a, b) => rank(a) - rank(b) || a.workload - b.workload || (a.key < b.key ? -1 : 1))
    const order = [...kept, ...fresh.map((pod) => pod.key)]
    this.#orders.set(node, order)
    return order.map((key) => byKey.get(key) as Pod)
  }

  forget(): void {
    this.#orders.clear()
  }
}

const rank = (pod: { readonly hue: number }): number => (pod.hue === 0 ? 1 : 0)
