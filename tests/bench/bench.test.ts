import { describe, expect, test } from 'vitest'
import { table } from './lib/table'

/** Every benchmark at its smoke size, twice: it runs, and computes the same each time. How long it takes is not looked at. */
for (const [name, load] of Object.entries(table)) {
  const benchmarks = await load()
  if (benchmarks === undefined) continue
  describe(name, () => {
    test.each(benchmarks)('$name', async ({ run }) => {
      const once = async (): Promise<string[]> => {
        const checksums: string[] = []
        await run({ size: ({ smoke }) => smoke, option: () => undefined, report: ({ checksum }) => { checksums.push(checksum) } })
        return checksums
      }
      const first = await once()
      expect(first.length).toBeGreaterThan(0)
      expect(await once()).toEqual(first)
    })
  })
}

test('there are benchmarks', () => {
  expect(Object.keys(table)).toContain('etcd')
})
