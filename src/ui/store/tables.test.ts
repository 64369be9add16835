import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { NodeColumns, PodColumns } from '../../protocol'
import { NodeTable, PodTable } from './tables'

function nodeColumns(rows: readonly (readonly [slot: number, name: string])[], removed: readonly number[] = [], reset = false): NodeColumns {
  const n = rows.length
  return {
    reset, slot: Int32Array.from(rows, ([slot]) => slot), names: rows.map(([, name]) => name), zone: new Int32Array(n), removed: Int32Array.from(removed),
    cpuMilliAllocatable: new Float64Array(n).fill(4000), cpuMilliRequested: new Float64Array(n), memoryBytesAllocatable: new Float64Array(n), memoryBytesRequested: new Float64Array(n),
    podsAllocatable: new Int32Array(n).fill(110), podCount: new Int32Array(n), flags: new Uint8Array(n).fill(1),
  }
}

function podColumns(rows: readonly (readonly [slot: number, key: string, node: number])[], removed: readonly number[] = [], reset = false): PodColumns {
  const n = rows.length
  return {
    reset, slot: Int32Array.from(rows, ([slot]) => slot), keys: rows.map(([, key]) => key), node: Int32Array.from(rows, ([, , node]) => node), removed: Int32Array.from(removed),
    cpuMilli: new Float64Array(n).fill(100), memoryBytes: new Float64Array(n), state: new Uint8Array(n), workload: new Int32Array(n),
  }
}

describe('tables', () => {
  test('a row tells only those who asked for it, once a frame', () => {
    const nodes = new NodeTable()
    nodes.apply(nodeColumns([[0, 'a'], [1, 'b']]))
    nodes.notify()
    let a = 0
    let all = 0
    nodes.subscribeRow(0, () => { a++ })
    nodes.subscribe(() => { all++ })
    nodes.apply(nodeColumns([[1, 'b']]))
    nodes.apply(nodeColumns([[1, 'b']]))
    nodes.notify()
    expect([a, all]).toEqual([0, 1])
    nodes.apply(nodeColumns([[0, 'a']]))
    nodes.notify()
    nodes.notify()
    expect([a, all]).toEqual([1, 2])
  })

  test('a Pod that moves changes both nodes, and is on one', () => {
    const nodes = new NodeTable()
    const pods = new PodTable(nodes)
    nodes.apply(nodeColumns([[0, 'a'], [1, 'b']]))
    pods.apply(podColumns([[0, 'x/p', 0]]))
    const before = [nodes.rowVersion[0], nodes.rowVersion[1]]
    pods.apply(podColumns([[0, 'x/p', 1]]))
    expect(nodes.podsOf(0)).toEqual([])
    expect(nodes.podsOf(1)).toEqual([0])
    expect(nodes.rowVersion[0]).toBeGreaterThan(before[0] as number)
    expect(nodes.rowVersion[1]).toBeGreaterThan(before[1] as number)
  })

  test('a slot can be given to another object', () => {
    const nodes = new NodeTable()
    const pods = new PodTable(nodes)
    nodes.apply(nodeColumns([[0, 'a']]))
    pods.apply(podColumns([[3, 'x/old', 0]]))
    pods.apply(podColumns([[3, 'x/new', -1]], [3]))
    expect(pods.slotOf('x/old')).toBeUndefined()
    expect(pods.slotOf('x/new')).toBe(3)
    expect(pods.count).toBe(1)
    expect(nodes.podsOf(0)).toEqual([])
  })

  test('any run of frames comes to what a plain map comes to', () => {
    const slot = fc.nat({ max: 12 })
    const row = fc.record({ slot, name: fc.nat({ max: 3 }), node: fc.integer({ min: -1, max: 4 }) })
    const frame = fc.record({ rows: fc.uniqueArray(row, { selector: (one) => one.slot, maxLength: 6 }), removed: fc.uniqueArray(slot, { maxLength: 4 }), reset: fc.boolean().map((value) => value) })
    fc.assert(fc.property(fc.array(frame, { maxLength: 20 }), (frames) => {
      const nodes = new NodeTable()
      nodes.apply(nodeColumns([0, 1, 2, 3, 4].map((one) => [one, `n${one}`])))
      const pods = new PodTable(nodes)
      const model = new Map<number, { key: string; node: number }>()
      for (const { rows, removed, reset } of frames) {
        pods.apply(podColumns(rows.map((one) => [one.slot, `ns/${one.slot}-${one.name}`, one.node]), removed, reset))
        if (reset) model.clear()
        for (const one of removed) model.delete(one)
        for (const one of rows) model.set(one.slot, { key: `ns/${one.slot}-${one.name}`, node: one.node })
      }
      expect(pods.count).toBe(model.size)
      expect([...pods.live()]).toEqual([...model.keys()].sort((a, b) => a - b))
      for (const [at, { key, node }] of model) {
        expect(pods.slotOf(key)).toBe(at)
        expect(pods.node[at]).toBe(node)
      }
      for (let node = 0; node < 5; node++) expect([...nodes.podsOf(node)].sort((a, b) => a - b)).toEqual([...model].filter(([, pod]) => pod.node === node).map(([at]) => at).sort((a, b) => a - b))
    }), { numRuns: 200 })
  })
})
