import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vectorFiles } from './lib/files'
import type { VectorResult } from './lib/suite'
import { suites } from './lib/suites'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Every suite that has a runner and vectors here: one test a vector file, and what is knowingly left out must really fail. */
for (const [name, load] of Object.entries(suites)) {
  const folder = `${here}${name}`
  if (!existsSync(`${here}${name}.ts`) || !existsSync(folder)) continue
  const files = vectorFiles(folder, ['.json', '.json.gz', '.jsonl', '.jsonl.gz'], ['index.json', 'mapping.json'])
  const knownFile = `${folder}.known.json`
  const known = existsSync(knownFile) ? JSON.parse(readFileSync(knownFile, 'utf8')) as Readonly<Record<string, string>> : {}

  describe(name, () => {
    const results = new Map<string, VectorResult[]>()

    beforeAll(async () => {
      const suite = await load()
      if (suite === undefined) return
      for await (const result of suite(folder)) results.set(result.file, [...results.get(result.file) ?? [], result])
    }, 600_000)

    test.each(files)('%s', (file) => {
      const ofFile = results.get(file) ?? []
      expect(ofFile.length, 'vectors run').toBeGreaterThan(0)
      const wrong = ofFile.filter((result) => result.passed === result.name in known)
      expect(wrong.map((result) => (result.passed ? `${result.name}: passes, though listed as a known difference` : `${result.name}: ${result.difference ?? ''}`))).toEqual([])
    })

    test('known differences name vectors that exist', () => {
      const names = new Set([...results.values()].flat().map((result) => result.name))
      expect(Object.keys(known).filter((vector) => !names.has(vector))).toEqual([])
    })

    afterAll(() => { results.clear() })
  })
}

test('there are suites', () => {
  expect(Object.keys(suites)).toContain('etcd')
})
