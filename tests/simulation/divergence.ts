import type { ClusterCheckpoint, TraceRecord } from '../../src/engine'
import { canonicalJson } from '../../src/base'
import { freshCluster, perform, randomOperations } from './random-cluster'

/**
 * For whoever hunts a broken K4: where the resumed life first differs from the straight one, in words. `undefined`: nowhere.
 */
export function divergence(seed: number, count: number, split: number, restMs: number): string | undefined {
  const operations = randomOperations(seed, count)
  const straight = freshCluster(seed)
  for (const operation of operations.slice(0, split)) perform(straight, operation)
  const text = JSON.stringify(straight.checkpoint())
  const resumed = freshCluster(seed)
  resumed.restore(JSON.parse(text) as ClusterCheckpoint)
  const again = JSON.stringify(resumed.checkpoint())
  const lost = firstDifference(JSON.parse(text), JSON.parse(again), '')
  const heard: TraceRecord[][] = [[], []]
  const both = [straight, resumed]
  both.forEach((cluster, which) => { cluster.simulation.setTraceListener((record) => { heard[which]?.push(record) }) })
  const compare = (): string | undefined => {
    const [left = [], right = []] = heard
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      if (canonicalJson(left[i]) === canonicalJson(right[i])) continue
      return `record ${i} of this event\n straight: ${JSON.stringify(left[i])}\n resumed:  ${JSON.stringify(right[i])}`
    }
    heard[0] = []
    heard[1] = []
    return undefined
  }
  const say = (what: string): string => `${what}${lost === undefined ? '' : `\n and a checkpoint taken right after the restore differs at ${lost}`}`
  const step = (): string | undefined => {
    const next = straight.simulation.next()
    const other = resumed.simulation.next()
    if (canonicalJson(next) !== canonicalJson(other)) return `next event: ${JSON.stringify(next)?.slice(0, 400)} against ${JSON.stringify(other)?.slice(0, 400)}`
    for (const cluster of both) cluster.simulation.step()
    const difference = compare()
    return difference === undefined ? undefined : `event ${straight.simulation.delivered} at ${straight.simulation.now} to ${next?.to ?? ''} ${next?.body.type ?? ''}: ${difference}`
  }
  for (const { events, ...given } of operations.slice(split)) {
    for (const cluster of both) perform(cluster, { ...given, events: 0 })
    const difference = compare()
    if (difference !== undefined) return say(`after ${JSON.stringify(given).slice(0, 300)}: ${difference}`)
    for (let i = 0; i < events; i++) {
      const found = step()
      if (found !== undefined) return say(found)
    }
  }
  const until = straight.simulation.now + restMs
  while ((straight.simulation.nextAt() ?? Infinity) <= until) {
    const found = step()
    if (found !== undefined) return say(found)
  }
  return straight.hash() === resumed.hash() ? undefined : say('only the hashes differ')
}

/** Where two JSON trees first differ. */
export function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
  if (a === b) return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${path}: ${JSON.stringify(a)?.slice(0, 200)} against ${JSON.stringify(b)?.slice(0, 200)}`
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}/${key}`)
    if (found !== undefined) return found
  }
  const [left, right] = [Object.keys(a).join(), Object.keys(b).join()]
  return left === right ? undefined : `${path}: keys in another order`
}
