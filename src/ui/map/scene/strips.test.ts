import { describe, expect, test } from 'vitest'
import type { StraitColumn } from './decision'
import { densityOf, dotSizes, dotsOf, lettersOf, segmentsOf, straitOf, tornWidth } from './strips'

const column = (plugin: string, into: number, rejected: readonly string[]): StraitColumn => ({ plugin, into, rejected, state: 'past' })
const columns = [column('A', 6, []), column('B', 6, ['node-e']), column('C', 5, ['node-d']), column('D', 4, ['node-c', 'node-b'])]

describe('straitOf', () => {
  test('the stream is as wide as there are nodes, and narrows by what is turned away', () => {
    const shape = straitOf(columns, 6, 800, 112)
    expect(shape.stream.startsWith('M0 22 L0 88 ')).toBe(true)
    // Two of six nodes are left at the end.
    expect(shape.stream.endsWith('L800 44 L800 22 Z')).toBe(true)
    expect(shape.lanes).toHaveLength(5)
    expect(shape.columns.map((one) => one.branch?.nodes)).toEqual([undefined, ['node-e'], ['node-d'], ['node-c', 'node-b']])
  })

  test('it has the same drawing commands at every beat, so that it can glide', () => {
    const commands = (path: string): string => path.replace(/[-\d. ]+/g, ' ')
    const early = straitOf(columns.map((one) => ({ ...one, rejected: [] })), 6, 800, 112)
    expect(commands(early.stream)).toBe(commands(straitOf(columns, 6, 800, 112).stream))
  })

  test('the last branch ends early enough for its label, and no column moves when it comes', () => {
    const label = (): number => 70
    const last = [...columns.slice(0, 3), column('D', 4, ['node-a', 'node-b', 'node-c', 'node-d'])]
    for (const width of [420, 570, 780, 1100]) {
      const shape = straitOf(last, 6, width, 80, label, 110)
      const branch = shape.columns[3]?.branch
      expect((branch?.labelX ?? Infinity) + 70).toBeLessThanOrEqual(width)
      expect(shape.columns.map((one) => one.x)).toEqual(straitOf(last.map((one) => ({ ...one, rejected: [] })), 6, width, 80, label, 110).columns.map((one) => one.x))
      // The words beside the fall end inside the strip; below it they end before the first branch.
      if (shape.dry?.y === 'beside') expect(shape.dry.x + 110).toBeLessThanOrEqual(width)
    }
    expect(straitOf(last, 6, 570, 80, label, 110).dry).toEqual({ x: 0, y: 'below' })
    expect(straitOf([column('A', 2, ['x', 'y']), column('B', 0, [])], 2, 800, 112, label, 110).dry?.y).toBe('beside')
  })

  test('it runs dry', () => {
    expect(straitOf([column('A', 2, ['x', 'y'])], 2, 400, 112).stream.endsWith('L400 22 L400 22 Z')).toBe(true)
  })

  test('thousands of nodes have no lines between them', () => {
    expect(straitOf([column('A', 1000, [])], 1000, 800, 112).lanes).toEqual([])
  })
})

describe('dots', () => {
  const points = (values: Readonly<Record<string, number>>): { node: string; normalized: number; weighted: number }[] => Object.entries(values).map(([node, normalized]) => ({ node, normalized, weighted: normalized }))

  test('equal ones stand on each other, near ones step up, far ones lie on the axis', () => {
    expect(dotsOf(points({ a: 100, b: 100, f: 100 }), 100, 66).map((dot) => dot.y)).toEqual([55, 39.5, 24])
    expect(dotsOf(points({ a: 53, b: 68, f: 64 }), 100, 66)).toEqual([{ node: 'a', x: 53, y: 55 }, { node: 'f', x: 64, y: 39.5 }, { node: 'b', x: 68, y: 55 }])
  })

  test('in a low strip three still stand on each other without touching', () => {
    const [a, b, c] = dotsOf(points({ a: 100, b: 100, f: 100 }), 100, 51, dotSizes.low).map((dot) => dot.y) as [number, number, number]
    expect(a - b).toBeGreaterThan(2 * dotSizes.low.radius)
    expect(b - c).toBeGreaterThan(2 * dotSizes.low.radius)
  })

  test('values beyond the axis stay on it', () => {
    expect(dotsOf(points({ a: -5, b: 130 }), 100, 66).map((dot) => dot.x)).toEqual([0, 100])
    expect(dotsOf(points({ a: 4, b: 10 }), 100, 66, dotSizes.normal, 10).map((dot) => dot.x)).toEqual([40, 100])
    expect(densityOf(points({ a: 4, b: 10, c: 10 }), 2, 10)).toEqual([0.5, 1])
  })

  test('densities are shares of the fullest bin', () => {
    expect(densityOf(points({ a: 0, b: 1, c: 99, d: 100 }), 4)).toEqual([1, 0, 0, 1])
    expect(densityOf(points({ a: 0, b: 1, c: 100 }), 2)).toEqual([1, 0.5])
  })

  test('letters tell nodes apart', () => {
    expect([...lettersOf(['node-a', 'node-b', 'node-f']).values()]).toEqual(['a', 'b', 'f'])
    expect([...lettersOf(['node-1', 'node-10', 'node-12']).values()]).toEqual(['1', '10', '12'])
    expect([...lettersOf(['node-f']).values()]).toEqual(['f'])
    expect([...lettersOf(['alpha', 'beta']).values()]).toEqual(['a', 'b'])
    expect(new Set(lettersOf(['gke-pool-3xk2', 'gke-pool-9lm1', 'gke-pool-q0z7']).values()).size).toBe(3)
  })
})

describe('segmentsOf', () => {
  const parts = [{ plugin: 'Taint', weighted: 300, same: true }, { plugin: 'Fit', weighted: 64, same: false }, { plugin: 'Affinity', weighted: 200, same: false }]
  const scale = { full: 671, differences: 371 }

  test('differences fold what is equal behind one torn edge', () => {
    const segments = segmentsOf(parts, scale, 300, true)
    expect(segments.map((one) => one.plugins)).toEqual([['Taint'], ['Fit'], ['Affinity']])
    expect(segments[0]).toMatchObject({ torn: true, width: tornWidth, weighted: 300 })
    expect((segments[2]?.width ?? 0) / (segments[1]?.width ?? 1)).toBeCloseTo(200 / 64)
  })

  test('in full every point has the same length', () => {
    const [taint, fit] = segmentsOf(parts, scale, 300, false)
    expect((taint?.width ?? 0) / (fit?.width ?? 1)).toBeCloseTo(300 / 64)
    expect(segmentsOf(parts, scale, 300, false).reduce((sum, one) => sum + one.width, 0)).toBeLessThan(300)
  })
})
