import { bytes, cores, cpuQuantity, gibibytes, memoryQuantity } from '../../kit'

export type CapacityResource = 'cpu' | 'memory'

export const gib = 1024 ** 3
export const mib = 1024 ** 2

/** What a capacity handle snaps to: 250m and 256Mi. */
export const snapOf = { cpu: 250, memory: 256 * mib } as const satisfies Record<CapacityResource, number>
/** With Alt: one millicore, one mebibyte. */
const freeOf = { cpu: 1, memory: mib } as const satisfies Record<CapacityResource, number>

/** What the full width of a bar stands for, the same on all nodes of a map: 8 cores and 16 Gi, or the biggest node. */
export interface Spans {
  readonly cpu: number
  readonly memory: number
}

const spanMin: Spans = { cpu: 8_000, memory: 16 * gib }

export function spansOf(nodes: { readonly end: number; readonly alive: ArrayLike<number>; readonly cpuMilliAllocatable: ArrayLike<number>; readonly memoryBytesAllocatable: ArrayLike<number> }): Spans {
  let { cpu, memory } = spanMin
  for (let slot = 0; slot < nodes.end; slot++) {
    if (nodes.alive[slot] !== 1) continue
    cpu = Math.max(cpu, nodes.cpuMilliAllocatable[slot] as number)
    memory = Math.max(memory, nodes.memoryBytesAllocatable[slot] as number)
  }
  return { cpu, memory }
}

/** A value under the hand, snapped; never below zero. */
export function snap(resource: CapacityResource, value: number, free = false): number {
  const step = free ? freeOf[resource] : snapOf[resource]
  return Math.max(0, Math.round(value / step) * step)
}

/** One arrow key's worth: `steps` snaps up or down, onto the grid first. */
export function stepped(resource: CapacityResource, value: number, steps: number): number {
  const step = snapOf[resource]
  const onGrid = steps > 0 ? Math.floor(value / step + 1e-9) : Math.ceil(value / step - 1e-9)
  return Math.max(0, (onGrid + steps) * step)
}

/** As YAML writes it, for the Node's status. */
export function quantityOf(resource: CapacityResource, value: number): string {
  return resource === 'cpu' ? cpuQuantity(value) : memoryQuantity(value)
}

/** As people say it: "1.5", "11.75". */
export function amountText(resource: CapacityResource, value: number): string {
  return resource === 'cpu' ? cores(value) : gibibytes(value)
}

/** With its unit where it has one: "2.5", "5 Gi", "512 Mi". */
export function freeText(resource: CapacityResource, value: number): string {
  return resource === 'cpu' ? cores(value) : value < gib / 4 ? bytes(value) : `${gibibytes(value)} Gi`
}

/** Ticks of the ruler beyond a node's capacity, in pixels from the left: whole cores or every second GiB, never closer than 16 px. */
export function ticks(resource: CapacityResource, capacity: number, span: number, width: number): number[] {
  let step = resource === 'cpu' ? 1_000 : 2 * gib
  while ((step / span) * width < 16) step *= 2
  const found: number[] = []
  for (let value = (Math.floor(capacity / step) + 1) * step; value <= span + 1e-6; value += step) found.push((value / span) * width)
  return found
}
