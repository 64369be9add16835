import { expect, test } from 'vitest'
import { heapGrowth, soak, type Look } from './lib/soak'

test('half an hour of a small cluster with churn: invariants hold, everything heals, no more history than is kept', () => {
  const { problems, looks, done, cluster } = soak({ seed: 5, nodes: 8, hours: 0.75, historyRevisions: 1_500 })
  expect(problems).toEqual([])
  expect(looks.length).toBeGreaterThanOrEqual(5)
  expect(cluster.etcd.stats.versions).toBeLessThan(5_000)
  expect(cluster.etcd.stats.revision).toBeGreaterThan(3_000)
  for (const what of ['scale', 'roll', 'job', 'delete pod', 'break node']) expect(done[what] ?? 0, what).toBeGreaterThan(0)
})

test('the growth of the heap is told by thirds', () => {
  const look = (heapBytes: number): Look => ({ hours: 0, events: 0, revision: 0, keys: 0, versions: 0, pods: 0, heapBytes, healedMs: 0 })
  expect(heapGrowth([1, 5, 9, 10, 11, 50, 12, 13, 14].map(look))).toEqual({ before: 11, after: 13 })
  expect(heapGrowth([1, 2, 3].map(look))).toBeUndefined()
})
