import { describe, expect, test } from 'vitest'
import { podStates } from '../../../protocol'
import { BlockOrder, blocksOf, ghostOf, type BarPod } from './blocks'

const pod = (key: string, amount: number, more: Partial<BarPod> = {}): BarPod => ({ key, amount, state: podStates.running, workload: 1, letter: 'W', hue: 1, ...more })

describe('blocksOf', () => {
  test('a block is as long as its request, a pixel apart, lettered from 13 px', () => {
    const { blocks, used } = blocksOf([pod('a', 500), pod('b', 250, { workload: 2 })], 8_000, 300)
    expect(blocks.map(({ left, width, letter }) => ({ left, width, letter }))).toEqual([{ left: 1, width: 17.75, letter: 'W' }, { left: 19.75, width: 8.375, letter: '' }])
    expect(used).toBe(28.125)
  })

  test('siblings under 3 px merge, strangers do not', () => {
    const { blocks } = blocksOf([pod('a', 40), pod('b', 40), pod('c', 40), pod('d', 40, { workload: 2 })], 8_000, 300)
    expect(blocks.map((block) => block.pods.map((one) => one.key))).toEqual([['a', 'b', 'c'], ['d']])
    expect((blocks[0]?.left ?? 0) + (blocks[0]?.width ?? 0)).toBeCloseTo(4.5)
  })

  test('a small one beside a large sibling stands alone', () => {
    expect(blocksOf([pod('a', 800), pod('b', 40)], 8_000, 300).blocks).toHaveLength(2)
  })

  test('who waits, is done, or asks for nothing takes no room', () => {
    const { blocks, used } = blocksOf([pod('a', 500, { state: podStates.nominated }), pod('b', 500, { state: podStates.succeeded }), pod('c', 0)], 8_000, 300)
    expect(blocks).toEqual([])
    expect(used).toBe(0)
  })
})

describe('ghostOf', () => {
  test('inside the capacity it sits behind the last block', () => {
    expect(ghostOf(56.25, 500, 4_000, 8_000, 300)).toEqual({ left: 57.25, width: 17.75, over: 0 })
  })

  test('what does not fit hangs over the end', () => {
    expect(ghostOf(138.75, 500, 4_000, 8_000, 300)).toEqual({ left: 139.75, width: 10.25, over: 7.5 })
  })

  test('an exact fit does not hang over', () => {
    expect(ghostOf(131.25, 500, 4_000, 8_000, 300)?.over).toBe(0)
  })

  test('on a full node all of it does, and it can still be seen', () => {
    expect(ghostOf(150, 20, 4_000, 8_000, 300)).toEqual({ left: 151, width: 0, over: 3 })
  })
})

describe('BlockOrder', () => {
  test('first workloads together and the system last, then newcomers at the end', () => {
    const order = new BlockOrder()
    const keys = (pods: readonly BarPod[]): string[] => order.sort('node-a', pods).map((one) => one.key)
    const system = pod('kube-system/proxy', 1, { hue: 0, workload: 9 })
    const web = pod('shop/web-1', 1)
    const api = pod('shop/api-1', 1, { workload: 2 })
    expect(keys([system, api, web])).toEqual(['shop/web-1', 'shop/api-1', 'kube-system/proxy'])
    const late = pod('shop/web-0', 1)
    expect(keys([late, system, api, web])).toEqual(['shop/web-1', 'shop/api-1', 'kube-system/proxy', 'shop/web-0'])
    // It goes and comes again (a step back and forth): the same place.
    expect(keys([system, api, web])).toEqual(['shop/web-1', 'shop/api-1', 'kube-system/proxy'])
    expect(keys([late, system, api, web])).toEqual(['shop/web-1', 'shop/api-1', 'kube-system/proxy', 'shop/web-0'])
  })
})
