import type { Container, PodSpec } from '../../../../api'
import { addAmounts, maxAmounts, type Amounts } from '../../quantities'

/**
 * What a Pod asks for, or may use at most: its containers together, or the largest init container if that is more; containers that
 * start before and stay count with those after them; overhead on top. Upstream: component-helpers/resource, PodRequests and PodLimits.
 */
export function podTotal(spec: PodSpec, of: 'requests' | 'limits'): Amounts {
  const amountsOf = (container: Pick<Container, 'resources'>): Amounts => container.resources?.[of] ?? {}
  let total: Amounts = {}
  for (const container of spec.containers ?? []) total = addAmounts(total, amountsOf(container))
  let staying: Amounts = {}
  let initMax: Amounts = {}
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      total = addAmounts(total, amountsOf(container))
      staying = addAmounts(staying, amountsOf(container))
      initMax = maxAmounts(initMax, staying)
    } else initMax = maxAmounts(initMax, addAmounts(amountsOf(container), staying))
  }
  total = maxAmounts(total, initMax)
  const podLevel = spec.resources?.[of]
  if (podLevel !== undefined) {
    const merged: Record<string, string | number> = { ...total }
    for (const name of ['cpu', 'memory']) if (podLevel[name] !== undefined) merged[name] = podLevel[name]
    total = merged
  }
  if (spec.overhead !== undefined) {
    const overhead: Record<string, string | number> = {}
    for (const [name, amount] of Object.entries(spec.overhead)) if (of === 'requests' || total[name] !== undefined) overhead[name] = amount
    total = addAmounts(total, overhead)
  }
  return total
}
