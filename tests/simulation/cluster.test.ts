import { describe, expect, test } from 'vitest'
import type { ApiObject, Pod } from '../../src/api'
import { resources } from '../../src/api'
import type { ClusterCheckpoint } from '../../src/engine'
import { divergence } from './divergence'
import { freshCluster, hashOfLife, perform, randomOperations } from './random-cluster'

const seeds = Array.from({ length: 200 }, (_, seed) => seed)
const operationsEach = 14

describe('whole clusters', () => {
  test.each(Array.from({ length: 8 }, (_, part) => part))('[K4] a, then b, is a, a checkpoint through JSON into a fresh cluster, then b (part %i of 8)', (part) => {
    for (const seed of seeds.filter((each) => each % 8 === part)) {
      const operations = randomOperations(seed, operationsEach)
      const split = 1 + (seed % (operationsEach - 1))
      const straight = freshCluster(seed)
      for (const operation of operations.slice(0, split)) perform(straight, operation)
      const text = JSON.stringify(straight.checkpoint())
      const resumed = freshCluster(seed)
      resumed.restore(JSON.parse(text) as ClusterCheckpoint)
      expect(resumed.hash(), `seed ${seed}: right after the restore`).toBe(straight.hash())
      for (const operation of operations.slice(split)) for (const cluster of [straight, resumed]) perform(cluster, operation)
      for (const cluster of [straight, resumed]) cluster.simulation.run({ until: cluster.simulation.now + 5_000 })
      if (resumed.hash() !== straight.hash()) expect.fail(`seed ${seed}, split after ${split} of ${operationsEach}: ${divergence(seed, operationsEach, split, 5_000) ?? 'not when looked at again'}`)
    }
  })

  test('going back in the same cluster and on again is the same history', () => {
    for (const seed of [3, 44, 101, 160]) {
      const operations = randomOperations(seed, operationsEach)
      const cluster = freshCluster(seed)
      for (const operation of operations.slice(0, 6)) perform(cluster, operation)
      const checkpoint = cluster.checkpoint()
      const finish = (): string => {
        for (const operation of operations.slice(6)) perform(cluster, operation)
        return cluster.hash()
      }
      const first = finish()
      cluster.restore(checkpoint)
      expect(finish(), `seed ${seed}`).toBe(first)
      cluster.restore(checkpoint)
      expect(finish(), `seed ${seed}, a second time`).toBe(first)
    }
  })

  test('equal seed and inputs give equal histories; another seed another', () => {
    expect(hashOfLife(11, 20)).toBe(hashOfLife(11, 20))
    expect(hashOfLife(12, 20)).not.toBe(hashOfLife(11, 20))
  })

  test('two clusters side by side, a step of each in turn, do not touch each other', () => {
    const lives = [21, 22].map((seed) => ({ seed, cluster: freshCluster(seed), operations: randomOperations(seed, operationsEach) }))
    for (let index = 0; index < operationsEach; index++) {
      for (const { cluster, operations } of lives) {
        perform(cluster, { ...operations[index], events: 0 })
      }
      // Event by event, in turn.
      const left = lives.map(({ operations }) => operations[index]?.events ?? 0)
      while (left.some((count) => count > 0)) {
        for (const [which, { cluster }] of lives.entries()) {
          if ((left[which] ?? 0) <= 0) continue
          left[which] = (left[which] ?? 0) - 1
          cluster.simulation.step()
        }
      }
    }
    for (const { seed, cluster, operations } of lives) {
      const alone = freshCluster(seed)
      for (const operation of operations) perform(alone, operation)
      expect(cluster.hash(), `seed ${seed}`).toBe(alone.hash())
    }
  })

  test('the random lives are worth their name: Pods run, wait, are refused and go', () => {
    const seen = { running: 0, pending: 0, deleted: 0, refused: 0 }
    for (const seed of seeds.slice(0, 20)) {
      const cluster = freshCluster(seed)
      cluster.simulation.setTraceListener((record) => {
        if (record.type !== 'request') return
        if (record.code >= 400) seen.refused++
        if (record.verb === 'delete' && record.resource === 'pods') seen.deleted++
      })
      for (const operation of randomOperations(seed, operationsEach)) perform(cluster, operation)
      cluster.simulation.run({ until: cluster.simulation.now + 30_000 })
      for (const pod of cluster.listAt(resources.pods) as readonly ApiObject[] as unknown as readonly Pod[]) {
        if (pod.status?.phase === 'Running') seen.running++
        if (pod.status?.phase === 'Pending') seen.pending++
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5)
  })
})
