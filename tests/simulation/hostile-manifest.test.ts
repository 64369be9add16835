import { describe, expect, test } from 'vitest'
import { importDump, readManifests } from '../../src/manifest'
import { hostileInputs } from './lib/hostile'

describe('hostile texts: a clear error with its line, nothing thrown, nothing polluted', () => {
  const inputs = hostileInputs.filter((input) => input.by === 'manifest')

  test.each(inputs)('$name', ({ text, says }) => {
    const { documents, problems } = readManifests(text, { file: 'hostile.yaml' })
    expect(documents).toEqual([])
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(says)
    for (const { line, column, message } of problems) {
      expect(line).toBeGreaterThanOrEqual(1)
      expect(line).toBeLessThanOrEqual(text.split('\n').length)
      expect(column).toBeGreaterThanOrEqual(1)
      expect(message.length).toBeLessThan(300)
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(importDump([{ name: 'hostile.yaml', text }]).objects).toEqual([])
  })

  test('what only the api-server can refuse is readable', () => {
    for (const { name, text } of hostileInputs.filter((input) => input.by === 'apiserver')) {
      expect(readManifests(text, { file: 'a.yaml' }).problems, name).toEqual([])
    }
  })
})
