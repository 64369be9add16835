import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const numbers = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] as string).sort()

test('every row of docs/textbook.md has its end-to-end test, and every test its row', () => {
  const rows = numbers(readFileSync(resolve(root, 'docs/textbook.md'), 'utf8'), /^\| ([A-Z]\d+) \|/gm)
  const tests = numbers(readFileSync(resolve(root, 'tests/e2e/textbook.spec.ts'), 'utf8'), /^ {2}test\('([A-Z]\d+) /gm)
  expect(tests).toEqual(rows)
  expect(new Set(rows).size).toBe(rows.length)
  expect(rows.length).toBeGreaterThan(17)
})
