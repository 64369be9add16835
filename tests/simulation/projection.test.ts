import { describe, expect, test } from 'vitest'
import { Random } from '../../src/base'
import { Projection } from '../../src/host/projection'
import { openCluster } from '../../src/host/session'
import { World } from '../../src/host/world'
import { randomOperations } from './random-cluster'

/** Everything a projection would tell a UI that knows nothing yet, by names. */
function told(projection: Projection): unknown {
  projection.reset()
  const { nodes, pods, zones = [] } = projection.take([])
  const workloads = projection.workloads.views()
  const names = new Map<number, string>()
  nodes?.slot.forEach((slot, row) => { names.set(slot, nodes.names[row] as string) })
  const nodeRows = nodes?.names.map((name, row) => [
    name, zones[nodes.zone[row] as number], nodes.cpuMilliAllocatable[row], nodes.cpuMilliRequested[row], nodes.memoryBytesAllocatable[row], nodes.memoryBytesRequested[row],
    nodes.podsAllocatable[row], nodes.podCount[row], nodes.flags[row],
  ]).sort()
  const podRows = pods?.keys.map((key, row) => [
    key, names.get(pods.node[row] as number), pods.cpuMilli[row], pods.memoryBytes[row], pods.state[row], workloads[pods.workload[row] as number]?.name,
  ]).sort()
  const counts = workloads.filter((workload) => workload.pods > 0).map(({ kind, name, pods: count, running }) => [kind, name, count, running]).sort()
  return { nodeRows, podRows, counts, totals: { ...projection.totals } }
}

describe('the projection', () => {
  test('kept up to date change by change, forward and back in time, is the one made from scratch', () => {
    for (let seed = 0; seed < 25; seed++) {
      const opening = openCluster({ scenario: 'empty', seed })
      if (opening === undefined) throw new Error('no scenario')
      let clock = 0
      const world = new World(opening, () => (clock += 0.05))
      for (const _ of world.begin());
      const random = Random.seeded(seed, 'walk')
      const check = (what: string): void => {
        const scratch = new Projection()
        scratch.resync(opening.cluster)
        expect(told(world.projection), `seed ${seed}, ${what}`).toEqual(told(scratch))
      }
      const positions: number[] = []
      for (const [index, operation] of randomOperations(seed, 10).entries()) {
        if (operation.request !== undefined) world.give({ request: operation.request })
        if (operation.imported !== undefined) world.give({ objects: operation.imported })
        for (let step = 0; step < operation.events; step++) world.run.advance()
        positions.push(world.run.event)
        if (index % 3 === 0) check(`after operation ${index}`)
        // Now and then a look into the past, and back.
        if (random.below(4) === 0) {
          for (const _ of world.seek({ event: positions[random.below(positions.length)] as number, beat: 0 }));
          check(`looking back after operation ${index}`)
          for (const _ of world.seekEnd());
          check(`back again after operation ${index}`)
        }
      }
    }
  })
})
