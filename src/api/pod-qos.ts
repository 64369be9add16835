import { milliValue, quantityValue } from './quantity'
import type { Container, PodSpec } from './types'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** A Pod's class, from what its containers ask for. Upstream: pkg/apis/core/v1/helper/qos, ComputePodQOS. */
export function qosClassOf(spec: PodSpec): QosClass {
  const total = { requests: new Map<string, number>(), limits: new Map<string, number>() }
  let guaranteed = true
  const containers: readonly Pick<Container, 'resources'>[] = spec.resources?.requests !== undefined || spec.resources?.limits !== undefined
    ? [{ resources: spec.resources }]
    : [...spec.containers ?? [], ...spec.initContainers ?? []]
  for (const { resources: wanted } of containers) {
    const limited = new Set<string>()
    for (const [name, amount] of Object.entries(wanted?.requests ?? {})) {
      if ((name === 'cpu' || name === 'memory') && quantityValue(amount) > 0) total.requests.set(name, (total.requests.get(name) ?? 0) + milliValue(amount))
    }
    for (const [name, amount] of Object.entries(wanted?.limits ?? {})) {
      if ((name !== 'cpu' && name !== 'memory') || quantityValue(amount) <= 0) continue
      limited.add(name)
      total.limits.set(name, (total.limits.get(name) ?? 0) + milliValue(amount))
    }
    if (limited.size < 2) guaranteed = false
  }
  if (total.requests.size === 0 && total.limits.size === 0) return 'BestEffort'
  if (guaranteed) for (const [name, amount] of total.requests) if (total.limits.get(name) !== amount) guaranteed = false
  return guaranteed && total.requests.size === total.limits.size ? 'Guaranteed' : 'Burstable'
}
