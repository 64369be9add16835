import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TestServer } from './testing/server'
import { JsonScanner } from './json-scanner'

const isJson = (read: () => void): boolean => {
  try {
    read()
    return true
  } catch {
    return false
  }
}

test('takes what the language takes for JSON, and nothing else', () => {
  const marks = fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '\\u00', '-', '0', '1e5', '.5', 'true', 'nul', ' ', '\n', '\u0001', 'é')
  fc.assert(fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), marks, (json, place, cut, mark) => {
    const at = place % (json.length + 1)
    const text = json.slice(0, at) + mark + json.slice(at + cut)
    expect(isJson(() => { new JsonScanner(text).scan() })).toBe(isJson(() => { JSON.parse(text) }))
  }), { seed: 7, numRuns: 2_000 })
})

test.each([
  ['{"a":"\\u12"}', 'invalid character \'"\' in \\u hexadecimal character escape'],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":-x}', "invalid character 'x' in numeric literal"],
  ['{"a":"b\nc"}', "invalid character '\\n' in string literal"],
  ['['.repeat(1_000_000), 'exceeded max depth'],
  ['{"a":'.repeat(300_000), 'exceeded max depth'],
])('%.20s: %s', (body, problem) => {
  const answer = new TestServer().apiserver.request({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', userAgent: 'tester', body })
  expect(answer).toMatchObject({ status: 400, body: { reason: 'BadRequest', message: expect.stringContaining(`json parse error: ${problem}`) as string } })
})
