import { milliValue, quantityValue } from './quantity'
import type { Container, Pod, Quantity } from './types'

type Quantities = { readonly [name: string]: Quantity }

/** Amounts by resource: CPU in thousandths, everything else in whole units. */
export type Amounts = ReadonlyMap<string, number>

/** CPU in thousandths, everything else in whole units, rounded up. NaN for what is no quantity. */
export function amountOf(resource: string, quantity: Quantity | undefined): number {
  return resource === 'cpu' ? milliValue(quantity) : quantityValue(quantity)
}

const memo = new WeakMap<NonNullable<Pod['spec']>, Amounts>()
const nothing: Amounts = new Map()

/**
 * What a Pod asks of its node: its containers run together and add up, init containers one after another, so of them only the
 * largest moment counts (with the sidecars started before); requests of the Pod as a whole replace the sum of cpu, memory and
 * hugepages; overhead comes on top. Upstream: component-helpers/resource, PodRequests.
 */
export function podRequests(pod: Pod): Amounts {
  const { spec } = pod
  if (spec === undefined) return nothing
  let amounts = memo.get(spec)
  if (amounts === undefined) {
    amounts = podAmounts(pod, (container) => container.resources?.requests, spec.resources?.requests)
    // A memo on what never changes, not state. Of the spec: a Pod whose status changes keeps it.
    memo.set(spec, amounts)
  }
  return amounts
}

/** The same for limits; a container without a limit adds nothing. Upstream: PodLimits. */
export function podLimits(pod: Pod): Amounts {
  return podAmounts(pod, (container) => container.resources?.limits, pod.spec?.resources?.limits)
}

function podAmounts(pod: Pod, of: (container: Container) => Quantities | undefined, podLevel: Quantities | undefined): Amounts {
  const total = new Map<string, number>()
  for (const container of pod.spec?.containers ?? []) add(total, of(container))
  const sidecars = new Map<string, number>()
  const initMax = new Map<string, number>()
  for (const container of pod.spec?.initContainers ?? []) {
    const own = of(container)
    if (container.restartPolicy === 'Always') {
      add(total, own)
      add(sidecars, own)
      raise(initMax, sidecars)
    } else {
      const moment = new Map(sidecars)
      add(moment, own)
      raise(initMax, moment)
    }
  }
  raise(total, initMax)
  for (const [name, quantity] of Object.entries(podLevel ?? {})) {
    if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) total.set(name, amountOf(name, quantity))
  }
  add(total, pod.spec?.overhead)
  return total
}

function add(sum: Map<string, number>, quantities: Quantities | undefined): void {
  if (quantities === undefined) return
  for (const name of Object.keys(quantities)) sum.set(name, (sum.get(name) ?? 0) + amountOf(name, quantities[name]))
}

function raise(sum: Map<string, number>, other: Amounts): void {
  for (const [name, amount] of other) if (amount > (sum.get(name) ?? 0)) sum.set(name, amount)
}
